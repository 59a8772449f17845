"""The tables of a tank file: tank, fluid, grid, openings, circulation, exchanger, water, coil, walls, surface."""

from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.components.side_file import DEFAULT_SOURCE, SideFluid
from hashheat.thermo.quantity import Quantity

#: Axes by their letter, and the key of the size along each.
AXES = {"x": "length", "y": "width", "z": "height"}

#: Sides of a tank in the order of :mod:`hashheat.solvers.flow_model`, and the axes that span each.
SIDES = {
    "west": ("y", "z"),
    "east": ("y", "z"),
    "south": ("x", "z"),
    "north": ("x", "z"),
    "bottom": ("x", "y"),
    "top": ("x", "y"),
}

#: A curve of more points than this is a mistake.
_MOST_POINTS = 1000


def default_number(value: str | float, unit: str) -> Quantity:
    """Quantity of a key that may be left out, as plainly assumed by the package."""
    return Quantity.parse({"value": value, "status": "assumed", "source": DEFAULT_SOURCE}, unit)


class Tank(Section):
    """The oil: a box, its corner at the origin, x along its length, y along its width, z up."""

    length: Quantity = number("m", positive=True, maximum=50.0, about="inside, along x, e.g. '2 m'")
    width: Quantity = number("m", positive=True, maximum=50.0, about="inside, along y, e.g. '0.6 m'")
    depth: Quantity = number("m", positive=True, maximum=20.0, about="of the oil, along z, e.g. '0.7 m'")


class Oil(Section):
    """What the tank is filled with, and how far it has aged."""

    name: str = Field(description="a dielectric or another liquid, as Fluid.parse takes it")
    pressure: Quantity = number(
        "Pa",
        positive=True,
        about="absolute, 1.013 bar if left out",
        default=default_number("101325 Pa", "Pa"),
    )
    flash_point: Quantity | None = number(
        "K", positive=True, about="in place of that of the fluid's data, e.g. '190 degC'", default=None
    )
    viscosity_factor: Quantity = number(
        "1",
        positive=True,
        about="viscosity over that of fresh oil; 1 if left out",
        default=default_number(1.0, "1"),
    )
    film_factor: Quantity = number(
        "1",
        positive=True,
        about="film coefficient of the heat sinks over that of the correlation: its doubt, or deposits; 1 if "
        "left out",
        default=default_number(1.0, "1"),
    )


class Grid(Section):
    """Finite volumes; lines run through the faces of all blocks and openings."""

    cell_x: Quantity | None = number(
        "m", positive=True, about="largest cell along x; chosen if left out", default=None
    )
    cell_y: Quantity | None = number(
        "m", positive=True, about="largest cell along y; chosen if left out", default=None
    )
    cell_z: Quantity | None = number(
        "m", positive=True, about="largest cell along z; chosen if left out", default=None
    )
    gap_cells: int = Field(default=2, ge=1, le=64, description="least cells across an open gap, 1 to 64")
    turbulence: Literal["auto", "off", "mixing-length"] = Field(
        default="auto", description="'auto', 'off' or 'mixing-length'"
    )


class Opening(Section):
    """A rectangle on a side of the tank, by the two axes that span the side."""

    side: Literal["west", "east", "south", "north", "bottom", "top"] = Field(
        description="'west' and 'east' end x, 'south' and 'north' end y, 'bottom' and 'top' end z"
    )
    x: Quantity | None = number("m", minimum=0.0, about="where it begins along x", default=None)
    y: Quantity | None = number("m", minimum=0.0, about="where it begins along y", default=None)
    z: Quantity | None = number("m", minimum=0.0, about="where it begins along z", default=None)
    length: Quantity | None = number("m", minimum=0.0, about="along x", default=None)
    width: Quantity | None = number("m", minimum=0.0, about="along y", default=None)
    height: Quantity | None = number("m", minimum=0.0, about="along z", default=None)

    @model_validator(mode="after")
    def _spans_its_side(self) -> "Opening":
        for axis, size in AXES.items():
            for key in (axis, size):
                given, needed = getattr(self, key) is not None, axis in SIDES[self.side]
                if given != needed:
                    spans = [k for a in SIDES[self.side] for k in (a, AXES[a])]
                    fault(
                        f"an opening of the {self.side} side {'needs' if needed else 'has no'} {key!r}",
                        "",
                        f"no {key}" if needed else key,
                        ", ".join(spans),
                    )
        return self


class Inlet(Opening):
    """Where oil enters, at an even velocity."""

    share: Quantity | None = number(
        "1",
        positive=True,
        about="of the flow, as a part of the shares of all inlets; by its area if left out",
        default=None,
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
        given = [k for k in ("volume_flow", "pump_curve") if getattr(self, k) is not None]
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
        given = [k for k in ("UA", "file", "plate") if getattr(self, k) is not None]
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
        tube = [k for k in ("tube_diameter", "tube_length", "htc") if getattr(self, k) is not None]
        if (self.conductance is None) == (not tube) or len(tube) not in (0, 3):
            fault(
                "the coil is given in one of two forms",
                "coil.conductance",
                " and ".join((["conductance"] if self.conductance is not None else []) + tube) or "nothing",
                "conductance; or tube_diameter, tube_length and htc",
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
        layers = [
            k
            for k in ("insulation", "insulation_conductivity", "outside_htc")
            if getattr(self, k) is not None
        ]
        if (self.htc is None) == (not layers) or len(layers) not in (0, 3):
            fault(
                "heat through the walls is given in one of two forms",
                "walls.htc",
                " and ".join((["htc"] if self.htc is not None else []) + layers) or "nothing",
                "htc; or insulation, insulation_conductivity and outside_htc",
            )
        return self


class Surface(Section):
    """The free surface of the oil, which slips."""

    htc: Quantity = number(
        "W/(m^2 K)",
        minimum=0.0,
        about="oil's surface to the room: through the lid, or with radiation and evaporation",
    )
