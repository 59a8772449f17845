"""What a unit does over inlet temperature, room, flow and chip resistance, as a table read by interpolation.

A year of a fleet asks for ten million states of one unit that differ in four numbers only. They are solved once on
a grid, by the same solver as everything else, and read between its points. :func:`map_error` says how far the
reading is from the solver.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hashheat.fleet.operation import solve_samples
from hashheat.fleet.plant import Plant
from hashheat.fleet.sampling import nominal
from hashheat.fleet.verdict import chip_place, mean_rise
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: What the table holds of a unit: heat to the water, power at the wall [W], hottest single chip (expected),
#: hottest wetted wall [K], pressure drop [Pa].
HEAT, WALL_POWER, T_HOTTEST, T_WALL, PRESSURE_DROP = range(5)
N_VALUES = 5

_T_STEP = 1.5  # K
_FLOWS = 49
_FACTORS = 7
_FLOW_RANGE = (0.25, 3.0)


class Mode(NamedTuple):
    """How a unit is clocked: frequency and supply voltage over nameplate [-]."""

    name: str
    frequency: float
    voltage: float


class UnitTable(NamedTuple):
    """Arrays of a map, for the kernel.

    Parameters
    ----------
    T_low, T_step : float
        First inlet temperature and the distance to the next [K].
    flow_low, flow_step : float
        The same of the logarithm of the flow [ln(kg/s)].
    factor_low, factor_step : float
        The same of the logarithm of the resistance factor.
    room_low, room_step : float
        The same of the room's temperature [K].
    values : (mode, room, T, flow, factor, N_VALUES) array
        NaN where the unit has no steady state.
    """

    T_low: float
    T_step: float
    flow_low: float
    flow_step: float
    factor_low: float
    factor_step: float
    room_low: float
    room_step: float
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class UnitMap:
    """A unit over its operating range.

    Parameters
    ----------
    modes : tuple of Mode
        Mode 0 of a unit is "off" and stands in no table; mode ``k`` is ``modes[k - 1]``.
    table : UnitTable
    factors : (unit,) array
        Chip resistance of every unit over the fleet's mean.
    """

    modes: tuple[Mode, ...]
    table: UnitTable
    factors: np.ndarray

    def evaluate(
        self, T_in: float, T_room: float, flow: np.ndarray, mode: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Every unit at its flow and mode.

        Parameters
        ----------
        T_in, T_room : float
            Inlet and room [K].
        flow : (unit,) array
            [kg/s]
        mode : (unit,) int array
            0 is off.

        Returns
        -------
        values : (unit, N_VALUES) array
            Zero for units that are off; NaN for those without a steady state or beyond the map.
        inside : (unit,) array of bool
            Whether the point lies in the map; true for units that are off.
        """
        values = np.zeros((len(flow), N_VALUES))
        inside = np.ones(len(flow), dtype=np.bool_)
        _evaluate(self.table, T_in, T_room, flow, np.log(self.factors), mode, values, inside)
        return values, inside


@kernel
def _evaluate(
    table: UnitTable,
    T_in: float,
    T_room: float,
    flow: np.ndarray,
    log_factor: np.ndarray,
    mode: np.ndarray,
    values: np.ndarray,
    inside: np.ndarray,
) -> None:
    v = table.values
    # Temperature and room are the same for all units: the table is thinned to flow and factor first.
    modes, rooms, n_T, n_flow, n_factor, n_values = v.shape
    t, T_in_range = _place(T_in, table.T_low, table.T_step, n_T)
    r, _ = _place(T_room, table.room_low, table.room_step, rooms)
    it, ir = min(int(t), n_T - 2), min(int(r), rooms - 2)
    wt, wr = t - it, r - ir
    thin = np.empty((modes, n_flow, n_factor, n_values))
    for k in range(modes):
        for i in range(n_flow):
            for j in range(n_factor):
                for q in range(n_values):
                    cold = v[k, ir, it, i, j, q] * (1.0 - wt) + v[k, ir, it + 1, i, j, q] * wt
                    warm = v[k, ir + 1, it, i, j, q] * (1.0 - wt) + v[k, ir + 1, it + 1, i, j, q] * wt
                    thin[k, i, j, q] = cold * (1.0 - wr) + warm * wr
    for u in range(flow.size):
        if mode[u] == 0:
            continue
        k = mode[u] - 1
        f, flow_in_range = _place(np.log(max(flow[u], 1e-30)), table.flow_low, table.flow_step, n_flow)
        g, factor_in_range = _place(log_factor[u], table.factor_low, table.factor_step, n_factor)
        i, j = min(int(f), n_flow - 2), min(int(g), n_factor - 2)
        wi, wj = f - i, g - j
        inside[u] = T_in_range and flow_in_range and factor_in_range
        for q in range(n_values):
            near = thin[k, i, j, q] * (1.0 - wi) + thin[k, i + 1, j, q] * wi
            far = thin[k, i, j + 1, q] * (1.0 - wi) + thin[k, i + 1, j + 1, q] * wi
            values[u, q] = near * (1.0 - wj) + far * wj
        if np.isnan(values[u, 0]):
            inside[u] = False


@kernel
def _place(x: float, low: float, step: float, count: int) -> tuple[float, bool]:
    """Place on a grid, held to its ends, and whether it lay within them."""
    at = (x - low) / step
    return min(max(at, 0.0), count - 1.0), -1e-9 <= at <= count - 1.0 + 1e-9


def unit_map(
    plant: Plant,
    modes: tuple[Mode, ...],
    factors: np.ndarray,
    T_in: tuple[float, float],
    T_room: tuple[float, float],
) -> UnitMap:
    """Map of the units of a plant at its nominal numbers.

    Parameters
    ----------
    plant : Plant
        Its miner, coolant and design flow.
    modes : tuple of Mode
    factors : (unit,) array
        Resistance factors that it must cover.
    T_in, T_room : (float, float)
        Ranges [K].

    Returns
    -------
    UnitMap

    Raises
    ------
    InputError
        If no unit has a steady state anywhere in the ranges.

    Notes
    -----
    Flows from 0.25 to 3 times the plant's design flow. The allowance for the hottest single chip is that of
    :func:`hashheat.fleet.verdict.chip_place` at the point itself.
    """
    count = max(2, int(np.ceil((T_in[1] - T_in[0]) / _T_STEP)) + 1)
    T = np.linspace(*T_in, count)
    room = np.array([T_room[0], max(T_room[1], T_room[0] + 1.0)])
    values = nominal(plant.quantities)
    design = float(values["loop.flow"][0]) * 1000.0
    flow = np.geomspace(_FLOW_RANGE[0] * design, _FLOW_RANGE[1] * design, _FLOWS)
    low, high = np.log(factors.min()) - 1e-6, np.log(factors.max()) + 1e-6
    factor = np.exp(np.linspace(low, high, _FACTORS))
    found = np.full((len(modes), 2, count, _FLOWS, _FACTORS, N_VALUES), np.nan)
    grid = np.stack(np.meshgrid(room, T, indexing="ij"), axis=-1).reshape(-1, 2)
    flows, factors_ = (x.ravel() for x in np.meshgrid(flow, factor, indexing="ij"))
    for k, mode in enumerate(modes):
        here = {key: np.repeat(value, len(grid)) for key, value in values.items()}
        here["surroundings.temperature"], here["loop.inlet"] = grid.T
        here["units.frequency"] = np.full(len(grid), mode.frequency)
        here["units.voltage"] = np.full(len(grid), mode.voltage)
        shape = (len(grid), len(flows))
        found[k] = _states(
            plant, here, np.broadcast_to(flows, shape), np.broadcast_to(factors_, shape)
        ).reshape(2, count, _FLOWS, _FACTORS, N_VALUES)
    if not np.isfinite(found).any():
        raise InputError(
            "no unit has a steady state in this range",
            file=str(plant.path),
            found=f"inlet {T_in[0] - 273.15:.1f} to {T_in[1] - 273.15:.1f} degC",
        )
    table = UnitTable(
        float(T[0]), float(T[1] - T[0]), float(np.log(flow[0])), float(np.log(flow[1] / flow[0])),
        float(low), float((high - low) / (_FACTORS - 1)), float(room[0]), float(room[1] - room[0]), found,
    )  # fmt: skip
    return UnitMap(modes, table, np.asarray(factors, dtype=float))


def _states(plant: Plant, values: dict[str, np.ndarray], flow: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Values of units of shape (sample, unit); NaN without a steady state."""
    units = solve_samples(plant, values, np.ascontiguousarray(flow), np.ascontiguousarray(factor))
    solved = units.status == sp.OK
    # The place in the chips' spread varies with the flow, and hardly with the unit's own resistance.
    rows, columns = flow.shape
    middle = np.broadcast_to(np.exp(0.5 * np.log(factor.min() * factor.max())), flow.size)
    each = {key: np.repeat(value, columns) for key, value in values.items()}
    place = chip_place(plant, each, flow.ravel(), np.ascontiguousarray(middle))
    spread = values["miner.chips.chip_spread"]
    z = np.where(np.isfinite(place.z), place.z, np.nan).reshape(rows, columns)
    above = z * spread[:, None] * mean_rise(plant, values, factor, units.chip_power)
    found = np.stack(
        [units.heat_rate, units.wall_power, units.T_junction + above, units.T_wall, units.pressure_drop],
        axis=-1,
    )
    found[~solved] = np.nan
    return found


def map_error(plant: Plant, unit_map: UnitMap, points: int = 64, seed: int = 1) -> np.ndarray:
    """Largest difference between a map and the solver at points off its grid.

    Parameters
    ----------
    plant : Plant
        The map's.
    unit_map : UnitMap
    points : int
        Random points of its range.
    seed : int

    Returns
    -------
    (N_VALUES,) array
        Heat and power relative, temperatures in K, pressure drop relative.
    """
    rng, table = np.random.default_rng(seed), unit_map.table
    modes, _, n_T, n_flow, n_factor, _ = table.values.shape
    values = nominal(plant.quantities)
    worst = np.zeros(N_VALUES)
    for _ in range(points):
        k = int(rng.integers(modes))
        T_in = table.T_low + rng.random() * (n_T - 1) * table.T_step
        room = table.room_low + rng.random() * table.room_step
        flow = np.exp(table.flow_low + rng.random(1) * (n_flow - 1) * table.flow_step)
        factor = np.exp(table.factor_low + rng.random(1) * (n_factor - 1) * table.factor_step)
        here = values | {
            "loop.inlet": np.array([T_in]),
            "surroundings.temperature": np.array([room]),
            "units.frequency": np.array([unit_map.modes[k].frequency]),
            "units.voltage": np.array([unit_map.modes[k].voltage]),
        }
        exact = _states(plant, here, flow[None], factor[None])[0, 0]
        read, _inside = UnitMap(unit_map.modes, table, factor).evaluate(T_in, room, flow, np.array([k + 1]))
        if np.isfinite(exact).all() and np.isfinite(read).all():
            off = np.abs(read[0] - exact)
            off[[HEAT, WALL_POWER, PRESSURE_DROP]] /= np.abs(exact[[HEAT, WALL_POWER, PRESSURE_DROP]])
            worst = np.maximum(worst, off)
    return worst
