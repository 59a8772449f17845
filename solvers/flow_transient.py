"""Flow and temperature of a box over time, second order with adaptive steps.

Two implicit stages a step (the L-stable pair with gamma = 1 - 1/sqrt(2)), each solved like the steady problem with
the inertia of the time step added; pressure and mass balance hold at the end of each stage.

References
----------
R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006; E. Hairer, G. Wanner, Solving Ordinary Differential Equations II
(1996), sections IV.6 and IV.8.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hashheat.solvers.flow_arrays import P, T, padded_state, unpadded_state
from hashheat.solvers.flow_cycle import levels_of
from hashheat.solvers.flow_model import FlowBox, FlowState
from hashheat.solvers.flow_newton import newton
from hashheat.solvers.flow_solve import CONVERGED, STALLED, check_flow_box, scales_of
from hashheat.solvers.flow_system import System
from hashheat.thermo.errors import InputError

_GAMMA = 1.0 - np.sqrt(0.5)
# Residual of a stage over the inertia of the allowed error.
_STAGE_TOLERANCE = 0.02
_STAGE_STEPS = 12
_SAFETY, _SLOWEST, _FASTEST = 0.85, 0.2, 3.0
_REFUSALS = 30
_FIRST_SHARE = 1e-3
# Length of the impulse that balances the first velocities, over the duration.
_IMPULSE = 1e-6


@dataclass(frozen=True)
class FlowRun:
    """A stretch of time.

    Parameters
    ----------
    state : FlowState
        At the end.
    time : float
        Reached [s]; the whole duration where the status is ``CONVERGED``.
    step : float
        Next step it would take [s]; start a following stretch with it.
    steps, refused, krylov : int
        Steps taken and refused, multigrid cycles.
    status : int
        ``CONVERGED``, or ``STALLED`` where no step was small enough.
    """

    state: FlowState
    time: float
    step: float
    steps: int
    refused: int
    krylov: int
    status: int


def advance_flow(
    box: FlowBox,
    state: FlowState,
    duration: float,
    *,
    tolerance: float = 1e-3,
    step: float | None = None,
    fixed_step: bool = False,
    watch: Callable[[float, FlowState], None] | None = None,
) -> FlowRun:
    """Carry a state on in time.

    Parameters
    ----------
    box : FlowBox
        Its conditions hold over the whole duration.
    state : FlowState
        At the beginning.
    duration : float
        [s]
    tolerance : float
        Error of a step in temperature and velocity, root mean square over their ranges [-].
    step : float, optional
        First step [s].
    fixed_step : bool
        Take equal steps of ``step`` whatever the error, for studies of convergence.
    watch : callable, optional
        Called with time and state after every step.

    Returns
    -------
    FlowRun

    Raises
    ------
    InputError
        For a duration or step that is not positive, and as :func:`hashheat.solvers.flow_solve.solve_flow`.
    """
    if not (np.isfinite(duration) and duration > 0):
        raise InputError("A run in time needs a positive duration.", key="duration", found=duration)
    if step is not None and not (np.isfinite(step) and step > 0):
        raise InputError("A time step is positive.", key="step", found=step)
    if fixed_step and step is None:
        raise InputError("Equal steps need their length.", key="step", found=None)
    check_flow_box(box)
    system = System(levels_of(box), scales_of(box, state))
    shape = system.case.geometry.shape
    x = padded_state(box, state, shape)
    inertia = system.inertia()
    x = _balanced(system, x, inertia, duration, tolerance)
    now, taken, refused = 0.0, 0, 0
    h = min(duration, step if step is not None else duration * _FIRST_SHARE)
    in_row = 0
    while now < duration * (1.0 - 1e-12):
        left = duration - now
        count = max(1.0, np.ceil(left / h - 1e-9))
        used = h if fixed_step and h < left else left / count if count <= 2 else h
        y, error = _step(system, x, inertia, used, tolerance)
        if y is None or (error > 1.0 and not fixed_step):
            refused += 1
            in_row += 1
            if in_row > _REFUSALS or fixed_step:
                return FlowRun(unpadded_state(x, shape), now, h, taken, refused, system.krylov, STALLED)
            h = used * (0.25 if y is None else max(_SLOWEST, _SAFETY / np.sqrt(error)))
            continue
        in_row = 0
        x = y
        now += used
        taken += 1
        if watch is not None:
            watch(now, unpadded_state(x, shape))
        if not fixed_step:
            h = max(h if used < h else 0.0, used * min(_FASTEST, _SAFETY / np.sqrt(max(error, 1e-12))))
    return FlowRun(unpadded_state(x, shape), duration, h, taken, refused, system.krylov, CONVERGED)


def _balanced(
    system: System, x: np.ndarray, inertia: np.ndarray, duration: float, tolerance: float
) -> np.ndarray:
    """Velocities that balance mass, by an impulse: a flow that starts at once fills the box at once.

    Without it the first step would be refused however short it is: its change does not shrink with its length.
    """
    rate = 1.0 / (_IMPULSE * duration)
    shift = inertia * rate
    found = _stage(system, x, shift, shift * x, rate, tolerance)
    return x if found is None else found


def _step(
    system: System, x: np.ndarray, inertia: np.ndarray, h: float, tolerance: float
) -> tuple[np.ndarray | None, float]:
    """State after one step and its error over the allowed one; no state where a stage was not solved."""
    rate = 1.0 / (_GAMMA * h)
    shift = inertia * rate
    first = _stage(system, x, shift, shift * x, rate, tolerance)
    if first is None:
        return None, np.inf
    base = x + (1.0 - _GAMMA) / _GAMMA * (first - x)
    guess = x + (first - x) / _GAMMA
    guess[P] = first[P]
    second = _stage(system, guess, shift, shift * base, rate, tolerance)
    if second is None:
        return None, np.inf
    # What explicit extrapolation of the first stage would have given is first order.
    apart = (second - x) - (first - x) / _GAMMA
    error = 0.0
    for row in (*system.velocities(), T):
        on = inertia[row] > 0
        size = max(float(system.scales[row]), 1e-300)
        error = max(error, float(np.sqrt(np.mean((apart[row, on] / size) ** 2))))
    return second, error / tolerance


def _stage(
    system: System, start: np.ndarray, shift: np.ndarray, known: np.ndarray, rate: float, tolerance: float
) -> np.ndarray | None:
    allowed = _STAGE_TOLERANCE * tolerance * np.sqrt(start.shape[1])

    def done(_: np.ndarray, norm: float, __: np.ndarray) -> bool:
        return norm <= allowed

    y, progress = newton(system, start, done, _STAGE_STEPS, shift, known, rate)
    return y if progress.norms[-1] <= allowed else None
