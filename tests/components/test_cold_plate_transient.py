"""A cold plate in time: its steady states, its heats, what drives it, what ends a run, and what it refuses."""

import math
from importlib.resources import files

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_transient import solve_plate_transient
from hashheat.components.errors import CoolantRangeError, PressureLossError, RunawayError
from hashheat.components.failures import LOWEST_PRESSURE, PRESSURE_LOST
from hashheat.components.plate_scenarios import cold_start, power_step, pump_trip
from hashheat.components.variables import VARIABLES
from hashheat.solvers.serpentine import OK, OUT_OF_RANGE, RUNAWAY
from hashheat.thermo.errors import BoilingError, FreezingError, InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density

SLOW = bool(numba.config.DISABLE_JIT)
compiled_only = pytest.mark.skipif(SLOW, reason="minutes without the compiler")

T_IN = 343.15
FLOW = 3.0 / 60e3
NO_LOSS = {"losses__top": 0.0, "losses__bottom": 0.0, "losses__edge": 0.0}


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    """The tube in plate on few cells."""
    text = (files("hashheat.components") / "library/cold_plates/tube-in-plate.toml").read_text("utf-8")
    for old, new in (("cells_along = 60", "cells_along = 15"), ("cells_across = 32", "cells_across = 8")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("plate") / "few-cells.toml"
    path.write_text(text, encoding="utf-8")
    return ColdPlate.named(str(path))


def over_time(times, values):
    return xr.DataArray(values, dims="time", coords={"time": np.asarray(times, dtype=float)})


#: The names that a steady state and a run share.
SHARED = {
    "T_out": 1e-4,
    "T_junction": 1e-4,
    "T_wall": 1e-4,
    "chip_power": 1e-3,
    "heat_rate": 2e-2,
    "heat_loss": 1e-3,
    "T_chip": 1e-4,
    "P_chip": 1e-4,
    "pressure_drop": 1e-2,
    "mass_flow": 1e-12,
    "boiling_margin": 1e-3,
}


def assert_steady(found, steady):
    for name, atol in SHARED.items():
        np.testing.assert_allclose(found[name], steady[name], atol=atol, rtol=0.0, err_msg=name)


def test_a_steady_state_stays(plate):
    found = solve_plate_transient(plate, t_end=50.0)
    steady = plate.solve()
    for at in (0, -1):
        assert_steady(found.isel(time=at), steady)
    assert int(found["status"]) == OK
    assert float(found["end_time"]) == 50.0
    np.testing.assert_array_equal(found["hot_chip"], int(steady["hot_chip"]))


@compiled_only
def test_it_comes_to_the_steady_state_of_other_inputs(plate):
    """After everything has changed."""
    goal = {"T_in": 333.15, "volume_flow": 4.0 / 60e3, "frequency": 1.1, "voltage": 1.05, "T_ambient": 288.15}
    before = {"T_in": T_IN, "volume_flow": FLOW, "frequency": 1.0, "voltage": 1.0, "T_ambient": 298.15}
    driven = {name: over_time([0, 2, 5, 600], [before[name]] * 2 + [goal[name]] * 2) for name in goal}
    found = solve_plate_transient(plate, t_end=600.0, tolerance=1e-5, **driven)
    assert_steady(found.isel(time=0), plate.solve(**before))
    assert_steady(found.isel(time=-1), plate.solve(**goal))
    assert abs(float(found["imbalance"])) < 1e-9
    # Integrated along what was recorded, the powers are the heats.
    for rate, heat in (("chip_power", "chip_heat"), ("heat_rate", "heat"), ("heat_loss", "lost_heat")):
        assert float(found[rate].integrate("time")) == pytest.approx(float(found[heat]), rel=2e-3)


def test_metal_and_water_are_what_stores(plate):
    """One kelvin: the slab less the tube's groove, and the water; the wall of a tube is left out."""
    found = solve_plate_transient(
        plate, t_end=900.0, T_in=301.0, T_ambient=300.0, start=300.0, frequency=0.0, voltage=0.0, **NO_LOSS
    )
    tube = math.pi / 4.0 * np.array([0.008, 0.010]) ** 2 * 4 * 0.3
    expected = 2.43e6 * (0.3 * 0.16 * 0.014 - tube[1]) + 4.16e6 * tube[0]
    assert float(found["stored_heat"]) == pytest.approx(expected, rel=0.01)
    assert float(found["stored_heat"]) == pytest.approx(-float(found["heat"]), rel=1e-9)
    assert float(found["chip_heat"]) == 0.0
    np.testing.assert_allclose(found["T_chip"].isel(time=-1), 301.0, atol=1e-3)


@compiled_only
def test_numbers_arrays_and_functions_drive_alike(plate):
    rho = density(Fluid.parse("water").table(3e5), T_IN)
    ramp = over_time([0.0, 5.0, 20.0], [FLOW, 0.5 * FLOW, 0.5 * FLOW])
    times = np.array([0.0, 1.0, 4.0, 7.0, 20.0])
    kept = {"times": times, "tolerance": 1e-4}
    by_array = solve_plate_transient(plate, volume_flow=ramp, T_in=T_IN, **kept)
    by_mass = solve_plate_transient(plate, mass_flow=ramp * rho, T_in=over_time([0, 20], [T_IN] * 2), **kept)
    by_call = solve_plate_transient(
        plate,
        volume_flow=lambda t: FLOW * max(1.0 - 0.1 * t, 0.5),
        T_in=lambda t: T_IN,
        **kept,
    )
    np.testing.assert_array_equal(by_array["time"], times)
    np.testing.assert_allclose(by_mass["T_chip"], by_array["T_chip"], atol=1e-9)
    np.testing.assert_allclose(by_call["T_chip"], by_array["T_chip"], atol=5e-3)
    assert int(by_call["steps"]) >= 50


def test_values_before_a_step_stand_at_its_time(plate):
    clock = over_time([0, 3, 3, 10], [1.0, 1.0, 1.3, 1.3])
    found = solve_plate_transient(plate, times=[0.0, 3.0, 3.001, 10.0], frequency=clock)
    np.testing.assert_allclose(found["P_chip"][1], found["P_chip"][0], rtol=1e-7)
    # Each chip's dynamic power has grown by 30 %, before its plate warms.
    assert float(found["chip_power"][2] / found["chip_power"][1]) == pytest.approx(1.28, abs=0.02)
    np.testing.assert_array_equal(found["frequency"], [1.0, 1.0, 1.3, 1.3])


def test_fields_and_units(plate, tmp_path):
    found = solve_plate_transient(plate, times=[0.0, 2.0], fields_at=[0.0, 1.0, 2.0])
    assert found["T_plate"].dims == ("field_time", "layer", "row", "col")
    assert found["T_plate"].shape == (3, 6, 8, 15)
    assert found["T_fluid"].sizes["field_time"] == 3
    steady = plate.solve(with_fields=True)
    np.testing.assert_allclose(found["T_plate"].isel(field_time=-1), steady["T_plate"], atol=1e-4)
    np.testing.assert_allclose(found["T_fluid"].isel(field_time=0), steady["T_fluid"], atol=1e-4)
    for name in found.data_vars:
        assert found[name].attrs["units"] == VARIABLES[name][0]
        assert found[name].attrs["long_name"]
    assert found["time"].attrs["units"] == "s"
    found.to_netcdf(tmp_path / "run.nc")
    with xr.open_dataset(tmp_path / "run.nc", decode_times=False) as again:
        xr.testing.assert_identical(again.load(), found)


@compiled_only
@pytest.mark.parametrize(
    ("start", "T"), [("cold", 298.15), (313.15, 313.15)], ids=["at the room's temperature", "at 40 degC"]
)
def test_starts_at_one_temperature(plate, start, T):
    found = solve_plate_transient(plate, t_end=1.0, start=start, fields_at=[0.0], frequency=0.0, voltage=0.0)
    np.testing.assert_allclose(found["T_plate"], T)
    np.testing.assert_allclose(found["T_chip"].isel(time=0), T)


def test_starts_in_the_steady_state_of_other_inputs(plate):
    other = {"volume_flow": 2 * FLOW, "frequency": 0.7}
    found = solve_plate_transient(plate, t_end=1.0, start=other, fields_at=[0.0])
    steady = plate.solve(**other, with_fields=True)
    np.testing.assert_allclose(found["T_plate"][0], steady["T_plate"], atol=1e-4)
    assert float(found["frequency"][0]) == 1.0


# --- What ends a run. ------------------------------------------------------------------------------------------


@compiled_only
def test_water_that_boils_ends_the_run(plate):
    with pytest.warns(UserWarning, match=r"liquid range.*the run ends there"):
        found = solve_plate_transient(
            plate, times=np.linspace(0, 600, 601), volume_flow=over_time([0, 0, 600], [FLOW, 0.0, 0.0])
        )
    assert int(found["status"]) == OUT_OF_RANGE
    end = float(found["end_time"])
    assert 60.0 < end < 600.0
    np.testing.assert_array_equal(found["time"], np.append(np.arange(math.floor(end) + 1.0), end))
    assert np.isfinite(found["T_chip"]).all()
    assert (found["T_out"].diff("time")[2:] > 0.0).all()


def test_chips_that_run_away_end_the_run(plate):
    volts = over_time([0, 5, 30, 100], [1.0, 1.0, 3.0, 3.0])
    with pytest.warns(UserWarning, match="runaway"):
        found = solve_plate_transient(plate, t_end=100.0, voltage=volts)
    assert int(found["status"]) == RUNAWAY
    assert 5.0 < float(found["end_time"]) < 100.0
    assert float(found["limit_time"]) < float(found["end_time"])
    with pytest.raises(RunawayError):
        solve_plate_transient(plate, t_end=100.0, voltage=4.0)
    with pytest.raises(RunawayError):
        solve_plate_transient(plate, t_end=100.0, voltage=40.0, start="cold")


#: Too cold to boil at the least pressure that may be left.
COLD = 298.15
#: Neither power nor loss: the run stays at the inlet's temperature, and its drop is that of a steady state.
AT_REST = {"frequency": 0.0, "voltage": 0.0, "T_in": COLD, "T_ambient": COLD} | NO_LOSS


def test_pressure_that_is_lost_ends_the_run(plate):
    """At the flow at which a steady state is refused, whether it is come to evenly or at once."""
    pressure = 1.5e5
    ramp = over_time([0, 2, 12], [FLOW, FLOW, 21.0 * FLOW])
    assert Fluid.parse("water").saturation_temperature(LOWEST_PRESSURE) > COLD
    with pytest.warns(UserWarning, match=r"more pressure than there is.*the run ends there"):
        found = solve_plate_transient(
            plate, times=[0.0, 2.0, 12.0], volume_flow=ramp, pressure=pressure, start=COLD, **AT_REST
        )
    assert int(found["status"]) == PRESSURE_LOST
    end = float(found["end_time"])
    assert 2.0 < end < 12.0
    np.testing.assert_array_equal(found["time"], [0.0, 2.0, end])
    assert float(found["pressure_drop"][-1]) == pytest.approx(pressure - LOWEST_PRESSURE, rel=1e-5)
    assert (found["pressure_drop"] <= pressure - LOWEST_PRESSURE).all()
    reached = FLOW * (1.0 + 2.0 * (end - 2.0))
    plate.solve(volume_flow=0.9999 * reached, pressure=pressure, **AT_REST)
    with pytest.raises(PressureLossError):
        plate.solve(volume_flow=1.0001 * reached, pressure=pressure, **AT_REST)
    # A jump ends it there and then.
    for share, status in ((0.999, OK), (1.001, PRESSURE_LOST)):
        jump = {"volume_flow": over_time([0, 1, 1, 2], [FLOW, FLOW, share * reached, share * reached])}
        run = {"t_end": 2.0, "pressure": pressure, "start": COLD} | AT_REST | jump
        if status == OK:
            found = solve_plate_transient(plate, **run)
        else:
            with pytest.warns(UserWarning, match="at 1 s"):
                found = solve_plate_transient(plate, **run)
        assert int(found["status"]) == status
        assert float(found["end_time"]) == (2.0 if status == OK else 1.0)
    for start in ("steady", "cold"):
        with pytest.raises(PressureLossError):
            solve_plate_transient(
                plate, t_end=1.0, volume_flow=1.01 * reached, pressure=pressure, start=start, **AT_REST
            )


def test_water_that_boils_at_the_outlet_ends_the_run(plate):
    """Hot water meets a flow that takes its pressure; the inlet's own boiling point is 11 K above."""
    pressure = 1.5e5
    hot = {"T_in": 373.15, "T_ambient": 373.15} | {k: v for k, v in AT_REST.items() if "T_" not in k}
    ramp = over_time([0, 2, 12], [FLOW, FLOW, 11.0 * FLOW])
    with pytest.warns(UserWarning, match=r"liquid range.*the run ends there"):
        found = solve_plate_transient(
            plate, t_end=12.0, volume_flow=ramp, pressure=pressure, start=373.15, **hot
        )
    assert int(found["status"]) == OUT_OF_RANGE
    left = pressure - found["pressure_drop"].values
    # CoolProp's saturation pressure of water at 100 degC.
    assert left[-1] == pytest.approx(101418.0, rel=1e-3)
    assert (left >= left[-1]).all()
    reached = FLOW * (1.0 + (float(found["end_time"]) - 2.0))
    plate.solve(volume_flow=0.999 * reached, pressure=pressure, **hot)
    with pytest.raises(CoolantRangeError):
        plate.solve(volume_flow=1.001 * reached, pressure=pressure, **hot)
    assert float(found["boiling_margin"][-1]) == pytest.approx(0.0, abs=1e-3)


def test_a_refusal_leaves_the_plate_as_it_was(plate):
    """What is kept from one solve to the next does not remember what could not be."""
    before = plate.solve()
    bad = [{"frequency": math.nan}, {"voltage": math.inf}, {"T_ambient": math.inf}, {"voltage": 1e200}]
    for start in (*bad, math.nan):
        with pytest.raises(InputError, match=r"start|voltage"):
            solve_plate_transient(plate, t_end=1.0, start=start)
        xr.testing.assert_identical(plate.solve(), before)


def test_the_limit_is_that_of_the_file(plate):
    stopped = over_time([0, 1, 1, 60], [FLOW, FLOW, 0.0, 0.0])
    run = {"t_end": 60.0, "volume_flow": stopped, "chips__limit": 363.15}
    found = solve_plate_transient(plate, **run)
    passed = found["T_junction"] > 363.15
    first = int(np.argmax(passed.values))
    assert float(found["time"][first - 1]) <= float(found["limit_time"]) <= float(found["time"][first])
    chip = int(found["limit_chip"])
    exact = solve_plate_transient(
        plate, times=[0.0, float(found["limit_time"]), 60.0], volume_flow=stopped, chips__limit=363.15
    )
    assert float(exact["T_chip"][1, chip]) == pytest.approx(363.15, abs=1e-6)
    short = solve_plate_transient(plate, **run, stop_at_limit=True)
    assert float(short["limit_time"]) == float(found["limit_time"])
    assert float(short["end_time"]) == float(found["time"][first])
    assert float(solve_plate_transient(plate, t_end=1.0)["limit_time"]) == math.inf


# --- What an engineer asks. ------------------------------------------------------------------------------------


@compiled_only
def test_pump_trip(plate):
    """Without loss all heat stays; a slower pump gains time; waiting before the trip gains none."""
    found = pump_trip(plate, coast_down=0.0, **NO_LOSS)
    assert float(found["heat"]) == 0.0
    assert float(found["stored_heat"]) == pytest.approx(float(found["chip_heat"]), rel=1e-9)
    np.testing.assert_array_equal(found["mass_flow"][1:], 0.0)
    given = NO_LOSS | {"chips__limit": 368.15, "tolerance": 1e-4}
    soon = float(pump_trip(plate, coast_down=0.0, **given)["time_to_limit"])
    assert 5.0 < soon < 60.0
    slower = float(pump_trip(plate, coast_down=10.0, **given)["time_to_limit"])
    assert soon + 1.0 < slower < soon + 10.0
    later = pump_trip(plate, after=7.0, coast_down=0.0, **given)
    assert float(later["time_to_limit"]) == pytest.approx(soon, abs=0.01)
    assert float(later["end_time"]) == 67.0
    assert float(pump_trip(plate, duration=1.0)["time_to_limit"]) == math.inf
    assert float(pump_trip(plate, after=2.0, duration=1.0, chips__limit=300.0)["time_to_limit"]) == 0.0
    # The ramp beyond the end of the run.
    assert float(pump_trip(plate, coast_down=10.0, duration=5.0)["mass_flow"][-1]) > 0.0


@compiled_only
def test_power_step(plate):
    found = power_step(plate, frequency=1.2, voltage=1.03, after=4.0, duration=200.0, T_in=333.15)
    assert_steady(found.isel(time=0), plate.solve(T_in=333.15))
    end = plate.solve(T_in=333.15, frequency=1.2, voltage=1.03)
    goal = float(end["T_junction"])
    np.testing.assert_allclose(found["T_junction"][-1], goal, atol=2e-2)
    assert float(found["time_to_limit"]) == math.inf
    settled = float(found["settling_time"])
    change = goal - float(found["T_junction"][0])
    after = found["T_junction"].interp(time=4.0 + settled)
    assert float(goal - after) == pytest.approx(0.05 * change, rel=1e-3)
    assert 5.0 < settled < 100.0
    assert float(power_step(plate, frequency=1.2, duration=2.0)["settling_time"]) == math.inf
    down = power_step(plate, frequency=0.5, duration=200.0)
    assert float(down["settling_time"]) == pytest.approx(settled, rel=0.2)


def test_scenarios_end_near_their_steady_state(plate):
    """All of them, with rough steps."""
    rough = {"duration": 100.0, "tolerance": 0.3, "T_in": 333.15}
    tripped = pump_trip(plate, coast_down=0.0, chips__limit=353.15, stop_at_limit=True, **rough)
    assert 0.0 < float(tripped["time_to_limit"]) <= float(tripped["end_time"]) < 100.0
    for run, frequency in (
        (power_step(plate, frequency=1.1, **rough), 1.1),
        (cold_start(plate, T_start=330.0, **rough), 1.0),
    ):
        goal = float(plate.solve(T_in=333.15, frequency=frequency)["T_junction"])
        assert float(run["T_junction"][-1]) == pytest.approx(goal, abs=0.5)
        assert 0.0 < float(run["settling_time"]) < 100.0


@compiled_only
def test_power_step_that_has_no_steady_state(plate):
    """The higher the voltage, the sooner; above some, the chips are lost at once."""
    lost = []
    for voltage in (2.0, 2.2, 4.0):
        with pytest.warns(UserWarning, match="runaway"):
            found = power_step(plate, voltage=voltage, after=2.0, duration=1000.0)
        assert float(found["settling_time"]) == math.inf
        assert 0.0 <= float(found["time_to_limit"]) <= float(found["end_time"]) - 2.0
        assert np.isfinite(found["T_chip"]).all()
        lost.append(float(found["end_time"]) - 2.0)
    assert lost[0] > lost[1] > lost[2] == 0.0
    with pytest.warns(UserWarning, match="runaway"):
        found = power_step(plate, voltage=4.0)
    assert float(found["end_time"]) == float(found["limit_time"]) == 0.0


@compiled_only
def test_cold_start(plate):
    found = cold_start(plate, duration=400.0)
    steady = plate.solve()
    np.testing.assert_allclose(found["T_chip"][-1], steady["T_chip"], atol=2e-2)
    np.testing.assert_allclose(found["T_out"][0], 298.15, atol=1e-9)
    assert 5.0 < float(found["settling_time"]) < 200.0
    warmer = cold_start(plate, T_start=333.15, duration=400.0)
    assert float(warmer["T_wall"][0]) == pytest.approx(333.15)
    assert float(found["time_to_limit"]) == math.inf


# --- What cannot be. -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "error", "names"),
    [
        ({"volume_flow": -1e-5}, InputError, "volume_flow"),
        ({"volume_flow": over_time([0, 10], [1e-5, -1e-5])}, InputError, "volume_flow"),
        ({"mass_flow": lambda t: 0.05 - 0.01 * t}, InputError, "mass_flow"),
        ({"mass_flow": lambda t: 0.0 if t < 0.02 else 0.05}, InputError, "steady"),
        ({"volume_flow": 1e-5, "mass_flow": 0.01}, InputError, "not both"),
        ({"volume_flow": 0.0}, InputError, "without flow"),
        ({"volume_flow": over_time([0, 5], [1e-5, 1e-5])}, InputError, "does not cover"),
        ({"T_in": 423.15}, BoilingError, "inlet"),
        ({"T_in": over_time([0, 10], [300.0, 260.0])}, FreezingError, "inlet"),
        ({"T_ambient": 0.0}, InputError, "T_ambient"),
        ({"frequency": -0.1}, InputError, "frequency"),
        ({"voltage": math.nan}, InputError, "voltage"),
        ({"start": "warm"}, InputError, "start"),
        ({"start": 500.0}, BoilingError, "start"),
        ({"start": {"flow": 0.1}}, InputError, "start.flow"),
        ({"start": {"mass_flow": 0.1}}, InputError, "start.mass_flow"),
        ({"start": {"T_in": 500.0}}, BoilingError, "inlet"),
        ({"start": {"frequency": -1.0}}, InputError, "start.frequency"),
        ({"start": {"frequency": math.nan}}, InputError, "start.frequency"),
        ({"start": {"voltage": math.inf}}, InputError, "start.voltage"),
        ({"start": {"volume_flow": math.inf}}, InputError, "start.volume_flow"),
        ({"start": {"T_in": math.nan}}, InputError, "start.T_in"),
        ({"start": {"T_ambient": 0.0}}, InputError, "start.T_ambient"),
        ({"start": {"T_ambient": math.inf}}, InputError, "start.T_ambient"),
        ({"start": {"T_in": "warm"}}, InputError, "start.T_in"),
        ({"start": math.nan}, InputError, "start"),
        ({"start": -1.0}, InputError, "start"),
        ({"start": None}, InputError, "start"),
        ({"voltage": 1e200}, InputError, "voltage"),
        ({"frequency": 1e200}, InputError, "frequency"),
        ({"start": {"voltage": 1e200}}, InputError, "voltage"),
        ({"mass_flow": 1e200}, InputError, "mass_flow"),
        ({"T_in": 0.0}, InputError, "T_in"),
        ({"T_in": over_time([], [])}, InputError, "T_in"),
        ({"T_in": over_time([0, 10], [T_IN, math.nan])}, InputError, "T_in"),
        ({"voltage": over_time([0, 10], ["a", "b"])}, InputError, "voltage"),
        ({"voltage": over_time([0, 10], [1.0, math.inf])}, InputError, "voltage"),
        ({"frequency": lambda t: math.nan if t > 5.0 else 1.0}, InputError, "frequency"),
        ({"T_ambient": lambda t: 10.0 - 2.0 * t}, InputError, "T_ambient"),
        ({"pressure": math.nan}, InputError, "pressure"),
        ({"pressure": 0.0}, InputError, "pressure"),
        ({"design__pressure": math.inf}, InputError, "pressure"),
        ({"refine": math.nan}, InputError, "refine"),
        ({"tolerance": math.nan}, InputError, "tolerance"),
        ({"max_step": math.nan}, InputError, "max_step"),
        ({"fields_at": [math.nan]}, InputError, "fields_at"),
        ({"fields_at": ["soon"]}, InputError, "fields_at"),
        ({"start": {"volume_flow": 0.0}}, InputError, "without flow"),
        ({"tolerance": 0.0}, InputError, "tolerance"),
        ({"max_step": 0.0}, InputError, "max_step"),
        ({"fields_at": [11.0]}, InputError, "fields_at"),
        ({"times": [0.0, 10.0]}, InputError, "times"),
        ({"t_end": -1.0}, InputError, "t_end"),
        ({"chips__colour": 1.0}, InputError, "chips.colour"),
    ],
)
def test_what_cannot_be(plate, inputs, error, names):
    with pytest.raises(error, match=names):
        solve_plate_transient(plate, **{"t_end": 10.0} | inputs)


@pytest.mark.parametrize(
    ("scenario", "key", "value"),
    [
        (pump_trip, "volume_flow", math.nan),
        (pump_trip, "volume_flow", -1e-5),
        (pump_trip, "coast_down", "long"),
        (power_step, "frequency", math.nan),
        (power_step, "from_frequency", -1.0),
        (power_step, "voltage", math.inf),
        (power_step, "from_voltage", math.nan),
        (cold_start, "T_start", math.nan),
        (cold_start, "T_start", 0.0),
    ],
)
def test_scenarios_name_what_cannot_be(plate, scenario, key, value):
    with pytest.raises(InputError, match=rf"\b{key}\b"):
        scenario(plate, **{key: value})


@pytest.mark.parametrize(
    "bad", [{"after": -1.0}, {"coast_down": -1.0}, {"duration": 0.0}, {"duration": math.inf}]
)
def test_scenarios_that_cannot_be(plate, bad):
    (key,) = bad
    with pytest.raises(InputError, match=key):
        pump_trip(plate, **bad)
    if key != "coast_down":
        with pytest.raises(InputError, match=key):
            power_step(plate, **bad)
    if key == "duration":
        with pytest.raises(InputError, match=key):
            cold_start(plate, **bad)
