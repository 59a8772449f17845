"""Chips on the cells of a resolved plate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.chip_map import TOP, ChipMap
from hashheat.components.plate_grid import PlateGrid, overlaps
from hashheat.solvers.plate_model import PlateChips
from hashheat.thermo.errors import InputError


@dataclass(frozen=True, eq=False)
class ChipHeat:
    """What chips draw, ``P_dynamic + P_leak exp((T_j - T_leak) / leak_scale)``, and what insulates them.

    Parameters
    ----------
    resistance : float or (n,) array
        Junction to the plate's surface: package and interface [K/W]; 0 or more.
    P_dynamic, P_leak : float or (n,) array
        Power that does not depend on temperature, and leakage at ``T_leak``, of a chip of power factor 1 [W].
    T_leak, leak_scale : float or (n,) array
        [K]
    """

    resistance: ArrayLike
    P_dynamic: ArrayLike
    P_leak: ArrayLike = 0.0
    T_leak: ArrayLike = 333.15
    leak_scale: ArrayLike = 30.0


def chip_places(
    grid: PlateGrid, chips: ChipMap | None, heat: ChipHeat | None, conductivity: float
) -> PlateChips:
    """Put chips on the cells that they cover.

    Parameters
    ----------
    grid : PlateGrid
    chips : ChipMap or None
        Where they are; None has no chips.
    heat : ChipHeat or None
        What they draw; needed where there are chips.
    conductivity : float
        Of the plate [W/(m K)].

    Returns
    -------
    PlateChips
        Each chip's heat is spread evenly over its footprint. With more than one cell through the thickness half a
        cell below the footprint is part of its resistance.

    Raises
    ------
    ChipOffPlateError, ChipOverlapError
        See :meth:`hashheat.components.chip_map.ChipMap.check_fits`.
    InputError
        For numbers of chips that cannot be.
    """
    if chips is None:
        none = np.zeros(0)
        return PlateChips(np.zeros(1, np.int64), np.zeros(0, np.int64), *[none] * 6)
    chips.check_fits(float(grid.x[-1]), float(grid.y[-1]))
    if heat is None:
        raise InputError("the chips of the plate have no power", key="chip_heat", accepted="a ChipHeat")
    n = len(chips)
    values = {
        name: _numbers(name, getattr(heat, name), n)
        for name in ("resistance", "P_dynamic", "P_leak", "T_leak", "leak_scale")
    }
    first, cells, weights = [0], [], []
    half = np.zeros(n)
    for i in range(n):
        x, y, length, width = chips.x[i], chips.y[i], chips.length[i], chips.width[i]
        # A chip may reach over an edge by the tolerance of its map.
        ix, length_x = overlaps(grid.x, max(x - 0.5 * length, 0.0), min(x + 0.5 * length, grid.x[-1]))
        iy, length_y = overlaps(grid.y, max(y - 0.5 * width, 0.0), min(y + 0.5 * width, grid.y[-1]))
        z = grid.dz.size - 1 if chips.side[i] == TOP else 0
        area = np.outer(length_y, length_x).ravel()
        cells.append(grid.flat(z, iy[:, None], ix).ravel())
        weights.append(area / area.sum())
        first.append(first[-1] + area.size)
        if grid.resolved:
            half[i] = 0.5 * grid.dz[z] / (conductivity * area.sum())
    return PlateChips(
        first=np.array(first, dtype=np.int64),
        cell=np.concatenate(cells),
        weight=np.concatenate(weights),
        resistance=values["resistance"] + half,
        P_dynamic=values["P_dynamic"] * chips.power_factor,
        P_leak=values["P_leak"] * chips.power_factor,
        T_leak=values["T_leak"],
        leak_scale=values["leak_scale"],
    )


def _numbers(name: str, given: ArrayLike, n: int) -> np.ndarray:
    values = np.asarray(given, dtype=float)
    if values.shape not in ((), (n,)):
        raise InputError(
            "the chips' numbers do not fit the chip map",
            key=name,
            found=values.shape,
            accepted=f"one number or {n}",
        )
    positive = name in ("T_leak", "leak_scale")
    fits = np.isfinite(values) & (values > 0.0 if positive else values >= 0.0)
    if not fits.all():
        raise InputError(
            "a number of the chips cannot be",
            key=name,
            found=values.ravel()[np.argmin(fits)],
            accepted="more than 0" if positive else "0 or more",
        )
    return np.array(np.broadcast_to(values, (n,)))
