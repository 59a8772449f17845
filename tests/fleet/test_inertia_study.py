"""Water and walls, against a single exponential and against hand figures."""

import math

import pytest

from hashheat.components.building import Building
from hashheat.fleet.inertia_study import time_of_water, time_to_cool
from hashheat.thermo.errors import InputError


def test_the_water_of_a_supply_pipe_lasts_minutes():
    """2 km of DN 200 hold 69 m3 of supply: 10 K of it are 5.9 min of 8 MW; four hours ask for 800 m3 at 35 K."""
    supply = 2000.0 * math.pi / 4.0 * 0.2101**2
    assert time_of_water(supply, 10.0, 8e6) / 60.0 == pytest.approx(5.9, abs=0.1)
    assert time_of_water(801.0, 35.0, 8e6) / 3600.0 == pytest.approx(4.0, abs=0.02)


def test_a_building_of_one_capacity_cools_as_an_exponential():
    """Walls tied to the air by a large conductance are one capacity with it."""
    house = Building(1e6, 40e6, 1e8, 120.0)
    tau = 41e6 / 120.0
    for drop in (0.5, 5.0, 20.0):
        expected = -tau * math.log1p(-drop / 33.0)
        assert time_to_cool(house, 294.15, 261.15, drop) == pytest.approx(expected, rel=1e-3)


def test_air_falls_first_then_as_the_walls():
    """Little between air and wall: the air falls to them soon, and from then on with the long time constant."""
    house = Building.of_time_constant(120.0, 66 * 3600.0, 2e6, 600.0, ventilation=40.0)
    slow = house.time_constants[0]
    times = [time_to_cool(house, 294.15, 261.15, drop) for drop in (1.0, 8.0, 12.0)]
    assert times[0] < 0.5 * -slow * math.log1p(-1.0 / 33.0)
    assert times[2] - times[1] == pytest.approx(slow * math.log(25.0 / 21.0), rel=1e-3)


def test_what_never_comes_is_refused():
    house = Building(1e6, 40e6, 1e3, 120.0)
    for drop in (0.0, 33.0):
        with pytest.raises(InputError, match="never"):
            time_to_cool(house, 294.15, 261.15, drop)
    with pytest.raises(InputError, match="cannot be used"):
        time_of_water(0.0, 10.0, 1.0)
