"""Reach a steady flow by time steps that grow: from rest to where Newton's method takes over.

Each step is implicit Euler's, solved by a few Newton iterations; it grows while these converge fast, until inertia
no longer matters and the step is one of Newton's own. The way there is a start-up of the real liquid, so that it
finds the flow that comes about, and steps that long also damp what would sway.

References
----------
C. Kelley, D. Keyes, SIAM J. Numer. Anal. 35 (1998) 508 (pseudo-transient continuation).
"""

from collections.abc import Callable

import numpy as np

from hashheat.solvers.flow_newton import System, newton

# Near enough for Newton's method, or for the next finer grid: residual over that at rest.
_TOLERANCE = 1e-3
_STEPS = 250
_NEWTON = 5
# A step counts as solved at this share of the residual with which it began.
_SOLVED = 0.1
_FIRST_SHARE = 0.02
_GROWTH = (4.0, 4.0, 2.5, 1.5, 1.0, 1.0)
_CUT = 0.25
_LARGEST, _SMALLEST = 1e9, 1e-7


def march(
    system: System, x: np.ndarray, tell: Callable[[float], None] | None = None, tolerance: float = _TOLERANCE
) -> tuple[np.ndarray, bool]:
    """Step in time towards the steady state.

    Parameters
    ----------
    system : System
    x : (n_field, total) array
        Start, such as rest.
    tell : callable, optional
        Called with the residual over that at rest, after each step.
    tolerance : float
        Residual over that at rest at which it ends [-].

    Returns
    -------
    (n_field, total) array
    bool
        Whether the residual came below the tolerance.
    """
    inertia = system.inertia()
    grid = system.levels[0].box.grid
    shortest = min(float(edges[-1] - edges[0]) for edges in tuple(grid)[: len(system.velocities())])
    first = _FIRST_SHARE * shortest / float(system.scales[0])
    h = first
    for _ in range(_STEPS):
        begun: list[float] = []

        def solved(_: np.ndarray, norm: float, __: np.ndarray, begun: list[float] = begun) -> bool:
            begun.append(norm)
            return norm <= _SOLVED * begun[0] or norm <= 1e-12

        shift = inertia / h
        y, progress = newton(system, x, solved, _NEWTON, shift, shift * x, 1.0 / h)
        if not progress.norms[-1] <= _SOLVED * begun[0]:
            h *= _CUT
            if h < _SMALLEST * first:
                return x, False
            continue
        x = y
        left = system.relative(x)
        if tell is not None:
            tell(left)
        if left <= tolerance:
            return x, True
        h = min(_LARGEST * first, h * _GROWTH[progress.steps])
    return x, False
