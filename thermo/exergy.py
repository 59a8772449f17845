"""Exergy: the work a flow of heat could do against surroundings at T0, from the second law."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.property_table import PropertyTable

Array = NDArray[np.floating[Any]]

# cp is a polynomial of degree 10 and 1/T is smooth: 16 points leave rounding only (tested).
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def _kelvin(**temperatures: ArrayLike) -> list[Array]:
    arrays = []
    for name, T in temperatures.items():
        values = np.asarray(T, dtype=float)
        if not np.all(values > 0) or not np.all(np.isfinite(values)):
            raise InputError("A temperature must be positive, in kelvin.", key=name, found=repr(T))
        arrays.append(values)
    return arrays


def exergy_of_heat(heat_rate: ArrayLike, T: ArrayLike, T0: ArrayLike) -> Array:
    """Exergy of a heat flow given off at one temperature: ``Q (1 - T0/T)``, Carnot's factor times the heat.

    Parameters
    ----------
    heat_rate : array
        Heat flow Q [W] (or an amount of heat [J]).
    T : array
        Temperature at which it is given off [K].
    T0 : array
        Temperature of the surroundings [K].

    Returns
    -------
    array
        Exergy flow [W]; negative for heat below the surroundings.

    Raises
    ------
    InputError
        For a temperature that is not positive.
    """
    T_, T0_ = _kelvin(T=T, T0=T0)
    return np.asarray(heat_rate, dtype=float) * (1.0 - T0_ / T_)


def mean_thermodynamic_temperature(T_hot: ArrayLike, T_cold: ArrayLike) -> Array:
    """Temperature at which a stream of constant heat capacity gives off its heat, in the sense of entropy.

    ``(T_hot - T_cold) / ln(T_hot / T_cold)``, which tends to the common value where both agree.

    Parameters
    ----------
    T_hot, T_cold : array
        Temperatures at the two ends [K].

    Returns
    -------
    array
        Mean temperature [K], between the two.

    Raises
    ------
    InputError
        For a temperature that is not positive.
    """
    hot, cold = _kelvin(T_hot=T_hot, T_cold=T_cold)
    ratio = (hot - cold) / cold
    safe = np.where(ratio == 0.0, 1.0, ratio)
    return cold * np.where(ratio == 0.0, 1.0, safe / np.log1p(safe))


def exergy_of_stream(
    mass_flow: ArrayLike, cp: ArrayLike, T_hot: ArrayLike, T_cold: ArrayLike, T0: ArrayLike
) -> Array:
    """Exergy given off by a stream of constant heat capacity that cools from T_hot to T_cold.

    ``m cp (T_hot - T_cold - T0 ln(T_hot / T_cold))``: the heat times Carnot's factor at
    :func:`mean_thermodynamic_temperature`. Pressure loss is not counted.

    Parameters
    ----------
    mass_flow : array
        Mass flow [kg/s].
    cp : array
        Specific heat capacity [J/(kg K)].
    T_hot, T_cold : array
        Inlet and outlet temperature [K].
    T0 : array
        Temperature of the surroundings [K].

    Returns
    -------
    array
        Exergy flow [W].

    Raises
    ------
    InputError
        For a temperature that is not positive.
    """
    hot, cold = _kelvin(T_hot=T_hot, T_cold=T_cold)
    heat_rate = np.asarray(mass_flow, dtype=float) * np.asarray(cp, dtype=float) * (hot - cold)
    return exergy_of_heat(heat_rate, mean_thermodynamic_temperature(hot, cold), T0)


def exergy_of_fluid_stream(
    table: PropertyTable, mass_flow: ArrayLike, T_hot: ArrayLike, T_cold: ArrayLike, T0: ArrayLike
) -> Array:
    """Exergy given off by a stream with the properties of a table, cooled at constant pressure.

    ``m (h(T_hot) - h(T_cold) - T0 * integral of cp/T dT)``, by 16-point Gauss-Legendre quadrature.

    Parameters
    ----------
    table : PropertyTable
        Properties of the fluid.
    mass_flow : array
        Mass flow [kg/s].
    T_hot, T_cold : array
        Inlet and outlet temperature [K].
    T0 : array
        Temperature of the surroundings [K]; need not lie in the table.

    Returns
    -------
    array
        Exergy flow [W].

    Raises
    ------
    InputError
        For a temperature that is not positive.
    StateError
        For an inlet or outlet outside the table.
    """
    hot, cold, T0_ = _kelvin(T_hot=T_hot, T_cold=T_cold, T0=T0)
    for name, T in (("T_hot", hot), ("T_cold", cold)):
        outside = (table.T_min > T) | (table.T_max < T)
        if np.any(outside):
            raise StateError(
                f"{name} = {float(T[outside].flat[0]) - 273.15:.2f} degC lies outside the property table, "
                f"{table.T_min - 273.15:.2f} to {table.T_max - 273.15:.2f} degC."
            )
    half = 0.5 * (hot - cold)
    T_nodes = 0.5 * (hot + cold)[..., None] + half[..., None] * _NODES
    cp = np.polyval(table.cp, (T_nodes - table.T_mid) * table.x_scale)
    entropy = half * np.sum(_WEIGHTS * cp / T_nodes, axis=-1)
    heat = half * np.sum(_WEIGHTS * cp, axis=-1)
    return np.asarray(mass_flow, dtype=float) * (heat - T0_ * entropy)
