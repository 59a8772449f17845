"""A channel as one upwind element on Gauss-Legendre nodes.

Along its way a channel obeys ``m dh/dx = q``. Its temperature is the polynomial through s nodes, and the inlet
is imposed by an upwind flux: the discontinuous Galerkin method (Lasaint and Raviart 1974). At each end of a
channel the heat balance closes exactly with the quadrature of q at the nodes. What enters is carried to the end
with the (s - 1, s) Pade approximant of the exponential (as in Radau IIA: Hairer and Wanner, Solving Ordinary
Differential Equations II, section IV.5), so the outlet is of order 2 s - 1, and nothing passes at an infinite
number of transfer units: a fluid that hardly flows leaves at the temperature of the other, and a front too
sharp for the nodes dies out. Collocation at the same nodes (Gauss's method) has one order more, but the modulus
of its approximant is 1 there: fronts ring for ever, and at vanishing flow the outlet follows the inlet,
whatever the nodes, without any two of them disagreeing.

The nodes are symmetric about the middle, so channels that run against each other meet node by node.
"""

from functools import cache
from typing import NamedTuple

import numpy as np


class Element(NamedTuple):
    """Operators of one channel of unit length.

    Parameters
    ----------
    x, b : (s,) float array
        Nodes and quadrature weights.
    slope : (s, s) float array
        ``slope @ (h - h_in)`` is dh/dx at the nodes, the inlet included.
    to_end : (s,) float array
        Weights that carry node values to the outlet; what they lack to 1 is the weight of the inlet.
    highest : (s,) float array
        Takes node values to the coefficient of their highest Legendre polynomial.
    """

    x: np.ndarray
    b: np.ndarray
    slope: np.ndarray
    to_end: np.ndarray
    highest: np.ndarray


def _highest(x: np.ndarray) -> np.ndarray:
    t = 2.0 * x - 1.0
    return np.ascontiguousarray(np.linalg.inv(np.polynomial.legendre.legvander(t, x.size - 1))[-1])


@cache
def upwind_element(nodes: int) -> Element:
    """Upwind element with s nodes.

    Parameters
    ----------
    nodes : int
        s, 2 to about 40.

    Returns
    -------
    Element
        ``to_end`` sums to 1: the inlet acts through the upwind flux only.
    """
    t, w = np.polynomial.legendre.leggauss(nodes)
    x, b = 0.5 * (t + 1.0), 0.5 * w
    to_values = np.linalg.inv(np.polynomial.legendre.legvander(t, nodes - 1))
    slopes = np.stack(
        [
            2.0 * np.polynomial.legendre.legval(t, np.polynomial.legendre.legder(unit))
            for unit in np.eye(nodes)
        ],
        axis=1,
    )
    at_start = np.polynomial.legendre.legvander(np.array([-1.0]), nodes - 1)[0] @ to_values
    at_end = np.polynomial.legendre.legvander(np.array([1.0]), nodes - 1)[0] @ to_values
    slope = slopes @ to_values + np.outer(at_start / b, at_start)
    return Element(x, b, np.ascontiguousarray(slope), at_end, _highest(x))
