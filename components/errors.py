"""What can go wrong with hardware: each failure of a unit has its own name."""

from hashheat.thermo.errors import HashheatError


class UnitError(HashheatError):
    """A unit has no valid steady state at the conditions asked for."""


class RunawayError(UnitError):
    """Leakage feeds on its own heat: no steady state exists."""


class CoolantRangeError(UnitError):
    """The coolant leaves the range of its property table (it would boil or freeze)."""


class NotConvergedError(UnitError):
    """The iteration did not settle; nothing can be said about this state."""


class PressureLossError(UnitError):
    """The unit loses more pressure than there is at its inlet."""
