"""Liquid and vapour of a two-phase tank: how high the liquid stands, and what leaves when the lid opens."""

import math
from typing import NamedTuple

from hashheat.components.two_phase_tank_errors import ChipsDryError, TankOverfullError
from hashheat.components.vapour_diffusivity import vapour_diffusivity
from hashheat.solvers.saturated import GAS_CONSTANT
from hashheat.thermo.saturated_fluid import BoilingFluid


class Inventory(NamedTuple):
    """Where the fluid is.

    Attributes
    ----------
    level : float
        Of the liquid at rest above the floor [m].
    liquid, vapour : float
        Mass [kg].
    """

    level: float
    liquid: float
    vapour: float


def inventory(
    fluid: BoilingFluid,
    charge: float,
    T: float,
    floor: float,
    height: float,
    hardware: float,
    chip_top: float,
) -> Inventory:
    """Level of the liquid in a closed tank.

    Parameters
    ----------
    fluid : BoilingFluid
    charge : float
        Liquid and vapour together [kg].
    T : float
        Of the bath [K].
    floor, height, hardware : float
        Area [m^2], height [m], volume of what stands in the liquid [m^3].
    chip_top : float
        Upper edge of the highest chip [m].

    Returns
    -------
    Inventory

    Raises
    ------
    TankOverfullError, ChipsDryError
        If the liquid leaves no room for vapour, or does not cover the chips.

    Notes
    -----
    All hardware is in the liquid. Bubbles raise the real level above this one, which is that of the liquid alone.
    """
    rho_l, rho_v = fluid.liquid_density(T), fluid.vapour_density(T)
    room = floor * height - hardware
    volume = (charge - rho_v * room) / (rho_l - rho_v)
    if volume >= room:
        raise TankOverfullError(
            f"{charge:.4g} kg of {fluid.name} are {volume * 1e3:.4g} L of liquid at {T - 273.15:.1f} degC, "
            f"and the tank has room for {room * 1e3:.4g} L"
        )
    level = (volume + hardware) / floor
    if volume <= 0.0 or level < chip_top:
        raise ChipsDryError(
            f"the liquid stands {max(level, 0.0):.3g} m high and the chips reach to {chip_top:.3g} m: "
            "they boil dry"
        )
    return Inventory(level, rho_l * volume, rho_v * (room - volume))


class OpeningLoss(NamedTuple):
    """Vapour that leaves with one opening of the lid.

    Attributes
    ----------
    diffused, displaced : float
        [kg]; infinite where the coil is too warm to hold the vapour back.
    """

    diffused: float
    displaced: float


def opening_loss(
    fluid: BoilingFluid,
    T_coil: float,
    T_ambient: float,
    p_ambient: float,
    floor: float,
    freeboard: float,
    duration: float,
    exchanged: float,
    diffusivity: float,
) -> OpeningLoss:
    """Estimate the vapour that leaves with one opening of the lid.

    Parameters
    ----------
    fluid : BoilingFluid
    T_coil : float
        Of the condenser's water, at which the air above it is saturated [K].
    T_ambient, p_ambient : float
        [K], [Pa]
    floor, freeboard : float
        Area of the opening [m^2]; height from the coil to the rim [m].
    duration : float
        [s]
    exchanged : float
        Volumes of the freeboard that moving lid and hardware exchange [-].
    diffusivity : float
        At 25 degC and 1 atm [m^2/s].

    Returns
    -------
    OpeningLoss

    Notes
    -----
    An estimate without a measurement behind it. Diffused: Stefan's tube, from saturation at the coil to clean air
    at the rim, which a draught in the room increases. Displaced: under the closed lid the freeboard is saturated
    at the coil's temperature; what is exchanged takes that along. Liquid that clings to hardware is not counted.

    References
    ----------
    R. B. Bird, W. E. Stewart and E. N. Lightfoot, Transport Phenomena, 2nd ed., 2002, section 18.2.
    """
    if T_coil >= fluid.T_max or fluid.saturation_pressure(max(T_coil, fluid.T_min)) >= p_ambient:
        return OpeningLoss(math.inf, math.inf)
    p_vapour = fluid.saturation_pressure(max(T_coil, fluid.T_min))
    T = 0.5 * (T_coil + T_ambient)
    mole = fluid.molar_mass * p_ambient / (GAS_CONSTANT * T)
    D = vapour_diffusivity(diffusivity, T, p_ambient)
    diffused = floor * duration * mole * D / freeboard * -math.log1p(-p_vapour / p_ambient)
    density = fluid.molar_mass * p_vapour / (GAS_CONSTANT * T_coil)
    return OpeningLoss(diffused, exchanged * floor * freeboard * density)
