"""Cold-plate files: what does not fit is refused with its key, and mutations give no other error."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components import errors
from hashheat.components.chip_map import BOTTOM, TOP
from hashheat.components.cold_plate_file import (
    LIBRARY,
    ColdPlateFile,
    load_cold_plate,
    shipped_cold_plates,
)
from hashheat.thermo.errors import InputError
from hashheat.thermo.solid import Solid

TEXT = """\
name = "test plate"
maker = "none"

[plate]
length = "200 mm"
width = "100 mm"
thickness = "10 mm"
material = "aluminium 6061"
cells_along = 20
cells_across = 10

[coolant]
COOLANT
nusselt_factor = "0.9 .. 1.1"
friction_factor = 1
port_loss = 1.5

[chips]
CHIPS
package_resistance = "0.1 K/W"
tim_thickness = "100 um"
tim_conductivity = "5 W/(m K)"
limit = "95 degC"

[power]
chip = "10 W"
leakage_share = "5 %"
leakage_scale = "30 K"
reference_temperature = "75 degC"

[losses]
top = "5 W/(m^2 K)"
bottom = "6 W/(m^2 K)"
edge = "7 W/(m^2 K)"

[design]
flow = "2 L/min"
T_in = "70 degC"

[envelope]
flow = "1 .. 4 L/min"
T_in = "40 .. 80 degC"
clock = "0.5 .. 1.2"
"""

COOLANT = {
    "serpentine": """kind = "serpentine"
passes = 4
shape = "rectangle"
width = "8 mm"
height = "5 mm"
redevelops = true
roughness = "2 um"
""",
    "path": """kind = "path"
points = [["0 mm", "30 mm"], ["150 mm", "30 mm"], ["150 mm", "70 mm"], ["0 mm", "70 mm"]]
shape = "round"
diameter = "6 mm"
redevelops = true
roughness = "2 um"
""",
    "parallel": """kind = "parallel"
channels = 5
shape = "rectangle"
width = "8 mm"
height = "5 mm"
roughness = "2 um"
""",
    "microchannel": """kind = "microchannel"
width = "0.1 mm"
pitch = "0.2 mm"
height = "2 mm"
roughness = "1 um"
""",
    "pin-fin": """kind = "pin-fin"
arrangement = "staggered"
diameter = "2 mm"
height = "6 mm"
pitch_along = "4 mm"
pitch_across = "4 mm"
""",
}
GRID = """rows = 2
columns = 4
length = "8 mm"
width = "8 mm"
"""
PICTURE = '''map = """
#.A
...
"""
kinds.A = {length = "12 mm", power_factor = 2}
length = "8 mm"
width = "8 mm"
'''
TABLE = 'table = "chips.csv"\n'
CSV = "name,x_mm,y_mm,length_mm,width_mm,side\nU1,20,20,8,8,top\nU2,60,20,8,8,top\n"


@pytest.fixture
def load(tmp_path):
    """Function that loads a file of a kind of coolant and a form of chips, with pieces of its text replaced."""

    def load_file(*replacements, coolant="serpentine", chips=GRID, csv=CSV):
        text = TEXT.replace("COOLANT\n", COOLANT[coolant]).replace("CHIPS\n", chips)
        for old, new in replacements:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / "plate.toml").write_text(text, encoding="utf-8")
        (tmp_path / "chips.csv").write_text(csv, encoding="utf-8")
        return load_cold_plate(str(tmp_path / "plate.toml"))

    return load_file


@pytest.mark.parametrize("kind", COOLANT)
def test_every_kind_loads(load, tmp_path, kind):
    file = load(coolant=kind)
    assert isinstance(file, ColdPlateFile)
    assert file.coolant.kind == kind
    assert file.coolant.is_field == (kind in ("microchannel", "pin-fin"))
    assert file.file == str(tmp_path / "plate.toml")


def test_numbers_come_out_in_si(load):
    v = load().values()
    assert v["plate.length"] == pytest.approx(0.2, rel=1e-14)
    assert v["coolant.width"] == pytest.approx(8e-3, rel=1e-14)
    assert v["design.T_in"] == pytest.approx(343.15, rel=1e-14)
    assert v["design.T_ambient"] == pytest.approx(298.15, rel=1e-14)
    assert v["design.flow"] == pytest.approx(2e-3 / 60.0, rel=1e-14)
    assert v["power.leakage_share"] == pytest.approx(0.05, rel=1e-14)
    assert v["plate.conductivity"] == Solid.named("aluminium 6061").conductivity.nominal
    assert "coolant.diameter" not in v
    assert not [key for key in v if key.startswith("envelope")]


def test_an_own_conductivity_goes_before_that_of_the_material(load):
    file = load(("cells_along = 20", 'cells_along = 20\nconductivity = "150 W/(m K)"'))
    assert file.values()["plate.conductivity"] == 150.0
    assert file.plate.solid.density.nominal == 2700.0


def test_values_can_be_changed_within_their_bounds(load):
    file = load()
    assert file.values({"plate.thickness": 0.02})["plate.thickness"] == 0.02
    assert file.chip_map({"plate.length": 0.4}).x == pytest.approx(2.0 * file.chip_map().x, rel=1e-14)
    with pytest.raises(InputError) as caught:
        file.values({"plate.thickness": -1.0})
    assert caught.value.key == "plate.thickness"
    with pytest.raises(InputError) as caught:
        file.values({"coolant.diameter": 0.01})
    assert caught.value.key == "coolant.diameter"
    assert "coolant.width" in caught.value.accepted
    with pytest.raises(errors.ChipOffPlateError) as caught:
        file.chip_map({"chips.length": 0.06})
    assert (caught.value.key, caught.value.file) == ("chips.rows", file.file)


def test_the_three_forms_of_chips(load):
    grid = load().chip_map()
    assert len(grid) == 8
    assert grid.x[:4] == pytest.approx([0.025, 0.075, 0.125, 0.175], rel=1e-14)
    picture = load(chips=PICTURE).chip_map()
    assert picture.label == ("r2c1", "r2c3")
    assert list(picture.length) == pytest.approx([8e-3, 12e-3], rel=1e-14)
    assert list(picture.width) == pytest.approx([8e-3, 8e-3], rel=1e-14)
    assert list(picture.power_factor) == [1.0, 2.0]
    table = load(chips=TABLE).chip_map()
    assert table.label == ("U1", "U2")
    assert list(table.x) == pytest.approx([0.02, 0.06], rel=1e-14)


def test_a_kind_of_chip_is_a_number_like_others(load):
    file = load(chips=PICTURE)
    assert file.values()["chips.kinds.A.length"] == pytest.approx(12e-3, rel=1e-14)
    changed = file.chip_map({"chips.kinds.A.power_factor": 3.0, "chips.kinds.A.length": 0.02})
    assert list(changed.power_factor) == [1.0, 3.0]
    assert changed.length[1] == 0.02
    with pytest.raises(InputError) as caught:
        file.values({"chips.kinds.A.power_factor": -1.0})
    assert caught.value.key == "chips.kinds.A.power_factor"


def test_chips_on_both_faces(load):
    both = load(("rows = 2", 'rows = 2\nsides = "both"')).chip_map()
    assert list(both.side) == [TOP] * 8 + [BOTTOM] * 8
    # In a table every chip says itself where it is.
    below = CSV.replace("U2,60,20,8,8,top", "U2,20,20,8,8,bottom")
    both = load(("table =", 'sides = "both"\ntable ='), chips=TABLE, csv=below).chip_map()
    assert list(both.side) == [TOP, BOTTOM]
    with pytest.raises(InputError) as caught:
        load(chips=TABLE, csv=below)
    assert caught.value.key == "chips.sides"
    assert "U2" in caught.value.found


SERPENTINE = ("serpentine", GRID)


BAD = [
    # keys of another kind, missing keys
    (
        *SERPENTINE,
        [("passes = 4", "passes = 4\nchannels = 3")],
        InputError,
        "coolant.channels",
        "no such key",
    ),
    (*SERPENTINE, [("passes = 4\n", "")], InputError, "coolant.passes", "needs this key"),
    (
        *SERPENTINE,
        [('width = "8 mm"\nheight', 'diameter = "8 mm"\nheight')],
        InputError,
        "coolant.diameter",
        "",
    ),
    (
        *SERPENTINE,
        [("passes = 4", 'passes = 4\nmargin = "5 mm"')],
        InputError,
        "coolant.margin",
        "'inside'",
    ),
    (
        *SERPENTINE,
        [("passes = 4", 'passes = 4\ntube_wall = "1 mm"')],
        InputError,
        "coolant.tube_wall",
        "no such",
    ),
    (*SERPENTINE, [('"serpentine"', '"labyrinth"')], InputError, "coolant.kind", "none of the words"),
    ("path", GRID, [("redevelops = true\n", "")], InputError, "coolant.redevelops", "needs this key"),
    (
        "path",
        GRID,
        [("shape", 'tube_wall = "1 mm"\nshape')],
        InputError,
        "coolant.tube_conductivity",
        "needs",
    ),
    (
        "path",
        GRID,
        [("shape", 'tube_conductivity = "300 W/(m K)"\nshape')],
        InputError,
        "coolant.tube_conductivity",
        "without tube_wall",
    ),
    (
        "parallel",
        GRID,
        [("channels = 5", "channels = 5\nredevelops = true")],
        InputError,
        "coolant.redevelops",
        "",
    ),
    (
        "microchannel",
        GRID,
        [("pitch", 'shape = "round"\npitch')],
        InputError,
        "coolant.shape",
        "no such key",
    ),
    ("microchannel", GRID, [('pitch = "0.2 mm"\n', "")], InputError, "coolant.pitch", "needs this key"),
    (
        "pin-fin",
        GRID,
        [("arrangement", 'roughness = "1 um"\narrangement')],
        InputError,
        "coolant.roughness",
        "",
    ),
    # channels that do not fit
    (
        *SERPENTINE,
        [('"8 mm"\nheight', '"25 mm"\nheight')],
        errors.ChannelPitchError,
        "coolant.width",
        "pitch",
    ),
    (*SERPENTINE, [('"5 mm"', '"4 .. 10.1 mm"')], errors.ChannelHeightError, "coolant.height", "thick"),
    (
        *SERPENTINE,
        [("passes", 'floor = "5 mm"\npasses')],
        errors.ChannelHeightError,
        "coolant.height",
        "thick",
    ),
    (
        *SERPENTINE,
        [("passes", 'bend_radius = "13 mm"\npasses')],
        errors.ChannelPitchError,
        "coolant.bend_radius",
        "wider",
    ),
    (
        "parallel",
        GRID,
        [("channels = 5", "channels = 13")],
        errors.ChannelPitchError,
        "coolant.width",
        "pitch",
    ),
    (
        "parallel",
        GRID,
        [("channels", 'region = {x = "0 m", y = "0 m", length = "0.1 m", width = "40 mm"}\nchannels')],
        errors.ChannelPitchError,
        "coolant.width",
        "pitch",
    ),
    (
        "microchannel",
        GRID,
        [("pitch", 'region = {x = "0 m", y = "20 mm", length = "0.1 m", width = "81 mm"}\npitch')],
        errors.FieldOffPlateError,
        "coolant.region.width",
        "beyond",
    ),
    (
        "microchannel",
        GRID,
        [('"0.1 mm"', '"0.2 mm"')],
        errors.ChannelPitchError,
        "coolant.width",
        "pitch",
    ),
    ("pin-fin", GRID, [('"2 mm"', '"4 mm"')], errors.ChannelPitchError, "coolant.diameter", "touch"),
    (
        "path",
        GRID,
        [('["0 mm", "70 mm"]]', '["0 mm", "120 mm"]]')],
        errors.DiagonalPathError,
        "coolant.points",
        "along",
    ),
    (
        "path",
        GRID,
        [('["150 mm", "70 mm"], ["0 mm", "70 mm"]', '["150 mm", "99 mm"], ["0 mm", "99 mm"]')],
        errors.PathOffPlateError,
        "coolant.points",
        "leaves the metal",
    ),
    (
        "path",
        GRID,
        [('["150 mm", "70 mm"], ["0 mm", "70 mm"]', '["150 mm", "33 mm"], ["0 mm", "33 mm"]')],
        errors.PathCrossingError,
        "coolant.points",
        "",
    ),
    ("path", GRID, [('["0 mm", "30 mm"]', '["0 mm"]')], InputError, "coolant.points", "point 1"),
    ("path", GRID, [('["0 mm", "30 mm"]', '["0 mm", "30"]')], InputError, "coolant.points", "point 1"),
    ("path", GRID, [('["0 mm", "30 mm"]', '["0 mm", 30]')], InputError, "coolant.points", "point 1"),
    # layers and material
    (
        *SERPENTINE,
        [("cells_along", "layers = [3]\ncells_along")],
        errors.PlateGeometryError,
        "plate.layers",
        "beside",
    ),
    (
        *SERPENTINE,
        [("cells_along", "layers = [1, 2]\ncells_along")],
        InputError,
        "plate.layers",
        "layers",
    ),
    (
        "pin-fin",
        GRID,
        [("cells_along", "layers = [1, 1, 1]\ncells_along")],
        errors.PlateGeometryError,
        "plate.layers",
        "base",
    ),
    (
        *SERPENTINE,
        [("cells_along = 20", "cells_along = 2000\nlayers = [90, 90, 90]")],
        InputError,
        "plate.cells_along, plate.cells_across, plate.layers",
        "too many",
    ),
    (*SERPENTINE, [('"aluminium 6061"', '"unobtainium"')], InputError, "plate.material", "not known"),
    # chips
    (*SERPENTINE, [("columns = 4\n", "")], InputError, "chips.columns", "missing"),
    (
        *SERPENTINE,
        [("rows = 2\ncolumns = 4\n", "")],
        InputError,
        "chips.rows, chips.map, chips.table",
        "three",
    ),
    (
        *SERPENTINE,
        [("rows", 'map = "#"\nrows')],
        InputError,
        "chips.rows, chips.map, chips.table",
        "three",
    ),
    (*SERPENTINE, [("rows", "kinds.A = {}\nrows")], InputError, "chips.kinds", "map only"),
    (
        *SERPENTINE,
        [("rows = 2", 'rows = 3\nmargin_y = "40 mm"')],
        errors.ChipOverlapError,
        "chips.rows",
        "overlap",
    ),
    (
        *SERPENTINE,
        [("rows", 'margin_y = "50 mm"\nrows')],
        errors.ChipMapError,
        "chips.margin_y",
        "no room",
    ),
    (*SERPENTINE, [('length = "8 mm"\n', "")], InputError, "chips.length", "missing"),
    ("serpentine", PICTURE, [("#.A", "#.B")], errors.ChipLetterError, "chips.map", "line 1, column 3"),
    ("serpentine", PICTURE, [("#.A", "#.AA")], errors.RaggedMapError, "chips.map", "line 2"),
    ("serpentine", PICTURE, [("#.A", "...")], errors.EmptyMapError, "chips.map", "no chip"),
    ("serpentine", PICTURE, [("kinds.A", "kinds.AB")], InputError, "chips.kinds", "one letter"),
    ("serpentine", PICTURE, [("{length", "{lenght")], InputError, "chips.kinds.A.lenght", "unknown key"),
    (
        "serpentine",
        PICTURE,
        [('"12 mm"', '"120 mm"')],
        errors.ChipOffPlateError,
        "chips.map",
        "r2c3 reaches",
    ),
    (
        "serpentine",
        TABLE,
        [("chips.csv", "none.csv")],
        errors.ChipTableError,
        "chips.table",
        "does not exist",
    ),
    (
        "serpentine",
        TABLE,
        [("table", 'margin_x = "1 mm"\ntable')],
        InputError,
        "chips.margin_x",
        "rows or map",
    ),
    (
        "serpentine",
        TABLE,
        [("table", 'length = "1 mm"\ntable')],
        InputError,
        "chips.length, chips.width",
        "",
    ),
    ("pin-fin", GRID, [("rows", 'sides = "both"\nrows')], InputError, "chips.sides", "pins"),
    # interface
    (
        *SERPENTINE,
        [('tim_conductivity = "5 W/(m K)"\n', "")],
        InputError,
        "chips.tim_thickness",
        "one of three forms",
    ),
    (
        *SERPENTINE,
        [("tim_conductivity", 'tim_resistance = "1 K/W"\ntim_conductivity')],
        InputError,
        "chips.tim_thickness, chips.tim_conductivity, chips.tim_resistance",
        "one of three forms",
    ),
    # states
    (*SERPENTINE, [('"1 .. 4 L/min"', '"3 L/min"')], InputError, "envelope.flow", "is a range"),
    (*SERPENTINE, [('"1 .. 4 L/min"', '"3 .. 4 L/min"')], InputError, "envelope.flow", "design.flow"),
    (*SERPENTINE, [('"0.5 .. 1.2"', '"0.5 .. 0.9"')], InputError, "envelope.clock", "clock 1"),
    (*SERPENTINE, [("[design]", '[design]\nfluid = "beer"')], InputError, "design.fluid", "Unknown fluid"),
    (
        *SERPENTINE,
        [("[design]", '[design]\nfluid = "MPG 130 %"')],
        InputError,
        "design.fluid",
        "strength",
    ),
    (*SERPENTINE, [("[design]", '[design]\nfluid = "air"')], InputError, "design.fluid", "is a liquid"),
    (
        *SERPENTINE,
        [("passes = 4", 'passes = 4\nbends = "inside"\nmargin = "1 mm"')],
        errors.PathOffPlateError,
        "coolant.margin",
        "leaves the metal",
    ),
    # anything
    (*SERPENTINE, [('chip = "10 W"', 'chip = "10 K"')], InputError, "power.chip", ""),
    (*SERPENTINE, [("[losses]", "[loses]")], InputError, "loses", "unknown key"),
]


@pytest.mark.parametrize(
    ("coolant", "chips", "replacements", "kind", "key", "said"),
    BAD,
    ids=[f"{number}-{row[4]}" for number, row in enumerate(BAD)],
)
def test_what_does_not_fit_is_refused(load, tmp_path, coolant, chips, replacements, kind, key, said):
    with pytest.raises(kind) as caught:
        load(*replacements, coolant=coolant, chips=chips)
    error = caught.value
    assert type(error) is kind
    assert error.file in (str(tmp_path / "plate.toml"), str(tmp_path / "none.csv"))
    assert error.key == key
    assert said in error.problem


def test_places_are_in_the_unit_of_the_field(load):
    with pytest.raises(errors.PathOffPlateError) as caught:
        load(
            ('["150 mm", "30 mm"], ["150 mm", "70 mm"]', '["230 mm", "30 mm"], ["230 mm", "70 mm"]'),
            coolant="path",
        )
    # The straight piece ends half a width before the bend: of the square as large as the bore of 6 mm.
    assert caught.value.found == "channel from (0 mm, 27 mm) to (227.3 mm, 33 mm)"
    assert caught.value.accepted == "inside 200 mm x 100 mm"


def test_a_fault_in_a_table_names_its_line(load, tmp_path):
    with pytest.raises(errors.ChipTableError) as caught:
        load(chips=TABLE, csv=CSV.replace("60", "sixty"))
    assert caught.value.file == str(tmp_path / "chips.csv")
    assert caught.value.key == "line 3, column x"


def test_chips_of_a_table_that_do_not_fit_are_named(load, tmp_path):
    with pytest.raises(errors.ChipOverlapError, match="U1 and U2") as caught:
        load(chips=TABLE, csv=CSV.replace("60", "25"))
    assert (caught.value.file, caught.value.key) == (str(tmp_path / "plate.toml"), "chips.table")


def test_unknown_names_list_the_shipped_ones():
    with pytest.raises(InputError) as caught:
        load_cold_plate("pin-fins")
    for name in shipped_cold_plates():
        assert name in caught.value.accepted
    assert "did you mean 'pin-fin'" in caught.value.accepted


PIECES = [*"=[]{}'\"\n\\%-#0.A,K", "..", "+/-", "nan", "inf", "1e400", " mm", "[1, 1, 1]"]


def mutate(text, rng):
    """One small accident: a character or a line lost, doubled, swapped or replaced."""
    lines = text.split("\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    at = rng.randrange(len(text))
    match rng.randrange(6):
        case 0:
            return text[:at] + text[at + rng.randrange(1, 4) :]
        case 1:
            return text[:at] + rng.choice(PIECES) + text[at:]
        case 2:
            return "\n".join(lines[:i] + lines[i + 1 :])
        case 3:
            lines[i], lines[j] = lines[j], lines[i]
            return "\n".join(lines)
        case 4:
            name, _, value = lines[i].partition("=")
            return "\n".join([*lines[:i], f"{name}= {rng.choice(PIECES)}{value}", *lines[i + 1 :]])
        case _:
            numbers = [k for k, c in enumerate(text) if c.isdigit()]
            k = rng.choice(numbers)
            return text[:k] + rng.choice("0123456789") + text[k + 1 :]


@given(
    name=st.sampled_from(
        ["tube-in-plate", "machined-serpentine", "brazed-parallel", "pin-fin", "microchannel-1kw"]
    ),
    seed=st.integers(0, 2**32),
    accidents=st.integers(1, 4),
)
@settings(deadline=None, max_examples=150)
def test_a_mutated_file_loads_or_raises_an_input_error(tmp_path_factory, name, seed, accidents):
    rng = random.Random(seed)
    text = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
    for _ in range(accidents):
        text = mutate(text, rng)
    path = tmp_path_factory.getbasetemp() / "mutated.toml"
    path.write_text(text, encoding="utf-8")
    file = error = None
    try:
        file = load_cold_plate(str(path))
    except InputError as refused:
        error = refused
    if file is None:
        assert error.file == str(path)
        assert error.key is not None or "TOML" in error.problem
    else:
        assert np.isfinite(list(file.values().values())).all()
        chips = file.chip_map()
        assert chips.overlapping_pair() is None
