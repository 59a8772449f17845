"""Miners and exchangers in a network do what they do alone, at the flow and temperature they get."""

import CoolProp.CoolProp as coolprop
import numba
import numpy as np
import pytest

from hashheat.components.errors import UnitError
from hashheat.components.miner import Miner
from hashheat.components.network import Network
from hashheat.components.network_elements import ExchangerSide, MinerUnit, Node, Pipe, Pump, Resistance
from hashheat.components.network_units import Units
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.pump import PumpCurve
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

MINER = Miner.named("canaan-a1566ha-500t")


def test_a_miner_gets_its_own_pressure_drop_and_outlet():
    network = Network(
        (Node("in", demand=-0.16, T_in=335.0), Node("out", pressure=3e5)),
        (MinerUnit("m", "in", "out", miner=MINER, frequency=0.9),),
    )
    found = network.solve()
    alone = MINER.solve(T_in=335.0, mass_flow=0.16, frequency=0.9)
    assert float(found.pressure_drop[0]) == pytest.approx(float(alone.pressure_drop), rel=1e-9)
    assert float(found.heat_rate[0]) == pytest.approx(float(alone.heat_rate), rel=1e-9)
    assert float(found.T_out[0]) == pytest.approx(float(alone.T_out), abs=1e-6)
    assert float(found.T_junction.sel(unit="m")) == pytest.approx(float(alone.T_junction), abs=1e-6)
    assert float(found.wall_power.sel(unit="m")) == pytest.approx(float(alone.wall_power), rel=1e-9)


def test_miners_in_parallel_share_by_their_own_losses():
    # One of them hot and in a long hose, one half clocked; every one must lose the same pressure.
    found = Network(
        (Node("s", demand=-0.64, T_in=330.0), Node("h"), Node("r", pressure=3e5)),
        (
            MinerUnit("a", "s", "r", miner=MINER),
            MinerUnit("b", "s", "r", miner=MINER, frequency=0.5),
            MinerUnit("pair", "r", "s", miner=MINER, count=2),
            Pipe("hose", "s", "h", length=4.0, diameter=0.015),
            MinerUnit("c", "h", "r", miner=MINER, T_ambient=310.0),
            MinerUnit("spare", "s", "r", miner=MINER, closed=True),
        ),
    ).solve()
    flow = found.mass_flow.to_series()
    assert flow[["a", "b", "c"]].sum() - flow["pair"] == pytest.approx(0.64, rel=1e-9)
    drop = abs(found.pressure_drop.to_series())
    for name, count, clock, T_ambient in (
        ("a", 1, 1.0, 293.15),
        ("b", 1, 0.5, 293.15),
        ("pair", 2, 1.0, 293.15),
        ("c", 1, 1.0, 310.0),
    ):
        alone = MINER.solve(
            T_in=330.0, mass_flow=abs(flow[name]) / count, frequency=clock, T_ambient=T_ambient
        )
        assert drop[name] == pytest.approx(float(alone.pressure_drop), rel=1e-7)
        assert float(found.heat_rate.sel(element=name)) == pytest.approx(
            count * float(alone.heat_rate), rel=1e-7
        )
    assert flow["c"] < flow["a"]
    assert flow["b"] != pytest.approx(flow["a"], rel=1e-5)
    assert float(found.flow_status.sel(element="spare")) == 2
    assert float(found.wall_power.sel(unit="spare")) == 0.0
    assert float(found.T_junction.sel(unit="spare")) == 293.15
    assert list(found.unit.values) == ["a", "b", "pair", "c", "spare"]


@pytest.mark.parametrize(("side", "ends"), [("hot", ("a", "b")), ("cold", ("a", "b")), ("hot", ("b", "a"))])
def test_an_exchanger_gives_the_heat_of_its_rating(side, ends):
    exchanger = PlateHeatExchanger.named("g-040", 51)
    T = {"hot": 350.0, "cold": 315.0}
    other = "cold" if side == "hot" else "hot"
    found = Network(
        (Node("a", demand=-8.0, T_in=T[side]), Node("b", pressure=6e5)),
        (
            ExchangerSide(
                "x", *ends, exchanger=exchanger, other_mass_flow=7.0, other_T_in=T[other], side=side
            ),
        ),
        pressure=6e5,
    ).solve()
    flow = {side: 8.0 if ends == ("a", "b") else -8.0, other: 7.0}
    rated = exchanger.rate(
        hot_mass_flow=flow["hot"], cold_mass_flow=flow["cold"], hot_T_in=T["hot"], cold_T_in=T["cold"]
    )
    sign = -1.0 if side == "hot" else 1.0
    assert float(found.heat_rate[0]) == pytest.approx(sign * float(rated.heat_rate), rel=1e-8)
    assert float(found.T_out[0]) == pytest.approx(float(rated.T_out.sel(side=side)), abs=1e-5)
    drop = float(rated.pressure_drop.sel(side=side))
    assert abs(float(found.pressure_drop[0])) == pytest.approx(drop, rel=1e-8)


def closed_loop(miners=4, **more):
    """Pump, miners in parallel, exchanger to the heating network."""
    nodes = (Node("return", pressure=2.5e5), Node("supply"), Node("hot"))
    elements = [
        Pump("pump", "return", "supply", curve=PumpCurve((2.5e5, 0.0, -8e10), 1.5e-3)),
        *(MinerUnit(f"m{i}", "supply", "hot", miner=MINER) for i in range(miners)),
        ExchangerSide(
            "x",
            "hot",
            "return",
            exchanger=PlateHeatExchanger.named("g-003", 31, pressures=(3e5, 6e5)),
            other_mass_flow=0.8,
            other_T_in=318.15,
        ),
    ]
    return Network(nodes, elements, **more)


def test_a_miner_loop_gives_the_exchanger_what_the_miners_make():
    found = closed_loop().solve()
    heat = found.heat_rate.to_series()
    assert heat["x"] == pytest.approx(-sum(heat[f"m{i}"] for i in range(4)), rel=1e-9)
    assert abs(float(found.imbalance)) < 1e-12
    T_in = float(found.T.sel(node="supply"))
    alone = MINER.solve(T_in=T_in, mass_flow=float(found.mass_flow.sel(element="m0")))
    assert heat["m0"] == pytest.approx(float(alone.heat_rate), rel=1e-7)
    rated = PlateHeatExchanger.named("g-003", 31, pressures=(3e5, 6e5)).rate(
        hot_mass_flow=float(found.mass_flow.sel(element="x")),
        cold_mass_flow=0.8,
        hot_T_in=float(found.T.sel(node="hot")),
        cold_T_in=318.15,
    )
    assert -heat["x"] == pytest.approx(float(rated.heat_rate), rel=1e-5)
    assert float(rated.T_out.sel(side="hot")) == pytest.approx(T_in, abs=1e-5)
    assert np.all(found.flow_status == 0)
    assert found.attrs["rounds"] < 30


def test_a_miner_without_a_steady_state_is_named():
    with pytest.raises(UnitError) as caught:
        Network(
            (Node("in", demand=-0.1, T_in=385.0), Node("out", pressure=3e5)),
            (MinerUnit("m17", "in", "out", miner=MINER),),
        ).solve()
    assert any("m17" in note for note in caught.value.__notes__)


def test_an_exchanger_of_another_fluid_is_refused():
    exchanger = PlateHeatExchanger.named("g-040", 51)
    with pytest.raises(InputError, match="another fluid"):
        Network(
            (Node("a", pressure=3e5), Node("b")),
            (ExchangerSide("x", "a", "b", exchanger=exchanger, other_mass_flow=1.0, other_T_in=300.0),),
            fluid="MEG 30%",
        )


def test_a_unit_at_rest_is_off():
    found = Network(
        (Node("a", pressure=3e5, T_in=330.0), Node("b", demand=0.1), Node("end")),
        (Resistance("r", "a", "b", b=1e3), MinerUnit("m", "b", "end", miner=MINER)),
    ).solve()
    assert float(found.heat_rate.sel(element="m")) == 0.0
    assert float(found.flow_status.sel(element="m")) == 1
    assert float(found.wall_power[0]) == 0.0


#: Down to far below a thousandth of what the other side or the nominal flow is.
SMALL = [2e-2, 1e-2, 5e-3, 1e-3, 1e-4, 1e-5, 1e-6]


@pytest.mark.parametrize("m", SMALL)
@pytest.mark.parametrize(("side", "ends"), [("hot", ("a", "b")), ("cold", ("a", "b")), ("hot", ("b", "a"))])
def test_an_exchanger_keeps_the_second_law_at_any_flow(side, ends, m):
    # Against 14 kg/s on the other side: the water leaves between both inlets, and all but at the other one.
    exchanger = PlateHeatExchanger.named("g-060", 201, passes=(2, 2))
    T_in, other_T_in = (342.15, 339.15) if side == "hot" else (339.15, 342.15)
    found = Network(
        (Node("a", pressure=4e5, T_in=T_in), Node("b", demand=m)),
        (
            ExchangerSide(
                "x", *ends, exchanger=exchanger, other_mass_flow=13.7, other_T_in=other_T_in, side=side
            ),
        ),
    ).solve()
    T_out = float(found.T.sel(node="b"))
    assert 339.15 <= T_out <= 342.15
    # Side by side both would end at one temperature, 3 K m / 13.7 from the other inlet.
    assert T_out == pytest.approx(other_T_in, abs=6e-3)
    h = coolprop.PropsSI("H", "T", np.array([T_in, T_out]), "P", 3e5, "Water")
    assert float(found.heat_rate[0]) == pytest.approx(m * (h[1] - h[0]), rel=1e-5)


@pytest.mark.parametrize("m", SMALL)
def test_the_slope_of_an_exchangers_heat_goes_with_the_flow(m):
    # The outlet hardly knows the inlet, so that a kelvin more of it is a kelvin more given away.
    element = ExchangerSide(
        "x",
        "a",
        "b",
        exchanger=PlateHeatExchanger.named("g-060", 201, passes=(2, 2)),
        other_mass_flow=13.7,
        other_T_in=339.15,
    )
    units = Units([element], Fluid.parse("water").table(3e5), np.array([293.15]))
    found = units.evaluate(np.array([m]), np.array([342.15]))
    cp = coolprop.PropsSI("C", "T", 342.15, "P", 3e5, "Water")
    assert found.heat_slope[0] == pytest.approx(-m * cp, rel=2e-3)


OFF = {"frequency": 1e-6, "voltage": 1e-3}


@pytest.mark.parametrize("m", [1e-2, 1e-3, 1e-4, 1e-5, 1e-6])
def test_a_miner_that_is_all_but_off_cools_no_further_than_its_room(m):
    network = Network(
        (Node("a", pressure=4e5, T_in=340.0), Node("b", demand=m)),
        (MinerUnit("m", "a", "b", miner=MINER, T_ambient=280.0, **OFF),),
    )
    try:
        alone = MINER.solve(T_in=340.0, mass_flow=m, T_ambient=280.0, **OFF)
    except UnitError:  # its own model has no state here: then the network has none either
        with pytest.raises(UnitError):
            network.solve()
        return
    found = network.solve()
    assert 280.0 <= float(found.T.sel(node="b")) <= 340.0
    assert float(found.T.sel(node="b")) == pytest.approx(float(alone.T_out), abs=1e-5)
    assert float(found.heat_rate[0]) == pytest.approx(float(alone.heat_rate), rel=1e-6)


@pytest.mark.parametrize("m", [2e-2, 1e-4, 1e-6])
def test_a_miner_with_next_to_no_water_is_refused(m):
    with pytest.raises(UnitError):
        Network(
            (Node("a", pressure=4e5, T_in=300.0), Node("b", demand=m)),
            (MinerUnit("m", "a", "b", miner=MINER),),
        ).solve()
