"""Figures of a tank show what is in its Dataset: fields that are known go in."""

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from hashheat.components.tank_charts import temperature_over_height
from hashheat.components.tank_cut import cut
from hashheat.components.tank_plots import KINDS, PANELS, plot_panel, plot_tank
from hashheat.thermo.errors import InputError


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fields = beside("tank_fields")
DEPTH, LENGTH, MINERS, WIDTH = fields.DEPTH, fields.LENGTH, fields.MINERS, fields.WIDTH
made_up, tank = fields.made_up, fields.tank


def words(figure):
    """All text of a figure, as it would be printed."""
    texts = [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text"))]
    return " | ".join(t for t in texts if t)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "transient"])
def test_every_kind_can_be_drawn_and_saved(kind):
    figure = plot_tank(tank(), kind)
    figure.savefig(io.BytesIO(), format="png", dpi=40)
    assert figure.axes


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_has_units_on_its_axes(panel):
    figure = plot_panel(tank(), panel)
    labels = [
        line
        for ax in figure.axes
        for label in (ax.get_xlabel(), ax.get_ylabel())
        for line in label.split("\n")
    ]
    wanted = {
        "lengthwise": ("x [mm]", "height [mm]", "temperature [°C]"),
        "crosswise": ("y [mm]", "height [mm]", "temperature [°C]"),
        "board": ("junction [°C]",),
        "boards": ("junction [°C]",),
        "stratification": ("temperature of the liquid [°C]", "height [mm]"),
        "history": ("residual, over its first value", "hottest chip [°C]"),
    }[panel]
    assert set(wanted) <= set(labels)


def test_a_section_shows_the_cells_that_it_cuts():
    data = tank()
    (ax, _) = plot_panel(data, "crosswise", at={"x": 1.23}).axes
    (drawn,) = ax.findobj(QuadMesh)
    # 20 cells of 100 mm: the thirteenth, whose middle is at 1250 mm.
    expected = data["T"].values[:, :, 12] - 273.15
    np.testing.assert_allclose(np.asarray(drawn.get_array()).reshape(expected.shape), expected)
    assert "at x = 1250 mm" in words(ax.figure)
    assert ax.get_xlim() == (0.0, 1e3 * WIDTH)
    assert ax.get_ylim() == (0.0, 1e3 * DEPTH)


def test_both_sections_have_one_scale_that_leaves_solids_out():
    data = tank()
    T = data["T"].copy()
    T[0, :, :2] = 500.0
    figure = plot_tank(data.assign(T=T), "sections")
    scales = {mesh.get_clim() for mesh in figure.findobj(QuadMesh) if mesh.get_array().size > 20}
    inside = T.values[data["zone"].values != 2] - 273.15
    assert (inside.min(), inside.max()) in scales
    assert max(high for _, high in scales) < 100.0


def test_the_planes_pass_through_the_hottest_miner():
    data = tank()
    T = data["T_chip"].copy()
    T[1, 2, 1, 3] = 390.0
    shown = words(plot_tank(data.assign(T_chip=T), "sections"))
    assert "at x = 1050 mm" in shown
    assert "north 2, board 2: hottest 116.9 °C" in words(plot_panel(data.assign(T_chip=T), "board"))
    # Without chips, through the middle of the heat.
    bare = made_up()
    assert cut(bare, "x").at == pytest.approx(1.0, abs=0.051)
    nothing = bare.assign(source=0.0 * bare["source"])
    assert cut(nothing, "y").at == pytest.approx(0.3, abs=0.051)
    east = bare.assign(source=bare["source"].where(bare["x"] > 1.3, 0.0))
    assert cut(east, "x").at == pytest.approx(1.6, abs=0.051)


def test_the_edges_of_the_zones_are_drawn_where_they_are():
    (ax, _) = plot_panel(tank(), "lengthwise").axes
    drawn = next(c for c in ax.collections if isinstance(c, LineCollection) and c.get_zorder() == 4)
    lines = np.array(drawn.get_segments())
    length = np.abs(np.diff(lines, axis=1)).sum()
    # Around three miners of 400 x 400 mm, and the sill of 200 x 100 mm.
    assert length == pytest.approx(3 * 1600.0 + 600.0)
    assert set(np.round(lines[..., 0], 6).ravel()) >= {200.0, 600.0, 800.0, 1200.0}
    hatched = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_hatch()]
    assert len(hatched) == 2


def test_streamlines_run_with_the_flow():
    data = tank()
    section = cut(data, "y", 0.3)
    (ax, _) = plot_panel(data, "lengthwise", at={"y": 0.3}).axes
    lines = [c for c in ax.collections if isinstance(c, LineCollection) and c.get_zorder() == 3]
    segments = np.concatenate([np.array(c.get_segments()) for c in lines])
    assert len(segments) > 50
    middle = segments.mean(axis=1) * 1e-3
    way = np.diff(segments, axis=1)[:, 0]
    # The roll of made_up, in the plane; near its centre nothing moves.
    u = -0.05 * LENGTH / DEPTH * np.cos(np.pi * middle[:, 1] / DEPTH) * np.sin(np.pi * middle[:, 0] / LENGTH)
    w = 0.05 * np.sin(np.pi * middle[:, 1] / DEPTH) * np.cos(np.pi * middle[:, 0] / LENGTH)
    fast = np.hypot(u, w) > 0.02
    along = (u * way[:, 0] + w * way[:, 1])[fast]
    cosine = along / (np.hypot(u, w)[fast] * np.hypot(*way[fast].T) + 1e-30)
    assert np.mean(cosine > 0.98) > 0.95
    assert section.u.shape == (8, 20)
    top = np.hypot(section.u, section.w).max()
    assert f"in the plane up to {top:.2g} m/s" in words(ax.figure)


def test_a_liquid_at_rest_has_no_streamlines():
    data = tank()
    still = data.assign(u=0.0 * data["u"], v=0.0 * data["v"], w=0.0 * data["w"])
    (ax, _) = plot_panel(still, "lengthwise").axes
    assert not [c for c in ax.collections if isinstance(c, LineCollection) and c.get_zorder() == 3]


def test_stratification_is_the_mean_over_the_volume():
    data = made_up()
    # The same cells, those of the left half twice as wide: the mean moves to them.
    found = temperature_over_height(data)
    X = np.broadcast_to(data["x"].values, (8, 6, 20))
    expected = 313.15 + 10.0 * data["z"].values + 1.0
    np.testing.assert_allclose(found["mean"][1:], expected[1:])
    # The sill takes the first 200 mm of the lowest layer: the liquid's middle is at 1.1 m.
    assert found["mean"][0] == pytest.approx(expected[0] + 0.1)
    assert found["low"][0] == pytest.approx(313.15 + 0.5 + X[0, 0, 2])
    assert found["high"][3] == pytest.approx(313.15 + 3.5 + X[0, 0, -1])
    assert np.isnan(found["porous"][0])
    assert found["porous"][3] == pytest.approx(expected[3])
    uneven = data.assign_coords(x_face=np.where(np.arange(21) < 11, 0.15, 0.05).cumsum())
    weights = np.diff(uneven["x_face"].values)
    layer = temperature_over_height(uneven)["mean"][4]
    assert layer == pytest.approx(np.average(data["T"].values[4, 0], weights=weights))


def test_the_stratification_marks_inlet_and_outlet():
    figure = plot_panel(tank(), "stratification")
    assert "inlet 40.0 °C" in words(figure)
    assert "outlet 47.9 °C" in words(figure)
    (ax,) = figure.axes
    mean = next(line for line in ax.lines if line.get_label() == "mean of the liquid")
    np.testing.assert_allclose(mean.get_ydata(), tank()["z"] * 1e3)


def test_the_boards_show_their_hottest_chip_and_none_where_there_is_no_board():
    data = tank()
    (image,) = plot_panel(data, "boards").axes[0].findobj(AxesImage)
    shown = np.ma.filled(np.ma.masked_invalid(image.get_array()), np.nan)
    expected = data["T_chip"].max(("row", "col")).values - 273.15
    np.testing.assert_allclose(shown, expected)
    assert np.isnan(shown[2, 1])
    assert all(name in words(plot_panel(data, "boards")) for name in MINERS)


def test_the_history_leaves_out_residuals_of_zero_and_infinity_and_shows_what_was_watched():
    figure = plot_panel(tank(), "history")
    ax, other = figure.axes
    (mass,) = [line for line in ax.lines if line.get_label() == "mass"]
    np.testing.assert_array_equal(np.isfinite(mass.get_ydata()), [True, True, True, False])
    (energy,) = [line for line in ax.lines if line.get_label() == "energy"]
    np.testing.assert_array_equal(np.isfinite(energy.get_ydata()), [True, False, True, True])
    np.testing.assert_allclose(other.lines[0].get_ydata()[1:], [76.85, 81.85, 81.95])


def test_a_run_in_time_shows_its_limit_and_when_it_is_reached():
    time = np.linspace(0.0, 1200.0, 7)
    run = xr.Dataset(
        {
            "T_junction": ("time", 340.0 + time * 0.03),
            "T_out": ("time", 320.0 + time * 0.01),
            "T_in": ("time", np.full(7, 313.0)),
            "heat_rate": ("time", np.full(7, 2e4)),
            "T_junction_limit": ("miner", [368.15, 370.0]),
            "time_to_limit": ((), 938.0),
        },
        {"time": time},
    )
    figure = plot_tank(run, "transient")
    upper, lower = figure.axes
    assert "limit 95 °C" in words(figure)
    assert "15.6 min" in words(figure)
    assert (upper.get_ylabel(), lower.get_xlabel()) == ("temperature [°C]", "time [min]")
    np.testing.assert_allclose(upper.lines[0].get_xdata(), time / 60.0)
    never = words(plot_tank(run.assign(time_to_limit=np.inf), "transient"))
    assert "15.6" not in never


@pytest.mark.parametrize(
    ("draw", "message", "found"),
    [
        (lambda: plot_tank(tank(), "pie"), "no such plot", "'pie'"),
        (lambda: plot_panel(tank(), "pie"), "no such panel", "'pie'"),
        (lambda: plot_tank(xr.Dataset(), "sections"), "nothing to draw", "a Dataset without T, u"),
        (lambda: plot_tank(tank().expand_dims(time=[0.0]), "sections"), "only one state", "T over time, z"),
        (lambda: plot_tank(made_up(), "chips"), "no junctions", "T_chip over nothing"),
        (lambda: plot_tank(made_up(), "history"), "no history", "without residuals"),
        (lambda: plot_tank(made_up(), "transient"), "no run in time", "a Dataset over z, y, x"),
        (lambda: plot_panel(tank(), "lengthwise", at={"y": 0.7}), "outside the tank", "0.7 m"),
        (lambda: cut(tank(), "z"), "across x or y", "z"),
        (lambda: plot_tank(tank(T_chip=tank()["T_chip"] * np.nan), "chips"), "no junctions", "without a sol"),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, message, found):
    with pytest.raises(InputError, match=message) as caught:
        draw()
    assert found in str(caught.value.found)
