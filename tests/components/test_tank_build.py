"""From the file of a tank to its flow problem: heat, openings, blocks and coil are those of the file."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.porous_block import oriented, porous_block
from hashheat.components.tank_blocks import coil_block
from hashheat.components.tank_build import build_tank, cell_volumes, set_coil, set_power
from hashheat.components.tank_mixing import wall_mixing_length
from hashheat.components.tank_stack import board_stack
from hashheat.solvers.flow_balance import side_areas
from hashheat.solvers.flow_model import BOTTOM, INLET, NORTH, OUTLET, SLIP, TOP, WALL

_spec = importlib.util.spec_from_file_location("tank_files", Path(__file__).with_name("tank_files.py"))
tanks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tanks)


@pytest.fixture(scope="module")
def box():
    return build_tank(tanks.tank(tanks.BOX), T_in=310.0, volume_flow=1e-4)


def test_all_heat_is_released_in_the_miners(box):
    assert box.box.source.sum() == pytest.approx(2000.0, rel=1e-12)
    inside = np.zeros(box.box.grid.shape, dtype=bool)
    for unit in box.units:
        assert box.box.source[unit.cells].sum() == pytest.approx(1000.0, rel=1e-12)
        inside[unit.cells] = True
    # Positions of chips come from sums: rounding may touch a neighbour.
    assert np.abs(box.box.source[~inside]).max() < 1e-9
    assert (box.box.porosity[~inside] == 1.0).all()


def test_even_chips_heat_a_unit_evenly(box):
    volume = cell_volumes(box.box.grid)
    for unit in box.units:
        np.testing.assert_allclose(
            box.box.source[unit.cells], 1000.0 * volume[unit.cells] / volume[unit.cells].sum(), rtol=1e-9
        )


def test_one_hot_chip_heats_its_own_cells(box):
    powers = [np.zeros(unit.centres.shape[1:]) for unit in box.units]
    powers[1][3, 2, 4] = 50.0
    set_power(box, powers)
    source = box.box.source
    assert source.sum() == pytest.approx(50.0 + 2 * 100.0, rel=1e-12)
    k = np.unravel_index(source.argmax(), source.shape)
    place = box.units[1].centres[:, 3, 2, 4]
    for axis, at in enumerate(reversed(k)):
        lines = (box.box.grid.x, box.box.grid.y, box.box.grid.z)[axis]
        assert lines[at] - 0.05 <= place[axis] <= lines[at + 1] + 0.05
    # The last column of chips is the topmost one of the unit, the last board the one of largest x.
    assert place[2] == pytest.approx(0.3 - 0.02)
    assert place[0] == pytest.approx(0.53 - 0.025)


def test_openings_carry_the_flow(box):
    areas = side_areas(box.box)
    bottom, north = box.box.sides[BOTTOM], box.box.sides[NORTH]
    flow = (bottom.velocity[2] * areas[BOTTOM] * (bottom.kind == INLET)).sum()
    assert flow == pytest.approx(1e-4, rel=1e-12)
    assert (areas[BOTTOM] * (bottom.kind == INLET)).sum() == pytest.approx(0.02, rel=1e-12)
    assert (areas[NORTH] * (north.kind == OUTLET)).sum() == pytest.approx(0.024, rel=1e-12)
    assert (bottom.temperature[bottom.kind == INLET] == 310.0).all()


def test_shares_split_the_flow_whatever_the_areas():
    inlet = tanks.table(tanks.BOX)["inlet"][0]
    file = tanks.tank(
        tanks.BOX,
        inlet=[
            {**inlet, "share": 3.0},
            {"side": "east", "y": "0 m", "width": "0.05 m", "z": "0 m", "height": "0.05 m", "share": 1.0},
        ],
    )
    found = build_tank(file, T_in=310.0, volume_flow=1e-4)
    areas = side_areas(found.box)
    into = [
        sign * (found.box.sides[n].velocity[n // 2] * areas[n] * (found.box.sides[n].kind == INLET)).sum()
        for n, sign in ((BOTTOM, 1.0), (1, -1.0))
    ]
    assert into == pytest.approx([7.5e-5, 2.5e-5], rel=1e-12)


def test_walls_and_surface_lose_heat_as_the_file_says():
    layers = {"insulation": "30 mm", "insulation_conductivity": "0.04 W/(m K)", "outside_htc": "8 W/(m^2 K)"}
    file = tanks.tank(tanks.BOX, walls={**layers, "T_ambient": "15 degC"})
    found = build_tank(file, T_in=310.0, volume_flow=1e-4)
    for n, side in enumerate(found.box.sides):
        closed = side.kind == (SLIP if n == TOP else WALL)
        assert (side.temperature[closed] == 288.15).all()
        expected = 3.0 if n == TOP else 1.0 / (0.03 / 0.04 + 1.0 / 8.0)
        np.testing.assert_allclose(side.htc[closed], expected, rtol=1e-13)


def test_a_block_is_the_porous_medium_of_its_sinks(box):
    file = tanks.tank(tanks.BOX)
    stack = board_stack(file, file.values(), 0)
    assert stack.board_pitch == pytest.approx(0.05)
    assert (stack.length_pitch, stack.width_pitch) == (pytest.approx(0.04), pytest.approx(0.05))
    medium = oriented(porous_block(stack, box.box.liquid, 310.0), 2, 0)
    cells = box.units[0].cells
    for axis in range(3):
        np.testing.assert_allclose(
            box.box.inverse_permeability[axis][cells], medium.inverse_permeability[axis], rtol=1e-13
        )
    # Along the fins it resists least, through the boards most.
    K = [box.box.inverse_permeability[axis][cells].max() for axis in range(3)]
    assert K[2] < K[0]
    assert box.box.porosity[cells].max() == pytest.approx(medium.porosity)


def test_a_measured_resistance_takes_the_place_of_the_fins():
    # dp = a V + b V2 over 0.2 m and 0.04 m2: mu / K = a A / L, rho C = b A2 / L.
    a, b = 2e4, 3e7
    flows = np.array([1e-4, 5e-4, 1e-3])
    curve = [[f"{V} m^3/s", f"{a * V + b * V * V} Pa"] for V in flows]
    resistance = {"curve": curve, "density": "800 kg/m^3", "viscosity": "5 mPa s"}
    file = tanks.tank(tanks.BOX, miner__0__resistance=resistance)
    found = build_tank(file, T_in=310.0, volume_flow=1e-4)
    cells = found.units[0].cells
    assert found.box.inverse_permeability[2][cells].max() == pytest.approx(a * 0.04 / 0.2 / 5e-3, rel=1e-6)
    assert found.box.forchheimer[2][cells].max() == pytest.approx(b * 0.04**2 / 0.2 / 800.0, rel=1e-6)


def test_a_coil_takes_its_conductance_in_its_region():
    file = tanks.natural()
    found = build_tank(file, T_in=320.0, volume_flow=0.0)
    set_coil(found, file, 100.0, 303.15)
    block = coil_block(file, found.values)
    assert found.box.exchange.sum() == pytest.approx(100.0, rel=1e-13)
    volume = cell_volumes(found.box.grid)
    inside = found.box.exchange > 0.0
    assert volume[inside].sum() == pytest.approx(block.volume, rel=1e-12)
    assert (found.box.exchange_temperature[inside] == 303.15).all()


def test_metal_stores_what_the_file_says():
    file = tanks.tank(tanks.BOX, miner__0__heat_capacity="12 kJ/K")
    found = build_tank(file, T_in=310.0, volume_flow=1e-4)
    cells = found.units[0].cells
    eps, liquid = found.box.porosity[cells].max(), found.box.liquid
    expected = 12e3 / 8e-3 + eps * liquid.density * liquid.heat_capacity[0]
    np.testing.assert_allclose(found.box.heat_capacity[cells], expected, rtol=1e-12)


def test_aged_oil_is_thicker_by_its_factor():
    fresh = build_tank(tanks.tank(tanks.BOX), T_in=310.0, volume_flow=1e-4).box.liquid
    file = tanks.tank(tanks.BOX)
    aged = build_tank(file, {"fluid.viscosity_factor": 1.3}, T_in=310.0, volume_flow=1e-4).box.liquid
    assert aged.log_viscosity[0] - fresh.log_viscosity[0] == pytest.approx(math.log(1.3))


def test_turbulence_is_told_with_its_reason():
    cool = tanks.tank(tanks.BOX, miner__0__power="2 W")
    slow = build_tank(cool, T_in=310.0, volume_flow=1e-4)
    assert slow.mixing.name == "laminar"
    assert not slow.box.mixing_length.any()
    fast = build_tank(tanks.tank(tanks.BOX), T_in=310.0, volume_flow=1e-2)
    assert fast.mixing.inlet_Re > 2300.0
    # Free fall over the depth with the rise of the oil, in the open width beside the unit.
    hot = build_tank(tanks.tank(tanks.BOX), T_in=310.0, volume_flow=1e-4).mixing
    warm = slow.mixing
    assert hot.plume_Re > 2300.0 > warm.plume_Re
    assert hot.plume_Re / warm.plume_Re == pytest.approx(math.sqrt(hot.grashof / warm.grashof), rel=1e-9)
    assert hot.name == "mixing length"
    assert fast.mixing.name == "mixing length"
    assert fast.box.mixing_length.max() > 0.0
    off = build_tank(tanks.tank(tanks.BOX, grid={"turbulence": "off"}), T_in=310.0, volume_flow=1e-2)
    assert not off.box.mixing_length.any()
    assert "off" in off.mixing.reason


def test_the_mixing_length_grows_from_walls_and_blocks(box):
    length = wall_mixing_length(box.box.grid, box.blocks)
    grid = box.box.grid
    middles = [0.5 * (f[1:] + f[:-1]) for f in (grid.z, grid.y, grid.x)]
    for unit in box.units:
        assert not length[unit.cells].any()
    # Next to the bottom 0.41 times the distance; the free surface is no wall.
    assert length[0, 0, 0] == pytest.approx(0.41 * min(m[0] for m in middles))
    k, j, i = -1, len(middles[1]) // 2, int(np.abs(middles[2] - 0.29).argmin())
    assert length[k, j, i] == length.max() or length[k, j, i] > length[0, j, i]
