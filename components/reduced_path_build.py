"""From a resolved plate to the line of coolant that its reduced form starts from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.chip_map import ChipMap
from hashheat.components.cold_plate_build import chip_heat
from hashheat.components.cold_plate_file import ColdPlateFile
from hashheat.components.coolant_layout import ChannelPath, ParallelChannels, Serpentine
from hashheat.components.plate_grid import overlaps
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.reduced_path import FieldPath, LinePath, ReducedPath, SerpentinePath
from hashheat.solvers import serpentine as sp

#: Cells along a pass of a serpentine, and along a single line.
_CELLS_OF_A_PASS, _CELLS_OF_A_LINE = 16, 32

#: Numbers of a plate's file that may differ from case to case; the first ones where it has one serpentine.
_OF_A_SERPENTINE = (
    "plate.length",
    "plate.width",
    "plate.thickness",
    "plate.conductivity",
    "coolant.width",
    "coolant.height",
    "coolant.diameter",
    "coolant.roughness",
)
_OF_ALL = ("coolant.port_loss", "coolant.nusselt_factor", "coolant.friction_factor")


def reduced_path(file: ColdPlateFile, plate: PreparedPlate) -> ReducedPath:
    """One-dimensional form of a plate.

    Parameters
    ----------
    file : ColdPlateFile
    plate : PreparedPlate
        Of that file at nominal values.

    Returns
    -------
    SerpentinePath, LinePath or FieldPath
        A channel along a path is unrolled, each chip at the nearest place of it; one of parallel channels stands
        for all of them.
    """
    v = file.values()
    g, model = plate.geometry, plate.model
    layout, size = g.layout, (g.length, g.width)
    heat = chip_heat(plate.chips, v)
    factor = plate.chips.power_factor
    face = g.length * g.width
    common: dict[str, Any] = {
        "nominal": v,
        "law": plate.law._replace(nusselt_factor=1.0),
        "duct": plate.duct,
        "loss": float(plate_loss(v)),
        "factor": factor,
        "area": plate.chips.length * plate.chips.width,
        "own": np.broadcast_to(np.asarray(heat.resistance, dtype=float), factor.shape),
        "below": np.asarray(model.chips.resistance) - np.asarray(heat.resistance),
    }
    if isinstance(layout, Serpentine):
        chips = _chips_on_passes(plate, layout)
        return SerpentinePath(
            **common,
            keys=tuple(key for key in (*_OF_A_SERPENTINE, *_OF_ALL) if key in v),
            layout=sp.path_layout(len(chips), chips.shape[1], chips, layout.channel.redevelops),
            parts=1,
            shape=layout,
        )
    common["keys"] = _OF_ALL
    if isinstance(layout, ChannelPath):
        length = float(model.coolant.length.sum())
        chips = _chips_on_path(plate, length)
        return LinePath(
            **common,
            layout=sp.path_layout(1, chips.size, chips),
            parts=1,
            length=length,
            section=face / length * g.thickness - layout.channel.flow_area,
            perimeter=layout.channel.perimeter,
        )
    axis = "xy".index(layout.along)
    low, high = (0.0, size[axis]) if layout.region is None else (layout.region[axis], layout.region[axis + 2])
    length, across = high - low, size[1 - axis]
    chips = _chips_along(plate.chips, axis, np.linspace(low, high, _CELLS_OF_A_LINE + 1))
    if layout.reverse:
        chips = chips[::-1]
    if isinstance(layout, ParallelChannels):
        n = layout.count
        return LinePath(
            **common,
            layout=sp.path_layout(1, chips.size, chips / n),
            parts=n,
            length=length,
            section=across / n * g.thickness - layout.channel.flow_area,
            perimeter=layout.channel.perimeter,
        )
    area, fins = float(model.films.area.sum()), float(model.films.fin_area.sum())
    return FieldPath(
        **common,
        layout=sp.path_layout(1, chips.size, chips),
        parts=1,
        length=length,
        section=across * g.thickness,
        perimeter=area / length,
        channels=float(model.coolant.channels.sum()),
        finned=fins / area,
    )


def plate_loss(values: Mapping[str, ArrayLike]) -> np.ndarray:
    """Conductance of a plate's faces and edges to the surroundings.

    Parameters
    ----------
    values : mapping
        Numbers of the plate's file in SI.

    Returns
    -------
    float or array
        [W/K]
    """
    v = {key: np.asarray(value) for key, value in values.items()}
    faces = (v["losses.top"] + v["losses.bottom"]) * v["plate.length"] * v["plate.width"]
    edges = v["losses.edge"] * 2.0 * (v["plate.length"] + v["plate.width"]) * v["plate.thickness"]
    return faces + edges


def _chips_along(chips: ChipMap, axis: int, edges: np.ndarray) -> np.ndarray:
    """Power factors on the cells of a line; what stands beyond an end goes to the last cell."""
    centre, extent = (chips.x, chips.length) if axis == 0 else (chips.y, chips.width)
    found = np.zeros(edges.size - 1)
    for i, factor in enumerate(chips.power_factor):
        ends = np.clip([centre[i] - 0.5 * extent[i], centre[i] + 0.5 * extent[i]], edges[0], edges[-1])
        if ends[1] > ends[0]:
            at, shares = overlaps(edges, *ends)
            found[at] += factor * shares / shares.sum()
        else:
            found[0 if ends[0] <= edges[0] else -1] += factor
    return found


def _chips_on_passes(plate: PreparedPlate, layout: Serpentine) -> np.ndarray:
    """Power factors on the cells of every pass in path order, (passes, cells)."""
    g, chips = plate.geometry, plate.chips
    axis = "xy".index(layout.along)
    sizes = (g.length, g.width)
    along = np.linspace(0.0, sizes[axis], _CELLS_OF_A_PASS + 1)
    across = np.linspace(0.0, sizes[1 - axis], layout.passes + 1)
    place = (chips.x, chips.y)
    extent = (chips.length, chips.width)
    found = np.zeros((layout.passes, _CELLS_OF_A_PASS))
    for i, factor in enumerate(chips.power_factor):
        shares = []
        for line, k in ((across, 1 - axis), (along, axis)):
            low, high = place[k][i] - 0.5 * extent[k][i], place[k][i] + 0.5 * extent[k][i]
            shares.append(overlaps(line, max(low, 0.0), min(high, line[-1])))
        (rows, wide), (cols, long) = shares
        weight = np.outer(wide, long)
        found[np.ix_(rows, cols)] += factor * weight / weight.sum()
    # Seen from the inlet: the first pass first, and each pass in the direction of its flow.
    far = {"x": ("upper", "right"), "y": ("right", "upper")}[layout.along]
    if far[0] in layout.inlet:
        found = found[::-1]
    if far[1] in layout.inlet:
        found = found[:, ::-1]
    found = found.copy()
    found[1::2] = found[1::2, ::-1].copy()
    return found


def _chips_on_path(plate: PreparedPlate, length: float) -> np.ndarray:
    """Power factors on the cells of a path, each chip where the coolant is nearest."""
    chips, coolant = plate.chips, plate.model.coolant
    distance = np.hypot(plate.places[:, 0] - chips.x[:, None], plate.places[:, 1] - chips.y[:, None]).argmin(
        axis=1
    )
    middle = np.cumsum(coolant.length) - 0.5 * coolant.length
    cell = np.minimum((middle[distance] / length * _CELLS_OF_A_LINE).astype(int), _CELLS_OF_A_LINE - 1)
    return np.bincount(cell, weights=chips.power_factor, minlength=_CELLS_OF_A_LINE)
