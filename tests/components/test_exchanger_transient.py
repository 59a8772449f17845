"""A plate heat exchanger in time: its steady states, its balance, what drives it and what it refuses."""

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.errors import PlateLimitError
from hashheat.components.exchanger_transient import rate_transient
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import BoilingError, InputError
from hashheat.thermo.solid import Solid

SLOW = bool(numba.config.DISABLE_JIT)
PLATES, NODES, TOLERANCE = (4, 4, 1.0) if SLOW else (10, 12, 1e-3)
INPUTS = {"hot_mass_flow": 3.0, "cold_mass_flow": 3.6, "hot_T_in": 350.0, "cold_T_in": 310.0}
RUN = {"nodes": NODES, "tolerance": TOLERANCE}


@pytest.fixture(scope="module")
def exchanger():
    return PlateHeatExchanger.named("g-040", PLATES)


def over_time(times, values):
    return xr.DataArray(values, dims="time", coords={"time": np.asarray(times, dtype=float)})


def test_it_comes_back_to_the_steady_state(exchanger):
    """A pulse in an inlet temperature, with all Reynolds numbers above the break of Martin's law."""
    pulse = over_time([0, 2, 4, 8, 200], [350.0, 350.0, 356.0, 350.0, 350.0])
    steady = exchanger.rate(**INPUTS, tolerance=1e-12)
    assert steady["Re_min"].min() > 2500.0
    nodes, tolerance = (NODES, TOLERANCE) if SLOW else (20, 1e-5)
    found = rate_transient(
        exchanger, **INPUTS | {"hot_T_in": pulse}, t_end=200.0, nodes=nodes, tolerance=tolerance
    )
    # 1e-8 of the inlets' difference; few nodes and long steps without the compiler.
    atol = 0.1 if SLOW else 4e-7
    for at in (0, -1):
        np.testing.assert_allclose(found["T_out"][at], steady["T_out"], atol=atol, rtol=0.0)
    np.testing.assert_allclose(found["heat_rate"][-1], [-1.0, 1.0] * steady["heat_rate"].values, rtol=1e-3)
    assert found["T_out"].sel(side="hot").max() > steady["T_out"][0] + 0.5
    assert found["profile_error"].max() < 0.1 or SLOW


def test_the_balance_closes(exchanger):
    flow = over_time([0, 1, 1, 4, 6], [3.0, 3.0, 0.0, 0.0, 2.0])
    found = rate_transient(
        exchanger, **INPUTS | {"cold_mass_flow": flow}, t_end=6.0, start={"hot_T_in": 330.0}, **RUN
    )
    through = np.abs(found["heat"]).sum("side").max()
    assert abs(found["stored_heat"] + found["heat"].sum("side")).max() < 1e-9 * through
    assert found["heat"].sel(side="cold")[-1] > 0.0
    rest = found.sel(time=slice(1.001, 4.0))
    assert rest.sizes["time"] > 1
    np.testing.assert_array_equal(rest["heat_rate"].sel(side="cold"), 0.0)
    np.testing.assert_allclose(
        found["heat_rate"].sel(side="hot").integrate("time"),
        found["heat"].sel(side="hot")[-1],
        rtol=0.3 if SLOW else 1e-2,
    )


def test_plates_and_water_are_what_stores(exchanger):
    """All temperatures rise by 1 K: the heat stored is that of plates and water together."""
    with_T = {"hot_mass_flow": 3.0, "cold_mass_flow": 3.0, "hot_T_in": 321.0, "cold_T_in": 321.0}
    found = rate_transient(exchanger, **with_T, start=320.0, t_end=400.0, **RUN)
    plate = exchanger.numbers
    metal = PLATES * plate.area * plate.thickness * 8000.0 * 500.0
    # A channel of hydraulic diameter 4 V / S between two plates.
    water = (PLATES - 1) * plate.area * plate.hydraulic_diameter / 2.0 * 989.0 * 4180.0
    assert found["stored_heat"][-1] == pytest.approx(metal + water, rel=2e-3)
    lighter = rate_transient(
        exchanger, **with_T, start=320.0, t_end=400.0, solid=Solid.named("titanium"), **RUN
    )
    less = PLATES * plate.area * plate.thickness * (8000.0 * 500.0 - 4500.0 * 522.0)
    assert found["stored_heat"][-1] - lighter["stored_heat"][-1] == pytest.approx(less, rel=2e-3)


def test_a_step_may_be_given_in_several_ways(exchanger):
    times = [0.0, 1.0, 3.0]
    as_start = rate_transient(exchanger, **INPUTS, start={"cold_T_in": 305.0}, times=times, **RUN)
    stepped = over_time([0, 0, 3], [305.0, 310.0, 310.0])
    as_array = rate_transient(exchanger, **INPUTS | {"cold_T_in": stepped}, times=times, **RUN)
    np.testing.assert_allclose(as_start["T_out"], as_array["T_out"], atol=1e-9, rtol=0.0)
    assert as_array["T_out"].sel(side="cold")[0] < as_array["T_out"].sel(side="cold")[-1] - 0.3
    assert as_array["T_in"].sel(side="cold").values.tolist() == [305.0, 310.0, 310.0]


def test_a_function_is_as_good_as_an_array(exchanger):
    ramp = over_time([0, 10], [350.0, 330.0])
    by_array = rate_transient(exchanger, **INPUTS | {"hot_T_in": ramp}, times=[0.0, 10.0], **RUN)
    by_call = rate_transient(
        exchanger, **INPUTS | {"hot_T_in": lambda t: 350.0 - 2.0 * t}, times=[0.0, 10.0], **RUN
    )
    np.testing.assert_allclose(by_array["T_out"], by_call["T_out"], atol=10.0 * TOLERANCE, rtol=0.0)
    assert by_call["step_max"] <= 0.2 + 1e-12


def test_a_run_goes_on_where_another_ended(exchanger):
    drop = over_time([0, 5, 10], [3.0, 1.0, 1.0])
    given = INPUTS | {"hot_mass_flow": drop}
    whole = rate_transient(exchanger, **given, times=[0.0, 5.0, 10.0], **RUN)
    for profiles in (False, True):
        first = rate_transient(exchanger, **given, times=[0.0, 5.0], profiles=profiles, **RUN)
        assert first["T_fluid"].dims == ("time", "channel", "node")[not profiles :]
        second = rate_transient(exchanger, **given, times=[5.0, 10.0], start=first, **RUN)
        np.testing.assert_allclose(second["T_out"][-1], whole["T_out"][-1], atol=2.0 * TOLERANCE, rtol=0.0)
        np.testing.assert_array_equal(second["channel_share"], first["channel_share"])


def test_both_pumps_trip(exchanger):
    stop = over_time([0, 1, 3, 60], [3.0, 3.0, 0.0, 0.0])
    found = rate_transient(
        exchanger, **INPUTS | {"hot_mass_flow": stop, "cold_mass_flow": stop}, t_end=60.0, **RUN
    )
    for name in ("T_out", "T_wall", "T_fluid", "T_plate"):
        assert np.all((found[name] > 310.0 - 0.1) & (found[name] < 350.0 + 0.1))
    # What is left at rest evens out between the sides.
    apart = abs(found["T_out"].sel(side="hot") - found["T_out"].sel(side="cold"))
    at_rest = found["T_fluid"]
    hot, cold = (at_rest[found["channel_side"].values == side].mean("channel") for side in (0, 1))
    assert abs(hot - cold).max() < 8.0
    assert np.isfinite(apart).all()


def test_a_reversed_side_ends_where_it_rates(exchanger):
    given = INPUTS | {"cold_mass_flow": -3.6}
    steady = exchanger.rate(**given)
    found = rate_transient(
        exchanger, **given, start=given, times=[0.0, 1.0], nodes=NODES, tolerance=TOLERANCE
    )
    np.testing.assert_allclose(found["T_out"][-1], steady["T_out"], atol=0.2 if SLOW else 1e-4)
    forward = exchanger.rate(**INPUTS)
    assert abs(forward["T_out"] - steady["T_out"]).max() > 1.0


def test_flow_is_shared_as_asked(exchanger):
    shared = rate_transient(exchanger, **INPUTS, times=[0.0, 0.1], **RUN)
    even = rate_transient(exchanger, **INPUTS, times=[0.0, 0.1], even_flow=True, **RUN)
    rated = exchanger.rate(**INPUTS)
    totals = np.where(rated["channel_side"] == 0, 3.0, 3.6)
    np.testing.assert_allclose(shared["channel_share"], rated["channel_mass_flow"] / totals, rtol=1e-9)
    for side in range(2):
        own = even["channel_share"][even["channel_side"].values == side]
        np.testing.assert_allclose(own, 1.0 / own.size, rtol=1e-12)


def test_it_reads_back(exchanger, tmp_path):
    found = rate_transient(exchanger, **INPUTS, start=(340.0, 320.0), times=[0.0, 0.5, 1.0], **RUN)
    assert np.all(found["T_fluid"].notnull())
    found.to_netcdf(tmp_path / "run.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as back:
        xr.testing.assert_identical(back.load()["T_out"], found["T_out"])
        assert back["time"].attrs["units"] == "s"
        assert back["heat_rate"].attrs["units"] == "W"
        assert back["steps"].item() == found["steps"].item() > 1


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"hot_mass_flow": over_time([0, 5], [3.0, -1.0])}, "hot_mass_flow"),
        ({"cold_mass_flow": lambda t: 2.0 - t}, "cold_mass_flow"),
        (
            {"cold_mass_flow": lambda t: -1.0 if 2.001 < t < 2.024 else 2.0, "max_step": 0.02},
            "cold_mass_flow",
        ),
        ({"cold_mass_flow": float("nan")}, "cold_mass_flow"),
        ({"hot_T_in": "warm"}, "hot_T_in"),
        ({"hot_T_in": over_time([0, 2], [350.0, 350.0])}, "hot_T_in.time"),
        ({"hot_T_in": over_time([0, 4, 2, 9], [350.0] * 4)}, "hot_T_in.time"),
        ({"hot_T_in": over_time([0, 5], [350.0, np.nan])}, "hot_T_in"),
        ({"hot_T_in": xr.DataArray([350.0, 350.0], dims="hour")}, "hot_T_in"),
        ({"hot_T_in": lambda t: float("inf") if t > 1.0 else 350.0}, "hot_T_in"),
        ({"hot_T_in": lambda t: None}, "hot_T_in"),
        ({"t_end": -1.0}, "t_end"),
        ({"times": [0.0, 1.0]}, "t_end, times"),
        ({"t_end": None, "times": [1.0, 0.0]}, "times"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"nodes": 2}, "nodes"),
        ({"max_step": 0.0}, "max_step"),
        ({"start": {"T": 300.0}}, "start.T"),
        ({"start": {"hot_mass_flow": -3.0}}, "hot_mass_flow"),
        ({"start": xr.Dataset({"T_out": ("time", [1.0])})}, "start"),
        ({"hot_mass_flow": 0.0, "cold_mass_flow": 0.0}, "start"),
    ],
)
def test_what_cannot_be_is_named(exchanger, changed, named):
    with pytest.raises(InputError) as caught:
        rate_transient(exchanger, **{**INPUTS, "t_end": 5.0, **RUN, **changed})
    assert caught.value.key == named


def test_temperatures_are_checked_at_all_times(exchanger):
    with pytest.raises(PlateLimitError):
        rate_transient(
            exchanger, **INPUTS | {"hot_T_in": over_time([0, 5], [350.0, 424.0])}, t_end=5.0, **RUN
        )
    with pytest.raises((PlateLimitError, BoilingError)):
        # Between two of the probes that are taken first.
        rate_transient(
            exchanger,
            **INPUTS | {"hot_T_in": lambda t: 440.0 if 2.001 < t < 2.024 else 350.0},
            t_end=5.0,
            max_step=0.02,
            **RUN,
        )
