"""CSV with a column map."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.column_map import ColumnMap, load_column_map, map_of_header
from hashheat.validation.readers.json_replies import as_text, only_field_errors
from hashheat.validation.readers.rejections import Rejections
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
    rejections = Rejections()
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = [title.strip() for title in next(rows, [])]
        if mapping is None:
            mapping = map_of_header(header)
        needed = columns_needed(header, mapping)
        places = [header.index(title) for title in needed]
        kept = [[row[place] for place in places] for row in _whole(rows, len(header), rejections)]
    except csv.Error as error:
        raise FieldDataError("this is not CSV", found=str(error)[:200]) from None
    table = pd.DataFrame({title: column for title, column in zip(needed, zip(*kept))}, dtype="string")
    if table.empty:
        table = pd.DataFrame(columns=needed, dtype="string")
    return table_dataset(table, mapping, unit, time_step, {"source": source, "format": "csv"}, rejections)


def _whole(rows: Iterable[list[str]], titles: int, rejections: Rejections) -> Iterator[list[str]]:
    """Rows as long as the titles; the end of a log may be cut off, in the middle of a number."""
    for row in rows:
        if len(row) == titles or (len(row) == titles + 1 and not row[-1]):
            yield row
        elif any(row):
            side = "shorter" if len(row) < titles else "longer"
            rejections.add("record", f"row {side} than the titles")
