"""What `hashheat plate` does between arguments and output."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.components.cold_plate_sections import MAX_CELLS
from hashheat.components.cold_plate_validity import channel_numbers, validity_warnings
from hashheat.components.errors import UnitError
from hashheat.components.variables import VARIABLES
from hashheat.fleet.cold_plate_sampling import draw, margins, sampled_keys, solve_samples, swings
from hashheat.fleet.sampling import SEED
from hashheat.libraries import check_kind
from hashheat.option_values import check_positive, positive
from hashheat.output import check_directory, write_together
from hashheat.plate_report import write_plate_report
from hashheat.plate_sheet import plate_sheet
from hashheat.progress import Bar
from hashheat.rate_command import check_samples, default_directory
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid

FILES = ("result.nc", "report.html")
#: Flows of the curves, over the envelope of the file.
CURVE_POINTS = 13
#: Keys of the design state that an option replaces, with the argument of ``solve`` and the unit of the option.
GIVEN = {
    "flow": ("design.flow", "volume_flow", "m^3/s"),
    "inlet": ("design.T_in", "T_in", "K"),
    "ambient": ("design.T_ambient", "T_ambient", "K"),
    "pressure": ("design.pressure", "pressure", "Pa"),
}


class PlateOptions(NamedTuple):
    """State and effort asked for on the command line.

    Attributes
    ----------
    flow, inlet, ambient, pressure : str or None
        With their units; those of the file's design state where None.
    fluid : str or None
    clock : float
        Dynamic power over that of the file [-].
    samples : int
        Sobol samples of the uncertain numbers, a power of two; 0 for none.
    refine : int
        Multiplies the cells along and across.
    """

    flow: str | None = None
    inlet: str | None = None
    ambient: str | None = None
    pressure: str | None = None
    fluid: str | None = None
    clock: float = 1.0
    samples: int = 128
    refine: int = 1


def run_plate(
    name: str, output: Path | None = None, options: PlateOptions | None = None, *, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Solve a cold plate and write its results.

    Parameters
    ----------
    name : str
        Cold-plate file or shipped name.
    output : Path, optional
        Directory; ``<plate>-plate`` below the current one if not given.
    options : PlateOptions, optional
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.plate_sheet.plate_sheet`.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError, FreezingError, BoilingError
        Before anything is written.
    UnitError
        If the plate has no steady state at its nominal values.
    """
    options = PlateOptions() if options is None else options
    check_samples(options.samples)
    check_kind(name, "cold_plates")
    plate = ColdPlate(load_cold_plate(name))
    state, fixed = given_state(plate, options)
    directory = output if output is not None else default_directory(Path(str(plate.file.path)), "plate")
    check_directory(directory, FILES)
    with Bar(quiet) as bar:
        try:
            result, curves = plate_result(plate, state, fixed, options, bar)
        except UnitError as error:
            old = directory / "report.html"
            raise error.extended(f"\n  {old} is of an earlier run") if old.exists() else error from None
        sheet = plate_sheet(plate, result, state=state, fixed=fixed, clock=options.clock)
    result.attrs["sheet"] = json.dumps(sheet, allow_nan=False)
    paths = write_together(
        directory,
        {
            "result.nc": lambda path: result.to_netcdf(path, engine="h5netcdf"),
            "report.html": lambda path: write_plate_report(result, curves, sheet, path),
        },
    )
    return sheet, paths


def given_state(plate: ColdPlate, options: PlateOptions) -> tuple[dict[str, Any], list[str]]:
    """Arguments of ``solve`` that the options give, and the keys of the file that they replace.

    Raises
    ------
    InputError
        Naming the option.
    """
    state: dict[str, Any] = {
        "frequency": check_positive(options.clock, key="--clock", found=str(options.clock))
    }
    fixed = []
    for option, (key, argument, unit) in GIVEN.items():
        text = getattr(options, option)
        if text is not None:
            state[argument] = positive(text, unit, key=f"--{option}")
            fixed.append(key)
    if options.fluid is not None:
        state["fluid"] = _liquid(options.fluid)
        fixed.append("design.fluid")
    own = plate.file.plate
    # The estimate of the error solves once more, with half the size of the cells.
    cells = own.cells_along * own.cells_across * sum(own.layers) * (2 * max(options.refine, 1)) ** 2
    if options.refine < 1 or cells > MAX_CELLS:
        raise InputError(
            "the cells cannot be split so",
            key="--refine",
            found=options.refine,
            accepted=f"1, 2, 3 ..., with at most {MAX_CELLS} cells after one more halving; here {cells}",
        )
    return state | {"refine": options.refine}, fixed


def _liquid(name: str) -> Fluid:
    try:
        fluid = Fluid.parse(name)
    except InputError as error:
        raise error.within(key="--fluid") from None
    if fluid.is_gas:
        raise InputError(
            "the coolant of a plate is a liquid",
            key="--fluid",
            found=name,
            accepted="such as 'water' or 'propylene glycol 30 %'",
        )
    return fluid


def plate_result(
    plate: ColdPlate,
    state: Mapping[str, Any],
    fixed: list[str],
    options: PlateOptions,
    progress: Any,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Nominal state with every field, samples, the effect of each number alone, and curves over the flow.

    Parameters
    ----------
    plate : ColdPlate
    state : mapping
        Arguments of :meth:`~hashheat.components.cold_plate.ColdPlate.solve`.
    fixed : list of str
        Keys that the state replaces.
    options : PlateOptions
    progress : callable
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    result : xarray.Dataset
        As of ``solve``, with ``sample_...`` over ``sample``, ``swing_T_junction`` over ``input`` and ``end``, and
        ``curve_...`` over ``volume_flow``.
    curves : xarray.Dataset
        The curves alone.
    """
    try:
        result = plate.solve(**state, with_fields=True, with_error=True)
    except StateError as error:
        raise error.within(None if "design.T_in" in fixed else plate.file.file) from None
    nominal = {name: result[name].values for name in ("T_junction", "T_wall", "pressure_drop")}
    _put(result, margins(plate, nominal, {}, state), ())
    keys = sampled_keys(plate, fixed)
    if options.samples and keys:
        drawn = draw(plate, keys, options.samples)
        found, refusal = solve_samples(plate, drawn, state, lambda done: progress("samples", done))
        if np.ptp(drawn.get("chips.limit", np.zeros(1))) > 0.0:
            found["T_junction_limit"] = drawn["chips.limit"]
        _put(result, found, ("sample",), "sample_", ", of every sample")
        result.attrs.update(seed=SEED, samples_refused=refusal)
    moving = [key for key in keys if key != "chips.limit"]
    if options.samples and moving:
        moved = swings(plate, moving, state, lambda done: progress("sensitivity", done))
        result["swing_T_junction"] = (("input", "end"), np.stack([moved[key] for key in moving]))
        result["swing_T_junction"].attrs.update(
            units="K", long_name="hottest junction with one number at its 5 % and at its 95 % quantile"
        )
        result = result.assign_coords(input=moving, end=[0.05, 0.95])
    progress("flows", 0.0)
    curves = _curves(plate, state)
    result = result.assign_coords(volume_flow=curves["volume_flow"])
    for name in ("thermal_resistance", "pressure_drop", "T_junction"):
        result[f"curve_{name}"] = curves[name]
    around = _around(plate, result, state)
    result.attrs["warnings"] = json.dumps([*validity_warnings(*around), *_warnings(plate, result, state)])
    Re, _ = channel_numbers(*around)
    result.attrs["Re"] = [float(Re.min()), float(Re.max())]
    return result, curves


def _put(
    result: xr.Dataset,
    values: Mapping[str, np.ndarray],
    dims: tuple[str, ...],
    prefix: str = "",
    suffix: str = "",
) -> None:
    """Add variables with the units and meanings that the package has for them."""
    for name, array in values.items():
        result[f"{prefix}{name}"] = (dims, array)
        unit, meaning = VARIABLES[name]
        result[f"{prefix}{name}"].attrs.update(units=unit, long_name=f"{meaning}{suffix}")


def _curves(plate: ColdPlate, state: Mapping[str, Any]) -> xr.Dataset:
    ends = plate.file.envelope.flow
    flows = np.geomspace(ends.lower, ends.upper, CURVE_POINTS)
    along = xr.DataArray(flows, dims="volume_flow", coords={"volume_flow": flows})
    along.attrs.update(units="m3 s-1", long_name="volume flow at inlet temperature")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a flow without a steady state leaves a gap in the curve
        return plate.solve(**{**state, "volume_flow": along})


def _around(plate: ColdPlate, result: xr.Dataset, state: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Prepared plate, its state and the coolant's table at nominal values."""
    design = plate.file.design
    table = plate.fluid(state.get("fluid")).table(result.attrs["pressure_pascal"])
    prepared = plate.prepared(refine=state["refine"])
    around = Surroundings(
        state.get("T_in", design.T_in.nominal),
        float(result["mass_flow"]),
        state.get("T_ambient", design.T_ambient.nominal),
    )
    return prepared, prepared.solve(table, around, frequency=state["frequency"]), table


def _warnings(plate: ColdPlate, result: xr.Dataset, state: Mapping[str, Any]) -> list[str]:
    """What a reader must know before using the numbers."""
    found = []
    envelope = plate.file.envelope
    for name, ends, value in (
        ("flow", envelope.flow, state.get("volume_flow")),
        ("inlet temperature", envelope.T_in, state.get("T_in")),
        ("clock", envelope.clock, state["frequency"]),
    ):
        if value is not None and not ends.lower <= value <= ends.upper:
            found.append(
                f"the {name} lies outside the envelope of the file, {ends.describe().split(' (')[0]}"
            )
    top = float(result["T_plate"].max()) - float(result["T_junction"])
    if top > 0.0:
        found.append(
            f"the metal below a chip is up to {top:.1f} K hotter than its junction, which is a mean over the "
            "footprint: a chip that does not even out heat itself has hotter spots"
        )
    return found
