"""The hours a plant is run through: from files where they are given, from its own file where not."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.greenhouse import Greenhouse
from hashheat.fleet.demand_profile import DegreeDayDemand
from hashheat.fleet.heat_plant_file import NETWORK_KEYS, HeatPlantFile
from hashheat.fleet.hourly_series import read_network, read_prices, read_weather
from hashheat.fleet.series_record import SeriesRecord, attach_records, series_records
from hashheat.fleet.supply_curve import SupplyCurve
from hashheat.fleet.synthetic_weather import SyntheticClimate, synthetic_weather
from hashheat.thermo.errors import InputError


def plant_hours(
    file: HeatPlantFile,
    weather: Path | None = None,
    network: Path | None = None,
    prices: Path | None = None,
    *,
    zone: str = "",
    longest_gap: int = 3,
    duplicates: Any = "error",
    wrong_offsets: Any = "error",
) -> xr.Dataset:
    """Weather, network and prices for every hour.

    Parameters
    ----------
    file : HeatPlantFile
        Its ``[hours]`` table stands in for what no file gives: a synthetic year, demand and temperatures by rule,
        a constant price.
    weather, network, prices : Path, optional
        CSV files of :mod:`hashheat.fleet.hourly_series`.
    zone : str
        Of time stamps that state none.
    longest_gap : int
        Longest run of missing hours of weather and network that is interpolated; prices are not.
    duplicates : {"error", "mean"}
    wrong_offsets : {"error", "mend"}
        As the readers.

    Returns
    -------
    xarray.Dataset
        ``T_outdoor``, ``T_supply``, ``T_return`` [K], ``demand`` [W], ``price``, ``heat_price`` [EUR/J] over
        ``time``, the hours that all files have; with the records of where they came from.

    Raises
    ------
    SeriesError
        As the readers.
    InputError
        For files without a common hour.
    """
    own = file.hours
    how = {"zone": zone, "duplicates": duplicates, "wrong_offsets": wrong_offsets}
    given = []
    if weather is not None:
        given.append(read_weather(weather, longest_gap=longest_gap, **how))
    if network is not None:
        given.append(read_network(network, longest_gap=longest_gap, **how))
    if prices is not None:
        given.append(read_prices(prices, **how))
    if weather is None:
        climate = SyntheticClimate(
            mean=own.T_mean.nominal, annual_amplitude=own.T_swing.nominal, latitude=own.latitude,
            clearness=own.clearness,
        )  # fmt: skip
        years = _years(given) or [own.year]
        given.append(xr.concat([synthetic_weather(climate, own.seed, year) for year in years], "time"))
        if len(years) > 1:
            given[-1].attrs = synthetic_weather(climate, own.seed, years[0]).attrs
    records = [record for one in given for record in series_records(one)]
    hours = xr.merge([one.drop_attrs(deep=False) for one in given], join="inner", compat="override")
    if hours.sizes["time"] == 0:
        raise InputError(
            "weather, network and prices have no hour in common", key="time",
            found="; ".join(f"{record.file}: {record.start} to {record.end}" for record in records),
        )  # fmt: skip
    # Plants read one price; the files tell that of electricity from those of heat and hashing.
    if "electricity_price" in hours:
        hours = hours.rename(electricity_price="price")
    T = hours["T_outdoor"].values
    made: list[str] = []
    asked = {key: getattr(own, key) for key in NETWORK_KEYS}
    customers = all(q is not None for q in asked.values())
    if customers and "demand" not in hours:
        demand, rule = _demand(file, hours)
        hours["demand"] = (("time",), demand, {"units": "W", "long_name": "heat asked for by the customers"})
        made.append(f"demand {rule}")
    if customers and "T_supply" not in hours:
        keys = ("T_mild", "T_cold", "supply_mild", "supply_cold")
        curve = SupplyCurve(*(asked[key].nominal for key in keys))
        hours["T_supply"] = (
            ("time",),
            curve.supply(T),
            {"units": "K", "long_name": "supply temperature asked for"},
        )
        made.append("supply temperature by the outdoor temperature")
    for name, number, unit, text in (
        ("T_return", own.T_return, "K", "return temperature of the network"),
        ("price", own.price, "EUR J-1", "price of electricity"),
        ("heat_price", own.heat_price, "EUR J-1", "price of heat"),
    ):
        if name not in hours and number is not None:
            values = np.full(hours.sizes["time"], number.nominal)
            hours[name] = (("time",), values, {"units": unit, "long_name": text})
            made.append(f"{text} constant")
    if made:
        time = hours["time"].values
        records.append(
            SeriesRecord(
                file="by the [hours] of the plant's file: " + "; ".join(made),
                rows=0, hours=time.size, start=str(time[0])[:16], end=str(time[-1] + np.timedelta64(1, "h"))[:16],
                zone="UTC", synthetic=True,
            )
        )  # fmt: skip
    return attach_records(hours, *records)


def _demand(file: HeatPlantFile, hours: xr.Dataset) -> tuple[np.ndarray, str]:
    """Heat asked for [W], and by which rule."""
    T = hours["T_outdoor"].values
    if file.greenhouse is not None:
        if "irradiance" not in hours:
            raise InputError(
                "a greenhouse needs the sun", file=file.file, key="irradiance", found="no such series",
                accepted="a column of the weather",
            )  # fmt: skip
        numbers = {key: q.nominal for key, q in file.greenhouse.quantities().items()}
        wind = hours["wind_speed"].values if "wind_speed" in hours else 0.0
        house = Greenhouse.from_values(numbers)
        need = house.balance(numbers["T_inside"], T, hours["irradiance"].values, wind).heat_demand
        return need, "of the greenhouse by outdoor temperature and sun"
    own = file.hours
    # The heat is that of a whole year: a part of a year gets its part by its cold.
    share = hours.sizes["time"] / 8760.0
    heat, constant = own.heat.nominal, own.constant_share.nominal  # type: ignore[union-attr]
    rule = DegreeDayDemand.from_heat(_year_of(T, share), heat * max(share, 1.0), constant)
    return rule.demand(T), "by the outdoor temperature of the last 24 h"


def _years(given: list[xr.Dataset]) -> list[int]:
    """Years (UTC) that the files touch."""
    if not given:
        return []
    first = max(one["time"].values[0] for one in given)
    last = min(one["time"].values[-1] for one in given)
    years = [int(np.datetime64(t, "Y").astype(int)) + 1970 for t in (first, last)]
    return list(range(years[0], years[1] + 1))


def _year_of(T: np.ndarray, share: float) -> np.ndarray:
    return T if share >= 0.9 else np.resize(T, 8760)
