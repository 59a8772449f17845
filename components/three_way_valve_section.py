"""The table of a file that describes a three-way valve."""

from hashheat.components.record import Section, number
from hashheat.components.three_way_valve import ThreeWayValve
from hashheat.thermo.quantity import Quantity


def _assumed(value: float) -> Quantity:
    return Quantity.parse({"value": value, "status": "assumed"}, "1")


class ThreeWayValveSection(Section):
    """A three-way valve."""

    leakage: Quantity = number(
        "1",
        minimum=0.0,
        maximum=0.49,
        about="share of the flow through a port that is shut; 0 if left out",
        default=_assumed(0.0),
    )
    authority: Quantity = number(
        "1",
        positive=True,
        maximum=1.0,
        about="pressure drop of the open valve over that of its circuit; 1 if left out",
        default=_assumed(1.0),
    )
    rangeability: Quantity = number(
        "1", minimum=1.0, about="1 for ports that open linearly, if left out", default=_assumed(1.0)
    )

    def valve(self, values: dict[str, float] | None = None) -> ThreeWayValve:
        """Make it from nominal numbers, or from given ones in SI by their keys."""
        return ThreeWayValve.from_values(
            {key: q.nominal for key, q in self.quantities().items()} | (values or {})
        )
