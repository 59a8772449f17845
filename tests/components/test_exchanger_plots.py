"""Plots of a rated exchanger: what they draw is what was rated."""

import numpy as np
import pytest
import xarray as xr

from hashheat.components.exchanger_plots import _barycentric, plot_rating
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import InputError


@pytest.fixture(scope="module")
def counter():
    return _rated(PlateHeatExchanger.named("g-010", 12))


@pytest.fixture(scope="module")
def two_passes():
    return _rated(PlateHeatExchanger.named("g-010", 13, passes=(2, 2)))


def _rated(exchanger):
    rating = exchanger.rate(hot_mass_flow=0.8, cold_mass_flow=1.1, hot_T_in=353.15, cold_T_in=303.15)
    return exchanger, rating


def _words(figure):
    return [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]


def test_the_interpolation_is_exact_for_polynomials():
    nodes = np.array([0.05, 0.3, 0.7, 0.95])
    x = np.array([0.0, 0.05, 0.5, 1.0])
    values = np.stack([nodes**3 - nodes, 2.0 - nodes**2])
    np.testing.assert_allclose(_barycentric(nodes, values, x), [x**3 - x, 2.0 - x**2], atol=1e-13)


def test_temperature_over_heat_runs_between_the_four_ends(counter):
    exchanger, rating = counter
    (ax,) = exchanger.plot(rating).axes
    hot, cold = ax.get_lines()[:2]
    heat = float(rating["heat_rate"]) * 1e-3
    T_in, T_out = (rating[name].values - 273.15 for name in ("T_in", "T_out"))
    for line, warm, cool in ((hot, T_in[0], T_out[0]), (cold, T_out[1], T_in[1])):
        np.testing.assert_allclose(np.sort(line.get_xdata())[[0, -1]], [0.0, heat], atol=1e-9 * heat)
        np.testing.assert_allclose(np.sort(line.get_ydata())[[0, -1]], [cool, warm], atol=1e-6)
    # Water's enthalpy is all but linear in temperature.
    middle = hot.get_ydata()[len(hot.get_ydata()) // 2]
    assert middle == pytest.approx(0.5 * (T_in[0] + T_out[0]), abs=0.3)
    assert f"pinch\n{float(rating['approach']):.2f} K" in _words(ax)


def test_in_parallel_flow_the_inlets_face_each_other():
    exchanger = PlateHeatExchanger.named("g-010", 12, overall_counter=False, first_counter=False)
    _, rating = _rated(exchanger)
    (ax,) = exchanger.plot(rating).axes
    hot, cold = ax.get_lines()[:2]
    T_in, T_out = (rating[name].values for name in ("T_in", "T_out"))
    difference = hot.get_ydata() - cold.get_ydata()
    np.testing.assert_allclose(difference[[0, -1]], [T_in[0] - T_in[1], T_out[0] - T_out[1]], atol=1e-6)
    assert f"pinch\n{T_out[0] - T_out[1]:.2f} K" in _words(ax)


def test_a_warmer_cold_side_is_drawn_with_its_own_color(counter):
    exchanger, _ = counter
    swapped = exchanger.rate(hot_mass_flow=0.8, cold_mass_flow=1.1, hot_T_in=303.15, cold_T_in=353.15)
    (ax,) = exchanger.plot(swapped).axes
    top = max(ax.get_lines()[:2], key=lambda line: line.get_ydata().max())
    assert top.get_label().startswith("cold")
    assert f"pinch\n{float(swapped['approach']):.2f} K" in _words(ax)


def test_a_pinch_inside_is_marked_where_it_is():
    # The heat capacity of an oil rises with temperature, so that its line bulges towards that of hotter water.
    exchanger = PlateHeatExchanger.named("g-010", 12)
    _, rating = _rated(exchanger)
    bent = rating.copy(deep=True)
    bent.attrs["fluids"] = ["water", "INCOMP::T66"]
    bent["T_in"][:], bent["T_out"][:] = [370.0, 300.0], [310.0, 360.0]
    (ax,) = plot_rating(bent).axes
    assert any(word.startswith("pinch ") for word in _words(ax))


@pytest.mark.parametrize(("name", "passes"), [("counter", 1), ("two_passes", 2)])
def test_the_lines_along_the_plates_run_from_the_inlets_to_the_outlets(name, passes, request):
    exchanger, rating = request.getfixturevalue(name)
    ax, across = exchanger.plot(rating, "along").axes
    ends = np.concatenate([line.get_ydata()[[0, -1]] for line in ax.get_lines()])
    for T in rating["T_in"].values - 273.15:
        assert np.abs(ends - T).min() < 1e-3
    assert sum(word in ("pass 1", "pass 2") for word in _words(ax)) == (4 if passes == 2 else 0)
    points = [line for line in across.get_lines() if line.get_marker() in ("o", "s")]
    assert sum(line.get_xdata().size for line in points) == rating.sizes["channel"]
    # Mixed by their flows, the channels of the last pass are the outlet.
    side, in_pass = rating["channel_side"].values, rating["channel_pass"].values
    flow = rating["channel_mass_flow"].values
    for s, line in enumerate(points):
        leaving = np.full(side.size, np.nan)
        leaving[line.get_xdata() - 1] = line.get_ydata()
        last = in_pass == in_pass[side == s].max()
        mixed = np.sum(flow[last] * leaving[last]) / flow[last].sum()
        assert mixed == pytest.approx(float(rating["T_out"][s]) - 273.15, abs=0.05)


def test_the_flows_drawn_are_those_rated(two_passes):
    exchanger, rating = two_passes
    (ax,) = exchanger.plot(rating, "flow").axes
    drawn = np.concatenate([line.get_ydata() for line in ax.get_lines() if line.get_marker() in ("o", "s")])
    for s in range(2):
        low, high = (100.0 * (float(rating[f"channel_flow_{end}"][s]) - 1.0) for end in ("min", "max"))
        assert np.abs(drawn - low).min() < 1e-9
        assert np.abs(drawn - high).min() < 1e-9
    assert drawn.size == rating.sizes["channel"]


def test_what_cannot_be_drawn_is_refused(counter):
    exchanger, rating = counter
    with pytest.raises(InputError, match="no such plot"):
        exchanger.plot(rating, "QT")
    many = exchanger.rate(
        hot_mass_flow=xr.DataArray([0.8, 0.9], dims="load"),
        cold_mass_flow=1.0,
        hot_T_in=353.0,
        cold_T_in=300.0,
    )
    with pytest.raises(InputError, match="single case") as error:
        exchanger.plot(many)
    assert "load" in str(error.value)
