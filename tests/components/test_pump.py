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


@pytest.mark.parametrize("resistance", [0.0, 1e6, 2e8, 1e12])
def test_beyond_the_curve_the_parabola_goes_on(pump, resistance):
    V = pump.meet(np.array([resistance]), beyond=True)
    assert pump.head(V)[0] == pytest.approx(resistance * V[0] ** 2, rel=1e-9, abs=1e-3)
    assert (V[0] > 0.03) == (resistance < 1e12)
    if resistance == 1e12:
        assert np.array_equal(V, pump.meet(np.array([resistance])))


def test_beyond_the_curve_is_an_error(pump):
    with pytest.raises(PumpRangeError, match=r"ends at 108 m3/h") as caught:
        pump.meet(np.array([1e12, 2e8]))
    assert isinstance(caught.value, HashheatError)


def test_a_convex_curve_that_never_meets_the_system_is_an_error():
    pump = PumpCurve.through([(0.0, 3.0e5), (0.01, 2.2e5), (0.02, 1.6e5), (0.03, 1.2e5)])
    with np.errstate(invalid="ignore"), pytest.raises(PumpRangeError):
        pump.meet(np.array([1e4]))


def test_beyond_a_convex_curve_the_flow_is_the_first_that_meets_or_twice_its_end():
    pump = PumpCurve.through([(0.0, 3.0e5), (0.01, 2.2e5), (0.02, 1.6e5), (0.03, 1.2e5)])
    c0, c1, c2 = pump.coefficients
    never = c2 - c1 * c1 / (4.0 * c0)  # the system's parabola touches the pump's
    assert never > 0.0
    V = pump.meet(np.array([0.5 * never, 1.01 * never, 1e9]), beyond=True)
    assert V[0] == 2.0 * 0.03
    for flow, resistance in zip(V[1:], (1.01 * never, 1e9)):
        roots = np.roots([c2 - resistance, c1, c0])
        assert flow == pytest.approx(min(x for x in roots.real if x > 0.0), rel=1e-6)
    assert 0.03 < V[1]


def test_a_curve_flatter_at_shut_off_than_a_parabola_starts_level():
    x = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    head = 3e5 * (1.0 - 0.5 * x**3)
    pump = PumpCurve.through(list(zip(0.04 * x, head)))
    c0, c1, c2 = pump.coefficients
    assert c1 == 0.0
    # Normal equations of head = c0 + k x^2, the best that does not rise at shut-off.
    s2, s4 = np.sum(x**2), np.sum(x**4)
    expected = np.linalg.solve([[x.size, s2], [s2, s4]], [head.sum(), head @ x**2])
    np.testing.assert_allclose([c0, c2 * 0.04**2], expected, rtol=1e-10)
    V = np.linspace(0.0, 0.04, 41)
    assert np.all(np.diff(pump.head(V)) < 0.0)
    assert np.max(np.abs(pump.head(0.04 * x) - head)) < 0.1 * 3e5
    met = pump.meet(np.array([3e8]))
    assert pump.head(met)[0] == pytest.approx(3e8 * met[0] ** 2, rel=1e-9)


@pytest.mark.parametrize(("drop", "refused"), [(0.09, False), (0.35, True)])
def test_points_far_from_a_falling_parabola_are_refused(drop, refused):
    # A step down at the middle, of a given part of the shut-off head.
    head = 3e5 * np.array([1.0, 0.99, 0.98, 0.97 - drop, 0.96 - drop, 0.95 - drop])
    points = list(zip(np.linspace(0.0, 0.05, 6), head))
    if not refused:
        pump = PumpCurve.through(points)
        assert np.max(np.abs(pump.head(np.linspace(0.0, 0.05, 6)) - head)) < 0.1 * 3e5
        return
    with pytest.raises(InputError, match="10 %") as caught:
        PumpCurve.through(points)
    assert caught.value.key == "pump.curve"


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
