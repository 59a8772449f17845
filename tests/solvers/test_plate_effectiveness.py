"""Effectiveness of plate exchangers against a table, ht, a matrix exponential, and their own algebra."""

import csv
import itertools
import math
from decimal import Decimal, localcontext
from pathlib import Path

import ht
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from hashheat.solvers.plate_effectiveness import (
    InfeasibleEffectivenessError,
    TransferUnits,
    largest_effectiveness,
    lmtd_correction,
    pass_effectiveness,
    plate_effectiveness,
    transfer_units,
)
from hashheat.thermo.errors import InputError

TABLE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "phe" / "p_ntu_reference.csv"
FLAGS = list(itertools.product((True, False), repeat=2))
ENDS_NAMED_OVERALL = {(1, 3), (3, 1)}


def options(passes, overall, first):
    """Options of ht's arrangements as ours: ht's "overall" names the ends of the 1-3 arrangement."""
    if passes in ENDS_NAMED_OVERALL:
        return {"first_counter": overall and first}
    return {"overall_counter": overall, "first_counter": first}


def rows():
    if not TABLE.is_file():
        pytest.skip("the P-NTU table is not beside the repository (shared/reference/phe)")
    with TABLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            passes = int(row["Np1"]), int(row["Np2"])
            flags = row["overall_counterflow"] == "True", row["passes_counterflow"] == "True"
            yield row, float(row["NTU1"]), float(row["R1"]), passes, options(passes, *flags)


def test_every_row_of_the_table():
    compared = 0
    for row, NTU, R, passes, how in rows():
        P = plate_effectiveness(NTU, R, passes, **how)
        assert P == pytest.approx(float(row["P1_block_network"]), abs=6e-11), row
        if row["P1_ht"]:
            assert P == pytest.approx(float(row["P1_ht"]), abs=6e-11), row
        compared += 1
    assert compared == 1134


def test_every_correction_of_the_table():
    beyond = 0
    for row, NTU, R, passes, how in rows():
        P = plate_effectiveness(NTU, R, passes, **how)
        F = lmtd_correction(P, R, passes, **how)
        if F - float(row["F_lmtd"]) > 1e-3:  # the row is past the maximum of P, where we give the smaller NTU
            assert not transfer_units(P, R, passes, **how).unique
            assert NTU > largest_effectiveness(R, passes, **how).NTU
            F *= transfer_units(P, R, passes, **how).NTU / NTU
            beyond += 1
        assert F == pytest.approx(float(row["F_lmtd"]), abs=5.1e-7), row
    assert beyond == 46  # of 2-2, 2-3, 3-2, 2-4 and 4-2, sides at the same end


HT = [
    *[(p, oc, True) for p in ((1, 1), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4)) for oc in (True, False)],
    *[(p, oc, True) for p in ((2, 1), (3, 1), (4, 1), (3, 2), (4, 2)) for oc in (True, False)],
    *[((2, 2), oc, fc) for oc, fc in FLAGS],
]


@pytest.mark.parametrize(("passes", "overall", "first"), HT)
def test_ht_at_random_points(passes, overall, first):
    rng = np.random.default_rng(11)
    NTU, R = np.exp(rng.uniform(math.log(0.1), math.log(12.0), 40)), np.exp(rng.uniform(-2.0, 2.0, 40))
    P = plate_effectiveness(NTU, R, passes, **options(passes, overall, first))
    expected = [
        ht.temperature_effectiveness_plate(r, n, *passes, counterflow=overall, passes_counterflow=first)
        for r, n in zip(R, NTU)
    ]
    np.testing.assert_allclose(P, expected, rtol=0.0, atol=1e-11)


def exponential_network(NTU, R, passes, overall, first):
    """Blocks as pairs of streams, T' = K T with the matrix exponential; one dense system for all their ends.

    Unknown: both streams of every block at x = 0. Even passes of side 1 flow towards x = 1.
    """
    p, q = passes
    n = math.lcm(p, q)
    up = [[(b * p // n) % 2 == 0 for b in range(n)], []]
    up[1] = [(up[0][0] != first) == ((b * q // n) % 2 == 0) for b in range(n)]
    block_UA, flow = NTU / n, (p / n, q / n / R)  # of a block, in units of C_1
    entry, leave = np.zeros((2, n, 2 * n)), np.zeros((2, n, 2 * n))
    for b in range(n):
        slope = np.array([[-1.0, 1.0], [1.0, -1.0]])
        for s in range(2):
            slope[s] *= (1.0 if up[s][b] else -1.0) * block_UA / flow[s]
        across = expm(slope)
        for s in range(2):
            at = np.zeros((2, 2 * n))
            at[0, 2 * b + s] = 1.0
            at[1, 2 * b : 2 * b + 2] = across[s]
            entry[s, b], leave[s, b] = at if up[s][b] else at[::-1]
    order = list(range(q))[::-1] if overall else list(range(q))
    members = [[[b for b in range(n) if b * p // n == i] for i in range(p)]]
    members.append([[b for b in range(n) if b * q // n == place] for place in order])
    equations, right = [], []
    for s in range(2):
        for k, blocks in enumerate(members[s]):
            for b in blocks:
                before = np.mean([leave[s, c] for c in members[s][k - 1]], axis=0) if k else 0.0
                equations.append(entry[s, b] - before)
                right.append(1.0 if k == 0 and s == 0 else 0.0)
    T = np.linalg.solve(np.array(equations), np.array(right))
    outlet = [np.mean([leave[s, b] @ T for b in members[s][-1]]) for s in range(2)]
    assert 1.0 - outlet[0] == pytest.approx(outlet[1] / R, abs=1e-10)  # the oracle's own balance
    return 1.0 - outlet[0]


@pytest.mark.parametrize(
    "passes",
    [(1, 1), (2, 2), (3, 2), (2, 3), (3, 3), (4, 3), (3, 4), (4, 4), (5, 1), (1, 3), (2, 6), (4, 6), (5, 4)],
)
@pytest.mark.parametrize(("overall", "first"), FLAGS)
def test_matrix_exponential(passes, overall, first):
    if passes == (1, 1) and overall != first:
        pytest.skip("one pass on both sides has one direction")
    for NTU, R in ((0.3, 0.4), (1.7, 1.0), (3.0, 0.75), (2.5, 2.2), (6.0, 4.0 / 3.0)):
        expected = exponential_network(NTU, R, passes, overall, first)
        P = plate_effectiveness(NTU, R, passes, overall_counter=overall, first_counter=first)
        assert P == pytest.approx(expected, abs=1e-11), (NTU, R)


def test_one_pass_on_both_sides_is_parallel_if_either_option_says_so():
    expected = (1.0 - math.exp(-3.0)) / 1.5
    for overall, first in ((True, False), (False, True), (False, False)):
        P = plate_effectiveness(2.0, 0.5, overall_counter=overall, first_counter=first)
        assert P == pytest.approx(expected, rel=1e-14)
    assert plate_effectiveness(4.0, 1.0) == pytest.approx(0.8, rel=1e-15)


few = settings(max_examples=25 if numba.config.DISABLE_JIT else 200, deadline=None)
arrangements = st.tuples(st.tuples(st.integers(1, 6), st.integers(1, 6)), st.booleans(), st.booleans())
ratios = st.one_of(
    st.floats(0.02, 50.0), st.sampled_from([0.5, 2 / 3, 0.75, 0.8, 1.0, 1.25, 4 / 3, 1.5, 2.0])
)
units = st.floats(-4.0, 4.0).map(math.exp)


@few
@given(arrangements, units, ratios)
def test_exchange_of_sides(arrangement, NTU, R):
    (p, q), overall, first = arrangement
    of_1 = pass_effectiveness(NTU, R, p, q, overall, first)
    of_2 = pass_effectiveness(NTU * R, 1.0 / R, q, p, overall, first)
    assert of_1 * R == pytest.approx(of_2, rel=1e-12, abs=1e-14)


@few
@given(arrangements, units, ratios)
def test_within_the_second_law_and_never_better_than_counterflow(arrangement, NTU, R):
    (p, q), overall, first = arrangement
    P = pass_effectiveness(NTU, R, p, q, overall, first)
    assert 0.0 < P <= plate_effectiveness(NTU, R) * (1.0 + 1e-14)


@pytest.mark.parametrize("passes", [(1, 1), (2, 1), (1, 4), (2, 2), (3, 2), (3, 3), (4, 3), (4, 4)])
@pytest.mark.parametrize(("overall", "first"), FLAGS)
def test_limits_that_all_arrangements_share(passes, overall, first):
    how = {"overall_counter": overall, "first_counter": first}
    assert plate_effectiveness(0.0, 0.7, passes, **how) == 0.0
    # First order in NTU, with all digits: P = NTU - (1 + R) NTU^2 / 2 at most.
    assert plate_effectiveness(1e-14, 0.7, passes, **how) == pytest.approx(1e-14, rel=5e-14, abs=0.0)
    # The other side stays as it is: only the own flow counts.
    for NTU in (1e-6, 0.5, 3.0, 40.0):
        assert plate_effectiveness(NTU, 0.0, passes, **how) == pytest.approx(-math.expm1(-NTU), rel=1e-14)
    for R in (0.0, 0.3, 1.0, 7.0):
        endless = plate_effectiveness(math.inf, R, passes, **how)
        assert plate_effectiveness(1e13, R, passes, **how) == pytest.approx(endless, abs=1e-11)
        assert endless == plate_effectiveness(1e200, R, passes, **how)


@pytest.mark.parametrize("R", [0.0, 0.25, 1.0, 3.0])
def test_endless_area(R):
    assert plate_effectiveness(math.inf, R) == pytest.approx(min(1.0, 1.0 / max(R, 1e-9)), rel=1e-15)
    assert plate_effectiveness(math.inf, R, first_counter=False) == pytest.approx(1 / (1 + R), rel=1e-15)
    # Passes in counterflow and the sides at opposite ends are one long counterflow, also where R = 1.
    for passes in ((2, 2), (3, 3), (6, 6)):
        assert plate_effectiveness(math.inf, R, passes) == pytest.approx(
            min(1.0, 1.0 / max(R, 1e-9)), rel=1e-14
        )
    a, b = 1.0 / (1.0 + R / 2.0), min(1.0, 2.0 / max(R, 1e-9))  # 1-2: A and B of Kandlikar and Shah
    assert plate_effectiveness(math.inf, R, (1, 2)) == pytest.approx((a + b - a * b * R / 2) / 2, rel=1e-14)


@pytest.mark.parametrize("passes", [(1, 1), (2, 2), (5, 5)])
@pytest.mark.parametrize("off", [0.0, 1e-15, -1e-15, 1e-12, -1e-9, 1e-9, -1e-6, 1e-3])
def test_equal_capacity_flows_against_fifty_digits(passes, off):
    R = 1.0 + off
    for NTU in (1e-8, 0.5, 3.0, 1e3, 1e8, 1e14):
        with localcontext() as context:
            context.prec, context.Emax, context.Emin = 60, 10**15, -(10**15)
            x, y = Decimal(NTU), Decimal(R)
            E = (-x * (1 - y)).exp()
            exact = x / (1 + x) if y == 1 else (1 - E) / (1 - y * E)
        assert plate_effectiveness(NTU, R, passes) == pytest.approx(float(exact), rel=2e-15 * sum(passes))


def test_arrays_broadcast():
    NTU, R = np.array([[0.5], [2.0], [4.0]]), np.array([0.5, 1.0])
    P = plate_effectiveness(NTU, R, (3, 2))
    assert P.shape == (3, 2)
    for i, j in itertools.product(range(3), range(2)):
        one = plate_effectiveness(float(NTU[i, 0]), float(R[j]), (3, 2))
        assert type(one) is float
        assert P[i, j] == one
    assert plate_effectiveness(np.array([]), 1.0).shape == (0,)


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
    for call in (plate_effectiveness, transfer_units, lmtd_correction):
        with pytest.raises(InputError, match="R of a heat exchanger"):
            call(0.5, R)
    with pytest.raises(InputError, match="R of a heat exchanger"):
        largest_effectiveness(R)


def test_other_inputs_that_cannot_be():
    for NTU in (-1.0, math.nan, np.array([1.0, math.nan])):
        with pytest.raises(InputError, match="NTU"):
            plate_effectiveness(NTU, 1.0)
    with pytest.raises(InputError, match="do not go together"):
        plate_effectiveness(np.ones(3), np.ones(2))
    for passes in ((0, 1), (1, -2), (1.5, 1), (1, 2, 3), (1,)):
        with pytest.raises(InputError, match="whole passes"):
            plate_effectiveness(1.0, 1.0, passes)
        with pytest.raises(InputError, match="whole passes"):
            transfer_units(0.3, 1.0, passes)


def test_correction():
    for passes in ((1, 1), (2, 2), (3, 3)):
        assert lmtd_correction(0.7, 0.9, passes) == pytest.approx(1.0, rel=1e-11)
    # Parallel flow at R = 1: NTU = -ln(1 - 2 P) / 2 against P / (1 - P).
    F = lmtd_correction(0.4, 1.0, first_counter=False)
    assert F == pytest.approx((0.4 / 0.6) / (-0.5 * math.log(0.2)), rel=1e-12)
    assert lmtd_correction(1e-9, 0.5, (3, 2)) == pytest.approx(1.0, abs=1e-8)
