"""Plots of the calibration of a fleet: SVG text."""

from typing import Any

import numpy as np

from hashheat.components.plot_style import BLUE, GREY, ORANGE, RED, blank, styled
from hashheat.inline_svg import inline_svg

#: Units drawn one by one; of more, those at both ends and every so many between.
_MOST_UNITS = 120


@styled
def distribution(row: dict[str, Any], units: list[dict[str, Any]], place: int, synthetic: bool) -> str:
    """Estimates of the units beside the population they were found to be drawn from.

    Parameters
    ----------
    row : dict
        Of the sheet's ``rows``.
    units : list of dict
        The sheet's ``units``.
    place : int
        Number of the row, for the marks of the picture.
    synthetic : bool
    """
    own = np.array(
        [u["numbers"][row["key"]]["own"] for u in units if u["numbers"][row["key"]]["own"] is not None]
    )
    shrunk = np.array([u["numbers"][row["key"]]["estimate"] for u in units])
    figure, ax = blank(7.4, 3.4)
    both = np.concatenate(
        [own, shrunk, [row["mean"] - 3.0 * row["spread"], row["mean"] + 3.0 * row["spread"]]]
    )
    if np.ptp(both) > 0.0:
        bins = np.linspace(both.min(), both.max(), max(8, min(40, 2 * round(len(units) ** 0.5) + 4)))
        ax.hist(own, bins, color="#c9d3de", density=True, label="own estimates")
        ax.hist(shrunk, bins, histtype="step", color=BLUE, lw=1.6, density=True, label="shrunk estimates")
    if row["spread"] > 0.0:
        x = np.linspace(both.min(), both.max(), 300)
        ax.plot(x, _density(row, x), color=ORANGE, lw=2, label="population")
    ax.axvline(row["mean"], color=GREY, lw=1.0)
    ax.set_xlabel(_label(row))
    ax.set_ylabel("units (density)")
    ax.set_yticks([])
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="upper right")
    _mark(figure, synthetic)
    return inline_svg(figure, f"distribution{place}", f"Distribution of {row['name']} over the units")


@styled
def estimates(row: dict[str, Any], units: list[dict[str, Any]], place: int, synthetic: bool) -> str:
    """Every unit's shrunk estimate with its interval, in rising order; those outside the population marked."""
    of = sorted((u["numbers"][row["key"]] for u in units), key=lambda one: one["estimate"])
    at = np.arange(len(of))
    if len(of) > _MOST_UNITS:
        at = np.unique(np.linspace(0, len(of) - 1, _MOST_UNITS).astype(int))
        at = np.union1d(at, [i for i, one in enumerate(of) if one["outside"]][:_MOST_UNITS])
    value = np.array([of[i]["estimate"] for i in at])
    low, high = np.array([of[i]["interval"] for i in at]).T
    outside = np.array([of[i]["outside"] for i in at])
    figure, ax = blank(7.4, 3.6)
    ax.axhspan(*_middle(row), color="#e9edf2", zorder=0)
    ax.axhline(row["mean"], color=GREY, lw=1.0)
    for color, some in ((BLUE, ~outside), (RED, outside)):
        ax.vlines(at[some], low[some], high[some], color=color, lw=1.2, alpha=0.7)
        ax.plot(at[some], value[some], ".", color=color, ms=5)
    ax.set_xlabel("units, in the order of their estimates")
    ax.set_ylabel(_label(row))
    _mark(figure, synthetic)
    return inline_svg(figure, f"estimates{place}", f"{row['name']} of every unit, with intervals")


def _middle(row: dict[str, Any]) -> tuple[float, float]:
    """Central 95 % of the population."""
    if row["relative_spread"] is None:
        return row["mean"] - 1.96 * row["spread"], row["mean"] + 1.96 * row["spread"]
    s = row["relative_spread"]
    low, high = row["mean"] * np.exp(-0.5 * s * s + np.array([-1.96, 1.96]) * s)
    return float(low), float(high)


def _density(row: dict[str, Any], x: np.ndarray) -> np.ndarray:
    if row["relative_spread"] is None:
        s = row["spread"]
        normal: np.ndarray = np.exp(-0.5 * ((x - row["mean"]) / s) ** 2) / (s * np.sqrt(2.0 * np.pi))
        return normal
    s, middle = row["relative_spread"], np.log(row["mean"]) - 0.5 * row["relative_spread"] ** 2
    positive = np.maximum(x, 1e-12 * row["mean"])
    found: np.ndarray = np.exp(-0.5 * ((np.log(positive) - middle) / s) ** 2) / (
        positive * s * np.sqrt(2.0 * np.pi)
    )
    return np.where(x > 0.0, found, 0.0)


def _label(row: dict[str, Any]) -> str:
    return row["name"] if row["unit"] == "ratio" else f"{row['name']} [{row['unit']}]"


def _mark(figure: Any, synthetic: bool) -> None:
    if synthetic:
        figure.suptitle("synthetic data", x=0.995, ha="right", color=RED, fontsize=9, weight="bold")
