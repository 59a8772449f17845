"""A fleet's calibration in the units of its numbers: mean, spread between units, and every unit.

The fit knows logarithms x with mean m and standard deviation s among units, of a lognormal population: the mean
over units is exp(m + s^2 / 2), the relative spread s, as ``chips.unit_spread`` of a device file has it. Numbers
fitted as they are (temperatures) have the mean m and the spread s.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from hashheat.validation.hierarchy import BLIND, FleetCalibration

#: Of the intervals.
LEVEL = 0.95
_Z = float(norm.ppf(0.5 + 0.5 * LEVEL))
_Z_ONE_SIDED = float(norm.ppf(LEVEL))


class FleetNumber(NamedTuple):
    """One number over the units of a fleet, in SI.

    Attributes
    ----------
    key : str
    mean, sigma : float
        Mean over the population, and its standard error with the doubt of what all units share.
    relative : bool
        Whether the spread is a share of the mean.
    spread : float
        Standard deviation between units [1 where relative, else K].
    spread_sigma : float
        Its standard error; of a spread that is not told from none, what its upper end allows.
    spread_interval : (float, float)
        95 %; from 0 where the data do not tell the spread from none.
    prior : (float, float) or None
        Value and standard deviation that the device file states.
    estimate : (n,) array
        Every unit, shrunk towards the mean.
    interval : (n, 2) array
        95 %, of the shrunk estimates.
    own, own_sigma : (n,) arrays
        Every unit's own estimate and its standard error; NaN and an infinite error where it does not see
        the number.
    away : (n,) array
        Own estimate less the mean in standard deviations of what is to be expected: spread and own error.
    seen : (n,) bool array
        Whether the unit's own data say anything of the number.
    """

    key: str
    mean: float
    sigma: float
    relative: bool
    spread: float
    spread_sigma: float
    spread_interval: tuple[float, float]
    prior: tuple[float, float] | None
    estimate: np.ndarray
    interval: np.ndarray
    own: np.ndarray
    own_sigma: np.ndarray
    away: np.ndarray
    seen: np.ndarray

    @property
    def outside(self) -> np.ndarray:
        """Units outside the central 95 % of the population, their own error allowed for."""
        found: np.ndarray = np.abs(self.away) > _Z
        return found

    @property
    def known(self) -> bool:
        """Whether the data leave less doubt of the mean than the device file states; true where it states none."""
        return self.prior is None or self.sigma < self.prior[1]


def sees(found: FleetCalibration, j: int) -> np.ndarray:
    """Units whose own data say anything of number ``j``, (n,) bool."""
    error = found.single_sigma[:, j]
    able: np.ndarray = np.isfinite(found.single[:, j]) & np.isfinite(error)
    return able & (np.where(able, error, np.inf) < BLIND * found.constants[j].weak)


def fleet_numbers(found: FleetCalibration) -> tuple[FleetNumber, ...]:
    """Numbers of a fleet in SI.

    Parameters
    ----------
    found : FleetCalibration

    Returns
    -------
    tuple of FleetNumber
        In the order of ``found.names``.
    """
    p = found.population
    numbers = []
    for j, constant in enumerate(found.constants):
        m, s = float(p.mean[j]), float(p.sd[j])
        low, high = (float(end) for end in p.sd_interval[j])
        doubt = (high - low) / (2.0 * _Z) if low > 0.0 else max(high - s, 0.0) / _Z_ONE_SIDED
        variance = float(p.mean_covariance[j, j] + found.common[j, j])
        logarithmic = constant.logarithmic
        mean = float(np.exp(m + 0.5 * s * s)) if logarithmic else m
        # The mean of a lognormal population moves with its spread too, by s times the change of the spread.
        sigma = (
            mean * float(np.sqrt(variance + (s * doubt) ** 2)) if logarithmic else float(np.sqrt(variance))
        )
        prior = None
        if constant.given:
            prior = constant.value(constant.mean), constant.slope(constant.mean) * constant.width
        own_x, error = found.single[:, j], found.single_sigma[:, j]
        seen = sees(found, j)
        expected = np.sqrt(np.where(seen, error, 1.0) ** 2 + s * s)
        away = np.where(seen, (np.where(seen, own_x, m) - m) / expected, 0.0)
        own = np.where(seen, own_x, np.nan)
        show = np.exp if logarithmic else np.asarray
        slope = np.exp(own) if logarithmic else 1.0
        numbers.append(
            FleetNumber(
                key=constant.name,
                mean=mean,
                sigma=sigma,
                relative=logarithmic,
                spread=s,
                spread_sigma=doubt,
                spread_interval=(low, high),
                prior=prior,
                estimate=show(p.estimate[:, j]),
                interval=show(p.interval[:, j]),
                own=show(own),
                own_sigma=np.where(seen, error * slope, np.inf),
                away=away,
                seen=seen,
            )
        )
    return tuple(numbers)
