"""Numbers of a fleet against a million units drawn from its population."""

from types import SimpleNamespace

import numpy as np
import pytest

from hashheat.components.free_constant import Constant
from hashheat.fleet.operation import resistance_factors
from hashheat.validation.fleet_numbers import fleet_numbers, sees


def stand_in(mean, sd, *, logarithmic, se=0.01, interval=(0.1, 0.3), single=(0.0,), single_sigma=(0.01,)):
    """What a fit of a fleet gives, as far as its numbers depend on it."""
    constant = Constant("chips.junction_to_plate", logarithmic, mean, mean, 0.5, 0.5, True)
    x = np.array(single)[:, None] + mean
    population = SimpleNamespace(
        mean=np.array([mean]),
        mean_covariance=np.array([[se**2]]),
        sd=np.array([sd]),
        sd_interval=np.array([interval]),
        estimate=x,
        interval=np.stack([x - 0.1, x + 0.1], axis=-1),
    )
    return SimpleNamespace(
        population=population,
        constants=(constant,),
        common=np.array([[0.02**2]]),
        single=x,
        single_sigma=np.array(single_sigma)[:, None],
    )


def test_mean_and_spread_are_those_of_drawn_units():
    m, s = np.log(0.6), 0.2
    one = fleet_numbers(stand_in(m, s, logarithmic=True))[0]
    z = np.random.default_rng(4).standard_normal(1_000_000)
    drawn = np.exp(m + s * z)
    assert one.mean == pytest.approx(drawn.mean(), rel=1e-3)
    # A plant that samples the device file draws the same units from mean and unit_spread.
    key = "miner.chips.unit_spread"
    again = one.mean * resistance_factors({key: np.array([one.spread])}, z[None])[0]
    assert np.allclose(again, drawn, rtol=1e-12)
    # Mean of the logarithm, what is common, and the spread's own doubt.
    doubt = 0.2 / (2.0 * 1.959964)
    assert one.sigma == pytest.approx(one.mean * np.sqrt(0.01**2 + 0.02**2 + (s * doubt) ** 2), rel=1e-6)


def test_temperatures_are_as_they_are():
    one = fleet_numbers(stand_in(350.0, 2.0, logarithmic=False, interval=(1.5, 2.8), se=0.3))[0]
    assert (one.mean, one.spread, one.relative) == (350.0, 2.0, False)
    assert one.sigma == pytest.approx(np.hypot(0.3, 0.02))


def test_units_outside_and_units_that_see_nothing():
    found = stand_in(
        np.log(0.6),
        0.2,
        logarithmic=True,
        single=(0.3, -0.5, 9.0, np.nan),
        single_sigma=(0.15, 0.15, 40.0, 0.1),
    )
    one = fleet_numbers(found)[0]
    # 0.3 and 0.5 off with 0.25 to be expected: 1.2 and 2 standard deviations.
    assert one.away == pytest.approx([1.2, -2.0, 0.0, 0.0])
    assert list(one.outside) == [False, True, False, False]
    assert list(one.seen) == list(sees(found, 0)) == [True, True, False, False]
    assert np.isinf(one.own_sigma[2:]).all()
    assert one.own_sigma[0] == pytest.approx(0.15 * 0.6 * np.exp(0.3))


def test_a_spread_that_is_not_told_from_none_reaches_to_its_end():
    one = fleet_numbers(stand_in(0.0, 0.05, logarithmic=True, interval=(0.0, 0.15)))[0]
    assert one.spread_sigma == pytest.approx(0.1 / 1.644854, rel=1e-6)
    assert one.known
    assert not fleet_numbers(stand_in(0.0, 0.05, logarithmic=True, se=0.6))[0].known
