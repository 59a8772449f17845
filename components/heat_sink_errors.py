"""What can be wrong with heat sinks, their measured resistance and the chips below them."""

from hashheat.thermo.errors import InputError


class HeatSinkError(InputError):
    """A heat sink, or a stack of boards, that cannot be built as it is described."""


class ResistanceDataError(InputError):
    """Measured pressure drops that no porous medium has."""


class ChipPlaceError(InputError):
    """Chips that do not lie in the grid of the flow."""
