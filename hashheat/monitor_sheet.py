"""From a watch over a fleet to the plain numbers that terminal, JSON and report all show, in SI."""

import math
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validate_sheet import SYNTHETIC
from hashheat.validation.monitoring import Alarm, Monitoring, Unsolved

#: What is watched, in words.
WATCHED = {
    "T_chip_mean": "mean chip temperature of a board",
    "T_out": "outlet temperature",
    "steady_state": "steady state of the model",
}
#: What records without a steady state usually are.
_UNSOLVED = (
    "at the power, flow and inlet that were read the model has no steady state: flow all but blocked, a meter "
    "that reads wrongly, or a model that is too hot"
)


def monitoring_sheet(
    found: Monitoring, data: xr.Dataset, miner: Miner, *, warned: list[str], options: dict[str, Any]
) -> dict[str, Any]:
    """Everything a report of a watch says.

    Parameters
    ----------
    found : Monitoring
    data : xarray.Dataset
        The field data.
    miner : Miner
    warned : list of str
        Warnings of the run.
    options : dict
        Coolant, pressure, device file, ``first`` and ``length``.

    Returns
    -------
    dict
        Text, numbers, None, lists and dicts only.
    """
    flagged, points, length = found.flagged, found.points, float(options["length"])
    sound = not flagged
    notes = []
    if found.unwatched:
        shown = ", ".join(found.unwatched[:6]) + (" ..." if len(found.unwatched) > 6 else "")
        notes.append(f"not watched, since their first records are too few: {shown}")
    if found.unsolved:
        shown = ", ".join(f"{u.unit} ({u.records} of {u.offered})" for u in found.unsolved[:6])
        more = " ..." if len(found.unsolved) > 6 else ""
        notes.append(
            f"records at which the model has no steady state, so that nothing is compared: {shown}{more}"
        )
    units = len(found.units)
    return {
        "title": f"{units} {'unit' if units == 1 else 'units'} {miner.device.name} watched: "
        f"{data.attrs.get('source', 'field data')}",
        "verdict": "pass" if sound else "fail",
        "word": "NO UNIT FLAGGED" if sound else f"{len(flagged)} OF {units} FLAGGED",
        "sentence": "no unit has drifted from its own first records by more than its scatter explains"
        if sound
        else f"drifted from their own first records, or beyond what the model can hold: {', '.join(flagged[:8])}"
        + (" ..." if len(flagged) > 8 else ""),
        "notes": notes,
        "synthetic": SYNTHETIC if int(data.attrs.get("synthetic", 0)) else None,
        "model": {"name": miner.device.name, "maker": miner.device.maker, **options},
        "flagged": list(flagged),
        "rows": [
            *(_unsolved_row(one) for one in found.unsolved if one.alarm is not None),
            *(_row(alarm) for alarm in sorted(found.alarms, key=lambda a: -abs(a.strength))),
        ],
        "false_alarms": {
            "run_length": length,
            "series": found.series,
            "records": found.records,
            "expected": found.expected_false,
            "chance_of_any": -math.expm1(-found.expected_false),
            "run_length_of_a_unit": length * units / found.series if found.series else None,
        },
        "threshold": found.h,
        "allowance": found.k,
        "data": {
            "units": units,
            "unwatched": list(found.unwatched),
            "unsolved": [
                {"unit": u.unit, "records": u.records, "offered": u.offered, "since": moment(u.since)}
                for u in found.unsolved
            ],
            "offered": points.offered,
            "records": points.count,
            "first_time": moment(data["time"].values[0]),
            "last_time": moment(data["time"].values[-1]),
            "left_out": [{"reason": reason, "count": count} for reason, count in points.left_out.items()],
            "notes": list(points.notes),
        },
        "warnings": warned,
        "version": version("hashheat"),
    }


def _row(alarm: Alarm) -> dict[str, Any]:
    return {
        "unit": alarm.unit,
        "variable": alarm.variable,
        "what": WATCHED[alarm.variable],
        "boards": list(alarm.boards),
        "time": moment(alarm.time),
        "shift": alarm.shift,
        "strength": alarm.strength,
        "likely": alarm.likely,
        "boards_later": list(alarm.boards_later),
        "likely_later": alarm.likely_later,
    }


def _unsolved_row(one: Unsolved) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "variable": "steady_state",
        "what": WATCHED["steady_state"],
        "boards": [],
        "time": moment(one.alarm),
        "shift": None,
        "strength": None,
        "likely": _UNSOLVED,
        "boards_later": [],
        "likely_later": _UNSOLVED,
    }


def moment(time: Any) -> str:
    """Time of a record as text: UTC to the minute, or the record's number where there is no clock."""
    value = np.asarray(time)
    return (
        str(np.datetime_as_string(value, unit="m"))
        if np.issubdtype(value.dtype, np.datetime64)
        else f"{value.item():g}"
    )
