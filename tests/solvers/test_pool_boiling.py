"""Pool boiling against the check values, the library ht, its own inverse, and dimensions."""

import itertools
import math
import re

import pytest
from ht import boiling_nucleic as oracle
from hypothesis import given
from hypothesis import strategies as st

from hashheat.solvers.boiling_constants import ROHSENOW_PAIRS
from hashheat.solvers.pool_boiling import (
    COOPER,
    GORENFLO,
    ROHSENOW,
    BoilingSurface,
    boiling_flux,
    boiling_htc,
    boiling_superheat,
    cooper_htc,
    gorenflo_htc,
    rohsenow_flux,
    rohsenow_superheat,
    start_superheat,
)
from hashheat.solvers.saturated import Saturated, capillary_length

#: The data-sheet FC-72 of the check values; what is not stated there is left out of the values tested.
FC72 = Saturated(
    330.0, 101325.0, 18.3e5, 0.338, 1594.0, 13.4, 88e3, 1101.0, 4.5e-4, 0.0538, 1.05e-5, 8.3e-3, 1.6e-3
)
#: Water at 1 atm (CoolProp).
WATER = Saturated(
    373.12, 101325.0, 22.064e6, 0.018015268, 958.3674968, 0.597656770, 2256471.59, 4215.6441,
    2.8165788e-4, 0.6772008, 1.2e-5, 0.0589255884, 7.5e-4,
)  # fmt: skip
SURFACES = (
    BoilingSurface(ROHSENOW, C_sf=0.0054, n=1.7),
    BoilingSurface(COOPER, roughness=0.5e-6, factor=1.7),
    BoilingSurface(GORENFLO, h0=3535.0, roughness=0.4e-6),
)


def test_rohsenow_meets_its_check_values(check_values):
    water, fc72 = check_values("Rohsenow")
    # The value was made with the viscosity rounded to 0.2817 mPa s; CoolProp's own digits are 0.03 % away.
    assert rohsenow_flux(WATER._replace(mu_l=2.817e-4), 10.0, 0.013, 1.0) == pytest.approx(
        float(water["value"]), rel=1e-4
    )
    assert rohsenow_flux(FC72, 15.0, 0.0054, 1.7) == pytest.approx(float(fc72["value"]), rel=1e-4)


def test_cooper_meets_its_check_values(check_values):
    rows = check_values("Cooper")
    fluids = {
        "FC-72": (1.01325 / 18.3, 0.338),
        "Novec 649": (1.01325 / 18.69, 0.31604),
        "HFE-7100": (1.01325 / 22.3, 0.25),
        "water": (1.01325 / 220.64, 0.018015),
    }
    assert len(rows) == 12
    for row in rows:
        name = next(fluid for fluid in fluids if row["inputs"].startswith(fluid))
        flux = float(re.search(r"q=(\d+)", row["inputs"])[1])
        found = cooper_htc(*fluids[name], flux, 1e-6)
        assert found == pytest.approx(float(row["value"]), rel=1e-4), row["inputs"]


def test_gorenflo_meets_its_check_values(check_values):
    rows = check_values("Gorenflo")
    assert len(rows) == 3
    for row in rows:
        p_reduced = float(re.search(r"p\*=([\d.]+)", row["inputs"])[1])
        assert gorenflo_htc(p_reduced, 1e5, 1.0, 0.4e-6) == pytest.approx(float(row["value"]), rel=1e-4)


@pytest.mark.parametrize("flux", [2e3, 3e4, 2e5])
@pytest.mark.parametrize("roughness", [0.2e-6, 1e-6, 4e-6])
def test_cooper_is_that_of_ht(flux, roughness):
    theirs = oracle.Cooper(P=101325.0, Pc=18.3e5, MW=338.0, q=flux, Rp=roughness)
    assert cooper_htc(101325.0 / 18.3e5, 0.338, flux, roughness) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("superheat", [2.0, 9.0, 25.0])
def test_rohsenow_is_that_of_ht(superheat):
    s = WATER
    theirs = oracle.Rohsenow(
        s.rho_l, s.rho_v, s.mu_l, s.k_l, s.cp_l, s.latent_heat, s.sigma, Te=superheat, Csf=0.0132, n=1.0
    )
    assert rohsenow_flux(s, superheat, 0.0132, 1.0) == pytest.approx(theirs * superheat, rel=1e-9)


def test_gorenflo_is_its_reference_coefficient_in_the_reference_state():
    """F(0.1) of the published function is 1.0 to its rounding."""
    assert gorenflo_htc(0.1, 20e3, 4200.0, 0.4e-6) == pytest.approx(4200.0, rel=0.01)


@pytest.mark.parametrize("surface", SURFACES)
@given(flux=st.floats(1.0, 1e6))
def test_flux_and_superheat_are_inverse(surface, flux):
    superheat = boiling_superheat(FC72, flux, surface)
    assert boiling_flux(FC72, superheat, surface) == pytest.approx(flux, rel=1e-10)
    assert boiling_htc(FC72, flux, surface) * superheat == pytest.approx(flux, rel=1e-12)


@pytest.mark.parametrize("surface", SURFACES)
def test_superheat_rises_with_flux_from_nothing(surface):
    found = [boiling_superheat(FC72, q, surface) for q in (0.0, 1.0, 1e2, 1e4, 1e5)]
    assert found[0] == 0.0
    assert boiling_flux(FC72, 0.0, surface) == 0.0
    assert all(a < b for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("surface", SURFACES)
def test_a_factor_on_the_coefficient_divides_the_superheat(surface):
    plain = boiling_superheat(FC72, 5e4, surface._replace(factor=1.0))
    assert boiling_superheat(FC72, 5e4, surface._replace(factor=2.0)) == pytest.approx(0.5 * plain, rel=1e-12)


@pytest.mark.parametrize(("surface", "power"), [(SURFACES[0], 2.0 / 3.0), (SURFACES[1], 0.67)])
def test_the_coefficient_is_a_power_of_the_flux(surface, power):
    ratio = boiling_htc(FC72, 8e4, surface) / boiling_htc(FC72, 1e4, surface)
    assert math.log(ratio) / math.log(8.0) == pytest.approx(power, rel=1e-12)


def test_rohsenow_forms_are_inverse():
    assert rohsenow_superheat(WATER, rohsenow_flux(WATER, 7.0, 0.013, 1.0), 0.013, 1.0) == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("natural", "boiling", "incipience", "expected"),
    [
        (40.0, 12.0, 25.0, 25.0),  # overshoot, then bubbles
        (18.0, 12.0, 25.0, 18.0),  # never reaches incipience: stays in natural convection
        (40.0, 30.0, 25.0, 30.0),  # incipience below the boiling curve: no overshoot
        (5.0, 12.0, 25.0, 12.0),
    ],
)
def test_start_from_a_cold_surface(natural, boiling, incipience, expected):
    assert start_superheat(natural, boiling, incipience) == expected


def test_capillary_length_of_water():
    """2.5 mm at the boiling point, the number of every textbook."""
    assert capillary_length(WATER) == pytest.approx(2.5e-3, rel=0.01)


def test_every_pair_names_its_source():
    for pair in ROHSENOW_PAIRS:
        assert pair.source
        assert pair.status in ("literature", "calibrated", "from memory, unverified")
        assert 0.002 < pair.C_sf < 0.02
        assert pair.n == (1.0 if pair.liquid == "water" else 1.7)


@pytest.mark.parametrize("roughness", [0.1e-6, 2e-6])
def test_roughness_counts_as_in_the_older_form_that_ht_has(roughness):
    """VDI changed F and n in 2010 and kept (Ra / 0.4 um)^0.133."""
    theirs = [oracle.Gorenflo(1e5, 18e5, q=2e4, h0=4000.0, Ra=Ra) for Ra in (0.4e-6, roughness)]
    ours = [gorenflo_htc(1.0 / 18.0, 2e4, 4000.0, Ra) for Ra in (0.4e-6, roughness)]
    assert ours[1] / ours[0] == pytest.approx(theirs[1] / theirs[0], rel=1e-12)
