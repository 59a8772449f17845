"""Chips that leak on a resolved plate: up to the limit that Lambert's W sets, and past it."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from hashheat.solvers.conjugate_plate import Surroundings, solve_conjugate
from hashheat.solvers.serpentine import RUNAWAY


def beside(name):
    path = Path(__file__).resolve().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, exact, matrix = beside("plate_cases"), beside("plate_exact"), beside("plate_matrix")
CP, DUCT, FLOOD, K0, T_IN, WATERLIKE = (
    cases.CP,
    cases.DUCT,
    cases.FLOOD,
    cases.K0,
    cases.T_IN,
    cases.WATERLIKE,
)
solve = cases.solve
Rectangle = exact.Rectangle


def alike(R, P_dynamic, P_leak, nx=6, ny=4):
    """A plate covered by its chips, 2 x 2 cells each: the film of a chip's own ground is 40 % of R."""
    side = 0.01
    h = 1.0 / (0.4 * R * side**2)
    chips = [
        Rectangle((i + 0.5) * side, (j + 0.5) * side, side, side, P_dynamic)
        for i in range(nx)
        for j in range(ny)
    ]
    size = 2 * nx, 2 * ny, 1, nx * side, ny * side, 0.004
    return cases.block(*size, 167.0, h, chips, package=0.6 * R, leak=P_leak), h


@pytest.mark.parametrize(
    ("T_case", "R", "P_dynamic", "P_leak"),
    [(80.0, 1.0, 12.0, 3.0), (75.0, 0.8, 16.0, 4.0)],
    ids=["LK1", "LK2"],
)
def test_leakage_where_every_chip_sees_the_same(T_case, R, P_dynamic, P_leak):
    model, h = alike(R, P_dynamic, P_leak)
    state = solve(model, FLOOD, h=h, T_in=T_case + K0, tolerance=1e-9)
    T, P, _ = exact.leaking_chip(T_case, R, P_dynamic, P_leak, 60.0, 30.0)
    np.testing.assert_allclose(state.T_junction - K0, T, atol=1e-6)
    np.testing.assert_allclose(state.chip_power, P, rtol=1e-7)
    assert state.loop_gain == pytest.approx(0.6 * R * (P - P_dynamic) / 30.0, rel=1e-6)


def critical_leak(T_case, R, P_dynamic):
    """Leakage at which the argument of Lambert's W reaches -1/e."""
    return 30.0 / R * math.exp(-1.0 - (T_case + R * P_dynamic - 60.0) / 30.0)


@pytest.mark.parametrize("share", [0.9, 0.99])
def test_leakage_just_below_the_critical_one(share):
    P_leak = share * critical_leak(80.0, 1.0, 12.0)
    model, h = alike(1.0, 12.0, P_leak)
    state = solve(model, FLOOD, h=h, T_in=80.0 + K0, tolerance=1e-9)
    T, _, gain = exact.leaking_chip(80.0, 1.0, 12.0, P_leak, 60.0, 30.0)
    assert gain < 1.0
    np.testing.assert_allclose(state.T_junction - K0, T, atol=1e-5)


@pytest.mark.parametrize("share", [1.01, 1.1, 2.0, 20.0, 1e4])
def test_leakage_above_the_critical_one_is_runaway(share):
    model, h = alike(1.0, 12.0, share * critical_leak(80.0, 1.0, 12.0))
    around = Surroundings(80.0 + K0, FLOOD, 293.15)
    assert exact.leaking_chip(80.0, 1.0, 12.0, float(model.chips.P_leak[0]), 60.0, 30.0) is None
    state = solve_conjugate(model, cases.fixed_law(h), DUCT, WATERLIKE, around)
    assert state.status == RUNAWAY


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_leakage_of_a_chip_half_on_a_cold_and_half_on_a_warm_cell(share):
    """Half of its heat has to cross to the cell that the coolant wets: R = 1 / g + 1 / (4 conductance)."""
    along = [np.zeros((1, 1, 2)) for _ in range(3)]
    along[0][0, 0, 0] = 0.25 / 0.9
    g = 10.0
    P_leak = share * critical_leak(80.0, 1.0, 12.0)
    model = cases.PlateModel(
        cases.solid(along),
        cases.streams(1, 1, 0.1),
        cases.one_to_one([0], g / cases.HTC),
        cases.chips([([0, 1], [0.5, 0.5])], 0.0, 12.0, P_leak),
    )
    state = solve(model, FLOOD, T_in=80.0 + K0, tolerance=1e-9)
    T, P, _ = exact.leaking_chip(80.0, 1.0, 12.0, P_leak, 60.0, 30.0)
    assert state.T_junction[0] - K0 == pytest.approx(T, abs=1e-5)
    assert state.chip_power[0] == pytest.approx(P, rel=1e-6)


def test_one_chip_that_runs_away_spoils_the_plate():
    chips = [Rectangle(0.005 + 0.01 * i, 0.005, 0.01, 0.01, 12.0) for i in range(5)]
    leak = np.array([0.5, 0.5, 40.0, 0.5, 0.5])
    model = cases.block(10, 2, 1, 0.05, 0.01, 0.004, 167.0, 8000.0, chips, package=1.0, leak=leak)
    around = Surroundings(T_IN, 0.05, 293.15)
    assert solve_conjugate(model, cases.fixed_law(), DUCT, WATERLIKE, around).status == RUNAWAY
    tame = model._replace(chips=model.chips._replace(P_leak=np.full(5, 0.5)))
    solve(tame, 0.05)


@pytest.mark.parametrize("seed", range(3))
def test_leaking_chips_draw_what_their_junction_asks_for(seed):
    """Any plate: P(T_j) holds for each chip, and the coupled equations hold for those powers."""
    model = cases.tangled(np.random.default_rng(seed), leak=1.5)
    law = cases.fixed_law()
    state = solve(model, 0.02, law)
    P = model.chips.P_dynamic + 1.5 * np.exp((state.T_junction - 333.15) / 30.0)
    np.testing.assert_allclose(state.chip_power, P, rtol=1e-9)
    direct = matrix.solve_direct(model, cases.HTC, 1.0, 0.02, CP, T_IN, 293.15, state.chip_power)
    np.testing.assert_allclose(state.T, direct.T, atol=1e-8)
    np.testing.assert_allclose(state.T_junction, direct.T_junction, atol=1e-8)
