"""From a rated exchanger and its limits to the verdict: what is kept, by how much, and in how many samples."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.assumptions import short_text
from hashheat.summary import number
from hashheat.terminal import in_field
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


def band(result: xr.Dataset, name: str, side: int | None = None) -> dict[str, float | None]:
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


def holds_in_samples(limit: Limit, result: xr.Dataset) -> np.ndarray | None:
    """Samples that keep a limit.

    Parameters
    ----------
    limit : Limit
    result : xarray.Dataset
        Of :func:`hashheat.rate_command.rate_file`.

    Returns
    -------
    (n,) bool array or None
        None where nothing was sampled. A sample without a steady state keeps no limit.
    """
    own = f"sample_holds_{limit.name}"
    if own in result:
        kept: np.ndarray = result[own].values > 0.5
        return kept
    _, sense, name, side, _, _ = LIMITS[limit.name]
    if f"sample_{name}" not in result:
        return None
    x = result[f"sample_{name}"].values if side is None else result[f"sample_{name}"].values[:, side]
    own = f"sample_limit_{limit.name}"
    bound = result[own].values if own in result else limit.value
    sign = 1.0 if sense == "at least" else -1.0
    return np.where(np.isfinite(x), sign * (x - bound) >= 0.0, False)


def share_holding_all(limits: Sequence[Limit], result: xr.Dataset) -> float | None:
    """Share of the samples that keep every limit together [-]; None without samples or limits."""
    held = [h for h in (holds_in_samples(limit, result) for limit in limits) if h is not None]
    return float(np.logical_and.reduce(held).mean()) if held else None


def verdict_sentence(holds: bool, share: float | None, has_limits: bool, samples: int) -> str:
    """What the verdict stands for, in words.

    Parameters
    ----------
    holds : bool
        Whether every limit holds at nominal values.
    share : float or None
        Of :func:`share_holding_all`.
    has_limits : bool
    samples : int
    """
    word = "PASS" if holds else "FAIL"
    if not has_limits:
        return f"{word}: no limit is set"
    if share is None:
        return f"{word} at nominal values; nothing was sampled"
    percent = f"{100.0 * share:.0f}" if share in (0.0, 1.0) else f"{min(max(100.0 * share, 1.0), 99.0):.0f}"
    return f"{word} at nominal values; all limits hold in {percent} % of {samples} samples"


def limit_row(limit: Limit, result: xr.Dataset, extra: Mapping[str, float | None]) -> dict[str, Any]:
    """One row of the table of limits.

    Parameters
    ----------
    limit : Limit
    result : xarray.Dataset
    extra : mapping of str to float or None
        Numbers that are not in it: the oversurfaces.
    """
    label, sense, name, side, unit, margin_unit = LIMITS[limit.name]
    reached: float | None
    if name in extra:
        reached = extra[name]
    else:
        reached = number(result[name].values if side is None else result[name].values[side])
    sign = 1.0 if sense == "at least" else -1.0
    held = holds_in_samples(limit, result)
    q = limit.quantity
    return {
        "name": limit.name,
        "label": label,
        "key": limit.key,
        "sense": sense,
        "limit": limit.value,
        "limit_text": "" if q is None else short_text(q),
        "limit_status": "" if q is None else q.status,
        "limit_is_uncertain": q is not None and q.is_uncertain,
        "unit": unit,
        "nominal": reached,
        **band(result, name, side),
        "margin": None if reached is None else sign * (reached - limit.value),
        "margin_unit": margin_unit,
        "holds_at_nominal": reached is not None and sign * (reached - limit.value) >= 0.0,
        "holds_in": None if held is None else float(held.mean()),
    }


def reasons(
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
    if not found and rows:
        found.append("every limit holds at nominal values")
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
