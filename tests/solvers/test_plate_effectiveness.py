"""Effectiveness of plate exchangers against a table, ht, a matrix exponential, and their own algebra."""

import itertools
import math
from decimal import Decimal, localcontext

import ht
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from hashheat.solvers.plate_effectiveness import pass_effectiveness, plate_effectiveness
from hashheat.thermo.errors import InputError

FLAGS = list(itertools.product((True, False), repeat=2))


def test_every_row_of_the_table(p_ntu_rows):
    compared = 0
    for row, NTU, R, passes, how in p_ntu_rows:
        P = plate_effectiveness(NTU, R, passes, **how)
        assert P == pytest.approx(float(row["P1_block_network"]), abs=6e-11), row
        if row["P1_ht"]:
            assert P == pytest.approx(float(row["P1_ht"]), abs=6e-11), row
        compared += 1
    assert compared == 1134


HT = [
    *[(p, oc, True) for p in ((1, 1), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4)) for oc in (True, False)],
    *[(p, oc, True) for p in ((2, 1), (3, 1), (4, 1), (3, 2), (4, 2)) for oc in (True, False)],
    *[((2, 2), oc, fc) for oc, fc in FLAGS],
]


@pytest.mark.parametrize(("passes", "overall", "first"), HT)
def test_ht_at_random_points(passes, overall, first, ht_options):
    rng = np.random.default_rng(11)
    NTU, R = np.exp(rng.uniform(math.log(0.1), math.log(12.0), 40)), np.exp(rng.uniform(-2.0, 2.0, 40))
    P = plate_effectiveness(NTU, R, passes, **ht_options(passes, overall, first))
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


@pytest.mark.parametrize("R", [-0.1, math.nan, math.inf])
def test_ratio_outside_its_range(R):
    with pytest.raises(InputError, match="R of a heat exchanger"):
        plate_effectiveness(0.5, R)


def test_other_inputs_that_cannot_be():
    for NTU in (-1.0, math.nan, np.array([1.0, math.nan])):
        with pytest.raises(InputError, match="NTU"):
            plate_effectiveness(NTU, 1.0)
    with pytest.raises(InputError, match="do not go together"):
        plate_effectiveness(np.ones(3), np.ones(2))
    for passes in ((0, 1), (1, -2), (1.5, 1), (1, 2, 3), (1,)):
        with pytest.raises(InputError, match="whole passes"):
            plate_effectiveness(1.0, 1.0, passes)
