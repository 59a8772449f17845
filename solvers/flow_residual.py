"""The residual of the flow equations: what is left over in every control volume.

The flow carries the velocity in the pores, U / eps; shear spreads the superficial one, U, with the viscosity
mu / eps. This is Brinkman's term as Nithiarasu et al. have it (volume mean of the shear in the pores, its
effective viscosity that of the liquid): divided by eps their equation is that of ``flow_model``. A wall that
moves drags the superficial velocity along, as in their cavities.

References
----------
P. Nithiarasu, K. Seetharamu, T. Sundararajan, Int. J. Heat Mass Transfer 40 (1997) 3955.
"""

from itertools import pairwise

import numpy as np

from hashheat.solvers.flow_arrays import P, T, U, V, W
from hashheat.solvers.flow_case import FlowCase
from hashheat.solvers.flow_fields import Fields, extents, properties, speeds, velocity_row
from hashheat.solvers.flow_ghosts import ghosts
from hashheat.solvers.flow_transport import add_transport
from hashheat.solvers.flow_turbulence import eddy_viscosity
from hashheat.solvers.side_by_side import side_by_side
from hashheat.thermo.jit import free_kernel, kernel

# Places from which several threads are worth it, and groups of planes.
_MANY, _PARTS = 8000, 4


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
    flow, conductance, scratch = f.scratch[3 * a], f.scratch[3 * a + 1], f.scratch[3 * a + 2]
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
def _heat(case: FlowCase, x: np.ndarray, f: Fields, scales: np.ndarray, net: np.ndarray) -> None:
    s = case.geometry.shape
    strides = (s.sy, s.sz)
    whole = extents(case)
    conductance, scratch = f.scratch[9], f.scratch[10]
    heat_range = scales[T] * case.liquid.heat_capacity[0]
    for d in range(3 if s.k0 == 1 else 2):
        sd = 1 if d == 0 else s.sy if d == 1 else s.sz
        heat_faces(case, f, d, conductance)
        weights = case.cell_weights[0] if d == 0 else case.cell_weights[1] if d == 1 else case.cell_weights[2]
        add_transport(
            net,
            f.enthalpy,
            x[T],
            f.flow[d],
            conductance,
            scratch,
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
                net[c] += case.exchange[c] * (x[T, c] - case.exchange_temperature[c]) - case.source[c]


@kernel
def _before(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """What follows from properties without turbulence."""
    speeds(case, x, f)
    ghosts(case, x, f)
    if case.stirred:
        eddy_viscosity(case, f.pore, f.eddy)


@free_kernel
def _equation(case: FlowCase, x: np.ndarray, f: Fields, scales: np.ndarray, n: int, out: np.ndarray) -> None:
    """One velocity's, or mass and heat."""
    if n < 3:
        _momentum(case, x, f, n, scales, out[velocity_row(n)])
    else:
        _mass(case, x, out[P])
        _heat(case, x, f, scales, out[T])


@kernel
def _on_one(case: FlowCase, x: np.ndarray, f: Fields, scales: np.ndarray, out: np.ndarray) -> None:
    """All of it in one call: on small grids the calls cost more than a second thread saves."""
    planes = case.geometry.shape.nz + 2 * case.geometry.shape.k0
    properties(case, x, f, 0, planes)
    _before(case, x, f)
    if case.stirred:
        properties(case, x, f, 0, planes)
        ghosts(case, x, f)
    for n in range(4):
        if n != 2 or case.geometry.shape.k0 == 1:
            _equation(case, x, f, scales, n, out)


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
    if s.k0 == 0 or s.total < _MANY:
        _on_one(case, x, f, scales, out)
        return
    planes = s.nz + 2
    edges = [n * planes // _PARTS for n in range(_PARTS + 1)]
    parts = [(case, x, f, first, end) for first, end in pairwise(edges)]
    side_by_side(properties, parts)
    _before(case, x, f)
    if case.stirred:
        side_by_side(properties, parts)
        ghosts(case, x, f)
    side_by_side(_equation, [(case, x, f, scales, n, out) for n in range(4)])
