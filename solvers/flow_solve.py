"""Steady flow and temperature of a box: nested grids from coarse to fine, Newton's method on each."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_arrays import P, Shape, T, padded_state, unpadded_state
from hashheat.solvers.flow_balance import heat_balance, mass_defect
from hashheat.solvers.flow_cycle import Level, interpolated, levels_of
from hashheat.solvers.flow_march import march
from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox, FlowState, rest
from hashheat.solvers.flow_newton import Progress, newton
from hashheat.solvers.flow_rest import state_of_rest
from hashheat.solvers.flow_scales import expected_scales, temperature_range
from hashheat.solvers.flow_system import System
from hashheat.thermo.errors import InputError

#: What a solution's status says.
CONVERGED, STALLED, OUT_OF_RANGE = range(3)

#: The status in words.
STATUS_TEXT = {
    CONVERGED: "converged",
    STALLED: "not converged: neither Newton's method nor steps in time come nearer",
    OUT_OF_RANGE: "a temperature left the range of the liquid's properties",
}

_COARSE_TOLERANCE = 1e-3
_SMALLEST_GRID = 8
# Newton's method is given up where the residual does not halve within this many steps.
_PATIENCE = 6
# Steps in time go on from where Newton's method ended if it got this much nearer.
_NEAR = 0.1
# First of them over the last one on the coarser grid.
_SHORTER = 0.05


@dataclass(frozen=True)
class FlowSolution:
    """Steady state of a box and how it was reached.

    Parameters
    ----------
    box : FlowBox
    state : FlowState
    status : int
        ``CONVERGED``, ``STALLED`` or ``OUT_OF_RANGE``.
    history : dict of lists
        Before each step and after the last: "momentum", "mass" and "energy" residuals over the size of the
        initial one, and "watch", the watched quantity.
    steps, krylov : int
        Newton steps and multigrid cycles on this grid.
    seconds : float
        Time on this grid.
    mass_defect : float
        Largest left-over volume flow of a cell over that through the largest face flow [-].
    heat_defect : float
        Net heat into the box over the heat through it [-].
    nested : list of FlowSolution
        The same on coarser grids, the finest of them first.
    time_step : float or None
        Last step in time [s]; None where Newton's method alone got there.
    """

    box: FlowBox
    state: FlowState
    status: int
    history: dict[str, list[float]]
    steps: int
    krylov: int
    seconds: float
    mass_defect: float
    heat_defect: float
    nested: list["FlowSolution"] = field(default_factory=list)
    time_step: float | None = None

    @property
    def converged(self) -> bool:
        """Whether all that was asked for was reached."""
        return self.status == CONVERGED

    @property
    def message(self) -> str:
        """The status in words."""
        return STATUS_TEXT[self.status]


Watch = Callable[[FlowBox, FlowState], float]


class _Asked(NamedTuple):
    """What a solution is to reach."""

    tolerance: float
    heat_tolerance: float
    watch: Watch | None
    watch_tolerance: float
    progress: Callable[[str, float], None] | None


def check_flow_box(box: FlowBox) -> None:
    """Raise for a box that cannot have a steady flow.

    Raises
    ------
    InputError
        Inflow without an outlet that does not add up to zero, or a number that is not finite.
    """
    for name in ("porosity", "inverse_permeability", "forchheimer", "conductivity", "source", "exchange"):
        if not np.all(np.isfinite(getattr(box, name))):
            raise InputError("A field of the flow box holds a number that is not finite.", key=name)
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    areas = (dz[:, None] * dy, dz[:, None] * dx, dy[:, None] * dx)
    inflow, gross, opened = 0.0, 0.0, False
    for n, side in enumerate(box.sides):
        if not np.all(np.isfinite(side.velocity)) or not np.all(np.isfinite(side.temperature)):
            raise InputError("A side of the flow box holds a number that is not finite.", key=f"sides[{n}]")
        inward = (areas[n // 2] * side.velocity[n // 2] * (-1.0 if n % 2 else 1.0))[side.kind == INLET]
        inflow += float(inward.sum())
        gross += float(np.abs(inward).sum())
        opened = opened or bool(np.any(side.kind == OUTLET))
    if not opened and abs(inflow) > 1e-10 * gross:
        raise InputError(
            "Liquid enters the flow box and has no outlet.", found=f"{inflow:.3g} m3/s", accepted="an OUTLET"
        )


def solve_flow(
    box: FlowBox,
    *,
    start: FlowState | None = None,
    time_step: float | None = None,
    tolerance: float = 1e-8,
    heat_tolerance: float = 1e-6,
    max_steps: int = 80,
    watch: Watch | None = None,
    watch_tolerance: float = 0.0,
    nested_tolerance: float = _COARSE_TOLERANCE,
    progress: Callable[[str, float], None] | None = None,
) -> FlowSolution:
    """Find the steady flow and temperature of a box.

    Without a start the box is solved on its nested grids from coarse to fine, each starting from the one before.
    A closed box whose liquid can rest in stable layers starts from these, unless the given start moves.

    Parameters
    ----------
    box : FlowBox
    start : FlowState, optional
        On the same grid; solved from there on this grid alone.
    time_step : float, optional
        Of the solution that is the start: steps in time are tried first, the first a part of this [s].
    tolerance : float
        Residual over that of the liquid at rest [-].
    heat_tolerance : float
        Net heat into the box over the heat through it [-].
    max_steps : int
        Newton steps on each grid before steps in time are tried.
    watch : callable, optional
        Called with box and state: the quantity asked for.
    watch_tolerance : float
        Largest change of that quantity in the last step, and where the flow was reached by steps in time in the
        last third of that time, in its own unit; 0 leaves it to the residual.
    nested_tolerance : float
        Residual to reach on the coarser grids; their solutions are then fit for a grid convergence study.
    progress : callable, optional
        Called with the grid as text and the residual.

    Returns
    -------
    FlowSolution
        Also when not converged: look at its status.

    Raises
    ------
    InputError
        See :func:`check_flow_box`.
    """
    check_flow_box(box)
    levels = levels_of(box)
    first = _first_grid(levels) if start is None else 0
    found: list[FlowSolution] = []
    x: np.ndarray | None = None
    step = time_step if start is not None else None
    for n in range(first, -1, -1):
        part = levels[n:]
        system = System(part, scales_of(part[0].box))
        still = state_of_rest(system) if start is None or _is_at_rest(start) else None
        if still is not None:
            x, step = still, None
        elif start is not None:
            x = padded_state(box, start, part[0].case.geometry.shape)
        elif x is None:
            low, high = temperature_range(part[0].box)
            x = padded_state(part[0].box, rest(part[0].box, 0.5 * (low + high)), part[0].case.geometry.shape)
        else:
            x = interpolated(part[0], levels[n + 1], x)
        goal = tolerance if n == 0 else nested_tolerance
        # At rest nothing changes any more, and no step would show it.
        settle = watch_tolerance if n == 0 and still is None else 0.0
        asked = _Asked(goal, heat_tolerance if n == 0 else 1.0, watch, settle, progress)
        x, solution, step = _solve_grid(system, x, max_steps, asked, step)
        found.insert(0, solution)
    return FlowSolution(**{**found[0].__dict__, "nested": found[1:]})


def _is_at_rest(state: FlowState) -> bool:
    """Whether nothing moves."""
    return not any(np.any(part) for part in (state.u, state.v, state.w))


def _first_grid(levels: list[Level]) -> int:
    """The coarsest grid that still has a few cells along each resolved axis."""
    for n in range(len(levels) - 1, 0, -1):
        if min(size for size in levels[n].box.grid.shape if size > 1) >= _SMALLEST_GRID:
            return n
    return 0


def scales_of(box: FlowBox, state: FlowState | None = None) -> np.ndarray:
    """Range of each unknown, from what a box imposes and, in time, from what a state already has.

    Parameters
    ----------
    box : FlowBox
    state : FlowState, optional

    Returns
    -------
    (n_field,) float array
        Of u, v [m/s], p [Pa], T [K] and, in space, w.
    """
    speed, pressure, difference = expected_scales(box)
    if state is not None:
        speed = max(speed, *(float(np.abs(part).max()) for part in (state.u, state.v, state.w)))
        difference = max(difference, float(np.ptp(state.T)))
    values = [speed, speed, pressure, difference, speed]
    return np.array(values if box.grid.shape[0] > 1 else values[:4])


class _Judge:
    """Whether a state is what was asked for, and what was met on the way to it."""

    def __init__(self, box: FlowBox, shape: Shape, asked: _Asked) -> None:
        self._box, self._shape, self._asked = box, shape, asked
        self._name = " x ".join(str(n) for n in reversed(box.grid.shape) if n > 1)
        self._best, self._waited = np.inf, 0
        self._times: list[float] = []
        self.watched: list[float] = []
        self.met = False

    def begin(self) -> None:
        """Forget what was met so far."""
        self._best, self._waited, self.met = np.inf, 0, False
        self.watched.clear()
        self._times.clear()

    def reached(self, y: np.ndarray, norm: float, time: float | None = None) -> bool:
        """Whether residual, watched quantity and heat are all as near as asked, ``time`` [s] after the start."""
        asked = self._asked
        if asked.progress is not None:
            asked.progress(self._name, norm)
        settled = True
        if asked.watch is not None:
            self.watched.append(float(asked.watch(self._box, unpadded_state(y, self._shape))))
            self._times.append(float(len(self._times)) if time is None else time)
            settled = asked.watch_tolerance == 0.0 or self._range(time) <= asked.watch_tolerance
        if norm > asked.tolerance or not settled:
            return False
        net, through = heat_balance(self._box, unpadded_state(y, self._shape))
        self.met = abs(net) <= asked.heat_tolerance * through or norm < 1e-13
        return self.met

    def _range(self, time: float | None) -> float:
        """What the watched quantity went through in the last step, and in time in the last third of all of it."""
        since = len(self.watched) - 2
        if time is not None:
            since = min(since, int(np.searchsorted(self._times, time - (time - self._times[0]) / 3.0)))
        return float(np.ptp(self.watched[since:])) if since >= 0 else np.inf

    def ended(self, y: np.ndarray, norm: float, _: np.ndarray) -> bool:
        """The same, or that the residual does not fall any more."""
        if self.reached(y, norm):
            return True
        if norm <= 0.5 * self._best:
            self._best, self._waited = norm, 0
        else:
            self._waited += 1
        return self._waited >= _PATIENCE


def _solve_grid(
    system: System, start: np.ndarray, max_steps: int, asked: _Asked, first: float | None
) -> tuple[np.ndarray, FlowSolution, float | None]:
    """Unknowns, solution and the last step in time, of which the first one here is a part [s]."""
    began = time.perf_counter()
    box, shape = system.levels[0].box, system.case.geometry.shape
    judge, step = _Judge(box, shape, asked), first
    # Where the coarser grid took steps in time, Newton's method alone most likely fails here too.
    x = start
    if first is not None:
        x, progressed, step = march(system, start, judge.reached, _SHORTER * first)
    if not judge.met:
        judge.begin()
        x, progressed = newton(system, x, judge.ended, max_steps)
    if not judge.met and first is None:
        near = progressed.norms[-1] <= _NEAR * progressed.norms[0]
        judge.begin()
        x, progressed, step = march(system, x if near else start, judge.reached)
    state = unpadded_state(x, shape)
    net, through = heat_balance(box, state)
    solution = FlowSolution(
        box=box,
        state=state,
        status=_status(box, state, judge.met),
        history=_history(progressed, judge.watched),
        steps=progressed.steps,
        krylov=system.krylov,
        seconds=time.perf_counter() - began,
        mass_defect=mass_defect(box, state),
        heat_defect=abs(net) / through if through > 0 else 0.0,
        time_step=step,
    )
    return x, solution, step


def _status(box: FlowBox, state: FlowState, met: bool) -> int:
    if not met:
        return STALLED
    wet = state.T[~box.solid]
    if wet.size and (wet.min() < box.liquid.T_min or wet.max() > box.liquid.T_max):
        return OUT_OF_RANGE
    return CONVERGED


def _history(progressed: Progress, watched: list[float]) -> dict[str, list[float]]:
    parts = np.array(progressed.parts)
    momentum = np.sqrt((np.delete(parts, [P, T], axis=1) ** 2).sum(axis=1))
    return {
        "momentum": momentum.tolist(),
        "mass": parts[:, P].tolist(),
        "energy": parts[:, T].tolist(),
        "watch": watched + [float("nan")] * (len(parts) - len(watched)) if watched else [],
    }
