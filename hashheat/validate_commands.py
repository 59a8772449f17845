"""The commands for field data and measured cases: ``hashheat validate`` and ``hashheat campaign``."""

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
        typer.Argument(
            metavar="[DATA|CASE]",
            help="Field data (CSV or Parquet with a column map, telemetry, or NetCDF), or a shipped case.",
        ),
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
    every: Annotated[bool, typer.Option("--all", help="Run every shipped case.")] = False,
    ledger: Annotated[
        Path | None, typer.Option(help="With --all: write the ledger of the cases to this file.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(help="With --all: exit status 1 if this ledger is not what the run gives."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(help="Folder of the captures that cases read in place [default: ../shared/reference]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Compare a unit with field data: exit status 0 agrees, 1 biased, 2 bad input, 4 the data cannot tell.

    The energy balance of the data comes first: points that break it are not held against the model. The
    comparison is after ASME V&V 20.

    With the name of a shipped case in place of data, or --all: exit status 0 if all comes out as the case files
    expect, 1 if not, 4 for a case that cannot be run. Options other than the last six have no effect then.
    """
    from hashheat.thermo.errors import InputError

    for key, path in (("--ledger", ledger), ("--check", check)):
        if path is not None and not every:
            raise InputError("goes with --all", key=key, found=str(path), accepted=f"--all {key} {path}")
    if every:
        for key, given in (("DATA", data), ("--model", model)):
            if given is not None:
                raise InputError("--all runs the shipped cases and takes none", key=key, found=str(given))
        return _every_case(ledger, check, reference, as_json, quiet)
    if model is None:
        return _one_case(data, reference, as_json, quiet)
    if data is None:
        raise InputError("say what is to be compared", key="DATA", accepted="a file of field data")
    from hashheat.validate_command import ValidateOptions, run_validate
    from hashheat.validate_terminal import show_validation

    options = ValidateOptions(columns, fluid, pressure, samples, chip_order)
    sheet, files = run_validate(data, model, output, options, quiet=quiet or as_json)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        show_validation(sheet, paths)
    return STATUS[sheet["verdict"]]


def _one_case(data: Path | None, reference: Path | None, as_json: bool, quiet: bool) -> int:
    """Run the case that is named in place of data."""
    from hashheat.thermo.errors import InputError
    from hashheat.validation.case_file import shipped_cases

    cases = shipped_cases()
    if data is None:
        raise InputError(
            "say what is to be compared",
            key="DATA",
            accepted=f"a file of field data with --model, --all, or a case: {', '.join(cases)}",
        )
    if str(data) not in cases:
        if data.exists():
            raise InputError(
                "say what is to be compared",
                key="--model",
                accepted="the unit's device file, or the name of a shipped one",
            )
        accepted = f"a file of field data with --model, or a case: {', '.join(cases)}"
        raise InputError("no such file or case", key="DATA", found=str(data), accepted=accepted)
    from hashheat.case_command import case_sheet, run_cases
    from hashheat.case_terminal import show_case

    result = run_cases([str(data)], reference, quiet=quiet or as_json)[0]
    sheet = case_sheet(result)
    if as_json:
        print_json(sheet)
    elif not quiet:
        show_case(sheet)
    if not result.is_run:
        return NO_VERDICT
    return HOLDS if result.as_expected else FAILS


def _every_case(
    path: Path | None, check: Path | None, reference: Path | None, as_json: bool, quiet: bool
) -> int:
    """Run all cases; write the ledger, or hold one against the run."""
    from hashheat.case_command import case_sheet, first_difference, run_cases, unchecked, write_ledger
    from hashheat.case_terminal import show_cases

    results = run_cases(reference=reference, quiet=quiet or as_json)
    sheets = [case_sheet(result) for result in results]
    written = [] if path is None else [str(write_ledger(results, path))]
    difference = None if check is None else first_difference(results, check)
    holds = all(result.as_expected for result in results) and difference is None
    if as_json:
        about = {"cases": sheets, "paths": written, "unchecked": unchecked(results)}
        print_json(about | ({} if check is None else {"check": difference or "the same"}))
    elif not quiet:
        show_cases(sheets)
        for name in written:
            print(f"written: {name}")
        if path is None and check is None:
            print("ledger:  not written; --ledger docs/validation.md writes it")
        if check is not None:
            said = (
                "is what this run gives"
                if difference is None
                else f"is not what this run gives: {difference}"
            )
            print(f"{check} {said}")
            if unchecked(results):
                print(f"not checked against their captures: {', '.join(unchecked(results))}")
    return HOLDS if holds else FAILS


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
