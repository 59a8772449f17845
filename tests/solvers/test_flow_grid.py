"""Face positions: ratios asked for, nesting, lines kept, gentle growth; and the coarser nested box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.solvers import flow_grid as fg
from hashheat.solvers.flow_model import INLET, OUTLET, SLIP, WALL, FlowGrid, flow_box
from hashheat.thermo.errors import InputError
from hashheat.thermo.liquid import constant_liquid

OIL = constant_liquid(800.0, 5e-3, 0.14, 2200.0, 7e-4)


def neighbours(faces):
    d = np.diff(faces)
    return np.max(np.maximum(d[1:] / d[:-1], d[:-1] / d[1:]), initial=1.0)


@pytest.mark.parametrize("make", [fg.uniform, lambda n, x, s=0.0: fg.stretched(n, x, 7.0, s)])
def test_ends_and_symmetry(make):
    x = make(17, 2.5, -1.0)
    assert (x[0], x[-1]) == (-1.0, 1.5)
    np.testing.assert_allclose(np.diff(x), np.diff(x)[::-1], rtol=1e-13)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 10.0, 1000.0])
def test_ratio_of_largest_to_smallest_is_that_of_the_map(ratio):
    for x in (fg.stretched(2000, 3.0, ratio), fg.one_sided(2000, 3.0, ratio)):
        d = np.diff(x)
        assert d.max() / d.min() == pytest.approx(ratio, rel=5e-3)
        assert (x[0], x[-1]) == (0.0, 3.0)


def test_one_sided_puts_small_cells_where_asked():
    low, high = fg.one_sided(20, 2.0, 5.0, 1.0), fg.one_sided(20, 2.0, 5.0, 1.0, fine_end="high")
    assert np.all(np.diff(low, 2) > 0)
    assert np.all(np.diff(high, 2) < 0)
    np.testing.assert_allclose(np.diff(low), np.diff(high)[::-1], rtol=1e-12)
    assert (high[0], high[-1]) == (1.0, 3.0)


def test_grids_nest():
    for make in (fg.uniform, lambda n, x: fg.stretched(n, x, 9.0), lambda n, x: fg.one_sided(n, x, 9.0)):
        np.testing.assert_allclose(make(64, 1.3)[::2], make(32, 1.3), rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("make", "arguments"),
    [
        (fg.uniform, (0, 1.0)),
        (fg.uniform, (2.5, 1.0)),
        (fg.uniform, (4, 0.0)),
        (fg.stretched, (4, 1.0, 0.5)),
        (fg.stretched, (4, 1.0, np.inf)),
        (fg.one_sided, (4, -1.0, 2.0)),
    ],
)
def test_what_makes_no_grid_is_named(make, arguments):
    with pytest.raises(InputError, match="found"):
        make(*arguments)


def test_an_unknown_end_is_named():
    with pytest.raises(InputError, match="low, high"):
        fg.one_sided(4, 1.0, 2.0, fine_end="left")


@st.composite
def segments(draw):
    lengths = draw(st.lists(st.floats(0.005, 1.0), min_size=1, max_size=7))
    sizes = [draw(st.floats(0.01, 0.4)) for _ in lengths]
    return np.concatenate([[-0.3], -0.3 + np.cumsum(lengths)]), sizes


@given(segments(), st.floats(1.05, 1.6), st.integers(0, 3))
def test_lines_sizes_growth_and_halving_all_hold(given_segments, growth, halvings):
    lines, sizes = given_segments
    x = fg.with_breakpoints(lines, sizes, growth=growth, halvings=halvings)
    at = np.searchsorted(x, lines - 1e-12)
    np.testing.assert_array_equal(x[at], lines)
    assert np.all(np.diff(at) % 2**halvings == 0)
    assert np.all(np.diff(at) > 0)
    assert neighbours(x) <= growth * (1 + 1e-9)
    for j, size in enumerate(sizes):
        assert np.diff(x[at[j] : at[j + 1] + 1]).max() <= size * (1 + 1e-9)


def test_even_segments_stay_even():
    x = fg.with_breakpoints([0.0, 0.4, 1.2], 0.1)
    np.testing.assert_allclose(np.diff(x), 0.1, rtol=1e-9)


def test_lines_can_ask_for_small_cells():
    x = fg.with_breakpoints([0.0, 1.0, 3.0], 0.1, line_size=[np.inf, 0.004, np.inf], growth=1.25)
    at = int(np.searchsorted(x, 1.0 - 1e-12))
    d = np.diff(x)
    assert d[at - 1] == pytest.approx(0.004, rel=0.2)
    assert d[at] == pytest.approx(0.004, rel=0.2)
    assert max(d[at - 1], d[at]) <= 0.004 * (1 + 1e-9)
    # Not more cells than needed: growth as allowed to the largest size, then even.
    growing = np.log(0.1 / 0.004) / np.log(1.25)
    room = 3.0 - 2 * 0.1 * 1.25 / 0.25
    assert len(d) <= room / 0.1 + 2 * growing + 2 * 4


@pytest.mark.parametrize(
    ("lines", "size", "options", "key"),
    [
        ([0.0], 0.1, {}, "lines"),
        ([0.0, 0.0, 1.0], 0.1, {}, "lines"),
        ([0.0, np.nan], 0.1, {}, "lines"),
        ([0.0, 1.0], 0.0, {}, "size"),
        ([0.0, 1.0], np.inf, {}, "size"),
        ([0.0, 1.0], 0.1, {"line_size": [0.1]}, "line_size"),
        ([0.0, 1.0], 0.1, {"line_size": [0.1, 0.0]}, "line_size"),
        ([0.0, 1.0], 0.1, {"growth": 1.0}, "growth"),
        ([0.0, 1.0], 0.1, {"halvings": -1}, "halvings"),
    ],
)
def test_what_makes_no_breakpoints_is_named(lines, size, options, key):
    with pytest.raises(InputError, match=key):
        fg.with_breakpoints(lines, size, **options)


def box(nx=8, ny=4, nz=4):
    grid = FlowGrid(
        fg.stretched(nx, 1.0, 3.0),
        fg.one_sided(ny, 2.0, 4.0),
        fg.uniform(nz, 0.5) if nz > 1 else np.array([0, 0.5]),
    )
    return flow_box(grid, OIL, (0.0, 0.0, -9.81))


def volumes(grid):
    return np.diff(grid.z)[:, None, None] * np.diff(grid.y)[:, None] * np.diff(grid.x)


def test_the_coarser_box_has_every_second_face():
    fine = box()
    coarse = fg.coarsened(fine)
    np.testing.assert_array_equal(coarse.grid.x, fine.grid.x[::2])
    np.testing.assert_array_equal(coarse.grid.y, fine.grid.y[::2])
    assert coarse.grid.shape == (2, 2, 4)
    assert [f.shape for f in coarse.force] == [(2, 2, 5), (2, 3, 4), (3, 2, 4)]
    assert [s.kind.shape for s in coarse.sides] == [(2, 2)] * 2 + [(2, 4)] * 4
    assert fg.coarsened(box(nz=1)).grid.shape == (1, 2, 4)
    assert np.all(fg.coarsened(box(nz=1)).sides[4].kind == SLIP)


def test_uniform_properties_pass_unchanged():
    fine = box()
    fine.porosity[...] = 0.6
    fine.inverse_permeability[...] = np.array([1e6, 2e6, 3e6])[:, None, None, None]
    fine.conductivity[...] = np.array([1.0, 2.0, 3.0])[:, None, None, None]
    fine.heat_capacity[...] = 2e6
    fine.mixing_length[...] = 0.01
    for part, value in zip(fine.force, (4.0, 5.0, 6.0), strict=True):
        part[...] = value
    for s in fine.sides:
        s.htc[...], s.temperature[...], s.heat_flux[...] = 7.0, 300.0, 11.0
        s.velocity[...] = np.array([0.1, 0.2, 0.3])[:, None, None]
    coarse = fg.coarsened(fine)
    for name in ("porosity", "inverse_permeability", "conductivity", "heat_capacity", "mixing_length"):
        first = getattr(fine, name)[..., :1, :1, :1]
        np.testing.assert_allclose(getattr(coarse, name), first + 0.0 * getattr(coarse, name), rtol=1e-13)
    for part, value in zip(coarse.force, (4.0, 5.0, 6.0), strict=True):
        np.testing.assert_allclose(part, value, rtol=1e-13)
    for s in coarse.sides:
        np.testing.assert_allclose(s.htc, 7.0)
        np.testing.assert_allclose(s.temperature, 300.0)
        np.testing.assert_allclose(s.heat_flux, 11.0)
        np.testing.assert_allclose(s.velocity[1], 0.2)


def test_sources_and_exchange_are_summed():
    fine = box()
    rng = np.random.default_rng(3)
    fine.source[...] = rng.random(fine.source.shape)
    fine.exchange[...] = rng.random(fine.source.shape)
    fine.exchange_temperature[...] = 300 + rng.random(fine.source.shape)
    coarse = fg.coarsened(fine)
    assert coarse.source.sum() == pytest.approx(fine.source.sum(), rel=1e-13)
    assert coarse.source[0, 0, 0] == pytest.approx(fine.source[:2, :2, :2].sum(), rel=1e-13)
    assert coarse.exchange.sum() == pytest.approx(fine.exchange.sum(), rel=1e-13)
    pulled = (fine.exchange * fine.exchange_temperature).sum()
    assert (coarse.exchange * coarse.exchange_temperature).sum() == pytest.approx(pulled, rel=1e-13)


@pytest.mark.parametrize("field", ["inverse_permeability", "forchheimer"])
def test_resistance_is_in_series_along_and_side_by_side_across(field):
    fine = box()
    getattr(fine, field)[:, :, :, 0::2] = 1.0
    getattr(fine, field)[:, :, :, 1::2] = 9.0
    coarse = getattr(fg.coarsened(fine), field)
    d = np.diff(fine.grid.x).reshape(-1, 2)
    np.testing.assert_allclose(coarse[0, 0, 0], (d[:, 0] + 9 * d[:, 1]) / d.sum(1), rtol=1e-13)
    across = d.sum(1) / (d[:, 0] + d[:, 1] / 9)
    np.testing.assert_allclose(coarse[1, 0, 0], across, rtol=1e-13)
    np.testing.assert_allclose(coarse[2, 1, 1], across, rtol=1e-13)


def test_a_gap_beside_a_porous_block_stays_open():
    fine = box()
    fine.inverse_permeability[:, :, 1::2] = 1e8
    coarse = fg.coarsened(fine)
    assert np.all(coarse.inverse_permeability[[0, 2]] < 1e-12)
    assert np.all(coarse.inverse_permeability[1] > 1e7)


def test_conductivity_is_in_series_along_and_side_by_side_across():
    fine = box()
    fine.solid[...] = True
    fine.conductivity[:, :, :, 0::2] = 1.0
    fine.conductivity[:, :, :, 1::2] = 9.0
    coarse = fg.coarsened(fine)
    d = np.diff(fine.grid.x).reshape(-1, 2)
    np.testing.assert_allclose(coarse.conductivity[0, 0, 0], d.sum(1) / (d[:, 0] + d[:, 1] / 9), rtol=1e-13)
    across = (d[:, 0] + 9 * d[:, 1]) / d.sum(1)
    np.testing.assert_allclose(coarse.conductivity[1, 0, 0], across, rtol=1e-13)
    np.testing.assert_allclose(coarse.conductivity[2, 1, 1], across, rtol=1e-13)


def test_liquid_beside_a_given_conductivity_counts_with_its_own():
    fine = box()
    fine.conductivity[1, :, 0::2, 0:2] = 1.0
    coarse = fg.coarsened(fine)
    d = np.diff(fine.grid.y)[:2]
    assert coarse.conductivity[1, 0, 0, 0] == pytest.approx(d.sum() / (d[0] / 1.0 + d[1] / 0.14), rel=1e-12)
    assert np.all(coarse.conductivity[:, :, :, 2:] == 0)


def test_a_coarse_cell_is_solid_when_the_larger_part_is():
    fine = box(ny=8)
    fine.solid[:, :, :3] = True
    fine.porosity[:, :, 3] = 0.5
    coarse = fg.coarsened(fine)
    # The third fine cell along x is smaller than the fourth.
    assert np.diff(fine.grid.x)[2] < np.diff(fine.grid.x)[3]
    assert np.all(coarse.solid[:, :, 0])
    assert not np.any(coarse.solid[:, :, 1:])
    np.testing.assert_allclose(coarse.porosity[:, :, 1], 0.5)


def test_an_opening_is_never_lost_and_keeps_its_flow():
    fine = box()
    west, east = fine.sides[0], fine.sides[1]
    west.kind[0, 0] = INLET
    west.velocity[0, 0, 0] = 0.3
    east.kind[-1, -1] = OUTLET
    coarse = fg.coarsened(fine)
    assert coarse.sides[0].kind.tolist() == [[INLET, WALL], [WALL, WALL]]
    assert coarse.sides[1].kind.tolist() == [[WALL, WALL], [WALL, OUTLET]]

    def flow(b):
        area = np.diff(b.grid.z)[:, None] * np.diff(b.grid.y)
        return (area * np.where(b.sides[0].kind == INLET, b.sides[0].velocity[0], 0.0)).sum()

    assert flow(coarse) == pytest.approx(flow(fine), rel=1e-13)


def test_an_isothermal_part_and_an_adiabatic_part():
    fine = box()
    top = fine.sides[5]
    top.htc[:, :4] = np.inf
    top.temperature[:, :4] = 350.0
    top.temperature[:, 4:] = 280.0
    top.htc[:, 6:] = 5.0
    coarse = fg.coarsened(fine).sides[5]
    assert np.all(np.isinf(coarse.htc[:, :2]))
    np.testing.assert_allclose(coarse.temperature[:, :2], 350.0)
    assert np.all(coarse.htc[:, 2] == 0)
    np.testing.assert_allclose(coarse.htc[:, 3], 5.0)


def test_the_outside_temperature_is_weighted_by_the_film():
    fine = box()
    south = fine.sides[2]
    south.htc[...] = 1.0
    south.temperature[...] = 300.0
    south.htc[0, 0], south.temperature[0, 0] = 3.0, 340.0
    coarse = fg.coarsened(fine).sides[2]
    area = np.diff(fine.grid.z)[:2, None] * np.diff(fine.grid.x)[:2]
    weight = area * south.htc[:2, :2]
    assert coarse.htc[0, 0] == pytest.approx(weight.sum() / area.sum(), rel=1e-13)
    assert coarse.temperature[0, 0] == pytest.approx(
        (weight * south.temperature[:2, :2]).sum() / weight.sum()
    )


def test_a_linear_force_stays_linear_on_even_grids():
    grid = FlowGrid(fg.uniform(8, 1.0), fg.uniform(8, 2.0), fg.uniform(4, 0.5))
    fine = flow_box(grid, OIL)
    fine.force[0][...] = grid.x
    fine.force[1][...] = grid.y[:, None]
    coarse = fg.coarsened(fine)
    np.testing.assert_allclose(
        coarse.force[0], np.broadcast_to(coarse.grid.x, coarse.force[0].shape), atol=1e-14
    )
    expected = np.broadcast_to(coarse.grid.y[:, None], coarse.force[1].shape)
    np.testing.assert_allclose(coarse.force[1], expected, atol=1e-14)


@pytest.mark.parametrize(
    ("nx", "ny", "nz", "axis"), [(7, 4, 4, "x"), (8, 5, 1, "y"), (8, 4, 3, "z"), (8, 4, 2, "z")]
)
def test_cells_that_do_not_halve_are_named(nx, ny, nz, axis):
    with pytest.raises(InputError, match=f"along {axis}"):
        fg.coarsened(box(nx, ny, nz))


def test_an_inlet_beside_an_outlet_is_named():
    fine = box()
    fine.sides[0].kind[0, 0] = INLET
    fine.sides[0].kind[0, 1] = OUTLET
    with pytest.raises(InputError, match="outlet"):
        fg.coarsened(fine)
