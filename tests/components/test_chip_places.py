"""Chips in the cells of a flow: volumes counted, linear fields exact, heat kept."""

import math

import numpy as np
import pytest

from hashheat.components.chip_places import cell_velocity, chip_mean, chip_source, place_chips
from hashheat.components.heat_sink_errors import ChipPlaceError
from hashheat.solvers.flow_model import FlowGrid, FlowState

GRID = FlowGrid(
    x=np.array([0.0, 0.1, 0.15, 0.3, 0.6]), y=np.array([-0.2, 0.0, 0.05, 0.2]), z=np.linspace(0.0, 0.5, 8)
)
#: Two boards with three rows and two columns.
X = np.array([0.12, 0.4])[:, None, None]
Y = np.array([-0.1, 0.1])[None, None, :]
Z = np.array([0.05, 0.21, 0.4])[None, :, None]
SIZE = (0.07, 0.2, 0.09)


def middles(edges):
    return 0.5 * (edges[1:] + edges[:-1])


def test_shares_by_counting_points():
    """A box over cells of many sizes, filled with random points."""
    placed = place_chips(GRID, 0.25, 0.02, 0.23, (0.3, 0.3, 0.2))
    assert placed.shape == ()
    rng = np.random.default_rng(7)
    points = [c + s * (rng.random(40000) - 0.5) for c, s in zip((0.25, 0.02, 0.23), (0.3, 0.3, 0.2))]
    i, j, k = (np.searchsorted(edges, p) - 1 for edges, p in zip(GRID[:3], points))
    nz, ny, nx = GRID.shape
    counted = np.bincount((k * ny + j) * nx + i, minlength=nx * ny * nz) / 40000
    found = np.zeros(nx * ny * nz)
    found[placed.cell] = placed.weight
    assert np.abs(found - counted).max() < 0.008
    assert np.unique(placed.cell).size == placed.cell.size


def test_mean_of_what_is_the_same_everywhere():
    placed = place_chips(GRID, X, Y, Z, SIZE)
    assert placed.shape == (2, 3, 2)
    assert chip_mean(placed, np.full(GRID.shape, 317.25)) == pytest.approx(
        np.full((2, 3, 2), 317.25), rel=1e-14
    )


def test_linear_field_over_whole_cells():
    """Boxes that end on faces of cells: the mean is the value in their middle."""
    z, y, x = np.meshgrid(middles(GRID.z), middles(GRID.y), middles(GRID.x), indexing="ij")
    field = 300.0 + 20.0 * x - 7.0 * y + 30.0 * z
    h = 0.5 / 7
    placed = place_chips(GRID, 0.2, -0.075, 2 * h, (0.2, 0.25, 2 * h))
    other = place_chips(GRID, 0.075, 0.1, 4.5 * h, (0.15, 0.2, 3 * h))
    assert chip_mean(placed, field) == pytest.approx(300.0 + 4.0 + 7.0 * 0.075 + 60.0 * h, rel=1e-13)
    assert chip_mean(other, field) == pytest.approx(300.0 + 1.5 - 0.7 + 135.0 * h, rel=1e-13)


def test_heat_is_kept_and_goes_where_the_mean_comes_from():
    placed = place_chips(GRID, X, Y, Z, SIZE)
    rng = np.random.default_rng(3)
    power, field = rng.random((2, 3, 2)) * 12.0, rng.random(GRID.shape)
    source = chip_source(placed, power)
    assert source.shape == GRID.shape
    assert source.sum() == pytest.approx(power.sum(), rel=1e-14)
    assert np.sum(source * field) == pytest.approx(np.sum(power * chip_mean(placed, field)), rel=1e-13)
    assert chip_source(placed, 2.0).sum() == pytest.approx(24.0, rel=1e-14)


def test_chip_within_one_cell():
    placed = place_chips(GRID, 0.4, 0.1, 0.03, (0.01, 0.01, 0.01))
    source = chip_source(placed, 5.0)
    assert source[0, 2, 3] == pytest.approx(5.0, rel=1e-14)
    assert np.count_nonzero(source) == 1


def test_velocity_in_the_cells():
    nz, ny, nx = GRID.shape
    u = np.broadcast_to(GRID.x, (nz, ny, nx + 1))
    v = np.broadcast_to(GRID.y[:, None], (nz, ny + 1, nx))
    w = np.broadcast_to(GRID.z[:, None, None], (nz + 1, ny, nx))
    state = FlowState(u, v, w, np.zeros(GRID.shape), np.zeros(GRID.shape))
    assert cell_velocity(state, 0)[1, 1] == pytest.approx(middles(GRID.x))
    assert cell_velocity(state, 1)[1, :, 1] == pytest.approx(middles(GRID.y))
    assert cell_velocity(state, 2)[:, 1, 1] == pytest.approx(middles(GRID.z))
    with pytest.raises(ChipPlaceError, match="axis"):
        cell_velocity(state, 3)


def test_rounding_at_the_edge():
    placed = place_chips(GRID, 0.05 - 1e-13, 0.0, 0.25, (0.1, 0.4 + 1e-13, 0.5))
    assert chip_mean(placed, np.ones(GRID.shape)) == pytest.approx(1.0, rel=1e-12)


def test_what_cannot_be():
    with pytest.raises(ChipPlaceError, match=r"chip \[1, 0, 0\].*along x"):
        place_chips(GRID, X + np.array([0.0, 0.2])[:, None, None], Y, Z, SIZE)
    with pytest.raises(ChipPlaceError, match="along z"):
        place_chips(GRID, 0.3, 0.0, math.nan, SIZE)
    with pytest.raises(ChipPlaceError, match="size"):
        place_chips(GRID, 0.3, 0.0, 0.2, (0.1, 0.0, 0.1))
    placed = place_chips(GRID, X, Y, Z, SIZE)
    with pytest.raises(ChipPlaceError, match="cells"):
        chip_mean(placed, np.zeros((2, 2, 2)))
