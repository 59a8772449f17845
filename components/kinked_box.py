"""A smooth function over a box with a fold across it, as where a flow turns from laminar to turbulent."""

from dataclasses import dataclass

import numpy as np

from hashheat.components.chebyshev_box import ChebyshevBox

#: Distances from the fold, in the first variable, between which what is added to the polynomials is linear.
KNOTS = (
    *(-0.12, -0.06, -0.03, -0.015, 0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1),
    *(0.12, 0.15, 0.19, 0.24, 0.3, 0.38, 0.48, 0.6),
)


@dataclass(frozen=True, eq=False)
class KinkedBox:
    """Polynomials, and along a fold of the first variable piecewise linear functions of the distance from it.

    Parameters
    ----------
    smooth : ChebyshevBox
        Polynomials.
    fold : ChebyshevBox
        First variable on the fold, in the others; one quantity.
    coefficients : ((len(KNOTS) - 2) * 2^(k - 1), quantities) array
        Of the functions of the distance, each times every product of the other variables.
    """

    smooth: ChebyshevBox
    fold: ChebyshevBox
    coefficients: np.ndarray

    @property
    def low(self) -> np.ndarray:
        """Lower ends of the box."""
        return self.smooth.low

    @property
    def high(self) -> np.ndarray:
        """Upper ends of the box."""
        return self.smooth.high

    @classmethod
    def through(
        cls, smooth: ChebyshevBox, fold: ChebyshevBox, points: np.ndarray, values: np.ndarray
    ) -> "KinkedBox":
        """Fit by least squares.

        Parameters
        ----------
        smooth : ChebyshevBox
            Its terms are taken, its coefficients are fitted anew.
        fold : ChebyshevBox
        points : (n, k) array
            Where the values are.
        values : (n, quantities) array

        Returns
        -------
        KinkedBox
        """
        box = cls(smooth, fold, np.zeros((0, values.shape[1])))
        basis = np.concatenate([smooth.basis(points), box.near(points)], axis=1)
        # Rows of a little weight on each coefficient: functions that no state is near stay at zero.
        n, terms = len(smooth.degrees), basis.shape[1]
        small = 1e-6 * np.eye(terms)
        rows = np.concatenate([basis, small])
        wanted = np.concatenate([values, np.zeros((terms, values.shape[1]))])
        found = np.linalg.lstsq(rows, wanted, rcond=None)[0]
        return cls(ChebyshevBox(smooth.low, smooth.high, smooth.degrees, found[:n]), fold, found[n:])

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Values at (n, k) points, (n, quantities); beyond an end of a range those at the end."""
        held = np.clip(points, self.low, self.high)
        return self.smooth(held) + self.near(held) @ self.coefficients

    def near(self, points: np.ndarray) -> np.ndarray:
        """Functions of the distance from the fold at (n, k) points, (n, functions); zero far from it."""
        others = points[:, 1:]
        distance = points[:, 0] - self.fold(others)[:, 0]
        inner = np.eye(len(KNOTS))[:, 1:-1]
        hats = np.stack([np.interp(distance, KNOTS, hat) for hat in inner.T], axis=1)
        middle, half = 0.5 * (self.high + self.low)[1:], 0.5 * (self.high - self.low)[1:]
        x = (others - middle) / np.where(half > 0.0, half, 1.0)
        found = hats
        for axis in range(x.shape[1]):
            found = np.concatenate([found, found * x[:, axis : axis + 1]], axis=1)
        return found

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Whether each of (n, k) points lies in the box, to rounding."""
        return self.smooth.inside(points)
