"""Head curve of a pump as EPANET makes it from one point or three."""

import math
from typing import NamedTuple

from hashheat.components.epanet_lines import Line


class HeadCurve(NamedTuple):
    """Head ``shutoff - factor V**exponent`` [m] at volume flow V [m^3/s].

    Parameters
    ----------
    shutoff : float
        Head without flow [m].
    factor : float
        [m / (m^3/s)^exponent]
    exponent : float
        [-]
    """

    shutoff: float
    factor: float
    exponent: float

    @property
    def largest_flow(self) -> float:
        """Flow at which the head is gone [m^3/s]."""
        return (self.shutoff / self.factor) ** (1.0 / self.exponent)


def head_curve(line: Line, points: list[tuple[float, float]], flow: float, metre: float) -> HeadCurve:
    """Curve of a pump.

    Parameters
    ----------
    line : Line
        Of the pump, for messages.
    points : list of (float, float)
        Flow and head, in the units of the file.
    flow, metre : float
        Those units [m^3/s], [m].

    Raises
    ------
    InputError
        For another number of points, or points that give no curve.

    Notes
    -----
    EPANET 2.2 User Manual, section 3.1: a single point (V, H) stands for a shutoff head of 4/3 H, and no head
    at 2 V; three points, the first at no flow, for ``A - B V^C`` through them, with C up to 20.
    """
    accepted = "a curve of one point, or of three with the first at flow 0"
    if len(points) == 1:
        q, h = points[0]
        if not (q > 0.0 and h > 0.0):
            line.refuse("the point of a pump curve must be positive", points[0], accepted)
        points = [(0.0, 4.0 / 3.0 * h), (q, h), (2.0 * q, 0.0)]
    if len(points) != 3 or points[0][0] != 0.0:
        line.refuse("a pump curve of other points is not supported", points, accepted)
    (_, h0), (q1, h1), (q2, h2) = points
    if not (h0 > h1 > h2 >= 0.0 and 0.0 < q1 < q2):
        line.refuse("the head of a pump must fall as its flow grows", points, accepted)
    drops = (h0 - h1) / h0, (h0 - h2) / h0
    exponent = math.log(drops[1] / drops[0]) / math.log(q2 / q1)
    # In steps that cannot leave the range of a float: both powers taken of ratios.
    factor = h0 * metre * drops[0] * math.exp(min(690.0, -exponent * math.log(q1 * flow)))
    if not (0.0 < exponent <= 20.0 and 0.0 < factor < 1e290):
        line.refuse("no power curve goes through the points of the pump", points, accepted)
    return HeadCurve(h0 * metre, factor, exponent)
