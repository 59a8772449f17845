"""Anderson acceleration of a fixed-point iteration on one vector.

D. G. Anderson, J. ACM 12 (1965) 547-560. For a linear map and a memory as long as the iteration it is GMRES
(H. Walker and P. Ni, SIAM J. Numer. Anal. 49 (2011) 1715-1735): it converges where the plain iteration diverges.
"""

import numpy as np

from hashheat.thermo.jit import kernel

#: Differences remembered; :func:`mix` needs a history of shape (2 * (DEPTH + 1), n), zero at the start.
DEPTH = 10
_ROUNDING = 1e-12


@kernel
def mix(x: np.ndarray, step: np.ndarray, history: np.ndarray, products: np.ndarray, iteration: int) -> None:
    """Replace x by the combination of the last images that leaves the smallest step.

    Parameters
    ----------
    x : (n,) float array
        Iterate; overwritten by the next one.
    step : (n,) float array
        From x to its image.
    history : (2 * (DEPTH + 1), n) float array
        Last iterate and step, then the last differences of both.
    products : (DEPTH, DEPTH) float array
        Of the differences of steps with each other; kept between calls.
    iteration : int
        0 for the first call; the number of calls before.
    """
    n = x.size
    known = min(iteration, DEPTH)
    if iteration > 0:
        newest = (iteration - 1) % DEPTH
        dx, dr = history[2 + 2 * newest], history[3 + 2 * newest]
        for i in range(n):
            dx[i] = x[i] - history[0, i]
            dr[i] = step[i] - history[1, i]
        for p in range(known):
            products[p, newest] = np.dot(history[3 + 2 * p], dr)
            products[newest, p] = products[p, newest]
    history[0] = x
    history[1] = step
    A = products.copy()
    b = np.zeros(DEPTH)
    for p in range(known):
        b[p] = np.dot(history[3 + 2 * p], step)
    weight = np.zeros(DEPTH)
    _solve_least(A, b, weight, known)
    x += step
    for p in range(known):
        if weight[p] != 0.0:
            dx, dr = history[2 + 2 * p], history[3 + 2 * p]
            for i in range(n):
                x[i] -= weight[p] * (dx[i] + dr[i])


@kernel
def _solve_least(A: np.ndarray, b: np.ndarray, weight: np.ndarray, n: int) -> None:
    """Normal equations by elimination, largest diagonal first; directions that others contain are left out."""
    free = np.ones(n, dtype=np.bool_)
    order = np.zeros(n, dtype=np.int64)
    scale = np.zeros(n)
    for p in range(n):
        scale[p] = A[p, p]
    used = 0
    for _ in range(n):
        best, most = -1, _ROUNDING
        for p in range(n):
            if free[p] and scale[p] > 0.0 and A[p, p] / scale[p] > most:
                best, most = p, A[p, p] / scale[p]
        if best < 0:
            break
        free[best] = False
        order[used] = best
        used += 1
        for q in range(n):
            if free[q]:
                ratio = A[q, best] / A[best, best]
                for r in range(n):
                    A[q, r] -= ratio * A[best, r]
                b[q] -= ratio * b[best]
    for k in range(used - 1, -1, -1):
        p = order[k]
        value = b[p]
        for later in range(k + 1, used):
            value -= A[p, order[later]] * weight[order[later]]
        weight[p] = value / A[p, p]
