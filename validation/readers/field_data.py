"""One entry for every format of measured data: the bytes say which it is."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.avalon import is_avalon, read_avalon
from hashheat.validation.readers.braiins import is_braiins, read_braiins
from hashheat.validation.readers.column_map import ColumnMap, map_beside
from hashheat.validation.readers.csv_text import read_csv
from hashheat.validation.readers.json_replies import (
    child,
    json_replies,
    looks_like_json,
    objects,
    only_field_errors,
)
from hashheat.validation.readers.luxos import read_luxos
from hashheat.validation.readers.netcdf import read_netcdf
from hashheat.validation.readers.parquet import read_parquet
from hashheat.validation.readers.vnish import read_vnish
from hashheat.validation.readers.whatsminer import is_whatsminer, read_whatsminer

#: What is recognised, for messages.
FORMATS = (
    "replies of Avalon (estats), LuxOS (temps), VNish (summary), Whatsminer or Braiins; "
    "CSV or Parquet with a column map; NetCDF of the schema"
)

#: Bytes that are looked at to recognise a format.
_ENOUGH = 1 << 20


@only_field_errors
def read_field_data(
    path: Path | str,
    columns: Path | str | Mapping[str, Any] | ColumnMap | None = None,
    time_step: float | None = None,
) -> xr.Dataset:
    """Measured data from a file of any known format.

    Parameters
    ----------
    path : path
        Telemetry of Avalon (text or JSON), LuxOS, VNish, Whatsminer, Braiins; CSV or Parquet with a column map;
        NetCDF of the schema itself. Its name without ending names the unit where the data name none.
    columns : path, mapping or ColumnMap, optional
        Column map of a table (docs/files.md). Left out, a file of the table's name ending in ``.columns.toml``
        is taken where it exists.
    time_step : float, optional
        Times are rounded to multiples of this [s], where units were polled one after the other.

    Returns
    -------
    xarray.Dataset
        In the schema of :mod:`hashheat.validation.readers.schema`.

    Raises
    ------
    FieldDataError
        If the file is missing, its format is not recognised, or it cannot be read as that. Nothing else is raised
        for what a file holds.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise FieldDataError("file not found", file=str(path)) from None
    except (OSError, ValueError) as error:
        raise FieldDataError(f"file cannot be read: {error}", file=str(path)) from None
    if columns is None:
        columns = map_beside(path)
    try:
        return _read(data, columns, time_step, path)
    except FieldDataError as error:
        raise error.within(file=str(path)) from None


def _read(data: bytes, columns: Any, time_step: float | None, path: Path) -> xr.Dataset:
    more: dict[str, Any] = {"unit": path.stem, "time_step": time_step, "source": path.name}
    if not data.strip():
        raise FieldDataError("the file is empty")
    if data[:4] == b"\x89HDF":
        return read_netcdf(data, path.name)
    if data[:4] == b"PAR1":
        return read_parquet(data, columns, **more)
    if columns is not None or path.suffix.lower() == ".csv":
        return read_csv(data, columns, **more)
    if looks_like_json(data):
        return _reader_of(json_replies(data[:_ENOUGH] if len(data) <= _ENOUGH else _first_line(data)))(
            data, **more
        )
    if b"[" in data[:_ENOUGH]:
        return read_avalon(data, **more)
    raise _not_known(data[:80].decode("utf-8", "replace"))


def _first_line(data: bytes) -> bytes:
    """The first line of JSON where it is whole in itself, else everything."""
    line = data[: data.find(b"\n") + 1]
    try:
        json_replies(line)
    except FieldDataError:
        return data
    return line


def _reader_of(replies: list[dict[str, Any]]) -> Callable[..., xr.Dataset]:
    """Reader of the first reply that is known."""
    for reply in replies:
        if "TEMPS" in reply:
            return read_luxos
        if objects(child(reply, "miner", "chains")):
            return read_vnish
        if is_whatsminer(reply):
            return read_whatsminer
        if is_braiins(reply):
            return read_braiins
        if is_avalon(reply):
            return read_avalon
    raise _not_known(", ".join(map(str, replies[0]))[:80])


def _not_known(found: str) -> FieldDataError:
    return FieldDataError("the format is not recognised", found=repr(found), accepted=FORMATS)
