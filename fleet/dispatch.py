"""When units run and how they are clocked, planned against prices, hour by hour with a look ahead."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hashheat.fleet.dispatch_model import DispatchModel, DispatchState
from hashheat.fleet.dispatch_play import Played, play, play_hour
from hashheat.fleet.dispatch_program import least_hours, solve_window, window_program
from hashheat.thermo.errors import InputError


class Schedule(NamedTuple):
    """A plan.

    Parameters
    ----------
    counts : (kind, hour) int array
        Units of every kind.
    played : Played
        What comes of it by the planner's model.
    """

    counts: np.ndarray
    played: Played


def _quiet(_done: float) -> None:
    return None


def plan(
    model: DispatchModel,
    ahead: int,
    taken: int,
    *,
    whole: bool = False,
    in_order: bool = True,
    last_energy: float = 0.0,
    gap: float = 1e-3,
    progress: Callable[[float], None] = _quiet,
) -> Schedule:
    """Plan all hours, looking ahead over some and keeping the first of them.

    Parameters
    ----------
    model : DispatchModel
    ahead : int
        Hours of a window.
    taken : int
        Hours that are kept of each.
    whole : bool
        Count units in whole numbers. If not, counts are rounded afterwards, each to within one unit.
    in_order : bool
        Whether store, boiler and cooler act by themselves in the hours kept of a window; see ``ordered`` of
        :func:`hashheat.fleet.dispatch_program.window_program`.
    last_energy : float
        To be in the store after the last hour [J].
    gap : float
        Relative gap at which the program of a window ends.
    progress : callable
        Called with the fraction that is done.

    Returns
    -------
    Schedule
        A function of its arguments alone.

    Raises
    ------
    InputError
        For windows shorter than what is kept of them.
    DispatchError
        Where HiGHS finds no plan.

    Notes
    -----
    A window knows what is in the store and which units run after the hours that were kept before it. Heat that no
    source can make counts as short, at ``model.short_cost``, and is no error.
    """
    model.checked()
    if not 1 <= taken <= ahead:
        raise InputError(
            "a window is not shorter than what is kept of it", key="taken", found=f"{taken} of {ahead} h",
            accepted="1 <= taken <= ahead",
        )  # fmt: skip
    state = DispatchState.first(model)
    past = max(least_hours(model.min_on, model.dt), least_hours(model.min_off, model.dt)) - 1
    kept: list[np.ndarray] = []
    for first in range(0, model.hours, taken):
        end = min(first + ahead, model.hours)
        program = window_program(
            model, state, first, end, whole=whole, ordered=taken if in_order else 0,
            last_energy=last_energy if end == model.hours else 0.0,
        )  # fmt: skip
        counts = rounded(solve_window(program, model.dt, gap).counts[:, :taken], model.part)
        kept.append(counts)
        state = _after(model, state, first, counts, past)
        progress(min(first + taken, model.hours) / model.hours)
    all_counts = np.concatenate(kept, axis=1)
    return Schedule(all_counts, play(model, all_counts))


def rounded(counts: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Whole numbers of units.

    Parameters
    ----------
    counts : (kind, hour) array
    part : (kind,) int array

    Returns
    -------
    (kind, hour) int array
        The units that run of every part are rounded half up, which keeps limits of whole numbers on them and on
        their change; so is every sum over its first kinds.
    """
    found = np.zeros(counts.shape, dtype=np.int64)
    for p in np.unique(part):
        # Noise of the solver must not decide where a half goes.
        sums = np.floor(np.round(np.cumsum(counts[part == p], axis=0), 6) + 0.5).astype(np.int64)
        found[part == p] = np.diff(sums, axis=0, prepend=0)
    return found


def _after(
    model: DispatchModel, state: DispatchState, first: int, counts: np.ndarray, past: int
) -> DispatchState:
    """Where the next window begins."""
    energy = state.energy
    for t in range(counts.shape[1]):
        energy = play_hour(model, first + t, energy, float(model.heat @ counts[:, t])).energy
    on = model.on(counts)
    change = np.diff(np.column_stack([state.on, on]), axis=1)
    # Units that fell out did not count as switched, as far as they can explain the change.
    fallen = np.minimum(model.failed[:, first : first + counts.shape[1]], np.maximum(-change, 0.0))
    starts = np.column_stack([state.starts, np.maximum(change, 0.0)])
    stops = np.column_stack([state.stops, np.maximum(-change, 0.0) - fallen])
    keep = max(past, 0)
    return DispatchState(
        on[:, -1],
        energy,
        starts[:, starts.shape[1] - keep :] if keep else starts[:, :0],
        stops[:, stops.shape[1] - keep :] if keep else stops[:, :0],
    )
