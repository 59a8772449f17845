"""Polynomials over a box: exact for what they hold, constant beyond the ends."""

from itertools import product

import numpy as np
import pytest

from hashheat.components.chebyshev_box import ChebyshevBox, chebyshev_points

LOW, HIGH = np.array([-1.0, 300.0]), np.array([2.0, 350.0])


def polynomial(points):
    """Two polynomials of degree 3 in the first variable and 1 in the second."""
    x, y = points.T
    return np.column_stack([1.0 + x**3 - 0.01 * x * y, (2.0 - x) * (y - 320.0)])


def fitted(counts, missing=()):
    points = np.array(list(product(*(chebyshev_points(a, b, c) for a, b, c in zip(LOW, HIGH, counts)))))
    points = np.delete(points, list(missing), axis=0)
    return ChebyshevBox.through(LOW, HIGH, counts, points, polynomial(points))


def test_a_polynomial_of_the_grid_s_degree_is_met_everywhere():
    box = fitted((4, 2))
    points = LOW + (HIGH - LOW) * np.random.default_rng(0).random((50, 2))
    np.testing.assert_allclose(box(points), polynomial(points), rtol=1e-12, atol=1e-10)


def test_points_may_be_missing():
    box = fitted((6, 4), missing=[23, 7])
    points = LOW + (HIGH - LOW) * np.random.default_rng(0).random((50, 2))
    np.testing.assert_allclose(box(points), polynomial(points), rtol=1e-9, atol=1e-8)


def test_beyond_the_ends_the_values_of_the_edge_count():
    box = fitted((4, 2))
    beyond, edge = np.array([[-9.0, 320.0], [1.0, 400.0]]), np.array([[-1.0, 320.0], [1.0, 350.0]])
    np.testing.assert_allclose(box(beyond), box(edge), rtol=1e-13)
    assert not box.inside(beyond).any()
    assert box.inside(edge).all()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_points_hold_the_ends(count):
    points = chebyshev_points(2.0, 6.0, count)
    assert points.size == count
    assert points.mean() == pytest.approx(4.0)
    if count > 1:
        assert (points[0], points[-1]) == (2.0, 6.0)
        assert np.all(np.diff(points) > 0.0)
