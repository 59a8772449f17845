"""The folder of tanks of both kinds, told apart by the word ``kind`` of their files."""

from pathlib import Path

from hashheat.components.record import find_file, read_toml
from hashheat.thermo.errors import InputError

LIBRARY = Path(__file__).parent / "library" / "tanks"


def find_tank(name: str | Path, kind: str, *, unnamed: str = "") -> Path:
    """Find the file of a tank of one kind.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name.
    kind : str
        As its file has it.
    unnamed : str
        What a file without the word counts as.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If there is no such file, or it is of another kind.
    """
    path = find_file(str(name), LIBRARY, "tank")
    # The other kind has other tables: its name says more than the first of them that is unknown here.
    found = read_toml(path).get("kind", unnamed)
    if found != kind:
        raise InputError(
            "this tank is of another kind", file=str(path), key="kind", found=found or None, accepted=kind
        )
    return path


def tanks_of_kind(kind: str) -> list[str]:
    """Names of the shipped tanks of one kind.

    Parameters
    ----------
    kind : str
        As their files have it.

    Returns
    -------
    list of str
        Sorted.
    """
    return sorted(path.stem for path in LIBRARY.glob("*.toml") if read_toml(path).get("kind") == kind)
