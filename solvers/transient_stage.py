"""One implicit stage of a plate stack in time, and the rates of change at a given state.

With the plates' temperatures eliminated node by node, a stage is the steady problem with one more term:

    r V (e - e_known) + m dh/dx = sum over both plates of K (r C (W_known - T) + K_other (T_other - T)) / S,
    W = (r C W_known + K_left T_left + K_right T_right) / S,    S = r C + K_left + K_right,

with r the inverse of the stage's part of the step. r = 0 is the steady state.

Films and properties are repeated until they hold at the stage's own temperatures.
"""

import numpy as np

from hashheat.solvers import plate_stack as ps
from hashheat.solvers.channel_system import solve_channels, solve_passes
from hashheat.solvers.plate_stack import Stack
from hashheat.solvers.stack_storage import Model, State, Storage, heat_in_volume
from hashheat.solvers.stack_temperatures import NOT_CONVERGED, OK, update_films
from hashheat.thermo.jit import kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density, enthalpy, heat_capacity

_MAX_ITERATIONS = 40
#: Repetitions of films and walls where the temperatures are given.
_FILM_ITERATIONS = 10


@kernel
def _conductances(
    stack: Stack, case: np.ndarray, storage: Storage, htc: np.ndarray, left: np.ndarray, right: np.ndarray
) -> None:
    """Conductance [W/K] from the middle of the plates between rows j - 1 and j to either row."""
    n, s = htc.shape
    A = case[ps.AREA] * case[ps.AREA_FACTOR]
    half = 0.5 * case[ps.WALL_RESISTANCE]
    U = case[ps.U_FIXED]
    for j in range(n + 1):
        area = storage.plates[j] * A
        for i in range(s):
            left[j, i] = right[j, i] = 0.0
            if U > 0.0:
                if j > 0:
                    left[j, i] = 2.0 * U * area
                if j < n:
                    right[j, i] = 2.0 * U * area
            else:
                if j > 0:
                    left[j, i] = area / (1.0 / htc[j - 1, i] + half + storage.fouling[stack.side[j - 1]])
                if j < n:
                    right[j, i] = area / (1.0 / htc[j, i] + half + storage.fouling[stack.side[j]])


@kernel
def _update_walls(stack: Stack, case: np.ndarray, state: State, left: np.ndarray, right: np.ndarray) -> None:
    """Wetted wall temperatures: mean over the plates that transfer heat, as in the steady solver."""
    n, s = state.T.shape
    A = case[ps.AREA] * case[ps.AREA_FACTOR]
    for j in range(n):
        plates = A * (stack.plates[j] + stack.plates[j + 1])
        for i in range(s):
            state.wall[j, i] = state.T[j, i]
            if case[ps.U_FIXED] > 0.0:
                continue
            gained = 0.0
            if stack.plates[j] > 0.0:
                gained += right[j, i] * (state.plate[j, i] - state.T[j, i])
            if stack.plates[j + 1] > 0.0:
                gained += left[j + 1, i] * (state.plate[j + 1, i] - state.T[j, i])
            state.wall[j, i] += gained / (plates * state.htc[j, i])


@kernel
def _heat_to_sides(stack: Stack, flows: np.ndarray, h_in: np.ndarray, state: State) -> None:
    """Heat each fluid takes away between its inlet and its outlet [W]."""
    for p in range(stack.feeds.size):
        if not np.any(stack.feeds == p):
            side = stack.pass_side[p]
            state.heat[side] = flows[side] * (state.leaving[p] - h_in[side])


@kernel
def solve_stage(
    model: Model,
    flows: np.ndarray,
    h_in: np.ndarray,
    per_time: float,
    e_known: np.ndarray,
    plate_known: np.ndarray,
    tolerance: float,
    state: State,
) -> tuple[int, int]:
    """Temperatures with ``per_time (e - e_known)`` stored in each volume of fluid, and likewise in the plates.

    Parameters
    ----------
    model : Model
    flows, h_in : (2,) arrays
        Mass flow [kg/s], 0 or more, and enthalpy at the inlet [J/kg] of each side.
    per_time : float
        [1/s]; 0 gives the steady state.
    e_known, plate_known : (n, s), (n + 1, s) arrays
        [J/m^3], [K].
    tolerance : float
        Largest change of a node's temperature in the last repetition [K].
    state : State
        Start and result, its rates included.

    Returns
    -------
    status, iterations : int
        ``OK`` or ``NOT_CONVERGED``.
    """
    stack, case, storage, element = model.stack, model.case, model.storage, model.element
    share, laws, packed = model.share, model.laws, model.packed
    n, s = state.T.shape
    passes = stack.feeds.size
    cp, rest, loss, source = np.empty((n, s)), np.empty((n, s)), np.empty((n, s)), np.empty((n, s))
    left, right, across = np.empty((n + 1, s)), np.empty((n + 1, s)), np.empty((n + 1, s))
    inverses, Y, theta = np.empty((n, s, s)), np.empty((n, s, passes + 1)), np.empty(passes)
    flow = np.empty(n)
    for j in range(n):
        flow[j] = share[j] * flows[stack.side[j]]
    fixed = case[ps.U_FIXED] > 0.0
    status, iterations = NOT_CONVERGED, 0
    while iterations < _MAX_ITERATIONS:
        iterations += 1
        if not fixed:
            update_films(stack, case, flow, laws, packed, state.T, state.wall, state.htc)
        _conductances(stack, case, storage, state.htc, left, right)
        for j in range(n):
            side = stack.side[j]
            table = unpack(packed[side])
            volume = storage.volume * stack.channels[j] * per_time
            for i in range(s):
                at = min(max(state.T[j, i], table.T_min), table.T_max)
                cp[j, i] = heat_capacity(table, at)
                rest[j, i] = enthalpy(table, at) - cp[j, i] * at
                capacity = density(table, at) * cp[j, i]
                e = heat_in_volume(storage.energy[side], table, state.T[j, i])
                loss[j, i] = volume * capacity
                source[j, i] = volume * (e_known[j, i] - e + capacity * state.T[j, i])
        for j in range(n + 1):
            held = storage.plate_capacity * storage.plates[j] * per_time
            for i in range(s):
                total = held + left[j, i] + right[j, i]
                across[j, i] = 0.0
                if total > 0.0:
                    across[j, i] = left[j, i] * right[j, i] / total
                    kept = held / total
                    if j > 0:
                        loss[j - 1, i] += left[j, i] * kept + across[j, i]
                        source[j - 1, i] += left[j, i] * kept * plate_known[j, i]
                    if j < n:
                        loss[j, i] += right[j, i] * kept + across[j, i]
                        source[j, i] += right[j, i] * kept * plate_known[j, i]
        solve_channels(
            element.slope, stack.upward, stack.in_pass, flow, cp, rest, loss, across, source, inverses, Y
        )
        solve_passes(
            stack.upward,
            stack.in_pass,
            stack.feeds,
            stack.pass_side,
            share,
            element.to_end,
            h_in,
            cp,
            rest,
            Y,
            theta,
            state.leaving,
        )
        change = 0.0
        for j in range(n):
            for i in range(s):
                value = Y[j, i, 0]
                for c in range(passes):
                    value += Y[j, i, c + 1] * theta[c]
                step = abs(value - state.T[j, i])
                # A maximum would pass over a NaN.
                change = change if step <= change else step
                state.T[j, i] = value
        for j in range(n + 1):
            held = storage.plate_capacity * storage.plates[j] * per_time
            for i in range(s):
                total = held + left[j, i] + right[j, i]
                if total > 0.0:
                    gained = held * plate_known[j, i]
                    if j > 0:
                        gained += left[j, i] * state.T[j - 1, i]
                    if j < n:
                        gained += right[j, i] * state.T[j, i]
                    state.plate[j, i] = gained / total
        _update_walls(stack, case, state, left, right)
        if not change < 1e6:
            break
        if change < tolerance:
            status = OK
            break
    for j in range(n):
        side = stack.side[j]
        table = unpack(packed[side])
        for i in range(s):
            e = heat_in_volume(storage.energy[side], table, state.T[j, i])
            state.e_rate[j, i] = per_time * (e - e_known[j, i])
    for j in range(n + 1):
        for i in range(s):
            state.plate_rate[j, i] = 0.0
            if storage.plate_capacity * storage.plates[j] > 0.0:
                state.plate_rate[j, i] = per_time * (state.plate[j, i] - plate_known[j, i])
    _heat_to_sides(stack, flows, h_in, state)
    return status, iterations


@kernel
def rates_now(
    model: Model,
    flows: np.ndarray,
    h_in: np.ndarray,
    state: State,
) -> None:
    """Set the rates of a state from its temperatures: at the start, and where an input steps.

    Plates without capacity take the temperature between their neighbours. Parameters as in :func:`solve_stage`.
    """
    stack, case, storage, element = model.stack, model.case, model.storage, model.element
    share, laws, packed = model.share, model.laws, model.packed
    n, s = state.T.shape
    passes = stack.feeds.size
    left, right = np.empty((n + 1, s)), np.empty((n + 1, s))
    flow = np.empty(n)
    for j in range(n):
        flow[j] = share[j] * flows[stack.side[j]]
    # Films hang on the wall temperature weakly, and it on them.
    for _ in range(_FILM_ITERATIONS):
        if case[ps.U_FIXED] <= 0.0:
            update_films(stack, case, flow, laws, packed, state.T, state.wall, state.htc)
        _conductances(stack, case, storage, state.htc, left, right)
        for j in range(n + 1):
            for i in range(s):
                total = left[j, i] + right[j, i]
                gained = 0.0
                if j > 0:
                    gained += left[j, i] * state.T[j - 1, i]
                if j < n:
                    gained += right[j, i] * state.T[j, i]
                capacity = storage.plate_capacity * storage.plates[j]
                state.plate_rate[j, i] = 0.0
                if capacity > 0.0:
                    state.plate_rate[j, i] = (gained - total * state.plate[j, i]) / capacity
                elif total > 0.0:
                    state.plate[j, i] = gained / total
        _update_walls(stack, case, state, left, right)
    h = np.empty((n, s))
    theta = np.zeros(passes)
    kept = 1.0 - np.sum(element.to_end)
    for j in range(n):
        table = unpack(packed[stack.side[j]])
        for i in range(s):
            h[j, i] = enthalpy(table, min(max(state.T[j, i], table.T_min), table.T_max))
    # A pass may be numbered before the one that feeds it; as many rounds as passes reach them all.
    for _ in range(passes):
        for p in range(passes):
            theta[p] = h_in[stack.pass_side[p]] if stack.feeds[p] < 0 else state.leaving[stack.feeds[p]]
        for p in range(passes):
            state.leaving[p] = kept * theta[p]
        for j in range(n):
            for i in range(s):
                weight = element.to_end[i if stack.upward[j] == 1 else s - 1 - i]
                state.leaving[stack.in_pass[j]] += share[j] * weight * h[j, i]
    for j in range(n):
        entering = theta[stack.in_pass[j]]
        for i in range(s):
            gained = right[j, i] * (state.plate[j, i] - state.T[j, i])
            gained += left[j + 1, i] * (state.plate[j + 1, i] - state.T[j, i])
            for k in range(s):
                row, column = (i, k) if stack.upward[j] == 1 else (s - 1 - i, s - 1 - k)
                gained -= flow[j] * element.slope[row, column] * (h[j, k] - entering)
            state.e_rate[j, i] = gained / (storage.volume * stack.channels[j])
    _heat_to_sides(stack, flows, h_in, state)
