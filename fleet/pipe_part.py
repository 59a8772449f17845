"""Buried pipes as a part of a plant: one pipe, or supply and return in one trench."""

import math
from typing import Any

from hashheat.components.buried_pipe import BuriedPipe, PipeInputs, PipeOutputs, PipeState
from hashheat.fleet.constant_capacity import ConstantCapacity
from hashheat.fleet.part import Answer, Given, Ledger, Now, Part
from hashheat.solvers.friction import friction_duct

_TUBE_FRE = 64.0


class PipePart(Part):
    """A stretch of buried pipe.

    Parameters
    ----------
    name : str
    pipe : BuriedPipe
    T_first : float
        Of all its water at the beginning [K].

    Notes
    -----
    Water moves as plugs: what enters in a step leaves when it has come through. In a steady state the pipe is that
    of :meth:`BuriedPipe.steady`.
    """

    needs = ("T_ground",)

    def __init__(self, name: str, pipe: BuriedPipe, T_first: float) -> None:
        super().__init__(name)
        self.pipe, self.T_first = pipe, T_first
        self.paths = (
            (("inlet", "outlet"),)
            if pipe.layout == "single"
            else (("supply_in", "supply_out"), ("return_in", "return_out"))
        )

    def begin(self) -> PipeState:
        """See :class:`~hashheat.fleet.part.Part`."""
        return self.pipe.start(*(self._count(0).inside(self.T_first) for _ in self.paths))

    def _count(self, path: int) -> ConstantCapacity:
        return ConstantCapacity(self.fluids[path], self.pipe.heat_capacity)

    def _step(self, now: Now, memory: PipeState, given: Given) -> tuple[PipeState, PipeOutputs]:
        T_in = tuple(self._count(i).inside(T) for i, T in enumerate(given.T_in))
        inputs = PipeInputs(given.flow, T_in, now.values["T_ground"])
        if math.isinf(now.dt):
            return memory, self.pipe.steady(inputs)
        return self.pipe.step(memory, inputs, now.dt)

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        _, outputs = self._step(now, memory, given)
        return Answer(tuple(self._count(i).outside(float(T)) for i, T in enumerate(outputs.T_out)), ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        after, outputs = self._step(now, memory, given)
        lost = float(sum(outputs.heat_loss))
        stored = 0.0 if math.isinf(now.dt) else (self.pipe.energy(after) - self.pipe.energy(memory)) / now.dt
        return after, Ledger(0.0, lost, stored, {"heat_loss": lost})

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """See :class:`~hashheat.fleet.part.Part`; Darcy and Weisbach."""
        pipe, fluid = self.pipe, self.fluids[path]
        T = fluid.inside(T)
        D, area = pipe.inner_diameter, 0.25 * math.pi * pipe.inner_diameter**2
        Re = max(abs(flow), 1e-6) * D / (area * fluid.viscosity(T))
        f = friction_duct(Re, pipe.roughness / D, _TUBE_FRE)
        return 0.0, (f * pipe.length / D + pipe.loss) / (2.0 * fluid.density(T) * area * area)
