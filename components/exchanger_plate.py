"""The file of a plate type: which keys it has, what each means, and the plain numbers a model takes from it."""

import math
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from hashheat.components.chevron_correlations import chevron_law
from hashheat.components.record import Section, fault, find_file, load_record, number
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.solid import Solid, solid_names

LIBRARY = Path(__file__).parent / "library" / "plates"

_ANGLES = "numbers from 20 to 80, all different: degrees from the main flow direction, such as [30, 60]"


def _read_angles(given: Any) -> Any:
    plain = isinstance(given, (list, tuple)) and all(
        isinstance(angle, (int, float)) and not isinstance(angle, bool) for angle in given
    )
    # A comparison with nan is false, so this refuses it too.
    if not plain or not given or not all(20 <= angle <= 80 for angle in given):
        fault("the chevron angles cannot be used", "plate.chevron_angles", repr(given), _ANGLES)
    if len(set(given)) < len(given):
        fault("a chevron angle stands twice", "plate.chevron_angles", repr(given), _ANGLES)
    return tuple(float(angle) for angle in given)


class PlateNumbers(NamedTuple):
    """Nominal numbers of one plate and of the channel between two, in SI.

    Attributes
    ----------
    area : float
        Heat transfer area of one plate, developed [m^2].
    width : float
        Flow width between gaskets [m].
    flow_length : float
        Straight length of a channel, for friction [m].
    gap : float
        Pressing depth b [m].
    enlargement : float
        Developed over projected area, phi [-].
    thickness : float
        Of the metal [m].
    conductivity : float
        Of the metal [W/(m K)].
    port_diameter : float
        [m].
    port_distance : float
        Vertical, centre to centre [m].
    hydraulic_diameter : float
        2 b / phi [m].
    channel_flow_area : float
        b times width [m^2].
    port_area : float
        Of one port [m^2].
    """

    area: float
    width: float
    flow_length: float
    gap: float
    enlargement: float
    thickness: float
    conductivity: float
    port_diameter: float
    port_distance: float
    hydraulic_diameter: float
    channel_flow_area: float
    port_area: float


class Plate(Section):
    """One plate and the gap it makes with its neighbour."""

    area: Quantity = number(
        "m^2",
        positive=True,
        maximum=10.0,
        about="heat transfer area of one plate, developed, e.g. '0.094 m^2'",
    )
    width: Quantity = number(
        "m", positive=True, maximum=3.0, about="flow width between the gaskets, e.g. '630 mm'"
    )
    flow_length: Quantity = number(
        "m", positive=True, maximum=6.0, about="straight length of a channel, for friction, e.g. '1.55 m'"
    )
    flow_length_basis: Literal["port centres", "port edges", "effective"] = Field(
        description="where flow_length is measured: 'port centres', 'port edges' or 'effective'"
    )
    port_distance: Quantity = number(
        "m", positive=True, maximum=6.0, about="between the ports of one side, vertical, centre to centre"
    )
    port_diameter: Quantity = number("m", positive=True, maximum=1.5, about="of a port, e.g. '200 mm'")
    gap: Quantity = number(
        "m", positive=True, maximum=0.02, about="mean gap between two plates, the pressing depth, e.g. '3 mm'"
    )
    enlargement: Quantity = number(
        "1", minimum=1.0, maximum=2.0, about="developed over projected area, a plain number such as 1.2"
    )
    thickness: Quantity = number("m", positive=True, maximum=0.005, about="of the metal, e.g. '0.5 mm'")
    material: str = Field(description=f"of the plate, e.g. 'stainless steel 316': {', '.join(solid_names())}")
    conductivity: Quantity = number(
        "W/(m K)", positive=True, about="of the metal; may be left out where the material is a known one"
    )
    chevron_angles: Annotated[tuple[float, ...], BeforeValidator(_read_angles)] = Field(
        description=f"of the plates that can be had: {_ANGLES}"
    )

    @model_validator(mode="before")
    @classmethod
    def _take_conductivity(cls, given: Any) -> Any:
        if (
            not isinstance(given, dict)
            or "conductivity" in given
            or not isinstance(given.get("material"), str)
        ):
            return given
        try:
            return {**given, "conductivity": Solid.named(given["material"]).conductivity}
        except InputError as error:
            fault(
                "the conductivity of this material is not known",
                "plate.conductivity",
                f"material = {given['material']!r}",
                f"a conductivity such as '15 W/(m K)', or one of these materials: {error.accepted}",
            )


class Limits(Section):
    """What the frame and the seals of a unit bear."""

    max_plates: int = Field(ge=4, description="most plates of one unit, the two end plates included")
    min_plates: int = Field(default=3, ge=3, description="fewest plates of one unit, at least 3")
    max_pressure: Quantity = number(
        "Pa", positive=True, about="absolute; makers give gauge, so 16 bar on a name plate is '17 bar' here"
    )
    T_min: Quantity = number("K", positive=True, about="lowest fluid temperature, e.g. '-10 degC'")
    T_max: Quantity = number("K", positive=True, about="highest fluid temperature, e.g. '150 degC'")
    max_port_velocity: Quantity = number("m/s", positive=True, about="in a port, e.g. '5 .. 6 m/s'")
    seal: str = Field(description="what keeps the sides apart, e.g. 'EPDM gasket' or 'copper braze'")


class Law(Section):
    """Which correlation holds for the channels, and how far it can be off."""

    name: str = Field(default="martin", description="name of a chevron correlation, e.g. 'martin'")
    friction: str | None = Field(
        default=None, description="take the friction of this correlation; left out, the one 'name' comes with"
    )
    Nu_factor: Quantity = number("1", positive=True, about="multiplies the film coefficient; its uncertainty")
    f_factor: Quantity = number(
        "1", positive=True, about="multiplies the channels' friction; its uncertainty"
    )
    port_loss: Quantity = number(
        "1", minimum=0.0, about="loss coefficient on the velocity head of the port, for each pass; e.g. 1.4"
    )
    constants: dict[str, float] = Field(
        default_factory=dict,
        description="free constants of the correlation, plain numbers: {C = 0.3, m = 0.66, a = 4, b = 0.2}",
    )


class Price(Section):
    """Price of a unit by its heat transfer area."""

    fixed: Quantity = number("EUR", minimum=0.0, about="of a unit without its plates, e.g. '1500 EUR'")
    per_area: Quantity = number("EUR/m^2", positive=True, about="of the plates, e.g. '300 EUR/m^2'")

    def nominal(self, area: float) -> float:
        """Price of a unit [EUR] with this heat transfer area [m^2], at nominal values."""
        return self.fixed.nominal + self.per_area.nominal * area


#: For plates whose file has no [price]. Frames of large plates cost far more than those of small ones, and no
#: list price was at hand, so this ranks units of one plate size; it is no quotation.
DEFAULT_PRICE = Price.model_validate(
    {
        "fixed": {
            "value": "500 .. 5000 EUR",
            "status": "assumed",
            "source": "no price list at hand; from a small brazed unit with its fittings to a mid-sized frame",
        },
        "per_area": {
            "value": "150 .. 600 EUR/m^2",
            "status": "assumed",
            "source": "no price list at hand; half to twice the 300 USD/m2 (2020) that WaterTAP 1.3 takes for "
            "heat exchangers",
        },
    }
)


class PlateFile(Section):
    """The file of a plate type: one plate, the limits of its units and the law of its channels."""

    name: str = Field(description="name as the maker writes it; a generic size says that it is no product")
    maker: str = Field(description="who makes it")
    kind: Literal["gasketed", "brazed"] = Field(description="'gasketed' or 'brazed'")
    note: str = Field(default="", description="what a reader should know")
    plate: Plate = Field(description="a [plate] table")
    limits: Limits = Field(description="a [limits] table")
    correlation: Law = Field(description="a [correlation] table")
    price: Price | None = Field(default=None, description="an optional [price] table")

    @model_validator(mode="after")
    def _fits(self) -> "PlateFile":
        _check_plate(self.plate)
        _check_limits(self.limits)
        _check_law(self)
        return self

    def channel_angles(self) -> tuple[float, ...]:
        """Chevron angles of the channels that the plates can make.

        Returns
        -------
        tuple of float
            Means of two plates' angles, each once, rising; degrees from the main flow direction: plates of 30
            and 60 degrees make channels of 30, 45 and 60.
        """
        pairs = combinations_with_replacement(self.plate.chevron_angles, 2)
        return tuple(sorted({0.5 * (one + other) for one, other in pairs}))

    def nominal(self) -> PlateNumbers:
        """Nominal numbers of the plate and its channel, plain floats in SI."""
        p = self.plate
        gap, width, port = p.gap.nominal, p.width.nominal, p.port_diameter.nominal
        return PlateNumbers(
            area=p.area.nominal,
            width=width,
            flow_length=p.flow_length.nominal,
            gap=gap,
            enlargement=p.enlargement.nominal,
            thickness=p.thickness.nominal,
            conductivity=p.conductivity.nominal,
            port_diameter=port,
            port_distance=p.port_distance.nominal,
            hydraulic_diameter=2.0 * gap / p.enlargement.nominal,
            channel_flow_area=gap * width,
            port_area=0.25 * math.pi * port**2,
        )

    @property
    def price_law(self) -> Price:
        """The file's own price, or :data:`DEFAULT_PRICE`."""
        return DEFAULT_PRICE if self.price is None else self.price


def _check_plate(plate: Plate) -> None:
    if _largest(plate.thickness) >= _smallest(plate.gap):
        fault(
            "the metal can be thicker than the gap",
            "plate.thickness",
            f"up to {_mm(_largest(plate.thickness))}",
            f"over its whole range less than the smallest plate.gap = {_mm(_smallest(plate.gap))}",
        )
    if 2.0 * _largest(plate.port_diameter) >= _smallest(plate.width):
        fault(
            "two ports can be wider than the plate",
            "plate.port_diameter",
            f"up to {_mm(_largest(plate.port_diameter))}",
            f"over its whole range less than half the smallest plate.width = {_mm(_smallest(plate.width))}",
        )
    if _largest(plate.port_diameter) >= _smallest(plate.port_distance):
        fault(
            "the ports can overlap",
            "plate.port_distance",
            f"from {_mm(_smallest(plate.port_distance))}",
            f"over its whole range more than plate.port_diameter, up to {_mm(_largest(plate.port_diameter))}",
        )
    _check_flow_length(plate)
    projected = plate.width.nominal * plate.flow_length.nominal
    ratio = plate.area.nominal / (plate.enlargement.nominal * projected)
    if not 0.6 <= ratio <= 1.3:
        fault(
            "the area does not fit the plate's width and length",
            "plate.area",
            f"{plate.area.nominal:.4g} m^2, {ratio:.3g} times enlargement x width x flow_length",
            f"0.6 to 1.3 times {plate.enlargement.nominal * projected:.4g} m^2",
        )


def _check_flow_length(plate: Plate) -> None:
    centres, length = plate.port_distance.nominal, plate.flow_length.nominal
    edges = centres - plate.port_diameter.nominal
    wanted = {"port centres": centres, "port edges": edges, "effective": length}[plate.flow_length_basis]
    # A twentieth of the way is the rounding of drawings, and well below the diameter of a port.
    if abs(length - wanted) > 0.05 * centres:
        less = " less plate.port_diameter" if plate.flow_length_basis == "port edges" else ""
        fault(
            f"the flow length is not the distance between {plate.flow_length_basis}",
            "plate.flow_length",
            _mm(length),
            f"plate.port_distance{less} = {_mm(wanted)}; or another plate.flow_length_basis",
        )


def _check_limits(limits: Limits) -> None:
    if limits.min_plates >= limits.max_plates:
        fault(
            "the fewest plates are not fewer than the most",
            "limits.min_plates",
            str(limits.min_plates),
            f"less than limits.max_plates = {limits.max_plates}",
        )
    if _largest(limits.T_min) >= _smallest(limits.T_max):
        fault(
            "the lowest temperature is not below the highest",
            "limits.T_min",
            limits.T_min.describe(),
            f"below limits.T_max, {limits.T_max.describe()}",
        )


#: Where the correlations name an argument of theirs, the key of the file that it comes from.
_KEYS = {
    "correlation": "correlation.name",
    "friction": "correlation.friction",
    "chevron_angle": "plate.chevron_angles",
    "phi": "plate.enlargement",
}


def _check_law(file: PlateFile) -> None:
    law, enlargement = file.correlation, file.plate.enlargement
    for factor in ("Nu_factor", "f_factor"):
        if factor in law.constants:
            fault(
                "this factor has a key of its own",
                f"correlation.constants.{factor}",
                f"{law.constants[factor]:g}",
                f"correlation.{factor}, with its uncertainty",
            )
    for angle in file.channel_angles():
        for phi in (enlargement.nominal, _largest(enlargement)):
            try:
                chevron_law(law.name, angle, phi, friction=law.friction, **law.constants)
            except InputError as error:
                name = error.key or ""
                if "," in name:  # several constants are missing
                    fault(error.problem, "correlation.constants", None, f"a number for each of {name}")
                key = _KEYS.get(name, f"correlation.constants.{name}")
                fault(error.problem, key, f"{error.found}", error.accepted or "")


def _smallest(quantity: Quantity) -> float:
    """Smallest value that a sample can hold, but for one draw in 2000."""
    return float(quantity.quantile(0.0005))


def _largest(quantity: Quantity) -> float:
    """Largest value that a sample can hold, but for one draw in 2000."""
    return float(quantity.quantile(0.9995))


def _mm(length: float) -> str:
    return f"{length * 1e3:.4g} mm"


def load_plate(name: str | Path) -> PlateFile:
    """Read the file of a plate type.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name such as ``"g-060"`` or ``"swep-p200th"``.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used.
    """
    return load_record(find_file(str(name), LIBRARY, "plate"), PlateFile)


def shipped_plates() -> list[str]:
    """Names of the plates that come with the package."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))


def generic_plate_names() -> list[str]:
    """Names of the shipped plates that are no product: brazed (b-...) and gasketed (g-...), small to large."""
    return [name for name in shipped_plates() if name.startswith(("b-", "g-"))]
