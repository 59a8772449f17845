"""The liquid of a circuit by plain scalar functions, quick enough for a balance that is written in Python."""

from dataclasses import dataclass

from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import Coefficients, PropertyTable

#: Newton steps in a temperature are over at this size [K]; the next would be far below rounding.
_SMALL = 1e-6
#: A table that ends above the freezing point is not left by a trial of Newton's at once: held within [K].
_ROOM = 1e-9


def _polynomial(c: Coefficients, x: float) -> float:
    y = 0.0
    for each in c:
        y = y * x + each
    return y


@dataclass(frozen=True)
class CircuitFluid:
    """Properties at the circuit's pressure.

    Parameters
    ----------
    name : str
        As the file gives it.
    pressure : float
        Absolute [Pa].
    table : PropertyTable
    T_boiling : float
        Saturation temperature at the pressure [K]; infinite where the fluid has no boiling data.
    """

    name: str
    pressure: float
    table: PropertyTable
    T_boiling: float

    @classmethod
    def named(cls, name: str, pressure: float) -> "CircuitFluid":
        """Fluid of a name such as ``"water"`` or ``"propylene glycol 30 %"`` at a pressure [Pa].

        Raises
        ------
        InputError, StateError
        """
        fluid = Fluid.parse(name)
        if fluid.is_gas:
            raise InputError(
                "a circuit carries a liquid", found=name, accepted="'water', 'propylene glycol 30 %' ..."
            )
        try:
            T_boiling = float(fluid.saturation_temperature(pressure))
        except StateError:
            T_boiling = float("inf")
        return cls(name, pressure, fluid.table(pressure), T_boiling)

    def _x(self, T: float) -> float:
        table = self.table
        return (T - table.T_mid) * table.x_scale

    def inside(self, T: float) -> float:
        """T held to the range of the table [K]."""
        return min(max(T, self.table.T_min + _ROOM), self.table.T_max - _ROOM)

    def enthalpy(self, T: float) -> float:
        """Specific enthalpy [J/kg] at T [K]; only differences carry meaning."""
        return _polynomial(self.table.h, self._x(T))

    def heat_capacity(self, T: float) -> float:
        """Specific heat capacity [J/(kg K)] at T [K]."""
        return _polynomial(self.table.cp, self._x(T))

    def density(self, T: float) -> float:
        """Density [kg/m^3] at T [K]."""
        return _polynomial(self.table.rho, self._x(T))

    def viscosity(self, T: float) -> float:
        """Dynamic viscosity [Pa s] at T [K]."""
        return _polynomial(self.table.mu_inv8, self._x(T)) ** -8.0

    def heated(self, T: float, gain: float) -> float:
        """Temperature [K] after water of T [K] has taken up ``gain`` [J/kg].

        Newton's method in the enthalpy; straight on beyond the ends of the table, where the caller has to look.
        """
        if gain == 0.0:
            return T
        low, high = self.table.T_min, self.table.T_max
        T0 = min(max(T, low), high)
        wanted = self.enthalpy(T0) + gain + self.heat_capacity(T0) * (T - T0)
        found = T0 + gain / self.heat_capacity(T0)
        for _ in range(20):
            at = min(max(found, low), high)
            cp = self.heat_capacity(at)
            step = (wanted - self.enthalpy(at) - cp * (found - at)) / cp
            found += step
            if abs(step) < _SMALL:
                break
        return found

    def enthalpy_beyond(self, T: float) -> float:
        """As :meth:`enthalpy`, straight on beyond the ends of the table."""
        at = min(max(T, self.table.T_min), self.table.T_max)
        h = self.enthalpy(at)
        return h if at == T else h + self.heat_capacity(at) * (T - at)
