"""A cold plate as it is described, and the arrays that its solver takes."""

import math
from dataclasses import dataclass

import numpy as np

from hashheat.components.channel_pieces import TOUCH, channel_streams, check_region
from hashheat.components.chip_map import BOTTOM, ChipMap
from hashheat.components.coolant_layout import CoolantLayout, MicroChannels, PinFins
from hashheat.components.errors import PlateGeometryError
from hashheat.components.plate_chips import ChipHeat, chip_places
from hashheat.components.plate_fields import field_cells
from hashheat.components.plate_grid import PlateGrid, split_evenly
from hashheat.components.plate_layers import plate_layers
from hashheat.components.plate_solid import plate_metal, plate_solid
from hashheat.components.plate_streams import CoolantCells, channel_cells
from hashheat.solvers.plate_model import PlateModel
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
        For a field any number of cells of the base; between two bases the three are cover, fins and base.
    chips : ChipMap, optional
        On the upper face, or on both; below a field without a second base there is no lower face.
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
    return PlateGrid(dx, dy, plate_layers(geometry.layout, geometry.thickness, geometry.layers).dz)


def plate_model(geometry: PlateGeometry) -> PlateModel:
    """Arrays of a plate for its solver; see :func:`placed_model`, which gives the coolant's places beside them."""
    return placed_model(geometry)[0]


def placed_model(geometry: PlateGeometry) -> tuple[PlateModel, np.ndarray]:
    """Arrays of a plate for its solver, and where its coolant is.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    model : PlateModel
        A cell that lies in a channel altogether has no metal: all its conductances, its loss and its capacity are
        zero, and no film and no chip refers to it. Nothing determines its temperature; :func:`metal_share` tells
        which cells these are.
    places : (n_coolant, 2) array
        Middle of each coolant cell [m].

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
    layers = plate_layers(geometry.layout, geometry.thickness, geometry.layers)
    metal = plate_metal(grid, geometry.layout, layers, geometry.conductivity)
    solid = plate_solid(
        grid,
        metal,
        geometry.conductivity,
        geometry.heat_capacity,
        (geometry.htc_top, geometry.htc_bottom, geometry.htc_edge),
    )
    cells = coolant_cells(geometry)
    if layers.below < 0 and geometry.chips is not None and np.any(geometry.chips.side == BOTTOM):
        raise PlateGeometryError(
            "chips on the lower face, where the coolant is",
            key="side",
            found="bottom",
            accepted="top; or a field between two bases (cover_thickness)",
        )
    chips = chip_places(grid, geometry.chips, geometry.chip_heat, geometry.conductivity)
    return PlateModel(solid, cells.coolant, cells.films, chips), cells.places


def coolant_cells(geometry: PlateGeometry) -> CoolantCells:
    """Coolant of a plate, its films, and where its cells are.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    CoolantCells
        ``places`` are for plots.
    """
    grid = plate_grid(geometry)
    layout = geometry.layout
    layers = plate_layers(layout, geometry.thickness, geometry.layers)
    if isinstance(layout, (MicroChannels, PinFins)):
        return field_cells(grid, layout, layers, geometry.conductivity)
    streams = channel_streams(layout, geometry.plate_size)
    return channel_cells(grid, streams, layout.channel, layers, geometry.conductivity)


def metal_share(geometry: PlateGeometry) -> np.ndarray:
    """Share of each cell that is metal.

    Parameters
    ----------
    geometry : PlateGeometry

    Returns
    -------
    (nz, ny, nx) float array
        [-]
    """
    layers = plate_layers(geometry.layout, geometry.thickness, geometry.layers)
    return plate_metal(plate_grid(geometry), geometry.layout, layers, geometry.conductivity).share


def fitted_cells(
    layout: CoolantLayout,
    plate_size: tuple[float, float],
    cells: tuple[int, int],
    chips: ChipMap | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Cells of about the same size whose edges meet the walls of channels or the region of a field, and chips.

    Parameters
    ----------
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins
    plate_size : (float, float)
        Length along x and width along y [m].
    cells : (int, int)
        Along x and along y.
    chips : ChipMap, optional
        Whose edges are to be met as well.

    Returns
    -------
    dx, dy : (nx,), (ny,) array
        For :class:`PlateGeometry` [m].

    Raises
    ------
    InputError
        For fewer cells than there are intervals between these places; for channels or chips that do not fit.

    Notes
    -----
    A wall that runs through cells shifts by part of a cell, which leaves the method of first order there. On these
    cells it is of second order but for the edges of channels, where the heat flow is singular (observed: 1.6 to
    1.9).
    """
    if isinstance(layout, (MicroChannels, PinFins)):
        x0, y0, x1, y1 = check_region(layout.region, plate_size)
        boxes = np.array([[x0, x1, y0, y1]])
    else:
        streams = channel_streams(layout, plate_size)
        width = layout.channel.void_width
        boxes = np.array([piece.box(width) for pieces in streams for piece in pieces])
    found = []
    if chips is not None:
        chips.check_fits(*plate_size)
        x, y, half_x, half_y = chips.x, chips.y, 0.5 * chips.length, 0.5 * chips.width
        boxes = np.concatenate([boxes, np.stack([x - half_x, x + half_x, y - half_y, y + half_y], axis=1)])
    for extent, walls, count in zip(plate_size, (boxes[:, :2], boxes[:, 2:]), cells, strict=True):
        breaks = np.unique(np.concatenate([[0.0, extent], walls.ravel()]))
        apart = np.diff(breaks, prepend=-np.inf) > TOUCH * max(plate_size)
        breaks = breaks[apart]
        breaks[0], breaks[-1] = 0.0, extent
        sizes = split_evenly(count, breaks)
        found.append(sizes * (extent / sizes.sum()))
    return found[0], found[1]
