"""How much hotter the hottest single chip of a unit is than a chip of mean resistance.

Chips differ in their resistance to the plate. One with more of it is hotter, leaks more, and is hotter for that
too: a junction at t needs the resistance ``(t - T_plate) / P(t)``, and beyond the largest such ratio a chip has no
steady state. With resistances normal about their mean, independent of each other, the probability that no chip is
above t is ``prod Phi((R(t) / R_mean - 1) / spread)``.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from hashheat.thermo.jit import kernel, parallel_kernel

_STEPS = 80
_TOLERANCE = 1e-6  # K
_FAR = 8.0  # standard deviations: above it with a probability of 6e-16
_HIGHEST = 300.0  # K above the plate: no median that hot is looked for
_CASES_OF_A_BLOCK = 64


class ChipPower(NamedTuple):
    """Power of a chip, ``dynamic + leak exp((T - T_leak) / scale)``; every field of shape (case,).

    Parameters
    ----------
    dynamic, leak : array
        [W]
    T_leak, scale : array
        [K]
    """

    dynamic: np.ndarray
    leak: np.ndarray
    T_leak: np.ndarray
    scale: np.ndarray


@kernel
def _reach(t: float, T_plate: float, dynamic: float, leak: float, T_leak: float, scale: float) -> float:
    """Resistance that brings a chip to t, or the largest that has a steady state if t lies beyond it [K/W]."""
    P = dynamic + leak * math.exp((t - T_leak) / scale)
    if (t - T_plate) * (P - dynamic) <= scale * P:
        return (t - T_plate) / P
    # At the largest ratio, y = (T - T_plate) / scale - 1 solves y e^y = c; by Newton in ln y + y = ln c.
    ln_c = math.log(dynamic / leak) + (T_leak - T_plate) / scale - 1.0
    y = ln_c if ln_c > 1.0 else math.exp(ln_c) / (1.0 + math.exp(ln_c))
    for _ in range(50):
        step = (math.log(y) + y - ln_c) / (1.0 / y + 1.0)
        y = y - step if y > step else 0.5 * y
        if abs(step) < 1e-12 * y:
            break
    T = T_plate + (1.0 + y) * scale
    return (T - T_plate) / (dynamic + leak * math.exp((T - T_leak) / scale))


@kernel
def _expected_above(
    t: float,
    T_plate: np.ndarray,
    chips: np.ndarray,
    resistance: float,
    spread: float,
    dynamic: float,
    leak: float,
    T_leak: float,
    scale: float,
) -> float:
    """Minus the logarithm of the probability that no chip is above t."""
    value = 0.0
    per_resistance, per_spread = 1.0 / resistance, 1.0 / spread
    for i in range(T_plate.size):
        if chips[i] > 0.0:
            x = (_reach(t, T_plate[i], dynamic, leak, T_leak, scale) * per_resistance - 1.0) * per_spread
            if x < _FAR:
                above = 0.5 * math.erfc(x * math.sqrt(0.5))
                value -= chips[i] * math.log1p(-min(above, 1.0 - 1e-16))
    return value


@kernel
def _each(
    T_plate: np.ndarray,
    T_chip: np.ndarray,
    chips: np.ndarray,
    resistance: np.ndarray,
    spread: np.ndarray,
    power: ChipPower,
    median: np.ndarray,
    steepness: np.ndarray,
    curvature: np.ndarray,
) -> None:
    for c in range(T_plate.shape[0]):
        top, plate = -1e300, -1e300
        for i in range(chips.size):
            if chips[i] > 0.0:
                top = max(top, T_chip[c, i])
                plate = max(plate, T_plate[c, i])
        median[c], steepness[c], curvature[c] = top, np.inf, 0.0
        if not (spread[c] > 0.0 and resistance[c] > 0.0):
            continue
        law = (power.dynamic[c], power.leak[c], power.T_leak[c], power.scale[c])
        own = (T_plate[c], chips, resistance[c], spread[c])
        # The fewer chips, the lower the median: it can even lie below the mean chip.
        low, high = plate, plate + _HIGHEST
        if _expected_above(high, *own, *law) > math.log(2.0):
            median[c] = np.inf
            continue
        # Bisection on a start near the mean chip, then the secant in the logarithm, which is nearly straight.
        t = top + 2.0 * spread[c] * (top - plate)
        for _ in range(_STEPS):
            step = 1e-3 + 1e-3 * (t - plate)
            here, next_to = _expected_above(t, *own, *law), _expected_above(t + step, *own, *law)
            if here > math.log(2.0):
                low = t
            else:
                high = t
            better = 0.5 * (low + high)
            if here > 1e-30 and next_to > 0.0 and next_to < here:
                secant = t + math.log(here / math.log(2.0)) * step / math.log(here / next_to)
                if low < secant < high:
                    better = secant
            if abs(better - t) < _TOLERANCE:
                break
            t = better
        median[c] = t
        # How the logarithm of the expected number falls above the median: a parabola over one standard deviation.
        step = 0.5 * spread[c] * max(top - plate, 1e-3)
        first = math.log(_expected_above(t, *own, *law) + 1e-300)
        second = math.log(_expected_above(t + step, *own, *law) + 1e-300)
        third = math.log(_expected_above(t + 2.0 * step, *own, *law) + 1e-300)
        steepness[c] = (3.0 * first - 4.0 * second + third) / (2.0 * step)
        curvature[c] = -(first - 2.0 * second + third) / (step * step)


@parallel_kernel
def _each_in_blocks(
    T_plate: np.ndarray,
    T_chip: np.ndarray,
    chips: np.ndarray,
    resistance: np.ndarray,
    spread: np.ndarray,
    power: ChipPower,
    median: np.ndarray,
    steepness: np.ndarray,
    curvature: np.ndarray,
) -> None:
    cases = T_plate.shape[0]
    for block in numba.prange((cases + _CASES_OF_A_BLOCK - 1) // _CASES_OF_A_BLOCK):
        a = block * _CASES_OF_A_BLOCK
        z = min(a + _CASES_OF_A_BLOCK, cases)
        law = ChipPower(power.dynamic[a:z], power.leak[a:z], power.T_leak[a:z], power.scale[a:z])
        _each(
            T_plate[a:z],
            T_chip[a:z],
            chips,
            resistance[a:z],
            spread[a:z],
            law,
            median[a:z],
            steepness[a:z],
            curvature[a:z],
        )


def hottest_chip(
    T_plate: np.ndarray,
    T_chip: np.ndarray,
    chips: np.ndarray,
    resistance: np.ndarray,
    spread: np.ndarray,
    power: ChipPower,
    *,
    parallel: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Median of the hottest junction among many chips whose resistances scatter.

    Parameters
    ----------
    T_plate, T_chip : (case, n) array
        Plate, and junction of a chip of mean resistance, on each cell [K].
    chips : (n,) array
        Chips on each cell; cells without chips are left out.
    resistance, spread : (case,) array
        Mean resistance from junction to plate [K/W], and its relative standard deviation among chips [-].
    power : ChipPower
        Of the chips.
    parallel : bool
        Share the cases among threads; the result is the same.

    Returns
    -------
    median : (case,) array
        [K], to about 1e-5; the largest of ``T_chip`` where nothing scatters; infinite where more likely than not
        some chip has no steady state.
    steepness, curvature : (case,) array
        How the logarithm of the expected number of chips above t falls from the median on, ``-s d - c d**2 / 2``
        at a distance d [1/K, 1/K^2]; for :func:`hottest_of_all`. Infinite and zero without scatter.
    """
    shape = T_chip.shape[0]
    median, steepness, curvature = np.empty(shape), np.empty(shape), np.empty(shape)

    def each(x: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.broadcast_to(x, (shape,)), dtype=float)

    run = _each_in_blocks if parallel else _each
    run(
        np.ascontiguousarray(T_plate, dtype=float),
        np.ascontiguousarray(T_chip, dtype=float),
        np.ascontiguousarray(chips, dtype=float),
        each(resistance),
        each(spread),
        ChipPower(*(each(x) for x in power)),
        median,
        steepness,
        curvature,
    )
    return median, steepness, curvature


def hottest_of_all(
    medians: np.ndarray, steepness: np.ndarray, curvature: np.ndarray, rise: np.ndarray
) -> np.ndarray:
    """Median of the hottest junction of several units.

    Each unit adds ``ln 2 exp(-s d - c d**2 / 2)`` chips above t, d above its own median; the median of all is
    where these add up to ln 2. A unit's scatter goes with its rise, so that s and c of the hottest unit serve the
    others after scaling.

    Parameters
    ----------
    medians : (case, unit) array
        Of each unit [K].
    steepness, curvature : (case,) array
        Of the unit with the largest median, of :func:`hottest_chip` [1/K, 1/K^2].
    rise : (case, unit) array
        Junction above plate of a chip of mean resistance [K].

    Returns
    -------
    (case,) array
        [K], not below the largest of the medians; infinite where more likely than not some chip runs away.
    """
    top = medians.max(axis=1)
    known = np.isfinite(steepness) & np.isfinite(top)
    at = np.where(np.isfinite(medians), medians, -np.inf)
    leader = np.take_along_axis(rise, at.argmax(axis=1)[:, None], axis=1)
    scale = leader / np.maximum(rise, 1e-9)
    s = np.where(known, steepness, 1.0)[:, None] * scale
    c = np.where(known, curvature, 0.0)[:, None] * scale**2
    turn = np.where(c < 0.0, 0.9 * s / np.maximum(-c, 1e-300), np.inf)
    t = np.where(known, top, 0.0)
    below = np.where(np.isfinite(medians) & known[:, None], medians, -1e9)
    for _ in range(_STEPS):
        d = t[:, None] - below
        # Where the parabola turns upwards, near the chips' own runaway, the number goes on falling at a tenth of
        # its first rate: a slow fall, on the hot side.
        inner = np.minimum(d, turn)
        slope = np.maximum(s + c * d, 0.1 * s)
        fall = -s * inner - 0.5 * c * inner * inner - 0.1 * s * (d - inner)
        number = np.exp(np.maximum(fall, -700.0))
        total = number.sum(axis=1)
        step = np.log(np.maximum(total, 1e-300)) * total / np.maximum((number * slope).sum(axis=1), 1e-300)
        t = t + step
        if np.all(np.abs(step) < _TOLERANCE):
            break
    # So slow a fall that the hottest of all stands twice as high as the hottest unit's: chips beyond their fold.
    t = np.where(t - top > leader[:, 0], np.inf, np.maximum(t, top))
    return np.where(known, t, top)
