"""Fluids of two-phase baths: CoolProp, printed check values of the correlations, and Clapeyron's equation."""

import csv
import warnings
from pathlib import Path

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.thermo.boiling_fluid import BoilingFluid, boiling_fluid, boiling_fluid_names
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.quantity import STATUSES
from hashheat.thermo.remembered import RememberedValueWarning
from hashheat.thermo.transport_formulas import miqueu_surface_tension, scaled_viscosity

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "immersion"
COOLPROP = {"Novec 649": "Novec649", "FC-72": "n-Perfluorohexane", "R1336mzz(Z)": "R1336mzz(Z)"}
METHODS = (
    "saturation_pressure",
    "liquid_density",
    "vapour_density",
    "latent_heat",
    "liquid_heat_capacity",
    "liquid_viscosity",
    "vapour_viscosity",
    "liquid_conductivity",
    "surface_tension",
)


def fluid_of(name: str) -> BoilingFluid:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RememberedValueWarning)
        return boiling_fluid(name)


@pytest.mark.parametrize("name", COOLPROP)
def test_saturation_line_against_coolprop(name):
    fluid, substance = boiling_fluid(name), COOLPROP[name]
    T = np.linspace(fluid.T_min, fluid.T_max, 23)
    for method, key, quality in (
        ("saturation_pressure", "P", 0),
        ("liquid_density", "D", 0),
        ("vapour_density", "D", 1),
        ("liquid_heat_capacity", "C", 0),
    ):
        np.testing.assert_allclose(
            getattr(fluid, method)(T), PropsSI(key, "T", T, "Q", quality, substance), rtol=1e-9
        )
    h_fg = PropsSI("H", "T", T, "Q", 1, substance) - PropsSI("H", "T", T, "Q", 0, substance)
    np.testing.assert_allclose(fluid.latent_heat(T), h_fg, rtol=1e-9)
    p = np.geomspace(0.1e5, 3e5, 9)
    np.testing.assert_allclose(
        fluid.saturation_temperature(p), PropsSI("T", "P", p, "Q", 0, substance), rtol=1e-9
    )
    assert fluid.critical_temperature == pytest.approx(PropsSI("Tcrit", substance), rel=1e-6)
    assert fluid.critical_pressure == pytest.approx(PropsSI("pcrit", substance), rel=1e-4)
    assert fluid.molar_mass == pytest.approx(PropsSI("M", substance), rel=1e-12)


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference tables are not beside this tree")
@pytest.mark.parametrize("name", COOLPROP)
def test_one_atmosphere_against_the_reference_table(name):
    with open(REFERENCE / "coolprop_two_phase_1atm.csv", newline="", encoding="utf-8") as file:
        rows = {row["fluid"]: row for row in csv.DictReader(file)}
    row, fluid = rows[COOLPROP[name]], boiling_fluid(name)
    T = fluid.saturation_temperature(101325.0)
    assert T - 273.15 == pytest.approx(float(row["Tsat_C"]), abs=1e-6)
    assert fluid.liquid_density(T) == pytest.approx(float(row["rho_l"]), rel=1e-6)
    assert fluid.vapour_density(T) == pytest.approx(float(row["rho_v"]), rel=1e-6)
    assert fluid.latent_heat(T) == pytest.approx(1e3 * float(row["hfg_kJ"]), rel=1e-6)
    assert fluid.liquid_heat_capacity(T) == pytest.approx(float(row["cp_l"]), rel=1e-6)


@pytest.mark.parametrize("name", boiling_fluid_names())
def test_clapeyron_ties_vapour_pressure_and_latent_heat(name):
    fluid = fluid_of(name)
    T, step = np.linspace(fluid.T_min + 1, fluid.T_max - 1, 15), 1e-3
    slope = (fluid.saturation_pressure(T + step) - fluid.saturation_pressure(T - step)) / (2 * step)
    volume = 1 / fluid.vapour_density(T) - 1 / fluid.liquid_density(T)
    np.testing.assert_allclose(fluid.latent_heat(T), T * volume * slope, rtol=1e-8)


@pytest.mark.parametrize("name", boiling_fluid_names())
def test_trends_shapes_and_inverse(name):
    fluid = fluid_of(name)
    T = np.linspace(fluid.T_min, fluid.T_max, 40).reshape(8, 5)
    for method in METHODS:
        values = getattr(fluid, method)(T)
        assert values.shape == T.shape
        assert np.all(values > 0)
        if method != "liquid_heat_capacity":  # has a shallow minimum in the equation of Novec 649
            rising = method in ("saturation_pressure", "vapour_density", "vapour_viscosity")
            assert np.all(np.diff(values.ravel()) * (1 if rising else -1) > 0), method
        assert type(getattr(fluid, method)(float(T[2, 2]))) is float
        assert getattr(fluid, method)(float(T[2, 2])) == pytest.approx(values[2, 2], rel=1e-14)
    np.testing.assert_allclose(fluid.saturation_temperature(fluid.saturation_pressure(T)), T, atol=1e-7)
    ends = fluid.saturation_temperature(np.array([fluid.p_min, fluid.p_max]))
    np.testing.assert_allclose(ends, [fluid.T_min, fluid.T_max], atol=1e-7)


@pytest.mark.parametrize("name", boiling_fluid_names())
def test_every_property_has_status_and_source(name):
    fluid = fluid_of(name)
    wanted = {*METHODS, "saturation_temperature", "critical_temperature", "critical_pressure", "molar_mass"}
    assert set(fluid.status) == set(fluid.source) == set(fluid.spread) == wanted
    assert set(fluid.status.values()) <= set(STATUSES)
    assert all(fluid.source.values())
    assert all(0 < spread <= 0.2 for spread in fluid.spread.values())
    assert str(fluid) == fluid.name == name


def test_novec649_viscosity_gives_the_check_values_of_its_paper():
    # Wen et al. 2017, Table 4: T [K], density [kg/m^3], viscosity [uPa s]
    from hashheat.thermo.transport_formulas import novec649_dilute_viscosity, novec649_viscosity

    for T, rho, expected in (
        (250, 0.41, 8.33),
        (250, 1809.77, 2377.5),
        (300, 3.89, 10.85),
        (300, 1701.48, 1059.7),
        (350, 4.42, 12.65),
        (350, 1595.99, 587.87),
    ):
        # The densities are printed to two places: half of the last one is 5e-4 of the thin ones.
        assert 1e6 * novec649_viscosity(float(T), rho) == pytest.approx(expected, rel=1e-3)
    for T, expected in ((250, 8.09), (300, 9.77), (350, 11.43)):
        assert 1e6 * novec649_dilute_viscosity(float(T)) == pytest.approx(expected, abs=0.006)


def test_novec649_conductivity_gives_the_check_values_of_its_paper():
    # Perkins and Huber 2018, Table 3; the liquid's value has 0.1 % of critical enhancement, which is left out
    from hashheat.thermo.transport_formulas import novec649_conductivity

    assert novec649_conductivity(300.0, 0.0) == pytest.approx(0.011876, abs=6e-7)
    assert novec649_conductivity(445.0, 0.0) == pytest.approx(0.022632, abs=6e-7)
    assert novec649_conductivity(300.0, 1673.3) == pytest.approx(0.065209, rel=1.2e-3)


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference tables are not beside this tree")
@pytest.mark.parametrize(
    ("name", "row", "sigma"),
    [
        ("Novec 649", "Novec 649 (FK-5-1-12)", None),
        ("FC-72", "FC-72 (perfluorohexane)", None),
        ("HFE-7100", "Novec 7100 (HFE-7100)", 13.6),
    ],
)
def test_transport_at_25_degrees_against_collected_values(name, row, sigma):
    with open(REFERENCE / "dielectric_fluids.csv", newline="", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    found = {r["fluid"]: r for r in csv.DictReader(lines)}[row]
    fluid, T = fluid_of(name), 298.15
    # Vendors print two digits, at room temperature, for a delivered mixture.
    assert 1e3 * fluid.liquid_viscosity(T) == pytest.approx(float(found["mu_mPas"]), rel=0.06)
    assert fluid.liquid_conductivity(T) == pytest.approx(float(found["k"]), rel=0.03)
    assert fluid.liquid_density(T) == pytest.approx(float(found["rho"]), rel=0.03)
    assert fluid.saturation_pressure(T) == pytest.approx(1e3 * float(found["p_vap_kPa_25C"]), rel=0.05)
    if sigma:
        assert 1e3 * fluid.surface_tension(T) == pytest.approx(sigma, rel=1e-12)


def test_hfe7100_boils_as_its_maker_prints():
    fluid = fluid_of("HFE-7100")
    T = fluid.saturation_temperature(101325.0)
    assert T - 273.15 == pytest.approx(61.0, abs=0.5)
    # 3M prints 112 kJ/kg, which enters nowhere
    assert fluid.latent_heat(T) == pytest.approx(112e3, rel=0.02)


@pytest.mark.parametrize("substance", ["R245fa", "R134a", "R365MFC", "R113", "R218", "RC318"])
def test_surface_tension_method_against_measured_fluids(substance):
    T_c = PropsSI("Tcrit", substance)
    V_c = 1 / PropsSI("rhomolar_critical", substance)
    ours = miqueu_surface_tension(298.15, T_c, V_c, PropsSI("acentric", substance))
    assert ours == pytest.approx(PropsSI("I", "T", 298.15, "Q", 0, substance), rel=0.07)


@pytest.mark.parametrize("substance", ["R236FA", "R227EA"])
def test_scaled_viscosity_between_related_fluids(substance):
    def constants(name):
        return PropsSI("M", name), PropsSI("Tcrit", name), 1 / PropsSI("rhomolar_critical", name)

    for T_r in (0.69, 0.75):
        mu_0 = PropsSI("V", "T", T_r * PropsSI("Tcrit", "R245fa"), "Q", 0, "R245fa")
        expected = PropsSI("V", "T", T_r * PropsSI("Tcrit", substance), "Q", 0, substance)
        assert scaled_viscosity(mu_0, *constants(substance), *constants("R245fa")) == pytest.approx(
            expected, rel=0.06
        )


def test_remembered_values_warn_and_others_do_not():
    with pytest.warns(RememberedValueWarning, match="HFE-7100: critical_pressure, critical_temperature"):
        fluid = boiling_fluid("HFE-7100")
    assert fluid.status["critical_pressure"] == "remembered"
    for name in COOLPROP:
        assert "remembered" not in boiling_fluid(name).status.values()


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("novec649", "Novec 649"),
        ("FK-5-1-12", "Novec 649"),
        ("fc 72", "FC-72"),
        ("C6F14", "FC-72"),
        ("Opteon SF33", "R1336mzz(Z)"),
    ],
)
def test_other_names(alias, name):
    assert boiling_fluid(alias) is boiling_fluid(name)


def test_unknown_names_and_states():
    with pytest.raises(InputError, match="Nearest: Novec 649") as caught:
        boiling_fluid("Novec 64")
    assert "R1336mzz(Z)" in caught.value.accepted
    fluid = boiling_fluid("Novec 649")
    for method in METHODS:
        for T in (fluid.T_min - 0.01, fluid.T_max + 0.01, np.nan, np.array([300.0, 500.0])):
            with pytest.raises(StateError, match=r"Novec 649: .* outside its saturation data"):
                getattr(fluid, method)(T)
    for p in (0.0, -1e5, 1e7, np.nan):
        with pytest.raises(StateError, match="outside its saturation data"):
            fluid.saturation_temperature(p)
