"""A dry cooler: its rated point, both balances, scaling, fan law and the speed that holds an outlet."""

import math

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.dry_cooler import DryCooler
from hashheat.components.dry_cooler_section import DryCoolerSection
from hashheat.thermo.errors import FreezingError, InputError, StateError

# A made-up unit at temperatures such as EN 1048 takes; 34 % glycol.
RATED = {
    "heat_rate": 500e3,
    "T_in": 313.15,
    "T_out": 308.15,
    "T_air": 298.15,
    "air_flow": 60.0,
    "fan_power": 15e3,
    "heat_capacity": 3600.0,
    "T_freeze": 253.15,
}


@pytest.fixture(params=["cross", "counter"])
def cooler(request):
    return DryCooler(**RATED, arrangement=request.param)


def test_the_rated_point_comes_back(cooler):
    state = cooler.steady(313.15, 500e3 / (3600.0 * 5.0), 298.15)
    assert state.heat_rate == pytest.approx(500e3, rel=1e-10)
    assert state.T_out == pytest.approx(308.15, abs=1e-10)
    assert state.fan_power == pytest.approx(15e3, rel=1e-12)


def test_conductance_of_counterflow_is_heat_over_the_log_mean():
    cooler = DryCooler(**RATED, arrangement="counter")
    air = (
        60.0
        * PropsSI("D", "T", 298.15, "P", 101325.0, "Air")
        * PropsSI("C", "T", 298.15, "P", 101325.0, "Air")
    )
    T_air_out = 298.15 + 500e3 / air
    ends = 313.15 - T_air_out, 308.15 - 298.15
    mean = (ends[0] - ends[1]) / math.log(ends[0] / ends[1])
    assert cooler.UA == pytest.approx(500e3 / mean, rel=3e-3)
    # Cross-flow needs more.
    assert DryCooler(**RATED).UA > cooler.UA


@pytest.mark.parametrize("speed", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("mass_flow", [5.0, 27.8, 60.0])
def test_balances_and_second_law(cooler, speed, mass_flow):
    state = cooler.steady(330.0, mass_flow, 270.0, speed, 3500.0)
    assert state.heat_rate == pytest.approx(mass_flow * 3500.0 * (330.0 - state.T_out), rel=1e-12)
    air = speed * 60.0 * 101325.0 / (287.055 * 270.0)
    assert state.heat_rate == pytest.approx(air * 1006.0 * (state.T_air_out - 270.0), rel=1e-12)
    gained = air * 1006.0 * math.log(state.T_air_out / 270.0)
    lost = mass_flow * 3500.0 * math.log(330.0 / state.T_out)
    assert gained > lost
    assert 270.0 < state.T_out < 330.0
    assert 270.0 < state.T_air_out < 330.0


def test_conductance_scales_with_both_flows(cooler):
    UA, air_share = cooler.conductance(2.0 * cooler.mass_flow, 0.5 * cooler.air_mass_flow)
    air, coolant = (2 / 3) / 0.5**0.8, (1 / 3) / 2**0.85
    assert UA == pytest.approx(cooler.UA / (air + coolant), rel=1e-12)
    assert air_share == pytest.approx(air / (air + coolant), rel=1e-12)


def test_fan_power_is_cubic_in_speed_and_linear_in_density(cooler):
    at = [cooler.steady(320.0, 20.0, 298.15, n).fan_power for n in (0.25, 0.5, 1.0)]
    assert at == pytest.approx([15e3 / 64, 15e3 / 8, 15e3])
    assert cooler.steady(320.0, 20.0, 268.15, 0.5).fan_power == pytest.approx(15e3 / 8 * 298.15 / 268.15)


def test_more_air_cools_more(cooler):
    T_out = [cooler.steady(320.0, 20.0, 290.0, n).T_out for n in np.linspace(0.0, 1.0, 21)]
    assert T_out[0] == 320.0
    assert np.all(np.diff(T_out) < 0.0)


def test_holds_an_outlet(cooler):
    state = cooler.hold(308.15, 313.15, cooler.mass_flow, 283.15)
    assert state.held
    assert state.T_out == pytest.approx(308.15, abs=1e-9)
    assert 0.0 < state.speed < 1.0
    assert cooler.steady(313.15, cooler.mass_flow, 283.15, state.speed) == state
    # Colder air needs less of it, and much less power.
    assert cooler.hold(308.15, 313.15, cooler.mass_flow, 273.15).fan_power < state.fan_power < 15e3


def test_says_when_it_cannot_hold(cooler):
    state = cooler.hold(308.15, 313.15, cooler.mass_flow, 305.15)
    assert not state.held
    assert state.speed == 1.0
    assert state.T_out > 308.15
    idle = cooler.hold(308.15, 303.15, 10.0, 290.0)
    assert idle.held
    assert (idle.speed, idle.heat_rate, idle.fan_power, idle.T_out) == (0.0, 0.0, 0.0, 303.15)
    warm_air = cooler.steady(300.0, 10.0, 310.0)
    assert warm_air.heat_rate < 0.0
    assert warm_air.T_out > 300.0
    assert cooler.hold(308.15, 313.15, 0.0, 290.0).heat_rate == 0.0
    hot_day = cooler.hold(290.0, 300.0, 10.0, 310.0)
    assert (hot_day.held, hot_day.speed, hot_day.T_out) == (False, 0.0, 300.0)


def test_fans_that_cannot_run_slower_run_for_a_share_of_the_time():
    cooler = DryCooler(**RATED, least_speed=0.3)
    state = cooler.hold(312.0, 313.15, cooler.mass_flow, 263.15)
    assert state.speed == 0.3
    assert 0.0 < state.running_share < 1.0
    assert state.heat_rate == pytest.approx(cooler.mass_flow * 3600.0 * 1.15, rel=1e-10)
    slow = cooler.steady(313.15, cooler.mass_flow, 263.15, 0.3)
    assert state.fan_power == pytest.approx(slow.fan_power * state.heat_rate / slow.heat_rate)
    assert cooler.hold(308.15, 313.15, cooler.mass_flow, 283.15).running_share == 1.0


def test_freezing(cooler):
    with pytest.raises(FreezingError, match="freezes"):
        cooler.steady(255.0, 2.0, 243.15, 1.0)
    with pytest.raises(FreezingError, match="asked to cool"):
        cooler.hold(250.0, 300.0, 10.0, 243.15)
    # Full speed would freeze it; the speed that holds the outlet does not.
    state = cooler.hold(280.0, 290.0, 2.0, 243.15)
    assert state.held
    assert state.T_out == pytest.approx(280.0, abs=1e-8)
    assert state.standstill_margin == pytest.approx(-10.0)
    assert "drain" in cooler.freezing_warning(state) or "wall" in cooler.freezing_warning(state)
    mild = cooler.steady(313.15, 20.0, 280.0, 0.5)
    assert cooler.freezing_warning(mild) is None
    assert 280.0 - 253.15 < mild.freezing_margin < mild.T_out - 253.15
    wall = cooler.steady(256.0, 30.0, 243.15, 0.2)
    _, share = cooler.conductance(30.0, 0.2 * 60.0 * cooler.air_density(243.15))
    assert wall.freezing_margin == pytest.approx(243.15 + share * (wall.T_out - 243.15) - 253.15)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"heat_rate": 0.0}, "heat_rate"),
        ({"air_flow": math.inf}, "air_flow"),
        ({"air_resistance": 1.2}, "air_resistance"),
        ({"arrangement": "parallel"}, "arrangement"),
        ({"air_flow": 20.0}, "air_flow"),
    ],
)
def test_refuses(change, key):
    with pytest.raises(InputError) as error:
        DryCooler(**RATED | change)
    assert error.value.key == f"dry_cooler.{key}"


def test_refuses_states(cooler):
    with pytest.raises(InputError, match="towards the air"):
        DryCooler(**RATED | {"T_air": 310.0})
    with pytest.raises(InputError, match="speed"):
        cooler.steady(310.0, 10.0, 290.0, 1.1)
    with pytest.raises(InputError, match="flow"):
        cooler.steady(310.0, -1.0, 290.0)
    with pytest.raises(StateError):
        cooler.steady(math.nan, 1.0, 290.0)


def test_section():
    section = DryCoolerSection(
        heat_rate="500 kW",
        T_in="40 degC",
        T_out="35 degC",
        T_air="25 degC",
        air_flow="60 m^3/s",
        fan_power="15 kW",
        heat_capacity="3600 J/(kg K)",
        T_freeze="253.15 K",
    )
    assert section.cooler() == DryCooler(**RATED)
    assert section.cooler({"fan_power": 1e4}).fan_power == 1e4
    assert section.air_exponent.status == "literature"
