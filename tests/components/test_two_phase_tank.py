"""A two-phase tank: its balances, what limits mean, what rises with what, its errors and its figures."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hashheat.components.boiling_state import saturated
from hashheat.components.two_phase_tank import TwoPhaseTank
from hashheat.components.two_phase_tank_balance import Vessel, balance
from hashheat.components.two_phase_tank_chips import chip_state, natural_excess
from hashheat.components.two_phase_tank_condenser import (
    coil_state,
    largest_heat,
    vapour_temperature,
    wetted_share,
)
from hashheat.components.two_phase_tank_errors import (
    BathPressureLowError,
    BathRangeError,
    ChipsDryError,
    CondenserTooSmallError,
    CriticalHeatFluxError,
    TankOverfullError,
)
from hashheat.components.two_phase_tank_file import load_two_phase_tank, shipped_two_phase_tanks
from hashheat.components.two_phase_tank_results import LIMITS, kept
from hashheat.components.two_phase_tank_vapour import inventory, opening_loss
from hashheat.solvers.pool_boiling import cooper_htc, gorenflo_htc, rohsenow_superheat
from hashheat.thermo.boiling_fluid import boiling_fluid
from hashheat.thermo.errors import BoilingError, InputError, StateError
from hashheat.thermo.quantity import Quantity


@pytest.fixture(scope="module")
def tank():
    return TwoPhaseTank.load("two-phase-demo")


@pytest.fixture(scope="module")
def vented(tank):
    file = tank.file
    return TwoPhaseTank(file.model_copy(update={"bath": file.bath.model_copy(update={"closure": "vented"})}))


@pytest.fixture(scope="module")
def novec():
    return boiling_fluid("Novec 649")


@pytest.fixture(scope="module")
def result(tank):
    return tank.solve()


def one(result, name):
    return float(result[name])


# The file


def test_the_demonstration_bath_is_shipped(tank):
    assert "two-phase-demo" in shipped_two_phase_tanks()
    for key, quantity in tank.quantities.items():
        assert isinstance(quantity, Quantity)
        assert quantity.source, key
        # What is assumed has a spread, or says why it has none.
        assert quantity.status != "assumed" or quantity.is_uncertain or quantity.note, key


def rewritten(tank, tmp_path, *changes):
    text = tank.file.path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "tank.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "key", "problem"),
    [
        (('name = "Novec 649"', 'name = "oil"'), "fluid.name", "no data of this boiling fluid"),
        (('correlation = "Cooper"', 'correlation = "Gorenflo"'), "boiling.h0", "needs this key"),
        (('correlation = "Cooper"', 'correlation = "Rohsenow"'), "boiling.C_sf", "needs this key"),
        (('value = "0.42 m"', 'value = "0.05 m"'), "chips.bottom", "end below"),
        (('value = "0.42 m"', 'value = "1.5 m"'), "chips.top", "higher than the tank"),
        (('value = "0.5 bar"', 'value = "1.4 bar"'), "bath.pressure_min", "no pressure"),
        (('value = "100 .. 140 L"', 'value = "700 L"'), "bath.hardware_volume", "fills the tank"),
        (('value = "25 mm"', 'value = "5 mm"'), "chips.plate.length", "smaller than its chip"),
        (('value = "0.95 .. 1.05 mm"', 'value = "6 mm"'), "condenser.wall_thickness", "fill them"),
        (('fluid = "water"', 'fluid = "air"'), "water.fluid", "cannot be fed"),
        (('kind = "two-phase"', 'kind = "single-phase"'), "kind", "another kind"),
        (("count = 800", "cuont = 800"), "chips.cuont", "unknown key"),
        (('value = "90 deg"', 'value = "200 deg"'), "chips.tilt", "."),
    ],
)
def test_a_file_that_cannot_be_is_named(tank, tmp_path, change, key, problem):
    with pytest.raises(InputError, match=problem) as caught:
        load_two_phase_tank(rewritten(tank, tmp_path, change))
    assert caught.value.key == key
    assert "tank.toml" in str(caught.value.file)


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        ({"chips__poewr": 3.0}, "chips.poewr"),
        ({"chip_power": -1.0}, "chips.power"),
        ({"chips__top": 0.01}, "chips.bottom"),
        ({"condenser__wall_thickness": 0.01}, "condenser.wall_thickness"),
        ({"bath__pressure_max": 3e4}, "bath.pressure_min"),
    ],
)
def test_numbers_that_the_file_would_refuse(tank, overrides, key):
    with pytest.raises(InputError) as caught:
        tank.solve(**overrides)
    assert caught.value.key == key


def test_water_has_to_be_liquid(tank):
    with pytest.raises(BoilingError):
        tank.solve(T_in=420.0)
    with pytest.raises(StateError, match=r"125\.85 degC at the condenser's inlet"):
        tank.solve(T_in=399.0)


# The state


def test_heat_is_conserved(result):
    assert abs(one(result, "imbalance")) < 1e-9
    power = one(result, "wall_power") - 900.0
    out = one(result, "heat_rate") + one(result, "wall_loss") + one(result, "vapour_heat")
    assert out == pytest.approx(power, rel=1e-9)
    assert one(result, "capture_efficiency") == pytest.approx(
        one(result, "heat_rate") / one(result, "wall_power"), rel=1e-12
    )


def test_water_and_film_agree(tank, result):
    """The heat is UA times the logarithmic mean difference of vapour and water, built here from the results."""
    T, T_in, T_out = (one(result, name) for name in ("T_vapour", "water_T_in", "water_T_out"))
    mean = (T_out - T_in) / math.log((T - T_in) / (T - T_out))
    assert one(result, "heat_rate") == pytest.approx(one(result, "UA") * mean, rel=1e-9)
    # Resistances in series, by hand: gas and film outside, wall, water and fouling inside.
    v, n = tank.file.values(), 96.0
    outer, inner = 0.012, 0.010
    c = coil_state(tank.fluid, tank.coil(), one(result, "T_bath"), one(result, "heat_rate"))
    layer = (c.T_vapour - c.T_film) / (one(result, "heat_rate") / (math.pi * outer * n))
    resistance = (
        (layer + 1.0 / one(result, "film_htc")) / (math.pi * outer * n)
        + math.log(outer / inner) / (2.0 * math.pi * v["condenser.conductivity"] * n)
        + (1.0 / one(result, "water_htc") + v["condenser.fouling"]) / (math.pi * inner * n)
    )
    assert 1.0 / one(result, "UA") == pytest.approx(resistance, rel=1e-9)


def test_pressure_is_that_of_the_bath(result, novec):
    assert one(result, "pressure") == pytest.approx(
        novec.saturation_pressure(one(result, "T_bath")), rel=1e-12
    )


def test_depth_subcools_the_chips(result, novec):
    head = novec.liquid_density(one(result, "T_bath")) * 9.80665 * (one(result, "level") - 0.08)
    T = novec.saturation_temperature(one(result, "pressure") + head)
    assert one(result, "T_saturation") == pytest.approx(T, abs=1e-9)
    assert one(result, "subcooling") == pytest.approx(T - one(result, "T_bath"), abs=1e-9)
    assert 1.0 < one(result, "subcooling") < 2.5


def test_fluid_is_conserved(result, novec):
    """Liquid and vapour are the charge, and fill what the hardware leaves."""
    assert one(result, "liquid_mass") + one(result, "vapour_mass") == pytest.approx(250.0, rel=1e-12)
    T = one(result, "T_bath")
    volume = one(result, "liquid_mass") / novec.liquid_density(T)
    assert one(result, "level") == pytest.approx((volume + 0.12) / 0.6, rel=1e-12)
    assert volume + one(result, "vapour_mass") / novec.vapour_density(T) == pytest.approx(0.48, rel=1e-12)


def test_margins_say_what_they_mean(result):
    for name, margin in (("T_junction", "junction_margin"), ("T_junction_start", "start_margin")):
        assert one(result, margin) == pytest.approx(one(result, "T_junction_limit") - one(result, name))
    assert one(result, "critical_margin") == pytest.approx(
        one(result, "critical_heat_flux") / one(result, "peak_heat_flux")
    )
    assert one(result, "T_wall") == pytest.approx(one(result, "T_saturation") + one(result, "wall_superheat"))
    assert all(bool(held) for held in kept(result).values())
    assert set(kept(result)) == set(LIMITS)


@pytest.mark.parametrize(
    ("name", "rises", "values"),
    [
        ("T_in", ("T_bath", "pressure", "water_T_out", "wall_loss"), [300.0, 305.0, 310.0]),
        ("chip_power", ("T_bath", "T_junction", "heat_rate", "peak_heat_flux"), [5.0, 15.0, 30.0]),
        ("condenser__gas_fraction", ("T_bath", "pressure", "gas_at_film"), [0.0, 0.005, 0.03]),
        ("condenser__fouling", ("T_bath",), [0.0, 1e-5, 1e-4]),
        ("bath__loss_conductance", ("wall_loss",), [0.0, 5.0, 50.0]),
        ("fluid__charge", ("level", "T_saturation", "critical_margin"), [240.0, 260.0, 300.0]),
        ("boiling__factor", ("junction_margin",), [0.8, 1.0, 2.0]),
        ("chips__plate__thickness", ("critical_margin",), [2e-3, 4e-3, 8e-3]),
        ("opening__duration", ("opening_loss",), [0.0, 600.0, 3600.0]),
    ],
)
def test_what_rises_with_what(tank, name, rises, values):
    found = tank.solve(**{name: np.array(values)})
    for variable in rises:
        assert np.all(np.diff(found[variable].values) > 0.0), variable


@pytest.mark.parametrize(
    ("name", "falls", "values"),
    [
        ("volume_flow", ("T_bath", "water_T_out"), [6e-4, 1e-3, 2e-3]),
        ("condenser__length", ("T_bath",), [12.0, 16.0, 30.0]),
        ("T_ambient", ("wall_loss",), [280.0, 300.0, 330.0]),
        ("chips__tilt", ("critical_heat_flux",), [50.0, 90.0, 110.0]),
        ("opening__freeboard", ("opening_loss",), [0.05, 0.1, 0.2]),
    ],
)
def test_what_falls_with_what(tank, name, falls, values):
    changed = {name: np.array(values)} | ({"opening__exchanged": 0.0} if name == "opening__freeboard" else {})
    found = tank.solve(**changed)
    for variable in falls:
        assert np.all(np.diff(found[variable].values) < 0.0), variable


def test_without_power_nothing_is_warm(tank):
    """The chips at the bath's temperature, the bath at the water's but for what the room draws."""
    found = tank.solve(
        chip_power=0.0, power__bath=0.0, bath__loss_conductance=0.0, condenser__gas_fraction=0.0
    )
    assert one(found, "T_bath") == pytest.approx(308.15, abs=1e-9)
    assert one(found, "T_junction") == pytest.approx(308.15, abs=1e-9)
    assert one(found, "heat_rate") == 0.0
    assert math.isinf(one(found, "critical_margin"))
    assert one(found, "capture_efficiency") == 0.0
    gassy = tank.solve(
        chip_power=0.0, power__bath=0.0, bath__loss_conductance=0.0, condenser__gas_fraction=0.02
    )
    assert one(gassy, "T_vapour") == pytest.approx(308.15, abs=1e-6)
    cooled = tank.solve(chip_power=0.0, power__bath=0.0, T_ambient=300.0, bath__pressure_min=1e4)
    assert one(cooled, "T_bath") == pytest.approx(300.0, abs=1e-9)
    warmed = tank.solve(chip_power=0.0, power__bath=0.0, T_ambient=320.0)
    assert 308.15 < one(warmed, "T_bath") < 320.0
    assert one(warmed, "heat_rate") == pytest.approx(-one(warmed, "wall_loss"), rel=1e-9)


def test_little_power_does_not_boil(tank, novec):
    """Natural convection of a vertical plate: checked against its own formula at the wall that was found."""
    found = tank.solve(chip_power=0.05)
    assert one(found, "boiling") == 0.0
    assert one(found, "T_junction_start") == one(found, "T_junction")
    s = saturated(novec, one(found, "T_bath"))
    excess = one(found, "T_wall") - one(found, "T_bath")
    nu, alpha = s.mu_l / s.rho_l, s.k_l / s.rho_l / s.cp_l
    Ra = 9.80665 * s.beta_l * excess * 0.025**3 / (nu * alpha)
    Nu = (0.825 + 0.387 * Ra ** (1 / 6) / (1.0 + (0.492 * alpha / nu) ** (9 / 16)) ** (8 / 27)) ** 2
    assert one(found, "heat_flux") == pytest.approx(Nu * s.k_l / 0.025 * excess, rel=1e-9)


def test_the_critical_margin_goes_to_one(tank):
    """Just below, a state with its margin; just above, the error that names both fluxes."""
    low, high = 25.0, 100.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        try:
            # Few chips' heat leaves the condenser out of it.
            margin = one(tank.solve(chip_power=middle, bath__pressure_max=6e5), "critical_margin")
            low = middle
        except CriticalHeatFluxError:
            high = middle
    assert margin == pytest.approx(1.0, abs=1e-6)
    with pytest.raises(CriticalHeatFluxError, match="W/cm2"):
        tank.solve(chip_power=high * 1.001, bath__pressure_max=6e5)


def test_bare_chips_boil_on_their_own_face(tank):
    file = tank.file
    bare = TwoPhaseTank(file.model_copy(update={"chips": file.chips.model_copy(update={"plate": None})}))
    found = bare.solve(chip_power=5.0)
    assert one(found, "heat_flux") == pytest.approx(5.0 / 64e-6)
    assert one(found, "peak_heat_flux") == one(found, "heat_flux")
    with pytest.raises(CriticalHeatFluxError):
        bare.solve()


@pytest.mark.parametrize(("tilt", "power"), [(0.0, 0.2), (90.0, 0.2), (180.0, 0.2)])
def test_natural_convection_is_the_inverse_of_its_formula(tank, novec, tilt, power):
    chips = tank.chip_set(tank.file.values({"chips.tilt": tilt, "chips.power": power}))
    s = saturated(novec, 310.0)
    assert natural_excess(s, chips, 0.0) == 0.0
    excess = [natural_excess(s, chips, q) for q in (10.0, 100.0, 1000.0)]
    assert 0.0 < excess[0] < excess[1] < excess[2]


@pytest.mark.parametrize(
    ("tilt", "constant", "power"), [(0.0, 0.54, 0.25), (180.0, 0.27, 0.25)], ids=["up", "down"]
)
def test_natural_convection_of_flat_faces_by_hand(tank, novec, tilt, constant, power):
    """McAdams on area over perimeter, 6.25 mm here, within his Ra: the flux of the wall that was found."""
    chips = tank.chip_set(tank.file.values({"chips.tilt": tilt}))
    s, flux, length = saturated(novec, 310.0), 400.0, 6.25e-3
    excess = natural_excess(s, chips, flux)
    Ra = 9.80665 * s.beta_l * excess * length**3 / (s.mu_l / s.rho_l * s.k_l / s.rho_l / s.cp_l)
    assert flux == pytest.approx(constant * Ra**power * s.k_l / length * excess, rel=1e-9)


# The condenser


def test_capacity_and_share_are_inverse_to_the_balance(tank, novec):
    coil = tank.coil()
    most = largest_heat(novec, coil, 322.0)
    assert abs(coil_state(novec, coil, 322.0, most).room) < 1e-6
    assert (
        coil_state(novec, coil, 322.0, 0.99 * most).room
        > 0.0
        > coil_state(novec, coil, 322.0, 1.01 * most).room
    )
    share = wetted_share(novec, coil, 322.0, 0.5 * most)
    assert abs(coil_state(novec, coil, 322.0, 0.5 * most, share).room) < 1e-6
    assert 0.3 < share < 0.5  # half the heat warms the water less
    assert wetted_share(novec, coil, 322.0, most) == pytest.approx(1.0, abs=1e-9)
    assert wetted_share(novec, coil, 322.0, 0.0) == 0.0
    assert largest_heat(novec, coil, 300.0) == 0.0


def test_gas_lowers_the_vapours_temperature_as_dalton_says(novec):
    T = vapour_temperature(novec, 322.0, 0.1)
    assert novec.saturation_pressure(T) == pytest.approx(0.9 * novec.saturation_pressure(322.0), rel=1e-9)
    assert vapour_temperature(novec, 322.0, 0.0) == 322.0


def test_gas_takes_capacity(tank, novec):
    found = [
        largest_heat(novec, tank.coil()._replace(gas=gas), 322.0) for gas in (0.0, 0.001, 0.01, 0.05, 0.2)
    ]
    assert all(a > b > 0.0 for a, b in itertools.pairwise(found))
    # Half a per cent of air is felt, and does not stop the coil.
    assert 0.4 < found[2] / found[0] < 0.97


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    power=st.floats(0.0, 40e3),
    T_in=st.floats(285.0, 325.0),
    flow=st.floats(0.3, 3.0),
    gas=st.floats(0.0, 0.1),
    loss=st.floats(0.0, 60.0),
    T_ambient=st.floats(270.0, 315.0),
    sealed=st.booleans(),
)
def test_every_state_is_balanced_or_named(tank, novec, power, T_in, flow, gas, loss, T_ambient, sealed):
    coil = tank.coil()._replace(T_in=T_in, mass_flow=flow, gas=gas)
    vessel = Vessel(sealed, 2e5, 0.0, loss, T_ambient, 101325.0)
    try:
        found = balance(novec, coil, vessel, power)
    except CondenserTooSmallError:
        most = largest_heat(novec, coil, novec.saturation_temperature(2e5))
        assert (sealed, most < power) == (True, True)
        return
    assert found.condensed + found.lost + found.vented == pytest.approx(power, rel=1e-9, abs=1e-6)
    assert found.condensed >= 0.0
    assert found.vented >= 0.0
    assert 0.0 <= found.share <= 1.0
    if found.condensed > 1.0:
        # What the bath gives off is what the coil takes: the inverse of the search.
        room = coil_state(novec, coil, found.T_bath, found.condensed, found.share).room
        assert abs(room) < 1e-6 * found.condensed
    if sealed:
        assert found.vented == 0.0
        assert found.pressure <= 2e5 * (1.0 + 1e-9)


# Vented baths


def test_a_vented_bath_boils_at_the_pressure_of_the_room(vented, novec):
    found = vented.solve(surroundings__pressure=101325.0)
    assert one(found, "T_bath") == pytest.approx(novec.saturation_temperature(101325.0), abs=1e-9)
    assert one(found, "pressure") == 101325.0
    assert 0.2 < one(found, "condenser_share") < 1.0
    assert one(found, "vapour_loss") == 0.0
    assert math.isinf(one(found, "time_to_dry"))
    assert abs(one(found, "imbalance")) < 1e-9


def test_a_vented_bath_with_too_small_a_condenser_loses_vapour(vented, novec):
    found = vented.solve(T_in=319.0, surroundings__pressure=101325.0)
    assert one(found, "condenser_margin") < 1.0
    assert one(found, "condenser_share") == 1.0
    assert abs(one(found, "imbalance")) < 1e-9
    missing = one(found, "wall_power") - 900.0 - one(found, "heat_rate") - one(found, "wall_loss")
    assert one(found, "vapour_loss") == pytest.approx(
        missing / novec.latent_heat(one(found, "T_bath")), rel=1e-9
    )
    above = novec.liquid_density(one(found, "T_bath")) * 0.6 * one(found, "level_margin")
    assert one(found, "time_to_dry") == pytest.approx(above / one(found, "vapour_loss"), rel=1e-9)
    assert not bool(kept(found)["condenser_margin"])


def test_a_vented_bath_that_does_not_boil(vented):
    found = vented.solve(chip_power=0.1, power__bath=0.0, T_ambient=290.0)
    assert one(found, "T_bath") == pytest.approx(290.0 + 80.0 / 10.0, abs=1e-9)
    assert one(found, "heat_rate") == 0.0
    assert one(found, "subcooling") > 20.0
    still = vented.solve(chip_power=0.0, power__bath=0.0, bath__loss_conductance=0.0, T_ambient=295.0)
    assert one(still, "T_bath") == 295.0


# Other liquids and surfaces


@pytest.mark.parametrize(
    ("name", "T_in", "pressure_max"),
    [("FC-72", 310.0, 1.3e5), ("R1336mzz(Z)", 300.0, 2e5), ("HFE-7100", 313.0, 1.3e5)],
)
@pytest.mark.filterwarnings("ignore::hashheat.thermo.remembered.RememberedValueWarning")
def test_other_liquids_boil_too(tank, tmp_path, name, T_in, pressure_max):
    other = TwoPhaseTank.named(str(rewritten(tank, tmp_path, ('name = "Novec 649"', f'name = "{name}"'))))
    found = other.solve(T_in=T_in, bath__pressure_max=pressure_max)
    assert abs(one(found, "imbalance")) < 1e-9
    assert one(found, "boiling") == 1.0
    assert one(found, "pressure") == pytest.approx(
        boiling_fluid(name).saturation_pressure(one(found, "T_bath")), rel=1e-12
    )
    assert found.attrs["fluid"] == name


@pytest.mark.parametrize(
    ("name", "constants", "expected"),
    [
        ("Rohsenow", {"C_sf": 0.0030, "n": 1.7}, lambda s, q: rohsenow_superheat(s, q, 0.0030, 1.7) / 1.5),
        (
            "Gorenflo",
            {"roughness": "0.4 um", "h0": "3500 W/(m^2 K)"},
            lambda s, q: q / gorenflo_htc(s.p / s.p_critical, q, 3500.0, 0.4e-6) / 1.5,
        ),
        (
            "Cooper",
            {"roughness": "0.4 um"},
            lambda s, q: q / cooper_htc(s.p / s.p_critical, s.molar_mass, q, 0.4e-6) / 1.5,
        ),
    ],
)
def test_every_correlation_reads_its_constants(tank, tmp_path, novec, name, constants, expected):
    lines = "\n".join(f"{key} = {value!r}" for key, value in constants.items())
    text = tank.file.path.read_text(encoding="utf-8")
    start, end = text.index("[boiling.roughness]"), text.index("[boiling.factor]")
    text = text[:start] + text[end:]
    text = text.replace('correlation = "Cooper"', f'correlation = "{name}"\n{lines}', 1)
    path = tmp_path / "tank.toml"
    path.write_text(text, encoding="utf-8")
    # A plate of the chip's own size boils evenly, so that the correlation shows undisguised.
    found = TwoPhaseTank.load(path).solve(chip_power=5.0, chips__plate__length=8e-3, chips__plate__width=8e-3)
    s = saturated(novec, one(found, "T_saturation"))
    assert one(found, "wall_superheat") == pytest.approx(expected(s, one(found, "heat_flux")), rel=1e-9)


# What cannot be


@pytest.mark.parametrize(
    ("overrides", "error", "text"),
    [
        ({"T_in": 326.0}, CondenserTooSmallError, "to be condensed"),
        ({"T_in": 285.0}, BathPressureLowError, "the pressure falls to"),
        ({"fluid__charge": 150.0}, ChipsDryError, "boil dry"),
        ({"fluid__charge": 2.0}, ChipsDryError, "boil dry"),
        ({"fluid__charge": 900.0}, TankOverfullError, "room for"),
        ({"bath__pressure_max": 30e5, "T_in": 397.9}, BathRangeError, "that there are data for"),
        ({"chip_power": 60.0, "bath__pressure_max": 6e5}, CriticalHeatFluxError, "film of vapour"),
    ],
)
def test_a_state_that_cannot_be_is_named(tank, overrides, error, text):
    with pytest.raises(error, match=text) as caught:
        tank.solve(**overrides)
    assert tank.name in str(caught.value)


def test_chips_check_the_fluids_data(tank, novec):
    with pytest.raises(BathRangeError):
        chip_state(novec, tank.chip_set(), 410.0, 9e5, 0.3)


def test_of_many_states_the_bad_ones_are_marked(tank):
    with pytest.warns(UserWarning, match="2 of 3 states have no steady state"):
        found = tank.solve(T_in=np.array([285.0, 308.15, 326.0]))
    assert found["status"].values.tolist() == [3, 0, 2]
    assert np.isnan(found["T_bath"].values).tolist() == [True, False, True]
    assert found["water_T_in"].values.tolist() == [285.0, 308.15, 326.0]
    assert kept(found)["junction_margin"].values.tolist() == [False, True, False]


def test_a_grid_of_states_keeps_its_names(tank, result):
    import xarray as xr

    T = xr.DataArray([305.0, 308.15], dims="T", coords={"T": [305.0, 308.15]})
    flow = xr.DataArray([8e-4, 1e-3, 2e-3], dims="flow")
    found = tank.solve(T_in=T, volume_flow=flow)
    assert found["T_bath"].dims == ("T", "flow")
    assert float(found["T_bath"].sel(T=308.15).isel(flow=1)) == pytest.approx(
        one(result, "T_bath"), rel=1e-14
    )
    for name in found.data_vars:
        assert found[name].attrs["units"], name
        assert found[name].attrs["long_name"], name


# The lid


def test_opening_by_hand(novec):
    """Stefan's tube of 0.2 m for 20 min over 0.6 m2, coil at 35 degC, room at 25 degC; and one freeboard of it."""
    p, D = novec.saturation_pressure(308.15), 4.9e-6 * (303.15 / 298.15) ** 1.75
    c = 101325.0 / (8.31446261815324 * 303.15)
    diffused = 0.6 * 1200.0 * 0.3160438 * c * D / 0.2 * math.log(101325.0 / (101325.0 - p))
    displaced = 0.6 * 0.2 * 0.3160438 * p / (8.31446261815324 * 308.15)
    found = opening_loss(novec, 308.15, 298.15, 101325.0, 0.6, 0.2, 1200.0, 1.0, 4.9e-6)
    assert found.diffused == pytest.approx(diffused, rel=1e-9)
    assert found.displaced == pytest.approx(displaced, rel=1e-9)


def test_a_coil_too_warm_holds_nothing_back(novec):
    found = opening_loss(novec, 325.0, 298.15, 101325.0, 0.6, 0.2, 1200.0, 1.0, 4.9e-6)
    assert math.isinf(found.diffused)
    assert math.isinf(found.displaced)


def test_inventory_of_liquid_alone(novec):
    """A kilogram in a litre and a half."""
    found = inventory(novec, 1.0, 300.0, 0.01, 0.15, 0.0, 0.01)
    assert found.liquid + found.vapour == pytest.approx(1.0, rel=1e-12)
    assert found.level == pytest.approx(found.liquid / novec.liquid_density(300.0) / 0.01, rel=1e-12)


# The figures


@pytest.mark.parametrize("kind", ["tank", "boiling", "balance"])
def test_figures_are_drawn(tank, result, tmp_path, kind):
    figure = tank.plot(result, kind)
    figure.savefig(tmp_path / "figure.png", dpi=40)
    assert (tmp_path / "figure.png").stat().st_size > 2000


def test_a_figure_solves_for_itself(tank):
    (ax,) = tank.plot(kind="balance", chip_power=20.0).axes
    assert "17.40 kW electric" in ax.get_title()


def test_figures_that_cannot_be(tank, result):
    with pytest.raises(InputError, match="no such plot"):
        tank.plot(result, "map")
    with pytest.raises(InputError, match="one steady state"):
        tank.plot(tank.solve(T_in=np.array([305.0, 308.15])))


def test_the_drawn_curve_passes_through_a_bare_chip(tank):
    from hashheat.components.two_phase_tank_plots import boiling_curve

    file = tank.file
    bare = TwoPhaseTank(file.model_copy(update={"chips": file.chips.model_copy(update={"plate": None})}))
    found = bare.solve(chip_power=5.0)
    curve = boiling_curve(bare, found)
    at = np.interp(
        np.log(one(found, "heat_flux")), np.log(curve["heat_flux"].values), np.log(curve["boiling"].values)
    )
    assert math.exp(at) == pytest.approx(one(found, "wall_superheat"), rel=1e-6)
