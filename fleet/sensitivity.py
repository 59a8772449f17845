"""Which assumption moves the verdict most: first-order and total Sobol indices with their errors."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from scipy.stats import sobol_indices

from hashheat.fleet.operation import (
    Values,
    assemble,
    flow_through,
    mean_unit_flow,
    resistance_factors,
    solve_samples,
    states_at,
)
from hashheat.fleet.plant import Plant
from hashheat.fleet.sampling import SEED, from_uniform, sobol_points
from hashheat.fleet.verdict import Margins, hottest_place, margins
from hashheat.solvers.serpentine import OK

#: Smaller margins, and those of units without a steady state, count with this one: a chip 30 K above its limit is
#: as lost as one that runs away, and must not rule the variance [K].
_UNSOLVED = -30.0
_BOOTSTRAPS = 200
_CHUNK = 2048

#: The outcomes that are looked at, in the order of the Dataset's dimension ``outcome``.
OUTCOMES = ("verdict", "junction", "outlet")


def decisive_units(found: Margins, most: int = 8) -> np.ndarray:
    """Units that were the worst of the plant in some sample, the most frequent first.

    Parameters
    ----------
    found : Margins
        Of the whole plant over many samples.
    most : int
        Keep at most this many.

    Returns
    -------
    (k,) int array
        Measured on the Nordic plant: one unit is the hottest in almost every sample, so that a handful stands
        for all 228.
    """
    worst = np.concatenate([found.junction.argmin(axis=1), found.boiling.argmin(axis=1)])
    units, counts = np.unique(worst, return_counts=True)
    return units[np.argsort(-counts, kind="stable")][:most]


def _outcomes(plant: Plant, values: Values, places: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Verdict, junction and outlet margin [K] of each sample, shape (3, sample), from the decisive units."""
    per_row = plant.file.units.count // plant.file.units.rows
    mean_flow, law = mean_unit_flow(plant, values)
    alike = np.ones((mean_flow.size, per_row))
    volume_flow, row, drop = flow_through(plant, values, mean_flow, law, alike, rows=1)
    flows = np.ascontiguousarray(row[:, units % per_row])
    factor = resistance_factors(values, places[units])
    solved = solve_samples(plant, values, flows, factor)
    T_out, status = law.T_out, law.status
    if plant.file.pump.curve:  # the law stands at the design flow, the pump elsewhere
        rho = states_at(plant.table, values["loop.inlet"])[0]
        mean = (volume_flow * rho / plant.file.units.count)[:, None]
        one = solve_samples(plant, values, mean, np.ones_like(mean))
        T_out, status = one.T_out[:, 0], one.status[:, 0]
    state = assemble(plant, values, flows, solved, T_out, volume_flow, drop, factor)
    found = margins(plant, values, state, hottest_place(plant, values, state))
    outlet = np.where(status == OK, T_out - values["limits.outlet"], _UNSOLVED)
    junction = np.maximum(np.where(found.solved.all(axis=1), found.chips, _UNSOLVED), _UNSOLVED)
    boiling = np.maximum(found.boiling.min(axis=1), _UNSOLVED)
    verdict = np.minimum(junction, boiling)
    # An outlet that is held at a set point has always the same margin, and would only hide the others.
    if plant.file.loop.outlet_setpoint is None:
        verdict = np.minimum(verdict, outlet)
    return np.stack([verdict, junction, outlet])


def verdict_sensitivity(
    plant: Plant,
    places: np.ndarray,
    units: np.ndarray,
    samples: int = 512,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Sobol indices of the plant's temperature margins.

    Parameters
    ----------
    plant : Plant
    places : (unit,) array
        Each unit's place in the unit-to-unit spread.
    units : (k,) int array
        Units that decide, of :func:`decisive_units`.
    samples : int
        Base samples, a power of two; the cost is ``samples * (inputs + 2)`` plants.
    progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    xarray.Dataset
        ``sobol_first`` and ``sobol_total`` over (outcome, input), with the ends of their 95 % bootstrap
        intervals in ``..._low`` and ``..._high``. Empty where nothing is uncertain.

    Notes
    -----
    Estimators of Saltelli et al. 2010 (Comput. Phys. Commun. 181, 259) by :func:`scipy.stats.sobol_indices`.
    The mixed outlet is taken from a unit at mean flow, the hottest chip from the decisive units alone (up to some
    tenths of a kelvin below that of all units). The verdict is the
    smallest of the temperature margins: chips, boiling, and the outlet unless a set point holds it.
    """
    names = plant.uncertain
    d = len(names)
    dims = ("outcome", "input")
    coords = {"outcome": list(OUTCOMES), "input": names}
    if d == 0:
        empty = {name: (dims, np.zeros((len(OUTCOMES), 0))) for name in _NAMES}
        return xr.Dataset(empty, coords)
    cube = sobol_points(samples, 2 * d, SEED + 1)
    A, B = cube[:, :d], cube[:, d:]
    points = np.empty((d + 2, samples, d))
    points[0], points[1] = A, B
    for i in range(d):
        points[i + 2] = A
        points[i + 2, :, i] = B[:, i]
    flat = points.reshape(-1, d)
    found = np.empty((len(OUTCOMES), flat.shape[0]))
    for first in range(0, flat.shape[0], _CHUNK):
        part = slice(first, min(first + _CHUNK, flat.shape[0]))
        values = from_uniform(plant.quantities, names, flat[part])
        found[:, part] = _outcomes(plant, values, places, units)
        if progress is not None:
            progress(part.stop / flat.shape[0])
    f = found.reshape(len(OUTCOMES), d + 2, samples)
    varies = f[:, 0].std(axis=1) > 0.0
    data = {name: np.zeros((len(OUTCOMES), d)) for name in _NAMES}
    if varies.any():
        for name, estimate in _indices(f[varies]).items():
            data[name][varies] = estimate
    made = xr.Dataset({name: (dims, values) for name, values in data.items()}, coords)
    for name in _NAMES:
        kind = "first-order" if "first" in name else "total"
        end = ", end of the 95 % interval" if name.endswith(("low", "high")) else ""
        made[name].attrs.update(units="1", long_name=f"{kind} Sobol index{end}")
    return made


def _indices(f: np.ndarray) -> dict[str, np.ndarray]:
    """Indices and the ends of their intervals from outcomes (outcome, 2 + input, sample)."""
    rng = np.random.default_rng(SEED)
    n = f.shape[2]
    # scipy drops the axis of a single input or outcome; an idle one beside it keeps the axis and changes nothing.
    outcomes, inputs = f.shape[0], f.shape[1] - 2
    f = np.concatenate([f, f[:, :1]], axis=1)
    f = np.concatenate([f, f[:1]], axis=0)

    def estimate(rows: np.ndarray) -> np.ndarray:
        g = f[:, :, rows]
        given = {"f_A": g[:, 0], "f_B": g[:, 1], "f_AB": np.moveaxis(g[:, 2:], 1, 0)}
        found = sobol_indices(func=given, n=n)
        return np.stack([found.first_order, found.total_order])

    best = estimate(np.arange(n))
    again = np.stack([estimate(rng.integers(0, n, size=(n,))) for _ in range(_BOOTSTRAPS)])
    low, high = np.percentile(again, (2.5, 97.5), axis=0)
    made: dict[str, np.ndarray] = {}
    for i, kind in enumerate(("first", "total")):
        for end, array in (("", best), ("_low", low), ("_high", high)):
            made[f"sobol_{kind}{end}"] = array[i][:outcomes, :inputs]
    return made


_NAMES = tuple(f"sobol_{kind}{end}" for kind in ("first", "total") for end in ("", "_low", "_high"))
