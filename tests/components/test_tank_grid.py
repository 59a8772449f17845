"""Grid lines of a tank: through all faces, with cells in the gaps, nested; and a grid too coarse is named."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.errors import GapResolutionError, GridSizeError
from hashheat.components.tank_blocks import Block, miner_blocks, tank_size
from hashheat.components.tank_grid import open_gaps, tank_lines
from hashheat.thermo.errors import InputError

_spec = importlib.util.spec_from_file_location("tank_files", Path(__file__).with_name("tank_files.py"))
tanks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tanks)


def lines(file, **options):
    return tank_lines(file, file.values(), **options)


def holds(faces, places):
    return all(np.abs(faces - place).min() < 1e-12 for place in places)


def test_lines_run_through_every_face():
    grid = lines(tanks.tank(tanks.BOX))
    assert holds(grid.x, [0.0, 0.05, 0.25, 0.33, 0.53, 0.6, 0.2, 0.4, 0.1, 0.5])
    assert holds(grid.y, [0.0, 0.05, 0.25, 0.3, 0.1, 0.2])
    assert holds(grid.z, [0.0, 0.1, 0.3, 0.5, 0.4, 0.46])


def test_gaps_are_those_in_front_of_the_faces():
    file = tanks.tank(tanks.BOX)
    found = {
        (gap.axis, round(gap.low, 9), round(gap.high, 9))
        for gap in open_gaps(miner_blocks(file, file.values()), tank_size(file.values()))
    }
    assert found == {
        (0, 0.0, 0.05),
        (0, 0.25, 0.33),
        (0, 0.53, 0.6),
        (1, 0.0, 0.05),
        (1, 0.25, 0.3),
        (2, 0.0, 0.1),
        (2, 0.3, 0.5),
    }


def test_a_block_that_does_not_face_another_has_no_gap_to_it():
    size = np.array([1.0, 1.0, 1.0])
    low = Block("low", "miner.0", np.array([0.1, 0.1, 0.1]), np.array([0.3, 0.9, 0.3]))
    high = Block("high", "miner.1", np.array([0.6, 0.1, 0.5]), np.array([0.8, 0.9, 0.8]))
    across = {(g.low, g.high) for g in open_gaps([low, high], size) if g.axis == 0}
    assert across == {(0.0, 0.1), (0.3, 1.0), (0.0, 0.6), (0.8, 1.0)}


@pytest.mark.parametrize("cells", [2, 12])
def test_gaps_get_their_cells_where_the_size_is_left_open(cells):
    grid = lines(tanks.tank(tanks.BOX, grid={"gap_cells": cells}))
    for low, high in ((0.0, 0.05), (0.25, 0.33), (0.53, 0.6)):
        inside = np.sum((grid.x > low + 1e-9) & (grid.x < high - 1e-9))
        assert inside + 1 >= cells


def test_a_grid_too_coarse_for_a_gap_says_which_and_what_to_set():
    file = tanks.tank(tanks.BOX, grid={"cell_x": "70 mm"})
    with pytest.raises(GapResolutionError) as caught:
        lines(file)
    error = caught.value
    assert error.key == "grid.cell_x"
    assert "the wall and unit 1" in error.problem
    assert error.found == "1 cells of 70 mm across 50 mm along x"
    assert "grid.cell_x of 25 mm or less for 2 cells" in error.accepted
    # What it says does it.
    lines(tanks.tank(tanks.BOX, grid={"cell_x": "25 mm"}))


def test_a_grid_beyond_any_memory_is_refused_before_it_is_made():
    with pytest.raises(GridSizeError, match="too many cells"):
        lines(tanks.tank(tanks.BOX, grid={"cell_z": "1 um"}))
    with pytest.raises(GridSizeError):
        lines(tanks.tank(tanks.BOX, grid={"cell_x": "2 mm", "cell_y": "2 mm", "cell_z": "2 mm"}))


def test_grids_nest():
    file = tanks.tank(tanks.BOX)
    coarse, own, fine = (lines(file, refine=r) for r in (0.5, 1, 2))
    for a, b, c in zip(coarse, own, fine):
        np.testing.assert_array_equal(b[::2], a)
        np.testing.assert_array_equal(c[::2], b)
        np.testing.assert_allclose(c[1::2], 0.5 * (b[1:] + b[:-1]), rtol=1e-14)
    with pytest.raises(InputError, match="cannot be split"):
        lines(file, refine=3)
