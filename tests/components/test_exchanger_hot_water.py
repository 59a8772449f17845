"""Above the usual property tables every way of using an exchanger gives what its rating gives."""

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.exchanger_fouling import fouling_from_measurement
from hashheat.components.exchanger_map import part_load
from hashheat.components.exchanger_solve import solve_for
from hashheat.components.exchanger_transient import rate_transient
from hashheat.components.plate_exchanger import PlateHeatExchanger

STATE = {"hot_mass_flow": 2.0, "cold_mass_flow": 2.5, "hot_T_in": 413.15, "cold_T_in": 333.15}


@pytest.fixture(scope="module")
def unit():
    return PlateHeatExchanger.named("g-010", 11, pressures=(8e5, 8e5), fouling=(1e-5, 0.0))


@pytest.fixture(scope="module")
def rated(unit):
    return unit.rate(**STATE)


def test_tables_follow_the_inlets(unit, rated):
    assert unit.packed[0][1] < 413.15 <= unit.reaching(333.15, 413.15).packed[0][1]
    assert 333.15 < float(rated.T_out[1]) < 413.15
    assert abs(float(rated.imbalance)) < 1e-10


def test_a_map(unit, rated):
    few = part_load(unit, **(STATE | {"hot_mass_flow": xr.DataArray([2.0, 3.0], dims="flow")}))
    np.testing.assert_allclose(few.T_out[0], rated.T_out, atol=1e-9)
    if not numba.config.DISABLE_JIT:
        flow = xr.DataArray(np.append(np.linspace(1.0, 3.0, 499), 2.0), dims="flow")
        many = part_load(unit, **(STATE | {"hot_mass_flow": flow}))
        np.testing.assert_allclose(many.T_out[-1], rated.T_out, atol=0.02)


def test_in_time(unit, rated):
    run = rate_transient(unit, t_end=1.0, **STATE, nodes=8, tolerance=1e-2)
    np.testing.assert_allclose(run.T_out[0], rated.T_out, atol=2e-3)


def test_fouling(unit, rated):
    measured = STATE | {"hot_T_out": float(rated.T_out[0]), "cold_T_out": float(rated.T_out[1])}
    assert fouling_from_measurement(unit, measured).value == pytest.approx(1e-5, abs=2e-8)


def test_an_unknown_inlet(unit, rated):
    found = solve_for(unit, "hot_T_in", {"cold_T_out": float(rated.T_out[1])}, **(STATE | {"hot_T_in": None}))
    assert found.value == pytest.approx(413.15, abs=1e-3)
