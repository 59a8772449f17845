"""Forced and natural convection together, as scalar formulas."""

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
