"""Pool boiling on plain surfaces: measured superheats and critical heat fluxes against the correlations.

The points are FC-72 and PF-5060 (the same liquid) on small copper faces that look up, and single values of the
critical heat flux, Novec 649 among them. They come second-hand: tables transcribed by others, or abstracts.

No correlation knows the surface, and measured ones differ: at 72 kW/m^2 and 1 atm plain surfaces in FC-72 stand
9.6 to 26 K above saturation, a factor of 2.7. So the deviation of a stock constant says as much about the surface
as about the correlation, and one constant fitted to a surface is worth more than the choice between them.
"""

import csv
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hashheat.components.boiling_state import saturated
from hashheat.solvers.critical_heat_flux import ARIK_BAR_COHEN, IVEY_MORRIS, NO_SIZE, critical_heat_flux
from hashheat.solvers.pool_boiling import COOPER, GORENFLO, ROHSENOW, BoilingSurface, boiling_superheat
from hashheat.thermo.boiling_fluid import boiling_fluid
from hashheat.thermo.errors import InputError

#: Wall superheat of plain surfaces in FC-72 at 72 kW/m^2 and 1 atm: lowest and highest found [K].
SCATTER_FLUX, SCATTER = 72e3, (9.6, 26.0)

#: Constants that were not fitted to the points here, with where they stand.
SURFACES: dict[str, BoilingSurface] = {
    # Cooper 1984, surface unknown; and with his factor for copper.
    "Cooper": BoilingSurface(COOPER, roughness=1e-6),
    "Cooper, copper": BoilingSurface(COOPER, roughness=1e-6, factor=1.7),
    # h0 fitted to 98 points of another experiment: Zimmermann et al. 2020, smooth copper, 0.5 to 1.7 bar.
    "Gorenflo": BoilingSurface(GORENFLO, roughness=0.4e-6, h0=3535.0),
    # C_sf fitted to the three points of Parker and El-Genk below: no validation for these, one for the others.
    "Rohsenow": BoilingSurface(ROHSENOW, C_sf=0.0030, n=1.7),
}
#: Heat fluxes at which a published fit of a measured curve is taken as points [W/m^2].
_FIT_FLUXES = (10e3, 20e3, 50e3, 100e3, 150e3)
_FC72 = ("FC-72", "PF-5060")


class BoilingPoint(NamedTuple):
    """A measured point of a boiling curve.

    Attributes
    ----------
    fluid, surface, source : str
    pressure : float
        [Pa]
    flux : float
        [W/m^2]
    superheat : float
        [K]
    """

    fluid: str
    surface: str
    source: str
    pressure: float
    flux: float
    superheat: float


class CriticalPoint(NamedTuple):
    """A measured critical heat flux of a face that looks up.

    Attributes
    ----------
    fluid, surface, source : str
    pressure : float
        [Pa]
    length : float
        Side of the face, or side of the square of the same area [m].
    subcooling : float
        [K]
    flux : float
        [W/m^2]
    """

    fluid: str
    surface: str
    source: str
    pressure: float
    length: float
    subcooling: float
    flux: float


class Deviation(NamedTuple):
    """How computed values compare with measured ones.

    Attributes
    ----------
    points : int
    bias : float
        Geometric mean of computed over measured, less 1 [-].
    scatter : float
        Standard deviation of ln(computed / measured) [-].
    worst : float
        Ratio furthest from 1, less 1 [-].
    """

    points: int
    bias: float
    scatter: float
    worst: float


def read_boiling_points(path: Path) -> tuple[list[BoilingPoint], list[CriticalPoint]]:
    """Measured points of a table.

    Parameters
    ----------
    path : Path
        CSV with columns ``fluid, surface, orientation, p_kPa, q_W_cm2, dT_K, quantity, source, status``, comments
        behind ``#``. Rows quoted from memory, ranges, and faces that do not look up are left out.

    Returns
    -------
    points : list of BoilingPoint
        Of boiling curves; a published power law stands for its experiment at five heat fluxes.
    critical : list of CriticalPoint
        Of faces whose size is given.

    Raises
    ------
    InputError
        If the file is missing or is no such table.
    """
    try:
        text = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        rows = list(csv.DictReader(text))
        return _read_curves(rows), _read_critical(rows)
    except FileNotFoundError:
        raise InputError("file not found", file=str(path)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "not a table of pool-boiling points",
            file=str(path),
            found=f"{type(error).__name__}: {error}",
            accepted="columns fluid, surface, orientation, p_kPa, q_W_cm2, dT_K, quantity, source, status",
        ) from None


def _read_curves(rows: Sequence[dict[str, str]]) -> list[BoilingPoint]:
    points, source = [], ""
    for row in rows:
        source = source if row["source"] == "same" else row["source"]
        about = row["fluid"], row["surface"], source
        if row["status"].startswith("from memory"):
            continue
        law = re.search(r"fit q\[W/cm2\]=([\d.]+)\*dT\^([\d.]+)", row["quantity"])
        if row["quantity"] == "q-dT point":
            points.append(
                BoilingPoint(
                    *about, 1e3 * float(row["p_kPa"]), 1e4 * float(row["q_W_cm2"]), float(row["dT_K"])
                )
            )
        elif law:
            for flux in _FIT_FLUXES:
                superheat = (flux / 1e4 / float(law[1])) ** (1.0 / float(law[2]))
                points.append(BoilingPoint(*about, 1e3 * float(row["p_kPa"]), flux, superheat))
    return points


def _read_critical(rows: Sequence[dict[str, str]]) -> list[CriticalPoint]:
    points, source = [], ""
    for row in rows:
        source = source if row["source"] == "same" else row["source"]
        looks_up = row["orientation"].startswith(("0 deg", "up"))
        size = re.search(r"(D)?(\d+(?:\.\d+)?) ?(?:x ?\d+(?:\.\d+)? )?mm", row["surface"])
        wanted = row["quantity"].startswith(("CHF", "highest q")) and row["q_W_cm2"] and looks_up and size
        # A plate that spreads the heat is no bare face.
        if not wanted or size is None or row["status"].startswith("from memory") or "IHS" in row["surface"]:
            continue
        length = 1e-3 * float(size[2]) * (math.sqrt(math.pi) / 2.0 if size[1] else 1.0)
        below = re.search(r"(\d+) K subcooled", row["quantity"])
        points.append(
            CriticalPoint(
                row["fluid"],
                row["surface"],
                source,
                1e3 * float(row["p_kPa"]),
                length,
                float(below[1]) if below else 0.0,
                1e4 * float(row["q_W_cm2"]),
            )
        )
    return points


def _library_name(fluid: str) -> str:
    return "FC-72" if fluid in _FC72 else fluid


def computed_superheats(points: Sequence[BoilingPoint], surface: BoilingSurface) -> np.ndarray:
    """Superheats that a correlation gives for measured points.

    Parameters
    ----------
    points : sequence of BoilingPoint
    surface : BoilingSurface

    Returns
    -------
    (n,) array
        [K]
    """
    found = []
    for point in points:
        fluid = boiling_fluid(_library_name(point.fluid))
        s = saturated(fluid, fluid.saturation_temperature(point.pressure))
        found.append(boiling_superheat(s, point.flux, surface))
    return np.array(found)


def computed_critical(points: Sequence[CriticalPoint], size: int, coefficient: float) -> np.ndarray:
    """Critical heat fluxes that Zuber's limit with its corrections gives for measured points.

    Parameters
    ----------
    points : sequence of CriticalPoint
    size : int
        Code of :func:`~hashheat.solvers.critical_heat_flux.size_factor`.
    coefficient : float
        Of Ivey and Morris' subcooling [-].

    Returns
    -------
    (n,) array
        [W/m^2]
    """
    found = []
    for point in points:
        fluid = boiling_fluid(_library_name(point.fluid))
        s = saturated(fluid, fluid.saturation_temperature(point.pressure))
        found.append(
            critical_heat_flux(s, point.length, 0.0, point.subcooling, size, IVEY_MORRIS, coefficient)
        )
    return np.array(found)


def deviation(computed: np.ndarray, measured: np.ndarray) -> Deviation:
    """Bias and scatter of computed over measured values.

    Parameters
    ----------
    computed, measured : (n,) array
        Positive, in one unit.

    Returns
    -------
    Deviation
    """
    ln = np.log(np.asarray(computed) / np.asarray(measured))
    worst = float(ln[np.abs(ln).argmax()])
    return Deviation(ln.size, math.expm1(float(ln.mean())), float(ln.std(ddof=1)), math.expm1(worst))


def superheat_deviations(points: Sequence[BoilingPoint]) -> dict[str, Deviation]:
    """Deviation of the superheat by each correlation of :data:`SURFACES`."""
    measured = np.array([point.superheat for point in points])
    return {
        name: deviation(computed_superheats(points, surface), measured) for name, surface in SURFACES.items()
    }


def critical_deviations(points: Sequence[CriticalPoint]) -> dict[str, Deviation]:
    """Deviation of the critical heat flux: of saturated points by size correction, of subcooled by coefficient."""
    saturated_points = [point for point in points if point.subcooling == 0.0]
    below = [point for point in points if point.subcooling > 0.0]

    def of(part: Sequence[CriticalPoint], size: int, coefficient: float) -> Deviation:
        return deviation(computed_critical(part, size, coefficient), np.array([point.flux for point in part]))

    return {
        "Zuber": of(saturated_points, NO_SIZE, 0.1),
        "Zuber, Arik-Bar-Cohen": of(saturated_points, ARIK_BAR_COHEN, 0.1),
        "subcooled, Ivey-Morris 0.1": of(below, ARIK_BAR_COHEN, 0.1),
        "subcooled, Arik-Bar-Cohen 0.03": of(below, ARIK_BAR_COHEN, 0.03),
    }
