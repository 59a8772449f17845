"""Units and options of an EPANET input file."""

from dataclasses import dataclass
from typing import Literal

from hashheat.components.epanet_lines import Line

FOOT, INCH = 0.3048, 0.0254
_GALLON, _IMPERIAL_GALLON, _DAY = 3.785411784e-3, 4.54609e-3, 86400.0

#: Flow units in m^3/s. Length and diameter are in ft and in with those of the first five, else in m and mm.
FLOW_UNITS: dict[str, float] = {
    "CFS": FOOT**3,
    "GPM": _GALLON / 60.0,
    "MGD": 1e6 * _GALLON / _DAY,
    "IMGD": 1e6 * _IMPERIAL_GALLON / _DAY,
    "AFD": 43560.0 * FOOT**3 / _DAY,
    "LPS": 1e-3,
    "LPM": 1e-3 / 60.0,
    "MLD": 1e3 / _DAY,
    "CMH": 1.0 / 3600.0,
    "CMD": 1.0 / _DAY,
    "CMS": 1.0,
}
_US = ("CFS", "GPM", "MGD", "IMGD", "AFD")
#: Kinematic viscosity that a relative one refers to: 1.1e-5 ft^2/s [m^2/s].
_VISCOSITY = 1.1e-5 * FOOT**2
#: A viscosity above this is relative to that, below it is one.
_RELATIVE = 1e-3

#: Options that take numbers or words and change nothing in the converged state at time 0.
_WITHOUT_EFFECT = (
    "QUALITY",
    "DIFFUSIVITY",
    "TRIALS",
    "ACCURACY",
    "UNBALANCED",
    "EMITTER",
    "EMITBACK",
    "BACKFLOW",
    "TOLERANCE",
    "MAP",
    "VERIFY",
    "CHECKFREQ",
    "MAXCHECK",
    "DAMPLIMIT",
    "HEADERROR",
    "FLOWCHANGE",
    "HTOL",
    "QTOL",
    "RQTOL",
    "SEGMENTS",
    "PRESSURE",
    "MINIMUM",
    "REQUIRED",
)


@dataclass(frozen=True)
class Options:
    """Units and options.

    Parameters
    ----------
    units : str
        Of flow, as in the file.
    headloss : {"hazen-williams", "darcy-weisbach"}
    viscosity : float
        Kinematic [m^2/s].
    specific_gravity : float
        Density over that of water at 4 degC [-].
    demand_multiplier : float
        On all demands [-].
    pattern : str
        Of the demands that name none.
    """

    units: str = "GPM"
    headloss: Literal["hazen-williams", "darcy-weisbach"] = "hazen-williams"
    viscosity: float = _VISCOSITY
    specific_gravity: float = 1.0
    demand_multiplier: float = 1.0
    pattern: str = "1"

    @property
    def flow(self) -> float:
        """One unit of flow [m^3/s]."""
        return FLOW_UNITS[self.units]

    @property
    def metre(self) -> float:
        """One unit of length and head [m]."""
        return FOOT if self.units in _US else 1.0

    @property
    def diameter(self) -> float:
        """One unit of diameter [m]."""
        return INCH if self.units in _US else 1e-3

    @property
    def roughness(self) -> float:
        """One unit of roughness, [-] or [m]."""
        return 1.0 if self.headloss == "hazen-williams" else 1e-3 * self.metre


def read_options(lines: list[Line]) -> Options:
    """Options of a file; those that it leaves out are EPANET's own.

    Raises
    ------
    InputError
        For an option or a value that EPANET does not have, or that is not supported here.
    """
    found = Options()
    viscosity = 1.0
    for line in lines:
        key, value = line.word(0), line.word(1)
        changed: dict[str, object] = {}
        if key == "UNITS" or (key in FLOW_UNITS and len(line.words) == 1):
            unit = value if key == "UNITS" else key
            unit = "CMS" if unit == "SI" else unit
            if unit not in FLOW_UNITS:
                line.refuse("unknown flow unit", line.words[-1], ", ".join(FLOW_UNITS))
            changed["units"] = unit
        elif key == "HEADLOSS":
            laws = {"H-W": "hazen-williams", "D-W": "darcy-weisbach"}
            if value == "C-M":
                line.refuse("the Chezy-Manning head loss is not supported", value, "H-W or D-W")
            if value not in laws:
                line.refuse("unknown head loss formula", " ".join(line.words), "H-W or D-W")
            changed["headloss"] = laws[value]
        elif key == "VISCOSITY":
            viscosity = line.number_at(1, "the viscosity", positive=True)
        elif key == "SPECIFIC" and value == "GRAVITY":
            changed["specific_gravity"] = line.number_at(2, "the specific gravity", positive=True)
        elif key == "PATTERN":
            line.needs(2, 2, "PATTERN name")
            changed["pattern"] = line.words[1]
        elif key == "DEMAND" and value == "MULTIPLIER":
            changed["demand_multiplier"] = line.number_at(2, "the demand multiplier", least=0.0)
        elif key == "DEMAND" and value == "MODEL":
            if line.word(2) != "DDA":
                line.refuse("demands that depend on the pressure are not supported", line.word(2), "DDA")
        elif key == "HYDRAULICS":
            if value != "SAVE":
                line.refuse("a file of hydraulics is not supported", " ".join(line.words), "SAVE")
        elif key not in _WITHOUT_EFFECT:
            line.refuse(
                "unknown option",
                " ".join(line.words),
                "UNITS, HEADLOSS, VISCOSITY, SPECIFIC GRAVITY, PATTERN, DEMAND MULTIPLIER, DEMAND MODEL, "
                f"HYDRAULICS, or one without effect: {', '.join(_WITHOUT_EFFECT)}",
            )
        found = Options(**{**found.__dict__, **changed})  # type: ignore[arg-type]
    # The unit of a viscosity that is no ratio goes with the flow unit, which may stand below it.
    scale = _VISCOSITY if viscosity > _RELATIVE else found.metre**2
    return Options(**{**found.__dict__, "viscosity": viscosity * scale})


def check_times(lines: list[Line]) -> None:
    """Raise InputError where the patterns do not start at their first multiplier."""
    for line in lines:
        if line.word(0) != "PATTERN" or line.word(1) != "START":
            continue
        if any(c in "123456789" for c in "".join(line.words[2:])):
            line.refuse("a pattern start other than 0 is not supported", " ".join(line.words), "0:00")
