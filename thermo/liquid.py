"""A liquid as the flow solver sees it: one density, and what varies with temperature as short polynomials."""

import math
from typing import NamedTuple

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: Coefficients of each polynomial, lowest degree first.
N_POWERS = 6


class Liquid(NamedTuple):
    """Boussinesq liquid: mass and energy with one density, buoyancy and viscosity from the temperature.

    Each array holds ``N_POWERS`` coefficients of powers of ``T - T_ref`` [K], lowest degree first.

    Parameters
    ----------
    T_ref : float
        Temperature of the reference density [K].
    T_min, T_max : float
        Range of the polynomials [K].
    density : float
        Density at T_ref, which carries inertia and heat [kg/m^3].
    buoyancy : (N_POWERS,) float array
        rho(T) / density - 1 [-]; the first coefficient is zero, the second minus the thermal expansion.
    log_viscosity : (N_POWERS,) float array
        ln of the dynamic viscosity in Pa s.
    conductivity : (N_POWERS,) float array
        [W/(m K)]
    heat_capacity : (N_POWERS,) float array
        Specific heat capacity [J/(kg K)]; its integral from T_ref is the enthalpy that the flow carries.
    """

    T_ref: float
    T_min: float
    T_max: float
    density: float
    buoyancy: np.ndarray
    log_viscosity: np.ndarray
    conductivity: np.ndarray
    heat_capacity: np.ndarray


def _powers(*first: float) -> np.ndarray:
    return np.array(first + (0.0,) * (N_POWERS - len(first)))


def constant_liquid(
    density: float,
    viscosity: float,
    conductivity: float,
    heat_capacity: float,
    expansion: float,
    *,
    T_ref: float = 293.15,
    T_min: float = 0.0,
    T_max: float = 2000.0,
) -> Liquid:
    """Liquid of constant properties and a density linear in temperature: the classical Boussinesq case.

    Parameters
    ----------
    density : float
        [kg/m^3]
    viscosity : float
        Dynamic viscosity [Pa s].
    conductivity : float
        [W/(m K)]
    heat_capacity : float
        [J/(kg K)]
    expansion : float
        Thermal expansion -(1/rho) d rho/dT [1/K]; zero for no buoyancy.
    T_ref, T_min, T_max : float
        Reference and range [K]; a case in dimensionless numbers sets them as it needs.

    Returns
    -------
    Liquid

    Raises
    ------
    InputError
        If a property other than the expansion is not positive, or one is not finite.
    """
    given = {"density": density, "viscosity": viscosity, "conductivity": conductivity}
    for name, value in {**given, "heat_capacity": heat_capacity}.items():
        if not (math.isfinite(value) and value > 0):
            raise InputError("A fluid property must be positive and finite.", key=name, found=value)
    if not math.isfinite(expansion):
        raise InputError("The thermal expansion must be finite.", key="expansion", found=expansion)
    return Liquid(
        float(T_ref),
        float(T_min),
        float(T_max),
        float(density),
        _powers(0.0, -float(expansion)),
        _powers(math.log(viscosity)),
        _powers(float(conductivity)),
        _powers(float(heat_capacity)),
    )


@kernel
def polynomial(c: np.ndarray, t: float) -> float:
    """Polynomial of ``N_POWERS`` coefficients, lowest degree first, at t."""
    return c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))))


@kernel
def integral(c: np.ndarray, t: float) -> float:
    """Integral from 0 to t of :func:`polynomial`."""
    return t * (c[0] + t * (c[1] / 2 + t * (c[2] / 3 + t * (c[3] / 4 + t * (c[4] / 5 + t * c[5] / 6)))))
