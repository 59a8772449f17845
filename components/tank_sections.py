"""The tables of a tank file on the box: tank, fluid, grid and openings."""

from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.components.side_file import DEFAULT_SOURCE
from hashheat.thermo.quantity import Quantity

#: Axes by their letter, and the key of the size along each.
AXES = {"x": "length", "y": "width", "z": "height"}

#: Sides of a tank in the order of :mod:`hashheat.solvers.flow_model`, and the axes that span each.
SIDES = {
    "west": ("y", "z"),
    "east": ("y", "z"),
    "south": ("x", "z"),
    "north": ("x", "z"),
    "bottom": ("x", "y"),
    "top": ("x", "y"),
}


def default_number(value: str | float, unit: str) -> Quantity:
    """Quantity of a key that may be left out, as plainly assumed by the package.

    Parameters
    ----------
    value : str or float
        With its unit, or in SI.
    unit : str
        SI unit.

    Returns
    -------
    Quantity
        Of status ``assumed``.
    """
    return Quantity.parse({"value": value, "status": "assumed", "source": DEFAULT_SOURCE}, unit)


class Tank(Section):
    """The oil: a box, its corner at the origin, x along its length, y along its width, z up."""

    length: Quantity = number("m", positive=True, maximum=50.0, about="inside, along x, e.g. '2 m'")
    width: Quantity = number("m", positive=True, maximum=50.0, about="inside, along y, e.g. '0.6 m'")
    depth: Quantity = number("m", positive=True, maximum=20.0, about="of the oil, along z, e.g. '0.7 m'")


class Oil(Section):
    """What the tank is filled with, and how far it has aged."""

    name: str = Field(description="a dielectric or another liquid, as Fluid.parse takes it")
    pressure: Quantity = number(
        "Pa",
        positive=True,
        about="absolute, 1.013 bar if left out",
        default=default_number("101325 Pa", "Pa"),
    )
    flash_point: Quantity | None = number(
        "K", positive=True, about="in place of that of the fluid's data, e.g. '190 degC'", default=None
    )
    viscosity_factor: Quantity = number(
        "1",
        positive=True,
        about="viscosity over that of fresh oil; 1 if left out",
        default=default_number(1.0, "1"),
    )
    film_factor: Quantity = number(
        "1",
        positive=True,
        about="film coefficient of the heat sinks over that of the correlation: its doubt, or deposits; 1 if "
        "left out",
        default=default_number(1.0, "1"),
    )


class Grid(Section):
    """Finite volumes; lines run through the faces of all blocks and openings."""

    cell_x: Quantity | None = number(
        "m", positive=True, about="largest cell along x; chosen if left out", default=None
    )
    cell_y: Quantity | None = number(
        "m", positive=True, about="largest cell along y; chosen if left out", default=None
    )
    cell_z: Quantity | None = number(
        "m", positive=True, about="largest cell along z; chosen if left out", default=None
    )
    gap_cells: int = Field(default=2, ge=1, le=64, description="least cells across an open gap, 1 to 64")
    turbulence: Literal["auto", "off", "mixing-length"] = Field(
        default="auto", description="'auto', 'off' or 'mixing-length'"
    )


class Opening(Section):
    """A rectangle on a side of the tank, by the two axes that span the side."""

    side: Literal["west", "east", "south", "north", "bottom", "top"] = Field(
        description="'west' and 'east' end x, 'south' and 'north' end y, 'bottom' and 'top' end z"
    )
    x: Quantity | None = number("m", minimum=0.0, about="where it begins along x", default=None)
    y: Quantity | None = number("m", minimum=0.0, about="where it begins along y", default=None)
    z: Quantity | None = number("m", minimum=0.0, about="where it begins along z", default=None)
    length: Quantity | None = number("m", minimum=0.0, about="along x", default=None)
    width: Quantity | None = number("m", minimum=0.0, about="along y", default=None)
    height: Quantity | None = number("m", minimum=0.0, about="along z", default=None)

    @model_validator(mode="after")
    def _spans_its_side(self) -> "Opening":
        for axis, size in AXES.items():
            for key in (axis, size):
                given, needed = getattr(self, key) is not None, axis in SIDES[self.side]
                if given != needed:
                    spans = [k for a in SIDES[self.side] for k in (a, AXES[a])]
                    fault(
                        f"an opening of the {self.side} side {'needs' if needed else 'has no'} {key!r}",
                        "",
                        f"no {key}" if needed else key,
                        ", ".join(spans),
                    )
        return self


class Inlet(Opening):
    """Where oil enters, at an even velocity."""

    share: Quantity | None = number(
        "1",
        positive=True,
        about="of the flow, as a part of the shares of all inlets; by its area if left out",
        default=None,
    )
