"""A day of every month: those hours and no others, each after a day of its own."""

import numpy as np
import pytest

from hashheat.fleet.month_days import month_days
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError


def test_each_day_is_that_of_a_run_of_two(boiler_plant):
    plant = boiler_plant()
    hours = plant_hours(plant.file)
    found = month_days(plant, hours, day=10)
    assert found.sizes["time"] == 12 * 24
    assert set(found.time.dt.day.values) == {10}
    assert list(found.time.dt.month.values[::24]) == list(range(1, 13))
    first = 31 * 24 + 8 * 24
    own = simulate(plant, hours.isel(time=slice(first, first + 48)))
    name = "customers_heat_delivered"
    assert np.array_equal(found[name].values[24:48], own[name].values[24:])
    # Twelve days of a year by rule: its heat to some per cent.
    assert float(found.demand.mean()) == pytest.approx(float(hours.demand.mean()), rel=0.15)


def test_hours_that_lack_a_day_and_days_that_lack_a_month_are_refused(boiler_plant):
    plant = boiler_plant()
    hours = plant_hours(plant.file)
    with pytest.raises(InputError, match="every month"):
        month_days(plant, hours.isel(time=slice(0, 6000)))
    with pytest.raises(InputError, match="no day"):
        month_days(plant, hours, day=29)
