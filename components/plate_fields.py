"""Coolant cells of a field of micro-channels or pins, and the base that stands on it."""

import math

import numpy as np

from hashheat.components.channel_pieces import check_region
from hashheat.components.coolant_layout import FieldLayout, MicroChannels
from hashheat.components.plate_grid import PlateGrid, overlaps
from hashheat.components.plate_streams import CoolantCells, Links, cut, mean_powers
from hashheat.solvers.plate_model import PlateCoolant


def field_cells(grid: PlateGrid, layout: FieldLayout, conductivity: float) -> CoolantCells:
    """Cut a field into streams and cells, and link them with the lower face of the base.

    Parameters
    ----------
    grid : PlateGrid
        Of the base.
    layout : MicroChannels or PinFins
    conductivity : float
        Of the base [W/(m K)].

    Returns
    -------
    CoolantCells
        One stream for each row of cells across the flow that the field reaches into; its ``channels`` are the
        width it takes of the row over the pitch.

    Raises
    ------
    FieldOffPlateError
        For a region beyond the base.

    Notes
    -----
    The streams share the flow by their widths and do not mix. The film's ``area`` is the base between fins, its
    ``fin_area`` that of the fins. Half of the lowest cell stands between them and the middle of that cell, over
    the whole footprint; heat reaches the foot of the fins and the base between them from there alike. A base of
    one cell has no such half.
    """
    plate_size = (float(grid.x[-1]), float(grid.y[-1]))
    x0, y0, x1, y1 = check_region(layout.region, plate_size)
    axis = "xy".index(layout.along)
    low, high = (x0, x1) if axis == 0 else (y0, y1)
    rows, widths = overlaps(grid.edges(1 - axis), *((y0, y1) if axis == 0 else (x0, x1)))
    marks, along = cut(grid.edges(axis), *((high, low) if layout.reverse else (low, high)))
    length = np.abs(np.diff(marks))
    n = rows.size
    prime, fins, open_height, pitch = _footprint(layout)

    links = Links()
    number = np.arange(n * length.size).reshape(n, length.size)
    foot = widths[:, None] * length
    cell = grid.flat(0, rows[:, None], along) if axis == 0 else grid.flat(0, along, rows[:, None])
    half = 0.5 * grid.dz[0] / (conductivity * foot) if grid.resolved else 0.0
    links.add(number, cell, prime * foot, fins * foot, half)

    ends = np.abs(marks - marks[0])
    development, development_23 = mean_powers(ends[:-1], ends[1:])
    across = grid.edges(1 - axis)
    middle_across = 0.5 * (
        np.maximum(across[rows], y0 if axis == 0 else x0)
        + np.minimum(across[rows + 1], y1 if axis == 0 else x1)
    )
    places = np.empty((n, length.size, 2))
    places[..., axis] = 0.5 * (marks[:-1] + marks[1:])
    places[..., 1 - axis] = middle_across[:, None]
    coolant = PlateCoolant(
        first=np.arange(n + 1, dtype=np.int64) * length.size,
        share=widths / widths.sum(),
        channels=widths / pitch,
        length=np.tile(length, n),
        development=np.tile(development, n),
        development_23=np.tile(development_23, n),
        volume=(open_height * foot).ravel(),
        bends=np.zeros(n * length.size),
    )
    return CoolantCells(coolant, links.films(n * length.size), places.reshape(-1, 2))


def _footprint(layout: FieldLayout) -> tuple[float, float, float, float]:
    """For each area of the base: base between fins, fins, coolant's volume; and the pitch across the flow."""
    if isinstance(layout, MicroChannels):
        free = layout.channel_width / layout.pitch
        return free, 2.0 * layout.height / layout.pitch, free * layout.height, layout.pitch
    cell = layout.pitch_along * layout.pitch_across
    free = 1.0 - 0.25 * math.pi * layout.diameter**2 / cell
    fins = math.pi * layout.diameter * layout.height / cell
    return free, fins, free * layout.height, layout.pitch_across
