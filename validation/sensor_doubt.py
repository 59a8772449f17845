"""How good the instruments of a measurement are: noise from reading to reading, and an error that stays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from hashheat.components.record import read_toml
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import STATUSES
from hashheat.thermo.units import to_si


class Instrument(NamedTuple):
    """Doubt of what one instrument reads, as standard deviations.

    Attributes
    ----------
    noise : float
        From reading to reading, independent [K for temperatures, else relative].
    bias : float
        Of the error that all its readings share [K for temperatures, else relative].
    status, source : str
        Where the numbers come from, as for a :class:`~hashheat.thermo.quantity.Quantity`.
    """

    noise: float
    bias: float
    status: str = "assumed"
    source: str = ""


#: Where nothing is said about an instrument: ordinary industrial sensors, chip sensors that count whole kelvins.
ASSUMED: dict[str, Instrument] = {
    "T_in": Instrument(0.1, 0.2),
    "T_out": Instrument(0.1, 0.2),
    "T_out_board": Instrument(0.3, 0.5),
    "T_chip": Instrument(0.5, 1.5),
    "T_ambient": Instrument(0.5, 1.0),
    "volume_flow": Instrument(0.01, 0.02),
    "power_ac": Instrument(0.005, 0.01),
    "power_dc": Instrument(0.01, 0.02),
}
#: Error that stays: the parameter of :class:`hashheat.validation.unit_model.UnitModel` that stands for it. The one
#: factor of the power is that of the power which drives the model.
BIAS_OF = {
    "T_in": "offset.T_in",
    "T_out": "offset.T_out",
    "T_out_board": "offset.T_out_board",
    "T_chip": "offset.T_chip",
    "T_ambient": "offset.T_ambient",
    "volume_flow": "factor.volume_flow",
}


def is_relative(variable: str) -> bool:
    """Whether the doubt of a variable is relative to its value."""
    return not variable.startswith("T_")


def load_instruments(path: Path | None) -> dict[str, Instrument]:
    """Instruments from a TOML file, one table a variable with ``noise``, ``bias``, ``status`` and ``source``.

    Parameters
    ----------
    path : Path or None
        None gives those of :data:`ASSUMED`.

    Returns
    -------
    dict of str to Instrument
        All variables; those that the file leaves out are :data:`ASSUMED`.

    Raises
    ------
    InputError
        Naming file, key, what was found and what is accepted.
    """
    return dict(ASSUMED) if path is None else instruments_of(read_toml(path), str(path))


def instruments_of(tables: Mapping[str, Any], file: str | None = None) -> dict[str, Instrument]:
    """Instruments from tables as they stand in a file; see :func:`load_instruments`."""
    found = dict(ASSUMED)
    for variable, table in tables.items():
        if variable not in ASSUMED:
            raise InputError(
                "no such instrument", file=file, key=variable, found=repr(table), accepted=", ".join(ASSUMED)
            )
        if not isinstance(table, Mapping) or set(table) - {"noise", "bias", "status", "source"}:
            raise InputError(
                "an instrument is a table",
                file=file,
                key=variable,
                found=repr(table),
                accepted="noise and bias with units, status, source",
            )
        unit = "1" if is_relative(variable) else "delta_K"
        numbers = {}
        for key in ("noise", "bias"):
            place = f"{variable}.{key}"
            if key not in table:
                raise InputError(
                    "a required key is missing",
                    file=file,
                    key=place,
                    accepted="'1 %'" if unit == "1" else "'0.1 K'",
                )
            numbers[key] = to_si(table[key], unit, key=place, file=file)
            # A sensor without any noise would make its readings weigh infinitely.
            if numbers[key] < 0.0 or (key == "noise" and numbers[key] == 0.0):
                raise InputError(
                    "a standard deviation must be positive",
                    file=file,
                    key=place,
                    found=repr(table[key]),
                    accepted="more than 0" if key == "noise" else "0 or more",
                )
        status, source = table.get("status", "assumed"), table.get("source", "")
        if status not in STATUSES or not isinstance(source, str):
            raise InputError(
                "an instrument must say where its doubt comes from",
                file=file,
                key=f"{variable}.status",
                found=repr(status),
                accepted=", ".join(STATUSES),
            )
        found[variable] = Instrument(numbers["noise"], numbers["bias"], status, source)
    return found


def power_of(data: xr.Dataset) -> str:
    """Which power drives the model: ``power_dc`` where the data have it, else ``power_ac``."""
    return "power_dc" if "power_dc" in data else "power_ac"
