"""Heating degree days."""

import numpy as np
from numpy.typing import ArrayLike

from hashheat.fleet.series_errors import SeriesError


def daily_means(values: ArrayLike) -> np.ndarray:
    """Means of whole days of 24 h from the first hour on; a cut-off last day is left.

    Parameters
    ----------
    values : (hour,) array

    Returns
    -------
    (day,) array

    Raises
    ------
    SeriesError
        For less than a day.
    """
    x = np.asarray(values, dtype=float)
    days = x.size // 24
    if days == 0:
        raise SeriesError("this is less than a day", found=f"{x.size} h", accepted="24 h or more")
    return x[: 24 * days].reshape(days, 24).mean(axis=1)


def heating_degree_days(
    T_day: ArrayLike,
    base: float = 290.15,
    spring_limit: float | None = None,
    autumn_limit: float | None = None,
    midsummer: int = 196,
) -> float:
    """Sum of what daily means lack to a base temperature.

    Parameters
    ----------
    T_day : (day,) array
        Daily means [K], from 1 January on.
    base : float
        Base [K]; 17 degC in Finland (S17).
    spring_limit, autumn_limit : float, optional
        Days at or above it count nothing, before and from midsummer [K]. The Finnish Meteorological Institute is
        remembered to use +10 and +12 degC (unverified); left out, every day below the base counts.
    midsummer : int
        Day from which the autumn's limit holds.

    Returns
    -------
    float
        [K d]
    """
    T = np.asarray(T_day, dtype=float)
    limit = np.full(T.size, np.inf)
    if spring_limit is not None:
        limit[:midsummer] = spring_limit
    if autumn_limit is not None:
        limit[midsummer:] = autumn_limit
    return float(np.sum(np.maximum(base - T, 0.0)[limit > T]))
