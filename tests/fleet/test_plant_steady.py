"""The steady state of a plant is where a long run ends."""

import numpy as np
import pytest

from hashheat.fleet.heat_balance import BalanceError
from hashheat.fleet.plant_steady import steady_state
from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError


def test_a_long_run_ends_in_the_steady_state(boiler_plant, swinging_hours):
    # No heat is lost by a tank that is packed in a metre of foam, so that it too comes to rest.
    plant = boiler_plant(("layers = 12", "layers = 12\nloss_factor = 0.0"))
    hours = swinging_hours(80)
    hours["demand"] = hours.demand * 0.0 + 7e5
    last = simulate(plant, hours).isel(time=-1)
    values = {"demand": 7e5, "T_return": 318.15, "T_outdoor": 275.15}
    steady = steady_state(plant, values)
    for port in ("boiler.outlet", "boiler.inlet", "customers.return"):
        assert float(steady.T_port.sel(port=port)) == pytest.approx(
            float(last.T_port.sel(port=port)), abs=1e-3
        )
    assert steady.flow.values == pytest.approx(last.flow.values, abs=1e-4)
    assert float(steady.boiler_fuel) == pytest.approx(float(last.boiler_fuel), rel=1e-5)
    assert abs(float(steady.energy_imbalance)) < 1e-9 * float(steady.energy_supplied)


def test_boiling_water_is_no_state(boiler_plant):
    plant = boiler_plant(('pressure = "6 bar"', 'pressure = "0.4 bar"'))
    with pytest.raises(BalanceError, match=r"boiler.*end of its range as a liquid, 7\d\.\d degC"):
        steady_state(plant, {"demand": 7e5, "T_return": 318.15, "T_outdoor": 275.15})


def test_what_is_missing_is_named(boiler_plant):
    with pytest.raises(InputError, match="T_return"):
        steady_state(boiler_plant(), {"demand": 7e5})
    with pytest.raises(InputError, match="running"):
        steady_state(boiler_plant(), {"demand": 7e5, "T_return": 318.15, "T_outdoor": 275.15}, running=np.nan)
