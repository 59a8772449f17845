"""From a file to the arrays of a plate: its heat, its resistances and its wetted surface."""

import math

import numpy as np
import pytest

from hashheat.components import errors
from hashheat.components.cold_plate_build import chip_heat, plate_geometry
from hashheat.components.cold_plate_file import load_cold_plate, shipped_cold_plates
from hashheat.components.plate_geometry import plate_model
from hashheat.thermo.errors import InputError


@pytest.mark.parametrize("name", shipped_cold_plates())
def test_the_heat_of_the_chips_is_that_of_the_file(name):
    file = load_cold_plate(name)
    model = plate_model(plate_geometry(file))
    v, factors = file.values(), file.chip_map().power_factor
    assert model.chips.P_dynamic + model.chips.P_leak == pytest.approx(v["power.chip"] * factors, rel=1e-12)
    assert model.chips.P_leak.sum() == pytest.approx(
        v["power.chip"] * v["power.leakage_share"] * factors.sum(), rel=1e-12, abs=1e-12
    )
    np.testing.assert_array_equal(model.chips.T_leak, v["power.reference_temperature"])
    np.testing.assert_array_equal(model.chips.leak_scale, v["power.leakage_scale"])


def wetted(file):
    """Base and fin surface by hand from the numbers of a file [m^2]."""
    v, c = file.values(), file.coolant
    length, width = v["plate.length"], v["plate.width"]
    if c.kind == "serpentine" or c.kind == "parallel":
        bore = v.get("coolant.diameter")
        around = math.pi * bore if bore else 2.0 * (v["coolant.width"] + v["coolant.height"])
        count = c.passes or c.channels
        turns = 0.0
        if c.bends == "inside":
            # Passes end half a pitch before the edge, but for the two ends; turns run across.
            turns = (count - 1) * (width / count) - 2 * (count - 1) * 0.5 * width / count
        return around * (count * length + turns), 0.0
    if c.region is not None:
        length, width = v["coolant.region.length"], v["coolant.region.width"]
    area = length * width
    if c.kind == "microchannel":
        return (
            area * v["coolant.width"] / v["coolant.pitch"],
            2.0 * v["coolant.height"] * area / v["coolant.pitch"],
        )
    pins = area / (v["coolant.pitch_along"] * v["coolant.pitch_across"])
    d = v["coolant.diameter"]
    return area - pins * 0.25 * math.pi * d**2, pins * math.pi * d * v["coolant.height"]


@pytest.mark.parametrize("name", shipped_cold_plates())
def test_the_wetted_surface_is_perimeter_times_length(name):
    file = load_cold_plate(name)
    films = plate_model(plate_geometry(file)).films
    base, fins = wetted(file)
    assert films.area.sum() == pytest.approx(base, rel=1e-9)
    assert films.fin_area.sum() == pytest.approx(fins, rel=1e-9, abs=1e-15)


def test_the_resistance_of_a_chip_is_package_and_interface():
    file = load_cold_plate("tube-in-plate")
    heat = chip_heat(file.chip_map(), file.values())
    plain = 0.1 + 175e-6 / (6.5 * 12e-3 * 12e-3)
    large = 0.1 + 175e-6 / (6.5 * 25e-3 * 20e-3)
    assert heat.resistance == pytest.approx(
        [plain] * 4 + [large] * 2 + [plain] * 4 + [large] * 2 + [plain] * 4
    )
    by_area = load_cold_plate("microchannel-1kw")
    heat = chip_heat(by_area.chip_map(), by_area.values())
    assert heat.resistance == pytest.approx([0.007 + 1e-5 / (33e-3 * 26e-3)])
    none = load_cold_plate("tuckerman-pease")
    assert chip_heat(none.chip_map(), none.values({"chips.tim_resistance": 0.2})).resistance == pytest.approx(
        [0.2]
    )


def test_the_clock_moves_the_dynamic_power_only():
    file = load_cold_plate("canaan-a1566ha-board")
    slow, fast = (plate_model(plate_geometry(file, clock=c)).chips for c in (0.5, 1.0))
    assert slow.P_dynamic == pytest.approx(0.5 * fast.P_dynamic, rel=1e-14)
    np.testing.assert_array_equal(slow.P_leak, fast.P_leak)


def test_changed_values_and_finer_cells_arrive():
    file = load_cold_plate("machined-serpentine")
    geometry = plate_geometry(
        file, {"plate.thickness": 0.02, "losses.edge": 9.0, "plate.conductivity": 200.0}, refine=2
    )
    assert (geometry.thickness, geometry.htc_edge, geometry.conductivity) == (0.02, 9.0, 200.0)
    assert (geometry.cells, geometry.layers) == ((160, 96), (4, 4, 4))
    assert geometry.heat_capacity == 2700.0 * 896.0
    assert (
        plate_geometry(load_cold_plate("pin-fin"), {"plate.conductivity": 350.0}).layout.conductivity == 350.0
    )


@pytest.mark.parametrize(
    ("name", "changed", "kind", "key"),
    [
        ("machined-serpentine", {"coolant.width": 0.03}, errors.ChannelPitchError, "coolant.width"),
        ("microchannel-1kw", {"coolant.width": 0.5e-3}, errors.ChannelPitchError, "coolant.width"),
        ("pin-fin", {"coolant.diameter": 5e-3}, errors.ChannelPitchError, "coolant.diameter"),
        ("two-sided", {"coolant.height": 0.02}, errors.ChannelHeightError, "coolant.height"),
        ("tube-in-plate", {"coolant.diameter": 0.013}, errors.ChannelHeightError, "coolant.diameter"),
        ("machined-serpentine", {"coolant.floor": 0.009}, errors.ChannelHeightError, "coolant.floor"),
        ("pin-fin", {"coolant.region.length": 0.08}, errors.FieldOffPlateError, "coolant.region"),
        ("two-sided", {"chips.length": 0.05}, errors.ChipOffPlateError, "chips.rows"),
        ("two-sided", {"coolant.hight": 0.05}, InputError, "coolant.hight"),
        ("two-sided", {"plate.length": float("nan")}, InputError, "plate.length"),
    ],
)
def test_what_cannot_be_built_keeps_its_name(name, changed, kind, key):
    with pytest.raises(kind) as caught:
        plate_geometry(load_cold_plate(name), changed)
    assert caught.value.key == key


@pytest.mark.parametrize("given", [{"clock": -0.1}, {"clock": float("nan")}, {"refine": 0}, {"refine": 1.5}])
def test_a_clock_or_a_refinement_that_cannot_be_is_refused(given):
    with pytest.raises(InputError) as caught:
        plate_geometry(load_cold_plate("pin-fin"), **given)
    assert caught.value.key in given
