"""Weighted nonlinear least squares with priors: the fit, and what its covariance says.

Residuals are distances between model and readings in standard deviations of the readings, so that the sum of their
squares is chi2 and the inverse of J^T J the covariance (Bevington and Robinson 2003, chapter 8). A normal prior is
one more reading of the constant itself.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import chi2 as chi2_distribution

from hashheat.components.calibration_identifiability import separate, strongly_correlated
from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant

#: Below this chance of so large a chi2 the standard deviations are enlarged.
UNLIKELY = 0.05

#: A constant nearer to an end of its range than this part of its weak standard deviation is at the end.
_AT_END = 0.01


class FitQuality(NamedTuple):
    """What is known of the constants of a fit.

    Attributes
    ----------
    covariance, correlation : (k, k) arrays
        Of x; posterior, so with the priors.
    chi2 : float
        Of the readings, and of the priors given [-].
    dof : int
        Readings and priors given, less the constants.
    enlarged : float
        Factor on all standard deviations, because the readings scatter more than theirs allow; 1 if not [-].
    identifiable : bool
        Whether the readings alone know every combination better than next to nothing.
    singular_values : (k,) array
        See :func:`hashheat.components.calibration_identifiability.separate`.
    notes : tuple of str
        What is not separated, strongly correlated, at the end of its range, or scatters too much.
    """

    covariance: np.ndarray
    correlation: np.ndarray
    chi2: float
    dof: int
    enlarged: float
    identifiable: bool
    singular_values: np.ndarray
    notes: tuple[str, ...]


def prior_residuals(constants: Sequence[Constant], x: np.ndarray) -> np.ndarray:
    """Every constant's distance from its prior, in its standard deviations."""
    return np.array([(at - c.mean) / c.width for at, c in zip(x, constants)])


def fit_constants(
    constants: Sequence[Constant],
    readings: Callable[[np.ndarray], np.ndarray],
    sensitivity: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray | None = None,
    tolerance: float = 1e-7,
) -> np.ndarray:
    """Constants that fit readings and priors best.

    Parameters
    ----------
    constants : sequence of k Constant
    readings : callable
        Residuals of n readings in their standard deviations, at x.
    sensitivity : callable
        Their (n, k) derivatives with x, at x.
    start : (k,) array, optional
        First x; that of the constants if not given.
    tolerance : float
        Relative change of x at which the fit ends; that of chi2 is a hundredth of it.

    Returns
    -------
    (k,) array
        x.

    Raises
    ------
    CalibrationError
        If the fit does not settle.
    """
    low, high = np.array([constant.reach for constant in constants]).T
    widths = np.array([constant.width for constant in constants])
    first = np.array([constant.start for constant in constants]) if start is None else start
    found = least_squares(
        lambda x: np.concatenate([readings(x), prior_residuals(constants, x)]),
        np.clip(first, low, high),
        jac=lambda x: np.vstack([sensitivity(x), np.diag(1.0 / widths)]),
        bounds=(low, high),
        x_scale=np.array([constant.weak for constant in constants]),
        xtol=tolerance,
        ftol=0.01 * tolerance,
        gtol=0.1 * tolerance,
        max_nfev=60,
    )
    if not found.success:
        raise CalibrationError(
            "the fit did not settle",
            key="free",
            found=", ".join(constant.name for constant in constants),
            accepted="fewer constants, or priors",
        )
    x: np.ndarray = found.x
    return x


def assess(
    constants: Sequence[Constant],
    x: np.ndarray,
    readings: np.ndarray,
    sensitivity: np.ndarray,
    given: int | None = None,
    told: int | None = None,
) -> FitQuality:
    """Covariance, chi2 and identifiability at the best x.

    Parameters
    ----------
    constants : sequence of k Constant
    x : (k,) array
        Of :func:`fit_constants`.
    readings : (n,) array
        Residuals there, in standard deviations.
    sensitivity : (n, k) array
        Their derivatives there.
    given : int, optional
        How many of the readings are independent; all if not given.
    told : int, optional
        Judge and tell of so many of the first constants only, the others known by their priors; all if not given.

    Returns
    -------
    FitQuality

    Notes
    -----
    Where so large a chi2 has a chance below 5 %, all standard deviations are multiplied by sqrt(chi2 / dof).
    """
    widths = np.array([constant.width for constant in constants])
    covariance = np.linalg.inv(sensitivity.T @ sensitivity + np.diag(1.0 / widths**2))
    own = np.array([constant.given for constant in constants])
    chi2 = float(readings @ readings) + float((prior_residuals(constants, x)[own] ** 2).sum())
    dof = (readings.size if given is None else given) + int(own.sum()) - len(constants)
    first = len(constants) if told is None else told
    own_part = sensitivity if first == len(constants) else _of_first(first, sensitivity, widths)
    singular, missing, poor = separate(constants[:first], own_part)
    notes = [*missing, *poor]
    enlarged = 1.0
    if dof > 0 and chi2_distribution.sf(chi2, dof) < UNLIKELY:
        enlarged = math.sqrt(chi2 / dof)
        covariance = covariance * enlarged**2
        notes.append(
            f"the points scatter {enlarged:.2g} times as much about the fit as their standard deviations say; "
            "those of the constants are enlarged by as much"
        )
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    notes += strongly_correlated(constants[:first], correlation)
    for at, constant in zip(x[:first], constants):
        if min(abs(at - end) for end in constant.reach) < _AT_END * constant.weak:
            notes.append(f"{constant.name} is at the end of its range: another model may fit better")
    return FitQuality(covariance, correlation, chi2, dof, enlarged, not missing, singular, tuple(notes))


def _of_first(first: int, sensitivity: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Sensitivities that hold what the readings tell of the first constants, the others known by their priors."""
    J, other = sensitivity[:, :first], sensitivity[:, first:]
    known = np.linalg.inv(other.T @ other + np.diag(1.0 / widths[first:] ** 2))
    information = J.T @ J - J.T @ other @ known @ other.T @ J
    values, vectors = np.linalg.eigh(0.5 * (information + information.T))
    root: np.ndarray = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    return root


def central_differences(
    function: Callable[[np.ndarray], np.ndarray], x: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    """Derivatives (n, k) of a function with n values at x, by central differences of half-widths steps."""
    columns = []
    for i, step in enumerate(steps):
        move = np.zeros(x.size)
        move[i] = step
        columns.append((function(x + move) - function(x - move)) / (2.0 * step))
    return np.stack(columns, axis=1)
