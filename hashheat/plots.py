"""The report's plots: Dataset and summary in, SVG text out. One function a plot."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK, BLUE, GREY, ORANGE, PURPLE, RED, SKY, blank, styled
from hashheat.inline_svg import inline_svg

_LINES = {0.8: ":", 1.0: "-", 1.2: "--"}
ZERO_C = 273.15


@styled
def margins(summary: dict[str, Any]) -> str | None:
    """Distance to each temperature limit: 5 to 95 % of the samples, median and nominal value, limit at zero."""
    rows = [r for r in summary["limits"] if r["margin_unit"] == "delta_K" and r["margin_p50"] is not None]
    if not rows:
        return None
    figure, ax = blank(5.6, 0.62 * len(rows) + 1.25)
    low = min(min(r["margin_p05"], r["margin"] or 0.0) for r in rows)
    high = max(max(r["margin_p95"], r["margin"] or 0.0) for r in rows)
    ax.axvspan(min(low, 0.0) - 0.06 * (high - low) - 2.0, 0.0, color="#fbe6dc", zorder=0)
    for y, row in enumerate(reversed(rows)):
        color = BLUE if row["margin_p05"] >= 0.0 else RED
        ax.plot([row["margin_p05"], row["margin_p95"]], [y, y], color=color, lw=9, alpha=0.45)
        ax.plot([row["margin_p50"]] * 2, [y - 0.2, y + 0.2], color=color, lw=2.4)
        if row["margin"] is not None:
            ax.plot(row["margin"], y, "o", ms=6, mfc="white", mec=BLACK, mew=1.4, zorder=4)
    ax.axvline(0.0, color=BLACK, lw=1.3)
    ax.set_yticks(range(len(rows)), [f"{r['label']}" for r in reversed(rows)])
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlim(min(low, 0.0) - 0.06 * (high - low) - 2.0, max(high, 0.0) + 0.06 * (high - low) + 1.0)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("margin to the limit [K]  (left of 0: broken)\nbar 5 to 95 %, tick median, circle nominal")
    return inline_svg(figure, "margins", "Margin to each limit")


@styled
def envelope(result: xr.Dataset, summary: dict[str, Any]) -> str | None:
    """Inlet temperature against flow: where a unit delivers the temperature asked for and keeps its chips."""
    if "envelope_T_out" not in result:
        return None
    limits = {row["name"]: row["limit"] for row in summary["limits"]}
    flow = result["envelope_flow"].values * 6e4
    T_in = result["envelope_T_in"].values - ZERO_C
    figure, ax = blank(7.4, 5.6)
    handles: list[Any] = []
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    clocks = result["envelope_frequency"].values
    middle = int(np.argmin(abs(clocks - 1.0)))
    T_out, T_junction = (result[f"envelope_{n}"].values for n in ("T_out", "T_junction"))
    holds = (T_out[middle] >= limits["T_out_mixed"]) & (T_junction[middle] <= limits["T_junction"])
    # The edge of the shade follows the two limits' contours, not the grid's steps.
    spare = np.minimum(T_out[middle] - limits["T_out_mixed"], limits["T_junction"] - T_junction[middle])
    spare = np.where(np.isfinite(spare), spare, -1e3)
    if holds.any():
        ax.contourf(flow, T_in, spare, levels=[0.0, 1e4], colors=["#cfe9df"])
        handles.append(Patch(color="#cfe9df", label="both limits hold, nominal values, plant's clock"))
    unsolved = ~np.isfinite(T_out[middle])
    if unsolved.any() and not unsolved.all():
        ax.contourf(flow, T_in, unsolved.astype(float), levels=[0.5, 1.5], colors=["none"], hatches=["///"])
        handles.append(Patch(facecolor="none", hatch="///", edgecolor=GREY, label="no steady state"))
    for i, clock in enumerate(clocks):
        style = _LINES.get(round(float(clock), 3), "-.")
        width = 2.2 if i == middle else 1.5
        for field, level, color in (
            (T_out[i], limits["T_out_mixed"], BLUE),
            (T_junction[i], limits["T_junction"], RED),
        ):
            known = field[np.isfinite(field)]
            if known.size and known.min() < level < known.max():
                ax.contour(
                    flow, T_in, field, levels=[level], colors=[color], linestyles=[style], linewidths=[width]
                )
        text = f"clock {clock:g} x the plant's"
        handles.append(Line2D([], [], color=GREY, ls=style, lw=width, label=text))
    outlet, junction = limits["T_out_mixed"] - ZERO_C, limits["T_junction"] - ZERO_C
    handles.append(Line2D([], [], color=BLUE, lw=2.2, label=f"outlet {outlet:.4g} °C"))
    handles.append(Line2D([], [], color=RED, lw=2.2, label=f"hottest junction {junction:.4g} °C (limit)"))
    chance = result["envelope_probability"].values
    levels = [p for p in (0.5, 0.9) if chance.min() < p < chance.max()]
    if levels and summary["is_sampled"]:
        for p in levels:
            width = 1.4 if p < 0.9 else 2.6
            ax.contour(flow, T_in, chance, levels=[p], colors=[PURPLE], linewidths=width)
            text = f"all limits of the unit hold in {100 * p:.0f} %"
            handles.append(Line2D([], [], color=PURPLE, lw=width, label=text))
    operation = summary["operation"]
    at = operation["volume_flow_of_a_unit"]["value"]
    if at is not None and operation["T_in"]["value"] is not None:
        ax.plot(
            at * 6e4, operation["T_in"]["value"] - ZERO_C, "o", ms=9, mfc=ORANGE, mec=BLACK, mew=1.3, zorder=5
        )
        handles.append(
            Line2D([], [], ls="", marker="o", ms=8, mfc=ORANGE, mec=BLACK, label="this plant, mean flow")
        )
    ax.set_xlabel("flow of a unit [L/min]")
    ax.set_ylabel("coolant inlet temperature [°C]")
    ax.set_xlim(flow[0], flow[-1])
    ax.set_ylim(T_in[0], T_in[-1])
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=9.5)
    return inline_svg(figure, "envelope", "Envelope of a unit over flow and inlet temperature")


@styled
def distributions(result: xr.Dataset, summary: dict[str, Any]) -> str | None:
    """Hottest junction and mixed outlet over the samples, against their limits."""
    if not summary["is_sampled"]:
        return None
    T_junction, T_limit, T_out = (
        result[f"sample_{n}"].values - ZERO_C for n in ("T_junction", "T_junction_limit", "T_out_mixed")
    )
    solved = np.isfinite(T_junction)
    if solved.sum() < 8:
        return None
    figure, (left, right) = blank(7.4, 3.7, 1, 2)
    junction, limit = T_junction[solved], T_limit
    # A few chips close to running away must not flatten the rest: the last bar holds what lies above.
    highest = max(float(np.percentile(junction, 99.0)), limit.max())
    edges = np.linspace(min(junction.min(), limit.min()), highest, 45)
    junction = np.minimum(junction, highest)
    size = T_junction.size
    share = np.full(junction.size, 100.0 / size)
    left.hist(junction, edges, weights=share, color=ORANGE, alpha=0.75, label="hottest junction")
    if np.ptp(limit) > 0.0:
        left.hist(
            limit,
            edges,
            weights=np.full(size, 100.0 / size),
            histtype="step",
            color=BLACK,
            lw=1.5,
            label="junction limit",
        )
    else:
        left.axvline(limit[0], color=BLACK, lw=1.8, label="junction limit")
    left.set_xlabel("hottest junction of the plant [°C]\n(last bar: and above)")
    left.set_ylabel("share of samples [%]")
    outlet = T_out[solved]
    if np.ptp(outlet) > 0.05:
        asked = next(r["limit"] for r in summary["limits"] if r["name"] == "T_out_mixed") - ZERO_C
        right.hist(outlet, 40, weights=share, color=SKY, label="mixed outlet")
        right.axvline(asked, color=BLACK, lw=1.8, label="asked for")
        right.set_xlabel("mixed outlet temperature [°C]")
    else:
        # A set point holds the outlet, so that what is left uncertain is the heat.
        heat = result["sample_heat_rate"].values[solved] * 1e-6
        right.hist(heat, 40, weights=share, color=SKY, label="heat to the water")
        right.set_xlabel(f"heat [MW]; mixed outlet held at {np.median(outlet):.1f} °C")
    for ax in (left, right):
        ax.margins(x=0.03)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, borderaxespad=0.2)
    return inline_svg(figure, "distributions", "Distributions over the samples")


@styled
def coolant_path(result: xr.Dataset, summary: dict[str, Any]) -> str | None:
    """Coolant, plate and junction along the hottest board of the hottest unit."""
    if "T_chip" not in result:
        return None
    T_chip, T_plate, T_fluid = (result[n].values - ZERO_C for n in ("T_chip", "T_plate", "T_fluid"))
    board = int(np.unravel_index(np.nanargmax(T_chip), T_chip.shape)[0])
    cells = np.arange(1, T_chip.shape[1] + 1)
    figure, ax = blank(7.4, 4.4)
    passes = int(result.attrs.get("passes", 1))
    per_pass = cells.size // passes
    for p in range(1, passes):
        ax.axvline(p * per_pass + 0.5, color=GREY, lw=1.0, ls=(0, (4, 3)))
    for p in range(passes if passes > 1 else 0):
        ax.text(
            (p + 0.5) * per_pass + 0.5,
            1.0,
            f"pass {p + 1}",
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            color="#555555",
        )
    for field, color, style, text in (
        (T_chip[board], RED, "-", "junction, chip of mean resistance"),
        (T_plate[board], ORANGE, "--", "plate at the channel"),
        (T_fluid[board], BLUE, "-.", "coolant"),
    ):
        ax.plot(cells, field, color=color, ls=style, lw=2.0, label=text)
    hottest = summary["units"][summary["hottest_unit"]]["T_junction"]
    if hottest is not None:
        ax.plot(
            cells[int(T_chip[board].argmax())],
            hottest - ZERO_C,
            "v",
            ms=8,
            color=BLACK,
            label="hottest single chip, expected",
        )
    limit = next(r["limit"] for r in summary["limits"] if r["name"] == "T_junction") - ZERO_C
    ax.axhline(limit, color=BLACK, lw=1.4, label=f"junction limit, nominal {limit:.4g} °C")
    ax.set_xlabel("cell along the coolant path, from the inlet")
    ax.set_ylabel("temperature [°C]")
    ax.set_xlim(0.5, cells.size + 0.5)
    ax.margins(y=0.07)
    figure.legend(loc="outside lower center", ncols=2)
    return inline_svg(figure, "path", "Temperatures along the coolant path")


@styled
def along_header(result: xr.Dataset, summary: dict[str, Any]) -> str | None:
    """Flow and hottest junction of every unit by its place along the header."""
    units = summary["units"]
    if all(u["T_junction"] is None for u in units):
        return None
    figure, (top, low) = blank(7.4, 4.8, 2, 1, sharex=True, height_ratios=[1, 1.4])
    place = np.array([u["place"] for u in units])
    flow = np.array([np.nan if u["volume_flow"] is None else u["volume_flow"] * 6e4 for u in units])
    hot = np.array([np.nan if u["T_junction"] is None else u["T_junction"] - ZERO_C for u in units])
    first = place.argsort(kind="stable")
    top.plot(place[first], flow[first], ".", ms=5, color=BLUE)
    known = flow[np.isfinite(flow)]
    spread = np.ptp(known) if known.size else np.inf
    middle = known.mean() if known.size else 1.0
    if spread < 0.02 * middle:  # a difference of a tenth of a percent must not look like one that matters
        top.set_ylim(middle * 0.99, middle * 1.01)
    top.set_ylabel("flow [L/min]")
    low.plot(place, hot, "o", ms=4, color=RED, alpha=0.6, mec="none", label="unit")
    limit = next(r["limit"] for r in summary["limits"] if r["name"] == "T_junction") - ZERO_C
    low.axhline(limit, color=BLACK, lw=1.4, label=f"junction limit, nominal {limit:.4g} °C")
    low.set_ylabel("hottest junction [°C]")
    overlaid = f" ({summary['rows']} rows overlaid)" if summary["rows"] > 1 else ""
    low.set_xlabel(f"place along the header, from 0 at the supply inlet{overlaid}")
    figure.legend(*low.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return inline_svg(figure, "header", "Flow and junction temperature along the header")


@styled
def sensitivity(summary: dict[str, Any], most: int = 8) -> str | None:
    """First-order and total Sobol indices of the verdict with their 95 % intervals."""
    rows = [r for r in summary["measure_first"][:most] if (r["total"] or 0.0) > 0.0]
    if not rows:
        return None
    figure, ax = blank(7.4, 0.52 * len(rows) + 1.5)
    y = np.arange(len(rows))[::-1]
    for kind, shift, color, text in (
        ("total", 0.19, BLUE, "total: with interactions"),
        ("first", -0.19, SKY, "first-order: alone"),
    ):
        value = np.array([r[kind] for r in rows]) * 100.0
        ends = np.array([[r[f"{kind}_low"], r[f"{kind}_high"]] for r in rows]).T * 100.0
        error = np.maximum(np.abs(ends - value), 0.0)
        ax.barh(y + shift, value, 0.36, color=color, label=text)
        ax.errorbar(value, y + shift, xerr=error, fmt="none", ecolor=BLACK, elinewidth=1.1, capsize=2.5)
    ax.set_yticks(y, [f"{r['name']}\n{r['key'].removeprefix('miner.')}" for r in rows])
    ax.tick_params(axis="y", labelsize=9.5, length=0)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("share of the variance of the smallest\ntemperature margin [%], with 95 % interval")
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    figure.legend(loc="outside lower center", ncols=2)
    return inline_svg(figure, "sobol", "What moves the verdict most")
