"""Viscosity of oils against temperature by Walther's equation, as ASTM D341 charts use it.

``log10(log10(nu + 0.7)) = A - B log10(T)`` with nu in mm^2/s and T in K. The standard states this form from
2 mm^2/s upwards; below, it adds terms to the 0.7 that reach 0.5 % of nu at 1.4 mm^2/s and 2 % at 1 mm^2/s.
"""

import math

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.property_fit import Array

#: Lowest viscosity at which the shortened equation is used [m^2/s].
LOWEST = 1e-6


def double_log(nu: float) -> float:
    """``log10(log10(nu + 0.7))`` of a kinematic viscosity [m^2/s], which enters in mm^2/s.

    Raises
    ------
    InputError
        Below 1 mm^2/s, where the shortened equation no longer holds.
    """
    if not nu >= LOWEST:
        raise InputError(
            "Walther's equation holds from 1 mm^2/s upwards.",
            found=f"{1e6 * nu:.4g} mm^2/s",
            accepted="a thicker liquid, a lower highest temperature, or law = 'andrade'",
        )
    return math.log10(math.log10(1e6 * nu + 0.7))


def walther_slope(nu_1: float, T_1: float, nu_2: float, T_2: float) -> float:
    """Slope B of Walther's equation through two points.

    Parameters
    ----------
    nu_1, nu_2 : float
        Kinematic viscosities [m^2/s], from 1 mm^2/s upwards.
    T_1, T_2 : float
        Their temperatures [K], different.

    Returns
    -------
    float
        B [-]; 3.4 to 4.5 for hydrocarbon oils.
    """
    if T_1 == T_2:
        raise InputError("A slope needs two different temperatures.", found=f"{T_1} K twice")
    return (double_log(nu_1) - double_log(nu_2)) / math.log10(T_2 / T_1)


def walther_viscosity(T: Array, nu_1: float, T_1: float, slope: float) -> Array:
    """Kinematic viscosity by Walther's equation.

    Parameters
    ----------
    T : array
        Temperature [K].
    nu_1, T_1 : float
        A known viscosity [m^2/s] and its temperature [K].
    slope : float
        B of the equation [-], see :func:`walther_slope`.

    Returns
    -------
    array
        [m^2/s]
    """
    A = double_log(nu_1) + slope * math.log10(T_1)
    result: Array = 1e-6 * (10.0 ** (10.0 ** (A - slope * np.log10(T))) - 0.7)
    return result
