"""The boiling temperature of a liquid against pressure: a smooth fit for water, CoolProp for others."""

import math
from functools import cache
from typing import overload

import numpy as np
from numpy.polynomial import chebyshev
from scipy.optimize import brentq

from hashheat.thermo.coolprop_source import coolprop, new_state
from hashheat.thermo.errors import StateError
from hashheat.thermo.property_fit import Array

#: Range of the fit for water [Pa]: 0.02 to 50 bar.
WATER_P_MIN, WATER_P_MAX = 2e3, 5e6
_POINTS = 14


@cache
def _water_fit() -> tuple[Array, float, float]:
    middle = 0.5 * math.log(WATER_P_MIN * WATER_P_MAX)
    half = 0.5 * math.log(WATER_P_MAX / WATER_P_MIN)
    x = -np.cos(np.pi * (np.arange(_POINTS) + 0.5) / _POINTS)
    state, PQ = new_state("HEOS", "Water"), coolprop().PQ_INPUTS
    T = np.empty(_POINTS)
    for i, p in enumerate(np.exp(middle + half * x)):
        state.update(PQ, p, 0.0)
        T[i] = state.T()
    return chebyshev.chebfit(x, T, _POINTS - 1), middle, half


@overload
def water_saturation_temperature(p: float) -> float: ...
@overload
def water_saturation_temperature(p: Array) -> Array: ...
def water_saturation_temperature(p: float | Array) -> float | Array:
    """Boiling temperature of water, a Chebyshev series in ln p through CoolProp's saturation line.

    Parameters
    ----------
    p : float or array
        Absolute pressure [Pa], within 0.02 to 50 bar.

    Returns
    -------
    float or array
        Saturation temperature [K], within 1e-4 K of CoolProp (IAPWS-95) over the whole range.

    Raises
    ------
    StateError
        For a pressure outside the range, or one that is not a number.
    """
    pressures = np.asarray(p, dtype=float)
    bad = ~((pressures >= WATER_P_MIN) & (pressures <= WATER_P_MAX))
    if np.any(bad):
        raise StateError(
            f"No boiling temperature at {float(pressures[bad].flat[0]) / 1e5:g} bar: the line is stated from "
            f"{WATER_P_MIN / 1e5:g} to {WATER_P_MAX / 1e5:g} bar absolute."
        )
    c, middle, half = _water_fit()
    T = chebyshev.chebval((np.log(pressures) - middle) / half, c)
    return float(T) if pressures.ndim == 0 else T


def incompressible_saturation_temperature(substance: str, p: float) -> float | None:
    """Boiling temperature [K] of one of CoolProp's pure incompressible liquids at p [Pa].

    Returns None where CoolProp has no vapour pressure at the temperature of boiling: because it has none at
    all, or because boiling lies above or below its data.
    """
    state, QT = new_state("INCOMP", substance), coolprop().QT_INPUTS

    def excess(T: float) -> float:
        state.update(QT, 0.0, T)
        return float(state.p()) - p

    T_low, T_high = float(state.Tmin()), float(state.Tmax())
    try:
        if excess(T_high) < 0:
            return None
    except ValueError:
        return None
    # The vapour-pressure data begin above T_min for many liquids; find where by halving.
    below, above = T_low, T_high
    for _ in range(40):
        middle = 0.5 * (below + above)
        try:
            if excess(middle) < 0:
                return float(brentq(excess, middle, T_high, xtol=1e-6))
            above = middle
        except ValueError:
            below = middle
    return None
