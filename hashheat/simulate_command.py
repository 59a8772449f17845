"""What `hashheat simulate` does between arguments and output."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from hashheat.assumptions import listed_numbers
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_plant_file import LIBRARY
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.simulate import simulate
from hashheat.libraries import check_kind
from hashheat.output import check_directory, write_together
from hashheat.page import page
from hashheat.plant_drawing import plant_drawing
from hashheat.progress import Bar
from hashheat.rate_command import default_directory
from hashheat.simulate_plots import duration_curve, months, temperatures, unit_histogram, week
from hashheat.simulate_sheet import year_sheet
from hashheat.simulate_terminal import energies, metrics, room
from hashheat.thermo.errors import InputError
from hashheat.thermo.record import find_file

FILES = ("result.nc", "year.json", "report.html")


class SimulateOptions(NamedTuple):
    """Options of the command, as they stand on the command line."""

    weather: Path | None = None
    network: Path | None = None
    prices: Path | None = None
    zone: str = ""
    longest_gap: int = 3
    duplicates: str = "error"
    wrong_offsets: str = "error"
    hours: int | None = None


def run_simulate(
    name: str, output: Path | None = None, options: SimulateOptions | None = None, *, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Run a plant through its hours and write what came of it.

    Parameters
    ----------
    name : str
        File of a whole plant, or a shipped name.
    output : Path, optional
        Directory; ``<plant>-year`` below the current one if not given. While the run lasts its segments stand in
        ``run`` below it.
    options : SimulateOptions, optional
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.simulate_sheet.year_sheet`.
    paths : list of Path
        ``result.nc``, ``year.json`` and ``report.html``.

    Raises
    ------
    InputError, SeriesError
        Before anything is written.
    BalanceError, PlantStateError
        Naming the hour.
    """
    options = SimulateOptions() if options is None else options
    for key, word in (("duplicates", "mean"), ("wrong_offsets", "mend")):
        if getattr(options, key) not in ("error", word):
            raise InputError(
                "unknown word",
                key=f"--{key.replace('_', '-')}",
                found=getattr(options, key),
                accepted=f"error, {word}",
            )
    check_kind(name, "heat_plants")
    path = find_file(name, LIBRARY, "heat plant")
    directory = output if output is not None else default_directory(path, "year")
    check_directory(directory, FILES)
    with Bar(quiet) as bar:
        bar("plant", 0.0)
        plant = HeatPlant.named(name)
        series = plant_hours(
            plant.file,
            options.weather,
            options.network,
            options.prices,
            zone=options.zone,
            longest_gap=options.longest_gap,
            duplicates=options.duplicates,
            wrong_offsets=options.wrong_offsets,
        )
        if options.hours is not None:
            series = series.isel(time=slice(0, options.hours))
        bar("hours", 0.0)
        result = simulate(plant, series, directory / "run", progress=lambda done: bar("hours", done))
        bar("report", 1.0)
        sheet = year_sheet(plant, series, result)
        sheet["assumptions"] = listed_numbers(plant.file.quantities())
    result.attrs |= {"sheet": json.dumps(sheet, allow_nan=False)}
    writers = {
        FILES[0]: lambda path: result.to_netcdf(path, engine="h5netcdf"),
        FILES[1]: lambda path: path.write_text(
            json.dumps(sheet, indent=2, allow_nan=False), encoding="utf-8"
        ),
        FILES[2]: lambda path: path.write_text(_report(plant, result, sheet), encoding="utf-8"),
    }
    return sheet, write_together(directory, writers)


def _report(plant: HeatPlant, result: xr.Dataset, sheet: dict[str, Any]) -> str:
    charts = {
        "drawing": plant_drawing(plant, result) if plant.circuits.n_node else "",
        "duration": duration_curve(result, sheet),
        "months": months(result, sheet),
        "temperatures": temperatures(result, sheet),
        "week": week(result, sheet),
        "units": unit_histogram(result, sheet),
    }
    return page(
        "year.html",
        s=sheet,
        charts=charts,
        rows=energies(sheet),
        lines=metrics(sheet),
        rooms=[room(r) for r in sheet["rooms"]],
    )
