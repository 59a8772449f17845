"""A plate heat exchanger in part load and through the seasons: its results over many flows and temperatures."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cases import broadcast_cases
from hashheat.components.errors import ExchangerError, MapAccuracyError
from hashheat.components.exchanger_fit import (
    ERRORS,
    FULL_TOLERANCE,
    Fit,
    Progress,
    fit_exchanger,
    ranges_of,
    rate_rows,
)
from hashheat.components.exchanger_results import approach, description, outside_validity, raise_status
from hashheat.components.variables import dataset
from hashheat.solvers import plate_rating as pr
from hashheat.thermo.errors import InputError, StateError

if TYPE_CHECKING:
    from hashheat.components.plate_exchanger import PlateHeatExchanger

Value = ArrayLike | xr.DataArray

#: Up to this many points the full stack takes no longer than a fit with its checks.
FEW_POINTS = 400

#: Where the fit misses its bound, the full stack rates up to this many points (about a minute).
MOST_RESOLVED = 20_000

#: A fit does not run the full stack on more grid points than this.
MOST_FIT_CASES = 10_000

#: Points rated at once: bounds the memory, and is the grain of the progress. Results do not depend on it.
_CHUNK = 20_000


def part_load(
    exchanger: "PlateHeatExchanger",
    *,
    hot_mass_flow: Value,
    cold_mass_flow: Value,
    hot_T_in: Value,
    cold_T_in: Value,
    accuracy: float = 0.02,
    checks: int = 128,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Map of an exchanger over flows and inlet temperatures: a grid of them, or the hours of a year.

    Up to 400 points (:data:`FEW_POINTS`) are rated with every channel resolved, as
    :meth:`PlateHeatExchanger.rate` does. More points are rated as blocks of infinite plates, some 30 µs each,
    times the ratio of the full stack to the blocks: a polynomial in the logarithms of the flows and the
    temperatures, through a grid of full ratings over the ranges of the arguments. The grid is refined until the
    outlet temperatures agree with the full stack within half of ``accuracy`` at ``checks`` points of the map,
    spread evenly (a Kronecker sequence) and not used for the fit. If they do not agree within ``accuracy`` on
    the finest grid (10,000 cases), or a corner of the ranges cannot be rated, every point of a map of up to
    20,000 (:data:`MOST_RESOLVED`) is rated with every channel resolved. Points where one side stands still are
    fitted apart.

    How close the reduced form comes is limited by changes of regime, which the channels of a real stack do not
    pass all at once: about 5 mK is reached as a rule.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    hot_mass_flow, cold_mass_flow : number, array or DataArray
        0 or more, one of the two above 0 [kg/s].
    hot_T_in, cold_T_in : number, array or DataArray
        [K]. DataArrays broadcast by the names of their dimensions; plain arrays lie along ``case``.
    accuracy : float
        Bound on the error of each outlet temperature against the full stack at the points checked [K].
    checks : int
        Number of points checked. Points between them may be somewhat further off: with 128 the largest error
        found was up to twice that at the points checked, with 32 up to seven times.
    progress : callable, optional
        Called as ``progress(part, done)`` with part "fit" or "points" and done from 0 to 1.

    Returns
    -------
    xarray.Dataset
        ``mass_flow``, ``T_in``, ``T_out``, ``heat_rate``, ``pressure_drop``, ``approach``, ``U`` and
        ``effectiveness`` over the dimensions of the arguments, and ``side``. Attributes ``error_*`` give the
        largest difference from the full stack at the points checked (temperatures in K, others relative),
        ``fit_grid`` the points along the four axes, ``full_cases`` how many full ratings fit and checks took,
        and ``points_resolved`` how many points of the map were rated with every channel resolved;
        ``outside_validity`` says where Reynolds or Prandtl numbers leave the correlation's.

    Raises
    ------
    InputError, PlateLimitError, FreezingError, BoilingError, StateError
        For what cannot be rated, among it a negative flow; nothing is computed then.
    ExchangerError, MaldistributionError, BoilingError, FreezingError
        If a case has no steady state; of more than 20,000 points, also if a corner of the ranges has none.
    MapAccuracyError
        If the bound is not met and the map has too many points for the full stack.
    """
    together = broadcast_cases(
        {
            "hot_mass_flow": hot_mass_flow,
            "cold_mass_flow": cold_mass_flow,
            "hot_T_in": hot_T_in,
            "cold_T_in": cold_T_in,
        }
    )
    template = together["hot_T_in"]
    columns = np.stack([np.asarray(values.values, dtype=float).ravel() for values in together.values()])
    _refuse(exchanger, columns, accuracy, checks)
    exchanger = exchanger.reaching(float(columns[2:].min()), float(columns[2:].max()))
    count = columns.shape[1]
    out: dict[str, np.ndarray] = {
        "T_out": np.empty((count, 2)),
        "heat_rate": np.empty(count),
        "pressure_drop": np.empty((count, 2)),
        "approach": np.empty(count),
        "U": np.empty(count),
        "effectiveness": np.empty(count),
    }
    errors, grid = np.zeros(len(ERRORS)), np.zeros(4, dtype=np.int64)
    full_cases = resolved = done = 0
    Re_least, Re_most = np.inf, 0.0
    for own in _groups(columns):
        fit = _fit(exchanger, columns, own, template.shape, accuracy, checks, progress)
        if fit is None:
            resolved += own.size
        else:
            errors, full_cases = np.maximum(errors, fit.errors), full_cases + fit.full_cases
            grid = np.maximum(grid, fit.grid)
        for first in range(0, own.size, _CHUNK):
            part = own[first : first + _CHUNK]
            least, most = _rate(exchanger, fit, columns, part, out)
            Re_least, Re_most = min(Re_least, least), max(Re_most, most)
            done += part.size
            if progress is not None:
                progress("points", done / count)
    T = np.stack([np.append(columns[2 + side], out["T_out"][:, side]) for side in range(2)])
    attrs: dict[str, Any] = description(exchanger) | {
        "outside_validity": outside_validity(exchanger, T, Re_least, Re_most),
        "accuracy": float(accuracy),
        "checks": int(checks),
        "fit_grid": grid.tolist(),
        "full_cases": int(full_cases),
        "points_resolved": int(resolved),
    }
    attrs |= {f"error_{name}": float(error) for name, error in zip(ERRORS, errors)}
    data: dict[str, tuple[tuple[str, ...], Any]] = {}
    dims = tuple(map(str, template.dims))
    out = {"mass_flow": columns[:2].T, "T_in": columns[2:].T, **out}
    for name, values in out.items():
        sides = ("side",) * (values.ndim - 1)
        data[name] = ((*dims, *sides), values.reshape(*template.shape, *values.shape[1:]))
    coords = {str(name): coord for name, coord in template.coords.items()}
    coords["side"] = xr.DataArray(["hot", "cold"], dims="side")
    return dataset(data, coords, attrs)


def _refuse(exchanger: "PlateHeatExchanger", columns: np.ndarray, accuracy: float, checks: int) -> None:
    """Refuse what cannot be rated, by the points that show it."""
    if not (np.isfinite(accuracy) and accuracy > 0.0):
        raise InputError("must be above 0", key="accuracy", found=accuracy, accepted="a difference in K")
    if checks < 1:
        raise InputError("must be 1 or more", key="checks", found=checks)
    for key, flow in zip(("hot_mass_flow", "cold_mass_flow"), columns):
        if (flow < 0.0).any():
            raise InputError(
                "a map has no reversed flows",
                key=key,
                found=f"{flow.min():g} kg/s",
                accepted="0 or more; PlateHeatExchanger.rate takes negative flows",
            )
    # Not-a-numbers are both the least and the largest to numpy.
    telling = {int(at) for column in columns for at in (column.argmin(), column.argmax())}
    telling |= set(np.flatnonzero((columns[:2] == 0.0).all(axis=0))[:1].tolist())
    exchanger.cases(*columns[:, sorted(telling)])


def _groups(columns: np.ndarray) -> Iterator[np.ndarray]:
    """Points with both sides flowing, with the hot side at rest, with the cold side at rest."""
    at_rest = columns[:2] == 0.0
    for hot, cold in ((False, False), (True, False), (False, True)):
        own = np.flatnonzero((at_rest[0] == hot) & (at_rest[1] == cold))
        if own.size:
            yield own


def _fit(
    exchanger: "PlateHeatExchanger",
    columns: np.ndarray,
    own: np.ndarray,
    shape: tuple[int, ...],
    accuracy: float,
    checks: int,
    progress: Progress | None,
) -> Fit | None:
    """Reduced form for some points of a map, or None where the full stack shall rate them all."""
    if own.size <= FEW_POINTS:
        return None
    try:
        fit = fit_exchanger(
            exchanger,
            ranges_of(columns[:, own]),
            columns[:, _spread(own, shape, checks)],
            accuracy,
            min(MOST_FIT_CASES, own.size),
            progress,
        )
    except (ExchangerError, StateError):
        # A corner of the ranges that cannot be rated need not be a point of the map.
        if own.size <= MOST_RESOLVED:
            return None
        raise
    if fit.T_error <= accuracy:
        return fit
    if own.size <= MOST_RESOLVED:
        return None
    raise MapAccuracyError(
        f"the reduced form of the exchanger is {fit.T_error:.3g} K off the full stack at one of {checks} points "
        f"checked, and {accuracy:g} K are asked (fitted on {' x '.join(map(str, fit.grid))} cases). Ask "
        f"{1.2 * fit.T_error:.2g} K, or split the map into maps of narrower ranges: up to {MOST_RESOLVED} points "
        "are rated with every channel resolved."
    )


def _spread(own: np.ndarray, shape: tuple[int, ...], count: int) -> np.ndarray:
    """Some points spread evenly over a map: a Kronecker sequence with the roots of the primes.

    Parameters
    ----------
    own : (n,) int array
        Points to choose among, rising.
    shape : tuple of int
        Of the map that ``own`` counts the points of.
    count : int
        Fewer are returned where two fall together.
    """
    if count >= own.size:
        return own
    primes = [2]
    while len(primes) < len(shape):
        primes.append(next(n for n in range(primes[-1] + 1, 10**6) if all(n % p for p in primes)))
    k = np.arange(1, count + 1)
    along = [(np.mod(k * np.sqrt(p), 1.0) * n).astype(np.int64) for p, n in zip(primes, shape)]
    chosen = np.ravel_multi_index(along, shape)
    return np.unique(own[np.searchsorted(own, chosen) % own.size])


def _rate(
    exchanger: "PlateHeatExchanger",
    fit: Fit | None,
    columns: np.ndarray,
    part: np.ndarray,
    out: dict[str, np.ndarray],
) -> tuple[float, float]:
    """Rate some points of a map, into their places in the results; returns the range of Reynolds numbers."""
    own = columns[:, part]
    if fit is None:
        _, found, status = rate_rows(exchanger, exchanger.stack, own, FULL_TOLERANCE)
    else:
        found, status = fit.rate(exchanger, own)
    failed = np.flatnonzero(status)[:1]
    raise_status(exchanger, status[failed], list(own[:, failed]))
    flow, T_in = own[:2], own[2:]
    at_rest = (flow == 0.0).any(axis=0)
    T_out = found[:, [pr.T_OUT_0, pr.T_OUT_1]].T
    heat = np.where(at_rest, 0.0, found[:, pr.HEAT_1])
    largest = np.abs(T_in[0] - T_in[1])
    change = np.where(at_rest, 0.0, np.abs(T_out - T_in).max(axis=0))
    out["T_out"][part] = T_out.T
    out["heat_rate"][part] = heat
    for side in range(2):
        out["pressure_drop"][part, side] = (
            found[:, pr.CHANNEL_DROP_0 + side] + found[:, pr.PORT_DROP_0 + side]
        )
    out["approach"][part] = approach(T_in, T_out, exchanger.is_counterflow)
    out["U"][part] = found[:, pr.UA] / exchanger.area
    # The side whose temperature changes more has the smaller capacity flow.
    out["effectiveness"][part] = np.divide(change, largest, out=np.zeros_like(largest), where=largest > 0.0)
    flows = flow.T > 0.0
    least = found[:, pr.RE_LEAST_0 : pr.RE_LEAST_1 + 1][flows].min()
    return float(least), float(found[:, pr.RE_MOST_0 : pr.RE_MOST_1 + 1][flows].max())
