"""Ageing: suspensions against Einstein and Krieger's limits, and aged properties against new ones."""

import math

import pytest

from hashheat.thermo import property_kernels as pk
from hashheat.thermo.ageing import COEFFICIENTS, FluidAgeing, aged, krieger_dougherty
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.liquid import polynomial
from hashheat.thermo.liquid_of import liquid_of


def test_thin_suspensions_follow_einstein():
    for phi in (1e-6, 1e-4):
        assert krieger_dougherty(phi, 0.64) - 1 == pytest.approx(2.5 * phi, rel=5 * phi + 1e-9)


def test_krieger_dougherty_worked_by_hand():
    # phi = phi_m / 2: 2^(2.5 phi_m)
    assert krieger_dougherty(0.32, 0.64) == pytest.approx(2.0**1.6, rel=1e-14)
    for phi in (0.64, 0.7, -0.1, math.nan):
        with pytest.raises(InputError, match="densest packing"):
            krieger_dougherty(phi, 0.64)


def test_nothing_happens_to_a_new_liquid():
    fluid = Fluid.parse("AC-120")
    table, liquid = fluid.table(1e5), liquid_of(fluid, 1e5, 293.15, 343.15)
    new = FluidAgeing()
    assert new.thickened_by(820.0) == 1.0
    assert new.table(table) == table
    assert (new.liquid(liquid).log_viscosity == liquid.log_viscosity).all()
    assert aged(0.0, 333.15) == new


def test_aged_properties():
    fluid = Fluid.parse("AC-120")
    table, liquid = fluid.table(1e5), liquid_of(fluid, 1e5, 293.15, 343.15)
    state = FluidAgeing(viscosity_factor=1.3, particle_mass_fraction=0.02)
    # 2 % by mass of 2750 kg/m^3 in a liquid of about 800 kg/m^3
    factor = state.thickened_by(800.0)
    phi = (0.02 / 2750) / (0.02 / 2750 + 0.98 / 800)
    assert factor == pytest.approx(1.3 * (1 + 2.5 * phi), rel=2e-3)
    old_table, old = state.table(table), state.liquid(liquid)
    for T in (300.0, 320.0, 340.0):
        ratio = pk.viscosity(old_table, T) / pk.viscosity(table, T)
        assert ratio == pytest.approx(state.thickened_by(table.rho[-1]), rel=1e-12)
        assert pk.prandtl(old_table, T) / pk.prandtl(table, T) == pytest.approx(ratio, rel=1e-12)
        assert pk.density(old_table, T) == pk.density(table, T)
        t = T - liquid.T_ref
        shift = polynomial(old.log_viscosity, t) - polynomial(liquid.log_viscosity, t)
        assert math.exp(shift) == pytest.approx(state.thickened_by(liquid.density), rel=1e-12)
    assert old.density == liquid.density


def test_time_and_temperature():
    year = aged(8760.0, 333.15)
    # the rate at 60 degC is the coefficient itself
    assert math.log(year.viscosity_factor) == pytest.approx(8.76 * COEFFICIENTS["thickening"].nominal)
    hot = aged(8760.0, 333.15 + COEFFICIENTS["doubling"].nominal)
    assert math.log(hot.viscosity_factor) == pytest.approx(2 * math.log(year.viscosity_factor))
    limit = COEFFICIENTS["fouling_limit"].nominal
    assert aged(6000.0, 333.15).fouling_resistance == pytest.approx(limit * (1 - math.exp(-1)))
    assert aged(9e5, 300.0).fouling_resistance == pytest.approx(limit)
    assert year.hours == 8760.0


def test_every_coefficient_is_an_assumption_with_a_spread():
    for quantity in COEFFICIENTS.values():
        assert quantity.status == "assumed"
        assert quantity.source
        assert quantity.is_uncertain


@pytest.mark.parametrize(
    "wrong",
    [
        {"viscosity_factor": 0.0},
        {"particle_mass_fraction": 0.5},
        {"fouling_resistance": -1e-4},
        {"hours": math.nan},
    ],
)
def test_impossible_states_are_refused(wrong):
    with pytest.raises(InputError, match="ageing") as caught:
        FluidAgeing(**wrong)
    assert caught.value.key in wrong


def test_a_bath_too_hot_for_the_rule_is_refused():
    with pytest.raises(InputError, match="ageing"):
        aged(50000.0, 450.0)
    with pytest.raises(InputError, match="above zero"):
        aged(100.0, math.nan)
