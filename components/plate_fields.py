"""Coolant cells of a field of micro-channels or pins, and the metal that it wets."""

from typing import NamedTuple

import numpy as np

from hashheat.components.channel_checks import check_region
from hashheat.components.coolant_layout import FieldLayout
from hashheat.components.plate_grid import PlateGrid, overlaps
from hashheat.components.plate_layers import PlateLayers
from hashheat.components.plate_streams import CoolantCells, Links, cut, mean_powers
from hashheat.solvers.plate_model import PlateCoolant


class FieldCover(NamedTuple):
    """A field seen from above.

    Parameters
    ----------
    iy, ix : (m,), (n,) int array
        Rows and columns of cells that it reaches into.
    reach_y, reach_x : (m,), (n,) float array
        How far [m].
    """

    iy: np.ndarray
    ix: np.ndarray
    reach_y: np.ndarray
    reach_x: np.ndarray


def field_cover(grid: PlateGrid, layout: FieldLayout) -> FieldCover:
    """Cells that a field reaches into.

    Parameters
    ----------
    grid : PlateGrid
    layout : MicroChannels or PinFins

    Returns
    -------
    FieldCover

    Raises
    ------
    FieldOffPlateError
        For a region beyond the base.
    """
    x0, y0, x1, y1 = check_region(layout.region, (float(grid.x[-1]), float(grid.y[-1])))
    ix, reach_x = overlaps(grid.x, x0, x1)
    iy, reach_y = overlaps(grid.y, y0, y1)
    return FieldCover(iy, ix, reach_y, reach_x)


def field_cells(
    grid: PlateGrid, layout: FieldLayout, layers: PlateLayers, conductivity: float
) -> CoolantCells:
    """Cut a field into streams and cells, and link them with the metal.

    Parameters
    ----------
    grid : PlateGrid
    layout : MicroChannels or PinFins
    layers : PlateLayers
    conductivity : float
        Of the bases [W/(m K)].

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
    The streams share the flow by their widths and do not mix. Below one base the film's ``area`` is the base
    between fins and its ``fin_area`` that of the fins; half of the lowest cell stands before both, over the whole
    footprint (a base of one cell has no such half). Between two bases the fins are cells of the solid, so that
    their film needs no efficiency: heat that crosses from one base to the other passes through them.
    """
    cover = field_cover(grid, layout)
    x0, y0, x1, y1 = check_region(layout.region, (float(grid.x[-1]), float(grid.y[-1])))
    axis = "xy".index(layout.along)
    low, high = (x0, x1) if axis == 0 else (y0, y1)
    rows, widths = (cover.iy, cover.reach_y) if axis == 0 else (cover.ix, cover.reach_x)
    marks, along = cut(grid.edges(axis), *((high, low) if layout.reverse else (low, high)))
    length = np.abs(np.diff(marks))
    n, m = rows.size, length.size

    number = np.arange(n * m).reshape(n, m)
    foot = widths[:, None] * length
    free = layout.free_share

    def cell(z: int) -> np.ndarray:
        return grid.flat(z, rows[:, None], along) if axis == 0 else grid.flat(z, along, rows[:, None])

    links = Links()
    if layers.beside:
        for z in (layers.below, layers.above):
            # The fins stand on the rest of the footprint.
            half = 0.5 * grid.dz[z] / (conductivity * free * foot)
            links.add(number, cell(z), free * foot, 0.0, half)
        for z in layers.beside:
            links.add(number, cell(z), layout.fin_surface * foot * grid.dz[z] / layout.height, 0.0, 0.0)
    else:
        half = 0.5 * grid.dz[0] / (conductivity * foot) if grid.resolved else 0.0
        links.add(number, cell(layers.above), free * foot, layout.fin_surface * foot, half)

    ends = np.abs(marks - marks[0])
    development, development_23 = mean_powers(ends[:-1], ends[1:])
    edges = grid.edges(1 - axis)
    side = (y0, y1) if axis == 0 else (x0, x1)
    places = np.empty((n, m, 2))
    places[..., axis] = 0.5 * (marks[:-1] + marks[1:])
    places[..., 1 - axis] = (
        0.5 * (np.maximum(edges[rows], side[0]) + np.minimum(edges[rows + 1], side[1]))[:, None]
    )
    coolant = PlateCoolant(
        first=np.arange(n + 1, dtype=np.int64) * m,
        share=widths / widths.sum(),
        channels=widths / layout.pitch_across,
        length=np.tile(length, n),
        development=np.tile(development, n),
        development_23=np.tile(development_23, n),
        volume=(free * layout.height * foot).ravel(),
        bends=np.zeros(n * m),
    )
    return CoolantCells(coolant, links.films(n * m), places.reshape(-1, 2))
