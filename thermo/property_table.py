"""The properties of one fluid at one pressure, as numbers that enter a compiled kernel by value."""

import math
from typing import NamedTuple

from hashheat.thermo.errors import InputError

#: Coefficients of each polynomial: degree 11, highest degree first.
N_COEFFICIENTS = 12

Coefficients = tuple[float, ...]


class PropertyTable(NamedTuple):
    """Polynomials in the reduced temperature ``x = (T - T_mid) * x_scale`` for one fluid at one pressure.

    Every table has the same Numba type whatever the fluid, so kernels compile once. Read it through
    :mod:`hashheat.thermo.property_kernels`; the fields that hold a power of a property say so in their name.

    Parameters
    ----------
    T_min, T_max : float
        Range over which the table was built and its error measured [K].
    T_mid : float
        Middle of the range [K].
    x_scale : float
        Two over the width of the range [1/K]: x runs from -1 to 1.
    rho : tuple of 12 floats
        Density [kg/m^3].
    cp : tuple of 12 floats
        Specific heat capacity at constant pressure [J/(kg K)]; of degree 10, so that it is the exact
        derivative of ``h``.
    k : tuple of 12 floats
        Thermal conductivity [W/(m K)].
    h : tuple of 12 floats
        Specific enthalpy [J/kg].
    mu_inv8 : tuple of 12 floats
        ``mu**(-1/8)``, dynamic viscosity in Pa s. The viscosity itself grows too steeply towards the cold end
        for one polynomial (3e-6 for water over 5-115 degC, 1e-2 for half propylene glycol); its inverse
        eighth root is nearly straight and comes back by three squarings and a division.
    Pr_inv6 : tuple of 12 floats
        ``Pr**(-1/6)``: gives Pr, Pr^(1/3) and Pr^(2/3) by multiplications alone.
    ln_mu, ln_Pr : tuple of 12 floats
        Natural logarithms of mu (in Pa s) and of Pr, for ratios raised to an odd power.
    """

    T_min: float
    T_max: float
    T_mid: float
    x_scale: float
    rho: Coefficients
    cp: Coefficients
    k: Coefficients
    h: Coefficients
    mu_inv8: Coefficients
    Pr_inv6: Coefficients
    ln_mu: Coefficients
    ln_Pr: Coefficients


def _constant(value: float) -> Coefficients:
    return (0.0,) * (N_COEFFICIENTS - 1) + (float(value),)


def constant_properties(
    rho: float,
    cp: float,
    mu: float,
    k: float,
    *,
    T_ref: float = 273.15,
    T_min: float = 200.0,
    T_max: float = 600.0,
) -> PropertyTable:
    """Table of a fluid whose properties do not change with temperature, for exact cases and fixed fluids.

    Parameters
    ----------
    rho, cp, mu, k : float
        Density [kg/m^3], heat capacity [J/(kg K)], viscosity [Pa s], conductivity [W/(m K)]; all > 0.
    T_ref : float
        Temperature at which the enthalpy ``h = cp * (T - T_ref)`` is zero [K].
    T_min, T_max : float
        Stated range [K].

    Returns
    -------
    PropertyTable

    Raises
    ------
    InputError
        If a property is not positive and finite, or the range is empty.
    """
    for name, value in (("rho", rho), ("cp", cp), ("mu", mu), ("k", k)):
        if not (math.isfinite(value) and value > 0):
            raise InputError("A fluid property must be positive and finite.", key=name, found=value)
    if not (0 < T_min < T_max < math.inf):
        raise InputError(
            "A table needs 0 < T_min < T_max.", key="T_min, T_max", found=f"{T_min} K, {T_max} K"
        )
    T_mid, half = 0.5 * (T_min + T_max), 0.5 * (T_max - T_min)
    Pr = cp * mu / k
    h = (0.0,) * (N_COEFFICIENTS - 2) + (cp * half, cp * (T_mid - T_ref))
    return PropertyTable(
        T_min=float(T_min),
        T_max=float(T_max),
        T_mid=T_mid,
        x_scale=1.0 / half,
        rho=_constant(rho),
        cp=_constant(cp),
        k=_constant(k),
        h=h,
        mu_inv8=_constant(mu**-0.125),
        Pr_inv6=_constant(Pr ** (-1 / 6)),
        ln_mu=_constant(math.log(mu)),
        ln_Pr=_constant(math.log(Pr)),
    )
