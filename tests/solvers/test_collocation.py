"""Gauss collocation integrates what it must, and lifts a polynomial from level to level."""

import itertools

import numpy as np
import pytest

from hashheat.solvers.collocation import NODE_COUNTS, collocation_levels, gauss_collocation


def test_collocation_integrates_polynomials():
    for s in (1, 4, 12):
        c = gauss_collocation(s)
        A = np.linalg.inv(c.inverse)
        for degree in range(s):
            np.testing.assert_allclose(A @ c.x**degree, c.x ** (degree + 1) / (degree + 1), atol=1e-13)
        for degree in range(2 * s):
            assert c.b @ c.x**degree == pytest.approx(1.0 / (degree + 1), abs=1e-13)


def test_a_polynomial_survives_the_lift():
    levels = collocation_levels()
    for level, (s, finer) in enumerate(itertools.pairwise(NODE_COUNTS)):
        cubic = 1.0 - 2.0 * levels.x[level, :s] ** 3
        lifted = levels.lift[level, :finer, :s] @ cubic
        np.testing.assert_allclose(lifted, 1.0 - 2.0 * levels.x[level + 1, :finer] ** 3, atol=1e-12)
