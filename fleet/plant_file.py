"""The plant file: units on headers, their loop, and what is asked of them."""

from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hashheat.components.pump import PumpCurve
from hashheat.components.record import Section, fault, find_file, load_record, number
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.units import to_si

LIBRARY = Path(__file__).parent / "library"


class Units(Section):
    """Which units, how many, how clocked."""

    miner: str = Field(description="a device file, or the shipped name of one, e.g. 'canaan-a1566ha-500t'")
    count: int = Field(gt=0, le=1_000_000, description="units in operation, 1 to 1 000 000")
    rows: int = Field(gt=0, description="identical header pairs, balanced to equal flow; must divide count")
    frequency: Quantity = number("1", positive=True, about="clock over nameplate, a plain number")
    voltage: Quantity = number("1", positive=True, about="supply voltage over nameplate, a plain number")


class Loop(Section):
    """The coolant at the units' inlet."""

    fluid: str = Field(description="e.g. 'water' or 'propylene glycol 30 %'")
    inlet: Quantity = number("K", positive=True, about="temperature at the units' inlet, e.g. '70 degC'")
    pressure: Quantity = number("Pa", positive=True, about="absolute, at the units' inlet, e.g. '3 bar'")
    flow: Quantity = number(
        "m^3/s",
        positive=True,
        about="design flow of one unit, e.g. '10 L/min'; a pump curve or an outlet set point overrides it",
    )
    outlet_setpoint: Quantity | None = number(
        "K",
        positive=True,
        about="mixed outlet temperature that a throttle holds, e.g. '80.5 degC', within 0.25 to 3 times flow",
        default=None,
    )


class Header(Section):
    """Supply and return header of one row."""

    arrangement: Literal["U", "Z"] = Field(description="'U': outlet at the inlet's end; 'Z': at the far end")
    diameter: Quantity = number("m", positive=True, about="inner diameter, e.g. '100 mm'")
    spacing: Quantity = number("m", positive=True, about="between neighbouring units along the header")
    roughness: Quantity = number("m", minimum=0.0, about="of the header's wall, e.g. '0.05 mm'")
    tee_loss: Quantity = number(
        "1", minimum=0.0, about="loss coefficient of a tee for the flow that passes it straight on"
    )


class Pump(Section):
    """What moves the coolant."""

    efficiency: Quantity = number(
        "1", positive=True, maximum=1.0, about="hydraulic over electric power, e.g. '0.5 .. 0.7'"
    )
    external_pressure_drop: Quantity = number(
        "Pa", minimum=0.0, about="of exchanger, filters and pipes outside the headers, at the design flow"
    )
    curve: list[list[str]] = Field(
        default=[],
        description="three or more [flow, head] pairs of the whole plant, e.g. [['0 m3/h', '3 bar'], ...]",
    )

    def curve_points(self) -> list[tuple[float, float]]:
        """Pump curve in SI: flow [m^3/s] and head [Pa], by rising flow."""
        return sorted(
            (to_si(q, "m^3/s", key="pump.curve"), to_si(head, "Pa", key="pump.curve"))
            for q, head in self.curve
        )


class Surroundings(Section):
    """The room."""

    temperature: Quantity = number("K", positive=True, about="of the room, e.g. '10 .. 30 degC'")


class Limits(Section):
    """What must hold for the plant to pass."""

    outlet: Quantity = number("K", positive=True, about="lowest mixed outlet temperature, e.g. '80 degC'")
    boiling_margin: Quantity = number(
        "delta_K", minimum=0.0, about="lowest distance of any wetted wall from boiling, e.g. '10 K'"
    )
    pressure_drop: Quantity = number("Pa", positive=True, about="highest over a unit, e.g. '2 bar'")
    probability: float = Field(gt=0.0, lt=1.0, description="probability of a pass that is asked for, 0 to 1")


class PlantFile(Section):
    """A plant of hydro-cooled units on headers."""

    name: str = Field(description="name of the plant, a text")
    note: str = Field(default="", description="what a reader should know")
    units: Units = Field(description="a [units] table")
    loop: Loop = Field(description="a [loop] table")
    header: Header = Field(description="a [header] table")
    pump: Pump = Field(description="a [pump] table")
    surroundings: Surroundings = Field(description="a [surroundings] table")
    limits: Limits = Field(description="a [limits] table")

    @model_validator(mode="after")
    def _fits(self) -> "PlantFile":
        if self.units.count % self.units.rows:
            divisors = [r for r in range(1, self.units.count + 1) if self.units.count % r == 0 and r <= 100]
            fault(
                "the units do not divide evenly among the rows",
                "units.rows",
                f"{self.units.count} units in {self.units.rows} rows",
                f"a divisor of the count: {', '.join(map(str, divisors))}",
            )
        if self.pump.curve and self.loop.outlet_setpoint is not None:
            fault(
                "a pump curve and an outlet set point both decide the flow",
                "loop.outlet_setpoint",
                "both are given",
                "one of pump.curve and loop.outlet_setpoint",
            )
        if self.loop.outlet_setpoint is not None:
            warmest = float(self.loop.inlet.quantile([0.9995])[0])
            coldest = float(self.loop.outlet_setpoint.quantile([0.0005])[0])
            if coldest <= warmest:
                fault(
                    "the outlet set point is not above the inlet over their whole ranges",
                    "loop.outlet_setpoint",
                    f"from {coldest - 273.15:.2f} degC",
                    f"above loop.inlet, which reaches {warmest - 273.15:.2f} degC",
                )
        if self.pump.curve:
            try:
                points = self.pump.curve_points() if all(len(p) == 2 for p in self.pump.curve) else []
            except InputError as error:
                raise PydanticCustomError("hashheat", "{t}", {"t": error.problem, "error": error}) from None
            heads = [head for _, head in points]
            falls = all(a > b for a, b in pairwise(heads))
            if len(points) < 3 or points[0][0] < 0.0 or min(heads) < 0.0 or not falls:
                fault(
                    "a pump curve needs three or more points whose head falls as the flow rises",
                    "pump.curve",
                    str([list(pair) for pair in self.pump.curve]),
                    "[['0 m3/h', '3 bar'], ['100 m3/h', '2.5 bar'], ['200 m3/h', '1.2 bar']]",
                )
            try:
                PumpCurve.through(points)
            except InputError as error:
                raise PydanticCustomError("hashheat", "{t}", {"t": error.problem, "error": error}) from None
        return self


def load_plant_file(name: str) -> tuple[PlantFile, Path]:
    """Read a plant file.

    Parameters
    ----------
    name : str
        Path of a TOML file, or a shipped name such as ``"nordic-2mw"``.

    Returns
    -------
    PlantFile
    Path
        Where it was read from.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used.
    """
    path = find_file(name, LIBRARY, "plant")
    return load_record(path, PlantFile), path


def shipped_plants() -> list[str]:
    """Names of the plants that come with the package."""
    return sorted(p.stem for p in LIBRARY.glob("*.toml"))
