"""The resolved plate against exact and manufactured solutions, with its order."""

import importlib.util
import math
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.solvers.conjugate_plate import Stage, Surroundings, solve_conjugate
from hashheat.solvers.serpentine import OK
from hashheat.solvers.solid_conduction import conductances

SLOW = numba.config.DISABLE_JIT
compiled_only = pytest.mark.skipif(SLOW, reason="minutes without the compiler")


def beside(name):
    path = Path(__file__).resolve().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, exact = beside("plate_cases"), beside("plate_exact")
CP, DUCT, FLOOD, K0, T_IN, WATERLIKE = (
    cases.CP,
    cases.DUCT,
    cases.FLOOD,
    cases.K0,
    cases.T_IN,
    cases.WATERLIKE,
)
solve, order_of = cases.solve, cases.order_of
Rectangle = exact.Rectangle


# --- One channel and serpentines: the centres of a coarse grid are centres of one three times as fine. ---------

CHANNEL = {"kA": 0.012, "g": 60.0, "L": 0.2}
SERPENTINE = {"kA": 0.02505, "G": 167 * 0.005 / 0.03, "g": 150.0, "L": 0.35}


def thrice_refined(make, coarse, mass_flow):
    """Wall and coolant (n, coarse) on three grids at the centres of the coarsest, from left to right; ends."""
    found = []
    for level in range(3):
        nx = coarse * 3**level
        model = make(nx)
        state = solve(model, mass_flow, T_in=60.0 + K0)
        n = model.solid.along_x.shape[1]
        F = state.F.reshape(n, nx).copy()
        F[1::2] = F[1::2, ::-1].copy()
        middle = slice((3**level - 1) // 2, None, 3**level)
        found.append(np.stack([state.T[0][:, middle], F[:, middle]]) - K0)
        ends = state.F_end.reshape(n, nx)[:, -1] - K0
    return np.array(found), ends


def assert_second_order(found, true, rise):
    """Order in the mean square, and 1e-6 of the rise once the two finer grids are extrapolated."""
    errors = np.sqrt(((found - true) ** 2).mean(axis=(1, 2, 3)))
    assert (order_of(errors, 3.0) >= 1.9).all()
    extrapolated = found[2] + (found[2] - found[1]) / 8.0
    assert np.abs(extrapolated - true).max() <= 1e-6 * rise


@pytest.mark.parametrize(
    ("q", "breaks"),
    [(lambda x: 2000.0, ()), (lambda x: np.where((x > 0.05) & (x < 0.1), 8000.0, 0.0), (0.05, 0.1))],
    ids=["C1", "C2"],
)
@compiled_only
def test_channel_with_conduction_along_the_wall(q, breaks):
    coarse = 160
    x = (np.arange(coarse) + 0.5) * 0.2 / coarse

    def make(nx):
        centres = (np.arange(nx) + 0.5) * 0.2 / nx
        return cases.strips(1, nx, G=0.0, q=np.broadcast_to(q(centres), (1, nx)), **CHANNEL)

    found, ends = thrice_refined(make, coarse, 41.9 / CP)
    T, F = exact.channel(x, C=41.9, T_in=60.0, q=q, breaks=breaks, **CHANNEL)
    assert_second_order(found, np.array([[T], [F]]), T.max() - 60.0)
    assert ends[-1] == pytest.approx(69.546539379475, abs=1e-9)


@pytest.mark.parametrize(("n", "q", "T_out"), [(2, 2500.0, 64.17661097852), (4, 3000.0, 70.02386634845)])
@compiled_only
def test_serpentine_with_conduction_between_its_passes(n, q, T_out):
    coarse = 160
    x = (np.arange(coarse) + 0.5) * 0.35 / coarse
    found, ends = thrice_refined(
        lambda nx: cases.strips(n, nx, q=np.full((n, nx), q), **SERPENTINE), coarse, 419.0 / CP
    )
    T, F = exact.serpentine(x, n=n, C=419.0, T_in=60.0, q=lambda x: [q] * n, **SERPENTINE)
    assert_second_order(found, np.array([T, F]), T.max() - 60.0)
    assert ends[-1] == pytest.approx(T_out, abs=1e-9)


# --- Blocks with chips on top and a film to a sink below. ------------------------------------------------------

PLATES = {
    "SR1, copper": ((0.040, 0.040, 0.005, 390.0, 5000.0), Rectangle(0.020, 0.020, 0.010, 0.010, 1.0)),
    "SR2, aluminium": ((0.024, 0.024, 0.004, 167.0, 15000.0), Rectangle(0.012, 0.012, 0.008, 0.008, 1.0)),
    "SR3": ((0.032, 0.020, 0.003, 200.0, 8000.0), Rectangle(0.016, 0.010, 0.008, 0.006, 1.0)),
    "off centre": ((0.032, 0.020, 0.003, 167.0, 8000.0), Rectangle(0.008, 0.005, 0.008, 0.006, 1.0)),
    "thick copper": ((0.032, 0.020, 0.020, 390.0, 8000.0), Rectangle(0.016, 0.010, 0.008, 0.006, 1.0)),
    "thick, off centre": ((0.032, 0.020, 0.020, 390.0, 8000.0), Rectangle(0.026, 0.005, 0.008, 0.006, 1.0)),
    "thin copper": ((0.032, 0.020, 0.001, 390.0, 8000.0), Rectangle(0.008, 0.010, 0.008, 0.006, 1.0)),
}


def lines(places, length):
    return np.unique(np.round([0.0, *(p + s * w / 2 for p, w in places for s in (-1, 1)), length], 12))


def graded_block(n, a, b, t, k, h, chips, **more):
    """Cells that shrink towards the edges and the underside of the chips, where the flux is steepest."""
    dx = cases.graded(n, lines([(c.x, c.width) for c in chips], a))
    dy = cases.graded(n, lines([(c.y, c.height) for c in chips], b))
    dz = t * np.diff((np.arange(n + 1) / n) ** 2)[::-1]
    return cases.block(dx, dy, dz, a, b, t, k, h, chips, **more)


def means_on_graded_grids(grids, plate, chips, **more):
    """Mean rise under each chip; grids x chips."""
    states = [
        solve(graded_block(n, *plate, chips), FLOOD, h=plate[-1], tolerance=1e-9, **more) for n in grids
    ]
    return np.array([state.T_junction - T_IN for state in states])


@pytest.mark.parametrize("name", PLATES)
@compiled_only
def test_spreading_resistance(name):
    """Second order, and 0.1 % extrapolated from two grids of 8 thousand and 65 thousand cells."""
    plate, chip = PLATES[name]
    mean = exact.plate_rise(*plate, [chip], [chip])[0]
    found = means_on_graded_grids((4, 8, 16), plate, [chip])[:, 0]
    assert (order_of(found - mean, 2.0) >= 1.9).all()
    assert (4.0 * found[2] - found[1]) / 3.0 == pytest.approx(mean, rel=1e-3)


@pytest.mark.nightly
@pytest.mark.parametrize("name", PLATES)
@compiled_only
def test_spreading_resistance_on_half_a_million_cells(name):
    """0.1 % without extrapolation."""
    plate, chip = PLATES[name]
    mean = exact.plate_rise(*plate, [chip], [chip])[0]
    assert means_on_graded_grids((32,), plate, [chip])[0, 0] == pytest.approx(mean, rel=1e-3)


@pytest.mark.parametrize("name", ["SR2, aluminium", "SR3", "off centre"])
@compiled_only
def test_temperature_at_the_centre_of_a_source(name):
    """On cubes of 0.5 and 0.25 mm: four cells around the centre and the half cell to the surface; 0.1 %."""
    (a, b, t, k, h), chip = PLATES[name]
    centre = exact.plate_rise(a, b, t, k, h, [chip], [Rectangle(chip.x, chip.y, 0.0, 0.0)])[0]
    errors = []
    for cell in (0.5e-3, 0.25e-3):
        nx, ny, nz = (round(length / cell) for length in (a, b, t))
        state = solve(cases.block(nx, ny, nz, a, b, t, k, h, [chip]), FLOOD, h=h)
        x, y = round(chip.x / cell), round(chip.y / cell)
        around = state.T[-1, y - 1 : y + 1, x - 1 : x + 1].mean() - T_IN
        errors.append(around + 0.5 * t / nz / k / (chip.width * chip.height) - centre)
    assert abs(errors[-1]) <= 1e-3 * centre
    assert order_of(errors, 2.0)[0] >= 1.9


@compiled_only
def test_three_chips_on_one_plate():
    chips = [
        Rectangle(0.010, 0.010, 0.008, 0.008, 20.0),
        Rectangle(0.030, 0.010, 0.008, 0.008, 30.0),
        Rectangle(0.048, 0.012, 0.010, 0.006, 10.0),
    ]
    printed = np.array([10.92388478, 14.4314731, 6.55353656])
    found = means_on_graded_grids((4, 8), (0.06, 0.02, 0.003, 200.0, 8000.0), chips)
    assert (order_of(found - printed, 2.0) >= 1.9).all()
    np.testing.assert_allclose((4.0 * found[1] - found[0]) / 3.0, printed, rtol=1e-3)


def board():
    return [
        Rectangle((i + 0.5) * 0.032, (j + 0.5) * 0.024, 0.008, 0.008, 20.0)
        for i in range(12)
        for j in range(9)
    ]


@compiled_only
def test_108_chips_on_one_plate_are_alike():
    """The grid of one chip's share of the plate, 108 times; that share alone converges to the printed rise."""
    chip = Rectangle(0.016, 0.012, 0.008, 0.008, 20.0)
    found = means_on_graded_grids((4, 8, 16), (0.032, 0.024, 0.006, 167.0, 6000.0), [chip])[:, 0]
    assert (order_of(found - 10.0366628, 2.0) >= 1.9).all()
    assert (4.0 * found[2] - found[1]) / 3.0 == pytest.approx(10.0366628, rel=1e-3)

    share = graded_block(4, 0.032, 0.024, 0.006, 167.0, 6000.0, [chip])
    dx, dy, dz = cases.graded(4, [0.0, 0.012, 0.020, 0.032]), cases.graded(4, [0.0, 0.008, 0.016, 0.024]), 4
    assert share.solid.along_x.shape == (dz, len(dy), len(dx))
    depths = 0.006 * np.diff((np.arange(dz + 1) / dz) ** 2)[::-1]
    whole = cases.block(np.tile(dx, 12), np.tile(dy, 9), depths, 0.384, 0.216, 0.006, 167.0, 6000.0, board())
    state = solve(whole, FLOOD, h=6000.0)
    assert np.ptp(state.T_junction) < 1e-7
    assert state.T_junction[57] - T_IN == pytest.approx(found[0], abs=1e-7)


# --- Thin plates over parallel channels. -----------------------------------------------------------------------


@compiled_only
def test_one_chip_over_parallel_channels():
    """PA1: chip, outlets and their profile; edges of the chip on the lines of every grid."""
    chip = Rectangle(0.045, 0.015, 0.01, 0.01, 50.0)
    plate = exact.AdvectivePlate(0.1, 0.04, 167 * 0.004, 8000.0, 0.02 * CP / 0.04, [chip])
    errors, ends = [], []
    for nx in (50, 100, 200):
        ny = nx * 2 // 5
        state = solve(cases.block(nx, ny, 1, 0.1, 0.04, 0.004, 167.0, 8000.0, [chip]), 0.02)
        errors.append(state.T_junction[0] - T_IN - 12.39076244)
        outlet = state.F_end.reshape(ny, nx)[:, -1] - T_IN
        y = (np.arange(ny) + 0.5) * 0.04 / ny
        ends.append(np.sqrt(np.mean([(F - plate.coolant(0.1, s)) ** 2 for F, s in zip(outlet, y)])))
        assert outlet.mean() == pytest.approx(0.5966587112172, abs=1e-9)
    assert abs(errors[1]) <= 1e-3 * 12.39076244  # cells of 1 mm
    assert order_of(errors, 2.0)[-1] >= 1.9
    assert (order_of(ends, 2.0) >= 1.9).all()


@compiled_only
def test_108_chips_over_parallel_channels():
    """PA2 at 2, 1 and 0.5 mm. A chip of two 4 mm cells is too coarse to show an order."""
    printed = np.array([7.359947, 9.490498, 12.041787])
    errors = []
    for refine in (2, 4, 8):
        nx, ny = 96 * refine, 54 * refine
        state = solve(cases.block(nx, ny, 1, 0.384, 0.216, 0.005, 167.0, 6000.0, board()), 0.1, h=6000.0)
        rows = state.T_junction.reshape(12, 9) - T_IN
        assert np.ptp(rows, axis=1).max() < 1e-7
        errors.append(rows[[0, 5, 11]].mean(axis=1) - printed)
        outlet = state.F_end.reshape(ny, nx)[:, -1] - T_IN
        assert outlet.mean() == pytest.approx(5.155131265, abs=1e-9)
    assert (np.abs(errors[1]) <= 1e-3 * printed).all()  # cells of 1 mm
    assert (order_of(errors, 2.0)[-1] >= 1.9).all()


# --- Manufactured solutions. -----------------------------------------------------------------------------------


def stretched(n, length, amount):
    """Sizes of n cells whose faces are a smooth map of even ones."""
    s = np.linspace(0.0, 1.0, n + 1)
    return np.diff(length * (s + amount * np.sin(2.0 * np.pi * s) / (2.0 * np.pi)))


def manufactured_error(n, amount):
    """Discrete L2 error for T = 300 + 10 cos cos cos and k = k0 exp(a x + b y + c z), with a loss to 300 K."""
    lengths = np.array([0.06, 0.04, 0.01])
    waves = np.array([1.0, 2.0, 1.0]) * np.pi / lengths
    rates = np.array([20.0, -30.0, 60.0])
    sizes = [stretched(m, L, amount) for m, L in zip((3 * n, 2 * n, n), lengths)]
    x, y, z = (np.cumsum(d) - 0.5 * d for d in sizes)
    Z, Y, X = np.meshgrid(z, y, x, indexing="ij")
    at = (X, Y, Z)
    volume = sizes[2][:, None, None] * sizes[1][:, None] * sizes[0]
    k = 150.0 * np.exp(sum(r * s for r, s in zip(rates, at)))
    cos, sin = ([f(w * s) for w, s in zip(waves, at)] for f in (np.cos, np.sin))
    T = 10.0 * cos[0] * cos[1] * cos[2]
    slopes = [-10.0 * waves[i] * sin[i] * cos[i - 1] * cos[i - 2] for i in range(3)]
    u = 5e6  # of the loss [W/(m3 K)]
    diverging = k * (-(waves @ waves) * T + sum(r * g for r, g in zip(rates, slopes)))
    body = cases.solid(conductances(*sizes, k), loss=u * volume, heat=(u * T - diverging) * volume)
    around = Surroundings(T_IN, 1.0, 300.0)
    state = solve_conjugate(cases.still(body), cases.fixed_law(), DUCT, WATERLIKE, around, tolerance=1e-10)
    assert state.status == OK
    return math.sqrt(((state.T - 300.0 - T) ** 2 * volume).sum() / volume.sum())


@pytest.mark.parametrize("amount", [0.0, 0.4], ids=["even", "stretched"])
@compiled_only
def test_manufactured_conduction_is_second_order(amount):
    errors = [manufactured_error(n, amount) for n in (4, 8, 16, 32)]
    assert (order_of(errors, 2.0)[1:] >= 1.9).all()
    assert errors[-1] < 0.02


# --- A step in time. -------------------------------------------------------------------------------------------


def step_response(n_cell, n_step):
    """Coolant and wall at xi = eta = 1 after a step of the inlet by 10 K, one implicit Euler stage each."""
    h, area, C = 8000.0, 0.01 / n_cell, 80.0
    along = [np.zeros((1, 1, 2 * n_cell)) for _ in range(3)]
    model = cases.PlateModel(
        cases.solid(along, capacity=h * area),  # eta is time in seconds
        cases.streams(1, 2 * n_cell, 1.0 / n_cell)._replace(volume=np.zeros(2 * n_cell)),
        cases.one_to_one(np.arange(2 * n_cell), area),
        cases.chips([], 0.0, 0.0),
    )
    T, F = np.full((1, 1, 2 * n_cell), T_IN), np.full(2 * n_cell, T_IN)
    state = None
    for _ in range(n_step):
        state = solve_conjugate(
            model,
            cases.fixed_law(h),
            DUCT,
            WATERLIKE,
            Surroundings(T_IN + 10.0, C / CP),
            stage=Stage(1.0 / n_step, T, F),
            start=state,
            tolerance=1e-9,
        )
        assert state.status == OK
        T, F = state.T, state.F
    middle = n_cell - 1
    return np.array([state.F_end[middle] - T_IN, state.T[0, 0, middle : middle + 2].mean() - T_IN]) / 10.0


@compiled_only
def test_a_step_of_the_inlet_moves_as_schumann_says():
    """Plug flow past a wall with mass: first order in time, and the extrapolation to no step at all."""
    true = np.array([exact.schumann(1.0, 1.0), 1.0 - exact.schumann(1.0, 1.0)])
    found = np.array([step_response(64, n) for n in (20, 40, 80)])
    assert (np.abs(order_of(found - true, 2.0) - 1.0) <= 0.1).all()
    np.testing.assert_allclose(2.0 * found[2] - found[1], true, atol=2e-4)
