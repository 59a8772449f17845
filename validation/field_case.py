"""Field data with what stands beside them: column map, accuracy of the instruments, order of the chips."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from hashheat.thermo.errors import InputError
from hashheat.thermo.record import read_toml
from hashheat.validation.chip_weights import ORDERS
from hashheat.validation.instruments import Instrument, parse_instruments
from hashheat.validation.readers import read_field_data

#: Tables of a column map that are not about columns.
_OWN = ("instruments", "chips")


class FieldCase(NamedTuple):
    """Data, and what their files say about them.

    Attributes
    ----------
    data : xarray.Dataset
        Of :func:`hashheat.validation.readers.read_field_data`.
    instruments : dict of str to Instrument
        As stated; empty where nothing is.
    chip_order : str or None
        How the data number the chips, of :data:`hashheat.validation.chip_weights.ORDERS`.
    """

    data: xr.Dataset
    instruments: dict[str, Instrument]
    chip_order: str | None


def read_field_case(path: Path | str, columns: Path | str | None = None) -> FieldCase:
    """Read field data and the file beside them.

    Parameters
    ----------
    path : path
        Measured data in any format that is known.
    columns : path, optional
        TOML file: the column map of a table, with ``[instruments]`` and ``[chips]`` where wanted. For data that
        are no table it may hold these two alone. Left out, ``<data>.columns.toml`` beside the data is taken
        where it exists.

    Returns
    -------
    FieldCase

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    path = Path(path)
    if columns is None:
        beside = path.with_name(f"{path.stem}.columns.toml")
        if not beside.is_file():
            return FieldCase(read_field_data(path), {}, None)
        columns = beside
    record = read_toml(Path(columns))
    own = {name: record.pop(name) for name in _OWN if name in record}
    for name, table in own.items():
        if not isinstance(table, Mapping):
            raise InputError("must be a table", file=str(columns), key=name, found=repr(table))
    instruments = parse_instruments(own.get("instruments", {}), file=str(columns))
    order = _order(own.get("chips", {}), str(columns))
    try:
        data = read_field_data(path, record or None)
    except InputError as error:
        # What was handed on has no file of its own: a key can only be one of the map's.
        if error.key and error.key.split(".")[0] in _MAP:
            error = type(error)(
                error.problem, file=str(columns), key=error.key, found=error.found, accepted=error.accepted
            )
        raise error from None
    return FieldCase(data, instruments, order)


_MAP = ("time", "unit", "status", "table", "about", "columns")


def _order(table: Mapping[str, Any], file: str) -> str | None:
    unknown = [key for key in table if key != "order"]
    if unknown:
        raise InputError(
            "unknown key",
            file=file,
            key=f"chips.{unknown[0]}",
            found=repr(table[unknown[0]]),
            accepted="order",
        )
    order = table.get("order")
    if order is not None and order not in ORDERS:
        raise InputError(
            "unknown order of the chips",
            file=file,
            key="chips.order",
            found=repr(order),
            accepted=", ".join(ORDERS),
        )
    return order
