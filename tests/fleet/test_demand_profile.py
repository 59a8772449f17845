"""Heat demand and supply temperatures against closed forms, normalisations and a measured house."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hashheat.fleet.demand_profile import DegreeDayDemand, monthly_means, trailing_mean
from hashheat.fleet.heat_meter import from_registers, implied_heat_capacity
from hashheat.fleet.series_errors import SeriesError
from hashheat.fleet.sigmoid_demand import (
    PLAIN_PROFILES,
    PROFILES,
    SigmoidProfile,
    allocation_temperature,
    sigmoid_demand,
    sigmoid_factor,
)
from hashheat.fleet.supply_curve import FOURTH_GENERATION, HELSINKI, SMALL_NET, SupplyCurve
from hashheat.thermo.errors import InputError

DISTRICT = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "district"
HOUSE = DISTRICT / "house_meter" / "danish_house_660_hourly.csv"
PLAIN = DISTRICT / "demand" / "shlp_sigmoid_factors.csv"
SHARES = DISTRICT / "demand" / "when2heat_daily_demand.csv"


# --- degree days ---


def test_trailing_mean():
    x = np.array([1.0, 3.0, 8.0, 0.0])
    np.testing.assert_allclose(trailing_mean(x, 2), [1.0, 2.0, 5.5, 4.0])
    np.testing.assert_allclose(trailing_mean(x, 1), x)
    np.testing.assert_allclose(trailing_mean(x, 100), np.cumsum(x) / np.arange(1, 5))


@given(st.floats(0.0, 1.0), st.integers(1, 48), st.integers(0, 9))
def test_the_heat_asked_for_comes_out(share, window, seed):
    T = 280.0 + 10.0 * np.random.default_rng(seed).standard_normal(500)
    rule = DegreeDayDemand.from_heat(T, 5e12, share, window=window)
    demand = rule.demand(T)
    assert demand.sum() * 3600.0 == pytest.approx(5e12, rel=1e-12)
    assert demand.min() >= rule.constant
    assert rule.constant * 500 * 3600.0 == pytest.approx(share * 5e12, rel=1e-12, abs=1e-3)


def test_a_warm_hour_asks_for_the_constant_only():
    rule = DegreeDayDemand(constant=2.0, slope=3.0, window=1)
    np.testing.assert_allclose(rule.demand([290.15, 300.0, 280.15]), [2.0, 2.0, 32.0], rtol=1e-12)


def test_demand_that_cannot_be():
    for wrong in ({"heat": 0.0}, {"heat": 1.0, "constant_share": 1.2}, {"heat": 1.0, "base": 250.0}):
        with pytest.raises(InputError):
            DegreeDayDemand.from_heat(np.full(10, 280.0), **wrong)
    with pytest.raises(InputError, match="cannot be used"):
        DegreeDayDemand(constant=-1.0, slope=1.0)
    only_constant = DegreeDayDemand.from_heat(np.full(10, 300.0), 36e3, 1.0)
    np.testing.assert_allclose(only_constant.demand(np.full(10, 300.0)), 1.0)


def test_monthly_means():
    time = np.arange(np.datetime64("2023-01-30T00"), np.datetime64("2023-02-03T00")).astype("datetime64[ns]")
    values = xr.DataArray(np.repeat([1.0, 3.0, 5.0, 7.0], 24), {"time": time}, ("time",))
    np.testing.assert_allclose(monthly_means(values), [2.0, 6.0])
    with pytest.raises(SeriesError):
        monthly_means(xr.DataArray([1.0], dims="x"))


# --- sigmoid profiles ---


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_are_one_at_eight_degrees(name):
    """BDEW's profiles with a linear part are normalised to a day of 8 degC."""
    assert sigmoid_factor(281.15, PROFILES[name]) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_fall_with_temperature(name):
    assert np.all(np.diff(sigmoid_factor(np.arange(250.0, 310.0, 0.5), PROFILES[name])) < 0.0)


@pytest.mark.skipif(not SHARES.is_file(), reason="when2heat's factors are not beside the project")
def test_constants_are_those_of_when2heat():
    rows = [line.split(";") for line in SHARES.read_text(encoding="utf-8-sig").splitlines()]
    kinds = {"SFH": "single-family", "MFH": "multi-family", "COM": "commercial"}
    for column in range(1, 7):
        name = kinds[rows[0][column]] + (" windy" if rows[1][column] == "windy" else "")
        given_ = [float(row[column].replace(",", ".")) for row in rows[2:10]]
        np.testing.assert_allclose(PROFILES[name], given_, rtol=1e-12, err_msg=name)


@pytest.mark.skipif(not PLAIN.is_file(), reason="demandlib's factors are not beside the project")
def test_constants_are_those_of_demandlib():
    rows = [line.split(",") for line in PLAIN.read_text(encoding="utf-8").splitlines()[1:]]
    for _, *constants, age, kind, wind in rows:
        name = kind + (" windy" if wind == "1" else "")
        if name in PLAIN_PROFILES and age in ("0", "11"):
            np.testing.assert_allclose(PLAIN_PROFILES[name][:4], [float(x) for x in constants], rtol=1e-12)


def test_plain_sigmoid_by_hand():
    # B/(t - 40) = 1 gives half of A; t = 0 and B = -40.
    assert sigmoid_factor(273.15, SigmoidProfile(3.0, -40.0, 6.0, 0.1)) == pytest.approx(1.6, rel=1e-12)
    with pytest.raises(InputError, match="ends at 40"):
        sigmoid_factor(313.15, PROFILES["commercial"])


def test_allocation_temperature():
    T = np.array([280.0, 282.0, 290.0, 270.0, 260.0])
    found = allocation_temperature(T)
    assert found[4] == pytest.approx((260.0 + 135.0 + 290.0 / 4 + 282.0 / 8) / 1.875)
    assert found[0] == 280.0
    np.testing.assert_allclose(allocation_temperature(np.full(6, 281.0)), 281.0)


def test_sigmoid_demand():
    T = np.repeat([270.0, 290.0, 281.0], 24)
    shares = np.arange(24.0)
    demand = sigmoid_demand(T, 1e9, PROFILES["multi-family"], shares)
    assert demand.sum() * 3600.0 == pytest.approx(1e9, rel=1e-12)
    np.testing.assert_allclose(demand[:24] / demand[:24].sum(), shares / shares.sum(), atol=1e-15)
    for wrong in ((T[:-1], 1e9), (T, -1.0), (T, 1e9, PROFILES["commercial"], [1.0] * 23)):
        with pytest.raises(InputError):
            sigmoid_demand(*(wrong if len(wrong) == 4 else (*wrong, PROFILES["commercial"])))


# --- supply temperature ---


def test_helsinki_curve():
    """Slope and the outdoor temperature that asks for 80 degC: knowledge, 2.1."""
    assert HELSINKI.slope == pytest.approx(1.47, abs=0.005)
    assert HELSINKI.outdoor_for(353.15) - 273.15 == pytest.approx(-2.2, abs=0.01)
    np.testing.assert_allclose(HELSINKI.supply([230.0, 247.15, 281.15, 300.0]) - 273.15, [115, 115, 65, 65])


@pytest.mark.parametrize("curve", [HELSINKI, SMALL_NET, FOURTH_GENERATION])
def test_curve_and_its_inverse(curve):
    T = 0.5 * (curve.supply_mild + curve.supply_cold)
    assert curve.supply(curve.outdoor_for(T)) == pytest.approx(T)
    with pytest.raises(InputError):
        curve.outdoor_for(curve.supply_cold)


def test_curves_that_cannot_be():
    with pytest.raises(InputError, match="colder"):
        SupplyCurve(250.0, 260.0, 340.0, 380.0)
    with pytest.raises(InputError, match="fall"):
        SupplyCurve(280.0, 250.0, 380.0, 340.0)


# --- a measured house ---


def test_registers_give_back_what_was_counted():
    rng = np.random.default_rng(3)
    volume, T_s, T_r = rng.uniform(0.02, 0.1, 50), rng.uniform(55, 80, 50), rng.uniform(25, 45, 50)
    heat = 4.1e6 * volume * (T_s - T_r)
    time = np.datetime64("2023-01-01T00") + np.arange(51)

    def counter(step):
        return np.concatenate([[0.0], np.cumsum(step)])

    data = from_registers(time, counter(heat), counter(volume), counter(volume * T_s), counter(volume * T_r))
    np.testing.assert_allclose(data["T_supply"] - 273.15, T_s, rtol=1e-9)
    np.testing.assert_allclose(data["T_return"] - 273.15, T_r, rtol=1e-9)
    np.testing.assert_allclose(data["heat_rate"], heat / 3600.0, rtol=1e-9)
    assert implied_heat_capacity(heat.sum(), (volume * T_s).sum(), (volume * T_r).sum()) == pytest.approx(
        4.1e6
    )
    with pytest.raises(SeriesError, match="falls"):
        from_registers(time, -counter(heat), counter(volume), counter(volume), counter(volume))
    with pytest.raises(SeriesError, match="must rise"):
        from_registers(time[::-1], counter(heat), counter(volume), counter(volume), counter(volume))
    with pytest.raises(SeriesError, match="not warmer"):
        implied_heat_capacity(1.0, 1.0, 2.0)


@pytest.mark.skipif(not HOUSE.is_file(), reason="the Danish heat meter is not beside the project")
def test_danish_house():
    """Meter 660, doi 10.1038/s41597-022-01502-3: monthly means weighted by volume (knowledge, 2.1 and 3.4)."""
    rows = [line.split(",") for line in HOUSE.read_text(encoding="utf-8").splitlines()[2:]]
    time = np.array([row[0].removesuffix("Z") for row in rows], dtype="datetime64[ns]")
    energy, volume, supply, back = (np.array([float(row[i]) for row in rows]) for i in range(1, 5))
    data = from_registers(time, energy * 3.6e6, volume, supply, back)
    weight = data["volume_flow"].where(data["T_supply"].notnull())
    months = {
        name: (data[name] * weight).groupby("time.month").sum() / weight.groupby("time.month").sum() - 273.15
        for name in ("T_supply", "T_return")
    }
    power = monthly_means(data["heat_rate"]) / 1e3
    table = {1: (72.9, 31.7, 3.48), 4: (66.5, 33.7, 1.93), 7: (60.5, 37.7, 0.52), 8: (59.0, 35.6, 0.46),
             10: (66.9, 30.8, 2.02), 12: (70.1, 31.3, 3.16)}  # fmt: skip
    # The table is of three years and the file of one of them, September 2018 to August 2019.
    for month, (T_s, T_r, kW) in table.items():
        assert float(months["T_supply"].sel(month=month)) == pytest.approx(T_s, abs=2.0), month
        assert float(months["T_return"].sel(month=month)) == pytest.approx(T_r, abs=2.0), month
        assert float(power.sel(month=month)) == pytest.approx(kW, abs=0.3), month
    assert (energy[-1] - energy[0]) / 1e3 == pytest.approx(17.6, abs=0.05)  # MWh a year
    found = implied_heat_capacity(
        (energy[-1] - energy[0]) * 3.6e6, supply[-1] - supply[0], back[-1] - back[0]
    )
    assert found == pytest.approx(4.088e6, rel=5e-4)
