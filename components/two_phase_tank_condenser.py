"""The condenser of a two-phase tank: film outside, wall, water inside; what it takes at a bath temperature."""

import math

from scipy.optimize import brentq

from hashheat.components.boiling_state import saturated
from hashheat.components.two_phase_tank_coil import Coil, CoilState
from hashheat.components.vapour_diffusivity import vapour_diffusivity
from hashheat.solvers.convection import UNIFORM_TEMPERATURE, nusselt_gnielinski_2013
from hashheat.solvers.film_condensation import (
    TUBE,
    film_htc_at_flux,
    film_latent_heat,
    film_reynolds,
    gas_at_wall,
)
from hashheat.thermo.property_kernels import (
    conductivity,
    enthalpy,
    heat_capacity,
    prandtl,
    temperature_from_enthalpy,
    viscosity,
)
from hashheat.thermo.saturated_fluid import BoilingFluid

#: Vapour over water inlet [K] below which nothing condenses: less would drown in rounding.
_LEAST_DIFFERENCE = 1e-6
#: Smallest share of a coil.
_LEAST_SHARE = 1e-9
#: Repetitions of the film's own temperature difference, from which its properties and latent heat follow.
_FILM_ROUNDS = 4


def vapour_temperature(fluid: BoilingFluid, T_bath: float, gas: float) -> float:
    """Temperature at which the vapour above a bath condenses, with its share of gas.

    Parameters
    ----------
    fluid : BoilingFluid
    T_bath : float
        Saturation temperature at the total pressure [K].
    gas : float
        Mole fraction [-].

    Returns
    -------
    float
        [K]

    Raises
    ------
    StateError
        Where the fluid's data end.
    """
    if gas <= 0.0:
        return T_bath
    return fluid.saturation_temperature(fluid.saturation_pressure(T_bath) * (1.0 - gas))


def lowest_bath(fluid: BoilingFluid, coil: Coil) -> float:
    """Bath temperature at which the vapour is as cold as the water that enters, so that nothing condenses.

    Parameters
    ----------
    fluid : BoilingFluid
    coil : Coil

    Returns
    -------
    float
        [K], within the data of the fluid.

    Raises
    ------
    StateError
        Where the fluid's data end below it.
    """
    T = max(coil.T_in, fluid.T_min)
    if coil.gas <= 0.0:
        return T
    return fluid.saturation_temperature(fluid.saturation_pressure(T) / (1.0 - coil.gas))


def coil_state(fluid: BoilingFluid, coil: Coil, T_bath: float, heat: float, share: float = 1.0) -> CoilState:
    """What a coil does with a given heat at a bath temperature.

    Parameters
    ----------
    fluid : BoilingFluid
    coil : Coil
    T_bath : float
        Saturation temperature at the pressure of the bath [K].
    heat : float
        Condensed [W], >= 0.
    share : float
        Of the coil that stands in vapour [-], above 0.

    Returns
    -------
    CoilState
        ``room`` falls with heat and rises with T_bath and share; it is zero where the coil takes the heat exactly.

    Raises
    ------
    StateError
        Where the fluid's data end.

    Notes
    -----
    Mean heat flux over the tubes: film and gas are nonlinear in it, and the water's rise of a few kelvin is small
    against what would change them. The film is Nusselt's on horizontal tubes above each other, its properties at
    the mean of film surface and wall, its latent heat with Rohsenow's 0.68 cp dT. Water: Gnielinski 2013, mean of
    a circuit, one straight tube.

    References
    ----------
    As of the formulas: :mod:`hashheat.solvers.film_condensation` and
    :func:`hashheat.solvers.convection.nusselt_gnielinski_2013`.
    """
    s = saturated(fluid, T_bath)
    T_vapour = vapour_temperature(fluid, T_bath, coil.gas)
    T_out, capacity = _water_out(coil, heat)
    water_htc = _water_htc(coil, 0.5 * (coil.T_in + T_out))
    flux = heat / (coil.area * share)

    def found(T_film: float, T_wall: float, h: float, Re: float, gas_wall: float, UA: float) -> CoilState:
        NTU = UA / capacity
        room = -math.expm1(-NTU) * capacity * (T_vapour - coil.T_in) - heat
        return CoilState(room, T_vapour, T_film, T_wall, h, water_htc, Re, gas_wall, UA, NTU, T_out)

    if flux <= 0.0:
        # No film, no layer of gas: only tube and water are left, and any vapour above the inlet condenses.
        UA = share / (_inner_resistance(coil, water_htc))
        return found(T_vapour, T_vapour, math.inf, 0.0, coil.gas, UA)
    gas_wall = gas_at_wall(
        s, vapour_diffusivity(coil.diffusivity, s.T, s.p), coil.outer, coil.gas, flux / s.latent_heat
    )
    p_film = s.p * (1.0 - gas_wall)
    if p_film <= fluid.p_min:
        # No layer lets so much vapour through, or only to a film colder than the data: this coil takes less.
        return found(math.nan, math.nan, 0.0, 0.0, gas_wall, 0.0)
    T_film = fluid.saturation_temperature(p_film) if coil.gas > 0.0 else T_vapour
    difference, h, Re = 0.0, 0.0, 0.0
    for _ in range(_FILM_ROUNDS):
        film = saturated(fluid, max(T_film - 0.5 * difference, fluid.T_min))
        film = film._replace(latent_heat=film_latent_heat(film, difference))
        h = coil.film_factor * film_htc_at_flux(film, coil.outer, flux, TUBE, float(coil.rows))
        Re = film_reynolds(film, 0.5 * math.pi * coil.outer, flux, float(coil.rows))
        difference = flux / h
    T_wall = T_film - difference
    outside = (T_vapour - T_wall) / flux / coil.area
    return found(T_film, T_wall, h, Re, gas_wall, share / (outside + _inner_resistance(coil, water_htc)))


def largest_heat(fluid: BoilingFluid, coil: Coil, T_bath: float) -> float:
    """Heat that a coil in vapour takes at a bath temperature.

    Parameters
    ----------
    fluid, coil, T_bath
        As for :func:`coil_state`.

    Returns
    -------
    float
        [W]; zero where the vapour is no warmer than the water that enters.
    """
    T_vapour = vapour_temperature(fluid, T_bath, coil.gas)
    if T_vapour - coil.T_in <= _LEAST_DIFFERENCE:
        return 0.0
    # The water cannot leave hotter than the vapour, nor than its own data reach.
    T_most = min(T_vapour, coil.water.T_max)
    most = coil.mass_flow * (enthalpy(coil.water, T_most) - enthalpy(coil.water, coil.T_in))

    def room(heat: float) -> float:
        return coil_state(fluid, coil, T_bath, heat).room

    if most <= 0.0 or room(most) >= 0.0:
        return max(most, 0.0)
    return float(brentq(room, 0.0, most, xtol=1e-12 * most, rtol=1e-14))


def wetted_share(fluid: BoilingFluid, coil: Coil, T_bath: float, heat: float) -> float:
    """Share of a coil that has to stand in vapour to take a heat.

    Parameters
    ----------
    fluid, coil, T_bath
        As for :func:`coil_state`.
    heat : float
        [W], at most that of :func:`largest_heat`.

    Returns
    -------
    float
        [-], 0 to 1.
    """
    if heat <= 0.0:
        return 0.0

    def room(share: float) -> float:
        return coil_state(fluid, coil, T_bath, heat, share).room

    if room(1.0) <= 0.0:
        return 1.0
    if room(_LEAST_SHARE) >= 0.0:
        return _LEAST_SHARE
    return float(brentq(room, _LEAST_SHARE, 1.0, xtol=1e-14, rtol=1e-14))


def _water_out(coil: Coil, heat: float) -> tuple[float, float]:
    """Outlet temperature [K], and capacity flow over the way there [W/K]."""
    if heat <= 0.0:
        return coil.T_in, coil.mass_flow * heat_capacity(coil.water, coil.T_in)
    T_out = temperature_from_enthalpy(coil.water, enthalpy(coil.water, coil.T_in) + heat / coil.mass_flow)
    if T_out - coil.T_in < 1e-6:
        return T_out, coil.mass_flow * heat_capacity(coil.water, coil.T_in)
    return T_out, heat / (T_out - coil.T_in)


def _water_htc(coil: Coil, T: float) -> float:
    section = 0.25 * math.pi * coil.inner**2 * coil.circuits
    T = min(max(T, coil.water.T_min), coil.water.T_max)
    Re = coil.mass_flow / section * coil.inner / viscosity(coil.water, T)
    Nu = nusselt_gnielinski_2013(
        Re, prandtl(coil.water, T), min(coil.inner / coil.length, 1.0), UNIFORM_TEMPERATURE
    )
    return Nu * conductivity(coil.water, T) / coil.inner


def _inner_resistance(coil: Coil, water_htc: float) -> float:
    """Of tube walls, fouling and water, all circuits together [K/W]."""
    length = coil.length * coil.circuits
    wall = math.log(coil.outer / coil.inner) / (2.0 * math.pi * coil.conductivity * length)
    return wall + (1.0 / water_htc + coil.fouling) / (math.pi * coil.inner * length)
