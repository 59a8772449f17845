"""Faces and conductivities that channels leave open, against pixels and by hand."""

import numpy as np
import pytest

from hashheat.components.channel_pieces import channel_streams
from hashheat.components.coolant_layout import Channel, ChannelPath, MicroChannels, PinFins, Serpentine
from hashheat.components.plate_coverage import cover_layer, cover_thin
from hashheat.components.plate_geometry import PlateGeometry, plate_model
from hashheat.components.plate_grid import PlateGrid
from hashheat.components.plate_layers import plate_layers

PLATE = (0.12, 0.08)
K, WIDE, HIGH = 167.0, 0.006, 0.003
SLOT = Channel("rectangle", WIDE, HIGH)
STEP = 0.5e-3  # of a pixel

PATHS = {
    "straight": ((0.0, 0.0205), (0.12, 0.0205)),
    "bends": ((0.0, 0.02), (0.0605, 0.02), (0.0605, 0.05), (0.03, 0.05), (0.03, 0.065), (0.12, 0.065)),
    "on the grid": ((0.0, 0.018), (0.063, 0.018), (0.063, 0.048), (0.12, 0.048)),
    "ends inside": ((0.02, 0.01), (0.02, 0.05), (0.0905, 0.05)),
}


def pixels(points):
    """Pixels of a channel along a path, laid leg by leg; only the ends of the path are cut off straight."""
    x = (np.arange(round(PLATE[0] / STEP)) + 0.5) * STEP
    y = (np.arange(round(PLATE[1] / STEP)) + 0.5) * STEP
    filled = np.zeros((y.size, x.size), dtype=bool)
    half = WIDE / 2
    for i in range(len(points) - 1):
        (xa, ya), (xb, yb) = points[i], points[i + 1]
        grow = [half if i > 0 else 0.0, half if i + 2 < len(points) else 0.0]
        if (xb, yb) < (xa, ya):
            xa, ya, xb, yb = xb, yb, xa, ya
            grow.reverse()
        if ya == yb:
            box = xa - grow[0], xb + grow[1], ya - half, ya + half
        else:
            box = xa - half, xa + half, ya - grow[0], yb + grow[1]
        filled |= np.outer((y > box[2]) & (y < box[3]), (x > box[0]) & (x < box[1]))
    return filled


@pytest.mark.parametrize("points", PATHS.values(), ids=PATHS.keys())
@pytest.mark.parametrize("size", [1e-3, 2e-3, 2.5e-3, 4e-3])
def test_faces_that_stay_open(points, size):
    layout = ChannelPath(points, SLOT)
    nx, ny = (round(extent / size) for extent in PLATE)
    grid = PlateGrid(np.full(nx, size), np.full(ny, size), np.full(3, 1e-3))
    coverage = cover_layer(grid, channel_streams(layout, PLATE), WIDE)
    filled = pixels(points)
    n = round(size / STEP)
    share = filled.reshape(ny, n, nx, n).mean(axis=(1, 3))
    np.testing.assert_allclose(coverage.share, share, atol=1e-12)
    np.testing.assert_allclose(
        cover_thin(grid, channel_streams(layout, PLATE), WIDE, 0.4).share, share, atol=1e-12
    )
    # A face is closed where the channel is on either side of it.
    beside = ~(filled[:, n - 1 : -1 : n] | filled[:, n::n])
    np.testing.assert_allclose(
        coverage.open_x[:, :-1], beside.reshape(ny, n, nx - 1).mean(axis=1), atol=1e-12
    )
    beside = ~(filled[n - 1 : -1 : n] | filled[n::n])
    np.testing.assert_allclose(coverage.open_y[:-1], beside.reshape(ny - 1, nx, n).mean(axis=2), atol=1e-12)
    # Cells narrower than the channel hold one side of it: nothing is taken off their conductivity.
    if size < WIDE / 2:
        np.testing.assert_array_equal(coverage.along_x, 1.0)
        np.testing.assert_array_equal(coverage.along_y, 1.0)


@pytest.mark.parametrize("along", ["x", "y"])
def test_section_of_metal_beside_channels(along):
    # On any grid heat along the passes has the metal's section, above, below and beside the channels.
    layout = Serpentine(3, SLOT, along=along)
    solid = plate_model(PlateGeometry(*PLATE, 0.008, K, 2e6, layout, (31, 23), (2, 3, 2))).solid
    conductance, step, across = (
        (solid.along_x[:, :, :-1].sum(axis=(0, 1)), 0.12 / 31, 0.08)
        if along == "x"
        else (solid.along_y[:, :-1].sum(axis=(0, 2)), 0.08 / 23, 0.12)
    )
    section = across * 0.008 - 3 * WIDE * HIGH
    np.testing.assert_allclose(conductance, K * section / step, rtol=1e-12)
    # Nothing crosses a channel within its layer.
    layer = solid.along_y[3] if along == "x" else solid.along_x[3].T
    edges = np.linspace(0.0, across, layer.shape[0] + 1)[1:-1]
    for centre in (np.arange(3) + 0.5) * across / 3:
        crossed = np.abs(edges - centre) < WIDE / 2
        assert crossed.any()
        assert np.all(layer[:-1][crossed] == 0.0)


@pytest.mark.parametrize("along", ["x", "y"])
def test_channel_within_a_row_of_cells(along):
    # Rows of 20 mm, a channel of 6 mm within the third: 0.7 of the conductivity there.
    layout = ChannelPath(((0.0, 0.05), (0.12, 0.05)), SLOT)
    plate = PlateGeometry(0.12, 0.08, 0.008, K, 2e6, layout, (6, 4), (1, 1, 1))
    if along == "y":
        layout = ChannelPath(((0.05, 0.0), (0.05, 0.12)), SLOT)
        plate = PlateGeometry(0.08, 0.12, 0.008, K, 2e6, layout, (4, 6), (1, 1, 1))
    solid = plate_model(plate).solid
    lengthwise, across, up = solid.along_x, solid.along_y, solid.along_z
    if along == "y":
        lengthwise, across, up = (c.transpose(0, 2, 1) for c in (across, lengthwise, up))
    own = K * HIGH * 0.02 / 0.02
    np.testing.assert_allclose(across[1, 0], own, rtol=1e-12)
    np.testing.assert_allclose(across[1, 1:3], own * 2.0 / (1.0 + 1.0 / 0.7), rtol=1e-12)
    np.testing.assert_allclose(lengthwise[1, 2, :-1], 0.7 * own, rtol=1e-12)
    np.testing.assert_allclose(up[0, 2], K * 0.02 * 0.02 / (2.5e-3 / 2 + HIGH / 2 / 0.7), rtol=1e-12)


def test_channel_on_one_side_of_a_row():
    # A channel against the edge of its row leaves the metal on one side only: its conductivity stays.
    layout = ChannelPath(((0.0, 0.043), (0.12, 0.043)), SLOT)
    solid = plate_model(PlateGeometry(*PLATE, 0.008, K, 2e6, layout, (6, 4), (1, 1, 1))).solid
    np.testing.assert_allclose(solid.along_y[1, [0, 2]], K * HIGH, rtol=1e-12)
    np.testing.assert_array_equal(solid.along_y[1, 1], 0.0)
    # And one that fills a row leaves nothing.
    layout = ChannelPath(((0.0, 0.05), (0.12, 0.05)), Channel("rectangle", 0.02, HIGH))
    solid = plate_model(PlateGeometry(*PLATE, 0.008, K, 2e6, layout, (6, 4), (1, 1, 1))).solid
    np.testing.assert_allclose(solid.along_y[1, 0], K * HIGH, rtol=1e-12)
    np.testing.assert_array_equal(solid.along_y[1, 1:], 0.0)
    np.testing.assert_array_equal(solid.along_x[1, 2], 0.0)
    np.testing.assert_array_equal(solid.along_z[:, 2], 0.0)


@pytest.mark.parametrize("along", ["x", "y"])
@pytest.mark.parametrize("kind", ["micro", "pins"])
def test_fins_between_bases_conduct_lengthwise_only(kind, along):
    if kind == "micro":
        layout = MicroChannels(0.2e-3, 0.5e-3, 2e-3, 390.0, along=along, cover_thickness=2e-3)
        fin, lengthwise = 0.6, 0.6
    else:
        layout = PinFins(1e-3, 2e-3, 2e-3, 2e-3, 390.0, along=along, cover_thickness=2e-3)
        fin, lengthwise = np.pi / 16, 0.0
    solid = plate_model(PlateGeometry(*PLATE, 4e-3, K, 2e6, layout, (6, 4), (1, 2, 1))).solid
    flow, across = (solid.along_x, solid.along_y) if along == "x" else (solid.along_y, solid.along_x)
    inner = (slice(1, 3), slice(None, -1), slice(None, -1))
    np.testing.assert_allclose(flow[inner], lengthwise * 390.0 * 1e-3, rtol=1e-12)
    np.testing.assert_array_equal(across[inner], 0.0)
    np.testing.assert_allclose(solid.along_z[1], fin * 390.0 * 0.02**2 / 1e-3, rtol=1e-12)
    half = 2e-3 / 2 / K + 1e-3 / 2 / (fin * 390.0)
    np.testing.assert_allclose(solid.along_z[0], 0.02**2 / half, rtol=1e-12)


def test_frame_of_metal_around_a_field():
    # The field takes the middle 60 x 40 mm between its bases; the rest of its layer is metal.
    layout = MicroChannels(0.2e-3, 0.5e-3, 2e-3, 390.0, region=(0.03, 0.02, 0.09, 0.06), cover_thickness=2e-3)
    solid = plate_model(PlateGeometry(*PLATE, 4e-3, K, 2e6, layout, (12, 8), (1, 1, 1))).solid
    np.testing.assert_allclose(solid.along_x[1, 0, :-1], K * 2e-3, rtol=1e-12)
    np.testing.assert_allclose(solid.along_y[1, :-1, 0], K * 2e-3, rtol=1e-12)
    np.testing.assert_allclose(solid.along_x[1, 4, 4:7], 0.6 * 390.0 * 2e-3, rtol=1e-12)


def test_tube_is_in_the_middle_of_its_hole():
    tube = Channel("round", 4e-3, tube_wall=0.5e-3, tube_conductivity=390.0, depth=1e-3)
    layers = plate_layers(Serpentine(2, tube), 0.01, (2, 4, 3))
    edges = np.concatenate([[0.0], np.cumsum(layers.dz)])
    assert edges[-1] == pytest.approx(0.01)
    assert (layers.below, layers.beside, layers.above) == (1, (2, 3, 4, 5), 6)
    # A square of the hole's section about its axis, 3.5 mm above the lower face.
    assert 0.5 * (edges[2] + edges[6]) == pytest.approx(3.5e-3)
    assert (edges[6] - edges[2]) ** 2 == pytest.approx(np.pi / 4 * 25e-6)
    # In the middle of the plate where no depth is given.
    free = plate_layers(Serpentine(2, Channel("rectangle", 4e-3, 2e-3)), 0.01, (1, 1, 1))
    np.testing.assert_allclose(free.dz, [4e-3, 2e-3, 4e-3])
    # One number is split so that cells are about the same size.
    even = plate_layers(Serpentine(2, Channel("rectangle", 4e-3, 2e-3)), 0.01, 5)
    np.testing.assert_allclose(even.dz, 2e-3)
    assert even.beside == (2,)
