"""Two pipes of a trench against closed forms, single pipes, and a scheme of characteristics."""

import math
from itertools import pairwise

import numpy as np
import pytest
from numba import config

from hashheat.solvers.pipe_steady import steady_pair
from hashheat.solvers.plug_flow import heat_of, plug_step, uniform_parcels
from hashheat.solvers.plug_flow_pair import delayed, pair_step, ramp

COLD = 283.15
STEPS = 60 if config.DISABLE_JIT else 1500


def run(flows, loss, exchange, T_in, n_steps, n_cell=16, T_start=(300.0, 300.0), room=256):
    """Outlets of equal steps; loss and exchange a step."""
    a, b = (uniform_parcels(T, room) for T in T_start)
    out = []
    for _ in range(n_steps):
        a, b, went = pair_step(a, b, *flows, loss, exchange, *T_in, COLD, n_cell)
        out.append((went.T_out_1, went.T_out_2))
    return np.array(out), a, b, went


def by_characteristics(loss, exchange, T_in, T_start, time, n):
    """Unit flow both ways on n cells, a shift a step: mean outlets over steps of 1/n and the fields at the end."""
    dt = 1.0 / n
    a, b = np.full(n, T_start[0]), np.full(n, T_start[1])
    out = []
    both, apart = math.exp(-loss * dt), math.exp(-(loss + 2.0 * exchange) * dt)
    for _ in range(round(time * n)):
        # Half a shift would be needed to see them beside each other: with half exchanges before and after.
        for half in range(2):
            mean, difference = 0.5 * (a + b) - COLD, 0.5 * (a - b)
            mean, difference = mean * math.sqrt(both), difference * math.sqrt(apart)
            a, b = COLD + mean + difference, COLD + mean - difference
            if half == 0:
                out.append((a[-1], b[0]))
                a, b = np.append(T_in[0], a[:-1]), np.append(b[1:], T_in[1])
    return np.array(out), a, b


def test_the_closed_forms_join_their_series():
    for z in (0.0199, 0.0201, 0.0499, 0.0501):
        assert ramp(z) == pytest.approx((z - 1.0 + math.exp(-z)) / z**2, rel=1e-11)
        assert delayed(z) == pytest.approx((1.0 - math.exp(-z) * (1.0 + z)) / z**2, rel=1e-11)
    assert ramp(0.0) == delayed(0.0) == 0.5


def test_without_exchange_two_single_pipes():
    flows, T_in = [(0.3, 0.4), (-0.7, 0.0), (2.5, -1.1)], (350.0, 320.0)
    a, b, one, two = (uniform_parcels(300.0) for _ in range(4))
    for f1, f2 in flows:
        a, b, went = pair_step(a, b, f1, f2, 0.2, 0.0, *T_in, COLD, 16)
        one, alone_1 = plug_step(one, f1, 0.2, T_in[0], COLD)
        two, alone_2 = plug_step(two, f2, 0.2, T_in[1], COLD)
        assert went.exchange == 0.0
        assert (went.T_out_1, went.T_out_2) == pytest.approx((alone_1.T_out, alone_2.T_out), rel=1e-14)
        assert (went.loss_1, went.loss_2) == pytest.approx((alone_1.loss, alone_2.loss), rel=1e-11)


def test_at_rest_mean_and_difference_fade_each_at_its_rate():
    """Second order in the step."""
    errors = []
    for n in (2, 4, 8):
        _, a, b, _ = run((0.0, 0.0), 0.3 / n, 0.2 / n, (0.1, 0.1), n, T_start=(350.0, 320.0))
        mean = 0.5 * (heat_of(a, COLD) + heat_of(b, COLD))
        assert mean == pytest.approx((335.0 - COLD) * math.exp(-0.3), rel=1e-3)
        errors.append(abs(0.5 * (heat_of(a, COLD) - heat_of(b, COLD)) - 15.0 * math.exp(-0.7)))
    assert errors[0] < 0.04
    assert errors[0] / errors[1] > 3.7
    assert errors[1] / errors[2] > 3.7


@pytest.mark.parametrize("signs", [(1.0, 1.0), (1.0, -0.6), (-1.0, -0.7)])
def test_long_time_limit_is_the_steady_state_at_second_order(signs):
    """Steps of three passages, strong exchange."""
    exact = np.array(steady_pair(*signs, 0.4, 0.15, 350.0, 320.0, COLD))
    errors = []
    for n_cell in (4, 16) if config.DISABLE_JIT else (4, 16, 64):
        out, *_ = run((3.0 * signs[0], 3.0 * signs[1]), 0.75, 0.45, (350.0, 320.0), 25, n_cell)
        errors.append(np.abs(out[-1] - exact).max() * n_cell**2)
    # Constant at second order; at first it would grow by 4.
    assert max(errors) < 0.5, errors


@pytest.mark.parametrize("flow", [0.1, 1.0, 10.0])
def test_the_limit_does_not_depend_on_the_step(flow):
    exact = steady_pair(1.0, 1.0, 0.4, 0.15, 350.0, 320.0, COLD)
    out, *_ = run((flow, flow), 0.25 * flow, 0.15 * flow, (350.0, 320.0), int(12.0 / min(flow, 1.0)))
    assert out[-1] == pytest.approx(exact, abs=2e-3)


def test_a_front_against_characteristics():
    """A hot front enters the supply: outlets until 1.6 passages, on finer and finer cells and steps."""
    loss, exchange, T_in, T_start = 0.3, 0.25, (350.0, 310.0), (300.0, 310.0)
    steps = {8: 0.05, 16: 0.025} if config.DISABLE_JIT else {8: 0.05, 16: 0.025, 32: 0.0125}
    exact, _, _ = by_characteristics(loss, exchange, T_in, T_start, 1.6, 1280)
    errors = []
    for n_cell, dt in steps.items():
        n = round(1.6 / dt)
        out, *_ = run((dt, dt), loss * dt, exchange * dt, T_in, n, n_cell, T_start, room=300)
        means = exact.reshape(n, -1, 2).mean(axis=1)
        # The step in which the front itself comes out, and the next, are left to the delay's own test.
        free = np.abs(np.arange(n) * dt - 1.0) > 1.5 * dt
        errors.append(np.sqrt(np.mean((out - means)[free] ** 2)))
    # First order in what the exchange of 12 K is off, with a front of 50 K on its way.
    assert errors[-1] < 0.15, errors
    assert all(x / y > 1.4 for x, y in pairwise(errors)), errors


def test_energy_balances_to_rounding_over_anything():
    rng = np.random.default_rng(5)
    a = b = uniform_parcels(300.0)
    stored, worst = (heat_of(a, 0.0), heat_of(b, 0.0)), 0.0
    for _ in range(STEPS):
        f1, f2 = (
            rng.choice([0.0, rng.normal() * 0.2, rng.normal() * 3.0, 1e-9, 1e-5, -1.0]) for _ in range(2)
        )
        loss = 10.0 ** rng.uniform(-5.0, 0.5)
        exchange = loss * rng.uniform(0.0, 1.0)
        T_in = rng.uniform(280.0, 360.0, 2)
        a, b, went = pair_step(a, b, f1, f2, loss, exchange, *T_in, COLD, 16)
        now = heat_of(a, 0.0), heat_of(b, 0.0)
        one = abs(f1) * T_in[0] - went.out_1 - went.loss_1 - went.exchange - (now[0] - stored[0])
        two = abs(f2) * T_in[1] - went.out_2 - went.loss_2 + went.exchange - (now[1] - stored[1])
        worst = max(worst, abs(one) / (360.0 * (1.0 + abs(f1))), abs(two) / (360.0 * (1.0 + abs(f2))))
        stored = now
        assert 279.0 < went.T_out_1 < 361.0
        assert 279.0 < went.T_out_2 < 361.0
    assert worst < 1e-14


def test_heat_to_the_ground_is_that_of_the_mean_excess():
    """Over a long steady time: (U_own - U_other) times the integral, which the balance alone does not know."""
    flow, loss, exchange = 0.2, 0.05, 0.03
    _, a, b, went = run((flow, flow), loss, exchange, (350.0, 320.0), 60)
    assert went.loss_1 == pytest.approx(loss * heat_of(a, COLD), rel=1e-4)
    assert went.loss_2 == pytest.approx(loss * heat_of(b, COLD), rel=1e-4)
    assert went.exchange == pytest.approx(exchange * (heat_of(a, COLD) - heat_of(b, COLD)), rel=1e-3)


def test_swapping_the_pipes_swaps_everything():
    a, b = uniform_parcels(340.0), uniform_parcels(310.0)
    c, d = b, a
    for f1, f2 in ((0.4, 0.3), (-0.3, 0.2), (0.0, -1.2)):
        a, b, one = pair_step(a, b, f1, f2, 0.2, 0.1, 350.0, 320.0, COLD, 16)
        c, d, two = pair_step(c, d, f2, f1, 0.2, 0.1, 320.0, 350.0, COLD, 16)
        assert (one.T_out_1, one.T_out_2) == pytest.approx((two.T_out_2, two.T_out_1), rel=1e-13)
        assert one.exchange == pytest.approx(-two.exchange, rel=1e-9, abs=1e-12)
