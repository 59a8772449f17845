"""The padded arrays on which the flow solver works, and how a box becomes them.

All fields of a level share one flat numbering with a ring of ghosts: cell (k, j, i) stands at
``(k + k0) * sz + (j + 1) * sy + i + 1``; ``u``, ``v`` and ``w`` at the same place are on its low faces. A box one
cell deep has no ghosts along z (k0 = 0). Ghosts have no width: a value there is that of the surface.
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_model import INLET, OUTLET, SLIP, FlowBox, FlowState

#: Rows of the unknowns. ``W`` comes last, so that plane flow takes the first four.
U, V, P, T, W = range(5)

#: Row of the velocity along each axis.
VELOCITY = (U, V, W)


class Shape(NamedTuple):
    """Extent of the padded arrays: cells, strides, first plane of cells and total length."""

    nx: int
    ny: int
    nz: int
    sy: int
    sz: int
    k0: int
    total: int


class Geometry(NamedTuple):
    """What of a level does not change while it is solved.

    Parameters
    ----------
    shape : Shape
    dx, dy, dz : (n + 2,) float array
        Widths of the cells [m]; 0 for ghosts.
    area : (3, total) float array
        Open area of the low face of each cell across x, y, z [m2]; 0 where nothing flows, inlets included
        because their flow is given.
    active : (3, total) float array
        1 where a velocity is unknown.
    outside : (total,) float array
        At ghosts: conductance from the surface to the outside [W/K]; inf isothermal.
    normal : (total,) float array
        At ghosts: 1 where heat is conducted from the cell to the surface; 0 at inlets and outlets.
    grip : (total,) float array
        At ghosts: 1 where the liquid sticks to the surface, 0 where it slips.
    """

    shape: Shape
    dx: np.ndarray
    dy: np.ndarray
    dz: np.ndarray
    area: np.ndarray
    active: np.ndarray
    outside: np.ndarray
    normal: np.ndarray
    grip: np.ndarray


def shape_of(nz: int, ny: int, nx: int) -> Shape:
    """Padded extent of a grid."""
    k0 = 1 if nz > 1 else 0
    sy = nx + 2
    sz = sy * (ny + 2)
    # One row in front and behind of the first and last plane: differences reach two places back.
    return Shape(nx, ny, nz, sy, sz, k0, (nz + 2 * k0) * sz)


def block(flat: np.ndarray, shape: Shape) -> np.ndarray:
    """Padded array seen with three axes, ghosts included: (..., nz + 2 k0, ny + 2, nx + 2)."""
    return flat.reshape(*flat.shape[:-1], shape.nz + 2 * shape.k0, shape.ny + 2, shape.nx + 2)


def cells(flat: np.ndarray, shape: Shape) -> np.ndarray:
    """Cells of a padded array, without the ghosts: (..., nz, ny, nx)."""
    return block(flat, shape)[..., shape.k0 : shape.k0 + shape.nz, 1:-1, 1:-1]


def faces(flat: np.ndarray, shape: Shape, axis: int) -> np.ndarray:
    """Faces across an axis of a padded array, the sides included."""
    more = [int(axis == a) for a in range(3)]
    z = slice(shape.k0, shape.k0 + shape.nz + more[2]) if shape.k0 else slice(0, 1)
    return block(flat, shape)[..., z, 1 : shape.ny + 1 + more[1], 1 : shape.nx + 1 + more[0]]


def rim(flat: np.ndarray, shape: Shape, number: int) -> np.ndarray:
    """Ghosts of one side (WEST ... TOP) as a plane; empty for the bottom and top of a plane box."""
    grid = block(flat, shape)
    z = slice(shape.k0, shape.k0 + shape.nz)
    at = -1 if number % 2 else 0
    if number < 2:
        return grid[..., z, 1:-1, at]
    if number < 4:
        return grid[..., z, at, 1:-1]
    return grid[..., at, 1:-1, 1:-1] if shape.k0 else grid[..., 0:0, 1:-1, 1:-1]


def surface(flat: np.ndarray, shape: Shape, number: int) -> np.ndarray:
    """Faces on one side of the box, in an array of the velocity across it."""
    axis = number // 2
    grid = np.moveaxis(faces(flat, shape, axis), flat.ndim - 1 + 2 - axis, 0)
    return grid[-1 if number % 2 else 0]


def padded_width(edges: np.ndarray) -> np.ndarray:
    """Widths of the cells between the edges, with zeros for the ghosts."""
    return np.concatenate([[0.0], np.diff(edges), [0.0]])


def geometry_of(box: FlowBox) -> Geometry:
    """Padded geometry of the finest level of a box."""
    shape = shape_of(*box.grid.shape)
    dx, dy, dz = (padded_width(edges) for edges in (box.grid.x, box.grid.y, box.grid.z))
    inner = tuple(d[1:-1] for d in (dx, dy, dz))
    area = np.zeros((3, shape.total))
    active = np.zeros((3, shape.total))
    outside = np.zeros(shape.total)
    normal = np.zeros(shape.total)
    grip = np.zeros(shape.total)
    wet = np.zeros(shape.total)
    cells(wet, shape)[...] = ~box.solid
    size = (
        inner[2][:, None, None] * inner[1][None, :, None],
        inner[2][:, None, None] * inner[0][None, None, :],
        inner[1][None, :, None] * inner[0][None, None, :],
    )
    used = range(3 if shape.k0 else 2)
    for axis in used:
        step = (1, shape.sy, shape.sz)[axis]
        between = np.zeros(shape.total)
        between[step:] = wet[step:] * wet[:-step]
        faces(area[axis], shape, axis)[...] = size[axis] * faces(between, shape, axis)
        for number in (2 * axis, 2 * axis + 1):
            side = box.sides[number]
            plane = np.broadcast_to(size[axis], size[axis].shape)
            plane = plane[(slice(None),) * (2 - axis) + (0,)] * np.ones(side.kind.shape)
            inside = _next_to(box.solid, number)
            opened = (side.kind == OUTLET) & ~inside
            surface(area[axis], shape, number)[...] = np.where(opened, plane, 0.0)
            rim(outside, shape, number)[...] = np.where(
                (side.kind == INLET) | (side.kind == OUTLET), 0.0, side.htc * plane
            )
            rim(normal, shape, number)[...] = (side.kind != INLET) & (side.kind != OUTLET)
            rim(grip, shape, number)[...] = (side.kind != SLIP) & (side.kind != OUTLET)
    active[area > 0.0] = 1.0
    return Geometry(shape, dx, dy, dz, area, active, outside, normal, grip)


def _next_to(values: np.ndarray, number: int) -> np.ndarray:
    """Values of the cells next to a side."""
    return np.moveaxis(values, 2 - number // 2, 0)[-1 if number % 2 else 0]


def padded_state(box: FlowBox, state: FlowState, shape: Shape) -> np.ndarray:
    """Unknowns (5, total) of a state, the given velocities of walls and inlets put in."""
    x = np.zeros((5 if shape.k0 else 4, shape.total))
    for axis, field in zip(range(3 if shape.k0 else 2), (state.u, state.v, state.w)):
        faces(x[VELOCITY[axis]], shape, axis)[...] = field
        for number in (2 * axis, 2 * axis + 1):
            side = box.sides[number]
            at = surface(x[VELOCITY[axis]], shape, number)
            at[...] = np.where(
                side.kind == INLET, side.velocity[axis], np.where(side.kind == OUTLET, at, 0.0)
            )
            at[_next_to(box.solid, number)] = 0.0
    cells(x[P], shape)[...] = state.p
    cells(x[T], shape)[...] = state.T
    return x


def unpadded_state(x: np.ndarray, shape: Shape) -> FlowState:
    """State of padded unknowns."""
    u, v = faces(x[U], shape, 0).copy(), faces(x[V], shape, 1).copy()
    w = faces(x[W], shape, 2).copy() if shape.k0 else np.zeros((2, shape.ny, shape.nx))
    return FlowState(u, v, w, cells(x[P], shape).copy(), cells(x[T], shape).copy())
