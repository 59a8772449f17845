"""What a balanced network shows: pumps off their curves, valves that hold, demands that nothing can meet."""

import numpy as np

from hashheat.solvers.network_elements import CLOSED, ONE_WAY
from hashheat.solvers.network_forms import LARGEST
from hashheat.solvers.network_topology import UNSERVED, NetworkTopology, find_parts
from hashheat.thermo.jit import kernel

OK, PUMP_OFF_CURVE, CUT_OFF, NOT_CONVERGED = range(4)
FLOWING, SHUT, CHECK_SHUT, PUMP_BACKWARD, PUMP_BEYOND, FORCED_BACKWARD = range(6)

# Share by which a pump may pass the ends of its curve.
_SLACK = 1e-9


@kernel
def judge_case(
    topology: NetworkTopology,
    c: np.ndarray,
    state: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    demand: np.ndarray,
    element_status: np.ndarray,
    node_status: np.ndarray,
    spare: np.ndarray,
    parent: np.ndarray,
    total: np.ndarray,
    scale: float,
) -> int:
    """Judge every element and node of a balanced case.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    c : (n_element, 7) float array
        Coefficients of the elements.
    state : (n_element,) int array
        Codes of the states.
    shut : (n_element,) bool array
        Elements that carry nothing.
    m : (n_element,) float array
        Flows [kg/s].
    demand : (n_node,) float array
        [kg/s].
    element_status : (n_element,) int array
        Receives the codes of the elements.
    node_status : (n_node,) int array
        Receives ``UNSERVED`` where flow is forced backwards; the other nodes keep what they have.
    spare : (n_element,) int array
        Work space.
    parent : (n_node,) int array
        Work space.
    total : (2, n_node) float array
        Work space.
    scale : float
        Mass flow against which small ones count as none [kg/s].

    Returns
    -------
    int
        Code of the case.
    """
    status, forced = OK, False
    for e in range(m.shape[0]):
        backward = m[e] < -_SLACK * scale
        element_status[e] = FLOWING
        spare[e] = CLOSED if shut[e] else state[e]
        if state[e] == CLOSED:
            element_status[e] = SHUT
        elif shut[e]:
            element_status[e] = CHECK_SHUT
        elif backward and state[e] == ONE_WAY:
            element_status[e] = FORCED_BACKWARD
            spare[e] = CLOSED
            forced = True
        elif backward and c[e, LARGEST] < np.inf:
            element_status[e] = PUMP_BACKWARD
            status = PUMP_OFF_CURVE
        elif m[e] > (1.0 + _SLACK) * c[e, LARGEST]:
            element_status[e] = PUMP_BEYOND
            status = PUMP_OFF_CURVE
    if forced:
        status = CUT_OFF
        served = np.empty_like(node_status)
        find_parts(topology, spare, demand, parent, served, total)
        for i in range(topology.n_node):
            if served[i] == UNSERVED:
                node_status[i] = UNSERVED
    return status
