"""A tank with its loop, on a column in plug flow whose outlet is known: balances, exchanger, pump, chips."""

import importlib.util
import math
from pathlib import Path

import CoolProp.CoolProp as CP
import ht
import numba
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from hashheat.components import tank_solve
from hashheat.components.errors import TankError, TankNotConvergedError, TankRangeError
from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.sink_film import sink_conductances, sink_film
from hashheat.components.tank_chips import scaled_film
from hashheat.components.tank_liquid import enthalpy_of
from hashheat.components.tank_stack import board_stack
from hashheat.components.tank_water import coil_conductance, water_side
from hashheat.solvers.flow_solve import STALLED
from hashheat.thermo.ageing import FluidAgeing
from hashheat.thermo.dielectric import dielectric
from hashheat.thermo.errors import FlashPointError
from hashheat.thermo.remembered import RememberedValueWarning


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tanks, plug = _beside("tank_files"), _beside("tank_plug")

LOOP = {
    "circulation": {"volume_flow": "3 L/min"},
    "exchanger": {"UA": "150 W/K"},
    "water": {"T_in": "30 degC", "volume_flow": "2 L/min"},
}


@pytest.fixture(autouse=True)
def plug_flow(monkeypatch):
    monkeypatch.setattr(tank_solve, "solve_flow", plug.plug_flow)


def immersion(**changes):
    return ImmersionTank(tanks.tank(**changes))


@pytest.mark.parametrize(("litres", "rise"), [(2, 16.5), (4, 8.3)])
def test_oil_rises_as_the_guideline_of_the_maker_says(litres, rise):
    """A kilowatt at 2 to 4 L/min of EC-110: 16.5 to 8.3 K, from a guideline and its energy balance."""
    tank = immersion(fluid={"name": "EC-110"}, circulation__volume_flow=f"{litres} L/min")
    with pytest.warns(RememberedValueWarning):
        found = tank.solve()
    assert float(found.T_out - found.T_in) == pytest.approx(rise, abs=0.15)
    # And as the enthalpy of the fluid's own formulas has it, at the density of the outlet.
    oil = dielectric("ec-110")
    T_out = float(found.T_out)
    mass_flow = float(oil.density(np.array(T_out))) * litres / 6e4
    gained = quad(lambda T: float(oil.heat_capacity(np.array(T))), float(found.T_in), T_out)[0]
    assert mass_flow * gained == pytest.approx(1000.0, rel=2e-3)


def test_every_watt_is_accounted_for():
    losing = {"walls": {"htc": "4 W/(m^2 K)", "T_ambient": "5 degC"}}
    found = immersion(**LOOP, **losing).solve(tolerance=1e-8)
    assert int(found.status) == 0
    lost = float(found.heat_loss)
    assert 30.0 < lost < 60.0
    total = float(found.wall_power + found.pump_heat)
    assert float(found.heat_rate) + lost == pytest.approx(total, rel=1e-9)
    assert abs(float(found.imbalance)) < 1e-9
    assert float(found.capture_efficiency) == pytest.approx(float(found.heat_rate) / 1000.0)
    # The water has it: cp of CoolProp between inlet and outlet.
    h = [CP.PropsSI("H", "T", float(T), "P", 6e5, "Water") for T in (found.water_T_in, found.water_T_out)]
    assert float(found.water_mass_flow) * (h[1] - h[0]) == pytest.approx(float(found.heat_rate), rel=1e-4)


def test_the_exchanger_and_the_tank_meet_where_effectiveness_puts_them():
    tank = immersion(**LOOP)
    solution = tank.run()
    found = tank.dataset(solution)
    liquid = solution.tank.box.liquid
    mass_flow = liquid.density * 5e-5
    heat = 1000.0 + float(found.pump_heat)
    m_w = float(found.water_mass_flow)

    def off(T_hot):
        """Heat by effectiveness less heat of the tank, for oil that enters the exchanger at T_hot."""
        T_cold = brentq(
            lambda T: mass_flow * (enthalpy_of(liquid, T_hot) - enthalpy_of(liquid, T)) - heat, 280.0, T_hot
        )
        h_in = CP.PropsSI("H", "T", 303.15, "P", 6e5, "Water")
        T_w = CP.PropsSI("T", "H", h_in + heat / m_w, "P", 6e5, "Water")
        C_oil, C_water = heat / (T_hot - T_cold), heat / (T_w - 303.15)
        least, most = min(C_oil, C_water), max(C_oil, C_water)
        eps = ht.effectiveness_from_NTU(150.0 / least, least / most, subtype="counterflow")
        return eps * least * (T_hot - 303.15) - heat, T_cold

    T_hot = brentq(lambda T: off(T)[0], 304.0, 380.0, xtol=1e-10)
    assert float(found.T_in) == pytest.approx(off(T_hot)[1], abs=2e-5)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="plates are rated too slowly uncompiled")
def test_a_stack_of_plates_takes_the_heat_of_its_own_rating():
    plates = {"plate": "b-006", "plates": 20}
    tank = immersion(**{**LOOP, "exchanger": plates})
    solution = tank.run()
    found = tank.dataset(solution)
    exchanger = tank_solve.OilLoop(tank.file, solution.tank.values, solution.tank.box.liquid).exchanger
    T_hot = exchanger.take(float(found.heat_rate), float(found.mass_flow)).T_hot
    rated = exchanger.plates.rate(
        hot_mass_flow=float(found.mass_flow),
        cold_mass_flow=float(found.water_mass_flow),
        hot_T_in=T_hot,
        cold_T_in=303.15,
    )
    assert float(rated.heat_rate) == pytest.approx(float(found.heat_rate), rel=1e-5)
    assert float(found.exchanger_pressure_drop) > 0.0
    pump = float(found.volume_flow) * float(found.system_pressure_drop)
    assert float(found.pump_heat) == pytest.approx(pump, rel=1e-9)


def test_the_pump_runs_where_its_curve_meets_the_system():
    curve = [["0 L/min", "60 kPa"], ["4 L/min", "44 kPa"], ["8 L/min", "0 kPa"]]
    circulation = {
        "pump_curve": curve,
        "T_in": "40 degC",
        "loop_pressure_drop": "30 kPa",
        "loop_flow": "4 L/min",
    }
    found = immersion(circulation=circulation).solve(tolerance=1e-8)
    # The parabola through the points, 60 - a V - b V2, against the line of the column and that of the pipes.
    V = np.array([4.0, 8.0]) / 6e4
    a, b = np.linalg.solve(np.stack([V, V * V], axis=1), [16e3, 60e3])
    pipes = 30e3 / (4.0 / 6e4) ** 2
    root = max(np.roots([b + pipes, a + plug.RESISTANCE, -60e3]))
    assert float(found.volume_flow) == pytest.approx(root, rel=1e-7)
    assert float(found.pressure_drop) == pytest.approx(plug.RESISTANCE * root, rel=1e-7)
    assert float(found.heat_rate) == pytest.approx(1000.0 + float(found.pump_heat), rel=1e-9)
    assert float(found.pump_power) == pytest.approx(root * float(found.system_pressure_drop) / 0.4, rel=1e-7)


def test_a_pump_that_is_too_large_or_too_weak_is_refused():
    big = [["0 L/min", "60 kPa"], ["4 L/min", "58 kPa"], ["5 L/min", "57 kPa"]]
    with pytest.raises(TankError, match="more flow than the pump gives"):
        immersion(circulation={"pump_curve": big, "T_in": "40 degC"}).solve()


def test_chips_stand_above_the_oil_by_film_and_package():
    tank = immersion()
    solution = tank.run()
    found = tank.dataset(solution)
    assert found.T_chip.shape == (1, 4, 4, 5)
    P = 900.0 / 80.0
    film = sink_film(board_stack(tank.file, tank.file.values(), 0))
    velocity = 5e-5 / 0.04
    T_case = found.T_chip.values - P * 1.0
    G = sink_conductances(
        film, solution.tank.box.liquid, velocity, found.T_oil.values, T_case, gravity_along=-9.80665
    ).conductance
    np.testing.assert_allclose(found.T_oil.values + P / G, T_case, atol=1e-6)
    np.testing.assert_allclose(found.P_chip.values, P, rtol=1e-12)
    # Oil flows up: the last column is the hottest, and all boards and rows are alike.
    assert int(found.hot_col) == 4
    np.testing.assert_allclose(np.ptp(found.T_chip.values, axis=(1, 2)), 0.0, atol=1e-9)
    assert float(found.T_junction) == float(found.T_chip.max())
    assert float(found.junction_margin) == pytest.approx(368.15 - float(found.T_junction))
    assert float(found.block_velocity[0]) == pytest.approx(velocity, rel=1e-12)
    assert float(found.block_flow[0]) == pytest.approx(5e-5, rel=1e-12)


def test_leakage_and_temperature_agree():
    leaking = {
        "miner__0__leakage_share": 0.1,
        "miner__0__leakage_scale": "40 K",
        "miner__0__reference_temperature": "60 degC",
    }
    found = immersion(**LOOP, **leaking).solve(tolerance=1e-8)
    T = found.T_chip.values
    P = 900.0 / 80.0 * (0.9 + 0.1 * np.exp((T - 333.15) / 40.0))
    np.testing.assert_allclose(found.P_chip.values, P, rtol=1e-6)
    assert float(found.wall_power) == pytest.approx(100.0 + P.sum(), rel=1e-7)
    assert abs(float(found.imbalance)) < 1e-7


def test_a_miner_that_is_hotter_than_its_limit_is_outside():
    assert int(immersion().solve().inside_limits) == 1
    found = immersion().solve(miner__0__limit=330.0)
    assert int(found.inside_limits) == 0
    assert float(found.junction_margin) < 0.0


def test_a_run_that_does_not_converge_gives_no_verdict(monkeypatch):
    monkeypatch.setattr(tank_solve, "solve_flow", plug.no_flow)
    tank = immersion(**LOOP)
    solution = tank.run()
    found = tank.dataset(solution)
    assert int(found.status) == STALLED
    assert int(found.inside_limits) == -1
    for name in ("T_junction", "T_out", "heat_rate", "capture_efficiency", "junction_margin"):
        assert math.isnan(float(found[name]))
    assert np.isnan(found.T_chip.values).all()
    assert found.history_momentum.size == 2
    assert "not converged" in found.attrs["status_text"]
    with pytest.raises(TankNotConvergedError, match="momentum"):
        tank.reduced(solution)


def test_oil_at_its_flash_point_is_refused():
    with pytest.raises(FlashPointError, match="reaches its flash point"):
        immersion(fluid={"name": "INCOMP::PMR", "flash_point": "45 degC"}).solve()


def test_oil_beyond_its_data_is_refused():
    with pytest.raises(TankRangeError, match="do not hold"):
        immersion(walls={"htc": "1 W/(m^2 K)", "T_ambient": "-200 degC"}).solve()
    with pytest.raises(TankRangeError, match="within its data"):
        immersion(**{**LOOP, "exchanger": {"UA": "5 W/K"}}).solve()


def test_a_dataset_survives_a_file(tmp_path):
    found = immersion(**LOOP).solve(with_fields=True)
    path = tmp_path / "tank.nc"
    found.to_netcdf(path, engine="h5netcdf")
    import xarray as xr

    with xr.open_dataset(path, engine="h5netcdf") as again:
        xr.testing.assert_identical(again.load(), found)
    assert {"T", "u", "v", "w", "p"} <= set(found.data_vars)


def test_the_reduced_form_is_the_solution_itself():
    tank = immersion(**LOOP)
    solution = tank.run()
    full, reduced = tank.dataset(solution), tank.sample({}, solution=solution)
    for name in ("T_junction", "T_in", "T_out", "heat_rate", "water_T_out", "capture_efficiency"):
        assert float(reduced[name][0]) == pytest.approx(float(full[name]), rel=1e-7), name
    assert "held" in reduced.attrs["reduced"]


@pytest.mark.parametrize(
    "change",
    [
        {"water.T_in": 313.15},
        {"miner.0.power": 1200.0},
        {"exchanger.UA": 90.0},
        {"water.volume_flow": 2.5e-5},
        {"miner.0.junction_to_sink": 2.0},
        {"fluid.film_factor": 0.8},
        {"walls.T_ambient": 263.15},
        {"exchanger.conductance_factor": 0.8},
    ],
)
def test_the_reduced_form_follows_the_whole_tank(change):
    """In plug flow the pattern does not depend on what is varied, so that both agree but for properties."""
    tank = immersion(**LOOP, walls={"htc": "4 W/(m^2 K)", "T_ambient": "5 degC"})
    solution = tank.run(tolerance=1e-8)
    reduced = tank.sample({k: [v, v] for k, v in change.items()}, solution=solution)
    whole = tank.solve(changed=change, tolerance=1e-8)
    before = float(tank.dataset(solution).T_junction)
    moved = float(whole.T_junction) - before
    assert abs(moved) > 0.05
    # A loss cools the oil at the walls; the reduced form spreads it over all oil, and the hottest chip is off.
    spread = 0.2 if "walls.T_ambient" in change else 0.0
    assert float(reduced.T_junction[1]) - before == pytest.approx(moved, rel=0.03, abs=spread)
    lost = float(tank.dataset(solution).heat_loss)
    change_of_loss = float(whole.heat_loss) - lost
    assert float(reduced.heat_loss[1]) - lost == pytest.approx(change_of_loss, rel=0.05, abs=0.05)


def test_samples_tell_the_probability_to_keep_the_limit():
    spread = {"value": "0.5 .. 1.5 K/W", "status": "assumed", "source": "made up"}
    tank = immersion(**LOOP, miner__0__junction_to_sink=spread)
    solution = tank.run()
    middle = float(tank.dataset(solution).T_junction)
    drawn = {"miner.0.junction_to_sink": np.linspace(0.5, 1.5, 101)}
    limits = {"miner.0.limit": np.full(101, middle)}
    found = tank.sample({**drawn, **limits}, solution=solution)
    assert found.attrs["fraction_inside"] == pytest.approx(51 / 101, abs=0.011)
    assert found.attrs["T_junction_p50"] == pytest.approx(middle, abs=0.01)
    # One kelvin per watt and kelvin of the package, 11.25 W a chip.
    assert found.attrs["T_junction_p95"] - found.attrs["T_junction_p05"] == pytest.approx(
        0.9 * 11.25, rel=1e-3
    )
    ranked = tank.sensitivity(solution=solution)
    assert list(ranked.key.values) == ["miner.0.junction_to_sink"]
    assert float(ranked.effect[0]) == pytest.approx(0.9 * 11.25, rel=1e-3)


def test_old_oil_thickens_and_its_deposit_insulates():
    tank = immersion()
    solution = tank.run()
    htc = float(tank.dataset(solution).chip_htc.mean())
    numbers = tank.aged_numbers(FluidAgeing(viscosity_factor=1.2, fouling_resistance=1e-3), solution)
    assert numbers["fluid.viscosity_factor"] == pytest.approx(1.2)
    assert numbers["fluid.film_factor"] == pytest.approx(1.0 / (1.0 + 1e-3 * htc))
    assert float(tank.solve(changed=numbers).T_junction) > float(tank.dataset(solution).T_junction)


def test_a_coil_takes_what_water_in_a_tube_takes():
    file = tanks.natural()
    values = file.values()
    water = water_side(file, values)
    heat = 1500.0
    # Along the tube, in oil of one temperature: dT/ds = UA (T_oil - T) / C.
    G = coil_conductance(values, water, heat)
    T_oil = water.T_in + heat / G
    C = water.capacity(heat)
    along = solve_ivp(lambda s, T: 100.0 / C * (T_oil - T), (0.0, 1.0), [water.T_in], rtol=1e-10, atol=1e-10)
    assert C * (along.y[0, -1] - water.T_in) == pytest.approx(heat, rel=1e-8)


def test_a_factor_on_the_film_is_a_factor_on_its_coefficient():
    tank = immersion()
    film = sink_film(board_stack(tank.file, tank.file.values(), 0))._replace(base_thickness=1e-9)
    liquid = tank.build().box.liquid
    scaled = scaled_film(film, 0.7)
    plain, less = (
        sink_conductances(f, liquid, 1e-3, 315.0, 330.0, gravity_along=-9.80665) for f in (film, scaled)
    )
    h = 0.7 * float(plain.htc)
    # A straight fin of 45 mm and 1 mm, both its faces, adiabatic tip.
    mL = 0.045 * math.sqrt(2.0 * h / (200.0 * 1e-3))
    expected = h * (film.base_area + math.tanh(mL) / mL * film.fin_area)
    assert float(less.conductance) == pytest.approx(expected, rel=1e-6)
