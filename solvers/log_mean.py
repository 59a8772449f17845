"""Logarithmic mean, and the mean temperature difference of a counterflow exchanger that it gives."""

from typing import Any

import numpy as np

from hashheat.solvers.plate_effectiveness import refuse
from hashheat.thermo.errors import InputError


def log_mean(a: Any, b: Any) -> Any:
    """Logarithmic mean ``(a - b) / ln(a / b)``; a where they are equal.

    Parameters
    ----------
    a, b : float or array
        Positive; broadcast.

    Returns
    -------
    float or array
        Between a and b, to rounding also where they are nearly equal; a float for floats.
    """
    small, large = np.minimum(a, b), np.maximum(a, b)
    excess = (large - small) / small
    mean = np.where(excess > 0.0, (large - small) / np.log1p(np.where(excess > 0.0, excess, 1.0)), small)
    return float(mean) if mean.ndim == 0 else mean


def lmtd(T_in_1: Any, T_out_1: Any, T_in_2: Any, T_out_2: Any) -> Any:
    """Logarithmic mean temperature difference between the ends of a counterflow exchanger.

    Parameters
    ----------
    T_in_1, T_out_1, T_in_2, T_out_2 : float or array
        Temperatures of both sides [K], either of them the hot one; broadcast.

    Returns
    -------
    float or array
        LMTD [K], above 0, exact where both ends differ by the same; a float for floats.

    Raises
    ------
    InputError
        If a temperature is not finite, the temperatures cross or touch at an end, or heat would flow from the
        colder to the hotter side.
    """
    given = {"T_in_1": T_in_1, "T_out_1": T_out_1, "T_in_2": T_in_2, "T_out_2": T_out_2}
    try:
        T = dict(zip(given, np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in given.values()))))
    except ValueError as error:
        raise InputError("temperatures do not go together", key=", ".join(given), found=str(error)) from error
    for name, values in T.items():
        refuse(name, values, np.isfinite(values), "a finite temperature [K]")
    one, two = T["T_in_1"] - T["T_out_2"], T["T_out_1"] - T["T_in_2"]
    sign = np.sign(one)
    drop, rise = sign * (T["T_in_1"] - T["T_out_1"]), sign * (T["T_out_2"] - T["T_in_2"])
    for problem, good, accepted in (
        ("temperatures of an exchanger cross or touch", one * two > 0.0, "one side is hotter at both ends"),
        ("heat does not flow to the hotter side", np.minimum(drop, rise) >= 0.0, "the hot side cools"),
    ):
        if not np.all(good):
            case = {name: f"{values[~good].flat[0]:.9g}" for name, values in T.items()}
            found = ", ".join(f"{name} = {value} K" for name, value in case.items())
            raise InputError(problem, key="temperatures", found=found, accepted=accepted)
    return log_mean(abs(one), abs(two))
