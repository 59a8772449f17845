"""A tank of oil with porous miners through the flow solver, in three dimensions, on all cores.

To engineering convergence: the hottest block within 0.1 K of where it stands still, which is taken to be where it
moves by less than 0.02 K over a third of the time that it was followed, at a residual of 1e-4 of that at rest. (To
1e-8 these flows need time steps much longer than their liquid takes to overturn, and each of those hundreds of
vectors.) The turbulence model is on: laminar, oil at these powers sways and has no steady state. All are nightly.
"""

import itertools
import math
import sys

import numba
import numpy as np
import pytest

from hashheat.solvers.flow_model import BOTTOM, EAST, INLET, OUTLET, SLIP, TOP, WEST, FlowGrid, flow_box
from hashheat.solvers.flow_solve import CONVERGED, solve_flow
from hashheat.thermo.liquid import constant_liquid

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="takes hours without the compiler")

#: Length, width and height [m] and the marks of the blocks as shares of these: 10 miners of 3.4 kW in two rows.
SIZE = (1.6, 0.8, 0.8)
BLOCKS_X = [(start / 16, (start + 2) / 16) for start in (1, 4, 7, 10, 13)]
BLOCKS_Y = [(1 / 8, 3 / 8), (5 / 8, 7 / 8)]
BLOCKS_Z = [(4 / 16, 10 / 16)]
POWER = 3400.0  # of a miner [W]
FLOW = 3.0 / 6e4 * 10 * POWER / 1e3  # 3 litres a minute for each kilowatt [m^3/s]
T_IN = 313.15
T_OUT = T_IN + 10 * POWER / (FLOW * 820.0 * 2200.0)


def tank(nx, ny, nz):
    """Oil that comes up through the floor, passes the miners and leaves over both ends below a free surface.

    All numbers are assumed: round values of an oil whose viscosity falls by a factor of 1.7 in 20 K.
    """
    # Outside of the outlets stands oil as warm as what leaves: hydrostatic pressure is that of this temperature.
    oil = constant_liquid(820.0, 6.6e-3, 0.135, 2200.0, 7.5e-4, T_ref=T_OUT, T_min=283.15, T_max=373.15)
    oil.log_viscosity[1] = -math.log(1.7) / 20.0
    axes = [np.linspace(0.0, length, n + 1) for length, n in zip(SIZE, (nx, ny, nz))]
    box = flow_box(FlowGrid(*axes), oil, (0.0, 0.0, -9.81))
    middles = [0.5 * (axis[1:] + axis[:-1]) / axis[-1] for axis in axes]

    def within(axis, ranges):
        return np.any([(low < middles[axis]) & (middles[axis] < high) for low, high in ranges], axis=0)

    inside = within(2, BLOCKS_Z)[:, None, None] & within(1, BLOCKS_Y)[:, None] & within(0, BLOCKS_X)
    box.porosity[inside] = 0.6
    box.conductivity[:, inside] = 1.0
    for axis, permeability in enumerate((2e-8, 2e-7, 2e-7)):
        box.inverse_permeability[axis, inside] = 1.0 / permeability
        box.forchheimer[axis, inside] = 50.0
    box.mixing_length[...] = mixing_length(middles, SIZE)
    box.source[inside] = 10 * POWER / inside.sum()
    floor, top = box.sides[BOTTOM], box.sides[TOP]
    below = np.outer(within(1, BLOCKS_Y), within(0, BLOCKS_X))
    floor.kind[below] = INLET
    floor.temperature[...] = T_IN
    floor.velocity[2, below] = FLOW / (SIZE[0] * SIZE[1] * below.mean())
    top.kind[...] = SLIP
    for number in (WEST, EAST):
        box.sides[number].kind[middles[2] > 14 / 16] = OUTLET
        box.sides[number].temperature[...] = T_OUT
    return box


def mixing_length(middles, size):
    """Prandtl's, by the distance from walls and blocks; 0 inside of the blocks [m]."""
    X, Y, Z = np.meshgrid(*(m * length for m, length in zip(middles, size)), indexing="ij")
    distance = np.minimum.reduce([X, size[0] - X, Y, size[1] - Y, Z])
    for x, y, z in itertools.product(BLOCKS_X, BLOCKS_Y, BLOCKS_Z):
        out = [
            np.maximum(np.maximum(low * length - P, P - high * length), 0.0)
            for (low, high), length, P in zip((x, y, z), size, (X, Y, Z))
        ]
        distance = np.minimum(distance, np.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2))
    return np.minimum(0.41 * distance, 0.09 * distance.max()).T


def hottest(box, state):
    """Temperature of the hottest cell that heats [K]; the solver asks on coarser grids too."""
    return float(state.T[box.source > 0.0].max())


def carried(box, state):
    """Heat that the outlets carry beyond what the floor brings [W], and liquid missing at them [m^3/s]."""
    dy, dz = np.diff(box.grid.y), np.diff(box.grid.z)
    area = dz[:, None] * dy
    rho_cp = box.liquid.density * box.liquid.heat_capacity[0]
    heat, out = 0.0, 0.0
    for number, column, cell, sign in ((WEST, 0, 0, -1.0), (EAST, -1, -1, 1.0)):
        volume = sign * state.u[:, :, column] * area
        T = np.where(volume > 0.0, state.T[:, :, cell], box.sides[number].temperature)
        heat += rho_cp * float(np.sum(volume * (T - T_IN)))
        out += float(volume.sum())
    return heat, FLOW - out


def peak_memory():
    """Largest size of this process so far [bytes], 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.benchmark(group="tank")
@pytest.mark.parametrize(
    ("shape", "target_us"),
    [
        pytest.param((16, 8, 16), None, id="2048", marks=pytest.mark.nightly),
        pytest.param((32, 16, 32), None, id="16384", marks=pytest.mark.nightly),
        pytest.param((64, 32, 64), 60e6, id="131072", marks=pytest.mark.nightly),
    ],
)
def test_tank(benchmark, shape, target_us):
    """Steady, from rest."""
    box = tank(*shape)

    solve_flow(tank(16, 8, 16), tolerance=0.1)  # compiles
    found = benchmark.pedantic(
        lambda: solve_flow(
            box,
            tolerance=1e-3,
            heat_tolerance=0.05,
            watch=hottest,
            watch_tolerance=0.05,
            nested_tolerance=3e-5,
        ),
        rounds=1,
        warmup_rounds=0,
    )
    memory = peak_memory()
    assert found.status == CONVERGED
    end = solve_flow(
        box,
        start=found.state,
        time_step=found.time_step,
        tolerance=1e-4,
        heat_tolerance=2e-3,
        watch=hottest,
        watch_tolerance=0.02,
    )
    assert end.status == CONVERGED
    change = hottest(box, found.state) - hottest(box, end.state)
    assert abs(change) < 0.1
    heat, lost = carried(box, end.state)
    assert abs(lost) < 1e-10 * FLOW
    assert heat == pytest.approx(10 * POWER, rel=2e-3)
    cells = math.prod(shape)
    row = f"Tank of 10 porous miners from rest, {' x '.join(map(str, shape))} cells, hottest block to 0.1 K"
    benchmark.extra_info.update(
        row=row,
        per="tank",
        work=1,
        cells=cells,
        steps=found.steps,
        krylov=found.krylov,
        coarser=[[other.steps, other.krylov] for other in found.nested],
        residuals={name: float(values[-1]) for name, values in found.history.items()},
        change_K=change,
        imbalance=heat / (10 * POWER) - 1.0,
        peak_bytes=memory,
    )
    if target_us is not None:
        benchmark.extra_info["target_us"] = target_us
