"""Water that a circuit holds, well mixed: what a loop warms by when its heat is not taken away."""

import math
from typing import Any

from hashheat.fleet.part import Answer, Given, Ledger, Now, Part

_SMALL = 1e-9


class VesselPart(Part):
    """A well-mixed volume.

    Parameters
    ----------
    name : str
    mass : float
        Of the water, and of metal counted as water [kg].
    loss : float
        Conductance to the room [W/K].
    T_first : float
        At the beginning [K].

    Notes
    -----
    Implicit Euler: what leaves has the temperature at the end of the step, so that a step of any length is stable
    and one much longer than ``mass / flow`` is the steady state.
    """

    paths = (("inlet", "outlet"),)
    needs = ("T_room",)

    def __init__(self, name: str, mass: float, loss: float, T_first: float) -> None:
        super().__init__(name)
        self.mass, self.loss_conductance, self.T_first = mass, loss, T_first

    def begin(self) -> float:
        """See :class:`~hashheat.fleet.part.Part`."""
        return self.T_first

    def _end(self, now: Now, T0: float, given: Given) -> float:
        """Temperature at the end of the step [K]."""
        fluid, m = self.fluids[0], abs(given.flow[0])
        rate = 0.0 if math.isinf(now.dt) else self.mass / now.dt
        if rate + m == 0.0:
            return now.values["T_room"]
        h_in, h0 = fluid.enthalpy_beyond(given.T_in[0]), fluid.enthalpy_beyond(T0)
        T = T0
        for _ in range(30):
            h, cp = fluid.enthalpy_beyond(T), fluid.heat_capacity(fluid.inside(T))
            lost = self.loss_conductance * (T - now.values["T_room"])
            step = (rate * (h - h0) - m * (h_in - h) + lost) / ((rate + m) * cp + self.loss_conductance)
            T -= step
            if abs(step) < _SMALL:
                break
        return T

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        return Answer((self._end(now, memory, given),), ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        T, fluid = self._end(now, memory, given), self.fluids[0]
        lost = self.loss_conductance * (T - now.values["T_room"])
        rise = fluid.enthalpy_beyond(T) - fluid.enthalpy_beyond(memory)
        stored = 0.0 if math.isinf(now.dt) else self.mass * rise / now.dt
        return T, Ledger(0.0, lost, stored, {"T_mixed": T, "heat_loss": lost})
