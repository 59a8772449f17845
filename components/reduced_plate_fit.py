"""Fit the corrections of a reduced plate to states of the full one."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.chebyshev_box import ChebyshevBox
from hashheat.components.full_states import FullStates, path_state
from hashheat.components.kinked_box import KinkedBox
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.reduced_path import PathState, ReducedPath, Values
from hashheat.solvers import serpentine as sp
from hashheat.thermo.property_table import PropertyTable

#: Columns of the corrections [K/W of a chip of power factor 1]: metal below the mean chip, the hottest wall above
#: that of the line, the surface that loses heat above the wall, the warmest coolant above the mixed outlet; then
#: the logarithm of the factor on the pressure drop; from R_HOT on metal below the hottest chip of each kind.
R_MEAN, R_WALL, R_LOSS, R_FLUID, DROP, R_HOT = range(6)

#: Temperatures of the line while it is fitted [K].
_TOLERANCE = 1e-7
_ROUNDS = 20


class Shift(NamedTuple):
    """Quadratic shift of the corrections with the logarithm of a number of the file over its nominal value.

    Parameters
    ----------
    key : str
    nominal, lower, upper : float
        Beyond the ends the shift is that of the end.
    coefficients : (2, 5 + kinds) array
        Of the logarithm and of its square.
    """

    key: str
    nominal: float
    lower: float
    upper: float
    coefficients: np.ndarray

    def __call__(self, value: ArrayLike) -> np.ndarray:
        """Shift of each correction, (5 + kinds, n)."""
        x = np.log(np.clip(np.asarray(value, dtype=float), self.lower, self.upper) / self.nominal)
        a, b = self.coefficients[:, :, None]
        return np.asarray(a * x + b * x * x)


class Fitted(NamedTuple):
    """Corrections of a line of coolant.

    Parameters
    ----------
    corrections : ChebyshevBox or KinkedBox
        Columns as named at the top.
    shape : ChebyshevBox or KinkedBox
        Each junction below the hottest of its kind [K/W of a chip of power factor 1].
    shifts : tuple of Shift
        Of the corrections with the sizes of the plate.
    """

    corrections: ChebyshevBox | KinkedBox
    shape: ChebyshevBox | KinkedBox
    shifts: tuple[Shift, ...] = ()


def fit_corrections(
    path: ReducedPath,
    plate: PreparedPlate,
    table: PropertyTable,
    states: FullStates,
    ends: tuple[np.ndarray, np.ndarray],
    counts: Sequence[int],
    fold: ChebyshevBox | None = None,
) -> Fitted:
    """Corrections that make the line agree with the full plate over an envelope.

    Parameters
    ----------
    path : ReducedPath
    plate : PreparedPlate
    table : PropertyTable
    states : FullStates
        All of them with a steady state.
    ends : (3,) array, (3,) array
        Of the envelope, as the points of :class:`~hashheat.components.full_states.FullStates`.
    counts : sequence of 3 int
        Points along each axis.
    fold : ChebyshevBox, optional
        Where the flow changes its regime; see :class:`~hashheat.components.kinked_box.KinkedBox`.

    Returns
    -------
    Fitted
        Without shifts.
    """
    rises = states.T_junction - states.points[:, 1:2]
    values = corrections_at(path, path_state(plate, states), table, states)
    each = (states.chip_power / path.units)[:, None]
    shape = (by_kind(path, rises)[:, path.kinds.kind] - rises) / each
    boxes = []
    for wanted in (values, shape):
        box = ChebyshevBox.through(*ends, counts, states.points, wanted)
        boxes.append(box if fold is None else KinkedBox.through(box, fold, states.points, wanted))
    return Fitted(boxes[0], boxes[1])


def by_kind(path: ReducedPath, T: np.ndarray) -> np.ndarray:
    """Largest of each kind of chips, (n, kinds), of a number of each chip, (n, chips)."""
    kinds = path.kinds
    return np.stack([T[:, kinds.kind == k].max(axis=1) for k in range(kinds.first.size)], axis=1)


def corrections_at(
    path: ReducedPath,
    around: PathState,
    table: PropertyTable,
    states: FullStates,
    changed: Values | None = None,
) -> np.ndarray:
    """Corrections that make the line agree with states of the full plate.

    Parameters
    ----------
    path : ReducedPath
    around : PathState
        The states, as the line takes them.
    table : PropertyTable
        Coolant.
    states : FullStates
        With a steady state each.
    changed : mapping, optional
        Numbers of the file that are not nominal in the full plate.

    Returns
    -------
    (n, 5 + kinds) array
        Columns as named at the top.

    Notes
    -----
    The resistance of the mean chip is the one that gives the chips' leakage as a whole, so that power, and with it
    the outlet, agree; the hottest chip of each kind then has its own above the wall below it.
    """
    n = len(states.mass_flow)
    T_leak, scale = float(np.asarray(around.T_leak)), float(np.asarray(around.leak_scale))
    # The temperature at which every chip would leak as all of them do together.
    level = _leak_mean(states.T_junction, path.factor, T_leak, scale)
    each = states.chip_power / path.units
    cases = path.columns(changed or {}, around, table, n)
    given = cases[sp.CHIP_RESISTANCE].copy()
    metal, off, step = np.zeros(n), np.zeros(n), np.zeros(n)
    slope = each.copy()
    for turn in range(_ROUNDS):
        cases[sp.CHIP_RESISTANCE] = given + metal
        out, fields = sp.solve_serpentine(
            cases, path.layout, table, path.duct, with_fields=True, tolerance=_TOLERANCE
        )
        before = off
        off = level - _leak_mean(fields[:, sp.FIELD_T_JUNCTION].T, path.layout.chips, T_leak, scale)
        if turn > 0:
            # Secant: leakage makes the junction rise by more than the power of the added resistance.
            moved = np.abs(step) > 1e-12
            slope = np.where(moved, (before - off) / np.where(moved, step, 1.0), slope)
            slope = np.clip(slope, 0.5 * each, 20.0 * each)
        if np.abs(off).max() < 10.0 * _TOLERANCE:
            break
        step = off / slope
        metal = metal + step
    own = path.kind_resistance(path.own)
    values = np.zeros((n, R_HOT + own.size))
    values[:, R_MEAN] = cases[sp.CHIP_RESISTANCE] - given
    hottest = by_kind(path, states.T_junction).T
    values[:, R_HOT:] = ((hottest - wall_below(cases, out)) / unit_power(cases, hottest)).T - own
    values[:, R_WALL] = (states.T_wall - out[sp.T_WALL]) / each
    conductance = path.conductance(around)
    if conductance > 0.0:
        missing = states.heat_loss - out[sp.HEAT_LOSS] * path.parts
        values[:, R_LOSS] = missing / (conductance * each)
    values[:, R_FLUID] = (states.T_fluid - states.T_out) / each
    friction = path.nominal["coolant.friction_factor"]
    values[:, DROP] = np.log(states.pressure_drop / (friction * path.drop(cases, out, table)))
    return values


def unit_power(cases: np.ndarray, T: np.ndarray) -> np.ndarray:
    """What a chip of power factor 1 draws at a junction temperature [W]; beyond what is runaway it stays there."""
    exponent = np.minimum((T - cases[sp.T_LEAK]) / cases[sp.LEAK_SCALE], sp.MAX_EXPONENT)
    leak: np.ndarray = cases[sp.P_LEAK] * np.exp(exponent)
    return cases[sp.P_DYNAMIC] + leak


def wall_below(cases: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Temperature of the line's wall below its hottest junction [K]."""
    T = out[sp.T_JUNCTION]
    return T - cases[sp.CHIP_RESISTANCE] * unit_power(cases, T)


def _leak_mean(T: np.ndarray, weight: np.ndarray, T_leak: float, scale: float) -> np.ndarray:
    share = weight / weight.sum()
    return T_leak + scale * np.log(np.exp((T - T_leak) / scale) @ share)
