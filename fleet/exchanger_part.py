"""Plate heat exchangers side by side, as a part of a plant."""

import math
from typing import Any

from hashheat.components.exchanger_conductance import ExchangerConductance
from hashheat.fleet.part import Answer, Given, Ledger, Now, Part


class ExchangerPart(Part):
    """Equal exchangers that share the flows of both sides.

    Parameters
    ----------
    name : str
    conductance : ExchangerConductance
        Of one of them.
    count : int
        How many.

    Notes
    -----
    Flow that runs backwards on one side would make a counterflow exchanger a parallel one; such a plant is not
    meant and the heat of it is that of the forward flow.
    """

    paths = (("hot_in", "hot_out"), ("cold_in", "cold_out"))

    def __init__(self, name: str, conductance: ExchangerConductance, count: int = 1) -> None:
        super().__init__(name)
        self.conductance, self.count = conductance, count

    def _heat(self, given: Given) -> float:
        hot, cold = (abs(m) / self.count for m in given.flow)
        T_hot, T_cold = given.T_in
        C = [
            m * fluid.heat_capacity(fluid.inside(T))
            for m, fluid, T in zip((hot, cold), self.fluids, given.T_in)
        ]
        return self.count * self.conductance.heat(hot, cold, T_hot, T_cold, *C)

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        heat = self._heat(given)
        hot, cold = (abs(m) for m in given.flow)
        T_hot = self.fluids[0].heated(given.T_in[0], -heat / hot) if hot > 0.0 else given.T_in[0]
        T_cold = self.fluids[1].heated(given.T_in[1], heat / cold) if cold > 0.0 else given.T_in[1]
        return Answer((T_hot, T_cold), ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        hot, cold = (abs(m) / self.count for m in given.flow)
        inside = min(hot, cold) <= 0.0 or self.conductance.inside(hot, cold, *given.T_in)
        return memory, Ledger(
            0.0, 0.0, 0.0, {"heat_rate": self._heat(given), "outside_map": 0 if inside else self.count}
        )

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """See :class:`~hashheat.fleet.part.Part`; both sides at the temperature of this one."""
        each = max(abs(flow) / self.count, 1e-3)
        return 0.0, math.exp(self.conductance.logarithms(each, each, T, T)[1 + path]) / self.count**2
