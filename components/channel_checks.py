"""Pieces of channels, and whether they fit on their plate and leave metal between them."""

from dataclasses import dataclass

import numpy as np

from hashheat.components.coolant_channel import Channel
from hashheat.components.errors import (
    ChannelPitchError,
    FieldOffPlateError,
    PathCrossingError,
    PathOffPlateError,
)
from hashheat.components.layout_checks import Region
from hashheat.thermo.units import show

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


def show_place(x: float, y: float) -> str:
    """Write a place on the plate [m] as a file gives it: ``"(5 mm, 20 mm)"``."""
    return f"({show(x, 'm')}, {show(y, 'm')})"


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
            found=f"({', '.join(show(at, 'm') for at in region)})",
            accepted=f"within {show(length, 'm')} x {show(width, 'm')}",
        )
    return (max(x0, 0.0), max(y0, 0.0), min(x1, length), min(y1, width))


def check_pitch(channel: Channel, pitch: float) -> None:
    """Raise unless metal is left between channels side by side.

    Parameters
    ----------
    channel : Channel
    pitch : float
        [m]

    Raises
    ------
    ChannelPitchError
    """
    if channel.hole_width >= pitch:
        raise ChannelPitchError(
            "the channels are as wide as their pitch: no metal is left between them",
            key="width",
            found=show(channel.hole_width, "m"),
            accepted=f"less than {show(pitch, 'm')}",
        )


def check_on_plate(
    pieces: list[Piece], channel: Channel, plate_size: tuple[float, float], touch: float
) -> None:
    """Raise unless there is metal beside the channel everywhere.

    Parameters
    ----------
    pieces : list of Piece
        Of one stream.
    channel : Channel
    plate_size : (float, float)
        [m]
    touch : float
        Lengths that count as nothing [m].

    Raises
    ------
    PathOffPlateError
        Naming the piece that leaves the plate.
    """
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
                found=f"channel from {show_place(x0, y0)} to {show_place(x1, y1)}",
                accepted=f"inside {show(plate_size[0], 'm')} x {show(plate_size[1], 'm')}",
            )


def check_crossing(pieces: list[Piece], width: float, touch: float) -> None:
    """Raise unless a channel keeps metal between its legs.

    Parameters
    ----------
    pieces : list of Piece
        Of one stream, in the direction of its flow.
    width, touch : float
        Of the channel, and of lengths that count as nothing [m].

    Raises
    ------
    PathCrossingError
        Naming two places that meet.
    """
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
            found="near "
            + " and ".join(show_place(0.5 * (x0[k] + x1[k]), 0.5 * (y0[k] + y1[k])) for k in (i, j)),
            accepted="legs further apart than the channel is wide",
        )
