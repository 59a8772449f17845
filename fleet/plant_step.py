"""One step of a plant in time: orders to the units, the balance, what is remembered and what is recorded."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from hashheat.fleet.heat_balance import Balanced, BalanceError
from hashheat.fleet.heat_equations import Trial
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.operation_rule import (
    UnitState,
    heat_wanted,
    mode_heat,
    normal_mode,
    orders_of,
    switch,
    switch_to,
    wanted_modes,
)
from hashheat.fleet.part import Ledger, Now
from hashheat.fleet.units_part import UnitsPart
from hashheat.thermo.errors import StateError

#: Water this near to boiling is no state of a plant [K].
_BOILING = 1.0
#: Temperature and share of their scale that everything starts from.
_T_FIRST, _SETTING_FIRST = 333.15, 0.4
#: Shares of their scale that settings start from anew where no state is found: held temperatures can leave several
#: states, and Newton's method can circle beside one.
_ANEW = (_SETTING_FIRST, 0.1, 0.7, 0.0, 1.0)
#: Units without a steady state are switched off and the step is solved anew, so often.
_TRIPS = 4


class PlantStateError(StateError):
    """Water of a plant that would freeze or boil, or leave the range of its properties."""


class PlantState(NamedTuple):
    """What a plant remembers between two steps.

    Parameters
    ----------
    memories : tuple
        Of the parts.
    T : (n_node,) array
        [K]
    setting : (n_actuator,) array
    units : tuple of UnitState
        Of every part of units.
    """

    memories: tuple[Any, ...]
    T: np.ndarray
    setting: np.ndarray
    units: tuple[UnitState, ...]


class Step(NamedTuple):
    """A step that was made.

    Parameters
    ----------
    state : PlantState
        After it.
    trial : Trial
    ledgers : tuple of Ledger
        Of the parts.
    tripped : int
        Units switched off because they had no steady state.
    rounds : int
        Of the balance.
    """

    state: PlantState
    trial: Trial
    ledgers: tuple[Ledger, ...]
    tripped: int
    rounds: int


def first_state(plant: HeatPlant) -> PlantState:
    """Memory of a plant that was never stepped: every unit in its normal mode."""
    scale = np.array([a.scale for part in plant.parts for a in part.actuators])
    units = tuple(
        UnitState.first(len(part.flow_share), normal_mode(part)) for part in plant.of_kind(UnitsPart)
    )
    return PlantState(
        tuple(part.begin() for part in plant.parts),
        np.full(plant.circuits.n_node, _T_FIRST),
        _SETTING_FIRST * scale,
        units,
    )


def step(
    plant: HeatPlant,
    state: PlantState,
    index: int,
    dt: float,
    values: Mapping[str, float],
    runs: tuple[np.ndarray, ...],
    plan: tuple[np.ndarray, ...] | None = None,
    out: frozenset[str] = frozenset(),
) -> Step:
    """Make one step.

    Parameters
    ----------
    plant : HeatPlant
    state : PlantState
    index : int
        Of the step.
    dt : float
        [s]
    values : mapping of str to float
        Hourly series at the step, room and ground.
    runs : tuple of (unit,) arrays of bool
        Units that are not out for service, for every part of units.
    plan : tuple of (mode + 1,) int arrays, optional
        Units in each mode, for every part of units, where they were planned.
    out : frozenset of str
        Parts that stand still.

    Returns
    -------
    Step

    Raises
    ------
    BalanceError
        If no state was found.
    PlantStateError
        For water that would freeze or boil.
    """
    blocks = plant.of_kind(UnitsPart)
    runs = tuple(run & (part.name not in out) for part, run in zip(blocks, runs))
    charge, capacity = _store(plant, state)
    if plan is not None:
        section = plant.file.operation
        units = tuple(switch_to(own, n, run, section, dt) for own, n, run in zip(state.units, plan, runs))
    else:
        units = tuple(
            _ordered(plant, part, own, state, values, run, charge, capacity, dt, len(blocks))
            for part, own, run in zip(blocks, state.units, runs)
        )
    tripped = 0
    for _ in range(_TRIPS):
        now = Now(index, dt, values, {part.name: orders_of(own) for part, own in zip(blocks, units)}, out)
        solved = _solve(plant, now, state)
        trial = solved.trial
        memories, ledgers = plant.balance.finish(now, state.memories, trial)
        lost = [_lost(plant, part, ledgers) for part in blocks]
        if not any(each.any() for each in lost):
            break
        tripped += int(sum(each.sum() for each in lost))
        units = tuple(
            own._replace(mode=np.where(out, 0, own.mode), since=np.where(out, dt, own.since))
            for own, out in zip(units, lost)
        )
    check_water(plant, trial, index)
    after = PlantState(memories, trial.T, trial.setting, units)
    return Step(after, trial, ledgers, tripped, solved.rounds)


def _ordered(
    plant: HeatPlant, part: UnitsPart, own: UnitState, state: PlantState, values: Mapping[str, float],
    runs: np.ndarray, charge: float | None, capacity: float, dt: float, blocks: int,
) -> UnitState:  # fmt: skip
    """Modes of one part of units for the next step; several parts share the heat evenly."""
    section = plant.file.operation
    T_in = float(state.T[plant.circuits.node_of[f"{part.name}.inlet"]])
    table = part.units.table
    low, high = table.T_low, table.T_low + (table.values.shape[2] - 1) * table.T_step
    flow = float(np.exp(table.flow_low + 0.55 * (table.values.shape[3] - 1) * table.flow_step))
    per_mode = mode_heat(part, min(max(T_in, low), high), values["T_room"], flow)
    heat = heat_wanted(section, values, charge, capacity) / blocks
    wanted = wanted_modes(heat, int(runs.sum()), per_mode, normal_mode(part), section.turn_down)
    return switch(own, wanted, runs, section, dt)


def _store(plant: HeatPlant, state: PlantState) -> tuple[float | None, float]:
    """Charge and capacity [J] of the tank that operation looks at."""
    name = plant.file.operation.store
    for part, memory in zip(plant.parts, state.memories):
        if name and part.name == name:
            charge, capacity = part.charge(memory)  # type: ignore[attr-defined]
            return charge, capacity
    return None, 0.0


def _solve(plant: HeatPlant, now: Now, state: PlantState) -> Balanced:
    """The balance from where the last step ended, or else from the first of some other states that leads to it."""
    try:
        return plant.balance.solve(now, state.memories, state.T, state.setting)
    except BalanceError as error:
        first = first_state(plant)
        for share in _ANEW:
            setting = first.setting * (share / _SETTING_FIRST)
            with suppress(BalanceError):
                return plant.balance.solve(now, state.memories, first.T, setting)
        raise error


def _lost(plant: HeatPlant, part: UnitsPart, ledgers: tuple[Ledger, ...]) -> np.ndarray:
    record = ledgers[plant.parts.index(part)].record
    found: np.ndarray = record["without_steady_state"]
    return found


def check_water(plant: HeatPlant, trial: Trial, index: int) -> None:
    """Raise :class:`PlantStateError` for water that flows and would boil, freeze or leave its properties' range.

    Parameters
    ----------
    plant : HeatPlant
    trial : Trial
    index : int
        Of the step, for the message.
    """
    up = np.where(trial.flow >= 0.0, plant.circuits.start, plant.circuits.end)
    fluids = [fluid for part in plant.parts for fluid in part.fluids]
    for fluid, node, flow in zip(fluids, up, trial.flow):
        T = float(trial.T[node])
        highest = min(fluid.table.T_max, fluid.T_boiling - _BOILING)
        if flow != 0.0 and not fluid.table.T_min <= T <= highest:
            place = plant.circuits.name(int(node))
            raise PlantStateError(
                f"step {index}: {fluid.name} at {place} would be at {T - 273.15:.1f} degC; at "
                f"{fluid.pressure / 1e5:g} bar it is liquid, and its properties are known, from "
                f"{fluid.table.T_min - 273.15:.1f} to {highest - 273.15:.1f} degC"
            )
