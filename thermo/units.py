"""Text with a unit to a number in SI and back: the only place that parses units.

Pint does the parsing and is imported on first use; one call costs about 0.1 ms, so never inside a loop.
"""

import math
import re
from functools import cache
from typing import Any

from hashheat.thermo.errors import InputError

#: Expected SI unit -> what it measures, and an example of the accepted form.
DIMENSIONS: dict[str, tuple[str, str]] = {
    "K": ("temperature", "80 degC"),
    "delta_K": ("temperature difference", "5 K"),
    "m^3/s": ("volume flow", "8 L/min"),
    "kg/s": ("mass flow", "0.2 kg/s"),
    "Pa": ("pressure (absolute, or a difference)", "3 bar"),
    "W": ("power", "5.4 kW"),
    "J": ("energy", "12 kWh"),
    "K/W": ("thermal resistance", "1.2 K/W"),
    "W/K": ("thermal conductance", "25 W/K"),
    "m^2 K/W": ("area-related thermal resistance", "1e-5 m^2 K/W"),
    "W/(m K)": ("thermal conductivity", "167 W/(m K)"),
    "W/(m^2 K)": ("heat transfer coefficient", "5 kW/(m^2 K)"),
    "J/(kg K)": ("specific heat capacity", "4.18 kJ/(kg K)"),
    "J/K": ("heat capacity", "2.4 kJ/K"),
    "W/m^2": ("heat flux", "50 W/cm^2"),
    "J/(kg K^2)": ("heat capacity per kelvin", "3.7 J/(kg K^2)"),
    "W/(m K^2)": ("conductivity per kelvin", "-7e-5 W/(m K^2)"),
    "1/K": ("thermal expansion", "6.8e-4 1/K"),
    "kg/m^3": ("density", "997 kg/m^3"),
    "Pa s": ("dynamic viscosity", "0.4 mPa s"),
    "m^2/s": ("kinematic viscosity or diffusivity", "0.4 mm^2/s"),
    "m": ("length", "45 mm"),
    "m^2": ("area", "0.3 m^2"),
    "m^3": ("volume", "40 L"),
    "m/s": ("velocity", "0.4 m/s"),
    "kg": ("mass", "12 kg"),
    "s": ("time", "15 min"),
    "Hz": ("frequency", "525 MHz"),
    "V": ("voltage", "1150 mV"),
    "A": ("current", "12 A"),
    "deg": ("angle", "60 deg"),
    "hash/s": ("hash rate", "480 TH/s"),
    "J/hash": ("energy per hash", "16.8 J/TH"),
    "EUR": ("money", "1200 EUR"),
    "EUR/J": ("price of energy", "45 EUR/MWh"),
    "1": ("number or percentage", "0.3' or '30 %"),
}

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*", re.DOTALL)


@cache
def registry() -> Any:
    """Return the one pint registry; it also knows ``hash`` and ``EUR``."""
    import pint

    units: Any = pint.UnitRegistry()
    units.define("hash = [hash]")
    units.define("euro = [currency] = EUR = €")
    return units


def accepted_form(unit: str) -> str:
    """Say in words what :func:`to_si` accepts for an expected unit, with an example."""
    if unit == "1":
        return "a plain number or a percentage, such as '0.3' or '30 %'"
    name, example = DIMENSIONS.get(unit, ("this dimension", f"1 {unit}"))
    return f"a number with a unit of {name}, such as '{example}'"


def split_number(text: str) -> tuple[float, str] | None:
    """Split ``"8 L/min"`` into its number and the text of its unit; None where no number leads."""
    match = _NUMBER.fullmatch(text)
    return (float(match[1]), match[2]) if match else None


def to_si(text: str | float, unit: str, *, key: str | None = None, file: str | None = None) -> float:
    """Turn text with a unit into a number in SI.

    Parameters
    ----------
    text : str or float
        For example ``"80 degC"``, ``"8 L/min"``, ``"35 %"``; a bare number only where ``unit`` is ``"1"``.
        Pressures are absolute where a state is meant.
    unit : str
        The SI unit the number is wanted in, such as ``"K"`` (absolute temperature: degC, K or degF),
        ``"delta_K"`` (temperature difference: K or delta_degC), ``"m^3/s"``, ``"1"``; see :data:`DIMENSIONS`.
    key, file : str, optional
        Where the text stands, for the error message.

    Returns
    -------
    float
        Finite number in ``unit`` (kelvin for ``"delta_K"``).

    Raises
    ------
    InputError
        For a bare number where a unit is needed, a unit of another dimension, an unknown unit, a temperature
        below absolute zero, or a number that is not finite; names key and file, and shows the accepted form.
    """

    def refuse(problem: str, accepted: str | None = None) -> InputError:
        return InputError(
            problem, file=file, key=key, found=repr(text), accepted=accepted or accepted_form(unit)
        )

    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise refuse("This is not a number with a unit.")
    if isinstance(text, str):
        split = split_number(text)
        if split is None:
            raise refuse("This does not begin with a number.")
        number, unit_text = split
    else:
        try:
            number, unit_text = float(text), ""
        except OverflowError:  # an integer beyond all floats
            raise refuse("The number is not finite.") from None
    if not math.isfinite(number):
        raise refuse("The number is not finite.")
    if not unit_text:
        if unit == "1":
            return number
        raise refuse("The unit is missing.")
    if unit == "1" and unit_text == "%":
        return number / 100  # pint multiplies by 0.01, which makes 35 % a 0.35000000000000003
    return _convert(number, unit_text, unit, refuse)


_UNIT_TEXT = re.compile(r"[A-Za-z0-9_ ^*/().+\-%°µμΩ·²³]*")


def _convert(number: float, unit_text: str, unit: str, refuse: Any) -> float:
    # pint's tokenizer passes over characters it does not know.
    if not _UNIT_TEXT.fullmatch(unit_text):
        hint = " (Write the decimals after a point.)" if unit_text.startswith(",") else ""
        raise refuse(f"'{unit_text}' is not a known unit.{hint}")
    units = registry()
    target = units.parse_units("" if unit == "1" else "K" if unit == "delta_K" else unit)
    try:
        found = units.parse_units(_respell(unit_text, unit))
    # pint runs the text through Python's tokenizer and raises whatever that meets; users need none of it.
    except Exception:
        raise refuse(f"'{unit_text}' is not a known unit.") from None
    if found.dimensionality != target.dimensionality:
        hint = " ('C' is coulomb; write 'degC'.)" if unit in ("K", "delta_K") and unit_text == "C" else ""
        raise refuse(f"'{unit_text}' is not a unit of {DIMENSIONS.get(unit, (unit,))[0]}.{hint}")
    is_delta = "delta_" in str(found)
    is_offset = not is_delta and str(found) in ("degree_Celsius", "degree_Fahrenheit")
    if unit == "delta_K" and is_offset:
        raise refuse(
            f"'{unit_text}' marks a point on the temperature scale, and a difference is wanted here.",
            f"a temperature difference, such as '{number:g} K' or '{number:g} delta_degC'",
        )
    if unit == "K" and is_delta:
        raise refuse("This is a temperature difference, and a temperature is wanted here.")
    value = float(units.Quantity(number, found).to(target).magnitude)
    if not math.isfinite(value):
        raise refuse("The number is not finite.")
    if unit == "K" and value < 0:
        raise refuse("This lies below absolute zero.")
    return value


def _respell(unit_text: str, unit: str) -> str:
    """Put common spellings into pint's: m3 -> m^3, and TH -> terahash where hashes are expected."""
    text = re.sub(r"(?<![\w^])(mm|cm|dm|km|m)([23])(?!\w)", r"\1^\2", unit_text)
    if "hash" in unit:
        text = re.sub(r"(?<!\w)([kMGTPE]?)[Hh](?=$|[\s/*)])", r"\1hash", text)
    return text.replace("·", "*")


#: Expected SI unit -> steps (from this size on, factor to the field unit, field unit), smallest first.
_FIELD: dict[str, tuple[tuple[float, float, str], ...]] = {
    "m^3/s": ((0.0, 6e4, "L/min"), (1 / 60, 3600.0, "m^3/h")),
    "Pa": ((0.0, 1.0, "Pa"), (1e3, 1e-3, "kPa"), (1e5, 1e-5, "bar")),
    "W": ((0.0, 1.0, "W"), (1e3, 1e-3, "kW"), (1e6, 1e-6, "MW")),
    "J": ((0.0, 1.0, "J"), (3.6e4, 1 / 3.6e6, "kWh"), (3.6e9, 1 / 3.6e9, "MWh")),
    "m": ((0.0, 1e3, "mm"), (1.0, 1.0, "m")),
    "Pa s": ((0.0, 1e3, "mPa s"),),
    "s": ((0.0, 1.0, "s"), (60.0, 1 / 60, "min"), (3600.0, 1 / 3600, "h")),
    "Hz": ((0.0, 1.0, "Hz"), (1e6, 1e-6, "MHz")),
    "hash/s": ((0.0, 1e-12, "TH/s"), (1e15, 1e-15, "PH/s")),
    "J/hash": ((0.0, 1e12, "J/TH"),),
    "EUR/J": ((0.0, 3.6e9, "EUR/MWh"),),
    "delta_K": ((0.0, 1.0, "K"),),
    "1": ((0.0, 1.0, ""),),
}


def show(value: float, unit: str, digits: int = 4, percent: bool = False) -> str:
    """Write a number in SI the way the field writes it.

    Parameters
    ----------
    value : float
        Number in SI.
    unit : str
        Its SI unit, as in :func:`to_si`.
    digits : int
        Significant digits; for temperatures, ``digits - 2`` decimals of a degree.
    percent : bool
        Write a number of unit ``"1"`` as a percentage.

    Returns
    -------
    str
        For example ``"80.00 degC"``, ``"8 L/min"``, ``"3 bar"``, ``"5.4 kW"``, ``"35 %"``.
    """
    if unit == "K":
        return f"{value - 273.15:.{max(digits - 2, 0)}f} degC"
    if unit == "1" and percent:
        return f"{100 * value:.{digits}g} %"
    factor, name = 1.0, unit
    for start, step_factor, step_name in _FIELD.get(unit, ()):
        # A value that rounds up to the next step belongs to it: 1000 W reads 1 kW.
        if abs(value) >= start * (1 - 1e-9):
            factor, name = step_factor, step_name
    return f"{value * factor:.{digits}g} {name}".rstrip()
