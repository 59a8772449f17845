"""A pump that holds a temperature by its flow, as a part of a plant."""

from typing import Any

from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.part import Actuator, Answer, Given, Ledger, Now, Part


class PumpPart(Part):
    """A pump whose flow is controlled.

    Parameters
    ----------
    name : str
    efficiency : float
        Hydraulic over electric power [-].
    flow : (float, float)
        Least and largest [kg/s].
    rule : HoldRule or None
        What its flow holds; without one it runs at the largest flow.
    scaled_by : str
        Part whose share in operation scales the limits of the flow (units that are off need none); empty for none.

    Notes
    -----
    All its hydraulic power ends as heat in the water of the circuit; it is given to the water here. What motor
    and drive lose goes to the room. Where the pressures would drive the flow by themselves the pump throttles:
    no power.
    """

    paths = (("inlet", "outlet"),)

    def __init__(
        self,
        name: str,
        efficiency: float,
        flow: tuple[float, float],
        rule: HoldRule | None,
        scaled_by: str = "",
    ) -> None:
        super().__init__(name)
        self.efficiency, self.flow, self.rule, self.scaled_by = efficiency, flow, rule, scaled_by
        self.actuators = (Actuator("flow", 0, flow[1], (rule.port,) if rule is not None else ()),)
        self.needs = rule.needs if rule is not None else ()

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        share = now.orders[self.scaled_by].share if self.scaled_by else 1.0
        low, high = self.flow[0] * share, self.flow[1] * share
        if self.name in now.out:
            target = 0.0
        elif self.rule is None:
            target = high
        else:
            target = self.rule.target(now, given.setting[0], given.T_held[0], low, high)
        flow = given.flow[0]
        gain = self._hydraulic(given) / flow if flow > 0.0 else 0.0
        return Answer((self.fluids[0].heated(given.T_in[0], gain),), (target,))

    def _hydraulic(self, given: Given) -> float:
        """Power to the water [W]."""
        fluid = self.fluids[0]
        rho = fluid.density(fluid.inside(given.T_in[0]))
        return max(given.lift[0], 0.0) * max(given.flow[0], 0.0) / rho

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        hydraulic = self._hydraulic(given)
        power = hydraulic / self.efficiency
        record = {"mass_flow": given.flow[0], "head": given.lift[0], "electricity": power}
        return memory, Ledger(power, power - hydraulic, 0.0, record)
