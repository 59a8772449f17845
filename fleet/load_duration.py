"""Hours of a year put in order: load duration, what a plant covers, hours below a set point, starts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError

_HOUR = 3600.0


def _finite(**arrays: ArrayLike) -> list[np.ndarray]:
    found = []
    for name, values in arrays.items():
        x = np.asarray(values, dtype=float)
        if x.size == 0 or not np.all(np.isfinite(x)):
            raise InputError("finite numbers are needed", key=name, found=f"{x.size} values")
        found.append(x)
    return found


class LoadDuration(NamedTuple):
    """Loads in falling order.

    Attributes
    ----------
    duration : (n,) array
        Time in which the load is at least the one beside it [s].
    load : (n,) array
        Falling [W].
    """

    duration: np.ndarray
    load: np.ndarray

    def covered(self, capacity: float, availability: float = 1.0) -> float:
        """Share of the heat that a plant of a given capacity covers, following the load [-].

        Parameters
        ----------
        capacity : float
            [W]
        availability : float
            Share of the capacity that is there, all through the year [-].

        Raises
        ------
        InputError
            For a negative capacity, or an availability outside 0 to 1.
        """
        if not (capacity >= 0.0 and 0.0 <= availability <= 1.0):
            raise InputError("cannot be used", key="capacity", found=(capacity, availability))
        return float(np.minimum(self.load, capacity * availability).sum() / self.load.sum())

    def plant_factor(self, capacity: float, availability: float = 1.0) -> float:
        """Heat that such a plant gives over what it would give at full load all the time [-]."""
        return self.covered(capacity, availability) * float(self.load.mean()) / capacity

    @property
    def full_load_time(self) -> float:
        """Time in which the highest load would make the same heat [s]."""
        return float(self.duration[-1] * self.load.mean() / self.load[0])


def load_duration(load: ArrayLike, dt: float = _HOUR) -> LoadDuration:
    """Load duration curve of steps of equal length.

    Parameters
    ----------
    load : (n,) array
        Mean of each step, none negative and one above zero [W].
    dt : float
        [s]

    Returns
    -------
    LoadDuration

    Raises
    ------
    InputError
        For loads that are negative, not finite or all zero.
    """
    (x,) = _finite(load=load)
    if np.any(x < 0.0) or not np.any(x > 0.0):
        raise InputError("loads must not be negative nor all zero", key="load", found=f"least {x.min():g}")
    return LoadDuration(dt * np.arange(1, x.size + 1), np.sort(x)[::-1])


class BelowSetPoint(NamedTuple):
    """How far and how long a temperature stayed below what was asked for.

    Attributes
    ----------
    time : float
        [s]
    kelvin_time : float
        Shortfall times time [K s].
    largest : float
        Largest shortfall [K].
    """

    time: float
    kelvin_time: float
    largest: float


def below_set_point(
    T: ArrayLike, T_set: ArrayLike, dt: float = _HOUR, tolerance: float = 0.0
) -> BelowSetPoint:
    """Time below a set point.

    Parameters
    ----------
    T, T_set : array
        Mean of each step, and what was asked for [K].
    dt : float
        [s]
    tolerance : float
        A shortfall of no more than this is none [K].

    Returns
    -------
    BelowSetPoint

    Raises
    ------
    InputError
        For temperatures that are not finite.
    """
    T_, set_ = _finite(T=T, T_set=T_set)
    short = np.maximum(set_ - T_, 0.0)
    short = np.where(short > tolerance, short, 0.0)
    return BelowSetPoint(dt * float(np.count_nonzero(short)), dt * float(short.sum()), float(short.max()))


def starts(running: ArrayLike) -> int:
    """Times that a unit starts: steps in which it runs after one in which it did not.

    Parameters
    ----------
    running : (n,) array of bool
        A unit that runs in the first step has not been started.
    """
    on = np.asarray(running, dtype=bool)
    return int(np.count_nonzero(on[1:] & ~on[:-1]))
