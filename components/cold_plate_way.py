"""The coolant's way through a plate, seen from above and coloured by its temperature, on axes that are given."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.cold_plate_map import chip_table, frame, plate_size
from hashheat.components.plot_style import BLACK, GREY

_ZERO_C = 273.15
_MM = 1e3
_MOST_ARROWS = 5


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
            _draw_outside_bend(ax, points, int(i), (length, width))
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
                part, edge, (7, np.sign(shift) * 8 + 18 * way[1]) if axis else (-5 if left else 5, shift),
                textcoords="offset points", ha="right" if left else "left",
                va="center" if axis else "bottom" if shift > 0 else "top", annotation_clip=False,
            )  # fmt: skip
    few = len(streams) <= 2
    chosen = np.unique(
        np.linspace(0, len(streams) - 1, min(len(streams), _MOST_ARROWS) + 2).round().astype(int)
    )
    for s in chosen if few else chosen[1:-1]:
        points = streams[s][0]
        for i in _straight_places(points, (0.08, 0.35, 0.65, 0.92) if few else (0.5,)):
            dx, dy = points[i + 1] - points[i]
            angle = np.degrees(np.arctan2(dy, dx)) - 90.0
            ax.plot(*points[i], marker=(3, 0, angle), ms=8, mfc="white", mec=BLACK, mew=0.8, ls="", zorder=5)


def _straight_places(points: np.ndarray, shares: tuple[float, ...]) -> list[int]:
    """Cells about these shares of the way on, where it goes straight on before and after."""
    step = np.diff(points, axis=0)
    ahead = (step[:-1] * step[1:]).sum(axis=1)
    sizes = np.hypot(*step.T)
    able = np.flatnonzero(ahead > 0.999 * sizes[:-1] * sizes[1:]) + 1
    if not able.size:
        return []
    wanted = [share * (len(points) - 1) for share in shares]
    return sorted({int(able[np.argmin(np.abs(able - at))]) for at in wanted})


def _inlet(result: xr.Dataset) -> float:
    """Inlet temperature [°C], from the rises of the chips, which begin there."""
    rises = ("coolant_rise", "film_rise", "metal_rise", "package_rise")
    return float(result["T_chip"][0] - sum(float(result[name][0]) for name in rises)) - _ZERO_C


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
