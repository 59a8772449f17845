"""Keys of Avalon replies that are read, and the code of each in the table of fields."""

import numpy as np

# The numbers below are frozen in the cached kernel of avalon_scan, which does not notice edits in this file.
# How a field is read.
NUMBERS, TEXT = 0, 1

# Fields that are no key in brackets.
WHEN, LINE = 0, 1

#: Key -> whether its content is text. A key of a board carries the board's number behind it.
UNIT_KEYS: dict[str, int] = {
    "Ver": TEXT,
    "DNA": TEXT,
    "HDNA": TEXT,
    "SYSTEMSTATU": TEXT,
    "TMax": NUMBERS,
    "TAvg": NUMBERS,
    "Temp": NUMBERS,
    "ITemp": NUMBERS,
    "HBTemp": NUMBERS,
    "HBITemp": NUMBERS,
    "HBOTemp": NUMBERS,
    "MTmax": NUMBERS,
    "MTavg": NUMBERS,
    "PS": NUMBERS,
    "WALLPOWER": NUMBERS,
    "Freq": NUMBERS,
    "GHSspd": NUMBERS,
    "GHSavg": NUMBERS,
    "SoftOFF": NUMBERS,
    "FanR": NUMBERS,
}
BOARD_KEYS: dict[str, int] = {"PVT_T": NUMBERS, "PVT_V": NUMBERS, "SF": NUMBERS, "PLL": NUMBERS}

#: Key -> its code in the table of fields.
CODES: dict[str, int] = {key: number + 2 for number, key in enumerate([*UNIT_KEYS, *BOARD_KEYS])}
FIRST_BOARD_CODE = 2 + len(UNIT_KEYS)

PRIME = 1_000_000_007


def _hash(key: str) -> int:
    """Hash of a key, from its last letter to its first."""
    value = 0
    for letter in reversed(key.encode()):
        value = (value * 131 + letter) % PRIME
    return value


HASHES = np.array([_hash(key) for key in CODES], dtype=np.int64)
KINDS = np.array([*UNIT_KEYS.values(), *BOARD_KEYS.values()], dtype=np.int64)
