"""A number read off an instrument or a data sheet, with its standard deviation."""

import math
from typing import Any, NamedTuple

from hashheat.thermo.errors import InputError


class Reading(NamedTuple):
    """A value and its standard deviation, both in SI.

    Attributes
    ----------
    value : float
    sigma : float
        Standard deviation, 0 for an exact value.
    """

    value: float
    sigma: float


def read(key: str, given: Any, default_sigma: float | None = None) -> Reading:
    """Take a number, or a pair of a number and its standard deviation.

    Parameters
    ----------
    key : str
        Name, for messages.
    given : float or (float, float)
        In SI.
    default_sigma : float, optional
        Standard deviation of a number that stands alone; left out, the pair is required.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        If this is no finite number, or the standard deviation is negative.
    """
    accepted = "a number in SI, or (number, standard deviation)"
    pair = tuple(given) if isinstance(given, (tuple, list)) else (given, default_sigma)
    try:
        value, sigma = (float(part) for part in pair)
    except (TypeError, ValueError):
        raise InputError("cannot be read", key=key, found=repr(given), accepted=accepted) from None
    if not (math.isfinite(value) and math.isfinite(sigma) and sigma >= 0.0):
        raise InputError("cannot be used", key=key, found=repr(given), accepted=accepted)
    return Reading(value, sigma)
