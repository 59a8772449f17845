"""The hottest junction of a reduced plate above the wall of its line, with the leakage of that chip."""

import numpy as np

from hashheat.solvers import serpentine as sp
from hashheat.solvers.convection import exp_poly
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import enthalpy, temperature_from_enthalpy
from hashheat.thermo.property_table import PropertyTable

_STEPS = 60


@kernel
def junction_above(
    wall: float, R: float, P_dynamic: float, P_leak: float, T_leak: float, scale: float
) -> tuple[float, float, int]:
    """Junction of a chip above a wall of given temperature, with its leakage.

    Parameters
    ----------
    wall : float
        [K]
    R : float
        Between them [K/W].
    P_dynamic, P_leak, T_leak, scale : float
        Of the chip [W], [W], [K], [K].

    Returns
    -------
    T : float
        [K]
    gain : float
        R dP/dT [-].
    status : int
        ``OK``, ``RUNAWAY`` or ``NOT_CONVERGED``.
    """
    T = wall
    gain = 0.0
    for _ in range(_STEPS):
        exponent = (T - T_leak) / scale
        drawn = P_leak * exp_poly(min(max(exponent, -sp.MAX_EXPONENT), sp.MAX_EXPONENT))
        gain = R * drawn / scale
        # From below, Newton on the convex leakage climbs to the lower branch, or finds that there is none.
        if gain >= 1.0 or (exponent > sp.MAX_EXPONENT and P_leak > 0.0):
            return T, gain, sp.RUNAWAY
        change = (wall + R * (P_dynamic + drawn) - T) / (1.0 - gain)
        T += change
        if abs(change) < 1e-11 * T:
            return T, gain, sp.OK
    return T, gain, sp.NOT_CONVERGED


@kernel
def finish_plates(
    table: PropertyTable,
    cases: np.ndarray,
    out: np.ndarray,
    wall: np.ndarray,
    R: np.ndarray,
    own: np.ndarray,
    mass_flow: np.ndarray,
    above: np.ndarray,
    hottest: np.ndarray,
) -> None:
    """Hottest junction of each kind of chips above the wall of the line, and outlet from the heat; in place.

    Parameters
    ----------
    table : PropertyTable
    cases : (N_INPUTS, n) float array
        Of the line.
    out : (N_OUTPUTS, n) float array
        With power, heat and loss of the whole plate; junction, gain, outlet and status are set.
    wall : (n,) float array
        Of the line, below its hottest junction [K].
    R : (kinds, n) float array
        Between it and the hottest junction of each kind [K/W].
    own : (kinds, n) float array
        What of it a chip's loop gain counts [K/W].
    mass_flow : (n,) float array
        Of the whole plate [kg/s].
    above : (n,) float array
        Warmest coolant above the mixed outlet [K].
    hottest : (kinds, n) float array
        Set to the hottest junction of each kind [K].
    """
    for i in range(wall.size):
        if out[sp.STATUS, i] != sp.OK:
            continue
        status = sp.OK
        largest, T_max = 0.0, 0.0
        for k in range(R.shape[0]):
            T, gain, of_kind = junction_above(
                wall[i],
                R[k, i],
                cases[sp.P_DYNAMIC, i],
                cases[sp.P_LEAK, i],
                cases[sp.T_LEAK, i],
                cases[sp.LEAK_SCALE, i],
            )
            hottest[k, i] = T
            T_max = max(T_max, T)
            if R[k, i] > 0.0:
                largest = max(largest, gain * own[k, i] / R[k, i])
            if of_kind != sp.OK:
                status = of_kind
        out[sp.T_JUNCTION, i] = T_max
        out[sp.LOOP_GAIN, i] = largest
        power = out[sp.CHIP_POWER, i]
        balance = power - out[sp.HEAT_WATER, i] - out[sp.HEAT_LOSS, i]
        out[sp.IMBALANCE, i] = balance / power if power > 0.0 else 0.0
        rise = out[sp.HEAT_WATER, i] / mass_flow[i]
        T_out = temperature_from_enthalpy(table, enthalpy(table, cases[sp.T_IN, i]) + rise)
        out[sp.T_OUT, i] = T_out
        if status == sp.OK and not (table.T_min <= T_out and T_out + above[i] <= table.T_max):
            status = sp.OUT_OF_RANGE
        out[sp.STATUS, i] = status


@kernel
def finish_fields(
    cases: np.ndarray, fields: np.ndarray, chips: np.ndarray, R: np.ndarray, own: np.ndarray
) -> None:
    """On every cell with chips, the junction of its hottest one and the metal right below it; in place.

    Parameters
    ----------
    cases : (N_INPUTS, n) float array
        Of the line.
    fields : (cells, N_FIELDS, n) float array
        Of the line.
    chips : (cells,) float array
        On each cell.
    R : (n,) float array
        Between the line's wall and the hottest junction [K/W].
    own : (n,) float array
        What of it is package and interface [K/W].
    """
    for s in range(chips.size):
        if chips[s] > 0.0:
            for i in range(R.size):
                P_dynamic, P_leak = cases[sp.P_DYNAMIC, i], cases[sp.P_LEAK, i]
                T_leak, scale = cases[sp.T_LEAK, i], cases[sp.LEAK_SCALE, i]
                wall = fields[s, sp.FIELD_T_WALL, i]
                T, _, _ = junction_above(wall, R[i], P_dynamic, P_leak, T_leak, scale)
                exponent = min(max((T - T_leak) / scale, -sp.MAX_EXPONENT), sp.MAX_EXPONENT)
                fields[s, sp.FIELD_T_JUNCTION, i] = T
                fields[s, sp.FIELD_T_WALL, i] = T - own[i] * (P_dynamic + P_leak * exp_poly(exponent))
