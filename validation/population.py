"""Mean and spread of a population from uncertain estimates of its members.

The normal-normal model: member i has parameters theta_i drawn from N(mean, spread), and its data say
-(theta_i - x_i)^T A_i (theta_i - x_i) / 2 about them. Mean and spread are those of largest restricted likelihood
(the mean integrated out: Patterson and Thompson 1971), which for one parameter and equal precisions is the
textbook closed form; members are then shrunk towards the mean (empirical Bayes: Efron and Morris 1975), with the
doubt about mean and spread carried into their intervals to first order (Kass and Steffey 1989).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm, t

from hashheat.thermo.errors import InputError

#: Steps of the EM algorithm (Dempster, Laird and Rubin 1977) that bring the spread near its best.
_EM_STEPS = 40
#: Least standard deviation looked for, and the largest that counts as none, over the typical standard error of a
#: member [-].
_LEAST, _NONE = 1e-3, 1e-2
#: Below this part of the typical standard error a spread is not told from none.
_SMALL = 0.05
#: Least curvature of the likelihood that a doubt is taken from: a factor of e^0.7 on a spread is the most doubt.
_FLAT = 2.0
#: Step of the differences of the likelihood in the logarithms and shears of the spread's root.
_STEP = 1e-3


class Population(NamedTuple):
    """Mean and spread of k parameters over n members, and the members with what the others say about them.

    Attributes
    ----------
    mean : (k,) array
        Of the population.
    mean_covariance : (k, k) array
    spread : (k, k) array
        Covariance of the parameters among members.
    sd : (k,) array
        Standard deviations of the parameters among members.
    sd_interval : (k, 2) array
        Where they lie with the level asked for; from 0 where the data do not tell the spread from none.
    estimate : (n, k) array
        Every member's parameters, shrunk towards the mean.
    covariance : (n, k, k) array
        Of the shrunk estimates.
    interval : (n, k, 2) array
        Where each member's parameters lie with the level asked for: the part of the doubt that comes from mean and
        spread counts with Student's t of as many degrees of freedom as members weigh in the mean, less one.
    log_likelihood : float
        Restricted, at the best spread, but for a constant.
    """

    mean: np.ndarray
    mean_covariance: np.ndarray
    spread: np.ndarray
    sd: np.ndarray
    sd_interval: np.ndarray
    estimate: np.ndarray
    covariance: np.ndarray
    interval: np.ndarray
    log_likelihood: float


def estimate_population(x: np.ndarray, information: np.ndarray, level: float = 0.95) -> Population:
    """Empirical Bayes for members with different precision.

    Parameters
    ----------
    x : (n, k) array
        Every member's own estimate.
    information : (n, k, k) array
        Inverse of its covariance; may be singular where the member's data do not see a combination.
    level : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    Population

    Raises
    ------
    InputError
        For fewer than three members, shapes that do not fit, or a combination that no member sees.
    """
    x, A = np.asarray(x, dtype=float), np.asarray(information, dtype=float)
    if x.ndim != 2 or A.shape != (*x.shape, x.shape[-1]) or len(x) < 3 or not 0.0 < level < 1.0:
        raise InputError(
            "a population needs estimates and their information of three members or more",
            found=f"estimates {x.shape}, information {A.shape}, level {level}",
            accepted="(n, k), (n, k, k) with n of 3 or more, and a level between 0 and 1",
        )
    if not (np.isfinite(x).all() and np.isfinite(A).all()):
        raise InputError("estimates and their information must be finite")
    # In units of the typical precision, so that parameters of any size weigh alike.
    typical = np.median(np.einsum("nii->ni", A), axis=0)
    if not (typical > 0.0).all() or np.linalg.matrix_rank(A.sum(axis=0)) < x.shape[1]:
        raise InputError("there is a combination of parameters that no member sees, or few of them")
    scale = 1.0 / np.sqrt(typical)
    found = _in_own_units(x / scale, A * np.outer(scale, scale), level)
    both = np.outer(scale, scale)
    return found._replace(
        mean=found.mean * scale,
        mean_covariance=found.mean_covariance * both,
        spread=found.spread * both,
        sd=found.sd * scale,
        sd_interval=found.sd_interval * scale[:, None],
        estimate=found.estimate * scale,
        covariance=found.covariance * both,
        interval=found.interval * scale[:, None],
    )


def _in_own_units(x: np.ndarray, A: np.ndarray, level: float) -> Population:
    k = x.shape[1]
    b = np.einsum("nij,nj->ni", A, x)
    root = _root_of(_em(A, b, x))
    at = minimize(
        lambda p: -_likelihood(_spread_of(p, k), A, b),
        root,
        method="L-BFGS-B",
        bounds=_bounds(k),
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
    ).x
    spread = _spread_of(at, k)
    mean, mean_cov, m, V = _members(spread, A, b)
    shrink = np.einsum("nij,jk->nik", V, np.linalg.inv(spread))
    covariance = V + np.einsum("nij,jk,nlk->nil", shrink, mean_cov, shrink)
    curvature, axes = np.linalg.eigh(_hessian(lambda p: -_likelihood(_spread_of(p, k), A, b), at))
    doubt = axes / np.sqrt(np.maximum(curvature, _FLAT))
    for step in _STEP * doubt.T:
        moved = _members(_spread_of(at + step, k), A, b)[2] - _members(_spread_of(at - step, k), A, b)[2]
        moved /= 2.0 * _STEP
        covariance = covariance + moved[:, :, None] * moved[:, None, :]
    # A member's own data are as good as stated; what it takes from the others rests on a spread of few members.
    own = np.einsum("nii->ni", np.einsum("nij,njk,nkl->nil", V, A, V))
    taken = np.einsum("nii->ni", covariance) - own
    normal, student = norm.ppf(0.5 + 0.5 * level), t.ppf(0.5 + 0.5 * level, _freedom(spread, V))
    half = np.sqrt(normal**2 * own + student**2 * taken)
    sd = np.sqrt(np.diag(spread))
    return Population(
        mean=mean,
        mean_covariance=mean_cov,
        spread=spread,
        sd=np.where(sd <= _NONE, 0.0, sd),
        sd_interval=_sd_intervals(at, A, b, level, curvature, axes),
        estimate=m,
        covariance=covariance,
        interval=np.stack([m - half, m + half], axis=-1),
        log_likelihood=_likelihood(spread, A, b),
    )


def _members(
    spread: np.ndarray, A: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean with its covariance, and the members' posterior means and covariances at the mean."""
    inverse = np.linalg.inv(spread)
    V = np.linalg.inv(A + inverse)
    # A member weighs (A^-1 + spread)^-1 in the mean, written so that a singular A is fine.
    total = len(A) * inverse - inverse @ V.sum(axis=0) @ inverse
    mean_cov = np.linalg.inv(total)
    mean = mean_cov @ inverse @ np.einsum("nij,nj->i", V, b)
    m = np.einsum("nij,nj->ni", V, b + inverse @ mean)
    return mean, mean_cov, m, V


def _freedom(spread: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Degrees of freedom of each spread, (k,): members that weigh in the mean (Kish 1965), less one."""
    inverse = np.linalg.inv(spread)
    weight = np.diag(inverse) - np.einsum("ij,njk,ki->ni", inverse, V, inverse)
    weight = np.maximum(weight, 0.0)
    found: np.ndarray = np.maximum(weight.sum(axis=0) ** 2 / np.square(weight).sum(axis=0) - 1.0, 1.0)
    return found


def _em(A: np.ndarray, b: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Spread after some steps of EM, with the mean among the unobserved."""
    k = A.shape[1]
    spread = np.eye(k)
    for _ in range(_EM_STEPS):
        mean, mean_cov, m, V = _members(spread, A, b)
        pull = np.eye(k) - np.einsum("nij,jk->nik", V, np.linalg.inv(spread))
        d = m - mean
        spread = (
            np.einsum("ni,nj->ij", d, d) + V.sum(axis=0) + np.einsum("nij,jk,nlk->il", pull, mean_cov, pull)
        ) / len(x)
        spread = 0.5 * (spread + spread.T) + _LEAST**2 * np.eye(k)
    return spread


def _likelihood(spread: np.ndarray, A: np.ndarray, b: np.ndarray) -> float:
    """Logarithm of the restricted likelihood of a spread, but for a constant."""
    mean, mean_cov, _, V = _members(spread, A, b)
    inverse = np.linalg.inv(spread)
    _, det_spread = np.linalg.slogdet(spread)
    _, det_V = np.linalg.slogdet(V)
    _, det_mean = np.linalg.slogdet(mean_cov)
    c = b + inverse @ mean
    fit = np.einsum("ni,nij,nj->", c, V, c) - len(A) * mean @ inverse @ mean
    return 0.5 * float(det_V.sum() - len(A) * det_spread + det_mean + fit)


def _spread_of(p: np.ndarray, k: int) -> np.ndarray:
    """Covariance from its Cholesky root: logarithms of the diagonal first, then what is below it over it."""
    L = np.diag(np.exp(p[:k]))
    below = np.tril_indices(k, -1)
    L[below] = p[k:] * np.exp(p[below[0]])
    return L @ L.T


def _root_of(spread: np.ndarray) -> np.ndarray:
    k = len(spread)
    L = np.linalg.cholesky(spread)
    below = np.tril_indices(k, -1)
    return np.concatenate([np.log(np.diag(L)), L[below] / np.diag(L)[below[0]]])


def _bounds(k: int) -> list[tuple[float, float]]:
    return [(float(np.log(_LEAST)), 12.0)] * k + [(-30.0, 30.0)] * (k * (k - 1) // 2)


def _sd_intervals(
    at: np.ndarray, A: np.ndarray, b: np.ndarray, level: float, curvature: np.ndarray, axes: np.ndarray
) -> np.ndarray:
    """Intervals of the standard deviations: normal in their logarithm, or up from 0 where they are too small.

    The upper end from 0 is where the likelihood, the spread of that parameter alone scaled up, has fallen by half
    the square of the one-sided normal quantile.
    """
    k = A.shape[1]

    def log_sd(p: np.ndarray) -> np.ndarray:
        return 0.5 * np.log(np.diag(_spread_of(p, k)))

    gradient = np.stack(
        [(log_sd(at + step) - log_sd(at - step)) / (2.0 * _STEP) for step in _STEP * np.eye(at.size)], axis=1
    )
    sd = np.exp(log_sd(at))
    z = float(norm.ppf(0.5 + 0.5 * level))
    found = np.empty((k, 2))
    for j in range(k):
        along = axes.T @ gradient[j]
        error = np.sqrt((along**2 / np.maximum(curvature, 1e-12)).sum())
        if sd[j] > _SMALL and z * error < 1.5:
            found[j] = sd[j] * np.exp([-z * error, z * error])
        else:
            found[j] = 0.0, _upper(j, at, A, b, float(norm.ppf(level)))
    return found


def _upper(j: int, at: np.ndarray, A: np.ndarray, b: np.ndarray, z: float) -> float:
    spread = _spread_of(at, A.shape[1])
    best = _likelihood(spread, A, b)
    own = float(np.sqrt(spread[j, j]))

    def fall(sd: float) -> float:
        factor = np.ones(len(spread))
        factor[j] = sd / own
        return best - _likelihood(spread * np.outer(factor, factor), A, b) - 0.5 * z * z

    low, high = own, max(2.0 * own, _SMALL)
    while fall(high) < 0.0 and high < 1e6:
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if fall(middle) < 0.0 else (low, middle)
    return high


def _hessian(function: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    n = at.size
    steps = _STEP * np.eye(n)
    found = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            plus, minus = steps[i] + steps[j], steps[i] - steps[j]
            value = function(at + plus) - function(at + minus) - function(at - minus) + function(at - plus)
            found[i, j] = found[j, i] = value / (4.0 * _STEP * _STEP)
    return found
