"""Every part by itself: what its paths gain is what its ledger says, whatever surrounds it."""

import math

import numpy as np
import pytest

from hashheat.components.buried_pipe import BuriedPipe
from hashheat.components.dry_cooler import DryCooler
from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.components.heat_pump import HeatPump
from hashheat.components.storage_tank import StorageTank
from hashheat.fleet.circuit_fluid import CircuitFluid
from hashheat.fleet.consumers_part import ConsumersPart
from hashheat.fleet.cooler_part import CoolerPart
from hashheat.fleet.heat_pump_part import HeatPumpPart
from hashheat.fleet.heater_part import HeaterPart
from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.part import Given, Now
from hashheat.fleet.pipe_part import PipePart
from hashheat.fleet.pump_part import PumpPart
from hashheat.fleet.tank_part import TankPart
from hashheat.fleet.vessel_part import VesselPart

WATER = CircuitFluid.named("water", 6e5)
VALUES = {"demand": 1e6, "T_return": 318.15, "T_outdoor": 278.15, "T_ground": 281.15, "T_room": 293.15}
TANK = StorageTank(6.0, 4.0, 0.1, 0.1, 0.1, 0.04, 300.0, 8.0, layers=10)
PIPE = BuriedPipe.from_values({"length": 500.0, "dn": 150, "series": 2})
COOLER = DryCooler(2e6, 343.15, 333.15, 298.15, 120.0, 3e4, 4190.0, 250.0)
HEAT_PUMP = HeatPump(2e6, 0.5, 290.0, 350.0, 280.0, 370.0, 5.0, 80.0)

PARTS = {
    "pump": lambda: PumpPart("p", 0.6, (0.0, 30.0), None),
    "boiler": lambda: HeaterPart("p", ElectricBoiler(2e6), HoldRule("p.outlet", 350.0, 1)),
    "customers": lambda: ConsumersPart("p", 30.0, 1e5, 0.7),
    "tank": lambda: TankPart("p", TANK, 350.0, 318.0, 0.5),
    "pipe": lambda: PipePart("p", PIPE, 320.0),
    "cooler": lambda: CoolerPart("p", COOLER, HoldRule("p.outlet", 330.0, -1), 0.0),
    "vessel": lambda: VesselPart("p", 800.0, 40.0, 330.0),
    "heat pump": lambda: HeatPumpPart("p", HEAT_PUMP, HoldRule("p.sink_out", 350.0, 1), (0.0, 0.0)),
}


def _made(kind):
    part = PARTS[kind]()
    part.fluids = (WATER,) * len(part.paths)
    return part


@pytest.mark.parametrize("kind", PARTS)
def test_what_the_paths_gain_is_what_the_ledger_says(kind):
    part = _made(kind)
    memory, rng = part.begin(), np.random.default_rng(1)
    for number in range(60):
        n, k = len(part.paths), len(part.actuators)
        flow = rng.uniform(0.5, 25.0, n) * (rng.random(n) > 0.15)
        if kind in ("tank", "pipe"):
            flow *= rng.choice([-1.0, 1.0], n)
        setting = rng.random(k) * [a.scale for a in part.actuators]
        setting = tuple(flow[a.path] if a.path >= 0 else s for a, s in zip(part.actuators, setting))
        given = Given(
            tuple(rng.uniform(310.0, 355.0, n)), tuple(map(float, flow)), tuple(map(float, setting)),
            (345.0,) * sum(len(a.held) for a in part.actuators), tuple(rng.uniform(-1e5, 2e5, n)),
        )  # fmt: skip
        now = Now(number, float(rng.choice([300.0, 3600.0])), VALUES, {})
        answer = part.answer(now, memory, given)
        after, ledger = part.finish(now, memory, given)
        gained = sum(
            abs(m) * (WATER.enthalpy_beyond(out) - WATER.enthalpy_beyond(T))
            for m, out, T in zip(given.flow, answer.T_out, given.T_in)
        )
        size = max(abs(ledger.supplied), abs(ledger.given), abs(ledger.stored), abs(gained), 1.0)
        assert gained == pytest.approx(ledger.supplied - ledger.given - ledger.stored, abs=1e-9 * size)
        memory = after


def test_asking_changes_nothing():
    for kind in ("tank", "pipe"):
        part = _made(kind)
        memory = part.begin()
        n = len(part.paths)
        given = Given((340.0,) * n, (10.0,) * n, (), (), (0.0,) * n)
        now = Now(0, 3600.0, VALUES, {})
        first = part.answer(now, memory, given)
        assert part.answer(now, memory, given) == first


def test_a_cooler_cools_towards_the_air_and_no_further():
    part = _made("cooler")
    now = Now(0, 3600.0, VALUES, {})
    T_out = [
        part.answer(now, None, Given((340.0,), (5.0,), (s,), (340.0,), (0.0,))).T_out[0] for s in (0, 0.3, 1)
    ]
    assert T_out[0] == pytest.approx(340.0)
    assert T_out[0] > T_out[1] > T_out[2] > VALUES["T_outdoor"]


def test_a_pipe_loses_the_pressure_of_darcy_and_weisbach():
    part = _made("pipe")
    a, b = part.loss(0, 20.0, 343.15)
    D, rho = PIPE.inner_diameter, WATER.density(343.15)
    v = 20.0 / (rho * 0.25 * math.pi * D * D)
    # Colebrook's friction factor by fixed point.
    Re, rough = rho * v * D / WATER.viscosity(343.15), PIPE.roughness / D
    f = 0.02
    for _ in range(100):
        f = (-2.0 * math.log10(rough / 3.7 + 2.51 / (Re * math.sqrt(f)))) ** -2
    assert (a + b * 20.0) * 20.0 == pytest.approx(f * PIPE.length / D * 0.5 * rho * v * v, rel=0.02)


def test_a_vessel_warms_exponentially_and_converges_with_first_order():
    mass, flow, T_in, T0, t = 800.0, 2.0, 350.0, 330.0, 600.0
    errors = []
    for steps in (20, 40, 80):
        part = VesselPart("p", mass, 0.0, T0)
        part.fluids = (WATER,)
        T = T0
        for number in range(steps):
            now = Now(number, t / steps, VALUES, {})
            T, _ = part.finish(now, T, Given((T_in,), (flow,), (), (), (0.0,)))
        # In enthalpy the mixing is linear, whatever the heat capacity does.
        h_in, h0 = WATER.enthalpy(T_in), WATER.enthalpy(T0)
        errors.append(abs(WATER.enthalpy(T) - (h_in + (h0 - h_in) * math.exp(-flow * t / mass))))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders == pytest.approx([1.0, 1.0], abs=0.05)
