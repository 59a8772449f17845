"""Stratified oil at rest stays at rest: buoyancy of a layered temperature is balanced by pressure alone."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest

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
    from hashheat.solvers.flow_solve import solve_flow

    assert fastest(solve_flow(box, start=start).state) > 1e-4
