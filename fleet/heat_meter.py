"""Registers of a heat meter to heat, flow and temperatures of every hour."""

import numpy as np
import xarray as xr

from hashheat.components.variables import dataset
from hashheat.fleet.series_errors import SeriesError

_NEEDED = ("energy", "volume", "supply_volume", "return_volume")


def from_registers(
    time: np.ndarray,
    energy: np.ndarray,
    volume: np.ndarray,
    supply_volume: np.ndarray,
    return_volume: np.ndarray,
    least_volume: float = 1e-3,
) -> xr.Dataset:
    """Hourly means from counters that only rise.

    Parameters
    ----------
    time : (n,) array of datetime64
        UTC, rising.
    energy : (n,) array
        Heat since the meter was set up [J].
    volume : (n,) array
        [m3]
    supply_volume, return_volume : (n,) array
        Integrals of temperature over volume, of supply and return [m3 degC], as meters count them.
    least_volume : float
        Temperatures are given for intervals with more water than this [m3], and are missing (NaN) in others: the
        counters' steps are too coarse there. Means over months weigh by volume and use all water.

    Returns
    -------
    xarray.Dataset
        ``heat_rate`` [W], ``volume_flow`` [m3/s], ``T_supply``, ``T_return`` [K] over ``time``, the start of each
        interval.

    Raises
    ------
    SeriesError
        For counters that fall or differ in length, or times that do not rise.
    """
    counters = dict(zip(_NEEDED, (energy, volume, supply_volume, return_volume)))
    seconds = np.diff(time.astype("datetime64[ns]").astype("int64")) / 1e9
    if seconds.size == 0 or not np.all(seconds > 0.0):
        raise SeriesError("the time must rise", key="time")
    steps = {}
    for name, values in counters.items():
        x = np.asarray(values, dtype=float)
        if x.shape != time.shape or not np.all(np.isfinite(x)):
            raise SeriesError("a counter needs a number for every time", key=name, found=x.shape)
        steps[name] = np.diff(x)
        if np.any(steps[name] < 0.0):
            at = int(np.flatnonzero(steps[name] < 0.0)[0])
            raise SeriesError(
                "a counter falls", key=name, found=f"{x[at + 1]:g} after {x[at]:g} at {time[at + 1]}",
                accepted="rising counters; was the meter changed?",
            )  # fmt: skip
    enough = steps["volume"] > least_volume
    safe = np.where(enough, steps["volume"], 1.0)
    temperatures = {
        name: np.where(enough, steps[register] / safe + 273.15, np.nan)
        for name, register in (("T_supply", "supply_volume"), ("T_return", "return_volume"))
    }
    found = {
        "heat_rate": steps["energy"] / seconds,
        "volume_flow": steps["volume"] / seconds,
        **temperatures,
    }
    return dataset({n: (("time",), x) for n, x in found.items()}, {"time": ("time", time[:-1])})


def implied_heat_capacity(energy: float, supply_volume: float, return_volume: float) -> float:
    """Heat capacity of water by volume that a meter's counters imply: a check of the meter against itself.

    Parameters
    ----------
    energy : float
        Heat over any time [J].
    supply_volume, return_volume : float
        Integrals of temperature over volume in this time [m3 degC].

    Returns
    -------
    float
        [J/(m3 K)]; near 4.1e6 where the meter is sound.

    Raises
    ------
    SeriesError
        Where the supply was not warmer than the return.
    """
    difference = supply_volume - return_volume
    if not difference > 0.0:
        raise SeriesError("the supply was not warmer than the return", key="supply_volume", found=difference)
    return energy / difference
