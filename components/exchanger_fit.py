"""The reduced form of a plate heat exchanger over ranges of flows and temperatures, fitted to its full stack."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from hashheat.components.errors import ExchangerError
from hashheat.components.exchanger_results import raise_status
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_reduced as reduced
from hashheat.solvers.plate_stack import Stack
from hashheat.thermo.errors import StateError

if TYPE_CHECKING:
    from hashheat.components.plate_exchanger import PlateHeatExchanger

Progress = Callable[[str, float], None]

#: What an error is of, in the order of :attr:`Fit.errors`; the first two in K, the others relative.
ERRORS = ("T_out_hot", "T_out_cold", "heat_rate", "pressure_drop_hot", "pressure_drop_cold", "U")

#: Points along an axis; each grid holds the one before.
_SIZES = (3, 5, 9, 17, 33)

#: Between two checked points the error may be larger than at either: the fit goes on to this part of the bound.
_AIM = 0.5

#: Where both fluids enter at one temperature no heat tells the models apart; there they are compared with this
#: difference instead [K].
_LEAST_DIFFERENCE = 0.05

#: Part of the bound that the node count along the channels may spend.
_NUMERICAL = 0.05

#: Of the full stack, as :meth:`PlateHeatExchanger.rate` has it.
FULL_TOLERANCE = 1e-6


def rate_rows(
    exchanger: "PlateHeatExchanger", stack: Stack, columns: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run the kernels without any check of the states.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    stack : Stack
        ``exchanger.stack`` or ``exchanger.blocks``.
    columns : (4, N) array
        Flows, 0 or more [kg/s], and inlet temperatures [K].
    tolerance : float
        As of :meth:`PlateHeatExchanger.rate`.

    Returns
    -------
    cases, out, status
        (N, N_INPUTS), (N, N_OUTPUTS) and (N,) arrays.
    """
    cases = np.repeat(exchanger.case()[None, :], columns.shape[1], axis=0)
    cases[:, reduced.AXES] = columns.T
    return cases, *exchanger.rate_rows(cases, stack, tolerance)


@dataclass(frozen=True)
class Fit:
    """Reduced form of an exchanger.

    Attributes
    ----------
    low, high : (4,) arrays
        Ranges of ln flow [kg/s] and temperature [K].
    coefficients : (n0, n1, n2, n3, N_RATIOS) array
    tolerance : float
        Of the blocks.
    errors : (6,) array
        Largest difference from the full stack at the points checked: see :data:`ERRORS`.
    full_cases : int
        Runs of the full stack that the fit and its checks took.
    """

    low: np.ndarray
    high: np.ndarray
    coefficients: np.ndarray
    tolerance: float
    errors: np.ndarray
    full_cases: int

    @property
    def grid(self) -> tuple[int, ...]:
        """Points along each axis."""
        return self.coefficients.shape[:4]

    @property
    def T_error(self) -> float:
        """Largest error of an outlet temperature at the points checked [K]."""
        return float(self.errors[:2].max())

    def rate(self, exchanger: "PlateHeatExchanger", columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rate cases within the ranges of the fit.

        Parameters
        ----------
        exchanger : PlateHeatExchanger
            The one that was fitted.
        columns : (4, N) array
            Flows [kg/s] and inlet temperatures [K].

        Returns
        -------
        out, status
            (N, N_OUTPUTS) and (N,) arrays.
        """
        cases, out, status = rate_rows(exchanger, exchanger.blocks, columns, self.tolerance)
        reduced.scale_cases(cases, self.low, self.high, self.coefficients, exchanger.packed, out)
        return out, status


@dataclass
class _Grid:
    """Ratios full stack over blocks at grid points, each found once however often the grid is refined."""

    exchanger: "PlateHeatExchanger"
    ranges: np.ndarray
    tolerance: float
    known: dict[tuple[int, ...], np.ndarray] = field(default_factory=dict)

    def columns(self, places: np.ndarray) -> np.ndarray:
        """Flows and temperatures of places counted on the finest grid."""
        x = reduced.lobatto_points(_SIZES[-1])[places].T
        at_rest = np.isneginf(self.ranges[:2, 0])
        low, high = np.where(np.isfinite(self.ranges), self.ranges, 0.0).T[:, :, None]
        columns = 0.5 * (low + high) + 0.5 * (high - low) * x
        columns[:2] = np.where(at_rest[:, None], 0.0, np.exp(columns[:2]))
        close = np.abs(columns[2] - columns[3]) < _LEAST_DIFFERENCE
        away = np.where(self.ranges[3].mean() >= columns[2], _LEAST_DIFFERENCE, -_LEAST_DIFFERENCE)
        columns[3] = np.where(close, columns[2] + away, columns[3])
        return columns

    def values(self, sizes: tuple[int, ...]) -> np.ndarray:
        """Ratios on a grid, shape (\\*sizes, N_RATIOS)."""
        last = _SIZES[-1] - 1
        axes = [np.arange(n) * (last // (n - 1)) if n > 1 else np.array([last // 2]) for n in sizes]
        places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 4)
        keys = list(map(tuple, places.tolist()))
        new = np.array([key not in self.known for key in keys])
        if new.any():
            for key, ratio in zip(places[new].tolist(), self._compare(self.columns(places[new]))):
                self.known[tuple(key)] = ratio
        return np.array([self.known[key] for key in keys]).reshape(*sizes, reduced.N_RATIOS)

    def _compare(self, columns: np.ndarray) -> np.ndarray:
        exchanger = self.exchanger
        _, full, status = rate_rows(exchanger, exchanger.stack, columns, FULL_TOLERANCE)
        _raise_corner(exchanger, status, columns)
        _, blocks, status = rate_rows(exchanger, exchanger.blocks, columns, self.tolerance)
        _raise_corner(exchanger, status, columns)
        flowing = columns[:2].T > 0.0
        ratio = np.ones((columns.shape[1], reduced.N_RATIOS))
        both = flowing.all(axis=1)
        ratio[both, reduced.HEAT] = full[both, pr.HEAT_1] / blocks[both, pr.HEAT_1]
        ratio[:, reduced.CONDUCTANCE] = full[:, pr.UA] / blocks[:, pr.UA]
        for side in range(2):
            own = flowing[:, side]
            ratio[own, reduced.DROP_0 + side] = _drop(full, side)[own] / _drop(blocks, side)[own]
        return ratio


def _raise_corner(exchanger: "PlateHeatExchanger", status: np.ndarray, columns: np.ndarray) -> None:
    try:
        raise_status(exchanger, status, list(columns))
    except (ExchangerError, StateError) as error:
        raise error.extended(
            " The case lies within the ranges of the map's arguments. If the map has no such point, "
            "split it into maps of narrower ranges."
        ) from None


def _drop(out: np.ndarray, side: int) -> np.ndarray:
    drop: np.ndarray = out[:, pr.CHANNEL_DROP_0 + side] + out[:, pr.PORT_DROP_0 + side]
    return drop


def compare_results(out: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Largest differences between two results of the same cases.

    Parameters
    ----------
    out, full : (N, N_OUTPUTS) arrays

    Returns
    -------
    (6,) array
        See :data:`ERRORS`; relative ones are over ``full``, those of heat leave out cases with less than a
        millionth of the largest heat.
    """

    def relative(a: np.ndarray, b: np.ndarray, least: float = 0.0) -> float:
        some = np.abs(b) > least
        return float(np.max(np.abs(a[some] / b[some] - 1.0), initial=0.0))

    heat = full[:, pr.HEAT_1]
    T = np.abs(out - full)[:, [pr.T_OUT_0, pr.T_OUT_1]].max(axis=0)
    return np.array(
        [
            T[0],
            T[1],
            relative(out[:, pr.HEAT_1], heat, least=1e-6 * float(np.abs(heat).max())),
            relative(_drop(out, 0), _drop(full, 0)),
            relative(_drop(out, 1), _drop(full, 1)),
            relative(out[:, pr.UA], full[:, pr.UA]),
        ]
    )


def ranges_of(columns: np.ndarray) -> np.ndarray:
    """Ranges a fit covers: ln flow and temperature; minus infinity for a side at rest.

    Parameters
    ----------
    columns : (4, N) array
        Each side flowing in all cases, or at rest in all.

    Returns
    -------
    (4, 2) array
    """
    ranges = np.stack([columns.min(axis=1), columns.max(axis=1)], axis=1)
    with np.errstate(divide="ignore"):
        ranges[:2] = np.log(ranges[:2])
    return ranges


def fit_exchanger(
    exchanger: "PlateHeatExchanger",
    ranges: np.ndarray,
    checks: np.ndarray,
    accuracy: float,
    most_cases: int,
    progress: Progress | None = None,
) -> Fit:
    """Fit the reduced form, with as fine a grid as the bound needs.

    The axis whose higher coefficients weigh most is refined until the reduced form agrees with the full stack
    at every point checked within half the bound.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    ranges : (4, 2) array
        Of :func:`ranges_of`.
    checks : (4, K) array
        Flows [kg/s] and temperatures [K] of the points checked, within the ranges.
    accuracy : float
        Bound on the error of the outlet temperatures [K].
    most_cases : int
        The grid does not grow beyond this many cases of the full stack.
    progress : callable, optional
        Called as ``progress("fit", error reached)`` with bound over error, at most 1.

    Returns
    -------
    Fit
        The best within ``most_cases``: whether its errors are within the bound is for the caller to see.

    Raises
    ------
    ExchangerError, MaldistributionError, BoilingError, FreezingError
        If a case within the ranges has no steady state.
    """
    at_rest = np.isneginf(ranges[:2, 0])
    # What flows past a fluid at rest keeps its temperature: that of the other inlet does not matter.
    varies = np.array([not at_rest[0], not at_rest[1], not at_rest[0], not at_rest[1]]) & (
        ranges[:, 1] > ranges[:, 0] + np.array([1e-9, 1e-9, 1e-6, 1e-6])
    )
    difference = max(abs(ranges[2, 1] - ranges[3, 0]), abs(ranges[3, 1] - ranges[2, 0]), _LEAST_DIFFERENCE)
    tolerance = min(max(_NUMERICAL * accuracy / difference, FULL_TOLERANCE), 1e-4)
    _, full, status = rate_rows(exchanger, exchanger.stack, checks, FULL_TOLERANCE)
    raise_status(exchanger, status, list(checks))
    grid = _Grid(exchanger, ranges, tolerance)
    sizes = tuple(int(n) if v else 1 for n, v in zip((5, 5, 3, 3), varies))
    best: Fit | None = None
    while True:
        coefficients = reduced.chebyshev_coefficients(grid.values(sizes))
        fit = Fit(ranges[:, 0], ranges[:, 1], coefficients, tolerance, np.zeros(len(ERRORS)), 0)
        out, status = fit.rate(exchanger, checks)
        raise_status(exchanger, status, list(checks))
        errors = compare_results(out, full)
        fit = replace(fit, errors=errors, full_cases=len(grid.known) + checks.shape[1])
        if best is None or fit.T_error < best.T_error:
            best = fit
        if progress is not None:
            progress("fit", min(1.0, _AIM * accuracy / max(best.T_error, 1e-300)))
        finer = _refine(sizes, coefficients)
        if best.T_error <= _AIM * accuracy or finer is None or int(np.prod(finer)) > most_cases:
            return best
        sizes = finer


def _refine(sizes: tuple[int, ...], coefficients: np.ndarray) -> tuple[int, ...] | None:
    """Next grid: twice as fine along the axis whose upper half of coefficients weighs most."""
    weights = []
    for axis, n in enumerate(sizes):
        heat = np.moveaxis(np.abs(coefficients[..., reduced.HEAT]), axis, 0)
        weights.append(float(heat[(n + 1) // 2 :].sum()) if 1 < n < _SIZES[-1] else 0.0)
    if max(weights) == 0.0:
        return None
    at = int(np.argmax(weights))
    return tuple(_SIZES[_SIZES.index(n) + 1] if axis == at else n for axis, n in enumerate(sizes))
