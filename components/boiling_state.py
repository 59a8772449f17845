"""A boiling fluid at one temperature, as the kernels take it."""

from hashheat.solvers.saturated import Saturated
from hashheat.thermo.saturated_fluid import BoilingFluid

#: Step of the difference that gives the thermal expansion [K].
_STEP = 0.5


def saturated(fluid: BoilingFluid, T: float) -> Saturated:
    """Properties of liquid and vapour in equilibrium.

    Parameters
    ----------
    fluid : BoilingFluid
    T : float
        [K]

    Returns
    -------
    Saturated
        Its thermal expansion is that along the saturation line.

    Raises
    ------
    StateError
        Outside the data of the fluid.
    """
    rho = fluid.liquid_density(T)
    low, high = max(T - _STEP, fluid.T_min), min(T + _STEP, fluid.T_max)
    slope = (fluid.liquid_density(high) - fluid.liquid_density(low)) / (high - low)
    return Saturated(
        T=T,
        p=fluid.saturation_pressure(T),
        p_critical=fluid.critical_pressure,
        molar_mass=fluid.molar_mass,
        rho_l=rho,
        rho_v=fluid.vapour_density(T),
        latent_heat=fluid.latent_heat(T),
        cp_l=fluid.liquid_heat_capacity(T),
        mu_l=fluid.liquid_viscosity(T),
        k_l=fluid.liquid_conductivity(T),
        mu_v=fluid.vapour_viscosity(T),
        sigma=fluid.surface_tension(T),
        beta_l=-slope / rho,
    )
