"""Lives of many units used up while a simulation runs: solder cycles, Arrhenius ageing, electromigration.

Memory does not grow with the years: cycles are counted as they close. Arrays are changed in place, since only
steps that have been accepted are added.
"""

from dataclasses import dataclass, field

import numba
import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.solder_damage import (
    SolderLaw,
    arrhenius_factor,
    electromigration_factor,
    norris_landzberg,
)
from hashheat.components.variables import dataset
from hashheat.solvers.rainflow import (
    RainflowState,
    check_history,
    empty_rainflow,
    rainflow_add,
    rainflow_rest,
)
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel, parallel_kernel


@dataclass(frozen=True)
class LifetimeLaws:
    """What ages a unit.

    Parameters
    ----------
    solder : SolderLaw
    T_reference : float
        Temperature at which an hour of ageing is an hour [K].
    ageing_energy : float
        Activation energy of Arrhenius ageing [eV].
    migration_energy, migration_exponent : float
        Of Black's law [eV], [-].
    resolution : float
        Temperatures are rounded to multiples of it before cycles are counted [K].
    swing_bin : float
        Width of the bins of the histogram of swings [K].
    bins : int
        Of the histogram; larger swings count in the last one.
    """

    solder: SolderLaw
    T_reference: float = 358.15
    ageing_energy: float = 0.7
    migration_energy: float = 0.9
    migration_exponent: float = 2.0
    resolution: float = 0.5
    swing_bin: float = 5.0
    bins: int = 24

    def __post_init__(self) -> None:
        for name in ("T_reference", "ageing_energy", "migration_energy", "resolution", "swing_bin", "bins"):
            if not getattr(self, name) > 0.0:
                raise InputError("must be above 0", key=name, found=getattr(self, name))


@dataclass
class Lifetime:
    """Lives of units up to now; :meth:`add` goes on.

    Parameters
    ----------
    units : int
    laws : LifetimeLaws
    capacity : int
        Open reversals kept of each unit; any history with a span of ``(capacity - 3) resolution`` fits.
    """

    units: int
    laws: LifetimeLaws
    capacity: int = 256
    rainflow: RainflowState = field(init=False)
    damage: np.ndarray = field(init=False)
    histogram: np.ndarray = field(init=False)
    ageing: np.ndarray = field(init=False)
    migration: np.ndarray = field(init=False)
    duration: float = field(init=False, default=0.0)
    last_time: float = field(init=False, default=-np.inf)

    def __post_init__(self) -> None:
        self.rainflow = empty_rainflow(self.units, self.capacity)
        self.damage, self.ageing, self.migration = (np.zeros(self.units) for _ in range(3))
        self.histogram = np.zeros((self.units, self.laws.bins))

    def add(self, T_junction: ArrayLike, time: ArrayLike, dt: float, current: ArrayLike = 1.0) -> None:
        """Go on by some steps of equal length.

        Parameters
        ----------
        T_junction : (unit, time) array
            Mean over each step [K].
        time : (time,) array
            Start of each step, later than all before [s].
        dt : float
            Length of a step [s].
        current : array
            Current density over that of the reference, 0 where a unit stands still [-]; broadcasts to T_junction.

        Raises
        ------
        InputError
            For arrays that do not fit, temperatures that are no numbers, times that do not go on, or a history
            that does not fit the capacity.
        """
        T = np.ascontiguousarray(T_junction, dtype=float)
        t = np.atleast_1d(np.asarray(time, dtype=float))
        if T.ndim != 2 or T.shape[0] != self.units:
            raise InputError(
                "a row a unit is needed", key="T_junction", found=T.shape, accepted=f"({self.units}, n)"
            )
        check_history(T, t)
        if t.size and t[0] <= self.last_time:
            raise InputError(
                "the time goes back", key="time", found=t[0], accepted=f"above {self.last_time:g}"
            )
        if not (np.isfinite(dt) and dt > 0.0):
            raise InputError("a step must be longer than 0", key="dt", found=dt)
        laws, law = self.laws, self.laws.solder
        constants = (law.test_swing, law.test_frequency, law.test_T_max, law.n, law.m, law.activation)
        full = _add_all(
            self.rainflow.values, self.rainflow.times, self.rainflow.open, T, t, laws.resolution, constants,
            law.test_cycles, laws.swing_bin, self.damage, self.histogram,
        )  # fmt: skip
        if np.any(full):
            raise InputError(
                "a history has more open reversals than are kept", key="capacity", found=self.capacity,
                accepted="span of temperature over resolution, and 3 more",
            )  # fmt: skip
        j = np.broadcast_to(np.asarray(current, dtype=float), T.shape)
        runs = j > 0.0
        aged = dt / arrhenius_factor(T, laws.T_reference, laws.ageing_energy)
        factor = electromigration_factor(
            T, np.where(runs, j, 1.0), laws.T_reference, laws.migration_energy, laws.migration_exponent
        )
        migrated = np.where(runs, dt / factor, 0.0)
        # Step after step, so that the sums do not depend on how the steps were handed over.
        for k in range(t.size):
            self.ageing += aged[:, k]
            self.migration += migrated[:, k]
        self.duration += dt * t.size
        if t.size:
            self.last_time = float(t[-1])

    def result(self) -> xr.Dataset:
        """Lives used up so far; open ranges count as half cycles, and nothing is changed.

        Returns
        -------
        xarray.Dataset
            Over ``unit``: ``solder_damage`` (1 where joints are used up, after Miner), ``equivalent_cycles`` of
            the test, ``ageing_time`` and ``migration_time`` at the reference temperature [s]; over ``unit`` and
            ``swing``: ``cycle_count``.
        """
        damage, histogram = self.damage.copy(), self.histogram.copy()
        law = self.laws.solder
        constants = (law.test_swing, law.test_frequency, law.test_T_max, law.n, law.m, law.activation)
        _add_rest(*self.rainflow, constants, law.test_cycles, self.laws.swing_bin, damage, histogram)
        swings = self.laws.swing_bin * (np.arange(self.laws.bins) + 0.5)
        found = dataset(
            {
                "solder_damage": (("unit",), damage),
                "equivalent_cycles": (("unit",), damage * law.test_cycles),
                "ageing_time": (("unit",), self.ageing.copy()),
                "migration_time": (("unit",), self.migration.copy()),
                "cycle_count": (("unit", "swing"), histogram),
            },
            {"swing": swings},
            {"duration_second": self.duration},
        )
        found["swing"].attrs.update(units="K", long_name="middle of a bin of temperature swings")
        return found


@kernel
def _harm(out, found, constants, test_cycles, swing_bin, histogram):
    """Damage of counted cycles, which also go into the histogram."""
    test_swing, test_frequency, test_T_max, n, m, activation = constants
    harm = 0.0
    for k in range(found):
        swing, weight = out[k, 0], out[k, 2]
        T_max = out[k, 1] + 0.5 * swing
        factor = norris_landzberg(
            swing, 1.0 / out[k, 3], T_max, test_swing, test_frequency, test_T_max, n, m, activation
        )
        harm += weight / (factor * test_cycles)
        histogram[min(int(swing / swing_bin), histogram.size - 1)] += weight
    return harm


@parallel_kernel
def _add_all(values, times, count, T, t, resolution, constants, test_cycles, swing_bin, damage, histogram):
    """Add all steps of all units; says of each whether its reversals did not fit."""
    full = np.zeros(count.size, dtype=np.bool_)
    for u in numba.prange(count.size):
        out = np.empty((values.shape[1], 4))
        n = count[u]
        for i in range(t.size):
            x = np.round(T[u, i] / resolution) * resolution
            n, found = rainflow_add(values[u], times[u], n, x, t[i], out)
            if n < 0:
                full[u] = True
                n = 0
            damage[u] += _harm(out, found, constants, test_cycles, swing_bin, histogram[u])
        count[u] = n
    return full


@kernel
def _add_rest(values, times, count, constants, test_cycles, swing_bin, damage, histogram):
    out = np.empty((values.shape[1], 4))
    for u in range(count.size):
        found = rainflow_rest(values[u], times[u], count[u], out)
        damage[u] += _harm(out, found, constants, test_cycles, swing_bin, histogram[u])
