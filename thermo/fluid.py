"""A heat carrier by name, its limits, and its property table at a pressure."""

from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import numpy as np

from hashheat.thermo import fluid_source
from hashheat.thermo.errors import BoilingError, FlashPointError, FreezingError, InputError, StateError
from hashheat.thermo.fluid_names import parse_fluid_name
from hashheat.thermo.property_fit import Array, table_within
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.saturation import water_saturation_temperature

#: Largest relative error of a table against CoolProp, in every property, off the nodes [-].
TABLE_ACCURACY = 1e-6

# A table keeps this far from the freezing and the boiling line, where the fit would have to extrapolate.
_MARGIN = 1.0
# Where a liquid's own limits lie further out, the default table ends here, above what heating networks use.
_T_DEFAULT_MAX = 273.15 + 125.0
_AIR_RANGE = (273.15 - 50.0, 273.15 + 150.0)


@dataclass(frozen=True)
class Fluid:
    """A liquid heat carrier, or air; made by :meth:`parse`.

    Water and air come from CoolProp's reference equations (HEOS). Glycols come from its incompressible
    backend (fluids MPG and MEG), which evaluates the polynomials of Melinder, *Properties of Secondary
    Working Fluids for Indirect Systems*, IIR 2010, for a percentage by mass. All other incompressible fluids
    of CoolProp are reached by name. Dielectric liquids come from files (:mod:`hashheat.thermo.dielectric`),
    shipped or of one's own; the pressure does not enter their properties.

    Parameters
    ----------
    name : str
        Name to show.
    backend : str
        CoolProp backend, ``"HEOS"`` or ``"INCOMP"``; ``"LIBRARY"`` for a dielectric liquid.
    substance : str
        CoolProp's name of the substance, or the file of the dielectric liquid.
    fraction : float, optional
        Share of the solute [-]; by mass for the glycols.
    """

    name: str
    backend: str
    substance: str
    fraction: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Fluid":
        """Make a fluid from its name, such as ``"water"``, ``"MPG 30%"``, ``"INCOMP::T66"``, ``"HFE-7100"``.

        Raises
        ------
        InputError
            For an unknown name or a strength without data.

        Warns
        -----
        RememberedValueWarning
            For a dielectric liquid with numbers that are only remembered.
        """
        return cls(*parse_fluid_name(text))

    def __str__(self) -> str:
        return self.name

    @property
    def is_gas(self) -> bool:
        """Whether the fluid is a gas over its whole range (air)."""
        return self.substance == "Air" and self.backend == "HEOS"

    @property
    def is_dielectric(self) -> bool:
        """Whether the fluid is a dielectric liquid from a file."""
        return self.backend == fluid_source.LIBRARY

    def freezing_temperature(self) -> float:
        """Temperature at which the first ice forms [K]; StateError for a fluid without such data.

        Of a dielectric liquid this is the pour point.
        """
        T = self._freezing_limit()
        if T is None:
            raise StateError(f"{self.name}: {self._has} no freezing temperature for it.")
        return T

    def flash_point(self) -> float | None:
        """Flash point [K] of a dielectric liquid; None where it has none or none is known."""
        return fluid_source.flash_point(self._key)

    @overload
    def flash_margin(self, T: float) -> float: ...
    @overload
    def flash_margin(self, T: Array) -> Array: ...
    def flash_margin(self, T: float | Array) -> float | Array:
        """How far temperatures [K] stay below the flash point [K]; negative above it, infinite without one."""
        T_flash = self.flash_point()
        return (np.inf if T_flash is None else T_flash) - T

    @overload
    def saturation_temperature(self, p: float) -> float: ...
    @overload
    def saturation_temperature(self, p: Array) -> Array: ...
    def saturation_temperature(self, p: float | Array) -> float | Array:
        """Temperature at which boiling begins.

        Glycol mixtures have no boiling data in CoolProp; they get the line of water, which lies below theirs
        because glycol hardly evaporates: a check against it is on the safe side.

        Parameters
        ----------
        p : float or array
            Absolute pressure [Pa]; for water and glycols within 0.02 to 50 bar.

        Returns
        -------
        float or array
            Saturation temperature [K].

        Raises
        ------
        StateError
            Outside the stated pressures, or for a fluid without boiling data.
        """
        if self.substance == "Water" or self.substance in fluid_source.BOILS_ABOVE_WATER:
            return water_saturation_temperature(p)
        if np.ndim(p):
            flat = [self.saturation_temperature(float(value)) for value in np.ravel(p)]
            return np.reshape(np.array(flat), np.shape(p))
        T = self._boiling_limit(float(p))
        if T is None:
            raise StateError(f"{self.name}: no boiling temperature at {float(p) / 1e5:g} bar in the data.")
        return T

    def table(self, p: float, T_min: float | None = None, T_max: float | None = None) -> PropertyTable:
        """Property table at one pressure, for use in kernels; built once for each set of arguments.

        Liquids barely feel the pressure (water from 3 to 10 bar: under 8e-4 in every property), so one table
        at the loop's reference pressure serves a whole loop.

        Parameters
        ----------
        p : float
            Absolute pressure [Pa].
        T_min, T_max : float, optional
            Range [K]. By default the widest liquid range at this pressure: from 1 K above freezing to 1 K
            below boiling, at most to 125 degC, cut back further where one table could not hold the accuracy.
            Air: -50 to 150 degC; above about 2 bar less, as CoolProp's conductivity has a step at -8 degC.

        Returns
        -------
        PropertyTable
            Within 1e-6 (relative) of CoolProp, or of the formulas of a dielectric liquid, in rho, cp, mu, k and
            Pr, measured off the nodes when built. The enthalpy is the integral of cp; for incompressible fluids
            CoolProp's own h carries a pressure term that its cp does not (h differences there deviate by up to
            2e-4 at 3 bar).

        Raises
        ------
        FreezingError, BoilingError, FlashPointError
            If the asked range reaches the freezing or the boiling line, or the flash point.
        StateError
            If it leaves the data.
        TableAccuracyError
            If one table cannot hold 1e-6 over the asked range; names a narrower range that works.
        InputError
            If the pressure is not positive or the range is empty.
        """
        if not (np.isfinite(p) and p > 0):
            raise InputError("A table needs a positive absolute pressure.", found=f"{p!r} Pa")
        low, high = (None if T is None else float(T) for T in (T_min, T_max))
        return _build(self, float(p), low, high)

    def check_liquid(self, T: float | Array, p: float, where: str = "") -> None:
        """Raise unless every temperature is liquid at this pressure.

        Parameters
        ----------
        T : float or array
            Temperatures [K].
        p : float
            Absolute pressure [Pa].
        where : str
            The place, for the message.

        Raises
        ------
        FreezingError, BoilingError, FlashPointError
            At or beyond the freezing or the boiling line, or the flash point.
        StateError
            For a temperature that is not a number, outside the data, or a gas.
        """
        place = f" at {where}" if where else ""
        if self.is_gas:
            raise StateError(f"{self.name} is a gas, not a liquid{place}.")
        values = np.asarray(T, dtype=float)
        if not np.all(np.isfinite(values)):
            raise StateError(f"{self.name}: a temperature{place} is not a number.")
        coldest, hottest = float(values.min()), float(values.max())
        T_freeze, T_boil = self._freezing_limit(), self._boiling_limit(p)
        T_low, T_high = fluid_source.temperature_limits(self._key)
        T_flash = self.flash_point()
        if T_freeze is not None and coldest <= T_freeze:
            raise FreezingError(f"{self.name} freezes{place}: {_C(coldest)}, freezing point {_C(T_freeze)}.")
        if T_boil is not None and hottest >= T_boil:
            raise BoilingError(
                f"{self.name} boils{place}: {_C(hottest)}, boiling point {_C(T_boil)} at {p / 1e5:.3g} bar."
            )
        if T_flash is not None and hottest >= T_flash:
            raise FlashPointError(
                f"{self.name} is above its flash point{place}: {_C(hottest)}, flash point {_C(T_flash)}."
            )
        if coldest < T_low or hottest > T_high:
            worst = coldest if coldest < T_low else hottest
            raise StateError(
                f"{self.name}: {_C(worst)}{place} lies outside the data, {_C(T_low)} to {_C(T_high)}."
            )

    @property
    def _key(self) -> fluid_source.Key:
        return self.backend, self.substance, self.fraction

    @property
    def _has(self) -> str:
        return "its file has" if self.is_dielectric else "CoolProp has"

    def _freezing_limit(self) -> float | None:
        return None if self.is_gas else fluid_source.freezing_limit(self._key)

    def _boiling_limit(self, p: float) -> float | None:
        return None if self.is_gas else fluid_source.boiling_limit(self._key, p)

    def _limits(self, p: float) -> tuple[float, float]:
        """Widest range of a table at this pressure [K]."""
        T_low, T_high = fluid_source.temperature_limits(self._key)
        if self.is_gas:
            return T_low, T_high
        T_flash = self.flash_point()
        if T_flash is not None:
            T_high = min(T_high, T_flash - _MARGIN)
        T_freeze, T_boil = self._freezing_limit(), self._boiling_limit(p)
        low = T_low if T_freeze is None else max(T_low, T_freeze + _MARGIN)
        return low, T_high if T_boil is None else min(T_high, T_boil - _MARGIN)


def _C(T: float) -> str:
    return f"{T - 273.15:.2f} degC"


@lru_cache(maxsize=1024)
def _build(fluid: Fluid, p: float, T_min: float | None, T_max: float | None) -> PropertyTable:
    low, high = fluid._limits(p)
    default = T_min is None and T_max is None
    if T_min is not None and T_max is not None and not T_min < T_max:
        raise InputError("A table needs T_min < T_max.", found=f"{_C(T_min)} to {_C(T_max)}")
    for T in (T_min, T_max):
        if T is None:
            continue
        if not fluid.is_gas:
            fluid.check_liquid(T, p, where="the end of the asked table")
        elif not low <= T <= high:
            raise StateError(f"{fluid.name}: {_C(T)} lies outside the data, {_C(low)} to {_C(high)}.")
    if T_min is None:
        T_min = max(low, _AIR_RANGE[0]) if fluid.is_gas else low
    if T_max is None:
        T_max = min(high, _AIR_RANGE[1] if fluid.is_gas else max(_T_DEFAULT_MAX, T_min + 100.0))
    if not T_min < T_max:
        raise StateError(f"{fluid.name} at {p / 1e5:g} bar: no range from {_C(T_min)} to {_C(T_max)}.")
    return table_within(
        TABLE_ACCURACY,
        fluid_source.sampler(fluid._key, p),
        lambda T: fluid_source.enthalpy_at(fluid._key, p, T),
        T_min,
        T_max,
        may_narrow=default,
        label=f"{fluid.name} at {p / 1e5:g} bar",
    )
