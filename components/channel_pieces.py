"""From the description of a channel to straight pieces and corners that together are its section times its length.

A path is cut so that its pieces do not overlap::

    -----------------+-----+         straight piece up to half a width before the bend,
      straight       |corn.|         corner of width x width, which has two outer walls,
    -----------------+-----+         and the next straight piece after it
                     |     |
                     |  s. |

A corner's floor, ceiling and two outer walls are as large as those of a straight piece of length ``width``, so
that the wetted surface is perimeter times length of the centre line, exactly, whatever the path.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hashheat.components.coolant_layout import (
    Channel,
    ChannelLayout,
    ChannelPath,
    ParallelChannels,
    Region,
    Serpentine,
)
from hashheat.components.errors import (
    ChannelPitchError,
    DiagonalPathError,
    FieldOffPlateError,
    PathCrossingError,
    PathOffPlateError,
)

#: Lengths closer than this share of the plate's are the same: they come from millimetres and sums of pitches.
TOUCH = 1e-9


@dataclass(frozen=True)
class Piece:
    """A rectangle of channel that runs along one axis.

    Parameters
    ----------
    axis : int
        0 along x, 1 along y.
    start, end : float
        Along the axis, in the direction of the flow [m].
    centre : float
        Of the channel, across the axis [m].
    walls : (bool, bool)
        Whether there is metal beside it, at smaller and at larger places across the axis.
    corner : bool
        The square of a bend; its end is a wall.
    turns : float
        Quarter turns at its end [-].
    fresh : bool
        Whether boundary layers start at its beginning.
    """

    axis: int
    start: float
    end: float
    centre: float
    walls: tuple[bool, bool] = (True, True)
    corner: bool = False
    turns: float = 0.0
    fresh: bool = False

    @property
    def length(self) -> float:
        """Along the flow [m]."""
        return abs(self.end - self.start)

    def box(self, width: float) -> tuple[float, float, float, float]:
        """Smallest and largest x, smallest and largest y [m] of a channel of this width."""
        along = (min(self.start, self.end), max(self.start, self.end))
        across = (self.centre - 0.5 * width, self.centre + 0.5 * width)
        return (*along, *across) if self.axis == 0 else (*across, *along)


def channel_streams(layout: ChannelLayout, plate_size: tuple[float, float]) -> list[list[Piece]]:
    """Pieces of every stream of a layout of resolved channels.

    Parameters
    ----------
    layout : Serpentine, ChannelPath or ParallelChannels
    plate_size : (float, float)
        Length along x and width along y [m].

    Returns
    -------
    list of list of Piece
        Stream after stream, each in the direction of its flow.

    Raises
    ------
    ChannelPitchError
        For channels as wide as their pitch.
    PathOffPlateError
        For a channel that leaves the metal. It may begin and end at an edge.
    DiagonalPathError
        For a leg that runs neither along x nor along y.
    PathCrossingError
        For a channel that meets itself, or bends that are closer than the channel is wide.
    FieldOffPlateError
        For a region of parallel channels beyond the plate.
    """
    if isinstance(layout, ParallelChannels):
        streams = _parallel(layout, plate_size)
    elif isinstance(layout, Serpentine) and layout.bends == "outside":
        streams = [_passes(layout, plate_size)]
    elif isinstance(layout, Serpentine):
        streams = [_polyline(_turns_inside(layout, plate_size), layout.channel)]
    else:
        streams = [_polyline(layout.points, layout.channel)]
    scale = TOUCH * max(plate_size)
    for pieces in streams:
        _check_on_plate(pieces, layout.channel, plate_size, scale)
        if isinstance(layout, ChannelPath) or (isinstance(layout, Serpentine) and layout.bends == "inside"):
            _check_crossing(pieces, layout.channel.void_width, scale)
    return streams


def check_region(region: Region | None, plate_size: tuple[float, float]) -> Region:
    """Region of the plate, all of it where None.

    Parameters
    ----------
    region : (x0, y0, x1, y1) or None
        [m]
    plate_size : (float, float)
        [m]

    Returns
    -------
    (x0, y0, x1, y1)

    Raises
    ------
    FieldOffPlateError
        For a region beyond the plate.
    """
    length, width = plate_size
    if region is None:
        return (0.0, 0.0, length, width)
    touch = TOUCH * max(plate_size)
    x0, y0, x1, y1 = region
    if min(x0, y0) < -touch or x1 > length + touch or y1 > width + touch:
        raise FieldOffPlateError(
            "the region of the coolant reaches beyond the plate",
            key="region",
            found=region,
            accepted=f"within {length:g} m x {width:g} m",
        )
    return (max(x0, 0.0), max(y0, 0.0), min(x1, length), min(y1, width))


def _check_pitch(channel: Channel, pitch: float) -> None:
    if channel.hole_width >= pitch:
        raise ChannelPitchError(
            "the channels are as wide as their pitch: no metal is left between them",
            key="width",
            found=channel.hole_width,
            accepted=f"less than {pitch:g}",
        )


def _parallel(layout: ParallelChannels, plate_size: tuple[float, float]) -> list[list[Piece]]:
    x0, y0, x1, y1 = check_region(layout.region, plate_size)
    low, high, first, last = (x0, x1, y0, y1) if layout.along == "x" else (y0, y1, x0, x1)
    pitch = (last - first) / layout.count
    _check_pitch(layout.channel, pitch)
    start, end = (high, low) if layout.reverse else (low, high)
    axis = "xy".index(layout.along)
    return [[Piece(axis, start, end, first + (i + 0.5) * pitch, fresh=True)] for i in range(layout.count)]


def _pass_places(
    layout: Serpentine, plate_size: tuple[float, float]
) -> tuple[list[float], list[bool], float]:
    """Centre of each pass, whether it runs to larger places, and the pitch."""
    axis = "xy".index(layout.along)
    vertical, horizontal = layout.inlet.split()
    at_low = (horizontal == "left", vertical == "lower")
    n = layout.passes
    pitch = plate_size[1 - axis] / n
    _check_pitch(layout.channel, pitch)
    centres = [(i + 0.5) * pitch for i in range(n)]
    if not at_low[1 - axis]:
        centres.reverse()
    return centres, [at_low[axis] == (i % 2 == 0) for i in range(n)], pitch


def _passes(layout: Serpentine, plate_size: tuple[float, float]) -> list[Piece]:
    axis = "xy".index(layout.along)
    centres, upwards, _ = _pass_places(layout, plate_size)
    extent = plate_size[axis]
    last = layout.passes - 1
    return [
        Piece(
            axis,
            0.0 if up else extent,
            extent if up else 0.0,
            centre,
            turns=2.0 if i < last else 0.0,
            fresh=i == 0 or layout.channel.redevelops,
        )
        for i, (centre, up) in enumerate(zip(centres, upwards, strict=True))
    ]


def _turns_inside(layout: Serpentine, plate_size: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Corners of the centre line of a serpentine whose turns are in the metal."""
    axis = "xy".index(layout.along)
    centres, upwards, pitch = _pass_places(layout, plate_size)
    extent = plate_size[axis]
    margin = 0.5 * pitch if layout.margin is None else layout.margin
    if 2.0 * margin >= extent:
        raise PathOffPlateError(
            "the margins leave no room for the passes",
            key="margin",
            found=margin,
            accepted=f"less than {0.5 * extent:g}",
        )
    points = []
    last = layout.passes - 1
    for i, (centre, up) in enumerate(zip(centres, upwards, strict=True)):
        begin = 0.0 if i == 0 else margin
        end = extent if i == last else extent - margin
        ends = (begin, end) if up else (extent - begin, extent - end)
        points += [(u, centre) if axis == 0 else (centre, u) for u in ends]
    return tuple(points)


def _polyline(points: tuple[tuple[float, float], ...], channel: Channel) -> list[Piece]:
    """Pieces of a path: straight ones, and a corner at each bend."""
    legs = _legs(points)
    half = 0.5 * channel.void_width
    pieces: list[Piece] = []
    fresh = True
    for i, (axis, start, end, centre) in enumerate(legs):
        sign = 1.0 if end > start else -1.0
        begin = start + (sign * half if i > 0 else 0.0)
        bends = i + 1 < len(legs)
        stop = end - (sign * half if bends else 0.0)
        if sign * (stop - begin) < -TOUCH * abs(end - start):
            raise PathCrossingError(
                f"leg {i + 1} of the path is too short for the bends at its ends",
                key="points",
                found=abs(end - start),
                accepted=f"{2.0 * half:g} or more",
            )
        if sign * (stop - begin) > TOUCH * abs(end - start):
            pieces.append(Piece(axis, begin, stop, centre, fresh=fresh))
            fresh = False
        if bends:
            _, next_start, next_end, _ = legs[i + 1]
            onward = next_end > next_start
            pieces.append(
                Piece(
                    axis,
                    stop,
                    end + sign * half,
                    centre,
                    walls=(onward, not onward),
                    corner=True,
                    turns=1.0,
                    fresh=fresh,
                )
            )
            fresh = channel.redevelops
    return pieces


def _legs(points: tuple[tuple[float, float], ...]) -> list[tuple[int, float, float, float]]:
    """Axis, start, end and place across of each straight stretch between two bends."""
    size = max(abs(a - b) for p in points for q in points for a, b in zip(p, q, strict=True))
    legs: list[tuple[int, float, float, float]] = []
    for p, q in pairwise(points):
        step = [q[0] - p[0], q[1] - p[1]]
        moves = [abs(s) > TOUCH * size for s in step]
        if all(moves):
            raise DiagonalPathError(
                "a leg of the path runs neither along x nor along y",
                key="points",
                found=f"({p[0]:g}, {p[1]:g}) to ({q[0]:g}, {q[1]:g}) m",
                accepted="legs along x or along y",
            )
        if not any(moves):
            continue
        axis = moves.index(True)
        if legs and legs[-1][0] == axis:
            before = legs.pop()
            if (before[2] - before[1]) * step[axis] < 0.0:
                raise PathCrossingError(
                    "the path turns back upon itself",
                    key="points",
                    found=f"({p[0]:g}, {p[1]:g}) m",
                    accepted="bends by a quarter turn",
                )
            legs.append((axis, before[1], q[axis], before[3]))
        else:
            # The place across is that of the leg's beginning, which the bend before it has fixed.
            legs.append((axis, p[axis], q[axis], p[1 - axis]))
    if not legs:
        raise PathCrossingError(
            "all points of the path are the same", key="points", accepted="different points"
        )
    return legs


def _check_on_plate(
    pieces: list[Piece], channel: Channel, plate_size: tuple[float, float], touch: float
) -> None:
    for piece in pieces:
        x0, x1, y0, y1 = piece.box(channel.hole_width)
        # A channel may begin and end at an edge, but there is metal beside it everywhere.
        slack = [-touch, -touch]
        if not piece.corner:
            slack[piece.axis] = touch
        room = [min(x0, plate_size[0] - x1) + slack[0], min(y0, plate_size[1] - y1) + slack[1]]
        if min(room) < 0.0:
            raise PathOffPlateError(
                "the channel leaves the metal of the plate",
                found=f"channel from ({x0:g}, {y0:g}) to ({x1:g}, {y1:g}) m",
                accepted=f"inside {plate_size[0]:g} m x {plate_size[1]:g} m",
            )


def _check_crossing(pieces: list[Piece], width: float, touch: float) -> None:
    x0, x1, y0, y1 = np.array([piece.box(width) for piece in pieces]).T
    gap_x = np.maximum(x0[:, None] - x1[None, :], x0[None, :] - x1[:, None])
    gap_y = np.maximum(y0[:, None] - y1[None, :], y0[None, :] - y1[:, None])
    gap = np.maximum(gap_x, gap_y)
    apart = np.subtract.outer(np.arange(len(pieces)), np.arange(len(pieces)))
    # The pieces on either side of a corner share a point; anything further along has to keep its distance.
    meets = ((apart > 2) & (gap < touch)) | ((apart == 2) & (gap < -touch))
    if meets.any():
        j, i = (int(k) for k in np.argwhere(meets)[0])
        raise PathCrossingError(
            "the channel meets itself",
            key="points",
            found=f"near x = {0.5 * (x0[i] + x1[i]):g} m, y = {0.5 * (y0[i] + y1[i]):g} m and "
            f"x = {0.5 * (x0[j] + x1[j]):g} m, y = {0.5 * (y0[j] + y1[j]):g} m",
            accepted="legs further apart than the channel is wide",
        )
