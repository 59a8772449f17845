"""What `hashheat monitor` does between arguments and output."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.components.record import find_file
from hashheat.monitor_plots import most_alarming, sums
from hashheat.monitor_sheet import monitoring_sheet
from hashheat.monitor_terminal import told_boards, told_hint, told_shift, told_strength
from hashheat.option_values import coolant
from hashheat.output import check_directory, write_together
from hashheat.page import page
from hashheat.progress import Bar
from hashheat.rate_command import default_directory
from hashheat.thermo.errors import InputError
from hashheat.told_warnings import told_warnings
from hashheat.validation.field_case import read_field_case
from hashheat.validation.monitoring import Monitoring, monitor

FILES = ("monitoring.json", "report.html")


class MonitorOptions(NamedTuple):
    """Options of the command, as they stand on the command line."""

    first: int = 100
    length: float = 1e5
    columns: Path | None = None
    fluid: str = "water"
    pressure: str = "3 bar"


def run_monitor(
    data: Path,
    model: str,
    output: Path | None = None,
    options: MonitorOptions | None = None,
    *,
    quiet: bool = False,
) -> tuple[dict[str, Any], list[Path]]:
    """Watch the units of field data against their model and write what was found.

    Parameters
    ----------
    data : Path
        Field data.
    model : str
        Device file, or the shipped name of one.
    output : Path, optional
        Directory; ``<data>-monitoring`` below the current one if not given.
    options : MonitorOptions, optional
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.monitor_sheet.monitoring_sheet`.
    paths : list of Path
        ``monitoring.json`` and ``report.html``.

    Raises
    ------
    InputError
        Before anything is written.
    """
    options = MonitorOptions() if options is None else options
    fluid, pressure = coolant(options.fluid, options.pressure)
    find_file(model, LIBRARY, "miner")
    directory = output if output is not None else default_directory(data, "monitoring")
    check_directory(directory, FILES)
    with told_warnings() as told:
        miner = Miner.named(model)
        with Bar(quiet) as bar:
            bar("data", 0.0)
            case = read_field_case(data, options.columns)
            bar("residuals", 0.3)
            try:
                found = monitor(
                    miner,
                    case.data,
                    first=options.first,
                    length=options.length,
                    fluid=fluid,
                    pressure=pressure,
                )
            except InputError as error:
                raise _as_option(error) from None
            bar("report", 0.9)
            sheet = monitoring_sheet(
                found,
                case.data,
                miner,
                warned=told,
                options={
                    "fluid": fluid.name,
                    "pressure": options.pressure,
                    "file": model,
                    "first": options.first,
                    "length": options.length,
                },
            )
    sheet["warnings"] = list(told)
    writers = {
        FILES[0]: lambda path: path.write_text(
            json.dumps(sheet, indent=2, allow_nan=False), encoding="utf-8"
        ),
        FILES[1]: lambda path: path.write_text(_report(found, sheet), encoding="utf-8"),
    }
    return sheet, write_together(directory, writers)


def _as_option(error: InputError) -> InputError:
    """Name the option where the key is an argument that the command took from one."""
    if error.key not in ("first", "length"):
        return error
    return type(error)(
        error.problem, file=error.file, key=f"--{error.key}", found=error.found, accepted=error.accepted
    )


def _report(found: Monitoring, sheet: dict[str, Any]) -> str:
    synthetic = sheet["synthetic"] is not None
    drawn = most_alarming(found)
    charts = [{"unit": unit, "svg": sums(found, unit, i, synthetic)} for i, unit in enumerate(drawn)]
    words = {one.__name__: one for one in (told_boards, told_shift, told_strength, told_hint)}
    return page("monitor.html", s=sheet, charts=charts, **words)
