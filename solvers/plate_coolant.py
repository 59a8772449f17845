"""The coolant of a resolved plate: films, the march along each stream, pressure drop and sharing of flow.

A coolant cell holds one temperature F; what leaves it has the temperature of its end, on the straight line through
this cell and the one before (linear upwind, second order; the first cell uses the inlet). The march takes the heat
that the wall gave, so that the enthalpy a stream gains is that heat to the last digit.
"""

import numpy as np

from hashheat.solvers.channel_law import (
    ChannelLaw,
    bend_drop,
    entrance_drop,
    film_coefficient,
    fin_efficiency,
    pressure_gradient,
)
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.plate_model import PlateCoolant, PlateFilms
from hashheat.solvers.stack_storage import heat_in_volume
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import density, enthalpy, heat_capacity
from hashheat.thermo.property_table import PropertyTable

# Rows of the coolant cells' table.
(
    F,  # temperature [K]
    F_END,  # of what leaves the cell [K]
    HTC,  # film coefficient [W/(m2 K)]
    EXCHANGE,  # sum of the links' conductances [W/K]
    FOLLOW,  # share of a change of the wall's heat that is left once the coolant of the cell follows [-]
    HEAT,  # taken from the wall [W]
    STORE,  # capacity over the time of the stage [W/K]; zero in a steady state
    F_BASE,  # temperature from which STORE counts [K]
    E_BASE,  # heat in the volume where the stage starts [J/m3]
    STEP,  # of the last march [K]
    F_LOCAL,  # that follows from the walls, given what comes from upstream [K]
    WALL,  # mean temperature of the surface it wets [K]
) = range(12)
N_ROWS = 12

_SHARE_POWER = 0.65
_SHARE_BOUND = 1.5


@kernel
def _held(T: float, table: PropertyTable) -> float:
    return min(max(T, table.T_min), table.T_max)


@kernel
def extrapolation(coolant: PlateCoolant, flow: float, first: int, c: int) -> float:
    """Weight of the last difference in the temperature at a cell's end; coolant that stands has no upstream."""
    if flow <= 0.0:
        return 0.0
    if c == first:
        return 1.0
    return coolant.length[c] / (coolant.length[c] + coolant.length[c - 1])


@kernel
def wall_temperature(
    C: np.ndarray, films: PlateFilms, conductance: np.ndarray, T: np.ndarray, c: int
) -> float:
    """Mean temperature of the surface that a coolant cell wets [K]."""
    total, weighted = 0.0, 0.0
    for k in range(films.first[c], films.first[c + 1]):
        area = films.area[k] + films.fin_area[k]
        T_cell = T[films.cell[k]]
        flux = conductance[k] * (T_cell - C[F, c])
        weighted += area * (T_cell - flux * films.resistance[k])
        total += area
    return weighted / total if total > 0.0 else C[F, c]


@kernel
def set_films(
    C: np.ndarray,
    coolant: PlateCoolant,
    films: PlateFilms,
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    flow: np.ndarray,
    T: np.ndarray,
    conductance: np.ndarray,
) -> None:
    """Film coefficients, and the conductance of every link, at the present temperatures.

    Parameters
    ----------
    C : (N_ROWS, n_coolant) float array
        Rows as named at the top; HTC, EXCHANGE and FOLLOW are set.
    coolant, films, law, duct, table
        The plate's channels.
    flow : (n_stream,) float array
        Mass flow of each stream [kg/s].
    T : (n_solid,) float array
        Temperature of the solid cells [K].
    conductance : (n_link,) float array
        Set [W/K].
    """
    for s in range(flow.size):
        first = coolant.first[s]
        per_channel = flow[s] / coolant.channels[s]
        for c in range(first, coolant.first[s + 1]):
            T_fluid = _held(C[F, c], table)
            C[WALL, c] = wall_temperature(C, films, conductance, T, c)
            T_wall = _held(C[WALL, c], table)
            htc = film_coefficient(
                law,
                duct,
                table,
                per_channel,
                T_fluid,
                T_wall,
                coolant.development[c],
                coolant.development_23[c],
            )
            C[HTC, c] = htc
            efficiency = fin_efficiency(law, htc)
            total = 0.0
            for k in range(films.first[c], films.first[c + 1]):
                wetted = htc * (films.area[k] + efficiency * films.fin_area[k])
                g = wetted / (1.0 + wetted * films.resistance[k])
                conductance[k] = g
                total += g
            C[EXCHANGE, c] = total
            carried = (
                flow[s] * heat_capacity(table, T_fluid) * (1.0 + extrapolation(coolant, flow[s], first, c))
            )
            room = carried + C[STORE, c]
            C[FOLLOW, c] = room / (room + total) if total > 0.0 else 1.0


@kernel
def follow_walls(
    C: np.ndarray,
    coolant: PlateCoolant,
    films: PlateFilms,
    table: PropertyTable,
    flow: np.ndarray,
    T_in: float,
    T: np.ndarray,
    conductance: np.ndarray,
) -> None:
    """Temperature that each cell takes between its walls and what comes from upstream, into ``F_LOCAL``.

    What comes from upstream is that of ``F``; where the iteration rests, both are the same. The solid's balance
    takes it instead of F, so that its solution depends on F upstream alone, and F is the one vector that
    Anderson's method has to know.
    """
    for s in range(flow.size):
        m = flow[s]
        first = coolant.first[s]
        h_in = enthalpy(table, T_in)
        F_up = T_in
        for c in range(first, coolant.first[s + 1]):
            ahead = extrapolation(coolant, m, first, c)
            T_at = _held(C[F_END, c], table)
            h_at, cp = enthalpy(table, T_at), heat_capacity(table, T_at)
            given = C[STORE, c] * C[F_BASE, c] + m * (h_in - h_at + cp * (ahead * F_up + T_at))
            for k in range(films.first[c], films.first[c + 1]):
                given += conductance[k] * T[films.cell[k]]
            room = m * cp * (1.0 + ahead) + C[STORE, c] + C[EXCHANGE, c]
            C[F_LOCAL, c] = given / room if room > 0.0 else C[F, c]
            h_in = h_at + cp * (C[F, c] + ahead * (C[F, c] - F_up) - T_at)
            F_up = C[F, c]


@kernel
def march(C: np.ndarray, coolant: PlateCoolant, table: PropertyTable, flow: np.ndarray, T_in: float) -> float:
    """March every stream with the heat its cells were given; the largest change of a cell [K].

    The new temperatures go to ``STEP`` as changes; those at the cells' ends to ``F_END``. Enthalpy is linear about
    the last temperature of each end: exact where the iteration rests.
    """
    largest = 0.0
    for s in range(flow.size):
        m = flow[s]
        first = coolant.first[s]
        h_in = enthalpy(table, T_in)
        F_up = T_in
        for c in range(first, coolant.first[s + 1]):
            ahead = extrapolation(coolant, m, first, c)
            T_at = _held(C[F_END, c], table)
            h_at, cp = enthalpy(table, T_at), heat_capacity(table, T_at)
            given = C[HEAT, c] + C[STORE, c] * C[F_BASE, c] + m * (h_in - h_at + cp * (ahead * F_up + T_at))
            F_new = given / (m * cp * (1.0 + ahead) + C[STORE, c])
            F_end = F_new + ahead * (F_new - F_up)
            h_in = h_at + cp * (F_end - T_at)
            C[F_END, c] = F_end
            C[STEP, c] = F_new - C[F, c]
            largest = max(largest, abs(C[STEP, c]))
            F_up = F_new
    return largest


@kernel
def stream_drops(
    C: np.ndarray,
    coolant: PlateCoolant,
    films: PlateFilms,
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    flow: np.ndarray,
    T: np.ndarray,
    conductance: np.ndarray,
    drops: np.ndarray,
) -> None:
    """Pressure drop of each stream [Pa]: friction cell by cell, bends, the entrance where the law asks for it."""
    for s in range(flow.size):
        per_channel = flow[s] / coolant.channels[s]
        total, length = 0.0, 0.0
        first, last = coolant.first[s], coolant.first[s + 1]
        for c in range(first, last):
            T_fluid = _held(C[F, c], table)
            C[WALL, c] = wall_temperature(C, films, conductance, T, c)
            T_wall = _held(C[WALL, c], table)
            gradient = pressure_gradient(law, duct, table, per_channel, T_fluid, T_wall)
            total += gradient * coolant.length[c]
            length += coolant.length[c]
            if coolant.bends[c] > 0.0:
                total += bend_drop(law, duct, table, per_channel, T_fluid, coolant.bends[c])
        if law.entrance != 0 and last > first:
            total += entrance_drop(law, duct, table, per_channel, _held(C[F, first], table), length)
        drops[s] = total


@kernel
def share_by_pressure(drops: np.ndarray, flow: np.ndarray, total: float) -> float:
    """Move the flows of parallel streams towards one pressure drop; the largest relative change.

    A stream's drop goes with a power of its flow between 1 (laminar) and 2: a correction with the power 0.65
    leaves at most a third of the error in either case.
    """
    mean = 0.0
    for s in range(flow.size):
        mean += drops[s] * flow[s] / total
    new_total = 0.0
    for s in range(flow.size):
        ratio = (mean / drops[s]) ** _SHARE_POWER if drops[s] > 0.0 else 1.0
        drops[s] = flow[s] * min(max(ratio, 1.0 / _SHARE_BOUND), _SHARE_BOUND)
        new_total += drops[s]
    largest = 0.0
    for s in range(flow.size):
        wanted = drops[s] * total / new_total
        largest = max(largest, abs(wanted / flow[s] - 1.0))
        flow[s] = wanted
    return largest


@kernel
def set_storage(
    C: np.ndarray, coolant: PlateCoolant, table: PropertyTable, energy: np.ndarray, per_time: float
) -> None:
    """Set STORE and F_BASE so that ``STORE (F - F_BASE)`` is what is stored, V (e - e_base) / time, about each F.

    What a volume holds is the integral of rho cp dT, of :func:`hashheat.solvers.stack_storage.energy_polynomial`:
    its tangent is exact where the iteration rests, so that the heat stored is the heat that came.
    """
    for c in range(C.shape[1]):
        T = _held(C[F, c], table)
        capacity = density(table, T) * heat_capacity(table, T)
        C[STORE, c] = coolant.volume[c] * capacity * per_time
        C[F_BASE, c] = C[F, c] - (heat_in_volume(energy, table, C[F, c]) - C[E_BASE, c]) / capacity


@kernel
def set_base(C: np.ndarray, table: PropertyTable, energy: np.ndarray, base: np.ndarray) -> None:
    """Set E_BASE from the temperatures at which a stage starts."""
    for c in range(C.shape[1]):
        C[E_BASE, c] = heat_in_volume(energy, table, base[c])
