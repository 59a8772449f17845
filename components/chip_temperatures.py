"""Chips below heat sinks in a liquid: junction, case and power of each, from the liquid around it.

        junction --- R_package --- case --- conductance of the sink (film, fins, base) --- liquid
           |  \\------ R_back ----- the same conductance of a second sink behind --------/    |
           \\----------------------- conductance through the board --------------------------/

The conductance depends on the base's own temperature (buoyancy, viscosity), and the power on the junction's
(leakage). A secant in the temperature of the base settles both in a few steps. Where that finds no steady state,
the range of the liquid is searched from below for the first one: there is none, or no stable one, only if the
search says so.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.errors import CoolantRangeError, RunawayError, UnitError
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.reduced_junction import junction_above
from hashheat.components.sink_film import check_liquid
from hashheat.components.sink_kernel import SinkFilm, sink_conductance
from hashheat.solvers.convection import exp_poly
from hashheat.solvers.serpentine import MAX_EXPONENT, OK, OUT_OF_RANGE, RUNAWAY
from hashheat.thermo.jit import kernel
from hashheat.thermo.liquid import Liquid

_STEPS = 40
_SEARCH = 96
#: Of the base's temperature [K].
_SETTLED = 1e-9

# Rows of the chips' numbers and results.
_T, _U, _R, _BOARD, _BACK, _DYNAMIC, _LEAK, _T_LEAK, _SCALE = range(9)
_T_CASE, _T_JUNCTION, _POWER, _HTC, _CONDUCTANCE, _GAIN = range(6)

_FAILURES: dict[int, tuple[type[UnitError], str]] = {
    RUNAWAY: (RunawayError, "runs away: leakage feeds on its own heat and no steady state exists"),
    OUT_OF_RANGE: (
        CoolantRangeError,
        "is so hot that the liquid at its sink leaves the range of its properties",
    ),
}


class ChipTemperatures(NamedTuple):
    """Temperatures of chips, arrays of the chips' shape, such as (board, row, col).

    Parameters
    ----------
    T_case : array
        Between package and sink [K].
    T_junction : array
        [K]
    power : array
        [W]
    htc : array
        Film coefficient at the sink [W/(m^2 K)].
    conductance : array
        From case to liquid [W/K].
    loop_gain : array
        Resistance from junction to liquid times dP/dT: runaway begins at 1, and a little above it with a film that
        grows with the heat [-].
    status : int array
        ``OK``, ``RUNAWAY`` or ``OUT_OF_RANGE`` of :mod:`hashheat.solvers.serpentine`; where it
        is not ``OK`` the other numbers are those at which the solution was given up.
    """

    T_case: np.ndarray
    T_junction: np.ndarray
    power: np.ndarray
    htc: np.ndarray
    conductance: np.ndarray
    loop_gain: np.ndarray
    status: np.ndarray


def chip_temperatures(
    film: SinkFilm,
    liquid: Liquid,
    T_liquid: ArrayLike,
    velocity: ArrayLike,
    heat: ChipHeat,
    *,
    gravity_along: float = -9.80665,
    board_conductance: ArrayLike = 0.0,
    back_resistance: ArrayLike = math.inf,
    strict: bool = True,
) -> ChipTemperatures:
    """Find the temperatures of chips in a liquid of given temperature and velocity.

    Parameters
    ----------
    film : SinkFilm
        From :func:`hashheat.components.sink_film.sink_film`.
    liquid : Liquid
    T_liquid, velocity : array_like
        Around each chip [K], and superficial along the fins, with its sign [m/s]; broadcast to the chips' shape.
    heat : ChipHeat
        Resistance from junction to case and what the chips draw; numbers, or arrays that broadcast likewise.
    gravity_along : float
        Gravity along the axis of ``velocity``, with its sign [m/s^2].
    board_conductance : array_like
        From junction to liquid through the board [W/K], 0 or more.
    back_resistance : array_like
        From junction to the base of a second, equal sink on the other face [K/W]; infinite without. Its
        film has the conductance of the first.
    strict : bool
        Raise if a chip has no steady state; else its status tells.

    Returns
    -------
    ChipTemperatures
        The heat of each chip is what its ways to the liquid carry, and equals its power.

    Raises
    ------
    RunawayError, CoolantRangeError
        Naming the first chip without a result and how many there are.
    HeatSinkError
        For numbers that cannot be, or liquid outside of its range.
    """
    given = {
        "T_liquid": T_liquid,
        "velocity": velocity,
        "resistance": heat.resistance,
        "board_conductance": board_conductance,
        "back_resistance": back_resistance,
        "P_dynamic": heat.P_dynamic,
        "P_leak": heat.P_leak,
        "T_leak": heat.T_leak,
        "leak_scale": heat.leak_scale,
    }
    try:
        arrays = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in given.values()))
    except ValueError as error:
        shapes = {name: np.shape(value) for name, value in given.items() if np.shape(value)}
        raise HeatSinkError("the chips' numbers do not fit each other", found=shapes) from error
    for name, values in zip(given, arrays, strict=True):
        _check(name, values, liquid)
    shape = arrays[0].shape
    chips = np.ascontiguousarray(np.array([values.ravel() for values in arrays]))
    out = np.zeros((6, chips.shape[1]))
    status = np.zeros(chips.shape[1], dtype=np.int64)
    _solve_chips(film, liquid, float(gravity_along), chips, out, status)
    if strict and (status != OK).any():
        _refuse(shape, chips, out, status)
    T_case, T_junction, power, htc, conductance, gain = (row.reshape(shape) for row in out)
    return ChipTemperatures(T_case, T_junction, power, htc, conductance, gain, status.reshape(shape))


def _check(name: str, values: np.ndarray, liquid: Liquid) -> None:
    if name == "T_liquid":
        check_liquid(name, values, liquid)
        return
    if name == "velocity":
        check_liquid(name, values)
        return
    positive = name in ("T_leak", "leak_scale", "back_resistance")
    fits = (values > 0.0 if positive else values >= 0.0) & (np.isfinite(values) | (name == "back_resistance"))
    if not fits.all():
        raise HeatSinkError(
            "a number of the chips cannot be",
            key=name,
            found=float(values.ravel()[int(np.argmin(fits))]),
            accepted="more than 0" if positive else "0 or more",
        )


def _refuse(shape: tuple[int, ...], chips: np.ndarray, out: np.ndarray, status: np.ndarray) -> None:
    for code, (error, text) in _FAILURES.items():
        failed = np.flatnonzero(status == code)
        if failed.size:
            at = int(failed[0])
            where = [int(i) for i in np.unravel_index(at, shape)] if shape else "of the sink"
            raise error(
                f"chip {where} {text}; {failed.size} of {status.size} chips do\n"
                f"  liquid:   {chips[_T, at] - 273.15:.2f} degC, {chips[_U, at]:.3g} m/s along the fins\n"
                f"  given up: at a junction of {out[_T_JUNCTION, at] - 273.15:.2f} degC"
            )


@kernel
def _drawn(chips: np.ndarray, i: int, T: float) -> float:
    """Leakage of a chip [W]; bounded far beyond any steady state."""
    exponent = (T - chips[_T_LEAK, i]) / chips[_SCALE, i]
    return chips[_LEAK, i] * exp_poly(min(max(exponent, -MAX_EXPONENT), MAX_EXPONENT))


@kernel
def _settle(
    film: SinkFilm, liquid: Liquid, gravity: float, chips: np.ndarray, i: int, base: float
) -> tuple[float, float, float, float, float, int]:
    """From the base's temperature the one that its conductance gives, and what goes with it."""
    T, R = chips[_T, i], chips[_R, i]
    seen = min(base, liquid.T_max)
    G, htc, _, _ = sink_conductance(film, liquid, chips[_U, i], T, seen, gravity)
    front = R + 1.0 / G
    total = 1.0 / (1.0 / front + 1.0 / (chips[_BACK, i] + 1.0 / G) + chips[_BOARD, i])
    T_j, gain, status = junction_above(
        T, total, chips[_DYNAMIC, i], chips[_LEAK, i], chips[_T_LEAK, i], chips[_SCALE, i]
    )
    return T + (T_j - T) / (front * G), T_j, G, htc, gain, status


@kernel
def _excess(film: SinkFilm, liquid: Liquid, gravity: float, chips: np.ndarray, i: int, base: float) -> float:
    """Power of a chip less the heat that leaves it, at a temperature of its base [W]."""
    T = chips[_T, i]
    G, _, _, _ = sink_conductance(film, liquid, chips[_U, i], T, base, gravity)
    heat = G * (base - T)
    T_j = base + chips[_R, i] * heat
    heat += (T_j - T) * (chips[_BOARD, i] + 1.0 / (chips[_BACK, i] + 1.0 / G))
    return chips[_DYNAMIC, i] + _drawn(chips, i, T_j) - heat


@kernel
def _step(T: float, top: float, step: int) -> float:
    """Temperatures of the search, denser below, where steady states are [K]."""
    share = step / _SEARCH
    return T + (top - T) * share * share


@kernel
def _search(film: SinkFilm, liquid: Liquid, gravity: float, chips: np.ndarray, i: int) -> tuple[float, int]:
    """Lowest steady temperature of the base, or where the search ended and why."""
    T, top = chips[_T, i], liquid.T_max
    least, where = np.inf, 0
    for step in range(_SEARCH + 1):
        excess = _excess(film, liquid, gravity, chips, i, _step(T, top, step))
        if excess < least:
            least, where = excess, step
        if excess <= 0.0:
            break
    low, high = _step(T, top, max(where - 1, 0)), _step(T, top, min(where + 1, _SEARCH))
    if least > 0.0:
        # Two steady states close together may lie between two steps: down to the least excess.
        for _ in range(80):
            one, other = low + (high - low) / 3.0, high - (high - low) / 3.0
            if _excess(film, liquid, gravity, chips, i, one) > _excess(
                film, liquid, gravity, chips, i, other
            ):
                low = one
            else:
                high = other
        high = 0.5 * (low + high)
        if _excess(film, liquid, gravity, chips, i, high) > 0.0:
            return high, RUNAWAY if high < top - 1e-6 and chips[_LEAK, i] > 0.0 else OUT_OF_RANGE
        low = _step(T, top, max(where - 1, 0))
    else:
        high = _step(T, top, where)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _excess(film, liquid, gravity, chips, i, middle) > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high), OK


@kernel
def _solve_chip(
    film: SinkFilm, liquid: Liquid, gravity: float, chips: np.ndarray, i: int, out: np.ndarray
) -> int:
    base = chips[_T, i]
    new, T_j, G, htc, gain, status = _settle(film, liquid, gravity, chips, i, base)
    before, miss_before = base, new - base
    base = new
    settled = False
    for _ in range(_STEPS):
        if status != OK:
            break
        new, T_j, G, htc, gain, status = _settle(film, liquid, gravity, chips, i, base)
        miss = new - base
        if abs(miss) < _SETTLED:
            settled = status == OK
            break
        step = miss
        # Secant, where the map contracts as a film's should.
        slope = (miss - miss_before) / (base - before) if base != before else -1.0
        if -2.0 < slope < -0.5:
            step = -miss / slope
        before, miss_before = base, miss
        base = max(base + step, chips[_T, i])
    if not settled:
        new, status = _search(film, liquid, gravity, chips, i)
        _, _, G, htc, _, _ = _settle(film, liquid, gravity, chips, i, new)
        T_j = new + chips[_R, i] * G * (new - chips[_T, i])
        way = chips[_BOARD, i] + 1.0 / (chips[_BACK, i] + 1.0 / G) + 1.0 / (chips[_R, i] + 1.0 / G)
        gain = _drawn(chips, i, T_j) / chips[_SCALE, i] / way
    elif new > liquid.T_max:
        status = OUT_OF_RANGE
    out[_T_CASE, i], out[_T_JUNCTION, i] = new, T_j
    out[_POWER, i] = chips[_DYNAMIC, i] + _drawn(chips, i, T_j)
    out[_HTC, i], out[_CONDUCTANCE, i], out[_GAIN, i] = htc, G, gain
    return status


@kernel
def _solve_chips(
    film: SinkFilm,
    liquid: Liquid,
    gravity: float,
    chips: np.ndarray,
    out: np.ndarray,
    status: np.ndarray,
) -> None:
    for i in range(chips.shape[1]):
        status[i] = _solve_chip(film, liquid, gravity, chips, i, out)
