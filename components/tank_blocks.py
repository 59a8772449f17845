"""Where the bodies of a tank stand: miners one by one, the coil, and the openings on the sides."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hashheat.components.tank_sections import AXES, SIDES

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile


class Block(NamedTuple):
    """A box in the tank.

    Attributes
    ----------
    name : str
        For messages and results.
    key : str
        Table of the file that it comes from.
    low, high : (3,) float arrays
        Corners along x, y, z [m].
    """

    name: str
    key: str
    low: np.ndarray
    high: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """Along x, y, z [m]."""
        return self.high - self.low

    @property
    def volume(self) -> float:
        """[m^3]"""
        return float(np.prod(self.size))

    @property
    def middle(self) -> np.ndarray:
        """[m]"""
        return 0.5 * (self.low + self.high)


class Patch(NamedTuple):
    """A rectangle on a side of the tank.

    Attributes
    ----------
    key : str
        Table of the file.
    side : int
        As in :mod:`hashheat.solvers.flow_model`.
    low, high : (2,) float arrays
        Corners along the two axes that span the side, in the order x, y, z [m].
    """

    key: str
    side: int
    low: np.ndarray
    high: np.ndarray

    @property
    def area(self) -> float:
        """[m^2]"""
        return float(np.prod(self.high - self.low))


def tank_size(values: Mapping[str, float]) -> np.ndarray:
    """Length, width and depth of the oil.

    Parameters
    ----------
    values : mapping of str to float
        Numbers of the file in SI by dotted key.

    Returns
    -------
    (3,) array
        [m]
    """
    return np.array([values["tank.length"], values["tank.width"], values["tank.depth"]])


def miner_blocks(file: "TankFile", values: Mapping[str, float]) -> list[Block]:
    """Every unit as a block: table after table, along x first.

    Parameters
    ----------
    file : TankFile
    values : mapping
        Numbers in SI by dotted key; see :meth:`~hashheat.components.tank_file.TankFile.values`.

    Returns
    -------
    list of Block
        Named after their table's name, numbered from 1 where there are several.
    """
    found = []
    for i, miner in enumerate(file.miner):
        key = f"miner.{i}"
        low = np.array([values[f"{key}.{axis}"] for axis in AXES])
        size = np.array([values[f"{key}.{name}"] for name in AXES.values()])
        pitch = np.array([values.get(f"{key}.pitch_x", 0.0), values.get(f"{key}.pitch_y", 0.0), 0.0])
        nx, ny = miner.count
        for j in range(ny):
            for k in range(nx):
                name = miner.name if nx * ny == 1 else f"{miner.name} {j * nx + k + 1}"
                corner = low + np.array([k, j, 0]) * pitch
                found.append(Block(name, key, corner, corner + size))
    return found


def coil_block(file: "TankFile", values: Mapping[str, float]) -> Block | None:
    """Region of the coil.

    Parameters
    ----------
    file : TankFile
    values : mapping of str to float
        Numbers of the file in SI by dotted key.

    Returns
    -------
    Block or None
        None without a coil.
    """
    if file.coil is None:
        return None
    low = np.array([values[f"coil.{axis}"] for axis in AXES])
    return Block("the coil", "coil", low, low + np.array([values[f"coil.{size}"] for size in AXES.values()]))


def patches(file: "TankFile", values: Mapping[str, float], name: str) -> list[Patch]:
    """Openings of one kind.

    Parameters
    ----------
    file : TankFile
    values : mapping
        As for :func:`miner_blocks`.
    name : str
        ``"inlet"`` or ``"outlet"``.

    Returns
    -------
    list of Patch
        In the order of the file.
    """
    found = []
    for i, opening in enumerate(getattr(file, name)):
        key, axes = f"{name}.{i}", SIDES[opening.side]
        low = np.array([values[f"{key}.{axis}"] for axis in axes])
        size = np.array([values[f"{key}.{AXES[axis]}"] for axis in axes])
        found.append(Patch(key, list(SIDES).index(opening.side), low, low + size))
    return found


def span_axes(side: int) -> tuple[int, int]:
    """Axes that span a side of the tank.

    Parameters
    ----------
    side : int
        As in :mod:`hashheat.solvers.flow_model`, 0 to 5.

    Returns
    -------
    (int, int)
        0 to 2, in rising order.
    """
    first, second = (i for i in range(3) if i != side // 2)
    return first, second
