"""Logarithmic mean against its definition in fifty digits, hand calculation and effectiveness."""

import math
from decimal import Decimal, localcontext

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.solvers.log_mean import lmtd, log_mean
from hashheat.solvers.plate_effectiveness import plate_effectiveness
from hashheat.thermo.errors import InputError

few = settings(max_examples=25 if numba.config.DISABLE_JIT else 200, deadline=None)
ratios = st.one_of(
    st.floats(0.02, 50.0), st.sampled_from([0.5, 2 / 3, 0.75, 0.8, 1.0, 1.25, 4 / 3, 1.5, 2.0])
)


def test_log_mean_is_smooth_through_equal_ends():
    a = np.array([1e-7, 1e-8, 2e-9, 1e-10, 0.0])
    values = [log_mean(5.0 * (1.0 + x), 5.0) for x in a]
    assert values == pytest.approx(5.0 * (1.0 + 0.5 * a - a**2 / 12.0), rel=1e-15)


@few
@given(st.floats(0.05, 8.0), ratios, st.booleans())
def test_heat_is_U_A_times_the_mean_difference(NTU, R, first_is_cold):
    """C_1 dT_1 = U A LMTD in counterflow: the mean difference is P / NTU of the span."""
    span = -60.0 if first_is_cold else 60.0
    P = plate_effectiveness(NTU, R)
    if min(1.0 - P, 1.0 - P * R) < 1e-4:
        return  # the temperatures themselves have too few digits
    mean = lmtd(320.0 + span, 320.0 + span * (1.0 - P), 320.0, 320.0 + span * P * R)
    assert mean == pytest.approx(60.0 * P / NTU, rel=1e-8)


def test_mean_difference_by_hand():
    assert lmtd(353.15, 333.15, 323.15, 343.15) == pytest.approx(10.0, rel=1e-14)
    assert lmtd(400.0, 320.0, 300.0, 360.0) == pytest.approx(20.0 / math.log(2.0), rel=1e-14)
    many = lmtd(np.array([400.0, 380.0]), np.array([320.0, 333.0]), 300.0, np.array([[360.0], [343.0]]))
    assert many.shape == (2, 2)
    assert many[0, 0] == pytest.approx(20.0 / math.log(2.0), rel=1e-14)


@pytest.mark.parametrize("difference", [2.0**-40, 2.0**-30, -(2.0**-20), 2.0**-10, 1.0, 1e4])
def test_mean_difference_near_equal_ends_against_fifty_digits(difference):
    """Ends of 7 K and 7 K + difference, all of them exact numbers."""
    one, two = 7.0 + difference if difference > 0 else 7.0, 7.0 if difference > 0 else 7.0 - difference
    got = lmtd(64.0 + one, 32.0 + two, 32.0, 64.0)
    with localcontext() as context:
        context.prec = 50
        d, small = Decimal(abs(difference)), Decimal(7)
        exact = d / ((small + d) / small).ln()
    assert got == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize(
    ("T", "problem"),
    [
        ((350.0, 320.0, 310.0, 355.0), "cross"),
        ((350.0, 305.0, 310.0, 330.0), "cross"),
        ((350.0, 320.0, 310.0, 350.0), "cross or touch"),
        ((350.0, 310.0, 310.0, 330.0), "cross or touch"),
        ((350.0, 360.0, 310.0, 330.0), "hotter side"),
        ((350.0, 330.0, 310.0, 300.0), "hotter side"),
        ((310.0, 300.0, 350.0, 340.0), "hotter side"),
        ((math.nan, 330.0, 310.0, 320.0), "T_in_1"),
        ((350.0, 330.0, 310.0, math.inf), "T_out_2"),
    ],
)
def test_temperatures_that_cannot_be(T, problem):
    with pytest.raises(InputError, match=problem):
        lmtd(*T)


def test_temperatures_of_shapes_that_do_not_go_together():
    with pytest.raises(InputError, match="do not go together"):
        lmtd(np.ones(2), np.ones(3), 1.0, 1.0)
