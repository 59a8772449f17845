"""Plans of a small plant with units, and the run that follows them."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hashheat.fleet.dispatch_orders import distance, planned
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_plant_file import load_heat_plant_file
from hashheat.fleet.operation_rule import UnitState, switch_to
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError

TEXT = Path(__file__).with_name("units-plant.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(session_plant):
    return session_plant().path.parent


@pytest.fixture(scope="module")
def plant(folder):
    (folder / "whole.toml").write_text(TEXT, encoding="utf-8")
    return HeatPlant.named(str(folder / "whole.toml"))


@pytest.fixture
def changed(folder, plant):
    """The plant with its file's text changed; units as they are, for they take long."""

    def build(*changes):
        text = TEXT
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / "changed.toml").write_text(text, encoding="utf-8")
        return HeatPlant(
            load_heat_plant_file(str(folder / "changed.toml")), plant.parts, plant.circuits, plant.balance
        )

    return build


def hours_of(count):
    k = np.arange(count)
    own = {
        "demand": 4e3 + 2e3 * np.sin(2 * np.pi * k / 24),
        "T_return": np.full(count, 318.15),
        "T_outdoor": np.full(count, 275.0),
        "price": (100.0 + 60.0 * np.sin(2 * np.pi * k / 24 + 1.0)) / 3.6e9,
    }
    time = np.datetime64("2023-01-01T00", "ns") + k * np.timedelta64(1, "h")
    return xr.Dataset({name: ("time", x) for name, x in own.items()}, {"time": time})


def test_a_run_follows_its_plan(changed):
    """Counted in fractions, the plan of this plant leaves the tank between empty and full."""
    hours, plant = hours_of(60), changed(('counts = "whole"', 'counts = "rounded"'))
    result = simulate(plant, hours)
    assert np.array_equal(result.units_running, result.planned_running)
    off = distance(plant, hours, result)
    # The planner's plant is a picture of this one: its heat is right within a hundredth, its store within a tenth.
    assert off.heat == pytest.approx(off.heat_planned, rel=0.01)
    assert off.charge < 0.1
    assert off.cost == pytest.approx(off.cost_planned, rel=0.05)
    assert off.starts == off.starts_planned
    # Money by hand, from what the run recorded.
    power = sum(result[f"{name}_electricity"] for name in ("pump", "units", "boiler", "customers"))
    earned = float(
        (result.units_hash_rate * 50.0 / 86400e15).sum()
        + 30.0 / 3.6e9 * result.customers_heat_delivered.sum()
    )
    paid = float((power * hours.price).sum()) * 3600.0 + 0.05 * off.starts
    assert off.cost == pytest.approx(paid - 3600.0 * earned, rel=1e-9)


def test_a_planned_run_in_segments_is_the_run(plant, tmp_path):
    hours = hours_of(30)
    whole = simulate(plant, hours)
    kept = tmp_path / "run"

    class Cut(Exception):
        pass

    def cut(done):
        if done > 0.6:
            raise Cut

    with pytest.raises(Cut):
        simulate(plant, hours, kept, segment=7, progress=cut)
    assert len(list(kept.glob("segment-*.nc"))) == 2
    again = simulate(plant, hours, kept, segment=7)
    xr.testing.assert_identical(whole.drop_attrs(deep=False), again.drop_attrs(deep=False))


def test_a_plan_of_a_plant_is_cheaper_than_its_rules_in_the_full_run(changed):
    """With pumps, losses and temperatures that the planner does not know."""
    hours, costs = hours_of(72), {}
    rule = ('store = "tank"', 'store = "tank"\nstore_target = 0.5\nhighest_price = "120 EUR/MWh"')
    for strategy in ("dispatch", "follow_demand", "price"):
        plant = changed(('strategy = "dispatch"', f'strategy = "{strategy}"'), rule)
        result = simulate(plant, hours)
        power = sum(result[f"{name}_electricity"] for name in ("pump", "units", "boiler", "customers"))
        earned = result.units_hash_rate * 50.0 / 86400e15 * 3600.0
        # What is left in the tank is worth what the boiler would take for it at the mean price.
        left = float(result.tank_stored[-1]) * float(hours.price.mean())
        costs[strategy] = float((power * hours.price).sum() * 3600.0 - earned.sum()) - left
        costs[strategy] += 0.05 * float(result.starts.sum())
    assert costs["dispatch"] < min(costs["follow_demand"], costs["price"])


def test_known_failures_are_planned_with(changed):
    hours = hours_of(24)
    runs = np.ones((4, 24), dtype=bool)
    runs[:, 5:9] = False
    hours["price"] = hours.price * 0.0 - 1e-9
    table = ('interval = "12 h"', 'interval = "12 h"\navailability = "known"')
    counts = planned(changed(table), hours, 3600.0, (runs,)).schedule.counts[0]
    assert np.all(counts[5:9] == 0)
    assert counts[4] > 0
    mean = planned(changed(), hours, 3600.0, (runs,)).schedule.counts[0]
    assert mean[5:9].max() > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (TEXT[TEXT.index("[operation.dispatch]") : TEXT.index("[hours]")], "needs a table of the planner"),
        ('hash_price = "50 EUR/(PH/s)/day"\n', "hash_price"),
    ],
)
def test_a_planner_needs_its_table(changed, change, words):
    with pytest.raises(InputError, match=words):
        simulate(changed((change, "")), hours_of(3))


def test_a_plan_is_not_kept_beyond_its_horizon(changed):
    with pytest.raises(InputError, match="interval <= horizon"):
        changed(('interval = "12 h"', 'interval = "25 h"'))


def test_a_planned_run_needs_prices(plant):
    with pytest.raises(InputError, match="price"):
        simulate(plant, hours_of(3).drop_vars("price"))


def test_a_plant_without_units_cannot_be_planned(boiler_plant, swinging_hours):
    table = TEXT[TEXT.index("[operation.dispatch]") : TEXT.index("[hours]")]
    plant = boiler_plant(('"always_on"', '"dispatch"'), ("[hours]", f"{table}[hours]"))
    hours = swinging_hours(3).assign(price=("time", np.zeros(3)))
    with pytest.raises(InputError, match="no units to plan"):
        simulate(plant, hours)


def test_units_are_switched_to_the_modes_of_a_plan(plant):
    section = plant.file.operation.model_copy(update={"min_on": plant.file.operation.min_off})
    state = UnitState(np.array([1, 1, 2, 0, 0, 2]), np.array([9e3, 7.2e3, 3e3, 9e3, 2e3, 9e3]), 0.0)
    runs = np.array([True, True, True, True, True, False])
    made = switch_to(state, np.array([0, 1, 4]), runs, section, 3600.0)
    # The sixth failed; the fourth has rested long enough to come on, the fifth has not.
    assert made.mode.tolist() == [1, 2, 2, 2, 0, 0]
    assert made.since[3] == 3600.0
    # Fewer: the one that has run longest goes, and what is left takes the modes planned.
    made = switch_to(state, np.array([0, 0, 2]), runs, section, 3600.0)
    assert made.mode.tolist() == [0, 2, 2, 0, 0, 0]
    # The third began less than an hour ago and cannot go.
    made = switch_to(state, np.array([0, 0, 0]), runs, section, 3600.0)
    assert made.mode.tolist() == [0, 0, 1, 0, 0, 0]


def test_prices_of_a_file_are_the_prices_of_a_plant(plant, tmp_path):
    rows = [f"2023-01-01T{h:02d}:00,{40 + h}" for h in range(24)]
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(["time [UTC],price [EUR/MWh]", *rows]), encoding="utf-8")
    hours = plant_hours(plant.file, prices=path)
    assert hours.price.values * 3.6e9 == pytest.approx(40.0 + np.arange(24))
