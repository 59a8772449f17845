"""Times of day in an EPANET input file."""

import re

from hashheat.components.epanet_lines import Line

#: Hours with decimals, or hours:minutes and hours:minutes:seconds.
_TIME = re.compile(
    r"(?P<hours>\d{1,4}(?:\.\d*)?)|(?P<h>\d{1,4}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2}))?", re.ASCII
)
_HOUR, _DAY = 3600.0, 86400.0


def time_of_day(line: Line, at: int) -> float:
    """Time of day in word ``at`` of a line and an AM or PM behind it.

    Parameters
    ----------
    line : Line
    at : int

    Returns
    -------
    float
        Since midnight, to the second, below 86400 [s].

    Raises
    ------
    InputError
        For what is no time of day.
    """
    form = "a time of day such as 6 AM, 6:30 PM, 18:30 or 18.5"
    text, half = line.word(at), line.word(at + 1)
    # AM and PM may stand close to the number.
    if not half and text[-2:] in ("AM", "PM"):
        text, half = text[:-2], text[-2:]
    found = _TIME.fullmatch(text)
    if found is None or half not in ("", "AM", "PM") or len(line.words) > at + 2:
        line.refuse("this is no time of day", " ".join(line.words[at:]), form)
    if found["hours"] is not None:
        seconds = float(found["hours"]) * _HOUR
    else:
        seconds = int(found["h"]) * _HOUR + int(found["m"]) * 60.0 + int(found["s"] or 0)
    if half:
        if seconds >= 13.0 * _HOUR:
            line.refuse("this is no time of day", " ".join(line.words[at:]), form)
        # 12 AM is midnight, 12 PM noon.
        seconds = seconds % (12.0 * _HOUR) + (12.0 * _HOUR if half == "PM" else 0.0)
    return round(seconds) % _DAY


def start_clock(lines: list[Line]) -> float:
    """Time of day at which the file's time 0 lies [s]: START CLOCKTIME of its times, midnight without one.

    Parameters
    ----------
    lines : list of Line
        Of the section ``TIMES``.

    Raises
    ------
    InputError
        For what is no time of day.
    """
    clock = 0.0
    for line in lines:
        if line.word(0) == "START" and line.word(1) == "CLOCKTIME":
            clock = time_of_day(line, 2)
    return clock
