"""The modal sums against published constants, computed reference tables and a finite-volume solution."""

import csv
import math
from pathlib import Path

import numba
import numpy as np
import pytest
import scipy.linalg

from hashheat.solvers import duct_modes
from hashheat.thermo.errors import InputError

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "coldplate"
INTERPRETED = bool(numba.config.DISABLE_JIT)
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="shared reference tables are not here")

#: The reference rounds its aspect ratios to eight digits; these are the fractions it was computed for.
FRACTIONS = [2 / 3, 1 / 3, 1 / 6, 1 / 7, 1 / 9, 231 / 713]


def rows(name):
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def exact_aspect(printed):
    value = float(printed)
    return next((f for f in FRACTIONS if abs(f - value) < 1e-7), value)


@needs_reference
@pytest.mark.parametrize("name", ["tube", "plates"])
def test_graetz(name):
    duct = getattr(duct_modes, name)()
    found = [row for row in rows("graetz_reference.csv") if row["geometry"] == name]
    assert len(found) == 12
    x = np.array([float(row["xstar=x/(Dh Re Pr)"]) for row in found])
    for solve, column in [
        (duct.nusselt_T, "Nux_T"),
        (duct.nusselt_T_mean, "Num_T"),
        (duct.nusselt_H1, "Nux_H"),
    ]:
        np.testing.assert_allclose(solve(x), [float(row[column]) for row in found], rtol=1e-7)


def test_classical_constants():
    tube, plates = duct_modes.tube(), duct_modes.plates()
    assert tube.nusselt_H1_developed() == pytest.approx(48 / 11, rel=1e-11)
    assert plates.nusselt_H1_developed() == pytest.approx(140 / 17, rel=1e-11)
    # Brown (1960), first Graetz eigenvalue of the tube: 2.704364420; Nu = lambda^2 / 2.
    assert tube.nusselt_T_developed() == pytest.approx(2.704364420**2 / 2, rel=1e-9)
    assert float(tube.nusselt_H1(math.inf)) == pytest.approx(48 / 11, rel=1e-11)


@needs_reference
def test_rectangle_developed():
    found = rows("nu_rect_fully_developed.csv")
    # The modes are dense linear algebra: as slow with the compiler, where every row is run.
    for row in found[::4] if INTERPRETED else found:
        aspect = exact_aspect(row["alpha_short_over_long"])
        assert duct_modes.f_re_rectangle(aspect) == pytest.approx(float(row["fRe_Fanning_exact"]), rel=2e-11)
        for walls, resolution, column in [
            (4, (14, 20), "4walls"),
            ("short_adiabatic", (14, 30), "3walls_adiabatic_SHORT"),
            ("long_adiabatic", (22, 20), "3walls_adiabatic_LONG"),
        ]:
            duct = duct_modes.rectangle(aspect, walls, resolution)
            assert duct.nusselt_H1_developed() == pytest.approx(float(row[f"Nu_H1_{column}"]), rel=3e-8)
            assert duct.nusselt_T_developed() == pytest.approx(float(row[f"Nu_T_{column}"]), rel=3e-7)


@needs_reference
@pytest.mark.parametrize("aspect", [1.0] if INTERPRETED else [1.0, 1 / 3, 0.25, 1 / 6])
def test_rectangle_developing(aspect):
    found = [
        row for row in rows("nu_rect_thermally_developing.csv") if abs(float(row["alpha"]) - aspect) < 1e-7
    ]
    assert len(found) == 13
    duct = duct_modes.rectangle(aspect, resolution=(24, 34))
    x = 1.0 / np.array([float(row["inv_xstar"]) for row in found])
    for solve, column in [
        (duct.nusselt_T, "NuxT"),
        (duct.nusselt_T_mean, "NumT"),
        (duct.nusselt_H1, "NuxH1"),
    ]:
        np.testing.assert_allclose(solve(x), [float(row[column]) for row in found], rtol=1e-6)


def finite_volumes(aspect, adiabatic_short, n):
    """Nu_T at x* = 0.01 and 0.1 and developed Nu_H1 by cell-centred finite volumes on n x n cells.

    Shares nothing with the spectral code: its own velocity, second-order in the cell size. Half of the short
    side, and the whole long side (one end of which may be adiabatic).
    """
    hx, hy = 1.0 / n, 2.0 / aspect / n
    neumann = np.diag(np.r_[1.0, 2.0 * np.ones(n - 2), 1.0]) - np.eye(n, k=1) - np.eye(n, k=-1)

    def laplacian(walls_y):
        along_x, along_y = neumann.copy(), neumann.copy()
        along_x[-1, -1] += 2.0
        for end in walls_y:
            along_y[end, end] += 2.0
        return np.kron(along_x, np.eye(n)) * hy / hx + np.kron(np.eye(n), along_y) * hx / hy

    velocity = np.linalg.solve(laplacian([0, -1]), np.full(n * n, hx * hy))
    mass = velocity / velocity.mean() * hx * hy
    stiffness = laplacian([0] if adiabatic_short else [0, -1])
    diameter = 4.0 / (1.0 + aspect)
    heated = 2.0 / aspect + (1.0 if adiabatic_short else 2.0)
    slowness, vectors = scipy.linalg.eigh(np.diag(mass), stiffness)
    moment = (vectors.T @ mass) ** 2
    nu = []
    for x_star in (0.01, 0.1):
        decay = np.exp(-x_star * diameter**2 / slowness)
        flux, bulk = np.sum(moment / slowness**2 * decay), np.sum(moment / slowness * decay) / mass.sum()
        nu.append(flux / bulk * diameter / heated)
    resistance = mass @ np.linalg.solve(stiffness, mass)
    return np.array([*nu, diameter * mass.sum() ** 2 / (heated * resistance)])


@pytest.mark.parametrize("adiabatic_short", [False, True])
def test_rectangle_against_finite_volumes(adiabatic_short):
    """Second-order convergence of an independent method towards the modal sums."""
    duct = duct_modes.rectangle(0.5, "short_adiabatic" if adiabatic_short else 4, (18, 30))
    exact = np.array([*duct.nusselt_T([0.01, 0.1]), duct.nusselt_H1_developed()])
    coarse, fine = finite_volumes(0.5, adiabatic_short, 14), finite_volumes(0.5, adiabatic_short, 28)
    assert np.all(np.log2(np.abs(coarse - exact) / np.abs(fine - exact)) > 1.8)
    np.testing.assert_allclose((4.0 * fine - coarse) / 3.0, exact, rtol=1e-3)


def test_square_has_no_short_side():
    """In a square the two patterns of three heated walls are the same duct, by two different bases."""
    short = duct_modes.rectangle(1.0, "short_adiabatic", (16, 26))
    long = duct_modes.rectangle(1.0, "long_adiabatic", (26, 16))
    x = np.array([1e-3, 1e-2, 1e-1, 1.0])
    np.testing.assert_allclose(short.nusselt_T(x), long.nusselt_T(x), rtol=1e-6)
    np.testing.assert_allclose(short.nusselt_H1(x), long.nusselt_H1(x), rtol=1e-6)


@pytest.mark.parametrize(("walls", "limit"), [(4, 140 / 17), ("long_adiabatic", 70 / 13)])
def test_flat_ducts_approach_the_slot(walls, limit):
    """Nu_H1 tends to the exact slot with both walls heated, or one; the sides matter in first order."""
    flat, flatter = (
        duct_modes.rectangle(a, walls, (10 if walls == 4 else 16, 90)).nusselt_H1_developed()
        for a in (0.004, 0.002)
    )
    assert 2.0 * flatter - flat == pytest.approx(limit, rel=5e-3)


@pytest.mark.parametrize("walls", duct_modes.HEATED_WALLS)
def test_mean_is_the_integral_of_the_local_value(walls):
    duct = duct_modes.rectangle(0.4, walls, (16, 20))
    assert float(np.sum(duct.modes_T[1])) == pytest.approx(
        1.0, abs=1e-3
    )  # the inlet temperature, in the basis
    x = np.linspace(0.02, 0.08, 401)
    step = duct.nusselt_T_mean(0.08) * 0.08 - duct.nusselt_T_mean(0.02) * 0.02
    assert np.trapezoid(duct.nusselt_T(x), x) == pytest.approx(float(step), rel=1e-5)


def test_tube_at_the_inlet_follows_leveque():
    """The wall flux is c x*^(-1/3) + const with Leveque's exact c; the constant is extrapolated away."""
    tube = duct_modes.tube()
    rate, share = tube.modes_T
    x = np.array([2e-6, 16e-6])
    flux = (np.exp(-rate * x[:, None]) @ (rate * share)) / 4.0
    scaled = flux * np.cbrt(x)
    leveque = np.cbrt(8.0 / 9.0) / math.gamma(4.0 / 3.0)
    assert 2.0 * scaled[0] - scaled[1] == pytest.approx(leveque, rel=1e-3)


@pytest.mark.parametrize("aspect", [0.0, -0.5, 1.0001, math.nan])
def test_bad_aspect_ratio(aspect):
    with pytest.raises(InputError, match="short over long"):
        duct_modes.rectangle(aspect)


def test_bad_walls():
    with pytest.raises(InputError, match="heated walls"):
        duct_modes.rectangle(0.5, 3)
