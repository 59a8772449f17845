"""The shipped files of every kind, and what kind a file of one's own is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hashheat.components import (
    cold_plate_file,
    duty_file,
    exchanger_file,
    exchanger_plate,
    miner_file,
    tank_file,
    tank_library,
    two_phase_tank_file,
)
from hashheat.components.record import Section, load_record, read_toml
from hashheat.fleet import heat_plant_file, plant_file
from hashheat.thermo import dielectric_file
from hashheat.thermo.errors import InputError


class Library(NamedTuple):
    """Shipped files of one kind.

    Attributes
    ----------
    kind : str
        What one of them is called.
    folder : Path
    names : callable
        Gives the shipped names.
    record : type of Section
    """

    kind: str
    folder: Path
    names: Callable[[], list[str]]
    record: type[Section]


#: By the name of the kind's plural; a name that stands in several libraries means the first.
LIBRARIES: dict[str, Library] = {
    "miners": Library("miner", miner_file.LIBRARY, miner_file.shipped_miners, miner_file.MinerFile),
    "plants": Library("plant", plant_file.LIBRARY, plant_file.shipped_plants, plant_file.PlantFile),
    "heat_plants": Library(
        "heat plant",
        heat_plant_file.LIBRARY,
        heat_plant_file.shipped_heat_plants,
        heat_plant_file.HeatPlantFile,
    ),
    "exchangers": Library(
        "exchanger",
        exchanger_file.LIBRARY,
        exchanger_file.shipped_exchangers,
        exchanger_file.ExchangerFile,
    ),
    "duties": Library("duty", duty_file.LIBRARY, duty_file.shipped_duties, duty_file.DutyFile),
    "plates": Library(
        "plate", exchanger_plate.LIBRARY, exchanger_plate.shipped_plates, exchanger_plate.PlateFile
    ),
    "cold_plates": Library(
        "cold plate",
        cold_plate_file.LIBRARY,
        cold_plate_file.shipped_cold_plates,
        cold_plate_file.ColdPlateFile,
    ),
    "fluids": Library(
        "fluid",
        dielectric_file.LIBRARY,
        dielectric_file.shipped_dielectrics,
        dielectric_file.DielectricFile,
    ),
    "tanks": Library("tank", tank_library.LIBRARY, tank_file.shipped_tanks, tank_file.TankFile),
    "two_phase_tanks": Library(
        "two-phase tank",
        tank_library.LIBRARY,
        two_phase_tank_file.shipped_two_phase_tanks,
        two_phase_tank_file.TwoPhaseTankFile,
    ),
}


def homes(name: str) -> list[str]:
    """Keys of the libraries that hold a shipped name."""
    return [plural for plural, library in LIBRARIES.items() if name in library.names()]


def find(name: str) -> tuple[Path, Section, str]:
    """File, record and kind of a shipped name or a path.

    Parameters
    ----------
    name : str
        A shipped name, with its library in front where several hold it (``exchangers/nordic-2mw``); or the path
        of a file, whose kind shows in its keys.

    Raises
    ------
    InputError
        If there is no such name or file, or the file cannot be used.
    """
    plural, _, own = name.rpartition("/")
    for key, library in LIBRARIES.items():
        if (plural in ("", key) and own in library.names()) or (not plural and name in library.names()):
            path = library.folder / f"{own}.toml"
            return path, load_record(path, library.record), library.kind
    path = Path(name)
    if not path.is_file():
        raise InputError(
            "there is no file or shipped file of this name",
            file=name,
            accepted="a TOML file, or one of: "
            + "; ".join(f"{', '.join(library.names())} ({key})" for key, library in LIBRARIES.items()),
        )
    library = LIBRARIES[_kind_of(read_toml(path))]
    return path, load_record(path, library.record), library.kind


#: What takes a file of each kind.
_TAKERS = {
    "plants": "hashheat check takes it",
    "heat_plants": "hashheat simulate takes it",
    "exchangers": "hashheat rate exchanger takes it",
    "duties": "hashheat size exchanger takes it",
    "plates": "a duty or an exchanger file names it",
    "miners": "hashheat unit takes it",
    "cold_plates": "hashheat plate takes it",
    "tanks": "hashheat tank takes it",
    "two_phase_tanks": "hashheat tank takes it",
    "fluids": "whatever names a fluid takes it",
}


def check_kind(name: str, plural: str) -> None:
    """Raise if a name or a file is of another kind than a command takes.

    Parameters
    ----------
    name : str
        A shipped name or the path of a file; what is neither is left to whoever reads it.
    plural : str
        Key of :data:`LIBRARIES`.

    Raises
    ------
    InputError
        Naming the command that takes such a file.
    """
    if name in LIBRARIES[plural].names():
        return
    found: str | None = next(iter(homes(name)), None)
    if found is None:
        found = kind_of_file(Path(name))
    if found is None or found == plural:
        return
    kind = LIBRARIES[found].kind
    raise InputError(
        f"this is {'an' if kind[0] in 'aeiou' else 'a'} {kind} file: {_TAKERS[found]}",
        file=name,
        accepted=f"a file of the kind: {LIBRARIES[plural].kind}",
    )


def kind_of_file(path: Path) -> str | None:
    """Key of the library that a file would stand in, or None if nothing tells.

    Parameters
    ----------
    path : Path
        May be no file; whoever reads it says what is wrong with it.
    """
    try:
        found = _kind_of(read_toml(path)) if path.is_file() else None
    except (InputError, OSError, ValueError):
        return None
    # Of a miner nothing but the lack of other keys tells, as of a file with nothing in it.
    return None if found == "miners" else found


#: Tables that no other kind of file has.
_COLD_PLATE = {"losses", "design", "envelope"}


def _kind_of(text: dict[str, Any]) -> str:
    """Library that a file would stand in, by the keys that only its kind has."""
    kind = text.get("kind")
    if kind == two_phase_tank_file.KIND or "bath" in text:
        return "two_phase_tanks"
    if kind == tank_file.KIND or "tank" in text:
        return "tanks"
    if _COLD_PLATE & text.keys():
        return "cold_plates"
    if "viscosity" in text:
        return "fluids"
    if "connections" in text:
        return "heat_plants"
    if "units" in text:
        return "plants"
    if isinstance(text.get("plate"), str) or "plates" in text or "passes" in text:
        return "exchangers"
    if "hot" in text or "cold" in text or "catalogue" in text:
        return "duties"
    if "correlation" in text or "kind" in text:
        return "plates"
    return "miners"
