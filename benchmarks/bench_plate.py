"""A resolved cold plate, 384 x 216 mm with 108 chips, beside a direct sparse solver.

The plate stands on a field of channels, so that every cell of metal has a film, a coolant cell and a correlation
of its own; water and leakage depend on temperature. The peer solves one linear system of the solid at 1 mm, with
the films of the solution; ours solves the same system to eight digits, and beside it the whole plate with its
coolant, films and chips.
"""

import math

import numba
import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from hashheat.components.chip_map import ChipKind, chip_grid
from hashheat.components.coolant_layout import Channel, MicroChannels, Serpentine
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.plate_geometry import PlateGeometry
from hashheat.components.prepared_plate import prepare
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.solvers.multigrid import Feedback, set_sink, solve_conduction
from hashheat.solvers.plate_history import run_plate
from hashheat.solvers.plate_step import Plant, PlateInputs
from hashheat.solvers.serpentine import OK
from hashheat.solvers.stack_storage import energy_polynomial
from hashheat.thermo.fluid import Fluid

LENGTH, WIDTH = 0.384, 0.216
COARSE = (24, 12) if numba.config.DISABLE_JIT else (192, 108)  # 2 mm
AROUND = Surroundings(T_in=343.15, mass_flow=0.1, T_ambient=298.15)
FIELD = MicroChannels(channel_width=2e-3, pitch=4e-3, height=3e-3, fin_conductivity=167.0)
PASSES = Serpentine(6, Channel("rectangle", 12e-3, 4e-3))
#: Residual of the linear systems, over that at the start.
REDUCTION = 1e-8


def plate(refine=1, layout=FIELD, thickness=5e-3):
    """The plate with cells of 2 mm over ``refine``."""
    size = (LENGTH, WIDTH)
    geometry = PlateGeometry(
        length=LENGTH,
        width=WIDTH,
        thickness=thickness,
        conductivity=167.0,
        heat_capacity=2.4e6,
        layout=layout,
        cells=(round(COARSE[0] * refine), round(COARSE[1] * refine)),
        chips=chip_grid(9, 12, ChipKind(8e-3, 8e-3), size),
        chip_heat=ChipHeat(resistance=0.3, P_dynamic=19.0, P_leak=1.0, T_leak=353.15, leak_scale=36.0),
        htc_top=5.0,
        htc_edge=5.0,
    )
    return prepare(geometry, nusselt_factor=1.0, friction_factor=1.0, port_loss=1.0)


@pytest.fixture(scope="module")
def water():
    """Property table."""
    return Fluid.parse("water").table(3e5)


def balanced(state, plate):
    """Whether a steady state is one: converged, closed in energy, every chip above its coolant."""
    assert state.status == OK
    assert abs(state.imbalance) < 1e-10
    assert state.chip_power.sum() > plate.model.chips.P_dynamic.sum()
    assert state.T_junction.min() > AROUND.T_in
    return state


def tell(benchmark, state, cells, row):
    """What the tracked record keeps of a solve."""
    benchmark.extra_info.update(
        row=row,
        per="plate",
        work=1,
        cells=cells,
        coolant_cells=int(state.F.size),
        iterations=int(state.iterations),
        cycles=int(state.cycles),
        imbalance=float(state.imbalance),
        T_junction=float(state.T_junction.max()),
    )


@pytest.mark.parametrize(
    ("refine", "target_us"),
    [pytest.param(1, 50e3, id="2mm"), pytest.param(2, 250e3, id="1mm"), pytest.param(7, None, id="1e6")],
)
def test_plate(benchmark, water, refine, target_us):
    """The whole plate, steady."""
    if refine == 7 and numba.config.DISABLE_JIT:
        pytest.skip("a million cells take minutes without the compiler")
    prepared = plate(refine)
    state = balanced(
        benchmark.pedantic(lambda: prepared.solve(water, AROUND), rounds=5, warmup_rounds=1), prepared
    )
    cells = prepared.model.solid.along_x.size
    tell(benchmark, state, cells, f"A cold plate of {cells:,} cells, each with its film, 108 leaking chips")
    if target_us is not None:
        benchmark.extra_info["target_us"] = target_us
    if refine == 2:
        benchmark.extra_info.update(
            peer="test_spsolve", peer_name="`spsolve`, one linear system of the metal"
        )


def test_serpentine_plate(benchmark, water):
    """The same with six milled passes."""
    prepared = plate(layout=PASSES, thickness=8e-3)
    state = balanced(
        benchmark.pedantic(lambda: prepared.solve(water, AROUND), rounds=5, warmup_rounds=1), prepared
    )
    cells = prepared.model.solid.along_x.size
    tell(benchmark, state, cells, f"A cold plate of {cells:,} cells with a milled serpentine")
    benchmark.extra_info["target_us"] = 50e3


def running_out(t, after):
    """The pump stops within the second and third second; half the power, so that nothing boils in a minute."""
    flow = AROUND.mass_flow * min(1.0, max(0.0, (3.0 - t) / 2.0))
    return PlateInputs(AROUND.T_in, flow, AROUND.T_ambient, dynamic=0.5, leak=0.5)


@pytest.mark.parametrize(
    ("layout", "thickness", "name"),
    [
        pytest.param(FIELD, 5e-3, "each with its film", id="field"),
        pytest.param(PASSES, 8e-3, "with a milled serpentine", id="serpentine"),
    ],
)
def test_pump_trip(benchmark, water, layout, thickness, name):
    """A minute in time: steady, then the pump fails and the chips go on."""
    prepared = plate(layout=layout, thickness=thickness)
    plant = Plant(
        prepared.model, prepared.law, prepared.duct, water, prepared.levels, energy_polynomial(water), True
    )
    start = prepared.solve(water, AROUND, voltage=math.sqrt(0.5), tolerance=1e-7)
    minute = np.array([0.0, 1.0, 3.0, 4.0 if numba.config.DISABLE_JIT else 60.0])
    found = benchmark.pedantic(
        lambda: run_plate(plant, running_out, start, minute), rounds=3, warmup_rounds=1
    )
    assert (found.status, found.t_end) == (OK, minute[-1])
    assert abs(found.imbalance) < 1e-9
    assert found.carried[-1] == 0.0
    assert found.T_junction[-1].max() > found.T_junction[0].max() + (
        0.0 if numba.config.DISABLE_JIT else 20.0
    )
    cells = prepared.model.solid.along_x.size
    benchmark.extra_info.update(
        row=f"A minute of a pump trip of a cold plate of {cells:,} cells, {name}",
        per="minute",
        work=1,
        cells=cells,
        coolant_cells=int(start.F.size),
        steps=found.steps,
        rejected=found.rejected,
        iterations=found.iterations,
        cycles=found.cycles,
        imbalance=found.imbalance,
        target_us=5e6,
    )


@pytest.fixture(scope="module")
def system(water):
    """Linear system of the metal at 1 mm, in the layout of the levels: source, sink, and the levels."""
    prepared = plate(2)
    state = prepared.solve(water, AROUND)
    at = prepared.levels.cells()
    sink = np.zeros(at.size)
    per_film = state.heat / (state.T.ravel()[prepared.model.films.cell] - state.F)
    np.add.at(sink, prepared.model.films.cell, per_film)
    heat = np.zeros(at.size)
    chips = prepared.model.chips
    np.add.at(heat, chips.cell, chips.weight * np.repeat(state.chip_power, np.diff(chips.first)))
    return prepared, at, sink, heat


def test_conduction(benchmark, system):
    """The linear system alone, by our multigrid."""
    prepared, at, sink, heat = system
    levels = prepared.levels
    source = np.zeros((1, levels.work.shape[1]))
    source[0, at] = heat
    none = Feedback(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))

    def solve():
        levels.sink[...] = 0.0
        levels.sink[0, at] = sink
        set_sink(levels)
        return solve_conduction(levels, none, source, REDUCTION, 0.0, 60)

    status, iterations, _ = benchmark.pedantic(solve, rounds=5, warmup_rounds=1)
    rise = levels.work[1, at]
    assert status == 0
    assert abs(rise @ sink - heat.sum()) < 1e-7 * heat.sum()
    benchmark.extra_info.update(
        row=f"One linear system of its metal, {at.size:,} cells, eight digits",
        per="system",
        work=1,
        iterations=iterations,
        peer="test_spsolve",
        peer_name="`scipy.sparse.linalg.spsolve`",
    )


def test_spsolve(benchmark, system):
    """The peer: the same system, assembled beforehand, by SuperLU."""
    prepared, at, sink, heat = system
    solid = prepared.model.solid
    shape = solid.along_x.shape
    number = np.arange(at.size).reshape(shape)
    rows, columns, values = [], [], []
    diagonal = sink.copy()
    for along, axis in ((solid.along_z, 0), (solid.along_y, 1), (solid.along_x, 2)):
        faces = range(shape[axis] - 1)
        a = np.take(number, faces, axis=axis).ravel()
        b = np.take(number, range(1, shape[axis]), axis=axis).ravel()
        g = np.take(along, faces, axis=axis).ravel()
        rows += [a, b]
        columns += [b, a]
        values += [-g, -g]
        np.add.at(diagonal, a, g)
        np.add.at(diagonal, b, g)
    rows.append(number.ravel())
    columns.append(number.ravel())
    values.append(diagonal)
    triples = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = coo_matrix(triples, shape=(at.size, at.size)).tocsc()
    rise = benchmark.pedantic(lambda: spsolve(matrix, heat), rounds=2, warmup_rounds=0)
    assert abs(rise @ sink - heat.sum()) < 1e-9 * heat.sum()
    benchmark.extra_info.update(per="system", work=1, cells=int(at.size))
