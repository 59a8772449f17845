"""Mass and energy of a tank with everything in it, cell by cell and as a whole."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest

HERE = Path(__file__).resolve()

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, measures = beside("flow_cases"), beside("flow_measures")


@pytest.fixture(scope="module", params=[0.0, 5.0], ids=["no coil", "coil"])
def tank(request):
    box = cases.tank(2, coil=request.param)
    return box, measures.solved(box, tolerance=5e-13).state


def enthalpy(liquid, T):
    return np.polynomial.Polynomial(liquid.heat_capacity).integ()(T - liquid.T_ref)


def film_heat(box, state, number):
    """Heat into the box through a side with a film, through half a cell and the film in series [W]."""
    axis, at = 2 - number // 2, -1 if number % 2 else 0
    side = box.sides[number]
    edges = (box.grid.z, box.grid.y, box.grid.x)
    widths = [np.diff(edges[a]) for a in range(3) if a != axis]
    T = np.take(state.T, at, axis)
    k = np.take(box.conductivity[number // 2], at, axis)
    own = np.polynomial.Polynomial(box.liquid.conductivity)(T - box.liquid.T_ref)
    k = np.where(k > 0, k, own)
    half = 0.5 * np.diff(edges[axis])[at]
    return widths[0][:, None] * widths[1] * (side.temperature - T) / (1.0 / side.htc + half / k)


def test_no_cell_makes_or_loses_mass(tank):
    box, state = tank
    assert np.abs(measures.divergence(box, state)).max() < 1e-12


def test_solids_and_walls_let_nothing_through(tank):
    box, state = tank
    closed = np.zeros_like(state.u, dtype=bool)
    closed[:, :, :-1] |= box.solid
    closed[:, :, 1:] |= box.solid
    assert np.all(state.u[closed] == 0.0)
    assert np.all(state.w[0] == 0.0)
    assert np.all(state.w[-1] == 0.0)
    assert np.all(state.v[:, 0] == 0.0)


def test_the_heat_released_leaves_the_tank(tank):
    """Power + walls + coil = what the oil carries out over what it carried in."""
    box, state = tank
    area = np.diff(box.grid.z)[:, None] * np.diff(box.grid.y)
    into = (area * state.u[:, :, 0] * enthalpy(box.liquid, box.sides[0].temperature)).sum()
    # The line through the last two cells, on the side.
    last, before = np.diff(box.grid.x)[:-3:-1]
    leaving = state.T[:, :, -1] + last / (last + before) * (state.T[:, :, -1] - state.T[:, :, -2])
    out = (area * state.u[:, :, -1] * enthalpy(box.liquid, leaving)).sum()
    carried = box.liquid.density * (out - into)
    walls = film_heat(box, state, 3).sum() + film_heat(box, state, 5).sum()
    coil = (box.exchange * (box.exchange_temperature - state.T)).sum()
    power = box.source.sum()
    assert power == pytest.approx(60.0)
    assert walls < -0.1
    assert abs(power + walls + coil - carried) < 1e-8 * power


def test_the_balance_of_the_solver_agrees(tank):
    flow_balance = pytest.importorskip("hashheat.solvers.flow_balance")
    box, state = tank
    by_side = flow_balance.wall_heat(box, state)
    assert np.sum(by_side[3]) == pytest.approx(film_heat(box, state, 3).sum(), rel=1e-9)
    assert np.sum(by_side[5]) == pytest.approx(film_heat(box, state, 5).sum(), rel=1e-9)


def test_the_tank_is_warmest_above_its_block_and_cooler_with_a_coil():
    n = 1
    plain = measures.solved(cases.tank(n)).state
    cooled = measures.solved(cases.tank(n, coil=5.0)).state
    assert plain.T.max() > 308.15
    assert cooled.T.mean() < plain.T.mean() - 0.1
