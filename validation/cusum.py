"""Cumulative sums of standardised residuals (Page 1954), and how often they signal.

One-sided and in control the mean run to a signal is, by Siegmund's approximation (1985),
ARL = (exp(2 k b) - 2 k b - 1) / (2 k^2) with b = h + 1.166; for both sides half of that. Level and scatter from n
first records are themselves in error, by s / sqrt(n) and s / sqrt(2 n): a sum that drifts by the error of its
level alarms far more often (seen: 2.7 times over 500 records with n = 100 at a run length of 10^4). The share of
sound series that signal is therefore averaged over both errors, and the threshold is where it is that of the run
length asked for.
"""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi

from hashheat.thermo.errors import InputError

#: Excess over the boundary of a normal random walk: 2 x 0.583.
_EXCESS = 1.166
#: Errors of level and scatter that false alarms are averaged over: standard deviations, and nodes.
_FAR, _NODES = 6.0, 61
#: Largest exponent, and longest run that can be asked for.
_MOST, _LONGEST = 600.0, 1e12


def run_length(h: float, k: float, shift: float = 0.0) -> float:
    """Mean number of records until a two-sided CUSUM signals.

    Parameters
    ----------
    h : float
        Threshold [standard deviations].
    k : float
        Allowance, half of the shift that is looked for [standard deviations].
    shift : float
        True shift of the mean [standard deviations]; 0 gives the length between false alarms.

    Returns
    -------
    float
        Siegmund's approximation; within some 5 % for independent normal residuals.
    """
    return float(1.0 / _rate(np.array(h), np.array(k), np.array(shift)))


def _rate(h: np.ndarray, k: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Signals per record of both sides together."""
    b = h + _EXCESS
    rate = np.zeros(np.broadcast_shapes(h.shape, k.shape, shift.shape))
    for side in (1.0, -1.0):
        drift = side * shift - k
        some = np.where(np.abs(drift) < 1e-9, 1e-9, drift)
        grown = np.exp(np.minimum(-2.0 * some * b, _MOST)) + 2.0 * some * b - 1.0
        rate = rate + np.where(np.abs(drift) < 1e-9, 1.0 / b**2, 2.0 * some**2 / np.maximum(grown, 1e-300))
    return rate


def flagged_share(h: float, k: float, first: int, records: int) -> float:
    """Share of sound series that signal, where level and scatter come from their first records.

    Parameters
    ----------
    h, k : float
        Threshold and allowance, in standard deviations as they are taken from the first records.
    first : int
        First records.
    records : int
        Records watched after them.

    Returns
    -------
    float
        1 - exp(-records / run length), averaged over the errors of level (normal) and scatter (chi with first - 1
        degrees of freedom).
    """
    at = np.linspace(-_FAR, _FAR, _NODES)
    weight = np.exp(-0.5 * at**2)
    ratio = np.exp(at / math.sqrt(2.0 * first))
    share = chi.pdf(ratio * math.sqrt(first - 1.0), first - 1) * ratio
    # Residuals are divided by what the scatter was taken for.
    taken = (ratio * math.sqrt(1.0 + 1.0 / first))[:, None]
    rates = _rate(h * taken, k * taken, at / math.sqrt(first))
    return float(share @ -np.expm1(-records * rates) @ weight / (share.sum() * weight.sum()))


def threshold(length: float, k: float, first: int | None = None, records: int = 1) -> float:
    """Threshold h [standard deviations] with this mean number of records between false alarms of one series.

    Parameters
    ----------
    length : float
        More than 10.
    k : float
        Allowance [standard deviations].
    first, records : int, optional
        Records that level and scatter are taken from, and records watched: as many sound series signal then, or
        within the run length if that is shorter, as with level and scatter known. Both are exact if ``first`` is
        left out.

    Returns
    -------
    float

    Raises
    ------
    InputError
        For a length or an allowance that none belongs to.
    """
    if not (10.0 < length < _LONGEST and 0.0 < k < math.inf):
        raise InputError(
            "no threshold has such a run",
            key="length",
            found=f"{length:g}, k {k:g}",
            accepted=f"more than 10 records, less than {_LONGEST:g}",
        )

    def excess(h: float) -> float:
        if first is None:
            return math.log(length / run_length(h, k))
        return math.log(flagged_share(h, k, first, over) / -math.expm1(-over / length))

    # Over many run lengths nearly all series signal, whatever the threshold: one run length tells them apart.
    over = min(records, math.ceil(length))
    if not excess(0.0) > 0.0:
        raise InputError(
            "a record beyond the allowance is rarer than the false alarms asked for",
            key="length",
            found=f"{length:g}, k {k:g}",
            accepted="a longer run, or a smaller allowance",
        )
    high = 1.0
    while excess(high) > 0.0:
        high *= 1.5
    return float(brentq(excess, 0.0, high, xtol=1e-9))


def cusum(z: np.ndarray, k: float) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower cumulative sums of standardised residuals along the first axis.

    Parameters
    ----------
    z : (time, ...) array
        NaN where there is no record: the sums stand still.
    k : float
        Allowance [standard deviations].

    Returns
    -------
    high, low : (time, ...) arrays
        Both from 0 upwards.
    """
    high, low = np.zeros(z.shape), np.zeros(z.shape)
    up = down = np.zeros(z.shape[1:])
    for t, step in enumerate(z):
        known = np.isfinite(step)
        value = np.where(known, step, 0.0)
        up = np.where(known, np.maximum(0.0, up + value - k), up)
        down = np.where(known, np.maximum(0.0, down - value - k), down)
        high[t], low[t] = up, down
    return high, low
