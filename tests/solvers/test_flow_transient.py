import numba
import numpy as np
import pytest

from hashheat.solvers.flow_balance import mass_defect
from hashheat.solvers.flow_grid import uniform
from hashheat.solvers.flow_model import INLET, NORTH, OUTLET, SOUTH, FlowGrid, flow_box, rest
from hashheat.solvers.flow_solve import CONVERGED, solve_flow
from hashheat.solvers.flow_transient import advance_flow
from hashheat.thermo.errors import InputError
from hashheat.thermo.liquid import constant_liquid

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def cavity(Ra=0.0, n=8):
    """Square of unit properties, warm in the west and cold in the east; velocity unit alpha / L."""
    oil = constant_liquid(1.0, 1.0, 1.0, 1.0, 1.0, T_ref=0.0, T_min=-10.0, T_max=10.0)
    grid = FlowGrid(uniform(n, 1.0), uniform(n, 1.0), np.array([0.0, 1.0]))
    box = flow_box(grid, oil, (0.0, -Ra, 0.0))
    for number, T in ((0, 0.5), (1, -0.5)):
        box.sides[number].htc[...] = np.inf
        box.sides[number].temperature[...] = T
    return box


def channel():
    """Oil that starts at once through a channel, in the south and out in the north, between warm walls."""
    box = cavity()
    box.sides[SOUTH].kind[...] = INLET
    box.sides[SOUTH].velocity[1] = 5.0
    box.sides[NORTH].kind[...] = OUTLET
    return box


def test_conduction_follows_fourier():
    """Oil at rest between walls: the exact modes of the discrete slab decay as exp(-lambda t), order 2 in time."""
    n, t = 8, 0.05
    box = cavity(n=n)
    start = rest(box, 0.0)
    x = (np.arange(n) + 0.5) / n
    start.T[...] = 0.5 - x + np.sin(np.pi * x)
    decay = np.exp(-4.0 * n**2 * np.sin(np.pi / (2 * n)) ** 2 * t)
    exact = 0.5 - x + decay * np.sin(np.pi * x)
    errors = []
    for steps in (8, 16, 32):
        run = advance_flow(box, start, t, step=t / steps, fixed_step=True, tolerance=1e-7)
        assert run.status == CONVERGED
        assert run.steps == steps
        errors.append(np.abs(run.state.T - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.15)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.15)


def test_convection_is_second_order_in_time():
    box = cavity(Ra=1e4)
    start = rest(box, 0.0)

    def after(steps):
        run = advance_flow(box, start, 0.02, step=0.02 / steps, fixed_step=True, tolerance=1e-7)
        return np.concatenate([run.state.u.ravel(), run.state.v.ravel(), 10.0 * run.state.T.ravel()])

    a, b, c = after(16), after(32), after(64)
    assert np.log2(np.abs(a - b).max() / np.abs(b - c).max()) == pytest.approx(2.0, abs=0.3)


def test_it_ends_in_the_steady_state():
    box = cavity(Ra=1e4)
    steady = solve_flow(box).state
    run = advance_flow(box, rest(box, 0.0), 2.0)
    assert run.status == CONVERGED
    assert np.abs(run.state.T - steady.T).max() < 2e-3
    assert np.abs(run.state.v - steady.v).max() < 0.02 * np.abs(steady.v).max()


def test_a_flow_that_starts_at_once_balances_mass():
    box = channel()
    run = advance_flow(box, rest(box, 0.0), 0.01)
    assert run.status == CONVERGED
    assert mass_defect(box, run.state) < 1e-4
    assert run.state.v[0, -1].mean() == pytest.approx(5.0, rel=1e-4)


def test_bad_times_are_named():
    box = cavity()
    with pytest.raises(InputError, match="duration"):
        advance_flow(box, rest(box), 0.0)
    with pytest.raises(InputError, match="step"):
        advance_flow(box, rest(box), 1.0, step=-1.0)
    with pytest.raises(InputError, match="Equal steps"):
        advance_flow(box, rest(box), 1.0, fixed_step=True)
