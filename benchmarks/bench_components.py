"""Plate heat exchangers beside TESPy and beside a rating in plain Python with ``ht``, in one session.

The single-pass rating is the model of infinite plates (one block), with temperature-dependent water and Martin's
correlation on both sides. Its peer in Python has 60 cells; here the solver chooses its nodes and must come
closer to the converged answer than those 60 cells do. TESPy's exchangers take a given UA and know no correlation,
so they do less; they are what many would otherwise put into a plant model. TESPy pins its dependencies and runs
in an interpreter of its own (see ``benchmarks/peers/environment.py``); without it its rows are skipped.
"""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.chevron_correlations import chevron_law
from hashheat.components.duty_file import load_duty
from hashheat.components.exchanger_limits import SizingLimits
from hashheat.components.exchanger_map import part_load
from hashheat.components.exchanger_sizing import generic_plates, size_exchanger
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.chevron import pack_law
from hashheat.solvers.element_levels import element_levels
from hashheat.solvers.plate_arrangement import arrange_blocks
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack

PEERS = Path(__file__).parent / "peers"
CASES = 4 if numba.config.DISABLE_JIT else 512
#: Outlets of the same rating at 3 kg/s a side from 3840 cells of the peer, converged to 1e-9 K [K].
CONVERGED = (320.577969149, 345.747323631)
#: What 60 cells of the peer are off by there [K].
SIXTY_CELLS = 6.4e-6


def peer(name):
    spec = importlib.util.spec_from_file_location(f"peers_{name}", PEERS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def one_thread():
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


def single_pass(flows):
    """Arguments of the kernel for the plate that the peer has."""
    plate = peer("ht_rating").GEOMETRY
    row = np.zeros(ps.N_INPUTS)
    row[ps.T_IN_0], row[ps.T_IN_1] = 353.15, 313.15
    row[ps.AREA], row[ps.FLOW_AREA] = plate["area"], plate["gap"] * plate["width"]
    row[ps.HYDRAULIC_DIAMETER], row[ps.FLOW_LENGTH] = 2.0 * plate["gap"] / plate["enlargement"], 1.0
    row[ps.WALL_RESISTANCE] = plate["thickness"] / plate["conductivity"]
    row[ps.NUSSELT_FACTOR_0 : ps.FRICTION_FACTOR_1 + 1] = 1.0
    row[ps.PORT_AREA], row[ps.PORT_LOSS], row[ps.AREA_FACTOR] = 0.01, 1.4, 1.0
    rows = np.repeat(row[None, :], len(flows), axis=0)
    rows[:, ps.FLOW_0] = rows[:, ps.FLOW_1] = flows
    law = pack_law(chevron_law("martin", plate["angle"], plate["enlargement"]))
    water = pack(Fluid.parse("water").table(6e5))
    stack = arrange_blocks(plate["plates"] - 1, (1, 1))
    out, status = np.zeros((len(flows), pr.N_OUTPUTS)), np.zeros(len(flows), dtype=np.int64)
    return stack, rows, element_levels(), np.stack([law] * 4), np.stack([water] * 2), 1e-6, out, status


@pytest.mark.benchmark(group="rating, single pass")
@pytest.mark.parametrize(
    ("beside", "named"),
    [
        ("test_ht_in_python[coolprop]", "60 cells with `ht`, SciPy and CoolProp"),
        ("test_ht_in_python[fitted]", "the same with properties from fitted polynomials"),
        ("test_tespy[HeatExchanger]", "TESPy `HeatExchanger`, UA given"),
        ("test_tespy[SectionedHeatExchanger]", "TESPy `SectionedHeatExchanger`, UA given"),
    ],
    ids=["ht", "ht-fitted", "tespy", "tespy-sectioned"],
)
def test_single_pass_rating(benchmark, one_thread, beside, named):
    flows = np.full(CASES, 3.0)
    flows[1:] *= np.random.default_rng(60).uniform(0.8, 1.2, CASES - 1)
    case = single_pass(flows)
    pr.rate_cases(*case)  # compile
    benchmark(pr.rate_cases, *case)
    out, status = case[-2:]
    assert np.all(status == pr.OK)
    assert np.max(np.abs(out[:, pr.HEAT_0] / out[:, pr.HEAT_1] + 1.0)) < 1e-10
    error = float(np.max(np.abs(out[0, pr.T_OUT_0 : pr.T_OUT_1 + 1] - CONVERGED)))
    assert error < SIXTY_CELLS
    benchmark.extra_info.update(
        row="Plate exchanger, single pass, Martin and water on both sides, one thread",
        per="rating",
        work=CASES,
        nodes=float(out[:, pr.NODES].mean()),
        error_K=error,
        error_of_60_cells_K=SIXTY_CELLS,
        target_us=50.0,
        peer=beside,
        peer_name=named,
    )


@pytest.mark.benchmark(group="rating, single pass")
@pytest.mark.parametrize("properties", ["coolprop", "fitted"])
def test_ht_in_python(benchmark, properties):
    rating = peer("ht_rating")
    water = rating.coolprop_water() if properties == "coolprop" else rating.fitted_water(6e5)
    cells = 6 if numba.config.DISABLE_JIT else 60
    found = benchmark(rating.rate, (3.0, 3.0), (353.15, 313.15), rating.GEOMETRY, (water, water), cells=cells)
    np.testing.assert_allclose(found.T_out, CONVERGED, atol=2.0 * SIXTY_CELLS * (60.0 / cells) ** 2)
    benchmark.extra_info.update(per="rating", work=1, cells=cells)


@pytest.mark.benchmark(group="rating, single pass")
@pytest.mark.parametrize("model", ["HeatExchanger", "SectionedHeatExchanger"])
def test_tespy(benchmark, model):
    environment, session = peer("environment"), peer("session")
    try:
        # An ordinary test run installs nothing.
        python = environment.peer_python(install=not benchmark.disabled)
    except environment.PeerUnavailable as reason:
        pytest.skip(str(reason))
    with session.Session(python, PEERS / "tespy_exchanger.py", "--serve") as tespy:
        answer = tespy.ask(model=model)  # the design, and a first round
        benchmark.pedantic(
            tespy.ask, kwargs={"model": model}, rounds=1 if benchmark.disabled else 5, warmup_rounds=0
        )
        benchmark.extra_info.update(per="rating", work=len(answer["cases"]), **tespy.ask())
    # 80/45 against 40/75 degC with 1 kg/s: the UA of shared tables and of the duty's own integral.
    assert answer["UA"] == pytest.approx(29300.0, rel=1e-3)


def channels_of_100(passes):
    exchanger = PlateHeatExchanger.named("g-040", 101, passes=passes)
    columns = [np.array([x]) for x in (13.6, 13.6, 353.15, 318.15)]
    laws = np.stack([pack_law(law) for law in exchanger.laws])
    out, status = np.zeros((1, pr.N_OUTPUTS)), np.zeros(1, dtype=np.int64)
    return (
        exchanger.stack,
        exchanger.cases(*columns),
        element_levels(),
        laws,
        exchanger.packed,
        1e-6,
        out,
        status,
    )


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a hundred channels need the compiler")
@pytest.mark.benchmark(group="rating, every channel")
@pytest.mark.parametrize("passes", [(1, 1), (2, 2)], ids=["1-1", "2-2"])
def test_every_channel(benchmark, one_thread, passes):
    case = channels_of_100(passes)
    pr.rate_cases(*case)
    benchmark(pr.rate_cases, *case)
    out, status = case[-2:]
    assert status[0] == pr.OK
    assert abs(out[0, pr.HEAT_0] / out[0, pr.HEAT_1] + 1.0) < 1e-10
    assert out[0, pr.ESTIMATE] <= 1e-5
    name = "-".join(map(str, passes))
    benchmark.extra_info.update(
        row=f"Plate exchanger, {name} passes, 100 channels and their ports resolved, one thread",
        per="rating",
        work=1,
        nodes=int(out[0, pr.NODES]),
        estimated_error=float(out[0, pr.ESTIMATE]),
        target_us=20e3,
    )


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a whole catalogue needs the compiler")
@pytest.mark.benchmark(group="sizing")
@pytest.mark.parametrize("name", ["nordic-2mw-5k", "nordic-2mw-3k", "nordic-8mw-5k", "nordic-8mw-3k"])
def test_sizing(benchmark, one_thread, name):
    record = load_duty(name)
    duty, limits, catalogue = record.complete(), SizingLimits.of_file(record), generic_plates()
    size_exchanger(duty, limits, catalogue)
    sizing = benchmark.pedantic(
        size_exchanger, (duty, limits, catalogue), rounds=1 if benchmark.disabled else 5
    )
    best = sizing.best
    assert min(best.margins.values()) >= 0.0
    assert best.fewer[best.binding] < 0.0
    benchmark.extra_info.update(
        row=f"Sizing {name} from {len(catalogue)} plate types, {sizing.searched} ways, one thread",
        per="sizing",
        work=1,
        target_us=1e6,
        candidates=len(sizing.candidates),
    )


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="tens of thousands of points need the compiler")
@pytest.mark.benchmark(group="part load")
@pytest.mark.parametrize("passes", [(1, 1), (2, 2)], ids=["1-1", "2-2"])
def test_part_load(benchmark, passes):
    exchanger = PlateHeatExchanger.named("g-040", 101, passes=passes)
    points = 4 if benchmark.disabled else 40
    flow = np.geomspace(4.0, 40.0, points)
    axes = {
        "hot_mass_flow": xr.DataArray(flow, dims="hot_flow"),
        "cold_mass_flow": xr.DataArray(flow, dims="cold_flow"),
        "hot_T_in": xr.DataArray(np.linspace(333.15, 363.15, 10), dims="hot"),
        "cold_T_in": xr.DataArray(np.linspace(298.15, 328.15, 10), dims="cold"),
    }
    part_load(exchanger, **{name: axis[:2] for name, axis in axes.items()})  # compile
    found = benchmark.pedantic(part_load, (exchanger,), axes, rounds=1 if benchmark.disabled else 2)
    worst = max(found.attrs["error_T_out_hot"], found.attrs["error_T_out_cold"])
    assert worst <= 0.02
    assert float(found.effectiveness.max()) < 1.0
    benchmark.extra_info.update(
        row=f"Part load, {'-'.join(map(str, passes))} passes: {found.heat_rate.size} points and their fit",
        per="point",
        work=found.heat_rate.size,
        whole=[f"a map of 1,000,000 points, {'-'.join(map(str, passes))} passes,", 1_000_000],
        error_K=worst,
        full_ratings=int(found.attrs["full_cases"]),
        target_us=60.0,
        threads=numba.get_num_threads(),
    )
