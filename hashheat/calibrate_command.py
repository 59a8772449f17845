"""What `hashheat calibrate` does between arguments and output."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from hashheat import calibrate_plots
from hashheat.calibrate_chips_output import CHIPS, chips_csv, chips_map
from hashheat.calibrate_fleet_output import UNITS, fit_fleet, fleet_report, units_csv
from hashheat.calibrate_fleet_sheet import fleet_sheet
from hashheat.calibrate_sheet import calibration_sheet
from hashheat.calibrate_terminal import amount, spread
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY, read_miner_file
from hashheat.components.record import find_file
from hashheat.option_values import coolant
from hashheat.output import check_directory, write_together
from hashheat.page import page
from hashheat.progress import Bar
from hashheat.rate_command import default_directory
from hashheat.thermo.errors import InputError
from hashheat.told_warnings import told_warnings
from hashheat.validation.calibrated_file import calibrated_record, calibrated_toml, sha256_of
from hashheat.validation.calibrated_fleet_file import calibrated_fleet_record
from hashheat.validation.field_case import read_field_case
from hashheat.validation.unit_calibration import UnitCalibration, calibrate_unit


class CalibrateOptions(NamedTuple):
    """Options of the command, as they stand on the command line."""

    columns: Path | None = None
    fluid: str = "water"
    pressure: str = "3 bar"
    chip_order: str | None = None
    unit: str | None = None


def run_calibrate(
    data: Path,
    model: str,
    fit: str,
    output: Path | None = None,
    options: CalibrateOptions | None = None,
    *,
    quiet: bool = False,
) -> tuple[dict[str, Any], list[Path]]:
    """Fit named numbers to field data and write the results.

    Data of one unit, or of the one that is named, give that unit; data of several give the population.

    Parameters
    ----------
    data : Path
        Field data.
    model : str
        Device file, or the shipped name of one.
    fit : str
        What to fit, parted by commas.
    output : Path, optional
        Directory; ``<data>-calibration`` below the current one if not given.
    options : CalibrateOptions, optional
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.calibrate_sheet.calibration_sheet`, or for several units
        :func:`hashheat.calibrate_fleet_sheet.fleet_sheet`.
    paths : list of Path
        The new device file, ``calibration.json``, ``report.html``; for several units ``units.csv``, and where
        single chips were asked for ``chips.csv``.

    Raises
    ------
    InputError, CalibrationError
        Before anything is written.
    """
    options = CalibrateOptions() if options is None else options
    fluid, pressure = coolant(options.fluid, options.pressure)
    device = find_file(model, LIBRARY, "miner")
    directory = output if output is not None else default_directory(data, "calibration")
    # A file fitted anew keeps its name.
    names = (f"{device.stem.removesuffix('-calibrated')}-calibrated.toml", "calibration.json", "report.html")
    check_directory(directory, (*names, UNITS, CHIPS))
    keys = [key.strip() for key in fit.split(",") if key.strip()]
    with told_warnings() as told:
        miner = Miner(read_miner_file(device))
        with Bar(quiet) as bar:
            bar("data", 0.0)
            case = read_field_case(data, options.columns)
            readings = _one_unit(case.data, options.unit)
            given: dict[str, Any] = {
                "instruments": case.instruments,
                "fluid": fluid,
                "pressure": pressure,
                "chip_order": options.chip_order or case.chip_order,
            }
            about = {
                "fluid": fluid.name,
                "pressure": options.pressure,
                "file": model,
                "sha256": sha256_of(data),
            }
            synthetic = bool(int(readings.attrs.get("synthetic", 0)))
            if readings.sizes["unit"] > 1:
                fleet = fit_fleet(miner, readings, keys, given, bar)
                bar("report", 0.9)
                sheet = fleet_sheet(fleet, readings, warned=told, options=about)
                record = calibrated_fleet_record(fleet, device, data, directory, synthetic=synthetic)
            else:
                bar("fit", 0.3)
                found = calibrate_unit(miner, readings, keys, **given)
                bar("report", 0.9)
                sheet = calibration_sheet(found, readings, warned=told, options=about)
                record = calibrated_record(found, device, data, directory, synthetic=synthetic)
    sheet["warnings"] = list(told)
    several = readings.sizes["unit"] > 1
    writers = {
        names[0]: lambda path: path.write_text(calibrated_toml(record), encoding="utf-8"),
        names[1]: lambda path: path.write_text(
            json.dumps(sheet, indent=2, allow_nan=False), encoding="utf-8"
        ),
        names[2]: lambda path: path.write_text(
            fleet_report(sheet) if several else _report(found, sheet), encoding="utf-8"
        ),
    }
    if several:
        writers[UNITS] = lambda path: path.write_text(units_csv(sheet), encoding="utf-8")
    elif found.chips is not None:
        writers[CHIPS] = lambda path: path.write_text(chips_csv(found), encoding="utf-8")
    return sheet, write_together(directory, writers)


def _one_unit(data: Any, wanted: str | None) -> Any:
    if wanted is None:
        return data
    units = [str(name) for name in data["unit"].values]
    if wanted not in units:
        raise InputError(
            "no such unit in the data", key="--unit", found=wanted, accepted=", ".join(units[:20])
        )
    return data.isel(unit=[units.index(wanted)])


def _report(found: UnitCalibration, sheet: dict[str, Any]) -> str:
    plots = {
        "before": calibrate_plots.before_and_after(sheet),
        "residuals": calibrate_plots.residuals(found),
    }
    if found.chips is not None:
        plots["chips"] = chips_map(found, sheet["synthetic"] is not None)
    return page("calibrate.html", s=sheet, plots=plots, amount=amount, spread=spread)
