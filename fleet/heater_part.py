"""A boiler that warms the water to a set point, as a part of a plant."""

from typing import Any

from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.components.fuel_boiler import FuelBoiler
from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.part import Actuator, Answer, Given, Ledger, Now, Part

#: Less than this is no flow but what rounding leaves of none [kg/s].
_LEAST_FLOW = 1e-6


class HeaterPart(Part):
    """A boiler in the line.

    Parameters
    ----------
    name : str
    boiler : ElectricBoiler or FuelBoiler
    rule : HoldRule
        What it holds.
    loss_coefficient : float
        Of the pressure drop [Pa s2/kg2].

    Notes
    -----
    Heat is a mean over the step: below its least load a boiler switches on and off, with the same efficiency.
    """

    paths = (("inlet", "outlet"),)

    def __init__(
        self, name: str, boiler: ElectricBoiler | FuelBoiler, rule: HoldRule, loss_coefficient: float = 0.0
    ) -> None:
        super().__init__(name)
        self.boiler, self.rule, self.loss_coefficient = boiler, rule, loss_coefficient
        self.actuators = (Actuator("heat_rate", -1, boiler.capacity, (rule.port,)),)
        self.needs = rule.needs

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        heat, flow = given.setting[0], abs(given.flow[0])
        flow = flow if flow > _LEAST_FLOW else 0.0
        high = self.boiler.capacity if flow > 0.0 and self.name not in now.out else 0.0
        target = self.rule.target(now, heat, given.T_held[0], 0.0, high)
        return Answer(
            (self.fluids[0].heated(given.T_in[0], heat / flow) if flow > 0.0 else given.T_in[0],), (target,)
        )

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        heat = given.setting[0] if abs(given.flow[0]) > _LEAST_FLOW else 0.0
        energy = heat / self.boiler.efficiency
        record = {"heat_rate": heat, "electricity": energy}
        if isinstance(self.boiler, FuelBoiler):
            record = {"heat_rate": heat, "fuel": energy, "co2_rate": energy * self.boiler.co2_factor}
        return memory, Ledger(energy, energy - heat, 0.0, record)

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """See :class:`~hashheat.fleet.part.Part`."""
        return 0.0, self.loss_coefficient
