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

from itertools import pairwise

from hashheat.components.channel_checks import (
    TOUCH,
    Piece,
    check_crossing,
    check_on_plate,
    check_pitch,
    check_region,
    show_place,
)
from hashheat.components.coolant_layout import (
    Channel,
    ChannelLayout,
    ChannelPath,
    ParallelChannels,
    Serpentine,
)
from hashheat.components.errors import DiagonalPathError, PathCrossingError, PathOffPlateError
from hashheat.thermo.units import show

__all__ = ["TOUCH", "Piece", "channel_streams", "check_region"]


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
        check_on_plate(pieces, layout.channel, plate_size, scale)
        if isinstance(layout, ChannelPath) or (isinstance(layout, Serpentine) and layout.bends == "inside"):
            check_crossing(pieces, layout.channel.void_width, scale)
    return streams


def _parallel(layout: ParallelChannels, plate_size: tuple[float, float]) -> list[list[Piece]]:
    x0, y0, x1, y1 = check_region(layout.region, plate_size)
    low, high, first, last = (x0, x1, y0, y1) if layout.along == "x" else (y0, y1, x0, x1)
    pitch = (last - first) / layout.count
    check_pitch(layout.channel, pitch)
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
    check_pitch(layout.channel, pitch)
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
            found=show(margin, "m"),
            accepted=f"less than {show(0.5 * extent, 'm')}",
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
                found=show(abs(end - start), "m"),
                accepted=f"{show(2.0 * half, 'm')} or more",
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
                found=f"{show_place(*p)} to {show_place(*q)}",
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
                    found=show_place(*p),
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
