"""Short polynomials of a fluid, read by the solver's own kernels and compared with the sources."""

import warnings

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.thermo.dielectric import dielectric
from hashheat.thermo.errors import FlashPointError, InputError, StateError, TableAccuracyError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.liquid import integral, polynomial
from hashheat.thermo.liquid_of import ACCURACY, liquid_errors, liquid_of
from hashheat.thermo.remembered import RememberedValueWarning


def fluid_of(name: str) -> Fluid:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RememberedValueWarning)
        return Fluid.parse(name)


@pytest.mark.parametrize("name", ["EC-110", "AC-140", "NatureCool 2000"])
def test_against_the_formulas_over_sixty_kelvin(name):
    fluid = fluid_of(name)
    liquid, formulas = liquid_of(fluid, 1.2e5, 293.15, 353.15), dielectric(fluid.substance)
    assert (liquid.T_min, liquid.T_max, liquid.T_ref) == (293.15, 353.15, 323.15)
    assert liquid.buoyancy[0] == 0.0
    for T in np.linspace(293.15, 353.15, 11):
        rho, cp, mu, k = formulas.sample(np.array([T]))[:, 0]
        t = T - liquid.T_ref
        ours = liquid.density * (1 + polynomial(liquid.buoyancy, t))
        assert ours == pytest.approx(rho, rel=1e-9)
        assert polynomial(liquid.heat_capacity, t) == pytest.approx(cp, rel=1e-9)
        assert polynomial(liquid.conductivity, t) == pytest.approx(k, rel=1e-9)
        assert np.exp(polynomial(liquid.log_viscosity, t)) == pytest.approx(mu, rel=2e-5)
        h = formulas.enthalpy(T) - formulas.enthalpy(liquid.T_ref)
        assert integral(liquid.heat_capacity, t) == pytest.approx(h, rel=1e-9, abs=1e-6)
    beta = formulas.expansion(np.array([liquid.T_ref]))[0]
    assert liquid.buoyancy[1] == pytest.approx(-beta, rel=1e-8)


def test_water_against_coolprop_and_an_exact_reference_density():
    water = Fluid.parse("water")
    liquid = liquid_of(water, 3e5, 283.15, 343.15, T_ref=300.0)
    assert liquid.density == pytest.approx(PropsSI("D", "T", 300.0, "P", 3e5, "Water"), rel=1e-6)
    for T in np.linspace(283.15, 343.15, 13):
        t = T - 300.0
        rho = PropsSI("D", "T", T, "P", 3e5, "Water")
        assert liquid.density * (1 + polynomial(liquid.buoyancy, t)) == pytest.approx(rho, rel=2e-6)
        mu = PropsSI("V", "T", T, "P", 3e5, "Water")
        assert np.exp(polynomial(liquid.log_viscosity, t)) == pytest.approx(mu, rel=5e-5)
        cp = PropsSI("C", "T", T, "P", 3e5, "Water")
        assert polynomial(liquid.heat_capacity, t) == pytest.approx(cp, rel=1e-5)
    errors = liquid_errors(liquid, water.table(3e5, 283.15, 343.15))
    assert set(errors) == set(ACCURACY)
    assert all(errors[name] <= ACCURACY[name] for name in ACCURACY)


def test_a_range_too_wide_is_refused_with_one_that_holds(monkeypatch):
    monkeypatch.setitem(ACCURACY, "viscosity", 1e-6)
    fluid = fluid_of("AC-140")
    with pytest.raises(TableAccuracyError, match="viscosity") as caught:
        liquid_of(fluid, 1.2e5, 283.15, 363.15, T_ref=313.15)
    error = caught.value
    assert error.error > 1e-6
    assert 283.15 < error.T_min < 313.15 < error.T_max < 363.15
    liquid = liquid_of(fluid, 1.2e5, error.T_min, error.T_max, T_ref=313.15)
    assert liquid_errors(liquid, fluid.table(1.2e5))["viscosity"] <= 1.01e-6


def test_errors_of_the_range():
    fluid = fluid_of("EC-110")
    with pytest.raises(InputError, match="reference temperature"):
        liquid_of(fluid, 1e5, 293.15, 353.15, T_ref=280.0)
    with pytest.raises(InputError, match="T_min < T_max"):
        liquid_of(fluid, 1e5, 320.0, 320.0)
    with pytest.raises(StateError, match="outside the data"):
        liquid_of(fluid, 1e5, 293.15, 383.15)
    with pytest.raises(FlashPointError):
        liquid_of(fluid, 1e5, 293.15, 473.15)
