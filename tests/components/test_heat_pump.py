"""A heat pump by its Lorenz efficiency: first and second law, limits, cycling."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.components.heat_pump import (
    LIFT_LARGE,
    LIFT_SMALL,
    NO_HEAT,
    OK,
    SINK_HOT,
    SOURCE_COLD,
    SOURCE_HOT,
    SOURCE_OUTLET_COLD,
    HeatPump,
    HeatPumpRangeError,
    log_mean_temperature,
    lorenz_COP,
)
from hashheat.components.heat_pump_section import HeatPumpSection
from hashheat.thermo.errors import InputError
from hashheat.thermo.exergy import exergy_of_stream, mean_thermodynamic_temperature

WHEN2HEAT = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "district" / "demand"

GIVEN = {
    "capacity": 1e6,
    "lorenz_efficiency": 0.5,
    "T_source_min": 280.0,
    "T_source_max": 330.0,
    "T_source_out_min": 277.0,
    "T_sink_max": 368.0,
    "lift_min": 15.0,
    "lift_max": 75.0,
}


@pytest.fixture
def pump():
    return HeatPump(**GIVEN)


def test_log_mean_temperature():
    for T_1, T_2 in ((350.0, 300.0), (300.0, 350.0), (300.0, 300.0), (300.0 + 1e-9, 300.0)):
        assert log_mean_temperature(T_1, T_2) == pytest.approx(
            float(mean_thermodynamic_temperature(T_1, T_2)), rel=1e-14
        )


def test_lorenz_COP_makes_no_entropy_and_is_carnots_at_constant_temperatures():
    assert lorenz_COP(300.0, 300.0, 350.0, 350.0) == pytest.approx(7.0)
    COP = lorenz_COP(310.0, 300.0, 320.0, 350.0)
    # One watt of sink heat: its entropy is that of the heat the source gives.
    taken = math.log(350.0 / 320.0) / 30.0
    given_off = (1.0 - 1.0 / COP) * math.log(310.0 / 300.0) / 10.0
    assert taken == pytest.approx(given_off, rel=1e-12)
    assert lorenz_COP(350.0, 350.0, 340.0, 350.0) == math.inf


@given(
    load=st.floats(1e4, 1e6),
    T_source=st.floats(285.0, 325.0),
    T_sink=st.floats(310.0, 350.0),
    source=st.floats(2e4, 1e6),
    sink=st.floats(4e4, 1e6),
)
def test_first_and_second_law(load, T_source, T_sink, source, sink):
    pump = HeatPump(**GIVEN)
    state = pump.run(load, T_source, source, T_sink, sink)
    if state.status != OK:
        assert state.power == state.heat_rate == 0.0
        assert state.unmet == load
        return
    assert state.heat_rate == load
    assert state.heat_rate == pytest.approx(state.source_heat_rate + state.power, rel=1e-14)
    assert state.heat_rate == pytest.approx(sink * (state.T_sink_out - T_sink), rel=1e-9)
    assert state.source_heat_rate == pytest.approx(source * (T_source - state.T_source_out), rel=1e-8)
    # Half of the reversible COP: the power is twice the exergy that the two streams gain, whatever the dead state.
    for T0 in (270.0, 300.0):
        gain = -exergy_of_stream(1.0, sink, T_sink, state.T_sink_out, T0)
        gain -= exergy_of_stream(1.0, source, T_source, state.T_source_out, T0)
        assert 0.0 < float(gain) < state.power
    entropy = sink * math.log(state.T_sink_out / T_sink) + source * math.log(state.T_source_out / T_source)
    assert entropy > 0.0
    assert state.lorenz_COP == pytest.approx(
        lorenz_COP(T_source, state.T_source_out, T_sink, state.T_sink_out), rel=1e-12
    )
    assert state.COP == pytest.approx(0.5 * state.lorenz_COP, rel=1e-12)


def test_a_reversible_machine_makes_no_entropy():
    pump = HeatPump(**GIVEN | {"lorenz_efficiency": 1.0})
    state = pump.steady(8e5, 315.0, 6e4, 330.0, 4e4)
    entropy = 4e4 * math.log(state.T_sink_out / 330.0) + 6e4 * math.log(state.T_source_out / 315.0)
    assert entropy == pytest.approx(0.0, abs=1e-7 * 8e5 / 330.0)


def test_a_source_that_does_not_cool():
    state = HeatPump(**GIVEN).steady(1e6, 300.0, math.inf, 340.0, 1e6)
    assert state.T_source_out == 300.0
    sink = 1.0 / math.log(341.0 / 340.0)
    assert state.COP == pytest.approx(0.5 * sink / (sink - 300.0), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((0.0, 310.0, 1e5, 330.0, 1e5), NO_HEAT),
        ((5e5, 279.0, 1e5, 330.0, 1e5), SOURCE_COLD),
        ((5e5, 331.0, 1e5, 340.0, 1e5), SOURCE_HOT),
        ((5e5, 310.0, 1e5, 365.0, 1e5), SINK_HOT),
        ((5e5, 281.0, 5e4, 330.0, 1e5), SOURCE_OUTLET_COLD),
        ((5e5, 310.0, 1e2, 330.0, 1e5), SOURCE_OUTLET_COLD),
        ((5e5, 290.0, 1e5, 360.0, 1e5), LIFT_LARGE),
        ((5e5, 325.0, 1e5, 326.0, 1e5), LIFT_SMALL),
        ((5e5, 330.0, 1e7, 300.0, 1e5), LIFT_SMALL),
        ((5e5, 330.0, 1e7, 300.0, 1e4), LIFT_SMALL),
    ],
)
def test_limits(pump, arguments, status):
    state = pump.run(*arguments)
    assert state.status == status
    assert state.heat_rate == state.power == 0.0
    assert state.T_sink_out == arguments[3]
    assert state.unmet == arguments[0]
    if status != NO_HEAT:
        with pytest.raises(HeatPumpRangeError, match="cannot run"):
            pump.steady(*arguments)


def test_hardly_any_source():
    state = HeatPump(**GIVEN | {"lorenz_efficiency": 1.0}).run(5e5, 310.0, 1e-3, 330.0, 1e5)
    assert state.status == SOURCE_OUTLET_COLD


def test_more_than_it_can(pump):
    state = pump.run(1.5e6, 315.0, 1e5, 330.0, 1e5)
    assert state.heat_rate == 1e6
    assert state.unmet == 5e5
    with pytest.raises(HeatPumpRangeError, match="at most"):
        pump.steady(1.5e6, 315.0, 1e5, 330.0, 1e5)


def test_cycling_costs_power():
    pump = HeatPump(**GIVEN, least_load=0.4)
    assert pump.part_load_factor(1e6) == pump.part_load_factor(4e5) == 1.0
    assert pump.part_load_factor(2e5) == pytest.approx(0.5 / (0.9 * 0.5 + 0.1))
    steady = HeatPump(**GIVEN)
    at = (2e5, 315.0, math.inf, 330.0, 1e6)
    assert pump.steady(*at).COP == pytest.approx(steady.steady(*at).COP * pump.part_load_factor(2e5))
    cycling = pump.steady(1e5, 315.0, 1e4, 330.0, 1e6)
    assert cycling.source_heat_rate == pytest.approx(1e4 * (315.0 - cycling.T_source_out), rel=1e-9)
    # As if a tenth of the power of continuous running stayed on whatever the load.
    powers = [pump.steady(q, 315.0, math.inf, 330.0, math.inf).power for q in (1e5, 2e5, 3e5)]
    assert powers[1] - powers[0] == pytest.approx(powers[2] - powers[1])
    assert 2.0 * powers[0] - powers[1] == pytest.approx(
        0.1 * 4e5 / steady.steady(4e5, 315.0, math.inf, 330.0, math.inf).COP
    )


def test_outlets_answer_smoothly_to_the_load(pump):
    loads = np.linspace(1e5, 1e6, 40)
    T = [pump.steady(q, 315.0, 6e4, 330.0, 5e4).T_source_out for q in loads]
    assert np.all(np.diff(T) < 0.0)
    assert np.abs(np.diff(T, 3)).max() < 1e-3


def test_field_polynomials_stay_below_the_lorenz_limit():
    path = WHEN2HEAT / "when2heat_cop_parameters.csv"
    if not path.is_file():
        pytest.skip("the COP polynomials are not in ../shared/reference/district/demand")
    with path.open(encoding="utf-8-sig") as file:
        rows = [
            [float(x.replace(",", ".")) for x in row[1:]] for row in list(csv.reader(file, delimiter=";"))[1:]
        ]
    for c0, c1, c2 in zip(*rows, strict=True):
        for lift in (20.0, 35.0, 50.0):
            COP = c0 + c1 * lift + c2 * lift**2
            # Even with the source at one temperature and the sink warmed by 5 K up to the lift.
            share = COP / lorenz_COP(280.0, 280.0, 275.0 + lift, 280.0 + lift)
            assert 0.2 < share < 0.6


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"capacity": 0.0}, "capacity"),
        ({"lorenz_efficiency": 1.1}, "lorenz_efficiency"),
        ({"degradation": -0.1}, "degradation"),
        ({"T_sink_max": math.inf}, "T_sink_max"),
        ({"T_source_min": math.nan}, "T_source_min"),
    ],
)
def test_refuses(change, key):
    with pytest.raises(InputError) as error:
        HeatPump(**GIVEN | change)
    assert error.value.key == f"heat_pump.{key}"


def test_refuses_more(pump):
    with pytest.raises(InputError, match="cross"):
        HeatPump(**GIVEN | {"lift_min": 80.0})
    for arguments in (
        (-1.0, 310.0, 1.0, 330.0, 1.0),
        (1.0, 310.0, 0.0, 330.0, 1.0),
        (1.0, 310.0, 1.0, 330.0, 0.0),
    ):
        with pytest.raises(InputError, match="load and flows"):
            pump.run(*arguments)


def test_section():
    section = HeatPumpSection(
        capacity="1 MW",
        lorenz_efficiency=0.5,
        T_source_min="280 K",
        T_source_max="330 K",
        T_source_out_min="277 K",
        T_sink_max="368 K",
        lift_min="15 K",
        lift_max="75 K",
    )
    assert section.heat_pump() == HeatPump(**GIVEN)
    assert section.heat_pump({"capacity": 2e6}).capacity == 2e6
