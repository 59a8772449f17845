"""Records at which a unit's model has no steady state: no residual, and yet no silence."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hashheat.validation.operating_points import OperatingPoints

#: Usable records in a row without a steady state that are an alarm.
_IN_A_ROW = 3


class Unsolved(NamedTuple):
    """A unit with records at which the model has no steady state: nothing is predicted, and no sum moves.

    Attributes
    ----------
    unit : str
    records : int
        Usable records without a steady state.
    offered : int
        Usable records.
    since : object
        Time of the first of them.
    alarm : object or None
        Time at which so many usable records in a row had none that a stray reading is no explanation: three,
        after the first stretch of a unit that is watched. None where that did not happen.
    """

    unit: str
    records: int
    offered: int
    since: object
    alarm: object | None


def unsolved_records(
    points: OperatingPoints,
    failed: np.ndarray,
    watched: np.ndarray,
    first: int,
    names: Sequence[str],
    times: np.ndarray,
) -> tuple[Unsolved, ...]:
    """Units with records at which the model has no steady state.

    Parameters
    ----------
    points : OperatingPoints
        Usable records.
    failed : (points,) bool array
        Without a steady state.
    watched : (units,) bool array
        Units whose drift is watched.
    first : int
        Records of the first stretch.
    names : sequence of str
        Of the units.
    times : (time,) array
        Of the records.

    Returns
    -------
    tuple of Unsolved
        In the order of the units.
    """
    told = []
    for u in np.unique(points.unit[failed]):
        own = np.flatnonzero(points.unit == u)
        own = own[np.argsort(points.time[own], kind="stable")]
        bad, at = failed[own], points.time[own]
        row = np.convolve(bad, np.ones(_IN_A_ROW, dtype=int))[: bad.size] == _IN_A_ROW
        after = row & (at >= first)
        alarm = times[at[int(after.argmax())]] if watched[u] and after.any() else None
        told.append(Unsolved(names[u], int(bad.sum()), own.size, times[at[int(bad.argmax())]], alarm))
    return tuple(told)
