"""The first alarm of a unit's variable: since when, which boards, and what such a drift usually is."""

from dataclasses import dataclass

import numpy as np

#: Mean over the records of an alarm beyond which a board has moved with the first, in its standard errors.
_MOVED = 2.0


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
        Those that had moved by then: the first to signal, and others whose mean over its records is off by more
        than twice its standard error; empty for the whole unit's outlet.
    shift : float
        Mean residual of the board first to signal since its sum last left zero, less the unit's own level [K].
    strength : float
        The same in standard deviations of a record.
    likely : str
        What such a drift usually is, in words; a hint and no diagnosis, from the records up to the alarm.
    boards_later, likely_later : tuple of int, str
        The same from all records there are: those after the alarm tell more of a slow fault, and hold what else
        happened since.
    """

    unit: str
    time: object
    variable: str
    boards: tuple[int, ...]
    shift: float
    strength: float
    likely: str
    boards_later: tuple[int, ...]
    likely_later: str


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


def drift_alarm(trace: Trace, z: np.ndarray, h: float) -> Alarm:
    """First alarm of a unit's variable, from what was known when it signalled, and what the records after it say.

    Parameters
    ----------
    trace : Trace
        With a sum beyond the threshold.
    z : (t, series) array
        Standardised residuals that were summed; NaN where there is no record.
    h : float
        Threshold [standard deviations].

    Returns
    -------
    Alarm
    """
    both = np.maximum(trace.high, trace.low)
    t = int((both > h).any(axis=1).argmax())
    leader = int(both[t].argmax())
    side = (trace.high if trace.high[t, leader] >= trace.low[t, leader] else trace.low)[: t + 1, leader]
    stood = np.flatnonzero(side == 0.0)
    start = int(stood[-1]) + 1 if stood.size else 0
    since = z[start : t + 1]
    count = np.isfinite(since).sum(axis=0)
    # Other boards' sums lag behind the first by chance: their means over the same records tell whether they moved.
    moved = np.nansum(since, axis=0) / np.sqrt(np.maximum(count, 1))
    out: np.ndarray = np.abs(moved) > _MOVED
    out[leader] = True
    boards, likely = _told(trace.variable, out & (moved > 0.0), out & (moved < 0.0), leader, count > 0)
    ups, downs = np.asarray((trace.high > h).any(axis=0)), np.asarray((trace.low > h).any(axis=0))
    most = int(both.max(axis=0).argmax())
    if trace.high[:, most].max() >= trace.low[:, most].max():
        downs[most] = False
    else:
        ups[most] = False
    boards_later, likely_later = _told(trace.variable, ups, downs, most, np.isfinite(z).any(axis=0))
    return Alarm(
        unit=trace.unit,
        time=trace.times[t],
        variable=trace.variable,
        boards=boards,
        shift=float(np.nanmean(trace.gap[start : t + 1, leader])),
        strength=float(np.nanmean(z[start : t + 1, leader])),
        likely=likely,
        boards_later=boards_later,
        likely_later=likely_later,
    )


def _told(
    variable: str, ups: np.ndarray, downs: np.ndarray, first: int, present: np.ndarray
) -> tuple[tuple[int, ...], str]:
    """Boards that moved, and what such a drift usually is; the first of them says which way."""
    up, out = bool(ups[first]), ups | downs
    opposed = bool((downs if up else ups).any())
    boards = tuple(int(b) for b in np.flatnonzero(out)) if variable == "T_chip_mean" else ()
    return boards, _likely(variable, up, bool((present & ~out).any()), opposed)


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
