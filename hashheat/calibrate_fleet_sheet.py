"""From the calibration of a fleet to the plain numbers that terminal, JSON and report all show, in SI."""

import math
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import chi2

from hashheat.names import in_words
from hashheat.summary import number
from hashheat.validate_sheet import SYNTHETIC
from hashheat.validation.calibrated_file import describe_instrument
from hashheat.validation.calibrated_fleet_file import RESISTANCE, spread_of
from hashheat.validation.fleet_numbers import FleetNumber, fleet_numbers
from hashheat.validation.hierarchy import FleetCalibration
from hashheat.validation.residual_memory import memory_notes

#: Units named in the table of those that deviate most.
_NAMED = 10
#: Chance that any sound unit of the fleet is said to fit badly.
_MISFIT = 0.01
#: Above these the form of chi2 is no longer what the model says, and a unit has not settled.
_CURVED, _UNSETTLED = 1.0, 0.1


def fleet_sheet(
    found: FleetCalibration, data: xr.Dataset, *, warned: list[str], options: dict[str, str]
) -> dict[str, Any]:
    """Everything a report of a fleet's calibration says.

    Parameters
    ----------
    found : FleetCalibration
    data : xarray.Dataset
        The field data.
    warned : list of str
        Warnings of the run.
    options : dict of str to str
        Coolant, pressure, device file and file of the data, in words.

    Returns
    -------
    dict
        Text, numbers, None, lists and dicts only.
    """
    numbers, points = fleet_numbers(found), found.condensed.model.points
    device = found.miner.device
    separated = all(one.known for one in numbers)
    badly = chi2.sf(found.chi2, np.maximum(found.dof, 1)) < _MISFIT / found.units.size
    misfits = [str(unit) for unit in found.units[badly & (found.dof > 0)]]
    return {
        "title": f"{found.units.size} units {device.name} fitted to {data.attrs.get('source', 'field data')}",
        "fleet": True,
        "verdict": "pass" if separated else "fail",
        "word": "FITTED" if separated else "NOT SEPARATED",
        "sentence": _sentence(numbers, found),
        "notes": _notes(found, numbers, misfits),
        "synthetic": SYNTHETIC if int(data.attrs.get("synthetic", 0)) else None,
        "model": {"name": device.name, "maker": device.maker, **options},
        "rows": [_row(one, found) for one in numbers],
        "deviating": _deviating(numbers, found),
        "units": [
            {
                "unit": str(unit),
                "chi2": float(found.chi2[i]),
                "dof": int(found.dof[i]),
                "enlarged": float(found.enlarged[i]),
                "numbers": {one.key: _of_unit(one, i) for one in numbers},
            }
            for i, unit in enumerate(found.units)
        ],
        "misfits": misfits,
        "curvature_error": found.curvature_error,
        "last_step": found.last_step,
        "data": {
            "units": int(found.units.size),
            "absent": list(found.absent),
            "stateless": [
                {"unit": unit, "records": one.records, "offered": one.offered, "left_out": one.left_out}
                for unit, one in found.stateless.items()
            ],
            "records": found.records,
            "offered": points.offered,
            "points": found.points,
            "left_out": [{"reason": reason, "count": count} for reason, count in points.left_out.items()],
            "notes": list(points.notes),
            "not_compared": [
                {"name": name, "reason": reason} for name, reason in found.condensed.model.left_out.items()
            ],
        },
        "instruments": [describe_instrument(name, one) for name, one in found.instruments.items()],
        "warnings": warned,
        "version": version("hashheat"),
    }


def _row(one: FleetNumber, found: FleetCalibration) -> dict[str, Any]:
    unit = found.miner.quantities[one.key].unit
    size = one.mean if one.relative else 1.0
    outside = int(one.outside.sum())
    return {
        "key": one.key,
        "name": in_words(one.key),
        "unit": "ratio" if unit == "1" else unit,
        "mean": one.mean,
        "sigma": one.sigma,
        "spread": spread_of(one),
        "spread_interval": [end * size for end in one.spread_interval],
        "relative_spread": one.spread if one.relative else None,
        "relative_interval": list(one.spread_interval) if one.relative else None,
        "prior": None if one.prior is None else list(one.prior),
        "inside": int(one.seen.sum()) - outside,
        "outside": outside,
        "unseen": int((~one.seen).sum()),
        "in_file": "chips.unit_spread" if one.key == RESISTANCE else "its stated uncertainty",
    }


def _of_unit(one: FleetNumber, i: int) -> dict[str, Any]:
    seen = bool(one.seen[i])
    return {
        "estimate": float(one.estimate[i]),
        "interval": [float(end) for end in one.interval[i]],
        "own": float(one.own[i]) if seen else None,
        "own_sigma": number(float(one.own_sigma[i])) if seen else None,
        "away": float(one.away[i]) if seen else None,
        "outside": bool(one.outside[i]),
    }


def _deviating(numbers: tuple[FleetNumber, ...], found: FleetCalibration) -> list[dict[str, Any]]:
    """Units that are farthest from the population, each by the number that puts it there."""
    away = np.stack([one.away for one in numbers])
    by = np.abs(away).argmax(axis=0)
    order = np.argsort(-np.abs(away).max(axis=0), kind="stable")[:_NAMED]
    rows = []
    for i in order:
        one = numbers[by[i]]
        unit = found.miner.quantities[one.key].unit
        rows.append(
            {
                "unit": str(found.units[i]),
                "key": one.key,
                "name": in_words(one.key),
                "quantity_unit": "ratio" if unit == "1" else unit,
                **_of_unit(one, int(i)),
            }
        )
    return rows


def _sentence(numbers: tuple[FleetNumber, ...], found: FleetCalibration) -> str:
    unknown = [one.key for one in numbers if not one.known]
    if unknown:
        return (
            f"the data do not separate what was asked of them: of {', '.join(unknown)} they leave as much "
            "doubt as the device file states"
        )
    flat = [one.key for one in numbers if not one.spread_interval[0] > 0.0]
    told = f"the data of {found.units.size} units give mean and spread of {len(numbers)} "
    told += "number" if len(numbers) == 1 else "numbers"
    return f"{told}; no spread between units can be told of {', '.join(flat)}" if flat else told


def _without_state(found: FleetCalibration) -> list[str]:
    notes = []
    for left_out, what in ((True, "no part of the fit"), (False, "these records are no part of the fit")):
        some = {unit: one for unit, one in found.stateless.items() if one.left_out == left_out}
        if some:
            told = [f"{unit} ({one.records} of {one.offered} records)" for unit, one in some.items()]
            shown = ", ".join(told[:6]) + (" ..." if len(told) > 6 else "")
            notes.append(
                f"{len(some)} units have no steady state at the values of the device file, {what}: {shown}"
            )
    return notes


def _notes(found: FleetCalibration, numbers: tuple[FleetNumber, ...], misfits: list[str]) -> list[str]:
    notes = []
    if found.absent:
        shown = ", ".join(found.absent[:6]) + (" ..." if len(found.absent) > 6 else "")
        notes.append(
            f"{len(found.absent)} units of the data have no usable record, no part of the fit: {shown}"
        )
    notes += _without_state(found) + memory_notes(found.memory)
    for one in numbers:
        if (~one.seen).any():
            notes.append(f"{int((~one.seen).sum())} units say nothing of {one.key} by their own data")
    expected = 0.05 * found.units.size
    for one in numbers:
        count = int(one.outside.sum())
        if count > expected + 3.0 * math.sqrt(0.95 * expected):
            notes.append(
                f"{count} units outside the central 95 % of {one.key}, some {expected:.0f} by chance: the "
                "population is not normal, or some units are not sound"
            )
    if misfits:
        shown = ", ".join(misfits[:6]) + (" ..." if len(misfits) > 6 else "")
        notes.append(
            f"{len(misfits)} units scatter more about their fit than their instruments say: {shown}; the standard "
            f"errors of {int((found.enlarged > 1.0).sum())} are enlarged, by {found.enlarged.max():.2g} at most"
        )
    if found.curvature_error > _CURVED:
        notes.append(
            f"at a shrunk estimate the model's chi2 is {found.curvature_error:.2g} off its quadratic form: "
            "intervals of units far from the mean are rough"
        )
    if found.last_step > _UNSETTLED:
        notes.append(f"a unit's fit has not settled: its last step was {found.last_step:.2g} standard errors")
    return notes
