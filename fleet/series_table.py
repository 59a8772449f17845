"""CSV to numbers: rows with the lines they stand on, values in SI, and whether their size can be meant."""

import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hashheat.fleet.series_columns import SeriesColumn, Title
from hashheat.fleet.series_errors import MagnitudeError, SeriesError

#: Texts that stand for a missing value.
_MISSING = ("", "-", "n/a", "na", "nan", "null", "none", "NaN", "NA", "N/A", "None")


#: How a comment states the zone of the time stamps.
_ZONE = re.compile(r"#\s*(?:time\s*)?zone\s*[:=]\s*(\S+)", re.IGNORECASE)


class Rows(NamedTuple):
    """Rows of a CSV file, titles first.

    Attributes
    ----------
    rows : list of list of str
    lines : list of int
        Line of the file on which each row stands.
    decimal_comma : bool
        Whether decimals follow a comma: where rows are separated by semicolons.
    zone : str
        That a comment states: a line ``# zone: Europe/Berlin``; else nothing.
    """

    rows: list[list[str]]
    lines: list[int]
    decimal_comma: bool
    zone: str


def read_rows(path: Path) -> Rows:
    """Rows of a CSV file, titles first.

    Parameters
    ----------
    path : Path
        UTF-8; separated by comma, or by semicolon where the titles hold more of these; lines that are empty or
        begin with ``#`` are left out.

    Returns
    -------
    Rows

    Raises
    ------
    SeriesError
        For a file that is missing, empty or no CSV, and rows of another length than the titles.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SeriesError("file not found", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SeriesError(f"file cannot be read: {error}", file=str(path)) from None
    stated = [match[1] for line in text.splitlines() if (match := _ZONE.match(line))]
    kept = [(i + 1, line) for i, line in enumerate(text.splitlines()) if line.strip() and line[0] != "#"]
    if not kept:
        raise SeriesError("the file is empty", file=str(path), accepted="a line of titles and rows below it")
    delimiter = ";" if kept[0][1].count(";") > kept[0][1].count(",") else ","
    try:
        rows = [next(csv.reader(io.StringIO(line), delimiter=delimiter)) for _, line in kept]
    except (csv.Error, StopIteration) as error:
        raise SeriesError("this is not CSV", file=str(path), found=str(error)[:200]) from None
    for (number, line), row in zip(kept, rows):
        if len(row) != len(rows[0]):
            raise SeriesError(
                f"a row of {len(row)} values below {len(rows[0])} titles", file=str(path), key=f"line {number}",
                found=line[:100],
            )  # fmt: skip
    return Rows(rows, [number for number, _ in kept], delimiter == ";", stated[0] if stated else "")


def read_numbers(
    rows: list[list[str]], lines: list[int], column: Title, decimal_comma: bool, file: str
) -> np.ndarray:
    """Values of a column in SI, NaN where one is missing.

    Parameters
    ----------
    rows, lines, decimal_comma
        As :func:`read_rows` gives them.
    column : Title
    file : str
        For messages.

    Returns
    -------
    (row,) array

    Raises
    ------
    SeriesError
        For a text that is no finite number and does not stand for a missing one.
    """
    found = np.empty(len(rows) - 1)
    for i, row in enumerate(rows[1:]):
        text = row[column.place].strip()
        try:
            if text in _MISSING or text.lower() in _MISSING:
                found[i] = np.nan
                continue
            found[i] = float(text.replace(",", ".") if decimal_comma else text)
        except ValueError:
            found[i] = np.inf
        if not np.isfinite(found[i]):
            raise SeriesError(
                "this is not a number", file=file, key=f"{column.name}, line {lines[i + 1]}", found=repr(text),
                accepted="a number, or nothing where it is missing",
            )  # fmt: skip
    return column.scale * found + column.offset


def check_magnitude(
    x: np.ndarray, column: Title, limits: SeriesColumn, title: str, lines: list[int], file: str
) -> None:
    """Refuse values that the column's name cannot mean.

    Parameters
    ----------
    x : (row,) array
        [SI], NaN where missing.
    column : Title
    limits : SeriesColumn
    title : str
        As it stands in the file.
    lines : list of int
        As :func:`read_rows` gives them.
    file : str
        For messages.

    Raises
    ------
    MagnitudeError
        For a value outside the limits, or values of an unusual size all over.
    """

    def in_file(value: float) -> float:
        return (value - column.offset) / column.scale

    wrong = np.flatnonzero((x < limits.low) | (x > limits.high))
    if wrong.size:
        at = int(wrong[0])
        raise MagnitudeError(
            f"{wrong.size} values of '{title}' cannot be meant; is the unit in the title the right one?",
            file=file,
            key=f"{column.name}, line {lines[at + 1]}",
            found=f"{in_file(float(x[at])):.6g}",
            accepted=f"{in_file(limits.low):.4g} to {in_file(limits.high):.4g} in the unit of the title",
        )
    sizes = np.abs(x[~np.isnan(x)])
    if sizes.size and np.any(sizes > 0.0):
        usual = float(np.quantile(sizes, 0.95))
        if not limits.usual_low <= usual <= limits.usual_high:
            raise MagnitudeError(
                f"the size of '{title}' is not that of such values; is the unit in the title the right one?",
                file=file,
                key=column.name,
                found=f"19 of 20 sizes lie below {usual / column.scale:.4g}",
                accepted=f"{limits.usual_low / column.scale:.4g} to {limits.usual_high / column.scale:.4g} "
                "in the unit of the title",
            )
