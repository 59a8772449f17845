"""One side of a two-fluid duty: the balance between its flow, its two temperatures and its heat."""

import math
from dataclasses import dataclass

from hashheat.thermo.errors import BoilingError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import (
    density,
    enthalpy,
    heat_capacity,
    temperature_from_enthalpy,
)
from hashheat.thermo.property_table import PropertyTable

#: Names of the sides, by index.
SIDES = ("hot", "cold")
# Density changes by a few per cent over the span of a side, so each step of the fixed point gains a digit.
_STEPS = 100
_ROUNDING = 1e-15
_GRID = 10.0


def liquid_table(fluid: Fluid, p: float, *T: float) -> PropertyTable:
    """Property table of a liquid that covers the given temperatures.

    Parameters
    ----------
    fluid : Fluid
    p : float
        Absolute pressure [Pa].
    *T : float
        Temperatures [K].

    Returns
    -------
    PropertyTable
        ``fluid.table(p)`` wherever that covers them; otherwise one whose range is widened to them, in steps of
        10 K so that neighbouring duties share it.

    Raises
    ------
    FreezingError, BoilingError, StateError
        If a temperature is not liquid, or if no single table holds them all.
    """
    usual = fluid.table(p)
    if not T or (usual.T_min <= min(T) and max(T) <= usual.T_max):
        return usual
    low = 273.15 + _GRID * (math.floor((min(T) - 273.15) / _GRID) - 1)
    high = 273.15 + _GRID * (math.ceil((max(T) - 273.15) / _GRID))
    low = max(low, usual.T_min) if min(T) >= usual.T_min else min(T)
    if max(T) <= usual.T_max:
        high = usual.T_max
    try:
        return fluid.table(p, low, high)
    except (BoilingError, StateError):  # the step went past the liquid: end at the temperature itself
        return fluid.table(p, low, max(T))


@dataclass(frozen=True)
class Side:
    """One side with its properties; side 0 is hot and gives heat, side 1 is cold and takes it.

    Beyond the ends of the table the heat capacity and the density of the end are carried on. An end state there
    is refused afterwards; the continuation only lets a search pass through, and gives the enthalpy of a
    temperature that the other side has and this one could not reach.

    Parameters
    ----------
    index : int
        0 hot, 1 cold.
    table : PropertyTable
    """

    index: int
    table: PropertyTable

    @property
    def name(self) -> str:
        """``"hot"`` or ``"cold"``."""
        return SIDES[self.index]

    @property
    def sign(self) -> float:
        """Direction of the heat: 1 where the side cools on its way, -1 where it warms."""
        return 1.0 if self.index == 0 else -1.0

    def enthalpy(self, T: float) -> float:
        """Specific enthalpy [J/kg] at T [K]."""
        at = min(max(T, self.table.T_min), self.table.T_max)
        h: float = enthalpy(self.table, at)
        return h if at == T else h + heat_capacity(self.table, at) * (T - at)

    def temperature(self, h: float) -> float:
        """Temperature [K] at the specific enthalpy h [J/kg]."""
        for end, beyond in ((self.table.T_min, -1.0), (self.table.T_max, 1.0)):
            excess = h - enthalpy(self.table, end)
            if excess * beyond > 0.0:
                return float(end + excess / heat_capacity(self.table, end))
        return float(temperature_from_enthalpy(self.table, h))

    def density(self, T: float) -> float:
        """Density [kg/m^3] at T [K]."""
        return float(density(self.table, min(max(T, self.table.T_min), self.table.T_max)))

    def heat_per_mass(self, T_in: float, T_out: float) -> float:
        """Heat that a kilogram gives (hot) or takes (cold) [J/kg]."""
        return self.sign * (self.enthalpy(T_in) - self.enthalpy(T_out))

    def close(
        self,
        heat_rate: float,
        T_in: float | None,
        T_out: float | None,
        mass_flow: float | None,
        volume_flow: float | None,
    ) -> tuple[float, float, float]:
        """The third of flow, inlet and outlet from the other two and the heat.

        Solves ``heat_rate = mass_flow |h(T_in) - h(T_out)|``.

        Parameters
        ----------
        heat_rate : float
            Heat [W].
        T_in, T_out : float or None
            Temperatures [K].
        mass_flow, volume_flow : float or None
            Flow [kg/s], or [m^3/s] at the inlet temperature; the mass flow counts where both are given.

        Returns
        -------
        mass_flow, T_in, T_out : float
            [kg/s, K, K]. A known temperature comes back as it was given.
        """
        if T_in is not None and T_out is not None:
            return heat_rate / self.heat_per_mass(T_in, T_out), T_in, T_out
        if T_in is not None:
            flow = self.mass_flow(T_in, mass_flow, volume_flow)
            return flow, T_in, self.temperature(self.enthalpy(T_in) - self.sign * heat_rate / flow)
        assert T_out is not None
        h_out = self.enthalpy(T_out)
        T_in, flow = T_out, self.mass_flow(T_out, mass_flow, volume_flow)
        for _ in range(_STEPS):
            T_in = self.temperature(h_out + self.sign * heat_rate / flow)
            before, flow = flow, self.mass_flow(T_in, mass_flow, volume_flow)
            if abs(flow - before) <= _ROUNDING * flow:
                break
        return flow, T_in, T_out

    def mass_flow(self, T_in: float, mass_flow: float | None, volume_flow: float | None) -> float:
        """Mass flow [kg/s] of a flow given by mass, or else by volume at the inlet."""
        if mass_flow is not None:
            return mass_flow
        assert volume_flow is not None
        return volume_flow * self.density(T_in)
