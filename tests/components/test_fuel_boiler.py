"""A boiler by fuel: its balance, and carbon dioxide from the composition of its fuel."""

import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.fuel_boiler import FuelBoiler
from hashheat.components.fuel_boiler_section import FuelBoilerSection
from hashheat.thermo.errors import InputError


def test_balance():
    state = FuelBoiler(5e6, 0.9, 56e-9, 0.2).run(3e6)
    assert state.power == pytest.approx(3e6 / 0.9)
    assert state.loss == pytest.approx(3e6 / 9.0)
    assert state.co2_rate == pytest.approx(56e-9 * 3e6 / 0.9)
    assert FuelBoiler(5e6, 0.9, 56e-9, 0.2).run(9e5).co2_rate == 0.0
    assert FuelBoiler(5e6, 0.9, 56e-9).run(6e6).unmet == 1e6


def test_carbon_dioxide_of_methane():
    # Combustion of CH4 gives 802.3 kJ/mol (lower heating value, from enthalpies of formation) and one mol of CO2.
    formation = {"CH4": -74.87e3, "CO2": -393.52e3, "H2O": -241.83e3}
    heat = formation["CH4"] - formation["CO2"] - 2.0 * formation["H2O"]
    factor = PropsSI("M", "CarbonDioxide") / heat
    state = FuelBoiler(1e6, 1.0, factor).run(1e6)
    # One megawatt for a year: 8760 h at 0.2 t/MWh, somewhat less as natural gas has more carbon than methane.
    assert state.co2_rate * 8760 * 3600 / 1e3 == pytest.approx(8760 * 0.1975, rel=2e-3)


def test_a_condensing_boiler_gives_more_than_the_lower_heating_value():
    state = FuelBoiler(1e6, 1.05, 56e-9).run(1e6)
    assert state.power < state.heat_rate
    assert state.loss == pytest.approx(state.power - state.heat_rate)
    with pytest.raises(InputError) as error:
        FuelBoiler(1e6, 1.2, 56e-9)
    assert error.value.key == "fuel_boiler.efficiency"
    with pytest.raises(InputError, match="boiler cannot"):
        FuelBoiler(1e6, 0.9, -1.0)


def test_section():
    section = FuelBoilerSection(capacity="5 MW", efficiency=0.9, co2_factor="56 kg/GJ")
    boiler = section.boiler()
    assert boiler.co2_factor == pytest.approx(56e-9)
    assert (boiler.capacity, boiler.efficiency, boiler.least_load) == (5e6, 0.9, 0.0)
    assert section.boiler({"efficiency": 0.8}).efficiency == 0.8
