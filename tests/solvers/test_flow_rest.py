"""Stratified oil at rest stays at rest: buoyancy of a layered temperature is balanced by pressure alone."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.integrate import quad

from hashheat.solvers.flow_cycle import levels_of
from hashheat.solvers.flow_model import INLET, OUTLET, rest
from hashheat.solvers.flow_rest import state_of_rest, upright_axis
from hashheat.solvers.flow_solve import scales_of, solve_flow
from hashheat.solvers.flow_system import System

HERE = Path(__file__).resolve()


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, measures, turn = beside("flow_cases"), beside("flow_measures"), beside("flow_turned")


def fastest(state):
    return max(np.abs(speed).max() for speed in (state.u, state.v, state.w))


MEDIA = [{}, {"porous": True}, {"block": True}, {"porous": True, "block": True}]


@pytest.mark.parametrize("options", MEDIA)
def test_layers_stay_at_rest(options):
    box = cases.stratified(8 if numba.config.DISABLE_JIT else 24, **options)
    assert fastest(measures.solved(box, start=cases.layered(box)).state) < 1e-10


@pytest.mark.parametrize("options", MEDIA)
def test_even_oil_comes_to_rest_in_layers(options):
    n = 8 if numba.config.DISABLE_JIT else 24
    state = measures.solved(cases.stratified(n, **options)).state
    assert fastest(state) < 1e-10
    assert state.T[0, -1].min() > 320.0
    assert state.T[0, 0].max() < 306.0


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_layers_in_space_stay_at_rest(order):
    box = cases.stratified(8, 8, porous=True, block=True)
    turned = turn.turned(box, order)
    start = turn.turned_state(cases.layered(box), order)
    assert fastest(measures.solved(turned, start=start).state) < 1e-10


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")
def test_temperature_is_that_of_conduction():
    """k(T) dT/dy is the same everywhere: the integral of k is linear in y."""
    box = cases.stratified(32)
    T = measures.solved(box).state.T[0, :, 0]
    k = np.polynomial.Polynomial(box.liquid.conductivity).integ()
    ends = k(np.array([298.15, 328.15]) - box.liquid.T_ref)
    y = measures.centres(box.grid.y) / box.grid.y[-1]
    np.testing.assert_allclose(k(T - box.liquid.T_ref), ends[0] + y * (ends[1] - ends[0]), rtol=0, atol=1e-4)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")
def test_oil_heated_from_below_does_move():
    box = cases.stratified(16)
    box.sides[2].temperature[...], box.sides[3].temperature[...] = 328.15, 298.15
    start = cases.layered(cases.stratified(16))
    rng = np.random.default_rng(1)
    start = start._replace(T=start.T + 0.5 * rng.standard_normal(start.T.shape))
    assert fastest(solve_flow(box, start=start).state) > 1e-4


def found(box):
    return state_of_rest(System(levels_of(box), scales_of(box)))


def weight_error(n):
    """Largest error of the pressure over its range, against the integral of rho b(T(y)) g."""
    box = cases.stratified(n)
    state = measures.solved(box).state
    liquid, H = box.liquid, box.grid.y[-1]
    b = np.polynomial.Polynomial(liquid.buoyancy)
    k = np.polynomial.Polynomial(liquid.conductivity).integ()
    low, high = 298.15 - liquid.T_ref, 328.15 - liquid.T_ref

    def pull(t):
        # dy = k dT / (heat flux), so that the integral over y is one over the temperature.
        return liquid.density * -9.81 * b(t) * k.deriv()(t) * H / (k(high) - k(low))

    y = measures.centres(box.grid.y) / H
    at = [(k - (k(low) + part * (k(high) - k(low)))).roots() for part in y]
    at = [float(next(t.real for t in roots if low - 1 < t.real < high + 1)) for roots in at]
    p = np.array([quad(pull, at[0], t, epsabs=1e-12)[0] for t in at])
    got = state.p[0, :, 0] - state.p[0, 0, 0]
    return np.abs(got - p).max() / np.ptp(p)


def test_pressure_carries_the_weight_of_the_layers():
    coarse, fine = (8, 16) if numba.config.DISABLE_JIT else (16, 32)
    first, second = weight_error(coarse), weight_error(fine)
    assert second < 0.01
    assert np.log2(first / second) > 1.8


def heated_sides(box):
    cases.hold(box.sides[0], 328.15)


def leaking_side(box):
    box.sides[1].heat_flux[...] = 1.0


def uneven_top(box):
    box.sides[3].temperature[0, 1] += 1e-6


def uneven_film(box):
    box.sides[3].htc[...] = 10.0
    box.sides[3].htc[0, 1] = 10.1


def uneven_flux(box):
    box.sides[2].htc[...] = 10.0
    box.sides[2].heat_flux[0, 1] = 1.0


def warm_cell(box):
    box.source[0, 2, 3] = 1e-3


def uneven_coil(box):
    # The same in each cell, and not by volume.
    box.exchange[...] = 1.0


def uneven_coil_temperature(box):
    box.exchange[...] = np.diff(box.grid.y)[:, None] * np.diff(box.grid.x)
    box.exchange_temperature[0, 2, 3] += 1.0


def half_a_block(box):
    box.conductivity[:, 0, 2, :4] = 2.0


def inlet_and_outlet(box):
    box.sides[0].kind[0, 0], box.sides[1].kind[0, -1] = INLET, OUTLET


def moving_lid(box):
    box.sides[3].velocity[0] = 1e-6


def gravity_askew(box):
    box.gravity[0] = 1e-3


def gravity_through_the_plane(box):
    box.gravity[...] = (0.0, 0.0, -9.81)
    nothing_holds_it(box)
    box.exchange[...] = np.diff(box.grid.y)[:, None] * np.diff(box.grid.x)


def no_gravity(box):
    box.gravity[...] = 0.0


def nothing_holds_it(box):
    box.sides[2].htc[...] = box.sides[3].htc[...] = 0.0


REFUSED = [
    heated_sides,
    leaking_side,
    uneven_top,
    uneven_film,
    uneven_flux,
    warm_cell,
    uneven_coil,
    uneven_coil_temperature,
    half_a_block,
    inlet_and_outlet,
    moving_lid,
    gravity_askew,
    gravity_through_the_plane,
    no_gravity,
    nothing_holds_it,
]


@pytest.mark.parametrize("change", REFUSED)
def test_no_rest_where_something_moves_or_differs_along_the_horizontal(change):
    box = cases.stratified(8)
    assert upright_axis(box) == 1
    change(box)
    assert upright_axis(box) is None
    assert found(box) is None


def test_no_rest_under_a_force_that_turns_the_liquid():
    box = cases.stratified(8)
    box.force[0][0, :, 1:-1] = np.linspace(-1.0, 1.0, 8)[:, None]
    assert upright_axis(box) == 1
    assert found(box) is None


@pytest.mark.parametrize(("below", "above", "rests"), [(300.0, 310.0, True), (310.0, 300.0, False)])
@pytest.mark.parametrize("g", [-9.81, 9.81])
def test_light_liquid_must_be_above(below, above, rests, g):
    box = cases.stratified(8)
    box.gravity[1] = g
    if g > 0:
        below, above = above, below
    box.sides[2].temperature[...], box.sides[3].temperature[...] = below, above
    assert (found(box) is not None) == rests


@pytest.mark.parametrize(("below", "above", "rests"), [(305.0, 315.0, True), (295.0, 315.0, False)])
def test_no_rest_around_the_temperature_of_greatest_density(below, above, rests):
    box = cases.stratified(8)
    # 1 - rho / rho_ref = 1e-5 (T - 300 K)^2, greatest density at 300 K.
    past = box.liquid.T_ref - 300.0
    buoyancy = -1e-5 * np.array([past**2, 2 * past, 1.0, 0.0, 0.0, 0.0])
    box = box._replace(liquid=box.liquid._replace(buoyancy=buoyancy))
    box.sides[2].temperature[...], box.sides[3].temperature[...] = below, above
    assert (found(box) is not None) == rests


def test_a_solid_may_have_cold_above_hot():
    """Heated below and cooled by a coil above in a solid bottom: only the liquid over it must be stable."""
    box = cases.stratified(8)
    box.solid[:, :4] = True
    box.conductivity[:, :, :4] = 1.0
    volume = np.diff(box.grid.y)[:, None] * np.diff(box.grid.x)
    box.source[0, 1] = 2e4 * volume[1]
    box.exchange[0, 3], box.exchange_temperature[0, 3] = 1e5 * volume[3], 280.15
    solution = measures.solved(box)
    assert fastest(solution.state) == 0.0
    assert solution.state.T[0, 1, 0] > solution.state.T[0, 2, 0] > solution.state.T[0, 3, 0]


def test_films_flux_and_coil_at_rest():
    """Constant conductivity: film, liquid and film are resistances in a row, exactly so on any grid."""
    box = cases.stratified(8)
    box = box._replace(liquid=box.liquid._replace(conductivity=np.array([0.14, 0, 0, 0, 0, 0.0])))
    for number, htc, T in ((2, 5.0, 290.0), (3, 8.0, 340.0)):
        box.sides[number].htc[...], box.sides[number].temperature[...] = htc, T
    box.sides[3].heat_flux[...] = 40.0
    # The flux enters at the surface, behind the film: a warmer outside by flux over htc.
    flux = (340.0 + 40.0 / 8.0 - 290.0) / (1 / 5.0 + 0.4 / 0.14 + 1 / 8.0)
    y = measures.centres(box.grid.y)
    solution = measures.solved(box)
    assert fastest(solution.state) == 0.0
    np.testing.assert_allclose(solution.state.T[0, :, 3], 290.0 + flux * (1 / 5.0 + y / 0.14), rtol=1e-11)
    # A coil in each cell at the temperature that is there changes nothing; its conductance goes by volume.
    box.exchange[0] = np.diff(box.grid.y)[:, None] * np.diff(box.grid.x)
    box.exchange_temperature[...] = solution.state.T
    again = measures.solved(box).state
    assert fastest(again) == 0.0
    np.testing.assert_allclose(again.T, solution.state.T, rtol=1e-11)


def test_a_start_that_moves_is_kept_and_one_at_rest_is_not():
    """Asked for nothing, the solver gives back what it starts from."""
    box = cases.stratified(8)
    start = cases.layered(box)
    moving = start._replace(u=start.u.copy())
    moving.u[0, 3, 3] = 1e-3
    kept = solve_flow(box, start=moving, tolerance=1e9, heat_tolerance=1e9).state
    np.testing.assert_array_equal(kept.u, moving.u)
    np.testing.assert_array_equal(kept.p, 0.0)
    given = solve_flow(box, start=rest(box), time_step=1.0, tolerance=1e9, heat_tolerance=1e9)
    assert np.ptp(given.state.p) > 1.0
    assert given.state.T[0, -1].min() > 320.0


def test_rest_is_found_on_each_of_the_nested_grids():
    solution = measures.solved(cases.stratified(16))
    assert [part.box.grid.shape[1] for part in solution.nested] == [8]
    assert all(part.converged and fastest(part.state) == 0.0 for part in solution.nested)
    assert solution.history["energy"][-1] < 1e-11


def test_a_watched_quantity_of_rest_settles():
    box = cases.stratified(8)
    solution = measures.solved(
        box, watch=lambda box, state: float(state.T[0, 4, 4]), watch_tolerance=1e-6, tolerance=1e-8
    )
    assert fastest(solution.state) < 1e-10
    assert solution.history["watch"] == [solution.state.T[0, 4, 4]]
