"""What follows from the unknowns of a flow at each place: properties, velocities in the pores, drag."""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_arrays import T, U, V, W
from hashheat.solvers.flow_case import FlowCase
from hashheat.solvers.flow_turbulence import PRANDTL_TURBULENT
from hashheat.thermo.jit import free_kernel, kernel
from hashheat.thermo.liquid import integral, polynomial


class Fields(NamedTuple):
    """What follows from the unknowns; filled by :func:`residual`.

    Parameters
    ----------
    viscosity : (total,) float array
        With the turbulent one [Pa s].
    shear : (total,) float array
        Viscosity over porosity, what the gradient of the superficial velocity meets [Pa s].
    conductivity : (3, total) float array
        [W/(m K)]
    buoyancy : (total,) float array
        rho(T) / rho - 1 [-].
    enthalpy : (total,) float array
        [J/kg]
    pore : (3, total) float array
        Velocity in the pores, ghosts filled [m/s].
    flow : (3, total) float array
        Mass flow through the low faces [kg/s].
    drag : (3, total) float array
        Force over velocity around each face [N s/m].
    eddy : (total,) float array
        Turbulent viscosity [Pa s].
    scratch : (12, total) float array
        Working space, three rows for each equation.
    """

    viscosity: np.ndarray
    shear: np.ndarray
    conductivity: np.ndarray
    buoyancy: np.ndarray
    enthalpy: np.ndarray
    pore: np.ndarray
    flow: np.ndarray
    drag: np.ndarray
    eddy: np.ndarray
    scratch: np.ndarray


def fields_of(case: FlowCase) -> Fields:
    """Empty fields of a case."""
    n = case.geometry.shape.total
    return Fields(
        viscosity=np.zeros(n),
        shear=np.zeros(n),
        conductivity=np.zeros((3, n)),
        buoyancy=np.zeros(n),
        enthalpy=np.zeros(n),
        pore=np.zeros((3, n)),
        flow=np.zeros((3, n)),
        drag=np.zeros((3, n)),
        eddy=np.zeros(n),
        scratch=np.zeros((12, n)),
    )


@kernel
def velocity_row(axis: int) -> int:
    """Row of the velocity along an axis, in kernels."""
    return U if axis == 0 else V if axis == 1 else W


@kernel
def extents(case: FlowCase) -> tuple[int, int, int, int, int, int]:
    """First and one past the last cell along z, y and x in padded numbering."""
    s = case.geometry.shape
    return s.k0, s.k0 + s.nz, 1, s.ny + 1, 1, s.nx + 1


@free_kernel
def properties(case: FlowCase, x: np.ndarray, f: Fields, first: int, end: int) -> None:
    """Properties of the liquid on some planes of the padded grid, by temperature and turbulent viscosity."""
    s = case.geometry.shape
    for k in range(first, end):
        for j in range(s.ny + 2):
            row = k * s.sz + j * s.sy
            for c in range(row, row + s.nx + 2):
                properties_at(case, x, f, c)


@kernel
def properties_at(case: FlowCase, x: np.ndarray, f: Fields, c: int) -> None:
    """The same at one place."""
    liquid = case.liquid
    t = min(max(x[T, c], liquid.T_min), liquid.T_max) - liquid.T_ref
    over = x[T, c] - liquid.T_ref - t
    if liquid.log_viscosity[1] == 0.0 and liquid.log_viscosity[2] == 0.0:
        mu = case.liquid.log_viscosity[0]
    else:
        mu = polynomial(liquid.log_viscosity, t)
    eddy = f.eddy[c]
    f.viscosity[c] = np.exp(mu) + eddy
    f.shear[c] = f.viscosity[c] * case.tight[c]
    own = polynomial(liquid.conductivity, t)
    heat_capacity = polynomial(liquid.heat_capacity, t)
    stirred = eddy * heat_capacity / PRANDTL_TURBULENT
    for a in range(3):
        given = case.conductivity[a, c]
        f.conductivity[a, c] = (own if given == 0.0 else given) + stirred
    f.buoyancy[c] = polynomial(liquid.buoyancy, t) + over * liquid.buoyancy[1]
    f.enthalpy[c] = integral(liquid.heat_capacity, t) + over * heat_capacity


@kernel
def speeds(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """Velocity in the pores, mass flow and drag at the faces."""
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    rho = case.liquid.density
    n_axis = 3 if s.k0 == 1 else 2
    for a in range(n_axis):
        x_a = x[velocity_row(a)]
        for c in range(s.total):
            f.pore[a, c] = x_a[c] * case.loose[a, c]
            f.flow[a, c] = rho * x_a[c] * case.full[a, c]
    speed = f.scratch[0]
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * s.sz + j * s.sy
            for c in range(row + i0, row + i1):
                u, v = x[U, c] + x[U, c + 1], x[V, c] + x[V, c + s.sy]
                w = x[W, c] + x[W, c + s.sz] if n_axis == 3 else 0.0
                speed[c] = 0.5 * np.sqrt(u * u + v * v + w * w + 1e-300)
    for a in range(n_axis):
        step = 1 if a == 0 else s.sy if a == 1 else s.sz
        for k in range(k0, k1 + int(a == 2)):
            for j in range(j0, j1 + int(a == 1)):
                row = k * s.sz + j * s.sy
                for c in range(row + i0, row + i1 + int(a == 0)):
                    b = c - step
                    here = f.viscosity[c] * case.inverse_permeability[a, c]
                    here += rho * case.forchheimer[a, c] * speed[c]
                    there = f.viscosity[b] * case.inverse_permeability[a, b]
                    there += rho * case.forchheimer[a, b] * speed[b]
                    f.drag[a, c] = 0.5 * (case.volume[c] * here + case.volume[b] * there)
