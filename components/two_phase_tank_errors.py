"""What can go wrong in a two-phase tank; each has its own name."""

from hashheat.components.errors import UnitError


class TwoPhaseTankError(UnitError):
    """A two-phase tank has no valid steady state at the conditions asked for."""


class CriticalHeatFluxError(TwoPhaseTankError):
    """A boiling surface would pass its critical heat flux: a film of vapour would cover it, and it would burn."""


class CondenserTooSmallError(TwoPhaseTankError):
    """The condenser cannot take the heat at the highest pressure the tank may hold."""


class BathPressureLowError(TwoPhaseTankError):
    """The bath is cooled until its pressure is below the lowest the tank may hold."""


class ChipsDryError(TwoPhaseTankError):
    """The liquid does not cover the chips."""


class TankOverfullError(TwoPhaseTankError):
    """The liquid leaves no room for vapour."""


class BathRangeError(TwoPhaseTankError):
    """The bath leaves the temperatures that there are data of its fluid for."""
