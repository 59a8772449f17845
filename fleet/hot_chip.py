"""How much hotter the hottest single chip of a unit is than a chip of mean resistance."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr


def hottest_chip(T_chip: np.ndarray, rise: np.ndarray, chips: np.ndarray, spread: float) -> float:
    """Median of the hottest junction among many chips whose resistances scatter.

    Each chip's rise above the plate is normal with the given relative standard deviation, independent of the
    others. The hottest of them is below t with probability ``prod Phi((t - T_i) / (spread rise_i))``; the median
    is the t that makes it one half.

    Parameters
    ----------
    T_chip : (n,) array
        Junction temperature of a chip of mean resistance on each cell [K].
    rise : (n,) array
        Junction above plate on each cell [K].
    chips : (n,) array
        Chips on each cell; cells without chips are left out.
    spread : float
        Relative standard deviation of the chips' resistance [-].

    Returns
    -------
    float
        [K]; the largest of ``T_chip`` when nothing scatters.
    """
    on = chips > 0.0
    T, sigma, count = T_chip[on], spread * rise[on], chips[on]
    top = float(T.max())
    if not np.any(sigma > 0.0):
        return top

    def excess(t: float) -> float:
        return float(np.sum(count * log_ndtr((t - T) / np.maximum(sigma, 1e-12)))) - np.log(0.5)

    return float(brentq(excess, top - 10.0 * sigma.max(), top + 10.0 * sigma.max(), xtol=1e-6))
