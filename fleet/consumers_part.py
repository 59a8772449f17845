"""The customers of a network, as a part of a plant: they take the heat they ask for and cool the water."""

from typing import Any

from hashheat.fleet.part import Actuator, Answer, Given, Ledger, Now, Part

#: Water that is hardly warmer than the return delivers nothing [K].
_LEAST_COOLING = 0.5


class ConsumersPart(Part):
    """Substations that draw as much water as their heat needs.

    Parameters
    ----------
    name : str
    largest_flow : float
        [kg/s]
    differential_pressure : float
        That the substations need at the largest flow; it goes with the square of the flow [Pa].
    pump_efficiency : float
        Of the network's circulation pumps, hydraulic over electric power [-].
    share : float
        Share of the series ``demand`` that stands here [-].

    Notes
    -----
    Reads ``demand`` [W] and ``T_return`` [K]. Water colder than the return passes as it is. Circulation pumps make
    up for what pipes and substations lose; their hydraulic power ends as heat in the water.
    """

    paths = (("supply", "return"),)
    needs = ("demand", "T_return")

    def __init__(
        self,
        name: str,
        largest_flow: float,
        differential_pressure: float,
        pump_efficiency: float,
        share: float = 1.0,
    ) -> None:
        super().__init__(name)
        self.largest_flow, self.differential_pressure = largest_flow, differential_pressure
        self.pump_efficiency, self.share = pump_efficiency, share
        self.actuators = (Actuator("flow", 0, largest_flow),)

    def _cooling(self, now: Now, T: float) -> float:
        """Heat that a kilogram gives off [J/kg]."""
        fluid = self.fluids[0]
        return fluid.enthalpy_beyond(T) - fluid.enthalpy_beyond(min(now.values["T_return"], T))

    def _pumping(self, given: Given) -> float:
        """Hydraulic power of the circulation [W]."""
        flow = max(given.flow[0], 0.0)
        own = self.differential_pressure * (flow / self.largest_flow) ** 2
        fluid = self.fluids[0]
        return max(given.lift[0] + own, 0.0) * flow / fluid.density(fluid.inside(given.T_in[0]))

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        T, fluid = given.T_in[0], self.fluids[0]
        demand = 0.0 if self.name in now.out else self.share * now.values["demand"]
        least = _LEAST_COOLING * fluid.heat_capacity(fluid.inside(T))
        target = min(max(demand, 0.0) / max(self._cooling(now, T), least), self.largest_flow)
        T_out = min(now.values["T_return"], T)
        flow = given.flow[0]
        if flow > 0.0:
            T_out = fluid.heated(T_out, self._pumping(given) / flow)
        return Answer((T_out,), (target,))

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        flow, hydraulic = given.flow[0], self._pumping(given)
        delivered = max(flow, 0.0) * self._cooling(now, given.T_in[0])
        power = hydraulic / self.pump_efficiency
        demand = self.share * now.values["demand"]
        record = {
            "heat_delivered": delivered,
            "heat_short": max(demand - delivered, 0.0),
            "T_supply": given.T_in[0],
            "mass_flow": flow,
            "electricity": power,
        }
        return memory, Ledger(power, delivered + power - hydraulic, 0.0, record)
