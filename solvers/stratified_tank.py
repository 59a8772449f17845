"""A stratified column of liquid in time: layers that move with the water, so that a thermocline stays sharp.

The column is cut into horizontal layers, from the bottom up, each with its volume and one temperature. What enters
through a port becomes a new layer at the height of the port, what leaves is cut out there, and all else moves as
plugs: no temperature is interpolated, so the flow itself smears nothing. Layers that together are no larger than
the resolution ``layer`` become one; this, at the ports only, is all the numerical mixing there is.

::

    T, v  | v_n  | <- top port         half a step of loss and conduction
          | ...  | <- port at a height the flow, in sub-steps
          | v_1  | <- bottom port      half a step of loss and conduction     (Strang, second order in time)

All is counted in volumes: the heat of a layer is ``v T`` [m^3 K], and conductances are divided by the volumetric
heat capacity. Density and heat capacity are constant. Density must fall with temperature (water above 4 degC).

References
----------
G. Strang, SIAM J. Numer. Anal. 5 (1968) 506 (splitting).
"""

import math

import numba
import numpy as np

from hashheat.solvers.tank_layers import (
    CONDUCTION,
    LAYER,
    TOTAL,
    conduct,
    consolidate,
    lose,
    mix,
)
from hashheat.thermo.jit import kernel, parallel_kernel

# Sub-steps of the flow: what enters unstably mixes after each. Their number is constant as long as none moves more
# than the share of the column below, so that what leaves answers without jumps to the flow.
_LEAST_STEPS = 4
_MOST_MOVED = 0.25


@kernel
def capacity(layers, ports):
    """Room [layers] that arrays of one column need while it is stepped."""
    return 4 * layers + ports * (layers + 8) + 16


@kernel
def flow(volume, T, n, column, position, net, T_in, dt, taken_volume, taken_heat, work_volume, work_T):
    """Flow through the ports over a sub-step, in place; number of layers after it, not yet joined or mixed.

    Parameters
    ----------
    volume, T : (room,) arrays
        [m^3], [K]
    n : int
        Layers in use.
    column : (6,) array
        As in :func:`step_column`.
    position : (ports,) array
        Volume below each port [m^3], rising, from 0 to the whole.
    net : (ports,) array
        Flow upwards just above each port [m^3/s]; 0 above the last.
    T_in : (ports,) array
        Of what flows in [K].
    dt : float
        So short that no water passes two ports [s].
    taken_volume, taken_heat : (ports,) arrays
        What has left through each port so far [m^3], [m^3 K]; added to.
    work_volume, work_T : (room,) arrays
        For use within.
    """
    m = 0
    at = 0  # layer that is being cut up, and what is left of it
    left = volume[0]
    for j in range(position.size):
        below = net[j - 1] * dt if j > 0 else 0.0
        above = net[j] * dt
        inflow = above - below
        arriving = max(below, 0.0) + max(-above, 0.0)
        leaving = max(above, 0.0) + max(-below, 0.0)
        # Two jobs at each port: what reaches it, and what lies still between it and the next.
        for job in range(2):
            kept, added = 1.0, 0.0
            if job == 0:
                amount = arriving
                if arriving <= 0.0:
                    if inflow > 0.0:
                        pieces = max(1, math.ceil(inflow / column[LAYER] - 1e-9))
                        odd = (
                            0 if j == 0 else pieces - 1
                        )  # at the side of the port, where the next inflow joins
                        for k in range(pieces):
                            whole = column[LAYER]
                            work_volume[m] = inflow - (pieces - 1) * whole if k == odd else whole
                            work_T[m] = T_in[j]
                            m += 1
                    continue
                if inflow >= 0.0:
                    added = inflow / arriving
                else:
                    kept = leaving / arriving
            else:
                if j == position.size - 1:
                    continue
                amount = position[j + 1] - position[j] - abs(above)
            while amount > 0.0 and at < n:
                piece = min(left, amount)
                if kept < 1.0:
                    taken_volume[j] += (1.0 - kept) * piece
                    taken_heat[j] += (1.0 - kept) * piece * T[at]
                if kept + added > 0.0:
                    work_volume[m] = (kept + added) * piece
                    work_T[m] = T[at] + (T_in[j] - T[at]) * (added / (kept + added)) if added > 0.0 else T[at]
                    m += 1
                amount -= piece
                left -= piece
                if left <= 0.0:
                    at += 1
                    left = volume[at] if at < n else 0.0
    while at < n:  # rounding of the volumes
        work_volume[m] = left
        work_T[m] = T[at]
        m += 1
        at += 1
        left = volume[at] if at < n else 0.0
    volume[:m] = work_volume[:m]
    T[:m] = work_T[:m]
    return m


@kernel
def step_column(
    volume, T, n, column, position, inflow, T_in, T_ambient, T_ground, dt, taken_volume, taken_heat
):
    """Advance one column by a step, in place.

    Parameters
    ----------
    volume, T : (room,) arrays
        Volume [m^3] and temperature [K] of each layer from below; room as :func:`capacity` says.
    n : int
        Layers in use.
    column : (6,) array
        At the places ``TOTAL, LAYER, CONDUCTION, SIDE, TOP, BOTTOM``: volume of the column and largest volume of a
        layer [m^3]; conductivity over volumetric heat capacity times the cross-section squared [m^6/s]; rate of
        the loss through the sides [1/s]; conductance of top and bottom over volumetric heat capacity [m^3/s].
    position : (ports,) array
        Volume below each port [m^3], rising, the first 0, the last the volume of the column.
    inflow, T_in : (ports,) arrays
        Flow into the column [m^3/s], negative out of it, and its temperature [K]. The last flow closes the balance
        and is not read.
    T_ambient, T_ground : float
        Around sides and top, and below the bottom [K].
    dt : float
        [s]
    taken_volume, taken_heat : (ports,) arrays
        Set to what has left through each port [m^3] and the heat in it [m^3 K].

    Returns
    -------
    int
        Layers in use after the step.
    float
        Heat lost to the surroundings [m^3 K].
    """
    ports = position.size
    taken_volume[:] = 0.0
    taken_heat[:] = 0.0
    net = np.zeros(ports)
    most = 0.0
    up = 0.0
    for j in range(ports - 1):
        up += inflow[j]
        net[j] = up
        most = max(most, abs(up) / min(position[j + 1] - position[j], _MOST_MOVED * column[TOTAL]))
    lost = _rest(volume, T, n, column, T_ambient, T_ground, 0.5 * dt)
    if most > 0.0:
        steps = max(_LEAST_STEPS, math.ceil(most * dt * (1.0 - 1e-12)))
        work_volume = np.empty(volume.size)
        work_T = np.empty(volume.size)
        for _ in range(steps):
            n = flow(
                volume,
                T,
                n,
                column,
                position,
                net,
                T_in,
                dt / steps,
                taken_volume,
                taken_heat,
                work_volume,
                work_T,
            )
            n = consolidate(volume, T, n, column[LAYER])
            mix(volume, T, n)
    lost += _rest(volume, T, n, column, T_ambient, T_ground, 0.5 * dt)
    return n, lost


@kernel
def _rest(volume, T, n, column, T_ambient, T_ground, dt):
    """Loss, conduction and mixing of a column at rest; the heat lost [m^3 K]."""
    lost = lose(volume, T, n, column, T_ambient, T_ground, 0.5 * dt)
    conduct(volume, T, n, column[CONDUCTION], dt)
    lost += lose(volume, T, n, column, T_ambient, T_ground, 0.5 * dt)
    mix(volume, T, n)
    return lost


@parallel_kernel
def step_columns(
    volume, T, n, column, position, inflow, T_in, T_ambient, T_ground, dt, taken_volume, taken_heat, lost
):
    """Advance many columns by a step, in place: :func:`step_column` with a leading axis of cases on all but dt.

    Parameters
    ----------
    volume, T : (cases, room) arrays
    n : (cases,) array of int
        Layers in use; changed.
    column : (cases, 6) array
    position, inflow, T_in : (cases, ports) arrays
    T_ambient, T_ground : (cases,) arrays
    dt : float
    taken_volume, taken_heat : (cases, ports) arrays
        Set.
    lost : (cases,) array
        Set to the heat lost [m^3 K].
    """
    for c in numba.prange(n.size):
        used, heat = step_column(
            volume[c], T[c], n[c], column[c], position[c], inflow[c], T_in[c], T_ambient[c], T_ground[c], dt,
            taken_volume[c], taken_heat[c],
        )  # fmt: skip
        n[c] = used
        lost[c] = heat
