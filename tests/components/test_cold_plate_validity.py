"""Warnings where a correlation is carried beyond its source, and Reynolds numbers by hand."""

import math
import re

import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import LIBRARY
from hashheat.components.cold_plate_validity import channel_numbers, validity_warnings
from hashheat.solvers.conjugate_plate import PlateState, Surroundings
from hashheat.thermo.property_kernels import conductivity, heat_capacity, viscosity

T = 343.15


def at(name, Re, **changed):
    """Plate, a made-up state whose channels have this Reynolds number, and the coolant's table."""
    plate = ColdPlate.named(name)
    prepared, table = plate.prepared(changed), plate.fluid("water").table(3e5)
    coolant, law = prepared.model.coolant, prepared.law
    each = Re * law.flow_area * viscosity(table, T) / law.hydraulic_diameter
    n = coolant.length.size
    empty = np.zeros(0)
    fields = dict.fromkeys(PlateState._fields, empty) | {
        "F": np.full(n, T),
        "T_wall": np.full(n, T),
        "flow": each * coolant.channels,
        "chip_power": np.full(prepared.model.chips.resistance.size, 10.0),
    }
    return prepared, PlateState(**fields), table


def test_reynolds_and_prandtl_are_those_of_one_channel():
    prepared, state, table = at("brazed-parallel", 8000.0)
    Re, Pr = channel_numbers(prepared, state, table)
    w, h = 5e-3, 4e-3
    geometry = prepared.geometry.layout.channel
    w, h = geometry.width, geometry.height
    by_hand = state.flow[0] / (w * h) * (2.0 * w * h / (w + h)) / viscosity(table, T)
    assert Re == pytest.approx(np.full(Re.size, by_hand), rel=1e-12)
    expected = viscosity(table, T) * heat_capacity(table, T) / conductivity(table, T)
    assert Pr == pytest.approx(np.full(Re.size, expected), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "Re", "expected"),
    [
        ("tube-in-plate", 1500.0, []),
        ("tube-in-plate", 3000.0, ["Re 3000 lies between laminar and turbulent flow (2300 to 4000)"]),
        ("tube-in-plate", 2e4, []),
        ("tube-in-plate", 6e6, ["goes beyond 5e+06"]),
        ("pin-fin", 500.0, []),
        ("pin-fin", 20.0, ["Re 20 lies outside the film of Khan et al., 40 to 1000"]),
        ("pin-fin", 2000.0, ["film of Khan"]),
        ("pin-fin", 0.5, ["film of Khan", "friction of Gaddis"]),
    ],
)
def test_what_lies_outside_is_said(name, Re, expected):
    found = validity_warnings(*at(name, Re))
    assert len(found) == len(expected)
    for text, part in zip(found, expected, strict=True):
        assert part in text


def test_few_rows_and_wide_pitches_of_pins_are_said():
    found = validity_warnings(*at("pin-fin", 500.0, **{"coolant.pitch_along": 7e-3}))
    d = ColdPlate.named("pin-fin").quantities["coolant.diameter"].nominal
    assert any(f"{7e-3 / d:.3g}" in text and "1.25 to 3" in text for text in found)
    rows = ColdPlate.named("pin-fin").quantities["coolant.region.length"].nominal / 7e-3
    assert any(f"{rows:.0f} rows of pins are fewer than the ten" in text for text in found)
    assert math.isfinite(rows)


def test_a_wall_beyond_the_table_is_said():
    plate, state, table = at("brazed-parallel", 8000.0)
    state.T_wall[3] = table.T_max + 2.0
    (found,) = validity_warnings(plate, state, table)
    assert f"the wetted wall reaches {table.T_max + 2.0 - 273.15:.0f} degC" in found


def test_one_layer_of_thick_metal_is_said(tmp_path):
    """What it leaves out is what resolving the thickness adds, to a third."""
    text = (LIBRARY / "canaan-a1566ha-board.toml").read_text(encoding="utf-8")
    thin = tmp_path / "thin.toml"
    thin.write_text(text.replace("layers = [2, 2, 2]", "layers = [1]"), encoding="utf-8")
    one, three = ColdPlate.named(str(thin)), ColdPlate.named("canaan-a1566ha-board")
    table = one.fluid().table(3e5)
    around = Surroundings(T, 0.04, 298.15)
    state = one.prepared().solve(table, around)
    found = validity_warnings(one.prepared(), state, table)
    missing = float(re.search(r"by some ([\d.]+) K", " ".join(found)).group(1))
    resolved = three.prepared().solve(table, around)
    assert missing == pytest.approx(resolved.T_junction.max() - state.T_junction.max(), rel=0.34)
    assert not any("one layer" in text for text in validity_warnings(three.prepared(), resolved, table))
