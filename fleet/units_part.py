"""Miners on headers, as a part of a plant: every unit by itself."""

from typing import Any, NamedTuple

import numpy as np

from hashheat.fleet.part import Answer, Given, Ledger, Now, Part
from hashheat.fleet.unit_map import HEAT, T_HOTTEST, T_WALL, WALL_POWER, UnitMap


class UnitOrders(NamedTuple):
    """What the units are told to do.

    Parameters
    ----------
    mode : (unit,) int array
        0 is off; k is mode k - 1 of the map.
    share : float
        Units that are on over all units [-].
    """

    mode: np.ndarray
    share: float

    @classmethod
    def of(cls, mode: np.ndarray) -> "UnitOrders":
        """Orders from modes."""
        return cls(mode, float(np.count_nonzero(mode)) / max(len(mode), 1))


class UnitsPart(Part):
    """Units on headers.

    Parameters
    ----------
    name : str
    units : UnitMap
    flow_share : (unit,) array
        Share of each unit in the flow when all are on, as the headers divide it; sums to 1.
    loss : (float, float)
        Coefficients of the pressure drop between the headers' ports with all units on [Pa s/kg, Pa s2/kg2].
    hash_rate : float
        Of a unit at nameplate clock [1/s].
    T_limit : float
        Of its junctions [K].

    Notes
    -----
    A unit that is off is shut off from the water, and its flow goes to the others in proportion. With all off the
    water passes unheated. What the units' power does not give to the water goes to the room.
    """

    paths = (("inlet", "outlet"),)
    needs = ("T_room",)

    def __init__(
        self,
        name: str,
        units: UnitMap,
        flow_share: np.ndarray,
        loss: tuple[float, float],
        hash_rate: float,
        T_limit: float,
    ) -> None:
        super().__init__(name)
        self.units, self.flow_share, self.loss_law = units, flow_share, loss
        self.hash_rate, self.T_limit = hash_rate, T_limit
        self._frequency = np.array([0.0, *(mode.frequency for mode in units.modes)])

    def _states(self, now: Now, given: Given) -> tuple[np.ndarray, np.ndarray]:
        orders: UnitOrders = now.orders[self.name]
        on = orders.mode > 0
        taken = np.where(on, self.flow_share, 0.0)
        total = float(taken.sum())
        flow = abs(given.flow[0]) * taken / total if total > 0.0 else taken
        values, inside = self.units.evaluate(given.T_in[0], now.values["T_room"], flow, orders.mode)
        return values, inside

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        flow = abs(given.flow[0])
        if flow <= 0.0:
            return Answer(given.T_in, ())
        values, _ = self._states(now, given)
        heat = float(np.nansum(values[:, HEAT]))
        return Answer((self.fluids[0].heated(given.T_in[0], heat / flow),), ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        orders: UnitOrders = now.orders[self.name]
        values, inside = self._states(now, given)
        if abs(given.flow[0]) <= 0.0:
            values = np.zeros_like(values)
        lost = np.isnan(values[:, HEAT])
        heat, power = float(np.nansum(values[:, HEAT])), float(np.nansum(values[:, WALL_POWER]))
        on = orders.mode > 0
        with_heat = on & ~lost
        record = {
            "heat_rate": heat,
            "electricity": power,
            "running": int(with_heat.sum()),
            "without_steady_state": lost & on,
            "outside_map": int(np.count_nonzero(~inside & on & ~lost)),
            "T_hottest": float(np.max(values[with_heat, T_HOTTEST], initial=-np.inf))
            if with_heat.any()
            else np.nan,
            "T_wall": float(np.max(values[with_heat, T_WALL], initial=-np.inf))
            if with_heat.any()
            else np.nan,
            "hash_rate": self.hash_rate * float(self._frequency[orders.mode[with_heat]].sum()),
            "T_unit": np.where(with_heat, values[:, T_HOTTEST], np.nan).astype(np.float32),
        }
        return memory, Ledger(power, power - heat, 0.0, record)

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """See :class:`~hashheat.fleet.part.Part`."""
        return self.loss_law
