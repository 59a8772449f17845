"""Temperature and pressure of a two-phase bath: where the condenser takes what the bath gives off as vapour."""

import math
from typing import NamedTuple

from scipy.optimize import brentq

from hashheat.components.two_phase_tank_coil import Coil
from hashheat.components.two_phase_tank_condenser import (
    coil_state,
    largest_heat,
    lowest_bath,
    wetted_share,
)
from hashheat.components.two_phase_tank_errors import (
    BathPressureLowError,
    BathRangeError,
    CondenserTooSmallError,
)
from hashheat.thermo.errors import StateError
from hashheat.thermo.saturated_fluid import BoilingFluid

_ZERO_C = 273.15


class Vessel(NamedTuple):
    """What holds a bath.

    Attributes
    ----------
    sealed : bool
        Whether its pressure follows from the balance; else it is that of the surroundings.
    pressure_max, pressure_min : float
        Allowed [Pa]; pressure_min 0 where there is no limit.
    loss_conductance : float
        [W/K]
    T_ambient, p_ambient : float
        [K], [Pa]
    """

    sealed: bool
    pressure_max: float
    pressure_min: float
    loss_conductance: float
    T_ambient: float
    p_ambient: float


class Balance(NamedTuple):
    """Steady state of a bath.

    Attributes
    ----------
    T_bath : float
        Of the liquid [K].
    pressure : float
        Above it [Pa].
    condensed : float
        Heat to the water [W].
    lost : float
        Heat through the walls, negative where the room warms the bath [W].
    vented : float
        Heat that leaves as vapour [W].
    share : float
        Of the coil that stands in vapour [-].
    capacity : float
        Most heat that the coil takes [W]: where sealed at the highest pressure allowed (or that there are data
        for), where vented at this one.
    """

    T_bath: float
    pressure: float
    condensed: float
    lost: float
    vented: float
    share: float
    capacity: float

    @property
    def boils(self) -> bool:
        """Whether vapour leaves the bath."""
        return self.condensed + self.vented > 0.0


def balance(fluid: BoilingFluid, coil: Coil, vessel: Vessel, power: float) -> Balance:
    """Find the steady state of a bath.

    Parameters
    ----------
    fluid : BoilingFluid
    coil : Coil
    vessel : Vessel
    power : float
        Put into the liquid [W], >= 0.

    Returns
    -------
    Balance
        Power = condensed + lost + vented, to rounding.

    Raises
    ------
    CondenserTooSmallError, BathPressureLowError
        For a sealed bath beyond the pressures allowed.
    BathRangeError
        Where the fluid's data end.

    Notes
    -----
    A vented bath whose coil is larger than needed draws the vapour down along it until the rest stands in air; one
    whose coil is too small loses vapour without end, so that it is steady only until the chips fall dry.
    In a sealed bath the coil takes more and the walls lose more the hotter it is, so that there is one state and
    it is stable.
    """
    try:
        return _sealed(fluid, coil, vessel, power) if vessel.sealed else _vented(fluid, coil, vessel, power)
    except StateError as error:
        raise BathRangeError(str(error)) from None


def _unboiled(vessel: Vessel, power: float) -> float:
    """Temperature at which the walls alone lose the heat [K]."""
    if vessel.loss_conductance <= 0.0:
        return math.inf if power > 0.0 else -math.inf
    return vessel.T_ambient + power / vessel.loss_conductance


def _lost(vessel: Vessel, T: float) -> float:
    return vessel.loss_conductance * (T - vessel.T_ambient)


def _sealed(fluid: BoilingFluid, coil: Coil, vessel: Vessel, power: float) -> Balance:
    # A rating beyond the fluid's data is not an error of its own: most baths stay below both.
    p_high = min(vessel.pressure_max, fluid.p_max)
    T_low, T_high = lowest_bath(fluid, coil), fluid.saturation_temperature(p_high)
    T_free = _unboiled(vessel, power)
    capacity = largest_heat(fluid, coil, T_high)
    if T_free <= T_low:
        # Nothing condenses; without walls that lose heat the bath is as warm as the water that enters.
        T_bath, condensed = (T_low, 0.0) if T_free == -math.inf else (T_free, 0.0)
    else:

        def room(T: float) -> float:
            return coil_state(fluid, coil, T, power - _lost(vessel, T)).room

        upper = min(T_high, T_free)
        if upper <= T_low or room(upper) < 0.0:
            need = power - _lost(vessel, T_high)
            if p_high < vessel.pressure_max:
                raise BathRangeError(
                    f"{fluid.name}: the condenser takes {capacity / 1e3:.3g} kW at the highest temperature that "
                    f"there are data for, {T_high - _ZERO_C:.1f} degC ({p_high / 1e5:.3g} bar), and "
                    f"{need / 1e3:.3g} kW are to be condensed"
                )
            raise CondenserTooSmallError(
                f"the condenser takes {capacity / 1e3:.3g} kW at the highest pressure allowed, "
                f"{vessel.pressure_max / 1e5:.3g} bar ({T_high - _ZERO_C:.1f} degC), and "
                f"{need / 1e3:.3g} kW are to be condensed: the pressure would rise beyond it"
            )
        # So little heat that the coil takes it within rounding of the coldest bath.
        T_bath = T_low if room(T_low) >= 0.0 else float(brentq(room, T_low, upper, xtol=1e-12, rtol=1e-15))
        condensed = power - _lost(vessel, T_bath)
    p = fluid.saturation_pressure(T_bath)
    if p < vessel.pressure_min:
        raise BathPressureLowError(
            f"the pressure falls to {p / 1e5:.3g} bar ({T_bath - _ZERO_C:.1f} degC), below the "
            f"{vessel.pressure_min / 1e5:.3g} bar that the tank may hold; warmer or less water would raise it"
        )
    return Balance(
        T_bath, p, condensed, _lost(vessel, T_bath), 0.0, 1.0 if condensed > 0.0 else 0.0, capacity
    )


def _vented(fluid: BoilingFluid, coil: Coil, vessel: Vessel, power: float) -> Balance:
    T_boil = fluid.saturation_temperature(vessel.p_ambient)
    capacity = largest_heat(fluid, coil, T_boil)
    T_free = _unboiled(vessel, power)
    if T_free <= T_boil:
        # A bath without loss and without power keeps whatever temperature it has: that of the room.
        T_bath = vessel.T_ambient if T_free == -math.inf else T_free
        return Balance(T_bath, vessel.p_ambient, 0.0, _lost(vessel, T_bath), 0.0, 0.0, capacity)
    lost = _lost(vessel, T_boil)
    heat = power - lost
    if heat <= capacity:
        share = wetted_share(fluid, coil, T_boil, heat)
        return Balance(T_boil, vessel.p_ambient, heat, lost, 0.0, share, capacity)
    return Balance(T_boil, vessel.p_ambient, capacity, lost, power - lost - capacity, 1.0, capacity)
