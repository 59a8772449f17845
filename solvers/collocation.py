"""Gauss-Legendre collocation along a channel, in several node counts for a solver that judges its own error.

A channel is one element; its temperature is the polynomial through the inlet and s nodes that satisfies the
balance at the nodes (the Gauss method of Kuntzmann and Butcher; Hairer, Norsett and Wanner, Solving Ordinary
Differential Equations I, section II.7). The outlet is of order 2 s.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

#: Node counts a solver steps through until two of them agree.
NODE_COUNTS = (4, 6, 8, 12, 16, 24, 32, 48, 64)


class Collocation(NamedTuple):
    """Gauss-Legendre collocation on the unit interval.

    Parameters
    ----------
    x, b : (s,) float array
        Nodes and quadrature weights.
    inverse : (s, s) float array
        Inverse of the matrix that integrates the collocation polynomial from 0 to each node.
    """

    x: np.ndarray
    b: np.ndarray
    inverse: np.ndarray


class Levels(NamedTuple):
    """Collocations of rising node count, padded to the largest.

    Parameters
    ----------
    size : (L,) int array
        Node counts s.
    x, b : (L, s_max) float array
    inverse : (L, s_max, s_max) float array
    lift : (L, s_max, s_max) float array
        Takes node values of one level to the nodes of the next.
    """

    size: np.ndarray
    x: np.ndarray
    b: np.ndarray
    inverse: np.ndarray
    lift: np.ndarray


def gauss_collocation(nodes: int) -> Collocation:
    """Collocation with s Gauss-Legendre nodes on (0, 1).

    Parameters
    ----------
    nodes : int
        s, 1 to about 40.

    Returns
    -------
    Collocation
    """
    t, w = np.polynomial.legendre.leggauss(nodes)
    x, b = 0.5 * (t + 1.0), 0.5 * w
    legendre = np.polynomial.legendre.legvander(t, nodes)
    # Integral of P_k from -1 to t is (P_{k+1} - P_{k-1}) / (2 k + 1).
    integral = np.empty((nodes, nodes))
    integral[:, 0] = t + 1.0
    for k in range(1, nodes):
        integral[:, k] = (legendre[:, k + 1] - legendre[:, k - 1]) / (2 * k + 1)
    A = 0.5 * integral @ np.linalg.inv(legendre[:, :nodes])
    return Collocation(x, b, np.ascontiguousarray(np.linalg.inv(A)))


@cache
def collocation_levels(counts: tuple[int, ...] = NODE_COUNTS) -> Levels:
    """Collocations of several node counts.

    Parameters
    ----------
    counts : tuple of int
        Rising node counts.

    Returns
    -------
    Levels
    """
    largest = max(counts)
    x, b = np.zeros((len(counts), largest)), np.zeros((len(counts), largest))
    inverse = np.zeros((len(counts), largest, largest))
    lift = np.zeros_like(inverse)
    for level, s in enumerate(counts):
        rule = gauss_collocation(s)
        x[level, :s], b[level, :s], inverse[level, :s, :s] = rule
        if level + 1 < len(counts):
            finer = gauss_collocation(counts[level + 1]).x
            from_values = np.linalg.inv(np.polynomial.legendre.legvander(2.0 * rule.x - 1.0, s - 1))
            lift[level, : finer.size, :s] = (
                np.polynomial.legendre.legvander(2.0 * finer - 1.0, s - 1) @ from_values
            )
    return Levels(np.array(counts), x, b, inverse, lift)
