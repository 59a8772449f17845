"""From a solved immersion tank to the plain numbers that terminal, JSON and report all show.

SI throughout; what has no value is None, never NaN.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hashheat.assumptions import assumption
from hashheat.summary import number
from hashheat.tank_grids import GridRun, grid_table
from hashheat.tank_samples import Samples, band, sample_notes
from hashheat.tank_verdict import HISTORY, compare_capture, junction_limits, reasons, sentence, why_none
from hashheat.terminal import in_field
from hashheat.thermo.dielectric import dielectric

if TYPE_CHECKING:
    from hashheat.components.immersion_tank import ImmersionTank

#: Chips that are listed, the hottest first.
HOTTEST = 10

#: name: (label, unit)
_NUMBERS = {
    "T_junction": ("hottest junction", "K"),
    "T_in": ("oil at the inlet", "K"),
    "T_out": ("oil at the outlet", "K"),
    "T_oil_max": ("hottest oil", "K"),
    "stratification": ("stratification, top less bottom", "delta_K"),
    "volume_flow": ("oil flow", "m^3/s"),
    "system_pressure_drop": ("pressure drop of the oil's loop", "Pa"),
    "pressure_drop": ("of it in the tank", "Pa"),
    "pump_power": ("electric power of the pump", "W"),
    "water_T_out": ("water at the outlet", "K"),
    "water_mass_flow": ("water flow", "kg/s"),
}
#: Rows of the energy balance: (name, label).
_ENERGY = (
    ("wall_power", "electric power of the miners"),
    ("pump_heat", "hydraulic power of the pump"),
    ("heat_rate", "heat to the water"),
    ("wall_loss", "heat through bottom and sides"),
    ("surface_loss", "heat from the surface"),
)
#: Columns of the table of miners: (variable, key).
_MINERS = (
    ("miner_T_junction", "T_junction"),
    ("T_junction_limit", "limit"),
    ("block_T_mean", "T_oil"),
    ("block_T_max", "T_oil_max"),
    ("block_flow", "flow"),
    ("block_velocity", "velocity"),
    ("miner_power", "power"),
)


def tank_sheet(
    tank: "ImmersionTank",
    result: xr.Dataset,
    *,
    changed: Mapping[str, float],
    fixed: Sequence[str],
    grids: Sequence[GridRun],
    run: xr.Dataset | str | None,
    samples: Samples | None = None,
    warned: Sequence[str],
) -> dict[str, Any]:
    """Numbers of one solved tank.

    Parameters
    ----------
    tank : ImmersionTank
    result : xarray.Dataset
        Of its ``solve`` with fields.
    changed : mapping
        Numbers of the file that options replaced [SI].
    fixed : sequence of str
        Their keys.
    grids : sequence of GridRun
        Of :func:`hashheat.tank_grids.compare_grids`.
    run : xarray.Dataset, str or None
        Run in time, why there is none, or None where none was asked for.
    samples : Samples or None
    warned : sequence of str
        Warnings met on the way.

    Returns
    -------
    dict
        Only text, numbers, None, lists and dicts.
    """
    file = tank.file
    status = int(result["status"])
    solved = status == 0
    rows = junction_limits(tank, result) if solved else []
    holds = solved and all(row["holds"] for row in rows)
    grid = grid_table(grids)
    captured = compare_capture(number(result["capture_efficiency"]) if solved else None)
    notes = sample_notes(samples)
    verdict = ("pass" if holds else "fail") if solved else "none"
    return {
        "kind": "single-phase",
        "title": file.name,
        "maker": file.maker,
        "note": file.note,
        "file": str(file.path),
        "verdict": verdict,
        "sentence": sentence(verdict, str(result.attrs.get("status_text", "")), notes),
        "samples": notes,
        "ranking": samples.ranking if samples is not None else [],
        "reasons": reasons(rows, captured, grid) if solved else why_none(result, grids),
        "headline": _headline(result, grid),
        "about": _about(tank, result, changed),
        "numbers": {
            name: {
                "label": label,
                "unit": unit,
                "nominal": number(result[name]) if name in result else None,
                **band(samples, name),
            }
            for name, (label, unit) in _NUMBERS.items()
        },
        "limits": rows,
        "energy": [
            {"name": name, "label": label, "value": number(result[name])}
            for name, label in _ENERGY
            if name in result
        ],
        "imbalance": number(result["imbalance"]),
        "capture": captured,
        "figures": [],
        "miners": _miners(result) if solved else [],
        "chips": _hottest(result) if solved else [],
        "grid": grid,
        "transient": _transient(run),
        "model": _model(result),
        "fluid": _fluid(tank),
        "warnings": list(dict.fromkeys([*warned, *_listed(result, "warnings")])),
        "numerics": {
            "hashheat_version": version("hashheat"),
            "cells": str(result.attrs["cells"]),
            "status": status,
            "status_text": str(result.attrs.get("status_text", "")),
            "steps": int(result.sizes.get("step", 0)),
            "repetitions": int(result.sizes.get("iteration", 0)),
            "rows": _numerics(result),
            "history": {
                name.removeprefix("history_"): [number(x) for x in result[name].values]
                for name in HISTORY
                if name in result
            },
        },
        "changed": dict(changed),
        "assumptions": [assumption(key, q, replaced=changed.get(key)) for key, q in tank.quantities.items()],
    }


def _headline(result: xr.Dataset, grid: Mapping[str, Any] | None) -> dict[str, Any]:
    """The number that stands beside the verdict."""
    lines = ["error by the cells' size not known"]
    if grid is not None:
        band = next(row["band"] for row in grid["rows"] if row["name"] == "T_junction")
        lines = lines if band is None else [f"± {band:.2f} K by the cells' size"]
    return {"label": "hottest junction", "value": number(result["T_junction"]), "unit": "K", "lines": lines}


def _numerics(result: xr.Dataset) -> list[dict[str, str]]:
    """How the equations were solved: label and text."""
    rows = [
        ("cells", str(result.attrs["cells"])),
        ("solver", str(result.attrs.get("status_text", ""))),
        ("steps of the last flow solution", str(result.sizes.get("step", 0))),
        ("repetitions of the loop around it", str(result.sizes.get("iteration", 0))),
    ]
    for label, name, form in (
        ("largest defect of mass in a cell", "mass_defect", ".1e"),
        ("energy left over, of the power", "imbalance", ".1e"),
    ):
        value = number(result[name] if name in result else result.attrs.get(name, np.nan))
        if value is not None:
            rows.append((label, format(value, form)))
    for label, name in (
        ("Grashof number", "grashof"),
        ("Reynolds number at the inlet", "inlet_Re"),
        ("Reynolds number of the plumes", "plume_Re"),
    ):
        if name in result.attrs:
            rows.append((label, f"{float(result.attrs[name]):.3g}"))
    return [{"label": label, "value": value} for label, value in rows if value]


def _about(tank: "ImmersionTank", result: xr.Dataset, changed: Mapping[str, float]) -> list[dict[str, Any]]:
    """How the tank is built and run: label, text and status."""
    file = tank.file
    values = {**file.values(), **changed}
    size = " x ".join(f"{values[f'tank.{name}']:.3g}" for name in ("length", "width", "depth"))
    counts = [m.count[0] * m.count[1] for m in file.miner]
    power = sum(n * values[f"miner.{i}.power"] for i, n in enumerate(counts))
    kinds = ", ".join(dict.fromkeys(m.name for m in file.miner))
    cooled = "a coil in the oil" if file.exchanger is None else "an exchanger to water"
    if file.exchanger is None and file.coil is None:
        cooled = "oil of a given inlet temperature"
    rows = [
        ("oil", f"{size} m, {result.attrs['fluid']}"),
        ("miners", f"{sum(counts)} ({kinds}), {in_field(power, 'W', 4)} in all"),
        ("cooled by", cooled),
        ("cells", str(result.attrs["cells"])),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _miners(result: xr.Dataset) -> list[dict[str, Any]]:
    """What each miner gets, in the order of the file."""
    return [
        {"name": str(name), **{key: number(result[v][i]) for v, key in _MINERS if v in result}}
        for i, name in enumerate(result["miner"].values)
    ]


def _hottest(result: xr.Dataset) -> list[dict[str, Any]]:
    """The hottest chips: where they are, and what their temperature is made of."""
    T = result["T_chip"].values
    order = np.argsort(-np.where(np.isfinite(T), T, -np.inf), axis=None, kind="stable")
    rows = []
    for at in order[: min(HOTTEST, int(np.isfinite(T).sum()))]:
        place = np.unravel_index(at, T.shape)
        miner, board, row, col = (int(p) for p in place)
        rows.append(
            {
                "miner": str(result["miner"].values[miner]),
                "board": board,
                "row": row,
                "col": col,
                "T_junction": number(T[place]),
                "T_oil": number(result["T_oil"].values[place]),
                "htc": number(result["chip_htc"].values[place]),
                "power": number(result["P_chip"].values[place]),
            }
        )
    return rows


def _transient(run: xr.Dataset | str | None) -> dict[str, Any] | None:
    """What a run in time says."""
    if run is None:
        return None
    if isinstance(run, str):
        return {"event": "", "text": run, "time_to_limit": None, "end_time": None, "T_junction": None}
    reached, end = float(run["time_to_limit"]), float(run["end_time"])
    top = float(run["T_junction"].max())
    event = str(run.attrs.get("event", "the event"))
    status = int(run["status"]) if "status" in run else 0
    if np.isfinite(reached):
        text = f"{event}: the first chip passes its limit after {_minutes(reached)}"
    elif status == 0:
        text = f"{event}: no chip passes its limit within {_minutes(end)}, the hottest reaches "
        text += in_field(top, "K")
    else:
        why = "oil left the range of its data" if status == 3 else "no step in time was small enough"
        text = f"{event}: the run stopped after {_minutes(end)} of it, before a chip passed its limit: {why}"
    return {
        "event": event,
        "text": text,
        "time_to_limit": number(reached),
        "end_time": number(end),
        "T_junction": number(top),
    }


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120.0 else f"{seconds / 60.0:.1f} min"


def _model(result: xr.Dataset) -> list[str]:
    """What the model takes for granted, and which parts of it are on."""
    turbulence = str(result.attrs.get("turbulence", "off"))
    reason = str(result.attrs.get("turbulence_reason", ""))
    word = (
        "turbulence model off: the flow is laminar"
        if turbulence in ("laminar", "off", "")
        else f"turbulence model on: {turbulence}"
    )
    return [f"{word}{f' ({reason})' if reason else ''}", *_listed(result, "assumptions")]


def _listed(result: xr.Dataset, name: str) -> list[str]:
    """Texts of an attribute: a list as JSON, or lines."""
    given = result.attrs.get(name, "")
    if not isinstance(given, str):
        return [str(text) for text in np.atleast_1d(given)]
    if given.startswith("["):
        return [str(text) for text in json.loads(given)]
    return [text.strip() for line in given.splitlines() for text in line.split("; ") if text.strip()]


def _fluid(tank: "ImmersionTank") -> list[dict[str, str]]:
    """Where each property of the oil comes from."""
    oil = tank.file.oil
    if not oil.is_dielectric:
        return [
            {"property": "all", "status": "literature", "source": f"CoolProp, {oil.backend}::{oil.substance}"}
        ]
    rows = dielectric(oil.substance).record.quantities()
    return [
        {"property": key.replace(".", ", ").replace("_", " "), "status": q.status, "source": q.source}
        for key, q in rows.items()
        if not key.endswith((".at", "_at"))
    ]
