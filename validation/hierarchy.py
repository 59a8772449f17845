"""Calibration of a fleet: numbers of every unit, and their mean and spread over the population.

Each unit's data are condensed twice: records to operating points (:mod:`hashheat.validation.condensed_points`),
and its chi2 to a quadratic form about its best fit, with the errors of its own instruments integrated out. Mean
and spread then follow from the normal-normal model (:mod:`hashheat.validation.population`). The quadratic form is
checked: at the shrunk estimates the model is run once more, and the chi2 it gives compared with that of the form.

Numbers that are the same in all units (plate, supply, leakage) but uncertain shift all estimates alike: they add
to the doubt of the mean, not to the spread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant
from hashheat.components.miner import Miner
from hashheat.validation.calibration_instruments import calibration_instruments
from hashheat.validation.condensed_points import Condensed, condense
from hashheat.validation.instruments import Instrument
from hashheat.validation.population import Population, estimate_population
from hashheat.validation.unit_constants import bias_constants, unit_constants
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: Operating points of a unit, at most.
MOST_POINTS = 32
#: Gauss-Newton steps at most; the last may be no longer than _SETTLED, and after one longer than _FAR the
#: derivatives are taken anew, both in standard errors.
_STEPS, _SETTLED, _FAR = 12, 0.02, 0.3
#: How often the drivers are put where they are likely to have been.
_RECENTRED = 2
#: Longest step, in standard deviations stated.
_LONGEST = 3.0
#: Units whose derivatives with the common numbers stand for those of all.
_COMMON_UNITS = 32
#: Least information that a unit must have of a combination, over that of the typical unit [-].
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class FleetCalibration:
    """Numbers of every unit of a fleet, in x: logarithms, but for temperatures and offsets.

    Attributes
    ----------
    names : tuple of k str
    constants : tuple of k Constant
    units : (n,) array of str
    population : Population
        Of x.
    common : (k, k) array
        Covariance that numbers common to all units add to the mean, from what the device file states of them.
    single : (n, k) array
        Every unit's own estimate, not shrunk; NaN for a unit whose data do not see all combinations.
    single_sigma : (n, k) array
        Its standard error.
    chi2, dof : (n,) arrays
        Of each unit at its own estimate; readings less constants.
    curvature_error : float
        Largest difference between the chi2 of the model and that of the quadratic form at a shrunk estimate, over
        all units; small beside 1 where the form serves.
    last_step : float
        Longest last step of a unit, in its standard errors.
    points : int
        Operating points that the records were condensed to.
    records : int
    condensed : Condensed
    instruments : dict of str to Instrument
        As they were used.
    """

    names: tuple[str, ...]
    constants: tuple[Constant, ...]
    units: np.ndarray
    population: Population
    common: np.ndarray
    single: np.ndarray
    single_sigma: np.ndarray
    chi2: np.ndarray
    dof: np.ndarray
    curvature_error: float
    last_step: float
    points: int
    records: int
    condensed: Condensed = field(repr=False)
    instruments: dict[str, Instrument] = field(repr=False)

    @property
    def miner(self) -> Miner:
        """The units as their device file had them."""
        return self.condensed.model.miner


@dataclass(frozen=True, eq=False)
class _Forms:
    """chi2 of every unit about x: gradient g and half curvature H, of the readings alone."""

    g: np.ndarray
    H: np.ndarray
    chi2: np.ndarray


def calibrate_fleet(
    miner: Miner,
    data: xr.Dataset,
    fit: Sequence[str],
    *,
    instruments: Mapping[str, Instrument] | None = None,
    most_points: int = MOST_POINTS,
    progress: Callable[[str, float], None] | None = None,
    **options: Any,
) -> FleetCalibration:
    """Fit named numbers to every unit of a fleet, and their mean and spread.

    Parameters
    ----------
    miner : Miner
        The model of all units.
    data : xarray.Dataset
        Field data of three units or more.
    fit : sequence of str
        Keys of the device file.
    instruments : mapping of str to Instrument, optional
        Accuracy as stated; each unit has its own instruments, with errors that are independent of those of others.
    most_points : int
        Operating points that the records of a unit are condensed to, at most.
    progress : callable, optional
        Called with the stage and the fraction of it that is done.
    **options
        ``fluid``, ``pressure``, ``leakage`` of :meth:`UnitModel.of`.

    Returns
    -------
    FleetCalibration

    Raises
    ------
    CalibrationError
        For fewer than three units, or names that cannot be fitted.
    InputError
        For data that cannot be used.
    """
    model = UnitModel.of(miner, data, **options)
    known = calibration_instruments(model, data, instruments or {})
    condensed = condense(model, most_points)
    units, first = np.unique(condensed.model.points.unit, return_index=True)
    if units.size < 3:
        raise CalibrationError("a population needs three units or more", key="unit", found=units.size)
    everything = unit_constants(condensed.model, fit, known)
    own = bias_constants(condensed.model, known)
    both = [name for name in fit if name in own]
    if both:
        raise CalibrationError(
            "errors of instruments are no property of a population", key="fit", found=", ".join(both)
        )
    k = len(fit)
    named, common = everything[:k], [c for c in everything[k:] if c.name not in own]
    constants = (*named, *own.values())
    # Once for the weights: the constants that are common stay at their device file's values.
    problem = UnitFit.of(condensed, constants, known)
    n = problem.measured.shape[0]
    x, forms, last = _gauss_newton(problem, first, k, progress)
    for _ in range(_RECENTRED):
        problem = problem.recentred(_at_points(x, first, n))
        x, forms, last = _gauss_newton(problem, first, k, progress, x)
    A, b = _of_named(forms, x, constants, k)
    typical = np.median(np.einsum("nii->ni", A), axis=0)
    floor = _LEAST * np.diag(np.maximum(typical, 1e-30))
    own_x = np.linalg.solve(A + floor, b[..., None])[..., 0]
    population = estimate_population(own_x, A)
    error = _curvature_error(problem, first, x, forms, population.estimate, k)
    sigma = np.sqrt(np.einsum("nii->ni", np.linalg.inv(A + floor)))
    readings = np.add.reduceat(np.isfinite(problem.measured).sum(axis=1), first)
    return FleetCalibration(
        names=tuple(fit),
        constants=named,
        units=data["unit"].values[units].astype(str),
        population=population,
        common=_common(condensed, problem, first, x, common, population, A, k),
        single=own_x,
        single_sigma=sigma,
        chi2=forms.chi2,
        dof=readings - k,
        curvature_error=error,
        last_step=last,
        points=condensed.model.points.count,
        records=int(condensed.records.sum()),
        condensed=condensed,
        instruments=dict(known),
    )


def _gauss_newton(
    problem: UnitFit,
    first: np.ndarray,
    k: int,
    progress: Callable[[str, float], None] | None,
    begin: np.ndarray | None = None,
) -> tuple[np.ndarray, _Forms, float]:
    """Best x of every unit with all priors, its form there, and the longest last step in standard errors."""
    constants = problem.constants
    start = np.array([c.start for c in constants])
    mean = np.array([c.mean for c in constants])
    width = np.array([c.width for c in constants])
    low, high = np.array([c.reach for c in constants]).T
    x = np.tile(start, (first.size, 1)) if begin is None else begin
    J = np.empty(0)
    longest = np.inf
    for step in range(_STEPS):
        if progress is not None:
            progress("fit", 1.0 - 0.5**step)
        at = _at_points(x, first, problem.measured.shape[0])
        r = problem.residuals(at[None])[0]
        if step == 0 and begin is None:
            # Derivatives for a first step need no leakage that follows each chip, which costs several solutions.
            J = replace(problem, model=replace(problem.model, leakage="frozen")).derivatives(at)
        elif J.size == 0 or (step == 1 and begin is None) or (step > 0 and longest > _FAR):
            J = problem.derivatives(at)
        forms = _forms(r, J, first)
        H = forms.H + np.diag(width**-2.0)
        move = -np.linalg.solve(H, (forms.g + (x - mean) / width**2)[..., None])[..., 0]
        sigma = np.sqrt(np.einsum("nii->ni", np.linalg.inv(H)))
        longest = float(np.abs(move / sigma)[:, :k].max())
        if (step > 0 or begin is not None) and longest <= _SETTLED:
            break
        if step < _STEPS - 1:
            x = np.clip(x + np.clip(move, -_LONGEST * width, _LONGEST * width), low, high)
    return x, forms, longest


def _at_points(x: np.ndarray, first: np.ndarray, n: int) -> np.ndarray:
    """Constants of the unit of every point."""
    return np.repeat(x, np.diff(np.append(first, n)), axis=0)


def _forms(r: np.ndarray, J: np.ndarray, first: np.ndarray) -> _Forms:
    g = np.add.reduceat(np.einsum("pik,pi->pk", J, r), first)
    H = np.add.reduceat(np.einsum("pik,pil->pkl", J, J), first)
    return _Forms(g, H, np.add.reduceat(np.einsum("pi,pi->p", r, r), first))


def _of_named(
    forms: _Forms, x: np.ndarray, constants: Sequence[Constant], k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Form of the named constants: chi2 is (x - a)^T A (x - a), b = A a, all else integrated out by its priors."""
    mean, width = np.array([(c.mean, c.width) for c in constants]).T
    A, g = forms.H[:, :k, :k], forms.g[:, :k]
    if len(constants) > k:
        cross = forms.H[:, :k, k:]
        rest = forms.H[:, k:, k:] + np.diag(width[k:] ** -2.0)
        pull = forms.g[:, k:] + (x[:, k:] - mean[k:]) / width[k:] ** 2
        half = np.linalg.solve(rest, cross.transpose(0, 2, 1))
        A = A - cross @ half
        g = g - np.einsum("nuk,nu->nk", half, pull)
    A = 0.5 * (A + A.transpose(0, 2, 1))
    return A, np.einsum("nij,nj->ni", A, x[:, :k]) - g


def _curvature_error(
    problem: UnitFit, first: np.ndarray, x: np.ndarray, forms: _Forms, shrunk: np.ndarray, k: int
) -> float:
    """Largest error of the quadratic forms with their priors at the shrunk estimates, the rest following them."""
    mean, width = np.array([(c.mean, c.width) for c in problem.constants]).T
    prior = np.diag(np.append(np.zeros(k), width[k:] ** -2.0))
    H, g = forms.H + prior, forms.g + np.einsum("ij,nj->ni", prior, x - mean)
    d = np.zeros_like(x)
    d[:, :k] = shrunk - x[:, :k]
    if x.shape[1] > k:
        pull = g[:, k:] + np.einsum("nuk,nk->nu", H[:, k:, :k], d[:, :k])
        d[:, k:] = -np.linalg.solve(H[:, k:, k:], pull[..., None])[..., 0]
    form = 2.0 * np.einsum("nk,nk->n", g, d) + np.einsum("ni,nij,nj->n", d, H, d)
    r = problem.residuals(_at_points(x + d, first, problem.measured.shape[0])[None])[0]
    readings = np.add.reduceat(np.einsum("pi,pi->p", r, r), first) - forms.chi2
    before, after = (np.einsum("ni,ij,nj->n", y - mean, prior, y - mean) for y in (x, x + d))
    return float(np.abs(readings + after - before - form).max())


def _common(
    condensed: Condensed,
    problem: UnitFit,
    first: np.ndarray,
    x: np.ndarray,
    common: Sequence[Constant],
    population: Population,
    A: np.ndarray,
    k: int,
) -> np.ndarray:
    """Covariance of the mean from numbers that all units share, from some units for all."""
    if not common:
        return np.zeros((k, k))
    n = problem.measured.shape[0]
    ends = np.append(first, n)
    taken = np.unique(np.linspace(0, first.size - 1, min(_COMMON_UNITS, first.size)).astype(int))
    keep = np.zeros(n, dtype=bool)
    for i in taken:
        keep[ends[i] : ends[i + 1]] = True
    both = (*problem.constants, *common)
    part = problem.subset(keep).with_constants(both)
    begin = np.append(0, np.cumsum(ends[taken + 1] - ends[taken]))[:-1]
    start = np.array([c.start for c in common])
    at = _at_points(np.hstack([x[taken], np.tile(start, (taken.size, 1))]), begin, int(keep.sum()))
    forms = _forms(part.residuals(at[None])[0], part.derivatives(at), begin)
    own = np.arange(k, len(problem.constants))
    shared = np.arange(len(problem.constants), len(both))
    width = np.array([c.width for c in both])
    # What a shared number moves in a unit's estimate of the named, its own instruments free to follow.
    rest = forms.H[:, own[:, None], own] + np.diag(width[own] ** -2.0)
    half = np.linalg.solve(rest, forms.H[:, own[:, None], np.arange(k)])
    cross = forms.H[:, np.arange(k)[:, None], shared]
    cross = cross - half.transpose(0, 2, 1) @ forms.H[:, own[:, None], shared]
    inverse = np.linalg.inv(population.spread + 1e-12 * np.eye(k))
    V = np.linalg.inv(A[taken] + inverse)
    # Weight of a unit times its shift: (A^-1 + spread)^-1 A^-1 = spread^-1 (A + spread^-1)^-1.
    shift = np.einsum("ij,njk,nks->is", inverse, V, cross)
    weight = taken.size * inverse - inverse @ V.sum(axis=0) @ inverse
    move = -np.linalg.solve(weight, shift) * width[shared]
    found: np.ndarray = move @ move.T
    return found
