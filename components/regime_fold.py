"""Where the flow of a plate turns from laminar to turbulent, over the states of its envelope."""

from itertools import product

import numpy as np

from hashheat.components.chebyshev_box import ChebyshevBox, chebyshev_points
from hashheat.components.kinked_box import KNOTS
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.reduced_path import FieldPath, ReducedPath
from hashheat.components.reduced_plate_check import check_points
from hashheat.solvers.channel_law import DUCT
from hashheat.thermo.property_kernels import density, heat_capacity, viscosity
from hashheat.thermo.property_table import PropertyTable

#: End of laminar flow in a duct, as in the film's correlation.
_LAMINAR = 2300.0
_COUNTS = (6, 4)
_HALVINGS = 50


def regime_fold(
    path: ReducedPath, plate: PreparedPlate, table: PropertyTable, low: np.ndarray, high: np.ndarray
) -> ChebyshevBox | None:
    """Logarithm of the flow at which the outlet is at Reynolds number 2300, over inlet temperature and clock.

    Parameters
    ----------
    path : ReducedPath
    plate : PreparedPlate
        Of nominal numbers.
    table : PropertyTable
        Coolant.
    low, high : (3,) array
        Ends of the envelope, as the points of :class:`~hashheat.components.full_states.FullStates`.

    Returns
    -------
    ChebyshevBox or None
        None where the envelope is all on one side of the change, and for pins, whose films change elsewhere.
    """
    heat = plate.geometry.chip_heat
    if path.law.kind != DUCT or heat is None:
        return None
    channels = path.parts * (path.channels if isinstance(path, FieldPath) else 1.0)
    per_flow = path.law.hydraulic_diameter / (path.law.flow_area * channels)
    P_dynamic, P_leak = (path.units * float(np.max(x)) for x in (heat.P_dynamic, heat.P_leak))

    def reynolds(ln_flow: float, T_in: float, clock: float) -> float:
        m = float(np.exp(ln_flow)) * density(table, T_in)
        rise = (P_dynamic * clock + P_leak) / (m * heat_capacity(table, T_in))
        return m * per_flow / float(viscosity(table, min(T_in + rise, table.T_max)))

    def turn(T_in: float, clock: float) -> float:
        below, above = low[0] - 3.0, high[0] + 3.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (below + above)
            if reynolds(middle, T_in, clock) > _LAMINAR:
                above = middle
            else:
                below = middle
        return 0.5 * (below + above)

    from_fold = np.array([x[0] - turn(x[1], x[2]) for x in product(*zip(low, high))])
    if from_fold.min() >= KNOTS[-1] or from_fold.max() <= KNOTS[0]:
        return None
    axes = [chebyshev_points(low[i + 1], high[i + 1], count) for i, count in enumerate(_COUNTS)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    values = np.array([[turn(*point)] for point in points])
    return ChebyshevBox.through(low[1:], high[1:], _COUNTS, points, values)


def points_along(
    fold: ChebyshevBox, low: np.ndarray, high: np.ndarray, count: int, *, start: float = 0.0
) -> np.ndarray:
    """States of a box about a fold across it, closer to each other next to it.

    Parameters
    ----------
    fold : ChebyshevBox
        Of :func:`regime_fold`.
    low, high : (3,) array
        Ends of the box.
    count : int
        At most so many.
    start : float
        Share of the step by which the sequence begins elsewhere: states to compare at are none that are fitted.

    Returns
    -------
    (n, 3) array
    """
    unit = check_points(np.zeros(3), np.ones(3), 4 * count)[8:]
    unit = (unit + start * np.array([0.37, 0.59, 0.83])) % 1.0
    found = np.empty_like(unit)
    found[:, 1] = low[1] + (high[1] - low[1]) * unit[:, 1]
    # Both ends of the clock count as much as all between them: the errors are largest at one of them.
    found[:, 2] = low[2] + (high[2] - low[2]) * (0.5 - 0.5 * np.cos(np.pi * unit[:, 2]))
    found[:, 0] = fold(found[:, 1:])[:, 0] + KNOTS[0] + (KNOTS[-1] - KNOTS[0]) * unit[:, 0] ** 1.6
    return found[(found[:, 0] >= low[0]) & (found[:, 0] <= high[0])][:count]
