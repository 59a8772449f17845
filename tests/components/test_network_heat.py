"""Temperatures of networks: exact solutions, and the balances of mass and heat in any network."""

import CoolProp.CoolProp as coolprop
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from hashheat.components.network import Network
from hashheat.components.network_elements import FixedFlow, Node, Pipe, Pump, Resistance
from hashheat.components.network_errors import NetworkError, NoSteadyTemperatureError
from hashheat.components.pump import PumpCurve
from hashheat.thermo.errors import BoilingError, FreezingError, InputError, StateError
from hashheat.thermo.property_table import constant_properties

CP = 4184.7778
COLD = constant_properties(998.2061, CP, 1.0016e-3, 0.6)


def at(found, name, **where):
    return float(found[name].sel(where))


# ---- exact ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backward", [False, True])
def test_a_pipe_cools_by_the_exponential_law(backward):
    # pandapipes' heat/one_pipe: alpha 100 W/(m2 K) on 75 mm and 100 m, 3 kg/s; the exact answer.
    ends = ("b", "a") if backward else ("a", "b")
    found = Network(
        (Node("a", pressure=5e5, T_in=363.15), Node("b", demand=3.0)),
        (Pipe("p", *ends, length=100.0, diameter=0.075, loss_per_length=100.0 * np.pi * 0.075),),
        fluid=COLD,
        T_ambient=293.15,
    ).solve()
    assert at(found, "T", node="b") == pytest.approx(351.17160640, abs=1e-8)
    assert at(found, "T_out", element="p") == pytest.approx(351.17160640, abs=1e-8)
    assert at(found, "T_in", element="p") == 363.15
    assert at(found, "heat_rate", element="p") == pytest.approx(3 * CP * (351.17160640 - 363.15), rel=1e-8)


def test_a_pipe_of_real_water_cools_as_its_differential_equation_says():
    found = Network(
        (Node("a", pressure=5e5, T_in=363.15), Node("b", demand=0.2)),
        (Pipe("p", "a", "b", length=400.0, diameter=0.03, loss_per_length=1.0, T_ambient=281.15),),
    ).solve()

    # Length that water takes to cool to T: integral of m cp / (U' (T - T_ambient)).
    def length(T_end):
        T = np.linspace(T_end, 363.15, 4001)
        cp = coolprop.PropsSI("C", "T", T, "P", 3e5, "Water")
        return np.trapezoid(0.2 * cp / (T - 281.15), T)

    exact = brentq(lambda T: length(T) - 400.0, 285.0, 360.0)
    # The element takes one heat capacity for its whole length.
    assert at(found, "T", node="b") == pytest.approx(exact, abs=0.02)


def test_streams_mix_by_enthalpy():
    found = Network(
        (
            Node("hot", demand=-1.0, T_in=360.0),
            Node("cold", demand=-3.0, T_in=285.0),
            Node("m", pressure=3e5),
        ),
        (Resistance("h", "hot", "m", b=1.0), Resistance("c", "m", "cold", b=1.0)),
    ).solve()
    h = coolprop.PropsSI("H", "T", np.array([360.0, 285.0]), "P", 3e5, "Water") @ [0.25, 0.75]
    assert at(found, "T", node="m") == pytest.approx(
        coolprop.PropsSI("T", "H", h, "P", 3e5, "Water"), abs=1e-3
    )
    assert at(found, "supply", node="m") == pytest.approx(-4.0, rel=1e-12)


def closed_loop(heat, loss, **more):
    """Pump, heater and a pipe that loses heat, in a ring."""
    return Network(
        (Node("a", pressure=3e5), Node("b"), Node("c")),
        (
            Pump("pump", "a", "b", curve=PumpCurve((4e4, 0.0, -1e10), 2e-3)),
            Resistance("heater", "b", "c", b=1e4, heat_rate=heat),
            Pipe("pipe", "c", "a", length=50.0, diameter=0.03, roughness=1e-5, loss_per_length=loss),
        ),
        T_ambient=283.15,
        **more,
    )


def test_a_ring_finds_the_temperature_at_which_it_loses_what_it_gets():
    found = closed_loop(4000.0, 2.0, fluid=COLD).solve()
    m = at(found, "mass_flow", element="pump")
    kept = np.exp(-100.0 / (m * CP))
    T_hot = 283.15 + 4000.0 / (m * CP) / (1 - kept)
    assert at(found, "T", node="c") == pytest.approx(T_hot, abs=1e-8)
    assert at(found, "T", node="a") == pytest.approx(283.15 + (T_hot - 283.15) * kept, abs=1e-8)
    assert abs(float(found.imbalance)) < 1e-12
    assert float(abs(found.supply).max()) == 0.0


def test_warm_water_flows_more_easily():
    flows = [
        at(closed_loop(heat, 2.0).solve(), "mass_flow", element="pump") for heat in (500.0, 3000.0, 8000.0)
    ]
    assert flows[0] < flows[1] < flows[2]


def test_a_ring_that_nothing_cools_has_no_steady_temperature():
    with pytest.raises(NoSteadyTemperatureError, match="nothing holds its temperature"):
        closed_loop(4000.0, 0.0).solve()
    # Without heat it keeps the temperature it is filled with.
    assert closed_loop(0.0, 0.0, T_in=320.0).solve().T.values.tolist() == pytest.approx([320.0] * 3)


def test_a_ring_that_is_heated_too_much_boils_and_one_that_is_cooled_freezes():
    with pytest.raises(BoilingError, match="boils"):
        closed_loop(60e3, 2.0).solve()
    with pytest.raises(FreezingError, match="freezes"):
        closed_loop(-9000.0, 2.0).solve()
    with pytest.raises(StateError, match="properties hold"):
        closed_loop(80e3, 2.0, fluid=COLD).solve()


@pytest.mark.parametrize("pump", [200.0, 3000.0])
def test_the_cold_leg_helps_the_pump(pump):
    # Heated below, cooled 8 m above: pump and the weight of the cold leg against friction that is linear.
    a, heat = 4000.0, 6000.0
    found = Network(
        (
            Node("bottom", pressure=4e5),
            Node("in"),
            Node("warm"),
            Node("top", elevation=8.0),
            Node("cold", elevation=8.0),
        ),
        (
            Pump("pump", "bottom", "in", curve=PumpCurve((pump, -1e3, 0.0), 1.0)),
            Resistance("heater", "in", "warm", a=a, heat_rate=heat),
            Resistance("riser", "warm", "top", a=a),
            Pipe("cooler", "top", "cold", length=1.0, diameter=1.0, loss_per_length=300.0),
            Resistance("downcomer", "cold", "bottom", a=a),
        ),
        T_ambient=288.15,
    ).solve()
    m = at(found, "mass_flow", element="heater")
    T = np.array([at(found, "T", node=node) for node in ("warm", "cold")])
    rho = coolprop.PropsSI("D", "T", T, "P", 3e5, "Water")
    gain = (rho[1] - rho[0]) * 9.80665 * 8.0
    assert gain > 0.04 * pump
    assert gain + pump - 1e3 * m / rho[1] == pytest.approx(3 * a * m, rel=1e-5)
    assert at(found, "heat_rate", element="cooler") == pytest.approx(-heat, rel=1e-9)


def test_water_at_rest_takes_the_surroundings():
    found = Network(
        (Node("a", pressure=5e5, T_in=350.0), Node("b", demand=1.0), Node("end"), Node("beyond")),
        (
            Resistance("r", "a", "b", b=1.0),
            Pipe("stub", "b", "end", length=1.0, diameter=0.1, T_ambient=280.0),
            Resistance("heater", "end", "beyond", b=1.0, heat_rate=1e6),
        ),
        T_ambient=295.0,
    ).solve()
    assert found.T.values.tolist() == [350.0, pytest.approx(350.0), 295.0, 295.0]
    assert found.T_out.values.tolist() == [pytest.approx(350.0), 280.0, 295.0]
    assert found.heat_rate.values[1:].tolist() == [0.0, 0.0]
    assert found.flow_status.values.tolist() == [0, 1, 1]
    assert found.node_status.values.tolist() == [0, 0, 1, 1]
    assert not any(found[name].isnull().any() for name in found.data_vars)


def test_water_that_enters_needs_a_temperature():
    nodes = (Node("a", pressure=5e5), Node("b", demand=1.0), Node("c", demand=-0.25))
    elements = (Resistance("r", "a", "b", b=1.0), Resistance("s", "c", "b", b=1.0))
    with pytest.raises(InputError, match="its temperature is not given") as caught:
        Network(nodes, elements).solve()
    assert "'a', 'c'" in caught.value.found
    assert at(Network(nodes, elements, T_in=340.0).solve(), "T", node="b") == pytest.approx(340.0, abs=1e-9)


# ---- any network ---------------------------------------------------------------------------------------------


@st.composite
def networks(draw):
    """A ring with chords: every node has two ways at least; pipes, heaters, a pump, sources and drains."""
    n = draw(st.integers(3, 14))
    seed = draw(st.integers(0, 2**31))
    water = draw(st.booleans())
    rng = np.random.default_rng(seed)
    nodes = [Node("0", pressure=8e5, T_in=330.0)]
    for i in range(1, n):
        demand = rng.choice([0.0, rng.uniform(-0.8, 1.0)])
        nodes.append(
            Node(str(i), float(rng.uniform(0, 0.3)), float(demand), T_in=float(rng.uniform(290, 340)))
        )
    if rng.random() < 0.4:
        nodes[n // 2] = Node(str(n // 2), pressure=float(rng.uniform(7.8e5, 8.2e5)), T_in=345.0)
    pairs = [(i, (i + 1) % n) for i in range(n)]
    pairs += [tuple(rng.choice(n, 2, replace=False)) for _ in range(draw(st.integers(0, 2 * n)))]
    elements = []
    for k, (i, j) in enumerate(pairs):
        ends = (f"e{k}", str(i), str(j))
        draw_of = rng.random()
        if draw_of < 0.6:
            elements.append(
                Pipe(
                    *ends,
                    length=float(rng.uniform(5, 200)),
                    diameter=float(rng.uniform(0.02, 0.08)),
                    roughness=float(rng.uniform(0, 1e-4)),
                    loss=float(rng.uniform(0, 5)),
                    loss_per_length=float(rng.choice([0.0, rng.uniform(0.05, 0.5)])),
                    T_ambient=float(rng.uniform(278, 300)),
                    check=bool(rng.random() < 0.1),
                )
            )
        elif draw_of < 0.9 or k < n:  # a controlled flow connects nothing
            heat = float(rng.uniform(-1000, 1000))
            elements.append(Resistance(*ends, a=10.0, b=float(rng.uniform(1e3, 1e5)), heat_rate=heat))
        else:
            elements.append(FixedFlow(*ends, mass_flow=float(rng.uniform(-0.3, 0.3)), heat_rate=100.0))
    nodes.append(Node("p", T_in=300.0))
    elements.append(Pump("pump", "0", "p", curve=PumpCurve((6e4, 0.0, -1e9), 7.6e-3), check=True))
    elements.append(Resistance("r", "p", "1", b=5e4))
    return Network(nodes, elements, fluid="water" if water else COLD, pressure=8e5)


def balances(found, network, enthalpy):
    """Largest imbalance of mass at a node, and of heat at a node and overall; relative."""
    start = [found.node.values.tolist().index(e.start) for e in network.elements]
    end = [found.node.values.tolist().index(e.end) for e in network.elements]
    m, n = found.mass_flow.values, found.node.size
    out = np.bincount(start, m, n) - np.bincount(end, m, n) - found.supply.values
    mass = np.abs(out).max() / np.abs(m).max()
    up, down = (np.where(m >= 0, a, b) for a, b in ((start, end), (end, start)))
    T, outside = found.T.values, np.array([node.T_in for node in network.nodes])
    size = np.abs(m)
    fed, drained = np.maximum(found.supply.values, 0), np.maximum(-found.supply.values, 0)
    # From the temperatures alone: what comes with the flows goes with the flows.
    comes = np.bincount(down, size * enthalpy(found.T_out.values), n) + fed * enthalpy(outside)
    goes = (np.bincount(down, size, n) + fed) * enthalpy(T)
    flowing = size > 0
    gained = size * (enthalpy(found.T_out.values) - enthalpy(found.T_in.values))
    np.testing.assert_allclose(found.heat_rate.values[flowing], gained[flowing], atol=1e-5, rtol=1e-7)
    np.testing.assert_allclose(found.T_in.values[flowing], T[up][flowing], rtol=0, atol=0)
    scale = np.abs(found.heat_rate.values).sum() + (fed * np.ptp(enthalpy(T))).sum()
    total = found.heat_rate.values.sum() + fed @ enthalpy(outside) - drained @ enthalpy(T)
    return mass, np.abs(comes - goes).max() / scale, abs(total) / scale


@given(network=networks())
@settings(max_examples=60, deadline=None)
def test_mass_and_heat_are_conserved_at_every_node(network):
    try:
        found = network.solve(lowest_pressure=-1e12)
    except (StateError, NetworkError):  # no steady state, or none that is liquid
        assume(False)
    if isinstance(network.fluid, type(COLD)):
        # Heat capacity is constant: the balance needs nothing of the package.
        mass, node, total = balances(found, network, lambda T: CP * (T - 300.0))
    else:
        table = network.table
        mass, node, total = balances(
            found,
            network,
            lambda T: (
                np.polyval(table.h, (T - table.T_mid) * table.x_scale)
                - np.polyval(table.h, (300.0 - table.T_mid) * table.x_scale)
            ),
        )
    assert mass < 1e-9
    assert node < 1e-9
    assert total < 1e-9
    assert abs(float(found.imbalance)) < 1e-8
    assert not any(found[name].isnull().any() for name in found.data_vars)


@given(network=networks())
@settings(max_examples=20, deadline=None)
def test_given_heats_and_losses_come_out(network):
    try:
        found = network.solve(lowest_pressure=-1e12)
    except (StateError, NetworkError):  # no steady state, or none that is liquid
        assume(False)
    for k, e in enumerate(network.elements):
        m = abs(float(found.mass_flow[k]))
        T_in, T_out, heat = (float(found[name][k]) for name in ("T_in", "T_out", "heat_rate"))
        if m == 0.0:
            assert heat == 0.0
        elif isinstance(e, Pipe):
            cp = CP
            if not isinstance(network.fluid, type(COLD)):
                cp = coolprop.PropsSI("C", "T", 0.5 * (T_in + T_out), "P", 8e5, "Water")
            kept = np.exp(-e.loss_per_length * e.length / (m * cp))
            assert T_out - e.T_ambient == pytest.approx((T_in - e.T_ambient) * kept, rel=1e-5, abs=1e-6)
        elif not isinstance(e, Pump):
            assert heat == pytest.approx(e.heat_rate, rel=1e-6, abs=1e-4)
