"""From a solved two-phase tank to the plain numbers that terminal, JSON and report all show.

SI throughout; what has no value is None, never NaN. The keys are those of :mod:`hashheat.tank_sheet`.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import xarray as xr

from hashheat.assumptions import assumption, short_text
from hashheat.components.two_phase_tank import TwoPhaseTank
from hashheat.components.two_phase_tank_results import LIMITS
from hashheat.summary import number
from hashheat.tank_samples import Samples, band, sample_notes
from hashheat.tank_verdict import compare_capture, sentence
from hashheat.terminal import in_field

#: name: (label, unit)
_NUMBERS = {
    "T_junction": ("hottest junction, boiling", "K"),
    "T_junction_start": ("the same before the first bubbles", "K"),
    "T_wall": ("hottest wetted wall", "K"),
    "wall_superheat": ("wall above saturation", "delta_K"),
    "peak_heat_flux": ("largest heat flux", "W/m^2"),
    "critical_heat_flux": ("critical heat flux", "W/m^2"),
    "T_bath": ("bath", "K"),
    "pressure": ("pressure above the liquid", "Pa"),
    "level": ("level of the liquid", "m"),
    "T_vapour": ("vapour condenses at", "K"),
    "water_T_in": ("water at the inlet", "K"),
    "water_T_out": ("water at the outlet", "K"),
    "volume_flow": ("water flow", "m^3/s"),
    "UA": ("conductance of the condenser", "W/K"),
    "opening_loss": ("vapour lost with an opening", "kg"),
    "yearly_loss": ("charge lost in a year", "1"),
}
#: By the variable of the margin: (label, sense, variable, key of the limit or its value, its unit, the margin's).
_LIMITS: dict[str, tuple[str, str, str, str | float, str, str]] = {
    "junction_margin": ("junction, boiling", "at most", "T_junction", "chips.limit", "K", "delta_K"),
    "start_margin": ("junction before bubbles", "at most", "T_junction_start", "chips.limit", "K", "delta_K"),
    "critical_margin": ("critical over largest heat flux", "at least", "critical_margin", 1.0, "1", "1"),
    "condenser_margin": ("condenser's capacity over its heat", "at least", "condenser_margin", 1.0, "1", "1"),
    "level_margin": ("level of the liquid", "at least", "level", "chips.top", "m", "m"),
    "rating_margin": ("pressure above the liquid", "at most", "pressure", "bath.pressure_max", "Pa", "Pa"),
}  # fmt: skip
_ENERGY = (
    ("wall_power", "electric power, in the bath and outside"),
    ("chip_power", "of it in the chips"),
    ("heat_rate", "heat to the water"),
    ("wall_loss", "heat through the walls"),
    ("vapour_heat", "heat with vapour through the vent"),
)
_MODEL = (
    "the bath has one temperature; its pressure follows from what boils and what condenses",
    "all chips are alike; the hottest is the one where a face boils hardest",
    "boiling starts late: the state on the way up from cold, before the first bubbles, has a limit of its own",
    "film boiling is not followed: beyond the critical heat flux there is no state",
    "the loss with each opening is an estimate from diffusion and displaced vapour",
)


def bath_sheet(
    tank: TwoPhaseTank,
    result: xr.Dataset,
    *,
    changed: Mapping[str, float],
    samples: Samples | None = None,
    warned: Sequence[str],
) -> dict[str, Any]:
    """Numbers of one solved two-phase tank.

    Parameters
    ----------
    tank : TwoPhaseTank
    result : xarray.Dataset
        One steady state.
    changed : mapping
        Numbers of the file that options replaced [SI].
    samples : Samples or None
    warned : sequence of str
        Warnings met on the way.

    Returns
    -------
    dict
        Only text, numbers, None, lists and dicts.
    """
    file = tank.file
    values = file.values(changed)
    rows = [_limit(name, tank, result, values) for name in LIMITS]
    verdict = "pass" if all(row["holds"] for row in rows) else "fail"
    captured = compare_capture(number(result["capture_efficiency"]))
    junction = number(result["T_junction"])
    notes = sample_notes(samples)
    return {
        "kind": "two-phase",
        "title": file.name,
        "maker": file.maker,
        "note": file.note,
        "file": str(file.path),
        "verdict": verdict,
        "sentence": sentence(verdict, "", notes),
        "samples": notes,
        "ranking": samples.ranking if samples is not None else [],
        "reasons": _reasons(rows, str(captured["text"])),
        "headline": {"label": "hottest junction", "value": junction, "unit": "K", "lines": ["boiling"]},
        "about": _about(tank, result, values),
        "numbers": {
            name: {"label": label, "unit": unit, "nominal": number(result[name]), **band(samples, name)}
            for name, (label, unit) in _NUMBERS.items()
        },
        "limits": rows,
        "energy": [{"name": name, "label": label, "value": number(result[name])} for name, label in _ENERGY],
        "imbalance": number(result["imbalance"]),
        "capture": captured,
        "figures": [
            [
                "boiling",
                "Boiling curve",
                "Heat flux over wall superheat, with the chips and the critical one.",
            ],
            ["balance", "Where the heat goes", "Electric power by where it goes."],
        ],
        "miners": [],
        "chips": [],
        "grid": None,
        "transient": None,
        "model": [f"boiling by {file.boiling.correlation}'s correlation", *_MODEL],
        "fluid": [
            {"property": name.replace("_", " "), "status": origin.status, "source": origin.source}
            for name, origin in tank.fluid.origin.items()
        ],
        "warnings": list(warned),
        "numerics": {
            "hashheat_version": version("hashheat"),
            "cells": "",
            "status": int(result["status"]),
            "status_text": "steady state",
            "rows": _numerics(result),
            "history": {},
        },
        "changed": dict(changed),
        "assumptions": [assumption(key, q, replaced=changed.get(key)) for key, q in tank.quantities.items()],
    }


def _limit(name: str, tank: TwoPhaseTank, result: xr.Dataset, values: Mapping[str, float]) -> dict[str, Any]:
    """One row of the table of limits."""
    label, sense, variable, bound, unit, margin_unit = _LIMITS[name]
    key = bound if isinstance(bound, str) else ""
    q = tank.quantities.get(key)
    margin, least = float(result[name]), LIMITS[name].least
    return {
        "name": name,
        "label": label,
        "where": "",
        "sense": sense,
        "key": key,
        "limit": values[bound] if isinstance(bound, str) else bound,
        "unit": unit,
        "reached": number(result[variable]),
        "margin": number(margin - least),
        "margin_unit": margin_unit,
        "holds": margin >= least,
        "status": "" if q is None else q.status,
        "text": short_text(q) if q is not None and q.is_uncertain else "",
    }


def _reasons(limits: Sequence[Mapping[str, Any]], captured: str) -> list[str]:
    """What fails or how much is left to junction and critical heat flux, and what reaches the water."""
    found = []
    for row in limits:
        if not row["holds"]:
            reached, bound = in_field(row["reached"], row["unit"], 4), in_field(row["limit"], row["unit"], 4)
            found.append(f"{row['label']}: {reached}, {row['sense']} {bound} is asked")
    if not found:
        warm = min((row for row in limits if row["unit"] == "K"), key=lambda row: float(row["margin"]))
        found.append(
            f"every limit holds at nominal values; {warm['label']} has {warm['margin']:.1f} K to spare"
        )
        critical = next(row for row in limits if row["name"] == "critical_margin")
        if critical["reached"] is not None:
            found.append(f"the critical heat flux is {critical['reached']:.2f} times the largest")
    return [*found, captured]


def _about(tank: TwoPhaseTank, result: xr.Dataset, values: Mapping[str, float]) -> list[dict[str, str]]:
    """How the tank is built and run: label and text."""
    file = tank.file
    size = " x ".join(f"{values[f'bath.{name}']:.3g}" for name in ("length", "width", "height"))
    each = in_field(values["chips.power"], "W", 3)
    surface = "boiler plates" if file.chips.plate is not None else "chips' own faces"
    rows = [
        ("bath", f"{size} m, {file.bath.closure}, {tank.fluid.name}"),
        ("chips", f"{file.chips.count} of {each}, boiling from {surface}"),
        ("cooled by", f"a coil of {file.condenser.circuits} circuits in the vapour"),
        ("charge", in_field(values["fluid.charge"], "kg", 4)),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _numerics(result: xr.Dataset) -> list[dict[str, str]]:
    rows = [
        ("energy left over, of the power", f"{float(result['imbalance']):.1e}"),
        ("Reynolds number of the condensing film", f"{float(result['film_Re']):.0f}"),
        ("air at the condensing film, mole fraction", f"{100.0 * float(result['gas_at_film']):.1f} %"),
        ("share of the condenser in vapour", f"{100.0 * float(result['condenser_share']):.0f} %"),
    ]
    return [{"label": label, "value": value} for label, value in rows]
