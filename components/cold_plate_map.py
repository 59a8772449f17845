"""The faces of a plate seen from above, metal and chips, drawn on axes that are given."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK
from hashheat.thermo.errors import InputError

_ZERO_C = 273.15
_MM = 1e3
#: Dark is cold, in grey print too.
COLORS = "inferno"
#: Chips wider than this on paper carry their temperature [inch].
_ROOM_FOR_TEXT = 0.34
#: Share of the plate from which on a chip is drawn as an outline.
_COVERS = 0.3


def one_state(result: xr.Dataset) -> xr.Dataset:
    """A Dataset of one state with the temperature of every cell, or an error that says what is missing.

    Parameters
    ----------
    result : xarray.Dataset
        Of :meth:`hashheat.components.cold_plate.ColdPlate.solve`.

    Returns
    -------
    xarray.Dataset
        Without dimensions of states.

    Raises
    ------
    InputError
        For several states, none that was solved, or a Dataset without the fields.
    """
    states = [str(d) for d in result["T_junction"].dims]
    if any(result.sizes[d] > 1 for d in states):
        raise InputError(
            "only a single state can be drawn",
            key="result",
            found=f"states over {', '.join(states)}",
            accepted="the Dataset of one state",
        )
    result = result.squeeze(states)
    if "T_plate" not in result or not np.isfinite(float(result["T_junction"])):
        raise InputError(
            "there is nothing to draw",
            key="result",
            found="a state without a solution" if "T_plate" in result else "a Dataset without T_plate",
            accepted="the Dataset of solve(..., with_fields=True)",
        )
    return result


def temperature_range(result: xr.Dataset) -> tuple[float, float]:
    """Coldest coolant or metal and hottest junction [°C]: one scale for all panels of a figure."""
    parts = [result[name].values for name in ("T_plate", "T_fluid", "T_chip")]
    low, high = min(float(p.min()) for p in parts), max(float(p.max()) for p in parts)
    return low - _ZERO_C, max(high, low + 0.1) - _ZERO_C


def draw_face(ax: Any, result: xr.Dataset, side: str = "top", inches: float = 6.0) -> Any:
    """Draw the metal of one face with its chips.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        Of one state, with fields.
    side : {"top", "bottom"}
    inches : float
        Width of the plate on paper; small chips carry no number.

    Returns
    -------
    ScalarMappable
        For a colour bar [°C].
    """
    from matplotlib.patches import Rectangle

    length, width = plate_size(result)
    low, high = temperature_range(result)
    face = result["T_plate"].values[-1 if side == "top" else 0] - _ZERO_C
    image = ax.imshow(
        face,
        origin="lower",
        extent=(0.0, length, 0.0, width),
        cmap=COLORS,
        vmin=low,
        vmax=high,
        interpolation="bilinear",
    )
    chips = chip_table(result, side)
    colors = image.cmap(image.norm(chips["T"]))
    can_hold = inches / length * chips["length"] > _ROOM_FOR_TEXT
    # A chip over much of the plate would hide what the picture is for.
    covers = chips["length"] * chips["width"] > _COVERS * length * width
    for k in range(len(chips["T"])):
        x, y, across = chips["x"][k], chips["y"][k], chips["width"][k]
        corner = (x - 0.5 * chips["length"][k], y - 0.5 * across)
        fill = "none" if covers[k] else colors[k]
        ax.add_patch(Rectangle(corner, chips["length"][k], across, fc=fill, ec="white", lw=0.8, zorder=3))
        if can_hold[k]:
            box = {"boxstyle": "round,pad=0.25", "fc": colors[k], "ec": "white"} if covers[k] else None
            ax.text(
                x, y, f"{chips['T'][k]:.1f}", ha="center", va="center", fontsize=7.5, zorder=4,
                color=readable(colors[k]), bbox=box,
            )  # fmt: skip
    _mark_hottest(ax, result, chips)
    frame(ax, length, width)
    return image


def _mark_hottest(ax: Any, result: xr.Dataset, chips: dict[str, np.ndarray]) -> None:
    """Outline the hottest chip where it is on this face, and name it above the plate."""
    from matplotlib.patches import Rectangle

    name = str(result["chip"].values[int(result["hot_chip"])])
    here = np.flatnonzero(chips["label"] == name)
    if not here.size:
        return
    k = int(here[0])
    half = 0.5 * np.array([chips["length"][k], chips["width"][k]])
    corner = (chips["x"][k] - half[0], chips["y"][k] - half[1])
    ax.add_patch(Rectangle(corner, *(2.0 * half), fc="none", ec="#00e5ff", lw=2.2, zorder=5))
    # The name stands outside, where it hides no chip.
    ax.set_title(f"hottest: {name}, {chips['T'][k]:.1f} °C", loc="right", fontsize=10.5, color="#006b78")


def chip_table(result: xr.Dataset, side: str) -> dict[str, np.ndarray]:
    """Places and sizes [mm], temperatures [°C] and labels of the chips of one face."""
    own = result["chip_side"].values == side
    found = {name: result[f"chip_{name}"].values[own] * _MM for name in ("x", "y", "length", "width")}
    return found | {"T": result["T_chip"].values[own] - _ZERO_C, "label": result["chip"].values[own]}


def plate_size(result: xr.Dataset) -> tuple[float, float]:
    """Length along x and width along y [mm]."""
    length, width, _ = np.atleast_1d(result.attrs["plate_size_metre"])
    return float(length) * _MM, float(width) * _MM


def frame(ax: Any, length: float, width: float) -> None:
    """Plate's edge, equal scales, and no spines that look like another edge."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((0.0, 0.0), length, width, fc="none", ec=BLACK, lw=1.2, zorder=4))
    ax.set_xlim(0.0, length)
    ax.set_ylim(0.0, width)
    ax.set_aspect("equal")
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel("x [mm]")
    ax.set_ylabel("y [mm]")


def readable(color: Any) -> str:
    """Black or white, whichever reads on a colour."""
    r, g, b = color[:3]
    return "black" if 0.3 * r + 0.59 * g + 0.11 * b > 0.5 else "white"
