"""What a planner knows of a plant: kinds of units, one store, one boiler, a cooler, and prices for every hour."""

from typing import NamedTuple

import numpy as np

from hashheat.thermo.errors import InputError


class DispatchModel(NamedTuple):
    """A plant as its planner sees it; a kind is a mode of one part of units.

    Parameters
    ----------
    dt : float
        Length of an hour [s].
    part : (kind,) int array
        The part of units of every kind.
    heat, power : (kind,) array
        Of a unit: heat to the water and power at the wall [W].
    hash_rate : (kind,) array
        Of a unit [1/s].
    units : (part,) int array
    available : (part, hour) array
        Units that can run.
    failed : (part, hour) array
        Units that fall out at the beginning of the hour.
    ramp : float
        Share of the units of a part that may be switched within 3600 s.
    min_on, min_off : float
        Least times [s].
    need : (hour,) array
        Heat asked for, losses on its way included [W].
    demand : (hour,) array
        The part of it that is paid for [W].
    grade : (hour,) array
        Share of it that units and store can serve at their temperature; the boiler does the rest.
    boiler_capacity : float
        [W]
    boiler_cost : (hour,) array
        Of its heat [EUR/J].
    capacity : float
        Of the store [J]; 0 without one.
    loss_rate : float
        Share of the stored heat that is lost in a second [1/s].
    loss : (hour,) array
        Lost besides, even where the store is empty [W].
    cooler_capacity : (hour,) array
        Heat of the units that can be rejected [W].
    cooler_power : float
        Of the fans over the heat rejected [-].
    price, heat_price : (hour,) array
        [EUR/J]
    hash_price : (hour,) array
        [EUR/hash]
    start_cost : float
        Of switching a unit on [EUR].
    short_cost : float
        That keeps heat from being short, and from having no place to go [EUR/J].
    first_on : (part,) array
        Units that run before the first hour.
    first_energy : float
        In the store at the beginning [J].

    Notes
    -----
    A linear picture of the plant: a unit's heat does not depend on the hour, the store is perfectly mixed in value
    and perfectly layered in temperature, pumps are free, and heat travels at once.
    """

    dt: float
    part: np.ndarray
    heat: np.ndarray
    power: np.ndarray
    hash_rate: np.ndarray
    units: np.ndarray
    available: np.ndarray
    failed: np.ndarray
    ramp: float
    min_on: float
    min_off: float
    need: np.ndarray
    demand: np.ndarray
    grade: np.ndarray
    boiler_capacity: float
    boiler_cost: np.ndarray
    capacity: float
    loss_rate: float
    loss: np.ndarray
    cooler_capacity: np.ndarray
    cooler_power: float
    price: np.ndarray
    heat_price: np.ndarray
    hash_price: np.ndarray
    start_cost: float
    short_cost: float
    first_on: np.ndarray
    first_energy: float

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.need)

    @property
    def most(self) -> np.ndarray:
        """Units of every part that may be switched in an hour, (part,)."""
        return np.maximum(1, np.round(self.ramp * self.dt / 3600.0 * self.units))

    @property
    def unit_cost(self) -> np.ndarray:
        """What an hour of a unit costs, less what it hashes, (kind, hour) [EUR]."""
        paid = self.power[:, None] * self.price - self.hash_rate[:, None] * self.hash_price
        cost: np.ndarray = paid * self.dt
        return cost

    def on(self, counts: np.ndarray) -> np.ndarray:
        """Units that run of every part, (part, hour), from counts of kinds, (kind, hour)."""
        found = np.zeros((len(self.units), counts.shape[1]))
        np.add.at(found, self.part, counts)
        return found

    def checked(self) -> "DispatchModel":
        """Give the model back.

        Raises
        ------
        InputError
            For numbers that are not finite, or negative where they cannot be.
        """
        for name, value in self._asdict().items():
            x = np.asarray(value, dtype=float)
            low = -np.inf if name in ("price", "heat_price", "hash_price", "boiler_cost", "loss") else 0.0
            if not (np.isfinite(x).all() and (x >= low).all()):
                wrong = x[~(np.isfinite(x) & (x >= low))]
                raise InputError("cannot be planned with", key=name, found=float(wrong.ravel()[0]))
        if self.first_energy > self.capacity * (1.0 + 1e-9):
            raise InputError("the store begins more than full", key="first_energy", found=self.first_energy)
        return self


class DispatchState(NamedTuple):
    """Where a plan goes on from.

    Parameters
    ----------
    on : (part,) array
        Units that run.
    energy : float
        In the store [J].
    starts, stops : (part, past hour) array
        Units switched in the hours before, the last of them last; as far back as the least times reach.
    """

    on: np.ndarray
    energy: float
    starts: np.ndarray
    stops: np.ndarray

    @classmethod
    def first(cls, model: DispatchModel) -> "DispatchState":
        """Before the first hour: nothing was switched for long."""
        none = np.zeros((len(model.units), 0))
        return cls(np.asarray(model.first_on, dtype=float), model.first_energy, none, none)
