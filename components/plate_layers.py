"""A plate through its thickness: which cells are below, beside and above the coolant."""

from typing import NamedTuple

import numpy as np

from hashheat.components.coolant_layout import Channel, CoolantLayout, MicroChannels, PinFins
from hashheat.components.errors import ChannelHeightError, PlateGeometryError
from hashheat.components.plate_grid import split_evenly


class PlateLayers(NamedTuple):
    """Cells through the thickness of a plate, from the lower face to the upper one.

    Parameters
    ----------
    dz : (nz,) array
        Sizes [m].
    below : int
        Cell under the coolant; in a plate of one cell that cell, and below a field without a second base -1.
    beside : tuple of int
        Cells beside channels, or of fins between two bases; in a plate of one cell that cell.
    above : int
        Cell over the coolant.
    """

    dz: np.ndarray
    below: int
    beside: tuple[int, ...]
    above: int


def plate_layers(layout: CoolantLayout, thickness: float, layers: int | tuple[int, int, int]) -> PlateLayers:
    """Cut a plate through its thickness so that edges meet the floor and the ceiling of the coolant.

    Parameters
    ----------
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins
    thickness : float
        Of the plate, or of the base above a field [m].
    layers : int or (int, int, int)
        As for :class:`hashheat.components.plate_geometry.PlateGeometry`.

    Returns
    -------
    PlateLayers

    Raises
    ------
    ChannelHeightError
        For a channel that does not leave metal above and below it.
    PlateGeometryError
        For layers that do not fit the layout.
    """
    if isinstance(layout, (MicroChannels, PinFins)):
        if layout.cover_thickness == 0.0:
            if not isinstance(layers, int):
                raise PlateGeometryError(
                    "below the base of a field there is nothing to cut into layers",
                    key="layers",
                    found=layers,
                    accepted="one number",
                )
            return PlateLayers(np.full(layers, thickness / layers), -1, (), 0)
        heights = [layout.cover_thickness, layout.height, thickness]
    else:
        floor, ceiling = channel_place(layout.channel, thickness)
        if layers == 1:
            return PlateLayers(np.full(1, thickness), 0, (0,), 0)
        heights = [floor, ceiling - floor, thickness - ceiling]
    if isinstance(layers, int):
        if layers < 3:
            raise PlateGeometryError(
                "too few layers for what is below, beside and above the coolant",
                key="layers",
                found=layers,
                accepted="3 or more, or three numbers; 1 for a thin plate with channels",
            )
        dz = split_evenly(layers, np.concatenate([[0.0], np.cumsum(heights)]))
    else:
        dz = np.repeat(np.array(heights) / layers, layers)
    middle = np.cumsum(dz) - 0.5 * dz
    beside = np.flatnonzero((middle > heights[0]) & (middle < heights[0] + heights[1]))
    return PlateLayers(dz, int(beside[0]) - 1, tuple(int(z) for z in beside), int(beside[-1]) + 1)


def channel_place(channel: Channel, thickness: float) -> tuple[float, float]:
    """Floor and ceiling of the rectangle that a channel takes from the metal.

    Parameters
    ----------
    channel : Channel
    thickness : float
        Of the plate [m].

    Returns
    -------
    floor, ceiling : float
        From the lower face [m].

    Raises
    ------
    ChannelHeightError
        For a channel that does not leave metal above and below it.
    """
    height = channel.hole_height
    depth = 0.5 * (thickness - height) if channel.depth is None else channel.depth
    if not (depth > 0.0 and depth + height < thickness):
        raise ChannelHeightError(
            "the channel does not leave metal above and below it",
            key="height" if channel.depth is None else "depth",
            found=f"{height:g} m high, {depth:g} m above the lower face",
            accepted=f"inside the thickness of {thickness:g} m",
        )
    floor = depth + 0.5 * (height - channel.void_height)
    return floor, floor + channel.void_height
