"""Work on several threads: the same numbers as on one, and errors that are not lost."""

from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.solvers import flow_residual
from hashheat.solvers.flow_arrays import padded_state
from hashheat.solvers.flow_cycle import SWEEPS, levels_of
from hashheat.solvers.flow_model import FlowGrid, flow_box, rest
from hashheat.solvers.flow_solve import scales_of
from hashheat.solvers.flow_system import System
from hashheat.solvers.side_by_side import side_by_side
from hashheat.thermo.liquid import constant_liquid

HERE = Path(__file__).resolve()
compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


@pytest.fixture
def threads():
    before = numba.get_num_threads()
    yield numba.set_num_threads
    numba.set_num_threads(before)


def stirred_system():
    """A box in space with turbulence, large enough for several threads, in a state of no symmetry."""
    oil = constant_liquid(820.0, 6.6e-3, 0.135, 2200.0, 7.5e-4, T_ref=320.0, T_min=283.15, T_max=373.15)
    oil.log_viscosity[1] = -0.02
    axes = [np.linspace(0.0, length, n + 1) for length, n in ((0.5, 18), (0.4, 20), (0.6, 28))]
    box = flow_box(FlowGrid(*axes), oil, (0.0, 0.0, -9.81))
    box.mixing_length[...] = 0.01
    box.source[5:9, 5:9, 5:9] = 1.0
    system = System(levels_of(box), scales_of(box))
    shape = system.case.geometry.shape
    x = padded_state(box, rest(box, 320.0), shape)
    return system, x + 1e-3 * np.random.default_rng(1).standard_normal(x.shape)


@compiled
@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread here")
def test_results_do_not_depend_on_the_number_of_threads(threads):
    found = []
    for n in (1, 2):
        threads(n)
        system, x = stirred_system()
        left = system.residual(x)
        system.linearise(x, 0.1)
        found.append((left, system.preconditioner.apply(left, SWEEPS).copy()))
    for one, two in zip(*found):
        assert np.all(np.isfinite(one))
        np.testing.assert_array_equal(one, two)


@compiled
def test_the_residual_is_that_of_small_grids():
    """Below a size all is done in one call: both ways have to agree."""
    system, x = stirred_system()
    out = np.zeros_like(x)
    left = system.residual(x.copy())
    system.fields.eddy[...] = 0.0
    flow_residual._on_one(system.case, x.copy(), system.fields, system.scales, out)
    np.testing.assert_allclose(left, out, rtol=1e-12, atol=1e-12 * np.abs(out).max())


@compiled
def test_sweeps_in_every_order_reduce_a_residual():
    """Each of the eight orders is a smoother of the same equations."""
    from hashheat.solvers.flow_smoother import linear_residual, smooth

    system, x = stirred_system()
    left = system.residual(x)
    system.linearise(x, 10.0)
    level = system.levels[0]
    for order in range(8):
        level.b[...] = left
        level.x[...] = 0.0
        smooth(level.case, level.table, level.x, level.b, order, 0.85)
        linear_residual(level.case, level.table, level.x, level.b, level.r)
        assert np.linalg.norm(level.r / system.rows) < 0.6 * np.linalg.norm(left / system.rows)


def test_an_error_in_a_piece_of_work_is_raised(threads):
    def work(n):
        if n == 2:
            raise ValueError("two")

    for n in {1, min(2, numba.config.NUMBA_NUM_THREADS)}:
        threads(n)
        with pytest.raises(ValueError, match="two"):
            side_by_side(work, [(1,), (2,), (3,)])
