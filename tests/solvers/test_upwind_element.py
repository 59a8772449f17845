"""The upwind element against polynomials, the exact exponential and its Pade approximant."""

import math

import numpy as np
import pytest
from scipy.interpolate import pade

from hashheat.solvers.upwind_element import upwind_element


def decay(element, z):
    """Outlet for an inlet of 1 where dh/dx = -z h."""
    inside = np.linalg.solve(element.slope + z * np.eye(element.x.size), element.slope.sum(axis=1))
    return element.to_end @ inside + 1.0 - element.to_end.sum()


def test_polynomials_are_differentiated_and_carried_exactly():
    element = upwind_element(5)
    h = np.polynomial.Polynomial([0.3, -1.0, 2.0, 0.5, -0.7])
    np.testing.assert_allclose(element.slope @ (h(element.x) - h(0.0)), h.deriv()(element.x), atol=1e-12)
    end = element.to_end @ h(element.x) + (1.0 - element.to_end.sum()) * h(0.0)
    assert end == pytest.approx(h(1.0), abs=1e-13)


def test_what_enters_and_leaves_is_what_changes_inside():
    """For any node values: the quadrature of the slope is outlet minus inlet."""
    element = upwind_element(7)
    h = np.random.default_rng(1).normal(size=7)
    end = element.to_end @ h + (1.0 - element.to_end.sum()) * 0.4
    assert element.b @ (element.slope @ (h - 0.4)) == pytest.approx(end - 0.4, abs=1e-13)


def test_the_outlet_is_the_pade_approximant():
    for s in (2, 3, 4):
        p, q = pade([(-1.0) ** k / math.factorial(k) for k in range(2 * s)], s, s - 1)
        for z in (0.3, 2.0, 1.0 + 3.0j, 40.0):
            assert decay(upwind_element(s), z) == pytest.approx(p(z) / q(z), abs=1e-10)


def test_order_of_the_outlet():
    errors = [abs(decay(upwind_element(3), z) - math.exp(-z)) for z in (0.1, 0.05)]
    # Over one element the error is of one order more.
    assert math.log2(errors[0] / errors[1]) == pytest.approx(5 + 1, abs=0.2)


def test_nothing_passes_at_infinite_frequency():
    assert abs(decay(upwind_element(8), 1e9j)) < 1e-6
    assert abs(decay(upwind_element(8), 1e9)) < 1e-6


def test_the_highest_polynomial_is_read_off():
    element = upwind_element(6)
    t = 2.0 * element.x - 1.0
    values = np.polynomial.legendre.legval(t, [3.0, 1.0, 0.0, 0.0, 0.0, 0.25])
    assert element.highest @ values == pytest.approx(0.25, abs=1e-13)
