"""A drawing of a plant: its parts from the units to the customers, and the water between them."""

from collections import deque
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK, GREY, blank, styled
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.joint_part import JointPart
from hashheat.fleet.part import Part
from hashheat.fleet.units_part import UnitsPart
from hashheat.inline_svg import inline_svg

_WIDTH, _HEIGHT = 1.75, 0.62
_STEP_X, _STEP_Y = 2.95, 1.25


class _Line(NamedTuple):
    """Water between two parts: its place in the run, temperature and flow."""

    start: str
    end: str
    T: float
    flow: float


@styled
def plant_drawing(plant: HeatPlant, result: xr.Dataset) -> str:
    """Parts as boxes, from the units on the left; lines carry the mean temperature, weighted by the flow.

    Parameters
    ----------
    plant : HeatPlant
    result : xarray.Dataset
        Of :func:`hashheat.fleet.simulate.simulate`.
    """
    places = _places(plant, result)
    columns = max(x for x, _ in places.values()) + 1
    rows = max(y for _, y in places.values()) + 1
    figure, ax = blank(min(11.0, 1.75 * columns + 0.6), max(1.5, 0.75 * rows + 0.5))
    ax.set_axis_off()
    ax.grid(visible=False)
    at = {name: (x * _STEP_X, -y * _STEP_Y) for name, (x, y) in places.items()}
    for line in _lines(plant, result):
        _draw_line(ax, at, line)
    for name, (x, y) in at.items():
        _draw_box(ax, plant, name, x, y)
    ax.set_xlim(-_WIDTH, (columns - 1) * _STEP_X + _WIDTH)
    ax.set_ylim(-(rows - 1) * _STEP_Y - 0.6, 0.6)
    ax.set_aspect("equal")
    return inline_svg(figure, "drawing", "The plant's parts and the water between them")


def _shown(plant: HeatPlant) -> list[Part]:
    return [part for part in plant.parts if not isinstance(part, JointPart)]


def _places(plant: HeatPlant, result: xr.Dataset) -> dict[str, tuple[int, float]]:
    """Column by the distance from the units (or the first part), row by temperature, the hottest on top."""
    neighbours: dict[str, set[str]] = {part.name: set() for part in _shown(plant)}
    for line in _lines(plant, result):
        neighbours[line.start].add(line.end)
        neighbours[line.end].add(line.start)
    first = next((part.name for part in plant.parts if isinstance(part, UnitsPart)), _shown(plant)[0].name)
    column = {first: 0}
    waiting = deque([first])
    while waiting:
        name = waiting.popleft()
        for other in sorted(neighbours[name]):
            if other not in column:
                column[other] = column[name] + 1
                waiting.append(other)
    T = {part.name: _mean_T(plant, result, part) for part in _shown(plant)}
    found = {}
    for x in range(max(column.values()) + 1):
        here = sorted((name for name in column if column[name] == x), key=lambda name: -T[name])
        for i, name in enumerate(here):
            found[name] = (x, i - 0.5 * (len(here) - 1))
    top = min(y for _, y in found.values())
    return {name: (x, y - top) for name, (x, y) in found.items()}


def _mean_T(plant: HeatPlant, result: xr.Dataset, part: Part) -> float:
    ports = [f"{part.name}.{port}" for port in part.ports]
    return float(result["T_port"].sel(port=ports).mean()) if ports else 0.0


def _lines(plant: HeatPlant, result: xr.Dataset) -> list[_Line]:
    """Water from part to part: through each node from what mostly flows in to what mostly flows out."""
    circuits, flows = plant.circuits, result["flow"].values.mean(axis=0)
    weights = np.abs(result["flow"].values)
    group = _joined(plant)
    ends: dict[int, list[tuple[str, float, float]]] = {}
    q = 0
    for part in plant.parts:
        for start, end in part.paths:
            for port, sign in ((start, -1.0), (end, 1.0)):
                if not isinstance(part, JointPart):
                    name = f"{part.name}.{port}"
                    T = result["T_port"].sel(port=name).values
                    w = weights[:, q]
                    mean = float((T * w).sum() / w.sum()) if w.sum() > 0.0 else float(T.mean())
                    ends.setdefault(group[circuits.node_of[name]], []).append(
                        (part.name, sign * float(flows[q]), mean)
                    )
            q += 1
    found = []
    for meeting in ends.values():
        source = max(meeting, key=lambda one: one[1])
        for other in meeting:
            if other is not source and other[0] != source[0]:
                forth = other[1] <= 0.0
                pair = (source[0], other[0]) if forth else (other[0], source[0])
                found.append(_Line(*pair, source[2] if forth else other[2], abs(other[1])))
    return found


def _joined(plant: HeatPlant) -> dict[int, int]:
    """Nodes taken together across joints."""
    group = {node: node for node in range(plant.circuits.n_node)}
    for part in plant.parts:
        if isinstance(part, JointPart):
            a, b = (plant.circuits.node_of[f"{part.name}.{port}"] for port in part.ports)
            low, high = min(group[a], group[b]), max(group[a], group[b])
            group = {node: low if own == high else own for node, own in group.items()}
    return group


def _color(T: float) -> Any:
    from matplotlib import colormaps

    return colormaps["coolwarm"](min(max((T - 303.15) / 55.0, 0.0), 1.0))


def _draw_box(ax: Any, plant: HeatPlant, name: str, x: float, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    part = next(p for p in plant.parts if p.name == name)
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.5 * _WIDTH, y - 0.5 * _HEIGHT), _WIDTH, _HEIGHT, boxstyle="round,pad=0.04,rounding_size=0.08",
            fc="white", ec=BLACK, lw=1.2, zorder=3,
        )
    )  # fmt: skip
    kind = type(part).__name__.removesuffix("Part").lower()
    ax.text(
        x, y + 0.09, name.replace("_", " "), ha="center", va="center", fontsize=9.5, weight="bold", zorder=4
    )
    ax.text(x, y - 0.17, _KINDS.get(kind, kind), ha="center", va="center", fontsize=8, color=GREY, zorder=4)


_KINDS = {
    "heatpump": "heat pump",
    "heater": "boiler",
    "tank": "storage tank",
    "cooler": "dry cooler",
    "pipe": "buried pipe",
}


def _draw_line(ax: Any, at: dict[str, tuple[float, float]], line: _Line) -> None:
    (x0, y0), (x1, y1) = at[line.start], at[line.end]
    forth = x1 > x0 or (x1 == x0 and y1 < y0)
    # Water away from the units runs above the middle of the boxes, water back to them below.
    shift = 0.16 if forth else -0.16
    if x0 == x1:
        points = [(x0 + 2.2 * shift, y0), (x1 + 2.2 * shift, y1)]
    else:
        points = [(x0, y0 + shift), (x1, y1 + shift)]
    color = _color(line.T)
    ax.annotate(
        "", xy=_edge(points[1], points[0]), xytext=_edge(points[0], points[1]), zorder=2,
        arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.0, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    middle = 0.5 * (np.array(points[0]) + np.array(points[1]))
    ax.text(
        middle[0], middle[1] + (0.13 if forth else -0.13), f"{line.T - 273.15:.0f} °C", ha="center", va="center",
        fontsize=8, color=BLACK, zorder=5,
        bbox={"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.8},
    )  # fmt: skip


def _edge(inside: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Where a line from the middle of a box leaves it."""
    dx, dy = towards[0] - inside[0], towards[1] - inside[1]
    scale = min(
        0.5 * _WIDTH / abs(dx) if dx else np.inf, (0.5 * _HEIGHT - 0.14) / abs(dy) if dy else np.inf, 0.5
    )
    return inside[0] + scale * dx, inside[1] + scale * dy
