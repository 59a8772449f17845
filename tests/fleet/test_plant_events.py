"""Parts that stand still for a while."""

import numpy as np
import pytest

from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError


def _with_event(boiler_plant, part, start, end):
    text = f'[[events]]\npart = "{part}"\nstart = "{start}"\nend = "{end}"\n[operation]\n'
    return boiler_plant(("[operation]\n", text))


def test_a_boiler_under_repair_burns_nothing_and_the_tank_steps_in(boiler_plant, swinging_hours):
    plant = _with_event(boiler_plant, "boiler", "2023-01-01T05:00", "2023-01-01T09:00")
    hours = swinging_hours(12)
    result = simulate(plant, hours)
    fuel = result.boiler_fuel.values
    assert np.all(fuel[5:9] == 0.0)
    assert np.all(fuel[:5] > 1e5)
    assert fuel[9] > 1e5
    assert result.tank_charge.values[8] < result.tank_charge.values[4]
    assert float(np.abs(result.energy_imbalance).max()) < 1e-9 * float(result.energy_supplied.max())


def test_a_pump_that_trips_moves_nothing(boiler_plant, swinging_hours):
    plant = _with_event(boiler_plant, "pump", "2023-01-01T02:00", "2023-01-01T03:00")
    flow = simulate(plant, swinging_hours(5)).pump_mass_flow.values
    assert flow[2] == pytest.approx(0.0, abs=1e-9)
    assert np.delete(flow, 2) == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (("kettle", "2023-01-01T02:00", "2023-01-01T03:00"), r"events\[0\].part"),
        (("pump", "2023-01-01T02:00", "2023-01-01T01:00"), r"events\[0\].end"),
        (("pump", "yesterday", "2023-01-01T01:00"), r"events\[0\].start"),
    ],
)
def test_an_event_that_cannot_be_is_named(boiler_plant, swinging_hours, event, words):
    with pytest.raises(InputError, match=words):
        simulate(_with_event(boiler_plant, *event), swinging_hours(3))
