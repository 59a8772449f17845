"""Where the coolant runs in a cold plate, as it is described: serpentine, path, channels, micro-channels, pins."""

import math
from dataclasses import dataclass
from typing import TypeAlias

from hashheat.components.errors import ChannelPitchError
from hashheat.thermo.errors import InputError

#: Corner of the plate, x to the right along its length and y upwards across it.
CORNERS = ("lower left", "lower right", "upper left", "upper right")
_AXES = ("x", "y")


def _check(positive: dict[str, float], at_least_zero: dict[str, float] | None = None) -> None:
    for name, value in positive.items():
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(
                "a size of the coolant's layout cannot be", key=name, found=value, accepted="more than 0"
            )
    for name, value in (at_least_zero or {}).items():
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(
                "a size of the coolant's layout cannot be", key=name, found=value, accepted="0 or more"
            )


def _check_name(key: str, value: str, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise InputError(f"unknown {key}", key=key, found=value, accepted=", ".join(accepted))


def _check_count(key: str, value: int) -> None:
    if value != int(value) or value < 1:
        raise InputError("there is no such number", key=key, found=value, accepted="1 or more")


@dataclass(frozen=True)
class Channel:
    """The section of a channel in the metal, or of a tube pressed into it.

    Parameters
    ----------
    shape : {"rectangle", "round"}
    width, height : float
        Inside, across the flow in the plate's plane and normal to it [m]; a round channel has one diameter, its
        height may be left out.
    depth : float, optional
        From the plate's lower face to the lowest point of the hole [m]; left out, the hole is in the middle.
    tube_wall, tube_conductivity : float
        Of a round tube set into the metal [m], [W/(m K)]; the hole is wider by twice the wall. 0 has no tube.
    joint_resistance : float
        Between tube and metal, on the hole's surface [m^2 K/W].
    roughness : float
        Equivalent sand roughness [m].
    bend_radius : float, optional
        Of the centre line in bends [m]; 0 is a mitre. Left out: half the pitch for bends outside the plate, a
        mitre for those inside.
    redevelops : bool
        Whether the boundary layers start anew after each bend.

    Raises
    ------
    InputError
        For an unknown shape, a size that cannot be, a tube that is not round.
    """

    shape: str
    width: float
    height: float | None = None
    depth: float | None = None
    tube_wall: float = 0.0
    tube_conductivity: float = 0.0
    joint_resistance: float = 0.0
    roughness: float = 0.0
    bend_radius: float | None = None
    redevelops: bool = True

    def __post_init__(self) -> None:
        _check_name("shape", self.shape, ("rectangle", "round"))
        if self.height is None:
            if self.shape != "round":
                raise InputError("a rectangular channel needs a height", key="height", accepted="more than 0")
            object.__setattr__(self, "height", self.width)
        _check(
            {"width": self.width, "height": self.inner_height},
            {
                "tube_wall": self.tube_wall,
                "joint_resistance": self.joint_resistance,
                "roughness": self.roughness,
                "bend_radius": self.bend_radius or 0.0,
            },
        )
        if self.round and self.inner_height != self.width:
            raise InputError(
                "a round channel has one diameter",
                key="height",
                found=self.height,
                accepted=f"{self.width:g}",
            )
        if self.tube_wall > 0.0:
            if not self.round:
                raise InputError(
                    "only a round tube has a wall", key="tube_wall", found=self.tube_wall, accepted="0"
                )
            _check({"tube_conductivity": self.tube_conductivity})

    @property
    def round(self) -> bool:
        """Whether it is round."""
        return self.shape == "round"

    @property
    def inner_height(self) -> float:
        """Height of the wetted section [m]."""
        return float(self.height or 0.0)

    @property
    def flow_area(self) -> float:
        """Wetted section [m^2]."""
        return 0.25 * math.pi * self.width**2 if self.round else self.width * self.inner_height

    @property
    def perimeter(self) -> float:
        """Wetted perimeter [m]."""
        return math.pi * self.width if self.round else 2.0 * (self.width + self.inner_height)

    @property
    def hydraulic_diameter(self) -> float:
        """4 A / P [m]."""
        return 4.0 * self.flow_area / self.perimeter

    @property
    def hole_width(self) -> float:
        """Width of the hole in the metal [m]."""
        return self.width + 2.0 * self.tube_wall

    @property
    def hole_height(self) -> float:
        """Height of the hole in the metal [m]."""
        return self.inner_height + 2.0 * self.tube_wall

    @property
    def void_width(self) -> float:
        """Width of the rectangle that the solid misses [m]: a round hole is a square of the same section."""
        return 0.5 * math.sqrt(math.pi) * self.hole_width if self.round else self.hole_width

    @property
    def void_height(self) -> float:
        """Height of the rectangle that the solid misses [m]."""
        return 0.5 * math.sqrt(math.pi) * self.hole_height if self.round else self.hole_height

    def wall_resistance(self, length: float) -> float:
        """Tube wall and joint of a piece of channel.

        Parameters
        ----------
        length : float
            Along the flow [m].

        Returns
        -------
        float
            Between the wetted wall and the metal, over the whole perimeter [K/W].
        """
        outer = math.pi * self.hole_width if self.round else self.perimeter
        total = self.joint_resistance / (outer * length)
        if self.tube_wall > 0.0:
            ratio = self.hole_width / self.width
            total += math.log(ratio) / (2.0 * math.pi * self.tube_conductivity * length)
        return total


@dataclass(frozen=True)
class Serpentine:
    """One channel in evenly pitched passes, each in the middle of its strip of the plate.

    Parameters
    ----------
    passes : int
    channel : Channel
    along : {"x", "y"}
        Direction of the passes.
    inlet : {"lower left", "lower right", "upper left", "upper right"}
        Corner of the plate where the first pass starts.
    bends : {"outside", "inside"}
        Passes of the plate's full length with bends outside it that exchange no heat, or turns within the metal.
    margin : float, optional
        For bends inside: from the plate's edge to the centre line of the turns [m]; half the pitch if left out.
        The first pass begins, and the last one ends, at the edge.
    """

    passes: int
    channel: Channel
    along: str = "x"
    inlet: str = "lower left"
    bends: str = "outside"
    margin: float | None = None

    def __post_init__(self) -> None:
        _check_count("passes", self.passes)
        _check_name("along", self.along, _AXES)
        _check_name("inlet", self.inlet, CORNERS)
        _check_name("bends", self.bends, ("outside", "inside"))
        if self.margin is not None:
            _check({"margin": self.margin})


@dataclass(frozen=True)
class ChannelPath:
    """One channel along a line of points whose legs run along x or y.

    Parameters
    ----------
    points : tuple of (float, float)
        Corners of the centre line from inlet to outlet [m].
    channel : Channel
    """

    points: tuple[tuple[float, float], ...]
    channel: Channel

    def __post_init__(self) -> None:
        points = tuple((float(x), float(y)) for x, y in self.points)
        object.__setattr__(self, "points", points)
        if len(points) < 2:
            raise InputError("a path needs two points", key="points", found=len(points), accepted="2 or more")
        if not all(math.isfinite(c) for p in points for c in p):
            raise InputError("a point of the path is not finite", key="points", accepted="lengths")


#: Lower and upper corner (x0, y0, x1, y1) [m].
Region: TypeAlias = tuple[float, float, float, float]


def _check_region(region: Region | None) -> None:
    if region is not None and not (len(region) == 4 and region[0] < region[2] and region[1] < region[3]):
        raise InputError("a region cannot be", key="region", found=region, accepted="x0 < x1 and y0 < y1")


@dataclass(frozen=True)
class ParallelChannels:
    """Channels side by side between two manifolds that share the flow evenly, each resolved.

    Parameters
    ----------
    count : int
    channel : Channel
    along : {"x", "y"}
        Direction of the channels; the flow is towards larger x or y unless ``reverse``.
    region : (x0, y0, x1, y1), optional
        Rectangle that the channels cross from one side to the other, evenly pitched [m]; the whole plate if left
        out.
    reverse : bool
        Flow towards smaller x or y.
    """

    count: int
    channel: Channel
    along: str = "x"
    region: Region | None = None
    reverse: bool = False

    def __post_init__(self) -> None:
        _check_count("count", self.count)
        _check_name("along", self.along, _AXES)
        _check_region(self.region)


@dataclass(frozen=True)
class MicroChannels:
    """A field of narrow channels below the base, with fins between them; not resolved one by one.

    Parameters
    ----------
    channel_width, pitch, height : float
        Of the channels; the fins between them are pitch - channel_width thick [m].
    fin_conductivity : float
        [W/(m K)]
    along : {"x", "y"}
        Direction of the channels; the flow is towards larger x or y unless ``reverse``.
    region : (x0, y0, x1, y1), optional
        Rectangle of the base that they cool [m]; all of it if left out.
    reverse : bool
        Flow towards smaller x or y.
    roughness : float
        Equivalent sand roughness [m].

    Raises
    ------
    ChannelPitchError
        For channels not narrower than their pitch.

    Notes
    -----
    A strip of the field of width b holds b / pitch channels, which need not be a whole number. The cover is
    adiabatic.
    """

    channel_width: float
    pitch: float
    height: float
    fin_conductivity: float
    along: str = "x"
    region: Region | None = None
    reverse: bool = False
    roughness: float = 0.0

    def __post_init__(self) -> None:
        _check(
            {
                "channel_width": self.channel_width,
                "pitch": self.pitch,
                "height": self.height,
                "fin_conductivity": self.fin_conductivity,
            },
            {"roughness": self.roughness},
        )
        _check_name("along", self.along, _AXES)
        _check_region(self.region)
        if self.channel_width >= self.pitch:
            raise ChannelPitchError(
                "the micro-channels are as wide as their pitch: no fin is left",
                key="channel_width",
                found=self.channel_width,
                accepted=f"less than {self.pitch:g}",
            )


@dataclass(frozen=True)
class PinFins:
    """A field of round pins below the base; not resolved one by one.

    Parameters
    ----------
    diameter, height : float
        Of the pins [m].
    pitch_along, pitch_across : float
        Row to row in the direction of the flow, and pin to pin across it [m].
    conductivity : float
        Of the pins [W/(m K)].
    arrangement : {"inline", "staggered"}
    along : {"x", "y"}
        Direction of the flow, towards larger x or y unless ``reverse``.
    region : (x0, y0, x1, y1), optional
        Rectangle of the base that they cool [m]; all of it if left out.
    reverse : bool
        Flow towards smaller x or y.

    Raises
    ------
    ChannelPitchError
        For pins not narrower than their pitches.
    """

    diameter: float
    height: float
    pitch_along: float
    pitch_across: float
    conductivity: float
    arrangement: str = "staggered"
    along: str = "x"
    region: Region | None = None
    reverse: bool = False

    def __post_init__(self) -> None:
        _check(
            {
                "diameter": self.diameter,
                "height": self.height,
                "pitch_along": self.pitch_along,
                "pitch_across": self.pitch_across,
                "conductivity": self.conductivity,
            }
        )
        _check_name("arrangement", self.arrangement, ("inline", "staggered"))
        _check_name("along", self.along, _AXES)
        _check_region(self.region)
        pitch = min(self.pitch_along, self.pitch_across)
        if self.arrangement == "staggered":
            # Rows may interlock as long as the pins of neighbouring rows do not touch.
            pitch = min(self.pitch_across, math.hypot(self.pitch_along, 0.5 * self.pitch_across))
        if self.diameter >= pitch:
            raise ChannelPitchError(
                "the pins touch: nothing is left for the coolant",
                key="diameter",
                found=self.diameter,
                accepted=f"less than {pitch:g}",
            )


#: Channels that are resolved in the solid.
ChannelLayout: TypeAlias = Serpentine | ChannelPath | ParallelChannels
#: Fields below a base.
FieldLayout: TypeAlias = MicroChannels | PinFins
CoolantLayout: TypeAlias = ChannelLayout | FieldLayout
