"""A cold plate solved from its file: balances, ports, the error of its grid, and states it refuses."""

import math

import numba
import numpy as np
import pytest
import xarray as xr
from CoolProp.CoolProp import PropsSI

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.errors import CoolantRangeError
from hashheat.thermo.errors import InputError

NAMES = ["two-sided", "brazed-parallel", "microchannel-1kw"]
if numba.config.DISABLE_JIT:
    NAMES = ["tuckerman-pease"]


@pytest.mark.parametrize("name", NAMES)
def test_heat_is_what_the_coolant_carries_away(name):
    found = ColdPlate.named(name).solve(fluid="water", pressure=4e5)
    given = float(found.heat_rate + found.heat_loss)
    assert given == pytest.approx(float(found.chip_power), rel=1e-10)
    h_in, h_out = (PropsSI("H", "T", float(T), "P", 4e5, "Water") for T in (_inlet(name), found.T_out))
    assert float(found.mass_flow) * (h_out - h_in) == pytest.approx(float(found.heat_rate), rel=1e-5)
    assert float(found.P_chip.sum()) == pytest.approx(float(found.chip_power), rel=1e-12)


def _inlet(name):
    return ColdPlate.named(name).file.design.T_in.nominal


def test_ports_take_their_share_of_the_velocity_head():
    plate = ColdPlate.named("tuckerman-pease")
    values = plate.file.values()
    drops = plate.solve(coolant__port_loss=xr.DataArray([0.0, 2.0], dims="loss"), pressure=8e5).pressure_drop
    w, h, pitch = (values[f"coolant.{key}"] for key in ("width", "height", "pitch"))
    state = plate.solve(pressure=8e5)
    T_in = plate.file.design.T_in.nominal
    rho = PropsSI("D", "T", T_in, "P", 8e5, "Water")
    channels = values["plate.width"] / pitch
    velocity = float(state.mass_flow) / rho / (channels * w * h)
    heads = float(drops[1] - drops[0]) / (0.5 * rho * velocity**2) / values["coolant.friction_factor"]
    assert heads == pytest.approx(2.0, rel=1e-3)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="three grids of full size")
@pytest.mark.parametrize("name", ["two-sided", "machined-serpentine", "brazed-parallel", "tube-in-plate"])
def test_the_error_of_the_grid_is_of_the_size_that_finer_grids_show(name):
    plate = ColdPlate.named(name)
    found = plate.solve(with_error=True)
    finer = plate.solve(refine=3)
    assert abs(float(finer.T_junction - found.T_junction)) < 1.5 * float(found.grid_error)
    assert float(found.grid_error) < 0.1 * float(found.T_junction - 343.15)


@pytest.mark.parametrize("flow", [0.0, -1e-5, math.nan, math.inf])
def test_a_flow_that_is_none_is_refused_by_name(flow):
    with pytest.raises(InputError) as caught:
        ColdPlate.named("tuckerman-pease").solve(volume_flow=flow)
    assert caught.value.key == "volume_flow"


def test_an_outlet_beyond_boiling_at_its_own_pressure_is_no_steady_state():
    """Below the boiling point at the inlet's pressure, above it at what is left of that."""
    with pytest.raises(CoolantRangeError):
        ColdPlate.named("tuckerman-pease").solve(T_in=373.15, pressure=3.2e5)


def test_margin_to_boiling_is_that_of_the_hottest_wall_at_the_outlet():
    found = ColdPlate.named("tuckerman-pease").solve(pressure=6e5)
    boils = PropsSI("T", "P", 6e5 - float(found.pressure_drop), "Q", 0, "Water")
    assert float(found.boiling_margin) == pytest.approx(boils - float(found.T_wall), abs=1e-3)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a state that does not settle takes all its iterations")
def test_a_failed_state_among_others_is_marked_and_the_rest_keep_their_numbers():
    plate = ColdPlate.named("tuckerman-pease")
    with pytest.warns(UserWarning, match="1 of 2 states"):
        found = plate.solve(volume_flow=[8.6e-6, 3e-8], with_error=True)
    assert found.status.values[0] == 0
    assert found.status.values[1] != 0
    assert np.isnan(found.T_junction.values[1])
    assert np.isfinite(found.grid_error.values[0])
