"""Where the coolant runs in a cold plate, as it is described: serpentine, path, parallel channels, fields."""

import math
from dataclasses import dataclass
from typing import TypeAlias

from hashheat.components.coolant_channel import Channel
from hashheat.components.coolant_field import MicroChannels, PinFins
from hashheat.components.layout_checks import (
    AXES,
    Region,
    check_corners,
    check_count,
    check_name,
    check_sizes,
)
from hashheat.thermo.errors import InputError

__all__ = [
    "CORNERS",
    "Channel",
    "ChannelLayout",
    "ChannelPath",
    "CoolantLayout",
    "FieldLayout",
    "MicroChannels",
    "ParallelChannels",
    "PinFins",
    "Region",
    "Serpentine",
]

#: Corner of the plate, x to the right along its length and y upwards across it.
CORNERS = ("lower left", "lower right", "upper left", "upper right")


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
        check_count("passes", self.passes)
        check_name("along", self.along, AXES)
        check_name("inlet", self.inlet, CORNERS)
        check_name("bends", self.bends, ("outside", "inside"))
        if self.margin is not None:
            check_sizes({"margin": self.margin})


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
        check_count("count", self.count)
        check_name("along", self.along, AXES)
        check_corners(self.region)


#: Channels that are resolved in the solid.
ChannelLayout: TypeAlias = Serpentine | ChannelPath | ParallelChannels
#: Fields below a base.
FieldLayout: TypeAlias = MicroChannels | PinFins
CoolantLayout: TypeAlias = ChannelLayout | FieldLayout
