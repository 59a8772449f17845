"""Fit the corrections of a reduced plate to states of the full one."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hashheat.components.chebyshev_box import ChebyshevBox
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.reduced_path import PathState, ReducedPath
from hashheat.solvers import serpentine as sp
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable

#: Columns of the corrections [K/W of a chip of power factor 1]: metal below the mean chip and below the hottest,
#: the hottest wall above that of the line, the surface that loses heat above the wall, the warmest coolant above
#: the mixed outlet; then the logarithm of the factor on the pressure drop.
R_MEAN, R_HOT, R_WALL, R_LOSS, R_FLUID, DROP = range(6)

#: Temperatures of the line while it is fitted [K].
_TOLERANCE = 1e-7
_ROUNDS = 20


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


class Fitted(NamedTuple):
    """Corrections of a line of coolant.

    Parameters
    ----------
    corrections : ChebyshevBox
        Columns as named at the top.
    shape : ChebyshevBox
        Rise of each junction above the inlet over that of the hottest [-].
    hot_chip : int
        The chip that is hottest most often.
    """

    corrections: ChebyshevBox
    shape: ChebyshevBox
    hot_chip: int


def fit_corrections(
    path: ReducedPath,
    plate: PreparedPlate,
    table: PropertyTable,
    states: FullStates,
    ends: tuple[np.ndarray, np.ndarray],
    counts: Sequence[int],
) -> Fitted:
    """Corrections that make the line agree with the full plate.

    Parameters
    ----------
    path : ReducedPath
    plate : PreparedPlate
    table : PropertyTable
    states : FullStates
        All of them with a steady state.
    ends : (3,) array, (3,) array
        Of the envelope, as the points of :class:`FullStates`.
    counts : sequence of 3 int
        Points along each axis.

    Returns
    -------
    Fitted

    Notes
    -----
    The resistance of the mean chip is the one that gives the chips' leakage as a whole, so that power, and with it
    the outlet, agree; the hottest chip then has its own above the wall below it.
    """
    n = len(states.mass_flow)
    around = path_state(plate, states)
    T_leak, scale = float(np.asarray(around.T_leak)), float(np.asarray(around.leak_scale))
    # The temperature at which every chip would leak as all of them do together.
    level = _leak_mean(states.T_junction, path.factor, T_leak, scale)
    each = states.chip_power / path.units
    cases = path.columns({}, around, table, n)
    given = cases[sp.CHIP_RESISTANCE].copy()
    metal, off, step = np.zeros(n), np.zeros(n), np.zeros(n)
    slope = each.copy()
    for turn in range(_ROUNDS):
        cases[sp.CHIP_RESISTANCE] = given + metal
        out, fields = sp.solve_serpentine(
            cases, path.layout, table, path.duct, with_fields=True, tolerance=_TOLERANCE
        )
        before, off = (
            off,
            level - _leak_mean(fields[:, sp.FIELD_T_JUNCTION].T, path.layout.chips, T_leak, scale),
        )
        if turn > 0:
            # Secant: leakage makes the junction rise by more than the power of the added resistance.
            moved = np.abs(step) > 1e-12
            slope = np.where(moved, (before - off) / np.where(moved, step, 1.0), slope)
            slope = np.clip(slope, 0.5 * each, 20.0 * each)
        if np.abs(off).max() < 10.0 * _TOLERANCE:
            break
        step = off / slope
        metal = metal + step
    values = np.zeros((n, 6))
    values[:, R_MEAN] = cases[sp.CHIP_RESISTANCE] - given
    rises = states.T_junction - states.points[:, 1:2]
    hot_chip = int(np.bincount(rises.argmax(axis=1)).argmax())
    hottest = states.T_junction.max(axis=1)
    own = path.own[hot_chip] * path.factor[hot_chip]
    values[:, R_HOT] = (hottest - wall_below(cases, out)) / unit_power(cases, hottest) - own
    values[:, R_WALL] = (states.T_wall - out[sp.T_WALL]) / each
    conductance = path.conductance(around)
    if conductance > 0.0:
        missing = states.heat_loss - out[sp.HEAT_LOSS] * path.parts
        values[:, R_LOSS] = missing / (conductance * each)
    values[:, R_FLUID] = (states.T_fluid - states.T_out) / each
    friction = path.nominal["coolant.friction_factor"]
    values[:, DROP] = np.log(states.pressure_drop / (friction * path.drop(cases, out, table)))
    shape = rises / rises.max(axis=1, keepdims=True)
    return Fitted(
        ChebyshevBox.through(*ends, counts, states.points, values),
        ChebyshevBox.through(*ends, counts, states.points, shape),
        hot_chip,
    )


def unit_power(cases: np.ndarray, T: np.ndarray) -> np.ndarray:
    """What a chip of power factor 1 draws at a junction temperature [W]."""
    leak: np.ndarray = cases[sp.P_LEAK] * np.exp((T - cases[sp.T_LEAK]) / cases[sp.LEAK_SCALE])
    return cases[sp.P_DYNAMIC] + leak


def wall_below(cases: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Temperature of the line's wall below its hottest junction [K]."""
    T = out[sp.T_JUNCTION]
    return T - cases[sp.CHIP_RESISTANCE] * unit_power(cases, T)


def _leak_mean(T: np.ndarray, weight: np.ndarray, T_leak: float, scale: float) -> np.ndarray:
    share = weight / weight.sum()
    return T_leak + scale * np.log(np.exp((T - T_leak) / scale) @ share)
