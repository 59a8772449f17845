"""From the Dataset of a check to the plain numbers that terminal, JSON and report all show.

SI throughout; what has no value (no steady state, nothing sampled) is None, never NaN.
"""

import json
import math
from typing import Any

import numpy as np
import xarray as xr

from hashheat.fleet.check import percentiles
from hashheat.names import compact, in_words

#: name: (label, unit, which end of the units is meant, sampled variable)
_NUMBERS: dict[str, tuple[str, str, str, str]] = {
    "T_out_mixed": ("mixed outlet", "K", "", "sample_T_out_mixed"),
    "T_junction": ("hottest junction", "K", "max", "sample_T_junction"),
    "boiling_margin": ("distance from boiling", "delta_K", "min", "sample_boiling_margin"),
    "pressure_drop": ("pressure drop, unit", "Pa", "max", "sample_pressure_drop"),
    "heat_rate": ("heat to the water", "W", "sum", "sample_heat_rate"),
    "wall_power": ("power of the units", "W", "sum", "sample_wall_power"),
    "pump_power": ("power of the pumps", "W", "", "sample_pump_power"),
    "fraction_inside": ("units inside every limit", "1", "", "sample_fraction_inside"),
}

_MARGINS = {
    "T_out_mixed": "sample_outlet_margin",
    "T_junction": "sample_junction_margin",
    "boiling_margin": "sample_boiling_reserve",
    "pressure_drop": "sample_pressure_reserve",
}

_UNIT_COLUMNS = {
    "mass_flow": "kg/s",
    "T_out": "K",
    "T_junction": "K",
    "T_wall": "K",
    "junction_margin": "K",
    "boiling_margin": "K",
    "wall_power": "W",
    "heat_rate": "W",
    "pressure_drop": "Pa",
}


def number(x: Any) -> float | None:
    """Float, or None where there is no finite value: JSON knows neither NaN nor infinity."""
    value = float(x)
    return value if math.isfinite(value) else None


def summarize(result: xr.Dataset) -> dict[str, Any]:
    """Numbers of a checked plant, ready to be shown.

    Parameters
    ----------
    result : xarray.Dataset
        Of :func:`hashheat.fleet.check.check_plant`.

    Returns
    -------
    dict
        Only text, numbers, None, lists and dicts. ``limits`` lists each limit with nominal value, percentiles and
        the fraction of samples in which it holds; ``numbers`` the plant's other results; ``units`` one row a
        unit; ``measure_first`` the inputs by falling total Sobol index of the verdict; ``assumptions`` every
        number with its source.
    """
    attrs = result.attrs
    assumptions = json.loads(attrs["assumptions"])
    given = {a["key"]: a for a in assumptions}
    for a in assumptions:
        a["name"] = in_words(a["key"])
    numbers = {name: _number(result, name) for name in _NUMBERS}
    limits = _limits(result, given, numbers)
    solved = np.isfinite(result["sample_T_junction"].values)
    is_sampled = any(a["sampled"] for a in assumptions)
    return {
        "title": attrs["title"],
        "plant_file": attrs["plant_file"],
        "note": attrs["plant_note"],
        "verdict": attrs["verdict"],
        "reasons": [*attrs["reasons"].split("\n"), *(_most_broken(limits, ~solved) if is_sampled else [])],
        "nominal_passes": bool(attrs["nominal_passes"]),
        "probability": number(result["pass_probability"]),
        "probability_standard_error": number(result["pass_probability_error"]),
        "asked_probability": float(attrs["asked_probability"]),
        "samples": int(attrs["samples"]),
        "samples_without_steady_state": int((~solved).sum()),
        "is_sampled": is_sampled,
        "units_count": int(attrs["units_count"]),
        "rows": int(attrs["rows"]),
        "arrangement": attrs["arrangement"],
        "miner": attrs["miner"],
        "miner_maker": attrs["miner_maker"],
        "miner_note": attrs["miner_note"],
        "fluid": attrs["fluid"],
        "operation": _operation(result),
        "limits": limits,
        "numbers": numbers,
        "envelope_best": _best_place(result),
        "hottest_unit": int(attrs["hottest_unit"]),
        "units": _units(result),
        "unit_columns": {"volume_flow": "m^3/s", **_UNIT_COLUMNS},
        "measure_first": _indices(result, given, "verdict"),
        "sensitivity": {
            outcome: _indices(result, given, outcome) for outcome in ("verdict", "junction", "outlet")
        },
        "assumptions": assumptions,
        "not_validated": _not_validated(attrs["miner"], assumptions, given),
        "numerics": {
            "hashheat_version": attrs["hashheat_version"],
            "samples": int(attrs["samples"]),
            "seed": number(attrs["seed"]) if "seed" in attrs else None,
            "sensitivity_samples": number(attrs["sensitivity_samples"])
            if "sensitivity_samples" in attrs
            else None,
            "cells_per_board": int(attrs["cells_per_board"]),
        },
    }


def _number(result: xr.Dataset, name: str) -> dict[str, Any]:
    label, unit, end, sampled = _NUMBERS[name]
    if name == "fraction_inside":
        nominal = float(result["inside_limits"].values.mean())
    else:
        # The plant's hottest chip is more than the hottest unit's: many units compete for it.
        x = result["T_hottest" if name == "T_junction" else name].values
        nominal = float(getattr(np, end)(x)) if end else float(x)
    p05, p50, p95 = (number(p) for p in percentiles(result, sampled))
    return {"label": label, "unit": unit, "nominal": number(nominal), "p05": p05, "p50": p50, "p95": p95}


def _operation(result: xr.Dataset) -> dict[str, Any]:
    units = int(result.attrs["units_count"])
    flow = number(result["volume_flow"])
    heat, power = float(result["heat_rate"].sum(skipna=False)), float(result["wall_power"].sum(skipna=False))
    return {
        "T_in": {"value": number(result["T_in"]), "unit": "K"},
        "volume_flow": {"value": flow, "unit": "m^3/s"},
        "volume_flow_of_a_unit": {"value": None if flow is None else flow / units, "unit": "m^3/s"},
        "header_pressure_drop": {"value": number(result["header_pressure_drop"]), "unit": "Pa"},
        "hash_rate": {"value": number(result["hash_rate"]), "unit": "hash/s"},
        "heat_recovered": {"value": number(heat / power), "unit": "1"},
        "exergy_rate": {"value": number(result["exergy_rate"].sum(skipna=False)), "unit": "W"},
        "loop_gain": {"value": number(result["loop_gain"].max(skipna=False)), "unit": "1"},
        "T_in_stable": {"value": number(result["T_in_stable"]), "unit": "K"},
        "runs_away_above": bool(result.attrs["runs_away_above"]),
    }


def _limits(result: xr.Dataset, given: dict[str, Any], numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """Each limit: which way it acts, what it is, what is reached, the margin, and how often it holds."""
    rows = []
    for name, sense, key in (
        ("T_out_mixed", "at least", "limits.outlet"),
        ("T_junction", "at most", "miner.chips.limit"),
        ("boiling_margin", "at least", "limits.boiling_margin"),
        ("pressure_drop", "at most", "limits.pressure_drop"),
    ):
        limit = given[key]
        reached = numbers[name]["nominal"]
        sign = 1.0 if sense == "at least" else -1.0
        unit = "Pa" if name == "pressure_drop" else "delta_K"
        margins = result[_MARGINS[name]].values
        known = margins[np.isfinite(margins)]
        p05, p50, p95 = np.percentile(known, (5.0, 50.0, 95.0)) if known.size else (math.nan,) * 3
        rows.append(
            {
                "name": name,
                "label": numbers[name]["label"],
                "sense": sense,
                "limit": limit["value"],
                "limit_text": compact(limit["text"]),
                "limit_key": key,
                "limit_status": limit["status"],
                "limit_is_uncertain": limit["sampled"],
                "unit": numbers[name]["unit"],
                "nominal": reached,
                "p05": numbers[name]["p05"],
                "p50": numbers[name]["p50"],
                "p95": numbers[name]["p95"],
                "margin": None if reached is None else sign * (reached - limit["value"]),
                "margin_p05": number(p05),
                "margin_p50": number(p50),
                "margin_p95": number(p95),
                "margin_unit": unit,
                "holds_at_nominal": reached is not None and sign * (reached - limit["value"]) >= 0.0,
                # A sample without a steady state holds no limit.
                "holds_in": float(np.mean(np.where(np.isfinite(margins), margins >= 0.0, False))),
            }
        )
    return rows


def _most_broken(limits: list[dict[str, Any]], unsolved: np.ndarray) -> list[str]:
    """What goes wrong in most samples, as a sentence; nothing where nothing ever does."""
    if unsolved.any():
        return [f"{int(unsolved.sum())} of {unsolved.size} samples have no valid steady state"]
    worst = min(limits, key=lambda row: row["holds_in"])
    if worst["holds_in"] == 1.0:
        return []
    return [
        f"most often broken: {worst['label']}, in {100.0 * (1.0 - worst['holds_in']):.0f} % of the samples"
    ]


def _best_place(result: xr.Dataset) -> dict[str, Any] | None:
    """Flow and inlet temperature of the envelope at which all limits of a unit are likeliest to hold."""
    if "envelope_probability" not in result:
        return None
    chance = result["envelope_probability"]
    i, j = np.unravel_index(int(chance.values.argmax()), chance.shape)
    return {
        "probability": number(chance.values[i, j]),
        "T_in": {"value": number(result["envelope_T_in"].values[i]), "unit": "K"},
        "volume_flow": {"value": number(result["envelope_flow"].values[j]), "unit": "m^3/s"},
    }


def _units(result: xr.Dataset) -> list[dict[str, Any]]:
    per_row = int(result.attrs["units_count"]) // int(result.attrs["rows"])
    columns = {name: result[name].values for name in _UNIT_COLUMNS}
    status, inside = result["status"].values, result["inside_limits"].values
    total = float(columns["mass_flow"].sum())
    # Every unit has the same inlet density, so that volumes share like masses.
    volume = columns["mass_flow"] / total * float(result["volume_flow"])
    return [
        {
            "unit": i,
            "row": i // per_row,
            "place": i % per_row,
            "volume_flow": number(volume[i]),
            **{name: number(x[i]) for name, x in columns.items()},
            "inside_limits": bool(inside[i]),
            "status": int(status[i]),
        }
        for i in range(status.size)
    ]


def worst_units(summary: dict[str, Any], count: int = 5) -> list[dict[str, Any]]:
    """Units with the smallest junction margin, those without a steady state first."""

    def key(row: dict[str, Any]) -> float:
        return -math.inf if row["junction_margin"] is None else row["junction_margin"]

    return sorted(summary["units"], key=key)[:count]


def _indices(result: xr.Dataset, given: dict[str, Any], outcome: str) -> list[dict[str, Any]]:
    """Inputs by falling total index of an outcome; empty where no index was computed."""
    if "sobol_total" not in result or result.sizes["input"] == 0:
        return []
    of = result.sel(outcome=outcome)
    rows = []
    for i in np.argsort(-of["sobol_total"].values, kind="stable"):
        key = str(of["input"].values[i])
        known = given[key]
        row: dict[str, Any] = {"key": key, "name": in_words(key), "range": compact(known["text"])}
        for kind in ("first", "total"):
            for end in ("", "_low", "_high"):
                row[f"{kind}{end}"] = number(of[f"sobol_{kind}{end}"].values[i])
        row |= {k: known[k] for k in ("text", "status", "source", "note")}
        rows.append(row)
    return rows


def _not_validated(miner: str, assumptions: list[dict[str, Any]], given: dict[str, Any]) -> str:
    """What stands between this verdict and a measurement, in plain words."""
    assumed = sum(a["status"] == "assumed" for a in assumptions)
    text = (
        "No public capture of a hydro-cooled miner gives coolant flow, inlet and outlet and per-chip "
        f"temperatures together, so the junction temperatures given here for the {miner} have not been compared "
        "with a measurement."
    )
    resistance = given.get("miner.chips.junction_to_plate", {}).get("status")
    if resistance == "assumed":
        text += " Its junction-to-plate resistance is not published and is assumed."
    return (
        f"{text} {assumed} of {len(assumptions)} numbers are assumed; the verdict carries their uncertainty."
    )
