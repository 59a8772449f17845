"""The record of every chevron-plate correlation: what it says, what it holds for, where it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hashheat.components import chevron_papers as papers

Range = tuple[float, float]
Builder = Callable[[float, float, papers.Values], papers.Form]

_FROM_FLOW = "from the main flow direction"
_FROM_HORIZONTAL = "from the horizontal (90 degrees less ours); converted"
_NO_ANGLE = "none in the formula"
_ON_DH = "D_h = 2 b / phi"
ON_2B = "2 b; converted"
_UNSTATED = "taken as D_h = 2 b / phi; the paper was not read"
_PHI_DOUBT = (
    "Taken on D_h = 2 b / phi, as the codes it was read in do. Its powers of phi are those that a change from "
    "2 b to D_h would cancel: if the paper means 2 b, Nu is too high by phi^(1 - m), 6 to 8 % at phi = 1.2."
)


@dataclass(frozen=True)
class Correlation:
    """One correlation, with its limits and conventions.

    Attributes
    ----------
    name, title, equation, reference : str
        How to ask for it, who made it, what it says in the source's own convention, where it is printed.
    angle, diameter : str
        How the source counts the chevron angle and which length its Re and Nu take.
    Re, Pr, beta_degrees, phi : (float, float) or None
        Validity [-], the angle in degrees from the main flow direction; None where the source sets no limit.
    friction : str
        The correlation whose friction is taken unless another is asked for: its own name, or "martin".
    unverified : tuple of str
        Parts that rest on memory or on secondary sources that disagree.
    notes : str
        What a user should know.
    constants, friction_constants : dict
        What the user may set for Nu and for f (the latter only where ``own_friction`` is taken), with the
        defaults; None must be given.
    """

    name: str
    title: str
    equation: str
    reference: str
    angle: str
    diameter: str
    nusselt: Builder = field(repr=False)
    own_friction: Builder | None = field(default=None, repr=False)
    friction: str = "martin"
    Re: Range | None = None
    Pr: Range | None = None
    beta_degrees: Range | None = None
    phi: Range | None = None
    unverified: tuple[str, ...] = ()
    notes: str = ""
    constants: Mapping[str, float | None] = field(default_factory=dict)
    friction_constants: Mapping[str, float | None] = field(default_factory=dict)


_MARTIN = (
    "1/sqrt(f) = cos B / sqrt(b tan B + c sin B + f0 / cos B) + (1 - cos B) / sqrt(a f1), Darcy; below Re 2000 "
    "f0 = 64/Re, f1 = 597/Re + 3.85; above f0 = (1.8 log10 Re - 1.5)^-2, f1 = 39 Re^-0.289; "
    "Nu = 0.122 Pr^(1/3) (mu/mu_w)^(1/6) (f Re^2 sin 2B)^0.374"
)
_ABC: dict[str, float | None] = {"a": 3.8, "b": 0.18, "c": 0.36}
_FACTOR: dict[str, float | None] = {"f_factor": 1.0}
_MARTIN_REFERENCE = "H. Martin, Chem. Eng. Process. 35 (1996) 301-310; VDI Heat Atlas, chapter N6"
_MARTIN_NOTE = (
    "f jumps by 5 to 7 % at Re 2000; smoothed from Re 1600 to 2500, where f is moved by up to 3.3 % and Nu by "
    "up to 1.3 %."
)
_AYUB = "as in Z. H. Ayub, Heat Transfer Eng. 24 (5) (2003) 3-16"


def _scalable(viscosity_exponent: float) -> dict[str, float | None]:
    return {"viscosity_exponent": viscosity_exponent, "Nu_factor": 1.0}


_RECORDS = (
    Correlation(
        name="martin",
        title="Martin, in the form of the VDI Heat Atlas",
        equation=_MARTIN,
        reference=_MARTIN_REFERENCE,
        angle=_FROM_FLOW,
        diameter=_ON_DH,
        nusselt=papers.martin_nusselt,
        own_friction=papers.martin_friction,
        Re=(200.0, 1e4),
        beta_degrees=(0.0, 80.0),
        notes=_MARTIN_NOTE + " a, b, c, lead and exponent may be fitted to a plate.",
        constants={**_ABC, "lead": 0.122, "exponent": 0.374, **_scalable(1.0 / 6.0)},
        friction_constants={**_ABC, **_FACTOR},
    ),
    Correlation(
        name="martin 1999",
        title="Martin, with the rounded Fanning constants of his papers",
        equation=_MARTIN + "; in Fanning's f with 0.045, 0.09, 149/Re + 0.9625, (1.56 ln Re - 3)^-2",
        reference=_MARTIN_REFERENCE,
        angle=_FROM_FLOW,
        diameter=_ON_DH,
        nusselt=papers.martin_1999_nusselt,
        own_friction=papers.martin_1999_friction,
        friction="martin 1999",
        Re=(200.0, 1e4),
        beta_degrees=(0.0, 80.0),
        notes=_MARTIN_NOTE
        + " Within 1e-3 of martin; the lead 0.205 printed with Fanning's f is 0.122 * 4^0.374.",
        constants={**_ABC, "lead": 0.122, "exponent": 0.374, **_scalable(1.0 / 6.0)},
        friction_constants={**_ABC, **_FACTOR},
    ),
    Correlation(
        name="kumar",
        title="Kumar",
        equation="Nu = C1 Re^m Pr^0.33 (mu/mu_w)^0.17, f = C2 Re^-p (Fanning), by angle and range of Re",
        reference=f"H. Kumar, Inst. Chem. Eng. Symp. Ser. 86 (1984) 1275-1286, {_AYUB}",
        angle=_FROM_HORIZONTAL,
        diameter=_ON_DH,
        nusselt=papers.kumar_nusselt,
        own_friction=papers.kumar_friction,
        friction="kumar",
        Re=(0.1, 1e4),
        beta_degrees=(25.0, 60.0),
        notes="Between the tabulated angles by straight lines in ln C, m and ln Re_break; beyond 25 and 60 "
        "degrees the end rows hold, as the table says. Breaks smoothed over a factor 1.25 to either side, by at "
        "most 1.1 %.",
        constants=_scalable(0.17),
        friction_constants=_FACTOR,
    ),
    Correlation(
        name="muley manglik",
        title="Muley and Manglik",
        equation="Nu = (0.2668 - 0.006967 B + 7.244e-5 B^2) (20.78 - 50.94 p + 41.16 p^2 - 10.51 p^3) "
        "Re^(0.728 + 0.0543 sin(pi B/45 + 3.7)) Pr^(1/3) (mu/mu_w)^0.14; f = (2.917 - 0.1277 B + 2.016e-3 B^2) "
        "(5.474 - 19.02 p + 18.93 p^2 - 5.341 p^3) Re^-(0.2 + 0.0577 sin(pi B/45 + 2.1)) (Fanning); B degrees, "
        "p = phi",
        reference="A. Muley and R. M. Manglik, J. Heat Transfer 121 (1999) 110-117",
        angle=_FROM_FLOW,
        diameter=ON_2B,
        nusselt=papers.muley_manglik_nusselt,
        own_friction=papers.muley_manglik_friction,
        friction="muley manglik",
        Re=(1e3, 1e4),
        Pr=(2.0, 6.0),
        beta_degrees=(30.0, 60.0),
        phi=(1.1, 1.5),
        notes="The coefficient 10.51 is right: with it the polynomial is 1 on the tested plates (phi 1.29). "
        "Below phi 1.1 its friction falls towards zero.",
        constants=_scalable(0.14),
        friction_constants=_FACTOR,
    ),
    Correlation(
        name="wanniarachchi",
        title="Wanniarachchi et al.",
        equation="Nu = (Nu_l^3 + Nu_t^3)^(1/3) Pr^(1/3) (mu/mu_w)^0.17, Nu_l = 3.65 t^-0.455 p^0.661 Re^0.339, "
        "Nu_t = 12.6 t^-1.142 p^(1-m) Re^m, m = 0.646 + 0.00111 t, t = angle held within 20 and 62, p = phi",
        reference="A. S. Wanniarachchi et al., in Compact Heat Exchangers for the Process Industries, 1995",
        angle=_FROM_HORIZONTAL,
        diameter=_ON_DH,
        nusselt=papers.wanniarachchi_nusselt,
        own_friction=papers.wanniarachchi_friction,
        Re=(1.0, 1e4),
        beta_degrees=(28.0, 70.0),
        unverified=("friction", "diameter"),
        notes="Smooth through all regimes: the one for part load. Paired with Martin's friction; its own is from "
        "memory and stands up to 65 % below Martin's at 30 degrees: ask for it by name. " + _PHI_DOUBT,
        constants=_scalable(0.17),
        friction_constants=_FACTOR,
    ),
    Correlation(
        name="chisholm wanniarachchi",
        title="Chisholm and Wanniarachchi",
        equation="Nu = 0.72 Re^0.59 Pr^0.4 phi^0.41 (B/30)^0.66, f = 0.8 Re^-0.25 phi^1.25 (B/30)^3.6 (Fanning)",
        reference="D. Chisholm and A. S. Wanniarachchi, ASME HTD 201 (1992) 95-99",
        angle=_FROM_FLOW,
        diameter=_ON_DH,
        nusselt=papers.chisholm_wanniarachchi_nusselt,
        own_friction=papers.chisholm_wanniarachchi_friction,
        friction="chisholm wanniarachchi",
        Re=(1e3, 4e4),
        beta_degrees=(30.0, 80.0),
        unverified=("diameter",),
        notes="Nu is two to three times the other correlations'. " + _PHI_DOUBT,
        constants=_scalable(0.0),
        friction_constants=_FACTOR,
    ),
    Correlation(
        name="thonon",
        title="Thonon",
        equation="Nu = C Re^m Pr^(1/3) with C, m by angle",
        reference=f"B. Thonon, 1995, {_AYUB}",
        angle=_FROM_FLOW,
        diameter=_UNSTATED,
        nusselt=papers.thonon_nusselt,
        Re=(50.0, 1.5e4),
        beta_degrees=(15.0, 60.0),
        unverified=("diameter",),
        notes="Angles between the tabulated ones by straight lines in ln C and m. Paired with Martin's friction: "
        "the friction table at hand jumps by up to a factor 9 at its breaks and cannot be right.",
        constants=_scalable(0.0),
    ),
    Correlation(
        name="khan",
        title="Khan et al.",
        equation="Nu = (0.0161 B/60 + 0.1298) Re^(0.198 B/60 + 0.6398) Pr^0.35 (mu/mu_w)^0.14, B degrees",
        reference="T. S. Khan et al., Appl. Therm. Eng. 30 (2010) 1058-1065",
        angle=_FROM_FLOW,
        diameter=_UNSTATED,
        nusselt=papers.khan_nusselt,
        Re=(500.0, 2500.0),
        Pr=(3.5, 6.5),
        beta_degrees=(30.0, 60.0),
        unverified=("diameter",),
        notes="1.5 to 2.4 times Martin. Paired with Martin's friction: the coefficients of the companion paper "
        "(Heat Transfer Eng. 38 (2017) 256-264) were not found.",
        constants=_scalable(0.14),
    ),
    Correlation(
        name="heavner",
        title="Heavner et al.",
        equation="Nu = C phi^(1-m) Re^m Pr^0.5 (mu/mu_w)^(1/6) with C, m by mean angle of the two plates",
        reference=f"R. L. Heavner, H. Kumar, A. S. Wanniarachchi, AIChE Symp. Ser. 89 (295) (1993), {_AYUB}",
        angle=_FROM_HORIZONTAL,
        diameter=_ON_DH,
        nusselt=papers.heavner_nusselt,
        Re=(400.0, 1e4),
        Pr=(3.3, 5.9),
        beta_degrees=(23.0, 67.5),
        unverified=("diameter",),
        notes="Covers mixed plates by their mean angle. Paired with Martin's friction: none at hand. "
        + _PHI_DOUBT,
        constants=_scalable(1.0 / 6.0),
    ),
    Correlation(
        name="okada",
        title="Okada et al.",
        equation="Nu = C Re^m Pr^0.4 with C, m by angle",
        reference="K. Okada et al., Heat Transfer Jpn. Res. 1 (1) (1972) 90-95",
        angle=_FROM_FLOW,
        diameter=_UNSTATED,
        nusselt=papers.okada_nusselt,
        Re=(700.0, 2.5e4),
        beta_degrees=(30.0, 75.0),
        unverified=("diameter",),
        notes="Paired with Martin's friction: the source gives none.",
        constants=_scalable(0.0),
    ),
    Correlation(
        name="sinnott",
        title="Sinnott's textbook estimate",
        equation="Nu = 0.26 Re^0.65 Pr^0.4, dp = 8 j_f (L / 2b) rho u^2 / 2 with j_f = 0.6 Re^-0.3",
        reference="R. K. Sinnott, Coulson and Richardson's Chemical Engineering, vol. 6, section 12.12",
        angle=_NO_ANGLE,
        diameter=ON_2B,
        nusselt=papers.sinnott_nusselt,
        own_friction=papers.sinnott_friction,
        friction="sinnott",
        notes="Typical plate, for preliminary design; the angle has no effect.",
        constants=_scalable(0.0),
        friction_constants=_FACTOR,
    ),
    Correlation(
        name="power law",
        title="Power law given by the user",
        equation="Nu = C Re^m Pr^n (mu/mu_w)^k with k = viscosity_exponent, f = a Re^-b (Darcy)",
        reference="the user's",
        angle=_NO_ANGLE,
        diameter=_ON_DH,
        nusselt=papers.power_law_nusselt,
        own_friction=papers.power_law_friction,
        friction="power law",
        constants={"C": None, "m": None, "n": 1.0 / 3.0, **_scalable(0.0)},
        friction_constants={"a": None, "b": None, **_FACTOR},
    ),
    Correlation(
        name="fixed",
        title="Constant Nusselt number and friction factor",
        equation="Nu and f (Darcy) as given, at any Re",
        reference="none: for textbook cases with a given coefficient",
        angle=_NO_ANGLE,
        diameter=_ON_DH,
        nusselt=papers.fixed_nusselt,
        own_friction=papers.fixed_friction,
        friction="fixed",
        constants={"Nu": None},
        friction_constants={"f": None},
    ),
)

#: Every correlation by name.
CORRELATIONS: dict[str, Correlation] = {record.name: record for record in _RECORDS}
