"""What a plant file says of each kind of part."""

from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.building_section import BuildingSection
from hashheat.components.buried_pipe_section import BuriedPipeSection
from hashheat.components.dry_cooler_section import DryCoolerSection
from hashheat.components.electric_boiler_section import ElectricBoilerSection
from hashheat.components.fuel_boiler_section import FuelBoilerSection
from hashheat.components.heat_pump_section import HeatPumpSection
from hashheat.components.record import Section, fault, number
from hashheat.components.storage_tank_section import StorageTankSection
from hashheat.thermo.quantity import Quantity


class HoldSection(Section):
    """What an actuator holds."""

    port: str = Field(description="the port whose temperature is held, e.g. 'units.outlet'")
    at: Quantity | None = number("K", positive=True, about="the set point, e.g. '80.5 degC'", default=None)
    series: str | None = Field(
        default=None, description="an hourly series in place of a fixed set point, e.g. 'T_supply'"
    )

    @model_validator(mode="after")
    def _one(self) -> "HoldSection":
        if (self.at is None) == (self.series is None):
            fault(
                "a set point is given once", "at, series", "both" if self.at is not None else "neither",
                "at = a temperature, or series = the name of an hourly series",
            )  # fmt: skip
        return self


class ModeSection(Section):
    """How the units may be clocked."""

    name: str = Field(description="e.g. 'normal'")
    frequency: Quantity = number("1", positive=True, about="clock over nameplate")
    voltage: Quantity = number("1", positive=True, about="supply voltage over nameplate")


class UnitsSection(Section):
    """Units on headers."""

    type: Literal["units"]
    plant: str = Field(description="a units file for `hashheat check`, or a shipped name, e.g. 'nordic-8mw'")
    modes: list[ModeSection] = Field(
        default=[], description="[[parts.<name>.modes]] tables, by rising heat; left out, nameplate only"
    )
    T_in_low: Quantity = number("K", positive=True, about="coldest inlet that may occur, e.g. '20 degC'")
    T_in_high: Quantity = number("K", positive=True, about="warmest inlet that may occur, e.g. '78 degC'")


class ImmersionSection(Section):
    """Immersion tanks side by side, each with the loop and the exchanger of its file."""

    type: Literal["immersion"]
    tank: str = Field(
        description="a tank file with a [water] table, or a shipped name, e.g. 'container-50kw'"
    )
    count: int = Field(default=1, ge=1, le=1000, description="how many stand side by side")
    modes: list[ModeSection] = Field(
        default=[], description="[[parts.<name>.modes]] tables, by rising heat; left out, nameplate only"
    )
    T_in_low: Quantity = number("K", positive=True, about="coldest water that may enter, e.g. '20 degC'")
    T_in_high: Quantity = number("K", positive=True, about="warmest water that may enter, e.g. '50 degC'")
    pressure_drop: Quantity = number(
        "Pa", minimum=0.0, about="of the water at the flow of the tank's file, e.g. '20 kPa'"
    )
    terahash_per_second: Quantity = number(
        "1", minimum=0.0, about="of all miners of a tank at nameplate clock, e.g. 1500"
    )


class PumpSection(Section):
    """A pump whose flow is controlled."""

    type: Literal["pump"]
    efficiency: Quantity = number("1", positive=True, maximum=1.0, about="hydraulic over electric power")
    least_flow: Quantity = number("kg/s", minimum=0.0, about="least flow, e.g. '20 kg/s'")
    largest_flow: Quantity = number("kg/s", positive=True, about="largest flow, e.g. '250 kg/s'")
    follows: str = Field(
        default="", description="units whose share in operation scales both limits of the flow, e.g. 'units'"
    )
    warms: bool = Field(
        default=False,
        description="true where more of its flow makes the held port warmer: a shunt from outlet to inlet",
    )
    hold: HoldSection | None = Field(
        default=None, description="a [parts.<name>.hold] table; without one it runs at its largest flow"
    )


class ExchangerSection(Section):
    """Plate heat exchangers side by side."""

    type: Literal["exchanger"]
    exchanger: str = Field(description="an exchanger file, or a shipped name, e.g. 'nordic-2mw'")
    count: int = Field(default=1, ge=1, description="how many stand side by side")
    turndown: float = Field(
        default=10.0, gt=1.5, le=100.0, description="flow in the exchanger's file over the least one rated"
    )


class ConsumersSection(Section):
    """The customers of the network."""

    type: Literal["consumers"]
    largest_flow: Quantity = number("kg/s", positive=True, about="that the network's pumps can give")
    differential_pressure: Quantity = number(
        "Pa", minimum=0.0, about="over the substations at the largest flow, e.g. '100 kPa'"
    )
    pump_efficiency: Quantity = number("1", positive=True, maximum=1.0, about="of the circulation pumps")
    share: float = Field(
        default=1.0, gt=0.0, le=1.0, description="share of the series demand that stands here"
    )


class ElectricHeaterSection(ElectricBoilerSection):
    """An electric boiler in the line."""

    type: Literal["electric_boiler"]
    hold: HoldSection = Field(description="a [parts.<name>.hold] table")


class FuelHeaterSection(FuelBoilerSection):
    """A fuel boiler in the line."""

    type: Literal["fuel_boiler"]
    hold: HoldSection = Field(description="a [parts.<name>.hold] table")


class PipeSection(BuriedPipeSection):
    """A buried pipe, or supply and return in one trench."""

    type: Literal["buried_pipe"]
    T_first: Quantity = number("K", positive=True, about="of its water at the beginning, e.g. '50 degC'")


class CoolerSection(DryCoolerSection):
    """A dry cooler in the line, for what the network does not take."""

    type: Literal["dry_cooler"]
    hold: HoldSection = Field(description="a [parts.<name>.hold] table: what it keeps from getting warmer")
    pressure_drop: Quantity = number("Pa", minimum=0.0, about="of the coil at the rated flow, e.g. '50 kPa'")


class HeatPumpPartSection(HeatPumpSection):
    """A heat pump between two waters."""

    type: Literal["heat_pump"]
    cools: bool = Field(
        default=False,
        description="true where it holds a temperature of its source, and gives the sink what heat that makes",
    )
    hold: HoldSection = Field(
        description="a [parts.<name>.hold] table: what its warm side holds, or, where it cools, its source"
    )
    source_loss: Quantity = number(
        "Pa", minimum=0.0, about="pressure drop of the evaporator at rated_flow, e.g. '30 kPa'"
    )
    sink_loss: Quantity = number(
        "Pa", minimum=0.0, about="pressure drop of the condenser at rated_flow, e.g. '30 kPa'"
    )
    rated_flow: Quantity = number("kg/s", positive=True, about="of both sides, for the pressure drops")


class TankSection(StorageTankSection):
    """A storage tank between supply and return."""

    type: Literal["storage_tank"]
    T_hot: Quantity = number("K", positive=True, about="that counts as full, e.g. '78 degC'")
    T_cold: Quantity = number("K", positive=True, about="that counts as empty, e.g. '45 degC'")
    first_charge: Quantity = number("1", minimum=0.0, maximum=1.0, about="at the beginning, 0 to 1")


class HeatedRoomSection(Section):
    """A room with miners that heat it, and a thermostat."""

    type: Literal["heated_room"]
    heater: str = Field(description="a room heater's file, or a shipped name, e.g. 'avalon-mini-3'")
    count: int = Field(default=1, ge=1, le=1000, description="heaters in the room")
    building: BuildingSection = Field(description="a [parts.<name>.building] table")
    T_set: Quantity = number("K", positive=True, about="air temperature that is held, e.g. '20 degC'")
    gain: Quantity = number("W", minimum=0.0, about="from people and other devices, e.g. '100 W'")
    sun_area: Quantity = number(
        "m^2", minimum=0.0, about="of the windows times what they let through, e.g. '1 m2'; 0 for no sun"
    )


class VesselSection(Section):
    """Water that a circuit holds, well mixed."""

    type: Literal["vessel"]
    mass: Quantity = number("kg", positive=True, about="of water, metal counted as water, e.g. '2000 kg'")
    loss: Quantity = number("W/K", minimum=0.0, about="conductance to the room, e.g. '50 W/K'")
    T_first: Quantity = number("K", positive=True, about="at the beginning, e.g. '60 degC'")


#: By the word that stands for them in ``type``.
PART_SECTIONS: dict[str, type[Section]] = {
    "units": UnitsSection,
    "immersion": ImmersionSection,
    "pump": PumpSection,
    "exchanger": ExchangerSection,
    "consumers": ConsumersSection,
    "electric_boiler": ElectricHeaterSection,
    "fuel_boiler": FuelHeaterSection,
    "storage_tank": TankSection,
    "buried_pipe": PipeSection,
    "dry_cooler": CoolerSection,
    "heat_pump": HeatPumpPartSection,
    "vessel": VesselSection,
    "heated_room": HeatedRoomSection,
}
