"""A greenhouse against sums by hand and its own balance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.components.greenhouse import Greenhouse
from hashheat.components.greenhouse_section import GreenhouseSection
from hashheat.thermo.errors import InputError

HOUSE = Greenhouse(
    cover_area=13000.0,
    floor_area=10000.0,
    volume=50000.0,
    cover_htc=4.0,
    wind_htc=0.3,
    air_changes=1 / 3600,
    solar_share=0.5,
)


def test_by_hand():
    # 20 K, 5 m/s, 100 W/m2: cover 13000 x 5.5 x 20, air 50000/3600 x 1232.35 x 20, sun 0.5 x 10000 x 100.
    found = HOUSE.balance(293.15, 273.15, 100.0, 5.0)
    assert found.cover_loss == pytest.approx(1.43e6)
    assert found.air_loss == pytest.approx(342319.0, rel=1e-5)
    assert found.solar_gain == pytest.approx(5e5)
    assert found.heat_demand == pytest.approx(1.43e6 + 342319.0 - 5e5, rel=1e-6)
    assert found.surplus == 0.0


@given(st.floats(240, 310), st.floats(0, 1000), st.floats(0, 20), st.floats(280, 300))
def test_balance(T_outdoor, sun, wind, T_inside):
    found = HOUSE.balance(T_inside, T_outdoor, sun, wind)
    net = found.cover_loss + found.air_loss - found.solar_gain
    assert found.heat_demand - found.surplus == pytest.approx(float(net), abs=1e-6)
    assert min(found.heat_demand, found.surplus) == 0.0
    # What it needs holds it where it is.
    held = HOUSE.steady(found.heat_demand - found.surplus, T_outdoor, sun, wind)
    assert float(held) == pytest.approx(T_inside, abs=1e-9)


def test_hours_at_once():
    T = np.array([293.15, 288.15])
    found = HOUSE.balance(T, np.array([273.15, 283.15]))
    assert found.heat_demand.shape == (2,)
    assert found.heat_demand[1] == pytest.approx(float(HOUSE.balance(288.15, 283.15).heat_demand))


def test_section():
    section = GreenhouseSection.model_validate(
        {"cover_area": "13000 m2", "floor_area": "10000 m2", "volume": "50000 m3", "cover_htc": "4 W/(m2 K)",
         "wind_htc": "0.3 J/(m3 K)", "air_changes": "1 1/h", "solar_share": "50 %"}
    )  # fmt: skip
    assert section.build() == HOUSE


@pytest.mark.parametrize("wrong", [{"cover_area": 0.0}, {"solar_share": 1.5}, {"air_changes": -1.0}])
def test_houses_that_cannot_be(wrong):
    good = {"cover_area": 1.0, "floor_area": 1.0, "volume": 1.0, "cover_htc": 1.0}
    with pytest.raises(InputError):
        Greenhouse(**{**good, **wrong})
