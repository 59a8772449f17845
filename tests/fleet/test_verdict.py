"""Margins: their definitions by hand, and the hottest chip of a unit against drawn resistances."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from hashheat.fleet.operation import operate, solve_samples
from hashheat.fleet.sampling import nominal, unit_places
from hashheat.fleet.verdict import Margins, chip_place, hottest_place, margins, mean_rise
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
    found = margins(plant, values, state, np.array([1.5]))
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
    T_plate, T_chip = np.repeat(T_plate, 8), np.repeat(T_chip, 8)
    rng, draws = np.random.default_rng(8), 8000
    hottest = np.concatenate(
        [
            (T_plate + (T_chip - T_plate) * (1 + 0.2 * rng.standard_normal((500, T_chip.size)))).max(axis=1)
            for _ in range(draws // 500)
        ]
    )
    assert np.mean(hottest < top) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(draws))


def test_equal_chips_at_equal_places_need_no_allowance(make_plant):
    plant = make_plant({"miner.chips.chip_spread": 0})
    values, state = run(plant)
    assert hottest_place(plant, values, state).tolist() == [0.0]
    found = margins(plant, values, state, np.zeros(1))
    assert np.array_equal(found.T_junction, state.units.T_junction)


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
    for i, (_, spread) in enumerate(CORNERS):
        exact = [
            closed(fields[i, u, ..., sp.FIELD_T_JUNCTION], fields[i, u, ..., sp.FIELD_T_WALL], chips, spread)
            for u in range(4)
        ]
        assert found.T_junction[i].max() == pytest.approx(max(exact), abs=0.01)


def closed(T_chip, T_plate, chips, spread):
    """Median of the hottest of many independent normals, by bisection."""
    T, sigma = T_chip.ravel(), spread * (T_chip - T_plate).ravel()
    return brentq(
        lambda t: np.sum(chips * norm.logcdf((t - T) / sigma)) - np.log(0.5), T.max() - 20.0, T.max() + 80.0
    )


def test_a_unit_without_a_steady_state_has_no_place(make_plant):
    plant = make_plant({"loop.outlet_setpoint": None, "miner.chips.junction_to_plate": "8 K/W"})
    values, state = run(plant)
    assert np.all(state.units.status == sp.RUNAWAY)
    assert chip_place(plant, values, state.mass_flow[:, 0], state.resistance_factor[:, 0]).tolist() == [0.0]
    assert hottest_place(plant, values, state).tolist() == [0.0]


def made(**changes):
    base = {
        "T_junction": np.full((1, 2), 360.0),
        "chip_allowance": np.ones((1, 2)),
        "junction": np.array([[3.0, 2.0]]),
        "boiling": np.array([[20.0, 15.0]]),
        "pressure": np.array([[1e4, 2e4]]),
        "outlet": np.array([0.5]),
        "solved": np.ones((1, 2), dtype=bool),
    }
    return Margins(**(base | {key: np.array(x) for key, x in changes.items()}))


def test_a_plant_passes_when_no_margin_is_negative():
    assert made().passes.tolist() == [True]
    assert made(outlet=[0.0], junction=[[0.0, 0.0]]).passes.tolist() == [True]


@pytest.mark.parametrize(
    ("changes", "inside"),
    [
        ({"junction": [[3.0, -0.01]]}, [True, False]),
        ({"boiling": [[-0.01, 15.0]]}, [False, True]),
        ({"pressure": [[1e4, -1.0]]}, [True, False]),
        ({"solved": [[True, False]]}, [True, False]),
        ({"outlet": [-0.01]}, [True, True]),
    ],
)
def test_one_negative_margin_fails_the_plant(changes, inside):
    found = made(**changes)
    assert found.inside[0].tolist() == inside
    assert found.passes.tolist() == [False]


def test_the_temperature_margin_is_the_smallest_of_three():
    assert made().temperature.tolist() == [0.5]
    assert made(outlet=[4.0]).temperature.tolist() == [2.0]
    assert made(outlet=[30.0], junction=[[25.0, 26.0]]).temperature.tolist() == [15.0]


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
    found = margins(plant, values, state, np.array([2.0]))
    for margin in (found.junction, found.boiling, found.pressure):
        assert np.array_equal(np.isneginf(margin[0]), failed)
        assert np.all(np.isfinite(margin[0, ~failed]))
    assert found.outlet[0] == -np.inf
    assert not found.inside[0, failed].any()
    assert not found.passes[0]
