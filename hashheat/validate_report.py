"""The report of a comparison with field data: one HTML file that opens offline."""

from pathlib import Path
from typing import Any

import numpy as np

from hashheat import validate_plots
from hashheat.page import page
from hashheat.validate_sheet import told_range
from hashheat.validate_terminal import plain, signed
from hashheat.validation.unit_validation import UnitValidation


def validation_plots(
    found: UnitValidation, sheet: dict[str, Any], times: np.ndarray
) -> dict[str, str | dict[str, str] | None]:
    """Figures of the report as SVG.

    Parameters
    ----------
    found : UnitValidation
    sheet : dict
        Of :func:`hashheat.validate_sheet.validation_sheet`.
    times : (points,) array
        Of the usable points.

    Returns
    -------
    dict
        ``parity`` by quantity, ``residuals``, ``series``, ``balance`` and ``chips``; None where there is
        nothing to draw.
    """
    synthetic = sheet["synthetic"] is not None
    return {
        "parity": {name: validate_plots.parity(found, name, synthetic) for name in found.comparisons},
        "residuals": validate_plots.residuals(found, synthetic),
        "series": validate_plots.series(found, times, synthetic),
        "balance": validate_plots.balance(found, times, synthetic),
        "chips": validate_plots.chip_map(found, synthetic),
    }


def write_validation_report(
    found: UnitValidation, sheet: dict[str, Any], times: np.ndarray, path: Path
) -> None:
    """Write the report to a file.

    Parameters
    ----------
    found, sheet, times
        As for :func:`validation_plots`.
    path : Path
    """
    text = page(
        "validate.html",
        s=sheet,
        plots=validation_plots(found, sheet, times),
        plain=plain,
        signed=signed,
        told_range=told_range,
    )
    path.write_text(text, encoding="utf-8")
