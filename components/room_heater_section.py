"""The file of a room heater."""

from pathlib import Path

from pydantic import Field

from hashheat.components.record import FileRecord, find_file, load_record, number
from hashheat.components.room_heater import RoomHeater
from hashheat.thermo.quantity import Quantity

LIBRARY = Path(__file__).parent / "library" / "room_heaters"


class RoomHeaterSection(FileRecord):
    """An air-cooled miner in a room: power, air, fins and chips."""

    name: str = Field(default="", description="name of the device, a text")
    note: str = Field(default="", description="what a reader should know")
    wall_power: Quantity = number("W", positive=True, about="electric, at full fan speed, e.g. '800 W'")
    fan_power: Quantity = number("W", minimum=0.0, about="of the fan at full speed, part of it, e.g. '20 W'")
    board_share: Quantity = number(
        "1", positive=True, maximum=1.0, about="of the rest, what the chips take, e.g. '92 %'"
    )
    volume_flow: Quantity = number("m^3/s", positive=True, about="of air at full speed, e.g. '110 m3/h'")
    sinks: Quantity = number("1", positive=True, about="heat sinks, a plain number")
    sink_length: Quantity = number("m", positive=True, about="of a sink along the air, e.g. '200 mm'")
    sink_width: Quantity = number("m", positive=True, about="of a sink across the air, e.g. '100 mm'")
    fin_height: Quantity = number("m", positive=True, about="e.g. '30 mm'")
    fin_thickness: Quantity = number("m", positive=True, about="e.g. '0.5 mm'")
    fin_pitch: Quantity = number("m", positive=True, about="fin to fin, e.g. '2.5 mm'")
    fin_conductivity: Quantity = number("W/(m K)", positive=True, about="e.g. '200 W/(m K)'")
    chips: Quantity = number("1", positive=True, about="on all sinks, a plain number")
    junction_to_sink: Quantity = number("K/W", minimum=0.0, about="of one chip, e.g. '1 K/W'")
    T_junction_limit: Quantity = number("K", positive=True, about="e.g. '95 degC'")

    def build(self) -> RoomHeater:
        """The heater at nominal values."""
        return RoomHeater.from_values({key: q.nominal for key, q in self.quantities().items()})


def load_room_heater(name: str) -> RoomHeaterSection:
    """Read the file of a room heater: a path, or a shipped name such as ``"avalon-mini-3"``.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used.
    """
    return load_record(find_file(name, LIBRARY, "room heater"), RoomHeaterSection)
