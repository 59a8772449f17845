"""The metal of a plate as finite volumes: conductances, losses, capacity."""

from typing import NamedTuple

import numpy as np

from hashheat.components.channel_pieces import TOUCH, channel_streams
from hashheat.components.coolant_layout import (
    ChannelLayout,
    CoolantLayout,
    FieldLayout,
    MicroChannels,
    PinFins,
)
from hashheat.components.plate_coverage import cover_layer, cover_thin
from hashheat.components.plate_fields import field_cover
from hashheat.components.plate_grid import PlateGrid
from hashheat.components.plate_layers import PlateLayers
from hashheat.solvers.plate_model import PlateSolid
from hashheat.solvers.solid_conduction import conductances


class PlateMetal(NamedTuple):
    """What each cell of a plate holds.

    Parameters
    ----------
    share : (nz, ny, nx) array
        Volume of metal over that of the cell [-].
    kx, ky, kz : (nz, ny, nx) array
        Conductivities [W/(m K)].
    open_x, open_y : (nz, ny, nx) array
        Share of the face to the next cell along x and along y that is metal [-].
    fins : (nz, ny, nx) array
        Metal of fins below the cell that is not cells of its own [m^3].
    """

    share: np.ndarray
    kx: np.ndarray
    ky: np.ndarray
    kz: np.ndarray
    open_x: np.ndarray
    open_y: np.ndarray
    fins: np.ndarray


def plate_metal(
    grid: PlateGrid, layout: CoolantLayout, layers: PlateLayers, conductivity: float
) -> PlateMetal:
    """Metal that the coolant leaves in each cell.

    Parameters
    ----------
    grid : PlateGrid
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins
    layers : PlateLayers
    conductivity : float
        [W/(m K)]

    Returns
    -------
    PlateMetal
        Cells without metal have closed faces.
    """
    shape = grid.shape
    k = np.full(shape, conductivity)
    metal = PlateMetal(np.ones(shape), k, k.copy(), k.copy(), np.ones(shape), np.ones(shape), np.zeros(shape))
    if isinstance(layout, (MicroChannels, PinFins)):
        _take_field(metal, grid, layout, layers, conductivity)
    else:
        _take_channels(metal, grid, layout, layers)
    return metal


def _take_channels(metal: PlateMetal, grid: PlateGrid, layout: ChannelLayout, layers: PlateLayers) -> None:
    streams = channel_streams(layout, (float(grid.x[-1]), float(grid.y[-1])))
    channel = layout.channel
    if grid.resolved:
        removed = 1.0
        coverage = cover_layer(grid, streams, channel.void_width)
    else:
        removed = channel.void_height / float(grid.dz[0])
        coverage = cover_thin(grid, streams, channel.void_width, removed)
    beside = list(layers.beside)
    metal.share[beside] = 1.0 - removed * coverage.share
    metal.kx[beside] *= coverage.along_x
    metal.ky[beside] *= coverage.along_y
    metal.kz[beside] *= metal.share[beside]
    metal.open_x[beside] = coverage.open_x
    metal.open_y[beside] = coverage.open_y


def _take_field(
    metal: PlateMetal, grid: PlateGrid, layout: FieldLayout, layers: PlateLayers, conductivity: float
) -> None:
    cover = field_cover(grid, layout)
    window = np.ix_(cover.iy, cover.ix)
    covered = np.outer(cover.reach_y / grid.dy[cover.iy], cover.reach_x / grid.dx[cover.ix])
    # Rounding must not leave a trace of metal, nor less than none.
    covered[covered > 1.0 - TOUCH] = 1.0
    fin = 1.0 - layout.free_share
    if not layers.beside:
        metal.fins[0][window] = fin * layout.height * np.outer(cover.reach_y, cover.reach_x)
        return
    # Pins touch each other nowhere, plates only along the flow.
    lengthwise = fin * layout.fin_conductivity if isinstance(layout, MicroChannels) else 0.0
    in_x, in_y = (lengthwise, 0.0) if layout.along == "x" else (0.0, lengthwise)
    for z in layers.beside:
        for k, in_field in ((metal.kx, in_x), (metal.ky, in_y), (metal.kz, fin * layout.fin_conductivity)):
            k[z][window] = (1.0 - covered) * conductivity + covered * in_field
        metal.share[z][window] = 1.0 - covered * layout.free_share


def plate_solid(
    grid: PlateGrid,
    metal: PlateMetal,
    conductivity: float,
    heat_capacity: float,
    htc: tuple[float, float, float],
) -> PlateSolid:
    """Arrays of the metal for the solver.

    Parameters
    ----------
    grid : PlateGrid
    metal : PlateMetal
    conductivity : float
        Of the metal [W/(m K)].
    heat_capacity : float
        By volume [J/(m^3 K)].
    htc : (float, float, float)
        To the surroundings: upper face, lower face, edges [W/(m^2 K)].

    Returns
    -------
    PlateSolid
        A loss has half a cell before it, except through the faces of a plate of one cell.
    """
    along_x, along_y, along_z = conductances(grid.dx, grid.dy, grid.dz, metal.kx, metal.ky, metal.kz)
    return PlateSolid(
        along_x=along_x * metal.open_x,
        along_y=along_y * metal.open_y,
        along_z=along_z,
        loss=_losses(grid, metal, conductivity, htc),
        capacity=heat_capacity * (grid.volume * metal.share + metal.fins),
        heat=np.zeros(grid.shape),
    )


def _losses(
    grid: PlateGrid, metal: PlateMetal, conductivity: float, htc: tuple[float, float, float]
) -> np.ndarray:
    """Conductance of every cell to the surroundings [W/K]."""
    top, bottom, edge = htc
    loss = np.zeros(grid.shape)

    def through(h: float, half: float) -> float:
        return 1.0 / (1.0 / h + half / conductivity) if h > 0.0 else 0.0

    for z, h in ((grid.dz.size - 1, top), (0, bottom)):
        half = 0.5 * float(grid.dz[z]) if grid.resolved else 0.0
        loss[z] += through(h, half) * grid.dy[:, None] * grid.dx
    for e in (0, -1):
        side_x = grid.dz[:, None] * grid.dy * metal.share[:, :, e]
        side_y = grid.dz[:, None] * grid.dx * metal.share[:, e, :]
        loss[:, :, e] += through(edge, 0.5 * float(grid.dx[e])) * side_x
        loss[:, e, :] += through(edge, 0.5 * float(grid.dy[e])) * side_y
    return loss
