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
from hashheat.validation.operating_points import OperatingPoints
from hashheat.validation.unit_model import UnitModel

#: Records of a unit that its own level and scatter are taken from, at least.
_LEAST_FIRST = 20


@dataclass(frozen=True)
class Alarm:
    """A unit that drifted.

    Attributes
    ----------
    unit : str
    time : object
        Of the record that signalled.
    variable : str
        ``T_chip_mean`` or ``T_out``.
    boards : tuple of int
        Those that signalled; empty for the whole unit's outlet.
    shift : float
        Mean residual of the board first to signal since its sum last left zero, less the unit's own level [K].
    strength : float
        The same in standard deviations of a record.
    likely : str
        What such a drift usually is, in words; a hint and no diagnosis.
    """

    unit: str
    time: object
    variable: str
    boards: tuple[int, ...]
    shift: float
    strength: float
    likely: str


@dataclass(frozen=True, eq=False)
class Trace:
    """Sums of one variable of a unit that was flagged.

    Attributes
    ----------
    unit, variable : str
    times : (t,) array
        Of the records watched.
    gap : (t, series) array
        Measured less predicted, less the unit's own level [K]; NaN where there is no record.
    high, low : (t, series) arrays
        Sums upwards and downwards [standard deviations]; a series each board, or the one of the outlet.
    """

    unit: str
    variable: str
    times: np.ndarray
    gap: np.ndarray
    high: np.ndarray
    low: np.ndarray


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
    points: OperatingPoints

    @property
    def flagged(self) -> tuple[str, ...]:
        """Units with an alarm, in the order of the data."""
        out = {alarm.unit for alarm in self.alarms}
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
    predicted = model.predict(own, quantities=watched).values
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
            found=first,
            accepted=f"{_LEAST_FIRST} or more usable records of a unit among the first",
        )
    watched_records = times - first
    h = threshold(length, k, least, watched_records)
    alarms: list[Alarm] = []
    traces: list[Trace] = []
    series = 0
    for name, r in residuals.items():
        z, level = _standardised(r, first)
        high, low = cusum(z, k)
        series += int(np.isfinite(z).any(axis=0).sum())
        both = np.maximum(high, low)
        for u in np.flatnonzero((both > h).any(axis=(0, 2))):
            gap = r[first:, u] - level[u]
            traces.append(Trace(names[u], name, data["time"].values[first:], gap, high[:, u], low[:, u]))
            alarms.append(_alarm(traces[-1], z[:, u], h))
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
        points,
    )


def _alarm(trace: Trace, z: np.ndarray, h: float) -> Alarm:
    """First alarm of a unit's variable, with what its whole record says of the likely cause."""
    both = np.maximum(trace.high, trace.low)
    t = int((both > h).any(axis=1).argmax())
    leader = int(both[t].argmax())
    side = (trace.high if trace.high[t, leader] >= trace.low[t, leader] else trace.low)[: t + 1, leader]
    stood = np.flatnonzero(side == 0.0)
    start = int(stood[-1]) + 1 if stood.size else 0
    ups, downs = (trace.high > h).any(axis=0), (trace.low > h).any(axis=0)
    most = int(both.max(axis=0).argmax())
    up = bool(trace.high[:, most].max() >= trace.low[:, most].max())
    boards = np.flatnonzero(ups | downs)
    return Alarm(
        unit=trace.unit,
        time=trace.times[t],
        variable=trace.variable,
        boards=tuple(int(b) for b in boards) if trace.variable == "T_chip_mean" else (),
        shift=float(np.nanmean(trace.gap[start : t + 1, leader])),
        strength=float(np.nanmean(z[start : t + 1, leader])),
        likely=_likely(
            trace.variable, up, boards.size < z.shape[1], opposed=bool((downs if up else ups).any())
        ),
    )


def _standardised(r: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Residuals after the first records in each series' own standard deviations, and its level.

    The level of n records is itself known to s / sqrt(n) only: the scatter is widened by that. NaN for a series
    with too few first records.
    """
    base = r[:first]
    known = np.isfinite(base)
    count = known.sum(axis=0)
    enough = count >= _LEAST_FIRST
    n = np.where(enough, count, 2)
    level = np.where(enough, np.where(known, base, 0.0).sum(axis=0) / n, np.nan)
    spread = np.sqrt((np.where(known & enough, base - level, 0.0) ** 2).sum(axis=0) / (n - 1))
    spread = np.maximum(spread, 1e-6) * np.sqrt(1.0 + 1.0 / n)
    return (r[first:] - level) / spread, level


def _likely(variable: str, up: bool, some: bool, opposed: bool) -> str:
    if variable == "T_out":
        return (
            "heat or flow not as read: flow meter, inlet or outlet sensor, or power"
            if up
            else "less heat to the water than the power says: flow meter, sensors, or heat lost"
        )
    if opposed:
        return (
            "boards against each other, the hotter by more: a blocked channel, whose flow goes to the others"
            if up
            else "boards against each other, the cooler by more: dead chips, whose power the model gives to all"
        )
    if not up:
        return "chips cooler than the model: dead or throttled chips, or more flow than read"
    if some:
        return "some boards only: a blocked channel, or their interface"
    return "all boards: fouling, an interface that is pumped out, or less flow than read"
