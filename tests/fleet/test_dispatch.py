"""Plans against cases solved by hand, every plan there is, their dual, and simple rules."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import hstack

from hashheat.fleet.dispatch import plan, rounded
from hashheat.fleet.dispatch_model import DispatchModel, DispatchState
from hashheat.fleet.dispatch_play import play, play_hour
from hashheat.fleet.dispatch_program import solve_window, window_program
from hashheat.fleet.hourly_series import read_prices
from hashheat.fleet.operation_rule import wanted_modes
from hashheat.thermo.errors import InputError

PRICES = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "district" / "prices"
HOUR = 3600.0
KWH = 3.6e6


def model_of(price, need, *, units=1, kinds=1, **changes):
    """Units of 1 kW of heat from 1 kW, and of 1.5 kW from 1.6 kW if there are two kinds; prices in EUR/kWh."""
    hours = len(price)
    each = np.ones(hours)
    price = np.asarray(price, dtype=float) / KWH
    own = {
        "dt": HOUR, "part": np.zeros(kinds, dtype=int), "heat": np.array([1e3, 1.5e3])[:kinds],
        "power": np.array([1e3, 1.6e3])[:kinds], "hash_rate": np.array([1.0, 1.3])[:kinds],
        "units": np.array([units]), "available": units * each[None], "failed": 0.0 * each[None], "ramp": 1.0,
        "min_on": 0.0, "min_off": 0.0, "need": 1e3 * np.asarray(need) * each,
        "demand": 1e3 * np.asarray(need) * each,
        "grade": each, "boiler_capacity": 0.0, "boiler_cost": 0.0 * each, "capacity": 0.0, "loss_rate": 0.0,
        "loss": 0.0 * each, "cooler_capacity": 0.0 * each, "cooler_power": 0.0, "price": price,
        "heat_price": 0.0 * each, "hash_price": 0.0 * each, "start_cost": 0.0, "short_cost": 10.0 / KWH,
        "first_on": np.array([units]), "first_energy": 0.0,
    }  # fmt: skip
    return DispatchModel(**(own | changes))


def constant(model):
    """What no plan changes, of the cost of one [EUR]."""
    return -float((model.demand * model.heat_price).sum()) * model.dt


def test_with_a_large_store_heat_is_made_in_the_cheapest_hours():
    rng = np.random.default_rng(1)
    price = rng.permutation(np.linspace(0.05, 0.5, 24))
    model = model_of(
        price, 1.0, units=4, capacity=100 * KWH, first_energy=50 * KWH, first_on=np.array([0])
    )  # fmt: skip
    made = plan(model, 24, 24, last_energy=50 * KWH)
    # 24 h of one unit's heat are six hours of four.
    assert np.array_equal(made.counts[0], np.where(price <= np.sort(price)[5], 4, 0))
    assert made.played.cost == pytest.approx(4.0 * np.sort(price)[:6].sum(), rel=1e-9)


def test_without_demand_units_run_below_the_price_at_which_hashing_pays():
    price = np.array([0.02, 0.09, 0.11, 0.3, -0.1])
    model = model_of(
        price, 0.0, units=7, hash_price=np.full(5, 0.1 / HOUR), cooler_capacity=np.full(5, 1e5)
    )  # fmt: skip
    assert np.array_equal(plan(model, 5, 5).counts[0], [7, 7, 0, 0, 7])
    dearer = model._replace(cooler_power=0.2)
    # With fans that take a fifth the last cent is lost: 0.09 EUR/kWh cost 0.108.
    assert np.array_equal(plan(dearer, 5, 5).counts[0], [7, 0, 0, 0, 7])


@pytest.mark.parametrize(("first", "runs"), [(0.159, [1, 0]), (0.161, [0, 1])])
def test_one_unit_makes_heat_an_hour_ahead_if_that_is_worth_the_loss(first, runs):
    """A tenth is lost and made by the boiler at 0.4 EUR/kWh: ahead pays below 0.2 - 0.1 * 0.4."""
    model = model_of(
        [first, 0.2], [0.0, 1.0], capacity=5 * KWH, loss_rate=0.1 / HOUR, boiler_capacity=5e3,
        boiler_cost=np.full(2, 0.4 / KWH), first_on=np.array([0]),
    )  # fmt: skip
    # Held hot for one hour: made in the first, lost in the second.
    made = plan(model, 2, 2, whole=True)
    assert made.counts[0].tolist() == runs
    expected = first + 0.04 if runs[0] else 0.2
    assert made.played.cost == pytest.approx(expected, rel=1e-9)


def test_a_ramp_is_begun_in_time():
    model = model_of(
        [0.1] * 6, [0, 0, 0, 0, 10, 0], units=10, ramp=0.2, first_on=np.array([0]), cooler_capacity=np.full(6, 1e5)
    )  # fmt: skip
    made = plan(model, 6, 6)
    assert made.counts[0].tolist() == [2, 4, 6, 8, 10, 8]
    assert made.played.short.sum() == 0.0
    late = plan(model._replace(first_on=np.array([0])), 2, 2)
    # Who looks ahead for two hours only comes too late.
    assert late.counts[0, 4] < 10
    assert late.played.short[4] == pytest.approx(1e3 * (10 - late.counts[0, 4]))


@pytest.mark.parametrize(("start_cost", "middle"), [(0.11, 3), (0.09, 0)])
def test_units_stay_on_through_a_spike_that_costs_less_than_a_start(start_cost, middle):
    """Hashing earns 0.2 EUR an hour and unit; at 0.3 EUR/kWh an hour loses 0.1."""
    model = model_of(
        [0.1, 0.1, 0.3, 0.1, 0.1], 0.0, units=3, hash_price=np.full(5, 0.2 / HOUR),
        cooler_capacity=np.full(5, 1e5), start_cost=start_cost,
    )  # fmt: skip
    made = plan(model, 5, 5)
    assert made.counts[0].tolist() == [3, 3, middle, 3, 3]
    assert made.played.starts.sum() == 3 - middle
    assert made.played.cost == pytest.approx(3 * (-0.4 + (0.1 if middle else start_cost)))


def _every_plan(model, units):
    """Least cost over all states of all single units, with ramp and least times checked unit by unit."""
    hours, kinds = model.hours, len(model.heat)
    on_least, off_least = model.min_on / HOUR, model.min_off / HOUR
    fit = []
    for states in itertools.product(range(kinds + 1), repeat=hours):
        since, last, good = 99, 1, True
        for now in states:
            if (now > 0) != (last > 0):
                good &= since >= (on_least if last > 0 else off_least)
                since = 0
            since, last = since + 1, now
        if good:
            fit.append(states)
    best = np.inf
    for fleet in itertools.combinations_with_replacement(fit, units):
        states = np.array(fleet)
        on = np.column_stack([np.ones(units), states]) > 0
        if (np.abs(np.diff(on, axis=1)).sum(axis=0) > model.most[0]).any():
            continue
        counts = np.array([(states == k + 1).sum(axis=0) for k in range(kinds)])
        best = min(best, play(model, counts).cost)
    return best


@pytest.mark.parametrize("seed", range(8))
def test_no_plan_of_all_there_are_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    hours, units = 4, 2
    model = model_of(
        rng.uniform(-0.1, 0.5, hours), rng.uniform(0.0, 4.0, hours), units=units, kinds=2,
        capacity=rng.uniform(0.5, 4.0) * KWH, first_energy=0.3 * KWH, loss_rate=0.05 / HOUR,
        loss=np.full(hours, 20.0), boiler_capacity=2e3, boiler_cost=rng.uniform(0.05, 0.5, hours) / KWH,
        cooler_capacity=rng.uniform(0.0, 2e3, hours), cooler_power=0.05, grade=rng.uniform(0.6, 1.0, hours),
        hash_price=np.full(hours, 0.15 / HOUR), heat_price=np.full(hours, 0.04 / KWH), start_cost=0.05,
        ramp=[0.5, 1.0][seed % 2], min_on=[0.0, 2 * HOUR, 3 * HOUR][seed % 3], min_off=[2 * HOUR, 0.0][seed // 4],
    )  # fmt: skip
    made = plan(model, hours, hours, whole=True, gap=1e-9)
    assert made.played.cost == pytest.approx(_every_plan(model, units), rel=1e-6, abs=1e-6)


def winter(hours, seed=0, prices=None, **changes):
    """Forty units with a store of some hours, a boiler and a cooler."""
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    price = 0.1 + 0.08 * np.sin(2 * np.pi * t / 24) + 0.05 * rng.standard_normal(hours)
    price = price if prices is None else prices[:hours] * KWH
    return model_of(
        price, 26.0 + 10.0 * np.sin(2 * np.pi * t / 24 + 1.0) + rng.uniform(-3, 3, hours), units=40, kinds=2,
        **{
            "capacity": 150 * KWH, "first_energy": 60 * KWH, "loss_rate": 1e-7, "loss": np.full(hours, 200.0),
            "boiler_capacity": 6e4, "boiler_cost": price / 0.99 / KWH, "grade": np.full(hours, 0.9),
            "cooler_capacity": np.full(hours, 3e4), "hash_price": np.full(hours, 0.12 / HOUR),
            "heat_price": np.full(hours, 0.03 / KWH), "cooler_power": 0.015, "start_cost": 0.01,
        } | changes,
    )  # fmt: skip


def test_no_plan_of_the_linear_program_costs_less_than_its_dual():
    model = winter(48)
    program = window_program(model, DispatchState.first(model), 0, 48, ordered=0)
    found = solve_window(program, HOUR)
    # Largest value of the multipliers of rows and bounds, each with one sign, infinite limits left out.
    limits = [
        (program.rows.T, program.row_low, 1.0), (program.rows.T, program.row_high, -1.0),
        (np.eye(len(program.cost)), program.low, 1.0), (np.eye(len(program.cost)), program.high, -1.0),
    ]  # fmt: skip
    columns, values = [], []
    for matrix, limit, sign in limits:
        there = np.isfinite(limit)
        columns.append(sign * (matrix.tocsc() if hasattr(matrix, "tocsc") else matrix)[:, there])
        values.append(sign * limit[there])
    dual = linprog(-np.concatenate(values), A_eq=hstack(columns), b_eq=program.cost, bounds=(0, None))
    assert dual.status == 0
    assert found.cost == pytest.approx(-dual.fun, rel=1e-9)
    assert plan(model, 48, 48).played.cost >= found.cost + constant(model)


def rule_counts(model, highest_price, target):
    """What the rules 'follow_demand' and 'price' would do with the planner's plant."""
    counts, energy = np.zeros((len(model.heat), model.hours), dtype=int), model.first_energy
    per_mode = np.concatenate([[0.0], model.heat])
    for t in range(model.hours):
        heat = model.need[t] + (target * model.capacity - energy) / (6 * HOUR)
        heat = 0.0 if model.price[t] > highest_price / KWH else max(heat, 0.0)
        wanted = wanted_modes(heat, int(model.available[0, t]), per_mode, 1, "off")
        rest = int(model.available[0, t]) - wanted.count_upper
        for mode, count in ((wanted.lower, rest), (wanted.upper, wanted.count_upper)):
            if mode:
                counts[mode - 1, t] += count
        energy = play_hour(model, t, energy, float(model.heat @ counts[:, t])).energy
    return counts


@pytest.mark.parametrize("highest_price", [np.inf, 0.13])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_plan_is_never_dearer_than_the_rules(highest_price, seed):
    model = winter(60, seed)
    rule = play(model, rule_counts(model, highest_price, 0.6))
    end = float(rule.energy[-1])
    whole = plan(model, 60, 60, last_energy=end).played
    rolling = plan(model, 36, 12, last_energy=end).played
    assert whole.energy[-1] >= end - KWH
    assert whole.cost < rule.cost
    assert rolling.cost < rule.cost
    bound = solve_window(
        window_program(model, DispatchState.first(model), 0, 60, ordered=0, last_energy=end), HOUR
    )
    assert max(whole.cost, rolling.cost, rule.cost) > bound.cost + constant(model)
    assert min(whole.cost, rolling.cost) > bound.cost + constant(model)


@pytest.mark.skipif(not PRICES.exists(), reason="shared/reference/district/prices is not here")
def test_days_of_german_prices_is_planned_below_the_rules():
    price = read_prices(PRICES / "de_day_ahead_2023.csv", zone="Europe/Berlin", wrong_offsets="mend")
    model = winter(10 * 24, prices=price["electricity_price"].values)
    made = plan(model, 48, 24).played
    rules = [play(model, rule_counts(model, highest, 0.6)).cost for highest in (np.inf, 0.12)]
    assert made.cost < min(rules)
    assert made.short.sum() == 0.0
    assert made.beyond.sum() == 0.0


def test_heat_beyond_all_sources_is_short_and_said():
    model = model_of([0.1, 0.1], [1.0, 9.0], units=2, boiler_capacity=3e3, boiler_cost=np.full(2, 0.2 / KWH))
    made = plan(model, 2, 2, whole=True)
    assert made.counts[0].tolist() == [1, 2]
    assert made.played.short == pytest.approx([0.0, 4e3])
    assert made.played.penalty == pytest.approx([0.0, 40.0])


def test_units_that_fail_need_no_ramp_and_their_repair_costs_a_start():
    fails = {"available": np.array([[10.0, 4.0, 4.0, 10.0]]), "failed": np.array([[0.0, 6.0, 0.0, 0.0]])}
    model = model_of(
        [0.1] * 4, 10.0, units=10, ramp=0.2, start_cost=0.01, min_on=2 * HOUR, min_off=2 * HOUR, **fails
    )
    made = plan(model, 2, 1)
    assert made.counts[0].tolist() == [10, 4, 4, 6]
    assert made.played.starts.sum() == 2


def test_what_was_switched_before_a_window_stays_switched_in_it():
    """Units that were on for an hour only must run on, though the price has risen; windows of one hour know it."""
    price = [0.05, 0.5, 0.5, 0.5]
    model = model_of(
        price, 0.0, units=5, first_on=np.array([0]), min_on=3 * HOUR, hash_price=np.full(4, 0.2 / HOUR),
        cooler_capacity=np.full(4, 1e5),
    )  # fmt: skip
    assert plan(model, 1, 1).counts[0].tolist() == [5, 5, 5, 0]
    # Who sees it coming does not begin.
    assert plan(model, 4, 4).counts[0].tolist() == [0, 0, 0, 0]


def test_rounding_keeps_limits_of_whole_numbers():
    rng = np.random.default_rng(3)
    on = np.clip(np.cumsum(rng.uniform(-3, 3, 500)), 0, 17)
    counts = np.array([on * 0.3, on * 0.7])
    found = rounded(counts, np.zeros(2, dtype=int))
    assert np.abs(found.sum(axis=0) - on).max() <= 0.5 + 1e-6
    assert found.sum(axis=0).max() <= 17
    assert np.abs(np.diff(found.sum(axis=0))).max() <= 3
    assert found.min() >= 0


def test_a_plan_is_a_function_of_its_arguments():
    model = winter(48)
    first, second = plan(model, 24, 12), plan(model, 24, 12)
    assert np.array_equal(first.counts, second.counts)
    assert first.played.cost == second.played.cost


def test_what_cannot_be_planned_is_refused():
    model = model_of([0.1, 0.1], 1.0)
    with pytest.raises(InputError, match="not shorter"):
        plan(model, 2, 3)
    with pytest.raises(InputError, match="price"):
        plan(model._replace(price=np.array([0.1, np.nan])), 2, 2)
    with pytest.raises(InputError, match="need"):
        plan(model._replace(need=np.array([0.1, -1.0])), 2, 2)
    with pytest.raises(InputError, match="more than full"):
        plan(model._replace(first_energy=1.0), 2, 2)
