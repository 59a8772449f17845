"""The command for immersion tanks: ``hashheat tank``. Nothing heavy is imported before it runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, print_json, told
from hashheat.guard import FAILS, HOLDS, NO_VERDICT, guarded


@guarded
def tank(
    file: Annotated[str, typer.Argument(help="A tank file, or a shipped name such as container-50kw.")],
    flow: Annotated[
        str | None, typer.Option(help="Flow of the oil, of the water in a two-phase tank, e.g. '120 L/min'.")
    ] = None,
    water_in: Annotated[
        str | None, typer.Option("--water-in", help="Water inlet temperature, e.g. '35 degC'.")
    ] = None,
    grid: Annotated[
        str, typer.Option(help="coarse, normal or fine: cells twice, once or half the size of the file's.")
    ] = "normal",
    gci: Annotated[
        bool,
        typer.Option("--gci", help="Grid convergence index from three nested grids; the finest is reported."),
    ] = False,
    transient: Annotated[
        str | None, typer.Option(help="pump-trip or start-up: when does the hottest chip pass its limit?")
    ] = None,
    duration: Annotated[
        str | None, typer.Option(help="Length of the run in time, e.g. '30 min' [default: of the event].")
    ] = None,
    vtk: Annotated[
        bool, typer.Option("--vtk", help="Write fields.vtr too, for ParaView (needs pyvista).")
    ] = False,
    samples: Annotated[
        int, typer.Option(help="Samples of the uncertain numbers, a power of two; 0 for none.")
    ] = 128,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<file>-tank]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Solve an immersion tank: exit status 0 its limits hold, 1 one fails, 2 bad input, 4 no verdict.

    There is no verdict where the solution does not converge: the report then shows its history. What is not given
    is taken from the file, of a single-phase or a two-phase tank.
    """
    from hashheat.components.errors import UnitError
    from hashheat.tank_kinds import NoVerdictError, run_any_tank
    from hashheat.tank_options import TankOptions
    from hashheat.tank_terminal import show_tank

    options = TankOptions(flow, water_in, grid, gci, transient, duration, vtk, samples)
    try:
        # No steady state is an answer about the tank, not a fault of the input.
        sheet = told(
            lambda: run_any_tank(file, output, options, quiet=quiet or as_json),
            show_tank,
            UnitError,
            as_json=as_json,
            quiet=quiet,
        )
    except NoVerdictError as error:
        if as_json:
            print_json({"verdict": "none", "failure": str(error)})
        else:
            print(error, file=sys.stderr if quiet else None)
        return NO_VERDICT
    if sheet is not None and sheet["verdict"] == "none":
        return NO_VERDICT
    return HOLDS if sheet is not None and sheet["verdict"] == "pass" else FAILS
