"""Evaluate a :class:`~hashheat.thermo.property_table.PropertyTable` inside compiled loops.

Straight-line arithmetic only, so that a loop over cells or cases vectorizes: no calls to exp or log, no loop
over the coefficients (a loop over a tuple stays scalar; written out it becomes packed fused multiply-adds).
No kernel checks the range: a caller tests :func:`in_range` once for each case and reports the case.

All take ``(table, T)`` with T in kelvin, as a float.
"""

from hashheat.thermo.fused import fused
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_table import Coefficients, PropertyTable


@kernel
def horner(c: Coefficients, x: float) -> float:
    """Polynomial of degree 11 at x; ``c`` holds 12 coefficients, highest degree first."""
    y = fused(c[0], x, c[1])
    y = fused(y, x, c[2])
    y = fused(y, x, c[3])
    y = fused(y, x, c[4])
    y = fused(y, x, c[5])
    y = fused(y, x, c[6])
    y = fused(y, x, c[7])
    y = fused(y, x, c[8])
    y = fused(y, x, c[9])
    y = fused(y, x, c[10])
    return fused(y, x, c[11])


@kernel
def horner_derivative(c: Coefficients, x: float) -> float:
    """Derivative d/dx of the polynomial of :func:`horner`."""
    y = fused(11.0 * c[0], x, 10.0 * c[1])
    y = fused(y, x, 9.0 * c[2])
    y = fused(y, x, 8.0 * c[3])
    y = fused(y, x, 7.0 * c[4])
    y = fused(y, x, 6.0 * c[5])
    y = fused(y, x, 5.0 * c[6])
    y = fused(y, x, 4.0 * c[7])
    y = fused(y, x, 3.0 * c[8])
    y = fused(y, x, 2.0 * c[9])
    return fused(y, x, c[10])


@kernel
def in_range(table: PropertyTable, T: float) -> bool:
    """Whether T [K] lies within the range the table was built for; false for NaN."""
    return table.T_min <= T <= table.T_max


@kernel
def reduced(table: PropertyTable, T: float) -> float:
    """Reduced temperature x [-], from -1 at T_min to 1 at T_max."""
    return (T - table.T_mid) * table.x_scale


@kernel
def density(table: PropertyTable, T: float) -> float:
    """Density [kg/m^3]."""
    return horner(table.rho, reduced(table, T))


@kernel
def heat_capacity(table: PropertyTable, T: float) -> float:
    """Specific heat capacity at constant pressure [J/(kg K)]: the exact derivative of :func:`enthalpy`."""
    return horner(table.cp, reduced(table, T))


@kernel
def conductivity(table: PropertyTable, T: float) -> float:
    """Thermal conductivity [W/(m K)]."""
    return horner(table.k, reduced(table, T))


@kernel
def enthalpy(table: PropertyTable, T: float) -> float:
    """Specific enthalpy [J/kg]; only differences carry meaning."""
    return horner(table.h, reduced(table, T))


@kernel
def viscosity(table: PropertyTable, T: float) -> float:
    """Dynamic viscosity [Pa s]."""
    y = horner(table.mu_inv8, reduced(table, T))
    y = y * y
    y = y * y
    return 1.0 / (y * y)


@kernel
def fluidity(table: PropertyTable, T: float) -> float:
    """Inverse of the dynamic viscosity [1/(Pa s)]; saves a loop the division of :func:`viscosity`."""
    y = horner(table.mu_inv8, reduced(table, T))
    y = y * y
    y = y * y
    return y * y


@kernel
def log_viscosity(table: PropertyTable, T: float) -> float:
    """Natural logarithm of the viscosity in Pa s [-]; ``exp(n * difference)`` is a ratio to the power n."""
    return horner(table.ln_mu, reduced(table, T))


@kernel
def prandtl(table: PropertyTable, T: float) -> float:
    """Prandtl number cp mu / k [-]."""
    y = horner(table.Pr_inv6, reduced(table, T))
    y = y * y
    return 1.0 / (y * y * y)


@kernel
def prandtl_cube_root(table: PropertyTable, T: float) -> float:
    """Pr**(1/3) [-]."""
    y = horner(table.Pr_inv6, reduced(table, T))
    return 1.0 / (y * y)


@kernel
def prandtl_two_thirds(table: PropertyTable, T: float) -> float:
    """Pr**(2/3) [-]."""
    y = horner(table.Pr_inv6, reduced(table, T))
    y = y * y
    return 1.0 / (y * y)


@kernel
def log_prandtl(table: PropertyTable, T: float) -> float:
    """Natural logarithm of Pr [-]."""
    return horner(table.ln_Pr, reduced(table, T))


@kernel
def thermal_expansion(table: PropertyTable, T: float) -> float:
    """Volumetric expansion coefficient ``-(1/rho) d rho/dT`` at constant pressure [1/K]."""
    x = reduced(table, T)
    return -horner_derivative(table.rho, x) * table.x_scale / horner(table.rho, x)


@kernel
def enthalpy_beyond(table: PropertyTable, T: float) -> float:
    """Enthalpy [J/kg]; beyond the table's range it goes on with the heat capacity of the range's end.

    A search may pass there; a result may not.
    """
    at = min(max(T, table.T_min), table.T_max)
    return enthalpy(table, at) + heat_capacity(table, at) * (T - at)


@kernel
def temperature_from_enthalpy(table: PropertyTable, h: float) -> float:
    """Temperature [K] at which :func:`enthalpy` equals h [J/kg], by Newton steps.

    The start is the straight line through the middle of the range, off by the change of cp over half the
    range (under 30 % for every liquid here); a step squares that error and divides it by ten or more, so four
    reach rounding. An h outside the range gives the continued polynomial: test the answer with
    :func:`in_range`.
    """
    c = table.h
    x = (h - c[11]) / c[10]
    x -= (horner(c, x) - h) / horner_derivative(c, x)
    x -= (horner(c, x) - h) / horner_derivative(c, x)
    x -= (horner(c, x) - h) / horner_derivative(c, x)
    x -= (horner(c, x) - h) / horner_derivative(c, x)
    return table.T_mid + x / table.x_scale
