"""Fit named numbers of a device file, and errors of instruments, to the field data of a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import norm, t

from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant
from hashheat.components.miner import Miner
from hashheat.components.weighted_fit import FitQuality, assess, fit_constants
from hashheat.validation.calibration_instruments import calibration_instruments
from hashheat.validation.chip_resistances import (
    ChipResistances,
    check_chips,
    chip_resistances,
    without_parts,
)
from hashheat.validation.condensed_points import MOST_POINTS, Condensed, condense
from hashheat.validation.held_out import HeldOut, held_out_errors
from hashheat.validation.instruments import Instrument
from hashheat.validation.residual_memory import Memory, memory_notes, residual_memory, variance_factors
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
        95 % [SI]: normal, or Student's t where the standard errors are enlarged by the scatter of the readings or
        by how long their errors last.
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
    memory : dict of str to Memory
        Quantities whose errors last from record to record, so that these count as fewer.
    condensed : Condensed
    instruments : dict of str to Instrument
    chips : ChipResistances or None
        Of single chips, where asked for.
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
    memory: dict[str, Memory]
    condensed: Condensed
    instruments: dict[str, Instrument]
    fit: UnitFit = field(repr=False)
    x: np.ndarray = field(repr=False)
    chips: ChipResistances | None = field(default=None, repr=False)

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
        ``factor.volume_flow`` and ``offset.T_out``; ``chips.junction_to_plate@chip`` for that of every chip too.
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
    Where the residuals show that errors last from record to record, the records count as fewer: the fit is made
    again with the variances of such readings multiplied by their memory, and ``notes`` says so. A memory found in
    few times its length is itself uncertain, so that intervals take Student's t with as many degrees of freedom as
    records are independent, less one.
    """
    if data.sizes.get("unit", 1) != 1:
        raise CalibrationError(
            "the data are of several units, a calibration is of one",
            key="unit",
            found=data.sizes["unit"],
            accepted=", ".join(map(str, data["unit"].values[:6]))
            + (" ..." if data.sizes["unit"] > 6 else ""),
        )
    fit, each = without_parts(tuple(fit))
    model = UnitModel.of(miner, data, **options)
    if each:
        check_chips(model)
    known = calibration_instruments(model, data, instruments or {})
    condensed = condense(model, most_points)
    found = calibrate_condensed(condensed, fit, known, folds=folds)
    memory = residual_memory(found.fit, found.x, model)
    if memory:
        found = calibrate_condensed(condensed, fit, known, folds=folds, memory=memory)
        found = replace(found, notes=(*found.notes, *memory_notes(memory)))
    if not each:
        return found
    chips = chip_resistances(found.fit, found.x, found.quality.covariance, condensed, known["T_chip"])
    return replace(found, chips=chips)


def calibrate_condensed(
    condensed: Condensed,
    fit: Sequence[str],
    instruments: Mapping[str, Instrument],
    *,
    folds: int = _FOLDS,
    memory: Mapping[str, Memory] | None = None,
) -> UnitCalibration:
    """As :func:`calibrate_unit`, from condensed points whose records have this memory."""
    memory = memory or {}
    named = len(fit)
    full = UnitFit.of(condensed, unit_constants(condensed.model, fit, instruments), instruments)
    if memory:
        start = np.array([c.start for c in full.constants])
        stated = full.record_variance(condensed, instruments, start)
        full = full.with_variance(variance_factors(memory, stated), start)
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
    freedom: list[float] = [quality.dof] if quality.enlarged > 1.0 else []
    freedom += [max(m.independent - 1.0, 1.0) for m in memory.values()]
    z = float(t.ppf(0.975, min(freedom)) if freedom else norm.ppf(0.975))
    distinct = _distinct(condensed.model)
    count = min(folds, distinct)
    if distinct < 2:
        notes.append("one operating point only: there is no held-out error")
    held = held_out_errors(problem, x, residuals, J, count) if count >= 2 else ()
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
        memory=dict(memory),
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
