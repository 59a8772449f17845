"""Heat sinks on a stack of hash boards, as they are described.

Directions of a sink: **along** its fins, with the flow; **across** them in the plane of the board; **normal** to
the board. Section of a stack, the flow out of the page::

      |  board  |base|=======| clearance |  board  |base|=======|
      |         |    |=======|           |         |    |=======|     across
      |         |    |=======|           |         |    |=======|       |
      <----------- board_pitch ---------->                              +-- normal

Fins repeat over the width of the sink with their pitch; the half fins at its edges are not told apart.
"""

import math
from dataclasses import dataclass

from hashheat.components.heat_sink_errors import HeatSinkError

#: Lengths given in millimetres add up with rounding.
_TOUCH = 1e-9


@dataclass(frozen=True)
class PlateFins:
    """Straight plate fins.

    Parameters
    ----------
    height, thickness, pitch : float
        Base to tip, of a fin, and fin to fin [m].

    Raises
    ------
    HeatSinkError
        For measures that are not above zero, or fins as thick as their pitch.
    """

    height: float
    thickness: float
    pitch: float

    def __post_init__(self) -> None:
        _positive(self, "height", "thickness", "pitch")
        if self.thickness >= self.pitch:
            raise HeatSinkError(
                "fins as thick as their pitch leave no channel",
                key="thickness",
                found=self.thickness,
                accepted=f"below the pitch of {self.pitch} m",
            )

    @property
    def gap(self) -> float:
        """Between two fins [m]."""
        return self.pitch - self.thickness

    @property
    def solid_share(self) -> float:
        """Of the space between base and tips [-]."""
        return self.thickness / self.pitch


@dataclass(frozen=True)
class RoundPins:
    """Round pins.

    Parameters
    ----------
    height, diameter : float
        [m]
    pitch_along, pitch_across : float
        Pin to pin along the flow (row to row) and across it [m].
    staggered : bool
        Rows shifted by half a pitch, or in line.

    Raises
    ------
    HeatSinkError
        For measures that are not above zero, or pins as thick as a pitch.
    """

    height: float
    diameter: float
    pitch_along: float
    pitch_across: float
    staggered: bool = False

    def __post_init__(self) -> None:
        _positive(self, "height", "diameter", "pitch_along", "pitch_across")
        # The film of a bank is known for pitches above the diameter both ways, staggered or not.
        for name in ("pitch_along", "pitch_across"):
            if self.diameter >= getattr(self, name):
                raise HeatSinkError(
                    "pins as thick as their pitch leave no way between them",
                    key=name,
                    found=getattr(self, name),
                    accepted=f"above the diameter of {self.diameter} m",
                )

    @property
    def solid_share(self) -> float:
        """Of the space between base and tips [-]."""
        return 0.25 * math.pi * self.diameter**2 / (self.pitch_along * self.pitch_across)


@dataclass(frozen=True)
class HeatSink:
    """A finned base on one chip or on several.

    Parameters
    ----------
    fins : PlateFins or RoundPins
    length, width : float
        Of the base along the flow and across it [m]; the fins run over the whole length without a break.
    base_thickness : float
        [m]
    conductivity : float
        [W/(m K)]
    heat_capacity : float
        Of the metal by volume [J/(m^3 K)]; that of aluminium by default.
    chips : int
        That share it.

    Raises
    ------
    HeatSinkError
        For measures that are not above zero, or a base narrower than the pitch of its fins.
    """

    fins: PlateFins | RoundPins
    length: float
    width: float
    base_thickness: float
    conductivity: float
    heat_capacity: float = 2.42e6
    chips: int = 1

    def __post_init__(self) -> None:
        _positive(self, "length", "width", "base_thickness", "conductivity", "heat_capacity", "chips")
        if self.chips != int(self.chips):
            raise HeatSinkError("chips come whole", key="chips", found=self.chips, accepted="1, 2, 3 ...")
        needs = {"width": self.fins.pitch if isinstance(self.fins, PlateFins) else self.fins.pitch_across}
        if isinstance(self.fins, RoundPins):
            needs["length"] = self.fins.pitch_along
        for name, pitch in needs.items():
            if getattr(self, name) < pitch - _TOUCH:
                raise HeatSinkError(
                    "the base is smaller than the pitch of its fins",
                    key=name,
                    found=getattr(self, name),
                    accepted=f"{pitch} m or more",
                )

    @property
    def fin_area(self) -> float:
        """Faces of all fins, tips left out [m^2]."""
        if isinstance(self.fins, PlateFins):
            return 2.0 * self.fins.height * self.length * self.width / self.fins.pitch
        pins = self.length * self.width / (self.fins.pitch_along * self.fins.pitch_across)
        return math.pi * self.fins.diameter * self.fins.height * pins

    @property
    def base_area(self) -> float:
        """Of the base between the fins [m^2]."""
        return self.length * self.width * (1.0 - self.fins.solid_share)


@dataclass(frozen=True)
class BoardStack:
    """Boards side by side, each with heat sinks on one face or on both.

    Parameters
    ----------
    sink : HeatSink
    board_pitch, board_thickness : float
        Board to board, and of a bare board [m].
    length_pitch, width_pitch : float, optional
        Sink to sink on a board, along and across [m]; None where they touch.
    sides : int
        1 or 2: faces of a board that carry sinks.
    board_conductivity, board_heat_capacity : float
        Of the bare board in its plane [W/(m K)], and by volume [J/(m^3 K)]. Copper layers raise the first to some
        tens; the default is a board of few of them, assumed.

    Raises
    ------
    HeatSinkError
        For boards that do not fit their pitch, sinks that overlap, or measures that cannot be.
    """

    sink: HeatSink
    board_pitch: float
    board_thickness: float
    length_pitch: float | None = None
    width_pitch: float | None = None
    sides: int = 1
    board_conductivity: float = 1.0
    board_heat_capacity: float = 2.0e6

    def __post_init__(self) -> None:
        _positive(self, "board_pitch", "board_thickness", "board_conductivity", "board_heat_capacity")
        if self.sides not in (1, 2):
            raise HeatSinkError("a board has two faces", key="sides", found=self.sides, accepted="1 or 2")
        for name, size in (("length_pitch", self.sink.length), ("width_pitch", self.sink.width)):
            pitch = getattr(self, name)
            if pitch is None:
                object.__setattr__(self, name, size)
            elif not (math.isfinite(pitch) and pitch >= size - _TOUCH):
                raise HeatSinkError(
                    "heat sinks overlap on their board",
                    key=name,
                    found=pitch,
                    accepted=f"{size} m or more, the size of a sink",
                )
        if self.clearance < 0.0:
            filled = self.board_pitch - self._left
            raise HeatSinkError(
                "boards with their heat sinks do not fit their pitch",
                key="board_pitch",
                found=self.board_pitch,
                accepted=f"{filled:.6g} m or more: board, bases and fins",
            )

    @property
    def _left(self) -> float:
        sink = self.sink
        return self.board_pitch - self.board_thickness - self.sides * (sink.base_thickness + sink.fins.height)

    @property
    def clearance(self) -> float:
        """Between the tips and the next board [m]."""
        return 0.0 if abs(self._left) <= _TOUCH else self._left

    @property
    def cover(self) -> tuple[float, float]:
        """Share of the board below sinks, along and across [-]."""
        return (
            min(self.sink.length / _given(self.length_pitch), 1.0),
            min(self.sink.width / _given(self.width_pitch), 1.0),
        )

    @property
    def solids(self) -> tuple[float, float]:
        """Share of board and of sink metal in the volume of the stack [-]."""
        along, across = self.cover
        fins = self.sink.fins
        metal = self.sides * along * across * (self.sink.base_thickness + fins.height * fins.solid_share)
        return self.board_thickness / self.board_pitch, metal / self.board_pitch

    @property
    def porosity(self) -> float:
        """Share of liquid in the volume of the stack [-]."""
        return 1.0 - sum(self.solids)


def _given(pitch: float | None) -> float:
    assert pitch is not None
    return pitch


def _positive(what: object, *names: str) -> None:
    for name in names:
        value = getattr(what, name)
        if not (math.isfinite(value) and value > 0.0):
            raise HeatSinkError(
                "a heat sink has positive measures", key=name, found=value, accepted="above 0"
            )
