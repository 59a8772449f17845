"""The bytes of Avalon replies, scanned once: which field of which record holds which numbers.

A reply is a run of ``KEY[values]``. The scan knows the keys it is asked for by a hash, takes the digits behind a
key for the number of the board, and leaves everything else alone. It interprets nothing.

A record ends at a line's end, at a NUL, where a new reply begins (``STATUS=``, ``STATS=``), and where another
module of the same controller begins (``MM ID1`` after ``MM ID0``).
"""

from typing import NamedTuple, Self

import numpy as np

from hashheat.thermo.jit import kernel
from hashheat.validation.readers.avalon_keys import FIRST_BOARD_CODE, HASHES, KINDS, LINE, TEXT, WHEN

#: Most boards of a unit and most values of one field; beyond them a reply is damaged.
MAX_BOARDS, MAX_VALUES = 64, 4096

# Columns of the table of fields.
RECORD, CODE, BOARD, FIRST, COUNT, FAULT, BAD = range(7)

# Faults of a field.
OK, BOARD_NUMBER, TOO_MANY, CUT_OFF = range(4)


class Scanned(NamedTuple):
    """What a scan found.

    Attributes
    ----------
    fields : (n, 7) array of int
        Record, code, board (-1: of the unit), first value or byte, count, fault, entries that are no number.
    values : (m,) array
        Numbers as they stand, NaN for entries that are none.
    records : int
        Number of records.
    strange_lines : int
        Lines that are not blank and hold no field that is known.
    """

    fields: np.ndarray
    values: np.ndarray
    records: int
    strange_lines: int


class Scratch(NamedTuple):
    """Room for what a scan finds, to be used again for the next text that is no longer.

    Attributes
    ----------
    fields : (n, 7) array of int
    values : (m,) array
    """

    fields: np.ndarray
    values: np.ndarray

    @classmethod
    def for_text(cls, size: int) -> Self:
        """Room for whatever text of that many bytes holds."""
        # The shortest field, "PS[]", has four bytes, and brings a line and a time with it; a value has a blank.
        return cls(np.empty((3 * (size // 4) + 3, 7), dtype=np.int64), np.empty(size // 2 + 2))


def scan(text: np.ndarray, scratch: Scratch | None = None) -> Scanned:
    """Scan the bytes of Avalon replies.

    Parameters
    ----------
    text : (n,) array of uint8
        Any bytes.
    scratch : Scratch, optional
        Room to work in, for text as long as this or longer.

    Returns
    -------
    Scanned
    """
    fields, values = scratch or Scratch.for_text(text.size)
    counts = np.zeros(4, dtype=np.int64)
    _scan(text, HASHES, KINDS, FIRST_BOARD_CODE, fields, values, counts)
    return Scanned(fields[: counts[0]].copy(), values[: counts[1]].copy(), int(counts[2]), int(counts[3]))


@kernel
def _is_word(c):
    return 48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122 or c == 95


@kernel
def _digits(text, i, n):
    """Value of the digits from i on, and where they end; -1 where there are none or more than nine."""
    value, j = 0, i
    while j < n and 48 <= text[j] <= 57:
        if j - i < 10:
            value = value * 10 + (int(text[j]) - 48)
        j += 1
    return (value if 0 < j - i < 10 else -1), j


@kernel
def _number(text, i, n):
    """Number from i to n: sign, digits, fraction, exponent of two digits at most; ok is 0 where it is none."""
    j, sign = i, 1.0
    if j < n and (text[j] == 45 or text[j] == 43):
        if text[j] == 45:
            sign = -1.0
        j += 1
    whole, digits, shift = 0.0, 0, 0
    while j < n and 48 <= text[j] <= 57:
        whole = whole * 10.0 + (int(text[j]) - 48)
        digits += 1
        j += 1
    if j < n and text[j] == 46:
        j += 1
        while j < n and 48 <= text[j] <= 57:
            # Digits behind the seventeenth change no float, and would make the scale overflow.
            if shift < 17:
                whole = whole * 10.0 + (int(text[j]) - 48)
                shift += 1
            digits += 1
            j += 1
    exponent = 0
    if digits > 0 and j + 1 < n and (text[j] == 101 or text[j] == 69):
        k, negative = j + 1, False
        if text[k] == 45 or text[k] == 43:
            negative = text[k] == 45
            k += 1
        power, end = _digits(text, k, n)
        if end - k > 0 and power <= 99 and power >= 0:
            exponent, j = (-power if negative else power), end
    if j < n and text[j] == 37:
        j += 1
    # Up to 22 the powers of ten are exact, so that one division rounds once.
    value = whole / 10.0**shift
    if exponent != 0:
        value = value * 10.0**exponent
    return sign * value, (1 if digits > 0 and j == n else 0)


@kernel
def _matches(text, i, n, a, b, c, d):
    """Whether the four bytes from i on are these."""
    return i + 3 < n and text[i] == a and text[i + 1] == b and text[i + 2] == c and text[i + 3] == d


@kernel
def _emit(fields, count, record, code, board, first, size, fault, bad):
    fields[count, 0], fields[count, 1], fields[count, 2] = record, code, board
    fields[count, 3], fields[count, 4], fields[count, 5], fields[count, 6] = first, size, fault, bad
    return count + 1


@kernel
def _scan(text, hashes, kinds, first_board_code, fields, values, counts):
    n = text.size
    n_fields, n_values, records, strange = 0, 0, 0, 0
    opened, known, blank, module, board = False, False, True, -1, -1
    when, line = np.nan, 0
    i = 0
    while i < n:
        c = int(text[i])
        if c == 10 or c == 0 or c == 13:
            if not known and not blank:
                strange += 1
            opened, known, blank, module, board, when, line = False, False, True, -1, -1, np.nan, i + 1
            i += 1
            continue
        if c != 32 and c != 9:
            blank = False
        if c == 91:
            # The key stands before the bracket: its digits, then its name, read backwards.
            j = i - 1
            while j >= line and 48 <= text[j] <= 57 and i - j < 12:
                j -= 1
            suffix = -1
            if j < i - 1:
                suffix, _ = _digits(text, j + 1, i)
                if suffix < 0:
                    suffix = 1_000_000_000
            h, length = 0, 0
            while j >= line and length < 13 and _is_word(int(text[j])):
                h = (h * 131 + int(text[j])) % 1_000_000_007
                length += 1
                j -= 1
            code = -1
            for k in range(hashes.size):
                if hashes[k] == h:
                    code = k + 2
                    break
            if code >= 0:
                of_board = code >= first_board_code
                if of_board and board >= 0:
                    suffix = board
                if of_board != (suffix >= 0):
                    code = -1
            # The content ends at the bracket, or is cut off where the line ends.
            i += 1
            if code < 0:
                while i < n and text[i] != 93 and text[i] != 10 and text[i] != 0:
                    i += 1
                if i < n and text[i] == 93:
                    i += 1
                continue
            if not opened:
                opened, known = True, True
                records += 1
                n_fields = _emit(fields, n_fields, records - 1, LINE, -1, line, i - line, OK, 0)
                if not np.isnan(when):
                    values[n_values] = when
                    n_fields = _emit(fields, n_fields, records - 1, WHEN, -1, n_values, 1, OK, 0)
                    n_values += 1
            fault, bad, first = OK, 0, n_values
            if suffix >= MAX_BOARDS:
                fault = BOARD_NUMBER
            if kinds[code - 2] == TEXT:
                first = i
                while i < n and text[i] != 93 and text[i] != 10 and text[i] != 0:
                    i += 1
                if i >= n or text[i] != 93:
                    fault = CUT_OFF
                n_fields = _emit(fields, n_fields, records - 1, code, -1, first, i - first, fault, 0)
            else:
                while i < n and text[i] != 93 and text[i] != 10 and text[i] != 0:
                    if text[i] == 32 or text[i] == 9:
                        i += 1
                        continue
                    j = i
                    plain, value = True, 0.0
                    while i < n:
                        c = int(text[i])
                        if c == 32 or c == 93 or c == 10 or c == 0 or c == 9:
                            break
                        plain = plain and 48 <= c <= 57
                        value = value * 10.0 + (c - 48)
                        i += 1
                    if not plain:
                        value, ok = _number(text, j, i)
                        if ok == 0:
                            value = np.nan
                            bad += 1
                    if n_values - first < MAX_VALUES and fault == OK:
                        values[n_values] = value
                        n_values += 1
                    elif fault == OK:
                        fault = TOO_MANY
                if i >= n or text[i] != 93:
                    fault = CUT_OFF
                size = n_values - first
                if fault != OK:
                    n_values = first
                n_fields = _emit(fields, n_fields, records - 1, code, suffix, first, size, fault, bad)
            if i < n and text[i] == 93:
                i += 1
            continue
        if c == 83 and _matches(text, i, n, 83, 84, 65, 84):
            # "STATUS=" and "STATS=" begin a reply and one of its parts.
            reply = _matches(text, i + 3, n, 84, 85, 83, 61)
            part = _matches(text, i + 3, n, 84, 83, 61, text[i + 6] if i + 6 < n else 0)
            if reply or part:
                opened, module, board = False, -1, -1
                if reply:
                    when, line = np.nan, i
        elif c == 87 and _matches(text, i + 1, n, 104, 101, 110, 61):
            seconds, end = 0.0, i + 5
            while end < n and 48 <= text[end] <= 57:
                seconds = seconds * 10.0 + (int(text[end]) - 48)
                end += 1
            when = seconds if end > i + 5 else np.nan
        elif c == 77 and _matches(text, i + 1, n, 77, 32, 73, 68):
            number, _ = _digits(text, i + 5, n)
            if number >= 0:
                if module >= 0 and number != module:
                    opened, board = False, -1
                module = number
        elif c == 72 and i + 2 < n and text[i + 1] == 66 and 48 <= text[i + 2] <= 57:
            number, end = _digits(text, i + 2, n)
            if end < n and (text[end] == 39 or text[end] == 34):
                end += 1
            if end < n and text[end] == 58:
                board = number if number >= 0 else 1_000_000_000
        elif c == 125:
            board = -1
        i += 1
    if not known and not blank:
        strange += 1
    counts[0], counts[1], counts[2], counts[3] = n_fields, n_values, records, strange


@kernel
def fill(fields, values, out, seen):
    """Put fields over (record, board) into an array over (record, board, value); the first of a kind counts.

    Returns the number of fields that came twice.
    """
    twice = 0
    for k in range(fields.shape[0]):
        record, board, first, count = fields[k, 0], fields[k, 2], fields[k, 3], fields[k, 4]
        if board < 0:
            board = 0
        if seen[record, board]:
            twice += 1
            continue
        seen[record, board] = True
        for j in range(count):
            out[record, board, j] = values[first + j]
    return twice
