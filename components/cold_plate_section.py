"""A section through the thickness of a cold plate at its hottest chip, drawn on axes that are given."""

from typing import Any

import numpy as np
import xarray as xr

_ZERO_C = 273.15
_MM = 1e3


def draw_section(
    ax: Any, result: xr.Dataset, colors: str, limits: tuple[float, float], ink: str = "black"
) -> Any:
    """Draw metal, channels and chips in a plane through the middle of the hottest chip.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        Of one state, with fields.
    colors : str
        Colour map.
    limits : (float, float)
        Ends of the scale [°C].
    ink : str
        Colour of outlines.

    Returns
    -------
    ScalarMappable
        For a colour bar.
    """
    from matplotlib.patches import Rectangle

    hot = int(result["hot_chip"])
    is_field = float(result.attrs["channel_width_metre"]) == 0.0
    # Across the channels, whose sections then show; below a field there is none to show, and along it the coolant
    # warms up.
    axis = flow_axis(result) if is_field else 1 - flow_axis(result)
    name, other = ("x", "y") if axis == 0 else ("y", "x")
    at = float(result[f"chip_{other}"][hot])
    lines = result["row" if axis == 0 else "col"].values
    k = int(np.argmin(np.abs(lines - at)))
    T = result["T_plate"].values[:, k, :] if axis == 0 else result["T_plate"].values[:, :, k]
    metal = result["metal"].values[:, k, :] if axis == 0 else result["metal"].values[:, :, k]
    size = np.atleast_1d(result.attrs["plate_size_metre"])
    along = result["col" if axis == 0 else "row"].values
    edges = np.concatenate([[0.0], 0.5 * (along[1:] + along[:-1]), [size[axis]]]) * _MM
    heights = layer_edges(result["layer"].values, float(size[2])) * _MM
    image = ax.pcolormesh(
        edges,
        heights,
        T - _ZERO_C,
        cmap=colors,
        vmin=limits[0],
        vmax=limits[1],
        shading="flat",
        rasterized=True,
    )
    if not is_field:
        _outline_channels(ax, edges, heights, metal)
    thick = float(heights[-1])
    low = _draw_field(ax, result, axis, at, thick, image) if is_field else 0.0
    high = thick
    half = 0.5 * result[f"chip_{'width' if axis == 0 else 'length'}"].values
    here = np.abs(result[f"chip_{other}"].values - at) < half
    for i in np.flatnonzero(here):
        middle = float(result[f"chip_{name}"][i]) * _MM
        wide = float(result[f"chip_{'length' if axis == 0 else 'width'}"][i]) * _MM
        top = str(result["chip_side"].values[i]) == "top"
        T_chip = float(result["T_chip"][i]) - _ZERO_C
        y = thick * 1.03 if top else -0.22 * thick
        ax.add_patch(
            Rectangle(
                (middle - 0.5 * wide, y),
                wide,
                0.19 * thick,
                fc=image.cmap(image.norm(T_chip)),
                ec=ink,
                lw=1.0,
            )
        )
        high = max(high, 1.25 * thick) if top else high
        low = low if top else min(low, -0.25 * thick)
        if i == hot:
            ax.annotate(
                f"{T_chip:.1f} °C", (middle, y + 0.19 * thick), (0, 3), textcoords="offset points", ha="center",
                va="bottom",
            )  # fmt: skip
            high = max(high, 1.45 * thick)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(low - 0.03 * thick, high)
    ax.set_yticks([t for t in ax.get_yticks() if 0.0 <= t <= 1.0001 * thick])
    ax.grid(False)
    ax.set_xlabel(f"{name} [mm], at {other} = {at * _MM:.4g} mm")
    ax.set_ylabel("height [mm], stretched")
    return image


def flow_axis(result: xr.Dataset) -> int:
    """Axis along which most of the coolant's way runs: 0 is x."""
    of = result["cell_stream"].values
    same = np.diff(of) == 0
    along = [np.abs(np.diff(result[f"cell_{name}"].values))[same].sum() for name in ("x", "y")]
    return int(np.argmax(along)) if max(along) > 0.0 else 0


def layer_edges(middles: np.ndarray, thickness: float) -> np.ndarray:
    """Faces between layers [m] from the middles of the layers."""
    edges = [0.0]
    for middle in middles:
        edges.append(2.0 * float(middle) - edges[-1])
    edges[-1] = thickness if abs(edges[-1] - thickness) < 1e-6 * thickness else edges[-1]
    return np.array(edges)


def _outline_channels(ax: Any, edges: np.ndarray, heights: np.ndarray, metal: np.ndarray) -> None:
    """White lines around cells that hold more coolant than metal."""
    wet = metal < 0.5
    padded = np.pad(wet, 1)
    nz, n = wet.shape
    for z in range(nz + 1):
        for i in range(n):
            if padded[z, i + 1] != padded[z + 1, i + 1]:
                ax.plot(edges[i : i + 2], [heights[z]] * 2, color="white", lw=1.3)
    for z in range(nz):
        for i in range(n + 1):
            if padded[z + 1, i] != padded[z + 1, i + 1]:
                ax.plot([edges[i]] * 2, heights[z : z + 2], color="white", lw=1.3)


def _draw_field(ax: Any, result: xr.Dataset, axis: int, at: float, thick: float, image: Any) -> float:
    """Coolant of a field as a strip below the base, coloured by its temperature; returns where it ends."""
    from matplotlib.collections import PolyCollection

    other = "y" if axis == 0 else "x"
    across = result[f"cell_{other}"].values
    own = across == across[int(np.argmin(np.abs(across - at)))]
    middle = result[f"cell_{'x' if axis == 0 else 'y'}"].values[own] * _MM
    T = result["T_fluid"].values[own] - _ZERO_C
    order = np.argsort(middle)
    middle, T = middle[order], T[order]
    half = 0.5 * np.median(np.diff(middle)) if middle.size > 1 else 0.5
    y0, y1 = -0.42 * thick, -0.02 * thick
    quads = [[(m - half, y0), (m + half, y0), (m + half, y1), (m - half, y1)] for m in middle]
    strip = PolyCollection(quads, array=T, cmap=image.cmap, norm=image.norm, ec="face", lw=0.4)
    strip.set_rasterized(True)
    ax.add_collection(strip)
    ax.annotate(
        "fins and coolant (not to scale)", (float(middle[0] - half), y0), (0, -3), textcoords="offset points",
        ha="left", va="top", annotation_clip=False, fontsize=8.5,
    )  # fmt: skip
    return y0 - 0.2 * thick
