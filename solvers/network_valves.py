"""Check valves of a network: which to open and which to shut after a step."""

import numpy as np

from hashheat.solvers.network_elements import ONE_WAY
from hashheat.solvers.network_forms import CONSTANT, form_flow
from hashheat.solvers.network_topology import NetworkTopology, join, root_of, start_parts
from hashheat.thermo.jit import kernel


@kernel
def find_backward(
    topology: NetworkTopology,
    state: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    least: float,
    found: np.ndarray,
    parent: np.ndarray,
) -> int:
    """Open one-way elements that flow backwards and can be shut.

    An element without which a part would lose its connection stays open: mass balance alone sets its flow. So of
    several in a row one stays open (and carries nothing), and no pressure is ever left undetermined.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    state : (n_element,) int array
        Codes of the states.
    shut : (n_element,) bool array
        Elements that carry nothing.
    m : (n_element,) float array
        Flows [kg/s].
    least : float
        Flow backwards that still counts as none [kg/s].
    found : (n_element,) int array
        Receives the elements in its first places.
    parent : (n_node,) int array
        Work space.

    Returns
    -------
    int
        Number of elements found.
    """
    count = 0
    for e in range(m.shape[0]):
        if state[e] == ONE_WAY and not shut[e] and m[e] < -least:
            found[count] = e
            count += 1
    if count == 0:
        return 0
    flows = np.empty(count)
    for k in range(count):
        flows[k] = -m[found[k]]
    start_parts(topology, parent)
    for e in range(m.shape[0]):
        if not shut[e] and not (state[e] == ONE_WAY and m[e] < -least):
            join(parent, topology.from_node[e], topology.to_node[e])
    # Those that flow least stay to connect where one must.
    order = np.argsort(flows)
    candidates = found[:count].copy()
    count = 0
    for k in range(candidates.shape[0]):
        e = candidates[order[k]]
        if not join(parent, topology.from_node[e], topology.to_node[e]):
            found[count] = e
            count += 1
    return count


@kernel
def shut_idle(
    topology: NetworkTopology, state: np.ndarray, shut: np.ndarray, m: np.ndarray, parent: np.ndarray
) -> None:
    """Shut the one-way elements that carry nothing in a first guess, as far as they are not needed to connect.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    state : (n_element,) int array
        Codes of the states.
    shut : (n_element,) bool array
        Elements that carry nothing; changed.
    m : (n_element,) float array
        Flows [kg/s].
    parent : (n_node,) int array
        Work space.
    """
    start_parts(topology, parent)
    for e in range(m.shape[0]):
        if not shut[e] and not (state[e] == ONE_WAY and m[e] == 0.0):
            join(parent, topology.from_node[e], topology.to_node[e])
    for e in range(m.shape[0]):
        if state[e] == ONE_WAY and m[e] == 0.0:
            shut[e] = not join(parent, topology.from_node[e], topology.to_node[e])


@kernel
def switch_valves(
    topology: NetworkTopology,
    forms: np.ndarray,
    c: np.ndarray,
    state: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    p: np.ndarray,
    driven: float,
    backward: float,
    single: bool,
    parent: np.ndarray,
) -> bool:
    """Open the one-way elements that a pressure drives forward, shut those that flow backwards.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    forms, c : (n_element,) int array and (n_element, 7) float array
        Forms and coefficients of the elements.
    state : (n_element,) int array
        Codes of the states.
    shut : (n_element,) bool array
        Elements that carry nothing; changed.
    m : (n_element,) float array
        Flows [kg/s]; an opened element gets that which its pressure drives through it, a shut one none.
    p : (n_node,) float array
        Pressures [Pa].
    driven, backward : float
        Pressure and flow below which an element is left as it is [Pa], [kg/s].
    single : bool
        Switch only the element with the lowest number of all that are wrong (Murty's rule: with it the exchange
        comes to an end where every choice of open elements is balanced in between).
    parent : (n_node,) int array
        Work space.

    Returns
    -------
    bool
        Whether any element was switched.

    References
    ----------
    K. G. Murty, Opsearch 11 (1974) 123-135 (least-index rule).
    """
    wrong = np.empty(m.shape[0], dtype=np.int64)
    count = find_backward(topology, state, shut, m, backward, wrong, parent)
    first = m.shape[0]
    for k in range(count):
        first = min(first, wrong[k])
    switched = count > 0
    for e in range(m.shape[0]):
        if state[e] != ONE_WAY or not shut[e]:
            continue
        drive = p[topology.from_node[e]] - p[topology.to_node[e]] - c[e, CONSTANT]
        if drive > driven:
            if single and e > first:
                break
            shut[e] = False
            m[e] = form_flow(forms[e], c[e], drive)
            if single:
                return True
            switched = True
    for k in range(count):
        if not single or wrong[k] == first:
            shut[wrong[k]] = True
            m[wrong[k]] = 0.0
    return switched


@kernel
def replace_forced(
    topology: NetworkTopology,
    c: np.ndarray,
    state: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    p: np.ndarray,
    backward: float,
    parent: np.ndarray,
) -> bool:
    """Let another valve feed a part that a one-way element feeds backwards.

    Mass balance forces the backward flow of an element that alone connects a part. If a shut valve opens into that
    part, the two change places; of several, the one with the most pressure for it.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    c : (n_element, 7) float array
        Coefficients of the elements.
    state : (n_element,) int array
        Codes of the states.
    shut : (n_element,) bool array
        Elements that carry nothing; changed.
    m : (n_element,) float array
        Flows [kg/s]; changed.
    p : (n_node,) float array
        Pressures [Pa].
    backward : float
        Flow backwards that still counts as none [kg/s].
    parent : (n_node,) int array
        Work space.

    Returns
    -------
    bool
        Whether two elements changed places.
    """
    for forced in range(m.shape[0]):
        if state[forced] != ONE_WAY or shut[forced] or not m[forced] < -backward:
            continue
        start_parts(topology, parent)
        for e in range(m.shape[0]):
            if not shut[e] and e != forced:
                join(parent, topology.from_node[e], topology.to_node[e])
        fed = root_of(parent, topology.from_node[forced])
        best, most = -1, -np.inf
        for e in range(m.shape[0]):
            i, j = topology.from_node[e], topology.to_node[e]
            if state[e] == ONE_WAY and shut[e] and root_of(parent, j) == fed and root_of(parent, i) != fed:
                drive = p[i] - p[j] - c[e, CONSTANT]
                if drive > most:
                    best, most = e, drive
        if best >= 0:
            shut[best] = False
            m[best] = -m[forced]
            shut[forced] = True
            m[forced] = 0.0
            return True
    return False
