"""Plots of a rated plate heat exchanger; matplotlib is loaded when one is drawn."""

from typing import Any, Literal

import numpy as np
import xarray as xr

from hashheat.components.duty_profile import Profile, pinch
from hashheat.components.plot_style import BLACK, BLUE, GREY, ORANGE, RED, blank, styled
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable

_ZERO_C = 273.15
_COLORS = (RED, BLUE)
_MARKS = ("o", "s")
_SIDES = ("hot", "cold")
#: Points of a drawn line.
_FINE = 101


def plot_rating(rating: xr.Dataset, kind: str = "TQ", *, counterflow: bool = True) -> Any:
    """Draw one of the plots of a rated exchanger.

    Parameters
    ----------
    rating : xarray.Dataset
        Of a single case, from :meth:`hashheat.components.plate_exchanger.PlateHeatExchanger.rate`.
    kind : "TQ", "along" or "flow"
        Temperature over heat, temperatures along the plates, or flow of every channel.
    counterflow : bool
        Whether the sides flow against each other, for "TQ".

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For another kind, or a Dataset of many cases.
    """
    if "T_fluid" not in rating:
        raise InputError(
            "only a single case can be drawn",
            key="dataset",
            found=f"cases over {', '.join(map(str, rating['heat_rate'].dims)) or 'nothing'}",
            accepted="the Dataset of one case, with its channels",
        )
    if kind == "TQ":
        return plot_temperature_heat(rating, counterflow=counterflow)
    if kind not in ("along", "flow"):
        raise InputError(
            "there is no such plot", key="kind", found=repr(kind), accepted="'TQ', 'along', 'flow'"
        )
    return plot_along_plates(rating) if kind == "along" else plot_channel_flows(rating)


@styled
def plot_temperature_heat(rating: xr.Dataset, *, counterflow: bool = True) -> Any:
    """Draw both fluids' temperatures over the heat exchanged, with the end differences and the pinch.

    The lines follow the enthalpies between inlet and outlet, as if the exchanger had one pass: what several
    passes do in between shows in :func:`plot_along_plates`.

    Parameters
    ----------
    rating : xarray.Dataset
        Of a single case.
    counterflow : bool
        Whether the cold side's inlet stands below the hot side's outlet; otherwise below its inlet.

    Returns
    -------
    matplotlib.figure.Figure
    """
    T_in, T_out = _pair(rating, "T_in"), _pair(rating, "T_out")
    heat = abs(float(rating["heat_rate"]))
    factor, unit = (1e-6, "MW") if heat >= 1e6 else (1e-3, "kW")
    # The side that gives heat is drawn first, whichever it is called.
    giver = 0 if T_in[0] >= T_in[1] else 1
    taker = 1 - giver
    tables = _tables(rating)
    profile = Profile.of(
        (tables[giver], tables[taker]), (T_in[giver], T_in[taker]), (T_out[giver], T_out[taker]), counterflow
    )
    share = np.linspace(0.0, 1.0, _FINE)
    lines = profile.temperatures(share)
    # Heat is counted from the cold end, where the giver leaves.
    Q = heat * factor * (1.0 - share)
    figure, ax = blank(5.6, 4.3)
    span = heat * factor
    for side, T in ((giver, lines[0]), (taker, lines[1])):
        C = T - _ZERO_C
        ax.plot(Q, C, color=_COLORS[side], lw=2.4, label=f"{_SIDES[side]}: {rating.attrs['fluids'][side]}")
        middle, toward = _FINE // 2, -6 if side == taker and counterflow else 6
        ax.annotate(
            "",
            (Q[middle + toward], C[middle + toward]),
            (Q[middle], C[middle]),
            arrowprops={"arrowstyle": "-|>", "color": _COLORS[side], "lw": 2.0, "mutation_scale": 17},
        )
        _label_ends(ax, Q, C, _COLORS[side], above=side == giver, counterflow=counterflow)
    closest = pinch(profile)
    inside = 0.02 < closest.position < 0.98
    for position in (0.0, 1.0):
        top, low = (float(np.interp(position, share, T)) - _ZERO_C for T in lines)
        is_pinch = not inside and abs(position - closest.position) < 0.5
        _mark_difference(ax, span * (1.0 - position), low, top, is_pinch, position == 0.0, counterflow)
    if inside:
        at = span * (1.0 - closest.position)
        ax.plot([at, at], [closest.T_cold - _ZERO_C, closest.T_hot - _ZERO_C], color=BLACK, lw=2.2, zorder=3)
        ax.annotate(
            f"pinch {closest.difference:.2f} K",
            (at, closest.T_cold - _ZERO_C),
            (4, -8),
            textcoords="offset points",
            va="top",
            fontweight="bold",
        )
    ax.set_xticks([q for q in ax.get_xticks() if 0.0 <= q <= 1.001 * span])
    ax.set_xlim(-0.24 * span if counterflow else -0.5 * span, 1.24 * span)
    ax.margins(y=0.12)
    ax.set_xlabel(f"heat exchanged [{unit}], from the end where the warmer fluid leaves")
    ax.set_ylabel("temperature [°C]")
    ax.legend(loc="upper left")
    return figure


def _label_ends(ax: Any, Q: np.ndarray, C: np.ndarray, color: str, *, above: bool, counterflow: bool) -> None:
    """Write the end temperatures of a line where neither it nor the labels of the differences run."""
    for at, is_right in ((0, True), (_FINE - 1, False)):
        left = above or not (counterflow or is_right)
        ax.annotate(
            f"{C[at]:.1f} °C",
            (Q[at], C[at]),
            (-5 if left else 5, 4 if above else -4),
            textcoords="offset points",
            ha="right" if left else "left",
            va="bottom" if above else "top",
            color=color,
        )


def _mark_difference(
    ax: Any, at: float, low: float, top: float, is_pinch: bool, is_right: bool, counterflow: bool
) -> None:
    """Mark and name the difference between the two fluids at an end."""
    ax.plot(
        [at, at],
        [low, top],
        color=BLACK,
        lw=2.2 if is_pinch else 1.2,
        ls="-" if is_pinch else (0, (3, 2)),
        zorder=3,
    )
    bottom, high = ax.get_ylim()
    small = top - low < 0.12 * (high - bottom)
    aside = 6.0 if is_right or counterflow else 58.0
    ax.annotate(
        f"pinch\n{top - low:.2f} K" if is_pinch else f"{top - low:.2f} K",
        (at, 0.5 * (top + low)),
        (aside if is_right else -aside, 0),
        textcoords="offset points",
        va=("bottom" if is_right else "top") if small and counterflow else "center",
        ha="left" if is_right else "right",
        fontweight="bold" if is_pinch else "normal",
    )


@styled
def plot_along_plates(rating: xr.Dataset, panel: Literal["both", "plates", "stack"] = "both") -> Any:
    """Draw the temperatures along every channel, and where each channel ends: both end channels stand out.

    Parameters
    ----------
    rating : xarray.Dataset
        Of a single case.
    panel : "both", "plates" or "stack"
        Side by side, or one of the two alone: along the plates, or across the stack.

    Returns
    -------
    matplotlib.figure.Figure
    """
    # The nodes are those of a polynomial: it is drawn as what it is, out to the plate's ends.
    x = np.linspace(0.0, 1.0, _FINE)
    lines = _barycentric(rating["x"].values, rating["T_fluid"].values, x) - _ZERO_C
    if panel == "both":
        figure, (ax, across) = blank(11.4, 4.3, 1, 2, width_ratios=[1.25, 1.0])
        handles = _draw_channels(ax, rating, x, lines) + _draw_ends(across, rating, lines)[-1:]
    else:
        figure, ax = blank(5.6, 4.5)
        draw_one = panel == "plates"
        handles = _draw_channels(ax, rating, x, lines) if draw_one else _draw_ends(ax, rating, lines)
    figure.legend(handles=handles, loc="outside lower center", ncols=5 if panel == "both" else 2)
    return figure


def _draw_channels(ax: Any, rating: xr.Dataset, x: np.ndarray, lines: np.ndarray) -> list[Any]:
    """Draw the lines of all channels; returns what the legend names."""
    from matplotlib.lines import Line2D

    side = rating["channel_side"].values
    n = side.size
    alpha = max(0.12, min(0.8, 12.0 / n))
    for j in range(1, n - 1):
        ax.plot(x, lines[j], color=_COLORS[side[j]], lw=1.1, alpha=alpha, zorder=2)
    for j, style in ((0, "--"), (n - 1, ":")):
        ax.plot(x, lines[j], color=BLACK, lw=3.0, ls=style, zorder=3)
        ax.plot(x, lines[j], color=_COLORS[side[j]], lw=1.6, ls=style, zorder=4)
    _mark_passes(ax, rating, x, lines)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("place along the plates [-]")
    ax.set_ylabel("temperature [°C]")
    handles = [Line2D([], [], color=c, lw=2.0, label=f"{s} channels") for c, s in zip(_COLORS, _SIDES)]
    for j, style, name in ((0, "--", "first"), (n - 1, ":", "last")):
        handles.append(
            Line2D([], [], color=BLACK, lw=2.2, ls=style, label=f"{name} channel ({_SIDES[side[j]]})")
        )
    return handles


def _draw_ends(across: Any, rating: xr.Dataset, lines: np.ndarray) -> list[Any]:
    """Draw the temperature at the end of every channel; returns what the legend names."""
    from matplotlib.lines import Line2D

    side, n = rating["channel_side"].values, len(lines)
    leaving = np.where(rating["upward"].values == 1, lines[:, -1], lines[:, 0])
    number, size = np.arange(1, n + 1), 3.5 if n > 40 else 5
    handles = []
    for s, (color, mark) in enumerate(zip(_COLORS, _MARKS)):
        own = side == s
        across.plot(number[own], leaving[own], mark, color=color, ms=size)
        handles.append(Line2D([], [], ls="", marker=mark, color=color, label=f"{_SIDES[s]} channels"))
    for s, T_mixed in enumerate(_pair(rating, "T_out")):
        across.axhline(T_mixed - _ZERO_C, color=_COLORS[s], lw=1.2, ls="--")
    across.set_xlabel("channel, across the stack")
    across.set_ylabel("temperature at the channel's end [°C]")
    across.set_xlim(0.5 - 0.02 * n, n + 0.5 + 0.02 * n)
    handles.append(Line2D([], [], color=GREY, lw=1.2, ls="--", label="mixed outlet of a side"))
    return handles


def _mark_passes(ax: Any, rating: xr.Dataset, x: np.ndarray, lines: np.ndarray) -> None:
    """Name the passes of a side that has several, beside the middle of their lines."""
    in_pass, side = rating["channel_pass"].values, rating["channel_side"].values
    for s in range(2):
        passes = np.unique(in_pass[side == s])
        for k, p in enumerate(passes):
            if passes.size == 1:
                continue
            mean = lines[in_pass == p].mean(axis=0)
            at = int(_FINE * (0.30 + 0.40 * s))
            ax.annotate(
                f"pass {k + 1}",
                (x[at], mean[at]),
                ha="center",
                va="center",
                color=_COLORS[s],
                bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85},
                zorder=6,
            )


@styled
def plot_channel_flows(rating: xr.Dataset) -> Any:
    """Draw the flow of every channel over the mean of its pass.

    Parameters
    ----------
    rating : xarray.Dataset
        Of a single case.

    Returns
    -------
    matplotlib.figure.Figure
    """
    side, in_pass = rating["channel_side"].values, rating["channel_pass"].values
    flow = rating["channel_mass_flow"].values
    number = np.arange(1, side.size + 1)
    figure, ax = blank(5.6, 4.3)
    deviation = np.zeros(side.size)
    for p in np.unique(in_pass):
        own = in_pass == p
        mean = flow[own].mean()
        deviation[own] = 100.0 * (flow[own] / mean - 1.0) if mean > 0.0 else 0.0
    ax.axhline(0.0, color=GREY, lw=1.0)
    for s, (color, mark) in enumerate(zip(_COLORS, _MARKS)):
        for p in np.unique(in_pass[side == s]):
            own = in_pass == p
            ax.plot(
                number[own],
                deviation[own],
                "-",
                marker=mark,
                ms=3.5 if side.size > 40 else 5,
                lw=1.3,
                color=color,
                label=_SIDES[s] if p == in_pass[side == s].min() else None,
            )
    ends = [j for j in range(1, side.size) if in_pass[j] not in in_pass[:j] and side[j] in side[:j]]
    # The passes of both sides end side by side, or far apart: one line is enough for neighbours.
    for j in [j for i, j in enumerate(ends) if i == 0 or j - ends[i - 1] > 2]:
        ax.axvline(j + 0.5, color=ORANGE, lw=1.1, ls=(0, (4, 3)))
    if ends:
        ax.plot([], [], color=ORANGE, lw=1.1, ls=(0, (4, 3)), label="between passes")
    # A spread of a thousandth must not look like one that matters.
    widest = max(1.0, 1.15 * float(np.abs(deviation).max()))
    ax.set_ylim(-widest, widest)
    ax.set_xlabel("channel, across the stack")
    ax.set_ylabel("channel flow, off the mean of its pass [%]")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _barycentric(nodes: np.ndarray, values: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Interpolating polynomial of rows of values (n, s) at nodes (s,), at the places x (m,): (n, m)."""
    apart = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(apart, 1.0)
    weight = 1.0 / apart.prod(axis=1)
    away = x[:, None] - nodes[None, :]
    at_node = np.abs(away) < 1e-14
    away[at_node] = 1.0
    share = weight / away
    share[at_node.any(axis=1)] = 0.0
    share[at_node] = 1.0
    result: np.ndarray = (values @ share.T) / share.sum(axis=1)
    return result


def _pair(rating: xr.Dataset, name: str) -> tuple[float, float]:
    hot, cold = (float(v) for v in rating[name].values)
    return hot, cold


def _tables(rating: xr.Dataset) -> tuple[PropertyTable, PropertyTable]:
    hot, cold = (
        Fluid.parse(name).table(p)
        for name, p in zip(rating.attrs["fluids"], np.atleast_1d(rating.attrs["pressures_pascal"]))
    )
    return hot, cold
