"""The table of a file on a stretch of buried pipe."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.buried_pipe import BuriedPipe
from hashheat.components.pipe_catalogue import DEFAULT
from hashheat.components.record import Section, fault, number
from hashheat.thermo.quantity import Quantity


class BuriedPipeSection(Section):
    """Sizes, from a catalogue or one by one, ground, fittings; what is left out has the defaults of the class."""

    layout: Literal["pair", "single", "twin"] = Field(
        default="pair", description="'pair': two pipes side by side, 'single': one, 'twin': two in one casing"
    )
    dn: int | None = Field(default=None, ge=10, description="nominal diameter in mm, e.g. 200")
    series: int | None = Field(
        default=None, ge=1, le=3, description="thickness of insulation, 1 to 3; 1 if left out"
    )
    catalogue: str = Field(default=DEFAULT, description=f"shipped catalogue; {DEFAULT!r} if left out")
    length: Quantity = number("m", positive=True, about="of the trench, e.g. '2 km'")
    inner_diameter: Quantity | None = number("m", positive=True, about="of the service pipe", default=None)
    outer_diameter: Quantity | None = number("m", positive=True, about="of the service pipe", default=None)
    casing_diameter: Quantity | None = number("m", positive=True, about="outside", default=None)
    casing_thickness: Quantity | None = number("m", minimum=0.0, about="e.g. '3 mm'", default=None)
    depth: Quantity | None = number("m", positive=True, about="from the surface to the axis", default=None)
    distance: Quantity | None = number("m", positive=True, about="between the axes", default=None)
    insulation_conductivity: Quantity | None = number(
        "W/(m K)", positive=True, about="e.g. '0.0256 W/(m K)'", default=None
    )
    ground_conductivity: Quantity | None = number(
        "W/(m K)", positive=True, about="e.g. '1.2 +/- 0.3 W/(m K)'", default=None
    )
    roughness: Quantity | None = number("m", minimum=0.0, about="e.g. '0.1 mm'", default=None)
    loss: Quantity | None = number(
        "1", minimum=0.0, about="loss coefficients of the fittings of each pipe, summed", default=None
    )

    @model_validator(mode="after")
    def _sizes(self) -> "BuriedPipeSection":
        own = [
            k for k in ("inner_diameter", "outer_diameter", "casing_diameter") if getattr(self, k) is not None
        ]
        if self.dn is None and (len(own) < 3 or self.series is not None):
            fault(
                "the sizes of the pipe are missing",
                "dn",
                ", ".join(own) or "nothing",
                "dn and series; or inner_diameter, outer_diameter and casing_diameter",
            )
        return self

    def build(self, values: Mapping[str, float] | None = None) -> BuriedPipe:
        """Pipe of this table.

        Parameters
        ----------
        values : mapping of str to float, optional
            Numbers in SI by key, such as those of a sample; nominal where left out.

        Returns
        -------
        BuriedPipe

        Raises
        ------
        InputError
            For a key that is not among the numbers, or numbers that do not go together.
        """
        numbers: dict[str, float] = {key: q.nominal for key, q in self.quantities().items()}
        numbers |= {key: n for key, n in (("dn", self.dn), ("series", self.series)) if n is not None}
        return BuriedPipe.from_values(numbers | dict(values or {}), self.layout, self.catalogue)
