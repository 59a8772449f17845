"""How well a share is known from units that were counted: of one fleet, or of several that each share numbers."""

import numpy as np
from scipy.stats import beta, t


def exact_interval(
    hits: np.ndarray, trials: np.ndarray, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence interval of a share from independent trials.

    Parameters
    ----------
    hits, trials : array
        Counted; need not be whole.
    level : float
        Of confidence.

    Returns
    -------
    low, high : array
        Of at least the level's coverage.

    Notes
    -----
    Clopper and Pearson 1934, *Biometrika* 26:404, by quantiles of the beta distribution.
    """
    k, n = np.broadcast_arrays(np.asarray(hits, dtype=float), np.asarray(trials, dtype=float))
    tail = 0.5 * (1.0 - level)
    low, high = np.zeros(k.shape), np.ones(k.shape)
    some, fewer = k > 0.0, k < n
    low[some] = beta.ppf(tail, k[some], n[some] - k[some] + 1.0)
    high[fewer] = beta.ppf(1.0 - tail, k[fewer] + 1.0, n[fewer] - k[fewer])
    return low, high


def fleet_interval(
    hits: np.ndarray, units_of_a_fleet: int, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence interval of a share from fleets whose units have numbers in common.

    Parameters
    ----------
    hits : (fleet, ...) array of int
        Units counted in each fleet.
    units_of_a_fleet : int
    level : float
        Of confidence.

    Returns
    -------
    low, high : array
        The shape of ``hits`` without its first axis. Of one fleet, the interval of independent units: it says
        nothing of other fleets.

    Notes
    -----
    Korn and Graubard 1998, *Survey Methodology* 24:193: the exact interval at as many units as would scatter like
    the fleets do, at most those there are, corrected for the few fleets by Student's t. Where no unit or every
    unit is counted the fleets show no scatter, and each counts for one unit.
    """
    fleets = hits.shape[0]
    units = fleets * units_of_a_fleet
    k = hits.sum(axis=0)
    if fleets == 1:
        return exact_interval(k, np.asarray(units), level)
    p = k / units
    variance = (hits / units_of_a_fleet).var(axis=0, ddof=1) / fleets
    tail = 0.5 * (1.0 - level)
    few = (t.ppf(tail, max(units - 1, 1)) / t.ppf(tail, fleets - 1)) ** 2
    scatters = variance > 0.0
    counted = np.where(scatters, p * (1.0 - p) / np.where(scatters, variance, 1.0) * few, units * few)
    n = np.where((k == 0) | (k == units), float(fleets), np.minimum(counted, units))
    return exact_interval(p * n, n, level)
