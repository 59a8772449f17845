"""Which units run: as many as the heat asks for, within ramp and least times."""

from itertools import pairwise

import numpy as np
import pytest

from hashheat.fleet.heat_plant_file import OperationSection
from hashheat.fleet.operation_rule import UnitState, heat_wanted, switch, wanted_modes


def _section(**changes):
    given = {
        "strategy": "follow_demand", "reserve": 0.1, "ramp": 1.0, "min_on": "0 h", "min_off": "0 h",
        "mean_time_to_failure": "1000 h", "mean_time_to_repair": "10 h",
    }  # fmt: skip
    return OperationSection(**given | changes)


PER_MODE = np.array([0.0, 6e3, 8e3, 9e3])


@pytest.mark.parametrize(
    ("heat", "turn_down", "found"),
    [
        (0.0, "off", (0, 2, 0)),
        (8e3 * 40, "off", (0, 2, 40)),
        (8e3 * 40 + 1.0, "off", (0, 2, 41)),
        (8e3 * 100 + 9e2, "off", (2, 3, 1)),
        (9e3 * 100, "off", (2, 3, 100)),
        (1e9, "off", (2, 3, 100)),
        (np.inf, "off", (2, 3, 100)),
        (6e3 * 50, "underclock", (0, 1, 50)),
        (6e3 * 100 + 2e3 * 10, "underclock", (1, 2, 10)),
    ],
)
def test_the_modes_give_the_heat_and_no_unit_more_than_needed(heat, turn_down, found):
    wanted = wanted_modes(heat, 100, PER_MODE, 2, turn_down)
    assert tuple(wanted) == found
    if np.isfinite(heat):
        lower = 100 - wanted.count_upper if wanted.lower else 0
        made = lower * PER_MODE[wanted.lower] + wanted.count_upper * PER_MODE[wanted.upper]
        assert made >= min(heat, 9e5) - 1e-6
        assert made - heat < 9e3


def test_heat_wanted_follows_demand_store_and_price():
    values = {"demand": 1e6, "price": 100 / 3.6e9}
    assert heat_wanted(_section(), values, None, 0.0) == pytest.approx(1.1e6)
    charging = _section(store="tank", store_target=0.8)
    # Half of 6 h at 1 MW is missing: a twelfth an hour is made up for.
    assert heat_wanted(charging, values, 0.3, 6 * 3.6e9) == pytest.approx(1.1e6 + 0.5 * 1e6)
    dear = _section(strategy="price", highest_price="60 EUR/MWh")
    assert heat_wanted(dear, values, None, 0.0) == 0.0
    assert heat_wanted(dear, values | {"price": -1e-9}, None, 0.0) == np.inf
    assert heat_wanted(_section(strategy="always_on"), {}, None, 0.0) == np.inf


def test_a_ramp_limits_how_many_are_switched():
    state, all_run = UnitState.first(10, 1), np.ones(10, dtype=bool)
    section = _section(ramp=0.2)
    counts = []
    for _ in range(6):
        state = switch(state, wanted_modes(0.0, 10, PER_MODE[:2], 1, "off"), all_run, section, 3600.0)
        counts.append(int((state.mode > 0).sum()))
    assert counts == [8, 6, 4, 2, 0, 0]


def test_least_times_are_kept_and_cycles_are_shared():
    state, all_run = UnitState.first(4, 1), np.ones(4, dtype=bool)
    section = _section(min_on="3 h", min_off="2 h")
    rng = np.random.default_rng(3)
    history = []
    for _ in range(400):
        wanted = wanted_modes(6e3 * rng.integers(0, 5), 4, PER_MODE[:2], 1, "off")
        state = switch(state, wanted, all_run, section, 3600.0)
        history.append(state.mode > 0)
    on = np.array(history)
    starts = []
    for unit in on.T:
        changes = np.flatnonzero(np.diff(unit.astype(int)))
        for a, b in pairwise(changes):
            assert b - a >= (3 if unit[a + 1] else 2)
        starts.append(int((unit[1:] & ~unit[:-1]).sum()))
    assert max(starts) < 1.25 * min(starts)


def test_a_unit_that_fails_goes_off_at_once():
    state = UnitState.first(4, 1)
    runs = np.array([True, False, True, True])
    after = switch(state, wanted_modes(np.inf, 3, PER_MODE[:2], 1, "off"), runs, _section(ramp=0.01), 3600.0)
    assert after.mode.tolist() == [1, 0, 1, 1]
    assert after.since.tolist() == pytest.approx([1e9 + 3600, 3600, 1e9 + 3600, 1e9 + 3600])
