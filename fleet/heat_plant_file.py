"""The file of a whole plant: its circuits, its parts, how they are connected, and how it is run."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from hashheat.components.greenhouse_section import GreenhouseSection
from hashheat.components.record import FileRecord, Section, check_table, fault, find_file, load_record, number
from hashheat.fleet.dispatch_section import DispatchSection
from hashheat.fleet.part_sections import PART_SECTIONS
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

LIBRARY = Path(__file__).parent / "library" / "heat_plants"


#: Of the [hours] table: what a network is run at.
NETWORK_KEYS = ("supply_mild", "supply_cold", "T_mild", "T_cold", "T_return")


class CircuitSection(Section):
    """One closed circuit of water."""

    fluid: str = Field(description="e.g. 'water' or 'propylene glycol 30 %'")
    pressure: Quantity = number("Pa", positive=True, about="absolute, held at one port, e.g. '3 bar'")
    at: str = Field(description="the port where the pressure is held, e.g. 'units.inlet'")


class SiteSection(Section):
    """Where the plant stands."""

    room: Quantity = number("K", positive=True, about="temperature around the units, e.g. '20 degC'")
    ground: Quantity = number("K", positive=True, about="temperature of the ground around buried pipes")


class OperationSection(Section):
    """How the units are run."""

    strategy: Literal["always_on", "follow_demand", "price", "dispatch"] = Field(
        description="'always_on', 'follow_demand', 'price': as 'follow_demand', and off above highest_price, or "
        "'dispatch': planned ahead against prices"
    )
    reserve: Quantity = number(
        "1", minimum=0.0, maximum=1.0, about="heat made beyond the demand, over it, e.g. '5 %'"
    )
    turn_down: Literal["off", "underclock"] = Field(
        default="off", description="what units do first where less heat is asked: 'off' or 'underclock'"
    )
    highest_price: Quantity | None = number(
        "EUR/J", about="of electricity, above which units are off, e.g. '60 EUR/MWh'", default=None
    )
    store: str = Field(default="", description="the storage tank whose charge is kept, e.g. 'tank'")
    store_target: Quantity | None = number(
        "1", minimum=0.0, maximum=1.0, about="charge of the tank that is aimed at, 0 to 1", default=None
    )
    ramp: Quantity = number(
        "1", positive=True, maximum=1.0, about="share of the units that may be switched within an hour"
    )
    min_on: Quantity = number("s", minimum=0.0, about="a unit that was switched on runs so long, e.g. '1 h'")
    min_off: Quantity = number("s", minimum=0.0, about="a unit that was switched off rests so long")
    mean_time_to_failure: Quantity = number("s", positive=True, about="of a unit, e.g. '3000 h'")
    mean_time_to_repair: Quantity = number("s", positive=True, about="of a unit, e.g. '72 h'")
    seed: int = Field(default=1, ge=0, description="of the failures drawn")
    dispatch: DispatchSection | None = Field(
        default=None, description="an [operation.dispatch] table, for the strategy 'dispatch'"
    )


class HoursSection(Section):
    """What stands for weather, network and prices where no file is given."""

    year: int = Field(default=2023, ge=1950, le=2100, description="whose hours are run through")
    seed: int = Field(default=1, ge=0, description="of the synthetic weather")
    T_mean: Quantity = number("K", positive=True, about="mean of the synthetic year, e.g. '7.5 degC'")
    T_swing: Quantity = number(
        "delta_K", minimum=0.0, maximum=60.0, about="amplitude of its yearly cosine, e.g. '11 K'"
    )
    latitude: float = Field(
        default=60.2, ge=-90.0, le=90.0, description="for the sun of the synthetic year, degrees north"
    )
    clearness: float = Field(
        default=0.4, ge=0.0, le=1.0, description="its sun on the ground over that outside the atmosphere"
    )
    heat: Quantity | None = number(
        "J", positive=True, about="that the customers need in a year, e.g. '35 GWh'", default=None
    )
    constant_share: Quantity | None = number(
        "1", minimum=0.0, maximum=1.0, about="share of it that does not depend on the weather, e.g. '30 %'",
        default=None,
    )  # fmt: skip
    supply_mild: Quantity | None = number(
        "K", positive=True, about="supply temperature on a mild day, e.g. '70 degC'", default=None
    )
    supply_cold: Quantity | None = number(
        "K", positive=True, about="and on the coldest, e.g. '95 degC'", default=None
    )
    T_mild: Quantity | None = number(
        "K", positive=True, about="outdoor temperature of that mild day, e.g. '8 degC'", default=None
    )
    T_cold: Quantity | None = number(
        "K", positive=True, about="and of that coldest day, e.g. '-26 degC'", default=None
    )
    T_return: Quantity | None = number(
        "K", positive=True, about="return of the network, e.g. '45 degC'", default=None
    )
    price: Quantity = number("EUR/J", about="of electricity, e.g. '60 EUR/MWh'")
    heat_price: Quantity = number("EUR/J", minimum=0.0, about="paid for heat delivered, e.g. '30 EUR/MWh'")


class GreenhouseLoadSection(GreenhouseSection):
    """A greenhouse whose heat is what the customers ask for."""

    T_inside: Quantity = number("K", positive=True, about="that heating holds, e.g. '18 degC'")


class ReferenceSection(Section):
    """What the plant's heat is compared with."""

    fuel_factor: Quantity = number(
        "kg/J", minimum=0.0, about="CO2 of the fuel of the boiler displaced, e.g. '0.202 kg/kWh'"
    )
    boiler_efficiency: Quantity = number("1", positive=True, maximum=1.2, about="of that boiler")
    grid_factor: Quantity = number("kg/J", minimum=0.0, about="CO2 of electricity, e.g. '0.05 kg/kWh'")


class EventSection(Section):
    """A part that stands still for a while: a pump that trips, a boiler under repair, all units off."""

    part: str = Field(description="the part, e.g. 'loop_pump'")
    start: str = Field(description="first moment, UTC, e.g. '2023-01-05T10:00'")
    end: str = Field(description="moment at which it goes on")


class HeatPlantFile(FileRecord):
    """A plant from the chips to the customers."""

    name: str = Field(description="name of the plant, a text")
    note: str = Field(default="", description="what a reader should know")
    site: SiteSection = Field(description="a [site] table")
    circuits: dict[str, CircuitSection] = Field(
        default={}, description="[circuits.<name>] tables; left out where no part has water"
    )
    parts: dict[str, dict[str, Any]] = Field(description="[parts.<name>] tables, each with a type")
    connections: list[list[str]] = Field(
        default=[], description="lists of ports that meet, e.g. [['units.outlet', 'loop_pump.inlet'], ...]"
    )
    operation: OperationSection = Field(description="an [operation] table")
    hours: HoursSection = Field(description="an [hours] table")
    reference: ReferenceSection = Field(description="a [reference] table")
    events: list[EventSection] = Field(default=[], description="[[events]] tables")
    greenhouse: GreenhouseLoadSection | None = Field(
        default=None, description="a [greenhouse] table in place of hours.heat and hours.constant_share"
    )

    @model_validator(mode="after")
    def _load(self) -> "HeatPlantFile":
        hours = self.hours
        network = {key: getattr(hours, key) for key in NETWORK_KEYS}
        own = (hours.heat is not None, hours.constant_share is not None)
        if not any(table.get("type") == "consumers" for table in self.parts.values()):
            given = [key for key, q in network.items() if q is not None]
            if given or any(own) or self.greenhouse is not None:
                fault(
                    "a plant without customers on a network has no use for this", "hours",
                    ", ".join(given) or "heat, constant_share or a greenhouse", "a part of type consumers",
                )  # fmt: skip
            return self
        lacking = [key for key, q in network.items() if q is None]
        if lacking:
            fault(
                "customers on a network need its temperatures", f"hours.{lacking[0]}", "nothing",
                ", ".join(f"hours.{key}" for key in NETWORK_KEYS),
            )  # fmt: skip
        if own != (self.greenhouse is None,) * 2:
            fault(
                "what the customers ask for is given once", "hours.heat, hours.constant_share, [greenhouse]",
                f"{sum(own)} of the two keys, {'no' if self.greenhouse is None else 'a'} greenhouse",
                "hours.heat and hours.constant_share, or a [greenhouse] table",
            )  # fmt: skip
        return self

    def sections(self) -> dict[str, Section]:
        """The parts, checked, by their names.

        Raises
        ------
        InputError
            Naming part and key.
        """
        found: dict[str, Section] = {}
        for name, table in self.parts.items():
            key = f"parts.{name}"
            kind = table.get("type")
            if not isinstance(kind, str) or kind not in PART_SECTIONS:
                raise InputError(
                    "a part needs a type that is known", file=self.file, key=f"{key}.type", found=repr(kind),
                    accepted=", ".join(PART_SECTIONS),
                )  # fmt: skip
            if not name.isidentifier():
                raise InputError(
                    "the name of a part is a word", file=self.file, key=key, found=name,
                    accepted="letters, digits and _, e.g. 'loop_pump'",
                )  # fmt: skip
            found[name] = check_table(table, PART_SECTIONS[kind], self.file, key)
        if not found:
            raise InputError("a plant needs parts", file=self.file, key="parts", found="none")
        return found

    def quantities(self, prefix: str = "") -> dict[str, Quantity]:
        """Every number of the file by its dotted key."""
        found = super().quantities(prefix)
        for name, circuit in self.circuits.items():
            found |= circuit.quantities(f"{prefix}circuits.{name}.")
        for name, section in self.sections().items():
            found |= section.quantities(f"{prefix}parts.{name}.")
        return found


def load_heat_plant_file(name: str) -> HeatPlantFile:
    """Read the file of a whole plant.

    Parameters
    ----------
    name : str
        Path of a TOML file, or a shipped name such as ``"nordic-8mw-year"``.

    Raises
    ------
    InputError
        Naming file and key.
    """
    record = load_record(find_file(name, LIBRARY, "heat plant"), HeatPlantFile)
    record.sections()
    return record


def shipped_heat_plants() -> list[str]:
    """Names of the whole plants that come with the package."""
    return sorted(p.stem for p in LIBRARY.glob("*.toml"))
