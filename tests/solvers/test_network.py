"""Looped networks against published systems, EPANET, the ladder, other solvers and the balances they must keep."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import fsolve

from hashheat.solvers import ladder
from hashheat.solvers.network import (
    FLOWING,
    NOT_CONVERGED,
    OK,
    PUMP_BACKWARD,
    PUMP_BEYOND,
    PUMP_OFF_CURVE,
    SHUT,
    analyse_topology,
    solve_network,
)
from hashheat.solvers.network_elements import (
    CLOSED,
    HAZEN_WILLIAMS,
    MINOR,
    N_PARAMETERS,
    OPEN,
    PIPE_CHURCHILL,
    PIPE_COLEBROOK,
    PUMP_PARABOLA,
    PUMP_POWER,
    QUADRATIC,
    network_elements,
)
from hashheat.thermo.errors import InputError

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "network"
G, RHO, MU = 9.80665, 1000.0, 1e-3
FOOT, INCH = 0.3048, 0.0254


def residuals(topology, flows, demand, losses, pressure):
    """Largest imbalance of a free node, and largest error of the losses summed around any loop.

    A tree from the fixed nodes carries pressures outward by the losses alone; every other element closes a loop.
    """
    balance = -np.array(np.broadcast_to(demand, topology.n_node), dtype=float)
    np.add.at(balance, topology.to_node, flows)
    np.add.at(balance, topology.from_node, -flows)
    balance[topology.fixed_node] = 0.0
    reached = dict(zip(topology.fixed_node.tolist(), pressure))
    worst, grown = 0.0, True
    while grown:
        grown = False
        for i, j, loss in zip(topology.from_node.tolist(), topology.to_node.tolist(), losses):
            if math.isnan(loss):
                continue
            if i in reached and j not in reached:
                reached[j], grown = reached[i] - loss, True
            elif j in reached and i not in reached:
                reached[i], grown = reached[j] + loss, True
            elif i in reached:
                worst = max(worst, abs(reached[i] - reached[j] - loss))
    return np.max(np.abs(balance)), worst


def hazen_williams_network(pipes, n_node, fixed, *, C):
    """Topology and elements from (from, to, length, diameter) rows."""
    ends = np.array([row[:2] for row in pipes])
    parameters = [[row[2], row[3], C, 0.0] for row in pipes]
    topology = analyse_topology(n_node, ends[:, 0], ends[:, 1], fixed)
    return topology, network_elements([HAZEN_WILLIAMS] * len(pipes), parameters, RHO, MU)


# Alperovits and Shamir's two loops: node 0 is the source, nodes 1 .. 6 the published 2 .. 7.
TWO_LOOPS = [
    (0, 1, 18), (1, 2, 10), (1, 3, 16), (3, 4, 4), (3, 5, 16), (5, 6, 10), (2, 4, 10), (4, 6, 1),
]  # fmt: skip
TWO_LOOPS_ELEVATION = np.array([210.0, 150.0, 160.0, 155.0, 150.0, 165.0, 160.0])
TWO_LOOPS_DEMAND = np.array([0.0, 100.0, 100.0, 120.0, 270.0, 330.0, 200.0]) / 3600.0 * RHO


def test_two_loops():
    pipes = [(i, j, 1000.0, d * INCH) for i, j, d in TWO_LOOPS]
    topology, elements = hazen_williams_network(pipes, 7, [0], C=130.0)
    state = solve_network(topology, elements, 210.0 * RHO * G, TWO_LOOPS_DEMAND)
    assert state.status.tolist() == [OK]
    assert state.iterations[0] <= 15
    # Published pressures over the ground, then EPANET 2.2's.
    height = state.pressure[0] / (RHO * G) - TWO_LOOPS_ELEVATION
    np.testing.assert_allclose(height[1:], [53.25, 30.46, 43.45, 33.80, 30.44, 30.55], rtol=1e-3)
    np.testing.assert_allclose(height[1:], [53.247, 30.462, 43.449, 33.803, 30.445, 30.552], atol=6e-4)
    # The flow of the last pipe is given to three digits.
    flow = [1120.0, 336.878, 683.122, 32.563, 530.559, 200.559, 236.878, -0.559]
    np.testing.assert_allclose(state.mass_flow[0] / RHO * 3600.0, flow, atol=6e-4)
    assert state.supply[0, 0] == pytest.approx(TWO_LOOPS_DEMAND.sum(), rel=1e-12)


def test_elevation_in_the_elements_changes_no_flow():
    """Heads with the static part in the elements give pressures over the ground."""
    pipes = [(i, j, 1000.0, d * INCH) for i, j, d in TWO_LOOPS]
    topology, elements = hazen_williams_network(pipes, 7, [0], C=130.0)
    rise = TWO_LOOPS_ELEVATION[topology.to_node] - TWO_LOOPS_ELEVATION[topology.from_node]
    lifted = elements._replace(static_pressure=RHO * G * rise[np.newaxis])
    plain = solve_network(topology, elements, 210.0 * RHO * G, TWO_LOOPS_DEMAND)
    with_height = solve_network(topology, lifted, 0.0, TWO_LOOPS_DEMAND)
    np.testing.assert_allclose(with_height.mass_flow, plain.mass_flow, rtol=1e-8)
    height = with_height.pressure[0] / (RHO * G)
    np.testing.assert_allclose(height, plain.pressure[0] / (RHO * G) - TWO_LOOPS_ELEVATION, atol=1e-8)


def test_epanet_example_one():
    """EPANET's Net1 at its first instant: a pump, a tank, Hazen-Williams; flows as its solver left them."""
    if not REFERENCE.is_dir():
        pytest.skip("shared/reference/network is not beside this tree")
    sections, section = {}, ""
    for line in (REFERENCE / "Net1.inp").read_text().splitlines():
        text = line.split(";")[0].strip()
        if text.startswith("["):
            section = text.strip("[]")
        elif text:
            sections.setdefault(section, []).append(text.split())
    junctions = [row[0] for row in sections["JUNCTIONS"]]
    reservoir, tank = sections["RESERVOIRS"][0], sections["TANKS"][0]
    names = [*junctions, reservoir[0], tank[0]]
    gallon = FOOT**3 / 448.831
    number = {name: i for i, name in enumerate(names)}
    pipes, pump = sections["PIPES"], sections["PUMPS"][0]
    kind = [HAZEN_WILLIAMS] * len(pipes) + [PUMP_POWER]
    parameters = [[float(p[3]) * FOOT, float(p[4]) * INCH, float(p[5]), float(p[6]), 0.0] for p in pipes]
    # A curve of one point (q, h): 4/3 h at no flow, none at 2 q, a parabola between.
    q, h = (float(v) for v in sections["CURVES"][0][1:])
    parameters.append([4.0 / 3.0 * h * FOOT, h / 3.0 * FOOT / (q * gallon) ** 2, 2.0, 1.0, 0.0])
    links = [*pipes, pump]
    topology = analyse_topology(
        len(names),
        [number[link[1]] for link in links],
        [number[link[2]] for link in links],
        [number[reservoir[0]], number[tank[0]]],
    )
    heads = np.array([float(reservoir[1]), float(tank[1]) + float(tank[2])]) * FOOT
    demand = np.array([float(row[2]) for row in sections["JUNCTIONS"]] + [0.0, 0.0]) * gallon * RHO
    state = solve_network(topology, network_elements(kind, parameters, RHO, MU), heads * RHO * G, demand)
    assert state.status.tolist() == [OK]
    assert state.iterations[0] <= 15
    compared = 0
    with (REFERENCE / "epanet_Net1_t0.csv").open() as file:
        for row in csv.DictReader(file):
            if row["type"] == "head_m":
                mine, tolerance = state.pressure[0, number[row["id"]]] / (RHO * G), 1e-6
            else:
                mine = state.mass_flow[0, [link[0] for link in links].index(row["id"])] / RHO
                tolerance = 1e-5
            assert mine == pytest.approx(float(row["value"]), rel=tolerance)
            compared += 1
    assert compared == 24


def ladder_network(n, arrangement, branch, supply, back):
    """A ladder as a network of quadratic elements; flow in at node 0, out at a fixed node."""
    i = np.arange(n - 1)
    start = [np.arange(n), i, n + i + 1 if arrangement == ladder.U else n + i]
    stop = [n + np.arange(n), i + 1, n + i if arrangement == ladder.U else n + i + 1]
    topology = analyse_topology(
        2 * n, np.concatenate(start), np.concatenate(stop), [n if arrangement == ladder.U else 2 * n - 1]
    )
    parameters = np.column_stack([np.concatenate(x) for x in zip(branch, supply, back)])
    elements = network_elements(np.full(3 * n - 2, QUADRATIC), parameters, RHO, MU)
    return topology, elements


def pair(value, count, quadratic):
    zero, full = np.zeros(count), np.full(count, float(value))
    return (zero, full) if quadratic else (full, zero)


def feed(topology, Q):
    demand = np.zeros(topology.n_node)
    demand[0] = -Q
    return demand


# Linear and quadratic ladder of ten, from 30-digit arithmetic: flows by branch (from 1), drop.
TEN = {
    ("linear", ladder.U): ({1: 1.4963122218, 10: 0.73362981777}, 14.9631222182),
    ("linear", ladder.Z): ({1: 1.1149710198, 5: 0.92447686665, 10: 1.1149710198}, 15.649710198),
    ("quadratic", ladder.U): ({1: 1.9480222446, 5: 0.88504207041, 10: 0.59145225549}, 37.9479066529),
    ("quadratic", ladder.Z): ({1: 1.440788877, 5: 0.67829533689, 10: 1.440788877}, 47.4485779701),
}


@pytest.mark.parametrize(("law", "arrangement"), TEN)
def test_ladder_of_ten(law, arrangement):
    quadratic = law == "quadratic"
    header = pair(0.1, 9, quadratic)
    topology, elements = ladder_network(10, arrangement, pair(10.0, 10, quadratic), header, header)
    state = solve_network(topology, elements, 0.0, feed(topology, 10.0))
    flows, drop = TEN[law, arrangement]
    for branch, flow in flows.items():
        assert state.mass_flow[0, branch - 1] == pytest.approx(flow, rel=1e-8)
    assert state.pressure[0, 0] == pytest.approx(drop, rel=1e-8)
    assert state.iterations[0] <= 15


@pytest.mark.parametrize("arrangement", [ladder.U, ladder.Z])
@pytest.mark.parametrize(("R", "r"), [(1562.5, 6.3e-5), (1562.5, 0.05), (20.0, 0.001)])
def test_fleet_ladder_against_its_own_solver(arrangement, R, r):
    branch, header = pair(R, 140, True), pair(r, 139, True)
    topology, elements = ladder_network(140, arrangement, branch, header, header)
    state = solve_network(topology, elements, 0.0, feed(topology, 1120.0))
    flows, drop, _ = ladder.solve_ladder(1120.0, branch, header, header, arrangement)
    # Where the flow dies out in the middle of a Z, only the share of the largest counts.
    np.testing.assert_allclose(state.mass_flow[0, :140], flows[0], rtol=1e-8, atol=1e-9 * flows.max())
    assert state.pressure[0, 0] == pytest.approx(drop[0], rel=1e-8)
    assert state.status[0] == OK
    assert state.iterations[0] <= 15


def test_a_bridge_without_flow_carries_exactly_none():
    """A symmetric bridge: four equal arms and a purely quadratic fifth between their middles."""
    topology = analyse_topology(4, [0, 0, 1, 2, 1], [1, 2, 3, 3, 2], [0, 3])
    elements = network_elements([QUADRATIC] * 5, [[0.0, 7.0]] * 5, RHO, MU)
    state = solve_network(topology, elements, [1e5, 0.0], 0.0)
    np.testing.assert_allclose(state.mass_flow[0, :4], math.sqrt(5e4 / 7.0), rtol=1e-12)
    assert abs(state.mass_flow[0, 4]) < 1e-10 * state.mass_flow[0, 0]
    assert state.pressure[0].tolist() == [1e5, 5e4, 5e4, 0.0]


@pytest.mark.parametrize("ratio", [0.5, 3.0, 40.0])
def test_a_bridge_whose_flow_vanishes_without_symmetry(ratio):
    """Balanced arms of unlike size: the way to no flow is the slow one for Newton's method."""
    topology = analyse_topology(4, [0, 0, 1, 2, 1], [1, 2, 3, 3, 2], [0, 3])
    b = [2.0, 2.0 * ratio, 6.0, 6.0 * ratio, 1.0]
    elements = network_elements([QUADRATIC] * 5, [[0.0, x] for x in b], RHO, MU)
    state = solve_network(topology, elements, [1e5, 0.0], 0.0)
    assert state.status[0] == OK
    np.testing.assert_allclose(
        state.mass_flow[0, [0, 2]], math.sqrt(1e5 / 8.0), rtol=1e-7
    )  # its own limit: 3e-8 of the largest flow
    assert abs(state.mass_flow[0, 4]) < 1e-7 * state.mass_flow[0, 0]


def test_nothing_drives_nothing():
    topology = analyse_topology(3, [0, 1, 2], [1, 2, 0], [0])
    elements = network_elements([QUADRATIC, PIPE_COLEBROOK, MINOR], [[0.0, 1.0, 0.0, 0.0], [5.0, 0.1, 1e-4, 0.0],
                                                                     [2.0, 0.1, 0.0, 0.0]], RHO, MU)  # fmt: skip
    state = solve_network(topology, elements, 3e5, 0.0)
    assert state.status[0] == OK
    assert state.mass_flow.tolist() == [[0.0, 0.0, 0.0]]
    assert state.pressure.tolist() == [[3e5, 3e5, 3e5]]


def test_dead_ends_carry_exactly_what_is_drawn():
    topology = analyse_topology(5, [0, 1, 2, 2], [1, 2, 3, 4], [0])
    kinds = [PUMP_POWER, PIPE_COLEBROOK, QUADRATIC, HAZEN_WILLIAMS]
    rows = [[30.0, 1e3, 2.6, 1.0], [50.0, 0.1, 1e-4, 0.0], [0.0, 5.0, 0.0, 0.0], [40.0, 0.05, 130.0, 0.0]]
    elements = network_elements(kinds, rows, RHO, MU)
    state = solve_network(topology, elements, 1e5, [0.0, 0.0, 0.0, 0.0, 2.0])
    np.testing.assert_allclose(state.mass_flow[0], [2.0, 2.0, 0.0, 2.0], atol=1e-12)
    assert state.pressure[0, 3] == pytest.approx(state.pressure[0, 2], rel=1e-15)


def test_pump_against_the_cut_of_two_curves():
    """A pump and a quadratic loss: the quadratic equation for their flow."""
    topology = analyse_topology(3, [0, 1], [1, 2], [0, 2])
    h0, h1, h2, w, b = 30.0, -200.0, -2e4, 0.9, 900.0
    elements = network_elements(
        [PUMP_PARABOLA, QUADRATIC], [[h0, h1, h2, w, 0.0], [0.0, b, 0.0, 0.0, 0.0]], RHO, MU
    )
    state = solve_network(topology, elements, [1e5, 1.2e5], 0.0)
    A = RHO * G * h2 / RHO**2 - b
    B, C = G * h1 * w, RHO * G * h0 * w * w - 2e4
    m = (-B - math.sqrt(B * B - 4.0 * A * C)) / (2.0 * A)
    np.testing.assert_allclose(state.mass_flow[0], [m, m], rtol=1e-12)
    assert state.supply[0] == pytest.approx([m, -m], rel=1e-12)
    assert state.status[0] == OK


@pytest.mark.parametrize(("far", "element"), [(-4e5, PUMP_BEYOND), (5e5, PUMP_BACKWARD)])
def test_pump_off_its_curve_is_told(far, element):
    topology = analyse_topology(3, [0, 1], [1, 2], [0, 2])
    rows = [[30.0, 3e4, 1.5, 1.0], [0.0, 10.0, 0.0, 0.0]]
    state = solve_network(topology, network_elements([PUMP_POWER, QUADRATIC], rows, RHO, MU), [0.0, far], 0.0)
    assert state.status[0] == PUMP_OFF_CURVE
    assert state.element_status[0].tolist() == [element, FLOWING]
    V = abs(state.mass_flow[0, 0]) / RHO
    assert (V > (30.0 / 3e4) ** (1 / 1.5)) if element == PUMP_BEYOND else state.mass_flow[0, 0] < 0.0
    assert state.mass_residual[0] <= 1e-10 * RHO * V


def test_largest_flow_given_for_a_pump():
    topology = analyse_topology(2, [0, 1], [1, 0], [0])
    rows = [[30.0, 3e4, 2.0, 1.0, 0.01], [0.0, 100.0, 0.0, 0.0, 0.0]]
    state = solve_network(topology, network_elements([PUMP_POWER, QUADRATIC], rows, RHO, MU), 1e5, 0.0)
    assert state.mass_flow[0, 0] > 10.0
    assert state.element_status[0, 0] == PUMP_BEYOND


def test_small_network_against_fsolve():
    """Node equations written out in heads and solved by MINPACK."""
    pipes = [
        (0, 1, 300.0, 0.2),
        (1, 2, 200.0, 0.15),
        (1, 3, 250.0, 0.1),
        (2, 3, 100.0, 0.1),
        (2, 4, 400.0, 0.125),
    ]
    pipes += [(3, 4, 150.0, 0.1), (4, 5, 90.0, 0.15)]
    topology, elements = hazen_williams_network(pipes, 6, [0, 5], C=120.0)
    demand = np.array([0.0, 3.0, 8.0, 5.0, 12.0, 0.0])
    state = solve_network(topology, elements, np.array([50.0, 45.0]) * RHO * G, demand)

    def flow(i, j, length, d, head):
        k = 4.727 * FOOT ** (4.871 - 5.556) * length / 120.0**1.852 / d**4.871
        return np.sign(head) * (abs(head) / k) ** (1 / 1.852) * RHO

    def balance(inner):
        heads = np.array([50.0, *inner, 45.0])
        out = -demand.copy()
        for i, j, length, d in pipes:
            q = flow(i, j, length, d, heads[i] - heads[j])
            out[i] -= q
            out[j] += q
        return out[1:5]

    heads, _, good, _ = fsolve(balance, [49.0, 48.0, 47.0, 46.0], xtol=1e-13, full_output=True)
    assert good == 1
    np.testing.assert_allclose(state.pressure[0, 1:5] / (RHO * G), heads, rtol=1e-9)


def pipe_loss(kind, row, m):
    """Losses by formulas of this file: friction factors are checked with the elements themselves."""
    if kind == QUADRATIC:
        return row[0] * m + row[1] * m * abs(m)
    if kind == HAZEN_WILLIAMS:
        k = 4.727 * FOOT ** (4.871 - 5.556) * row[0] / row[2] ** 1.852 / row[1] ** 4.871
        return RHO * G * k * math.copysign((abs(m) / RHO) ** 1.852, m)
    head = row[3] ** 2 * row[0] - row[1] * row[3] ** (2 - row[2]) * math.copysign((abs(m) / RHO) ** row[2], m)
    return -RHO * G * head


@st.composite
def networks(draw):
    """A tree with extra elements across it, some of them closed, one to three fixed nodes, demands anywhere."""
    n = draw(st.integers(2, 14))
    ends = [draw(st.permutations([draw(st.integers(0, i - 1)), i])) for i in range(1, n)]
    state = [OPEN] * len(ends)
    for _ in range(draw(st.integers(0, n))):
        i = draw(st.integers(0, n - 1))
        ends.append([i, (i + draw(st.integers(1, n - 1))) % n])
        state.append(draw(st.sampled_from([OPEN, OPEN, CLOSED])))
    log = st.floats(-1.0, 1.0)
    kinds, rows = [], []
    for _ in ends:
        kind = draw(st.sampled_from([QUADRATIC, QUADRATIC, HAZEN_WILLIAMS, PUMP_POWER]))
        a, b = 10.0 ** draw(log), 10.0 ** draw(log)
        if kind == QUADRATIC:
            row = [draw(st.sampled_from([0.0, 100.0])) * a, 500.0 * b, 0.0, 0.0]
        elif kind == HAZEN_WILLIAMS:
            row = [100.0 * a, 0.1 * b ** (1 / 3), 130.0, 0.0]
        else:
            row = [20.0 * a**0.3, 1e4 * b, draw(st.floats(1.2, 2.5)), draw(st.floats(0.4, 1.1))]
        kinds.append(kind)
        rows.append(row)
    fixed = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=min(3, n), unique=True))
    pressure = [draw(st.floats(1e5, 4e5)) for _ in fixed]
    demand = [draw(st.sampled_from([0.0, 0.0, 1.0])) * draw(st.floats(-2.0, 10.0)) for _ in range(n)]
    rise = [draw(st.floats(0.0, 20.0)) for _ in range(n)]
    return n, np.array(ends), kinds, rows, state, fixed, pressure, demand, np.array(rise)


@given(networks())
def test_any_network_balances(network):
    n, ends, kinds, rows, given_state, fixed, pressure, demand, rise = network
    topology = analyse_topology(n, ends[:, 0], ends[:, 1], fixed)
    static = RHO * G * (rise[ends[:, 1]] - rise[ends[:, 0]])
    elements = network_elements(kinds, rows, RHO, MU, static_pressure=static, state=given_state)
    state = solve_network(topology, elements, pressure, demand)
    assert state.status[0] in (OK, PUMP_OFF_CURVE)
    m = state.mass_flow[0]
    losses = [
        math.nan if s == CLOSED else pipe_loss(k, r, q) + e
        for k, r, q, e, s in zip(kinds, rows, m, static, given_state)
    ]
    mass, head = residuals(topology, m, demand, losses, pressure)
    assert np.all(m[np.array(given_state) == CLOSED] == 0.0)
    assert np.all((state.element_status[0] == SHUT) == (np.array(given_state) == CLOSED))
    assert mass <= 1e-9 * max(np.max(np.abs(m)), np.max(np.abs(demand)), 1e-3)
    assert head <= 1e-9 * max(np.nanmax(np.abs(losses)), np.ptp(state.pressure[0]), 1.0) * n
    # The pressures belong to the flows.
    p = state.pressure[0]
    for (i, j), loss in zip(ends, losses):
        assert math.isnan(loss) or abs(p[i] - p[j] - loss) <= 1e-9 * max(np.ptp(p), 4e5)
    # What the fixed nodes feed is what is drawn.
    assert state.supply.sum() == pytest.approx(np.sum(demand), abs=1e-9 * max(np.max(np.abs(m)), 1.0))


def grid_network(n, kind, seed=3):
    rng = np.random.default_rng(seed)
    index = np.arange(n * n).reshape(n, n)
    along = np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()])
    across = np.column_stack([index[:-1].ravel(), index[1:].ravel()])
    ends = np.vstack([along, across])
    rows = np.zeros((len(ends), N_PARAMETERS))
    rows[:, 0], rows[:, 1] = rng.uniform(20.0, 200.0, len(ends)), rng.choice([0.05, 0.1, 0.2], len(ends))
    rows[:, 2] = 1e-4
    topology = analyse_topology(n * n, ends[:, 0], ends[:, 1], [0])
    return (
        topology,
        network_elements(np.full(len(ends), kind), rows, 980.0, 4e-4),
        rng.uniform(0.0, 0.2, n * n),
    )


@pytest.mark.parametrize("kind", [PIPE_CHURCHILL, PIPE_COLEBROOK])
def test_grid_of_pipes(kind):
    topology, elements, demand = grid_network(12, kind)
    state = solve_network(topology, elements, 5e5, demand)
    assert state.status[0] == OK
    assert state.iterations[0] <= 15
    assert state.mass_residual[0] <= 1e-10 * state.mass_flow.max()
    assert state.pressure_residual[0] <= 1e-10 * np.ptp(state.pressure)


def test_cases_stand_alone():
    """Many cases in parallel are bit for bit the cases one by one; each input may vary or be shared."""
    topology, elements, demand = grid_network(4, PIPE_COLEBROOK)
    rng = np.random.default_rng(0)
    cases = 250
    demands = demand * rng.uniform(0.1, 3.0, (cases, 1))
    viscosity = np.broadcast_to(rng.uniform(3e-4, 1e-3, (cases, 1)), (cases, topology.from_node.size))
    pressures = rng.uniform(2e5, 6e5, (cases, 1))
    many = elements._replace(viscosity=np.ascontiguousarray(viscosity))
    together = solve_network(topology, many, pressures, demands)
    assert np.all(together.status == OK)
    for k in (0, 1, 124, 249):
        alone = solve_network(
            topology, many._replace(viscosity=many.viscosity[k : k + 1]), pressures[k], demands[k]
        )
        np.testing.assert_array_equal(alone.mass_flow[0], together.mass_flow[k])
        np.testing.assert_array_equal(alone.pressure[0], together.pressure[k])


def test_a_good_start_saves_iterations_and_changes_nothing():
    topology, elements, demand = grid_network(8, PIPE_COLEBROOK)
    cold = solve_network(topology, elements, 5e5, demand)
    warmer = elements._replace(viscosity=elements.viscosity * 0.98)
    again = solve_network(topology, warmer, 5e5, demand, start=cold)
    fresh = solve_network(topology, warmer, 5e5, demand)
    assert again.iterations[0] < fresh.iterations[0]
    np.testing.assert_allclose(again.mass_flow, fresh.mass_flow, rtol=0, atol=1e-10 * fresh.mass_flow.max())
    np.testing.assert_allclose(again.pressure, fresh.pressure, rtol=1e-10)


def test_each_case_has_its_own_closed_elements():
    topology = analyse_topology(2, [0, 0], [1, 1], [0])
    closed = [[OPEN, OPEN], [CLOSED, OPEN], [OPEN, CLOSED]]
    elements = network_elements([QUADRATIC] * 2, [[0.0, 1.0], [0.0, 4.0]], RHO, MU, state=closed)
    state = solve_network(topology, elements, 1e5, [0.0, 3.0])
    np.testing.assert_allclose(state.mass_flow, [[2.0, 1.0], [0.0, 3.0], [3.0, 0.0]], rtol=1e-10)
    np.testing.assert_allclose(1e5 - state.pressure[:, 1], [4.0, 36.0, 9.0], rtol=1e-8)


@pytest.mark.parametrize("share", [1e-4, 1e3])
def test_a_start_far_off_costs_few_iterations(share):
    """Newton's method alone takes 13 halvings from 1e-4 of the flow; the length of its steps is chosen."""
    topology = analyse_topology(3, [0, 1], [1, 2], [0, 2])
    elements = network_elements([QUADRATIC] * 2, [[0.0, 1.0], [0.0, 4.0]], RHO, MU)
    state = solve_network(topology, elements, [1e5, 0.0], 0.0)
    np.testing.assert_allclose(state.mass_flow, math.sqrt(2e4), rtol=1e-12)
    again = solve_network(
        topology, elements, [1e5, 0.0], 0.0, start=state._replace(mass_flow=share * state.mass_flow)
    )
    assert again.iterations[0] <= 9
    np.testing.assert_allclose(again.mass_flow, state.mass_flow, rtol=1e-10)


def test_giving_up_is_told():
    topology, elements, demand = grid_network(5, PIPE_COLEBROOK)
    state = solve_network(topology, elements, 5e5, demand, max_iterations=2)
    assert state.status[0] == NOT_CONVERGED
    assert state.iterations[0] == 2


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"pressure": math.nan}, "pressure of a fixed node"),
        ({"demand": math.inf}, "demand of a node"),
        ({"demand": [0.0, 1.0]}, "demand of a network has the wrong shape"),
        ({"demand": np.zeros((2, 3)), "pressure": np.zeros((3, 1))}, "number of cases"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"elements": 2}, "do not fit its topology"),
    ],
)
def test_inputs_that_cannot_be_used(inputs, said):
    topology = analyse_topology(3, [0, 1, 2], [1, 2, 0], [0])
    count = inputs.get("elements", 3)
    elements = network_elements([QUADRATIC] * count, [[0.0, 1.0]] * count, RHO, MU)
    with pytest.raises(InputError, match=said):
        solve_network(
            topology,
            elements,
            inputs.get("pressure", 1e5),
            inputs.get("demand", 0.0),
            tolerance=inputs.get("tolerance", 1e-10),
        )
