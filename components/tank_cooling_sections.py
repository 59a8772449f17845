"""The tables of a tank file on what drives the oil and takes its heat: pump, exchanger, water, coil, walls."""

from pydantic import Field, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.components.side_file import SideFluid
from hashheat.components.tank_sections import default_number
from hashheat.thermo.quantity import Quantity

#: A curve of more points than this is a mistake.
_MOST_POINTS = 1000


def _given(section: Section, *keys: str) -> list[str]:
    return [key for key in keys if getattr(section, key) is not None]


def _check_one_of_two(section: Section, table: str, problem: str, plain: str, parts: tuple[str, ...]) -> None:
    """Refuse a table that has neither ``plain`` nor all of ``parts``, or something of both."""
    own, others = _given(section, plain), _given(section, *parts)
    if bool(own) == bool(others) or len(others) not in (0, len(parts)):
        fault(
            problem,
            f"{table}.{plain}",
            " and ".join(own + others) or "nothing",
            f"{plain}; or {', '.join(parts[:-1])} and {parts[-1]}",
        )


class Circulation(Section):
    """What drives the oil through the tank."""

    volume_flow: Quantity | None = number(
        "m^3/s", positive=True, about="fixed flow, e.g. '120 L/min'", default=None
    )
    pump_curve: list[list[str]] | None = Field(
        default=None,
        min_length=3,
        max_length=_MOST_POINTS,
        description="points of flow and head: [['0 L/min', '80 kPa'], ['100 L/min', '60 kPa'], ...], 3 or more",
    )
    T_in: Quantity | None = number(
        "K", positive=True, about="oil inlet, where no exchanger gives it, e.g. '40 degC'", default=None
    )
    loop_pressure_drop: Quantity = number(
        "Pa",
        minimum=0.0,
        about="of pipes, valves and filter at loop_flow, grows with flow squared; 0 if left out",
        default=default_number("0 Pa", "Pa"),
    )
    loop_flow: Quantity | None = number(
        "m^3/s", positive=True, about="flow at which loop_pressure_drop holds", default=None
    )
    pump_efficiency: Quantity = number(
        "1",
        positive=True,
        maximum=1.0,
        about="hydraulic over electric power; 0.4 if left out",
        default=default_number(0.4, "1"),
    )

    @model_validator(mode="after")
    def _one_drive(self) -> "Circulation":
        given = _given(self, "volume_flow", "pump_curve")
        if len(given) != 1:
            fault(
                "the flow is given by one of two keys",
                "circulation.volume_flow, circulation.pump_curve",
                " and ".join(given) or "neither",
                "one of the two",
            )
        if self.loop_pressure_drop.nominal > 0.0 and self.loop_flow is None:
            fault(
                "a required key is missing",
                "circulation.loop_flow",
                None,
                "the flow at which loop_pressure_drop holds, e.g. '120 L/min'",
            )
        for i, point in enumerate(self.pump_curve or []):
            if len(point) != 2:
                fault(
                    "a point of the pump curve has a flow and a head",
                    f"circulation.pump_curve.{i}",
                    str(point),
                    "such as ['100 L/min', '60 kPa']",
                )
            Quantity.parse(point[0], "m^3/s", minimum=0.0, key=f"circulation.pump_curve.{i}")
            Quantity.parse(point[1], "Pa", minimum=0.0, key=f"circulation.pump_curve.{i}")
        return self


class Exchanger(Section):
    """The exchanger from oil to water: a conductance in counterflow, a file, or a stack of plates."""

    UA: Quantity | None = number(
        "W/K", positive=True, about="conductance in counterflow, e.g. '6 kW/K'", default=None
    )
    file: str | None = Field(default=None, description="an exchanger file, or the shipped name of one")
    plate: str | None = Field(default=None, description="a shipped plate such as 'g-016', or a plate file")
    plates: int | None = Field(default=None, ge=3, description="all plates, both ends included; 3 or more")
    passes: list[int] = Field(
        default=[1, 1], min_length=2, max_length=2, description="of oil and of water, e.g. [1, 1]"
    )
    conductance_factor: Quantity = number(
        "1",
        positive=True,
        about="conductance over that of UA, file or plates: its doubt, or deposits; 1 if left out",
        default=default_number(1.0, "1"),
    )
    oil_pressure_drop: Quantity = number(
        "Pa",
        minimum=0.0,
        about="with UA: of the oil side at oil_flow, grows with flow squared; 0 if left out",
        default=default_number("0 Pa", "Pa"),
    )
    oil_flow: Quantity | None = number(
        "m^3/s", positive=True, about="flow at which oil_pressure_drop holds", default=None
    )

    @model_validator(mode="after")
    def _one_form(self) -> "Exchanger":
        given = _given(self, "UA", "file", "plate")
        if len(given) != 1:
            fault(
                "the exchanger is given in one of three forms",
                "exchanger.UA, exchanger.file, exchanger.plate",
                " and ".join(given) or "nothing",
                "UA; or file; or plate and plates",
            )
        if (self.plate is None) != (self.plates is None):
            fault("plate and plates go together", "exchanger.plates", str(self.plates), "plate and plates")
        if self.oil_pressure_drop.nominal > 0.0 and (self.oil_flow is None or self.UA is None):
            fault(
                "oil_pressure_drop goes with UA and oil_flow; plates have their own",
                "exchanger.oil_pressure_drop",
                "given",
                "UA and oil_flow beside it",
            )
        return self


class Water(SideFluid):
    """What takes the heat: the cold side of the exchanger, or the water in the coil."""

    T_in: Quantity = number("K", positive=True, about="inlet temperature, e.g. '35 degC'")
    volume_flow: Quantity = number("m^3/s", positive=True, about="at T_in, e.g. '90 L/min'")


class Coil(Section):
    """A coil of tube in the oil: a region that gives heat to the water, and leaves the flow alone."""

    x: Quantity = number("m", minimum=0.0, about="low corner of its region along x")
    y: Quantity = number("m", minimum=0.0, about="low corner of its region along y")
    z: Quantity = number("m", minimum=0.0, about="low corner of its region along z")
    length: Quantity = number("m", positive=True, about="of its region along x")
    width: Quantity = number("m", positive=True, about="of its region along y")
    height: Quantity = number("m", positive=True, about="of its region along z")
    conductance: Quantity | None = number(
        "W/K", positive=True, about="oil to water, all tubes, e.g. '900 W/K'", default=None
    )
    tube_diameter: Quantity | None = number("m", positive=True, about="outside, e.g. '15 mm'", default=None)
    tube_length: Quantity | None = number("m", positive=True, about="of all tube, e.g. '60 m'", default=None)
    htc: Quantity | None = number(
        "W/(m^2 K)",
        positive=True,
        about="oil to water on the outside of the tube, e.g. '120 W/(m^2 K)'",
        default=None,
    )

    @model_validator(mode="after")
    def _one_form(self) -> "Coil":
        _check_one_of_two(
            self,
            "coil",
            "the coil is given in one of two forms",
            "conductance",
            ("tube_diameter", "tube_length", "htc"),
        )
        return self


class Walls(Section):
    """Heat through bottom and sides to the room."""

    htc: Quantity | None = number(
        "W/(m^2 K)", minimum=0.0, about="oil's face of the wall to the room", default=None
    )
    insulation: Quantity | None = number("m", positive=True, about="thickness, e.g. '30 mm'", default=None)
    insulation_conductivity: Quantity | None = number(
        "W/(m K)", positive=True, about="e.g. '0.04 W/(m K)'", default=None
    )
    outside_htc: Quantity | None = number(
        "W/(m^2 K)", positive=True, about="outside of the insulation, e.g. '8 W/(m^2 K)'", default=None
    )
    T_ambient: Quantity = number("K", positive=True, about="of the room, e.g. '20 degC'")

    @model_validator(mode="after")
    def _one_form(self) -> "Walls":
        _check_one_of_two(
            self,
            "walls",
            "heat through the walls is given in one of two forms",
            "htc",
            ("insulation", "insulation_conductivity", "outside_htc"),
        )
        return self


class Surface(Section):
    """The free surface of the oil, which slips."""

    htc: Quantity = number(
        "W/(m^2 K)",
        minimum=0.0,
        about="oil's surface to the room: through the lid, or with radiation and evaporation",
    )
