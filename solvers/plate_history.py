"""What is kept of a resolved plate in time: chips and ends of the coolant at all times, fields at some."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hashheat.solvers.conjugate_plate import PlateState
from hashheat.solvers.plate_step import Moment, Plant, PlateInputs, moment_of, outflow
from hashheat.solvers.plate_transient import (
    CARRIED,
    LOST,
    PUT,
    STORED,
    PlateDrive,
    PlateHold,
    PlateStep,
    check_stores,
    march_plate,
)
from hashheat.solvers.serpentine import OK, RUNAWAY
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_kernels import temperature_from_enthalpy

# Columns of a sample before those of the chips.
_T_OUT, _T_PLATE, _T_WALL, _CARRIED, _LOST, _DROP = range(6)
_COMMON = 6


class PlateHistory(NamedTuple):
    """A run in time.

    Parameters
    ----------
    time : (n,) float array
        [s]; ends where the run ended, see ``t_end``.
    T_junction, chip_power : (n, n_chip) float array
        [K], [W]
    T_out : (n,) float array
        Mixed coolant at the outlets [K]; of coolant at rest, what stands there.
    T_plate, T_wall : (n,) float array
        Hottest metal, and hottest wetted surface [K].
    carried, heat_loss : (n,) float array
        Heat that leaves with the coolant, and to the surroundings [W].
    pressure_drop : (n,) float array
        Of the streams, weighted by their flow [Pa].
    field_time : (k,) float array
        [s]
    T : (k, nz, ny, nx) float array
        Metal [K].
    F : (k, n_coolant) float array
        Coolant [K].
    heat : (4,) float array
        Put in, carried off, lost and stored during the run [J].
    imbalance : float
        Heat put in less the others, over the largest of the four [-].
    t_limit : float
        When a junction first got hotter than the limit, or ran away [s]; infinite if none did.
    limit_chip : int
        Which; -1 if none did.
    t_end : float
        [s]
    status : int
        ``OK`` if that is the end of the run; else what ended it there, see
        :func:`hashheat.solvers.plate_transient.march_plate`.
    steps, rejected, iterations, cycles : int
    last : PlateState
        At ``t_end``.
    """

    time: np.ndarray
    T_junction: np.ndarray
    chip_power: np.ndarray
    T_out: np.ndarray
    T_plate: np.ndarray
    T_wall: np.ndarray
    carried: np.ndarray
    heat_loss: np.ndarray
    pressure_drop: np.ndarray
    field_time: np.ndarray
    T: np.ndarray
    F: np.ndarray
    heat: np.ndarray
    imbalance: float
    t_limit: float
    limit_chip: int
    t_end: float
    status: int
    steps: int
    rejected: int
    iterations: int
    cycles: int
    last: PlateState


def run_plate(
    plant: Plant,
    drive: PlateDrive,
    start: PlateState,
    stops: np.ndarray,
    *,
    times: np.ndarray | None = None,
    fields_at: Sequence[float] = (),
    tolerance: float = 1e-3,
    max_step: float = math.inf,
    limit: float = math.inf,
    stop_at_limit: bool = False,
    hold: PlateHold | None = None,
) -> PlateHistory:
    """Run a plate from the first stop to the last.

    Parameters
    ----------
    plant, drive, start, stops, tolerance, max_step, hold
        As in :func:`hashheat.solvers.plate_transient.march_plate`.
    times : (n,) array, optional
        Rising times to keep [s], by the parabola through the three states of a step; left out, the ends of all
        steps. Where an input steps, the values are those just before.
    fields_at : sequence of float
        Rising times at which whole fields are kept [s].
    limit : float
        Of the junctions [K]; when the first one passes it is noted.
    stop_at_limit : bool
        End the run with the step in which that happens.

    Returns
    -------
    PlateHistory

    Raises
    ------
    InputError
        For times that do not rise or lie outside the run, or a plate that holds no heat somewhere.
    """
    check_stores(plant)
    first, last = float(stops[0]), float(stops[-1])
    wanted = None if times is None else rising_within("times", times, first, last)
    field_wanted = rising_within("fields_at", fields_at, first, last)
    before = drive(first, False)
    opening = moment_of(plant, before, start)
    kept_t, kept = [], []
    field_t, fields = [], []
    if wanted is None or (wanted.size and wanted[0] == first):
        kept_t.append(first)
        kept.append(_sample(plant, before, opening))
    if field_wanted.size and field_wanted[0] == first:
        field_t.append(first)
        fields.append((start.T.copy(), start.F.copy()))
    heat, steps, rejected, iterations, cycles = np.zeros(4), 0, 0, 0, 0
    t_limit, limit_chip = math.inf, -1
    t_end, status, final = first, OK, opening.state
    for step in march_plate(plant, drive, start, stops, tolerance, max_step, hold=hold):
        rejected, iterations = rejected + step.rejected, iterations + step.iterations
        cycles += step.cycles
        reached = t_end
        t_end, status, final = step.t, step.status, step.end.state
        if status != OK:
            if status == RUNAWAY and t_limit == math.inf:
                t_limit, limit_chip = t_end, int(final.T_junction.argmax())
            break
        steps += 1
        heat += step.heat
        if wanted is None:
            kept_t.append(step.t)
            kept.append(_sample(plant, drive(step.t, False), step.end))
        else:
            inside = wanted[(wanted > reached) & (wanted <= step.t)]
            kept_t += inside.tolist()
            kept += _samples(plant, drive, step, inside)
        for t in field_wanted[(field_wanted > reached) & (field_wanted <= step.t)]:
            a, b, c = step.between(t)
            one, two, three = step.begin.state, step.middle.state, step.end.state
            field_t.append(float(t))
            fields.append(
                (a * one.T + b * two.T + c * three.T, a * one.F + b * two.F + c * three.F),
            )
        if t_limit == math.inf:
            t_limit, limit_chip = _passing(step, reached, limit)
        if stop_at_limit and t_limit < math.inf:
            break
    if not kept_t or kept_t[-1] < t_end < last:
        kept_t.append(t_end)
        kept.append(_sample(plant, drive(t_end, False), moment_of(plant, drive(t_end, False), final)))
    rows = np.array(kept)
    chips = plant.model.chips.resistance.size
    left = heat[PUT] - heat[CARRIED] - heat[LOST] - heat[STORED]
    return PlateHistory(
        time=np.array(kept_t),
        T_junction=rows[:, _COMMON : _COMMON + chips],
        chip_power=rows[:, _COMMON + chips :],
        T_out=rows[:, _T_OUT],
        T_plate=rows[:, _T_PLATE],
        T_wall=rows[:, _T_WALL],
        carried=rows[:, _CARRIED],
        heat_loss=rows[:, _LOST],
        pressure_drop=rows[:, _DROP],
        field_time=np.array(field_t),
        T=np.array([T for T, _ in fields]).reshape(len(fields), *start.T.shape),
        F=np.array([F for _, F in fields]).reshape(len(fields), start.F.size),
        heat=heat,
        imbalance=float(left / max(np.abs(heat).max(), 1e-300)),
        t_limit=t_limit,
        limit_chip=limit_chip,
        t_end=t_end,
        status=status,
        steps=steps,
        rejected=rejected,
        iterations=iterations,
        cycles=cycles,
        last=final,
    )


def _sample(plant: Plant, inputs: PlateInputs, moment: Moment) -> np.ndarray:
    state, coolant = moment.state, plant.model.coolant
    total = float(state.flow.sum())
    carried, mixed = outflow(
        state.F_end, coolant.first, state.flow, coolant.share, plant.table, float(inputs.T_in)
    )
    return np.concatenate(
        [
            [
                temperature_from_enthalpy(plant.table, mixed),
                state.T[plant.model.solid.capacity > 0.0].max(),
                state.T_wall.max(),
                carried,
                state.heat_loss,
                float(state.pressure_drop @ state.flow) / total if total > 0.0 else 0.0,
            ],
            state.T_junction,
            state.chip_power,
        ]
    )


def _samples(plant: Plant, drive: PlateDrive, step: PlateStep, times: np.ndarray) -> list[np.ndarray]:
    """Samples at times within a step, on the parabola through its three states."""
    if times.size == 0:
        return []
    end = _sample(plant, drive(step.t, False), step.end)
    if times.size == 1 and times[0] == step.t:
        return [end]
    begin = _sample(plant, drive(step.t - step.dt, True), step.begin)
    middle = _sample(plant, drive(step.t_middle, False), step.middle)
    found = []
    for t in times:
        a, b, c = step.between(float(t))
        found.append(end if t == step.t else a * begin + b * middle + c * end)
    return found


def _passing(step: PlateStep, t0: float, limit: float) -> tuple[float, int]:
    """When, within a step from t0, and where a junction first passes the limit; (inf, -1) if none does."""
    begin, middle, end = (m.state.T_junction for m in (step.begin, step.middle, step.end))
    if begin.size == 0 or not max(begin.max(), end.max()) > limit:
        return math.inf, -1
    if begin.max() > limit:
        return t0, int(begin.argmax())

    def hottest(t: float) -> np.ndarray:
        a, b, c = step.between(t)
        return np.asarray(a * begin + b * middle + c * end)

    low, high = t0, step.t
    for _ in range(60):
        t = 0.5 * (low + high)
        low, high = (low, t) if hottest(t).max() > limit else (t, high)
    return high, int(hottest(high).argmax())


def rising_within(key: str, given: Sequence[float] | np.ndarray, first: float, last: float) -> np.ndarray:
    """Times that rise and lie within a run.

    Parameters
    ----------
    key : str
        For messages.
    given : (k,) sequence
        [s]
    first, last : float
        Ends of the run [s].

    Returns
    -------
    (k,) float array

    Raises
    ------
    InputError
        For times that do not, or are no numbers.
    """
    try:
        found = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise InputError("cannot be read", key=key, found=repr(given), accepted="rising times [s]") from None
    if found.ndim != 1 or not np.isfinite(found).all() or (np.diff(found) <= 0.0).any():
        raise InputError("must be rising times", key=key, accepted="seconds, in one dimension")
    if found.size and not (first <= found[0] and found[-1] <= last):
        raise InputError(
            "lie outside the run",
            key=key,
            found=f"{found[0]:g} to {found[-1]:g} s",
            accepted=f"{first:g} to {last:g} s",
        )
    return found
