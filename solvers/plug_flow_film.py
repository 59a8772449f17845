"""Plug flow past a wall with a film between them: fronts are late, and smear.

Water moves in ``n_cell`` equal plugs past as many cells of wall that stand still. The first and the last plug are
only partly in the pipe, so that flow is no multiple of a cell; what enters mixes with the first plug and with
nothing else, so a front is never wider for its journey than one cell. Over a piece of the step the plugs move
half of it, exchange heat with the wall beside them, and move the other half; each shared length relaxes towards
its own balance as two bodies do, exactly, so that no step is too long to be stable. The wall loses heat to the
surroundings.

A front is smeared over ``sqrt(2 L / x_f) C_w / G`` in time, with x_f the length over which water gives its heat
up to the film: 10 to 20 s on 40 m of DN50. Where steps are minutes, :mod:`hashheat.solvers.plug_flow` gives the
same means at a thousandth of the cost.
"""

import math
from typing import NamedTuple

import numpy as np

from hashheat.thermo.jit import kernel

#: Largest exchange number of a piece of a step [-]: the error goes with its square.
MOST_EXCHANGE = 0.2
_ALIGNED = 1e-12


class FilmPipe(NamedTuple):
    """Water and wall; nothing in it is changed in place.

    Parameters
    ----------
    water : (n_cell + 1,) array
        Temperatures of the plugs from start to end [K].
    wall : (n_cell,) array
        [K]
    filled : float
        Share of the first plug that is in the pipe, 0 to 1; the last has the rest.
    """

    water: np.ndarray
    wall: np.ndarray
    filled: float


class FilmPassage(NamedTuple):
    """What a step gives.

    Parameters
    ----------
    T_out : float
        Of the water that flowed out, mean [K]; without flow, at the end.
    out : float
        Water that flowed out over that in the pipe, times its temperature [K].
    loss : float
        Heat to the surroundings over the water's heat capacity [K].
    """

    T_out: float
    out: float
    loss: float


def uniform_film_pipe(T: float, n_cell: int = 200) -> FilmPipe:
    """Give a pipe of one temperature [K]."""
    return FilmPipe(np.full(n_cell + 1, float(T)), np.full(n_cell, float(T)), 0.0)


@kernel
def film_heat(pipe: FilmPipe, ratio: float, T_ref: float) -> float:
    """Stored heat over the water's heat capacity [K]; ``ratio`` is that of the wall over that of the water [-]."""
    n = pipe.wall.size
    total = pipe.filled * (pipe.water[0] - T_ref) + (1.0 - pipe.filled) * (pipe.water[n] - T_ref)
    for i in range(1, n):
        total += pipe.water[i] - T_ref
    for i in range(n):
        total += ratio * (pipe.wall[i] - T_ref)
    return total / n


@kernel
def _lose(wall: np.ndarray, loss: float, ratio: float, T_g: float) -> float:
    """Cool the wall towards the surroundings in place; returns what is lost, per plug."""
    lost, gap = 0.0, -math.expm1(-loss / ratio)
    for i in range(wall.size):
        excess = wall[i] - T_g
        lost += ratio * gap * excess
        wall[i] -= gap * excess
    return lost


@kernel
def _relax(
    water: np.ndarray,
    wall: np.ndarray,
    given: np.ndarray,
    filled: float,
    rate: np.ndarray,
    ratio: float,
    loss: float,
    T_g: float,
) -> float:
    """Exchange in place over a piece of a step; returns what is lost, per plug."""
    n = wall.size
    given[:] = 0.0
    points = rate.size - 2
    lost = _lose(wall, 0.5 * loss, ratio, T_g)
    for i in range(n + 1):
        T = water[i]
        place = min(max(T - rate[0], 0.0) * rate[1], points - 1.0)
        k = min(int(place), points - 2)
        number = rate[2 + k] + (place - k) * (rate[3 + k] - rate[2 + k])
        part = -math.expm1(-number * (1.0 + 1.0 / ratio)) * ratio / (1.0 + ratio)
        behind, ahead = (1.0 - filled) if i > 0 else 0.0, filled if i < n else 0.0
        heat = 0.0
        if behind > 0.0:
            q = behind * part * (T - wall[i - 1])
            given[i - 1] += q
            heat += q
        if ahead > 0.0:
            q = ahead * part * (T - wall[i])
            given[i] += q
            heat += q
        size = behind + ahead
        if size > 0.0:
            water[i] = T - heat / size
    for i in range(n):
        wall[i] += given[i] / ratio
    return lost + _lose(wall, 0.5 * loss, ratio, T_g)


@kernel
def _shift(water: np.ndarray, filled: float, moved: float, T_in: float) -> tuple[float, float]:
    """Move on by a part of a cell that ends at or before the next alignment, in place; returns filled, out."""
    n = water.size - 1
    if moved > 0.0:
        if filled >= 1.0 - _ALIGNED:
            for i in range(n, 0, -1):
                water[i] = water[i - 1]
            water[0], filled = T_in, 0.0
        out = moved * water[n]
        water[0] = (filled * water[0] + moved * T_in) / (filled + moved)
        filled = min(filled + moved, 1.0)
    else:
        moved = -moved
        if filled <= _ALIGNED:
            for i in range(n):
                water[i] = water[i + 1]
            water[n], filled = T_in, 1.0
        out = moved * water[0]
        water[n] = ((1.0 - filled) * water[n] + moved * T_in) / (1.0 - filled + moved)
        filled = max(filled - moved, 0.0)
    return filled, out


@kernel
def _room(filled: float, forward: bool) -> float:
    """Part of a cell that can move before the plugs stand beside the next cells."""
    room = 1.0 - filled if forward else filled
    return room if room > _ALIGNED else 1.0


@kernel
def film_step(
    pipe: FilmPipe, flow: float, film: np.ndarray, ratio: float, loss: float, T_in: float, T_ambient: float
) -> tuple[FilmPipe, FilmPassage]:
    """Move the water of a pipe on by one step.

    Parameters
    ----------
    pipe : FilmPipe
    flow : float
        Water that flows in the step over that in the pipe [-]; negative from the end to the start.
    film : (3 or more,) array
        Exchange number ``G L dt / C_water`` of the step over the water's temperature [-]: the lowest temperature
        [K], points per kelvin [1/K], then the number at each point; beyond the ends that of the end. G is the
        film coefficient times perimeter, with half the wall's own resistance, per length.
    ratio : float
        Heat capacity of the wall over that of the water [-], above 0.
    loss : float
        Conductance from the wall to the surroundings times step over the water's heat capacity [-].
    T_in, T_ambient : float
        [K]

    Returns
    -------
    FilmPipe, FilmPassage
        The state after the step and what it passed; ``|flow| T_in - out - loss`` is the change of
        :func:`film_heat`, to rounding. Second order in cells and pieces for smooth inlets.

    References
    ----------
    T. E. W. Schumann, Heat transfer: a liquid flowing through a porous prism, J. Franklin Inst. 208 (1929)
    405-416: the case of constant flow and film, without loss, in closed form; held against it in the tests.
    """
    water, wall, filled = pipe.water.copy(), pipe.wall.copy(), pipe.filled
    n = wall.size
    forward = flow > 0.0
    left = abs(flow) * n  # cells to move
    share = 1.0  # of the step still to take
    most = 0.0
    for i in range(2, film.size):
        most = max(most, film[i])
    longest = 1.0 / max(1.0, math.ceil(most * (1.0 + 1.0 / ratio) / MOST_EXCHANGE))
    speed = left
    rate, given = film.copy(), np.zeros(n)
    out = lost = 0.0
    while share > 1e-13:
        piece = min(share, longest)
        if speed > 0.0:
            piece = min(piece, 1.0 / speed)
        moving = speed * piece
        if share - piece < 1e-13:
            piece, moving = share, left
        for half in range(2):
            go = 0.5 * moving if half == 0 else moving - 0.5 * moving
            while go > 0.0:
                step = min(go, _room(filled, forward))
                filled, away = _shift(water, filled, step if forward else -step, T_in)
                out += away
                go -= step
            if half == 0:
                for i in range(2, film.size):
                    rate[i] = film[i] * piece
                lost += _relax(water, wall, given, filled, rate, ratio, loss * piece, T_ambient)
        left -= moving
        share -= piece
    if flow != 0.0:
        T_out = out / (abs(flow) * n)
    else:
        T_out = water[n] if filled < 1.0 - _ALIGNED else water[n - 1]
    return FilmPipe(water, wall, filled), FilmPassage(T_out, out / n, lost / n)


def constant_film(number: float) -> np.ndarray:
    """Exchange number of a step that does not depend on temperature, as :func:`film_step` takes it."""
    return np.array([0.0, 0.0, number, number])
