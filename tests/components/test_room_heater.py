"""A miner as room heater: balances, limits, an independent film coefficient, the one public operating point."""

from dataclasses import replace

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.building import Building, BuildingInputs
from hashheat.components.heated_room import HeatedRoom
from hashheat.components.room_heater import RoomHeater
from hashheat.components.room_heater_section import load_room_heater
from hashheat.thermo.errors import InputError, StateError

HEATER = load_room_heater("avalon-mini-3").build()


def test_all_electricity_warms_the_air():
    state = HEATER.steady(293.15)
    h = [PropsSI("Hmass", "T", T, "P", 101325.0, "Air") for T in (293.15, state.T_out)]
    assert state.mass_flow * (h[1] - h[0]) == pytest.approx(HEATER.wall_power, rel=2e-4)
    rho = PropsSI("Dmass", "T", 293.15, "P", 101325.0, "Air")
    assert state.mass_flow == pytest.approx(rho * HEATER.volume_flow, rel=1e-5)
    assert state.heat_rate == HEATER.wall_power


def test_public_operating_point():
    """pyasic issue 312: air 39 to 63 degC, chips 82 degC on average. Flow and resistance were chosen for it."""
    state = HEATER.steady(312.15)
    assert state.T_out - 273.15 == pytest.approx(63.0, abs=0.2)
    assert state.T_junction - 273.15 == pytest.approx(82.0, abs=0.2)


def test_temperatures_by_an_independent_sum():
    """Mean Nusselt number of parallel plates at uniform heat flux, developing, by Shah and London's formula.

    Fins so close that their slots are nearly parallel plates.
    """
    heater = replace(HEATER, fin_pitch=0.0015, fin_height=0.06)
    state = heater.steady(293.15)
    T = 0.5 * (293.15 + state.T_out)
    mu, k, cp, rho = (
        PropsSI(n, "T", T, "P", 101325.0, "Air") for n in ("viscosity", "conductivity", "Cpmass", "Dmass")
    )
    gap, height, length = 0.001, 0.060, 0.25
    n = 2 * 0.1 / 0.0015
    velocity = state.mass_flow / (rho * n * gap * height)
    D = 2 * gap * height / (gap + height)
    assert state.Re == pytest.approx(rho * velocity * D / mu, rel=1e-3)
    x = length / (D * state.Re * mu * cp / k)
    Nu = (
        2.236 * x ** (-1 / 3)
        if x <= 0.001
        else 2.236 * x ** (-1 / 3) + 0.9
        if x <= 0.01
        else 8.235 + 0.0364 / x
    )
    assert state.htc == pytest.approx(Nu * k / D, rel=0.04)
    m = np.sqrt(2 * state.htc / (200.0 * 0.0005))
    wetted = n * length * (2 * height * np.tanh(m * height) / (m * height) + gap)
    NTU = state.htc * wetted / (state.mass_flow * cp)
    boards = (HEATER.wall_power - HEATER.fan_power) * HEATER.board_share
    T_sink = 293.15 + boards / (state.mass_flow * cp * (1 - np.exp(-NTU)))
    assert state.T_sink == pytest.approx(T_sink, abs=0.01)
    assert state.T_junction - state.T_sink == pytest.approx(boards / 40 * HEATER.junction_to_sink)


@settings(max_examples=30)
@given(st.floats(275.0, 310.0), st.floats(0.3, 1.0), st.floats(0.2, 1.0))
def test_order_of_temperatures(T_in, speed, share):
    state = HEATER.steady(T_in, speed, share)
    assert T_in < state.T_out < 420.0
    assert state.T_sink < state.T_junction
    # A sink is never colder than the air that its own heat has warmed.
    boards = share * (HEATER.wall_power - HEATER.fan_power) * HEATER.board_share
    assert state.T_sink >= T_in + (state.T_out - T_in) * boards / state.heat_rate - 1e-9
    assert state.heat_rate == pytest.approx(share * 804.0 + 20.0 * speed**3)
    assert state.fan_power == pytest.approx(20.0 * speed**3)
    slower = HEATER.steady(T_in, 0.9 * speed, share)
    assert slower.T_junction > state.T_junction


def test_without_power_nothing_is_warm():
    idle = replace(HEATER, fan_power=0.0).steady(293.15, 1.0, 0.0)
    assert (idle.T_out, idle.T_junction) == pytest.approx((293.15, 293.15))


def test_firmware_holds_the_chips():
    speed = HEATER.speed_for(293.15, 350.0)
    assert 0.1 < speed < 1.0
    assert HEATER.steady(293.15, speed).T_junction == pytest.approx(350.0, abs=1e-6)
    assert HEATER.speed_for(283.15, 350.0, share=0.2) == pytest.approx(0.1, abs=0.2)
    with pytest.raises(StateError, match="at full fan speed"):
        HEATER.speed_for(313.15, 350.0)


def test_what_cannot_be():
    with pytest.raises(InputError, match="parts of the power"):
        replace(HEATER, fan_power=900.0)
    with pytest.raises(InputError, match="parts of the power"):
        replace(HEATER, board_share=1.1)
    with pytest.raises(InputError, match="cannot be used"):
        replace(HEATER, chips=0.0)
    with pytest.raises(InputError, match="turbulent"):
        replace(HEATER, volume_flow=0.1).steady(293.15)
    with pytest.raises(InputError, match="fan speed"):
        HEATER.steady(293.15, 0.0)
    with pytest.raises(StateError, match="lies outside"):
        HEATER.steady(200.0)
    with pytest.raises(InputError, match="no room heater"):
        load_room_heater("avalon-mini-9")


# --- with the building ---

ROOM = HeatedRoom(Building.of_time_constant(60.0, 80 * 3600.0, 1e6, 900.0), HEATER, count=2)


def test_room_is_held_where_the_power_suffices():
    state = ROOM.building.steady(BuildingInputs(273.15, ROOM.building.steady_heat(294.15, 273.15)))
    new, mean = ROOM.step(state, 294.15, 273.15, 3600.0)
    assert new.T_air == pytest.approx(294.15, abs=1e-9)
    assert mean.heat_rate == pytest.approx(60.0 * 21.0, rel=1e-9)
    assert mean.duty == pytest.approx(60.0 * 21.0 / (2 * HEATER.wall_power))
    assert mean.shortfall == 0.0
    assert mean.T_junction == pytest.approx(HEATER.steady(294.15).T_junction, abs=1e-6)


def test_room_cools_where_it_does_not_and_energy_closes():
    state = ROOM.building.steady(BuildingInputs(273.15, 1260.0))
    before = ROOM.building.energy(state)
    given_ = 0.0
    rng = np.random.default_rng(1)
    for _ in range(100):
        sun = float(rng.uniform(0.0, 300.0))
        state, mean = ROOM.step(state, 294.15, float(rng.uniform(243.0, 285.0)), 3600.0, sun)
        given_ += 3600.0 * (mean.heat_rate + sun - mean.heat_loss)
        assert 0.0 <= mean.duty <= 1.0
    assert ROOM.building.energy(state) - before == pytest.approx(given_, abs=1.0)
    cold, mean = ROOM.step(state, 294.15, 243.15, 3600.0)
    assert mean.duty == 1.0
    assert mean.shortfall > 0.0
    assert cold.T_air < 294.15
    with pytest.raises(InputError, match="whole"):
        HeatedRoom(ROOM.building, HEATER, 0)


def test_from_values():
    values = {name: getattr(HEATER, name) for name in HEATER.__dataclass_fields__}
    assert RoomHeater.from_values(values) == HEATER
