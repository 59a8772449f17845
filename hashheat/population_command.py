"""What `hashheat population` does between arguments and output."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.components.record import find_file
from hashheat.fleet.population_run import CHUNK, described, solve_population, write_population
from hashheat.fleet.population_statistics import PopulationStatistics
from hashheat.fleet.sampling import SEED
from hashheat.fleet.unit_population import UnitPopulation
from hashheat.option_values import coolant
from hashheat.output import check_directory, write_together
from hashheat.page import page
from hashheat.population_plots import histogram, tail
from hashheat.population_sheet import population_sheet
from hashheat.progress import Bar
from hashheat.rate_command import default_directory
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.told_warnings import told_warnings

FILES = ("result.nc", "population.json", "report.html")


class PopulationOptions(NamedTuple):
    """Options of the command, as they stand on the command line."""

    inlet: str
    flow: str | None = None
    units: int = 100_000
    header_imbalance: str = "0"
    fluid: str = "water"
    pressure: str = "3 bar"
    ambient: str = "20 degC"
    frequency: str = "1"
    voltage: str = "1"
    limit: str | None = None
    allowed: float = 0.01
    fleets: int = 1
    per_fleet: tuple[str, ...] = ()
    level: float = 0.95
    seed: int | None = None
    chunk: int = CHUNK
    workers: int = 1
    cluster: str | None = None


def run_population(
    name: str, output: Path | None, options: PopulationOptions, *, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Solve a population and write what was found.

    Parameters
    ----------
    name : str
        Device file, or the shipped name of one.
    output : Path, optional
        Directory; ``<miner>-population`` below the current one if not given. While the run lasts its chunks
        stand in ``run`` below it.
    options : PopulationOptions
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.population_sheet.population_sheet`.
    paths : list of Path
        ``result.nc``, ``population.json`` and ``report.html``.

    Raises
    ------
    InputError, FreezingError, BoilingError, RunStoreError
        Before anything is solved.
    """
    for key, value in (("--level", options.level), ("--allowed", options.allowed)):
        if not 0.0 < value < 1.0:
            raise InputError("not a share", key=key, found=value, accepted="more than 0 and less than 1")
    directory = (
        output if output is not None else default_directory(find_file(name, LIBRARY, "miner"), "population")
    )
    check_directory(directory, FILES)
    with told_warnings() as told:
        try:
            population = as_population(Miner.named(name), options)
            with Bar(quiet) as bar:
                bar("units", 0.0)
                store, statistics = solve_population(
                    population,
                    directory / "run",
                    chunk=options.chunk,
                    count=options.workers,
                    cluster=options.cluster,
                    progress=lambda done: bar("units", done),
                )
                bar("report", 1.0)
                sheet = population_sheet(population, statistics, name, options.level, options.allowed)
        except InputError as error:
            raise _as_option(error) from None
    sheet["warnings"] = list(told)
    attrs = described(population) | {"sheet": json.dumps(sheet, allow_nan=False)}
    writers = {
        FILES[0]: lambda path: write_population(store, statistics.tails(options.level), path, attrs),
        FILES[1]: lambda path: path.write_text(
            json.dumps(sheet, indent=2, allow_nan=False), encoding="utf-8"
        ),
        FILES[2]: lambda path: path.write_text(_report(statistics, sheet), encoding="utf-8"),
    }
    paths = write_together(directory, writers)
    store.clear()
    return sheet, paths


def as_population(miner: Miner, options: PopulationOptions) -> UnitPopulation:
    """Population that the options describe."""

    def read(text: str, unit: str, key: str, **bounds: Any) -> Quantity:
        return Quantity.parse(text, unit, key=f"--{key}", **bounds)

    fluid, pressure = coolant(options.fluid, options.pressure)
    flow, limit = options.flow, options.limit
    keys = [key for key in options.per_fleet if key != "device"]
    overrides = {} if limit is None else {"chips.limit": read(limit, "K", "limit", positive=True)}
    if "device" in options.per_fleet:
        device = dict(miner.quantities) | overrides
        fixed = ("chips.length", "chips.width", "coolant.flow")
        keys += [k for k, q in device.items() if q.is_uncertain and k not in fixed and k not in keys]
    return UnitPopulation(
        miner,
        options.units,
        read(options.inlet, "K", "inlet"),
        None if flow is None else read(flow, "m^3/s", "flow", positive=True),
        header_imbalance=read(options.header_imbalance, "1", "header-imbalance", minimum=0.0, maximum=0.9),
        T_ambient=read(options.ambient, "K", "ambient"),
        frequency=read(options.frequency, "1", "frequency", positive=True),
        voltage=read(options.voltage, "1", "voltage", positive=True),
        fluid=fluid,
        pressure=pressure,
        overrides=overrides,
        fleets=options.fleets,
        per_fleet=tuple(keys),
        seed=SEED if options.seed is None else options.seed,
    )


#: Arguments by the options that give them.
_OPTIONS = ("units", "fleets", "per_fleet", "seed", "chunk", "workers", "cluster")


def _as_option(error: InputError) -> InputError:
    """Name the option where the key is an argument that the command took from one."""
    if error.key not in _OPTIONS:
        return error
    key = f"--{error.key.replace('_', '-')}"
    return type(error)(error.problem, file=error.file, key=key, found=error.found, accepted=error.accepted)


def _report(statistics: PopulationStatistics, sheet: dict[str, Any]) -> str:
    charts = {"histogram": histogram(statistics, sheet), "tail": tail(statistics, sheet)}
    return page("population.html", s=sheet, charts=charts)
