"""Anderson acceleration of a fixed-point iteration on one vector.

D. G. Anderson, J. ACM 12 (1965) 547-560; depth three, normal equations.
"""

import numpy as np

from hashheat.thermo.jit import kernel

#: Differences remembered; :func:`mix` needs a history of shape (2 * (DEPTH + 1), n), zero at the start.
DEPTH = 3
_RIDGE = 1e-12


@kernel
def mix(x: np.ndarray, step: np.ndarray, history: np.ndarray, iteration: int) -> None:
    """Replace x by the combination of the last images that leaves the smallest step.

    Parameters
    ----------
    x : (n,) float array
        Iterate; overwritten by the next one.
    step : (n,) float array
        From x to its image.
    history : (2 * (DEPTH + 1), n) float array
        Last iterate and step, then the last differences of both.
    iteration : int
        0 for the first call; the number of calls before.
    """
    n = x.size
    known = min(iteration, DEPTH)
    slot = 2 + 2 * ((iteration - 1) % DEPTH) if iteration > 0 else 2
    for i in range(n):
        if iteration > 0:
            history[slot, i] = x[i] - history[0, i]
            history[slot + 1, i] = step[i] - history[1, i]
        history[0, i] = x[i]
        history[1, i] = step[i]
    A = np.zeros((DEPTH, DEPTH))
    b = np.zeros(DEPTH)
    for p in range(known):
        for i in range(n):
            b[p] += history[3 + 2 * p, i] * step[i]
        for q in range(p + 1):
            for i in range(n):
                A[p, q] += history[3 + 2 * p, i] * history[3 + 2 * q, i]
            A[q, p] = A[p, q]
    weight = np.zeros(DEPTH)
    # Elimination without exchange of rows: the matrix is symmetric and not negative.
    for p in range(known):
        A[p, p] += _RIDGE * A[p, p] + 1e-300
    for p in range(known):
        for q in range(p + 1, known):
            ratio = A[q, p] / A[p, p]
            for r in range(p, known):
                A[q, r] -= ratio * A[p, r]
            b[q] -= ratio * b[p]
    for p in range(known - 1, -1, -1):
        value = b[p]
        for q in range(p + 1, known):
            value -= A[p, q] * weight[q]
        weight[p] = value / A[p, p] if A[p, p] > 1e-290 else 0.0
    for i in range(n):
        value = x[i] + step[i]
        for p in range(known):
            value -= weight[p] * (history[2 + 2 * p, i] + history[3 + 2 * p, i])
        x[i] = value
