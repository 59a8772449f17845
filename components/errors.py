"""What can go wrong with hardware: each failure of a unit has its own name."""

from hashheat.thermo.errors import HashheatError, InputError


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


class DutyError(InputError):
    """A duty of a heat exchanger that cannot be; says what would be feasible."""


class UnderspecifiedDutyError(DutyError):
    """Too little is given to fix the duty."""


class ContradictoryDutyError(DutyError):
    """More is given than needed, and it does not agree."""


class SecondLawError(DutyError):
    """Heat would have to flow from cold to hot."""


class TemperatureCrossError(DutyError):
    """A cold outlet above the hot outlet is asked of parallel flow."""


class InfeasibleApproachError(DutyError):
    """No duty has the approach asked for."""


class ExchangerError(HashheatError):
    """A plate heat exchanger has no valid steady state at the conditions asked for."""


class FrameCapacityError(InputError):
    """More plates than the frame holds, or fewer than it is built with."""


class PlateLimitError(InputError):
    """A temperature or pressure beyond what plates and seals bear."""


class MaldistributionError(ExchangerError):
    """The ports are so small that a channel flows backwards."""


class NoExchangerError(InputError):
    """Nothing in the catalogue keeps all limits of a duty."""


class NoSolutionError(InputError):
    """No value within the bounds gives an exchanger what is asked of it; says what can be reached."""


class CalibrationError(InputError):
    """The points given cannot fix the constants asked for."""


class MapAccuracyError(ExchangerError):
    """The reduced form of an exchanger does not reach the accuracy asked for."""


class ChipMapError(InputError):
    """Chips that cannot sit on their plate as they are given."""


class ChipOverlapError(ChipMapError):
    """Two chips of one face stand on the same place."""


class ChipOffPlateError(ChipMapError):
    """A chip reaches beyond the edge of its plate."""


class ChipLetterError(ChipMapError):
    """A character of a chip map that no kind of chip has."""


class RaggedMapError(ChipMapError):
    """Lines of a chip map that differ in length."""


class EmptyMapError(ChipMapError):
    """A chip map without a chip."""


class ChipTableError(ChipMapError):
    """A table of chip positions that cannot be read; its key names the line."""


class PlateGeometryError(InputError):
    """A cold plate that cannot be built as it is described."""


class PathOffPlateError(PlateGeometryError):
    """A channel that leaves the metal of its plate."""


class DiagonalPathError(PlateGeometryError):
    """A leg of a path that runs neither along x nor along y."""


class PathCrossingError(PlateGeometryError):
    """A channel that meets itself."""


class ChannelPitchError(PlateGeometryError):
    """Channels or pins as wide as their pitch: nothing is left between them."""


class ChannelHeightError(PlateGeometryError):
    """A channel that does not fit into the plate's thickness."""


class FieldOffPlateError(PlateGeometryError):
    """A field of channels or pins that reaches beyond its base."""


class ReducedPlateError(UnitError):
    """The reduced form of a cold plate does not reach the accuracy asked for."""


class TankError(InputError):
    """An immersion tank that cannot be built or run as it is described."""


class BlockOutsideTankError(TankError):
    """A miner or a coil that reaches beyond the oil."""


class BlockOverlapError(TankError):
    """Two miners, or a miner and a coil, in the same place."""


class TankRangeError(TankError):
    """Oil at a temperature that its data do not reach."""


class NoCoolingError(TankError):
    """No inlet and no coil: the heat has nowhere to go."""


class InletMissingError(TankError):
    """Oil that leaves and never enters, or a circulation without an inlet."""


class OutletMissingError(TankError):
    """Oil that enters and has no way out."""


class InletAreaError(TankError):
    """An opening without area."""


class OpeningPlaceError(TankError):
    """An opening off its side, on another one, or right at a block that it would blow into."""


class GapResolutionError(TankError):
    """A grid too coarse for an open gap."""


class GridSizeError(TankError):
    """A grid of more cells than a machine can be asked for."""


class TankNotConvergedError(UnitError):
    """The flow of a tank did not settle where a steady one is needed; says how far it came."""
