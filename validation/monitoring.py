"""Units that drift away from their model: cumulative sums of standardised residuals, false alarms stated.

A two-sided CUSUM (Page 1954) of each board's mean chip temperature and of each unit's outlet. A unit's own offset
and scatter are taken from a first stretch of records, in which it must be sound. The threshold follows from the
run length asked for between false alarms, by Siegmund's approximation (1985): in control, one-sided,
ARL = (exp(2 k b) - 2 k b - 1) / (2 k^2) with b = h + 1.166, and half of that for both sides.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.unit_model import UnitModel

#: Excess over the boundary of a normal random walk: 2 x 0.583.
_EXCESS = 1.166
#: Records of a unit that its own level and scatter are taken from, at least.
_LEAST_FIRST = 20


def run_length(h: float, k: float, shift: float = 0.0) -> float:
    """Mean number of records until a two-sided CUSUM signals.

    Parameters
    ----------
    h : float
        Threshold [standard deviations].
    k : float
        Allowance, half of the shift that is looked for [standard deviations].
    shift : float
        True shift of the mean [standard deviations]; 0 gives the length between false alarms.

    Returns
    -------
    float
        Siegmund's approximation; within some 5 % for independent normal residuals.
    """
    rates = []
    b = h + _EXCESS
    for side in (1.0, -1.0):
        drift = side * shift - k
        length = (
            b * b
            if abs(drift) < 1e-9
            else (math.exp(-2.0 * drift * b) + 2.0 * drift * b - 1.0) / (2.0 * drift**2)
        )
        rates.append(1.0 / length)
    return 1.0 / sum(rates)


def threshold(length: float, k: float) -> float:
    """Threshold h [standard deviations] with this mean number of records between false alarms of one series."""
    if not (length > 10.0 and k > 0.0):
        raise InputError(
            "no threshold has so short a run",
            key="length",
            found=f"{length:g}, k {k:g}",
            accepted="more than 10 records",
        )
    return float(brentq(lambda h: math.log(run_length(h, k) / length), 0.0, 100.0 / k))


def cusum(z: np.ndarray, k: float) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower cumulative sums of standardised residuals along the first axis.

    Parameters
    ----------
    z : (time, ...) array
        NaN where there is no record: the sums stand still.
    k : float
        Allowance [standard deviations].

    Returns
    -------
    high, low : (time, ...) arrays
        Both from 0 upwards.
    """
    high, low = np.zeros(z.shape), np.zeros(z.shape)
    up = down = np.zeros(z.shape[1:])
    for t, step in enumerate(z):
        known = np.isfinite(step)
        value = np.where(known, step, 0.0)
        up = np.where(known, np.maximum(0.0, up + value - k), up)
        down = np.where(known, np.maximum(0.0, down - value - k), down)
        high[t], low[t] = up, down
    return high, low


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
        Mean residual since the sum last left zero, less the unit's own level [K].
    likely : str
        What such a drift usually is, in words; a hint and no diagnosis.
    """

    unit: str
    time: object
    variable: str
    boards: tuple[int, ...]
    shift: float
    likely: str


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
        False alarms to be expected over all series if all units are sound.
    """

    alarms: tuple[Alarm, ...]
    h: float
    k: float
    series: int
    records: int
    expected_false: float


def monitor(
    miner: Miner,
    data: xr.Dataset,
    *,
    first: int = 100,
    length: float = 1e5,
    k: float = 0.5,
    parameters: Mapping[str, np.ndarray] | None = None,
    **options: str | float,
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
    The run length is that of independent normal residuals. Records closer together than the plant's own memory are
    not independent and alarm more often: watch means over such a time.
    """
    model = UnitModel.of(miner, data, **options)  # type: ignore[arg-type]
    watched = [name for name in ("T_chip_mean", "T_out") if name in model.measured]
    times, units = data.sizes["time"], data.sizes["unit"]
    if not watched or first < _LEAST_FIRST or times <= first:
        raise InputError(
            "nothing to watch",
            found=f"{', '.join(watched) or 'no variables'}; {times} records, {first} of them first",
            accepted=f"T_out or chip temperatures, {_LEAST_FIRST} first records or more, and more after them",
        )
    points = model.points
    own = {key: np.asarray(x)[points.unit][None] for key, x in (parameters or {}).items()}
    predicted = model.predict(own, quantities=watched).values
    h = threshold(length, k)
    alarms: list[Alarm] = []
    series = 0
    for name in watched:
        gap = model.measured[name] - predicted[name][0]
        r = np.full((times, units, *gap.shape[1:]), np.nan)
        r[points.time, points.unit] = gap
        r = r.reshape(times, units, -1)
        z, level = _standardised(r, first)
        high, low = cusum(z, k)
        series += z.shape[1] * z.shape[2]
        out = np.maximum(high, low) > h
        for u in np.flatnonzero(out.any(axis=(0, 2))):
            t = int(out[:, u].any(axis=1).argmax())
            reached = np.maximum(high, low)[:, u] > h
            boards = np.flatnonzero(reached.any(axis=0))
            leader = int(np.maximum(high, low)[t, u].argmax())
            up = bool(high[t, u, leader] >= low[t, u, leader])
            side = (high if up else low)[: t + 1, u, leader]
            start = int(np.flatnonzero(side == 0.0)[-1]) + 1
            shift = float(np.nanmean(r[first:][start : t + 1, u, leader]) - level[u, leader])
            board_wise = name == "T_chip_mean"
            alarms.append(
                Alarm(
                    unit=str(data["unit"].values[u]),
                    time=data["time"].values[first + t],
                    variable=name,
                    boards=tuple(int(b) for b in boards) if board_wise else (),
                    shift=shift,
                    likely=_likely(name, up, boards.size, z.shape[2]),
                )
            )
    watched_records = times - first
    return Monitoring(tuple(alarms), h, k, series, watched_records, series * watched_records / length)


def _standardised(r: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Residuals after the first records in each series' own standard deviations, and its level.

    The level of n records is itself known to s / sqrt(n) only: the scatter is widened by that.
    """
    base = r[:first]
    known = np.isfinite(base)
    count = known.sum(axis=0)
    if (count < _LEAST_FIRST).any():
        bad = int(np.argwhere(count < _LEAST_FIRST)[0][0])
        raise InputError(
            "too few first records of a unit",
            key=f"unit {bad}",
            found=int(count.min()),
            accepted=f"{_LEAST_FIRST} or more",
        )
    level = np.where(known, base, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, base - level, 0.0) ** 2).sum(axis=0) / (count - 1))
    spread = np.maximum(spread, 1e-6) * np.sqrt(1.0 + 1.0 / count)
    return (r[first:] - level) / spread, level


def _likely(variable: str, up: bool, boards: int, all_boards: int) -> str:
    if variable == "T_out":
        return (
            "heat or flow not as read: flow meter, inlet or outlet sensor, or dead chips"
            if up
            else ("less heat to the water than the power says: flow meter, sensors, or heat lost")
        )
    if not up:
        return "chips cooler than the model: dead or throttled chips, or more flow than read"
    if boards < all_boards:
        return "some boards only: a blocked channel, or their interface"
    return "all boards: fouling, an interface that is pumped out, or less flow than read"
