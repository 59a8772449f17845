"""Smooth functions over a box, as Chebyshev polynomials through values at a grid of points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Largest sum over the axes of degree / highest degree of a term, where points of the grid are missing.
_TOTAL = 1.5


@dataclass(frozen=True, eq=False)
class ChebyshevBox:
    """Polynomials in several variables, each over its own range.

    Parameters
    ----------
    low, high : (k,) array
        Ends of the ranges.
    degrees : (terms, k) int array
        Of each term.
    coefficients : (terms, quantities) array
    """

    low: np.ndarray
    high: np.ndarray
    degrees: np.ndarray
    coefficients: np.ndarray

    @classmethod
    def through(
        cls, low: np.ndarray, high: np.ndarray, counts: Sequence[int], points: np.ndarray, values: np.ndarray
    ) -> "ChebyshevBox":
        """Through values at every point of a grid, or by least squares where some are missing.

        Parameters
        ----------
        low, high : (k,) array
            Ends of the ranges.
        counts : sequence of k int
            Points along each axis; degrees go up to one less.
        points : (n, k) array
            Where the values are.
        values : (n, quantities) array

        Returns
        -------
        ChebyshevBox
        """
        grid = np.stack(np.meshgrid(*(np.arange(c) for c in counts), indexing="ij"), axis=-1)
        degrees = grid.reshape(-1, len(counts))
        highest = np.maximum(np.asarray(counts) - 1, 1)
        if len(points) < len(degrees):
            degrees = degrees[(degrees / highest).sum(axis=1) <= _TOTAL + 1e-9]
        box = cls(low, high, degrees, np.zeros((len(degrees), values.shape[1])))
        basis = box.basis(points)
        found = np.linalg.lstsq(basis, values, rcond=1e-9)[0]
        return cls(low, high, degrees, found)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Values at (n, k) points, (n, quantities); beyond an end of a range those at the end."""
        return self.basis(points) @ self.coefficients

    def basis(self, points: np.ndarray) -> np.ndarray:
        """Every term at (n, k) points, (n, terms)."""
        middle, half = 0.5 * (self.high + self.low), 0.5 * (self.high - self.low)
        # A range of no width holds one value.
        x = np.clip((points - middle) / np.where(half > 0.0, half, 1.0), -1.0, 1.0)
        found = np.ones((len(points), len(self.degrees)))
        for axis in range(x.shape[1]):
            powers = np.polynomial.chebyshev.chebvander(x[:, axis], int(self.degrees[:, axis].max()))
            found *= powers[:, self.degrees[:, axis]]
        return found

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Whether each of (n, k) points lies in the box, to rounding."""
        room = 1e-9 * (self.high - self.low) + 1e-12
        return np.all((points >= self.low - room) & (points <= self.high + room), axis=1)


def chebyshev_points(low: float, high: float, count: int) -> np.ndarray:
    """Chebyshev points of the second kind over a range, its ends among them; the middle for a count of 1.

    Parameters
    ----------
    low, high : float
    count : int

    Returns
    -------
    (count,) array
        Rising.
    """
    if count == 1:
        return np.array([0.5 * (low + high)])
    return 0.5 * (low + high) - 0.5 * (high - low) * np.cos(np.pi * np.arange(count) / (count - 1))
