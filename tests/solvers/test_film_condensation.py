"""Film condensation against the check values, ht, its own inverse, and the exact layer of gas at rest."""

import itertools
import math

import pytest
from ht.condensation import Nusselt_laminar
from hypothesis import given
from hypothesis import strategies as st

from hashheat.solvers.film_condensation import (
    AIR,
    PLATE,
    TUBE,
    film_htc,
    film_htc_at_flux,
    film_latent_heat,
    film_reynolds,
    fuller_diffusivity,
    gas_at_wall,
    gas_layer_flux,
)
from hashheat.solvers.saturated import GAS_CONSTANT, Saturated

#: The "Novec649-like" liquid of the check values.
NOVEC = Saturated(
    322.2, 101325.0, 18.69e5, 0.31604, 1527.0, 12.78, 87947.0, 1121.7, 4.3e-4, 0.0545, 1.05e-5, 8.4e-3, 2e-3
)
D = 5.6e-6


def test_nusselt_meets_its_check_values(check_values):
    found = {row["correlation"]: float(row["value"]) for row in check_values("Nusselt")}
    plate, tube = found["Nusselt film vertical plate 0.943"], found["Nusselt horizontal tube 0.729"]
    assert film_htc(NOVEC, 0.1, 10.0, PLATE, 1.0) == pytest.approx(plate, rel=1e-4)
    assert film_htc(NOVEC, 0.012, 10.0, TUBE, 1.0) == pytest.approx(tube, rel=1e-4)


def test_nusselt_is_that_of_ht():
    """Its constant is 2 sqrt(2) / 3, of which 0.943 is the rounding."""
    s = NOVEC
    theirs = Nusselt_laminar(
        Tsat=330.0, Tw=320.0, rhog=s.rho_v, rhol=s.rho_l, kl=s.k_l, mul=s.mu_l, Hvap=s.latent_heat, L=0.1
    )
    ours = film_htc(s, 0.1, 10.0, 2.0 * math.sqrt(2.0) / 3.0, 1.0)
    assert ours == pytest.approx(theirs, rel=1e-5)


@given(difference=st.floats(0.01, 60.0), length=st.floats(0.004, 1.0), rows=st.sampled_from([1.0, 4.0, 20.0]))
def test_both_forms_agree(difference, length, rows):
    h = film_htc(NOVEC, length, difference, TUBE, rows)
    assert film_htc_at_flux(NOVEC, length, h * difference, TUBE, rows) == pytest.approx(h, rel=1e-12)


def test_film_of_a_plate_by_integration():
    """Nusselt's film integrated down the plate: thickness from d(delta^4)/dx, mean of k / delta."""
    s, L, dT, n = NOVEC, 0.1, 10.0, 4000
    growth = 4.0 * s.mu_l * s.k_l * dT / (9.80665 * s.rho_l * (s.rho_l - s.rho_v) * s.latent_heat)
    # Midpoints in x^(3/4), where the integrand k / delta dx is constant.
    mean = sum(
        s.k_l / (growth * x) ** 0.25 * x**0.25 for x in ((i + 0.5) / n * L for i in range(n))
    ) / n * L**0.75 * (4.0 / 3.0) / L  # fmt: skip
    exact = 2.0 * math.sqrt(2.0) / 3.0
    assert film_htc(s, L, dT, exact, 1.0) == pytest.approx(mean, rel=1e-9)
    assert pytest.approx(exact, abs=5e-4) == PLATE


def test_rows_share_the_film():
    assert film_htc(NOVEC, 0.012, 10.0, TUBE, 16.0) == pytest.approx(
        0.5 * film_htc(NOVEC, 0.012, 10.0, TUBE, 1.0), rel=1e-12
    )


def test_film_latent_heat_and_reynolds_by_hand():
    assert film_latent_heat(NOVEC, 10.0) == pytest.approx(87947.0 + 0.68 * 11217.0)
    # 10 kW/m2 on 0.1 m: 1 kW/m over 87.947 kJ/kg is 11.37 g/(m s); times 4 over 4.3e-4.
    assert film_reynolds(NOVEC, 0.1, 1e4, 1.0) == pytest.approx(105.77, rel=1e-3)


def test_little_gas_is_stefans_tube():
    """Round so thin a wire nothing convects, Sh is 0.6^2, and the layer is Stefan's exactly."""
    found = gas_layer_flux(NOVEC, D, 1e-13, 0.01, 0.4)
    c = NOVEC.p / (GAS_CONSTANT * NOVEC.T)
    exact = NOVEC.molar_mass * c * D * 0.36 / 1e-13 * math.log(40.0)
    assert found == pytest.approx(exact, rel=1e-3)


@given(gas=st.floats(1e-5, 0.3), share=st.floats(0.001, 0.98))
def test_gas_at_the_wall_is_the_inverse(gas, share):
    wall = gas + share * (1.0 - gas)
    flux = gas_layer_flux(NOVEC, D, 0.012, gas, wall)
    assert gas_at_wall(NOVEC, D, 0.012, gas, flux) == pytest.approx(wall, rel=1e-9)


def test_without_gas_there_is_no_layer():
    assert gas_at_wall(NOVEC, D, 0.012, 0.0, 0.1) == 0.0
    assert gas_at_wall(NOVEC, D, 0.012, 0.02, 0.0) == 0.02
    assert gas_layer_flux(NOVEC, D, 0.012, 0.1, 0.05) == 0.0


def test_a_flux_no_layer_lets_through_is_told():
    most = gas_layer_flux(NOVEC, D, 0.012, 0.05, 1.0)
    assert gas_at_wall(NOVEC, D, 0.012, 0.05, 1.01 * most) > 1.0
    assert gas_at_wall(NOVEC, D, 0.012, 0.05, 0.99 * most) < 1.0


def test_more_gas_lets_less_through():
    found = [gas_layer_flux(NOVEC, D, 0.012, gas, 0.6) for gas in (0.001, 0.01, 0.1, 0.5)]
    assert all(a > b for a, b in itertools.pairwise(found))


def test_fuller_for_water_vapour():
    """Water in air at 298 K and 1 atm: 2.5e-5 m2/s measured, within the method's few per cent."""
    assert fuller_diffusivity(298.15, 101325.0, 0.018015, 13.1) == pytest.approx(2.5e-5, rel=0.06)


def test_fuller_scales():
    base = fuller_diffusivity(300.0, 1e5, 0.316, 277.9)
    assert fuller_diffusivity(300.0, 2e5, 0.316, 277.9) == pytest.approx(0.5 * base, rel=1e-12)
    assert fuller_diffusivity(330.0, 1e5, 0.316, 277.9) == pytest.approx(base * 1.1**1.75, rel=1e-12)
    assert AIR == pytest.approx(0.029, rel=2e-3)
