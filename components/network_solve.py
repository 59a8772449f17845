"""Flows and temperatures of a network, each found with the other until both rest."""

from typing import NamedTuple

import numpy as np

from hashheat.components.network_arrays import NetworkArrays
from hashheat.components.network_energy import (
    OK,
    ThermalInputs,
    densities_and_viscosities,
    enthalpies,
    solve_temperatures,
)
from hashheat.components.network_units import Units, UnitState
from hashheat.solvers import network as nw
from hashheat.solvers.network_elements import GRAVITY, NetworkElements
from hashheat.thermo.property_table import PropertyTable

#: A flow below this share of the largest is none [-], nor is one below this [kg/s].
_AT_REST, _NO_FLOW = 1e-11, 1e-9
#: Temperatures rest when none moves by more than this [K].
_T_REST = 1e-7
#: Share of a change that is taken at least, in loops that swing [-].
_LEAST_SHARE = 0.02
#: Rounds in a row without temperatures that can be after which there are none.
_BEYOND = 15


class NetworkSolution(NamedTuple):
    """A steady state.

    Parameters
    ----------
    mass_flow : (n_element,) array
        From start to end [kg/s].
    hydraulic : NetworkState
        Of the elements other than controlled flows.
    T : (n_node,) array
        [K]
    T_in, T_out : (n_element,) array
        Where the water enters and leaves each element [K].
    heat_rate : (n_element,) array
        To the water [W].
    supply : (n_node,) array
        Fed in from outside [kg/s], negative where it leaves.
    imbalance : float
        Heat to the water minus what it takes along, over the sum of all heats [-]; 0 without any heat.
    unit : UnitState, optional
        Of the miners and exchangers.
    unit_rest : (n_unit,) array of bool
        Those without flow.
    thermal_status : int
        Of :func:`hashheat.components.network_energy.solve_temperatures`.
    iterations, rounds : int
        Linear systems solved in the first round; rounds of flow and temperature.
    swings : int
        Element whose temperature still changes most where the rounds ran out, or else -1.
    """

    mass_flow: np.ndarray
    hydraulic: nw.NetworkState
    T: np.ndarray
    T_in: np.ndarray
    T_out: np.ndarray
    heat_rate: np.ndarray
    supply: np.ndarray
    imbalance: float
    unit: UnitState | None
    unit_rest: np.ndarray
    thermal_status: int
    iterations: int
    rounds: int
    swings: int


def solve_arrays(
    net: NetworkArrays,
    units: Units,
    table: PropertyTable,
    T_rest: float,
    *,
    tolerance: float = 1e-10,
    max_rounds: int = 200,
) -> NetworkSolution:
    """Steady state of a network.

    Parameters
    ----------
    net : NetworkArrays
    units : Units
        Its miners and exchangers.
    table : PropertyTable
        Of the water.
    T_rest : float
        Of water that does not move [K].
    tolerance : float
        Of the flows, over the largest [-]; see :func:`hashheat.solvers.network.solve_network`.
    max_rounds : int

    Returns
    -------
    NetworkSolution
        With the solvers' own status codes: they are not judged here.

    Notes
    -----
    Every round takes density and viscosity of an element at the mean of its inlet and outlet, and each miner and
    exchanger at the flow and inlet temperature of the round before, with its slopes.
    """
    known = net.T_in[np.isfinite(net.T_in)]
    first_T = float(known.mean()) if known.size else T_rest
    first_T = min(max(first_T, table.T_min), table.T_max)
    entering = np.where(np.isfinite(net.T_in), net.T_in, first_T)
    T, T_mean = np.full(net.demand.size, first_T), np.full(net.start.size, first_T)
    at = np.array(net.units, dtype=np.int64)
    flow, row = np.zeros(net.start.size), _rows(net)
    state: nw.NetworkState | None = None
    unit = units.evaluate(units.first_flows(), T_mean[at]) if at.size else None
    parameters, iterations, constant = net.parameters.copy(), 0, _is_constant(table)
    rounds, beyond, share, moved = 0, 0, 1.0, np.inf
    kept: tuple[np.ndarray, np.ndarray] | None = None

    for _ in range(max(1, max_rounds)):
        rounds += 1
        rho, mu = kept if kept is not None else densities_and_viscosities(table, T_mean[net.hydraulic])
        kept = (rho, mu) if constant else None
        if net.parabola.size:
            pumps = net.parabola[:, 0].astype(np.int64)
            parameters[pumps, :3] = net.parabola[:, 1:] / (rho[pumps, None] * GRAVITY)
        if unit is not None:
            parameters[row, 0], parameters[row, 1] = unit.a, unit.b
        elements = NetworkElements(
            net.kind,
            parameters[None],
            rho[None],
            mu[None],
            (rho * GRAVITY * net.rise[net.hydraulic])[None],
            net.state[None],
        )
        state = nw.solve_network(
            net.topology, elements, net.pressure, net.demand, start=state, tolerance=tolerance
        )
        iterations = iterations or int(state.iterations[0])
        before, flow = flow, net.controlled.copy()
        flow[net.hydraulic] = state.mass_flow[0]
        largest = float(np.max(np.abs(flow)))
        least = max(_AT_REST * largest, _NO_FLOW)
        flow[np.abs(flow) <= least] = 0.0
        supply = _supply(net, flow, least)
        up = np.where(flow >= 0.0, net.start, net.end)

        heat, slope, reference = net.heat_rate.copy(), np.zeros(flow.size), T[up]
        if unit is not None:
            unit = _renewed(units, unit, flow[at], reference[at])
            running = flow[at] != 0.0
            heat[at], slope[at] = np.where(running, (unit.heat, unit.heat_slope), 0.0)
        inputs = ThermalInputs(
            net.start, net.end, flow, net.conductance, net.T_ambient, heat, slope, reference, supply, entering,
            T_rest,
        )  # fmt: skip
        T, T_out, status = solve_temperatures(table, inputs, T)
        T_in = np.where(flow == 0.0, net.T_ambient, T[up])
        wanted = 0.5 * (T_in + T_out)
        last, moved = (
            moved,
            max(np.max(np.abs(wanted - T_mean)), np.max(np.abs(T[up] - reference)) if at.size else 0.0),
        )
        share = max(0.5 * share, _LEAST_SHARE) if moved > 0.9 * last else min(1.0, 1.4 * share)
        T_mean = T_mean + share * (wanted - T_mean)
        beyond = beyond + 1 if status != OK else 0
        still = np.max(np.abs(flow - before)) <= 10.0 * tolerance * largest and moved <= _T_REST
        stuck = state.status[0] in (nw.CUT_OFF, nw.NOT_CONVERGED) or beyond == _BEYOND
        calm = constant and not at.size
        if still or stuck or calm:
            break
    swings = -1 if still or stuck or calm else int(np.argmax(np.abs(wanted - T_mean)))
    assert state is not None
    gained = np.abs(flow) * (enthalpies(table, T_out) - enthalpies(table, T_in))
    gained[flow == 0.0] = 0.0
    outside = np.where(supply > 0.0, entering, T)
    balance = float(gained.sum() + supply @ enthalpies(table, outside))
    scale = float(np.abs(gained).sum())
    return NetworkSolution(
        flow, state, T, T_in, T_out, gained, supply, balance / scale if scale else 0.0, unit, flow[at] == 0.0,
        status, iterations, rounds, swings,
    )  # fmt: skip


def _rows(net: NetworkArrays) -> np.ndarray:
    """Places of the units among the hydraulic elements."""
    return np.searchsorted(net.hydraulic, np.array(net.units, dtype=np.int64))


def _is_constant(table: PropertyTable) -> bool:
    return not (any(table.rho[:-1]) or any(table.mu_inv8[:-1]))


def _supply(net: NetworkArrays, flow: np.ndarray, least: float) -> np.ndarray:
    """What every node is fed: given where the pressure is free, the rest of the balance where it is fixed."""
    supply = net.supply.copy()
    fixed = net.topology.fixed_node
    n = supply.size
    leaves = np.bincount(net.start, flow, n) - np.bincount(net.end, flow, n)
    supply[fixed] = leaves[fixed]
    supply[np.abs(supply) <= least] = 0.0
    return supply


def _renewed(units: Units, old: UnitState, flow: np.ndarray, T_in: np.ndarray) -> UnitState:
    """State at these flows; that of the round before where the model has none, or the unit stands still."""
    new = units.evaluate(np.where(flow == 0.0, units.first_flows(), flow), T_in)
    keep = (new.failed & ~old.failed) | (flow == 0.0)
    mixed = UnitState(*(np.where(keep, was, now) for was, now in zip(old, new)))
    return mixed._replace(failed=new.failed & (flow != 0.0))
