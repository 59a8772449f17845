"""Errors of a fleet's fits that last from one record to the next."""

import numpy as np

from hashheat.validation.residual_memory import Memory, lasts, record_errors
from hashheat.validation.series_memory import integrated_memory
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: Units looked at, spread over the fleet, and records of each, at most.
_UNITS, _RECORDS = 32, 1000


def fleet_memory(fit: UnitFit, x: np.ndarray, units: np.ndarray, model: UnitModel) -> dict[str, Memory]:
    """Memory of the residuals of each quantity whose errors are not independent in time, one for all units.

    Parameters
    ----------
    fit : UnitFit
    x : (units, k) array
        Constants of the best fit of each unit.
    units : (units,) int array
        Numbers of these units in the data.
    model : UnitModel
        Of the records, before they were condensed.

    Returns
    -------
    dict of str to Memory
        Without the quantities whose errors look independent. ``independent`` is that of a unit.

    Notes
    -----
    Instruments and plant are of a kind, and so is how long their errors last: the mean over some units is known
    better than that of each. Of the variances the median counts, so that a unit that scatters more than the others
    does not widen them all; its own errors are enlarged by its chi2.
    """
    taken = np.unique(np.linspace(0, units.size - 1, min(_UNITS, units.size)).astype(int))
    every: dict[str, list[np.ndarray]] = {}
    for i in taken:
        own = model.subset(model.points.unit == units[i])
        for name, series in record_errors(fit, x[i], own, _RECORDS).items():
            every.setdefault(name, []).extend(series)
    each = model.points.count / np.unique(model.points.unit).size
    found = {}
    for name, series in every.items():
        if lasts(series):
            tau = float(np.mean([integrated_memory(e) for e in series]))
            if tau > 1.0:
                found[name] = Memory(tau, each / tau, float(np.median([e.var() for e in series])))
    return found
