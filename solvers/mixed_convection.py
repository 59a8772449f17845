"""Forced flow across a cylinder, and forced and natural convection together, as scalar formulas."""

import math

from hashheat.thermo.jit import kernel


@kernel
def nusselt_mixed(Nu_forced: float, Nu_natural: float, opposing: bool) -> float:
    """Mixed convection: Nu^3 = Nu_forced^3 + Nu_natural^3, or the amount of their difference where they oppose.

    Parameters
    ----------
    Nu_forced, Nu_natural : float
        On the same length and temperature difference [-], >= 0.
    opposing : bool
        Buoyancy drives the fluid against the forced flow.

    Returns
    -------
    float
        Nu [-]; 0 where opposing parts are equal, which no flow is: see :func:`nusselt_mixed_floored`.

    References
    ----------
    S. W. Churchill, AIChE J. 23 (1977) 10-16 (exponent 3, aiding flow along a plate).
    """
    forced = Nu_forced * Nu_forced * Nu_forced
    natural = Nu_natural * Nu_natural * Nu_natural
    return abs(forced - natural if opposing else forced + natural) ** (1.0 / 3.0)


@kernel
def nusselt_mixed_floored(Nu_forced: float, Nu_natural: float, opposing: bool) -> float:
    """:func:`nusselt_mixed`, never below the smaller of its two parts.

    Parameters
    ----------
    Nu_forced, Nu_natural, opposing
        As there.

    Returns
    -------
    float
        Nu [-]; continuous. The floor is assumed: heat is lost to a fluid that hesitates, too.
    """
    return max(nusselt_mixed(Nu_forced, Nu_natural, opposing), min(Nu_forced, Nu_natural))


@kernel
def nusselt_cross_cylinder(Re: float, Pr: float) -> float:
    """Single cylinder in cross-flow, mean over its circumference.

    Nu = 0.3 + 0.62 sqrt(Re) Pr^(1/3) / (1 + (0.4 / Pr)^(2/3))^(1/4) * (1 + (Re / 282000)^(5/8))^(4/5)

    Parameters
    ----------
    Re, Pr : float
        On the diameter and the free stream, fluid at film temperature [-]; Re Pr > 0.2, Re < 1e7.

    Returns
    -------
    float
        Nu on the diameter [-].

    References
    ----------
    S. W. Churchill and M. Bernstein, J. Heat Transfer 99 (1977) 300-306.
    """
    laminar = 0.62 * math.sqrt(Re) * Pr ** (1.0 / 3.0) / (1.0 + (0.4 / Pr) ** (2.0 / 3.0)) ** 0.25
    return 0.3 + laminar * (1.0 + (Re / 282000.0) ** 0.625) ** 0.8
