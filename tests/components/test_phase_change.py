"""Boiling and freezing between the inlets of an exchanger, and the way out that the message names."""

import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.phase_change import boiling_pressure
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import BoilingError, FreezingError
from hashheat.thermo.fluid import Fluid

WATER, BRINE = Fluid.parse("water"), Fluid.parse("MPG 40%")


def test_the_boiling_pressure_is_that_of_coolprop():
    assert boiling_pressure(WATER, 413.15, 1e5) == pytest.approx(
        PropsSI("P", "T", 413.15, "Q", 0, "Water"), rel=1e-4
    )
    assert boiling_pressure(WATER, 640.0, 1e5) is None


def test_a_side_that_would_boil_is_named_with_the_pressure_that_would_do():
    state = {"hot_mass_flow": 1.0, "cold_mass_flow": 0.2, "hot_T_in": 413.15, "cold_T_in": 333.15}
    with pytest.raises(BoilingError, match=r"cold side.*more flow.*pressure above") as caught:
        PlateHeatExchanger.named("g-010", 31, pressures=(10e5, 1.01e5)).rate(**state)
    text = str(caught.value)
    assert "361" in text or "3.61" in text  # kPa or bar: saturation at 140 degC
    kept = PlateHeatExchanger.named("g-010", 31, pressures=(10e5, 3.7e5)).rate(**state)
    assert float(kept.T_out[1]) > 373.15


def test_a_side_that_would_freeze_is_named():
    state = {"hot_mass_flow": 0.2, "cold_mass_flow": 1.0, "hot_T_in": 283.15, "cold_T_in": 263.15}
    with pytest.raises(FreezingError, match=r"hot side.*more flow"):
        PlateHeatExchanger.named("g-010", 31, fluids=(WATER, BRINE)).rate(**state)
    # With enough of it the water stays liquid.
    found = PlateHeatExchanger.named("g-010", 31, fluids=(WATER, BRINE)).rate(
        **(state | {"hot_mass_flow": 8.0})
    )
    assert float(found.T_out[0]) > 273.15
