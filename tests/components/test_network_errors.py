"""Every way in which a network cannot be has its own name, and says where."""

import pytest

from hashheat.components.network import Network
from hashheat.components.network_elements import FixedFlow, Node, Pipe, Pump, Resistance, Valve
from hashheat.components.network_errors import (
    DisconnectedNetworkError,
    InfeasibleDemandError,
    NetworkNotConvergedError,
    NoFixedPressureError,
)
from hashheat.components.pump import PumpCurve, PumpRangeError
from hashheat.thermo.errors import InputError

CURVE = PumpCurve((2e5, 0.0, -2e9), 0.01)


def net(nodes, elements, **more):
    return Network(nodes, elements, T_in=320.0, **more)


def r(name, start, end, **more):
    return Resistance(name, start, end, b=1e4, **more)


A, B, C = Node("a", pressure=5e5), Node("b", demand=1.0), Node("c")


def test_no_fixed_pressure():
    with pytest.raises(NoFixedPressureError, match="none is known"):
        net((Node("a", demand=-1.0), B), (r("p", "a", "b"),))


def test_a_part_without_a_way_is_named():
    with pytest.raises(DisconnectedNetworkError, match="no element leads") as caught:
        net(
            (A, B, C, Node("d")),
            (r("p", "a", "b"), r("q", "c", "d"), FixedFlow("f", "b", "c", mass_flow=0.1)),
        )
    assert caught.value.found == "'c', 'd'"
    many = [Node(f"n{i}") for i in range(20)]
    with pytest.raises(DisconnectedNetworkError, match="and 12 more"):
        net((A, B, *many), (r("p", "a", "b"),))


@pytest.mark.parametrize(
    ("nodes", "elements", "problem", "key"),
    [
        ((A, A), (r("p", "a", "b"),), "two nodes have the same name", "nodes"),
        ((A, B), (r("p", "a", "b"), r("p", "b", "a")), "two elements have the same name", "elements"),
        ((A, B), (r("p", "a", "x"),), "unknown node", "p.end"),
        ((A, B), (), "needs at least one element", "elements"),
        ((), (r("p", "a", "b"),), "needs at least one node", "nodes"),
        ((A, "b"), (r("p", "a", "b"),), "no part of a network", None),
    ],
)
def test_what_does_not_fit_together(nodes, elements, problem, key):
    with pytest.raises(InputError, match=problem) as caught:
        net(nodes, elements)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Node("a", pressure=-1.0), "a.pressure"),
        (lambda: Node("a", demand=float("nan")), "a.demand"),
        (lambda: Node(""), "Node.name"),
        (lambda: Pipe("p", "a", "b", length=0.0, diameter=0.1), "p.length"),
        (lambda: Pipe("p", "a", "b", length=1.0, diameter=0.1, roughness=0.02), "p.roughness"),
        (lambda: Pipe("p", "a", "b", length=1.0, diameter=0.1, loss=-1.0), "p.loss"),
        (lambda: Pipe("p", "a", "a", length=1.0, diameter=0.1), "p.end"),
        (lambda: Resistance("p", "a", "b"), "p.b"),
        (lambda: Resistance("p", "a", "b", a=True), "p.a"),
        (lambda: Valve("v", "a", "b", diameter=0.1, loss=0.0), "v.loss"),
        (lambda: Pump("u", "a", "b", curve=CURVE, speed=0.0), "u.speed"),
        (lambda: FixedFlow("f", "a", "b", mass_flow=1.0, check=True), "f.check"),
    ],
)
def test_numbers_that_cannot_be(make, key):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.key == key


def test_a_demand_behind_closed_elements_is_infeasible():
    with pytest.raises(InfeasibleDemandError, match="the demand of node 'b': closed"):
        net((A, B), (r("p", "a", "b", closed=True),)).solve()
    with pytest.raises(InfeasibleDemandError, match="'b'"):
        net((A, B), (r("p", "b", "a", check=True),)).solve()


def test_a_demand_that_takes_more_pressure_than_there_is_is_infeasible():
    network = net((A, Node("b", demand=8.0), C), (r("p", "a", "b"), r("q", "b", "c")))
    with pytest.raises(InfeasibleDemandError, match=r"below 0 Pa at node 'b', 'c'.*to -1.4e\+05 Pa"):
        network.solve()
    assert float(network.solve(lowest_pressure=-1e6).pressure.sel(node="b")) == pytest.approx(-1.4e5)
    with pytest.raises(InfeasibleDemandError, match="'b'"):
        net((A, B), (r("p", "a", "b"),)).solve(lowest_pressure=4.95e5)


def test_a_part_cut_off_without_demand_has_no_pressure_and_says_so():
    found = net(
        (A, B, C, Node("d")), (r("p", "a", "b"), r("shut", "b", "c", closed=True), r("q", "c", "d"))
    ).solve()
    assert found.node_status.values.tolist() == [0, 0, 2, 2]
    assert found.pressure.isnull().values.tolist() == [False, False, True, True]
    assert found.flow_status.values.tolist() == [0, 2, 1]
    assert not found["T"].isnull().any()


def test_a_check_valve_shuts_and_says_so():
    found = net((A, B, Node("low", pressure=4e5)), (r("p", "a", "b"), r("q", "low", "b", check=True))).solve()
    assert found.flow_status.values.tolist() == [0, 3]
    assert found.mass_flow.values.tolist() == [pytest.approx(1.0), 0.0]


def test_a_pump_beyond_its_curve_is_named():
    with pytest.raises(PumpRangeError, match=r"more from pump 'feed'.*beyond the end"):
        net(
            (A, Node("m"), Node("b", pressure=4e5)),
            (Pump("feed", "a", "m", curve=CURVE), Resistance("p", "m", "b", b=1.0)),
        ).solve()


def test_a_pump_that_is_pushed_back_is_named():
    nodes = (A, Node("m"), Node("b", pressure=8e5))
    with pytest.raises(PumpRangeError, match="'feed' is pushed backwards"):
        net(nodes, (Pump("feed", "a", "m", curve=CURVE), r("p", "m", "b"))).solve()
    found = net(nodes, (Pump("feed", "a", "m", curve=CURVE, check=True), r("p", "m", "b"))).solve()
    assert found.flow_status.values.tolist() == [3, 1]


def test_too_few_rounds_are_said():
    network = net((A, B), (Pipe("p", "a", "b", length=900.0, diameter=0.04, loss_per_length=1.0),))
    with pytest.raises(NetworkNotConvergedError, match=r"rounds: 1.; element 'p'"):
        network.solve(max_rounds=1)
