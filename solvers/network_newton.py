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
from hashheat.solvers.network_forms import CONSTANT, FLOOR, LARGEST, form_flow, form_loss
from hashheat.solvers.network_topology import NetworkTopology
from hashheat.solvers.network_valves import replace_forced, shut_idle, switch_valves
from hashheat.solvers.sparse_cholesky import factor, substitute
from hashheat.thermo.jit import kernel

# Share of the largest pressure below which a difference of pressures is rounding.
_ROUNDING = 1e-15
# Least slope of an element over that of the whole network, so that this rounding stays without effect.
_STIFFEST = 1e-12
# Flow backwards through a check valve that still counts as none, over the largest flow; pressure that opens it.
_BACKWARD = 1e-11
_OPENING = 1e-13
# Check valves that are wrong are switched after every iteration up to this number; from then on only when flows
# and pressures have settled to this share; and at last one at a time, for sets of valves can follow each other
# round.
_AT_ONCE = 20
_TOGETHER = 60
_SETTLED = 1e-5


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
    ground: np.ndarray,
    values: np.ndarray,
    pivot: np.ndarray,
    column: np.ndarray,
    x: np.ndarray,
    dp: np.ndarray,
    dm: np.ndarray,
    least: float,
) -> None:
    """Changes of pressures into dp and of flows into dm; slopes are raised to ``least``."""
    place = topology.place
    ground[:] = 0.0
    values[:] = 0.0
    for i in range(topology.n_node):
        if place[i] >= 0:
            x[place[i]] = balance[i]
    for e in range(loss.shape[0]):
        if shut[e]:
            continue
        i, j = topology.from_node[e], topology.to_node[e]
        a, b = place[i], place[j]
        slope[e] = max(slope[e], least)
        g = 1.0 / slope[e]
        w = g * (loss[e] - (p[i] - p[j]))
        dm[e] = w
        if a >= 0:
            x[a] += w
        if b >= 0:
            x[b] -= w
        if a >= 0 and b >= 0 and not (pinned[i] or pinned[j]):
            values[topology.entry[e]] -= g
        elif a >= 0 and not pinned[i]:
            ground[a] += g
        elif b >= 0 and not pinned[j]:
            ground[b] += g
    for i in range(topology.n_node):
        if pinned[i]:
            ground[place[i]] = 1.0
            x[place[i]] = 0.0
    factor(topology.pattern, ground, values, pivot, column)
    substitute(topology.pattern, pivot, values, x)
    for i in range(topology.n_node):
        dp[i] = x[place[i]] if place[i] >= 0 else 0.0
    for e in range(loss.shape[0]):
        if shut[e]:
            dm[e] = 0.0
        else:
            dm[e] = (dp[topology.from_node[e]] - dp[topology.to_node[e]]) / slope[e] - dm[e]


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
def first_guess(
    topology: NetworkTopology,
    forms: np.ndarray,
    c: np.ndarray,
    state: np.ndarray,
    p: np.ndarray,
    m: np.ndarray,
    loss: np.ndarray,
    slope: np.ndarray,
) -> tuple[float, float]:
    """Linear elements to start from: each carries what a pressure typical of the network would drive through it.

    Where all laws are quadratic the shares of the first flows do not depend on that pressure. Returns it and the
    largest of the flows it drives [Pa], [kg/s].
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
    return typical, largest


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
) -> tuple[bool, int, float, float, float]:
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
        Whether m and p hold a first guess.
    m : (n_element,) float array
        Flows [kg/s].
    p : (n_node,) float array
        Pressures against any level near theirs [Pa]; those of fixed nodes set, the others zero if there
        is no guess.
    shut : (n_element,) bool array
        Elements that carry nothing; the closed ones come in.
    node, element, row : (2, n_node), (5, n_element) and (3, n_row) float arrays
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
    scale : float
        Mass flow against which small ones count as none [kg/s].
    """
    balance, dp = node[0], node[1]
    dm, loss, slope, trial_loss, trial_slope = element[0], element[1], element[2], element[3], element[4]
    ground, pivot, x = row[0], row[1], row[2]
    column = np.empty(max(1, topology.pattern.n_tail))
    n_element = m.shape[0]
    need = 0.0
    for i in range(topology.n_node):
        need = max(need, abs(demand[i]))
    lifted, valves = 0.0, False
    for e in range(n_element):
        if state[e] != CLOSED:
            lifted = max(lifted, abs(c[e, CONSTANT]))
            valves = valves or state[e] == ONE_WAY
    typical_pressure, typical = first_guess(topology, forms, c, state, p, dm, loss, slope)
    if started and largest_of(m) > 1e-6 * typical:
        for e in range(n_element):
            m[e] = 0.0 if shut[e] else m[e]
        shut_idle(topology, state, shut, m, parent)
        evaluate(forms, c, shut, m, m, 0.0, FLOOR * max(largest_of(m), need), loss, slope)
    else:
        m[:] = dm
    # Noise of a network at rest is measured against these.
    scale, lifted = max(need, 1e-6 * typical), max(lifted, 1e-6 * typical_pressure)
    last, error, least = math.inf, math.inf, 0.0
    mass_residual, pressure_residual = math.inf, math.inf
    for iteration in range(1, max_iterations + 1):
        imbalance = node_imbalance(topology, m, demand, balance)
        newton_step(
            topology, shut, pinned, p, loss, slope, balance, ground, values, pivot, column, x, dp, dm, least
        )
        at_start, noise, change, high = 0.0, 0.0, 0.0, lifted
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
        moved = max(scale, 1e-3 * typical)
        least = _STIFFEST * high / moved if moved > 0.0 else 0.0
        # What is left of the flows' error if the steps go on shrinking as they do.
        error = change * change / (last - change) if change < last else change
        if change == 0.0:
            error = 0.0
        last = change
        switched = False
        if valves:
            driven, backward = _OPENING * high, _BACKWARD * scale
            settled = pressure_residual <= _SETTLED * high and error <= _SETTLED * scale
            if settled or iteration <= _AT_ONCE:
                single = iteration > _TOGETHER
                switched = switch_valves(
                    topology, forms, c, state, shut, m, p, driven, backward, single, parent
                )
            if settled and not switched:
                switched = replace_forced(topology, c, state, shut, m, p, backward, parent)
        if switched:
            last = math.inf
            evaluate(forms, c, shut, m, m, 0.0, FLOOR * scale, loss, slope)
        elif pressure_residual <= tolerance * high and error <= tolerance * scale:
            mass_residual = node_imbalance(topology, m, demand, balance)
            if mass_residual <= tolerance * scale:
                return True, iteration, mass_residual, pressure_residual, max(scale, 1e-3 * typical)
    mass_residual = node_imbalance(topology, m, demand, balance)
    return False, max_iterations, mass_residual, pressure_residual, max(scale, 1e-3 * typical)
