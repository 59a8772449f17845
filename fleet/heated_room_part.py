"""A room with miners that heat it, as a part of a plant without water: their electricity is its heating."""

import math
from typing import Any

from hashheat.components.building import BuildingState
from hashheat.components.heated_room import HeatedRoom
from hashheat.fleet.part import Answer, Given, Ledger, Now, Part

#: A step that is a steady state: many times what walls take to follow [s].
_FOREVER = 1e10


class HeatedRoomPart(Part):
    """Rooms of one kind with a thermostat.

    Parameters
    ----------
    name : str
    room : HeatedRoom
        Building and heaters.
    T_set : float
        Air temperature that the thermostat holds [K].
    gain : float
        From people and other devices [W].
    sun_area : float
        Of the windows, times what they let through; 0 leaves the sun out [m2].

    Notes
    -----
    Reads ``T_outdoor`` [K] and, with windows, ``irradiance`` [W/m2] on the horizontal.
    """

    def __init__(self, name: str, room: HeatedRoom, T_set: float, gain: float, sun_area: float) -> None:
        super().__init__(name)
        self.room, self.T_set, self.gain, self.sun_area = room, T_set, gain, sun_area
        self.needs = ("T_outdoor", "irradiance") if sun_area > 0.0 else ("T_outdoor",)

    def begin(self) -> BuildingState:
        """See :class:`~hashheat.fleet.part.Part`."""
        return BuildingState(self.T_set, self.T_set)

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        return Answer((), ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        dt = _FOREVER if math.isinf(now.dt) else now.dt
        T_outdoor = now.values["T_outdoor"]
        gain = self.gain + (self.sun_area * now.values["irradiance"] if self.sun_area > 0.0 else 0.0)
        state, found = self.room.step(memory, self.T_set, T_outdoor, dt, gain, on=self.name not in now.out)
        heat, energy = found.heat_rate, self.room.building.energy
        record = {
            "heat_rate": heat,
            "electricity": heat,
            "heat_delivered": heat,
            "heat_short": found.shortfall,
            "heat_loss": found.heat_loss,
            "gain": gain,
            "duty": found.duty,
            "T_air": found.T_air,
            "T_junction": found.T_junction if found.duty > 0.0 else math.nan,
        }
        return state, Ledger(heat + gain, found.heat_loss, (energy(state) - energy(memory)) / dt, record)
