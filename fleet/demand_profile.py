"""Heat demand from outdoor temperature: a constant part and one that grows with the cold."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.fleet.series_errors import SeriesError
from hashheat.thermo.errors import InputError

_HOUR = 3600.0


def trailing_mean(values: ArrayLike, window: int) -> np.ndarray:
    """Mean over an hour and those before it, as many as the window has; over fewer at the beginning.

    Parameters
    ----------
    values : (hour,) array
    window : int
        Hours, 1 or more.

    Returns
    -------
    (hour,) array
    """
    x = np.asarray(values, dtype=float)
    # Sums of deviations from the mean keep rounding small over a year.
    centre = x.mean()
    total = np.concatenate([[0.0], np.cumsum(x - centre)])
    first = np.maximum(np.arange(x.size) + 1 - window, 0)
    count = np.arange(x.size) + 1 - first
    return centre + (total[np.arange(x.size) + 1] - total[first]) / count


@dataclass(frozen=True)
class DegreeDayDemand:
    """Demand ``constant + slope max(0, base - T)`` of the mean outdoor temperature T of the last hours.

    Parameters
    ----------
    constant : float
        Hot water and losses, which do not depend on the weather [W].
    slope : float
        Per kelvin below the base [W/K].
    base : float
        Outdoor temperature from which nothing is heated [K]; 17 degC in the model of VTT.
    window : int
        Hours over which outdoor temperature is averaged: the buildings' memory.

    Raises
    ------
    InputError
        For a negative number.

    References
    ----------
    VTT, north_european_model, DH_demand_fromTemperature.py: 30 % constant, 70 % ~ max(0, 17 - T_24h).
    """

    constant: float
    slope: float
    base: float = 290.15
    window: int = 24

    def __post_init__(self) -> None:
        for name, least in (("constant", 0.0), ("slope", 0.0), ("base", 0.0), ("window", 1)):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= least):
                raise InputError("cannot be used", key=name, found=value, accepted=f"{least:g} or more")

    @classmethod
    def from_heat(
        cls,
        T_outdoor: ArrayLike,
        heat: float,
        constant_share: float = 0.3,
        base: float = 290.15,
        window: int = 24,
    ) -> "DegreeDayDemand":
        """The rule that asks for a given heat in given weather.

        Parameters
        ----------
        T_outdoor : (hour,) array
            Hourly [K]; most often a year.
        heat : float
            Over all these hours [J].
        constant_share : float
            Of it that does not depend on the weather [-]: 0.3 in VTT's model; about 0.2 gives six times as much
            heat in the coldest month of Helsinki as in the warmest.
        base, window
            As of the class.

        Raises
        ------
        InputError
            For a share outside 0 to 1, heat that is not positive, or weather that never falls below the base while
            a share of the heat depends on it.
        """
        if not 0.0 <= constant_share <= 1.0:
            raise InputError("a share lies between 0 and 1", key="constant_share", found=constant_share)
        if not (np.isfinite(heat) and heat > 0.0):
            raise InputError("heat must be more than 0", key="heat", found=heat)
        cold = np.maximum(base - trailing_mean(T_outdoor, window), 0.0)
        kelvin_hours = float(cold.sum())
        if kelvin_hours == 0.0 and constant_share < 1.0:
            raise InputError(
                "no hour is colder than the base", key="base", found=base, accepted="above the coldest hour"
            )
        hours = cold.size
        slope = (1.0 - constant_share) * heat / (kelvin_hours * _HOUR) if kelvin_hours else 0.0
        return cls(constant_share * heat / (hours * _HOUR), slope, base, window)

    def demand(self, T_outdoor: ArrayLike) -> np.ndarray:
        """Demand of every hour [W].

        Parameters
        ----------
        T_outdoor : (hour,) array
            Hourly [K].
        """
        return self.constant + self.slope * np.maximum(self.base - trailing_mean(T_outdoor, self.window), 0.0)


def monthly_means(values: xr.DataArray) -> xr.DataArray:
    """Means over calendar months (UTC) of hourly values, over the dimension ``month``.

    Parameters
    ----------
    values : xarray.DataArray
        Over hourly ``time``.

    Raises
    ------
    SeriesError
        For values without ``time``.
    """
    if "time" not in values.coords:
        raise SeriesError("there is no time", key="time", found=", ".join(map(str, values.dims)))
    return values.groupby("time.month").mean()
