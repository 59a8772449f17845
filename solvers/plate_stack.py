"""Heat transfer in a stack of plate channels: every channel exchanges with both its neighbours.

::

      | ch 0 | ch 1 | ch 2 | ch 3 |        channels between plates, sides alternating; each flows up or down
      x: heat A U(x) (T_1 - T_0) crosses plate 0|1 at every place

Along its way each channel gains ``m dh/dx = q(x)``, ``q = A U_left (T_left - T) + A U_right (T_right - T)``. The
way is one element with Gauss-Legendre nodes, and the temperature the collocation polynomial through them (the
Gauss method of Kuntzmann and Butcher, order 2 s at s nodes): the heat of a channel is the quadrature of q at the
nodes, and as both neighbours see the same q at the same nodes, heat lost is heat gained to rounding. A
downward channel uses the mirrored nodes, which are the same places.

Properties and film coefficients follow the local temperatures, by Newton in the enthalpy and repetition in the
film. Each repetition solves all channels at once: block tridiagonal, its off-diagonal blocks diagonal (block
Thomas), with one column for every pass's inlet. A pass takes the mixed outlet of the pass before it; these few
inlets are found last from a small system.
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.chevron import ChevronLaw, chevron_nusselt
from hashheat.thermo.jit import kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import (
    conductivity,
    enthalpy,
    heat_capacity,
    prandtl,
    temperature_from_enthalpy,
    viscosity,
)

OK, NOT_CONVERGED, OUT_OF_RANGE = range(3)

_MAX_ITERATIONS = 60


class Collocation(NamedTuple):
    """Gauss-Legendre collocation on the unit interval.

    Parameters
    ----------
    x, b : (s,) float array
        Nodes and quadrature weights.
    inverse : (s, s) float array
        Inverse of the matrix that integrates the collocation polynomial from 0 to each node.
    """

    x: np.ndarray
    b: np.ndarray
    inverse: np.ndarray


class Stack(NamedTuple):
    """Which channel carries what, and where; channels are counted across the stack.

    Parameters
    ----------
    side : (n,) int array
        0 or 1: the fluid in each channel.
    upward : (n,) int array
        1 where the channel flows from x = 0 to 1, 0 where it flows back.
    in_pass : (n,) int array
        Pass of each channel; the passes of both sides are numbered together.
    feeds : (n_pass,) int array
        The pass that a pass takes its fluid from, or -1 for the inlet of the exchanger.
    pass_side : (n_pass,) int array
        Fluid of each pass.
    """

    side: np.ndarray
    upward: np.ndarray
    in_pass: np.ndarray
    feeds: np.ndarray
    pass_side: np.ndarray


class PlateGeometry(NamedTuple):
    """One channel between two plates.

    Parameters
    ----------
    area : float
        Heat transfer area of one plate [m^2].
    flow_area : float
        Cross section of one channel [m^2].
    hydraulic_diameter : float
        ``2 b / phi`` [m].
    resistance : float
        Of the wall and of fouling on both its sides [m^2 K/W].
    """

    area: float
    flow_area: float
    hydraulic_diameter: float
    resistance: float


def gauss_collocation(nodes: int) -> Collocation:
    """Collocation with s Gauss-Legendre nodes on (0, 1).

    Parameters
    ----------
    nodes : int
        s, 1 to about 40.

    Returns
    -------
    Collocation
    """
    t, w = np.polynomial.legendre.leggauss(nodes)
    x, b = 0.5 * (t + 1.0), 0.5 * w
    legendre = np.polynomial.legendre.legvander(t, nodes)
    # Integral of P_k from -1 to t is (P_{k+1} - P_{k-1}) / (2 k + 1).
    integral = np.empty((nodes, nodes))
    integral[:, 0] = t + 1.0
    for k in range(1, nodes):
        integral[:, k] = (legendre[:, k + 1] - legendre[:, k - 1]) / (2 * k + 1)
    A = 0.5 * integral @ np.linalg.inv(legendre[:, :nodes])
    return Collocation(x, b, np.ascontiguousarray(np.linalg.inv(A)))


@kernel
def _film(
    table_T: float,
    T_wall: float,
    flux: float,
    D: float,
    law: ChevronLaw,
    packed: np.ndarray,
) -> float:
    """Film coefficient [W/(m^2 K)] of one node."""
    table = unpack(packed)
    T = min(max(table_T, table.T_min), table.T_max)
    mu = viscosity(table, T)
    mu_wall = viscosity(table, min(max(T_wall, table.T_min), table.T_max))
    Nu = chevron_nusselt(law, max(abs(flux) * D / mu, 1e-3), prandtl(table, T), mu / mu_wall)
    return Nu * conductivity(table, T) / D


@kernel
def solve_stack(
    stack: Stack,
    geometry: PlateGeometry,
    collocation: Collocation,
    mass_flow: np.ndarray,
    T_in: np.ndarray,
    laws: tuple[ChevronLaw, ChevronLaw],
    packed: np.ndarray,
    U_fixed: float,
    tolerance: float,
    T: np.ndarray,
    htc: np.ndarray,
    out: np.ndarray,
) -> int:
    """Steady temperatures of all channels.

    Parameters
    ----------
    stack, geometry, collocation
        Arrangement, one channel, and the nodes along it.
    mass_flow : (n,) array
        Of each channel, > 0 [kg/s].
    T_in : (2,) array
        Inlet temperature of each side [K].
    laws : pair of ChevronLaw
        Correlation of each side.
    packed : (2, 100) array
        Property tables of the sides, of :func:`hashheat.thermo.packed_table.pack`.
    U_fixed : float
        Overall coefficient for textbook cases [W/(m^2 K)]; 0 takes the correlations.
    tolerance : float
        Largest change of a temperature in the last repetition [K].
    T, htc : (n, s) array
        Temperatures [K] and film coefficients [W/(m^2 K)] at the nodes, written.
    out : (4,) array
        Outlet temperature of each side [K] and heat to each side [W], written.

    Returns
    -------
    int
        ``OK``, ``NOT_CONVERGED`` or ``OUT_OF_RANGE``.
    """
    n, s = T.shape
    passes = stack.feeds.size
    columns = passes + 1
    A = geometry.area
    h_in = np.empty(2)
    for side in range(2):
        h_in[side] = enthalpy(unpack(packed[side]), T_in[side])
    # Row sums of the inverse, and the weights that carry node enthalpies to the end of the channel.
    ones = np.zeros(s)
    to_end = np.zeros(s)
    for i in range(s):
        for k in range(s):
            ones[i] += collocation.inverse[i, k]
            to_end[k] += collocation.b[i] * collocation.inverse[i, k]
    kept = 1.0
    for k in range(s):
        kept -= to_end[k]
    middle = 0.5 * (T_in[0] + T_in[1])
    for j in range(n):
        T[j, :] = 0.5 * (T_in[stack.side[j]] + middle)
        htc[j, :] = 1.0
    across = np.zeros((n + 1, s))  # A U between channels j - 1 and j
    wall = T.copy()
    inverses = np.empty((n, s, s))
    Y = np.empty((n, s, columns))
    found = np.empty((s, columns))
    status = NOT_CONVERGED
    for _ in range(_MAX_ITERATIONS):
        for j in range(n):
            side = stack.side[j]
            for i in range(s):
                if U_fixed > 0.0:
                    htc[j, i] = 0.0
                else:
                    htc[j, i] = _film(
                        T[j, i],
                        wall[j, i],
                        mass_flow[j] / geometry.flow_area,
                        geometry.hydraulic_diameter,
                        laws[side],
                        packed[side],
                    )
        for j in range(1, n):
            for i in range(s):
                if U_fixed > 0.0:
                    across[j, i] = A * U_fixed
                else:
                    across[j, i] = A / (1.0 / htc[j - 1, i] + geometry.resistance + 1.0 / htc[j, i])
        for j in range(n):
            table = unpack(packed[stack.side[j]])
            m = mass_flow[j]
            block = np.empty((s, s))
            right = np.zeros((s, columns))
            up = stack.upward[j] == 1
            own = stack.in_pass[j]
            for i in range(s):
                for k in range(s):
                    a = collocation.inverse[i, k] if up else collocation.inverse[s - 1 - i, s - 1 - k]
                    at = min(max(T[j, k], table.T_min), table.T_max)
                    cp = heat_capacity(table, at)
                    block[i, k] = m * a * cp
                    right[i, 0] += m * a * (cp * at - enthalpy(table, at))
                right[i, own + 1] = m * (ones[i] if up else ones[s - 1 - i])
                block[i, i] += across[j, i] + across[j + 1, i]
            if j > 0:
                for i in range(s):
                    for k in range(s):
                        block[i, k] -= across[j, i] * inverses[j - 1, i, k] * across[j, k]
                    for c in range(columns):
                        right[i, c] += across[j, i] * Y[j - 1, i, c]
            inverses[j] = np.linalg.inv(block)
            Y[j] = np.dot(inverses[j], right)
        for j in range(n - 2, -1, -1):
            for i in range(s):
                for c in range(columns):
                    found[i, c] = 0.0
                    for k in range(s):
                        found[i, c] += inverses[j, i, k] * across[j + 1, k] * Y[j + 1, k, c]
            Y[j] += found
        # Mixed outlet enthalpy of every pass as a linear function of all pass inlets.
        mixing = np.zeros((passes, columns))
        total = np.zeros(passes)
        for j in range(n):
            table = unpack(packed[stack.side[j]])
            p = stack.in_pass[j]
            m = mass_flow[j]
            total[p] += m
            mixing[p, p + 1] += m * kept
            for i in range(s):
                weight = m * (to_end[i] if stack.upward[j] == 1 else to_end[s - 1 - i])
                at = min(max(T[j, i], table.T_min), table.T_max)
                cp = heat_capacity(table, at)
                mixing[p, 0] += weight * (enthalpy(table, at) - cp * at)
                for c in range(columns):
                    mixing[p, c] += weight * cp * Y[j, i, c]
        system = np.zeros((passes, passes))
        given = np.zeros(passes)
        for p in range(passes):
            mixing[p] /= total[p]
            system[p, p] = 1.0
        for p in range(passes):
            source = stack.feeds[p]
            if source < 0:
                given[p] = h_in[stack.pass_side[p]]
            else:
                given[p] = mixing[source, 0]
                for c in range(passes):
                    system[p, c] -= mixing[source, c + 1]
        theta = np.linalg.solve(system, given)
        change = 0.0
        for j in range(n):
            for i in range(s):
                value = Y[j, i, 0]
                for c in range(passes):
                    value += Y[j, i, c + 1] * theta[c]
                change = max(change, abs(value - T[j, i]))
                T[j, i] = value
        for j in range(n):
            for i in range(s):
                gained = 0.0
                if j > 0:
                    gained += across[j, i] * (T[j - 1, i] - T[j, i])
                if j < n - 1:
                    gained += across[j + 1, i] * (T[j + 1, i] - T[j, i])
                plates = 1.0 if (j == 0 or j == n - 1) else 2.0
                if htc[j, i] > 0.0:
                    wall[j, i] = T[j, i] + gained / (plates * A * htc[j, i])
        if not change < 1e6:
            break
        if change < tolerance:
            status = OK
            break
    heat = np.zeros(2)
    for j in range(n):
        for i in range(s):
            if j > 0:
                heat[stack.side[j]] += collocation.b[i] * across[j, i] * (T[j - 1, i] - T[j, i])
            if j < n - 1:
                heat[stack.side[j]] += collocation.b[i] * across[j + 1, i] * (T[j + 1, i] - T[j, i])
    for side in range(2):
        table = unpack(packed[side])
        flow = 0.0
        for j in range(n):
            if stack.side[j] == side and stack.feeds[stack.in_pass[j]] < 0:
                flow += mass_flow[j]
        out[side] = temperature_from_enthalpy(table, h_in[side] + heat[side] / flow)
        out[2 + side] = heat[side]
        if status == OK and not (table.T_min <= out[side] <= table.T_max):
            status = OUT_OF_RANGE
    return status
