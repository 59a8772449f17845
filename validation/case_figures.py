"""The small table of a case: one number a line, with its unit and where it stands."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.units import to_si

COLUMNS = ["quantity", "point", "value", "unit", "status"]


@dataclass(frozen=True, eq=False)
class Figures:
    """Numbers by quantity, and within it by point.

    Parameters
    ----------
    texts : mapping of str to (mapping of str to str)
        Value with its unit, as written.
    file : str
        For errors.
    """

    texts: Mapping[str, Mapping[str, str]]
    file: str = ""

    def points(self, quantity: str) -> list[str]:
        """Names of the points of a quantity, in the order of the file."""
        return list(self._of(quantity))

    def values(self, quantity: str, unit: str) -> np.ndarray:
        """Numbers of a quantity in SI.

        Parameters
        ----------
        quantity : str
        unit : str
            SI unit.

        Returns
        -------
        (n,) array
        """
        found = self._of(quantity)
        return np.array([to_si(text, unit, key=quantity, file=self.file) for text in found.values()])

    def at(self, quantity: str, point: str, unit: str) -> float:
        """One number in SI."""
        found = self._of(quantity)
        if point not in found:
            raise InputError(
                "no such point", file=self.file, key=quantity, found=point, accepted=", ".join(found)
            )
        return to_si(found[point], unit, key=quantity, file=self.file)

    def _of(self, quantity: str) -> Mapping[str, str]:
        if quantity not in self.texts:
            raise InputError("no such quantity", file=self.file, key=quantity, accepted=", ".join(self.texts))
        return self.texts[quantity]


def read_figures(path: Path) -> Figures:
    """Read the table of a case.

    Parameters
    ----------
    path : Path
        CSV with the columns of :data:`COLUMNS`, comments behind ``#``; the unit ``1`` is that of plain numbers.

    Returns
    -------
    Figures

    Raises
    ------
    InputError
        If the file is missing, is no such table, or gives a number twice.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    except FileNotFoundError:
        raise InputError("file not found", file=str(path)) from None
    rows = list(csv.reader(lines))
    if not rows or rows[0] != COLUMNS:
        found = ",".join(rows[0]) if rows else "nothing"
        raise InputError("no table of figures", file=str(path), found=found, accepted=",".join(COLUMNS))
    texts: dict[str, dict[str, str]] = {}
    for row in rows[1:]:
        if len(row) != len(COLUMNS):
            raise InputError("a row has not five entries", file=str(path), found=",".join(row))
        quantity, point, value, unit, _ = row
        own = texts.setdefault(quantity, {})
        if point in own:
            raise InputError("a number stands twice", file=str(path), found=f"{quantity}, {point}")
        own[point] = value if unit == "1" else f"{value} {unit}"
    return Figures(texts, str(path))
