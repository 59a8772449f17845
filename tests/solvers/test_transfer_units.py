"""The inverse of the effectiveness: against a table, closed forms, and the effectiveness itself."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.solvers.plate_effectiveness import plate_effectiveness
from hashheat.solvers.transfer_units import (
    InfeasibleEffectivenessError,
    TransferUnits,
    largest_effectiveness,
    lmtd_correction,
    transfer_units,
)
from hashheat.thermo.errors import InputError

few = settings(max_examples=25 if numba.config.DISABLE_JIT else 200, deadline=None)
arrangements = st.tuples(st.tuples(st.integers(1, 6), st.integers(1, 6)), st.booleans(), st.booleans())
ratios = st.one_of(
    st.floats(0.02, 50.0), st.sampled_from([0.5, 2 / 3, 0.75, 0.8, 1.0, 1.25, 4 / 3, 1.5, 2.0])
)
units = st.floats(-4.0, 4.0).map(math.exp)


def test_every_correction_of_the_table(p_ntu_rows):
    beyond = 0
    for row, NTU, R, passes, how in p_ntu_rows:
        P = plate_effectiveness(NTU, R, passes, **how)
        F = lmtd_correction(P, R, passes, **how)
        if F - float(row["F_lmtd"]) > 1e-3:  # the row is past the maximum of P, where we give the smaller NTU
            assert not transfer_units(P, R, passes, **how).unique
            assert NTU > largest_effectiveness(R, passes, **how).NTU
            F *= transfer_units(P, R, passes, **how).NTU / NTU
            beyond += 1
        assert F == pytest.approx(float(row["F_lmtd"]), abs=5.1e-7), row
    assert beyond == 46  # of 2-2, 2-3, 3-2, 2-4 and 4-2, sides at the same end


@few
@given(arrangements, units, ratios)
def test_transfer_units_undo_effectiveness(arrangement, NTU, R):
    passes, overall, first = arrangement
    how = {"overall_counter": overall, "first_counter": first}
    P = plate_effectiveness(NTU, R, passes, **how)
    most = largest_effectiveness(R, passes, **how)
    if P * R >= 1.0 - 1e-12 or P >= min(most.P, 1.0) * (1.0 - 1e-12):
        return  # on the flat end, where P has no digits left to tell one NTU from another
    found = transfer_units(P, R, passes, **how)
    assert plate_effectiveness(found.NTU, R, passes, **how) == pytest.approx(P, rel=1e-12)
    assert found.largest_P == most.P
    # The smallest one: everything below it does less.
    below = found.NTU * np.linspace(0.002, 0.998, 300)
    # Where the curve is all but flat, what is below equals P within rounding.
    assert np.all(plate_effectiveness(below, R, passes, **how) < P * (1.0 + 1e-12))
    above = found.NTU * np.geomspace(1.0 + 1e-3, 1e5, 600)
    again = plate_effectiveness(above, R, passes, **how)
    if found.unique:
        assert np.all(again >= P * (1.0 - 1e-12))
    elif P < 0.999 * most.P:  # otherwise too narrow for the samples
        assert again.min() <= P * (1.0 + 1e-4)  # samples 2 % apart miss that much of a minimum
    near = plate_effectiveness(found.NTU * np.array([1.0 - 1e-4, 1.0 + 1e-4]), R, passes, **how)
    if (near[1] - near[0]) / (2e-4 * P) > 1e-3:  # P has the digits to tell one NTU from another
        end = plate_effectiveness(math.inf, R, passes, **how)
        if found.unique and abs(P - end) > 1e-12 * P:
            assert found.NTU == pytest.approx(NTU, rel=1e-11)
        assert found.NTU >= transfer_units(P, R).NTU * (1.0 - 1e-11)


def test_an_inverse_that_is_not_unique():
    """2-2, sides at the same end, blocks in counterflow: P = B (2 - B (1 + R)), B of one block."""
    how = {"overall_counter": False, "first_counter": True}
    for R in (1.0, 0.5, 2.5):
        peak = largest_effectiveness(R, (2, 2), **how)
        assert peak.P == pytest.approx(1.0 / (1.0 + R), rel=1e-14)
        assert plate_effectiveness(peak.NTU, R, (2, 2), **how) == pytest.approx(peak.P, rel=1e-14)
        for share in (0.2, 0.8, 0.95, 0.9999):
            P = share / (1.0 + R)
            B = (1.0 - math.sqrt(1.0 - P * (1.0 + R))) / (1.0 + R)
            block = B / (1.0 - B) if R == 1.0 else math.log((1.0 - B * R) / (1.0 - B)) / (1.0 - R)
            found = transfer_units(P, R, (2, 2), **how)
            assert found.NTU == pytest.approx(2.0 * block, rel=1e-11)
            last = 2.0 - (1.0 + R) if R < 1.0 else (2.0 - (1.0 + R) / R) / R  # B of endless blocks
            assert found.unique == (P < last)
            assert found.largest_P == peak.P
    at_peak = transfer_units(peak.P, R, (2, 2), **how)
    assert at_peak.NTU == pytest.approx(peak.NTU, rel=1e-6)
    # From the table of shared facts: P = 4/9 again at NTU 4; the smaller solution is 1.
    assert plate_effectiveness(4.0, 1.0, (2, 2), **how) == pytest.approx(4.0 / 9.0, rel=1e-14)
    assert transfer_units(4.0 / 9.0, 1.0, (2, 2), **how) == pytest.approx(TransferUnits(1.0, False, 0.5))


def test_effectiveness_that_rises_again():
    """4-3 with the sides at the same end: up, down, and up again."""
    how = {"overall_counter": False}
    P = plate_effectiveness(np.geomspace(1.0, 100.0, 2000), 1.0, (4, 3), **how)
    top = np.flatnonzero((P[1:-1] > P[:-2]) & (P[1:-1] > P[2:]))[0] + 1
    low = np.flatnonzero((P[1:-1] < P[:-2]) & (P[1:-1] < P[2:]))[0] + 1
    assert top < low
    end = plate_effectiveness(math.inf, 1.0, (4, 3), **how)
    assert P[low] < end
    for level, unique in ((0.5 * P[low], True), (0.5 * (P[low] + min(P[top], end)), False)):
        assert transfer_units(level, 1.0, (4, 3), **how).unique == unique
    assert largest_effectiveness(1.0, (4, 3), **how).P == pytest.approx(max(P[top], end), rel=1e-6)


def test_slow_approach_beyond_the_scan():
    """2-1 at R = 1/2: counterflow passes of equal capacity flows, P = limit - c / NTU."""
    limit = plate_effectiveness(math.inf, 0.5, (2, 1))
    for short in (1e-4, 1e-7, 1e-10):
        found = transfer_units(limit - short, 0.5, (2, 1))
        assert limit - plate_effectiveness(found.NTU, 0.5, (2, 1)) == pytest.approx(short, rel=1e-4)
    assert found.NTU > 1e8
    assert transfer_units(1.0 - 1e-9, 1.0, (2, 2)).NTU == pytest.approx(1e9, rel=1e-6)


@pytest.mark.parametrize("passes", [(1, 1), (2, 2), (3, 1)])
def test_transfer_units_of_a_hair(passes):
    assert transfer_units(1e-12, 0.8, passes).NTU == pytest.approx(1e-12, rel=1e-11)


def test_infeasible_effectiveness_says_what_is_feasible():
    with pytest.raises(InfeasibleEffectivenessError, match="approached as NTU grows") as caught:
        transfer_units(0.7, 1.0, first_counter=False)
    assert caught.value.largest_P == pytest.approx(0.5, rel=1e-14)
    assert caught.value.NTU == math.inf
    with pytest.raises(InfeasibleEffectivenessError, match=r"0\.5, reached at NTU = 2\b") as caught:
        transfer_units(0.51, 1.0, (2, 2), overall_counter=False)
    assert caught.value.NTU == pytest.approx(2.0, rel=1e-6)
    again = caught.value.within("duty.toml", "duty")
    assert isinstance(again, InfeasibleEffectivenessError)
    assert (again.largest_P, again.NTU) == (caught.value.largest_P, caught.value.NTU)
    assert again.file == "duty.toml"
    assert again.key == "P"
    for P, R in ((0.5, 2.0), (0.6, 2.0), (0.9, 1.2)):  # more than the other side's whole span
        with pytest.raises(InfeasibleEffectivenessError) as caught:
            transfer_units(P, R)
        assert caught.value.largest_P == pytest.approx(1.0 / R, rel=1e-14)
    with pytest.raises(InfeasibleEffectivenessError):
        transfer_units(0.5, 1.0, first_counter=False)  # the limit itself takes endless area
    with pytest.raises(InfeasibleEffectivenessError):
        lmtd_correction(0.95, 1.0, (2, 1))
    assert issubclass(InfeasibleEffectivenessError, InputError)


@pytest.mark.parametrize("passes", [(1, 1), (1, 3), (2, 2), (2, 4), (3, 2)])
@pytest.mark.parametrize("overall", [True, False])
def test_the_last_digit_below_the_largest_effectiveness(passes, overall):
    """Rounding at the edge ends in an answer or in the named error, never in a failed root search."""
    how = {"overall_counter": overall}
    for R in (5.084518543458296, 25.45321518638827, *np.geomspace(0.1, 30.0, 40)):
        most = largest_effectiveness(R, passes, **how)
        for P in (most.P, np.nextafter(most.P, 0.0), 1.0 / R, np.nextafter(1.0 / R, 0.0)):
            if P >= 1.0:
                continue
            try:
                found = transfer_units(P, R, passes, **how)
            except InfeasibleEffectivenessError:
                found = None
            if found:
                assert P * R < 1.0
                assert plate_effectiveness(found.NTU, R, passes, **how) == pytest.approx(P, rel=1e-14)
            else:
                assert P >= most.P or P * R >= 1.0


@pytest.mark.parametrize("P", [0.0, -0.1, 1.0, 1.5, math.nan])
def test_effectiveness_outside_its_range(P):
    with pytest.raises(InputError, match="P") as caught:
        transfer_units(P, 0.5)
    assert not isinstance(caught.value, InfeasibleEffectivenessError)


@pytest.mark.parametrize("R", [-0.1, math.nan, math.inf])
def test_ratio_outside_its_range(R):
    for call in (transfer_units, lmtd_correction):
        with pytest.raises(InputError, match="R of a heat exchanger"):
            call(0.5, R)
    with pytest.raises(InputError, match="R of a heat exchanger"):
        largest_effectiveness(R)


def test_passes_that_cannot_be():
    for passes in ((0, 1), (1, -2), (1.5, 1), (1, 2, 3), (1,)):
        with pytest.raises(InputError, match="whole passes"):
            transfer_units(0.3, 1.0, passes)


def test_correction():
    for passes in ((1, 1), (2, 2), (3, 3)):
        assert lmtd_correction(0.7, 0.9, passes) == pytest.approx(1.0, rel=1e-11)
    # Parallel flow at R = 1: NTU = -ln(1 - 2 P) / 2 against P / (1 - P).
    F = lmtd_correction(0.4, 1.0, first_counter=False)
    assert F == pytest.approx((0.4 / 0.6) / (-0.5 * math.log(0.2)), rel=1e-12)
    assert lmtd_correction(1e-9, 0.5, (3, 2)) == pytest.approx(1.0, abs=1e-8)
