"""The commands for field data: ``hashheat validate`` and ``hashheat campaign``."""

from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, print_json
from hashheat.guard import FAILS, HOLDS, NO_VERDICT, guarded

#: Exit status of each verdict.
STATUS = {"agrees": HOLDS, "biased": FAILS, "uncertain": NO_VERDICT, "contradictory": NO_VERDICT}


@guarded
def validate(
    data: Annotated[
        Path | None,
        typer.Argument(help="Field data: CSV or Parquet with a column map, telemetry, or NetCDF."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The unit's device file, or a shipped name (see: hashheat library).")
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(
            help="Column map, with [instruments] and [chips] [default: <data>.columns.toml, if there is one]."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<data>-validation]."),
    ] = None,
    fluid: Annotated[str, typer.Option(help="Coolant, e.g. water or 'propylene glycol 30 %'.")] = "water",
    pressure: Annotated[str, typer.Option(help="Absolute, at the unit's inlet.")] = "3 bar",
    samples: Annotated[int, typer.Option(help="Samples of the uncertain inputs, a power of two.")] = 128,
    chip_order: Annotated[
        str | None,
        typer.Option(
            help="How the data number the chips: rows, columns, serpentine or path [default: not known]."
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Compare a unit with field data: exit status 0 agrees, 1 biased, 2 bad input, 4 the data cannot tell.

    The energy balance of the data comes first: points that break it are not held against the model. The
    comparison is after ASME V&V 20.
    """
    from hashheat.thermo.errors import InputError
    from hashheat.validate_command import ValidateOptions, run_validate
    from hashheat.validate_terminal import show_validation

    for key, given, accepted in (
        ("DATA", data, "a file of field data"),
        ("--model", model, "the unit's device file, or the name of a shipped one"),
    ):
        if given is None:
            raise InputError("say what is to be compared", key=key, accepted=accepted)
    assert data is not None
    assert model is not None
    options = ValidateOptions(columns, fluid, pressure, samples, chip_order)
    sheet, files = run_validate(data, model, output, options, quiet=quiet or as_json)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        show_validation(sheet, paths)
    return STATUS[sheet["verdict"]]


@guarded
def campaign(
    directory: Annotated[Path, typer.Argument(help="Where the files go.")],
    model: Annotated[str, typer.Option(help="Device file, or a shipped name.")] = "canaan-a1566ha-500t",
    points: Annotated[int, typer.Option(help="Samples of the working unit.")] = 240,
    seed: Annotated[int, typer.Option(help="Of noise and weather.")] = 1,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write a synthetic field campaign to try validate with: data.csv, columns.toml, unit.toml, truth.toml."""
    from hashheat.validate_command import run_campaign

    paths = [
        str(path) for path in run_campaign(directory, model, points=points, seed=seed, quiet=quiet or as_json)
    ]
    if as_json:
        print_json({"synthetic": True, "paths": paths})
    elif not quiet:
        print("SYNTHETIC: made from stated true parameters (truth.toml), not measured")
        for path in paths:
            print(f"written: {path}")
        data, columns, unit = (directory / name for name in ("data.csv", "columns.toml", "unit.toml"))
        print(f"next:    hashheat validate {data} --columns {columns} --model {unit}")
    return HOLDS
