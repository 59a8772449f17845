"""Water counted with a constant heat capacity inside a component, and in enthalpy outside it."""

from typing import NamedTuple

from hashheat.fleet.circuit_fluid import CircuitFluid

#: Where both counts agree [K].
T_REF = 343.15


class ConstantCapacity(NamedTuple):
    """Translates temperatures so that energy in the two counts is the same.

    Parameters
    ----------
    fluid : CircuitFluid
    heat_capacity : float
        Inside [J/(kg K)].
    """

    fluid: CircuitFluid
    heat_capacity: float

    def inside(self, T: float) -> float:
        """Temperature inside, of water at T outside [K]."""
        return T_REF + (self.fluid.enthalpy_beyond(T) - self.fluid.enthalpy(T_REF)) / self.heat_capacity

    def outside(self, T: float) -> float:
        """Temperature outside, of water at T inside [K]."""
        return self.fluid.heated(T_REF, self.heat_capacity * (T - T_REF))
