"""What `hashheat tank` does between arguments and output."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from hashheat.components.errors import UnitError
from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.tank_file import load_tank
from hashheat.option_values import positive
from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.rate_command import check_samples, default_directory
from hashheat.solvers.flow_vtk import check_vtk, write_vtk
from hashheat.tank_grids import GRIDS, compare_grids, refinements
from hashheat.tank_options import TankOptions
from hashheat.tank_report import write_tank_report
from hashheat.tank_samples import sample_tank, with_samples
from hashheat.tank_sheet import tank_sheet
from hashheat.thermo.errors import InputError
from hashheat.told_warnings import told_warnings

if TYPE_CHECKING:
    from hashheat.components.tank_transient import TankEvent

FILES = ("result.nc", "report.html")
#: Events on the command line: what the tank calls them.
EVENTS: dict[str, "TankEvent"] = {"pump-trip": "pump trip", "start-up": "start-up"}
#: Keys of the file that an option replaces, with the unit of the option.
GIVEN = {
    "flow": ("circulation.volume_flow", "m^3/s"),
    "water_in": ("water.T_in", "K"),
}


def run_tank(
    name: str, output: Path | None = None, options: TankOptions | None = None, *, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Solve a single-phase tank and write its results.

    Parameters
    ----------
    name : str
        Tank file or shipped name.
    output : Path, optional
        Directory; ``<tank>-tank`` below the current one if not given.
    options : TankOptions, optional
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.tank_sheet.tank_sheet`.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError, StateError, MissingVtkError
        Before anything is written.
    """
    options = TankOptions() if options is None else options
    refines = refinements(options.grid, options.gci)
    event, more = _event(options)
    check_samples(options.samples)
    if options.vtk:
        check_vtk()
    with told_warnings() as told:
        tank = ImmersionTank(load_tank(name))
        changed, fixed = given_numbers(tank, options)
        directory = output if output is not None else default_directory(Path(str(tank.file.path)), "tank")
        files = (*FILES, *(["fields.vtr"] if options.vtk else []), *(["transient.nc"] if event else []))
        check_directory(directory, files)
        with Bar(quiet) as bar:
            solution, result, grids = compare_grids(tank, changed, refines, bar)
            samples = None
            if int(result["status"]) == 0:
                bar("samples", 0.0)
                samples = sample_tank(tank, solution, options.samples, fixed)
                result = with_samples(result, samples)
            run = _run_in_time(tank, changed, event, more, result, bar)
    sheet = tank_sheet(
        tank, result, changed=changed, fixed=fixed, grids=grids, run=run, samples=samples, warned=told
    )
    result.attrs["sheet"] = json.dumps(sheet, allow_nan=False)
    in_time = run if isinstance(run, xr.Dataset) else None
    writers: dict[str, Callable[[Path], Any]] = {
        "result.nc": lambda path: write_compressed(result, path),
        "report.html": lambda path: write_tank_report(result, sheet, path, run=in_time),
    }
    if options.vtk and sheet["verdict"] != "none":
        writers["fields.vtr"] = lambda path: write_vtk(result, path)
    if in_time is not None:
        writers["transient.nc"] = lambda path: write_compressed(in_time, path)
    return sheet, write_together(directory, writers)


def given_numbers(tank: ImmersionTank, options: TankOptions) -> tuple[dict[str, float], list[str]]:
    """Numbers of the file that the options replace.

    Parameters
    ----------
    tank : ImmersionTank
    options : TankOptions

    Returns
    -------
    changed : dict of str to float
        By dotted key [SI].
    fixed : list of str
        The keys.

    Raises
    ------
    InputError
        Naming the option; where the file has no such number, what it has instead.
    """
    changed = {}
    for option, (key, unit) in GIVEN.items():
        text = getattr(options, option)
        if text is None:
            continue
        flag = f"--{option.replace('_', '-')}"
        value = positive(text, unit, key=flag)
        if key not in tank.quantities:
            raise InputError(
                f"the file of this tank has no {key}",
                file=str(tank.file.path),
                key=flag,
                found=text,
                accepted=_instead(tank, option),
            )
        changed[key] = value
    return changed, list(changed)


def _instead(tank: ImmersionTank, option: str) -> str:
    file = tank.file
    if option == "flow":
        if file.circulation is None:
            return "no --flow: its oil is not pumped"
        return "no --flow: it follows from the pump curve"
    return "no --water-in: the oil's inlet temperature is given, circulation.T_in"


def _event(options: TankOptions) -> tuple["TankEvent | None", dict[str, float]]:
    """Name of the event that is asked for, with its grid, and its duration [s] where one is given."""
    if options.transient is None:
        if options.duration is not None:
            raise InputError(
                "a duration goes with a run in time",
                key="--duration",
                found=options.duration,
                accepted="--transient pump-trip or start-up beside it",
            )
        return None, {}
    if options.transient not in EVENTS:
        raise InputError(
            "there is no such event",
            key="--transient",
            found=options.transient,
            accepted=", ".join(EVENTS),
        )
    refine = GRIDS[options.grid]
    if options.duration is None:
        return EVENTS[options.transient], {"refine": refine}
    seconds = positive(options.duration, "s", key="--duration")
    return EVENTS[options.transient], {"refine": refine, "duration": seconds}


def _run_in_time(
    tank: ImmersionTank,
    changed: Mapping[str, float],
    event: "TankEvent | None",
    more: Mapping[str, float],
    steady: xr.Dataset,
    progress: Callable[[str, float], None],
) -> xr.Dataset | str | None:
    """Run the event: its Dataset, why there is none, or None where none is asked for."""
    if event is None:
        return None
    if int(steady["status"]) != 0:
        return "the steady state that it starts from or ends in did not converge"
    try:
        run = tank.solve_transient(event=event, changed=dict(changed), progress=progress, **more)
        # The limits belong into the figure, and a file should not need another to be read.
        return run.assign(T_junction_limit=steady["T_junction_limit"])
    except UnitError as error:
        return str(error)


def write_compressed(result: xr.Dataset, path: Path) -> None:
    """Write a Dataset as NetCDF-4, its fields without loss but smaller.

    Parameters
    ----------
    result : xarray.Dataset
    path : Path
    """
    encoding = {str(name): {"zlib": True} for name, v in result.data_vars.items() if v.ndim >= 3}
    result.to_netcdf(path, engine="h5netcdf", encoding=encoding)
