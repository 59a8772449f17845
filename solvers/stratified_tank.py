"""A stratified column of liquid in time: layers that move with the water, so that a thermocline stays sharp.

The column is cut into horizontal layers, from the bottom up, each with its volume and one temperature. What enters
through a port becomes a new layer at the height of the port, what leaves is cut out there, and all else moves as
plugs: no temperature is interpolated, so the flow itself smears nothing. Layers that together are no larger than
the resolution ``layer`` become one; this, at the ports only, is all the numerical mixing there is.

::

    T, v  | v_n  | <- top port         half a step of loss and conduction
          | ...  | <- port at a height the flow, in sub-steps
          | v_1  | <- bottom port      half a step of loss and conduction     (Strang, second order in time)

Loss is exact over a step for each layer; conduction between neighbours is Crank-Nicolson in sub-steps short enough
for it to make no new extremes, or backward Euler where a thin layer would ask for very many; layers that lie
unstably (warmer below) are mixed until none does. That end state is unique: it is the isotonic regression of the
temperatures, weighted with the volumes, found in one pass (pool adjacent violators).

All is counted in volumes: the heat of a layer is ``v T`` [m^3 K], and conductances are divided by the volumetric
heat capacity. Density and heat capacity are constant. Density must fall with temperature (water above 4 degC).

References
----------
R. Barlow, D. Bartholomew, J. Bremner, H. Brunk, Statistical Inference under Order Restrictions, 1972, chapter 1
(pool adjacent violators). G. Strang, SIAM J. Numer. Anal. 5 (1968) 506 (splitting).
"""

import math

import numba
import numpy as np

from hashheat.thermo.jit import kernel, parallel_kernel

#: Places of the numbers of a column in the array that kernels take.
TOTAL, LAYER, CONDUCTION, SIDE, TOP, BOTTOM = range(6)

# A sub-step of the flow moves at most this share of the column: unstable inflow mixes at least that often.
_MOST_MOVED = 0.125
# More sub-steps of conduction than these are not taken: backward Euler keeps it free of new extremes instead.
_MOST_CONDUCTION = 16
# A layer thinner than this share of the resolution joins its neighbour whatever its temperature.
_DUST = 1e-6

_INFLOW, _OLD = 0, 1


@kernel
def capacity(layers, ports):
    """Room [layers] that arrays of one column need while it is stepped."""
    return 4 * layers + ports * (layers + 8) + 16


@kernel
def mix(volume, T, n):
    """Mix layers 0 to n - 1 (from below) in place until none lies over a warmer one; heat is conserved.

    Parameters
    ----------
    volume, T : (layers,) arrays
        [m^3], [K]
    n : int
        Layers in use.
    """
    block_volume = np.empty(n)
    block_heat = np.empty(n)
    first = np.empty(n + 1, np.int64)
    blocks = 0
    for i in range(n):
        first[blocks] = i
        block_volume[blocks] = volume[i]
        block_heat[blocks] = volume[i] * T[i]
        T_block = T[i]
        blocks += 1
        while blocks > 1:
            below = blocks - 2
            single = first[below] + 1 == first[blocks - 1]
            T_below = T[first[below]] if single else block_heat[below] / block_volume[below]
            if T_below <= T_block:
                break
            block_volume[below] += block_volume[blocks - 1]
            block_heat[below] += block_heat[blocks - 1]
            T_block = block_heat[below] / block_volume[below]
            blocks -= 1
    first[blocks] = n
    for b in range(blocks):
        if first[b + 1] - first[b] > 1:
            T_block = block_heat[b] / block_volume[b]
            for i in range(first[b], first[b + 1]):
                T[i] = T_block


@kernel
def consolidate(volume, T, n, layer):
    """Join neighbours that together are no larger than a layer, in place; number of layers left."""
    m = 0
    for i in range(n):
        v = volume[i]
        if v <= 0.0:
            continue
        if m > 0:
            below = volume[m - 1]
            if below + v <= layer * (1.0 + 1e-9) or min(below, v) < _DUST * layer:
                T[m - 1] += (T[i] - T[m - 1]) * (v / (below + v))
                volume[m - 1] = below + v
                continue
        volume[m] = v
        T[m] = T[i]
        m += 1
    return m


@kernel
def conduct(volume, T, n, conduction, dt):
    """Conduction between layers over a time, in place; none to the outside.

    Parameters
    ----------
    volume, T : (layers,) arrays
        [m^3], [K]
    n : int
        Layers in use.
    conduction : float
        Conductivity over volumetric heat capacity times the square of the cross-section [m^6/s].
    dt : float
        [s]
    """
    if n < 2 or conduction <= 0.0 or dt <= 0.0:
        return
    g = np.empty(n)  # between a layer and the next above [m^3/s]
    fastest = 0.0
    before = 0.0
    for i in range(n):
        g[i] = 2.0 * conduction / (volume[i] + volume[i + 1]) if i < n - 1 else 0.0
        fastest = max(fastest, (before + g[i]) / volume[i])
        before = g[i]
    steps = max(1, min(_MOST_CONDUCTION, math.ceil(0.5 * fastest * dt)))
    h = dt / steps
    share = 0.5 if 0.5 * fastest * h <= 1.0 else 1.0  # of the end of the step in the mean flux
    upper = np.empty(n)
    rise = np.empty(n)
    for _ in range(steps):
        # For the change in a step, not for the temperatures: rounding is then relative to the change.
        flux_below = 0.0
        g_below = 0.0
        for i in range(n):
            flux = g[i] * (T[i + 1] - T[i]) if i < n - 1 else 0.0
            a = share * h * g_below
            pivot = volume[i] + a + share * h * g[i]
            right = h * (flux - flux_below)
            if i > 0:
                pivot -= a * upper[i - 1]
                right += a * rise[i - 1]
            upper[i] = share * h * g[i] / pivot
            rise[i] = right / pivot
            flux_below = flux
            g_below = g[i]
        change = 0.0
        for k in range(n):
            i = n - 1 - k
            change = rise[i] + upper[i] * change
            T[i] += change


@kernel
def lose(volume, T, n, column, T_ambient, T_ground, dt):
    """Loss of heat to the surroundings over a time, in place, exact for each layer.

    What goes through an end of the column comes from the water within one ``layer`` of that end, in proportion to
    its volume: a thin layer that has just flowed in would otherwise feed the whole loss by itself.

    Parameters
    ----------
    volume, T : (layers,) arrays
        [m^3], [K]
    n : int
        Layers in use.
    column : (6,) array
        As in :func:`step_column`.
    T_ambient, T_ground : float
        Around sides and top, and below the bottom [K].
    dt : float
        [s]

    Returns
    -------
    float
        Heat lost over the volumetric heat capacity [m^3 K].
    """
    lost = 0.0
    reach = min(column[LAYER], column[TOTAL])
    side = -math.expm1(-column[SIDE] * dt)
    bottom_left = reach
    top_start = 0.0
    for i in range(n):
        top_start += volume[i]
    top_start -= reach
    below = 0.0
    for i in range(n):
        v = volume[i]
        low = min(bottom_left, v)
        bottom_left -= low
        high = min(v, max(0.0, below + v - top_start))
        below += v
        if low > 0.0 or high > 0.0:
            k_ambient = column[SIDE] + column[TOP] * high / (reach * v)
            k_ground = column[BOTTOM] * low / (reach * v)
            k = k_ambient + k_ground
            T_rest = T_ambient + (T_ground - T_ambient) * (k_ground / k) if k > 0.0 else T_ambient
            change = -math.expm1(-k * dt) * (T_rest - T[i])
        else:
            change = side * (T_ambient - T[i])
        T[i] += change
        lost -= v * change
    return lost


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
        steps = max(1, math.ceil(most * dt * (1.0 - 1e-12)))
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


@kernel
def on_uniform_layers(volume, T, n, count):
    """Mean temperatures [K] of ``count`` equal layers of the column, from below; heat is conserved."""
    total = 0.0
    for i in range(n):
        total += volume[i]
    size = total / count
    mean = np.empty(count)
    at = 0
    left = volume[0]
    for k in range(count):
        need = size
        base = T[at]
        above = 0.0  # heat over that of the first piece: a uniform stretch keeps its temperature to the last digit
        while True:
            piece = min(left, need)
            above += piece * (T[at] - base)
            need -= piece
            left -= piece
            if left <= 0.0 and at < n - 1:
                at += 1
                left = volume[at]
            elif left <= 0.0:
                break
            if need <= 0.0:
                break
        mean[k] = base + above / size
    return mean
