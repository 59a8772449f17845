"""The command ``hashheat monitor``. Nothing heavy is imported before it runs."""

from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, print_json
from hashheat.guard import FAILS, HOLDS, guarded


@guarded
def monitor(
    data: Annotated[
        Path, typer.Argument(help="Field data: CSV or Parquet with a column map, telemetry, or NetCDF.")
    ],
    model: Annotated[
        str, typer.Option(help="The units' device file, or a shipped name (see: hashheat library).")
    ],
    first: Annotated[
        int, typer.Option(help="Records at the start that each unit's own level and scatter are taken from.")
    ] = 100,
    length: Annotated[
        float, typer.Option(help="Records between false alarms of one series, a board's chips or an outlet.")
    ] = 1e5,
    columns: Annotated[
        Path | None,
        typer.Option(help="Column map, with [chips] [default: <data>.columns.toml, if there is one]."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<data>-monitoring]."),
    ] = None,
    fluid: Annotated[str, typer.Option(help="Coolant, e.g. water or 'propylene glycol 30 %'.")] = "water",
    pressure: Annotated[str, typer.Option(help="Absolute, at the units' inlet.")] = "3 bar",
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Watch units for drift from their model: exit status 0 no unit flagged, 1 units flagged, 2 bad input.

    Cumulative sums of what is measured less what the model says, each unit against its own first records.
    """
    from hashheat.monitor_command import MonitorOptions, run_monitor
    from hashheat.monitor_terminal import show_monitoring

    options = MonitorOptions(first, length, columns, fluid, pressure)
    sheet, files = run_monitor(data, model, output, options, quiet=quiet or as_json)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        show_monitoring(sheet, paths)
    return HOLDS if sheet["verdict"] == "pass" else FAILS
