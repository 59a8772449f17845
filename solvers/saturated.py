"""What a boiling or condensing liquid is to the kernels: its properties on the saturation line."""

import math
from typing import NamedTuple

from hashheat.thermo.jit import kernel

#: Standard gravity [m/s^2].
GRAVITY = 9.80665
#: Molar gas constant [J/(mol K)] (CODATA 2018, exact).
GAS_CONSTANT = 8.31446261815324


class Saturated(NamedTuple):
    """A liquid and its vapour in equilibrium.

    Attributes
    ----------
    T, p : float
        Saturation temperature [K] and pressure [Pa].
    p_critical : float
        Critical pressure [Pa].
    molar_mass : float
        [kg/mol]
    rho_l, rho_v : float
        Density of liquid and of vapour [kg/m^3].
    latent_heat : float
        [J/kg]
    cp_l, mu_l, k_l : float
        Heat capacity [J/(kg K)], viscosity [Pa s] and conductivity [W/(m K)] of the liquid.
    mu_v : float
        Viscosity of the vapour [Pa s].
    sigma : float
        Surface tension [N/m].
    beta_l : float
        Thermal expansion of the liquid [1/K].
    """

    T: float
    p: float
    p_critical: float
    molar_mass: float
    rho_l: float
    rho_v: float
    latent_heat: float
    cp_l: float
    mu_l: float
    k_l: float
    mu_v: float
    sigma: float
    beta_l: float


@kernel
def capillary_length(s: Saturated) -> float:
    """Length over which surface tension holds against gravity, sqrt(sigma / (g (rho_l - rho_v))).

    Parameters
    ----------
    s : Saturated

    Returns
    -------
    float
        [m]; 0.7 mm for a perfluorinated liquid, 2.5 mm for water.
    """
    return math.sqrt(s.sigma / (GRAVITY * (s.rho_l - s.rho_v)))
