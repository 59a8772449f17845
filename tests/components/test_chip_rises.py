"""The rises from inlet to junction: each against what it must be, and together the whole."""

import numpy as np
import pytest

from hashheat.components.chip_map import ChipKind, chip_grid
from hashheat.components.chip_rises import chip_rises, nearest_cells
from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.solvers.serpentine import OK

PLATE = """\
name = "thin"
maker = "nobody"
[plate]
material = "copper"
cells_along = 12
cells_across = 8
layers = {layers}
length = "60 mm"
width = "40 mm"
thickness = "8 mm"
[coolant]
kind = "serpentine"
passes = 2
bends = "outside"
shape = "rectangle"
redevelops = false
width = "4 mm"
height = "4 mm"
roughness = "1 um"
port_loss = "1.5"
nusselt_factor = "1"
friction_factor = "1"
[chips]
rows = 2
columns = 3
length = "10 mm"
width = "10 mm"
package_resistance = "0.1 K/W"
tim_thickness = "100 um"
tim_conductivity = "5 W/(m K)"
limit = "95 degC"
[power]
chip = "20 W"
leakage_share = "0"
leakage_scale = "35 K"
reference_temperature = "70 degC"
[losses]
top = "0 W/(m^2 K)"
bottom = "0 W/(m^2 K)"
edge = "0 W/(m^2 K)"
[design]
flow = "1 L/min"
T_in = "70 degC"
[envelope]
flow = "0.5 .. 2 L/min"
T_in = "40 .. 80 degC"
clock = "0.5 .. 1.3"
"""


@pytest.fixture(params=["[1]", "[1, 1, 1]"])
def case(request, tmp_path):
    path = tmp_path / "thin.toml"
    path.write_text(PLATE.replace("{layers}", request.param), encoding="utf-8")
    plate = ColdPlate(load_cold_plate(path))
    prepared, table = plate.prepared(), plate.fluid().table(3e5)
    state = prepared.solve(table, Surroundings(343.15, 1.0 / 60.0))
    assert state.status == OK
    return prepared, state, chip_rises(prepared, state, 343.15)


def test_the_rises_add_up_and_the_package_has_its_resistance(case):
    prepared, state, rises = case
    total = sum(rises[name] for name in ("coolant_rise", "film_rise", "metal_rise", "package_rise"))
    assert total == pytest.approx(state.T_junction - 343.15, abs=1e-9)
    # 20 W through 0.1 K/W and 100 um of 5 W/(m K) below 1 cm2.
    assert rises["package_rise"] == pytest.approx(20.0 * (0.1 + 1e-4 / (5.0 * 1e-4)), rel=1e-9)
    # A plate of one layer is isothermal through its thickness, and each chip's heat goes straight down.
    assert np.all(rises["metal_rise"] > (-1e-9 if prepared.model.solid.loss.shape[0] == 1 else 0.1))


def test_the_film_carries_the_heat_of_its_cell(case):
    prepared, state, rises = case
    films = prepared.model.films
    area = np.add.reduceat(films.area, films.first[:-1])
    over = state.heat / (state.htc * area)
    for i in range(len(prepared.chips)):
        near = nearest_cells(prepared.chips, i, prepared.places)
        assert rises["film_rise"][i] == pytest.approx(over[near].mean(), rel=0.02)
        assert rises["chip_htc"][i] == pytest.approx(state.htc[near].mean())


def test_the_coolant_warms_up_by_the_heat_of_the_chips_before(case):
    """Chips 1 to 3 stand along the first pass, 4 to 6 along the way back: half of each chip's own heat counts."""
    _, _, rises = case
    capacity = 1.0 / 60.0 * 4190.0
    along = np.array([0.5, 1.5, 2.5, 5.5, 4.5, 3.5]) * 20.0 / capacity
    assert rises["coolant_rise"] == pytest.approx(along, abs=0.35 * 20.0 / capacity)


def test_nearest_is_what_lies_below_or_else_the_closest_row():
    chips = chip_grid(1, 1, ChipKind(0.010, 0.006), (0.04, 0.02))
    x, y = np.meshgrid(np.arange(0.001, 0.04, 0.002), [0.003, 0.009, 0.011, 0.018])
    places = np.column_stack([x.ravel(), y.ravel()])
    near = places[nearest_cells(chips, 0, places)]
    assert sorted(set(near[:, 1])) == [0.009, 0.011]
    assert near[:, 0].min() == pytest.approx(0.015)
    assert near[:, 0].max() == pytest.approx(0.025)
    # Both rows are out of reach: the nearer one, where it runs along the chip.
    outside = places[(places[:, 1] < 0.004) | (places[:, 1] > 0.017)]
    near = outside[nearest_cells(chips, 0, outside)]
    assert set(near[:, 1]) == {0.003}
    assert near[:, 0].min() == pytest.approx(0.015)
