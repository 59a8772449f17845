"""The heat balance of a plate's metal with its chips: residual, linearization, correction.

A chip's heat enters evenly over its footprint and depends on the mean temperature below it. Its power is a line in
that temperature, from Newton's method about the junction, which is eliminated: ``T_j = T_below + R P``.
"""

import numpy as np

from hashheat.solvers import plate_coolant as pc
from hashheat.solvers.convection import exp_poly
from hashheat.solvers.lanes import WIDTH, load, store
from hashheat.solvers.multigrid import NY, OFFSET, STRIDE, Levels, extent
from hashheat.solvers.plate_model import PlateChips, PlateFilms
from hashheat.solvers.serpentine import MAX_EXPONENT
from hashheat.thermo.jit import kernel

# Rows of the chips' table.
T_JUNCTION, POWER, SLOPE, SOURCE, GAIN = range(5)
N_CHIP_ROWS = 5

# Rows of what each solid cell is given apart from films and chips.
SINK_GIVEN, SOURCE_GIVEN = range(2)


@kernel
def linearize_chips(chips: PlateChips, J: np.ndarray, T: np.ndarray) -> int:
    """Power of each chip as a line in the temperature below it; 0 where a chip has no such line, else 1."""
    stable = 1
    for i in range(J.shape[1]):
        exponent = (J[T_JUNCTION, i] - chips.T_leak[i]) / chips.leak_scale[i]
        if exponent > MAX_EXPONENT and chips.P_leak[i] > 0.0:
            stable = 0
        leak = chips.P_leak[i] * exp_poly(min(max(exponent, -MAX_EXPONENT), MAX_EXPONENT))
        dP = leak / chips.leak_scale[i]
        J[GAIN, i] = chips.resistance[i] * dP
        reserve = 1.0 - J[GAIN, i]
        if reserve <= 0.0:
            stable = 0
            reserve = 1.0
        J[SLOPE, i] = dP / reserve
        J[SOURCE, i] = (chips.P_dynamic[i] + leak - dP * J[T_JUNCTION, i]) / reserve
        J[POWER, i] = J[SOURCE, i] + J[SLOPE, i] * mean_below(chips, i, T)
    return stable


@kernel
def mean_below(chips: PlateChips, i: int, T: np.ndarray) -> float:
    """Mean temperature of the solid below a chip [K]."""
    total = 0.0
    for k in range(chips.first[i], chips.first[i + 1]):
        total += chips.weight[k] * T[chips.cell[k]]
    return total


@kernel
def solid_balance(
    films: PlateFilms,
    chips: PlateChips,
    levels: Levels,
    given: np.ndarray,
    T: np.ndarray,
    C: np.ndarray,
    fluid: np.ndarray,
    J: np.ndarray,
    conductance: np.ndarray,
    residual: np.ndarray,
) -> None:
    """Residual of every solid cell [W] and the sink of its linearized balance [W/K], in the levels' layout."""
    nz = levels.nz
    ny, stride, start = levels.table[NY, 0], levels.table[STRIDE, 0], levels.table[OFFSET, 0]
    plane = (ny + 2) * stride
    ax, ay, az = levels.ax, levels.ay, levels.az
    for z in range(nz):
        for y in range(ny):
            first = start + z * plane + (y + 1) * stride
            for i in range(first, first + stride, WIDTH):
                here = load(T, 0, i)
                q = load(given, SOURCE_GIVEN, i) - load(given, SINK_GIVEN, i) * here
                q = q + load(ax, 0, i) * (load(T, 0, i + 1) - here)
                q = q + load(ax, 0, i - 1) * (load(T, 0, i - 1) - here)
                q = q + load(ay, 0, i) * (load(T, 0, i + stride) - here)
                q = q + load(ay, 0, i - stride) * (load(T, 0, i - stride) - here)
                if nz > 1:
                    if z < nz - 1:
                        q = q + load(az, 0, i) * (load(T, 0, i + plane) - here)
                    if z > 0:
                        q = q + load(az, 0, i - plane) * (load(T, 0, i - plane) - here)
                store(residual, 0, i, q)
                store(levels.sink, 0, i, load(given, SINK_GIVEN, i))
    for c in range(C.shape[1]):
        for k in range(films.first[c], films.first[c + 1]):
            at = films.cell[k]
            residual[0, at] -= conductance[k] * (T[0, at] - fluid[c])
            levels.sink[0, at] += conductance[k] * C[pc.FOLLOW, c]
    for n in range(J.shape[1]):
        for k in range(chips.first[n], chips.first[n + 1]):
            at = chips.cell[k]
            heat_here = chips.weight[k] * J[POWER, n]
            residual[0, at] += heat_here
            if nz == 1:
                _spread_edges(levels, residual, at, heat_here)


@kernel
def _spread_edges(levels: Levels, residual: np.ndarray, at: int, heat: float) -> None:
    """Hand an eighth of a cell's heat to each of its four neighbours in the plane.

    A second difference of point values is the source weighted by a hat that reaches into half of both
    neighbours; where a footprint ends at a face, 1/8, 6/8, 1/8 is that weight exactly. Without it, the thin
    plate is too hot below a footprint by q dx^2 / (8 k t), most of the error of the grid.
    """
    stride = levels.table[STRIDE, 0]
    eighth = 0.125 * heat
    if levels.ax[0, at] > 0.0:
        residual[0, at] -= eighth
        residual[0, at + 1] += eighth
    if levels.ax[0, at - 1] > 0.0:
        residual[0, at] -= eighth
        residual[0, at - 1] += eighth
    if levels.ay[0, at] > 0.0:
        residual[0, at] -= eighth
        residual[0, at + stride] += eighth
    if levels.ay[0, at - stride] > 0.0:
        residual[0, at] -= eighth
        residual[0, at - stride] += eighth


@kernel
def _level_shift(levels: Levels, slopes: np.ndarray) -> float:
    """The one temperature by which the whole solid has to move for its residuals to add up to zero [K].

    Conduction does not feel it, so that the balance of the whole plate closes to rounding.
    """
    left, sink = 0.0, -slopes.sum()
    first, stop = extent(levels)
    for i in range(first, stop):
        if levels.pivot[0, i] > 0.0:
            left += levels.work[2, i]
            sink += levels.sink[0, i]
    return left / sink if sink > 0.0 else 0.0


@kernel
def correct_solid(
    films: PlateFilms,
    chips: PlateChips,
    levels: Levels,
    T: np.ndarray,
    C: np.ndarray,
    J: np.ndarray,
    conductance: np.ndarray,
) -> float:
    """Add the solid's correction, give the coolant its heat and the chips their temperature; largest step [K]."""
    shift = _level_shift(levels, J[SLOPE])
    correction = levels.work[1]
    change = 0.0
    first, stop = extent(levels)
    for i in range(first, stop):
        if levels.pivot[0, i] > 0.0:
            correction[i] += shift
            change = max(change, abs(correction[i]))
    for c in range(C.shape[1]):
        taken = 0.0
        for k in range(films.first[c], films.first[c + 1]):
            at = films.cell[k]
            taken += conductance[k] * (T[0, at] - C[pc.F_LOCAL, c] + C[pc.FOLLOW, c] * correction[at])
        C[pc.HEAT, c] = taken
    T[0, first:stop] += correction[first:stop]
    for i in range(J.shape[1]):
        below = mean_below(chips, i, T[0])
        J[POWER, i] = J[SOURCE, i] + J[SLOPE, i] * below
        T_j = below + chips.resistance[i] * J[POWER, i]
        change = max(change, abs(T_j - J[T_JUNCTION, i]))
        J[T_JUNCTION, i] = T_j
    return change
