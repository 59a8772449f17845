"""Plots of a simulated year: SVG text."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, blank, styled
from hashheat.inline_svg import inline_svg

_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY)
_HOUR = 3600.0


def _stamp(figure: Any, sheet: dict[str, Any]) -> None:
    if sheet["synthetic"]:
        figure.suptitle(
            "synthetic weather or demand", x=0.995, ha="right", color=RED, fontsize=9, weight="bold"
        )


def _heat(result: xr.Dataset, sheet: dict[str, Any]) -> list[tuple[str, np.ndarray]]:
    """Heat of every source over the hours, in the sheet's unit of power."""
    return [(row["name"], result[row["series"]].values / sheet["scale"]["watt"]) for row in sheet["sources"]]


def _demand(result: xr.Dataset, sheet: dict[str, Any]) -> np.ndarray:
    """Heat asked for, in the same unit: delivered and lacking together."""
    names = [str(n) for n in result.data_vars if str(n).endswith(("_heat_delivered", "_heat_short"))]
    found: np.ndarray = sum((result[n].values for n in names), np.zeros(result.sizes["time"]))
    return found / sheet["scale"]["watt"]


@styled
def duration_curve(result: xr.Dataset, sheet: dict[str, Any]) -> str:
    """Demand in falling order, and the heat of the sources in falling order."""
    figure, ax = blank(7.4, 3.4)
    hours = np.arange(result.sizes["time"]) * result.attrs["seconds_a_step"] / _HOUR
    ax.plot(hours, np.sort(_demand(result, sheet))[::-1], color=BLACK, lw=1.8, label="demand")
    for color, (name, heat) in zip(_COLORS, _heat(result, sheet)):
        ax.plot(hours, np.sort(heat)[::-1], color=color, lw=1.8, label=name)
    ax.set_xlabel("hours")
    ax.set_ylabel(f"heat [{sheet['scale']['power']}]")
    ax.set_ylim(bottom=0.0)
    ax.legend(loc="upper right")
    _stamp(figure, sheet)
    return inline_svg(figure, "duration", "Load duration curves of demand and sources")


@styled
def months(result: xr.Dataset, sheet: dict[str, Any]) -> str:
    """Heat of each source by month, and what was asked for."""
    figure, ax = blank(7.4, 3.2)
    month = result["time"].values.astype("datetime64[M]")
    every = np.unique(month)
    factor = result.attrs["seconds_a_step"] * sheet["scale"]["watt"] / sheet["scale"]["per_month"]
    base = np.zeros(every.size)
    for color, (name, heat) in zip(_COLORS, _heat(result, sheet)):
        own = np.array([heat[month == m].sum() for m in every]) * factor
        ax.bar(range(every.size), own, bottom=base, color=color, width=0.7, label=name)
        base = base + own
    asked = np.array([_demand(result, sheet)[month == m].sum() for m in every]) * factor
    ax.plot(range(every.size), asked, "_", color=BLACK, ms=22, mew=2.0, label="demand")
    ax.set_xticks(
        range(every.size), [str(m) for m in every], rotation=45 if every.size > 6 else 0, ha="center"
    )
    ax.set_ylabel(f"heat [{sheet['scale']['month']}]")
    ax.legend(loc="upper center", ncols=4)
    ax.set_ylim(0.0, 1.25 * max(base.max(initial=0.0), asked.max(initial=0.0), 1e-9))
    _stamp(figure, sheet)
    return inline_svg(figure, "months", "Heat by month and source")


def _daily(x: np.ndarray, per_day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least, mean and largest of each whole day; days without a number stay empty."""
    days = x[: x.size // per_day * per_day].reshape(-1, per_day)
    some = np.isfinite(days).any(axis=1)
    filled = np.where(some[:, None], days, 0.0)
    found = [np.nanmin(filled, axis=1), np.nanmean(filled, axis=1), np.nanmax(filled, axis=1)]
    return tuple(np.where(some, f, np.nan) for f in found)  # type: ignore[return-value]


@styled
def temperatures(result: xr.Dataset, sheet: dict[str, Any]) -> str:
    """Daily ranges of the hottest chip, the units' outlet and the supply that customers get."""
    figure, ax = blank(7.4, 3.6)
    per_day = max(1, round(24.0 * _HOUR / result.attrs["seconds_a_step"]))
    if result.sizes["time"] < 3 * per_day:
        per_day = 1
    time = result["time"].values[::per_day][: result.sizes["time"] // per_day]
    lines = []
    for row in sheet["units"]:
        lines += [
            (f"{row['name']}: hottest chip", result[f"{row['name']}_T_hottest"].values, RED),
            (f"{row['name']}: outlet", _port(result, f"{row['name']}.outlet"), ORANGE),
            (f"{row['name']}: inlet", _port(result, f"{row['name']}.inlet"), GREEN),
        ]
        ax.axhline(row["T_limit"] - 273.15, color=RED, lw=1.0, ls="--")
    for row in sheet["rooms"]:
        lines += [
            (f"{row['name']}: chips", result[f"{row['name']}_T_junction"].values, RED),
            (f"{row['name']}: air", result[f"{row['name']}_T_air"].values, GREEN),
        ]
        ax.axhline(row["T_limit"] - 273.15, color=RED, lw=1.0, ls="--")
    for name in result.data_vars:
        if str(name).endswith("_T_supply"):
            lines.append((f"{str(name).removesuffix('_T_supply')}: supply", result[name].values, BLUE))
    if "T_supply" in result:
        lines.append(("supply asked for", result["T_supply"].values, BLACK))
    for label, T, color in lines:
        low, mean, high = _daily(T - 273.15, per_day)
        ax.fill_between(time, low, high, color=color, alpha=0.18, lw=0)
        ax.plot(time, mean, color=color, lw=1.3, label=label)
    ax.set_ylabel("temperature [°C]")
    _dates(ax)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    _stamp(figure, sheet)
    return inline_svg(figure, "temperatures", "Temperatures through the run, daily mean and range")


def _port(result: xr.Dataset, port: str) -> np.ndarray:
    T: np.ndarray = result["T_port"].sel(port=port).values
    return T


@styled
def week(result: xr.Dataset, sheet: dict[str, Any]) -> str:
    """Hour by hour through the week with the largest demand: heat and the charge of the stores."""
    dt = result.attrs["seconds_a_step"]
    length = min(result.sizes["time"], max(1, round(168.0 * _HOUR / dt)))
    demand = _demand(result, sheet)
    sums = np.convolve(demand, np.ones(length), "valid")
    first = int(np.argmax(sums))
    own = slice(first, first + length)
    time = result["time"].values[own]
    charges = [str(n) for n in result.data_vars if str(n).endswith("_charge")]
    figure, axes = blank(7.4, 3.4 if not charges else 4.6, 2 if charges else 1, 1, sharex=True, squeeze=False)
    ax = axes[0, 0]
    base = np.zeros(length)
    for color, (name, heat) in zip(_COLORS, _heat(result, sheet)):
        ax.fill_between(time, base, base + heat[own], color=color, alpha=0.75, lw=0, step="post", label=name)
        base = base + heat[own]
    ax.step(time, demand[own], where="post", color=BLACK, lw=1.5, label="demand")
    ax.set_ylabel(f"heat [{sheet['scale']['power']}]")
    ax.set_ylim(bottom=0.0)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if charges:
        for color, name in zip((BLUE, PURPLE), charges):
            axes[1, 0].step(
                time,
                100.0 * result[name].values[own],
                where="post",
                color=color,
                label=name.removesuffix("_charge"),
            )
        axes[1, 0].set_ylabel("charge [%]")
        axes[1, 0].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    _dates(axes[-1, 0])
    _stamp(figure, sheet)
    return inline_svg(figure, "week", "The week with the largest demand, hour by hour")


@styled
def unit_histogram(result: xr.Dataset, sheet: dict[str, Any]) -> str:
    """Time of the mean unit and of the hottest one by the temperature of their hottest chip."""
    if not sheet["units"]:
        return ""
    figure, ax = blank(7.4, 3.0)
    T = result["T_bin"].values - 273.15
    top, bottom = -np.inf, np.inf
    for row, color in zip(sheet["units"], (BLUE, GREEN)):
        own = result["time_at"].values[result["block"].values == row["name"]] / _HOUR
        seen = own.sum(axis=0) > 0.0
        if not seen.any():
            continue
        top, bottom = max(top, T[seen].max()), min(bottom, T[seen].min())
        ax.bar(T, own.mean(axis=0), width=1.9, color=color, label=f"{row['name']}: mean unit")
        ax.step(
            T, own[row["hottest_unit"]], where="mid", color=RED, lw=1.6, label=f"unit {row['hottest_unit']}"
        )
        ax.axvline(row["T_limit"] - 273.15, color=RED, lw=1.0, ls="--")
        top = max(top, row["T_limit"] - 273.15)
    if np.isfinite(top):
        ax.set_xlim(bottom - 4.0, top + 4.0)
    ax.set_xlabel("hottest chip of the unit [°C]; dashed: limit")
    ax.set_ylabel("hours")
    ax.legend(loc="upper left")
    ax.tick_params(colors=GREY, labelcolor=BLACK)
    _stamp(figure, sheet)
    return inline_svg(figure, "units", "Hours of the units by the temperature of their hottest chip")


def _dates(ax: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=9)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
