"""VNish: replies of ``/api/v1/summary``."""

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

#: Key of a chain -> variable; whole degrees Celsius.
_WATER = {"inlet_water_temp": "T_in_board", "outlet_water_temp": "T_out_board"}


@only_field_errors
def read_vnish(
    data: bytes | str, unit: str = "unit", time_step: float | None = None, source: str = "text in memory"
) -> xr.Dataset:
    """Samples from summaries of VNish, one or many.

    Parameters
    ----------
    data : bytes or str
        JSON: one reply, a list of replies, or replies in lines. A reply carries no time: a logger may add
        ``When``, seconds since 1970, beside ``miner``.
    unit : str
        Name of the unit: the replies hold none.
    time_step : float, optional
        Times are rounded to multiples of this [s].
    source : str
        For the attributes.

    Returns
    -------
    xarray.Dataset
        Coolant and hottest chip by chain (``board`` is the chain's ``id``); ``power_dc`` is the sum of the chains'
        ``power_consumption`` where every chain has one.

    Raises
    ------
    FieldDataError
        If this is no such reply.

    Notes
    -----
    ``chip_temp`` and ``pcb_temp`` hold the lowest and the highest of a chain; of these the schema has a place for
    the hottest chip alone. That ``power_consumption`` of a chain is DC power is inferred.
    """
    records = [_record(reply) for reply in json_replies(data)]
    return records_dataset(records, unit, time_step, {"source": source, "format": "vnish"})


def _record(reply: dict[str, Any]) -> UnitRecord:
    miner = child(reply, "miner")
    chains = objects(child(miner, "chains"))
    if not chains:
        found = ", ".join(map(str, reply))[:200]
        raise FieldDataError("not a VNish summary", found=found, accepted="miner with chains")
    record = UnitRecord(when=as_number(reply.get("When")))
    model = child(miner, "miner_type")
    if isinstance(model, str):
        record.about["model"] = model
    state = child(miner, "miner_status", "miner_state")
    if isinstance(state, str):
        record.status = "mining" if state == "mining" else "standby"
    for chain in chains:
        number = chain.get("id")
        for key, name in _WATER.items():
            record.celsius(name, chain.get(key), number)
            if chain.get(key) is not None:
                record.about["cooling"] = "hydro"
        record.celsius("T_chip_max", child(chain, "chip_temp", "max"), number)
    powers = [as_number(chain.get("power_consumption")) for chain in chains]
    known = [power for power in powers if power is not None]
    if len(known) == len(powers):
        record.put("power_dc", sum(known))
    else:
        for power in known:
            record.refuse("power_dc", power, "power of some chains without that of the others")
    return record
