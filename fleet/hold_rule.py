"""The rule of most actuators: hold a temperature, within the actuator's own limits."""

from typing import NamedTuple

from hashheat.fleet.part import Now

#: A temperature this far from its set point moves an actuator over its whole range [K]. It shapes the way to the
#: solution only: at rest the temperature is held exactly, or the actuator stands at a limit.
_BAND = 20.0


class HoldRule(NamedTuple):
    """Hold the temperature at a port.

    Parameters
    ----------
    port : str
        ``"part.port"``.
    at : float or str
        Set point [K], or the name of an hourly series.
    sense : {+1, -1}
        Whether more of the setting makes it warmer or colder.
    """

    port: str
    at: float | str
    sense: int

    def set_point(self, now: Now) -> float:
        """Temperature asked for at this step [K]."""
        return now.values[self.at] if isinstance(self.at, str) else self.at

    def target(self, now: Now, setting: float, T: float, low: float, high: float) -> float:
        """Where the setting should be, given where it is and the temperature T [K] that it makes."""
        if high <= low:
            return low
        wanted = setting + self.sense * (high - low) / _BAND * (self.set_point(now) - T)
        return min(max(wanted, low), high)

    @property
    def needs(self) -> tuple[str, ...]:
        """Hourly series that it reads."""
        return (self.at,) if isinstance(self.at, str) else ()
