"""A synthetic year against its stated statistics, closed forms of degree days, and facts of Helsinki."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from hashheat.fleet.degree_days import daily_means, heating_degree_days
from hashheat.fleet.demand_profile import DegreeDayDemand
from hashheat.fleet.series_record import series_records
from hashheat.fleet.synthetic_weather import SyntheticClimate, synthetic_weather
from hashheat.thermo.errors import InputError

YEARS = 24


@pytest.fixture(scope="module")
def years():
    """Outdoor temperature of many seeds, (seed, hour)."""
    return np.array(
        [synthetic_weather(SyntheticClimate(), seed)["T_outdoor"].values for seed in range(YEARS)]
    )


def test_labelled_synthetic():
    data = synthetic_weather(SyntheticClimate(), 1)
    assert data.attrs["synthetic"] == 1
    assert "synthetic" in data["T_outdoor"].attrs["long_name"]
    (record,) = series_records(data)
    assert record.synthetic
    assert "computed, not measured" in record.lines()[0]
    assert "seed 1" in record.lines()[0]


def test_same_seed_same_year():
    a, b, c = (synthetic_weather(SyntheticClimate(), seed)["T_outdoor"].values for seed in (5, 5, 6))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
    assert synthetic_weather(SyntheticClimate(), 1, 2024).sizes["time"] == 8784


def test_mean_amplitude_and_autocorrelation(years):
    climate = SyntheticClimate()
    hours = np.arange(8760) + 0.5
    deviation = years - climate.seasonal_mean(hours)
    # Standard error of the mean of an autocorrelated series: sigma sqrt(2 tau / T).
    error = climate.sigma * np.sqrt(2.0 * 72.0 / (8760 * YEARS))
    assert abs(deviation.mean()) < 3.0 * error
    assert deviation.std() == pytest.approx(climate.sigma, rel=0.03)
    for lag in (1, 24, 72):
        found = np.mean(deviation[:, lag:] * deviation[:, :-lag]) / np.mean(deviation**2)
        assert found == pytest.approx(np.exp(-lag / 72.0), abs=0.03)
    assert deviation[:, 0].std() == pytest.approx(climate.sigma, rel=0.4)  # no start-up
    # The yearly cosine has its extremes where it says, as projection on cosine and sine shows.
    phase = 2.0 * np.pi * (hours - 24.0 * climate.coldest_day) / 8760.0
    assert -2.0 * np.mean(years * np.cos(phase)) == pytest.approx(climate.annual_amplitude, abs=0.5)
    assert abs(2.0 * np.mean(years * np.sin(phase))) < 0.5


def expected_degree_days(climate, base, limits):
    """Closed form for normal daily means: the integral of (base - T) below the limit."""
    day = np.arange(365) + 0.5
    mean = climate.mean - climate.annual_amplitude * np.cos(2.0 * np.pi * (day - climate.coldest_day) / 365.0)
    x = 24.0 * 3600.0 / climate.correlation_time
    sigma = climate.sigma * np.sqrt(2.0 * (x - 1.0 + np.exp(-x))) / x  # of the mean of a day
    limit = np.where(np.arange(365) < 196, limits[0], limits[1])
    z = (limit - mean) / sigma
    return np.sum((base - mean) * norm.cdf(z) + sigma * norm.pdf(z))


@pytest.mark.parametrize("limits", [(290.15, 290.15), (283.15, 285.15)])
def test_degree_days_against_their_closed_form(years, limits):
    expected = expected_degree_days(SyntheticClimate(), 290.15, limits)
    found = np.array([heating_degree_days(daily_means(T), 290.15, *limits) for T in years])
    assert abs(found.mean() - expected) < 3.0 * found.std() / np.sqrt(YEARS)
    if limits[0] < 290.0:
        # Helsinki, mean of 2013 to 2023: about 3460 K d (VTT north_european_model).
        assert expected == pytest.approx(3460.0, rel=0.01)


def test_degree_days_of_single_days():
    T = np.full(365, 300.0)
    T[[10, 300]] = 280.0, 284.0
    assert heating_degree_days(T) == pytest.approx(10.15 + 6.15)
    assert heating_degree_days(T, spring_limit=279.0, autumn_limit=285.0) == pytest.approx(6.15)
    assert heating_degree_days(T, spring_limit=281.0, autumn_limit=283.0) == pytest.approx(10.15)


@pytest.mark.parametrize(("share", "ratio"), [(0.2, 6.0), (0.3, 4.3)])
def test_six_times_as_much_heat_in_the_coldest_month(years, share, ratio):
    """Finnish Energy 2018: six times; a constant share of 30 % gives 4.3 (knowledge, 2.6)."""
    ends = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24
    demand = np.mean([DegreeDayDemand.from_heat(T, 1e12, share).demand(T) for T in years], axis=0)
    months = np.array([demand[a:b].mean() for a, b in pairwise(ends)])
    assert months.max() / months.min() == pytest.approx(ratio, rel=0.08)


def test_sun():
    sun = synthetic_weather(SyntheticClimate(latitude=0.0, clearness=1.0), 1)["irradiance"].values
    # On the equator at the equinox the day's mean outside the atmosphere is the solar constant over pi.
    assert sun[80 * 24 : 81 * 24].mean() == pytest.approx(1361.0 / np.pi, rel=0.01)
    polar = synthetic_weather(SyntheticClimate(latitude=80.0), 1)["irradiance"].values
    assert polar[: 20 * 24].max() == 0.0
    assert polar[170 * 24 : 175 * 24].min() > 0.0


def test_climates_that_cannot_be():
    with pytest.raises(InputError, match="climate") as error:
        SyntheticClimate(mean=7.5)
    assert error.value.key == "mean"
    with pytest.raises(InputError):
        SyntheticClimate(sigma=float("nan"))
