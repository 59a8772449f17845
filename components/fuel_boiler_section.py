"""The table of a file that describes a boiler by fuel."""

from hashheat.components.fuel_boiler import FuelBoiler
from hashheat.components.record import Section, number
from hashheat.thermo.quantity import Quantity


class FuelBoilerSection(Section):
    """A boiler for gas, oil or wood."""

    capacity: Quantity = number("W", positive=True, about="most heat to the water, e.g. '5 MW'")
    efficiency: Quantity = number(
        "1", positive=True, maximum=1.11, about="heat to the water over heat of combustion, e.g. '0.9 .. 1.0'"
    )
    co2_factor: Quantity = number(
        "kg/J",
        minimum=0.0,
        about="carbon dioxide per heat of combustion, by the heating value of efficiency, e.g. '56 kg/GJ'",
    )
    least_load: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of capacity below which it stands still; 0 if left out",
        default=Quantity.parse({"value": 0.0, "status": "assumed"}, "1"),
    )

    def boiler(self, values: dict[str, float] | None = None) -> FuelBoiler:
        """Make it from nominal numbers, or from given ones in SI by their keys."""
        return FuelBoiler.from_values(
            {key: q.nominal for key, q in self.quantities().items()} | (values or {})
        )
