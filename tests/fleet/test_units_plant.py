"""A small plant with miners: energy, failures, restart with the units' own memory, and a hot return."""

import numpy as np
import pytest
import xarray as xr

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.simulate import simulate

PLANT = """
name = "Four units on a boiler's return"
connections = [
    ["units.outlet", "loop_pump.inlet"],
    ["loop_pump.outlet", "cooler.inlet"],
    ["cooler.outlet", "tank.top", "customers.supply"],
    ["customers.return", "tank.bottom", "units.inlet"],
]
[site]
room = "20 degC"
ground = "8 degC"
[circuits.water]
fluid = "water"
pressure = "3 bar"
at = "units.inlet"
[parts.units]
type = "units"
plant = "plant.toml"
T_in_low = "40 degC"
T_in_high = "76 degC"
[parts.loop_pump]
type = "pump"
efficiency = 0.6
least_flow = "0.25 kg/s"
largest_flow = "2 kg/s"
follows = "units"
hold = { port = "units.outlet", at = "78 degC" }
[parts.cooler]
type = "dry_cooler"
heat_rate = "40 kW"
T_in = "70 degC"
T_out = "60 degC"
T_air = "30 degC"
air_flow = "2 m^3/s"
fan_power = "600 W"
heat_capacity = "4190 J/(kg K)"
T_freeze = "0 degC"
pressure_drop = "30 kPa"
hold = { port = "cooler.outlet", at = "78.5 degC" }
[parts.tank]
type = "storage_tank"
height = "2 m"
diameter = "0.8 m"
side_insulation = "100 mm"
top_insulation = "100 mm"
bottom_insulation = "100 mm"
insulation_conductivity = "0.04 W/(m K)"
inside_htc = "300 W/(m^2 K)"
outside_htc = "8 W/(m^2 K)"
layers = 10
T_hot = "78 degC"
T_cold = "50 degC"
first_charge = 0.5
[parts.customers]
type = "consumers"
largest_flow = "1 kg/s"
differential_pressure = "50 kPa"
pump_efficiency = 0.5
[operation]
strategy = "follow_demand"
reserve = "0 %"
store = "tank"
store_target = 0.5
ramp = 1.0
min_on = "1 h"
min_off = "1 h"
mean_time_to_failure = "40 h"
mean_time_to_repair = "4 h"
[hours]
T_mean = "7.5 degC"
T_swing = "11 K"
heat = "100 MWh"
constant_share = "20 %"
supply_mild = "70 degC"
supply_cold = "75 degC"
T_mild = "8 degC"
T_cold = "-26 degC"
T_return = "50 degC"
price = "60 EUR/MWh"
heat_price = "30 EUR/MWh"
[reference]
fuel_factor = "0.2 kg/kWh"
boiler_efficiency = 0.9
grid_factor = "0.05 kg/kWh"
"""


@pytest.fixture(scope="module")
def plant(session_plant, tmp_path_factory):
    units = session_plant()
    path = units.path.with_name("whole.toml")
    path.write_text(PLANT.replace("plant.toml", units.path.name), encoding="utf-8")
    return HeatPlant.named(str(path))


@pytest.fixture(scope="module")
def hours():
    hour = np.arange(60)
    demand = 20e3 * (1.0 + 0.7 * np.sin(2 * np.pi * hour / 24.0)) + 4e3 * (hour % 7 == 0)
    data = {
        "demand": ("time", demand),
        "T_return": ("time", np.full(60, 323.15)),
        "T_outdoor": ("time", np.full(60, 278.15)),
    }
    return xr.Dataset(data, {"time": np.datetime64("2023-01-01T00", "ns") + hour * np.timedelta64(1, "h")})


@pytest.fixture(scope="module")
def result(plant, hours):
    return simulate(plant, hours)


def test_energy_closes_and_the_outlet_is_held(result):
    assert float(np.abs(result.energy_imbalance).sum()) < 1e-9 * float(result.energy_supplied.sum())
    assert float(result.mass_imbalance.max()) < 1e-10
    running = result.units_running.values > 0
    # Where the water comes back from a full tank, the largest flow does not keep the outlet down.
    cold = result.T_port.sel(port="units.inlet").values < 343.15
    outlet = result.T_port.sel(port="units.outlet").values
    assert np.abs(outlet - 351.15)[running & cold].max() < 1e-6
    assert (running & cold).sum() > 20


def test_units_follow_the_demand_and_fail_now_and_then(result):
    running = result.units_running.values
    assert set(np.unique(running)) <= {0, 1, 2, 3, 4}
    assert running.std() > 0.5
    assert result.starts.values.sum() > 0
    on = float(result.time_at.sum()) / 3600.0
    assert on == pytest.approx(running.sum())


def test_a_run_cut_off_goes_on_with_the_same_units(plant, hours, result, tmp_path):
    class Cut(Exception):
        pass

    def cut(done):
        if done > 0.5:
            raise Cut

    with pytest.raises(Cut):
        simulate(plant, hours, tmp_path / "run", segment=9, progress=cut)
    assert list((tmp_path / "run").iterdir())
    resumed = simulate(plant, hours, tmp_path / "run", segment=9)
    xr.testing.assert_identical(resumed.drop_attrs(deep=False), result.drop_attrs(deep=False))


def test_customers_who_take_nothing_leave_the_heat_to_the_air(plant, hours):
    still = hours.assign(demand=hours.demand * 0.0).isel(time=slice(0, 30))
    always = plant.file.operation.model_copy(update={"strategy": "always_on"})
    plant_on = HeatPlant.of(plant.file.model_copy(update={"operation": always}))
    result = simulate(plant_on, still)
    made = result.units_heat_rate.values
    # Once the tank is full, all that the units make goes to the air, but for what the tank loses.
    assert result.tank_charge.values[-1] > 0.95
    late = slice(-5, None)
    gone = result.cooler_heat_rejected.values[late] + result.tank_heat_loss.values[late]
    pumped = 0.6 * result.loop_pump_electricity.values[late]
    assert gone == pytest.approx(made[late] + pumped - result.energy_stored.values[late], rel=1e-9)
    assert float(np.abs(result.energy_imbalance).max()) < 1e-6 * made.max()
