"""Catalogue of pre-insulated pipes: sizes by nominal diameter and series of insulation."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from hashheat.components.record import read_toml
from hashheat.thermo.errors import InputError

LIBRARY = Path(__file__).parent / "library" / "pipes"
#: The catalogue that is taken where none is named.
DEFAULT = "isoplus-single"


class CataloguePipe(NamedTuple):
    """A size of a catalogue.

    Parameters
    ----------
    dn : int
        Nominal diameter of its name [mm].
    series : int
        Thickness of insulation: 1 (standard), 2, 3.
    inner_diameter, outer_diameter : float
        Of the service pipe [m].
    casing_diameter, casing_thickness : float
        [m]
    insulation_conductivity : float
        With which :func:`hashheat.solvers.pipe_loss.pair_conductances` gives the catalogue's U [W/(m K)].
    roughness : float
        [m]
    U : float
        Heat loss of the catalogue, per pipe of a pair [W/(m K)].
    casing_status : str
        ``literature`` or ``assumed``.
    """

    dn: int
    series: int
    inner_diameter: float
    outer_diameter: float
    casing_diameter: float
    casing_thickness: float
    insulation_conductivity: float
    roughness: float
    U: float
    casing_status: str


def catalogue_sizes(catalogue: str = DEFAULT) -> list[int]:
    """Nominal diameters of a catalogue [mm].

    Parameters
    ----------
    catalogue : str
        Shipped name.

    Raises
    ------
    InputError
        If there is no such catalogue.
    """
    return sorted({dn for dn, _ in _pipes(catalogue)})


def catalogue_pipe(dn: int, series: int = 1, catalogue: str = DEFAULT) -> CataloguePipe:
    """Look a size up.

    Parameters
    ----------
    dn : int
        Nominal diameter [mm].
    series : int
        1 to 3.
    catalogue : str
        Shipped name.

    Returns
    -------
    CataloguePipe

    Raises
    ------
    InputError
        If the catalogue does not have it.
    """
    pipes = _pipes(catalogue)
    if (dn, series) in pipes:
        return pipes[dn, series]
    sizes = catalogue_sizes(catalogue)
    key, found, accepted = (
        ("dn", dn, ", ".join(map(str, sizes))) if dn not in sizes else ("series", series, "1, 2, 3")
    )
    raise InputError("the catalogue has no such pipe", key=key, found=found, accepted=accepted)


@cache
def _pipes(catalogue: str) -> dict[tuple[int, int], CataloguePipe]:
    names = sorted(path.stem for path in LIBRARY.glob("*.toml"))
    if catalogue not in names:
        raise InputError(
            "no such catalogue of pipes", key="catalogue", found=catalogue, accepted=", ".join(names)
        )
    table = read_toml(LIBRARY / f"{catalogue}.toml")
    found = {}
    for row in table["pipe"]:
        for i, casing in enumerate(row["casing_diameter"]):
            thickness = table["casing_thickness"][f"{casing:.0f}"]
            found[row["dn"], i + 1] = CataloguePipe(
                row["dn"],
                i + 1,
                row["inner_diameter"] / 1e3,
                row["outer_diameter"] / 1e3,
                casing / 1e3,
                thickness / 1e3,
                table["insulation_conductivity"],
                table["roughness"] / 1e3,
                row["U"][i],
                row["casing_status"],
            )
    return found
