"""The hottest of many chips, against closed forms and drawn normals."""

import numpy as np
import pytest
from scipy.stats import norm

from hashheat.fleet.hot_chip import hottest_chip


@pytest.mark.parametrize("n", [1, 2, 160, 640])
@pytest.mark.parametrize("spread", [0.03, 0.22])
def test_equal_chips_have_a_closed_form(n, spread):
    # All n below t with probability Phi(x)**n, so the median of the largest is x = ppf(0.5**(1/n)).
    expected = 360.0 + spread * 9.0 * norm.ppf(0.5 ** (1.0 / n))
    together = hottest_chip(np.array([360.0]), np.array([9.0]), np.array([float(n)]), spread)
    apart = hottest_chip(np.full(n, 360.0), np.full(n, 9.0), np.ones(n), spread)
    assert together == pytest.approx(expected, abs=2e-6)
    assert apart == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("spread", [0.03, 0.22])
def test_half_of_all_drawn_units_lie_below(spread):
    rng = np.random.default_rng(4)
    cells, draws = 40, 20_000
    T, rise = rng.uniform(355.0, 362.0, cells), rng.uniform(6.0, 12.0, cells)
    chips = rng.integers(1, 6, cells)
    which = np.repeat(np.arange(cells), chips)
    hottest = np.concatenate(
        [
            (T[which] + spread * rise[which] * rng.standard_normal((1000, which.size))).max(axis=1)
            for _ in range(draws // 1000)
        ]
    )
    median = hottest_chip(T, rise, chips.astype(float), spread)
    # A draw lies below the median with probability one half: four standard errors of that share.
    assert np.mean(hottest < median) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(draws))


def test_a_chip_far_hotter_than_all_others_decides_alone():
    T, rise, chips = np.array([350.0, 380.0]), np.array([10.0, 10.0]), np.array([600.0, 1.0])
    assert hottest_chip(T, rise, chips, 0.05) == pytest.approx(380.0, abs=2e-6)


def test_without_scatter_the_hottest_cell_with_chips_is_the_answer():
    T, rise = np.array([350.0, 390.0, 360.0]), np.array([10.0, 10.0, 10.0])
    assert hottest_chip(T, rise, np.array([1.0, 0.0, 2.0]), 0.0) == 360.0


def test_cells_without_chips_do_not_count():
    T, rise, chips = np.array([350.0, 352.0, 400.0]), np.array([8.0, 9.0, 50.0]), np.array([5.0, 7.0, 0.0])
    assert hottest_chip(T, rise, chips, 0.1) == hottest_chip(T[:2], rise[:2], chips[:2], 0.1)


def test_more_scatter_and_more_chips_are_hotter():
    T, rise, chips = np.linspace(350.0, 360.0, 16), np.full(16, 9.0), np.full(16, 10.0)
    tops = [hottest_chip(T, rise, chips, s) for s in (0.0, 0.03, 0.1, 0.22)]
    assert np.all(np.diff(tops) > 0.0)
    assert hottest_chip(T, rise, 4 * chips, 0.1) > tops[2]
