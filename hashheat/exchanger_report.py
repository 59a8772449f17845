"""The report of a rated exchanger: its data sheet as one HTML file that opens offline."""

from pathlib import Path
from typing import Any

import xarray as xr

from hashheat.components.exchanger_plots import (
    plot_along_plates,
    plot_channel_flows,
    plot_temperature_heat,
)
from hashheat.inline_svg import inline_svg
from hashheat.page import page


def sheet_plots(rating: xr.Dataset, *, counterflow: bool = True) -> dict[str, str]:
    """Plots of a data sheet as SVG, for ``exchanger_sheet.html``.

    Parameters
    ----------
    rating : xarray.Dataset
        Of a single case.
    counterflow : bool
        As of :func:`hashheat.components.exchanger_plots.plot_temperature_heat`.

    Returns
    -------
    dict of str to str
        ``TQ``, ``along``, ``ends``, ``flow``.
    """
    return {
        "TQ": inline_svg(
            plot_temperature_heat(rating, counterflow=counterflow), "TQ", "Temperature over heat"
        ),
        "along": inline_svg(
            plot_along_plates(rating, panel="plates"), "along", "Temperatures along the plates"
        ),
        "ends": inline_svg(
            plot_along_plates(rating, panel="stack"), "ends", "Temperature where channels end"
        ),
        "flow": inline_svg(plot_channel_flows(rating), "flow", "Flow of every channel"),
    }


def render_rating(rating: xr.Dataset, sheet: dict[str, Any], *, counterflow: bool = True) -> str:
    """HTML text of the report of a rating.

    Parameters
    ----------
    rating : xarray.Dataset
        For the plots.
    sheet : dict
        Of :func:`hashheat.exchanger_sheet.data_sheet`, for every number.
    counterflow : bool
        As of :func:`sheet_plots`.
    """
    return page("exchanger.html", s=sheet, plots=sheet_plots(rating, counterflow=counterflow))


def write_rating_report(
    rating: xr.Dataset, sheet: dict[str, Any], path: Path, *, counterflow: bool = True
) -> None:
    """Write the report to a file; see :func:`render_rating`."""
    path.write_text(render_rating(rating, sheet, counterflow=counterflow), encoding="utf-8")
