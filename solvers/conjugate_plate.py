"""Steady state, or one implicit stage in time, of a resolved plate with its coolant and its chips.

Unknowns are the temperatures of the solid cells T, of the coolant cells F and of the junctions. For every solid
cell ::

    conduction + loss (T_ambient - T) + chips + heat - sum of films g (T - F) = store (T - T_base)

with ``store`` zero in a steady state. Each iteration

1. evaluates the films and linearizes the chips about their junctions (Newton; the junction is eliminated),
2. corrects the solid for its residual by multigrid-preconditioned conjugate gradients, the coolant of a cell
   following its wall while what comes from upstream is held,
3. hands the coolant exactly the heat that this balance took from the wall, and marches it,
4. combines the last coolant temperatures by Anderson's method.

What step 2 leaves out, the coolant carried from cell to cell, shrinks by about the heat that conduction moves
along the path over the heat the flow carries: five to ten iterations for a plate at its usual flow. At a hundredth
of that step 4 is what converges, and it takes dozens.

A chip's heat enters evenly over its footprint and depends on the mean below it. Newton on the convex leakage,
started from the cold plate, climbs to the lower, physical branch; where a chip's own feedback reaches one, or the
solid's matrix is no longer positive, there is no steady state: runaway.
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers import plate_balance as pb
from hashheat.solvers import plate_coolant as pc
from hashheat.solvers.channel_law import ChannelLaw
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.multigrid import (
    INDEFINITE,
    Feedback,
    Levels,
    build_levels,
    set_sink,
    solve_conduction,
)
from hashheat.solvers.plate_model import PlateChips, PlateCoolant, PlateFilms, PlateModel
from hashheat.solvers.serpentine import NOT_CONVERGED, OK, OUT_OF_RANGE, RUNAWAY
from hashheat.solvers.stack_storage import energy_polynomial
from hashheat.solvers.vector_anderson import DEPTH, mix
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import heat_capacity
from hashheat.thermo.property_table import PropertyTable

_REDUCTION = (
    0.02  # of the residual in each iteration: the films and the march bring errors of that size anyway
)
_MOST_CYCLES = 60
_LOST_STEP = 1e6  # K in one iteration
_SHARED = 1e-6  # relative change of a stream's flow at which the shares rest


class Surroundings(NamedTuple):
    """State around a plate.

    Parameters
    ----------
    T_in : float
        Coolant inlet temperature [K].
    mass_flow : float
        Coolant of the whole plate [kg/s].
    T_ambient : float
        [K]
    """

    T_in: float
    mass_flow: float
    T_ambient: float = 293.15


class PlateState(NamedTuple):
    """Solution; check ``status`` before using a value.

    Parameters
    ----------
    T : (nz, ny, nx) float array
        Temperature of the solid cells [K]; cells that conduct nowhere keep the start value.
    F, F_end : (n_coolant,) float array
        Mean temperature of each coolant cell, and of what leaves it [K].
    T_wall : (n_coolant,) float array
        Mean temperature of the surface that each coolant cell wets [K].
    T_junction, chip_power : (n_chip,) float array
        [K], [W]
    htc : (n_coolant,) float array
        Film coefficient [W/(m2 K)].
    heat : (n_coolant,) float array
        From the wall to each coolant cell [W].
    flow : (n_stream,) float array
        Mass flow of each stream [kg/s].
    pressure_drop : (n_stream,) float array
        Friction, bends and entrance of each stream [Pa].
    heat_loss : float
        To the surroundings [W].
    imbalance : float
        Heat put in less water, loss and store, over the heat put in [-].
    loop_gain : float
        Largest product of a chip's resistance and dP/dT_j [-].
    iterations, cycles : int
        Of the whole, and multigrid cycles in all of them.
    status : int
        ``OK``, ``RUNAWAY``, ``NOT_CONVERGED`` or ``OUT_OF_RANGE`` of :mod:`hashheat.solvers.serpentine`.
    """

    T: np.ndarray
    F: np.ndarray
    F_end: np.ndarray
    T_wall: np.ndarray
    T_junction: np.ndarray
    chip_power: np.ndarray
    htc: np.ndarray
    heat: np.ndarray
    flow: np.ndarray
    pressure_drop: np.ndarray
    heat_loss: float
    imbalance: float
    loop_gain: float
    iterations: int
    cycles: int
    status: int


@kernel
def _iterate(
    coolant: PlateCoolant,
    films: PlateFilms,
    chips: PlateChips,
    levels: Levels,
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    T_in: float,
    energy: np.ndarray,
    per_time: float,
    given: np.ndarray,
    T: np.ndarray,
    C: np.ndarray,
    J: np.ndarray,
    flow: np.ndarray,
    drops: np.ndarray,
    share: bool,
    mixes: bool,
    tolerance: float,
    most: int,
) -> tuple[int, int, int]:
    """Iterate to rest; status, iterations and cycles."""
    conductance = np.zeros(films.cell.size)
    residual = np.zeros((1, levels.work.shape[1]))
    history = np.zeros((2 * (DEPTH + 1), C.shape[1]))
    products = np.zeros((DEPTH, DEPTH))
    total, marched = flow.sum(), flow.copy()
    cycles, last_change, shared = 0, 1e30, 0.0
    for iteration in range(most):
        if per_time > 0.0:
            pc.set_storage(C, coolant, table, energy, per_time)
        # Films follow the temperature by a few percent a kelvin: near the end they can rest.
        if last_change > 10.0 * tolerance or shared > _SHARED:
            pc.set_films(C, coolant, films, law, duct, table, flow, T[0], conductance)
        if pb.linearize_chips(chips, J, T[0]) == 0:
            return RUNAWAY, iteration, cycles
        pc.follow_walls(C, coolant, films, table, flow, T_in, T[0], conductance)
        pb.solid_balance(films, chips, levels, given, T, C, C[pc.F_LOCAL], J, conductance, residual)
        if set_sink(levels) == INDEFINITE:
            return RUNAWAY, iteration, cycles
        feedback = Feedback(chips.first, chips.cell, chips.weight, J[pb.SLOPE])
        status, used, _ = solve_conduction(levels, feedback, residual, _REDUCTION, 0.0, _MOST_CYCLES)
        cycles += used
        if status == INDEFINITE:
            return RUNAWAY, iteration, cycles
        change = pb.correct_solid(films, chips, levels, T, C, J, conductance)
        change = max(change, pc.march(C, coolant, table, flow, T_in))
        if not change < _LOST_STEP:
            return NOT_CONVERGED, iteration, cycles
        if share:
            pc.stream_drops(C, coolant, films, law, duct, table, flow, T[0], conductance, drops)
            marched[:] = flow
            shared = pc.share_by_pressure(drops, flow, total)
        last_change = change
        if change < tolerance and shared <= _SHARED:
            C[pc.F] += C[pc.STEP]
            # The last touch on the shares has carried no heat: the balance would be off by as much.
            flow[:] = marched
            pc.stream_drops(C, coolant, films, law, duct, table, flow, T[0], conductance, drops)
            return OK, iteration + 1, cycles
        if mixes:
            mix(C[pc.F], C[pc.STEP], history, products, iteration)
        else:
            C[pc.F] += C[pc.STEP]
    return NOT_CONVERGED, most, cycles


class Stage(NamedTuple):
    """What makes a solve one implicit stage in time: ``capacity (T - base) / time`` joins every balance.

    Parameters
    ----------
    time : float
        Of the stage [s].
    T : (nz, ny, nx) float array
        Solid at which the stage starts [K].
    F : (n_coolant,) float array
        Coolant at which the stage starts [K].
    """

    time: float
    T: np.ndarray
    F: np.ndarray


def solve_conjugate(
    model: PlateModel,
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    around: Surroundings,
    *,
    levels: Levels | None = None,
    start: PlateState | None = None,
    stage: Stage | None = None,
    share_by_pressure: bool = False,
    tolerance: float = 1e-5,
    max_iterations: int = 200,
) -> PlateState:
    """Steady state of a plate, or one implicit stage of a transient.

    Parameters
    ----------
    model : PlateModel
        Solid, coolant, films and chips.
    law, duct, table : ChannelLaw, DuctLaminar, PropertyTable
        The channel, its laminar end, the coolant.
    around : Surroundings
        Inlet, flow and ambient.
    levels : Levels, optional
        Grids from :func:`hashheat.solvers.multigrid.build_levels` for this solid, to be used again.
    start : PlateState, optional
        A state nearby. A chip that starts above its solution can end on the upper branch: for steady states
        with leakage start from a colder one.
    stage : Stage, optional
        Makes it a stage in time; flow may then be zero.
    share_by_pressure : bool
        Share the flow among parallel streams so that their pressure drops agree, instead of by ``share``.
    tolerance : float
        Done when no temperature would change by more than this in another iteration [K].
    max_iterations : int
        After so many the state is marked ``NOT_CONVERGED``.

    Returns
    -------
    PlateState

    Raises
    ------
    InputError
        For a flow that is not positive in a steady state, negative in a stage, or an input that is no number.
    """
    m = float(around.mass_flow)
    drawn = (model.chips.P_dynamic, model.chips.P_leak, model.solid.heat)
    if not (
        np.isfinite([m, around.T_in, around.T_ambient]).all() and all(np.isfinite(a).all() for a in drawn)
    ):
        raise InputError("an input of the plate is not a number", found=str(around))
    if m < 0.0 or (m == 0.0 and stage is None):
        raise InputError(
            "without flow a heated plate has no steady state",
            key="mass_flow",
            found=f"{m:g} kg/s",
            accepted="> 0",
        )
    solid, coolant = model.solid, model.coolant
    if levels is None:
        levels = build_levels(*solid[:3])
    # What a solve that ended in numbers beyond measure left behind must not reach this one.
    levels.x[...] = 0.0
    at = levels.cells()
    films = model.films._replace(cell=at[model.films.cell])
    chips = model.chips._replace(cell=at[model.chips.cell])
    T = np.zeros((1, levels.work.shape[1]))
    C = np.zeros((pc.N_ROWS, coolant.length.size))
    J = np.zeros((pb.N_CHIP_ROWS, chips.resistance.size))
    T[0, at] = around.T_in if start is None else start.T.ravel()
    C[pc.F] = around.T_in if start is None else start.F
    C[pc.F_END] = around.T_in if start is None else start.F_end
    J[pb.T_JUNCTION] = around.T_in if start is None else start.T_junction
    flow = np.array(m * coolant.share, dtype=float)
    if share_by_pressure and start is not None and start.flow.sum() > 0.0:
        flow = start.flow * (m / start.flow.sum())
    drops = np.zeros(flow.size)
    loss = solid.loss.ravel()
    storing, base, per_time = np.zeros(loss.size), np.zeros(loss.size), 0.0
    energy = energy_polynomial(table)
    if stage is not None:
        storing, base = solid.capacity.ravel() / stage.time, stage.T.ravel()
        per_time = 1.0 / stage.time
        pc.set_base(C, table, energy, stage.F)
    given = np.zeros((2, T.shape[1]))
    given[pb.SINK_GIVEN, at] = loss + storing
    given[pb.SOURCE_GIVEN, at] = solid.heat.ravel() + loss * around.T_ambient + storing * base
    share = share_by_pressure and flow.size > 1 and m > 0.0
    begin = T.copy(), C.copy(), J.copy(), flow.copy()
    iterations = cycles = 0
    # A combination of steps can leap past the upper branch of the leakage, from where there is no way back: before
    # a runaway is reported, the climb is made once more step by step.
    for mixes in (True, False):
        T[:], C[:], J[:], flow[:] = begin
        status, more, used = _iterate(
            coolant, films, chips, levels, law, duct, table, float(around.T_in), energy, per_time, given,
            T, C, J, flow, drops, share, mixes, tolerance, max_iterations,
        )  # fmt: skip
        iterations, cycles = iterations + more, cycles + used
        if status not in (RUNAWAY, NOT_CONVERGED) or not chips.P_leak.any():
            break
        levels.x[...] = 0.0
    cells = T[0, at]
    lost = float(np.sum(loss * (cells - around.T_ambient)))
    put = float(J[pb.POWER].sum() + solid.heat.sum())
    kept = float(np.sum(storing * (cells - base)))
    water = float(C[pc.HEAT].sum())
    # In a stage the straight line to the end of a cell can overshoot where a front enters.
    seen = C[pc.F_END] if stage is None else C[pc.F]
    if status == OK and (seen.min() < table.T_min or seen.max() > table.T_max):
        status = OUT_OF_RANGE
    if status != OK and stage is None:
        # Where the coolant would leave its range without any leakage, the leakage is not to blame.
        given_heat = float(chips.P_dynamic.sum() + solid.heat.sum())
        if around.T_in + given_heat / (m * heat_capacity(table, around.T_in)) > table.T_max:
            status = OUT_OF_RANGE
    finite = all(np.isfinite(a).all() for a in (cells, C, J))
    return PlateState(
        T=cells.reshape(solid.along_x.shape),
        F=C[pc.F].copy(),
        F_end=C[pc.F_END].copy(),
        T_wall=C[pc.WALL].copy(),
        T_junction=J[pb.T_JUNCTION].copy(),
        chip_power=J[pb.POWER].copy(),
        htc=C[pc.HTC].copy(),
        heat=C[pc.HEAT].copy(),
        flow=flow,
        pressure_drop=drops,
        heat_loss=lost,
        imbalance=(put - water - lost - kept) / (put if put > 0.0 else 1.0),
        loop_gain=float(J[pb.GAIN].max(initial=0.0)),
        iterations=iterations,
        cycles=cycles,
        status=status if finite or status != OK else NOT_CONVERGED,
    )
