"""Whatsminer: version 2 (``summary``, ``devs``) and version 3 (``get.miner.status``, ``get.device.info``)."""

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

_WHOLE_UNIT = "reported for the unit as a whole, not for a board"


@only_field_errors
def read_whatsminer(
    data: bytes | str, unit: str = "unit", time_step: float | None = None, source: str = "text in memory"
) -> xr.Dataset:
    """Samples from replies of Whatsminers, one or many.

    Parameters
    ----------
    data : bytes or str
        JSON: one reply, a list of replies, or replies in lines; of either version.
    unit : str
        Name of the unit: the replies hold none.
    time_step : float, optional
        Times are rounded to multiples of this [s].
    source : str
        For the attributes.

    Returns
    -------
    xarray.Dataset
        Power at the wall, ambient, board temperatures, clock and hash rate; ``status`` is ``mining`` where the
        hash rate is above 0. Chip temperatures of the unit as a whole have no place in the schema and are counted
        as rejected, unless it has one board; those of version 2's ``devs`` and version 3's ``edevs`` are by board.

    Raises
    ------
    FieldDataError
        If this is no such reply.

    Notes
    -----
    ``liquid-temperature`` is one sensor whose place is not documented: it is counted as rejected.
    """
    records = [_record(reply) for reply in json_replies(data)]
    return records_dataset(records, unit, time_step, {"source": source, "format": "whatsminer"})


def is_whatsminer(reply: dict[str, Any]) -> bool:
    """Whether a reply is one of a Whatsminer."""
    return bool(_summary_v3(reply) or _device_info(reply) or _summary_v2(reply) or _devs(reply))


def _record(reply: dict[str, Any]) -> UnitRecord:
    if not is_whatsminer(reply):
        raise FieldDataError(
            "not a reply of a Whatsminer",
            found=", ".join(map(str, reply))[:200],
            accepted="'msg' of get.miner.status or get.device.info, or 'SUMMARY' or 'DEVS' of version 2",
        )
    when = child(reply, "when")
    record = UnitRecord(when=as_number(child(reply, "STATUS", 0, "When") if when is None else when))
    _read_v3(record, reply)
    _read_v2(record, reply)
    if record.of_unit.get("hash_rate", 0.0) > 0.0:
        record.status = "mining"
    return record


def _summary_v3(reply: dict[str, Any]) -> dict[str, Any]:
    for found in (child(reply, "msg", "summary"), reply.get("get.miner.status.summary")):
        if isinstance(found, dict) and "power-realtime" in found:
            return found
    return {}


def _device_info(reply: dict[str, Any]) -> dict[str, Any]:
    for found in (child(reply, "msg", "power"), reply.get("get.device.info.power")):
        if isinstance(found, dict) and "pin" in found:
            return found
    return {}


def _summary_v2(reply: dict[str, Any]) -> dict[str, Any]:
    found = child(reply, "SUMMARY", 0)
    if found is None:
        found = child(reply, "Msg") if isinstance(reply.get("Msg"), dict) else None
    return found if isinstance(found, dict) and ("Chip Temp Max" in found or "Env Temp" in found) else {}


def _devs(reply: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in objects(reply.get("DEVS")) if "Slot" in entry]


def _read_v3(record: UnitRecord, reply: dict[str, Any]) -> None:
    summary, supply = _summary_v3(reply), _device_info(reply)
    record.put("power_ac", supply.get("pin"))
    record.refuse(
        "T_in", supply.get("liquid-temperature"), "liquid-temperature: place of the sensor not documented"
    )
    record.put("power_ac", summary.get("power-realtime"))
    record.celsius("T_ambient", summary.get("environment-temperature"))
    record.put("hash_rate", summary.get("hash-realtime"), factor=1e12)
    boards = summary.get("board-temperature")
    boards = boards if isinstance(boards, list) else []
    for place, value in enumerate(boards):
        record.celsius("T_board", value, place)
    slots = objects(child(reply, "msg", "edevs"))
    for slot in slots:
        number: Any = slot.get("slot")
        record.celsius("T_chip_max", slot.get("chip-temp-max"), number)
        record.celsius("T_chip_mean", slot.get("chip-temp-avg"), number)
        record.put("frequency", slot.get("freq"), number, factor=1e6)
    if not slots:
        for place in range(len(boards)):
            record.put("frequency", summary.get("freq-avg"), place, factor=1e6)
        _of_whole_unit(record, summary, len(boards), "chip-temp-max", "chip-temp-avg")
    liquid = child(reply, "msg", "miner", "eeprom-liquid-cooling")
    if isinstance(liquid, str):
        # Of liquid-cooled ones the word does not tell plates from tanks.
        record.about["cooling"] = "air" if not liquid.strip("0-") else "unknown"
    elif as_number(summary.get("fan-speed-in")):
        record.about["cooling"] = "air"
    model = child(reply, "msg", "miner", "type")
    if isinstance(model, str):
        record.about["model"] = model


def _read_v2(record: UnitRecord, reply: dict[str, Any]) -> None:
    summary, devs = _summary_v2(reply), _devs(reply)
    record.put("power_ac", summary.get("Power"))
    record.celsius("T_ambient", summary.get("Env Temp"))
    rate = summary.get("MHS 1m")
    record.put("hash_rate", summary.get("MHS av") if rate is None else rate, factor=1e6)
    for dev in devs:
        number = dev.get("Slot")
        record.celsius("T_board", dev.get("Temperature"), number)
        record.celsius("T_chip_max", dev.get("Chip Temp Max"), number)
        record.celsius("T_chip_mean", dev.get("Chip Temp Avg"), number)
        record.put("frequency", dev.get("Chip Frequency"), number, factor=1e6)
    if not devs:
        _of_whole_unit(record, summary, 0, "Chip Temp Max", "Chip Temp Avg")
    if summary.get("Liquid Cooling") is False:
        record.about["cooling"] = "air"


def _of_whole_unit(record: UnitRecord, summary: dict[str, Any], boards: int, highest: str, mean: str) -> None:
    for name, key in (("T_chip_max", highest), ("T_chip_mean", mean)):
        if boards == 1:
            record.celsius(name, summary.get(key), 0)
        else:
            record.refuse(name, summary.get(key), _WHOLE_UNIT)
