"""The plan of a window of hours as a linear or mixed-integer program, for HiGHS.

Units of a kind are counted, not told apart: the clustering of B. Palmintier and M. Webster (IEEE Trans. Power
Syst. 29, 2014), with the least times of D. Rajan and S. Takriti (IBM RC 23628, 2005) summed over a part of units.
Both are cited from memory.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from hashheat.fleet.dispatch_model import DispatchModel, DispatchState
from hashheat.thermo.errors import HashheatError


class DispatchError(HashheatError):
    """Hours for which no plan was found."""


class Program(NamedTuple):
    """A program: least ``cost @ x`` with ``row_low <= rows @ x <= row_high`` and ``low <= x <= high``.

    Parameters
    ----------
    cost, low, high : (variable,) array
        [EUR], and in units of the variables: units; heats in ``scale`` [W]; stored heat in ``scale dt`` [J].
    rows : (row, variable) sparse array
    row_low, row_high : (row,) array
    whole : (variable,) int array
        1 where only whole numbers are allowed.
    at : dict of str to int array
        Places of the variables by name: ``count`` (kind, hour); ``start``, ``stop``, ``fall``, ``early``
        (part, hour); ``boiler``, ``short``, ``rejected``, ``beyond``, ``stored``, ``empty``, ``full``, ``missing``
        (1, hour).
    scale : float
        Heat of one [W].
    """

    cost: np.ndarray
    rows: csr_array
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray
    whole: np.ndarray
    at: dict[str, np.ndarray]
    scale: float


class Window(NamedTuple):
    """A planned window.

    Parameters
    ----------
    counts : (kind, hour) array
        Units of every kind.
    stored, boiler, short, rejected, beyond : (hour,) array
        As in :class:`hashheat.fleet.dispatch_play.Played`, as the program has it.
    cost : float
        Of the program, what it cannot change left out [EUR].
    bound : float
        No plan of the program costs less [EUR].
    """

    counts: np.ndarray
    stored: np.ndarray
    boiler: np.ndarray
    short: np.ndarray
    rejected: np.ndarray
    beyond: np.ndarray
    cost: float
    bound: float


class _Rows:
    """Rows of a sparse matrix as they are written down."""

    def __init__(self) -> None:
        self.entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.low: list[np.ndarray] = []
        self.high: list[np.ndarray] = []
        self.count = 0

    def add(
        self, low: np.ndarray | float, high: np.ndarray | float, *terms: tuple[np.ndarray, object]
    ) -> None:
        """One row an hour, of terms (places, factors); places may have fewer dimensions in front."""
        n = terms[0][0].shape[-1]
        at = np.arange(self.count, self.count + n)
        for places, factors in terms:
            shape = np.broadcast_shapes(places.shape, (n,))
            each = np.broadcast_to(np.asarray(factors, dtype=float), shape)
            self.entries.append((np.broadcast_to(at, shape).ravel(), places.ravel(), each.ravel()))
        self.low.append(np.broadcast_to(np.asarray(low, dtype=float), n))
        self.high.append(np.broadcast_to(np.asarray(high, dtype=float), n))
        self.count += n

    def shifted(self, row: int, places: np.ndarray, factors: np.ndarray | float) -> None:
        """Add to rows ``row + 1 ...`` the places of the hour before."""
        at = np.arange(row + 1, row + 1 + places.size)
        self.entries.append((at, places, np.broadcast_to(np.asarray(factors, dtype=float), places.shape)))

    def matrix(self, variables: int) -> csr_array:
        """The rows so far."""
        rows, places, factors = (np.concatenate(each) for each in zip(*self.entries))
        return coo_array((factors, (rows, places)), shape=(self.count, variables)).tocsr()


def window_program(
    model: DispatchModel,
    state: DispatchState,
    first: int,
    end: int,
    *,
    whole: bool = False,
    ordered: int | None = None,
    last_energy: float = 0.0,
) -> Program:
    """Program of the hours from ``first`` to before ``end``.

    Parameters
    ----------
    model : DispatchModel
    state : DispatchState
        Before the first of them.
    first, end : int
    whole : bool
        Whether units are counted in whole numbers.
    ordered : int, optional
        Hours at the beginning, all if not given, in which store, boiler and cooler act by themselves, as in
        :func:`hashheat.fleet.dispatch_play.play_hour`: the boiler takes over only where the store ends the hour
        empty, and heat is rejected only where it ends it full. Two variables of whole numbers in each of them. In
        other hours the plan is free in this, and no dearer.
    last_energy : float
        To be in the store at the end, or else paid for as heat that is short [J].

    Returns
    -------
    Program
    """
    hours, kinds, parts = end - first, len(model.heat), len(model.units)
    own = slice(first, end)
    names = (
        [("count", kinds)] + [(name, parts) for name in ("start", "stop", "fall", "early")]
        + [(name, 1) for name in ("boiler", "short", "rejected", "beyond", "stored", "empty", "full", "missing")]
    )  # fmt: skip
    at, place = {}, 0
    for name, count in names:
        at[name] = np.arange(place, place + count * hours).reshape(count, hours)
        place += count * hours
    scale, dt = float(np.max(model.heat, initial=1.0)), model.dt
    cost, low, high, integers = (
        np.zeros(place),
        np.zeros(place),
        np.full(place, np.inf),
        np.zeros(place, dtype=int),
    )
    heat, need = model.heat / scale, model.need[own] / scale
    a, b = model.available[:, own], model.failed[:, own]
    _price(model, own, at, cost, scale)
    high[at["count"]] = a[model.part]
    high[at["start"]] = high[at["stop"]] = model.most[:, None]
    high[at["fall"]] = b
    # Counts are rounded afterwards: boiler and cooler keep what a rounding may ask of them.
    slack = 0.0 if whole else 0.5 * len(model.units)
    high[at["boiler"]] = max(model.boiler_capacity / scale - slack, 0.0)
    high[at["rejected"]] = np.maximum(model.cooler_capacity[own] / scale - slack, 0.0)
    high[at["stored"]] = model.capacity / (scale * dt)
    ordered = hours if ordered is None else min(ordered, hours)
    high[at["empty"]] = high[at["full"]] = 1.0
    high[at["empty"][:, ordered:]] = high[at["full"][:, ordered:]] = 0.0
    high[at["missing"][:, :-1]] = 0.0
    if whole:
        integers[at["count"]] = 1
    integers[at["empty"][:, :ordered]] = integers[at["full"][:, :ordered]] = 1
    rows = _Rows()
    for p in range(parts):
        kinds_of = at["count"][model.part == p]
        start, stop, fall = (at[name][p] for name in ("start", "stop", "fall"))
        before = np.zeros(hours)
        before[0] = state.on[p]
        rows.add(before, before, (kinds_of, 1.0), (start, -1.0), (stop, 1.0), (fall, 1.0))
        for kind in kinds_of:
            rows.shifted(rows.count - hours, kind[:-1], -1.0)
        if len(kinds_of) > 1:
            rows.add(-np.inf, a[p], (kinds_of, 1.0))
        rows.add(-np.inf, model.most[p], (start, 1.0), (stop, 1.0))
        _least_times(model, state, p, rows, kinds_of, at, a[p], b[p])
    # The store: what is in it at the end of an hour.
    kept = 1.0 - model.loss_rate * dt
    boiler, short, rejected, beyond, stored, empty, filled, missing = (at[name][0] for name, _ in names[5:])
    balance = -(need + model.loss[own] / scale)
    balance[0] += kept * state.energy / (scale * dt)
    rows.add(
        balance, balance, (stored, 1.0), (at["count"], -heat[:, None]), (boiler, -1.0), (short, -1.0),
        (rejected, 1.0), (beyond, 1.0),
    )  # fmt: skip
    rows.shifted(rows.count - hours, stored[:-1], -kept)
    cold = (1.0 - model.grade[own]) * need
    rows.add(cold, need + np.maximum(model.loss[own], 0.0) / scale, (boiler, 1.0), (short, 1.0))
    rows.add(-np.inf, 0.0, (rejected, 1.0), (at["count"], -heat[:, None]))
    full = model.capacity / (scale * dt)
    rows.add(min(last_energy, model.capacity) / (scale * dt), np.inf, (stored[-1:], 1.0), (missing[-1:], 1.0))
    if ordered:
        most = need - cold + np.maximum(model.loss[own], 0.0) / scale
        largest = heat @ a[model.part] + full
        rows.add(
            -np.inf,
            cold[:ordered],
            (boiler[:ordered], 1.0),
            (short[:ordered], 1.0),
            (empty[:ordered], -most[:ordered]),
        )
        rows.add(-np.inf, full, (stored[:ordered], 1.0), (empty[:ordered], full))
        rows.add(
            -np.inf,
            0.0,
            (rejected[:ordered], 1.0),
            (beyond[:ordered], 1.0),
            (filled[:ordered], -largest[:ordered]),
        )
        rows.add(0.0, np.inf, (stored[:ordered], 1.0), (filled[:ordered], -full))
    return Program(
        cost, rows.matrix(place), np.concatenate(rows.low), np.concatenate(rows.high), low, high, integers, at,
        scale,
    )  # fmt: skip


def _price(
    model: DispatchModel, own: slice, at: dict[str, np.ndarray], cost: np.ndarray, scale: float
) -> None:
    """Costs of the variables [EUR]."""
    energy = scale * model.dt
    cost[at["count"]] = model.unit_cost[:, own]
    cost[at["start"]] = model.start_cost
    cost[at["boiler"]] = model.boiler_cost[own] * energy
    cost[at["short"]] = (model.short_cost + model.heat_price[own]) * energy
    cost[at["rejected"]] = model.cooler_power * model.price[own] * energy
    cost[at["beyond"]] = model.short_cost * energy
    cost[at["missing"]] = model.short_cost * energy
    # A unit that would have to be switched before its time costs as much as its heat, short for an hour.
    cost[at["early"]] = model.short_cost * energy


def _least_times(
    model: DispatchModel, state: DispatchState, part: int, rows: _Rows, kinds: np.ndarray,
    at: dict[str, np.ndarray], available: np.ndarray, failed: np.ndarray,
) -> None:  # fmt: skip
    """Units switched within the last hours stay as they are; failures are let pass."""
    hours = available.size
    for name, past, least in (("start", state.starts, model.min_on), ("stop", state.stops, model.min_off)):
        length = least_hours(least, model.dt)
        if length < 2:
            continue
        slack = np.convolve(failed, np.ones(length))[:hours]
        own = past[part, max(past.shape[1] - length + 1, 0) :]
        done = np.array(
            [own[own.size - max(length - 1 - t, 0) :].sum() if t < length - 1 else 0.0 for t in range(hours)]
        )
        row = rows.count
        early = (at["early"][part], -1.0)
        if name == "start":
            rows.add(-np.inf, slack - done, (kinds, -1.0), early, (at[name][part], 1.0))
        else:
            rows.add(-np.inf, available + slack - done, (kinds, 1.0), early, (at[name][part], 1.0))
        for back in range(1, min(length, hours)):
            rows.shifted(row + back - 1, at[name][part, :-back], 1.0)


def least_hours(time: float, dt: float) -> int:
    """Hours that a least time lasts."""
    return int(np.ceil(time / dt - 1e-9))


def solve_window(program: Program, dt: float, gap: float = 1e-4) -> Window:
    """Solve the program of a window.

    Parameters
    ----------
    program : Program
    dt : float
        [s]
    gap : float
        At which a program with whole numbers ends, relative to its cost.

    Returns
    -------
    Window

    Raises
    ------
    DispatchError
        If HiGHS finds no solution. It should: shortage and surplus are allowed, at their price.
    """
    found = milp(
        program.cost, bounds=Bounds(program.low, program.high), integrality=program.whole,
        constraints=LinearConstraint(program.rows, program.row_low, program.row_high),
        options={"mip_rel_gap": gap},
    )  # fmt: skip
    if found.x is None:
        raise DispatchError(f"no plan was found: {found.message}")
    x, at = found.x, program.at
    boiler, short, rejected, beyond = (
        x[at[name][0]] * program.scale for name in ("boiler", "short", "rejected", "beyond")
    )
    value = float(found.fun)
    bound = float(found.mip_dual_bound) if program.whole.any() else value
    stored = x[at["stored"][0]] * program.scale * dt
    return Window(x[at["count"]], stored, boiler, short, rejected, beyond, value, bound)
