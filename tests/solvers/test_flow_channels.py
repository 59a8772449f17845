"""Channels: pressure drop, porous profiles, heat from walls into developed flow; ducts; the tall slot."""

import csv
import importlib.util
import math
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest

HERE = Path(__file__).resolve()
REFERENCE = HERE.parents[2].parent / "shared" / "reference"
PLATES = REFERENCE / "immersion" / "graetz_reference.csv"
COLDPLATE = REFERENCE / "coldplate"

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, channels, measures = beside("flow_cases"), beside("flow_channels"), beside("flow_measures")


def gradient(box, state):
    """Pressure drop per length in the middle of a channel."""
    i = box.grid.shape[2] // 2
    x = measures.centres(box.grid.x)
    area = np.diff(box.grid.z)[:, None] * np.diff(box.grid.y)
    mean = (area[:, :, None] * state.p).sum((0, 1)) / area.sum()
    return -(mean[i] - mean[i - 1]) / (x[i] - x[i - 1])


def orders(values):
    """Orders between successive errors on grids halved each time."""
    return [math.log2(abs(a) / abs(b)) for a, b in pairwise(values)]


def developed(ny, **medium):
    """Channel with as many cells along as across."""
    return channels.brinkman(ny, ny, **medium)


def test_poiseuille():
    found = []
    for ny in (8, 16, 32):
        box = developed(ny, K=math.inf, velocity=channels.parabola(np.linspace(0, 1, ny + 1), 0.0, 1.0))
        found.append(gradient(box, measures.solved(box).state) / 12.0 - 1.0)
    assert min(orders(found)) >= 1.9
    assert abs((4 * found[-1] - found[-2]) / 3) < 1e-4


@pytest.mark.parametrize("K", [math.inf, 1e-2])
def test_developed_flow_leaves_undisturbed(K):
    """Profile on the outlet against the one that entered, and against the one just before."""
    found = []
    # Layers at the walls are sqrt(K) thick and want a few cells.
    for ny in (16, 32) if K == math.inf else (32, 64):
        y = np.linspace(0, 1, ny + 1)
        means = channels.parabola(y, 0.0, 1.0) if K == math.inf else channels.brinkman_means(y, K)
        means = means / means.mean()
        state = measures.solved(developed(ny, K=K, velocity=means)).state
        found.append(np.sqrt(np.mean((state.u[0, :, -1] - means) ** 2)))
        np.testing.assert_allclose(state.u[0, :, -1], state.u[0, :, -2], rtol=0, atol=0.01 * found[-1])
    assert orders(found)[0] >= 1.8
    assert found[-1] < 5e-3


@pytest.mark.parametrize(("K", "eps"), [(1e-2, 1.0), (1e-3, 1.0), (1e-2, 0.4)])
def test_darcy_brinkman_profile_is_kept_by_its_pressure_gradient(K, eps):
    found, profile = [], []
    # Layers at the walls are sqrt(K) thick and want a few cells.
    for ny in (64, 128) if K == 1e-3 else (32, 64):
        y = np.linspace(0, 1, ny + 1)
        box = developed(ny, K=K, eps=eps, velocity=channels.brinkman_means(y, K, eps))
        state = measures.solved(box).state
        found.append(gradient(box, state) - 1.0)
        exact = channels.brinkman_speed(measures.centres(y), K, eps)
        profile.append(np.sqrt(np.mean((state.u[0, :, ny // 2] - exact) ** 2)) / K)
    assert orders(found)[0] >= 1.9
    assert orders(profile)[0] >= 1.9
    assert abs((4 * found[-1] - found[-2]) / 3) < 1e-3


def forchheimer_profile(K, C, n=48):
    """Speed for a gradient of -1 by collocation: u'' - u / K - C |u| u + 1 = 0, zero at 0 and 1."""
    cheb = np.polynomial.chebyshev
    s = -np.cos(np.pi * np.arange(n + 1) / n)
    V = cheb.chebvander(s, n)
    second = cheb.chebval(s, cheb.chebder(np.eye(n + 1), 2)).T * 4.0
    u = channels.brinkman_speed(0.5 * (s + 1), K)
    for _ in range(30):
        coefficients = np.linalg.solve(V, u)
        left = second @ coefficients - u / K - C * np.abs(u) * u + 1.0
        slope = second - (1 / K + 2 * C * np.abs(u))[:, None] * V
        left[[0, -1]], slope[[0, -1]] = u[[0, -1]], V[[0, -1]]
        u = u - V @ np.linalg.solve(slope, left)
    return cheb.Chebyshev(np.linalg.solve(V, u), domain=[0.0, 1.0])


def test_forchheimer_profile_is_kept_by_its_pressure_gradient():
    K, C, found = 1e-2, 3e4, []
    profile = forchheimer_profile(K, C)
    # Inertial and viscous loss alike, or the test says little.
    assert 0.3 < C * profile(0.5) * K < 3.0
    for ny in (32, 64):
        y = np.linspace(0, 1, ny + 1)
        means = np.diff(profile.integ()(y)) / np.diff(y)
        box = developed(ny, K=K, C=C, velocity=means)
        found.append(gradient(box, measures.solved(box).state) - 1.0)
    assert orders(found)[0] >= 1.9
    assert abs((4 * found[-1] - found[-2]) / 3) < 1e-3


def test_tall_slot_in_conduction():
    found = []
    for nx in (8, 16, 32):
        box = cases.slot(nx, 60, 10.0)
        state = measures.solved(box, tolerance=1e-12).state
        x = measures.centres(box.grid.x)
        exact = cases.slot_speed(x, 10.0)
        found.append(np.sqrt(np.mean((state.v[0, 30] - exact) ** 2)) / np.abs(exact).max())
        np.testing.assert_allclose(state.T[0, 30], 0.5 - x, atol=1e-6)
    assert min(orders(found)) >= 1.9


def bulk(box, state):
    """Mean temperature over the flow, by cell along x."""
    area = np.diff(box.grid.z)[:, None, None] * np.diff(box.grid.y)[:, None]
    u = 0.5 * (state.u[:, :, 1:] + state.u[:, :, :-1])
    u = np.where(box.solid, 0.0, u)
    return (area * u * state.T).sum((0, 1)) / (area * u).sum((0, 1))


@pytest.fixture(scope="module")
def plates():
    """Graetz problem between plates: box, state and places x* for isothermal walls and for heat flux."""
    found = {}
    for flux in (False, True):
        box = channels.graetz(48, 128, flux=flux)
        found[flux] = box, measures.solved(box).state, measures.centres(box.grid.x) / (2.0 * 500.0)
    return found


@pytest.mark.skipif(not PLATES.is_file(), reason="no reference table beside the repository")
def test_graetz_with_isothermal_walls(plates):
    box, state, x_star = plates[False]
    with PLATES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    mean = bulk(box, state)
    dx = np.diff(box.grid.x)
    heat = -(measures.wall_flux(box, state, 2)[0] + measures.wall_flux(box, state, 3)[0]) / (2.0 * dx)
    local = heat * 2.0 / (box.liquid.conductivity[0] * mean)
    checked = 0
    for row in rows:
        at = float(row["x_star"])
        if row["geometry"] != "plates" or not 0.002 < at < 0.055:
            continue
        checked += 1
        assert measures.value_at(x_star, local, at) == pytest.approx(float(row["Nu_local"]), rel=5e-3)
        assert measures.value_at(x_star, np.log(mean), at) == pytest.approx(
            math.log(float(row["theta_bulk"])), rel=5e-3
        )
    assert checked == 4


@pytest.mark.skipif(not COLDPLATE.is_dir(), reason="no reference table beside the repository")
def test_graetz_with_heat_flux(plates):
    box, state, x_star = plates[True]
    with (COLDPLATE / "graetz_reference.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["geometry"] == "plates"]
    mean = bulk(box, state)
    expected = 2.0 * measures.centres(box.grid.x)
    np.testing.assert_allclose(mean, expected, rtol=2e-3, atol=0.05)
    # Nothing alternates from cell to cell before the outlet: the gradient is that of the heat put in.
    rise = np.diff(mean[-20:]) / np.diff(measures.centres(box.grid.x)[-20:])
    np.testing.assert_allclose(rise, 2.0, rtol=0.01)
    k, d = box.liquid.conductivity[0], np.diff(box.grid.y)[0]
    local = 2.0 / (k * (state.T[0, 0] + 0.5 * d / k - mean))
    checked = 0
    for row in rows:
        at = float(row["xstar=x/(Dh Re Pr)"])
        if not 0.002 < at < 0.055:
            continue
        checked += 1
        assert measures.value_at(x_star, local, at) == pytest.approx(float(row["Nux_H"]), rel=5e-3)
    assert checked == 4


def duct_row(aspect):
    with (COLDPLATE / "nu_rect_fully_developed.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return next(r for r in rows if abs(float(r["alpha_short_over_long"]) - 1 / aspect) < 1e-9)


@pytest.mark.skipif(not COLDPLATE.is_dir(), reason="no reference table beside the repository")
@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_friction_of_a_duct(aspect):
    hydraulic, found = 2.0 * aspect / (1.0 + aspect), []
    exact = float(duct_row(aspect)["fRe_Fanning_exact"])
    for n in (8, 16):
        box = channels.duct(n, round(n * aspect), 4, 0.5, aspect=aspect, Re=20.0)
        drop = gradient(box, measures.solved(box).state)
        found.append(0.5 * drop * hydraulic**2 * 20.0 / exact - 1.0)
    assert orders(found)[0] >= 1.9
    assert abs((4 * found[-1] - found[-2]) / 3) < 1e-3


@pytest.mark.skipif(not COLDPLATE.is_dir(), reason="no reference table beside the repository")
def test_heat_from_the_walls_of_a_duct():
    """Thermally developed flow in a duct of 2 to 1, walls isothermal; two grids and Richardson."""
    found = []
    for n in (6, 12):
        box = channels.duct(n, 2 * n, 32, 25.0, Re=20.0, Pe=40.0)
        state = measures.solved(box).state
        i, k = 24, 1.0 / 40.0
        heat = sum(measures.wall_flux(box, state, s)[:, i].sum() for s in (2, 4)) / np.diff(box.grid.x)[i]
        mean = bulk(box, state)[i]
        # A quarter of the perimeter of 6, hydraulic diameter 4/3.
        found.append(-heat / 1.5 * (4 / 3) / (k * mean))
    exact = float(duct_row(2.0)["Nu_T_4walls"])
    assert (4 * found[1] - found[0]) / 3 == pytest.approx(exact, rel=5e-3)


@pytest.mark.nightly
@pytest.mark.parametrize("case", ["plates", "duct"])
def test_long_thin_cells_converge(case):
    """Cells up to two hundred times as long as high."""
    box = (
        channels.graetz(32, 96, Pe=1000.0) if case == "plates" else channels.duct(6, 12, 16, 150.0, Pe=300.0)
    )
    measures.solved(box, tolerance=1e-8)
