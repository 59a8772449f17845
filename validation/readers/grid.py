"""From records as they came (any order, any unit) to a grid of time and unit, with what did not fit counted."""

from typing import Any, NamedTuple

import numpy as np

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.rejections import Rejections

#: Records outside these years carry no time of a miner.
EARLIEST, LATEST = np.datetime64("2009-01-01", "ns"), np.datetime64("2100-01-01", "ns")

#: A Dataset may have this many cells for each sample of the source, and this many in any case.
_CELLS_PER_SAMPLE, _CELLS_ANYWAY = 8, 1_000_000

#: A step between times is a gap beyond this many median steps.
_GAP = 1.5


class Grid(NamedTuple):
    """Where each record goes.

    Attributes
    ----------
    time : (t,) array
        datetime64[ns] in UTC, rising; or the number of the sample as float where no record has a time.
    unit : (u,) array of str
    kept : (k,) array of int
        Records that have a place.
    time_index, unit_index : (k,) arrays of int
        Their places.
    attributes : dict
        Counts of gaps and unordered records.
    """

    time: np.ndarray
    unit: np.ndarray
    kept: np.ndarray
    time_index: np.ndarray
    unit_index: np.ndarray
    attributes: dict[str, Any]

    def spread(self, values: np.ndarray, fill: Any = np.nan) -> np.ndarray:
        """Put values over (record, ...) on the grid, over (time, unit, ...)."""
        shape = (self.time.size, self.unit.size, *values.shape[1:])
        places = self.time_index * self.unit.size + self.unit_index
        count = self.time.size * self.unit.size
        if self.kept.size == len(values) == count and (places == np.arange(count)).all():
            return values.reshape(shape)
        out = np.full((count, *values.shape[1:]), fill, dtype=values.dtype)
        out[places] = values[self.kept]
        return out.reshape(shape)


def make_grid(
    times: np.ndarray,
    units: np.ndarray,
    samples_per_record: int,
    rejections: Rejections,
    time_step: float | None = None,
    counted: int = 0,
) -> Grid:
    """Order records by time and unit.

    Parameters
    ----------
    times : (n,) array of datetime64[ns]
        In UTC; NaT where a record has none.
    units : (n,) array of str
    samples_per_record : int
        Size of the largest variable of one record.
    rejections : Rejections
        Records without a time among others that have one, with a time that cannot be, or with the time of an
        earlier record of the same unit are counted here.
    time_step : float, optional
        Times are rounded to multiples of this [s]: units that are polled one after the other fall together.
    counted : int
        Records without a time that were counted before, for a reason of their own.

    Returns
    -------
    Grid

    Raises
    ------
    FieldDataError
        If no record is left, ``time_step`` is no positive number, or the times of the units differ so much that
        the grid would be mostly empty.
    """
    records = np.arange(times.size)
    has_time = ~np.isnat(times)
    attributes: dict[str, Any] = {}
    if has_time.any():
        rejections.add("record", "no time that can be read", int(np.count_nonzero(~has_time)) - counted)
        possible = has_time & (times >= EARLIEST) & (times < LATEST)
        wrong = int(np.count_nonzero(has_time & ~possible))
        rejections.add("record", "time outside the years 2009 to 2099", wrong)
        records = records[possible]
        stamps, attributes = _rounded(times[records], time_step, attributes)
    else:
        stamps = np.empty(0)
    if times.size == 0 or (has_time.any() and records.size == 0):
        raise FieldDataError("no record with data and a time", accepted="one record or more")
    names, unit_index = np.unique(units[records], return_inverse=True)
    if not has_time.any():
        stamps = _number_of_sample(unit_index)
    attributes["unordered_records"] = _unordered(stamps, unit_index)
    axis, time_index = np.unique(stamps, return_inverse=True)
    cells = axis.size * names.size * samples_per_record
    if cells > _CELLS_PER_SAMPLE * records.size * samples_per_record + _CELLS_ANYWAY:
        raise FieldDataError(
            "the units have few times in common, and a grid of time and unit would be mostly empty",
            key="time_step",
            found=f"{records.size} records of {names.size} units at {axis.size} times",
            accepted="a time step, in seconds, as long as one round of polling",
        )
    places = time_index * names.size + unit_index
    _, first = np.unique(places, return_index=True)
    rejections.add("record", "second record of the unit at the same time", records.size - first.size)
    first.sort()
    if has_time.any():
        attributes |= _gaps(axis)
    return Grid(axis, names, records[first], time_index[first], unit_index[first], attributes)


def _rounded(
    stamps: np.ndarray, time_step: float | None, attributes: dict[str, Any]
) -> tuple[np.ndarray, dict[str, Any]]:
    if time_step is None:
        return stamps, attributes
    if not 1e-3 <= time_step <= 1e8:
        raise FieldDataError(
            "not a time step", key="time_step", found=time_step, accepted="seconds, from 0.001 to 1e8"
        )
    step = round(time_step * 1e9)
    rounded = (stamps.astype(np.int64) + step // 2) // step * step
    return rounded.view("datetime64[ns]"), {**attributes, "time_step": float(time_step)}


def _number_of_sample(unit_index: np.ndarray) -> np.ndarray:
    order = np.argsort(unit_index, kind="stable")
    counts = np.bincount(unit_index)
    numbers = np.empty(unit_index.size)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    numbers[order] = np.arange(unit_index.size) - starts
    return numbers


def _unordered(stamps: np.ndarray, unit_index: np.ndarray) -> int:
    order = np.argsort(unit_index, kind="stable")
    same_unit = unit_index[order][1:] == unit_index[order][:-1]
    earlier = stamps[order][1:] < stamps[order][:-1]
    return int(np.count_nonzero(same_unit & earlier))


def _gaps(axis: np.ndarray) -> dict[str, Any]:
    if axis.size < 3:
        return {"gaps": 0}
    steps = np.diff(axis).astype(np.int64) / 1e9
    gaps = int(np.count_nonzero(steps > _GAP * np.median(steps)))
    return {"gaps": gaps, "longest_step": float(steps.max())} if gaps else {"gaps": 0}
