"""Cells of a plate: intervals on them lose nothing, walls find the cell behind them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.plate_grid import PlateGrid, beyond, overlaps, snap, split_evenly
from hashheat.thermo.errors import InputError

EDGES = np.array([0.0, 1.0, 3.0, 3.5, 6.0])


@given(
    sizes=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=20),
    ends=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)
@settings(deadline=None)
def test_an_interval_is_shared_out_completely(sizes, ends):
    edges = np.concatenate([[0.0], np.cumsum(sizes)])
    low, high = (edges[-1] * e for e in sorted(ends))
    if high - low < 1e-6 * edges[-1]:
        return
    cells, lengths = overlaps(edges, low, high)
    assert lengths.sum() == pytest.approx(high - low, abs=3e-9 * edges[-1])
    assert np.all(lengths > 0.0)
    assert np.all(lengths <= np.diff(edges)[cells] * (1.0 + 1e-12))
    # Each share lies in its cell: the middles of the shared-out parts are sorted and inside.
    inside = np.clip(edges[cells], low, None) + 0.5 * lengths
    assert np.all((inside > edges[cells]) & (inside < edges[cells + 1]))


def test_an_interval_by_hand():
    cells, lengths = overlaps(EDGES, 0.5, 3.25)
    np.testing.assert_array_equal(cells, [0, 1, 2])
    np.testing.assert_allclose(lengths, [0.5, 2.0, 0.25])
    # From edge to edge, within rounding: no slivers.
    cells, lengths = overlaps(EDGES, 1.0 - 1e-12, 3.0 + 1e-12)
    np.testing.assert_array_equal(cells, [1])
    np.testing.assert_allclose(lengths, [2.0], rtol=1e-15)
    assert snap(3.0 + 1e-12, EDGES) == 3.0
    assert snap(3.0 + 1e-6, EDGES) == 3.0 + 1e-6


@pytest.mark.parametrize(
    ("place", "upwards", "cell", "thickness"),
    [
        (2.0, True, 1, 1.0),
        (2.0, False, 1, 1.0),
        (3.0, True, 2, 0.5),
        (3.0, False, 1, 2.0),
        (2.5, False, 1, 1.5),
    ],
)
def test_the_cell_behind_a_wall(place, upwards, cell, thickness):
    assert beyond(EDGES, place, upwards) == (cell, thickness)


@given(
    gaps=st.lists(st.floats(0.001, 1.0), min_size=1, max_size=8),
    more=st.integers(0, 60),
)
@settings(deadline=None)
def test_cells_meet_every_break(gaps, more):
    breaks = np.concatenate([[0.0], np.cumsum(gaps)])
    count = len(gaps) + more
    sizes = split_evenly(count, breaks)
    assert sizes.size == count
    edges = np.concatenate([[0.0], np.cumsum(sizes)])
    assert np.abs(edges[:, None] - breaks).min(axis=0).max() < 1e-12 * count * breaks[-1]
    # No other choice has a smaller largest cell: to stay below it takes more cells than there are.
    needed = np.floor(np.array(gaps) / sizes.max() * (1.0 + 1e-12)).astype(int) + 1
    assert needed.sum() > count


def test_even_gaps_get_even_cells():
    np.testing.assert_allclose(split_evenly(12, [0.0, 1.0, 2.0, 3.0]), 0.25)
    np.testing.assert_allclose(split_evenly(6, [0.0, 1.0, 3.0]), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])


@pytest.mark.parametrize(("count", "breaks"), [(1, [0.0, 1.0, 2.0]), (5, [0.0, 1.0, 1.0]), (5, [1.0])])
def test_cells_that_cannot_be(count, breaks):
    with pytest.raises(InputError):
        split_evenly(count, breaks)


def test_grid():
    grid = PlateGrid(np.array([1.0, 2.0]), np.array([3.0]), np.array([0.5, 0.25, 0.25]))
    assert grid.shape == (3, 1, 2)
    assert grid.resolved
    assert grid.volume.sum() == pytest.approx(9.0)
    assert grid.flat(2, 0, 1) == 5
