"""The command ``hashheat simulate``. Nothing heavy is imported before it runs."""

from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, print_json
from hashheat.guard import FAILS, HOLDS, guarded


@guarded
def simulate(
    plant: Annotated[
        str, typer.Argument(help="A whole plant's file, or a shipped name such as nordic-8mw-year.")
    ],
    weather: Annotated[
        Path | None, typer.Option(help="Hourly CSV: time, T_outdoor [degC] [default: a synthetic year].")
    ] = None,
    network: Annotated[
        Path | None,
        typer.Option(help="Hourly CSV: time, demand [MW], T_supply and T_return [degC] [default: by rule]."),
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="Hourly CSV: time, price [EUR/MWh] [default: constant].")
    ] = None,
    zone: Annotated[
        str, typer.Option(help="Of time stamps that state none, e.g. UTC or Europe/Helsinki.")
    ] = "",
    longest_gap: Annotated[
        int,
        typer.Option(help="Longest run of missing hours of weather and network that is interpolated.", min=0),
    ] = 3,
    duplicates: Annotated[
        str, typer.Option(help="'mean': average rows of one time that differ; otherwise an error.")
    ] = "error",
    wrong_offsets: Annotated[
        str, typer.Option(help="'mend': believe the zone where an offset contradicts it; otherwise an error.")
    ] = "error",
    hours: Annotated[int | None, typer.Option(help="Run through the first hours only.", min=1)] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<plant>-year]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run a whole plant hour by hour: exit status 0 all heat delivered, 1 some hours short, 2 bad input.

    A run that was cut off goes on where it was when the same command is given again.
    """
    from hashheat.simulate_command import SimulateOptions, run_simulate
    from hashheat.simulate_terminal import show_year

    options = SimulateOptions(weather, network, prices, zone, longest_gap, duplicates, wrong_offsets, hours)
    sheet, files = run_simulate(plant, output, options, quiet=quiet or as_json)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        show_year(sheet, paths)
    return HOLDS if sheet["verdict"] == "pass" else FAILS
