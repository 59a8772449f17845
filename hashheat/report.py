"""The report: one HTML file that opens offline and answers the question in its first screen."""

from pathlib import Path
from typing import Any

import xarray as xr

from hashheat import plots
from hashheat.page import page
from hashheat.summary import worst_units
from hashheat.terminal import STATUS_WORDS


def render(result: xr.Dataset, summary: dict[str, Any]) -> str:
    """HTML text of the report; it computes nothing beyond its two arguments.

    Parameters
    ----------
    result : xarray.Dataset
        Of :func:`hashheat.fleet.check.check_plant`, for the plots.
    summary : dict
        Of :func:`hashheat.summary.summarize`, for every number.
    """
    return page(
        "report.html",
        s=summary,
        worst=worst_units(summary),
        status_words=STATUS_WORDS,
        plots={
            "margins": plots.margins(summary),
            "envelope": plots.envelope(result, summary),
            "distributions": plots.distributions(result, summary),
            "path": plots.coolant_path(result, summary),
            "header": plots.along_header(result, summary),
            "sobol": plots.sensitivity(summary),
        },
    )


def write_report(result: xr.Dataset, summary: dict[str, Any], path: Path) -> None:
    """Write the report to a file; see :func:`render`."""
    path.write_text(render(result, summary), encoding="utf-8")
