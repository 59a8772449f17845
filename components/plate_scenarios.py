"""What an engineer asks of a cold plate in time: a pump trip, a step of power, a start from cold."""

import math
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_transient import solve_plate_transient
from hashheat.components.errors import UnitError
from hashheat.components.time_series import is_number
from hashheat.components.variables import VARIABLES
from hashheat.thermo.errors import InputError

#: Part of the change of the hottest junction that may be missing when it counts as settled.
_SETTLED = 0.05


def pump_trip(
    plate: ColdPlate,
    *,
    after: float = 0.0,
    coast_down: float = 2.0,
    duration: float = 60.0,
    volume_flow: float | None = None,
    **state: Any,
) -> xr.Dataset:
    """The flow fades to nothing while the chips go on: how long until the first one passes its limit.

    Parameters
    ----------
    plate : ColdPlate
    after : float
        Time before the trip, in the steady state [s].
    coast_down : float
        Over this time the flow falls to zero, evenly [s]; 0: at once. A pump and its water run out along
        1 / (1 + t / tau), more slowly: for that give a function as ``volume_flow`` of
        :func:`hashheat.components.cold_plate_transient.solve_plate_transient`.
    duration : float
        Of the run, from the trip [s].
    volume_flow : float, optional
        Before the trip [m^3/s at inlet temperature]; that of the design state if left out.
    **state
        As for :func:`hashheat.components.cold_plate_transient.solve_plate_transient`.

    Returns
    -------
    xarray.Dataset
        The run, with ``time_to_limit``: from the trip to the first junction beyond the file's limit [s], infinite
        if none is within the run. The run may end earlier, with a warning: ``status`` says why.

    Raises
    ------
    InputError, RunawayError
        For numbers that cannot be; if there is no steady state before the trip.
    """
    _at_least(0.0, after=after, coast_down=coast_down)
    _more_than(0.0, duration=duration)
    flow = plate.file.design.flow.nominal if volume_flow is None else volume_flow
    _at_least(0.0, volume_flow=flow)
    run = solve_plate_transient(
        plate,
        t_end=after + duration,
        volume_flow=_moved(flow, 0.0, after, coast_down, after + duration),
        **state,
    )
    return _with(run, time_to_limit=_since(run, after))


def power_step(
    plate: ColdPlate,
    *,
    frequency: float = 1.0,
    voltage: float = 1.0,
    from_frequency: float = 1.0,
    from_voltage: float = 1.0,
    after: float = 0.0,
    duration: float = 60.0,
    **state: Any,
) -> xr.Dataset:
    """Clock and voltage change at once: how far the junctions go, and how soon.

    Parameters
    ----------
    plate : ColdPlate
    frequency, voltage : float
        After the step, over those of the file [-].
    from_frequency, from_voltage : float
        Before it [-].
    after : float
        Time before the step, in the steady state [s].
    duration : float
        Of the run, from the step [s].
    **state
        As for :func:`hashheat.components.cold_plate_transient.solve_plate_transient`, as numbers.

    Returns
    -------
    xarray.Dataset
        The run, with ``time_to_limit`` as for :func:`pump_trip`, and ``settling_time``: from the step until the
        hottest junction stays within 5 % of its whole change of its new steady value [s]; infinite if it does not
        within the run, or there is no new steady state.

    Raises
    ------
    InputError, RunawayError
        For numbers that cannot be; if there is no steady state before the step.
    """
    _at_least(0.0, after=after, frequency=frequency, voltage=voltage)
    _at_least(0.0, from_frequency=from_frequency, from_voltage=from_voltage)
    _more_than(0.0, duration=duration)
    end = after + duration
    run = solve_plate_transient(
        plate,
        t_end=end,
        frequency=_moved(from_frequency, frequency, after, 0.0, end),
        voltage=_moved(from_voltage, voltage, after, 0.0, end),
        **state,
    )
    settled = _settling(plate, run, after, frequency=frequency, voltage=voltage, **state)
    return _with(run, time_to_limit=_since(run, after), settling_time=settled)


def cold_start(
    plate: ColdPlate, *, T_start: float | None = None, duration: float = 120.0, **state: Any
) -> xr.Dataset:
    """Flow and power come on at once on a plate at rest: when it is at its working temperature.

    Parameters
    ----------
    plate : ColdPlate
    T_start : float, optional
        Of metal and coolant [K]; that of the surroundings if left out.
    duration : float
        Of the run [s].
    **state
        As for :func:`hashheat.components.cold_plate_transient.solve_plate_transient`, as numbers.

    Returns
    -------
    xarray.Dataset
        The run, with ``time_to_limit`` and ``settling_time`` as for :func:`power_step`, from the start.

    Raises
    ------
    InputError, FreezingError
        For numbers that cannot be.
    """
    _more_than(0.0, duration=duration)
    if T_start is not None:
        _more_than(0.0, T_start=T_start)
    start: str | float = "cold" if T_start is None else float(T_start)
    run = solve_plate_transient(plate, t_end=duration, start=start, **state)
    return _with(run, time_to_limit=_since(run, 0.0), settling_time=_settling(plate, run, 0.0, **state))


def _moved(before: float, then: float, at: float, over: float, end: float) -> xr.DataArray:
    """From one value to another, evenly over a time or at once."""
    times = [0.0, at, at + over, max(end, at + over)]
    values = [before, before, then, then]
    # A corner may coincide with an end of the run; only a step has one time twice.
    keep = [k for k in range(4) if (k != 0 or at > 0.0) and (k != 3 or times[3] > times[2])]
    return xr.DataArray(
        [float(values[k]) for k in keep], dims="time", coords={"time": [float(times[k]) for k in keep]}
    )


def _settling(plate: ColdPlate, run: xr.Dataset, event: float, **state: Any) -> float:
    """Time from the event after which the hottest junction stays near the steady state of the end [s]."""
    of_run = ("fields_at", "tolerance", "max_step", "stop_at_limit", "start")
    try:
        steady = plate.solve(**{key: value for key, value in state.items() if key not in of_run})
    except UnitError:
        return math.inf
    time, T = run["time"].values, run["T_junction"].values
    goal = float(steady["T_junction"])
    first = int(np.searchsorted(time, event))
    allowed = _SETTLED * abs(goal - T[first])
    off = np.abs(T - goal) - allowed
    outside = np.flatnonzero(off > 0.0)
    if outside.size == 0:
        return 0.0
    last = int(outside[-1])
    if last == time.size - 1:
        return math.inf
    share = off[last] / (off[last] - off[last + 1])
    return float(max(time[last] + share * (time[last + 1] - time[last]) - event, 0.0))


def _since(run: xr.Dataset, event: float) -> float:
    """From the event to the passing of the limit [s]; 0 if it was passed before."""
    return max(float(run["limit_time"]) - event, 0.0)


def _with(run: xr.Dataset, **numbers: float) -> xr.Dataset:
    for name, value in numbers.items():
        unit, long_name = VARIABLES[name]
        run[name] = ((), value, {"units": unit, "long_name": long_name})
    return run


def _at_least(low: float, **given: float) -> None:
    for key, value in given.items():
        if not (is_number(value) and low <= value < math.inf):
            raise InputError("is out of bounds", key=key, found=value, accepted=f"{low:g} or more, finite")


def _more_than(low: float, **given: float) -> None:
    for key, value in given.items():
        if not (is_number(value) and low < value < math.inf):
            raise InputError("is out of bounds", key=key, found=value, accepted=f"more than {low:g}, finite")
