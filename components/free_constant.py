"""One free constant of a fit: its scale, its prior and how far it may go."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

#: A constant stays within so many weak standard deviations of its start.
_REACH = 3.0


class Constant(NamedTuple):
    """One free constant, as the fit sees it: x = ln(value), or x = value where it may be negative.

    Attributes
    ----------
    name : str
    logarithmic : bool
    start : float
        First x.
    mean, width : float
        Of the prior, in x.
    weak : float
        Standard deviation of x that stands for next to no knowledge; the unit of the fit.
    given : bool
        Whether the prior was given by the user.
    lowest, highest : float
        Ends that no x may pass, such as those of a file's schema.
    """

    name: str
    logarithmic: bool
    start: float
    mean: float
    width: float
    weak: float
    given: bool
    lowest: float = -math.inf
    highest: float = math.inf

    def value(self, x: float) -> float:
        """The constant from x."""
        return math.exp(x) if self.logarithmic else x

    def slope(self, x: float) -> float:
        """Change of the constant with x."""
        return math.exp(x) if self.logarithmic else 1.0

    @property
    def reach(self) -> tuple[float, float]:
        """Least and greatest x allowed."""
        far = _REACH * self.weak
        return max(self.start - far, self.lowest), min(self.start + far, self.highest)


def values_of(constants: Sequence[Constant], x: np.ndarray) -> dict[str, float]:
    """Values by name from the x of the fit."""
    return {constant.name: constant.value(float(at)) for constant, at in zip(constants, x)}
