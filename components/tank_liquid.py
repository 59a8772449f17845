"""The oil of a tank: from its name to what the flow solver takes, aged as the file says."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scipy.optimize import brentq

from hashheat.components.errors import TankRangeError
from hashheat.thermo.errors import InputError, StateError, TableAccuracyError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.liquid import Liquid, integral
from hashheat.thermo.liquid_of import liquid_of

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: Properties reach this far above the coldest temperature of the tank, as far as the oil's data do [K].
_SPAN = 110.0

#: Below the coldest temperature that the file names [K].
_BELOW = 2.0


def named_oil(name: str, file: str | None) -> Fluid:
    """Oil by its name.

    Parameters
    ----------
    name : str
        As :meth:`hashheat.thermo.fluid.Fluid.parse` takes it.
    file : str or None
        That names it, for messages.

    Returns
    -------
    Fluid

    Raises
    ------
    InputError
        For a name that is not known, or a gas.
    """
    try:
        fluid = Fluid.parse(name)
    except InputError as error:
        raise error.within(file=file, key="fluid.name") from None
    if fluid.is_gas:
        raise InputError(
            "a tank is filled with a liquid",
            file=file,
            key="fluid.name",
            found=name,
            accepted="such as 'AC-110'",
        )
    return fluid


def flash_point(file: "TankFile", values: Mapping[str, float]) -> float:
    """Flash point of the oil: the file's, or that of the fluid's data.

    Parameters
    ----------
    file : TankFile
    values : mapping of str to float
        Numbers of the file in SI by dotted key.

    Returns
    -------
    float
        [K]; infinite where none is known.
    """
    given = values.get("fluid.flash_point")
    if given is not None:
        return given
    own = file.oil.flash_point()
    return math.inf if own is None else own


def coldest(values: Mapping[str, float]) -> float:
    """Lowest temperature that the file names: room, water or oil inlet.

    Parameters
    ----------
    values : mapping of str to float
        Numbers of the file in SI by dotted key.

    Returns
    -------
    float
        [K]
    """
    return min(values[key] for key in ("walls.T_ambient", "water.T_in", "circulation.T_in") if key in values)


def tank_liquid(file: "TankFile", values: Mapping[str, float], T_ref: float | None = None) -> Liquid:
    """Oil as the flow solver takes it.

    Parameters
    ----------
    file : TankFile
    values : mapping
        Numbers in SI by dotted key.
    T_ref : float, optional
        Temperature of the reference density [K]; in the middle of the range if left out. Outside an outlet
        stands oil of this density: at the temperature of the oil that leaves, it does not draw oil in.

    Returns
    -------
    Liquid
        From a little below the coldest temperature of the file upwards, with the viscosity times
        ``fluid.viscosity_factor``.

    Raises
    ------
    TankRangeError
        If the oil has no data at the temperatures of the file.
    InputError
        For a name that is not known.
    """
    fluid = file.oil
    T_cold = coldest(values)
    try:
        table = fluid.table(values["fluid.pressure"])
    except StateError as error:
        raise error.within(file.file) from None
    low, high = max(table.T_min, T_cold - _BELOW), min(table.T_max, T_cold + _SPAN)
    if T_cold < table.T_min or T_cold > table.T_max - 10.0:
        raise TankRangeError(
            f"the data of {fluid.name} do not hold the temperatures of this tank",
            file=file.file,
            key="fluid.name",
            found=f"from {T_cold - 273.15:.2f} degC (the coldest of room, water and oil inlet) upwards",
            accepted=f"{table.T_min - 273.15:.2f} to {table.T_max - 273.15:.2f} degC",
        )
    liquid = _fitted(fluid, values["fluid.pressure"], low, high, T_ref)
    log_viscosity = liquid.log_viscosity.copy()
    log_viscosity[0] += math.log(values["fluid.viscosity_factor"])
    return liquid._replace(log_viscosity=log_viscosity)


def _fitted(fluid: Fluid, p: float, low: float, high: float, T_ref: float | None) -> Liquid:
    """Oil from its coldest temperature as far up as short polynomials hold it."""
    while True:
        try:
            return liquid_of(fluid, p, low, high, None if T_ref is None else min(max(T_ref, low), high))
        except TableAccuracyError:
            if high - low < 40.0:
                raise
            high -= 10.0


def enthalpy_of(liquid: Liquid, T: float) -> float:
    """Enthalpy that the flow carries.

    Parameters
    ----------
    liquid : Liquid
    T : float
        [K]

    Returns
    -------
    float
        [J/kg], 0 at the reference temperature of the liquid.
    """
    return float(integral(liquid.heat_capacity, T - liquid.T_ref))


def temperature_of(liquid: Liquid, h: float) -> float:
    """Temperature of an enthalpy.

    Parameters
    ----------
    liquid : Liquid
    h : float
        As of :func:`enthalpy_of` [J/kg].

    Returns
    -------
    float
        [K]; beyond the range of the liquid with the heat capacity of its end.
    """
    low, high = liquid.T_min, liquid.T_max
    h_low, h_high = enthalpy_of(liquid, low), enthalpy_of(liquid, high)
    if not h_low < h < h_high:
        end, h_end = (low, h_low) if h <= h_low else (high, h_high)
        step = 1e-3 if end == high else -1e-3
        cp = (h_end - enthalpy_of(liquid, end - step)) / step
        return end + (h - h_end) / cp
    return float(brentq(lambda T: enthalpy_of(liquid, T) - h, low, high, xtol=1e-12, rtol=1e-15))
