"""What a sensor of a miner shows when it shows nothing: each rule says which samples are no readings, and why.

The rules know the schema's names only, so one trap is written once for every format. Each takes the samples and
counts what it takes out; ``apply_rules`` runs all of them in order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hashheat.validation.readers.rejections import Rejections
from hashheat.validation.readers.schema import FIELD_VARIABLES

#: 0 degC, what a dead sensor shows [K].
ZERO_CELSIUS = 273.15

#: Firmware rounds to whole degrees, on both sides of a comparison [K].
ROUNDING = 1.0

_CHIP_NAMES = ("T_chip", "V_chip", "T_chip_mean", "T_chip_max")


@dataclass
class Samples:
    """Samples on their way into a Dataset.

    Attributes
    ----------
    values : dict of str to array
        Names of the schema over their dimensions, in SI; rules write NaN into them.
    status : (time, unit) array of str
    rejections : Rejections
    """

    values: dict[str, np.ndarray]
    status: np.ndarray
    rejections: Rejections = field(default_factory=Rejections)

    def reject(self, name: str, where: np.ndarray, reason: str) -> None:
        """Take out and count samples; ``where`` broadcasts against the variable from the left."""
        values = self.values[name]
        mask = np.broadcast_to(where.reshape(where.shape + (1,) * (values.ndim - where.ndim)), values.shape)
        if not mask.any():
            return
        mask = mask & ~np.isnan(values)
        self.rejections.add(name, reason, int(np.count_nonzero(mask)))
        values[mask] = np.nan

    def running(self) -> np.ndarray:
        """Where the unit is known to turn power into heat, over (time, unit)."""
        running = self.status == "mining"
        for name in ("power_dc", "power_ac"):
            if name in self.values:
                running = running | ((self.values[name] > 0.0) & (self.status != "standby"))
        return running


def impossible(samples: Samples) -> None:
    """Infinite numbers, and numbers that no such sensor can show."""
    for name, values in samples.values.items():
        about = FIELD_VARIABLES[name]
        if not values.size:
            continue
        # fmin and fmax pass over NaN; most files hold nothing impossible, and two passes show it.
        lowest, highest = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
        zero_or_more = about.lowest if about.cf_unit != "K" else min(about.lowest, ZERO_CELSIUS)
        if lowest < zero_or_more or highest > about.highest:
            text = f"outside {about.lowest:g} .. {about.highest:g} {about.cf_unit}: not a reading"
            samples.reject(name, (values < about.lowest) | (values > about.highest), text)


def reads_zero(samples: Samples) -> None:
    """A chip, board or coolant at exactly 0 degC, or a chip at exactly 0 V: a dead sensor or a dead chip."""
    for name, values in samples.values.items():
        is_temperature = name.startswith("T_") and name != "T_ambient"
        if is_temperature or name == "V_chip":
            zero = ZERO_CELSIUS if is_temperature else 0.0
            samples.reject(name, values == zero, "reads zero: dead sensor or chip")


def stale_in_standby(samples: Samples) -> None:
    """Firmware keeps the last chip vectors when a unit goes into standby."""
    standby = samples.status == "standby"
    for name in _CHIP_NAMES:
        if name in samples.values:
            samples.reject(name, standby, "unit in standby: the firmware repeats the last vector")


def no_power_while_mining(samples: Samples) -> None:
    """A unit that hashes draws power: zero is a meter that is not there."""
    for name in ("power_ac", "power_dc"):
        if name in samples.values:
            zero = (samples.values[name] == 0.0) & (samples.status == "mining")
            samples.reject(name, zero, "reads zero while the unit is mining")


def outlet_below_inlet(samples: Samples) -> None:
    """A unit that runs warms its coolant; where it seems to cool it, which sensor lies cannot be told."""
    running = samples.running()
    for inlet, outlet in (("T_in", "T_out"), ("T_in_board", "T_out_board")):
        if inlet in samples.values and outlet in samples.values:
            T_in, T_out = samples.values[inlet], samples.values[outlet]
            where = (T_out < T_in - ROUNDING) & running.reshape(running.shape + (1,) * (T_in.ndim - 2))
            for name in (inlet, outlet):
                samples.reject(name, where, "outlet colder than inlet while the unit runs")


def chip_colder_than_inlet(samples: Samples) -> None:
    """Heat goes from chip to coolant: no chip of a running unit is colder than the coolant that enters."""
    running = samples.running()
    for name in ("T_chip", "T_chip_mean", "T_chip_max"):
        if name not in samples.values:
            continue
        T = samples.values[name]
        for water in ("T_in", "T_in_board"):
            if water in samples.values:
                limit = _spread(samples.values[water] - ROUNDING, T.ndim)
                where = (limit > T) & _spread(running, T.ndim)
                samples.reject(name, where, "chip colder than the coolant at its inlet")


def board_colder_than_outlet(samples: Samples) -> None:
    """The hottest chip of a board is not colder than the coolant that leaves it: such a vector is no chip's."""
    running = _spread(samples.running(), 3)
    for water in ("T_out", "T_out_board"):
        if water not in samples.values:
            continue
        limit = _spread(samples.values[water] - ROUNDING, 3)
        reason = "hottest chip colder than the coolant at the outlet"
        if "T_chip" in samples.values:
            hottest = np.fmax.reduce(samples.values["T_chip"], axis=-1)
            samples.reject("T_chip", (hottest < limit) & running, reason)
        if "T_chip_max" in samples.values:
            where = (samples.values["T_chip_max"] < limit) & running
            if "T_chip_mean" in samples.values:
                samples.reject("T_chip_mean", where, reason)
            samples.reject("T_chip_max", where, reason)


#: In this order: a sample counts for the first rule that rejects it.
RULES: tuple[Callable[[Samples], None], ...] = (
    reads_zero,
    impossible,
    stale_in_standby,
    no_power_while_mining,
    outlet_below_inlet,
    chip_colder_than_inlet,
    board_colder_than_outlet,
)


def apply_rules(samples: Samples) -> None:
    """Run every rule, in order, on the samples."""
    for rule in RULES:
        rule(samples)


def _spread(values: np.ndarray, ndim: int) -> np.ndarray:
    return values.reshape(values.shape + (1,) * (ndim - values.ndim))
