"""Exergy against closed forms and against CoolProp's entropy of water."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given
from hypothesis import strategies as st

from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.exergy import (
    exergy_of_fluid_stream,
    exergy_of_heat,
    exergy_of_stream,
    mean_thermodynamic_temperature,
)
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import constant_properties

temperatures = st.floats(250.0, 500.0)


def test_heat_at_one_temperature():
    # Carnot between 600 K and 300 K: half the heat is work.
    assert exergy_of_heat(1000.0, 600.0, 300.0) == pytest.approx(500.0)
    assert np.allclose(exergy_of_heat([1.0, 2.0], 300.0, 300.0), 0.0)
    assert exergy_of_heat(100.0, 250.0, 300.0) == pytest.approx(-20.0)


def test_stream_closed_form():
    T_hot, T_cold, T0 = 353.15, 323.15, 278.15
    expected = 0.2 * 4190.0 * (30.0 - T0 * np.log(T_hot / T_cold))
    assert exergy_of_stream(0.2, 4190.0, T_hot, T_cold, T0) == pytest.approx(expected, rel=1e-12)


@given(temperatures, st.floats(-1e-3, 1e-3))
def test_mean_temperature_stays_between_its_ends_and_tends_to_them(T, step):
    mean = float(mean_thermodynamic_temperature(T + step, T))
    assert min(T, T + step) - 1e-10 <= mean <= max(T, T + step) + 1e-10
    # second order: (a-b)/ln(a/b) = arithmetic mean - step^2/(12 T) + ...
    assert mean == pytest.approx(T + 0.5 * step - step**2 / (12 * T), abs=1e-10)


@given(temperatures, temperatures, temperatures, st.floats(240.0, 320.0))
def test_stream_exergy_adds_along_the_stream(a, b, c, T0):
    whole = exergy_of_stream(1.0, 1.0, a, c, T0)
    parts = exergy_of_stream(1.0, 1.0, a, b, T0) + exergy_of_stream(1.0, 1.0, b, c, T0)
    assert whole == pytest.approx(float(parts), abs=1e-9)


def test_water_stream_against_the_entropy_of_coolprop():
    p, T0 = 3e5, 278.15
    table = Fluid.parse("water").table(p)
    T_hot, T_cold = np.array([353.15, 390.0, 320.0]), np.array([313.15, 280.0, 319.0])
    h, s = ([PropsSI(name, "T", T, "P", p, "Water") for T in (T_hot, T_cold)] for name in ("Hmass", "Smass"))
    expected = 2.0 * (h[0] - h[1] - T0 * (s[0] - s[1]))
    assert exergy_of_fluid_stream(table, 2.0, T_hot, T_cold, T0) == pytest.approx(expected, rel=1e-6)


def test_constant_properties_give_the_closed_form():
    table = constant_properties(1000.0, 4180.0, 1e-3, 0.6)
    assert exergy_of_fluid_stream(table, 0.3, 360.0, 300.0, 280.0) == pytest.approx(
        float(exergy_of_stream(0.3, 4180.0, 360.0, 300.0, 280.0)), rel=1e-12
    )
    assert exergy_of_fluid_stream(table, 0.3, 300.0, 360.0, 280.0) < 0


def test_refusals():
    with pytest.raises(InputError, match="positive, in kelvin"):
        exergy_of_heat(1.0, 0.0, 300.0)
    with pytest.raises(InputError, match="positive, in kelvin"):
        exergy_of_stream(1.0, 1.0, 300.0, np.nan, 300.0)
    table = constant_properties(1.0, 1.0, 1.0, 1.0, T_min=280.0, T_max=380.0)
    with pytest.raises(StateError, match=r"T_hot = 126\.85 degC lies outside"):
        exergy_of_fluid_stream(table, 1.0, [300.0, 400.0], 300.0, 280.0)
