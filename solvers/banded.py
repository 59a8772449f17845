"""LDL^T factorization of a banded symmetric matrix in lanes, row by row as the matrix is assembled.

The band is that of a plate numbered column by column: ``n_pass`` cells a column, each coupled to its neighbours
in the column and to the cell at the same place in the columns before and after.
"""

import numpy as np

from hashheat.solvers.lanes import load, select, store
from hashheat.thermo.fused import fused
from hashheat.thermo.jit import kernel


@kernel
def factor_row(
    S: np.ndarray,
    i: int,
    n_pass: int,
    row: int,
    pivot: int,
    x: int,
    diagonal: float,
    right: float,
    along: float,
    across: float,
    zero: float,
) -> float:
    """Row i of the LDL^T factorization of the banded wall matrix, and of the forward substitution.

    Entry (i, i - n_pass) is ``-along``, entry (i, i - 1) ``-across`` within a column, all others of the band fill
    up as the factorization goes. Row ``row + i * n_pass + k - 1`` of S keeps L(i, i - k), row ``pivot + i`` the
    inverse pivot, row ``x + i`` the right-hand side. Returns the pivot.
    """
    here = row + i * n_pass - 1
    reach = min(n_pass, i)
    for k in range(reach, 0, -1):
        a = zero
        if k == n_pass:
            a = zero - along
        elif k == 1 and i % n_pass > 0:
            a = zero - across
        other = row + (i - k) * n_pass - 1
        for m in range(k + 1, reach + 1):
            a = fused(-load(S, here + m, 0), load(S, other + m - k, 0), a)
        store(S, here + k, 0, a)
    for k in range(1, reach + 1):
        a = load(S, here + k, 0)
        ratio = a * load(S, pivot + i - k, 0)
        diagonal = fused(-ratio, a, diagonal)
        right = fused(-ratio, load(S, x + i - k, 0), right)
        store(S, here + k, 0, ratio)
    # A lane whose pivot is not positive is running away and will be dropped; keep its numbers finite.
    store(S, pivot + i, 0, 1.0 / select(diagonal > 0.0, diagonal, 1.0))
    store(S, x + i, 0, right)
    return diagonal


@kernel
def substitute_back(S: np.ndarray, n: int, n_pass: int, row: int, pivot: int, x: int) -> None:
    """Solution of the factored system, in place of its right-hand side."""
    for i in range(n - 1, -1, -1):
        y = load(S, x + i, 0) * load(S, pivot + i, 0)
        for k in range(1, min(n_pass, n - 1 - i) + 1):
            y = fused(-load(S, row + (i + k) * n_pass + k - 1, 0), load(S, x + i + k, 0), y)
        store(S, x + i, 0, y)
