"""Wall and coolant of a ``PlateModel`` with a fixed film as one sparse matrix, solved directly."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import spsolve


class Direct(NamedTuple):
    """Temperatures of cells and coolant, heat into each coolant cell, junctions."""

    T: np.ndarray
    F: np.ndarray
    F_out: np.ndarray
    heat: np.ndarray
    T_junction: np.ndarray


def laplacian(along_x, along_y, along_z, sink):
    """Matrix of conduction between the cells of a box and to a sink."""
    shape = along_x.shape
    number = np.arange(along_x.size).reshape(shape)
    rows, columns, entries = [number.ravel()], [number.ravel()], [np.ravel(sink) + 0.0]
    for conductance, axis in ((along_x, 2), (along_y, 1), (along_z, 0)):
        n = shape[axis]
        here, there = (np.take(number, r, axis=axis).ravel() for r in (range(n - 1), range(1, n)))
        c = np.take(conductance, range(n - 1), axis=axis).ravel()
        for i, j, value in ((here, here, c), (there, there, c), (here, there, -c), (there, here, -c)):
            rows.append(i)
            columns.append(j)
            entries.append(value)
    return coo_array(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(number.size,) * 2
    )


def solve_direct(model, h, fin_efficiency, mass_flow, cp, T_in, T_ambient, power=None, stage=None):
    """Steady state with the film h everywhere, and the given or the dynamic power of the chips.

    Unknowns are the cells, then the mean of every coolant cell; what leaves a coolant cell lies on the line
    through its middle and that of the cell before, or the inlet. ``stage`` makes it an implicit step of the
    coolant: its capacity per volume over the time, and the temperatures it starts from.
    """
    body, coolant, films, chips = model
    n, m = body.along_x.size, len(coolant.length)
    power = chips.P_dynamic if power is None else power
    rhs = np.zeros(n + m)
    rhs[:n] = (body.heat + body.loss * T_ambient).ravel()
    for i, (a, b) in enumerate(pairwise(chips.first)):
        np.add.at(rhs, chips.cell[a:b], chips.weight[a:b] * power[i])
    # What leaves: ends @ F + fed, with the inlet in ``fed``.
    ends, fed, before = np.zeros((m, m)), np.zeros(m), np.zeros((m, m))
    for start, stop in pairwise(coolant.first):
        ends[start, start], fed[start] = 2.0, -T_in
        for c in range(start + 1, stop):
            ahead = coolant.length[c] / (coolant.length[c] + coolant.length[c - 1])
            ends[c, c], ends[c, c - 1], before[c, c - 1] = 1.0 + ahead, -ahead, 1.0
    first = np.isin(np.arange(m), coolant.first[:-1])
    flow = np.repeat(coolant.share * mass_flow * cp, np.diff(coolant.first))
    march = flow[:, None] * (ends - before @ ends)
    rhs[n:] = flow * (np.where(first, T_in, before @ fed) - fed)
    if stage is not None:
        store = stage[0] * coolant.volume
        march = march + np.diag(store)
        rhs[n:] += store * stage[1]

    conductance = 1.0 / (1.0 / (h * (films.area + fin_efficiency * films.fin_area)) + films.resistance)
    owner = np.repeat(np.arange(m), np.diff(films.first))
    wall = laplacian(body.along_x, body.along_y, body.along_z, body.loss)
    i, j = np.nonzero(march)
    rows = [wall.row, films.cell, films.cell, n + owner, n + owner, n + i]
    columns = [wall.col, films.cell, n + owner, n + owner, films.cell, n + j]
    entries = [wall.data, conductance, -conductance, conductance, -conductance, march[i, j]]
    matrix = csc_array(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(n + m, n + m)
    )
    found = spsolve(matrix, rhs)
    T, F = found[:n], found[n:]
    out = ends @ F + fed
    under = [chips.weight[a:b] @ T[chips.cell[a:b]] for a, b in pairwise(chips.first)]
    return Direct(
        T.reshape(body.along_x.shape),
        F,
        out,
        flow * (out - np.where(first, T_in, before @ out)),
        np.array(under) + chips.resistance * power if len(power) else np.zeros(0),
    )
