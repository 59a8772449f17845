"""Walls, free surface, inlets and outlets of a tank as sides of its flow box."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from hashheat.components.tank_blocks import Patch, patches, span_axes
from hashheat.solvers.flow_model import INLET, OUTLET, SLIP, TOP, WALL, FlowBox, FlowGrid

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: An opening with its faces on its side.
Opened = tuple[Patch, tuple[slice, slice]]


def set_walls(box: FlowBox, values: Mapping[str, float]) -> None:
    """Walls that lose heat, and a free surface that slips and loses heat.

    Parameters
    ----------
    box : FlowBox
        Changed in place.
    values : mapping
        Numbers in SI by dotted key.
    """
    htc = values.get("walls.htc")
    if htc is None:
        htc = 1.0 / (
            values["walls.insulation"] / values["walls.insulation_conductivity"]
            + 1.0 / values["walls.outside_htc"]
        )
    for place, side in enumerate(box.sides):
        side.kind[...] = SLIP if place == TOP else WALL
        side.htc[...] = values["surface.htc"] if place == TOP else htc
        side.temperature[...] = values["walls.T_ambient"]


def set_inlets(
    file: "TankFile", values: Mapping[str, float], box: FlowBox, T_in: float, volume_flow: float
) -> list[Opened]:
    """Open the inlets.

    Parameters
    ----------
    file : TankFile
    values : mapping
        Numbers in SI by dotted key.
    box : FlowBox
        Changed in place.
    T_in : float
        Of the oil that enters [K].
    volume_flow : float
        Of all inlets [m^3/s].

    Returns
    -------
    list of Opened
        Each with the faces that it opens.
    """
    found = _openings(patches(file, values, "inlet"), box.grid)
    for patch, faces in found:
        box.sides[patch.side].kind[faces] = INLET
    feed(box, values, found, T_in, volume_flow)
    return found


def set_outlets(file: "TankFile", values: Mapping[str, float], box: FlowBox, T_back: float) -> list[Opened]:
    """Open the outlets.

    Parameters
    ----------
    file : TankFile
    values : mapping of str to float
        Numbers of the file in SI by dotted key.
    box : FlowBox
        Changed in place.
    T_back : float
        Of oil that an outlet lets back in [K].

    Returns
    -------
    list of Opened
        Each with the faces that it opens.
    """
    found = _openings(patches(file, values, "outlet"), box.grid)
    for patch, faces in found:
        side = box.sides[patch.side]
        side.kind[faces] = OUTLET
        side.temperature[faces] = T_back
    return found


def feed(
    box: FlowBox,
    values: Mapping[str, float],
    inlets: list[Opened],
    T_in: float,
    volume_flow: float,
) -> None:
    """Let oil in.

    Parameters
    ----------
    box : FlowBox
        Changed in place.
    values : mapping of str to float
        Numbers of the file in SI by dotted key.
    inlets : list of Opened
        Of :func:`set_inlets`.
    T_in : float
        Of the oil [K].
    volume_flow : float
        Through all inlets, by their shares [m^3/s].
    """
    for (patch, faces), share in zip(inlets, _shares(values, [patch for patch, _ in inlets])):
        side = box.sides[patch.side]
        side.temperature[faces] = T_in
        inward = 1.0 if patch.side % 2 == 0 else -1.0
        side.velocity[(patch.side // 2, *faces)] = inward * share * volume_flow / patch.area


def _shares(values: Mapping[str, float], found: list[Patch]) -> np.ndarray:
    weights = np.array([values.get(f"{patch.key}.share", patch.area) for patch in found])
    return weights / weights.sum() if len(found) else weights


def _openings(found: list[Patch], grid: FlowGrid) -> list[Opened]:
    """Openings with their faces; arrays of a side run against x, y, z."""
    lines = (grid.x, grid.y, grid.z)
    placed = []
    for patch in found:
        first, second = span_axes(patch.side)
        faces = (
            cells_between(lines[second], patch.low[1], patch.high[1]),
            cells_between(lines[first], patch.low[0], patch.high[0]),
        )
        placed.append((patch, faces))
    return placed


def cells_between(lines: np.ndarray, low: float, high: float) -> slice:
    """Cells between two positions.

    Parameters
    ----------
    lines : (n + 1,) array
        Faces of the cells along an axis [m].
    low, high : float
        Two of the lines but for rounding [m].

    Returns
    -------
    slice
        Of the cells.
    """
    first, last = (int(np.abs(lines - at).argmin()) for at in (low, high))
    return slice(first, last)
