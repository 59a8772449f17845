"""From a described plate to the solver's arrays: nothing is lost, whatever the grid."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hashheat.components.chip_map import ChipKind, ChipMap, chip_grid
from hashheat.components.coolant_layout import (
    Channel,
    ChannelPath,
    MicroChannels,
    ParallelChannels,
    PinFins,
    Serpentine,
)
from hashheat.components.errors import (
    ChannelHeightError,
    ChipOffPlateError,
    ChipOverlapError,
    FieldOffPlateError,
    PlateGeometryError,
)
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.plate_geometry import (
    PlateGeometry,
    coolant_cells,
    fitted_cells,
    metal_share,
    plate_grid,
    plate_model,
)
from hashheat.thermo.errors import InputError

L, W, T = 0.12, 0.08, 0.008
K, C = 167.0, 2.43e6
SLOT = Channel("rectangle", 0.006, 0.003)
TUBE = Channel("round", 0.004, tube_wall=0.5e-3, tube_conductivity=390.0, joint_resistance=2e-5, depth=1e-3)
REGION = (0.013, 0.011, 0.098, 0.067)

CHANNELS = {
    "serpentine": Serpentine(4, SLOT),
    "turns inside": Serpentine(4, SLOT, bends="inside", inlet="upper right"),
    "tube": Serpentine(3, TUBE, along="y", bends="inside", margin=0.02),
    "path": ChannelPath(
        ((0.0, 0.02), (0.06, 0.02), (0.06, 0.05), (0.03, 0.05), (0.03, 0.07), (0.1, 0.07)), SLOT
    ),
    "parallel": ParallelChannels(5, SLOT, along="y", region=(0.01, 0.0, 0.11, 0.08)),
}
FIELDS = {
    "micro": MicroChannels(0.2e-3, 0.5e-3, 2e-3, 390.0, region=REGION, along="y"),
    "pins": PinFins(1e-3, 3e-3, 2.5e-3, 2e-3, 390.0, region=REGION, reverse=True),
}
CELLS = [(24, 16), (31, 23)]


def plate(layout, cells=(24, 16), layers=1, **changes):
    return PlateGeometry(L, W, T, K, C, layout, cells, layers, **changes)


def every_cell(model):
    return np.repeat(np.arange(len(model.coolant.length)), np.diff(model.films.first))


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("layers", [1, 4, (2, 3, 1)])
@pytest.mark.parametrize("layout", CHANNELS.values(), ids=CHANNELS.keys())
def test_channels_conserve(layout, layers, cells):
    geometry = plate(layout, cells, layers)
    model = plate_model(geometry)
    coolant, films, channel = model.coolant, model.films, layout.channel
    n = len(coolant.length)
    assert films.first[-1] == len(films.cell)
    assert coolant.first[-1] == n
    assert coolant.share.sum() == pytest.approx(1.0, rel=1e-14)

    # Wetted surface: perimeter times length of every coolant cell.
    perimeter = math.pi * channel.width if channel.shape == "round" else 2.0 * (0.006 + 0.003)
    area = np.bincount(every_cell(model), films.area, minlength=n)
    np.testing.assert_allclose(area, perimeter * coolant.length, rtol=1e-10)
    assert np.all(films.fin_area == 0.0)
    section = math.pi / 4 * channel.width**2 if channel.shape == "round" else 0.006 * 0.003
    np.testing.assert_allclose(coolant.volume, section * coolant.length, rtol=1e-12)

    # Volume of metal: that of the box less that of the hole.
    hole = math.pi / 4 * (channel.width + 2 * channel.tube_wall) ** 2 if channel.shape == "round" else section
    metal = L * W * T - hole * coolant.length.sum()
    assert model.solid.capacity.sum() == pytest.approx(C * metal, rel=1e-12)
    share = metal_share(geometry)
    assert (share * plate_grid(geometry).volume).sum() == pytest.approx(metal, rel=1e-12)
    assert share.min() >= 0.0

    # Films touch metal only, and cells without metal touch nothing.
    assert share.ravel()[films.cell].min() > 0.0
    void = share == 0.0
    for conductance, axis in ((model.solid.along_x, 2), (model.solid.along_y, 1), (model.solid.along_z, 0)):
        assert np.all(conductance >= 0.0)
        assert np.all(conductance[void] == 0.0)
        assert np.all(np.roll(conductance, 1, axis)[void] == 0.0)
        assert np.all(np.take(conductance, -1, axis) == 0.0)
    assert np.all(np.isfinite(films.resistance))


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("layout", CHANNELS.values(), ids=CHANNELS.keys())
def test_metal_hangs_together(layout, cells):
    geometry = plate(layout, cells, (2, 2, 1))
    solid = plate_model(geometry).solid
    number = np.arange(solid.along_x.size).reshape(solid.along_x.shape)
    pairs = []
    for conductance, axis in ((solid.along_x, 2), (solid.along_y, 1), (solid.along_z, 0)):
        i, j = number, np.roll(number, -1, axis)
        pairs.append(np.stack([i[conductance > 0.0], j[conductance > 0.0]]))
    i, j = np.concatenate(pairs, axis=1)
    _, label = connected_components(coo_array((np.ones(i.size), (i, j)), shape=(number.size,) * 2))
    assert np.unique(label[(metal_share(geometry) > 0.0).ravel()]).size == 1


@pytest.mark.parametrize("layout", CHANNELS.values(), ids=CHANNELS.keys())
def test_walls_in_line_with_the_grid(layout):
    # Bottom, top and sides have their areas where the cells say they are.
    dx, dy = fitted_cells(layout, (L, W), (40, 30))
    geometry = plate(layout, (40, 30), (1, 2, 2), dx=dx, dy=dy)
    share = metal_share(geometry)
    assert np.all((share == 0.0) | (share > 1.0 - 1e-12))
    model = plate_model(geometry)
    z = model.films.cell // (40 * 30)
    channel = layout.channel
    length = model.coolant.length.sum()
    quarter = math.pi / 4 * channel.width if channel.shape == "round" else None
    for where, expected in (
        (z == 0, quarter or channel.width),
        (z == 3, quarter or channel.width),
        ((z == 1) | (z == 2), 2 * quarter if quarter else 2 * 0.003),
    ):
        assert model.films.area[where].sum() == pytest.approx(expected * length, rel=1e-10)
    assert not np.any(z == 4)


def test_resistance_of_half_cells():
    # One straight channel on its grid: cells of 6 x 1 x 1 mm, the films of one coolant cell by hand.
    dy = np.array([0.037, 0.006, 0.037])
    geometry = plate(Serpentine(1, SLOT), (20, 3), (1, 2, 1), dy=dy)
    model = plate_model(geometry)
    first, after = model.films.first[7:9]
    cell = model.films.cell[first:after]
    z, y, x = np.unravel_index(cell, (4, 3, 20))
    assert np.all(x == 7)
    by_place = dict(zip(zip(z.tolist(), y.tolist(), strict=True), range(first, after), strict=True))
    step = L / 20
    for place, area, half in (
        ((0, 1), 0.006 * step, 2.5e-3 / 2),
        ((3, 1), 0.006 * step, 2.5e-3 / 2),
        ((1, 0), 0.0015 * step, 0.037 / 2),
        ((2, 2), 0.0015 * step, 0.037 / 2),
    ):
        link = by_place[place]
        assert model.films.area[link] == pytest.approx(area, rel=1e-12)
        assert model.films.resistance[link] == pytest.approx(half / (K * area), rel=1e-12)
    assert len(by_place) == 6


@pytest.mark.parametrize("layers", [1, (1, 2, 1)])
def test_tube_and_joint(layers):
    # All links of a coolant cell side by side: tube wall and joint of the whole circumference, and half cells.
    tube = Serpentine(2, TUBE)
    bare = Serpentine(2, Channel("round", 0.005, depth=1e-3))
    films = plate_model(plate(tube, layers=layers)).films
    of_hole = plate_model(plate(bare, layers=layers)).films
    np.testing.assert_array_equal(films.cell, of_hole.cell)
    n = films.first[1]
    step = L / 24
    expected = math.log(2.5 / 2.0) / (2.0 * math.pi * 390.0 * step) + 2e-5 / (math.pi * 0.005 * step)
    together = 1.0 / np.sum(1.0 / (films.resistance - of_hole.resistance)[:n])
    assert together == pytest.approx(expected, rel=1e-9)
    if layers == 1:
        assert np.all(of_hole.resistance == 0.0)


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("layout", FIELDS.values(), ids=FIELDS.keys())
def test_fields_conserve(layout, layers, cells):
    model = plate_model(plate(layout, cells, layers))
    coolant, films = model.coolant, model.films
    foot = (REGION[2] - REGION[0]) * (REGION[3] - REGION[1])
    if isinstance(layout, MicroChannels):
        number = (REGION[2] - REGION[0]) / 0.5e-3
        run = REGION[3] - REGION[1]
        prime, fins, free = number * 0.2e-3 * run, number * 2 * 2e-3 * run, 0.2 / 0.5
    else:
        number = (REGION[3] - REGION[1]) / 2e-3
        run = REGION[2] - REGION[0]
        pins = foot / (2.5e-3 * 2e-3)
        prime, fins = foot - pins * math.pi / 4 * 1e-6, pins * math.pi * 1e-3 * 3e-3
        free = prime / foot
    assert coolant.channels.sum() == pytest.approx(number, rel=1e-12)
    assert coolant.share.sum() == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(coolant.share / coolant.channels, 1.0 / number, rtol=1e-12)
    np.testing.assert_allclose(np.add.reduceat(coolant.length, coolant.first[:-1]), run, rtol=1e-12)
    assert films.area.sum() == pytest.approx(prime, rel=1e-12)
    assert films.fin_area.sum() == pytest.approx(fins, rel=1e-12)
    assert coolant.volume.sum() == pytest.approx(free * layout.height * foot, rel=1e-12)
    # One link a coolant cell, on the lower face; half a cell of its own footprint, all of them side by side.
    assert np.all(np.diff(films.first) == 1)
    assert films.cell.max() < cells[0] * cells[1]
    if layers == 1:
        assert np.all(films.resistance == 0.0)
    else:
        assert np.sum(1.0 / films.resistance) == pytest.approx(K * foot / (T / 3 / 2), rel=1e-12)
    metal = L * W * T + (1.0 - free) * layout.height * foot
    assert model.solid.capacity.sum() == pytest.approx(C * metal, rel=1e-12)
    # The flow is along y upwards for the one, along x backwards for the other.
    places = coolant_cells(plate(layout, cells, layers)).places
    step = np.diff(places[: coolant.first[1]], axis=0)
    if isinstance(layout, MicroChannels):
        assert np.all(step[:, 1] > 0.0)
        np.testing.assert_allclose(step[:, 0], 0.0, atol=1e-15)
    else:
        assert np.all(step[:, 0] < 0.0)
    assert np.all((places > REGION[:2]) & (places < REGION[2:]))


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("layout", FIELDS.values(), ids=FIELDS.keys())
def test_fields_between_two_bases_conserve(layout, cells):
    one = plate_model(plate(layout, cells, 1))
    geometry = plate(replace(layout, cover_thickness=0.005), cells, (2, 5, 3))
    model = plate_model(geometry)
    z = model.films.cell // (cells[0] * cells[1])
    for base in (1, 7):
        assert model.films.area[z == base].sum() == pytest.approx(one.films.area.sum(), rel=1e-12)
    fins = (z > 1) & (z < 7)
    assert model.films.area[fins].sum() == pytest.approx(one.films.fin_area.sum(), rel=1e-12)
    assert np.all(model.films.fin_area == 0.0)
    foot = (REGION[2] - REGION[0]) * (REGION[3] - REGION[1])
    free = one.films.area.sum() / foot
    metal = L * W * (T + 0.005 + layout.height) - free * layout.height * foot
    assert model.solid.capacity.sum() == pytest.approx(C * metal, rel=1e-12)
    np.testing.assert_allclose(model.coolant.volume, one.coolant.volume, rtol=1e-12)
    assert plate_grid(geometry).dz.sum() == pytest.approx(T + 0.005 + layout.height, rel=1e-12)


@pytest.mark.parametrize("layers", [1, (1, 2, 1)])
@pytest.mark.parametrize("bends", ["outside", "inside"])
def test_opposite_corners_are_mirror_images(layers, bends):
    # The plate turned by half a turn: the same arrays, counted from the other corner.
    models = [
        plate_model(plate(Serpentine(4, SLOT, inlet=inlet, bends=bends), (31, 22), layers))
        for inlet in ("lower left", "upper right")
    ]
    one, other = models
    np.testing.assert_allclose(
        one.solid.along_x[..., :-1], other.solid.along_x[:, ::-1, ::-1][..., 1:], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        one.solid.along_y[:, :-1], other.solid.along_y[:, ::-1, ::-1][:, 1:], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(one.coolant.length, other.coolant.length, rtol=1e-9)
    np.testing.assert_allclose(one.coolant.development_23, other.coolant.development_23, rtol=1e-9)
    np.testing.assert_array_equal(one.coolant.bends, other.coolant.bends)
    wetted = [
        np.bincount(m.films.cell, m.films.area, minlength=m.solid.heat.size).reshape(m.solid.heat.shape)
        for m in models
    ]
    np.testing.assert_allclose(wetted[0], wetted[1][:, ::-1, ::-1], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("redevelops", [True, False])
def test_development(redevelops):
    # By quadrature of x^(-1/3) and x^(-2/3) over cells in the second pass.
    layout = Serpentine(2, replace(SLOT, redevelops=redevelops))
    coolant = plate_model(plate(layout, (10, 4))).coolant
    start = 0.0 if redevelops else L
    for i in (10, 13):
        a, b = start + (i - 10) * L / 10, start + (i - 9) * L / 10
        s = (np.arange(200000) + 0.5) / 200000
        # x = a + (b - a) s^3 takes the singularity away.
        x, weight = a + (b - a) * s**3, 3.0 * s**2
        mean_13, mean_23 = np.mean(x ** (-1 / 3) * weight), np.mean(x ** (-2 / 3) * weight)
        assert coolant.development[i] == pytest.approx(mean_13**-3, rel=1e-6)
        assert coolant.development_23[i] == pytest.approx(mean_23, rel=1e-5)
    np.testing.assert_array_equal(np.flatnonzero(coolant.bends), [9])
    assert coolant.bends[9] == 2.0


@pytest.mark.parametrize("along", ["x", "y"])
def test_losses(along):
    given = {"htc_top": 12.0, "htc_bottom": 8.0, "htc_edge": 5.0}
    layout = Serpentine(4, SLOT, along=along)
    thin = plate_model(plate(layout, **given)).solid.loss
    face = L * W * (12.0 + 8.0)
    # Half a cell before the edges; the holes where the passes leave the plate lose nothing.
    step = L / 24
    holes = 8 * 0.006 * 0.003
    edge = 1.0 / (1.0 / 5.0 + step / 2 / K) * (2.0 * (L + W) * T - holes)
    assert thin.sum() == pytest.approx(face + edge, rel=1e-12)
    thick = plate_model(plate(layout, layers=(2, 2, 2), **given)).solid.loss
    half = 2.5e-3 / 2 / 2
    face = L * W * (1.0 / (1.0 / 12.0 + half / K) + 1.0 / (1.0 / 8.0 + half / K))
    assert thick.sum() == pytest.approx(face + edge, rel=1e-12)
    assert np.all(plate_model(plate(layout)).solid.loss == 0.0)


@pytest.mark.parametrize("layout", [*CHANNELS.values(), FIELDS["micro"]])
def test_cells_fitted_to_chips(layout):
    given = chips_on("both")
    dx, dy = fitted_cells(layout, (L, W), (50, 40), given["chips"])
    assert (dx.size, dy.size) == (50, 40)
    assert (dx.sum(), dy.sum()) == (pytest.approx(L, rel=1e-14), pytest.approx(W, rel=1e-14))
    geometry = plate(
        replace(layout, cover_thickness=2e-3) if layout in FIELDS.values() else layout, (50, 40), 4
    )
    geometry = replace(geometry, dx=dx, dy=dy, **given)
    chips = plate_model(geometry).chips
    _, y, x = np.unravel_index(chips.cell, plate_grid(geometry).shape)
    np.testing.assert_allclose(chips.weight * 0.011 * 0.013, dx[x] * dy[y], rtol=1e-9)


def test_chip_over_parts_of_cells():
    # Cells of 5 mm: 3 of the 6 mm along x are on the first, 2.5 of the 10 mm along y on the lowest row.
    chip = ChipMap([0.005], [0.0075], [0.006], [0.010], [1], ("a",), [1.0])
    chips = plate_model(plate(Serpentine(4, SLOT), chips=chip, chip_heat=ChipHeat(0.1, 1.0))).chips
    weight = np.zeros(24 * 16)
    weight[chips.cell] = chips.weight
    np.testing.assert_allclose(
        weight.reshape(16, 24)[:4, :3],
        np.outer([0.25, 0.5, 0.25, 0.0], [0.5, 0.5, 0.0]),
        atol=1e-14,
    )


def chips_on(sides="top", **changes):
    chips = chip_grid(2, 3, ChipKind(0.011, 0.013, 1.5), (L, W))
    if sides == "both":
        chips = chips.on_both_sides()
    heat = ChipHeat(resistance=0.4, P_dynamic=10.0, P_leak=np.arange(len(chips)) * 1.0, **changes)
    return {"chips": chips, "chip_heat": heat}


@pytest.mark.parametrize("sides", ["top", "both"])
@pytest.mark.parametrize("layers", [1, (1, 1, 2)])
def test_chips(layers, sides):
    geometry = plate(Serpentine(4, SLOT), (31, 23), layers, **chips_on(sides))
    chips = plate_model(geometry).chips
    n = 6 if sides == "top" else 12
    weights = np.add.reduceat(chips.weight, chips.first[:-1])
    np.testing.assert_allclose(weights, 1.0, rtol=1e-13)
    assert len(chips.resistance) == n
    z, y, x = np.unravel_index(chips.cell, plate_grid(geometry).shape)
    top = 0 if layers == 1 else 3
    np.testing.assert_array_equal(z[: chips.first[6]], top)
    np.testing.assert_array_equal(z[chips.first[6] :], 0)
    # The heat's centre is that of the chip, within half a cell.
    for i in range(n):
        at = slice(chips.first[i], chips.first[i + 1])
        assert np.sum(chips.weight[at] * (x[at] + 0.5)) * L / 31 == pytest.approx(
            geometry.chips.x[i], abs=0.5 * L / 31
        )
        assert np.sum(chips.weight[at] * (y[at] + 0.5)) * W / 23 == pytest.approx(
            geometry.chips.y[i], abs=0.5 * W / 23
        )
    half = {1: [0.0, 0.0], (1, 1, 2): [1.25e-3 / 2, 2.5e-3 / 2]}[layers]
    expected = 0.4 + np.repeat(half, 6)[:n] / (K * 0.011 * 0.013)
    np.testing.assert_allclose(chips.resistance, expected, rtol=1e-12)
    np.testing.assert_allclose(chips.P_dynamic, 15.0)
    np.testing.assert_allclose(chips.P_leak, 1.5 * np.arange(n))


def test_no_chips():
    chips = plate_model(plate(Serpentine(4, SLOT))).chips
    np.testing.assert_array_equal(chips.first, [0])
    assert chips.cell.size == chips.weight.size == chips.resistance.size == 0


def off(**at):
    chips = chip_grid(1, 2, ChipKind(0.01, 0.01), (L, W))
    return {"chips": replace(chips, **at), "chip_heat": ChipHeat(0.1, 1.0)}


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: plate(Serpentine(4, SLOT), **off(x=[0.03, 0.035])), ChipOverlapError),
        (lambda: plate(Serpentine(4, SLOT), **off(x=[0.03, 0.116])), ChipOffPlateError),
        (lambda: plate(Serpentine(4, SLOT), chips=chips_on()["chips"]), InputError),
        (lambda: plate(Serpentine(4, SLOT), **chips_on(leak_scale=0.0)), InputError),
        (lambda: plate(Serpentine(4, SLOT), **chips_on(T_leak=np.full(5, 300.0))), InputError),
        (lambda: plate(FIELDS["micro"], **chips_on("both")), PlateGeometryError),
        (lambda: plate(FIELDS["micro"], layers=(1, 1, 1)), PlateGeometryError),
        (lambda: plate(replace(FIELDS["pins"], cover_thickness=1e-3), layers=1), PlateGeometryError),
        (lambda: plate(replace(FIELDS["pins"], region=(0.0, 0.0, L, W + 1e-4))), FieldOffPlateError),
        (lambda: plate(Serpentine(4, SLOT), layers=2), PlateGeometryError),
        (lambda: plate(Serpentine(4, replace(SLOT, height=T))), ChannelHeightError),
        (lambda: plate(Serpentine(4, replace(SLOT, depth=0.005))), ChannelHeightError),
        (lambda: plate(Serpentine(4, replace(SLOT, depth=0.0)), layers=4), ChannelHeightError),
        (lambda: plate(Serpentine(4, SLOT), layers=0), InputError),
        (lambda: plate(Serpentine(4, SLOT), layers=(1, 1)), InputError),
        (lambda: plate(Serpentine(4, SLOT), (0, 4)), InputError),
        (lambda: plate(Serpentine(4, SLOT), dx=np.full(24, 0.004)), InputError),
        (lambda: plate(Serpentine(4, SLOT), htc_top=-1.0), InputError),
        (lambda: replace(plate(Serpentine(4, SLOT)), conductivity=0.0), InputError),
    ],
)
def test_plates_that_cannot_be(make, error):
    with pytest.raises(error):
        plate_model(make())
