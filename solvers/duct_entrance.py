"""What a velocity profile that develops from a uniform inlet adds to laminar heat transfer and pressure drop."""

import math

from hashheat.solvers.convection import RE_LAMINAR, RE_TURBULENT
from hashheat.thermo.jit import kernel


@kernel
def entrance_heads(fRe_darcy: float, z_plus: float) -> float:
    """Excess of pressure drop of a developing laminar profile, in velocity heads.

    f_app Re = sqrt((3.44 / sqrt(z+))^2 + (f Re)^2), Fanning; what exceeds f Re, times 4 z+.

    Parameters
    ----------
    fRe_darcy : float
        Developed Darcy f Re of the shape [-], ``DuctLaminar.fRe``.
    z_plus : float
        Length from the inlet over (D_h Re) [-], >= 0.

    Returns
    -------
    float
        Of rho u^2 / 2 [-]; rises from 0 to 8 * 3.44^2 / fRe_darcy.

    Notes
    -----
    Includes the change of momentum from the uniform to the developed profile. Within 10 % of f_app for most
    shapes, as its source says; within 6 % of a marched profile between plates. The limit 3.44 = 2 * 1.7208 is
    Blasius' displacement thickness, which narrows the core.

    References
    ----------
    Y. S. Muzychka and M. M. Yovanovich, J. Fluids Eng. 131 (2009), doi:10.1115/1.4000377.
    """
    # Written with the difference multiplied out, to keep the small excess of long channels.
    boundary_layer = 3.44 * 3.44 * z_plus
    developed = 0.25 * fRe_darcy * z_plus
    if boundary_layer <= 0.0:
        return 0.0
    return 4.0 * boundary_layer / (math.sqrt(boundary_layer + developed * developed) + developed)


@kernel
def nusselt_entrance(Nu: float, Re: float, Pr: float, Pr13: float, x_over_D: float) -> float:
    """Raise a local laminar Nusselt number for a velocity profile that develops with the temperature.

    Nu' = (Nu^m + N^m)^(1/m), with the flat plate's N = 0.886 / (1 + (1.909 Pr^(1/6))^(9/2))^(2/9) / sqrt(x*)
    at uniform flux, x* = x / (D Re Pr) and m = 2.27 + 1.65 Pr^(1/3).

    Parameters
    ----------
    Nu : float
        At developed velocity [-].
    Re, Pr, Pr13 : float
        Reynolds number, Prandtl number and its cube root [-], above 0.
    x_over_D : float
        Distance from the inlet over D_h [-].

    Returns
    -------
    float
        Nu [-]; Nu itself at Re = 4000, fading from 2300 on.

    Notes
    -----
    The plate's limits at large and small Pr (0.464 Pr^(1/3) and 0.886 Pr^(1/2) times sqrt(Re_x)) are exact
    results of boundary layer theory. The blend and m are those of the paper, written from memory and not
    compared with it; the developed part is the exact table in place of the paper's approximation.

    References
    ----------
    Y. S. Muzychka and M. M. Yovanovich, J. Heat Transfer 126 (2004) 54-61.
    """
    share = min(1.0, max(0.0, (Re - RE_LAMINAR) / (RE_TURBULENT - RE_LAMINAR)))
    blend = math.exp(4.5 * math.log(1.909 * math.sqrt(Pr13)))
    plate = 0.886 * (1.0 + blend) ** (-2.0 / 9.0) * math.sqrt(Re * Pr / x_over_D)
    m = 2.27 + 1.65 * Pr13
    # From the larger of the two, whose ratio cannot overflow: m grows with Pr without bound.
    larger = max(Nu, plate)
    both = larger * (1.0 + (min(Nu, plate) / larger) ** m) ** (1.0 / m)
    return Nu + (1.0 - share) * (both - Nu)
