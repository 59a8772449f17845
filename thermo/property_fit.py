"""Build a property table from a source of properties, and measure its error."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from hashheat.thermo.errors import TableAccuracyError
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


def fit_table(sample: Sampler, T_min: float, T_max: float) -> PropertyTable:
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

    Returns
    -------
    PropertyTable
        Its enthalpy is zero at the middle of the range.
    """
    rho, cp, mu, k = sample(chebyshev_temperatures(N_COEFFICIENTS, T_min, T_max))
    cp_short = sample(chebyshev_temperatures(N_COEFFICIENTS - 1, T_min, T_max))[1]
    half = 0.5 * (T_max - T_min)
    Pr = cp * mu / k
    cp_polynomial = _interpolant(cp_short)
    h_polynomial = np.polynomial.polynomial.polyint(cp_polynomial * half)
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


def table_error(table: PropertyTable, sample: Sampler, points: int = 97) -> dict[str, float]:
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


def table_within(
    tolerance: float,
    sample: Sampler,
    enthalpy_at: Callable[[float], float],
    T_min: float,
    T_max: float,
    *,
    may_narrow: bool,
    label: str,
) -> PropertyTable:
    """Fit a table, measure it, and hand it out only if it holds the tolerance.

    Parameters
    ----------
    tolerance : float
        Largest relative error allowed in any property [-].
    sample : callable
        Source of the properties, see :data:`Sampler`.
    enthalpy_at : callable
        Specific enthalpy [J/kg] at one temperature [K], for the zero of the table's enthalpy.
    T_min, T_max : float
        Range [K].
    may_narrow : bool
        Cut the range back where it does not hold, instead of raising.
    label : str
        Fluid and pressure, for the message.

    Returns
    -------
    PropertyTable

    Raises
    ------
    TableAccuracyError
        If the tolerance does not hold and the range may not be narrowed.
    """
    table, error = _measured(sample, T_min, T_max)
    if error > tolerance:
        narrow = _narrower(tolerance, sample, T_min, T_max)
        if not may_narrow:
            raise TableAccuracyError(
                f"{label}: one table from {_C(T_min)} to {_C(T_max)} would be off by {error:.1e}, more than "
                f"{tolerance:g}. From {_C(narrow[0])} to {_C(narrow[1])} it holds.",
                error,
                *narrow,
            )
        table, _ = _measured(sample, *narrow)
    return table._replace(h=(*table.h[:-1], float(enthalpy_at(table.T_mid))))


def _C(T: float) -> str:
    return f"{T - 273.15:.2f} degC"


def _measured(sample: Sampler, T_min: float, T_max: float) -> tuple[PropertyTable, float]:
    table = fit_table(sample, T_min, T_max)
    return table, max(table_error(table, sample).values())


def _narrower(tolerance: float, sample: Sampler, T_min: float, T_max: float) -> tuple[float, float]:
    """Widest range found by halving that holds the tolerance with one of the two ends kept."""

    def holds(T_0: float, T_1: float) -> bool:
        return _measured(sample, T_0, T_1)[1] <= tolerance

    def widest(holds_width: Callable[[float], bool]) -> float:
        good, bad = 0.0, T_max - T_min
        for _ in range(7):
            middle = 0.5 * (good + bad)
            if holds_width(middle):
                good = middle
            else:
                bad = middle
        return good

    up = widest(lambda width: holds(T_min, T_min + width))
    down = widest(lambda width: holds(T_max - width, T_max))
    return (T_min, T_min + up) if up >= down else (T_max - down, T_max)
