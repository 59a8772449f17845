"""The inlet temperature above which a unit has no steady state."""

import numpy as np

from hashheat.fleet.operation import Values, solve_samples
from hashheat.fleet.plant import Plant
from hashheat.solvers.serpentine import OK, RUNAWAY

_POINTS = 32


def highest_stable_inlet(plant: Plant, values: Values, mass_flow: float, factor: float) -> tuple[float, bool]:
    """Search the largest inlet temperature at which a unit settles.

    Parameters
    ----------
    plant : Plant
    values : mapping of str to (1,) array
        One sample of all numbers.
    mass_flow : float
        Of the unit [kg/s].
    factor : float
        Its chip resistance over the fleet's mean [-].

    Returns
    -------
    T_in : float
        Largest stable inlet temperature found [K], to about 0.01 K; NaN if there is none above freezing.
    runs_away : bool
        Whether leakage runs away above it; if not, the coolant's own range ends there.
    """
    low, high = plant.table.T_min, plant.table.T_max
    stable, runs_away = np.nan, False
    for _ in range(3):
        T_in = np.linspace(low, high, _POINTS)
        each = {key: np.repeat(v, _POINTS) for key, v in values.items()} | {"loop.inlet": T_in}
        flows = np.full((_POINTS, 1), mass_flow)
        status = solve_samples(plant, each, flows, np.full_like(flows, factor)).status[:, 0]
        failed = np.flatnonzero(status != OK)
        if failed.size == 0:
            return float(high), False
        first = int(failed[0])
        runs_away = bool(status[first] == RUNAWAY)
        if first == 0:
            return stable, runs_away
        stable = float(T_in[first - 1])
        low, high = T_in[first - 1], T_in[first]
    return stable, runs_away
