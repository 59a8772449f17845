"""Which column of a table is which variable, in which unit: the column map, a TOML file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from hashheat.thermo.errors import FieldDataError, InputError
from hashheat.thermo.record import FileRecord, Section, load_record, read_toml
from hashheat.thermo.units import DIMENSIONS, to_si
from hashheat.validation.readers.schema import FIELD_VARIABLES

#: What stands for a number that is missing, where the map does not say it.
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "None", "-")

_PLACES = {"board": r"(?P<board>\d{1,2})", "chip": r"(?P<chip>\d{1,4})"}


class TimeColumn(Section):
    """``[time]``: the column of the times and how they are written."""

    column: str
    #: "iso", "seconds" or "milliseconds" since 1970, "number" for the sample's number, or a strptime format.
    format: str = "iso"
    #: Zone of stamps that carry no offset, by its IANA name.
    zone: str | None = None


class UnitColumn(Section):
    """``[unit]``: the column of the units' names, or the one name of all rows."""

    column: str | None = None
    name: str | None = None


class StatusColumn(Section):
    """``[status]``: the column of the units' states, and its words for the two that matter."""

    column: str
    mining: list[str]
    standby: list[str] = Field(default_factory=list)


class ValueColumn(Section):
    """``[columns.NAME]``: the column or columns of a variable, and their unit."""

    column: str
    unit: str


class TableFormat(Section):
    """``[table]``: how a CSV is written."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    missing: list[str] = Field(default_factory=lambda: list(MISSING))


class About(Section):
    """``[about]``: what the file itself does not say."""

    cooling: Literal["hydro", "air", "immersion", "unknown"] = "unknown"
    model: str | None = None
    synthetic: bool = False
    note: str | None = None


class ColumnMap(FileRecord):
    """Column map of a table of measured data; see docs/files.md."""

    time: TimeColumn
    unit: UnitColumn = UnitColumn()
    status: StatusColumn | None = None
    table: TableFormat = TableFormat()
    about: About = About()
    columns: dict[str, ValueColumn] = Field(min_length=1)
    #: Tables of hashheat.validation.field_case, which may stand in the same file.
    instruments: dict[str, Any] = Field(default_factory=dict)
    chips: dict[str, Any] = Field(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, ValueColumn]) -> dict[str, ValueColumn]:
        for name, column in columns.items():
            _check(name, column)
        return columns


def load_column_map(given: "Path | str | Mapping[str, Any] | ColumnMap") -> ColumnMap:
    """Read a column map.

    Parameters
    ----------
    given : path, mapping or ColumnMap
        TOML file, or what such a file holds.

    Raises
    ------
    FieldDataError
        Naming file, key, what was found and what is accepted.
    """
    if isinstance(given, ColumnMap):
        return given
    try:
        if isinstance(given, Mapping):
            return _from_mapping(given)
        return load_record(Path(given), ColumnMap)
    except InputError as error:
        raise FieldDataError(
            error.problem, file=error.file, key=error.key, found=error.found, accepted=error.accepted
        ) from None


def _from_mapping(given: Mapping[str, Any]) -> ColumnMap:
    try:
        return ColumnMap.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise FieldDataError(first["msg"], key=key, found=repr(first.get("input"))[:200]) from None


def map_beside(table: Path) -> Path | None:
    """Column map in ``<table>.columns.toml`` beside a table; None where that file is missing or holds no map.

    Raises
    ------
    InputError
        If it is there and is not TOML.
    """
    beside = table.with_name(f"{table.stem}.columns.toml")
    if not beside.is_file():
        return None
    return beside if set(read_toml(beside)) - {"instruments", "chips"} else None


def map_of_header(header: list[str]) -> ColumnMap:
    """Column map of a table whose header says it all: ``time``, ``unit``, ``T_in [degC]``, ``T_chip_0_12 [degC]``.

    Raises
    ------
    FieldDataError
        If there is no ``time``, or no column is named after a variable with its unit behind it.
    """
    columns: dict[str, dict[str, str]] = {}
    for title in header:
        match = re.fullmatch(r"(?P<name>.+?) ?\[(?P<unit>[^\]]+)\]", title)
        if not match:
            continue
        for name, about in FIELD_VARIABLES.items():
            places = {"unit": "", "board": "_{board}", "chip": "_{board}_{chip}"}[about.dims[-1]]
            if pattern_of(name + places).fullmatch(match["name"]):
                columns.setdefault(
                    name, {"column": f"{name}{places}{title[match.end('name') :]}", "unit": match["unit"]}
                )
    if "time" not in header or not columns:
        raise FieldDataError(
            "a column map is needed",
            key="columns",
            found=", ".join(header)[:300],
            accepted="a TOML column map, or a header of 'time' and names of variables with units: 'T_in [degC]'",
        )
    mapping: dict[str, Any] = {"time": {"column": "time"}, "columns": columns}
    if "unit" in header:
        mapping["unit"] = {"column": "unit"}
    if "status" in header:
        mapping["status"] = {"column": "status", "mining": ["mining"], "standby": ["standby"]}
    return _from_mapping(mapping)


def pattern_of(column: str) -> re.Pattern[str]:
    """Pattern of the titles that a column with places, ``chip {board}-{chip}``, stands for."""
    text = re.escape(column)
    for place, digits in _PLACES.items():
        text = text.replace(re.escape("{" + place + "}"), digits, 1)
    return re.compile(text)


def to_si_line(unit: str, name: str) -> tuple[float, float]:
    """Slope and offset from a unit to the variable's SI unit: pint parses it once for the whole column."""
    wanted, key = FIELD_VARIABLES[name].unit, f"columns.{name}.unit"
    at_zero, at_thousand = (to_si(f"{number} {unit}", wanted, key=key) for number in (0, 1000))
    return (at_thousand - at_zero) / 1000.0, at_zero


def _check(name: str, column: ValueColumn) -> None:
    about = FIELD_VARIABLES.get(name)
    if about is None:
        raise InputError(
            "not a variable of measured data",
            key=f"columns.{name}",
            found=repr(name),
            accepted=", ".join(FIELD_VARIABLES),
        )
    wanted = [place for place in _PLACES if place in about.dims]
    found = re.findall(r"\{(\w+)\}", column.column)
    if sorted(found) != sorted(wanted):
        places = " and ".join(f"{{{place}}}" for place in wanted) or "no place in braces"
        raise InputError(
            "the column's title does not say where its numbers stand",
            key=f"columns.{name}.column",
            found=repr(column.column),
            accepted=f"a title with {places}",
        )
    if about.unit not in DIMENSIONS:  # pragma: no cover - a fault of the schema
        raise AssertionError(about.unit)
    to_si_line(column.unit, name)
