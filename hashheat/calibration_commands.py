"""``hashheat calibrate`` and ``hashheat plan-measurement``. Nothing heavy is imported before one runs."""

from pathlib import Path
from typing import Annotated

import typer

from hashheat.exchanger_commands import Json, Quiet, print_json
from hashheat.guard import FAILS, HOLDS, guarded


@guarded
def calibrate(
    data: Annotated[
        Path, typer.Argument(help="Field data: CSV or Parquet with a column map, telemetry, or NetCDF.")
    ],
    model: Annotated[
        str, typer.Option(help="The unit's device file, or a shipped name (see: hashheat library).")
    ],
    fit: Annotated[
        str,
        typer.Option(
            help="What to fit, parted by commas: keys of the device file such as chips.junction_to_plate, errors "
            "of instruments such as factor.volume_flow or offset.T_out; chips.junction_to_plate@chip for "
            "every chip of a unit."
        ),
    ],
    columns: Annotated[
        Path | None,
        typer.Option(
            help="Column map, with [instruments] and [chips] [default: <data>.columns.toml, if there is one]."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<data>-calibration]."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Which unit, where the data hold several [default: all, as a fleet].")
    ] = None,
    fluid: Annotated[str, typer.Option(help="Coolant, e.g. water or 'propylene glycol 30 %'.")] = "water",
    pressure: Annotated[str, typer.Option(help="Absolute, at the unit's inlet.")] = "3 bar",
    chip_order: Annotated[
        str | None, typer.Option(help="How the data number the chips: rows, columns, serpentine or path.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Fit a unit to field data: exit status 0 fitted, 1 the data do not separate what was asked, 2 bad input.

    Writes a device file in which the fitted numbers have the status calibrated. Data of several units, with no
    --unit, give the mean of the population, the spread between units, and units.csv with every unit's estimate.
    With chips.junction_to_plate@chip, chips.csv holds every chip of one unit.
    """
    from hashheat.calibrate_command import CalibrateOptions, run_calibrate
    from hashheat.calibrate_fleet_terminal import show_fleet
    from hashheat.calibrate_terminal import show_calibration

    options = CalibrateOptions(columns, fluid, pressure, chip_order, unit)
    sheet, files = run_calibrate(data, model, fit, output, options, quiet=quiet or as_json)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        (show_fleet if sheet.get("fleet") else show_calibration)(sheet, paths)
    return HOLDS if sheet["verdict"] == "pass" else FAILS


@guarded
def plan_measurement(
    file: Annotated[str, typer.Argument(help="A device file, a plant file, or a shipped name.")],
    candidates: Annotated[
        Path | None, typer.Option(help="TOML file with [[candidate]] tables, in place of the usual ones.")
    ] = None,
    inlet: Annotated[
        str | None, typer.Option(help="Inlet where the junction matters, e.g. '70 degC'.")
    ] = None,
    flow: Annotated[str | None, typer.Option(help="Flow of the unit there, e.g. '10 L/min'.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<file>-plan]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Rank measurements by the doubt about the hottest junction that they would leave, with a protocol."""
    from hashheat.plan_measurement_command import run_plan, show_plan

    sheet, files = run_plan(file, output, candidates=candidates, inlet=inlet, flow=flow)
    paths = [str(path) for path in files]
    if as_json:
        print_json(sheet | {"paths": paths})
    elif not quiet:
        show_plan(sheet, paths)
    return HOLDS
