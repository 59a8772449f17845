"""Constants of pool-boiling correlations by pair of liquid and surface, each with where it stands."""

from typing import NamedTuple

_TABLE = "F. P. Incropera and D. P. DeWitt, Fundamentals of Heat and Mass Transfer, table 10.1"
_MEMORY = "from memory, unverified"


class SurfacePair(NamedTuple):
    """Rohsenow's constants of a liquid on a surface.

    Attributes
    ----------
    liquid, surface : str
    C_sf, n : float
        As in :class:`~hashheat.solvers.pool_boiling.BoilingSurface` [-].
    source : str
    status : str
        ``"literature"`` where the number was seen in a source, ``"calibrated"`` where it is fitted to measured
        points, or that it is quoted from memory.
    """

    liquid: str
    surface: str
    C_sf: float
    n: float
    source: str
    status: str


#: Rohsenow's constants; no test or default rests on a row quoted from memory.
ROHSENOW_PAIRS: tuple[SurfacePair, ...] = (
    SurfacePair(
        "water",
        "stainless steel, polished",
        0.0132,
        1.0,
        "F. Kreith, R. M. Manglik and M. S. Bohn, Principles of Heat Transfer, 7th ed., example 10.1",
        "literature",
    ),
    SurfacePair("water", "copper, polished", 0.013, 1.0, "W. M. Rohsenow 1952; Incropera", "literature"),
    SurfacePair("water", "copper, scored", 0.0068, 1.0, _TABLE, _MEMORY),
    SurfacePair("water", "stainless steel, chemically etched", 0.0133, 1.0, _TABLE, _MEMORY),
    SurfacePair("water", "stainless steel, ground and polished", 0.0080, 1.0, _TABLE, _MEMORY),
    SurfacePair("water", "brass", 0.0060, 1.0, _TABLE, _MEMORY),
    SurfacePair("water", "nickel", 0.006, 1.0, _TABLE, _MEMORY),
    SurfacePair("water", "platinum", 0.0130, 1.0, _TABLE, _MEMORY),
    SurfacePair("n-pentane", "copper, polished", 0.0154, 1.7, _TABLE, _MEMORY),
    SurfacePair("n-pentane", "copper, lapped", 0.0049, 1.7, _TABLE, _MEMORY),
    SurfacePair("benzene", "chromium", 0.0101, 1.7, _TABLE, _MEMORY),
    SurfacePair("ethanol", "chromium", 0.0027, 1.7, _TABLE, _MEMORY),
    SurfacePair(
        "FC-72",
        "copper, emery 1500",
        0.0030,
        1.7,
        "fitted to three points of Parker and El-Genk 2008 (UNM-ISNPS-1-2008, table 4.1) at 85 kPa,"
        " with the properties of this library: 0.0028, 0.0029, 0.0033",
        "calibrated",
    ),
)
