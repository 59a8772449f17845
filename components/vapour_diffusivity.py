"""How fast a vapour diffuses through air, away from the state that a file gives it at."""

#: State at which a file gives the diffusivity of vapour in air [K], [Pa].
DIFFUSIVITY_T, DIFFUSIVITY_P = 298.15, 101325.0
#: Of the temperature, by Fuller.
_POWER = 1.75


def vapour_diffusivity(standard: float, T: float, p: float) -> float:
    """Diffusivity of a vapour in air away from 25 degC and 1 atm, in proportion to T^1.75 / p (Fuller).

    Parameters
    ----------
    standard : float
        At 25 degC and 1 atm [m^2/s].
    T, p : float
        Temperature [K] and absolute pressure [Pa] of the mixture.

    Returns
    -------
    float
        [m^2/s]

    References
    ----------
    E. N. Fuller, P. D. Schettler and J. C. Giddings, Ind. Eng. Chem. 58 (1966) 18-27.
    """
    return standard * (T / DIFFUSIVITY_T) ** _POWER * DIFFUSIVITY_P / p
