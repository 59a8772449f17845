"""Plug flow of one pipe against closed forms: delay, age, balance, mergers."""

import math

import numpy as np
import pytest
from numba import config

from hashheat.solvers.plug_flow import heat_of, plug_step, uniform_parcels

COLD = 283.15
STEPS = 200 if config.DISABLE_JIT else 3000


def run(flows, T_in, loss, T_start=COLD, T_g=COLD, room=64):
    """Outlet means, total losses and last state of steps with flows and inlets; loss per unit of time 1."""
    state, out, lost = uniform_parcels(T_start, room), [], 0.0
    for flow, T in zip(flows, T_in):
        state, went = plug_step(state, flow, loss, T, T_g)
        out.append(went.T_out)
        lost += went.loss
    return np.array(out), lost, state


def test_step_response_is_a_delay():
    """40 steps of 0.07 pipes: the front comes out after 1/0.07 steps, and the step in which it does is mixed."""
    out, lost, _ = run([0.07] * 40, [353.15] * 40, 0.0)
    passed = 0.07 * np.arange(1, 41)
    share = np.clip((passed - 1.0) / 0.07, 0.0, 1.0)
    np.testing.assert_allclose(out, COLD + 70.0 * share, rtol=1e-14)
    assert abs(lost) < 1e-12


@pytest.mark.parametrize("flow", [0.01, 0.3, 1.0, 2.5, 400.0])
def test_water_cools_by_its_age(flow):
    """In steady flow by exp(-U L / (m cp)), whatever the step."""
    number = 0.35
    n = int(3.0 / flow) + 3
    out, _, state = run([flow] * n, [353.15] * n, number * flow, room=512)
    assert out[-1] == pytest.approx(COLD + 70.0 * math.exp(-number), rel=1e-13)
    mean = COLD + 70.0 * -math.expm1(-number) / number
    assert heat_of(state, 0.0) == pytest.approx(mean, rel=1e-13)


def test_age_counts_the_time_at_rest_and_the_way_back():
    """In for 0.4 of a pipe, at rest for 3 steps, then all of it back out: age from entry to exit, by place."""
    k = 0.2
    state = uniform_parcels(COLD)
    state, _ = plug_step(state, 0.4, k, 353.15, COLD)
    for _ in range(3):
        state, rest = plug_step(state, 0.0, k, 300.0, COLD)
        assert rest.out == 0.0
    state, back = plug_step(state, -0.4, k, COLD, COLD)
    # What entered at t in [0, 1] leaves at 4 + (1 - t): exp(-k (5 - 2 t)) on average.
    exact = COLD + 70.0 * (math.exp(-3.0 * k) - math.exp(-5.0 * k)) / (2.0 * k)
    assert back.T_out == pytest.approx(exact, rel=1e-14)
    assert heat_of(state, COLD) == pytest.approx(0.0, abs=1e-12)


def test_sinusoid_at_the_inlet_is_late_and_smaller():
    """Inlets held constant over steps: second order to the exact mean over a step."""
    k, period, errors = 0.3, 0.9, []
    ends = None
    for n in (20, 40, 80):
        dt = 1.0 / n
        t = (np.arange(4 * n) + 0.5) * dt
        T_in = 330.0 + 15.0 * np.sin(2.0 * math.pi * t / period)
        out, _, _ = run([dt] * t.size, T_in, k * dt, room=2 * n + 2)
        w = 2.0 * math.pi / period
        mean = np.sin(w * (t - 1.0)) * math.sin(0.5 * w * dt) / (0.5 * w * dt)
        exact = COLD + math.exp(-k) * (330.0 - COLD + 15.0 * mean)
        ends = t > 2.0
        errors.append(np.abs(out - exact)[ends].max())
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert errors[-1] < 0.01
    assert np.all(orders > 1.9), (errors, orders)


def test_any_division_of_a_step_gives_the_same():
    """Flow, reversal and rest, 1, 3 and 17 pieces a step: outlets, losses and what is stored agree to rounding."""
    flows = [0.3, 1.7, -0.2, 0.0, -2.4, 0.9, 0.05]
    T_in = [350.0, 330.0, 300.0, 290.0, 340.0, 355.0, 310.0]
    found = []
    for pieces in (1, 3, 17):
        state, out, lost = uniform_parcels(320.0, 400), 0.0, 0.0
        for i, (flow, T) in enumerate(zip(flows, T_in)):
            T_g = 280.0 + i
            for _ in range(pieces):
                state, went = plug_step(state, flow / pieces, 0.4 / pieces, T, T_g)
                out, lost = out + went.out, lost + went.loss
        found.append((out, lost, heat_of(state, 0.0)))
    assert found[1] == pytest.approx(found[0], rel=1e-12)
    assert found[2] == pytest.approx(found[0], rel=1e-12)


def test_loss_is_the_integral_of_the_excess():
    """Simpson's rule over the stored heat at the ends of small pieces: an own way to the loss."""
    state, T_g, k = uniform_parcels(320.0, 800), 285.0, 0.7
    state, _ = plug_step(state, 0.35, 0.1, 350.0, T_g)
    _, whole = plug_step(state, 0.6, k, 340.0, T_g)
    n, small, excess = 200, state, [heat_of(state, T_g)]
    for _ in range(n):
        small, _ = plug_step(small, 0.6 / n, k / n, 340.0, T_g)
        excess.append(heat_of(small, T_g))
    e = np.array(excess)
    simpson = k / n / 3.0 * (e[0] + e[-1] + 4.0 * e[1:-1:2].sum() + 2.0 * e[2:-1:2].sum())
    assert whole.loss == pytest.approx(simpson, rel=1e-8)


@pytest.mark.parametrize("room", [8, 64])
def test_energy_balances_to_rounding_over_anything(room):
    rng = np.random.default_rng(11)
    state = uniform_parcels(300.0, room)
    stored, worst = heat_of(state, 0.0), 0.0
    for _ in range(STEPS):
        flow = rng.choice([0.0, rng.normal() * 0.2, rng.normal() * 3.0, 1e-9, -1.0])
        loss, T_in, T_g = 10.0 ** rng.uniform(-6.0, 1.5), rng.uniform(275.0, 360.0), rng.uniform(275.0, 290.0)
        state, went = plug_step(state, flow, loss, T_in, T_g)
        now = heat_of(state, 0.0)
        error = abs(flow) * T_in - went.out - went.loss - (now - stored)
        worst = max(worst, abs(error) / (360.0 * (1.0 + abs(flow))))
        stored = now
        assert 274.9 < went.T_out < 360.1
        assert state.data[: state.n_parcel, 0].sum() == pytest.approx(1.0, abs=1e-12)
    assert worst < 1e-14
    assert (state.merged > 0) == (room == 8) or state.merged >= 0


def test_mergers_keep_the_energy_and_are_counted_where_they_tell():
    """Room for 16 parcels, 100 steps to a passage: steady inlets merge without a trace, others do not."""
    out, _, state = run([0.01] * 300, [353.15] * 300, 0.002, room=16)
    assert state.merged == 0 or out[-1] == pytest.approx(COLD + 70.0 * math.exp(-0.2), rel=1e-12)
    assert out[-1] == pytest.approx(COLD + 70.0 * math.exp(-0.2), rel=1e-12)
    t = 0.01 * np.arange(600)
    T_in = 330.0 + 10.0 * np.sin(2.0 * math.pi * t)
    few, lost_few, state_few = run([0.01] * 600, T_in, 0.0, room=16)
    many, _, state_many = run([0.01] * 600, T_in, 0.0, room=128)
    assert state_few.merged > 400
    assert state_many.merged == 0
    # What came in is there or has gone, and the wave of 20 K is still there, in 16 parcels.
    assert few.sum() * 0.01 + heat_of(state_few, 0.0) == pytest.approx(
        many.sum() * 0.01 + heat_of(state_many, 0.0), rel=1e-12
    )
    assert np.abs(few - many)[200:].max() < 4.0
    assert abs(lost_few) < 1e-9


def test_a_state_is_not_changed_in_place():
    state, _ = plug_step(uniform_parcels(300.0), 0.3, 0.1, 350.0, COLD)
    kept = state.data.copy()
    one = plug_step(state, 0.9, 0.1, 340.0, COLD)
    two = plug_step(state, 0.9, 0.1, 340.0, COLD)
    np.testing.assert_array_equal(state.data, kept)
    np.testing.assert_array_equal(one[0].data, two[0].data)
    assert one[1] == two[1]


def test_reversal_is_a_mirror():
    """The same from the other end: outlets and stored heat to the last bit."""
    a = b = uniform_parcels(310.0)
    for flow, T in ((0.4, 350.0), (-0.3, 320.0), (1.8, 340.0), (-0.7, 300.0)):
        a, one = plug_step(a, flow, 0.3, T, COLD)
        b, two = plug_step(b, -flow, 0.3, T, COLD)
        assert one.T_out == two.T_out
    assert heat_of(a, COLD) == pytest.approx(heat_of(b, COLD), rel=1e-14)


def test_no_step_is_too_long():
    """Years of hardly any flow, either way, then a flush: as the ground but for what has just entered."""
    state = uniform_parcels(350.0)
    state, _ = plug_step(state, 1e-3, 2000.0, 350.0, COLD)
    state, _ = plug_step(state, -1e-3, 2000.0, 350.0, COLD)
    state, went = plug_step(state, 5.0, 1e5, 350.0, COLD)
    # The last millionths of a share that entered before the flush leave before they cool.
    assert COLD <= went.T_out < COLD + 1e-4
    assert np.all(np.isfinite(state.data))
