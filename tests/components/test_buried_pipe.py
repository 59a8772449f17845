"""Buried pipes: the state step by step, its balance, and the steady state it ends in."""

import math

import numpy as np
import pytest
from numba import config

from hashheat.components.buried_pipe import BuriedPipe, PipeInputs
from hashheat.components.network import Network
from hashheat.components.network_elements import FixedFlow, Node
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_table import constant_properties

TRENCH = {"length": 800.0, "dn": 80, "series": 2}
LAYOUTS = {
    "single": BuriedPipe.from_values(TRENCH, "single"),
    "pair": BuriedPipe.from_values(TRENCH),
    "twin": BuriedPipe(300.0, 0.0372, 0.0424, 0.18, "twin", depth=0.8, distance=0.061),
}
GROUND = 281.15
STEPS = 60 if config.DISABLE_JIT else 800


def inputs(pipe, flow, T=(353.15, 318.15)):
    n = pipe.n_pipe
    return PipeInputs((flow, flow)[:n], tuple(T[:n]), GROUND)


def settle(pipe, given, dt, n):
    state = pipe.start(*(300.0,) * pipe.n_pipe)
    for _ in range(n):
        state, out = pipe.step(state, given, dt)
    return state, out


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dt", [600.0, 3600.0])
def test_steps_end_in_the_steady_state(layout, dt):
    pipe = LAYOUTS[layout]
    for flow in (3.0, 0.2, -0.5):
        given = inputs(pipe, flow)
        n = int(4.0 * pipe.residence_time(flow) / dt) + 4
        _, out = settle(pipe, given, dt, n)
        steady = pipe.steady(given)
        # 20 K of cooling at the lowest flow: cells of the exchange tell in the fourth digit of it.
        assert out.T_out == pytest.approx(steady.T_out, abs=5e-3)
        assert out.heat_loss == pytest.approx(steady.heat_loss, rel=2e-3)
        assert out.exchange == pytest.approx(steady.exchange, rel=5e-3)


def test_steady_heat_loss_is_what_the_water_gives():
    for pipe in LAYOUTS.values():
        given = inputs(pipe, 1.2)
        found = pipe.steady(given)
        gave = [1.2 * pipe.heat_capacity * (a - b) for a, b in zip(given.T_in, found.T_out)]
        assert sum(found.heat_loss) == pytest.approx(sum(gave), rel=1e-9)
        assert found.heat_loss[0] + found.exchange == pytest.approx(gave[0], rel=1e-9)
    # Short and fast: both at their inlet temperature all along.
    pair = BuriedPipe.from_values({"length": 1.0, "dn": 80, "series": 2})
    own, other = pair.conductances
    found = pair.steady(inputs(pair, 50.0))
    assert found.heat_loss == pytest.approx(((own - other) * 72.0, (own - other) * 37.0), rel=1e-4)
    assert found.exchange == pytest.approx(other * 35.0, rel=1e-4)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_energy_balances_to_rounding(layout):
    """Random flows, zero and reversed among them, steps from a second to a day; the exchange cancels."""
    pipe = LAYOUTS[layout]
    n = pipe.n_pipe
    rng = np.random.default_rng(2)
    state = pipe.start(*(310.0,) * n)
    stored = pipe.energy(state)
    for _ in range(STEPS):
        dt = float(rng.choice([1.0, 60.0, 3600.0, 86400.0]))
        flows = tuple(float(rng.choice([0.0, rng.normal() * 2.0, 1e-6, -0.3])) for _ in range(n))
        T_in = tuple(rng.uniform(285.0, 360.0, n))
        state, out = pipe.step(state, PipeInputs(flows, T_in, GROUND), dt)
        entered = sum(abs(m) * pipe.heat_capacity * (T - 273.15) * dt for m, T in zip(flows, T_in))
        left = sum(abs(m) * pipe.heat_capacity * (T - 273.15) * dt for m, T in zip(flows, out.T_out))
        now = pipe.energy(state)
        scale = entered + pipe.capacity * n * 80.0
        assert entered - left - sum(out.heat_loss) * dt - (now - stored) == pytest.approx(
            0.0, abs=1e-12 * scale
        )
        stored = now


def test_a_front_arrives_after_the_residence_time():
    pipe = LAYOUTS["single"]
    late = pipe.residence_time(2.0)
    state = pipe.start(320.0)
    given = PipeInputs((2.0,), (350.0,), GROUND)
    state, before = pipe.step(state, given, 0.999 * late)
    state, _ = pipe.step(state, given, 0.002 * late)
    _, after = pipe.step(state, given, 1.0)
    assert before.T_out[0] < 320.0
    assert after.T_out[0] == pytest.approx(pipe.steady(given).T_out[0], abs=1e-6)


def test_a_trench_left_alone_cools_to_the_ground():
    pipe = LAYOUTS["twin"]
    own, other = pipe.conductances
    state = pipe.start(350.0, 310.0)
    given = PipeInputs((0.0, 0.0), (300.0, 300.0), GROUND)
    time = 3600.0
    for _ in range(6):
        state, out = pipe.step(state, given, time)
    fade = 6.0 * time * pipe.length / pipe.capacity
    mean = (330.0 - GROUND) * math.exp(-(own - other) * fade)
    apart = 40.0 * math.exp(-(own + other) * fade)
    exact = pipe.capacity * (2.0 * mean + 2.0 * (GROUND - 273.15))
    assert pipe.energy(state) == pytest.approx(exact, rel=1e-9)
    assert out.T_out[0] - out.T_out[1] == pytest.approx(apart, rel=2e-3)


def test_a_state_can_be_tried_again():
    pipe = LAYOUTS["pair"]
    state, _ = pipe.step(pipe.start(350.0, 310.0), inputs(pipe, 2.0), 600.0)
    energy = pipe.energy(state)
    one = pipe.step(state, inputs(pipe, 2.5), 900.0)[1]
    pipe.step(state, inputs(pipe, -4.0), 3600.0)
    assert pipe.step(state, inputs(pipe, 2.5), 900.0)[1] == one
    assert pipe.energy(state) == energy


def test_two_kilometres_at_full_and_at_a_tenth_of_the_load():
    """DN 200, series 2, 80/45 degC over ground of 8: 0.8 % of the heat is lost on 2 km, 4 and 38 % on 10 km."""
    for length, load, lost in ((2000.0, 1.0, 0.008), (1e4, 1.0, 0.040), (1e4, 0.1, 0.38)):
        pipe = BuriedPipe.from_values({"length": length, "dn": 200, "series": 2})
        flow = 54.6 * load
        found = pipe.steady(PipeInputs((flow, flow), (353.15, 318.15), GROUND))
        share = sum(found.heat_loss) / (flow * pipe.heat_capacity * 35.0)
        assert share == pytest.approx(lost, rel=0.06)


def test_as_elements_of_a_network():
    """Supply, consumer and return: outlets as steady, but for the exchange that a network does not know."""
    pipe = BuriedPipe.from_values({"length": 500.0, "dn": 80, "series": 2, "loss": 3.0})
    water = constant_properties(pipe.density, pipe.heat_capacity, 4e-4, 0.65)
    out, back = pipe.network_pipes("trench", ("plant", "house"), ("house back", "plant back"), GROUND)
    assert (out.name, back.name) == ("trench supply", "trench return")
    assert out.diameter == pipe.inner_diameter
    net = Network(
        (
            Node("plant", pressure=5e5, T_in=353.15),
            Node("house"),
            Node("house back"),
            Node("plant back", pressure=3e5),
        ),
        (
            out,
            back,
            FixedFlow("consumer", "house", "house back", mass_flow=2.0, heat_rate=-2.0 * 4186.0 * 35.0),
        ),
        fluid=water,
    ).solve()
    alone = BuriedPipe.from_values({"length": 500.0, "dn": 80, "series": 2})
    own, other = alone.conductances
    T_out = GROUND + 72.0 * math.exp(-(own - other) * 500.0 / (2.0 * 4186.0))
    assert float(net["T"].sel(node="house")) == pytest.approx(T_out, abs=1e-6)
    both = alone.steady(PipeInputs((2.0, 2.0), (353.15, T_out - 35.0), GROUND))
    passed = both.exchange / (2.0 * 4186.0)
    assert T_out - both.T_out[0] == pytest.approx(passed, rel=0.02)
    single = BuriedPipe.from_values({"length": 500.0, "dn": 80}, "single")
    (only,) = single.network_pipes("main", ("plant", "house"))
    assert only.name == "main"
    assert only.loss_per_length == pytest.approx(single.loss_per_length)
    with pytest.raises(InputError, match="ends"):
        single.network_pipes("main", ("plant", "house"), ("a", "b"))


@pytest.mark.parametrize(
    ("change", "dt", "key"),
    [
        ({}, 0.0, "dt"),
        ({}, math.nan, "dt"),
        ({}, math.inf, "dt"),
        ({"mass_flow": (1.0,)}, 60.0, "mass_flow"),
        ({"mass_flow": (1.0, math.nan)}, 60.0, "mass_flow"),
        ({"T_in": (350.0, 310.0, 3.0)}, 60.0, "T_in"),
        ({"T_in": (350.0, math.nan)}, 60.0, "T_in"),
        ({"T_ambient": -3.0}, 60.0, "T_ambient"),
    ],
)
def test_no_step_is_taken_with_what_is_none(change, dt, key):
    pipe = LAYOUTS["pair"]
    with pytest.raises(InputError) as caught:
        pipe.step(pipe.start(350.0, 310.0), inputs(pipe, 1.0)._replace(**change), dt)
    assert caught.value.key == key


def test_no_start_with_what_is_none():
    for T in ((350.0,), (350.0, math.nan)):
        with pytest.raises(InputError, match="T"):
            LAYOUTS["pair"].start(*T)
