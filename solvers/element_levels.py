"""The upwind element in several node counts, for a solver that judges its own error."""

from functools import cache
from typing import NamedTuple

import numpy as np

from hashheat.solvers.upwind_element import upwind_element

#: Node counts a solver steps through until two of them agree.
NODE_COUNTS = (4, 6, 8, 12, 16, 24, 32, 48, 64)


class Levels(NamedTuple):
    """Elements of rising node count, padded to the largest.

    Parameters
    ----------
    size : (L,) int array
        Node counts s.
    x, b : (L, s_max) float array
        Nodes and quadrature weights on (0, 1).
    slope : (L, s_max, s_max) float array
        ``slope @ (h - h_in)`` is dh/dx at the nodes.
    lift : (L, s_max, s_max) float array
        Takes node values of one level to the nodes of the next.
    """

    size: np.ndarray
    x: np.ndarray
    b: np.ndarray
    slope: np.ndarray
    lift: np.ndarray


@cache
def element_levels(counts: tuple[int, ...] = NODE_COUNTS) -> Levels:
    """Elements of several node counts.

    Parameters
    ----------
    counts : tuple of int
        Rising node counts, each 2 or more.

    Returns
    -------
    Levels
    """
    largest = max(counts)
    x, b = np.zeros((len(counts), largest)), np.zeros((len(counts), largest))
    slope = np.zeros((len(counts), largest, largest))
    lift = np.zeros_like(slope)
    for level, s in enumerate(counts):
        element = upwind_element(s)
        x[level, :s], b[level, :s], slope[level, :s, :s] = element.x, element.b, element.slope
        if level + 1 < len(counts):
            finer = upwind_element(counts[level + 1]).x
            from_values = np.linalg.inv(np.polynomial.legendre.legvander(2.0 * element.x - 1.0, s - 1))
            lift[level, : finer.size, :s] = (
                np.polynomial.legendre.legvander(2.0 * finer - 1.0, s - 1) @ from_values
            )
    return Levels(np.array(counts), x, b, slope, lift)
