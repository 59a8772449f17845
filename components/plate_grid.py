"""The grid of a plate: cells along three axes, and how far an interval reaches into each."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.channel_checks import TOUCH
from hashheat.thermo.errors import InputError


@dataclass(frozen=True, eq=False)
class PlateGrid:
    """Cells of a plate as the product of three rows of sizes.

    Parameters
    ----------
    dx, dy, dz : (nx,), (ny,), (nz,) array
        Sizes of the cells [m]; z from the lower face to the upper one.
    """

    dx: np.ndarray
    dy: np.ndarray
    dz: np.ndarray

    @property
    def shape(self) -> tuple[int, int, int]:
        """(nz, ny, nx)."""
        return (self.dz.size, self.dy.size, self.dx.size)

    @property
    def resolved(self) -> bool:
        """Whether there is more than one cell through the thickness."""
        return self.dz.size > 1

    @cached_property
    def x(self) -> np.ndarray:
        """Edges of the cells along x [m], shape (nx + 1,)."""
        return _edges(self.dx)

    @cached_property
    def y(self) -> np.ndarray:
        """Edges of the cells along y [m], shape (ny + 1,)."""
        return _edges(self.dy)

    @cached_property
    def volume(self) -> np.ndarray:
        """Of every cell [m^3], shape (nz, ny, nx)."""
        return self.dz[:, None, None] * self.dy[:, None] * self.dx

    def edges(self, axis: int) -> np.ndarray:
        """Edges along x (0) or y (1) [m]."""
        return self.y if axis else self.x

    def flat(self, z: np.ndarray | int, y: np.ndarray | int, x: np.ndarray | int) -> np.ndarray:
        """Flat number of cells."""
        _, ny, nx = self.shape
        return np.asarray((z * ny + y) * nx + x, dtype=np.int64)


def _edges(sizes: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(sizes)])


def split_evenly(count: int, breaks: ArrayLike) -> np.ndarray:
    """Cells of about the same size whose edges include given places.

    Parameters
    ----------
    count : int
        Cells in all, at least one for each interval between breaks.
    breaks : (m,) array_like
        Rising places, the two ends among them [m].

    Returns
    -------
    (count,) float array
        Sizes [m]. Within an interval all are the same.

    Raises
    ------
    InputError
        For fewer cells than intervals, or breaks that do not rise.

    Notes
    -----
    Cells go one by one to the interval whose cells are largest, so that no other choice has smaller largest cells.
    """
    gaps = np.diff(np.asarray(breaks, dtype=float))
    if gaps.size == 0 or not np.all(gaps > 0.0):
        raise InputError(
            "the places that cells have to meet do not rise", found=breaks, accepted="rising places"
        )
    if count < gaps.size:
        raise InputError(
            "fewer cells than there are intervals to fill",
            found=count,
            accepted=f"{gaps.size} or more",
        )
    cells = np.ones(gaps.size, dtype=np.int64)
    for _ in range(count - gaps.size):
        cells[np.argmax(gaps / cells)] += 1
    return np.repeat(gaps / cells, cells)


def snap(place: float, edges: np.ndarray) -> float:
    """Give the edge that a place means, or the place where it lies between edges.

    Parameters
    ----------
    place : float
        [m]
    edges : (n + 1,) array
        Rising [m].

    Returns
    -------
    float
        [m]
    """
    nearest = edges[np.argmin(np.abs(edges - place))]
    return float(nearest) if abs(nearest - place) <= TOUCH * edges[-1] else float(place)


def overlaps(edges: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Cells that an interval reaches into, and how far.

    Parameters
    ----------
    edges : (n + 1,) array
        Rising [m].
    low, high : float
        The interval [m], within the edges.

    Returns
    -------
    cells : (m,) int array
    lengths : (m,) float array
        [m], above 0; their sum is high - low.
    """
    low, high = snap(low, edges), snap(high, edges)
    first = int(np.searchsorted(edges, low, side="right")) - 1
    stop = int(np.searchsorted(edges, high, side="left"))
    cells = np.arange(first, stop)
    return cells, np.minimum(edges[cells + 1], high) - np.maximum(edges[cells], low)


def beyond(edges: np.ndarray, place: float, upwards: bool) -> tuple[int, float]:
    """Cell that lies behind a wall, and how thick it is from the wall on.

    Parameters
    ----------
    edges : (n + 1,) array
        Rising [m].
    place : float
        Of the wall, strictly within the edges [m].
    upwards : bool
        Behind it are larger places.

    Returns
    -------
    cell : int
    thickness : float
        From the wall to the far edge of the cell [m].
    """
    place = snap(place, edges)
    if upwards:
        cell = int(np.searchsorted(edges, place, side="right")) - 1
        return cell, float(edges[cell + 1] - place)
    cell = int(np.searchsorted(edges, place, side="left")) - 1
    return cell, float(place - edges[cell])
