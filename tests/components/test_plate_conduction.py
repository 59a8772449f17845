"""Heat through plates as their arrays conduct it, against finite elements, exact fins and the model by strips."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from hashheat.components.coolant_layout import Channel, MicroChannels, ParallelChannels, PinFins, Serpentine
from hashheat.components.plate_geometry import PlateGeometry, fitted_cells, plate_model

#: The film of the buried channel is strong, so that conduction is two thirds of the rise.
K, H, FLUX = 167.0, 6e4, 5e4
H_FINS = 6000.0


def steady(model, h, heat):
    """Temperatures above the coolant, which is everywhere the same, by a sparse direct solver."""
    solid, films = model.solid, model.films
    number = np.arange(solid.heat.size).reshape(solid.heat.shape)
    rows, columns, entries = [], [], []
    for conductance, axis in ((solid.along_x, 2), (solid.along_y, 1), (solid.along_z, 0)):
        at = conductance > 0.0
        i, j, g = number[at], np.roll(number, -1, axis)[at], conductance[at]
        for a, b, value in ((i, i, g), (j, j, g), (i, j, -g), (j, i, -g)):
            rows.append(a)
            columns.append(b)
            entries.append(value)
    g = 1.0 / (1.0 / (h * films.area) + films.resistance)
    sink = np.bincount(films.cell, g, minlength=number.size)
    rows.append(number.ravel())
    columns.append(number.ravel())
    # Cells without metal are held at zero.
    alone = (solid.capacity == 0.0).ravel()
    entries.append(sink + alone)
    matrix = coo_array(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(number.size,) * 2
    )
    return spsolve(matrix.tocsc(), np.ravel(heat)).reshape(number.shape)


PITCH, THICK, WIDE, HIGH, DEPTH = 0.012, 0.008, 0.004, 0.003, 0.002


def mean_rise_elements(step):
    """Mean rise of the heated upper face, by bilinear elements on one pitch of parallel channels."""
    ny, nz = round(PITCH / step), round(THICK / step)
    low, high = round((PITCH - WIDE) / 2 / step), round((PITCH + WIDE) / 2 / step)
    floor, ceiling = round(DEPTH / step), round((DEPTH + HIGH) / step)
    node = np.arange((nz + 1) * (ny + 1)).reshape(nz + 1, ny + 1)
    hole = np.zeros((nz, ny), dtype=bool)
    hole[floor:ceiling, low:high] = True
    z, y = np.nonzero(~hole)
    corner = np.stack([node[z, y], node[z, y + 1], node[z + 1, y + 1], node[z + 1, y]])
    stiffness = K / 6.0 * np.array([[4, -1, -2, -1], [-1, 4, -1, -2], [-2, -1, 4, -1], [-1, -2, -1, 4]])
    rows = [np.repeat(corner, 4, axis=0).ravel()]
    columns = [np.tile(corner, (4, 1)).ravel()]
    entries = [np.repeat(stiffness.ravel(), z.size)]
    walls = [(node[floor, low + i], node[floor, low + i + 1]) for i in range(high - low)]
    walls += [(node[ceiling, low + i], node[ceiling, low + i + 1]) for i in range(high - low)]
    walls += [(node[floor + i, low], node[floor + i + 1, low]) for i in range(ceiling - floor)]
    walls += [(node[floor + i, high], node[floor + i + 1, high]) for i in range(ceiling - floor)]
    a, b = np.array(walls).T
    for i, j, share in ((a, a, 2), (b, b, 2), (a, b, 1), (b, a, 1)):
        rows.append(i)
        columns.append(j)
        entries.append(np.full(i.size, H * step / 6.0 * share))
    load = np.zeros(node.size)
    load[node[-1]] = FLUX * step
    load[node[-1, [0, -1]]] *= 0.5
    matrix = coo_array(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(node.size,) * 2
    ).tocsr()
    used = np.flatnonzero(matrix.diagonal())
    rise = np.zeros(node.size)
    rise[used] = spsolve(matrix[used][:, used].tocsc(), load[used])
    top = rise[node[-1]]
    return np.mean(0.5 * (top[1:] + top[:-1]))


def mean_rise_volumes(ny, layers, fitted):
    layout = ParallelChannels(1, Channel("rectangle", WIDE, HIGH, depth=DEPTH))
    dy = fitted_cells(layout, (0.01, PITCH), (1, ny))[1] if fitted else None
    geometry = PlateGeometry(0.01, PITCH, THICK, K, 2e6, layout, (1, ny), layers, dy=dy)
    model = plate_model(geometry)
    heat = np.zeros(model.solid.heat.shape)
    width = np.full(ny, PITCH / ny) if dy is None else dy
    heat[-1, :, 0] = FLUX * 0.01 * width
    T = steady(model, H, heat)
    dz = (THICK - DEPTH - HIGH) / layers[2]
    return np.average(T[-1, :, 0], weights=width) + FLUX * dz / 2.0 / K


@pytest.fixture(scope="module")
def rise():
    """Elements approach from below, by a power of the step that the corners of the hole fix at about 4/3."""
    coarse, fine = mean_rise_elements(0.5e-3), mean_rise_elements(0.25e-3)
    return fine + (fine - coarse) / (2.0 ** (4 / 3) - 1.0)


def test_buried_channel_against_elements(rise):
    coarse = mean_rise_volumes(12, (2, 3, 3), fitted=True)
    fine = mean_rise_volumes(24, (4, 6, 6), fitted=True)
    finest = mean_rise_volumes(48, (8, 12, 12), fitted=True)
    assert abs(finest - rise) < 1.5e-3 * rise
    assert abs(fine - rise) < 5e-3 * rise
    assert abs(coarse - rise) < 1.5e-2 * rise
    # The film alone, evenly spread over the wall, would leave a third of it.
    assert rise > 2.5 * FLUX * PITCH / (H * 2.0 * (WIDE + HIGH))


@pytest.mark.parametrize(("ny", "most"), [(11, 0.012), (26, 0.006), (53, 0.003)])
def test_walls_within_cells_err_by_part_of_a_cell(rise, ny, most):
    n = max(ny // 12, 1)
    assert mean_rise_volumes(ny, (2 * n, 3 * n, 3 * n), fitted=False) == pytest.approx(rise, rel=most)


@pytest.mark.parametrize("along", ["x", "y"])
def test_thin_plate_is_the_model_by_strips(along):
    # With one row of cells a pass: the conductances of the serpentine of strips (along the strip the
    # section of metal, between strips the metal beside the channel in series with that above and below it).
    passes, n, length, width, t, w, h = 4, 10, 0.3, 0.1, 0.008, 0.006, 0.003
    size, cells = ((length, width), (n, passes)) if along == "x" else ((width, length), (passes, n))
    layout = Serpentine(passes, Channel("rectangle", w, h), along=along)
    model = plate_model(PlateGeometry(*size, t, K, 2e6, layout, cells))
    pitch, step = width / passes, length / n
    lengthwise, across = (
        (model.solid.along_x[0], model.solid.along_y[0])
        if along == "x"
        else (model.solid.along_y[0].T, model.solid.along_x[0].T)
    )
    np.testing.assert_allclose(lengthwise[:, :-1], K * (pitch * t - w * h) / step, rtol=1e-12)
    np.testing.assert_allclose(across[:-1], K * step / ((pitch - w) / t + w / (t - h)), rtol=1e-12)
    np.testing.assert_allclose(model.films.area, 2.0 * (w + h) * step, rtol=1e-12)
    np.testing.assert_array_equal(model.films.resistance, 0.0)
    # In path order: forth, and back in the next strip.
    place = np.arange(passes * n).reshape(passes, n)
    place[1::2] = place[1::2, ::-1].copy()
    if along == "y":
        place = (place % n) * passes + place // n
    np.testing.assert_array_equal(model.films.cell, place.ravel())


def fins_between_bases(layout, fins, perimeter, section, prime):
    """Rises of two bases of no resistance, one heated by FLUX, by finite volumes and exactly."""
    height, k = layout.height, layout.fin_conductivity
    geometry = PlateGeometry(0.01, 0.01, 1e-3, 1e9, 2e6, layout, (2, 2), (1, fins, 1))
    model = plate_model(geometry)
    heat = np.zeros(model.solid.heat.shape)
    heat[-1] = FLUX * 0.01 * 0.01 / 4
    T = steady(model, H_FINS, heat)
    np.testing.assert_allclose(T, T[:, :1, :1] * np.ones((1, 2, 2)), rtol=1e-9)
    # For each area of the base: cosh and sinh through both ends of the fin.
    m = np.sqrt(H_FINS * perimeter / (k * section))
    own, other = k * section * m / np.tanh(m * height), k * section * m / np.sinh(m * height)
    matrix = np.array([[H_FINS * prime + own, -other], [-other, H_FINS * prime + own]])
    return T[[-1, 0], 0, 0], np.linalg.solve(matrix, [FLUX, 0.0])


@pytest.mark.parametrize("kind", ["micro", "pins"])
def test_fins_between_two_bases(kind):
    # Fins of m H about 2: one end feels the other, and an efficiency of half a fin would be wrong.
    if kind == "micro":
        layout = MicroChannels(0.3e-3, 0.5e-3, 4e-3, 200.0, cover_thickness=1e-3)
        per_area = (2.0 / 0.5e-3, 0.4, 0.6)
    else:
        layout = PinFins(1e-3, 6e-3, 2e-3, 2e-3, 200.0, cover_thickness=1e-3)
        per_area = (np.pi * 1e-3 / 4e-6, np.pi / 4 * 1e-6 / 4e-6, 1.0 - np.pi / 16)
    errors = []
    for fins in (4, 8, 16, 32):
        found, exact = fins_between_bases(layout, fins, *per_area)
        errors.append(np.abs(found / exact - 1.0).max())
    assert errors[-1] < 2e-3
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(order > 1.8), order
    assert exact[1] > 0.05 * exact[0]
