"""Solids in the box: heat through layers in series, and a heated plate under a channel."""

import importlib.util
import math
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


cases, channels, measures = beside("flow_cases"), beside("flow_channels"), beside("flow_measures")


@pytest.mark.parametrize("htc", [math.inf, 4.0])
def test_layers_in_series_are_exact(htc):
    box = cases.slabs(8 if numba.config.DISABLE_JIT else 20, htc=htc)
    state = measures.solved(box, tolerance=1e-12).state
    x, middle = measures.centres(box.grid.x), box.grid.x[box.grid.shape[2] // 2]
    flux = 1.0 / (1.0 / htc + middle / 5.0 + (1.0 - middle) / 0.5)
    exact = np.where(x < middle, 1.0 - flux / htc - flux * x / 5.0, flux * (1.0 - x) / 0.5)
    np.testing.assert_allclose(state.T[0], np.broadcast_to(exact, state.T[0].shape), rtol=1e-10)
    assert max(np.abs(state.u).max(), np.abs(state.v).max()) < 1e-12


def test_heat_flux_through_a_film_into_layers():
    """A side with a film and heat of its own: h (T_out - T) + q reaches the slab."""
    box = cases.slabs(8, htc=4.0)
    box.sides[0].heat_flux[...] = 2.0
    T = measures.solved(box, tolerance=1e-12).state.T[0, 0]
    inner = 0.5 / 5.0 + 0.5 / 0.5
    flux = (4.0 * 1.0 + 2.0) / (1.0 + 4.0 * inner)
    np.testing.assert_allclose(T[-1], flux * (1.0 - measures.centres(box.grid.x)[-1]) / 0.5, rtol=1e-10)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_solid_conducts_by_direction(axis):
    box = cases.slabs(8)
    box.solid[...] = True
    box.conductivity[...] = np.array([5.0, 0.25, 9.0])[:, None, None, None]
    for side in box.sides[:4]:
        side.htc[...] = 0.0
    for number, T in ((2 * axis, 1.0), (2 * axis + 1, 0.0)):
        cases.hold(box.sides[number], T)
    state = measures.solved(box, tolerance=1e-12).state
    assert measures.wall_flux(box, state, 2 * axis).sum() == pytest.approx((5.0, 0.25)[axis], rel=1e-10)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")
def test_a_heated_plate_under_a_developed_channel():
    """Temperatures of plate and liquid over the bulk one, far from the inlet, against the closed form."""
    found = []
    for ny in (12, 24):
        box = channels.heated_plate_channel(ny, 64)
        state = measures.solved(box).state
        i = int(np.searchsorted(box.grid.x, 90.0))
        y = measures.centres(box.grid.y)
        u = np.where(box.solid[0, :, i], 0.0, 0.5 * (state.u[0, :, i] + state.u[0, :, i + 1]))
        flow = u * np.diff(box.grid.y)
        bulk = (flow * state.T[0, :, i]).sum() / flow.sum()
        exact = channels.heated_plate_profile(y)
        # Plate and wall of the channel alike: relative to the wall's excess over the bulk.
        found.append(np.sqrt(np.mean((state.T[0, :, i] - bulk - exact) ** 2)) / exact.max())
        assert bulk == pytest.approx(measures.centres(box.grid.x)[i], rel=2e-3)
    assert math.log2(found[0] / found[1]) >= 1.9
    assert found[1] < 2e-3


def test_the_closed_form_of_the_heated_plate():
    """Nu of a channel heated on one side is 70/13; heat leaves the plate only upwards."""
    wall = channels.heated_plate_profile(np.array([0.0, 1e-9, -0.5, -0.5 + 1e-4]), Pe=100.0)
    assert 2.0 * 100.0 / wall[0] == pytest.approx(70 / 13, rel=1e-12)
    assert wall[1] == pytest.approx(wall[0], rel=1e-6)
    assert wall[3] == pytest.approx(wall[2], rel=1e-6)
    below = channels.heated_plate_profile(np.array([-1e-6, 0.0]))
    assert (below[0] - below[1]) / 1e-6 * 20.0 / 100.0 == pytest.approx(1.0, rel=1e-4)
