"""The command for cold plates: ``hashheat plate``. Nothing heavy is imported before it runs."""

from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, told
from hashheat.guard import FAILS, HOLDS, guarded


@guarded
def plate(
    file: Annotated[str, typer.Argument(help="A cold-plate file, or a shipped name such as two-sided.")],
    flow: Annotated[str | None, typer.Option(help="Flow of the plate at its inlet, e.g. '3 L/min'.")] = None,
    inlet: Annotated[str | None, typer.Option(help="Coolant inlet temperature, e.g. '60 degC'.")] = None,
    clock: Annotated[float, typer.Option(help="Dynamic power of the chips over that of the file.")] = 1.0,
    fluid: Annotated[str | None, typer.Option(help="e.g. water or 'propylene glycol 30 %'.")] = None,
    pressure: Annotated[str | None, typer.Option(help="Absolute, at the inlet, e.g. '3 bar'.")] = None,
    ambient: Annotated[str | None, typer.Option(help="Temperature of the room, e.g. '20 degC'.")] = None,
    samples: Annotated[
        int, typer.Option(help="Samples of the uncertain numbers, a power of two; 0 for none.")
    ] = 128,
    refine: Annotated[int, typer.Option(help="Multiplies the cells along and across the plate.")] = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<file>-plate]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Solve a cold plate: exit status 0 its limits hold, 1 one fails, 2 bad input.

    What is not given is taken from the design state of the file.
    """
    from hashheat.components.errors import UnitError
    from hashheat.plate_command import PlateOptions, run_plate
    from hashheat.plate_terminal import show_plate

    options = PlateOptions(flow, inlet, ambient, pressure, fluid, clock, samples, refine)
    # No steady state is an answer about the plate, not a fault of the input.
    sheet = told(
        lambda: run_plate(file, output, options, quiet=quiet or as_json),
        show_plate,
        UnitError,
        as_json=as_json,
        quiet=quiet,
    )
    return HOLDS if sheet is not None and sheet["verdict"] == "pass" else FAILS
