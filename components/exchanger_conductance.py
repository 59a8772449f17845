"""A plate heat exchanger as one conductance that depends on flows and temperatures: microseconds a call.

The full stack is rated on a grid; what is kept is the conductance with which an ideal counterflow exchanger would
carry the same heat, and the pressure drops. A year of a plant asks for these a hundred thousand times.
"""

import math
from dataclasses import dataclass

import numpy as np

from hashheat.components.chebyshev_box import chebyshev_points
from hashheat.components.counterflow import counterflow_effectiveness, counterflow_units
from hashheat.components.errors import MapAccuracyError
from hashheat.components.exchanger_fit import FULL_TOLERANCE, rate_rows
from hashheat.components.exchanger_results import raise_status
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.thermo.jit import kernel

_COUNTS = (9, 9, 3, 3)
#: Closest approach of the two inlet temperatures in the grid [K]: without a difference there is no heat to divide.
_LEAST = 2.0
_CHECKS = 48


@kernel
def _read(
    low: np.ndarray, high: np.ndarray, coefficients: np.ndarray, x0: float, x1: float, x2: float, x3: float
) -> tuple[float, float, float]:
    """Three Chebyshev sums at a point, held to the box."""
    n0, n1, n2, n3, _ = coefficients.shape
    basis = np.empty((4, 16))
    points = (x0, x1, x2, x3)
    for axis in range(4):
        middle, half = 0.5 * (high[axis] + low[axis]), 0.5 * (high[axis] - low[axis])
        x = min(max((points[axis] - middle) / half, -1.0), 1.0)
        basis[axis, 0], basis[axis, 1] = 1.0, x
        for i in range(2, 16):
            basis[axis, i] = 2.0 * x * basis[axis, i - 1] - basis[axis, i - 2]
    s0, s1, s2 = 0.0, 0.0, 0.0
    for i in range(n0):
        for j in range(n1):
            ij = basis[0, i] * basis[1, j]
            for k in range(n2):
                ijk = ij * basis[2, k]
                for q in range(n3):
                    w = ijk * basis[3, q]
                    s0 += w * coefficients[i, j, k, q, 0]
                    s1 += w * coefficients[i, j, k, q, 1]
                    s2 += w * coefficients[i, j, k, q, 2]
    return s0, s1, s2


@dataclass(frozen=True, eq=False)
class ExchangerConductance:
    """Reduced form of an exchanger.

    Parameters
    ----------
    low, high : (4,) array
        Ranges of the logarithms of the flows [ln(kg/s)], hot and cold, and of the inlet temperatures [K].
    coefficients : (9, 9, 3, 3, 3) array
        Chebyshev coefficients of the logarithms of conductance [W/K] and pressure drops, hot and cold, over the
        square of the flow [Pa s2/kg2].
    T_error : float
        Largest difference of an outlet temperature from the full stack at the points checked [K].
    drop_error : float
        Largest relative difference of a pressure drop there.
    """

    low: np.ndarray
    high: np.ndarray
    coefficients: np.ndarray
    T_error: float
    drop_error: float

    def heat(
        self, hot: float, cold: float, T_hot: float, T_cold: float, C_hot: float, C_cold: float
    ) -> float:
        """Heat from the hot to the cold side [W].

        Parameters
        ----------
        hot, cold : float
            Mass flows, 0 or more [kg/s]; below or beyond the ranges the conductance is that at their ends.
        T_hot, T_cold : float
            Inlet temperatures [K]; where the cold side is the warmer one, heat flows back.
        C_hot, C_cold : float
            Capacity flows at the inlets [W/K].
        """
        if hot <= 0.0 or cold <= 0.0:
            return 0.0
        UA = math.exp(self.logarithms(hot, cold, T_hot, T_cold)[0])
        least = min(C_hot, C_cold)
        return float(
            counterflow_effectiveness(UA / least, least / max(C_hot, C_cold)) * least * (T_hot - T_cold)
        )

    def logarithms(self, hot: float, cold: float, T_hot: float, T_cold: float) -> tuple[float, float, float]:
        """Logarithms of conductance and of both pressure drops over the square of the flow."""
        return _read(  # type: ignore[no-any-return]
            self.low, self.high, self.coefficients,
            math.log(max(hot, 1e-9)), math.log(max(cold, 1e-9)), T_hot, T_cold,
        )  # fmt: skip

    def inside(self, hot: float, cold: float, T_hot: float, T_cold: float) -> bool:
        """Whether a state lies within the ranges."""
        x = np.array([math.log(max(hot, 1e-9)), math.log(max(cold, 1e-9)), T_hot, T_cold])
        return bool(np.all((x >= self.low - 1e-9) & (x <= self.high + 1e-9)))


def exchanger_conductance(
    exchanger: PlateHeatExchanger,
    flow: tuple[tuple[float, float], tuple[float, float]],
    T_in: tuple[tuple[float, float], tuple[float, float]],
    accuracy: float = 0.5,
) -> ExchangerConductance:
    """Rate an exchanger on a grid and keep its conductance.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    flow : ((float, float), (float, float))
        Least and largest flow of the hot and of the cold side, above 0 [kg/s].
    T_in : ((float, float), (float, float))
        Ranges of the inlet temperatures [K]; points of the grid at which the two sides come nearer than 2 K are
        moved apart.
    accuracy : float
        Bound on the error of the outlet temperatures [K].

    Returns
    -------
    ExchangerConductance

    Raises
    ------
    ExchangerError, StateError
        For states that cannot be rated.
    MapAccuracyError
        If the bound is missed at one of 48 points off the grid.
    """
    low = np.array([*(math.log(side[0]) for side in flow), *(side[0] for side in T_in)])
    high = np.array([*(math.log(side[1]) for side in flow), *(side[1] for side in T_in)])
    exchanger = exchanger.reaching(float(low[2:].min()), float(high[2:].max()))
    axes = [chebyshev_points(a, b, n) for a, b, n in zip(low, high, _COUNTS)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 4)
    values = _rated(exchanger, grid)[0]
    coefficients = values.reshape(*_COUNTS, 3)
    for axis, count in enumerate(_COUNTS):
        x = -np.cos(np.pi * np.arange(count) / (count - 1))
        inverse = np.linalg.inv(np.polynomial.chebyshev.chebvander(x, count - 1))
        coefficients = np.moveaxis(np.tensordot(inverse, coefficients, axes=(1, axis)), 0, axis)
    found = ExchangerConductance(low, high, np.ascontiguousarray(coefficients), 0.0, 0.0)
    places = np.mod(np.arange(1, _CHECKS + 1)[:, None] * np.sqrt([2.0, 3.0, 5.0, 7.0]), 1.0)
    T_error, drop_error = _errors(exchanger, found, low + (high - low) * places)
    if T_error > accuracy:
        raise MapAccuracyError(
            f"the conductance of the exchanger is {T_error:.3g} K off the full stack at one of {_CHECKS} points "
            f"checked, and {accuracy:g} K are asked: narrow the ranges of its flows"
        )
    return ExchangerConductance(low, high, found.coefficients, T_error, drop_error)


def _rated(exchanger: PlateHeatExchanger, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logarithms kept, full results and inputs at points of (ln flow, T)."""
    columns = points.T.copy()
    columns[:2] = np.exp(columns[:2])
    near = columns[2] - columns[3] < _LEAST
    columns[3] = np.where(near & (np.abs(columns[2] - columns[3]) < _LEAST), columns[2] - _LEAST, columns[3])
    _, out, status = rate_rows(exchanger, exchanger.stack, columns, FULL_TOLERANCE)
    raise_status(exchanger, status, list(columns))
    C = _capacities(exchanger, columns)
    least, largest = C.min(axis=0), C.max(axis=0)
    span = columns[2] - columns[3]
    effectiveness = np.minimum(out[:, pr.HEAT_1] / (least * span), 1.0 - 1e-12)
    units = np.array([counterflow_units(float(e), float(r)) for e, r in zip(effectiveness, least / largest)])
    drops = out[:, [pr.CHANNEL_DROP_0, pr.CHANNEL_DROP_1]] + out[:, [pr.PORT_DROP_0, pr.PORT_DROP_1]]
    kept = np.column_stack([np.log(units * least), np.log(drops / columns[:2].T ** 2)])
    return kept, out, columns


def _capacities(exchanger: PlateHeatExchanger, columns: np.ndarray) -> np.ndarray:
    """Capacity flows of both sides at their inlets, (2, n) [W/K]."""
    tables = [fluid.table(p) for fluid, p in zip(exchanger.fluids, exchanger.pressures)]
    x = [(columns[2 + s] - t.T_mid) * t.x_scale for s, t in enumerate(tables)]
    return np.stack([columns[s] * np.polyval(t.cp, x[s]) for s, t in enumerate(tables)])


def _errors(
    exchanger: PlateHeatExchanger, found: ExchangerConductance, points: np.ndarray
) -> tuple[float, float]:
    _, out, columns = _rated(exchanger, points)
    C = _capacities(exchanger, columns)
    heat = np.array([found.heat(*column, *c) for column, c in zip(columns.T, C.T)])
    T_error = np.abs(heat - out[:, pr.HEAT_1]) / C.min(axis=0)
    logs = np.array([found.logarithms(*column)[1:] for column in columns.T])
    drops = out[:, [pr.CHANNEL_DROP_0, pr.CHANNEL_DROP_1]] + out[:, [pr.PORT_DROP_0, pr.PORT_DROP_1]]
    relative = np.abs(np.exp(logs) * columns[:2].T ** 2 / drops - 1.0)
    return float(T_error.max()), float(relative.max())
