"""The device file of a fleet: population means with their doubt, and the spread between units.

A device file states a spread between units for ``chips.junction_to_plate`` alone, as ``chips.unit_spread``. Of any
other number one unit drawn at random is as uncertain as mean and spread together: that is what is written of it.
"""

import math
from datetime import date
from pathlib import Path
from typing import Any

from hashheat.components.errors import CalibrationError
from hashheat.thermo.quantity import Quantity
from hashheat.validation.calibrated_file import (
    about_calibration,
    fitted_to,
    plus_minus,
    unit_of,
    with_entries,
)
from hashheat.validation.fleet_numbers import FleetNumber, fleet_numbers
from hashheat.validation.hierarchy import FleetCalibration

#: Number whose spread between units a device file holds, and where.
RESISTANCE, UNIT_SPREAD = "chips.junction_to_plate", "chips.unit_spread"


def calibrated_fleet_record(
    found: FleetCalibration,
    device: Path,
    data: Path,
    directory: Path,
    *,
    synthetic: bool,
    day: date | None = None,
) -> dict[str, Any]:
    """Device file with the numbers of a population in place, as a table.

    Parameters
    ----------
    found : FleetCalibration
    device : Path
        Device file that the fit began from; everything else is taken over from it.
    data : Path
        File of the field data.
    directory : Path
        Where the new file will stand.
    synthetic : bool
        The data were made up.
    day : date, optional
        Today if not given.

    Returns
    -------
    dict
        For :func:`hashheat.validation.calibrated_file.calibrated_toml`.

    Raises
    ------
    CalibrationError
        For a spread between units that no device file can hold.
    """
    day = date.today() if day is None else day
    about = f"{found.records} records of {found.units.size} units at {found.points} operating points"
    source = fitted_to(data, about, synthetic=synthetic, day=day)
    entries: dict[str, dict[str, Any]] = {}
    for number in fleet_numbers(found):
        q = found.miner.quantities[number.key]
        own_place = number.key == RESISTANCE
        sigma = number.sigma if own_place else math.hypot(number.sigma, spread_of(number))
        entries[number.key] = {
            "value": plus_minus(q, number.mean, sigma),
            "status": "calibrated",
            "source": f"{source}; {_what(number, q, own_place)}",
            "note": _note(number, q),
        }
        if own_place:
            entries[UNIT_SPREAD] = {
                "value": _spread_text(number),
                "status": "calibrated",
                "source": source,
                "note": "relative spread of the resistance between units; 95 % interval "
                f"{number.spread_interval[0]:.3g} .. {number.spread_interval[1]:.3g}",
            }
    return with_entries(
        device,
        directory,
        entries,
        about_calibration(
            data, device, found.names, found.records, found.instruments, synthetic=synthetic, day=day
        ),
    )


def spread_of(number: FleetNumber) -> float:
    """Standard deviation between units [SI]."""
    return number.spread * (number.mean if number.relative else 1.0)


def _what(number: FleetNumber, q: Quantity, own_place: bool) -> str:
    if own_place:
        return "mean of the units; their spread stands in unit_spread"
    unit = unit_of(q)
    return (
        f"mean of the units; the stated uncertainty is that of a unit drawn at random, {number.sigma:.3g} {unit} "
        f"of the mean and a spread of {spread_of(number):.3g} {unit} between units together, since a device file "
        "has no place for the spread of this number"
    ).replace("  ", " ")


def _note(number: FleetNumber, q: Quantity) -> str:
    unit = unit_of(q)
    told = f"standard error of the mean {number.sigma:.3g}"
    if number.prior is not None:
        told += f"; was {number.prior[0]:.4g} +/- {number.prior[1]:.2g} {unit}".rstrip()
    if not number.known:
        told += "; the data leave as much doubt of the mean as was stated before"
    return told


def _spread_text(number: FleetNumber) -> str:
    high = number.spread_interval[1]
    if not number.spread < 1.0:
        raise CalibrationError(
            "units that differ by more than their mean are no population of one device",
            key=number.key,
            found=f"spread {100.0 * number.spread:.0f} %",
            accepted="less than 100 %",
        )
    if number.spread > 0.0 and number.spread_sigma > 0.0:
        return f"{number.spread:.4g} +/- {number.spread_sigma:.3g}"
    return f"0 .. {min(high, 1.0):.4g}"
