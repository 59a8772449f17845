"""Saturation of a pure fluid as smooth curves in temperature, from CoolProp or from a vapour-pressure line."""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev

from hashheat.thermo.coolprop_source import coolprop, new_state
from hashheat.thermo.property_fit import Array, chebyshev_temperatures

R = 8.314462618
_POINTS = 24

#: p [Pa], rho_l, rho_v [kg/m^3], h_fg [J/kg], cp_l [J/(kg K)] at saturation, at temperatures [K]: shape (5, n).
Saturation = Callable[[Array], Array]


class SaturationCurves(NamedTuple):
    """Chebyshev series through a saturation line.

    Parameters
    ----------
    T_min, T_max : float
        Range [K].
    ln_p, rho_l, ln_rho_v, h_fg, cp_l : float array
        Series in the reduced temperature from -1 to 1.
    p_min, p_max : float
        Saturation pressure at the ends [Pa].
    T_of_ln_p : float array
        Series of the temperature [K] in the reduced logarithm of the pressure.
    """

    T_min: float
    T_max: float
    ln_p: Array
    rho_l: Array
    ln_rho_v: Array
    h_fg: Array
    cp_l: Array
    p_min: float
    p_max: float
    T_of_ln_p: Array


def reduced(x: Array, low: float, high: float) -> Array:
    """Map [low, high] onto [-1, 1]."""
    return (2.0 * x - low - high) / (high - low)


def fit_saturation(sample: Saturation, T_min: float, T_max: float) -> SaturationCurves:
    """Interpolate a saturation line at Chebyshev points.

    Parameters
    ----------
    sample : callable
        See :data:`Saturation`.
    T_min, T_max : float
        Range [K], below the critical temperature.
    """

    def series(values: Array) -> Array:
        x = -np.cos(np.pi * (np.arange(len(values)) + 0.5) / len(values))
        fitted: Array = chebyshev.chebfit(x, values, len(values) - 1)
        return fitted

    p, rho_l, rho_v, h_fg, cp_l = sample(chebyshev_temperatures(_POINTS, T_min, T_max))
    ln_p = series(np.log(p))
    low, high = (float(chebyshev.chebval(x, ln_p)) for x in (-1.0, 1.0))
    T_of_ln_p = series(_inverted(ln_p, chebyshev_temperatures(_POINTS, low, high), T_min, T_max))
    return SaturationCurves(
        T_min,
        T_max,
        ln_p,
        series(rho_l),
        series(np.log(rho_v)),
        series(h_fg),
        series(cp_l),
        math.exp(low),
        math.exp(high),
        T_of_ln_p,
    )


def _inverted(ln_p: Array, wanted: Array, T_min: float, T_max: float) -> Array:
    """Temperatures [K] at which the series gives the wanted logarithms, by Newton's method."""
    slope = chebyshev.chebder(ln_p)
    x = reduced(wanted, wanted[0], wanted[-1])
    for _ in range(60):
        x = np.clip(x - (chebyshev.chebval(x, ln_p) - wanted) / chebyshev.chebval(x, slope), -1.2, 1.2)
    return 0.5 * (T_min + T_max) + 0.5 * (T_max - T_min) * x


@cache
def helmholtz_saturation(substance: str, T_min: float, T_max: float) -> SaturationCurves:
    """Saturation line of one of CoolProp's reference equations (HEOS).

    Parameters
    ----------
    substance : str
        CoolProp's name.
    T_min, T_max : float
        Range [K].
    """
    state, CP = new_state("HEOS", substance), coolprop()

    def sample(T: Array) -> Array:
        out = np.empty((5, len(T)))
        for i, T_i in enumerate(T):
            state.update(CP.QT_INPUTS, 1.0, float(T_i))
            rho_v, h_v = state.rhomass(), state.hmass()
            state.update(CP.QT_INPUTS, 0.0, float(T_i))
            out[:, i] = state.p(), state.rhomass(), rho_v, h_v - state.hmass(), state.cpmass()
        return out

    return fit_saturation(sample, T_min, T_max)


class PressureLine(NamedTuple):
    """What is known of a fluid that has no equation of state, as ``ln p = a - b / T``.

    Parameters
    ----------
    a, b : float
        Of the vapour pressure in Pa; b [K].
    rho_0, rho_1 : float
        Liquid density ``rho_0 + rho_1 (T - 273.15 K)`` [kg/m^3], [kg/(m^3 K)].
    cp_0, cp_1 : float
        Liquid heat capacity likewise [J/(kg K)], [J/(kg K^2)].
    """

    a: float
    b: float
    rho_0: float
    rho_1: float
    cp_0: float
    cp_1: float


def line_saturation(
    line: PressureLine, M: float, T_c: float, p_c: float, T_min: float, T_max: float
) -> SaturationCurves:
    """Saturation line from a vapour-pressure line, with vapour density and latent heat that agree with it.

    The second virial coefficient is the generalised one that Abbott gives (Smith, Van Ness and Abbott,
    *Introduction to Chemical Engineering Thermodynamics*, chapter 3), with the acentric factor read off the
    line at 0.7 of the critical temperature; good for saturated vapour up to about 0.1 of the critical pressure.
    The latent heat is Clapeyron's, so that the four properties agree with each other.

    Parameters
    ----------
    line : PressureLine
    M : float
        Molar mass [kg/mol].
    T_c, p_c : float
        Critical temperature [K] and pressure [Pa].
    T_min, T_max : float
        Range [K].
    """
    omega = acentric_factor(line, T_c, p_c)

    def sample(T: Array) -> Array:
        p = np.exp(line.a - line.b / T)
        T_r = T / T_c
        B = 0.083 - 0.422 / T_r**1.6 + omega * (0.139 - 0.172 / T_r**4.2)
        Z = 1.0 + B * (p / p_c) / T_r
        rho_v = p * M / (Z * R * T)
        t = T - 273.15
        rho_l = line.rho_0 + line.rho_1 * t
        h_fg = (line.b / T) * p * (1.0 / rho_v - 1.0 / rho_l)
        return np.array([p, rho_l, rho_v, h_fg, line.cp_0 + line.cp_1 * t])

    return fit_saturation(sample, T_min, T_max)


def acentric_factor(line: PressureLine, T_c: float, p_c: float) -> float:
    """Acentric factor [-] of a vapour-pressure line: -log10(p/p_c) - 1 at 0.7 of the critical temperature."""
    return -(line.a - line.b / (0.7 * T_c) - math.log(p_c)) / math.log(10.0) - 1.0
