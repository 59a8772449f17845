"""Roots over a bracket: against polynomials and functions whose roots are known."""

import math

import numpy as np
import pytest

from hashheat.components.root_search import find_roots
from hashheat.thermo.errors import StateError


def test_roots_of_a_polynomial():
    # (x + 2) (x - 0.5) (x - 3): roots by hand.
    search = find_roots(lambda x: (x + 2) * (x - 0.5) * (x - 3) + 7.0, 7.0, np.linspace(-5.0, 5.0, 8))
    np.testing.assert_allclose(search.roots, [-2.0, 0.5, 3.0], atol=1e-7)
    assert search.failure is None


def test_root_on_a_grid_point_counts_once():
    assert find_roots(lambda x: x * x, 4.0, np.linspace(0.0, 4.0, 5)).roots == (2.0,)
    assert find_roots(float, 4.0, np.linspace(0.0, 4.0, 5)).roots == (4.0,)


def test_pair_hidden_between_grid_points():
    # A parabola that dips below 0 between 1.9 and 2.1, and a grid that steps over it.
    search = find_roots(lambda x: (x - 2.0) ** 2 - 0.01, 0.0, np.array([0.0, 1.0, 1.8, 3.0, 4.0]))
    np.testing.assert_allclose(search.roots, [1.9, 2.1], atol=1e-7)
    assert search.least == pytest.approx(-0.01, abs=1e-6)
    assert search.most == pytest.approx(3.99)


def test_range_reaches_a_turning_point_that_is_no_root():
    search = find_roots(math.sin, 2.0, np.linspace(0.0, 3.0, 6))
    assert search.roots == ()
    assert search.least == 0.0
    assert search.most == pytest.approx(1.0, abs=1e-6)


def test_root_next_to_where_the_function_fails():
    def root_of(x):
        if x < 0.3:
            raise StateError("too small")
        return math.sqrt(x - 0.3)

    search = find_roots(root_of, math.sqrt(0.02), np.linspace(0.0, 2.0, 5))
    np.testing.assert_allclose(search.roots, [0.32], atol=1e-6)
    assert isinstance(search.failure, StateError)


def test_function_that_fails_everywhere():
    def fails(x):
        raise StateError("never")

    search = find_roots(fails, 0.0, np.linspace(0.0, 1.0, 4))
    assert search.roots == ()
    assert math.isnan(search.least)
    assert str(search.failure) == "never"
