"""Rate plate stacks: share the flow among the channels, solve the temperatures, add up pressure drops.

Channel flows and temperatures depend on each other through viscosity, weakly; a few repetitions settle them.
"""

import numba
import numpy as np

from hashheat.solvers import plate_stack as ps
from hashheat.solvers import port_flow
from hashheat.solvers.chevron import unpack_law
from hashheat.solvers.element_levels import Levels
from hashheat.solvers.plate_stack import Stack
from hashheat.solvers.stack_flows import channel_drops, share_flows
from hashheat.solvers.stack_temperatures import (
    LEAST_FLOW,
    NOT_CONVERGED,
    OK,
    OUT_OF_RANGE,
    UNRESOLVED,
    Laws,
    solve_temperatures,
)
from hashheat.thermo.jit import kernel, parallel_kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density, enthalpy, temperature_from_enthalpy

#: A channel of the stack would flow backwards: its ports are too small.
REVERSED_CHANNEL = 3

STATUS = {
    OK: "steady state",
    NOT_CONVERGED: "not converged",
    OUT_OF_RANGE: "an outlet lies outside the range of its property table",
    UNRESOLVED: "a flow is so small that no number of nodes at hand resolves its temperature",
    REVERSED_CHANNEL: "the ports are so small that a channel flows backwards",
}

#: Columns of a result.
(
    T_OUT_0,
    T_OUT_1,
    HEAT_0,
    HEAT_1,
    CHANNEL_DROP_0,
    CHANNEL_DROP_1,
    PORT_DROP_0,
    PORT_DROP_1,
    UA,
    UA_CLEAN,
    HTC_0,
    HTC_1,
    RE_LEAST_0,
    RE_LEAST_1,
    RE_MOST_0,
    RE_MOST_1,
    FLOW_LEAST_0,
    FLOW_LEAST_1,
    FLOW_MOST_0,
    FLOW_MOST_1,
    NODES,
    ESTIMATE,
) = range(22)
N_OUTPUTS = 22

_MAX_SHARES = 30
#: Flows settle to within this many times the tolerance of the heat, which they move in second order only.
_SHARE_FACTOR = 10.0


@kernel
def rate_one(
    stack: Stack,
    case: np.ndarray,
    levels: Levels,
    laws: Laws,
    packed: np.ndarray,
    tolerance: float,
    T: np.ndarray,
    wall: np.ndarray,
    htc: np.ndarray,
    flow: np.ndarray,
    out: np.ndarray,
) -> int:
    """Rate one case.

    Parameters
    ----------
    stack : Stack
    case : (N_INPUTS,) array
        Columns of :data:`hashheat.solvers.plate_stack.INPUTS`; flows 0 or more (for a fluid that flows the
        other way, :func:`hashheat.solvers.plate_arrangement.reverse_side`), at least one above 0.
    levels : Levels
    laws : four ChevronLaw
        Side 0, first and second kind of channel; side 1.
    packed : (2, 100) array
        Property tables of the sides.
    tolerance : float
        Of the heat, over the largest possible; see :func:`hashheat.solvers.stack_temperatures.solve_temperatures`.
    T, wall, htc : (n, s_max) arrays
        Written in their first ``out[NODES]`` columns [K], [K], [W/(m^2 K)]; all 0 or more on entry.
    flow : (n,) array
        Mass flow of each row [kg/s], written.
    out : (N_OUTPUTS,) array
        Written: temperatures [K], heat to each side [W], pressure drops [Pa], conductances [W/K], film
        coefficients [W/(m^2 K)], Reynolds numbers, least and most flow of a channel over the mean, node count
        and the estimated relative error of the heat.

    Returns
    -------
    int
        A key of :data:`STATUS`.
    """
    n = flow.size
    passes = stack.feeds.size
    share, drop, reynolds = np.empty(n), np.empty(n), np.empty((2, 2))
    heat, UA_both, leaving = np.zeros(2), np.zeros(2), np.zeros(passes)
    in_pass = np.zeros(passes)
    for j in range(n):
        in_pass[stack.in_pass[j]] += stack.channels[j]
    for j in range(n):
        share[j] = stack.channels[j] / in_pass[stack.in_pass[j]]
        flow[j] = share[j] * case[ps.FLOW_0 + stack.side[j]]
    fixed = case[ps.U_FIXED] > 0.0
    if fixed:
        htc[:, :] = 0.0
    # Flows are shared by the temperatures of the coarsest level first: finer ones hardly move them. The finer
    # ones are called in at once only where the coarsest fails.
    status, level, estimate = NOT_CONVERGED, 0, np.inf
    for rising in (fixed, True):
        status, level, estimate = solve_temperatures(
            stack,
            case,
            levels,
            flow,
            share,
            laws,
            packed,
            tolerance,
            -1,
            rising,
            T,
            wall,
            htc,
            heat,
            leaving,
            UA_both,
        )
        if status == OK or fixed:
            break
    for attempt in range(_MAX_SHARES):
        if status != OK:
            return status
        s = levels.size[level]
        channel_drops(stack, case, levels.b[level], flow, laws, packed, T[:, :s], drop, reynolds)
        if fixed:
            break
        found, change = share_flows(stack, case, in_pass, packed, leaving, drop, flow, share)
        if found == port_flow.REVERSED:
            return REVERSED_CHANNEL
        if found != port_flow.OK:
            return NOT_CONVERGED
        if attempt > 0 and change < _SHARE_FACTOR * tolerance:
            estimate += change / _SHARE_FACTOR
            break
        if attempt == _MAX_SHARES - 1:
            return NOT_CONVERGED
        status, level, found_estimate = solve_temperatures(
            stack,
            case,
            levels,
            flow,
            share,
            laws,
            packed,
            tolerance,
            level,
            attempt == 0,
            T,
            wall,
            htc,
            heat,
            leaving,
            UA_both,
        )
        if attempt == 0:
            estimate = found_estimate
    s = levels.size[level]
    _finish(stack, case, levels.b[level], packed, T[:, :s], htc[:, :s], flow, in_pass, drop, heat, out)
    out[UA], out[UA_CLEAN] = UA_both[0], UA_both[1]
    out[RE_LEAST_0 : RE_LEAST_1 + 1], out[RE_MOST_0 : RE_MOST_1 + 1] = reynolds[0], reynolds[1]
    out[NODES], out[ESTIMATE] = float(s), estimate
    return status


@kernel
def _is_last(stack: Stack, p: int) -> bool:
    """Whether no pass takes its fluid from this one."""
    return not np.any(stack.feeds == p)


@kernel
def _finish(
    stack: Stack,
    case: np.ndarray,
    b: np.ndarray,
    packed: np.ndarray,
    T: np.ndarray,
    htc: np.ndarray,
    flow: np.ndarray,
    in_pass: np.ndarray,
    drop: np.ndarray,
    heat: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill in outlets, pressure drops, mean film coefficients and the spread of the channel flows."""
    n, s = T.shape
    count = np.zeros(2)
    for p in range(stack.feeds.size):
        count[stack.pass_side[p]] += 1.0
    for side in range(2):
        table = unpack(packed[side])
        m = case[ps.FLOW_0 + side]
        T_in = case[ps.T_IN_0 + side]
        out[HEAT_0 + side] = heat[side]
        if m > LEAST_FLOW * case[ps.FLOW_1 - side]:
            out[T_OUT_0 + side] = temperature_from_enthalpy(table, enthalpy(table, T_in) + heat[side] / m)
        else:
            # A fluid at rest, or as good as that: the mean of what stands in its last pass.
            out[T_OUT_0 + side] = 0.0
            for j in range(n):
                if stack.side[j] == side and _is_last(stack, stack.in_pass[j]):
                    for i in range(s):
                        out[T_OUT_0 + side] += stack.channels[j] / in_pass[stack.in_pass[j]] * b[i] * T[j, i]
        G = m / case[ps.PORT_AREA]
        middle = min(max(0.5 * (T_in + out[T_OUT_0 + side]), table.T_min), table.T_max)
        out[PORT_DROP_0 + side] = count[side] * case[ps.PORT_LOSS] * 0.5 * G * G / density(table, middle)
        out[CHANNEL_DROP_0 + side] = 0.0
        out[HTC_0 + side] = 0.0
        out[FLOW_LEAST_0 + side] = 1.0
        out[FLOW_MOST_0 + side] = 1.0
    weight = np.zeros(2)
    for j in range(n):
        side = stack.side[j]
        m = case[ps.FLOW_0 + side]
        if m > 0.0:
            out[CHANNEL_DROP_0 + side] += flow[j] / m * drop[j]
            relative = flow[j] / m * in_pass[stack.in_pass[j]] / stack.channels[j]
            out[FLOW_LEAST_0 + side] = min(out[FLOW_LEAST_0 + side], relative)
            out[FLOW_MOST_0 + side] = max(out[FLOW_MOST_0 + side], relative)
        plates = stack.plates[j] + stack.plates[j + 1]
        weight[side] += plates
        for i in range(s):
            out[HTC_0 + side] += plates * b[i] * htc[j, i]
    for side in range(2):
        out[HTC_0 + side] /= weight[side]


@kernel
def _rate_scratch(
    stack: Stack,
    case: np.ndarray,
    levels: Levels,
    laws: Laws,
    packed: np.ndarray,
    tolerance: float,
    out: np.ndarray,
) -> int:
    n, s = stack.side.size, levels.x.shape[1]
    T, wall, htc = np.empty((n, s)), np.empty((n, s)), np.empty((n, s))
    return rate_one(stack, case, levels, laws, packed, tolerance, T, wall, htc, np.empty(n), out)


@parallel_kernel
def rate_cases(
    stack: Stack,
    cases: np.ndarray,
    levels: Levels,
    laws: np.ndarray,
    packed: np.ndarray,
    tolerance: float,
    out: np.ndarray,
    status: np.ndarray,
) -> None:
    """Rate many cases of one stack in parallel, each into its own row.

    Parameters
    ----------
    stack, levels, packed, tolerance
        As in :func:`rate_one`.
    laws : (4, 24) array
        Of :func:`hashheat.solvers.chevron.pack_law`.
    cases : (N, N_INPUTS) array
    out : (N, N_OUTPUTS) array
        Written.
    status : (N,) int array
        Written.
    """
    for i in numba.prange(cases.shape[0]):
        four = (unpack_law(laws[0]), unpack_law(laws[1]), unpack_law(laws[2]), unpack_law(laws[3]))
        status[i] = _rate_scratch(stack, cases[i], levels, four, packed, tolerance, out[i])
