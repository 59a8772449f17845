"""The table of fields that a scan of Avalon replies gives, asked by key."""

import re
from typing import NamedTuple

import numpy as np

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.avalon_keys import BOARD_KEYS, CODES, LINE, TEXT, UNIT_KEYS, WHEN
from hashheat.validation.readers.avalon_scan import (
    BAD,
    BOARD,
    BOARD_NUMBER,
    CODE,
    COUNT,
    CUT_OFF,
    FAULT,
    FIRST,
    MAX_BOARDS,
    MAX_VALUES,
    OK,
    RECORD,
    TOO_MANY,
    Scratch,
    fill,
    scan,
)
from hashheat.validation.readers.rejections import Rejections

#: Bytes that are scanned at a time, up to the end of a line.
_PART = 1 << 22

#: Vectors may have this many places for each number in the text, and this many in any case.
_PLACES_PER_VALUE, _PLACES_ANYWAY = 8, 1_000_000

#: Key of a reply -> the variable that a fault of it costs.
_VARIABLE = {
    "PVT_T": "T_chip",
    "PVT_V": "V_chip",
    "MTmax": "T_chip_max",
    "TMax": "T_chip_max",
    "MTavg": "T_chip_mean",
    "TAvg": "T_chip_mean",
    "PS": "power_dc",
    "WALLPOWER": "power_ac",
    "Freq": "frequency",
    "SF": "frequency",
    "PLL": "frequency",
    "GHSspd": "hash_rate",
    "GHSavg": "hash_rate",
    "Temp": "T_ambient",
    "ITemp": "T_ambient",
    "HBITemp": "T_board_in",
    "HBOTemp": "T_board_out",
    "HBTemp": "T_board",
}

_HASH_BOARDS = re.compile(rb"Hash Board: ?(\d{1,2})(?!\d)")

_FAULTS = {
    BOARD_NUMBER: f"board number above {MAX_BOARDS - 1}",
    TOO_MANY: f"more than {MAX_VALUES} entries",
    CUT_OFF: "cut off before its bracket closed",
}


class Records(NamedTuple):
    """Fields of many records.

    Attributes
    ----------
    text : bytes
        What was scanned.
    total : int
        Number of records.
    starts : (p + 1,) array of int
        First record of each part that was scanned, and the number of records.
    values : list of p arrays
        Numbers of each part; they are not joined, for they are most of the memory.
    fields : dict of int to (k, 7) array
        Code -> rows of the table of the scan, without those that are at fault.
    rejections : Rejections
    """

    text: bytes
    total: int
    starts: np.ndarray
    values: list[np.ndarray]
    fields: dict[int, np.ndarray]
    rejections: Rejections

    @property
    def boards(self) -> int:
        """Boards of the unit with most: by the keys of boards and by the vectors that have an entry for each."""
        rows = [self.fields[CODES[key]] for key in BOARD_KEYS]
        most = max((int(r[:, BOARD].max()) + 1 for r in rows if len(r)), default=0)
        return max(most, self.width("MTmax"), self.width("MTavg"))

    def boards_of(self) -> np.ndarray:
        """Boards of each record, by its keys of boards and by what it says itself; 0 where it says nothing."""
        out = np.zeros(self.total, dtype=np.int64)
        for key in BOARD_KEYS:
            rows = self.fields[CODES[key]]
            np.maximum.at(out, rows[:, RECORD], rows[:, BOARD] + 1)
        said = self.strings("SYSTEMSTATU")
        numbers = {text: _boards_said(text) for text in set(said)}
        return np.maximum(out, [numbers[text] for text in said])

    def width(self, key: str) -> int:
        """Most entries of a key."""
        rows = self.fields[CODES[key]]
        return int(rows[:, COUNT].max()) if len(rows) else 0

    def vectors(self, key: str, boards: int, width: int) -> np.ndarray:
        """Entries of a key of boards, over (record, board, entry); NaN where there are none."""
        places, numbers = self.total * boards * width, sum(part.size for part in self.values)
        if places > _PLACES_PER_VALUE * numbers + _PLACES_ANYWAY:
            raise FieldDataError(
                "the records differ so much in boards and chips that an array of them would be mostly empty",
                key=key,
                found=f"{self.total} records, up to {boards} boards of up to {width} entries",
                accepted="records of one kind of unit in a file",
            )
        out, twice = self._filled(CODES[key], boards, width)
        self.rejections.add(_VARIABLE.get(key, "record"), f"{key} given twice in a record", twice)
        return out

    def vector(self, key: str, width: int | None = None) -> np.ndarray:
        """Entries of a key of the unit, over (record, entry)."""
        return self.vectors(key, 1, max(self.width(key), width or 0))[:, 0]

    def number(self, key: str) -> np.ndarray:
        """The first entry of a key of the unit, over record."""
        return self.vector(key, 1)[:, 0]

    def strings(self, key: str) -> list[bytes | None]:
        """Content of a key, for each record; the first where it comes twice, None where it does not come."""
        return self._bytes(CODES[key])

    def when(self) -> np.ndarray:
        """Seconds since 1970 by the reply's own word, over record; NaN where it has none."""
        return self._filled(WHEN, 1, 1)[0][:, 0, 0]

    def line_starts(self) -> list[bytes | None]:
        """What stands in the record's line before its first field."""
        return self._bytes(LINE)

    def _filled(self, code: int, boards: int, width: int) -> tuple[np.ndarray, int]:
        out = np.full((self.total, boards, width), np.nan)
        seen = np.zeros((self.total, boards), dtype=np.bool_)
        rows = self.fields[code]
        ends = np.searchsorted(rows[:, RECORD], self.starts)
        parts = zip(ends[:-1], ends[1:], self.values)
        return out, sum(fill(rows[start:end], values, out, seen) for start, end, values in parts)

    def _bytes(self, code: int) -> list[bytes | None]:
        out: list[bytes | None] = [None] * self.total
        rows = self.fields[code]
        for record, first, size in zip(*(rows[::-1, column].tolist() for column in (RECORD, FIRST, COUNT))):
            out[record] = self.text[first : first + size]
        return out


def scan_records(text: bytes, rejections: Rejections) -> Records:
    """Scan text in parts and join what was found; fields at fault are counted and left out."""
    tables, numbers, starts = [], [], [0]
    start = 0
    scratch = Scratch.for_text(min(len(text), _PART))
    is_text = np.zeros(2 + len(CODES), dtype=bool)
    is_text[LINE] = True
    for key, kind in UNIT_KEYS.items():
        is_text[CODES[key]] = kind == TEXT
    while start < len(text):
        end = _end_of_part(text, start)
        if end - start > _PART:
            scratch = Scratch.for_text(end - start)
        found = scan(np.frombuffer(text, dtype=np.uint8, count=end - start, offset=start), scratch)
        table = found.fields
        table[:, RECORD] += starts[-1]
        table[:, FIRST] += np.where(is_text[table[:, CODE]], start, 0)
        tables.append(table)
        numbers.append(found.values)
        rejections.add("record", "line without a field of an Avalon", found.strange_lines)
        starts.append(starts[-1] + found.records)
        start = end
    fields = np.concatenate(tables) if tables else np.empty((0, 7), dtype=np.int64)
    _count_faults(fields, rejections)
    fields = fields[fields[:, FAULT] == OK]
    by_code = {code: fields[fields[:, CODE] == code] for code in range(2 + len(CODES))}
    return Records(text, starts[-1], np.array(starts), numbers, by_code, rejections)


def _boards_said(status: bytes | None) -> int:
    match = _HASH_BOARDS.search(status or b"")
    return int(match[1]) if match else 0


def _end_of_part(text: bytes, start: int) -> int:
    if len(text) - start <= _PART:
        return len(text)
    # A NUL ends a reply as a line's end does, where replies were written as the socket gave them.
    end = max(text.rfind(mark, start, start + _PART) for mark in (b"\n", b"\0")) + 1
    if end <= start:
        end = min(
            (e for mark in (b"\n", b"\0") if (e := text.find(mark, start + _PART) + 1)), default=len(text)
        )
    return end


def _count_faults(fields: np.ndarray, rejections: Rejections) -> None:
    for row in fields[(fields[:, FAULT] != OK) | (fields[:, BAD] > 0)]:
        key = _KEYS[int(row[CODE])]
        variable = _VARIABLE.get(key, "record")
        if row[FAULT] != OK:
            rejections.add(variable, f"{key}: {_FAULTS[int(row[FAULT])]}", max(int(row[COUNT]), 1))
        else:
            rejections.add(variable, f"{key}: entry that is not a number", int(row[BAD]))


_KEYS = {WHEN: "When", LINE: "line", **{code: key for key, code in CODES.items()}}
