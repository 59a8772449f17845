"""Functions with a fold across a box: what is of the form is met exactly, what is near it closely."""

import numpy as np

from hashheat.components.chebyshev_box import ChebyshevBox
from hashheat.components.kinked_box import KNOTS, KinkedBox

LOW, HIGH = np.array([0.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0])
COUNTS = (4, 3, 2)
#: The fold x = 0.4 + 0.1 y.
FOLD = ChebyshevBox(LOW[1:], HIGH[1:], np.array([[0, 0], [1, 0]]), np.array([[0.5], [0.1]]))


def points(count, seed):
    return LOW + (HIGH - LOW) * np.random.default_rng(seed).random((count, 3))


def folded(p, width=0.0):
    """Smooth on either side of the fold."""
    d = p[:, 0] - 0.4 - 0.1 * p[:, 1]
    ramp = np.maximum(d, 0.0) if width == 0.0 else np.interp(d, [0.0, width, 0.6], [0.0, 1.0, 0.0])
    return (1.0 + 0.5 * p[:, 0] * p[:, 1] + ramp * (1.0 + 0.2 * p[:, 2]))[:, None]


def fitted(f, kinked):
    at = points(900, 1)
    smooth = ChebyshevBox.through(LOW, HIGH, COUNTS, at, f(at))
    return KinkedBox.through(smooth, FOLD, at, f(at)) if kinked else smooth


def test_what_it_can_hold_is_met():
    def f(p):
        return folded(p, KNOTS[8])

    at = points(300, 2)
    np.testing.assert_allclose(fitted(f, True)(at), f(at), atol=2e-4)
    assert abs(fitted(f, False)(at) - f(at)).max() > 0.05


def test_nothing_is_added_far_from_the_fold():
    box = fitted(folded, True)
    far = np.array([[0.4 + 0.1 * 1.0 + KNOTS[0] - 0.01, 1.0, 1.0]])
    np.testing.assert_array_equal(box.near(far), 0.0)
    np.testing.assert_array_equal(box(far), box.smooth(far))


def test_beyond_the_box_are_the_values_of_its_edge():
    box = fitted(folded, True)
    beyond, edge = np.array([[0.6, 3.0, -1.0]]), np.array([[0.6, 2.0, 0.0]])
    np.testing.assert_array_equal(box(beyond), box(edge))
    assert not box.inside(beyond)[0]
    assert box.inside(edge)[0]
