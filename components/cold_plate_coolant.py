"""The [coolant] table of a cold-plate file: which kinds of channel there are, and the keys of each."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.units import to_si

Kind = Literal["serpentine", "path", "parallel", "microchannel", "pin-fin"]
Corner = Literal["lower left", "lower right", "upper left", "upper right"]

_POINTS = "two or more points such as [['5 mm', '20 mm'], ['95 mm', '20 mm']], each step along x or along y"


def _read_points(given: Any) -> Any:
    key = "coolant.points"
    if not isinstance(given, (list, tuple)) or len(given) < 2:
        fault("a path needs its points", key, repr(given), _POINTS)
    read = []
    for at, point in enumerate(given, start=1):
        if not isinstance(point, (list, tuple)) or len(point) != 2:
            fault(f"point {at} of the path is no pair of lengths", key, repr(point), _POINTS)
        try:
            read.append((to_si(point[0], "m"), to_si(point[1], "m")))
        except InputError as error:
            fault(
                f"point {at} of the path: {error.problem}", key, str(error.found), error.accepted or _POINTS
            )
    return tuple(read)


class Region(Section):
    """The rectangle of the plate that the coolant runs in."""

    x: Quantity = number("m", minimum=0.0, about="its edge nearest to x = 0, e.g. '10 mm'")
    y: Quantity = number("m", minimum=0.0, about="its edge nearest to y = 0, e.g. '10 mm'")
    length: Quantity = number("m", positive=True, about="along x, e.g. '60 mm'")
    width: Quantity = number("m", positive=True, about="along y, e.g. '40 mm'")


class Coolant(Section):
    """Channels of a plate. Keys that a kind does not have are refused."""

    kind: Kind = Field(description="one of: " + ", ".join(repr(kind) for kind in get_args(Kind)))
    along: Literal["x", "y"] | None = Field(
        default=None, description="'x' or 'y': direction of the passes or channels; 'x' if left out"
    )
    reverse: bool | None = Field(
        default=None, description="true for a flow towards smaller x or y; false if left out"
    )
    inlet: Corner | None = Field(
        default=None,
        description=f"corner of the first pass: {', '.join(get_args(Corner))}; 'lower left' if left out",
    )
    bends: Literal["outside", "inside"] | None = Field(
        default=None,
        description="'outside': passes of the plate's full length, bends beyond it; 'inside': turns in the metal; "
        "'outside' if left out",
    )
    margin: Quantity | None = number(
        "m",
        positive=True,
        about="from the plate's edge to the centre line of bends inside; half the pitch if left out",
        default=None,
    )
    region: Region | None = Field(
        default=None, description="an optional [coolant.region] table; the whole plate if left out"
    )
    passes: int | None = Field(default=None, ge=1, le=200, description="straight passes, 1 to 200")
    points: Annotated[tuple[tuple[float, float], ...] | None, BeforeValidator(_read_points)] = Field(
        default=None, description=_POINTS
    )
    channels: int | None = Field(default=None, ge=1, le=2000, description="channels side by side, 1 to 2000")
    arrangement: Literal["inline", "staggered"] | None = Field(
        default=None, description="of the pins: 'inline' or 'staggered'"
    )
    shape: Literal["rectangle", "round"] | None = Field(default=None, description="'rectangle' or 'round'")
    width: Quantity | None = number("m", positive=True, about="of one channel, e.g. '8 mm'", default=None)
    height: Quantity | None = number(
        "m", positive=True, about="of the channel, or of fins and pins, e.g. '5 mm'", default=None
    )
    diameter: Quantity | None = number(
        "m", positive=True, about="inner, of a round channel; or of a pin; e.g. '8 mm'", default=None
    )
    pitch: Quantity | None = number(
        "m", positive=True, about="from one micro-channel to the next, e.g. '0.2 mm'", default=None
    )
    pitch_along: Quantity | None = number(
        "m", positive=True, about="from pin to pin along the flow, e.g. '3 mm'", default=None
    )
    pitch_across: Quantity | None = number(
        "m", positive=True, about="from pin to pin across the flow, e.g. '3 mm'", default=None
    )
    floor: Quantity | None = number(
        "m",
        positive=True,
        about="metal between the lower face and the channel; left out, the channel lies in the middle",
        default=None,
    )
    bend_radius: Quantity | None = number(
        "m",
        minimum=0.0,
        about="of the channel's centre line, 0 for a mitre; left out, half the pitch for bends outside the plate "
        "and a mitre otherwise",
        default=None,
    )
    tube_wall: Quantity | None = number(
        "m", positive=True, about="wall thickness of a tube laid into the plate, e.g. '1 mm'", default=None
    )
    tube_conductivity: Quantity | None = number(
        "W/(m K)", positive=True, about="of the tube's metal, e.g. '340 W/(m K)'", default=None
    )
    joint_resistance: Quantity | None = number(
        "m^2 K/W", minimum=0.0, about="between tube and plate, on the tube's outer surface", default=None
    )
    redevelops: bool | None = Field(
        default=None, description="whether boundary layers start anew after each bend: true or false"
    )
    roughness: Quantity | None = number(
        "m", minimum=0.0, about="of the channel wall, e.g. '2 um'", default=None
    )
    nusselt_factor: Quantity = number(
        "1", positive=True, about="multiplies the film coefficient of the correlation; its uncertainty"
    )
    friction_factor: Quantity = number(
        "1", positive=True, about="multiplies the pressure drop of the plate; its uncertainty"
    )
    port_loss: Quantity = number(
        "1", minimum=0.0, about="sum of inlet and outlet loss coefficients, on the channels' velocity head"
    )

    @model_validator(mode="after")
    def _only_the_keys_of_its_kind(self) -> "Coolant":
        needed, optional = self._keys()
        known = ("kind", *needed, *optional, *_ALWAYS)
        what = f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind} layout"
        if "shape" in needed and self.shape is not None:
            what += f" of shape {self.shape!r}"
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is not None and name not in known:
                found = value.describe() if isinstance(value, Quantity) else str(value)
                without = _GOES_WITH.get(name, "")
                without = f" without {without}" if without.split(" ")[0] in known else ""
                fault(f"{what} has no such key{without}", f"coolant.{name}", found, ", ".join(known))
        for name in needed:
            if getattr(self, name) is None:
                about = type(self).model_fields[name].description or ""
                fault(f"{what} needs this key", f"coolant.{name}", "nothing", about)
        return self

    def _keys(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Keys that this layout needs, and those that it may have."""
        needed, optional = _NEEDED[self.kind], _OPTIONAL[self.kind]
        if "shape" in needed:
            needed += ("diameter",) if self.shape == "round" else ("width", "height")
            if self.shape == "round":
                optional += ("tube_wall",)
        if self.tube_wall is not None and "tube_wall" in optional:
            needed += ("tube_conductivity",)
        if self.bends == "inside" and "bends" in optional:
            optional += ("margin",)
        return needed, optional

    @property
    def is_field(self) -> bool:
        """Whether fins or pins stand on a base, closer than the plate's cells resolve."""
        return self.kind in ("microchannel", "pin-fin")

    @property
    def outer_width(self) -> tuple[Quantity, ...]:
        """What adds up to the width of a channel with its tube: a bore, and twice a wall where there is one."""
        bore = self.diameter if self.shape == "round" else self.width
        assert bore is not None
        return (bore,) if self.tube_wall is None else (bore, self.tube_wall, self.tube_wall)

    @property
    def outer_height(self) -> tuple[Quantity, ...]:
        """As :attr:`outer_width`, through the thickness of the plate."""
        bore = self.diameter if self.shape == "round" else self.height
        assert bore is not None
        return (bore,) if self.tube_wall is None else (bore, self.tube_wall, self.tube_wall)


_ALWAYS = ("nusselt_factor", "friction_factor", "port_loss")
_NEEDED: dict[str, tuple[str, ...]] = {
    "serpentine": ("passes", "shape", "roughness", "redevelops"),
    "path": ("points", "shape", "roughness", "redevelops"),
    "parallel": ("channels", "shape", "roughness"),
    "microchannel": ("width", "pitch", "height", "roughness"),
    "pin-fin": ("arrangement", "diameter", "height", "pitch_along", "pitch_across"),
}
_HOLE = ("floor", "joint_resistance")
_OPTIONAL: dict[str, tuple[str, ...]] = {
    "serpentine": ("along", "inlet", "bends", "bend_radius", *_HOLE),
    "path": ("bend_radius", *_HOLE),
    "parallel": ("along", "reverse", "region", *_HOLE),
    "microchannel": ("along", "reverse", "region"),
    "pin-fin": ("along", "reverse", "region"),
}
#: What must stand beside a key that not every file of its kind can have.
_GOES_WITH = {"tube_conductivity": "tube_wall", "margin": "bends = 'inside'"}
