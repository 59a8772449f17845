"""Time stamps of files to UTC: with an offset in each, or in a zone that the file or its reader states."""

import re
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from hashheat.fleet.series_errors import TimeZoneError

_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_GERMAN = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\b")
_FIXED = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?")

#: Others are slips of the pen; nanoseconds since 1970 reach from 1677 to 2262.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

_ACCEPTED = (
    "UTC, an offset such as +01:00, or a place such as Europe/Helsinki; stated as 'time [UTC]' or zone=..."
)


def zone_of(text: str, file: str) -> ZoneInfo | pd.Timedelta:
    """Zone by its name, or the offset of one that never changes.

    Raises
    ------
    TimeZoneError
        For a zone that is not known.
    """
    match = _FIXED.fullmatch(text)
    if match:
        minutes = 60 * int(match[2]) + int(match[3] or 0)
        if minutes > 14 * 60:
            raise TimeZoneError("this is no time zone", file=file, key="zone", found=text, accepted=_ACCEPTED)
        return pd.Timedelta(minutes=minutes if match[1] == "+" else -minutes)
    if text.upper() in ("UTC", "GMT", "Z"):
        return pd.Timedelta(0)
    try:
        return ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        raise TimeZoneError(
            "this time zone is not known", file=file, key="zone", found=text, accepted=_ACCEPTED
        ) from None


def to_utc(
    stamps: list[str], zone: str, file: str, first_line: int = 2, mend_offsets: bool = False
) -> tuple[np.ndarray, int]:
    """UTC of the time stamps of a file, in the file's order.

    Parameters
    ----------
    stamps : list of str
        ISO 8601 (``2023-01-01T00:00+01:00``, ``2023-01-01 00:00``) or ``01.01.2023 00:00``.
    zone : str
        That the file or its reader states; may be empty where every stamp carries its offset. Stamps that carry
        an offset are checked against a zone that is stated beside.
    file : str
        For messages.
    first_line : int
        Line of the file on which the first stamp stands, for messages.
    mend_offsets : bool
        Where offsets contradict the zone stated beside them, believe zone and clock, and count.

    Returns
    -------
    (n,) array of datetime64[ns]
    int
        Offsets that were not believed.

    Raises
    ------
    TimeZoneError
        For stamps that cannot be read, that lack a zone, or that contradict the zone stated: another offset than
        its own, an hour that its clocks skip in spring, or one hour where they repeat one in autumn.
    """
    carried = [bool(_OFFSET.search(text)) for text in stamps]
    if any(carried) and not all(carried):
        at = carried.index(not carried[0])
        raise TimeZoneError(
            "some time stamps carry an offset and others do not",
            file=file, key=f"time, line {first_line + at}", found=stamps[at], accepted="one form throughout",
        )  # fmt: skip
    if stamps and carried[0]:
        return _with_offsets(stamps, zone, file, first_line, mend_offsets)
    if not zone:
        raise TimeZoneError(
            "the time stamps have no zone", file=file, key="time", found=stamps[0] if stamps else None,
            accepted=_ACCEPTED,
        )  # fmt: skip
    local = _parse(stamps, file, first_line)
    place = zone_of(zone, file)
    if isinstance(place, pd.Timedelta):
        return (local - place).to_numpy().astype("datetime64[ns]"), 0
    return _of_place(local, place, stamps, zone, file, first_line), 0


def _parse(stamps: list[str], file: str, first_line: int, utc: bool = False) -> pd.DatetimeIndex:
    form = "%d.%m.%Y %H:%M" if stamps and _GERMAN.match(stamps[0]) else "ISO8601"
    times = pd.DatetimeIndex(pd.to_datetime(pd.Index(stamps), format=form, errors="coerce", utc=utc))
    unusable = times.isna() | (times.year < _FIRST_YEAR) | (times.year > _LAST_YEAR)
    if unusable.any():
        at = int(np.flatnonzero(unusable)[0])
        raise TimeZoneError(
            "this time stamp cannot be read", file=file, key=f"time, line {first_line + at}",
            found=repr(stamps[at]), accepted="2023-01-01T00:00+01:00, 2023-01-01 00:00, 01.01.2023 00:00",
        )  # fmt: skip
    return times


def _with_offsets(
    stamps: list[str], zone: str, file: str, first_line: int, mend: bool
) -> tuple[np.ndarray, int]:
    utc = _parse(stamps, file, first_line, utc=True).tz_localize(None)
    believed = utc.to_numpy().astype("datetime64[ns]")
    if not zone:
        return believed, 0
    written = _parse([_OFFSET.sub("", text).strip() for text in stamps], file, first_line)
    place = zone_of(zone, file)
    if isinstance(place, pd.Timedelta):
        own = utc + place
    else:
        own = utc.tz_localize("UTC").tz_convert(place).tz_localize(None)
    wrong = np.flatnonzero(own != written)
    if wrong.size == 0:
        return believed, 0
    if not mend:
        at = int(wrong[0])
        raise TimeZoneError(
            f"{wrong.size} time stamps carry another offset than that of the zone stated, {zone}",
            file=file, key=f"time, line {first_line + at}", found=stamps[at],
            accepted=f"stamps of {zone}, whose clock shows {own[at]} then; wrong_offsets='mend' to believe it",
        )  # fmt: skip
    if isinstance(place, pd.Timedelta):
        clock = (written - place).to_numpy().astype("datetime64[ns]")
    else:
        clock = _of_place(written, place, stamps, zone, file, first_line)
    return clock, int(wrong.size)


def _of_place(
    local: pd.DatetimeIndex, place: ZoneInfo, stamps: list[str], zone: str, file: str, first_line: int
) -> np.ndarray:
    skipped = local.tz_localize(place, ambiguous=np.ones(len(local), bool), nonexistent="NaT").isna()
    if skipped.any():
        at = int(np.flatnonzero(skipped)[0])
        raise TimeZoneError(
            f"the clocks of {zone} skip this hour: the stamps are not those of this zone",
            file=file, key=f"time, line {first_line + at}", found=stamps[at],
            accepted="the zone of the stamps, such as UTC or +01:00 where the clocks are not changed",
        )  # fmt: skip
    early, late = (
        local.tz_localize(place, ambiguous=np.full(len(local), summer)).tz_convert("UTC").tz_localize(None)
        for summer in (True, False)
    )
    doubtful = np.flatnonzero(early != late)
    utc = early.to_numpy().astype("datetime64[ns]")
    if doubtful.size == 0:
        return utc
    # The repeated hour is told apart by its order alone: each run of doubtful stamps goes back exactly once.
    winter = late.to_numpy().astype("datetime64[ns]")
    times = local.to_numpy()
    for run in np.split(doubtful, np.flatnonzero(np.diff(doubtful) > 1) + 1):
        back = np.flatnonzero(np.diff(times[run]) <= np.timedelta64(0, "ns")) + 1
        first, second = (times[run][: back[0]], times[run][back[0] :]) if back.size == 1 else (run, run[:0])
        if back.size != 1 or not np.array_equal(first, second):
            raise TimeZoneError(
                f"the clocks of {zone} show this hour twice, and the file does not: which of the two is not told",
                file=file, key=f"time, line {first_line + int(run[0])}", found=stamps[int(run[0])],
                accepted="both hours, one after the other; or stamps in UTC, or with their offset",
            )  # fmt: skip
        utc[run[back[0] :]] = winter[run[back[0] :]]
    return utc
