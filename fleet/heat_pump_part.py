"""A compression heat pump that lifts heat from one water to another, as a part of a plant."""

from typing import Any

from hashheat.components.heat_pump import HeatPump, HeatPumpState
from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.part import Actuator, Answer, Given, Ledger, Now, Part


class HeatPumpPart(Part):
    """A heat pump that holds a temperature on its warm side.

    Parameters
    ----------
    name : str
    pump : HeatPump
    rule : HoldRule
    loss_coefficients : (float, float)
        Of the pressure drops of source and sink [Pa s2/kg2].

    Notes
    -----
    Its electric power all ends in the sink. Where its limits forbid it to run, the water passes as it is.
    """

    paths = (("source_in", "source_out"), ("sink_in", "sink_out"))

    def __init__(
        self, name: str, pump: HeatPump, rule: HoldRule, loss_coefficients: tuple[float, float]
    ) -> None:
        super().__init__(name)
        self.pump, self.rule, self.loss_coefficients = pump, rule, loss_coefficients
        self.actuators = (Actuator("heat_rate", -1, pump.capacity, (rule.port,)),)
        self.needs = rule.needs

    def _state(self, given: Given) -> HeatPumpState | None:
        flows = [abs(m) for m in given.flow]
        if min(flows) <= 0.0:
            return None
        C = [m * f.heat_capacity(f.inside(T)) for m, f, T in zip(flows, self.fluids, given.T_in)]
        heat = min(max(given.setting[0], 0.0), self.pump.capacity)
        return self.pump.run(heat, given.T_in[0], C[0], given.T_in[1], C[1])

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        state = self._state(given)
        high = self.pump.capacity if state is not None and self.name not in now.out else 0.0
        target = self.rule.target(now, given.setting[0], given.T_held[0], 0.0, high)
        if state is None:
            return Answer(given.T_in, (target,))
        source, sink = (abs(m) for m in given.flow)
        return Answer(
            (
                self.fluids[0].heated(given.T_in[0], -state.source_heat_rate / source),
                self.fluids[1].heated(given.T_in[1], state.heat_rate / sink),
            ),
            (target,),
        )

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        state = self._state(given)
        if state is None:
            return memory, Ledger(0.0, 0.0, 0.0, {"heat_rate": 0.0, "electricity": 0.0})
        record = {
            "heat_rate": state.heat_rate,
            "source_heat_rate": state.source_heat_rate,
            "electricity": state.power,
            "standstill": float(state.status),
        }
        return memory, Ledger(state.power, 0.0, 0.0, record)

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """See :class:`~hashheat.fleet.part.Part`."""
        return 0.0, self.loss_coefficients[path]
