"""Conduction by multigrid against a direct solver, and the iterations it takes as the grid grows."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.sparse import csc_array
from scipy.sparse.linalg import spsolve

from hashheat.solvers import multigrid as mg

SLOW = numba.config.DISABLE_JIT


def beside(name):
    path = Path(__file__).resolve().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


laplacian = beside("plate_matrix").laplacian


def solve(along, sink, source, *, chips=(), reduction=1e-12, enough=0.0, most=200):
    """Temperatures, status and iterations; ``chips`` are (cells, weights, slope)."""
    levels = mg.build_levels(*along)
    shape = along[0].shape
    place = levels.cells()
    levels.sink[0, place] = sink.ravel()
    status = mg.set_sink(levels)
    if status != mg.SOLVED:
        return None, status, 0
    right = np.zeros_like(levels.sink)
    right[0, place] = source.ravel()
    feedback = mg.Feedback(
        np.cumsum([0, *(len(cells) for cells, _, _ in chips)]),
        place[np.concatenate([np.zeros(0, dtype=int), *(cells for cells, _, _ in chips)])],
        np.concatenate([np.zeros(0), *(weights for _, weights, _ in chips)]),
        np.array([slope for _, _, slope in chips], dtype=float),
    )
    status, iterations, _ = mg.solve_conduction(levels, feedback, right, reduction, enough, most)
    return levels.work[1, place].reshape(shape), status, iterations


def direct(along, sink, source):
    return spsolve(csc_array(laplacian(*along, sink)), source.ravel()).reshape(source.shape)


def patchy(rng, shape, spread, scale=(1.0, 1.0, 1.0)):
    """Conductances over several decades, the last in each direction zero."""
    along = [s * 10.0 ** rng.uniform(-spread, spread, shape) for s in scale]
    along[0][:, :, -1] = along[1][:, -1, :] = along[2][-1] = 0.0
    return along


SHAPES = [(1, 1, 1), (1, 1, 7), (1, 5, 1), (4, 1, 1), (1, 17, 33), (2, 16, 15), (3, 13, 22), (5, 2, 31)]
SIZES = SHAPES[:6] if SLOW else [*SHAPES, (4, 40, 50)]


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_random_conductances(shape, spread):
    rng = np.random.default_rng(sum(shape))
    along = patchy(rng, shape, spread)
    sink = rng.uniform(0.0, 0.05, shape)
    source = rng.normal(size=shape)
    found, status, _ = solve(along, sink, source)
    exact = direct(along, sink, source)
    assert status == mg.SOLVED
    np.testing.assert_allclose(found, exact, atol=1e-9 * np.abs(exact).max(), rtol=0.0)


@pytest.mark.parametrize("scale", [(1e3, 1e-3, 1.0), (1e-3, 1e3, 1.0), (1.0, 1.0, 1e6), (1e-6, 1e-6, 1.0)])
def test_slender_cells(scale):
    """Cells of 1:1000 have conductances of 1:10^6."""
    rng = np.random.default_rng(5)
    shape = (2, 9, 14) if SLOW else (3, 24, 37)
    along = patchy(rng, shape, 0.2, scale)
    sink = rng.uniform(0.0, 0.1, shape)
    source = rng.normal(size=shape)
    found, status, iterations = solve(along, sink, source)
    exact = direct(along, sink, source)
    assert status == mg.SOLVED
    assert iterations <= 40
    np.testing.assert_allclose(found, exact, atol=1e-8 * np.abs(exact).max(), rtol=0.0)


def test_a_sink_in_one_cell_alone():
    """All heat leaves through one corner: the flattest error is that of the whole block."""
    shape = (2, 8, 12) if SLOW else (3, 30, 41)
    along = patchy(np.random.default_rng(7), shape, 0.3)
    sink, source = np.zeros(shape), np.ones(shape)
    sink[0, 0, 0] = 1e-3
    found, status, _ = solve(along, sink, source)
    assert status == mg.SOLVED
    np.testing.assert_allclose(found, direct(along, sink, source), rtol=1e-9)
    assert sink[0, 0, 0] * found[0, 0, 0] == pytest.approx(source.size, rel=1e-10)


def test_cells_without_conductance_take_no_part():
    rng = np.random.default_rng(11)
    shape = (3, 11, 19)
    along = patchy(rng, shape, 0.5)
    alone = rng.uniform(size=shape) < 0.3
    alone[0, 0, 0] = alone[-1, -1, -1] = True
    for conductance, axis in zip(along, (2, 1, 0)):
        conductance[alone | np.roll(alone, -1, axis=axis)] = 0.0
    sink = np.where(alone, 0.0, rng.uniform(0.01, 0.1, shape))
    source = rng.normal(size=shape)
    found, status, _ = solve(along, sink, source)
    exact = direct(along, np.where(alone, 1.0, sink), np.where(alone, 0.0, source))
    assert status == mg.SOLVED
    assert (found[alone] == 0.0).all()
    np.testing.assert_allclose(found, exact, atol=1e-9 * np.abs(exact).max(), rtol=0.0)


def test_two_plates_side_by_side_do_not_mix():
    along = patchy(np.random.default_rng(3), (2, 10, 14), 0.2)
    along[0][:, :, 6] = 0.0
    sink, source = np.full((2, 10, 14), 0.1), np.zeros((2, 10, 14))
    source[:, :, :7] = 1.0
    found, status, _ = solve(along, sink, source)
    assert status == mg.SOLVED
    assert np.abs(found[:, :, 7:]).max() < 1e-12
    np.testing.assert_allclose(found[:, :, :7], 10.0, rtol=1e-10)


def test_a_mirrored_problem_has_a_mirrored_solution():
    """Chess-board order is not symmetric, its limit is."""
    rng = np.random.default_rng(13)
    shape = (2, 12, 17)
    along = patchy(rng, shape, 0.0)
    sink, source = rng.uniform(0.0, 0.1, shape), rng.normal(size=shape)
    found, _, _ = solve(along, sink, source)
    flipped, _, _ = solve(along, sink[:, ::-1, ::-1].copy(), source[:, ::-1, ::-1].copy())
    np.testing.assert_allclose(flipped[:, ::-1, ::-1], found, atol=1e-10 * np.abs(found).max())


def test_feedback_below_the_limit_is_solved_and_above_it_refused():
    """A chip that draws more as it warms is a negative sink; at the smallest eigenvalue the answer is lost."""
    rng = np.random.default_rng(19)
    shape = (2, 8, 9)
    along = patchy(rng, shape, 0.3)
    sink = rng.uniform(0.02, 0.05, shape)
    hot = (1, 3, 4)
    unit = np.zeros(shape)
    unit[hot] = 1.0
    # Sherman and Morrison: the matrix with sink - u in one cell is singular at u = 1 / (A^-1)_hot,hot.
    limit = 1.0 / direct(along, sink, unit)[hot]
    source = rng.uniform(0.0, 1.0, shape)
    below = sink - 0.99 * limit * unit
    found, status, _ = solve(along, below, source)
    exact = direct(along, below, source)
    assert status == mg.SOLVED
    np.testing.assert_allclose(found, exact, atol=1e-8 * np.abs(exact).max(), rtol=0.0)
    for factor in (1.05, 2.0, 100.0):
        _, status, _ = solve(along, sink - factor * limit * unit, source)
        assert status != mg.SOLVED


def test_feedback_through_a_mean_is_solved_below_its_limit_and_refused_above():
    """What a chip draws follows the mean below it: with A the conduction, singular at slope = 1 / (w A^-1 w)."""
    rng = np.random.default_rng(29)
    shape = (2, 9, 14)
    along = patchy(rng, shape, 0.5)
    sink, source = rng.uniform(0.02, 0.05, shape), rng.uniform(0.0, 1.0, shape)
    cells = rng.choice(source.size, 12, replace=False)
    weights = rng.uniform(0.2, 1.0, 12)
    weights /= weights.sum()
    w = np.zeros(source.size)
    w[cells] = weights
    limit = 1.0 / (w @ direct(along, sink, w.reshape(shape)).ravel())
    for share in (0.5, 0.99):
        found, status, _ = solve(along, sink, source, chips=[(cells, weights, share * limit)])
        assert status == mg.SOLVED
        drawn = source + share * limit * (w @ found.ravel()) * w.reshape(shape)
        exact = direct(along, sink, drawn)
        np.testing.assert_allclose(found, exact, rtol=1e-8)
    for share in (1.01, 2.0, 100.0):
        assert solve(along, sink, source, chips=[(cells, weights, share * limit)])[1] == mg.INDEFINITE


def test_feedback_of_several_chips_adds_up():
    rng = np.random.default_rng(37)
    shape = (1, 12, 19)
    along = patchy(rng, shape, 0.3)
    sink, source = np.full(shape, 0.05), rng.uniform(0.0, 1.0, shape)
    chips = [(np.arange(5) + 20 * i, np.full(5, 0.2), 0.05 + 0.01 * i) for i in range(6)]
    A = laplacian(*along, sink).toarray()
    for cells, weights, slope in chips:
        A[np.ix_(cells, cells)] -= slope * np.outer(weights, weights)
    found, status, _ = solve(along, sink, source, chips=chips)
    assert status == mg.SOLVED
    np.testing.assert_allclose(found.ravel(), np.linalg.solve(A, source.ravel()), rtol=1e-9)


def test_enough_stops_early_and_too_few_iterations_are_admitted():
    rng = np.random.default_rng(23)
    shape = (1, 20, 30)
    along = patchy(rng, shape, 0.5)
    sink, source = np.full(shape, 0.01), rng.normal(size=shape)
    found, status, few = solve(along, sink, source, reduction=0.0, enough=1e-3)
    assert status == mg.SOLVED
    residual = source.ravel() - csc_array(laplacian(*along, sink)) @ found.ravel()
    assert np.abs(residual).max() <= 1.001e-3
    _, _, many = solve(along, sink, source)
    assert few < many
    assert solve(along, sink, source, most=2)[1] == mg.STALLED


def test_no_heat_is_no_work():
    along = patchy(np.random.default_rng(1), (2, 5, 6), 0.2)
    found, status, iterations = solve(along, np.ones((2, 5, 6)), np.zeros((2, 5, 6)))
    assert (status, iterations) == (mg.SOLVED, 0)
    assert (found == 0.0).all()


def plate(nx, ny, nz):
    """A cold plate of 400 x 200 x 6 mm with a film below, chips above, and a channel pattern in its metal."""
    dx, dy, dz = 0.4 / nx, 0.2 / ny, 0.006 / nz
    shape = (nz, ny, nx)
    y = (np.arange(ny) + 0.5) * dy
    k = np.broadcast_to(np.where((y / 0.01).astype(int) % 2 == 0, 167.0, 40.0)[None, :, None], shape)
    ax, ay, az = (np.zeros(shape) for _ in range(3))
    ax[:, :, :-1] = k[:, :, :-1] * dy * dz / dx
    ay[:, :-1] = 2.0 / (1.0 / k[:, :-1] + 1.0 / k[:, 1:]) * dx * dz / dy
    az[:-1] = k[:-1] * dx * dy / dz
    sink, source = np.zeros(shape), np.zeros(shape)
    sink[0] = 6000.0 * dx * dy
    chips = np.zeros((ny, nx))
    x = (np.arange(nx) + 0.5) * dx
    chips[np.ix_((y % 0.025) < 0.01, (x % 0.04) < 0.01)] = 1.0
    source[-1] = chips * 2000.0 / chips.sum()
    return (ax, ay, az), sink, source


def iterations_of(grid):
    along, sink, source = plate(*grid)
    found, status, iterations = solve(along, sink, source, reduction=1e-8)
    assert status == mg.SOLVED
    assert float((sink * found).sum()) == pytest.approx(source.sum(), rel=1e-6)
    return iterations


@pytest.mark.skipif(SLOW, reason="minutes without the compiler")
@pytest.mark.parametrize("nz", [1, 4])
def test_iterations_hardly_grow_with_the_grid(nz):
    small, large = (iterations_of((n, n // 2, nz)) for n in (40, 160))
    assert large <= small + 6
    assert large <= 25


@pytest.mark.nightly
@pytest.mark.skipif(SLOW, reason="hours without the compiler")
def test_iterations_from_twenty_thousand_to_a_million_cells():
    small, large = iterations_of((100, 50, 4)), iterations_of((720, 360, 4))
    assert large <= small + 6
