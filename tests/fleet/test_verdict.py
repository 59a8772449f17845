"""Margins: their definitions by hand, and the hottest chip of a unit against drawn resistances."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import lambertw
from scipy.stats import norm

from hashheat.fleet.operation import operate, solve_samples
from hashheat.fleet.sampling import nominal, unit_places
from hashheat.fleet.verdict import ChipPlace, Margins, chip_place, hottest_place, margins, mean_rise
from hashheat.solvers import serpentine as sp

#: 8 x 16 chips on 4 passes x 4 cells: whole chips on every cell.
WHOLE_CHIPS = {
    "miner.chips.rows": 8,
    "miner.chips.count": 128,
    "miner.chips.unit_spread": 0.1,
    "miner.chips.chip_spread": 0.2,
}


def run(plant):
    values = nominal(plant.quantities)
    return values, operate(plant, values, unit_places(plant.file.units.count))


@pytest.fixture(scope="module")
def plant(session_plant):
    return session_plant(WHOLE_CHIPS)


@pytest.fixture(scope="module")
def ran(plant):
    return run(plant)


def test_margins_by_hand(plant, ran):
    values, state = ran
    found = margins(plant, values, state, ChipPlace(np.array([1.5]), np.array([0.8]), np.array([0.1])))
    chips = 4 * 128
    rise = (
        values["miner.chips.junction_to_plate"][0] * state.resistance_factor * state.units.chip_power / chips
    )
    allowance = 1.5 * 0.2 * rise
    np.testing.assert_allclose(found.chip_allowance, allowance, rtol=1e-12)
    np.testing.assert_allclose(found.T_junction, state.units.T_junction + allowance, rtol=1e-12)
    limit, boiling, pressure, outlet = (
        plant.quantities[key].nominal
        for key in ("miner.chips.limit", "limits.boiling_margin", "limits.pressure_drop", "limits.outlet")
    )
    np.testing.assert_allclose(found.junction, limit - found.T_junction, atol=1e-10)
    np.testing.assert_allclose(found.boiling, state.boiling_margin - boiling, atol=1e-10)
    np.testing.assert_allclose(found.pressure, pressure - state.units.pressure_drop, atol=1e-6)
    np.testing.assert_allclose(found.outlet, state.T_out_mixed - outlet, atol=1e-10)
    assert found.solved.all()
    # The expected number of chips above t is ln 2 at each unit's median and falls with s and c from there.
    scale = rise[0, found.T_junction[0].argmax()] / rise[0]
    d = found.T_hottest[0] - found.T_junction[0]
    assert np.sum(np.exp(-0.8 * scale * d - 0.05 * (scale * d) ** 2)) == pytest.approx(1.0, rel=1e-6)
    assert found.T_hottest[0] > found.T_junction.max()
    np.testing.assert_allclose(found.chips, limit - found.T_hottest, atol=1e-10)
    assert found.held.tolist() == [True]


def junctions(values, T_plate, resistance):
    """Chips of given resistances with their leakage: T = T0 - scale W(-u), T0 = T_plate + R P_dynamic."""
    power = values["miner.power.wall"][0] * values["miner.power.psu_efficiency"][0] / (4 * 128)
    share, scale = values["miner.power.leakage_share"][0], values["miner.power.leakage_scale"][0]
    T0 = T_plate + resistance * power * (1.0 - share)
    u = resistance * power * share / scale
    u = u * np.exp((T0 - values["miner.power.reference_temperature"][0]) / scale)
    assert np.all(u < np.exp(-1.0))
    return T0 - scale * lambertw(-u).real


def test_the_hottest_chip_of_a_unit_against_drawn_resistances(plant, ran):
    values, state = ran
    unit = int(state.units.T_junction[0].argmax())
    z = hottest_place(plant, values, state)
    top = margins(plant, values, state, z).T_junction[0, unit]

    one = slice(unit, unit + 1)
    fields = solve_samples(
        plant, values, state.mass_flow[:, one], state.resistance_factor[:, one], with_fields=True
    ).fields[0, 0]
    T_plate, T_chip = fields[..., sp.FIELD_T_WALL].ravel(), fields[..., sp.FIELD_T_JUNCTION].ravel()
    chips = np.tile(plant.miner.layout.chips.ravel(), 4)
    np.testing.assert_allclose(chips, 8.0, rtol=1e-12)
    mean = values["miner.chips.junction_to_plate"][0] * state.resistance_factor[0, unit]
    np.testing.assert_allclose(junctions(values, T_plate, mean), T_chip, atol=1e-6)
    T_plate = np.repeat(T_plate, 8)
    rng, draws = np.random.default_rng(8), 8000
    hottest = np.concatenate(
        [
            junctions(values, T_plate, mean * (1 + 0.2 * rng.standard_normal((500, T_plate.size)))).max(
                axis=1
            )
            for _ in range(draws // 500)
        ]
    )
    assert np.mean(hottest < top) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(draws))


def test_equal_chips_at_equal_places_need_no_allowance(make_plant):
    plant = make_plant({"miner.chips.chip_spread": 0})
    values, state = run(plant)
    place = hottest_place(plant, values, state)
    assert (place.z.tolist(), place.steepness.tolist()) == ([0.0], [np.inf])
    found = margins(plant, values, state, place)
    assert np.array_equal(found.T_junction, state.units.T_junction)
    assert found.T_hottest[0] == state.units.T_junction.max()


def test_mean_rise_is_resistance_times_the_power_of_a_chip(plant, ran):
    values, state = ran
    power = state.units.chip_power / (4 * 128)
    expected = values["miner.chips.junction_to_plate"][0] * state.resistance_factor * power
    np.testing.assert_allclose(
        mean_rise(plant, values, state.resistance_factor, state.units.chip_power), expected, rtol=1e-12
    )


CORNERS = [(0.3, 0.03), (0.3, 0.22), (1.2, 0.03), (1.2, 0.22)]


def test_every_sample_has_the_hottest_chip_of_its_own_hottest_unit(plant):
    # The corners of what the shipped miner file says of its chips, as four samples.
    nominal_values = nominal(plant.quantities)
    values = {key: np.repeat(x, 4) for key, x in nominal_values.items()}
    values["miner.chips.junction_to_plate"] = np.array([r for r, _ in CORNERS])
    values["miner.chips.chip_spread"] = np.array([s for _, s in CORNERS])
    state = operate(plant, values, unit_places(4))
    found = margins(plant, values, state, hottest_place(plant, values, state))
    fields = solve_samples(plant, values, state.mass_flow, state.resistance_factor, with_fields=True).fields
    chips = np.tile(plant.miner.layout.chips.ravel(), 4)
    power = nominal_values["miner.power.wall"] * nominal_values["miner.power.psu_efficiency"] / (4 * 128)
    share = nominal_values["miner.power.leakage_share"]
    T_ref, scale = (nominal_values[f"miner.power.{x}"] for x in ("reference_temperature", "leakage_scale"))

    def closed(T_plate, T_chip, mean, spread):
        """Median of the hottest of many independent chips, by bisection on the resistance each needs."""

        def log_odds(t):
            needed = (t - T_plate) / (power * (1.0 - share + share * np.exp((t - T_ref) / scale)))
            return np.sum(chips * norm.logcdf((needed / mean - 1.0) / spread)) - np.log(0.5)

        return brentq(log_odds, T_chip.max() - 5.0, T_chip.max() + 30.0)

    for i, (mean, spread) in enumerate(CORNERS):
        exact = []
        for u in range(4):
            T_plate = fields[i, u, ..., sp.FIELD_T_WALL].ravel()
            T_chip = fields[i, u, ..., sp.FIELD_T_JUNCTION].ravel()
            exact.append(closed(T_plate, T_chip, mean * state.resistance_factor[i, u], spread))
        assert found.T_junction[i].max() == pytest.approx(max(exact), abs=0.01)
        assert found.T_hottest[i] >= found.T_junction[i].max()


def test_a_unit_without_a_steady_state_has_no_place(make_plant):
    plant = make_plant({"loop.outlet_setpoint": None, "miner.chips.junction_to_plate": "8 K/W"})
    values, state = run(plant)
    assert np.all(state.units.status == sp.RUNAWAY)
    for place in (
        chip_place(plant, values, state.mass_flow[:, 0], state.resistance_factor[:, 0]),
        hottest_place(plant, values, state),
    ):
        assert (place.z.tolist(), place.steepness.tolist()) == ([0.0], [np.inf])
    assert margins(plant, values, state, place).chips.tolist() == [-np.inf]


def test_a_chip_beyond_its_fold_is_infinitely_hot_and_fails_the_plant(make_plant):
    # Every mean chip has a steady state; of the 640 of a unit, some at four times the mean resistance have none.
    plant = make_plant(
        {
            "loop.outlet_setpoint": None,
            "miner.chips.unit_spread": 0,
            "miner.chips.junction_to_plate": "1.2 K/W",
        }
        | {"miner.chips.chip_spread": 1.0, "miner.chips.limit": "200 degC"}
    )
    values, state = run(plant)
    assert np.all(state.units.status == sp.OK)
    found = margins(plant, values, state, hottest_place(plant, values, state))
    assert found.T_hottest.tolist() == [np.inf]
    assert found.chips.tolist() == [-np.inf]
    assert not found.passes[0]


@pytest.mark.parametrize(("inlet", "held"), [("70 degC", True), ("20 degC", False)])
def test_a_set_point_is_held_or_not(make_plant, inlet, held):
    # From 20 to 80.5 degC takes a sixth of the design flow; the throttle ends at a quarter.
    plant = make_plant({"loop.inlet": inlet, "loop.outlet_setpoint": "80.5 degC", "limits.outlet": "20 degC"})
    values, state = run(plant)
    found = margins(plant, values, state, hottest_place(plant, values, state))
    assert found.held.tolist() == [held]
    assert (abs(state.T_out_mixed[0] - 353.65) < 0.1) == held
    assert found.inside.all()
    assert found.passes.tolist() == [held]


def test_a_flow_beyond_the_curve_is_not_held(plant, ran):
    values, state = ran
    place = hottest_place(plant, values, state)
    assert margins(plant, values, state, place).held.tolist() == [True]
    beyond = state._replace(on_curve=np.array([False]))
    assert margins(plant, values, beyond, place).held.tolist() == [False]


def made(**changes):
    base = {
        "T_junction": np.full((1, 2), 360.0),
        "T_hottest": np.array([360.5]),
        "chip_allowance": np.ones((1, 2)),
        "junction": np.array([[3.0, 2.0]]),
        "boiling": np.array([[20.0, 15.0]]),
        "pressure": np.array([[1e4, 2e4]]),
        "outlet": np.array([0.5]),
        "chips": np.array([1.5]),
        "held": np.array([True]),
        "solved": np.ones((1, 2), dtype=bool),
    }
    return Margins(**(base | {key: np.array(x) for key, x in changes.items()}))


def test_a_plant_passes_when_no_margin_is_negative():
    assert made().passes.tolist() == [True]
    assert made(outlet=[0.0], junction=[[0.0, 0.0]], chips=[0.0]).passes.tolist() == [True]


@pytest.mark.parametrize(
    ("changes", "inside"),
    [
        ({"junction": [[3.0, -0.01]]}, [True, False]),
        ({"boiling": [[-0.01, 15.0]]}, [False, True]),
        ({"pressure": [[1e4, -1.0]]}, [True, False]),
        ({"solved": [[True, False]]}, [True, False]),
        ({"outlet": [-0.01]}, [True, True]),
        ({"chips": [-0.01]}, [True, True]),
        ({"held": [False]}, [True, True]),
    ],
)
def test_one_negative_margin_fails_the_plant(changes, inside):
    found = made(**changes)
    assert found.inside[0].tolist() == inside
    assert found.passes.tolist() == [False]


def test_a_unit_without_a_steady_state_has_no_margin_left(make_plant):
    plant = make_plant(
        WHOLE_CHIPS
        | {
            "loop.outlet_setpoint": None,
            "miner.chips.junction_to_plate": "3 K/W",
            "miner.chips.unit_spread": 0.4,
        }
    )
    values, state = run(plant)
    failed = state.units.status[0] == sp.RUNAWAY
    assert 0 < failed.sum() < 4
    found = margins(plant, values, state, ChipPlace(np.array([2.0]), np.array([1.0]), np.array([0.0])))
    for margin in (found.junction, found.boiling, found.pressure):
        assert np.array_equal(np.isneginf(margin[0]), failed)
        assert np.all(np.isfinite(margin[0, ~failed]))
    assert found.outlet[0] == found.chips[0] == -np.inf
    assert not found.inside[0, failed].any()
    assert not found.passes[0]
