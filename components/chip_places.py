"""Chips in the cells of a flow: what liquid each sees, and where its heat goes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.heat_sink_errors import ChipPlaceError
from hashheat.solvers.flow_model import FlowGrid, FlowState
from hashheat.thermo.jit import kernel

_AXES = ("x", "y", "z")
#: Positions come from sums of pitches; a box may reach this far over the grid's edge [m].
_TOUCH = 1e-9


class PlacedChips(NamedTuple):
    """Cells of each chip with their shares of its box, one chip after the other.

    Parameters
    ----------
    first : (chips + 1,) int array
        Where each chip's cells begin in the next two.
    cell : int array
        Flat numbers of cells.
    weight : float array
        Their shares of the chip's box; the sum is 1 for each chip [-].
    shape : tuple of ints
        Of the chips, such as (board, row, col).
    cells : (int, int, int)
        Of the grid, along z, y and x.
    """

    first: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    shape: tuple[int, ...]
    cells: tuple[int, int, int]


def place_chips(
    grid: FlowGrid, x: ArrayLike, y: ArrayLike, z: ArrayLike, size: tuple[float, float, float]
) -> PlacedChips:
    """Find the cells in which chips, or their heat sinks, lie.

    Parameters
    ----------
    grid : FlowGrid
    x, y, z : array_like
        Centres, broadcast to the shape of the chips, (board, row, col) [m].
    size : (float, float, float)
        Of the box of each along x, y and z [m]: its share of the sink, above 0.

    Returns
    -------
    PlacedChips

    Raises
    ------
    ChipPlaceError
        For numbers that are not finite, boxes without a size, or a chip that reaches out of the grid.
    """
    centres = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (x, y, z)))
    shape = centres[0].shape
    xs, ys, zs = faces = [np.ascontiguousarray(a, dtype=float) for a in (grid.x, grid.y, grid.z)]
    low, high = [], []
    for name, centre, extent, edges in zip(_AXES, centres, size, faces, strict=True):
        if not (np.isfinite(extent) and extent > 0.0):
            raise ChipPlaceError(
                "a chip has a size", key=f"size along {name}", found=extent, accepted="above 0"
            )
        below, above = centre.ravel() - 0.5 * extent, centre.ravel() + 0.5 * extent
        fits = (below >= edges[0] - _TOUCH) & (above <= edges[-1] + _TOUCH)
        if not fits.all():
            worst = int(np.argmin(fits))
            where = [int(i) for i in np.unravel_index(worst, shape)]
            raise ChipPlaceError(
                f"chip {where} reaches out of the liquid's grid along {name}",
                key=name,
                found=f"{below[worst]:g} to {above[worst]:g} m",
                accepted=f"within {edges[0]:g} to {edges[-1]:g} m",
            )
        low.append(np.maximum(below, edges[0]))
        high.append(np.minimum(above, edges[-1]))
    boxes = np.array([low, high])
    n = centres[0].size
    first = np.zeros(n + 1, dtype=np.int64)
    _fill(xs, ys, zs, boxes, first, np.zeros(0, np.int64), np.zeros(0), False)
    cell, weight = np.empty(first[-1], np.int64), np.empty(first[-1])
    _fill(xs, ys, zs, boxes, first, cell, weight, True)
    return PlacedChips(first, cell, weight, shape, grid.shape)


@kernel
def _span(edges: np.ndarray, low: float, high: float) -> tuple[int, int]:
    """First interval that [low, high] meets, and the first behind it."""
    begin = max(int(np.searchsorted(edges, low, side="right")) - 1, 0)
    end = min(int(np.searchsorted(edges, high, side="left")), edges.size - 1)
    return begin, max(end, begin + 1)


@kernel
def _fill(
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    boxes: np.ndarray,
    first: np.ndarray,
    cell: np.ndarray,
    weight: np.ndarray,
    fill: bool,
) -> None:
    """Count the cells of each chip into ``first``, or fill them in."""
    nx, ny = x.size - 1, y.size - 1
    for chip in range(boxes.shape[2]):
        i0, i1 = _span(x, boxes[0, 0, chip], boxes[1, 0, chip])
        j0, j1 = _span(y, boxes[0, 1, chip], boxes[1, 1, chip])
        k0, k1 = _span(z, boxes[0, 2, chip], boxes[1, 2, chip])
        if not fill:
            first[chip + 1] = first[chip] + (i1 - i0) * (j1 - j0) * (k1 - k0)
            continue
        at = first[chip]
        total = 0.0
        for k in range(k0, k1):
            dz = min(z[k + 1], boxes[1, 2, chip]) - max(z[k], boxes[0, 2, chip])
            for j in range(j0, j1):
                dy = min(y[j + 1], boxes[1, 1, chip]) - max(y[j], boxes[0, 1, chip])
                for i in range(i0, i1):
                    dx = min(x[i + 1], boxes[1, 0, chip]) - max(x[i], boxes[0, 0, chip])
                    cell[at] = (k * ny + j) * nx + i
                    weight[at] = max(dx, 0.0) * max(dy, 0.0) * max(dz, 0.0)
                    total += weight[at]
                    at += 1
        for at in range(first[chip], first[chip + 1]):
            weight[at] /= total


def cell_velocity(state: FlowState, axis: int) -> np.ndarray:
    """Velocity along one axis in the middle of the cells.

    Parameters
    ----------
    state : FlowState
    axis : int
        0, 1 or 2 for x, y or z.

    Returns
    -------
    (nz, ny, nx) float array
        Superficial, with its sign [m/s].

    Raises
    ------
    ChipPlaceError
        For a number that is no axis.
    """
    if axis == 0:
        return np.asarray(0.5 * (state.u[:, :, 1:] + state.u[:, :, :-1]))
    if axis == 1:
        return np.asarray(0.5 * (state.v[:, 1:] + state.v[:, :-1]))
    if axis == 2:
        return np.asarray(0.5 * (state.w[1:] + state.w[:-1]))
    raise ChipPlaceError("no such axis", key="axis", found=axis, accepted="0, 1 or 2 for x, y or z")


def chip_mean(placed: PlacedChips, cells: np.ndarray) -> np.ndarray:
    """Mean over each chip's box of what the cells hold.

    Parameters
    ----------
    placed : PlacedChips
    cells : (nz, ny, nx) array

    Returns
    -------
    array
        Of the chips' shape.

    Raises
    ------
    ChipPlaceError
        For cells of another grid.
    """
    values = np.asarray(cells, dtype=float)
    if values.shape != placed.cells:
        raise ChipPlaceError(
            "the cells are not those the chips lie in", found=values.shape, accepted=str(placed.cells)
        )
    if placed.first.size == 1:
        return np.zeros(placed.shape)
    means = np.add.reduceat(placed.weight * values.ravel()[placed.cell], placed.first[:-1])
    return np.asarray(means.reshape(placed.shape))


def chip_source(placed: PlacedChips, power: ArrayLike) -> np.ndarray:
    """Heat of the chips in the cells that they lie in.

    Parameters
    ----------
    placed : PlacedChips
    power : array_like
        Of each chip, broadcast to their shape [W].

    Returns
    -------
    (nz, ny, nx) float array
        In each cell [W]; its sum is that of the powers.
    """
    each = np.broadcast_to(np.asarray(power, dtype=float), placed.shape).ravel()
    heat = np.repeat(each, np.diff(placed.first)) * placed.weight
    total = np.bincount(placed.cell, heat, minlength=int(np.prod(placed.cells)))
    return np.asarray(total.reshape(placed.cells))
