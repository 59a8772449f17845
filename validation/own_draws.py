"""What a unit and each of its chips have of their own: one draw for good, which a prediction cannot know."""

from collections.abc import Sequence

import numpy as np

from hashheat.thermo.quantity import Quantity
from hashheat.validation.unit_model import PLACE, Prediction, UnitModel

#: Standard deviation of the largest of some hundred normal numbers, over theirs (David and Nagaraja 2003: 0.43 of
#: 100, 0.40 of 200).
MAXIMUM_SHARE = 0.41
_QUANTILES = (np.arange(400) + 0.5) / 400


def rms(quantity: Quantity) -> float:
    """Root mean square of a number as it is stated, such as a spread that is itself uncertain."""
    return float(np.sqrt(np.mean(np.square(quantity.quantile(_QUANTILES)))))


def chip_rise(model: UnitModel) -> np.ndarray:
    """Rise over the resistance of a chip at every point, at the values of the device file, (points,) [K]."""
    device, q, points = model.miner.device, model.miner.quantities, model.points
    power = q["power.wall"].nominal if points.power is None else points.power
    is_dc = points.power is not None and points.power_is_dc
    dc = power if is_dc else power * q["power.psu_efficiency"].nominal
    load = 1.0 if points.load is None else points.load
    each = np.broadcast_to(load * dc / (device.boards.count * device.chips.count), (points.count,))
    found: np.ndarray = q["chips.junction_to_plate"].nominal * each
    return found


def chip_draws(model: UnitModel, quantities: Sequence[str]) -> dict[str, np.ndarray]:
    """Standard deviation of chip temperatures by the chips' own resistances about their unit's.

    Parameters
    ----------
    model : UnitModel
    quantities : sequence of str

    Returns
    -------
    dict of str to (points, ...) array
        Of those that are chip temperatures [K].

    Notes
    -----
    With s the spread of the resistances of single chips and dT the rise over a chip's resistance: s dT for a chip,
    s dT / sqrt(n) for the mean over n chips of a board, and about 0.41 s dT for the hottest of some hundred (H. A.
    David and H. N. Nagaraja, Order Statistics, 3rd ed., 2003). To first order: what more a hotter chip leaks is
    left out.
    """
    device = model.miner.device
    wide = rms(model.miner.quantities["chips.chip_spread"]) * chip_rise(model)
    share = {"T_chip": 1.0, "T_chip_mean": device.chips.count**-0.5, "T_chip_max": MAXIMUM_SHARE}
    shape = {"T_chip": (device.boards.count, device.chips.count)}
    found = {}
    for name in quantities:
        if name in share:
            rest = shape.get(name, (device.boards.count,))
            one = (share[name] * wide).reshape(-1, *(1,) * len(rest))
            found[name] = np.broadcast_to(one, (wide.size, *rest))
    return found


def unit_places(model: UnitModel, plain: Prediction) -> dict[str, np.ndarray]:
    """Change of every prediction by one standard deviation of a unit's place in the unit-to-unit spread.

    Parameters
    ----------
    model : UnitModel
    plain : Prediction
        At nominal values.

    Returns
    -------
    dict of str to (points, ...) array
        [SI]; 0 where a prediction is missing.
    """
    width = rms(model.miner.quantities["chips.unit_spread"])
    moved = model.predict({PLACE: 1.0 + width}, quantities=tuple(plain.values))
    return {name: np.nan_to_num(x[0] - plain.values[name][0]) for name, x in moved.values.items()}


def own_of_mean(chip: np.ndarray, unit: np.ndarray, share: np.ndarray, member: np.ndarray) -> float:
    """Standard deviation of a mean over points by draws that are for good.

    Parameters
    ----------
    chip : (points, ...) array
        Standard deviations by draws of their own for each board, or each chip, of a unit.
    unit : (points, ...) array
        Changes by a draw that a unit has as a whole.
    share : (points, ...) array
        Of each value in the mean.
    member : (points,) int array
        Unit of each point.

    Returns
    -------
    float
    """
    square = 0.0
    for u in np.unique(member):
        own = member == u
        square += float(np.square((share[own] * chip[own]).sum(axis=0)).sum())
        square += float((share[own] * unit[own]).sum()) ** 2
    return float(np.sqrt(square))
