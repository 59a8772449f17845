"""Plots of a calibration: SVG text."""

from typing import Any

import numpy as np

from hashheat.components.plot_style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, blank, styled
from hashheat.inline_svg import inline_svg
from hashheat.validation.unit_calibration import UnitCalibration
from hashheat.validation.unit_validation import LABELS

_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED)


@styled
def before_and_after(sheet: dict[str, Any]) -> str:
    """What was stated of each fitted number, and what the data leave of it, in standard deviations stated."""
    rows = [row for row in sheet["rows"] if row["prior"] is not None][::-1]
    figure, ax = blank(7.4, 1.1 + 0.42 * max(len(rows), 1))
    for i, row in enumerate(rows):
        mean, sigma = row["prior"]
        low, high = ((end - mean) / sigma for end in row["interval"])
        ax.plot([-1.96, 1.96], [i, i], color="#c9d3de", lw=9, solid_capstyle="butt")
        ax.plot([low, high], [i, i], color=BLUE, lw=4, solid_capstyle="butt")
        ax.plot((row["value"] - mean) / sigma, i, "o", color=BLACK, ms=5)
    ax.set_yticks(range(len(rows)), [row["name"] for row in rows])
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.axvline(0.0, color=GREY, lw=0.8)
    ax.set_xlabel("distance from what was stated, in its standard deviations; bars: 95 %")
    return inline_svg(figure, "before", "Fitted numbers against what was stated of them")


@styled
def residuals(found: UnitCalibration) -> str:
    """Residuals of every point in standard deviations, over inlet temperature, flow and power."""
    points = found.fit.model.points
    r = found.fit.residuals(found.x[None])[0]
    some = np.isfinite(found.fit.measured)
    axes_of = [("inlet [°C]", points.T_in - 273.15)]
    if points.volume_flow is not None:
        axes_of.append(("flow [L/min]", points.volume_flow * 6e4))
    if points.power is not None:
        axes_of.append(("power [kW]", points.power * 1e-3))
    figure, axes = blank(3.4 * len(axes_of), 3.3, 1, len(axes_of), sharey=True, squeeze=False)
    for ax, (label, x) in zip(axes[0], axes_of):
        ax.axhspan(-2.0, 2.0, color="#e9edf2", zorder=0)
        for color, (name, columns) in zip(_COLORS, found.fit.columns.items()):
            part = np.where(some[:, columns], r[:, columns], np.nan)
            at = np.repeat(x[:, None], part.shape[1], axis=1)
            ax.plot(at.ravel(), part.ravel(), ".", color=color, ms=4, label=LABELS[name])
        ax.set_xlabel(label)
    axes[0, 0].set_ylabel("residual, in its standard deviations")
    axes[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return inline_svg(figure, "residuals", "Residuals of the fit")
