"""Water that moves through a pipe as it entered: parcels, their age, and the heat they lose, without a grid.

The pipe holds parcels from its start to its end, each a share of the pipe's heat capacity. Within a parcel

    T(s) = base + swing exp(-decay s)          0 <= s <= 1 from its start to its end, decay >= 0
    T(s) = base + swing exp(decay (1 - s))     decay < 0, so that the exponential never grows

which is what water has that entered at constant temperature and lost heat since, in proportion to its excess
over the surroundings. So with inlets that are constant over a step, steps of any length are exact: shares that
leave, stay and pass through are cut where they are, and every integral over them is a closed form.

The wall of the pipe has the temperature of the water beside it. A front then travels at ``m cp / C'``, with C'
the heat capacity of water *and* wall per length, slower than the water itself; shares are shares of that
capacity. With a film between water and wall, :mod:`hashheat.solvers.plug_flow_film`, a front smears besides,
over seconds to a minute.

When an array is full, the two neighbours that lose least by it become one, at the same energy.
"""

import math
from typing import NamedTuple

import numpy as np

from hashheat.thermo.jit import kernel

#: Columns of a parcel: share of the pipe's heat capacity [-], base and swing [K], decay [-].
SHARE, BASE, SWING, DECAY = range(4)
#: A merger that moves temperatures by less is none that is counted [K].
_UNSEEN = 1e-9


class Parcels(NamedTuple):
    """Water and wall of a pipe; nothing in it is changed in place.

    Parameters
    ----------
    data : (n_room, 4) array
        Parcels from the start of the pipe to its end, see :data:`SHARE`; rows from ``n_parcel`` on mean nothing.
    n_parcel : int
    merged : int
        Mergers so far that moved temperatures.
    """

    data: np.ndarray
    n_parcel: int
    merged: int


class Passage(NamedTuple):
    """What a step gives beside the new parcels; sums over the step, per heat capacity of the pipe.

    Parameters
    ----------
    T_out : float
        Of what flowed out, mean [K]; without flow, at the end of the pipe.
    out : float
        Share that flowed out times its temperature [K].
    loss : float
        Heat lost over the pipe's heat capacity [K].
    """

    T_out: float
    out: float
    loss: float


def uniform_parcels(T: float, room: int = 64) -> Parcels:
    """Give a pipe of one temperature.

    Parameters
    ----------
    T : float
        [K]
    room : int
        Most parcels, 8 or more.

    Returns
    -------
    Parcels
    """
    data = np.zeros((room, 4))
    data[0] = 1.0, T, 0.0, 0.0
    return Parcels(data, 1, 0)


@kernel
def relaxed(z: float) -> float:
    """Mean of exp(-z x) over x from 0 to 1: ``(1 - exp(-z)) / z``."""
    return 1.0 - 0.5 * z if abs(z) < 1e-9 else -math.expm1(-z) / z


@kernel
def mean_between(first: float, second: float, fall: float) -> float:
    """Mean of an exponential that falls from first to second by exp(-fall), without overflow."""
    return first * relaxed(fall) if fall >= 0.0 else second * relaxed(-fall)


@kernel
def swing_at(swing: float, decay: float, s: float) -> float:
    """Swing of a parcel's temperature over its base, at the place s."""
    return swing * math.exp(-decay * s) if decay >= 0.0 else swing * math.exp(decay * (1.0 - s))


@kernel
def part(parcel: np.ndarray, s0: float, s1: float) -> tuple[float, float, float, float]:
    """Columns of the part of a parcel from s0 to s1."""
    decay = parcel[DECAY]
    swing = swing_at(parcel[SWING], decay, s0 if decay >= 0.0 else s1)
    return parcel[SHARE] * (s1 - s0), parcel[BASE], swing, decay * (s1 - s0)


@kernel
def heat_of(parcels: Parcels, T_ref: float) -> float:
    """Stored heat over the pipe's heat capacity: the mean temperature over T_ref [K]."""
    total = 0.0
    for i in range(parcels.n_parcel):
        p = parcels.data[i]
        total += p[SHARE] * ((p[BASE] - T_ref) + p[SWING] * relaxed(abs(p[DECAY])))
    return total


@kernel
def mirrored(data: np.ndarray, count: int) -> np.ndarray:
    """Parcels as seen from the other end."""
    other = np.zeros(data.shape)
    for i in range(count):
        p = data[count - 1 - i]
        other[i, SHARE], other[i, BASE], other[i, SWING], other[i, DECAY] = p[0], p[1], p[2], -p[3]
    return other


@kernel
def merge(data: np.ndarray, count: int, largest: float) -> tuple[int, int]:
    """Make one parcel of the two neighbours that move least by it, in place.

    Parameters
    ----------
    data : (n_room, 4) array
    count : int
        2 or more.
    largest : float
        Share that a parcel is not to exceed, where there are others to join [-].

    Returns
    -------
    count, counted : int
        Parcels left; 1 if temperatures moved by more than rounding.
    """
    best, least, moved = 0, np.inf, 0.0
    new = np.zeros(4)
    for i in range(count - 1):
        _join(data[i], data[i + 1], new)
        change = _mismatch(data[i], data[i + 1], new)
        cost = change * min(data[i, SHARE], data[i + 1, SHARE])
        if new[SHARE] > largest * (1.0 + 1e-9):
            cost += 1e9 * new[SHARE]
        if cost < least:
            best, least, moved = i, cost, change
    _join(data[best], data[best + 1], new)
    data[best] = new
    for i in range(best + 1, count - 1):
        data[i] = data[i + 1]
    return count - 1, 1 if moved > _UNSEEN else 0


@kernel
def _join(one: np.ndarray, two: np.ndarray, new: np.ndarray) -> None:
    """Write the parcel of both: decays add up, the swing is what the energy asks for."""
    share = one[SHARE] + two[SHARE]
    base = (one[SHARE] * one[BASE] + two[SHARE] * two[BASE]) / share
    decay = one[DECAY] + two[DECAY]
    swings = one[SHARE] * one[SWING] * relaxed(abs(one[DECAY])) + two[SHARE] * two[SWING] * relaxed(
        abs(two[DECAY])
    )
    new[SHARE], new[BASE], new[DECAY] = share, base, decay
    new[SWING] = swings / (share * relaxed(abs(decay)))


@kernel
def _mismatch(one: np.ndarray, two: np.ndarray, new: np.ndarray) -> float:
    """Largest move of the temperature at both ends and at the joint of two parcels."""
    joint = one[SHARE] / new[SHARE]
    at_joint = new[BASE] + swing_at(new[SWING], new[DECAY], joint)
    return max(
        abs(
            new[BASE]
            + swing_at(new[SWING], new[DECAY], 0.0)
            - one[BASE]
            - swing_at(one[SWING], one[DECAY], 0.0)
        ),
        abs(at_joint - one[BASE] - swing_at(one[SWING], one[DECAY], 1.0)),
        abs(at_joint - two[BASE] - swing_at(two[SWING], two[DECAY], 0.0)),
        abs(
            new[BASE]
            + swing_at(new[SWING], new[DECAY], 1.0)
            - two[BASE]
            - swing_at(two[SWING], two[DECAY], 1.0)
        ),
    )


@kernel
def leave(
    data: np.ndarray, count: int, flow: float, loss: float, T_out_of: float
) -> tuple[int, float, float]:
    """Take out what leaves at the end, cooled on its way, and cool what stays, in place.

    Parameters
    ----------
    data : (n_room, 4) array
    count : int
    flow : float
        Share of the pipe's capacity that flows in the step, above 0; what is above 1 passes through and is not
        counted here.
    loss : float
        Loss conductance times step over heat capacity [-].
    T_out_of : float
        Surroundings [K].

    Returns
    -------
    count : int
        Parcels left.
    out, lost : float
        As in :class:`Passage`, of the water that was in the pipe.
    """
    T_g = T_out_of
    out, lost, gone = 0.0, 0.0, 0.0
    while count > 0 and gone < flow:
        p = data[count - 1]
        share, base, swing, decay = p[SHARE], p[BASE], p[SWING], p[DECAY]
        taken = flow - gone
        whole = taken >= share
        s0 = 0.0
        if whole:
            taken = share
        else:
            s0 = 1.0 - taken / share
        # From the end of the parcel backwards: the first leaves at gone/flow of the step, the last after it.
        before, on_way = math.exp(-loss * gone / flow), loss * taken / flow
        last, first = swing_at(swing, decay, s0), swing_at(swing, decay, 1.0)
        along = -decay * (1.0 - s0)
        out += taken * (
            T_g
            + before
            * ((base - T_g) * relaxed(on_way) + mean_between(first, last * math.exp(-on_way), on_way + along))
        )
        lost += taken * (base + mean_between(first, last, along))
        gone += taken
        if whole:
            count -= 1
        else:
            share, base, swing, decay = part(p, 0.0, s0)
            p[SHARE], p[SWING], p[DECAY] = share, swing, decay
    lost -= out
    keep, gap = math.exp(-loss), -math.expm1(-loss)
    for i in range(count):
        p = data[i]
        lost += p[SHARE] * gap * ((p[BASE] - T_g) + p[SWING] * relaxed(abs(p[DECAY])))
        p[BASE] = T_g + (p[BASE] - T_g) * keep
        p[SWING] *= keep
    return count, out, lost


@kernel
def plug_step(
    parcels: Parcels, flow: float, loss: float, T_in: float, T_ambient: float
) -> tuple[Parcels, Passage]:
    """Move the water of a pipe on by one step.

    Parameters
    ----------
    parcels : Parcels
    flow : float
        Heat capacity that flows in the step over that of the pipe, ``m cp dt / C`` [-]; negative from the end to
        the start. Any size.
    loss : float
        Loss conductance of the pipe times the step over its heat capacity, ``U L dt / C`` [-], 0 or more.
    T_in : float
        Of the water that enters, at whichever end [K].
    T_ambient : float
        Of the surroundings [K].

    Returns
    -------
    Parcels, Passage
        The state after the step, and what it passed on; exact for inputs that are constant over the step, but for
        mergers. ``flow T_in - out - loss`` is the change of the mean temperature.
    """
    room = parcels.data.shape[0]
    count, merged = parcels.n_parcel, parcels.merged
    T_g = T_ambient
    through = abs(flow)
    data = mirrored(parcels.data, count) if flow < 0.0 else parcels.data.copy()
    count, out, lost = leave(data, count, through, loss, T_g)
    if through > 0.0:
        stays = min(through, 1.0)
        age = loss if through <= 1.0 else loss / through
        if through > 1.0:
            cooled = (T_in - T_g) * math.exp(-age)
            out += (through - 1.0) * (T_g + cooled)
            lost += (through - 1.0) * (T_in - T_g) * -math.expm1(-age)
        lost += stays * (T_in - T_g) * (1.0 - relaxed(age))
        if count == room:
            count, counted = merge(data, count, 1.0)
            merged += counted
        for i in range(count, 0, -1):
            data[i] = data[i - 1]
        data[0, SHARE], data[0, BASE], data[0, SWING], data[0, DECAY] = stays, T_g, T_in - T_g, age
        count += 1
        T_out = out / through
    else:
        T_out = data[count - 1, BASE] + swing_at(data[count - 1, SWING], data[count - 1, DECAY], 1.0)
    if flow < 0.0:
        data = mirrored(data, count)
    return Parcels(data, count, merged), Passage(T_out, out, lost)
