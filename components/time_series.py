"""Flows and temperatures over time: a number, a DataArray over ``time`` or a function of time."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError

#: What a caller may give.
OverTime: TypeAlias = float | xr.DataArray | Callable[[float], float]

_ACCEPTED = "a number, a DataArray over time [s], or a function of the time in seconds"
_PROBES = 201


class TimeSeries:
    """One quantity over the time of a run.

    Parameters
    ----------
    name : str
        For messages.
    given : number, xarray.DataArray or callable
        A DataArray has the one dimension ``time``, in seconds; between its points the quantity is linear, and
        where a time stands twice it steps from the first value to the second. A callable takes the time in
        seconds and should be continuous.
    start, end : float
        Of the run [s].

    Raises
    ------
    InputError
        If it is none of these, not finite, or does not cover the run.
    """

    def __init__(self, name: str, given: OverTime, start: float, end: float) -> None:
        self.name = name
        self._function: Callable[[float], float] | None = None
        if isinstance(given, xr.DataArray) and given.ndim:
            self.times, self.values = self._points(given, start, end)
        elif callable(given):
            self._function = given
            self.times = np.linspace(start, end, _PROBES)
            self.values = np.array([self._call(float(t)) for t in self.times])
        else:
            try:
                value = float(given)
            except (TypeError, ValueError):
                raise InputError("cannot be read", key=name, found=repr(given), accepted=_ACCEPTED) from None
            if not math.isfinite(value):
                raise InputError("is not a number", key=name, found=value, accepted=_ACCEPTED)
            self.times, self.values = np.array([start, end]), np.array([value, value])

    @property
    def is_function(self) -> bool:
        """Whether it is known by calls only; its times and values are then probes."""
        return self._function is not None

    @property
    def breaks(self) -> np.ndarray:
        """Times at which it bends or steps [s]."""
        return np.empty(0) if self.is_function else np.unique(self.times)

    def at(self, t: float, after: bool) -> float:
        """Value at time t [s]; where it steps, the one just before or just after."""
        if self._function is not None:
            return self._call(t)
        right = int(np.searchsorted(self.times, t, side="right" if after else "left"))
        if right == 0:
            return float(self.values[0])
        if right == self.times.size:
            return float(self.values[-1])
        t0, t1 = self.times[right - 1], self.times[right]
        part = (t - t0) / (t1 - t0)
        # At a point, exactly its value: both limits of a series that does not step are then the same number.
        if part in (0.0, 1.0):
            return float(self.values[right - 1 + int(part)])
        return float(self.values[right - 1] + part * (self.values[right] - self.values[right - 1]))

    def _call(self, t: float) -> float:
        assert self._function is not None
        try:
            value = float(self._function(t))
        except (TypeError, ValueError):
            raise InputError("the function gives no number", key=self.name, found=f"at {t:g} s") from None
        if not math.isfinite(value):
            raise InputError(
                "the function gives no finite number", key=self.name, found=f"{value} at {t:g} s"
            )
        return value

    def _points(self, given: xr.DataArray, start: float, end: float) -> tuple[np.ndarray, np.ndarray]:
        if given.dims != ("time",) or "time" not in given.coords:
            raise InputError(
                "must have the one dimension time, with its coordinate",
                key=self.name,
                found=f"dimensions {tuple(map(str, given.dims))}",
                accepted=_ACCEPTED,
            )
        stamps = given["time"].values
        if stamps.dtype.kind not in "iuf":
            raise InputError(
                "the times must be seconds",
                key=f"{self.name}.time",
                found=str(stamps.dtype),
                accepted=_ACCEPTED,
            )
        if not stamps.size:
            raise InputError("holds no value", key=self.name, accepted=_ACCEPTED)
        if given.dtype.kind not in "iuf":
            raise InputError("must hold numbers", key=self.name, found=str(given.dtype), accepted=_ACCEPTED)
        times, values = stamps.astype(float), np.asarray(given.values, dtype=float)
        if not (np.isfinite(times).all() and np.isfinite(values).all()):
            raise InputError("holds something that is not a number", key=self.name)
        if (np.diff(times) < 0.0).any() or (times[2:] == times[:-2]).any():
            raise InputError(
                "the times must rise; one may stand twice, where the value steps", key=f"{self.name}.time"
            )
        if times[0] > start or times[-1] < end:
            raise InputError(
                "does not cover the run",
                key=f"{self.name}.time",
                found=f"{times[0]:g} to {times[-1]:g} s",
                accepted=f"at least {start:g} to {end:g} s",
            )
        return times, values


def is_number(value: object) -> bool:
    """Whether it is one finite number: not a text, not an array of several."""
    try:
        return not isinstance(value, str) and math.isfinite(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


def recorded_times(t_end: float | None, times: ArrayLike | None) -> tuple[np.ndarray, bool]:
    """Times at which a run is recorded [s], and whether every step is recorded too.

    Parameters
    ----------
    t_end : float, optional
        The run goes from 0 to here [s], every step recorded.
    times : (k,) array, optional
        Rising times [s]; the run goes from the first to the last. One of the two has to be given.

    Raises
    ------
    InputError
        For both, neither, or times that do not rise.
    """
    if (t_end is None) == (times is None):
        raise InputError(
            "give the end of the run or the times to record", key="t_end, times", accepted="one of the two"
        )
    if times is None:
        if not (t_end is not None and 0.0 < t_end < math.inf):
            raise InputError("must be positive", key="t_end", found=t_end, accepted="seconds above 0")
        return np.array([0.0, float(t_end)]), True
    found = np.asarray(times, dtype=float)
    if found.ndim != 1 or found.size < 2 or not np.isfinite(found).all() or (np.diff(found) <= 0.0).any():
        raise InputError(
            "must be two or more rising times", key="times", accepted="seconds, in one dimension"
        )
    return found, False
