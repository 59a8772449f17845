"""Levels of elements: the rules they hold, and the lift from one to the next."""

import itertools

import numpy as np
import pytest

from hashheat.solvers.element_levels import NODE_COUNTS, element_levels


def test_the_weights_integrate_polynomials():
    levels = element_levels()
    for level, s in enumerate(NODE_COUNTS[:5]):
        for degree in range(2 * s):
            found = levels.b[level, :s] @ levels.x[level, :s] ** degree
            assert found == pytest.approx(1.0 / (degree + 1), abs=1e-13)


def test_a_polynomial_survives_the_lift():
    levels = element_levels()
    for level, (s, finer) in enumerate(itertools.pairwise(NODE_COUNTS)):
        cubic = 1.0 - 2.0 * levels.x[level, :s] ** 3
        lifted = levels.lift[level, :finer, :s] @ cubic
        np.testing.assert_allclose(lifted, 1.0 - 2.0 * levels.x[level + 1, :finer] ** 3, atol=1e-12)
