"""A dry cooler that rejects what the network does not take, as a part of a plant."""

from typing import Any

from hashheat.components.dry_cooler import DryCooler
from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.part import Actuator, Answer, Given, Ledger, Now, Part


class CoolerPart(Part):
    """A dry cooler whose fans hold a temperature from above.

    Parameters
    ----------
    name : str
    cooler : DryCooler
    rule : HoldRule
    loss_coefficient : float
        Of the coil's pressure drop [Pa s2/kg2].

    Notes
    -----
    Fans stand while the water is colder than the set point. Reads ``T_outdoor``.
    """

    paths = (("inlet", "outlet"),)

    def __init__(self, name: str, cooler: DryCooler, rule: HoldRule, loss_coefficient: float) -> None:
        super().__init__(name)
        self.cooler, self.rule, self.loss_coefficient = cooler, rule, loss_coefficient
        self.actuators = (Actuator("speed", -1, 1.0, (rule.port,)),)
        self.needs = ("T_outdoor", *rule.needs)

    def _state(self, now: Now, given: Given) -> Any:
        T, fluid = given.T_in[0], self.fluids[0]
        speed = min(max(given.setting[0], 0.0), 1.0)
        return self.cooler.at_speed(
            T, abs(given.flow[0]), now.values["T_outdoor"], speed, fluid.heat_capacity(fluid.inside(T))
        )

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        flow = abs(given.flow[0])
        T_out = (
            self.fluids[0].heated(given.T_in[0], -self._state(now, given).heat_rate / flow)
            if flow
            else given.T_in[0]
        )
        return Answer(
            (T_out,),
            (
                self.rule.target(
                    now, given.setting[0], given.T_held[0], 0.0, 0.0 if self.name in now.out else 1.0
                ),
            ),
        )

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        state = self._state(now, given)
        heat = float(state.heat_rate)
        record = {"heat_rejected": heat, "electricity": float(state.fan_power), "speed": given.setting[0]}
        return memory, Ledger(float(state.fan_power), heat + float(state.fan_power), 0.0, record)

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """See :class:`~hashheat.fleet.part.Part`."""
        return 0.0, self.loss_coefficient
