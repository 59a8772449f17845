"""Where a fluid on its way through an exchanger would boil or freeze, and what would keep it from that."""

from scipy.optimize import brentq

from hashheat.thermo.errors import BoilingError, FreezingError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.saturation import WATER_P_MAX
from hashheat.thermo.units import show


def boiling_pressure(fluid: Fluid, T: float, p: float) -> float | None:
    """Pressure at which a fluid boils at a temperature.

    Parameters
    ----------
    fluid : Fluid
    T : float
        [K]
    p : float
        A pressure at which it boils below T [Pa].

    Returns
    -------
    float or None
        [Pa]; None where none is known.
    """
    try:
        if fluid.saturation_temperature(WATER_P_MAX) <= T:
            return None
        return float(brentq(lambda x: fluid.saturation_temperature(x) - T, p, WATER_P_MAX, xtol=1.0))
    except StateError:
        return None


def raise_phase_change(fluid: Fluid, p: float, T_in: float, T_other: float, side: str, case: str) -> None:
    """Raise if a fluid could change its phase between its inlet and the inlet temperature of the other side.

    Parameters
    ----------
    fluid : Fluid
    p : float
        Absolute pressure [Pa].
    T_in, T_other : float
        Inlet temperatures of this and of the other side [K].
    side, case : str
        Name of the side and what was asked, for the message.

    Raises
    ------
    BoilingError, FreezingError
        Saying what would be feasible.
    """
    if T_other > T_in:
        try:
            T_boil = float(fluid.saturation_temperature(p))
        except StateError:  # no boiling data
            return
        if T_other >= T_boil:
            needed = boiling_pressure(fluid, T_other, p)
            above = f", or a pressure above {show(needed, 'Pa')}" if needed else ""
            raise BoilingError(
                f"{fluid.name} boils on the {side} side, at {show(T_boil, 'K')} at {show(p, 'Pa')}: {case}. "
                f"Feasible: more flow on the {side} side{above}."
            )
    elif T_other < T_in:
        try:
            T_freeze = fluid.freezing_temperature()
        except StateError:
            return
        if T_other <= T_freeze:
            raise FreezingError(
                f"{fluid.name} freezes on the {side} side, at {show(T_freeze, 'K')}: {case}. "
                f"Feasible: more flow on the {side} side, or the other side's inlet above {show(T_freeze, 'K')}."
            )
