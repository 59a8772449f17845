"""Sweeps of a cold plate: named axes, the same numbers as single solves, and no plate built twice."""

import numpy as np
import pytest
import xarray as xr

from hashheat.components import cold_plate
from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_build import plate_geometry
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.components.prepared_plate import prepare
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid


def coarse(name, along=8, across=6):
    file = load_cold_plate(name)
    cells = {"cells_along": along, "cells_across": across, "layers": [1]}
    return ColdPlate(file.model_copy(update={"plate": file.plate.model_copy(update=cells)}))


def test_every_state_of_a_sweep_is_the_single_solve_bit_for_bit():
    axes = {
        "volume_flow": [4e-5, 8e-5],
        "T_in": [330.0, 345.0],
        "frequency": [0.7, 1.0],
        "chips__tim_thickness": [1e-4, 2e-4],
        "plate__thickness": [0.014, 0.016],
    }
    own = {"flow" if name == "volume_flow" else name: values for name, values in axes.items()}
    swept = coarse("tube-in-plate").sweep(**own, T_ambient=290.0)
    assert swept.T_junction.dims == (
        "chips__tim_thickness",
        "plate__thickness",
        "volume_flow",
        "T_in",
        "frequency",
    )
    # Every corner of the grid, so that each number is seen at both of its values beside each other one.
    for corner in range(0, 32, 5):
        at = {name: values[corner >> i & 1] for i, (name, values) in enumerate(axes.items())}
        alone = coarse("tube-in-plate").solve(**at, T_ambient=290.0)
        there = swept.sel(at)
        assert set(alone.data_vars) == set(swept.data_vars)
        for name in alone.data_vars:
            np.testing.assert_array_equal(there[name].values, alone[name].values, err_msg=name)


def test_axes_have_names_units_and_an_order():
    plate = coarse("microchannel-1kw")
    found = plate.sweep(
        frequency=[0.8, 1.0, 1.1], T_in=313.15, flow=[2e-5, 3e-5], power__chip=[900.0, 1000.0], fluid="water"
    )
    assert found.T_out.dims == ("power__chip", "volume_flow", "frequency")
    assert found.T_chip.dims == ("power__chip", "volume_flow", "frequency", "chip")
    assert found.attrs["fluid"].lower().startswith("water")
    assert found.volume_flow.attrs["units"] == "m3 s-1"
    assert found.frequency.attrs["units"] == "1"
    assert (found.power__chip.attrs["units"], found.power__chip.attrs["long_name"]) == ("W", "power.chip")
    np.testing.assert_array_equal(found.volume_flow, [2e-5, 3e-5])
    # Without leakage's doubt: more power, less flow and a faster clock are hotter.
    assert (found.T_junction.diff("power__chip") > 0).all()
    assert (found.T_junction.diff("volume_flow") < 0).all()
    assert (found.T_junction.diff("frequency") > 0).all()


def test_data_arrays_along_one_dimension_go_together():
    plate = coarse("microchannel-1kw")
    hour = {"hour": [0, 1, 2]}
    T_in = xr.DataArray([300.0, 310.0, 320.0], hour, "hour")
    flow = xr.DataArray([2e-5, 2.5e-5, 3e-5], hour, "hour")
    found = plate.sweep(flow=flow, T_in=T_in, power__chip=[900.0, 1000.0])
    assert found.T_out.dims == ("power__chip", "hour")
    alone = plate.solve(volume_flow=2.5e-5, T_in=310.0, power__chip=900.0)
    assert float(found.T_out.sel(hour=1, power__chip=900.0)) == float(alone.T_out)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"T_in": [[300.0, 310.0]]}, "T_in"),
        ({"flow": []}, "volume_flow"),
        ({"power__chip": ["much"]}, "power__chip"),
        ({"power__chips": [1.0]}, "power.chips"),
        ({"plate__thickness": [1e-3, -1e-3]}, "plate.thickness"),
        ({"flow": [1e-5, 0.0]}, "volume_flow"),
        ({"design__pressure": [2e5, 3e5]}, "pressure"),
    ],
)
def test_what_is_no_axis_is_refused(given, key):
    with pytest.raises(InputError) as caught:
        coarse("microchannel-1kw").sweep(**given)
    assert caught.value.key == key


def test_each_plate_of_a_sweep_is_built_once(monkeypatch):
    built = []
    build = cold_plate.prepare
    monkeypatch.setattr(cold_plate, "prepare", lambda *a, **k: built.append(1) or build(*a, **k))
    thickness = np.linspace(1.5e-3, 3e-3, 10)
    coarse("microchannel-1kw", 4, 3).sweep(plate__thickness=thickness, power__chip=[900.0, 1000.0, 1100.0])
    assert len(built) == thickness.size


@pytest.mark.parametrize(
    "changed",
    [
        {"power.chip": 20.0},
        {"power.leakage_share": 0.2, "power.leakage_scale": 25.0, "power.reference_temperature": 350.0},
        {"chips.tim_thickness": 5e-4, "chips.tim_conductivity": 3.0, "chips.package_resistance": 0.3},
        {"coolant.nusselt_factor": 0.7, "coolant.friction_factor": 2.0, "coolant.port_loss": 0.0},
        {"power.chip": 20.0, "plate.thickness": 0.02},
    ],
)
def test_a_plate_on_cells_at_hand_is_the_plate_built_anew(changed):
    plate = coarse("tube-in-plate")
    values = plate.file.values(changed)
    anew = prepare(
        plate_geometry(plate.file, changed),
        nusselt_factor=values["coolant.nusselt_factor"],
        friction_factor=values["coolant.friction_factor"],
        port_loss=values["coolant.port_loss"],
    )
    kept = plate.prepared(changed)
    shaping = {key: value for key, value in changed.items() if key == "plate.thickness"}
    assert kept.levels is plate.prepared(shaping).levels
    assert (kept.levels is plate.prepared().levels) == (not shaping)
    table, around = Fluid.parse("water").table(3e5), Surroundings(340.0, 0.05, 293.15)
    a, b = (p.solve(table, around, frequency=0.9) for p in (anew, kept))
    for name in ("T", "F", "T_junction", "chip_power", "heat", "pressure_drop"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert anew.pressure_drop(a, table, 340.0) == kept.pressure_drop(b, table, 340.0)


def test_numbers_of_the_design_state_count_where_the_state_is_left_out():
    plate = coarse("microchannel-1kw")
    state = {"T_in": 310.0, "T_ambient": 280.0, "pressure": 4e5}
    given = plate.solve(**state, volume_flow=3e-5)
    by_key = plate.solve(**{f"design__{name}": value for name, value in state.items()}, design__flow=3e-5)
    assert float(by_key.T_junction) == float(given.T_junction)
    assert by_key.attrs["pressure_pascal"] == 4e5
    assert float(plate.solve(**state, volume_flow=3e-5, design__T_in=350.0).T_out) == float(given.T_out)


def test_places_of_chips_are_those_of_each_plate_of_a_sweep():
    plate = coarse("tube-in-plate")
    length = float(plate.quantities["plate.length"].nominal)
    swept = plate.sweep(plate__length=[length, 1.2 * length], T_in=[330.0, 340.0])
    for i, own in enumerate((length, 1.2 * length)):
        alone = plate.solve(plate__length=own, T_in=340.0)
        for name in ("chip_x", "chip_y", "chip_length", "T_chip"):
            np.testing.assert_array_equal(swept.isel(plate__length=i, T_in=1)[name], alone[name])
    # What every plate has in common has no other dimension.
    assert swept.chip_y.dims == ("chip",)
    assert plate.sweep(T_in=[330.0, 340.0]).chip_x.dims == ("chip",)


@pytest.mark.parametrize("key", ["plate__length", "plate__thickness", "coolant__roughness"])
def test_fields_of_plates_of_several_sizes_are_refused(key):
    plate = coarse("tube-in-plate")
    nominal = float(plate.quantities[key.replace("__", ".")].nominal)
    sizes = {key: [nominal, 1.1 * nominal]}
    if key == "coolant__roughness":
        assert plate.sweep(**sizes, with_fields=True).T_plate.dims[0] == key
        return
    with pytest.raises(InputError, match="different sizes") as caught:
        plate.sweep(**sizes, with_fields=True)
    assert caught.value.key == "with_fields"


def test_without_power_there_is_no_thermal_resistance():
    found = coarse("tube-in-plate").solve(voltage=[0.0, 1.0])
    assert not found.status.any()
    assert float(found.chip_power[0]) == 0.0
    assert np.isnan(found.thermal_resistance[0])
    assert float(found.thermal_resistance[1]) > 0.0


@pytest.mark.parametrize("fluid", [5, "beer"])
def test_a_coolant_that_is_none_is_named(fluid):
    with pytest.raises(InputError) as caught:
        coarse("tube-in-plate").solve(fluid=fluid)
    assert caught.value.key == "fluid"
