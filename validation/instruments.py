"""How accurate the instruments behind measured data are: as stated, or as fine as the data are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import STATUSES
from hashheat.thermo.record import read_toml
from hashheat.thermo.units import show, to_si

#: Variables that may have an instrument: unit of its error.
INSTRUMENTS = {
    "T_in": "delta_K",
    "T_out": "delta_K",
    "T_out_board": "delta_K",
    "T_chip": "delta_K",
    "T_chip_mean": "delta_K",
    "T_chip_max": "delta_K",
    "T_ambient": "delta_K",
    "volume_flow": "m^3/s",
    "power_ac": "W",
    "power_dc": "W",
}
_TABLE = "instruments"
_ACCEPTED = "'+/- 0.3 K' (one standard deviation), 'within 0.5 K' (a limit), '+/- 2 %', or a table"
_PARTS = ("bias", "noise")
_KEYS = (*_PARTS, "status", "source")
#: Steps below it are round-off of the conversion to SI, relative to the value.
_ROUND_OFF = 1e-9
_MOST_VALUES = 200_000
_MOST_DIGITS = 6
#: Share of the differences that are multiples of a step, and how nearly, in data that are written in it.
_MULTIPLES, _NEARLY = 0.95, 0.1
#: Different readings below which the smallest difference may be a multiple of the step.
_FEW = 8
#: Accuracy where nobody stated one and the data are not rounded, and the finest step that counts as rounding: of
#: temperatures [K], and of flow and power as shares of the reading [-]; both assumed.
_UNKNOWN_K, _UNKNOWN_SHARE = 0.1, 0.01
_FINEST_K, _FINEST_SHARE = 1e-3, 1e-5


@dataclass(frozen=True)
class Instrument:
    """Standard uncertainties of an instrument.

    Parameters
    ----------
    systematic : float
        Part that is the same in all its readings: it does not average out [SI, or -].
    random : float
        Part that is new in every reading [SI, or -].
    relative : bool
        Both are shares of the reading.
    status : str
        ``stated``, or as for a :class:`~hashheat.thermo.quantity.Quantity`; ``assumed`` where the step
        in which the data are written stands for an accuracy that nobody stated.
    text : str
        As stated, or how it was found.
    """

    systematic: float
    random: float
    relative: bool
    status: str
    text: str

    def at(self, values: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """Systematic and random standard uncertainty of readings [SI], each of the readings' shape."""
        size = np.abs(np.asarray(values, dtype=float)) if self.relative else np.ones(np.shape(values))
        return self.systematic * size, self.random * size


def read_instruments(path: Path, needed: bool = False) -> dict[str, Instrument]:
    """Read the ``[instruments]`` table of a TOML file; other tables are left to whom they concern.

    Parameters
    ----------
    path : Path
    needed : bool
        A file without the table is an error.

    Returns
    -------
    dict of str to Instrument
        By variable; empty where the file has no such table.

    Raises
    ------
    InputError
        For a file that is not TOML, a variable that is unknown, or an accuracy that cannot be read.
    """
    record = read_toml(path)
    if _TABLE not in record:
        if needed:
            raise InputError("no accuracy of any instrument", file=str(path), key=_TABLE, accepted=_ACCEPTED)
        return {}
    table = record[_TABLE]
    if not isinstance(table, Mapping):
        raise InputError("must be a table", file=str(path), key=_TABLE, found=repr(table))
    return parse_instruments(table, file=str(path))


def parse_instruments(table: Mapping[str, Any], file: str | None = None) -> dict[str, Instrument]:
    """Accuracies from their texts.

    Parameters
    ----------
    table : mapping
        Variable -> text, or a table with ``bias`` (the same in all readings), ``noise`` (new in each), ``status``
        and ``source``. A text alone is the bias: noise shows in the scatter of the data by itself.
    file : str, optional
        For messages.

    Raises
    ------
    InputError
        Naming the key.
    """
    made = {}
    for name, spec in table.items():
        key = f"{_TABLE}.{name}"
        if name not in INSTRUMENTS:
            raise InputError(
                "no such instrument", file=file, key=key, found=repr(spec), accepted=", ".join(INSTRUMENTS)
            )
        parts = spec if isinstance(spec, Mapping) else {"bias": spec, "status": "chosen"}
        unknown = [k for k in parts if k not in _KEYS]
        given = [k for k in _PARTS if k in parts]
        status, source = parts.get("status", "assumed"), parts.get("source", "")
        if unknown or not given or status not in STATUSES or not isinstance(source, str):
            raise InputError(
                "the accuracy of an instrument cannot be read",
                file=file,
                key=key,
                found=repr(spec),
                accepted=f"a table of {', '.join(_KEYS)}; status one of {', '.join(STATUSES)}",
            )
        is_table = isinstance(spec, Mapping)
        read = {
            k: _deviation(parts[k], INSTRUMENTS[name], f"{key}.{k}" if is_table else key, file) for k in given
        }
        # A share of the reading and a width of its own do not add up to one number for all readings.
        if len({relative for _, relative in read.values()}) > 1:
            raise InputError("bias and noise are both in percent, or neither", file=file, key=key)
        text = ", ".join(f"{k} {parts[k]}" for k in given) if is_table else str(spec)
        made[name] = Instrument(
            systematic=read.get("bias", (0.0, False))[0],
            random=read.get("noise", (0.0, False))[0],
            relative=next(iter(read.values()))[1],
            status="stated" if not is_table else status,
            text=f"{text}; {source}" if source else text,
        )
    return made


def _deviation(spec: Any, unit: str, key: str, file: str | None) -> tuple[float, bool]:
    """Standard deviation, and whether it is a share of the reading."""
    if not isinstance(spec, str):
        raise InputError(
            "must be a text with a unit", file=file, key=key, found=repr(spec), accepted=_ACCEPTED
        )
    text = spec.strip().replace("±", "+/-")
    limit = re.match(r"within\b", text)
    number = re.sub(r"^(within\b)?\s*(\+/-)?\s*", "", text)
    relative = number.endswith("%") and unit != "delta_K"
    try:
        if unit == "delta_K":
            number = re.sub(r"(?<!delta_)(?:deg|°)([CF])\b", r"delta_deg\1", number)
        value = to_si(number, "1" if relative else unit)
    except InputError as error:
        raise InputError(error.problem, file=file, key=key, found=repr(spec), accepted=_ACCEPTED) from None
    if not value >= 0.0:
        raise InputError("must not be negative", file=file, key=key, found=repr(spec), accepted=_ACCEPTED)
    return (float(value / np.sqrt(3.0)) if limit else value), relative


def resolution(values: np.ndarray) -> float | None:
    """Step in which data are written.

    Parameters
    ----------
    values : array
        Readings [SI]; missing ones NaN.

    Returns
    -------
    float or None
        Smallest step between two different readings [SI]; None for fewer than two different ones, or where the
        other steps are no multiples of it: of readings that are not rounded the smallest step says how many there
        are, and nothing of the instrument.
    """
    flat = np.asarray(values, dtype=float).ravel()
    flat = flat[np.isfinite(flat)]
    flat = flat[:: max(1, flat.size // _MOST_VALUES)]
    different = np.unique(flat)
    if different.size < 2:
        return None
    steps = np.diff(different)
    steps = steps[steps > _ROUND_OFF * np.abs(different[1:])]
    if not steps.size:
        return None
    shares = steps / steps.min()
    multiple = np.abs(shares - np.round(shares)) < _NEARLY
    return float(steps.min()) if multiple.mean() >= _MULTIPLES else None


def written_step(values: np.ndarray, unit: str) -> float:
    """Coarsest decimal step that all readings are multiples of, for readings that are all alike.

    Parameters
    ----------
    values : array
        Readings [SI]; missing ones NaN.
    unit : str
        Of their error, of :data:`INSTRUMENTS`: temperatures are read in degrees Celsius, flows in L/min.

    Returns
    -------
    float
        [SI]; at most 1 degree, 1 L/min or 1 W.
    """
    flat = np.asarray(values, dtype=float).ravel()
    flat = flat[np.isfinite(flat)]
    factor = 6e4 if unit == "m^3/s" else 1.0
    shown = flat * factor - (273.15 if unit == "delta_K" else 0.0)
    for digits in range(_MOST_DIGITS):
        if np.all(np.abs(shown - np.round(shown, digits)) < 1e-7 * np.maximum(np.abs(shown), 1.0)):
            break
    return float(10.0**-digits / factor)


def unstated(values: np.ndarray, unit: str) -> Instrument:
    """Instrument whose accuracy nobody stated, from the step in which its readings are written.

    Parameters
    ----------
    values : array
        Readings [SI]; missing ones NaN.
    unit : str
        Of their error, of :data:`INSTRUMENTS`.

    Returns
    -------
    Instrument
        Marked ``assumed``: the step over sqrt(12); 0.1 K or 1 % where the readings are not rounded, so that they
        tell nothing.
    """
    flat = np.asarray(values, dtype=float).ravel()
    flat = flat[np.isfinite(flat)]
    step = resolution(flat)
    if step is None or np.unique(flat).size < _FEW:
        written = written_step(flat, unit)
        step = written if step is None else min(step, written)
    is_temperature = unit == "delta_K"
    finest = _FINEST_K if is_temperature else _FINEST_SHARE * float(np.abs(flat).mean()) if flat.size else 0.0
    if step > finest:
        told = f"not stated: step of the data, {show(step, unit)}, over sqrt(12)"
        return Instrument(step / float(np.sqrt(12.0)), 0.0, False, "assumed", told)
    told = "not stated, and the data are not rounded"
    if is_temperature:
        return Instrument(_UNKNOWN_K, 0.0, False, "assumed", f"{told}: {_UNKNOWN_K:g} K")
    return Instrument(_UNKNOWN_SHARE, 0.0, True, "assumed", f"{told}: {_UNKNOWN_SHARE:.0%} of the reading")


def instruments_for(
    data: xr.Dataset, stated: Mapping[str, Instrument], names: tuple[str, ...]
) -> dict[str, Instrument]:
    """Instrument of every variable: as stated, else of :func:`unstated`.

    Parameters
    ----------
    data : xarray.Dataset
        Field data, with what was derived from them.
    stated : mapping
        Of :func:`read_instruments`. What is stated for ``T_chip`` holds for mean and hottest chip too.
    names : tuple of str
        Variables wanted; those that are not in the data are passed by.

    Returns
    -------
    dict of str to Instrument
    """
    made = {}
    for name in names:
        if name not in data:
            continue
        if name in stated:
            made[name] = stated[name]
        elif name in ("T_chip_mean", "T_chip_max") and "T_chip" in stated:
            made[name] = stated["T_chip"]
        else:
            made[name] = unstated(data[name].values, INSTRUMENTS[name])
    return made
