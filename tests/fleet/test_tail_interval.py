"""Intervals: the published exact one, its coverage, and fleets that scatter more than their units would."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from hashheat.fleet.tail_interval import exact_interval, fleet_interval


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (7, 20), (10, 10), (3, 100_000)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_exact_interval_is_that_of_scipy(k, n, level):
    theirs = binomtest(k, n).proportion_ci(level, method="exact")
    low, high = exact_interval(k, n, level)
    # SciPy searches for the ends, to 2e-12.
    np.testing.assert_allclose((low, high), (theirs.low, theirs.high), rtol=0.0, atol=4e-12)
    # What defines them: as many or more, as many or fewer, with half of the rest.
    if k > 0:
        assert binom.sf(k - 1, n, float(low)) == pytest.approx(0.5 * (1.0 - level), rel=1e-9)
    if k < n:
        assert binom.cdf(k, n, float(high)) == pytest.approx(0.5 * (1.0 - level), rel=1e-9)


@pytest.mark.parametrize("p", [0.003, 0.05, 0.4])
def test_exact_interval_covers_as_often_as_it_says(p):
    n = 400
    k = np.arange(n + 1)
    low, high = exact_interval(k, n, 0.9)
    assert binom.pmf(k, n, p)[(low <= p) & (p <= high)].sum() >= 0.9


def test_rule_of_three():
    # None among n: the one-sided 95 % bound is 1 - 0.05**(1/n), about 3 / n.
    _, high = exact_interval(0, 1000, 0.90)
    assert float(high) == pytest.approx(1.0 - 0.05 ** (1 / 1000), rel=1e-12)


def test_one_fleet_has_the_interval_of_its_units():
    hits = np.array([[3, 40]])
    np.testing.assert_array_equal(fleet_interval(hits, 500), exact_interval(hits[0], 500))


def test_fleets_that_differ_widen_the_interval():
    rng = np.random.default_rng(1)
    fleets, size = 40, 1000
    alike = rng.binomial(size, 0.1, (fleets, 1))
    apart = rng.binomial(size, rng.beta(0.5, 4.5, (fleets, 1)))
    narrow, wide = (np.subtract(*fleet_interval(h, size)[::-1])[0] for h in (alike, apart))
    assert wide > 10.0 * narrow
    # Of many fleets it is the interval of their mean by the scatter of their shares.
    spread = (apart / size).std(ddof=1) / np.sqrt(fleets)
    assert wide == pytest.approx(2.0 * 1.96 * spread, rel=0.15)


def test_fleets_that_differ_are_covered():
    rng = np.random.default_rng(2)
    fleets, size, trials = 20, 500, 400
    shares = rng.beta(2.0, 18.0, (fleets, trials))
    low, high = fleet_interval(rng.binomial(size, shares), size, 0.9)
    covered = np.mean((low <= 0.1) & (0.1 <= high))
    # Binomial error of 400 trials is 1.5 %.
    assert 0.9 - 0.045 < covered


def test_none_and_all():
    low, high = fleet_interval(np.array([[0, 50], [0, 50], [0, 50]]), 50)
    assert low[0] == 0.0
    assert high[1] == 1.0
    # Three fleets without a hot unit say no more than three units would.
    assert high[0] == pytest.approx(1.0 - 0.025 ** (1 / 3))
