"""Pieces of channels: they fill the path once, and what does not fit is named."""

from itertools import pairwise

import numpy as np
import pytest

from hashheat.components.channel_pieces import channel_streams
from hashheat.components.coolant_layout import (
    Channel,
    ChannelPath,
    MicroChannels,
    ParallelChannels,
    PinFins,
    Serpentine,
)
from hashheat.components.errors import (
    ChannelPitchError,
    DiagonalPathError,
    FieldOffPlateError,
    PathCrossingError,
    PathOffPlateError,
)
from hashheat.thermo.errors import InputError

PLATE = (0.12, 0.08)
SLOT = Channel("rectangle", 0.006, 0.003)
ZIGZAG = ((0.0, 0.02), (0.06, 0.02), (0.06, 0.05), (0.03, 0.05), (0.03, 0.065), (0.12, 0.065))


def raster(points, width, step=0.5e-3):
    """Pixels of a thick line: every point closer than half a width, along x and y alike, to a leg."""
    x = (np.arange(round(PLATE[0] / step)) + 0.5) * step
    y = (np.arange(round(PLATE[1] / step)) + 0.5) * step
    filled = np.zeros((y.size, x.size), dtype=bool)
    for i, ((xa, ya), (xb, yb)) in enumerate(pairwise(points)):
        # A leg reaches half a width beyond its bends, but not beyond the ends of the path.
        before = width / 2 if i > 0 else 0.0
        after = width / 2 if i + 2 < len(points) else 0.0
        sx, sy = np.sign(xb - xa), np.sign(yb - ya)
        ends_x, ends_y = (
            sorted((xa - before * sx, xb + after * sx)),
            sorted((ya - before * sy, yb + after * sy)),
        )
        if sx:
            ends_y = [ya - width / 2, ya + width / 2]
        else:
            ends_x = [xa - width / 2, xa + width / 2]
        filled |= ((y > ends_y[0]) & (y < ends_y[1]))[:, None] & ((x > ends_x[0]) & (x < ends_x[1]))
    return filled


@pytest.mark.parametrize(
    "points",
    [
        ZIGZAG,
        ZIGZAG[::-1],
        ((0.02, 0.0), (0.02, 0.07), (0.05, 0.07), (0.05, 0.02), (0.1, 0.02), (0.1, 0.06)),
        # Points on the way change nothing, and neither does one that stands twice.
        ((0.0, 0.02), (0.01, 0.02), (0.01, 0.02), (0.06, 0.02), (0.06, 0.03), (0.06, 0.05), (0.12, 0.05)),
    ],
)
def test_pieces_fill_the_line_once(points):
    width = SLOT.width
    (pieces,) = channel_streams(ChannelPath(points, SLOT), PLATE)
    step = 0.5e-3
    count = np.zeros((160, 240), dtype=int)
    for piece in pieces:
        x0, x1, y0, y1 = (round(edge / step) for edge in piece.box(width))
        count[y0:y1, x0:x1] += 1
    corners = [p for k, p in enumerate(points) if k == 0 or p != points[k - 1]]
    corners = [
        p
        for k, p in enumerate(corners)
        if k in (0, len(corners) - 1)
        or (corners[k - 1][0] - p[0]) * (corners[k + 1][1] - p[1])
        - (corners[k - 1][1] - p[1]) * (corners[k + 1][0] - p[0])
    ]
    filled = raster(corners, width)
    np.testing.assert_array_equal(count, filled.astype(int))
    # Walls: sides of filled pixels towards empty ones, less the two ends of the path; the plate's edge is no wall.
    walls = (filled[1:] != filled[:-1]).sum() + (filled[:, 1:] != filled[:, :-1]).sum()
    open_ends = sum(0 < x < PLATE[0] and 0 < y < PLATE[1] for x, y in (points[0], points[-1]))
    walls = walls * step - open_ends * width
    counted = sum(sum(p.walls) * p.length + p.corner * width for p in pieces)
    length = sum(p.length for p in pieces)
    assert counted == pytest.approx(walls, rel=1e-9)
    assert counted == pytest.approx(2.0 * length, rel=1e-12)
    centre_line = sum(abs(a - c) + abs(b - d) for (a, b), (c, d) in pairwise(points))
    assert length == pytest.approx(centre_line, rel=1e-12)
    assert sum(p.turns for p in pieces) == len(corners) - 2


@pytest.mark.parametrize("redevelops", [True, False])
@pytest.mark.parametrize("inlet", ["lower left", "upper left", "lower right", "upper right"])
@pytest.mark.parametrize("along", ["x", "y"])
@pytest.mark.parametrize("bends", ["outside", "inside"])
def test_serpentine(redevelops, inlet, along, bends):
    channel = Channel("rectangle", 0.006, 0.003, redevelops=redevelops)
    (pieces,) = channel_streams(Serpentine(4, channel, along=along, inlet=inlet, bends=bends), PLATE)
    axis = "xy".index(along)
    straight = [p for p in pieces if p.axis == axis and not p.corner]
    assert len(straight) == 4
    starts = (0.0 if "left" in inlet else PLATE[0], 0.0 if "lower" in inlet else PLATE[1])
    assert straight[0].start == starts[axis]
    pitch = PLATE[1 - axis] / 4
    first = 0.5 * pitch if starts[1 - axis] == 0.0 else PLATE[1 - axis] - 0.5 * pitch
    assert straight[0].centre == pytest.approx(first)
    directions = [np.sign(p.end - p.start) for p in straight]
    assert directions == [directions[0] * (-1) ** i for i in range(4)]
    assert np.abs(np.diff([p.centre for p in straight])) == pytest.approx(pitch)
    assert sum(p.turns for p in pieces) == 6.0
    assert pieces[0].fresh
    # Of a serpentine with turns in the metal also the legs between passes, unless they are no longer than bends.
    fresh = [p.fresh for p in pieces[1:] if not p.corner]
    assert all(fresh) if redevelops else not any(fresh)
    if bends == "outside":
        assert sum(p.length for p in pieces) == pytest.approx(4 * PLATE[axis])
    else:
        # By hand: four passes, three legs of a pitch; each of six turns ends the passes half a pitch early.
        assert sum(p.length for p in pieces) == pytest.approx(4 * PLATE[axis] + 3 * pitch - 6 * 0.5 * pitch)


def test_parallel_channels():
    layout = ParallelChannels(3, SLOT, along="y", region=(0.03, 0.01, 0.09, 0.07), reverse=True)
    streams = channel_streams(layout, PLATE)
    assert [p.centre for (p,) in streams] == pytest.approx([0.04, 0.06, 0.08])
    assert all((p.start, p.end) == (0.07, 0.01) and p.axis == 1 and p.fresh for (p,) in streams)


@pytest.mark.parametrize(
    ("points", "error"),
    [
        (((0.0, 0.02), (0.05, 0.03)), DiagonalPathError),
        (((0.0, 0.02), (0.13, 0.02)), PathOffPlateError),
        (((0.0, 0.002), (0.1, 0.002)), PathOffPlateError),
        # The channel would be open along the edge of the plate.
        (((0.0, 0.003), (0.1, 0.003)), PathOffPlateError),
        (((0.0, 0.02), (0.118, 0.02), (0.118, 0.05)), PathOffPlateError),
        (((0.0, 0.02), (0.06, 0.02), (0.06, 0.05), (0.03, 0.05), (0.03, 0.0)), PathCrossingError),
        (((0.0, 0.02), (0.06, 0.02), (0.06, 0.025), (0.0, 0.025)), PathCrossingError),
        # Two legs that touch have no wall between them.
        (((0.0, 0.02), (0.06, 0.02), (0.06, 0.026), (0.0, 0.026)), PathCrossingError),
        (((0.0, 0.02), (0.06, 0.02), (0.02, 0.02)), PathCrossingError),
        (((0.01, 0.02), (0.01, 0.02)), PathCrossingError),
    ],
)
def test_paths_that_cannot_be(points, error):
    with pytest.raises(error):
        channel_streams(ChannelPath(points, SLOT), PLATE)


def test_legs_a_little_apart_are_fine():
    points = ((0.0, 0.02), (0.06, 0.02), (0.06, 0.0262), (0.0, 0.0262))
    (pieces,) = channel_streams(ChannelPath(points, SLOT), PLATE)
    assert sum(p.length for p in pieces) == pytest.approx(0.1262)


@pytest.mark.parametrize(
    ("layout", "error"),
    [
        (Serpentine(20, SLOT), ChannelPitchError),
        (Serpentine(13, SLOT), None),
        (ParallelChannels(20, SLOT, along="y"), ChannelPitchError),
        (ParallelChannels(3, SLOT, region=(0.0, 0.0, 0.13, 0.08)), FieldOffPlateError),
        (Serpentine(3, SLOT, bends="inside", margin=0.07), PathOffPlateError),
        (Serpentine(3, SLOT, bends="inside", margin=0.002), PathOffPlateError),
        # The tube fits, its wall does not.
        (Serpentine(12, Channel("round", 0.006, tube_wall=4e-4, tube_conductivity=400.0)), ChannelPitchError),
    ],
)
def test_layouts_that_do_not_fit(layout, error):
    if error is None:
        assert len(channel_streams(layout, PLATE)[0]) == layout.passes
        return
    with pytest.raises(error):
        channel_streams(layout, PLATE)


def field_of_pins(**changes):
    given = {
        "diameter": 1e-3,
        "height": 2e-3,
        "pitch_along": 2e-3,
        "pitch_across": 2e-3,
        "conductivity": 390.0,
    }
    return PinFins(**(given | changes))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Channel("oval", 1e-3, 1e-3), InputError),
        (lambda: Channel("rectangle", 1e-3), InputError),
        (lambda: Channel("rectangle", 1e-3, -1e-3), InputError),
        (lambda: Channel("round", 1e-3, 2e-3), InputError),
        (lambda: Channel("rectangle", 1e-3, 1e-3, tube_wall=1e-4, tube_conductivity=400.0), InputError),
        (lambda: Channel("round", 1e-3, tube_wall=1e-4), InputError),
        (lambda: Channel("round", float("nan")), InputError),
        (lambda: Serpentine(0, SLOT), InputError),
        (lambda: Serpentine(2, SLOT, along="z"), InputError),
        (lambda: Serpentine(2, SLOT, inlet="left"), InputError),
        (lambda: Serpentine(2, SLOT, bends="none"), InputError),
        (lambda: ChannelPath(((0.0, 0.0),), SLOT), InputError),
        (lambda: ChannelPath(((0.0, 0.0), (float("inf"), 0.0)), SLOT), InputError),
        (lambda: ParallelChannels(2, SLOT, region=(0.02, 0.0, 0.01, 0.05)), InputError),
        (lambda: field_of_pins(diameter=2e-3, arrangement="inline"), ChannelPitchError),
        # Staggered rows interlock until pins touch those of the next row, half a pitch aside.
        (lambda: field_of_pins(pitch_along=0.4e-3, pitch_across=1.5e-3), ChannelPitchError),
        (lambda: field_of_pins(arrangement="random"), InputError),
        (lambda: MicroChannels(0.4e-3, 0.4e-3, 2e-3, 390.0), ChannelPitchError),
        (lambda: MicroChannels(0.2e-3, 0.4e-3, 2e-3, 390.0, cover_thickness=-1e-3), InputError),
        (lambda: field_of_pins(height=0.0), InputError),
    ],
)
def test_descriptions_that_cannot_be(make, error):
    with pytest.raises(error):
        make()


def test_staggered_rows_interlock():
    assert field_of_pins(pitch_along=0.8e-3).pitch_along == 0.8e-3
