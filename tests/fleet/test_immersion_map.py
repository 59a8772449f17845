"""The map of an immersion tank against the tank solved anew at its points, on the column in plug flow."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hashheat.components import tank_solve
from hashheat.components.immersion_tank import ImmersionTank
from hashheat.fleet.immersion_map import immersion_map
from hashheat.fleet.unit_map import HEAT, PRESSURE_DROP, T_HOTTEST, T_WALL, WALL_POWER, Mode
from hashheat.thermo.errors import InputError


def _component_helper(name):
    path = Path(__file__).parents[1] / "components" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tanks, plug = _component_helper("tank_files"), _component_helper("tank_plug")

LOOP = {
    "circulation": {"volume_flow": "3 L/min"},
    "exchanger": {"UA": "150 W/K"},
    "water": {"T_in": "30 degC", "volume_flow": "2 L/min"},
    "walls": {"htc": "4 W/(m^2 K)", "T_ambient": "20 degC"},
}
#: Points of the map: every 2.5 K between 20 and 40 degC.
RANGE, ROOM = (293.15, 313.15), (283.15, 303.15)
MODES = (Mode("low", 0.7, 0.9), Mode("normal", 1.0, 1.0))


@pytest.fixture(autouse=True)
def _plug_flow(monkeypatch):
    monkeypatch.setattr(tank_solve, "solve_flow", plug.plug_flow)


@pytest.fixture
def tank():
    return ImmersionTank(tanks.tank(**LOOP))


def read(tank, T_in, room, litres, mode, count=1):
    made = immersion_map(tank.reduced(), MODES, count, RANGE, ROOM, 20e3)
    flow = tank.run().water.mass_flow * litres / 2.0
    values, inside = made.evaluate(T_in, room, np.full(count, flow), np.full(count, mode))
    return values, inside


@pytest.mark.parametrize(
    ("T_in", "room", "litres", "mode", "off"),
    [
        (303.15, 293.15, 2.0, 2, 1e-4),
        (303.15, 283.15, 2.0, 2, 1e-3),
        (293.15, 303.15, 2.0, 2, 1e-3),
        (303.15, 283.15, 2.0, 1, 1e-3),
        (301.7, 291.0, 1.3, 2, 2e-3),
        (310.3, 299.0, 3.9, 1, 2e-3),
    ],
)
def test_the_map_is_the_tank_solved_anew(tank, T_in, room, litres, mode, off):
    """Within 1e-4 where it was solved; elsewhere the pattern of the oil is held, and lines join the points."""
    values, inside = read(tank, T_in, room, litres, mode)
    frequency, voltage = MODES[mode - 1].frequency, MODES[mode - 1].voltage
    changed = {
        "water.T_in": T_in,
        "water.volume_flow": litres / 6e4,
        "walls.T_ambient": room,
        "miner.0.power": 1000.0 * frequency * voltage**2,
    }
    found = tank.solve(changed=changed, tolerance=1e-8)
    assert inside.all()
    power = float(found.wall_power + found.pump_heat)
    assert values[0, HEAT] == pytest.approx(float(found.heat_rate), rel=off)
    assert values[0, WALL_POWER] == pytest.approx(power, rel=off)
    scale = float(found.T_junction) - T_in
    assert values[0, T_HOTTEST] == pytest.approx(float(found.T_junction), abs=10.0 * off * scale)
    assert values[0, T_WALL] == pytest.approx(float(found.T_out), abs=10.0 * off * scale)
    assert values[0, PRESSURE_DROP] == pytest.approx(
        20e3 * (litres / 2.0) ** 2, rel=5e-6 if off < 1e-4 else 0.01
    )


def test_tanks_stand_side_by_side(tank):
    one, _ = read(tank, 300.0, 290.0, 2.0, 2)
    three, _ = read(tank, 300.0, 290.0, 2.0, 2, count=3)
    np.testing.assert_array_equal(three, np.repeat(one, 3, axis=0))


def test_a_flow_beyond_the_map_is_told(tank):
    _, inside = read(tank, 300.0, 290.0, 20.0, 2)
    assert not inside.any()


def test_a_tank_without_water_is_refused():
    tank = ImmersionTank(tanks.tank(circulation={"volume_flow": "3 L/min", "T_in": "40 degC"}))
    with pytest.raises(InputError, match="cooled by water"):
        immersion_map(tank.reduced(), MODES, 1, RANGE, ROOM, 20e3)
