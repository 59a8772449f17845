"""The linear solve of all channels against the same equations in one dense matrix."""

import numpy as np

from hashheat.solvers.channel_system import invert_in_place, solve_channels, solve_passes
from hashheat.solvers.upwind_element import upwind_element


def test_the_inverse_is_an_inverse():
    rng = np.random.default_rng(2)
    for s in (1, 5, 12):
        a = rng.normal(size=(s, s)) + 4.0 * np.eye(s)
        found = a.copy()
        invert_in_place(found)
        np.testing.assert_allclose(found @ a, np.eye(s), atol=1e-10)


def test_against_one_dense_matrix():
    """Four channels of three passes: temperatures and pass inlets as unknowns of one system."""
    rng = np.random.default_rng(5)
    n, s, passes = 4, 5, 3
    rule = upwind_element(s)
    upward, in_pass = np.array([1, 0, 0, 1]), np.array([0, 2, 1, 2])
    feeds, pass_side, side_in = np.array([-1, 0, -1]), np.array([0, 0, 1]), np.array([4e5, 2e5])
    m = np.array([0.3, 0.2, 0.3, 0.4])
    share = np.array([1.0, 1.0 / 3.0, 1.0, 2.0 / 3.0])
    cp, rest = rng.uniform(3e3, 4e3, (n, s)), rng.uniform(-1e4, 1e4, (n, s))
    across = rng.uniform(200.0, 900.0, (n + 1, s))
    across[0] = across[-1] = 0.0
    loss = across[:-1] + across[1:] + 50.0
    source = rng.uniform(-1e3, 1e3, (n, s))

    Y, inverses = np.empty((n, s, passes + 1)), np.empty((n, s, s))
    solve_channels(rule.slope, upward, in_pass, m, cp, rest, loss, across, source, inverses, Y)
    to_end = rule.b @ rule.slope
    theta, leaving = np.empty(passes), np.empty(passes)
    solve_passes(upward, in_pass, feeds, pass_side, share, to_end, side_in, cp, rest, Y, theta, leaving)
    T = Y[:, :, 0] + Y[:, :, 1:] @ theta

    size = n * s + passes
    A, right = np.zeros((size, size)), np.zeros(size)
    ends = []
    for j in range(n):
        order = np.arange(s) if upward[j] else np.arange(s)[::-1]
        D = rule.slope[np.ix_(order, order)]
        rows = slice(j * s, (j + 1) * s)
        A[rows, rows] = m[j] * D * cp[j] + np.diag(loss[j])
        A[rows, n * s + in_pass[j]] = -m[j] * D.sum(axis=1)
        right[rows] = source[j] - m[j] * D @ rest[j]
        for other, plate in ((j - 1, j), (j + 1, j + 1)):
            if 0 <= other < n:
                A[rows, other * s : (other + 1) * s] = -np.diag(across[plate])
        ends.append(to_end[order])
    for p in range(passes):
        A[n * s + p, n * s + p] = 1.0
        if feeds[p] < 0:
            right[n * s + p] = side_in[pass_side[p]]
            continue
        for j in np.flatnonzero(in_pass == feeds[p]):
            A[n * s + p, j * s : (j + 1) * s] -= share[j] * ends[j] * cp[j]
            A[n * s + p, n * s + in_pass[j]] -= share[j] * (1.0 - ends[j].sum())
            right[n * s + p] += share[j] * ends[j] @ rest[j]
    exact = np.linalg.solve(A, right)
    np.testing.assert_allclose(T.ravel(), exact[: n * s], rtol=1e-10)
    np.testing.assert_allclose(theta, exact[n * s :], rtol=1e-10)
    h = cp * T + rest
    for p in range(passes):
        own = np.flatnonzero(in_pass == p)
        out = sum(share[j] * (ends[j] @ h[j] + (1.0 - ends[j].sum()) * theta[p]) for j in own)
        np.testing.assert_allclose(leaving[p], out, rtol=1e-10)
