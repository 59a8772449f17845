"""Whether the errors of a fit last from one record to the next, so that the records tell less than they count."""

from dataclasses import replace

import numpy as np
from scipy.stats import chi2

from hashheat.validation.series_memory import integrated_memory
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: Records looked at, at most, the first ones; fewer than the least say nothing.
_MOST, _LEAST = 2000, 20
#: Below this chance under independence the errors are said to last.
_UNLIKELY = 1e-4
#: Lags of the test for independence, at most.
_LAGS = 10


def residual_memory(fit: UnitFit, x: np.ndarray, model: UnitModel) -> dict[str, float]:
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
    dict of str to float
        Records in a row that tell as much as one; without the quantities whose errors look independent. Of boards
        the mean.

    Notes
    -----
    Independence is tested by the sum of squared autocorrelations (Ljung and Box 1978); the memory is that of
    :func:`hashheat.validation.series_memory.integrated_memory`. Records are taken as evenly spaced. What the model
    gets wrong as the operating point drifts counts as memory as well: it does not average out either.
    """
    first = np.argsort(model.points.time, kind="stable")[:_MOST]
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
        series = [e for e in series if e.size >= _LEAST]
        if any(_lasts(e) for e in series):
            found[name] = float(np.mean([integrated_memory(e) for e in series]))
    return found


def memory_notes(memory: dict[str, float]) -> list[str]:
    """What a reader of standard errors should know of :func:`residual_memory`."""
    return [
        f"the errors of {name} last: about {tau:.2g} records in a row tell as much as one, but each is counted; "
        f"what rests on {name} may be up to {np.sqrt(tau):.2g} times as uncertain as its standard error says"
        for name, tau in memory.items()
        if tau > 1.0
    ]


def _lasts(x: np.ndarray) -> bool:
    n, d = x.size, x - x.mean()
    power = float(d @ d)
    if power <= n * (1e-14 * np.abs(x).max()) ** 2:
        return False
    lags = np.arange(1, min(_LAGS, n // 5) + 1)
    r = np.array([d[k:] @ d[:-k] for k in lags]) / power
    statistic = n * (n + 2) * np.sum(r**2 / (n - lags))
    return bool(chi2.sf(statistic, lags.size) < _UNLIKELY)
