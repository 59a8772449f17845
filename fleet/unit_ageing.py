"""What a run uses up of its units' lives: counts of cycles and ageing as a state that can be stored."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.solder_damage import TIN_LEAD, SolderLaw
from hashheat.fleet.lifetime import Lifetime, LifetimeLaws
from hashheat.solvers.rainflow import RainflowState

#: A usual test of joints, which cycles are counted in: 0 to 100 degC, two an hour (JEDEC JESD22-A104, condition J,
#: remembered). How many of them the joints of a miner last is published by no maker.
REFERENCE_TEST = SolderLaw(
    *TIN_LEAD, test_swing=100.0, test_frequency=2.0 / 3600.0, test_T_max=373.15, test_cycles=1.0
)


class UnitAgeing(NamedTuple):
    """State of the counts of one part of units; arrays of :class:`hashheat.fleet.lifetime.Lifetime`."""

    values: np.ndarray
    times: np.ndarray
    open: np.ndarray
    damage: np.ndarray
    histogram: np.ndarray
    ageing: np.ndarray
    migration: np.ndarray
    duration: float
    last_time: float

    @classmethod
    def of(cls, units: int) -> "UnitAgeing":
        """Before the first step."""
        return cls._taken(Lifetime(units, LifetimeLaws(REFERENCE_TEST)))

    @classmethod
    def _taken(cls, life: Lifetime) -> "UnitAgeing":
        return cls(
            *life.rainflow,
            life.damage,
            life.histogram,
            life.ageing,
            life.migration,
            life.duration,
            life.last_time,
        )

    def _life(self) -> Lifetime:
        """Counts that go on from here, on arrays of their own."""
        life = Lifetime(len(self.damage), LifetimeLaws(REFERENCE_TEST))
        life.rainflow = RainflowState(self.values.copy(), self.times.copy(), self.open.copy())
        life.damage, life.histogram = self.damage.copy(), self.histogram.copy()
        life.ageing, life.migration = self.ageing.copy(), self.migration.copy()
        life.duration, life.last_time = self.duration, self.last_time
        return life

    def with_steps(self, T: np.ndarray, T_off: float, first: int, dt: float) -> "UnitAgeing":
        """After some more steps.

        Parameters
        ----------
        T : (unit, step) array
            Hottest junction, NaN where a unit is off [K].
        T_off : float
            Of a unit that is off [K].
        first : int
            Number of the first of these steps.
        dt : float
            [s]
        """
        life = self._life()
        on = np.isfinite(T)
        time = (first + np.arange(T.shape[1])) * dt
        life.add(np.where(on, T, T_off), time, dt, on.astype(float))
        return self._taken(life)

    def result(self) -> xr.Dataset:
        """Cycles and ageing of every unit so far, see :meth:`hashheat.fleet.lifetime.Lifetime.result`."""
        return self._life().result().drop_vars("solder_damage")
