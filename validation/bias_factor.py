"""Bias factor and relative scatter of a model over many points, as fire models are judged."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError


class BiasFactor(NamedTuple):
    """What a set of ratios of prediction to measurement says.

    Attributes
    ----------
    factor : float
        Prediction over truth, on average [-].
    scatter : float
        Relative standard deviation of the model about factor times truth, without that of the data [-].
    scatter_data : float
        Relative standard uncertainty of the data that was taken off [-].
    low, high : float
        Ends of the 95 % band of truth over prediction: multiply a prediction by them [-].
    values : int
        Ratios.
    """

    factor: float
    scatter: float
    scatter_data: float
    low: float
    high: float
    values: int


def bias_factor(predicted: ArrayLike, measured: ArrayLike, relative_uncertainty: float = 0.0) -> BiasFactor:
    """Bias factor and relative scatter.

    Parameters
    ----------
    predicted, measured : (n,) array
        Of one unit and one zero that means something: temperatures as rise above the inlet. Pairs of which one is
        missing or not positive are left out.
    relative_uncertainty : float
        Standard uncertainty of the measured values, random part, over the value [-].

    Returns
    -------
    BiasFactor

    Raises
    ------
    InputError
        For fewer than two pairs.

    Notes
    -----
    With ``x = ln(predicted / measured)``, ``s**2`` its sample variance and sigma_D the relative uncertainty:
    ``scatter**2 = max(s**2 - sigma_D**2, 0)``, ``factor = exp(mean(x) + (scatter**2 - sigma_D**2) / 2)``; the
    truth lies within ``predicted / factor * exp(-+ 1.96 scatter)`` in 95 % of cases, for x that is normal:
    however wide, the band holds no negative rise. McGrattan and Toman write ``1 -+ 1.96 scatter``, the same for
    small scatter.

    References
    ----------
    K. McGrattan and B. Toman, Metrologia 48 (2011) 173-180, quantifying the predictive uncertainty of complex
    numerical models.
    """
    S, D = (np.asarray(x, dtype=float).ravel() for x in (predicted, measured))
    with np.errstate(invalid="ignore"):
        good = (S > 0.0) & (D > 0.0) & np.isfinite(S) & np.isfinite(D)
    if good.sum() < 2:
        raise InputError("too few pairs for a bias factor", found=str(int(good.sum())), accepted="2 or more")
    x = np.log(S[good] / D[good])
    of_data = float(relative_uncertainty) ** 2
    of_model = max(float(x.var(ddof=1)) - of_data, 0.0)
    factor = float(np.exp(x.mean() + 0.5 * (of_model - of_data)))
    scatter = float(np.sqrt(of_model))
    return BiasFactor(
        factor=factor,
        scatter=scatter,
        scatter_data=float(relative_uncertainty),
        low=float(np.exp(-1.96 * scatter)) / factor,
        high=float(np.exp(1.96 * scatter)) / factor,
        values=int(good.sum()),
    )
