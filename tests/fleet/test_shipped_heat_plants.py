"""What each shipped plant is known by, over a cold day and a warm one: published figures, balances and designs."""

import functools

import numba
import numpy as np
import pytest

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_plant_file import shipped_heat_plants
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.simulate import simulate

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="maps of units and exchangers take minutes")

#: Outlet that each holds [degC], the published one or above it, and the limit of its hottest chip.
OUTLETS = {
    "hashlabs-1mw-year": (70.5, 95.0),
    "heat-pump-lift": (45.0, 87.5),
    "lowtemp-4gdh": (60.0, 105.0),
    "manitoba-3mw-year": (75.5, 105.0),
    "mara-2mw-year": (58.0, 87.5),
    "nordic-2mw-year": (80.5, 105.0),
    "nordic-8mw-year": (80.5, 105.0),
}


@functools.cache
def days(name):
    """A day of January and one of July."""
    plant = HeatPlant.named(name)
    hours = plant_hours(plant.file)
    return plant, *(simulate(plant, hours.isel(time=slice(a, a + 24))) for a in (240, 4560))


#: The grids of exchangers of their own and the maps of more units take some seconds each.
SLOW = ("hashlabs-1mw-year", "manitoba-3mw-year", "mara-2mw-year", "nordic-8mw-year")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.nightly) if n in SLOW else n for n in OUTLETS]
)
def test_a_shipped_plant_is_a_sound_design(name):
    _, winter, summer = days(name)
    outlet, limit = OUTLETS[name]
    for run in (winter, summer):
        assert float(np.abs(run.energy_imbalance).sum()) < 1e-9 * float(run.energy_supplied.sum())
        assert float(run.customers_heat_short.max()) <= 1e-3 * float(run.demand.max())
        T = run.T_port.sel(port="units.outlet").values - 273.15
        assert T == pytest.approx(outlet, abs=0.6)
        hottest = run.units_T_hottest.values - 273.15
        assert np.all((hottest > outlet) & (hottest < limit))
        assert np.all(run.units_outside_map.values == 0)
        assert np.all(run.units_running.values > 0)


def test_the_units_of_the_nordic_plants_make_the_megawatts_published():
    """At nameplate 8.06 kW a unit, less what the case loses: 228 units are 1.8 MW, not the 2 MW of the press."""
    _, winter, _ = days("nordic-2mw-year")
    each = winter.units_electricity / winter.units_running
    assert float(each.mean()) == pytest.approx(8064.0, rel=0.06)
    assert float(winter.units_heat_rate.max()) == pytest.approx(228 * 8.06e3, rel=0.06)


def test_the_heat_pump_gives_what_a_source_and_its_electricity_give():
    _, winter, _ = days("heat-pump-lift")
    gained = winter.lift_heat_rate - winter.lift_source_heat_rate - winter.lift_electricity
    assert float(abs(gained).max()) < 1e-6 * float(winter.lift_heat_rate.max())
    assert float((winter.lift_heat_rate / winter.lift_electricity).mean()) == pytest.approx(5.3, abs=0.3)
    assert winter.T_port.sel(port="lift.source_out").values - 273.15 == pytest.approx(35.0, abs=0.05)


@pytest.mark.nightly
def test_manitoba_preheats_in_winter_and_rejects_in_summer():
    """Nine tenths of the electricity are caught; what the greenhouse takes of it is another matter."""
    _, winter, summer = days("manitoba-3mw-year")
    for run in (winter, summer):
        assert 0.9 < float(run.units_heat_rate.sum() / run.units_electricity.sum()) < 1.0
    assert float(winter.customers_heat_delivered.sum()) > 0.8 * float(winter.units_heat_rate.sum())
    assert float(summer.cooler_heat_rejected.sum()) > 0.5 * float(summer.units_heat_rate.sum())
    assert float(winter.boiler_heat_rate.max()) > 0.0


def test_a_low_temperature_network_needs_no_boiler_where_a_hot_one_does():
    _, winter, _ = days("lowtemp-4gdh")
    _, hot, _ = days("nordic-2mw-year")
    assert float(winter.boiler_heat_rate.max()) < 1e-6 * float(winter.demand.max())
    assert float(hot.boiler_heat_rate.min()) > 0.0


def test_units_run_by_the_price():
    """All below zero, none above the highest price, and what the network takes between."""
    plant = HeatPlant.named("stadtwerke-price")
    hours = plant_hours(plant.file).isel(time=slice(240, 252))
    price = np.repeat([-10.0, 100.0, 30.0], 4) / 3.6e9
    run = simulate(plant, hours.assign(price=("time", price)))
    running = run.units_running.values
    assert np.all(running[:4] >= 215)
    assert np.all(running[4:8] == 0)
    assert np.all(running[8:] > 100)
    assert float(run.cooler_heat_rejected.max()) < 1.0


@pytest.mark.nightly
def test_the_immersion_container_gives_its_fifty_kilowatts_in_winter():
    """Six units of 8.2 kW: all of it in winter but what the walls lose; clocked down or rejected in summer."""
    _, winter, summer = days("immersion-50kw-year")
    for run in (winter, summer):
        assert float(np.abs(run.energy_imbalance).sum()) < 1e-9 * float(run.energy_supplied.sum())
        assert float(run.customers_heat_short.max()) <= 1e-3 * float(run.demand.max())
        assert np.nanmax(run.tank_of_oil_T_hottest.values) - 273.15 < 105.0
        assert np.all(run.tank_of_oil_outside_map.values == 0)
    assert float(winter.tank_of_oil_electricity.max()) == pytest.approx(6 * 8200.0, rel=0.03)
    caught = winter.tank_of_oil_heat_rate.sum() / winter.tank_of_oil_electricity.sum()
    assert 0.97 < float(caught) < 1.0
    assert float(summer.tank_of_oil_electricity.mean()) < 0.7 * float(winter.tank_of_oil_electricity.mean())


@pytest.mark.nightly
@pytest.mark.parametrize("name", shipped_heat_plants())
def test_a_shipped_plant_runs_through_its_year(name):
    """Every hour finds its state; energy closes."""
    plant = HeatPlant.named(name)
    run = simulate(plant, plant_hours(plant.file))
    assert run.sizes["time"] == 8760
    assert float(np.abs(run.energy_imbalance).sum()) < 1e-9 * float(run.energy_supplied.sum())
