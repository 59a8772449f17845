"""A boiler by fuel: the source that recovered heat displaces."""

from collections.abc import Mapping
from dataclasses import dataclass

from hashheat.components.electric_boiler import BoilerState, check_boiler, run_boiler

# Upper over lower heating value of methane, the most that condensation of the flue gas can give.
_MOST_EFFICIENT = 1.11


@dataclass(frozen=True)
class FuelBoiler:
    """A boiler for gas, oil or wood, of constant efficiency.

    Parameters
    ----------
    capacity : float
        Most heat to the water [W].
    efficiency : float
        Heat to the water over heat of combustion, by the same heating value as ``co2_factor`` [-]. Above 1 only
        by the lower heating value, where the flue gas condenses.
    co2_factor : float
        Carbon dioxide per heat of combustion [kg/J].
    least_load : float
        Over capacity; asked for less it stands still [-].

    Raises
    ------
    InputError
        For a number outside its range.
    """

    capacity: float
    efficiency: float
    co2_factor: float
    least_load: float = 0.0

    def __post_init__(self) -> None:
        check_boiler(self, "fuel_boiler", _MOST_EFFICIENT)

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "FuelBoiler":
        """Make one from the numbers of its section, by their keys."""
        return cls(**values)

    def run(self, heat_rate: float) -> BoilerState:
        """Give as much of a heat [W] as it can; what it cannot is counted as ``unmet``.

        Raises
        ------
        InputError
            For a heat that is negative or no number.
        """
        return run_boiler(self, heat_rate, self.co2_factor)
