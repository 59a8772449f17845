"""Effectiveness and transfer units of an exchanger in counterflow, one from the other."""

import math


def counterflow_effectiveness(NTU: float, R: float) -> float:
    """Effectiveness of a counterflow exchanger for the smaller capacity flow.

    Parameters
    ----------
    NTU : float
        UA over the smaller capacity flow [-].
    R : float
        Smaller over larger capacity flow, 0 to 1 [-].

    Returns
    -------
    float
        (1 - exp(-NTU (1 - R))) / (1 - R exp(-NTU (1 - R))), and NTU / (1 + NTU) at R = 1.

    References
    ----------
    W. Kays, A. London, Compact Heat Exchangers, 3rd ed., 1984, equation (2-13).
    """
    x = NTU * (1.0 - R)
    if x < 1e-9:
        return NTU / (1.0 + NTU)
    return -math.expm1(-x) / (1.0 - R * math.exp(-x))


def counterflow_units(effectiveness: float, R: float) -> float:
    """Number of transfer units of an effectiveness, the inverse of :func:`counterflow_effectiveness`.

    Parameters
    ----------
    effectiveness : float
        [-]
    R : float
        Smaller over larger capacity flow [-], 0 to 1.

    Returns
    -------
    float
        NTU [-]; infinite where none reaches the effectiveness.

    References
    ----------
    W. Kays, A. London, Compact Heat Exchangers, 3rd ed., 1984, equation (2-13), solved for NTU.
    """
    if effectiveness >= 1.0:
        return math.inf
    if 1.0 - R < 1e-9:
        return effectiveness / (1.0 - effectiveness)
    return math.log((1.0 - R * effectiveness) / (1.0 - effectiveness)) / (1.0 - R)
