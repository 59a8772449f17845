"""What the fields of an Avalon reply mean in the schema, each with the check that shows whether it does.

Sources: Canaan, Avalon A10 API manual (``Temp``, ``PS[0..5]``, ``PVT_T``, ``PVT_V``, ``SF``, ``GHSavg``); the rest
by agreement of real replies with themselves, as said where it is used.
"""

import re
from typing import NamedTuple

import numpy as np

from hashheat.thermo.units import to_si
from hashheat.validation.readers.avalon_records import Records
from hashheat.validation.readers.rejections import Rejections

_CELSIUS = to_si("0 degC", "K")

#: Current of PS[3] is in whole amperes; the supply's own figures agree within this besides.
_CURRENT_STEP, _POWER_AGREEMENT = 1.0, 0.02

_HYDRO, _IMMERSION = re.compile(rb"\d{3,4}H[AU]?(?![A-Za-z0-9])"), re.compile(rb"\d{3,4}I(?![A-Za-z0-9])")


class Read(NamedTuple):
    """Samples of every record.

    Attributes
    ----------
    values : dict of str to array
        Names of the schema, over (record, ...), in SI.
    status : (record,) array of str
    cooling : (record,) array of str
    comments : dict of str to str
        Variable -> which field it was read from.
    """

    values: dict[str, np.ndarray]
    status: np.ndarray
    cooling: np.ndarray
    comments: dict[str, str]


def read_fields(records: Records) -> Read:
    """Variables of the schema from the fields of the records; only those that some record has."""
    boards, each = max(records.boards, 1), records.boards_of()
    status = _status(records)
    cooling = _cooling(records)
    values: dict[str, np.ndarray] = {}
    comments: dict[str, str] = {}
    chips = max(records.width("PVT_T"), records.width("PVT_V"))
    if records.width("PVT_T"):
        values["T_chip"] = records.vectors("PVT_T", boards, chips)
        values["T_chip"] += _CELSIUS
    if records.width("PVT_V"):
        values["V_chip"] = records.vectors("PVT_V", boards, chips)
        values["V_chip"] *= 1e-3
    for name, of_boards, of_unit in (("T_chip_max", "MTmax", "TMax"), ("T_chip_mean", "MTavg", "TAvg")):
        celsius = _per_board(records, each, of_boards, boards, name)
        missing = np.isnan(celsius).all(axis=1)
        celsius[missing, 0] = _per_board(records, each, of_unit, 1, name, missing)[missing, 0]
        values[name] = celsius + _CELSIUS
    # HBITemp and HBOTemp stand at the ends of the hash board: 75 and 77 degC where the case's air enters at 37.
    for name, key in (("T_board_in", "HBITemp"), ("T_board_out", "HBOTemp"), ("T_board", "HBTemp")):
        values[name] = _per_board(records, each, key, boards, name) + _CELSIUS
    values["T_ambient"] = _ambient(records, cooling == "hydro") + _CELSIUS
    values |= _power(records)
    values["frequency"] = _frequency(records, boards, comments)
    hash_rate = records.number("GHSspd")
    comments["hash_rate"] = "GHSspd, present rate; where it is missing GHSavg, mean of an hour"
    values["hash_rate"] = np.where(np.isnan(hash_rate), records.number("GHSavg"), hash_rate) * 1e9
    present = {name: array for name, array in values.items() if array.size and not np.isnan(array).all()}
    return Read(present, status, cooling, {name: text for name, text in comments.items() if name in present})


def _status(records: Records) -> np.ndarray:
    said = records.strings("SYSTEMSTATU")
    works = np.array([text is not None and b"In Work" in text for text in said], dtype=bool)
    silent = np.array([text is None for text in said], dtype=bool)
    T_max, off = records.number("TMax"), records.number("SoftOFF")
    standby = (~works & ~silent) | (T_max == 0.0) | (off > 0.0)
    return np.where(standby, "standby", np.where(works, "mining", "unknown"))


def _cooling(records: Records) -> np.ndarray:
    versions = records.strings("Ver")
    kinds = {text: _cooling_of(text) for text in set(versions)}
    named = np.array([kinds[text] for text in versions], dtype="<U9")
    has_fans = records.number("FanR") > 0.0
    return np.where((named == "unknown") & has_fans, "air", named)


def _cooling_of(version: bytes | None) -> str:
    if version is None:
        return "unknown"
    return "hydro" if _HYDRO.search(version) else "immersion" if _IMMERSION.search(version) else "unknown"


def _per_board(
    records: Records, each: np.ndarray, key: str, boards: int, name: str, counted: np.ndarray | bool = True
) -> np.ndarray:
    """Entries of a key that has one for each board; one entry alone says nothing of several boards."""
    given = records.vector(key)[:, :boards]
    out = np.full((records.total, boards), np.nan)
    out[:, : given.shape[1]] = given
    lonely = (np.count_nonzero(~np.isnan(out), axis=1) == 1) & (each > 1)
    lost = int(np.count_nonzero(lonely & counted))
    records.rejections.add(name, f"{key}: one entry for several boards", lost)
    out[lonely] = np.nan
    return out


def _ambient(records: Records, hydro: np.ndarray) -> np.ndarray:
    celsius = records.number("Temp")
    celsius = np.where(np.isnan(celsius), records.number("ITemp"), celsius)
    unproven = hydro & ~np.isnan(celsius)
    reason = "Temp or ITemp of a hydro unit: not shown to be air, nor coolant"
    records.rejections.add("T_ambient", reason, int(np.count_nonzero(unproven)))
    celsius[unproven] = np.nan
    return celsius


def _power(records: Records) -> dict[str, np.ndarray]:
    """DC and AC power. PS[2] (10 mV) times PS[3] (A) has to be PS[4] (W); else PS is laid out in another way."""
    rejections: Rejections = records.rejections
    supply = records.vector("PS", 7)
    volts, amperes, dc, ac = supply[:, 2] * 0.01, supply[:, 3], supply[:, 4].copy(), supply[:, 6].copy()
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(volts * amperes - dc) > volts * _CURRENT_STEP + _POWER_AGREEMENT * dc
    off &= ~np.isnan(dc)
    rejections.add(
        "power_dc", "PS[4] is not the product of voltage PS[2] and current PS[3]", int(np.count_nonzero(off))
    )
    unsure = off & ~np.isnan(ac)
    dc[off] = ac[off] = np.nan
    wall = records.number("WALLPOWER")
    lost = int(np.count_nonzero(unsure & np.isnan(wall)))
    rejections.add("power_ac", "PS[6] of a supply that does not keep to the known layout", lost)
    ac = np.where(np.isnan(wall), ac, wall)
    below = ac < dc
    rejections.add("power_ac", "below the DC power", int(np.count_nonzero(below)))
    ac[below] = np.nan
    return {"power_dc": dc, "power_ac": ac}


def _frequency(records: Records, boards: int, comments: dict[str, str]) -> np.ndarray:
    """Freq, mean of the unit; where it is zero or missing, the steps SF weighted by the counters PLL.

    Of the A15-194 this mean is 345.86 MHz where Freq says 345.94; the counters' meaning is not documented.
    """
    steps = records.vectors("SF", boards, max(records.width("SF"), records.width("PLL")))
    counters = records.vectors("PLL", boards, steps.shape[2])
    mean = records.number("Freq")
    mean[mean == 0.0] = np.nan
    if steps.size:
        with np.errstate(invalid="ignore", over="ignore"):
            lowest = np.fmin.reduce(np.fmin.reduce(steps, axis=2), axis=1)
            highest = np.fmax.reduce(np.fmax.reduce(steps, axis=2), axis=1)
            outside = (mean < lowest) | (mean > highest)
            total = counters.sum(axis=2)
            weighted = np.where(total > 0.0, (steps * counters).sum(axis=2), np.nan)
            weighted /= np.where(total > 0.0, total, 1.0)
        reason = "Freq outside the steps SF of its boards"
        records.rejections.add("frequency", reason, int(np.count_nonzero(outside)))
        mean[outside] = np.nan
    else:
        weighted, outside = np.full((records.total, boards), np.nan), np.zeros(records.total, dtype=bool)
    weighted[outside] = np.nan
    comments["frequency"] = (
        "Freq, mean of the unit; where zero or missing, the steps SF weighted by PLL (inferred)"
    )
    return np.where(np.isnan(mean)[:, None], weighted, mean[:, None]) * 1e6
