"""The [[miner]] tables of a tank file: units of one kind, as blocks that release heat and resist the flow."""

from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.components.tank_sections import default_number
from hashheat.thermo.quantity import Quantity

#: Miners of one table along one axis.
MOST_MINERS = 200


class Sink(Section):
    """The heat sink of a chip, or one that some chips share, and the boards that carry it."""

    fins: Literal["plate", "pins"] = Field(description="'plate' or 'pins'")
    length: Quantity = number("m", positive=True, about="along the flow, e.g. '12 mm'")
    width: Quantity = number("m", positive=True, about="across the flow on the board, e.g. '12 mm'")
    base_thickness: Quantity = number("m", positive=True, about="e.g. '2 mm'")
    fin_height: Quantity = number("m", positive=True, about="e.g. '10 mm'")
    fin_thickness: Quantity | None = number("m", positive=True, about="of plate fins", default=None)
    fin_pitch: Quantity | None = number(
        "m", positive=True, about="of plate fins, across the flow", default=None
    )
    pin_diameter: Quantity | None = number("m", positive=True, about="of round pins", default=None)
    pin_pitch_along: Quantity | None = number(
        "m", positive=True, about="of pins along the flow", default=None
    )
    pin_pitch_across: Quantity | None = number("m", positive=True, about="of pins across it", default=None)
    staggered: bool = Field(default=False, description="whether the rows of pins are staggered")
    conductivity: Quantity = number("W/(m K)", positive=True, about="of its metal, e.g. '200 W/(m K)'")
    chips: int = Field(default=1, ge=1, le=100_000, description="chips that share one sink; 1 if left out")
    length_pitch: Quantity | None = number(
        "m", positive=True, about="sink to sink along the flow; even over the unit if left out", default=None
    )
    width_pitch: Quantity | None = number(
        "m", positive=True, about="sink to sink across the flow; even over the unit if left out", default=None
    )
    board_pitch: Quantity | None = number(
        "m", positive=True, about="board to board; even over the unit if left out", default=None
    )
    board_thickness: Quantity = number("m", positive=True, about="e.g. '1.6 mm'")
    sides: int = Field(default=1, ge=1, le=2, description="faces of a board with sinks, 1 or 2")
    back_resistance: Quantity | None = number(
        "K/W",
        positive=True,
        about="with sides = 2: from one junction to the base of the sink behind its board",
        default=None,
    )
    chip_length: Quantity | None = number(
        "m",
        positive=True,
        about="side of a chip's square footprint; spreading is left out without",
        default=None,
    )

    @model_validator(mode="after")
    def _fin_keys(self) -> "Sink":
        if (self.back_resistance is not None) != (self.sides == 2):
            fault(
                "back_resistance goes with sinks on both faces of a board",
                "",
                f"sides = {self.sides}",
                "sides = 2 and back_resistance, or neither",
            )
        keys = {
            "plate": ("fin_thickness", "fin_pitch"),
            "pins": ("pin_diameter", "pin_pitch_along", "pin_pitch_across"),
        }
        for fins, names in keys.items():
            for name in names:
                if (getattr(self, name) is not None) != (fins == self.fins):
                    fault(
                        f"fins = {self.fins!r} {'needs' if fins == self.fins else 'has no'} {name!r}",
                        "",
                        f"no {name}" if fins == self.fins else name,
                        ", ".join(keys[self.fins]),
                    )
        return self


class Resistance(Section):
    """A pressure drop measured over one unit along its flow, in place of that of its fins."""

    curve: list[list[str]] = Field(
        min_length=2,
        max_length=1000,
        description="points of flow and pressure drop: [['1 m^3/h', '20 Pa'], ...], 2 or more",
    )
    density: Quantity = number("kg/m^3", positive=True, about="of the liquid of the test")
    viscosity: Quantity = number("Pa s", positive=True, about="of the liquid of the test, e.g. '1 mPa s'")

    @model_validator(mode="after")
    def _points(self) -> "Resistance":
        for i, point in enumerate(self.curve):
            if len(point) != 2:
                fault(
                    "a point of the curve has a flow and a pressure drop",
                    "",
                    f"curve.{i} = {point}",
                    "such as ['1 m^3/h', '20 Pa']",
                )
            Quantity.parse(point[0], "m^3/s", positive=True, key=f"resistance.curve.{i}")
            Quantity.parse(point[1], "Pa", positive=True, key=f"resistance.curve.{i}")
        return self

    def points(self) -> list[tuple[float, float]]:
        """Flow and pressure drop of each point of the curve.

        Returns
        -------
        list of (float, float)
            [m^3/s], [Pa]
        """
        return [(Quantity.parse(V, "m^3/s").nominal, Quantity.parse(p, "Pa").nominal) for V, p in self.curve]


class Miner(Section):
    """Units of one kind in a rectangular array."""

    name: str = Field(description="name of the unit, a text")
    x: Quantity = number("m", minimum=0.0, about="low corner of the first unit along x")
    y: Quantity = number("m", minimum=0.0, about="low corner of the first unit along y")
    z: Quantity = number("m", minimum=0.0, about="low corner of the first unit along z")
    length: Quantity = number("m", positive=True, about="of a unit along x")
    width: Quantity = number("m", positive=True, about="of a unit along y")
    height: Quantity = number("m", positive=True, about="of a unit along z")
    count: list[int] = Field(
        default=[1, 1], min_length=2, max_length=2, description="units along x and along y, e.g. [6, 1]"
    )
    pitch_x: Quantity | None = number("m", positive=True, about="from unit to unit along x", default=None)
    pitch_y: Quantity | None = number("m", positive=True, about="from unit to unit along y", default=None)
    flow: Literal["x", "y", "z"] = Field(default="z", description="along which the gaps of the fins run")
    stacked: Literal["x", "y", "z"] = Field(default="x", description="normal of the hash boards")
    power: Quantity = number("W", positive=True, about="electric, of one unit, e.g. '4725 W'")
    chip_share: Quantity = number(
        "1",
        positive=True,
        maximum=1.0,
        about="of the power that the chips release; the rest comes from the whole unit",
    )
    boards: int = Field(ge=1, le=64, description="hash boards of a unit")
    rows: int = Field(ge=1, le=1000, description="chip rows of a board, across the flow")
    cols: int = Field(ge=1, le=1000, description="chip columns of a board, along the flow")
    junction_to_sink: Quantity = number(
        "K/W", minimum=0.0, about="from one junction to the base of its heat sink, e.g. '0.8 K/W'"
    )
    limit: Quantity = number("K", positive=True, about="highest junction temperature, e.g. '95 degC'")
    leakage_share: Quantity = number(
        "1",
        minimum=0.0,
        maximum=0.99,
        about="share of chip power that is leakage, at reference_temperature; 0 if left out",
        default=default_number(0.0, "1"),
    )
    leakage_scale: Quantity = number(
        "delta_K",
        positive=True,
        about="rise over which leakage grows e-fold; 30 K if left out",
        default=default_number("30 K", "delta_K"),
    )
    reference_temperature: Quantity = number(
        "K",
        positive=True,
        about="junction temperature at which the power holds; 75 degC if left out",
        default=default_number("75 degC", "K"),
    )
    heat_capacity: Quantity | None = number(
        "J/K",
        positive=True,
        about="of one unit without its oil, e.g. '9 kJ/K'; that of sinks and boards if left out",
        default=None,
    )
    sink: Sink = Field(description="a [miner.sink] table")
    resistance: Resistance | None = Field(default=None, description="an optional [miner.resistance] table")

    @model_validator(mode="after")
    def _fits(self) -> "Miner":
        if self.flow == self.stacked:
            fault(
                "the boards stand in the way: their normal is the direction of the flow",
                "",
                f"flow = {self.flow!r} and stacked = {self.stacked!r}",
                "stacked along another axis than flow",
            )
        for axis, n, size in (("x", self.count[0], self.length), ("y", self.count[1], self.width)):
            if not 1 <= n <= MOST_MINERS:
                fault(
                    "so many units cannot be",
                    "",
                    f"count = {self.count}",
                    f"1 to {MOST_MINERS} along each axis",
                )
            pitch = getattr(self, f"pitch_{axis}")
            if n > 1 and pitch is None:
                fault(
                    f"pitch_{axis} is missing", "", f"count = {self.count}", f"from unit to unit along {axis}"
                )
            if n > 1 and pitch.nominal < size.nominal:
                fault(
                    "the units of this table overlap",
                    "",
                    f"pitch_{axis} = {pitch.nominal:g} m",
                    f"at least the size of a unit, {size.nominal:g} m",
                )
        return self
