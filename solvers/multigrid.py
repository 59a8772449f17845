"""Conduction with a sink in every cell: conjugate gradients, preconditioned by a geometric multigrid cycle.

The equations are those of a box of finite volumes, ::

    sum over neighbours of  conductance (x_here - x_there)  +  sink x_here  =  source

with conductances as in :class:`hashheat.solvers.plate_model.PlateSolid`. A plate is thin: columns through the
thickness are solved exactly (a tridiagonal system each), in the order of a chess board, and only the plane of the
plate is coarsened. Two by two columns become one; where one direction conducts much better than the other, only
that one is merged, since a column's smoother is blind to the error along it. Residuals are added up, corrections
are copied, and a coarse conductance is half of the sum of the fine ones across the face, as twice the distance
asks. Each cycle is symmetric, as the conjugate gradients need.

The work for a digit does not grow with the number of cells; it is about that of 20 products with the matrix.

Levels lie one behind the other in flat tables. A row of cells is padded to whole lane values with at least one
cell of zeros, which serves the row's end and the next one's start as the neighbour that is not there.

References
----------
U. Trottenberg, C. Oosterlee, A. Schüller, Multigrid (2001), sections 2.8 and 5.1; O. Tatebe, The multigrid
preconditioned conjugate gradient method, 6th Copper Mountain Conf. on Multigrid Methods (1993).
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.lanes import WIDTH, any_lane, load, magnitude, select, store
from hashheat.thermo.jit import kernel

#: What :func:`solve_conduction` returns as status.
SOLVED, INDEFINITE, STALLED = range(3)

# Rows of the table of levels: one column a level.
NX, NY, STRIDE, OFFSET, MERGE_X, MERGE_Y = range(6)

_STRONGER = 3.0
_COARSEST_SWEEPS = 4


class Levels(NamedTuple):
    """Grids from fine to coarse and their working space.

    Parameters
    ----------
    nz : int
        Cells through the thickness, the same on all levels.
    table : (6, n_level) int array
        Rows as named above: cells, padded row length, place of the first one, which directions merge next.
    ax, ay, az : (1, total) float array
        Conductances to the next neighbour [W/K].
    sink : (1, total) float array
        [W/K]; set by :func:`set_sink`.
    pivot : (1, total) float array
        Inverse pivots of the columns [K/W]; zero in the padding and in isolated cells.
    x, b : (1, total) float array
        Correction and its right side on each level.
    work : (5, fine) float array
        Vectors of the conjugate gradients.
    scratch : (nz + 2, WIDTH) float array
        A column of lanes.
    red : (2, WIDTH) float array
        Which lanes are red on an even row, and on an odd one.
    """

    nz: int
    table: np.ndarray
    ax: np.ndarray
    ay: np.ndarray
    az: np.ndarray
    sink: np.ndarray
    pivot: np.ndarray
    x: np.ndarray
    b: np.ndarray
    work: np.ndarray
    scratch: np.ndarray
    red: np.ndarray

    def cells(self) -> np.ndarray:
        """Place in the flat tables of each cell of the finest grid, in the order ``(z * ny + y) * nx + x``."""
        nx, ny, stride, offset = self.table[:4, 0]
        z, y, x = np.ogrid[: self.nz, :ny, :nx]
        return np.asarray(offset + (z * (ny + 2) + y + 1) * stride + x).reshape(-1)


class Feedback(NamedTuple):
    """Sources that grow with a mean temperature: each takes ``slope w (w . x)`` off the matrix.

    Parameters
    ----------
    first : (n + 1,) int array
        Cells of source i are ``first[i] .. first[i + 1]``.
    cell : (n_cell,) int array
        Place in the flat tables, see :meth:`Levels.cells`.
    weight : (n_cell,) float array
        w [-].
    slope : (n,) float array
        [W/K]
    """

    first: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    slope: np.ndarray


def _padded(n: int) -> int:
    return -(-(n + 1) // WIDTH) * WIDTH


def build_levels(along_x: np.ndarray, along_y: np.ndarray, along_z: np.ndarray) -> Levels:
    """Grids for a box of solid.

    Parameters
    ----------
    along_x, along_y, along_z : (nz, ny, nx) float array
        Conductance to the next neighbour [W/K], the last one in each direction zero.

    Returns
    -------
    Levels
        To be used by one solve at a time.
    """
    nz, ny = along_x.shape[:2]
    grids = [(along_x, along_y, along_z)]
    merges = []
    while grids[-1][0].shape[1] * grids[-1][0].shape[2] > 4:
        ax, ay, az = grids[-1]
        sx, sy = _strength(ax, 2), _strength(ay, 1)
        rows, columns = ax.shape[1:]
        along = columns > 1 and (sx * _STRONGER >= sy or rows == 1)
        across = rows > 1 and (sy * _STRONGER >= sx or columns == 1)
        merges.append((along, across))
        grids.append(_merged(ax, ay, az, along, across))
    merges.append((False, False))
    table = np.zeros((6, len(grids)), dtype=np.int64)
    offset = 2 * WIDTH
    for level, (along_row, _, _) in enumerate(grids):
        rows, columns = along_row.shape[1:]
        stride = _padded(columns)
        table[:, level] = columns, rows, stride, offset, *merges[level]
        offset += nz * (rows + 2) * stride
    total = offset + 2 * WIDTH
    ax, ay, az, sink, pivot, x, b = (np.zeros((1, total)) for _ in range(7))
    for level, grid in enumerate(grids):
        for target, values in zip((ax, ay, az), grid):
            _view(target, table[:, level], nz)[...] = values
    work = np.zeros((5, int(table[OFFSET, 0] + nz * (ny + 2) * table[STRIDE, 0]) + 2 * WIDTH))
    red = np.zeros((2, WIDTH))
    red[0, ::2] = 1.0
    red[1, 1::2] = 1.0
    return Levels(nz, table, ax, ay, az, sink, pivot, x, b, work, np.zeros((nz + 2, WIDTH)), red)


def _strength(along: np.ndarray, axis: int) -> float:
    """Mean conductance across the faces of one direction."""
    faces = np.take(along, range(along.shape[axis] - 1), axis=axis)
    return float(faces.mean()) if faces.size else 0.0


def _merged(
    ax: np.ndarray, ay: np.ndarray, az: np.ndarray, along: bool, across: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    def paired(a: np.ndarray, axis: int) -> np.ndarray:
        return np.add.reduceat(a, np.arange(0, a.shape[axis], 2), axis=axis)

    def faces(a: np.ndarray, axis: int) -> np.ndarray:
        """Every second face is left; the distance across it has doubled."""
        n = a.shape[axis]
        last = np.take(a, [n - 1], axis=axis)  # zero: a single cell at the end has its wall there
        kept = np.take(a, range(1, n, 2), axis=axis)
        return 0.5 * (np.concatenate([kept, last], axis=axis) if n % 2 else kept)

    if along:
        ax, ay, az = faces(ax, 2), paired(ay, 2), paired(az, 2)
    if across:
        ax, ay, az = paired(ax, 1), faces(ay, 1), paired(az, 1)
    return ax, ay, az


def _view(flat: np.ndarray, level: np.ndarray, nz: int) -> np.ndarray:
    """Cells of one level as (nz, ny, nx), without the padding."""
    columns, rows, stride, offset = level[:4]
    block = flat[0, offset : offset + nz * (rows + 2) * stride].reshape(nz, rows + 2, stride)
    return block[:, 1 : rows + 1, :columns]


@kernel
def extent(levels: Levels) -> tuple[int, int]:
    """First place of the finest level in the flat tables, and the one after its last."""
    first = levels.table[OFFSET, 0]
    return first, first + levels.nz * (levels.table[NY, 0] + 2) * levels.table[STRIDE, 0]


@kernel
def _factor(levels: Levels, level: int) -> int:
    """Inverse pivots of the columns of one level; 0 where one of them is not positive, else 1."""
    t, nz = levels.table, levels.nz
    stride, rows, start = t[STRIDE, level], t[NY, level], t[OFFSET, level]
    ax, ay, az = levels.ax, levels.ay, levels.az
    plane = (rows + 2) * stride
    definite = 1
    for y in range(rows):
        for x in range(0, stride, WIDTH):
            for z in range(nz):
                i = start + z * plane + (y + 1) * stride + x
                d = load(levels.sink, 0, i) + load(ax, 0, i) + load(ax, 0, i - 1)
                d = d + load(ay, 0, i) + load(ay, 0, i - stride) + load(az, 0, i)
                if z > 0:
                    up = load(az, 0, i - plane)
                    d = d + up - up * up * load(levels.pivot, 0, i - plane)
                if any_lane(d < 0.0):
                    definite = 0
                store(levels.pivot, 0, i, select(d > 0.0, 1.0 / select(d > 0.0, d, 1.0), 0.0))
    return definite


@kernel
def set_sink(levels: Levels) -> int:
    """Carry the finest sink, set by the caller in ``levels.sink``, to all levels and factor their columns.

    Returns
    -------
    int
        ``SOLVED``, or ``INDEFINITE`` where a column has no positive pivots: the system has no stable solution.
    """
    t, nz = levels.table, levels.nz
    status = SOLVED if _factor(levels, 0) == 1 else INDEFINITE
    for level in range(1, t.shape[1]):
        fine, coarse = t[:, level - 1], t[:, level]
        step_x, step_y = 1 + fine[MERGE_X], 1 + fine[MERGE_Y]
        for z in range(nz):
            for y in range(coarse[NY]):
                to = coarse[OFFSET] + (z * (coarse[NY] + 2) + y + 1) * coarse[STRIDE]
                levels.sink[0, to : to + coarse[NX]] = 0.0
                for row in range(y * step_y, min((y + 1) * step_y, fine[NY])):
                    at = fine[OFFSET] + (z * (fine[NY] + 2) + row + 1) * fine[STRIDE]
                    _add_pairs(levels.sink, at, fine[NX], step_x, to)
        _factor(levels, level)
    return status


@kernel
def _add_pairs(values: np.ndarray, at: int, n: int, step: int, to: int) -> None:
    if step == 1:
        for x in range(n):
            values[0, to + x] += values[0, at + x]
        return
    for x in range(n // 2):
        values[0, to + x] += values[0, at + 2 * x] + values[0, at + 2 * x + 1]
    if n % 2 == 1:
        values[0, to + n // 2] += values[0, at + n - 1]


@kernel
def _smooth_row(levels: Levels, level: int, y: int, colour: int) -> None:
    """Solve every second column of a row exactly, its neighbours held."""
    t, nz = levels.table, levels.nz
    stride = t[STRIDE, level]
    plane = (t[NY, level] + 2) * stride
    first = t[OFFSET, level] + (y + 1) * stride
    ax, ay, az, x, b, pivot = levels.ax, levels.ay, levels.az, levels.x, levels.b, levels.pivot
    mine = load(levels.red, (y + colour) % 2, 0) > 0.5
    for i in range(first, first + stride, WIDTH):
        if nz == 1:
            r = load(b, 0, i) + load(ax, 0, i) * load(x, 0, i + 1) + load(ax, 0, i - 1) * load(x, 0, i - 1)
            r = r + load(ay, 0, i) * load(x, 0, i + stride) + load(ay, 0, i - stride) * load(x, 0, i - stride)
            store(x, 0, i, select(mine, r * load(pivot, 0, i), load(x, 0, i)))
            continue
        for z in range(nz):
            k = i + z * plane
            r = load(b, 0, k) + load(ax, 0, k) * load(x, 0, k + 1) + load(ax, 0, k - 1) * load(x, 0, k - 1)
            r = r + load(ay, 0, k) * load(x, 0, k + stride) + load(ay, 0, k - stride) * load(x, 0, k - stride)
            if z > 0:
                r = r + load(az, 0, k - plane) * load(levels.scratch, z - 1, 0)
            store(levels.scratch, z, 0, r * load(pivot, 0, k))
        above = 0.0 * load(levels.scratch, 0, 0)
        for z in range(nz - 1, -1, -1):
            k = i + z * plane
            value = load(levels.scratch, z, 0) + load(az, 0, k) * load(pivot, 0, k) * above
            above = value
            store(x, 0, k, select(mine, value, load(x, 0, k)))


@kernel
def _smooth(levels: Levels, level: int, first: int) -> None:
    """Both colours once, ``first`` first; the second one follows a row behind, while the rows are in cache."""
    rows = levels.table[NY, level]
    for y in range(rows + 1):
        if y < rows:
            _smooth_row(levels, level, y, first)
        if y > 0:
            _smooth_row(levels, level, y - 1, 1 - first)


@kernel
def _residual_row(levels: Levels, level: int, z: int, y: int) -> None:
    """Residual of a row, into the first row of ``work``."""
    t = levels.table
    stride = t[STRIDE, level]
    plane = (t[NY, level] + 2) * stride
    first = t[OFFSET, level] + z * plane + (y + 1) * stride
    ax, ay, az, x = levels.ax, levels.ay, levels.az, levels.x
    for c in range(0, stride, WIDTH):
        i = first + c
        here = load(x, 0, i)
        r = load(levels.b, 0, i) - load(levels.sink, 0, i) * here
        r = r + load(ax, 0, i) * (load(x, 0, i + 1) - here) + load(ax, 0, i - 1) * (load(x, 0, i - 1) - here)
        r = r + load(ay, 0, i) * (load(x, 0, i + stride) - here)
        r = r + load(ay, 0, i - stride) * (load(x, 0, i - stride) - here)
        if levels.nz > 1:
            if z < levels.nz - 1:
                r = r + load(az, 0, i) * (load(x, 0, i + plane) - here)
            if z > 0:
                r = r + load(az, 0, i - plane) * (load(x, 0, i - plane) - here)
        store(levels.work, 0, c, r)


@kernel
def _restrict(levels: Levels, level: int) -> None:
    """Add up the residual of a level into the right side of the next; the correction there starts at zero."""
    t, nz = levels.table, levels.nz
    fine, coarse = t[:, level], t[:, level + 1]
    step_x, step_y = 1 + fine[MERGE_X], 1 + fine[MERGE_Y]
    row = levels.work[0]
    for z in range(nz):
        for y in range(coarse[NY]):
            to = coarse[OFFSET] + (z * (coarse[NY] + 2) + y + 1) * coarse[STRIDE]
            target = levels.b[0, to : to + coarse[NX]]
            target[:] = 0.0
            levels.x[0, to : to + coarse[NX]] = 0.0
            for near in range(y * step_y, min((y + 1) * step_y, fine[NY])):
                _residual_row(levels, level, z, near)
                n = fine[NX]
                if step_x == 1:
                    for x in range(n):
                        target[x] += row[x]
                else:
                    for x in range(n // 2):
                        target[x] += row[2 * x] + row[2 * x + 1]
                    if n % 2 == 1:
                        target[n // 2] += row[n - 1]


@kernel
def _prolong(levels: Levels, level: int) -> None:
    """Add the correction of the next level to this one."""
    t, nz = levels.table, levels.nz
    fine, coarse = t[:, level], t[:, level + 1]
    step_x, step_y = 1 + fine[MERGE_X], 1 + fine[MERGE_Y]
    for z in range(nz):
        for y in range(fine[NY]):
            at = fine[OFFSET] + (z * (fine[NY] + 2) + y + 1) * fine[STRIDE]
            source = coarse[OFFSET] + (z * (coarse[NY] + 2) + y // step_y + 1) * coarse[STRIDE]
            here = levels.x[0, at : at + fine[NX]]
            there = levels.x[0, source : source + coarse[NX]]
            if step_x == 1:
                for x in range(fine[NX]):
                    here[x] += there[x]
            else:
                for x in range(fine[NX] // 2):
                    here[2 * x] += there[x]
                    here[2 * x + 1] += there[x]
                if fine[NX] % 2 == 1:
                    here[fine[NX] - 1] += there[fine[NX] // 2]


@kernel
def _cycle(levels: Levels) -> None:
    """One symmetric V-cycle for ``b`` of the finest level, from zero."""
    last = levels.table.shape[1] - 1
    for level in range(last):
        _smooth(levels, level, 0)
        _restrict(levels, level)
    for _ in range(_COARSEST_SWEEPS):
        _smooth(levels, last, 0)
    for _ in range(_COARSEST_SWEEPS):
        _smooth(levels, last, 1)
    for level in range(last - 1, -1, -1):
        _prolong(levels, level)
        _smooth(levels, level, 1)


@kernel
def _lane_sum(levels: Levels, value: float) -> float:
    """Sum over the lanes of a lane value."""
    store(levels.scratch, levels.nz, 0, value)
    total = 0.0
    for lane in range(WIDTH):
        total += levels.scratch[levels.nz, lane]
    return total


# Rows of the conjugate gradients' vectors; the first row of ``work`` is the residual of a row in the cycle.
_SOLUTION, _RESIDUAL, _DIRECTION, _IMAGE = 1, 2, 3, 4


@kernel
def _apply(levels: Levels, feedback: Feedback) -> float:
    """Image of the direction under the matrix, and their product."""
    t, W = levels.table, levels.work
    stride, rows, start = t[STRIDE, 0], t[NY, 0], t[OFFSET, 0]
    plane = (rows + 2) * stride
    ax, ay, az = levels.ax, levels.ay, levels.az
    total = 0.0 * load(W, _DIRECTION, start)
    for z in range(levels.nz):
        for y in range(rows):
            first = start + z * plane + (y + 1) * stride
            for i in range(first, first + stride, WIDTH):
                here = load(W, _DIRECTION, i)
                r = load(levels.sink, 0, i) * here
                r = r - load(ax, 0, i) * (load(W, _DIRECTION, i + 1) - here)
                r = r - load(ax, 0, i - 1) * (load(W, _DIRECTION, i - 1) - here)
                r = r - load(ay, 0, i) * (load(W, _DIRECTION, i + stride) - here)
                r = r - load(ay, 0, i - stride) * (load(W, _DIRECTION, i - stride) - here)
                if levels.nz > 1:
                    if z < levels.nz - 1:
                        r = r - load(az, 0, i) * (load(W, _DIRECTION, i + plane) - here)
                    if z > 0:
                        r = r - load(az, 0, i - plane) * (load(W, _DIRECTION, i - plane) - here)
                store(W, _IMAGE, i, r)
                total = total + r * here
    curvature = _lane_sum(levels, total)
    for n in range(feedback.slope.size):
        mean = 0.0
        for k in range(feedback.first[n], feedback.first[n + 1]):
            mean += feedback.weight[k] * W[_DIRECTION, feedback.cell[k]]
        for k in range(feedback.first[n], feedback.first[n + 1]):
            W[_IMAGE, feedback.cell[k]] -= feedback.slope[n] * feedback.weight[k] * mean
        curvature -= feedback.slope[n] * mean * mean
    return curvature


@kernel
def _precondition(levels: Levels, start: int, stop: int) -> float:
    """Cycle on the residual; its product with the result, which lies in ``x`` of the finest level."""
    W = levels.work
    zero = 0.0 * load(W, _RESIDUAL, start)
    for i in range(start, stop, WIDTH):
        store(levels.b, 0, i, load(W, _RESIDUAL, i))
        store(levels.x, 0, i, zero)
    _cycle(levels)
    total = zero
    for i in range(start, stop, WIDTH):
        total = total + load(W, _RESIDUAL, i) * load(levels.x, 0, i)
    return _lane_sum(levels, total)


@kernel
def solve_conduction(
    levels: Levels, feedback: Feedback, source: np.ndarray, reduction: float, enough: float, most: int
) -> tuple[int, int, float]:
    """Solve for the finest level, from zero.

    Parameters
    ----------
    levels : Levels
        After :func:`set_sink`. The solution is left in row 1 of ``levels.work``, its residual in row 2.
    feedback : Feedback
        Part of the matrix that the cycles do not know; may be empty.
    source : (1, fine) float array
        Right side in the layout of the finest level [W]; zero in the padding.
    reduction : float
        By how much the norm of the residual has to fall [-].
    enough : float
        The largest residual of a cell that will do as well [W].
    most : int
        Iterations allowed.

    Returns
    -------
    status : int
        ``SOLVED``; ``INDEFINITE`` if a direction of negative curvature turned up; ``STALLED``.
    iterations : int
    residual : float
        Largest of a cell that is left [W].
    """
    W = levels.work
    start, stop = extent(levels)
    zero = 0.0 * load(source, 0, start)
    largest, total = zero, zero
    for i in range(start, stop, WIDTH):
        r = load(source, 0, i)
        # A cell without any conductance takes no part.
        r = select(load(levels.pivot, 0, i) > 0.0, r, 0.0)
        store(W, _RESIDUAL, i, r)
        store(W, _SOLUTION, i, zero)
        store(W, _DIRECTION, i, zero)
        largest = select(magnitude(r) > largest, magnitude(r), largest)
        total = total + r * r
    norm = np.sqrt(_lane_sum(levels, total))
    target = norm * reduction
    remains = _lane_max(levels, largest)
    if remains <= enough:
        return SOLVED, 0, remains
    rho = 1.0
    for iteration in range(most):
        rho_before = rho
        rho = _precondition(levels, start, stop)
        beta = rho / rho_before if iteration > 0 else 0.0
        for i in range(start, stop, WIDTH):
            store(W, _DIRECTION, i, load(levels.x, 0, i) + beta * load(W, _DIRECTION, i))
        curvature = _apply(levels, feedback)
        if not curvature > 0.0:
            return INDEFINITE, iteration, remains
        alpha = rho / curvature
        largest, total = zero, zero
        for i in range(start, stop, WIDTH):
            store(W, _SOLUTION, i, load(W, _SOLUTION, i) + alpha * load(W, _DIRECTION, i))
            r = load(W, _RESIDUAL, i) - alpha * load(W, _IMAGE, i)
            store(W, _RESIDUAL, i, r)
            largest = select(magnitude(r) > largest, magnitude(r), largest)
            total = total + r * r
        norm = np.sqrt(_lane_sum(levels, total))
        remains = _lane_max(levels, largest)
        if norm <= target or remains <= enough:
            return SOLVED, iteration + 1, remains
    return STALLED, most, remains


@kernel
def _lane_max(levels: Levels, value: float) -> float:
    store(levels.scratch, levels.nz, 0, value)
    most = levels.scratch[levels.nz, 0]
    for lane in range(1, WIDTH):
        most = max(most, levels.scratch[levels.nz, lane])
    return most
