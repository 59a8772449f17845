"""Charts of a population: SVG text."""

from typing import Any

import numpy as np

from hashheat.components.plot_style import BLACK, BLUE, GREY, RED, blank, styled
from hashheat.fleet.population_statistics import THRESHOLDS, PopulationStatistics
from hashheat.inline_svg import inline_svg

ZERO_C = 273.15


def _limit(ax: Any, sheet: dict[str, Any]) -> None:
    label = "junction limit" + (", nominal" if sheet["limit"]["uncertain"] else "")
    ax.axvline(sheet["limit"]["value"] - ZERO_C, color=RED, lw=1.4, ls="--", label=label)


def _ends(sheet: dict[str, Any]) -> tuple[float, float]:
    """Where the axis of temperature begins and ends [degC]."""
    T, limit = sheet["T_hottest_chip"], sheet["limit"]["value"]
    low = min(limit, limit if T["lowest"] is None else T["lowest"])
    high = max(limit, limit if T["highest"] is None else T["highest"])
    return low - ZERO_C - 2.0, high - ZERO_C + 2.0


@styled
def histogram(found: PopulationStatistics, sheet: dict[str, Any]) -> str:
    """Units by the hottest of their chips, in bins of half a kelvin.

    Parameters
    ----------
    found : PopulationStatistics
    sheet : dict
        Of :func:`hashheat.population_sheet.population_sheet`.
    """
    figure, ax = blank(7.4, 4.0)
    counts = -np.diff(found.above.sum(axis=0))
    ax.stairs(counts, THRESHOLDS - ZERO_C, fill=True, color=BLUE, alpha=0.75)
    _limit(ax, sheet)
    ax.set_xlim(*_ends(sheet))
    ax.set_xlabel("hottest chip of a unit [°C]")
    ax.set_ylabel("units per 0.5 K")
    ax.legend(loc="upper right")
    return inline_svg(figure, "histogram", "Units by the hottest of their chips")


@styled
def tail(found: PopulationStatistics, sheet: dict[str, Any]) -> str:
    """Share of units above a temperature, with its confidence band; of each fleet too where there are several.

    Parameters
    ----------
    found : PopulationStatistics
    sheet : dict
        Of :func:`hashheat.population_sheet.population_sheet`.
    """
    tails = found.tails(sheet["level"])
    low, middle, high = (tails[name].values for name in ("tail_low", "tail_probability", "tail_high"))
    T = THRESHOLDS - ZERO_C
    figure, ax = blank(7.4, 4.0)
    if found.fleets > 1:
        shares = found.above / found.size
        for share in shares[:50]:
            ax.plot(T, np.where(share > 0.0, share, np.nan), color=GREY, lw=0.5, alpha=0.5)
    band = f"{100 * sheet['level']:g} % confidence"
    ax.fill_between(T, np.where(low > 0.0, low, 1e-12), high, color=BLUE, alpha=0.25, lw=0, label=band)
    ax.plot(T, np.where(middle > 0.0, middle, np.nan), color=BLUE, lw=1.8, label="share of units above")
    ax.axhline(sheet["allowed"], color=BLACK, lw=0.9, ls=":", label="share allowed above the limit")
    _limit(ax, sheet)
    ax.set_yscale("log")
    ax.set_ylim(0.3 / found.units, 1.5)
    ax.set_xlim(*_ends(sheet))
    ax.set_xlabel("hottest chip of a unit [°C]")
    ax.set_ylabel("share of units above")
    ax.legend(loc="lower left")
    return inline_svg(figure, "tail", "Share of units above a temperature")
