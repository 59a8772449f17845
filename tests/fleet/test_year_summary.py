"""The summary of a period against sums by hand, with hours in which nothing is delivered."""

import numpy as np
import pytest

from hashheat.fleet.metrics import exergy_factor
from hashheat.fleet.year_summary import summarise
from hashheat.thermo.errors import InputError

MWH = 3.6e9
HOURS = {
    "total_power": np.array([1.05e6, 1.05e6, 0.55e6]),
    "computing_power": np.array([1.0e6, 1.0e6, 0.5e6]),
    "heat_rate": np.array([0.9e6, 0.8e6, 0.0]),
    "T_supply": np.array([353.15, 351.15, np.nan]),
    "T_return": np.array([318.15, 318.15, np.nan]),
    "T_outdoor": np.array([263.15, 273.15, 303.15]),
}


def test_sums():
    found = summarise(**HOURS, T_set=353.15)
    assert float(found["electricity"]) == pytest.approx(2.65 * MWH)
    assert float(found["heat_used"]) == pytest.approx(1.7 * MWH)
    assert float(found["pue"]) == pytest.approx(2.65 / 2.5)
    assert float(found["erf"]) == pytest.approx(1.7 / 2.65)
    assert float(found["ere"]) == pytest.approx(0.95 / 2.5)
    exergy = 0.9 * exergy_factor(353.15, 318.15, 263.15) + 0.8 * exergy_factor(351.15, 318.15, 273.15)
    assert float(found["exergy_efficiency"]) == pytest.approx(float(exergy) / 2.65)
    assert float(found["time_below"]) == 3600.0  # the hour without delivery is not judged
    assert float(found["kelvin_time_below"]) == pytest.approx(7200.0)
    assert float(found["largest_shortfall"]) == pytest.approx(2.0)
    assert found.attrs["duration_second"] == 3 * 3600.0
    assert "balance" not in found
    assert all(v.attrs["units"] for v in found.data_vars.values())


def test_money_and_emissions():
    found = summarise(
        **HOURS, electricity_price=np.array([100.0, 50.0, -10.0]) / MWH, heat_price=40.0 / MWH, hash_rate=6e16,
        hash_price=48.0 / (1e15 * 86400.0), grid_factor=0.1 / 3.6e6, fuel_factor=0.2 / 3.6e6,
        boiler_efficiency=0.85,
    )  # fmt: skip
    assert float(found["electricity_cost"]) == pytest.approx(105.0 + 52.5 - 5.5)
    assert float(found["heat_revenue"]) == pytest.approx(68.0)
    assert float(found["balance"]) == pytest.approx(68.0 + float(found["hash_revenue"]) - 152.0)
    assert float(found["emissions_electricity"]) == pytest.approx(265.0)
    assert float(found["emissions_displaced"]) == pytest.approx(1700.0 * 0.2 / 0.85)


def test_hash_rate_of_each_hour_or_of_all():
    price = {"electricity_price": 0.0, "hash_price": 48.0 / (1e15 * 86400.0)}
    each = summarise(**HOURS, **price, hash_rate=np.full(3, 6e16))
    same = summarise(**HOURS, **price, hash_rate=6e16)
    # 60 PH/s for three hours at 48 EUR a PH/s and day.
    assert float(each["hash_revenue"]) == pytest.approx(360.0)
    assert float(same["hash_revenue"]) == pytest.approx(360.0)


def test_a_period_without_heat():
    found = summarise(**{**HOURS, "heat_rate": np.zeros(3)}, T_set=353.15)
    assert float(found["erf"]) == 0.0
    assert float(found["exergy_efficiency"]) == 0.0
    assert float(found["time_below"]) == 0.0


def test_what_cannot_be():
    with pytest.raises(InputError, match="one value a step"):
        summarise(**{**HOURS, "heat_rate": np.zeros(2)})
    with pytest.raises(InputError, match="negative"):
        summarise(**{**HOURS, "heat_rate": np.array([-1.0, 0.0, 0.0])})
    with pytest.raises(InputError, match="no more can be reused"):
        summarise(**{**HOURS, "heat_rate": np.full(3, 2e6)})
