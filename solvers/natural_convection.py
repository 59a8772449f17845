"""Natural convection from plates and cylinders and between plates: Nusselt numbers, as scalar formulas.

Ra is the Rayleigh number g beta dT L^3 / (nu alpha) on the length that each function names; fluid properties at
the mean of wall and fluid temperature. Nothing here checks the range of Ra.

The channel between two vertical plates follows the composite of its two ends, fully developed flow and two plates
that do not know each other: Nu = (C1 / R^2 + C2 / sqrt(R))^(-1/2). The usual C2 = 2.87 is 0.59^-2, which is air;
:func:`plate_constant` gives it for any Prandtl number.
"""

import math

from hashheat.thermo.jit import kernel

#: C1 of isothermal channels: both plates heated, or one heated and the other adiabatic (exact).
C1_BOTH, C1_ONE = 576.0, 144.0
#: C1 of channels of uniform flux, for the temperature at the outlet (exact).
C1_FLUX_BOTH, C1_FLUX_ONE = 48.0, 24.0
#: C2 as published: isothermal plates in air, and plates of uniform flux.
C2_AIR, C2_FLUX = 2.87, 2.51


@kernel
def rayleigh(
    gravity: float, expansion: float, excess: float, length: float, viscosity: float, diffusivity: float
) -> float:
    """Rayleigh number g beta |dT| L^3 / (nu alpha).

    Parameters
    ----------
    gravity, expansion, excess, length : float
        [m/s^2], [1/K], wall above fluid [K], [m].
    viscosity, diffusivity : float
        Kinematic viscosity and thermal diffusivity [m^2/s].

    Returns
    -------
    float
        Ra [-], >= 0.
    """
    return abs(gravity * expansion * excess) * length * length * length / (viscosity * diffusivity)


@kernel
def plate_coefficient(Pr: float) -> float:
    """Laminar boundary layer on an isothermal vertical plate: Nu_L = coefficient * Ra_L^(1/4), mean over L.

    0.670 / (1 + (0.492 / Pr)^(9/16))^(4/9)

    Parameters
    ----------
    Pr : float
        Prandtl number [-], any.

    Returns
    -------
    float
        [-]; 0.515 for air, 0.656 at Pr = 100, 0.670 at most.

    References
    ----------
    S. W. Churchill and H. H. S. Chu, Int. J. Heat Mass Transfer 18 (1975) 1323-1329.
    """
    return 0.670 / (1.0 + (0.492 / Pr) ** 0.5625) ** (4.0 / 9.0)


@kernel
def nusselt_vertical_plate(Ra: float, Pr: float) -> float:
    """Isothermal vertical plate, laminar and turbulent, mean over its height.

    Nu = (0.825 + 0.387 Ra^(1/6) / (1 + (0.492 / Pr)^(9/16))^(8/27))^2

    Parameters
    ----------
    Ra, Pr : float
        On the height; 0 < Ra <= 1e12, any Pr [-].

    Returns
    -------
    float
        Nu on the height [-].

    References
    ----------
    S. W. Churchill and H. H. S. Chu, Int. J. Heat Mass Transfer 18 (1975) 1323-1329, equation 9.
    """
    root = 0.825 + 0.387 * Ra ** (1.0 / 6.0) / (1.0 + (0.492 / Pr) ** 0.5625) ** (8.0 / 27.0)
    return root * root


@kernel
def nusselt_vertical_plate_laminar(Ra: float, Pr: float) -> float:
    """Isothermal vertical plate, laminar, mean over its height: 0.68 + plate_coefficient(Pr) Ra^(1/4).

    Parameters
    ----------
    Ra, Pr : float
        On the height; Ra <= 1e9, any Pr [-].

    Returns
    -------
    float
        Nu on the height [-].

    References
    ----------
    S. W. Churchill and H. H. S. Chu, Int. J. Heat Mass Transfer 18 (1975) 1323-1329.
    """
    return 0.68 + plate_coefficient(Pr) * Ra**0.25


@kernel
def nusselt_plate_up(Ra: float) -> float:
    """Hot plate facing up, or cold plate facing down: the larger of 0.54 Ra^(1/4) and 0.15 Ra^(1/3).

    Parameters
    ----------
    Ra : float
        On area over perimeter [-], 1e4 to 1e11.

    Returns
    -------
    float
        Nu on area over perimeter [-].

    Notes
    -----
    The source changes from one law to the other at Ra = 1e7 with a step of 6 %. The larger of the two has no step;
    it differs from the source between 4.7e6 and 1e7 only.

    References
    ----------
    J. R. Lloyd and W. R. Moran, J. Heat Transfer 96 (1974) 443-447; W. H. McAdams, Heat Transmission, 1954.
    """
    return max(0.54 * Ra**0.25, 0.15 * Ra ** (1.0 / 3.0))


@kernel
def nusselt_plate_down(Ra: float) -> float:
    """Hot plate facing down, or cold plate facing up: 0.27 Ra^(1/4).

    Parameters
    ----------
    Ra : float
        On area over perimeter [-], 1e5 to 1e11.

    Returns
    -------
    float
        Nu on area over perimeter [-].

    References
    ----------
    W. H. McAdams, Heat Transmission, 3rd ed., 1954.
    """
    return 0.27 * Ra**0.25


@kernel
def nusselt_horizontal_cylinder(Ra: float, Pr: float) -> float:
    """Long horizontal cylinder, laminar and turbulent, mean over its circumference; coils in a tank.

    Nu = (0.60 + 0.387 Ra^(1/6) / (1 + (0.559 / Pr)^(9/16))^(8/27))^2

    Parameters
    ----------
    Ra, Pr : float
        On the diameter; 1e-5 < Ra <= 1e12, any Pr [-].

    Returns
    -------
    float
        Nu on the diameter [-].

    References
    ----------
    S. W. Churchill and H. H. S. Chu, Int. J. Heat Mass Transfer 18 (1975) 1049-1053.
    """
    root = 0.60 + 0.387 * Ra ** (1.0 / 6.0) / (1.0 + (0.559 / Pr) ** 0.5625) ** (8.0 / 27.0)
    return root * root


@kernel
def nusselt_elenbaas(R: float) -> float:
    """Channel between two isothermal vertical plates in air, as Elenbaas measured it: R/24 (1 - exp(-35/R))^(3/4).

    Parameters
    ----------
    R : float
        Ra_S S / L on the spacing S and the height L, wall above the air that enters [-]; 0.1 < R < 1e5.

    Returns
    -------
    float
        Nu on the spacing, with the wall above the air that enters [-].

    References
    ----------
    W. Elenbaas, Physica 9 (1942) 1-28.
    """
    # expm1 keeps the difference where R is large.
    return R / 24.0 * (-math.expm1(-35.0 / R)) ** 0.75


@kernel
def plate_constant(Pr: float) -> float:
    """C2 of a channel between isothermal plates: plate_coefficient(Pr)^-2.

    Parameters
    ----------
    Pr : float
        Prandtl number [-].

    Returns
    -------
    float
        C2 [-]; 2.33 at Pr = 100. At Pr = 0.71 it is 3.8 and not the 2.87 of the source, whose 0.59 is an
        empirical fit for air.
    """
    coefficient = plate_coefficient(Pr)
    return 1.0 / (coefficient * coefficient)


@kernel
def plate_constant_flux(Pr: float) -> float:
    """C2 of a channel between plates of uniform flux: (Pr / (4 + 9 sqrt(Pr) + 10 Pr))^(-2/5).

    Parameters
    ----------
    Pr : float
        Prandtl number [-].

    Returns
    -------
    float
        C2 [-]; 2.51, the published constant, is its limit for large Pr.

    References
    ----------
    T. Fujii and M. Fujii, Int. J. Heat Mass Transfer 19 (1976) 121-122 (local Nusselt number of the plate).
    """
    return (Pr / (4.0 + 9.0 * math.sqrt(Pr) + 10.0 * Pr)) ** -0.4


@kernel
def nusselt_channel(R: float, C1: float, C2: float) -> float:
    """Channel between isothermal vertical plates: (C1 / R^2 + C2 / sqrt(R))^(-1/2).

    Parameters
    ----------
    R : float
        Ra_S S / L on the spacing S and the height L, wall above the fluid that enters [-], above 0.
    C1 : float
        ``C1_BOTH`` or ``C1_ONE`` [-].
    C2 : float
        ``C2_AIR`` or :func:`plate_constant` [-].

    Returns
    -------
    float
        Nu on the spacing, with the wall above the fluid that enters [-]; R / sqrt(C1) for small R.

    References
    ----------
    A. Bar-Cohen and W. M. Rohsenow, J. Heat Transfer 106 (1984) 116-123.
    """
    # Multiplied through by R: the plain form overflows for small R.
    return R / math.sqrt(C1 + C2 * R * math.sqrt(R))


@kernel
def nusselt_channel_flux(R: float, C1: float, C2: float) -> float:
    """Channel between vertical plates of uniform flux: (C1 / R + C2 / R^(2/5))^(-1/2).

    Parameters
    ----------
    R : float
        Modified Rayleigh number g beta q S^5 / (k nu alpha L) [-], above 0.
    C1 : float
        ``C1_FLUX_BOTH`` or ``C1_FLUX_ONE`` [-].
    C2 : float
        ``C2_FLUX`` or :func:`plate_constant_flux` [-].

    Returns
    -------
    float
        Nu on the spacing, with the wall at the outlet above the fluid that enters [-].

    References
    ----------
    A. Bar-Cohen and W. M. Rohsenow, J. Heat Transfer 106 (1984) 116-123.
    """
    return math.sqrt(R / (C1 + C2 * R**0.6))


@kernel
def optimum_spacing(P: float, C1: float, C2: float) -> float:
    """Spacing of thin isothermal plates at which a stack gives most heat: (2 C1 / C2)^(1/6) P^(-1/4).

    Parameters
    ----------
    P : float
        Ra_S / (S^3 L) = g beta dT / (nu alpha L) [1/m^4], above 0.
    C1, C2 : float
        As in :func:`nusselt_channel`.

    Returns
    -------
    float
        S [m]: the maximum of Nu_S / S^2. The source rounds the factor for air, 2.716, to 2.71.

    References
    ----------
    A. Bar-Cohen and W. M. Rohsenow, J. Heat Transfer 106 (1984) 116-123.
    """
    return (2.0 * C1 / C2) ** (1.0 / 6.0) * P**-0.25
