"""The plant file: units on headers, their loop, and what is asked of them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hashheat.components.record import Section, find_file, load_record, quantity
from hashheat.thermo.errors import InputError
from hashheat.thermo.units import to_si

LIBRARY = Path(__file__).parent / "library"


class Units(Section):
    """Which units, how many, how clocked."""

    miner: str = Field(description="a device file, or the shipped name of one, e.g. 'canaan-a1566ha-500t'")
    count: int = Field(gt=0, description="units in operation")
    rows: int = Field(gt=0, description="identical header pairs, balanced to equal flow; must divide count")
    frequency: quantity("1", positive=True) = Field(description="clock over nameplate, a plain number")  # type: ignore[valid-type]
    voltage: quantity("1", positive=True) = Field(description="supply voltage over nameplate, a plain number")  # type: ignore[valid-type]


class Loop(Section):
    """The coolant at the units' inlet."""

    fluid: str = Field(description="e.g. 'water' or 'propylene glycol 30 %'")
    inlet: quantity("K", positive=True) = Field(description="temperature at the units' inlet, e.g. '70 degC'")  # type: ignore[valid-type]
    pressure: quantity("Pa", positive=True) = Field(description="absolute, at the units' inlet, e.g. '3 bar'")  # type: ignore[valid-type]
    flow: quantity("m^3/s", positive=True) = Field(  # type: ignore[valid-type]
        description="design flow of one unit, e.g. '10 L/min'; a pump curve overrides it"
    )


class Header(Section):
    """Supply and return header of one row."""

    arrangement: Literal["U", "Z"] = Field(description="'U': outlet at the inlet's end; 'Z': at the far end")
    diameter: quantity("m", positive=True) = Field(description="inner diameter, e.g. '100 mm'")  # type: ignore[valid-type]
    spacing: quantity("m", positive=True) = Field(description="between neighbouring units along the header")  # type: ignore[valid-type]
    roughness: quantity("m", minimum=0.0) = Field(description="of the header's wall, e.g. '0.05 mm'")  # type: ignore[valid-type]
    tee_loss: quantity("1", minimum=0.0) = Field(  # type: ignore[valid-type]
        description="loss coefficient of a tee for the flow that passes it straight on"
    )


class Pump(Section):
    """What moves the coolant."""

    efficiency: quantity("1", positive=True, maximum=1.0) = Field(  # type: ignore[valid-type]
        description="hydraulic over electric power, e.g. '0.5 .. 0.7'"
    )
    external_pressure_drop: quantity("Pa", minimum=0.0) = Field(  # type: ignore[valid-type]
        description="of exchanger, filters and pipes outside the headers, at the design flow"
    )
    curve: tuple[tuple[str, str], ...] = Field(
        default=(),
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

    temperature: quantity("K", positive=True) = Field(description="of the room, e.g. '10 .. 30 degC'")  # type: ignore[valid-type]


class Limits(Section):
    """What must hold for the plant to pass."""

    outlet: quantity("K", positive=True) = Field(
        description="lowest mixed outlet temperature, e.g. '80 degC'"
    )  # type: ignore[valid-type]
    boiling_margin: quantity("delta_K", minimum=0.0) = Field(  # type: ignore[valid-type]
        description="lowest distance of any wetted wall from boiling, e.g. '10 K'"
    )
    pressure_drop: quantity("Pa", positive=True) = Field(description="highest over a unit, e.g. '2 bar'")  # type: ignore[valid-type]
    probability: float = Field(gt=0.0, lt=1.0, description="probability of a pass that is asked for, 0 to 1")


class PlantFile(Section):
    """A plant of hydro-cooled units on headers."""

    name: str = Field(description="of the plant")
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
            _fault(
                "the units do not divide evenly among the rows",
                "units.rows",
                f"{self.units.count} units in {self.units.rows} rows",
                f"a divisor of the count: {', '.join(map(str, divisors))}",
            )
        if self.pump.curve:
            try:
                points = self.pump.curve_points()
            except InputError as error:
                raise PydanticCustomError("hashheat", "{t}", {"t": error.problem, "error": error}) from None
            heads = [head for _, head in points]
            falls = all(a > b for a, b in zip(heads, heads[1:]))
            if len(points) < 3 or points[0][0] < 0.0 or min(heads) < 0.0 or not falls:
                _fault(
                    "a pump curve needs three or more points whose head falls as the flow rises",
                    "pump.curve",
                    str([list(pair) for pair in self.pump.curve]),
                    "[['0 m3/h', '3 bar'], ['100 m3/h', '2.5 bar'], ['200 m3/h', '1.2 bar']]",
                )
        return self


def _fault(problem: str, key: str, found: str, accepted: str) -> None:
    error = InputError(problem, key=key, found=found, accepted=accepted)
    raise PydanticCustomError("hashheat", "{text}", {"text": problem, "error": error})


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
