"""Newton's method for the flow equations, each step solved by Krylov iterations.

References
----------
D. Knoll, D. Keyes, J. Comput. Phys. 193 (2004) 357 (Jacobian-free Newton-Krylov).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hashheat.solvers.flow_krylov import solve_linear
from hashheat.solvers.flow_system import System

Array = np.ndarray

# A step is halved down to this.
_SHORTEST = 1.0 / 16.0
# In time it gives up where the linear step leaves more than this share.
_OPEN = 0.3


@dataclass
class Progress:
    """What Newton's method met on its way.

    Parameters
    ----------
    steps : int
    norms : list of float
        Size of the residual before each step and after the last one: in steady problems over that at rest, in
        time in units of the rows.
    parts : list of (n_field,) array
        The same by equation.
    plain : (n_field, total) array or None
        The residual that is left, without inertia.
    """

    steps: int
    norms: list[float]
    parts: list[Array]
    plain: Array | None = None


def newton(
    system: System,
    x: Array,
    done: Callable[[Array, float, Array], bool],
    max_steps: int,
    shift: Array | None = None,
    known: Array | None = None,
    rate: float = 0.0,
) -> tuple[Array, Progress]:
    """Solve the equations from a start.

    Full steps where they reduce the residual, shorter ones where not; where even short ones fail it gives up.

    Parameters
    ----------
    system : System
    x : (n_field, total) array
        Start.
    done : callable
        Called with the unknowns, the size of the residual and the residual; true ends the iteration.
    max_steps : int
    shift, known : (n_field, total) array, optional
        ``shift * x - known`` is added to the equations: inertia of a real time step.
    rate : float
        Inverse of that time step, for the preconditioner [1/s].

    Returns
    -------
    (n_field, total) array
        Unknowns.
    Progress
    """

    def left_over(y: Array) -> tuple[Array, Array]:
        plain = system.residual(y)
        return plain, plain if shift is None else plain + shift * y - known

    plain, left = left_over(x)
    norms: list[float] = []
    parts: list[Array] = []
    unit = np.ones(0)
    for step in range(max_steps + 1):
        # In time a look with the old rows may save a linearisation.
        if step == 0 or shift is None or not done(x, float(np.linalg.norm(left / unit)), left):
            system.linearise(x, rate)
        rows = system.rows
        # In time there is no state at rest to measure by: the rows alone have to do.
        unit = rows if shift is not None else rows * system.reference()
        scaled = left / unit
        norms.append(float(np.linalg.norm(scaled)))
        parts.append(np.linalg.norm(scaled, axis=1))
        ended = Progress(step, norms, parts, plain)
        if not np.isfinite(norms[-1]) or done(x, norms[-1], scaled) or step == max_steps:
            return x, ended
        correction, open_share = solve_linear(system, x, plain, -left / rows, rows, shift)
        if shift is not None and open_share > _OPEN:
            return x, ended
        length, size = 1.0, np.inf
        while length >= _SHORTEST:
            trial = x + length * correction
            plain_new, left_new = left_over(trial)
            size = float(np.linalg.norm(left_new / unit))
            if np.isfinite(size) and size < (1.0 - 1e-4 * length) * norms[-1]:
                break
            length *= 0.5
        if length < _SHORTEST:
            return x, ended
        x, plain, left = trial, plain_new, left_new
    return x, ended
