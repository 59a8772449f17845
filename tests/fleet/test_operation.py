"""A plant in operation: heat, mixing, pressure balance, pump, set point, and independence of cases."""

import fluids
import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.fleet.operation import operate, resistance_factors, solve_samples
from hashheat.fleet.sampling import from_uniform, nominal, sobol_points, unit_places
from hashheat.solvers import serpentine as sp
from hashheat.thermo.property_kernels import density, enthalpy

DESIGN_FLOW = {"loop.outlet_setpoint": None}
SPREAD = {"miner.chips.unit_spread": 0.2}
#: Headers that lose about as much as a unit, so that the units' flows differ.
NARROW = {
    "units.count": 10,
    "header.diameter": "26 mm",
    "header.spacing": "0.3 m",
    "header.roughness": "0.05 mm",
    "header.tee_loss": 0.2,
}
P = 3e5
MANY = 4 if numba.config.DISABLE_JIT else 16


def run(plant, places=None, values=None):
    places = unit_places(plant.file.units.count) if places is None else places
    values = nominal(plant.quantities) if values is None else values
    state = operate(plant, values, places)
    assert np.all(state.units.status == sp.OK)
    return values, state


def enthalpies(plant, T):
    return np.array([enthalpy(plant.table, x) for x in np.ravel(T)]).reshape(np.shape(T))


def assert_same(a, b):
    for one, other in zip((*a[:1], *a.units, *a[2:]), (*b[:1], *b.units, *b[2:])):
        assert np.array_equal(one, other)


@pytest.fixture(scope="module")
def narrow(session_plant):
    return session_plant(DESIGN_FLOW | NARROW | SPREAD | {"header.arrangement": "U"})


@pytest.fixture(scope="module")
def uncertain(session_plant):
    return session_plant({"units.count": 6, "units.rows": 2}, exact=False)


def drawn(plant, n=8, seed=3):
    return from_uniform(plant.quantities, plant.uncertain, sobol_points(n, len(plant.uncertain), seed))


def test_heat_to_the_water_is_what_the_water_carries_away(narrow):
    values, state = run(narrow)
    T_in, m, T_out = values["loop.inlet"][0], state.mass_flow[0], state.units.T_out[0]
    own = m * (enthalpies(narrow, T_out) - enthalpy(narrow.table, T_in))
    np.testing.assert_allclose(own, state.units.heat_rate[0], rtol=1e-10)
    h_in = PropsSI("H", "T", T_in, "P", P, "Water")
    published = m * (PropsSI("H", "T", T_out, "P", P, "Water") - h_in)
    np.testing.assert_allclose(published, state.units.heat_rate[0], rtol=1e-5)


def test_heat_past_the_water_follows_from_the_plates(narrow):
    values, state = run(narrow)
    fields = solve_samples(narrow, values, state.mass_flow, state.resistance_factor, with_fields=True).fields
    T_plate = fields[0, ..., sp.FIELD_T_WALL]  # equal cells
    conductance = values["miner.surroundings.loss_conductance"][0]
    plates = conductance * (T_plate.mean(axis=(1, 2)) - values["surroundings.temperature"][0])
    units = state.units
    supply = (1.0 - values["miner.power.psu_heat_to_water"][0]) * (units.wall_power[0] - units.chip_power[0])
    total = units.heat_rate[0] + plates + supply
    np.testing.assert_allclose(total, units.wall_power[0], rtol=1e-10)
    np.testing.assert_allclose(plates + supply, units.heat_loss[0], rtol=1e-8)
    assert units.wall_power.sum() == pytest.approx((units.heat_rate + units.heat_loss).sum(), rel=1e-12)


def test_the_mixture_carries_the_heat_of_all_units(narrow):
    values, state = run(narrow)
    m, T = state.mass_flow[0], state.units.T_out[0]
    carried = float(np.sum(m * enthalpies(narrow, T)))
    mixed = enthalpy(narrow.table, state.T_out_mixed[0])
    assert mixed * m.sum() == pytest.approx(carried, rel=1e-12)
    rise = mixed - enthalpy(narrow.table, values["loop.inlet"][0])
    assert rise * m.sum() == pytest.approx(state.units.heat_rate.sum(), rel=1e-10)
    assert T.min() < state.T_out_mixed[0] < T.max()


def segment_loss(flow, T, D=0.026, spacing=0.3, roughness=5e-5, tee=0.2):
    rho, mu = PropsSI("D", "T", T, "P", P, "Water"), PropsSI("V", "T", T, "P", P, "Water")
    u = flow / (rho * np.pi * D**2 / 4)
    Re = rho * u * D / mu
    assert Re > 4000  # elsewhere two friction laws may differ
    f = fluids.friction_factor(Re=Re, eD=roughness / D)
    return fluids.dP_from_K(f * spacing / D + tee, rho, u)


@pytest.mark.parametrize("arrangement", ["U", "Z"])
def test_every_unit_loses_the_pressure_between_its_tees(make_plant, arrangement):
    plant = make_plant(DESIGN_FLOW | NARROW | SPREAD | {"header.arrangement": arrangement})
    values, state = run(plant)
    m = state.mass_flow[0]
    T_in, T_back = values["loop.inlet"][0], state.T_out_mixed[0]
    beyond = m.sum() - np.cumsum(m)[:-1]
    supply = np.array([segment_loss(x, T_in) for x in beyond])
    back = np.array([segment_loss(x, T_back) for x in (beyond if arrangement == "U" else m.sum() - beyond)])
    fall = supply + back if arrangement == "U" else supply - back
    between = state.units.pressure_drop[0, 0] - np.concatenate([[0.0], np.cumsum(fall)])
    np.testing.assert_allclose(state.units.pressure_drop[0], between, rtol=1e-4)
    assert np.ptp(between) > 0.1 * between.mean()  # the headers do matter in this case
    ports = between[0] + (0.0 if arrangement == "U" else back.sum())
    assert state.header_pressure_drop[0] == pytest.approx(ports, rel=1e-4)


def test_flows_add_up_to_the_design_flow(narrow):
    values, state = run(narrow)
    volume = 10 * values["loop.flow"][0]
    assert state.volume_flow[0] == pytest.approx(volume, rel=1e-12)
    rho = density(narrow.table, values["loop.inlet"][0])
    assert state.mass_flow.sum() == pytest.approx(volume * rho, rel=1e-10)


def test_z_shares_better_than_u(make_plant, narrow):
    _, u = run(narrow)
    _, z = run(make_plant(DESIGN_FLOW | NARROW | SPREAD | {"header.arrangement": "Z"}))
    assert np.all(np.diff(u.mass_flow[0]) < 0.0)
    assert np.ptp(z.mass_flow) < 0.7 * np.ptp(u.mass_flow)
    assert u.mass_flow.sum() == pytest.approx(z.mass_flow.sum(), rel=1e-10)


def test_flows_of_z_mirror_when_units_are_equal_and_water_stays_cold(make_plant):
    # Reflection swaps the headers, so without heat, and so with equal water in both, nothing may change.
    cold = {"header.arrangement": "Z", "miner.chips.unit_spread": 0, "miner.power.wall": "1 uW"}
    values = {"surroundings.temperature": "343.15 K", "loop.inlet": "343.15 K"}
    _, state = run(make_plant(DESIGN_FLOW | NARROW | cold | values))
    np.testing.assert_allclose(state.mass_flow[0], state.mass_flow[0, ::-1], rtol=1e-8)
    assert np.ptp(state.mass_flow) > 0.01 * state.mass_flow.mean()
    np.testing.assert_allclose(state.units.T_out, 343.15, atol=1e-6)


def test_equal_units_on_a_huge_header_get_equal_flows(make_plant):
    equal = {"header.diameter": "3 m", "miner.chips.unit_spread": 0, "units.count": 6}
    _, state = run(make_plant(DESIGN_FLOW | equal))
    np.testing.assert_allclose(state.mass_flow, state.mass_flow.mean(), rtol=1e-9)
    np.testing.assert_allclose(state.units.T_junction, state.units.T_junction[0, 0], rtol=1e-9)
    assert state.header_pressure_drop[0] == pytest.approx(state.units.pressure_drop[0, 0], rel=1e-6)


CURVE = [["0 m3/h", "2.2 bar"], ["3 m3/h", "1.5 bar"], ["6 m3/h", "0.4 bar"]]


def test_pump_and_system_meet(make_plant):
    plant = make_plant(DESIGN_FLOW | SPREAD | {"pump.curve": CURVE})
    values, state = run(plant)
    V = state.volume_flow[0]
    points = np.array([[0.0, 2.2e5], [3 / 3600, 1.5e5], [6 / 3600, 0.4e5]])
    # Lagrange's parabola through the three points.
    head = sum(
        h * np.prod([(V - w) / (v - w) for w in np.delete(points[:, 0], i)])
        for i, (v, h) in enumerate(points)
    )
    outside = values["pump.external_pressure_drop"][0] * (V / (4 * values["loop.flow"][0])) ** 2
    assert head == pytest.approx(state.header_pressure_drop[0] + outside, rel=1e-6)
    rho = density(plant.table, values["loop.inlet"][0])
    assert state.mass_flow.sum() == pytest.approx(V * rho, rel=1e-6)
    assert state.pump_power[0] == pytest.approx(head * V / values["pump.efficiency"][0], rel=1e-6)


def test_a_flow_beyond_the_pump_curve_is_told(make_plant):
    short = [["0 m3/h", "2.2 bar"], ["0.3 m3/h", "2.1 bar"], ["0.6 m3/h", "1.9 bar"]]
    _, state = run(make_plant(DESIGN_FLOW | {"pump.curve": short}))
    assert state.on_curve.tolist() == [False]
    assert state.volume_flow[0] > 0.6 / 3600
    for curve in (CURVE, None):
        _, state = run(make_plant(DESIGN_FLOW | ({"pump.curve": curve} if curve else {})))
        assert state.on_curve.tolist() == [True]


def test_pump_power_at_the_design_flow(narrow):
    values, state = run(narrow)
    head = state.header_pressure_drop[0] + values["pump.external_pressure_drop"][0]
    power = head * 10 * values["loop.flow"][0] / values["pump.efficiency"][0]
    assert state.pump_power[0] == pytest.approx(power, rel=1e-12)


def test_distance_from_boiling_is_that_of_the_lowest_pressure(narrow):
    _, state = run(narrow)
    lowest = P - np.maximum(state.header_pressure_drop[0], state.units.pressure_drop[0])
    T_boil = PropsSI("T", "P", lowest, "Q", 0, "Water")
    np.testing.assert_allclose(state.boiling_margin[0], T_boil - state.units.T_wall[0], atol=2e-3)


@pytest.mark.parametrize("setpoint", [76.0, 80.5, 85.0])
def test_the_outlet_set_point_is_held(make_plant, setpoint):
    plant = make_plant(
        NARROW | SPREAD | {"header.diameter": "45 mm", "loop.outlet_setpoint": f"{setpoint} degC"}
    )
    _, state = run(plant)
    assert np.ptp(state.mass_flow) > 0.003 * state.mass_flow.mean()
    assert state.T_out_mixed[0] == pytest.approx(setpoint + 273.15, abs=0.02)


def test_the_set_point_is_held_in_every_sample(uncertain):
    _, state = run(uncertain, values=drawn(uncertain))
    np.testing.assert_allclose(state.T_out_mixed, 353.65, atol=0.02)
    assert np.ptp(state.mass_flow.mean(axis=1)) > 0.02 * state.mass_flow.mean()


def test_resistance_of_the_fleet_keeps_its_mean_and_spread():
    values = {"miner.chips.unit_spread": np.array([0.0, 0.03, 0.15])}
    factor = resistance_factors(values, unit_places(920))
    np.testing.assert_allclose(factor.mean(axis=1), 1.0, atol=2e-4)
    # A lognormal of mean one whose logarithm has the deviation s has the variance exp(s**2) - 1.
    expected = np.sqrt(np.expm1(values["miner.chips.unit_spread"] ** 2))
    np.testing.assert_allclose(factor.std(axis=1), expected, rtol=6e-3)


def test_a_sample_does_not_depend_on_its_companions(make_plant):
    changes = {"units.count": 6, "header.diameter": "20 .. 60 mm", "loop.inlet": "40 .. 72 degC"}
    plant = make_plant(changes, exact=False)
    values = drawn(plant, MANY)
    _, together = run(plant, values=values)
    for i in range(MANY):
        _, alone = run(plant, values={key: x[i : i + 1] for key, x in values.items()})
        assert np.array_equal(alone.mass_flow[0], together.mass_flow[i])
        assert np.array_equal(alone.units.T_junction[0], together.units.T_junction[i])


def test_the_pumps_flow_does_not_depend_on_other_samples(make_plant):
    changes = {"miner.plate.friction_factor": "0.5 .. 2", "pump.external_pressure_drop": "0 .. 1 bar"}
    plant = make_plant(DESIGN_FLOW | {"pump.curve": CURVE} | changes)
    values = drawn(plant, MANY)
    _, together = run(plant, values=values)
    for i in range(MANY):
        _, alone = run(plant, values={key: x[i : i + 1] for key, x in values.items()})
        assert alone.volume_flow[0] == together.volume_flow[i]


def test_serial_and_parallel_agree_bitwise(narrow):
    values, state = run(narrow)
    serial, parallel = (
        solve_samples(narrow, values, state.mass_flow, state.resistance_factor, parallel=p)
        for p in (False, True)
    )
    for one, other in zip(serial, parallel):
        assert np.array_equal(one, other)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="no threads without the compiler")
def test_one_thread_and_many_agree_bitwise(uncertain):
    values = drawn(uncertain)
    _, many = run(uncertain, values=values)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        _, one = run(uncertain, values=values)
    finally:
        numba.set_num_threads(threads)
    assert_same(one, many)


def test_the_order_of_rows_does_not_matter(make_plant):
    plant = make_plant(DESIGN_FLOW | NARROW | SPREAD | {"units.count": 12, "units.rows": 3})
    places = unit_places(12)
    order = np.array([8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7])
    _, first = run(plant, places)
    _, other = run(plant, places[order])
    assert np.array_equal(first.mass_flow[0, order], other.mass_flow[0])
    assert np.array_equal(first.units.T_junction[0, order], other.units.T_junction[0])
    assert first.T_out_mixed[0] == pytest.approx(other.T_out_mixed[0], rel=1e-13)


def test_two_equal_rows_are_one_row_twice(make_plant):
    one = make_plant(DESIGN_FLOW | NARROW | SPREAD | {"units.count": 5})
    two = make_plant(DESIGN_FLOW | NARROW | SPREAD | {"units.count": 10, "units.rows": 2}, name="two")
    places = np.linspace(-1.0, 1.5, 5)
    _, single = run(one, places)
    _, double = run(two, np.tile(places, 2))
    np.testing.assert_allclose(double.mass_flow, np.tile(single.mass_flow, 2), rtol=1e-12)
    assert double.volume_flow[0] == pytest.approx(2 * single.volume_flow[0], rel=1e-14)
    assert double.header_pressure_drop[0] == pytest.approx(single.header_pressure_drop[0], rel=1e-10)
    assert double.pump_power[0] == pytest.approx(2 * single.pump_power[0], rel=1e-10)


def test_the_coarse_flows_of_a_sample_move_a_junction_by_less_than_a_hundredth_of_a_kelvin(uncertain):
    values, places = drawn(uncertain, MANY), unit_places(6)
    fine, coarse = (operate(uncertain, values, places, tolerance) for tolerance in (1e-8, 1e-3))
    np.testing.assert_allclose(coarse.units.T_junction, fine.units.T_junction, atol=0.01)


def test_a_unit_that_runs_away_leaves_the_others_standing(make_plant):
    plant = make_plant(
        DESIGN_FLOW | {"miner.chips.junction_to_plate": "3 K/W", "miner.chips.unit_spread": 0.3}
    )
    values = nominal(plant.quantities)
    state = operate(plant, values, unit_places(4))
    status = state.units.status[0]
    assert set(status) == {sp.OK, sp.RUNAWAY}
    assert np.all(state.resistance_factor[0, status == sp.OK] < state.resistance_factor[0, status != sp.OK])
    alone = solve_samples(plant, values, state.mass_flow, state.resistance_factor)
    np.testing.assert_array_equal(
        alone.T_junction[0, status == sp.OK], state.units.T_junction[0, status == sp.OK]
    )
    rho = density(plant.table, values["loop.inlet"][0])
    assert state.mass_flow.sum() == pytest.approx(4 * values["loop.flow"][0] * rho, rel=1e-9)
