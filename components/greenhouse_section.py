"""A greenhouse as a table of a file."""

from hashheat.components.greenhouse import Greenhouse
from hashheat.components.record import Section, number
from hashheat.components.tank_sections import default_number
from hashheat.thermo.quantity import Quantity


class GreenhouseSection(Section):
    """Cover, floor, air and sun of a greenhouse."""

    cover_area: Quantity = number("m^2", positive=True, about="of glass or film, e.g. '13000 m2'")
    floor_area: Quantity = number("m^2", positive=True, about="e.g. '10000 m2'")
    volume: Quantity = number("m^3", positive=True, about="of the air inside, e.g. '50000 m3'")
    cover_htc: Quantity = number("W/(m^2 K)", positive=True, about="without wind, e.g. '4 W/(m2 K)'")
    wind_htc: Quantity = number(
        "J/(m^3 K)",
        minimum=0.0,
        about="that each m/s of wind adds to it, in J/(m3 K) = W/(m2 K) per m/s; 0 if left out",
        default=default_number("0 J/(m^3 K)", "J/(m^3 K)"),
    )
    air_changes: Quantity = number("Hz", minimum=0.0, about="of the closed house, e.g. '1 1/h'")
    solar_share: Quantity = number(
        "1", minimum=0.0, maximum=1.0, about="of the sun on the floor area that warms the air, e.g. '50 %'"
    )

    def build(self) -> Greenhouse:
        """The greenhouse at nominal values."""
        return Greenhouse.from_values({key: q.nominal for key, q in self.quantities().items()})
