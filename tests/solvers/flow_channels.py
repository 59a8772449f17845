"""Channels, ducts and a step as boxes, height and mean speed 1, with the exact profiles that enter or develop."""

import importlib.util
import math
from pathlib import Path

import numpy as np

from hashheat.solvers.flow_grid import one_sided, uniform
from hashheat.solvers.flow_model import INLET, OUTLET, SLIP, WALL, FlowGrid, flow_box


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases = beside("flow_cases")
plane, unit_liquid, hold, held = cases.plane, cases.unit_liquid, cases.hold, cases.held


def parabola(faces, low, high):
    """Means over cells of the developed profile of mean speed 1 between two walls; 0 outside."""
    s = np.clip((np.asarray(faces) - low) / (high - low), 0.0, 1.0)
    return np.diff(3 * s**2 - 2 * s**3) * (high - low) / np.diff(faces)


def enter(box, velocity, temperature=0.0, open_rows=None):
    """Inlet in the west with this velocity, outlet in the east, where not masked out."""
    west, east = box.sides[0], box.sides[1]
    rows = np.ones(west.kind.shape, dtype=bool) if open_rows is None else open_rows
    west.kind[rows] = INLET
    west.velocity[0] = np.where(rows, velocity, 0.0)
    west.temperature[...] = temperature
    east.kind[rows] = OUTLET
    east.temperature[...] = temperature
    return box


def step(ny, nx=None, Re=800.0, length=15.0):
    """Backward-facing step after Gartling: height 1, inlet in the upper half, no channel before it."""
    y = uniform(ny, 1.0, -0.5)
    box = plane(uniform(6 * ny if nx is None else nx, length), y, unit_liquid(1.0 / Re))
    held(box, 2, 3)
    # 24 y (1/2 - y): the Reynolds number is of the whole height and the mean speed in the inlet.
    enter(box, parabola(y, 0.0, 0.5))
    box.sides[0].kind[:, : ny // 2] = WALL
    box.sides[0].velocity[0, :, : ny // 2] = 0.0
    return box


def graetz(ny, nx, Pe=500.0, x_star=0.06, *, flux=False, stretch=30.0, Re=50.0):
    """Plates with developed flow and an inlet at T = 1 between walls at 0, or at 0 between walls of flux 1.

    Pe is that of the hydraulic diameter 2; x_star = x / (D_h Pe) the length.
    """
    k = 2.0 / Pe
    y = uniform(ny, 1.0)
    box = plane(one_sided(nx, x_star * 2.0 * Pe, stretch), y, unit_liquid(1.0 / Re, conductivity=k))
    enter(box, parabola(y, 0.0, 1.0), 0.0 if flux else 1.0)
    for number in (2, 3):
        if flux:
            box.sides[number].heat_flux[...] = 1.0
        else:
            hold(box.sides[number], 0.0)
    return box


def brinkman(ny, nx=8, *, K=1e-2, C=0.0, eps=1.0, velocity=None):
    """Porous channel of height 1 and unit viscosity; the inlet has the speeds given, else uniform ones."""
    box = plane(uniform(nx, 1.0), uniform(ny, 1.0), unit_liquid(1.0))
    held(box, 2, 3)
    box.porosity[...] = eps
    box.inverse_permeability[...] = 1.0 / K
    box.forchheimer[...] = C
    return enter(box, 1.0 if velocity is None else velocity)


def brinkman_speed(y, K, eps=1.0):
    """Speed for a pressure gradient of -1 and unit viscosity, y from 0 to 1, inertia left out."""
    s = math.sqrt(eps / K)
    return K * (1.0 - np.cosh(s * (np.asarray(y) - 0.5)) / math.cosh(0.5 * s))


def brinkman_means(faces, K, eps=1.0):
    """Means of :func:`brinkman_speed` over cells."""
    s = math.sqrt(eps / K)
    y = np.asarray(faces) - 0.5
    return K * (1.0 - np.diff(np.sinh(s * y)) / (s * math.cosh(0.5 * s) * np.diff(y)))


def heated_plate_channel(ny, nx, Pe=100.0, thickness=0.5, k_solid=20.0, length=120.0):
    """Channel over a solid plate with heat released in it, flux 1 into the liquid, upper wall adiabatic.

    Far from the inlet the temperature is linear along x plus :func:`heated_plate_profile`. Pe is that of height
    and mean speed.
    """
    n_solid = max(ny // 4, 2)
    y = np.concatenate([uniform(n_solid, thickness, -thickness), uniform(ny, 1.0)[1:]])
    k = 1.0 / Pe
    box = plane(one_sided(nx, length, 20.0), y, unit_liquid(0.05, conductivity=k))
    box.solid[:, :n_solid] = True
    box.conductivity[:, :, :n_solid] = k_solid * k
    box.source[:, :n_solid] = (np.diff(y)[:n_solid, None] / thickness) * np.diff(box.grid.x)
    rows = np.arange(len(y) - 1)[None, :] >= n_solid
    enter(box, parabola(y, 0.0, 1.0), 0.0, rows)
    slope = 1.0
    # The plate conducts along x as well: what leaves through its ends keeps the temperature linear.
    for side, sign in ((box.sides[0], -1.0), (box.sides[1], 1.0)):
        side.heat_flux[:, :n_solid] = sign * k_solid * k * slope
    return box


def heated_plate_profile(y, Pe=100.0, thickness=0.5, k_solid=20.0):
    """Temperature over the bulk one, of the developed channel of :func:`heated_plate_channel`.

    In the liquid k T'' = u dT/dx with dT/dx = 1, u = 6 y (1 - y), T' = -Pe at y = 0 and 0 at y = 1, so that
    T = Pe (y^3 - y^4 / 2 - y + T0); in the plate T'' = -Pe / (thickness k_solid) and T' = 0 at its bottom.
    """
    y = np.asarray(y, dtype=float)
    shape = np.polynomial.Polynomial([0.0, -1.0, 0.0, 1.0, -0.5])
    bulk = (np.polynomial.Polynomial([0.0, 6.0, -6.0]) * shape).integ()(1.0)
    below = -Pe / (thickness * k_solid) * (0.5 * y**2 + thickness * y)
    return np.where(y >= 0, Pe * (shape(np.clip(y, 0, 1)) - bulk), -Pe * bulk + below)


def duct(n, nz, nx, length, *, aspect=2.0, Re=20.0, Pe=20.0, quarter=True, wall_T=0.0):
    """Duct of height 1 (y) and width ``aspect`` (z) with developed flow of mean speed 1, walls isothermal at 0.

    A quarter of it with planes of symmetry, or all of it.
    """
    half = 0.5 if quarter else 1.0
    y, z = uniform(n, half), uniform(nz, half * aspect)
    x = uniform(nx, length)
    box = flow_box(FlowGrid(x, y, z), unit_liquid(1.0 / Re, conductivity=1.0 / Pe))
    for number in (2, 3, 4, 5):
        hold(box.sides[number], wall_T)
    if quarter:
        for number in (3, 5):
            box.sides[number].kind[...] = SLIP
            box.sides[number].htc[...] = 0.0
    return enter(box, duct_means(y, z, aspect), 1.0)


def duct_means(y_faces, z_faces, aspect, terms=60):
    """Means over faces of the developed profile of mean speed 1 in a duct 1 high and ``aspect`` wide.

    Shah and London (1978), eq. (333): a series in cos(n pi z) cosh; walls at 0 and 1, 0 and aspect.
    """
    y, z = np.asarray(y_faces), np.asarray(z_faces)
    total, mean = np.zeros((len(z) - 1, len(y) - 1)), 0.0
    for n in range(1, 2 * terms, 2):
        a = n * math.pi
        # sin(a y) (1 - cosh(a (z - aspect/2)) / cosh(a aspect/2)) / n^3, integrated over each face.
        along_y = -np.diff(np.cos(a * y)) / a
        edge = np.exp(a * (np.abs(z - aspect / 2) - aspect / 2))
        sinh = np.sign(z - aspect / 2) * edge * (-np.expm1(-2 * a * np.abs(z - aspect / 2)))
        along_z = np.diff(z) - np.diff(sinh) / (a * (1 + math.exp(-a * aspect)))
        total += along_z[:, None] * along_y / n**3
        mean += (2 / a) * (aspect - 2 * math.tanh(a * aspect / 2) / a) / n**3
    return total / (np.diff(z)[:, None] * np.diff(y)) / (mean / aspect)
