"""From a solved cold plate to the plain numbers that terminal, JSON and report all show.

SI throughout; what has no value is None, never NaN.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from hashheat.assumptions import assumption, short_text
from hashheat.components.cold_plate import ColdPlate
from hashheat.components.failures import LOWEST_PRESSURE, describe_failure
from hashheat.exchanger_verdict import band, verdict_sentence
from hashheat.fleet.cold_plate_sampling import CANNOT_BE
from hashheat.names import in_words
from hashheat.solvers.serpentine import OK
from hashheat.summary import number
from hashheat.terminal import in_field

#: Chips that are listed, the hottest first.
HOTTEST = 10

#: name: (label, unit)
_NUMBERS = {
    "T_junction": ("hottest junction", "K"),
    "junction_spread": ("spread of the junctions", "delta_K"),
    "T_out": ("coolant outlet", "K"),
    "T_wall": ("hottest wetted wall", "K"),
    "thermal_resistance": ("thermal resistance", "K/W"),
    "pressure_drop": ("pressure drop", "Pa"),
    "chip_power": ("power of the chips", "W"),
    "heat_rate": ("heat to the coolant", "W"),
    "heat_loss": ("heat to the room", "W"),
}

#: Limits: name: (label, sense, variable, margin, key, unit, unit of the margin).
_LIMITS = {
    "junction": (
        "hottest junction",
        "at most",
        "T_junction",
        "junction_margin",
        "chips.limit",
        "K",
        "delta_K",
    ),
    "boiling": ("hottest wetted wall", "below boiling", "T_wall", "boiling_margin", "", "K", "delta_K"),
    "pressure": (
        "pressure drop",
        "at most",
        "pressure_drop",
        "pressure_margin",
        "design.pressure",
        "Pa",
        "Pa",
    ),
}

_RISES = ("coolant_rise", "film_rise", "metal_rise", "package_rise")


def plate_sheet(
    plate: ColdPlate, result: xr.Dataset, *, state: Mapping[str, Any], fixed: Sequence[str], clock: float
) -> dict[str, Any]:
    """Numbers of one solved cold plate.

    Parameters
    ----------
    plate : ColdPlate
    result : xarray.Dataset
        Of :func:`hashheat.plate_command.plate_result`.
    state : mapping
        Arguments of ``solve`` that options gave.
    fixed : sequence of str
        Keys of the file that they replace.
    clock : float
        [-]

    Returns
    -------
    dict
        Only text, numbers, None, lists and dicts.
    """
    status = result["sample_status"].values if "sample_status" in result else np.zeros(0, dtype=int)
    limits = [_limit(name, plate, result) for name in _LIMITS]
    holds = all(row["holds_at_nominal"] for row in limits)
    share = _share(result)
    keys = set(result["input"].values) if "input" in result.coords else set()
    if "sample_T_junction_limit" in result:
        keys.add("chips.limit")
    ranking = _ranking(plate, result)
    file = plate.file
    return {
        "title": file.name,
        "maker": file.maker,
        "note": file.note,
        "file": str(file.path),
        "verdict": "pass" if holds else "fail",
        "sentence": verdict_sentence(holds, share, True, int(status.size)),
        "all_limits_hold_in": share,
        "reasons": _reasons(limits, status, result, ranking, number(result["grid_error"])),
        "state": _state(plate, result, state, fixed, clock),
        "plate": _plate(plate, result),
        "numbers": {
            name: {"label": label, "unit": unit, "nominal": number(result[name]), **band(result, name)}
            for name, (label, unit) in _NUMBERS.items()
        },
        "is_sampled": bool(status.size),
        "limits": limits,
        "ranking": ranking,
        "chips": _hottest(result),
        "energy": {
            "chip_power": number(result["chip_power"]),
            "heat_rate": number(result["heat_rate"]),
            "heat_loss": number(result["heat_loss"]),
            "imbalance": number(result["imbalance"]),
        },
        "warnings": json.loads(result.attrs["warnings"]),
        "numerics": {
            "hashheat_version": version("hashheat"),
            "cells": [result.sizes[d] for d in ("col", "row", "layer")],
            "coolant_cells": result.sizes["cell"],
            "grid_error": number(result["grid_error"]),
            "imbalance": number(result["imbalance"]),
            "loop_gain": number(result["loop_gain"]),
            "Re": [float(x) for x in result.attrs["Re"]],
            "htc": [float(result["htc"].min()), float(result["htc"].max())],
            "samples": int(status.size),
            "samples_without_steady_state": int((status != 0).sum()),
            "seed": int(result.attrs["seed"]) if status.size else None,
        },
        "assumptions": [
            assumption(key, q, sampled=key in keys, replaced=key in fixed)
            for key, q in plate.quantities.items()
        ],
    }


def _share(result: xr.Dataset) -> float | None:
    """Share of the samples that keep every limit; one without a steady state keeps none."""
    if "sample_status" not in result:
        return None
    held = [result[f"sample_{row[3]}"].values >= 0.0 for row in _LIMITS.values()]
    return float(np.logical_and.reduce(held).mean())


def _limit(name: str, plate: ColdPlate, result: xr.Dataset) -> dict[str, Any]:
    """One row of the table of limits."""
    label, sense, variable, margin_name, key, unit, margin_unit = _LIMITS[name]
    reached, margin = number(result[variable]), number(result[margin_name])
    limit_quantity = plate.file.chips.limit if name == "junction" else None
    bound = None if reached is None or margin is None else reached + margin
    sampled = f"sample_{margin_name}"
    return {
        "name": name,
        "label": label,
        "sense": sense,
        "key": key,
        "limit": bound,
        "limit_text": "" if limit_quantity is None else short_text(limit_quantity),
        "limit_status": {
            "junction": plate.file.chips.limit.status,
            "boiling": "saturation at the outlet's pressure",
            "pressure": f"{LOWEST_PRESSURE / 1e3:g} kPa must be left at the outlet",
        }[name],
        "limit_is_uncertain": limit_quantity is not None and limit_quantity.is_uncertain,
        "unit": unit,
        "nominal": reached,
        **band(result, variable),
        "margin": margin,
        "margin_unit": margin_unit,
        "holds_at_nominal": margin is not None and margin >= 0.0,
        "holds_in": float((result[sampled].values >= 0.0).mean()) if sampled in result else None,
    }


def _reasons(
    limits: Sequence[Mapping[str, Any]],
    status: np.ndarray,
    result: xr.Dataset,
    ranking: Sequence[Mapping[str, Any]],
    grid_error: float | None,
) -> list[str]:
    """What fails or how much is left, whether the grid decides it, what breaks and what moves the answer most."""
    found = []
    for row in limits:
        if not row["holds_at_nominal"]:
            reached, bound = in_field(row["nominal"], row["unit"], 4), in_field(row["limit"], row["unit"], 4)
            found.append(f"{row['label']}: {reached}, {row['sense']} {bound} is asked")
    if not found:
        left = limits[0]
        found.append(
            f"every limit holds at nominal values; the hottest junction has {left['margin']:.1f} K to spare"
        )
    margin = limits[0]["margin"]
    if grid_error is None:
        found.append(
            "what the cells' size adds to the hottest junction is not known: a finer grid may put it on the "
            "other side of its limit, or find no steady state"
        )
    elif margin is not None and abs(margin) <= grid_error:
        found.append(
            f"the hottest junction is {abs(margin):.2f} K from its limit, and the cells' size adds some "
            f"{grid_error:.2f} K: a finer grid may put it on the other side"
        )
    sampled = [row for row in limits if row["holds_in"] is not None]
    if sampled:
        worst = min(sampled, key=lambda row: row["holds_in"])
        if worst["holds_in"] < 1.0:
            broken = 100.0 * (1.0 - worst["holds_in"])
            found.append(f"over the samples most often broken: {worst['label']}, in {broken:.0f} %")
    lost = int((status != 0).sum())
    if lost:
        found.append(
            f"{lost} of {status.size} samples cannot be built or have no steady state, and keep no limit: "
            f"{_why_lost(status, str(result.attrs.get('samples_refused', '')))}"
        )
    if ranking and ranking[0]["swing"] is not None:
        first = ranking[0]
        found.append(
            f"{first['name']} moves the hottest junction most: {first['swing']:.1f} K over its spread "
            f"({first['range']}, {first['status']})"
        )
    return found


def _why_lost(status: np.ndarray, refusal: str) -> str:
    """What is wrong with samples, in words: each cause that occurs once."""
    codes = [int(code) for code in np.unique(status) if code not in (OK, CANNOT_BE)]
    causes = [describe_failure(code, "plate") for code in codes]
    return "; ".join([*([refusal] if refusal else []), *causes])


def _state(
    plate: ColdPlate, result: xr.Dataset, state: Mapping[str, Any], fixed: Sequence[str], clock: float
) -> dict[str, dict[str, Any]]:
    """What the plate was solved at, and where each number comes from."""
    design = plate.file.design
    rows: dict[str, dict[str, Any]] = {
        "fluid": {"label": "coolant", "value": result.attrs["fluid"], "unit": ""},
    }
    for label, key, argument, q in (
        ("inlet", "design.T_in", "T_in", design.T_in),
        ("flow at the inlet", "design.flow", "volume_flow", design.flow),
        ("inlet pressure, absolute", "design.pressure", "pressure", design.pressure),
        ("surroundings", "design.T_ambient", "T_ambient", design.T_ambient),
    ):
        unit = "bar" if argument == "pressure" else q.unit
        rows[argument] = {"label": label, "value": state.get(argument, q.nominal), "unit": unit}
        rows[argument]["status"] = "command line" if key in fixed else q.status
    rows["mass_flow"] = {"label": "mass flow", "value": number(result["mass_flow"]), "unit": "kg/s"}
    rows["clock"] = {"label": "clock over the file's", "value": clock, "unit": ""}
    rows["fluid"]["status"] = "command line" if "design.fluid" in fixed else "chosen"
    return rows


def _plate(plate: ColdPlate, result: xr.Dataset) -> list[dict[str, Any]]:
    """How the plate is built: label and text."""
    file = plate.file
    size = " x ".join(f"{1e3 * s:.4g}" for s in np.atleast_1d(result.attrs["plate_size_metre"]))
    c = file.coolant
    what = {
        "serpentine": f"serpentine of {c.passes} passes",
        "path": "path",
        "parallel": f"{c.channels} parallel channels",
        "microchannel": "field of micro-channels",
        "pin-fin": f"field of {c.arrangement or 'staggered'} pins",
    }[c.kind]
    sides = sorted(set(result["chip_side"].values), reverse=True)
    rows = [
        ("size", f"{size} mm" + (", base of the fins" if c.is_field else "")),
        ("metal", file.plate.material),
        ("coolant", f"{what}, {result.sizes['stream']} streams" if result.sizes["stream"] > 1 else what),
        ("chips", f"{result.sizes['chip']} on the {' and the '.join(map(str, sides))}"),
        ("cells of metal", " x ".join(str(result.sizes[d]) for d in ("col", "row", "layer"))),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _ranking(plate: ColdPlate, result: xr.Dataset) -> list[dict[str, Any]]:
    """Uncertain numbers by how far each alone moves the hottest junction, the strongest first."""
    if "swing_T_junction" not in result:
        return []
    rows = []
    nominal = float(result["T_junction"])
    for key, (low, high) in zip(result["input"].values, result["swing_T_junction"].values, strict=True):
        q = plate.quantities[str(key)]
        rows.append(
            {
                "key": str(key),
                "name": in_words(str(key)),
                "range": short_text(q),
                "status": q.status,
                "low": number(low - nominal),
                "high": number(high - nominal),
                "swing": number(abs(high - low)),
            }
        )
    # One that has no steady state at an end moves it further than any number says.
    return sorted(rows, key=lambda row: -np.inf if row["swing"] is None else -row["swing"])


def _hottest(result: xr.Dataset) -> list[dict[str, Any]]:
    """The hottest chips: where they are, and what their temperature is made of."""
    rows = []
    T_in = float((result["T_chip"] - sum(result[name] for name in _RISES))[0])
    for i in np.argsort(-result["T_chip"].values, kind="stable")[:HOTTEST]:
        rows.append(
            {
                "chip": str(result["chip"].values[i]),
                "side": str(result["chip_side"].values[i]),
                "x": number(result["chip_x"][i]),
                "y": number(result["chip_y"][i]),
                "T_junction": number(result["T_chip"][i]),
                "power": number(result["P_chip"][i]),
                "T_coolant": number(T_in + result["coolant_rise"][i]),
                "htc": number(result["chip_htc"][i]),
                **{name: number(result[name][i]) for name in _RISES},
            }
        )
    return rows
