"""How the units are run hour by hour: which are on, and how they are clocked."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hashheat.fleet.heat_plant_file import OperationSection
from hashheat.fleet.unit_map import HEAT
from hashheat.fleet.units_part import UnitOrders, UnitsPart

#: A tank is brought to its target charge within [s].
_CHARGE_TIME = 6 * 3600.0


class UnitState(NamedTuple):
    """What the rule remembers of the units.

    Parameters
    ----------
    mode : (unit,) int array
        0 is off.
    since : (unit,) array
        Time since each was last switched on or off [s].
    changed : float
        Units switched in the last step.
    """

    mode: np.ndarray
    since: np.ndarray
    changed: float

    @classmethod
    def first(cls, units: int, mode: int) -> "UnitState":
        """All in one mode, for long."""
        return cls(np.full(units, mode), np.full(units, 1e9), 0.0)


class Wanted(NamedTuple):
    """How many units should run in each mode.

    Parameters
    ----------
    lower : int
        The lower of the two modes in use; 0 is off.
    upper : int
        The other.
    count_upper : int
        Units in the upper mode; the other units that run are in the lower one.
    """

    lower: int
    upper: int
    count_upper: int


def mode_heat(part: UnitsPart, T_in: float, T_room: float, flow: float) -> np.ndarray:
    """Heat of a unit of mean resistance in each mode, off among them, (mode + 1,) [W].

    Parameters
    ----------
    part : UnitsPart
    T_in, T_room : float
        [K]
    flow : float
        Of a unit [kg/s].
    """
    modes = len(part.units.modes)
    table = part.units.table
    one = type(part.units)(part.units.modes, table, np.ones(modes))
    values, _ = one.evaluate(T_in, T_room, np.full(modes, flow), np.arange(1, modes + 1))
    return np.concatenate([[0.0], np.nan_to_num(values[:, HEAT])])


def normal_mode(part: UnitsPart) -> int:
    """The mode nearest to nameplate clock."""
    return 1 + int(np.argmin([abs(mode.frequency - 1.0) for mode in part.units.modes]))


def heat_wanted(
    section: OperationSection, values: Mapping[str, float], charge: float | None, capacity: float
) -> float:
    """Heat that the units should make in the next step [W].

    Parameters
    ----------
    section : OperationSection
    values : mapping
        Hourly series at the step.
    charge : float or None
        Of the store, 0 to 1; None without one.
    capacity : float
        Of the store [J].

    Returns
    -------
    float
        Infinite for a strategy that runs everything.
    """
    if section.strategy == "always_on":
        return np.inf
    if section.strategy == "price" and section.highest_price is not None:
        if values["price"] > section.highest_price.nominal:
            return 0.0
        if values["price"] < 0.0:
            return np.inf
    wanted = values["demand"] * (1.0 + section.reserve.nominal)
    if charge is not None and section.store_target is not None:
        wanted += (section.store_target.nominal - charge) * capacity / _CHARGE_TIME
    return max(wanted, 0.0)


def wanted_modes(heat: float, available: int, per_mode: np.ndarray, normal: int, turn_down: str) -> Wanted:
    """Modes whose sum comes nearest above a heat.

    Parameters
    ----------
    heat : float
        [W]
    available : int
        Units that can run.
    per_mode : (mode + 1,) array
        Heat of a unit in each mode [W].
    normal : int
        The mode that is left last where less is asked: units are switched off from it, or clocked down from it
        first.
    turn_down : {"off", "underclock"}

    Returns
    -------
    Wanted
    """
    ladder = [0, *sorted(range(1, len(per_mode)), key=lambda k: per_mode[k])]
    if turn_down == "off":
        ladder = [0, *[k for k in ladder if k and per_mode[k] >= per_mode[normal]]]
    for lower, upper in pairwise(ladder):
        if heat <= available * per_mode[upper] or upper == ladder[-1]:
            gain = per_mode[upper] - per_mode[lower]
            missing = heat - available * per_mode[lower]
            count = (
                available
                if np.isinf(heat)
                else int(np.ceil(max(missing, 0.0) / gain - 1e-9))
                if gain > 0
                else 0
            )
            return Wanted(lower, upper, min(count, available))
    return Wanted(0, 0, 0)


def switch(
    state: UnitState, wanted: Wanted, runs: np.ndarray, section: OperationSection, dt: float
) -> UnitState:
    """Modes of the next step: as wanted, as far as ramp and least times allow.

    Parameters
    ----------
    state : UnitState
    wanted : Wanted
    runs : (unit,) array of bool
        Units that are not out for service.
    section : OperationSection
    dt : float
        Length of the step [s].

    Returns
    -------
    UnitState

    Notes
    -----
    Those that have run longest are switched off first, and those that have rested longest on: the cycles are
    shared evenly. A unit that fails goes off at once, and does not count against the ramp.
    """
    running = int(runs.sum()) if wanted.lower > 0 else wanted.count_upper
    new, changed = _switched(state, running, runs, section, dt)
    mode = np.where(new, max(wanted.lower, 1), 0)
    if wanted.lower == 0:
        mode[new] = wanted.upper if wanted.upper > 0 else 1
    else:
        # Those already in the upper mode stay in it.
        order = np.argsort(-(state.mode == wanted.upper).astype(int), kind="stable")
        upper = order[new[order]][: wanted.count_upper]
        mode[upper] = wanted.upper
    since = np.where(new == (state.mode > 0), state.since, 0.0) + dt
    return UnitState(mode, since, float(changed))


def _switched(
    state: UnitState, running: int, runs: np.ndarray, section: OperationSection, dt: float
) -> tuple[np.ndarray, int]:
    """Units that are on in the next step, and how many were switched, where so many should run."""
    on = (state.mode > 0) & runs
    most = max(1, round(section.ramp.nominal * dt / 3600.0 * len(on)))
    surplus = int(on.sum()) - running
    new = on.copy()
    changed = 0
    if surplus > 0:
        free = np.flatnonzero(on & (state.since >= section.min_on.nominal))
        chosen = free[np.argsort(-state.since[free], kind="stable")][: min(surplus, most)]
        new[chosen], changed = False, chosen.size
    elif surplus < 0:
        free = np.flatnonzero(~on & runs & (state.since >= section.min_off.nominal))
        chosen = free[np.argsort(-state.since[free], kind="stable")][: min(-surplus, most)]
        new[chosen], changed = True, chosen.size
    return new, changed


def switch_to(
    state: UnitState, counts: np.ndarray, runs: np.ndarray, section: OperationSection, dt: float
) -> UnitState:
    """Modes of the next step where a plan says how many units run in each.

    Parameters
    ----------
    state : UnitState
    counts : (mode + 1,) int array
        Units in each mode; the first, off, does not count.
    runs : (unit,) array of bool
        Units that are not out for service.
    section : OperationSection
    dt : float
        Length of the step [s].

    Returns
    -------
    UnitState
        As by :func:`switch`. Where more or fewer units run than planned, because of ramp, least times or failures,
        those that differ are in the mode that most units are in.
    """
    new, changed = _switched(state, int(counts[1:].sum()), runs, section, dt)
    left = counts.astype(np.int64)
    left[0] = 0
    most = int(np.argmax(left[1:])) + 1
    left[most] += int(new.sum()) - int(left.sum())
    if left[most] < 0:
        # Fewer run than are planned in other modes: these give way, the last first.
        for k in range(len(left) - 1, 0, -1):
            take = min(-left[most], left[k]) if k != most else 0
            left[k] -= take
            left[most] += take
    mode = np.zeros_like(state.mode)
    free = new.copy()
    # Those already in a mode stay in it, as far as it is planned.
    for k in range(1, len(left)):
        stay = np.flatnonzero(free & (state.mode == k))[: left[k]]
        mode[stay], free[stay] = k, False
        left[k] -= stay.size
    mode[np.flatnonzero(free)] = np.repeat(np.arange(len(left)), left)
    since = np.where(new == (state.mode > 0), state.since, 0.0) + dt
    return UnitState(mode, since, float(changed))


def orders_of(state: UnitState) -> UnitOrders:
    """What the units are told."""
    return UnitOrders.of(state.mode)
