"""Networks through the gradient method, and beside pandapipes, in one session.

A header of 140 branches as a network, which the ladder's own solver does faster; a street grid of 3000 pipes; a
header of 100 branches with heat, which pandapipes solves as well, from the same numbers. pandapipes runs in an
interpreter of its own (see ``benchmarks/peers/environment.py``); without it its row is skipped.
"""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.network import Network
from hashheat.components.network_elements import Node, Pipe, Resistance
from hashheat.solvers import network_elements as ne
from hashheat.solvers.ladder import U, solve_ladder
from hashheat.solvers.network import OK, analyse_topology, solve_network
from hashheat.thermo.property_table import constant_properties

PEERS = Path(__file__).parent / "peers"
BRANCHES, CONSUMERS = 140, 12 if numba.config.DISABLE_JIT else 100
SIDE = 6 if numba.config.DISABLE_JIT else 39
PIPES = 3000
#: Density, viscosity and heat capacity of the water that both solvers get, that at 70 degC.
WATER = (977.85, 4.036e-4, 4189.6)


def peer(name):
    spec = importlib.util.spec_from_file_location(f"peers_{name}", PEERS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- a header of 140 branches --------------------------------------------------------------------------------


@pytest.mark.benchmark(group="ladder of 140 branches")
def test_ladder_as_a_network(benchmark):
    n, none = BRANCHES, np.zeros(BRANCHES - 1)
    i = np.arange(n - 1)
    ends = np.concatenate([np.arange(n), i, n + i + 1]), np.concatenate([n + np.arange(n), i + 1, n + i])
    loss = np.zeros((3 * n - 2, 2))
    loss[:n, 1], loss[n:, 1] = 1562.5, 6.3e-5
    topology = analyse_topology(2 * n, *ends, [n])
    elements = ne.network_elements(np.full(3 * n - 2, ne.QUADRATIC), loss, 1e3, 1e-3)
    demand = np.zeros(2 * n)
    demand[0] = -1120.0
    state = benchmark(solve_network, topology, elements, 0.0, demand)
    assert state.status[0] == OK
    segment = np.full(n - 1, 6.3e-5)
    exact, drop, _ = solve_ladder(
        1120.0, (np.zeros(n), np.full(n, 1562.5)), (none, segment), (none, segment), U
    )
    np.testing.assert_allclose(state.mass_flow[0, :n], exact[0], rtol=1e-9)
    assert state.pressure[0, 0] == pytest.approx(drop[0], rel=1e-10)
    assert state.iterations[0] <= 15
    benchmark.extra_info.update(
        row=f"Header of {n} branches by the gradient method for any network",
        per="network",
        work=1,
        target_us=300,
        elements=3 * n - 2,
        iterations=int(state.iterations[0]),
        mass_residual=float(state.mass_residual[0]),
        pressure_residual=float(state.pressure_residual[0]),
    )


# ---- a street grid -------------------------------------------------------------------------------------------


def grid(side):
    """Streets on a square grid, a pipe in each and a second one in some, two plants, and consumers' branches.

    A branch leaves a street node for one common return, through a house station.
    """
    rng = np.random.default_rng(3000)
    at = np.arange(side * side).reshape(side, side)
    start = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    end = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    if side == 39:  # 2964 streets
        more = rng.choice(start.size, PIPES - start.size, replace=False)
        start, end = np.concatenate([start, start[more]]), np.concatenate([end, end[more]])
    n, houses = start.size, 2 * side * side // 3 if side < 39 else 1000
    loss = np.zeros((n + houses, 4))
    loss[:n, 0], loss[:n, 1] = rng.uniform(50, 200, n), rng.choice([0.08, 0.1, 0.15, 0.2, 0.3], n)
    loss[:n, 2], loss[:n, 3] = 5e-5, rng.uniform(0, 3, n)
    loss[n:, 1] = rng.uniform(2e7, 2e8, houses)
    kind = np.concatenate([np.full(n, ne.PIPE_COLEBROOK), np.full(houses, ne.QUADRATIC)])
    start = np.concatenate([start, rng.choice(side * side, houses, replace=False)])
    end = np.concatenate([end, np.full(houses, side * side)])
    return start, end, kind, loss, [0, side * side - 1, side * side]


@pytest.mark.benchmark(group="network of 3000 pipes")
def test_grid(benchmark):
    start, end, kind, loss, fixed = grid(SIDE)
    nodes = SIDE * SIDE + 1
    topology = analyse_topology(nodes, start, end, fixed)
    elements = ne.network_elements(kind, loss, WATER[0], WATER[1])
    state = benchmark(solve_network, topology, elements, [8e5, 7.9e5, 3e5], 0.0)
    assert state.status[0] == OK
    flow = state.mass_flow[0]
    out = np.bincount(start, flow, nodes) - np.bincount(end, flow, nodes)
    out[fixed] -= state.supply[0]
    assert np.max(np.abs(out)) < 1e-9 * np.max(np.abs(flow))
    assert abs(state.supply[0].sum()) < 1e-9 * np.max(np.abs(state.supply[0]))
    assert state.iterations[0] <= 15
    pipes = int(np.sum(kind == ne.PIPE_COLEBROOK))
    benchmark.extra_info.update(
        row=f"Network of {pipes} pipes (Colebrook) and {kind.size - pipes} consumers' branches",
        per="network",
        work=1,
        target_us=50e3,
        pipes=pipes,
        nodes=nodes,
        iterations=int(state.iterations[0]),
        mass_residual=float(state.mass_residual[0]),
        pressure_residual=float(state.pressure_residual[0]),
    )


# ---- 100 branches with heat, beside pandapipes ---------------------------------------------------------------


def branches(n):
    """Numbers of a supply and a return header of pipes, and n branches of a pipe and a consumer of 8 kW."""
    s, m, r = (range(k * n, (k + 1) * n) for k in range(3))
    branch = [[s[i], m[i], 5.0 + 0.05 * i, 0.025, 5e-5, 20.0, 0.3] for i in range(n)]
    supply = [[s[i], s[i + 1], 6.0, 0.15, 5e-5, 0.3, 0.5] for i in range(n - 1)]
    back = [[r[i + 1], r[i], 6.0, 0.15, 5e-5, 0.3, 0.5] for i in range(n - 1)]
    return {
        "nodes": 3 * n,
        "pipes": branch + supply + back,
        "heats": [[m[i], r[i], 0.025, 8000.0] for i in range(n)],
        "fixed": [0, 6e5, 348.15],
        "drain": [2 * n, 0.16 * n],
        "water": WATER,
        "T_ambient": 283.15,
    }


def as_network(case):
    rho, mu, cp = case["water"]
    node, p, T = case["fixed"]
    place, flow = case["drain"]
    nodes = [Node(str(i), demand=flow if i == place else 0.0) for i in range(case["nodes"])]
    nodes[node] = Node(str(node), pressure=p, T_in=T)
    pipes = [
        Pipe(
            f"p{i}",
            str(start),
            str(end),
            length=length,
            diameter=diameter,
            roughness=roughness,
            loss=loss,
            loss_per_length=per_length,
        )
        for i, (start, end, length, diameter, roughness, loss, per_length) in enumerate(case["pipes"])
    ]
    # pandapipes' exchangers lose no pressure; here a hundred-thousandth of what their branch does.
    heats = [
        Resistance(f"q{i}", str(start), str(end), a=1.0, heat_rate=-heat)
        for i, (start, end, _, heat) in enumerate(case["heats"])
    ]
    return Network(
        nodes, pipes + heats, fluid=constant_properties(rho, cp, mu, 0.66), T_ambient=case["T_ambient"]
    )


def assert_balanced(found, case):
    n = len(case["heats"])
    assert float(found.mass_flow[:n].sum()) == pytest.approx(0.16 * n, rel=1e-11)
    assert abs(float(found.imbalance)) < 1e-9
    assert float(found.heat_rate[-n:].sum()) == pytest.approx(-8000.0 * n, rel=1e-9)


@pytest.mark.benchmark(group="100 branches with heat")
@pytest.mark.parametrize("properties", ["constant", "water"])
def test_branches(benchmark, properties):
    case = branches(CONSUMERS)
    network = as_network(case)
    if properties == "water":
        network = Network(network.nodes, network.elements, pressure=6e5, T_ambient=network.T_ambient)
    network.solve()
    # Ten times closer than pandapipes' default.
    found = benchmark(network.solve, tolerance=1e-6)
    assert_balanced(found, case)
    what = "constant properties" if properties == "constant" else "properties with temperature"
    benchmark.extra_info.update(
        row=f"Network of {CONSUMERS} branches, flow and heat, {what}",
        per="network",
        work=1,
        peer="test_pandapipes",
        peer_name="pandapipes, constant properties",
        elements=len(network.elements),
        iterations=found.attrs["hydraulic_iterations"],
        rounds=found.attrs["rounds"],
        pressure_residual=found.attrs["pressure_residual"],
        imbalance=float(found.imbalance),
    )


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="pandapipes would go without the compiler as well")
@pytest.mark.benchmark(group="100 branches with heat")
def test_pandapipes(benchmark):
    environment, session = peer("environment"), peer("session")
    try:
        # An ordinary test run installs nothing.
        python = environment.peer_python(
            PEERS / "requirements-pandapipes.txt", install=not benchmark.disabled
        )
    except environment.PeerUnavailable as reason:
        pytest.skip(str(reason))
    case = branches(CONSUMERS)
    with session.Session(python, PEERS / "pandapipes_branches.py") as pandapipes:
        theirs = pandapipes.ask(network=case)  # compiles, and solves once
        benchmark.pedantic(
            pandapipes.ask, kwargs={"solve": True}, rounds=1 if benchmark.disabled else 20, warmup_rounds=0
        )
        benchmark.extra_info.update(per="network", work=1, **pandapipes.ask())
    ours = as_network(case).solve()
    flows = np.array(theirs["mass_flow"])
    error = np.abs(flows / ours.mass_flow.values[: flows.size] - 1.0)
    T = np.abs(np.array(theirs["T"]) - ours["T"].values)
    p = np.abs(np.array(theirs["pressure"]) - ours.pressure.values)
    benchmark.extra_info.update(
        largest_flow_difference=float(error.max()), largest_T_difference_K=float(T.max())
    )
    assert error.max() < 1e-3
    assert T.max() < 0.02  # pandapipes stops where a step moves no temperature by more than 0.001 K
    assert p.max() < 1e-3 * float(np.ptp(ours.pressure.values))
