"""The command ``hashheat population``. Nothing heavy is imported before it runs."""

from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, print_json
from hashheat.guard import FAILS, HOLDS, guarded


@guarded
def population(
    miner: Annotated[str, typer.Argument(help="A device file, or a shipped name (see: hashheat library).")],
    inlet: Annotated[str, typer.Option(help="Inlet of a unit, e.g. '70 degC +/- 1 K' or '68 .. 72 degC'.")],
    flow: Annotated[
        str | None, typer.Option(help="Flow of a unit, e.g. '10 L/min +/- 3 %' [default: the device file's].")
    ] = None,
    units: Annotated[int, typer.Option(help="Units in all.")] = 100_000,
    header_imbalance: Annotated[
        str, typer.Option(help="Flow of the best and of the worst place on the headers, off the mean.")
    ] = "0",
    fluid: Annotated[str, typer.Option(help="e.g. water or 'propylene glycol 30 %'.")] = "water",
    pressure: Annotated[str, typer.Option(help="Absolute, at the units' inlet.")] = "3 bar",
    ambient: Annotated[str, typer.Option(help="Temperature of the room.")] = "20 degC",
    frequency: Annotated[str, typer.Option(help="Clock over nameplate, e.g. '1 +/- 0.02'.")] = "1",
    voltage: Annotated[str, typer.Option(help="Supply voltage over nameplate.")] = "1",
    limit: Annotated[
        str | None, typer.Option(help="Junction limit in place of the device file's, e.g. '105 degC'.")
    ] = None,
    allowed: Annotated[
        float, typer.Option(help="Share of units that may be above it, for the verdict.")
    ] = 0.01,
    fleets: Annotated[int, typer.Option(help="Fleets that the units make up, with --per-fleet.")] = 1,
    per_fleet: Annotated[
        list[str] | None,
        typer.Option(
            help="Key of a number that all units of a fleet share, or 'device' for all of the file's."
        ),
    ] = None,
    level: Annotated[float, typer.Option(help="Of confidence, for the intervals.")] = 0.95,
    seed: Annotated[int | None, typer.Option(help="Of the draws.")] = None,
    chunk: Annotated[
        int, typer.Option(help="Units solved and stored together; no result depends on it.")
    ] = 65536,
    workers: Annotated[int, typer.Option(help="Processes of this machine; more than 1 needs dask.")] = 1,
    cluster: Annotated[
        str | None, typer.Option(help="Scheduler of dask that runs, e.g. tcp://10.0.0.1:8786.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<miner>-population]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Solve a population of units: exit status 0 few enough above the limit, 1 too many, 2 bad input.

    Every uncertain number is drawn for each unit. A run that was cut off goes on where it was when the same
    command is given again; neither chunks nor workers change a digit.
    """
    from hashheat.population_command import PopulationOptions, run_population
    from hashheat.population_terminal import show_population

    options = PopulationOptions(
        inlet=inlet,
        flow=flow,
        units=units,
        header_imbalance=header_imbalance,
        fluid=fluid,
        pressure=pressure,
        ambient=ambient,
        frequency=frequency,
        voltage=voltage,
        limit=limit,
        allowed=allowed,
        fleets=fleets,
        per_fleet=tuple(per_fleet or ()),
        level=level,
        seed=seed,
        chunk=chunk,
        workers=workers,
        cluster=cluster,
    )
    sheet, files = run_population(miner, output, options, quiet=quiet or as_json)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        show_population(sheet, paths)
    return HOLDS if sheet["verdict"] == "pass" else FAILS
