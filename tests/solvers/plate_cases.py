"""Small plates as the arrays of ``PlateModel``, written down from the equations: box grids, fixed films."""

import math
from itertools import pairwise

import numpy as np

from hashheat.solvers.channel_law import FIXED, ChannelLaw
from hashheat.solvers.conjugate_plate import Surroundings, solve_conjugate
from hashheat.solvers.duct_table import duct_laminar
from hashheat.solvers.plate_model import PlateChips, PlateCoolant, PlateFilms, PlateModel, PlateSolid
from hashheat.solvers.serpentine import OK
from hashheat.thermo.property_table import constant_properties

CP = 4190.0
WATERLIKE = constant_properties(1000.0, CP, 1e-3, 0.6)
DUCT = duct_laminar("rectangle", 0.5)
HTC = 8000.0
K0 = 273.15
T_IN = 333.15
#: So much coolant [kg/s] that it stays at its inlet temperature: a film to a sink.
FLOOD = 1e7


def fixed_law(h=HTC, **more):
    """A film of h whatever flows."""
    return ChannelLaw(kind=FIXED, hydraulic_diameter=4e-3, flow_area=2e-5, fixed_htc=h, **more)


def even(n, length):
    """Sizes of n equal cells; sizes pass through."""
    return np.full(n, length / n) if np.ndim(n) == 0 else np.asarray(n, dtype=float)


def box(dx, dy, dz, k):
    """Conductances of a block of one metal, the last one in each direction zero."""
    found = [np.zeros((len(dz), len(dy), len(dx))) for _ in range(3)]
    area = np.multiply.outer
    found[0][:, :, :-1] = k * area(dz, dy)[:, :, None] * 2.0 / (dx[1:] + dx[:-1])
    found[1][:, :-1] = k * area(dz, dx)[:, None] * (2.0 / (dy[1:] + dy[:-1]))[:, None]
    found[2][:-1] = k * area(dy, dx) * (2.0 / (dz[1:] + dz[:-1]))[:, None, None]
    return found


def solid(along, loss=0.0, heat=0.0, capacity=1.0):
    """Block with loss, heat and capacity of each cell, or one number for all."""
    shape = along[0].shape
    return PlateSolid(
        *along, *(np.array(np.broadcast_to(x, shape), dtype=float) for x in (loss, capacity, heat))
    )


def streams(n_stream, n_cell, length, share=None, channels=None):
    """Streams with as many cells each; ``length`` of all cells or of one."""
    n = n_stream * n_cell
    return PlateCoolant(
        first=np.arange(n_stream + 1) * n_cell,
        share=np.full(n_stream, 1.0 / n_stream) if share is None else np.asarray(share, dtype=float),
        channels=np.ones(n_stream) if channels is None else np.asarray(channels, dtype=float),
        length=np.array(np.broadcast_to(length, n), dtype=float),
        development=np.full(n, 0.5),
        development_23=np.full(n, 0.5 ** (-2.0 / 3.0)),
        volume=np.full(n, 1e-6),
        bends=np.zeros(n),
    )


def one_to_one(cell, area, resistance=0.0):
    """Films of coolant cells that wet one solid cell each."""
    n = len(cell)
    return PlateFilms(
        first=np.arange(n + 1),
        cell=np.asarray(cell, dtype=np.int64),
        area=np.array(np.broadcast_to(area, n), dtype=float),
        fin_area=np.zeros(n),
        resistance=np.array(np.broadcast_to(resistance, n), dtype=float),
    )


def no_films(n_coolant=1):
    """Coolant that touches nothing."""
    nothing = np.zeros(0)
    return PlateFilms(
        np.zeros(n_coolant + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), nothing, nothing, nothing
    )


def chips(places, resistance, P, leak=0.0, T_leak=333.15, scale=30.0):
    """Chips from their (cells, weights); the other arguments for each or one number for all."""
    n = len(places)
    empty = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    cells, weights = zip(*places) if places else empty
    first = np.concatenate([[0], np.cumsum([len(c) for c in cells])]) if places else np.zeros(1)
    each = [np.array(np.broadcast_to(x, n), dtype=float) for x in (resistance, P, leak, T_leak, scale)]
    return PlateChips(
        first.astype(np.int64), np.concatenate(cells).astype(np.int64), np.concatenate(weights), *each
    )


def overlap(sizes, centre, width):
    """Share of the interval that lies in each cell."""
    edges = np.concatenate([[0.0], np.cumsum(sizes)])
    return np.diff(np.clip(edges, centre - 0.5 * width, centre + 0.5 * width)) / width


def under(chip, dx, dy, layers):
    """Flat cells of the top layer under a chip, and its share of heat in each; edges may cut cells."""
    weight = np.outer(overlap(dy, chip.y, chip.height), overlap(dx, chip.x, chip.width))
    rows, columns = np.nonzero(weight > 1e-12)
    cell = ((layers - 1) * len(dy) + rows) * len(dx) + columns
    return cell, weight[rows, columns] / weight[rows, columns].sum()


def graded(n, lines):
    """Sizes of 2 n cells between each two of the lines, the finer the nearer to a line: squares of even steps.

    The first and last interval of the plate are fine at their inner line only, and have n cells.
    """
    square = np.diff((np.arange(n + 1) / n) ** 2)
    parts = [(lines[1] - lines[0]) * square[::-1]]
    for a, b in pairwise(lines[1:-1]):
        parts += [0.5 * (b - a) * square, 0.5 * (b - a) * square[::-1]]
    return np.concatenate([*parts, (lines[-1] - lines[-2]) * square])


def block(nx, ny, nz, a, b, t, k, h, rectangles, package=0.0, **leak):
    """A block with chips on top and one row of channels below each row of cells, flowing along x.

    nx, ny, nz are numbers of equal cells, or the sizes of unequal ones. One layer of cells is a plate without a
    temperature across its thickness. With more, half a layer lies between chip and cell and between film and cell.
    """
    dx, dy, dz = even(nx, a), even(ny, b), even(nz, t)
    thin = len(dz) == 1
    area = np.outer(dy, dx).ravel()
    places = [under(r, dx, dy, len(dz)) for r in rectangles]
    half = 0.0 if thin else 0.5 * dz[-1] / k
    return PlateModel(
        solid(box(dx, dy, dz, k)),
        streams(len(dy), len(dx), np.tile(dx, len(dy)), share=dy / b),
        one_to_one(np.arange(len(area)), area, 0.0 if thin else 0.5 * dz[0] / k / area),
        chips(
            places,
            [package + half / (r.width * r.height) for r in rectangles],
            [r.power for r in rectangles],
            **leak,
        ),
    )


def strips(n, nx, *, kA, G, g, L, q):
    """Serpentine of n strips of nx cells; ``q`` (n, nx) is the heat per length, x counting from the left."""
    dx = L / nx
    along = [np.zeros((1, n, nx)) for _ in range(3)]
    along[0][:, :, :-1] = kA / dx
    along[1][:, :-1, :] = G * dx
    path = np.arange(n * nx).reshape(n, nx)
    path[1::2] = path[1::2, ::-1].copy()
    return PlateModel(
        solid(along, heat=np.asarray(q)[None] * dx),
        streams(1, n * nx, dx),
        one_to_one(path.ravel(), g * dx / HTC),
        chips([], 0.0, 0.0),
    )


def still(body, power=None):
    """A solid alone: its coolant touches nothing."""
    return PlateModel(body, streams(1, 1, 0.1), no_films(), chips([], 0.0, 0.0) if power is None else power)


def tangled(rng, nx=9, ny=7, nz=3, leak=0.0):
    """Three unequal streams through a block of patchy metal, films and chips wherever the dice put them."""
    along = box(even(nx, 0.09), even(ny, 0.07), even(nz, 0.006), 160.0)
    for conductance in along:
        conductance *= rng.uniform(0.3, 1.0, conductance.shape)
    body = solid(
        along, loss=rng.uniform(0.0, 0.02, along[0].shape), heat=rng.uniform(0.0, 1.0, along[0].shape)
    )
    coolant = streams(1, 30, rng.uniform(0.004, 0.012, 30))._replace(
        first=np.array([0, 8, 17, 30]), share=np.array([0.2, 0.5, 0.3]), channels=np.array([1.0, 4.0, 2.0])
    )
    wetted = rng.integers(0, 4, 30)
    n_link = int(wetted.sum())
    films = PlateFilms(
        first=np.concatenate([[0], np.cumsum(wetted)]),
        cell=rng.integers(0, nx * ny * nz, n_link),
        area=rng.uniform(1e-5, 1e-4, n_link),
        fin_area=rng.uniform(0.0, 3e-4, n_link),
        resistance=rng.uniform(0.0, 1.0, n_link),
    )
    places = []
    for size in rng.integers(1, 5, 11):
        weight = rng.uniform(0.2, 1.0, size)
        places.append((rng.choice(nx * ny * nz, size, replace=False), weight / weight.sum()))
    power = chips(places, rng.uniform(0.1, 0.5, 11), rng.uniform(5.0, 15.0, 11), leak)
    return PlateModel(body, coolant, films, power)


def fin_efficiency(law, h):
    """tanh(mL) / (mL)."""
    mL = math.sqrt(h * law.fin_parameter) * law.fin_height
    return math.tanh(mL) / mL if mL > 0.0 else 1.0


def solve(model, mass_flow, law=None, *, h=HTC, T_in=T_IN, T_ambient=293.15, tolerance=1e-10, **more):
    """Steady state, converged; its energy balance is looked at every time."""
    law = fixed_law(h) if law is None else law
    around = Surroundings(T_in, mass_flow, T_ambient)
    state = solve_conjugate(model, law, DUCT, WATERLIKE, around, tolerance=tolerance, **more)
    assert state.status == OK
    put = state.chip_power.sum() + model.solid.heat.sum()
    lost = (model.solid.loss * (state.T - T_ambient)).sum()
    scale = max(abs(put), abs(lost), 1e-3)
    assert abs(put - state.heat.sum() - lost) <= 1e-10 * scale
    assert abs(state.imbalance) <= 1e-10
    assert abs(state.heat_loss - lost) <= 1e-12 * scale + 1e-9
    if mass_flow < FLOOD:
        last = model.coolant.first[1:] - 1
        gained = mass_flow * CP * (model.coolant.share @ (state.F_end[last] - T_in))
        assert abs(put - gained - lost) <= 1e-10 * scale + 1e-11 * mass_flow * CP
    return state


def order_of(errors, ratio):
    """Observed order from the errors on three grids, between each pair."""
    e = np.abs(errors)
    return np.log(e[:-1] / e[1:]) / math.log(ratio)


def small_block(rectangles, nz=2, **leak):
    return block(12, 8, nz, 0.06, 0.04, 0.006, 167.0, 8000.0, rectangles, **leak)
