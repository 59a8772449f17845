"""An electric boiler: its balance and its limits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.components.electric_boiler_section import ElectricBoilerSection
from hashheat.thermo.errors import InputError


@given(asked=st.floats(0.0, 5e6), efficiency=st.floats(0.5, 1.0), least=st.floats(0.0, 1.0))
def test_balance_and_limits(asked, efficiency, least):
    state = ElectricBoiler(2e6, efficiency, least).run(asked)
    assert state.heat_rate + state.unmet == pytest.approx(asked, rel=1e-14)
    assert state.power == pytest.approx(state.heat_rate + state.loss, rel=1e-14)
    assert state.heat_rate == pytest.approx(efficiency * state.power, rel=1e-14)
    assert state.heat_rate in (0.0, asked, 2e6)
    assert state.heat_rate == 0.0 or least * 2e6 <= state.heat_rate <= 2e6
    assert state.co2_rate == 0.0


def test_stands_still_below_its_least_load():
    boiler = ElectricBoiler(2e6, least_load=0.1)
    assert boiler.run(1.99e5).heat_rate == 0.0
    assert boiler.run(2e5).heat_rate == 2e5
    assert boiler.run(0.0).power == 0.0


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"capacity": 0.0}, "capacity"),
        ({"efficiency": 1.01}, "efficiency"),
        ({"least_load": math.nan}, "least_load"),
    ],
)
def test_refuses(change, key):
    with pytest.raises(InputError) as error:
        ElectricBoiler(**{"capacity": 1e6} | change)
    assert error.value.key == f"electric_boiler.{key}"


def test_refuses_heat_that_is_none():
    for asked in (-1.0, math.inf, math.nan):
        with pytest.raises(InputError, match="asked of a boiler"):
            ElectricBoiler(1e6).run(asked)


def test_section():
    section = ElectricBoilerSection(capacity="2 MW")
    assert section.boiler() == ElectricBoiler(2e6)
    assert section.boiler({"least_load": 0.2}) == ElectricBoiler(2e6, least_load=0.2)
    assert section.efficiency.status == "assumed"
