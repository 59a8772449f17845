"""The table of a file that describes an electric boiler."""

from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.components.record import Section, number
from hashheat.thermo.quantity import Quantity


def _assumed(value: float) -> Quantity:
    return Quantity.parse({"value": value, "status": "assumed"}, "1")


class ElectricBoilerSection(Section):
    """An electric boiler."""

    capacity: Quantity = number("W", positive=True, about="most heat to the water, e.g. '2 MW'")
    efficiency: Quantity = number(
        "1",
        positive=True,
        maximum=1.0,
        about="heat to the water over electric power; 0.99 if left out",
        default=_assumed(0.99),
    )
    least_load: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of capacity below which it stands still; 0 if left out",
        default=_assumed(0.0),
    )

    def boiler(self, values: dict[str, float] | None = None) -> ElectricBoiler:
        """Make it from nominal numbers, or from given ones in SI by their keys."""
        return ElectricBoiler.from_values(
            {key: q.nominal for key, q in self.quantities().items()} | (values or {})
        )
