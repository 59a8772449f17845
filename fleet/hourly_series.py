"""Hourly weather, network and prices from CSV: one Dataset over UTC, in SI, with a record of what was done."""

from collections.abc import Collection, Mapping
from functools import reduce
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr

from hashheat.components.variables import dataset
from hashheat.fleet.series_columns import NETWORK, PRICES, WEATHER, SeriesColumn, read_titles
from hashheat.fleet.series_errors import MagnitudeError, SeriesError, TimeOrderError, TimeZoneError
from hashheat.fleet.series_grid import to_hours
from hashheat.fleet.series_record import SeriesRecord, attach_records, series_records
from hashheat.fleet.series_table import check_magnitude, read_numbers, read_rows
from hashheat.fleet.time_stamps import to_utc

_HOUR = np.timedelta64(1, "h")


def read_weather(
    path: Path | str,
    *,
    zone: str = "",
    stamp: Literal["start", "end"] = "start",
    longest_gap: int = 3,
    duplicates: Literal["error", "mean"] = "error",
    wrong_offsets: Literal["error", "mend"] = "error",
    titles: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> xr.Dataset:
    """Outdoor temperature of every hour, and wind and sun where the file has them.

    Parameters
    ----------
    path : Path or str
        CSV with comma or semicolon (and then a decimal point or comma), lines that begin with ``#`` left out.
        Titles carry units: ``time [UTC]``, ``T_outdoor [degC]``, ``wind_speed [m/s]``, ``irradiance [W/m2]``.
    zone : str
        Of the time stamps: ``"UTC"``, ``"+02:00"``, ``"Europe/Helsinki"``. The file may state it itself:
        in the title of the time, in a comment ``# zone: Europe/Helsinki`` or in each stamp. All must agree.
    stamp : {"start", "end"}
        Whether a stamp marks the start of the hour or part of an hour that its values stand for, or its end.
    longest_gap : int
        Longest run of missing hours that is interpolated.
    duplicates : {"error", "mean"}
        What to do with rows of the same time and different values; those with the same values count as one.
    wrong_offsets : {"error", "mend"}
        What to do with offsets in stamps that contradict a zone stated beside them: ``"mend"`` believes zone and
        clock, and counts.
    titles : mapping, optional
        Titles of the file -> titles as above.
    ignore : collection of str
        Titles to pass over.

    Returns
    -------
    xarray.Dataset
        ``T_outdoor`` [K] and others over ``time``, the start of each hour, UTC; means where the file has several
        rows an hour. :func:`hashheat.fleet.series_record.series_records` gives what was done.

    Raises
    ------
    SeriesError
        Or one of its kinds: :class:`TimeZoneError`, :class:`TimeOrderError`, :class:`DuplicateTimeError`,
        :class:`GapError`, :class:`MagnitudeError`; with the file, the place and what is accepted.
    """
    return _read(
        path,
        WEATHER,
        ("T_outdoor",),
        zone,
        stamp,
        longest_gap,
        (duplicates, wrong_offsets),
        titles or {},
        ignore,
    )


def read_network(
    path: Path | str,
    *,
    zone: str = "",
    stamp: Literal["start", "end"] = "start",
    longest_gap: int = 3,
    duplicates: Literal["error", "mean"] = "error",
    wrong_offsets: Literal["error", "mend"] = "error",
    titles: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> xr.Dataset:
    """What a heating network asks for: ``demand [MW]``, ``T_supply [degC]``, ``T_return [degC]``.

    Parameters and errors are those of :func:`read_weather`; only the demand is required.

    Returns
    -------
    xarray.Dataset
        ``demand`` [W], ``T_supply`` and ``T_return`` [K] over ``time``.

    Raises
    ------
    SeriesError
        As :func:`read_weather`; also where the supply is not warmer than the return.
    """
    data = _read(
        path,
        NETWORK,
        ("demand",),
        zone,
        stamp,
        longest_gap,
        (duplicates, wrong_offsets),
        titles or {},
        ignore,
    )
    if "T_supply" in data and "T_return" in data:
        cold = np.flatnonzero((data["T_supply"] <= data["T_return"]).values)
        if cold.size:
            at = int(cold[0])
            pair = [f"{float(data[n][at]) - 273.15:.1f} degC" for n in ("T_supply", "T_return")]
            raise MagnitudeError(
                f"in {cold.size} h the supply is not warmer than the return", file=str(path), key="T_supply",
                found=f"{pair[0]} and {pair[1]} at {str(data['time'].values[at])[:16]} UTC",
                accepted="T_supply above T_return; are the columns exchanged?",
            )  # fmt: skip
    return data


def read_prices(
    path: Path | str,
    *,
    zone: str = "",
    stamp: Literal["start", "end"] = "start",
    longest_gap: int = 0,
    duplicates: Literal["error", "mean"] = "error",
    wrong_offsets: Literal["error", "mend"] = "error",
    titles: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> xr.Dataset:
    """Prices: ``price [EUR/MWh]`` of electricity, ``heat_price [EUR/MWh]``, ``hash_price [EUR/(PH/s)/day]``.

    Parameters and errors are those of :func:`read_weather`, except that no price is made up: a missing one is an
    error unless ``longest_gap`` allows to interpolate it. A file whose titles are ``time,price_eur_per_mwh`` is
    understood as it is. Copies of the German day-ahead prices of 2023 go around in which three stamps carry a
    wrong offset (one of them 2023-02-26, 03:00): ``zone="Europe/Berlin", wrong_offsets="mend"`` reads them.

    Returns
    -------
    xarray.Dataset
        ``electricity_price``, ``heat_price`` [EUR/J] and ``hash_price`` [EUR/hash] over ``time``.

    Raises
    ------
    SeriesError
        As :func:`read_weather`.
    """
    return _read(
        path, PRICES, (), zone, stamp, longest_gap, (duplicates, wrong_offsets), titles or {}, ignore
    )


def join_series(*parts: xr.Dataset) -> xr.Dataset:
    """The hours that all parts have, in one Dataset, with the records of all.

    Parameters
    ----------
    *parts : xarray.Dataset
        Over hourly ``time``, each variable in one of them only.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    SeriesError
        For a variable in two parts.
    TimeOrderError
        For parts that share no hour, or whose hours begin at different minutes.
    """
    names = [str(name) for part in parts for name in part.data_vars]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not parts:
        raise SeriesError("a variable stands in two parts", key=twice[0] if twice else None, found=names)
    common = reduce(np.intersect1d, [part["time"].values for part in parts])
    if common.size == 0 or np.any(np.diff(common) != _HOUR):
        spans = "; ".join(
            f"{str(p['time'].values[0])[:16]} to {str(p['time'].values[-1])[:16]}" for p in parts
        )
        raise TimeOrderError("the parts do not share a run of hours", key="time", found=spans)
    records = [record for part in parts for record in series_records(part)]
    merged = xr.merge(
        [part.sel(time=common) for part in parts], join="exact", compat="no_conflicts", combine_attrs="drop"
    )
    for part in parts:
        for name in part.data_vars:
            merged[name].attrs.update(part[name].attrs)
    return attach_records(merged, *records)


def hourly_dataset(time: np.ndarray, values: Mapping[str, np.ndarray], record: SeriesRecord) -> xr.Dataset:
    """Dataset of hourly values [SI] over the starts of hours, with its record.

    Parameters
    ----------
    time : (hour,) array of datetime64[ns]
    values : mapping of str to (hour,) array
    record : SeriesRecord

    Returns
    -------
    xarray.Dataset
    """
    data = dataset({name: (("time",), x) for name, x in values.items()}, {"time": ("time", time)})
    data["time"].attrs.update(standard_name="time", long_name="start of the hour, UTC")
    return attach_records(data, record)


def _read(
    path: Path | str,
    kind: Mapping[str, SeriesColumn],
    required: Collection[str],
    zone: str,
    stamp: str,
    longest_gap: int,
    faults: tuple[str, str],
    titles: Mapping[str, str],
    ignore: Collection[str],
) -> xr.Dataset:
    file = str(path)
    duplicates, wrong_offsets = faults
    for key, given, words in (
        ("stamp", stamp, ("start", "end")),
        ("duplicates", duplicates, ("error", "mean")),
        ("wrong_offsets", wrong_offsets, ("error", "mend")),
    ):
        if given not in words:
            raise SeriesError("this word is not known", key=key, found=given, accepted=", ".join(words))
    rows, lines, decimal_comma, comment = read_rows(Path(path))
    header = [text.strip() for text in rows[0]]
    (at, stated), columns = read_titles(header, kind, required, titles, ignore, file)
    zones = sorted({text for text in (stated, comment, zone) if text})
    if len(zones) > 1:
        raise TimeZoneError("different zones are stated", file=file, key="zone", found=", ".join(zones))
    zone = zones[0] if zones else ""
    stamps = [row[at].strip() for row in rows[1:]]
    first_line = lines[1] if len(lines) > 1 else 2
    time, mended = to_utc(stamps, zone, file, first_line, wrong_offsets == "mend")
    values = np.empty((len(stamps), len(columns)))
    for j, column in enumerate(columns):
        values[:, j] = read_numbers(rows, lines, column, decimal_comma, file)
        check_magnitude(values[:, j], column, kind[column.name], header[column.place], lines, file)
    if stamp == "end" and len(time) > 1:
        time = time - np.median(np.diff(time)).astype("timedelta64[ns]")
    names = [column.name for column in columns]
    grid = to_hours(time, values, names, file, longest_gap, duplicates == "mean")
    record = SeriesRecord(
        file=Path(path).name,
        rows=len(stamps),
        hours=grid.time.size,
        start=str(grid.time[0])[:16],
        end=str(grid.time[-1] + _HOUR)[:16],
        zone=zone or "offset in each stamp",
        mended_offsets=mended,
        rows_an_hour=grid.rows_an_hour,
        equal_duplicates=grid.equal_duplicates,
        averaged_duplicates=grid.averaged_duplicates,
        missing_rows=grid.missing_rows,
        interpolated={n: int(c) for n, c in zip(names, grid.interpolated) if c},
        longest_gap=grid.longest_gap,
        ignored=tuple(t for t in header if t in ignore),
    )
    return hourly_dataset(grid.time, {n: grid.values[:, j] for j, n in enumerate(names)}, record)
