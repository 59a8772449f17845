"""Bias factor and scatter of numbers that are known."""

import numpy as np
import pytest

from hashheat.thermo.errors import InputError
from hashheat.validation.bias_factor import bias_factor


def test_a_constant_ratio_is_the_factor():
    D = np.array([5.0, 8.0, 13.0])
    found = bias_factor(1.1 * D, D)
    assert found.factor == pytest.approx(1.1)
    assert found.scatter == pytest.approx(0.0, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((1 / 1.1, 1 / 1.1))


def test_ratios_worked_by_hand():
    # ln = -0.1, 0.0, 0.1: mean 0, variance 0.01; 0.06 of the data leaves 0.0064.
    found = bias_factor(np.exp([-0.1, 0.0, 0.1]), np.ones(3), 0.06)
    assert found.scatter == pytest.approx(0.08)
    assert found.factor == pytest.approx(np.exp(0.5 * (0.0064 - 0.0036)))


def test_what_was_put_into_a_sample_comes_out():
    rng = np.random.default_rng(5)
    truth = 10.0 + 10.0 * rng.random(20000)
    measured = truth * (1.0 + 0.05 * rng.standard_normal(truth.size))
    predicted = 0.9 * truth * (1.0 + 0.1 * rng.standard_normal(truth.size))
    found = bias_factor(predicted, measured, 0.05)
    assert found.factor == pytest.approx(0.9, rel=0.01)
    assert found.scatter == pytest.approx(0.1, rel=0.05)
    inside = (predicted * found.low <= truth) & (truth <= predicted * found.high)
    assert inside.mean() == pytest.approx(0.95, abs=0.02)


def test_a_wide_band_stays_positive():
    rng = np.random.default_rng(6)
    x = 0.8 * rng.standard_normal(20000)
    found = bias_factor(np.exp(x), np.ones(x.size))
    assert found.low == pytest.approx(np.exp(-1.96 * 0.8) / found.factor, rel=0.03)
    assert found.high == pytest.approx(np.exp(1.96 * 0.8) / found.factor, rel=0.03)
    assert found.low > 0.0


def test_pairs_without_a_ratio_are_left_out():
    found = bias_factor([1.0, -1.0, np.nan, 2.0], [1.0, 1.0, 1.0, 2.0])
    assert found.values == 2
    with pytest.raises(InputError, match="too few"):
        bias_factor([1.0, np.nan], [1.0, 1.0])
