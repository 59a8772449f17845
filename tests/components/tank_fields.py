"""A made-up tank whose fields are known: for figures, sheets and reports that only show what they are given."""

import numpy as np

from hashheat.solvers.flow_dataset import flow_dataset
from hashheat.solvers.flow_model import FlowGrid, FlowState, flow_box
from hashheat.thermo.liquid import constant_liquid

LENGTH, WIDTH, DEPTH = 2.0, 0.6, 0.8
MINERS = ("north 1", "north 2", "north 3")
#: Middle of each miner along x, and its size along x, y, z [m].
PLACES, SIZE = (0.4, 1.0, 1.6), (0.4, 0.3, 0.4)
LOW = 0.2


def made_up(nx=20, ny=6, nz=8):
    """Tank with three miners and a solid sill: T rises by 10 K/m along z and 1 K/m along x; one roll along x."""
    x, y, z = (np.linspace(0.0, length, n + 1) for length, n in zip((LENGTH, WIDTH, DEPTH), (nx, ny, nz)))
    box = flow_box(
        FlowGrid(x, y, z), constant_liquid(800.0, 5e-3, 0.13, 2200.0, 7e-4, T_ref=313.15), (0, 0, -9.81)
    )
    xc, yc, zc = (0.5 * (f[1:] + f[:-1]) for f in (x, y, z))
    X, Y, Z = np.meshgrid(xc, yc, zc, indexing="ij")
    for middle in PLACES:
        own = (
            (abs(X - middle) < 0.5 * SIZE[0])
            & (abs(Y - 0.5 * WIDTH) < 0.5 * SIZE[1])
            & (abs(Z - LOW - 0.5 * SIZE[2]) < 0.5 * SIZE[2])
        ).T
        box.porosity[own] = 0.6
        box.source[own] = 5e3 / own.sum()
    box.solid[0, :, :2] = True
    T = (313.15 + 10.0 * Z + 1.0 * X).T
    w = 0.05 * np.sin(np.pi * z / DEPTH)[:, None, None] * np.cos(np.pi * xc / LENGTH) + 0.0 * yc[:, None]
    u = (
        -0.05 * LENGTH / DEPTH * np.cos(np.pi * zc / DEPTH)[:, None, None] * np.sin(np.pi * x / LENGTH)
        + 0.0 * yc[:, None]
    )
    state = FlowState(u, np.zeros((nz, ny + 1, nx)), w, np.zeros(T.shape), T)
    return flow_dataset(box, state)


def tank(**replaced):
    """Dataset as a solved tank gives it, with the junctions of 3 x 4 x 2 x 5 chips."""
    data = made_up()
    T = 340.0 + np.arange(3 * 4 * 2 * 5, dtype=float).reshape(3, 4, 2, 5) % 41.0
    T[2, 1] = np.nan  # a miner of fewer boards
    names = dict(T_in=(), T_out=(), T_chip=("miner", "board", "row", "col"))
    values = dict(T_in=313.15, T_out=321.0, T_chip=T)
    for name, dims in names.items():
        data[name] = (dims, values[name])
    for name, values_ in {
        "history_momentum": [1.0, 0.2, 1e-3, 1e-9],
        "history_mass": [1.0, 0.1, 1e-4, 0.0],
        "history_energy": [1.0, np.inf, 1e-2, 1e-8],
        "history_watch": [np.nan, 350.0, 355.0, 355.1],
    }.items():
        data[name] = ("step", values_)
    data = data.assign_coords(
        miner=list(MINERS),
        miner_x=("miner", list(PLACES)),
        miner_y=("miner", [0.5 * WIDTH] * 3),
    )
    return data.assign(replaced)
