"""Alarm charts of flagged units: SVG text."""

from typing import Any

import numpy as np

from hashheat.components.plot_style import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, blank, styled
from hashheat.inline_svg import inline_svg
from hashheat.validation.monitoring import Monitoring

_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY)
_NAMES = {"T_chip_mean": "mean chip", "T_out": "outlet"}
#: Units drawn, and points of a line: a report stays light enough to be sent.
MOST_UNITS = 12
_MOST_POINTS = 600


def most_alarming(found: Monitoring) -> list[str]:
    """Flagged units with the strongest alarms, as many as are drawn."""
    order = sorted(found.alarms, key=lambda alarm: -abs(alarm.strength))
    return list(dict.fromkeys(alarm.unit for alarm in order))[:MOST_UNITS]


@styled
def sums(found: Monitoring, unit: str, place: int, synthetic: bool) -> str:
    """Residuals and cumulative sums of a flagged unit with the threshold, by variable that signalled.

    Parameters
    ----------
    found : Monitoring
    unit : str
    place : int
        Number of the chart on the page.
    synthetic : bool
    """
    pairs = [(a, t) for a, t in zip(found.alarms, found.traces) if t.unit == unit]
    figure, axes = blank(7.4, 3.2 * len(pairs), len(pairs), 2, squeeze=False)
    for (alarm, trace), (left, right) in zip(pairs, axes):
        t = trace.times
        step = max(1, -(-t.size // _MOST_POINTS))
        for board in range(trace.gap.shape[1]):
            color = _COLORS[board % len(_COLORS)]
            label = f"board {board}" if trace.variable == "T_chip_mean" else "outlet"
            left.plot(t[::step], trace.gap[::step, board], ".", color=color, ms=3, label=label)
            right.plot(t[::step], trace.high[::step, board], color=color, lw=1.4)
            right.plot(t[::step], -trace.low[::step, board], color=color, lw=1.4)
        for level in (found.h, -found.h):
            right.axhline(level, color=RED, lw=1.0, ls="--")
        for ax in (left, right):
            ax.axvline(alarm.time, color=RED, lw=0.8)
            _few_dates(ax, t)
        left.set_ylabel(f"{_NAMES[trace.variable]}, off its level [K]")
        right.set_ylabel("cumulative sums [scatter]")
        left.legend(loc="best", markerscale=2.5)
    if synthetic:
        figure.suptitle("synthetic data", x=0.995, ha="right", color=RED, fontsize=9, weight="bold")
    return inline_svg(figure, f"sums{place}", "Residuals and cumulative sums of a flagged unit")


def _few_dates(ax: Any, t: np.ndarray) -> None:
    if not np.issubdtype(t.dtype, np.datetime64):
        ax.set_xlabel("record")
        return
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    # Fewer leave ranges, such as three hours less a little, for which it has no interval.
    locator = AutoDateLocator(minticks=3, maxticks=7)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
