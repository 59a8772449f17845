"""A year of outdoor temperature made from four numbers and a seed: labelled synthetic wherever it goes.

It stands in where no measured file may be shipped; it is no climate of any place.
"""

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.signal import lfilter

from hashheat.fleet.hourly_series import hourly_dataset
from hashheat.fleet.series_record import SeriesRecord
from hashheat.thermo.errors import InputError

_YEAR_H = 8760.0
_SOLAR_CONSTANT = 1361.0  # W/m2, Kopp and Lean 2011, doi 10.1029/2010GL045777


@dataclass(frozen=True)
class SyntheticClimate:
    """Statistics of a synthetic year; the defaults are assumed, see the note.

    Parameters
    ----------
    mean : float
        Of the year, expected [K].
    annual_amplitude : float
        Of the yearly cosine [K].
    daily_amplitude : float
        Of the daily cosine [K].
    sigma : float
        Standard deviation of hourly temperature about both cosines [K].
    correlation_time : float
        Over which its autocorrelation falls to 1/e [s].
    coldest_day : float
        Of the yearly cosine, days from 1 January, 0 h.
    warmest_hour : float
        Of the daily cosine, UTC [h].
    latitude : float
        For the sun [deg].
    clearness : float
        Global irradiance on the horizontal over that outside the atmosphere [-]; the same in every hour.

    Raises
    ------
    InputError
        For a number that cannot be meant.

    Notes
    -----
    Mean, amplitude and sigma of the defaults were chosen together so that two facts of Helsinki come out: about
    3460 K d of heating degree days (mean of 2013 to 2023; knowledge of the VTT north_european_model) and, with a
    constant fifth of the year's heat, six times as much in the coldest month as in the warmest (Finnish Energy,
    2018). Nothing else of Helsinki is meant.
    """

    mean: float = 280.61
    annual_amplitude: float = 11.0
    daily_amplitude: float = 2.0
    sigma: float = 4.7
    correlation_time: float = 72.0 * 3600.0
    coldest_day: float = 25.0
    warmest_hour: float = 13.0
    latitude: float = 60.2
    clearness: float = 0.4

    def __post_init__(self) -> None:
        for name, low, high in (
            ("mean", 200.0, 330.0), ("annual_amplitude", 0.0, 60.0), ("daily_amplitude", 0.0, 30.0),
            ("sigma", 0.0, 30.0), ("correlation_time", 1.0, 1e8), ("coldest_day", -366.0, 366.0),
            ("warmest_hour", -24.0, 48.0), ("latitude", -90.0, 90.0), ("clearness", 0.0, 1.0),
        ):  # fmt: skip
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(
                    "outside what a climate can be", key=name, found=value, accepted=f"{low:g} to {high:g}"
                )

    def seasonal_mean(self, hours: np.ndarray) -> np.ndarray:
        """Expected temperature [K] at hours since 1 January, 0 h UTC."""
        year = np.cos(2.0 * math.pi * (hours - 24.0 * self.coldest_day) / _YEAR_H)
        day = np.cos(2.0 * math.pi * (hours - self.warmest_hour) / 24.0)
        return self.mean - self.annual_amplitude * year + self.daily_amplitude * day

    def irradiance(self, hours: np.ndarray) -> np.ndarray:
        """Global irradiance on the horizontal [W/m2] at hours since 1 January, 0 h; longitude zero.

        Declination after Cooper, Solar Energy 12 (1969) 333.
        """
        declination = np.radians(23.45) * np.sin(2.0 * math.pi * (284.0 + 1.0 + hours / 24.0) / 365.0)
        hour_angle = 2.0 * math.pi * (hours / 24.0 - 0.5)
        latitude = math.radians(self.latitude)
        height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
            hour_angle
        )
        return self.clearness * _SOLAR_CONSTANT * np.maximum(height, 0.0)


def synthetic_weather(climate: SyntheticClimate, seed: int, year: int = 2023) -> xr.Dataset:
    """One synthetic year: two cosines and a first-order autoregressive deviation about them.

    Parameters
    ----------
    climate : SyntheticClimate
    seed : int
        The same seed gives the same year, whatever else is drawn elsewhere.
    year : int
        For the time stamps; a leap year has 8784 h.

    Returns
    -------
    xarray.Dataset
        ``T_outdoor`` [K] and ``irradiance`` [W/m2] over ``time``; the attribute ``synthetic`` is 1, and the record
        says so in words.
    """
    start, end = (np.datetime64(f"{y:04d}-01-01T00", "h") for y in (year, year + 1))
    time = np.arange(start, end)
    hours = np.arange(time.size) + 0.5
    rho = math.exp(-3600.0 / climate.correlation_time)
    noise = np.random.default_rng(seed).standard_normal(time.size)
    # The first value has the spread of all others, so that no part of the year is a start-up.
    noise[1:] *= math.sqrt(1.0 - rho * rho)
    deviation = climate.sigma * lfilter([1.0], [1.0, -rho], noise)
    record = SeriesRecord(
        file=f"synthetic year, seed {seed}",
        rows=0,
        hours=time.size,
        start=str(start)[:16],
        end=str(end)[:16],
        zone="UTC",
        synthetic=True,
    )
    values = {"T_outdoor": climate.seasonal_mean(hours) + deviation, "irradiance": climate.irradiance(hours)}
    data = hourly_dataset(time.astype("datetime64[ns]"), values, record)
    for name in values:
        data[name].attrs["long_name"] += ", synthetic"
    return data
