"""Convection and diffusion along one axis, for any field of the staggered grid.

The face ``c`` lies between the nodes ``c - step`` and ``c``. Where diffusion rules (cell Péclet number below 2)
convected face values are central: linear for heat, which keeps it bounded; for velocities the mean of the
parabolas from both sides, of fourth order on even spacing, which takes away part of the error of the linear ones
and brings no odd power of the spacing. Beyond, they turn to quadratic upstream interpolation (QUICK on any
spacing) whose slope is reduced where neighbouring slopes differ, by the smooth function of van Albada with a
threshold that falls as the third power of the spacing: without it, smooth extrema are cut to first order
(Venkatakrishnan). That part is of third order where smooth, and bounded at steps up to the threshold.

References
----------
B. Leonard, Comput. Methods Appl. Mech. Eng. 19 (1979) 59; G. van Albada, B. van Leer, W. Roberts, Astron.
Astrophys. 108 (1982) 76; V. Venkatakrishnan, J. Comput. Phys. 118 (1995) 120.
"""

from typing import NamedTuple

import numpy as np

from hashheat.thermo.jit import kernel

# Neighbouring slopes count as smooth while they differ by less than (this times spacing over length) to 3/2.
_THRESHOLD = 1.0


class Interpolation(NamedTuple):
    """Weights of upstream interpolation at the faces of one axis; index f is the face between nodes f - 1, f.

    Parameters
    ----------
    up, down : (n, 5) float array
        For flow towards rising and falling index: factor of the slope across the face, factor of the slope
        upstream, ratio that carries the upstream difference to the spacing of the face, 1 where there is an
        upstream node and 0 where not; factor of linear interpolation.
    threshold : (n,) float array
        Square of the slope difference that counts as smooth, over the square of the field's range [-].
    first, last : int
        First and last face.
    """

    up: np.ndarray
    down: np.ndarray
    threshold: np.ndarray
    first: int
    last: int


def interpolation(nodes: np.ndarray, faces: np.ndarray, first: int) -> Interpolation:
    """Weights for nodes at ``nodes`` [m] and the face at ``faces[f]`` between nodes f - 1 and f, f >= first.

    Parameters
    ----------
    nodes, faces : (n,) float array
        Positions [m]; entries below ``first - 1`` and ``first`` are not used.
    first : int

    Returns
    -------
    Interpolation
    """
    n = len(nodes)
    up, down = np.zeros((n, 5)), np.zeros((n, 5))
    threshold = np.ones(n)
    length = nodes[-1] - nodes[first - 1]
    for f in range(first, n):
        across = nodes[f] - nodes[f - 1]
        t = faces[f] - nodes[f - 1]
        up[f] = _weights(t, across, nodes[f - 1] - nodes[f - 2] if f > first else 0.0)
        down[f] = _weights(across - t, across, nodes[f + 1] - nodes[f] if f + 1 < n else 0.0)
        threshold[f] = (_THRESHOLD * across / length) ** 3
    return Interpolation(up, down, threshold, first, n - 1)


def _weights(t: float, across: float, behind: float) -> tuple[float, float, float, float, float]:
    linear = t / across
    # On a surface the value there is the one that is carried.
    if behind == 0.0 or t == across:
        return linear, 0.0, 0.0, 0.0, linear
    both = across + behind
    return linear * (behind + t) / both, t * (across - t) / (both * across), across / behind, 1.0, linear


@kernel
def _calm(m: float, g: float) -> float:
    """Share of central interpolation: all where conduction rules (cell Péclet number below 2), less beyond."""
    m = abs(m)
    return 2.0 * g / m if m > 2.0 * g else 1.0


@kernel
def _upstream(b: float, a: float, w: np.ndarray, f: int, small: float, calm: float) -> float:
    """Step from the upstream node to the face, from the difference across it (b) and the one behind (a)."""
    a = a * w[f, 2] * w[f, 3] + (1.0 - w[f, 3]) * b
    smooth = max(0.0, (2.0 * a * b + small) / (a * a + b * b + small))
    return calm * w[f, 4] * b + (1.0 - calm) * smooth * (w[f, 0] * b + w[f, 1] * a)


@kernel
def _bend(b: float, a: float, w: np.ndarray, f: int) -> float:
    """What the parabola through the node behind adds to linear interpolation; nothing where there is none."""
    return (w[f, 0] - w[f, 4]) * b + w[f, 1] * a * w[f, 2] * w[f, 3]


@kernel
def add_transport(
    net: np.ndarray,
    carried: np.ndarray,
    spread: np.ndarray,
    flow: np.ndarray,
    conductance: np.ndarray,
    scratch: np.ndarray,
    weights: Interpolation,
    scale: float,
    weight: float,
    bent: float,
    axis: int,
    step: int,
    strides: tuple[int, int],
    box: tuple[int, int, int, int, int, int],
) -> None:
    """Add the net outflow from each node along one axis, less what the flow's own imbalance carries.

    Parameters
    ----------
    net : (total,) float array
        Net outflow of the nodes, added to.
    carried, spread : (total,) float array
        What the flow carries and what diffuses (enthalpy and temperature, or a velocity twice).
    flow : (total,) float array
        Mass flow through the low faces.
    conductance : (total,) float array
        Diffusive conductance of the low faces.
    scratch : (total,) float array
        Working space.
    weights : Interpolation
        Of this axis.
    scale : float
        Range of the carried field, for the threshold.
    weight : float
        What is carried per unit of what spreads: 1, or a heat capacity.
    bent : float
        Share of the two nodes further off in central interpolation: 0 is linear, 1 of fourth order.
    axis, step : int
        Axis and its stride.
    strides : tuple of 2 ints
        Strides of y and z.
    box : tuple of 6 ints
        First and one past the last node along z, y and x, in padded numbering.
    """
    sy, sz = strides
    k0, k1, j0, j1, i0, i1 = box
    up, down, threshold = weights.up, weights.down, weights.threshold
    range2 = scale * scale
    dk, dj, di = int(axis == 2), int(axis == 1), int(axis == 0)
    for k in range(k0, k1 + dk):
        for j in range(j0, j1 + dj):
            row = k * sz + j * sy
            f = k if axis == 2 else j
            if axis == 0:
                for i in range(i0, i1 + di):
                    c = row + i
                    m = flow[c]
                    calm = _calm(m * weight, conductance[c])
                    b = carried[c] - carried[c - 1]
                    back = carried[c - 1] - carried[c - 2]
                    ahead = carried[c] - carried[min(c + 1, carried.size - 1)]
                    if m >= 0.0:
                        value = carried[c - 1] + _upstream(b, back, up, i, threshold[i] * range2, calm)
                    else:
                        value = carried[c] + _upstream(-b, ahead, down, i, threshold[i] * range2, calm)
                    value += 0.5 * bent * calm * (_bend(b, back, up, i) + _bend(-b, ahead, down, i))
                    scratch[c] = m * value - conductance[c] * (spread[c] - spread[c - 1])
            else:
                behind = 2 * step if up[f, 3] > 0.0 else step
                before = step if down[f, 3] > 0.0 else 0
                small = threshold[f] * range2
                for i in range(i0, i1):
                    c = row + i
                    m = flow[c]
                    calm = _calm(m * weight, conductance[c])
                    b = carried[c] - carried[c - step]
                    back = carried[c - step] - carried[c - behind]
                    ahead = carried[c] - carried[c + before]
                    if m >= 0.0:
                        value = carried[c - step] + _upstream(b, back, up, f, small, calm)
                    else:
                        value = carried[c] + _upstream(-b, ahead, down, f, small, calm)
                    value += 0.5 * bent * calm * (_bend(b, back, up, f) + _bend(-b, ahead, down, f))
                    scratch[c] = m * value - conductance[c] * (spread[c] - spread[c - step])
    for k in range(k0, k1):
        for j in range(j0, j1):
            row = k * sz + j * sy
            for c in range(row + i0, row + i1):
                out, into = flow[c + step], flow[c]
                net[c] += scratch[c + step] - scratch[c] - (out - into) * carried[c]
