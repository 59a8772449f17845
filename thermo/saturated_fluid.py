"""A fluid that boils in a two-phase bath: saturation and transport properties, each with where it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, overload

import numpy as np
from numpy.polynomial import chebyshev

from hashheat.thermo.errors import StateError
from hashheat.thermo.property_fit import Array
from hashheat.thermo.saturation_curves import SaturationCurves, reduced


class Origin(NamedTuple):
    """Where a property comes from.

    Parameters
    ----------
    status : str
        ``measured``, ``datasheet``, ``literature``, ``assumed`` or ``remembered``.
    source : str
        Where it stands, or the reasoning of an assumption.
    spread : float
        Relative uncertainty [-]: half of the band it is stated or believed to lie in.
    """

    status: str
    source: str
    spread: float


@dataclass(frozen=True)
class BoilingFluid:
    """A pure (or nearly pure) fluid on its saturation line.

    :func:`hashheat.thermo.boiling_fluid.boiling_fluid` makes one.
    Every method takes a temperature [K] or a pressure [Pa] as a float or an array and gives the same shape; it
    raises StateError outside the stated range.

    Parameters
    ----------
    name : str
        Trade name.
    note : str
        What a reader should know; which substance stands in for it, if one does.
    molar_mass : float
        [kg/mol]
    critical_temperature : float
        [K]
    critical_pressure : float
        [Pa]
    curves : SaturationCurves
        Saturation line; its ends are the stated range.
    transport : mapping of callable
        ``liquid_viscosity``, ``vapour_viscosity``, ``liquid_conductivity``, ``surface_tension`` of (T, rho_l).
    origin : mapping of Origin
        By the name of the method or attribute.
    """

    name: str
    note: str
    molar_mass: float
    critical_temperature: float
    critical_pressure: float
    curves: SaturationCurves
    transport: Mapping[str, Callable[[Array, Array], Array]]
    origin: Mapping[str, Origin]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> dict[str, str]:
        """Status of each property by its name."""
        return {name: origin.status for name, origin in self.origin.items()}

    @property
    def source(self) -> dict[str, str]:
        """Source of each property by its name."""
        return {name: origin.source for name, origin in self.origin.items()}

    @property
    def spread(self) -> dict[str, float]:
        """Relative uncertainty of each property by its name [-]."""
        return {name: origin.spread for name, origin in self.origin.items()}

    @property
    def T_min(self) -> float:
        """Lowest temperature of the data [K]."""
        return self.curves.T_min

    @property
    def T_max(self) -> float:
        """Highest temperature of the data [K]."""
        return self.curves.T_max

    @property
    def p_min(self) -> float:
        """Saturation pressure at the lowest temperature [Pa]."""
        return self.curves.p_min

    @property
    def p_max(self) -> float:
        """Saturation pressure at the highest temperature [Pa]."""
        return self.curves.p_max

    @overload
    def saturation_temperature(self, p: float) -> float: ...
    @overload
    def saturation_temperature(self, p: Array) -> Array: ...
    def saturation_temperature(self, p: float | Array) -> float | Array:
        """Boiling temperature [K] at the absolute pressure p [Pa].

        Raises
        ------
        StateError
            Outside the stated pressures.
        """
        pressures = np.asarray(p, dtype=float)
        low, high = self.curves.p_min, self.curves.p_max
        # The ends come out of an exponential; a state on the end itself must not fall to rounding.
        self._check(pressures, low * (1 - 1e-12), high * (1 + 1e-12), lambda p: f"{p / 1e5:.4g} bar")
        x = reduced(np.log(pressures), np.log(low), np.log(high))
        return _shaped(chebyshev.chebval(x, self.curves.T_of_ln_p), p)

    @overload
    def saturation_pressure(self, T: float) -> float: ...
    @overload
    def saturation_pressure(self, T: Array) -> Array: ...
    def saturation_pressure(self, T: float | Array) -> float | Array:
        """Vapour pressure [Pa] at T [K]."""
        return _shaped(np.exp(chebyshev.chebval(self._x(T), self.curves.ln_p)), T)

    @overload
    def liquid_density(self, T: float) -> float: ...
    @overload
    def liquid_density(self, T: Array) -> Array: ...
    def liquid_density(self, T: float | Array) -> float | Array:
        """Density of the saturated liquid [kg/m^3] at T [K]."""
        return _shaped(chebyshev.chebval(self._x(T), self.curves.rho_l), T)

    @overload
    def vapour_density(self, T: float) -> float: ...
    @overload
    def vapour_density(self, T: Array) -> Array: ...
    def vapour_density(self, T: float | Array) -> float | Array:
        """Density of the saturated vapour [kg/m^3] at T [K]."""
        return _shaped(np.exp(chebyshev.chebval(self._x(T), self.curves.ln_rho_v)), T)

    @overload
    def latent_heat(self, T: float) -> float: ...
    @overload
    def latent_heat(self, T: Array) -> Array: ...
    def latent_heat(self, T: float | Array) -> float | Array:
        """Latent heat of evaporation [J/kg] at T [K]."""
        return _shaped(chebyshev.chebval(self._x(T), self.curves.h_fg), T)

    @overload
    def liquid_heat_capacity(self, T: float) -> float: ...
    @overload
    def liquid_heat_capacity(self, T: Array) -> Array: ...
    def liquid_heat_capacity(self, T: float | Array) -> float | Array:
        """Heat capacity of the saturated liquid at constant pressure [J/(kg K)] at T [K]."""
        return _shaped(chebyshev.chebval(self._x(T), self.curves.cp_l), T)

    @overload
    def liquid_viscosity(self, T: float) -> float: ...
    @overload
    def liquid_viscosity(self, T: Array) -> Array: ...
    def liquid_viscosity(self, T: float | Array) -> float | Array:
        """Dynamic viscosity of the saturated liquid [Pa s] at T [K]."""
        return self._transport("liquid_viscosity", T)

    @overload
    def vapour_viscosity(self, T: float) -> float: ...
    @overload
    def vapour_viscosity(self, T: Array) -> Array: ...
    def vapour_viscosity(self, T: float | Array) -> float | Array:
        """Dynamic viscosity of the thin vapour [Pa s] at T [K]."""
        return self._transport("vapour_viscosity", T)

    @overload
    def liquid_conductivity(self, T: float) -> float: ...
    @overload
    def liquid_conductivity(self, T: Array) -> Array: ...
    def liquid_conductivity(self, T: float | Array) -> float | Array:
        """Thermal conductivity of the saturated liquid [W/(m K)] at T [K]."""
        return self._transport("liquid_conductivity", T)

    @overload
    def surface_tension(self, T: float) -> float: ...
    @overload
    def surface_tension(self, T: Array) -> Array: ...
    def surface_tension(self, T: float | Array) -> float | Array:
        """Surface tension between liquid and vapour [N/m] at T [K]."""
        return self._transport("surface_tension", T)

    def _transport(self, name: str, T: float | Array) -> float | Array:
        rho = chebyshev.chebval(self._x(T), self.curves.rho_l)
        return _shaped(self.transport[name](np.asarray(T, dtype=float), rho), T)

    def _x(self, T: float | Array) -> Array:
        values = np.asarray(T, dtype=float)
        self._check(values, self.curves.T_min, self.curves.T_max, lambda T: f"{T - 273.15:.2f} degC")
        return reduced(values, self.curves.T_min, self.curves.T_max)

    def _check(self, values: Array, low: float, high: float, shown: Callable[[float], str]) -> None:
        bad = ~((values >= low) & (values <= high))
        if np.any(bad):
            raise StateError(
                f"{self.name}: {shown(float(values[bad].flat[0]))} lies outside its saturation data, "
                f"{shown(low)} to {shown(high)}."
            )


def _shaped(result: Array, like: float | Array) -> float | Array:
    return float(result) if np.ndim(like) == 0 else result
