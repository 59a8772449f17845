"""Reach a flow from a gentler one: a liquid that is stiffer and conducts better, made less so by steps.

Viscosity and conductivity are multiplied by the same number, the easing, so that the Reynolds number falls with it
and the Rayleigh number with its square while the Prandtl number stays. Newton's method finds the gentle flow from
rest, and each next one from the one before.
"""

import numpy as np

from hashheat.solvers.flow_cycle import Level
from hashheat.solvers.flow_newton import Progress, System, newton

# An eased flow only has to be near enough to start the next one from.
_TOLERANCE = 1e-3
_STEPS = 14
_GENTLER = 4.0
_GENTLEST = 4.0**8
# The way ends where the easing would have to fall by less than this.
_SMALLEST_RATIO = 1.1


def eased(levels: list[Level], factor: float) -> list[Level]:
    """The same levels with viscosity and conductivity multiplied by a factor."""
    found = []
    for level in levels:
        liquid = level.case.liquid
        log_viscosity = liquid.log_viscosity.copy()
        log_viscosity[0] += np.log(factor)
        stiffer = liquid._replace(log_viscosity=log_viscosity, conductivity=liquid.conductivity * factor)
        case = level.case._replace(liquid=stiffer, conductivity=level.case.conductivity * factor)
        found.append(level._replace(case=case))
    return found


def approach(system: System, x: np.ndarray, easing: float = 1.0) -> tuple[np.ndarray, float]:
    """Bring a start near the solution.

    Parameters
    ----------
    system : System
    x : (n_field, total) array
        Start, such as rest or the solution on a coarser grid.
    easing : float
        Of the flow from which the start comes.

    Returns
    -------
    (n_field, total) array
        Start for Newton's method on the full problem, or for the next finer grid.
    float
        Its easing: 1 when the full problem was solved to within the tolerance of this search.
    """
    if easing == 1.0:
        y, reached = _attempt(system, x, 1.0)
        if reached:
            return y, 1.0
    factor = max(easing, _GENTLER)
    while True:
        y, reached = _attempt(system, x, factor)
        if reached:
            break
        factor *= _GENTLER
        if factor > _GENTLEST:
            return x, easing
    x = y
    ratio = _GENTLER
    while factor > 1.0:
        towards = max(1.0, factor / ratio)
        y, reached = _attempt(system, x, towards)
        if reached:
            x, factor = y, towards
            ratio = min(ratio * 1.5, _GENTLER)
            continue
        ratio = np.sqrt(ratio)
        if ratio < _SMALLEST_RATIO:
            break
    return x, factor


def _attempt(system: System, x: np.ndarray, factor: float) -> tuple[np.ndarray, bool]:
    """Newton's method for an eased flow; its result, and whether it came down far enough."""
    plain = system.levels
    if factor != 1.0:
        system.use(eased(plain, factor))
    best = [np.inf, 0]

    def done(_: np.ndarray, norm: float, __: np.ndarray) -> bool:
        if norm < 0.7 * best[0]:
            best[:] = [norm, 0]
        else:
            best[1] += 1
        return norm <= _TOLERANCE * system.reference or best[1] > 5

    y, progress = newton(system, x, done, _STEPS)
    system.use(plain)
    return y, _small(progress, system.reference)


def _small(progress: Progress, reference: float) -> bool:
    return bool(np.isfinite(progress.norms[-1]) and progress.norms[-1] <= _TOLERANCE * reference)
