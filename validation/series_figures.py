"""Figures of ASHRAE Guideline 14 for a predicted series: CV(RMSE) and NMBE."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError

#: Adjustable parameters that the guideline counts for a model that is not a regression.
PARAMETERS = 1
FORMULA = (
    "NMBE = sum(D - S) / ((n - 1) mean(D)), CV(RMSE) = sqrt(sum((S - D)^2) / (n - 1)) / mean(D); "
    "temperatures as rise above the inlet"
)


class SeriesFigures(NamedTuple):
    """Both figures.

    Attributes
    ----------
    nmbe : float
        Normalised mean bias error [-]; positive where the model is too low on average.
    cv_rmse : float
        Coefficient of variation of the root mean square error [-].
    values : int
        Pairs.
    """

    nmbe: float
    cv_rmse: float
    values: int


def series_figures(predicted: ArrayLike, measured: ArrayLike) -> SeriesFigures:
    """CV(RMSE) and NMBE of a series.

    Parameters
    ----------
    predicted, measured : (n,) array
        Of one unit and one zero that means something: heat, power, a rise of temperature; never kelvin or degC.
        Pairs of which one is missing are left out.

    Returns
    -------
    SeriesFigures

    Raises
    ------
    InputError
        For fewer than two pairs, or measured values whose mean is zero.

    Notes
    -----
    With n values and p = 1: ``NMBE = sum(D - S) / ((n - p) mean(D))`` and
    ``CV(RMSE) = sqrt(sum((S - D)**2) / (n - p)) / mean(D)``; of a negative mean, as that of a loss, the size
    counts. The guideline calls a model of hourly data calibrated within 10 % and 30 %, of monthly data within 5 %
    and 15 %.

    References
    ----------
    ASHRAE Guideline 14-2014, Measurement of Energy, Demand, and Water Savings, section 5.2.11.3.
    """
    S, D = (np.asarray(x, dtype=float).ravel() for x in (predicted, measured))
    both = np.isfinite(S) & np.isfinite(D)
    S, D = S[both], D[both]
    if D.size <= PARAMETERS:
        raise InputError(
            "too few pairs for CV(RMSE) and NMBE", found=str(D.size), accepted=f"more than {PARAMETERS}"
        )
    mean = abs(float(D.mean()))
    if mean == 0.0:
        raise InputError("the measured values have a mean of zero: nothing to refer an error to")
    free = D.size - PARAMETERS
    return SeriesFigures(
        nmbe=float((D - S).sum() / (free * mean)),
        cv_rmse=float(np.sqrt(np.square(S - D).sum() / free) / mean),
        values=int(D.size),
    )
