"""Grids from fine to coarse, and one multigrid cycle for the linearised flow equations.

References
----------
U. Trottenberg, C. Oosterlee, A. Schüller, Multigrid (2001), chapters 2 and 8.
"""

import math
from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_arrays import P, T, U, V, W, padded_state
from hashheat.solvers.flow_case import FlowCase, flow_case
from hashheat.solvers.flow_coarsening import coarsened
from hashheat.solvers.flow_fields import Fields, extents, fields_of
from hashheat.solvers.flow_model import FlowBox, rest
from hashheat.solvers.flow_operator import Operator, linearise, operator_of
from hashheat.solvers.flow_residual import residual
from hashheat.solvers.flow_smoother import linear_residual, pack, smooth, table_of
from hashheat.thermo.jit import kernel

# The coarsest grid is solved directly; halving stops at this many cells.
_COARSEST = 80
# More cells than this are swept so often instead.
_DIRECT = 300
_LAST_SWEEPS = 20
# Share of each correction that is taken, in cycles and in sweeps alone.
_DAMP, _DAMP_ALONE = 0.7, 0.85

#: Ways of the preconditioner: a multigrid cycle, or sweeps on the finest grid alone.
CYCLE, SWEEPS = 0, 1
_SWEEPS = 4
# Orders of the sweeps in turn: flow in any direction is followed by some of them.
_ORDERS = (0, 7, 1, 6, 2, 5, 4, 3)


class Level(NamedTuple):
    """One grid: its box and case, the state it is linearised about, and working space.

    Parameters
    ----------
    box : FlowBox
    case : FlowCase
    fields : Fields
    operator : Operator
    table : (total, n) float array
        Its coefficients packed by cell.
    share : (3, total) float array
        How the velocity of a coarser face divides among the faces it joins [-].
    state, x, b, r : (n_field, total) float array
        Unknowns, correction, right side and its left-over.
    steps : tuple of 3 ints
        Cells along z, y, x that one cell of the next coarser level joins.
    """

    box: FlowBox
    case: FlowCase
    fields: Fields
    operator: Operator
    table: np.ndarray
    share: np.ndarray
    state: np.ndarray
    x: np.ndarray
    b: np.ndarray
    r: np.ndarray
    steps: tuple[int, int, int]


def levels_of(box: FlowBox) -> list[Level]:
    """All grids of a box, the finest first."""
    found = []
    while True:
        shape = box.grid.shape
        z, y, x = (2 if n % 2 == 0 and n >= 4 else 1 for n in shape)
        steps = (z, y, x)
        last = shape[0] * shape[1] * shape[2] <= _COARSEST or max(steps) == 1
        if last:
            steps = (1, 1, 1)
        case = flow_case(box)
        n_field = 5 if case.geometry.shape.k0 else 4
        total = case.geometry.shape.total
        state, correction, right, left = (np.zeros((n_field, total)) for _ in range(4))
        found.append(
            Level(
                box,
                case,
                fields_of(case),
                operator_of(case),
                table_of(case),
                np.ones((3, total)),
                state,
                correction,
                right,
                left,
                steps,
            )
        )
        if last:
            return found
        box = coarsened(box, steps)


@kernel
def _average_down(
    fine: FlowCase, coarse: FlowCase, steps: tuple[int, int, int], x: np.ndarray, y: np.ndarray
) -> None:
    """State of a finer grid on a coarser one: means over cells, flows through faces."""
    s, t = fine.geometry.shape, coarse.geometry.shape
    mz, my, mx = steps
    n_axis = 3 if s.k0 == 1 else 2
    for k in range(t.nz):
        for j in range(t.ny):
            for i in range(t.nx):
                c = (k + t.k0) * t.sz + (j + 1) * t.sy + i + 1
                p, h, v = 0.0, 0.0, 0.0
                for dk in range(mz):
                    for dj in range(my):
                        for di in range(mx):
                            q = (k * mz + dk + s.k0) * s.sz + (j * my + dj + 1) * s.sy + i * mx + di + 1
                            p += fine.volume[q] * x[P, q]
                            h += fine.volume[q] * x[T, q]
                            v += fine.volume[q]
                y[P, c], y[T, c] = p / v, h / v
    for a in range(n_axis):
        row = U if a == 0 else V if a == 1 else W
        for k in range(t.nz + int(a == 2)):
            for j in range(t.ny + int(a == 1)):
                for i in range(t.nx + int(a == 0)):
                    c = (k + t.k0) * t.sz + (j + 1) * t.sy + i + 1
                    flow = 0.0
                    for dk in range(1 if a == 2 else mz):
                        for dj in range(1 if a == 1 else my):
                            for di in range(1 if a == 0 else mx):
                                q = (k * mz + dk + s.k0) * s.sz + (j * my + dj + 1) * s.sy + i * mx + di + 1
                                flow += fine.full[a, q] * x[row, q]
                    y[row, c] = flow / coarse.full[a, c]


@kernel
def _sum_down(
    fine: FlowCase,
    coarse: FlowCase,
    steps: tuple[int, int, int],
    share: np.ndarray,
    r: np.ndarray,
    b: np.ndarray,
) -> None:
    """Left-over of a finer grid as the right side on a coarser one: sums over control volumes."""
    s, t = fine.geometry.shape, coarse.geometry.shape
    mz, my, mx = steps
    n_axis = 3 if s.k0 == 1 else 2
    b[...] = 0.0
    for k in range(t.nz):
        for j in range(t.ny):
            for i in range(t.nx):
                c = (k + t.k0) * t.sz + (j + 1) * t.sy + i + 1
                p, h = 0.0, 0.0
                for dk in range(mz):
                    for dj in range(my):
                        for di in range(mx):
                            q = (k * mz + dk + s.k0) * s.sz + (j * my + dj + 1) * s.sy + i * mx + di + 1
                            p += r[P, q]
                            h += r[T, q]
                b[P, c], b[T, c] = p, h
    for a in range(n_axis):
        row = U if a == 0 else V if a == 1 else W
        step = 1 if a == 0 else s.sy if a == 1 else s.sz
        joined = (mx, my, mz)[a] == 2
        for k in range(t.nz + int(a == 2)):
            for j in range(t.ny + int(a == 1)):
                for i in range(t.nx + int(a == 0)):
                    c = (k + t.k0) * t.sz + (j + 1) * t.sy + i + 1
                    if coarse.geometry.active[a, c] == 0.0:
                        continue
                    total = 0.0
                    at = i if a == 0 else j if a == 1 else k
                    end = t.nx if a == 0 else t.ny if a == 1 else t.nz
                    for dk in range(1 if a == 2 else mz):
                        for dj in range(1 if a == 1 else my):
                            for di in range(1 if a == 0 else mx):
                                q = (k * mz + dk + s.k0) * s.sz + (j * my + dj + 1) * s.sy + i * mx + di + 1
                                total += share[a, q] * r[row, q]
                                if joined:
                                    if at > 0:
                                        total += 0.5 * share[a, q - step] * r[row, q - step]
                                    if at < end:
                                        total += 0.5 * share[a, q + step] * r[row, q + step]
                    b[row, c] = total


@kernel
def _divide(case: FlowCase, op: Operator, steps: tuple[int, int, int], share: np.ndarray) -> None:
    """Shares of the faces that one coarser face joins, by the velocity that the same pressure gradient gives.

    Where a coarser face joins open liquid and a porous block, nearly all flows in the open; equal shares would
    drive a correction through the block that the smoother has to take back.
    """
    s = case.geometry.shape
    n_axis = 3 if s.k0 == 1 else 2
    for a in range(n_axis):
        mz, my, mx = 1 if a == 2 else steps[0], 1 if a == 1 else steps[1], 1 if a == 0 else steps[2]
        nz, ny, nx = s.nz + int(a == 2), s.ny + int(a == 1), s.nx + int(a == 0)
        for k in range(0, nz, mz):
            for j in range(0, ny, my):
                for i in range(0, nx, mx):
                    total, area = 0.0, 0.0
                    for dk in range(mz):
                        for dj in range(my):
                            for di in range(mx):
                                q = (k + dk + s.k0) * s.sz + (j + dj + 1) * s.sy + i + di + 1
                                total += case.room[a, q] * op.inverse[a, q] * case.full[a, q]
                                area += case.geometry.area[a, q]
                    for dk in range(mz):
                        for dj in range(my):
                            for di in range(mx):
                                q = (k + dk + s.k0) * s.sz + (j + dj + 1) * s.sy + i + di + 1
                                own = case.room[a, q] * op.inverse[a, q] * area
                                share[a, q] = own / total if total > 0.0 else 0.0


@kernel
def _pair(n: int, m: int, at: int) -> tuple[int, int, float]:
    """Coarse cells between which a fine cell lies, and the weight of the first."""
    if m == 1:
        return at, at, 1.0
    near = at // 2
    far = near - 1 if at % 2 == 0 else near + 1
    far = min(max(far, 0), n - 1)
    return near, far, 0.75


@kernel
def _face_pair(m: int, at: int) -> tuple[int, int, float]:
    """Coarse faces between which a fine face lies, and the weight of the first."""
    if m == 1:
        return at, at, 1.0
    return at // 2, (at + 1) // 2, 0.5


@kernel
def _at(t: tuple[int, int, int], k: int, j: int, i: int) -> int:
    return (k + t[0]) * t[2] + (j + 1) * t[1] + i + 1


@kernel
def _blend(
    y: np.ndarray,
    t: tuple[int, int, int],
    kk: tuple[int, int, float],
    jj: tuple[int, int, float],
    ii: tuple[int, int, float],
) -> float:
    wk, wj, wi = kk[2], jj[2], ii[2]
    here = wi * y[_at(t, kk[0], jj[0], ii[0])] + (1 - wi) * y[_at(t, kk[0], jj[0], ii[1])]
    side = wi * y[_at(t, kk[0], jj[1], ii[0])] + (1 - wi) * y[_at(t, kk[0], jj[1], ii[1])]
    value = wj * here + (1 - wj) * side
    if kk[0] == kk[1]:
        return value
    here = wi * y[_at(t, kk[1], jj[0], ii[0])] + (1 - wi) * y[_at(t, kk[1], jj[0], ii[1])]
    side = wi * y[_at(t, kk[1], jj[1], ii[0])] + (1 - wi) * y[_at(t, kk[1], jj[1], ii[1])]
    return wk * value + (1 - wk) * (wj * here + (1 - wj) * side)


@kernel
def _add_up(
    fine: FlowCase,
    coarse: FlowCase,
    steps: tuple[int, int, int],
    share: np.ndarray,
    y: np.ndarray,
    x: np.ndarray,
) -> None:
    """Add the linear interpolation of a coarser grid's values."""
    s, g = fine.geometry.shape, coarse.geometry.shape
    mz, my, mx = steps
    t = (g.k0, g.sy, g.sz)
    n_axis = 3 if s.k0 == 1 else 2
    for k in range(s.nz):
        kk = _pair(g.nz, mz, k)
        for j in range(s.ny):
            jj = _pair(g.ny, my, j)
            for i in range(s.nx):
                ii = _pair(g.nx, mx, i)
                c = (k + s.k0) * s.sz + (j + 1) * s.sy + i + 1
                x[P, c] += _blend(y[P], t, kk, jj, ii)
                x[T, c] += _blend(y[T], t, kk, jj, ii)
    for a in range(n_axis):
        row = U if a == 0 else V if a == 1 else W
        for k in range(s.nz + int(a == 2)):
            kk = _face_pair(mz, k) if a == 2 else _pair(g.nz, mz, k)
            for j in range(s.ny + int(a == 1)):
                jj = _face_pair(my, j) if a == 1 else _pair(g.ny, my, j)
                for i in range(s.nx + int(a == 0)):
                    c = (k + s.k0) * s.sz + (j + 1) * s.sy + i + 1
                    if fine.geometry.active[a, c] > 0.0:
                        ii = _face_pair(mx, i) if a == 0 else _pair(g.nx, mx, i)
                        x[row, c] += share[a, c] * _blend(y[row], t, kk, jj, ii)


class Preconditioner:
    """Approximate inverse of the equations linearised about a state.

    Parameters
    ----------
    levels : list of Level

    Attributes
    ----------
    preferred : int or None
        ``CYCLE`` or ``SWEEPS``, by what served best when both were tried; None where the cycle needs no rival.
    solves, vectors : int
        Solves since both were tried, and vectors of the last solve.
    """

    def __init__(self, levels: list[Level]) -> None:
        self.levels = levels
        self.preferred: int | None = None
        self.solves = 0
        self.vectors = 0
        self._inverse: np.ndarray = np.zeros((0, 0))
        self._scale = np.zeros(0)
        self._rows = np.zeros(0, dtype=np.int64)
        self._about = np.zeros(0), 0.0
        self._coarse_ready = False

    def update(self, x: np.ndarray, scales: np.ndarray, rate: float) -> None:
        """Linearise about the unknowns ``x`` of the finest level, with an inverse time step [1/s].

        The fields of that level are those of ``x``. The coarser levels follow when a cycle first needs them.
        """
        self.levels[0].state[...] = x
        self._about = scales.copy(), rate
        self._coarse_ready = False
        self._linearise(self.levels[0])

    def _linearise(self, level: Level) -> None:
        linearise(level.case, level.state, level.fields, self._about[1], level.operator)
        pack(level.case, level.operator, level.table)

    def _update_coarse(self) -> None:
        for fine, coarse in zip(self.levels, self.levels[1:]):
            coarse.state[...] = 0.0
            _average_down(fine.case, coarse.case, fine.steps, fine.state, coarse.state)
            residual(coarse.case, coarse.state, coarse.fields, self._about[0], coarse.r)
            self._linearise(coarse)
        for level in self.levels:
            _divide(level.case, level.operator, level.steps, level.share)
        self._factor()
        self._coarse_ready = True

    def _factor(self) -> None:
        level = self.levels[-1]
        case = level.case
        if self._swept_last():
            return
        unknown = np.zeros(level.x.shape, dtype=bool)
        s = case.geometry.shape
        for a, row in enumerate((U, V, W)[: level.x.shape[0] - 2]):
            unknown[row] = case.geometry.active[a] > 0
        inside = case.volume > 0
        unknown[T] = inside
        unknown[P] = inside
        self._rows = np.flatnonzero(unknown)
        matrix = _dense(case, level.table, self._rows, level.x, level.b, level.r)
        size = np.abs(matrix).max(axis=1)
        # A pressure that nothing fixes, in a solid or a closed box, is held at its old value by a weak spring.
        stiff = np.zeros(len(self._rows))
        pressure = self._rows // s.total == P
        d_p = np.zeros(s.total)
        _pressure_diagonal(case, level.operator, d_p)
        stiff[pressure] = 1e-8 * np.maximum(d_p, 1e-3 * d_p.max() + 1e-300)[self._rows[pressure] % s.total]
        matrix[np.arange(len(self._rows)), np.arange(len(self._rows))] += stiff
        size = np.maximum(size, 1e-300)
        self._scale = 1.0 / size
        self._inverse = np.linalg.inv(matrix * self._scale[:, None])

    def _swept_last(self) -> bool:
        """Whether the coarsest grid, which could not be halved further, is too large for a direct solution."""
        return math.prod(self.levels[-1].box.grid.shape) > _DIRECT

    def apply(self, b: np.ndarray, kind: int) -> np.ndarray:
        """Approximate solution of J x = b from zero, in an array that the next call overwrites.

        Parameters
        ----------
        b : (n_field, total) array
        kind : int
            ``CYCLE`` for one multigrid cycle, ``SWEEPS`` for sweeps of the smoother on the finest grid alone.

        Returns
        -------
        (n_field, total) array
        """
        return self._cycle(b) if kind == CYCLE else self._sweeps(b)

    def _sweeps(self, b: np.ndarray) -> np.ndarray:
        top = self.levels[0]
        top.b[...] = b
        top.x[...] = 0.0
        _sweep_all_ways(top, _SWEEPS)
        return top.x

    def _cycle(self, b: np.ndarray) -> np.ndarray:
        if not self._coarse_ready:
            self._update_coarse()
        levels = self.levels
        levels[0].b[...] = b
        for n, level in enumerate(levels):
            level.x[...] = 0.0
            if n == len(levels) - 1:
                break
            smooth(level.case, level.table, level.x, level.b, 0, _DAMP)
            linear_residual(level.case, level.table, level.x, level.b, level.r)
            _sum_down(level.case, levels[n + 1].case, level.steps, level.share, level.r, levels[n + 1].b)
        last = levels[-1]
        if self._swept_last():
            _sweep_all_ways(last, _LAST_SWEEPS)
        else:
            right = last.b.reshape(-1)[self._rows] * self._scale
            last.x.reshape(-1)[self._rows] = _times(self._inverse, right)
        for n in range(len(levels) - 2, -1, -1):
            level = levels[n]
            _add_up(level.case, levels[n + 1].case, level.steps, level.share, levels[n + 1].x, level.x)
            smooth(level.case, level.table, level.x, level.b, 7, _DAMP)
        return levels[0].x


def _sweep_all_ways(level: Level, times: int) -> None:
    for n in range(times):
        smooth(level.case, level.table, level.x, level.b, _ORDERS[n % len(_ORDERS)], _DAMP_ALONE)


@kernel
def _times(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Product of a matrix and a vector, without a threaded library that would wait for its second thread."""
    found = np.zeros(right.size)
    for row in range(right.size):
        total = 0.0
        for c in range(right.size):
            total += matrix[row, c] * right[c]
        found[row] = total
    return found


@kernel
def _pressure_diagonal(case: FlowCase, op: Operator, out: np.ndarray) -> None:
    s, area = case.geometry.shape, case.geometry.area
    k0, k1, j0, j1, i0, i1 = extents(case)
    for k in range(k0, k1):
        for j in range(j0, j1):
            for i in range(i0, i1):
                c = k * s.sz + j * s.sy + i
                for a in range(3 if s.k0 == 1 else 2):
                    step = 1 if a == 0 else s.sy if a == 1 else s.sz
                    out[c] += area[a, c] ** 2 * op.inverse[a, c]
                    out[c] += area[a, c + step] ** 2 * op.inverse[a, c + step]


@kernel
def _dense(
    case: FlowCase, table: np.ndarray, rows: np.ndarray, x: np.ndarray, b: np.ndarray, r: np.ndarray
) -> np.ndarray:
    """Matrix of a small level, column by column."""
    matrix = np.zeros((rows.size, rows.size))
    n = x.shape[1]
    x[...] = 0.0
    b[...] = 0.0
    for column in range(rows.size):
        x[rows[column] // n, rows[column] % n] = 1.0
        linear_residual(case, table, x, b, r)
        x[rows[column] // n, rows[column] % n] = 0.0
        for row in range(rows.size):
            matrix[row, column] = -r[rows[row] // n, rows[row] % n]
    return matrix


def interpolated(fine: Level, coarse: Level, x: np.ndarray) -> np.ndarray:
    """Unknowns of a coarser level on the next finer one, what its sides impose put in."""
    shape = fine.case.geometry.shape
    y = padded_state(fine.box, rest(fine.box, 0.0), shape)
    _add_up(fine.case, coarse.case, fine.steps, np.ones_like(fine.share), x, y)
    return y
