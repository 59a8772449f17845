"""A plate heat exchanger in time: what comes out while flows and inlet temperatures change.

Kept are the heat capacities of the fluid in the channels and of all plates, those at the ends included. Left
out are the fluid in the ports (passes mix at once), the frame, gaskets and connections, and heat to the room.
"""

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.errors import ExchangerError
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.time_series import OverTime, TimeSeries, recorded_times
from hashheat.components.transient_inputs import Drive, turned
from hashheat.components.transient_record import Record
from hashheat.solvers.plate_arrangement import reverse_side
from hashheat.solvers.stack_storage import Model, State, Storage, energy_polynomial, new_state
from hashheat.solvers.stack_temperatures import OK, OUT_OF_RANGE
from hashheat.solvers.stack_transient import inlet_enthalpy, march, rates_at
from hashheat.solvers.transient_stage import solve_stage
from hashheat.solvers.upwind_element import upwind_element
from hashheat.thermo.errors import InputError
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.solid import Solid

INPUTS = ("hot_mass_flow", "cold_mass_flow", "hot_T_in", "cold_T_in")

#: Error allowed to a step [K].
TOLERANCE = 1e-4

#: Nodes along a channel: a front is spread over about one part in so many of the channel.
NODES = 16

#: Where an input is a function, no step is longer than this part of the run: a pulse could fall between.
_PARTS = 50

Start = float | tuple[float, float] | Mapping[str, float] | xr.Dataset | None


def rate_transient(
    exchanger: PlateHeatExchanger,
    *,
    hot_mass_flow: OverTime,
    cold_mass_flow: OverTime,
    hot_T_in: OverTime,
    cold_T_in: OverTime,
    t_end: float | None = None,
    times: ArrayLike | None = None,
    start: Start = None,
    tolerance: float = TOLERANCE,
    max_step: float | None = None,
    nodes: int = NODES,
    solid: Solid | None = None,
    even_flow: bool = False,
    profiles: bool = False,
) -> xr.Dataset:
    """Outlet temperatures and heat over time.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    hot_mass_flow, cold_mass_flow : number, DataArray over ``time`` or callable of the time
        [kg/s]. May fall to zero, on both sides too; may be negative throughout, for a fluid that enters where
        that side's outlet is; may not turn round. DataArrays are linear between their points and step where a
        time stands twice; a callable takes seconds and should be continuous.
    hot_T_in, cold_T_in : number, DataArray over ``time`` or callable of the time
        Where each fluid enters [K].
    t_end : float, optional
        The run goes from 0 to here [s], and every step of the integrator is recorded.
    times : (k,) array, optional
        In place of ``t_end``: rising times [s]; the run goes from the first to the last and records these.
    start : number, (hot, cold), mapping, Dataset, optional
        Left out: the steady state of the inputs at the first time. A mapping gives the steady state with some
        of the four inputs replaced, by name. A number, or one for each side: fluid at this temperature [K]
        throughout, plates between the two. A Dataset: the last state of an earlier run.
    tolerance : float
        Estimated error allowed to a step, of any temperature of fluid or plate [K].
    max_step : float, optional
        Longest step [s]; left out, none, and a fiftieth of the run where an input is a callable.
    nodes : int
        Along each channel, 4 to 32.
    solid : Solid, optional
        What the plates are made of, for their heat capacity; left out, the material of the plate file.
    even_flow : bool
        Share the flow of a pass evenly among its channels. Otherwise it is shared all the time as in the steady
        state of the start, or as in the earlier run; evenly where a side then stands still, and where the start
        is given as temperatures.
    profiles : bool
        Keep the temperatures along channels and plates at all times, not at the last one only.

    Returns
    -------
    xarray.Dataset
        Over ``time``: ``T_out``, ``heat_rate`` and ``heat`` (to each fluid between inlet and outlet: negative
        for the one that cools) over ``side``; ``stored_heat`` in fluids and plates since the start, which
        is minus the sum of ``heat``; hottest ``T_wall``; ``profile_error``. Where an input steps at a time
        recorded, the values are those just before. ``T_out`` of a fluid at rest is that of the fluid standing at
        the end of its last pass. Counts and lengths of the steps stand beside them.

    Raises
    ------
    InputError, PlateLimitError, FreezingError, BoilingError
        For what cannot be run; a flow that turns round is named.
    ExchangerError
        If a temperature leaves the range of its property table, or the steps no longer converge.

    Notes
    -----
    A channel holds area x hydraulic diameter / 2 of fluid. Its mass is uniform along it and its flow too:
    a fluid that expands does not push. Plates are lumped across their thickness (their Biot number is 0.2 or
    less) and conduct nothing along it.
    """
    recorded, every_step = recorded_times(t_end, times)
    for key, value, low, high in (("tolerance", tolerance, 1e-12, 10.0), ("nodes", nodes, 4, 32)):
        if not low <= value <= high:
            raise InputError("is out of bounds", key=key, found=value, accepted=f"{low:g} to {high:g}")
    given = dict(zip(INPUTS, (hot_mass_flow, cold_mass_flow, hot_T_in, cold_T_in)))
    first, last = float(recorded[0]), float(recorded[-1])
    series = [TimeSeries(name, value, first, last) for name, value in given.items()]
    T_seen = np.concatenate([one.values for one in series[2:]])
    exchanger = exchanger.reaching(float(T_seen.min()), float(T_seen.max()))
    drive = Drive(exchanger, series)
    if max_step is None:
        max_step = (last - first) / _PARTS if drive.has_functions else math.inf
    elif not max_step > 0.0:
        raise InputError("must be positive", key="max_step", found=max_step, accepted="seconds above 0")
    model = _model(exchanger, drive.direction, int(nodes), solid)
    model, state = _start(exchanger, model, drive, first, start, even_flow)
    record = Record(model, drive, profiles)
    rates_at(model, drive, first, False, state)
    record.add(first, state, np.zeros(2))
    breaks = drive.breaks
    stops = np.unique(np.concatenate([recorded, breaks[(breaks > first) & (breaks < last)]]))
    wanted = set(recorded.tolist())
    carried = np.zeros(2)
    steps = rejected = iterations = 0
    shortest, longest = math.inf, 0.0
    for step in march(model, drive, state, stops, tolerance, max_step):
        if step.status != OK:
            why = (
                "a fluid leaves the range of its property table (it would freeze or boil)"
                if step.status == OUT_OF_RANGE
                else "the steps no longer converge"
            )
            raise ExchangerError(f"{why}: at {step.t:.6g} s.")
        carried += step.carried
        steps, rejected, iterations = steps + 1, rejected + step.rejected, iterations + step.iterations
        shortest, longest = min(shortest, step.dt), max(longest, step.dt)
        if every_step or step.t in wanted:
            record.add(step.t, step.state, carried)
    return record.dataset(
        exchanger,
        {
            "steps": ((), steps),
            "rejected_steps": ((), rejected),
            "iterations": ((), iterations),
            "step_min": ((), shortest),
            "step_max": ((), longest),
        },
        {"tolerance_kelvin": float(tolerance), "flow_shared": "evenly" if even_flow else "as at the start"},
    )


def _model(exchanger: PlateHeatExchanger, direction: list[float], nodes: int, solid: Solid | None) -> Model:
    """Everything but the temperatures; the flow of a pass shared evenly."""
    stack = exchanger.stack
    for side in range(2):
        stack = reverse_side(stack, side) if direction[side] < 0.0 else stack
    material = solid or Solid.named(exchanger.plate.plate.material)
    numbers, case = exchanger.numbers, exchanger.case()
    plates = stack.plates.copy()
    plates[[0, -1]] = 1.0
    in_pass = np.bincount(stack.in_pass, weights=stack.channels)
    return Model(
        stack,
        case,
        Storage(
            0.5 * numbers.area * numbers.hydraulic_diameter,
            numbers.area * numbers.thickness * material.volumetric_heat_capacity,
            plates,
            np.array(exchanger.fouling, dtype=float),
            np.stack([energy_polynomial(unpack(table)) for table in exchanger.packed]),
        ),
        upwind_element(nodes),
        stack.channels / in_pass[stack.in_pass],
        exchanger.laws,
        exchanger.packed,
    )


def _start(
    exchanger: PlateHeatExchanger, model: Model, drive: Drive, t: float, start: Start, even_flow: bool
) -> tuple[Model, State]:
    """State at the start, and the model with the channels' shares of the flow."""
    state = new_state(model.stack, model.element.x.size)
    side = model.stack.side
    if isinstance(start, xr.Dataset):
        last = start.isel(time=-1)
        if "T_plate" not in start or last["T_fluid"].sizes.get("channel") != side.size:
            raise InputError(
                "is no run of this exchanger", key="start", found=f"variables {', '.join(map(str, start))}"
            )
        onto = _carry(last["x"].values, model.element.x)
        for field, name in ((state.T, "T_fluid"), (state.plate, "T_plate")):
            field[:] = last[name].values @ onto.T
        state.wall[:] = state.T
        share = model.share if even_flow else last["channel_share"].values.astype(float)
        return model._replace(share=share), state
    if start is not None and not isinstance(start, Mapping):
        T = np.broadcast_to(np.asarray(start, dtype=float), (2,))
        exchanger.cases(np.ones(1), np.ones(1), T[:1], T[1:])
        state.T[:] = T[side][:, None]
        state.wall[:] = state.T
        beyond = np.vstack([state.T[:1], state.T, state.T[-1:]])
        state.plate[:] = 0.5 * (beyond[:-1] + beyond[1:])
        return model, state
    inputs = dict(zip(INPUTS, (one.at(t, False) for one in drive.series)))
    for key, value in (start or {}).items():
        if key not in inputs:
            raise InputError("is no input", key=f"start.{key}", accepted=", ".join(INPUTS))
        inputs[str(key)] = float(value)
    flows = np.array([inputs[name] for name in INPUTS[:2]])
    for name, flow, direction in zip(INPUTS, flows, drive.direction):
        if flow * direction < 0.0:
            raise turned(name, f"{flow:g} kg/s at the start")
    if not flows.any():
        raise InputError(
            "both sides stand still at the start: there is no steady state to start from",
            key="start",
            accepted="a temperature, one for each side, an earlier run, or a flow",
        )
    steady = exchanger.rate(
        hot_mass_flow=inputs["hot_mass_flow"],
        cold_mass_flow=inputs["cold_mass_flow"],
        hot_T_in=inputs["hot_T_in"],
        cold_T_in=inputs["cold_T_in"],
    )
    state.T[:] = steady["T_fluid"].values @ _carry(steady["x"].values, model.element.x).T
    state.wall[:] = state.T
    flow, total = steady["channel_mass_flow"].values, np.abs(flows)[side]
    if not even_flow:
        model = model._replace(
            share=np.where(total > 0.0, flow / np.where(total > 0.0, total, 1.0), model.share)
        )
    h_in = inlet_enthalpy(model, np.array([inputs[name] for name in INPUTS[2:]]))
    status, _ = solve_stage(
        model, np.abs(flows), h_in, 0.0, state.e_rate.copy(), state.plate.copy(), 1e-9, state
    )
    if status != OK:
        raise ExchangerError("the steady state of the start is not found with this number of nodes.")
    return model, state


def _carry(x: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Matrix that takes node values at x to the values of their polynomial at other places."""
    legendre = np.polynomial.legendre.legvander
    return legendre(2.0 * to - 1.0, x.size - 1) @ np.linalg.inv(legendre(2.0 * x - 1.0, x.size - 1))
