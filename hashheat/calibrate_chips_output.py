"""The part of `hashheat calibrate` that is of single chips: sheet, table, map."""

import csv
import io
from typing import Any

import numpy as np

from hashheat.components.plot_style import RED, blank, styled
from hashheat.inline_svg import inline_svg
from hashheat.validation.chip_resistances import ChipResistances
from hashheat.validation.chip_weights import chip_places
from hashheat.validation.unit_calibration import UnitCalibration

#: Table of the chips.
CHIPS = "chips.csv"
#: Chips told of in the report, at most.
_NAMED = 20
_HEAD = (
    "board",
    "chip",
    "row",
    "column",
    "resistance [K/W]",
    "low [K/W]",
    "high [K/W]",
    "over mean [1]",
    "standard error [1]",
    "own over mean [1]",
    "own standard error [1]",
    "away",
    "deviates",
    "readings",
)


def chips_sheet(found: UnitCalibration) -> dict[str, Any] | None:
    """What a report says of single chips, in plain numbers; None where they were not asked for.

    Parameters
    ----------
    found : UnitCalibration

    Returns
    -------
    dict or None
    """
    chips = found.chips
    if chips is None:
        return None
    known = np.isfinite(chips.own)
    which = np.argwhere(chips.deviates)
    order = np.argsort(-np.abs(chips.away[chips.deviates]), kind="stable")
    return {
        "resistance": chips.resistance,
        "spread": chips.spread,
        "spread_interval": list(chips.spread_interval),
        "typical_error": float(np.median(chips.own_sigma[known])),
        "enlarged": chips.enlarged,
        "known": int(known.sum()),
        "unread": int((~known).sum()),
        "boards": [
            {"board": b, "over_mean": float(np.nanmean(chips.own[b])) if known[b].any() else None}
            for b in range(len(chips.own))
        ],
        "deviating": [_told(chips, int(b), int(c)) for b, c in which[order]],
        "named": _NAMED,
        "sentence": _sentence(chips),
    }


def _told(chips: ChipResistances, b: int, c: int) -> dict[str, Any]:
    return {
        "board": b,
        "chip": c,
        "resistance": float(chips.kelvin_per_watt[b, c]),
        "interval": chips.kelvin_per_watt_interval[b, c].tolist(),
        "over_mean": float(chips.estimate[b, c]),
        "away": float(chips.away[b, c]),
    }


def _sentence(chips: ChipResistances) -> str:
    low, high = (100.0 * end for end in chips.spread_interval)
    told = (
        f"chips differ by {100.0 * chips.spread:.2g} % (95 %: {low:.2g} .. {high:.2g} %)"
        if low > 0.0
        else f"chips differ by less than {high:.2g} %, or not at all"
    )
    where = ", ".join(f"{b}/{c}" for b, c in np.argwhere(chips.deviates)[:6])
    count = int(chips.deviates.sum())
    more = " ..." if count > 6 else ""
    verb = "deviates" if count == 1 else "deviate"
    return f"{told}; {count} {verb} (board/chip): {where}{more}" if count else f"{told}; none deviates"


def chips_csv(found: UnitCalibration) -> str:
    """Every chip's resistance as a table.

    Parameters
    ----------
    found : UnitCalibration
        With ``chips``.

    Returns
    -------
    str
        Comma-separated, one line for each chip as the data number it: place on the device file's grid, resistance
        drawn towards the mean with its 95 % interval, the same over the mean of all less 1 (a doubt of the mean is
        in the interval, not in this error), own estimate, how far that is
        from the mean in standard deviations, 1 where the chip deviates, readings. Empty cells: no reading.
    """
    chips = found.chips
    assert chips is not None
    columns = found.miner.device.chips.columns
    place = chip_places(found.miner.device, found.condensed.model.chip_order or "rows")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    intervals = chips.kelvin_per_watt_interval
    for b, c in np.ndindex(*chips.own.shape):
        row, column = divmod(int(place[c]), columns)
        values = [float(chips.kelvin_per_watt[b, c]), *intervals[b, c].tolist()]
        values += [float(x[b, c]) for x in (chips.estimate, chips.sigma, chips.own, chips.own_sigma)]
        cells = ["" if np.isnan(x) else f"{x:.6g}" for x in values]
        away = "" if np.isnan(chips.away[b, c]) else f"{chips.away[b, c]:.3f}"
        end = [away, int(chips.deviates[b, c]), int(chips.readings[b, c])]
        writer.writerow([b, c, row, column, *cells, *end])
    return out.getvalue()


@styled
def chips_map(found: UnitCalibration, synthetic: bool) -> str:
    """Every chip's resistance over the mean on its place, those that deviate marked.

    Parameters
    ----------
    found : UnitCalibration
        With ``chips``.
    synthetic : bool

    Returns
    -------
    str
        SVG.
    """
    chips = found.chips
    assert chips is not None
    grid = found.miner.device.chips
    place = chip_places(found.miner.device, found.condensed.model.chip_order or "rows")
    boards = len(chips.own)
    high = max(3.4 * grid.rows / grid.columns, 1.0)
    across = min(boards, 2)
    down = -(-boards // across)
    figure, axes = blank(8.6, high * 1.25 * down + 1.2, down, across, squeeze=False)
    far = 100.0 * max(float(np.nanpercentile(np.abs(chips.estimate), 98.0)), 1e-3)
    for b, ax in enumerate(axes.ravel()):
        ax.grid(visible=False)
        ax.set_xticks([])
        ax.set_yticks([])
        if b >= boards:
            ax.set_axis_off()
            continue
        values = np.full(grid.rows * grid.columns, np.nan)
        values[place] = 100.0 * chips.estimate[b]
        image = ax.imshow(values.reshape(grid.rows, -1), cmap="RdBu_r", vmin=-far, vmax=far, aspect="auto")
        ax.set_title(f"board {b}", fontsize=10)
        for c in np.flatnonzero(chips.deviates[b]):
            row, column = divmod(int(place[c]), grid.columns)
            ax.plot(column, row, "s", mfc="none", mec=RED, ms=11, mew=2)
            ax.annotate(str(c), (column, row), ha="center", va="center", fontsize=7)
    figure.colorbar(
        image, ax=axes, location="bottom", shrink=0.6, aspect=40, label="resistance over the mean [%]"
    )
    if synthetic:
        figure.suptitle("SYNTHETIC: made up, not measured", fontsize=9.5, color=RED)
    return inline_svg(figure, "chips", "Resistance of every chip over the mean")
