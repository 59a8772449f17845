"""Maps of a plate heat exchanger: as the full stack has them, whatever the shape and however they are cut."""

import CoolProp.CoolProp as CP
import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components import exchanger_fit, exchanger_map
from hashheat.components.errors import MaldistributionError, MapAccuracyError, PlateLimitError
from hashheat.components.exchanger_map import part_load
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import BoilingError, FreezingError, InputError, StateError
from hashheat.thermo.fluid import Fluid

needs_speed = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="fits a grid: too slow when interpreted")

KEYS = ("hot_mass_flow", "cold_mass_flow", "hot_T_in", "cold_T_in")
KEPT = ("mass_flow", "T_in", "T_out", "heat_rate", "pressure_drop", "approach", "U", "effectiveness")


def scattered(n, seed=1, flow=(0.4, 4.0), hot=(330.0, 365.0), cold=(290.0, 335.0)):
    """Random points: flows evenly spread in the logarithm."""
    rng = np.random.default_rng(seed)
    flows = np.exp(rng.uniform(*np.log(flow), (2, n)))
    return dict(zip(KEYS, (*flows, rng.uniform(*hot, n), rng.uniform(*cold, n))))


def pick(points, at):
    return {key: np.asarray(points[key])[at] for key in KEYS}


@pytest.fixture(scope="module")
def exchanger(plate_file):
    return PlateHeatExchanger(plate_file(area=0.15, width=0.25, length=0.5, port=0.08), 13)


@pytest.fixture
def few(monkeypatch):
    """Have maps of more than three points fitted."""
    monkeypatch.setattr(exchanger_map, "FEW_POINTS", 3)


# -- against the full stack -----------------------------------------------------------------------------------


@needs_speed
@pytest.mark.parametrize(
    ("plates", "options"),
    [
        (13, {}),
        (12, {"first_counter": False}),
        (24, {"passes": (2, 2)}),
        (24, {"passes": (2, 1)}),
        (25, {"passes": (3, 2), "fluids": (Fluid.parse("water"), Fluid.parse("MEG-30%"))}),
        (61, {"ports": "Z"}),
    ],
)
def test_agrees_with_the_full_stack_at_points_of_its_own(exchanger, plates, options):
    """Hot and cold temperatures overlap: heat flows either way, and hardly at all at some points."""
    unit = PlateHeatExchanger(exchanger.plate, plates, **options)
    scale = plates / 13
    points = scattered(3000, flow=(0.4 * scale, 4.0 * scale))
    found = part_load(unit, **points)
    assert found.attrs["points_resolved"] == 0
    assert max(found.attrs["error_T_out_hot"], found.attrs["error_T_out_cold"]) <= 0.02
    at = np.random.default_rng(77).choice(3000, 150, replace=False)
    full = unit.rate(**pick(points, at))
    here = found.isel(case=at)
    np.testing.assert_allclose(here.T_out, full.T_out, atol=0.02, rtol=0.0)
    np.testing.assert_allclose(here.approach, full.approach, atol=0.02, rtol=0.0)
    np.testing.assert_allclose(here.pressure_drop, full.pressure_drop, rtol=4e-3)
    np.testing.assert_allclose(here.U, full.U, rtol=4e-3)
    largest = np.abs(full.T_in[:, 0] - full.T_in[:, 1])
    np.testing.assert_array_less(np.abs(here.effectiveness - full.effectiveness) * largest, 0.02)
    np.testing.assert_array_less(
        np.abs(here.heat_rate - full.heat_rate), 0.02 * 4500.0 * full.mass_flow.min("side")
    )
    for name in ("mass_flow", "T_in"):
        np.testing.assert_array_equal(here[name], full[name])


@needs_speed
def test_the_blocks_alone_would_not_agree(exchanger):
    """What the fit has to bring: without it, the bound is missed by far."""
    points = scattered(60)
    full = exchanger.rate(**points)
    blocks = exchanger.rate(**points, infinite_plates=True)
    assert float(np.abs(full.T_out - blocks.T_out).max()) > 0.2


@needs_speed
def test_a_tighter_bound_is_met_by_a_finer_grid(exchanger):
    points = scattered(4000)
    at = slice(0, 4000, 40)
    full = exchanger.rate(**pick(points, at))
    sizes, errors = [], []
    for accuracy in (0.5, 0.025, 0.01):
        found = part_load(exchanger, **points, accuracy=accuracy)
        sizes.append(np.prod(found.attrs["fit_grid"]))
        errors.append(float(np.abs(found.isel(case=at).T_out - full.T_out).max()))
        assert errors[-1] <= accuracy
    assert sizes[0] < sizes[1] < sizes[2]
    assert errors[0] > errors[1] > errors[2]


def test_a_map_along_one_flow(exchanger, few):
    """Small enough for the interpreter: one axis varies, the others have one point."""
    flow = np.geomspace(1.0, 2.0, 7)
    given = {"cold_mass_flow": 1.5, "hot_T_in": 345.0, "cold_T_in": 320.0}
    small = PlateHeatExchanger(exchanger.plate, 5)
    found = part_load(small, hot_mass_flow=flow, **given, checks=2)
    assert found.attrs["fit_grid"] == [5, 1, 1, 1]
    assert found.attrs["full_cases"] == 7
    full = small.rate(hot_mass_flow=flow[[1, 5]], **given)
    np.testing.assert_allclose(found.T_out[[1, 5]], full.T_out, atol=0.02, rtol=0.0)
    np.testing.assert_allclose(found.heat_rate[[1, 5]], full.heat_rate, rtol=2e-3)
    np.testing.assert_allclose(found.pressure_drop[[1, 5]], full.pressure_drop, rtol=2e-3)


def test_few_points_are_the_full_stack(exchanger):
    points = {"hot_mass_flow": [0.5, 1.0, 2.0], "cold_mass_flow": 1.0, "hot_T_in": 350.0, "cold_T_in": 310.0}
    found, full = part_load(exchanger, **points), exchanger.rate(**points)
    assert found.attrs["points_resolved"] == 3
    assert set(found.data_vars) == set(KEPT)
    for name in KEPT:
        np.testing.assert_allclose(found[name], full[name], rtol=1e-12)
        assert found[name].attrs == full[name].attrs
        assert found[name].dims == full[name].dims
    assert all(np.all(found.attrs[key] == value) for key, value in full.attrs.items())


# -- exact solutions and balances -------------------------------------------------------------------------------


@needs_speed
@pytest.mark.parametrize("counter", [True, False])
def test_three_plates_are_the_textbook_exchanger(plate_file, counter):
    """One hot and one cold channel and nothing else: P(NTU, R) is exact where properties hardly vary."""
    unit = PlateHeatExchanger(plate_file(), 3, first_counter=counter)
    points = scattered(600, flow=(0.03, 3.0), hot=(340.4, 340.5), cold=(339.9, 340.0))
    found = part_load(unit, **points, accuracy=1e-4)
    assert found.attrs["points_resolved"] == 0
    capacity = found.mass_flow.values * CP.PropsSI("C", "T", 340.2, "P", 6e5, "water")
    least = capacity.min(axis=1)
    NTU, R = found.U.values * unit.area / least, least / capacity.max(axis=1)
    if counter:
        e = np.exp(-NTU * (1.0 - R))
        expected = (1.0 - e) / (1.0 - R * e)
    else:
        expected = (1.0 - np.exp(-NTU * (1.0 + R))) / (1.0 + R)
    assert expected.min() < 0.4
    assert NTU.max() > 2.0
    # U is the mean over a plate along which it varies by some 1e-4.
    np.testing.assert_allclose(found.effectiveness, expected, atol=2e-4)


@needs_speed
def test_heat_lost_is_heat_gained_by_coolprop(exchanger):
    found = part_load(exchanger, **scattered(1000))
    for side, sign in ((0, 1.0), (1, -1.0)):
        h = [CP.PropsSI("H", "T", T.values[:, side], "P", 6e5, "water") for T in (found.T_in, found.T_out)]
        heat = sign * found.mass_flow.values[:, side] * (h[0] - h[1])
        np.testing.assert_allclose(heat, found.heat_rate, rtol=1e-5, atol=1e-5 * float(found.heat_rate.max()))


@needs_speed
def test_no_fluid_leaves_beyond_the_other_inlet(plate_file):
    """Up to 30 transfer units: effectiveness is 1 but for less than the fit's own error."""
    unit = PlateHeatExchanger(plate_file(area=1.0, length=2.0), 20)
    found = part_load(unit, **scattered(3000), accuracy=0.05)
    assert found.attrs["points_resolved"] == 0
    T = found.T_in.values
    low, high = T.min(axis=1)[:, None] - 1e-9, T.max(axis=1)[:, None] + 1e-9
    assert ((found.T_out.values >= low) & (found.T_out.values <= high)).all()
    assert 0.9999 < float(found.effectiveness.max()) <= 1.0 + 1e-9
    assert float(found.approach.min()) >= -1e-9


@needs_speed
def test_more_flow_and_hotter_water_bring_more_heat(exchanger):
    flow = np.geomspace(0.4, 4.0, 12)
    found = part_load(
        exchanger,
        hot_mass_flow=xr.DataArray(flow, dims="hot"),
        cold_mass_flow=xr.DataArray(flow, dims="cold"),
        hot_T_in=xr.DataArray(np.linspace(335.0, 365.0, 6), dims="supply"),
        cold_T_in=xr.DataArray(np.linspace(290.0, 330.0, 5), dims="return"),
    )
    assert found.attrs["points_resolved"] == 0
    assert (found.heat_rate.diff("hot") > 0.0).all()
    assert (found.heat_rate.diff("cold") > 0.0).all()
    assert (found.heat_rate.diff("supply") > 0.0).all()
    assert (found.heat_rate.diff("return") < 0.0).all()
    assert (found.pressure_drop.sel(side="hot").diff("hot") > 0.0).all()
    assert (found.pressure_drop.sel(side="cold").diff("cold") > 0.0).all()
    assert (found.U.diff("hot") > 0.0).all()
    assert (found.U.diff("cold") > 0.0).all()
    assert (found.approach > 0.0).all()


# -- one side at rest -------------------------------------------------------------------------------------------


@needs_speed
def test_a_side_at_rest(exchanger):
    points = scattered(1400, seed=4)
    points["hot_mass_flow"][100:600] = 0.0
    points["cold_mass_flow"][600:1100] = 0.0
    found = part_load(exchanger, **points)
    assert found.attrs["points_resolved"] == 400  # those with both sides flowing are few
    for own, flows in ((slice(100, 600), 1), (slice(600, 1100), 0)):
        rest = found.isel(case=own)
        assert (rest.heat_rate == 0.0).all()
        assert (rest.effectiveness == 0.0).all()
        assert (rest.pressure_drop[:, 1 - flows] == 0.0).all()
        np.testing.assert_array_equal(rest.T_out, rest.T_in[:, [flows, flows]])
        at = slice(own.start, own.stop, 25)
        full = exchanger.rate(**pick(points, at))
        here = found.isel(case=at)
        np.testing.assert_allclose(here.T_out, full.T_out, atol=1e-9, rtol=0.0)
        np.testing.assert_allclose(here.pressure_drop, full.pressure_drop, rtol=1e-3)
        np.testing.assert_allclose(here.U, full.U, rtol=1e-3)
        np.testing.assert_allclose(here.approach, full.approach, atol=1e-9)


@needs_speed
def test_of_a_fluid_at_rest_nothing_is_varied(exchanger):
    """What flows past it keeps its temperature: the fit runs along one flow and one temperature."""
    points = scattered(500) | {"hot_mass_flow": np.zeros(500)}
    found = part_load(exchanger, **points, checks=10)
    assert found.attrs["fit_grid"] == [1, 5, 1, 3]
    assert found.attrs["full_cases"] == 25


def test_a_side_at_rest_among_few_points(exchanger):
    found = part_load(
        exchanger, hot_mass_flow=[0.0, 1.0], cold_mass_flow=1.0, hot_T_in=350.0, cold_T_in=310.0
    )
    assert found.heat_rate.values[0] == 0.0
    np.testing.assert_allclose(found.T_out[0], 310.0, atol=1e-9)
    assert found.heat_rate.values[1] > 1e4


@needs_speed
def test_inlets_of_one_temperature(exchanger):
    points = scattered(900, hot=(330.0, 340.0), cold=(330.0, 340.0))
    points["hot_T_in"][:2] = (
        330.0,
        340.0,
    )  # equal ranges, so that points of the fit fall on equal temperatures
    points["cold_T_in"][::3] = points["hot_T_in"][::3]
    points["cold_T_in"][1] = 340.0
    found = part_load(exchanger, **points)
    assert found.attrs["points_resolved"] == 0
    found = found.isel(case=slice(0, None, 3))
    assert float(np.abs(found.heat_rate).max()) < 1e-3
    np.testing.assert_allclose(found.T_out, found.T_in, atol=1e-9)
    np.testing.assert_array_equal(found.effectiveness, 0.0)


# -- shapes, coordinates, files ---------------------------------------------------------------------------------


def test_dimensions_and_coordinates(exchanger):
    hot = xr.DataArray([1.0, 2.0], dims="load", coords={"load": ("load", [50, 100], {"units": "percent"})})
    T = xr.DataArray(
        [340.0, 350.0, 355.0], dims="day", coords={"day": [1, 2, 3], "month": ("day", [1, 1, 2])}
    )
    found = part_load(exchanger, hot_mass_flow=hot, cold_mass_flow=1.0, hot_T_in=T, cold_T_in=310.0)
    assert found.heat_rate.dims == ("load", "day")
    assert found.T_out.dims == ("load", "day", "side")
    assert found["load"].attrs == {"units": "percent"}
    np.testing.assert_array_equal(found.month, [1, 1, 2])
    assert list(found.side.values) == ["hot", "cold"]
    one = exchanger.rate(hot_mass_flow=2.0, cold_mass_flow=1.0, hot_T_in=340.0, cold_T_in=310.0)
    np.testing.assert_allclose(found.T_out.sel(load=100, day=1), one.T_out, rtol=1e-12)
    for name in KEPT:
        assert found[name].attrs["units"]
        assert found[name].attrs["long_name"]


@needs_speed
def test_a_map_of_three_dimensions_is_that_of_its_points(exchanger):
    hot = xr.DataArray(np.geomspace(0.5, 4.0, 9), dims="hot")
    cold = xr.DataArray(np.geomspace(0.5, 4.0, 8), dims="cold")
    T = xr.DataArray(np.linspace(340.0, 360.0, 7), dims="supply")
    found = part_load(exchanger, hot_mass_flow=hot, cold_mass_flow=cold, hot_T_in=T, cold_T_in=310.0)
    assert found.attrs["points_resolved"] == 0
    assert found.heat_rate.shape == (7, 9, 8) or found.heat_rate.dims == ("hot", "cold", "supply")
    full = exchanger.rate(
        hot_mass_flow=float(hot[7]), cold_mass_flow=float(cold[2]), hot_T_in=float(T[5]), cold_T_in=310.0
    )
    here = found.isel(hot=7, cold=2, supply=5)
    np.testing.assert_allclose(here.T_out, full.T_out, atol=0.02, rtol=0.0)
    np.testing.assert_allclose(here.mass_flow, full.mass_flow)
    np.testing.assert_allclose(here.pressure_drop, full.pressure_drop, rtol=2e-3)


@needs_speed
def test_a_year_goes_to_a_file_and_back(exchanger, tmp_path):
    hours = np.arange(8760)
    time = np.datetime64("2026-01-01T00", "ns") + hours * np.timedelta64(3600, "s").astype("timedelta64[ns]")
    cold_spell = 0.5 + 0.5 * np.cos(2.0 * np.pi * hours / 8760)
    rng = np.random.default_rng(0)

    def series(values):
        return xr.DataArray(values, dims="time", coords={"time": time}, attrs={"note": "assumed"})

    standstill = (hours > 4300) & (hours < 5000)
    found = part_load(
        exchanger,
        hot_mass_flow=series(np.where(standstill, 0.0, 0.6 + 2.5 * cold_spell + rng.uniform(0.0, 0.3, 8760))),
        cold_mass_flow=series(0.5 + 2.0 * cold_spell),
        hot_T_in=series(343.15 + 15.0 * cold_spell),
        cold_T_in=series(313.15 + 5.0 * rng.uniform(0.0, 1.0, 8760)),
    )
    assert found.attrs["points_resolved"] == 0
    assert found.heat_rate.dims == ("time",)
    assert (found.heat_rate.values[standstill] == 0.0).all()
    assert (found.heat_rate.values[~standstill] > 0.0).all()
    path = tmp_path / "year.nc"
    found.to_netcdf(path, engine="h5netcdf")
    with xr.open_dataset(path, engine="h5netcdf") as back:
        xr.testing.assert_equal(back.load(), found)
        assert set(back.attrs) == set(found.attrs)
        for key, value in found.attrs.items():
            assert np.all(back.attrs[key] == value)
        for name in KEPT:
            assert back[name].attrs == found[name].attrs


# -- how it is computed does not show ---------------------------------------------------------------------------


@needs_speed
def test_results_do_not_depend_on_chunks_or_threads(exchanger, monkeypatch):
    points = scattered(1200)
    points["cold_mass_flow"][:500] = 0.0
    whole = part_load(exchanger, **points)
    monkeypatch.setattr(exchanger_map, "_CHUNK", 97)
    xr.testing.assert_identical(part_load(exchanger, **points), whole)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        xr.testing.assert_identical(part_load(exchanger, **points), whole)
    finally:
        numba.set_num_threads(before)


def test_progress_comes_to_its_end(exchanger, few, monkeypatch):
    monkeypatch.setattr(exchanger_map, "_CHUNK", 3)
    said = []
    part_load(
        PlateHeatExchanger(exchanger.plate, 5),
        hot_mass_flow=[1.0, 1.2, 1.3, 1.5],
        cold_mass_flow=1.0,
        hot_T_in=350.0,
        cold_T_in=320.0,
        checks=2,
        progress=lambda part, done: said.append((part, done)),
    )
    assert said[0][0] == "fit"
    assert said[-2:] == [("points", 0.75), ("points", 1.0)]
    assert all(0.0 <= done <= 1.0 for _, done in said)


@needs_speed
@pytest.mark.parametrize("shape", [(1000,), (40, 25), (64, 4, 4), (2, 16, 4, 8)])
def test_checked_points_spread_over_every_axis(shape):
    own = np.arange(np.prod(shape))
    chosen = exchanger_map._spread(own, shape, 32)
    assert 25 <= chosen.size <= 32
    for places, n in zip(np.unravel_index(chosen, shape), shape):
        counts = np.histogram(places, bins=min(n, 4), range=(-0.5, n - 0.5))[0]
        assert counts.min() >= 0.5 * chosen.size / counts.size
    some = own[own % 3 == 1]
    assert np.isin(exchanger_map._spread(some, shape, 32), some).all()


def test_all_points_are_checked_where_there_are_few():
    np.testing.assert_array_equal(exchanger_map._spread(np.array([2, 5, 7]), (9,), 8), [2, 5, 7])


# -- what cannot be ------------------------------------------------------------------------------------------


@needs_speed
def test_a_bound_out_of_reach(exchanger, monkeypatch):
    points = scattered(420)
    monkeypatch.setattr(exchanger_map, "MOST_FIT_CASES", 100)
    found = part_load(exchanger, **points, accuracy=0.005, checks=20)
    assert found.attrs["points_resolved"] == 420
    assert found.attrs["error_T_out_hot"] == 0.0
    full = exchanger.rate(**points)
    np.testing.assert_allclose(found.T_out, full.T_out, rtol=1e-12)
    monkeypatch.setattr(exchanger_map, "MOST_RESOLVED", 419)
    with pytest.raises(
        MapAccuracyError, match=r"K off the full stack at one of 20 points checked, and 0\.005 K"
    ):
        part_load(exchanger, **points, accuracy=0.005, checks=20)


@needs_speed
def test_a_map_that_reaches_too_far_for_the_ports(plate_file, monkeypatch):
    unit = PlateHeatExchanger(plate_file(port=0.022), 21, ports="Z")
    given = {"cold_mass_flow": 2.0, "hot_T_in": 350.0, "cold_T_in": 310.0}
    flow = np.append(np.geomspace(0.1, 0.2, 500), 12.0)
    with pytest.raises(MaldistributionError, match=r"hot 12 kg/s.*flow would do\.$"):
        part_load(unit, hot_mass_flow=flow, **given, checks=8)
    monkeypatch.setattr(exchanger_map, "MOST_RESOLVED", 100)
    with pytest.raises(MaldistributionError, match=r"flows backwards.*within the ranges of the map"):
        part_load(unit, hot_mass_flow=flow, **given, checks=8)


@needs_speed
def test_a_corner_that_is_no_point_of_the_map_does_no_harm(plate_file, monkeypatch):
    """Much hot water and little cold would boil the cold at half a bar; the map has either, not both."""
    unit = PlateHeatExchanger(plate_file(), 13, pressures=(6e5, 0.5e5))
    part = np.linspace(0.0, 1.0, 450)
    given = {"hot_mass_flow": 0.5 + 3.0 * part, "cold_mass_flow": 1.0 + 5.0 * part}
    given |= {"hot_T_in": 340.0 + 40.0 * part, "cold_T_in": 300.0}
    found = part_load(unit, **given)
    assert found.attrs["points_resolved"] == 450
    xr.testing.assert_allclose(found.T_out, unit.rate(**given).T_out)
    monkeypatch.setattr(exchanger_map, "MOST_RESOLVED", 400)
    with pytest.raises(BoilingError, match=r"boils on the cold side.*split it"):
        part_load(unit, **given)


@pytest.mark.parametrize(
    ("error", "match", "change"),
    [
        (
            InputError,
            r"(?s)no reversed flows.*hot_mass_flow.*-0\.5 kg/s.*rate takes negative",
            {"hot_mass_flow": [1.0, -0.5]},
        ),
        (InputError, r"(?s)no reversed flows.*cold_mass_flow", {"cold_mass_flow": -1.0}),
        (InputError, "is not a number", {"hot_mass_flow": [1.0, np.nan]}),
        (InputError, "is not a number", {"cold_mass_flow": [1.0, np.inf]}),
        (InputError, "both sides stand still", {"hot_mass_flow": [1.0, 0.0], "cold_mass_flow": [1.0, 0.0]}),
        (StateError, "not a number", {"hot_T_in": [350.0, np.nan]}),
        (FreezingError, "the cold inlet", {"cold_T_in": [310.0, 270.0]}),
        (BoilingError, "the hot inlet", {"hot_T_in": [340.0, 450.0]}),
        (PlateLimitError, "hot_T_in", {"hot_T_in": [340.0, 385.0]}),
        (InputError, "accuracy", {"accuracy": 0.0}),
        (InputError, "accuracy", {"accuracy": np.nan}),
        (InputError, "checks", {"checks": 0}),
        (InputError, "is empty", {"hot_mass_flow": []}),
    ],
)
def test_refused_before_anything_is_computed(exchanger, monkeypatch, error, match, change):
    given = {"hot_mass_flow": 1.0, "cold_mass_flow": 1.0, "hot_T_in": 350.0, "cold_T_in": 310.0} | change

    def compute(*_):
        raise AssertionError("computed")

    monkeypatch.setattr(exchanger_map, "rate_rows", compute)
    monkeypatch.setattr(exchanger_fit, "rate_rows", compute)
    with pytest.raises(error, match=match):
        part_load(exchanger, **given)
