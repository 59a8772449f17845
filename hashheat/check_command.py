"""What `hashheat check` and `hashheat warmup` do between arguments and output."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_transient import solve_plate_transient
from hashheat.components.duty_file import load_duty
from hashheat.components.exchanger_file import load_exchanger
from hashheat.components.exchanger_limits import SizingLimits
from hashheat.components.exchanger_map import FEW_POINTS, part_load
from hashheat.components.exchanger_plate import load_plate
from hashheat.components.exchanger_sizing import size_exchanger
from hashheat.components.exchanger_transient import rate_transient
from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.miner import Miner
from hashheat.components.network import Network
from hashheat.components.network_elements import ExchangerSide, MinerUnit, Node, Pipe, Pump
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.pump import PumpCurve
from hashheat.components.two_phase_tank import TwoPhaseTank
from hashheat.fleet.check import check_plant
from hashheat.fleet.plant import Plant
from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.rate_command import MOST_SAMPLES, rate_file
from hashheat.report import write_report
from hashheat.summary import summarize
from hashheat.thermo.errors import InputError

FILES = ("result.nc", "report.html")
#: Below it the probability of a pass would be known to no better than 13 %.
FEWEST_SAMPLES = 16


def run_check(
    name: str,
    output: Path | None = None,
    *,
    samples: int = 1024,
    sensitivity_samples: int = 512,
    envelope_points: int = 33,
    quiet: bool = False,
) -> tuple[dict[str, Any], list[Path]]:
    """Check a plant and write its results.

    Parameters
    ----------
    name : str
        Plant file or shipped name.
    output : Path, optional
        Directory; ``<plant>-report`` below the current one if not given.
    samples, sensitivity_samples, envelope_points : int
        As in :func:`hashheat.fleet.check.check_plant`.
    quiet : bool
        No progress bar.

    Returns
    -------
    summary : dict
        Of :func:`hashheat.summary.summarize`.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError, FreezingError, BoilingError
        Before anything is computed or written.
    """
    if samples < 1 or samples & (samples - 1):
        raise InputError(
            "the number of samples must be a power of two",
            key="--samples",
            found=samples,
            accepted="a power of two, such as 256, 512, 1024",
        )
    plant = Plant.named(name)
    plant.check_states()
    if not FEWEST_SAMPLES <= samples <= MOST_SAMPLES:
        raise InputError(
            f"too {'few' if samples < FEWEST_SAMPLES else 'many'} samples for a probability",
            key="--samples",
            found=samples,
            accepted=f"a power of two from {FEWEST_SAMPLES} to {MOST_SAMPLES}",
        )
    directory = output if output is not None else Path(f"{plant.path.stem}-report")
    check_directory(directory, FILES)
    with Bar(quiet) as bar:
        result = check_plant(
            plant,
            samples,
            sensitivity_samples=sensitivity_samples,
            envelope_points=envelope_points,
            progress=bar,
        )
    summary = summarize(result)
    paths = write_together(
        directory,
        {
            "result.nc": lambda path: write_result(result, path),
            "report.html": lambda path: write_report(result, summary, path),
        },
    )
    return summary, paths


def write_result(result: xr.Dataset, path: Path) -> None:
    """Write the Dataset as NetCDF-4; reading it back gives the same."""
    result.to_netcdf(path, engine="h5netcdf")


def warm_up(quiet: bool = False) -> float:
    """Run every kernel once and return how long that took [s]."""
    start = time.perf_counter()
    plant = Plant.named("nordic-2mw")
    with Bar(quiet) as bar:
        # Enough samples that the threaded header solver, which small cases pass by, is compiled too.
        check_plant(plant, samples=64, sensitivity_samples=2, envelope_points=3, progress=bar)
        plant.miner.solve(343.15, with_fields=True)
        exchanger = load_exchanger("kakac")
        rate_file(exchanger, exchanger.exchanger(), 16, bar)
        _warm_up_exchangers()
        _warm_up_plates()
        _warm_up_tanks()
        _warm_up_network(plant.miner)
    return time.perf_counter() - start


def _warm_up_plates() -> None:
    """Solve cold plates and follow one: a channel and a field."""
    board = ColdPlate.named("tube-in-plate")
    board.solve(with_fields=True)
    solve_plate_transient(board, t_end=0.1, start="cold")
    ColdPlate.named("pin-fin").solve(with_fields=True)


def _warm_up_tanks() -> None:
    """Solve a tank of each kind and follow one in time: what is compiled does not depend on its cells."""
    # Half of its cells each way; a solution that is far from converged compiles as much.
    ImmersionTank.named("container-50kw").solve_transient("start-up", duration=0.5, interval=0.5, refine=0.5)
    TwoPhaseTank.named("two-phase-demo").solve()


def _warm_up_network(miner: Miner) -> None:
    """Solve a loop with one of each that has kernels of its own."""
    curve = PumpCurve.through([(0.0, 2e5), (1e-3, 1.5e5), (2e-3, 5e4)])
    exchanger = PlateHeatExchanger.named("b-003", 20)
    Network(
        nodes=[Node("in", pressure=3e5, T_in=333.15), Node("a"), Node("b"), Node("c")],
        elements=[
            Pump("pump", "in", "a", curve=curve),
            Pipe("pipe", "a", "b", length=5.0, diameter=0.03, roughness=5e-5, loss_per_length=0.3),
            MinerUnit("miner", "b", "c", miner=miner),
            ExchangerSide(
                "side", "c", "in", exchanger=exchanger, side="hot", other_mass_flow=0.2, other_T_in=323.15
            ),
        ],
    ).solve()


def _warm_up_exchangers() -> None:
    """Size, map and follow a small exchanger: what is compiled does not depend on its size."""
    record = load_duty("nordic-2mw-5k")
    size_exchanger(record.complete(), SizingLimits.of_file(record), [load_plate("g-120")])
    small = PlateHeatExchanger.named("b-003", 10)
    hot, cold = 353.15, 313.15
    flows = xr.DataArray(np.linspace(0.5, 1.0, FEW_POINTS + 1), dims="case")
    part_load(small, hot_mass_flow=flows, cold_mass_flow=0.8, hot_T_in=hot, cold_T_in=cold, checks=8)
    rate_transient(
        small,
        hot_mass_flow=0.8,
        cold_mass_flow=0.8,
        hot_T_in=hot,
        cold_T_in=cold,
        t_end=1.0,
        start=cold,
    )
