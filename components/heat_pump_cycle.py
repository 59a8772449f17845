"""The compression cycle of a heat pump between two streams, with the states of CoolProp.

::

         3 <---- condenser ---- 2        sink:    T_sink_in  -> T_sink_out     (counterflow)
         |                      |
       valve               compressor
         |                      |
         4 ----> evaporator --> 1        source:  T_source_out <- T_source_in  (counterflow)
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

from hashheat.components.heat_pump import log_mean_temperature, lorenz_COP
from hashheat.thermo.coolprop_source import coolprop, new_state
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.property_fit import Array

# Points along the desuperheating vapour at which the approach is checked, ends included.
_POINTS = 9
# Distance that condensation keeps from the critical temperature [K].
_BELOW_CRITICAL = 2.0


class CycleState(NamedTuple):
    """A compression cycle; its points 1 to 4 stand at places 0 to 3 of the arrays.

    Parameters
    ----------
    T, p, h, s : (4,) arrays
        Temperature [K], pressure [Pa], specific enthalpy [J/kg] and entropy [J/(kg K)].
    T_evaporation, T_condensation : float
        [K]
    COP : float
        Heat to the sink over electric power [-].
    lorenz_efficiency : float
        COP over that of a reversible machine between the four temperatures of the streams [-].
    volumetric_capacity : float
        Heat to the sink over the volume that the compressor draws in [J/m^3].
    """

    T: Array
    p: Array
    h: Array
    s: Array
    T_evaporation: float
    T_condensation: float
    COP: float
    lorenz_efficiency: float
    volumetric_capacity: float


@dataclass(frozen=True)
class CompressionCycle:
    """One stage, one pure refrigerant, no pressure drop.

    Parameters
    ----------
    refrigerant : str
        CoolProp's name, such as ``"R1234ze(E)"``, ``"Ammonia"``, ``"IsoButane"``.
    isentropic_efficiency : float
        Of the compressor [-].
    superheat, subcooling : float
        At the outlet of evaporator and condenser [K].
    pinch_evaporator, pinch_condenser : float
        Smallest difference between stream and refrigerant [K].
    drive_efficiency : float
        Shaft over electric power; what is lost does not reach the sink [-].

    Raises
    ------
    InputError
        For a number outside its range, or a name that CoolProp does not know as a pure fluid.
    """

    refrigerant: str
    isentropic_efficiency: float
    superheat: float
    subcooling: float
    pinch_evaporator: float
    pinch_condenser: float
    drive_efficiency: float = 1.0

    def __post_init__(self) -> None:
        for name in ("isentropic_efficiency", "drive_efficiency"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise InputError(
                    "efficiency of a cycle", key=name, found=getattr(self, name), accepted="above 0, to 1"
                )
        for name in ("superheat", "subcooling", "pinch_evaporator", "pinch_condenser"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise InputError(
                    "temperature difference of a cycle",
                    key=name,
                    found=getattr(self, name),
                    accepted="0 or more",
                )
        try:
            state = new_state("HEOS", self.refrigerant)
            state.update(coolprop().QT_INPUTS, 0.0, 0.7 * state.T_critical())
            boiling = state.p()
            state.update(coolprop().QT_INPUTS, 1.0, 0.7 * state.T_critical())
            glides = abs(state.p() / boiling - 1.0) > 1e-3
        except ValueError:
            glides = True
        if glides:
            raise InputError(
                "no pure refrigerant of CoolProp has this name",
                key="refrigerant",
                found=self.refrigerant,
                accepted="such as R1234ze(E), R1233zd(E), R134a, Ammonia, IsoButane",
            )

    def solve(
        self, T_source_in: float, T_source_out: float, T_sink_in: float, T_sink_out: float
    ) -> CycleState:
        """Cycle that keeps both pinches.

        Parameters
        ----------
        T_source_in, T_source_out, T_sink_in, T_sink_out : float
            Of the two streams, of constant heat capacity [K].

        Returns
        -------
        CycleState

        Raises
        ------
        InputError
            If the source does not cool or the sink does not warm up.
        StateError
            If the refrigerant is no cycle's between these temperatures: condensation too near to its critical
            point or not above evaporation, or a state that CoolProp does not find.
        """
        if not (0.0 < T_source_out <= T_source_in < math.inf and 0.0 < T_sink_in <= T_sink_out < math.inf):
            raise InputError(
                "temperatures of the two streams",
                key="T_source_in, T_source_out, T_sink_in, T_sink_out",
                found=[T_source_in, T_source_out, T_sink_in, T_sink_out],
                accepted="a source that cools, a sink that warms up",
            )
        try:
            return self._solve(T_source_in, T_source_out, T_sink_in, T_sink_out)
        except ValueError as error:
            raise StateError(f"CoolProp finds no state of {self.refrigerant} here: {error}") from None

    def _solve(
        self, T_source_in: float, T_source_out: float, T_sink_in: float, T_sink_out: float
    ) -> CycleState:
        CP, fluid = coolprop(), new_state("HEOS", self.refrigerant)
        # The refrigerant takes up heat at one temperature, then superheats: only its two ends can be pinched.
        T_evaporation = min(T_source_out, T_source_in - self.superheat) - self.pinch_evaporator
        if T_evaporation <= fluid.Ttriple():
            raise StateError(
                f"{self.refrigerant} would evaporate at {T_evaporation - 273.15:.1f} degC, below its triple point"
            )
        fluid.update(CP.QT_INPUTS, 1.0, T_evaporation)
        p_low = fluid.p()
        if self.superheat > 0.0:
            fluid.update(CP.PT_INPUTS, p_low, T_evaporation + self.superheat)
        inlet = _point(fluid)
        density = fluid.rhomass()

        def points(T_condensation: float) -> tuple[Array, Array, Array]:
            """Compressor outlet, condenser outlet, and (h, T) of the vapour on its way to the dew point."""
            fluid.update(CP.QT_INPUTS, 1.0, T_condensation)
            p_high, h_dew = fluid.p(), fluid.hmass()
            fluid.update(CP.PSmass_INPUTS, p_high, inlet[3])
            h_out = inlet[2] + (fluid.hmass() - inlet[2]) / self.isentropic_efficiency
            fluid.update(CP.HmassP_INPUTS, h_out, p_high)
            outlet = _point(fluid)
            vapour = []
            for h in np.linspace(h_out, min(h_dew, h_out), _POINTS):
                fluid.update(CP.HmassP_INPUTS, h, p_high)
                vapour.append((h, fluid.T()))
            if self.subcooling > 0.0:
                fluid.update(CP.PT_INPUTS, p_high, T_condensation - self.subcooling)
            else:
                fluid.update(CP.QT_INPUTS, 0.0, T_condensation)
            return outlet, _point(fluid), np.array(vapour)

        def approach(T_condensation: float) -> float:
            outlet, end, vapour = points(T_condensation)
            share = (vapour[:, 0] - end[2]) / (outlet[2] - end[2])
            gaps = vapour[:, 1] - T_sink_in - share * (T_sink_out - T_sink_in)
            least = min(float(gaps.min()), T_condensation - self.subcooling - T_sink_in)
            return least - self.pinch_condenser

        low = T_sink_in + self.subcooling + self.pinch_condenser
        high = fluid.T_critical() - _BELOW_CRITICAL
        if low >= high or approach(high) < 0.0:
            raise StateError(
                f"{self.refrigerant} cannot heat to {T_sink_out - 273.15:.1f} degC: it would condense less than "
                f"{_BELOW_CRITICAL:g} K below its critical temperature, {fluid.T_critical() - 273.15:.1f} degC"
            )
        low = max(low, T_evaporation + 1.0)
        T_condensation = low if approach(low) >= 0.0 else brentq(approach, low, high, xtol=1e-9)
        if T_condensation <= T_evaporation + 1.0:
            raise StateError(
                f"no lift: {self.refrigerant} would condense at {T_condensation - 273.15:.1f} degC and evaporate "
                f"at {T_evaporation - 273.15:.1f} degC"
            )
        outlet, end, _ = points(T_condensation)
        fluid.update(CP.HmassP_INPUTS, end[2], p_low)
        T, p, h, s = np.array([inlet, outlet, end, _point(fluid)]).T
        COP = float((h[1] - h[2]) / (h[1] - h[0])) * self.drive_efficiency
        best = lorenz_COP(T_source_in, T_source_out, T_sink_in, T_sink_out)
        capacity = float(density * (h[1] - h[2]))
        return CycleState(T, p, h, s, T_evaporation, T_condensation, COP, COP / best, capacity)


def entropy_generated(
    state: CycleState, T_source_in: float, T_source_out: float, T_sink_in: float, T_sink_out: float
) -> dict[str, float]:
    """Entropy that each part of a cycle generates, per mass of refrigerant [J/(kg K)].

    ``compressor``, ``condenser``, ``valve``, ``evaporator``; losses of the drive are not among them.
    """
    s, h = state.s, state.h
    sink, source = (
        log_mean_temperature(T_sink_in, T_sink_out),
        log_mean_temperature(T_source_in, T_source_out),
    )
    return {
        "compressor": float(s[1] - s[0]),
        "condenser": float((h[1] - h[2]) / sink - (s[1] - s[2])),
        "valve": float(s[3] - s[2]),
        "evaporator": float(s[0] - s[3] - (h[0] - h[3]) / source),
    }


def _point(fluid: Any) -> Array:
    return np.array([fluid.T(), fluid.p(), fluid.hmass(), fluid.smass()])
