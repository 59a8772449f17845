"""A pump at other speeds: affinity laws, the speed for a flow, power, heat to the water, first law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.components.pump import PumpCurve, PumpRangeError
from hashheat.components.speed_pump import EfficiencyCurve, SpeedPump
from hashheat.components.speed_pump_section import SpeedPumpSection
from hashheat.thermo.errors import InputError

POINTS = [(0.0, 6.1e5), (19 / 3600, 5.8e5), (83 / 3600, 4.0e5)]


def pump(**changes):
    return SpeedPump(PumpCurve.through(POINTS), EfficiencyCurve(0.7, 60 / 3600), **changes)


@given(flow=st.floats(1e-4, 0.02), speed=st.floats(0.2, 1.2))
def test_affinity_laws(flow, speed):
    curve = PumpCurve.through(POINTS)
    full = float(curve.head(np.array(flow)))
    assert curve.head_at(flow, 1.0) == pytest.approx(full, rel=1e-12)
    assert curve.head_at(speed * flow, speed) == pytest.approx(speed**2 * full, rel=1e-12)
    machine = pump(largest_speed=2.0)
    at_full, slower = machine.steady(flow, full), machine.steady(speed * flow, speed**2 * full)
    assert slower.speed == pytest.approx(speed, rel=1e-12)
    assert slower.efficiency == pytest.approx(at_full.efficiency, rel=1e-9)
    assert slower.power == pytest.approx(speed**3 * at_full.power, rel=1e-9)


@given(speed=st.floats(0.3, 1.0), resistance=st.floats(1.2e9, 1e12), static=st.floats(0.0, 4e4))
def test_speed_and_system_agree(speed, resistance, static):
    machine = pump()
    state = machine.at_speed(resistance, speed, static)
    assert state.head == pytest.approx(static + resistance * state.volume_flow**2, rel=1e-9)
    back = machine.steady(state.volume_flow, state.head)
    assert back.speed == pytest.approx(speed, rel=1e-9)
    assert back.power == pytest.approx(state.power, rel=1e-9)
    if static == 0.0 and speed == 1.0:
        assert state.volume_flow == pytest.approx(float(machine.curve.meet(np.array(resistance))))


@pytest.mark.parametrize("motor_heat", [0.0, 0.4, 1.0])
def test_power_becomes_pressure_heat_and_loss(motor_heat):
    state = pump(drive_efficiency=0.85, motor_heat=motor_heat).steady(60 / 3600, 3e5)
    hydraulic = 3e5 / 60
    shaft = hydraulic / state.efficiency
    assert state.power == pytest.approx(shaft / 0.85)
    to_room = (1.0 - motor_heat) * (state.power - shaft)
    assert hydraulic + state.heat_rate + to_room == pytest.approx(state.power, rel=1e-12)


def test_efficiency_is_best_at_its_best_flow():
    curve = EfficiencyCurve(0.7, 0.02)
    assert curve.at(0.02) == pytest.approx(0.7)
    assert curve.at(0.01, 0.5) == pytest.approx(0.7)
    assert curve.at(0.01) == curve.at(0.03) == pytest.approx(0.7 * 0.75)
    assert curve.at(0.0) == 0.0
    for flow in (1e-5, 0.01, 0.03):
        assert curve.shaft_power(flow, 2e5) == pytest.approx(flow * 2e5 / curve.at(flow))


def test_against_a_head_it_does_not_overcome_it_churns():
    state = pump().at_speed(1e9, 0.5, static_head=5e5)
    assert (state.volume_flow, state.efficiency) == (0.0, 0.0)
    assert state.head == pytest.approx(0.25 * pump().curve.coefficients[0])
    # The limit of a flow that goes to nothing.
    near = pump()._state(1e-9, pump().curve.head_at(1e-9, 0.5), 0.5)
    assert state.power == pytest.approx(near.power, rel=1e-5)
    assert state.heat_rate == pytest.approx(0.9 * state.power)


def test_at_rest():
    rest = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert pump().steady(0.0, 1e5) == rest
    assert pump().at_speed(1e9, 0.0) == rest
    assert PumpCurve.through(POINTS).speed_for(0.0, 0.0) == 0.0


def test_limits():
    with pytest.raises(PumpRangeError, match="of its speed"):
        pump().steady(80 / 3600, 5e5)
    with pytest.raises(PumpRangeError, match="beyond the end"):
        pump().steady(80 / 3600, 1e4)
    with pytest.raises(PumpRangeError, match="system takes"):
        pump().at_speed(1e7, 1.0)
    with pytest.raises(PumpRangeError, match="speed of"):
        pump().at_speed(1e9, 1.1)
    for flow, head in ((-1.0, 1e5), (math.nan, 1e5), (0.01, -1.0)):
        with pytest.raises(InputError, match="asked of a pump"):
            pump().steady(flow, head)
    with pytest.raises(PumpRangeError, match="at any speed"):
        PumpCurve((1e5, -1.9e7, 1e9), 0.004).speed_for(0.004, 10.0)
    flat = PumpCurve((1e5, -1e6, 1e8), 0.004)
    with pytest.raises(InputError, match="no flow meets"):
        flat.meet_at(0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: EfficiencyCurve(1.2, 0.02), "best_efficiency"),
        (lambda: EfficiencyCurve(0.7, 0.0), "best_flow"),
        (lambda: pump(drive_efficiency=0.0), "drive_efficiency"),
        (lambda: pump(motor_heat=1.1), "motor_heat"),
        (lambda: pump(largest_speed=math.inf), "largest_speed"),
        (lambda: SpeedPump(PumpCurve.through(POINTS), EfficiencyCurve(0.7, 40 / 3600)), "best_flow"),
    ],
)
def test_refuses(make, key):
    with pytest.raises(InputError) as error:
        make()
    assert error.value.key == f"pump.{key}"


def test_section():
    section = SpeedPumpSection(
        curve=[["0 m^3/h", "6.1 bar"], ["19 m^3/h", "5.8 bar"], ["83 m^3/h", "4 bar"]], best_flow="60 m^3/h"
    )
    made = section.pump()
    assert made.steady(0.01, 3e5).power == pytest.approx(pump().steady(0.01, 3e5).power, rel=1e-9)
    assert section.pump({"motor_heat": 0.5}).motor_heat == 0.5
