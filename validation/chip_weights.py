"""Which cells of a plate each numbered chip stands on, for data that come chip by chip."""

import numpy as np

from hashheat.components.miner_file import MinerFile
from hashheat.thermo.errors import InputError

#: How chips may be numbered on a board: along the rows of the device file's grid, from the coolant's inlet side;
#: along its columns; along the rows to and fro; or as the coolant meets them, along each pass and back.
ORDERS = ("rows", "columns", "serpentine", "path")


def chip_weights(device: MinerFile, order: str = "rows") -> np.ndarray:
    """Share of each chip on each cell of its board.

    Parameters
    ----------
    device : MinerFile
        With a plate of its own.
    order : str
        One of :data:`ORDERS`: how the data number the chips. Row 0 lies on the pass that the coolant enters,
        column 0 at its inlet.

    Returns
    -------
    (chips, passes * cells) array
        Every row sums to 1; cells in path order.

    Raises
    ------
    InputError
        For an unknown order.
    """
    return _by_rows(device)[chip_places(device, order)]


def chip_places(device: MinerFile, order: str) -> np.ndarray:
    """Place of each chip on the device file's grid, numbered row by row.

    Parameters
    ----------
    device : MinerFile
        With a plate of its own.
    order : str
        One of :data:`ORDERS`.

    Returns
    -------
    (chips,) int array
        Each place once.

    Raises
    ------
    InputError
        For an unknown order.
    """
    if order not in ORDERS:
        raise InputError(
            "unknown order of the chips", key="chip_order", found=order, accepted=", ".join(ORDERS)
        )
    chips = device.chips
    grid = np.arange(chips.count).reshape(chips.rows, chips.columns)
    if order == "columns":
        return grid.T.ravel()
    if order == "serpentine":
        grid[1::2] = grid[1::2, ::-1].copy()
    if order == "path":
        # By the pass that holds most of the chip, then by the place along it.
        weights = _by_rows(device)
        by_pass = weights.reshape(chips.count, device.serpentine.passes, -1).sum(axis=2).argmax(axis=1)
        found: np.ndarray = np.lexsort((weights @ np.arange(weights.shape[1]), by_pass))
        return found
    return grid.ravel()


def _by_rows(device: MinerFile) -> np.ndarray:
    """Share of each chip, numbered row by row, on each cell in path order."""
    chips, plate = device.chips, device.serpentine
    along = _shares(chips.columns, plate.cells_per_pass)
    across = _shares(chips.rows, plate.passes)
    # (row, column, pass, cell); odd passes run backwards, so that the cells are in path order.
    weights = across[:, None, :, None] * along[None, :, None, :]
    weights[:, :, 1::2] = weights[:, :, 1::2, ::-1].copy()
    return weights.reshape(chips.count, plate.passes * plate.cells_per_pass)


def _shares(chips: int, cells: int) -> np.ndarray:
    """Share of each of evenly pitched footprints on each of evenly spaced cells, (chips, cells)."""
    left, edges = np.arange(chips) / chips, np.arange(cells + 1) / cells
    low = np.maximum(left[:, None], edges[None, :-1])
    high = np.minimum(left[:, None] + 1.0 / chips, edges[None, 1:])
    return np.clip(high - low, 0.0, None) * chips
