"""The hottest single junction of every unit, its chips drawn: a median is not enough for a tail."""

import math

import numpy as np

from hashheat.components.miner import Miner
from hashheat.components.unit import UnitInputs, UnitResults, chip_powers
from hashheat.fleet.hot_chip import ChipPower, hottest_chip
from hashheat.solvers import serpentine as sp


def above_median(u: np.ndarray, steepness: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """How far the hottest of a unit's chips lies above its median.

    Parameters
    ----------
    u : (unit,) array
        Probability that the hottest chip is colder, between 0 and 1.
    steepness, curvature : (unit,) array
        Of :func:`hashheat.fleet.hot_chip.hottest_chip` [1/K, 1/K^2].

    Returns
    -------
    (unit,) array
        [K]; negative below the median, 0 where chips do not scatter.

    Notes
    -----
    No chip is above t with the probability ``exp(-E(t))``, with ``E = ln 2 exp(-s d - c d**2 / 2)`` at a distance
    d above the median; d solves ``E = -ln u``. Beyond nine tenths of the way to the turn of the parabola,
    as it has near the chips' own runaway, the number goes on falling at a tenth of its first rate, as in
    :func:`hashheat.fleet.hot_chip.hottest_of_all`.
    """
    scatters = np.isfinite(steepness) & (steepness > 0.0)
    s, c = np.where(scatters, steepness, 1.0), np.where(scatters, curvature, 0.0)
    q = math.log(math.log(2.0)) - np.log(-np.log(u))
    # The parabola turns on one side of the median: upwards above it, or, of no consequence, downwards below it.
    far = (q * c < 0.0) & (np.abs(q * c) > 0.495 * s * s)
    bent = np.where(far, 1.0, s * s + 2.0 * c * q)
    bend = np.where(far, np.abs(c), 1.0)
    beyond = np.sign(q) * (0.9 * s / bend + (np.abs(q) - 0.495 * s * s / bend) / (0.1 * s))
    return np.where(scatters, np.where(far, beyond, 2.0 * q / (s + np.sqrt(bent))), 0.0)


def hottest_drawn_chip(
    miner: Miner,
    values: dict[str, np.ndarray],
    state: UnitInputs,
    found: UnitResults,
    u: np.ndarray,
    *,
    parallel: bool = True,
) -> np.ndarray:
    """Hottest junction of every unit, all chips of all its boards drawn.

    Parameters
    ----------
    miner : Miner
    values : mapping of str to (unit,) array
        Device parameters.
    state : UnitInputs
        Every field of shape (unit,).
    found : UnitResults
        With fields.
    u : (unit,) array
        Probability that the hottest chip of the unit is colder.
    parallel : bool
        Share the units among threads; the result is the same.

    Returns
    -------
    (unit,) array
        [K]; infinite where more likely than not a chip of the unit has no steady state, or where the drawn one
        would be further above the median than a chip of mean resistance above its plate: beyond its fold, as in
        :func:`hashheat.fleet.hot_chip.hottest_of_all`; the hottest chip of mean resistance where chips do not
        scatter. Without meaning where the unit's status is not ``OK``.
    """
    units = len(u)
    boards = miner.device.boards.count
    fields = found.fields.reshape(units, -1, sp.N_FIELDS)
    dynamic, leak = chip_powers(miner.device, values, state.frequency, state.voltage)
    law = ChipPower(
        dynamic,
        # The search for the edge of a steady state divides by the leakage.
        np.maximum(leak, 1e-9),
        values["power.reference_temperature"],
        values["power.leakage_scale"],
    )
    solved = found.status == sp.OK
    T_plate = np.where(solved[:, None], fields[..., sp.FIELD_T_WALL], 300.0)
    T_chip = np.where(solved[:, None], fields[..., sp.FIELD_T_JUNCTION], 300.0)
    chips = np.tile(miner.layout.chips, boards)
    median, steepness, curvature = hottest_chip(
        T_plate,
        T_chip,
        chips,
        values["chips.junction_to_plate"] * state.resistance_factor,
        np.where(solved, values["chips.chip_spread"], 0.0),
        law,
        parallel=parallel,
    )
    above = above_median(u, steepness, curvature)
    rise = np.max(np.where(chips > 0.0, T_chip - T_plate, 0.0), axis=1)
    return np.where(above > rise, np.inf, median + above)
