"""Junctions of a tank: the hottest board chip by chip, and the hottest chip of every board."""

from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.cold_plate_map import COLORS, readable
from hashheat.thermo.errors import InputError

_ZERO_C = 273.15
_CHIPS = ("miner", "board", "row", "col")
#: Boards beyond which their temperatures are not written, nor the chips' of a board.
_MOST_WRITTEN = 120
_MARK = "#00e5ff"


def check_chips(result: xr.Dataset) -> None:
    """Raise unless a Dataset holds the junctions of one state.

    Parameters
    ----------
    result : xarray.Dataset
        Of :meth:`hashheat.components.immersion_tank.ImmersionTank.solve`.

    Raises
    ------
    InputError
        If they are missing, over time, or have no value.
    """
    dims = result["T_chip"].dims if "T_chip" in result else ()
    if dims != _CHIPS:
        raise InputError(
            "there are no junctions to draw",
            key="result",
            found=f"T_chip over {', '.join(map(str, dims)) or 'nothing'}",
            accepted=f"T_chip over {', '.join(_CHIPS)}",
        )
    if not np.isfinite(result["T_chip"].values).any():
        raise InputError(
            "there are no junctions to draw",
            key="result",
            found="a state without a solution",
            accepted="a solved one",
        )


def chip_range(result: xr.Dataset) -> tuple[float, float]:
    """Coldest and hottest junction: one scale for both maps.

    Parameters
    ----------
    result : xarray.Dataset
        With ``T_chip`` [K].

    Returns
    -------
    (float, float)
        [°C], apart by 0.1 K or more.
    """
    T = result["T_chip"].values - _ZERO_C
    low, high = float(np.nanmin(T)), float(np.nanmax(T))
    return low, max(high, low + 0.1)


def hottest(result: xr.Dataset) -> tuple[int, int, int, int]:
    """Place of the hottest junction.

    Parameters
    ----------
    result : xarray.Dataset
        With ``T_chip`` [K].

    Returns
    -------
    (int, int, int, int)
        Miner, board, row and column, from 0.
    """
    T = result["T_chip"].values
    miner, board, row, col = np.unravel_index(int(np.nanargmax(T)), T.shape)
    return int(miner), int(board), int(row), int(col)


def draw_hottest_board(ax: Any, result: xr.Dataset) -> Any:
    """Draw the chips of the board that holds the hottest one, rows upwards, columns along the flow of the oil.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        With ``T_chip``.

    Returns
    -------
    ScalarMappable
        For a colour bar [°C].
    """
    miner, board, row, col = hottest(result)
    T = result["T_chip"].values[miner, board] - _ZERO_C
    has = np.isfinite(T)
    # Miners of several kinds: this one may have fewer rows and columns than the largest.
    T = T[has.any(axis=1)][:, has.any(axis=0)]
    image = _matrix(ax, T, chip_range(result))
    _mark(ax, col, row)
    ax.set_xlabel("chip along the flow of the oil, from 0")
    ax.set_ylabel("row of chips, from 0")
    name = str(result["miner"].values[miner])
    ax.set_title(
        f"{name}, board {board}: hottest {T[row, col]:.1f} °C", loc="left", fontsize=10.5, fontweight="bold"
    )
    return image


def draw_boards(ax: Any, result: xr.Dataset) -> Any:
    """Draw the hottest chip of every board: a row a miner, a column a board.

    Parameters
    ----------
    ax : matplotlib Axes
    result : xarray.Dataset
        With ``T_chip``.

    Returns
    -------
    ScalarMappable
        For a colour bar [°C].
    """
    T = result["T_chip"].values - _ZERO_C
    every = T.reshape(*T.shape[:2], -1)
    has = np.isfinite(every)
    top = np.where(has.any(axis=2), np.where(has, every, -np.inf).max(axis=2), np.nan)
    image = _matrix(ax, top, chip_range(result), upright=False)
    miner, board, _, _ = hottest(result)
    _mark(ax, board, miner)
    names = [str(name) for name in result["miner"].values]
    step = max(1, -(-len(names) // 24))
    ax.set_yticks(range(0, len(names), step), names[::step])
    ax.set_xlabel("board, from 0")
    ax.set_title("hottest chip of every board", loc="left", fontsize=10.5, fontweight="bold")
    return image


def _matrix(ax: Any, T: np.ndarray, limits: tuple[float, float], upright: bool = True) -> Any:
    """Cells of one colour, with their temperatures where they can be read."""
    image = ax.imshow(
        T,
        origin="lower" if upright else "upper",
        cmap=COLORS,
        vmin=limits[0],
        vmax=limits[1],
        aspect="auto",
        interpolation="nearest",
    )
    if T.size <= _MOST_WRITTEN:
        for j, i in zip(*np.nonzero(np.isfinite(T))):
            ink = readable(image.cmap(image.norm(T[j, i])))
            ax.text(i, j, f"{T[j, i]:.1f}", ha="center", va="center", fontsize=8, color=ink)
    ax.grid(False)
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_major_locator().set_params(integer=True)
    return image


def _mark(ax: Any, i: int, j: int) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((i - 0.5, j - 0.5), 1.0, 1.0, fc="none", ec=_MARK, lw=2.2, zorder=5))
