"""A heated plate with a serpentine coolant path: finite volumes along the path, many cases at once.

The plate is cut into ``n_pass`` parallel strips, each with its own straight channel, and each strip into
``n_cell`` cells::

        j = 0     1     2     3
      +-----+-----+-----+-----+
      | -->   -->   -->   --> | \\     pass 0, cells in path order s = 0 1 2 3
      +-----+-----+-----+-----+  |
      | <--   <--   <--   <-- | /     pass 1, s = 7 6 5 4
      +-----+-----+-----+-----+

Wall cell (all conductances per cell, [W/K])::

    kA/dx (T_e - 2 T + T_w) + G dx (T_n - 2 T + T_s)          conduction along the strip and between strips
      - g (T - F) - u (T - T_ambient) + chips * P(T_j) = 0    coolant, surroundings, chips

with ``T_j = T + R P(T_j)`` and ``P = P_dynamic + P_leak exp((T_j - T_ref) / T_scale)``. The coolant gains
``m (h_out - h_in) = g (T - F)`` in each cell, F being the mean of inlet and outlet temperature (box scheme,
second order, exact in energy). Ends and outer edges of the plate are adiabatic but for the loss u.

Each iteration evaluates the film coefficients, linearizes the chips (Newton; the junction is eliminated), solves
the wall exactly by a banded LDL^T factorization, and marches the coolant. The wall sees the coolant one iteration
late; that lag shrinks by about G L / (m cp) an iteration, and Anderson's acceleration carries it to flows of a
thirtieth of the usual, where the plain iteration would diverge.

Newton on the convex leakage, started from below, climbs to the lower (physical) branch. When the slope of the
feedback reaches one, or a pivot of the factorization is no longer positive, there is no steady state: runaway.
"""

from typing import NamedTuple

import numba
import numpy as np

from hashheat.solvers.anderson import DEPTH, accelerate
from hashheat.solvers.banded import factor_row, substitute_back
from hashheat.solvers.convection import exp_poly, nusselt_duct, nusselt_gnielinski, property_correction
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.friction import friction_duct, viscosity_correction_friction
from hashheat.solvers.lanes import WIDTH, any_lane, bounded, load, magnitude, select, store
from hashheat.solvers.minor_losses import bend_loss
from hashheat.thermo.jit import kernel, parallel_kernel
from hashheat.thermo.packed_table import pack, unpack
from hashheat.thermo.property_kernels import (
    conductivity,
    density,
    enthalpy,
    fluidity,
    heat_capacity,
    log_prandtl,
    log_viscosity,
    prandtl_cube_root,
    viscosity,
)
from hashheat.thermo.property_table import PropertyTable

# Rows of the input table: one column a case.
(
    T_IN,  # K
    MASS_FLOW,  # kg/s
    HYDRAULIC_DIAMETER,  # m
    FLOW_AREA,  # m2
    HEATED_PERIMETER,  # m
    PASS_LENGTH,  # m
    WALL_CONDUCTANCE,  # kA of one strip, W m/K
    CROSS_CONDUCTANCE,  # G between neighbouring strips, W/(m K)
    CHIP_RESISTANCE,  # junction to plate, K/W a chip
    P_DYNAMIC,  # W a chip
    P_LEAK,  # W a chip at T_LEAK
    T_LEAK,  # K
    LEAK_SCALE,  # K
    LOSS,  # plate to surroundings, W/(m K) along the path
    T_AMBIENT,  # K
    NUSSELT_FACTOR,  # multiplies the correlation, -
    FIXED_HTC,  # W/(m2 K); 0 takes the correlation
    ROUGHNESS,  # m
    BEND_RATIO,  # bend radius over hydraulic diameter, -
    PORT_LOSS,  # sum of loss coefficients of inlet and outlet, -
    FOULING,  # resistance of a deposit on the wetted wall, m2 K/W
) = range(21)
N_INPUTS = 21

# Rows of the output table.
(
    T_OUT,  # K
    T_JUNCTION,  # hottest, K
    HOT_CELL,  # its place in path order
    T_WALL,  # hottest wetted wall, K
    HEAT_WATER,  # W
    CHIP_POWER,  # W
    HEAT_LOSS,  # W
    PRESSURE_DROP,  # Pa
    LOOP_GAIN,  # largest R dP/dT_j, -
    IMBALANCE,  # (power - water - loss) / power, -
    ITERATIONS,
    STATUS,
) = range(12)
N_OUTPUTS = 12

# Values of STATUS.
OK, RUNAWAY, NOT_CONVERGED, OUT_OF_RANGE = range(4)

# Rows of one cell in the field table.
FIELD_T_IN, FIELD_T_OUT, FIELD_T_WALL, FIELD_T_JUNCTION, FIELD_HTC = range(5)
N_FIELDS = 5

# Rows of the scratch table: what a block needs of its cases, then its cells from NODE on. Reciprocals are stored
# because a division costs as much as ten multiplications.
(
    ACTIVE,  # 1 while the case still iterates
    STATE,
    COUNT,  # iterations
    HEAT,  # W to the coolant
    FLUX,  # m D / A: Reynolds number times viscosity
    LN_FLUX,
    ENTRY,  # (D / L)^(2/3) / 3, of the turbulent entrance
    SLENDERNESS,  # L / D
    NUSSELT_SCALE,  # correction of the correlation over D
    WORK,  # four rows
) = range(10)
NODE = WORK + 4

#: Of the leakage: e^11.5 = 1e5 times the reference is runaway by any measure.
MAX_EXPONENT = 11.5
_LAMINAR_END = 4000.0


class PathLayout(NamedTuple):
    """Where the cells and the chips of a serpentine are; the same for all cases of a call.

    Parameters
    ----------
    n_pass, n_cell : int
        Passes, and cells in each.
    chips : (n_pass * n_cell,) float array
        Chips on each cell in path order; a chip that covers several cells is split.
    development : (n_pass * n_cell,) float array
        Distance of each cell from where the boundary layers start, over the pass length: where x^(-1/3), the
        power of laminar heat transfer, has its mean over the cell.
    development_23 : (n_pass * n_cell,) float array
        Mean of x^(-2/3) over the cell, the power of the turbulent entrance factor.
    """

    n_pass: int
    n_cell: int
    chips: np.ndarray
    development: np.ndarray
    development_23: np.ndarray


@kernel
def _scratch_rows(n_pass: int, n_cell: int) -> int:
    n = n_pass * n_cell
    return NODE + (n + 1) + 7 * n + (n_pass + 1 + 2 * (DEPTH + 1)) * n


@kernel
def _film_conductance(
    par: np.ndarray,
    col: int,
    S: np.ndarray,
    development: float,
    development_23: float,
    T: float,
    T_wall: float,
    table: PropertyTable,
    duct: DuctLaminar,
) -> float:
    """Film coefficient [W/(m2 K)] of one cell for every lane."""
    Re = load(S, FLUX, 0) * fluidity(table, T)
    ln_Re = load(S, LN_FLUX, 0) - log_viscosity(table, T)
    Pr13 = prandtl_cube_root(table, T)
    Pr23 = Pr13 * Pr13
    Pr = Pr23 * Pr13
    Nu = nusselt_gnielinski(ln_Re, Re, Pr, Pr23, 1.0 + load(S, ENTRY, 0) * development_23)
    if any_lane(Re < _LAMINAR_END):
        store(S, WORK, 0, Re)
        store(S, WORK + 1, 0, Pr)
        store(S, WORK + 2, 0, Nu)
        store(S, WORK + 3, 0, load(S, SLENDERNESS, 0))
        entry = development_23**-1.5
        for lane in range(WIDTH):
            if S[WORK, lane] < _LAMINAR_END:
                S[WORK + 2, lane] = nusselt_duct(
                    S[WORK, lane],
                    S[WORK + 1, lane],
                    S[WORK + 3, lane] * development,
                    duct,
                    S[WORK + 3, lane] * entry,
                )
        Nu = load(S, WORK + 2, 0)
    Nu = Nu * property_correction(log_prandtl(table, T), log_prandtl(table, T_wall))
    fixed = load(par, FIXED_HTC, col)
    correlated = Nu * conductivity(table, T) * load(S, NUSSELT_SCALE, 0)
    return select(fixed > 0.0, fixed, correlated)


@kernel
def _path_to_wall(s: int, n_pass: int, n_cell: int) -> int:
    """Wall index (column by column, passes inner) of the cell at place s along the path."""
    p = s // n_cell
    j = s - p * n_cell
    if p % 2 == 1:
        j = n_cell - 1 - j
    return j * n_pass + p


@kernel
def _wall_to_path(i: int, n_pass: int, n_cell: int) -> int:
    """Place along the path of the cell with wall index i: the inverse of :func:`_path_to_wall`."""
    j = i // n_pass
    p = i - j * n_pass
    if p % 2 == 1:
        j = n_cell - 1 - j
    return p * n_cell + j


@kernel
def _solve_block(
    par: np.ndarray,
    col: int,
    layout: PathLayout,
    table: PropertyTable,
    duct: DuctLaminar,
    tolerance: float,
    max_iterations: int,
    S: np.ndarray,
    out: np.ndarray,
    fields: np.ndarray,
) -> None:
    n_pass, n_cell = layout.n_pass, layout.n_cell
    n = n_pass * n_cell
    WALL = NODE + n + 1
    JUNCTION = WALL + n
    EXCHANGE = JUNCTION + n
    SLOPE = EXCHANGE + n
    SOURCE = SLOPE + n
    X = SOURCE + n
    PIVOT = X + n
    BAND = PIVOT + n
    STEP = BAND + n_pass * n
    HISTORY = STEP + n

    for lane in range(WIDTH):
        c = col + lane
        slenderness = par[PASS_LENGTH, c] / par[HYDRAULIC_DIAMETER, c]
        S[FLUX, lane] = par[MASS_FLOW, c] * par[HYDRAULIC_DIAMETER, c] / par[FLOW_AREA, c]
        S[LN_FLUX, lane] = np.log(S[FLUX, lane])
        S[ENTRY, lane] = slenderness ** (-2.0 / 3.0) / 3.0
        S[SLENDERNESS, lane] = slenderness
        S[NUSSELT_SCALE, lane] = par[NUSSELT_FACTOR, c] / par[HYDRAULIC_DIAMETER, c]
        S[ACTIVE, lane] = 1.0
        S[STATE, lane] = NOT_CONVERGED
        S[COUNT, lane] = max_iterations

    T_in = load(par, T_IN, col)
    m = load(par, MASS_FLOW, col)
    R = load(par, CHIP_RESISTANCE, col)
    P_dynamic = load(par, P_DYNAMIC, col)
    P_leak = load(par, P_LEAK, col)
    T_leak = load(par, T_LEAK, col)
    per_scale = 1.0 / load(par, LEAK_SCALE, col)
    T_ambient = load(par, T_AMBIENT, col)
    dx = load(par, PASS_LENGTH, col) / n_cell
    wetted = load(par, HEATED_PERIMETER, col) * dx
    fouling = load(par, FOULING, col)
    loss = load(par, LOSS, col) * dx
    zero = 0.0 * T_in
    along = load(par, WALL_CONDUCTANCE, col) / dx
    across = load(par, CROSS_CONDUCTANCE, col) * dx
    h_in = enthalpy(table, T_in)
    per_cp = 1.0 / heat_capacity(table, T_in)
    per_m = 1.0 / m

    # Start: every chip at the power it would draw on a plate as cold as the coolant, which is below the solution.
    # The loss is marched implicitly, so that a coolant that cools on its way starts below its solution too.
    per_m_cp = per_m * per_cp
    T = T_in
    store(S, HEAT, 0, 0.0)
    store(S, NODE, 0, T)
    for s in range(n):
        exponent = bounded((T - T_leak) * per_scale, -MAX_EXPONENT, MAX_EXPONENT)
        P = P_dynamic + P_leak * exp_poly(exponent)
        T_next = (T + (layout.chips[s] * P + loss * T_ambient) * per_m_cp) / (1.0 + loss * per_m_cp)
        i = _path_to_wall(s, n_pass, n_cell)
        store(S, WALL + i, 0, 0.5 * (T + T_next))
        store(S, JUNCTION + i, 0, select(T < T_next, T, T_next) + R * P)
        store(S, NODE + s + 1, 0, T_next)
        T = T_next

    for r in range(2 * (DEPTH + 1) * n):
        store(S, HISTORY + r, 0, 0.0)
    last_change = 1e30 + zero
    for iteration in range(max_iterations):
        stable = R < -1.0  # false in every lane
        unstable = R < -1.0
        # Film coefficients follow the temperature by a few percent a kelvin: near the end they can rest.
        stale = last_change > 10.0 * tolerance
        refresh = any_lane(stale)
        for i in range(n):
            s = _wall_to_path(i, n_pass, n_cell)
            T0 = load(S, NODE + s, 0)
            T_mean = bounded(0.5 * (T0 + load(S, NODE + s + 1, 0)), table.T_min, table.T_max)
            T_wall = bounded(load(S, WALL + i, 0), table.T_min, table.T_max)
            exchange = load(S, EXCHANGE + i, 0)
            if refresh:
                film = _film_conductance(
                    par,
                    col,
                    S,
                    layout.development[s],
                    layout.development_23[s],
                    T_mean,
                    T_wall,
                    table,
                    duct,
                )
                g = wetted * film / (1.0 + film * fouling)
                m_cp = m * heat_capacity(table, T_mean)
                exchange = select(stale, g * m_cp / (m_cp + 0.5 * g), exchange)
                store(S, EXCHANGE + i, 0, exchange)
            chips = layout.chips[s]
            slope, source = zero, zero
            if chips > 0.0:
                # P is linear in the wall temperature once T_j = T + R P is eliminated.
                T_j = load(S, JUNCTION + i, 0)
                exponent = (T_j - T_leak) * per_scale
                unstable = unstable | (exponent > MAX_EXPONENT)
                leak = P_leak * exp_poly(bounded(exponent, -MAX_EXPONENT, MAX_EXPONENT))
                dP = leak * per_scale
                reserve = 1.0 - R * dP
                unstable = unstable | (reserve <= 0.0)
                per_reserve = 1.0 / select(reserve > 0.0, reserve, 1.0)
                slope = dP * per_reserve
                source = (P_dynamic + leak - dP * T_j) * per_reserve
            store(S, SLOPE + i, 0, slope)
            store(S, SOURCE + i, 0, source)
            right = exchange * T0 + loss * T_ambient + chips * source
            diagonal = exchange + loss - chips * slope
            p = i % n_pass
            j = i // n_pass
            if p > 0:
                diagonal = diagonal + across
            if p < n_pass - 1:
                diagonal = diagonal + across
            if j > 0:
                diagonal = diagonal + along
            if j < n_cell - 1:
                diagonal = diagonal + along
            found = factor_row(S, i, n_pass, BAND, PIVOT, X, diagonal, right, along, across, zero)
            unstable = unstable | (found <= 0.0)
        substitute_back(S, n, n_pass, BAND, PIVOT, X)

        # A lane that runs away keeps its last finite state.
        active = load(S, ACTIVE, 0)
        running = active > 0.5
        moving = select(unstable, 0.0, active) > 0.5
        change = zero
        gained = zero
        T0 = load(S, NODE, 0)
        for s in range(n):
            i = _path_to_wall(s, n_pass, n_cell)
            T_wall = load(S, X + i, 0)
            T_before = load(S, WALL + i, 0)
            change = select(magnitude(T_wall - T_before) > change, magnitude(T_wall - T_before), change)
            store(S, WALL + i, 0, select(moving, T_wall, T_before))
            T_j = T_wall + R * (load(S, SOURCE + i, 0) + load(S, SLOPE + i, 0) * T_wall)
            T_before = load(S, JUNCTION + i, 0)
            change = select(magnitude(T_j - T_before) > change, magnitude(T_j - T_before), change)
            store(S, JUNCTION + i, 0, select(moving, T_j, T_before))
            # The wall balance was closed with the old inlet of this cell: the coolant takes just that heat.
            gained = gained + load(S, EXCHANGE + i, 0) * (T_wall - T0)
            T_old = load(S, NODE + s + 1, 0)
            T_at = bounded(T_old, table.T_min, table.T_max)
            # The slope at the inlet will do: the iteration has others to wait for.
            T_new = T_at + (h_in + gained * per_m - enthalpy(table, T_at)) * per_cp
            step = T_new - T_old
            change = select(magnitude(step) > change, magnitude(step), change)
            store(S, STEP + s, 0, step)
            T0 = T_old
        accelerate(S, n, iteration, NODE + 1, STEP, HISTORY, moving, zero)
        store(S, HEAT, 0, select(moving, gained, load(S, HEAT, 0)))
        last_change = change

        # A lane that is done is frozen, so that its result does not depend on its neighbours in the block.
        stable = change < tolerance
        finished = running & (stable | unstable)
        state = select(unstable, 1.0 * RUNAWAY, 1.0 * OK)
        store(S, STATE, 0, select(finished, state, load(S, STATE, 0)))
        store(S, COUNT, 0, select(finished, 1.0 * (iteration + 1), load(S, COUNT, 0)))
        active = select(finished, 0.0, active)
        store(S, ACTIVE, 0, active)
        if not any_lane(active > 0.5):
            break

    # Results, from the frozen state alone.
    hottest = zero - 1.0
    place = zero
    T_wall_max = load(S, WALL, 0)
    power = zero
    lost = zero
    gain = zero
    T_low, T_high = T_in, T_in
    for s in range(n):
        i = _path_to_wall(s, n_pass, n_cell)
        T_j = load(S, JUNCTION + i, 0)
        T_wall = load(S, WALL + i, 0)
        lost = lost + loss * (T_wall - T_ambient)
        if layout.chips[s] > 0.0:
            exponent = bounded((T_j - T_leak) * per_scale, -MAX_EXPONENT, MAX_EXPONENT)
            leak = P_leak * exp_poly(exponent)
            gain = select(R * leak * per_scale > gain, R * leak * per_scale, gain)
            power = power + layout.chips[s] * (P_dynamic + leak)
            place = select(T_j > hottest, 1.0 * s, place)
            hottest = select(T_j > hottest, T_j, hottest)
        T_wall_max = select(T_wall > T_wall_max, T_wall, T_wall_max)
        T = load(S, NODE + s + 1, 0)
        T_low = select(T < T_low, T, T_low)
        T_high = select(T > T_high, T, T_high)
    water = load(S, HEAT, 0)
    state = load(S, STATE, 0)
    outside = (T_low < table.T_min) | (T_high > table.T_max)
    state = select(outside & (state < 0.5), 1.0 * OUT_OF_RANGE, state)
    # A coolant that would boil from the dynamic power alone is not for leakage to blame.
    heated = zero
    for s in range(n):
        heated = heated + layout.chips[s] * P_dynamic
    boils = T_in + heated * per_m_cp > table.T_max
    state = select(boils & (state > 0.5), 1.0 * OUT_OF_RANGE, state)
    store(out, T_OUT, col, load(S, NODE + n, 0))
    # A plate without chips has no junction hotter than its wall.
    store(out, T_JUNCTION, col, select(hottest < 0.0, T_wall_max, hottest))
    store(out, HOT_CELL, col, place)
    store(out, T_WALL, col, T_wall_max)
    store(out, HEAT_WATER, col, water)
    store(out, CHIP_POWER, col, power)
    store(out, HEAT_LOSS, col, lost)
    store(out, LOOP_GAIN, col, gain)
    store(out, IMBALANCE, col, (power - water - lost) / select(power > 0.0, power, 1.0))
    store(out, ITERATIONS, col, load(S, COUNT, 0))
    store(out, STATUS, col, state)
    _pressure_drop(par, col, layout, table, duct, S, NODE, WALL, out)

    if fields.shape[0] > 0:
        for s in range(n):
            i = _path_to_wall(s, n_pass, n_cell)
            T0 = load(S, NODE + s, 0)
            T1 = load(S, NODE + s + 1, 0)
            T_wall = load(S, WALL + i, 0)
            htc = _film_conductance(
                par,
                col,
                S,
                layout.development[s],
                layout.development_23[s],
                bounded(0.5 * (T0 + T1), table.T_min, table.T_max),
                bounded(T_wall, table.T_min, table.T_max),
                table,
                duct,
            )
            row = s * N_FIELDS
            store(fields, row + FIELD_T_IN, col, T0)
            store(fields, row + FIELD_T_OUT, col, T1)
            store(fields, row + FIELD_T_WALL, col, T_wall)
            store(fields, row + FIELD_T_JUNCTION, col, load(S, JUNCTION + i, 0))
            store(fields, row + FIELD_HTC, col, htc)


@kernel
def _pressure_drop(
    par: np.ndarray,
    col: int,
    layout: PathLayout,
    table: PropertyTable,
    duct: DuctLaminar,
    S: np.ndarray,
    node: int,
    wall: int,
    out: np.ndarray,
) -> None:
    """Friction pass by pass with the state at its middle (exact for a linear profile), bends and ports."""
    n_pass, n_cell = layout.n_pass, layout.n_cell
    half = n_cell // 2
    for lane in range(WIDTH):
        c = col + lane
        D = par[HYDRAULIC_DIAMETER, c]
        flux = par[MASS_FLOW, c] / par[FLOW_AREA, c]
        dp = 0.0
        for p in range(n_pass):
            s = p * n_cell + half
            if n_cell % 2 == 0:
                T = S[node + s, lane]
            else:
                T = 0.5 * (S[node + s, lane] + S[node + s + 1, lane])
            T = min(max(T, table.T_min), table.T_max)
            T_wall = S[wall + _path_to_wall(s, n_pass, n_cell), lane]
            if n_cell % 2 == 0:
                T_wall = 0.5 * (T_wall + S[wall + _path_to_wall(s - 1, n_pass, n_cell), lane])
            T_wall = min(max(T_wall, table.T_min), table.T_max)
            mu = viscosity(table, T)
            Re = flux * D / mu
            head = 0.5 * flux * flux / density(table, T)
            f = friction_duct(Re, par[ROUGHNESS, c] / D, duct.fRe)
            corrected = f * viscosity_correction_friction(Re, viscosity(table, T_wall) / mu)
            dp += head * corrected * par[PASS_LENGTH, c] / D
            if p < n_pass - 1:
                dp += head * bend_loss(np.pi, par[BEND_RATIO, c], f)
            if p == 0:
                dp += 0.5 * head * par[PORT_LOSS, c]
            if p == n_pass - 1:
                dp += 0.5 * head * par[PORT_LOSS, c]
        out[PRESSURE_DROP, c] = dp


@kernel
def _solve_range(
    first: int,
    last: int,
    par: np.ndarray,
    layout: PathLayout,
    packed: np.ndarray,
    duct: DuctLaminar,
    tolerance: float,
    max_iterations: int,
    out: np.ndarray,
    fields: np.ndarray,
) -> None:
    table = unpack(packed)
    S = np.zeros((_scratch_rows(layout.n_pass, layout.n_cell), WIDTH))
    for block in range(first, last):
        _solve_block(par, block * WIDTH, layout, table, duct, tolerance, max_iterations, S, out, fields)


@parallel_kernel
def _solve_parallel(
    chunk: int,
    par: np.ndarray,
    layout: PathLayout,
    packed: np.ndarray,
    duct: DuctLaminar,
    tolerance: float,
    max_iterations: int,
    out: np.ndarray,
    fields: np.ndarray,
) -> None:
    blocks = par.shape[1] // WIDTH
    chunks = (blocks + chunk - 1) // chunk
    for q in numba.prange(chunks):
        _solve_range(
            q * chunk,
            min(blocks, (q + 1) * chunk),
            par,
            layout,
            packed,
            duct,
            tolerance,
            max_iterations,
            out,
            fields,
        )


def path_layout(n_pass: int, n_cell: int, chips: np.ndarray, redevelops: bool = True) -> PathLayout:
    """Cells of a serpentine.

    Parameters
    ----------
    n_pass, n_cell : int
        Passes, and cells in each.
    chips : (n_pass, n_cell) or (n_pass * n_cell,) array_like
        Chips on each cell in path order.
    redevelops : bool
        Whether the boundary layers start anew after each bend.

    Returns
    -------
    PathLayout
    """
    start = np.tile(np.arange(n_cell) / n_cell, n_pass)
    if not redevelops:
        start = start + np.repeat(np.arange(n_pass), n_cell)
    end = start + 1.0 / n_cell
    # Heat transfer is singular where the boundary layer starts: the place that stands for a cell is the one where
    # the power it goes with has its mean over the cell.
    mean_13 = 1.5 * n_cell * (np.cbrt(end) ** 2 - np.cbrt(start) ** 2)
    mean_23 = 3.0 * n_cell * (np.cbrt(end) - np.cbrt(start))
    flat = np.ascontiguousarray(chips, dtype=float).reshape(n_pass * n_cell)
    return PathLayout(n_pass, n_cell, flat, mean_13**-3.0, mean_23)


def solve_serpentine(
    cases: np.ndarray,
    layout: PathLayout,
    table: PropertyTable,
    duct: DuctLaminar,
    *,
    tolerance: float = 1e-5,
    max_iterations: int = 200,
    with_fields: bool = False,
    parallel: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Steady state of many serpentine plates that share layout and fluid.

    Parameters
    ----------
    cases : (N_INPUTS, n) float array
        One column a case, rows as named at the top of this module.
    layout : PathLayout
        Cells and chips.
    table : PropertyTable
        Coolant properties.
    duct : DuctLaminar
        Laminar Nusselt numbers and friction of the channel's shape.
    tolerance : float
        A case is done when no temperature would change by more than this in another iteration [K]; the error
        that is left is about a tenth of it.
    max_iterations : int
        After so many iterations a case is marked ``NOT_CONVERGED``.
    with_fields : bool
        Also return the temperatures of every cell.
    parallel : bool
        Use all threads. The result is the same bit for bit.

    Returns
    -------
    results : (N_OUTPUTS, n) float array
        Rows as named at the top of this module. Only columns whose ``STATUS`` is ``OK`` are a steady state.
    fields : (n_pass * n_cell, N_FIELDS, n) float array
        Cells in path order; empty unless ``with_fields``.
    """
    n = cases.shape[1]
    padded = -(-n // WIDTH) * WIDTH
    par = np.empty((N_INPUTS, padded))
    par[:, :n] = cases
    par[:, n:] = cases[:, n - 1 : n]
    out = np.zeros((N_OUTPUTS, padded))
    cells = layout.n_pass * layout.n_cell
    fields = np.zeros((cells * N_FIELDS if with_fields else 0, padded))
    if parallel:
        _solve_parallel(4, par, layout, pack(table), duct, tolerance, max_iterations, out, fields)
    else:
        _solve_range(
            0, padded // WIDTH, par, layout, pack(table), duct, tolerance, max_iterations, out, fields
        )
    # A NaN or a negative flow among the inputs ends here as a case without a result, never as a result.
    lost = ~np.isfinite(out).all(axis=0)
    out[STATUS, lost] = np.maximum(np.nan_to_num(out[STATUS, lost]), NOT_CONVERGED)
    return out[:, :n], fields.reshape(cells if with_fields else 0, N_FIELDS, padded)[:, :, :n]
