"""A year from one day of every month: each run by itself after a day that is thrown away."""

import numpy as np
import xarray as xr

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError

_DAY = 24


def month_days(plant: HeatPlant, hours: xr.Dataset, day: int = 16) -> xr.Dataset:
    """Run a plant through one day of every month.

    Parameters
    ----------
    plant : HeatPlant
    hours : xarray.Dataset
        Of a whole year, hourly, as :func:`hashheat.fleet.simulate.simulate` takes them.
    day : int
        Of the month, 2 to 28; the day before it is run too, so that tanks and pipes forget how they began, and
        thrown away.

    Returns
    -------
    xarray.Dataset
        As of ``simulate`` over the hours of these days, without what the units went through.

    Raises
    ------
    InputError
        For another day, or hours that do not hold it in every month; and as ``simulate``.

    Notes
    -----
    Twelve days are no year: cold snaps, failures in a row and the slow part of a large tank are not in them. Sums
    over them come within some per cent of those of the year.
    """
    if not 2 <= day <= 28:
        raise InputError("is no day of every month after the first", key="day", found=day, accepted="2 to 28")
    month, of_month = hours["time"].dt.month.values, hours["time"].dt.day.values
    runs = []
    for m in range(1, 13):
        own = np.flatnonzero((month == m) & ((of_month == day) | (of_month == day - 1)))
        if own.size != 2 * _DAY:
            raise InputError(
                "the hours do not hold this day of every month, and the day before it", key="time",
                found=f"{own.size} h of month {m}", accepted="48 h",
            )  # fmt: skip
        run = simulate(plant, hours.isel(time=own)).isel(time=slice(_DAY, None))
        runs.append(run.drop_dims(["unit", "T_bin"], errors="ignore"))
    return xr.concat(runs, "time", data_vars="minimal", coords="minimal", compat="override")
