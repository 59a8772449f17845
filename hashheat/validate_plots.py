"""Plots of a comparison with field data: SVG text. One function a plot."""

from typing import Any

import numpy as np

from hashheat.components.plot_style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, blank, styled
from hashheat.inline_svg import inline_svg
from hashheat.validation.chip_weights import chip_places
from hashheat.validation.unit_validation import LABELS, UnitValidation

ZERO_C = 273.15
_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED)
#: Points drawn one by one, beyond which some are left out of a figure (never of the numbers).
_MOST = 4000
#: Points that are drawn large, and moments that make no series.
_FEW = 5
#: Moments drawn in a panel of a figure.
_MOST_MOMENTS = 1200
_FLAGGED = "breaks the energy balance of the data: not used"


def _field(name: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Values as the field has them, and their unit."""
    return (values - ZERO_C, "°C") if name.startswith("T_") else (values * 1e-3, "kW")


def _error_unit(name: str) -> tuple[float, str]:
    return (1.0, "K") if name.startswith("T_") else (1.0, "W")


def _label(figure: Any, is_synthetic: bool) -> None:
    if is_synthetic:
        figure.suptitle("synthetic data", x=0.995, ha="right", color=RED, fontsize=9, weight="bold")


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over boards and chips of each point, missing ones left out."""
    flat = values.reshape(len(values), -1)
    known = np.isfinite(flat)
    count = known.sum(axis=1)
    found: np.ndarray = np.where(known, flat, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, found, np.nan)


@styled
def parity(found: UnitValidation, name: str, is_synthetic: bool) -> str:
    """Predicted over measured, with twice the validation uncertainty and the 95 % band of single errors.

    Temperatures as rise above the inlet: a range of inlets would hide any error of the rise.
    """
    c = found.comparisons[name]
    measured, predicted = found.model.measured[name], found.predicted[name]
    scale, unit, what = 1e-3, "kW", ""
    if name.startswith("T_"):
        zero = found.model.points.T_in.reshape(-1, *(1,) * (measured.ndim - 1))
        measured, predicted = measured - zero, predicted - zero
        scale, unit, what = 1.0, "K", ", above the inlet"
    measured, predicted = measured * scale, predicted * scale
    figure, ax = blank(5.4, 4.9)
    used = found.used
    x, y = measured[used], predicted[used]
    both = x[np.isfinite(x)], y[np.isfinite(y)]
    ends = np.array([min(a.min() for a in both), max(a.max() for a in both)])
    ends = ends + np.array([-0.04, 0.04]) * max(np.ptp(ends), 0.5)
    wide = 2.0 * c.u_val * scale
    ax.fill_between(ends, ends - wide, ends + wide, color="#e9edf2", label="equal within 2 u_val", zorder=0)
    ax.plot(ends, ends, color=BLACK, lw=1.2, zorder=1)
    for k, edge in enumerate(c.band):
        ax.plot(
            ends,
            ends + edge * scale,
            color=GREY,
            ls="--",
            lw=1.2,
            label="95 % of single errors" if k == 0 else None,
        )
    boards = x.shape[1] if x.ndim > 1 else 1
    for board in range(boards):
        xs, ys = (v if v.ndim == 1 else v[:, board].ravel() for v in (x, y))
        step = max(1, xs.size * boards // _MOST)
        text = f"board {board}" if boards > 1 else "measured moment"
        ax.plot(
            xs[::step],
            ys[::step],
            ".",
            ms=4 if xs.size > _FEW else 11,
            color=_COLORS[board % 6],
            alpha=0.55,
            mec="none",
            label=text,
        )
    if found.balance.flagged.any() and x.ndim == 1 and not used.all():
        out = found.balance.flagged & ~used
        ax.plot(measured[out], predicted[out], "x", ms=5, color=RED, label=_FLAGGED)
    ax.set_xlim(*ends)
    ax.set_ylim(*ends)
    ax.set_xlabel(f"measured{what} [{unit}]")
    ax.set_ylabel(f"predicted{what} [{unit}]")
    figure.legend(loc="outside lower center", ncols=2, markerscale=2.0)
    _label(figure, is_synthetic)
    return inline_svg(figure, f"parity-{name}", f"Predicted over measured: {LABELS.get(name, name)}")


def _drawn(count: int) -> np.ndarray:
    """Moments that are drawn, evenly picked."""
    return np.unique(np.linspace(0, count - 1, min(count, _MOST_MOMENTS)).astype(int))


@styled
def residuals(found: UnitValidation, is_synthetic: bool) -> str:
    """Comparison error of every quantity against flow, inlet temperature and power."""
    points, names = found.model.points, list(found.comparisons)
    columns = [("inlet [°C]", points.T_in - ZERO_C)]
    if points.volume_flow is not None:
        columns.insert(0, ("flow [L/min]", points.volume_flow * 6e4))
    if points.power is not None:
        columns.append(
            (f"power {'of the boards' if points.power_is_dc else 'at the wall'} [kW]", points.power / 1e3)
        )
    figure, axes = blank(
        10.5,
        2.1 * len(names) + 0.7,
        len(names),
        len(columns),
        squeeze=False,
        sharey="row",
    )
    drawn = _drawn(points.count)
    used, out = drawn[found.used[drawn]], drawn[~found.used[drawn]]
    for i, name in enumerate(names):
        c, unit = found.comparisons[name], _error_unit(name)[1]
        error = _mean(found.predicted[name] - found.model.measured[name])
        for j, (title, values) in enumerate(columns):
            ax = axes[i][j]
            ax.axhspan(-2.0 * c.u_val, 2.0 * c.u_val, color="#e9edf2", zorder=0)
            ax.axhline(0.0, color=BLACK, lw=1.0)
            ax.axhline(c.bias, color=BLUE, lw=1.2, ls="--")
            ax.plot(values[used], error[used], ".", ms=4, color=BLUE, alpha=0.6, mec="none")
            ax.plot(values[out], error[out], "x", ms=4, color=RED)
            seen = np.abs(error[found.used])
            reach = 1.15 * max(float(np.nanmax(seen)), abs(c.bias), 1e-9)
            # The band may be many times wider than the errors: then it fills the panel, which says the same.
            ax.set_ylim(
                -max(reach, min(2.3 * c.u_val, 4.0 * reach)), max(reach, min(2.3 * c.u_val, 4.0 * reach))
            )
            if j == 0:
                ax.set_ylabel(f"S − D [{unit}]")
                ax.set_title(LABELS.get(name, name), loc="left", fontsize=10)
            if i == len(names) - 1:
                ax.set_xlabel(title)
    _label(figure, is_synthetic)
    return inline_svg(figure, "residuals", "Comparison error against flow, inlet temperature and power")


@styled
def series(found: UnitValidation, times: np.ndarray, is_synthetic: bool) -> str | None:
    """Measured and predicted over time, mean over boards and chips; None for too few moments to be a series."""
    if len(times) < _FEW:
        return None
    names = list(found.comparisons)
    figure, axes = blank(10.5, 1.9 * len(names) + 0.9, len(names), 1, squeeze=False, sharex=True)
    units = found.model.points.unit
    first = np.flatnonzero(units == units[0])
    first = first[_drawn(first.size)]
    out = first[~found.used[first]]
    for i, name in enumerate(names):
        ax = axes[i][0]
        for values, color, style, text in (
            (found.model.measured[name], BLACK, ".", "measured"),
            (found.predicted[name], RED, "-", "predicted"),
        ):
            shown, unit = _field(name, _mean(values))
            size = {"ms": 3.2} if style == "." else {"lw": 1.2}
            ax.plot(times[first], shown[first], style, color=color, label=text if i == 0 else None, **size)
        if out.size:
            shown, _ = _field(name, _mean(found.model.measured[name]))
            ax.plot(times[out], shown[out], "x", ms=5, color=ORANGE, label="not used" if i == 0 else None)
        ax.set_ylabel(f"[{unit}]")
        ax.set_title(LABELS.get(name, name), loc="left", fontsize=10)
    if times.dtype.kind == "M":
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator()
        axes[-1][0].xaxis.set_major_locator(locator)
        axes[-1][0].xaxis.set_major_formatter(ConciseDateFormatter(locator))
    else:
        axes[-1][0].set_xlabel("sample")
    figure.legend(loc="outside lower center", ncols=3)
    _label(figure, is_synthetic)
    return inline_svg(figure, "series", "Measured and predicted over time")


@styled
def balance(found: UnitValidation, times: np.ndarray, is_synthetic: bool) -> str | None:
    """Energy balance of the data: heat by the coolant over heat by electric power, point by point."""
    b = found.balance
    if not b.checked:
        return None
    figure, ax = blank(10.5, 2.9)
    ratio, doubt = 100.0 * b.heat / b.expected, 200.0 * b.uncertainty / b.expected
    drawn = _drawn(times.size)
    order = drawn[np.argsort(times[drawn], kind="stable")]
    flagged, closed = drawn[b.flagged[drawn]], drawn[~b.flagged[drawn]]
    ax.fill_between(
        times[order], 100.0 - doubt[order], 100.0 + doubt[order], color="#e9edf2", label="closed within 2 u"
    )
    ax.axhline(100.0, color=BLACK, lw=1.0)
    ax.plot(times[closed], ratio[closed], ".", ms=4, color=BLUE, label="point")
    if flagged.size:
        ax.plot(times[flagged], ratio[flagged], "x", ms=6, color=RED, label="breaks the balance")
    ax.set_ylabel("coolant over power [%]")
    if times.dtype.kind == "M":
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator()
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    figure.legend(loc="outside lower center", ncols=3)
    _label(figure, is_synthetic)
    return inline_svg(figure, "balance", "Energy balance of the data")


@styled
def chip_map(found: UnitValidation, is_synthetic: bool) -> str | None:
    """Every chip of every board, mean over the points: measured, predicted, difference."""
    if "T_chip" not in found.comparisons:
        return None
    device, order = found.model.miner.device, found.model.chip_order or "rows"
    chips = device.chips
    measured, predicted = (
        _over_points(values[found.used])
        for values in (found.model.measured["T_chip"], found.predicted["T_chip"])
    )
    grids = []
    for values in (measured, predicted, predicted - measured):
        row = np.empty((len(values), chips.rows * chips.columns))
        row[:, chip_places(device, order)] = values
        grids.append(row.reshape(-1, chips.rows, chips.columns))
    boards = measured.shape[0]
    height = 9.6 * chips.rows / chips.columns / 3.0
    figure, axes = blank(10.5, max(height, 0.75) * boards + 1.3, boards, 3, squeeze=False)
    both = np.stack([grids[0], grids[1]]) - ZERO_C
    low, high = np.nanpercentile(both, [0.5, 99.5])
    far = float(np.nanpercentile(np.abs(grids[2]), 99.5)) or 1.0
    for board in range(boards):
        for j, (grid, title) in enumerate(zip(grids, ("measured", "predicted", "predicted − measured"))):
            ax = axes[board][j]
            if j < 2:
                image = ax.imshow(grid[board] - ZERO_C, cmap="inferno", vmin=low, vmax=high, aspect="auto")
            else:
                change = ax.imshow(grid[board], cmap="RdBu_r", vmin=-far, vmax=far, aspect="auto")
            ax.set_xticks([])
            ax.set_yticks([])
            ax.grid(visible=False)
            if board == 0:
                ax.set_title(title, fontsize=10)
            if j == 0:
                ax.set_ylabel(f"board {board}", fontsize=9.5)
    figure.colorbar(
        image, ax=axes[:, :2], location="bottom", shrink=0.6, aspect=40, label="chip [°C]", pad=0.04
    )
    figure.colorbar(change, ax=axes[:, 2], location="bottom", shrink=0.9, aspect=22, label="[K]", pad=0.04)
    _label(figure, is_synthetic)
    return inline_svg(figure, "chips", "Chips: measured, predicted, difference")


def _over_points(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean: np.ndarray = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)
