"""Layers at rest: mixing against isotonic regression, joining, conduction through thin layers, loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from hashheat.solvers.tank_layers import conduct, consolidate, lose, mix, on_uniform_layers


def test_conduction_stays_within_bounds_where_layers_are_very_thin():
    volume = np.array([0.5, 1e-6, 0.2, 1e-5, 0.299989])
    T = np.array([300.0, 310.0, 310.0, 340.0, 350.0])
    before = volume @ T
    for dt in (1e-6, 1e-2, 1.0, 1e4):
        conduct(volume, T, 5, 1.0, dt)
        assert T.min() >= 300.0 - 1e-10
        assert T.max() <= 350.0 + 1e-10
        assert np.all(np.diff(T) >= -1e-10)
        assert volume @ T == pytest.approx(before, rel=1e-14)
    assert T == pytest.approx(before / volume.sum(), abs=1e-9)


@pytest.mark.parametrize("cuts", [[], [1e-4], [0.03, 0.05, 0.93, 0.999], [0.2, 0.201, 0.5, 0.79]])
def test_loss_does_not_depend_on_how_the_water_is_cut(cuts):
    volume = np.diff([0.0, *cuts, 1.0])
    T = np.full(volume.size, 350.0)
    dt = 1e-3
    lost = lose(volume, T, T.size, np.array([1.0, 0.2, 0.0, 2e-3, 3e-3, 5e-3]), 300.0, 280.0, dt)
    assert lost == pytest.approx((2e-3 * 50.0 + 3e-3 * 50.0 + 5e-3 * 70.0) * dt, rel=1e-4)
    assert volume @ T == pytest.approx(350.0 - lost, rel=1e-14)


@given(st.lists(st.tuples(st.floats(1e-3, 10.0), st.floats(280.0, 370.0)), min_size=1, max_size=40))
def test_mixing_is_the_isotonic_regression(layers):
    volume, T = np.array(layers).T.copy()
    exact = isotonic_regression(T, weights=volume).x
    before = volume @ T
    mix(volume, T, T.size)
    assert T == pytest.approx(exact, rel=1e-12)
    assert np.all(np.diff(T) >= 0.0)
    assert volume @ T == pytest.approx(before, rel=1e-13)


@given(st.lists(st.tuples(st.floats(0.0, 0.2), st.floats(280.0, 370.0)), min_size=1, max_size=40))
def test_joining_layers_keeps_heat_and_bounds_their_number(layers):
    volume, T = np.array(layers).T.copy()
    total, heat = volume.sum(), volume @ T
    n = consolidate(volume, T, T.size, 0.05)
    assert volume[:n].sum() == pytest.approx(total, rel=1e-13, abs=1e-15)
    assert volume[:n] @ T[:n] == pytest.approx(heat, rel=1e-12, abs=1e-12)
    assert np.all(volume[: n - 1] + volume[1:n] > 0.05)


def test_layers_of_equal_volume_keep_the_heat():
    T = np.sort(np.random.default_rng(1).uniform(300.0, 350.0, 13))
    volume = np.full(13, 0.5)
    for count in (1, 5, 13, 40):
        assert on_uniform_layers(volume, T, 13, count).mean() == pytest.approx(T.mean(), rel=1e-13)
    assert on_uniform_layers(volume, T, 13, 13) == pytest.approx(T, abs=1e-10)
    volume = np.array([1.0, 0.5, 2.5])
    assert on_uniform_layers(volume, np.array([300.0, 320.0, 340.0]), 3, 2) == pytest.approx(
        [(300.0 + 0.5 * 320.0 + 0.5 * 340.0) / 2.0, 340.0], rel=1e-14
    )
