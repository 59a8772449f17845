"""Figures of a solved cold plate: its faces, its coolant and its junctions; its curves; a section through it."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.cold_plate_charts import draw_junctions, draw_rises, faces, has_histogram
from hashheat.components.cold_plate_map import (
    COLORS,
    draw_face,
    one_state,
    plate_size,
    temperature_range,
)
from hashheat.components.cold_plate_way import draw_coolant
from hashheat.components.plot_style import BLACK, BLUE, GREY, RED, blank, styled
from hashheat.thermo.errors import InputError

KINDS = ("plate", "curves", "section")


def plot_cold_plate(
    result: xr.Dataset, kind: str = "plate", *, limit: float | None = None, design_flow: float | None = None
) -> Any:
    """Draw one of the figures of a cold plate.

    Parameters
    ----------
    result : xarray.Dataset
        Of :meth:`hashheat.components.cold_plate.ColdPlate.solve`: one state with fields, or for ``"curves"``
        states along ``volume_flow``.
    kind : {"plate", "curves", "section"}
        Faces with chips, coolant and junctions; resistance and pressure drop over flow; a section through the
        hottest chip.
    limit : float, optional
        Highest junction temperature [K].
    design_flow : float, optional
        To be marked in the curves [m^3/s].

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For another kind, or a Dataset that does not hold what it needs.
    """
    if kind == "curves":
        return plot_curves(result, design_flow)
    if kind not in KINDS:
        raise InputError(
            "there is no such plot", key="kind", found=repr(kind), accepted=", ".join(map(repr, KINDS))
        )
    return plot_section(result) if kind == "section" else plot_plate(result, limit)


@styled
def plot_plate(result: xr.Dataset, limit: float | None = None) -> Any:
    """Draw faces with chips, the coolant's way and the junctions on one sheet.

    Parameters
    ----------
    result : xarray.Dataset
        Of one state, with fields.
    limit : float, optional
        [K]

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    result = one_state(result)
    sides = faces(result)
    length, width = plate_size(result)
    shape = float(np.clip(width / length, 0.3, 1.6))
    across = 5.0 if shape > 0.75 else 6.4
    figure = Figure(figsize=(2.0 * across, max(across * shape * 0.86, 2.6) + 4.2))
    grid = figure.add_gridspec(2, 2, height_ratios=[max(across * shape * 0.86, 2.6) + 0.4, 3.8])
    bottom = [grid[1, 0], grid[1, 1]]
    if len(sides) > 1:
        panels = [*sides, "coolant", "junctions"]
    elif has_histogram(result):
        panels = [*sides, "coolant", "rises", "junctions"]
    else:
        panels, bottom = [*sides, "coolant", "rises"], [grid[1, :]]
    for place, panel in zip([grid[0, 0], grid[0, 1], *bottom], panels, strict=True):
        ax = figure.add_subplot(place)
        if panel in sides:
            _face_panel(figure, ax, result, panel, across - 1.4, is_only=len(sides) == 1)
        elif panel == "coolant":
            _coolant_panel(figure, ax, result)
        elif panel == "rises":
            draw_rises(ax, result, limit)
        else:
            draw_junctions(ax, result, limit)
    return figure


@styled
def plot_panel(result: xr.Dataset, panel: str, limit: float | None = None) -> Any:
    """Draw one of the panels of :func:`plot_plate` alone, for a page that arranges them itself.

    Parameters
    ----------
    result : xarray.Dataset
        Of one state, with fields.
    panel : {"top", "bottom", "coolant", "rises", "junctions"}
    limit : float, optional
        [K]

    Returns
    -------
    matplotlib.figure.Figure
    """
    result = one_state(result)
    if panel in ("rises", "junctions"):
        figure, ax = blank(5.6, 3.7)
        draw_rises(ax, result, limit) if panel == "rises" else draw_junctions(ax, result, limit)
        return figure
    across = 5.6
    figure, ax = blank(across, across)
    if panel == "coolant":
        _coolant_panel(figure, ax, result, title=False)
    else:
        _face_panel(figure, ax, result, panel, across - 1.4, title=False)
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    figure.set_figheight(float(np.clip((across - 1.5) * (y1 - y0) / (x1 - x0) + 1.0, 1.9, 7.0)))
    # Equal scales and words beside the plate take the layout a second pass; saving it adds one.
    figure.draw_without_rendering()
    return figure


def _face_panel(
    figure: Any,
    ax: Any,
    result: xr.Dataset,
    side: str,
    inches: float,
    *,
    is_only: bool = False,
    title: bool = True,
) -> None:
    image = draw_face(ax, result, side, inches)
    figure.colorbar(image, ax=ax, shrink=0.85, pad=0.02, label="metal and junctions [°C]")
    if title:
        name = "Metal and chips" if is_only else f"{side.capitalize()} face, seen from above"
        ax.set_title(name, loc="left", fontweight="bold")


def _coolant_panel(figure: Any, ax: Any, result: xr.Dataset, title: bool = True) -> None:
    drawn = draw_coolant(ax, result)
    figure.colorbar(drawn, ax=ax, shrink=0.85, pad=0.02, label="coolant [°C]")
    if title:
        flow = float(result["mass_flow"])
        ax.set_title(f"Coolant: {result.attrs['fluid']}, {flow:.3g} kg/s", loc="left", fontweight="bold")


@styled
def plot_curves(curves: xr.Dataset, design_flow: float | None = None) -> Any:
    """Draw thermal resistance and pressure drop over the flow.

    Parameters
    ----------
    curves : xarray.Dataset
        States along ``volume_flow``.
    design_flow : float, optional
        To be marked [m^3/s].

    Returns
    -------
    matplotlib.figure.Figure
    """
    if curves["T_junction"].dims != ("volume_flow",):
        raise InputError(
            "curves run along the flow",
            key="result",
            found=f"states over {', '.join(map(str, curves['T_junction'].dims)) or 'nothing'}",
            accepted="states along the dimension volume_flow",
        )
    flow = curves["volume_flow"].values * 6e4
    figure, ax = blank(5.6, 3.9)
    other = ax.twinx()
    ax.plot(flow, curves["thermal_resistance"], color=BLUE, lw=2.4)
    other.plot(flow, curves["pressure_drop"] * 1e-3, color=RED, lw=2.2, ls=(0, (6, 2)))
    ax.set_xlabel("flow at the inlet [L/min]")
    ax.set_ylabel("thermal resistance [K/W]", color=BLUE)
    other.set_ylabel("pressure drop [kPa]", color=RED)
    other.grid(False)
    other.spines["right"].set_visible(True)
    ax.set_ylim(bottom=0.0)
    other.set_ylim(bottom=0.0)
    ax.set_xlim(flow.min(), flow.max())
    if design_flow is not None and flow.min() <= design_flow * 6e4 <= flow.max():
        at = design_flow * 6e4
        ax.axvline(at, color=GREY, lw=1.2, ls=":")
        left = at > 0.5 * (flow.min() + flow.max())
        ax.annotate(
            f"{at:.3g} L/min", (at, 0.02), (-4 if left else 4, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="right" if left else "left", va="bottom", color=GREY,
        )  # fmt: skip
    return figure


@styled
def plot_section(result: xr.Dataset) -> Any:
    """Draw a section through the thickness at the hottest chip: across channels, or along a field.

    Parameters
    ----------
    result : xarray.Dataset
        Of one state, with fields and more than one layer.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For a plate of one layer, whose temperature does not vary through the thickness.
    """
    result = one_state(result)
    if result.sizes["layer"] < 2:
        raise InputError(
            "a plate of one layer has no section",
            key="plate.layers",
            found=result.sizes["layer"],
            accepted="2 or more layers",
        )
    from hashheat.components.cold_plate_section import draw_section

    figure, ax = blank(7.4, 3.1)
    image = draw_section(ax, result, COLORS, temperature_range(result), BLACK)
    figure.colorbar(image, ax=ax, pad=0.02, label="temperature [°C]")
    return figure
