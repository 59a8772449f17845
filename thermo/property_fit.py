"""Build a property table from a source of properties, and measure its error."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from hashheat.thermo.property_table import N_COEFFICIENTS, Coefficients, PropertyTable

Array = NDArray[np.floating[Any]]

#: Returns an array (4, n) of rho [kg/m^3], cp [J/(kg K)], mu [Pa s], k [W/(m K)] at n temperatures [K].
Sampler = Callable[[Array], Array]


def chebyshev_temperatures(n: int, T_min: float, T_max: float) -> Array:
    """Chebyshev points of the first kind on [T_min, T_max] [K], rising, shape (n,)."""
    x = -np.cos(np.pi * (np.arange(n) + 0.5) / n)
    return 0.5 * (T_min + T_max) + 0.5 * (T_max - T_min) * x


def _interpolant(values: Array) -> Array:
    """Monomial coefficients, lowest degree first, of the polynomial through values at Chebyshev points."""
    n = len(values)
    x = -np.cos(np.pi * (np.arange(n) + 0.5) / n)
    coefficients: Array = chebyshev.cheb2poly(chebyshev.chebfit(x, values, n - 1))
    return coefficients


def _coefficients(rising: Array) -> Coefficients:
    padded = np.zeros(N_COEFFICIENTS)
    padded[: len(rising)] = rising
    return tuple(float(c) for c in padded[::-1])


def fit_table(sample: Sampler, T_min: float, T_max: float, h_mid: float = 0.0) -> PropertyTable:
    """Interpolate at Chebyshev points in temperature.

    cp is interpolated with one degree less than the rest and h is its integral: enthalpy differences over any
    step, however small, then agree with cp to rounding, which a separate fit of h would not give (its error
    does not vanish with the step).

    Parameters
    ----------
    sample : callable
        Properties at an array of temperatures, see :data:`Sampler`.
    T_min, T_max : float
        Range [K].
    h_mid : float
        Specific enthalpy at the middle of the range [J/kg].

    Returns
    -------
    PropertyTable
    """
    rho, cp, mu, k = sample(chebyshev_temperatures(N_COEFFICIENTS, T_min, T_max))
    cp_short = sample(chebyshev_temperatures(N_COEFFICIENTS - 1, T_min, T_max))[1]
    half = 0.5 * (T_max - T_min)
    Pr = cp * mu / k
    cp_polynomial = _interpolant(cp_short)
    h_polynomial = np.polynomial.polynomial.polyint(cp_polynomial * half)
    h_polynomial[0] = h_mid
    return PropertyTable(
        T_min=float(T_min),
        T_max=float(T_max),
        T_mid=0.5 * (T_min + T_max),
        x_scale=1.0 / half,
        rho=_coefficients(_interpolant(rho)),
        cp=_coefficients(cp_polynomial),
        k=_coefficients(_interpolant(k)),
        h=_coefficients(h_polynomial),
        mu_inv8=_coefficients(_interpolant(mu ** (-1 / 8))),
        Pr_inv6=_coefficients(_interpolant(Pr ** (-1 / 6))),
        ln_mu=_coefficients(_interpolant(np.log(mu))),
        ln_Pr=_coefficients(_interpolant(np.log(Pr))),
    )


def table_error(table: PropertyTable, sample: Sampler, points: int = 47) -> dict[str, float]:
    """Largest error of a table against its source, at points off its nodes.

    Parameters
    ----------
    table : PropertyTable
        Table to test.
    sample : callable
        The source it was built from.
    points : int
        Number of test temperatures, evenly spaced, both ends of the range included.

    Returns
    -------
    dict
        Relative errors [-] of ``rho, cp, mu, k, Pr``; ``ln_mu`` and ``ln_Pr`` as absolute errors of the
        logarithm, which are relative errors of the property.
    """
    T = np.linspace(table.T_min, table.T_max, points)
    rho, cp, mu, k = sample(T)
    x = (T - table.T_mid) * table.x_scale
    Pr = cp * mu / k
    errors = {
        "rho": np.polyval(table.rho, x) / rho - 1,
        "cp": np.polyval(table.cp, x) / cp - 1,
        "mu": np.polyval(table.mu_inv8, x) ** -8 / mu - 1,
        "k": np.polyval(table.k, x) / k - 1,
        "Pr": np.polyval(table.Pr_inv6, x) ** -6 / Pr - 1,
        "ln_mu": np.polyval(table.ln_mu, x) - np.log(mu),
        "ln_Pr": np.polyval(table.ln_Pr, x) - np.log(Pr),
    }
    return {name: float(np.max(np.abs(e))) for name, e in errors.items()}
