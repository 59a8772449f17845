"""Nucleate pool boiling on a plain surface: heat flux against wall superheat, by three correlations.

Every one of them is a power law ``htc = A flux^m`` at given saturation, so that flux and superheat follow from
each other in closed form. None knows a surface: its constants (C_sf, roughness, h0) carry what the finish does,
and plain-surface experiments with one liquid differ by a factor of 2.7 in superheat. So a constant is an input
with a spread, and best fitted to a measurement of the surface meant.
"""

import math
from typing import NamedTuple

from hashheat.solvers.saturated import GRAVITY, Saturated
from hashheat.thermo.jit import kernel

#: Codes of the correlations.
ROHSENOW = 0
COOPER = 1
GORENFLO = 2

#: By the name that files and results use.
CORRELATIONS = {"Rohsenow": ROHSENOW, "Cooper": COOPER, "Gorenflo": GORENFLO}

#: Reference state of Gorenflo's correlation: flux [W/m^2] and arithmetic mean roughness [m]; p* is 0.1.
GORENFLO_FLUX = 20e3
GORENFLO_ROUGHNESS = 0.4e-6

#: Exponent of the heat flux in Cooper's correlation.
_COOPER_POWER = 0.67


class BoilingSurface(NamedTuple):
    """A surface to one of the correlations; numbers that the chosen one does not use are ignored.

    Attributes
    ----------
    correlation : int
        ``ROHSENOW`` (0), ``COOPER`` (1) or ``GORENFLO`` (2).
    C_sf, n : float
        Rohsenow's constant of the pair of surface and liquid [-], and his exponent of the Prandtl number [-]:
        1.0 for water, 1.7 for other liquids.
    roughness : float
        Cooper: Glaettungstiefe R_p (DIN 4762) [m], 1 um where unknown; Gorenflo: mean roughness Ra [m].
    h0 : float
        Gorenflo's reference coefficient at p* = 0.1, 20 kW/m^2, Ra 0.4 um [W/(m^2 K)].
    factor : float
        Multiplies the film coefficient [-]: 1 as published; a fit to the surface otherwise.
    """

    correlation: int
    C_sf: float = 0.013
    n: float = 1.7
    roughness: float = 1e-6
    h0: float = 0.0
    factor: float = 1.0


@kernel
def rohsenow_flux(s: Saturated, superheat: float, C_sf: float, n: float) -> float:
    """Heat flux of nucleate boiling after Rohsenow.

    q = mu h_fg (g (rho_l - rho_v) / sigma)^(1/2) (cp dT / (C_sf h_fg Pr^n))^3.

    Parameters
    ----------
    s : Saturated
    superheat : float
        Wall above saturation [K], >= 0.
    C_sf, n : float
        See :class:`BoilingSurface`.

    Returns
    -------
    float
        [W/m^2]

    Notes
    -----
    Plain, clean surfaces, saturated liquid, fully developed nucleate boiling below the critical heat flux.
    Incropera and DeWitt state errors of up to 100 % in flux at given superheat, 25 % in superheat at given flux,
    for pairs whose C_sf has been measured.

    References
    ----------
    W. M. Rohsenow, Trans. ASME 74 (1952) 969-976.
    """
    Pr = s.cp_l * s.mu_l / s.k_l
    x = s.cp_l * superheat / (C_sf * s.latent_heat * Pr**n)
    return s.mu_l * s.latent_heat * math.sqrt(GRAVITY * (s.rho_l - s.rho_v) / s.sigma) * x**3


@kernel
def rohsenow_superheat(s: Saturated, flux: float, C_sf: float, n: float) -> float:
    """Wall superheat of nucleate boiling after Rohsenow, the inverse of :func:`rohsenow_flux`.

    Parameters
    ----------
    s : Saturated
    flux : float
        [W/m^2], >= 0.
    C_sf, n : float
        See :class:`BoilingSurface`.

    Returns
    -------
    float
        [K]
    """
    Pr = s.cp_l * s.mu_l / s.k_l
    scale = s.mu_l * s.latent_heat * math.sqrt(GRAVITY * (s.rho_l - s.rho_v) / s.sigma)
    return C_sf * s.latent_heat / s.cp_l * Pr**n * (flux / scale) ** (1.0 / 3.0)


@kernel
def cooper_htc(p_reduced: float, molar_mass: float, flux: float, roughness: float) -> float:
    """Film coefficient of nucleate boiling after Cooper.

    h = 55 p*^(0.12 - 0.2 log10 R_p) (-log10 p*)^(-0.55) M^(-0.5) q^0.67, with R_p in um and M in g/mol.

    Parameters
    ----------
    p_reduced : float
        p / p_critical [-], 0.001 to 0.9.
    molar_mass : float
        [kg/mol], 0.002 to 0.2.
    flux : float
        [W/m^2]
    roughness : float
        R_p [m]; Cooper takes 1 um where it is unknown.

    Returns
    -------
    float
        [W/(m^2 K)]

    Notes
    -----
    Fitted to some 6000 points, mostly water, refrigerants and cryogens. For horizontal copper cylinders Cooper
    multiplies by 1.7. The perfluorinated liquids (M above 0.3) lie outside its molar masses: measured FC-72
    superheats are about half of what it gives.

    References
    ----------
    M. G. Cooper, Advances in Heat Transfer 16 (1984) 157-239; 1st U.K. Nat. Conf. Heat Transfer 2 (1984) 785-793.
    """
    power = 0.12 - 0.2 * math.log10(roughness * 1e6)
    level = p_reduced**power * (-math.log10(p_reduced)) ** -0.55
    return 55.0 * level * (molar_mass * 1e3) ** -0.5 * flux**_COOPER_POWER


@kernel
def gorenflo_power(p_reduced: float) -> float:
    """Exponent of the heat flux after Gorenflo, n = 0.95 - 0.3 p*^0.3, for liquids other than water and helium.

    Parameters
    ----------
    p_reduced : float
        p / p_critical [-].

    Returns
    -------
    float
        n [-].

    References
    ----------
    D. Gorenflo and D. Kenning, VDI Heat Atlas, 2nd ed. (2010), chapter H2, equation 9.
    """
    return 0.95 - 0.3 * p_reduced**0.3


@kernel
def gorenflo_pressure(p_reduced: float) -> float:
    """Pressure function after Gorenflo, F = 0.7 p*^0.2 + 4 p* + 1.4 p* / (1 - p*); 1 near p* = 0.1.

    Parameters
    ----------
    p_reduced : float
        p / p_critical [-].

    Returns
    -------
    float
        F [-].

    References
    ----------
    D. Gorenflo and D. Kenning, VDI Heat Atlas, 2nd ed. (2010), chapter H2, equation 8.
    """
    return 0.7 * p_reduced**0.2 + 4.0 * p_reduced + 1.4 * p_reduced / (1.0 - p_reduced)


@kernel
def gorenflo_htc(p_reduced: float, flux: float, h0: float, roughness: float) -> float:
    """Film coefficient of nucleate boiling after Gorenflo, from one measured or tabulated coefficient.

    h = h0 F(p*) (q / q0)^n(p*) (Ra / Ra0)^0.133, q0 = 20 kW/m^2, Ra0 = 0.4 um.

    Parameters
    ----------
    p_reduced : float
        p / p_critical [-], 0.03 to 0.9.
    flux : float
        [W/m^2]
    h0 : float
        At p* = 0.1, q0 and Ra0, on copper [W/(m^2 K)].
    roughness : float
        Arithmetic mean Ra [m].

    Returns
    -------
    float
        [W/(m^2 K)]

    Notes
    -----
    Liquids other than water and helium; the factor for a wall that is not copper is part of h0 here.

    References
    ----------
    D. Gorenflo and D. Kenning, VDI Heat Atlas, 2nd ed. (2010), chapter H2, equations 6-9.
    """
    finish = (roughness / GORENFLO_ROUGHNESS) ** 0.133
    power = gorenflo_power(p_reduced)
    return h0 * gorenflo_pressure(p_reduced) * (flux / GORENFLO_FLUX) ** power * finish


@kernel
def boiling_power(s: Saturated, surface: BoilingSurface) -> float:
    """Exponent m in ``htc = A flux^m``.

    Parameters
    ----------
    s : Saturated
    surface : BoilingSurface

    Returns
    -------
    float
        [-], 0 < m < 1.
    """
    if surface.correlation == ROHSENOW:
        return 2.0 / 3.0
    if surface.correlation == COOPER:
        return _COOPER_POWER
    return gorenflo_power(s.p / s.p_critical)


@kernel
def boiling_htc(s: Saturated, flux: float, surface: BoilingSurface) -> float:
    """Film coefficient of nucleate boiling by the correlation of a surface.

    Parameters
    ----------
    s : Saturated
    flux : float
        [W/m^2], > 0.
    surface : BoilingSurface

    Returns
    -------
    float
        Flux over wall superheat [W/(m^2 K)].
    """
    if surface.correlation == ROHSENOW:
        return surface.factor * flux / rohsenow_superheat(s, flux, surface.C_sf, surface.n)
    p_reduced = s.p / s.p_critical
    if surface.correlation == COOPER:
        return surface.factor * cooper_htc(p_reduced, s.molar_mass, flux, surface.roughness)
    return surface.factor * gorenflo_htc(p_reduced, flux, surface.h0, surface.roughness)


@kernel
def boiling_superheat(s: Saturated, flux: float, surface: BoilingSurface) -> float:
    """Wall above saturation in nucleate boiling.

    Parameters
    ----------
    s : Saturated
    flux : float
        [W/m^2], >= 0.
    surface : BoilingSurface

    Returns
    -------
    float
        [K]; zero at zero flux.
    """
    if flux <= 0.0:
        return 0.0
    return flux / boiling_htc(s, flux, surface)


@kernel
def boiling_flux(s: Saturated, superheat: float, surface: BoilingSurface) -> float:
    """Heat flux in nucleate boiling, the inverse of :func:`boiling_superheat`.

    Parameters
    ----------
    s : Saturated
    superheat : float
        Wall above saturation [K], >= 0.
    surface : BoilingSurface

    Returns
    -------
    float
        [W/m^2]; nothing here knows of the critical heat flux.
    """
    if superheat <= 0.0:
        return 0.0
    # htc = A q^m, so q = (A dT)^(1 / (1 - m)); A is the coefficient at 1 W/m^2.
    A = boiling_htc(s, 1.0, surface)
    return (A * superheat) ** (1.0 / (1.0 - boiling_power(s, surface)))


@kernel
def start_superheat(natural: float, boiling: float, incipience: float) -> float:
    """Highest wall superheat on the way up to a heat flux, from a surface without active sites.

    Until the wall has reached the incipience superheat the liquid is heated by natural convection alone, and
    the wall may stand far above its boiling temperature; then bubbles form and it drops onto the boiling curve.
    On the way down the sites stay active.

    Parameters
    ----------
    natural, boiling : float
        Wall above saturation at the flux, by natural convection and by nucleate boiling [K].
    incipience : float
        At which the first bubbles form [K]: some 10 to 40 K for a wetting dielectric on a smooth surface.

    Returns
    -------
    float
        [K]

    References
    ----------
    A. Bar-Cohen and T. W. Simon, Heat Transfer Eng. 9-3 (1988) 19-31 (the overshoot and its spread).
    """
    if natural <= incipience:
        return natural if natural > boiling else boiling
    return incipience if incipience > boiling else boiling
