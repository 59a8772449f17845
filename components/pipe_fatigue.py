"""Fatigue of buried steel pipes by changes of temperature, after EN 13941-1:2019.

The formulas are those of a public tool on the ageing of heating networks; the standard itself was not read.
"""

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError

#: Change of temperature that counts as one full cycle [K].
FULL_CYCLE = 110.0
#: Slope of the curve of stress over cycles, and its stress at one cycle [Pa].
SLOPE, STRESS_AT_ONE = 4.0, 5000e6


def steel_modulus(T: ArrayLike) -> np.ndarray:
    """Young's modulus of pipe steel [Pa] at a temperature [K]: (21.4 - t/175) 1e4 MPa, t in degC."""
    return (21.4 - (np.asarray(T, dtype=float) - 273.15) / 175.0) * 1e10


def steel_expansion(T: ArrayLike) -> np.ndarray:
    """Expansion of pipe steel [1/K] at a temperature [K]: (11.4 + t/129) 1e-6, t in degC."""
    return (11.4 + (np.asarray(T, dtype=float) - 273.15) / 129.0) * 1e-6


def restrained_stress(swing: ArrayLike, T: ArrayLike) -> np.ndarray:
    """Axial stress of a pipe that cannot move: E alpha dT.

    Parameters
    ----------
    swing : array
        Change of temperature dT [K].
    T : array
        Temperature of modulus and expansion [K].

    Returns
    -------
    array
        [Pa]
    """
    return steel_modulus(T) * steel_expansion(T) * np.asarray(swing, dtype=float)


def cycles_to_failure(stress: ArrayLike) -> np.ndarray:
    """Cycles that a stress range allows: (5000 MPa / s)^4.

    Parameters
    ----------
    stress : array
        Range, above 0 [Pa].

    Raises
    ------
    InputError
        For a stress that is not above zero.
    """
    s = np.asarray(stress, dtype=float)
    if not np.all(s > 0.0):
        raise InputError("a stress range must be above zero", key="stress", found=repr(stress))
    return (STRESS_AT_ONE / s) ** SLOPE


def equivalent_full_cycles(swing: ArrayLike, weight: ArrayLike = 1.0) -> float:
    """Full cycles of 110 K that do the same harm: sum of n dT^4 / 110^4.

    Parameters
    ----------
    swing : array
        Ranges of temperature, such as :func:`hashheat.solvers.rainflow.count_cycles` gives [K].
    weight : array
        How often each occurs [-].

    Returns
    -------
    float
        N0 [-].

    Raises
    ------
    InputError
        For a negative range or number.
    """
    dT, n = np.broadcast_arrays(np.asarray(swing, dtype=float), np.asarray(weight, dtype=float))
    if not (np.all(dT >= 0.0) and np.all(n >= 0.0)):
        raise InputError("ranges and numbers of cycles cannot be negative", key="swing")
    return float(np.sum(n * (dT / FULL_CYCLE) ** SLOPE))
