"""The law of one channel: exact tables through the route a plate takes, other libraries, and its own limits."""

import csv
import math
from pathlib import Path

import fluids
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_banded

from hashheat.solvers import convection as cv
from hashheat.solvers.channel_law import (
    DUCT,
    FIXED,
    PIN_INLINE,
    PIN_STAGGERED,
    ChannelLaw,
    bend_drop,
    entrance_drop,
    film_coefficient,
    pressure_gradient,
)
from hashheat.solvers.duct_entrance import entrance_heads, nusselt_entrance
from hashheat.solvers.duct_table import duct_laminar
from hashheat.solvers.friction import friction_duct
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import conductivity, density, prandtl, viscosity
from hashheat.thermo.property_table import constant_properties

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "coldplate"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="shared reference tables are not here")

RHO, CP, MU, K = 980.0, 4190.0, 4.0e-4, 0.65
PR = CP * MU / K
CONSTANT = constant_properties(RHO, CP, MU, K)
D, AREA = 1e-3, 1e-6
CHANNEL = ChannelLaw(DUCT, D, AREA)
PINS = ChannelLaw(PIN_INLINE, D, AREA, pitch_along=2 * D, pitch_across=2 * D)
SQUARE = duct_laminar("rectangle", 1.0)
TUBE = duct_laminar("tube", boundary="T")


def rows(name):
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def flow(Re):
    """Mass flow of one channel [kg/s] at a Reynolds number."""
    return Re * MU * AREA / D


def nusselt(law, duct, Re, x_over_D, table=CONSTANT):
    x = x_over_D * D
    return film_coefficient(law, duct, table, flow(Re), 330.0, 330.0, x, x ** (-2 / 3)) * D / K


def marched_mean(duct, x_star, n=200, Re=500.0):
    """Mean Nusselt number as a plate forms it: cells of equal length, each at its place of mean x^(-1/3)."""
    faces = np.linspace(0.0, x_star * Re * PR, n + 1)
    place = (1.5 * np.diff(np.cbrt(faces) ** 2) / np.diff(faces)) ** -3.0
    return np.mean([nusselt(CHANNEL, duct, Re, x) for x in place])


@needs_reference
@pytest.mark.parametrize("boundary", ["H1", "T"])
@pytest.mark.parametrize(
    ("walls", "column"),
    [
        (4, "4walls"),
        ("short_adiabatic", "3walls_adiabatic_SHORT"),
        ("long_adiabatic", "3walls_adiabatic_LONG"),
    ],
)
def test_developed_ducts(boundary, walls, column):
    """All 20 aspect ratios: film and friction far from the inlet."""
    table = rows("nu_rect_fully_developed.csv")
    assert len(table) == 20
    for row in table:
        duct = duct_laminar("rectangle", float(row["alpha_short_over_long"]), boundary, walls)
        assert nusselt(CHANNEL, duct, 100.0, 1e5) == pytest.approx(
            float(row[f"Nu_{boundary}_{column}"]), rel=3e-5
        )
        fanning = pressure_gradient(CHANNEL, duct, CONSTANT, flow(100.0), 330.0, 330.0) * D**2 * RHO
        fanning /= 2.0 * 100.0 * MU**2 / D
        assert fanning == pytest.approx(float(row["fRe_Fanning_exact"]), rel=1e-7)


@needs_reference
@pytest.mark.parametrize(("boundary", "column"), [("H1", "NuxH1"), ("T", "NuxT")])
def test_developing_rectangles(boundary, column):
    for row in rows("nu_rect_thermally_developing.csv"):
        duct = duct_laminar("rectangle", float(row["alpha"]), boundary)
        x_over_D = 1000.0 * PR / float(row["inv_xstar"])
        assert nusselt(CHANNEL, duct, 1000.0, x_over_D) == pytest.approx(float(row[column]), rel=6e-5)


@needs_reference
@pytest.mark.parametrize("shape", ["tube", "plates"])
@pytest.mark.parametrize("boundary", ["H1", "T"])
def test_graetz(shape, boundary):
    duct = duct_laminar(shape, boundary=boundary)
    for row in rows("graetz_reference.csv"):
        if row["geometry"] == shape:
            x_over_D = 1000.0 * PR * float(row["xstar=x/(Dh Re Pr)"])
            expected = float(row[f"Nux_{boundary[0]}"])
            assert nusselt(CHANNEL, duct, 1000.0, x_over_D) == pytest.approx(expected, rel=6e-5)


@needs_reference
@pytest.mark.parametrize("shape", ["tube", "plates"])
def test_graetz_mean_by_marching(shape):
    duct = duct_laminar(shape, boundary="T")
    for row in rows("graetz_reference.csv"):
        if row["geometry"] == shape:
            x_star = float(row["xstar=x/(Dh Re Pr)"])
            assert marched_mean(duct, x_star) == pytest.approx(float(row["Num_T"]), rel=1e-3)


@needs_reference
def test_rectangle_mean_by_marching():
    for row in rows("nu_rect_thermally_developing.csv")[::6]:
        duct = duct_laminar("rectangle", float(row["alpha"]), "T")
        mean = marched_mean(duct, 1.0 / float(row["inv_xstar"]))
        assert mean == pytest.approx(float(row["NumT"]), rel=1e-3)


@pytest.mark.parametrize("Re", [700.0, 2299.0, 2301.0, 3100.0, 3999.0, 4001.0, 2e4])
def test_film_of_every_regime(Re):
    """The kernel's shortcuts leave the composed correlation, with the wall's Prandtl number."""
    water = Fluid.parse("water").table(3e5)
    T, T_wall = 340.0, 355.0
    Pr, k = prandtl(water, T), conductivity(water, T)
    mass_flow = Re * viscosity(water, T) * AREA / D
    law = CHANNEL._replace(nusselt_factor=1.3)
    found = film_coefficient(law, SQUARE, water, mass_flow, T, T_wall, 0.01, 0.02 ** (-2 / 3))
    Nu = cv.nusselt_duct(Re, Pr, 10.0, SQUARE, 20.0) * (Pr / prandtl(water, T_wall)) ** 0.11
    assert found == pytest.approx(1.3 * Nu * k / D, rel=1e-6)


@pytest.mark.parametrize("Re", [700.0, 3100.0, 2e4])
def test_friction_corrects_for_the_wall(Re):
    water = Fluid.parse("water").table(3e5)
    mu, mu_wall, rho = viscosity(water, 340.0), viscosity(water, 355.0), density(water, 340.0)
    law = CHANNEL._replace(friction_factor=1.2, roughness=5e-6)
    found = pressure_gradient(law, SQUARE, water, Re * mu * AREA / D, 340.0, 355.0)
    exponent = {700.0: 0.58, 2e4: 0.25}.get(Re, 0.58 - 0.33 * 800.0 / 1700.0)
    head = 0.5 * rho * (Re * mu / (rho * D)) ** 2
    expected = 1.2 * friction_duct(Re, 5e-3, SQUARE.fRe) * (mu_wall / mu) ** exponent * head / D
    assert found == pytest.approx(expected, rel=1e-8)


LAWS = [CHANNEL, CHANNEL._replace(entrance=1), PINS, PINS._replace(kind=PIN_STAGGERED)]


@pytest.mark.parametrize("law", LAWS)
def test_a_pump_may_stop(law):
    """Film of developed laminar flow and no pressure at rest, reached without a step."""
    at = (SQUARE, CONSTANT)
    rest = film_coefficient(law, *at, 0.0, 330.0, 340.0, 0.01, 0.01 ** (-2 / 3))
    slow = film_coefficient(law, *at, 1e-15, 330.0, 340.0, 0.01, 0.01 ** (-2 / 3))
    assert rest > 0.0
    assert slow == pytest.approx(rest, rel=1e-5)
    if law.kind == DUCT:
        assert rest == pytest.approx(SQUARE.Nu_inf * K / D, rel=1e-12)
    assert pressure_gradient(law, *at, 0.0, 330.0, 340.0) == 0.0
    assert bend_drop(law, *at, 0.0, 330.0, 2.0) == 0.0
    assert entrance_drop(law, *at, 0.0, 330.0, 0.1) == 0.0
    one, two = (pressure_gradient(law, *at, m, 330.0, 340.0) for m in (1e-12, 2e-12))
    assert two == pytest.approx(2.0 * one, rel=1e-5)


@given(
    log_Re=st.floats(-3.0, 5.0),
    rise=st.floats(0.0, 0.3),
    x=st.floats(1e-4, 1.0),
    pick=st.integers(0, len(LAWS) - 1),
)
@settings(deadline=None, max_examples=120)
def test_more_flow_cools_better_and_costs_more(log_Re, rise, x, pick):
    law = LAWS[pick]
    low, high = flow(10.0**log_Re), flow(10.0 ** (log_Re + rise))
    films = [film_coefficient(law, TUBE, CONSTANT, m, 330.0, 330.0, x, x ** (-2 / 3)) for m in (low, high)]
    drops = [pressure_gradient(law, TUBE, CONSTANT, m, 330.0, 330.0) for m in (low, high)]
    assert 0.0 < films[0] <= films[1] * (1.0 + 2e-5)
    assert 0.0 < drops[0] <= drops[1] * (1.0 + 1e-12)


@pytest.mark.parametrize("edge", [cv.RE_LAMINAR, cv.RE_TURBULENT])
@pytest.mark.parametrize("law", LAWS)
def test_no_step_between_regimes(law, edge):
    below, above = flow(edge * (1 - 1e-10)), flow(edge * (1 + 1e-10))
    for function, rest in [
        (film_coefficient, (330.0, 340.0, 0.02, 0.02 ** (-2 / 3))),
        (pressure_gradient, (330.0, 340.0)),
        (entrance_drop, (330.0, 0.05)),
        (bend_drop, (330.0, 1.0)),
    ]:
        low, high = (function(law, SQUARE, CONSTANT, m, *rest) for m in (below, above))
        assert low == pytest.approx(high, rel=1e-8, abs=1e-5)


def test_fixed_film():
    law = CHANNEL._replace(kind=FIXED, fixed_htc=6000.0, nusselt_factor=3.0)
    assert film_coefficient(law, SQUARE, CONSTANT, 0.0, 330.0, 340.0, 0.01, 20.0) == 6000.0
    for function, rest in [(pressure_gradient, (330.0, 340.0)), (bend_drop, (330.0, 2.0))]:
        as_duct = function(CHANNEL, SQUARE, CONSTANT, flow(800.0), *rest)
        assert function(law, SQUARE, CONSTANT, flow(800.0), *rest) == as_duct > 0.0


@pytest.mark.parametrize("Re", [5e3, 1e5])
def test_bends_against_fluids(Re):
    f = fluids.friction.friction_factor(Re=Re, Method="Colebrook")
    head = 0.5 * RHO * (Re * MU / (RHO * D)) ** 2

    def heads(quarter_turns, ratio):
        law = CHANNEL._replace(bend_ratio=ratio)
        return bend_drop(law, SQUARE, CONSTANT, flow(Re), 330.0, quarter_turns) / head

    quarter, half = (
        fluids.bend_rounded(Di=1.0, angle=angle, fd=f, bend_diameters=2.0, method="Rennels")
        for angle in (90.0, 180.0)
    )
    mitre = fluids.bend_miter(angle=90.0, method="Rennels")
    assert heads(0.0, 2.0) == 0.0
    assert heads(1.0, 2.0) == pytest.approx(quarter, rel=1e-8)
    assert heads(2.0, 2.0) == pytest.approx(half, rel=1e-8)
    assert heads(5.0, 2.0) == pytest.approx(2.0 * half + quarter, rel=1e-8)
    assert heads(0.5, 2.0) == pytest.approx(0.5 * quarter, rel=1e-8)
    assert heads(3.0, 0.0) == pytest.approx(3.0 * mitre, rel=1e-8)
    assert bend_drop(PINS, SQUARE, CONSTANT, flow(Re), 330.0, 2.0) == 0.0


def test_entrance_drop_limits():
    """Boundary layers on the walls near the inlet, 3.44 / sqrt(z+); a fixed number of velocity heads far on."""
    law = CHANNEL._replace(entrance=1)
    Re = 1000.0
    head = 0.5 * RHO * (Re * MU / (RHO * D)) ** 2
    friction = pressure_gradient(law, TUBE, CONSTANT, flow(Re), 330.0, 330.0)
    for z in (1e-8, 1e-7):
        length = z * D * Re
        total = entrance_drop(law, TUBE, CONSTANT, flow(Re), 330.0, length) + friction * length
        assert total / head == pytest.approx(4.0 * 3.44 * math.sqrt(z), rel=2e-3)
    far = entrance_drop(law, TUBE, CONSTANT, flow(Re), 330.0, 1e3 * D * Re) / head
    assert far == pytest.approx(2.0 * 3.44**2 / 16.0, rel=1e-4)
    assert entrance_drop(CHANNEL, TUBE, CONSTANT, flow(Re), 330.0, 0.1) == 0.0
    assert entrance_drop(law, TUBE, CONSTANT, flow(4000.0), 330.0, 0.1) == pytest.approx(0.0, abs=1e-9)
    assert entrance_drop(PINS._replace(entrance=1), TUBE, CONSTANT, flow(Re), 330.0, 0.1) == 0.0


def march_slot(z_plus, n=160):
    """Pressure lost from a uniform inlet between plates, in velocity heads, by marching the boundary layer.

    Half gap and mean velocity 1, so that z+ = x / (D Re) is x times viscosity over D^2 = 16. Implicit in x, the
    pressure gradient of each step from the flow that has to pass.
    """
    # Points crowd at the wall, where the profile starts to develop.
    y = np.sin(0.5 * math.pi * np.linspace(0.0, 1.0, n + 1)) ** 1.5
    dy = np.diff(y)
    weight = np.r_[0.5 * dy[0], 0.5 * (dy[:-1] + dy[1:]), 0.5 * dy[-1]]
    x = 16.0 * np.r_[0.0, np.geomspace(1e-7, z_plus[-1], 500)]
    # y = 0 is the wall, y = 1 the middle.
    u, v, pressure, lost = np.ones(n + 1), np.zeros(n + 1), 0.0, []
    u[0] = 0.0
    for step in np.diff(x):
        matrix = np.zeros((3, n + 1))
        inner = slice(1, n)
        below, above = 1.0 / (dy[:-1] * weight[inner]), 1.0 / (dy[1:] * weight[inner])
        slope = v[inner] / (dy[:-1] + dy[1:])
        matrix[1, inner] = u[inner] / step + below + above
        matrix[2, : n - 1] = -below - slope
        matrix[0, 2:] = -above + slope
        matrix[1, 0] = 1.0
        matrix[1, n] = u[n] / step + 1.0 / (dy[-1] * weight[n])
        matrix[2, n - 1] = -1.0 / (dy[-1] * weight[n])
        known, driven = u * u / step, np.ones(n + 1)
        known[0] = driven[0] = 0.0
        free, per_gradient = solve_banded((1, 1), matrix, np.stack([known, driven], axis=1)).T
        gradient = (1.0 - weight @ free) / (weight @ per_gradient)
        new = free + gradient * per_gradient
        change = (new - u) / step
        v = -np.r_[0.0, np.cumsum(0.5 * (change[:-1] + change[1:]) * dy)]
        u, pressure = new, pressure + gradient * step
        lost.append(2.0 * pressure)
    return np.interp(z_plus, x[1:] / 16.0, lost)


def test_entrance_drop_against_a_marched_profile():
    """Friction and entrance together within the 10 % that the source states."""
    plates, Re = duct_laminar("plates"), 1000.0
    law = CHANNEL._replace(entrance=1)
    head = 0.5 * RHO * (Re * MU / (RHO * D)) ** 2
    friction = pressure_gradient(law, plates, CONSTANT, flow(Re), 330.0, 330.0)
    z_plus = np.geomspace(1e-4, 0.3, 12)
    for z, exact in zip(z_plus, march_slot(z_plus), strict=True):
        length = z * D * Re
        total = entrance_drop(law, plates, CONSTANT, flow(Re), 330.0, length) + friction * length
        assert total / head == pytest.approx(exact, rel=0.1)


def test_entrance_has_no_length_at_first():
    assert entrance_heads(64.0, 0.0) == 0.0
    assert entrance_heads(64.0, 1e-12) == pytest.approx(4.0 * 3.44e-6, rel=1e-5)


def test_developing_velocity_adds_little_to_water_and_more_to_gas():
    developed = 4.0
    for Pr, least, most in [(0.7, 1.1, 1.8), (6.0, 1.0, 1.1)]:
        raised = nusselt_entrance(developed, 1000.0, Pr, Pr ** (1 / 3), 0.01 * 1000.0 * Pr)
        assert least < raised / developed < most
    # A flat plate at the very inlet: 0.464 Re_x^(1/2) Pr^(1/3) for large Pr, exact boundary layer theory.
    Re, Pr, x = 1000.0, 1e4, 1e-9
    thin = nusselt_entrance(developed, Re, Pr, Pr ** (1 / 3), x)
    assert thin * x == pytest.approx(0.464 * math.sqrt(Re * x) * Pr ** (1 / 3), rel=3e-3)
