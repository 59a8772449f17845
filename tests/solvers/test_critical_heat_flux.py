"""Critical heat flux against the check values, ht, and limits."""

import itertools

import pytest
from ht import boiling_nucleic as oracle
from hypothesis import given
from hypothesis import strategies as st

from hashheat.solvers.critical_heat_flux import (
    ARIK_BAR_COHEN,
    IVEY_MORRIS,
    LARGE_PLATE,
    LIENHARD_DHIR,
    NO_SIZE,
    ZUBER,
    ZUBER_TRIBUS,
    critical_heat_flux,
    orientation_factor,
    size_factor,
    subcooling_factor,
    zuber_flux,
)
from hashheat.solvers.saturated import Saturated, capillary_length

FC72 = Saturated(
    330.0, 101325.0, 18.3e5, 0.338, 1594.0, 13.4, 88e3, 1101.0, 4.5e-4, 0.0538, 1.05e-5, 8.3e-3, 1.6e-3
)
#: Latent heat, densities and surface tension behind the check values, by how their inputs begin.
LIQUIDS = {
    "Novec649": (87947.5, 12.778, 1526.97, 0.0084),
    "FC-72": (88000.0, 13.4, 1594.0, 0.0083),
    "HFE-7100": (111600.0, 9.87, 1372.0, 0.0106),
    # The inputs of water are printed rounded; these are CoolProp's, from which the value was made.
    "water": (2256471.59, 0.597656770, 958.3674968, 0.0589255884),
}


def liquid(latent_heat, rho_v, rho_l, sigma):
    return FC72._replace(latent_heat=latent_heat, rho_v=rho_v, rho_l=rho_l, sigma=sigma)


@pytest.mark.parametrize(("correlation", "K"), [("Zuber", ZUBER), ("Lienhard", LARGE_PLATE)])
def test_check_values(correlation, K, check_values):
    rows = check_values(correlation)
    assert len(rows) == 4
    for row in rows:
        numbers = next(v for name, v in LIQUIDS.items() if row["inputs"].startswith(name))
        assert zuber_flux(liquid(*numbers), K) == pytest.approx(1e4 * float(row["value"]), rel=1e-4)


def test_zuber_is_that_of_ht():
    theirs = oracle.Zuber(sigma=8.2e-3, Hvap=272e3, rhol=567.0, rhog=18.09, K=0.149)
    assert zuber_flux(liquid(272e3, 18.09, 567.0, 8.2e-3), 0.149) == pytest.approx(theirs, rel=1e-12)


def test_size_of_a_chip_in_fc72():
    """10 mm are 13.7 capillary lengths; 1 + 0.3014 - 0.01507 L' by hand."""
    reduced = 0.01 / capillary_length(FC72)
    assert reduced == pytest.approx(13.67, abs=0.01)
    assert size_factor(FC72, 0.01, ARIK_BAR_COHEN) == pytest.approx(1.0954, abs=2e-4)
    assert size_factor(FC72, 0.01, NO_SIZE) == 1.0


@pytest.mark.parametrize("code", [NO_SIZE, LIENHARD_DHIR, ARIK_BAR_COHEN])
def test_smaller_heaters_have_no_less(code):
    found = [size_factor(FC72, length, code) for length in (0.001, 0.003, 0.008, 0.02, 0.05, 1.0)]
    assert all(a >= b for a, b in itertools.pairwise(found))
    assert found[-1] == pytest.approx(LARGE_PLATE / ZUBER if code == LIENHARD_DHIR else 1.0)


def test_size_factors_are_continuous():
    step = 20.0 * capillary_length(FC72)
    assert size_factor(FC72, step * 0.9999, ARIK_BAR_COHEN) == pytest.approx(1.0, abs=1e-4)
    step = (18.9 / LARGE_PLATE) ** 0.5 * capillary_length(FC72)
    assert size_factor(FC72, step * 0.9999, LIENHARD_DHIR) == pytest.approx(LARGE_PLATE / ZUBER, rel=1e-3)


def test_subcooling_by_hand():
    """FC-72, 10 K: (1594/13.4)^0.75 = 36.0, cp dT / h_fg = 0.1251, so 45 %; and Zuber's with its own numbers."""
    assert subcooling_factor(FC72, 10.0, IVEY_MORRIS, 0.1) == pytest.approx(1.4508, abs=5e-4)
    assert subcooling_factor(FC72, 10.0, ZUBER_TRIBUS, 0.0) == pytest.approx(1.532, abs=5e-3)


@pytest.mark.parametrize("code", [IVEY_MORRIS, ZUBER_TRIBUS])
@given(a=st.floats(0.0, 40.0), b=st.floats(0.0, 40.0))
def test_subcooling_adds_in_proportion(code, a, b):
    gain = [subcooling_factor(FC72, dT, code, 0.1) - 1.0 for dT in (a, b, a + b)]
    assert gain[0] >= 0.0
    assert gain[0] + gain[1] == pytest.approx(gain[2], rel=1e-9, abs=1e-12)


def test_orientation():
    found = [orientation_factor(tilt) for tilt in (0.0, 45.0, 90.0, 135.0, 180.0)]
    assert found[0] == 1.0
    assert all(a > b for a, b in itertools.pairwise(found))
    # Measured facing down: 31 % for PF-5060 (Suszko 2015), the highest of what was found.
    assert 0.15 < found[-1] < 0.31


def test_the_limit_is_the_product():
    whole = critical_heat_flux(FC72, 0.01, 90.0, 15.0, ARIK_BAR_COHEN, IVEY_MORRIS, 0.05)
    parts = (
        zuber_flux(FC72, ZUBER)
        * size_factor(FC72, 0.01, ARIK_BAR_COHEN)
        * orientation_factor(90.0)
        * subcooling_factor(FC72, 15.0, IVEY_MORRIS, 0.05)
    )
    assert whole == pytest.approx(parts, rel=1e-14)
