"""Lane values against NumPy on the same numbers: arithmetic, masks, memory, and that lanes stay apart."""

from fractions import Fraction

import numba
import numpy as np
import pytest

from hashheat.solvers.convection import exp_poly
from hashheat.solvers.lanes import WIDTH, any_lane, load, select, store
from hashheat.thermo import property_kernels as pk
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.fused import fused

compiled_only = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="types exist in compiled code only")


def jit(function):
    # Not cached: a cached kernel would not notice an edit of lanes.py.
    return numba.njit(error_model="numpy")(function)


@jit
def arithmetic(a, out):
    x, y = load(a, 0, 0), load(a, 1, 0)
    store(out, 0, 0, x + y)
    store(out, 1, 0, x - y)
    store(out, 2, 0, x * y)
    store(out, 3, 0, x / y)
    store(out, 4, 0, -x)
    store(out, 5, 0, 2.0 * x + 3)
    store(out, 6, 0, 1 - x / 4.0)
    store(out, 7, 0, 1.0 / y)
    store(out, 8, 0, 7.5)


@jit
def comparisons(a, out):
    x, y = load(a, 0, 0), load(a, 1, 0)
    store(out, 0, 0, select(x < y, 1.0, 0.0))
    store(out, 1, 0, select(x <= y, 1.0, 0.0))
    store(out, 2, 0, select(x > y, 1.0, 0.0))
    store(out, 3, 0, select(x >= y, 1.0, 0.0))
    store(out, 4, 0, select((x > 0.0) & (y > 0.0), 1.0, 0.0))
    store(out, 5, 0, select((x > 0.0) | (y > 0.0), 1.0, 0.0))
    store(out, 6, 0, select(0.5 > x, x, y))
    store(out, 7, 0, select(x < 1, y, -1))


@jit
def has_one(a, limit):
    return any_lane(load(a, 0, 0) > limit)


@jit
def copy_block(a, i, j, out, k, m):
    store(out, k, m, load(a, i, j))


@jit
def water_formulas(table, T, out):
    x = load(T, 0, 0)
    store(out, 0, 0, pk.density(table, x))
    store(out, 1, 0, pk.viscosity(table, x))
    store(out, 2, 0, pk.prandtl_cube_root(table, x))
    store(out, 3, 0, exp_poly(0.01 * (x - 300.0)))


@jit
def augmented(a, out):
    x = load(a, 0, 0)
    x += 1.0
    x -= load(a, 1, 0)
    x *= 2.0
    x /= 3.0
    store(out, 0, 0, x)


@jit
def all_fused(a, out):
    x, y = load(a, 0, 0), load(a, 1, 0)
    store(out, 0, 0, fused(x, y, -x * y))
    store(out, 1, 0, fused(x, 0.1, y))


@pytest.fixture
def pair():
    return np.random.default_rng(5).uniform(-2.0, 2.0, (2, WIDTH))


def test_arithmetic_is_numpys(pair):
    x, y = pair
    out = np.zeros((9, WIDTH))
    arithmetic(pair, out)
    expected = [x + y, x - y, x * y, x / y, -x, 2 * x + 3, 1 - x / 4, 1 / y, np.full(WIDTH, 7.5)]
    # Contraction and reciprocals may round differently in the last place, and cancellation magnifies that.
    np.testing.assert_allclose(out, expected, rtol=1e-15, atol=4e-16)


def test_comparisons_and_masks_are_numpys(pair):
    pair[1, :4] = pair[0, :4]  # equal lanes tell < from <=
    x, y = pair
    out = np.zeros((8, WIDTH))
    comparisons(pair, out)
    expected = [x < y, x <= y, x > y, x >= y, (x > 0) & (y > 0), (x > 0) | (y > 0)]
    expected += [np.where(x < 0.5, x, y), np.where(x < 1, y, -1)]
    np.testing.assert_array_equal(out, np.array(expected, dtype=float))


def test_a_comparison_with_nan_is_false(pair):
    pair[0] = np.nan
    out = np.zeros((8, WIDTH))
    comparisons(pair, out)
    assert not out[:4].any()


@pytest.mark.parametrize("lane", range(WIDTH))
def test_any_lane_sees_every_lane(lane):
    a = np.zeros((1, WIDTH))
    assert not has_one(a, 0.5)
    a[0, lane] = 1.0
    assert has_one(a, 0.5) is True


@pytest.mark.parametrize("lane", [0, 1, WIDTH // 2, WIDTH - 1])
def test_lanes_do_not_cross(pair, lane):
    alone = np.zeros((9, WIDTH))
    arithmetic(pair, alone)
    others = pair * -3.0 + 0.1
    others[:, lane] = pair[:, lane]
    beside = np.zeros((9, WIDTH))
    arithmetic(others, beside)
    np.testing.assert_array_equal(alone[:, lane], beside[:, lane])


def test_load_and_store_touch_their_block_only():
    a = np.arange(5.0 * 3 * WIDTH).reshape(5, 3 * WIDTH)
    out = np.full((4, 2 * WIDTH + 3), -1.0)
    copy_block(a, 3, 5, out, 2, 3)
    expected = np.full_like(out, -1.0)
    expected[2, 3 : 3 + WIDTH] = a[3, 5 : 5 + WIDTH]
    np.testing.assert_array_equal(out, expected)


def test_a_loaded_value_is_a_copy():
    a = np.arange(2.0 * WIDTH).reshape(2, WIDTH)

    @jit
    def swap(a):
        first, second = load(a, 0, 0), load(a, 1, 0)
        store(a, 0, 0, second)
        store(a, 1, 0, first)

    swap(a)
    np.testing.assert_array_equal(a, np.arange(2.0 * WIDTH).reshape(2, WIDTH)[::-1])


def test_scalar_formulas_work_on_lanes():
    table = Fluid.parse("water").table(3e5)
    T = np.linspace(table.T_min, table.T_max, WIDTH)[None, :]
    out = np.zeros((4, WIDTH))
    water_formulas(table, T, out)
    for lane in range(WIDTH):
        t = float(T[0, lane])
        one_by_one = (
            pk.density(table, t),
            pk.viscosity(table, t),
            pk.prandtl_cube_root(table, t),
            np.exp(0.01 * (t - 300.0)),
        )
        np.testing.assert_allclose(out[:, lane], one_by_one, rtol=1e-12)


def test_augmented_assignment(pair):
    out = np.zeros((1, WIDTH))
    augmented(pair, out)
    np.testing.assert_allclose(out[0], (pair[0] + 1.0 - pair[1]) * 2.0 / 3.0, rtol=1e-14, atol=1e-15)


@compiled_only
@pytest.mark.parametrize(
    "array",
    [
        np.zeros(WIDTH),
        np.zeros((1, 1, WIDTH)),
        np.asfortranarray(np.zeros((2, WIDTH))),
        np.zeros((2, 2 * WIDTH))[:, ::2],
        np.zeros((1, WIDTH), dtype=np.float32),
        np.zeros((1, WIDTH), dtype=np.int64),
    ],
    ids=["1-D", "3-D", "Fortran", "strided", "float32", "int64"],
)
def test_other_arrays_are_refused(array):
    with pytest.raises(numba.errors.TypingError, match="C-contiguous 2-D float64"):
        has_one(array, 0.5)


@compiled_only
def test_fused_lanes_round_once(pair):
    out = np.empty((2, WIDTH))
    all_fused(pair, out)
    for (x, y), missed, total in zip(pair.T, *out):
        assert missed == float(Fraction(x) * Fraction(y) - Fraction(x * y))
        assert total == float(Fraction(x) * Fraction(0.1) + Fraction(y))
    assert np.any(out[0] != 0.0)
