"""Rows at any times to one value an hour: order, duplicates, gaps; every change is counted."""

from typing import NamedTuple

import numpy as np

from hashheat.fleet.series_errors import DuplicateTimeError, GapError, SeriesError, TimeOrderError

_HOUR = 3_600_000_000_000  # ns

#: Rows this much fewer than the time they span has room for are not worth a grid.
_SPARSE = 20

#: Duplicates are the same where they differ by no more than rounding.
_SAME = 1e-9


class HourlyGrid(NamedTuple):
    """Values on every hour, and what it took.

    Attributes
    ----------
    time : (hour,) array of datetime64[ns]
        Start of each hour, UTC.
    values : (hour, column) array
    rows_an_hour, equal_duplicates, averaged_duplicates, missing_rows, longest_gap : int
    interpolated : (column,) array of int
    """

    time: np.ndarray
    values: np.ndarray
    rows_an_hour: int
    equal_duplicates: int
    averaged_duplicates: int
    missing_rows: int
    interpolated: np.ndarray
    longest_gap: int


def to_hours(
    time: np.ndarray,
    values: np.ndarray,
    names: list[str],
    file: str,
    longest_gap: int,
    average_duplicates: bool = False,
) -> HourlyGrid:
    """Put rows on a grid of hours.

    Parameters
    ----------
    time : (n,) array of datetime64[ns]
        UTC, in the file's order: rising, equal for duplicates.
    values : (n, column) array
        NaN where a value is missing.
    names : list of str
        Of the columns.
    file : str
        For messages.
    longest_gap : int
        Longest run of hours without a value that is interpolated.
    average_duplicates : bool
        Average rows of the same time with different values, instead of raising.

    Returns
    -------
    HourlyGrid

    Raises
    ------
    TimeOrderError
        For times that go back, or that do not lie on a grid of hours or equal parts of hours.
    DuplicateTimeError
        For rows of the same time with different values.
    GapError
        For a gap that is longer, or that stands at the beginning or the end.
    SeriesError
        For fewer than two rows.
    """
    t = time.astype("int64")
    if t.size < 2:
        raise SeriesError("there are too few rows", file=file, found=t.size, accepted="two rows or more")
    back = np.flatnonzero(np.diff(t) < 0)
    if back.size:
        at = int(back[0])
        raise TimeOrderError(
            "the time goes back", file=file, key=f"row {at + 2} of {t.size}",
            found=f"{_text(t[at + 1])} after {_text(t[at])} UTC",
            accepted="rows in the order of time; is the zone of the stamps the one stated?",
        )  # fmt: skip
    t, values, equal, averaged = _merge(t, values, names, file, average_duplicates)
    step = _step(t, file)
    n_slot = int((t[-1] - t[0]) // step) + 1
    if n_slot > _SPARSE * t.size + 10_000:
        at = int(np.argmax(np.diff(t)))
        raise GapError(
            "most of the time between the first row and the last has none", file=file, key="time",
            found=f"from {_text(t[at])} to {_text(t[at + 1])} UTC", accepted="gaps that are short",
        )  # fmt: skip
    whole = np.full((n_slot, values.shape[1]), np.nan)
    place = (t - t[0]) // step
    whole[place] = values
    share = _HOUR // step
    if share > 1:
        t, whole = _mean_of_hours(t, whole, int(share), step)
    hours = whole.shape[0]
    missing = np.isnan(whole)
    interpolated = missing.sum(axis=0)
    longest = _fill(whole, missing, names, file, longest_gap, int(t[0]))
    return HourlyGrid(
        (t[0] + _HOUR * np.arange(hours)).astype("datetime64[ns]"),
        whole,
        int(share),
        equal,
        averaged,
        int(missing.all(axis=1).sum()),
        interpolated,
        longest,
    )


def _merge(
    t: np.ndarray, values: np.ndarray, names: list[str], file: str, average: bool
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Drop rows that repeat a time; the values that either row lacks are taken from the other."""
    first, inverse = np.unique(t, return_inverse=True)
    if first.size == t.size:
        return t, values, 0, 0
    merged = np.full((first.size, values.shape[1]), np.nan)
    seen = np.zeros(merged.shape, dtype=int)
    filled = np.where(np.isnan(values), 0.0, values)
    total = np.zeros(merged.shape)
    np.add.at(total, inverse, filled)
    np.add.at(seen, inverse, ~np.isnan(values))
    np.divide(total, seen, out=merged, where=seen > 0)
    spread = np.abs(values - merged[inverse]) > _SAME * np.maximum(np.abs(values), 1e-300)
    differs = np.zeros(first.size, dtype=bool)
    np.logical_or.at(differs, inverse, spread.any(axis=1))
    again = np.bincount(inverse) - 1
    if differs.any() and not average:
        at = int(np.flatnonzero(differs)[0])
        rows = values[inverse == at]
        column = int(np.flatnonzero(np.nanmax(rows, axis=0) > np.nanmin(rows, axis=0))[0])
        raise DuplicateTimeError(
            f"{int(differs.sum())} times stand in several rows that differ",
            file=file, key=names[column], found=f"{rows[:, column].tolist()} at {_text(first[at])} UTC [SI]",
            accepted="one row a time; duplicates='mean' averages them; is the zone or an offset wrong?",
        )  # fmt: skip
    return first, merged, int(again[~differs].sum()), int(again[differs].sum())


def _step(t: np.ndarray, file: str) -> int:
    steps, counts = np.unique(np.diff(t), return_counts=True)
    step = int(steps[np.argmax(counts)])
    if _HOUR % step:
        raise TimeOrderError(
            "the rows are neither hours nor equal parts of an hour apart", file=file, key="time",
            found=f"most rows are {step / 6e10:g} min apart", accepted="60, 30, 15, 10 or 5 min",
        )  # fmt: skip
    off = np.flatnonzero((t - t[0]) % step)
    if off.size:
        raise TimeOrderError(
            f"{off.size} rows do not lie on the grid of the others", file=file, key="time",
            found=f"{_text(t[int(off[0])])} UTC", accepted=f"every {step / 6e10:g} min from {_text(t[0])} UTC",
        )  # fmt: skip
    return step


def _mean_of_hours(t: np.ndarray, whole: np.ndarray, share: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Means over whole hours of the clock; an hour that lacks a part is missing, one cut off at an end is left."""
    lead = int((-t[0] // step) % share)
    usable = (whole.shape[0] - lead) // share
    parts = whole[lead : lead + usable * share].reshape(usable, share, -1)
    return t[:1] + lead * step, parts.mean(axis=1)


def _fill(
    whole: np.ndarray, missing: np.ndarray, names: list[str], file: str, longest_gap: int, start: int
) -> int:
    """Interpolate in place; give the longest gap."""
    longest = 0
    hours = np.arange(whole.shape[0])
    for j, name in enumerate(names):
        gaps = np.flatnonzero(missing[:, j])
        if not gaps.size:
            continue
        for run in np.split(gaps, np.flatnonzero(np.diff(gaps) > 1) + 1):
            at_end = run[0] == 0 or run[-1] == hours[-1]
            if run.size > longest_gap or at_end:
                raise GapError(
                    f"{run.size} h without a value" + (" at an end of the file" if at_end else ""),
                    file=file,
                    key=name,
                    found=f"from {_text(start + int(run[0]) * _HOUR)} UTC",
                    accepted=f"gaps of {longest_gap} h at most, between values; longest_gap=... allows more",
                )
            longest = max(longest, int(run.size))
        known = ~missing[:, j]
        whole[gaps, j] = np.interp(gaps, hours[known], whole[known, j])
    return longest


def _text(nanoseconds: int | np.integer) -> str:
    return str(np.datetime64(int(nanoseconds), "ns").astype("datetime64[m]"))
