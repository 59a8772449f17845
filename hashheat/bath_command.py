"""What `hashheat tank` does with a two-phase tank."""

import json
from pathlib import Path
from typing import Any

from hashheat.bath_sheet import bath_sheet
from hashheat.components.two_phase_tank import TwoPhaseTank
from hashheat.components.two_phase_tank_file import load_two_phase_tank
from hashheat.components.two_phase_tank_results import kept
from hashheat.option_values import positive
from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.rate_command import check_samples, default_directory
from hashheat.tank_options import TankOptions
from hashheat.tank_report import write_bath_report
from hashheat.tank_samples import sample_bath, with_samples
from hashheat.thermo.errors import InputError
from hashheat.told_warnings import told_warnings

FILES = ("result.nc", "report.html")
#: Keys of the file that an option replaces, with the unit of the option.
GIVEN = {"flow": ("water.flow", "m^3/s"), "water_in": ("water.T_in", "K")}
#: Options that need a field of flow: (attribute, flag, what stands where it is not given).
_FLOW_ONLY = (
    ("grid", "--grid", "normal"),
    ("gci", "--gci", False),
    ("transient", "--transient", None),
    ("duration", "--duration", None),
    ("vtk", "--vtk", False),
)


def run_bath(
    name: str, output: Path | None, options: TankOptions, *, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Solve a two-phase tank and write its results.

    Parameters
    ----------
    name : str
        Tank file or shipped name.
    output : Path, optional
        Directory; ``<tank>-tank`` below the current one if not given.
    options : TankOptions
        ``flow`` is that of the water here.
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.bath_sheet.bath_sheet`.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError, FreezingError, BoilingError
        Before anything is written.
    TwoPhaseTankError
        If there is no steady state at the nominal values.
    """
    changed = _given_numbers(options)
    check_samples(options.samples)
    with told_warnings() as told:
        tank = TwoPhaseTank(load_two_phase_tank(name))
        directory = output if output is not None else default_directory(Path(str(tank.file.path)), "tank")
        check_directory(directory, FILES)
        with Bar(quiet) as bar:
            result = tank.solve(**{key.replace(".", "__"): value for key, value in changed.items()})
            samples = sample_bath(tank, changed, options.samples, kept, bar)
    sheet = bath_sheet(tank, result, changed=changed, samples=samples, warned=told)
    result = with_samples(result, samples)
    result.attrs["sheet"] = json.dumps(sheet, allow_nan=False)
    return sheet, write_together(
        directory,
        {
            "result.nc": lambda path: result.to_netcdf(path, engine="h5netcdf"),
            "report.html": lambda path: write_bath_report(tank, result, sheet, path),
        },
    )


def _given_numbers(options: TankOptions) -> dict[str, float]:
    """Numbers that the options replace [SI]; those that need a field of flow are refused."""
    for attribute, flag, plain in _FLOW_ONLY:
        value = getattr(options, attribute)
        if value != plain:
            raise InputError(
                "a two-phase tank is solved without a field of flow",
                key=flag,
                found=None if value is True else value,
                accepted=f"no {flag}: it goes with single-phase tanks",
            )
    changed = {}
    for option, (key, unit) in GIVEN.items():
        text = getattr(options, option)
        if text is not None:
            changed[key] = positive(text, unit, key=f"--{option.replace('_', '-')}")
    return changed
