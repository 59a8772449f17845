"""LDL^T factorization of the node equations of a network, many times: the pattern is analysed once.

The matrix is that of a graph of conductances, some of them to ground: a negative entry for each pair of neighbours
and a diagonal that exceeds their sum by the conductance to ground. The diagonal is not stored. The elimination
carries the conductances to ground along and sums the pivots up, so that nothing is ever subtracted: pivots are
positive and entries accurate to rounding even where conductances differ by more than 1e16, as they do between a
branch without flow and a long pipe.

Columns are eliminated in the order of least degree. Each carries the places its updates go to, so that a
factorization is one walk through three lists. Towards the end the remaining graph is (nearly) complete; this tail
is kept and factored as a dense triangle.
"""

import heapq
from typing import NamedTuple

import numpy as np

from hashheat.thermo.jit import kernel

_DENSE = 0.7  # share of its possible neighbours from which the next column starts the dense tail


class SparsePattern(NamedTuple):
    """Order of elimination and structure of the factor; made by :func:`analyse_pattern`.

    ``values`` of a matrix is one array: the entries below the diagonal of the sparse columns one after another,
    then the dense tail row by row (square, entries below the diagonal used).

    Parameters
    ----------
    position : (n,) int64 array
        Place of every node in the order of elimination.
    start : (n_sparse + 1,) int64 array
        First entry of each sparse column in ``row`` and ``values``.
    row : (start[-1],) int64 array
        Place of the row of each entry, rising within a column.
    target : (n_update,) int32 array
        Entry of ``values`` that each update of the elimination goes to, in the order they are made.
    n_tail : int
        Number of rows of the dense tail.
    n_values : int
        Length of ``values``.
    """

    position: np.ndarray
    start: np.ndarray
    row: np.ndarray
    target: np.ndarray
    n_tail: int
    n_values: int


def _eliminate(n: int, pairs: np.ndarray) -> tuple[list[int], list[list[int]]]:
    """Order of least degree, and the later neighbours of every node at its turn (sparse part only)."""
    near: list[set[int]] = [set() for _ in range(n)]
    for i, j in pairs.tolist():
        near[i].add(j)
        near[j].add(i)
    heap = [(len(near[i]), i) for i in range(n)]
    heapq.heapify(heap)
    done = [False] * n
    order: list[int] = []
    columns: list[list[int]] = []
    while heap:
        degree, i = heapq.heappop(heap)
        if done[i] or degree != len(near[i]):
            continue
        if degree >= _DENSE * (n - len(order) - 1) and degree > 0:
            break
        done[i] = True
        order.append(i)
        columns.append(list(near[i]))
        for j in near[i]:
            other = near[j]
            other |= near[i]
            other.discard(i)
            other.discard(j)
            heapq.heappush(heap, (len(other), j))
    order.extend(i for i in range(n) if not done[i])
    return order, columns


@kernel
def _entry(start: np.ndarray, row: np.ndarray, n_tail: int, high: int, low: int) -> int:
    """Index in ``values`` of the entry (high, low), places in the order of elimination; -1 if there is none."""
    n_sparse = start.shape[0] - 1
    if low >= n_sparse:
        return start[n_sparse] + (high - n_sparse) * n_tail + low - n_sparse
    for k in range(start[low], start[low + 1]):
        if row[k] == high:
            return k
    return -1


@kernel
def _count_updates(start: np.ndarray) -> int:
    total = 0
    for k in range(start.shape[0] - 1):
        degree = start[k + 1] - start[k]
        total += degree * (degree - 1) // 2
    return total


@kernel
def _list_updates(start: np.ndarray, row: np.ndarray, n_tail: int, target: np.ndarray) -> None:
    n_sparse = start.shape[0] - 1
    u = 0
    for k in range(n_sparse):
        for a in range(start[k], start[k + 1]):
            low = row[a]
            # Both lists of rows rise, and the column of the lower node holds every row of this one.
            place = start[low] if low < n_sparse else 0
            for b in range(a + 1, start[k + 1]):
                if low >= n_sparse:
                    target[u] = _entry(start, row, n_tail, row[b], low)
                else:
                    while row[place] != row[b]:
                        place += 1
                    target[u] = place
                u += 1


def analyse_pattern(n: int, pairs: np.ndarray) -> SparsePattern:
    """Choose the order of elimination and lay out the factor.

    Parameters
    ----------
    n : int
        Number of nodes (rows).
    pairs : (n_pair, 2) int array
        Neighbours; a pair may occur more than once, a node is not its own neighbour.

    Returns
    -------
    SparsePattern
        To be used with :func:`factor` and :func:`substitute`.

    References
    ----------
    Least degree: W. F. Tinney and J. W. Walker, Proc. IEEE 55 (1967) 1801-1809. Elimination without subtraction:
    W. K. Grassmann, M. I. Taksar and D. P. Heyman, Oper. Res. 33 (1985) 1107-1116.
    """
    order, columns = _eliminate(n, pairs)
    position = np.empty(n, dtype=np.int64)
    position[order] = np.arange(n)
    rows = [np.sort(position[column]) for column in columns]
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    start[1:] = np.cumsum([r.size for r in rows])
    row = np.concatenate(rows).astype(np.int64) if rows else np.zeros(0, dtype=np.int64)
    n_tail = n - len(rows)
    target = np.empty(_count_updates(start), dtype=np.int32)
    _list_updates(start, row, n_tail, target)
    return SparsePattern(position, start, row, target, n_tail, int(start[-1]) + n_tail * n_tail)


@kernel
def entry_of(pattern: SparsePattern, i: int, j: int) -> int:
    """Index in ``values`` of the entry between the nodes i and j.

    Parameters
    ----------
    pattern : SparsePattern
        The analysed pattern.
    i, j : int
        Two different nodes (numbers, not places).

    Returns
    -------
    int
        Index, or -1 where the factor has no such entry.
    """
    a, b = pattern.position[i], pattern.position[j]
    return _entry(pattern.start, pattern.row, pattern.n_tail, max(a, b), min(a, b))


@kernel
def factor(
    pattern: SparsePattern, ground: np.ndarray, values: np.ndarray, pivot: np.ndarray, column: np.ndarray
) -> None:
    """Factor the matrix in place: L D L^T.

    Parameters
    ----------
    pattern : SparsePattern
        The analysed pattern.
    ground : (n,) float array
        Row sums of the matrix, >= 0: conductance of each node to what is fixed, in the order of elimination.
        Overwritten. Every part of the graph must have a positive one.
    values : (n_values,) float array
        Entries below the diagonal, <= 0, fill set to zero; becomes L.
    pivot : (n,) float array
        Receives the inverse pivots.
    column : (n_tail,) float array
        Work space.
    """
    start, row, target, m = pattern.start, pattern.row, pattern.target, pattern.n_tail
    n_sparse = start.shape[0] - 1
    u = 0
    for k in range(n_sparse):
        last = start[k + 1]
        total = ground[k]
        for a in range(start[k], last):
            total -= values[a]
        inverse = 1.0 / total
        pivot[k] = inverse
        for a in range(start[k], last):
            ratio = values[a] * inverse
            ground[row[a]] -= ground[k] * ratio
            for b in range(a + 1, last):
                values[target[u]] -= values[b] * ratio
                u += 1
            values[a] = ratio
    first = start[n_sparse]
    for k in range(m):
        total = ground[n_sparse + k]
        for i in range(k + 1, m):
            column[i] = values[first + i * m + k]
            total -= column[i]
        inverse = 1.0 / total
        pivot[n_sparse + k] = inverse
        for i in range(k + 1, m):
            ratio = column[i] * inverse
            here = first + i * m
            for j in range(k + 1, i):
                values[here + j] -= ratio * column[j]
            ground[n_sparse + i] -= ground[n_sparse + k] * ratio
            values[here + k] = ratio


@kernel
def substitute(pattern: SparsePattern, inverse_pivot: np.ndarray, values: np.ndarray, x: np.ndarray) -> None:
    """Solution of the factored system, in place of its right-hand side.

    Parameters
    ----------
    pattern : SparsePattern
        The analysed pattern.
    inverse_pivot, values : float arrays
        As left by :func:`factor`.
    x : (n,) float array
        Right-hand side, then solution, in the order of elimination.
    """
    start, row, m = pattern.start, pattern.row, pattern.n_tail
    n_sparse = start.shape[0] - 1
    first = start[n_sparse]
    for k in range(n_sparse):
        for a in range(start[k], start[k + 1]):
            x[row[a]] -= values[a] * x[k]
    for i in range(m):
        y = x[n_sparse + i]
        for j in range(i):
            y -= values[first + i * m + j] * x[n_sparse + j]
        x[n_sparse + i] = y
    for i in range(n_sparse + m):
        x[i] *= inverse_pivot[i]
    for i in range(m - 1, -1, -1):
        y = x[n_sparse + i]
        for j in range(i):
            x[n_sparse + j] -= values[first + i * m + j] * y
    for k in range(n_sparse - 1, -1, -1):
        y = x[k]
        for a in range(start[k], start[k + 1]):
            y -= values[a] * x[row[a]]
        x[k] = y
