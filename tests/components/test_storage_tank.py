"""A storage tank: its conductances, its balance, and a measured stand-by loss."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from numba import config

from hashheat.components.storage_tank import StorageTank, TankInputs, two_ports
from hashheat.components.storage_tank_section import StorageTankSection
from hashheat.thermo.errors import InputError, StateError

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "district" / "storage_standby"

GIVEN = {
    "height": 10.0,
    "diameter": 5.0,
    "side_insulation": 0.2,
    "top_insulation": 0.3,
    "bottom_insulation": 0.1,
    "insulation_conductivity": 0.04,
    "inside_htc": 300.0,
    "outside_htc": 8.0,
}


@pytest.fixture
def tank():
    return StorageTank(**GIVEN, wall_thickness=0.006)


def test_conductances(tank):
    # Rings of insulation in series are the cylinder; each ring of 0.1 mm is as good as flat.
    r = np.linspace(2.506, 2.706, 2001)[:-1] + 0.5e-4
    resistance = 1 / (300 * 2 * math.pi * 2.5) + 1 / (8 * 2 * math.pi * 2.706)
    resistance += np.sum(1e-4 / (0.04 * 2 * math.pi * r))
    assert tank.side_conductance == pytest.approx(1 / resistance, rel=1e-8)
    area = math.pi * 2.5**2
    assert tank.top_conductance == pytest.approx(area / (1 / 300 + 0.3 / 0.04 + 1 / 8))
    assert tank.bottom_conductance == pytest.approx(area / (1 / 300 + 0.1 / 0.04 + 1 / 8))
    assert tank.loss_conductance == pytest.approx(
        10 * tank.side_conductance + tank.top_conductance + tank.bottom_conductance
    )
    assert StorageTank(**GIVEN, loss_factor=2.0).loss_conductance == pytest.approx(
        2.0 * StorageTank(**GIVEN).loss_conductance
    )


def test_default_properties_are_those_of_water_at_70_degC(tank):
    def of(name, T):
        return PropsSI(name, "T", T, "P", 3e5, "Water")

    assert tank.density == pytest.approx(of("D", 343.15), rel=1e-3)
    assert tank.heat_capacity == pytest.approx(of("C", 343.15), rel=1e-3)
    assert tank.conductivity == pytest.approx(of("L", 343.15), rel=1e-2)
    for T in (303.15, 323.15, 353.15, 368.15):
        given = 343.15 + (of("H", T) - of("H", 343.15)) / tank.heat_capacity
        assert given == pytest.approx(T, abs=0.1)


def measured_standby():
    if not DATA.is_dir():
        pytest.skip("the measured stand-by loss is not in ../shared/reference/district/storage_standby")
    with (DATA / "validation_data.csv").open() as file:
        given = {name: float(value) for name, value, _ in list(csv.reader(file))[1:]}
    with (DATA / "storage_soc_measured.csv").open() as file:
        levels = [float(row["level"]) / 100 for row in csv.DictReader(file)]
    return given, levels


def test_measured_standby_loss():
    given, measured = measured_standby()
    tank = StorageTank(
        height=given["height"],
        diameter=given["diameter"],
        side_insulation=given["s_iso"] / 1e3,
        top_insulation=given["s_iso"] / 1e3,
        bottom_insulation=given["s_iso"] / 1e3,
        insulation_conductivity=given["lamb_iso"],
        inside_htc=given["alpha_inside"],
        outside_htc=given["alpha_outside"],
    )
    hot, cold, room = (given[k] + 273.15 for k in ("temp_h", "temp_c", "temp_env"))
    state = tank.two_zones(measured[0], hot, cold)
    levels = [tank.level(state, hot, cold)]
    for _ in measured[1:]:  # every 15 min
        state, _ = tank.step(state, two_ports(0.0, hot, cold, room), 900.0)
        levels.append(tank.level(state, hot, cold))
    assert levels[0] == pytest.approx(measured[0], rel=1e-12)
    assert abs(levels[-1] - measured[-1]) < 0.01
    assert abs(np.mean(levels) - np.mean(measured)) < 0.005
    # Two mixed zones of U = 0.338 W/(m2 K) on the inner faces, flat: the figure of a simpler model.
    assert levels[-1] == pytest.approx(0.7724, abs=0.002)


def test_balance_over_random_steps_with_ports_at_heights():
    tank = StorageTank(**GIVEN, wall_thickness=0.006, layers=20, port_heights=(3.0, 7.0))
    rng = np.random.default_rng(5)
    state = tank.uniform(330.0)
    for _ in range(10 if config.DISABLE_JIT else 200):
        flow = rng.choice([0.0, 1.0, 20.0], 4) * rng.normal(size=4)
        flow[-1] = -flow[:-1].sum()
        inputs = TankInputs(flow, rng.uniform(290.0, 360.0, 4), 285.0, 280.0)
        kept = state.volume.copy(), state.T.copy()
        new, out = tank.step(state, inputs, 3600.0)
        again, same = tank.step(state, inputs, 3600.0)
        assert np.array_equal(state.volume, kept[0])
        assert np.array_equal(state.T, kept[1])
        assert np.array_equal(new.T, again.T)
        assert same.heat_rate == out.heat_rate
        # The heat of the flows again, from what the outputs say left.
        carried = np.where(flow > 0.0, inputs.T_in, out.T_out) - 273.15
        heat = tank.heat_capacity * (flow @ carried)
        size = tank.heat_capacity * 80.0 * (np.abs(flow).sum() + 100.0)
        assert heat == pytest.approx(out.heat_rate, abs=1e-12 * size)
        change = (tank.energy(new) - tank.energy(state)) / 3600.0
        assert change == pytest.approx(out.heat_rate - out.heat_loss, abs=1e-12 * size)
        state = new


def test_charging_and_discharging():
    tank = StorageTank(**GIVEN)
    state = tank.uniform(323.15)
    full = tank.volume * tank.density
    state, out = tank.step(state, two_ports(full / 2 / 3600.0, 353.15, 323.15, 283.15), 3600.0)
    assert tank.level(state, 353.15, 323.15) == pytest.approx(0.5, abs=0.01)
    assert out.T_out[0] == pytest.approx(323.15, abs=0.1)
    assert out.T_out[1] == pytest.approx(353.15, abs=0.1)  # the water at the port, where nothing left
    back, out = tank.step(state, two_ports(-full / 4 / 3600.0, 353.15, 318.15, 283.15), 3600.0)
    assert out.T_out[1] == pytest.approx(353.0, abs=0.2)
    assert tank.profile(back)[:10] == pytest.approx(318.1, abs=0.1)
    assert out.heat_rate < 0.0 < out.heat_loss


def test_steps_of_any_length_give_the_same_tank():
    tank = StorageTank(**GIVEN)

    def after(steps):
        state = tank.two_zones(0.4, 353.15, 323.15)
        for _ in range(steps):
            state, _ = tank.step(state, two_ports(5.0, 353.15, 323.15, 283.15), 4 * 3600.0 / steps)
        return tank.profile(state)

    assert after(1) == pytest.approx(after(16), abs=0.6)
    assert after(4) == pytest.approx(after(16), abs=0.15)


def test_what_leaves_answers_without_jumps_to_the_flow():
    tank = StorageTank(**GIVEN)
    state = tank.two_zones(0.4, 353.15, 323.15)

    def largest_change(points, T_top):
        flows = np.linspace(39.3, 41.0, points)  # about three quarters of the tank in the hour
        T = [tank.step(state, two_ports(m, T_top, 318.15, 283.15), 3600.0)[1].T_out[0] for m in flows]
        return np.abs(np.diff(T)).max()

    for T_top in (335.0, 310.0):  # sinks through the hot water; sinks to the bottom
        coarse, fine = (largest_change(n, T_top) for n in (11, 41))
        assert fine < 0.3 * coarse


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"height": 0.0}, "height"),
        ({"insulation_conductivity": math.nan}, "insulation_conductivity"),
        ({"side_insulation": -0.1}, "side_insulation"),
        ({"layers": 0}, "layers"),
        ({"port_heights": (7.0, 3.0)}, "port_heights"),
        ({"port_heights": (10.0,)}, "port_heights"),
    ],
)
def test_refuses(change, key):
    with pytest.raises(InputError) as error:
        StorageTank(**GIVEN | change)
    assert error.value.key == f"storage_tank.{key}"


def test_refuses_inputs(tank):
    state = tank.uniform(330.0)
    with pytest.raises(InputError, match="must leave it"):
        tank.step(state, TankInputs(np.array([1.0, 0.0]), np.array([300.0, 300.0]), 290.0, 290.0), 60.0)
    with pytest.raises(InputError, match="each port"):
        tank.step(state, TankInputs(np.zeros(3), np.zeros(3), 290.0, 290.0), 60.0)
    with pytest.raises(InputError, match="step"):
        tank.step(state, two_ports(1.0, 350.0, 320.0, 290.0), 0.0)
    with pytest.raises(InputError, match="must leave it"):
        tank.step(state, two_ports(math.nan, 350.0, 320.0, 290.0), 60.0)
    with pytest.raises(StateError, match=r"2\.00 degC"):
        tank.step(state, two_ports(-1.0, 350.0, 275.15, 290.0), 60.0)
    with pytest.raises(InputError, match="another tank"):
        tank.step(state._replace(volume=2.0 * state.volume), two_ports(1.0, 350.0, 320.0, 290.0), 60.0)
    with pytest.raises(InputError, match="starts from"):
        tank.layered(np.array([[300.0]]))
    with pytest.raises(InputError, match="level"):
        tank.level(state, 320.0, 320.0)
    with pytest.raises(InputError, match="share"):
        tank.two_zones(1.2, 350.0, 320.0)


def test_section():
    text = {
        "height": "10 m",
        "diameter": "5 m",
        "side_insulation": "200 mm",
        "top_insulation": "300 mm",
        "bottom_insulation": "100 mm",
        "insulation_conductivity": "0.04 W/(m K)",
        "inside_htc": "300 W/(m^2 K)",
        "outside_htc": "8 W/(m^2 K)",
        "layers": 20,
        "port_heights": ["3 m"],
    }
    section = StorageTankSection(**text)
    assert section.tank() == StorageTank(**GIVEN, layers=20, port_heights=(3.0,))
    assert section.tank({"height": 12.0}).height == 12.0
    assert {q.status for q in section.quantities().values()} == {"chosen", "assumed", "literature"}
