"""Viscosity, conductivity and surface tension of boiling fluids: published correlations and estimates.

Temperatures in K, results in SI. Fluids for which CoolProp has none of these.
"""

import numpy as np

from hashheat.thermo.property_fit import Array

_BOLTZMANN = 1.380649e-23
_AVOGADRO = 6.02214076e23

# Novec 649: McLinden et al. 2015, the reducing constants that both correlations below use.
NOVEC649_T_C = 441.81
_NOVEC649_RHO_C = 606.805248
_NOVEC649_M = 0.3160444


def chung_viscosity(T: Array, M: float, T_c: float, V_c: float, omega: float, dipole: float = 0.0) -> Array:
    """Viscosity of a dilute gas.

    Chung, Ajlan, Lee and Starling, Ind. Eng. Chem. Res. 27 (1988) 671.

    Parameters
    ----------
    T : array
        Temperature [K].
    M : float
        Molar mass [kg/mol].
    T_c : float
        Critical temperature [K].
    V_c : float
        Critical molar volume [m^3/mol].
    omega : float
        Acentric factor [-].
    dipole : float
        Dipole moment [D].

    Returns
    -------
    array
        Dynamic viscosity [Pa s]; the paper finds 1.5 % for non-polar gases.
    """
    V = V_c * 1e6  # the formula counts in cm^3/mol and g/mol
    F_c = 1.0 - 0.2756 * omega + 0.059035 * (131.3 * dipole / np.sqrt(V * T_c)) ** 4
    return 4.0785e-6 * F_c * np.sqrt(1e3 * M * T) / (V ** (2 / 3) * _collision_integral(1.2593 * T / T_c))


def _collision_integral(T_star: Array) -> Array:
    """Omega(2,2)* of a Lennard-Jones gas, Neufeld, Janzen and Aziz, J. Chem. Phys. 57 (1972) 1100."""
    return (
        1.16145 * T_star**-0.14874 + 0.52487 * np.exp(-0.7732 * T_star) + 2.16178 * np.exp(-2.43787 * T_star)
    )


def novec649_dilute_viscosity(T: Array) -> Array:
    """Viscosity of thin Novec 649 vapour [Pa s], the zero-density term of Wen et al. 2017."""
    F_c = (
        1.0
        - 0.2756 * 0.471
        + 0.059035 * (131.3 * 0.43) ** 4 / (_NOVEC649_M / _NOVEC649_RHO_C * 1e6 * NOVEC649_T_C) ** 2
    )
    return 2.6692e-8 * F_c * np.sqrt(1e3 * _NOVEC649_M * T) / (0.6509**2 * _collision_integral(T / 350.84))


def novec649_viscosity(T: Array, rho: Array) -> Array:
    """Viscosity of Novec 649 at a density.

    Wen, Meng, Huber and Wu, J. Chem. Eng. Data 62 (2017) 3603, doi 10.1021/acs.jced.7b00572: 2 % in the liquid
    from 240 to 400 K. Dilute gas, second viscosity virial coefficient and residual part.

    Parameters
    ----------
    T : array
        Temperature [K].
    rho : array
        Density [kg/m^3].

    Returns
    -------
    array
        [Pa s]
    """
    T_star = T / 350.84
    powers = (0.0, -0.25, -0.5, -0.75, -1.0, -1.25, -1.5, -2.5, -5.5)
    b = (
        -19.572881,
        219.73999,
        -1015.3226,
        2471.01251,
        -3375.1717,
        2491.6597,
        -787.26086,
        14.085455,
        -0.34664158,
    )
    virial = sum(b_i * T_star**n for b_i, n in zip(b, powers)) * _AVOGADRO * (0.6509e-9) ** 3
    T_r, delta = T / NOVEC649_T_C, rho / _NOVEC649_RHO_C
    below = 0.423359 - 0.122057 * delta + T_r * (18.4610 - 11.1393 * delta + 1.67777 * delta**2)
    residual = delta ** (2 / 3) * np.sqrt(T_r) * (22.0057 + 231.063 / below)
    dilute = novec649_dilute_viscosity(T)
    result: Array = dilute * (1.0 + virial * rho / _NOVEC649_M) + 1e-6 * residual
    return result


def novec649_conductivity(T: Array, rho: Array) -> Array:
    """Thermal conductivity of Novec 649 at a density, without the enhancement near the critical point.

    Perkins and Huber 2018, doi 10.1021/acs.jced.8b00132: dilute gas and residual part. The enhancement that is
    left out is 0.1 % of the liquid's conductivity at 300 K.

    Parameters
    ----------
    T : array
        Temperature [K].
    rho : array
        Density [kg/m^3].

    Returns
    -------
    array
        [W/(m K)]
    """
    T_r, delta = T / NOVEC649_T_C, rho / _NOVEC649_RHO_C
    above = (1.54022e-3, -15.0745e-3, 49.0451e-3, -60.7192e-3, 46.2647e-3, -3.16935e-3)
    below = (-0.211741, 1.16696, -1.15574, 1.0)
    dilute = np.polyval(above[::-1], T_r) / np.polyval(below[::-1], T_r)
    pairs = (
        (-0.0234542, 0.0158544),
        (0.0418017, -0.0334181),
        (-0.0274745, 0.0282766),
        (0.00932188, -0.0103009),
        (-0.00111766, 0.00147852),
    )
    residual = sum((b_1 + b_2 * T_r) * delta ** (i + 1) for i, (b_1, b_2) in enumerate(pairs))
    result: Array = dilute + residual
    return result


def miqueu_surface_tension(T: Array, T_c: float, V_c: float, omega: float) -> Array:
    """Surface tension by corresponding states.

    Miqueu, Broseta, Satherley, Mendiboure, Lachaise and Graciaa, Fluid Phase Equilibria 172 (2000) 169.

    Parameters
    ----------
    T : array
        Temperature [K].
    T_c : float
        Critical temperature [K].
    V_c : float
        Critical molar volume [m^3/mol].
    omega : float
        Acentric factor [-].

    Returns
    -------
    array
        [N/m]; within 7 % of CoolProp for R134a, R245fa, R365mfc, R113, R218 and RC318 at 25 degC.
    """
    t = 1.0 - T / T_c
    scale = _BOLTZMANN * T_c * (_AVOGADRO / V_c) ** (2 / 3)
    return scale * (4.35 + 4.14 * omega) * t**1.26 * (1.0 + 0.19 * np.sqrt(t) - 0.25 * t)


def fc72_kinematic_viscosity(T: Array) -> Array:
    """Kinematic viscosity of liquid FC-72 [m^2/s], the cubic of the University of Pisa's collection."""
    t = T - 273.15
    return 1e-7 * (5.409 + t * (-8.259e-2 + t * (8.759e-4 - 4.102e-6 * t)))


def fc72_conductivity(T: Array) -> Array:
    """Thermal conductivity of liquid FC-72 [W/(m K)], University of Pisa's collection."""
    return 9.0672e-2 - 1.168e-4 * T


def fc72_surface_tension(T: Array) -> Array:
    """Surface tension of FC-72 [N/m], University of Pisa's collection."""
    return 4.2705e-2 * (1.0 - T / 451.65) ** 1.2532


def hfe7100_kinematic_viscosity(T: Array) -> Array:
    """Kinematic viscosity of liquid HFE-7100 [m^2/s], -30 to 64 degC.

    Fitted within 0.01 % to what CoolProp 8.0 returns as the dynamic viscosity of ``INCOMP::HFE2`` in mPa s, read
    as cSt: 3M prints 0.38 cSt and 0.58 mPa s at 25 degC, CoolProp returns 0.372.
    """
    x = 1000.0 / T
    return 1e-6 * np.exp(-3.4455539 + x * (0.73407193 + x * (-0.06521329 + x * 0.01927338)))


def scaled_viscosity(
    mu: Array,
    M: float,
    T_c: float,
    V_c: float,
    M_0: float,
    T_c_0: float,
    V_c_0: float,
) -> Array:
    """Viscosity [Pa s] of a fluid from that of another (index 0) at the same reduced temperature.

    Two-constant corresponding states: the group M^(1/2) T_c^(1/2) V_c^(-2/3) scales the viscosity. Holds within
    6 % between the saturated liquids R245fa, R236fa and R227ea at 0.69 and 0.75 of the critical temperature;
    worse between families.
    """
    return mu * np.sqrt(M * T_c / (M_0 * T_c_0)) * (V_c_0 / V_c) ** (2 / 3)


def scaled_conductivity(
    k: Array,
    M: float,
    T_c: float,
    V_c: float,
    M_0: float,
    T_c_0: float,
    V_c_0: float,
) -> Array:
    """Conductivity [W/(m K)] likewise, by T_c^(1/2) M^(-1/2) V_c^(-2/3); within 4 % between the same fluids."""
    return k * np.sqrt(T_c * M_0 / (T_c_0 * M)) * (V_c_0 / V_c) ** (2 / 3)
