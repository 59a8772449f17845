"""The sparse factorization against dense linear algebra, and where a subtracted diagonal would fail."""

from fractions import Fraction

import numpy as np
import pytest

from hashheat.solvers.sparse_cholesky import analyse_pattern, entry_of, factor, substitute


def grid(n):
    index = np.arange(n * n).reshape(n, n)
    along = np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()])
    across = np.column_stack([index[:-1].ravel(), index[1:].ravel()])
    return n * n, np.vstack([along, across])


def path(n):
    return n, np.column_stack([np.arange(n - 1), np.arange(1, n)])


def complete(n):
    return n, np.column_stack(np.triu_indices(n, 1))


def scattered(n):
    pairs = np.random.default_rng(7).integers(0, n, (2 * n, 2))
    return n, pairs[pairs[:, 0] != pairs[:, 1]]


def solve(n, pairs, conductance, ground, right):
    pattern = analyse_pattern(n, pairs)
    values, place = np.zeros(pattern.n_values), pattern.position
    for (i, j), g in zip(pairs, conductance):
        values[entry_of(pattern, i, j)] -= g
    to_ground, x, pivot = np.empty(n), np.empty(n), np.empty(n)
    to_ground[place], x[place] = ground, right
    factor(pattern, to_ground, values, pivot, np.empty(max(1, pattern.n_tail)))
    substitute(pattern, pivot, values, x)
    return x[place], pattern


def dense(n, pairs, conductance, ground):
    A = np.diag(np.asarray(ground, dtype=float))
    for (i, j), g in zip(pairs, conductance):
        A[[i, j], [i, j]] += g
        A[[i, j], [j, i]] -= g
    return A


@pytest.mark.parametrize(
    ("n", "pairs"),
    [(1, np.zeros((0, 2), dtype=int)), path(9), grid(6), complete(7), scattered(40), (5, np.array([[3, 1]]))],
    ids=["one node", "path", "grid", "complete", "scattered, pairs repeated", "nodes alone"],
)
def test_against_dense_linear_algebra(n, pairs):
    rng = np.random.default_rng(n)
    g, ground, right = rng.uniform(0.1, 2.0, len(pairs)), rng.uniform(0.05, 0.3, n), rng.standard_normal(n)
    x, _ = solve(n, pairs, g, ground, right)
    np.testing.assert_allclose(x, np.linalg.solve(dense(n, pairs, g, ground), right), rtol=1e-12, atol=1e-13)


def test_a_path_does_not_fill():
    pattern = analyse_pattern(*path(50))
    assert pattern.start[-1] + pattern.n_tail * (pattern.n_tail - 1) // 2 == 49


def test_least_degree_fills_a_grid_far_less_than_a_band_would():
    n, pairs = grid(20)
    pattern = analyse_pattern(n, pairs)
    m = pattern.n_tail
    assert pattern.start[-1] + m * (m - 1) // 2 < 0.5 * n * 20


def test_every_node_has_one_place():
    pattern = analyse_pattern(*scattered(60))
    assert sorted(pattern.position) == list(range(60))


def test_conductances_that_differ_by_24_orders():
    # A chain to ground over a tiny conductance, with a huge one at its end: exact rational arithmetic beside it.
    g = [2.0**-30, 2.0**50, 3.0]
    right = [1.0, -2.0, 0.5, 0.25]
    x, _ = solve(*path(4), g, [2.0**-10, 0.0, 0.0, 0.0], right)
    flow, level, exact = Fraction(0), sum(map(Fraction, right)) * 2**10, []
    for k in range(4):
        exact.append(level)
        flow = sum(map(Fraction, right[k + 1 :]))
        if k < 3:
            level += flow / Fraction(g[k])
    np.testing.assert_allclose(x, [float(v) for v in exact], rtol=1e-14)
