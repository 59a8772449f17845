"""Steady flow and temperature of a box: nested grids from coarse to fine, Newton's method on each."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hashheat.solvers.flow_arrays import P, T, padded_state, unpadded_state
from hashheat.solvers.flow_balance import heat_balance, mass_defect
from hashheat.solvers.flow_cycle import Level, interpolated, levels_of
from hashheat.solvers.flow_march import march
from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox, FlowState, rest
from hashheat.solvers.flow_newton import Progress, System, newton
from hashheat.solvers.flow_scales import expected_scales, temperature_range
from hashheat.thermo.errors import InputError

#: What a solution's status says.
CONVERGED, OUT_OF_STEPS, STALLED, OUT_OF_RANGE = range(4)

#: The status in words.
STATUS_TEXT = {
    CONVERGED: "converged",
    OUT_OF_STEPS: "not converged within the allowed steps",
    STALLED: "not converged: the residual does not fall any more",
    OUT_OF_RANGE: "a temperature left the range of the liquid's properties",
}

_COARSE_TOLERANCE = 1e-3
_SMALLEST_GRID = 8
# Newton's method is given up where the residual does not halve within this many steps.
_PATIENCE = 6


@dataclass(frozen=True)
class FlowSolution:
    """Steady state of a box and how it was reached.

    Parameters
    ----------
    box : FlowBox
    state : FlowState
    status : int
        ``CONVERGED``, ``OUT_OF_STEPS``, ``STALLED`` or ``OUT_OF_RANGE``.
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

    @property
    def converged(self) -> bool:
        """Whether all that was asked for was reached."""
        return self.status == CONVERGED

    @property
    def message(self) -> str:
        """The status in words."""
        return STATUS_TEXT[self.status]


Watch = Callable[[FlowBox, FlowState], float]


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

    Parameters
    ----------
    box : FlowBox
    start : FlowState, optional
        On the same grid; solved from there on this grid alone.
    tolerance : float
        Residual over that of the liquid at rest [-].
    heat_tolerance : float
        Net heat into the box over the heat through it [-].
    max_steps : int
        Newton steps on each grid.
    watch : callable, optional
        Called with box and state: the quantity asked for.
    watch_tolerance : float
        Largest change of that quantity in the last step, in its own unit; 0 leaves it to the residual.
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
    for n in range(first, -1, -1):
        part = levels[n:]
        began = time.perf_counter()
        system = System(part, scales_of(part[0].box))
        if start is not None:
            x = padded_state(box, start, part[0].case.geometry.shape)
        elif x is None:
            low, high = temperature_range(part[0].box)
            x = padded_state(part[0].box, rest(part[0].box, 0.5 * (low + high)), part[0].case.geometry.shape)
        else:
            x = interpolated(part[0], levels[n + 1], x)
        goal = tolerance if n == 0 else max(nested_tolerance, tolerance)
        x, solution = _solve_grid(
            system,
            x,
            goal,
            heat_tolerance if n == 0 else 1.0,
            max_steps,
            watch,
            watch_tolerance,
            progress,
            began,
        )
        found.insert(0, solution)
    finest = found[0]
    return FlowSolution(**{**finest.__dict__, "nested": found[1:]})


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


def _solve_grid(
    system: System,
    x: np.ndarray,
    tolerance: float,
    heat_tolerance: float,
    max_steps: int,
    watch: Watch | None,
    watch_tolerance: float,
    progress: Callable[[str, float], None] | None,
    began: float,
) -> tuple[np.ndarray, FlowSolution]:
    box, shape = system.levels[0].box, system.case.geometry.shape
    name = " x ".join(str(n) for n in reversed(box.grid.shape) if n > 1)
    watched: list[float] = []
    best = [np.inf, 0]
    met = False

    def done(y: np.ndarray, norm: float, scaled: np.ndarray) -> bool:
        nonlocal met
        if progress is not None:
            progress(name, norm)
        settled = True
        if watch is not None:
            watched.append(float(watch(box, unpadded_state(y, shape))))
            change = abs(watched[-1] - watched[-2]) if len(watched) > 1 else np.inf
            settled = watch_tolerance == 0.0 or change <= watch_tolerance
        if norm <= 0.5 * best[0]:
            best[:] = [norm, 0]
        else:
            best[1] += 1
        if best[1] >= _PATIENCE:
            return True
        if norm > tolerance or not settled:
            return False
        net, through = heat_balance(box, unpadded_state(y, shape))
        met = abs(net) <= heat_tolerance * through or norm < 1e-13
        return met

    start = x
    x, progressed = newton(system, start, done, max_steps)
    if not progressed.norms[-1] <= tolerance:
        x, _ = march(system, start, None if progress is None else lambda left: progress(name, left))
        best[:] = [np.inf, 0]
        watched.clear()
        x, progressed = newton(system, x, done, max_steps)
    state = unpadded_state(x, shape)
    net, through = heat_balance(box, state)
    return x, FlowSolution(
        box=box,
        state=state,
        status=_status(box, state, met, progressed.steps == max_steps),
        history=_history(progressed, watched),
        steps=progressed.steps,
        krylov=system.krylov,
        seconds=time.perf_counter() - began,
        mass_defect=mass_defect(box, state),
        heat_defect=abs(net) / through if through > 0 else 0.0,
    )


def _status(box: FlowBox, state: FlowState, met: bool, used_up: bool) -> int:
    if not met:
        return OUT_OF_STEPS if used_up else STALLED
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
