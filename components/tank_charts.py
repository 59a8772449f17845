"""Curves of a tank: temperature over height, and how its solution settled."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from hashheat.solvers.flow_dataset import LIQUID, POROUS, SOLID
from hashheat.thermo.errors import InputError

_ZERO_C = 273.15
_MM = 1e3
#: Shortest axis of a temperature that settles [K].
_LEAST_SPAN = 0.1


def temperature_over_height(result: xr.Dataset) -> dict[str, np.ndarray]:
    """Mean, least and largest temperature of the liquid in each layer of cells.

    Parameters
    ----------
    result : xarray.Dataset
        With the fields of :func:`hashheat.solvers.flow_dataset.flow_dataset`.

    Returns
    -------
    dict of str to (nz,) float array
        ``mean``, ``low`` and ``high`` of all cells with liquid, ``open`` and ``porous`` the means of those outside
        of miners and within them [K]; means over the volume of the cells. NaN where a layer has none.
    """
    T, zone = result["T"].values, result["zone"].values
    area = np.diff(result["y_face"].values)[:, None] * np.diff(result["x_face"].values)[None, :]
    wet = zone != SOLID

    def mean(cells: np.ndarray) -> np.ndarray:
        total = (area * cells).sum(axis=(1, 2))
        with np.errstate(invalid="ignore"):
            return np.where(total > 0.0, (area * cells * T).sum(axis=(1, 2)) / total, np.nan)

    some = wet.any(axis=(1, 2))
    return {
        "mean": mean(wet),
        "open": mean(zone == LIQUID),
        "porous": mean(zone == POROUS),
        "low": np.where(some, np.where(wet, T, np.inf).min(axis=(1, 2)), np.nan),
        "high": np.where(some, np.where(wet, T, -np.inf).max(axis=(1, 2)), np.nan),
    }


def draw_stratification(ax: Any, result: xr.Dataset, marks: dict[str, float] | None = None) -> None:
    """Draw the temperature of the liquid over height.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        With fields.
    marks : dict of str to float, optional
        Temperatures to mark [K], by their names.
    """
    found = temperature_over_height(result)
    z = result["z"].values * _MM
    T = {name: values - _ZERO_C for name, values in found.items()}
    ax.fill_betweenx(z, T["low"], T["high"], color=BLUE, alpha=0.14, lw=0, label="least to largest")
    ax.plot(T["mean"], z, color=BLUE, lw=2.4, label="mean of the liquid")
    if np.isfinite(T["porous"]).any():
        ax.plot(T["open"], z, color=GREY, lw=1.6, ls=(0, (5, 2)), label="outside of miners")
        ax.plot(T["porous"], z, color=RED, lw=1.6, ls=(0, (2, 1.5)), label="within miners")
    for k, (name, value) in enumerate((marks or {}).items()):
        at = value - _ZERO_C
        ax.axvline(at, color=BLACK, lw=0.9, ls=":")
        # One above the other: inlet and outlet may be close.
        ax.annotate(
            f"{name} {at:.1f} °C", (at, 1.0), (3, -4 - 13 * k), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="left", va="top", fontsize=9, color=BLACK,
            bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.8},
        )  # fmt: skip
    edges = result["z_face"].values * _MM
    ax.set_ylim(edges[0], edges[-1])
    ax.set_xlabel("temperature of the liquid [°C]")
    ax.set_ylabel("height [mm]")
    ax.legend(loc="lower right")


#: Residuals of the solver: name: (label, colour, dashes).
_HISTORY = {
    "history_momentum": ("momentum", BLUE, "-"),
    "history_mass": ("mass", GREEN, (0, (5, 2))),
    "history_energy": ("energy", ORANGE, (0, (2, 1.5))),
}


def draw_history(ax: Any, result: xr.Dataset, watched: str = "hottest chip [°C]") -> None:
    """Draw the residuals over the steps of the solver, and the quantity asked for beside them.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        With ``history_momentum``, ``history_mass``, ``history_energy`` over their first values [-] and
        ``history_watch`` [K] over ``step``.
    watched : str
        What ``history_watch`` is.

    Raises
    ------
    InputError
        If there is none of them.
    """
    drawn = False
    for name, (label, color, dashes) in _HISTORY.items():
        values = result[name].values if name in result else np.zeros(0)
        shown = np.isfinite(values) & (values > 0.0)
        if shown.any():
            # A residual of zero has no logarithm: nothing is left to show there.
            ax.semilogy(
                np.arange(values.size), np.where(shown, values, np.nan), color=color, ls=dashes, lw=1.8,
                label=label, marker="o", ms=3,
            )  # fmt: skip
            drawn = True
    if not drawn:
        raise InputError(
            "there is no history to draw",
            key="result",
            found="a Dataset without residuals",
            accepted=f"one with {', '.join(_HISTORY)}",
        )
    ax.set_xlabel("step of the flow solver, from 0")
    ax.set_ylabel("residual, over its first value")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(loc="best")
    watch = result["history_watch"].values if "history_watch" in result else np.zeros(0)
    if np.isfinite(watch).any():
        other = ax.twinx()
        other.plot(np.arange(watch.size), watch - _ZERO_C, color=RED, lw=1.4, ls=(0, (1, 1)))
        other.set_ylabel(watched, color=RED)
        other.grid(False)
        other.spines["right"].set_visible(True)
        other.ticklabel_format(useOffset=False)
        seen = watch[np.isfinite(watch)] - _ZERO_C
        # Changes that nobody could measure should not fill the axis.
        low, high = other.get_ylim()
        if high - low < _LEAST_SPAN:
            other.set_ylim(seen[-1] - 0.5 * _LEAST_SPAN, seen[-1] + 0.5 * _LEAST_SPAN)


def draw_transient(ax: Any, lower: Any, result: xr.Dataset) -> None:
    """Draw temperatures and heat of a run in time.

    Parameters
    ----------
    ax, lower : matplotlib Axes
        For temperatures and for heat, over the same time.
    result : xarray.Dataset
        Of ``solve_transient``: ``T_junction``, ``T_in``, ``T_out``, ``heat_rate`` over ``time``; ``time_to_limit``
        and ``T_junction_limit`` where there is one.

    Raises
    ------
    InputError
        If nothing in it runs over time.
    """
    if "time" not in result.dims:
        raise InputError(
            "there is no run in time to draw",
            key="result",
            found=f"a Dataset over {', '.join(map(str, result.sizes)) or 'nothing'}",
            accepted="the Dataset of solve_transient",
        )
    time = result["time"].values
    scale, unit = (1.0, "s") if time[-1] < 600.0 else (60.0, "min") if time[-1] < 36000.0 else (3600.0, "h")
    t = time / scale
    for name, label, color, dashes in (
        ("T_junction", "hottest junction", RED, "-"),
        ("T_out", "oil outlet", ORANGE, (0, (5, 2))),
        ("T_in", "oil inlet", BLUE, (0, (2, 1.5))),
    ):
        if name in result and np.isfinite(result[name].values).any():
            ax.plot(t, result[name].values - _ZERO_C, color=color, ls=dashes, lw=2.0, label=label)
    if "T_junction_limit" in result:
        limit = float(np.nanmin(result["T_junction_limit"].values)) - _ZERO_C
        ax.axhline(limit, color=BLACK, lw=1.2, ls=":")
        ax.annotate(
            f"limit {limit:.4g} °C", (0.0, limit), (4, 3), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="bottom",
        )  # fmt: skip
    reached = float(result["time_to_limit"]) if "time_to_limit" in result else np.inf
    if np.isfinite(reached):
        ax.axvline(reached / scale, color=GREY, lw=1.2, ls=":")
        ax.annotate(
            f"{reached / scale:.3g} {unit}", (reached / scale, 0.99), (4, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", color=GREY, va="top",
        )  # fmt: skip
    ax.set_ylabel("temperature [°C]")
    ax.legend(loc="best")
    for name, label, color, dashes in (
        ("heat_rate", "heat to the water", BLUE, "-"),
        ("heat_loss", "heat to the room", GREY, (0, (5, 2))),
    ):
        if name in result:
            lower.plot(t, result[name].values * 1e-3, color=color, ls=dashes, lw=1.8, label=label)
    lower.set_ylabel("heat [kW]")
    lower.set_xlabel(f"time [{unit}]")
    if t[-1] > t[0]:
        lower.set_xlim(t[0], t[-1])
    lower.legend(loc="best")
