"""The chips of a plate from a table of their positions: a CSV file whose lengths carry a unit."""

import csv
import difflib
import io
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import numpy as np

from hashheat.components.chip_map import SIDES, ChipMap
from hashheat.components.errors import ChipTableError, EmptyMapError
from hashheat.thermo.errors import InputError
from hashheat.thermo.units import split_number, to_si

#: Columns of a table, with what each holds.
COLUMNS = {
    "name": "name of the chip; left out, its line",
    "x": "centre along the plate's length",
    "y": "centre across it",
    "length": "size along x",
    "width": "size along y",
    "side": "'top' or 'bottom'; left out, top",
    "power_factor": "multiplies the power of the chip; left out, 1",
}
_LENGTHS = ("x", "y", "length", "width")

#: A head such as "x", "x_mm", "x [mm]" or "x (mm)".
_HEAD = re.compile(
    r"\s*([A-Za-z_]+?)\s*(?:_(nm|um|µm|mm|cm|dm|m|km|in|inch|mil)|[\[(]\s*([^\])]*?)\s*[\])])?\s*"
)


def read_chip_table(path: Path, size: tuple[float, float] | None = None) -> ChipMap:
    """Read chips from a CSV file.

    Parameters
    ----------
    path : Path
        UTF-8 text with one chip a line below a line of column names, in any order: ``x``, ``y``, and where wanted
        ``length``, ``width``, ``name``, ``side``, ``power_factor``. A length has its unit in the name of its
        column (``x_mm``, ``x [mm]``) or with each number (``12 mm``). Separated by commas, or by semicolons where
        the first line has one. Empty lines and lines that begin with ``#`` do not count.
    size : (float, float), optional
        Length and width of every chip [m], for a table without these columns.

    Returns
    -------
    ChipMap
        In the order of the lines; a chip without a name has that of its line, ``line 7``. Not checked for its fit.

    Raises
    ------
    ChipTableError
        For a table that cannot be read, naming the line, the column, and what would be accepted.
    EmptyMapError
        For a table without a chip.
    """
    reader = _Reader(path)
    columns = reader.heads(size)
    values: dict[str, list[float]] = {name: [] for name in (*_LENGTHS, "power_factor")}
    names: list[str] = []
    sides: list[int] = []
    lines: dict[str, int] = {}
    for line, row in reader.rows:
        if len(row) != len(columns):
            reader.refuse(
                "a line has another number of fields than the first", line, None, str(len(row)), len(columns)
            )
        field = dict(zip(columns, (text.strip() for text in row), strict=True))
        name = field.get("name") or f"line {line}"
        if name in lines:
            reader.refuse(
                "two chips have the same name", line, "name", name, f"another name than on line {lines[name]}"
            )
        lines[name] = line
        names.append(name)
        side = (field.get("side") or "top").lower()
        if side not in SIDES:
            reader.refuse("this is no side of a plate", line, "side", side, "top or bottom")
        sides.append(SIDES[side])
        values["power_factor"].append(reader.factor(line, field.get("power_factor") or "1"))
        for key, given in zip(("length", "width"), size or (math.nan, math.nan), strict=True):
            if key not in field:
                values[key].append(given)
        for key in _LENGTHS:
            if key in field:
                values[key].append(reader.length(line, key, field[key], columns[key]))
    if not names:
        raise EmptyMapError(
            "the table of chips holds no chip", file=str(path), accepted="a line for each chip"
        )
    return ChipMap(
        **{key: np.array(column) for key, column in values.items()},
        side=np.array(sides),
        label=tuple(names),
    )


class _Reader:
    """Lines of a CSV file, and how to refuse what stands in them."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise ChipTableError("the table of chips does not exist", file=self.file) from None
        except (OSError, ValueError) as error:  # a name or a text that is none
            raise ChipTableError(
                f"the table of chips cannot be read: {error}", file=self.file, accepted="a CSV file in UTF-8"
            ) from None
        first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
        self.reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True
        )
        self.rows = self._rows()

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.refuse(
                    f"the table of chips is not CSV: {error}", self.reader.line_num, None, None, "CSV"
                )
            if any(text.strip() for text in row) and not row[0].startswith("#"):
                yield self.reader.line_num, row

    def refuse(
        self, problem: str, line: int, column: str | None, found: str | None, accepted: object
    ) -> NoReturn:
        place = f"line {line}" + (f", column {column}" if column else "")
        raise ChipTableError(problem, file=self.file, key=place, found=found, accepted=str(accepted))

    def heads(self, size: tuple[float, float] | None) -> dict[str, str]:
        """Unit of each column by its name, in the order of the columns."""
        line, row = next(self.rows, (1, []))
        found: dict[str, str] = {}
        for head in row:
            match = _HEAD.fullmatch(head)
            name = match[1].lower() if match else head.strip()
            unit = (match[2] or match[3] or "") if match else ""
            if name not in COLUMNS:
                close = next(iter(difflib.get_close_matches(name, COLUMNS, n=1)), "")
                hint = f"did you mean {close!r}? " if close else ""
                self.refuse(
                    "unknown column", line, None, head.strip() or "no name", hint + ", ".join(COLUMNS)
                )
            if name in found:
                self.refuse("a column stands twice", line, None, head.strip(), "each column once")
            if unit and name not in _LENGTHS:
                self.refuse("this column has no unit", line, name, head.strip(), name)
            if unit:
                self.scale(line, name, unit, head.strip())
            if size is not None and name in ("length", "width"):
                self.refuse(
                    "the size of the chips is given twice",
                    line,
                    name,
                    head.strip(),
                    "here or in the plate's file",
                )
            found[name] = unit
        needed = ("x", "y") if size is not None else _LENGTHS
        missing = [name for name in needed if name not in found]
        if missing:
            self.refuse(
                "a column is missing",
                line,
                missing[0],
                ", ".join(text.strip() for text in row) or "an empty file",
                "; ".join(f"{name}: {COLUMNS[name]}, such as {name}_mm" for name in missing),
            )
        return found

    def scale(self, line: int, column: str, unit: str, found: str) -> float:
        try:
            return _metres(unit)
        except InputError as error:
            self.refuse(error.problem, line, column, found, error.accepted or "a unit of length, such as mm")

    def length(self, line: int, column: str, text: str, unit: str) -> float:
        parts = split_number(text)
        if parts is None or (unit and parts[1]):
            wanted = f"a number in {unit}" if unit else "a number with its unit, such as '12 mm'"
            self.refuse("this is not a number", line, column, repr(text), wanted)
        number, own = parts
        if not (unit or own):
            self.refuse(
                "a length needs its unit",
                line,
                column,
                repr(text),
                f"such as '{text} mm', or a column {column}_mm",
            )
        value = number * self.scale(line, column, unit or own, text)
        if not math.isfinite(value) or (column in ("length", "width") and value <= 0.0):
            accepted = "a finite length" + ("" if column in "xy" else ", more than 0")
            self.refuse("this length cannot be", line, column, repr(text), accepted)
        return value

    def factor(self, line: int, text: str) -> float:
        try:
            value = to_si(float(text) if _is_float(text) else text, "1")
        except InputError as error:
            self.refuse(error.problem, line, "power_factor", repr(text), error.accepted or "a number")
        if not (math.isfinite(value) and value >= 0.0):
            self.refuse(
                "this factor cannot be", line, "power_factor", repr(text), "a finite number, 0 or more"
            )
        return value


@cache
def _metres(unit: str) -> float:
    return to_si(f"1 {unit}", "m")


def _is_float(text: str) -> bool:
    parts = split_number(text)
    return parts is not None and not parts[1]
