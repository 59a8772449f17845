"""How fast a resolved plate changes at given temperatures, and what its chips and its coolant do at them."""

from typing import NamedTuple

import numpy as np

from hashheat.solvers import plate_balance as pb
from hashheat.solvers import plate_coolant as pc
from hashheat.solvers.channel_law import ChannelLaw
from hashheat.solvers.conjugate_plate import PlateState, Surroundings
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.multigrid import Levels
from hashheat.solvers.plate_model import PlateChips, PlateCoolant, PlateFilms, PlateModel
from hashheat.solvers.serpentine import OK, RUNAWAY
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import enthalpy_beyond
from hashheat.thermo.property_table import PropertyTable

# A film hangs on the wall's temperature weakly, and the wall's temperature on the film.
_FILM_ROUNDS = 6
_MOST_ROUNDS = 60


class Rates(NamedTuple):
    """Changes per time.

    Parameters
    ----------
    T : (nz, ny, nx) float array
        Of the solid [K/s]; zero in a cell without capacity.
    e : (n_coolant,) float array
        Of the heat in a volume of coolant [W/m3]; zero in a cell without volume.
    """

    T: np.ndarray
    e: np.ndarray


@kernel
def _settle_chips(chips: PlateChips, J: np.ndarray, T: np.ndarray) -> int:
    """Newton for the junctions above a solid that is held; 0 where a chip finds no rest, else 1."""
    for _ in range(_MOST_ROUNDS):
        if pb.linearize_chips(chips, J, T) == 0:
            return 0
        change = 0.0
        for i in range(J.shape[1]):
            T_new = pb.mean_below(chips, i, T) + chips.resistance[i] * J[pb.POWER, i]
            change = max(change, abs(T_new - J[pb.T_JUNCTION, i]))
            J[pb.T_JUNCTION, i] = T_new
        if change < 1e-10:
            return 1
    return 0


@kernel
def _evaluate(
    coolant: PlateCoolant,
    films: PlateFilms,
    chips: PlateChips,
    levels: Levels,
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    T_in: float,
    given: np.ndarray,
    T: np.ndarray,
    C: np.ndarray,
    J: np.ndarray,
    flow: np.ndarray,
    drops: np.ndarray,
    residual: np.ndarray,
    gained: np.ndarray,
) -> int:
    """Heat left over in every solid cell and every coolant cell [W]; 0 where a chip finds no rest, else 1."""
    conductance = np.zeros(films.cell.size)
    for _ in range(_FILM_ROUNDS):
        pc.set_films(C, coolant, films, law, duct, table, flow, T[0], conductance)
    if _settle_chips(chips, J, T[0]) == 0:
        return 0
    pb.solid_balance(films, chips, levels, given, T, C, C[pc.F], J, conductance, residual)
    for s in range(flow.size):
        first = coolant.first[s]
        h_in, F_up = enthalpy_beyond(table, T_in), T_in
        for c in range(first, coolant.first[s + 1]):
            heat = 0.0
            for k in range(films.first[c], films.first[c + 1]):
                heat += conductance[k] * (T[0, films.cell[k]] - C[pc.F, c])
            C[pc.HEAT, c] = heat
            ahead = pc.extrapolation(coolant, flow[s], first, c)
            C[pc.F_END, c] = C[pc.F, c] + ahead * (C[pc.F, c] - F_up)
            h_out = enthalpy_beyond(table, C[pc.F_END, c])
            gained[c] = heat - flow[s] * (h_out - h_in)
            h_in, F_up = h_out, C[pc.F, c]
    pc.stream_drops(C, coolant, films, law, duct, table, flow, T[0], conductance, drops)
    return 1


def rates_at(
    model: PlateModel,
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    around: Surroundings,
    levels: Levels,
    state: PlateState,
) -> tuple[PlateState, Rates]:
    """Rates of change of the solid and of the coolant at the temperatures of a state.

    Parameters
    ----------
    model, law, duct, table, around
        As in :func:`hashheat.solvers.conjugate_plate.solve_conjugate`; the flow may be zero.
    levels : Levels
        Grids of this solid.
    state : PlateState
        Its ``T`` and ``F`` are held, its junctions are where the search for the new ones begins, and its
        streams share the flow as they did.

    Returns
    -------
    state : PlateState
        The same T and F with the junctions, films, heats and ends that belong to them. Its status is ``RUNAWAY``
        if a chip finds no junction temperature above the plate as it is; the rates are then not to be used.
    rates : Rates
    """
    solid, coolant = model.solid, model.coolant
    at = levels.cells()
    loss = solid.loss.ravel()
    T = np.zeros((1, levels.work.shape[1]))
    T[0, at] = state.T.ravel()
    given = np.zeros((2, T.shape[1]))
    given[pb.SINK_GIVEN, at] = loss
    given[pb.SOURCE_GIVEN, at] = solid.heat.ravel() + loss * around.T_ambient
    C = np.zeros((pc.N_ROWS, coolant.length.size))
    C[pc.F] = state.F
    J = np.zeros((pb.N_CHIP_ROWS, model.chips.resistance.size))
    J[pb.T_JUNCTION] = state.T_junction
    total = state.flow.sum()
    flow = around.mass_flow * (state.flow / total if total > 0.0 else coolant.share)
    drops, gained, residual = np.zeros(flow.size), np.zeros(coolant.length.size), np.zeros_like(T)
    films = model.films._replace(cell=at[model.films.cell])
    chips = model.chips._replace(cell=at[model.chips.cell])
    calm = _evaluate(
        coolant, films, chips, levels, law, duct, table, float(around.T_in), given,
        T, C, J, flow, drops, residual, gained,
    )  # fmt: skip
    left, capacity = residual[0, at], solid.capacity.ravel()
    now = state._replace(
        F_end=C[pc.F_END].copy(),
        T_junction=J[pb.T_JUNCTION].copy(),
        chip_power=J[pb.POWER].copy(),
        htc=C[pc.HTC].copy(),
        T_wall=C[pc.WALL].copy(),
        heat=C[pc.HEAT].copy(),
        flow=flow,
        pressure_drop=drops,
        heat_loss=float(np.sum(loss * (state.T.ravel() - around.T_ambient))),
        imbalance=0.0,
        loop_gain=float(J[pb.GAIN].max(initial=0.0)),
        iterations=0,
        cycles=0,
        status=OK if calm == 1 else RUNAWAY,
    )
    return now, Rates(
        np.divide(left, capacity, out=np.zeros_like(left), where=capacity > 0.0).reshape(state.T.shape),
        np.divide(gained, coolant.volume, out=np.zeros_like(gained), where=coolant.volume > 0.0),
    )
