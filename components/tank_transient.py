"""A tank over time: after its pump or the water of its coil stops, or from cold."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.errors import TankNotConvergedError
from hashheat.components.tank_balance import tank_balance
from hashheat.components.tank_build import TankBox, set_coil, set_oil, set_power
from hashheat.components.tank_chips import all_chips, hottest, least_margin
from hashheat.components.tank_file import TankFile
from hashheat.components.tank_liquid import enthalpy_of, temperature_of
from hashheat.components.tank_loop import OilLoop
from hashheat.components.tank_solve import Progress, first_box
from hashheat.components.variables import dataset
from hashheat.solvers.flow_model import WALL, FlowState, rest
from hashheat.solvers.flow_solve import CONVERGED
from hashheat.solvers.flow_transient import advance_flow
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.immersion_tank import ImmersionTank

TankEvent = Literal["pump trip", "start-up"]

#: Results of a run if no interval is given.
_RESULTS = 60

#: Status of a run: to its end; no step in time was small enough; oil left its data.
RAN, STOPPED, OIL_OUT_OF_RANGE = 0, 2, 3

_COLUMNS = (
    "T_in",
    "T_out",
    "volume_flow",
    "T_junction",
    "junction_margin",
    "T_oil_max",
    "heat_rate",
    "heat_loss",
    "wall_power",
)
_PLACES = ("hot_miner", "hot_board", "hot_row", "hot_col")


class _Loop(NamedTuple):
    """What the loop did over one interval: oil inlet and outlet [K], flow [m^3/s], heat to the water [W]."""

    T_in: float
    T_out: float
    volume_flow: float
    heat: float


def solve_tank_transient(
    of: "ImmersionTank",
    event: TankEvent,
    duration: float,
    *,
    changed: Mapping[str, float] | None = None,
    interval: float | None = None,
    refine: float = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run a tank over time.

    Parameters
    ----------
    of : ImmersionTank
    event : {"pump trip", "start-up"}
    duration : float
        [s]
    changed, interval, refine, progress
        As for :meth:`hashheat.components.immersion_tank.ImmersionTank.solve_transient`.

    Returns
    -------
    xarray.Dataset
        Over ``time``: ``T_in``, ``T_out``, ``volume_flow``, ``T_junction``, ``junction_margin``,
        ``T_oil_max``, ``heat_rate``, ``heat_loss``, ``wall_power`` and the place of the hottest junction.
        ``time_to_limit`` is when the first junction passes its limit, linear between two results, infinite if
        none did; ``limit_miner`` is its miner. The run ends early, at ``end_time``, with ``status`` 2 where no
        step in time is small enough and 3 where oil leaves its data.

    Raises
    ------
    InputError
        For another event or a duration that is none.
    TankNotConvergedError
        If the steady state before a trip did not converge.

    Notes
    -----
    Exchanger, pump and the power by leakage are updated between two results and held over each interval; the
    exchanger and the pipes hold no heat of their own. With the pump at rest openings are shut and nothing but the
    oil's own convection moves heat, towards walls and surface.
    """
    if event not in ("pump trip", "start-up"):
        raise InputError("there is no such event", key="event", found=event, accepted="pump trip, start-up")
    step = duration / _RESULTS if interval is None else interval
    if not (0.0 < step <= duration < math.inf):
        raise InputError(
            "a run in time has a duration and a shorter interval",
            key="duration, interval",
            found=f"{duration:g} s, {step:g} s",
            accepted="0 < interval <= duration",
        )
    tank, state, loop = _begin(of, event, changed, refine, progress)
    own_step: float | None = None
    count = max(1, round(duration / step))
    rows: list[list[float]] = []
    places: list[tuple[int, int, int, int]] = []
    times, status, now = [], RAN, 0.0
    running = event == "start-up"
    for k in range(count + 1):
        chips = all_chips(tank, state, strict=False)
        hot = hottest(chips)
        answer = _answer(of.file, tank, loop, state, running)
        balance = tank_balance(tank, state)
        times.append(now)
        places.append(hot[1:])
        rows.append(
            [
                answer.T_in,
                answer.T_out,
                answer.volume_flow,
                hot.T_junction,
                least_margin(tank, chips),
                float(state.T.max()),
                answer.heat + balance.coil,
                balance.walls + balance.surface,
                balance.released,
            ]
        )
        liquid = tank.box.liquid
        if state.T.max() > liquid.T_max or state.T.min() < liquid.T_min:
            status = OIL_OUT_OF_RANGE
            break
        if k == count:
            break
        set_power(tank, [own.found.power for own in chips])
        if loop is not None and running:
            set_oil(tank, answer.T_in, answer.volume_flow, answer.T_out)
        run = advance_flow(tank.box, state, duration / count, step=own_step)
        state, own_step = run.state, run.step
        if run.status != CONVERGED:
            status = STOPPED
            break
        now = (k + 1) * duration / count
        if progress is not None:
            progress(event, (k + 1) / count)
    return _dataset(of.file, event, np.array(times), np.array(rows), np.array(places), status)


def _begin(
    of: "ImmersionTank",
    event: TankEvent,
    changed: Mapping[str, float] | None,
    refine: float,
    progress: Progress | None,
) -> tuple[TankBox, FlowState, OilLoop | None]:
    """Box, first state and loop of a run."""
    if event == "start-up":
        begun = first_box(of.file, changed, refine=refine)
        return begun.tank, rest(begun.tank.box, begun.tank.values["walls.T_ambient"]), begun.loop
    found = of.run(changed=changed, refine=refine, progress=progress)
    if not found.converged:
        raise TankNotConvergedError(f"{of.name}: the steady state before the trip: {found.flow.message}")
    tank = found.tank
    for patch, faces in (*tank.inlets, *tank.outlets):
        side = tank.box.sides[patch.side]
        side.kind[faces] = WALL
        side.htc[faces] = 0.0
        for axis in range(3):
            side.velocity[(axis, *faces)] = 0.0
    if of.file.coil is not None:
        set_coil(tank, of.file, 0.0, tank.values["water.T_in"])
    return tank, _shut(tank, found.state), None


def _shut(tank: TankBox, state: FlowState) -> FlowState:
    """The same state without flow through the openings."""
    u, v, w = state.u.copy(), state.v.copy(), state.w.copy()
    ends = (u[:, :, 0], u[:, :, -1], v[:, 0], v[:, -1], w[0], w[-1])
    for patch, faces in (*tank.inlets, *tank.outlets):
        ends[patch.side][faces] = 0.0
    return state._replace(u=u, v=v, w=w)


def _answer(file: TankFile, tank: TankBox, loop: OilLoop | None, state: FlowState, running: bool) -> _Loop:
    """Exchanger and pump for the oil that leaves the tank now."""
    if loop is None or not running:
        return _Loop(math.nan, math.nan, 0.0, 0.0)
    liquid = tank.box.liquid
    balance = tank_balance(tank, state)
    # Before the first interval nothing flows yet, and all oil has one temperature.
    moving = bool(np.any(state.w) or np.any(state.u) or np.any(state.v))
    side, faces = tank.inlets[0][0].side, tank.inlets[0][1]
    T_in = float(tank.box.sides[side].temperature[faces].mean())
    V = _fed(tank)
    mass_flow = liquid.density * V
    if moving:
        T_out = temperature_of(liquid, enthalpy_of(liquid, T_in) + balance.carried / mass_flow)
    else:
        T_out = float(state.T.mean())
    V_next = loop.operating_flow(balance.drop if moving else 0.0, V, T_out)
    given = tank.values.get("circulation.T_in")
    if given is not None:
        heat = liquid.density * V_next * (enthalpy_of(liquid, T_out) - enthalpy_of(liquid, given))
        return _Loop(given, T_out, V_next, heat)
    assert loop.exchanger is not None
    flow = liquid.density * V_next
    heat = loop.exchanger.give(T_out, flow)
    return _Loop(temperature_of(liquid, enthalpy_of(liquid, T_out) - heat / flow), T_out, V_next, heat)


def _fed(tank: TankBox) -> float:
    """Flow through all inlets, as it is set [m^3/s]."""
    total = 0.0
    for patch, faces in tank.inlets:
        side = tank.box.sides[patch.side]
        total += float(np.abs(side.velocity[(patch.side // 2, *faces)]).mean()) * patch.area
    return total


def _dataset(
    file: TankFile, event: str, times: np.ndarray, rows: np.ndarray, places: np.ndarray, status: int
) -> xr.Dataset:
    margin = rows[:, _COLUMNS.index("junction_margin")]
    passed = np.flatnonzero(margin < 0.0)
    when, which = math.inf, -1
    if passed.size:
        k = int(passed[0])
        which = int(places[k, 0])
        when = float(times[k])
        if k > 0:
            when = float(
                times[k - 1] + (times[k] - times[k - 1]) * margin[k - 1] / (margin[k - 1] - margin[k])
            )
    data: dict[str, tuple[tuple[str, ...], Any]] = {
        name: (("time",), rows[:, i]) for i, name in enumerate(_COLUMNS)
    }
    data |= {name: (("time",), places[:, i]) for i, name in enumerate(_PLACES)}
    data |= {
        "time_to_limit": ((), np.asarray(when)),
        "limit_miner": ((), np.asarray(which)),
        "end_time": ((), np.asarray(times[-1])),
        "status": ((), np.asarray(status)),
    }
    coords = {"time": ("time", times, {"units": "s", "long_name": "time"})}
    found = dataset(data, coords, {"tank": file.name, "event": event, "fluid": file.oil.name})
    found["status"].attrs["long_name"] = (
        "0 ran to its end, 2 ended where no step in time was small enough, 3 ended where the oil left its data"
    )
    return found
