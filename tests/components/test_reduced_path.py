"""Lines of coolant that reduced plates start from: chips stand where the coolant meets them."""

import importlib.util
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.coolant_layout import CORNERS
from hashheat.components.reduced_path import FieldPath, LinePath, SerpentinePath
from hashheat.components.reduced_path_build import plate_loss, reduced_path


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(f"{name}_of_paths", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plates = beside("reduced_plates")
SERPENTINE = 'kind = "serpentine"\npasses = 2\nalong = "x"\nbends = "outside"\n'
ONE_CHIP = ('rows = 2\ncolumns = 3\nlength = "10 mm"\nwidth = "10 mm"', 'table = "chips.csv"')
REDEVELOPS = ("redevelops = true\n", "")

#: Layout: what takes the place of the serpentine's lines.
OTHERS = {
    "path": 'kind = "path"\npoints = [["0 mm", "10 mm"], ["60 mm", "10 mm"], ["60 mm", "40 mm"]]\n',
    "parallel": 'kind = "parallel"\nchannels = 4\nalong = "x"\n',
    "reversed": 'kind = "parallel"\nchannels = 4\nalong = "x"\nreverse = true\n',
}


def with_chip(folder, layout, x, y):
    """Small plate with one chip and another layout."""
    (folder / "chips.csv").write_text(f"x_mm,y_mm,length_mm,width_mm\n{x},{y},4,4\n", encoding="utf-8")
    changes = [(SERPENTINE, layout), ONE_CHIP]
    if "serpentine" not in layout and "path" not in layout:
        changes.append(REDEVELOPS)
    if "serpentine" not in layout:
        changes.append(('width = "6 mm"\nheight', 'width = "5 mm"\nheight'))
    return plates.small_plate(folder, *changes)


def way_to(plate, x, y):
    """Share of the coolant's way to the cell that is nearest to a place, from the full plate's own cells."""
    full = plate.prepared()
    nearest = np.hypot(full.places[:, 0] - x * 1e-3, full.places[:, 1] - y * 1e-3).argmin()
    first = full.model.coolant.first
    stream = int(np.searchsorted(first, nearest, side="right")) - 1
    length = full.model.coolant.length[first[stream] : first[stream + 1]]
    middle = np.cumsum(length) - 0.5 * length
    return middle[nearest - first[stream]] / length.sum()


def centre(path):
    """Share of the line's way to the middle of its chips."""
    chips = path.layout.chips
    return float((np.arange(chips.size) + 0.5) @ chips / chips.sum() / chips.size)


@pytest.mark.parametrize(("inlet", "along"), list(product(CORNERS, "xy")))
@pytest.mark.parametrize(("x", "y"), [(8.0, 7.0), (65.0, 8.0), (30.0, 34.0)])
def test_a_serpentine_meets_a_chip_where_the_full_plate_does(tmp_path, inlet, along, x, y):
    layout = SERPENTINE.replace('along = "x"', f'along = "{along}"\ninlet = "{inlet}"')
    plate = with_chip(tmp_path, layout, x, y)
    path = reduced_path(plate.file, plate.prepared())
    assert isinstance(path, SerpentinePath)
    assert path.layout.chips.sum() == pytest.approx(1.0)
    assert centre(path) == pytest.approx(way_to(plate, x, y), abs=0.07)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(("x", "y"), [(8.0, 7.0), (50.0, 11.0), (60.0, 30.0)])
def test_a_line_meets_a_chip_where_the_full_plate_does(tmp_path, name, x, y):
    plate = with_chip(tmp_path, OTHERS[name], x, y)
    path = reduced_path(plate.file, plate.prepared())
    assert isinstance(path, LinePath)
    assert path.layout.chips.sum() * path.parts == pytest.approx(1.0)
    assert centre(path) == pytest.approx(way_to(plate, x, y), abs=0.07)


@pytest.mark.parametrize("name", [*OTHERS, "along y"])
def test_other_layouts_are_reduced_too(tmp_path, name):
    layout = OTHERS.get(name, SERPENTINE.replace('along = "x"', 'along = "y"\ninlet = "upper right"'))
    plate = with_chip(tmp_path, layout, 50.0, 15.0)
    reduced = plate.reduce(**plates.FEW)
    assert reduced.errors.junction < 0.1
    assert reduced.errors.outlet < 0.01
    assert reduced.errors.states == 10 + reduced.errors.turning


def test_a_field_is_one_film_for_all_of_it():
    plate = ColdPlate.named("pin-fin")
    path = reduced_path(plate.file, plate.prepared())
    assert isinstance(path, FieldPath)
    assert path.layout.chips.sum() == pytest.approx(4.0)
    films = plate.prepared().model.films
    assert path.perimeter * path.length == pytest.approx(films.area.sum())
    assert path.finned == pytest.approx(films.fin_area.sum() / films.area.sum())


def test_losses_are_those_of_faces_and_edges():
    v = {"losses.top": 3.0, "losses.bottom": 6.0, "losses.edge": 5.0}
    v |= {"plate.length": 0.2, "plate.width": 0.1, "plate.thickness": 0.01}
    assert float(plate_loss(v)) == pytest.approx(9.0 * 0.02 + 5.0 * 0.006)
