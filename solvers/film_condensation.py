"""Film condensation of a pure vapour after Nusselt, and the layer of foreign gas that it has to cross.

Each film formula comes in two forms: by the difference between saturation and wall, as it is published, and by
the heat flux, which is what a condenser in series with its coolant knows; one is the other solved for ``htc``.
"""

import math

from hashheat.solvers.natural_convection import nusselt_horizontal_cylinder
from hashheat.solvers.saturated import GAS_CONSTANT, GRAVITY, Saturated
from hashheat.thermo.jit import kernel

#: Constants of the laminar film: mean over a vertical plate, and round a horizontal tube.
PLATE = 0.943
TUBE = 0.729
#: Molar mass of air [kg/mol].
AIR = 0.0289652


@kernel
def film_htc(s: Saturated, length: float, difference: float, constant: float, rows: float) -> float:
    """Mean film coefficient of laminar film condensation, by temperature difference.

    h = C (rho_l (rho_l - rho_v) g h_fg k^3 / (mu L dT))^(1/4) N^(-1/4).

    Parameters
    ----------
    s : Saturated
        Liquid properties at the film's mean temperature.
    length : float
        Height of the plate, or outer diameter of the tube [m].
    difference : float
        Saturation less wall temperature [K], > 0.
    constant : float
        ``PLATE`` (0.943) or ``TUBE`` (0.729).
    rows : float
        Tubes above each other, whose condensate falls on the next as a sheet; 1 for one tube or a plate.

    Returns
    -------
    float
        [W/(m^2 K)]

    Notes
    -----
    Pure saturated vapour at rest, laminar film (Re below 30; ripples of a vertical film add up to 20 % beyond).
    The latent heat is taken as given; :func:`film_latent_heat` adds what the film is cooled by. N^(-1/4) is the
    low end of what is measured: splashing condensate gives N^(-1/6).

    References
    ----------
    W. Nusselt, Z. VDI 60 (1916) 541, 569; V. K. Dhir and J. H. Lienhard, J. Heat Transfer 93 (1971) 97 (0.729).
    """
    weight = s.rho_l * (s.rho_l - s.rho_v) * GRAVITY * s.latent_heat * s.k_l**3
    return constant * (weight / (s.mu_l * length * difference * rows)) ** 0.25


@kernel
def film_htc_at_flux(s: Saturated, length: float, flux: float, constant: float, rows: float) -> float:
    """Mean film coefficient of laminar film condensation, by heat flux: :func:`film_htc` with dT = q / h.

    Parameters
    ----------
    s, length, constant, rows
        As there.
    flux : float
        [W/m^2], > 0.

    Returns
    -------
    float
        [W/(m^2 K)]
    """
    weight = s.rho_l * (s.rho_l - s.rho_v) * GRAVITY * s.latent_heat * s.k_l**3
    return constant ** (4.0 / 3.0) * (weight / (s.mu_l * length * flux * rows)) ** (1.0 / 3.0)


@kernel
def film_latent_heat(s: Saturated, difference: float) -> float:
    """Latent heat with the cooling of the film, h_fg + 0.68 cp dT.

    Parameters
    ----------
    s : Saturated
    difference : float
        Saturation less wall temperature [K].

    Returns
    -------
    float
        [J/kg]

    References
    ----------
    W. M. Rohsenow, Trans. ASME 78 (1956) 1645-1648.
    """
    return s.latent_heat + 0.68 * s.cp_l * difference


@kernel
def film_reynolds(s: Saturated, length: float, flux: float, rows: float) -> float:
    """Reynolds number 4 Gamma / mu of the film where it leaves.

    Parameters
    ----------
    s : Saturated
    length : float
        Height of a plate, or half the circumference of a tube (its film leaves from two sides) [m].
    flux : float
        [W/m^2]
    rows : float
        Tubes above each other.

    Returns
    -------
    float
        [-]; laminar below 30, wavy to 1800.
    """
    return 4.0 * flux * length * rows / (s.latent_heat * s.mu_l)


@kernel
def gas_layer_flux(
    s: Saturated, diffusivity: float, diameter: float, gas_bulk: float, gas_wall: float
) -> float:
    """Vapour that reaches a cold tube through the foreign gas that has gathered there.

    Stefan's diffusion through a layer at rest: m = M c D Sh / d ln(y_wall / y_bulk), with Sh the Nusselt number of
    a horizontal cylinder (Churchill and Chu) at the Rayleigh number g drho d^3 / (mu D) of the density difference
    and the Schmidt number mu / (rho D).

    Parameters
    ----------
    s : Saturated
        At the total pressure; its vapour's viscosity stands for the mixture's.
    diffusivity : float
        Of the vapour in the gas at this temperature and pressure [m^2/s].
    diameter : float
        Of the tube [m].
    gas_bulk, gas_wall : float
        Mole fraction of the gas far away and at the film [-], 0 < bulk <= wall <= 1.

    Returns
    -------
    float
        [kg/(m^2 s)], rising with gas_wall from zero.

    Notes
    -----
    A model, not a fit: ideal gases at one temperature, vapour otherwise at rest, one tube that its neighbours
    leave alone. The gas is air, lighter than the vapour, so that it rises from the coil while the condensate
    falls; where it can gather above the coil the bulk fraction there is the one meant. Not validated for
    perfluorinated vapours, for which no measurement was found.

    References
    ----------
    A. P. Colburn and O. A. Hougen, Ind. Eng. Chem. 26 (1934) 1178-1182; W. J. Minkowycz and E. M. Sparrow, Int.
    J. Heat Mass Transfer 9 (1966) 1125-1144 (the size of the effect, for steam and air).
    """
    if gas_wall <= gas_bulk:
        return 0.0
    c = s.p / (GAS_CONSTANT * s.T)
    rho_bulk = c * (gas_bulk * AIR + (1.0 - gas_bulk) * s.molar_mass)
    rho_wall = c * (gas_wall * AIR + (1.0 - gas_wall) * s.molar_mass)
    Ra = GRAVITY * abs(rho_bulk - rho_wall) * diameter**3 / (s.mu_v * diffusivity)
    Sc = s.mu_v / (0.5 * (rho_bulk + rho_wall) * diffusivity)
    layer = diameter / nusselt_horizontal_cylinder(Ra, Sc)
    return s.molar_mass * c * diffusivity / layer * math.log(gas_wall / gas_bulk)


@kernel
def gas_at_wall(s: Saturated, diffusivity: float, diameter: float, gas_bulk: float, flux: float) -> float:
    """Mole fraction of foreign gas at the film, the inverse of :func:`gas_layer_flux`.

    Parameters
    ----------
    s, diffusivity, diameter, gas_bulk
        As there.
    flux : float
        Vapour condensed [kg/(m^2 s)], >= 0.

    Returns
    -------
    float
        [-], gas_bulk to 1; above 1 (2 is returned) where no layer lets so much through.
    """
    if gas_bulk <= 0.0 or flux <= 0.0:
        return gas_bulk
    if gas_layer_flux(s, diffusivity, diameter, gas_bulk, 1.0) <= flux:
        return 2.0
    # Bisection in ln y: the flux rises with y, and near y_bulk it has no slope worth a Newton step.
    low, high = math.log(gas_bulk), 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if gas_layer_flux(s, diffusivity, diameter, gas_bulk, math.exp(middle)) < flux:
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))


@kernel
def fuller_diffusivity(T: float, p: float, molar_mass: float, volume: float) -> float:
    """Diffusivity of a vapour in air after Fuller, Schettler and Giddings.

    D = 0.00143 T^1.75 / (p M^(1/2) (V_a^(1/3) + V_b^(1/3))^2) [cm^2/s], with p in bar and
    M = 2 / (1/M_a + 1/M_b) in g/mol.

    Parameters
    ----------
    T, p : float
        [K], [Pa]
    molar_mass : float
        Of the vapour [kg/mol].
    volume : float
        Sum of its atomic diffusion volumes: C 15.9, H 2.31, O 6.11, F 14.7; air 19.7.

    Returns
    -------
    float
        [m^2/s], with a mean error of 4 % for the pairs tested; no heavy perfluorinated vapour was among them.

    References
    ----------
    E. N. Fuller, P. D. Schettler and J. C. Giddings, Ind. Eng. Chem. 58-5 (1966) 18-27, in the form of Poling,
    Prausnitz and O'Connell, The Properties of Gases and Liquids, 5th ed. (2001), equation 11-4.4.
    """
    M = 2.0 / (1.0 / (molar_mass * 1e3) + 1.0 / (AIR * 1e3))
    size = (volume ** (1.0 / 3.0) + 19.7 ** (1.0 / 3.0)) ** 2
    return 1e-4 * 0.00143 * T**1.75 / (p * 1e-5 * math.sqrt(M) * size)
