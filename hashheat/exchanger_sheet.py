"""From a rated exchanger to the plain numbers of its data sheet, which terminal, JSON and report all show.

SI throughout; what has no value is None, never NaN. Nothing here knows whether the exchanger was given or found.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.chevron_correlations import correlation
from hashheat.components.exchanger_duty import Duty
from hashheat.components.exchanger_oversurface import oversurface
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.names import compact, in_words
from hashheat.summary import number
from hashheat.terminal import in_field
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import conductivity, density, heat_capacity, prandtl, viscosity
from hashheat.thermo.quantity import Quantity

#: What can be asked of an exchanger: (label, sense, variable, side, unit of the value, unit of the margin).
LIMITS: dict[str, tuple[str, str, str, int | None, str, str]] = {
    "heat_rate": ("heat", "at least", "heat_rate", None, "W", "W"),
    "hot_T_out": ("hot outlet", "at most", "T_out", 0, "K", "delta_K"),
    "cold_T_out": ("cold outlet", "at least", "T_out", 1, "K", "delta_K"),
    "oversurface": ("oversurface", "at least", "oversurface", None, "1", "1"),
    "hot_pressure_drop": ("pressure drop, hot", "at most", "pressure_drop", 0, "Pa", "Pa"),
    "cold_pressure_drop": ("pressure drop, cold", "at most", "pressure_drop", 1, "Pa", "Pa"),
    "hot_port_velocity": ("port velocity, hot", "at most", "port_velocity", 0, "m/s", "m/s"),
    "cold_port_velocity": ("port velocity, cold", "at most", "port_velocity", 1, "m/s", "m/s"),
}

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


class Limit(NamedTuple):
    """One limit of an exchanger.

    Attributes
    ----------
    name : str
        A key of :data:`LIMITS`.
    key : str
        Where it stands in a file.
    value : float
        SI.
    quantity : Quantity or None
        With spread and source, where it has one.
    """

    name: str
    key: str
    value: float
    quantity: Quantity | None = None


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
    rows = [_limit_row(limit, result, extra) for limit in limits]
    holds = all(row["holds_at_nominal"] for row in rows)
    status = result["sample_status"].values if "sample_status" in result else np.zeros(0, dtype=int)
    numbers = _numbers(exchanger, result, extra)
    return {
        "title": title or exchanger.name or exchanger.plate.name,
        "note": note,
        "file": file,
        "verdict": "pass" if holds else "fail",
        "reasons": _reasons(rows, spare, duty is not None, status),
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
        "assumptions": [_assumption(key, q, key in sampled) for key, q in (quantities or {}).items()],
    }


def _band(result: xr.Dataset, name: str, side: int | None = None) -> dict[str, float | None]:
    """Percentiles of a sampled variable over the samples that have a steady state."""
    key = f"sample_{name}"
    if key not in result:
        return {"p05": None, "p50": None, "p95": None}
    x = result[key].values if side is None else result[key].values[:, side]
    x = x[np.isfinite(x)]
    # A band of no width, where only limits are uncertain, says nothing.
    if not x.size or np.ptp(x) <= 1e-9 * np.abs(x).max():
        return {"p05": None, "p50": None, "p95": None}
    p = np.percentile(x, (5.0, 50.0, 95.0))
    return {"p05": number(p[0]), "p50": number(p[1]), "p95": number(p[2])}


def _limit_row(limit: Limit, result: xr.Dataset, extra: Mapping[str, float | None]) -> dict[str, Any]:
    label, sense, name, side, unit, margin_unit = LIMITS[limit.name]
    reached: float | None
    if name in extra:
        reached = extra[name]
    else:
        reached = number(result[name].values if side is None else result[name].values[side])
    sign = 1.0 if sense == "at least" else -1.0
    holds_in = None
    if f"sample_{name}" in result:
        x = result[f"sample_{name}"].values if side is None else result[f"sample_{name}"].values[:, side]
        own = f"sample_limit_{limit.name}"
        bound = result[own].values if own in result else limit.value
        # A sample without a steady state holds no limit.
        holds_in = float(np.mean(np.where(np.isfinite(x), sign * (x - bound) >= 0.0, False)))
    q = limit.quantity
    return {
        "name": limit.name,
        "label": label,
        "key": limit.key,
        "sense": sense,
        "limit": limit.value,
        "limit_text": "" if q is None else compact(q.describe().split(" [", 1)[0]),
        "limit_status": "" if q is None else q.status,
        "limit_is_uncertain": q is not None and q.is_uncertain,
        "unit": unit,
        "nominal": reached,
        **_band(result, name, side),
        "margin": None if reached is None else sign * (reached - limit.value),
        "margin_unit": margin_unit,
        "holds_at_nominal": reached is not None and sign * (reached - limit.value) >= 0.0,
        "holds_in": holds_in,
    }


def _reasons(
    rows: Sequence[Mapping[str, Any]], spare: float | None, has_duty: bool, status: np.ndarray
) -> list[str]:
    """What fails at nominal values, or by how much the duty holds."""
    found = []
    for row in rows:
        if row["holds_at_nominal"]:
            continue
        asked = in_field(row["limit"], row["unit"], 4)
        reached = "out of reach" if row["nominal"] is None else in_field(row["nominal"], row["unit"], 4)
        found.append(f"{row['label']}: {reached}, {row['sense']} {asked} is asked")
    if not found:
        found.append("every limit holds at nominal values" if rows else "no limit is set")
    if has_duty:
        if spare is None:
            found.append(
                "no area of this arrangement, within a hundred times this one, gives the duty exactly"
            )
        elif spare >= 0.0:
            found.append(f"{100.0 * spare:.1f} % more area than the duty needs")
        else:
            needed = 100.0 * (1.0 / (1.0 + spare) - 1.0)
            found.append(f"the duty needs {needed:.1f} % more area than there is")
    sampled = [row for row in rows if row["holds_in"] is not None]
    if sampled:
        worst = min(sampled, key=lambda row: row["holds_in"])
        if worst["holds_in"] < 1.0:
            found.append(
                f"over the samples most often broken: {worst['label']}, in "
                f"{100.0 * (1.0 - worst['holds_in']):.0f} %"
            )
    if (status != 0).any():
        found.append(f"{int((status != 0).sum())} of {status.size} samples have no steady state")
    return found


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
            row[f"{side}_band"] = _band(result, name, i) if f"sample_{name}" in result else None
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
        found[name] = {"label": label, "unit": unit, "nominal": value, **_band(result, name)}
    return found


def _geometry(exchanger: PlateHeatExchanger) -> dict[str, dict[str, Any]]:
    """How it is built: label, value, and unit ("" for text and counts)."""
    p, file = exchanger.numbers, exchanger.plate
    counts = [c / n for c, n in zip(exchanger.channels, exchanger.passes)]
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
        ("channels_per_pass", "channels a pass", " / ".join(f"{c:.4g}" for c in counts), ""),
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


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "heat_rate": {"label": "heat asked for", "value": duty.heat_rate, "unit": "W"},
        "hot_T_out": {"label": "hot outlet asked for", "value": duty.T_out[0], "unit": "K"},
        "cold_T_out": {"label": "cold outlet asked for", "value": duty.T_out[1], "unit": "K"},
    }


def _correlation(exchanger: PlateHeatExchanger, result: xr.Dataset) -> dict[str, Any]:
    record = correlation(exchanger.law_name)
    own = exchanger.plate.correlation
    asked = (
        own.friction if exchanger.friction is None and exchanger.correlation is None else exchanger.friction
    )
    friction = correlation(asked or record.friction)
    Pr = [
        prandtl(unpack(exchanger.packed[i]), float(T))
        for i in range(2)
        for T in (result["T_in"].values[i], result["T_out"].values[i])
    ]
    law = own
    return {
        "name": record.name,
        "title": record.title,
        "reference": record.reference,
        "friction": friction.name,
        "friction_reference": friction.reference,
        "unverified": list(record.unverified),
        "warnings": exchanger.validity(result["Re_min"], result["Re_max"], (min(Pr), max(Pr))),
        "Nu_factor": law.Nu_factor.nominal,
        "f_factor": law.f_factor.nominal,
        "port_loss": law.port_loss.nominal,
    }


def _assumption(key: str, q: Quantity, sampled: bool) -> dict[str, Any]:
    return {
        "key": key,
        "name": in_words(key),
        "value": q.nominal,
        "unit": q.unit,
        "uncertain": q.is_uncertain,
        "sampled": sampled,
        "text": q.describe().split(" [", 1)[0],
        "status": q.status,
        "source": q.source,
        "note": q.note,
    }
