"""From a comparison with field data to the plain numbers that terminal, JSON and report all show.

SI throughout; what has no value is None, never NaN.
"""

from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from hashheat.assumptions import assumption
from hashheat.names import compact, in_words
from hashheat.summary import number
from hashheat.terminal import in_field
from hashheat.validation.comparison import AGREES, BIASED, TELLING, UNCERTAIN, Comparison
from hashheat.validation.input_uncertainty import uncertain_inputs
from hashheat.validation.series_figures import FORMULA
from hashheat.validation.unit_model import READINGS
from hashheat.validation.unit_validation import CONTRADICTORY, LABELS, UnitValidation, sentence

#: Verdict: (word, class of the report's style).
WORDS = {
    AGREES: ("AGREES", "pass"),
    BIASED: ("BIASED", "fail"),
    UNCERTAIN: ("CANNOT TELL", "none"),
    CONTRADICTORY: ("NO VERDICT", "none"),
}
SYNTHETIC = "synthetic data: made by hashheat from stated true parameters, not measured"
#: Of a quantity, where the data contradict themselves.
NOT_JUDGED = "not judged"
_MOVERS = 3
_LEAST_SHARE = 0.05
_READINGS_IN_WORDS = {
    "offset.T_in": "inlet sensor",
    "factor.volume_flow": "flow meter",
    "factor.power": "power meter",
    "offset.T_ambient": "temperature of the room",
    "unit's place": "the unit's place in the unit-to-unit spread",
}


def validation_sheet(
    found: UnitValidation, data: xr.Dataset, *, warned: list[str], options: dict[str, str]
) -> dict[str, Any]:
    """Everything a report of a comparison says.

    Parameters
    ----------
    found : UnitValidation
    data : xarray.Dataset
        The field data.
    warned : list of str
        Warnings of the run.
    options : dict of str to str
        Coolant and pressure, in words.

    Returns
    -------
    dict
        Text, numbers, None, lists and dicts only.
    """
    device = found.model.miner.device
    word, style = WORDS[found.verdict]
    if found.verdict == AGREES and any(c.verdict == UNCERTAIN for c in found.comparisons.values()):
        word = "AGREES IN PART"
    rows = [_row(found, c) for c in found.comparisons.values()]
    assumptions = _assumptions(found)
    return {
        "title": f"{device.name} against {data.attrs.get('source', 'field data')}",
        "verdict": found.verdict,
        "word": word,
        "style": style,
        "sentence": _sentence(found, rows),
        "reasons": _reasons(found, rows),
        "synthetic": SYNTHETIC if int(data.attrs.get("synthetic", 0)) else None,
        "model": {"name": device.name, "maker": device.maker, "note": device.note, **options},
        "data": _data(found, data),
        "balance": _balance(found),
        "rows": rows,
        "grids": _grids(found),
        "instruments": _instruments(found),
        "inputs": [
            {"name": _in_words(key), "key": key, "spread": compact(text)}
            for key, text in found.inputs.inputs.items()
        ],
        "samples": found.samples,
        "samples_without_steady_state": found.inputs.failed,
        "telling": TELLING,
        "series_formula": FORMULA,
        "assumptions": assumptions,
        "calibrated": [a["name"] for a in assumptions if a["status"] == "calibrated"],
        "warnings": warned,
        "version": version("hashheat"),
    }


def _in_words(key: str) -> str:
    return _READINGS_IN_WORDS.get(key) or in_words(key)


def _row(found: UnitValidation, c: Comparison) -> dict[str, Any]:
    judged = found.verdict != CONTRADICTORY
    shares = found.inputs.shares.get(c.name, {})
    movers = [
        {"name": _in_words(key), "key": key, "share": share}
        for key, share in list(shares.items())[:_MOVERS]
        if share >= _LEAST_SHARE
    ]
    return {
        "name": c.name,
        "label": LABELS.get(c.name, c.name),
        "unit": "delta_K" if c.name.startswith("T_") else "W",
        "derived": c.name in found.model.derived,
        "verdict": c.verdict if judged else NOT_JUDGED,
        "sentence": sentence(c) if judged else NOT_JUDGED,
        "points": c.points,
        "values": c.values,
        "bias": c.bias,
        "interval": c.interval,
        "u_random": c.u_random,
        "u_num": c.u_num,
        "u_input": c.u_input,
        "u_data": c.u_data,
        "u_bias": c.u_bias,
        "u_val": c.u_val,
        "within": c.within,
        "scatter": c.scatter,
        "band": list(c.band),
        "independent": c.independent,
        "freedom": number(c.freedom),
        "signal": c.signal,
        "bias_factor": None if c.factor is None else c.factor.factor,
        "relative_scatter": None if c.factor is None else c.factor.scatter,
        "factor_band": None if c.factor is None else [c.factor.low, c.factor.high],
        "cv_rmse": None if c.series is None else c.series.cv_rmse,
        "nmbe": None if c.series is None else c.series.nmbe,
        "shift": found.inputs.shift.get(c.name),
        "movers": movers,
    }


def _sentence(found: UnitValidation, rows: list[dict[str, Any]]) -> str:
    of = {v: [r["label"] for r in rows if r["verdict"] == v] for v in (AGREES, BIASED, UNCERTAIN)}
    if found.verdict == CONTRADICTORY:
        return (
            f"The data contradict themselves: {int(found.balance.flagged.sum())} of {found.balance.checked} "
            "points break their own energy balance by more than twice its uncertainty, so no model can be "
            "judged by them"
        )
    if found.verdict == BIASED:
        told = f"The model is biased against these data: {', '.join(of[BIASED])}"
    elif found.verdict == AGREES:
        told = f"The model agrees with these data within u_val: {', '.join(of[AGREES])}"
    else:
        return "The data, or what is known of the unit, are too uncertain to tell whether the model is right"
    rest = []
    if found.verdict == BIASED and of[AGREES]:
        rest.append(f"agrees within u_val: {', '.join(of[AGREES])}")
    if of[UNCERTAIN]:
        rest.append(f"too uncertain to tell: {', '.join(of[UNCERTAIN])}")
    return "; ".join([told, *rest])


def _reasons(found: UnitValidation, rows: list[dict[str, Any]]) -> list[str]:
    told = [_balance_sentence(found)]
    for r in rows:
        if r["verdict"] == NOT_JUDGED:
            continue
        text = f"{r['label']}: {r['sentence']}"
        if r["verdict"] != AGREES and r["movers"] and r["u_input"] > 0.7 * r["u_bias"]:
            first = r["movers"][0]
            text += f"; {100 * first['share']:.0f} % of what is uncertain in it moves with {first['name']}"
        told.append(text)
    if found.inputs.failed:
        told.append(
            f"{found.inputs.failed} of {found.samples} samples of the uncertain inputs have no steady state and "
            "are left out of u_input"
        )
    lost = {name: n for name, n in found.inputs.lost.items() if n and name in found.comparisons}
    if lost:
        each = ", ".join(f"{n} of {LABELS.get(name, name)}" for name, n in lost.items())
        told.append(f"samples of the uncertain inputs in which a chip runs away, left out of u_input: {each}")
    points = found.model.points
    borrowed = [word for word, x in (("flow", points.volume_flow), ("power", points.power)) if x is None]
    if borrowed:
        told.append(
            f"{' and '.join(borrowed)} not measured but taken from the device file: an error there looks like "
            "an error of the model"
        )
    return told


def _balance_sentence(found: UnitValidation) -> str:
    b = found.balance
    if b.reason:
        return f"energy balance of the data: cannot be made, {b.reason}"
    if b.closure is None or b.closure_uncertainty is None:
        return "energy balance of the data: no point has all the readings it needs"
    flagged = int(b.flagged.sum())
    return (
        f"energy balance of the data: the coolant takes {100 * b.closure:.1f} % of what the power says, with a "
        f"doubt of ± {200 * b.closure_uncertainty:.1f} % (95 %); {flagged} of {b.checked} points break it"
    )


def _balance(found: UnitValidation) -> dict[str, Any]:
    b = found.balance
    return {
        "reason": b.reason or None,
        "closure": b.closure,
        "closure_uncertainty": b.closure_uncertainty,
        "checked": b.checked,
        "flagged": int(b.flagged.sum()),
        "sentence": _balance_sentence(found),
    }


def _data(found: UnitValidation, data: xr.Dataset) -> dict[str, Any]:
    points = found.model.points
    times = data["time"].values[points.time]
    has_clock = times.dtype.kind == "M"
    ends = [str(np.datetime_as_string(t, unit="m")) if has_clock else f"sample {t:g}" for t in times[[0, -1]]]
    ranges = []
    for label, values, unit in (
        ("inlet", points.T_in, "K"),
        ("flow", points.volume_flow, "m^3/s"),
        ("power of the boards" if points.power_is_dc else "power at the wall", points.power, "W"),
        ("outlet", found.model.measured.get("T_out"), "K"),
        ("room", points.T_ambient if points.has_ambient else None, "K"),
    ):
        if values is not None:
            low, high = float(np.nanmin(values)), float(np.nanmax(values))
            ranges.append({"label": label, "unit": unit, "low": low, "high": high})
    rejected = []
    if "rejected_count" in data:
        rejected = [
            {"variable": str(v), "reason": str(r), "count": int(c)}
            for v, r, c in zip(
                data["rejected_variable"].values,
                data["rejected_reason"].values,
                data["rejected_count"].values,
            )
        ]
    return {
        "source": str(data.attrs.get("source", "")),
        "note": str(data.attrs.get("note", "")),
        "cooling": str(data.attrs.get("cooling", "unknown")),
        "first": ends[0],
        "last": ends[1],
        "units": int(np.unique(points.unit).size),
        "offered": points.offered,
        "usable": points.count,
        "used": int(found.used.sum()),
        "left_out": [{"reason": k, "count": int(n)} for k, n in found.left_out.items()],
        "rejected": rejected,
        "not_compared": [{"name": k, "reason": why} for k, why in found.skipped.items()],
        "notes": list(points.notes),
        "ranges": ranges,
    }


def _grids(found: UnitValidation) -> list[dict[str, Any]]:
    plate = found.model.miner.device.plate
    cells = [] if plate is None else [plate.cells_per_pass * factor for factor in (1, 2, 4)]
    return [
        {
            "name": name,
            "label": LABELS.get(name, name),
            "unit": "delta_K" if name.startswith("T_") else "W",
            "cells": cells,
            "order": g.order,
            "band": float(g.band),
            "u_num": float(g.u_num),
            "u_num_mean": float(g.u_mean),
            "unordered": g.unordered,
            "values": g.values,
            "text": g.text,
        }
        for name, g in found.grids.items()
    ]


def _instruments(found: UnitValidation) -> list[dict[str, Any]]:
    made = []
    drives = {"T_in", "volume_flow", "power_dc", "power_ac", "T_ambient"} - set(found.comparisons)
    for name, i in found.instruments.items():
        if name in found.comparisons or name in drives:
            unit = "1" if i.relative else "delta_K" if name.startswith("T_") else "W"
            if name == "volume_flow" and not i.relative:
                unit = "m^3/s"
            made.append(
                {
                    "name": name,
                    "use": "compared" if name in found.comparisons else "drives the model",
                    "bias": float(i.systematic),
                    "noise": float(i.random),
                    "unit": unit,
                    "status": "datasheet" if i.status == "stated" else i.status,
                    "stated": i.status != "assumed",
                    "text": i.text,
                }
            )
    return made


def _assumptions(found: UnitValidation) -> list[dict[str, Any]]:
    sampled = uncertain_inputs(found.model)
    idle = {"power.terahash_per_second", *READINGS}
    return [
        assumption(key, q, sampled=key in sampled)
        for key, q in found.model.miner.quantities.items()
        if key not in idle
    ]


def told_range(row: dict[str, Any]) -> str:
    """Range of an operating quantity in field units."""
    low, high = (in_field(row[end], row["unit"], 3, with_unit=end == "high") for end in ("low", "high"))
    return f"{low} … {high}"
