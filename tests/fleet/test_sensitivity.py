"""Sobol indices against known variance shares, a double loop, and the units that decide."""

import numba
import numpy as np
import pytest

from hashheat.fleet.operation import operate
from hashheat.fleet.sampling import from_uniform, nominal, sobol_points, unit_places
from hashheat.fleet.sensitivity import OUTCOMES, decisive_units, verdict_sensitivity
from hashheat.fleet.verdict import Margins, hottest_place, margins

NO_SETPOINT = {"loop.outlet_setpoint": None}
compiled = pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="thousands of plants, too many without compiler"
)


def prepared(plant):
    places = unit_places(plant.file.units.count)
    values = nominal(plant.quantities)
    state = operate(plant, values, places)
    unit = int(state.units.T_junction[0].argmax())
    return places, np.array([unit])


def full_plant(plant, places, u):
    """Junction margin of the whole plant at points of the unit cube."""
    values = from_uniform(plant.quantities, plant.uncertain, u)
    state = operate(plant, values, places, 1e-3)
    return margins(plant, values, state, hottest_place(plant, values, state))


@compiled
def test_shares_of_an_additive_outcome(make_plant):
    # The junction margin is the limit minus the junction: additive in the limit, whatever the resistance does.
    plant = make_plant(
        NO_SETPOINT
        | {"miner.chips.limit": "98 .. 104 degC", "miner.chips.junction_to_plate": "0.6 .. 0.9 K/W"}
        | {"pump.efficiency": "0.5 .. 0.7"}
    )
    places, units = prepared(plant)
    indices = verdict_sensitivity(plant, places, units, 512)
    assert list(indices.input) == ["pump.efficiency", "miner.chips.junction_to_plate", "miner.chips.limit"]

    nodes, weights = np.polynomial.legendre.leggauss(8)
    u = np.full((8, 3), 0.5)
    u[:, 1] = 0.5 + 0.5 * nodes
    margin = full_plant(plant, places, u).chips
    mean = np.sum(weights * margin) / 2
    of_resistance = np.sum(weights * (margin - mean) ** 2) / 2
    of_limit = 6.0**2 / 12
    share = of_resistance / (of_resistance + of_limit)
    assert 0.1 < share < 0.9

    junction = indices.sel(outcome="junction")
    for kind in ("sobol_first", "sobol_total"):
        np.testing.assert_allclose(junction[kind], [0.0, share, 1.0 - share], atol=0.03)
    outlet = indices.sel(outcome="outlet")
    for kind in ("sobol_first", "sobol_total"):
        np.testing.assert_allclose(outlet[kind], [0.0, 1.0, 0.0], atol=0.03)


@compiled
def test_first_order_against_a_double_loop(make_plant):
    # Resistance and scatter multiply, so neither first-order index is the whole story.
    changes = {"miner.chips.junction_to_plate": "0.2 .. 1.4 K/W", "miner.chips.unit_spread": "0.01 .. 0.5"}
    plant = make_plant(NO_SETPOINT | changes)
    places, units = unit_places(4), np.arange(4)
    indices = verdict_sensitivity(plant, places, units, 1024).sel(outcome="junction")

    n = 64
    middle = (np.arange(n) + 0.5) / n
    mesh = np.stack(np.meshgrid(middle, middle, indexing="ij"), axis=-1).reshape(-1, 2)
    margin = full_plant(plant, places, mesh).chips.reshape(n, n)
    total = margin.var()
    first = np.array([margin.mean(axis=1).var(), margin.mean(axis=0).var()]) / total
    rest = 1.0 - first[::-1]
    assert 1.0 - first.sum() > 0.02  # an interaction is there to be found
    np.testing.assert_allclose(indices.sobol_first, first, atol=0.05)
    np.testing.assert_allclose(indices.sobol_total, rest, atol=0.05)
    assert np.all(indices.sobol_first_low <= first)
    assert np.all(indices.sobol_first_high >= first)
    assert np.all(indices.sobol_total_low <= rest)
    assert np.all(indices.sobol_total_high >= rest)


def test_nothing_uncertain_gives_an_empty_dataset(make_plant):
    plant = make_plant()
    indices = verdict_sensitivity(plant, unit_places(4), np.array([3]), 64)
    assert dict(indices.sizes) == {"outcome": len(OUTCOMES), "input": 0}
    assert indices.sobol_total.shape == (3, 0)


def test_a_single_uncertain_input_explains_everything(make_plant):
    plant = make_plant({"miner.chips.limit": "90 .. 110 degC"})
    indices = verdict_sensitivity(plant, unit_places(4), np.array([3]), 16)
    junction = indices.sel(outcome="junction")
    assert junction.sobol_first.item() == pytest.approx(1.0, abs=0.1)
    assert junction.sobol_total.item() == pytest.approx(1.0, abs=0.1)


def test_a_single_input_that_moves_a_single_outcome(make_plant):
    # The limit is so high that boiling is always the nearest: the verdict does not vary.
    plant = make_plant({"miner.chips.limit": "150 .. 160 degC"})
    indices = verdict_sensitivity(plant, unit_places(4), np.array([3]), 16)
    assert indices.sobol_first.sel(outcome="junction").item() == pytest.approx(1.0, abs=0.1)
    assert indices.sobol_first.sel(outcome="verdict").item() == 0.0


@pytest.mark.parametrize(("setpoint", "share"), [("80.5 degC", 1.0), (None, 0.0)])
def test_an_outlet_that_is_held_does_not_hide_the_chips(make_plant, setpoint, share):
    # Both outlets have 0.5 K or less to spare, the chips several kelvin: only a free outlet is the verdict.
    limits = {
        "miner.chips.limit": "105 .. 112 degC",
        "limits.outlet": "80 degC",
        "limits.boiling_margin": "0 K",
    }
    plant = make_plant(limits | {"loop.outlet_setpoint": setpoint, "loop.flow": "9.9 L/min"})
    indices = verdict_sensitivity(plant, unit_places(4), np.array([3]), 16)
    assert indices.sobol_total.sel(outcome="verdict").item() == pytest.approx(share, abs=0.1)


def test_an_input_that_moves_no_temperature_has_no_share(make_plant):
    plant = make_plant({"pump.efficiency": "0.5 .. 0.7", "pump.external_pressure_drop": "40 .. 90 kPa"})
    indices = verdict_sensitivity(plant, unit_places(4), np.array([3]), 8)
    for name in ("sobol_first", "sobol_total"):
        assert np.all(indices[name] == 0.0)


TWO = {"miner.chips.limit": "90 .. 110 degC", "surroundings.temperature": "0 .. 40 degC"}


def test_a_rerun_gives_the_same_indices_and_intervals(make_plant):
    plant = make_plant(TWO)
    first, second = (verdict_sensitivity(plant, unit_places(4), np.array([3]), 8) for _ in range(2))
    assert first.sobol_first.identical(second.sobol_first)
    assert first.identical(second)


def test_indices_are_described_and_their_intervals_in_order(make_plant):
    done = []
    first = verdict_sensitivity(make_plant(TWO), unit_places(4), np.array([3]), 8, done.append)
    assert done[-1] == 1.0
    for name in first.data_vars:
        assert first[name].attrs["units"] == "1"
        assert first[name].attrs["long_name"]
    assert np.all(first.sobol_total_low <= first.sobol_total_high)


def made(junction, boiling):
    shape = np.shape(junction)
    none = np.zeros(shape)
    return Margins(
        none,
        np.zeros(shape[0]),
        none,
        np.array(junction),
        np.array(boiling),
        none,
        np.zeros(shape[0]),
        np.zeros(shape[0]),
        np.ones(shape[0], dtype=bool),
        np.ones(shape, dtype=bool),
    )


def test_decisive_units_by_hand():
    junction = [[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [3.0, 4.0, 2.0]]
    boiling = [[5.0, 4.0, 9.0], [3.0, 4.0, 9.0], [5.0, 4.0, 9.0]]
    found = made(junction, boiling)
    # Worst junctions: units 1, 1, 2. Nearest to boiling: units 1, 0, 1.
    units = decisive_units(found)
    assert units[0] == 1
    assert sorted(units) == [0, 1, 2]
    assert decisive_units(found, most=1).tolist() == [1]


@compiled
@pytest.mark.parametrize("setpoint", ["80.5 degC", None])
def test_the_decisive_units_stand_for_all_in_fresh_samples(make_plant, setpoint):
    changes = {"units.count": 40, "header.diameter": "45 mm", "loop.outlet_setpoint": setpoint}
    plant = make_plant(changes, exact=False)
    places, _ = prepared(plant)
    d = len(plant.uncertain)
    chosen = decisive_units(full_plant(plant, places, sobol_points(128, d, seed=1)))
    assert chosen.size <= 8
    fresh = full_plant(plant, places, sobol_points(128, d, seed=2))
    for margin in (fresh.junction, fresh.boiling):
        np.testing.assert_allclose(margin[:, chosen].min(axis=1), margin.min(axis=1), atol=0.01)
