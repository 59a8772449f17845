"""The device file of a calibrated unit: fitted numbers with their doubt, and where they come from."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from hashheat.components.errors import CalibrationError
from hashheat.components.record import read_toml
from hashheat.thermo.quantity import Quantity
from hashheat.validation.chip_resistances import RESISTANCE, ChipResistances
from hashheat.validation.instruments import INSTRUMENTS, Instrument
from hashheat.validation.unit_calibration import UnitCalibration

#: Number whose value is the spread among chips.
CHIP_SPREAD = "chips.chip_spread"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def calibrated_record(
    found: UnitCalibration,
    device: Path,
    data: Path,
    directory: Path,
    *,
    synthetic: bool,
    day: date | None = None,
) -> dict[str, Any]:
    """Device file with the fitted numbers in place, as a table.

    Parameters
    ----------
    found : UnitCalibration
    device : Path
        Device file that the fit began from; everything else is taken over from it.
    data : Path
        File of the field data.
    directory : Path
        Where the new file will stand: a cold plate named by a relative path is named from there.
    synthetic : bool
        The data were made up.
    day : date, optional
        Today if not given.

    Returns
    -------
    dict
        For :func:`tomli_w.dumps`; reads back as a :class:`~hashheat.components.miner_file.MinerFile`.

    Notes
    -----
    Each fitted number gets its own standard deviation. A device file does not say how they go with each other and
    with those that keep their spread: what samples draw from it takes all for independent.
    """
    day = date.today() if day is None else day
    keys = [key for key in found.names if key in found.miner.quantities]
    records, points = int(found.condensed.records.sum()), found.condensed.model.points.count
    about = f"{records} records at {points} operating points"
    entries = {
        key: {
            "value": plus_minus(found.miner.quantities[key], found.values[key], found.sigma[key]),
            "status": "calibrated",
            "source": fitted_to(data, about, synthetic=synthetic, day=day),
            "note": _note(found, key),
        }
        for key in keys
    }
    if found.chips is not None:
        entries[CHIP_SPREAD] = _chip_spread(found.chips, entries[RESISTANCE]["source"])
    about_data = about_calibration(
        data, device, found.names, records, found.instruments, synthetic=synthetic, day=day
    )
    return with_entries(device, directory, entries, about_data)


def _chip_spread(chips: ChipResistances, source: str) -> dict[str, Any]:
    low, high = chips.spread_interval
    count, of = int(chips.deviates.sum()), int(np.isfinite(chips.own).sum())
    sigma = (high - low) / 3.92
    value = f"{chips.spread:.4g} +/- {sigma:.3g}" if low > 0.0 else f"0 .. {min(high, 1.0):.4g}"
    note = f"relative spread of the resistance among chips; 95 % interval {low:.3g} .. {high:.3g}"
    if count:
        note += f"; without {count} of {of} chips that deviate"
    return {"value": value, "status": "calibrated", "source": source, "note": note}


def fitted_to(data: Path, about: str, *, synthetic: bool, day: date) -> str:
    """Source of a fitted number, in words: program, day, file of the data, and how much of it there is."""
    kind = "SYNTHETIC data, not measured: " if synthetic else ""
    return (
        f"fitted by hashheat {version('hashheat')} on {day.isoformat()} to {kind}{data.name} "
        f"(SHA-256 {sha256_of(data)[:12]}), {about}"
    )


def about_calibration(
    data: Path,
    device: Path,
    fitted: Sequence[str],
    records: int,
    instruments: Mapping[str, Instrument],
    *,
    synthetic: bool,
    day: date,
) -> dict[str, Any]:
    """Table [calibration] of a device file."""
    return {
        "data": data.name,
        "sha256": sha256_of(data),
        "synthetic": synthetic,
        "version": version("hashheat"),
        "date": day.isoformat(),
        "device": device.name,
        "fitted": list(fitted),
        "records": records,
        "instruments": [describe_instrument(name, one) for name, one in instruments.items()],
    }


def with_entries(
    device: Path, directory: Path, entries: Mapping[str, dict[str, Any]], about: dict[str, Any]
) -> dict[str, Any]:
    """Device file with some numbers replaced, to stand in another directory.

    Parameters
    ----------
    device : Path
        Device file that everything else is taken over from.
    directory : Path
        Where the new file will stand.
    entries : mapping of str to dict
        Tables of the numbers, by dotted key.
    about : dict
        Table [calibration].

    Returns
    -------
    dict
    """
    record = read_toml(device)
    for key, entry in entries.items():
        *tables, name = key.split(".")
        place = record
        for table in tables:
            place = place[table]
        place[name] = entry
    if isinstance(record.get("cold_plate"), str) and (device.parent / record["cold_plate"]).is_file():
        record["cold_plate"] = os.path.relpath(device.parent / record["cold_plate"], directory)
    record["calibration"] = about
    return record


def calibrated_toml(record: dict[str, Any]) -> str:
    """Text of :func:`calibrated_record`."""
    head = "# Written by hashheat calibrate: what is marked calibrated was fitted, all else is as it was.\n"
    return head + tomli_w.dumps(record, multiline_strings=False)


def describe_instrument(name: str, one: Instrument) -> str:
    """One line: ``T_out: error that stays 0.1 K, noise 0.03 K (stated; ...)``."""
    unit = "%" if one.relative else {"delta_K": "K"}.get(INSTRUMENTS[name], INSTRUMENTS[name])
    factor = 100.0 if one.relative else 1.0
    return (
        f"{name}: error that stays {factor * one.systematic:.3g} {unit}, noise {factor * one.random:.3g} {unit} "
        f"({one.status}; {one.text})"
    )


def _note(found: UnitCalibration, key: str) -> str:
    low, high = found.interval[key]
    unit = unit_of(found.miner.quantities[key])
    told = f"95 % interval {low:.5g} .. {high:.5g} {unit}".rstrip()
    prior = found.priors[key]
    if prior is not None:
        told += f"; was {prior[0]:.4g} +/- {prior[1]:.2g} {unit}".rstrip()
    own = [note for note in found.quality.notes if key in note]
    return "; ".join([told, *own])


def unit_of(q: Quantity) -> str:
    """Unit of a number as a device file writes it; empty for a plain number."""
    return {"1": "", "delta_K": "K"}.get(q.unit, q.unit)


def plus_minus(q: Quantity, value: float, sigma: float) -> str:
    """Value and standard deviation as a device file states them."""
    if not sigma > 0.0:
        raise CalibrationError("a fitted number without any doubt", found=f"{value:g} {q.unit}")
    unit = unit_of(q)
    return f"{value:.6g} {unit} +/- {sigma:.3g} {unit}" if unit else f"{value:.6g} +/- {sigma:.3g}"
