"""Where the chips of a board sit on the cells of its plate."""

import numpy as np


def _overlap(centres: np.ndarray, size: float, edges: np.ndarray) -> np.ndarray:
    """Share of each footprint (rows) that lies on each interval between edges (columns)."""
    low = np.maximum(centres[:, None] - 0.5 * size, edges[None, :-1])
    high = np.minimum(centres[:, None] + 0.5 * size, edges[None, 1:])
    return np.clip(high - low, 0.0, None) / size


def chips_on_cells(
    rows: int,
    columns: int,
    chip_size: tuple[float, float],
    plate_size: tuple[float, float],
    n_pass: int,
    n_cell: int,
) -> np.ndarray:
    """Chips on each cell of a serpentine plate, in path order.

    Parameters
    ----------
    rows, columns : int
        Chip rows across the plate and columns along it, evenly pitched.
    chip_size, plate_size : (float, float)
        Length along the passes and width across them [m].
    n_pass, n_cell : int
        Passes of the coolant, and cells of each.

    Returns
    -------
    (n_pass, n_cell) float array
        A chip that lies on several cells is split by area; the sum is ``rows * columns`` exactly up to rounding.
        Odd passes run backwards, so that the array is in path order.
    """
    x = (np.arange(columns) + 0.5) * plate_size[0] / columns
    y = (np.arange(rows) + 0.5) * plate_size[1] / rows
    along = _overlap(x, chip_size[0], np.linspace(0.0, plate_size[0], n_cell + 1)).sum(axis=0)
    across = _overlap(y, chip_size[1], np.linspace(0.0, plate_size[1], n_pass + 1)).sum(axis=0)
    chips = across[:, None] * along[None, :]
    chips[1::2] = chips[1::2, ::-1].copy()
    return chips
