"""Names, limits and ranges of fluids, against CoolProp and against what a user may get wrong."""

import sys
from subprocess import run

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.thermo import property_kernels as pk
from hashheat.thermo.errors import (
    BoilingError,
    FreezingError,
    InputError,
    StateError,
    TableAccuracyError,
)
from hashheat.thermo.fluid import Fluid


@pytest.mark.parametrize(
    ("text", "name", "backend", "substance", "fraction"),
    [
        ("water", "water", "HEOS", "Water", None),
        (" Water ", "water", "HEOS", "Water", None),
        ("air", "air", "HEOS", "Air", None),
        ("propylene glycol 30 %", "propylene glycol 30 %", "INCOMP", "MPG", 0.3),
        ("MPG 30%", "propylene glycol 30 %", "INCOMP", "MPG", 0.3),
        ("MPG-30%", "propylene glycol 30 %", "INCOMP", "MPG", 0.3),
        ("ethylene glycol 25 %", "ethylene glycol 25 %", "INCOMP", "MEG", 0.25),
        ("ethylene_glycol 32.5%", "ethylene glycol 32.5 %", "INCOMP", "MEG", 0.325),
        ("INCOMP::T66", "INCOMP::T66", "INCOMP", "T66", None),
        ("incomp::t66", "INCOMP::T66", "INCOMP", "T66", None),
        ("INCOMP::APG[0.3]", "INCOMP::APG[0.3]", "INCOMP", "APG", 0.3),
        ("INCOMP::APG-30%", "INCOMP::APG[0.3]", "INCOMP", "APG", 0.3),
    ],
)
def test_names(text, name, backend, substance, fraction):
    fluid = Fluid.parse(text)
    assert (fluid.name, fluid.backend, fluid.substance) == (name, backend, substance)
    assert fluid.fraction == (None if fraction is None else pytest.approx(fraction, rel=1e-14))
    assert str(fluid) == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("watre", "Nearest: water"),
        ("propylen glycol 30 %", "Nearest: propylene glycol"),
        ("MPG", "needs its strength"),
        ("MPG 0 %", "No data for propylene glycol"),
        ("MPG 70 %", "No data for propylene glycol"),
        ("MPG 0.3", "Unknown fluid"),
        ("INCOMP::T67", "Nearest: .*INCOMP::T66"),
        ("INCOMP::MKA", "needs its strength"),
        ("INCOMP::T66[0.3]", "takes no strength"),
        ("INCOMP::APG[0.3.3]", "Unknown fluid"),
        ("INCOMP::", "Unknown fluid"),
        ("", "Unknown fluid"),
        (7, "by its name"),
    ],
)
def test_unknown_names_say_what_is_accepted(text, words):
    with pytest.raises(InputError, match=words) as caught:
        Fluid.parse(text)
    assert caught.value.accepted


def test_a_strength_outside_the_data_of_a_solution():
    with pytest.raises(InputError, match="no data for"):
        Fluid.parse("INCOMP::APG[0.9]")


def test_a_liquid_without_viscosity_or_conductivity_is_refused():
    with pytest.raises(InputError, match="CoolProp"):
        Fluid.parse("INCOMP::FoodFat").table(3e5)
    with pytest.raises(InputError, match="has not all of"):
        Fluid.parse("INCOMP::LiBr[0.5]").table(3e5)


def test_water_saturation_is_within_a_millikelvin_of_coolprop():
    p = np.exp(np.random.default_rng(8).uniform(np.log(0.05e5), np.log(20e5), 400))
    ours = Fluid.parse("water").saturation_temperature(p)
    assert ours.shape == p.shape
    assert np.max(np.abs(ours - PropsSI("T", "P", p, "Q", 0, "Water"))) < 1e-4
    # 1 atm boils at 99.974 degC (ITS-90, IAPWS-95)
    assert Fluid.parse("water").saturation_temperature(101325.0) == pytest.approx(373.124, abs=1e-3)


def test_glycol_boils_no_lower_than_water():
    assert Fluid.parse("MPG 30%").saturation_temperature(3e5) == Fluid.parse("water").saturation_temperature(
        3e5
    )


def test_oil_boils_where_its_vapour_pressure_says():
    fluid = Fluid.parse("INCOMP::T66")
    T = fluid.saturation_temperature(np.array([2e4, 5e4]))
    assert PropsSI("P", "T", T[0], "Q", 0, "INCOMP::T66") == pytest.approx(2e4, rel=1e-6)
    assert PropsSI("P", "T", T[1], "Q", 0, "INCOMP::T66") == pytest.approx(5e4, rel=1e-6)
    with pytest.raises(StateError, match="no boiling temperature"):
        fluid.saturation_temperature(1e7)
    with pytest.raises(StateError, match="no boiling temperature"):
        fluid.saturation_temperature(1e-6)
    with pytest.raises(StateError, match="no boiling temperature"):
        Fluid.parse("INCOMP::AS10").saturation_temperature(1e5)


@pytest.mark.parametrize("p", [1e2, 1e8, np.nan])
def test_saturation_outside_its_range_is_refused(p):
    with pytest.raises(StateError, match="No boiling temperature"):
        Fluid.parse("water").saturation_temperature(p)


def test_freezing():
    assert Fluid.parse("water").freezing_temperature() == 273.15
    # CoolProp documents the freezing line of MPG by its own T_freeze
    assert Fluid.parse("MPG 30%").freezing_temperature() == pytest.approx(
        PropsSI("T_freeze", "T", 300, "P", 1e5, "INCOMP::MPG[0.3]"), rel=1e-12
    )
    assert (
        Fluid.parse("MPG 40%").freezing_temperature() < Fluid.parse("MPG 20%").freezing_temperature() < 273.15
    )
    with pytest.raises(StateError, match="no freezing temperature"):
        Fluid.parse("INCOMP::T66").freezing_temperature()


def test_check_liquid_passes_and_names_the_place():
    water = Fluid.parse("water")
    water.check_liquid(np.array([280.0, 360.0]), 2e5)
    with pytest.raises(BoilingError, match=r"unit 7 outlet: 120\.85 degC, boiling point 120\.21 degC at 2"):
        water.check_liquid(np.array([300.0, 394.0]), 2e5, where="unit 7 outlet")
    with pytest.raises(FreezingError, match=r"at the dry cooler: -5\.00 degC, freezing point 0\.00 degC"):
        water.check_liquid(268.15, 2e5, where="the dry cooler")
    with pytest.raises(StateError, match="not a number"):
        water.check_liquid(np.array([300.0, np.nan]), 2e5)
    Fluid.parse("MPG 30%").check_liquid(268.15, 2e5)
    with pytest.raises(StateError, match="outside the data"):
        Fluid.parse("MPG 30%").check_liquid(380.0, 10e5)
    with pytest.raises(StateError, match="is a gas"):
        Fluid.parse("air").check_liquid(300.0, 1e5)


def test_default_ranges():
    water = Fluid.parse("water")
    low = water.table(1e5)
    assert low.T_min == pytest.approx(274.15)
    assert low.T_max == pytest.approx(water.saturation_temperature(1e5) - 1.0)
    assert water.table(10e5).T_max == pytest.approx(398.15)
    glycol = Fluid.parse("MPG 40%")
    assert glycol.table(3e5).T_min == pytest.approx(glycol.freezing_temperature() + 1.0)
    air = Fluid.parse("air").table(101325.0)
    assert (air.T_min, air.T_max) == pytest.approx((223.15, 423.15))


def test_a_table_is_built_once():
    water = Fluid.parse("water")
    assert water.table(3e5) is Fluid.parse("water").table(300000)


def test_asked_ranges_are_kept_or_refused():
    water = Fluid.parse("water")
    table = water.table(4e5, 283.15, 363.15)
    assert (table.T_min, table.T_max) == (283.15, 363.15)
    with pytest.raises(BoilingError, match="end of the asked table"):
        water.table(2e5, 280.0, 395.0)
    with pytest.raises(FreezingError, match="end of the asked table"):
        water.table(2e5, 270.0, 350.0)
    with pytest.raises(InputError, match="T_min < T_max"):
        water.table(2e5, 350.0, 300.0)
    with pytest.raises(StateError, match="outside the data"):
        Fluid.parse("air").table(1e5, 300.0, 2500.0)
    with pytest.raises(StateError, match="no range"):
        water.table(0.05e5, 330.0 - 24.0)


@pytest.mark.parametrize("p", [0.0, -1e5, np.nan, np.inf])
def test_a_pressure_must_be_positive(p):
    with pytest.raises(InputError, match="positive absolute pressure"):
        Fluid.parse("water").table(p)


@pytest.mark.parametrize(
    ("name", "p", "low", "high"),
    [
        ("water", 4e5, 274.15, 415.0),  # too wide
        ("water", 10e5, 283.0, 440.0),  # across the step in CoolProp's conductivity near 157 degC
        ("INCOMP::T66", 3e5, 275.0, 573.0),
    ],
)
def test_too_wide_a_range_names_a_narrower_one_that_works(name, p, low, high):
    with pytest.raises(TableAccuracyError, match="it holds") as caught:
        Fluid.parse(name).table(p, low, high)
    error = caught.value
    assert error.error > 1e-6
    assert low <= error.T_min < error.T_max <= high
    assert error.T_max - error.T_min > 0.5 * (high - low)
    table = Fluid.parse(name).table(p, error.T_min, error.T_max)
    T = np.random.default_rng(1).uniform(error.T_min, error.T_max, 200)
    source = name if "::" in name else "Water"
    expected = PropsSI("conductivity", "T", T, "P", p, source)
    assert np.max(np.abs(np.array([pk.conductivity(table, t) for t in T]) / expected - 1)) < 1.05e-6


def test_importing_a_fluid_does_not_import_coolprop_or_pint():
    code = (
        "import sys; from hashheat.thermo.fluid import Fluid; Fluid.parse('MPG 30%'); "
        "import hashheat.thermo.solid; import hashheat.thermo.exergy; "
        "assert not {'CoolProp', 'matplotlib'} & set(sys.modules), 'imported'"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0
