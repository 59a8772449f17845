"""What must hold, and by how much it does."""

from typing import NamedTuple

import numpy as np

from hashheat.fleet.hot_chip import hottest_chip
from hashheat.fleet.operation import PlantState, Values, miner_values, solve_samples
from hashheat.fleet.plant import MINER_PREFIX, Plant
from hashheat.solvers import serpentine as sp


class Margins(NamedTuple):
    """Distance to every limit: a limit holds where its margin is not negative.

    Parameters
    ----------
    T_junction : (sample, unit) array
        Hottest single chip of each unit [K].
    chip_allowance : (sample, unit) array
        Part of it that comes from the scatter among chips [K].
    junction : (sample, unit) array
        Junction limit minus that [K].
    boiling : (sample, unit) array
        Boiling margin minus the one asked for [K].
    pressure : (sample, unit) array
        Highest allowed minus the unit's pressure drop [Pa].
    outlet : (sample,) array
        Mixed outlet temperature minus the one asked for [K].
    solved : (sample, unit) array of bool
        Whether the unit has a steady state at all; where not, its margins are minus infinity.
    """

    T_junction: np.ndarray
    chip_allowance: np.ndarray
    junction: np.ndarray
    boiling: np.ndarray
    pressure: np.ndarray
    outlet: np.ndarray
    solved: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """Units inside every limit, (sample, unit)."""
        return (self.junction >= 0.0) & (self.boiling >= 0.0) & (self.pressure >= 0.0) & self.solved

    @property
    def passes(self) -> np.ndarray:
        """Samples in which the plant passes, (sample,)."""
        return self.inside.all(axis=1) & (self.outlet >= 0.0)

    @property
    def temperature(self) -> np.ndarray:
        """Smallest temperature margin of the plant, (sample,) [K]: what the verdict hangs on."""
        return np.minimum(np.minimum(self.junction.min(axis=1), self.boiling.min(axis=1)), self.outlet)


def mean_rise(
    plant: Plant, values: Values, resistance_factor: np.ndarray, chip_power: np.ndarray
) -> np.ndarray:
    """Junction above plate of a chip of mean resistance and mean power, (sample, unit) [K]."""
    chips = plant.miner.device.chips.count * plant.miner.device.boards.count
    return values[f"{MINER_PREFIX}chips.junction_to_plate"][:, None] * resistance_factor * chip_power / chips


def chip_place(
    plant: Plant, values: Values, mass_flow: np.ndarray, resistance_factor: np.ndarray
) -> np.ndarray:
    """Place of the hottest chip in the chip-to-chip spread, for one unit of each sample.

    Parameters
    ----------
    plant : Plant
    values : mapping of str to (sample,) array
        All numbers of plant and miner.
    mass_flow : (sample,) array
        Flow of the unit to look at, usually the sample's hottest [kg/s].
    resistance_factor : (sample,) array
        Its chip resistance over the fleet's mean [-].

    Returns
    -------
    (sample,) array
        Standard deviations of ``chip_spread * mean_rise`` by which the hottest chip is expected above a chip of
        mean resistance on the hottest cell (median, see :func:`hashheat.fleet.hot_chip.hottest_chip`); zero
        where nothing scatters or the unit has no steady state.
    """
    factor = resistance_factor[:, None]
    units = solve_samples(plant, values, mass_flow[:, None], factor, with_fields=True)
    fields = units.fields[:, 0].reshape(len(mass_flow), -1, sp.N_FIELDS)
    T_chip = fields[..., sp.FIELD_T_JUNCTION]
    rise = T_chip - fields[..., sp.FIELD_T_WALL]
    spread = values[f"{MINER_PREFIX}chips.chip_spread"]
    sigma = spread * mean_rise(plant, values, factor, units.chip_power)[:, 0]
    chips = np.tile(plant.miner.layout.chips, plant.miner.device.boards.count)
    known = (units.status[:, 0] == sp.OK) & (sigma > 0.0)
    top = hottest_chip(T_chip, rise, chips, np.where(known, spread, 0.0))
    above = top - np.max(np.where(chips > 0.0, T_chip, -np.inf), axis=-1)
    return np.where(known, above / np.where(known, sigma, 1.0), 0.0)


def hottest_place(plant: Plant, values: Values, state: PlantState) -> np.ndarray:
    """:func:`chip_place` of each sample's hottest unit, (sample,)."""
    solved = state.units.status == sp.OK
    unit = np.where(solved, state.units.T_junction, -np.inf).argmax(axis=1)[:, None]
    flow = np.take_along_axis(state.mass_flow, unit, axis=1)[:, 0]
    factor = np.take_along_axis(state.resistance_factor, unit, axis=1)[:, 0]
    return chip_place(plant, values, flow, factor)


def margins(plant: Plant, values: Values, state: PlantState, z: np.ndarray) -> Margins:
    """Margins of a plant in operation.

    Parameters
    ----------
    plant : Plant
    values : mapping of str to (sample,) array
        All numbers of plant and miner.
    state : PlantState
        Of :func:`hashheat.fleet.operation.operate`.
    z : (sample,) array
        Place of the hottest chip, of :func:`chip_place`.

    Returns
    -------
    Margins
    """
    device = miner_values(values)
    rise = mean_rise(plant, values, state.resistance_factor, state.units.chip_power)
    allowance = (z * device["chips.chip_spread"])[:, None] * rise
    hottest = state.units.T_junction + allowance
    solved = state.units.status == sp.OK
    worst = -np.inf

    def of_units(margin: np.ndarray) -> np.ndarray:
        return np.where(solved, margin, worst)

    return Margins(
        T_junction=hottest,
        chip_allowance=allowance,
        junction=of_units(device["chips.limit"][:, None] - hottest),
        boiling=of_units(state.boiling_margin - values["limits.boiling_margin"][:, None]),
        pressure=of_units(values["limits.pressure_drop"][:, None] - state.units.pressure_drop),
        outlet=np.where(solved.all(axis=1), state.T_out_mixed - values["limits.outlet"], worst),
        solved=solved,
    )
