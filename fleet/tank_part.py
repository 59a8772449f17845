"""A stratified storage tank between supply and return, as a part of a plant."""

import math
from typing import Any

from hashheat.components.storage_tank import T_DENSEST, StorageTank, TankState, two_ports
from hashheat.fleet.constant_capacity import ConstantCapacity
from hashheat.fleet.part import Answer, Given, Ledger, Now, Part


class TankPart(Part):
    """A tank with a port at either end.

    Parameters
    ----------
    name : str
    tank : StorageTank
    T_hot, T_cold : float
        Temperatures between which its charge is counted [K].
    first_charge : float
        Share of hot water at the beginning, 0 to 1 [-].

    Notes
    -----
    Flow from top to bottom charges it. Water outside 30 to 95 degC is up to 0.1 K off inside the tank, by its
    constant heat capacity; what goes in and out is exact. Its surroundings are the outdoor air, or the room of the
    units where the series have none. In a steady state it passes the water on as it is.
    """

    paths = (("top", "bottom"),)

    def __init__(
        self, name: str, tank: StorageTank, T_hot: float, T_cold: float, first_charge: float
    ) -> None:
        super().__init__(name)
        self.tank, self.T_hot, self.T_cold, self.first_charge = tank, T_hot, T_cold, first_charge

    def begin(self) -> TankState:
        """See :class:`~hashheat.fleet.part.Part`."""
        return self.tank.two_zones(
            self.first_charge, self._count.inside(self.T_hot), self._count.inside(self.T_cold)
        )

    @property
    def _count(self) -> ConstantCapacity:
        return ConstantCapacity(self.fluids[0], self.tank.heat_capacity)

    def _step(self, now: Now, memory: TankState, given: Given) -> Any:
        T_in = max(self._count.inside(given.T_in[0]), T_DENSEST)
        around = now.values.get("T_outdoor", now.values["T_room"])
        return self.tank.step(memory, two_ports(given.flow[0], T_in, T_in, around), now.dt)

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        if math.isinf(now.dt):
            return Answer(given.T_in, ())
        _, outputs = self._step(now, memory, given)
        return Answer((self._count.outside(float(outputs.T_out[0 if given.flow[0] >= 0.0 else -1])),), ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        if math.isinf(now.dt):
            return memory, Ledger(0.0, 0.0, 0.0, {"mass_flow": given.flow[0]})
        after, outputs = self._step(now, memory, given)
        charge, _ = self.charge(after)
        record = {
            "mass_flow": given.flow[0],
            "charge": charge,
            "heat_loss": float(outputs.heat_loss),
            "stored": charge * self.capacity,
        }
        stored = (self.tank.energy(after) - self.tank.energy(memory)) / now.dt
        return after, Ledger(0.0, float(outputs.heat_loss), stored, record)

    @property
    def capacity(self) -> float:
        """Heat between all cold and all hot [J]."""
        return self.tank.capacity * (self._count.inside(self.T_hot) - self._count.inside(self.T_cold))

    def charge(self, memory: TankState) -> tuple[float, float]:
        """Charge [-] and capacity [J]."""
        return self.tank.level(
            memory, self._count.inside(self.T_hot), self._count.inside(self.T_cold)
        ), self.capacity
