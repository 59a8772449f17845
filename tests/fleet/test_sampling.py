"""Sampling: exact stratification, the stated distributions, and a fleet that holds its spread exactly."""

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from hashheat.fleet.sampling import from_uniform, nominal, sobol_points, unit_places
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

QUANTITIES = {
    "exact": Quantity.parse("11 L/min", "m^3/s"),
    "uniform": Quantity.parse("0.3 .. 1.2 K/W", "K/W"),
    "normal": Quantity.parse("8064 W +/- 3 %", "W"),
    "truncated": Quantity.parse("0.9 +/- 0.2", "1", minimum=0.0, maximum=1.0),
}


@pytest.mark.parametrize("n", [1, 2, 64, 1024])
@pytest.mark.parametrize("dimensions", [1, 5, 29])
def test_every_slice_of_every_input_gets_exactly_one_point(n, dimensions):
    points = sobol_points(n, dimensions)
    assert points.shape == (n, dimensions)
    assert points.min() > 0.0
    assert points.max() < 1.0
    for column in points.T:
        assert np.array_equal(np.sort(np.floor(column * n)), np.arange(n))


def test_pairs_of_inputs_are_balanced_too():
    # A Sobol sequence in base 2 puts n / 4 points into each quarter of the plane of the first two inputs.
    points = sobol_points(64, 2) > 0.5
    counts = np.bincount(points[:, 0] + 2 * points[:, 1], minlength=4)
    assert np.all(counts == 16)


def test_a_seed_repeats_and_another_differs():
    assert np.array_equal(sobol_points(64, 3), sobol_points(64, 3))
    assert not np.any(sobol_points(64, 3, seed=1) == sobol_points(64, 3, seed=2))


@pytest.mark.parametrize("n", [0, -4, 3, 1000])
def test_only_powers_of_two_are_accepted(n):
    with pytest.raises(InputError) as caught:
        sobol_points(n, 2)
    assert caught.value.found == n
    assert "1024" in caught.value.accepted


def test_nothing_uncertain_gives_points_without_columns():
    assert sobol_points(8, 0).shape == (8, 0)


def test_nominal_is_one_sample():
    values = nominal(QUANTITIES)
    assert {key: x.shape for key, x in values.items()} == dict.fromkeys(QUANTITIES, (1,))
    assert values["uniform"][0] == pytest.approx(0.75)
    assert values["normal"][0] == pytest.approx(8064.0)


def test_samples_follow_the_stated_distributions():
    u = np.linspace(0.001, 0.999, 101)
    drawn = from_uniform(QUANTITIES, ["normal", "uniform", "truncated"], np.stack([u, u[::-1], u], axis=1))
    np.testing.assert_allclose(drawn["normal"], norm.ppf(u, 8064.0, 0.03 * 8064.0), rtol=1e-12)
    np.testing.assert_allclose(drawn["uniform"], 0.3 + 0.9 * u[::-1], rtol=1e-12)
    np.testing.assert_allclose(drawn["truncated"], truncnorm.ppf(u, -4.5, 0.5, 0.9, 0.2), rtol=1e-10)
    assert np.all(drawn["exact"] == QUANTITIES["exact"].nominal)


def test_what_is_not_named_stays_nominal():
    drawn = from_uniform(QUANTITIES, ["uniform"], np.full((3, 1), 0.25))
    np.testing.assert_allclose(drawn["uniform"], 0.525, rtol=1e-12)
    np.testing.assert_allclose(drawn["normal"], 8064.0, rtol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 57, 228, 920])
def test_units_hold_the_normal_spread_exactly(count):
    places = unit_places(count)
    np.testing.assert_allclose(np.sort(places), norm.ppf((np.arange(count) + 0.5) / count), atol=1e-14)
    assert places.sum() == pytest.approx(0.0, abs=1e-10)
    assert np.array_equal(places, unit_places(count))


@pytest.mark.parametrize("count", [2, 57, 228])
def test_units_are_dealt_in_van_der_corput_order(count):
    reversed_bits = [int(f"{i:012b}"[::-1], 2) for i in range(count)]
    assert np.array_equal(np.argsort(unit_places(count)), np.argsort(reversed_bits))


def test_good_and_bad_units_alternate():
    places = unit_places(228)
    assert np.all(places[::2] < 0.0)
    assert np.all(places[1::2] > 0.0)
