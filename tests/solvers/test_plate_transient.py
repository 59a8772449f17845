"""A resolved plate in time against exact solutions, SciPy's integrator and what must be conserved."""

import importlib.util
import math
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq

from hashheat.solvers.conjugate_plate import Surroundings, solve_conjugate
from hashheat.solvers.duct_table import duct_laminar
from hashheat.solvers.multigrid import build_levels
from hashheat.solvers.plate_history import run_plate
from hashheat.solvers.plate_step import Plant, PlateInputs, moment_of, take_step
from hashheat.solvers.plate_transient import march_plate, uniform_state
from hashheat.solvers.serpentine import OK, OUT_OF_RANGE, RUNAWAY
from hashheat.solvers.stack_storage import energy_polynomial
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import constant_properties

SLOW = numba.config.DISABLE_JIT
compiled_only = pytest.mark.skipif(SLOW, reason="minutes without the compiler")

CP, RHO = 4190.0, 1000.0
WATERLIKE = constant_properties(RHO, CP, 1e-3, 0.6)
WATER = Fluid.parse("water").table(3e5)
DUCT = duct_laminar("rectangle", 0.5)
T0 = 333.15
FLOOD = 1e7


def beside(name):
    path = Path(__file__).resolve().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


exact, cases, matrix = beside("plate_exact"), beside("plate_cases"), beside("plate_matrix")
Rectangle = exact.Rectangle


def plant(model, law=None, table=WATERLIKE, duct=DUCT):
    return Plant(
        model,
        cases.fixed_law() if law is None else law,
        duct,
        table,
        build_levels(*model.solid[:3]),
        energy_polynomial(table),
    )


def with_stores(model, capacity=1.0, volume=1e-6):
    """Heat capacity of each cell [J/K] and coolant in each cell [m3], one number for all or each."""
    shape, n = model.solid.along_x.shape, len(model.coolant.length)
    return model._replace(
        solid=model.solid._replace(capacity=np.array(np.broadcast_to(capacity, shape), dtype=float)),
        coolant=model.coolant._replace(volume=np.array(np.broadcast_to(volume, n), dtype=float)),
    )


def steady_inputs(**values):
    inputs = PlateInputs(**{"T_in": T0, "mass_flow": 0.02, **values})
    return lambda t, after: inputs


def run(pl, drive, start, stops, **more):
    """A run, with what must always hold: the balance of the heats.

    Of a flood the enthalpies that enter and leave have no digits left.
    """
    found = run_plate(pl, drive, start, np.asarray(stops, dtype=float), **more)
    assert drive(0.0, True).mass_flow == FLOOD or abs(found.imbalance) < 1e-9
    return found


# --- Plug flow past a wall that stores heat (Schumann). --------------------------------------------------------

# xi = 2 at the end; one unit of eta is STORE / FILM seconds.
FILM, FLOW, STORE = 800.0, 400.0 / CP, 4000.0
LENGTH_XI = 2.0
TRANSIT = 0.25  # of the whole path, in units of eta


def tube(n):
    """A wall that conducts nowhere: n cells from xi = 0 to LENGTH_XI."""
    d_xi = LENGTH_XI / n
    along = [np.zeros((1, 1, n)) for _ in range(3)]
    area = d_xi * FLOW * CP / cases.HTC
    # Seconds per eta: capacity over film, of any piece.
    wall = cases.HTC * area * STORE / FILM
    volume = TRANSIT / n * STORE / FILM * FLOW / RHO
    model = cases.PlateModel(
        cases.solid(along),
        cases.streams(1, n, 1.0 / n),
        cases.one_to_one(np.arange(n), area),
        cases.chips([], 0.0, 0.0),
    )
    return with_stores(model, wall, volume)


SECOND = STORE / FILM  # seconds in one unit of eta


def at_face(state, xi, n):
    """Coolant and wall [K above T0] at a place where two cells meet."""
    cell = round(xi / LENGTH_XI * n)
    wall = state.T[0, 0]
    T = 0.5 * (wall[cell - 1] + wall[cell]) if cell < n else 1.5 * wall[-1] - 0.5 * wall[-2]
    return np.array([state.F_end[cell - 1], T]) - T0


def times_behind(front, etas):
    return (np.asarray(etas) + front * TRANSIT / LENGTH_XI) * SECOND


def schumann_run(n, xi, etas, tolerance, drive):
    """Coolant and wall at xi, at times eta after the front has passed there."""
    pl = plant(tube(n))
    start, found = uniform_state(pl, T0), []
    stops = np.concatenate([[0.0], times_behind(xi, etas)])
    for step in march_plate(pl, drive, start, stops, tolerance):
        assert step.status == OK
        if step.t in stops[1:]:
            found.append(at_face(step.end.state, xi, n))
    return np.array(found)


def stepped(t, after):
    return PlateInputs(T0 + 1.0, FLOW)


@compiled_only
@pytest.mark.parametrize(("xi", "eta", "printed"), [(1.0, 1.0, 0.654254161277), (2.0, 2.0, 0.603500960612)])
def test_step_of_the_inlet_past_a_wall_with_mass(xi, eta, printed):
    F, T = schumann_run(200, xi, [eta], 1e-5, stepped)[0]
    assert printed == pytest.approx(exact.schumann(xi, eta), abs=1e-11)
    assert pytest.approx(printed, rel=2e-4) == F
    assert pytest.approx(1.0 - exact.schumann(eta, xi), rel=2e-4) == T


@compiled_only
def test_just_behind_the_front_the_wall_is_cold_and_the_coolant_has_lost_by_its_film():
    """The limit (1, 0), from three places behind it."""
    etas = [0.02, 0.04, 0.06]
    found = schumann_run(800, 1.0, etas, 1e-3, stepped)
    true = np.array([[exact.schumann(1.0, eta), 1.0 - exact.schumann(eta, 1.0)] for eta in etas])
    np.testing.assert_allclose(found, true, rtol=0.0, atol=1e-5)
    limit = 3.0 * found[0] - 3.0 * found[1] + found[2]
    np.testing.assert_allclose(limit, [0.367879441171, 0.0], rtol=0.0, atol=1e-5)


def smooth_inlet(t):
    """From 0 to 1 in one unit of eta, without a corner."""
    s = min(max(t / SECOND, 0.0), 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s * s)


def smooth_exact(xi, eta):
    """Duhamel: every small step of the inlet gives its own Schumann curve."""

    def slope(s):
        return 30.0 * s * s * (1.0 - s) ** 2

    last = min(1.0, eta)
    F = quad(lambda s: slope(s) * exact.schumann(xi, eta - s), 0.0, last, epsabs=1e-9)[0]
    T = quad(lambda s: slope(s) * (1.0 - exact.schumann(eta - s, xi)), 0.0, last, epsabs=1e-9)[0]
    return np.array([F, T])


@compiled_only
def test_second_order_in_space():
    etas = [0.5, 1.0, 2.0]
    true = np.array([smooth_exact(1.0, eta) for eta in etas])

    def drive(t, after):
        return PlateInputs(T0 + smooth_inlet(t), FLOW)

    errors = [np.abs(schumann_run(n, 1.0, etas, 2e-7, drive) - true).max() for n in (20, 40, 80)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.9).all()
    assert errors[-1] < 5e-4


# --- SciPy's integrator on the same cells, their equations written down again. ---------------------------------


def tangled(leak=1.5, nx=5, ny=4, nz=2):
    rng = np.random.default_rng(7)
    model = cases.tangled(rng, nx=nx, ny=ny, nz=nz, leak=leak)
    shape, n = model.solid.along_x.shape, len(model.coolant.length)
    return with_stores(model, rng.uniform(0.3, 1.5, shape), rng.uniform(0.2e-6, 1e-6, n))


def swinging(t, after):
    """Everything moves at once, the flow down to a tenth."""
    return PlateInputs(
        T_in=T0 + 6.0 * math.sin(0.7 * t),
        mass_flow=0.011 + 0.009 * math.cos(0.5 * t),
        T_ambient=290.0 + 5.0 * math.sin(0.3 * t),
        dynamic=1.0 + 0.4 * math.sin(0.9 * t),
        leak=1.0 + 0.3 * math.cos(0.4 * t),
    )


class Lines:
    """Rates of a plate with fixed films in water: cells, coolant, then the heats put in, carried off and lost."""

    def __init__(self, model, table, drive):
        self.model, self.table, self.drive = model, table, drive
        body, coolant, films, _ = model
        self.n, self.m = body.along_x.size, len(coolant.length)
        self.conduction = matrix.laplacian(body.along_x, body.along_y, body.along_z, body.loss).tocsr()
        self.g = 1.0 / (1.0 / (cases.HTC * (films.area + films.fin_area)) + films.resistance)
        self.owner = np.repeat(np.arange(self.m), np.diff(films.first))
        self.stream = np.repeat(np.arange(len(coolant.share)), np.diff(coolant.first))
        self.opens = np.isin(np.arange(self.m), coolant.first[:-1])

    def property(self, name, T):
        return np.polyval(getattr(self.table, name), (T - self.table.T_mid) * self.table.x_scale)

    def power(self, T, given):
        """Heat of each chip and its junction."""
        chips = self.model.chips
        found = []
        for i, (a, b) in enumerate(pairwise(chips.first)):
            below = chips.weight[a:b] @ T[chips.cell[a:b]]
            P, leak = chips.P_dynamic[i] * given.dynamic, chips.P_leak[i] * given.leak
            R, scale = chips.resistance[i], chips.leak_scale[i]
            if leak == 0.0:
                found.append((below + R * P, P))
            else:
                found.append(exact.leaking_chip(below, R, P, leak, chips.T_leak[i], scale)[:2])
        return np.array(found).T

    def ends(self, F, T_in):
        length = self.model.coolant.length
        before = np.where(self.opens, T_in, np.roll(F, 1))
        ahead = np.where(self.opens, 1.0, length / (length + np.roll(length, 1)))
        return F + ahead * (F - before)

    def carried(self, F, given):
        h = self.property("h", self.ends(F, given.T_in))
        h_before = np.where(self.opens, self.property("h", given.T_in), np.roll(h, 1))
        return given.mass_flow * self.model.coolant.share[self.stream] * (h - h_before)

    def __call__(self, t, y):
        body, coolant, films, chips = self.model
        given = self.drive(t, False)
        T, F = y[: self.n], y[self.n : self.n + self.m]
        P = self.power(T, given)[1]
        film = self.g * (T[films.cell] - F[self.owner])
        to_metal = (body.heat + body.loss * given.T_ambient).ravel() - self.conduction @ T
        to_metal -= np.bincount(films.cell, film, self.n)
        to_metal += np.bincount(chips.cell, chips.weight * np.repeat(P, np.diff(chips.first)), self.n)
        carried = self.carried(F, given)
        to_water = np.bincount(self.owner, film, self.m) - carried
        volume_capacity = self.property("rho", F) * self.property("cp", F) * coolant.volume
        lost = (body.loss.ravel() * (T - given.T_ambient)).sum()
        put = P.sum() + body.heat.sum()
        return np.concatenate(
            [to_metal / body.capacity.ravel(), to_water / volume_capacity, [put, carried.sum(), lost]]
        )

    def solve(self, T, times):
        y = np.concatenate([np.full(self.n + self.m, T), np.zeros(3)])
        found = solve_ivp(self, (0.0, times[-1]), y, method="BDF", t_eval=times, rtol=1e-9, atol=1e-9)
        assert found.success
        return found.y.T


TIMES = np.array([0.05, 0.31, 1.0, 2.7, 5.0, 9.0])


@pytest.fixture(scope="module")
def swung():
    """Plate and SciPy's solution at TIMES."""
    model = tangled()
    lines = Lines(model, WATER, swinging)
    return model, lines, lines.solve(T0, TIMES)


@compiled_only
def test_scipy_on_the_same_cells(swung):
    """At times between the steps: fields, junctions, outlet and heats."""
    model, lines, true = swung
    n, m = lines.n, lines.m
    pl = plant(model, table=WATER)
    worst = []
    for tolerance in (1e-3, 1e-5):
        found = run(
            pl,
            swinging,
            uniform_state(pl, T0),
            [0.0, TIMES[-1]],
            times=TIMES,
            fields_at=TIMES,
            tolerance=tolerance,
        )
        np.testing.assert_array_equal(found.time, TIMES)
        off = [
            np.abs(found.T.reshape(len(TIMES), -1) - true[:, :n]).max(),
            np.abs(found.F - true[:, n : n + m]).max(),
        ]
        for k, t in enumerate(TIMES):
            given = swinging(t, False)
            T_junction, P = lines.power(true[k, :n], given)
            off.append(np.abs(found.T_junction[k] - T_junction).max())
            np.testing.assert_allclose(found.chip_power[k], P, rtol=10.0 * tolerance)
            F = true[k, n : n + m]
            last = model.coolant.first[1:] - 1
            mixed = model.coolant.share @ lines.property("h", lines.ends(F, given.T_in)[last])
            T_out = brentq(lambda T: lines.property("h", T) - mixed, 280.0, 390.0, xtol=1e-10)  # noqa: B023
            off.append(abs(found.T_out[k] - T_out))
            carried = lines.carried(F, given).sum()
            assert found.carried[k] == pytest.approx(carried, abs=30.0 * tolerance * given.mass_flow * CP)
        worst.append(max(off) / tolerance)
        np.testing.assert_allclose(found.heat[:3], true[-1, n + m :], rtol=10.0 * tolerance)
    # Errors of many steps add up: to dt^2, where each is of dt^3.
    assert worst[0] < 10.0
    assert worst[1] < 40.0


def fixed_steps(pl, drive, T, t_end, count):
    """As many equal steps; the state and the largest estimate."""
    dt, moment, error = t_end / count, moment_of(pl, drive(0.0, True), uniform_state(pl, T)), 0.0
    for k in range(count):
        at = [drive((k + share) * dt, False) for share in (2.0 - math.sqrt(2.0), 1.0)]
        tried = take_step(pl, (at[0], at[1]), dt, 5e-8, moment)
        assert tried.status == OK
        moment, error = tried.end, max(error, tried.error)
    return moment.state, error


@compiled_only
def test_second_order_in_time(swung):
    model, lines, true = swung
    pl = plant(model, table=WATER)
    k = int(np.flatnonzero(TIMES == 1.0)[0])
    errors, estimates = [], []
    for count in (16, 32, 64, 128):
        state, estimate = fixed_steps(pl, swinging, T0, 1.0, count)
        junction = lines.power(true[k, : lines.n], swinging(1.0, False))[0]
        errors.append(
            [
                np.abs(state.T.ravel() - true[k, : lines.n]).max(),
                np.abs(state.F - true[k, lines.n : lines.n + lines.m]).max(),
                np.abs(state.T_junction - junction).max(),
            ]
        )
        estimates.append(estimate)
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (orders[1:] > 1.9).all()
    assert np.log2(estimates[-2] / estimates[-1]) > 2.5


# --- Without flow. ---------------------------------------------------------------------------------------------


def slab(loss=0.0):
    """Metal alone, 5 W in all, 2 J/K a cell; its coolant touches nothing."""
    along = cases.box(cases.even(4, 0.04), cases.even(3, 0.03), cases.even(2, 0.006), 160.0)
    return with_stores(cases.still(cases.solid(along, loss=loss, heat=5.0 / 24.0)), 2.0)


def test_heated_without_flow_a_wall_warms_evenly():
    pl = plant(slab())
    times = np.array([0.0, 3.0, 17.0, 40.0])
    found = run(
        pl, steady_inputs(mass_flow=0.0), uniform_state(pl, T0), [0.0, 40.0], times=times, fields_at=times
    )
    expected = np.broadcast_to(T0 + 5.0 * times[:, None, None, None] / 48.0, found.T.shape)
    np.testing.assert_allclose(found.T, expected, atol=1e-10)


def test_a_wall_that_loses_heat_follows_an_exponential():
    pl = plant(slab(loss=0.1))
    times = np.linspace(0.0, 40.0, 9)
    inputs = steady_inputs(mass_flow=0.0, T_ambient=290.0)
    worst = []
    for tolerance in (1e-3, 1e-5):
        found = run(
            pl, inputs, uniform_state(pl, T0), [0.0, 40.0], times=times, fields_at=times, tolerance=tolerance
        )
        end = 290.0 + 5.0 / 2.4
        true = end + (T0 - end) * np.exp(-times * 0.1 / 2.0)
        worst.append(np.abs(found.T - true[:, None, None, None]).max() / tolerance)
    assert worst[0] < 10.0
    assert worst[1] < 40.0


def wall_and_water(P):
    """One cell of metal of 4 J/K with P, and the coolant standing at it: both temperatures over time."""
    model = cases.PlateModel(
        cases.solid([np.zeros((1, 1, 1)) for _ in range(3)], heat=P),
        cases.streams(1, 1, 0.1),
        cases.one_to_one([0], 2e-4),
        cases.chips([], 0.0, 0.0),
    )
    g, C, V = cases.HTC * 2e-4, 4.0, 1.5e-6
    A = np.array([[-g / C, g / C, P / C], [g / (V * RHO * CP), -g / (V * RHO * CP), 0.0], [0.0] * 3])
    return with_stores(model, C, V), lambda t: T0 + (expm(A * t) @ [0.0, 0.0, 1.0])[:2]


def test_water_that_stands_takes_its_share():
    model, true = wall_and_water(30.0)
    pl = plant(model)
    times = np.array([0.2, 1.0, 4.0, 12.0])
    inputs = steady_inputs(mass_flow=0.0, T_in=300.0)  # what waits at the inlet must not matter
    found = run(pl, inputs, uniform_state(pl, T0), [0.0, 12.0], times=times, fields_at=times, tolerance=1e-5)
    ours = np.stack([found.T[:, 0, 0, 0], found.F[:, 0]], axis=1)
    np.testing.assert_allclose(ours, [true(t) for t in times], atol=3e-4)
    np.testing.assert_allclose(found.T_out, found.F[:, 0], atol=1e-9)
    np.testing.assert_array_equal(found.carried, 0.0)


def test_water_that_reaches_the_end_of_its_table_ends_the_run():
    model, true = wall_and_water(30.0)
    table = constant_properties(RHO, CP, 1e-3, 0.6, T_max=T0 + 20.0)
    boils = brentq(lambda t: true(t)[1] - T0 - 20.0, 1.0, 100.0)
    pl = plant(model, table=table)
    found = run(
        pl,
        steady_inputs(mass_flow=0.0),
        uniform_state(pl, T0),
        [0.0, 60.0],
        times=np.linspace(0.0, 60.0, 61),
        tolerance=1e-4,
    )
    assert found.status == OUT_OF_RANGE
    assert found.t_end == pytest.approx(boils, abs=1e-4)
    # Everything before is kept, and the end.
    np.testing.assert_array_equal(found.time, np.append(np.arange(math.floor(boils) + 1.0), found.t_end))
    assert np.isfinite(found.T_junction).all()


def cooled(leak=0.0, nz=2, loss=0.0, volume=5e-8):
    """Two chips on a block over parallel channels; 77 W, 12 x 8 cells."""
    rectangles = [
        Rectangle(0.013, 0.021, 0.011, 0.007, 45.0),
        Rectangle(0.045, 0.010, 0.008, 0.008, 32.0),
    ]
    nx, ny = (6, 4) if SLOW else (12, 8)
    model = cases.block(nx, ny, nz, 0.06, 0.04, 0.006, 167.0, cases.HTC, rectangles, 0.2, leak=leak)
    cell = 0.06 * 0.04 * 0.006 / (nx * ny * nz)
    model = with_stores(model, 2.4e6 * cell, volume * 96.0 / (nx * ny))
    return model._replace(solid=model.solid._replace(loss=np.full_like(model.solid.loss, loss)))


def coast(t, after):
    """The pump stops within two seconds of the first."""
    return PlateInputs(T0, 0.02 * min(1.0, max(0.0, (3.0 - t) / 2.0)))


def test_after_a_pump_trip_all_heat_stays():
    """Without loss and leakage: the store grows by P t exactly, and in the end every place by P / C."""
    model = cooled()
    pl = plant(model)
    start = solve_conjugate(model, pl.law, DUCT, WATERLIKE, Surroundings(T0, 0.02), tolerance=1e-9)
    times = np.array([3.0, 4.0, 8.0, 150.0, 151.0])
    found = run(pl, coast, start, [0.0, 1.0, 3.0, 151.0], times=times, fields_at=times, tolerance=1e-5)
    water = RHO * CP * model.coolant.volume
    stored = (found.T * model.solid.capacity).sum(axis=(1, 2, 3)) + found.F @ water
    np.testing.assert_allclose(np.diff(stored), 77.0 * np.diff(times), rtol=1e-9)
    rate = 77.0 / (model.solid.capacity.sum() + water.sum())
    np.testing.assert_allclose(found.T[-1] - found.T[-2], rate, rtol=1e-5)
    np.testing.assert_allclose(found.F[-1] - found.F[-2], rate, rtol=1e-5)
    np.testing.assert_allclose(found.T_junction[-1] - found.T_junction[-2], rate, rtol=1e-5)
    np.testing.assert_array_equal(found.carried, 0.0)


# --- With flow. ------------------------------------------------------------------------------------------------


@compiled_only
@pytest.mark.parametrize("nz", [1, 2])
def test_ends_in_the_steady_state(nz):
    model = cooled(leak=2.0, nz=nz, loss=1e-3)
    law = cases.ChannelLaw(kind=0, hydraulic_diameter=4e-3, flow_area=2e-5)
    pl = plant(model, law, WATER)
    around = Surroundings(T0, 0.05, 293.15)
    steady = solve_conjugate(model, law, DUCT, WATER, around, tolerance=1e-10)
    inputs = steady_inputs(mass_flow=0.05)
    found = run(pl, inputs, uniform_state(pl, 293.15), [0.0, 400.0], tolerance=1e-5)
    assert found.status == OK
    for name in ("T", "F", "F_end", "T_junction", "T_wall"):
        np.testing.assert_allclose(getattr(found.last, name), getattr(steady, name), atol=1e-6, rtol=0.0)
    np.testing.assert_allclose(found.last.chip_power, steady.chip_power, rtol=1e-7)
    # The junctions' resistance to the cells below is at rest from the beginning.
    assert found.T_junction[0].min() > 293.15 + 0.2 * 30.0


def test_a_steady_state_stays():
    model = cooled(leak=2.0)
    pl = plant(model)
    start = solve_conjugate(model, pl.law, DUCT, WATERLIKE, Surroundings(T0, 0.02), tolerance=1e-9)
    found = run(pl, steady_inputs(), start, [0.0, 100.0], fields_at=[100.0])
    assert found.steps <= 2
    np.testing.assert_allclose(found.T[0], start.T, atol=1e-7)
    assert abs(found.heat[3]) < 1e-6 * found.heat[0]


def test_steps_end_where_inputs_bend_and_jump():
    """Junctions jump with the power; the plate does not."""
    model = cooled()
    pl = plant(model)
    start = solve_conjugate(model, pl.law, DUCT, WATERLIKE, Surroundings(T0, 0.02), tolerance=1e-9)

    def drive(t, after):
        return PlateInputs(T0, 0.02, dynamic=1.5 if t > 1.0 or (t == 1.0 and after) else 1.0)

    steps = list(march_plate(pl, drive, start, np.array([0.0, 1.0, 2.5, 6.0])))
    assert {1.0, 2.5, 6.0} <= {step.t for step in steps}
    jump = next(step for step in steps if step.t - step.dt == 1.0)
    np.testing.assert_array_equal(jump.begin.state.T, steps[steps.index(jump) - 1].end.state.T)
    rise = jump.begin.state.T_junction - start.T_junction
    np.testing.assert_allclose(rise, 0.5 * model.chips.resistance * model.chips.P_dynamic, rtol=1e-4)


@pytest.mark.parametrize(("jump", "when"), [(False, 1.7), (True, 1.0)], ids=["ramp", "jump"])
def test_a_march_ends_where_what_it_has_to_keep_is_lost(jump, when):
    """A bound on the inlet is met at its own time, and nothing beyond it is kept."""
    model = cooled()
    pl = plant(model)
    start = solve_conjugate(model, pl.law, DUCT, WATERLIKE, Surroundings(T0, 0.02), tolerance=1e-9)

    def drive(t, after):
        if jump:
            return PlateInputs(T0 + (10.0 if t > 1.0 or (t == 1.0 and after) else 0.0), 0.02)
        return PlateInputs(T0 + 10.0 * max(t - 1.0, 0.0), 0.02)

    lost = OUT_OF_RANGE + 7
    found = run(
        pl, drive, start, [0.0, 1.0, 4.0], hold=lambda given, _: lost if given.T_in > T0 + 7.0 else OK
    )
    assert found.status == lost
    assert found.t_end == pytest.approx(when, abs=1e-6)
    assert found.time[-1] == found.t_end <= when
    at_once = run(pl, drive, start, [0.0, 1.0, 4.0], hold=lambda *_: lost)
    assert (at_once.status, at_once.t_end, at_once.steps) == (lost, 0.0, 0)


@compiled_only
def test_streams_that_share_by_pressure_stop_and_start():
    model = cooled()
    length = np.repeat(np.array([1.0, 1.0, 2.0, 1.0, 4.0, 1.0, 1.0, 1.0]), 12) * 0.005
    model = model._replace(coolant=model.coolant._replace(length=length))
    pl = plant(model)._replace(share_by_pressure=True)
    around = Surroundings(T0, 0.02)
    steady = solve_conjugate(model, pl.law, DUCT, WATERLIKE, around, share_by_pressure=True, tolerance=1e-9)

    def drive(t, after):
        return PlateInputs(T0, 0.02 * min(1.0, max(0.0, abs(t - 3.0) - 1.0)))

    found = run(pl, drive, steady, [0.0, 1.0, 2.0, 4.0, 5.0, 200.0], tolerance=1e-4)
    assert found.status == OK
    np.testing.assert_allclose(found.last.T, steady.T, atol=1e-4)
    np.testing.assert_allclose(found.last.flow, steady.flow, rtol=1e-5)
    assert abs(found.imbalance) < 1e-12  # the flows reported are those that carried the heat


def test_the_flows_reported_are_those_that_carried_the_heat():
    """Even where the shares have hardly come to rest."""
    model = cooled()
    n = len(model.coolant.length) // 4 if SLOW else len(model.coolant.length) // 8
    model.coolant.length[:n] *= 3.0
    for tolerance in (1.0, 1e-3, 1e-6):
        state = solve_conjugate(
            model,
            cases.fixed_law(),
            DUCT,
            WATERLIKE,
            Surroundings(T0, 0.02),
            share_by_pressure=True,
            tolerance=tolerance,
        )
        gained = CP * state.flow @ (state.F_end[model.coolant.first[1:] - 1] - T0)
        assert gained == pytest.approx(state.heat.sum(), rel=1e-11)


# --- Runaway. --------------------------------------------------------------------------------------------------


def alone(P_leak):
    """Chips alike, each on a cell of 3 J/K, 0.6 K/W above it and 0.4 K/W between it and the coolant."""
    side, g = 0.01, 1.0 / 0.4
    rectangles = [Rectangle((i + 0.5) * side, 0.5 * side, side, side, 12.0) for i in range(3)]
    model = cases.block(
        3, 1, 1, 3 * side, side, 0.004, 167.0, g / side**2, rectangles, 0.6, leak=P_leak, T_leak=333.15
    )
    return with_stores(model, 3.0), g, cases.fixed_law(g / side**2)


def fold(P_leak, T_cool, g):
    """Time from rest at T_cool [K] until no junction temperature is left: dT/dt by quadrature over T_j."""

    def P(T_j):
        return 12.0 + P_leak * math.exp((T_j - 333.15) / 30.0)

    def T_below(T_j):
        return T_j - 0.6 * P(T_j)

    last = 333.15 + 30.0 * math.log(30.0 / (0.6 * P_leak))
    first = brentq(lambda T_j: T_below(T_j) - T_cool, T_cool, last)

    def slowness(T_j):
        slope = 1.0 - 0.6 * (P(T_j) - 12.0) / 30.0
        return 3.0 * slope / (P(T_j) - g * (T_below(T_j) - T_cool))

    return quad(slowness, first, last, epsabs=1e-10)[0], last


@pytest.mark.parametrize("share", [1.05, 1.3])
def test_runaway_comes_when_it_must(share):
    T_cool = 353.15
    critical = 30.0 * math.exp(-1.0 - (80.0 + 12.0 - 60.0) / 30.0)
    model, g, law = alone(share * critical)
    true, T_last = fold(share * critical, T_cool, g)
    pl = plant(model, law)
    found = run(
        pl,
        steady_inputs(T_in=T_cool, mass_flow=FLOOD),
        uniform_state(pl, T_cool),
        [0.0, 10.0 * true],
        tolerance=1e-3 if SLOW else 1e-5,
    )
    assert found.status == RUNAWAY
    assert found.t_end == pytest.approx(true, rel=1e-2 if SLOW else 1e-4)
    assert (np.diff(found.T_junction.max(axis=1)) > 0.0).all()
    # The junction's last stretch goes as the root of the time.
    assert found.T_junction[-1].max() == pytest.approx(T_last, abs=0.1)
    assert found.time[-1] == found.t_end


def test_below_the_critical_leakage_there_is_none():
    critical = 30.0 * math.exp(-1.0 - (80.0 + 12.0 - 60.0) / 30.0)
    model, _, law = alone(0.9 * critical)
    pl = plant(model, law)
    found = run(pl, steady_inputs(T_in=353.15, mass_flow=FLOOD), uniform_state(pl, 353.15), [0.0, 200.0])
    T, _, _ = exact.leaking_chip(353.15, 1.0, 12.0, 0.9 * critical, 333.15, 30.0)
    np.testing.assert_allclose(found.T_junction[-1], T, atol=1e-2)


def test_chips_beyond_rest_at_the_start():
    model, _, law = alone(50.0)
    pl = plant(model, law)
    found = run_plate(pl, steady_inputs(T_in=373.15), uniform_state(pl, 373.15), np.array([0.0, 10.0]))
    assert (found.status, found.t_end, found.steps) == (RUNAWAY, 0.0, 0)


def test_a_limit_ends_the_run_early():
    pl = plant(cooled())
    inputs, start = steady_inputs(mass_flow=0.0), uniform_state(pl, T0)
    found = run(pl, inputs, start, [0.0, 1e3], limit=T0 + 30.0, stop_at_limit=True)
    assert found.status == OK
    assert found.t_end < 500.0
    hottest = found.T_junction.max(axis=1)
    assert hottest[-1] > T0 + 30.0 >= hottest[-2]
    at = run(pl, inputs, start, [0.0, 1e3], times=[found.t_limit], limit=T0 + 30.0)
    assert at.t_limit == found.t_limit
    assert at.T_junction[0].max() == pytest.approx(T0 + 30.0, abs=1e-9)
    assert at.T_junction[0].argmax() == found.limit_chip
    never = run(pl, inputs, start, [0.0, 1.0], limit=T0 + 300.0, stop_at_limit=True)
    assert (never.t_limit, never.limit_chip) == (math.inf, -1)


def test_a_limit_passed_by_a_jump_of_the_power_is_passed_at_once():
    model = cooled()
    pl = plant(model)
    start = solve_conjugate(model, pl.law, DUCT, WATERLIKE, Surroundings(T0, 0.02), tolerance=1e-9)

    def drive(t, after):
        return PlateInputs(T0, 0.02, dynamic=1.5 if t > 1.0 or (t == 1.0 and after) else 1.0)

    limit = float(start.T_junction.max()) + 0.01
    found = run(pl, drive, start, [0.0, 1.0, 2.0], limit=limit)
    assert found.t_limit == 1.0


# --- What cannot be. -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["metal", "water"])
def test_what_holds_no_heat_cannot_be_marched(kind):
    model = cooled()
    model = with_stores(model, 0.0) if kind == "metal" else with_stores(model, 1.0, 0.0)
    pl = plant(model)
    with pytest.raises(InputError):
        run_plate(pl, steady_inputs(), uniform_state(pl, T0), np.array([0.0, 1.0]))


def test_a_cell_that_is_all_channel_holds_no_metal_and_stays_out():
    """Nothing conducts to it: it may hold nothing, and its temperature does not count."""
    body = slab().solid
    along = [conductance.copy() for conductance in body[:3]]
    along[0][0, 0, :1] = along[1][0, 0, 0] = along[2][0, 0, 0] = 0.0
    capacity, heat = body.capacity.copy(), body.heat.copy()
    capacity[0, 0, 0] = heat[0, 0, 0] = 0.0
    hollow = body._replace(along_x=along[0], along_y=along[1], along_z=along[2], capacity=capacity, heat=heat)
    pl = plant(cases.still(hollow))
    start = uniform_state(pl, T0)
    start.T[0, 0, 0] = T0 + 500.0
    found = run(pl, steady_inputs(mass_flow=0.0), start, [0.0, 10.0])
    np.testing.assert_allclose(found.T_plate, T0 + 5.0 / 48.0 * found.time, atol=1e-9)
    touched = plant(cases.still(hollow._replace(heat=heat + 0.1)))
    with pytest.raises(InputError):
        run_plate(touched, steady_inputs(), start, np.array([0.0, 1.0]))


@pytest.mark.parametrize("times", [[2.0, 1.0], [1.0, 1.0], [0.5, 11.0], [-1.0, 2.0], [0.0, math.nan]])
@pytest.mark.parametrize("key", ["times", "fields_at"])
def test_times_that_cannot_be(key, times):
    pl = plant(slab())
    with pytest.raises(InputError, match=key):
        run_plate(pl, steady_inputs(), uniform_state(pl, T0), np.array([0.0, 10.0]), **{key: times})
