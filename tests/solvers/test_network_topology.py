"""Parts of a network: what is cut off, what floats, what cannot be served."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hashheat.solvers.network import CUT_OFF, OK, solve_network
from hashheat.solvers.network_elements import (
    CLOSED,
    ONE_WAY,
    OPEN,
    PUMP_POWER,
    QUADRATIC,
    network_elements,
)
from hashheat.solvers.network_topology import CONNECTED, FLOATING, UNSERVED, analyse_topology, find_parts
from hashheat.thermo.errors import InputError

RHO = 1000.0


def quadratics(n, **more):
    return network_elements([QUADRATIC] * n, [[0.0, 10.0]] * n, RHO, 1e-3, **more)


@given(st.integers(1, 20), st.data())
def test_parts_against_scipy(n, data):
    node = st.integers(0, n - 1)
    pairs = data.draw(st.lists(st.tuples(node, node).filter(lambda p: p[0] != p[1]), max_size=25))
    fixed = data.draw(st.lists(node, unique=True, max_size=3))
    state = np.array([data.draw(st.sampled_from([OPEN, CLOSED, ONE_WAY])) for _ in pairs], dtype=np.int64)
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    topology = analyse_topology(n, ends[:, 0], ends[:, 1], fixed)
    demand = np.zeros(n)
    drawn = data.draw(node)
    demand[drawn] = 1.0
    part, status = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    served = find_parts(topology, state, demand, part, status, np.empty((2, n)))
    live = ends[state != CLOSED]
    graph = coo_matrix((np.ones(len(live)), (live[:, 0], live[:, 1])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    grounded = np.isin(label, label[fixed]) if fixed else np.zeros(n, dtype=bool)
    assert np.all((part == 0) == grounded)
    for i in range(n):
        for j in range(n):
            if not grounded[i] and not grounded[j]:
                assert (part[i] == part[j]) == (label[i] == label[j])
    cut = ~grounded & (label == label[drawn])
    np.testing.assert_array_equal(status, np.where(grounded, CONNECTED, np.where(cut, UNSERVED, FLOATING)))
    assert served == (not cut.any())


def test_a_consumer_behind_closed_valves_is_named():
    topology = analyse_topology(5, [0, 1, 2, 3], [1, 2, 3, 4], [0])
    state = solve_network(topology, quadratics(4, state=[OPEN, CLOSED, OPEN, OPEN]), 1e5, [0, 1.0, 0, 2.0, 0])
    assert state.status.tolist() == [CUT_OFF]
    assert state.node_status[0].tolist() == [CONNECTED, CONNECTED, UNSERVED, UNSERVED, UNSERVED]
    assert state.part[0].tolist() == [0, 0, 1, 1, 1]
    # The rest is balanced without it.
    assert state.mass_flow[0].tolist() == pytest.approx([1.0, 0.0, 0.0, 0.0], abs=1e-12)


def test_a_part_shut_off_without_demand_is_no_fault():
    topology = analyse_topology(4, [0, 1, 2], [1, 2, 3], [0])
    state = solve_network(topology, quadratics(3, state=[OPEN, CLOSED, OPEN]), 1e5, [0.0, 1.0, 0.0, 0.0])
    assert state.status.tolist() == [OK]
    assert state.node_status[0].tolist() == [CONNECTED, CONNECTED, FLOATING, FLOATING]
    assert state.mass_flow[0].tolist() == pytest.approx([1.0, 0.0, 0.0], abs=1e-13)
    # Pressures there are relative to the part's first node.
    assert state.pressure[0].tolist() == pytest.approx([1e5, 1e5 - 10.0, 0.0, 0.0], abs=1e-9)


def test_a_circuit_without_fixed_pressure_still_turns():
    """Pump and two branches, no expansion vessel: flows are determined, pressures are relative."""
    topology = analyse_topology(2, [0, 1, 1], [1, 0, 0], [])
    rows = [[20.0, 1e4, 2.0, 1.0], [0.0, 100.0, 0.0, 0.0], [0.0, 400.0, 0.0, 0.0]]
    elements = network_elements([PUMP_POWER, QUADRATIC, QUADRATIC], rows, RHO, 1e-3)
    state = solve_network(topology, elements, 0.0, 0.0)
    weight = RHO * 9.80665
    # Branches 100 and 400 in parallel take 2 : 1, so the total m loses 100 (2 m / 3)^2.
    m = np.sqrt(weight * 20.0 / (weight * 1e4 / RHO**2 + 400.0 / 9.0))
    np.testing.assert_allclose(state.mass_flow[0], [m, 2 * m / 3, m / 3], rtol=1e-12)
    assert state.status.tolist() == [OK]
    assert state.node_status[0].tolist() == [FLOATING, FLOATING]
    assert state.pressure[0, 0] == 0.0
    assert state.supply.shape == (1, 0)


def test_a_floating_part_starts_again_from_its_own_state():
    topology = analyse_topology(4, [0, 2, 3], [1, 3, 2], [0])
    rows = [[0.0, 10.0, 0.0, 0.0], [20.0, 1e4, 2.0, 1.0], [0.0, 100.0, 0.0, 0.0]]
    elements = network_elements([QUADRATIC, PUMP_POWER, QUADRATIC], rows, RHO, 1e-3)
    first = solve_network(topology, elements, 3e5, [0.0, 2.0, 0.0, 0.0])
    second = solve_network(topology, elements, 3e5, [0.0, 2.0, 0.0, 0.0], start=first)
    np.testing.assert_allclose(second.mass_flow, first.mass_flow, rtol=1e-12)
    np.testing.assert_allclose(second.pressure, first.pressure, rtol=1e-12)
    assert second.iterations[0] <= 2


def test_node_without_elements():
    topology = analyse_topology(3, [0], [1], [0])
    assert solve_network(topology, quadratics(1), 1e5, 0.0).node_status[0].tolist() == [0, 0, FLOATING]
    state = solve_network(topology, quadratics(1), 1e5, [0.0, 0.0, 1.0])
    assert state.status[0] == CUT_OFF
    assert state.node_status[0].tolist() == [CONNECTED, CONNECTED, UNSERVED]


def test_only_fixed_nodes():
    topology = analyse_topology(2, [0, 1], [1, 0], [0, 1])
    state = solve_network(topology, quadratics(2), [1e5, 6e4], 0.0)
    np.testing.assert_allclose(state.mass_flow[0], [np.sqrt(4e3), -np.sqrt(4e3)], rtol=1e-10)
    np.testing.assert_allclose(state.supply[0], [2 * np.sqrt(4e3), -2 * np.sqrt(4e3)], rtol=1e-10)


@pytest.mark.parametrize(
    ("n", "ends", "fixed", "said"),
    [
        (2, ([0], [2]), [0], "end of element number 0 is no node"),
        (2, ([0, -1], [1, 1]), [0], "start of element number 1 is no node"),
        (2, ([0], [1]), [5], "fixed node number 0 is no node"),
        (2, ([0, 1], [1, 1]), [0], "element number 1 starts and ends"),
        (2, ([0], [1]), [1, 1], "fixed twice"),
        (2, ([0, 1], [1]), [0], "disagree in number"),
    ],
)
def test_structures_that_cannot_be(n, ends, fixed, said):
    with pytest.raises(InputError, match=said):
        analyse_topology(n, *ends, fixed)
