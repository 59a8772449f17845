"""CSV with a column map."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.column_map import ColumnMap, load_column_map, map_of_header
from hashheat.validation.readers.json_replies import as_text, only_field_errors
from hashheat.validation.readers.tables import columns_needed, table_dataset


@only_field_errors
def read_csv(
    data: bytes | str,
    columns: Path | str | Mapping[str, Any] | ColumnMap | None = None,
    unit: str = "unit",
    time_step: float | None = None,
    source: str = "text in memory",
) -> xr.Dataset:
    """Samples from a table in CSV, each row a unit at a time.

    Parameters
    ----------
    data : bytes or str
        UTF-8; the first line holds the titles.
    columns : path, mapping or ColumnMap, optional
        Column map (docs/files.md). Left out, the titles have to say it: ``time``, ``unit``, ``T_in [degC]``,
        ``T_chip_0_12 [degC]``.
    unit : str
        Name of the unit where the map gives none.
    time_step : float, optional
        Times are rounded to multiples of this [s].
    source : str
        For the attributes.

    Raises
    ------
    FieldDataError
        For a column, unit or time zone that is missing or unknown, and for a table that cannot be read.
    """
    text = as_text(data).replace("\0", "")
    mapping = load_column_map(columns) if columns is not None else None
    delimiter = mapping.table.delimiter if mapping else ","
    try:
        header = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    except csv.Error as error:
        raise FieldDataError("this is not CSV", found=str(error)[:200]) from None
    header = [title.strip() for title in header]
    if mapping is None:
        mapping = map_of_header(header)
    needed = columns_needed(header, mapping)
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            skiprows=1,
            names=range(len(header)),
            usecols=sorted(header.index(title) for title in needed),
            dtype=str,
            keep_default_na=False,
            index_col=False,
            on_bad_lines="error",
        )
    except (ValueError, OverflowError, csv.Error) as error:  # pandas' own errors derive from ValueError
        raise FieldDataError(
            "this is not CSV", found=str(error)[:200], accepted="rows as long as the first"
        ) from None
    table.columns = pd.Index([header[number] for number in table.columns])
    return table_dataset(table, mapping, unit, time_step, {"source": source, "format": "csv"})
