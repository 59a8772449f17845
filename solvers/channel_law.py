"""Film coefficient, friction and bends of one coolant channel, as scalar formulas with the kind as a code.

The law is that of **one** channel: a plate with channels side by side passes the flow of one of them. A kernel
takes the law, the laminar table of the channel's shape and the coolant's properties by value, so that a
serpentine, a field of micro-channels and a field of pins run through the same compiled loop.

All of it holds at zero flow too: a pump may stop during a transient. The film is then that of fully developed
laminar flow, or of conduction between pins, and no pressure falls.
"""

import math
from typing import NamedTuple

from hashheat.solvers.convection import (
    RE_LAMINAR,
    RE_TURBULENT,
    nusselt_duct,
    nusselt_gnielinski,
    property_correction,
)
from hashheat.solvers.duct_entrance import entrance_heads, nusselt_entrance
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.fins import straight_fin
from hashheat.solvers.friction import friction_duct, viscosity_correction_friction
from hashheat.solvers.minor_losses import bend_loss, mitre_loss
from hashheat.solvers.pin_bank import friction_pins, nusselt_pins
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import (
    conductivity,
    density,
    fluidity,
    log_prandtl,
    log_viscosity,
    prandtl_cube_root,
    viscosity,
)
from hashheat.thermo.property_table import PropertyTable

#: Codes of :attr:`ChannelLaw.kind`.
DUCT, PIN_INLINE, PIN_STAGGERED, FIXED = range(4)


class ChannelLaw(NamedTuple):
    """What one channel, or one transverse pitch of a field of pins, is to its film and its friction.

    Parameters
    ----------
    kind : int
        ``DUCT``, ``PIN_INLINE``, ``PIN_STAGGERED`` or ``FIXED``.
    hydraulic_diameter : float
        4 A / wetted perimeter of a duct, diameter of a pin [m].
    flow_area : float
        Cross-section of one channel; for pins the smallest free section of one transverse pitch [m^2].
    nusselt_factor : float
        On the correlated film coefficient [-]; the number that a measured plate fits.
    friction_factor : float
        On the wall friction, not on bends [-]; the same for pressure.
    fixed_htc : float
        Film coefficient of ``FIXED`` [W/(m^2 K)].
    roughness : float
        Equivalent sand roughness [m].
    bend_ratio : float
        Radius of a bend's centre line over the hydraulic diameter [-]; 0 is a mitre.
    fin_height : float
        Base to (adiabatic) tip [m]; 0 has no fins.
    fin_parameter : float
        Fin's perimeter over (conductivity times cross-section) [K/W], so that m^2 = htc * fin_parameter.
    pitch_along, pitch_across : float
        Of pins, in the direction of the flow (row to row) and across it [m].
    entrance : int
        1 lets the velocity profile develop from where the boundary layers start; 0 takes it developed.
    """

    kind: int
    hydraulic_diameter: float
    flow_area: float
    nusselt_factor: float = 1.0
    friction_factor: float = 1.0
    fixed_htc: float = 0.0
    roughness: float = 0.0
    bend_ratio: float = 0.0
    fin_height: float = 0.0
    fin_parameter: float = 0.0
    pitch_along: float = 0.0
    pitch_across: float = 0.0
    entrance: int = 0


@kernel
def film_coefficient(
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    mass_flow: float,
    T: float,
    T_wall: float,
    development: float,
    development_23: float,
) -> float:
    """Film coefficient of one cell of a channel.

    Parameters
    ----------
    law : ChannelLaw
        The channel.
    duct : DuctLaminar
        Its laminar table; not read for pins and fixed films.
    table : PropertyTable
        Coolant properties.
    mass_flow : float
        Of one channel [kg/s], >= 0.
    T, T_wall : float
        Of the bulk of the coolant and of the wetted wall [K], within the table's range: nothing is checked.
    development, development_23 : float
        Distance from where the boundary layers start [m], above 0, and mean of its power -2/3 over the cell
        [m^(-2/3)].

    Returns
    -------
    float
        h [W/(m^2 K)], above 0; continuous in every argument and at zero flow.

    Notes
    -----
    Ducts: laminar developing by table to Re = 2300, Gnielinski from 4000, linear between
    (:func:`hashheat.solvers.convection.nusselt_duct`), times (Pr/Pr_wall)^0.11. Pins:
    :func:`hashheat.solvers.pin_bank.nusselt_pins`. With ``entrance`` the developing velocity adds
    :func:`hashheat.solvers.duct_entrance.nusselt_entrance` to the laminar part.
    """
    if law.kind == FIXED:
        return law.fixed_htc
    D = law.hydraulic_diameter
    flux = mass_flow * D / law.flow_area
    Re = flux * fluidity(table, T)
    Pr13 = prandtl_cube_root(table, T)
    if law.kind == DUCT:
        Pr23 = Pr13 * Pr13
        Pr = Pr23 * Pr13
        if Re >= RE_TURBULENT:
            ln_Re = math.log(flux) - log_viscosity(table, T)
            Nu = nusselt_gnielinski(ln_Re, Re, Pr, Pr23, 1.0 + D ** (2.0 / 3.0) * development_23 / 3.0)
        else:
            # At rest the boundary layers fill the channel: x* without bound, the end of the table.
            Re = max(Re, 1e-12)
            Nu = nusselt_duct(Re, Pr, development / D, duct, development_23**-1.5 / D)
            if law.entrance == 1:
                Nu = nusselt_entrance(Nu, Re, Pr, Pr13, development / D)
    else:
        Nu = nusselt_pins(law.kind == PIN_STAGGERED, Re, Pr13, law.pitch_along / D, law.pitch_across / D)
    Nu *= property_correction(log_prandtl(table, T), log_prandtl(table, T_wall))
    return law.nusselt_factor * Nu * conductivity(table, T) / D


@kernel
def pressure_gradient(
    law: ChannelLaw, duct: DuctLaminar, table: PropertyTable, mass_flow: float, T: float, T_wall: float
) -> float:
    """Pressure lost by wall friction for each metre of channel.

    Parameters
    ----------
    law, duct, table, mass_flow, T, T_wall
        As in :func:`film_coefficient`.

    Returns
    -------
    float
        [Pa/m], >= 0; zero at zero flow and linear in small flows.

    Notes
    -----
    Developed velocity; :func:`entrance_drop` is the excess of a developing one. A ``FIXED`` film has the
    friction of a duct. Pins: loss of a row over the pitch along the flow, without a correction for the wall's
    viscosity (the published exponents are about 0.1).
    """
    D = law.hydraulic_diameter
    velocity_density = mass_flow / law.flow_area
    mu = viscosity(table, T)
    Re = velocity_density * D / mu
    if Re < 1e-12:
        return 0.0
    head = law.friction_factor * 0.5 * velocity_density * velocity_density / density(table, T)
    if law.kind == DUCT or law.kind == FIXED:
        f = friction_duct(Re, law.roughness / D, duct.fRe)
        return head / D * f * viscosity_correction_friction(Re, viscosity(table, T_wall) / mu)
    staggered = law.kind == PIN_STAGGERED
    return head / law.pitch_along * friction_pins(staggered, Re, law.pitch_along / D, law.pitch_across / D)


@kernel
def entrance_drop(
    law: ChannelLaw, duct: DuctLaminar, table: PropertyTable, mass_flow: float, T: float, length: float
) -> float:
    """Excess of pressure drop where the velocity profile develops, over a channel's whole length.

    Parameters
    ----------
    law, duct, table, mass_flow
        As in :func:`film_coefficient`.
    T : float
        Of the coolant at the inlet [K].
    length : float
        From where the boundary layers start to the end of the channel [m], above 0.

    Returns
    -------
    float
        [Pa], >= 0; zero unless ``law.entrance`` is 1 and the channel is a duct in laminar flow. Fades between
        Re 2300 and 4000.

    References
    ----------
    :func:`hashheat.solvers.duct_entrance.entrance_heads`.
    """
    if law.entrance != 1 or not (law.kind == DUCT or law.kind == FIXED):
        return 0.0
    D = law.hydraulic_diameter
    velocity_density = mass_flow / law.flow_area
    Re = velocity_density * D * fluidity(table, T)
    if Re < 1e-12 or Re >= RE_TURBULENT:
        return 0.0
    head = 0.5 * velocity_density * velocity_density / density(table, T)
    heads = entrance_heads(duct.fRe, length / (D * Re))
    return head * heads * min(1.0, (RE_TURBULENT - Re) / (RE_TURBULENT - RE_LAMINAR))


@kernel
def bend_drop(
    law: ChannelLaw, duct: DuctLaminar, table: PropertyTable, mass_flow: float, T: float, quarter_turns: float
) -> float:
    """Pressure lost in the bends of one cell.

    Parameters
    ----------
    law, duct, table, mass_flow
        As in :func:`film_coefficient`.
    T : float
        Of the coolant [K].
    quarter_turns : float
        Turns by 90 degrees in the cell [-]. Two smooth ones in one cell are one bend of 180 degrees, which
        loses less than two apart; mitres add up.

    Returns
    -------
    float
        [Pa], >= 0; zero at zero flow. Zero for pins, which have no bends.

    Notes
    -----
    +-30 %: close bends act on each other. Rennels and Hudson through
    :func:`hashheat.solvers.minor_losses.bend_loss` and :func:`~hashheat.solvers.minor_losses.mitre_loss`.
    """
    if quarter_turns <= 0.0 or not (law.kind == DUCT or law.kind == FIXED):
        return 0.0
    velocity_density = mass_flow / law.flow_area
    D = law.hydraulic_diameter
    Re = velocity_density * D * fluidity(table, T)
    if Re < 1e-12:
        return 0.0
    head = 0.5 * velocity_density * velocity_density / density(table, T)
    if law.bend_ratio <= 0.0:
        return head * quarter_turns * mitre_loss(0.5 * math.pi)
    f = friction_duct(Re, law.roughness / D, duct.fRe)
    half_turns = math.floor(0.5 * quarter_turns)
    rest = quarter_turns - 2.0 * half_turns
    K = half_turns * bend_loss(math.pi, law.bend_ratio, f)
    if rest > 0.0:
        K += rest * bend_loss(0.5 * math.pi, law.bend_ratio, f)
    return head * K


@kernel
def fin_efficiency(law: ChannelLaw, htc: float) -> float:
    """Efficiency of the channel's fins: tanh(mL) / (mL) with m = sqrt(htc * fin_parameter).

    Parameters
    ----------
    law : ChannelLaw
        With ``fin_height`` and ``fin_parameter``; without fins the efficiency is 1.
    htc : float
        Film coefficient [W/(m^2 K)], >= 0.

    Returns
    -------
    float
        Mean over wetted fin surface of local over base excess temperature [-], 0 to 1.

    References
    ----------
    :func:`hashheat.solvers.fins.straight_fin`.
    """
    return straight_fin(htc * law.fin_parameter * law.fin_height * law.fin_height)
