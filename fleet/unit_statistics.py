"""What is kept of every unit over a run, in memory that does not grow with the hours."""

from typing import NamedTuple

import numpy as np

#: Bins of the hottest junction [K]: of 2 K, from 10 to 170 degC; what lies beyond counts in the last.
BIN_EDGES = np.arange(283.15, 443.16, 2.0)


class UnitStatistics(NamedTuple):
    """Sums over the steps of a run.

    Parameters
    ----------
    seconds : (unit, bin) array
        Time in operation by the temperature of the hottest junction [s].
    T_highest : (unit,) array
        Highest of it; minus infinity for a unit that never ran [K].
    starts : (unit,) int array
        Times switched on.
    on : (unit,) array of bool
        Whether it ran in the last step.
    """

    seconds: np.ndarray
    T_highest: np.ndarray
    starts: np.ndarray
    on: np.ndarray

    @classmethod
    def of(cls, units: int) -> "UnitStatistics":
        """Before the first step."""
        bins = len(BIN_EDGES) - 1
        return cls(
            np.zeros((units, bins)),
            np.full(units, -np.inf),
            np.zeros(units, dtype=np.int64),
            np.zeros(units, dtype=bool),
        )

    def with_step(self, T: np.ndarray, dt: float) -> "UnitStatistics":
        """After one more step.

        Parameters
        ----------
        T : (unit,) array
            Hottest junction of each unit, NaN where it is off [K].
        dt : float
            [s]
        """
        on = np.isfinite(T)
        at = np.clip(np.searchsorted(BIN_EDGES, T[on], side="right") - 1, 0, self.seconds.shape[1] - 1)
        seconds = self.seconds.copy()
        seconds[np.flatnonzero(on), at] += dt
        return UnitStatistics(
            seconds,
            np.where(on, np.fmax(self.T_highest, T), self.T_highest),
            self.starts + (on & ~self.on),
            on,
        )
