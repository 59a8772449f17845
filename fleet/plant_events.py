"""Parts that stand still for a while: which of them at which step."""

import contextlib
from typing import Any

import numpy as np

from hashheat.fleet.heat_plant_file import HeatPlantFile
from hashheat.thermo.errors import InputError


def parts_out(file: HeatPlantFile, names: list[str], time: np.ndarray, dt: float) -> list[frozenset[str]]:
    """Parts that stand still in each step.

    Parameters
    ----------
    file : HeatPlantFile
    names : list of str
        Of the parts there are.
    time : (step,) array of datetime64
        Start of each step, UTC.
    dt : float
        [s]

    Returns
    -------
    list of frozenset of str
        A part stands still in a step if its event holds in the step's middle.

    Raises
    ------
    InputError
        For a part that is none, or moments that cannot be read or are in the wrong order.
    """
    middle = time + np.timedelta64(round(0.5e9 * dt), "ns")
    found: list[set[str]] = [set() for _ in time]
    for k, event in enumerate(file.events):
        key = f"events[{k}]"
        if event.part not in names:
            raise InputError(
                "there is no such part",
                file=file.file,
                key=f"{key}.part",
                found=event.part,
                accepted=", ".join(names),
            )
        start, end = (_moment(file, f"{key}.{end}", getattr(event, end)) for end in ("start", "end"))
        if not start < end:
            raise InputError(
                "an event ends after it begins",
                file=file.file,
                key=f"{key}.end",
                found=event.end,
                accepted="later",
            )
        for i in np.flatnonzero((middle >= start) & (middle < end)):
            found[i].add(event.part)
    return [frozenset(out) for out in found]


def _moment(file: HeatPlantFile, key: str, text: str) -> Any:
    moment: Any = np.datetime64("NaT", "ns")
    with contextlib.suppress(ValueError):
        moment = np.datetime64(text.removesuffix("Z"), "ns")
    if np.isnat(moment):
        raise InputError(
            "is no moment", file=file.file, key=key, found=text, accepted="UTC, e.g. '2023-01-05T10:00'"
        )
    return moment
