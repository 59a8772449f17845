"""Reach a steady flow by time steps that grow: from rest to steps so long that inertia no longer matters.

Each step is implicit Euler's, solved by a few Newton iterations; it grows while these converge fast, until the
step is one of Newton's own, and only as long as its linear solve is cheap: where warm liquid overturns within a
step, the solve takes hundreds of vectors or fails. The way there is a start-up of the real liquid, so that it
finds the flow that comes about, and long steps also damp what would sway.

References
----------
C. Kelley, D. Keyes, SIAM J. Numer. Anal. 35 (1998) 508 (pseudo-transient continuation).
"""

from collections.abc import Callable

import numpy as np

from hashheat.solvers.flow_newton import Progress, newton
from hashheat.solvers.flow_system import System

_STEPS = 250
_NEWTON = 5
# A step counts as solved at this share of the residual with which it began.
_SOLVED = 0.1
_FIRST_SHARE = 0.02
_GROWTH = (4.0, 4.0, 2.5, 1.5, 1.0, 1.0)
_CUT = 0.4
# After a step that failed: bound of the next ones over it, and its growth with each that succeeds.
_BELOW, _ABOVE = 0.75, 1.21
# Vectors of a linear solve that the step aims at. On the way to the steady state longer steps take more than their
# length saves; close to it, by the residual over that at rest, only long ones get nearer.
_VECTORS, _CLOSE = (16.0, 25.0), 1e-4
_LARGEST, _SMALLEST = 1e9, 1e-7
# It is given up where the residual did not halve within this many steps.
_PATIENCE = 40


def march(
    system: System,
    x: np.ndarray,
    done: Callable[[np.ndarray, float, float], bool],
    first: float | None = None,
) -> tuple[np.ndarray, Progress, float]:
    """Step in time towards the steady state.

    Parameters
    ----------
    system : System
    x : (n_field, total) array
        Start, such as rest.
    done : callable
        Called after each step with the unknowns, the steady residual over that at rest and the time since the
        start [s]; True ends it.
    first : float, optional
        First step [s]; by default a small part of the time in which liquid crosses the box.

    Returns
    -------
    (n_field, total) array
    Progress
        Steady residuals before the first step and after each; also where it was not ended by ``done``.
    float
        Last step [s].
    """
    inertia = system.inertia()
    grid = system.levels[0].box.grid
    shortest = min(float(edges[-1] - edges[0]) for edges in tuple(grid)[: len(system.velocities())])
    unit = _FIRST_SHARE * shortest / float(system.scales[0])
    h = unit if first is None else first
    plain = system.residual(x)
    system.linearise(x, 1.0 / h)
    parts = [np.linalg.norm(system.relative(plain), axis=1)]
    norms = [float(np.linalg.norm(parts[0]))]
    limit, time = _LARGEST * unit, 0.0
    for _ in range(_STEPS):
        begun: list[float] = []

        def solved(_: np.ndarray, norm: float, __: np.ndarray, begun: list[float] = begun) -> bool:
            begun.append(norm)
            return norm <= _SOLVED * begun[0] or norm <= 1e-12

        shift, before = inertia / h, system.krylov
        y, progress = newton(system, x, solved, _NEWTON, shift, shift * x, 1.0 / h)
        if not progress.norms[-1] <= _SOLVED * begun[0]:
            limit = _BELOW * h
            h *= _CUT
            if h < _SMALLEST * unit:
                break
            continue
        x = y
        assert progress.plain is not None
        parts.append(np.linalg.norm(system.relative(progress.plain), axis=1))
        norms.append(float(np.linalg.norm(parts[-1])))
        time += h
        if done(x, norms[-1], time):
            break
        best = min(norms[1:])
        if len(norms) > _PATIENCE and best > 0.5 * min(norms[1:-_PATIENCE], default=np.inf):
            break
        vectors = (system.krylov - before) / max(progress.steps, 1)
        limit = min(_LARGEST * unit, _ABOVE * limit)
        aim = _VECTORS[norms[-1] < _CLOSE]
        h = min(limit, h * min(_GROWTH[progress.steps], max(aim / max(vectors, 1.0), _CUT)))
    return x, Progress(len(norms) - 1, norms, parts), h
