"""Where the chips sit on a plate: evenly pitched, or as a picture in text; and whether they fit there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.errors import (
    ChipLetterError,
    ChipMapError,
    ChipOffPlateError,
    ChipOverlapError,
    EmptyMapError,
    RaggedMapError,
)
from hashheat.components.rectangle_overlap import overlapping_pair

BOTTOM, TOP = 0, 1
#: Codes of :attr:`ChipMap.side` by name.
SIDES = {"bottom": BOTTOM, "top": TOP}

#: A place without a chip, and a chip of the plain kind, in a text map.
NONE, PLAIN = ".", "#"

#: Chips that touch are none that overlap: lengths from millimetres and sums of pitches round off.
_TOUCH = 1e-9


@dataclass(frozen=True, eq=False)
class ChipMap:
    """Chips on a plate, each a rectangle along the plate's edges.

    Parameters
    ----------
    x, y : (n,) array
        Centre from the plate's corner, x along its length and y across it [m].
    length, width : (n,) array
        Size along x and along y [m].
    side : (n,) int array
        :data:`TOP` or :data:`BOTTOM`: the face it sits on.
    label : tuple of n str
        Name of each chip, all different.
    power_factor : (n,) array
        Multiplies the power of a chip [-].

    Raises
    ------
    EmptyMapError
        For no chips at all.
    ChipMapError
        For arrays that do not fit each other, numbers that are not finite, sizes of zero or less, factors below
        zero, an unknown side, or a name that stands twice.
    """

    x: np.ndarray
    y: np.ndarray
    length: np.ndarray
    width: np.ndarray
    side: np.ndarray
    label: tuple[str, ...]
    power_factor: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.label)
        if n == 0:
            raise EmptyMapError("there is no chip on the plate", found="none", accepted="one chip or more")
        object.__setattr__(self, "label", tuple(self.label))
        for name in ("x", "y", "length", "width", "power_factor", "side"):
            values = np.array(getattr(self, name), dtype=np.int64 if name == "side" else float)
            if values.shape != (n,):
                raise ChipMapError(
                    "the arrays of a chip map differ in length",
                    key=name,
                    found=str(values.shape),
                    accepted=f"({n},), as there are labels",
                )
            fits = np.isfinite(values)
            if name in ("length", "width"):
                fits &= values > 0.0
            elif name == "power_factor":
                fits &= values >= 0.0
            elif name == "side":
                fits &= (values == TOP) | (values == BOTTOM)
            if not fits.all():
                worst = int(np.flatnonzero(~fits)[0])
                raise ChipMapError(
                    f"chip {self.label[worst]} cannot be used",
                    key=name,
                    found=f"{values[worst]:g}",
                    accepted=_ACCEPTED[name],
                )
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        seen: set[str] = set()
        for name in self.label:
            if name in seen:
                raise ChipMapError("two chips have the same name", found=name, accepted="a name of its own")
            seen.add(name)

    def __len__(self) -> int:
        return len(self.label)

    def check_fits(self, plate_length: float, plate_width: float) -> "ChipMap":
        """Raise unless every chip lies on the plate and none on another.

        Parameters
        ----------
        plate_length, plate_width : float
            Along x and along y [m].

        Returns
        -------
        ChipMap
            This one.

        Raises
        ------
        ChipOffPlateError
            Naming the chip that reaches furthest beyond an edge, the edge, and by how much.
        ChipOverlapError
            Naming two chips that overlap.
        """
        with np.errstate(over="ignore"):  # infinitely far beyond is beyond
            beyond = np.stack(
                [
                    0.5 * self.length - self.x,
                    self.x + 0.5 * self.length - plate_length,
                    0.5 * self.width - self.y,
                    self.y + 0.5 * self.width - plate_width,
                ]
            )
        edge, chip = (int(k) for k in np.unravel_index(np.argmax(beyond), beyond.shape))
        if beyond[edge, chip] > _TOUCH:
            raise ChipOffPlateError(
                f"chip {self.label[chip]} reaches {_mm(beyond[edge, chip])} beyond the plate's edge at "
                f"{_EDGES[edge]}",
                found=f"centre ({_mm(self.x[chip])}, {_mm(self.y[chip])}), "
                f"size {_mm(self.length[chip])} x {_mm(self.width[chip])}",
                accepted=f"within {_mm(plate_length)} x {_mm(plate_width)}",
            )
        pair = self.overlapping_pair()
        if pair is not None:
            one, other = pair
            raise ChipOverlapError(
                f"chips {self.label[one]} and {self.label[other]} overlap",
                found="; ".join(
                    f"{self.label[k]}: centre ({_mm(self.x[k])}, {_mm(self.y[k])}), "
                    f"size {_mm(self.length[k])} x {_mm(self.width[k])}"
                    for k in pair
                ),
                accepted="chips that touch at most",
            )
        return self

    def overlapping_pair(self) -> tuple[int, int] | None:
        """Find two chips of the same face that overlap.

        Returns
        -------
        (int, int) or None
            Their numbers, the smaller one first; None where no two overlap by more than 1 nm.
        """
        for side in (BOTTOM, TOP):
            chips = np.flatnonzero(self.side == side)
            pair = overlapping_pair(
                self.x[chips], self.y[chips], self.length[chips], self.width[chips], _TOUCH
            )
            if pair is not None:
                return int(chips[pair[0]]), int(chips[pair[1]])
        return None

    def on_both_sides(self) -> "ChipMap":
        """Give these chips on the top face, and the same again below, named ``bottom ...``."""
        n = len(self)
        twice = {
            name: np.tile(getattr(self, name), 2) for name in ("x", "y", "length", "width", "power_factor")
        }
        return replace(
            self,
            **twice,
            side=np.repeat([TOP, BOTTOM], n),
            label=(*self.label, *(f"bottom {name}" for name in self.label)),
        )


_EDGES = ("x = 0", "x = length", "y = 0", "y = width")
_ACCEPTED = {
    "x": "a finite number",
    "y": "a finite number",
    "length": "more than 0",
    "width": "more than 0",
    "power_factor": "0 or more",
    "side": "top or bottom",
}


class ChipKind(NamedTuple):
    """A kind of chip.

    Parameters
    ----------
    length, width : float
        Along x and along y [m].
    power_factor : float
        Multiplies the power of a chip [-].
    """

    length: float
    width: float
    power_factor: float = 1.0


def chip_grid(
    rows: int,
    columns: int,
    kind: ChipKind,
    plate_size: tuple[float, float],
    margins: tuple[float, float] = (0.0, 0.0),
) -> ChipMap:
    """Chips evenly pitched on the top face.

    Parameters
    ----------
    rows, columns : int
        Across the plate (along y), and along it (along x).
    kind : ChipKind
    plate_size : (float, float)
        Length and width of the plate [m].
    margins : (float, float)
        Strips that stay free at either end along x and along y [m]; each chip has an equal share of the rest,
        and sits in the middle of it.

    Returns
    -------
    ChipMap
        Row after row from y = 0 on, named ``r1c1``, ``r1c2`` and so on. Not checked for its fit.

    Raises
    ------
    EmptyMapError
        Without rows or columns.
    ChipMapError
        If the margins leave nothing of the plate.
    """
    every = [[PLAIN] * max(columns, 0) for _ in range(max(rows, 0))]
    return _on_pitches(every, {PLAIN: kind}, plate_size, margins)


def chip_picture(
    text: str,
    kinds: Mapping[str, ChipKind],
    plate_size: tuple[float, float],
    margins: tuple[float, float] = (0.0, 0.0),
) -> ChipMap:
    """Chips on the top face by a picture of the plate.

    Parameters
    ----------
    text : str
        Lines of equal length; the first is the one of largest y. ``.`` is a place without a chip, any other
        character a chip of that kind. Space at the ends of a line and empty lines at either end do not count.
    kinds : mapping
        By character, usually with ``#`` for the plain one.
    plate_size, margins
        As for :func:`chip_grid`, whose rows are the lines, and columns the characters.

    Returns
    -------
    ChipMap
        As :func:`chip_grid` gives it, without the empty places: row 1 is the last line.

    Raises
    ------
    EmptyMapError
        For a text without a chip.
    RaggedMapError
        Naming the first line whose length differs from that of the first.
    ChipLetterError
        Naming a character that is no kind, its line and column.
    ChipMapError
        If the margins leave nothing of the plate.
    """
    lines = [line.strip() for line in text.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    for at, line in enumerate(lines, start=1):
        if len(line) != len(lines[0]):
            raise RaggedMapError(
                f"line {at} of the chip map has another length than the first",
                found=f"{len(line)} characters: {line!r}",
                accepted=f"{len(lines[0])} characters, with '{NONE}' where there is no chip",
            )
        for column, letter in enumerate(line, start=1):
            if letter != NONE and letter not in kinds:
                raise ChipLetterError(
                    f"the chip map has an unknown character in line {at}, column {column}",
                    found=repr(letter),
                    accepted=f"'{NONE}' for no chip, or one of: {', '.join(sorted(kinds))}",
                )
    return _on_pitches([list(line) for line in reversed(lines)], kinds, plate_size, margins)


def _on_pitches(
    letters: Sequence[Sequence[str]],
    kinds: Mapping[str, ChipKind],
    plate_size: tuple[float, float],
    margins: tuple[float, float],
) -> ChipMap:
    """Chips by their letters, row after row from y = 0 on."""
    rows, columns = len(letters), len(letters[0]) if letters else 0
    for extent, margin, name in zip(plate_size, margins, ("margin_x", "margin_y"), strict=True):
        if not 0.0 <= 2.0 * margin < extent:
            raise ChipMapError(
                "the margins leave no room for chips",
                key=name,
                found=_mm(margin),
                accepted=f"0 or more, less than half of {_mm(extent)}",
            )
    places = [
        (r, c, kinds[letters[r][c]]) for r in range(rows) for c in range(columns) if letters[r][c] != NONE
    ]
    return ChipMap(
        x=_pitched(columns, plate_size[0], margins[0], [c for _, c, _ in places]),
        y=_pitched(rows, plate_size[1], margins[1], [r for r, _, _ in places]),
        length=np.array([kind.length for *_, kind in places]),
        width=np.array([kind.width for *_, kind in places]),
        side=np.full(len(places), TOP),
        label=tuple(f"r{r + 1}c{c + 1}" for r, c, _ in places),
        power_factor=np.array([kind.power_factor for *_, kind in places]),
    )


def _pitched(count: int, extent: float, margin: float, numbers: ArrayLike) -> np.ndarray:
    places = np.asarray(numbers, dtype=float)
    return np.asarray(margin + (places + 0.5) * (extent - 2.0 * margin) / max(count, 1))


def _mm(length: float) -> str:
    return f"{length * 1e3:.4g} mm"
