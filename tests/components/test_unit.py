"""Units on plain arrays: balances, scaling of power, pressure drop, published balances, and the grid."""

import math

import fluids
import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.miner import Miner
from hashheat.components.unit import UnitInputs, board_cases, board_flow_factors, chip_powers
from hashheat.solvers import serpentine as sp
from hashheat.thermo import property_kernels as pk
from hashheat.thermo.fluid import Fluid

WATER = Fluid.parse("water").table(3e5)


@pytest.fixture(scope="module")
def miner():
    return Miner.named("canaan-a1566ha-500t")


def solve(miner, n=1, overrides=None, table=WATER, with_fields=False, **state):
    state = {"T_in": 343.15, "mass_flow": 0.163} | state
    values = miner.values(n, overrides)
    results = miner.solve_arrays(values, UnitInputs(**state), table, with_fields=with_fields)
    assert np.all(results.status == sp.OK)
    return results


@pytest.mark.parametrize(("count", "imbalance"), [(1, 0.3), (2, 0.1), (3, 0.05), (4, 0.9), (16, 0.0)])
def test_board_flows_have_mean_one(count, imbalance):
    factors = board_flow_factors(count, np.array([imbalance, 0.5 * imbalance]))
    assert factors.shape == (2, count)
    np.testing.assert_allclose(factors.mean(axis=1), 1.0, rtol=1e-15)
    if count > 1:
        np.testing.assert_allclose(factors.max(axis=1), [1 + imbalance, 1 + 0.5 * imbalance], rtol=1e-15)
        np.testing.assert_allclose(np.ptp(np.diff(factors, axis=1), axis=1), 0.0, atol=1e-15)
    else:
        assert np.all(factors == 1.0)


# Inlet degC, flow L/min, heat W, outlet degC with water of CoolProp 8 at 3 bar.
BALANCES = [(70.0, 8.0, 5676.0, 80.382654), (70.0, 10.0, 5676.0, 78.307539), (35.0, 8.0, 5360.0, 44.676416)]


@pytest.mark.parametrize(("T_in", "flow", "heat", "T_out"), BALANCES)
def test_published_water_balances(miner, T_in, flow, heat, T_out):
    # No leakage, no loss: the wall power is the heat to the water.
    exact = {
        "power.wall": heat,
        "power.leakage_share": 0.0,
        "power.psu_heat_to_water": 1.0,
        "surroundings.loss_conductance": 0.0,
    }
    density = PropsSI("D", "T", T_in + 273.15, "P", 3e5, "Water")
    results = solve(miner, 1, exact, T_in=T_in + 273.15, mass_flow=flow / 60e3 * density)
    assert results.heat_rate[0] == pytest.approx(heat, rel=1e-10)
    assert results.wall_power[0] == pytest.approx(heat, rel=1e-10)
    # The property table is within 1e-6 of CoolProp.
    assert results.T_out[0] - 273.15 == pytest.approx(T_out, abs=1e-6 * (T_out - T_in))


@pytest.fixture(scope="module")
def many(miner):
    """Forty units with every parameter of the device drawn, at different states."""
    n = 8 if numba.config.DISABLE_JIT else 40
    rng = np.random.default_rng(228)
    values = {key: np.full(n, q.nominal) for key, q in miner.quantities.items()}
    for key, q in miner.quantities.items():
        if q.is_uncertain and key not in ("chips.length", "chips.width"):
            values[key] = q.quantile(rng.uniform(0.02, 0.98, n))
    state = UnitInputs(
        T_in=rng.uniform(318.0, 343.0, n),
        mass_flow=rng.uniform(0.15, 0.3, n),
        T_ambient=rng.uniform(258.0, 303.0, n),
        frequency=rng.uniform(0.5, 1.1, n),
        voltage=rng.uniform(0.9, 1.05, n),
        resistance_factor=rng.uniform(0.8, 1.2, n),
    )
    return values, state, miner.solve_arrays(values, state, WATER, with_fields=True)


def test_energy(many):
    values, state, r = many
    assert np.all(r.status == sp.OK)
    assert np.all(r.imbalance < 1e-10)
    assert np.array_equal(r.wall_power - r.heat_rate, r.heat_loss)
    np.testing.assert_allclose(r.wall_power * values["power.psu_efficiency"], r.chip_power, rtol=1e-14)
    h = np.array([[pk.enthalpy(WATER, float(T)) for T in pair] for pair in zip(state.T_in, r.T_out)])
    np.testing.assert_allclose(state.mass_flow * (h[:, 1] - h[:, 0]), r.heat_rate, rtol=1e-10)
    # What misses the water: the plates' loss and the power supply's share.
    T_wall = r.fields[..., sp.FIELD_T_WALL].mean(axis=(1, 2))
    plates = values["surroundings.loss_conductance"] * (T_wall - state.T_ambient)
    supply = (1.0 - values["power.psu_heat_to_water"]) * (r.wall_power - r.chip_power)
    np.testing.assert_allclose(r.heat_loss, plates + supply, rtol=1e-9)


def test_hottest_junction_is_where_it_is_said_to_be(many):
    _, _, r = many
    n = r.T_junction.size
    # Every cell of this device carries chips.
    assert np.array_equal(r.fields[..., sp.FIELD_T_JUNCTION].max(axis=(1, 2)), r.T_junction)
    assert np.array_equal(r.fields[np.arange(n), r.hot_board, r.hot_cell, sp.FIELD_T_JUNCTION], r.T_junction)
    assert np.array_equal(r.fields[..., sp.FIELD_T_WALL].max(axis=(1, 2)), r.T_wall)
    assert np.all(r.hot_board == 3)  # the board with the least flow
    assert np.all(r.loop_gain < 1.0)


def test_units_are_independent_and_threads_change_nothing(miner, many):
    values, state, together = many
    serial = miner.solve_arrays(values, state, WATER, with_fields=True, parallel=False)
    for a, b in zip(serial, together):
        assert a.tobytes() == b.tobytes()
    for c in (0, 5):
        one = miner.solve_arrays(
            {k: v[c : c + 1] for k, v in values.items()}, UnitInputs(*(x[c : c + 1] for x in state)), WATER
        )
        for name in ("T_out", "T_junction", "T_wall", "heat_rate", "pressure_drop", "wall_power"):
            assert getattr(one, name)[0] == getattr(together, name)[c], name


def test_power_scales_with_clock_and_voltage(miner):
    # Dynamic power with f V^2, leakage with V^2; seen at a known junction temperature.
    f, V = np.array([1.0, 0.7, 1.2, 1.0]), np.array([1.0, 1.0, 1.1, 0.9])
    values = miner.values(4)
    state = UnitInputs(340.0, 0.3, frequency=f, voltage=V)
    cases = board_cases(miner.device, values, state, 4).reshape(sp.N_INPUTS, 4, 4)
    chips = 4 * 160
    power = values["power.wall"] * values["power.psu_efficiency"] / chips
    share = values["power.leakage_share"]
    for board in range(4):
        np.testing.assert_allclose(cases[sp.P_DYNAMIC, :, board], power * (1 - share) * f * V**2, rtol=1e-13)
        np.testing.assert_allclose(cases[sp.P_LEAK, :, board], power * share * V**2, rtol=1e-13)


def test_powers_of_a_chip(miner):
    values = miner.values(2)
    values["power.leakage_share"] = np.array([0.0, 0.25])
    chips = 4 * 160
    whole = values["power.wall"] * values["power.psu_efficiency"] / chips
    dynamic, leak = chip_powers(miner.device, values, 1.0, 1.0)
    np.testing.assert_allclose(dynamic + leak, whole, rtol=1e-14)
    np.testing.assert_allclose(leak, [0.0, 0.25 * whole[1]], rtol=1e-14)
    dynamic, leak = chip_powers(miner.device, values, np.array([0.5, 0.8]), np.array([1.0, 1.1]))
    np.testing.assert_allclose(dynamic, whole * [0.5, 0.75 * 0.8 * 1.21], rtol=1e-14)
    np.testing.assert_allclose(leak, whole * [0.0, 0.25 * 1.21], rtol=1e-14)


#: From harmless to grave.
GRAVITY = [sp.OK, sp.OUT_OF_RANGE, sp.NOT_CONVERGED, sp.RUNAWAY]


@pytest.mark.parametrize("i", range(4))
@pytest.mark.parametrize("j", range(4))
def test_a_unit_has_the_gravest_status_of_its_boards(miner, monkeypatch, i, j):
    real = sp.solve_serpentine

    def told(*args, **options):
        out, fields = real(*args, **options)
        out[sp.STATUS] = [GRAVITY[0], GRAVITY[i], GRAVITY[j], GRAVITY[0]]
        return out, fields

    monkeypatch.setattr(sp, "solve_serpentine", told)
    results = miner.solve_arrays(miner.values(1), UnitInputs(343.15, 0.163), WATER)
    assert results.status.tolist() == [GRAVITY[max(i, j)]]


def test_wall_power_holds_at_the_reference_temperature(miner):
    # Without any resistance between junction and coolant all chips sit at the inlet temperature.
    T_ref = miner.quantities["power.reference_temperature"].nominal
    cold = {"chips.junction_to_plate": 0.0, "surroundings.loss_conductance": 0.0, "plate.nusselt_factor": 1e4}
    results = solve(miner, 1, cold, T_in=T_ref, mass_flow=1000.0)
    assert results.wall_power[0] == pytest.approx(miner.quantities["power.wall"].nominal, rel=2e-4)
    doubled = T_ref + miner.quantities["power.leakage_scale"].nominal * math.log(2.0)
    warm = solve(miner, 1, cold, T_in=doubled, mass_flow=1000.0)
    share = miner.quantities["power.leakage_share"].nominal
    assert warm.wall_power[0] / results.wall_power[0] == pytest.approx(1.0 + share, rel=2e-4)


def test_geometry_of_a_board(miner):
    v = {key: q.nominal for key, q in miner.quantities.items()}
    case = board_cases(miner.device, miner.values(1), UnitInputs(343.15, 0.163), 1)[:, 0]
    w, h = v["plate.channel_width"], v["plate.channel_height"]
    assert case[sp.FLOW_AREA] == pytest.approx(w * h, rel=1e-13)
    assert case[sp.HEATED_PERIMETER] == pytest.approx(2 * (w + h), rel=1e-13)
    assert case[sp.HYDRAULIC_DIAMETER] == pytest.approx(2 * w * h / (w + h), rel=1e-13)
    # Metal of one strip: its whole section less the channel.
    strip = v["plate.width"] / 4
    metal = strip * v["plate.thickness"] - w * h
    assert case[sp.WALL_CONDUCTANCE] == pytest.approx(v["plate.conductivity"] * metal, rel=1e-12)
    # From channel to channel: between no channel at all and one that cuts the plate over its whole width.
    solid = v["plate.conductivity"] * v["plate.thickness"] / strip
    cut = v["plate.conductivity"] * (v["plate.thickness"] - h) / strip
    assert cut < case[sp.CROSS_CONDUCTANCE] < solid
    assert case[sp.LOSS] * v["plate.length"] * 4 * 4 == pytest.approx(v["surroundings.loss_conductance"])


def test_pressure_drop_of_a_cold_unit(miner):
    # No heat, one temperature: four passes, three bends and the ports, then hoses and manifold.
    v = {key: q.nominal for key, q in miner.quantities.items()}
    flow = 0.163
    still = {"power.wall": 1e-6, "surroundings.loss_conductance": 0.0, "boards.flow_imbalance": 0.0}
    still |= {"plate.friction_factor": 1.2, "plate.roughness": 0.0}
    drop = solve(miner, 1, still, mass_flow=flow, T_in=343.15).pressure_drop[0]
    rho, mu = (PropsSI(x, "T", 343.15, "P", 3e5, "Water") for x in "DV")
    w, h = v["plate.channel_width"], v["plate.channel_height"]
    D, V = 2 * w * h / (w + h), flow / 4 / (rho * w * h)
    Re = rho * V * D / mu
    assert Re > 4000
    f = fluids.friction_factor(Re=Re)
    pitch = v["plate.width"] / 4
    bend = fluids.fittings.bend_rounded(D, 180.0, f, bend_diameters=0.5 * pitch / D, method="Rennels")
    K = 4 * f * v["plate.length"] / D + 3 * bend + v["plate.port_loss"]
    manifold = v["coolant.manifold_pressure_drop"] * (flow / rho / (10 / 60e3)) ** 2 * rho / 1000.0
    assert drop == pytest.approx(1.2 * fluids.dP_from_K(K, rho, V) + manifold, rel=1e-5)


def test_manifold_is_stated_at_ten_litres_a_minute(miner):
    rho = pk.density(WATER, 343.15)
    flow = np.array([5.0, 10.0, 20.0]) / 60e3 * rho
    with_hoses = solve(miner, 3, mass_flow=flow * 1.0).pressure_drop
    without = solve(miner, 3, {"coolant.manifold_pressure_drop": 0.0}, mass_flow=flow).pressure_drop
    stated = miner.quantities["coolant.manifold_pressure_drop"].nominal * rho / 1000.0
    np.testing.assert_allclose(with_hoses - without, stated * np.array([0.25, 1.0, 4.0]), rtol=1e-10)


def test_a_round_channel_is_a_tube(miner):
    plate = miner.device.plate
    D = plate.channel_width
    round_plate = plate.model_copy(update={"channel_shape": "round", "channel_height": D})
    tube = Miner(miner.device.model_copy(update={"plate": round_plate}))
    assert tube.duct.fRe == pytest.approx(64.0)
    case = board_cases(tube.device, tube.values(1), UnitInputs(343.15, 0.163), 1)[:, 0]
    assert case[sp.HYDRAULIC_DIAMETER] == pytest.approx(D.nominal, rel=1e-13)
    assert case[sp.FLOW_AREA] == pytest.approx(math.pi / 4 * D.nominal**2, rel=1e-13)


def on_grid(miner, cells, **plate):
    plate = miner.device.plate.model_copy(update={"cells_per_pass": cells} | plate)
    finer = Miner(miner.device.model_copy(update={"plate": plate}))
    return solve(finer, mass_flow=10 / 60e3 * pk.density(WATER, 343.15))


def test_grid(miner):
    """Error of 16 cells a pass for the A1566HA-500T, 70 degC inlet, 10 L/min, against 256 cells."""
    fine, coarse = on_grid(miner, 256), on_grid(miner, 16)
    assert abs(coarse.T_junction[0] - fine.T_junction[0]) < 0.03
    assert abs(coarse.T_out[0] - fine.T_out[0]) < 1e-3
    assert coarse.heat_rate[0] == pytest.approx(fine.heat_rate[0], rel=1e-4)


@pytest.mark.parametrize("redevelops", [False, True])
def test_grid_order(miner, redevelops):
    """Second order where the film does not restart; the singular entrance factor of restarts lowers it."""
    T = np.array([on_grid(miner, n, redevelops=redevelops).T_junction[0] for n in (16, 32, 64, 128)])
    steps = np.diff(T)
    if not redevelops:
        assert math.log2(steps[1] / steps[2]) > 1.9
    assert abs(T[0] - T[3]) < 0.03
    assert abs(T[2] - T[3]) < 0.01


def test_pressure_drop_hardly_feels_the_grid(miner):
    # One state a pass, at its middle: the cells enter by the temperatures they find, and 16 of them spread
    # the chips (see test_grid). Measured 1.3e-4, 5.3 Pa of 40.2 kPa.
    drop = np.array([on_grid(miner, n).pressure_drop[0] for n in (16, 64, 256)])
    np.testing.assert_allclose(drop, drop[-1], rtol=1.5e-4)
