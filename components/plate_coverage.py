"""How much of each cell of a plate the channels take, and how much heat the rest lets pass in its plane."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from hashheat.components.channel_checks import Piece
from hashheat.components.plate_grid import PlateGrid, overlaps, snap

#: A cell with less than this share of metal has none.
_VOID = 1e-9


class Coverage(NamedTuple):
    """Channels seen from above, on the cells of a plate.

    Parameters
    ----------
    share : (ny, nx) array
        Share of the area of each cell that channels cover, exact [-].
    along_x, along_y : (ny, nx) array
        Conductivity of each cell over that of the metal, for heat along x and along y [-]. A cell without metal
        may have one: its faces are closed.
    open_x, open_y : (ny, nx) array
        Share of the face to the next cell along x and along y that is metal [-].
    """

    share: np.ndarray
    along_x: np.ndarray
    along_y: np.ndarray
    open_x: np.ndarray
    open_y: np.ndarray


Streams = Sequence[Sequence[Piece]]


def _boxes(
    grid: PlateGrid, streams: Streams, width: float
) -> Iterator[tuple[Piece, bool, tuple[np.ndarray, ...], np.ndarray, np.ndarray]]:
    """Every piece with whether another one leads into it, its window (y, x), and its shares along x and y."""
    for pieces in streams:
        for i, piece in enumerate(pieces):
            x0, x1, y0, y1 = piece.box(width)
            ix, length_x = overlaps(grid.x, x0, x1)
            iy, length_y = overlaps(grid.y, y0, y1)
            yield piece, i > 0, np.ix_(iy, ix), length_x / grid.dx[ix], (length_y / grid.dy[iy])[:, None]


def cover_thin(grid: PlateGrid, streams: Streams, width: float, removed: float) -> Coverage:
    """Coverage of a plate of one cell through its thickness.

    Parameters
    ----------
    grid : PlateGrid
    streams : sequence of sequence of Piece
        None of the pieces lies upon another.
    width : float
        Of the channels [m].
    removed : float
        Share of the thickness that a channel takes where it passes [-], below 1.

    Returns
    -------
    Coverage

    Notes
    -----
    A channel that takes the share a of a cell along the heat's way and b across it, and leaves 1 - r of the
    thickness, lets ``1 - b + b / (1 - a + a / (1 - r))`` of the heat pass: parallel strips, each in series. For a
    channel along the heat's way (a = 1) that is 1 - b r, which is exact; for one across it (b = 1) it is the
    series of what lies beside the channel and what lies above and below it.
    """
    shape = grid.shape[1:]
    share, along_x, along_y = np.zeros(shape), np.ones(shape), np.ones(shape)
    for _, _, window, a, b in _boxes(grid, streams, width):
        share[window] += a * b
        along_x[window] *= 1.0 - b + b / (1.0 - a + a / (1.0 - removed))
        along_y[window] *= 1.0 - a + a / (1.0 - b + b / (1.0 - removed))
    full = share > 1.0 - _VOID
    share[full] = 1.0
    along_x[full] = along_y[full] = 1.0 - removed
    return Coverage(share, along_x, along_y, np.ones(shape), np.ones(shape))


def cover_layer(grid: PlateGrid, streams: Streams, width: float) -> Coverage:
    """Coverage of the layer of a plate that channels fill from its floor to its ceiling.

    Parameters
    ----------
    grid : PlateGrid
    streams : sequence of sequence of Piece
        None of the pieces lies upon another.
    width : float
        Of the channels [m].

    Returns
    -------
    Coverage

    Notes
    -----
    A face that a channel covers or ends at lets no heat pass, whatever its cells hold. So a channel along the
    grid is exact, and one whose walls lie within cells errs by part of a cell in the place of the wall. A channel
    that lies within one row of cells parts the metal on its two sides, which one temperature cannot show: there
    the conductivity across is reduced by the share covered, as a compromise.
    """
    _, ny, nx = grid.shape
    share, along_x, along_y = (np.zeros((ny, nx)), np.ones((ny, nx)), np.ones((ny, nx)))
    open_x, open_y = np.ones((ny, nx)), np.ones((ny, nx))
    for piece, follows, window, a, b in _boxes(grid, streams, width):
        share[window] += a * b
        (iy, ix) = (window[0][:, 0], window[1][0])
        x0, x1, y0, y1 = piece.box(width)
        if piece.axis == 1 and _parts(grid.x, ix, x0, x1):
            along_x[window] *= 1.0 - a * b
        if piece.axis == 0 and _parts(grid.y, iy, y0, y1):
            along_y[window] *= 1.0 - a * b
        # The piece before has closed the face between the two.
        skip = snap(piece.start, grid.edges(piece.axis)) if follows else None
        for e in _edges_within(grid.x, x0, x1, skip if piece.axis == 0 else None):
            open_x[iy, e - 1] -= b[:, 0]
        for e in _edges_within(grid.y, y0, y1, skip if piece.axis == 1 else None):
            open_y[e - 1, ix] -= a
    share[share > 1.0 - _VOID] = 1.0
    for face in (open_x, open_y):
        face[face < _VOID] = 0.0
    return Coverage(share, along_x, along_y, open_x, open_y)


def _parts(edges: np.ndarray, cells: np.ndarray, low: float, high: float) -> bool:
    """Whether a channel leaves metal on both sides within one cell."""
    return bool(
        cells.size == 1 and edges[cells[0]] < snap(low, edges) and snap(high, edges) < edges[cells[0] + 1]
    )


def _edges_within(edges: np.ndarray, low: float, high: float, skip: float | None) -> np.ndarray:
    """Numbers of the edges between cells that an interval meets, its ends included."""
    low, high = snap(low, edges), snap(high, edges)
    inner = edges[1:-1]
    meets = (inner >= low) & (inner <= high)
    if skip is not None:
        meets &= inner != skip
    return np.flatnonzero(meets) + 1
