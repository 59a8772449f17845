"""Rainflow counting of cycles, value by value, in memory that does not grow with the history.

The three-point procedure of ASTM E1049-85 (2017), 5.4.4. Of a history only the reversals that have found no cycle
yet are kept: each range smaller than the one before, so that their number is bounded by span over resolution.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: Columns of counted cycles.
RANGE, MEAN, WEIGHT, PERIOD = 0, 1, 2, 3


class RainflowState(NamedTuple):
    """Reversals that are still open, of many histories; functions here change the arrays in place.

    Attributes
    ----------
    values : (case, capacity) array
        Reversals, the last one not yet known to be one.
    times : (case, capacity) array
        When the history left each of them [s].
    open : (case,) array of int
        How many there are.
    """

    values: np.ndarray
    times: np.ndarray
    open: np.ndarray


class Cycles(NamedTuple):
    """Counted cycles, arrays of one shape.

    Attributes
    ----------
    range, mean : array
        Of the two reversals.
    weight : array
        1 for a full cycle, 0.5 for a half one.
    period : array
        From leaving the first reversal until the history is back at its value [s]; twice the time between both
        reversals of a half cycle.
    """

    range: np.ndarray
    mean: np.ndarray
    weight: np.ndarray
    period: np.ndarray


def empty_rainflow(cases: int, capacity: int = 256) -> RainflowState:
    """State of histories that have not begun.

    Parameters
    ----------
    cases : int
    capacity : int
        Reversals that can be kept: ``span / resolution + 3`` suffice for any history.

    Returns
    -------
    RainflowState

    Raises
    ------
    InputError
        For a capacity below 4.
    """
    if capacity < 4:
        raise InputError(
            "too few reversals can be kept", key="capacity", found=capacity, accepted="4 or more"
        )
    return RainflowState(
        np.zeros((cases, capacity)), np.zeros((cases, capacity)), np.zeros(cases, dtype=np.int64)
    )


@kernel
def _closed(values: np.ndarray, times: np.ndarray, n: int, out: np.ndarray, found: int) -> tuple[int, int]:
    """Take the cycles that the newest of n confirmed reversals closes off the stack."""
    while n >= 3:
        X = abs(values[n - 1] - values[n - 2])
        Y = abs(values[n - 2] - values[n - 3])
        if X < Y:
            break
        out[found, 0] = Y
        out[found, 1] = 0.5 * (values[n - 2] + values[n - 3])
        rise = times[n - 2] - times[n - 3]
        if n == 3:  # the range holds the start of the history
            out[found, 2] = 0.5
            out[found, 3] = 2.0 * rise
            values[0], times[0] = values[1], times[1]
            values[1], times[1] = values[2], times[2]
            n = 2
        else:
            out[found, 2] = 1.0
            out[found, 3] = rise + (times[n - 1] - times[n - 2]) * Y / X
            values[n - 3], times[n - 3] = values[n - 1], times[n - 1]
            n -= 2
        found += 1
    return n, found


@kernel
def rainflow_add(
    values: np.ndarray, times: np.ndarray, n: int, x: float, t: float, out: np.ndarray
) -> tuple[int, int]:
    """Add one value to a history.

    Parameters
    ----------
    values, times : (capacity,) array
        Open reversals, changed in place.
    n : int
        How many there are.
    x, t : float
        Value and time, later than any before.
    out : (capacity, 4) array
        Receives counted cycles: range, mean, weight, period.

    Returns
    -------
    n : int
        Open reversals now; -1 where they do not fit, and the history is lost.
    found : int
        Cycles counted.

    Notes
    -----
    A value that repeats a reversal moves its time on, so that a stay there belongs to the cycle before it is left.
    """
    if n >= 1 and x == values[n - 1]:
        times[n - 1] = t
        return n, 0
    if n >= 2 and (x > values[n - 1]) == (values[n - 1] > values[n - 2]):
        values[n - 1], times[n - 1] = x, t
        return n, 0
    n, found = _closed(values, times, n, out, 0)
    if n == values.size:
        return -1, found
    values[n], times[n] = x, t
    return n + 1, found


@kernel
def rainflow_rest(values: np.ndarray, times: np.ndarray, n: int, out: np.ndarray) -> int:
    """Cycles of a history that ends here: those its last value closes, and each open range as half a cycle.

    Parameters
    ----------
    values, times : (capacity,) array
        Open reversals; left as they are.
    n : int
        How many there are.
    out : (capacity, 4) array
        Receives the cycles.

    Returns
    -------
    int
        Cycles counted.
    """
    v, t = values[:n].copy(), times[:n].copy()
    n, found = _closed(v, t, n, out, 0)
    for i in range(n - 1):
        out[found, 0] = abs(v[i + 1] - v[i])
        out[found, 1] = 0.5 * (v[i + 1] + v[i])
        out[found, 2] = 0.5
        out[found, 3] = 2.0 * (t[i + 1] - t[i])
        found += 1
    return found


@kernel
def _whole(x: np.ndarray, t: np.ndarray, capacity: int, cycles: np.ndarray) -> int:
    values, times = np.empty(capacity), np.empty(capacity)
    out = np.empty((capacity, 4))
    n, total = 0, 0
    for i in range(x.size):
        n, found = rainflow_add(values, times, n, x[i], t[i], out)
        cycles[total : total + found] = out[:found]
        total += found
    found = rainflow_rest(values, times, n, out)
    cycles[total : total + found] = out[:found]
    return total + found


def count_cycles(values: ArrayLike, times: ArrayLike | None = None) -> Cycles:
    """Rainflow cycles of a whole history.

    Parameters
    ----------
    values : (n,) array
    times : (n,) array, optional
        Rising [s]; by default 0, 1, 2 ...

    Returns
    -------
    Cycles
        In the order in which they close; open ranges last, as half cycles.

    Raises
    ------
    InputError
        For values that are not finite, or times that do not rise.

    Examples
    --------
    >>> cycles = count_cycles([-2, 1, -3, 5, -1, 3, -4, 4, -2])
    >>> [(float(r), float(w)) for r, w in zip(cycles.range, cycles.weight)]
    [(3.0, 0.5), (4.0, 0.5), (4.0, 1.0), (8.0, 0.5), (9.0, 0.5), (8.0, 0.5), (6.0, 0.5)]
    """
    x = np.atleast_1d(np.asarray(values, dtype=float))
    t = np.arange(x.size, dtype=float) if times is None else np.asarray(times, dtype=float)
    check_history(x, t)
    cycles = np.empty((x.size + 1, 4))
    count = _whole(x, t, x.size + 3, cycles)
    return Cycles(*cycles[:count].T.copy())


def check_history(values: np.ndarray, times: np.ndarray) -> None:
    """Raise unless values are finite and times rise.

    Parameters
    ----------
    values : (..., time) array
    times : (time,) array

    Raises
    ------
    InputError
    """
    if times.ndim != 1 or values.shape[-1] != times.size:
        raise InputError(
            "values and times differ in number", key="times", found=f"{values.shape}, {times.shape}"
        )
    if not np.all(np.isfinite(values)):
        raise InputError("a history must be finite", key="values", found="a value that is not")
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0.0):
        raise InputError("the times of a history must rise", key="times")
