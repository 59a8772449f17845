"""Units that drift away from their model: cumulative sums of standardised residuals, false alarms stated.

A two-sided CUSUM (:mod:`hashheat.validation.cusum`) of each board's mean chip temperature and of each unit's
outlet. A unit's own offset and scatter are taken from a first stretch of records, in which it must be sound. The
threshold follows from the run length asked for between false alarms.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.cusum import cusum, threshold
from hashheat.validation.drift_alarm import Alarm, Trace, drift_alarm
from hashheat.validation.instruments import INSTRUMENTS, resolution, unstated
from hashheat.validation.operating_points import OperatingPoints
from hashheat.validation.unit_model import UnitModel
from hashheat.validation.unsolved_records import Unsolved, unsolved_records

#: Records of a unit that its own level and scatter are taken from, at least.
_LEAST_FIRST = 20
#: Scatter below which a stretch of records shows none, and what is assumed there [K].
_FINEST, _UNKNOWN = 1e-3, 0.1
#: Readings of a unit that the step in which they are written is looked for in, about.
_MOST_READINGS = 20_000


@dataclass(frozen=True)
class Monitoring:
    """What a watch over a fleet found.

    Attributes
    ----------
    alarms : tuple of Alarm
        The first of each unit and variable.
    h, k : float
        Threshold and allowance [standard deviations].
    series : int
        Sums that were watched.
    records : int
        Records watched, per series at most.
    expected_false : float
        Series that are to be expected to signal if all units are sound.
    traces : tuple of Trace
        Of each alarm, in the same order.
    units : tuple of str
        Those watched.
    unwatched : tuple of str
        Those with too few first records.
    unsolved : tuple of Unsolved
        Units with records at which the model has no steady state, watched or not.
    points : OperatingPoints
        Records that could be used.
    """

    alarms: tuple[Alarm, ...]
    h: float
    k: float
    series: int
    records: int
    expected_false: float
    traces: tuple[Trace, ...]
    units: tuple[str, ...]
    unwatched: tuple[str, ...]
    unsolved: tuple[Unsolved, ...]
    points: OperatingPoints

    @property
    def flagged(self) -> tuple[str, ...]:
        """Units with an alarm, by a sum or by the want of a steady state, in the order of the data."""
        out = {alarm.unit for alarm in self.alarms} | {u.unit for u in self.unsolved if u.alarm is not None}
        return tuple(unit for unit in self.units if unit in out)


def monitor(
    miner: Miner,
    data: xr.Dataset,
    *,
    first: int = 100,
    length: float = 1e5,
    k: float = 0.5,
    parameters: Mapping[str, np.ndarray] | None = None,
    **options: Any,
) -> Monitoring:
    """Watch the units of a fleet against their model.

    Parameters
    ----------
    miner : Miner
        Calibrated, or as it is: what is constant in its error is in each unit's own level.
    data : xarray.Dataset
        Field data over (time, unit, ...).
    first : int
        Records that a unit's level and scatter are taken from.
    length : float
        Records between false alarms of one series.
    k : float
        Allowance: half the shift that is looked for [standard deviations].
    parameters : mapping of str to (unit,) array, optional
        Numbers of each unit, such as those of :func:`hashheat.validation.hierarchy.calibrate_fleet`.
    **options
        Of :meth:`UnitModel.of`.

    Returns
    -------
    Monitoring

    Raises
    ------
    InputError
        For data without T_out and chip temperatures, or too short.

    Notes
    -----
    The run length is that of independent normal residuals, the errors of level and scatter allowed for: the more
    first records, the lower the threshold. Records closer together than the plant's own memory are not independent
    and alarm more often: watch means over such a time. A unit whose first records are too few is not watched.
    """
    model = UnitModel.of(miner, data, **options)
    watched = [name for name in ("T_chip_mean", "T_out") if name in model.measured]
    times, units = data.sizes["time"], data.sizes["unit"]
    if not watched or first < _LEAST_FIRST or times <= first:
        raise InputError(
            "nothing to watch",
            key="first",
            found=f"{', '.join(watched) or 'no variables'}; {times} records, {first} of them first",
            accepted=f"T_out or chip temperatures, {_LEAST_FIRST} first records or more, and more after them",
        )
    points = model.points
    own = {key: np.asarray(x)[points.unit][None] for key, x in (parameters or {}).items()}
    found = model.predict(own, quantities=watched)
    predicted = found.values
    residuals, usable = {}, np.zeros(units, dtype=bool)
    least = first
    for name in watched:
        gap = model.measured[name] - predicted[name][0]
        r = np.full((times, units, *gap.shape[1:]), np.nan)
        r[points.time, points.unit] = gap
        residuals[name] = r.reshape(times, units, -1)
        count = np.isfinite(residuals[name][:first]).sum(axis=0)
        usable |= (count >= _LEAST_FIRST).any(axis=1)
        least = min(least, int(np.min(count, where=count >= _LEAST_FIRST, initial=first)))
    names = [str(name) for name in data["unit"].values]
    if not usable.any():
        raise InputError(
            "no unit has enough first records to take its level from",
            key="first",
            found=f"{first}; {int((found.status[0] != 0).sum())} of {points.count} usable records have no steady "
            "state of the model",
            accepted=f"{_LEAST_FIRST} or more usable records of a unit among the first",
        )
    watched_records = times - first
    h = threshold(length, k, least, watched_records)
    alarms: list[Alarm] = []
    traces: list[Trace] = []
    series = 0
    for name, r in residuals.items():
        z, level = _standardised(r, first, _least_scatter(data, model, name))
        high, low = cusum(z, k)
        series += int(np.isfinite(z).any(axis=0).sum())
        both = np.maximum(high, low)
        for u in np.flatnonzero((both > h).any(axis=(0, 2))):
            gap = r[first:, u] - level[u]
            traces.append(Trace(names[u], name, data["time"].values[first:], gap, high[:, u], low[:, u]))
            alarms.append(drift_alarm(traces[-1], z[:, u], h))
    return Monitoring(
        tuple(alarms),
        h,
        k,
        series,
        watched_records,
        -series * math.expm1(-watched_records / length),
        tuple(traces),
        tuple(name for name, some in zip(names, usable) if some),
        tuple(name for name, some in zip(names, usable) if not some),
        unsolved_records(points, found.status[0] != 0, usable, first, names, data["time"].values),
        points,
    )


def _least_scatter(data: xr.Dataset, model: UnitModel, name: str) -> np.ndarray:
    """Least scatter of a residual of each unit [K], (units,): by the steps that reading and inlet are written in.

    A stretch of equal readings says that they changed by less than a step, not that they are exact.
    """
    chips = name == "T_chip_mean" and name in model.derived
    source = "T_chip" if chips else name
    inlet = "T_in" if "T_in" in data else "T_in_board"
    readings = model.miner.device.chips.count if chips else 1
    found = np.zeros(data.sizes["unit"])
    for x, n in ((source, readings), (inlet, 1)):
        values = data[x].transpose("unit", ...).values
        for u, own in enumerate(values.reshape(found.size, -1)):
            read = own[np.isfinite(own)][:: max(1, own.size // _MOST_READINGS)]
            # Readings that are not rounded have no step, but their scatter.
            if read.size and (np.ptp(read) == 0.0 or resolution(read) is not None):
                found[u] = math.hypot(found[u], unstated(read, INSTRUMENTS["T_in"]).systematic / math.sqrt(n))
    return found


def _standardised(r: np.ndarray, first: int, least: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Residuals after the first records in each series' own standard deviations, and its level.

    The level of n records is itself known to s / sqrt(n) only: the scatter is widened by that. NaN for a series
    with too few first records. ``least`` is the least scatter of each unit, (units,); 0 where none is known.
    """
    base = r[:first]
    known = np.isfinite(base)
    count = known.sum(axis=0)
    enough = count >= _LEAST_FIRST
    n = np.where(enough, count, 2)
    level = np.where(enough, np.where(known, base, 0.0).sum(axis=0) / n, np.nan)
    spread = np.sqrt((np.where(known & enough, base - level, 0.0) ** 2).sum(axis=0) / (n - 1))
    least = np.broadcast_to(least[:, None], spread.shape)
    blind = (least == 0.0) & (spread < _FINEST)
    spread = np.where(blind, _UNKNOWN, np.maximum(spread, least)) * np.sqrt(1.0 + 1.0 / n)
    return (r[first:] - level) / spread, level
