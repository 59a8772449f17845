"""Natural convection: the table of check values, another library, and what the formulas must tend to."""

import math
import re

import ht
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_bvp
from scipy.optimize import minimize_scalar

from hashheat.solvers import natural_convection as nc

#: What the table calls each formula, as a function of the two numbers of its inputs.
FORMULAS = {
    "Churchill-Chu 1975 vertical plate, all Ra": nc.nusselt_vertical_plate,
    "Churchill-Chu 1975 vertical plate, laminar form": nc.nusselt_vertical_plate_laminar,
    "Hot plate facing up (McAdams/Lloyd-Moran)": nc.nusselt_plate_up,
    "Elenbaas 1942 symmetric isothermal channel": nc.nusselt_elenbaas,
    "Bar-Cohen-Rohsenow 1984 symmetric isothermal": lambda R: nc.nusselt_channel(R, nc.C1_BOTH, nc.C2_AIR),
    "Bar-Cohen-Rohsenow 1984 isothermal/adiabatic": lambda R: nc.nusselt_channel(R, nc.C1_ONE, nc.C2_AIR),
    "Bar-Cohen-Rohsenow 1984 symmetric isoflux, mid/exit Nu_{S,L}": lambda R: nc.nusselt_channel_flux(
        R, nc.C1_FLUX_BOTH, nc.C2_FLUX
    ),
    "Bar-Cohen-Rohsenow 1984 isoflux/adiabatic": lambda R: nc.nusselt_channel_flux(
        R, nc.C1_FLUX_ONE, nc.C2_FLUX
    ),
}


def test_table_of_check_values(check_values):
    seen = dict.fromkeys(FORMULAS, 0)
    for row in check_values():
        formula = FORMULAS.get(row["correlation"])
        if formula is None:
            continue
        numbers = [float(text) for text in re.findall(r"=\s*([\d.e+]+)", row["inputs"])]
        assert formula(*numbers) == pytest.approx(float(row["value"]), rel=1e-4), row
        seen[row["correlation"]] += 1
    assert min(seen.values()) >= 3


@pytest.mark.parametrize("Pr", [0.71, 7.0, 100.0, 350.0])
@pytest.mark.parametrize("Ra", [1e2, 1e6, 1e9, 1e11])
def test_other_library(Ra, Pr):
    assert nc.nusselt_vertical_plate(Ra, Pr) == pytest.approx(
        ht.Nu_vertical_plate_Churchill(Pr, Ra / Pr), rel=1e-12
    )
    assert nc.nusselt_horizontal_cylinder(Ra, Pr) == pytest.approx(
        ht.Nu_horizontal_cylinder_Churchill_Chu(Pr, Ra / Pr), rel=1e-12
    )


@pytest.mark.parametrize("Ra", [1e5, 2e6, 2e7, 1e9])
def test_horizontal_plates_of_the_other_library(Ra):
    assert nc.nusselt_plate_up(Ra) == pytest.approx(
        ht.Nu_horizontal_plate_McAdams(0.7, Ra / 0.7, buoyancy=True), rel=1e-12
    )
    assert nc.nusselt_plate_down(Ra) == pytest.approx(
        ht.Nu_horizontal_plate_McAdams(0.7, Ra / 0.7, buoyancy=False), rel=1e-12
    )


def test_plate_up_has_no_step():
    Ra = 3.6**12
    assert nc.nusselt_plate_up(Ra * (1 - 1e-9)) == pytest.approx(
        nc.nusselt_plate_up(Ra * (1 + 1e-9)), rel=1e-8
    )


def similarity_coefficient(Pr):
    """Mean Nu / Ra^(1/4) of the boundary layer on a vertical plate, by the similarity equations of Ostrach.

    f''' + 3 f f'' - 2 f'^2 + theta = 0, theta'' + 3 Pr f theta' = 0; written with the inner scale of large Pr,
    eta = Pr^(-1/4) z, so that the thermal layer is always about one thick.
    """
    outer = 8.0 + 6.0 * math.sqrt(Pr)

    def slope(z, y):
        F, F1, F2, theta, theta1 = y
        return np.vstack([F1, F2, -(3.0 * F * F2 - 2.0 * F1 * F1) / Pr - theta, theta1, -3.0 * F * theta1])

    def ends(a, b):
        return np.array([a[0], a[1], b[1], a[3] - 1.0, b[3]])

    z = outer * np.linspace(0.0, 1.0, 200) ** 2
    start = np.vstack(
        [1.0 - np.exp(-z), 0.5 * z * np.exp(-z), 0.5 * (1 - z) * np.exp(-z), np.exp(-z), -np.exp(-z)]
    )
    found = solve_bvp(slope, ends, z, start, tol=1e-6, max_nodes=20000)
    assert found.success
    # Nu_x = -theta'(0) (Gr_x/4)^(1/4) Pr^(1/4) in z; the mean is 4/3 of the local at the end.
    return 4.0 / 3.0 * -found.y[4, 0] / 4.0**0.25


@pytest.mark.parametrize(("Pr", "within"), [(0.72, 0.01), (10.0, 0.01), (100.0, 0.01), (1000.0, 0.015)])
def test_plate_coefficient_against_the_boundary_layer_equations(Pr, within):
    assert nc.plate_coefficient(Pr) == pytest.approx(similarity_coefficient(Pr), rel=within)


def test_plate_constant_of_oil():
    """The air constant is 0.59^-2; in oil of Pr 100 it is 2.33, and the plate limit 10 % and more higher."""
    assert 0.59**-2 == pytest.approx(nc.C2_AIR, rel=2e-3)
    assert nc.plate_coefficient(100.0) == pytest.approx(0.656, abs=5e-4)
    assert nc.plate_constant(100.0) == pytest.approx(2.33, abs=5e-3)
    air = nc.nusselt_channel(1e5, nc.C1_BOTH, nc.C2_AIR)
    oil = nc.nusselt_channel(1e5, nc.C1_BOTH, nc.plate_constant(100.0))
    assert oil / air == pytest.approx(0.656 / 0.59, rel=2e-3)


def test_flux_constant_is_its_limit_of_large_prandtl_numbers():
    assert nc.plate_constant_flux(1e9) == pytest.approx(nc.C2_FLUX, rel=1e-3)


@pytest.mark.parametrize("C1", [nc.C1_BOTH, nc.C1_ONE])
def test_channel_tends_to_its_ends(C1):
    """Developed: the fluid leaves at the wall's temperature, carried by Poiseuille flow: R/24 or R/12."""
    assert nc.nusselt_channel(1e-3, C1, 2.32) == pytest.approx(
        1e-3 / (24.0 if C1 == nc.C1_BOTH else 12.0), rel=1e-5
    )
    C2 = nc.plate_constant(100.0)
    assert nc.nusselt_channel(1e9, C1, C2) == pytest.approx(nc.plate_coefficient(100.0) * 1e9**0.25, rel=1e-5)
    assert nc.nusselt_elenbaas(1e-3) == pytest.approx(1e-3 / 24.0, rel=1e-12)


def test_elenbaas_and_the_composite_agree_in_air():
    for R in (1.0, 10.0, 100.0, 1000.0):
        assert nc.nusselt_channel(R, nc.C1_BOTH, nc.C2_AIR) == pytest.approx(nc.nusselt_elenbaas(R), rel=0.06)


@given(
    P=st.floats(1e4, 1e14),
    C1=st.sampled_from([nc.C1_BOTH, nc.C1_ONE]),
    C2=st.floats(2.0, 4.0),
)
@settings(deadline=None, max_examples=30)
def test_optimum_spacing_is_the_maximum(P, C1, C2):
    S = nc.optimum_spacing(P, C1, C2)

    def heat(ln_S):
        return -math.log(nc.nusselt_channel(P * math.exp(4 * ln_S), C1, C2)) + 2 * ln_S

    found = minimize_scalar(heat, bracket=(math.log(S) - 0.4, math.log(S) + 0.5), tol=1e-10)
    assert math.exp(found.x) == pytest.approx(S, rel=1e-5)


def test_published_optimum():
    """The source gives 2.71 for the factor that is 2.716."""
    assert nc.optimum_spacing(1e6, nc.C1_BOTH, nc.C2_AIR) == pytest.approx(0.0856977, rel=0.01 / 2.71)


def test_rayleigh_of_water():
    assert nc.rayleigh(9.81, 2.1e-4, -10.0, 0.1, 1e-6, 1.43e-7) == pytest.approx(1.4406e8, rel=1e-4)
