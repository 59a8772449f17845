"""What is said of a population as its chunks come in: counts and sums that no order of the chunks can change."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.failures import PRESSURE_LOST
from hashheat.components.variables import dataset
from hashheat.fleet.tail_interval import fleet_interval
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError

#: Temperatures that tails start at [K]: every half kelvin from 0 to 200 degC.
THRESHOLDS = np.arange(273.15, 473.2, 0.5)
#: Edges of the fine bins that percentiles are read from [K].
_FINE = 0.01
_LOWEST, _HIGHEST = 223.15, 1273.15
#: Sums are taken in whole units of this [K]: those of a billion units fit into 64 bits, and add up exactly.
_QUANTUM = 2.0**-20


class PopulationStatistics:
    """Counts over units.

    Parameters
    ----------
    fleets, units_of_a_fleet : int
    name : str
        Temperature that is counted.
    """

    def __init__(self, fleets: int, units_of_a_fleet: int, name: str = "T_hottest_chip") -> None:
        self.fleets, self.size, self.name = fleets, units_of_a_fleet, name
        self.above = np.zeros((fleets, len(THRESHOLDS)), dtype=np.int64)
        self.hot = np.zeros(fleets, dtype=np.int64)
        self.status = np.zeros(PRESSURE_LOST + 1, dtype=np.int64)
        self.fine = np.zeros(round((_HIGHEST - _LOWEST) / _FINE), dtype=np.int64)
        self.units = self.solved = 0
        self._sum, self._squares = 0, 0
        self.extremes = (np.inf, -np.inf)

    def add(self, first: int, cases: xr.Dataset) -> None:
        """Count the units of a chunk.

        Parameters
        ----------
        first : int
            Number of its first unit.
        cases : Dataset
            Of :meth:`hashheat.fleet.unit_population.UnitPopulation.solve`.
        """
        status = cases["status"].values
        T, margin = cases[self.name].values, cases["junction_margin"].values
        solved = status == sp.OK
        # A unit without a steady state is above every temperature; what left the coolant's range or the pump's
        # pressure counts so too, on the safe side.
        hot_T = np.where(solved, T, np.inf)
        fleet = np.arange(first, first + T.size) // self.size
        for f in np.unique(fleet):
            own = np.sort(hot_T[fleet == f])
            self.above[f] += own.size - np.searchsorted(own, THRESHOLDS, side="right")
            self.hot[f] += int(np.sum(~(margin[fleet == f] >= 0.0)))
        self.status += np.bincount(status, minlength=self.status.size)
        self.units += T.size
        self.solved += int(solved.sum())
        found = T[solved]
        if found.size == 0:
            return
        place = np.floor((found - _LOWEST) / _FINE).astype(np.int64)
        if place.min() < 0 or place.max() >= self.fine.size:
            raise InputError(
                "a junction lies beyond what is counted",
                found=f"{found.min():.1f} to {found.max():.1f} K",
                accepted=f"{_LOWEST:.0f} to {_HIGHEST:.0f} K",
            )
        self.fine += np.bincount(place, minlength=self.fine.size)
        whole = np.round((found - _LOWEST) / _QUANTUM).astype(np.int64)
        self._sum += int(whole.sum())
        # Numbers of 31 bits: their squares are summed in halves, in 64 bits for a chunk.
        low, high = whole & 0x7FFF, whole >> 15
        self._squares += (
            int((high * high).sum()) * 2**30 + int((high * low).sum()) * 2**16 + int((low * low).sum())
        )
        self.extremes = min(self.extremes[0], float(found.min())), max(self.extremes[1], float(found.max()))

    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation over the units that have a steady state [K]; NaN for fewer than two."""
        n = self.solved
        if n < 2:
            return float("nan"), float("nan")
        mean = _LOWEST + self._sum * _QUANTUM / n
        variance = (n * self._squares - self._sum**2) / (n * (n - 1)) * _QUANTUM**2
        return mean, float(np.sqrt(variance))

    def percentile(self, share: float) -> float:
        """Temperature that a share of the units with a steady state stays below, to 0.01 K [K]."""
        counted = np.cumsum(self.fine)
        return float(_LOWEST + _FINE * (0.5 + np.searchsorted(counted, share * counted[-1])))

    def share_above_limit(self, level: float = 0.95) -> "Share":
        """Share of units above their junction limit, with its confidence interval."""
        low, high = fleet_interval(self.hot, self.size, level)
        return Share(int(self.hot.sum()) / self.units, float(low), float(high))

    def tails(self, level: float = 0.95) -> xr.Dataset:
        """Share of units above every temperature.

        Parameters
        ----------
        level : float
            Of confidence.

        Returns
        -------
        xarray.Dataset
            ``tail_probability``, ``tail_low``, ``tail_high`` over ``threshold``; ``units_above`` of each fleet.
        """
        low, high = fleet_interval(self.above, self.size, level)
        at = ("threshold",)
        return dataset(
            {
                "tail_probability": (at, self.above.sum(axis=0) / self.units),
                "tail_low": (at, low),
                "tail_high": (at, high),
                "units_above": (("fleet", *at), self.above),
            },
            {"threshold": THRESHOLDS, "fleet": np.arange(self.fleets)},
        )


class Share(NamedTuple):
    """A share with the ends of its confidence interval."""

    value: float
    low: float
    high: float
