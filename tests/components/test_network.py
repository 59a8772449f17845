"""Flows and pressures of networks against published ones, the ladder's own solver, and fluids."""

import csv
from pathlib import Path

import fluids
import numpy as np
import pytest

from hashheat.components.header import HeaderGeometry, share_flow
from hashheat.components.network import Network
from hashheat.components.network_elements import (
    FixedFlow,
    Node,
    Pipe,
    Pump,
    Resistance,
    Valve,
)
from hashheat.components.network_epanet import head
from hashheat.components.pump import PumpCurve
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_table import constant_properties

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "network"
needs_reference = pytest.mark.skipif(
    not (REFERENCE / "Net1.inp").exists(), reason="the EPANET reference files are not beside the repository"
)
G = 9.80665
COLD = constant_properties(998.2061, 4184.7778, 1.0016e-3, 0.6)


def values(array, dim):
    return dict(zip(array[dim].values.tolist(), array.values.tolist()))


# ---- EPANET --------------------------------------------------------------------------------------------------


@needs_reference
def test_two_loops_have_the_published_heads_and_flows():
    # Alperovits and Shamir's optimum; heads and flows of EPANET 2.2 agree with the published ones.
    network = Network.from_epanet(REFERENCE / "two_loop.inp")
    found = network.solve()
    height = {node.name: node.elevation for node in network.nodes}
    above = {n: head(p, height[n], 1000.0) - height[n] for n, p in values(found.pressure, "node").items()}
    for node, published in zip("234567", (53.247, 30.462, 43.449, 33.803, 30.445, 30.552)):
        assert above[node] == pytest.approx(published, abs=1e-3)
    flow = values(found.mass_flow * 3.6, "element")
    published = (1120, 336.878, 683.122, 32.563, 530.559, 200.559, 236.878, -0.559)
    assert [flow[name] for name in "12345678"] == pytest.approx(published, abs=1e-3)
    assert found.attrs["hydraulic_iterations"] <= 15


@needs_reference
def test_net1_has_the_flows_of_epanet():
    network = Network.from_epanet(REFERENCE / "Net1.inp")
    found = network.solve()
    height = {node.name: node.elevation for node in network.nodes}
    flow, pressure = values(found.mass_flow, "element"), values(found.pressure, "node")
    with open(REFERENCE / "epanet_Net1_t0.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    for row in rows:
        name, value = row["id"], float(row["value"])
        if row["type"] == "flow_m3s":
            assert flow[name] / 1000.0 == pytest.approx(value, rel=1e-5)
        else:
            assert head(pressure[name], height[name], 1000.0) == pytest.approx(value, abs=2e-3)
    assert found.attrs["hydraulic_iterations"] <= 15
    assert found.attrs["pressure_residual"] <= 1e-10 * float(np.ptp(found.pressure.values))


def test_an_epanet_file_of_rough_pipes_valves_and_a_check_valve(tmp_path):
    path = tmp_path / "net.inp"
    path.write_text(
        "[JUNCTIONS]\na 5 10\nb 0 0\nc 2 5\n[RESERVOIRS]\nlake 60\nlow 1\n[PIPES]\np lake a 1000 200 0.1 2.5\n"
        "back low b 10 100 0.1 0 CV\nq c b 50 150 0.1\n[VALVES]\nv a b 100 TCV 12\nw b c 100 TCV 0\n"
        "[OPTIONS]\nUNITS LPS\nHEADLOSS D-W\n"
    )
    found = Network.from_epanet(path).solve()
    # The check valve holds against b, which lies higher than the lower lake.
    assert values(found.flow_status, "element")["back"] == 3
    assert values(found.mass_flow, "element")["p"] == pytest.approx(15.0, rel=1e-9)
    nu, V, A = 1.1e-5 * 0.3048**2, 15e-3, np.pi * 0.2**2 / 4
    f = fluids.friction_factor(Re=V / A * 0.2 / nu, eD=0.1e-3 / 0.2, Method="Colebrook")
    lost = (f * 1000 / 0.2 + 2.5) * 1000 * (V / A) ** 2 / 2
    pressure = values(found.pressure, "node")
    assert pressure["a"] == pytest.approx(101325 + 1000 * G * 55 - lost, rel=1e-9)
    v = 5e-3 / (np.pi * 0.1**2 / 4)
    drop = 12 * 1000 * v**2 / 2 - 1000 * G * 5
    assert pressure["a"] - pressure["b"] == pytest.approx(drop, rel=1e-6)


def test_a_network_tells_what_of_its_file_does_not_act(tmp_path):
    text = (
        "[JUNCTIONS]\na 0 1\nb 0 1\n[RESERVOIRS]\nlake 60\n[PIPES]\np lake a 100 100 100\nq lake b 100 100 100\n"
        "r a b 100 100 100\n[CONTROLS]\nLINK q CLOSED AT CLOCKTIME {}\nLINK r CLOSED AT TIME 5\n[QUALITY]\na 1\n"
        "[OPTIONS]\nUNITS LPS\n"
    )
    path = tmp_path / "net.inp"
    path.write_text(text.format("0:00"))
    network = Network.from_epanet(path)
    assert network.passed_over == ("QUALITY", "CONTROLS line 12")
    # Shut by its control, so that b is fed through a.
    assert values(network.solve().mass_flow, "element") == pytest.approx({"p": 2.0, "q": 0.0, "r": 1.0})
    path.write_text(text.format("6 AM"))
    assert Network.from_epanet(path).passed_over == ("QUALITY", "CONTROLS line 11", "CONTROLS line 12")
    assert (
        Network((Node("a", pressure=1e5), Node("b")), (Resistance("r", "a", "b", b=1.0),)).passed_over == ()
    )


def epanets_friction(Re, rough):
    """EPANET 2.2, section 12.1.1: Hagen and Poiseuille, Dunlop's cubic, Swamee and Jain."""
    if Re <= 2000.0:
        return 64.0 / Re
    Y2 = rough / 3.7 + 5.74 / Re**0.9
    if Re >= 4000.0:
        return 0.25 / np.log10(Y2) ** 2
    Y3 = -0.86859 * np.log(rough / 3.7 + 5.74 / 4000.0**0.9)
    FA = Y3**-2
    FB = FA * (2.0 - 0.00514215 / (Y2 * Y3))
    R = Re / 2000.0
    return (7 * FA - FB) + R * (
        (0.128 - 17 * FA + 2.5 * FB) + R * ((-0.128 + 13 * FA - 2 * FB) + R * (0.032 - 3 * FA + 0.5 * FB))
    )


#: What Network.from_epanet says of the friction factor over EPANET's [%], by the Reynolds number's range.
@pytest.mark.parametrize(
    ("Re", "least", "most", "words"),
    [
        ((300.0, 2000.0), 0.0, 0.0, "the same below Re 2000"),
        ((2000.0, 4000.0), -12.0, 2.2, "-12 to +2.2 % up to 4000"),
        ((4001.0, 1e4), -3.1, 0.0, "-3.1 to 0 % up to 10 000"),
        ((1e4, 1e5), -2.1, 0.8, "-2.1 to +0.8 % up to 100 000"),
        ((1e5, 1e8), -1.5, 0.8, "-1.5 to +0.8 % beyond"),
    ],
)
def test_friction_differs_from_epanets_by_what_is_said(tmp_path, Re, least, most, words):
    assert words in " ".join(Network.from_epanet.__doc__.split())
    D, L, nu = 0.1, 100.0, 1.1e-5 * 0.3048**2
    off = []
    for rough in (0.0, 1e-4, 1e-3, 1e-2, 0.05):
        for number in np.geomspace(*Re, 25).tolist():
            u = number * nu / D
            path = tmp_path / "net.inp"
            path.write_text(
                f"[JUNCTIONS]\na 0 {u * np.pi * D**2 / 4!r}\n[RESERVOIRS]\nlake 0\n"
                f"[PIPES]\np lake a {L} {D * 1e3} {rough * D * 1e3!r}\n[OPTIONS]\nUNITS SI\nHEADLOSS D-W\n"
            )
            lost = float(Network.from_epanet(path).solve(lowest_pressure=-1e15).pressure_drop[0])
            off.append(100.0 * (lost / (epanets_friction(number, rough) * L / D * 1000.0 * u**2 / 2) - 1.0))
    assert least - 2e-3 <= min(off)
    assert max(off) <= most + 2e-3
    # No range is said to be wider than it is by more than a percent.
    assert min(off) < least + 1.0
    assert max(off) > most - 1.0


# ---- single pipes --------------------------------------------------------------------------------------------


def test_one_pipe_loses_what_openmodelica_and_colebrook_say():
    # pandapipes' water/Colebrook/one_pipe; OpenModelica: 5 -> 4.636695205 bar.
    found = Network(
        (Node("a", pressure=5e5, T_in=293.15), Node("b", demand=1.3821)),
        (Pipe("p", "a", "b", length=2000.0, diameter=0.075, roughness=1e-4),),
        fluid=COLD,
    ).solve()
    drop = float(found.pressure_drop[0])
    # Its friction factor is an approximation of Colebrook's: 4e-4 of the loss.
    assert drop == pytest.approx(5e5 - 4.636695205e5, rel=5e-4)
    V = 1.3821 / 998.2061
    exact = fluids.core.dP_from_K(
        fluids.friction_factor(
            Re=4 * 1.3821 / (np.pi * 0.075 * 1.0016e-3), eD=1e-4 / 0.075, Method="Colebrook"
        )
        * 2000
        / 0.075,
        998.2061,
        V / (np.pi * 0.075**2 / 4),
    )
    assert drop == pytest.approx(exact, rel=1e-9)


def test_height_weighs_and_fittings_lose():
    found = Network(
        (
            Node("a", elevation=3.0, pressure=4e5, T_in=293.15),
            Node("b", elevation=12.0, demand=2.0),
            Node("c"),
        ),
        (
            Valve("v", "a", "b", diameter=0.04, loss=7.0),
            Resistance("r", "b", "c", a=100.0, b=50.0),
            Resistance("s", "c", "b", a=300.0),
        ),
        fluid=COLD,
    ).solve()
    u = 2.0 / 998.2061 / (np.pi * 0.04**2 / 4)
    assert float(found.pressure_drop.sel(element="v")) == pytest.approx(
        7 * 998.2061 * u**2 / 2 + 998.2061 * G * 9, rel=1e-12
    )
    # b -> c and back again is a loop that nothing drives.
    assert float(abs(found.mass_flow.sel(element=["r", "s"])).max()) == 0.0
    assert values(found.flow_status, "element") == {"v": 0, "r": 1, "s": 1}
    assert values(found.node_status, "node") == {"a": 0, "b": 0, "c": 1}


# ---- ladders -------------------------------------------------------------------------------------------------


def ladder(n, branch, segment, flow, arrangement="U", fluid=COLD):
    """Supply nodes s1.., return nodes r1..; fed at s1, drained at r1 (U) or rn (Z)."""
    out = 0 if arrangement == "U" else n - 1
    nodes = [Node(f"s{i}", demand=-flow if i == 0 else 0.0) for i in range(n)]
    nodes += [Node(f"r{i}", pressure=2e5 if i == out else None) for i in range(n)]
    elements = [branch(f"b{i}", f"s{i}", f"r{i}", i) for i in range(n)]
    elements += [segment(f"u{i}", f"s{i}", f"s{i + 1}") for i in range(n - 1)]
    ends = (lambda i: (f"r{i + 1}", f"r{i}")) if arrangement == "U" else (lambda i: (f"r{i}", f"r{i + 1}"))
    elements += [segment(f"d{i}", *ends(i)) for i in range(n - 1)]
    return Network(nodes, elements, fluid=fluid, T_in=293.15)


def quadratic(b):
    return lambda name, start, end, i=0: Resistance(name, start, end, b=b)


def linear(a):
    return lambda name, start, end, i=0: Resistance(name, start, end, a=a)


@pytest.mark.parametrize("arrangement", ["U", "Z"])
def test_a_linear_ladder_has_its_closed_form(arrangement):
    found = ladder(10, linear(10.0), linear(0.1), 10.0, arrangement).solve()
    i = np.arange(1, 11)
    mu = np.arccosh(1 + 0.2 / 20)
    shape = np.cosh(mu * (10 - i + 0.5) if arrangement == "U" else mu * (i - 5.5))
    np.testing.assert_allclose(found.mass_flow[:10], 10 * shape / shape.sum(), rtol=1e-10)


@pytest.mark.parametrize(
    ("arrangement", "first", "fifth", "drop"),
    [("U", 1.9480222446, 0.88504207041, 37.9479066529), ("Z", 1.440788877, 0.67829533689, 47.4485779701)],
)
def test_a_quadratic_ladder_has_the_published_flows(arrangement, first, fifth, drop):
    found = ladder(10, quadratic(10.0), quadratic(0.1), 10.0, arrangement).solve()
    assert float(found.mass_flow[0]) == pytest.approx(first, rel=1e-9)
    assert float(found.mass_flow[4]) == pytest.approx(fifth, rel=1e-9)
    assert float(found.pressure.sel(node="s0")) - 2e5 == pytest.approx(drop, rel=1e-6)


@pytest.mark.parametrize("arrangement", ["U", "Z"])
def test_a_row_of_units_shares_its_flow_as_the_headers_own_solver_says(arrangement):
    n, rho, mu = 12, 972.0, 3.5e-4
    b = np.random.default_rng(12).uniform(1e6, 3e6, n)
    network = ladder(
        n,
        lambda name, start, end, i: Resistance(name, start, end, a=500.0, b=b[i]),
        lambda name, start, end: Pipe(name, start, end, length=0.6, diameter=0.04, roughness=5e-5, loss=0.3),
        1.8,
        arrangement,
        constant_properties(rho, 4190.0, mu, 0.66),
    )
    found = network.solve()
    one = np.array([1.0])
    flows, drop = share_flow(
        1.8 * one,
        (np.full((1, n), 500.0), b[None]),
        HeaderGeometry(0.04 * one, 0.6 * one, 5e-5 * one, 0.3 * one),
        arrangement,
        (rho * one, mu * one),
        (rho * one, mu * one),
    )
    np.testing.assert_allclose(found.mass_flow[:n], flows[0], rtol=1e-8)
    assert float(found.pressure.sel(node="s0")) - 2e5 == pytest.approx(drop[0], rel=1e-8)


def test_the_fleets_ladder_of_140_branches():
    # Coefficients for litres a minute; the same numbers for kg/s make the published flows.
    found = ladder(140, quadratic(1562.5), quadratic(6.3e-5), 1120.0).solve()
    assert float(found.mass_flow[0]) == pytest.approx(8.213972478, abs=1e-6)
    assert float(found.mass_flow[139]) == pytest.approx(7.927290926, abs=1e-6)
    assert float(found.pressure.sel(node="s0")) - 2e5 == pytest.approx(105420.849789, rel=1e-8)
    assert found.attrs["hydraulic_iterations"] <= 15


# ---- pumps, valves, controlled flows -------------------------------------------------------------------------


def test_a_pump_by_its_pressure_meets_the_system_and_follows_the_affinity_laws():
    curve = PumpCurve((3e5, -1e6, -2e8), 0.03)

    def flow(speed):
        return float(
            Network(
                (Node("a", pressure=2e5, T_in=293.15), Node("b")),
                (
                    Pump("u", "a", "b", curve=curve, speed=speed),
                    Resistance("r", "b", "a", b=500.0),
                ),
                fluid=COLD,
            )
            .solve()
            .mass_flow[0]
        )

    V = flow(1.0) / 998.2061
    assert 3e5 - 1e6 * V - 2e8 * V**2 == pytest.approx(500.0 * flow(1.0) ** 2, rel=1e-9)
    # A system that goes with the square of the flow: flow goes with the speed.
    assert flow(0.7) == pytest.approx(0.7 * flow(1.0), rel=1e-9)


def test_a_controlled_flow_passes_whatever_the_pressures():
    found = Network(
        (Node("s", pressure=5e5, T_in=350.0), Node("c"), Node("d"), Node("r", pressure=3e5, T_in=310.0)),
        (
            Resistance("p", "s", "c", b=1e3),
            FixedFlow("house", "c", "d", mass_flow=1.5, heat_rate=-1.5 * 4184.7778 * 30.0),
            Resistance("q", "d", "r", b=1e3),
            FixedFlow("off", "c", "d", mass_flow=1.0, closed=True),
        ),
        fluid=COLD,
    ).solve()
    assert found.mass_flow.values.tolist() == pytest.approx([1.5, 1.5, 1.5, 0.0], abs=1e-10)
    assert float(found.T.sel(node="d")) == pytest.approx(320.0, abs=1e-9)
    assert values(found.supply, "node") == pytest.approx({"s": 1.5, "c": 0, "d": 0, "r": -1.5}, abs=1e-10)
    assert values(found.flow_status, "element")["off"] == 2


def test_every_variable_has_its_attributes():
    found = Network(
        (Node("a", pressure=5e5, T_in=350.0), Node("b", demand=1.0)), (Resistance("r", "a", "b", b=1.0),)
    ).solve()
    assert all({"units", "long_name"} <= set(found[name].attrs) for name in found.data_vars)
    assert found.pressure.dims == ("node",)
    assert found.mass_flow.dims == ("element",)


def test_a_network_of_constant_properties_takes_any_of_them():
    with pytest.raises(InputError, match="must be positive"):
        Network((Node("a", pressure=1e5),), (), pressure=-1.0)
