"""What `hashheat validate` and `hashheat campaign` do between arguments and output."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.components.record import find_file
from hashheat.option_values import coolant
from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.rate_command import check_samples, default_directory
from hashheat.tank_command import write_compressed
from hashheat.thermo.errors import InputError
from hashheat.told_warnings import told_warnings
from hashheat.validate_report import write_validation_report
from hashheat.validate_sheet import validation_sheet
from hashheat.validation.campaign_files import FILES as CAMPAIGN
from hashheat.validation.campaign_files import campaign_writers
from hashheat.validation.field_case import read_field_case
from hashheat.validation.unit_validation import as_dataset, validate_unit

FILES = ("result.nc", "report.html")


@dataclass(frozen=True)
class ValidateOptions:
    """Options of the command.

    Parameters
    ----------
    columns : Path, optional
        Column map, accuracies, order of the chips.
    fluid, pressure : str
    samples : int
    chip_order : str, optional
        In place of that of the column map.
    """

    columns: Path | None = None
    fluid: str = "water"
    pressure: str = "3 bar"
    samples: int = 128
    chip_order: str | None = None


def run_validate(
    data: Path, model: str, output: Path | None = None, options: ValidateOptions | None = None, *, quiet: bool
) -> tuple[dict[str, Any], list[Path]]:
    """Compare a device file with field data and write the results.

    Parameters
    ----------
    data : Path
        Field data.
    model : str
        Device file, or the shipped name of one.
    output : Path, optional
        Directory; ``<data>-validation`` below the current one if not given.
    options : ValidateOptions, optional
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.validate_sheet.validation_sheet`.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError, FieldDataError
        Before anything is written.
    """
    options = ValidateOptions() if options is None else options
    check_samples(options.samples)
    if options.samples == 0:
        raise InputError(
            "without samples the uncertainty of the inputs is not known",
            key="--samples",
            found=0,
            accepted="a power of two, such as 128",
        )
    fluid, pressure = coolant(options.fluid, options.pressure)
    directory = output if output is not None else default_directory(data, "validation")
    check_directory(directory, FILES)
    with told_warnings() as told:
        miner = Miner.named(model)
        with Bar(quiet) as bar:
            bar("data", 0.0)
            case = read_field_case(data, options.columns)
            found = validate_unit(
                miner,
                case.data,
                case.instruments,
                fluid=fluid,
                pressure=pressure,
                samples=options.samples,
                chip_order=options.chip_order or case.chip_order,
                progress=bar,
            )
            bar("report", 0.9)
            sheet = validation_sheet(
                found,
                case.data,
                warned=told,
                options={"fluid": fluid.name, "pressure": options.pressure, "file": model},
            )
    sheet["warnings"] = list(told)
    result = as_dataset(found)
    result.attrs |= {
        "Conventions": "CF-1.11",
        "hashheat_version": sheet["version"],
        "source": sheet["data"]["source"],
        "miner": miner.device.name,
        "synthetic": int(sheet["synthetic"] is not None),
        "sheet": json.dumps(sheet, allow_nan=False),
    }
    times = case.data["time"].values[found.model.points.time]
    result = result.assign_coords(
        time=("point", times), unit=("point", case.data["unit"].values[found.model.points.unit].astype(str))
    )
    paths = write_together(
        directory,
        {
            "result.nc": lambda path: write_compressed(result, path),
            "report.html": lambda path: write_validation_report(found, sheet, times, path),
        },
    )
    return sheet, paths


def run_campaign(
    directory: Path, model: str, *, points: int = 240, seed: int = 1, quiet: bool = False
) -> list[Path]:
    """Write a synthetic field campaign.

    Parameters
    ----------
    directory : Path
    model : str
        Device file, or the shipped name of one.
    points, seed : int
        See :func:`hashheat.validation.synthetic_campaign.synthetic_campaign`.
    quiet : bool
        No progress bar.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    InputError
        Before anything is written.
    """
    check_directory(directory, CAMPAIGN, key="DIRECTORY")
    file = find_file(model, LIBRARY, "miner")
    miner = Miner.named(model)
    if miner.device.plate is None:
        raise InputError(
            "the example needs chips one by one, which a unit on a cold plate of its own file does not give",
            file=str(file),
            key="cold_plate",
            accepted="a device file with a [plate] table",
        )
    with Bar(quiet) as bar:
        bar("synthetic readings (the first run compiles)", 0.0)
        writers = campaign_writers(miner, file, points=points, seed=seed)
    return write_together(directory, writers)
