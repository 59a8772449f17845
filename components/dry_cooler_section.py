"""The table of a file that describes a dry cooler."""

from typing import Literal

from pydantic import Field

from hashheat.components.dry_cooler import DryCooler
from hashheat.components.record import Section, number
from hashheat.thermo.quantity import Quantity


def _coil(value: float) -> Quantity:
    source = "M. Wetter, LBNL-42355, 1999, as coded in HADryCoil of the Modelica Buildings library"
    return Quantity.parse({"value": value, "status": "literature", "source": source}, "1")


def _assumed(value: str | float, unit: str) -> Quantity:
    return Quantity.parse({"value": value, "status": "assumed"}, unit)


class DryCoolerSection(Section):
    """A dry cooler by one rated point, as EN 1048 has it."""

    heat_rate: Quantity = number("W", positive=True, about="rated capacity, e.g. '500 kW'")
    T_in: Quantity = number("K", positive=True, about="coolant inlet at the rated point, e.g. '40 degC'")
    T_out: Quantity = number("K", positive=True, about="coolant outlet at the rated point, e.g. '35 degC'")
    T_air: Quantity = number("K", positive=True, about="air at the rated point, e.g. '25 degC'")
    air_flow: Quantity = number("m^3/s", positive=True, about="at full speed, e.g. '50 m^3/s'")
    fan_power: Quantity = number("W", minimum=0.0, about="electric, all fans at full speed, e.g. '15 kW'")
    heat_capacity: Quantity = number(
        "J/(kg K)", positive=True, about="of the coolant at the rated point, e.g. '3.6 kJ/(kg K)'"
    )
    T_freeze: Quantity = number("K", positive=True, about="freezing point of the coolant, e.g. '-20 degC'")
    air_resistance: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of the air side in the resistance; 2/3 if left out",
        default=_coil(2.0 / 3.0),
    )
    air_exponent: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="film coefficient over air flow; 0.8 if left out",
        default=_coil(0.8),
    )
    coolant_exponent: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="film coefficient over coolant flow; 0.85 if left out",
        default=_coil(0.85),
    )
    fan_exponent: Quantity = number(
        "1",
        minimum=1.0,
        maximum=4.0,
        about="fan power over speed; 3, of the affinity laws, if left out",
        default=_assumed(3.0, "1"),
    )
    least_speed: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="fans switch on and off below it; 0 if left out",
        default=_assumed(0.0, "1"),
    )
    air_pressure: Quantity = number(
        "Pa", positive=True, about="1013.25 hPa if left out", default=_assumed("101325 Pa", "Pa")
    )
    arrangement: Literal["cross", "counter"] = Field(
        default="cross", description="'cross', or 'counter' for a coil of many rows"
    )

    def cooler(self, values: dict[str, float] | None = None) -> DryCooler:
        """Make it from nominal numbers, or from given ones in SI by their keys."""
        numbers = {key: q.nominal for key, q in self.quantities().items()} | (values or {})
        return DryCooler.from_values(numbers, self.arrangement)
