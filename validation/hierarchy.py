"""Calibration of a fleet: numbers of every unit, and their mean and spread over the population.

Each unit's data are condensed twice: records to operating points (:mod:`hashheat.validation.condensed_points`),
and its chi2 to a quadratic form about its best fit, with the errors of its own instruments integrated out. Mean
and spread then follow from the normal-normal model (:mod:`hashheat.validation.population`). The quadratic form is
checked: at the shrunk estimates the model is run once more, and the chi2 it gives compared with that of the form.

A unit whose readings scatter more about its fit than their instruments say has its standard errors enlarged, as
those of a single unit are (:func:`hashheat.components.weighted_fit.assess`). Where errors last from record to
record, the records count as fewer (:mod:`hashheat.validation.fleet_memory`).

Numbers that are the same in all units (plate, supply, leakage) but uncertain shift all estimates alike: they add
to the doubt of the mean, not to the spread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import chi2 as chi2_distribution

from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant
from hashheat.components.miner import Miner
from hashheat.components.weighted_fit import UNLIKELY
from hashheat.validation.calibration_instruments import calibration_instruments
from hashheat.validation.condensed_points import Condensed, condense
from hashheat.validation.fleet_memory import fleet_memory
from hashheat.validation.instruments import Instrument
from hashheat.validation.population import Population, estimate_population
from hashheat.validation.residual_memory import Memory, variance_factors
from hashheat.validation.stateless_units import Stateless, without_stateless
from hashheat.validation.unit_constants import bias_constants, unit_constants
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_forms import UnitForms, at_points, curvature_error, form_of_named, unit_forms
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
#: An own standard error of more than so many times what stands for no knowledge is no estimate.
BLIND = 10.0
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
        Every unit's own estimate, not shrunk; NaN where its data say nothing of a number: its error would be more
        than ten times what stands for no knowledge.
    single_sigma : (n, k) array
        Its standard error; NaN with the estimate.
    chi2, dof : (n,) arrays
        Of each unit at its own estimate; readings less constants.
    enlarged : (n,) array
        Factor on all standard errors of a unit whose chi2 has a chance below 5 %: sqrt(chi2 / dof), else 1 [-].
    absent : tuple of str
        Units of the data without a usable record: no part of the fit.
    stateless : dict of str to Stateless
        Units with records at which the model has no steady state before anything is fitted: these, or the whole
        unit, are no part of the fit.
    memory : dict of str to Memory
        Quantities whose errors last from record to record, so that these count as fewer.
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
    enlarged: np.ndarray
    absent: tuple[str, ...]
    stateless: dict[str, Stateless]
    memory: dict[str, Memory]
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

    @property
    def blind(self) -> dict[str, int]:
        """How many units' own data say nothing of each number."""
        return dict(zip(self.names, (int(n) for n in np.isnan(self.single).sum(axis=0))))


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
        For fewer than three units that can be used, or names that cannot be fitted.
    InputError
        For data that cannot be used.
    """
    model = UnitModel.of(miner, data, **options)
    known = calibration_instruments(model, data, instruments or {})
    condensed = condense(model, most_points)
    everything = unit_constants(condensed.model, fit, known)
    own = bias_constants(condensed.model, known)
    usable = np.unique(condensed.model.points.unit)
    condensed, stateless = without_stateless(condensed, everything)
    units, first = np.unique(condensed.model.points.unit, return_index=True)
    if units.size < 3:
        raise _few(units.size, stateless)
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
        problem = problem.recentred(at_points(x, first, n))
        x, forms, last = _gauss_newton(problem, first, k, progress, x)
    memory = fleet_memory(problem, x, units, model)
    if memory:
        at = at_points(x, first, n)
        stated = problem.record_variance(condensed, known, at)
        problem = problem.with_variance(variance_factors(memory, stated), at)
        for _ in range(_RECENTRED):
            x, forms, last = _gauss_newton(problem, first, k, progress, x)
            problem = problem.recentred(at_points(x, first, n))
        x, forms, last = _gauss_newton(problem, first, k, progress, x)
    A, b = form_of_named(forms, x, constants, k)
    dof = np.add.reduceat(np.isfinite(problem.measured).sum(axis=1), first) - k
    enlarged = _enlarged(forms.chi2, dof)
    A, b = A / enlarged[:, None, None] ** 2, b / enlarged[:, None] ** 2
    typical = np.median(np.einsum("nii->ni", A), axis=0)
    floor = _LEAST * np.diag(np.maximum(typical, 1e-30))
    own_x = np.linalg.solve(A + floor, b[..., None])[..., 0]
    population = estimate_population(own_x, A)
    error = curvature_error(problem, first, x, forms, population.estimate, k)
    sigma = np.sqrt(np.einsum("nii->ni", np.linalg.inv(A + floor)))
    blind = ~(sigma < BLIND * np.array([c.weak for c in named]))
    names = data["unit"].values.astype(str)
    return FleetCalibration(
        names=tuple(fit),
        constants=named,
        units=names[units],
        population=population,
        common=_common(condensed, problem, first, x, common, population, A, enlarged, k),
        single=np.where(blind, np.nan, own_x),
        single_sigma=np.where(blind, np.nan, sigma),
        chi2=forms.chi2,
        dof=dof,
        enlarged=enlarged,
        absent=tuple(str(name) for name in np.delete(names, usable)),
        stateless={str(names[one.unit]): one for one in stateless},
        memory=memory,
        curvature_error=error,
        last_step=last,
        points=condensed.model.points.count,
        records=int(condensed.records.sum()),
        condensed=condensed,
        instruments=dict(known),
    )


def _few(units: int, stateless: Sequence[Stateless]) -> CalibrationError:
    left_out = sum(one.left_out for one in stateless)
    told = f"{units}, {left_out} more without a steady state at the values of the device file"
    return CalibrationError(
        "a population needs three units or more",
        key="unit",
        found=told if left_out else units,
        accepted="readings in SI as the schema has them; flow and inlet in the right columns"
        if left_out
        else None,
    )


def _gauss_newton(
    problem: UnitFit,
    first: np.ndarray,
    k: int,
    progress: Callable[[str, float], None] | None,
    begin: np.ndarray | None = None,
) -> tuple[np.ndarray, UnitForms, float]:
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
        at = at_points(x, first, problem.measured.shape[0])
        r = problem.residuals(at[None])[0]
        if step == 0 and begin is None:
            # Derivatives for a first step need no leakage that follows each chip, which costs several solutions.
            J = replace(problem, model=replace(problem.model, leakage="frozen")).derivatives(at)
        elif J.size == 0 or (step == 1 and begin is None) or (step > 0 and longest > _FAR):
            J = problem.derivatives(at)
        forms = unit_forms(r, J, first)
        H = forms.H + np.diag(width**-2.0)
        move = -np.linalg.solve(H, (forms.g + (x - mean) / width**2)[..., None])[..., 0]
        sigma = np.sqrt(np.einsum("nii->ni", np.linalg.inv(H)))
        longest = float(np.abs(move / sigma)[:, :k].max())
        if (step > 0 or begin is not None) and longest <= _SETTLED:
            break
        if step < _STEPS - 1:
            x = np.clip(x + np.clip(move, -_LONGEST * width, _LONGEST * width), low, high)
    return x, forms, longest


def _enlarged(chi2: np.ndarray, dof: np.ndarray) -> np.ndarray:
    """Factor on the standard errors of each unit, as of a single one."""
    some = np.maximum(dof, 1)
    unlikely = (dof > 0) & (chi2_distribution.sf(chi2, some) < UNLIKELY)
    found: np.ndarray = np.where(unlikely, np.sqrt(chi2 / some), 1.0)
    return found


def _common(
    condensed: Condensed,
    problem: UnitFit,
    first: np.ndarray,
    x: np.ndarray,
    common: Sequence[Constant],
    population: Population,
    A: np.ndarray,
    enlarged: np.ndarray,
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
    at = at_points(np.hstack([x[taken], np.tile(start, (taken.size, 1))]), begin, int(keep.sum()))
    forms = unit_forms(part.residuals(at[None])[0], part.derivatives(at), begin)
    own = np.arange(k, len(problem.constants))
    shared = np.arange(len(problem.constants), len(both))
    width = np.array([c.width for c in both])
    # What a shared number moves in a unit's estimate of the named, its own instruments free to follow.
    rest = forms.H[:, own[:, None], own] + np.diag(width[own] ** -2.0)
    half = np.linalg.solve(rest, forms.H[:, own[:, None], np.arange(k)])
    cross = forms.H[:, np.arange(k)[:, None], shared]
    cross = cross - half.transpose(0, 2, 1) @ forms.H[:, own[:, None], shared]
    # A shared number moves a unit's estimate by A^-1 times this, whatever its errors are enlarged by.
    cross = cross / enlarged[taken, None, None] ** 2
    inverse = np.linalg.inv(population.spread + 1e-12 * np.eye(k))
    V = np.linalg.inv(A[taken] + inverse)
    # Weight of a unit times its shift: (A^-1 + spread)^-1 A^-1 = spread^-1 (A + spread^-1)^-1.
    shift = np.einsum("ij,njk,nks->is", inverse, V, cross)
    weight = taken.size * inverse - inverse @ V.sum(axis=0) @ inverse
    move = -np.linalg.solve(weight, shift) * width[shared]
    found: np.ndarray = move @ move.T
    return found
