"""The tables of a two-phase tank's file: bath, liquid, chips, boiling, condenser, water, room, lid."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.solvers.critical_heat_flux import SIZES, SUBCOOLINGS
from hashheat.solvers.pool_boiling import CORRELATIONS
from hashheat.thermo.boiling_fluid import boiling_fluid, boiling_fluid_names
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.quantity import Quantity

#: Constants that each correlation needs.
_NEEDED = {"Rohsenow": ("C_sf", "n"), "Cooper": ("roughness",), "Gorenflo": ("roughness", "h0")}


class Bath(Section):
    """The tank: a box with liquid below and vapour above."""

    length: Quantity = number("m", positive=True, maximum=50.0, about="inside, e.g. '1.2 m'")
    width: Quantity = number("m", positive=True, maximum=50.0, about="inside, e.g. '0.5 m'")
    height: Quantity = number("m", positive=True, maximum=20.0, about="inside, floor to lid, e.g. '1 m'")
    hardware_volume: Quantity = number(
        "m^3", minimum=0.0, about="of all that stands in the liquid, e.g. '120 L'"
    )
    closure: Literal["sealed", "vented"] = Field(
        description="'sealed': the pressure follows from the balance; 'vented': it is that of the surroundings"
    )
    pressure_max: Quantity = number("Pa", positive=True, about="highest absolute pressure, e.g. '1.3 bar'")
    pressure_min: Quantity | None = number(
        "Pa",
        positive=True,
        about="lowest absolute pressure, e.g. '0.5 bar'; unlimited if left out",
        default=None,
    )
    loss_conductance: Quantity = number(
        "W/K", minimum=0.0, about="from the bath through its walls to the room, e.g. '6 W/K'"
    )


class Liquid(Section):
    """What boils."""

    name: str = Field(description=f"one of: {', '.join(boiling_fluid_names())}")
    charge: Quantity = number("kg", positive=True, about="liquid and vapour together, e.g. '230 kg'")
    vapour_diffusivity: Quantity = number(
        "m^2/s", positive=True, about="of the vapour in air at 25 degC and 1.01325 bar, e.g. '4.9e-6 m^2/s'"
    )

    @field_validator("name")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            boiling_fluid(name)
        except InputError as error:
            fault("there are no data of this boiling fluid", "fluid.name", repr(name), f"{error.accepted}")
        return name


class BoilerPlate(Section):
    """A plate on each chip, from which it boils instead; its chip sits in its middle."""

    length: Quantity = number("m", positive=True, maximum=1.0, about="side, e.g. '25 mm'")
    width: Quantity = number("m", positive=True, maximum=1.0, about="other side, e.g. '25 mm'")
    thickness: Quantity = number("m", positive=True, maximum=0.1, about="e.g. '2 mm'")
    conductivity: Quantity = number("W/(m K)", positive=True, about="e.g. '380 W/(m K)'")


class BoilingChips(Section):
    """Chips, all alike."""

    count: int = Field(ge=1, le=1_000_000, description="number of chips")
    power: Quantity = number("W", minimum=0.0, about="of one chip, e.g. '25 W'")
    length: Quantity = number("m", positive=True, maximum=1.0, about="side of its face, e.g. '8 mm'")
    width: Quantity = number("m", positive=True, maximum=1.0, about="other side, e.g. '8 mm'")
    tilt: Quantity = number(
        "deg", minimum=0.0, maximum=180.0, about="of the face: '0 deg' up, '90 deg' vertical, '180 deg' down"
    )
    junction_resistance: Quantity = number(
        "K/W", minimum=0.0, about="junction to the boiling face, or to its plate, e.g. '0.3 K/W'"
    )
    limit: Quantity = number("K", positive=True, about="highest junction temperature, e.g. '95 degC'")
    top: Quantity = number(
        "m", positive=True, about="upper edge of the highest chip above the floor, e.g. '0.4 m'"
    )
    bottom: Quantity = number(
        "m", minimum=0.0, about="lower edge of the lowest chip above the floor, e.g. '0.1 m'"
    )
    plate: BoilerPlate | None = Field(default=None, description="a [chips.plate] table, if chips have plates")


class Boiling(Section):
    """How the surface boils, and where it stops to."""

    correlation: Literal["Rohsenow", "Cooper", "Gorenflo"] = Field(
        description="'Rohsenow', 'Cooper' or 'Gorenflo'"
    )
    factor: Quantity = number(
        "1", positive=True, about="on the film coefficient, 1 as published, e.g. '0.7 .. 1.7'"
    )
    C_sf: Quantity | None = number("1", positive=True, about="Rohsenow: of liquid and surface", default=None)
    n: Quantity | None = number(
        "1", positive=True, about="Rohsenow: 1 for water, 1.7 for others", default=None
    )
    roughness: Quantity | None = number(
        "m", positive=True, about="Cooper: R_p, 1 um if unknown; Gorenflo: Ra, e.g. '0.4 um'", default=None
    )
    h0: Quantity | None = number(
        "W/(m^2 K)",
        positive=True,
        about="Gorenflo: at p* = 0.1 and 20 kW/m^2, e.g. '3500 W/(m^2 K)'",
        default=None,
    )
    incipience_superheat: Quantity = number(
        "delta_K", minimum=0.0, about="wall above saturation when the first bubbles form, e.g. '15 .. 35 K'"
    )
    critical_factor: Quantity = number(
        "1", positive=True, about="on the critical heat flux, e.g. '0.8 .. 1.2'"
    )
    size: Literal["none", "Lienhard-Dhir", "Arik-Bar-Cohen"] = Field(
        description=f"one of: {', '.join(SIZES)}"
    )
    subcooling: Literal["Ivey-Morris", "Zuber-Tribus-Westwater"] = Field(
        description=f"one of: {', '.join(SUBCOOLINGS)}"
    )
    subcooling_coefficient: Quantity = number(
        "1", minimum=0.0, about="of Ivey and Morris, who have 0.1, e.g. '0.03 .. 0.1'"
    )

    @model_validator(mode="after")
    def _has_its_constants(self) -> "Boiling":
        for name in _NEEDED[self.correlation]:
            if getattr(self, name) is None:
                about = type(self).model_fields[name].description or ""
                fault(f"{self.correlation}'s correlation needs this key", f"boiling.{name}", None, about)
        return self

    @property
    def code(self) -> int:
        """Of the correlation."""
        return CORRELATIONS[self.correlation]


class OtherPower(Section):
    """Electric power beside the chips."""

    bath: Quantity = number(
        "W", minimum=0.0, about="of all else in the liquid: boards, converters, e.g. '500 W'"
    )
    outside: Quantity = number(
        "W", minimum=0.0, about="of what stands outside: supplies, control, e.g. '800 W'"
    )


class Condenser(Section):
    """A coil of horizontal tubes in the vapour, water inside."""

    outer_diameter: Quantity = number("m", positive=True, maximum=0.5, about="of the tubes, e.g. '12 mm'")
    wall_thickness: Quantity = number("m", positive=True, about="of the tubes, e.g. '1 mm'")
    conductivity: Quantity = number("W/(m K)", positive=True, about="of the tubes, e.g. '350 W/(m K)'")
    circuits: int = Field(ge=1, le=10_000, description="tubes that share the water")
    length: Quantity = number("m", positive=True, about="of each circuit in the vapour, e.g. '11 m'")
    rows: int = Field(ge=1, le=1000, description="tubes above each other")
    film_factor: Quantity = number(
        "1", positive=True, about="on the condensing film, 1 as published, e.g. '0.9 .. 1.2'"
    )
    fouling: Quantity = number("m^2 K/W", minimum=0.0, about="of the water side, e.g. '1e-5 m^2 K/W'")
    gas_fraction: Quantity = number(
        "1",
        minimum=0.0,
        maximum=0.9,
        about="mole fraction of air in the vapour at the coil, e.g. '0 .. 0.05'",
    )

    @model_validator(mode="after")
    def _is_a_tube(self) -> "Condenser":
        if 2.0 * self.wall_thickness.nominal >= self.outer_diameter.nominal:
            fault(
                "the walls of the tubes fill them",
                "condenser.wall_thickness",
                f"{self.wall_thickness.nominal:g} m",
                f"less than half of the outer diameter, {0.5 * self.outer_diameter.nominal:g} m",
            )
        return self


class CoilWater(Section):
    """The water of the condenser."""

    fluid: str = Field(default="water", description="as Fluid.parse takes it; 'water' if left out")
    T_in: Quantity = number("K", positive=True, about="inlet temperature, e.g. '35 degC'")
    flow: Quantity = number("m^3/s", positive=True, about="of all circuits, at the inlet, e.g. '60 L/min'")
    pressure: Quantity = number("Pa", positive=True, about="absolute, e.g. '3 bar'")

    @field_validator("fluid")
    @classmethod
    def _is_a_liquid(cls, name: str) -> str:
        try:
            if Fluid.parse(name).is_gas:
                raise InputError("a gas", accepted="a liquid, such as 'water'")
        except InputError as error:
            fault("the condenser cannot be fed with this", "water.fluid", repr(name), f"{error.accepted}")
        return name


class Surroundings(Section):
    """The room."""

    T: Quantity = number("K", positive=True, about="e.g. '25 degC'")
    pressure: Quantity = number("Pa", positive=True, about="e.g. '1.013 bar'")


class Opening(Section):
    """The lid, opened with the chips at rest and the water flowing."""

    freeboard: Quantity = number(
        "m", positive=True, about="from the top of the coil to the rim, e.g. '0.2 m'"
    )
    duration: Quantity = number("s", minimum=0.0, about="of one opening, e.g. '20 min'")
    exchanged: Quantity = number(
        "1",
        minimum=0.0,
        maximum=10.0,
        about="freeboard volumes that the lid and what is lifted out exchange, e.g. '1'",
    )
    per_year: Quantity = number("1", minimum=0.0, about="openings in a year, e.g. '12 .. 52'")
