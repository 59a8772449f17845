"""Who is connected to whom in a network: the structure that all cases share, and the parts of each."""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.network_elements import CLOSED
from hashheat.solvers.sparse_cholesky import SparsePattern, analyse_pattern, entry_of
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

CONNECTED, FLOATING, UNSERVED = range(3)

_BALANCE = 1e-10  # sum of a floating part's demands over the sum of their sizes that still counts as zero


class NetworkTopology(NamedTuple):
    """Structure of a network; made by :func:`analyse_topology`.

    Parameters
    ----------
    n_node : int
        Number of nodes.
    from_node, to_node : (n_element,) int64 array
        Ends of every element.
    fixed_node : (n_fixed,) int64 array
        Nodes of given pressure.
    place : (n_node,) int64 array
        Row of a node in the system of equations; -1 for a fixed one.
    entry : (n_element,) int64 array
        Where the element's conductance stands off the diagonal; -1 if an end is fixed.
    pattern : SparsePattern
        Of the matrix.
    """

    n_node: int
    from_node: np.ndarray
    to_node: np.ndarray
    fixed_node: np.ndarray
    place: np.ndarray
    entry: np.ndarray
    pattern: SparsePattern


def analyse_topology(
    n_node: int, from_node: np.ndarray, to_node: np.ndarray, fixed_node: np.ndarray
) -> NetworkTopology:
    """Order the nodes and lay out the factorization; once for all cases and iterations.

    Parameters
    ----------
    n_node : int
        Number of nodes; they are numbered from 0.
    from_node, to_node : (n_element,) int array_like
        Ends of every element. Several elements may lie between the same nodes.
    fixed_node : (n_fixed,) int array_like
        Nodes of given pressure; may be empty.

    Returns
    -------
    NetworkTopology
        For :func:`hashheat.solvers.network.solve_network`.

    Raises
    ------
    InputError
        For a node number out of range, an element that starts and ends at one node, or a node fixed twice.
    """
    ends = [np.array(x, dtype=np.int64).reshape(-1) for x in (from_node, to_node, fixed_node)]
    start, stop, fixed = ends
    if start.shape != stop.shape:
        raise InputError("the ends of a network's elements disagree in number", found=(start.size, stop.size))
    for x, what in zip(ends, ("start of element", "end of element", "fixed node")):
        wrong = np.flatnonzero((x < 0) | (x >= n_node))
        if wrong.size:
            raise InputError(
                f"{what} number {wrong[0]} is no node", found=int(x[wrong[0]]), accepted=f"0 .. {n_node - 1}"
            )
    loops = np.flatnonzero(start == stop)
    if loops.size:
        raise InputError(
            f"element number {loops[0]} starts and ends at the same node", found=int(start[loops[0]])
        )
    if np.unique(fixed).size != fixed.size:
        twice = np.flatnonzero(np.bincount(fixed, minlength=n_node) > 1)
        raise InputError("a node's pressure is fixed twice", found=int(twice[0]))
    free = np.ones(n_node, dtype=bool)
    free[fixed] = False
    number = np.full(n_node, -1, dtype=np.int64)
    number[free] = np.arange(np.count_nonzero(free))
    a, b = number[start], number[stop]
    inner = (a >= 0) & (b >= 0)
    pattern = analyse_pattern(int(np.count_nonzero(free)), np.column_stack([a[inner], b[inner]]))
    place = number.copy()
    place[free] = pattern.position
    entry = np.array(
        [entry_of(pattern, i, j) if i >= 0 and j >= 0 else -1 for i, j in zip(a, b)], dtype=np.int64
    )
    return NetworkTopology(int(n_node), start, stop, fixed, place, entry, pattern)


@kernel
def root_of(parent: np.ndarray, i: int) -> int:
    """Representative of the part that node i belongs to (union-find with path halving)."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def join(parent: np.ndarray, i: int, j: int) -> bool:
    """Join the parts of two nodes under the lower number; False if they were one already."""
    a, b = root_of(parent, i), root_of(parent, j)
    if a == b:
        return False
    parent[max(a, b)] = min(a, b)
    return True


@kernel
def start_parts(topology: NetworkTopology, parent: np.ndarray) -> None:
    """Every node a part of its own, except that all fixed nodes are one."""
    for i in range(topology.n_node):
        parent[i] = i
    for k in range(1, topology.fixed_node.shape[0]):
        join(parent, topology.fixed_node[0], topology.fixed_node[k])


@kernel
def find_parts(
    topology: NetworkTopology,
    state: np.ndarray,
    demand: np.ndarray,
    part: np.ndarray,
    node_status: np.ndarray,
    total: np.ndarray,
) -> bool:
    """Parts that the closed elements leave, and whether each can be served.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    state : (n_element,) int array
        ``CLOSED`` elements separate.
    demand : (n_node,) float array
        [kg/s].
    part : (n_node,) int array
        Receives the number of each node's part: 0 for all parts with a fixed node together, then 1, 2 ...
    node_status : (n_node,) int array
        Receives ``CONNECTED``, ``FLOATING`` or ``UNSERVED``.
    total : (2, n_node) float array
        Work space.

    Returns
    -------
    bool
        Whether no node is ``UNSERVED``.
    """
    start_parts(topology, part)
    for e in range(state.shape[0]):
        if state[e] != CLOSED:
            join(part, topology.from_node[e], topology.to_node[e])
    # Roots are the lowest numbers of their parts, so that one pass upwards sees each root before its members.
    total[:] = 0.0
    for i in range(topology.n_node):
        r = root_of(part, i)
        total[0, r] += demand[i]
        total[1, r] += abs(demand[i])
    ground = -1
    if topology.fixed_node.shape[0] > 0:
        ground = root_of(part, topology.fixed_node[0])
    served = True
    for i in range(topology.n_node):
        r = root_of(part, i)
        node_status[i] = CONNECTED
        if r != ground:
            node_status[i] = FLOATING
            if abs(total[0, r]) > _BALANCE * total[1, r]:
                node_status[i] = UNSERVED
                served = False
    # Number the parts; total keeps the number of each root from here on.
    count = 0
    for i in range(topology.n_node):
        if part[i] == i:
            if i == ground:
                total[0, i] = 0.0
            else:
                count += 1
                total[0, i] = count
    for i in range(topology.n_node - 1, -1, -1):
        part[i] = int(total[0, root_of(part, i)])
    return served
