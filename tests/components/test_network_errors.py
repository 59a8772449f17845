"""Every way in which a network cannot be has its own name, and says where."""

import CoolProp.CoolProp as coolprop
import pytest

from hashheat.components.network import Network
from hashheat.components.network_elements import (
    ExchangerSide,
    FixedFlow,
    MinerUnit,
    Node,
    Pipe,
    Pump,
    Resistance,
    Valve,
)
from hashheat.components.network_errors import (
    DisconnectedNetworkError,
    InfeasibleDemandError,
    NetworkNotConvergedError,
    NoFixedPressureError,
)
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.pump import PumpCurve, PumpRangeError
from hashheat.thermo.errors import BoilingError, InputError, StateError
from hashheat.thermo.property_table import constant_properties

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


def riser(T_in, p=2e5, fluid="water", **more):
    return Network(
        (Node("cellar", pressure=p, T_in=T_in), Node("roof", elevation=12.0, demand=0.1)),
        (Pipe("riser", "cellar", "roof", length=12.0, diameter=0.05),),
        fluid=fluid,
        **more,
    )


def test_water_that_boils_at_the_top_is_named():
    with pytest.raises(
        BoilingError, match=r"water boils at .*'roof'.*: 120.00 degC, boiling point 9\d.*0.8\d* bar"
    ):
        riser(393.15).solve()


def test_boiling_begins_at_the_saturation_line_of_the_nodes_own_pressure():
    p = float(riser(360.0).solve().pressure.sel(node="roof"))
    edge = coolprop.PropsSI("T", "P", p, "Q", 0, "Water")
    below = riser(edge - 0.1).solve()  # a tenth of a kelvin weighs 6 Pa on 12 m, 2 mK of the boiling point
    assert float(below.T.sel(node="roof")) == pytest.approx(edge - 0.1, abs=1e-6)
    # Warmer water weighs less, so that the pressure up there is a little more than at 360 K.
    p = float(below.pressure.sel(node="roof"))
    edge = coolprop.PropsSI("T", "P", p, "Q", 0, "Water")
    with pytest.raises(BoilingError, match="'roof'"):
        riser(edge + 0.1).solve()
    riser(edge - 0.1).solve()


def test_a_heater_boils_its_water_before_it_mixes():
    # 10 g/s through the heater, 1 kg/s past it: the node behind is cold, the outlet is not.
    def outlet(heat_rate):
        return Network(
            (Node("a", pressure=1.2e5, T_in=330.0), Node("b", demand=1.0)),
            (
                Resistance("heater", "a", "b", b=1e6, heat_rate=heat_rate),
                Resistance("past", "a", "b", b=100.0),
            ),
        ).solve()

    assert float(outlet(1800.0).T_out.sel(element="heater")) > 373.0
    with pytest.raises(BoilingError, match="the outlet of 'heater', before node 'b'"):
        outlet(2080.0)


def test_glycol_is_held_against_the_line_of_water_and_own_properties_against_none():
    with pytest.raises(BoilingError, match="'roof'"):
        riser(371.15, fluid="MEG 30%").solve()
    table = constant_properties(943.0, 4240.0, 2.3e-4, 0.68)
    assert float(riser(393.15, fluid=table).solve().pressure.sel(node="roof")) < 1e5


def test_cold_water_under_next_to_no_pressure_is_not_passed_over():
    with pytest.raises(BoilingError, match=r"below 17\.49 degC"):
        riser(300.0, p=1.185e5).solve()
    with pytest.raises(StateError, match=r"'roof' is not known.*from 0\.02 bar"):
        riser(276.0, p=1.185e5).solve()


def test_a_negative_lowest_pressure_looks_for_no_boiling():
    assert float(riser(393.15).solve(lowest_pressure=-1.0).pressure.sel(node="roof")) < 1e5
    with pytest.raises(InfeasibleDemandError, match="'roof'"):
        riser(330.0, p=1.1e5).solve()


@pytest.mark.parametrize(
    ("make", "key", "found"),
    [
        (lambda: Pump("u", "a", "b", curve=None), "u.curve", "None"),
        (lambda: Pump("u", "a", "b", curve=(2e5, 0.0, -2e9)), "u.curve", "(200000.0, 0.0, -2000000000.0)"),
        (lambda: MinerUnit("u", "a", "b", miner="canaan"), "u.miner", "'canaan'"),
        (
            lambda: ExchangerSide("u", "a", "b", exchanger="b-030", other_mass_flow=1.0, other_T_in=300.0),
            "u.exchanger",
            "'b-030'",
        ),
        (lambda: net((A, B), (r("p", "a", "b"),), fluid=3), "fluid", "3"),
        (lambda: net((A, B), (r("p", "a", "b"),), fluid="air"), "fluid", "air"),
        (lambda: net((A, B), (r("p", "a", "b"),), fluid="beer"), "fluid", "beer"),
        (lambda: Network.from_epanet(None), "path", "None"),
    ],
)
def test_what_is_of_the_wrong_kind_is_named(make, key, found):
    with pytest.raises(InputError) as caught:
        make()
    assert (caught.value.key, caught.value.found) == (key, found)
    assert caught.value.accepted


@pytest.mark.parametrize(("T", "word"), [(200.0, "freezes"), (500.0, "boils")])
@pytest.mark.parametrize("side", ["hot", "cold"])
def test_another_side_that_is_no_liquid_is_named(T, word, side):
    exchanger = PlateHeatExchanger.named("b-003", 20)
    with pytest.raises(InputError, match=word) as caught:
        ExchangerSide("u", "a", "b", exchanger=exchanger, side=side, other_mass_flow=1.0, other_T_in=T)
    assert caught.value.key == "u.other_T_in"
