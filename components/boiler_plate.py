"""A plate on a chip that boils from its face: how the heat spreads in it, and where it boils hardest.

The plate is a disc of the area of the real one, its chip a disc in the middle; it is thin, so that its
temperature varies with the radius only, and boils by the law ``flux = A superheat^power``. The equation of such a
plate, (1/r) d/dr(k t r dT/dr) = flux(T) - source(r), is solved in rings by Newton's method.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_banded

from hashheat.components.two_phase_tank_errors import TwoPhaseTankError

_RINGS = 96
_STEPS = 100
_TOLERANCE = 1e-13


class PlateSpread(NamedTuple):
    """How a boiler plate carries its chip's heat.

    Attributes
    ----------
    superheat : float
        Of its centre, at the boiling face [K].
    flux : float
        Largest heat flux, in the centre [W/m^2].
    mean_flux : float
        Over its face [W/m^2].
    """

    superheat: float
    flux: float
    mean_flux: float


def spread(
    power: float, source_area: float, area: float, conductance: float, coefficient: float, exponent: float
) -> PlateSpread:
    """Superheat and flux of a boiler plate.

    Parameters
    ----------
    power : float
        Of the chip [W], >= 0.
    source_area, area : float
        Of the chip and of the plate [m^2], area >= source_area.
    conductance : float
        Conductivity times thickness [W/K].
    coefficient, exponent : float
        A and p in ``flux = A superheat^p`` [W/m^2 at 1 K], [-]; p >= 1.

    Returns
    -------
    PlateSpread

    Raises
    ------
    TwoPhaseTankError
        If the iteration does not settle.

    Notes
    -----
    The whole face boils; where the edge of a large plate is too cool for bubbles it gives off less than here.
    Second order in the width of a ring. What the thickness itself resists is not in it.
    """
    mean = power / area
    if power <= 0.0:
        return PlateSpread(0.0, 0.0, 0.0)
    if area <= source_area * (1.0 + 1e-12):
        return PlateSpread((mean / coefficient) ** (1.0 / exponent), mean, mean)
    a, b = math.sqrt(source_area / math.pi), math.sqrt(area / math.pi)
    inner = max(8, min(_RINGS - 8, round(_RINGS * a / b)))
    edges = np.concatenate([np.linspace(0.0, a, inner + 1), np.linspace(a, b, _RINGS - inner + 1)[1:]])
    middle = 0.5 * (edges[1:] + edges[:-1])
    areas = math.pi * np.diff(edges**2)
    source = np.where(middle < a, power / source_area, 0.0) * areas
    # Between two rings of different width the conductance is that of both halves in series.
    links = 2.0 * math.pi * edges[1:-1] * conductance / np.diff(middle)
    T = np.full(_RINGS, (mean / coefficient) ** (1.0 / exponent))
    matrix = np.zeros((3, _RINGS))
    for _ in range(_STEPS):
        flux = coefficient * T**exponent * areas
        flow = links * np.diff(T)
        out = flux - source
        out[:-1] -= flow
        out[1:] += flow
        matrix[1] = exponent * flux / T
        matrix[1, :-1] += links
        matrix[1, 1:] += links
        matrix[0, 1:] = matrix[2, :-1] = -links
        step = solve_banded((1, 1), matrix, out)
        # A superheat stays above zero: a step may take it down to a fifth at most.
        T = np.maximum(T - step, 0.2 * T)
        if np.abs(step).max() <= _TOLERANCE * T.max():
            break
    else:
        raise TwoPhaseTankError(f"the heat of {power:g} W in a boiler plate did not settle")
    # Value on the axis of the parabola through the two inner rings, flat on the axis.
    centre = float(T[0] + (T[0] - T[1]) * middle[0] ** 2 / (middle[1] ** 2 - middle[0] ** 2))
    return PlateSpread(centre, coefficient * centre**exponent, mean)
