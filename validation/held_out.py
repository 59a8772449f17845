"""Errors of a fit at operating points that it had not seen."""

from typing import NamedTuple

import numpy as np

from hashheat.validation.unit_fit import UnitFit


class HeldOut(NamedTuple):
    """Error of a quantity at operating points that the fit had not seen.

    Attributes
    ----------
    quantity : str
    held_out, fitted : float
        Root mean square of predicted minus measured, at points held out and at points fitted [K or W].
    expected : float
        What the noise of the instruments alone gives [K or W].
    readings : int
    """

    quantity: str
    held_out: float
    fitted: float
    expected: float
    readings: int


def held_out_errors(
    fit: UnitFit, x: np.ndarray, residuals: np.ndarray, J: np.ndarray, folds: int
) -> list[HeldOut]:
    """Errors at points left out, each fold fitted anew by one Gauss-Newton step from the fit to all.

    Folds are dealt over the points in the order of their inlet temperature and flow, so that each spans the range.

    Parameters
    ----------
    fit : UnitFit
    x : (k,) array
        Best fit to all points.
    residuals : (n,) array
        There, in standard deviations.
    J : (n, k) array
        Their derivatives.
    folds : int
        Two or more.

    Returns
    -------
    list of HeldOut
        By quantity.
    """
    points = fit.model.points
    n = points.count
    flow = points.T_in if points.volume_flow is None else points.volume_flow
    order = np.lexsort((flow, points.T_in))
    fold = np.empty(n, dtype=int)
    fold[order] = np.arange(n) % folds
    widths = np.array([c.width for c in fit.constants])
    low, high = np.array([c.reach for c in fit.constants]).T
    H = J.T @ J + np.diag(widths**-2.0)
    r, by_point = residuals.reshape(n, -1), J.reshape(n, -1, J.shape[1])
    X = []
    for k in range(folds):
        out = fold == k
        Jk, rk = by_point[out].reshape(-1, J.shape[1]), r[out].ravel()
        X.append(np.clip(x + np.linalg.solve(H - Jk.T @ Jk, Jk.T @ rk), low, high))
    found = fit.predict(np.stack([*X, x]))
    error = found[:-1][fold, np.arange(n)] - fit.measured
    fitted = found[-1] - fit.measured
    noise = np.linalg.inv(fit.whiten)
    variance = np.einsum("pij,pij->pi", noise, noise) / fit.widened
    told = []
    for name, columns in fit.columns.items():
        some = np.isfinite(fit.measured[:, columns])
        told.append(
            HeldOut(
                name,
                _rms(error[:, columns][some]),
                _rms(fitted[:, columns][some]),
                float(np.sqrt(variance[:, columns][some].mean())),
                int(some.sum()),
            )
        )
    return told


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(x))))
