"""What the size of the cells adds to a prediction: three grids of the very run, at some of its points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.cold_plate import ColdPlate
from hashheat.solvers.grid_convergence import DIVERGING, STATUS_TEXT, grid_convergence
from hashheat.thermo.errors import InputError
from hashheat.validation.unit_model import UnitModel

#: Cells along a pass over those of the run, from the run's own grid to the finest.
REFINEMENTS = (1.0, 2.0, 4.0)
#: Band of 95 % over the standard uncertainty, for a normal distribution about the extrapolated value: a
#: shifted one, seen from the computed value.
COVERAGE = 1.15
#: Safety factor of three grids that converge, and of the range of three that do not.
SAFETY, SAFETY_UNORDERED = 1.25, 3.0
#: Differences below it are the iteration's and not the grid's: 1e-4 K of 333 K.
NOISE = 3e-7
#: Observed order below which the extrapolated value lies so far off that it says nothing.
_LEAST_ORDER = 0.5
_MOST_POINTS = 12


@dataclass(frozen=True)
class GridUncertainty:
    """What three grids say about a quantity over its points.

    Parameters
    ----------
    order : float or None
        Median of the observed order [-]; None where no value shows one.
    band : float
        Largest half width of the 95 % band around a value of the run's own grid, in its unit.
    u_num : float
        ``band`` as a standard uncertainty.
    u_mean : float
        Standard uncertainty of the mean over the values: by the mean of their bands, since errors of the cells
        may all have one sign, and by no more.
    unordered : int
        Values whose differences grow with the number of cells, or hardly shrink (observed order below 0.5): their
        band is three times the range of the grids.
    settled : int
        Values that do not change with the grid.
    values : int
        Values looked at.
    text : str
        In words.
    """

    order: float | None
    band: float
    u_num: float
    u_mean: float
    unordered: int
    settled: int
    values: int
    text: str


def grid_uncertainty(
    run: ArrayLike,
    mid: ArrayLike,
    fine: ArrayLike,
    *,
    ratio: float = 2.0,
    ratio_fine: float | None = None,
    noise: float = NOISE,
) -> GridUncertainty:
    """Uncertainty by the cells of values computed on three grids, the coarsest being that of the run.

    Parameters
    ----------
    run, mid, fine : array
        The values on the run's grid and on two finer ones, any one shape; values that are not finite are left out.
    ratio : float
        Cell size of the run's grid over that of the middle one [-].
    ratio_fine : float, optional
        Of the middle grid over the finest; ``ratio`` if left out.
    noise : float
        Relative difference below which two values are the same [-].

    Returns
    -------
    GridUncertainty

    Raises
    ------
    InputError
        If the shapes differ or no value is finite.

    Notes
    -----
    For each value the observed order p and the extrapolated value come from
    :func:`hashheat.solvers.grid_convergence.grid_convergence`; the band is 1.25 times the distance from the run's
    value to the extrapolated one, the GCI of the run's grid in the unit of the value. ``u_num = band / 1.15``.

    References
    ----------
    P. Roache, J. Fluids Eng. 116 (1994) 405; I. Celik et al., J. Fluids Eng. 130 (2008) 078001; ASME V&V 20-2009,
    section 2 (estimate of u_num from the GCI).
    """
    three = [np.asarray(x, dtype=float) for x in (run, mid, fine)]
    if not all(x.shape == three[0].shape for x in three):
        raise InputError("values of the three grids differ in shape", found=str([x.shape for x in three]))
    finite = np.isfinite(three).all(axis=0)
    coarse, middle, finest = (x[finite] for x in three)
    if coarse.size == 0:
        raise InputError("no value was found on all three grids")
    orders, bands, unordered, settled = [], [], 0, 0
    for c, m, f in zip(coarse, middle, finest):
        found = grid_convergence(f, m, c, ratio_fine=ratio_fine or ratio, ratio_coarse=ratio, noise=noise)
        shallow = found.order is not None and found.order < _LEAST_ORDER
        if shallow or found.status == DIVERGING or found.extrapolated is None:
            unordered += 1
            band = SAFETY_UNORDERED * float(np.ptp([c, m, f]))
        else:
            if found.order is None:
                settled += 1
            else:
                orders.append(found.order)
            band = max(SAFETY * abs(c - found.extrapolated), found.band or 0.0)
        bands.append(band)
    order = float(np.median(orders)) if orders else None
    if unordered:
        text = f"{unordered} of {coarse.size} values: {STATUS_TEXT[DIVERGING]}"
    elif order is None:
        text = "does not change with the grid"
    else:
        text = f"observed order {order:.2f}"
    widest, mean = max(bands), float(np.mean(bands))
    return GridUncertainty(
        order, widest, widest / COVERAGE, mean / COVERAGE, unordered, settled, coarse.size, text
    )


def unit_grid_uncertainty(
    model: UnitModel, quantities: Sequence[str], refinements: Sequence[float] = REFINEMENTS
) -> dict[str, GridUncertainty]:
    """Uncertainty by the cells of a unit's plate, from its own points.

    Parameters
    ----------
    model : UnitModel
        At its operating points; a dozen of them, from the coldest inlet to the warmest, are solved again.
    quantities : sequence of str
    refinements : sequence of three floats
        Cells along a pass over those of the run; the first is 1.

    Returns
    -------
    dict of str to GridUncertainty
        Of a device that names a cold plate by :func:`reduced_plate_uncertainty`.
    """
    if model.miner.device.plate is None:
        return reduced_plate_uncertainty(model, quantities)
    chosen = np.zeros(model.points.count, dtype=bool)
    by_inlet = np.argsort(model.points.T_in, kind="stable")
    chosen[by_inlet[np.linspace(0, by_inlet.size - 1, min(_MOST_POINTS, by_inlet.size)).astype(int)]] = True
    few = model.subset(chosen)
    found = [(few if r == 1.0 else few.refined(r)).predict(quantities=quantities) for r in refinements]
    first, second, third = refinements
    made = {}
    for name in quantities:
        grids = [p.values[name].ravel() for p in found]
        made[name] = grid_uncertainty(*grids, ratio=second / first, ratio_fine=third / second)
    return made


def reduced_plate_uncertainty(model: UnitModel, quantities: Sequence[str]) -> dict[str, GridUncertainty]:
    """Uncertainty of a unit that names a cold plate: by the reduced form, and by the cells of the full one.

    Parameters
    ----------
    model : UnitModel
        Whose device names a cold plate.
    quantities : sequence of str

    Returns
    -------
    dict of str to GridUncertainty
        Without the hottest chip where a finer grid of the plate has no steady state: nothing is known of its error
        then.

    Notes
    -----
    The reduced form's largest difference from the full plate, at states that were not fitted
    (:class:`hashheat.components.reduced_plate_check.ReductionErrors`), is taken as the limit of a uniform
    distribution. The error of the full plate's cells is its ``grid_error`` at the design state, for the hottest
    chip; outlet and power follow from the energy balance, whatever the cells.
    """
    miner = model.miner
    reduced = miner.reduced_plate(model.table)
    assert reduced is not None
    errors = reduced.errors
    assert errors is not None
    chips = errors.chip_power * miner.device.boards.count
    limits = {
        "T_out": errors.outlet,
        "T_out_board": errors.outlet,
        "T_chip_max": errors.junction,
        "power_dc": chips,
        "power_ac": chips / miner.quantities["power.psu_efficiency"].nominal,
    }
    made = {}
    for name in quantities:
        u, text = limits[name] / math.sqrt(3.0), "reduced form of the cold plate against the full one"
        if name == "T_chip_max":
            cells = float(ColdPlate(reduced.file).solve(with_error=True)["grid_error"])
            if not math.isfinite(cells):
                continue
            u = math.hypot(u, cells / COVERAGE)
            text += f", with the error of its cells at the design state, {cells:.2g} K"
        made[name] = GridUncertainty(None, COVERAGE * u, u, u, 0, 0, 0, text)
    return made
