"""A building as a table of a file."""

from hashheat.components.building import Building
from hashheat.components.record import Section, number
from hashheat.components.tank_sections import default_number
from hashheat.thermo.quantity import Quantity


class BuildingSection(Section):
    """Two heat capacities and what lies between them and the outdoors."""

    air_capacity: Quantity = number("J/K", positive=True, about="of air and furniture, e.g. '5 MJ/K'")
    wall_capacity: Quantity = number("J/K", positive=True, about="of walls and floors, e.g. '60 MJ/K'")
    air_to_wall: Quantity = number("W/K", positive=True, about="conductance between both, e.g. '1500 W/K'")
    wall_to_outdoor: Quantity = number("W/K", positive=True, about="from the walls outwards, e.g. '200 W/K'")
    ventilation: Quantity = number(
        "W/K",
        minimum=0.0,
        about="from the air outwards, past the walls, e.g. '60 W/K'; 0 if left out",
        default=default_number("0 W/K", "W/K"),
    )
    gain_to_wall: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of gains that the walls take; 0 if left out",
        default=default_number(0.0, "1"),
    )

    def build(self) -> Building:
        """The building at nominal values."""
        return Building.from_values({key: q.nominal for key, q in self.quantities().items()})
