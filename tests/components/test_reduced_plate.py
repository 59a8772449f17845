"""The reduced form of a cold plate against the full one, at states that were not fitted."""

import importlib.util
import re
import warnings
from pathlib import Path

import CoolProp.CoolProp as CP
import numba
import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import shipped_cold_plates
from hashheat.components.errors import ReducedPlateError, RunawayError
from hashheat.components.reduced_plate import ReducedPlate
from hashheat.thermo.errors import InputError

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plates = beside("reduced_plates")
FEW, needs_speed, shipped = plates.FEW, plates.needs_speed, plates.shipped
small_plate, states = plates.small_plate, plates.states

BOUND = (0.2, 0.02)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Small plate and its reduced form."""
    plate = small_plate(tmp_path_factory.mktemp("plate"))
    return plate, plate.reduce(**FEW)


def shipped_few(name):
    """Coarse form of a shipped plate."""
    return ColdPlate.named(name).reduce(bound=(50.0, 50.0), grids=((2, 2, 2),), checks=1)


def solve_both(plate, reduced, **state):
    """Full and reduced plate at the same states; some of them may have none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return plate.solve(**state), reduced.solve(**state)


@needs_speed
@pytest.mark.parametrize("name", shipped_cold_plates())
def test_every_shipped_plate_keeps_the_bound_over_its_envelope(name):
    plate, reduced = shipped(name)
    full, found = solve_both(plate, reduced, **states(plate, 14))
    np.testing.assert_array_equal(found.status, full.status)
    assert float(abs(found.T_junction - full.T_junction).max()) < BOUND[0]
    assert float(abs(found.T_out - full.T_out).max()) < BOUND[1]
    assert float(abs(found.T_wall - full.T_wall).max()) < BOUND[0]
    assert float(abs(found.pressure_drop / full.pressure_drop - 1.0).max()) < 0.03
    assert float(abs(found.chip_power / full.chip_power - 1.0).max()) < 1e-3
    assert found.attrs["states_beyond_envelope"] == 0
    # What the form says of itself is no less than a fraction of what is found here.
    assert reduced.errors.junction < BOUND[0]
    assert reduced.errors.outlet < BOUND[1]


@needs_speed
def test_the_bound_holds_where_the_flow_turns_turbulent():
    plate, reduced = shipped("brazed-parallel")
    flow, T_in = (
        x.ravel() for x in np.meshgrid(np.linspace(3.2, 6.0, 9) / 60e3, np.linspace(313.15, 330.0, 5))
    )
    flow, T_in = np.append(flow, 4.2 / 60e3), np.append(T_in, 313.15)
    full, found = solve_both(plate, reduced, T_in=T_in, volume_flow=flow, frequency=1.3)
    off = float(abs(found.T_junction - full.T_junction).max())
    assert off < 0.5 * BOUND[0]
    assert off < 2.0 * reduced.errors.junction
    assert reduced.errors.turning > 50
    assert "turbulent" in str(reduced.errors)


@needs_speed
@pytest.mark.parametrize("thickness", [50e-6, 300e-6])
def test_another_kind_of_chip_becomes_the_hottest(thickness):
    plate, reduced = shipped("tube-in-plate")
    full, found = solve_both(plate, reduced, **states(plate, 10), chips__tim_thickness=thickness)
    assert float(abs(found.T_junction - full.T_junction).max()) < 0.1
    assert float(abs(found.T_chip - full.T_chip).max()) < 0.5
    np.testing.assert_allclose(found.T_chip.max("chip"), found.T_junction, rtol=1e-12)


def test_no_error_is_claimed_for_other_numbers(small):
    plate, reduced = small
    claims = {"error_T_junction", "error_T_out"}
    assert claims <= set(reduced.solve(T_in=331.0, frequency=0.9).attrs)
    same = plate.file.values()["chips.package_resistance"]
    assert claims <= set(reduced.solve(chips__package_resistance=same).attrs)
    for other in (
        {"chips__package_resistance": [0.1, 0.12]},
        {"coolant__nusselt_factor": 0.9},
        {"losses__bottom": 100.0},
        {"power__leakage_share": 0.05},
        {"voltage": 0.98},
    ):
        attrs = reduced.solve(**other).attrs
        assert not claims & set(attrs)
        assert attrs["error_not_known_with"] == next(iter(other)).replace("__", ".")


@needs_speed
def test_surroundings_out_of_the_range_of_the_file_are_beyond_the_envelope():
    reduced = shipped_few("tube-in-plate")
    found = reduced.solve(T_ambient=[253.15, 290.0, 308.0])
    assert found.attrs["states_beyond_envelope"] == 1
    assert "error_T_junction" in found.attrs
    assert "error_T_junction" not in reduced.solve(T_ambient=253.15).attrs


def test_the_loop_gain_is_that_of_the_full_plate(small):
    full, found = solve_both(*small, T_in=[330.0, 336.0], frequency=1.05)
    np.testing.assert_allclose(found.loop_gain, full.loop_gain, rtol=2e-3)


def test_a_form_shows_what_it_is_and_what_it_keeps(small):
    text = repr(small[1])
    assert text.startswith("ReducedPlate('small plate', ")
    assert "1.2 to 2 L/min" in text
    assert f"junction within {small[1].errors.junction:.2g} K" in text
    assert len(text) < 120


def test_most_of_the_bound_is_kept_where_it_is_compared(tmp_path):
    plate = small_plate(tmp_path)
    off = plate.reduce(**FEW).errors.junction
    plate.reduce(bound=(off / 0.7, 1.0), **FEW)
    with pytest.raises(ReducedPlateError, match="three quarters"):
        plate.reduce(bound=(off / 0.8, 1.0), **FEW)


@needs_speed
@pytest.mark.parametrize("name", ["canaan-a1566ha-board", "two-sided", "tube-in-plate"])
def test_chips_keep_their_places_from_hottest_to_coldest(name):
    plate, reduced = shipped(name)
    full, found = solve_both(plate, reduced, **states(plate, 8))
    assert float(abs(found.T_chip - full.T_chip).max()) < 0.5
    np.testing.assert_allclose(found.T_chip.max("chip"), found.T_junction, rtol=1e-12)
    for case in range(full.sizes["case"]):
        exact = full.T_chip[case].values
        # A chip called hottest may be another only where the two are about as hot.
        assert exact[int(found.hot_chip[case])] > exact.max() - 0.2
        rank = [np.argsort(np.argsort(x)) for x in (exact, found.T_chip[case].values)]
        assert np.corrcoef(rank)[0, 1] > 0.99


def test_the_small_plate_is_met(small):
    plate, reduced = small
    full, found = solve_both(plate, reduced, **states(plate, 3))
    assert float(abs(found.T_junction - full.T_junction).max()) < 0.05
    assert float(abs(found.T_out - full.T_out).max()) < 0.005


def test_the_balance_closes_and_the_outlet_has_the_heat(small):
    reduced = small[1]
    flow = np.array([1.3, 1.9]) / 60e3
    found = reduced.solve(T_in=[330.0, 336.0], volume_flow=flow)
    assert float(abs(found.imbalance).max()) < 1e-9
    np.testing.assert_allclose(found.chip_power, found.heat_rate + found.heat_loss, rtol=1e-9)
    h = [CP.PropsSI("H", "T", T, "P", 3e5, "Water") for T in (*found.T_out.values, 330.0, 336.0)]
    gained = found.mass_flow * np.subtract(h[:2], h[2:])
    np.testing.assert_allclose(found.heat_rate, gained, rtol=3e-4)


def test_without_leakage_the_chips_draw_what_the_clock_says(small):
    found = small[1].solve(frequency=[0.9, 1.1], voltage=[1.0, 0.98], power__leakage_share=0.0)
    np.testing.assert_allclose(found.chip_power, 6 * 20.0 * np.array([0.9, 1.1 * 0.98**2]), rtol=1e-12)
    np.testing.assert_array_equal(found.loop_gain, 0.0)


def test_without_loss_the_coolant_takes_all_heat(small):
    none = {f"losses__{face}": 0.0 for face in ("top", "bottom", "edge")}
    found = small[1].solve(**none)
    assert float(found.heat_loss) == 0.0
    assert float(found.heat_rate) == pytest.approx(float(found.chip_power), rel=1e-10)


def test_package_and_interface_are_free_of_the_metal(small):
    plate, reduced = small
    for own in ({"chips__package_resistance": 0.3}, {"chips__tim_resistance": 0.05}):
        full, found = solve_both(plate, reduced, **own)
        assert float(found.T_junction) == pytest.approx(float(full.T_junction), abs=0.05)


@needs_speed
def test_every_size_is_met_at_both_ends_of_its_range():
    plate, reduced = shipped("canaan-a1566ha-board")
    for key in reduced.keys:
        q = plate.quantities[key]
        for end in (q.lower, q.upper):
            full, found = solve_both(plate, reduced, volume_flow=2.5 / 60e3, **{key.replace(".", "__"): end})
            assert float(found.T_junction) == pytest.approx(float(full.T_junction), abs=0.02), key
            assert float(found.pressure_drop) == pytest.approx(float(full.pressure_drop), rel=2e-3), key


@needs_speed
def test_a_runaway_stays_one_at_about_the_same_clock():
    plate, reduced = shipped("canaan-a1566ha-board")
    hot = {"chips__package_resistance": 2.0, "power__leakage_share": 0.13, "power__leakage_scale": 30.0}

    def highest(which):
        low, high = 0.5, 1.3
        while high - low > 2e-3:
            middle = 0.5 * (low + high)
            try:
                which.solve(frequency=middle, volume_flow=5 / 60e3, **hot)
                low = middle
            except RunawayError:
                high = middle
        return low

    assert highest(reduced) == pytest.approx(highest(plate), rel=0.015)


def test_a_bound_that_is_not_kept_is_refused_with_errors_and_places(tmp_path):
    plate = small_plate(tmp_path)
    with pytest.raises(ReducedPlateError) as caught:
        plate.reduce(bound=(1e-7, 1e-8), **FEW)
    text = str(caught.value)
    assert "small plate" in text
    for shown in ("1e-07 K", "1e-08 K", "L/min", "degC", "clock", "over 10 states"):
        assert shown in text
    off = [float(x) for x in re.findall(r"(\S+) K off", text)]
    assert all(0.0 < x < 0.05 for x in off)
    assert len(off) == 2


@pytest.mark.parametrize("bound", [(0.0, 0.1), (0.2, -1.0), (float("nan"), 0.1), (0.2,)])
def test_a_bound_is_two_temperatures(tmp_path, bound):
    with pytest.raises(InputError, match="bound"):
        small_plate(tmp_path).reduce(bound=bound, **FEW)


def test_states_beyond_the_envelope_are_counted(small):
    found = small[1].solve(T_in=[320.0, 330.0, 333.0], volume_flow=[1.5 / 60e3, 1.5 / 60e3, 3.0 / 60e3])
    assert found.attrs["states_beyond_envelope"] == 2


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ({"volume_flow": 0.0}, "volume_flow"),
        ({"mass_flow": -0.1}, "mass_flow"),
        ({"T_in": float("nan")}, "T_in"),
        ({"frequency": -1.0}, "frequency"),
        ({"chips__length": 0.01}, "chips.length"),
        ({"losses__side": 3.0}, "losses.side"),
        ({"plate__thickness": -0.01}, "plate.thickness"),
    ],
)
def test_states_that_make_no_sense_are_refused_by_their_keys(small, state, key):
    with pytest.raises(InputError) as caught:
        small[1].solve(**state)
    assert caught.value.key == key


def test_flow_by_mass_or_by_volume(small):
    by_volume = small[1].solve(volume_flow=1.5 / 60e3)
    by_mass = small[1].solve(mass_flow=float(by_volume.mass_flow))
    assert float(by_mass.T_junction) == pytest.approx(float(by_volume.T_junction), abs=1e-9)
    with pytest.raises(InputError, match="not both"):
        small[1].solve(volume_flow=1e-5, mass_flow=1e-2)


def test_a_form_that_is_kept_is_the_same_again(small, tmp_path):
    plate, reduced = small
    kept = tmp_path / "small.nc"
    reduced.write(kept)
    again = ReducedPlate.read(kept, plate)
    assert again.errors == reduced.errors
    state = {"T_in": [330.0, 336.0], "volume_flow": 1.4 / 60e3, "frequency": 1.05}
    assert again.solve(**state).identical(reduced.solve(**state))


@needs_speed
def test_a_form_with_a_change_of_regime_is_kept_too(tmp_path):
    plate, reduced = shipped("brazed-parallel")
    kept = tmp_path / "kept.nc"
    reduced.write(kept)
    again = ReducedPlate.read(kept, plate)
    state = {"T_in": 313.15, "volume_flow": [4.0 / 60e3, 4.3 / 60e3], "frequency": 1.2}
    assert again.solve(**state).identical(reduced.solve(**state))


def test_a_form_of_another_plate_is_refused(small, tmp_path):
    kept = tmp_path / "small.nc"
    small[1].write(kept)
    for change in (
        ('thickness = "8 mm"', 'thickness = "8.1 mm"'),
        ("cells_along = 8", "cells_along = 10"),
        ("redevelops = true", "redevelops = false"),
    ):
        with pytest.raises(ReducedPlateError, match="other numbers, cells or chips"):
            ReducedPlate.read(kept, small_plate(tmp_path, change))


def test_a_file_that_holds_no_form_is_refused(small, tmp_path):
    wrong = tmp_path / "wrong.nc"
    for make in (lambda: None, lambda: wrong.write_text("text", encoding="utf-8")):
        make()
        with pytest.raises(InputError, match="no reduced cold plate"):
            ReducedPlate.read(wrong, small[0])
