"""Chips in a boiling bath: how hot they are, how near to their critical heat flux, and how hot they start."""

import math
from typing import NamedTuple

from scipy.optimize import brentq

from hashheat.components.boiler_plate import spread
from hashheat.components.boiling_state import saturated
from hashheat.components.two_phase_tank_errors import BathRangeError, CriticalHeatFluxError
from hashheat.solvers.critical_heat_flux import critical_heat_flux
from hashheat.solvers.natural_convection import (
    nusselt_plate_down,
    nusselt_plate_up,
    nusselt_vertical_plate,
    rayleigh,
)
from hashheat.solvers.pool_boiling import (
    BoilingSurface,
    boiling_flux,
    boiling_power,
    boiling_superheat,
    start_superheat,
)
from hashheat.solvers.saturated import GRAVITY, Saturated
from hashheat.thermo.errors import StateError
from hashheat.thermo.saturated_fluid import BoilingFluid

#: Tilts [deg] up to which a face counts as facing up, and from which as facing down, for natural convection.
_UP, _DOWN = 45.0, 135.0


class ChipSet(NamedTuple):
    """Chips to the physics.

    Attributes
    ----------
    power : float
        Of one [W].
    length, width : float
        Of its face [m].
    face_length, face_width : float
        Of what boils: the face of its boiler plate, or its own [m].
    conductance : float
        Conductivity times thickness of its boiler plate [W/K]; 0 without.
    through : float
        Resistance of that plate's thickness below the chip [K/W]; 0 without.
    tilt : float
        [deg]
    resistance : float
        Junction to that face or plate [K/W].
    surface : BoilingSurface
    incipience : float
        [K]
    size, subcooling : int
        Codes of :mod:`hashheat.solvers.critical_heat_flux`.
    coefficient, critical_factor : float
        Of the subcooling, and on the critical heat flux [-].
    """

    power: float
    length: float
    width: float
    face_length: float
    face_width: float
    conductance: float
    through: float
    tilt: float
    resistance: float
    surface: BoilingSurface
    incipience: float
    size: int
    subcooling: int
    coefficient: float
    critical_factor: float

    @property
    def face(self) -> float:
        """Area that boils [m^2]."""
        return self.face_length * self.face_width


class ChipState(NamedTuple):
    """A chip in the bath.

    Attributes
    ----------
    T_saturation : float
        At its depth [K].
    subcooling : float
        Of the bath there [K].
    flux, peak_flux, critical_flux : float
        Mean over the face, largest, and critical [W/m^2].
    superheat : float
        Of the hottest wetted place above T_saturation [K]; negative where it does not boil.
    boils : bool
        Whether the chip boils; else natural convection keeps it colder than boiling would.
    T_wall, T_junction : float
        Hottest wetted wall, and junction [K].
    T_start : float
        Hottest junction on the way up from cold, before the first bubbles [K].
    """

    T_saturation: float
    subcooling: float
    flux: float
    peak_flux: float
    critical_flux: float
    superheat: float
    boils: bool
    T_wall: float
    T_junction: float
    T_start: float


def natural_excess(s: Saturated, chips: ChipSet, flux: float) -> float:
    """Wall above the bath in natural convection.

    Parameters
    ----------
    s : Saturated
        At the bath's temperature; its liquid's properties are used.
    chips : ChipSet
    flux : float
        [W/m^2], >= 0.

    Returns
    -------
    float
        [K]

    Notes
    -----
    Churchill and Chu on the height of a face between 45 and 135 degrees of tilt, McAdams on area over perimeter
    beyond; properties at the bath's temperature. A face alone: neighbours warm each other's liquid, and a bath in
    which others boil is stirred.

    References
    ----------
    As of the formulas: :mod:`hashheat.solvers.natural_convection`.
    """
    if flux <= 0.0:
        return 0.0
    nu, alpha = s.mu_l / s.rho_l, s.k_l / (s.rho_l * s.cp_l)
    flat = chips.tilt < _UP or chips.tilt > _DOWN
    length = chips.face / (2.0 * (chips.face_length + chips.face_width)) if flat else math.sqrt(chips.face)

    def short(ln_excess: float) -> float:
        excess = math.exp(ln_excess)
        Ra = rayleigh(GRAVITY, s.beta_l, excess, length, nu, alpha)
        if chips.tilt < _UP:
            Nu = nusselt_plate_up(Ra)
        elif chips.tilt > _DOWN:
            Nu = nusselt_plate_down(Ra)
        else:
            Nu = nusselt_vertical_plate(Ra, nu / alpha)
        return ln_excess + math.log(Nu * s.k_l / length / flux)

    return math.exp(brentq(short, math.log(1e-9), math.log(1e6), xtol=1e-13, rtol=1e-14))


def chip_state(
    fluid: BoilingFluid, chips: ChipSet, T_bath: float, pressure: float, depth: float
) -> ChipState:
    """Find a chip's temperatures in a bath.

    Parameters
    ----------
    fluid : BoilingFluid
    chips : ChipSet
    T_bath : float
        Of the liquid [K].
    pressure : float
        Above it [Pa].
    depth : float
        Of the chip below the surface [m].

    Returns
    -------
    ChipState

    Raises
    ------
    CriticalHeatFluxError
        If the largest heat flux reaches the critical one.
    BathRangeError
        Where the fluid's data end.

    Notes
    -----
    The liquid is mixed, at saturation of the pressure above it; its own weight raises the saturation temperature
    at the chip, so that it is subcooled there. A face goes by natural convection where that alone keeps it colder
    than nucleate boiling would.

    References
    ----------
    As of the formulas: :mod:`hashheat.solvers.pool_boiling` and :mod:`hashheat.solvers.critical_heat_flux`.
    """
    try:
        bath = saturated(fluid, T_bath)
        T_saturation = fluid.saturation_temperature(pressure + bath.rho_l * GRAVITY * max(depth, 0.0))
        s = saturated(fluid, T_saturation)
    except StateError as error:
        raise BathRangeError(str(error)) from None
    subcooling = T_saturation - T_bath
    flux = chips.power / chips.face
    critical = chips.critical_factor * critical_heat_flux(
        s,
        math.sqrt(chips.face),
        chips.tilt,
        max(subcooling, 0.0),
        chips.size,
        chips.subcooling,
        chips.coefficient,
    )
    exponent = 1.0 / (1.0 - boiling_power(s, chips.surface))
    boiling, peak = boiling_superheat(s, flux, chips.surface), flux
    if chips.conductance > 0.0:
        plate = spread(
            chips.power,
            chips.length * chips.width,
            chips.face,
            chips.conductance,
            boiling_flux(s, 1.0, chips.surface),
            exponent,
        )
        boiling, peak = plate.superheat, plate.flux
    natural = natural_excess(bath, chips, flux) - subcooling
    boils = natural > boiling
    if boils and peak >= critical:
        raise CriticalHeatFluxError(
            f"the chips give off {peak / 1e4:.3g} W/cm2 where they boil hardest, and the critical heat flux is "
            f"{critical / 1e4:.3g} W/cm2: a film of vapour would cover them"
        )
    superheat = boiling if boils else natural
    inside = chips.power * (chips.resistance + chips.through)
    T_wall = T_saturation + superheat
    start = start_superheat(natural, boiling, chips.incipience) if boils else natural
    return ChipState(
        T_saturation,
        subcooling,
        flux,
        peak if boils else flux,
        critical,
        superheat,
        boils,
        T_wall,
        T_wall + inside,
        T_saturation + start + inside,
    )
