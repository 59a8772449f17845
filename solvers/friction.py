"""Friction factors of ducts, as scalar formulas. Always Darcy: f = 2 D_h dp / (L rho u^2)."""

import math

from hashheat.solvers.convection import RE_LAMINAR, RE_TURBULENT
from hashheat.thermo.jit import kernel

_TWO_DECADES = 2.0 / math.log(10.0)
_USUAL_X = 0.02**-0.5


@kernel
def friction_laminar(fRe_darcy: float, Re: float) -> float:
    """Darcy friction factor of fully developed laminar flow.

    Parameters
    ----------
    fRe_darcy : float
        Darcy f Re of the shape [-]: 64 for a tube, ``DuctLaminar.fRe`` otherwise.
    Re : float
        Reynolds number on D_h [-], above 0.

    Returns
    -------
    float
        f [-].
    """
    return fRe_darcy / Re


@kernel
def friction_haaland(Re: float, relative_roughness: float) -> float:
    """Haaland's explicit Darcy friction factor of turbulent flow.

    Parameters
    ----------
    Re : float
        Reynolds number [-], 4e3 to 1e8.
    relative_roughness : float
        Equivalent sand roughness over D_h [-], 0 to 0.05.

    Returns
    -------
    float
        f [-], within 2 % of Colebrook.

    References
    ----------
    S. E. Haaland, J. Fluids Eng. 105 (1983) 89-90.
    """
    x = -1.8 * math.log10((relative_roughness / 3.7) ** 1.11 + 6.9 / Re)
    return 1.0 / (x * x)


@kernel
def friction_churchill(Re: float, relative_roughness: float) -> float:
    """Churchill's single Darcy friction factor for all regimes of a circular tube.

    Parameters
    ----------
    Re : float
        Reynolds number [-], above 0.
    relative_roughness : float
        Equivalent sand roughness over D [-], 0 to 0.05.

    Returns
    -------
    float
        f [-]. Between Re 2000 and 4000 it is a smooth guess: 11 % above 64/Re at 2300.

    References
    ----------
    S. W. Churchill, Chem. Eng. 84 (24) (1977) 91-92.
    """
    a = (2.457 * math.log(1.0 / ((7.0 / Re) ** 0.9 + 0.27 * relative_roughness))) ** 16
    b = (37530.0 / Re) ** 16
    return 8.0 * ((8.0 / Re) ** 12 + 1.0 / (a + b) ** 1.5) ** (1.0 / 12.0)


@kernel
def friction_petukhov(Re: float) -> float:
    """Petukhov's Darcy friction factor of a smooth tube: (0.790 ln Re - 1.64)^-2.

    Parameters
    ----------
    Re : float
        Reynolds number [-], 3e3 to 5e6.

    Returns
    -------
    float
        f [-].

    References
    ----------
    B. S. Petukhov, Adv. Heat Transfer 6 (1970) 503-564.
    """
    x = 0.790 * math.log(Re) - 1.64
    return 1.0 / (x * x)


@kernel
def friction_colebrook(Re: float, relative_roughness: float) -> float:
    """Colebrook's Darcy friction factor of turbulent flow, solved to 1e-10.

    Parameters
    ----------
    Re : float
        Reynolds number [-], above 4000.
    relative_roughness : float
        Equivalent sand roughness over D_h [-], 0 to 0.05.

    Returns
    -------
    float
        f [-].

    Notes
    -----
    Newton's method for x = 1/sqrt(f) in x + 2 log10(e/3.7 + 2.51 x/Re) = 0, from one substitution of f = 0.02,
    which costs less than an explicit formula with its powers. The function is concave and rising, so that the
    iteration converges from any start on that branch; three steps suffice, and the bound on their number is never
    reached in the stated range.

    References
    ----------
    C. F. Colebrook, J. Inst. Civ. Eng. 11 (1939) 133-156.
    """
    rough = relative_roughness / 3.7
    slope = 2.51 / Re
    x = -_TWO_DECADES * math.log(rough + slope * _USUAL_X)
    for _ in range(20):
        inner = rough + slope * x
        step = (x + _TWO_DECADES * math.log(inner)) / (1.0 + _TWO_DECADES * slope / inner)
        x -= step
        if abs(step) < 1e-11 * x:
            break
    return 1.0 / (x * x)


@kernel
def friction_duct(Re: float, relative_roughness: float, fRe_darcy: float) -> float:
    """Darcy friction factor of a duct in any regime; continuous in Re.

    Exact laminar up to Re = 2300, Colebrook from 4000 on, linear in Re between the two ends. Churchill's
    single formula is not used because it is fitted to tubes and stands 11 % above the exact laminar value at
    2300. The transition is the one of :func:`hashheat.solvers.convection.nusselt_duct`, so that heat transfer
    and pressure drop change regime together.

    Parameters
    ----------
    Re : float
        Reynolds number on D_h [-], above 0.
    relative_roughness : float
        Equivalent sand roughness over D_h [-], 0 to 0.05.
    fRe_darcy : float
        Darcy f Re of the shape [-] (``DuctLaminar.fRe``).

    Returns
    -------
    float
        f [-] of developed flow at constant properties (see :func:`viscosity_correction_friction`).

    Notes
    -----
    Colebrook on D_h is within about 10 % for rectangles; Jones's laminar-equivalent diameter is not applied.
    Roughness enters friction only: the Nusselt numbers are those of smooth walls.

    References
    ----------
    Transition: V. Gnielinski, Int. J. Heat Mass Transfer 63 (2013) 134-140 (there for Nu). Rectangles:
    O. C. Jones, J. Fluids Eng. 98 (1976) 173-180.
    """
    if Re <= RE_LAMINAR:
        return friction_laminar(fRe_darcy, Re)
    if Re >= RE_TURBULENT:
        return friction_colebrook(Re, relative_roughness)
    share = (Re - RE_LAMINAR) / (RE_TURBULENT - RE_LAMINAR)
    turbulent = friction_colebrook(RE_TURBULENT, relative_roughness)
    return (1.0 - share) * friction_laminar(fRe_darcy, RE_LAMINAR) + share * turbulent


@kernel
def viscosity_correction_friction(Re: float, mu_ratio_wall_over_bulk: float) -> float:
    """Correct a liquid's friction factor for the wall's temperature: (mu_wall / mu_bulk)^n.

    Parameters
    ----------
    Re : float
        Reynolds number at bulk temperature [-].
    mu_ratio_wall_over_bulk : float
        Viscosity at wall over viscosity at bulk temperature [-], above 0; below 1 when a liquid is heated.

    Returns
    -------
    float
        Factor on f [-]; n = 0.58 laminar and 0.25 turbulent, linear in Re between 2300 and 4000.

    Notes
    -----
    The exponents are those for heated liquids. For cooled ones 0.50 (laminar) and 0.25 are usual; the same
    0.58 is used here, which overstates laminar friction by 2 % when the wall is 30 % more viscous.

    References
    ----------
    W. M. Kays and M. E. Crawford, Convective Heat and Mass Transfer, 3rd ed., 1993 (property ratio method;
    laminar 0.58, turbulent 0.25).
    """
    share = min(1.0, max(0.0, (Re - RE_LAMINAR) / (RE_TURBULENT - RE_LAMINAR)))
    exponent = 0.58 + share * (0.25 - 0.58)
    return mu_ratio_wall_over_bulk**exponent
