"""A cold plate asked backwards: least flow, warmest inlet or fastest clock that keep its chips below a limit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.errors import NoSolutionError
from hashheat.thermo.errors import HashheatError, InputError
from hashheat.thermo.units import show

if TYPE_CHECKING:
    from hashheat.components.cold_plate import ColdPlate

#: Places over the bounds that are looked at before the search narrows.
_GRID = 17
#: The search ends this close below the limit [K], some ten times what a solve leaves open ...
_CLOSE = 1e-4
#: ... or where the edge of what can be solved is known so well, over the bounds [-].
_EDGE = 1e-7
_MOST_STEPS = 60
_EDGE_STEPS = 10

#: Unit and direction that is asked for: -1 the smallest value, 1 the largest.
_UNKNOWNS = {"volume_flow": ("m^3/s", -1), "T_in": ("K", 1), "frequency": ("1", 1)}

#: Other numbers of a state that stand for the unknown.
_SAME = {"volume_flow": ("mass_flow", "design.flow"), "T_in": ("design.T_in",), "frequency": ()}


@dataclass(frozen=True)
class PlateAnswer:
    """The extreme value of a state that keeps the hottest junction at or below a limit.

    Attributes
    ----------
    value : float
        In SI: volume flow [m^3/s], inlet temperature [K] or clock [-].
    result : xarray.Dataset
        The plate solved at it: ``T_junction`` is at most the limit.
    at_bound : bool
        Whether the limit holds up to the end of the bounds, so that what limits is not the junction.
    monotonic : bool
        Whether the limit holds everywhere on the other side of the value too, as far as was looked.
    note : str
        What a user should know; empty if nothing.
    """

    value: float
    result: xr.Dataset
    at_bound: bool
    monotonic: bool
    note: str

    def __repr__(self) -> str:
        """Value and note, on one line."""
        return f"<PlateAnswer: {self.value:.6g}, at_bound: {self.at_bound}, note: {self.note!r}>"


def extreme_state(
    plate: "ColdPlate",
    unknown: str,
    T_junction: float | None = None,
    bounds: tuple[float, float] | None = None,
    **state: Any,
) -> PlateAnswer:
    """Smallest flow, largest inlet temperature or largest clock at which no junction is above a limit.

    Parameters
    ----------
    plate : ColdPlate
    unknown : {"volume_flow", "T_in", "frequency"}
    T_junction : float, optional
        Limit of the hottest junction [K]; if left out ``chips__limit`` among the state, or that of the file.
    bounds : (float, float), optional
        Where to look, in SI. Left out: flows from a tenth of the envelope's to ten times it; inlets over the
        range of the coolant's table, up to the limit itself; clocks from 0 to three times the envelope's.
    **state
        Numbers for everything else, as for :meth:`ColdPlate.solve`.

    Returns
    -------
    PlateAnswer

    Raises
    ------
    NoSolutionError
        The limit cannot be kept within the bounds; says how near one comes, and where.
    InputError
        For bounds that are no range, an unknown that is none or is given as well, or a state that
        :meth:`ColdPlate.solve` refuses.

    Notes
    -----
    A state without a solution (runaway, boiling, frozen, more pressure lost than there is) keeps no limit. The
    junction need not move one way: at little flow the coolant runs out of its range, at much of it out of
    pressure. So the bounds are looked at from the side that is asked for at 17 places (flows evenly in their
    logarithm), and between the first that keeps the limit and the one before it the crossing is narrowed down
    until the junction is within 0.1 mK below the limit, or the edge of what can be solved is known to 1e-7 of
    the bounds. A window of good states that lies between two places altogether is not seen.
    """
    task = _task(plate, unknown, T_junction, bounds, state)
    places = [task.at(s) for s in np.linspace(0.0, 1.0, _GRID)]
    looked = [task.look(x) for x in places]
    good = [i for i, seen in enumerate(looked) if seen.over <= 0.0]
    if not good:
        raise _nothing(task, places, looked)
    first = good[0]
    value, best, beyond = places[first], looked[first], ""
    if first > 0:
        value, best, next_to_it = _narrow(task, places[first - 1], looked[first - 1], value, best)
        # At the very edge of runaway a solve only fails to settle; further off it says why.
        beyond = looked[first - 1].why or next_to_it.why
    assert best.result is not None
    gaps = [i for i in range(first, _GRID) if i not in good]
    notes = []
    if first == 0:
        notes.append(f"the limit holds up to the end of the bounds, {task.show(value)}")
    elif best.over < -_CLOSE:
        notes.append(f"set by what lies beyond it, not by the limit: {beyond or 'a jump of the junction'}")
    if gaps:
        side = "larger" if task.direction < 0 else "smaller"
        why = looked[gaps[0]].why or f"{looked[gaps[0]].over:.3g} K above the limit"
        notes.append(f"not every {side} value does: {task.show(places[gaps[0]])} does not ({why})")
    return PlateAnswer(value, best.result, first == 0, not gaps, "; ".join(notes))


class _Look(NamedTuple):
    """One place: hottest junction above the limit [K], inf without a solution; its Dataset, or why it has none."""

    over: float
    result: xr.Dataset | None
    why: str = ""


class _Task(NamedTuple):
    plate: "ColdPlate"
    unknown: str
    limit: float
    bounds: tuple[float, float]
    state: Mapping[str, Any]

    @property
    def unit(self) -> str:
        return _UNKNOWNS[self.unknown][0]

    @property
    def direction(self) -> int:
        return _UNKNOWNS[self.unknown][1]

    def at(self, share: float) -> float:
        """A value of the unknown, from the end that is asked for (0) to the other one (1)."""
        low, high = self.bounds
        s = share if self.direction < 0 else 1.0 - share
        if s in (0.0, 1.0):
            return self.bounds[int(s)]
        return low * (high / low) ** s if self.unknown == "volume_flow" else low + s * (high - low)

    def look(self, x: float) -> _Look:
        state: dict[str, Any] = {self.unknown: x, **self.state}
        try:
            found = self.plate.solve(**state)
        except InputError:
            raise
        except HashheatError as error:
            return _Look(math.inf, None, str(error).splitlines()[0].removeprefix(f"{self.plate.name}: "))
        return _Look(float(found["T_junction"]) - self.limit, found)

    def show(self, x: float) -> str:
        return f"{self.unknown} {show(x, self.unit)}"


def _narrow(
    task: _Task, bad: float, at_bad: _Look, good: float, at_good: _Look
) -> tuple[float, _Look, _Look]:
    """Close in on the crossing between a value that does not keep the limit and one that does.

    The line through the last two places aims just below the limit; where it leaves the bracket, where the last
    place has no solution, and every fourth time, the bracket is halved.

    Returns
    -------
    value, at_good, at_bad
        The end that keeps the limit with its state, and the state next to it that does not.
    """
    width = task.bounds[1] - task.bounds[0]
    last = [(bad, at_bad.over), (good, at_good.over)]
    for step in range(_MOST_STEPS):
        if -at_good.over <= _CLOSE or abs(good - bad) <= _EDGE * width:
            break
        (x1, y1), (x2, y2) = last
        x = 0.5 * (good + bad)
        if math.isfinite(y1) and y1 != y2 and step % 4 != 3:
            aimed = x2 + (-0.5 * _CLOSE - y2) * (x1 - x2) / (y1 - y2)
            x = aimed if min(good, bad) < aimed < max(good, bad) else x
        seen = task.look(x)
        if seen.over <= 0.0:
            good, at_good = x, seen
        else:
            bad, at_bad = x, seen
        if math.isfinite(seen.over):
            last = [last[1], (x, seen.over)]
    return good, at_good, at_bad


def _nothing(task: _Task, places: list[float], looked: list[_Look]) -> NoSolutionError:
    """Say how near to the limit one comes."""
    what = {"volume_flow": "no flow", "T_in": "no inlet temperature", "frequency": "no clock"}[task.unknown]
    between = f"from {show(task.bounds[0], task.unit)} to {show(task.bounds[1], task.unit)}"
    near = min(range(len(looked)), key=lambda i: looked[i].over)
    x, best, failed = places[near], looked[near], ""
    for beside in (near - 1, near + 1):
        if math.isfinite(best.over) and 0 <= beside < len(looked) and looked[beside].why:
            # The best of all may lie at the very edge of what has a solution.
            failed, bad = looked[beside].why, places[beside]
            for _ in range(_EDGE_STEPS):
                seen = task.look(0.5 * (x + bad))
                if seen.over < best.over:
                    x, best = 0.5 * (x + bad), seen
                else:
                    bad = 0.5 * (x + bad)
    if math.isinf(best.over):
        reachable = f"no state {between} has a solution: {looked[near].why}"
    else:
        reachable = (
            f"{show(task.limit + best.over, 'K')} or more: the least found, at {task.show(x)}, {between}"
        )
        if failed:
            reachable += f"; beyond: {failed}"
    return NoSolutionError(
        f"{what} keeps the hottest junction at or below its limit",
        file=task.plate.file.file,
        key="T_junction",
        found=show(task.limit, "K"),
        accepted=reachable,
    )


def _task(
    plate: "ColdPlate",
    unknown: str,
    T_junction: float | None,
    bounds: tuple[float, float] | None,
    state: Mapping[str, Any],
) -> _Task:
    if unknown not in _UNKNOWNS:
        raise InputError("cannot be asked for", key="unknown", found=unknown, accepted=", ".join(_UNKNOWNS))
    for key, value in state.items():
        if key == unknown or key.replace("__", ".") in _SAME[unknown]:
            raise InputError("is both given and sought", key=key, found=value, accepted="leave it out")
        if np.ndim(value) > 0:
            raise InputError(
                "one state at a time can be asked for", key=key, found=repr(value), accepted="a number"
            )
    numbers = {key.replace("__", "."): value for key, value in state.items()}
    if T_junction is None:
        T_junction = numbers.get("chips.limit", plate.quantities["chips.limit"].nominal)
    limit = float(T_junction)
    if not (math.isfinite(limit) and limit > 0.0):
        raise InputError("is no temperature", key="T_junction", found=limit, accepted="kelvin, above 0")
    ends = (
        _default_bounds(plate, unknown, numbers) if bounds is None else (float(bounds[0]), float(bounds[1]))
    )
    least = 0.0 if unknown == "frequency" else math.ulp(0.0)
    if not least <= ends[0] < ends[1] < math.inf:
        raise InputError(
            "is no range to look in",
            key=f"bounds of {unknown}",
            found=f"{ends[0]:g} to {ends[1]:g}",
            accepted="two finite numbers in rising order, " + ("0 or more" if least == 0.0 else "above 0"),
        )
    return _Task(plate, unknown, limit, ends, dict(state))


def _default_bounds(plate: "ColdPlate", unknown: str, numbers: Mapping[str, Any]) -> tuple[float, float]:
    envelope = plate.file.envelope
    if unknown == "volume_flow":
        return 0.1 * envelope.flow.lower, 10.0 * envelope.flow.upper
    if unknown == "frequency":
        return 0.0, 3.0 * envelope.clock.upper
    given = numbers.get("pressure")
    if given is None:
        given = numbers.get("design.pressure", plate.file.design.pressure.nominal)
    table = plate.fluid(numbers.get("fluid")).table(float(given))
    return table.T_min, table.T_max
