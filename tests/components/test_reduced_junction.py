"""The hottest junction above a wall: against a bracketed root, and runaway where there is none."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq

from hashheat.components.reduced_junction import junction_above
from hashheat.solvers.serpentine import OK, RUNAWAY

WALL, T_LEAK, SCALE = 350.0, 345.0, 33.0


def excess(T, R, P_dynamic, P_leak):
    return WALL + R * (P_dynamic + P_leak * math.exp((T - T_LEAK) / SCALE)) - T


def turning(R, P_leak):
    """Where the excess is least: R dP/dT = 1."""
    return T_LEAK + SCALE * math.log(SCALE / (R * P_leak))


@given(R=st.floats(0.01, 3.0), P_dynamic=st.floats(0.0, 30.0), P_leak=st.floats(0.1, 5.0))
def test_the_lower_root_or_runaway(R, P_dynamic, P_leak):
    top = turning(R, P_leak)
    least = excess(top, R, P_dynamic, P_leak)
    assume(abs(least) > 1e-3)
    T, gain, status = junction_above(WALL, R, P_dynamic, P_leak, T_LEAK, SCALE)
    if least > 0.0 or top < WALL:
        assert status == RUNAWAY
        return
    assert status == OK
    assert T == pytest.approx(brentq(excess, WALL, top, (R, P_dynamic, P_leak), xtol=1e-10), abs=2e-4)
    assert 0.0 < gain < 1.0


@pytest.mark.parametrize(("R", "P_leak"), [(0.5, 1.0), (1.5, 1.0), (0.8, 0.2), (3.0, 0.1)])
def test_either_side_of_the_largest_power_with_a_steady_state(R, P_leak):
    # Where excess and its slope are both zero: R P_leak e^((T - T_LEAK) / SCALE) = SCALE.
    largest = (turning(R, P_leak) - SCALE - WALL) / R
    below = junction_above(WALL, R, 0.999 * largest, P_leak, T_LEAK, SCALE)
    above = junction_above(WALL, R, 1.001 * largest, P_leak, T_LEAK, SCALE)
    assert (below[2], above[2]) == (OK, RUNAWAY)
    assert 0.8 < below[1] < 1.0


def test_without_leakage_the_rise_is_ohm_s_law():
    T, gain, status = junction_above(WALL, 0.7, 12.0, 0.0, T_LEAK, SCALE)
    assert (T, gain, status) == (pytest.approx(WALL + 8.4), 0.0, OK)


def test_a_resistance_of_nothing_leaves_the_wall():
    T, gain, _ = junction_above(WALL, 0.0, 12.0, 3.0, T_LEAK, SCALE)
    assert (T, gain) == (WALL, 0.0)
    assert np.isfinite(T)
