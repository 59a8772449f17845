"""A pump curve: through its points, falling, and met by substitution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.pump import PumpCurve, PumpRangeError
from hashheat.thermo.errors import HashheatError, InputError

POINTS = [(0.0, 4.2e5), (0.01, 4.0e5), (0.02, 3.4e5), (0.03, 2.4e5)]


@pytest.fixture
def pump():
    return PumpCurve.through(POINTS)


def test_parabola_goes_through_points_of_a_parabola(pump):
    flow, head = np.array(POINTS).T
    np.testing.assert_allclose(pump.head(flow), head, rtol=1e-12)
    assert pump.largest_flow == 0.03


def test_least_squares():
    rng = np.random.default_rng(2)
    flow = np.linspace(0.0, 0.05, 9)
    head = 3e5 - 1e6 * flow - 4e7 * flow**2 + rng.normal(0.0, 2e3, 9)
    pump = PumpCurve.through(list(zip(flow, head)))
    # The residual of a least-squares fit is orthogonal to every column of the fit.
    left = pump.head(flow) - head
    for power in range(3):
        assert abs(left @ flow**power) < 1e-8 * (head @ flow**power)


def test_order_of_points_does_not_matter(pump):
    other = PumpCurve.through(POINTS[::-1])
    V = np.linspace(0.0, 0.03, 5)
    np.testing.assert_allclose(other.head(V), pump.head(V), rtol=1e-9)


@given(resistance=st.floats(2.7e8, 1e13))
@settings(deadline=None)
def test_meets_the_system(resistance):
    pump = PumpCurve.through(POINTS)
    V = pump.meet(np.array([resistance]))
    assert 0.0 < V[0] <= pump.largest_flow
    np.testing.assert_allclose(pump.head(V), resistance * V**2, rtol=1e-9)


def test_meets_many_systems_at_once(pump):
    resistance = np.array([[3e8, 1e9], [1e10, 1e12]])
    V = pump.meet(resistance)
    assert V.shape == resistance.shape
    np.testing.assert_allclose(pump.head(V), resistance * V**2, rtol=1e-9)
    assert np.all(np.diff(V.ravel()) < 0.0)


def test_meeting_at_the_very_end_is_allowed(pump):
    V = pump.meet(np.array([2.4e5 / 0.03**2]))
    assert V[0] == pytest.approx(0.03, rel=1e-9)


def test_beyond_the_curve_is_an_error(pump):
    with pytest.raises(PumpRangeError, match=r"ends at 108 m3/h") as caught:
        pump.meet(np.array([1e12, 2e8]))
    assert isinstance(caught.value, HashheatError)


def test_a_convex_curve_that_never_meets_the_system_is_an_error():
    pump = PumpCurve.through([(0.0, 3.0e5), (0.01, 2.2e5), (0.02, 1.6e5), (0.03, 1.2e5)])
    with np.errstate(invalid="ignore"), pytest.raises(PumpRangeError):
        pump.meet(np.array([1e4]))


@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 1e5), (0.01, 1.1e5), (0.02, 1.2e5)],
        [(0.0, 1e5), (0.01, 1.3e5), (0.02, 1.0e5)],
        [(0.0, 1e5), (0.01, 0.5e5), (0.02, 0.8e5)],
        [(0.0, 1e5), (0.01, 1e5), (0.02, 1e5)],
    ],
    ids=["rising", "humped", "rising again", "flat"],
)
def test_a_head_that_does_not_fall_is_refused(points):
    with pytest.raises(InputError) as caught:
        PumpCurve.through(points)
    assert caught.value.key == "pump.curve"
    assert str(points[1][1]) in str(caught.value)


@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 3e5), (0.01, 2e5)],
        [(0.0, 3e5), (0.01, np.nan), (0.02, 1e5)],
        [(0.0, -1e5), (0.01, -2e5), (0.02, -3.5e5)],
        [(0.0, 3e5), (0.0, 3e5), (0.0, 3e5)],
    ],
    ids=["two points", "not a number", "negative head", "no flow"],
)
@pytest.mark.filterwarnings("ignore")
def test_points_that_make_no_curve_are_refused(points):
    with pytest.raises(InputError):
        PumpCurve.through(points)
