"""The reduced stack: the polynomial is the polynomial, and a scaled result still obeys both laws."""

import numpy as np
import pytest

from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_reduced as reduced
from hashheat.solvers import plate_stack as ps
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_kernels import enthalpy

WATER = Fluid.parse("water").table(6e5)
PACKED = np.stack([pack(WATER), pack(WATER)])


@pytest.mark.parametrize("n", [2, 3, 5, 9, 17])
def test_finer_points_hold_the_coarser_ones(n):
    points = reduced.lobatto_points(n)
    np.testing.assert_allclose(points, -np.cos(np.pi * np.arange(n) / (n - 1)), atol=1e-15)
    np.testing.assert_array_equal(points, reduced.lobatto_points(2 * n - 1)[::2])


def test_one_point_is_the_middle():
    np.testing.assert_array_equal(reduced.lobatto_points(1), [0.0])


def case(hot=2.0, cold=3.0, hot_T=350.0, cold_T=310.0):
    row = np.zeros(ps.N_INPUTS)
    row[:4] = hot, cold, hot_T, cold_T
    return row


@pytest.mark.parametrize("sizes", [(3, 5, 3, 2), (5, 1, 3, 3), (1, 1, 1, 1)])
def test_ratios_are_exact_for_polynomials_of_the_degree_of_the_grid(sizes):
    """A random polynomial in the monomials of ln flow and temperature, evaluated without Chebyshev's help."""
    rng = np.random.default_rng(3)
    low = np.array([np.log(0.5), np.log(0.7), 320.0, 290.0])
    high = np.array([np.log(6.0), np.log(9.0), 360.0, 330.0])
    monomials = rng.normal(size=(*sizes, reduced.N_RATIOS))

    def value(x):
        powers = [x[axis] ** np.arange(sizes[axis]) for axis in range(4)]
        return np.einsum("i,j,k,l,ijklf->f", *powers, monomials)

    nodes = np.stack(np.meshgrid(*map(reduced.lobatto_points, sizes), indexing="ij"), axis=-1)
    values = np.apply_along_axis(value, -1, nodes)
    coefficients = reduced.chebyshev_coefficients(values)
    assert coefficients.shape == (*sizes, reduced.N_RATIOS)
    basis, ratio = np.empty((4, max(sizes))), np.empty(reduced.N_RATIOS)
    for _ in range(5):
        x = np.where(np.array(sizes) > 1, rng.uniform(-1.0, 1.0, 4), 0.0)
        at = 0.5 * (low + high) + 0.5 * (high - low) * x
        row = case(np.exp(at[0]), np.exp(at[1]), at[2], at[3])
        reduced.stack_ratios(row, low, high, coefficients, basis, ratio)
        np.testing.assert_allclose(ratio, value(x), rtol=1e-11, atol=1e-11)


def result(row, heat):
    """A result of the blocks with some heat, its other columns made up."""
    out = np.arange(1.0, pr.N_OUTPUTS + 1.0)
    out[pr.HEAT_0], out[pr.HEAT_1] = -heat, heat
    return out


def test_scaled_outlets_carry_the_scaled_heat():
    row, ratio = case(), np.array([0.97, 1.01, 0.99, 1.002])
    before = result(row, 1.5e5)
    out = before.copy()
    reduced.scale_case(row, ratio, PACKED, out)
    assert out[pr.HEAT_1] == pytest.approx(0.97 * 1.5e5, rel=1e-15)
    assert out[pr.HEAT_0] == -out[pr.HEAT_1]
    gained = [
        row[ps.FLOW_0 + side]
        * (enthalpy(WATER, out[pr.T_OUT_0 + side]) - enthalpy(WATER, row[ps.T_IN_0 + side]))
        for side in range(2)
    ]
    np.testing.assert_allclose(gained, [out[pr.HEAT_0], out[pr.HEAT_1]], rtol=1e-10)
    scaled = [pr.CHANNEL_DROP_0, pr.CHANNEL_DROP_1, pr.PORT_DROP_0, pr.PORT_DROP_1, pr.UA, pr.UA_CLEAN]
    np.testing.assert_allclose(
        out[scaled] / before[scaled], [1.01, 0.99, 1.01, 0.99, 1.002, 1.002], rtol=1e-14
    )


def test_heat_may_flow_the_other_way():
    row, out = case(hot_T=310.0, cold_T=350.0), result(None, -1e5)
    reduced.scale_case(row, np.full(4, 0.9), PACKED, out)
    assert out[pr.HEAT_1] == pytest.approx(-0.9e5)
    assert out[pr.T_OUT_0] > 310.0
    assert out[pr.T_OUT_1] < 350.0


def test_a_ratio_cannot_break_the_second_law():
    """The hot side of 2 kg/s cannot come out colder than 310 K, whatever the fit says."""
    row = case()
    largest = 2.0 * (enthalpy(WATER, 350.0) - enthalpy(WATER, 310.0))
    out = result(row, 0.9995 * largest)
    reduced.scale_case(row, np.array([1.001, 1.0, 1.0, 1.0]), PACKED, out)
    assert out[pr.HEAT_1] == 0.9995 * largest
    assert out[pr.T_OUT_0] > 310.0
    beyond = result(row, 1.0000001 * largest)  # the blocks too are exact only to their tolerance
    reduced.scale_case(row, np.ones(4), PACKED, beyond)
    assert beyond[pr.HEAT_1] == pytest.approx(largest, rel=1e-14)
    assert beyond[pr.T_OUT_0] == pytest.approx(310.0, abs=1e-9)
    back = case(hot_T=310.0, cold_T=350.0)
    reverse = result(back, -0.9995 * largest)
    reduced.scale_case(back, np.array([1.001, 1.0, 1.0, 1.0]), PACKED, reverse)
    assert reverse[pr.HEAT_1] == -0.9995 * largest
    below = result(row, 0.9995 * largest)
    reduced.scale_case(row, np.array([1.0002, 1.0, 1.0, 1.0]), PACKED, below)
    assert below[pr.HEAT_1] == pytest.approx(1.0002 * 0.9995 * largest, rel=1e-14)


@pytest.mark.parametrize(("flows", "T"), [((0.0, 3.0), 310.0), ((2.0, 0.0), 350.0)])
def test_a_fluid_at_rest_takes_the_temperature_of_the_other(flows, T):
    row, out = case(*flows), result(None, 1e-9)
    reduced.scale_case(row, np.ones(4), PACKED, out)
    np.testing.assert_array_equal(out[[pr.HEAT_0, pr.HEAT_1]], 0.0)
    np.testing.assert_array_equal(out[[pr.T_OUT_0, pr.T_OUT_1]], T)


def test_cases_are_each_their_own():
    rng = np.random.default_rng(8)
    sizes = (3, 3, 2, 2)
    coefficients = 0.02 * rng.normal(size=(*sizes, reduced.N_RATIOS))
    coefficients[0, 0, 0, 0] += 1.0
    low, high = np.array([0.0, 0.0, 340.0, 300.0]), np.array([2.0, 2.0, 360.0, 320.0])
    rows = np.stack(
        [case(*np.exp(rng.uniform(0, 2, 2)), *rng.uniform((340, 300), (360, 320))) for _ in range(9)]
    )
    out = np.stack([result(row, 5e4) for row in rows])
    alone = out.copy()
    reduced.scale_cases(rows, low, high, coefficients, PACKED, out)
    basis, ratio = np.empty((4, 3)), np.empty(reduced.N_RATIOS)
    for row, expected in zip(rows, alone):
        reduced.stack_ratios(row, low, high, coefficients, basis, ratio)
        reduced.scale_case(row, ratio, PACKED, expected)
    np.testing.assert_array_equal(out, alone)
