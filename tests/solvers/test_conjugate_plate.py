"""The resolved plate against a direct solve of its coupled equations, and what must not matter to it."""

import importlib.util
import math
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.solvers.conjugate_plate import Stage, Surroundings, solve_conjugate
from hashheat.solvers.multigrid import build_levels
from hashheat.solvers.serpentine import OK, OUT_OF_RANGE
from hashheat.thermo.errors import InputError

SLOW = numba.config.DISABLE_JIT


def beside(name):
    path = Path(__file__).resolve().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, exact, matrix = beside("plate_cases"), beside("plate_exact"), beside("plate_matrix")
CP, DUCT, T_IN, WATERLIKE = cases.CP, cases.DUCT, cases.T_IN, cases.WATERLIKE
solve, small_block = cases.solve, cases.small_block
Rectangle = exact.Rectangle


# --- The coupled equations solved directly. --------------------------------------------------------------------


@pytest.mark.parametrize("flow", [0.1, 0.02, 0.005])
@pytest.mark.parametrize("seed", range(2 if SLOW else 6))
def test_direct_solution_of_the_coupled_equations(seed, flow):
    model = cases.tangled(np.random.default_rng(seed))
    law = cases.fixed_law(fin_height=4e-3, fin_parameter=4.0 / (160.0 * 1e-3))
    state = solve(model, flow, law)
    direct = matrix.solve_direct(
        model, cases.HTC, cases.fin_efficiency(law, cases.HTC), flow, CP, T_IN, 293.15
    )
    for ours, theirs in (
        (state.T, direct.T),
        (state.F, direct.F),
        (state.F_end, direct.F_out),
        (state.T_junction, direct.T_junction),
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-8, rtol=0.0)
    np.testing.assert_allclose(state.heat, direct.heat, atol=1e-8 * np.abs(direct.heat).sum(), rtol=0.0)


# --- What must not matter. -------------------------------------------------------------------------------------


def test_doubled_power_doubles_the_rise():
    chips = [Rectangle(0.013, 0.021, 0.011, 0.007, 40.0), Rectangle(0.045, 0.010, 0.008, 0.008, 25.0)]
    once = solve(small_block(chips), 0.01)
    twice = solve(small_block([c._replace(power=2 * c.power) for c in chips]), 0.01)
    for one, two in zip((once.T, once.F, once.T_junction), (twice.T, twice.F, twice.T_junction)):
        np.testing.assert_allclose(two - T_IN, 2.0 * (one - T_IN), atol=1e-8)
    np.testing.assert_allclose(twice.heat, 2.0 * once.heat, atol=1e-8)


def test_a_mirrored_plate_has_mirrored_temperatures():
    chips = [Rectangle(0.013, 0.021, 0.011, 0.007, 40.0), Rectangle(0.045, 0.010, 0.008, 0.008, 25.0)]
    one = solve(small_block(chips, leak=2.0), 0.01)
    other = solve(small_block([c._replace(y=0.04 - c.y) for c in chips], leak=2.0), 0.01)
    np.testing.assert_allclose(other.T[:, ::-1], one.T, atol=1e-8)
    np.testing.assert_allclose(other.T_junction, one.T_junction, atol=1e-8)


def test_a_symmetric_plate_has_a_symmetric_temperature():
    chips = [Rectangle(0.021, 0.012, 0.009, 0.008, 40.0), Rectangle(0.021, 0.028, 0.009, 0.008, 40.0)]
    state = solve(small_block(chips, leak=2.0), 0.01)
    np.testing.assert_allclose(state.T[:, ::-1], state.T, atol=1e-8)
    assert state.T_junction[0] == pytest.approx(state.T_junction[1], abs=1e-8)


def test_opposed_streams_heat_a_plate_evenly():
    """Neighbouring rows flow in opposite directions: a half turn of the plate changes nothing."""
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.02, 100.0)])
    cell = model.films.cell.reshape(8, 12).copy()
    cell[1::2] = cell[1::2, ::-1].copy()
    model = model._replace(films=model.films._replace(cell=cell.ravel()))
    state = solve(model, 0.004)
    np.testing.assert_allclose(state.T[:, ::-1, ::-1], state.T, atol=1e-8)
    F_end = state.F_end.reshape(8, 12)
    np.testing.assert_allclose(F_end[::-1], F_end, atol=1e-8)


def test_channels_side_by_side_are_streams_side_by_side():
    """The law sees the flow of one channel: laminar friction, in closed form."""
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.04, 100.0)])
    model = model._replace(coolant=model.coolant._replace(channels=np.full(8, 4.0)))
    law = cases.fixed_law()
    state = solve(model, 0.03, law)
    D, area = law.hydraulic_diameter, law.flow_area
    velocity = 0.03 / 8 / 4.0 / 1000.0 / area
    assert velocity * D / 1e-6 < 2300.0
    np.testing.assert_allclose(
        state.pressure_drop, DUCT.fRe * 1e-3 * velocity * 0.06 / (2.0 * D**2), rtol=1e-9
    )


def test_streams_share_the_flow_until_their_drops_agree():
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.04, 100.0)])
    length = np.repeat(np.array([1.0, 1.0, 2.0, 1.0, 4.0, 1.0, 1.0, 1.0]), 12) * 0.005
    model = model._replace(coolant=model.coolant._replace(length=length))
    law = cases.fixed_law()
    state = solve_conjugate(
        model, law, DUCT, WATERLIKE, Surroundings(T_IN, 0.03), share_by_pressure=True, tolerance=1e-9
    )
    assert state.status == OK
    assert state.flow.sum() == pytest.approx(0.03, rel=1e-12)
    np.testing.assert_allclose(state.pressure_drop, state.pressure_drop[0], rtol=1e-5)
    np.testing.assert_allclose(
        state.flow / state.flow[0], [1.0, 1.0, 0.5, 1.0, 0.25, 1.0, 1.0, 1.0], rtol=1e-5
    )
    gained = CP * (state.flow @ (state.F_end[11::12] - T_IN))
    assert gained == pytest.approx(100.0, rel=1e-9)


def test_a_start_nearby_and_levels_at_hand_change_nothing():
    chips = [Rectangle(0.013, 0.021, 0.011, 0.007, 40.0)]
    model = small_block(chips, leak=2.0)
    fresh = solve(model, 0.01)
    colder = solve(model, 0.012)
    again = solve(model, 0.01, start=colder)
    np.testing.assert_allclose(again.T, fresh.T, atol=1e-8)
    assert again.iterations <= fresh.iterations


def test_the_balance_closes_however_loosely_the_temperatures_are_asked_for():
    model = small_block([Rectangle(0.013, 0.021, 0.011, 0.007, 40.0)], leak=2.0)
    model = model._replace(solid=model.solid._replace(loss=np.full((2, 8, 12), 1e-3)))
    loose, tight = solve(model, 0.01, tolerance=0.3), solve(model, 0.01)
    assert loose.iterations < tight.iterations
    assert np.abs(loose.T - tight.T).max() > 1e-7


def test_an_unheated_plate_stays_at_the_inlet():
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.02, 0.0)])
    state = solve(model, 0.01)
    np.testing.assert_allclose(state.T, T_IN, atol=1e-9)
    np.testing.assert_allclose(state.F_end, T_IN, atol=1e-9)


def test_a_plate_warmer_than_its_surroundings_cools_the_water():
    """Heat flows out only: with 1-D symmetry the coolant follows an exponential."""
    nx, u, h = 40, 300.0, 8000.0
    model = cases.block(nx, 1, 1, 0.4, 0.01, 0.004, 1e-9, h, [])
    area = 0.4 * 0.01 / nx
    model = model._replace(solid=model.solid._replace(loss=np.full((1, 1, nx), u * area)))
    state = solve(model, 0.002, T_ambient=283.15)
    U = 1.0 / (1.0 / u + 1.0 / h)
    left = (T_IN - 283.15) * math.exp(-U * 0.4 * 0.01 / (0.002 * CP))
    assert state.F_end[-1] - 283.15 == pytest.approx(left, abs=1e-4)
    assert state.heat_loss == pytest.approx(0.002 * CP * (T_IN - state.F_end[-1]), rel=1e-9)


@pytest.mark.parametrize("flow", [0.0, -0.01, math.nan, math.inf])
def test_a_flow_that_cannot_be(flow):
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.02, 10.0)])
    with pytest.raises(InputError):
        solve_conjugate(model, cases.fixed_law(), DUCT, WATERLIKE, Surroundings(T_IN, flow, 293.15))


@pytest.mark.parametrize("power", [math.nan, math.inf])
def test_a_power_that_is_no_number_is_refused(power):
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.02, power)])
    with pytest.raises(InputError, match="not a number"):
        solve_conjugate(model, cases.fixed_law(), DUCT, WATERLIKE, Surroundings(T_IN, 0.01, 293.15))


def test_a_solve_is_not_spoilt_by_what_an_earlier_one_left_in_its_levels():
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.02, 30.0)])
    levels = build_levels(*model.solid[:3])

    def solve():
        around = Surroundings(T_IN, 0.01, 293.15)
        return solve_conjugate(model, cases.fixed_law(), DUCT, WATERLIKE, around, levels=levels)

    first = solve()
    levels.x[...] = math.nan  # as a solve leaves it whose chips drew a power that is no number
    np.testing.assert_array_equal(solve().T, first.T)


def test_coolant_hotter_than_its_table_is_no_result():
    model = small_block([Rectangle(0.03, 0.02, 0.02, 0.02, 3000.0)])
    state = solve_conjugate(model, cases.fixed_law(), DUCT, WATERLIKE, Surroundings(T_IN, 0.002))
    assert 3000.0 / (0.002 * CP) + T_IN > WATERLIKE.T_max
    assert state.status == OUT_OF_RANGE


# --- One stage in time. ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [1e-3, 1.0, 1e3])
def test_direct_solution_of_one_stage(time):
    rng = np.random.default_rng(31)
    model = cases.tangled(rng)
    shape, n = model.solid.along_x.shape, len(model.coolant.length)
    model = model._replace(
        solid=model.solid._replace(capacity=rng.uniform(0.1, 1.0, shape)),
        coolant=model.coolant._replace(volume=rng.uniform(0.0, 1e-6, n)),
    )
    stage = Stage(time, rng.uniform(320.0, 350.0, shape), rng.uniform(330.0, 340.0, n))
    state = solve_conjugate(
        model,
        cases.fixed_law(),
        DUCT,
        WATERLIKE,
        Surroundings(T_IN, 0.02, 293.15),
        stage=stage,
        tolerance=1e-10,
    )
    assert state.status == OK
    # Store joins loss and source: a loss to the base.
    per_time = model.solid.capacity / time
    body = model.solid._replace(
        loss=model.solid.loss + per_time,
        heat=model.solid.heat + per_time * (stage.T - 293.15),
    )
    direct = matrix.solve_direct(
        model._replace(solid=body),
        cases.HTC,
        1.0,
        0.02,
        CP,
        T_IN,
        293.15,
        stage=(1000.0 * CP / time, stage.F),
    )
    np.testing.assert_allclose(state.T, direct.T, atol=1e-8)
    np.testing.assert_allclose(state.F, direct.F, atol=1e-8)
    np.testing.assert_allclose(state.F_end, direct.F_out, atol=1e-8)
    assert abs(state.imbalance) <= 1e-10
