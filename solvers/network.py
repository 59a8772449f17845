"""Flows and pressures in networks of any shape: loops, several fixed pressures, pumps, check valves, closed parts.

Many cases of one topology run in parallel, each in its own slot. What a case cannot fulfil (a demand that nothing
feeds, a pump off its curve) comes back as codes with the numbers of nodes and elements.
"""

from typing import NamedTuple

import numba
import numpy as np

from hashheat.solvers.network_elements import CLOSED, NetworkElements, per_case, reduce_element
from hashheat.solvers.network_forms import N_COEFFICIENTS
from hashheat.solvers.network_newton import balance_case, node_imbalance
from hashheat.solvers.network_status import (
    CHECK_SHUT,
    CUT_OFF,
    FLOWING,
    FORCED_BACKWARD,
    NOT_CONVERGED,
    OK,
    PUMP_BACKWARD,
    PUMP_BEYOND,
    PUMP_OFF_CURVE,
    SHUT,
    judge_case,
)
from hashheat.solvers.network_topology import (
    CONNECTED,
    FLOATING,
    UNSERVED,
    NetworkTopology,
    analyse_topology,
    find_parts,
)
from hashheat.solvers.sparse_cholesky import SparsePattern
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel, parallel_kernel

__all__ = [
    "CHECK_SHUT",
    "CONNECTED",
    "CUT_OFF",
    "FLOATING",
    "FLOWING",
    "FORCED_BACKWARD",
    "NOT_CONVERGED",
    "OK",
    "PUMP_BACKWARD",
    "PUMP_BEYOND",
    "PUMP_OFF_CURVE",
    "SHUT",
    "UNSERVED",
    "NetworkState",
    "analyse_topology",
    "solve_network",
]

_CHUNK = 2000  # elements a thread takes at once


class NetworkState(NamedTuple):
    """Flows and pressures of all cases.

    Parameters
    ----------
    mass_flow : (n_case, n_element) float array
        From ``from_node`` to ``to_node`` [kg/s].
    pressure : (n_case, n_node) float array
        [Pa]; of a part without a fixed node against its lowest-numbered node.
    supply : (n_case, n_fixed) float array
        What each fixed node feeds into the network, its own demand included [kg/s].
    status : (n_case,) int array
        ``OK``, ``PUMP_OFF_CURVE``, ``CUT_OFF`` or ``NOT_CONVERGED``.
    element_status : (n_case, n_element) int array
        ``FLOWING``, ``SHUT``, ``CHECK_SHUT``, ``PUMP_BACKWARD``, ``PUMP_BEYOND`` or ``FORCED_BACKWARD``.
    node_status : (n_case, n_node) int array
        ``CONNECTED``, ``FLOATING`` or ``UNSERVED``.
    part : (n_case, n_node) int array
        Number of the node's part: 0 for all parts with a fixed node together.
    iterations : (n_case,) int array
        Linear systems solved.
    mass_residual, pressure_residual : (n_case,) float array
        Largest errors of a node's balance and of an element's equation [kg/s], [Pa].
    """

    mass_flow: np.ndarray
    pressure: np.ndarray
    supply: np.ndarray
    status: np.ndarray
    element_status: np.ndarray
    node_status: np.ndarray
    part: np.ndarray
    iterations: np.ndarray
    mass_residual: np.ndarray
    pressure_residual: np.ndarray


@kernel
def _solve_range(
    first: int,
    last: int,
    topology: NetworkTopology,
    elements: NetworkElements,
    fixed_pressure: np.ndarray,
    demand: np.ndarray,
    tolerance: float,
    max_iterations: int,
    started: bool,
    result: NetworkState,
) -> None:
    n_element, n_node = elements.kind.shape[0], topology.n_node
    n_row = topology.pattern.position.shape[0]
    forms = np.empty(n_element, dtype=np.int64)
    c = np.empty((n_element, N_COEFFICIENTS))
    shut = np.empty(n_element, dtype=np.bool_)
    pinned = np.empty(n_node, dtype=np.bool_)
    need = np.empty(n_node)
    parent = np.empty(n_node, dtype=np.int64)
    seen = np.empty(n_node + 1, dtype=np.bool_)
    spare = np.empty(n_element, dtype=np.int64)
    node, element, row = np.empty((2, n_node)), np.empty((5, n_element)), np.empty((3, n_row))
    values = np.empty(topology.pattern.n_values)
    for k in range(first, last):
        m, p, parts = result.mass_flow[k], result.pressure[k], result.part[k]
        # Inputs that all cases share have one row.
        state = elements.state[k % elements.state.shape[0]]
        wanted = demand[k % demand.shape[0]]
        given = fixed_pressure[k % fixed_pressure.shape[0]]
        for e in range(n_element):
            forms[e] = reduce_element(
                elements.kind[e],
                elements.parameters[k % elements.parameters.shape[0], e],
                elements.density[k % elements.density.shape[0], e],
                elements.viscosity[k % elements.viscosity.shape[0], e],
                elements.static_pressure[k % elements.static_pressure.shape[0], e],
                c[e],
            )
            shut[e] = state[e] == CLOSED
        served = find_parts(topology, state, wanted, parts, result.node_status[k], node)
        seen[:] = False
        for i in range(n_node):
            floating = result.node_status[k, i] != CONNECTED
            pinned[i] = floating and not seen[parts[i]]
            if floating:
                seen[parts[i]] = True
            need[i] = 0.0 if result.node_status[k, i] == UNSERVED else wanted[i]
        # Pressures against a level among them, so that their differences keep their digits.
        level = given[0] if given.shape[0] > 0 else 0.0
        before = p[topology.fixed_node[0]] if given.shape[0] > 0 else 0.0
        for i in range(n_node):
            if not started or pinned[i]:
                p[i] = 0.0
            elif result.node_status[k, i] == CONNECTED:
                p[i] -= before
        for f in range(topology.fixed_node.shape[0]):
            p[topology.fixed_node[f]] = given[f] - level
        converged, iterations, mass_residual, pressure_residual, scale = balance_case(
            topology,
            forms,
            c,
            state,
            pinned,
            need,
            tolerance,
            max_iterations,
            started,
            m,
            p,
            shut,
            node,
            element,
            row,
            values,
            parent,
        )
        result.iterations[k] = iterations
        result.mass_residual[k], result.pressure_residual[k] = mass_residual, pressure_residual
        node_imbalance(topology, m, wanted, node[0])
        for f in range(topology.fixed_node.shape[0]):
            result.supply[k, f] = -node[0, topology.fixed_node[f]]
        for i in range(n_node):
            if result.node_status[k, i] == CONNECTED:
                p[i] += level
        status = judge_case(
            topology,
            c,
            state,
            shut,
            m,
            need,
            result.element_status[k],
            result.node_status[k],
            spare,
            parent,
            node,
            scale,
        )
        if not served:
            status = CUT_OFF
        result.status[k] = status if converged else NOT_CONVERGED


@kernel
def _solve_part(
    part: int,
    chunk: int,
    n_node: int,
    from_node: np.ndarray,
    to_node: np.ndarray,
    fixed_node: np.ndarray,
    place: np.ndarray,
    entry: np.ndarray,
    pattern: SparsePattern,
    elements: NetworkElements,
    fixed_pressure: np.ndarray,
    demand: np.ndarray,
    tolerance: float,
    max_iterations: int,
    started: bool,
    result: NetworkState,
) -> None:
    _solve_range(
        part * chunk,
        min(result.status.shape[0], (part + 1) * chunk),
        NetworkTopology(n_node, from_node, to_node, fixed_node, place, entry, pattern),
        elements,
        fixed_pressure,
        demand,
        tolerance,
        max_iterations,
        started,
        result,
    )


# Numba cannot bring a tuple within a tuple into a parallel loop: the topology comes in pieces.
@parallel_kernel
def _solve_parallel(
    chunk: int,
    n_node: int,
    from_node: np.ndarray,
    to_node: np.ndarray,
    fixed_node: np.ndarray,
    place: np.ndarray,
    entry: np.ndarray,
    pattern: SparsePattern,
    elements: NetworkElements,
    fixed_pressure: np.ndarray,
    demand: np.ndarray,
    tolerance: float,
    max_iterations: int,
    started: bool,
    result: NetworkState,
) -> None:
    for part in numba.prange((result.status.shape[0] + chunk - 1) // chunk):
        _solve_part(
            int(part),
            chunk,
            n_node,
            from_node,
            to_node,
            fixed_node,
            place,
            entry,
            pattern,
            elements,
            fixed_pressure,
            demand,
            tolerance,
            max_iterations,
            started,
            result,
        )


def solve_network(
    topology: NetworkTopology,
    elements: NetworkElements,
    fixed_pressure: np.ndarray | float,
    demand: np.ndarray | float,
    *,
    start: NetworkState | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> NetworkState:
    """Balance many cases of a network.

    Parameters
    ----------
    topology : NetworkTopology
        From :func:`hashheat.solvers.network_topology.analyse_topology`.
    elements : NetworkElements
        From :func:`hashheat.solvers.network_elements.network_elements`.
    fixed_pressure : scalar, (n_fixed,) or (n_case, n_fixed) array_like
        Of the fixed nodes, in the order of ``topology.fixed_node`` [Pa].
    demand : scalar, (n_node,) or (n_case, n_node) array_like
        What leaves the network at each node; negative: fed in [kg/s].
    start : NetworkState, optional
        First guess, for instance the last state of an outer loop over temperatures.
    tolerance : float
        Of the mass balance and of the flows' last change, over the largest flow, and of the elements' equations,
        over the largest difference of pressures [-].
    max_iterations : int
        Linear systems solved before a case is given up.

    Returns
    -------
    NetworkState
        A case that is not ``OK`` is filled as far as it goes: without the demands of ``UNSERVED`` nodes, with the
        flow that mass balance forces backwards through a one-way element, with a pump's curve continued beyond its
        ends, or as the last iteration left it.

    Raises
    ------
    InputError
        For inputs that are not finite or do not fit each other.

    Notes
    -----
    The solution is unique because every loss grows with its flow. Between nodes joined only by elements without
    flow and without linear loss, flows are found to about 3e-8 of the largest: their losses are below the rounding
    of the pressures.

    References
    ----------
    E. Todini and S. Pilati, A gradient algorithm for the analysis of pipe networks, in: B. Coulbeck and C. H. Orr
    (eds.), Computer Applications in Water Supply, vol. 1, Research Studies Press, 1988, 1-20. Content: C. Cherry,
    Phil. Mag. 42 (1951) 1161-1177.
    """
    n_element, n_node, n_fixed = topology.from_node.size, topology.n_node, topology.fixed_node.size
    if elements.kind.size != n_element:
        raise InputError(
            "a network's elements do not fit its topology", found=elements.kind.size, accepted=str(n_element)
        )
    if n_fixed:
        pressures = per_case(fixed_pressure, n_fixed, "fixed pressure of a network")
    else:
        pressures = np.zeros((1, 0))
    demands = per_case(demand, n_node, "demand of a network")
    for x, what in ((pressures, "pressure of a fixed node"), (demands, "demand of a node")):
        if not np.all(np.isfinite(x)):
            raise InputError(f"the {what} of a network is not finite", found=float(x[~np.isfinite(x)][0]))
    if not 0.0 < tolerance < 1.0:
        raise InputError(
            "the tolerance of a network's balance cannot be used", found=tolerance, accepted="0 .. 1"
        )
    # A kernel would be compiled anew for an array of another layout.
    elements = NetworkElements(*(np.require(x, requirements=["C", "W"]) for x in elements))
    sizes = {x.shape[0] for x in (pressures, demands, *elements[1:])} - {1}
    if start is not None:
        sizes |= {start.status.size} - {1}
    if len(sizes) > 1:
        raise InputError("the inputs of a network disagree in their number of cases", found=sorted(sizes))
    cases = max(sizes, default=1)

    def first(values: np.ndarray | None, n: int) -> np.ndarray:
        return np.zeros((cases, n)) if values is None else np.array(np.broadcast_to(values, (cases, n)))

    def codes(*shape: int) -> np.ndarray:
        return np.zeros((cases, *shape), dtype=np.int64)

    result = NetworkState(
        first(None if start is None else start.mass_flow, n_element),
        first(None if start is None else start.pressure, n_node),
        np.zeros((cases, n_fixed)),
        codes(),
        codes(n_element),
        codes(n_node),
        codes(n_node),
        codes(),
        np.zeros(cases),
        np.zeros(cases),
    )
    given = (elements, pressures, demands, tolerance, max_iterations, start is not None, result)
    chunk = max(1, _CHUNK // max(1, n_element))
    # Waking the threads costs more than a few small networks.
    if cases >= 2 * chunk:
        _solve_parallel(chunk, *topology, *given)
    else:
        _solve_range(0, cases, topology, *given)
    return result
