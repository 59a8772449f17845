"""Laminar heat transfer in ducts as an exact sum of modes: the generator behind the duct tables.

Setting: hydrodynamically developed laminar flow, constant properties, no axial conduction, no dissipation,
entering with one temperature. With velocity ``u`` of mean 1 the energy balance is
``u dT/dx = laplacian(T)``; its Galerkin form is ``M a' = -K a + load`` with ``K`` the Dirichlet form and
``M`` the velocity-weighted mass.

* **T**: the heated walls have one constant temperature. The basis vanishes on them, and bulk and flux are
  sums of exponentials.
* **H1**: the heat per length is constant along the duct and the heated walls have one temperature around the
  perimeter, unknown along the duct. That temperature is one more basis function (equal to 1 everywhere),
  which carries the whole load. Taking the bulk out of the basis leaves the same ``K`` and ``M - m m'/A``.

Walls that are not heated are adiabatic; that condition is the natural one and needs no basis function.
Polynomials are integrated Legendre polynomials, whose stiffness matrix is the identity.

Everything is plain numpy and scipy. It costs about a second a duct; kernels read the tables made from it
(:mod:`hashheat.solvers.duct_table`).

References
----------
R. K. Shah and A. L. London, Laminar Flow Forced Convection in Ducts, Academic Press, 1978, chapters V to VII
(definitions of H1, T and x*; the exact velocity series).
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray

from hashheat.thermo.errors import InputError

Array = NDArray[np.float64]

#: Heated-wall patterns of a rectangle: all four, or three with one short or one long wall adiabatic.
HEATED_WALLS: tuple[int | str, ...] = (4, "short_adiabatic", "long_adiabatic")


@dataclass(frozen=True)
class DuctOperator:
    """Galerkin form of one duct; lengths in a unit of its own, velocity of mean 1.

    Parameters
    ----------
    stiffness, mass : ndarray, shape (n, n)
        ``K`` and ``M`` of a basis that vanishes on the heated walls.
    moment : ndarray, shape (n,)
        Velocity-weighted integral of each basis function.
    area, hydraulic_diameter : float
        Cross-section and 4 A / wetted perimeter, in the duct's own unit of length.
    heated_fraction : float
        Heated over wetted perimeter [-].
    f_re_fanning : float
        Fanning friction factor times Reynolds number [-].
    """

    stiffness: Array = field(repr=False)
    mass: Array = field(repr=False)
    moment: Array = field(repr=False)
    area: float
    hydraulic_diameter: float
    heated_fraction: float
    f_re_fanning: float

    def _modes(self, mass: Array) -> tuple[Array, Array]:
        """Decay rates per x* and squared moments of the modes, slowest first."""
        # M against K and not K against M: K is the well-conditioned one, M almost vanishes near the walls.
        slowness, vectors = scipy.linalg.eigh(mass, self.stiffness, check_finite=False)
        weight = (vectors.T @ self.moment) ** 2
        keep = slowness > 1e-15 * slowness[-1]  # below that a mode is rounding and has long decayed
        rate = self.hydraulic_diameter**2 / slowness[keep]
        return rate[::-1], weight[keep][::-1]

    @cached_property
    def modes_T(self) -> tuple[Array, Array]:
        """Modes of uniform temperature: rates ``r`` and shares ``w`` of ``theta_b = sum w exp(-r x*)``."""
        rate, weight = self._modes(self.mass)
        return rate, weight * rate / (self.hydraulic_diameter**2 * self.area)

    @cached_property
    def modes_H1(self) -> tuple[Array, Array]:
        """Modes of uniform flux: rates ``r`` and parts ``p`` of ``1/Nu = sum p (1 - exp(-r x*))``."""
        rate, weight = self._modes(self.mass - np.outer(self.moment, self.moment) / self.area)
        return rate, weight * 4.0 * self.heated_fraction / (self.hydraulic_diameter**2 * self.area)

    def nusselt_T(self, x_star: ArrayLike) -> Array:
        """Local Nusselt number [-] at uniform wall temperature.

        Parameters
        ----------
        x_star : array_like
            x / (D_h Re Pr) [-], > 0; ``inf`` gives the fully developed value.
        """
        rate, share = self.modes_T
        # The slowest decay is taken out so that numerator and denominator stay away from underflow.
        growth = np.exp(-(rate[1:] - rate[0]) * np.asarray(x_star, dtype=float)[..., None])
        bulk = share[0] + growth @ share[1:]
        flux = share[0] * rate[0] + growth @ (share[1:] * rate[1:])
        return np.asarray(flux / bulk / (4.0 * self.heated_fraction))

    def nusselt_T_mean(self, x_star: ArrayLike) -> Array:
        """Nusselt number [-] at uniform temperature, mean from the inlet to x* (logarithmic difference)."""
        rate, share = self.modes_T
        x = np.asarray(x_star, dtype=float)
        log_bulk = np.log(np.exp(-(rate - rate[0]) * x[..., None]) @ share) - rate[0] * x
        return np.asarray(-log_bulk / (4.0 * self.heated_fraction * x))

    def nusselt_H1(self, x_star: ArrayLike) -> Array:
        """Local Nusselt number [-] at axially uniform flux and peripherally uniform wall temperature."""
        rate, part = self.modes_H1
        return np.asarray(1.0 / (-np.expm1(-rate * np.asarray(x_star, dtype=float)[..., None]) @ part))

    def nusselt_H1_developed(self) -> float:
        """Fully developed Nu_H1 [-] from one linear solve, without modes."""
        solved = scipy.linalg.solve(self.stiffness, self.moment, assume_a="pos")
        resistance = 4.0 * self.heated_fraction * float(self.moment @ solved)
        return self.hydraulic_diameter**2 * self.area / resistance

    def nusselt_T_developed(self) -> float:
        """Fully developed Nu_T [-] from the slowest mode alone."""
        n = len(self.moment)
        slowest = scipy.linalg.eigh(
            self.mass, self.stiffness, eigvals_only=True, subset_by_index=[n - 1, n - 1], check_finite=False
        )
        return self.hydraulic_diameter**2 / float(slowest[0]) / (4.0 * self.heated_fraction)


def f_re_rectangle(aspect_ratio: float) -> float:
    """Fanning f Re [-] of fully developed laminar flow in a rectangle, exact series.

    Parameters
    ----------
    aspect_ratio : float
        Short over long side [-], 0 < aspect_ratio <= 1. Multiply by 4 for Darcy.

    References
    ----------
    Shah and London (1978), chapter VII.
    """
    n = np.arange(1.0, 400.0, 2.0)
    series = float(np.sum(np.tanh(0.5 * math.pi * n / aspect_ratio) / n**5))
    deficit = 192.0 * aspect_ratio / math.pi**5 * series
    return 24.0 / ((1.0 + aspect_ratio) ** 2 * (1.0 - deficit))


def _legendre_basis(n: int, points: Array, even: bool) -> Array:
    """Integrated Legendre polynomials at points, shape (points, n); their derivatives are orthonormal.

    ``even``: zero at both ends and symmetric; otherwise zero at -1 and free at +1.
    """
    degrees = range(1, 2 * n, 2) if even else range(n)
    table = np.polynomial.legendre.legvander(points, 2 * n + 1)
    columns = []
    for k in degrees:
        lower = table[:, k - 1] if k > 0 else -np.ones_like(points)
        columns.append((table[:, k + 1] - lower) / math.sqrt(2.0 * (2 * k + 1)))
    return np.stack(columns, axis=1)


def _gauss(n: int, even: bool) -> tuple[Array, Array]:
    """Gauss points and weights on [-1, 1]; of an even integrand only the positive half is visited."""
    points, weights = np.polynomial.legendre.leggauss(2 * (n // 2))
    if even:
        return points[n // 2 :], 2.0 * weights[n // 2 :]
    return points, weights


def _velocity_rectangle(aspect_ratio: float, x: Array, y: Array) -> Array:
    """Velocity over mean velocity at a grid of points; x along the short, y along the long side, in [-1, 1].

    The parabola of the infinite slot minus the series that the short walls add.
    """
    n = np.arange(1.0, 6000.0, 2.0)
    sign = np.where(np.arange(n.size) % 2 == 0, 1.0, -1.0)
    wave = 0.5 * math.pi * n
    far, near = wave * (1.0 + np.abs(y[:, None])), wave * (1.0 - np.abs(y[:, None]))
    # cosh(wave y / a) / cosh(wave / a), written so that nothing overflows.
    ratio = (np.exp(-near / aspect_ratio) + np.exp(-far / aspect_ratio)) / (
        1.0 + np.exp(-2.0 * wave / aspect_ratio)
    )
    along = np.cos(wave * x[:, None]) * (2.0 * sign / wave**3)
    velocity = 0.5 * (1.0 - x**2)[:, None] - along @ ratio.T
    # Fanning f Re = D_h^2 / (2 u_mean) when the driving gradient over viscosity is 1.
    mean = (4.0 / (1.0 + aspect_ratio)) ** 2 / (2.0 * f_re_rectangle(aspect_ratio))
    return np.asarray(velocity / mean)


def rectangle(
    aspect_ratio: float, heated_walls: int | str = 4, resolution: tuple[int, int] | None = None
) -> DuctOperator:
    """Galerkin form of a rectangular duct.

    Parameters
    ----------
    aspect_ratio : float
        Short over long side [-], 0 < aspect_ratio <= 1.
    heated_walls : {4, "short_adiabatic", "long_adiabatic"}
        All walls heated, or one short or one long wall adiabatic and the other three heated.
    resolution : (int, int), optional
        Number of polynomials across the short and the long side. The default resolves the thermal boundary
        layer at x* = 1e-5 to a few 1e-5 of Nu, and everything at x* > 1e-3 to better than 1e-7.

    Returns
    -------
    DuctOperator

    Raises
    ------
    InputError
        Aspect ratio outside (0, 1] or an unknown pattern of heated walls.
    """
    if not 0.0 < aspect_ratio <= 1.0:
        raise InputError(
            "the aspect ratio of a rectangle is short over long side",
            key="aspect_ratio",
            found=aspect_ratio,
            accepted="a number above 0 and at most 1 (invert it if the sides were swapped)",
        )
    if heated_walls not in HEATED_WALLS:
        raise InputError(
            "unknown pattern of heated walls",
            key="heated_walls",
            found=heated_walls,
            accepted=", ".join(map(str, HEATED_WALLS)),
        )
    # The wall that is adiabatic breaks the symmetry of the direction that ends on it.
    even_x, even_y = heated_walls != "long_adiabatic", heated_walls != "short_adiabatic"
    if resolution is None:
        # A boundary layer on the short walls is a smaller part of a longer side.
        slenderness = -math.log(aspect_ratio)
        across, along = 34.0 - 2.7 * slenderness, 36.0 + 11.4 * slenderness
        resolution = (round(across * (1.0 if even_x else 1.5)), round(along * (1.0 if even_y else 1.5)))
    nx, ny = resolution
    x, weight_x = _gauss((4 if even_x else 2) * nx + 24, even_x)
    y, weight_y = _gauss((4 if even_y else 2) * ny + 24, even_y)
    phi, psi = _legendre_basis(nx, x, even_x), _legendre_basis(ny, y, even_y)
    density = _velocity_rectangle(aspect_ratio, x, y) * np.outer(weight_x, weight_y) / aspect_ratio

    gram_x, gram_y = phi.T @ (weight_x[:, None] * phi), psi.T @ (weight_y[:, None] * psi)
    stiffness = np.kron(np.eye(nx), gram_y) / aspect_ratio + np.kron(gram_x, np.eye(ny)) * aspect_ratio
    pairs_y = np.einsum("xy,yj,yl->xjl", density, psi, psi, optimize=True).reshape(len(x), -1)
    pairs_x = (phi[:, :, None] * phi[:, None, :]).reshape(len(x), -1)
    mass = (pairs_x.T @ pairs_y).reshape(nx, nx, ny, ny).transpose(0, 2, 1, 3).reshape(nx * ny, nx * ny)
    moment = (phi.T @ density @ psi).reshape(-1)

    long = 1.0 / aspect_ratio
    wetted = 4.0 * (1.0 + long)
    adiabatic = {"short_adiabatic": 2.0, "long_adiabatic": 2.0 * long}.get(str(heated_walls), 0.0)
    return DuctOperator(
        stiffness=stiffness,
        mass=0.5 * (mass + mass.T),
        moment=moment,
        area=4.0 * long,
        hydraulic_diameter=4.0 / (1.0 + aspect_ratio),
        heated_fraction=1.0 - adiabatic / wetted,
        f_re_fanning=f_re_rectangle(aspect_ratio),
    )


def plates(resolution: int = 120) -> DuctOperator:
    """Galerkin form of the slot between two wide parallel plates, both heated (half gap = 1)."""
    y, weight = _gauss(4 * resolution + 8, even=True)
    psi = _legendre_basis(resolution, y, even=True)
    density = weight * 1.5 * (1.0 - y**2)
    return DuctOperator(
        stiffness=np.eye(resolution),
        mass=psi.T @ (density[:, None] * psi),
        moment=psi.T @ density,
        area=2.0,
        hydraulic_diameter=4.0,
        heated_fraction=1.0,
        f_re_fanning=24.0,
    )


def tube(resolution: int = 120) -> DuctOperator:
    """Galerkin form of a circular tube (radius = 1): the Graetz problem."""
    # The area element r dr is odd: half of a rule over the diameter would not be exact, so the rule is moved.
    points, weights = _gauss(4 * resolution + 8, even=False)
    r = 0.5 * (points + 1.0)
    r_weight = math.pi * weights * r
    psi = _legendre_basis(resolution, r, even=True)
    slope = _legendre_slopes(resolution, r)
    density = r_weight * 2.0 * (1.0 - r**2)
    return DuctOperator(
        stiffness=slope.T @ (r_weight[:, None] * slope),
        mass=psi.T @ (density[:, None] * psi),
        moment=psi.T @ density,
        area=math.pi,
        hydraulic_diameter=2.0,
        heated_fraction=1.0,
        f_re_fanning=16.0,
    )


def _legendre_slopes(n: int, points: Array) -> Array:
    """Derivatives of the even basis: normalised odd Legendre polynomials."""
    odd = np.arange(1, 2 * n, 2)
    return np.asarray(np.polynomial.legendre.legvander(points, 2 * n)[:, odd] * np.sqrt(0.5 * (2 * odd + 1)))
