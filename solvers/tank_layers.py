"""Layers of a stratified column at rest: mixing, joining, conduction, loss to the surroundings.

Layers are counted from below, each with its volume [m^3] and one temperature [K]; their heat is ``v T`` [m^3 K],
and conductances are divided by the volumetric heat capacity.

Loss is exact over a step for each layer; conduction between neighbours is Crank-Nicolson in sub-steps short enough
for it to make no new extremes, or backward Euler where a thin layer would ask for very many; layers that lie
unstably (warmer below) are mixed until none does. That end state is unique: it is the isotonic regression of the
temperatures, weighted with the volumes, found in one pass (pool adjacent violators).

References
----------
R. Barlow, D. Bartholomew, J. Bremner, H. Brunk, Statistical Inference under Order Restrictions, 1972, chapter 1
(pool adjacent violators).
"""

import math

import numpy as np

from hashheat.thermo.jit import kernel

#: Places of the numbers of a column in the array that kernels take.
TOTAL, LAYER, CONDUCTION, SIDE, TOP, BOTTOM = range(6)

# More sub-steps of conduction than these are not taken: backward Euler keeps it free of new extremes instead.
_MOST_CONDUCTION = 16
# A layer thinner than this share of the resolution joins its neighbour whatever its temperature.
_DUST = 1e-6


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
        As in :func:`hashheat.solvers.stratified_tank.step_column`.
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
