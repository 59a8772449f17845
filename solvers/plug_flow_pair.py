"""Two pipes of one trench as plugs: each loses heat to the ground, and to the other at its side.

Each pipe holds the parcels of :mod:`hashheat.solvers.plug_flow`. Over a step the heat that passes from pipe 1 to
pipe 2 is taken as constant in time and in each of ``n_cell`` equal cells of the trench; what one loses the other
gets, to the last bit. It follows from the mean temperatures over the step in the middle of every cell, which
depend on it in turn: a few rounds. The water takes its part up along its way and loses some of it again to the
ground, both as closed forms, so that water which enters and leaves within the step has its right share, and a
step may be many times as long as the passage. Parcels carry it as a constant each; fronts stay sharp.

Without exchange this is two single pipes, and exact. With it, cells and steps limit the accuracy of the exchange:
second order in both for smooth inlets, first order while a front passes.
"""

import math
from typing import NamedTuple

import numpy as np

from hashheat.solvers.plug_flow import (
    BASE,
    DECAY,
    SHARE,
    SWING,
    Parcels,
    leave,
    mean_between,
    merge,
    mirrored,
    part,
    relaxed,
    swing_at,
)
from hashheat.thermo.jit import kernel

#: Exchange number of a step above which it is divided [-].
MOST_EXCHANGE = 0.1
#: Flow [-] below which the water counts as at rest for what it takes up: for its course in time, and at all.
_SLOW, _REST = 1e-4, 1e-8
#: Share of a parcel that takes what it takes up from its middle [-].
_SMALL = 1e-3
_MOST_ROUNDS = 60


class PairPassage(NamedTuple):
    """What a step of two pipes gives; sums over the step, per heat capacity of one pipe.

    Parameters
    ----------
    T_out_1, T_out_2 : float
        Of what flowed out, mean [K]; without flow, where it would.
    out_1, out_2 : float
        Share that flowed out times its temperature [K].
    loss_1, loss_2 : float
        Heat to the ground [K].
    exchange : float
        Heat from pipe 1 to pipe 2 [K].
    """

    T_out_1: float
    T_out_2: float
    out_1: float
    out_2: float
    loss_1: float
    loss_2: float
    exchange: float


@kernel
def ramp(z: float) -> float:
    """``(1 - relaxed(z)) / z``: half at z = 0."""
    if abs(z) < 0.05:
        return 0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0 - z * (1.0 / 120.0 - z * (1.0 / 720.0 - z / 5040.0))))
    return (1.0 - relaxed(z)) / z


@kernel
def delayed(z: float) -> float:
    """``(1 - exp(-z) (1 + z)) / z^2``: half at z = 0."""
    if abs(z) < 0.02:
        return 0.5 - z * (1.0 / 3.0 - z * (1.0 / 8.0 - z * (1.0 / 30.0 - z * (1.0 / 144.0 - z / 840.0))))
    return (1.0 - math.exp(-z) * (1.0 + z)) / z**2


@kernel
def _trail(source: np.ndarray, fade: float, trail: np.ndarray) -> None:
    """Write what water carries that takes up ``source`` along its way and loses by exp(-fade x), at all cell ends.

    Columns: R with R' = source - fade R; its integral; V with V' = R - fade V.
    """
    n = source.size
    h = 1.0 / n
    z = fade * h
    keep, mean, two, late = math.exp(-z), relaxed(z), ramp(z), delayed(z)
    trail[0] = 0.0
    for j in range(n):
        R, S, V = trail[j, 0], trail[j, 1], trail[j, 2]
        q = source[j]
        trail[j + 1, 0] = R * keep + q * h * mean
        trail[j + 1, 1] = S + R * h * mean + q * h * h * two
        trail[j + 1, 2] = (V + R * h) * keep + q * h * h * late


@kernel
def _trail_at(source: np.ndarray, fade: float, trail: np.ndarray, column: int, x: float) -> float:
    """One of the three at any place; 0 before the pipe."""
    if x <= 0.0:
        return 0.0
    n = source.size
    j = min(int(x * n), n - 1)
    y = x - j / n
    z = fade * y
    R, q = trail[j, 0], source[j]
    if column == 0:
        return R * math.exp(-z) + q * y * relaxed(z)
    if column == 1:
        return trail[j, 1] + R * y * relaxed(z) + q * y * y * ramp(z)
    return (trail[j, 2] + R * y) * math.exp(-z) + q * y * y * delayed(z)


@kernel
def _taken_mean(
    source: np.ndarray, fade: float, trail: np.ndarray, flow: float, loss: float, x: float
) -> float:
    """Mean over the step of what the water at x has taken up in the step [K]."""
    if flow < _SLOW:
        n = source.size
        return source[min(int(x * n), n - 1)] * ramp(loss)
    late = _trail_at(source, fade, trail, 2, x) - math.exp(-loss) * _trail_at(
        source, fade, trail, 2, x - flow
    )
    return (_trail_at(source, fade, trail, 0, x) - late / flow) / flow


@kernel
def _divided(data: np.ndarray, count: int, n: int) -> int:
    """Cut parcels that are larger than a cell, in place and where there is room; returns how many there are."""
    room = data.shape[0]
    for i in range(count - 1, -1, -1):
        pieces = math.ceil(data[i, SHARE] * n - 1e-6)
        if pieces < 2 or count + pieces - 1 > room:
            continue
        whole = data[i].copy()
        for j in range(count - 1, i, -1):
            data[j + pieces - 1] = data[j]
        for j in range(pieces):
            share, base, swing, decay = part(whole, j / pieces, (j + 1) / pieces)
            new = data[i + j]
            new[SHARE], new[BASE], new[SWING], new[DECAY] = share, base, swing, decay
        count += pieces - 1
    return count


@kernel
def _mean_over_step(
    data: np.ndarray, count: int, flow: float, loss: float, T_in: float, T_g: float, x: float
) -> float:
    """Mean temperature at x over the step that is about to be taken, without exchange [K]."""
    reach = min(x, flow)
    end = 0.0
    total = 0.0
    for i in range(count):
        start = end
        end = start + data[i, SHARE]
        if flow < 1e-12:
            if end >= x or i == count - 1:
                s = min((x - start) / data[i, SHARE], 1.0)
                swing = swing_at(data[i, SWING], data[i, DECAY], s)
                return T_g + (data[i, BASE] - T_g + swing) * relaxed(loss)
            continue
        high, low = min(end, x), max(start, x - reach)
        if high <= low:
            if start >= x:
                break
            continue
        s1, s0 = (high - start) / data[i, SHARE], (low - start) / data[i, SHARE]
        first, last = (
            swing_at(data[i, SWING], data[i, DECAY], s1),
            swing_at(data[i, SWING], data[i, DECAY], s0),
        )
        on_way = loss * (high - low) / flow
        swing = mean_between(first, last * math.exp(-on_way), on_way - data[i, DECAY] * (s1 - s0))
        before = math.exp(-loss * (x - high) / flow)
        total += (high - low) / flow * before * ((data[i, BASE] - T_g) * relaxed(on_way) + swing)
    if flow > x:
        total += (1.0 - x / flow) * (T_in - T_g) * math.exp(-loss * x / flow)
    return T_g + total


@kernel
def _advance(
    data: np.ndarray,
    count: int,
    merged: int,
    flow: float,
    loss: float,
    T_in: float,
    T_g: float,
    source: np.ndarray,
    trail: np.ndarray,
) -> tuple[int, int, float, float, float]:
    """Take a step of one pipe, in the direction of its flow and in place; ``source`` is what it takes up [K].

    Returns count, merged, T_out, out, loss.
    """
    n = source.size
    count, out, lost = leave(data, count, flow, loss, T_g)
    if flow > 0.0:
        stays = min(flow, 1.0)
        age = loss if flow <= 1.0 else loss / flow
        if flow > 1.0:
            out += (flow - 1.0) * (T_g + (T_in - T_g) * math.exp(-age))
            lost += (flow - 1.0) * (T_in - T_g) * -math.expm1(-age)
        lost += stays * (T_in - T_g) * (1.0 - relaxed(age))
        pieces = max(1, math.ceil(stays * n - 1e-9))
        while count + pieces > data.shape[0]:
            count, counted = merge(data, count, 1.0 / n)
            merged += counted
        for i in range(count - 1, -1, -1):
            data[i + pieces] = data[i]
        for i in range(pieces):
            data[i, SHARE], data[i, BASE], data[i, DECAY] = stays / pieces, T_g, age / pieces
            data[i, SWING] = (T_in - T_g) * math.exp(-age * i / pieces)
        count += pieces
    # What was taken up: some in the parcels, some flowed out, the rest went to the ground.
    total = 0.0
    for j in range(n):
        total += source[j] / n
    kept, gone = 0.0, 0.0
    if flow >= _REST:
        fade, keep = loss / flow, math.exp(-loss)
        late = _trail_at(source, fade, trail, 2, 1.0) - keep * _trail_at(source, fade, trail, 2, 1.0 - flow)
        gone = _trail_at(source, fade, trail, 0, 1.0) - late / flow
    else:
        fade, keep = 0.0, relaxed(loss)
        _trail(source, 0.0, trail)
    end = 0.0
    for i in range(count):
        share = data[i, SHARE]
        start, end = end, end + share
        if flow < _REST:
            taken = (_trail_at(source, 0.0, trail, 0, end) - _trail_at(source, 0.0, trail, 0, start)) * (
                keep / share
            )
        elif share < _SMALL:
            # A difference of integrals over its length would be all rounding.
            x = 0.5 * (start + end)
            taken = (
                _trail_at(source, fade, trail, 0, x) - keep * _trail_at(source, fade, trail, 0, x - flow)
            ) / flow
        else:
            here = _trail_at(source, fade, trail, 1, end) - _trail_at(source, fade, trail, 1, start)
            behind = _trail_at(source, fade, trail, 1, end - flow) - _trail_at(
                source, fade, trail, 1, start - flow
            )
            taken = (here - keep * behind) / (flow * share)
        data[i, BASE] += taken
        kept += share * taken
    out += gone
    lost += total - kept - gone
    if flow > 0.0:
        T_out = out / flow
    else:
        T_out = data[count - 1, BASE] + swing_at(data[count - 1, SWING], data[count - 1, DECAY], 1.0)
    return count, merged, T_out, out, lost


@kernel
def _exchange(
    data_1: np.ndarray,
    count_1: int,
    data_2: np.ndarray,
    count_2: int,
    flow_1: float,
    flow_2: float,
    turned: bool,
    loss: float,
    exchange: float,
    T_in: tuple[float, float],
    T_g: float,
    sources: np.ndarray,
    trails: np.ndarray,
) -> None:
    """Write what either pipe takes up in every cell [K], in the direction of its own flow."""
    n = sources.shape[1]
    base = np.zeros(n)
    for j in range(n):
        x = (j + 0.5) / n
        other = 1.0 - x if turned else x
        base[j] = exchange * (
            _mean_over_step(data_1, count_1, flow_1, loss, T_in[0], T_g, x)
            - _mean_over_step(data_2, count_2, flow_2, loss, T_in[1], T_g, other)
        )
        sources[0, j] = -base[j]
    fade_1, fade_2 = loss / max(flow_1, _REST), loss / max(flow_2, _REST)
    for _ in range(_MOST_ROUNDS):
        for j in range(n):
            sources[1, n - 1 - j if turned else j] = -sources[0, j]
        _trail(sources[0], fade_1, trails[0])
        _trail(sources[1], fade_2, trails[1])
        change, size = 0.0, 0.0
        for j in range(n):
            x = (j + 0.5) / n
            other = 1.0 - x if turned else x
            new = -base[j] - exchange * (
                _taken_mean(sources[0], fade_1, trails[0], flow_1, loss, x)
                - _taken_mean(sources[1], fade_2, trails[1], flow_2, loss, other)
            )
            change, size = max(change, abs(new - sources[0, j])), max(size, abs(new))
            # What follows in this round reads the trails and other cells' sources, never this one again.
            sources[0, j] = new
        if change <= 1e-13 * size + 1e-16:
            break
    for j in range(n):
        sources[1, n - 1 - j if turned else j] = -sources[0, j]
    _trail(sources[0], fade_1, trails[0])
    _trail(sources[1], fade_2, trails[1])


@kernel
def pair_step(
    first: Parcels,
    second: Parcels,
    flow_1: float,
    flow_2: float,
    loss: float,
    exchange: float,
    T_in_1: float,
    T_in_2: float,
    T_ambient: float,
    n_cell: int,
) -> tuple[Parcels, Parcels, PairPassage]:
    """Move the water of two like pipes in one trench on by one step.

    Parameters
    ----------
    first, second : Parcels
        Of a pipe that runs from the start of the trench to its end, and of one that runs back.
    flow_1, flow_2 : float
        Heat capacity that flows in the step over that of one pipe [-]; each positive along its own direction, so
        that supply and return have the same sign. Any size.
    loss : float
        ``(U_own - U_other) L dt / C`` [-], with C the heat capacity of one pipe.
    exchange : float
        ``U_other L dt / C`` [-].
    T_in_1, T_in_2 : float
        Of the water that enters either pipe [K].
    T_ambient : float
        Of the ground [K].
    n_cell : int
        Cells of the trench, at most a third of the room for parcels.

    Returns
    -------
    Parcels, Parcels, PairPassage
        Both pipes after the step, and what passed. For pipe 1 ``|flow_1| T_in_1 - out_1 - loss_1 - exchange`` is
        the change of its mean temperature, to rounding; for pipe 2 with ``+ exchange``.

    Notes
    -----
    Steps with an exchange number above :data:`MOST_EXCHANGE` are divided into equal ones.
    """
    parts = max(1, math.ceil(exchange / MOST_EXCHANGE))
    f1, f2, k, x = abs(flow_1) / parts, abs(flow_2) / parts, loss / parts, exchange / parts
    count_1, count_2, merged_1, merged_2 = first.n_parcel, second.n_parcel, first.merged, second.merged
    data_1 = mirrored(first.data, count_1) if flow_1 < 0.0 else first.data.copy()
    data_2 = mirrored(second.data, count_2) if flow_2 < 0.0 else second.data.copy()
    count_1, count_2 = _divided(data_1, count_1, n_cell), _divided(data_2, count_2, n_cell)
    # Both follow the direction of their flow: they run against each other unless one of them is reversed.
    turned = (flow_1 < 0.0) == (flow_2 < 0.0)
    sources, trails = np.zeros((2, n_cell)), np.zeros((2, n_cell + 1, 3))
    out_1 = out_2 = loss_1 = loss_2 = passed = 0.0
    T_out_1 = T_out_2 = 0.0
    for _ in range(parts):
        _exchange(
            data_1,
            count_1,
            data_2,
            count_2,
            f1,
            f2,
            turned,
            k,
            x,
            (T_in_1, T_in_2),
            T_ambient,
            sources,
            trails,
        )
        for j in range(n_cell):
            passed -= sources[0, j] / n_cell
        count_1, merged_1, T_out_1, out, lost = _advance(
            data_1, count_1, merged_1, f1, k, T_in_1, T_ambient, sources[0], trails[0]
        )
        out_1, loss_1 = out_1 + out, loss_1 + lost
        count_2, merged_2, T_out_2, out, lost = _advance(
            data_2, count_2, merged_2, f2, k, T_in_2, T_ambient, sources[1], trails[1]
        )
        out_2, loss_2 = out_2 + out, loss_2 + lost
    if f1 > 0.0:
        T_out_1 = out_1 / (f1 * parts)
    if f2 > 0.0:
        T_out_2 = out_2 / (f2 * parts)
    if flow_1 < 0.0:
        data_1 = mirrored(data_1, count_1)
    if flow_2 < 0.0:
        data_2 = mirrored(data_2, count_2)
    return (
        Parcels(data_1, count_1, merged_1),
        Parcels(data_2, count_2, merged_2),
        PairPassage(T_out_1, T_out_2, out_1, out_2, loss_1, loss_2, passed),
    )
