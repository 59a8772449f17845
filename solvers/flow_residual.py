"""The residual of the flow equations: what is left over in every control volume.

The flow carries the velocity in the pores, U / eps; shear spreads the superficial one, U, with the viscosity
mu / eps. This is Brinkman's term as Nithiarasu et al. have it (volume mean of the shear in the pores, its
effective viscosity that of the liquid): divided by eps their equation is that of ``flow_model``. A wall that
moves drags the superficial velocity along, as in their cavities.

References
----------
P. Nithiarasu, K. Seetharamu, T. Sundararajan, Int. J. Heat Mass Transfer 40 (1997) 3955.
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_arrays import P, T, U, V, W
from hashheat.solvers.flow_case import FlowCase
from hashheat.solvers.flow_transport import add_transport
from hashheat.solvers.flow_turbulence import PRANDTL_TURBULENT, eddy_viscosity
from hashheat.thermo.jit import kernel
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
    scratch : (4, total) float array
        Working space.
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
        scratch=np.zeros((4, n)),
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


@kernel
def _properties(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    s = case.geometry.shape
    for k in range(s.nz + 2 * s.k0):
        for j in range(s.ny + 2):
            row = k * s.sz + j * s.sy
            for c in range(row, row + s.nx + 2):
                _properties_at(case, x, f, c)


@kernel
def _properties_at(case: FlowCase, x: np.ndarray, f: Fields, c: int) -> None:
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
def _ghost(
    case: FlowCase, x: np.ndarray, f: Fields, g: int, c: int, face: int, axis: int, out: float
) -> None:
    """Surface values at the ghost g next to the cell c; ``out`` is +1 where the outside lies above."""
    geometry = case.geometry
    if case.open_out[g] > 0.0:
        _outlet_ghost(case, x, f, g, c, axis, out * x[velocity_row(axis), face] >= 0.0)
        return
    if geometry.normal[g] == 0.0 or geometry.outside[g] == np.inf:
        x[T, g] = case.beyond[g]
    else:
        area = case.full[axis, face]
        inside = 2.0 * f.conductivity[axis, c] * area * area / case.volume[c]
        both = inside + geometry.outside[g]
        x[T, g] = (inside * x[T, c] + geometry.outside[g] * case.beyond[g] + case.heat[g]) / both
    _properties_at(case, x, f, g)
    for a in range(x.shape[0] - 2):
        if a != axis:
            row = velocity_row(a)
            x[row, g] = case.wall[a, g] if geometry.grip[g] > 0.0 else x[row, c]
            f.pore[a, g] = x[row, g] * case.loose[a, g]


@kernel
def _outlet_ghost(case: FlowCase, x: np.ndarray, f: Fields, g: int, c: int, axis: int, leaves: bool) -> None:
    """The same at an outlet: what leaves is carried on from the last two cells, what enters is given.

    With the value of the last cell, central interpolation before it would alternate from cell to cell. Viscosity
    and buoyancy are of the liquid inside, whichever way it flows, so that they do not jump where the flow turns.
    """
    inward = c - g
    n = c + inward
    enters = 0.0
    if not leaves:
        x[T, g] = case.beyond[g]
        _properties_at(case, x, f, g)
        enters = f.enthalpy[g]
    between = c if inward < 0 else n
    on = 0.0
    if case.geometry.area[axis, between] > 0.0 and case.volume[n] > 0.0:
        width, next_width = (
            case.volume[c] / case.full[axis, between],
            case.volume[n] / case.full[axis, between],
        )
        on = width / (width + next_width)
    x[T, g] = x[T, c] + on * (x[T, c] - x[T, n])
    _properties_at(case, x, f, g)
    if not leaves:
        f.enthalpy[g] = enters
    for a in range(x.shape[0] - 2):
        if a != axis:
            row = velocity_row(a)
            x[row, g] = x[row, c]
            f.pore[a, g] = f.pore[a, c]
            if leaves:
                f.pore[a, g] += on * (f.pore[a, c] - f.pore[a, n])


@kernel
def _corners(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """Values at the edges of outlets, where they meet another side: viscosity, and the velocity along it."""
    s = case.geometry.shape
    n_axis = 3 if s.k0 == 1 else 2
    for a in range(n_axis):
        sa, na = (1, s.nx) if a == 0 else (s.sy, s.ny) if a == 1 else (s.sz, s.nz)
        row = velocity_row(a)
        for d in range(n_axis):
            if d == a:
                continue
            sd, nd = (1, s.nx) if d == 0 else (s.sy, s.ny) if d == 1 else (s.sz, s.nz)
            e = 3 - a - d
            se, ne = (1, s.nx) if e == 0 else (s.sy, s.ny) if e == 1 else (s.sz, s.nz)
            first = 1 if e < 2 or s.k0 == 1 else 0
            for q in range(first, first + ne):
                for high in range(2):
                    for above in range(2):
                        inside = q * se + (nd if above == 1 else 1) * sd + (na if high == 1 else 1) * sa
                        outward, across = sa if high == 1 else -sa, sd if above == 1 else -sd
                        if case.open_out[inside + outward] == 0.0:
                            continue
                        side, corner = inside + across, inside + outward + across
                        f.shear[corner] = f.shear[side]
                        if high == 1:
                            held = case.geometry.grip[side] > 0.0
                            x[row, corner] = case.wall[a, side] if held else x[row, inside + outward]
                            f.pore[a, corner] = x[row, corner] * case.loose[a, inside + outward]


@kernel
def _ghosts(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * s.sz + j * s.sy
            _ghost(case, x, f, row, row + 1, row + 1, 0, -1.0)
            _ghost(case, x, f, row + i1, row + i1 - 1, row + i1, 0, 1.0)
        for i in range(i0, i1):
            low, high = k * s.sz + i, k * s.sz + j1 * s.sy + i
            _ghost(case, x, f, low, low + s.sy, low + s.sy, 1, -1.0)
            _ghost(case, x, f, high, high - s.sy, high, 1, 1.0)
    for j in range(j0, j1 if s.k0 == 1 else j0):
        for i in range(i0, i1):
            low, high = j * s.sy + i, k1 * s.sz + j * s.sy + i
            _ghost(case, x, f, low, low + s.sz, low + s.sz, 2, -1.0)
            _ghost(case, x, f, high, high - s.sz, high, 2, 1.0)
    _corners(case, x, f)


@kernel
def _speeds(case: FlowCase, x: np.ndarray, f: Fields) -> None:
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


@kernel
def _at_faces(values: np.ndarray, lower: np.ndarray, step: int, out: np.ndarray) -> None:
    for c in range(step, values.size):
        out[c] = lower[c] * values[c - step] + (1.0 - lower[c]) * values[c]


@kernel
def momentum_faces(
    case: FlowCase, f: Fields, a: int, d: int, flow: np.ndarray, conductance: np.ndarray
) -> None:
    """Mass flow and shear conductance that velocity ``a`` meets along axis ``d``, by low face."""
    s = case.geometry.shape
    sa = 1 if a == 0 else s.sy if a == 1 else s.sz
    sd = 1 if d == 0 else s.sy if d == 1 else s.sz
    geometry_row = case.spread[3 * a + d]
    if a == d:
        for c in range(sa, s.total):
            b = c - sa
            m = 0.5 * (f.flow[a, b] + f.flow[a, c])
            flow[c] = m * 0.5 * (case.loose[a, b] + case.loose[a, c])
            conductance[c] = f.shear[b] * geometry_row[c]
        return
    lower = case.lower[a]
    low_d = case.lower[d]
    first = sa + sd
    for c in range(first, s.total):
        b = c - sa
        m = 0.5 * (f.flow[d, b] + f.flow[d, c])
        flow[c] = m * 0.5 * (case.loose[a, c - sd] + case.loose[a, c])
        here = lower[c] * f.shear[b] + (1.0 - lower[c]) * f.shear[c]
        there = lower[c] * f.shear[b - sd] + (1.0 - lower[c]) * f.shear[c - sd]
        conductance[c] = (low_d[c] * there + (1.0 - low_d[c]) * here) * geometry_row[c]


@kernel
def heat_faces(case: FlowCase, f: Fields, d: int, conductance: np.ndarray) -> None:
    """Conductance for heat of the low faces along axis ``d`` [W/K]; none at inlets and outlets."""
    s, g = case.geometry.shape, case.geometry
    step = 1 if d == 0 else s.sy if d == 1 else s.sz
    for c in range(step, s.total):
        b = c - step
        area = case.full[d, c]
        resistance = 0.0
        if area > 0.0:
            resistance = 0.5 * (case.volume[b] / f.conductivity[d, b] + case.volume[c] / f.conductivity[d, c])
        conductance[c] = area * area / resistance if resistance > 0.0 else 0.0
    k0, k1, j0, j1, i0, i1 = extents(case)
    if d == 0:
        for k in range(k0, k1):
            for j in range(j0, j1):
                row = k * s.sz + j * s.sy
                conductance[row + 1] *= g.normal[row]
                conductance[row + i1] *= g.normal[row + i1]
    elif d == 1:
        for k in range(k0, k1):
            for i in range(i0, i1):
                low, high = k * s.sz + i, k * s.sz + j1 * s.sy + i
                conductance[low + s.sy] *= g.normal[low]
                conductance[high] *= g.normal[high]
    else:
        for j in range(j0, j1):
            for i in range(i0, i1):
                low, high = j * s.sy + i, k1 * s.sz + j * s.sy + i
                conductance[low + s.sz] *= g.normal[low]
                conductance[high] *= g.normal[high]


@kernel
def _momentum(case: FlowCase, x: np.ndarray, f: Fields, a: int, scales: np.ndarray, net: np.ndarray) -> None:
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    n_axis = 3 if s.k0 == 1 else 2
    sa = 1 if a == 0 else s.sy if a == 1 else s.sz
    strides = (s.sy, s.sz)
    flow, conductance, scratch = f.scratch[1], f.scratch[2], f.scratch[3]
    row_u = x[velocity_row(a)]
    inner = (k0 + int(a == 2), k1, j0 + int(a == 1), j1, i0 + int(a == 0), i1)
    end = (k1 + int(a == 2), j1 + int(a == 1), i1 + int(a == 0))
    whole = (k0, end[0], j0, end[1], i0, end[2])
    for d in range(n_axis):
        momentum_faces(case, f, a, d, flow, conductance)
        sd = 1 if d == 0 else s.sy if d == 1 else s.sz
        if d == a:
            weights = (
                case.face_weights[0] if d == 0 else case.face_weights[1] if d == 1 else case.face_weights[2]
            )
        else:
            weights = (
                case.cell_weights[0] if d == 0 else case.cell_weights[1] if d == 1 else case.cell_weights[2]
            )
        add_transport(
            net,
            f.pore[a],
            row_u,
            flow,
            conductance,
            scratch,
            weights,
            scales[U],
            1.0,
            1.0,
            d,
            sd,
            strides,
            inner if d == a else whole,
        )
        if d == a:
            _add_outlets(case, row_u, f.pore[a], a, flow, conductance, scratch, net)
        if case.varying:
            _add_turned(case, x, f, a, d, inner, net)
    rho_g = case.liquid.density * case.gravity[a]
    area, active, room = case.geometry.area[a], case.geometry.active[a], case.room[a]
    for k in range(k0, end[0]):
        for j in range(j0, end[1]):
            row = k * s.sz + j * s.sy
            for c in range(row + i0, row + end[2]):
                b = c - sa
                pull = rho_g * 0.5 * (f.buoyancy[b] + f.buoyancy[c]) * room[c] + case.force[a, c]
                r = net[c] + (x[P, c] - x[P, b]) * area[c] + f.drag[a, c] * row_u[c] - pull
                net[c] = r * active[c]


@kernel
def _add_outlets(
    case: FlowCase,
    velocity: np.ndarray,
    pore: np.ndarray,
    a: int,
    flow: np.ndarray,
    conductance: np.ndarray,
    through: np.ndarray,
    net: np.ndarray,
) -> None:
    """Momentum along its own axis of the half volumes at outlets, from their middle to the outlet.

    ``through`` is what passes the middles of the cells. The velocity on the outlet leaves with the flow, and
    nothing is spread across the outlet: mu dU/dn is zero there, and the transposed shear is left out of these
    halves. Where liquid flows in it has the velocity on the outlet.
    """
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    sa = 1 if a == 0 else s.sy if a == 1 else s.sz
    last = (s.nx if a == 0 else s.ny if a == 1 else s.nz) * sa
    for k in range(k0, k0 + 1 if a == 2 else k1):
        for j in range(j0, j0 + 1 if a == 1 else j1):
            for i in range(i0, i0 + 1 if a == 0 else i1):
                c = k * s.sz + j * s.sy + i
                if case.geometry.active[a, c] > 0.0:
                    n = c + sa
                    spread = conductance[n] * (velocity[c] - velocity[n])
                    net[c] += through[n] - flow[n] * pore[c] if flow[n] < 0.0 else spread
                c += last
                if case.geometry.active[a, c] > 0.0:
                    spread = conductance[c] * (velocity[c] - velocity[c - sa])
                    net[c] += flow[c] * pore[c] - through[c] if flow[c] > 0.0 else spread


@kernel
def _add_turned(
    case: FlowCase,
    x: np.ndarray,
    f: Fields,
    a: int,
    d: int,
    inner: tuple[int, int, int, int, int, int],
    net: np.ndarray,
) -> None:
    """Shear by the transposed gradient, d/dx_d (mu/eps dU_d/dx_a), without what vanishes with the divergence.

    With constant mu/eps the sum over d is exactly zero, so that the common case keeps its compact stencil.
    """
    s = case.geometry.shape
    sa = 1 if a == 0 else s.sy if a == 1 else s.sz
    sd = 1 if d == 0 else s.sy if d == 1 else s.sz
    q = x[velocity_row(d)]
    k0, k1, j0, j1, i0, i1 = inner
    lower, low_d = case.lower[a], case.lower[d]
    mu = f.shear
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * s.sz + j * s.sy
            for c in range(row + i0, row + i1):
                b = c - sa
                at = lower[c] * mu[b] + (1.0 - lower[c]) * mu[c]
                if a == d:
                    # Area over width, times velocity differences across the two cells.
                    upper = case.spread[4 * a, c + sa] * (q[c + sa] - q[c])
                    under = case.spread[4 * a, c] * (q[c] - q[b])
                    net[c] -= (mu[c] - at) * upper - (mu[b] - at) * under
                    continue
                side = 0.5 * (case.full[d, b] + case.full[d, c])
                length = case.room[a, c] / case.full[a, c]
                n, m = c + sd, c - sd
                far = lower[c] * mu[b + sd] + (1.0 - lower[c]) * mu[n]
                near = lower[c] * mu[b - sd] + (1.0 - lower[c]) * mu[m]
                high = low_d[n] * at + (1.0 - low_d[n]) * far
                low = low_d[c] * near + (1.0 - low_d[c]) * at
                area = side / length
                net[c] -= area * ((high - at) * (q[n] - q[b + sd]) - (low - at) * (q[c] - q[b]))


@kernel
def _mass(case: FlowCase, x: np.ndarray, out: np.ndarray) -> None:
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    full = case.full
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * s.sz + j * s.sy
            for c in range(row + i0, row + i1):
                n = c + s.sy
                r = (
                    x[U, c + 1] * full[0, c + 1]
                    - x[U, c] * full[0, c]
                    + x[V, n] * full[1, n]
                    - x[V, c] * full[1, c]
                )
                if s.k0 == 1:
                    r += x[W, c + s.sz] * full[2, c + s.sz] - x[W, c] * full[2, c]
                out[c] = r


@kernel
def residual(case: FlowCase, x: np.ndarray, f: Fields, scales: np.ndarray, out: np.ndarray) -> None:
    """Left-over force [N], volume flow [m3/s] and heat [W] of every control volume.

    Parameters
    ----------
    case : FlowCase
    x : (n_field, total) float array
        Unknowns; their ghosts are filled.
    f : Fields
        Filled here.
    scales : (n_field,) float array
        Range of each unknown, for the threshold of the upstream interpolation.
    out : (n_field, total) float array
        Result, zero where nothing is unknown.
    """
    s = case.geometry.shape
    out[...] = 0.0
    if case.stirred:
        f.eddy[...] = 0.0
    _properties(case, x, f)
    _speeds(case, x, f)
    _ghosts(case, x, f)
    if case.stirred:
        eddy_viscosity(case, f.pore, f.eddy)
        _properties(case, x, f)
        _ghosts(case, x, f)
    _mass(case, x, out[P])
    n_axis = 3 if s.k0 == 1 else 2
    for a in range(n_axis):
        _momentum(case, x, f, a, scales, out[velocity_row(a)])
    strides = (s.sy, s.sz)
    whole = extents(case)
    heat_range = scales[T] * case.liquid.heat_capacity[0]
    for d in range(n_axis):
        sd = 1 if d == 0 else s.sy if d == 1 else s.sz
        heat_faces(case, f, d, f.scratch[2])
        weights = case.cell_weights[0] if d == 0 else case.cell_weights[1] if d == 1 else case.cell_weights[2]
        add_transport(
            out[T],
            f.enthalpy,
            x[T],
            f.flow[d],
            f.scratch[2],
            f.scratch[3],
            weights,
            heat_range,
            case.liquid.heat_capacity[0],
            0.0,
            d,
            sd,
            strides,
            whole,
        )
    k0, k1, j0, j1, i0, i1 = whole
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * s.sz + j * s.sy
            for c in range(row + i0, row + i1):
                out[T, c] += case.exchange[c] * (x[T, c] - case.exchange_temperature[c]) - case.source[c]
