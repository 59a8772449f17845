"""The one Dataset that every reader gives: names, dimensions, units and plausible ranges of measured data."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.rejections import Rejections

UNIT = ("time", "unit")
BOARD = (*UNIT, "board")
CHIP = (*BOARD, "chip")

#: Words that ``status`` may hold.
STATES = ("mining", "standby", "unknown")

#: Words that the attribute ``cooling`` may hold.
COOLING = ("hydro", "air", "immersion", "unknown")


class FieldVariable(NamedTuple):
    """One variable of measured data.

    Attributes
    ----------
    dims : tuple of str
    unit : str
        As :func:`hashheat.thermo.units.to_si` takes it.
    cf_unit : str
        As the Dataset carries it.
    long_name : str
    lowest, highest : float
        A sample outside cannot be a reading of that sensor, in SI. Wide on purpose: odd is not impossible.
    """

    dims: tuple[str, ...]
    unit: str
    cf_unit: str
    long_name: str
    lowest: float
    highest: float


def _temperature(dims: tuple[str, ...], long_name: str) -> FieldVariable:
    return FieldVariable(dims, "K", "K", long_name, 223.15, 473.15)


#: Name -> what it is. Only variables that the source has are in a Dataset.
FIELD_VARIABLES: dict[str, FieldVariable] = {
    "T_in": _temperature(UNIT, "coolant at the inlet of the unit"),
    "T_out": _temperature(UNIT, "coolant at the outlet of the unit"),
    "T_in_board": _temperature(BOARD, "coolant at the inlet of the board"),
    "T_out_board": _temperature(BOARD, "coolant at the outlet of the board"),
    "T_board_in": _temperature(BOARD, "sensor on the board near the coolant inlet"),
    "T_board_out": _temperature(BOARD, "sensor on the board near the coolant outlet"),
    "T_board": _temperature(BOARD, "sensor on the board, place not stated"),
    "T_chip": _temperature(CHIP, "chip temperature as reported"),
    "V_chip": FieldVariable(CHIP, "V", "V", "chip voltage as reported", 0.0, 10.0),
    "T_chip_mean": _temperature(BOARD, "mean chip temperature of the board as reported by the firmware"),
    "T_chip_max": _temperature(BOARD, "highest chip temperature of the board as reported by the firmware"),
    "power_ac": FieldVariable(UNIT, "W", "W", "electric power of the unit at the wall", 0.0, 1e6),
    "power_dc": FieldVariable(UNIT, "W", "W", "DC power of all boards of the unit", 0.0, 1e6),
    "frequency": FieldVariable(BOARD, "Hz", "Hz", "clock of the chips", 0.0, 1e10),
    "volume_flow": FieldVariable(UNIT, "m^3/s", "m3 s-1", "coolant flow of the unit", 0.0, 1.0),
    "hash_rate": FieldVariable(UNIT, "hash/s", "s-1", "hashes per second of the unit", 0.0, 1e17),
    "T_ambient": _temperature(UNIT, "air around the unit"),
}


def field_dataset(
    values: Mapping[str, np.ndarray],
    status: np.ndarray,
    coordinates: Mapping[str, np.ndarray],
    rejections: Rejections,
    attributes: Mapping[str, Any],
    comments: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """Put checked samples into the Dataset of measured data.

    Parameters
    ----------
    values : mapping of str to array
        Names of :data:`FIELD_VARIABLES`, each over its dimensions, in SI; NaN where missing or rejected.
    status : (time, unit) array of str
        One of :data:`STATES`.
    coordinates : mapping of str to array
        ``time`` (datetime64[ns] in UTC, or the sample's number as float), ``unit`` (str), ``board`` and ``chip``
        (int) where they occur.
    rejections : Rejections
        What was rejected, and why.
    attributes : mapping
        ``source``, ``cooling``, ``synthetic`` and whatever else the source says; see docs/files.md.
    comments : mapping of str to str, optional
        Variable -> what a reader should know of how it was read.

    Returns
    -------
    xarray.Dataset
    """
    used = {dim for name in values for dim in FIELD_VARIABLES[name].dims} | set(UNIT)
    has_clock = np.asarray(coordinates["time"]).dtype.kind == "M"
    coords: dict[str, Any] = {}
    if has_clock:
        coords["time"] = ("time", coordinates["time"], {"long_name": "time (UTC)", "standard_name": "time"})
    else:
        about = {"long_name": "number of the sample: the source has no clock", "units": "1"}
        coords["time"] = ("time", coordinates["time"], about)
    coords["unit"] = ("unit", np.asarray(coordinates["unit"], dtype=np.str_), {"long_name": "unit"})
    for name in ("board", "chip"):
        if name in used:
            about = {"long_name": f"{name} by the number of the source", "units": "1"}
            coords[name] = (name, np.asarray(coordinates[name], dtype=np.int64), about)
    variables: dict[str, Any] = {}
    for name, about_variable in FIELD_VARIABLES.items():
        if name in values:
            attrs = {"units": about_variable.cf_unit, "long_name": about_variable.long_name}
            if comments and name in comments:
                attrs["comment"] = comments[name]
            variables[name] = (about_variable.dims, values[name], attrs)
    variables["status"] = (
        UNIT,
        np.asarray(status, dtype="<U7"),
        {"long_name": "what the unit was doing", "flag_values": ", ".join(STATES)},
    )
    variables.update(rejections.variables())
    return xr.Dataset(variables, coords, {**_defaults(has_clock), **attributes})


def check_schema(data: xr.Dataset) -> xr.Dataset:
    """Give the Dataset back if it keeps to the schema.

    Raises
    ------
    FieldDataError
        Naming the first variable that does not: an unknown name, other dimensions, another unit, a coordinate
        that is missing, samples that cannot be readings.
    """
    for name in ("time", "unit"):
        if name not in data.coords or data[name].dims != (name,):
            raise FieldDataError("the coordinate is missing", key=name, accepted=f"one value for each {name}")
    kind = data["time"].dtype.kind
    if kind not in "Mf" or data["time"].isnull().any():
        raise FieldDataError(
            "these are not times",
            key="time",
            found=str(data["time"].dtype),
            accepted="datetime64 without gaps, or the number of the sample as float",
        )
    times = data["time"].values
    if times.size > 1 and not (times[1:] > times[:-1]).all():
        raise FieldDataError("the times do not rise", key="time", accepted="every time once, rising")
    known = {*FIELD_VARIABLES, "status", *Rejections.NAMES}
    for key, array in data.data_vars.items():
        if key not in known:
            raise FieldDataError(
                "not a variable of measured data", key=str(key), accepted=", ".join(sorted(known))
            )
        if key in FIELD_VARIABLES:
            _check_variable(str(key), array)
    if not any(name in data for name in FIELD_VARIABLES):
        raise FieldDataError("no variable of measured data", accepted=", ".join(FIELD_VARIABLES))
    if "status" in data and not np.isin(data["status"].values.astype(str), STATES).all():
        raise FieldDataError("not a status", key="status", accepted=", ".join(STATES))
    return data


def _check_variable(name: str, array: xr.DataArray) -> None:
    about = FIELD_VARIABLES[name]
    if array.dims != about.dims:
        found, accepted = ", ".join(map(str, array.dims)), ", ".join(about.dims)
        raise FieldDataError("other dimensions", key=name, found=found, accepted=accepted)
    missing = [dim for dim in about.dims if dim not in array.coords]
    if missing:
        raise FieldDataError(
            "the coordinate is missing", key=missing[0], accepted=f"{name} over {about.dims}"
        )
    if array.attrs.get("units") != about.cf_unit:
        found = repr(array.attrs.get("units"))
        raise FieldDataError("not in SI", key=name, found=f"units = {found}", accepted=about.cf_unit)
    if array.dtype.kind != "f":
        raise FieldDataError("not numbers", key=name, found=str(array.dtype), accepted="float")
    values = array.values
    if ((values < about.lowest) | (values > about.highest)).any():
        raise FieldDataError(
            "samples that cannot be readings",
            key=name,
            found=f"{np.nanmin(values):g} .. {np.nanmax(values):g} {about.cf_unit}",
            accepted=f"{about.lowest:g} .. {about.highest:g} {about.cf_unit}",
        )


def _defaults(has_clock: bool) -> dict[str, Any]:
    try:
        package = version("hashheat")
    except PackageNotFoundError:  # a source tree on the path, not installed
        package = "unknown"
    clock = "UTC" if has_clock else "none: time is the number of the sample of each unit"
    return {
        "Conventions": "CF-1.11",
        "hashheat_version": package,
        "clock": clock,
        "cooling": "unknown",
        "synthetic": 0,
    }
