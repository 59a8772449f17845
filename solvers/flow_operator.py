"""The linearised flow equations on one level: coefficients, residual and the coupled smoother.

The rows stand for corrections to the unknowns. Convection is hybrid (central where the cell Péclet number is
below 2, upwind above), so that the coefficients are never negative; the difference to the scheme of the residual
is left to the Krylov method. The heat rows know that a changed velocity carries heat along the gradient, the
momentum rows that a changed temperature lifts: this pair makes convection cells, and a solver that splits it
crawls.

The smoother solves mass and heat of one cell together with the velocities on its faces (symmetric coupled
Gauss-Seidel of Vanka, with the temperature added).

References
----------
S. Vanka, J. Comput. Phys. 65 (1986) 138; D. Spalding, Int. J. Numer. Methods Eng. 4 (1972) 551 (hybrid scheme).
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_arrays import T
from hashheat.solvers.flow_case import FlowCase
from hashheat.solvers.flow_fields import Fields, extents
from hashheat.solvers.flow_residual import heat_faces, momentum_faces
from hashheat.thermo.jit import kernel

#: Row of the temperature among the transported fields (after the three velocities).
HEAT = 3


class Operator(NamedTuple):
    """Coefficients of one level.

    Parameters
    ----------
    low, high : (4, 3, total) float array
        Coefficient of the lower and upper neighbour along each axis; fields u, v, w, T.
    diagonal, inverse : (4, total) float array
        Of the own value, and what the smoother divides by (0 where nothing is unknown).
    lift : (3, total) float array
        Half the weight of the volume around a face [N].
    slope : (total,) float array
        d(rho / rho_ref)/dT of the cells [1/K].
    carry, carry_below : (3, total) float array
        Heat by velocity through a face, for the cell above it and the one below: mass flow per velocity times the
        enthalpy of the cell above over that at the face, and of the face over that below [J/m].
    """

    low: np.ndarray
    high: np.ndarray
    diagonal: np.ndarray
    inverse: np.ndarray
    lift: np.ndarray
    slope: np.ndarray
    carry: np.ndarray
    carry_below: np.ndarray


def operator_of(case: FlowCase) -> Operator:
    """Empty coefficients of a level."""
    n = case.geometry.shape.total
    return Operator(
        np.zeros((4, 3, n)),
        np.zeros((4, 3, n)),
        np.zeros((4, n)),
        np.zeros((4, n)),
        np.zeros((3, n)),
        np.zeros(n),
        np.zeros((3, n)),
        np.zeros((3, n)),
    )


@kernel
def _stride(case: FlowCase, axis: int) -> int:
    s = case.geometry.shape
    return 1 if axis == 0 else s.sy if axis == 1 else s.sz


@kernel
def _add_axis(
    flow: np.ndarray,
    conductance: np.ndarray,
    weight: np.ndarray,
    step: int,
    low: np.ndarray,
    high: np.ndarray,
    diagonal: np.ndarray,
) -> None:
    """Hybrid coefficients from mass flow and conductance of the low faces.

    ``weight`` is what the flow carries per unit of what spreads: one over the porosity, or the heat capacity.
    """
    n = flow.size
    for c in range(step, n - step):
        m, g, own = flow[c], conductance[c], weight[c]
        low[c] = _below(m * weight[c - step], g)
        diagonal[c] += _below(m * own, g)
        m, g = -flow[c + step], conductance[c + step]
        high[c] = _below(m * weight[c + step], g)
        diagonal[c] += _below(m * own, g)


@kernel
def _below(m: float, g: float) -> float:
    """Hybrid coefficient of the node from which the flow m comes."""
    return max(m, g + 0.5 * m, 0.0)


@kernel
def _slip_at(case: FlowCase, g: int, c: int, from_low: bool, a: int, d: int, op: Operator) -> None:
    """What a ghost that follows its cell does not hold back."""
    geometry = case.geometry
    row = op.low[a, d] if from_low else op.high[a, d]
    if a == HEAT:
        if case.open_out[g] == 0.0 and geometry.normal[g] > 0.0 and geometry.outside[g] != np.inf:
            g_in = row[c]
            op.diagonal[a, c] -= g_in * g_in / (g_in + geometry.outside[g]) if g_in > 0.0 else 0.0
    elif geometry.grip[g] == 0.0:
        op.diagonal[a, c] -= row[c]
    row[c] = 0.0


@kernel
def _slip(case: FlowCase, a: int, d: int, op: Operator) -> None:
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    if d == 0:
        for k in range(k0, k1):
            for j in range(j0, j1):
                row = k * s.sz + j * s.sy
                _slip_at(case, row, row + 1, True, a, d, op)
                _slip_at(case, row + i1, row + i1 - 1, False, a, d, op)
    elif d == 1:
        for k in range(k0, k1):
            for i in range(i0, i1):
                low, high = k * s.sz + i, k * s.sz + j1 * s.sy + i
                _slip_at(case, low, low + s.sy, True, a, d, op)
                _slip_at(case, high, high - s.sy, False, a, d, op)
    else:
        for j in range(j0, j1):
            for i in range(i0, i1):
                low, high = j * s.sy + i, k1 * s.sz + j * s.sy + i
                _slip_at(case, low, low + s.sz, True, a, d, op)
                _slip_at(case, high, high - s.sz, False, a, d, op)


@kernel
def _outlet_coefficients(
    case: FlowCase, a: int, flow: np.ndarray, conductance: np.ndarray, op: Operator
) -> None:
    """Rows of the velocities on outlet faces along their own axis: tied to the next face inside."""
    active = case.geometry.active[a]
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    ends = (i1, j1, k1)
    for k in range(k0, k1 + int(a == 2)):
        for j in range(j0, j1 + int(a == 1)):
            for i in range(i0, i1 + int(a == 0)):
                at = (i, j, k)[a]
                if at != 1 and at != ends[a]:
                    continue
                c = k * s.sz + j * s.sy + i
                inward = at == ends[a]
                q = c if inward else c + _stride(case, a)
                # Where liquid flows back in, the row holds only shear: keep some of the flow on its diagonal.
                m = (flow[q] if inward else -flow[q]) * active[c]
                inner = c - _stride(case, a) if inward else q
                g = conductance[q] * active[c]
                before = _below(m * case.loose[a, inner], g) if m > 0.0 else g
                op.low[a, a, c] = before if inward else 0.0
                op.high[a, a, c] = 0.0 if inward else before
                op.diagonal[a, c] = (
                    _below(m * case.loose[a, c], g) if m > 0.0 else g - 0.5 * m * case.loose[a, c]
                )


@kernel
def _outlet_edges(case: FlowCase, a: int, d: int, op: Operator) -> None:
    """What sides without grip do not hold back of the velocities on outlets beside them."""
    s = case.geometry.shape
    k0, k1, j0, j1, i0, i1 = extents(case)
    step = _stride(case, d)
    ends = (i1, j1, k1)
    for k in range(k0, k1 + int(a == 2)):
        for j in range(j0, j1 + int(a == 1)):
            for i in range(i0, i1 + int(a == 0)):
                at = (i, j, k)[a]
                c = k * s.sz + j * s.sy + i
                if (at != 1 and at != ends[a]) or case.geometry.active[a, c] == 0.0:
                    continue
                cell = c - _stride(case, a) if at == ends[a] else c
                if case.volume[cell - step] == 0.0 and case.geometry.grip[cell - step] == 0.0:
                    op.diagonal[a, c] -= op.low[a, d, c]
                    op.low[a, d, c] = 0.0
                if case.volume[cell + step] == 0.0 and case.geometry.grip[cell + step] == 0.0:
                    op.diagonal[a, c] -= op.high[a, d, c]
                    op.high[a, d, c] = 0.0


@kernel
def linearise(case: FlowCase, x: np.ndarray, f: Fields, rate: float, op: Operator) -> None:
    """Coefficients about the unknowns x, whose fields ``f`` the residual has filled.

    Parameters
    ----------
    case : FlowCase
    x : (n_field, total) float array
    f : Fields
    rate : float
        Inverse of a (pseudo-)time step on momentum and heat [1/s].
    op : Operator
        Filled here.
    """
    s, geometry, liquid = case.geometry.shape, case.geometry, case.liquid
    n_axis = 3 if s.k0 == 1 else 2
    rho, cp = liquid.density, liquid.heat_capacity[0]
    op.low[...] = 0.0
    op.high[...] = 0.0
    op.diagonal[...] = 0.0
    flow, conductance, heat_capacity = f.scratch[1], f.scratch[2], f.scratch[3]
    heat_capacity[...] = cp
    for a in range(n_axis):
        for n in range(n_axis):
            d = (a + n) % n_axis
            momentum_faces(case, f, a, d, flow, conductance)
            _add_axis(
                flow,
                conductance,
                case.loose[a],
                _stride(case, d),
                op.low[a, d],
                op.high[a, d],
                op.diagonal[a],
            )
            if d == a:
                _outlet_coefficients(case, a, flow, conductance, op)
            else:
                _slip(case, a, d, op)
                _outlet_edges(case, a, d, op)
        for c in range(s.total):
            full = op.diagonal[a, c] + f.drag[a, c] + rho * case.room[a, c] * case.loose[a, c] * rate
            op.diagonal[a, c] = full
            op.inverse[a, c] = geometry.active[a, c] / full if full > 0.0 else 0.0
            op.lift[a, c] = 0.5 * rho * case.gravity[a] * case.room[a, c]
    for d in range(n_axis):
        heat_faces(case, f, d, conductance)
        step = _stride(case, d)
        _add_axis(
            f.flow[d],
            conductance,
            heat_capacity,
            step,
            op.low[HEAT, d],
            op.high[HEAT, d],
            op.diagonal[HEAT],
        )
        _slip(case, HEAT, d, op)
        for c in range(step, s.total):
            m = cp * abs(f.flow[d, c])
            # Share of the lower cell in what the face carries: half where conduction rules, all where flow does.
            central = min(1.0, 2.0 * conductance[c] / m) if m > 0.0 else 1.0
            below = 0.5 * central + (1.0 - central if f.flow[d, c] > 0.0 else 0.0)
            rise = rho * geometry.area[d, c] * (f.enthalpy[c] - f.enthalpy[c - step])
            op.carry[d, c] = below * rise
            op.carry_below[d, c] = (1.0 - below) * rise
    for c in range(s.total):
        full = op.diagonal[HEAT, c] + case.exchange[c] + case.capacity[c] * rate
        op.diagonal[HEAT, c] = full
        op.inverse[HEAT, c] = 1.0 / full if full > 0.0 and case.volume[c] > 0.0 else 0.0
        t = min(max(x[T, c], liquid.T_min), liquid.T_max) - liquid.T_ref
        b = liquid.buoyancy
        op.slope[c] = b[1] + t * (2 * b[2] + t * (3 * b[3] + t * (4 * b[4] + t * 5 * b[5])))
