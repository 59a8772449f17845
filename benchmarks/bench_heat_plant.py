"""A whole plant hour by hour: units, exchanger, tank, pipes, boiler, cooler and customers."""

import numpy as np
import pytest

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.simulate import simulate


@pytest.fixture(scope="module")
def plant():
    return HeatPlant.named("nordic-8mw-year")


def _run(plant, hours):
    series = plant_hours(plant.file).isel(time=slice(0, hours))
    return lambda: simulate(plant, series)


def _hold(result):
    """Energy and mass close, and what is asked for is delivered or counted as short."""
    assert float(np.abs(result.energy_imbalance).sum()) < 1e-6 * float(result.energy_supplied.sum())
    assert float(result.mass_imbalance.max()) < 1e-10 * float(np.abs(result.flow).max())
    missing = result.demand - result.customers_heat_delivered - result.customers_heat_short
    assert float(np.abs(missing).max()) < 1e-6 * float(result.demand.max())


def _note(benchmark, plant, result):
    benchmark.extra_info["hours"] = result.sizes["time"]
    benchmark.extra_info["units"] = result.sizes["unit"]
    benchmark.extra_info["rounds an hour"] = float(result.rounds.mean())
    benchmark.extra_info["energy imbalance"] = float(
        np.abs(result.energy_imbalance).sum() / result.energy_supplied.sum()
    )


def test_two_days_of_the_8_mw_plant(benchmark, plant):
    result = benchmark.pedantic(_run(plant, 48), rounds=2)
    _hold(result)
    _note(benchmark, plant, result)


@pytest.mark.nightly
def test_a_year_of_the_8_mw_plant(benchmark, plant):
    result = benchmark.pedantic(_run(plant, 8760), rounds=1)
    _hold(result)
    _note(benchmark, plant, result)
