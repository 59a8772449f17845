"""Parquet with a column map; needs pyarrow."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.column_map import ColumnMap, load_column_map, map_of_header
from hashheat.validation.readers.json_replies import only_field_errors
from hashheat.validation.readers.rejections import Rejections
from hashheat.validation.readers.tables import columns_needed, table_dataset


@only_field_errors
def read_parquet(
    data: bytes,
    columns: Path | str | Mapping[str, Any] | ColumnMap | None = None,
    unit: str = "unit",
    time_step: float | None = None,
    source: str = "bytes in memory",
) -> xr.Dataset:
    """Samples from a table in Parquet, each row a unit at a time.

    Parameters
    ----------
    data : bytes
        The file.
    columns, unit, time_step, source
        As in :func:`hashheat.validation.readers.csv_text.read_csv`; times may be Parquet's own.

    Raises
    ------
    FieldDataError
        As there; also where pyarrow is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise FieldDataError(
            "Parquet needs pyarrow, which is not installed", accepted="pip install 'hashheat[parquet]'"
        ) from None
    mapping = load_column_map(columns) if columns is not None else None
    # What pyarrow raises for damaged files is not documented as one family; nothing of ours runs in here.
    try:
        header = [str(name) for name in pyarrow.parquet.ParquetFile(io.BytesIO(data)).schema_arrow.names]
    except Exception as error:
        raise FieldDataError("this is not Parquet", found=f"{type(error).__name__}: {error}"[:200]) from None
    if mapping is None:
        mapping = map_of_header(header)
    needed = columns_needed(header, mapping)
    try:
        table: pd.DataFrame = pyarrow.parquet.read_table(io.BytesIO(data), columns=needed).to_pandas()
    except Exception as error:
        raise FieldDataError("this is not Parquet", found=f"{type(error).__name__}: {error}"[:200]) from None
    table = table.reset_index()[needed] if not set(needed) <= set(table.columns) else table[needed]
    return table_dataset(
        table, mapping, unit, time_step, {"source": source, "format": "parquet"}, Rejections()
    )
