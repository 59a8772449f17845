"""From a solved tank to the verdict: limits and what is left to them, why there is none, and heat to the water."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hashheat.assumptions import short_text
from hashheat.exchanger_verdict import verdict_sentence
from hashheat.summary import number
from hashheat.tank_grids import GridRun
from hashheat.terminal import in_field

if TYPE_CHECKING:
    from hashheat.components.immersion_tank import ImmersionTank

#: What the trade claims of heat to the water over electric power [-]; no measurement behind it was found.
CLAIMED_CAPTURE = 0.98
#: Histories of a flow solve: residuals, and the quantity asked for.
HISTORY = ("history_momentum", "history_mass", "history_energy", "history_watch")


def sentence(verdict: str, status: str, samples: Mapping[str, Any] | None = None) -> str:
    """Say the verdict in one line: that of the nominal values, or why there is none.

    Parameters
    ----------
    verdict : {"pass", "fail", "none"}
    status : str
        Text of the solver's status, used where there is no verdict.
    samples : mapping, optional
        Of :func:`hashheat.tank_samples.sample_notes`.

    Returns
    -------
    str
    """
    if verdict == "none":
        why = status.removeprefix("not converged").strip(" :")
        return f"NO VERDICT: the solution did not converge{f' ({why})' if why else ''}"
    share = None if samples is None else samples["share"]
    return verdict_sentence(verdict == "pass", share, True, 0 if samples is None else samples["count"])


def junction_limits(tank: "ImmersionTank", result: xr.Dataset) -> list[dict[str, Any]]:
    """Rows of the table of limits: the junction with the least margin, by kind of miner.

    Parameters
    ----------
    tank : ImmersionTank
    result : xarray.Dataset
        One solved state.

    Returns
    -------
    list of dict
        One row for each table of miners, and one for the flash point where it is known; SI.
    """
    limits, reached = result["T_junction_limit"].values, result["miner_T_junction"].values
    names = [str(name) for name in result["miner"].values]
    rows, first = [], 0
    for i, miner in enumerate(tank.file.miner):
        # Units stand in the order of the tables.
        own = range(first, first + miner.count[0] * miner.count[1])
        first = own.stop
        k = max(own, key=lambda at: float(reached[at] - limits[at]))
        rows.append(
            {
                "name": f"junction.{i}",
                "label": "hottest junction"
                if len(tank.file.miner) == 1
                else f"hottest junction, {miner.name}",
                "where": names[k],
                "sense": "at most",
                "key": f"miner.{i}.limit",
                "limit": number(limits[k]),
                "unit": "K",
                "reached": number(reached[k]),
                "margin": number(limits[k] - reached[k]),
                "margin_unit": "delta_K",
                "holds": bool(reached[k] <= limits[k]),
                "status": miner.limit.status,
                "text": short_text(miner.limit) if miner.limit.is_uncertain else "",
            }
        )
    flash = result.attrs.get("flash_point_kelvin")
    if flash is not None and np.isfinite(flash):
        hottest = number(result["T_oil_max"])
        rows.append(
            {
                "name": "flash",
                "label": "hottest oil",
                "where": "",
                "sense": "below its flash point",
                "key": "fluid.flash_point",
                "limit": float(flash),
                "unit": "K",
                "reached": hottest,
                "margin": None if hottest is None else float(flash) - hottest,
                "margin_unit": "delta_K",
                "holds": hottest is not None and hottest < float(flash),
                "status": str(result.attrs.get("flash_point_status", "")),
                "text": "",
            }
        )
    return rows


def compare_capture(reached: float | None) -> dict[str, Any]:
    """Compare the capture efficiency with what is claimed.

    Parameters
    ----------
    reached : float or None
        Heat to the water over electric power [-]; None without a solution.

    Returns
    -------
    dict
        ``reached``, ``claimed`` and ``text``.
    """
    if reached is None:
        text = "not known: the solution did not converge"
    else:
        less = 100.0 * (reached - CLAIMED_CAPTURE)
        side = "above" if less > 0.0 else "below"
        gap = f"{abs(less):.1f} points {side}" if abs(less) >= 0.05 else "the same as"
        text = f"{100.0 * reached:.1f} % of the electric power goes to the water, {gap} the claimed 98 %"
    return {"reached": reached, "claimed": CLAIMED_CAPTURE, "text": text}


def reasons(
    limits: Sequence[Mapping[str, Any]], capture: Mapping[str, Any], grid: Mapping[str, Any] | None
) -> list[str]:
    """What fails or how much is left, whether the grid could turn it, and what reaches the water.

    Parameters
    ----------
    limits : sequence of mapping
        Of :func:`junction_limits`.
    capture : mapping
        Of :func:`compare_capture`.
    grid : mapping or None
        Of :func:`hashheat.tank_grids.grid_table`.

    Returns
    -------
    list of str
    """
    found = []
    for row in limits:
        if not row["holds"]:
            reached, bound = in_field(row["reached"], row["unit"], 4), in_field(row["limit"], row["unit"], 4)
            where = f" ({row['where']})" if row["where"] else ""
            found.append(f"{row['label']}{where}: {reached}, {row['sense']} {bound} is asked")
    closest = min(limits, key=lambda row: row["margin"], default=None)
    if not found and closest is not None:
        found.append(
            f"every limit holds at nominal values; {closest['label']} has {closest['margin']:.1f} K to spare"
        )
    band = None
    if grid is not None:
        row = next(r for r in grid["rows"] if r["name"] == "T_junction")
        band = row["band"]
        if band is None:
            known = [value for value in row["values"] if value is not None]
            apart = f", which are {max(known) - min(known):.2g} K apart" if len(known) > 1 else ""
            found.append(
                f"the error of the hottest junction by the cells' size is not known: it {row['text']}{apart}"
            )
    junctions = [row for row in limits if str(row["name"]).startswith("junction")]
    near = min(junctions, key=lambda row: abs(row["margin"]), default=None)
    if band is not None and near is not None and abs(near["margin"]) <= band:
        found.append(
            f"the margin of {near['margin']:+.2f} K of the {near['label']} is within the {band:.2f} K that the "
            "cells' size may add: a finer grid may put it on the other side"
        )
    found.append(str(capture["text"]))
    return found


def why_none(result: xr.Dataset, grids: Sequence[GridRun]) -> list[str]:
    """How far a solution came that did not converge.

    Parameters
    ----------
    result : xarray.Dataset
        A state that did not converge.
    grids : sequence of GridRun
        Of all grids, the finest last.

    Returns
    -------
    list of str
    """
    found = []
    for name in HISTORY[:3]:
        values = result[name].values if name in result else np.zeros(0)
        if np.isfinite(values).any():
            last = values[np.isfinite(values)][-1]
            found.append(f"residual of {name.removeprefix('history_')}: {last:.1e} of its first value")
    for grid in grids[:-1]:
        if grid.status == 0:
            found.append(f"the coarser grid of {grid.cells} cells converged")
    found.append("a coarser grid, more flow or less power may show what stands in the way")
    return found
