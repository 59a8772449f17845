"""From a heat sink to the liquid in it: film, fins and base, as one conductance of a chip.

Between plate fins the forced part is the mean of the developing laminar duct flow over the length of the fins (the
turbulent one beyond), relative to the liquid's own mean temperature there, as the cells of a porous block have
it. It holds for a liquid at rest, too: conduction to the middle of the channel. The natural part is that of a
channel between vertical plates with the liquid's own constant. Both mix with the exponent 3.

A flow field with buoyancy already contains the draught of warm fins in its velocity. The natural part then adds
what the boundary layers do within a cell; where it dominates it counts some of the draught twice, at most 2^(1/3)
= 1.26 in all.
"""

import math
from typing import NamedTuple

from hashheat.components.spreading import spreading_resistance
from hashheat.solvers.convection import nusselt_duct, property_correction
from hashheat.solvers.duct_entrance import nusselt_entrance
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.fins import straight_fin
from hashheat.solvers.mixed_convection import nusselt_mixed_floored
from hashheat.solvers.natural_convection import (
    C1_BOTH,
    nusselt_channel,
    nusselt_horizontal_cylinder,
    plate_constant,
)
from hashheat.solvers.pin_bank import nusselt_pins
from hashheat.thermo.jit import kernel
from hashheat.thermo.liquid import Liquid, polynomial

#: Kinds of fins.
PLATES, PINS_IN_LINE, PINS_STAGGERED = range(3)

#: A liquid at rest, as the tables see it: beyond their developed end.
_RE_REST = 1e-9
#: Mean of the turbulent entrance factor: 1 + (D/L)^(2/3) is 1 + (D/x)^(2/3) / 3 at x = L / 3^(3/2).
_ENTRY = 3.0**-1.5


class SinkFilm(NamedTuple):
    """A heat sink as the kernels see it; made by :func:`hashheat.components.sink_film.sink_film`."""

    kind: int
    inverse_permeability: float  # of the stack, 1/m2
    forchheimer: float  # of the stack, 1/m
    fin_inverse_permeability: float  # of the way between the fins, 1/m2
    fin_forchheimer: float  # 1/m
    speed_factor: float  # velocity of Re over the superficial one between the fins
    diameter: float  # hydraulic of a channel, or of a pin, m
    length: float  # of the fins along the flow, m
    gap: float  # between plate fins, m
    along: float  # pitches of pins over diameter
    across: float
    duct: DuctLaminar  # mean Nusselt numbers
    fin_parameter: float  # (mL)^2 over htc, m2 K/W
    fin_area: float  # a chip, m2
    base_area: float  # between the fins, a chip, m2
    base_thickness: float  # m
    base_section: float  # a chip, m2
    footprint: float  # of the chip on the base, m2
    conductivity: float  # W/(m K)


@kernel
def log_prandtl_liquid(liquid: Liquid, T: float) -> float:
    """Natural logarithm of the Prandtl number of a liquid.

    Parameters
    ----------
    liquid : Liquid
    T : float
        In its range, which is not checked [K].

    Returns
    -------
    float
        ln Pr [-].
    """
    t = T - liquid.T_ref
    cp_k = polynomial(liquid.heat_capacity, t) / polynomial(liquid.conductivity, t)
    return polynomial(liquid.log_viscosity, t) + math.log(cp_k)


@kernel
def sink_conductance(
    film: SinkFilm, liquid: Liquid, velocity: float, T: float, T_base: float, gravity_along: float
) -> tuple[float, float, float, float]:
    """Conductance from the base of a heat sink to the liquid around it, a chip.

    Parameters
    ----------
    film : SinkFilm
    liquid : Liquid
    velocity : float
        Superficial velocity in the stack along the fins, with its sign [m/s].
    T, T_base : float
        Of the liquid, and of the base [K]; nothing is checked.
    gravity_along : float
        Gravity along the same axis, with its sign [m/s^2]: -9.81 where the axis rises, 0 where the fins lie.

    Returns
    -------
    conductance : float
        From the chip's side of the base to the liquid at T [W/K].
    htc : float
        On fins and base [W/(m^2 K)].
    efficiency : float
        Of the fins [-].
    Re : float
        In the channels, or of the pins in the smallest section [-]. The loss of channels is that of laminar flow,
        below 2300.

    Notes
    -----
    Between plates forced flow is that of a channel as it develops, natural convection that of a channel whose two
    walls are warm; at pins it is a bank in cross-flow, and single horizontal cylinders.

    References
    ----------
    As of the formulas: :mod:`hashheat.solvers.duct_entrance`, :mod:`hashheat.solvers.pin_bank`,
    :mod:`hashheat.solvers.natural_convection` and :mod:`hashheat.solvers.mixed_convection`.
    """
    t = T - liquid.T_ref
    rho = liquid.density
    mu = math.exp(polynomial(liquid.log_viscosity, t))
    k = polynomial(liquid.conductivity, t)
    Pr = mu * polynomial(liquid.heat_capacity, t) / k
    Pr13 = Pr ** (1.0 / 3.0)
    # The fins see the pressure gradient of the whole section.
    speed = abs(velocity)
    gradient = speed * (mu * film.inverse_permeability + rho * film.forchheimer * speed)
    viscous = mu * film.fin_inverse_permeability
    between = (
        2.0
        * gradient
        / (viscous + math.sqrt(viscous * viscous + 4.0 * rho * film.fin_forchheimer * gradient))
    )
    Re = rho * between * film.speed_factor * film.diameter / mu
    t_film = 0.5 * (T + T_base) - liquid.T_ref
    nu_film = math.exp(polynomial(liquid.log_viscosity, t_film)) / rho
    k_film = polynomial(liquid.conductivity, t_film)
    alpha_film = k_film / (rho * polynomial(liquid.heat_capacity, t_film))
    lift = polynomial(liquid.buoyancy, t) - polynomial(liquid.buoyancy, T_base - liquid.T_ref)
    if film.kind == PLATES:
        Re_seen = max(Re, _RE_REST)
        x = film.length / film.diameter
        forced = nusselt_duct(Re_seen, Pr, x, film.duct, _ENTRY * x)
        # A mean over x is the local value at x/4 for the power -1/2 of the boundary layer.
        forced = nusselt_entrance(forced, Re_seen, Pr, Pr13, 0.25 * x)
        s = film.gap
        R = abs(gravity_along * lift) * s * s * s * s / (nu_film * alpha_film * film.length)
        natural = 0.0
        if R > 0.0:
            constant = plate_constant(nu_film / alpha_film)
            natural = nusselt_channel(R, C1_BOTH, constant) * film.diameter / s * k_film / k
    else:
        forced = nusselt_pins(film.kind == PINS_STAGGERED, Re, Pr13, film.along, film.across)
        d = film.diameter
        Ra = abs(gravity_along * lift) * d * d * d / (nu_film * alpha_film)
        natural = 0.0
        if Ra > 0.0:
            natural = nusselt_horizontal_cylinder(Ra, nu_film / alpha_film) * k_film / k
    forced *= property_correction(log_prandtl_liquid(liquid, T), log_prandtl_liquid(liquid, T_base))
    # Warm liquid rises against gravity; a flow the same way has velocity * gravity * lift below zero.
    opposing = velocity * gravity_along * lift > 0.0
    htc = nusselt_mixed_floored(forced, natural, opposing) * k / film.diameter
    efficiency = straight_fin(htc * film.fin_parameter)
    wet = htc * (film.base_area + efficiency * film.fin_area)
    base = film.base_thickness / (film.conductivity * film.base_section)
    base += spreading_resistance(
        film.footprint, film.base_section, film.base_thickness, film.conductivity, wet
    )
    return wet / (1.0 + wet * base), htc, efficiency, Re
