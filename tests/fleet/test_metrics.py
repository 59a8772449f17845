"""Metrics against figures of standards, projects and laws that are written down, and against closed forms."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.fleet.hourly_series import read_prices
from hashheat.fleet.load_duration import below_set_point, load_duration, starts
from hashheat.fleet.metrics import (
    emissions,
    energy_reuse_effectiveness,
    energy_reuse_factor,
    exergy_efficiency,
    exergy_factor,
    marginal_value,
    money,
    power_usage_effectiveness,
)
from hashheat.thermo.errors import InputError

GERMAN = (
    Path(__file__).resolve().parents[2].parent
    / "shared" / "reference" / "district" / "prices" / "de_day_ahead_2023.csv"
)  # fmt: skip
MWH = 3.6e9
YEAR = 8760 * 3600.0


# --- reuse ---


def test_manitoba():
    """90 % of the miners' electricity at PUE 1.05: ERF 0.857, ERE 0.15 (knowledge, 4.1)."""
    computing, total = 1.0, 1.05
    assert power_usage_effectiveness(total, computing) == pytest.approx(1.05)
    assert energy_reuse_factor(0.9, total) == pytest.approx(0.857, abs=5e-4)
    assert energy_reuse_effectiveness(total, 0.9, computing) == pytest.approx(0.15, abs=1e-12)


def test_capture_is_not_reuse():
    """98 % captured at PUE 1.03: ERF 0.951; three quarters of it used over the year: 0.73 at best."""
    assert energy_reuse_factor(0.98, 1.03) == pytest.approx(0.951, abs=5e-4)
    assert energy_reuse_factor(0.75, 1.03) == pytest.approx(0.73, abs=5e-3)


@given(st.floats(1.0, 3.0), st.floats(0.0, 1.0))
def test_reuse_effectiveness_is_what_is_left(pue, share):
    total = pue * 5e12
    found = energy_reuse_effectiveness(total, share * total, 5e12)
    assert found == pytest.approx((total - share * total) / 5e12, abs=1e-12)


def test_reuse_that_cannot_be():
    with pytest.raises(InputError, match="heat pump outside"):
        energy_reuse_factor(1.2, 1.0)
    with pytest.raises(InputError, match="no more than all"):
        power_usage_effectiveness(1.0, 1.1)
    with pytest.raises(InputError, match="0 or more"):
        energy_reuse_factor(-0.1, 1.0)
    assert energy_reuse_factor(1.0 + 1e-12, 1.0) == 1.0


# --- exergy ---


@pytest.mark.parametrize(
    ("supply", "back", "outside", "factor"),
    [
        (80, 45, 0, 0.1855),
        (80, 45, -10, 0.2153),
        (70, 40, 5, 0.1518),
        (60, 30, 5, 0.1251),
        (90, 50, -10, 0.2323),
    ],
)
def test_exergy_factor(supply, back, outside, factor):
    """Knowledge, 4.3."""
    found = exergy_factor(supply + 273.15, back + 273.15, outside + 273.15)
    assert found == pytest.approx(factor, abs=5e-5)


def test_exergy_efficiency():
    warm, cold = exergy_factor(353.15, 318.15, 273.15), exergy_factor(353.15, 318.15, 263.15)
    T = np.array([353.15, 353.15]), np.array([318.15, 318.15]), np.array([273.15, 263.15])
    found = exergy_efficiency([3.0, 1.0], [4.0, 4.0], *T)
    assert found == pytest.approx((3.0 * warm + cold) / 8.0)
    # All heat used at one state: the factor itself, which no heater can exceed.
    assert exergy_efficiency([1.0], [1.0], 353.15, 318.15, 273.15) == pytest.approx(0.1855, abs=5e-5)
    with pytest.raises(InputError, match="value a step"):
        exergy_efficiency(1.0, 1.0, *T)
    with pytest.raises(InputError, match="no electricity"):
        exergy_efficiency([1.0], [0.0], 353.15, 318.15, 273.15)


# --- load duration ---


def test_linear_load():
    """A load that falls in a line from P to 0: a plant of share c of P covers 1 - (1 - c)^2."""
    n = 100_000
    curve = load_duration(np.random.default_rng(1).permutation((np.arange(n) + 0.5) / n))
    assert np.all(np.diff(curve.load) <= 0.0)
    assert curve.duration[-1] == n * 3600.0
    for c in (0.1, 0.5, 0.9):
        assert curve.covered(c) == pytest.approx(1.0 - (1.0 - c) ** 2, abs=1e-4)
        assert curve.plant_factor(c) == pytest.approx((1.0 - (1.0 - c) ** 2) * 0.5 / c, abs=1e-4)
    assert curve.covered(1.0, availability=0.5) == curve.covered(0.5)
    assert curve.full_load_time == pytest.approx(0.5 * n * 3600.0, rel=1e-4)


@given(st.lists(st.floats(0.0, 1e7), min_size=2, max_size=50).filter(lambda x: max(x) > 1.0))
def test_order_does_not_matter(load):
    curve = load_duration(load)
    assert curve.load.sum() == pytest.approx(sum(load))
    assert curve.covered(max(load)) == pytest.approx(1.0)
    assert curve.covered(0.0) == 0.0


def test_loads_that_cannot_be():
    for wrong in ([0.0, 0.0], [-1.0, 2.0], [np.nan], []):
        with pytest.raises(InputError):
            load_duration(wrong)
    with pytest.raises(InputError):
        load_duration([1.0]).covered(-1.0)


def test_hours_below_set_point():
    found = below_set_point([353.0, 352.0, 350.0, 355.0], 353.0)
    assert found == (2 * 3600.0, 4 * 3600.0, 3.0)
    assert below_set_point([353.0, 352.0, 350.0], 353.0, tolerance=1.0) == (3600.0, 3 * 3600.0, 3.0)
    with pytest.raises(InputError):
        below_set_point([np.nan], 353.0)


def test_starts():
    assert starts([True, False, True, True, False, True]) == 2
    assert starts([False]) == 0


@pytest.mark.skipif(not GERMAN.is_file(), reason="German day-ahead prices of 2023 are not beside the project")
def test_running_below_a_price():
    """Below 60 EUR/MWh: 1546 h and 186 starts a year; below 100: 441 starts (knowledge, 3.5)."""
    data = read_prices(GERMAN, zone="Europe/Berlin", wrong_offsets="mend")
    price = data["electricity_price"].values * MWH
    assert np.count_nonzero(price < 60.0) == 1546
    assert starts(price < 60.0) == 186
    assert starts(price < 100.0) == 441


# --- emissions and money ---


def test_emissions():
    """1 MW for 12 years saves 20 000 t against a boiler of 0.190 t/MWh: knowledge, 1.4."""
    heat = 12 * 1e6 * YEAR
    found = emissions(heat, 0.0, heat, 0.190 / 3.6e6, 1.0)  # kg/J of 0.190 t/MWh
    assert found.saved == pytest.approx(2.0e7, rel=2e-3)
    found = emissions([MWH, MWH], [0.1 / 3.6e6, 0.3 / 3.6e6], [0.9 * MWH, 0.9 * MWH], 0.2 / 3.6e6, 0.9)
    assert found == pytest.approx((400.0, 400.0, 0.0), abs=1e-6)
    with pytest.raises(InputError):
        emissions(1.0, 1.0, 1.0, 1.0, 0.0)
    with pytest.raises(InputError, match="value a step"):
        emissions(MWH, [0.1, 0.2], MWH, 0.2, 0.9)


def test_money():
    # 1 MW for two hours at 50 and -20 EUR/MWh; 0.9 MW of heat at 30; 50 PH/s at 48 EUR/(PH/s day).
    found = money(
        np.full(2, 1e6), np.array([50.0, -20.0]) / MWH, 0.9e6 * np.ones(2), 30.0 / MWH, 5e16 * np.ones(2),
        48.0 / (1e15 * 86400.0),
    )  # fmt: skip
    assert found == pytest.approx((30.0, 54.0, 200.0, 224.0))
    # A heat rate for all hours counts in each of them.
    assert money([1.0, 1.0], 1.0, 1.0, 1.0, 0.0, 0.0, dt=1.0) == (2.0, 2.0, 0.0, 0.0)
    with pytest.raises(InputError, match="finite"):
        money([np.nan], 1.0, 1.0, 1.0, 1.0, 1.0)


def test_price_of_recovered_heat_in_stockholm():
    """2.0 million a MW and year is 228 a MWh: knowledge, 1.4."""
    found = money(0.0, 0.0, np.full(8760, 1e6), 228.3 / MWH, 0.0, 0.0)
    assert found.heat_revenue == pytest.approx(2.0e6, rel=1e-3)


@given(st.floats(-100, 300), st.floats(0, 100), st.floats(0, 100), st.floats(0, 1))
def test_it_pays_to_run_where_a_joule_leaves_something(power, heat, hashes, share):
    per_joule, price = 1.0 / 16.8e-12, hashes / (1e15 * 86400.0)
    value = marginal_value(heat / MWH, power / MWH, price, per_joule, share)
    hour = money(1e6, power / MWH, share * 1e6, heat / MWH, 1e6 * per_joule, price)
    assert hour.balance == pytest.approx(value * MWH, abs=1e-6)
