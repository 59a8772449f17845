"""Counts over a population: closed forms of a line of normal draws, direct counts, any order of chunks."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from hashheat.fleet.population_statistics import THRESHOLDS, PopulationStatistics
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError

_spec = importlib.util.spec_from_file_location("cases", Path(__file__).with_name("population_cases.py"))
helpers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(helpers)
N = 200_000
LINE = helpers.LinearCases(seed=7)
SIGMA = 5.0  # of 3 x + 4 y
WHOLE = LINE.solve(0, N)


def counted(cut, fleets=1, order=None):
    found = PopulationStatistics(fleets, N // fleets)
    ends = list(itertools.pairwise(cut))
    for first, last in ends if order is None else [ends[i] for i in order]:
        found.add(first, LINE.solve(first, last))
    return found


def test_moments_are_those_of_the_line():
    mean, deviation = counted([0, N]).moments()
    # Standard errors of mean and deviation of a normal population.
    assert mean == pytest.approx(LINE.T0, abs=4.0 * SIGMA / np.sqrt(N))
    assert deviation == pytest.approx(SIGMA, abs=4.0 * SIGMA / np.sqrt(2.0 * N))


def test_moments_are_those_of_the_numbers_themselves():
    T = WHOLE["T_hottest_chip"].values
    # Each is rounded to 1e-6 K, which leaves 3e-7 K a unit and less in the mean.
    np.testing.assert_allclose(counted([0, N]).moments(), (T.mean(), T.std(ddof=1)), rtol=0.0, atol=1e-8)


def test_the_tail_is_a_direct_count():
    T = WHOLE["T_hottest_chip"].values
    tails = counted([0, 777, N]).tails()
    direct = [(T > threshold).mean() for threshold in THRESHOLDS]
    assert np.array_equal(tails["tail_probability"], direct)


def test_the_tail_is_the_normal_one():
    tails = counted([0, N]).tails(level=0.999)
    exact = norm.sf((THRESHOLDS - LINE.T0) / SIGMA)
    covered = (tails["tail_low"].values <= exact) & (exact <= tails["tail_high"].values)
    # Neighbouring thresholds share their units: hits and misses come in runs.
    assert covered.mean() > 0.98
    far = np.searchsorted(THRESHOLDS, LINE.T0 + 3.0 * SIGMA)
    assert float(tails["tail_probability"][far]) == pytest.approx(exact[far], rel=0.2)
    share = counted([0, N]).share_above_limit(level=0.999)
    assert share.low < norm.sf((368.15 - LINE.T0) / SIGMA) < share.high


def test_percentiles():
    found = counted([0, N])
    T = WHOLE["T_hottest_chip"].values
    for share in (0.01, 0.5, 0.99, 0.999):
        assert found.percentile(share) == pytest.approx(np.quantile(T, share), abs=0.011 + 20.0 / N)


def test_no_cut_and_no_order_changes_a_digit():
    whole = counted([0, N], fleets=8)
    other = counted([0, 1, 999, 50_000, 50_001, 120_000, N], fleets=8, order=(4, 0, 5, 2, 1, 3))
    assert whole.moments() == other.moments()
    assert whole.tails().identical(other.tails())
    assert whole.share_above_limit() == other.share_above_limit()
    assert whole.percentile(0.99) == other.percentile(0.99)


def test_units_without_a_steady_state_are_above_every_temperature():
    cases = LINE.solve(0, 100).copy(deep=True)
    cases["status"].values[:3] = sp.RUNAWAY
    for name in ("T_hottest_chip", "junction_margin"):
        cases[name].values[:3] = np.nan
    found = PopulationStatistics(1, 100)
    found.add(0, cases)
    assert found.status[sp.RUNAWAY] == 3
    assert (found.units, found.solved) == (100, 97)
    assert found.above[0, -1] == 3
    direct = int(np.sum(LINE.solve(3, 100)["junction_margin"] < 0.0))
    assert found.hot[0] == 3 + direct


def test_a_temperature_that_cannot_be_counted_is_named():
    cases = LINE.solve(0, 5).copy(deep=True)
    cases["T_hottest_chip"].values[2] = 1300.0
    with pytest.raises(InputError, match="beyond what is counted"):
        PopulationStatistics(1, 5).add(0, cases)
