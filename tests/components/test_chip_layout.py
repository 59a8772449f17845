"""Chips on cells: nothing lost, split by area."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.chip_layout import chips_on_cells


@given(
    rows=st.integers(1, 20),
    columns=st.integers(1, 40),
    fill=st.tuples(st.floats(0.01, 1.0), st.floats(0.01, 1.0)),
    plate=st.tuples(st.floats(0.05, 1.0), st.floats(0.05, 0.5)),
    n_pass=st.integers(1, 16),
    n_cell=st.integers(2, 100),
)
@settings(deadline=None)
def test_no_chip_is_lost(rows, columns, fill, plate, n_pass, n_cell):
    size = (fill[0] * plate[0] / columns, fill[1] * plate[1] / rows)
    chips = chips_on_cells(rows, columns, size, plate, n_pass, n_cell)
    assert chips.shape == (n_pass, n_cell)
    assert np.all(chips >= 0.0)
    assert chips.sum() == pytest.approx(rows * columns, rel=1e-12)
    # The grid is symmetric about the plate's middle, along and across.
    left_to_right = chips.copy()
    left_to_right[1::2] = chips[1::2, ::-1]
    np.testing.assert_allclose(left_to_right, left_to_right[:, ::-1], atol=1e-9)
    np.testing.assert_allclose(left_to_right, left_to_right[::-1], atol=1e-9)


def test_one_chip_a_cell():
    np.testing.assert_allclose(chips_on_cells(4, 16, (0.01, 0.01), (0.4, 0.16), 4, 16), 1.0, rtol=1e-12)


def test_split_by_area():
    # One chip of 8 x 6 mm in the middle of a plate of 40 x 20 mm; the border of two passes runs through it,
    # and so does the border of cells 0 and 1 of two.
    half = chips_on_cells(1, 1, (0.008, 0.006), (0.04, 0.02), 2, 2)
    np.testing.assert_allclose(half, 0.25, rtol=1e-12)
    # Five cells of 8 mm: the chip lies on the middle one alone.
    chips = chips_on_cells(1, 1, (0.008, 0.006), (0.04, 0.02), 1, 5)
    np.testing.assert_allclose(chips, [[0.0, 0.0, 1.0, 0.0, 0.0]], atol=1e-12)


def test_against_counting_points():
    # A chip is many small points; each falls on one cell.
    rows, columns, size, plate, n_pass, n_cell = 3, 5, (0.03, 0.02), (0.42, 0.16), 4, 7
    k = (np.arange(200) + 0.5) / 200 - 0.5
    x = ((np.arange(columns) + 0.5) * plate[0] / columns)[:, None] + k * size[0]
    y = ((np.arange(rows) + 0.5) * plate[1] / rows)[:, None] + k * size[1]
    along = np.histogram(x, n_cell, (0.0, plate[0]))[0] / 200
    across = np.histogram(y, n_pass, (0.0, plate[1]))[0] / 200
    expected = np.outer(across, along)
    expected[1::2] = expected[1::2, ::-1].copy()
    np.testing.assert_allclose(
        chips_on_cells(rows, columns, size, plate, n_pass, n_cell), expected, atol=0.02
    )
