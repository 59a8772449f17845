"""Check valves: exact small cases, and the conditions that single out the one solution of any network."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from hashheat.solvers.network import (
    CHECK_SHUT,
    CUT_OFF,
    FLOWING,
    FORCED_BACKWARD,
    OK,
    PUMP_OFF_CURVE,
    UNSERVED,
    analyse_topology,
    solve_network,
)
from hashheat.solvers.network_elements import ONE_WAY, OPEN, PUMP_POWER, QUADRATIC, network_elements

RHO, G = 1000.0, 9.80665


def quadratics(b, state):
    return network_elements([QUADRATIC] * len(b), [[0.0, x] for x in b], RHO, 1e-3, state=state)


def test_valve_against_the_pressure_shuts():
    topology = analyse_topology(3, [0, 1], [1, 2], [0, 2])
    elements = quadratics([10.0, 10.0], [ONE_WAY, OPEN])
    forward = solve_network(topology, elements, [2e5, 1e5], 0.0)
    np.testing.assert_allclose(forward.mass_flow[0], math.sqrt(1e5 / 20.0), rtol=1e-12)
    backward = solve_network(topology, elements, [1e5, 2e5], 0.0)
    assert backward.mass_flow[0].tolist() == [0.0, 0.0]
    assert backward.element_status[0].tolist() == [CHECK_SHUT, FLOWING]
    # The valve holds the far pressure.
    assert backward.pressure[0].tolist() == [1e5, 2e5, 2e5]
    assert backward.status[0] == OK


@pytest.mark.parametrize("valves", [2, 3, 7])
def test_valves_in_a_row(valves):
    """One of them shuts, the others carry nothing; no pressure is left open."""
    n = valves + 1
    topology = analyse_topology(n, np.arange(valves), np.arange(1, n), [0, valves])
    state = solve_network(topology, quadratics([5.0] * valves, ONE_WAY), [1e5, 4e5], 0.0)
    assert state.status[0] == OK
    assert np.max(np.abs(state.mass_flow)) < 1e-12
    assert np.count_nonzero(state.element_status == CHECK_SHUT) == 1
    assert np.all((state.pressure[0] >= 1e5 - 1e-6) & (state.pressure[0] <= 4e5 + 1e-6))


def test_weaker_of_two_pumps_is_shut_by_its_valve():
    """Two pumps side by side against a head that only one can hold."""
    topology = analyse_topology(3, [0, 0, 1], [1, 1, 2], [0, 2])
    rows = [[30.0, 2e4, 2.0, 1.0], [30.0, 2e4, 2.0, 0.7], [0.0, 50.0, 0.0, 0.0]]
    elements = network_elements(
        [PUMP_POWER, PUMP_POWER, QUADRATIC], rows, RHO, 1e-3, state=[ONE_WAY, ONE_WAY, OPEN]
    )
    far = RHO * G * 20.0
    state = solve_network(topology, elements, [0.0, far], 0.0)
    weight = RHO * G
    m = math.sqrt((weight * 30.0 - far) / (weight * 2e4 / RHO**2 + 50.0))
    np.testing.assert_allclose(state.mass_flow[0], [m, 0.0, m], rtol=1e-12)
    assert state.element_status[0].tolist() == [FLOWING, CHECK_SHUT, FLOWING]
    # Without the valves the strong pump drives the weak one backwards.
    free = solve_network(topology, elements._replace(state=np.zeros_like(elements.state)), [0.0, far], 0.0)
    assert free.mass_flow[0, 1] < -1.0
    assert free.status[0] == PUMP_OFF_CURVE


def test_demand_that_only_backward_flow_could_meet():
    topology = analyse_topology(4, [0, 2, 2], [1, 1, 3], [0])
    state = solve_network(
        topology, quadratics([1.0, 1.0, 1.0], [OPEN, ONE_WAY, OPEN]), 1e5, [0.0, 0.0, 0.0, 3.0]
    )
    assert state.status[0] == CUT_OFF
    assert state.element_status[0].tolist() == [FLOWING, FORCED_BACKWARD, FLOWING]
    assert state.node_status[0].tolist() == [0, 0, UNSERVED, UNSERVED]


@pytest.mark.parametrize("swap", [False, True])
def test_demand_met_by_the_lower_feed_through_its_own_valve(swap):
    """Node 2 may be fed from the low source only: the way to the high one leads backwards through a valve."""
    low, high = (1, 0) if swap else (0, 1)
    start, stop = [low, 2], [2, high]
    topology = analyse_topology(3, start, stop, [low, high])
    state = solve_network(topology, quadratics([10.0, 10.0], ONE_WAY), [1e5, 5e5], [0.0, 0.0, 4.0])
    assert state.status[0] == OK
    np.testing.assert_allclose(state.mass_flow[0], [4.0, 0.0], atol=1e-12)
    assert state.pressure[0, 2] == pytest.approx(1e5 - 160.0, rel=1e-12)


def test_start_from_another_set_of_shut_valves():
    topology = analyse_topology(4, [0, 1, 1, 2], [1, 2, 3, 3], [0, 3])
    elements = quadratics([10.0, 20.0, 5.0, 7.0], [ONE_WAY, ONE_WAY, OPEN, OPEN])
    there = solve_network(topology, elements, [3e5, 1e5], 0.0)
    back = solve_network(topology, elements, [1e5, 3e5], 0.0)
    again = solve_network(topology, elements, [3e5, 1e5], 0.0, start=back)
    np.testing.assert_allclose(again.mass_flow, there.mass_flow, rtol=1e-9)
    np.testing.assert_array_equal(again.element_status, there.element_status)


def test_a_part_is_handed_to_the_valve_that_opens_into_it():
    """Two valves point from node 2 to the high source, one from the low source to node 2.

    The backward flow of the two together is that of the third and the demand; each of them carries less, so that
    one of them is the last to be left open.
    """
    topology = analyse_topology(3, [0, 2, 2], [2, 1, 1], [0, 1])
    state = solve_network(topology, quadratics([10.0] * 3, ONE_WAY), [1e5, 5e5], [0.0, 0.0, 4.0])
    assert state.status[0] == OK
    np.testing.assert_allclose(state.mass_flow[0], [4.0, 0.0, 0.0], atol=1e-12)
    assert state.element_status[0].tolist() == [FLOWING, CHECK_SHUT, CHECK_SHUT]


def test_start_from_the_solution_keeps_its_valves():
    """A way with a valve against the pressure, beside one with a valve along it."""
    topology = analyse_topology(4, [0, 1, 3, 2], [1, 3, 2, 0], [0, 3])
    elements = quadratics([10.0, 20.0, 5.0, 3.0], [ONE_WAY, OPEN, ONE_WAY, OPEN])
    first = solve_network(topology, elements, [1e5, 3e5], 0.0)
    m = math.sqrt(2e5 / 8.0)
    np.testing.assert_allclose(first.mass_flow[0], [0.0, 0.0, m, m], rtol=1e-10)
    assert first.element_status[0].tolist() == [CHECK_SHUT, FLOWING, FLOWING, FLOWING]
    again = solve_network(topology, elements, [1e5, 3e5], 0.0, start=first)
    assert again.iterations[0] == 1
    np.testing.assert_array_equal(again.element_status, first.element_status)
    np.testing.assert_allclose(again.mass_flow, first.mass_flow, rtol=1e-10)


@st.composite
def valve_networks(draw):
    n = draw(st.integers(2, 10))
    ends = [draw(st.permutations([draw(st.integers(0, i - 1)), i])) for i in range(1, n)]
    for _ in range(draw(st.integers(0, n + 3))):
        i = draw(st.integers(0, n - 1))
        ends.append([i, (i + draw(st.integers(1, n - 1))) % n])
    state = [draw(st.sampled_from([OPEN, ONE_WAY])) for _ in ends]
    kinds = [draw(st.sampled_from([QUADRATIC, QUADRATIC, PUMP_POWER])) for _ in ends]
    rows = []
    for kind in kinds:
        size = 10.0 ** draw(st.floats(-1.5, 1.5))
        a = draw(st.sampled_from([0.0, 300.0]))
        rows.append([a, 500.0 * size, 0.0, 0.0] if kind == QUADRATIC else [20.0, 1e4 * size, 1.8, 1.0])
    fixed = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=min(3, n), unique=True))
    pressure = [draw(st.floats(1e5, 4e5)) for _ in fixed]
    demand = [draw(st.sampled_from([0.0, 0.0, 1.0])) * draw(st.floats(-2.0, 8.0)) for _ in range(n)]
    return n, np.array(ends), kinds, rows, state, fixed, pressure, np.array(demand)


def loss(kind, row, m):
    if kind == QUADRATIC:
        return row[0] * m + row[1] * m * abs(m)
    return -RHO * G * (row[0] - row[1] * math.copysign((abs(m) / RHO) ** row[2], m))


@given(valve_networks())
def test_any_network_with_check_valves(network):
    """Forward and balanced, or shut and pushed shut: one set of flows at most. Where there is none, say so."""
    n, ends, kinds, rows, given_state, fixed, pressure, demand = network
    topology = analyse_topology(n, ends[:, 0], ends[:, 1], fixed)
    elements = network_elements(kinds, rows, RHO, 1e-3, state=given_state)
    state = solve_network(topology, elements, pressure, demand)
    m, p = state.mass_flow[0], state.pressure[0]
    free = np.setdiff1d(np.arange(n), fixed)
    incidence = np.zeros((n, len(ends)))
    np.add.at(incidence, (ends[:, 1], np.arange(len(ends))), 1.0)
    np.add.at(incidence, (ends[:, 0], np.arange(len(ends))), -1.0)
    big = max(np.max(np.abs(m)), np.max(np.abs(demand)), 1e-3)
    assert np.all(np.abs(incidence[free] @ m - demand[free]) <= 1e-9 * big)
    bounds = [(0.0 if s == ONE_WAY else None, None) for s in given_state]
    possible = True
    if free.size:
        found = linprog(np.zeros(len(ends)), A_eq=incidence[free], b_eq=demand[free], bounds=bounds)
        possible = found.status == 0
    if not possible:
        assert state.status[0] == CUT_OFF
        assert FORCED_BACKWARD in state.element_status[0]
        return
    assert state.status[0] in (OK, PUMP_OFF_CURVE)
    head = max(np.ptp(p), 3e5)
    for e, (i, j) in enumerate(ends):
        if state.element_status[0, e] == CHECK_SHUT:
            assert given_state[e] == ONE_WAY
            assert m[e] == 0.0
            assert p[i] - p[j] - loss(kinds[e], rows[e], 0.0) <= 1e-9 * head
        else:
            assert abs(p[i] - p[j] - loss(kinds[e], rows[e], m[e])) <= 1e-9 * head
            assert given_state[e] == OPEN or m[e] >= -1e-9 * big
