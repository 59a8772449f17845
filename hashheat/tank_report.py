"""The report of an immersion tank: one HTML file that opens offline."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hashheat.components.tank_plots import plot_panel, plot_tank
from hashheat.inline_svg import inline_svg
from hashheat.page import page
from hashheat.tank_terminal import closely, spread

if TYPE_CHECKING:
    from hashheat.components.two_phase_tank import TwoPhaseTank

_TITLES = {
    "lengthwise": "Temperature and flow along the tank",
    "crosswise": "Temperature and flow across the tank",
    "board": "Chips of the hottest board",
    "boards": "Hottest chip of every board",
    "stratification": "Temperature of the oil over height",
    "history": "How the solution settled",
}


def tank_plots(result: xr.Dataset, sheet: dict[str, Any], run: xr.Dataset | None = None) -> dict[str, str]:
    """Figures of the report as SVG.

    Parameters
    ----------
    result : xarray.Dataset
        Of one state.
    sheet : dict
        Of :func:`hashheat.tank_sheet.tank_sheet`.
    run : xarray.Dataset, optional
        Run in time.

    Returns
    -------
    dict of str to str
        ``lengthwise``, ``crosswise``, ``stratification``, ``board`` and ``boards`` of a solved state; ``history``
        where the solver left one; ``transient`` of a run in time.
    """
    panels = []
    if sheet["verdict"] != "none":
        panels += ["lengthwise", "crosswise", "stratification"] if "zone" in result else []
        has_chips = "T_chip" in result and bool(np.isfinite(result["T_chip"].values).any())
        panels += ["board", "boards"] if has_chips else []
    has_history = any((np.array(x, dtype=float) > 0.0).any() for x in sheet["numerics"]["history"].values())
    panels += ["history"] if has_history else []
    found = {name: inline_svg(plot_panel(result, name), name, _TITLES[name]) for name in panels}
    if run is not None:
        found["transient"] = inline_svg(plot_tank(run, "transient"), "transient", "Temperatures over time")
    return found


def write_bath_report(tank: "TwoPhaseTank", result: xr.Dataset, sheet: dict[str, Any], path: Path) -> None:
    """Write the report of a two-phase tank to a file.

    Parameters
    ----------
    tank : TwoPhaseTank
        Draws its own figures.
    result : xarray.Dataset
        One steady state.
    sheet : dict
        Of :func:`hashheat.bath_sheet.bath_sheet`.
    path : Path
    """
    plots = {name: inline_svg(tank.plot(result, name), name, title) for name, title, _ in sheet["figures"]}
    text = page("tank.html", s=sheet, plots=plots, spread=spread, closely=closely)
    path.write_text(text, encoding="utf-8")


def render_tank(result: xr.Dataset, sheet: dict[str, Any], run: xr.Dataset | None = None) -> str:
    """HTML text of the report.

    Parameters
    ----------
    result : xarray.Dataset
        For the figures; see :func:`tank_plots`.
    sheet : dict
        For every number.
    run : xarray.Dataset, optional
        Run in time.

    Returns
    -------
    str
    """
    return page("tank.html", s=sheet, plots=tank_plots(result, sheet, run), spread=spread, closely=closely)


def write_tank_report(
    result: xr.Dataset, sheet: dict[str, Any], path: Path, *, run: xr.Dataset | None = None
) -> None:
    """Write the report to a file.

    Parameters
    ----------
    result, sheet, run
        As for :func:`render_tank`.
    path : Path
    """
    path.write_text(render_tank(result, sheet, run), encoding="utf-8")
