"""Checks that the descriptions of coolant layouts share."""

import math
from typing import TypeAlias

from hashheat.thermo.errors import InputError

#: Lower and upper corner (x0, y0, x1, y1) [m].
Region: TypeAlias = tuple[float, float, float, float]
AXES = ("x", "y")


def check_sizes(positive: dict[str, float], at_least_zero: dict[str, float] | None = None) -> None:
    """Raise unless sizes can be.

    Parameters
    ----------
    positive, at_least_zero : dict of str to float
        By name: sizes that have to be above 0, and those that may be 0.

    Raises
    ------
    InputError
        Naming the first one that cannot be.
    """
    for name, value in positive.items():
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(
                "a size of the coolant's layout cannot be", key=name, found=value, accepted="more than 0"
            )
    for name, value in (at_least_zero or {}).items():
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(
                "a size of the coolant's layout cannot be", key=name, found=value, accepted="0 or more"
            )


def check_name(key: str, value: str, accepted: tuple[str, ...]) -> None:
    """Raise unless a word is one of those accepted.

    Parameters
    ----------
    key, value : str
    accepted : tuple of str

    Raises
    ------
    InputError
    """
    if value not in accepted:
        raise InputError(f"unknown {key}", key=key, found=value, accepted=", ".join(accepted))


def check_count(key: str, value: int) -> None:
    """Raise unless a number is a whole one of 1 or more.

    Parameters
    ----------
    key : str
    value : int

    Raises
    ------
    InputError
    """
    if value != int(value) or value < 1:
        raise InputError("there is no such number", key=key, found=value, accepted="1 or more")


def check_corners(region: Region | None) -> None:
    """Raise unless a region has a size; where it lies is not checked.

    Parameters
    ----------
    region : (x0, y0, x1, y1) or None
        [m]

    Raises
    ------
    InputError
    """
    if region is not None and not (len(region) == 4 and region[0] < region[2] and region[1] < region[3]):
        raise InputError("a region cannot be", key="region", found=region, accepted="x0 < x1 and y0 < y1")
