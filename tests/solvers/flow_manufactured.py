"""Manufactured flows: chosen fields, and the forces and heat sources that make them solutions of the equations.

Fields are sums of products of sines, so that every derivative is exact; sources are means over the control
volumes by Gauss's rule of three points along each axis.
"""

import math
from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_grid import stretched
from hashheat.solvers.flow_model import SLIP, FlowGrid, FlowState, flow_box
from hashheat.thermo.liquid import Liquid

PI = math.pi
GAUSS = np.array([-math.sqrt(0.6), 0.0, math.sqrt(0.6)]), np.array([5.0, 8.0, 5.0]) / 18.0


class Sine(NamedTuple):
    """sin(a x + b); a = 0, b = pi/2 is 1."""

    a: float
    b: float


ONE = Sine(0.0, PI / 2)


def sin(n):
    return Sine(n * PI, 0.0)


def cos(n):
    return Sine(n * PI, PI / 2)


class Field:
    """Sum of c sin(.x + .) sin(.y + .) sin(.z + .): a call gives the derivative of order d along each axis."""

    def __init__(self, *terms):
        self.terms = terms

    def __call__(self, x, y, z, d=(0, 0, 0)):
        total = 0.0
        for c, *factors in self.terms:
            piece = c
            for (a, b), at, order in zip(factors, (x, y, z), d, strict=True):
                piece = piece * a**order * np.sin(a * at + b + order * PI / 2)
            total = total + piece
        return total + 0.0 * (x + y + z)

    def __add__(self, other):
        return Field(*self.terms, *other.terms)

    def along(self, axis, factor=1.0):
        """Derivative along an axis, times a factor."""
        made = []
        for c, *factors in self.terms:
            a, b = factors[axis]
            factors[axis] = Sine(a, b + PI / 2)
            made.append((factor * c * a, *factors))
        return Field(*made)


def constant(c):
    return Field((c, ONE, ONE, ONE))


def squares(c, axes, rest=ONE):
    """c times the product of sin^2(pi x) over the axes, and of ``rest`` over the others."""
    terms = [(c, [rest] * 3)]
    for axis in axes:
        split = []
        for factor, factors in terms:
            for half, piece in ((0.5, ONE), (-0.5, cos(2))):
                split.append((factor * half, [piece if a == axis else f for a, f in enumerate(factors)]))
        terms = split
    return Field(*((factor, *factors) for factor, factors in terms))


class Flow(NamedTuple):
    """Exact fields and the medium they are in.

    Parameters
    ----------
    velocity : tuple of 3 Field
    p, T : Field
    eps : Field
        Porosity.
    drag, forchheimer : (3,) float
        1/K and C along each axis.
    """

    velocity: tuple
    p: Field
    T: Field
    eps: Field
    drag: tuple
    forchheimer: tuple
    liquid: Liquid
    gravity: tuple


def polynomial(c, t, order=0):
    return np.polynomial.Polynomial(c).deriv(order)(t) if order else np.polynomial.Polynomial(c)(t)


def force_at(flow, axis, x, y, z):
    """Body force that balances the momentum equation along an axis, at points."""
    liquid = flow.liquid
    unit = [tuple(int(a == b) for b in range(3)) for a in range(3)]

    def value(field, *axes):
        return field(x, y, z, tuple(sum(unit[a][b] for a in axes) for b in range(3)))

    U = [value(part) for part in flow.velocity]
    eps = value(flow.eps)
    t = value(flow.T) - liquid.T_ref
    mu = np.exp(polynomial(liquid.log_viscosity, t))
    rho = liquid.density
    # (rho / eps) U . grad(U / eps)
    carried = 0.0
    shear = 0.0
    for b in range(3):
        eps_b = value(flow.eps, b)
        gradient = value(flow.velocity[axis], b) / eps - U[axis] * eps_b / eps**2
        carried = carried + rho / eps * U[b] * gradient
        # d/db [mu / eps (dU_axis/db + dU_b/daxis)]
        mu_b = mu * polynomial(liquid.log_viscosity, t, 1) * value(flow.T, b)
        rate = value(flow.velocity[axis], b) + value(flow.velocity[b], axis)
        rate_b = value(flow.velocity[axis], b, b) + value(flow.velocity[b], axis, b)
        shear = shear + (mu_b / eps - mu * eps_b / eps**2) * rate + mu / eps * rate_b
    speed = np.sqrt(U[0] ** 2 + U[1] ** 2 + U[2] ** 2)
    resistance = (mu * flow.drag[axis] + rho * flow.forchheimer[axis] * speed) * U[axis]
    buoyancy = rho * polynomial(liquid.buoyancy, t) * flow.gravity[axis]
    return carried + value(flow.p, axis) - shear + resistance - buoyancy


def heat_at(flow, x, y, z):
    """Heat source that balances the energy equation, at points."""
    liquid = flow.liquid
    t = flow.T(x, y, z) - liquid.T_ref
    k, k_T = polynomial(liquid.conductivity, t), polynomial(liquid.conductivity, t, 1)
    gained = 0.0
    for a in range(3):
        d = tuple(int(a == b) for b in range(3))
        T_a = flow.T(x, y, z, d)
        T_aa = flow.T(x, y, z, tuple(2 * i for i in d))
        carried = liquid.density * polynomial(liquid.heat_capacity, t) * flow.velocity[a](x, y, z) * T_a
        gained = gained + carried - k * T_aa - k_T * T_a**2
    return gained


def means(function, edges):
    """Means over the boxes between the edges along x, y, z; indexed [z, y, x]."""
    total = 0.0
    points, weights = GAUSS
    middle = [0.5 * (e[1:] + e[:-1]) for e in edges]
    half = [0.5 * np.diff(e) for e in edges]
    for i, wi in zip(points, weights, strict=True):
        for j, wj in zip(points, weights, strict=True):
            for k, wk in zip(points, weights, strict=True):
                x = (middle[0] + i * half[0])[None, None, :]
                y = (middle[1] + j * half[1])[None, :, None]
                z = (middle[2] + k * half[2])[:, None, None]
                total = total + wi * wj * wk * function(x, y, z)
    return total


def face_edges(grid, axis):
    """Edges of the control volumes of the faces across an axis: centre to centre, halved at the sides."""
    edges = list(grid)
    f = edges[axis]
    edges[axis] = np.concatenate([f[:1], 0.5 * (f[1:] + f[:-1]), f[-1:]])
    return edges


def box_of(flow, grid, isothermal=(0, 1)):
    """Box whose solution is the flow: walls at rest, the named sides at their exact temperature."""
    box = flow_box(grid, flow.liquid, flow.gravity)
    nz = grid.shape[0]
    plane = nz == 1
    volume = np.diff(grid.z)[:, None, None] * np.diff(grid.y)[:, None] * np.diff(grid.x)
    box.source[...] = volume * means(lambda x, y, z: heat_at(flow, x, y, z), grid)
    for axis in range(2 if plane else 3):
        box.force[axis][...] = means(
            lambda x, y, z, axis=axis: force_at(flow, axis, x, y, z), face_edges(grid, axis)
        )
    box.porosity[...] = means(flow.eps, grid)
    box.inverse_permeability[...] = np.array(flow.drag)[:, None, None, None]
    box.forchheimer[...] = np.array(flow.forchheimer)[:, None, None, None]
    for number in isothermal:
        axis = number // 2
        at = grid[axis][-1 if number % 2 else 0]
        edges = list(grid)
        edges[axis] = np.array([at, at])
        side = box.sides[number]
        side.htc[...] = math.inf
        side.temperature[...] = np.squeeze(means(flow.T, edges), 2 - axis)
    if plane:
        assert box.sides[4].kind[0, 0] == SLIP
    return box


def exact_state(flow, grid):
    """Values at the centres of faces and cells: a start on the branch that is meant."""
    middle = [0.5 * (e[1:] + e[:-1]) for e in grid]

    def at(field, x, y, z):
        return field(x[None, None, :], y[None, :, None], z[:, None, None])

    speeds = []
    for axis in range(3):
        places = list(middle)
        places[axis] = grid[axis]
        speeds.append(at(flow.velocity[axis], *places))
    if grid.shape[0] == 1:
        speeds[2][...] = 0.0
    return FlowState(*speeds, at(flow.p, *middle), at(flow.T, *middle))


def errors(flow, box, state):
    """Root mean square errors of u, v, w, T over their sizes; the pressure's after its mean is taken out."""
    grid = box.grid
    middle = [0.5 * (e[1:] + e[:-1]) for e in grid]
    found = {}
    for axis, (name, field) in enumerate(zip("uvw", (state.u, state.v, state.w), strict=True)):
        if axis == 2 and grid.shape[0] == 1:
            continue
        at = list(middle)
        at[axis] = grid[axis]
        size = [np.diff(e) for e in face_edges(grid, axis)]
        found[name] = _norm(flow.velocity[axis], field, at, size)
    size = [np.diff(e) for e in grid]
    found["T"] = _norm(flow.T, state.T, middle, size)
    volume = size[2][:, None, None] * size[1][:, None] * size[0]
    exact = flow.p(middle[0][None, None], middle[1][None, :, None], middle[2][:, None, None])
    away = state.p - exact
    away = away - (volume * away).sum() / volume.sum()
    found["p"] = math.sqrt((volume * away**2).sum() / (volume * exact**2).sum())
    return found


def _norm(field, values, at, size):
    exact = field(at[0][None, None, :], at[1][None, :, None], at[2][:, None, None])
    volume = size[2][:, None, None] * size[1][:, None] * size[0]
    return math.sqrt((volume * (values - exact) ** 2).sum() / (volume * exact**2).sum())


# The flows. Their walls stand at 0 and 1 along each axis.


def liquid_of(viscosity, conductivity=1.0, *, curved=False, buoyancy=1.0):
    """Density and heat capacity about 1; curved: everything varies with temperature."""
    more = np.array([0.0, -0.9, 0.3, 0.1, 0.0, 0.0]) if curved else np.zeros(6)
    k = np.array([conductivity, 0.3 * conductivity, 0.1 * conductivity, 0, 0, 0]) if curved else None
    cp = np.array([1.0, 0.4, 0.2, 0.0, 0.0, 0.0]) if curved else None
    plain = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    return Liquid(
        T_ref=0.0,
        T_min=-10.0,
        T_max=10.0,
        density=1.0,
        buoyancy=buoyancy * np.array([0.0, -0.01, 0.002 if curved else 0.0, 0.0, 0.0, 0.0]),
        log_viscosity=more + np.log(viscosity) * plain,
        conductivity=conductivity * plain if k is None else k,
        heat_capacity=plain if cp is None else cp,
    )


def plane_flow(*, U=10.0, A=0.2, P0=50.0, Pr=0.71, Ra=1e4, **medium):
    """Roll in a square: psi = U/pi sin^2(pi x) sin^2(pi y), T = 1/2 - x + A sin(pi x) cos(pi y)."""
    psi = squares(U / PI, (0, 1))
    # sin(pi x / 1) with a slope: x itself is no sine, so it is taken from the middle of a long one.
    slow = 1e-4
    linear = Field((-1.0 / slow, Sine(slow, -0.5 * slow), ONE, ONE))
    fields = {
        "velocity": (psi.along(1), psi.along(0, -1.0), constant(0.0)),
        "p": Field((P0, cos(1), cos(1), ONE)),
        "T": linear + Field((A, sin(1), cos(1), ONE)),
    }
    return _flow(fields, Pr, Ra, (0.0, -1.0, 0.0), medium)


def space_flow(*, U=8.0, A=0.2, P0=20.0, Pr=1.0, Ra=1e3, **medium):
    """Two rolls in a cube, one about z and one about x, each fading to all walls."""
    psi = squares(U / PI, (0, 1, 2))
    other = squares(0.6 * U / PI, (0, 1, 2))
    slow = 1e-4
    linear = Field((-1.0 / slow, Sine(slow, -0.5 * slow), ONE, ONE))
    fields = {
        "velocity": (psi.along(1), psi.along(0, -1.0) + other.along(2), other.along(1, -1.0)),
        "p": Field((P0, cos(1), cos(1), cos(1))),
        "T": linear + Field((A, sin(1), cos(1), cos(1))),
    }
    return _flow(fields, Pr, Ra, (0.0, 0.6, -0.8), medium)


def _flow(fields, Pr, Ra, down, medium):
    curved = medium.get("curved", False)
    return Flow(
        **fields,
        eps=medium.get("eps", constant(1.0)),
        drag=medium.get("drag", (0.0, 0.0, 0.0)),
        forchheimer=medium.get("forchheimer", (0.0, 0.0, 0.0)),
        liquid=liquid_of(Pr, curved=curved),
        gravity=tuple(Ra * Pr / 0.01 * g for g in down),
    )


def grid_of(n, *, plane=True, ratio=1.0):
    x = stretched(n, 1.0, ratio)
    y = stretched(n, 1.0, 1.0 + 1.5 * (ratio - 1.0))
    return FlowGrid(x, y, np.array([0.0, 1.0]) if plane else x)
