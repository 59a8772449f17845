"""Anderson acceleration of a fixed-point iteration, in lanes.

D. G. Anderson, J. ACM 12 (1965) 547-560; depth two, normal equations.
"""

import numpy as np

from hashheat.solvers.lanes import load, select, store
from hashheat.thermo.fused import fused
from hashheat.thermo.jit import kernel

#: Differences remembered. A block needs ``2 * (DEPTH + 1) * n`` rows of history, zero at the start.
DEPTH = 2


@kernel
def accelerate(
    S: np.ndarray, n: int, iteration: int, x: int, step: int, history: int, moving: float, zero: float
) -> None:
    """Anderson step of depth two on the coolant temperatures, lane by lane.

    Rows ``x``, ``step`` of S hold the iterate and the step to its image; ``history`` the last of each and the
    last two differences of both. The combination of the last images with the smallest remaining step is taken
    (normal equations; a difference that is zero, as at the start, drops out).
    """
    last_x, last_step = history, history + n
    old = history + 2 * n + (iteration % 2) * 2 * n
    other = history + 2 * n + ((iteration + 1) % 2) * 2 * n
    a11, a12, a22, b1, b2 = zero, zero, zero, zero, zero
    for s in range(n):
        r = load(S, step + s, 0)
        if iteration > 0:
            T = load(S, x + s, 0)
            store(S, old + s, 0, T - load(S, last_x + s, 0))
            store(S, old + n + s, 0, r - load(S, last_step + s, 0))
        d1 = load(S, old + n + s, 0)
        d2 = load(S, other + n + s, 0)
        a11 = fused(d1, d1, a11)
        a12 = fused(d1, d2, a12)
        a22 = fused(d2, d2, a22)
        b1 = fused(d1, r, b1)
        b2 = fused(d2, r, b2)
    a11 = a11 * (1.0 + 1e-12) + 1e-60
    a22 = a22 * (1.0 + 1e-12) + 1e-60
    per = 1.0 / (a11 * a22 - a12 * a12)
    c1 = (b1 * a22 - b2 * a12) * per
    c2 = (b2 * a11 - b1 * a12) * per
    for s in range(n):
        T = load(S, x + s, 0)
        r = load(S, step + s, 0)
        store(S, last_x + s, 0, T)
        store(S, last_step + s, 0, r)
        better = (
            T
            + r
            - c1 * (load(S, old + s, 0) + load(S, old + n + s, 0))
            - c2 * (load(S, other + s, 0) + load(S, other + n + s, 0))
        )
        store(S, x + s, 0, select(moving, better, T))
