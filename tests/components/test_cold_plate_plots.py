"""Figures of a cold plate hold what they are for, for every kind of coolant and both faces."""

import io

import numba
import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import PolyCollection
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_charts import faces
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.components.cold_plate_map import one_state
from hashheat.components.cold_plate_plots import plot_panel
from hashheat.components.cold_plate_section import flow_axis, layer_edges
from hashheat.components.cold_plate_way import coolant_streams
from hashheat.thermo.errors import InputError

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

PLATE = """\
name = "small"
maker = "nobody"
[plate]
material = "copper"
cells_along = {cells}
cells_across = 6
layers = {layers}
length = "{length}"
width = "40 mm"
thickness = "8 mm"
[coolant]
{coolant}
nusselt_factor = "1"
friction_factor = "1"
port_loss = "1.5"
[chips]
rows = 2
columns = {columns}
sides = "{sides}"
length = "6 mm"
width = "6 mm"
package_resistance = "0.1 K/W"
tim_resistance = "0.2 K/W"
limit = "95 degC"
[power]
chip = "20 W"
leakage_share = "0"
leakage_scale = "35 K"
reference_temperature = "70 degC"
[losses]
top = "5 W/(m^2 K)"
bottom = "50 W/(m^2 K)"
edge = "5 W/(m^2 K)"
[design]
flow = "2 L/min"
T_in = "70 degC"
[envelope]
flow = "1 .. 3 L/min"
T_in = "40 .. 80 degC"
clock = "0.5 .. 1.3"
"""
CHANNEL = 'shape = "rectangle"\nwidth = "4 mm"\nheight = "4 mm"\nroughness = "1 um"\n'
SERPENTINE = f'kind = "serpentine"\npasses = 3\n{CHANNEL}redevelops = true\n'
KINDS = {
    "outside": dict(coolant=SERPENTINE + 'bends = "outside"'),
    "inside": dict(coolant=SERPENTINE + 'bends = "inside"', layers="[1, 1, 1]"),
    "two-sided": dict(coolant=SERPENTINE + 'bends = "outside"', layers="[1, 1, 1]", sides="both"),
    "along y": dict(coolant=SERPENTINE + 'bends = "outside"\nalong = "y"', columns=5),
    "parallel": dict(coolant=f'kind = "parallel"\nchannels = 4\n{CHANNEL}'),
    "field": dict(
        coolant='kind = "microchannel"\nwidth = "0.2 mm"\npitch = "0.4 mm"\nheight = "2 mm"\nroughness = "1 um"',
        layers="[2]",
        columns=1,
    ),
    "path": dict(
        coolant=f'kind = "path"\npoints = [["0 mm", "10 mm"], ["30 mm", "10 mm"], ["30 mm", "40 mm"]]\n{CHANNEL}'
        "redevelops = true"
    ),
    "long": dict(coolant=SERPENTINE + 'bends = "outside"', length="384 mm", cells=24, columns=12),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    def make(kind):
        values = {"layers": "[1]", "sides": "top", "columns": 3, "length": "60 mm", "cells": 10} | KINDS[kind]
        path = tmp_path_factory.mktemp("plates") / "small.toml"
        text = PLATE
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        path.write_text(text, encoding="utf-8")
        plate = ColdPlate(load_cold_plate(path))
        return plate, plate.solve(with_fields=True)

    return make


def words(figure):
    """All text of a figure, as it would be printed."""
    texts = [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text"))]
    return " | ".join(t for t in texts if t)


@pytest.mark.parametrize("kind", KINDS)
def test_every_chip_the_limit_and_the_ports_are_drawn(kind, small):
    plate, result = small(kind)
    figure = plate.plot(result)
    sides = faces(result)
    shown = [ax for ax in figure.axes if ax.findobj(AxesImage)]
    for ax, side in zip(shown, sides, strict=True):
        (image,) = ax.findobj(AxesImage)
        layer = -1 if side == "top" else 0
        np.testing.assert_allclose(image.get_array(), result["T_plate"].values[layer] - 273.15)
        chips = [p for p in ax.findobj(Rectangle) if p.get_width() == pytest.approx(6.0)]
        # Those of the face, and the outline of the hottest where it is on this face.
        own = int((result["chip_side"].values == side).sum())
        assert len(chips) in (own, own + 1)
    hot = str(result["chip"].values[int(result["hot_chip"])])
    text = words(figure)
    assert f"hottest: {hot}, {float(result['T_junction']) - 273.15:.1f} °C" in text
    assert "limit 95 °C" in text
    assert "70.0 °C" in text
    assert f"{float(result['T_out']) - 273.15:.1f} °C" in text
    figure.savefig(io.BytesIO(), format="png", dpi=40)


@pytest.mark.parametrize("kind", KINDS)
def test_the_coolant_is_as_long_as_its_way(kind, small):
    """Area of what is drawn over its width: the channel's way in the plate, or the field."""
    _, result = small(kind)
    (drawn,) = plot_panel(result, "coolant").findobj(PolyCollection)
    corners = np.array([path.vertices[:4] for path in drawn.get_paths()])
    x, y = corners[..., 0], corners[..., 1]
    areas = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1))
    expected = {
        "outside": 3 * 60.0 * 4.0,
        "two-sided": 3 * 60.0 * 4.0,
        "long": 3 * 384.0 * 4.0,
        "along y": 3 * 40.0 * 4.0,
        "parallel": 4 * 60.0 * 4.0,
        "field": 60.0 * 40.0,
        "path": (30.0 + 30.0) * 4.0,
    }
    if kind in expected:
        assert areas.sum() == pytest.approx(expected[kind], rel=0.08)
    low, high = drawn.get_clim()
    assert low == pytest.approx(70.0, abs=1e-6)
    assert high <= result["T_fluid"].values.max() - 273.15 + 1e-9
    assert drawn.get_array().min() >= low - 1e-9


def test_a_few_chips_have_bars_and_many_a_histogram(small):
    for kind, has in (("outside", False), ("long", True)):
        plate, result = small(kind)
        labels = [ax.get_xlabel() for ax in plate.plot(result).axes]
        assert ("junction temperature [°C]" in labels) is has
        assert "above the inlet [K]" in labels
    ax = next(a for a in plate.plot(result).axes if a.get_xlabel() == "junction temperature [°C]")
    drawn = sum(p.get_height() for p in ax.patches if isinstance(p, Rectangle))
    assert drawn == result.sizes["chip"]


def test_the_bars_end_at_the_junctions(small):
    _, result = small("two-sided")
    (ax,) = plot_panel(result, "rises", limit=368.15).axes
    ends = {}
    for bar in ax.patches:
        row = round(bar.get_y() + 0.5 * bar.get_height())
        ends[row] = max(ends.get(row, 0.0), bar.get_x() + bar.get_width())
    assert max(ends.values()) == pytest.approx(float(result["T_junction"]) - 343.15, abs=1e-6)
    assert len(ends) == 8


def test_the_limit_drawn_is_the_one_given(small):
    plate, _ = small("two-sided")
    assert any("limit 61 °C" in text for text in words(plate.plot(chips__limit=334.15)).split(" | "))


def test_curves_need_flows_and_mark_the_design(small):
    plate, result = small("outside")
    flows = np.array([1.0, 2.0, 3.0]) / 60e3
    figure = plate.plot(kind="curves", volume_flow=flows)
    ax, other = figure.axes
    R, dp = plate.thermal_resistance(flows), plate.pressure_drop(flows)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), R)
    np.testing.assert_allclose(other.lines[0].get_ydata(), dp * 1e-3)
    assert "2 L/min" in words(figure)
    with pytest.raises(InputError, match="curves run along the flow"):
        plate.plot(result, kind="curves")


def test_a_section_needs_layers_and_cuts_the_hottest_chip(small):
    plate, result = small("two-sided")
    figure = plate.plot(result, kind="section")
    at = float(result["chip_x"][int(result["hot_chip"])]) * 1e3
    assert f"at x = {at:.4g} mm" in words(figure)
    plate, result = small("field")
    at = float(result["chip_y"][int(result["hot_chip"])]) * 1e3
    assert f"at y = {at:.4g} mm" in words(plate.plot(result, kind="section"))
    assert "not to scale" in words(plate.plot(result, kind="section"))
    plate, result = small("outside")
    with pytest.raises(InputError, match="one layer has no section"):
        plate.plot(result, kind="section")


def test_a_big_chip_does_not_hide_the_metal(small, tmp_path):
    plate, _ = small("field")
    result = plate.solve(with_fields=True, chips__length=40e-3, chips__width=19e-3)
    ax = plot_panel(result, "top").axes[0]
    big = [p for p in ax.findobj(Rectangle) if p.get_width() == pytest.approx(40.0)]
    assert len(big) == 3
    assert all(p.get_facecolor()[3] == 0.0 for p in big)


def test_what_cannot_be_drawn_is_said(small):
    plate, result = small("outside")
    with pytest.raises(InputError, match="no such plot"):
        plate.plot(result, kind="pie")
    with pytest.raises(InputError, match="without T_plate"):
        plate.plot(plate.solve())
    with pytest.raises(InputError, match="only a single state"):
        plate.plot(plate.solve([340.0, 343.15], with_fields=True))
    many = plate.solve([343.15], with_fields=True)
    assert one_state(many)["T_plate"].dims == ("layer", "row", "col")


def test_places_come_from_the_dataset(small):
    _, result = small("along y")
    assert flow_axis(result) == 1
    assert flow_axis(small("outside")[1]) == 0
    ((points, T),) = coolant_streams(result)
    assert points[0, 1] < points[1, 1]
    assert T[0] < T[-1]
    edges = layer_edges(np.array([0.5e-3, 2.0e-3, 4.5e-3]), 6e-3)
    np.testing.assert_allclose(edges, [0.0, 1e-3, 3e-3, 6e-3])


@pytest.mark.parametrize("kind", ["plate", "curves", "section"])
def test_a_result_of_another_plate_is_refused(kind):
    plate = ColdPlate.named("tube-in-plate")
    other = xr.Dataset(attrs={"cold_plate": "another"})
    with pytest.raises(InputError, match="another plate") as caught:
        plate.plot(other, kind)
    assert (caught.value.key, caught.value.found) == ("result", "'another'")
    assert plate.name in caught.value.accepted
