"""The table of a file that describes a heat storage tank."""

from pydantic import Field

from hashheat.components.record import Section, number
from hashheat.components.storage_tank import StorageTank
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.units import to_si


def _literature(value: str | float, unit: str, source: str) -> Quantity:
    return Quantity.parse({"value": value, "status": "literature", "source": source}, unit)


def _assumed(value: str | float, unit: str) -> Quantity:
    return Quantity.parse({"value": value, "status": "assumed"}, unit)


_WATER = "IAPWS-95, by CoolProp, at 70 degC and 3 bar"


class StorageTankSection(Section):
    """A standing cylinder full of water."""

    height: Quantity = number("m", positive=True, about="of the water, inside, e.g. '12 m'")
    diameter: Quantity = number("m", positive=True, about="inside, e.g. '5 m'")
    side_insulation: Quantity = number("m", minimum=0.0, about="thickness on the side, e.g. '200 mm'")
    top_insulation: Quantity = number("m", minimum=0.0, about="thickness on the top, e.g. '300 mm'")
    bottom_insulation: Quantity = number("m", minimum=0.0, about="thickness below the bottom, e.g. '100 mm'")
    insulation_conductivity: Quantity = number("W/(m K)", positive=True, about="e.g. '0.039 W/(m K)'")
    inside_htc: Quantity = number("W/(m^2 K)", positive=True, about="water to shell, e.g. '300 W/(m^2 K)'")
    outside_htc: Quantity = number("W/(m^2 K)", positive=True, about="insulation to air, e.g. '8 W/(m^2 K)'")
    loss_factor: Quantity = number(
        "1",
        minimum=0.0,
        about="multiplies all losses, for supports, pipe stubs and joints; 1 if left out",
        default=_assumed(1.0, "1"),
    )
    wall_thickness: Quantity = number(
        "m", minimum=0.0, about="of the shell, which conducts; 0 if left out", default=_assumed("0 m", "m")
    )
    wall_conductivity: Quantity = number(
        "W/(m K)",
        positive=True,
        about="of the shell; 50 W/(m K), of plain steel, if left out",
        default=_assumed("50 W/(m K)", "W/(m K)"),
    )
    density: Quantity = number(
        "kg/m^3",
        positive=True,
        about="of the water; 978 kg/m^3 if left out",
        default=_literature("978 kg/m^3", "kg/m^3", _WATER),
    )
    heat_capacity: Quantity = number(
        "J/(kg K)",
        positive=True,
        about="of the water; 4190 J/(kg K) if left out",
        default=_literature("4190 J/(kg K)", "J/(kg K)", _WATER),
    )
    conductivity: Quantity = number(
        "W/(m K)",
        positive=True,
        about="of the water; 0.66 W/(m K) if left out",
        default=_literature("0.66 W/(m K)", "W/(m K)", _WATER),
    )
    extra_conductivity: Quantity = number(
        "W/(m K)",
        minimum=0.0,
        about="added to that of the water for stirring; 0 if left out",
        default=_assumed("0 W/(m K)", "W/(m K)"),
    )
    layers: int = Field(default=50, ge=1, le=2000, description="resolution over the height, 1 to 2000")
    port_heights: list[str] = Field(
        default=[], max_length=20, description="ports between bottom and top, rising, e.g. ['4 m', '8 m']"
    )

    def tank(self, values: dict[str, float] | None = None) -> StorageTank:
        """Make the tank from nominal numbers, or from given ones in SI by their keys (all that are uncertain)."""
        numbers = {key: q.nominal for key, q in self.quantities().items()} | (values or {})
        heights = tuple(to_si(z, "m", key="storage_tank.port_heights") for z in self.port_heights)
        return StorageTank.from_values(numbers, self.layers, heights)
