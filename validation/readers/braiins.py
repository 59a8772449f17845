"""Braiins OS: named temperatures of its GraphQL (``bosminer.info.workSolver``) and hashboards of its REST API."""

from typing import Any

import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.json_replies import (
    as_number,
    child,
    json_replies,
    objects,
    only_field_errors,
)
from hashheat.validation.readers.unit_records import UnitRecord, records_dataset

#: Key of a hashboard -> variable. Inlet and outlet are sensors on the board, not coolant.
_BOARD = {
    "board_temp": "T_board",
    "lowest_inlet_temp": "T_board_in",
    "highest_outlet_temp": "T_board_out",
    "highest_chip_temp": "T_chip_max",
}
_DEGREES = ("degree_c", "degreesC", "temperature", "value")
_WATER = {"WATER_INLET": "T_in", "WATER_OUTLET": "T_out"}
_WHOLE_UNIT = {"MAX_BOARD": "T_board", "MAX_CHIP": "T_chip_max"}


@only_field_errors
def read_braiins(
    data: bytes | str, unit: str = "unit", time_step: float | None = None, source: str = "text in memory"
) -> xr.Dataset:
    """Samples from replies of Braiins OS, one or many.

    Parameters
    ----------
    data : bytes or str
        JSON: one reply, a list of replies, or replies in lines. A reply carries no time: a logger may add
        ``When``, seconds since 1970, at its top.
    unit : str
        Name of the unit: the replies hold none.
    time_step : float, optional
        Times are rounded to multiples of this [s].
    source : str
        For the attributes.

    Returns
    -------
    xarray.Dataset
        ``T_in`` and ``T_out`` from WATER_INLET and WATER_OUTLET; sensors and hottest chip by hashboard.

    Raises
    ------
    FieldDataError
        If this is no such reply.

    Notes
    -----
    A temperature is taken as a number, or as an object with ``degree_c`` or ``degreesC``, inside ``temperature``
    or not: no capture was at hand.
    """
    records = [_record(reply) for reply in json_replies(data)]
    return records_dataset(records, unit, time_step, {"source": source, "format": "braiins"})


def is_braiins(reply: dict[str, Any]) -> bool:
    """Whether a reply is one of Braiins OS."""
    return bool(_temperatures(reply) or objects(reply.get("hashboards")))


def _record(reply: dict[str, Any]) -> UnitRecord:
    if not is_braiins(reply):
        raise FieldDataError(
            "not a reply of Braiins OS",
            found=", ".join(map(str, reply))[:200],
            accepted="bosminer.info.workSolver.temperatures, or hashboards",
        )
    record = UnitRecord(when=as_number(reply.get("When")))
    for entry in _temperatures(reply):
        label, value = entry.get("name"), _degrees(entry)
        if not isinstance(label, str):
            continue
        if label in _WATER:
            record.celsius(_WATER[label], value)
            record.about["cooling"] = "hydro"
        elif label in _WHOLE_UNIT:
            record.refuse(_WHOLE_UNIT[label], value, "reported for the unit as a whole, not for a board")
    for number, board in enumerate(objects(reply.get("hashboards"))):
        said = board.get("id")
        place = number if as_number(said) is None else said
        for key, name in _BOARD.items():
            record.celsius(name, _degrees(board.get(key)), place)
    return record


def _temperatures(reply: dict[str, Any]) -> list[dict[str, Any]]:
    top = reply.get("data") if isinstance(reply.get("data"), dict) else reply
    return objects(child(top, "bosminer", "info", "workSolver", "temperatures"))


def _degrees(value: Any) -> Any:
    """Number of degrees Celsius in any of the forms; the value itself where it is none of them."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[key] for key in _DEGREES if key in value), None)
    return value
