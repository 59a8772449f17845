"""Solve a plate heat exchanger for a flow, an inlet temperature, its plates, area or fouling."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.errors import NoSolutionError
from hashheat.components.exchanger_targets import TARGETS, is_enough, one_target
from hashheat.components.exchanger_variant import variant, with_fouling
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.root_search import find_roots
from hashheat.thermo.errors import HashheatError, InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density

_STATE = ("hot_mass_flow", "cold_mass_flow", "hot_T_in", "cold_T_in")
UNKNOWNS = (*_STATE, "plates", "fouling", "area")
_UNITS = dict(zip(UNKNOWNS, (" kg/s", " kg/s", " K", " K", "", " m2 K/W", "")))

#: Of the ratings [-]: finer than is usual, so that the step between two node counts makes no root.
_TOLERANCE = 1e-7

_GRID = 17
_PLATE_GRID = 12
#: Relative change of the unknown for a change of the target that matters, above which the note warns [-].
_POORLY_KNOWN = 0.1


@dataclass(frozen=True)
class Solution:
    """An exchanger that does what was asked.

    Attributes
    ----------
    value : float
        Of the unknown, in SI: flow [kg/s], temperature [K], plates [-], total fouling [m^2 K/W], or the area
        needed over the area there is [-]. The smallest, where several do.
    rating : xarray.Dataset
        At that value.
    unique : bool
        Whether no other value within the bounds does the same; for plates, whether all larger counts looked at
        do and all smaller ones do not.
    note : str
        What a user should know; empty if nothing.
    others : tuple of float
        Further values that do.
    exchanger : PlateHeatExchanger
        As rated: with the plates, fouling or area found.
    oversurface : float or None
        Area there is over area needed, less 1 [-]; only where the area was sought.
    """

    value: float
    rating: xr.Dataset
    unique: bool
    note: str
    others: tuple[float, ...]
    exchanger: PlateHeatExchanger
    oversurface: float | None = None

    def __repr__(self) -> str:
        """Value, note and exchanger, on one line."""
        note = self.note if len(self.note) < 150 else f"{self.note[:150]}..."
        return f"<Solution: {self.value:.6g}, unique: {self.unique}, note: {note!r}, {self.exchanger!r}>"


def solve_for(
    exchanger: PlateHeatExchanger,
    unknown: str,
    target: Mapping[str, float],
    *,
    hot_mass_flow: float | None = None,
    cold_mass_flow: float | None = None,
    hot_T_in: float | None = None,
    cold_T_in: float | None = None,
    bounds: tuple[float, float] | None = None,
    infinite_plates: bool = False,
) -> Solution:
    """Find the value of one unknown that gives an exchanger one thing asked for.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    unknown : str
        ``"hot_mass_flow"``, ``"cold_mass_flow"``, ``"hot_T_in"``, ``"cold_T_in"``; ``"plates"``: the fewest that
        do at least what is asked; ``"fouling"``: total of both sides, from a heat or outlet that was measured;
        ``"area"``: what is needed over what there is, at the same gaps, lengths and fouling.
    target : mapping
        One of ``hot_T_out``, ``cold_T_out`` [K], ``heat_rate`` [W], ``approach`` [K], ``pinch`` (the smallest
        difference at any place of any plate, :func:`hashheat.components.exchanger_targets.pinch`) [K],
        ``hot_pressure_drop``, ``cold_pressure_drop`` [Pa], ``UA`` [W/K].
    hot_mass_flow, cold_mass_flow : float
        Positive [kg/s]; all but the unknown.
    hot_T_in, cold_T_in : float
        [K]; all but the unknown.
    bounds : (float, float), optional
        Where to look. Left out: flows up to that at twice the port velocity that the plate allows, and down to a
        thousandth of it;
        an inlet temperature from that of the other side to the limit of plate, fluid and property table; the
        plates that the frame holds; fouling from none to 50 times the resistance of the clean exchanger; the
        area from 0.01 to 100 times what there is.
    infinite_plates : bool
        Rate without end plates and ports.

    Returns
    -------
    Solution

    Raises
    ------
    NoSolutionError
        No value within the bounds does it; says what can be reached.
    InputError
        An unknown or target that is none, or a state that is not complete.
    """
    if unknown not in UNKNOWNS:
        raise InputError("cannot be solved for", key="unknown", found=unknown, accepted=", ".join(UNKNOWNS))
    name, wanted = one_target(target)
    state = _complete_state(unknown, dict(zip(_STATE, (hot_mass_flow, cold_mass_flow, hot_T_in, cold_T_in))))
    task = _Task(exchanger, unknown, name, wanted, state, infinite_plates)
    if unknown == "plates":
        return _fewest_plates(task, bounds)
    low, high = _default_bounds(task) if bounds is None else (float(bounds[0]), float(bounds[1]))
    logarithmic = unknown in ("hot_mass_flow", "cold_mass_flow", "area")
    if not (math.isfinite(low) and low < high < math.inf and (low > 0.0 or not logarithmic)):
        raise InputError(
            "is no range to look in",
            key=f"bounds of {unknown}",
            found=f"{low:g} to {high:g}",
            accepted="two numbers in rising order" + (", above 0" if logarithmic else ""),
        )
    # Heat goes as 1 / (1 + U R): equal steps of it need points close together near a clean plate.
    shape = np.linspace(0.0, 1.0, _GRID)
    into: Callable[[float], float] = math.exp if logarithmic else float
    if logarithmic:
        grid = math.log(low) + shape * math.log(high / low)
    else:
        grid = low + (high - low) * (shape**4 if unknown == "fouling" else shape)
    search = find_roots(lambda x: task.asked(min(max(into(x), low), high)), wanted, grid)
    if not search.roots:
        raise _no_solution(task, low, high, search.least, search.most, search.failure)
    values = tuple(min(max(into(x), low), high) for x in search.roots)
    rated, rating = task.rate(values[0])
    notes = _notes(task, values, rating, search.failure)
    oversurface = 1.0 / values[0] - 1.0 if unknown == "area" else None
    if oversurface is not None:
        notes.insert(0, f"oversurface {round(100.0 * oversurface, 1) + 0.0:+.1f} %")
    return Solution(values[0], rating, len(values) == 1, "; ".join(notes), values[1:], rated, oversurface)


class _Task(NamedTuple):
    """What was asked."""

    exchanger: PlateHeatExchanger
    unknown: str
    name: str
    wanted: float
    state: dict[str, float]
    infinite_plates: bool

    def rate(self, value: float) -> tuple[PlateHeatExchanger, xr.Dataset]:
        """Exchanger and its rating at a value of the unknown."""
        exchanger, state = self.exchanger, dict(self.state)
        if self.unknown in _STATE:
            state[self.unknown] = value
        elif self.unknown == "plates":
            exchanger = replace(exchanger, plates=int(value))
        elif self.unknown == "fouling":
            exchanger = with_fouling(exchanger, value)
        else:
            exchanger = variant(exchanger, area_factor=value)
        rating = exchanger.rate(**state, tolerance=_TOLERANCE, infinite_plates=self.infinite_plates)
        return exchanger, rating

    def asked(self, value: float) -> float:
        """The target at a value of the unknown."""
        exchanger, rating = self.rate(value)
        return TARGETS[self.name].read(exchanger, rating, self.infinite_plates)


def _complete_state(unknown: str, given: dict[str, float | None]) -> dict[str, float]:
    state = {}
    for key, value in given.items():
        if key == unknown:
            if value is not None:
                raise InputError("is both given and sought", key=key, found=value, accepted="leave it out")
            continue
        if value is None:
            raise InputError(
                f"is needed to solve for {unknown}",
                key=key,
                found="nothing",
                accepted=", ".join(k for k in _STATE if k != unknown),
            )
        state[key] = float(value)
        if not math.isfinite(state[key]) or (key.endswith("mass_flow") and state[key] <= 0.0):
            accepted = "a flow above 0 kg/s" if key.endswith("mass_flow") else "a temperature in kelvin"
            raise InputError("cannot be used", key=key, found=value, accepted=accepted)
    return state


def _default_bounds(task: _Task) -> tuple[float, float]:
    x, limits = task.exchanger, task.exchanger.plate.limits
    if task.unknown in _STATE:
        side = _STATE.index(task.unknown) % 2
        table = x.fluids[side].table(x.pressures[side])
    if task.unknown.endswith("mass_flow"):
        rho = density(table, task.state.get(("hot_T_in", "cold_T_in")[side], table.T_mid))
        most = 2.0 * limits.max_port_velocity.nominal * rho * x.numbers.port_area
        return 1e-3 * most, most
    if task.unknown == "hot_T_in":
        return task.state["cold_T_in"], min(_hottest(x.fluids[0], x.pressures[0]), limits.T_max.nominal)
    if task.unknown == "cold_T_in":
        return max(table.T_min, limits.T_min.nominal), task.state["hot_T_in"]
    if task.unknown == "area":
        return 0.01, 100.0
    clean = with_fouling(x, 0.0).rate(**task.state, infinite_plates=task.infinite_plates)
    return 0.0, 50.0 / float(clean["U"])


def _hottest(fluid: Fluid, pressure: float) -> float:
    """Highest temperature that a search looks at [K]: a degree below boiling, or the end of the usual table."""
    try:
        return float(fluid.saturation_temperature(pressure)) - 1.0
    except StateError:
        return fluid.table(pressure).T_max


def _no_solution(
    task: _Task, low: float, high: float, least: float, most: float, failure: HashheatError | None
) -> NoSolutionError:
    show = TARGETS[task.name].show
    if math.isnan(least):
        reachable = f"nothing can be rated: {failure}"
    else:
        looked = f"{task.unknown} from {low:.4g} to {high:.4g}{_UNITS[task.unknown]}"
        reachable = f"{show(least)} to {show(most)} with {looked}"
        if failure is not None:
            reachable += f", where it can be rated; elsewhere: {str(failure).splitlines()[0]}"
    return NoSolutionError(
        f"no {task.unknown} gives this {task.name}",
        key=task.name,
        found=show(task.wanted),
        accepted=reachable,
    )


def _notes(
    task: _Task, values: tuple[float, ...], rating: xr.Dataset, failure: HashheatError | None
) -> list[str]:
    """Say what the user should know of a solution."""
    notes = []
    if len(values) > 1:
        listed = ", ".join(f"{value:.6g}" for value in values)
        notes.append(f"{task.unknown} is not unique: {listed} all do; the smallest is given")
    if failure is not None:
        notes.append(f"a part of the bounds cannot be rated: {str(failure).splitlines()[0]}")
    target = TARGETS[task.name]
    width = 0.01 * values[0] if values[0] else 1e-6
    if task.unknown.endswith("T_in"):
        width = 0.1
    try:
        slope = (task.asked(values[0] + width) - task.wanted) / width
    except HashheatError:
        slope = (task.wanted - task.asked(values[0] - width)) / width
    step = target.step(task.wanted)
    doubt = abs(step / slope) if slope else math.inf
    scale = 10.0 if task.unknown.endswith("T_in") else values[0]
    if doubt > _POORLY_KNOWN * scale:
        how = f"by {doubt:.2g}{_UNITS[task.unknown]}" if math.isfinite(doubt) else "at will"
        change = "0.1 K" if step == 0.1 else "1 %"
        notes.append(f"poorly determined: {change} of {task.name} moves {task.unknown} {how}")
    notes += _over_the_limit(task.exchanger, rating)
    return notes


def _over_the_limit(exchanger: PlateHeatExchanger, rating: xr.Dataset) -> list[str]:
    limit = exchanger.plate.limits.max_port_velocity.nominal
    return [
        f"port velocity {speed:.2f} m/s on the {side} side is above the plate's {limit:g} m/s"
        for side, speed in zip(("hot", "cold"), np.abs(rating["port_velocity"].values))
        if speed > limit
    ]


def _fewest_plates(task: _Task, bounds: tuple[float, float] | None) -> Solution:
    """Smallest number of plates that does at least what is asked.

    Odd and even numbers are searched apart: one more channel on a side is one less on the other or not.
    """
    limits = task.exchanger.plate.limits
    low, high = (limits.min_plates, limits.max_plates) if bounds is None else map(int, bounds)
    low, high = max(low, limits.min_plates), min(high, limits.max_plates)
    if low > high:
        raise InputError(
            "is no range to look in",
            key="bounds of plates",
            found=repr(bounds),
            accepted=f"{limits.min_plates} to {limits.max_plates}",
        )
    hot_is_warmer = task.state["hot_T_in"] >= task.state["cold_T_in"]
    seen: dict[int, float] = {}
    failure: HashheatError | None = None

    def reaches(plates: int) -> bool:
        nonlocal failure
        if plates not in seen:
            try:
                seen[plates] = task.asked(plates)
            except HashheatError as error:
                failure = failure or error
                seen[plates] = math.nan
        value = seen[plates]
        return not math.isnan(value) and is_enough(task.name, value, task.wanted, hot_is_warmer)

    found = []
    for start in (low, low + 1):
        count = (high - start) // 2 + 1
        if start > high or count < 1:
            continue
        steps = np.unique(np.round(np.geomspace(1, count, min(count, _PLATE_GRID))).astype(int)) - 1
        before = -1
        for step in map(int, steps):
            if not reaches(start + 2 * step):
                before = step
                continue
            while step - before > 1:
                middle = (before + step) // 2
                before, step = (before, middle) if reaches(start + 2 * middle) else (middle, step)
            found.append(start + 2 * step)
            break
    if not found:
        values = [value for value in seen.values() if not math.isnan(value)]
        least, most = (min(values), max(values)) if values else (math.nan, math.nan)
        raise _no_solution(task, low, high, least, most, failure)
    plates = min(found)
    while plates > low and reaches(plates - 1):
        plates -= 1
    notes = []
    show = TARGETS[task.name].show
    if plates > low and not math.isnan(seen[plates - 1]):
        notes.append(
            f"{plates - 1} plates give {task.name} {show(seen[plates - 1])}, {show(task.wanted)} asked"
        )
    monotonic = all(reaches(n) == (n >= plates) for n in sorted(seen))
    if not monotonic:
        short = [str(n) for n in sorted(seen) if n > plates and not reaches(n)]
        notes.append(f"not all larger numbers do: {', '.join(short)} do not")
    rated, rating = task.rate(plates)
    notes += _over_the_limit(rated, rating)
    return Solution(float(plates), rating, monotonic, "; ".join(notes), (), rated)
