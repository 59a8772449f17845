"""The report: one HTML file that opens offline and answers the question in its first screen."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import xarray as xr

from hashheat import plots
from hashheat.summary import worst_units
from hashheat.terminal import STATUS_WORDS, in_field


def render(result: xr.Dataset, summary: dict[str, Any]) -> str:
    """HTML text of the report; it computes nothing beyond its two arguments.

    Parameters
    ----------
    result : xarray.Dataset
        Of :func:`hashheat.fleet.check.check_plant`, for the plots.
    summary : dict
        Of :func:`hashheat.summary.summarize`, for every number.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["field"] = in_field
    environment.filters["percent"] = _percent
    template = environment.from_string(files("hashheat").joinpath("report.html").read_text(encoding="utf-8"))
    return template.render(
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


def _percent(x: float | None, digits: int = 0) -> str:
    return "-" if x is None else f"{100.0 * x:.{digits}f} %"
