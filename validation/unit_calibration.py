"""Fit named numbers of a device file, and errors of instruments, to the field data of a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.stats import norm, t

from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant
from hashheat.components.miner import Miner
from hashheat.components.weighted_fit import FitQuality, assess, fit_constants
from hashheat.validation.calibration_instruments import calibration_instruments
from hashheat.validation.condensed_points import MOST_POINTS, Condensed, condense
from hashheat.validation.instruments import Instrument
from hashheat.validation.residual_memory import memory_notes, residual_memory
from hashheat.validation.unit_constants import unit_constants
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: A carried constant that moves all residuals together by less than this, over its whole width, is left out.
_UNSEEN = 0.01
#: Of the fit: chi2 settles to a millionth, far below what moves an estimate.
_TOLERANCE = 1e-4
#: How often the drivers are put where they are likely to have been.
_RECENTRED = 2
#: Folds of the held-out error, at most.
_FOLDS = 5


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


@dataclass(frozen=True, eq=False)
class UnitCalibration:
    """A unit fitted to its field data.

    Attributes
    ----------
    names : tuple of str
        What was fitted; the order of the matrices.
    values, sigma : dict of str to float
        Estimates and their standard errors [SI].
    interval : dict of str to (float, float)
        95 % [SI]: normal, or Student's t where the standard errors are enlarged by the scatter of the readings.
    priors : dict of str to (float, float) or None
        Value and standard deviation that the device file or the instrument states; None where nothing was stated.
    covariance, correlation : (k, k) arrays
    carried : dict of str to (float, float)
        Uncertain numbers and instrument errors that were fitted along with their priors, so that their doubt is in
        that of the others: estimate and standard deviation.
    quality : FitQuality
        Of the named constants in the units of the fit, for chi2, identifiability and notes.
    held_out : tuple of HeldOut
        Empty where there are too few operating points; ``notes`` says so.
    folds : int
    notes : tuple of str
    condensed : Condensed
    instruments : dict of str to Instrument
    """

    names: tuple[str, ...]
    values: dict[str, float]
    sigma: dict[str, float]
    interval: dict[str, tuple[float, float]]
    priors: dict[str, tuple[float, float] | None]
    covariance: np.ndarray
    correlation: np.ndarray
    carried: dict[str, tuple[float, float]]
    quality: FitQuality
    held_out: tuple[HeldOut, ...]
    folds: int
    notes: tuple[str, ...]
    condensed: Condensed
    instruments: dict[str, Instrument]
    fit: UnitFit = field(repr=False)
    x: np.ndarray = field(repr=False)

    @property
    def miner(self) -> Miner:
        """The unit as its device file had it."""
        return self.condensed.model.miner


def calibrate_unit(
    miner: Miner,
    data: xr.Dataset,
    fit: Sequence[str],
    *,
    instruments: Mapping[str, Instrument] | None = None,
    most_points: int = MOST_POINTS,
    folds: int = _FOLDS,
    **options: Any,
) -> UnitCalibration:
    """Fit named numbers to field data by weighted nonlinear least squares with priors.

    Parameters
    ----------
    miner : Miner
    data : xarray.Dataset
        Field data of one unit; see :class:`~hashheat.validation.unit_model.UnitModel`.
    fit : sequence of str
        Keys of the device file such as ``chips.junction_to_plate``, or errors of instruments such as
        ``factor.volume_flow`` and ``offset.T_out``.
    instruments : mapping of str to Instrument, optional
        Accuracy as stated; the rest as in :mod:`hashheat.validation.calibration_instruments`.
    most_points : int
        Operating points that the records are condensed to, at most.
    folds : int
        Of the held-out error, at most.
    **options
        ``fluid``, ``pressure``, ``leakage``, ``chip_order`` of :meth:`UnitModel.of`.

    Returns
    -------
    UnitCalibration

    Raises
    ------
    CalibrationError
        For names that cannot be fitted, fewer readings than constants without a prior, no steady state at the
        start, or a fit that does not settle.
    InputError
        For data that cannot be used.

    Notes
    -----
    All other uncertain numbers of the device file, and the errors that the readings of an instrument share, are
    fitted along with their priors (nuisance parameters): the standard errors of the named ones hold their doubt.
    The noise of records counts as independent in time; ``notes`` says where the residuals show that it is not.
    """
    if data.sizes.get("unit", 1) != 1:
        raise CalibrationError(
            "the data are of several units, a calibration is of one",
            key="unit",
            found=data.sizes["unit"],
            accepted=", ".join(map(str, data["unit"].values[:6]))
            + (" ..." if data.sizes["unit"] > 6 else ""),
        )
    model = UnitModel.of(miner, data, **options)
    known = calibration_instruments(model, data, instruments or {})
    found = calibrate_condensed(condense(model, most_points), fit, known, folds=folds)
    lasting = memory_notes(residual_memory(found.fit, found.x, model))
    return replace(found, notes=(*found.notes, *lasting))


def calibrate_condensed(
    condensed: Condensed, fit: Sequence[str], instruments: Mapping[str, Instrument], *, folds: int = _FOLDS
) -> UnitCalibration:
    """As :func:`calibrate_unit`, from condensed points."""
    named = len(fit)
    full = UnitFit.of(condensed, unit_constants(condensed.model, fit, instruments), instruments)
    problem = full.with_constants(_seen(full, named))
    constants = problem.constants
    if problem.count + sum(c.given for c in constants[:named]) < named:
        raise CalibrationError(
            "fewer readings and priors than constants to fit",
            key="fit",
            found=f"{named} constants, {problem.count} readings",
            accepted="fewer constants, or more operating points",
        )
    x = fit_constants(constants, problem.readings, problem.sensitivity, tolerance=_TOLERANCE)
    for _ in range(_RECENTRED):
        problem = problem.recentred(x[None])
        x = fit_constants(constants, problem.readings, problem.sensitivity, x, tolerance=_TOLERANCE)
    residuals, J = problem.readings(x), problem.sensitivity(x)
    quality = assess(constants, x, residuals, J, problem.count, told=named)
    notes = list(quality.notes)
    spread = np.sqrt(np.diag(quality.covariance))
    slopes = np.array([c.slope(float(at)) for c, at in zip(constants, x)])
    # Standard errors enlarged by the scatter found are themselves estimates, with as many degrees of freedom.
    z = float(norm.ppf(0.975) if quality.enlarged == 1.0 else t.ppf(0.975, quality.dof))
    distinct = _distinct(condensed.model)
    count = min(folds, distinct)
    if distinct < 2:
        notes.append("one operating point only: there is no held-out error")
    held = _held_out(problem, x, residuals, J, count) if count >= 2 else ()
    first = slice(0, named)
    return UnitCalibration(
        names=tuple(fit),
        values={c.name: c.value(float(at)) for c, at in zip(constants[first], x)},
        sigma={c.name: float(m * s) for c, m, s in zip(constants[first], slopes, spread)},
        interval={
            c.name: (c.value(float(at - z * s)), c.value(float(at + z * s)))
            for c, at, s in zip(constants[first], x, spread)
        },
        priors={c.name: _prior(c) for c in constants[first]},
        covariance=(quality.covariance * np.outer(slopes, slopes))[first, first],
        correlation=quality.correlation[first, first],
        carried={
            c.name: (c.value(float(at)), float(m * s))
            for c, at, m, s in list(zip(constants, x, slopes, spread))[named:]
        },
        quality=quality,
        held_out=tuple(held),
        folds=count if count >= 2 else 0,
        notes=tuple(notes),
        condensed=condensed,
        instruments=dict(instruments),
        fit=problem,
        x=x,
    )


def _prior(constant: Constant) -> tuple[float, float] | None:
    if not constant.given:
        return None
    return constant.value(constant.mean), constant.slope(constant.mean) * constant.width


def _seen(fit: UnitFit, named: int) -> tuple[Constant, ...]:
    """The named constants, and those carried that the readings depend on at all."""
    start = np.array([c.start for c in fit.constants])
    size = np.linalg.norm(fit.sensitivity(start), axis=0) * np.array([c.width for c in fit.constants])
    return tuple(c for i, (c, s) in enumerate(zip(fit.constants, size)) if i < named or s > _UNSEEN)


def _distinct(model: UnitModel) -> int:
    points = model.points
    given = [x for x in (points.T_in, points.volume_flow, points.power, points.T_ambient) if x is not None]
    return len(np.unique(np.stack(given, axis=1), axis=0))


def _held_out(fit: UnitFit, x: np.ndarray, residuals: np.ndarray, J: np.ndarray, folds: int) -> list[HeldOut]:
    """Errors at points left out, each fold fitted anew by one Gauss-Newton step from the fit to all.

    Folds are dealt over the points in the order of their inlet temperature and flow, so that each spans the range.
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
    variance = np.einsum("pij,pij->pi", noise, noise)
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
