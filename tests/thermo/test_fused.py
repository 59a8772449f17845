"""Fused multiply-add against exact fractions."""

from fractions import Fraction

import numba
import numpy as np
import pytest

from hashheat.thermo.fused import fused

compiled_only = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="interpreted kernels round twice")


@numba.njit
def of_floats(a, b, c):
    return fused(a, b, c)


@numba.njit
def of_many(a, b, c, out):
    for i in range(a.size):
        out[i] = fused(a[i], b[i], c[i])


@compiled_only
def test_one_rounding():
    a, b = 1.0 + 2.0**-30, 1.0 - 2.0**-30
    assert of_floats(a, b, -1.0) == -(2.0**-60)
    assert a * b - 1.0 == 0.0
    assert of_floats(3, 0.1, -1) == float(3 * Fraction(0.1) - 1)


@compiled_only
def test_one_rounding_in_a_loop():
    a, b, c = np.random.default_rng(3).uniform(-2.0, 2.0, (3, 101))
    out = np.empty(101)
    of_many(a, b, c, out)
    exact = [float(Fraction(x) * Fraction(y) + Fraction(z)) for x, y, z in zip(a, b, c)]
    np.testing.assert_array_equal(out, exact)
    assert np.any(out != a * b + c)


def test_the_interpreter_rounds_twice():
    assert fused(0.1, 3.0, 1.0) == 0.1 * 3.0 + 1.0
    np.testing.assert_array_equal(fused(np.arange(3.0), 2.0, 1.0), [1.0, 3.0, 5.0])
