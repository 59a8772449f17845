"""From a duty file and the exchanger found for it to the exchanger file that rates it."""

from typing import Any

from hashheat.components.duty_file import DutyFile
from hashheat.components.exchanger_sizing import Candidate
from hashheat.components.plate_exchanger import SIDES
from hashheat.components.record import read_toml
from hashheat.components.side_file import DEFAULT_PRESSURE, DEFAULT_SOURCE

_DEFAULT_PRESSURE = {"value": DEFAULT_PRESSURE, "status": "assumed", "source": DEFAULT_SOURCE}


def exchanger_record(record: DutyFile, candidate: Candidate, plate: str) -> dict[str, Any]:
    """Tables of an exchanger file (see :class:`hashheat.components.exchanger_file.ExchangerFile`).

    What the duty file states is passed on with its spread and source; what followed from it is written as a
    plain number and says so.

    Parameters
    ----------
    record : DutyFile
    candidate : Candidate
        Found for it.
    plate : str
        Shipped name or path of its plate file.

    Returns
    -------
    dict
        For a TOML writer.
    """
    given = {} if record.path is None else read_toml(record.path)
    exchanger, duty = candidate.exchanger, candidate.duty
    found: dict[str, Any] = {
        "name": f"{record.name}: {exchanger.plates} plates",
        "note": f"Sized for the duty {record.name!r}. {record.note}".strip(),
        "plate": plate,
        "plates": int(exchanger.plates),
        "passes": [int(n) for n in exchanger.passes],
        "channel_angle": float(exchanger.channel_angle),
    }
    if exchanger.second_angle is not None:
        found |= {"second_angle": float(exchanger.second_angle), "second_share": exchanger.second_share}
    found |= {"ports": exchanger.ports, "flow": "counter" if duty.counterflow else "parallel"}
    for i, side in enumerate(SIDES):
        own = given.get(side, {})
        flow = "volume_flow" if "volume_flow" in own else "mass_flow"
        value, unit = (duty.volume_flow[i], "m^3/s") if flow == "volume_flow" else (duty.mass_flow[i], "kg/s")
        found[side] = {
            "fluid": own.get("fluid", "water"),
            "pressure": own.get("pressure", _DEFAULT_PRESSURE),
            "T_in": own.get("T_in", _followed(duty.T_in[i], "K")),
            flow: own.get(flow, _followed(value, unit)),
        }
        if f"fouling_{side}" in given.get("limits", {}):
            found[side]["fouling"] = given["limits"][f"fouling_{side}"]
    found["duty"] = {
        "heat_rate": given.get("duty", {}).get("heat_rate", _followed(duty.heat_rate, "W")),
    }
    found["limits"] = {
        key: given["limits"][key]
        for key in ("hot_pressure_drop", "cold_pressure_drop", "port_velocity", "oversurface")
        if key in given.get("limits", {})
    }
    return found


def _followed(value: float, unit: str) -> dict[str, str]:
    return {"value": f"{value:.9g} {unit}", "status": "chosen", "note": "follows from the duty file"}
