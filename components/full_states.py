"""States of a resolved plate over its envelope, as its reduced form is fitted to them and compared with them."""

from typing import NamedTuple

import numpy as np

from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.reduced_path import PathState
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.solvers.serpentine import OK
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable

#: Steps with which the edge of the steady states is looked for.
_HALVINGS = 5


class FullStates(NamedTuple):
    """States of the full plate; every field has shape (n,) but those marked otherwise.

    Parameters
    ----------
    points : (n, 3) array
        Logarithm of the volume flow at inlet temperature [m^3/s], T_in [K], clock [-].
    mass_flow, T_ambient : array
        [kg/s], [K]
    T_junction : (n, chips) array
        [K]
    T_wall, T_out, T_fluid, chip_power, heat_loss, pressure_drop : array
        Hottest wetted wall, mixed outlet, warmest coolant; of the whole plate.
    status : int array
    """

    points: np.ndarray
    mass_flow: np.ndarray
    T_ambient: np.ndarray
    T_junction: np.ndarray
    T_wall: np.ndarray
    T_out: np.ndarray
    T_fluid: np.ndarray
    chip_power: np.ndarray
    heat_loss: np.ndarray
    pressure_drop: np.ndarray
    status: np.ndarray

    def where(self, chosen: np.ndarray) -> "FullStates":
        """Some of the states."""
        return FullStates(*(np.asarray(field)[chosen] for field in self))


def solve_full(
    plate: PreparedPlate, table: PropertyTable, points: np.ndarray, T_ambient: np.ndarray
) -> FullStates:
    """Solve the full plate at points of the envelope.

    Parameters
    ----------
    plate : PreparedPlate
    table : PropertyTable
        Coolant.
    points : (n, 3) array
        As in :class:`FullStates`.
    T_ambient : (n,) array
        [K]

    Returns
    -------
    FullStates
    """
    rows: list[tuple[object, ...]] = []
    for (ln_flow, T_in, clock), ambient in zip(points, T_ambient):
        m = float(np.exp(ln_flow)) * density(table, T_in)
        state = plate.solve(table, Surroundings(T_in, m, ambient), frequency=clock)
        rows.append(
            (
                m,
                ambient,
                state.T_junction,
                float(state.T_wall.max()),
                plate.outlet(state, table, T_in),
                float(state.F_end.max()),
                float(state.chip_power.sum()),
                state.heat_loss,
                plate.pressure_drop(state, table, T_in),
                state.status,
            )
        )
    return FullStates(points, *(np.array(column) for column in zip(*rows)))


def path_state(plate: PreparedPlate, states: FullStates) -> PathState:
    """The same states for the line."""
    heat = plate.geometry.chip_heat
    assert heat is not None
    P_dynamic, P_leak, T_leak, scale = (
        float(np.max(x)) for x in (heat.P_dynamic, heat.P_leak, heat.T_leak, heat.leak_scale)
    )
    return PathState(
        T_in=states.points[:, 1],
        mass_flow=states.mass_flow,
        T_ambient=states.T_ambient,
        P_dynamic=P_dynamic * states.points[:, 2],
        P_leak=P_leak,
        T_leak=T_leak,
        leak_scale=scale,
    )


def solve_steady(
    plate: PreparedPlate, table: PropertyTable, points: np.ndarray, T_ambient: np.ndarray, centre: np.ndarray
) -> tuple[FullStates, int]:
    """As :func:`solve_full`, with points that have no steady state pulled towards a centre until they have one.

    Parameters
    ----------
    plate, table, points, T_ambient
        As there.
    centre : (3,) array
        A state well within.

    Returns
    -------
    states : FullStates
        Those with a steady state; left out are those that have none close to the centre either.
    pulled : int
        Points that were moved or left out.
    """
    states = solve_full(plate, table, points, T_ambient)
    steady = states.status == OK
    pieces = [states.where(steady)]
    for i in np.flatnonzero(~steady):
        # What is next to the edge of the steady states decides how well a fit holds there.
        low, high, best = 0.0, 1.0, None
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            at = centre + middle * (points[i] - centre)
            tried = solve_full(plate, table, at[None], T_ambient[i : i + 1])
            if tried.status[0] == OK:
                low, best = middle, tried
            else:
                high = middle
        if best is not None:
            pieces.append(best)
    return FullStates(*(np.concatenate(column) for column in zip(*pieces))), int((~steady).sum())
