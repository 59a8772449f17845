"""The ladder solver against closed forms, published numbers and the balance it has to fulfil."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.solvers import ladder
from hashheat.solvers.ladder import NOT_CONVERGED, OK, U, Z, solve_ladder
from hashheat.thermo.errors import InputError


def share(Q, R, rs, rr, n, arrangement, quadratic):
    """Flows and drop of a ladder with equal branches and equal segments."""

    def pair(value, count):
        zero, full = np.zeros(count), np.full(count, float(value))
        return (zero, full) if quadratic else (full, zero)

    flows, drop, status = solve_ladder(Q, pair(R, n), pair(rs, n - 1), pair(rr, n - 1), arrangement)
    assert status.tolist() == [OK]
    return flows[0], drop[0]


def residual(flows, drop, Q, branch, supply, back, arrangement):
    """Largest pressure error of any path from port to port, over the drop: zero at the balance."""

    def loss(coefficients, q):
        return coefficients[0] * q + coefficients[1] * q * np.abs(q)

    n = flows.size
    S = Q - np.cumsum(flows)[:-1]
    down = np.concatenate([[0.0], np.cumsum(loss(supply, S))])
    if arrangement == U:
        home = np.concatenate([[0.0], np.cumsum(loss(back, S))])
    else:
        home = loss(back, Q - S)
        home = np.concatenate([np.cumsum(home[::-1])[::-1], [0.0]])
    assert n == down.size == home.size
    return np.max(np.abs(down + loss(branch, flows) + home - drop)) / drop


# Linear and quadratic ladder of ten, from 30-digit arithmetic: flows by branch (from 1), drop.
TEN = {
    ("linear", U): ({1: 1.4963122218, 10: 0.73362981777}, 14.9631222182),
    ("linear", Z): ({1: 1.1149710198, 5: 0.92447686665, 10: 1.1149710198}, 15.649710198),
    ("quadratic", U): ({1: 1.9480222446, 5: 0.88504207041, 10: 0.59145225549}, 37.9479066529),
    ("quadratic", Z): ({1: 1.440788877, 5: 0.67829533689, 10: 1.440788877}, 47.4485779701),
}


@pytest.mark.parametrize(("law", "arrangement"), TEN)
def test_ladder_of_ten(law, arrangement):
    flows, drop = TEN[law, arrangement]
    q, dp = share(10.0, 10.0, 0.1, 0.1, 10, arrangement, quadratic=law == "quadratic")
    for branch, flow in flows.items():
        # Ten significant digits are given.
        assert q[branch - 1] == pytest.approx(flow, rel=6e-10)
    assert dp == pytest.approx(drop, rel=1e-10)


def test_fleet_ladder():
    q, dp = share(1120.0, 1562.5, 6.3e-5, 6.3e-5, 140, U, quadratic=True)
    assert q[0] == pytest.approx(8.213972478, abs=6e-10)
    assert q[139] == pytest.approx(7.927290926, abs=6e-10)
    assert dp == pytest.approx(105420.849789, abs=6e-7)
    assert q.sum() == pytest.approx(1120.0, rel=1e-12)
    assert np.all(np.diff(q) < 0.0)


def test_fleet_ladder_in_z_is_symmetric():
    q, _ = share(1120.0, 1562.5, 6.3e-5, 6.3e-5, 140, Z, quadratic=True)
    np.testing.assert_allclose(q, q[::-1], rtol=1e-9)
    assert q.sum() == pytest.approx(1120.0, rel=1e-12)
    assert np.all(np.diff(q[:70]) < 0.0)


@given(
    n=st.integers(2, 60),
    R=st.floats(0.1, 1e4),
    ratio=st.floats(1e-7, 1.0),
    split=st.floats(0.0, 1.0),
    Q=st.floats(1e-3, 1e4),
)
@settings(deadline=None, max_examples=50)
def test_linear_ladder_has_a_closed_form(n, R, ratio, split, Q):
    rs, rr = R * ratio * split, R * ratio * (1.0 - split)
    i = np.arange(1, n + 1)
    mu = math.acosh(1.0 + ratio / 2.0)
    q, dp = share(Q, R, rs, rr, n, U, quadratic=False)
    shape = np.cosh(mu * (n - i + 0.5)) / np.cosh(mu * (n - 0.5))
    np.testing.assert_allclose(q, Q * shape / shape.sum(), rtol=1e-8, atol=1e-12 * Q)
    assert dp == pytest.approx(R * q[0], rel=1e-12)
    # Z: with equal headers.
    q, dp = share(Q, R, R * ratio / 2, R * ratio / 2, n, Z, quadratic=False)
    shape = np.cosh(mu * (i - (n + 1) / 2)) / np.cosh(mu * (n - 1) / 2)
    np.testing.assert_allclose(q, Q * shape / shape.sum(), rtol=1e-8, atol=1e-12 * Q)
    assert dp == pytest.approx(R * q[0] + R * ratio / 2 * np.sum(Q - (Q - np.cumsum(q)[:-1])), rel=1e-9)


@given(
    n=st.integers(1, 40),
    seed=st.integers(0, 10**6),
    steep=st.floats(-6.0, 0.0),
    arrangement=st.sampled_from([U, Z]),
)
@settings(deadline=None, max_examples=60)
def test_any_ladder_balances(n, seed, steep, arrangement):
    # Every coefficient at random, linear and quadratic mixed; headers up to as steep as the branches.
    rng = np.random.default_rng(seed)
    branch, supply, back = (rng.uniform(0.1, 1.0, (2, count)) for count in (n, n - 1, n - 1))
    supply *= 10.0**steep
    back *= 10.0**steep
    Q = 10.0 ** rng.uniform(-2.0, 2.0)
    flows, drop, status = solve_ladder(Q, tuple(branch), tuple(supply), tuple(back), arrangement)
    assert status[0] == OK
    assert flows[0].sum() == pytest.approx(Q, rel=1e-12)
    assert residual(flows[0], drop[0], Q, branch, supply, back, arrangement) < 1e-9


@pytest.mark.parametrize("arrangement", [U, Z])
@pytest.mark.parametrize("quadratic", [False, True])
def test_scales(arrangement, quadratic):
    q, dp = share(10.0, 10.0, 0.1, 0.2, 12, arrangement, quadratic)
    tenfold, dp10 = share(100.0, 10.0, 0.1, 0.2, 12, arrangement, quadratic)
    np.testing.assert_allclose(tenfold, 10.0 * q, rtol=1e-11)
    assert dp10 == pytest.approx((100.0 if quadratic else 10.0) * dp, rel=1e-11)
    same, dp3 = share(10.0, 30.0, 0.3, 0.6, 12, arrangement, quadratic)
    np.testing.assert_allclose(same, q, rtol=1e-11)
    assert dp3 == pytest.approx(3.0 * dp, rel=1e-11)


def test_mirrored_z_ladder_mirrors_its_flows():
    rng = np.random.default_rng(3)
    b = rng.uniform(1.0, 2.0, 9)
    s, r = rng.uniform(0.01, 0.2, 8), rng.uniform(0.01, 0.2, 8)
    zero = np.zeros
    q, dp, _ = solve_ladder(5.0, (zero(9), b), (zero(8), s), (zero(8), r), Z)
    # Seen from the other end, supply and return change places and the flows run backwards.
    p, dp2, _ = solve_ladder(5.0, (zero(9), b[::-1]), (zero(8), r[::-1]), (zero(8), s[::-1]), Z)
    np.testing.assert_allclose(p[0], q[0, ::-1], rtol=1e-10)
    assert dp2[0] == pytest.approx(dp[0], rel=1e-11)


@pytest.mark.parametrize("arrangement", [U, Z])
def test_one_branch_takes_it_all(arrangement):
    none = np.zeros(0)
    q, dp, status = solve_ladder(
        3.0, (np.array([2.0]), np.array([5.0])), (none, none), (none, none), arrangement
    )
    assert (q[0, 0], dp[0], status[0]) == (3.0, 2.0 * 3.0 + 5.0 * 9.0, OK)


def test_cases_are_solved_apart_from_each_other():
    # More than a chunk of the parallel path, and every case its own numbers.
    rng = np.random.default_rng(12)
    cases, n = 150, 7
    Q = rng.uniform(0.5, 5.0, cases)
    branch, supply, back = (tuple(rng.uniform(0.01, 1.0, (2, cases, k))) for k in (n, n - 1, n - 1))
    flows, drop, status = solve_ladder(Q, branch, supply, back, Z)
    assert np.all(status == OK)
    for c in (0, 31, 32, 63, 64, 149):
        one = solve_ladder(Q[c], *(tuple(x[c] for x in p) for p in (branch, supply, back)), Z)
        assert one[0][0].tobytes() == flows[c].tobytes()
        assert one[1][0] == drop[c]


def test_coefficients_broadcast_over_cases():
    Q = np.array([1.0, 2.0, 3.0])
    zero = np.zeros(3)
    flows, _, _ = solve_ladder(Q, (np.zeros(4), np.ones(4)), (zero, zero + 0.1), (zero, zero + 0.1))
    assert flows.shape == (3, 4)
    np.testing.assert_allclose(flows / Q[:, None], np.tile(flows[0], (3, 1)), rtol=1e-11)


def test_work_grows_with_the_number_of_branches(monkeypatch):
    # Counted, not timed: evaluations of a loss and of its slope in the plain Python function.
    def count(n):
        calls = {"_loss": 0, "_slope": 0}

        def counted(name):
            function = getattr(ladder, name)
            function = getattr(function, "py_func", function)

            def call(*args):
                calls[name] += 1
                return function(*args)

            return call

        solve = getattr(ladder._solve_one, "py_func", ladder._solve_one)
        zero, b, s = np.zeros(n), np.full(n, 1.0), np.full(n - 1, 1.0 / n**3)
        with monkeypatch.context() as patch:
            for name in calls:
                patch.setattr(ladder, name, counted(name))
            q, S, upper = np.empty(n), np.empty(n + 1), np.empty(n)
            _, status = solve(1.0 * n, U, zero, b, zero, s, zero, s, 1e-13, q, S, upper)
        assert status == OK
        assert q.sum() == pytest.approx(n, rel=1e-12)
        return sum(calls.values()) / n

    per_branch = [count(n) for n in (20, 80, 320)]
    assert max(per_branch) < 1.3 * min(per_branch)
    assert max(per_branch) < 8 * 12  # eight evaluations a branch, at most twelve Newton steps


@given(n=st.integers(2, 100), steep=st.floats(0.0, 2.5), arrangement=st.sampled_from([U, Z]))
@settings(deadline=None, max_examples=40)
def test_a_steep_ladder_balances_or_says_so(n, steep, arrangement):
    # Headers steeper than the branches: the far flows vanish below the tolerance.
    branch = np.array([np.zeros(n), np.ones(n)])
    header = np.array([np.zeros(n - 1), np.full(n - 1, 10.0**steep)])
    flows, drop, status = solve_ladder(1.0, tuple(branch), tuple(header), tuple(header), arrangement)
    assert status[0] in (OK, NOT_CONVERGED)
    assert np.all(np.isfinite(flows))
    if status[0] == OK:
        assert residual(flows[0], drop[0], 1.0, branch, header, header, arrangement) < 1e-9


GOOD = {
    "branch": (np.zeros(5), np.ones(5)),
    "supply": (np.zeros(4), np.ones(4)),
    "back": (np.zeros(4), np.ones(4)),
}


@pytest.mark.parametrize(
    ("Q", "changed"),
    [
        (0.0, {}),
        (-1.0, {}),
        (np.nan, {}),
        (np.array([1.0, -1.0]), {}),
        (1.0, {"branch": (np.zeros(5), -np.ones(5))}),
        (1.0, {"branch": (np.zeros(5), np.zeros(5))}),
        (1.0, {"branch": (np.zeros(5), np.full(5, np.nan))}),
        (1.0, {"supply": (np.zeros(4), np.array([1.0, 1.0, -1.0, 1.0]))}),
        (1.0, {"supply": (np.zeros(5), np.ones(5))}),
        (1.0, {"back": (np.zeros(3), np.ones(3))}),
        (np.inf, {}),
        (1.0, {"branch": (np.zeros(5), np.ones(4))}),
        (np.ones(2), {"branch": (np.zeros((3, 5)), np.ones((3, 5)))}),
        (1.0, {"arrangement": 7}),
    ],
)
def test_bad_input_is_refused(Q, changed):
    with pytest.raises(InputError):
        solve_ladder(Q, **(GOOD | changed))
