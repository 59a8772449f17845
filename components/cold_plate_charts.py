"""Charts of a cold plate's junctions: how many are how hot, and why the hottest are, on axes that are given."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.cold_plate_map import chip_table
from hashheat.components.plot_style import BLUE, GREEN, GREY, ORANGE, RED, SKY

_ZERO_C = 273.15
#: The parts of a junction's rise, from the inlet on: variable: (label, colour).
RISES = {
    "coolant_rise": ("coolant", BLUE),
    "film_rise": ("film", SKY),
    "metal_rise": ("metal", GREEN),
    "package_rise": ("interface, package", ORANGE),
}
_BARS = 8


def faces(result: xr.Dataset) -> list[str]:
    """Faces of the plate that carry chips, the top first."""
    return [side for side in ("top", "bottom") if (result["chip_side"].values == side).any()]


def has_histogram(result: xr.Dataset) -> bool:
    """Whether there are so many chips that bars of each say less than a histogram."""
    return int(result.sizes["chip"]) > _BARS


def draw_junctions(ax: Any, result: xr.Dataset, limit: float | None) -> None:
    """Draw a histogram of the junctions, the faces apart, with the limit.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        Of one state, with fields.
    limit : float or None
        [K]
    """
    groups = [(side, chip_table(result, side)["T"]) for side in faces(result)]
    together = np.concatenate([T for _, T in groups])
    low, high = together.min(), together.max()
    # Bars of a round width, some seven of them; a single temperature still has one.
    step = _round_step(max(high - low, 0.4) / 7.0)
    bins = np.arange(np.floor(low / step), np.ceil(high / step) + 1.5) * step
    ax.hist(
        [T for _, T in groups],
        bins=bins,
        stacked=True,
        color=[BLUE, ORANGE][: len(groups)],
        label=[f"{side} face" for side, _ in groups],
        ec="white",
        lw=0.8,
    )
    if limit is not None:
        at = limit - _ZERO_C
        ax.axvline(at, color=RED, lw=2.0, ls=(0, (5, 2)))
        ax.annotate(
            f"limit {at:.0f} °C", (at, 0.97), (-5 if at > high else 5, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="right" if at > high else "left", va="top", color=RED,
        )  # fmt: skip
        span = max(abs(at - low), abs(at - high), high - low)
        ax.set_xlim(min(low, at) - 0.06 * span, max(high, at) + 0.06 * span)
    ax.set_ylim(0.0, 1.16 * ax.get_ylim()[1])
    ax.axvline(high, color=GREY, lw=1.1, ls=":")
    above = limit is not None and high > limit - _ZERO_C
    ax.annotate(
        f"hottest {high:.1f} °C", (high, 0.89), (5 if not above else -5, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="right" if above else "left", va="top",
    )  # fmt: skip
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.set_xlabel("junction temperature [°C]")
    ax.set_ylabel("chips")
    if len(groups) > 1:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def draw_rises(ax: Any, result: xr.Dataset, limit: float | None) -> None:
    """Draw bars of what the rises of the hottest chips are made of.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        Of one state, with fields.
    limit : float or None
        [K]
    """
    order = np.argsort(-result["T_chip"].values, kind="stable")[:_BARS][::-1]
    names = [str(n) for n in result["chip"].values[order]]
    left = np.zeros(order.size)
    for name, (label, color) in RISES.items():
        part = result[name].values[order]
        ax.barh(names, part, left=left, color=color, label=label, height=0.72)
        left = left + part
    for k, i in enumerate(order):
        ax.annotate(
            f"{result['T_chip'].values[i] - _ZERO_C:.1f} °C", (left[k], k), (4, 0),
            textcoords="offset points", va="center",
        )  # fmt: skip
    ax.set_xlim(0.0, 1.2 * left.max())
    if limit is not None:
        T_in = float(result["T_chip"].values[order[-1]]) - left[-1]
        at = limit - T_in
        ax.axvline(at, color=RED, lw=2.0, ls=(0, (5, 2)))
        ax.annotate(
            f"limit {limit - _ZERO_C:.0f} °C", (at, 0.02), (-4, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="right", va="bottom", color=RED, rotation=90,
        )  # fmt: skip
        ax.set_xlim(min(0.0, 1.1 * at), 1.03 * max(at, 1.16 * left.max()))
    spare = 0.5 * max(3 - len(names), 0)
    ax.set_ylim(-0.6 - spare, len(names) - 0.4 + spare)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("above the inlet [K]")
    ax.set_ylabel("hottest chips" if len(names) > 1 else "chip")
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.46, 1.0),
        ncols=4,
        columnspacing=0.9,
        handlelength=0.9,
        handletextpad=0.4,
    )


def _round_step(x: float) -> float:
    power = 10.0 ** np.floor(np.log10(x))
    return float(next(m for m in (1.0, 2.0, 5.0, 10.0) if m * power >= 0.999 * x) * power)
