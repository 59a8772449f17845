"""The whole check on small plants: what it holds, when it fails, what it says, and that it reads back."""

import json
import re

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.pump import PumpRangeError
from hashheat.fleet.check import check_plant, percentiles
from hashheat.thermo.errors import BoilingError, FreezingError

SAMPLES = 8 if numba.config.DISABLE_JIT else 64
NO_SETPOINT = {"loop.outlet_setpoint": None}
COLD = NO_SETPOINT | {"loop.inlet": "40 degC", "limits.outlet": "45 degC"}
RUNAWAY = NO_SETPOINT | {"miner.chips.junction_to_plate": "3 K/W", "miner.chips.unit_spread": 0.3}

DIMS = {
    "T_junction": ("unit",),
    "status": ("unit",),
    "T_out_mixed": (),
    "T_chip": ("board", "cell"),
    "sample_T_junction": ("sample",),
    "sample_passes": ("sample",),
    "pass_probability": (),
    "T_in_stable": (),
    "envelope_T_out": ("envelope_frequency", "envelope_T_in", "envelope_flow"),
    "envelope_probability": ("envelope_T_in", "envelope_flow"),
    "sobol_first": ("outcome", "input"),
    "sobol_total_high": ("outcome", "input"),
}
ATTRIBUTES = {
    *("title", "plant_file", "plant_note", "miner", "miner_maker", "miner_note", "fluid", "arrangement"),
    *("units_count", "rows", "verdict", "nominal_passes", "asked_probability", "reasons", "hottest_unit"),
    *("runs_away_above", "assumptions", "hashheat_version", "samples", "cells_per_board"),
}


def check(plant, samples=SAMPLES, **options):
    return check_plant(plant, samples, **({"sensitivity_samples": 0, "envelope_points": 0} | options))


@pytest.fixture(scope="module")
def plant(session_plant):
    """Four units with every doubt of the shipped files."""
    return session_plant(exact=False)


@pytest.fixture(scope="module")
def result(plant):
    return check_plant(plant, SAMPLES, sensitivity_samples=4, envelope_points=4)


def test_dimensions_and_attributes(plant, result):
    for name, dims in DIMS.items():
        assert result[name].dims == dims, name
    assert result.sizes["unit"] == 4
    assert result.sizes["sample"] == result.attrs["samples"] == SAMPLES
    assert result.sizes["input"] == len(plant.uncertain) > 20
    assert (result.sizes["board"], result.sizes["cell"]) == (4, 16)
    assert ATTRIBUTES <= set(result.attrs)
    assert result.attrs["plant_file"] == "plant.toml"
    assert result.attrs["units_count"] == 4
    for name, variable in result.data_vars.items():
        assert variable.attrs.get("units"), name
        assert variable.attrs.get("long_name"), name


def test_assumptions_list_every_number_with_its_source(plant, result):
    listed = {entry["key"]: entry for entry in json.loads(result.attrs["assumptions"])}
    assert set(listed) == set(plant.quantities)
    assert [key for key, entry in listed.items() if entry["sampled"]] == plant.uncertain
    inlet = listed["loop.inlet"]
    assert (inlet["value"], inlet["unit"], inlet["status"]) == (pytest.approx(343.15), "K", "assumed")
    assert all(entry["source"] or entry["status"] == "chosen" for entry in listed.values())


def assert_reads_back(result, folder):
    path = folder / "result.nc"
    result.to_netcdf(path, engine="h5netcdf")
    with xr.open_dataset(path, engine="h5netcdf") as back:
        assert result.identical(back.load())


def test_a_result_reads_back_as_the_same_thing(result, tmp_path):
    assert_reads_back(result, tmp_path)


def test_heat_and_power_balance(result):
    np.testing.assert_allclose(result.heat_rate + result.heat_loss, result.wall_power, rtol=1e-12)
    assert result.mass_flow.sum() * 4184 * (result.T_out_mixed - result.T_in) == pytest.approx(
        float(result.heat_rate.sum()), rel=0.01
    )
    # Water that leaves warmer than it came can do less work than the heat it took.
    assert np.all(result.exergy_rate > 0.0)
    assert np.all(result.exergy_rate < 0.25 * result.heat_rate)


def test_the_hottest_unit_is_shown_in_full(result):
    hottest = int(np.argmax(result.T_junction.values))
    assert result.attrs["hottest_unit"] == hottest
    of_mean_chip = float(result.T_junction[hottest] - result.chip_allowance[hottest])
    assert result.T_chip.max() == pytest.approx(of_mean_chip, abs=1e-9)
    assert result.T_plate.max() == pytest.approx(float(result.T_wall[hottest]), abs=1e-9)
    assert np.all(result.T_chip > result.T_plate)


def test_samples_surround_the_nominal_values(result):
    low, middle, high = percentiles(result, "sample_T_junction")
    assert low < float(result.T_junction.max()) < high
    assert low < middle < high
    np.testing.assert_allclose(
        result.sample_junction_margin, result.sample_T_junction_limit - result.sample_T_junction, atol=3.0
    )
    assert np.all(result.sample_fraction_inside[result.sample_passes] == 1.0)
    assert result.pass_probability == result.sample_passes.mean()


def test_a_run_repeats_bit_for_bit(plant):
    assert check(plant, 4).identical(check(plant, 4))


def test_progress_is_told_of_every_stage(plant):
    told = []
    check(plant, 4, envelope_points=2, sensitivity_samples=2, progress=lambda *x: told.append(x))
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert stages == ["nominal", "samples", "envelope", "sensitivity"]
    for stage in stages[1:]:
        done = [fraction for name, fraction in told if name == stage]
        assert done == sorted(done)
        assert done[-1] == 1.0


def test_nothing_uncertain_is_one_sample_that_is_the_nominal_state(make_plant, tmp_path):
    result = check(make_plant(), sensitivity_samples=2, envelope_points=2)
    assert result.sizes["sample"] == 1
    assert result.sizes["input"] == 0
    assert result.sample_T_junction[0] == pytest.approx(float(result.T_hottest), abs=0.01)
    assert result.T_hottest > result.T_junction.max()
    assert result.sample_T_out_mixed[0] == pytest.approx(float(result.T_out_mixed), abs=1e-3)
    assert result.attrs["verdict"] == "pass"
    assert result.pass_probability == 1.0
    assert_reads_back(result, tmp_path)


def test_an_easy_plant_passes_in_every_sample(make_plant):
    result = check(make_plant(COLD, exact=False))
    assert result.attrs["verdict"] == "pass"
    assert result.pass_probability == 1.0
    assert result.sample_passes.all()
    assert len(result.attrs["reasons"].splitlines()) == 1
    assert "to spare" in result.attrs["reasons"]
    for name, variable in result.data_vars.items():
        assert not np.isnan(variable).any(), name


FAILING = {
    "outlet": (NO_SETPOINT | {"loop.flow": "16 L/min", "limits.pressure_drop": "3 bar"}, "outlet_margin"),
    "junction": ({"miner.chips.limit": "85 degC"}, "junction_margin"),
    "boiling": ({"limits.boiling_margin": "60 K"}, "boiling_margin"),
    "pressure drop": ({"limits.pressure_drop": "20 kPa"}, None),
}
WORDS = {
    "outlet": r"the mixed outlet reaches 7\d\.\d\d degC, \d\.\d\d K short of 80\.00 degC",
    "junction": "4 of 4 units have a junction above the limit",
    "boiling": "4 of 4 units have a wall too close to boiling",
    "pressure drop": "4 of 4 units have too high a pressure drop",
}


@pytest.mark.parametrize("limit", FAILING)
def test_each_limit_fails_alone_and_is_named(make_plant, limit):
    changes, margin = FAILING[limit]
    result = check(make_plant(changes))
    assert result.attrs["verdict"] == "fail"
    assert result.attrs["nominal_passes"] == 0
    assert result.pass_probability == 0.0
    (reason,) = result.attrs["reasons"].splitlines()
    assert re.fullmatch(WORDS[limit], reason)
    for name in ("junction_margin", "outlet_margin"):
        assert (float(result[name].min()) < 0.0) == (name == margin)


def test_a_plant_that_holds_nominally_fails_on_its_probability(make_plant):
    # The limit is uniform from 85 to 115 degC and the hottest junction lies near 95: it holds in part of all.
    result = check(make_plant({"miner.chips.limit": "85 .. 115 degC", "limits.probability": 0.9}))
    assert result.attrs["nominal_passes"] == 1
    assert result.attrs["verdict"] == "fail"
    expected = (388.15 - float(result.T_hottest)) / 30.0
    assert float(result.pass_probability) == pytest.approx(expected, abs=1.01 / SAMPLES)
    assert (
        f"hold in {100 * float(result.pass_probability):.0f} % of {SAMPLES} samples"
        in result.attrs["reasons"]
    )
    assert "90 % are asked for" in result.attrs["reasons"]


def test_the_same_plant_passes_where_less_is_asked(make_plant):
    result = check(make_plant({"miner.chips.limit": "85 .. 115 degC", "limits.probability": 0.4}))
    assert result.attrs["verdict"] == "pass"
    assert 0.4 < result.pass_probability < 0.9


def test_the_error_of_the_probability_is_that_of_independent_samples(make_plant):
    result = check(make_plant({"miner.chips.limit": "85 .. 115 degC"}))
    p = float(result.pass_probability)
    assert float(result.pass_probability_error) == pytest.approx(np.sqrt(p * (1 - p) / SAMPLES), rel=1e-12)


def test_a_unit_that_runs_away_fails_the_plant_and_names_where_it_would_settle(make_plant, tmp_path):
    result = check(make_plant(RUNAWAY))
    assert result.attrs["verdict"] == "fail"
    assert result.attrs["runs_away_above"] == 1
    stable = float(result.T_in_stable) - 273.15
    assert 0.0 < stable < 70.0
    failed = int((result.status != 0).sum())
    assert 0 < failed < 4
    first, second = result.attrs["reasons"].splitlines()
    assert f"{failed} of 4 units: thermal runaway" in first
    assert f"no steady state above {stable:.2f} degC inlet" in second
    assert result.sample_runaway_units[0] == failed

    solved = result.status.values == 0
    assert np.array_equal(result.inside_limits.values, solved & (result.junction_margin.values >= 0.0))
    for name, variable in result.data_vars.items():
        if variable.dims == ("unit",) and variable.dtype.kind == "f" and name != "mass_flow":
            assert np.array_equal(np.isnan(variable), ~solved), name
    for name in ("T_out_mixed", "sample_T_junction", "sample_T_out_mixed"):
        assert np.all(np.isnan(result[name])), name  # no number for the plant while one unit has none
    assert_reads_back(result, tmp_path)


def test_a_chip_that_runs_away_by_itself_fails_the_plant_and_is_told(make_plant):
    few = {"miner.chips.junction_to_plate": "1.2 K/W", "miner.chips.chip_spread": 1.0}
    result = check(make_plant(NO_SETPOINT | few | {"miner.chips.limit": "200 degC"}))
    assert np.all(result.status == 0)
    assert result.attrs["verdict"] == "fail"
    assert (
        result.attrs["reasons"].splitlines()[0] == "more likely than not a chip of high resistance runs away"
    )


def test_units_that_run_away_at_any_inlet_say_so(make_plant):
    result = check(make_plant(NO_SETPOINT | {"miner.chips.junction_to_plate": "8 K/W"}))
    assert "no steady state at any inlet temperature" in result.attrs["reasons"]
    assert np.all(np.isnan(percentiles(result, "sample_T_junction")))
    assert "T_chip" not in result


def test_a_coolant_that_leaves_its_liquid_range_fails_the_plant(make_plant):
    result = check(make_plant(NO_SETPOINT | {"loop.flow": "1.5 L/min", "miner.power.leakage_share": 0}))
    assert result.attrs["verdict"] == "fail"
    (reason,) = result.attrs["reasons"].splitlines()
    assert "4 of 4 units: the coolant leaves its liquid range" in reason
    assert result.attrs["runs_away_above"] == 0
    # 7.6 kW of the chips warm 1.5 L/min by some 73 K, a little more on the board with the least flow.
    assert 125.0 - (float(result.T_in_stable) - 273.15) == pytest.approx(75.0, abs=5.0)


def test_a_set_point_that_the_throttle_cannot_hold_is_told(make_plant):
    # A rise of 55 K needs a fifth of the design flow, which gives 10.5 K.
    cold = {"loop.inlet": "20 degC", "loop.outlet_setpoint": "75 degC", "limits.outlet": "30 degC"}
    result = check(make_plant(cold))
    assert abs(float(result.T_out_mixed) - 348.15) > 5.0
    assert result.attrs["verdict"] == "fail"
    assert result.pass_probability == 0.0
    (reason,) = result.attrs["reasons"].splitlines()
    assert re.match(r"the throttle cannot hold 75\.00 degC: the outlet stays at 6\d\.\d\d degC", reason)


SHORT = [["0 m3/h", "2.2 bar"], ["0.3 m3/h", "2.1 bar"], ["0.6 m3/h", "1.9 bar"]]


def test_a_pump_whose_curve_ends_too_early_is_refused(make_plant):
    plant = make_plant(NO_SETPOINT | {"pump.curve": SHORT})
    with pytest.raises(PumpRangeError, match=r"pump\.curve") as caught:
        check(plant)
    assert str(plant.path) in str(caught.value)


def test_a_sample_beyond_the_pump_curve_fails_by_itself(make_plant):
    # At nominal pressure drop outside the units the curve is long enough; with the least of it, it is not.
    curve = [["0 m3/h", "2.2 bar"], ["1.5 m3/h", "1.95 bar"], ["3 m3/h", "1.5 bar"]]
    plant = make_plant(
        COLD
        | {"pump.curve": curve, "pump.external_pressure_drop": "0 .. 2.4 bar", "limits.outlet": "41 degC"}
        | {"limits.pressure_drop": "9 bar"}
    )
    result = check(plant)
    end = 3.0 / 3600
    beyond = result.sample_volume_flow.values > end
    assert result.volume_flow < end
    assert 0 < beyond.sum() < SAMPLES
    assert np.array_equal(result.sample_passes.values, ~beyond)


def test_the_hottest_of_all_chips_can_fail_a_plant_whose_units_pass(make_plant):
    easy = {"miner.chips.unit_spread": 0, "miner.chips.chip_spread": 0.1}
    free = check(make_plant(easy))
    units, plant = float(free.T_junction.max()), float(free.T_hottest)
    assert plant > units + 0.1
    between = 0.5 * (units + plant)
    result = check(make_plant(easy | {"miner.chips.limit": f"{between!r} K"}))
    assert result.attrs["verdict"] == "fail"
    assert result.inside_limits.all()
    (reason,) = result.attrs["reasons"].splitlines()
    assert reason.endswith(f"by {plant - between:.2f} K")


def test_some_samples_may_run_away_where_the_nominal_plant_does_not(make_plant):
    result = check(make_plant(NO_SETPOINT | {"miner.chips.junction_to_plate": "0.2 .. 3.6 K/W"}))
    ran_away = result.sample_runaway_units.values > 0
    assert 0 < ran_away.sum() < SAMPLES
    assert np.array_equal(np.isnan(result.sample_T_junction), ran_away)
    assert np.array_equal(np.isnan(result.sample_outlet_margin), ran_away)
    assert not np.any(result.sample_passes.values & ran_away)
    assert not np.isnan(result.pass_probability)


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"loop.inlet": "-2 degC"}, FreezingError), ({"loop.inlet": "140 degC"}, BoilingError)],
)
def test_a_coolant_that_cannot_exist_is_refused_before_anything_is_solved(make_plant, changes, error):
    told = []
    with pytest.raises(error, match="inlet"):
        check(make_plant(NO_SETPOINT | changes), progress=lambda *x: told.append(x))
    assert told == []
