"""The part of `hashheat calibrate` that is of several units: fit, table of the units, report."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xarray as xr

from hashheat import calibrate_fleet_plots
from hashheat.calibrate_fleet_terminal import told_spread
from hashheat.calibrate_terminal import amount, spread
from hashheat.components.errors import CalibrationError
from hashheat.components.miner import Miner
from hashheat.page import page
from hashheat.thermo.errors import InputError
from hashheat.validation.chip_resistances import OF_EACH
from hashheat.validation.fleet_numbers import sees
from hashheat.validation.hierarchy import FleetCalibration, calibrate_fleet

#: Table of the units.
UNITS = "units.csv"
#: Of fewer the interval of the spread reaches so far up that it says nothing: of three to six times the spread.
FEWEST = 5


def fit_fleet(
    miner: Miner,
    data: xr.Dataset,
    keys: Sequence[str],
    given: Mapping[str, Any],
    progress: Callable[[str, float], None] | None = None,
) -> FleetCalibration:
    """Fit a fleet, bad input named as options of the command.

    Parameters
    ----------
    miner : Miner
    data : xarray.Dataset
        Field data of several units.
    keys : sequence of str
        What to fit.
    given : mapping
        Options of :func:`hashheat.validation.hierarchy.calibrate_fleet`.
    progress : callable, optional

    Returns
    -------
    FleetCalibration

    Raises
    ------
    CalibrationError
        For fewer than five units, or what no unit of the fleet tells anything about.
    """
    units = [str(name) for name in data["unit"].values]
    if OF_EACH in keys:
        raise CalibrationError(
            "single chips are told apart in one unit at a time",
            key="--fit",
            found=f"{OF_EACH} of {len(units)} units",
            accepted="--unit NAME, or the same without @chip",
        )
    if len(units) < FEWEST:
        raise CalibrationError(
            "so few units have no spread that could be told",
            key="unit",
            found=f"{len(units)} units: {', '.join(units)}",
            accepted=f"{FEWEST} units or more; or --unit NAME, to fit one of them",
        )
    try:
        found = calibrate_fleet(miner, data, keys, progress=progress, **given)
    except CalibrationError:
        raise
    except InputError as error:
        if error.problem.startswith("there is a combination"):
            raise _nothing(", ".join(keys)) from None
        raise
    if found.units.size < FEWEST:
        raise CalibrationError(
            "so few units have samples that can be used",
            key="unit",
            found=f"{found.units.size} of {len(units)}",
            accepted=f"{FEWEST} or more",
        )
    for j, key in enumerate(keys):
        if sees(found, j).sum() < FEWEST:
            raise _nothing(key)
    return found


def _nothing(keys: str) -> CalibrationError:
    return CalibrationError(
        "nothing can be told of this from the data: no unit, or few of them, see it in its readings",
        key="--fit",
        found=keys,
        accepted="numbers that what was measured depends on, each apart from the others",
    )


def units_csv(sheet: dict[str, Any]) -> str:
    """Every unit's estimates as a table, in SI.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.calibrate_fleet_sheet.fleet_sheet`.

    Returns
    -------
    str
        Comma-separated: ``unit``; by number fitted its shrunk estimate with a 95 % interval, the unit's own
        estimate with its standard error (empty where its data do not see it), how far it is away from the
        population in standard deviations, and 1 where it is outside; ``chi2``, ``dof`` and the factor that its
        standard errors are ``enlarged`` by.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["unit"]
    for row in sheet["rows"]:
        unit = "1" if row["unit"] == "ratio" else row["unit"]
        head += [
            f"{row['key']}{part} [{unit}]" for part in ("", " low", " high", " own", " own standard error")
        ]
        head += [f"{row['key']} away", f"{row['key']} outside"]
    writer.writerow([*head, "chi2", "dof", "enlarged"])
    for one in sheet["units"]:
        cells: list[Any] = [one["unit"]]
        for row in sheet["rows"]:
            n = one["numbers"][row["key"]]
            values = (n["estimate"], *n["interval"], n["own"], n["own_sigma"])
            cells += ["" if x is None else f"{x:.7g}" for x in values]
            cells += ["" if n["away"] is None else f"{n['away']:.3f}", int(n["outside"])]
        writer.writerow([*cells, f"{one['chi2']:.4g}", one["dof"], f"{one['enlarged']:.4g}"])
    return out.getvalue()


def fleet_report(sheet: dict[str, Any]) -> str:
    """Page of the report."""
    synthetic = sheet["synthetic"] is not None
    plots = {
        row["key"]: {
            "distribution": calibrate_fleet_plots.distribution(row, sheet["units"], i, synthetic),
            "estimates": calibrate_fleet_plots.estimates(row, sheet["units"], i, synthetic),
        }
        for i, row in enumerate(sheet["rows"])
    }
    return page(
        "calibrate_fleet.html", s=sheet, plots=plots, amount=amount, spread=spread, told_spread=told_spread
    )
