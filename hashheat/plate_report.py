"""The report of a cold plate: one HTML file that opens offline."""

from pathlib import Path
from typing import Any

import xarray as xr

from hashheat.components.cold_plate_charts import faces, has_histogram
from hashheat.components.cold_plate_plots import plot_curves, plot_panel, plot_section
from hashheat.inline_svg import inline_svg
from hashheat.page import page


def plate_plots(result: xr.Dataset, curves: xr.Dataset, sheet: dict[str, Any]) -> dict[str, str]:
    """Figures of the report as SVG.

    Parameters
    ----------
    result : xarray.Dataset
        Of one state, with fields.
    curves : xarray.Dataset
        States along ``volume_flow``.
    sheet : dict
        Of :func:`hashheat.plate_sheet.plate_sheet`.

    Returns
    -------
    dict of str to str
        ``top`` and ``bottom`` where there are chips, ``coolant``, ``rises``, ``junctions`` where there are many,
        ``curves``, and ``section`` where the thickness is resolved.
    """
    limit = sheet["limits"][0]["limit"]
    titles = {
        "top": "Top face with chips",
        "bottom": "Bottom face with chips",
        "coolant": "Coolant along its way",
        "rises": "What the hottest junctions are made of",
        "junctions": "Junctions and their limit",
    }
    panels = [*faces(result), "coolant", "rises", *(["junctions"] if has_histogram(result) else [])]
    found = {name: inline_svg(plot_panel(result, name, limit), name, titles[name]) for name in panels}
    flow = sheet["state"]["volume_flow"]["value"]
    found["curves"] = inline_svg(
        plot_curves(curves, flow), "curves", "Resistance and pressure drop over flow"
    )
    if result.sizes["layer"] > 1:
        found["section"] = inline_svg(plot_section(result), "section", "Section at the hottest chip")
    return found


def render_plate(result: xr.Dataset, curves: xr.Dataset, sheet: dict[str, Any]) -> str:
    """HTML text of the report.

    Parameters
    ----------
    result, curves : xarray.Dataset
        For the figures; see :func:`plate_plots`.
    sheet : dict
        For every number.
    """
    return page("plate.html", s=sheet, plots=plate_plots(result, curves, sheet))


def write_plate_report(result: xr.Dataset, curves: xr.Dataset, sheet: dict[str, Any], path: Path) -> None:
    """Write the report to a file; see :func:`render_plate`."""
    path.write_text(render_plate(result, curves, sheet), encoding="utf-8")
