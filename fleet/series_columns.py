"""The columns that files of hourly values may have: names, units, and the magnitudes that can be meant."""

import difflib
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from hashheat.fleet.series_errors import SeriesError
from hashheat.thermo.units import DIMENSIONS, to_si


class SeriesColumn(NamedTuple):
    """One kind of hourly value.

    Attributes
    ----------
    unit : str
        SI unit, as :func:`hashheat.thermo.units.to_si` takes it.
    low, high : float
        Every value lies between them [unit]; others are those of another unit, or an instrument's fault.
    usual_low, usual_high : float
        Nineteen of twenty sizes of values lie below a size in this range [unit], or all are zero: the size of
        prices tells EUR/kWh from EUR/MWh.
    example : str
        A title that is accepted.
    """

    unit: str
    low: float
    high: float
    usual_low: float
    usual_high: float
    example: str


_MWH = 1.0 / 3.6e9  # EUR/MWh in EUR/J
_PH_DAY = 1.0 / (1e15 * 86400.0)  # EUR/(PH/s day) in EUR/hash
_ANY = (0.0, float("inf"))

#: Columns of a file of weather.
WEATHER: dict[str, SeriesColumn] = {
    "T_outdoor": SeriesColumn("K", 203.15, 333.15, *_ANY, "T_outdoor [degC]"),
    "wind_speed": SeriesColumn("m/s", 0.0, 75.0, *_ANY, "wind_speed [m/s]"),
    "irradiance": SeriesColumn("W/m^2", 0.0, 1500.0, *_ANY, "irradiance [W/m2]"),
}

#: Columns of a file of what a heating network asks for.
NETWORK: dict[str, SeriesColumn] = {
    "demand": SeriesColumn("W", 0.0, 1e10, *_ANY, "demand [MW]"),
    "T_supply": SeriesColumn("K", 293.15, 473.15, *_ANY, "T_supply [degC]"),
    "T_return": SeriesColumn("K", 273.15, 423.15, *_ANY, "T_return [degC]"),
}

#: Columns of a file of prices. The limits of size are chosen, wide: a factor of 1000 must stand out.
PRICES: dict[str, SeriesColumn] = {
    "electricity_price": SeriesColumn(
        "EUR/J", -2e4 * _MWH, 5e4 * _MWH, 1.5 * _MWH, 3e3 * _MWH, "electricity_price [EUR/MWh]"
    ),
    "heat_price": SeriesColumn(
        "EUR/J", -1e3 * _MWH, 5e3 * _MWH, 1.5 * _MWH, 1e3 * _MWH, "heat_price [EUR/MWh]"
    ),
    "hash_price": SeriesColumn(
        "EUR/hash", 0.0, 1e4 * _PH_DAY, 1.0 * _PH_DAY, 5e3 * _PH_DAY, "hash_price [EUR/(PH/s)/day]"
    ),
}

#: Titles of other files -> ours.
_ALIASES = {"price": "electricity_price", "time_utc": "time [UTC]"}

#: Units that stand at the end of a title, after an underscore.
_SUFFIXES = {
    "_eur_per_mwh": "EUR/MWh",
    "_eur_per_kwh": "EUR/kWh",
    "_degc": "degC",
    "_mw": "MW",
    "_kw": "kW",
}


def split_title(title: str) -> tuple[str, str]:
    """Name and unit of a title: ``"price [EUR/MWh]"``, ``"price_eur_per_mwh"`` or ``"time_utc"``.

    Parameters
    ----------
    title : str

    Returns
    -------
    name, unit : str
        The unit is empty where the title has none.
    """
    title = _ALIASES.get(title.strip(), title.strip())
    match = re.fullmatch(r"(.*?)\s*\[([^\]]*)\]", title)
    if match:
        name, unit = match[1].strip(), match[2].strip()
    else:
        suffix = next((s for s in _SUFFIXES if title.lower().endswith(s)), "")
        name, unit = (title[: len(title) - len(suffix)], _SUFFIXES[suffix]) if suffix else (title, "")
    return _ALIASES.get(name, name), unit


class Title(NamedTuple):
    """A column of a file that is understood: its place, name, and value [SI] = scale * x + offset."""

    place: int
    name: str
    scale: float
    offset: float


def read_titles(
    header: list[str],
    kind: Mapping[str, SeriesColumn],
    required: Collection[str],
    titles: Mapping[str, str],
    ignore: Collection[str],
    file: str,
) -> tuple[tuple[int, str], list[Title]]:
    """Understand the titles of a file.

    Parameters
    ----------
    header : list of str
        As they stand in the file.
    kind : mapping
        Columns that may be there.
    required : collection of str
        Names that must be there.
    titles : mapping
        The file's own title -> a title of ours.
    ignore : collection of str
        Titles to pass over.
    file : str
        For messages.

    Returns
    -------
    (int, str)
        Place of the time, and the zone its title states (or nothing).
    list of Title

    Raises
    ------
    SeriesError
        For a title that is missing, unknown, twice there, without a unit, or with a unit that does not fit.
    """
    time: tuple[int, str] | None = None
    found: list[Title] = []
    accepted = ", ".join(["time [UTC]", *(c.example for c in kind.values())])
    for place, text in enumerate(header):
        if text in ignore:
            continue
        name, unit = split_title(titles.get(text, text))
        if name in [t.name for t in found] or (name == "time" and time is not None):
            raise SeriesError("two columns of the same name", file=file, key=name, found=text)
        if name == "time":
            time = (place, unit)
            continue
        if name not in kind:
            close = difflib.get_close_matches(name, kind, n=1)
            hint = f"did you mean '{kind[close[0]].example}'? " if close else ""
            raise SeriesError(
                "unknown column", file=file, key=text, found=text,
                accepted=f"{hint}{accepted}; others by name in titles or ignore",
            )  # fmt: skip
        found.append(Title(place, name, *_scale(name, unit, text, kind[name], file)))
    missing = [n for n in required if n not in [t.name for t in found]]
    if time is None or missing:
        raise SeriesError(
            "a column is missing",
            file=file,
            key="time" if time is None else missing[0],
            found=", ".join(header),
            accepted=accepted,
        )
    if not found:
        raise SeriesError(
            "there is no column of values", file=file, found=", ".join(header), accepted=accepted
        )
    return time, found


def _scale(name: str, unit: str, title: str, column: SeriesColumn, file: str) -> tuple[float, float]:
    """Slope and offset from the file's unit to SI: units of temperature have an offset, no unit a curvature."""
    if not unit:
        raise SeriesError(
            "the title does not state a unit", file=file, key=title, found=title, accepted=column.example
        )
    if column.unit in DIMENSIONS and DIMENSIONS[column.unit][0] == "temperature":
        low, high = (to_si(f"{x} {unit}", column.unit, key=title, file=file) for x in (1000.0, 2000.0))
        scale = (high - low) / 1000.0
        return scale, to_si(f"0 {unit}", column.unit, key=title, file=file)
    return to_si(f"1 {unit}", column.unit, key=title, file=file), 0.0
