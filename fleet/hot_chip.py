"""How much hotter the hottest single chip of a unit is than a chip of mean resistance."""

import math

import numpy as np

from hashheat.thermo.jit import kernel

_STEPS = 60
_TOLERANCE = 1e-6  # K
_FAR = 8.0  # standard deviations: above it with a probability of 6e-16


@kernel
def _misfit(t: float, T: np.ndarray, sigma: np.ndarray, chips: np.ndarray) -> tuple[float, float]:
    """Logarithm of the probability that no chip is above t, less that of one half, and its slope."""
    value, slope = math.log(2.0), 0.0
    for i in range(T.size):
        if chips[i] > 0.0:
            x = (t - T[i]) / sigma[i]
            if x > _FAR:
                continue
            above = 0.5 * math.erfc(x / math.sqrt(2.0))
            value += chips[i] * math.log1p(-min(above, 1.0 - 1e-16))
            density = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
            slope += chips[i] * density / (max(1.0 - above, 1e-16) * sigma[i])
    return value, slope


@kernel
def _median_of_hottest(T: np.ndarray, sigma: np.ndarray, chips: np.ndarray) -> float:
    """Newton's method between bounds that close in on the root."""
    top, widest = -1e300, 0.0
    for i in range(T.size):
        if chips[i] > 0.0:
            top = max(top, T[i])
            widest = max(widest, sigma[i])
    if widest <= 0.0:
        return top
    low, high = top - 10.0 * widest, top + 10.0 * widest
    t = top + 2.0 * widest
    for _ in range(_STEPS):
        value, slope = _misfit(t, T, sigma, chips)
        if value > 0.0:
            high = t
        else:
            low = t
        step = -value / slope if slope > 0.0 else 0.0
        better = t + step
        if slope <= 0.0 or better <= low or better >= high:
            better = 0.5 * (low + high)
        if abs(better - t) < _TOLERANCE:
            return better
        t = better
    return t


@kernel
def _each(T: np.ndarray, sigma: np.ndarray, chips: np.ndarray, top: np.ndarray) -> None:
    for c in range(T.shape[0]):
        top[c] = _median_of_hottest(T[c], sigma[c], chips)


def hottest_chip(
    T_chip: np.ndarray, rise: np.ndarray, chips: np.ndarray, spread: np.ndarray | float
) -> np.ndarray:
    """Median of the hottest junction among many chips whose resistances scatter.

    Each chip's rise above the plate is normal with the given relative standard deviation, independent of the
    others. The hottest of them is below t with probability ``prod Phi((t - T_i) / (spread rise_i))``; the median
    is the t that makes it one half.

    Parameters
    ----------
    T_chip : (..., n) array
        Junction temperature of a chip of mean resistance on each cell [K].
    rise : (..., n) array
        Junction above plate on each cell [K].
    chips : (n,) array
        Chips on each cell; cells without chips are left out.
    spread : (...) array
        Relative standard deviation of the chips' resistance [-].

    Returns
    -------
    (...) array
        [K], to 1e-6; the largest of ``T_chip`` where nothing scatters.
    """
    T = np.ascontiguousarray(T_chip, dtype=float)
    sigma = np.asarray(spread, dtype=float)[..., None] * rise
    # A cell whose chips do not scatter beside others that do: its chip is simply there.
    widest = np.max(np.where(chips > 0.0, sigma, 0.0), axis=-1, keepdims=True)
    sigma = np.ascontiguousarray(np.maximum(sigma, 1e-9 * widest))
    n = T.shape[-1]
    top = np.empty(T.size // n)
    _each(T.reshape(-1, n), sigma.reshape(-1, n), np.ascontiguousarray(chips, dtype=float), top)
    return top.reshape(T.shape[:-1])
