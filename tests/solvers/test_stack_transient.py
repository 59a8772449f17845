"""Plate stacks in time against exact solutions, an inverse Laplace transform and a method of lines."""

import math

import numba
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm

from hashheat.solvers import plate_stack as ps
from hashheat.solvers.chevron import FIXED, POWER, ChevronLaw, fixed_constants, power_constants
from hashheat.solvers.element_levels import element_levels
from hashheat.solvers.plate_arrangement import arrange_passes
from hashheat.solvers.stack_storage import (
    Model,
    Storage,
    copy_state,
    energy_polynomial,
    heat_in_volume,
    new_state,
    stored_heat,
)
from hashheat.solvers.stack_temperatures import OK, OUT_OF_RANGE, solve_temperatures
from hashheat.solvers.stack_transient import D_STAGE, inlet_enthalpy, march, rates_at, take_step
from hashheat.solvers.transient_stage import solve_stage
from hashheat.solvers.upwind_element import upwind_element
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_kernels import temperature_from_enthalpy
from hashheat.thermo.property_table import constant_properties

SLOW = bool(numba.config.DISABLE_JIT)
CP, RHO, K_FLUID = 4000.0, 1000.0, 0.6
CONSTANT = constant_properties(RHO, CP, 1e-3, K_FLUID)
WATER = Fluid.parse("water").table(6e5)
AREA, D, FLOW_AREA = 0.3, 4e-3, 1e-3
VOLUME = AREA * D / 2.0
WALL = 2e-5


def law(Nu):
    return ChevronLaw(FIXED, FIXED, 0.5, 1.2, fixed_constants(Nu), fixed_constants(1.0))


def power_law(C=0.25, m=0.65, n=0.4):
    return ChevronLaw(POWER, FIXED, 0.5, 1.2, power_constants([(C, m)], [], n), fixed_constants(1.0))


def model(
    stack,
    nodes,
    *,
    tables=(CONSTANT, CONSTANT),
    laws=None,
    U=0.0,
    capacity=500.0,
    ends=1.0,
    fouling=(0.0, 0.0),
):
    laws = laws or (law(10.0), law(10.0))
    case = np.ones(ps.N_INPUTS)
    case[ps.AREA], case[ps.FLOW_AREA], case[ps.HYDRAULIC_DIAMETER] = AREA, FLOW_AREA, D
    case[ps.WALL_RESISTANCE], case[ps.FOULING], case[ps.U_FIXED] = WALL, sum(fouling), U
    plates = stack.plates.copy()
    plates[[0, -1]] = ends
    energy = np.stack([energy_polynomial(table) for table in tables])
    in_pass = np.bincount(stack.in_pass)
    return Model(
        stack,
        case,
        Storage(VOLUME, capacity, plates, np.array(fouling), energy),
        upwind_element(nodes),
        1.0 / in_pass[stack.in_pass],
        (laws[0], laws[0], laws[1], laws[1]),
        np.stack([pack(table) for table in tables]),
    )


def steady(m, flows, T_in):
    state = new_state(m.stack, m.element.x.size)
    state.T[:] = np.take(T_in, m.stack.side)[:, None]
    state.wall[:] = np.mean(T_in)
    h_in = inlet_enthalpy(m, np.array(T_in))
    status, _ = solve_stage(
        m, np.array(flows), h_in, 0.0, state.e_rate.copy(), state.plate.copy(), 1e-11, state
    )
    assert status == OK
    return state


def outlets(m, state, tables):
    last = [
        next(p for p in np.flatnonzero(m.stack.pass_side == side) if p not in m.stack.feeds)
        for side in range(2)
    ]
    return np.array([temperature_from_enthalpy(tables[side], state.leaving[last[side]]) for side in range(2)])


def run(m, drive, start, stops, tolerance, max_step=np.inf):
    """States at the stops, the heat carried by both sides [J], and the steps."""
    states, carried, steps = [], np.zeros(2), 0
    for step in march(m, drive, start, np.asarray(stops, float), tolerance, max_step):
        assert step.status == OK
        carried += step.carried
        steps += 1
        if step.t in stops:
            states.append(copy_state(step.state))
    return states, carried, steps


# -- exact solutions --------------------------------------------------------------------------------------


def test_a_front_against_the_characteristics():
    """No plate capacity and a neighbour that stays as it is: T_out(t) = T + (T_in(t - L/u) - T) exp(-NTU)."""
    heavy = constant_properties(1e12, CP, 1e-3, K_FLUID)
    U, flow = 2000.0, 0.1
    transit, NTU = RHO * VOLUME / flow, U * AREA / flow / CP

    def T_in(t):
        return 300.0 + 5.0 * (1.0 + math.tanh((t - 12.0) / 1.5))

    def drive(t, after):
        return np.array([flow, 0.0]), np.array([T_in(t), 300.0])

    stops = np.linspace(0.0, 30.0, 31)
    exact = np.array([300.0 + (T_in(t - transit) - 300.0) * math.exp(-NTU) for t in stops[1:]])
    worst = []
    for nodes in (4, 8) if SLOW else (4, 8, 16):
        m = model(arrange_passes(2, (1, 1)), nodes, tables=(CONSTANT, heavy), U=U, capacity=0.0)
        start = steady(m, (flow, 1e9), (300.0, 300.0))
        states, _, _ = run(m, drive, start, stops, 1e-3 if SLOW else 1e-6)
        found = np.array([state.leaving[0] / CP + 273.15 for state in states])
        worst.append(np.abs(found - exact).max())
    assert worst[1] < 0.2 * worst[0]
    assert worst[1] < 0.05
    if not SLOW:
        assert worst[2] < 0.02 * worst[1]
        assert worst[2] < 5e-4


def test_fluid_and_plates_at_rest_against_the_exponential():
    n = 3
    m = model(arrange_passes(n, (1, 1)), 4, laws=(law(10.0), law(14.0)), fouling=(1e-4, 2e-4))
    start = new_state(m.stack, 4)
    start.T[:] = np.array([350.0, 300.0, 340.0])[:, None]
    start.plate[:] = np.array([320.0, 345.0, 305.0, 310.0])[:, None]
    start.wall[:] = start.T
    # Unknowns: plate, channel, plate ... ; conductances from film, half the wall and the side's own fouling.
    C = np.array([500.0, RHO * CP * VOLUME] * n + [500.0])
    K = []
    for side in m.stack.side:
        resistance = D / K_FLUID / (10.0, 14.0)[side] + WALL / 2.0 + (1e-4, 2e-4)[side]
        K += [AREA / resistance] * 2
    exchange = np.diag(K, 1) + np.diag(K, -1)
    A = (exchange - np.diag(exchange.sum(axis=1))) / C[:, None]
    y0 = np.empty(2 * n + 1)
    y0[0::2], y0[1::2] = start.plate[:, 0], start.T[:, 0]

    def drive(t, after):
        return np.zeros(2), np.array([400.0, 250.0])

    stops = [0.0, 0.05, 0.3, 1.0, 5.0, 60.0]
    states, carried, _ = run(m, drive, start, stops, 1e-4 if SLOW else 1e-9)
    for t, state in zip(stops[1:], states):
        y = expm(A * t) @ y0
        atol = 2e-3 if SLOW else 2e-6
        np.testing.assert_allclose(state.T, np.repeat(y[1::2, None], 4, axis=1), atol=atol, rtol=0.0)
        np.testing.assert_allclose(state.plate, np.repeat(y[0::2, None], 4, axis=1), atol=atol, rtol=0.0)
    np.testing.assert_array_equal(carried, 0.0)
    assert stored_heat(m, states[-1]) - stored_heat(m, start) == pytest.approx(0.0, abs=1e-6)


def euler_inversion(F, t, terms=40, averaged=12, A=22.0):
    """Numerical inverse Laplace transform (Abate and Whitt, ORSA J. Computing 7 (1995) 36, EULER)."""
    ks = np.arange(terms + averaged + 1)
    values = np.array([F(complex(A, 2.0 * math.pi * k) / (2.0 * t)).real for k in ks])
    signed = np.where(ks % 2 == 0, 1.0, -1.0) * values
    signed[0] *= 0.5
    sums = np.cumsum(signed) * math.exp(A / 2.0) / t
    weights = np.array([math.comb(averaged, k) for k in range(averaged + 1)]) / 2.0**averaged
    return weights @ sums[terms:]


@pytest.mark.parametrize("capacity", [0.0, 900.0])
def test_counterflow_step_response_against_the_inverse_laplace_transform(capacity):
    """Balanced counterflow of two channels, constant properties, one plate between and one at either end."""
    Nu, flow, smooth = 12.0, 0.12, 1.5
    K = AREA / (D / K_FLUID / Nu + WALL / 2.0)
    storage, stream = RHO * CP * VOLUME, flow * CP

    def responses(p):
        """Laplace transforms of the outlets for a unit change of the hot inlet."""
        own = p * storage + K + K * p * capacity / (p * capacity + K)
        between = K / (p * capacity + 2.0 * K)
        a, b = (own - K * between) / stream, K * between / stream
        E = expm(np.array([[-a, b], [-b, a]]))
        cold = -E[1, 0] / E[1, 1]
        # The hot outlet, E_00 + E_01 cold, is det E / E_11, and the trace of the exponent is zero.
        return 1.0 / E[1, 1], cold

    def rise(t):
        y = t / smooth
        return 10.0 * (1.0 - (1.0 + y + 0.5 * y * y) * math.exp(-y))

    def drive(t, after):
        return np.full(2, flow), np.array([300.0 + rise(t), 300.0])

    stops = np.array([0.0, 1.0, 2.5, 8.0, 12.0, 20.0, 40.0])
    m = model(arrange_passes(2, (1, 1)), 8 if SLOW else 26, laws=(law(Nu), law(Nu)), capacity=capacity)
    states, _, _ = run(m, drive, steady(m, (flow, flow), (300.0, 300.0)), stops, 1e-3 if SLOW else 1e-6)
    found = np.array([outlets(m, state, (CONSTANT, CONSTANT)) for state in states]) - 300.0
    for t, both in zip(stops[1:], found):
        for side in range(2):

            def transform(p, side=side):
                return responses(p)[side] * 10.0 / (p * (1.0 + p * smooth) ** 3)

            exact = euler_inversion(transform, t)
            assert both[side] == pytest.approx(exact, abs=2e-2 if SLOW else 1e-4), (t, side)


# -- another method ---------------------------------------------------------------------------------------


def lines(m, drive, T0, W0, t_end, cells):
    """Outlets at t_end by finite volumes (linear upwind) and scipy's LSODA; water, two passes on side 0."""
    stack = m.stack
    n = stack.side.size
    rho, cp, h, mu, k = (np.asarray(getattr(WATER, name)) for name in ("rho", "cp", "h", "mu_inv8", "k"))
    up = stack.upward == 1

    def h_of(T):
        return np.polyval(h, (T - WATER.T_mid) * WATER.x_scale)

    def outflow(T, flows, T_in):
        """Face enthalpies along the flow, and the mixed enthalpy at the end of each pass."""
        along = np.where(up[:, None], h_of(T), h_of(T)[:, ::-1])
        mixed = np.zeros(stack.feeds.size)
        faces = np.empty((n, cells + 1))
        done = [p for p in range(mixed.size) if stack.feeds[p] < 0]
        done += [p for p in range(mixed.size) if stack.feeds[p] >= 0]
        for p in done:
            own = stack.in_pass == p
            entering = h_of(T_in[stack.pass_side[p]]) if stack.feeds[p] < 0 else mixed[stack.feeds[p]]
            faces[own, 0] = entering
            faces[own, 1] = 2.0 * along[own, 0] - entering
            faces[own, 2:] = 1.5 * along[own, 1:] - 0.5 * along[own, :-1]
            mixed[p] = faces[own, -1].mean()
        return faces, mixed

    def rates(t, y):
        T, W = y[: n * cells].reshape(n, cells), y[n * cells :].reshape(n + 1, cells)
        flows, T_in = drive(t, False)
        x = (T - WATER.T_mid) * WATER.x_scale
        viscosity, conductivity, heat = np.polyval(mu, x) ** -8.0, np.polyval(k, x), np.polyval(cp, x)
        flow = (flows[stack.side] * m.share)[:, None]
        Re, Pr = flow / FLOW_AREA * D / viscosity, heat * viscosity / conductivity
        htc = np.maximum(0.25 * Re**0.65 * Pr**0.4, 4.0) * conductivity / D
        K = AREA / cells / (1.0 / htc + WALL / 2.0)
        below, above = K * (W[:-1] - T), K * (W[1:] - T)
        faces, _ = outflow(T, flows, T_in)
        gone = np.diff(faces, axis=1)
        gone = np.where(up[:, None], gone, gone[:, ::-1])
        dT = (below + above - flow * gone) / (VOLUME / cells * np.polyval(rho, x) * heat)
        dW = np.zeros_like(W)
        dW[:-1] -= below
        dW[1:] -= above
        return np.concatenate([dT.ravel(), (dW / (m.storage.plate_capacity / cells)).ravel()])

    y0 = np.concatenate([np.full(n * cells, T0), np.full((n + 1) * cells, W0)])
    found = solve_ivp(rates, (0.0, t_end), y0, method="RK45", rtol=1e-7, atol=1e-7)
    assert found.success
    _, mixed = outflow(found.y[: n * cells, -1].reshape(n, cells), *drive(t_end, False))
    last = [1, 2]
    return np.array([temperature_from_enthalpy(WATER, mixed[p]) for p in last])


def test_five_channels_against_a_method_of_lines():
    stack = arrange_passes(5, (2, 1))
    assert stack.feeds.tolist() == [-1, 0, -1]
    m = model(
        stack, 6 if SLOW else 16, tables=(WATER, WATER), laws=(power_law(), power_law()), capacity=600.0
    )

    def drive(t, after):
        flows = np.array([0.25 + 0.1 * math.sin(t / 2.0), 0.3 - 0.15 * math.tanh((t - 6.0) / 2.0)])
        return flows, np.array([330.0 + 20.0 * math.tanh(t / 4.0), 310.0 + 3.0 * math.sin(t / 3.0)])

    start = new_state(stack, m.element.x.size)
    start.T[:], start.wall[:], start.plate[:] = 315.0, 315.0, 318.0
    states, _, _ = run(m, drive, start, [0.0, 14.0], 1e-3 if SLOW else 1e-6)
    found = outlets(m, states[-1], (WATER, WATER))
    cells = (10, 20) if SLOW else (20, 40, 80)
    by_lines = [lines(m, drive, 315.0, 318.0, 14.0, count) for count in cells]
    error = [np.abs(one - found).max() for one in by_lines]
    assert error[-1] < 0.35 * error[-2]
    richer = by_lines[-1] + (by_lines[-1] - by_lines[-2]) / 3.0
    np.testing.assert_allclose(found, richer, atol=0.05 if SLOW else 1e-3, rtol=0.0)


# -- the scheme -------------------------------------------------------------------------------------------


def fixed_steps(m, drive, start, t_end, count):
    old, new, carried = copy_state(start), copy_state(start), np.zeros(2)
    dt = t_end / count
    rates_at(m, drive, 0.0, True, old)
    for i in range(count):
        t = i * dt
        driven = [drive(t + 2.0 * D_STAGE * dt, False), drive(t + dt, False)]
        flows = np.stack([flow for flow, _ in driven])
        h_in = np.stack([inlet_enthalpy(m, T_in) for _, T_in in driven])
        status, _, error = take_step(m, flows, h_in, dt, 1e-10, old, new, carried)
        assert status == OK
        old, new = new, old
    return old, error


def test_order_two_in_time():
    """With films and properties of real water, flows and inlets that change; the estimate is of order three."""
    stack = arrange_passes(3, (1, 1))
    m = model(stack, 4, tables=(WATER, WATER), laws=(power_law(), power_law()))

    def drive(t, after):
        flows = np.array([0.3 + 0.1 * math.sin(t), 0.2 + 0.1 * math.cos(1.3 * t)])
        return flows, np.array([340.0 + 10.0 * math.sin(0.7 * t), 310.0 + 5.0 * math.sin(t)])

    start = steady(m, *drive(0.0, False))
    fine, _ = fixed_steps(m, drive, start, 4.0, 160 if SLOW else 1280)
    found = [fixed_steps(m, drive, start, 4.0, count) for count in (20, 40, 80)]
    for field in ("T", "plate"):
        errors = [np.abs(getattr(state, field) - getattr(fine, field)).max() for state, _ in found]
        orders = np.log2(np.array(errors[:-1]) / errors[1:])
        np.testing.assert_allclose(orders, 2.0, atol=0.5 if SLOW else 0.1)
    estimates = [estimate for _, estimate in found]
    assert math.log2(estimates[1] / estimates[2]) == pytest.approx(3.0, abs=0.4)


@pytest.mark.parametrize(("passes", "capacity"), [((1, 1), 500.0), ((2, 1), 0.0)])
def test_heat_stored_is_heat_that_flowed_in(passes, capacity):
    stack = arrange_passes(5, passes)
    m = model(stack, 6, tables=(WATER, WATER), laws=(power_law(), power_law()), capacity=capacity)

    def drive(t, after):
        late = t > 1.0 or (t == 1.0 and after)
        return np.array([0.3, 0.0 if late else 0.4]), np.array([350.0 if late else 330.0, 310.0])

    start = steady(m, *drive(0.0, False))
    states, carried, _ = run(m, drive, start, [0.0, 1.0, 6.0], 1e-1 if SLOW else 1e-4)
    stored = stored_heat(m, states[-1]) - stored_heat(m, start)
    assert stored > 1e5
    assert stored + carried.sum() == pytest.approx(0.0, abs=1e-9 * abs(carried[0]))


@pytest.mark.parametrize("passes", [(1, 1), (2, 2)])
def test_it_ends_in_the_steady_state(passes):
    """In the same numbers: both use the same element."""
    stack, flows, T_in = arrange_passes(7, passes), np.array([0.5, 0.7]), np.array([350.0, 310.0])
    n, nodes = 7, 5 if SLOW else 16
    levels = element_levels((nodes,))
    laws = (power_law(), power_law(0.3))
    fouling = (1e-5, 3e-5)
    m = model(stack, nodes, tables=(WATER, WATER), laws=laws, fouling=fouling)
    T, wall, htc = np.zeros((n, nodes)), np.zeros((n, nodes)), np.zeros((n, nodes))
    case = m.case.copy()
    case[ps.FLOW_0 : ps.FLOW_1 + 1], case[ps.T_IN_0 : ps.T_IN_1 + 1] = flows, T_in
    leaving = np.zeros(stack.feeds.size)
    flow = m.share * flows[stack.side]
    status, *_ = solve_temperatures(
        stack=stack,
        case=case,
        levels=levels,
        flow=flow,
        share=m.share,
        laws=m.laws,
        packed=m.packed,
        tolerance=1e-12,
        started=-1,
        rising=True,
        T=T,
        wall=wall,
        htc=htc,
        heat=np.zeros(2),
        leaving=leaving,
        UA=np.zeros(2),
    )
    assert status == OK
    start = new_state(stack, nodes)
    start.T[:], start.wall[:], start.plate[:] = 320.0, 320.0, 320.0

    def drive(t, after):
        return flows, T_in

    states, _, _ = run(m, drive, start, [0.0, 400.0], 1e-2 if SLOW else 1e-6)
    h_scale = 4200.0
    # Without the compiler steps are long, and their stages are repeated less often.
    atol = 1e-5 if SLOW else 1e-8
    np.testing.assert_allclose(states[-1].T, T, atol=atol, rtol=0.0)
    np.testing.assert_allclose(states[-1].wall, wall, atol=atol, rtol=0.0)
    np.testing.assert_allclose(states[-1].leaving / h_scale, leaving / h_scale, atol=atol, rtol=0.0)


@pytest.mark.parametrize("stopped", [(0,), (1,), (0, 1)])
def test_a_pump_that_trips(stopped):
    stack = arrange_passes(5, (1, 1))
    m = model(stack, 4 if SLOW else 12, tables=(WATER, WATER), laws=(power_law(), power_law()))
    T_in = np.array([350.0, 310.0])

    def drive(t, after):
        flows = np.array([0.5, 0.6])
        flows[list(stopped)] *= max(0.0, 1.0 - max(t - 1.0, 0.0) / 3.0)
        return flows, T_in

    start = steady(m, *drive(0.0, False))
    over = 0.1 if SLOW else 1e-3
    for step in march(m, drive, start, np.array([0.0, 1.0, 4.0, 300.0]), 1e-1 if SLOW else 1e-4):
        assert step.status == OK
        for field in (step.state.T, step.state.plate, step.state.wall):
            assert np.all((field > 310.0 - over) & (field < 350.0 + over))
        assert np.all(abs(outlets(m, step.state, (WATER, WATER)) - 330.0) < 20.0 + over)
    if len(stopped) == 1:
        np.testing.assert_allclose(step.state.T, T_in[1 - stopped[0]], atol=0.2)
        assert step.state.heat[stopped[0]] == 0.0


def test_a_jump_is_met_at_its_time():
    """After it the run goes on as one that starts there: the same steps, with the rates just after the jump."""
    m = model(arrange_passes(2, (1, 1)), 4)

    def drive(t, after):
        jumped = t > 2.0 or (t == 2.0 and after)
        return np.array([0.1, 0.1]), np.array([340.0 if jumped else 320.0, 300.0])

    start = steady(m, *drive(0.0, False))
    times, T = zip(*((step.t, step.state.T.copy()) for step in march(m, drive, start, [0.0, 2.0, 3.0], 1e-3)))
    fresh = [step.t for step in march(m, drive, start, [2.0, 3.0], 1e-3)]
    at = times.index(2.0)
    np.testing.assert_allclose(T[at], start.T, atol=1e-8)
    np.testing.assert_allclose(times[at + 1 :], fresh, rtol=1e-6)
    assert times[at + 1] - 2.0 < 0.02


def test_a_state_beyond_the_table_is_said():
    cool = Fluid.parse("water").table(6e5, 280.0, 330.0)
    m = model(arrange_passes(2, (1, 1)), 4, tables=(WATER, cool), laws=(power_law(), power_law()))
    start = new_state(m.stack, 4)
    start.T[:], start.wall[:], start.plate[:] = 320.0, 320.0, 320.0

    def drive(t, after):
        return np.array([0.5, 0.01]), np.array([370.0, 300.0])

    *_, last = march(m, drive, start, np.array([0.0, 100.0]), 1e-1)
    assert last.status == OUT_OF_RANGE
    assert last.t < 100.0


def test_heat_in_a_volume():
    c = energy_polynomial(WATER)
    for T in (290.0, 345.0, 380.0):
        exact, _ = quad(
            lambda t: (
                np.polyval(WATER.rho, (t - WATER.T_mid) * WATER.x_scale)
                * np.polyval(WATER.cp, (t - WATER.T_mid) * WATER.x_scale)
            ),
            WATER.T_mid,
            T,
        )
        assert heat_in_volume(c, WATER, T) == pytest.approx(exact, rel=1e-12)
    over = heat_in_volume(c, WATER, WATER.T_max + 2.0) - heat_in_volume(c, WATER, WATER.T_max)
    end = np.polyval(WATER.rho, 1.0) * np.polyval(WATER.cp, 1.0)
    assert over == pytest.approx(2.0 * end, rel=1e-9)
