"""Flows of the rows of a plate stack: what each resists, and how its pass shares the flow by it."""

import numpy as np

from hashheat.solvers import plate_stack as ps
from hashheat.solvers import port_flow
from hashheat.solvers.chevron import chevron_friction
from hashheat.solvers.plate_stack import Stack
from hashheat.solvers.stack_temperatures import Laws
from hashheat.thermo.jit import kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density, temperature_from_enthalpy, viscosity
from hashheat.thermo.property_table import PropertyTable


@kernel
def channel_drops(
    stack: Stack,
    case: np.ndarray,
    b: np.ndarray,
    flow: np.ndarray,
    laws: Laws,
    packed: np.ndarray,
    T: np.ndarray,
    drop: np.ndarray,
    reynolds: np.ndarray,
) -> None:
    """Pressure drops of the channels.

    Parameters
    ----------
    stack, case, laws, packed
        As in :func:`hashheat.solvers.plate_rating.rate_one`.
    b : (s,) array
        Quadrature weights of the nodes.
    flow : (n,) array
        Mass flow of each row [kg/s].
    T : (n, s) array
        Temperatures at the nodes [K].
    drop : (n,) array
        Frictional pressure drop of each row [Pa], written.
    reynolds : (2, 2) array
        Smallest (0) and largest (1) Reynolds number of each side, written.
    """
    n, s = T.shape
    D = case[ps.HYDRAULIC_DIAMETER]
    for side in range(2):
        reynolds[0, side] = np.inf
        reynolds[1, side] = 0.0
    for j in range(n):
        side = stack.side[j]
        table = unpack(packed[side])
        law = laws[2 * side + stack.kind[j]]
        G = flow[j] / stack.channels[j] / case[ps.FLOW_AREA]
        drop[j] = 0.0
        for i in range(s):
            at = min(max(T[j, i], table.T_min), table.T_max)
            Re = G * D / viscosity(table, at)
            reynolds[0, side] = min(reynolds[0, side], Re)
            reynolds[1, side] = max(reynolds[1, side], Re)
            if G > 0.0:
                drop[j] += b[i] * chevron_friction(law, Re) * 0.5 * G * G / density(table, at)
        drop[j] *= case[ps.FRICTION_FACTOR_0 + side] * case[ps.FLOW_LENGTH] / D


@kernel
def _temperature(table: PropertyTable, h: float) -> float:
    """Temperature of an enthalpy, kept within the table while the flows are still being found [K]."""
    return min(max(temperature_from_enthalpy(table, h), table.T_min), table.T_max)


@kernel
def _share_pass(
    stack: Stack,
    case: np.ndarray,
    p: int,
    total: float,
    rho_in: float,
    rho_out: float,
    resistance: np.ndarray,
    flow: np.ndarray,
) -> int:
    """Flows of the rows of one pass, from what each resists; returns 0 or the status of the ports."""
    count = 0
    for j in range(flow.size):
        count += stack.in_pass[j] == p
    rows = np.empty(count, dtype=np.int64)
    k = 0
    for j in range(flow.size):
        if stack.in_pass[j] == p:
            rows[count - 1 - k if stack.backward[p] == 1 else k] = j
            k += 1
    if stack.even == 1:
        whole = 0.0
        for k in range(count):
            whole += 1.0 / np.sqrt(resistance[rows[k]])
        for k in range(count):
            flow[rows[k]] = total / np.sqrt(resistance[rows[k]]) / whole
        return 0
    r, m = np.empty(count), np.empty(count)
    for k in range(count):
        r[k] = resistance[rows[k]]
    status, _ = port_flow.share_ports(
        total,
        r,
        rho_in,
        rho_out,
        case[ps.PORT_AREA],
        case[ps.PORT_AREA],
        case[ps.BETA_IN],
        case[ps.BETA_OUT],
        case[ps.PORT_FRICTION],
        case[ps.PORT_FRICTION],
        stack.z_ports[p] == 1,
        m,
    )
    for k in range(count):
        flow[rows[k]] = m[k]
    return status


@kernel
def share_flows(
    stack: Stack,
    case: np.ndarray,
    in_pass: np.ndarray,
    packed: np.ndarray,
    leaving: np.ndarray,
    drop: np.ndarray,
    flow: np.ndarray,
    share: np.ndarray,
) -> tuple[int, float]:
    """Share the flow of every pass anew, by the pressure drops that the flows so far cause.

    Parameters
    ----------
    stack : Stack
    case : (N_INPUTS,) array
    in_pass : (q,) array
        Channels of each pass.
    packed : (2, 100) array
        Property tables of the sides.
    leaving : (q,) array
        Mixed enthalpy at the outlet of each pass [J/kg].
    drop : (n,) array
        Pressure drop of each row at its flow [Pa].
    flow, share : (n,) arrays
        Mass flow of each row [kg/s] and over that of its pass [-], renewed.

    Returns
    -------
    status : int
        Of :func:`hashheat.solvers.port_flow.share_ports`.
    change : float
        Largest relative change of a flow [-].
    """
    n = flow.size
    resistance = np.ones(n)
    change = 0.0
    for p in range(stack.feeds.size):
        side = stack.pass_side[p]
        total = case[ps.FLOW_0 + side]
        if total == 0.0 or in_pass[p] < 1.5:
            continue
        table = unpack(packed[side])
        first = case[ps.T_IN_0 + side]
        if stack.feeds[p] >= 0:
            first = _temperature(table, leaving[stack.feeds[p]])
        last = _temperature(table, leaving[p])
        least = np.inf
        for j in range(n):
            if stack.in_pass[j] == p:
                resistance[j] = drop[j] / (flow[j] * flow[j])
                least = min(least, resistance[j])
        if least == 0.0:
            continue  # a law without friction: nothing to share the flow by
        status = _share_pass(
            stack, case, p, total, density(table, first), density(table, last), resistance, flow
        )
        if status != port_flow.OK:
            return status, np.inf
        for j in range(n):
            if stack.in_pass[j] == p:
                change = max(change, abs(flow[j] / total - share[j]) / share[j])
                share[j] = flow[j] / total
    return port_flow.OK, change
