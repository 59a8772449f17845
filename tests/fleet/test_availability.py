"""Failures and repairs, against the closed forms of a two-state Markov process."""

import numpy as np
import pytest

from hashheat.fleet.availability import availability
from hashheat.thermo.errors import InputError


def test_share_and_length_of_outages_are_those_asked_for():
    runs = availability(400, 8760, 3600.0, 300 * 3600.0, 30 * 3600.0, 1)
    share = 300.0 / 330.0
    # The mean over time of one unit has variance 2 p q tau / T, with 1/tau = 1/300 + 1/30.
    tau = 1.0 / (1.0 / 300.0 + 1.0 / 30.0)
    sigma = np.sqrt(2.0 * share * (1.0 - share) * tau / 8760.0 / 400.0)
    assert runs.mean() == pytest.approx(share, abs=4.0 * sigma)
    assert runs[:, 0].mean() == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / 400.0))
    # Autocorrelation falls as exp(-t / tau).
    x = runs - share
    for lag in (6, 24):
        found = (x[:, lag:] * x[:, :-lag]).mean() / (share * (1.0 - share))
        assert found == pytest.approx(np.exp(-lag / tau), abs=0.03)


def test_a_larger_fleet_begins_with_the_same_units():
    few, more = (availability(n, 200, 3600.0, 1e5, 1e4, 3) for n in (3, 8))
    assert np.array_equal(few, more[:3])
    assert not np.array_equal(few, availability(3, 200, 3600.0, 1e5, 1e4, 4))


def test_a_time_that_is_none_is_refused():
    with pytest.raises(InputError, match="mean_time_to_repair"):
        availability(3, 10, 3600.0, 1e5, 0.0, 1)
