"""Why a junction is as hot as it is: the rises from the inlet to the chip, one after another."""

import numpy as np

from hashheat.components.chip_map import ChipMap
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.solvers.conjugate_plate import PlateState

#: Cells of coolant whose distances from a chip differ by less than this are equally near [m].
_SAME = 1e-9


def chip_rises(plate: PreparedPlate, state: PlateState, T_in: float) -> dict[str, np.ndarray]:
    """Temperature differences between inlet and junction of every chip, which add up to the whole.

    Parameters
    ----------
    plate : PreparedPlate
        With chips.
    state : PlateState
        Solved.
    T_in : float
        Coolant inlet [K].

    Returns
    -------
    dict of str to (n_chip,) array
        ``coolant_rise`` from the inlet to the coolant nearest to the chip, ``film_rise`` on to the wall that it
        wets, ``metal_rise`` on to the face below the chip, ``package_rise`` through interface and package [K];
        ``chip_htc``, the film coefficient there [W/(m^2 K)].

    Notes
    -----
    Nearest is the coolant below the footprint, the mean of its cells, or where there is none the cell least away.
    A chip's heat also spreads to coolant further off: the metal's part is what is left between wall and face.
    """
    chips = plate.chips
    heat = plate.geometry.chip_heat
    assert heat is not None
    package = np.asarray(heat.resistance) * state.chip_power
    face = state.T_junction - package
    means = np.empty((3, len(chips)))
    for i in range(len(chips)):
        near = nearest_cells(chips, i, plate.places)
        means[:, i] = state.F[near].mean(), state.T_wall[near].mean(), state.htc[near].mean()
    coolant, wall, htc = means
    return {
        "coolant_rise": coolant - T_in,
        "film_rise": wall - coolant,
        "metal_rise": face - wall,
        "package_rise": package,
        "chip_htc": htc,
    }


def nearest_cells(chips: ChipMap, i: int, places: np.ndarray) -> np.ndarray:
    """Cells of coolant below a chip, or the nearest ones where none is.

    Parameters
    ----------
    chips : ChipMap
    i : int
        Chip.
    places : (n, 2) array
        Middle of each cell of coolant [m].

    Returns
    -------
    (k,) int array
    """
    half = 0.5 * np.array([chips.length[i], chips.width[i]])
    beyond = np.maximum(np.abs(places - [chips.x[i], chips.y[i]]) - half, 0.0)
    away = np.hypot(beyond[:, 0], beyond[:, 1])
    return np.flatnonzero(away <= away.min() + _SAME)
