"""Temperatures in a network of known flows: mixing at the nodes, heat and losses along the elements.

Nodes are taken in the order of the flow, so that a node is reached when all that flows into it is known. Where
water goes round in a loop there is no such order; there the temperature of one node of the loop is assumed (the
loop is torn at this node), and its derivative is carried along with all temperatures, so that one or two Newton
steps close the loop.
"""

from typing import NamedTuple

import numpy as np

from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import (
    density,
    enthalpy,
    enthalpy_beyond,
    heat_capacity,
    temperature_from_enthalpy,
    viscosity,
)
from hashheat.thermo.property_table import PropertyTable

OK, OUT_OF_RANGE, NOT_HELD, NOT_CONVERGED = range(4)

_MAX_NEWTON = 50
#: A loop is closed when no torn node moves by more than this [K].
_CLOSED = 1e-11
#: Derivatives of a torn loop this close to singular mean that nothing holds its temperature.
_SINGULAR = 1e-9
#: Change of temperature on a way round that is none [K].
_KEPT = 1e-8


class ThermalInputs(NamedTuple):
    """What the temperatures of a network depend on.

    Parameters
    ----------
    start, end : (n_element,) int array
        Nodes.
    mass_flow : (n_element,) float array
        [kg/s]; 0 where nothing flows.
    conductance : (n_element,) float array
        To the surroundings along the element [W/K].
    T_ambient : (n_element,) float array
        Of these surroundings [K].
    heat : (n_element,) float array
        To the water besides, at the inlet temperature ``T_reference`` [W].
    heat_slope : (n_element,) float array
        Derivative of this heat with the inlet temperature [W/K].
    T_reference : (n_element,) float array
        [K]
    supply : (n_node,) float array
        What each node is fed from outside [kg/s], negative where it is drained.
    T_in : (n_node,) float array
        Of what is fed [K].
    T_rest : float
        Of water at rest [K].
    """

    start: np.ndarray
    end: np.ndarray
    mass_flow: np.ndarray
    conductance: np.ndarray
    T_ambient: np.ndarray
    heat: np.ndarray
    heat_slope: np.ndarray
    T_reference: np.ndarray
    supply: np.ndarray
    T_in: np.ndarray
    T_rest: float


@kernel
def capacity_beyond(table: PropertyTable, T: float) -> float:
    """Heat capacity [J/(kg K)], that of the table's end beyond it."""
    return heat_capacity(table, min(max(T, table.T_min), table.T_max))


@kernel
def temperature_beyond(table: PropertyTable, ends: tuple[float, float], h: float) -> float:
    """Temperature [K] of an enthalpy carried on beyond the table, given those of the table's ends."""
    if ends[0] <= h <= ends[1]:
        return temperature_from_enthalpy(table, h)
    end, h_end = (table.T_min, ends[0]) if h < ends[0] else (table.T_max, ends[1])
    return end + (h - h_end) / heat_capacity(table, end)


@kernel
def flow_order(
    start: np.ndarray, end: np.ndarray, flow: np.ndarray, supply: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Order the nodes along the flow, and tear loops.

    Parameters
    ----------
    start, end, flow : (n_element,) arrays
        [-], [-], [kg/s]
    supply : (n,) float array
        What each node is fed from outside [kg/s].

    Returns
    -------
    order : (n,) int array
        Nodes, each after those that feed it but for the torn ones.
    tear : (n,) int array
        Number of the torn node, -1 for the others.
    first, leaving : (n + 1,), (n_flowing,) int array
        Elements that take water from node i: ``leaving[first[i] : first[i + 1]]``.
    inflow : (n,) float array
        All that flows into a node, from elements and from outside [kg/s].
    """
    n = supply.shape[0]
    first, waits = np.zeros(n + 1, np.int64), np.zeros(n, np.int64)
    into = np.maximum(supply, 0.0)
    for e in range(flow.shape[0]):
        if flow[e] != 0.0:
            up, down = (start[e], end[e]) if flow[e] > 0.0 else (end[e], start[e])
            first[up + 1] += 1
            waits[down] += 1
            into[down] += abs(flow[e])
    for i in range(n):
        first[i + 1] += first[i]
    place, leaving = first.copy(), np.empty(first[n], np.int64)
    for e in range(flow.shape[0]):
        if flow[e] != 0.0:
            up = start[e] if flow[e] > 0.0 else end[e]
            leaving[place[up]] = e
            place[up] += 1

    order, tear, done = np.empty(n, np.int64), np.full(n, -1), np.zeros(n, np.bool_)
    known, taken, torn = 0, 0, 0
    for i in range(n):
        if waits[i] == 0:
            order[known] = i
            known += 1
            done[i] = True
    while taken < n:
        if taken == known:
            # All that is left waits for something: tear where the most water goes round.
            widest = -1
            for i in range(n):
                if not done[i] and (widest < 0 or into[i] > into[widest]):
                    widest = i
            tear[widest] = torn
            torn += 1
            order[known] = widest
            known += 1
            done[widest] = True
        up = order[taken]
        taken += 1
        for j in range(first[up], first[up + 1]):
            e = leaving[j]
            down = end[e] if flow[e] > 0.0 else start[e]
            waits[down] -= 1
            if waits[down] == 0 and not done[down]:
                order[known] = down
                known += 1
                done[down] = True
    return order, tear, first, leaving, into


@kernel
def _pass_element(
    table: PropertyTable,
    T_in: float,
    flow: float,
    conductance: float,
    T_ambient: float,
    heat: float,
    slope: float,
    T_reference: float,
) -> tuple[float, float]:
    """Enthalpy at the outlet of an element [J/kg], and its derivative with the inlet temperature."""
    T, kept = T_in, 1.0
    if conductance > 0.0:
        # The mean heat capacity between inlet and outlet, which gives the outlet: three rounds leave nothing.
        for _ in range(4):
            cp = capacity_beyond(table, 0.5 * (T_in + T))
            kept = np.exp(-conductance / (flow * cp))
            before, T = T, T_ambient + (T_in - T_ambient) * kept
            if T == before:
                break
    h = enthalpy_beyond(table, T) + (heat + slope * (T_in - T_reference)) / flow
    return h, kept * capacity_beyond(table, T) + slope / flow


@kernel
def march(
    table: PropertyTable,
    inputs: ThermalInputs,
    order: np.ndarray,
    tear: np.ndarray,
    first: np.ndarray,
    leaving: np.ndarray,
    inflow: np.ndarray,
    torn: np.ndarray,
    T: np.ndarray,
    T_out: np.ndarray,
    slopes: np.ndarray,
) -> int:
    """Temperatures along the flow from those of the torn nodes.

    Parameters
    ----------
    table : PropertyTable
    inputs : ThermalInputs
    order, tear, first, leaving, inflow
        Of :func:`flow_order`.
    torn : (n_torn,) float array
        Assumed temperatures of the torn nodes [K].
    T : (n_node,) float array
        Receives the temperatures of the nodes; of a torn node that which flows back to it [K].
    T_out : (n_element,) float array
        Receives the temperatures at the outlets [K].
    slopes : (n_node, n_torn) float array
        Receives dT / d torn [-].

    Returns
    -------
    int
        ``OK``, or ``OUT_OF_RANGE`` where a temperature leaves the table.
    """
    n, status = T.shape[0], OK
    h, ends = np.zeros(n), (enthalpy(table, table.T_min), enthalpy(table, table.T_max))
    slopes[:] = 0.0
    for e in range(T_out.shape[0]):
        T_out[e] = inputs.T_ambient[e]
    for i in range(n):
        if inputs.supply[i] > 0.0:
            h[i] = inputs.supply[i] * enthalpy_beyond(table, inputs.T_in[i])
    for at in range(n):
        i = order[at]
        T_here = inputs.T_rest
        if tear[i] >= 0:
            T_here = torn[tear[i]]
        elif inflow[i] > 0.0:
            T_here = temperature_beyond(table, ends, h[i] / inflow[i])
            slopes[i] /= inflow[i] * capacity_beyond(table, T_here)
        if not table.T_min <= T_here <= table.T_max and (tear[i] >= 0 or inflow[i] > 0.0):
            status = OUT_OF_RANGE
        T[i] = T_here
        for j in range(first[i], first[i + 1]):
            e = leaving[j]
            flow = abs(inputs.mass_flow[e])
            down = inputs.end[e] if inputs.mass_flow[e] > 0.0 else inputs.start[e]
            h_out, slope = _pass_element(
                table,
                T_here,
                flow,
                inputs.conductance[e],
                inputs.T_ambient[e],
                inputs.heat[e],
                inputs.heat_slope[e],
                inputs.T_reference[e],
            )
            T_out[e] = temperature_beyond(table, ends, h_out)
            if not table.T_min <= T_out[e] <= table.T_max:
                status = OUT_OF_RANGE
            h[down] += flow * h_out
            if tear[i] >= 0:
                slopes[down, tear[i]] += flow * slope
            else:
                for t in range(torn.shape[0]):
                    slopes[down, t] += flow * slope * slopes[i, t]
    for i in range(n):
        if tear[i] >= 0:
            T[i] = temperature_beyond(table, ends, h[i] / inflow[i])
            slopes[i] /= inflow[i] * capacity_beyond(table, T[i])
    return status


def solve_temperatures(
    table: PropertyTable, inputs: ThermalInputs, guess: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Temperatures of nodes and outlets of a network of known flows.

    Parameters
    ----------
    table : PropertyTable
        Of the water.
    inputs : ThermalInputs
    guess : (n_node,) float array
        Temperatures to start from where water goes round [K].

    Returns
    -------
    T : (n_node,) float array
        Of the nodes [K].
    T_out : (n_element,) float array
        Where the water leaves each element, whichever end that is [K].
    status : int
        ``OK``, ``OUT_OF_RANGE`` (a temperature beyond the table), ``NOT_HELD`` (nothing holds the temperature
        of a loop) or ``NOT_CONVERGED``.

    Notes
    -----
    Steady flow without dissipation: friction and pumps do not warm the water. Along an element with a
    conductance to its surroundings ``T_out = T_amb + (T_in - T_amb) exp(-UA / (m cp))``, cp at the mean of inlet
    and outlet; what it loses is the difference of the enthalpies, so that the balance of the whole network
    closes to rounding.
    """
    order, tear, first, leaving, inflow = flow_order(
        inputs.start, inputs.end, inputs.mass_flow, inputs.supply
    )
    nodes = np.flatnonzero(tear >= 0)
    nodes = nodes[np.argsort(tear[nodes])]
    torn = guess[nodes]
    T, T_out = np.empty(guess.shape[0]), np.empty(inputs.mass_flow.shape[0])
    slopes = np.zeros((T.size, nodes.size))
    for _ in range(_MAX_NEWTON):
        status = march(table, inputs, order, tear, first, leaving, inflow, torn, T, T_out, slopes)
        if nodes.size == 0:
            return T, T_out, status
        # In enthalpies, so that a loop that only passes its heat on is singular at any heat capacity.
        cp, cp_back = heat_capacities(table, torn), heat_capacities(table, T[nodes])
        back = np.eye(nodes.size) - slopes[nodes] * cp_back[:, None] / cp
        if np.linalg.svd(back, compute_uv=False)[-1] < _SINGULAR:
            # Without any heat water keeps the temperature it has: that of the guess.
            rests = not np.any(inputs.heat) and np.max(np.abs(T[nodes] - torn)) < _KEPT
            return T, T_out, status if rests else NOT_HELD
        gap = enthalpies(table, T[nodes]) - enthalpies(table, torn)
        step = np.linalg.solve(back, gap) / cp
        if np.max(np.abs(step)) < _CLOSED * np.max(np.abs(torn)):
            return T, T_out, status
        torn = torn + step
    return T, T_out, NOT_CONVERGED


@kernel
def densities_and_viscosities(table: PropertyTable, T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Density [kg/m^3] and viscosity [Pa s] at every temperature, those of the table's ends beyond it."""
    rho, mu = np.empty_like(T), np.empty_like(T)
    for i in range(T.size):
        at = min(max(T[i], table.T_min), table.T_max)
        rho[i], mu[i] = density(table, at), viscosity(table, at)
    return rho, mu


@kernel
def heat_capacities(table: PropertyTable, T: np.ndarray) -> np.ndarray:
    """Heat capacity at every temperature [J/(kg K)]."""
    cp = np.empty_like(T)
    for i in range(T.size):
        cp[i] = capacity_beyond(table, T[i])
    return cp


@kernel
def enthalpies(table: PropertyTable, T: np.ndarray) -> np.ndarray:
    """Specific enthalpy at every temperature [J/kg]."""
    h = np.empty_like(T)
    for i in range(T.size):
        h[i] = enthalpy_beyond(table, T[i])
    return h
