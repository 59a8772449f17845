"""One entry for every format of measured data: the bytes say which it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.avalon import read_avalon
from hashheat.validation.readers.column_map import ColumnMap
from hashheat.validation.readers.csv_text import read_csv
from hashheat.validation.readers.json_replies import only_field_errors


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
        beside = path.with_name(f"{path.stem}.columns.toml")
        columns = beside if beside.is_file() else None
    try:
        return _read(data, columns, time_step, path)
    except FieldDataError as error:
        raise error.within(file=str(path)) from None


def _read(data: bytes, columns: Any, time_step: float | None, path: Path) -> xr.Dataset:
    more: dict[str, Any] = {"unit": path.stem, "time_step": time_step, "source": path.name}
    if columns is not None or path.suffix.lower() in (".csv", ".tsv"):
        return read_csv(data, columns, **more)
    return read_avalon(data, **more)
