"""Steady pipes against the matrix exponential of their equations."""

import math

import numpy as np
import pytest
from scipy.linalg import expm

from hashheat.solvers.pipe_steady import steady_pair, steady_single
from hashheat.thermo.errors import InputError


def by_matrix(c1, c2, own, other, T1, T2, T_g):
    """Both unknowns at the start of the trench from the known ones, whichever end they stand at."""
    W = np.array([c1, -c2])
    through = expm(np.array([[-own, other], [other, -own]]) / W[:, None])
    ends = np.eye(2), through
    known = np.array([ends[0][0] if W[0] > 0 else ends[1][0], ends[0][1] if W[1] > 0 else ends[1][1]])
    start = np.linalg.solve(known, [T1 - T_g, T2 - T_g])
    end = through @ start
    return T_g + (end[0] if W[0] > 0 else start[0]), T_g + (end[1] if W[1] > 0 else start[1])


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_pair_by_the_matrix_exponential(signs):
    rng = np.random.default_rng(7)
    for _ in range(100):
        c1, c2 = np.array(signs) * 10.0 ** rng.uniform(0.0, 3.0, 2)
        own = min(abs(c1), abs(c2)) * 10.0 ** rng.uniform(-6.0, 0.7)
        given = c1, c2, own, own * rng.uniform(0.0, 0.95), 350.0, 320.0, 283.0
        assert steady_pair(*given) == pytest.approx(by_matrix(*given), rel=1e-11)


def test_without_exchange_two_single_pipes():
    found = steady_pair(100.0, -50.0, 40.0, 0.0, 350.0, 320.0, 283.0)
    assert found[0] == pytest.approx(283.0 + 67.0 * math.exp(-0.4), rel=1e-14)
    assert found[1] == steady_single(-50.0, 40.0, 320.0, 283.0)
    # Nearly without: continuous, though its modes then hardly differ.
    near = steady_pair(100.0, -100.0, 40.0, 1e-9, 350.0, 320.0, 283.0)
    assert near == pytest.approx(steady_pair(100.0, -100.0, 40.0, 0.0, 350.0, 320.0, 283.0), abs=1e-7)


@pytest.mark.parametrize("flow", [1.0, -1.0])
def test_a_pipe_at_rest_is_the_limit_of_little_flow(flow):
    at_rest = steady_pair(200.0 * flow, 0.0, 30.0, 12.0, 350.0, 320.0, 283.0)
    # With little flow it takes its own place's temperature before it comes out, whatever enters.
    slow = steady_pair(200.0 * flow, 1e-3, 30.0, 12.0, 350.0, 320.0, 283.0)
    assert at_rest == pytest.approx(slow, abs=2e-3)
    other_way = steady_pair(0.0, 200.0 * flow, 30.0, 12.0, 320.0, 350.0, 283.0)
    assert other_way == pytest.approx(at_rest[::-1], rel=1e-14)
    assert steady_pair(0.0, 0.0, 30.0, 12.0, 350.0, 320.0, 283.0) == (283.0, 283.0)


def test_no_overflow_where_nothing_comes_out_warm():
    assert steady_pair(1e-3, 1e-3, 30.0, 1.0, 350.0, 320.0, 283.0) == pytest.approx((283.0, 283.0), abs=3.0)
    assert steady_single(1e-9, 30.0, 350.0, 283.0) == 283.0
    assert steady_single(0.0, 30.0, 350.0, 283.0) == 283.0
    assert steady_single(0.0, 0.0, 350.0, 283.0) == 350.0


def test_conductances_of_no_pair_are_refused():
    with pytest.raises(InputError, match="two pipes"):
        steady_pair(1.0, 1.0, 1.0, 1.0, 350.0, 320.0, 283.0)
