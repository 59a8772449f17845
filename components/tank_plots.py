"""Figures of a solved tank: sections, junctions, stratification, how the solution settled, and runs in time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.plot_style import blank, styled
from hashheat.components.tank_charts import draw_history, draw_stratification, draw_transient
from hashheat.components.tank_chip_map import check_chips, draw_boards, draw_hottest_board, hottest
from hashheat.components.tank_cut import check_fields, cut, draw_section
from hashheat.solvers.flow_dataset import SOLID
from hashheat.thermo.errors import InputError

_ZERO_C = 273.15
KINDS = ("tank", "sections", "chips", "stratification", "history", "transient")
#: Panels that a page may take one by one.
PANELS = ("lengthwise", "crosswise", "board", "boards", "stratification", "history")
_AXIS_OF = {"lengthwise": "y", "crosswise": "x"}
_TITLES = {"lengthwise": "Along the tank", "crosswise": "Across the tank"}


@styled
def plot_tank(result: xr.Dataset, kind: str = "tank", *, at: Mapping[str, float] | None = None) -> Any:
    """Draw one of the figures of a tank.

    Parameters
    ----------
    result : xarray.Dataset
        Of :meth:`hashheat.components.immersion_tank.ImmersionTank.solve` with fields; of ``solve_transient`` for
        ``"transient"``. ``"history"`` and ``"chips"`` need no fields.
    kind : {"tank", "sections", "chips", "stratification", "history", "transient"}
        All of a steady state on one sheet; temperature and flow in both vertical planes; junctions; oil
        temperature over height; residuals; temperatures over time.
    at : mapping of str to float, optional
        Places of the planes, ``{"y": ..., "x": ...}`` [m]. By default they pass through the hottest chip's miner,
        or the middle of what releases heat where no chips are known.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For another kind, or a Dataset that does not hold what it needs.
    """
    if kind not in KINDS:
        raise InputError(
            "there is no such plot", key="kind", found=repr(kind), accepted=", ".join(map(repr, KINDS))
        )
    at = {} if at is None else at
    if kind == "sections":
        return _sections(result, at)
    if kind == "chips":
        return _chips(result)
    if kind == "transient":
        figure, (upper, lower) = blank(7.2, 5.6, 2, 1, sharex=True, height_ratios=[2.2, 1.0])
        draw_transient(upper, lower, result)
        return figure
    if kind == "tank":
        return _sheet(result, at)
    return _panel(result, kind, at)


@styled
def plot_panel(result: xr.Dataset, panel: str, *, at: Mapping[str, float] | None = None) -> Any:
    """Draw one panel alone, for a page that arranges them itself.

    Parameters
    ----------
    result : xarray.Dataset
        See :func:`plot_tank`.
    panel : {"lengthwise", "crosswise", "board", "boards", "stratification", "history"}
    at : mapping of str to float, optional
        Places of the planes [m].

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For another panel, or a Dataset that does not hold what it needs.
    """
    if panel not in PANELS:
        raise InputError(
            "there is no such panel", key="panel", found=repr(panel), accepted=", ".join(map(repr, PANELS))
        )
    return _panel(result, panel, {} if at is None else at)


def temperature_range(result: xr.Dataset) -> tuple[float, float]:
    """Coldest and hottest liquid: one scale for all sections.

    Parameters
    ----------
    result : xarray.Dataset
        With the fields ``T`` [K] and ``zone``.

    Returns
    -------
    (float, float)
        [°C], apart by 0.1 K or more.
    """
    wet = result["T"].values[result["zone"].values != SOLID]
    low, high = float(wet.min()) - _ZERO_C, float(wet.max()) - _ZERO_C
    return low, max(high, low + 0.1)


def _panel(result: xr.Dataset, panel: str, at: Mapping[str, float]) -> Any:
    if panel in _AXIS_OF:
        check_fields(result)
        wide = 7.2
        figure, ax = blank(wide, wide)
        _section_panel(figure, ax, result, panel, at)
        (x0, x1), (z0, z1) = ax.get_xlim(), ax.get_ylim()
        figure.set_figheight(float(np.clip((wide - 1.7) * (z1 - z0) / (x1 - x0) + 1.1, 2.2, 4.8)))
        # Equal scales take the layout a second pass.
        figure.draw_without_rendering()
        return figure
    if panel == "boards":
        check_chips(result)
        figure, ax = blank(5.6, float(np.clip(1.1 + 0.27 * result.sizes["miner"], 2.4, 7.5)))
    else:
        figure, ax = blank(5.6, 4.0)
    _draw(figure, ax, result, panel, at)
    return figure


def _draw(figure: Any, ax: Any, result: xr.Dataset, panel: str, at: Mapping[str, float]) -> None:
    """Draw any panel on axes that are given."""
    if panel in _AXIS_OF:
        _section_panel(figure, ax, result, panel, at)
    elif panel in ("board", "boards"):
        check_chips(result)
        image = draw_hottest_board(ax, result) if panel == "board" else draw_boards(ax, result)
        figure.colorbar(image, ax=ax, pad=0.02, label="junction [°C]")
    elif panel == "stratification":
        check_fields(result)
        draw_stratification(ax, result, _marks(result))
    else:
        draw_history(ax, result)


def _section_panel(figure: Any, ax: Any, result: xr.Dataset, panel: str, at: Mapping[str, float]) -> None:
    axis = _AXIS_OF[panel]
    section = cut(result, axis, at.get(axis, _through(result, axis)))
    image = draw_section(ax, section, temperature_range(result))
    figure.colorbar(image, ax=ax, shrink=0.9, pad=0.02, label="temperature [°C]")
    ax.set_title(f"{_TITLES[panel]}, at {axis} = {1e3 * section.at:.0f} mm", loc="left", fontweight="bold")


def _through(result: xr.Dataset, axis: str) -> float | None:
    """Middle of the miner with the hottest chip along an axis [m], if the Dataset knows."""
    name = f"miner_{axis}"
    if name not in result or "T_chip" not in result or not np.isfinite(result["T_chip"].values).any():
        return None
    return float(result[name].values[hottest(result)[0]])


def _marks(result: xr.Dataset) -> dict[str, float]:
    """Temperatures worth a line in the stratification."""
    named = {"inlet": "T_in", "outlet": "T_out"}
    found = {label: float(result[name]) for label, name in named.items() if name in result}
    return {label: value for label, value in found.items() if np.isfinite(value)}


def _sections(result: xr.Dataset, at: Mapping[str, float]) -> Any:
    from matplotlib.figure import Figure

    check_fields(result)
    lengths = [float(np.ptp(result[f"{axis}_face"].values)) for axis in "xyz"]
    height = float(np.clip(6.2 * lengths[2] / lengths[0], 1.6, 6.0))
    other = float(np.clip(height * lengths[1] / lengths[2], 1.2, 4.0))
    figure = Figure(figsize=(8.6 + other, height + 1.3))
    axes = figure.subplots(1, 2, width_ratios=[6.6, other + 1.0])
    for ax, panel in zip(axes, _AXIS_OF):
        _section_panel(figure, ax, result, panel, at)
    return figure


def _chips(result: xr.Dataset) -> Any:
    check_chips(result)
    figure, axes = blank(11.0, float(np.clip(1.4 + 0.27 * result.sizes["miner"], 3.6, 7.5)), 1, 2)
    for ax, panel in zip(axes, ("board", "boards")):
        _draw(figure, ax, result, panel, {})
    return figure


def _sheet(result: xr.Dataset, at: Mapping[str, float]) -> Any:
    """All panels of a steady state."""
    from matplotlib.figure import Figure

    check_fields(result)
    panels = [*_AXIS_OF, "stratification"]
    if "T_chip" in result and np.isfinite(result["T_chip"].values).any():
        panels += ["board", "boards"]
    panels += ["history"] if any(str(name).startswith("history_") for name in result) else []
    rows = -(-len(panels) // 2)
    figure = Figure(figsize=(13.0, 4.1 * rows))
    axes = figure.subplots(rows, 2, squeeze=False).ravel()
    for ax, panel in zip(axes, panels):
        _draw(figure, ax, result, panel, at)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    return figure
