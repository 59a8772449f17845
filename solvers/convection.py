"""Forced convection inside ducts: Nusselt numbers, regimes and property correction, as scalar formulas.

Two groups. :func:`nusselt_gnielinski`, :func:`property_correction` and :func:`exp_poly` are straight-line
arithmetic (no branch, power, logarithm or root), so that they vectorize over lanes and work on lane values as
on floats. The others branch and look up tables; they are for the cells and cases that need them.
"""

import math

from hashheat.solvers.duct_table import DuctLaminar
from hashheat.thermo.fused import fused
from hashheat.thermo.jit import kernel

#: Reynolds numbers between which the flow changes from laminar to turbulent (Gnielinski 2013).
RE_LAMINAR = 2300.0
RE_TURBULENT = 4000.0

#: Boundary codes of :func:`nusselt_gnielinski_2013`.
UNIFORM_TEMPERATURE = 0
UNIFORM_FLUX = 1

_SQRT8 = math.sqrt(8.0)


@kernel
def exp_poly(x: float) -> float:
    """Exponential function by straight-line arithmetic, for inner loops over lanes.

    Taylor series of exp(x/32) to the 12th degree, squared five times.

    Parameters
    ----------
    x : float
        Exponent [-], |x| <= 12; nothing is checked, and outside the result is wrong.

    Returns
    -------
    float
        exp(x) [-], relative error below 1e-12.
    """
    y = x * 0.03125
    p = fused(y, 1.0 / 479001600.0, 1.0 / 39916800.0)
    p = fused(y, p, 1.0 / 3628800.0)
    p = fused(y, p, 1.0 / 362880.0)
    p = fused(y, p, 1.0 / 40320.0)
    p = fused(y, p, 1.0 / 5040.0)
    p = fused(y, p, 1.0 / 720.0)
    p = fused(y, p, 1.0 / 120.0)
    p = fused(y, p, 1.0 / 24.0)
    p = fused(y, p, 1.0 / 6.0)
    p = fused(y, p, 0.5)
    p = fused(y, p, 1.0)
    p = fused(y, p, 1.0)
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    return p * p


@kernel
def property_correction(ln_Pr_bulk: float, ln_Pr_wall: float) -> float:
    """Correct a liquid's Nusselt number for the wall's temperature: (Pr_bulk / Pr_wall)^0.11.

    Parameters
    ----------
    ln_Pr_bulk, ln_Pr_wall : float
        Natural logarithm of Prandtl number at bulk and at wall temperature [-].

    Returns
    -------
    float
        Factor on Nu [-]; relative error of the polynomial below 1e-9 for |0.11 ln(Pr_b/Pr_w)| < 0.4, that is
        Prandtl numbers up to a factor of 38 apart.

    Notes
    -----
    Liquids, 0.05 < Pr_bulk/Pr_wall < 20. Gnielinski uses the factor in all regimes.

    References
    ----------
    V. Gnielinski, Int. J. Heat Mass Transfer 63 (2013) 134-140 (exponent 0.11, after Zhukauskas).
    """
    y = 0.055 * (ln_Pr_bulk - ln_Pr_wall)
    p = fused(y, 1.0 / 5040.0, 1.0 / 720.0)
    p = fused(y, p, 1.0 / 120.0)
    p = fused(y, p, 1.0 / 24.0)
    p = fused(y, p, 1.0 / 6.0)
    p = fused(y, p, 0.5)
    p = fused(y, p, 1.0)
    p = fused(y, p, 1.0)
    return p * p


@kernel
def nusselt_laminar(duct: DuctLaminar, x_star: float) -> float:
    """Local laminar Nusselt number of a duct, thermally developing, from its table.

    Parameters
    ----------
    duct : DuctLaminar
        From :func:`hashheat.solvers.duct_table.duct_laminar`.
    x_star : float
        x / (D_h Re Pr) [-], above 0. A cell of a marching scheme uses its centre's distance from the inlet.

    Returns
    -------
    float
        Nu = h D_h / k [-]; constant beyond the table, Leveque's x*^(-1/3) less a constant below it (x* < 1e-5).

    Notes
    -----
    Hydrodynamically developed, constant properties, no axial conduction in the fluid (Pe > 50), no buoyancy.
    Linear interpolation of ln Nu in ln x*.

    References
    ----------
    Shah and London, Laminar Flow Forced Convection in Ducts, 1978 (the problem; the numbers are computed by
    :mod:`hashheat.solvers.duct_modes`).
    """
    position = (math.log(x_star) - duct.ln_x0) * duct.inv_dln_x
    last = duct.ln_Nu.shape[0] - 1
    if position >= last:
        return duct.Nu_inf
    if position <= 0.0:
        # Leveque's power less the constant that curvature takes off, from value and slope at the table's start;
        # the power alone costs the mean over a duct of x* = 1e-4 0.15 %.
        start = math.exp(duct.ln_Nu[0])
        offset = start * (3.0 * (duct.ln_Nu[0] - duct.ln_Nu[1]) * duct.inv_dln_x - 1.0)
        return (start + offset) * math.exp(-position / (3.0 * duct.inv_dln_x)) - offset
    i = int(position)
    return math.exp(duct.ln_Nu[i] + (position - i) * (duct.ln_Nu[i + 1] - duct.ln_Nu[i]))


@kernel
def nusselt_gnielinski(ln_Re: float, Re: float, Pr: float, Pr23: float, entrance: float) -> float:
    """Turbulent Nusselt number in a smooth tube or duct, by straight-line arithmetic.

    Nu = (f/8) (Re - 1000) Pr / (1 + 12.7 sqrt(f/8) (Pr^(2/3) - 1)) * entrance,
    with f = (0.790 ln Re - 1.64)^-2.

    Parameters
    ----------
    ln_Re, Re : float
        Reynolds number on D_h and its natural logarithm [-].
    Pr, Pr23 : float
        Prandtl number and its power 2/3 [-].
    entrance : float
        :func:`entrance_factor` for a local value, :func:`entrance_factor_mean` for the mean from the inlet, 1
        far from the inlet [-].

    Returns
    -------
    float
        Nu [-], at constant properties.

    Notes
    -----
    0.5 < Pr < 2000, 3e3 < Re < 5e6, +-10 %. Below 4000 hashheat uses it only as the end of the transition.
    The wall is smooth: roughness raises friction (:mod:`hashheat.solvers.friction`) and, less, heat transfer;
    the gain in heat transfer is left out.

    References
    ----------
    V. Gnielinski, Int. Chem. Eng. 16 (1976) 359-368; friction: B. S. Petukhov, Adv. Heat Transfer 6 (1970)
    503-564.
    """
    # With s = 1/sqrt(f/8), straight from the definition of f, no root is taken and one division is left:
    # (f/8) / (1 + 12.7 sqrt(f/8) c) = 1 / (s (s + 12.7 c)).
    s = _SQRT8 * (0.790 * ln_Re - 1.64)
    return (Re - 1000.0) * Pr * entrance / (s * (s + 12.7 * (Pr23 - 1.0)))


@kernel
def entrance_factor(D_over_x: float) -> float:
    """Thermal entrance factor of turbulent flow for a **local** Nusselt number: 1 + (1/3) (D/x)^(2/3).

    Gnielinski gives the mean over a length L, Nu_m = Nu (1 + (D/L)^(2/3)). The local value is the derivative
    of L Nu_m with respect to L, which keeps the mean over any length what he fitted.

    Parameters
    ----------
    D_over_x : float
        Hydraulic diameter over distance from the inlet [-].

    Returns
    -------
    float
        Factor on the fully developed Nu [-]. Unbounded towards the inlet; the mean was fitted for L/D >= 1.

    References
    ----------
    V. Gnielinski, Int. Chem. Eng. 16 (1976) 359-368, after H. Hausen (1959).
    """
    return 1.0 + D_over_x ** (2.0 / 3.0) / 3.0


@kernel
def entrance_factor_mean(D_over_L: float) -> float:
    """Thermal entrance factor of turbulent flow for the **mean** Nusselt number over L: 1 + (D/L)^(2/3).

    Parameters
    ----------
    D_over_L : float
        Hydraulic diameter over heated length [-], <= 1.

    Returns
    -------
    float
        Factor on the fully developed Nu [-].

    References
    ----------
    V. Gnielinski, Int. Chem. Eng. 16 (1976) 359-368, after H. Hausen (1959).
    """
    return 1.0 + D_over_L ** (2.0 / 3.0)


@kernel
def nusselt_duct(
    Re: float, Pr: float, x_over_D: float, duct: DuctLaminar, entry_over_D: float = 0.0
) -> float:
    """Local Nusselt number of a smooth duct in any regime; continuous in Re.

    Laminar and thermally developing up to Re = 2300, turbulent with a local entrance factor from Re = 4000,
    in between linear in Re from the laminar value at 2300 to the turbulent value at 4000.

    Parameters
    ----------
    Re, Pr : float
        Reynolds number on D_h and Prandtl number at bulk temperature [-], above 0.
    x_over_D : float
        Distance from the inlet (or from the last bend that mixes the flow) over D_h [-], above 0.
    duct : DuctLaminar
        The laminar end, from :func:`hashheat.solvers.duct_table.duct_laminar`.
    entry_over_D : float
        The same distance for the turbulent entrance factor, where a cell has another place for its mean [-]; 0
        takes ``x_over_D``.

    Returns
    -------
    float
        Nu = h D_h / k [-], at constant properties (see :func:`property_correction`).

    Notes
    -----
    The transition is uncertain by more than its ends: inlet shape and vibration move it. The turbulent end
    knows no heated walls: with one wall adiabatic it is used unchanged on the heated perimeter.

    References
    ----------
    V. Gnielinski, Int. J. Heat Mass Transfer 63 (2013) 134-140 (the transition; there for means over the
    tube's length, here applied to local values).
    """
    if Re <= RE_LAMINAR:
        return nusselt_laminar(duct, x_over_D / (Re * Pr))
    entrance = entrance_factor(1.0 / (entry_over_D if entry_over_D > 0.0 else x_over_D))
    Pr23 = Pr ** (2.0 / 3.0)
    if Re >= RE_TURBULENT:
        return nusselt_gnielinski(math.log(Re), Re, Pr, Pr23, entrance)
    share = (Re - RE_LAMINAR) / (RE_TURBULENT - RE_LAMINAR)
    laminar = nusselt_laminar(duct, x_over_D / (RE_LAMINAR * Pr))
    turbulent = nusselt_gnielinski(math.log(RE_TURBULENT), RE_TURBULENT, Pr, Pr23, entrance)
    return (1.0 - share) * laminar + share * turbulent


@kernel
def nusselt_gnielinski_2013(Re: float, Pr: float, D_over_L: float, boundary: int) -> float:
    """Mean Nusselt number of a circular tube from its inlet to L, all regimes, velocity developing too.

    The published whole-tube correlation, for tubes and as a check on :func:`nusselt_duct`; kernels that march
    use the latter.

    Parameters
    ----------
    Re, Pr : float
        Reynolds and Prandtl number [-].
    D_over_L : float
        Diameter over length [-], <= 1.
    boundary : int
        ``UNIFORM_TEMPERATURE`` (0) or ``UNIFORM_FLUX`` (1).

    Returns
    -------
    float
        Nu [-], at constant properties; continuous at Re = 2300 and 4000.

    Notes
    -----
    0.6 < Pr < 1000, Re < 1e6. Turbulent friction here is Konakov's f = (1.8 log10 Re - 1.5)^-2, not
    Petukhov's. The fully developed value at uniform flux is the exact 48/11 = 4.364 of VDI; the value 4.354
    also circulates (0.2 % lower where the flow is developed).

    References
    ----------
    V. Gnielinski, Int. J. Heat Mass Transfer 63 (2013) 134-140; laminar parts: VDI-Waermeatlas, 9th ed.
    (2002), Ga equations 12 and 25.
    """
    if Re >= RE_TURBULENT:
        return _tube_turbulent(Re, Pr, D_over_L)
    if Re <= RE_LAMINAR:
        return _tube_laminar(Re, Pr, D_over_L, boundary)
    share = (Re - RE_LAMINAR) / (RE_TURBULENT - RE_LAMINAR)
    laminar = _tube_laminar(RE_LAMINAR, Pr, D_over_L, boundary)
    return (1.0 - share) * laminar + share * _tube_turbulent(RE_TURBULENT, Pr, D_over_L)


@kernel
def _tube_laminar(Re: float, Pr: float, D_over_L: float, boundary: int) -> float:
    graetz = (Re * Pr * D_over_L) ** (1.0 / 3.0)
    if boundary == UNIFORM_TEMPERATURE:
        developing = (2.0 / (1.0 + 22.0 * Pr)) ** (1.0 / 6.0) * math.sqrt(Re * Pr * D_over_L)
        cubes = 3.66**3 + 0.7**3 + (1.615 * graetz - 0.7) ** 3 + developing**3
    else:
        developing = 0.924 * Pr ** (1.0 / 3.0) * math.sqrt(Re * D_over_L)
        cubes = 4.364**3 + 0.6**3 + (1.953 * graetz - 0.6) ** 3 + developing**3
    return cubes ** (1.0 / 3.0)


@kernel
def _tube_turbulent(Re: float, Pr: float, D_over_L: float) -> float:
    root = 1.0 / (_SQRT8 * (1.8 * math.log10(Re) - 1.5))
    smooth = root * root * (Re - 1000.0) * Pr / (1.0 + 12.7 * root * (Pr ** (2.0 / 3.0) - 1.0))
    return smooth * entrance_factor_mean(D_over_L)
