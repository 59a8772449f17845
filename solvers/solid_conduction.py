"""Conductances between the finite volumes of a box of solid."""

import numpy as np
from numpy.typing import ArrayLike


def conductances(
    dx: ArrayLike,
    dy: ArrayLike,
    dz: ArrayLike,
    kx: ArrayLike,
    ky: ArrayLike | None = None,
    kz: ArrayLike | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Conductances between neighbouring cells of a tensor-product grid.

    Two half cells stand in series, so that the face value is exact where the conductivity steps from one cell to
    the next, and of second order where it varies smoothly.

    Parameters
    ----------
    dx, dy, dz : (nx,), (ny,), (nz,) array_like
        Sizes of the cells [m].
    kx : array_like
        Conductivity along x, broadcast to (nz, ny, nx) [W/(m K)]; zero cuts a cell off.
    ky, kz : array_like, optional
        The same along y and z; that along x where not given.

    Returns
    -------
    along_x, along_y, along_z : (nz, ny, nx) float array
        Conductance between a cell and its next neighbour [W/K]; the last one in each direction is zero.

    References
    ----------
    S. V. Patankar, Numerical Heat Transfer and Fluid Flow (1980), eq. 4.9.
    """
    sizes = [np.atleast_1d(np.asarray(d, dtype=float)) for d in (dz, dy, dx)]
    shape = (sizes[0].size, sizes[1].size, sizes[2].size)
    k = [
        np.broadcast_to(np.asarray(x, dtype=float), shape)
        for x in (kx if kz is None else kz, kx if ky is None else ky, kx)
    ]
    found = []
    for axis in range(3):
        size = np.moveaxis(
            np.broadcast_to(sizes[axis].reshape([-1 if a == axis else 1 for a in range(3)]), shape), axis, 0
        )
        others = [a for a in range(3) if a != axis]
        area = np.multiply.outer(sizes[others[0]], sizes[others[1]])
        along = np.moveaxis(k[axis], axis, 0)
        with np.errstate(divide="ignore"):
            half = 0.5 * size / along
        face = np.zeros_like(half)
        face[:-1] = area / (half[:-1] + half[1:])
        found.append(np.ascontiguousarray(np.moveaxis(face, 0, axis)))
    return found[2], found[1], found[0]
