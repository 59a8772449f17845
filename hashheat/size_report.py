"""The report of a sizing: the data sheet of the best exchanger, and its alternatives."""

from pathlib import Path
from typing import Any

import xarray as xr

from hashheat.exchanger_report import sheet_plots
from hashheat.page import page


def render_sizing(rating: xr.Dataset, sizing: dict[str, Any]) -> str:
    """HTML text of the report of a sizing.

    Parameters
    ----------
    rating : xarray.Dataset
        Of the best, for the plots.
    sizing : dict
        Of :func:`hashheat.size_command.run_size`, for every number.
    """
    counterflow = sizing["sheet"]["geometry"]["flow"]["value"] == "counterflow"
    return page(
        "exchanger_sizing.html",
        z=sizing,
        s=sizing["sheet"],
        plots=sheet_plots(rating, counterflow=counterflow),
    )


def write_sizing_report(rating: xr.Dataset, sizing: dict[str, Any], path: Path) -> None:
    """Write the report to a file; see :func:`render_sizing`."""
    path.write_text(render_sizing(rating, sizing), encoding="utf-8")
