"""A table of measured data, each row a unit at a time, to the Dataset of the schema: for CSV and Parquet alike."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.column_map import ColumnMap, pattern_of, to_si_line
from hashheat.validation.readers.grid import make_grid
from hashheat.validation.readers.rejections import Rejections
from hashheat.validation.readers.schema import FIELD_VARIABLES, field_dataset
from hashheat.validation.readers.sensor_rules import Samples, apply_rules

#: Highest number of a board and of a chip that a title may name.
_MOST = {"board": 64, "chip": 4096}


def columns_needed(header: list[str], mapping: ColumnMap) -> list[str]:
    """Titles of the columns that a map uses.

    Raises
    ------
    FieldDataError
        For a title that is missing or stands twice.
    """
    wanted = [("time.column", mapping.time.column)]
    if mapping.unit.column is not None:
        wanted.append(("unit.column", mapping.unit.column))
    if mapping.status is not None:
        wanted.append(("status.column", mapping.status.column))
    needed = [title for _, title in wanted]
    for key, title in wanted:
        if title not in header:
            raise _no_column(key, title, header)
    for name, column in mapping.columns.items():
        found = [title for title in header if pattern_of(column.column).fullmatch(title)]
        if not found:
            raise _no_column(f"columns.{name}.column", column.column, header)
        needed.extend(found)
    for title in needed:
        if header.count(title) > 1:
            raise FieldDataError(
                "the column stands twice in the table", found=repr(title), accepted="titles once"
            )
    return list(dict.fromkeys(needed))


def table_dataset(
    table: pd.DataFrame,
    mapping: ColumnMap,
    unit: str,
    time_step: float | None,
    attributes: dict[str, Any],
    rejections: Rejections,
) -> xr.Dataset:
    """Samples of a table.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns by title: text, numbers or times.
    mapping : ColumnMap
    unit : str
        Name of the unit where the map gives none.
    time_step : float, optional
        See :func:`hashheat.validation.readers.grid.make_grid`.
    attributes : dict
        ``source`` and ``format``.
    rejections : Rejections
        Rows that were left out before.
    """
    header = [str(title) for title in table.columns]
    columns_needed(header, mapping)
    if not len(table):
        raise FieldDataError("the table has no rows", accepted="one row or more")
    values: dict[str, np.ndarray] = {}
    for name, column in mapping.columns.items():
        values[name] = _values(table, header, name, column.column, column.unit, mapping, rejections)
    _same_places(values)
    largest = max(array[0].size for array in values.values())
    (times, ambiguous), units = _times(table, mapping), _units(table, mapping, unit)
    rejections.add("record", "time that the change of the clocks makes ambiguous or skips", ambiguous)
    if mapping.time.format != "number" and np.isnat(times).all():
        raise FieldDataError(
            "no time can be read",
            key="time.format",
            found=repr(table[mapping.time.column].iloc[0]),
            accepted=f"times in the form '{mapping.time.format}'",
        )
    grid = make_grid(times, units, largest, rejections, time_step, ambiguous)
    samples = Samples(
        {name: grid.spread(array) for name, array in values.items()},
        grid.spread(_status(table, mapping), "unknown"),
        rejections,
    )
    apply_rules(samples)
    coordinates = {"time": grid.time, "unit": grid.unit}
    for array in samples.values.values():
        for axis, name in ((2, "board"), (3, "chip")):
            if array.ndim > axis:
                coordinates[name] = np.arange(array.shape[axis])
    about = {key: value for key, value in mapping.about.model_dump(exclude={"synthetic"}).items() if value}
    about["synthetic"] = int(mapping.about.synthetic)
    return field_dataset(
        samples.values, samples.status, coordinates, rejections, {**attributes, **about, **grid.attributes}
    )


def _no_column(key: str, title: str, header: list[str]) -> FieldDataError:
    listed = ", ".join(repr(found) for found in header[:30])
    return FieldDataError("the table has no such column", key=key, found=repr(title), accepted=listed[:500])


def _values(
    table: pd.DataFrame,
    header: list[str],
    name: str,
    column: str,
    unit: str,
    mapping: ColumnMap,
    rejections: Rejections,
) -> np.ndarray:
    """Numbers of a variable over (row, its board and chip), in SI."""
    pattern, dims = pattern_of(column), FIELD_VARIABLES[name].dims[2:]
    titles: dict[tuple[int, ...], str] = {}
    for title in header:
        match = pattern.fullmatch(title)
        if match:
            place = tuple(int(match[dim]) for dim in dims)
            if any(number >= _MOST[dim] for dim, number in zip(dims, place)):
                raise FieldDataError("the number is too large", key=f"columns.{name}", found=repr(title))
            if place in titles:
                raise FieldDataError(
                    "two columns for one place",
                    key=f"columns.{name}",
                    found=f"{titles[place]!r} and {title!r}",
                )
            titles[place] = title
    shape = tuple(max(numbers) + 1 for numbers in zip(*titles)) if dims else ()
    if np.prod(shape, dtype=float) > 8 * len(titles) + 10_000:
        raise FieldDataError("the boards and chips are numbered with large holes", key=f"columns.{name}")
    out = np.full((len(table), *shape), np.nan)
    slope, offset = to_si_line(unit, name)
    for place, title in titles.items():
        where: tuple[Any, ...] = (Ellipsis, *place)
        out[where] = _numbers(table[title], name, mapping, rejections)
    with np.errstate(over="ignore", invalid="ignore"):
        return out * slope + offset


def _numbers(column: pd.Series, name: str, mapping: ColumnMap, rejections: Rejections) -> np.ndarray:
    """Floats of a column; NaN where it says that a number is missing, or says something else, which is counted."""
    if column.dtype.kind in "iuf":
        return column.to_numpy(dtype=float, na_value=np.nan)
    text = column.astype("string").str.strip()
    if mapping.table.decimal == ",":
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    missing = text.isna() | text.isin(mapping.table.missing)
    numbers = pd.to_numeric(text.where(~missing), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isnan(numbers) & ~missing.to_numpy(dtype=bool)
    rejections.add(name, "not a number", int(np.count_nonzero(wrong)))
    return numbers


def _times(table: pd.DataFrame, mapping: ColumnMap) -> tuple[np.ndarray, int]:
    """Times in UTC, NaT where a row has none, and how many of those a change of the clocks has lost."""
    column, about = table[mapping.time.column], mapping.time
    if about.format == "number":
        return np.full(len(table), np.datetime64("NaT"), dtype="datetime64[ns]"), 0
    if column.dtype.kind == "M":
        return _utc(column, about.zone)
    if about.format in ("seconds", "milliseconds"):
        numbers = pd.to_numeric(column.astype("string").str.strip(), errors="coerce")
        seconds = numbers.to_numpy(dtype=float, na_value=np.nan) * (
            1.0 if about.format == "seconds" else 1e-3
        )
        # Nanoseconds end in 2262; what lies beyond becomes 1970, which the grid refuses and counts.
        seconds[np.abs(seconds) > 9e9] = 0.0
        missing = np.isnan(seconds)
        nanoseconds = np.round(np.where(missing, 0.0, seconds) * 1e6).astype(np.int64) * 1000
        return np.where(missing, np.datetime64("NaT", "ns"), nanoseconds.view("datetime64[ns]")), 0
    form = "ISO8601" if about.format == "iso" else about.format
    text = column.astype("string").str.strip()
    has_offset = "%z" in form or bool(text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True).any())
    try:
        stamps = pd.to_datetime(text, format=form, errors="coerce", utc=has_offset)
    except (ValueError, OverflowError) as error:
        raise FieldDataError(
            "the times cannot be read",
            key="time.format",
            found=str(error)[:200],
            accepted="'iso' or a strptime format",
        ) from None
    return _utc(pd.Series(stamps), about.zone)


def _utc(stamps: pd.Series, zone: str | None) -> tuple[np.ndarray, int]:
    """Times in UTC, and how many have none in the zone; of stamps without an offset the zone has to be said."""
    lost = 0
    if stamps.dt.tz is None and stamps.notna().any():
        if zone is None:
            raise FieldDataError(
                "the times carry no offset from UTC, and the map gives no zone",
                key="time.zone",
                found=str(stamps[stamps.notna()].iloc[0]),
                accepted="an IANA name, such as 'Europe/Stockholm' or 'UTC'",
            )
        try:
            local = stamps.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
        except (KeyError, ValueError, OSError):
            raise FieldDataError(
                "not a time zone",
                key="time.zone",
                found=repr(zone),
                accepted="an IANA name, such as 'Europe/Stockholm'",
            ) from None
        lost = int((stamps.notna() & local.isna()).sum())
        stamps = local
    elif stamps.dt.tz is None:
        return np.full(len(stamps), np.datetime64("NaT"), dtype="datetime64[ns]"), 0
    moments = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
    # Years beyond 2262 do not fit in nanoseconds; the grid refuses them as it does all beyond 2100.
    far = moments.notna() & ((moments.dt.year > 2200) | (moments.dt.year < 1700))
    moments = moments.mask(far, pd.Timestamp(0))
    return moments.to_numpy(dtype="datetime64[ns]"), lost


def _units(table: pd.DataFrame, mapping: ColumnMap, unit: str) -> np.ndarray:
    if mapping.unit.column is None:
        return np.full(len(table), mapping.unit.name or unit)
    text = table[mapping.unit.column].astype("string").str.strip().fillna("unknown")
    return np.asarray(text.to_numpy(dtype=object), dtype=np.str_)


def _status(table: pd.DataFrame, mapping: ColumnMap) -> np.ndarray:
    if mapping.status is None:
        return np.full(len(table), "unknown")
    text = table[mapping.status.column].astype("string").str.strip().fillna("")
    mining = text.isin(mapping.status.mining).to_numpy(dtype=bool)
    standby = text.isin(mapping.status.standby).to_numpy(dtype=bool)
    return np.where(mining, "mining", np.where(standby, "standby", "unknown"))


def _same_places(values: dict[str, np.ndarray]) -> None:
    """Give all variables of boards and chips as many of them as the one with most."""
    for axis in (1, 2):
        most = max((array.shape[axis] for array in values.values() if array.ndim > axis), default=0)
        for name, array in values.items():
            if array.ndim > axis and array.shape[axis] < most:
                more = [(0, 0)] * array.ndim
                more[axis] = (0, most - array.shape[axis])
                values[name] = np.pad(array, more, constant_values=np.nan)
