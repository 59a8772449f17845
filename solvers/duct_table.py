"""Laminar Nusselt numbers and friction of a duct as the small table a kernel reads.

``data/duct_nusselt.csv`` holds local Nu against x* for the circular tube, the parallel plates and rectangles
at Chebyshev points of ln(aspect ratio). It is made from :mod:`hashheat.solvers.duct_modes` by::

    python -m hashheat.solvers.duct_table --regenerate

(a few minutes); a test computes some of its rows again. :func:`duct_laminar` turns it into one duct: a
polynomial in ln(aspect ratio) and a cubic spline in ln x*, once, at set-up.
"""

import argparse
import csv
import math
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BarycentricInterpolator, CubicSpline

from hashheat.solvers import duct_modes
from hashheat.thermo.errors import InputError

Array = NDArray[np.float64]

SHAPES = ("rectangle", "tube", "plates")
BOUNDARIES = ("H1", "T")
#: The range of short over long side that the table covers.
ASPECT_RANGE = (0.05, 1.0)

_FILE = "duct_nusselt.csv"
_ASPECT_POINTS = 17
#: x* of the file: 12 points a decade. It ends where even the slot of 1:20, whose side regions mix slowest,
#: has reached its fully developed value.
_X_STAR = np.logspace(-5.0, 2.0, 85)
#: Points of a kernel's table for each point of the file; linear interpolation between them errs by < 2e-5.
_REFINE = 8


class DuctLaminar(NamedTuple):
    """One duct as it enters a kernel; read it with ``hashheat.solvers.convection.nusselt_laminar``."""

    #: Darcy friction factor times Reynolds number, fully developed [-].
    fRe: float
    #: Fully developed Nusselt number [-].
    Nu_inf: float
    #: Natural logarithm of the first x* of the table.
    ln_x0: float
    #: Inverse of the spacing in ln x*.
    inv_dln_x: float
    #: Natural logarithm of local Nu at ``ln_x0 + i / inv_dln_x``, shape (points,).
    ln_Nu: Array


def duct_laminar(
    shape: str,
    aspect_ratio: float | None = None,
    boundary: str = "H1",
    heated_walls: int | str = 4,
) -> DuctLaminar:
    """Laminar heat transfer and friction of a duct for use in kernels.

    Hydrodynamically developed laminar flow, constant properties, thermally developing from x* = 0. Nu is
    local, with D_h = 4 A / wetted perimeter; the film coefficient is the mean over the *heated* perimeter.

    Parameters
    ----------
    shape : {"rectangle", "tube", "plates"}
        ``"plates"`` is the slot between wide parallel plates, both heated.
    aspect_ratio : float, optional
        Short over long side of a rectangle [-], 0.05 to 1. A ratio above 1 is not inverted here: the caller
        inverts it and exchanges "short" and "long" in ``heated_walls`` with it. None for other shapes.
    boundary : {"H1", "T"}
        Heat per length uniform along the duct with one wall temperature around it, or one wall temperature
        everywhere.
    heated_walls : {4, "short_adiabatic", "long_adiabatic"}
        For a rectangle: all four walls, or three with one short or one long wall adiabatic.

    Returns
    -------
    DuctLaminar

    Raises
    ------
    InputError
        Unknown shape, boundary or heated walls; an aspect ratio outside 0.05 to 1, or one for a shape that
        has none.

    Notes
    -----
    What a kernel reads is within 1e-4 of the modal sums (measured: 3e-5). Below x* = 1e-5 it continues with
    Leveque's slope, Nu ~ x*^(-1/3), which holds for both boundaries.
    """
    if shape not in SHAPES:
        raise InputError("unknown duct shape", key="shape", found=shape, accepted=", ".join(SHAPES))
    if boundary not in BOUNDARIES:
        raise InputError(
            "unknown thermal boundary", key="boundary", found=boundary, accepted=", ".join(BOUNDARIES)
        )
    if shape != "rectangle":
        if aspect_ratio is not None:
            raise InputError(
                f"the shape '{shape}' has no aspect ratio",
                key="aspect_ratio",
                found=aspect_ratio,
                accepted="nothing",
            )
        if heated_walls != 4:
            raise InputError(
                f"the shape '{shape}' is heated all round",
                key="heated_walls",
                found=heated_walls,
                accepted="4 (the default)",
            )
        return _assemble(_table()[(shape, "4", boundary)], 1.0)
    if heated_walls not in duct_modes.HEATED_WALLS:
        raise InputError(
            "unknown pattern of heated walls",
            key="heated_walls",
            found=heated_walls,
            accepted=", ".join(map(str, duct_modes.HEATED_WALLS)),
        )
    if aspect_ratio is not None and abs(aspect_ratio / ASPECT_RANGE[0] - 1.0) < 1e-12:
        aspect_ratio = ASPECT_RANGE[0]  # a quotient of lengths that rounds off just below it
    if aspect_ratio is None or not ASPECT_RANGE[0] <= aspect_ratio <= ASPECT_RANGE[1]:
        raise InputError(
            "the aspect ratio of a rectangular duct, short over long side, is outside the table",
            key="aspect_ratio",
            found=aspect_ratio,
            accepted=f"{ASPECT_RANGE[0]} to {ASPECT_RANGE[1]:g}; invert a ratio above 1",
        )
    return _assemble(_table()[(shape, str(heated_walls), boundary)], float(aspect_ratio))


class _Rows(NamedTuple):
    """Rows of the file that differ in aspect ratio only."""

    shape: str
    aspect: Array
    f_re_darcy: Array
    ln_Nu: Array  # shape (aspect ratios, x*), the last column fully developed


def _assemble(rows: _Rows, aspect_ratio: float) -> DuctLaminar:
    if rows.shape == "rectangle":
        # The rows stand at Chebyshev points, where the polynomial through them converges fast and is stable.
        # scipy shuffles the nodes; a fixed seed keeps the last digits the same in every process.
        through = BarycentricInterpolator(np.log(rows.aspect), rows.ln_Nu, rng=np.random.default_rng(0))
        ln_Nu = np.asarray(through(math.log(aspect_ratio)))
        f_re = 4.0 * duct_modes.f_re_rectangle(aspect_ratio)
    else:
        ln_Nu, f_re = rows.ln_Nu[0], float(rows.f_re_darcy[0])
    ln_x = np.log(_X_STAR)
    fine = np.linspace(ln_x[0], ln_x[-1], _REFINE * (ln_x.size - 1) + 1)
    values = CubicSpline(ln_x, ln_Nu[:-1])(fine)
    # The end of the table is the fully developed value itself, so that a kernel meets no step there.
    values[-1] = ln_Nu[-1]
    return DuctLaminar(
        fRe=f_re,
        Nu_inf=float(np.exp(ln_Nu[-1])),
        ln_x0=float(fine[0]),
        inv_dln_x=float((fine.size - 1) / (fine[-1] - fine[0])),
        ln_Nu=values,
    )


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str, str], _Rows]:
    """Read the file once."""
    text = resources.files("hashheat.solvers").joinpath("data", _FILE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    groups: dict[tuple[str, str, str], list[list[float]]] = {}
    for row in csv.reader(lines[1:]):
        shape, aspect, walls, boundary = row[:4]
        groups.setdefault((shape, walls, boundary), []).append([float(aspect), *map(float, row[4:])])
    table = {}
    for key, found in groups.items():
        data = np.array(found)
        table[key] = _Rows(key[0], data[:, 0], data[:, 1], np.log(np.roll(data[:, 2:], -1, axis=1)))
    return table


def aspect_nodes() -> Array:
    """Aspect ratios of the file: Chebyshev points (ends included) of the logarithm, increasing."""
    theta = math.pi * np.arange(_ASPECT_POINTS) / (_ASPECT_POINTS - 1)
    nodes = np.exp(0.5 * math.log(ASPECT_RANGE[0]) * (1.0 + np.cos(theta)))
    nodes[0], nodes[-1] = ASPECT_RANGE
    return nodes


def table_rows(
    shape: str, aspect_ratio: float = 1.0, heated_walls: int | str = 4
) -> dict[str, tuple[float, float, Array]]:
    """Compute the rows of one duct for the file: Darcy f Re, Nu_inf and local Nu at the x* of the file.

    Parameters
    ----------
    shape : {"rectangle", "tube", "plates"}
    aspect_ratio : float
        Short over long side [-]; only a rectangle's is used.
    heated_walls : {4, "short_adiabatic", "long_adiabatic"}

    Returns
    -------
    dict
        For each boundary, ``(f_re_darcy, Nu_inf, Nu)`` with ``Nu`` of the file's length.
    """
    if shape == "rectangle":
        duct = duct_modes.rectangle(aspect_ratio, heated_walls)
    else:
        duct = duct_modes.tube() if shape == "tube" else duct_modes.plates()
    f_re = 4.0 * duct.f_re_fanning
    return {
        "H1": (f_re, float(duct.nusselt_H1(math.inf)), duct.nusselt_H1(_X_STAR)),
        "T": (f_re, float(duct.nusselt_T(math.inf)), duct.nusselt_T(_X_STAR)),
    }


def regenerate(path: Path) -> None:
    """Compute the whole file again and write it; takes a few minutes.

    Parameters
    ----------
    path : Path
        The file to write.
    """
    ducts: list[tuple[str, float, int | str]] = [("tube", 1.0, 4), ("plates", 0.0, 4)]
    ducts += [
        ("rectangle", a, walls) for walls in duct_modes.HEATED_WALLS for a in map(float, aspect_nodes())
    ]
    lines = [
        "# Local Nusselt number of developed laminar flow, thermally developing; made by",
        "# python -m hashheat.solvers.duct_table --regenerate",
        "# aspect_ratio = short/long; D_h = 4 A/P_wetted; h is the mean over the heated walls.",
        ",".join(
            ["shape", "aspect_ratio", "heated_walls", "boundary", "f_re_darcy", "Nu_inf"]
            + [f"Nu_x*={x:.6e}" for x in _X_STAR]
        ),
    ]
    for shape, aspect, walls in ducts:
        for boundary, (f_re, nu_inf, nu) in table_rows(shape, aspect, walls).items():
            numbers = ",".join(f"{value:.9g}" for value in (f_re, nu_inf, *nu))
            lines.append(f"{shape},{aspect:.15g},{walls},{boundary},{numbers}")
        print(f"{shape} {aspect:.4g} {walls}", flush=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hashheat.solvers.duct_table")
    parser.add_argument(
        "--regenerate", action="store_true", required=True, help="compute and write the table"
    )
    parser.parse_args()
    regenerate(Path(__file__).parent / "data" / _FILE)


if __name__ == "__main__":
    _main()
