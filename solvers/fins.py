"""Efficiency of fins: mean over local excess temperature at the base, adiabatic tip, uniform film.

The kernels of a plate know a fin by its height and by ``fin_parameter``, the perimeter of its section over
conductivity times area of its section; the functions here make that number for plates and pins. An annular fin
has no constant section and stands alone.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ive, kve

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

Array = NDArray[np.float64]


@kernel
def straight_fin(mL_squared: float) -> float:
    """Efficiency of a fin of constant section: tanh(mL) / (mL).

    Parameters
    ----------
    mL_squared : float
        (mL)^2 = htc * fin_parameter * height^2 [-], >= 0.

    Returns
    -------
    float
        Efficiency [-], 0 to 1; 1 where (mL)^2 is zero.

    References
    ----------
    D. R. Harper and W. B. Brown, NACA Report 158 (1922); any text on conduction.
    """
    if mL_squared < 1e-4:
        return 1.0 - mL_squared * (1.0 / 3.0 - mL_squared * (2.0 / 15.0))
    mL = math.sqrt(mL_squared)
    return math.tanh(mL) / mL


def plate_fin_parameter(conductivity: float, thickness: float) -> float:
    """Perimeter over conductivity times section of a plate fin, wetted on both faces: 2 / (k t).

    Parameters
    ----------
    conductivity : float
        Of the fin [W/(m K)].
    thickness : float
        [m]; small against its length along the flow.

    Returns
    -------
    float
        [K/W].

    Raises
    ------
    InputError
        An argument that is not above zero.
    """
    _positive(conductivity=conductivity, thickness=thickness)
    return 2.0 / (conductivity * thickness)


def pin_fin_parameter(conductivity: float, diameter: float) -> float:
    """Perimeter over conductivity times section of a round pin: 4 / (k d).

    Parameters
    ----------
    conductivity : float
        Of the pin [W/(m K)].
    diameter : float
        [m].

    Returns
    -------
    float
        [K/W].

    Raises
    ------
    InputError
        An argument that is not above zero.
    """
    _positive(conductivity=conductivity, diameter=diameter)
    return 4.0 / (conductivity * diameter)


def plate_fin_efficiency(htc: float, conductivity: float, thickness: float, height: float) -> float:
    """Efficiency of a plate fin between two channels.

    Parameters
    ----------
    htc : float
        Film coefficient [W/(m^2 K)], >= 0.
    conductivity, thickness, height : float
        Of the fin [W/(m K)], [m], base to adiabatic tip [m].

    Returns
    -------
    float
        [-], 0 to 1.

    Raises
    ------
    InputError
        A negative film coefficient or height, or another argument that is not above zero.
    """
    return _straight(htc, plate_fin_parameter(conductivity, thickness), height)


def pin_fin_efficiency(htc: float, conductivity: float, diameter: float, height: float) -> float:
    """Efficiency of a round pin.

    Parameters
    ----------
    htc : float
        Film coefficient [W/(m^2 K)], >= 0.
    conductivity, diameter, height : float
        Of the pin [W/(m K)], [m], base to adiabatic tip [m].

    Returns
    -------
    float
        [-], 0 to 1.

    Raises
    ------
    InputError
        A negative film coefficient or height, or another argument that is not above zero.
    """
    return _straight(htc, pin_fin_parameter(conductivity, diameter), height)


def annular_fin_efficiency(
    htc: ArrayLike, conductivity: float, thickness: float, inner_radius: float, outer_radius: float
) -> Any:
    """Efficiency of an annular fin of constant thickness, wetted on both faces.

    Parameters
    ----------
    htc : array_like
        Film coefficient [W/(m^2 K)], >= 0.
    conductivity, thickness : float
        Of the fin [W/(m K)], [m].
    inner_radius, outer_radius : float
        Of the base and of the adiabatic tip [m].

    Returns
    -------
    float or ndarray
        Shape of ``htc`` [-], 0 to 1.

    Raises
    ------
    InputError
        A film coefficient that is negative or not finite, an outer radius that is not above the inner one, or
        another argument that is not above zero.

    Notes
    -----
    With m^2 = 2 h / (k t)::

        2 r1 / (m (r2^2 - r1^2)) * [K1(m r1) I1(m r2) - I1(m r1) K1(m r2)]
                                 / [I0(m r1) K1(m r2) + K0(m r1) I1(m r2)]

    Scaled Bessel functions keep it finite where the fin is cold over most of its height.

    References
    ----------
    K. A. Gardner, Trans. ASME 67 (1945) 621-631.
    """
    _positive(conductivity=conductivity, thickness=thickness, inner_radius=inner_radius)
    if not (math.isfinite(outer_radius) and outer_radius > inner_radius):
        raise InputError(
            "an annular fin ends outside of its base",
            key="outer_radius",
            found=outer_radius,
            accepted=f"above the inner radius {inner_radius} m",
        )
    h = np.asarray(htc, dtype=float)
    if not (np.all(np.isfinite(h)) and np.all(h >= 0.0)):
        raise InputError("a film coefficient is not negative", key="htc", found=htc, accepted="0 or above")
    m = np.sqrt(2.0 * h / (conductivity * thickness))
    # Below this the efficiency is 1 within rounding, and K1 would run out of range.
    cold = m * outer_radius < 1e-9
    x1 = np.where(cold, 1.0, m * inner_radius)
    x2 = np.where(cold, 1.0, m * outer_radius)
    # ive and kve carry exp(-x) and exp(x); taking exp(x2 - x1) out of every product leaves one decaying factor.
    decay = np.exp(-2.0 * (x2 - x1))
    flux = kve(1, x1) * ive(1, x2) - ive(1, x1) * kve(1, x2) * decay
    base = ive(0, x1) * kve(1, x2) * decay + kve(0, x1) * ive(1, x2)
    ratio = outer_radius / inner_radius
    efficiency = np.where(cold, 1.0, 2.0 / (x1 * (ratio * ratio - 1.0)) * flux / base)
    return efficiency if efficiency.ndim else float(efficiency)


def _straight(htc: float, parameter: float, height: float) -> float:
    for name, value in (("htc", htc), ("height", height)):
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(
                "a fin's film coefficient and height are not negative",
                key=name,
                found=value,
                accepted="0 or above",
            )
    return float(straight_fin(htc * parameter * height * height))


def _positive(**arguments: float) -> None:
    for name, value in arguments.items():
        if not (math.isfinite(value) and value > 0.0):
            raise InputError("a fin has positive measures", key=name, found=value, accepted="above 0")
