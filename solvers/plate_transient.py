"""A resolved plate in time: metal and coolant store heat; flow, inlet and power change.

Junctions hold no heat: a chip follows the metal below it at once. (A die of silicon of 8 x 8 x 0.8 mm holds
0.08 J/K, behind 0.5 K/W that is 40 ms; its package a few times more.) Flow is uniform along a stream: coolant
that expands does not push. Coolant at rest still takes up heat, through the film that is left at rest, and nothing
moves it along its channel: buoyancy is left out.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from hashheat.solvers.conjugate_plate import PlateState
from hashheat.solvers.plate_step import (
    Moment,
    Plant,
    PlateInputs,
    moment_of,
    outflow,
    take_step,
    volume_capacity,
)
from hashheat.solvers.serpentine import NOT_CONVERGED, OK
from hashheat.solvers.stack_transient import D_STAGE, W_STAGE
from hashheat.thermo.errors import InputError

#: (time [s], whether just after it) to what drives the plate then.
PlateDrive = Callable[[float, bool], PlateInputs]

#: What drives a plate, and its state then, to ``OK`` or to a status, not ``OK``, that ends the march.
PlateHold = Callable[[PlateInputs, PlateState], int]

#: Rows of :attr:`PlateStep.heat`.
PUT, CARRIED, LOST, STORED = range(4)

#: The first step after a jump is chosen for a change of this size [K].
_CHANGE = 10.0
#: No process in a plate is that fast: where shorter steps fail too, the march ends [s].
_LEAST_STEP = 1e-7


class PlateStep(NamedTuple):
    """One step that :func:`march_plate` accepted, or where it ended.

    Parameters
    ----------
    t, dt : float
        Time at its end, and its length [s].
    status : int
        ``OK``; any other ends the march at this time, and ``end`` is then the state reached.
    begin, middle, end : Moment
        At ``t - dt`` (just after it, where an input steps there), ``t - dt + 2 D_STAGE dt`` and ``t``.
    heat : (4,) float array
        Rows ``PUT`` in, ``CARRIED`` off by the coolant, ``LOST`` to the surroundings and ``STORED`` during the
        step [J].
    error : float
        Estimated error of the step [K].
    rejected, iterations, cycles : int
        Steps refused on the way, and the work of all of them.
    """

    t: float
    dt: float
    status: int
    begin: Moment
    middle: Moment
    end: Moment
    heat: np.ndarray
    error: float
    rejected: int
    iterations: int
    cycles: int

    @property
    def t_middle(self) -> float:
        """Time of ``middle`` [s]."""
        return self.t - self.dt + 2.0 * D_STAGE * self.dt

    def between(self, t: float) -> tuple[float, float, float]:
        """Weights of begin, middle and end at a time within the step, on the parabola through them."""
        s, m = (t - (self.t - self.dt)) / self.dt, 2.0 * D_STAGE
        return (
            (s - m) * (s - 1.0) / m,
            s * (s - 1.0) / (m * (m - 1.0)),
            s * (s - m) / (1.0 - m),
        )


def uniform_state(plant: Plant, T: float) -> PlateState:
    """Everything at one temperature [K]: the start of a plate that was left alone."""
    n, streams = plant.model.coolant.length.size, plant.model.coolant.share.size
    chips = plant.model.chips.resistance.size
    return PlateState(
        T=np.full(plant.model.solid.along_x.shape, float(T)),
        F=np.full(n, float(T)),
        F_end=np.full(n, float(T)),
        T_junction=np.full(chips, float(T)),
        chip_power=np.zeros(chips),
        htc=np.zeros(n),
        T_wall=np.full(n, float(T)),
        heat=np.zeros(n),
        flow=np.zeros(streams),
        pressure_drop=np.zeros(streams),
        heat_loss=0.0,
        imbalance=0.0,
        loop_gain=0.0,
        iterations=0,
        cycles=0,
        status=OK,
    )


def march_plate(
    plant: Plant,
    drive: PlateDrive,
    start: PlateState,
    stops: np.ndarray,
    tolerance: float = 1e-3,
    max_step: float = math.inf,
    min_step: float = _LEAST_STEP,
    hold: PlateHold | None = None,
) -> Iterator[PlateStep]:
    """Advance in time with steps that keep the estimated error of each below a tolerance.

    Parameters
    ----------
    plant : Plant
    drive : callable
        Inputs over time; may jump or bend at stops only.
    start : PlateState
        Its T, F and junctions, at the first stop.
    stops : (k,) array
        Rising times [s]; a step ends at each.
    tolerance : float
        Error of a step, of any temperature of metal or coolant [K].
    max_step, min_step : float
        [s]. Where a step of ``min_step`` fails, the march ends.
    hold : callable, optional
        What a state has to keep besides: one that does not is as one that cannot be solved.

    Yields
    ------
    PlateStep
        After one whose status is not ``OK`` there is no other. ``RUNAWAY``: from here on chips heat faster than
        any step can follow; ``OUT_OF_RANGE``: coolant leaves its table (boils or freezes); ``NOT_CONVERGED``; what
        ``hold`` says.

    Raises
    ------
    InputError
        For a plate that holds no heat somewhere.
    """
    check_stores(plant)
    t = float(stops[0])
    before = moment_of(plant, drive(t, True), start)
    status = _held(before.state.status, hold, (drive(t, True),), (before,))
    if status != OK:
        yield _ended(t, status, before, 0, 0, 0)
        return
    wanted = _first_step(plant, before, tolerance)
    for stop in map(float, stops[1:]):
        rejected = iterations = cycles = 0
        while t < stop:
            left = stop - t
            dt = min(wanted, max_step)
            dt = left if dt >= left else min(dt, 0.5 * left)
            inputs = (
                drive(t, True),
                drive(t + 2.0 * D_STAGE * dt, False),
                drive(stop if dt == left else t + dt, False),
            )
            tried = take_step(plant, inputs[1:], dt, tolerance, before)
            iterations, cycles = iterations + tried.iterations, cycles + tried.cycles
            status = _held(tried.status, hold, inputs[1:], (tried.middle, tried.end))
            factor = 0.25
            if status == OK:
                ratio = tolerance / tried.error if tried.error > 0.0 else math.inf
                factor = min(5.0, max(0.2, 0.9 * ratio ** (1.0 / 3.0)))
            if status != OK or tried.error > tolerance:
                rejected += 1
                wanted = dt * min(factor, 0.9)
                if wanted < min_step:
                    status = status if status != OK else NOT_CONVERGED
                    yield _ended(t, status, before, rejected, iterations, cycles)
                    return
                continue
            # A step cut short by a stop says little about the next one.
            wanted = max(wanted, factor * dt) if dt < min(wanted, max_step) else factor * dt
            t = stop if dt == left else t + dt
            heat = _heat(plant, inputs, dt, (before, tried.middle, tried.end))
            yield PlateStep(
                t, dt, OK, before, tried.middle, tried.end, heat, tried.error, rejected, iterations, cycles
            )
            rejected = iterations = cycles = 0
            before = tried.end
        if drive(stop, False) != drive(stop, True) and stop < stops[-1]:
            before = moment_of(plant, drive(stop, True), before.state)
            status = _held(before.state.status, hold, (drive(stop, True),), (before,))
            if status != OK:
                yield _ended(t, status, before, 0, 0, 0)
                return
            wanted = _first_step(plant, before, tolerance)


def _held(
    status: int, hold: PlateHold | None, inputs: tuple[PlateInputs, ...], moments: tuple[Moment, ...]
) -> int:
    """A status, or where it is ``OK`` the first that is not of what has to be kept at these moments."""
    if hold is None:
        return status
    for given, moment in zip(inputs, moments):
        if status == OK:
            status = hold(given, moment.state)
    return status


def _ended(t: float, status: int, at: Moment, rejected: int, iterations: int, cycles: int) -> PlateStep:
    return PlateStep(t, 0.0, status, at, at, at, np.zeros(4), 0.0, rejected, iterations, cycles)


def _heat(
    plant: Plant, inputs: tuple[PlateInputs, ...], dt: float, moments: tuple[Moment, Moment, Moment]
) -> np.ndarray:
    """Heats of a step [J], each integrated as the step itself was."""
    model, table = plant.model, plant.table
    found = np.zeros(4)
    for weight, given, moment in zip((W_STAGE, W_STAGE, D_STAGE), inputs, moments):
        state = moment.state
        found[PUT] += weight * dt * (state.chip_power.sum() + model.solid.heat.sum())
        found[LOST] += weight * dt * state.heat_loss
        carried, _ = outflow(
            state.F_end, model.coolant.first, state.flow, model.coolant.share, table, given.T_in
        )
        found[CARRIED] += weight * dt * carried
    begin, _, end = moments
    found[STORED] = np.sum(model.solid.capacity * (end.state.T - begin.state.T))
    found[STORED] += np.sum(model.coolant.volume * (end.e - begin.e))
    return found


def _first_step(plant: Plant, moment: Moment, tolerance: float) -> float:
    """Step that a change of :data:`_CHANGE` kelvin at the present rates would bear [s]."""
    capacity = volume_capacity(plant.table, moment.state.F)
    fastest = max(np.abs(moment.rates.T).max(), np.abs(moment.rates.e / capacity).max(initial=0.0))
    return float((tolerance / _CHANGE) ** (1.0 / 3.0) * _CHANGE / max(fastest, 1e-12))


def check_stores(plant: Plant) -> None:
    """Raise ``InputError`` for a cell that exchanges heat and holds none; one that is all channel does neither."""
    solid, coolant = plant.model.solid, plant.model.coolant
    at = np.zeros(solid.capacity.size, dtype=bool)
    at[plant.model.films.cell] = True
    at[plant.model.chips.cell] = True
    touched = at.reshape(solid.capacity.shape) | (solid.loss > 0.0) | (solid.heat != 0.0)
    for conductance, axis in zip(solid[:3], (2, 1, 0)):
        touched |= (conductance > 0.0) | (np.roll(conductance, 1, axis=axis) > 0.0)
    holds = solid.capacity > 0.0
    if not (np.isfinite(solid.capacity).all() and (holds | ~touched).all()):
        raise InputError("a cell of metal holds no heat", key="capacity", accepted="more than 0 J/K in each")
    if not (np.isfinite(coolant.volume).all() and (coolant.volume > 0.0).all()):
        raise InputError("a cell of coolant holds none", key="volume", accepted="more than 0 m3 in each")
