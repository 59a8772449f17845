"""LuxOS: replies to ``temps``. What a corner of a board measures is what its label says, never its place."""

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

#: Label -> variable.
LABELS = {
    "Water Inlet": "T_in_board",
    "Water Outlet": "T_out_board",
    "Board Inlet": "T_board_in",
    "Board Outlet": "T_board_out",
}


@only_field_errors
def read_luxos(
    data: bytes | str, unit: str = "unit", time_step: float | None = None, source: str = "text in memory"
) -> xr.Dataset:
    """Samples from replies to LuxOS's ``temps``, one or many.

    Parameters
    ----------
    data : bytes or str
        JSON: one reply, a list of replies, or replies in lines.
    unit : str
        Name of the unit: the replies hold none.
    time_step : float, optional
        Times are rounded to multiples of this [s].
    source : str
        For the attributes.

    Returns
    -------
    xarray.Dataset
        Temperatures of coolant and sensors by board; ``cooling`` is ``hydro`` where water is labelled.

    Raises
    ------
    FieldDataError
        If this is no such reply, or none of its labels is known.
    """
    records = [_record(reply) for reply in json_replies(data)]
    return records_dataset(records, unit, time_step, {"source": source, "format": "luxos"})


def _record(reply: dict[str, Any]) -> UnitRecord:
    record = UnitRecord(when=as_number(child(reply, "STATUS", 0, "When")))
    corners = child(reply, "METADATA", 0)
    boards = objects(child(reply, "TEMPS"))
    if not isinstance(corners, dict) or not boards:
        raise FieldDataError(
            "not a LuxOS 'temps' reply", found=", ".join(map(str, reply))[:200], accepted="METADATA and TEMPS"
        )
    labels = {corner: child(entry, "Label") for corner, entry in corners.items()}
    if not any(label in LABELS for label in labels.values() if isinstance(label, str)):
        raise FieldDataError(
            "no label of the LuxOS 'temps' reply is known",
            found=", ".join(map(str, labels.values()))[:200],
            accepted=", ".join(LABELS),
        )
    if "Water Inlet" in labels.values() or "Water Outlet" in labels.values():
        record.about["cooling"] = "hydro"
    firmware = child(reply, "STATUS", 0, "Description")
    if isinstance(firmware, str):
        record.about["firmware"] = firmware
    for board in boards:
        for corner, label in labels.items():
            name = LABELS.get(label) if isinstance(label, str) else None
            if name is not None:
                record.celsius(name, board.get(corner), board.get("ID"))
            elif corner in board:
                record.refuse("T_board", board[corner], "corner of a board with a label that is not known")
    return record
