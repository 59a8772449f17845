"""A room heated by miners: building, heaters and a thermostat, step by step."""

from dataclasses import dataclass
from typing import NamedTuple

from hashheat.components.building import Building, BuildingInputs, BuildingState
from hashheat.components.room_heater import RoomHeater
from hashheat.thermo.errors import InputError


class HeatedRoomOutputs(NamedTuple):
    """Means over a step, and the chips while they run.

    Attributes
    ----------
    heat_rate : float
        Of all heaters [W]: their electric power.
    duty : float
        Share of the time they run [-].
    shortfall : float
        What they lack to hold the set temperature [W].
    heat_loss : float
        To the outdoors [W].
    T_air : float
        [K]
    T_junction : float
        Of the chips while the heaters run, in air of the mean temperature of the step [K].
    """

    heat_rate: float
    duty: float
    shortfall: float
    heat_loss: float
    T_air: float
    T_junction: float


@dataclass(frozen=True)
class HeatedRoom:
    """Heaters that a thermostat switches often within a step: full power for a share of it.

    Parameters
    ----------
    building : Building
    heater : RoomHeater
    count : int
        Heaters, alike.
    speed : float
        Of their fans [-].

    Raises
    ------
    InputError
        For a count below 1.
    """

    building: Building
    heater: RoomHeater
    count: int
    speed: float = 1.0

    def __post_init__(self) -> None:
        if self.count < 1 or self.count != int(self.count):
            raise InputError("heaters come whole", key="count", found=self.count, accepted="1, 2, 3 ...")

    def step(
        self,
        state: BuildingState,
        T_set: float,
        T_outdoor: float,
        dt: float,
        gain: float = 0.0,
        *,
        on: bool = True,
    ) -> tuple[BuildingState, HeatedRoomOutputs]:
        """Go on by a step that ends at the set temperature where the heaters can.

        Parameters
        ----------
        state : BuildingState
        T_set : float
            Air temperature wanted at the end [K].
        T_outdoor : float
            [K]
        dt : float
            [s], above 0.
        gain : float
            From sun and people [W].
        on : bool
            False where the heaters are out of service: the whole heat is then lacking.

        Returns
        -------
        BuildingState
        HeatedRoomOutputs
            ``heat_rate`` and ``gain`` less ``heat_loss`` is the change of stored energy.

        Raises
        ------
        StateError
            For air beyond what the heater is modelled for.
        """
        most = self.count * self.heater.power(self.speed) if on else 0.0
        wanted = self.building.heat_for(state, T_set, T_outdoor, dt, gain)
        heat_rate = min(max(wanted, 0.0), most)
        new, mean = self.building.step(state, BuildingInputs(T_outdoor, heat_rate, gain), dt)
        chips = self.heater.steady(mean.T_air, self.speed)
        return new, HeatedRoomOutputs(
            heat_rate,
            heat_rate / most if on else 0.0,
            max(wanted - most, 0.0),
            mean.heat_loss,
            mean.T_air,
            chips.T_junction,
        )
