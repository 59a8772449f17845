"""Draw the uncertain numbers once: everything after this sees only more cases."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import norm, qmc

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

SEED = 20260522


def nominal(quantities: Mapping[str, Quantity]) -> dict[str, np.ndarray]:
    """One sample, everything at its nominal value."""
    return {name: np.array([q.nominal]) for name, q in quantities.items()}


def from_uniform(
    quantities: Mapping[str, Quantity], names: list[str], u: np.ndarray
) -> dict[str, np.ndarray]:
    """Samples from points of the unit cube.

    Parameters
    ----------
    quantities : mapping of str to Quantity
        All numbers.
    names : list of str
        Those that vary, one for each column of u.
    u : (n, len(names)) array
        Points strictly inside the unit cube.

    Returns
    -------
    dict of str to (n,) array
        A value of every quantity for every sample.
    """
    drawn = {name: np.full(len(u), q.nominal) for name, q in quantities.items()}
    for column, name in enumerate(names):
        drawn[name] = np.asarray(quantities[name].quantile(u[:, column]))
    return drawn


def sobol_points(n: int, dimensions: int, seed: int = SEED) -> np.ndarray:
    """Scrambled Sobol points strictly inside the unit cube.

    Parameters
    ----------
    n : int
        A power of two: only then is the sequence balanced.
    dimensions : int
        Columns; 0 gives an empty column set.
    seed : int
        Of the scrambling.

    Returns
    -------
    (n, dimensions) array

    Raises
    ------
    InputError
        If n is not a power of two.
    """
    if n < 1 or n & (n - 1):
        raise InputError(
            "the number of samples must be a power of two", found=n, accepted="256, 512, 1024, ..."
        )
    if dimensions == 0:
        return np.empty((n, 0))
    points = qmc.Sobol(dimensions, rng=np.random.default_rng(seed)).random(n)
    tiny = 2.0**-40
    return np.clip(points, tiny, 1.0 - tiny)


def unit_places(count: int) -> np.ndarray:
    """Each unit's place in the unit-to-unit spread, as a standard normal number.

    The places are the mid-quantiles of the normal distribution, dealt to the units in van der Corput order: the
    fleet has exactly the spread that is stated, good and bad units alternate along the headers, and a rerun
    gives the same fleet.

    Parameters
    ----------
    count : int
        Units.

    Returns
    -------
    (count,) array
    """
    order = np.argsort(qmc.Halton(1, scramble=False).random(count)[:, 0], kind="stable")
    places = np.empty(count)
    places[order] = norm.ppf((np.arange(count) + 0.5) / count)
    return places
