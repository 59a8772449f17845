"""The steady state of a tank: its flow, its chips and its loop, repeated until they agree."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hashheat.components.chip_places import PlacedChips, place_chips
from hashheat.components.tank_balance import TankBalance, tank_balance
from hashheat.components.tank_build import TankBox, build_tank, set_coil, set_oil, set_power
from hashheat.components.tank_chips import UnitChips, all_chips, hottest
from hashheat.components.tank_file import TankFile
from hashheat.components.tank_liquid import tank_liquid
from hashheat.components.tank_loop import LoopState, OilLoop
from hashheat.components.tank_water import WaterSide, coil_conductance, water_side
from hashheat.solvers.flow_model import FlowBox, FlowState, rest
from hashheat.solvers.flow_solve import CONVERGED, FlowSolution, solve_flow

#: Status of a tank whose flow settled and whose loop did not; follows those of the flow.
OUTER_OPEN = 100

#: Engineering convergence: residual of the flow over that at rest [-].
TOLERANCE = 5e-4

#: Repetitions of flow, chips and loop.
MOST_ITERATIONS = 40

#: Over the tolerance of the flow: what may still change from one repetition to the next, of the oil at the inlet
#: [K] and of the flow and the heat of the chips, as parts; net heat into the box over the heat through it, of each
#: flow solve [-]; last change of the hottest chip [K]; residual on coarser grids, where it costs little.
_STILL_T, _STILL, _HEAT, _WATCHED, _NESTED = 40.0, 4.0, 10.0, 100.0, 0.2

Progress = Callable[[str, float], None]


class Outer(NamedTuple):
    """One repetition: oil inlet [K], flow [m^3/s], heat that the oil carries away [W], steps of the flow."""

    T_in: float
    volume_flow: float
    heat: float
    steps: int


@dataclass(frozen=True, eq=False)
class TankSolution:
    """A tank in steady state, or how far its solution came.

    Parameters
    ----------
    tank : TankBox
        With the box that was solved last.
    state : FlowState
    flow : FlowSolution
        Of the last flow solve.
    status : int
        Of the flow, or :data:`OUTER_OPEN`.
    chips : list of UnitChips
        Of every unit; empty where the flow did not converge.
    balance : TankBalance
    loop : LoopState or None
        None for a tank without circulation.
    water : WaterSide or None
        None for a tank whose oil inlet is given.
    history : list of Outer
    """

    tank: TankBox
    state: FlowState
    flow: FlowSolution
    status: int
    chips: list[UnitChips]
    balance: TankBalance
    loop: LoopState | None
    water: WaterSide | None
    history: list[Outer]

    @property
    def converged(self) -> bool:
        """Whether flow and loop settled."""
        return self.status == CONVERGED


class HottestJunction:
    """The hottest junction of a tank as what a flow solve watches, on its own grid and on coarser ones.

    Parameters
    ----------
    tank : TankBox
    """

    def __init__(self, tank: TankBox) -> None:
        self._tank = tank
        self._placed: dict[tuple[int, ...], list[PlacedChips]] = {
            tank.box.grid.shape: [unit.placed for unit in tank.units]
        }

    def __call__(self, box: FlowBox, state: FlowState) -> float:
        """Hottest junction [K]; chips without a steady state count with where they were given up."""
        shape = box.grid.shape
        if shape not in self._placed:
            self._placed[shape] = [
                place_chips(box.grid, u.centres[0], u.centres[1], u.centres[2], u.chip_box)
                for u in self._tank.units
            ]
        units = [unit._replace(placed=placed) for unit, placed in zip(self._tank.units, self._placed[shape])]
        return hottest(all_chips(self._tank._replace(box=box, units=units), state, strict=False)).T_junction


class Begun(NamedTuple):
    """A tank before its first flow solve.

    Attributes
    ----------
    tank : TankBox
    loop : OilLoop or None
        None without circulation.
    water : WaterSide or None
    answer : LoopState or None
        Of the loop to the nominal power without losses.
    volume_flow : float
        [m^3/s]
    conductance : float
        Of a coil, to the inlet temperature of its water [W/K]; 0 without.
    """

    tank: TankBox
    loop: OilLoop | None
    water: WaterSide | None
    answer: LoopState | None
    volume_flow: float
    conductance: float


def first_box(file: TankFile, changed: Mapping[str, float] | None = None, *, refine: float = 1) -> Begun:
    """Flow problem of a tank with the oil that its loop gives at nominal power without losses.

    Parameters
    ----------
    file, changed, refine
        As for :func:`solve_tank`.

    Returns
    -------
    Begun

    Raises
    ------
    InputError, TankError
        As :func:`solve_tank`.
    """
    values = file.values(changed)
    liquid = tank_liquid(file, values)
    loop = OilLoop(file, values, liquid) if file.circulation is not None else None
    water = water_side(file, values) if file.water is not None else None
    power = sum(m.count[0] * m.count[1] * values[f"miner.{i}.power"] for i, m in enumerate(file.miner))
    V, answer, conductance, T_fill, T_ref = 0.0, None, 0.0, math.nan, math.nan
    if loop is not None:
        V = loop.first_flow()
        answer = loop.answer(power, V, 0.0)
        T_fill, T_ref = answer.T_in, answer.T_out
        # Outside of the outlets stands oil of the reference density.
        loop = OilLoop(file, values, tank_liquid(file, values, T_ref))
    if file.coil is not None:
        assert water is not None
        conductance = coil_conductance(values, water, power)
        if answer is None:
            T_fill = T_ref = min(water.T_in + power / conductance, liquid.T_max - 1.0)
    tank = build_tank(file, changed, refine=refine, T_in=T_fill, volume_flow=V, T_ref=T_ref)
    if answer is not None:
        set_oil(tank, answer.T_in, V, answer.T_out)
    if water is not None and file.coil is not None:
        set_coil(tank, file, conductance, water.T_in)
    return Begun(tank, loop, water, answer, V, conductance)


def solve_tank(
    file: TankFile,
    changed: Mapping[str, float] | None = None,
    *,
    refine: float = 1,
    tolerance: float = TOLERANCE,
    start: TankSolution | None = None,
    progress: Progress | None = None,
) -> TankSolution:
    """Find the steady state of a tank.

    Parameters
    ----------
    file : TankFile
    changed : mapping, optional
        Values in SI by dotted key that take the place of nominal ones.
    refine : float
        A power of two: 2 halves every cell.
    tolerance : float
        Of the flow's residuals over those at rest [-]; heat, loop and chips settle in proportion. With the default
        the hottest chip of the shipped tanks is within 0.1 K of where it ends.
    start : TankSolution, optional
        A solution of the same tank on the same grid to begin with.
    progress : callable
        Called with what is done and how much of it: the repetition, and its change of temperature [K].

    Returns
    -------
    TankSolution
        Its ``status`` says whether it settled.

    Raises
    ------
    InputError, TankError
        For what cannot be built, or a loop that cannot be.
    RunawayError, CoolantRangeError
        For a chip without a steady state in the flow that was found.

    Notes
    -----
    The oil that enters is what the exchanger makes of the heat that the oil carries away. That heat is the power
    less the losses, which hardly depend on the oil's temperature, so that the exchanger's answer as the next
    inlet settles in a few repetitions. Power by leakage and the operating point of the pump go along.
    """
    begun = first_box(file, changed, refine=refine)
    tank, loop, water, conductance = begun.tank, begun.loop, begun.water, begun.conductance
    answer, V, T_in = begun.answer, begun.volume_flow, tank.T_fill
    state = rest(tank.box, T_in)
    power = float(tank.box.source.sum())
    drawn = [np.full(unit.centres.shape[1:], unit.nominal_power) for unit in tank.units]
    if start is not None:
        state, drawn = start.state, [own.found.power for own in start.chips] or drawn
        set_power(tank, drawn)
    watch = HottestJunction(tank)
    history: list[Outer] = []
    time_step = None if start is None else start.flow.time_step
    for repetition in range(MOST_ITERATIONS):
        flow = solve_flow(
            tank.box,
            start=state if repetition > 0 or start is not None else None,
            time_step=time_step,
            tolerance=tolerance,
            heat_tolerance=_HEAT * tolerance,
            watch=watch,
            watch_tolerance=_WATCHED * tolerance,
            nested_tolerance=_NESTED * tolerance,
        )
        state, time_step = flow.state, flow.time_step
        balance = tank_balance(tank, state)
        history.append(Outer(T_in, V, balance.oil, flow.steps))
        if flow.status != CONVERGED:
            return TankSolution(tank, state, flow, flow.status, [], balance, None, water, history)
        chips = all_chips(tank, state)
        step_T, step_V = 0.0, 0.0
        new = [own.found.power for own in chips]
        step_P = sum(float(np.abs(a - b).sum()) for a, b in zip(new, drawn)) / power
        if loop is not None:
            V_next = loop.operating_flow(balance.drop, V, None if answer is None else _hot(answer, loop))
            # The heat of this state with the flow to come: the rise of the oil goes with it.
            answer = loop.answer(balance.oil, V, balance.drop)
            ahead = answer if V_next == V else loop.answer(balance.oil, V_next, balance.drop)
            step_T, step_V = ahead.T_in - T_in, V_next / V - 1.0
        next_conductance = conductance
        if file.coil is not None:
            assert water is not None
            next_conductance = coil_conductance(tank.values, water, balance.coil)
        step_G = next_conductance / conductance - 1.0 if conductance > 0.0 else 0.0
        if progress is not None:
            progress("flow and loop", min((repetition + 1) / 6.0, 0.99))
        if (
            abs(step_T) <= _STILL_T * tolerance
            and max(abs(step_V), step_P, abs(step_G)) <= _STILL * tolerance
        ):
            return TankSolution(tank, state, flow, CONVERGED, chips, balance, answer, water, history)
        drawn = new
        set_power(tank, drawn)
        if loop is not None:
            assert answer is not None
            V, T_in = V_next, ahead.T_in
            set_oil(tank, T_in, V, ahead.T_out)
            # All oil shifts with that of the inlet, to first order.
            state = state._replace(T=state.T + step_T)
        if file.coil is not None:
            assert water is not None
            conductance = next_conductance
            set_coil(tank, file, conductance, water.T_in)
    return TankSolution(tank, state, flow, OUTER_OPEN, chips, balance, answer, water, history)


def _hot(answer: LoopState, loop: OilLoop) -> float:
    """Oil at the exchanger, for its pressure drop [K]."""
    return min(max(answer.T_out, loop.liquid.T_min), loop.liquid.T_max)
