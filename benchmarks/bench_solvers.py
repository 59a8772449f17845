"""The unit kernel and the ladder against plain SciPy solutions of the same equations, in one session.

A unit is four boards of 64 cells with temperature-dependent water, leakage and conduction along and across
the plate. The peers are what one would write first: a loop around ``scipy.sparse.linalg.spsolve`` for a
board, and ``scipy.optimize.root`` for a ladder. Both must give the same answer, to 1e-6 K and 1e-6 of a flow.
"""

import math

import numba
import numpy as np
import pytest
from scipy.optimize import root
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import spsolve

from hashheat.solvers import serpentine as sp
from hashheat.solvers.duct_table import duct_laminar
from hashheat.solvers.ladder import OK, U, solve_ladder
from hashheat.thermo.fluid import Fluid

PASSES, CELLS, CHIPS = 4, 16, 160
BOARDS_A_UNIT = 4
BOARDS = 64 if numba.config.DISABLE_JIT else 4096
PEER_BOARDS = 4
BRANCHES, LADDERS = 140, 1000
#: Both timed solvers stop when no temperature changes by more than this [K].
TOLERANCE = 1e-5

ROOT = {"peer": "test_scipy_root", "peer_name": "`scipy.optimize.root`"}

BOARD = {
    sp.T_IN: 343.15,
    sp.MASS_FLOW: 0.163 / BOARDS_A_UNIT,
    sp.HYDRAULIC_DIAMETER: 4 * 40e-6 / 26e-3,
    sp.FLOW_AREA: 40e-6,
    sp.HEATED_PERIMETER: 26e-3,
    sp.PASS_LENGTH: 0.42,
    sp.WALL_CONDUCTANCE: 180 * (0.04 * 0.01 - 40e-6),
    sp.CROSS_CONDUCTANCE: 36.0,
    sp.CHIP_RESISTANCE: 0.75,
    sp.P_DYNAMIC: 11.3,
    sp.P_LEAK: 0.6,
    sp.T_LEAK: 348.0,
    sp.LEAK_SCALE: 36.0,
    sp.LOSS: 0.2,
    sp.T_AMBIENT: 293.0,
    sp.NUSSELT_FACTOR: 1.0,
    sp.FIXED_HTC: 0.0,
    sp.ROUGHNESS: 0.0,
    sp.BEND_RATIO: 2.0,
    sp.PORT_LOSS: 1.0,
    sp.FOULING: 0.0,
}


@pytest.fixture(scope="module")
def plate():
    """Layout, property table and duct of the board."""
    layout = sp.path_layout(PASSES, CELLS, np.full((PASSES, CELLS), CHIPS / (PASSES * CELLS)))
    return layout, Fluid.parse("water").table(3e5), duct_laminar("rectangle", 0.625)


@pytest.fixture(scope="module")
def boards():
    """Input columns of many boards: flow, inlet, resistance and leakage differ."""
    rng = np.random.default_rng(4096)
    cases = np.repeat(np.array([[BOARD[row]] for row in range(sp.N_INPUTS)]), BOARDS, axis=1)
    cases[sp.MASS_FLOW] *= rng.uniform(0.8, 1.2, BOARDS)
    cases[sp.T_IN] += rng.uniform(-3.0, 3.0, BOARDS)
    cases[sp.CHIP_RESISTANCE] *= rng.uniform(0.7, 1.3, BOARDS)
    cases[sp.P_LEAK] *= rng.uniform(0.5, 1.5, BOARDS)
    return cases


def note(benchmark, count, name, **more):
    benchmark.extra_info.update(per=name, work=count, **more)
    if benchmark.stats is None:  # no statistics where benchmarks are disabled
        return
    seconds = benchmark.stats.stats.min
    benchmark.extra_info[f"us_per_{name}"] = seconds / count * 1e6
    if "iterations_mean" in more:
        steps = count * more["cells_a_unit"] * more["iterations_mean"]
        benchmark.extra_info["ns_per_cell_iteration"] = seconds / steps * 1e9


def assert_physics(out):
    assert np.all(out[sp.STATUS] == sp.OK)
    assert np.max(np.abs(out[sp.IMBALANCE])) < 1e-10
    assert np.all(out[sp.LOOP_GAIN] < 1.0)


@pytest.mark.benchmark(group="cold plates of a unit")
@pytest.mark.parametrize("parallel", [False, True], ids=["serial", "parallel"])
def test_unit_kernel(benchmark, plate, boards, parallel):
    sp.solve_serpentine(boards[:, :16], *plate, parallel=parallel)  # compile
    out, _ = benchmark(sp.solve_serpentine, boards, *plate, parallel=parallel, tolerance=TOLERANCE)
    assert_physics(out)
    note(
        benchmark,
        BOARDS / BOARDS_A_UNIT,
        "unit",
        boards=BOARDS,
        cells_a_unit=BOARDS_A_UNIT * PASSES * CELLS,
        iterations_mean=float(out[sp.ITERATIONS].mean()),
        largest_imbalance=float(np.max(np.abs(out[sp.IMBALANCE]))),
        threads=numba.get_num_threads() if parallel else 1,
        row=f"Unit of {BOARDS_A_UNIT} x {PASSES * CELLS} cells, {'all threads' if parallel else 'one thread'}",
        peer="test_scipy_sparse",
        peer_name="loop around `scipy.sparse.linalg.spsolve`",
    )


@pytest.mark.benchmark(group="cold plates of a unit")
def test_scipy_sparse(benchmark, plate, boards):
    few = boards[:, :PEER_BOARDS]
    out, _ = sp.solve_serpentine(few, *plate, tolerance=1e-8)
    layout, table, _ = plate

    def solve(tolerance=TOLERANCE):
        return [sparse_board(few[:, c], layout, table, tolerance) for c in range(PEER_BOARDS)]

    peers = benchmark(solve)
    for c, (T_out, T_junction, T_wall, power, iterations) in enumerate(solve(1e-10)):
        assert out[sp.T_OUT, c] == pytest.approx(T_out, abs=1e-6)
        assert out[sp.T_JUNCTION, c] == pytest.approx(T_junction, abs=1e-6)
        assert out[sp.T_WALL, c] == pytest.approx(T_wall, abs=1e-6)
        assert out[sp.CHIP_POWER, c] == pytest.approx(power, rel=1e-8)
        assert iterations < 30
    note(
        benchmark,
        PEER_BOARDS / BOARDS_A_UNIT,
        "unit",
        boards=PEER_BOARDS,
        cells_a_unit=BOARDS_A_UNIT * PASSES * CELLS,
        iterations_mean=float(np.mean([peer[-1] for peer in peers])),
    )


def sparse_board(case, layout, table, tolerance):
    """One board by SciPy: film and coolant by substitution, chips by Newton, the wall by a sparse solve."""
    n = PASSES * CELLS
    m, D, A = case[sp.MASS_FLOW], case[sp.HYDRAULIC_DIAMETER], case[sp.FLOW_AREA]
    dx = case[sp.PASS_LENGTH] / CELLS
    R, loss = case[sp.CHIP_RESISTANCE], case[sp.LOSS] * dx

    def polynomial(name, T):
        return np.polyval(getattr(table, name), (T - table.T_mid) * table.x_scale)

    # Conduction between cells in path order: along a pass, and to the cell beside it in the next pass.
    rows, columns, values = [], [], []

    def connect(i, j, conductance):
        rows.extend((i, j, i, j))
        columns.extend((i, j, j, i))
        values.extend((conductance, conductance, -conductance, -conductance))

    for p in range(PASSES):
        for k in range(CELLS):
            if k < CELLS - 1:
                connect(p * CELLS + k, p * CELLS + k + 1, case[sp.WALL_CONDUCTANCE] / dx)
            if p < PASSES - 1:
                connect(p * CELLS + k, (p + 2) * CELLS - 1 - k, case[sp.CROSS_CONDUCTANCE] * dx)
    conduction = csc_matrix((values, (rows, columns)), shape=(n, n))

    nodes = np.full(n + 1, case[sp.T_IN])
    T_wall, T_j = np.full(n, case[sp.T_IN]), np.full(n, case[sp.T_IN])
    h_in = polynomial("h", case[sp.T_IN])
    # The place in each cell where x^(-2/3), the power of the entrance factor, has its mean over the cell.
    start = np.arange(CELLS)
    mean = 3.0 * ((start + 1.0) ** (1.0 / 3.0) - start ** (1.0 / 3.0))
    x_over_D = np.tile(mean**-1.5 * dx / D, PASSES)
    for iteration in range(1, 60):
        T = 0.5 * (nodes[:-1] + nodes[1:])
        mu = polynomial("mu_inv8", T) ** -8
        k, cp = polynomial("k", T), polynomial("cp", T)
        Pr, Pr_wall = cp * mu / k, np.exp(polynomial("ln_Pr", T_wall))
        Re = m * D / A / mu
        assert Re.min() > 4000.0
        f = (0.79 * np.log(Re) - 1.64) ** -2
        Nu = f / 8 * (Re - 1000) * Pr / (1 + 12.7 * np.sqrt(f / 8) * (Pr ** (2 / 3) - 1))
        Nu = Nu * (1 + x_over_D ** (-2 / 3) / 3) * (Pr / Pr_wall) ** 0.11
        g = Nu * k / D * case[sp.HEATED_PERIMETER] * dx
        exchange = g / (1 + g / (2 * m * cp))
        leak = case[sp.P_LEAK] * np.exp((T_j - case[sp.T_LEAK]) / case[sp.LEAK_SCALE])
        slope = leak / case[sp.LEAK_SCALE]
        slope, source = slope / (1 - R * slope), (case[sp.P_DYNAMIC] + leak - slope * T_j) / (1 - R * slope)
        system = conduction.copy()
        system.setdiag(system.diagonal() + exchange + loss - layout.chips * slope)
        heat = exchange * nodes[:-1] + loss * case[sp.T_AMBIENT] + layout.chips * source
        T_wall = spsolve(system, heat)
        T_j = T_wall + R * (source + slope * T_wall)
        h = h_in + np.cumsum(exchange * (T_wall - nodes[:-1])) / m
        after = nodes[1:]
        for _ in range(4):
            after = after - (polynomial("h", after) - h) / polynomial("cp", after)
        change = np.max(np.abs(after - nodes[1:]))
        nodes = np.concatenate([nodes[:1], after])
        if change < tolerance:
            power = float(np.sum(layout.chips * (case[sp.P_DYNAMIC] + leak)))
            return nodes[-1], T_j.max(), T_wall.max(), power, iteration
    raise AssertionError("the peer did not converge")


def headers():
    """Coefficients of the published ladder of 140 branches, in litres a minute."""
    none = np.zeros(BRANCHES - 1)
    segment = np.full(BRANCHES - 1, 6.3e-5)
    return (np.zeros(BRANCHES), np.full(BRANCHES, 1562.5)), (none, segment), (none, segment)


def assert_published(flows, drop):
    assert flows[0] == pytest.approx(8.213972478, abs=1e-6)
    assert flows[-1] == pytest.approx(7.927290926, abs=1e-6)
    assert drop == pytest.approx(105420.849789, rel=1e-8)


@pytest.mark.benchmark(group="ladder of 140 branches")
def test_ladder(benchmark):
    solve_ladder(1120.0, *headers(), U)  # compile
    flows, drop, status = benchmark(solve_ladder, 1120.0, *headers(), U)
    assert status[0] == OK
    assert_published(flows[0], drop[0])
    note(benchmark, 1, "ladder", branches=BRANCHES, row=f"Header of {BRANCHES} branches", **ROOT)


@pytest.mark.benchmark(group="ladder of 140 branches")
def test_many_ladders(benchmark):
    count = 3 if numba.config.DISABLE_JIT else LADDERS
    Q = np.linspace(900.0, 1300.0, count)
    solve_ladder(Q, *headers(), U)
    flows, drop, status = benchmark(solve_ladder, Q, *headers(), U)
    assert np.all(status == OK)
    np.testing.assert_allclose(flows.sum(axis=1), Q, rtol=1e-12)
    # Quadratic losses: one ladder scales into any other.
    assert_published(flows[-1] * 1120.0 / Q[-1], drop[-1] * (1120.0 / Q[-1]) ** 2)
    row = f"Header of {BRANCHES} branches, {count} at once"
    note(benchmark, count, "ladder", branches=BRANCHES, ladders=count, row=row, **ROOT)


@pytest.mark.benchmark(group="ladder of 140 branches")
def test_scipy_root(benchmark):
    # The pressure balance between neighbours, in the flows of the header.
    R, r, Q, n = 1562.5, 6.3e-5, 1120.0, BRANCHES

    def wrong(inner):
        S = np.concatenate([[Q], inner, [0.0]])
        q = -np.diff(S)
        loss = R * q * np.abs(q)
        return (loss[:-1] - loss[1:] - 2 * r * S[1:-1] * np.abs(S[1:-1])) / (R * (Q / n) ** 2)

    start = Q * (1 - np.arange(1, n) / n)
    found = benchmark(root, wrong, start, tol=1e-12)
    assert np.max(np.abs(wrong(found.x))) < 1e-9
    flows = -np.diff(np.concatenate([[Q], found.x, [0.0]]))
    assert_published(flows, R * flows[0] ** 2)
    ours, _, _ = solve_ladder(Q, *headers(), U)
    np.testing.assert_allclose(ours[0], flows, rtol=1e-6)
    assert math.isclose(flows.sum(), Q, rel_tol=1e-12)
    note(benchmark, 1, "ladder", branches=BRANCHES, evaluations=int(found.nfev))
