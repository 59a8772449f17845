"""Space and plane, and axes renamed: the same flow gives the same numbers."""

import importlib.util
from itertools import permutations
from pathlib import Path

import numba
import numpy as np
import pytest

HERE = Path(__file__).resolve()

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, measures, turn = beside("flow_cases"), beside("flow_measures"), beside("flow_turned")

ORDERS = [order for order in permutations(range(3)) if order != (0, 1, 2)]


def fields(state):
    return {name: getattr(state, name) for name in ("u", "v", "w", "T")}


def assert_same(found, expected, rtol):
    speed = max(np.abs(getattr(expected, name)).max() for name in "uvw")
    for name in "uvw":
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=0, atol=rtol * speed)
    spread = np.ptp(expected.T)
    np.testing.assert_allclose(found.T, expected.T, rtol=0, atol=rtol * spread)


def test_turning_back_and_forth_changes_nothing():
    box = cases.tank(1, coil=2.0)
    for order in ORDERS:
        back = tuple(np.argsort(order))
        again = turn.turned(turn.turned(box, order), back)
        for name in ("porosity", "source", "conductivity", "inverse_permeability", "exchange"):
            np.testing.assert_array_equal(getattr(again, name), getattr(box, name))
        for new, old in zip(again.sides, box.sides, strict=True):
            for part, had in zip(new, old, strict=True):
                np.testing.assert_array_equal(part, had)


@pytest.fixture(scope="module")
def tank():
    box = cases.tank(1, coil=2.0)
    return box, measures.solved(box).state


@compiled
@pytest.mark.parametrize("order", ORDERS)
def test_a_tank_is_the_same_from_all_axes(tank, order):
    box, state = tank
    found = measures.solved(turn.turned(box, order)).state
    assert_same(found, turn.turned_state(state, order), 1e-7)


@compiled
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (0, 2, 1)])
def test_a_cube_with_slipping_ends_is_the_plane_cavity(order):
    plane = measures.solved(cases.heated(16, 1e5, 0.71, 3.0)).state
    box = turn.turned(cases.cube(16, 1e5, 0.71, 3.0, nz=4, slip_ends=True), order)
    found = turn.turned_state(measures.solved(box).state, tuple(np.argsort(order)))
    scale = np.abs(plane.v).max()
    for k in range(4):
        np.testing.assert_allclose(found.u[k], plane.u[0], rtol=0, atol=1e-7 * scale)
        np.testing.assert_allclose(found.v[k], plane.v[0], rtol=0, atol=1e-7 * scale)
        np.testing.assert_allclose(found.T[k], plane.T[0], rtol=0, atol=1e-7)
    assert np.abs(found.w).max() < 1e-7 * scale


@compiled
def test_a_plane_cavity_mirrored_and_turned():
    """Heated from the other side and with x and y exchanged."""
    plane = measures.solved(cases.heated(16, 1e4)).state
    box = cases.heated(16, 1e4)
    cases.hold(box.sides[0], -0.5)
    cases.hold(box.sides[1], 0.5)
    mirrored = measures.solved(box).state
    np.testing.assert_allclose(mirrored.v[0, :, ::-1], plane.v[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(mirrored.u[0, :, ::-1], -plane.u[0], rtol=0, atol=1e-6)
    swapped = measures.solved(turn.turned(cases.heated(16, 1e4), (1, 0, 2))).state
    np.testing.assert_allclose(swapped.u[0].T, plane.v[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(swapped.T[0].T, plane.T[0], rtol=0, atol=1e-8)


def cube_numbers(box, state):
    half = state.T.shape[0] // 2
    flux = measures.wall_flux(box, state, 0)
    d = np.diff(box.grid.z)
    middle = 0.5 * (flux[half - 1].sum() / d[half - 1] + flux[half].sum() / d[half])
    return {
        "Nu": float(flux.sum()),
        "Nu_cold": -float(measures.wall_flux(box, state, 1).sum()),
        "Nu_mid": float(middle),
    }


@pytest.fixture(scope="module")
def cube():
    return measures.Study(lambda n: cases.cube(n, 1e5, 0.71, 3.0), cube_numbers, tolerance=1e-13)


@compiled
def test_a_heated_cube_balances_and_is_symmetric(cube):
    """Sticking ends slow the flow: less heat than in the plane cavity (4.5216), more than none."""
    box, solution, found, _ = cube.run(16)
    assert found["Nu_cold"] == pytest.approx(found["Nu"], rel=1e-8)
    assert 3.5 < found["Nu"] < found["Nu_mid"] < 5.0
    state = solution.state
    np.testing.assert_allclose(state.T, state.T[::-1], rtol=0, atol=1e-8)
    np.testing.assert_allclose(state.T, -state.T[:, ::-1, ::-1], rtol=0, atol=1e-8)
    np.testing.assert_allclose(state.w, -state.w[::-1], rtol=0, atol=1e-6)
    assert np.abs(measures.divergence(box, state)).max() < 1e-12


@compiled
@pytest.mark.nightly
def test_a_heated_cube_converges_at_second_order(cube, capsys):
    with capsys.disabled():
        print("\n" + cube.table("heated cube, Pr 0.71, Ra 1e5, stretched 3", [16, 32, 64]))
    for name in ("Nu", "Nu_mid"):
        assert 1.8 <= cube.observed(name, 16, 32, 64).order <= 2.3
