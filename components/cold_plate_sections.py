"""The tables of a cold-plate file beside its coolant: plate, chips, power, losses, design state and envelope."""

from typing import Any, Literal

from pydantic import Field, model_validator

from hashheat.components.chip_map import NONE, PLAIN
from hashheat.components.record import Section, fault, number
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.solid import Solid, solid_names

#: A plate of so many cells takes about a gigabyte.
MAX_CELLS = 5_000_000

#: Taken where a file gives no pressure and no surroundings.
_PRESSURE = Quantity.parse(
    {"value": "3 bar", "status": "assumed", "source": "not given in the file"}, "Pa", positive=True
)
_AMBIENT = Quantity.parse(
    {"value": "25 degC", "status": "assumed", "source": "not given in the file"}, "K", positive=True
)


class Plate(Section):
    """The metal, and the cells it is cut into."""

    length: Quantity = number("m", positive=True, maximum=10.0, about="along x, e.g. '0.42 m'")
    width: Quantity = number("m", positive=True, maximum=10.0, about="along y, e.g. '0.16 m'")
    thickness: Quantity = number(
        "m",
        positive=True,
        maximum=1.0,
        about="of the plate; below fins or pins that of the base; e.g. '10 mm'",
    )
    material: str = Field(description=f"such as 'aluminium 6061'; one of: {', '.join(solid_names())}")
    conductivity: Quantity = number(
        "W/(m K)", positive=True, about="of the metal; that of the material if left out"
    )
    cells_along: int = Field(ge=2, le=2000, description="finite volumes along x, 2 to 2000")
    cells_across: int = Field(ge=2, le=2000, description="finite volumes along y, 2 to 2000")
    layers: list[int] = Field(
        default=[1],
        min_length=1,
        max_length=3,
        description="finite volumes through the thickness: [1]; [below, beside, above] the channels, e.g. "
        "[2, 2, 2]; or [n] of a base with fins or pins",
    )

    @model_validator(mode="before")
    @classmethod
    def _take_conductivity(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("material"), str):
            return given
        try:
            solid = Solid.named(given["material"])
        except InputError as error:
            fault(
                "this material is not known", "plate.material", repr(given["material"]), f"{error.accepted}"
            )
        return {"conductivity": solid.conductivity, **given}

    @model_validator(mode="after")
    def _layers(self) -> "Plate":
        if len(self.layers) == 2 or not all(1 <= n <= 100 for n in self.layers):
            fault(
                "the layers cannot be",
                "plate.layers",
                str(self.layers),
                "one number, or three: below, beside and above the channels; each 1 to 100",
            )
        cells = self.cells_along * self.cells_across * sum(self.layers)
        if cells > MAX_CELLS:
            fault(
                "the plate has too many cells",
                "plate.cells_along, plate.cells_across, plate.layers",
                f"{cells}",
                f"at most {MAX_CELLS}",
            )
        return self

    @property
    def solid(self) -> Solid:
        """The material, for its density and heat capacity."""
        return Solid.named(self.material)


class Kind(Section):
    """A kind of chip in a map; what is left out is that of the plain chip."""

    length: Quantity | None = number("m", positive=True, about="size along x, e.g. '8 mm'", default=None)
    width: Quantity | None = number("m", positive=True, about="size along y, e.g. '8 mm'", default=None)
    power_factor: Quantity = number(
        "1",
        minimum=0.0,
        about="multiplies the power of a chip; 1 if left out",
        default=Quantity(1.0, "1"),
    )


class Chips(Section):
    """The chips, by one of three forms, and what lies between them and the plate."""

    rows: int | None = Field(default=None, ge=1, le=1000, description="chip rows across the plate (along y)")
    columns: int | None = Field(
        default=None, ge=1, le=1000, description="chip columns along the plate (along x)"
    )
    map: str | None = Field(
        default=None,
        description=f"a picture of the plate, top line of largest y: '{NONE}' no chip, '{PLAIN}' a chip, "
        "letters as in [chips.kinds]",
    )
    table: str | None = Field(
        default=None, description="a CSV file with columns x, y, length, width ..., relative to this file"
    )
    kinds: dict[str, Kind] = Field(
        default_factory=dict, description="by their letter in the map: a [chips.kinds.A] table each"
    )
    length: Quantity | None = number("m", positive=True, about="size along x, e.g. '8 mm'", default=None)
    width: Quantity | None = number("m", positive=True, about="size along y, e.g. '8 mm'", default=None)
    margin_x: Quantity | None = number(
        "m", minimum=0.0, about="strip at either end of the plate without chips; 0 if left out", default=None
    )
    margin_y: Quantity | None = number(
        "m", minimum=0.0, about="strip at either side of the plate without chips; 0 if left out", default=None
    )
    sides: Literal["top", "both"] = Field(default="top", description="'top' or 'both': faces with chips")
    package_resistance: Quantity = number(
        "K/W", minimum=0.0, about="junction to the face of one package, e.g. '0.1 K/W'"
    )
    tim_thickness: Quantity | None = number(
        "m", positive=True, about="of the interface material, e.g. '100 um'", default=None
    )
    tim_conductivity: Quantity | None = number(
        "W/(m K)", positive=True, about="of the interface material, e.g. '5 W/(m K)'", default=None
    )
    tim_resistance: Quantity | None = number(
        "K/W", minimum=0.0, about="of the interface below one chip, e.g. '0.3 K/W'", default=None
    )
    tim_area_resistance: Quantity | None = number(
        "m^2 K/W", minimum=0.0, about="of the interface, e.g. '2e-5 m^2 K/W'", default=None
    )
    limit: Quantity = number("K", positive=True, about="highest junction temperature, e.g. '95 degC'")

    @property
    def form(self) -> str:
        """How the chips are given: ``"grid"``, ``"map"`` or ``"table"``."""
        return "map" if self.map is not None else "table" if self.table is not None else "grid"

    def quantities(self, prefix: str = "") -> dict[str, Quantity]:
        """As :meth:`~hashheat.components.record.Section.quantities`, with those of the kinds of chips."""
        found = super().quantities(prefix)
        for letter, kind in self.kinds.items():
            found |= kind.quantities(f"{prefix}kinds.{letter}.")
        return found

    @model_validator(mode="after")
    def _one_form(self) -> "Chips":
        forms = [name for name in ("rows", "map", "table") if getattr(self, name) is not None]
        if len(forms) != 1:
            fault(
                "the chips are given in one of three forms",
                "chips.rows, chips.map, chips.table",
                " and ".join(forms) or "nothing",
                "rows and columns, or a map, or a table",
            )
        grid, table = self.form == "grid", self.form == "table"
        self._goes_with("columns", grid, "rows")
        self._goes_with("kinds", self.form == "map", "map", optional=True)
        for name in ("margin_x", "margin_y"):
            self._goes_with(name, not table, "rows or map", optional=True)
        for name in ("length", "width"):
            self._goes_with(name, True, "", optional=table or self._kinds_have(name))
        if (self.length is None) != (self.width is None) and table:
            fault(
                "a chip has a length and a width",
                "chips.length, chips.width",
                "one of them",
                "both or neither",
            )
        for letter in self.kinds:
            if len(letter) != 1 or not letter.isalnum():
                fault("a kind of chip has one letter or digit", "chips.kinds", repr(letter), "such as 'A'")
        return self

    def _goes_with(self, name: str, wanted: bool, beside: str, optional: bool = False) -> None:
        given = getattr(self, name)
        about = type(self).model_fields[name].description or ""
        if given not in (None, {}) and not wanted:
            fault(
                f"this key goes with {beside} only", f"chips.{name}", "in a file without", f"no chips.{name}"
            )
        if given is None and wanted and not optional:
            fault("a required key is missing", f"chips.{name}", None, about)

    def _kinds_have(self, name: str) -> bool:
        """Whether every chip of a map has a size of its own."""
        plain = self.form != "map" or PLAIN in (self.map or "")
        return (
            bool(self.kinds) and not plain and all(getattr(k, name) is not None for k in self.kinds.values())
        )

    @model_validator(mode="after")
    def _one_interface(self) -> "Chips":
        given = [name for name in _TIM if getattr(self, name) is not None]
        if given not in ([_TIM[0], _TIM[1]], [_TIM[2]], [_TIM[3]]):
            fault(
                "the interface below the chips is given in one of three forms",
                ", ".join(f"chips.{name}" for name in (given or _TIM)),
                " and ".join(given) or "nothing",
                f"{_TIM[0]} and {_TIM[1]}; or {_TIM[2]} [K/W]; or {_TIM[3]} [m^2 K/W]",
            )
        return self


_TIM = ("tim_thickness", "tim_conductivity", "tim_resistance", "tim_area_resistance")


class Power(Section):
    """What one chip draws, ``P ((1 - s) clock + s exp((T - T_ref) / T_scale))``."""

    chip: Quantity = number(
        "W",
        positive=True,
        about="of one chip at reference_temperature and clock 1, leakage included, e.g. '12 W'",
    )
    leakage_share: Quantity = number(
        "1", minimum=0.0, maximum=0.99, about="share of that power that is leakage, at reference_temperature"
    )
    leakage_scale: Quantity = number(
        "delta_K", positive=True, about="temperature rise over which leakage grows e-fold, e.g. '30 K'"
    )
    reference_temperature: Quantity = number(
        "K", positive=True, about="junction temperature at which the power holds, e.g. '75 degC'"
    )


class Losses(Section):
    """Heat from the metal to the surroundings."""

    top: Quantity = number("W/(m^2 K)", minimum=0.0, about="of the upper face, e.g. '5 W/(m^2 K)'")
    bottom: Quantity = number("W/(m^2 K)", minimum=0.0, about="of the lower face, e.g. '5 W/(m^2 K)'")
    edge: Quantity = number("W/(m^2 K)", minimum=0.0, about="of the four edges, e.g. '5 W/(m^2 K)'")


class Design(Section):
    """The state that the plate is designed for."""

    fluid: str = Field(default="water", description="e.g. 'water' or 'propylene glycol 30 %'")
    pressure: Quantity = number(
        "Pa", positive=True, about="absolute, e.g. '3 bar', which is the default", default=_PRESSURE
    )
    flow: Quantity = number("m^3/s", positive=True, about="of the plate at T_in, e.g. '2.5 L/min'")
    T_in: Quantity = number("K", positive=True, about="inlet temperature, e.g. '70 degC'")
    T_ambient: Quantity = number(
        "K",
        positive=True,
        about="of the surroundings, e.g. '25 degC', which is the default",
        default=_AMBIENT,
    )


class Envelope(Section):
    """The range of states over which a reduced form of the plate has to hold. Limits, not doubts."""

    flow: Quantity = number("m^3/s", positive=True, about="of the plate, a range: '1 .. 4 L/min'")
    T_in: Quantity = number("K", positive=True, about="inlet temperature, a range: '40 .. 75 degC'")
    clock: Quantity = number(
        "1", positive=True, about="dynamic power over that of the file, a range: '0.5 .. 1.2'"
    )
