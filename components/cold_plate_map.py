"""The plate seen from above: metal, chips and the coolant's way, each drawn on axes that are given."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK, GREY
from hashheat.thermo.errors import InputError

_ZERO_C = 273.15
_MM = 1e3
#: Dark is cold, in grey print too.
COLORS = "inferno"
#: Chips wider than this on paper carry their temperature [inch].
_ROOM_FOR_TEXT = 0.34
_MOST_ARROWS = 5
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


def draw_coolant(ax: Any, result: xr.Dataset) -> Any:
    """Draw the coolant's way, coloured by its temperature, with where it enters and leaves.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        Of one state, with fields.

    Returns
    -------
    ScalarMappable
        For a colour bar [°C]; its scale is the coolant's own.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Rectangle

    length, width = plate_size(result)
    ax.add_patch(Rectangle((0.0, 0.0), length, width, fc="#eceff2", ec="none", zorder=0))
    for side in ("bottom", "top"):
        chips = chip_table(result, side)
        for k in range(len(chips["T"])):
            corner = chips["x"][k] - 0.5 * chips["length"][k], chips["y"][k] - 0.5 * chips["width"][k]
            ax.add_patch(
                Rectangle(
                    corner, chips["length"][k], chips["width"][k], fc="none", ec="#6b737c", lw=0.7, zorder=3
                )
            )
    streams = coolant_streams(result)
    wide = float(result.attrs["channel_width_metre"]) * _MM
    polygons, values = [], []
    for points, T in streams:
        own, outside = _strips(points, wide or _pitch(streams))
        polygons += own
        values += list(0.5 * (T[:-1] + T[1:])[~outside]) if len(T) > 1 else [T[0]]
        for i in np.flatnonzero(outside):
            _draw_outside_bend(ax, points, i, (length, width))
    T_in = _inlet(result)
    drawn = PolyCollection(polygons, array=np.array(values), cmap="viridis", ec="face", lw=0.2, zorder=2)
    # Thousands of cells of a field would be thousands of paths, with hairlines between them.
    drawn.set_rasterized(True)
    drawn.set_clim(min(T_in, min(values)), max(T_in + 0.1, *values))
    ax.add_collection(drawn)
    _draw_ports(ax, result, streams, T_in)
    _make_room(ax, result, streams)
    return drawn


def coolant_streams(result: xr.Dataset) -> list[tuple[np.ndarray, np.ndarray]]:
    """Middles of the cells [mm] and temperatures [°C] of each stream, in the direction of its flow."""
    of = result["cell_stream"].values
    places = np.column_stack([result["cell_x"].values, result["cell_y"].values]) * _MM
    T = result["T_fluid"].values - _ZERO_C
    return [(places[of == s], T[of == s]) for s in np.unique(of)]


def _strips(points: np.ndarray, wide: float) -> tuple[list[np.ndarray], np.ndarray]:
    """Rectangles between neighbouring cells, as wide as the channel; where the way leaves the plate, none."""
    if len(points) == 1:
        return [points[0] + 0.5 * wide * _SQUARE], np.zeros(0, dtype=bool)
    step = np.diff(points, axis=0)
    size = np.hypot(*step.T)
    outside = np.zeros(len(step), dtype=bool)
    # Where a bend outside of the plate joins two passes, flow turns around from one cell to the next.
    before, after = step[:-2], step[2:]
    turns = (before * after).sum(axis=1) < 0.0
    sideways = np.abs((before * step[1:-1]).sum(axis=1)) < 1e-6 * size[1:-1] * size[:-2] + 1e-12
    outside[1:-1] = turns & sideways & (size[1:-1] > 1.001 * wide)
    along = step / size[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    start, end = points[:-1].copy(), points[1:].copy()
    # The first and the last cell, and those at an outside bend, reach half a cell further.
    first = np.concatenate([[True], outside[:-1]])
    last = np.concatenate([outside[1:], [True]])
    start[first] -= 0.5 * step[first]
    end[last] += 0.5 * step[last]
    bend = ~last & (np.abs((across * np.vstack([along[1:], along[-1:]])).sum(axis=1)) > 1e-6)
    end[bend] += 0.5 * wide * along[bend]
    half = 0.5 * wide * across
    quads = np.stack([start - half, end - half, end + half, start + half], axis=1)
    return list(quads[~outside]), outside


_SQUARE = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def _pitch(streams: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Distance between the streams of a field, which is drawn without gaps [mm]."""
    if len(streams) < 2:
        return 1.0
    middles = np.array([points[0] for points, _ in streams])
    return float(np.median(np.hypot(*np.diff(middles, axis=0).T)))


def _draw_outside_bend(ax: Any, points: np.ndarray, i: int, size: tuple[float, float]) -> None:
    """A bend outside of the plate, from one pass to the next: it exchanges no heat."""
    step = points[i] - points[i - 1]
    reach = 0.5 * step + step / np.hypot(*step) * 0.03 * max(size)
    line = np.array(
        [points[i] + 0.5 * step, points[i] + reach, points[i + 1] + reach, points[i + 1] + 0.5 * step]
    )
    ax.plot(*line.T, color=GREY, lw=1.4, ls=(0, (2, 1.2)), zorder=1, clip_on=False)


def _draw_ports(
    ax: Any, result: xr.Dataset, streams: list[tuple[np.ndarray, np.ndarray]], T_in: float
) -> None:
    """Arrows where the coolant enters and leaves, and along the streams of a field."""
    size = np.array(plate_size(result))
    T_out = float(result["T_out"]) - _ZERO_C
    for points, sign, text in (
        (np.array([p[:2] for p, _ in streams]), -1.0, f"in {T_in:.1f} °C"),
        (np.array([p[:-3:-1] for p, _ in streams]), 1.0, f"out {T_out:.1f} °C"),
    ):
        middle = points[:, 0].mean(axis=0)
        outward = (points[:, 0] - points[:, 1]).mean(axis=0)
        axis = int(np.argmax(np.abs(outward)))
        way = np.sign(outward[axis]) * np.eye(2)[axis]
        edge = middle.copy()
        edge[axis] = size[axis] if way[axis] > 0.0 else 0.0
        far = edge + 0.09 * size.max() * way
        tail, head = (far, edge) if sign < 0.0 else (edge, far)
        ax.annotate(
            "", head, tail, zorder=6, annotation_clip=False,
            arrowprops={"arrowstyle": "-|>", "color": BLACK, "lw": 2.2, "mutation_scale": 16,
                        "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        # Word and number on either side of the arrow, away from the plate.
        word, number = text.split(" ", 1)
        left = axis == 0 and way[0] < 0.0
        for part, shift in ((word, 5), (number, -5)):
            ax.annotate(
                part, edge, (7, np.sign(shift) * 8 + 14 * way[1]) if axis else (-5 if left else 5, shift),
                textcoords="offset points", ha="right" if left else "left",
                va="center" if axis else "bottom" if shift > 0 else "top", annotation_clip=False,
            )  # fmt: skip
    few = len(streams) <= 2
    chosen = np.unique(
        np.linspace(0, len(streams) - 1, min(len(streams), _MOST_ARROWS) + 2).round().astype(int)
    )
    for s in chosen if few else chosen[1:-1]:
        points = streams[s][0]
        for share in (0.08, 0.35, 0.65, 0.92) if few else (0.5,):
            i = min(int(share * (len(points) - 1)), max(len(points) - 2, 0))
            if len(points) < 2:
                continue
            dx, dy = points[i + 1] - points[i]
            angle = np.degrees(np.arctan2(dy, dx)) - 90.0
            ax.plot(*points[i], marker=(3, 0, angle), ms=8, mfc="white", mec=BLACK, mew=0.8, ls="", zorder=5)


def _inlet(result: xr.Dataset) -> float:
    """Inlet temperature [°C], from the rises of the chips, which begin there."""
    rises = ("coolant_rise", "film_rise", "metal_rise", "package_rise")
    return float(result["T_chip"][0] - sum(float(result[name][0]) for name in rises)) - _ZERO_C


def chip_table(result: xr.Dataset, side: str) -> dict[str, np.ndarray]:
    """Places and sizes [mm], temperatures [°C] and labels of the chips of one face."""
    own = result["chip_side"].values == side
    found = {name: result[f"chip_{name}"].values[own] * _MM for name in ("x", "y", "length", "width")}
    return found | {"T": result["T_chip"].values[own] - _ZERO_C, "label": result["chip"].values[own]}


def _make_room(ax: Any, result: xr.Dataset, streams: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Frame of the plate, with room for the arrows on the sides where coolant enters or leaves."""
    length, width = plate_size(result)
    frame(ax, length, width)
    size, room = np.array([length, width]), np.full((2, 2), 0.06 * max(length, width))
    for ends in ([p[:2] for p, _ in streams], [p[:-3:-1] for p, _ in streams]):
        points = np.array(ends)
        outward = (points[:, 0] - points[:, -1]).mean(axis=0)
        axis = int(np.argmax(np.abs(outward)))
        room[axis, int(outward[axis] > 0.0)] = (0.21 if axis == 0 else 0.13) * max(length, width)
    ax.set_xlim(-room[0, 0], size[0] + room[0, 1])
    ax.set_ylim(-room[1, 0], size[1] + room[1, 1])
    # Arrows and their words stand where numbers along y would be; x alone gives the scale.
    ax.yaxis.set_visible(False)
    ax.set_xticks([t for t in ax.get_xticks() if -1e-9 * length <= t <= (1.0 + 1e-9) * length])


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
