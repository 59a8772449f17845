"""What must hold, and by how much it does."""

from typing import NamedTuple

import numpy as np

from hashheat.components.unit import chip_powers
from hashheat.fleet.hot_chip import ChipPower, hottest_chip, hottest_of_all
from hashheat.fleet.operation import PlantState, Values, miner_values, solve_samples
from hashheat.fleet.plant import MINER_PREFIX, Plant
from hashheat.solvers import serpentine as sp

#: A set point counts as held when the outlet is this near to it [K].
_HELD = 0.1


class Margins(NamedTuple):
    """Distance to every limit: a limit holds where its margin is not negative.

    Parameters
    ----------
    T_junction : (sample, unit) array
        Hottest single chip of each unit, the median over the scatter of its chips [K].
    T_hottest : (sample,) array
        Hottest single chip of the plant, likewise [K].
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
    chips : (sample,) array
        Junction limit minus the plant's hottest single chip [K]: what the verdict asks of the chips.
    held : (sample,) array of bool
        Whether the outlet set point, where there is one, is reached to 0.1 K within the range of the flow.
    solved : (sample, unit) array of bool
        Whether the unit has a steady state at all; where not, its margins are minus infinity.
    """

    T_junction: np.ndarray
    T_hottest: np.ndarray
    chip_allowance: np.ndarray
    junction: np.ndarray
    boiling: np.ndarray
    pressure: np.ndarray
    outlet: np.ndarray
    chips: np.ndarray
    held: np.ndarray
    solved: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """Units inside every limit, (sample, unit)."""
        return (self.junction >= 0.0) & (self.boiling >= 0.0) & (self.pressure >= 0.0) & self.solved

    @property
    def passes(self) -> np.ndarray:
        """Samples in which the plant passes, (sample,)."""
        return self.inside.all(axis=1) & (self.chips >= 0.0) & (self.outlet >= 0.0) & self.held


class ChipPlace(NamedTuple):
    """Where the hottest chip of a unit stands; all of shape (sample,).

    Parameters
    ----------
    z : array
        Standard deviations of ``chip_spread * mean_rise`` above a chip of mean resistance on the hottest cell.
    steepness, curvature : array
        See :func:`hashheat.fleet.hot_chip.hottest_chip` [1/K, 1/K^2].
    """

    z: np.ndarray
    steepness: np.ndarray
    curvature: np.ndarray


def mean_rise(
    plant: Plant, values: Values, resistance_factor: np.ndarray, chip_power: np.ndarray
) -> np.ndarray:
    """Junction above plate of a chip of mean resistance and mean power, (sample, unit) [K]."""
    chips = plant.miner.device.chips.count * plant.miner.device.boards.count
    return values[f"{MINER_PREFIX}chips.junction_to_plate"][:, None] * resistance_factor * chip_power / chips


def chip_place(
    plant: Plant, values: Values, mass_flow: np.ndarray, resistance_factor: np.ndarray
) -> ChipPlace:
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
    ChipPlace
        Zero and infinite where nothing scatters or the unit has no steady state; z is infinite where more likely
        than not a chip of the unit runs away.
    """
    factor = resistance_factor[:, None]
    units = solve_samples(plant, values, mass_flow[:, None], factor, with_fields=True)
    fields = units.fields[:, 0].reshape(len(mass_flow), -1, sp.N_FIELDS)
    T_chip, T_plate = fields[..., sp.FIELD_T_JUNCTION], fields[..., sp.FIELD_T_WALL]
    device = miner_values(values)
    dynamic, leak = chip_powers(
        plant.miner.device, device, values["units.frequency"], values["units.voltage"]
    )
    power = ChipPower(dynamic, leak, device["power.reference_temperature"], device["power.leakage_scale"])
    spread = device["chips.chip_spread"]
    sigma = spread * mean_rise(plant, values, factor, units.chip_power)[:, 0]
    chips = np.tile(plant.miner.layout.chips, plant.miner.device.boards.count)
    known = (units.status[:, 0] == sp.OK) & (sigma > 0.0)
    resistance = device["chips.junction_to_plate"] * resistance_factor
    top, steepness, curvature = hottest_chip(
        T_plate, T_chip, chips, resistance, np.where(known, spread, 0.0), power
    )
    above = top - np.max(np.where(chips > 0.0, T_chip, -np.inf), axis=-1)
    return ChipPlace(np.where(known, above / np.where(known, sigma, 1.0), 0.0), steepness, curvature)


def hottest_place(plant: Plant, values: Values, state: PlantState) -> ChipPlace:
    """:func:`chip_place` of each sample's hottest unit."""
    solved = state.units.status == sp.OK
    unit = np.where(solved, state.units.T_junction, -np.inf).argmax(axis=1)[:, None]
    flow = np.take_along_axis(state.mass_flow, unit, axis=1)[:, 0]
    factor = np.take_along_axis(state.resistance_factor, unit, axis=1)[:, 0]
    return chip_place(plant, values, flow, factor)


def margins(plant: Plant, values: Values, state: PlantState, place: ChipPlace) -> Margins:
    """Margins of a plant in operation.

    Parameters
    ----------
    plant : Plant
    values : mapping of str to (sample,) array
        All numbers of plant and miner.
    state : PlantState
        Of :func:`hashheat.fleet.operation.operate`.
    place : ChipPlace
        Of the hottest unit of each sample, of :func:`hottest_place`; taken for all its units.

    Returns
    -------
    Margins
    """
    device = miner_values(values)
    rise = mean_rise(plant, values, state.resistance_factor, state.units.chip_power)
    allowance = (place.z * device["chips.chip_spread"])[:, None] * rise
    hottest = state.units.T_junction + allowance
    solved = state.units.status == sp.OK
    worst = -np.inf

    def of_units(margin: np.ndarray) -> np.ndarray:
        return np.where(solved, margin, worst)

    of_plant = hottest_of_all(np.where(solved, hottest, np.inf), place.steepness, place.curvature, rise)
    return Margins(
        T_junction=hottest,
        T_hottest=of_plant,
        chip_allowance=allowance,
        junction=of_units(device["chips.limit"][:, None] - hottest),
        boiling=of_units(state.boiling_margin - values["limits.boiling_margin"][:, None]),
        pressure=of_units(values["limits.pressure_drop"][:, None] - state.units.pressure_drop),
        outlet=np.where(solved.all(axis=1), state.T_out_mixed - values["limits.outlet"], worst),
        chips=device["chips.limit"] - of_plant,
        held=state.on_curve
        & (np.abs(state.T_out_mixed - values.get("loop.outlet_setpoint", state.T_out_mixed)) < _HELD),
        solved=solved,
    )
