"""Residual and smoother of the linearised flow equations, on coefficients packed by cell.

The smoother solves mass and heat of one cell together with the velocities on its faces: the symmetric coupled
Gauss-Seidel method of Vanka, with the temperature added.

Each cell's coefficients stand in one row, so that a sweep reads memory once and in order. The loops take plain
arrays: a tuple of many arrays handed to a function that is called for each cell costs more than the arithmetic.

References
----------
S. Vanka, J. Comput. Phys. 65 (1986) 138.
"""

import numpy as np

from hashheat.solvers.flow_arrays import P, T, U, V, W
from hashheat.solvers.flow_case import FlowCase
from hashheat.solvers.flow_fields import extents
from hashheat.solvers.flow_operator import HEAT, Operator
from hashheat.solvers.side_by_side import side_by_side
from hashheat.thermo.jit import free_kernel, kernel

# Columns of a row. Of each field: coefficients of the neighbours west, east, south, north, then the diagonal and
# what to multiply by instead of dividing (0 where nothing is unknown). Plane flow ends at N_PLANE.
_U, _V, _T = 0, 6, 12
_DIAGONAL, _INVERSE = 4, 5
_AREA, _LIFT, _CARRY, _BELOW, _SLOPE = 17, 19, 21, 23, 25
N_PLANE = 26
_U_Z, _V_Z, _T_Z, _W, _W_Z = 26, 28, 30, 32, 38
_AREA_Z, _LIFT_Z, _CARRY_Z, _BELOW_Z = 40, 41, 42, 43
N_SPACE = 44
# The smoother keeps heat and mass apart where together they are nearly singular (strong unstable stratification).
_SINGULAR = 0.001
# Planes of a slab at least, and slabs at most.
_THICK, _SLABS = 6, 8
# Cells from which slabs are worth their threads.
_MANY = 8000


def table_of(case: FlowCase) -> np.ndarray:
    """Empty rows of a level: (total, N_PLANE or N_SPACE)."""
    shape = case.geometry.shape
    return np.zeros((shape.total, N_SPACE if shape.k0 else N_PLANE))


@kernel
def pack(case: FlowCase, op: Operator, table: np.ndarray) -> None:
    """Bring the coefficients of a level into rows."""
    space = case.geometry.shape.k0 == 1
    area = case.geometry.area
    for c in range(table.shape[0]):
        row = table[c]
        for field, at in ((0, _U), (1, _V), (HEAT, _T)):
            row[at] = op.low[field, 0, c]
            row[at + 1] = op.high[field, 0, c]
            row[at + 2] = op.low[field, 1, c]
            row[at + 3] = op.high[field, 1, c]
            row[at + _DIAGONAL] = op.diagonal[field, c]
        row[_U + _INVERSE] = op.inverse[0, c]
        row[_V + _INVERSE] = op.inverse[1, c]
        for a in range(2):
            row[_AREA + a] = area[a, c]
            row[_LIFT + a] = op.lift[a, c]
            row[_CARRY + a] = op.carry[a, c]
            row[_BELOW + a] = op.carry_below[a, c]
        row[_SLOPE] = op.slope[c]
        if space:
            for field, at in ((0, _U_Z), (1, _V_Z), (HEAT, _T_Z), (2, _W_Z)):
                row[at] = op.low[field, 2, c]
                row[at + 1] = op.high[field, 2, c]
            row[_W] = op.low[2, 0, c]
            row[_W + 1] = op.high[2, 0, c]
            row[_W + 2] = op.low[2, 1, c]
            row[_W + 3] = op.high[2, 1, c]
            row[_W + _DIAGONAL] = op.diagonal[2, c]
            row[_W + _INVERSE] = op.inverse[2, c]
            row[_AREA_Z] = area[2, c]
            row[_LIFT_Z] = op.lift[2, c]
            row[_CARRY_Z] = op.carry[2, c]
            row[_BELOW_Z] = op.carry_below[2, c]


@kernel
def _plane(m: np.ndarray, c: int, at: int, y: np.ndarray, sy: int) -> float:
    """Neighbours' part of a row along x and y, less the diagonal's."""
    r = m[c, at] * y[c - 1] + m[c, at + 1] * y[c + 1] + m[c, at + 2] * y[c - sy] + m[c, at + 3] * y[c + sy]
    return r - m[c, at + _DIAGONAL] * y[c]


@kernel
def _across(m: np.ndarray, c: int, at: int, y: np.ndarray, sz: int) -> float:
    """Neighbours' part of a row along z."""
    return m[c, at] * y[c - sz] + m[c, at + 1] * y[c + sz]


@kernel
def _pulls(m: np.ndarray, c: int, s: int, area: int, lift: int, p: np.ndarray, t: np.ndarray) -> float:
    """Pressure and buoyancy on the low face of a cell."""
    buoyancy = m[c - s, _SLOPE] * t[c - s] + m[c, _SLOPE] * t[c]
    return m[c, lift] * buoyancy - m[c, area] * (p[c] - p[c - s])


@kernel
def _solve_pair(
    m_p: float, m_t: float, t_p: float, t_t: float, r_m: float, r_t: float, own: float
) -> tuple[float, float]:
    """Pressure and temperature of a cell from its mass and heat."""
    if m_p > 0.0:
        det = m_p * t_t - m_t * t_p
        if det > _SINGULAR * m_p * own:
            return (r_m * t_t - m_t * r_t) / det, (m_p * r_t - t_p * r_m) / det
        return r_m / m_p, r_t / own
    return 0.0, r_t / own


@kernel
def _relax_plane(m: np.ndarray, x: np.ndarray, b: np.ndarray, c: int, sy: int, damp: float) -> None:
    u, v, p, t = x[U], x[V], x[P], x[T]
    e, n = c + 1, c + sy
    slope, own = m[c, _SLOPE], m[c, _T + _DIAGONAL]
    d0, d1, d2, d3 = m[c, _U + _INVERSE], m[e, _U + _INVERSE], m[c, _V + _INVERSE], m[n, _V + _INVERSE]
    a0, a1, a2, a3 = m[c, _AREA], m[e, _AREA], m[c, _AREA + 1], m[n, _AREA + 1]
    e0, e1, e2, e3 = m[c, _CARRY], m[e, _BELOW], m[c, _CARRY + 1], m[n, _BELOW + 1]
    r0 = b[U, c] + _plane(m, c, _U, u, sy) + _pulls(m, c, 1, _AREA, _LIFT, p, t) if d0 > 0.0 else 0.0
    r1 = b[U, e] + _plane(m, e, _U, u, sy) + _pulls(m, e, 1, _AREA, _LIFT, p, t) if d1 > 0.0 else 0.0
    r2 = b[V, c] + _plane(m, c, _V, v, sy) + _pulls(m, c, sy, _AREA + 1, _LIFT + 1, p, t) if d2 > 0.0 else 0.0
    r3 = b[V, n] + _plane(m, n, _V, v, sy) + _pulls(m, n, sy, _AREA + 1, _LIFT + 1, p, t) if d3 > 0.0 else 0.0
    r_m = b[P, c] + a0 * u[c] - a1 * u[e] + a2 * v[c] - a3 * v[n]
    r_t = b[T, c] + _plane(m, c, _T, t, sy) - e0 * u[c] - e1 * u[e] - e2 * v[c] - e3 * v[n]
    # The velocities in terms of pressure and temperature of the cell, put into mass and heat.
    p0, p1, p2, p3 = a0 * d0, -a1 * d1, a2 * d2, -a3 * d3
    l0, l1 = d0 * m[c, _LIFT] * slope, d1 * m[e, _LIFT] * slope
    l2, l3 = d2 * m[c, _LIFT + 1] * slope, d3 * m[n, _LIFT + 1] * slope
    m_p = a0 * p0 - a1 * p1 + a2 * p2 - a3 * p3
    m_t = a1 * l1 - a0 * l0 + a3 * l3 - a2 * l2
    t_p = -e0 * p0 - e1 * p1 - e2 * p2 - e3 * p3
    t_t = own + e0 * l0 + e1 * l1 + e2 * l2 + e3 * l3
    r_m = r_m + p0 * r0 + p1 * r1 + p2 * r2 + p3 * r3
    r_t = r_t - e0 * d0 * r0 - e1 * d1 * r1 - e2 * d2 * r2 - e3 * d3 * r3
    dp, dt = _solve_pair(m_p, m_t, t_p, t_t, r_m, r_t, own)
    u[c] += damp * (d0 * r0 - p0 * dp + l0 * dt)
    u[e] += damp * (d1 * r1 - p1 * dp + l1 * dt)
    v[c] += damp * (d2 * r2 - p2 * dp + l2 * dt)
    v[n] += damp * (d3 * r3 - p3 * dp + l3 * dt)
    p[c] += damp * dp
    t[c] += damp * dt


@kernel
def _relax_space(m: np.ndarray, x: np.ndarray, b: np.ndarray, c: int, sy: int, sz: int, damp: float) -> None:
    u, v, w, p, t = x[U], x[V], x[W], x[P], x[T]
    e, n, h = c + 1, c + sy, c + sz
    slope, own = m[c, _SLOPE], m[c, _T + _DIAGONAL]
    d0, d1, d2, d3 = m[c, _U + _INVERSE], m[e, _U + _INVERSE], m[c, _V + _INVERSE], m[n, _V + _INVERSE]
    d4, d5 = m[c, _W + _INVERSE], m[h, _W + _INVERSE]
    a0, a1, a2, a3 = m[c, _AREA], m[e, _AREA], m[c, _AREA + 1], m[n, _AREA + 1]
    a4, a5 = m[c, _AREA_Z], m[h, _AREA_Z]
    e0, e1, e2, e3 = m[c, _CARRY], m[e, _BELOW], m[c, _CARRY + 1], m[n, _BELOW + 1]
    e4, e5 = m[c, _CARRY_Z], m[h, _BELOW_Z]
    r0, r1, r2, r3, r4, r5 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if d0 > 0.0:
        r0 = b[U, c] + _plane(m, c, _U, u, sy) + _across(m, c, _U_Z, u, sz)
        r0 += _pulls(m, c, 1, _AREA, _LIFT, p, t)
    if d1 > 0.0:
        r1 = b[U, e] + _plane(m, e, _U, u, sy) + _across(m, e, _U_Z, u, sz)
        r1 += _pulls(m, e, 1, _AREA, _LIFT, p, t)
    if d2 > 0.0:
        r2 = b[V, c] + _plane(m, c, _V, v, sy) + _across(m, c, _V_Z, v, sz)
        r2 += _pulls(m, c, sy, _AREA + 1, _LIFT + 1, p, t)
    if d3 > 0.0:
        r3 = b[V, n] + _plane(m, n, _V, v, sy) + _across(m, n, _V_Z, v, sz)
        r3 += _pulls(m, n, sy, _AREA + 1, _LIFT + 1, p, t)
    if d4 > 0.0:
        r4 = b[W, c] + _plane(m, c, _W, w, sy) + _across(m, c, _W_Z, w, sz)
        r4 += _pulls(m, c, sz, _AREA_Z, _LIFT_Z, p, t)
    if d5 > 0.0:
        r5 = b[W, h] + _plane(m, h, _W, w, sy) + _across(m, h, _W_Z, w, sz)
        r5 += _pulls(m, h, sz, _AREA_Z, _LIFT_Z, p, t)
    r_m = b[P, c] + a0 * u[c] - a1 * u[e] + a2 * v[c] - a3 * v[n] + a4 * w[c] - a5 * w[h]
    r_t = b[T, c] + _plane(m, c, _T, t, sy) + _across(m, c, _T_Z, t, sz)
    r_t -= e0 * u[c] + e1 * u[e] + e2 * v[c] + e3 * v[n] + e4 * w[c] + e5 * w[h]
    p0, p1, p2, p3, p4, p5 = a0 * d0, -a1 * d1, a2 * d2, -a3 * d3, a4 * d4, -a5 * d5
    l0, l1 = d0 * m[c, _LIFT] * slope, d1 * m[e, _LIFT] * slope
    l2, l3 = d2 * m[c, _LIFT + 1] * slope, d3 * m[n, _LIFT + 1] * slope
    l4, l5 = d4 * m[c, _LIFT_Z] * slope, d5 * m[h, _LIFT_Z] * slope
    m_p = a0 * p0 - a1 * p1 + a2 * p2 - a3 * p3 + a4 * p4 - a5 * p5
    m_t = a1 * l1 - a0 * l0 + a3 * l3 - a2 * l2 + a5 * l5 - a4 * l4
    t_p = -e0 * p0 - e1 * p1 - e2 * p2 - e3 * p3 - e4 * p4 - e5 * p5
    t_t = own + e0 * l0 + e1 * l1 + e2 * l2 + e3 * l3 + e4 * l4 + e5 * l5
    r_m += p0 * r0 + p1 * r1 + p2 * r2 + p3 * r3 + p4 * r4 + p5 * r5
    r_t -= e0 * d0 * r0 + e1 * d1 * r1 + e2 * d2 * r2 + e3 * d3 * r3 + e4 * d4 * r4 + e5 * d5 * r5
    dp, dt = _solve_pair(m_p, m_t, t_p, t_t, r_m, r_t, own)
    u[c] += damp * (d0 * r0 - p0 * dp + l0 * dt)
    u[e] += damp * (d1 * r1 - p1 * dp + l1 * dt)
    v[c] += damp * (d2 * r2 - p2 * dp + l2 * dt)
    v[n] += damp * (d3 * r3 - p3 * dp + l3 * dt)
    w[c] += damp * (d4 * r4 - p4 * dp + l4 * dt)
    w[h] += damp * (d5 * r5 - p5 * dp + l5 * dt)
    p[c] += damp * dp
    t[c] += damp * dt


@free_kernel
def _sweep(
    m: np.ndarray,
    x: np.ndarray,
    b: np.ndarray,
    where: tuple[int, int, int, int, int, int],
    sy: int,
    sz: int,
    order: int,
    damp: float,
) -> None:
    k0, k1, j0, j1, i0, i1 = where
    for kk in range(k0, k1):
        k = k1 - 1 - (kk - k0) if order & 4 else kk
        for jj in range(j0, j1):
            j = j1 - 1 - (jj - j0) if order & 2 else jj
            row = k * sz + j * sy
            for ii in range(i0, i1):
                c = row + (i1 - 1 - (ii - i0) if order & 1 else ii)
                if x.shape[0] == 4:
                    _relax_plane(m, x, b, c, sy, damp)
                else:
                    _relax_space(m, x, b, c, sy, sz, damp)


def smooth(case: FlowCase, table: np.ndarray, x: np.ndarray, b: np.ndarray, order: int, damp: float) -> None:
    """One sweep of the coupled smoother over all cells.

    Large grids in space are swept in slabs, every second one at the same time, then those between: no two that
    are swept touch each other.

    Parameters
    ----------
    case : FlowCase
    table : (total, n) float array
        From :func:`pack`.
    x, b : (n_field, total) float array
        Correction, changed in place, and right side.
    order : int
        0 for rising order; plus 1, 2, 4 for falling order along x, y, z.
    damp : float
        Share of each cell's correction that is taken.
    """
    s = case.geometry.shape
    where = extents(case)
    slabs = min(_SLABS, s.nz // _THICK) // 2 * 2
    if slabs == 0 or s.nx * s.ny * s.nz < _MANY:
        _sweep(table, x, b, where, s.sy, s.sz, order, damp)
        return
    first = where[0]
    edges = [first + n * s.nz // slabs for n in range(slabs + 1)]
    parts = [(edges[n], edges[n + 1], *where[2:]) for n in range(slabs)]
    for colour in range(2):
        side_by_side(_sweep, [(table, x, b, part, s.sy, s.sz, order, damp) for part in parts[colour::2]])


@kernel
def _residuals(
    m: np.ndarray,
    x: np.ndarray,
    b: np.ndarray,
    r: np.ndarray,
    where: tuple[int, int, int, int, int, int],
    sy: int,
    sz: int,
) -> None:
    k0, k1, j0, j1, i0, i1 = where
    space = x.shape[0] == 5
    u, v, p, t = x[U], x[V], x[P], x[T]
    w = x[x.shape[0] - 1]
    for k in range(k0, k1 + int(space)):
        for j in range(j0, j1 + 1):
            row = k * sz + j * sy
            for c in range(row + i0, row + i1 + 1):
                if m[c, _U + _INVERSE] > 0.0:
                    q = b[U, c] + _plane(m, c, _U, u, sy) + _pulls(m, c, 1, _AREA, _LIFT, p, t)
                    r[U, c] = q + (_across(m, c, _U_Z, u, sz) if space else 0.0)
                if m[c, _V + _INVERSE] > 0.0:
                    q = b[V, c] + _plane(m, c, _V, v, sy) + _pulls(m, c, sy, _AREA + 1, _LIFT + 1, p, t)
                    r[V, c] = q + (_across(m, c, _V_Z, v, sz) if space else 0.0)
                if space and m[c, _W + _INVERSE] > 0.0:
                    q = b[W, c] + _plane(m, c, _W, w, sy) + _across(m, c, _W_Z, w, sz)
                    r[W, c] = q + _pulls(m, c, sz, _AREA_Z, _LIFT_Z, p, t)
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * sz + j * sy
            for c in range(row + i0, row + i1):
                e, n, h = c + 1, c + sy, c + sz
                q = b[P, c] + m[c, _AREA] * u[c] - m[e, _AREA] * u[e]
                q += m[c, _AREA + 1] * v[c] - m[n, _AREA + 1] * v[n]
                g = b[T, c] + _plane(m, c, _T, t, sy) - m[c, _CARRY] * u[c] - m[e, _BELOW] * u[e]
                g -= m[c, _CARRY + 1] * v[c] + m[n, _BELOW + 1] * v[n]
                if space:
                    q += m[c, _AREA_Z] * w[c] - m[h, _AREA_Z] * w[h]
                    g += _across(m, c, _T_Z, t, sz) - m[c, _CARRY_Z] * w[c] - m[h, _BELOW_Z] * w[h]
                r[P, c] = q
                r[T, c] = g


@kernel
def linear_residual(case: FlowCase, table: np.ndarray, x: np.ndarray, b: np.ndarray, r: np.ndarray) -> None:
    """b - J x for all rows; zero where nothing is unknown.

    Parameters
    ----------
    case : FlowCase
    table : (total, n) float array
        From :func:`pack`.
    x, b, r : (n_field, total) float array
        Correction, right side and result.
    """
    s = case.geometry.shape
    r[...] = 0.0
    _residuals(table, x, b, r, extents(case), s.sy, s.sz)
