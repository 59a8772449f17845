"""Records of one unit at one time, as a reply in JSON gives them, and how many of them become a Dataset."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.grid import make_grid
from hashheat.validation.readers.json_replies import as_number
from hashheat.validation.readers.rejections import Rejections
from hashheat.validation.readers.schema import FIELD_VARIABLES, field_dataset
from hashheat.validation.readers.sensor_rules import Samples, apply_rules

#: Highest number of a board.
MAX_BOARDS = 64

#: Added to degrees Celsius.
CELSIUS = 273.15


@dataclass
class UnitRecord:
    """Samples of one unit at one time, in SI.

    Attributes
    ----------
    when : float, optional
        Seconds since 1970.
    unit : str, optional
        Name, where the reply has one.
    of_unit : dict of str to float
        Variables of the unit.
    of_boards : dict of str to dict of int to float
        Variables of boards, by the number of the board.
    status : str
    about : dict of str to str
        ``cooling``, ``model``, ``firmware`` where the reply says them.
    rejected : list of (str, str)
        Variable and reason, one for each sample that has no place in the schema.
    """

    when: float | None = None
    unit: str | None = None
    of_unit: dict[str, float] = field(default_factory=dict)
    of_boards: dict[str, dict[int, float]] = field(default_factory=dict)
    status: str = "unknown"
    about: dict[str, str] = field(default_factory=dict)
    rejected: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, value: Any, board: Any = None, factor: float = 1.0, offset: float = 0.0) -> None:
        """Take a sample, if there is one: ``value * factor + offset``, of the unit or of a board.

        What is there and is no number is counted as rejected; None counts as not there.
        """
        if value is None:
            return
        number = as_number(value)
        if number is None:
            self.rejected.append((name, "not a number"))
        elif "board" not in FIELD_VARIABLES[name].dims:
            self.of_unit[name] = number * factor + offset
        else:
            place = as_number(board)
            if place is None or not 0 <= place < MAX_BOARDS or place != int(place):
                self.rejected.append((name, f"board number that is not one of 0 to {MAX_BOARDS - 1}"))
            else:
                self.of_boards.setdefault(name, {})[int(place)] = number * factor + offset

    def celsius(self, name: str, value: Any, board: Any = None) -> None:
        """Take a temperature in degrees Celsius."""
        self.put(name, value, board, offset=CELSIUS)

    def refuse(self, name: str, value: Any, reason: str) -> None:
        """Count a sample that is there but has no place in the schema."""
        if value is not None:
            self.rejected.append((name, reason))


def records_dataset(
    records: Sequence[UnitRecord], unit: str, time_step: float | None, attributes: dict[str, Any]
) -> xr.Dataset:
    """Put records into the Dataset of the schema, with the rules for sensors applied.

    Raises
    ------
    FieldDataError
        If no record holds a sample, or they do not fit on one grid.
    """
    rejections = Rejections()
    for record in records:
        for name, reason in record.rejected:
            rejections.add(name, reason)
    used = {name for record in records for name in (*record.of_unit, *record.of_boards)}
    if not used:
        reasons = "; ".join(sorted({reason for record in records for _, reason in record.rejected}))
        raise FieldDataError("the replies hold no sample that can be used", found=reasons[:300] or None)
    numbers = sorted({board for r in records for boards in r.of_boards.values() for board in boards})
    place = {number: index for index, number in enumerate(numbers)}
    values: dict[str, np.ndarray] = {}
    for name in FIELD_VARIABLES:
        if name not in used:
            continue
        of_boards = "board" in FIELD_VARIABLES[name].dims
        array = np.full((len(records), len(numbers)) if of_boards else len(records), np.nan)
        for row, record in enumerate(records):
            if of_boards:
                for board, value in record.of_boards.get(name, {}).items():
                    array[row, place[board]] = value
            elif name in record.of_unit:
                array[row] = record.of_unit[name]
        values[name] = array
    times = np.array([_time(record.when) for record in records], dtype="datetime64[ns]")
    units = np.array([record.unit or unit for record in records], dtype=np.str_)
    grid = make_grid(times, units, max(len(numbers), 1), rejections, time_step)
    status = np.array([record.status for record in records])
    samples = Samples(
        {name: grid.spread(array) for name, array in values.items()},
        grid.spread(status, "unknown").astype("<U7"),
        rejections,
    )
    apply_rules(samples)
    coordinates: dict[str, np.ndarray] = {"time": grid.time, "unit": grid.unit, "board": np.array(numbers)}
    return field_dataset(
        samples.values,
        samples.status,
        coordinates,
        rejections,
        {**attributes, **_about(records), **grid.attributes},
    )


def _time(when: float | None) -> np.datetime64:
    if when is None:
        return np.datetime64("NaT", "ns")
    # Beyond what nanoseconds can hold a number is no time; 1970 is one that the grid refuses and counts.
    return np.datetime64(round(when * 1e6) * 1000 if abs(when) < 9e9 else 0, "ns")


def _about(records: Sequence[UnitRecord]) -> dict[str, str]:
    about: dict[str, str] = {}
    for key in ("model", "firmware"):
        said = sorted({record.about[key][:80] for record in records if key in record.about})
        if said:
            about[key] = ", ".join(said[:20])
    cooling = {record.about.get("cooling", "unknown") for record in records}
    about["cooling"] = cooling.pop() if len(cooling) == 1 else "unknown"
    return about
