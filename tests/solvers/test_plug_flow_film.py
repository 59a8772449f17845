"""Plug flow past a wall with a film, against Schumann's solution, equilibrium and balances."""

import math
from itertools import pairwise

import numpy as np
import pytest
from numba import config
from scipy.stats import ncx2

from hashheat.solvers.plug_flow import plug_step, uniform_parcels
from hashheat.solvers.plug_flow_film import constant_film, film_heat, film_step, uniform_film_pipe

SLOW = bool(config.DISABLE_JIT)


def schumann(number, passages, ratio):
    """Outlet after a step of the inlet by 1: J(x, y) = 1 - exp(-y) int_0^x exp(-s) I0(2 sqrt(y s)) ds."""
    y = number * np.maximum(passages - 1.0, 0.0) / ratio
    return np.where(passages > 1.0, 1.0 - ncx2.cdf(2.0 * number, 2.0, 2.0 * y), 0.0)


def respond(n_cell, n_steps, number=4.0, ratio=0.3, span=3.0):
    pipe, flow, out = uniform_film_pipe(0.0, n_cell), span / n_steps, []
    for _ in range(n_steps):
        pipe, went = film_step(pipe, flow, constant_film(number * flow), ratio, 0.0, 1.0, 0.0)
        out.append(went.T_out)
    return np.array(out)


def test_step_response_is_schumanns():
    """Steps that are no multiples of a cell; error in the mean square, the front of exp(-4) included."""
    n, inner = 77, 200
    passages = (np.arange(n * inner) + 0.5) / (n * inner) * 3.0
    exact = schumann(4.0, passages, 0.3).reshape(n, inner).mean(axis=1)
    errors = []
    for n_cell in (20, 80) if SLOW else (20, 80, 320):
        errors.append(np.sqrt(np.mean((respond(n_cell, n) - exact) ** 2)))
    assert errors[0] < 2e-2
    assert all(b < 0.3 * a for a, b in pairwise(errors)), errors


def test_a_thick_film_lets_the_water_pass_and_none_is_equilibrium():
    """exp(-NTU) of the front at once for little exchange; late by 1 + ratio for much."""
    pipe, ratio = uniform_film_pipe(0.0, 50), 0.3
    pipe, went = film_step(pipe, 1.5, constant_film(1.5e-6), ratio, 0.0, 1.0, 0.0)
    assert went.out == pytest.approx(0.5, abs=1e-5)
    many, number = (60, 5.0) if SLOW else (400, 40.0)
    wet, dry = uniform_film_pipe(0.0, many), uniform_parcels(0.0)
    wet_out = dry_out = 0.0
    for _ in range(16):
        wet, a = film_step(wet, 0.1, constant_film(number), ratio, 0.0, 1.0, 0.0)
        dry, b = plug_step(dry, 0.1 / (1.0 + ratio), 0.0, 1.0, 0.0)
        wet_out, dry_out = wet_out + a.out, dry_out + b.out * (1.0 + ratio)
    assert wet_out == pytest.approx(0.3, abs=0.01)
    assert dry_out == pytest.approx(0.3, rel=1e-12)


def test_the_film_smears_by_what_the_moments_say():
    """Mean delay 1 + ratio, variance 2 ratio^2 / NTU of the step response, in passages squared."""
    number, ratio = 10.0, 0.3
    out = respond(200 if SLOW else 300, 150 if SLOW else 600, number, ratio, 3.0)
    t = (np.arange(out.size) + 1.0) * 3.0 / out.size
    rise = np.diff(np.concatenate([[0.0], out]))
    at = t - 3.0 / out.size
    mean = (rise * at).sum()
    assert out[-1] == pytest.approx(1.0, abs=1e-6)
    assert mean == pytest.approx(1.0 + ratio, abs=3e-3)
    assert (rise * (at - mean) ** 2).sum() == pytest.approx(2.0 * ratio**2 / number, rel=0.03)


def test_steady_outlet_loses_through_the_wall():
    """Film and loss in series at every place, exp(-1/(1/NTU + 1/loss)); second order in the cells."""
    exact = 283.0 + 67.0 * math.exp(-1.0 / (1.0 / 4.0 + 1.0 / 0.5))
    errors = []
    for n_cell in (100, 200):
        pipe = uniform_film_pipe(300.0, n_cell)
        for _ in range(10):
            pipe, went = film_step(pipe, 0.5, constant_film(2.0), 0.3, 0.25, 350.0, 283.0)
        errors.append(abs(went.T_out - exact))
    assert errors[1] < 2e-3
    assert 3.5 < errors[0] / errors[1] < 4.5


def test_the_film_follows_the_temperature_of_the_water():
    """A table that is constant is a constant; one that rises lets warm water exchange more."""
    flat = np.concatenate([[280.0, 0.1], np.full(9, 0.7)])
    steep = np.concatenate([[280.0, 0.1], np.linspace(0.0, 1.4, 9)])
    pipe, _ = film_step(uniform_film_pipe(300.0, 20), 0.4, constant_film(0.5), 0.3, 0.0, 340.0, 300.0)
    one = film_step(pipe, 0.2, flat, 0.3, 0.1, 340.0, 290.0)
    two = film_step(pipe, 0.2, constant_film(0.7), 0.3, 0.1, 340.0, 290.0)
    np.testing.assert_array_equal(one[0].water, two[0].water)
    # 340 K stands at 6 of 8: 1.05; 300 K at 2 of 8: 0.35. Beyond the ends as at the end.
    warm = uniform_film_pipe(340.0, 20)._replace(wall=np.full(20, 300.0))
    exact = film_step(warm, 0.0, constant_film(1.05), 0.3, 0.0, 300.0, 300.0)[0]
    near = film_step(warm, 0.0, steep, 0.3, 0.0, 300.0, 300.0)[0]
    assert near.water[3] > exact.water[3]  # as it cools it exchanges less
    hot = uniform_film_pipe(900.0, 20)._replace(wall=np.full(20, 899.0))
    np.testing.assert_allclose(
        film_step(hot, 0.0, steep, 0.3, 0.0, 900.0, 300.0)[0].water,
        film_step(hot, 0.0, constant_film(1.4), 0.3, 0.0, 900.0, 300.0)[0].water,
        rtol=1e-15,
    )


def test_energy_balances_to_rounding_over_anything():
    rng = np.random.default_rng(3)
    pipe, ratio, worst = uniform_film_pipe(300.0, 12), 0.3, 0.0
    stored = film_heat(pipe, ratio, 0.0)
    for _ in range(60 if SLOW else 1000):
        flow = rng.choice([0.0, rng.normal() * 0.3, rng.normal() * 2.0, 1.0 / 12.0, -1.0 / 24.0])
        T_in = rng.uniform(280.0, 360.0)
        film, loss = constant_film(10.0 ** rng.uniform(-3.0, 1.0)), 10.0 ** rng.uniform(-3.0, 0.0)
        pipe, went = film_step(pipe, flow, film, ratio, loss, T_in, 283.0)
        now = film_heat(pipe, ratio, 0.0)
        error = abs(flow) * T_in - went.out - went.loss - (now - stored)
        worst = max(worst, abs(error) / (360.0 * (1.0 + abs(flow))))
        stored = now
        assert 279.9 < went.T_out < 360.1
    assert worst < 1e-13


def test_a_state_is_not_changed_in_place():
    pipe, _ = film_step(uniform_film_pipe(300.0, 10), 0.33, constant_film(0.5), 0.3, 0.1, 340.0, 283.0)
    water, wall = pipe.water.copy(), pipe.wall.copy()
    film_step(pipe, 0.4, constant_film(0.5), 0.3, 0.1, 310.0, 283.0)
    np.testing.assert_array_equal(pipe.water, water)
    np.testing.assert_array_equal(pipe.wall, wall)
