"""All roots of a function over a bracket, where it may rise and fall, and fail in places."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from hashheat.thermo.errors import HashheatError

_EDGE_STEPS = 12


class RootSearch(NamedTuple):
    """What was found over a bracket.

    Attributes
    ----------
    roots : tuple of float
        In rising order.
    least, most : float
        Smallest and largest value the function was seen to take; nan and nan if it failed everywhere.
    failure : HashheatError or None
        Why it failed where it did, at the first such place.
    """

    roots: tuple[float, ...]
    least: float
    most: float
    failure: HashheatError | None


def find_roots(
    function: Callable[[float], float], wanted: float, grid: np.ndarray, *, precision: float = 1e-9
) -> RootSearch:
    """Find where a continuous function takes a value.

    The function is looked at on a grid, at its turning points between, and up to the edges of where it can be
    computed; each change of sign is then a root (Brent's method). Two roots closer than the grid that no turning
    point on the grid hints at would be missed.

    Parameters
    ----------
    function : callable
        Raises a :class:`HashheatError` where it has no value.
    wanted : float
        The value sought.
    grid : (n,) array
        Rising, two or more.
    precision : float
        Of a root, over the length of the bracket [-].

    Returns
    -------
    RootSearch
    """
    failure: HashheatError | None = None
    seen: dict[float, float] = {}

    def miss(x: float) -> float:
        nonlocal failure
        if x not in seen:
            try:
                seen[x] = function(x) - wanted
            except HashheatError as error:
                failure = failure or error
                seen[x] = math.nan
        return seen[x]

    grid = np.asarray(grid, dtype=float)
    points = [float(x) for x in grid]
    # Up to the edge of where a value exists: half the gap again and again.
    for a, b in pairwise(points):
        if math.isnan(miss(a)) != math.isnan(miss(b)):
            good, bad = (b, a) if math.isnan(miss(a)) else (a, b)
            for _ in range(_EDGE_STEPS):
                middle = 0.5 * (good + bad)
                good, bad = (good, middle) if math.isnan(miss(middle)) else (middle, bad)
    points = sorted(seen)
    # A turning point that comes towards zero may hide a pair of roots.
    for a, b, c in zip(points[:-2], points[1:-1], points[2:]):
        y = (miss(a), miss(b), miss(c))
        if math.isnan(sum(y)) or y[0] * y[1] <= 0.0 or y[1] * y[2] <= 0.0:
            continue
        if (y[1] - y[0]) * (y[2] - y[1]) < 0.0:
            # Whether towards zero or away from it, the turning point bounds what can be reached.
            sign = math.copysign(1.0, y[1] - y[0])
            minimize_scalar(
                lambda x, sign=sign: _finite(-sign * miss(float(x))),
                bounds=(a, c),
                method="bounded",
                options={"xatol": 1e-4 * (c - a)},
            )
    points = sorted(seen)
    span = float(grid[-1] - grid[0])
    roots: list[float] = []
    for a, b in pairwise(points):
        ya, yb = miss(a), miss(b)
        if math.isnan(ya) or math.isnan(yb):
            continue
        if ya == 0.0:
            roots.append(a)
        elif ya * yb < 0.0:
            try:
                roots.append(float(brentq(miss, a, b, xtol=precision * span, rtol=8.9e-16)))
            except ValueError:  # between two values lies a place without one; `failure` holds why
                continue
    if seen[points[-1]] == 0.0:
        roots.append(points[-1])
    values = [y + wanted for y in seen.values() if not math.isnan(y)]
    least, most = (min(values), max(values)) if values else (math.nan, math.nan)
    return RootSearch(tuple(roots), least, most, failure)


def _finite(value: float) -> float:
    """Replace what could not be computed by something a minimum is not at."""
    return 1e300 if math.isnan(value) else value
