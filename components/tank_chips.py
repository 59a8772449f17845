"""Chips of a tank: from the oil around each to its junction, and the hottest of all."""

from typing import NamedTuple

import numpy as np

from hashheat.components.chip_places import cell_velocity, chip_mean
from hashheat.components.chip_temperatures import ChipTemperatures, chip_temperatures
from hashheat.components.sink_film import SinkFilm
from hashheat.components.tank_build import TankBox, Unit
from hashheat.solvers.flow_model import FlowState


class UnitChips(NamedTuple):
    """Chips of one unit, arrays over (board, row, col).

    Attributes
    ----------
    T_oil : array
        Oil around each chip [K].
    velocity : array
        Superficial, along the fins, with its sign [m/s].
    found : ChipTemperatures
    """

    T_oil: np.ndarray
    velocity: np.ndarray
    found: ChipTemperatures


class HotChip(NamedTuple):
    """The hottest junction: its temperature [K], and its miner, board, row and column from 0."""

    T_junction: float
    miner: int
    board: int
    row: int
    col: int


def scaled_film(film: SinkFilm, factor: float) -> SinkFilm:
    """Scale the film coefficient of a sink.

    Parameters
    ----------
    film : SinkFilm
    factor : float
        On the film coefficient, of fins and base alike [-].

    Returns
    -------
    SinkFilm
    """
    return film._replace(
        fin_area=film.fin_area * factor,
        base_area=film.base_area * factor,
        fin_parameter=film.fin_parameter * factor,
    )


def unit_chips(tank: TankBox, state: FlowState, unit: Unit, *, strict: bool = True) -> UnitChips:
    """Chips of one unit at a state of the flow.

    Parameters
    ----------
    tank : TankBox
    state : FlowState
    unit : Unit
    strict : bool
        As of :func:`hashheat.components.chip_temperatures.chip_temperatures`. If not, oil beyond its data counts
        as at their end: what a flow solve passes through before it settles may lie there.

    Returns
    -------
    UnitChips

    Raises
    ------
    RunawayError, CoolantRangeError, NotConvergedError
        For a chip without a steady state.
    """
    liquid = tank.box.liquid
    T = chip_mean(unit.placed, state.T)
    if not strict:
        T = np.minimum(np.maximum(T, liquid.T_min), liquid.T_max)
    velocity = chip_mean(unit.placed, cell_velocity(state, unit.along))
    found = chip_temperatures(
        scaled_film(unit.film, tank.values["fluid.film_factor"]),
        liquid,
        T,
        velocity,
        unit.heat,
        gravity_along=unit.gravity_along,
        back_resistance=unit.back_resistance,
        strict=strict,
    )
    return UnitChips(T, velocity, found)


def all_chips(tank: TankBox, state: FlowState, *, strict: bool = True) -> list[UnitChips]:
    """Chips of every unit at a state of the flow.

    Parameters
    ----------
    tank : TankBox
    state : FlowState
    strict : bool
        As for :func:`unit_chips`.

    Returns
    -------
    list of UnitChips
        In the order of the units.

    Raises
    ------
    RunawayError, CoolantRangeError, NotConvergedError
        For a chip without a steady state.
    """
    return [unit_chips(tank, state, unit, strict=strict) for unit in tank.units]


def hottest(chips: list[UnitChips]) -> HotChip:
    """Find the hottest junction.

    Parameters
    ----------
    chips : list of UnitChips
        Of all units.

    Returns
    -------
    HotChip
    """
    best = HotChip(-np.inf, 0, 0, 0, 0)
    for miner, unit in enumerate(chips):
        T = unit.found.T_junction
        at = int(np.argmax(T))
        if T.flat[at] > best.T_junction:
            board, row, col = (int(i) for i in np.unravel_index(at, T.shape))
            best = HotChip(float(T.flat[at]), miner, board, row, col)
    return best


def least_margin(tank: TankBox, chips: list[UnitChips]) -> float:
    """Smallest of junction limit minus junction over all units, which may differ in their limits.

    Parameters
    ----------
    tank : TankBox
    chips : list of UnitChips
        Of its units.

    Returns
    -------
    float
        [K], negative where a limit is passed.
    """
    return min(unit.limit - float(own.found.T_junction.max()) for unit, own in zip(tank.units, chips))
