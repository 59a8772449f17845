"""Errors of a fit that last from one record to the next, so that the records tell less than they count."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from hashheat.validation.series_memory import integrated_memory
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: Records looked at, at most, the first ones; fewer than the least say nothing.
_MOST, _LEAST = 2000, 20
#: Below this chance under independence the errors are said to last.
_UNLIKELY = 1e-3
#: Lags of the test for independence, at most.
_LAGS = 10


class Memory(NamedTuple):
    """How long the errors of a quantity last.

    Attributes
    ----------
    records : float
        Records in a row that tell as much as one.
    independent : float
        Records that the series of a reading is worth.
    variance : float
        Of a single record's error [SI squared].
    """

    records: float
    independent: float
    variance: float


def residual_memory(fit: UnitFit, x: np.ndarray, model: UnitModel) -> dict[str, Memory]:
    """Memory of the residuals of each quantity whose errors are not independent in time.

    Parameters
    ----------
    fit : UnitFit
    x : (k,) array
        Constants of the best fit.
    model : UnitModel
        Of the records of one unit, before they were condensed.

    Returns
    -------
    dict of str to Memory
        Without the quantities whose errors look independent. Of boards the mean.

    Notes
    -----
    Independence is tested by the sum of squared autocorrelations (Ljung and Box 1978); the memory is that of
    :func:`hashheat.validation.series_memory.integrated_memory`. Records are taken as evenly spaced. What the model
    gets wrong as the operating point drifts counts as memory as well: it does not average out either.
    """
    found = {}
    for name, series in record_errors(fit, x, model).items():
        if lasts(series):
            tau = float(np.mean([integrated_memory(e) for e in series]))
            if tau > 1.0:
                worth = float(np.mean([e.size for e in series])) / tau
                worth *= max(model.points.count / _MOST, 1.0)
                variance = float(np.mean([e.var() for e in series]))
                found[name] = Memory(tau, worth, variance)
    return found


def record_errors(
    fit: UnitFit, x: np.ndarray, model: UnitModel, most: int = _MOST
) -> dict[str, list[np.ndarray]]:
    """Model less reading at the first records of a unit, in the order of time.

    Parameters
    ----------
    fit : UnitFit
    x : (k,) array
        Constants.
    model : UnitModel
        Of the records of one unit, before they were condensed.
    most : int
        Records, at most.

    Returns
    -------
    dict of str to list of arrays
        Of each quantity the readings that have enough of them [SI].
    """
    first = np.argsort(model.points.time, kind="stable")[:most]
    keep = np.zeros(model.points.count, dtype=bool)
    keep[first] = True
    part = model.subset(keep)
    order = np.argsort(part.points.time, kind="stable")
    measured = np.concatenate(
        [part.measured[name].reshape(part.points.count, -1) for name in fit.quantities], axis=1
    )
    records = replace(fit, model=part, measured=measured, lift=np.zeros_like(measured))
    error = (records.predict(x[None])[0] - measured)[order]
    found = {}
    for name, columns in fit.columns.items():
        series = [e[np.isfinite(e)] for e in error[:, columns].T]
        found[name] = [e for e in series if e.size >= _LEAST]
    return found


def lasts(series: Sequence[np.ndarray]) -> bool:
    """Whether any of several series of errors is not independent in time."""
    return any(_lasts(e, _UNLIKELY / len(series)) for e in series)


def variance_factors(memory: Mapping[str, Memory], stated: Mapping[str, float]) -> dict[str, float]:
    """Factors on the variance of means over records, for errors that last.

    Parameters
    ----------
    memory : mapping of str to Memory
    stated : mapping of str to float
        Variance that instruments and drivers give a single record.

    Returns
    -------
    dict of str to float
        Of each quantity in ``memory``: records in a row that tell as much as one, times what single records
        scatter more than stated, which chi2 could not tell from it any more.
    """
    return {name: m.records * max(m.variance / stated[name], 1.0) for name, m in memory.items()}


def memory_notes(memory: Mapping[str, Memory]) -> list[str]:
    """What a reader of standard errors should know of :func:`residual_memory`."""
    return [
        f"the errors of {name} last: about {m.records:.2g} records in a row tell as much as one, and count so; "
        f"what rests on {name} is up to {np.sqrt(m.records):.2g} times as uncertain as by independent records"
        for name, m in memory.items()
    ]


def _lasts(x: np.ndarray, chance: float) -> bool:
    n, d = x.size, x - x.mean()
    power = float(d @ d)
    if power <= n * (1e-14 * np.abs(x).max()) ** 2:
        return False
    lags = np.arange(1, min(_LAGS, n // 5) + 1)
    r = np.array([d[k:] @ d[:-k] for k in lags]) / power
    statistic = n * (n + 2) * np.sum(r**2 / (n - lags))
    return bool(chi2.sf(statistic, lags.size) < chance)
