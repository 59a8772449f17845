"""The flow solver's short polynomials of a fluid, fitted to its property table and measured against it."""

import numpy as np
from numpy.polynomial import Polynomial, chebyshev

from hashheat.thermo.errors import InputError, TableAccuracyError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.liquid import N_POWERS, Liquid
from hashheat.thermo.property_fit import Array
from hashheat.thermo.property_table import PropertyTable

#: Largest relative error allowed off the fitted points [-]; the viscosity is the steepest of the four.
ACCURACY = {"density": 1e-3, "heat_capacity": 1e-3, "conductivity": 1e-3, "viscosity": 2e-3}

_POINTS, _TESTS = 200, 371


def liquid_of(fluid: Fluid, p: float, T_min: float, T_max: float, T_ref: float | None = None) -> Liquid:
    """Fit what the flow solver takes of a fluid.

    Parameters
    ----------
    fluid : Fluid
    p : float
        Absolute pressure [Pa].
    T_min, T_max : float
        Range [K], as narrow as the case allows: polynomials of degree 5 have to hold over it.
    T_ref : float, optional
        Temperature of the reference density [K], within the range; by default its middle.

    Returns
    -------
    Liquid
        Its density at T_ref is the table's exactly; see :data:`ACCURACY` for the rest.

    Raises
    ------
    TableAccuracyError
        If the polynomials would miss :data:`ACCURACY` over the asked range; names a narrower one that holds.
    InputError
        If T_ref lies outside the range.
    FreezingError, BoilingError, FlashPointError, StateError
        As :meth:`Fluid.table`.
    """
    T_ref = 0.5 * (T_min + T_max) if T_ref is None else float(T_ref)
    if not T_min <= T_ref <= T_max:
        raise InputError(
            "The reference temperature lies outside the range.",
            key="T_ref",
            found=_C(T_ref),
            accepted=f"{_C(T_min)} to {_C(T_max)}",
        )
    table = fluid.table(p, T_min, T_max)
    liquid = _fitted(table, T_min, T_max, T_ref)
    if not _misses(liquid, table):
        return liquid
    worst = max(_misses(liquid, table).values())
    low, high = T_min, T_max
    for _ in range(40):
        # Around the reference temperature, which has to stay inside.
        low, high = T_ref - 0.85 * (T_ref - low), T_ref + 0.85 * (high - T_ref)
        if not _misses(_fitted(table, low, high, T_ref), table):
            break
    raise TableAccuracyError(
        f"{fluid.name}: polynomials of degree {N_POWERS - 1} from {_C(T_min)} to {_C(T_max)} would be off by "
        f"{worst:.1e} ({', '.join(_misses(liquid, table))}). From {_C(low)} to {_C(high)} they hold.",
        worst,
        low,
        high,
    )


def liquid_errors(liquid: Liquid, table: PropertyTable) -> dict[str, float]:
    """Largest relative error of each property of a Liquid against a table that covers its range.

    Parameters
    ----------
    liquid : Liquid
    table : PropertyTable
        What it was fitted to, or another one.

    Returns
    -------
    dict
        [-], by the keys of :data:`ACCURACY`.
    """
    T = np.linspace(liquid.T_min, liquid.T_max, _TESTS)
    rho, cp, mu, k = _tabulated(table, T)
    t = T - liquid.T_ref
    ours = {
        "density": liquid.density * (1.0 + np.polyval(liquid.buoyancy[::-1], t)) / rho,
        "heat_capacity": np.polyval(liquid.heat_capacity[::-1], t) / cp,
        "conductivity": np.polyval(liquid.conductivity[::-1], t) / k,
        "viscosity": np.exp(np.polyval(liquid.log_viscosity[::-1], t)) / mu,
    }
    return {name: float(np.max(np.abs(ratio - 1.0))) for name, ratio in ours.items()}


def _C(T: float) -> str:
    return f"{T - 273.15:.2f} degC"


def _misses(liquid: Liquid, table: PropertyTable) -> dict[str, float]:
    errors = liquid_errors(liquid, table)
    return {name: error for name, error in errors.items() if not error <= ACCURACY[name]}


def _tabulated(table: PropertyTable, T: Array) -> tuple[Array, Array, Array, Array]:
    x = (T - table.T_mid) * table.x_scale
    mu = np.polyval(table.mu_inv8, x) ** -8
    return np.polyval(table.rho, x), np.polyval(table.cp, x), mu, np.polyval(table.k, x)


def _fitted(table: PropertyTable, T_min: float, T_max: float, T_ref: float) -> Liquid:
    T = 0.5 * (T_min + T_max) - 0.5 * (T_max - T_min) * np.cos(np.pi * (np.arange(_POINTS) + 0.5) / _POINTS)
    rho, cp, mu, k = _tabulated(table, T)
    density = float(_tabulated(table, np.array([T_ref]))[0][0])

    def powers(values: Array) -> Array:
        """Coefficients of powers of T - T_ref."""
        half, middle = 0.5 * (T_max - T_min), 0.5 * (T_min + T_max)
        series = chebyshev.chebfit((T - middle) / half, values, N_POWERS - 1)
        shifted = Polynomial(chebyshev.cheb2poly(series))(Polynomial([(T_ref - middle) / half, 1.0 / half]))
        out = np.zeros(N_POWERS)
        out[: len(shifted.coef)] = shifted.coef
        return out

    buoyancy = powers(rho / density - 1.0)
    buoyancy[0] = 0.0
    return Liquid(
        float(T_ref), float(T_min), float(T_max), density, buoyancy, powers(np.log(mu)), powers(k), powers(cp)
    )
