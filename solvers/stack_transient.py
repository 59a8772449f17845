"""Temperatures of a plate stack in time: fluid and plates store heat, flows and inlets change.

At the nodes of every channel, with V its volume and m its flow,

    V de/dt = sum over its two plates of K (W - T) - m dh/dx,    de = rho cp dT,

and of every plate, with capacity C and what lies on its two sides,

    C dW/dt = K_left (T_left - W) + K_right (T_right - W),    1/K = 1/(htc A) + fouling/A + half the wall/A.

The plates at both ends hang on one channel and lose nothing. Flow along a channel is uniform (a fluid that
expands does not push), nothing is conducted along plates, passes mix at once, and ports hold no fluid.

Time advances by TR-BDF2, L-stable and of order 2, with an embedded formula of order 3 for the error (Bank et
al., IEEE Trans. Electron Devices 32 (1985) 1992; Hosea and Shampine, Appl. Numer. Math. 20 (1996) 21). Each of
its two implicit stages is one of :mod:`hashheat.solvers.transient_stage`. Stages advance e, not T, so what is
stored is what flowed in, to the accuracy of the repetition.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from hashheat.solvers.stack_storage import Model, State, copy_state, heat_in_volume
from hashheat.solvers.stack_temperatures import NOT_CONVERGED, OK, OUT_OF_RANGE
from hashheat.solvers.transient_stage import rates_now, solve_stage
from hashheat.thermo.jit import kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density, enthalpy, heat_capacity

#: Coefficients of TR-BDF2 as a diagonally implicit Runge-Kutta method with stages at 0, 2 d and 1.
D_STAGE = 1.0 - math.sqrt(0.5)
W_STAGE = math.sqrt(2.0) / 4.0

#: A stage is repeated to this part of the error allowed to a step.
_ITERATION = 0.01


@kernel
def take_step(
    model: Model,
    flows: np.ndarray,
    h_in: np.ndarray,
    dt: float,
    tolerance: float,
    old: State,
    new: State,
    carried: np.ndarray,
) -> tuple[int, int, float]:
    """Advance by one step of TR-BDF2.

    Parameters
    ----------
    model : Model
    flows, h_in : (2, 2) arrays
        Mass flows [kg/s] and inlet enthalpies [J/kg] of both sides, at ``2 D_STAGE dt`` and at ``dt``.
    dt : float
        Step [s], above 0.
    tolerance : float
        Of the repetition within a stage [K].
    old : State
        At the beginning, with its rates.
    new : State
        At the end, written.
    carried : (2,) array
        Heat to each fluid during the step [J], written.

    Returns
    -------
    status, iterations : int
    error : float
        Estimated error of the step: of a fluid or plate temperature, the largest over the nodes [K].
    """
    stack, storage, packed = model.stack, model.storage, model.packed
    n, s = old.T.shape
    d, w = D_STAGE, W_STAGE
    per_time = 1.0 / (d * dt)
    e_old, e_known, plate_known = np.empty((n, s)), np.empty((n, s)), np.empty((n + 1, s))
    slope = np.empty((n, s))
    new.wall[:, :], new.htc[:, :] = old.wall, old.htc
    for j in range(n):
        side = stack.side[j]
        table = unpack(packed[side])
        for i in range(s):
            at = min(max(old.T[j, i], table.T_min), table.T_max)
            e_old[j, i] = heat_in_volume(storage.energy[side], table, old.T[j, i])
            e_known[j, i] = e_old[j, i] + d * dt * old.e_rate[j, i]
            slope[j, i] = old.e_rate[j, i] / (density(table, at) * heat_capacity(table, at))
            new.T[j, i] = old.T[j, i] + 2.0 * d * dt * slope[j, i]
    for j in range(n + 1):
        for i in range(s):
            plate_known[j, i] = old.plate[j, i] + d * dt * old.plate_rate[j, i]
            new.plate[j, i] = old.plate[j, i]
    status, iterations = solve_stage(model, flows[0], h_in[0], per_time, e_known, plate_known, tolerance, new)
    if status != OK:
        return status, iterations, np.inf
    e_rate, plate_rate = new.e_rate.copy(), new.plate_rate.copy()
    for side in range(2):
        carried[side] = w * dt * (old.heat[side] + new.heat[side])
    for j in range(n):
        for i in range(s):
            e_known[j, i] = e_old[j, i] + w * dt * (old.e_rate[j, i] + e_rate[j, i])
            # On the parabola through the start, its slope and the first stage.
            bend = (new.T[j, i] - old.T[j, i] - 2.0 * d * dt * slope[j, i]) / (4.0 * d * d)
            new.T[j, i] = old.T[j, i] + dt * slope[j, i] + bend
    for j in range(n + 1):
        for i in range(s):
            plate_known[j, i] = old.plate[j, i] + w * dt * (old.plate_rate[j, i] + plate_rate[j, i])
    status, more = solve_stage(model, flows[1], h_in[1], per_time, e_known, plate_known, tolerance, new)
    if status != OK:
        return status, iterations + more, np.inf
    for side in range(2):
        carried[side] += d * dt * new.heat[side]
    first, second, third = dt * (4.0 * w - 1.0) / 3.0, -dt / 3.0, 2.0 * d * dt / 3.0
    error = 0.0
    for j in range(n):
        table = unpack(packed[stack.side[j]])
        for i in range(s):
            at = min(max(new.T[j, i], table.T_min), table.T_max)
            off = first * old.e_rate[j, i] + second * e_rate[j, i] + third * new.e_rate[j, i]
            error = max(error, abs(off) / (density(table, at) * heat_capacity(table, at)))
    for j in range(n + 1):
        for i in range(s):
            off = first * old.plate_rate[j, i] + second * plate_rate[j, i] + third * new.plate_rate[j, i]
            error = max(error, abs(off))
    return status, iterations + more, error


class Step(NamedTuple):
    """One step that :func:`march` accepted.

    Parameters
    ----------
    t, dt : float
        Time at its end, and its length [s].
    status : int
        ``OK``; ``NOT_CONVERGED`` and ``OUT_OF_RANGE`` end the march.
    state : State
        At its end; the next step overwrites it.
    carried : (2,) float array
        Heat to each fluid between its inlet and its outlet during the step [J].
    rejected, iterations : int
        Steps refused on the way, and repetitions of the linear solve.
    error : float
        Estimated error of the step [K].
    """

    t: float
    dt: float
    status: int
    state: State
    carried: np.ndarray
    rejected: int
    iterations: int
    error: float


#: What drives a stack: (time [s], whether just after it) to flows [kg/s] and inlet temperatures [K], (2,) each.
Drive = Callable[[float, bool], tuple[np.ndarray, np.ndarray]]

#: The first step after a jump is chosen for a change of this size [K].
_CHANGE = 10.0
_LEAST_STEP = 1e-12


def inlet_enthalpy(model: Model, T_in: np.ndarray) -> np.ndarray:
    """Enthalpy of both fluids where they enter [J/kg]."""
    return np.array([enthalpy(unpack(model.packed[side]), float(T_in[side])) for side in range(2)])


def rates_at(model: Model, drive: Drive, t: float, after: bool, state: State) -> None:
    """Set the rates of a state under what drives it just before or just after time t."""
    flows, T_in = drive(t, after)
    rates_now(model, flows, inlet_enthalpy(model, T_in), state)


def march(
    model: Model,
    drive: Drive,
    start: State,
    stops: np.ndarray,
    tolerance: float,
    max_step: float = math.inf,
) -> Iterator[Step]:
    """Advance in time with steps that keep the estimated error of each below a tolerance.

    Parameters
    ----------
    model : Model
    drive : callable
        Flows and inlet temperatures over time; may jump at stops only.
    start : State
        At the first stop; its rates are set here.
    stops : (k,) array
        Rising times [s]; a step ends at each.
    tolerance : float
        Error of a step, of any fluid or plate temperature [K].
    max_step : float
        [s].

    Yields
    ------
    Step
        Every accepted step. After one whose status is not ``OK`` there is no other.
    """
    old, new = copy_state(start), copy_state(start)
    carried = np.zeros(2)
    t = float(stops[0])
    rates_at(model, drive, t, True, old)
    wanted = _first_step(model, old, tolerance)
    for stop in map(float, stops[1:]):
        rejected = iterations = 0
        while t < stop:
            left = stop - t
            dt = min(wanted, max_step)
            dt = left if dt >= left else min(dt, 0.5 * left)
            driven = [drive(t + 2.0 * D_STAGE * dt, False), drive(stop if dt == left else t + dt, False)]
            flows = np.stack([flow for flow, _ in driven])
            h_in = np.stack([inlet_enthalpy(model, T_in) for _, T_in in driven])
            status, repeated, error = take_step(
                model, flows, h_in, dt, _ITERATION * tolerance, old, new, carried
            )
            iterations += repeated
            factor = 0.25
            if status == OK:
                factor = 5.0 if error == 0.0 else min(5.0, max(0.2, 0.9 * (tolerance / error) ** (1.0 / 3.0)))
            if status != OK or error > tolerance:
                rejected += 1
                wanted = dt * min(factor, 0.9)
                if wanted < _LEAST_STEP * max(1.0, abs(t)):
                    yield Step(t, dt, NOT_CONVERGED, old, carried, rejected, iterations, error)
                    return
                continue
            # A step cut short by a stop says little about the next one.
            wanted = max(wanted, factor * dt) if dt < min(wanted, max_step) else factor * dt
            t = stop if dt == left else t + dt
            status = OK if _in_range(model, new) else OUT_OF_RANGE
            yield Step(t, dt, status, new, carried, rejected, iterations, error)
            if status != OK:
                return
            rejected = iterations = 0
            old, new = new, old
        before, after = drive(stop, False), drive(stop, True)
        if not all(np.array_equal(a, b) for a, b in zip(before, after)):
            rates_at(model, drive, t, True, old)
            wanted = _first_step(model, old, tolerance)


def _first_step(model: Model, state: State, tolerance: float) -> float:
    """Step that a change of :data:`_CHANGE` kelvin at the present rates would bear [s]."""
    fastest = np.abs(state.plate_rate).max()
    for j, side in enumerate(model.stack.side):
        table = unpack(model.packed[side])
        capacity = density(table, table.T_mid) * heat_capacity(table, table.T_mid)
        fastest = max(fastest, np.abs(state.e_rate[j]).max() / capacity)
    return float((tolerance / _CHANGE) ** (1.0 / 3.0) * _CHANGE / max(fastest, 1e-12))


def _in_range(model: Model, state: State) -> bool:
    """Whether all fluid lies within the range of its table."""
    for side in range(2):
        table = unpack(model.packed[side])
        T = state.T[model.stack.side == side]
        if not (table.T_min <= T.min() and T.max() <= table.T_max):
            return False
    return True
