"""A room that miners heat, as a plant without water: its balance, its steady state, a heater that stands still."""

import math

import numpy as np
import pytest
import xarray as xr

from hashheat.fleet.circuits import connect
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_plant_file import LIBRARY
from hashheat.fleet.inertia_study import time_to_cool
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.plant_steady import steady_state
from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError

SHIPPED = (LIBRARY / "mini-3-room.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plant():
    return HeatPlant.named("mini-3-room")


def hours(count, T_outdoor, irradiance=0.0):
    return xr.Dataset(
        {
            "T_outdoor": ("time", np.full(count, T_outdoor)),
            "irradiance": ("time", np.full(count, irradiance)),
        },
        {"time": np.datetime64("2023-01-01T00", "ns") + np.arange(count) * np.timedelta64(1, "h")},
    )


def loss(plant):
    """Conductance of walls in a row, and of the air that is changed."""
    b = plant.parts[0].room.building
    return 1.0 / (1.0 / b.air_to_wall + 1.0 / b.wall_to_outdoor) + b.ventilation


def test_held_for_long_it_takes_what_the_walls_let_through(plant):
    cold, gain = 263.15, 60.0
    found = simulate(plant, hours(600, cold))
    expected = loss(plant) * (293.15 - cold) - gain
    assert float(found.living_heat_rate[-1]) == pytest.approx(expected, rel=1e-4)
    assert float(found.living_T_air[-1]) == pytest.approx(293.15, abs=1e-3)
    still = steady_state(plant, {"T_outdoor": cold, "irradiance": 0.0})
    assert float(still.living_heat_rate) == pytest.approx(expected, rel=1e-6)
    # Sun on the windows takes the place of heat.
    sunny = steady_state(plant, {"T_outdoor": cold, "irradiance": 200.0})
    assert float(still.living_heat_rate - sunny.living_heat_rate) == pytest.approx(0.6 * 200.0, rel=1e-6)


def test_what_it_lacks_is_told_and_energy_closes(plant):
    found = simulate(plant, hours(100, 243.15))
    assert float(np.abs(found.energy_imbalance).sum()) < 1e-12 * float(found.energy_supplied.sum())
    assert float(found.living_heat_rate[-1]) == 824.0
    assert float(found.living_duty[-1]) == 1.0
    assert float(found.living_heat_short[-1]) > 0.0
    assert float(found.living_T_air[-1]) < 293.0
    assert float(found.living_electricity.sum()) == float(found.living_heat_delivered.sum())


def test_a_heater_out_of_service_heats_nothing(edited):
    event = """
[[events]]
part = "living"
start = "2023-01-01T05:00"
end = "2023-01-01T08:00"
"""
    text = edited(SHIPPED + event, name="room.toml")
    found = simulate(HeatPlant.named(str(text)), hours(12, 268.15))
    heat = found.living_heat_rate.values
    assert np.all(heat[5:8] == 0.0)
    assert np.all(np.delete(heat, slice(5, 8)) > 0.0)
    assert np.all(np.isnan(found.living_T_junction.values[5:8]))
    assert np.all(found.living_heat_short.values[5:8] > 0.0)
    assert float(np.abs(found.energy_imbalance).sum()) < 1e-12 * float(found.energy_supplied.sum())


def test_a_year_of_it_is_a_sound_design(plant):
    """Degree days of the room, less gains, are the heat: within what walls store and the sun gives."""
    series = plant_hours(plant.file)
    assert "demand" not in series
    assert "T_supply" not in series
    found = simulate(plant, series.isel(time=slice(0, 30 * 24)))
    mean = float(series.T_outdoor[: 30 * 24].mean())
    gain = 60.0 + 0.6 * float(series.irradiance[: 30 * 24].mean())
    expected = loss(plant) * (293.15 - mean) - gain
    assert float(found.living_heat_rate.mean()) == pytest.approx(expected, rel=0.03)
    chips = found.living_T_junction.values - 273.15
    assert 50.0 < np.nanmax(chips) < 95.0
    assert not math.isnan(float(found.living_T_air.mean()))


def test_a_home_without_heat_cools_as_its_walls_do():
    """Mean of every hour after the stop lies between the temperatures at its ends, by the study of inertia."""
    plant = HeatPlant.named("demand-response-home")
    cold, stop = 261.15, 400
    series = hours(stop + 6, cold)
    # The stop of the file, 16 to 22 h on 31 January, at the end of a long cold.
    shift = np.datetime64("2023-01-31T16", "ns") - series.time.values[stop]
    found = simulate(plant, series.assign_coords(time=series.time + shift))
    T = found.home_T_air.values
    assert T[stop - 1] == pytest.approx(293.15, abs=1e-3)
    assert np.all(found.home_heat_rate.values[stop:] == 0.0)
    # People and devices go on: as if it were so much warmer outdoors.
    outdoors = cold + 300.0 / loss(plant)
    building = plant.parts[0].room.building
    for hour, T_mean in enumerate(T[stop:]):
        reached = time_to_cool(building, 293.15, outdoors, 293.15 - T_mean) / 3600.0
        assert hour < reached < hour + 1
    assert 1.5 < 293.15 - T[-1] < 2.5


def test_a_network_that_nobody_is_on_is_refused(edited):
    text = edited(SHIPPED, ("[hours]\n", '[hours]\nT_return = "45 degC"\n'), name="room.toml")
    with pytest.raises(InputError, match="without customers"):
        HeatPlant.named(str(text))
    circuit = '[circuits.water]\nfluid = "water"\npressure = "3 bar"\nat = "living.inlet"\n\n[parts.living]\n'
    text = edited(SHIPPED, ("[parts.living]\n", circuit), name="other.toml")
    with pytest.raises(InputError, match="no part of the plant has ports"):
        HeatPlant.named(str(text))
    with pytest.raises(InputError, match="no part of the plant has ports"):
        connect((), [["a.b", "c.d"]], {}, "file")
