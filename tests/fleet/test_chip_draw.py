"""The hottest chip as drawn against chips drawn one by one, on plates that are held at their temperatures."""

import math

import numba
import numpy as np
import pytest
from scipy.stats import norm

from hashheat.fleet.chip_draw import above_median
from hashheat.fleet.hot_chip import ChipPower, hottest_chip

DRAWS = 200 if numba.config.DISABLE_JIT else 20_000
CHIPS, RESISTANCE, POWER = 640, 0.8, 11.0


def _law(leak):
    return ChipPower(*(np.array([x]) for x in (POWER, leak, 350.0, 36.0)))


def _hottest(u, spread, leak):
    T_chip = 350.0 + RESISTANCE * POWER
    median, s, c = hottest_chip(
        np.array([[350.0]]),
        np.array([[T_chip]]),
        np.array([float(CHIPS)]),
        np.array([RESISTANCE]),
        np.array([spread]),
        _law(leak),
    )
    return median + above_median(u, np.broadcast_to(s, u.shape), np.broadcast_to(c, u.shape))


def test_without_leakage_it_is_the_largest_of_many_normal_numbers():
    # Phi(x)**n = u, exactly; the junction is 350 + R P (1 + spread x).
    u = np.linspace(0.001, 0.999, 399)
    spread = 0.15
    exact = 350.0 + RESISTANCE * POWER * (1.0 + spread * norm.ppf(u ** (1.0 / CHIPS)))
    found = _hottest(u, spread, 1e-9)
    sigma = spread * RESISTANCE * POWER
    # The logarithm of the number is a parabola: exact at the median, within a hundredth of sigma near it.
    assert np.max(np.abs(found - exact)) < 0.05 * sigma
    middle = (u > 0.05) & (u < 0.95)
    assert np.max(np.abs(found - exact)[middle]) < 0.01 * sigma


def test_with_leakage_it_is_the_hottest_of_chips_drawn_one_by_one():
    rng = np.random.default_rng(3)
    spread, leak = 0.12, 1.5
    largest = RESISTANCE * (1.0 + spread * norm.ppf(rng.random(DRAWS) ** (1.0 / CHIPS)))
    T = np.full(DRAWS, 350.0)
    for _ in range(200):
        T = 350.0 + largest * (POWER + leak * np.exp((T - 350.0) / 36.0))
    u = (np.arange(DRAWS) + 0.5) / DRAWS
    found = np.sort(_hottest(u, spread, leak))
    T.sort()
    sigma = T.std()
    # Order statistics of as many draws: the median is known to 1.25 sigma / sqrt(n).
    for share in (0.05, 0.5, 0.95):
        at = int(share * DRAWS)
        assert found[at] == pytest.approx(T[at], abs=5.0 * 1.25 * 2.0 * sigma / math.sqrt(DRAWS))


def test_the_median_has_the_probability_one_half():
    s, c = np.array([0.9]), np.array([0.05])
    assert above_median(np.array([0.5]), s, c)[0] == pytest.approx(0.0, abs=1e-14)


def test_it_rises_with_the_probability_past_the_turn_of_a_parabola():
    u = np.linspace(1e-9, 1.0 - 1e-9, 2001)
    for c in (-0.2, 0.0, 0.2):
        d = above_median(u, np.full(u.size, 0.5), np.full(u.size, c))
        assert np.all(np.isfinite(d))
        assert np.all(np.diff(d) > 0.0), c


def test_chips_that_do_not_scatter_have_no_hottest():
    found = above_median(np.array([0.01, 0.99]), np.full(2, np.inf), np.zeros(2))
    assert np.array_equal(found, [0.0, 0.0])


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="threads are numba's")
def test_threads_do_not_change_a_digit():
    rng = np.random.default_rng(5)
    n, cells = 333, 40
    T_plate = rng.uniform(345.0, 355.0, (n, cells))
    power = ChipPower(np.full(n, 11.0), np.full(n, 0.8), np.full(n, 350.0), np.full(n, 36.0))
    chips, resistance, spread = np.full(cells, 4.0), rng.uniform(0.3, 1.0, n), rng.uniform(0.0, 0.2, n)
    T_chip = T_plate + 12.0 * resistance[:, None]
    serial, threads = (
        hottest_chip(T_plate, T_chip, chips, resistance, spread, power, parallel=p) for p in (False, True)
    )
    for a, b in zip(serial, threads):
        assert np.array_equal(a, b)
