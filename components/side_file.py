"""What the files of duties and of exchangers say alike of one side: its fluid, under which pressure."""

from pydantic import Field

from hashheat.components.record import Section, number
from hashheat.thermo.quantity import Quantity

#: Pressure of a side that does not state one.
DEFAULT_PRESSURE = "6 bar"
#: Source of a number that stands in no file.
DEFAULT_SOURCE = "the package's default where a file states none"


class SideFluid(Section):
    """Fluid of a side, water at 6 bar where nothing is stated."""

    fluid: str = Field(default="water", description="e.g. 'water' or 'propylene glycol 30 %'")
    pressure: Quantity = number(
        "Pa",
        positive=True,
        about=f"absolute, e.g. '{DEFAULT_PRESSURE}', which is the default",
        default=Quantity.parse(
            {"value": DEFAULT_PRESSURE, "status": "assumed", "source": DEFAULT_SOURCE}, "Pa", positive=True
        ),
    )
