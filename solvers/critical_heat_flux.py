"""Critical heat flux of pool boiling: Zuber's limit and what size, subcooling and orientation make of it."""

import math

from hashheat.solvers.saturated import GRAVITY, Saturated, capillary_length
from hashheat.thermo.jit import kernel

#: Zuber's constant pi/24 as it is mostly quoted, and that of Lienhard, Dhir and Riherd for a large flat plate.
ZUBER = 0.131
LARGE_PLATE = 0.149

#: Codes of the correction for a finite heater.
NO_SIZE = 0
LIENHARD_DHIR = 1
ARIK_BAR_COHEN = 2
SIZES = {"none": NO_SIZE, "Lienhard-Dhir": LIENHARD_DHIR, "Arik-Bar-Cohen": ARIK_BAR_COHEN}

#: Codes of the correction for subcooling.
IVEY_MORRIS = 0
ZUBER_TRIBUS = 1
SUBCOOLINGS = {"Ivey-Morris": IVEY_MORRIS, "Zuber-Tribus-Westwater": ZUBER_TRIBUS}


@kernel
def zuber_flux(s: Saturated, K: float) -> float:
    """Critical heat flux of saturated pool boiling, K h_fg rho_v^(1/2) (sigma g (rho_l - rho_v))^(1/4).

    Parameters
    ----------
    s : Saturated
    K : float
        0.131 (Zuber), 0.149 (large flat plate, Lienhard, Dhir and Riherd) [-].

    Returns
    -------
    float
        [W/m^2]

    Notes
    -----
    A clean, wetted surface that faces up and is large against the capillary length. Wetting, coating and
    thickness of the heater are not in it.

    References
    ----------
    N. Zuber, AEC report AECU-4439 (1959); J. H. Lienhard, V. K. Dhir and D. M. Riherd, J. Heat Transfer 95 (1973)
    477-482.
    """
    spread = (s.sigma * GRAVITY * (s.rho_l - s.rho_v)) ** 0.25
    return K * s.latent_heat * math.sqrt(s.rho_v) * spread


@kernel
def size_factor(s: Saturated, length: float, code: int) -> float:
    """What a finite flat heater adds to Zuber's limit.

    Parameters
    ----------
    s : Saturated
    length : float
        Side of the (square) heater [m].
    code : int
        ``NO_SIZE`` (0): 1. ``LIENHARD_DHIR`` (1): 0.149/0.131, and for L' < 11.25 the single jet of a heater with
        side walls, 18.9/L'^2 in place of 0.149. ``ARIK_BAR_COHEN`` (2): 1 + (0.3014 - 0.01507 L') up to L' = 20,
        from data of dielectric liquids on chips; 1 beyond. L' is the side over the capillary length.

    Returns
    -------
    float
        Factor on the limit with K = 0.131 [-].

    Notes
    -----
    Lienhard and Dhir: L' above 3 (below, the heater is smaller than a jet and the value at 3 is returned).
    Arik and Bar-Cohen: L' from 2; the value at 2 is returned below.

    References
    ----------
    J. H. Lienhard and V. K. Dhir, NASA CR-2270 (1973); M. Arik and A. Bar-Cohen, Int. J. Heat Mass Transfer 46
    (2003) 3755-3763, equation 4.
    """
    reduced = length / capillary_length(s)
    if code == LIENHARD_DHIR:
        return max(LARGE_PLATE, 18.9 / max(reduced, 3.0) ** 2) / ZUBER
    if code == ARIK_BAR_COHEN:
        return max(1.0, 1.3014 - 0.01507 * max(reduced, 2.0))
    return 1.0


@kernel
def subcooling_factor(s: Saturated, subcooling: float, code: int, coefficient: float) -> float:
    """What a liquid below saturation adds to the critical heat flux.

    Ivey and Morris: 1 + C (rho_l/rho_v)^(3/4) cp dT / h_fg, C = 0.1. Zuber, Tribus and Westwater:
    1 + 5.32 sqrt(k rho_l cp) (g (rho_l - rho_v) rho_v^2 / sigma^3)^(1/8) dT / (h_fg rho_v).

    Parameters
    ----------
    s : Saturated
        At the pressure of the surface.
    subcooling : float
        Saturation temperature at the surface less bulk temperature [K], >= 0.
    code : int
        ``IVEY_MORRIS`` (0) or ``ZUBER_TRIBUS`` (1).
    coefficient : float
        C of the first [-]; 0.03 is that of Arik and Bar-Cohen. The second does not use it.

    Returns
    -------
    float
        [-], 1 or more.

    Notes
    -----
    FC-72 on copper gains 30 % at 10 K and 59 % at 20 K (Parker and El-Genk 2008), a coefficient of 0.06 to 0.07:
    Ivey and Morris give too much at low reduced pressure, Arik and Bar-Cohen too little.

    References
    ----------
    H. J. Ivey and D. J. Morris, UKAEA report AEEW-R 137 (1962); N. Zuber, M. Tribus and J. W. Westwater, Int.
    Developments in Heat Transfer II (1961) 230-236.
    """
    if code == ZUBER_TRIBUS:
        waves = (GRAVITY * (s.rho_l - s.rho_v) * s.rho_v**2 / s.sigma**3) ** 0.125
        conducted = 5.32 * math.sqrt(s.k_l * s.rho_l * s.cp_l) * waves
        return 1.0 + conducted * subcooling / (s.latent_heat * s.rho_v)
    return 1.0 + coefficient * (s.rho_l / s.rho_v) ** 0.75 * s.cp_l * subcooling / s.latent_heat


@kernel
def orientation_factor(tilt: float) -> float:
    """What a tilted surface keeps of the critical heat flux, ((190 - tilt) / 190)^(1/2).

    Parameters
    ----------
    tilt : float
        Of the surface [deg]: 0 faces up, 90 is vertical, 180 faces down.

    Returns
    -------
    float
        [-]: 1, 0.73 and 0.23.

    Notes
    -----
    From helium, and a mean of others: facing down, 31 % is measured for PF-5060 (Suszko 2015) and less for other
    pairs. 0 to 180.

    References
    ----------
    I. P. Vishnev, J. Eng. Phys. 24 (1973) 43-48.
    """
    return math.sqrt((190.0 - tilt) / 190.0)


@kernel
def critical_heat_flux(
    s: Saturated,
    length: float,
    tilt: float,
    subcooling: float,
    size_code: int,
    subcooling_code: int,
    coefficient: float,
) -> float:
    """Critical heat flux of a flat heater in a pool.

    Parameters
    ----------
    s : Saturated
        At the pressure of the surface.
    length : float
        Side of the heater [m].
    tilt : float
        [deg], see :func:`orientation_factor`.
    subcooling : float
        Of the bulk [K].
    size_code, subcooling_code : int
        See :func:`size_factor` and :func:`subcooling_factor`.
    coefficient : float
        Of the subcooling [-].

    Returns
    -------
    float
        [W/m^2], the product of Zuber's limit with K = 0.131 and the three factors.
    """
    limit = zuber_flux(s, ZUBER) * size_factor(s, length, size_code) * orientation_factor(tilt)
    return limit * subcooling_factor(s, subcooling, subcooling_code, coefficient)
