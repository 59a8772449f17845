"""A cold plate as it is described, and the arrays that its solver takes."""

import math
from dataclasses import dataclass

import numpy as np

from hashheat.components.channel_pieces import Piece, channel_streams
from hashheat.components.chip_map import BOTTOM, ChipMap
from hashheat.components.coolant_layout import Channel, CoolantLayout, MicroChannels, PinFins
from hashheat.components.errors import ChannelHeightError, PlateGeometryError
from hashheat.components.plate_chips import ChipHeat, chip_places
from hashheat.components.plate_coverage import Coverage, cover_layer, cover_thin
from hashheat.components.plate_fields import field_cells
from hashheat.components.plate_grid import PlateGrid, split_evenly
from hashheat.components.plate_streams import ChannelLayers, CoolantCells, channel_cells
from hashheat.solvers.plate_model import PlateModel, PlateSolid
from hashheat.solvers.solid_conduction import conductances
from hashheat.thermo.errors import InputError


@dataclass(frozen=True, eq=False)
class PlateGeometry:
    """A cold plate: metal, coolant, chips, and the cells it is cut into.

    Parameters
    ----------
    length, width : float
        Along x and along y [m].
    thickness : float
        Of the metal [m]; for a field of micro-channels or pins that of the base above it.
    conductivity : float
        [W/(m K)]
    heat_capacity : float
        Of the metal by volume [J/(m^3 K)].
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins
    cells : (int, int)
        Cells along x and along y.
    layers : int or (int, int, int)
        Cells through the thickness. 1 takes the plate as thin: isothermal through its thickness. With channels
        three numbers are the cells below, beside and above them, and one number of 3 or more is split among these.
        For a field any number of cells of the base.
    chips : ChipMap, optional
        On the upper face, or on both; a field is below its base, so that only the upper face is left.
    chip_heat : ChipHeat, optional
        Needed where there are chips.
    htc_top, htc_bottom, htc_edge : float
        Film coefficient to the surroundings of the upper face, the lower face and the four edges [W/(m^2 K)].
    dx, dy : (nx,), (ny,) array, optional
        Sizes of the cells where they are not all the same [m]; ``cells`` is then their number.

    Raises
    ------
    PlateGeometryError, InputError
        For a plate that cannot be. What depends on the layout is found by :func:`plate_model`.

    Notes
    -----
    The loss of a face counts over all of it, below chips too; that of a lower face with a field below it is the
    loss of the field's cover and should be given as a smaller coefficient.
    """

    length: float
    width: float
    thickness: float
    conductivity: float
    heat_capacity: float
    layout: CoolantLayout
    cells: tuple[int, int]
    layers: int | tuple[int, int, int] = 1
    chips: ChipMap | None = None
    chip_heat: ChipHeat | None = None
    htc_top: float = 0.0
    htc_bottom: float = 0.0
    htc_edge: float = 0.0
    dx: np.ndarray | None = None
    dy: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name in ("length", "width", "thickness", "conductivity", "heat_capacity"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(
                    "a number of the plate cannot be", key=name, found=value, accepted="more than 0"
                )
        for name in ("htc_top", "htc_bottom", "htc_edge"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise InputError(
                    "a number of the plate cannot be", key=name, found=value, accepted="0 or more"
                )
        counts = (self.layers,) if isinstance(self.layers, int) else tuple(self.layers)
        if len(counts) not in (1, 3) or any(n != int(n) or n < 1 for n in (*counts, *self.cells)):
            raise InputError(
                "the plate cannot be cut into so many cells",
                key="layers" if min(self.cells) >= 1 else "cells",
                found=self.layers if min(self.cells) >= 1 else self.cells,
                accepted="1 or more, or three such numbers (below, beside and above the channels)",
            )
        for name, extent, count in (("dx", self.length, self.cells[0]), ("dy", self.width, self.cells[1])):
            sizes = getattr(self, name)
            if sizes is None:
                continue
            sizes = np.array(sizes, dtype=float)
            if (
                sizes.shape != (count,)
                or not np.all(sizes > 0.0)
                or abs(sizes.sum() - extent) > 1e-9 * extent
            ):
                raise InputError(
                    "the sizes of the cells do not fill the plate",
                    key=name,
                    found=f"{sizes.size} cells, {sizes.sum():g} m in all",
                    accepted=f"{count} cells, {extent:g} m in all",
                )
            sizes.flags.writeable = False
            object.__setattr__(self, name, sizes)

    @property
    def plate_size(self) -> tuple[float, float]:
        """Length along x and width along y [m]."""
        return (self.length, self.width)

    @property
    def is_field(self) -> bool:
        """Whether the coolant runs in a field below the base."""
        return isinstance(self.layout, (MicroChannels, PinFins))


def plate_grid(geometry: PlateGeometry) -> PlateGrid:
    """Cells of a plate.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    PlateGrid
        Through the thickness its edges meet the floor and the ceiling of the channels, where it is resolved.

    Raises
    ------
    ChannelHeightError
        For a channel that does not leave metal above and below it.
    PlateGeometryError
        For layers that do not fit the layout.
    """
    nx, ny = geometry.cells
    dx = np.full(nx, geometry.length / nx) if geometry.dx is None else geometry.dx
    dy = np.full(ny, geometry.width / ny) if geometry.dy is None else geometry.dy
    return PlateGrid(dx, dy, _thicknesses(geometry))


def _thicknesses(geometry: PlateGeometry) -> np.ndarray:
    t, layers = geometry.thickness, geometry.layers
    if isinstance(geometry.layout, (MicroChannels, PinFins)):
        if not isinstance(layers, int):
            raise PlateGeometryError(
                "the base of a field has one kind of layer", key="layers", found=layers, accepted="one number"
            )
        return np.full(layers, t / layers)
    floor, ceiling = _channel_place(geometry.layout.channel, t)
    if layers == 1:
        return np.full(1, t)
    if isinstance(layers, int):
        if layers < 3:
            raise PlateGeometryError(
                "a plate with channels has one cell through its thickness, or three and more",
                key="layers",
                found=layers,
                accepted="1, 3 or more, or three numbers",
            )
        return split_evenly(layers, [0.0, floor, ceiling, t])
    below, beside, above = layers
    return np.repeat([floor / below, (ceiling - floor) / beside, (t - ceiling) / above], layers)


def _channel_place(channel: Channel, thickness: float) -> tuple[float, float]:
    """Floor and ceiling of the hole in the metal [m]."""
    height = channel.hole_height
    depth = 0.5 * (thickness - height) if channel.depth is None else channel.depth
    if not (depth > 0.0 and depth + height < thickness):
        raise ChannelHeightError(
            "the channel does not leave metal above and below it",
            key="height" if channel.depth is None else "depth",
            found=f"{height:g} m high, {depth:g} m above the lower face",
            accepted=f"inside the thickness of {thickness:g} m",
        )
    floor = depth + 0.5 * (height - channel.void_height)
    return floor, floor + channel.void_height


def plate_model(geometry: PlateGeometry) -> PlateModel:
    """Arrays of a plate for its solver.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    PlateModel
        A cell that lies in a channel altogether has no metal: all its conductances, its loss and its capacity are
        zero, and no film and no chip refers to it. The solver gives it any temperature it likes; :func:`metal`
        tells which ones these are.

    Raises
    ------
    ChannelHeightError, ChannelPitchError, PathOffPlateError, DiagonalPathError, PathCrossingError
        For channels that do not fit into the plate.
    FieldOffPlateError
        For a region of the coolant beyond the plate.
    ChipOverlapError, ChipOffPlateError
        For chips that do not fit onto it.
    PlateGeometryError
        For layers that do not fit the layout, or chips where the coolant is.
    """
    grid = plate_grid(geometry)
    coverage, layer, share = _cover(geometry, grid)
    solid = _solid(geometry, grid, coverage, layer, share)
    cells = coolant_cells(geometry)
    if geometry.is_field and geometry.chips is not None and np.any(geometry.chips.side == BOTTOM):
        raise PlateGeometryError(
            "chips on the lower face, where the coolant is",
            key="side",
            found="bottom",
            accepted="top",
        )
    chips = chip_places(grid, geometry.chips, geometry.chip_heat, geometry.conductivity)
    return PlateModel(solid, cells.coolant, cells.films, chips)


def coolant_cells(geometry: PlateGeometry) -> CoolantCells:
    """Coolant of a plate, its films, and where its cells are.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    CoolantCells
    """
    grid = plate_grid(geometry)
    layout = geometry.layout
    if isinstance(layout, (MicroChannels, PinFins)):
        return field_cells(grid, layout, geometry.conductivity)
    streams = channel_streams(layout, geometry.plate_size)
    layers = _layers(grid, layout.channel, geometry.thickness)
    return channel_cells(grid, streams, layout.channel, layers, geometry.conductivity)


def metal(geometry: PlateGeometry) -> np.ndarray:
    """Share of each cell that is metal.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    (nz, ny, nx) float array
        [-]
    """
    return _cover(geometry, plate_grid(geometry))[2]


def _layers(grid: PlateGrid, channel: Channel, thickness: float) -> ChannelLayers:
    if not grid.resolved:
        return ChannelLayers(0, (0,), 0)
    floor, ceiling = _channel_place(channel, thickness)
    middle = np.cumsum(grid.dz) - 0.5 * grid.dz
    beside = tuple(int(z) for z in np.flatnonzero((middle > floor) & (middle < ceiling)))
    return ChannelLayers(beside[0] - 1, beside, beside[-1] + 1)


def _cover(geometry: PlateGeometry, grid: PlateGrid) -> tuple[Coverage | None, tuple[int, ...], np.ndarray]:
    """Coverage by channels, the cells through the thickness that it concerns, and the metal of every cell."""
    share = np.ones(grid.shape)
    layout = geometry.layout
    if isinstance(layout, (MicroChannels, PinFins)):
        return None, (), share
    channel = layout.channel
    streams: list[list[Piece]] = channel_streams(layout, geometry.plate_size)
    layer = _layers(grid, channel, geometry.thickness).channel
    if grid.resolved:
        coverage = cover_layer(grid, streams, channel.void_width)
        removed = 1.0
    else:
        removed = channel.void_height / geometry.thickness
        coverage = cover_thin(grid, streams, channel.void_width, removed)
    share[list(layer)] = 1.0 - removed * coverage.share
    return coverage, layer, share


def _solid(
    geometry: PlateGeometry,
    grid: PlateGrid,
    coverage: Coverage | None,
    layer: tuple[int, ...],
    share: np.ndarray,
) -> PlateSolid:
    k = geometry.conductivity
    kx, ky = np.full(grid.shape, k), np.full(grid.shape, k)
    if coverage is not None:
        kx[list(layer)] *= coverage.along_x
        ky[list(layer)] *= coverage.along_y
    along_x, along_y, along_z = conductances(grid.dx, grid.dy, grid.dz, kx, ky, k * share)
    if coverage is not None:
        along_x[list(layer)] *= coverage.open_x
        along_y[list(layer)] *= coverage.open_y
    return PlateSolid(
        along_x=along_x,
        along_y=along_y,
        along_z=along_z,
        loss=_losses(geometry, grid, share),
        capacity=geometry.heat_capacity * grid.volume * share,
        heat=np.zeros(grid.shape),
    )


def _losses(geometry: PlateGeometry, grid: PlateGrid, share: np.ndarray) -> np.ndarray:
    """Conductance of every cell to the surroundings [W/K]: film, and half a cell where it is resolved."""
    k = geometry.conductivity
    loss = np.zeros(grid.shape)
    column = grid.dy[:, None] * grid.dx

    def through(htc: float, half: np.ndarray | float) -> np.ndarray:
        return np.asarray(1.0 / (1.0 / htc + half / k)) if htc > 0.0 else np.zeros(np.shape(half))

    for z, htc in ((grid.dz.size - 1, geometry.htc_top), (0, geometry.htc_bottom)):
        loss[z] += through(htc, 0.5 * grid.dz[z] if grid.resolved else 0.0) * column
    if geometry.htc_edge > 0.0:
        h = geometry.htc_edge
        side_x = grid.dz[:, None] * grid.dy
        side_y = grid.dz[:, None] * grid.dx
        for e in (0, -1):
            loss[:, :, e] += through(h, 0.5 * grid.dx[e]) * side_x * share[:, :, e]
            loss[:, e, :] += through(h, 0.5 * grid.dy[e]) * side_y * share[:, e, :]
    return loss
