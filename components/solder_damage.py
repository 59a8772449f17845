"""How cycles and heat use up solder joints and chips: acceleration after Norris and Landzberg, Arrhenius, Black.

Convention, in all of them: a factor above 1 means that use is milder than the test and lasts longer.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: Boltzmann constant over elementary charge [eV/K], exact in the SI of 2019.
BOLTZMANN_EV = 1.380649e-23 / 1.602176634e-19


@kernel
def norris_landzberg(
    swing: float,
    frequency: float,
    T_max: float,
    test_swing: float,
    test_frequency: float,
    test_T_max: float,
    n: float,
    m: float,
    activation: float,
) -> float:
    """Cycles that a joint lasts in use over those it lasts in a test.

    ``AF = (dT_t / dT_u)^n (f_u / f_t)^m exp[E/k (1/T_u - 1/T_t)]``.

    Parameters
    ----------
    swing, frequency, T_max : float
        Of the cycles in use: temperature range [K], cycles per second [1/s], highest temperature [K].
    test_swing, test_frequency, test_T_max : float
        Of the test.
    n, m : float
        Exponents [-].
    activation : float
        E/k [K].

    Returns
    -------
    float
        [-]; infinite for a swing of zero.

    Notes
    -----
    Slow cycles do more harm each, since solder creeps meanwhile: with m above 0 a low frequency in use lowers the
    factor. Texts that multiply by (f_t / f_u)^m turn this round.

    References
    ----------
    K. C. Norris and A. H. Landzberg, IBM J. Res. Dev. 13 (1969) 266-271.
    """
    if swing <= 0.0:
        return math.inf
    return (
        (test_swing / swing) ** n
        * (frequency / test_frequency) ** m
        * math.exp(activation * (1.0 / T_max - 1.0 / test_T_max))
    )


@dataclass(frozen=True)
class SolderLaw:
    """Norris and Landzberg's law with a test that says how long joints last.

    Parameters
    ----------
    n, m : float
        Exponents of swing and frequency [-].
    activation : float
        E/k [K].
    test_swing, test_frequency, test_T_max : float
        Of the test's cycles [K], [1/s], [K].
    test_cycles : float
        That joints last in it [-]: from the vendor's qualification. None is published for miners.

    Raises
    ------
    InputError
        For a number that is not above zero (m and activation may be zero).
    """

    n: float
    m: float
    activation: float
    test_swing: float
    test_frequency: float
    test_T_max: float
    test_cycles: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            open_end = name in ("m", "activation")
            if not (math.isfinite(value) and (value >= 0.0 if open_end else value > 0.0)):
                raise InputError(
                    "cannot be used", key=name, found=value, accepted="0 or more" if open_end else "above 0"
                )

    def cycles_to_failure(self, swing: ArrayLike, frequency: ArrayLike, T_max: ArrayLike) -> np.ndarray:
        """Cycles that joints last in use: the test's, times the acceleration factor.

        Parameters
        ----------
        swing, frequency, T_max : array
            [K], [1/s], [K].

        Returns
        -------
        array
            [-]; infinite where the swing is zero.
        """
        dT, f, T = (np.asarray(a, dtype=float) for a in (swing, frequency, T_max))
        ratio = np.divide(self.test_swing, dT, out=np.full(dT.shape, np.inf), where=dT > 0.0)
        factor = ratio**self.n * (f / self.test_frequency) ** self.m
        return self.test_cycles * factor * np.exp(self.activation * (1.0 / T - 1.0 / self.test_T_max))


#: Exponents n, m and E/k [K]. Tin-lead: Norris and Landzberg 1969, as in FIDES and ESA's handbook. SAC305: Pan et
#: al., SMTA 2005, remembered and not read again (unverified); there is no agreed set for tin-silver-copper.
TIN_LEAD = (1.9, 1.0 / 3.0, 1414.0)
SAC305_REMEMBERED = (2.65, 0.136, 2185.0)


def arrhenius_factor(T_use: ArrayLike, T_test: float, activation_energy: float = 0.7) -> np.ndarray:
    """Life at a temperature over life at a test's.

    Parameters
    ----------
    T_use : array
        [K]
    T_test : float
        [K]
    activation_energy : float
        [eV]; 0.7 is typical of integrated circuits (FIDES, JEDEC).

    Returns
    -------
    array
        ``exp[E/k (1/T_u - 1/T_t)]`` [-].

    Raises
    ------
    InputError
        For a temperature that is not above zero.
    """
    T = np.asarray(T_use, dtype=float)
    if not (np.all(T > 0.0) and T_test > 0.0):
        raise InputError("a temperature must be above zero, in kelvin", key="T_use", found=repr(T_use))
    return np.exp(activation_energy / BOLTZMANN_EV * (1.0 / T - 1.0 / T_test))


def electromigration_factor(
    T_use: ArrayLike,
    current: ArrayLike,
    T_test: float,
    activation_energy: float = 0.9,
    exponent: float = 2.0,
) -> np.ndarray:
    """Life of conductors at a temperature and current over life in a test, after Black.

    Parameters
    ----------
    T_use : array
        [K]
    current : array
        Current density over that of the test [-], above 0.
    T_test : float
        [K]
    activation_energy : float
        [eV]; 0.9 is assumed, of copper.
    exponent : float
        Of the current density [-]; 2 after Black.

    Returns
    -------
    array
        ``(j_t / j_u)^n exp[E/k (1/T_u - 1/T_t)]`` [-].

    Raises
    ------
    InputError
        For a temperature or current that is not above zero.

    References
    ----------
    J. R. Black, IEEE Trans. Electron Devices 16 (1969) 338-347.
    """
    j = np.asarray(current, dtype=float)
    if not np.all(j > 0.0):
        raise InputError("a current must be above zero", key="current", found=repr(current))
    return j**-exponent * arrhenius_factor(T_use, T_test, activation_energy)
