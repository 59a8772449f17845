"""Steady temperatures of a plate stack whose channel flows are known.

Along its way each channel gains ``m dh/dx = q(x)``, with ``q = A U_left (T_left - T) + A U_right (T_right -
T)``. At the nodes of the upwind element both neighbours see the same q, and the heat of a channel is the
quadrature of q: heat lost is heat gained to rounding, whatever the properties.

Film coefficients follow the local temperatures by repetition, the enthalpy by Newton within the same
repetition. The node count rises until the heat no longer changes.
"""

import numpy as np

from hashheat.solvers import plate_stack as ps
from hashheat.solvers.channel_system import solve_channels, solve_passes
from hashheat.solvers.chevron import ChevronLaw, chevron_nusselt
from hashheat.solvers.element_levels import Levels
from hashheat.solvers.plate_stack import Stack
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
#: The most nodes there are do not resolve how fast a nearly resting fluid changes its temperature.
UNRESOLVED = 4

#: Correlations of side 0 (first and second kind of channel), then of side 1.
Laws = tuple[ChevronLaw, ChevronLaw, ChevronLaw, ChevronLaw]

#: Film coefficients do not fall below conduction from the plates to the middle of a gap at rest.
NUSSELT_AT_REST = 4.0

#: Below this share of the other side's flow, heat over flow is rounding.
LEAST_FLOW = 1e-9

_MAX_ITERATIONS = 80
_LEAST_REYNOLDS = 1e-3
#: Where the finest level still changes the heat by more than was asked, the flow is so small that its fluid
#: takes on the other's temperature between two nodes. The error was then seen to be up to 13 times that change;
#: it is told as such, and refused from a twentieth of the largest heat on.
_UNRESOLVED_FACTOR, _UNRESOLVED_MOST = 16.0, 0.05
_LEAST_HEAT = 1e-9  # over what the stronger flow carries above 0 K: inlets 3e-7 K apart


@kernel
def update_films(
    stack: Stack,
    case: np.ndarray,
    flow: np.ndarray,
    laws: Laws,
    packed: np.ndarray,
    T: np.ndarray,
    wall: np.ndarray,
    htc: np.ndarray,
) -> None:
    """Film coefficients at the nodes of all channels.

    Parameters
    ----------
    stack, case, flow, laws, packed
        As in :func:`solve_level`.
    T, wall : (n, s) arrays
        Temperatures of bulk and wall at the nodes [K].
    htc : (n, s) array
        Written [W/(m^2 K)]; not below conduction through fluid at rest (:data:`NUSSELT_AT_REST`).
    """
    n, s = T.shape
    D = case[ps.HYDRAULIC_DIAMETER]
    for j in range(n):
        side = stack.side[j]
        table = unpack(packed[side])
        law = laws[2 * side + stack.kind[j]]
        factor = case[ps.NUSSELT_FACTOR_0 + side] / D
        GD = flow[j] / stack.channels[j] / case[ps.FLOW_AREA] * D
        for i in range(s):
            at = min(max(T[j, i], table.T_min), table.T_max)
            mu = viscosity(table, at)
            mu_wall = viscosity(table, min(max(wall[j, i], table.T_min), table.T_max))
            Nu = chevron_nusselt(law, max(GD / mu, _LEAST_REYNOLDS), prandtl(table, at), mu / mu_wall)
            htc[j, i] = max(Nu, NUSSELT_AT_REST) * factor * conductivity(table, at)


@kernel
def _update_plates(
    stack: Stack, case: np.ndarray, htc: np.ndarray, across: np.ndarray, loss: np.ndarray
) -> None:
    """Conductance of the plates between channels, and what each channel loses through both its plates."""
    n, s = htc.shape
    A = case[ps.AREA] * case[ps.AREA_FACTOR]
    R = case[ps.WALL_RESISTANCE] + case[ps.FOULING]
    U = case[ps.U_FIXED]
    for j in range(n + 1):
        plates = stack.plates[j] * A
        for i in range(s):
            if plates == 0.0:
                across[j, i] = 0.0
            elif U > 0.0:
                across[j, i] = plates * U
            else:
                across[j, i] = plates / (1.0 / htc[j - 1, i] + R + 1.0 / htc[j, i])
    for j in range(n):
        for i in range(s):
            loss[j, i] = across[j, i] + across[j + 1, i]


@kernel
def solve_level(
    stack: Stack,
    case: np.ndarray,
    levels: Levels,
    level: int,
    flow: np.ndarray,
    share: np.ndarray,
    h_in: np.ndarray,
    laws: Laws,
    packed: np.ndarray,
    tolerance: float,
    T: np.ndarray,
    wall: np.ndarray,
    htc: np.ndarray,
    heat: np.ndarray,
    leaving: np.ndarray,
    UA: np.ndarray,
) -> tuple[int, float]:
    """Temperatures with the node count of one level, from those in T.

    Parameters
    ----------
    stack : Stack
    case : (N_INPUTS,) array
        Columns of :data:`hashheat.solvers.plate_stack.INPUTS`.
    levels, level
        Elements, and which of them.
    flow, share : (n,) arrays
        Mass flow of each row [kg/s], and over that of its pass [-].
    h_in : (2,) array
        Enthalpy at both inlets [J/kg].
    laws, packed
        Correlations, and property tables as (2, 100) array.
    tolerance : float
        Largest change of a node's temperature in the last repetition [K].
    T, wall, htc : (n, s) arrays
        Bulk and wall temperatures [K] and film coefficients [W/(m^2 K)] at the nodes: start and result.
    heat : (2,) array
        Heat to each side [W], written.
    leaving : (q,) array
        Mixed enthalpy at the outlet of each pass [J/kg], written.
    UA : (2,) array
        Overall conductance as it is and without fouling [W/K], written.

    Returns
    -------
    status : int
        ``OK`` or ``NOT_CONVERGED``.
    change : float
        Largest change of a node's temperature in the last repetition [K].
    """
    n, s = T.shape
    passes = stack.feeds.size
    slope = levels.slope[level]
    b = levels.b[level]
    to_end = np.zeros(s)
    for i in range(s):
        for k in range(s):
            to_end[k] += b[i] * slope[i, k]
    cp, rest, loss, source = np.empty((n, s)), np.empty((n, s)), np.empty((n, s)), np.zeros((n, s))
    across = np.empty((n + 1, s))
    inverses, Y = np.empty((n, s, s)), np.empty((n, s, passes + 1))
    theta = np.empty(passes)
    A = case[ps.AREA] * case[ps.AREA_FACTOR]
    fixed = case[ps.U_FIXED] > 0.0
    status = NOT_CONVERGED
    change = np.inf
    for _ in range(_MAX_ITERATIONS):
        if not fixed:
            update_films(stack, case, flow, laws, packed, T, wall, htc)
        _update_plates(stack, case, htc, across, loss)
        for j in range(n):
            table = unpack(packed[stack.side[j]])
            for i in range(s):
                at = min(max(T[j, i], table.T_min), table.T_max)
                cp[j, i] = heat_capacity(table, at)
                rest[j, i] = enthalpy(table, at) - cp[j, i] * at
        solve_channels(slope, stack.upward, stack.in_pass, flow, cp, rest, loss, across, source, inverses, Y)
        solve_passes(
            stack.upward,
            stack.in_pass,
            stack.feeds,
            stack.pass_side,
            share,
            to_end,
            h_in,
            cp,
            rest,
            Y,
            theta,
            leaving,
        )
        change = 0.0
        for j in range(n):
            for i in range(s):
                value = Y[j, i, 0]
                for c in range(passes):
                    value += Y[j, i, c + 1] * theta[c]
                step = abs(value - T[j, i])
                # A maximum would pass over a NaN.
                change = change if step <= change else step
                T[j, i] = value
        heat[0] = heat[1] = 0.0
        for j in range(n):
            plates = A * (stack.plates[j] + stack.plates[j + 1])
            for i in range(s):
                gained = 0.0
                if j > 0:
                    gained += across[j, i] * (T[j - 1, i] - T[j, i])
                if j < n - 1:
                    gained += across[j + 1, i] * (T[j + 1, i] - T[j, i])
                heat[stack.side[j]] += b[i] * gained
                wall[j, i] = T[j, i] if fixed else T[j, i] + gained / (plates * htc[j, i])
        if not change < 1e6:
            break
        if change < tolerance:
            status = OK
            break
    UA[0] = UA[1] = 0.0
    for j in range(1, n):
        for i in range(s):
            UA[0] += b[i] * across[j, i]
            if across[j, i] > 0.0:
                area = stack.plates[j] * A
                UA[1] += b[i] / (1.0 / across[j, i] - case[ps.FOULING] / area)
    return status, change


@kernel
def solve_temperatures(
    stack: Stack,
    case: np.ndarray,
    levels: Levels,
    flow: np.ndarray,
    share: np.ndarray,
    laws: Laws,
    packed: np.ndarray,
    tolerance: float,
    started: int,
    rising: bool,
    T: np.ndarray,
    wall: np.ndarray,
    htc: np.ndarray,
    heat: np.ndarray,
    leaving: np.ndarray,
    UA: np.ndarray,
) -> tuple[int, int, float]:
    """Temperatures with as many nodes as the heat needs.

    Parameters
    ----------
    stack, case, levels, flow, share, laws, packed
        As in :func:`solve_level`.
    tolerance : float
        Two node counts must agree in the heat within this part of the largest heat that the cooler of the two
        capacity flows could take [-]; the finer result, which is better by orders of magnitude, is kept.
    started : int
        -1, or the level whose temperatures T and wall hold as a start.
    rising : bool
        Whether to go on to finer levels; otherwise the first level alone is solved.
    T, wall, htc : (n, s_max) arrays
        Written in their first columns.
    heat, leaving, UA
        As in :func:`solve_level`.

    Returns
    -------
    status : int
        ``OK``, ``NOT_CONVERGED``, ``OUT_OF_RANGE`` or ``UNRESOLVED``.
    level : int
        Of the result.
    estimate : float
        Difference in the heat between the last two node counts, over the largest heat possible, or the last
        change of a temperature over the largest, whichever is more [-]; infinite when one level alone was solved.
    """
    n = T.shape[0]
    h_in, T_in, flow_in = np.empty(2), np.empty(2), np.zeros(2)
    for side in range(2):
        T_in[side] = case[ps.T_IN_0 + side]
        h_in[side] = enthalpy(unpack(packed[side]), T_in[side])
    for j in range(n):
        if stack.feeds[stack.in_pass[j]] < 0:
            flow_in[stack.side[j]] += flow[j]
    most, carried = 1e-30, 0.0
    for side in range(2):
        table = unpack(packed[side])
        carried = max(carried, flow_in[side] * heat_capacity(table, T_in[side]) * T_in[side])
        to = min(max(T_in[1 - side], table.T_min), table.T_max)
        possible = abs(flow_in[side] * (enthalpy(table, to) - h_in[side]))
        most = possible if side == 0 else min(most, possible)
    # Where no heat can flow (inlets alike, a side at rest) there is rounding only, and nothing to refine.
    most = max(most, _LEAST_HEAT * carried)
    last = levels.size.size - 1
    level = max(started, 0)
    s = levels.size[level]
    if started < 0:
        for j in range(n):
            own, other = T_in[stack.side[j]], T_in[1 - stack.side[j]]
            for i in range(s):
                x = levels.x[level, i] if stack.upward[j] == 1 else 1.0 - levels.x[level, i]
                T[j, i] = own + 0.8 * x * (other - own)
                wall[j, i] = 0.5 * (own + other)
    largest = abs(T_in[0] - T_in[1])
    step = max(tolerance * largest, 1e-11 * max(T_in[0], T_in[1]))
    before = np.nan
    estimate = np.inf
    status = NOT_CONVERGED
    while True:
        status, change = solve_level(
            stack,
            case,
            levels,
            level,
            flow,
            share,
            h_in,
            laws,
            packed,
            step,
            T[:, :s],
            wall[:, :s],
            htc[:, :s],
            heat,
            leaving,
            UA,
        )
        if before == before:
            # What the repetition may still lack is in both node counts alike.
            estimate = max(abs(heat[0] - before) / most, change / step * tolerance)
        if level == last or not rising or (status == OK and estimate <= tolerance):
            break
        # What does not settle on few nodes may do so on more, but hardly on the costly ones.
        if status != OK and s >= 32:
            break
        before = heat[0] if status == OK else np.nan
        finer = levels.size[level + 1]
        held = np.empty(finer)
        for j in range(n):
            for field in range(2):
                values = T if field == 0 else wall
                for i in range(finer):
                    held[i] = 0.0
                    for k in range(s):
                        held[i] += levels.lift[level, i, k] * values[j, k]
                values[j, :finer] = held
        level += 1
        s = finer
    if status == OK and rising and last > 0 and not estimate <= tolerance:
        estimate *= _UNRESOLVED_FACTOR
        if not estimate <= _UNRESOLVED_MOST:
            return UNRESOLVED, level, estimate
    if status == OK:
        for side in range(2):
            if flow_in[side] > LEAST_FLOW * flow_in[1 - side]:
                table = unpack(packed[side])
                out = temperature_from_enthalpy(table, h_in[side] + heat[side] / flow_in[side])
                if not (table.T_min <= out <= table.T_max):
                    status = OUT_OF_RANGE
    return status, level, estimate
