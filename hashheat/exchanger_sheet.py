"""From a rated exchanger to the plain numbers of its data sheet, which terminal, JSON and report all show.

SI throughout; what has no value is None, never NaN. Nothing here knows whether the exchanger was given or found.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from hashheat.assumptions import assumption
from hashheat.components.chevron_correlations import correlation
from hashheat.components.exchanger_duty import Duty
from hashheat.components.exchanger_oversurface import oversurface
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.exchanger_verdict import (
    Limit,
    band,
    limit_row,
    reasons,
    share_holding_all,
    verdict_sentence,
)
from hashheat.summary import number
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import conductivity, density, heat_capacity, viscosity
from hashheat.thermo.quantity import Quantity

#: Rows of both sides: name: (label, unit).
_SIDE_ROWS = {
    "T_in": ("inlet", "K"),
    "T_out": ("outlet", "K"),
    "mass_flow": ("mass flow", "kg/s"),
    "volume_flow": ("volume flow at the inlet", "m^3/s"),
    "pressure": ("pressure, absolute", "Pa"),
    "pressure_drop": ("pressure drop", "Pa"),
    "channel_pressure_drop": ("of the channels", "Pa"),
    "port_pressure_drop": ("of the ports", "Pa"),
    "channel_velocity": ("velocity in the channels", "m/s"),
    "port_velocity": ("velocity in the ports", "m/s"),
    "Re": ("Reynolds number", ""),
    "htc": ("film coefficient", "W/(m^2 K)"),
    "fouling": ("fouling resistance", "m^2 K/W"),
    "NTU": ("NTU", ""),
    "channel_flow": ("flow of a channel over the mean", ""),
    "density": ("density at mean temperature", "kg/m^3"),
    "heat_capacity": ("heat capacity", "J/(kg K)"),
    "viscosity": ("viscosity", "Pa s"),
    "conductivity": ("conductivity", "W/(m K)"),
}

#: Numbers of the whole exchanger: name: (label, unit).
_NUMBERS = {
    "heat_rate": ("heat", "W"),
    "approach": ("approach", "delta_K"),
    "mean_difference": ("mean temperature difference", "delta_K"),
    "U": ("U with fouling", "W/(m^2 K)"),
    "U_clean": ("U clean", "W/(m^2 K)"),
    "U_required": ("U that the duty needs", "W/(m^2 K)"),
    "UA": ("UA", "W/K"),
    "effectiveness": ("effectiveness", "1"),
    "oversurface": ("oversurface with fouling", "1"),
    "oversurface_clean": ("oversurface clean", "1"),
}


def data_sheet(
    exchanger: PlateHeatExchanger,
    result: xr.Dataset,
    *,
    limits: Sequence[Limit] = (),
    duty: Duty | None = None,
    quantities: Mapping[str, Quantity] | None = None,
    sampled: Sequence[str] = (),
    title: str = "",
    note: str = "",
    file: str = "",
    seed: int | None = None,
) -> dict[str, Any]:
    """Numbers of the data sheet of one rated exchanger.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    result : xarray.Dataset
        Its rating of one case, with ``sample_...`` variables where it was sampled.
    limits : sequence of Limit
    duty : Duty, optional
        To compare with.
    quantities : mapping of str to Quantity, optional
        Every number with its source, by key.
    sampled : sequence of str
        Keys of those that the samples drew.
    title, note, file : str
    seed : int, optional
        Of the samples.

    Returns
    -------
    dict
        Only text, numbers, None, lists and dicts.
    """
    spare = None if duty is None else oversurface(exchanger, duty)
    spare_clean = None if duty is None else oversurface(exchanger, duty, clean=True)
    extra = {"oversurface": spare, "oversurface_clean": spare_clean}
    exchanger = _reaching(exchanger, result)
    rows = [limit_row(limit, result, extra) for limit in limits]
    holds = all(row["holds_at_nominal"] for row in rows)
    status = result["sample_status"].values if "sample_status" in result else np.zeros(0, dtype=int)
    numbers = _numbers(exchanger, result, extra)
    share = share_holding_all(limits, result)
    return {
        "title": title or exchanger.name or exchanger.plate.name,
        "note": note,
        "file": file,
        "verdict": "pass" if holds else "fail",
        "sentence": verdict_sentence(holds, share, bool(rows), int(status.size)),
        "all_limits_hold_in": share,
        "reasons": reasons(rows, spare, duty is not None, status),
        "geometry": _geometry(exchanger),
        "fluids": [fluid.name for fluid in exchanger.fluids],
        "sides": _sides(exchanger, result),
        "numbers": numbers,
        "is_sampled": any(n["p05"] is not None for n in numbers.values()),
        "duty": None if duty is None else _duty(duty),
        "limits": rows,
        "correlation": _correlation(exchanger, result),
        "numerics": {
            "hashheat_version": version("hashheat"),
            "nodes": int(result["nodes"]),
            "numerical_error": number(result["numerical_error"]),
            "imbalance": number(result["imbalance"]),
            "samples": int(status.size),
            "samples_without_steady_state": int((status != 0).sum()),
            "seed": seed if status.size else None,
        },
        "assumptions": [assumption(key, q, sampled=key in sampled) for key, q in (quantities or {}).items()],
    }


def _sides(exchanger: PlateHeatExchanger, result: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Rows of the hot and of the cold side."""
    rows: dict[str, dict[str, Any]] = {
        name: {"label": label, "unit": unit} for name, (label, unit) in _SIDE_ROWS.items()
    }
    for i, side in enumerate(SIDES):
        table = unpack(exchanger.packed[i])
        T_in, T_out = (float(result[name].values[i]) for name in ("T_in", "T_out"))
        middle = 0.5 * (T_in + T_out)
        flow = float(result["mass_flow"].values[i])
        own: dict[str, Any] = {
            "volume_flow": flow / density(table, T_in),
            "pressure": exchanger.pressures[i],
            "fouling": exchanger.fouling[i],
            "density": density(table, middle),
            "heat_capacity": heat_capacity(table, middle),
            "viscosity": viscosity(table, middle),
            "conductivity": conductivity(table, middle),
        }
        for name, row in rows.items():
            if name in ("Re", "channel_flow"):
                low, high = ("Re_min", "Re_max") if name == "Re" else ("channel_flow_min", "channel_flow_max")
                row[side] = [number(result[low].values[i]), number(result[high].values[i])]
                row[f"{side}_band"] = None
                continue
            row[side] = number(own[name] if name in own else result[name].values[i])
            row[f"{side}_band"] = band(result, name, i) if f"sample_{name}" in result else None
    return rows


def _numbers(
    exchanger: PlateHeatExchanger, result: xr.Dataset, extra: Mapping[str, float | None]
) -> dict[str, dict[str, Any]]:
    UA, heat = float(result["UA"]), float(result["heat_rate"])
    spare = extra["oversurface"]
    own: dict[str, float | None] = {
        **extra,
        "mean_difference": heat / UA if UA > 0.0 else None,
        "U_required": None if spare is None else float(result["U"]) / (1.0 + spare),
    }
    found = {}
    for name, (label, unit) in _NUMBERS.items():
        value = own[name] if name in own else number(result[name])
        found[name] = {"label": label, "unit": unit, "nominal": value, **band(result, name)}
    return found


def _geometry(exchanger: PlateHeatExchanger) -> dict[str, dict[str, Any]]:
    """How it is built: label, value, and unit ("" for text and counts)."""
    p, file = exchanger.numbers, exchanger.plate
    flow = "counterflow" if exchanger.is_counterflow else "parallel flow"
    angle = f"{exchanger.channel_angle:g}°"
    if exchanger.second_angle is not None:
        angle += f", {100.0 * exchanger.second_share:.3g} % of the channels {exchanger.second_angle:g}°"
    rows: list[tuple[str, str, Any, str]] = [
        ("plate", "plate", file.name, ""),
        ("maker", "maker", file.maker, ""),
        ("kind", "kind", file.kind, ""),
        ("plates", "plates", exchanger.plates, ""),
        ("frame", "the frame holds", file.limits.max_plates, ""),
        ("passes", "passes, hot and cold", " / ".join(map(str, exchanger.passes)), ""),
        ("channels", "channels, hot and cold", " / ".join(map(str, exchanger.channels)), ""),
        ("channels_per_pass", "channels a pass, hot and cold", _channels_of_passes(exchanger), ""),
        ("flow", "flow", flow, ""),
        ("ports", "ports", exchanger.ports if min(exchanger.passes) == 1 else "at both ends", ""),
        ("area", "heat transfer area", exchanger.area, "m^2"),
        ("plate_area", "area of a plate", p.area, "m^2"),
        ("channel_angle", "chevron angle of the channels, from the flow", angle, ""),
        ("width", "width between gaskets", p.width, "m"),
        ("flow_length", f"flow length ({file.plate.flow_length_basis})", p.flow_length, "m"),
        ("gap", "gap", p.gap, "m"),
        ("enlargement", "enlargement", f"{p.enlargement:.4g}", ""),
        ("hydraulic_diameter", "hydraulic diameter", p.hydraulic_diameter, "m"),
        ("port_diameter", "port diameter", p.port_diameter, "m"),
        ("material", "plate material", file.plate.material, ""),
        ("thickness", "plate thickness", p.thickness, "m"),
        ("conductivity", "plate conductivity", p.conductivity, "W/(m K)"),
        ("seal", "seal", file.limits.seal, ""),
        ("max_pressure", "highest pressure, absolute", file.limits.max_pressure.nominal, "Pa"),
        ("T_min", "lowest temperature", file.limits.T_min.nominal, "K"),
        ("T_max", "highest temperature", file.limits.T_max.nominal, "K"),
    ]
    return {name: {"label": label, "value": value, "unit": unit} for name, label, value, unit in rows}


def _channels_of_passes(exchanger: PlateHeatExchanger) -> str:
    """Channels of each pass, in the order that the fluid takes: ``44 + 43 / 43 + 43, uneven``."""
    stack = exchanger.stack
    count = np.bincount(stack.in_pass)
    sides = [count[stack.pass_side == side] for side in range(2)]
    text = " / ".join(" + ".join(map(str, own)) for own in sides)
    return f"{text}, uneven" if any(np.ptp(own) > 0 for own in sides) else text


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "heat_rate": {"label": "heat asked for", "value": duty.heat_rate, "unit": "W"},
        "hot_T_out": {"label": "hot outlet asked for", "value": duty.T_out[0], "unit": "K"},
        "cold_T_out": {"label": "cold outlet asked for", "value": duty.T_out[1], "unit": "K"},
    }


def _correlation(exchanger: PlateHeatExchanger, result: xr.Dataset) -> dict[str, Any]:
    record = correlation(exchanger.law_name)
    own = exchanger.plate.correlation
    friction = correlation(exchanger.friction_name or record.friction)
    return {
        "name": record.name,
        "title": record.title,
        "reference": record.reference,
        "friction": friction.name,
        "friction_reference": friction.reference,
        "unverified": list(record.unverified),
        "warnings": outside_validity(result),
        "Nu_factor": list(exchanger.nusselt_factor or (own.Nu_factor.nominal,) * 2),
        "f_factor": list(exchanger.friction_factor or (own.f_factor.nominal,) * 2),
        "port_loss": own.port_loss.nominal,
    }


def _reaching(exchanger: PlateHeatExchanger, result: xr.Dataset) -> PlateHeatExchanger:
    """Exchanger with the property tables that its rating was made with."""
    T_in = result["T_in"].values
    return exchanger.reaching(float(T_in.min()), float(T_in.max()))


def outside_validity(result: xr.Dataset) -> list[str]:
    """Where a rating lies outside what its correlation was made for: Reynolds, Prandtl, angle, enlargement.

    Parameters
    ----------
    result : xarray.Dataset
        Of ``rate``.
    """
    return str(result.attrs["outside_validity"]).splitlines()
