"""Nusselt number and friction factor of chevron plate channels, as scalar formulas.

Every correlation of :mod:`hashheat.components.chevron_correlations` is one of four forms here, and its
constants arrive ready made in a :class:`ChevronLaw`: all laws have one Numba type and one compiled kernel.

Reynolds and Nusselt numbers are on D_h = 2 b / phi, with b the gap between the plates and phi the enlargement
factor; friction is Darcy's on D_h along the straight way between the ports: dp = f (L / D_h) rho u^2 / 2.

A law that jumps or bends at a Reynolds number is led over the break by a smooth step in ln Re that reaches
from Re_break / 1.25 to 1.25 Re_break, with continuous first derivative. Outside that band the law is exactly
the source's.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: Forms of a law: a constant; up to three power laws in Re; Martin's; the cubes of two power laws added.
FIXED, POWER, MARTIN, ASYMPTOTIC = 0, 1, 2, 3

#: A break is smoothed from ``Re_break / BLEND_RATIO`` to ``Re_break * BLEND_RATIO``.
BLEND_RATIO = 1.25
_HALF = math.log(BLEND_RATIO)

#: Where Martin's friction changes from laminar to turbulent [-].
RE_MARTIN = 2000.0
_RE_LOW, _RE_HIGH, _LN_MARTIN = RE_MARTIN / BLEND_RATIO, RE_MARTIN * BLEND_RATIO, math.log(RE_MARTIN)
_HALF_LN_39 = 0.5 * math.log(39.0)

_LENGTH = 10
_NEVER = -1e3  # a break no Reynolds number reaches: ln Re is never as low
Constants = tuple[float, float, float, float, float, float, float, float, float, float]


class ChevronLaw(NamedTuple):
    """A correlation with its constants resolved for one plate; enters kernels by value.

    Attributes
    ----------
    nusselt_form, friction_form : int
        FIXED, POWER, MARTIN or ASYMPTOTIC.
    beta : float
        Chevron angle from the main flow direction [rad].
    phi : float
        Enlargement factor [-].
    nu, f : tuple of 10 floats
        Constants of the forms, made by :func:`fixed_constants` and its neighbours.
    """

    nusselt_form: int
    friction_form: int
    beta: float
    phi: float
    nu: Constants
    f: Constants


def pack_law(law: ChevronLaw) -> np.ndarray:
    """All numbers of a law as a (24,) float array: Numba's parallel loops cannot carry a tuple of tuples."""
    return np.array([*law[:4], *law.nu, *law.f], dtype=float)


@kernel
def unpack_law(a: np.ndarray) -> ChevronLaw:
    """Rebuild, inside a kernel, the law that :func:`pack_law` wrote."""
    nu = (a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13])
    f = (a[14], a[15], a[16], a[17], a[18], a[19], a[20], a[21], a[22], a[23])
    return ChevronLaw(int(a[0]), int(a[1]), a[2], a[3], nu, f)


def _padded(*values: float) -> Constants:
    numbers = [float(value) for value in values]
    return tuple(numbers + [0.0] * (_LENGTH - len(numbers)))  # type: ignore[return-value]


def fixed_constants(value: float) -> Constants:
    """Make the constants of FIXED: the same Nu or f at any Re [-]."""
    return _padded(value)


def power_constants(
    pieces: list[tuple[float, float]], breaks: list[float], n: float = 0.0, k: float = 0.0
) -> Constants:
    """Make the constants of POWER: C Re^m Pr^n (mu / mu_wall)^k, with other C and m beyond each break.

    Parameters
    ----------
    pieces : list of (C, m)
        One to three power laws, from low to high Re; C above 0 [-].
    breaks : list of float
        Reynolds numbers between them, rising, at least a factor BLEND_RATIO^2 apart [-].
    n, k : float
        Exponents of Pr and of the viscosity ratio [-]; not used by friction.

    Raises
    ------
    InputError
        Pieces and breaks do not fit together.
    """
    if not 1 <= len(pieces) <= 3 or len(breaks) != len(pieces) - 1:
        raise InputError(
            "a law takes one to three power laws, and a break between each two",
            found=f"{len(pieces)} pieces, {len(breaks)} breaks",
        )
    if any(high < BLEND_RATIO**2 * low for low, high in itertools.pairwise(breaks)):
        raise InputError("breaks must rise and their bands must not overlap", found=breaks)
    laws = [(math.log(C), m) for C, m in pieces]
    laws = [laws[0]] * (3 - len(laws)) + laws
    at = [_NEVER] * (2 - len(breaks)) + [math.log(Re) for Re in breaks]
    return _padded(*laws[0], *laws[1], *laws[2], *at, n, k)


def asymptotic_constants(
    low: tuple[float, float], high: tuple[float, float], n: float = 0.0, k: float = 0.0
) -> Constants:
    """Make the constants of ASYMPTOTIC: (y_1^3 + y_2^3)^(1/3) Pr^n (mu / mu_wall)^k with y = C Re^m [-]."""
    return _padded(math.log(low[0]), low[1], math.log(high[0]), high[1], 0.0, 0.0, 0.0, 0.0, n, k)


def martin_constants(
    beta: float,
    *,
    a: float,
    b: float,
    c: float,
    log_slope: float,
    laminar: float,
    factor: float = 1.0,
    lead: float = 1.0,
    exponent: float = 0.0,
    n: float = 0.0,
    k: float = 0.0,
) -> Constants:
    """Make the constants of MARTIN, for friction and for the Nusselt number alike.

    Parameters
    ----------
    beta : float
        Chevron angle from the main flow direction, 0 to pi / 2 without the ends [rad].
    a, b, c : float
        Free constants of the friction law [-]: 3.8, 0.18, 0.36.
    log_slope : float
        Of the smooth tube, f0 = (log_slope ln Re - 1.5)^-2 [-]: 1.8 / ln 10, or 0.78 in the paper of 1999.
    laminar : float
        Of f1 = laminar / Re + 3.85 [-]: 597, or 596 in the paper of 1999.
    factor : float
        On f alone, for calibration [-]; the Nusselt number does not see it.
    lead, exponent, n, k : float
        Nu = lead Pr^n (mu / mu_wall)^k [f Re^2 sin(2 beta)]^exponent [-].
    """
    root = b * math.tan(beta) + c * math.sin(beta)
    g = (1.0 - math.cos(beta)) / math.sqrt(a)
    start = math.log(lead) + exponent * math.log(math.sin(2.0 * beta))
    return _padded(root, math.cos(beta), g, log_slope, laminar, start, exponent, factor, n, k)


@kernel
def _smooth_step(x: float, middle: float) -> float:
    """Rise from 0 to 1 over the band around a break; x and middle are ln Re."""
    t = min(1.0, max(0.0, 0.5 + 0.5 * (x - middle) / _HALF))
    return t * t * (3.0 - 2.0 * t)


@kernel
def _power_exponent(p: Constants, x: float) -> float:
    """Return ln(C Re^m) of up to three pieces at x = ln Re."""
    first, second, third = p[0] + p[1] * x, p[2] + p[3] * x, p[4] + p[5] * x
    return first + _smooth_step(x, p[6]) * (second - first) + _smooth_step(x, p[7]) * (third - second)


@kernel
def _asymptotic_exponent(p: Constants, x: float) -> float:
    """Return ln (y_1^3 + y_2^3)^(1/3) of two power laws at x = ln Re."""
    first, second = p[0] + p[1] * x, p[2] + p[3] * x
    return max(first, second) + math.log(1.0 + math.exp(-3.0 * abs(first - second))) / 3.0


@kernel
def _martin_root(p: Constants, Re: float) -> float:
    """Return 1 / sqrt(f) of Martin's friction law.

    f0 is the smooth tube, f1 Focke's data at 90 degrees; both change at RE_MARTIN, where f steps up by 5 to
    7 %. The step is spread over the band in 1 / sqrt(f).
    """
    laminar = turbulent = 0.0
    if Re < _RE_HIGH:
        laminar = p[1] / math.sqrt(p[0] + 64.0 / (Re * p[1])) + p[2] / math.sqrt(p[4] / Re + 3.85)
        if Re <= _RE_LOW:
            return laminar
    x = math.log(Re)
    tube = p[3] * x - 1.5
    turbulent = p[1] / math.sqrt(p[0] + 1.0 / (tube * tube * p[1])) + p[2] * math.exp(
        0.1445 * x - _HALF_LN_39
    )
    if Re >= _RE_HIGH:
        return turbulent
    return laminar + _smooth_step(x, _LN_MARTIN) * (turbulent - laminar)


@kernel
def chevron_nusselt(law: ChevronLaw, Re: float, Pr: float, mu_ratio: float) -> float:
    """Nusselt number of a chevron channel.

    Parameters
    ----------
    law : ChevronLaw
        The correlation for this plate.
    Re : float
        Reynolds number on D_h = 2 b / phi [-], 0 or above.
    Pr : float
        Prandtl number [-], above 0.
    mu_ratio : float
        Viscosity at bulk over viscosity at wall temperature [-], above 0.

    Returns
    -------
    float
        Nu = htc D_h / k [-]. At Re = 0 it is 0, except for a FIXED law: none of the sources knows the
        conduction through fluid at rest.

    References
    ----------
    H. Martin, Chem. Eng. Process. 35 (1996) 301-310 for MARTIN; the other forms carry their sources in
    :data:`hashheat.components.chevron_correlations.CORRELATIONS`.
    """
    p = law.nu
    if law.nusselt_form == FIXED:
        return p[0]
    if Re == 0.0:
        return 0.0
    fluid = p[8] * math.log(Pr) + p[9] * math.log(mu_ratio)
    if law.nusselt_form == MARTIN:
        # f Re^2 = (Re / root)^2 with root = 1 / sqrt(f).
        return math.exp(p[5] + 2.0 * p[6] * math.log(Re / _martin_root(p, Re)) + fluid)
    x = math.log(Re)
    if law.nusselt_form == POWER:
        return math.exp(_power_exponent(p, x) + fluid)
    return math.exp(_asymptotic_exponent(p, x) + fluid)


@kernel
def chevron_friction(law: ChevronLaw, Re: float) -> float:
    """Darcy friction factor of a chevron channel.

    Parameters
    ----------
    law : ChevronLaw
        The correlation for this plate.
    Re : float
        Reynolds number on D_h = 2 b / phi [-], 0 or above.

    Returns
    -------
    float
        f on D_h, per flow length [-]. At Re = 0 it is infinite, except for a FIXED law; f Re then has a
        limit only where the law ends in a laminar branch.

    References
    ----------
    See :func:`chevron_nusselt`.
    """
    p = law.f
    if law.friction_form == FIXED:
        return p[0]
    if Re == 0.0:
        return math.inf
    if law.friction_form == MARTIN:
        root = _martin_root(p, Re)
        return p[7] / (root * root)
    x = math.log(Re)
    if law.friction_form == POWER:
        return math.exp(_power_exponent(p, x))
    return math.exp(_asymptotic_exponent(p, x))
