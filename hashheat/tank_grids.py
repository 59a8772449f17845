"""A tank on one grid, or on three nested ones that tell the error of the cells' size."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import xarray as xr

from hashheat.solvers.grid_convergence import grid_convergence
from hashheat.summary import number
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.immersion_tank import ImmersionTank
    from hashheat.components.tank_solve import TankSolution

#: Names of the grids: refinement of the file's.
GRIDS = {"coarse": 0.5, "normal": 1.0, "fine": 2.0}
#: Quantities whose error by the grid is told: (label, unit).
WATCHED = {
    "T_junction": ("hottest junction", "K"),
    "T_out": ("oil outlet", "K"),
    "stratification": ("stratification", "delta_K"),
    "capture_efficiency": ("heat captured", "1"),
}
#: Relative accuracy of the iteration: differences below it are none of the grid's.
_NOISE = 1e-9


class GridRun(NamedTuple):
    """One grid of several.

    Attributes
    ----------
    refine : float
        Of the file's grid.
    cells : str
        As ``"64 x 32 x 64"``.
    status : int
        0 where it converged.
    numbers : dict of str to float or None
        By the keys of :data:`WATCHED`.
    """

    refine: float
    cells: str
    status: int
    numbers: dict[str, float | None]


def refinements(grid: str, gci: bool) -> tuple[float, ...]:
    """Refinements to solve, from coarse to fine.

    Parameters
    ----------
    grid : str
        A key of :data:`GRIDS`.
    gci : bool
        Three nested grids, the middle one that of ``grid``.

    Returns
    -------
    tuple of float
        Cells along each axis over those of the file [-].

    Raises
    ------
    InputError
        For another name, or the coarse grid as the middle of three: half of its cells resolve nothing.
    """
    if grid not in GRIDS:
        raise InputError("there is no such grid", key="--grid", found=grid, accepted=", ".join(GRIDS))
    own = GRIDS[grid]
    if not gci:
        return (own,)
    if grid == "coarse":
        raise InputError(
            "the coarse grid has no coarser one",
            key="--grid",
            found=grid,
            accepted="normal or fine with --gci: the middle one of its three grids",
        )
    return 0.5 * own, own, 2.0 * own


def compare_grids(
    tank: "ImmersionTank",
    changed: Mapping[str, float],
    refines: Sequence[float],
    progress: Callable[[str, float], None],
) -> tuple["TankSolution", xr.Dataset, list[GridRun]]:
    """Solve a tank on each grid.

    Parameters
    ----------
    tank : ImmersionTank
    changed : mapping
        Numbers of the file to replace [SI], by dotted key.
    refines : sequence of float
        From coarse to fine.
    progress : callable
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    solution : TankSolution
        On the finest grid.
    result : xarray.Dataset
        The same with fields.
    grids : list of GridRun
        From coarse to fine.
    """
    grids = []
    for i, refine in enumerate(refines):
        stage = "flow and heat" if len(refines) == 1 else f"flow and heat, grid {i + 1} of {len(refines)}"
        progress(stage, 0.0)
        solution = tank.run(changed=dict(changed), refine=refine, progress=_under(progress, stage))
        result = tank.dataset(solution, with_fields=True)
        numbers = {name: number(result[name]) if name in result else None for name in WATCHED}
        grids.append(GridRun(refine, str(result.attrs["cells"]), int(result["status"]), numbers))
    return solution, result, grids


def _under(progress: Callable[[str, float], None], stage: str) -> Callable[[str, float], None]:
    """Report of the solver as a part of a stage: its residual is no share of work done, and left out."""
    return lambda what, done: progress(f"{stage}: {what}", done if 0.0 <= done <= 1.0 else 0.0)


def grid_table(grids: Sequence[GridRun]) -> dict[str, Any] | None:
    """What several grids say, for terminal, JSON and report.

    Parameters
    ----------
    grids : sequence of GridRun
        From coarse to fine.

    Returns
    -------
    dict or None
        ``cells`` of each grid and ``rows`` with the values, the observed order, the extrapolated value, the band
        [unit of the value] and the words for it; None for a single grid.
    """
    if len(grids) < 3:
        return None
    rows = []
    for name, (label, unit) in WATCHED.items():
        values = [grid.numbers[name] for grid in grids]
        known = [value for value in values if value is not None]
        if not known:
            continue
        found = grid_convergence(*reversed(known), noise=_NOISE) if len(known) == len(grids) else None
        rows.append(
            {
                "name": name,
                "label": label,
                "unit": unit,
                "values": values,
                "order": found.order if found else None,
                "extrapolated": found.extrapolated if found else None,
                "band": found.band if found else None,
                # The index is relative: of a temperature it would hang on where its scale begins.
                "gci": found.gci if found and unit != "K" else None,
                "text": found.text if found else "a grid did not converge",
            }
        )
    return {"cells": [grid.cells for grid in grids], "rows": rows}
