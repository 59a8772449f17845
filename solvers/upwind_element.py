"""A channel as one upwind element on Gauss-Legendre nodes, for fronts that move.

The steady solver's collocation (:mod:`hashheat.solvers.collocation`) carries what enters a channel to its end
with the (s, s) Pade approximant of the exponential, whose modulus is 1 for every frequency: a front too sharp
for the nodes rings for ever, and at vanishing flow the outlet follows the inlet. Here the temperature is the
polynomial through the s nodes alone, and the inlet is imposed by an upwind flux: the discontinuous Galerkin
method. It has the (s - 1, s) approximant, which lets nothing pass at infinite frequency; the outlet is of order
2 s - 1 (Lasaint and Raviart 1974; Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.5,
on Radau IIA, which has the same approximant). Both use the same nodes, symmetric about the middle, so channels
that run against each other meet node by node.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from hashheat.solvers.collocation import gauss_collocation


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
    rule = gauss_collocation(nodes)
    t = 2.0 * rule.x - 1.0
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
    slope = slopes @ to_values + np.outer(at_start / rule.b, at_start)
    return Element(rule.x, rule.b, np.ascontiguousarray(slope), at_end, _highest(rule.x))


@cache
def collocation_element(nodes: int) -> Element:
    """Build the same operators for the steady solver's collocation, in which a steady state is exactly its own.

    Parameters
    ----------
    nodes : int
        s, 2 to about 40.

    Returns
    -------
    Element
    """
    rule = gauss_collocation(nodes)
    return Element(rule.x, rule.b, rule.inverse, rule.b @ rule.inverse, _highest(rule.x))
