"""One case of a looped network: Newton's method for flows and pressures together, and the check valves.

Todini and Pilati's gradient method in increments: with g = 1/slope of each element and r its pressure error, the
node equations ``A g A^T dp = imbalance - A g r`` give the change of pressures, and ``dm = g (A^T dp - r)`` that of
flows. Mass balance holds from the first full step on, so that later steps are circulations. Along a circulation
the balanced flows minimise a convex function (the content); its derivative costs one evaluation of the losses and
bounds the step.
"""

import math

import numpy as np

from hashheat.solvers.network_elements import CLOSED, ONE_WAY
from hashheat.solvers.network_forms import CONSTANT, LARGEST, form_flow, form_loss
from hashheat.solvers.network_topology import NetworkTopology, join, start_parts
from hashheat.solvers.sparse_cholesky import factor, substitute
from hashheat.thermo.jit import kernel

#: The derivative of a power law is held below this share of the largest flow. At the floor the pressures' rounding
#: (1e-16 of the largest) moves a flow by this same share; the loss itself is not touched.
FLOOR = 1e-8
# Share of the largest pressure below which a difference of pressures is rounding.
_ROUNDING = 1e-15
# Flow backwards through a check valve that still counts as none, over the largest flow; pressure that opens it.
_BACKWARD = 1e-11
_OPENING = 1e-13
# From this iteration on, one check valve is switched at a time: no endless exchange of two sets of valves.
_ONE_AT_A_TIME = 25


@kernel
def evaluate(
    forms: np.ndarray,
    c: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    change: np.ndarray,
    length: float,
    floor: float,
    loss: np.ndarray,
    slope: np.ndarray,
) -> None:
    """Loss and slope of every open element at ``m + length * change``."""
    for e in range(forms.shape[0]):
        if not shut[e]:
            loss[e], slope[e] = form_loss(forms[e], c[e], m[e] + length * change[e], floor)


@kernel
def node_imbalance(
    topology: NetworkTopology, m: np.ndarray, demand: np.ndarray, balance: np.ndarray
) -> float:
    """Inflow less outflow and demand of every node [kg/s]; returns the largest of those that are not fixed."""
    for i in range(topology.n_node):
        balance[i] = -demand[i]
    for e in range(m.shape[0]):
        balance[topology.from_node[e]] -= m[e]
        balance[topology.to_node[e]] += m[e]
    largest = 0.0
    for i in range(topology.n_node):
        if topology.place[i] >= 0:
            largest = max(largest, abs(balance[i]))
    return largest


@kernel
def newton_step(
    topology: NetworkTopology,
    shut: np.ndarray,
    pinned: np.ndarray,
    p: np.ndarray,
    loss: np.ndarray,
    slope: np.ndarray,
    balance: np.ndarray,
    diagonal: np.ndarray,
    values: np.ndarray,
    column: np.ndarray,
    x: np.ndarray,
    dp: np.ndarray,
    dm: np.ndarray,
) -> bool:
    """Changes of pressures into dp and of flows into dm; False if the matrix is not definite."""
    place = topology.place
    diagonal[:] = 0.0
    values[:] = 0.0
    for i in range(topology.n_node):
        if place[i] >= 0:
            x[place[i]] = balance[i]
    for e in range(loss.shape[0]):
        if shut[e]:
            continue
        i, j = topology.from_node[e], topology.to_node[e]
        a, b = place[i], place[j]
        g = 1.0 / slope[e]
        w = g * (loss[e] - (p[i] - p[j]))
        dm[e] = w
        if a >= 0:
            diagonal[a] += g
            x[a] += w
        if b >= 0:
            diagonal[b] += g
            x[b] -= w
        if topology.entry[e] >= 0 and not (pinned[i] or pinned[j]):
            values[topology.entry[e]] -= g
    for i in range(topology.n_node):
        if pinned[i]:
            diagonal[place[i]] = 1.0
            x[place[i]] = 0.0
    if not factor(topology.pattern, diagonal, values, column):
        return False
    substitute(topology.pattern, diagonal, values, x)
    for i in range(topology.n_node):
        dp[i] = x[place[i]] if place[i] >= 0 else 0.0
    for e in range(loss.shape[0]):
        if shut[e]:
            dm[e] = 0.0
        else:
            dm[e] = (dp[topology.from_node[e]] - dp[topology.to_node[e]]) / slope[e] - dm[e]
    return True


@kernel
def _content_slope(
    topology: NetworkTopology, shut: np.ndarray, p: np.ndarray, loss: np.ndarray, dm: np.ndarray
) -> float:
    """Derivative of the content along dm where the losses are ``loss`` [W/(kg/m3)]."""
    total = 0.0
    for e in range(loss.shape[0]):
        if not shut[e]:
            total += dm[e] * (loss[e] - (p[topology.from_node[e]] - p[topology.to_node[e]]))
    return total


@kernel
def step_length(
    topology: NetworkTopology,
    forms: np.ndarray,
    c: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    dm: np.ndarray,
    p: np.ndarray,
    floor: float,
    at_start: float,
    loss: np.ndarray,
    slope: np.ndarray,
) -> float:
    """Length of the step at which the content is about least; losses and slopes there are left in the arrays.

    Losses at length 1 come in; ``at_start`` is the content's derivative at length 0, negative. Steps too long come
    from elements that were nearly without flow, steps too short (by half) from power laws on their way to none.
    """
    low, f_low, high, f_high = 0.0, at_start, 1.0, _content_slope(topology, shut, p, loss, dm)
    length, f = high, f_high
    if f < 0.15 * at_start:
        low, f_low = 1.0, f
        length = 2.0
        evaluate(forms, c, shut, m, dm, length, floor, loss, slope)
        f = _content_slope(topology, shut, p, loss, dm)
        high, f_high = length, f
    tries = 0
    while f > -0.4 * f_low and f > -0.1 * at_start and tries < 4:
        length = low + (high - low) * max(0.1, -f_low / (f_high - f_low))
        evaluate(forms, c, shut, m, dm, length, floor, loss, slope)
        f = _content_slope(topology, shut, p, loss, dm)
        if f > 0.0:
            high, f_high = length, f
        else:
            low, f_low = length, f
        tries += 1
    return length


@kernel
def shut_backward(
    topology: NetworkTopology,
    state: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    least: float,
    single: bool,
    parent: np.ndarray,
) -> bool:
    """Shut one-way elements that flow backwards by more than ``least``; whether any was shut.

    An element without which a part would lose its connection stays open: mass balance alone sets its flow. So of
    several in a row one stays open (and carries nothing), and no pressure is ever left undetermined.
    """
    count = 0
    for e in range(m.shape[0]):
        if state[e] == ONE_WAY and not shut[e] and m[e] < -least:
            count += 1
    if count == 0:
        return False
    backward = np.empty(count, dtype=np.int64)
    flows = np.empty(count)
    start_parts(topology, parent)
    k = 0
    for e in range(m.shape[0]):
        if shut[e]:
            continue
        if state[e] == ONE_WAY and m[e] < -least:
            backward[k] = e
            flows[k] = -m[e]
            k += 1
        else:
            join(parent, topology.from_node[e], topology.to_node[e])
    order = np.argsort(flows)
    worst = -1
    for k in range(count):
        e = backward[order[k]]
        if not join(parent, topology.from_node[e], topology.to_node[e]):
            worst = e
            if not single:
                shut[e] = True
                m[e] = 0.0
    if single and worst >= 0:
        shut[worst] = True
        m[worst] = 0.0
    return worst >= 0


@kernel
def open_driven(
    topology: NetworkTopology,
    forms: np.ndarray,
    c: np.ndarray,
    state: np.ndarray,
    shut: np.ndarray,
    m: np.ndarray,
    p: np.ndarray,
    least: float,
    single: bool,
) -> bool:
    """Open shut one-way elements that a pressure above ``least`` drives forward; whether any was opened."""
    worst, most = -1, least
    for e in range(m.shape[0]):
        if state[e] != ONE_WAY or not shut[e]:
            continue
        drive = p[topology.from_node[e]] - p[topology.to_node[e]] - c[e, CONSTANT]
        if drive > most:
            worst = e
            if single:
                most = drive
            else:
                shut[e] = False
                m[e] = form_flow(forms[e], c[e], drive)
    if single and worst >= 0:
        shut[worst] = False
        m[worst] = form_flow(forms[worst], c[worst], most)
    return worst >= 0


@kernel
def first_guess(
    topology: NetworkTopology,
    forms: np.ndarray,
    c: np.ndarray,
    state: np.ndarray,
    p: np.ndarray,
    m: np.ndarray,
    loss: np.ndarray,
    slope: np.ndarray,
) -> float:
    """Linear elements to start from: each carries what a pressure typical of the network would drive through it.

    Where all laws are quadratic the shares of the first flows do not depend on that pressure. Returns the largest
    of the typical flows [kg/s].
    """
    typical = 0.0
    for i in range(topology.n_node):
        typical = max(typical, abs(p[i]))
    for e in range(m.shape[0]):
        if state[e] != CLOSED:
            typical = max(typical, abs(c[e, CONSTANT]))
    if typical == 0.0:
        typical = 1e4
    largest = 0.0
    for e in range(m.shape[0]):
        m[e], loss[e], slope[e] = 0.0, 0.0, 1.0
        if state[e] == CLOSED:
            continue
        if c[e, LARGEST] < math.inf:
            m[e] = 0.5 * c[e, LARGEST]
            loss[e], slope[e] = form_loss(forms[e], c[e], m[e], 0.0)
            largest = max(largest, m[e])
        else:
            flow = form_flow(forms[e], c[e], typical)
            loss[e] = c[e, CONSTANT]
            slope[e] = typical / flow
            largest = max(largest, flow)
    return largest


@kernel
def largest_of(x: np.ndarray) -> float:
    """Largest absolute value."""
    largest = 0.0
    for i in range(x.shape[0]):
        largest = max(largest, abs(x[i]))
    return largest


@kernel
def balance_case(
    topology: NetworkTopology,
    forms: np.ndarray,
    c: np.ndarray,
    state: np.ndarray,
    pinned: np.ndarray,
    demand: np.ndarray,
    tolerance: float,
    max_iterations: int,
    started: bool,
    m: np.ndarray,
    p: np.ndarray,
    shut: np.ndarray,
    node: np.ndarray,
    element: np.ndarray,
    row: np.ndarray,
    values: np.ndarray,
    parent: np.ndarray,
) -> tuple[bool, int, float, float]:
    """Flows and pressures of one case.

    Parameters
    ----------
    topology : NetworkTopology
        The network.
    forms : (n_element,) int array
        Codes of the forms.
    c : (n_element, 7) float array
        Their coefficients.
    state : (n_element,) int array
        Codes of the states.
    pinned : (n_node,) bool array
        Nodes that hold the pressure of a part without a fixed one.
    demand : (n_node,) float array
        [kg/s]; balanced in every such part.
    tolerance : float
        Of mass balance, over the largest flow, and of the pressures, over the largest pressure [-].
    max_iterations : int
        Solutions of the linear system.
    started : bool
        Whether m, p and shut hold a first guess.
    m : (n_element,) float array
        Flows [kg/s].
    p : (n_node,) float array
        Pressures against any level near theirs [Pa]; those of fixed nodes set, the others zero if there
        is no guess.
    shut : (n_element,) bool array
        Elements that carry nothing.
    node, element, row : (2, n_node), (5, n_element) and (2, n_row) float arrays
        Work space.
    values : (n_values,) float array
        Work space.
    parent : (n_node,) int array
        Work space.

    Returns
    -------
    converged : bool
        Whether the tolerance was met.
    iterations : int
        Linear systems solved.
    mass_residual, pressure_residual : float
        Largest errors [kg/s], [Pa].
    """
    balance, dp = node[0], node[1]
    dm, loss, slope, trial_loss, trial_slope = element[0], element[1], element[2], element[3], element[4]
    diagonal, x = row[0], row[1]
    column = np.empty(max(1, topology.pattern.n_tail))
    n_element = m.shape[0]
    need = 0.0
    for i in range(topology.n_node):
        need = max(need, abs(demand[i]))
    high = largest_of(p)
    valves = False
    for e in range(n_element):
        if state[e] != CLOSED:
            high = max(high, abs(c[e, CONSTANT]))
            valves = valves or state[e] == ONE_WAY
    if started:
        typical = largest_of(m)
        # Flows through what is shut now are no guess; of one-way elements said to be shut, enough are opened.
        for e in range(n_element):
            shut[e] = shut[e] and state[e] == CLOSED
            m[e] = 0.0 if shut[e] else m[e]
        evaluate(forms, c, shut, m, m, 0.0, FLOOR * max(typical, need), loss, slope)
    else:
        typical = first_guess(topology, forms, c, state, p, m, loss, slope)
    scale = max(need, 1e-6 * typical)
    last, error = math.inf, math.inf
    mass_residual, pressure_residual = math.inf, math.inf
    for iteration in range(1, max_iterations + 1):
        imbalance = node_imbalance(topology, m, demand, balance)
        if not newton_step(
            topology, shut, pinned, p, loss, slope, balance, diagonal, values, column, x, dp, dm
        ):
            return False, iteration, imbalance, pressure_residual
        at_start, noise, change = 0.0, 0.0, 0.0
        for i in range(topology.n_node):
            p[i] += dp[i]
            high = max(high, abs(p[i]))
        for e in range(n_element):
            if not shut[e]:
                size = abs(dm[e])
                at_start -= size * size * slope[e]
                noise += size
                if size * slope[e] > _ROUNDING * high:
                    change = max(change, size)
        floor = FLOOR * scale
        evaluate(forms, c, shut, m, dm, 1.0, floor, trial_loss, trial_slope)
        length = 1.0
        if imbalance <= 1e-9 * scale and at_start < -_ROUNDING * high * noise:
            length = step_length(topology, forms, c, shut, m, dm, p, floor, at_start, trial_loss, trial_slope)
        pressure_residual = 0.0
        scale = max(need, 1e-6 * typical)
        for e in range(n_element):
            if not shut[e]:
                m[e] += length * dm[e]
                loss[e], slope[e] = trial_loss[e], trial_slope[e]
                difference = p[topology.from_node[e]] - p[topology.to_node[e]]
                pressure_residual = max(pressure_residual, abs(loss[e] - difference))
                scale = max(scale, abs(m[e]))
        # What is left of the flows' error if the steps go on shrinking as they do.
        error = change * change / (last - change) if change < last else change
        if change == 0.0:
            error = 0.0
        last = change
        switched = False
        if valves and iteration > 1:
            single = iteration > _ONE_AT_A_TIME
            switched = open_driven(topology, forms, c, state, shut, m, p, _OPENING * high, single)
            if not (single and switched):
                more = shut_backward(topology, state, shut, m, _BACKWARD * scale, single, parent)
                switched = switched or more
        if switched:
            last = math.inf
            evaluate(forms, c, shut, m, m, 0.0, FLOOR * scale, loss, slope)
        elif pressure_residual <= tolerance * high and error <= tolerance * scale:
            mass_residual = node_imbalance(topology, m, demand, balance)
            if mass_residual <= tolerance * scale:
                return True, iteration, mass_residual, pressure_residual
    return False, max_iterations, node_imbalance(topology, m, demand, balance), pressure_residual
