"""From the calibration of a unit to the plain numbers that terminal, JSON and report all show, in SI."""

import math
from importlib.metadata import version
from typing import Any

import xarray as xr

from hashheat.calibrate_chips_output import chips_sheet
from hashheat.names import in_words
from hashheat.summary import number
from hashheat.validate_sheet import SYNTHETIC
from hashheat.validation.calibrated_file import describe_instrument
from hashheat.validation.unit_calibration import UnitCalibration
from hashheat.validation.unit_validation import LABELS

#: Errors of instruments that can be fitted: words and unit.
_ERRORS = {
    "offset.T_in": ("offset of the inlet sensor", "delta_K"),
    "offset.T_out": ("offset of the outlet sensor", "delta_K"),
    "offset.T_out_board": ("offset of a board's outlet sensor", "delta_K"),
    "offset.T_chip": ("offset of the chip sensors", "delta_K"),
    "offset.T_ambient": ("offset of the room sensor", "delta_K"),
    "factor.volume_flow": ("flow meter, read over true", "ratio"),
    "factor.power": ("power that drives the model, read over true", "ratio"),
    "factor.power_ac": ("meter at the wall, read over true", "ratio"),
    "boards.chip_mean": ("resistance of a board's chips against the unit's", "ratio"),
}


def words_of(key: str, found: UnitCalibration) -> tuple[str, str]:
    """What a constant is, and its unit: that of its quantity, ``delta_K``, or ``ratio`` for a plain number."""
    plain, _, board = key.partition("[")
    if plain in _ERRORS:
        words, unit = _ERRORS[plain]
        return (f"{words}, board {board.rstrip(']')}" if board else words), unit
    unit = found.miner.quantities[key].unit
    return in_words(key), "ratio" if unit == "1" else unit


def calibration_sheet(
    found: UnitCalibration, data: xr.Dataset, *, warned: list[str], options: dict[str, str]
) -> dict[str, Any]:
    """Everything a report of a calibration says.

    Parameters
    ----------
    found : UnitCalibration
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
    device, points, quality = found.miner.device, found.condensed.model.points, found.quality
    rows = []
    for i, key in enumerate(found.names):
        words, unit = words_of(key, found)
        prior = found.priors[key]
        rows.append(
            {
                "key": key,
                "name": words,
                "unit": unit,
                "value": found.values[key],
                "sigma": found.sigma[key],
                "interval": list(found.interval[key]),
                "prior": None if prior is None else list(prior),
                "status": found.miner.quantities[key].status
                if key in found.miner.quantities
                else "instrument",
                "correlation": [number(float(c)) for c in found.correlation[i]],
            }
        )
    carried = []
    for key, (value, sigma) in found.carried.items():
        words, unit = words_of(key, found)
        carried.append({"key": key, "name": words, "unit": unit, "value": value, "sigma": sigma})
    return {
        "title": f"{device.name} fitted to {data.attrs.get('source', 'field data')}",
        "verdict": "pass" if quality.identifiable else "fail",
        "word": "FITTED" if quality.identifiable else "NOT SEPARATED",
        "sentence": _sentence(found),
        "notes": list(found.notes),
        "synthetic": SYNTHETIC if int(data.attrs.get("synthetic", 0)) else None,
        "model": {"name": device.name, "maker": device.maker, **options},
        "rows": rows,
        "carried": carried,
        "chi2": quality.chi2,
        "dof": quality.dof,
        "reduced": quality.chi2 / quality.dof if quality.dof > 0 else None,
        "enlarged": quality.enlarged,
        "singular_values": [float(s) for s in quality.singular_values],
        "held_out": [
            row._asdict() | {"label": LABELS[row.quantity], "unit": _unit_of(row.quantity)}
            for row in found.held_out
        ],
        "folds": found.folds,
        "chips": chips_sheet(found),
        "data": {
            "records": int(found.condensed.records.sum()),
            "offered": points.offered,
            "points": points.count,
            "readings": found.fit.count,
            "left_out": [{"reason": reason, "count": count} for reason, count in points.left_out.items()],
            "notes": list(points.notes),
            "not_compared": [
                {"name": name, "reason": reason} for name, reason in found.condensed.model.left_out.items()
            ],
            "widths": found.condensed.widths,
        },
        "instruments": [describe_instrument(name, one) for name, one in found.instruments.items()],
        "warnings": warned,
        "version": version("hashheat"),
    }


def _unit_of(quantity: str) -> str:
    return "delta_K" if quantity.startswith("T_") else "W"


def _sentence(found: UnitCalibration) -> str:
    quality = found.quality
    if not quality.identifiable:
        return (
            "the data do not separate what was asked of them: some of the estimates rest on the doubt that the "
            "device file states"
        )
    shrunk = [
        key for key, prior in found.priors.items() if prior is None or found.sigma[key] < 0.5 * abs(prior[1])
    ]
    told = f"the data more than halve the doubt of {len(shrunk)} of {len(found.names)} numbers"
    if quality.dof > 0 and math.isclose(quality.enlarged, 1.0):
        return f"{told}, and scatter about the fit as their instruments say"
    return f"{told}, but scatter {quality.enlarged:.2g} times as much about the fit as their instruments say"
