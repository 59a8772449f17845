"""A tank over time: what is updated between two results, on oil that is stirred through and warms as one."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hashheat.components import tank_solve, tank_transient
from hashheat.components.errors import TankNotConvergedError
from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.tank_build import cell_volumes
from hashheat.solvers.flow_balance import side_flow
from hashheat.solvers.flow_model import BOTTOM, INLET, OUTLET, TOP, WALL
from hashheat.solvers.flow_solve import CONVERGED
from hashheat.thermo.errors import InputError


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tanks, plug = _beside("tank_files"), _beside("tank_plug")
seen = []


def capacity(box):
    """Heat that the box stores for a kelvin [J/K]."""
    liquid = box.liquid
    own = np.where(box.heat_capacity > 0.0, box.heat_capacity, liquid.density * liquid.heat_capacity[0])
    return float((own * cell_volumes(box.grid)).sum())


def stirred(box, state, duration, *, step=None):
    """All oil warms alike by what is released less what the flow carries away, in many small steps."""
    seen.append(box)
    w = np.zeros_like(state.w)
    through = 0.0
    if (box.sides[BOTTOM].kind == INLET).any():
        w[:] = box.sides[BOTTOM].velocity[2]
        through = float(side_flow(box, state._replace(w=w))[BOTTOM].sum())
    T, C = state.T.copy(), capacity(box)
    cp = float(box.liquid.heat_capacity[0])
    for _ in range(200):
        T_in = float(box.sides[BOTTOM].temperature.mean())
        carried = box.liquid.density * through * cp * (float(T[-1].mean()) - T_in)
        T += duration / 200 * (float(box.source.sum()) - carried) / C
    return SimpleNamespace(state=state._replace(T=T, w=w), step=duration, status=CONVERGED, time=duration)


@pytest.fixture(autouse=True)
def solvers(monkeypatch):
    monkeypatch.setattr(tank_solve, "solve_flow", plug.plug_flow)
    monkeypatch.setattr(tank_transient, "advance_flow", stirred)
    seen.clear()


def test_after_a_trip_all_heat_stays():
    tank = ImmersionTank(tanks.tank())
    found = tank.solve_transient("pump trip", 600.0, interval=60.0)
    assert found.time.values == pytest.approx(np.arange(11) * 60.0)
    # A kilowatt into what stores it.
    rate = 1000.0 / capacity(seen[-1])
    rise = found.T_oil_max.values - found.T_oil_max.values[0]
    np.testing.assert_allclose(rise, rate * found.time.values, rtol=1e-9)
    assert (found.heat_rate.values == 0.0).all()
    # Openings are shut.
    assert (seen[-1].sides[BOTTOM].kind == WALL).all()
    assert (seen[-1].sides[TOP].kind == WALL).all()
    assert not seen[-1].sides[BOTTOM].velocity.any()
    assert int(found.status) == 0
    assert float(found.end_time) == 600.0


def test_the_time_to_the_limit_is_where_the_hottest_junction_meets_it():
    tank = ImmersionTank(tanks.tank())
    free = tank.solve_transient("pump trip", 600.0, interval=60.0)
    assert np.isinf(float(free.time_to_limit))
    assert int(free.limit_miner) == -1
    T, t = free.T_junction.values, free.time.values
    limit = 0.3 * T[4] + 0.7 * T[5]
    found = tank.solve_transient("pump trip", 600.0, interval=60.0, miner__0__limit=float(limit))
    assert float(found.time_to_limit) == pytest.approx(0.3 * t[4] + 0.7 * t[5], rel=1e-6)
    assert int(found.limit_miner) == 0


def test_from_cold_the_oil_nears_the_balance_of_power_and_flow():
    tank = ImmersionTank(tanks.tank())
    found = tank.solve_transient("start-up", 7200.0, interval=120.0)
    box = seen[-1]
    assert float(found.T_oil_max[0]) == pytest.approx(293.15)
    flow = box.liquid.density * 5e-5 * float(box.liquid.heat_capacity[0])
    end = 313.15 + 1000.0 / flow
    tau = capacity(box) / flow
    expected = end + (293.15 - end) * np.exp(-found.time.values / tau)
    np.testing.assert_allclose(found.T_oil_max.values, expected, atol=0.05)
    assert (box.sides[BOTTOM].kind == INLET).all()
    assert (box.sides[TOP].kind == OUTLET).all()


def test_the_exchanger_follows_the_oil_that_leaves():
    loop = {
        "circulation": {"volume_flow": "3 L/min"},
        "exchanger": {"UA": "150 W/K"},
        "water": {"T_in": "30 degC", "volume_flow": "2 L/min"},
    }
    tank = ImmersionTank(tanks.tank(**loop))
    found = tank.solve_transient("start-up", 7200.0, interval=60.0)
    heat = found.heat_rate.values
    # Oil colder than the water takes heat from it, and in the end the water has all power.
    assert heat[0] < 0.0
    assert heat[-1] == pytest.approx(1000.0, rel=0.02)
    later = slice(3, None)
    T_out, T_in = found.T_out.values[later], found.T_in.values[later]
    liquid = seen[-1].liquid
    cp = np.polynomial.polynomial.polyval(0.5 * (T_in + T_out) - liquid.T_ref, liquid.heat_capacity)
    np.testing.assert_allclose(heat[later], liquid.density * 5e-5 * cp * (T_out - T_in), rtol=1e-4, atol=0.5)


def test_a_run_that_stops_says_when_and_why(monkeypatch):
    calls = []

    def stuck(box, state, duration, *, step=None):
        calls.append(1)
        run = stirred(box, state, duration)
        return SimpleNamespace(**{**vars(run), "status": 2 if len(calls) == 3 else CONVERGED})

    monkeypatch.setattr(tank_transient, "advance_flow", stuck)
    found = ImmersionTank(tanks.tank()).solve_transient("pump trip", 600.0, interval=60.0)
    assert int(found.status) == tank_transient.STOPPED
    assert float(found.end_time) == 120.0
    long = ImmersionTank(tanks.tank())
    monkeypatch.setattr(tank_transient, "advance_flow", stirred)
    hot = long.solve_transient("pump trip", 1e5, interval=1e4)
    assert int(hot.status) == tank_transient.OIL_OUT_OF_RANGE
    assert float(hot.end_time) < 1e5


def test_what_cannot_be_run_is_refused(monkeypatch):
    tank = ImmersionTank(tanks.tank())
    with pytest.raises(InputError, match="no such event"):
        tank.solve_transient("flood")
    with pytest.raises(InputError, match="shorter interval"):
        tank.solve_transient("start-up", 10.0, interval=20.0)
    monkeypatch.setattr(tank_solve, "solve_flow", plug.no_flow)
    with pytest.raises(TankNotConvergedError, match="before the trip"):
        tank.solve_transient("pump trip", 600.0)
