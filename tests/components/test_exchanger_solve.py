"""Solving an exchanger for an unknown: closed forms, round trips, every plate count tried, and what is refused."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.errors import NoSolutionError
from hashheat.components.exchanger_solve import UNKNOWNS, solve_for
from hashheat.components.exchanger_targets import TARGETS, pinch
from hashheat.components.exchanger_variant import variant, with_fouling
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import InputError

STATE = {"hot_mass_flow": 4.0, "cold_mass_flow": 5.0, "hot_T_in": 353.15, "cold_T_in": 313.15}
SIDES = ("hot", "cold")
FEW = 3 if numba.config.DISABLE_JIT else 10


@pytest.fixture(scope="module")
def exchanger():
    return PlateHeatExchanger.named("g-010", 15)


@pytest.fixture(scope="module")
def constant():
    """Constant film coefficients; with a small temperature difference also constant properties."""
    return PlateHeatExchanger.named(
        "g-010", 15, correlation="fixed", constants={"Nu": 60.0, "f": 1.0}, port_physics=False
    )


SMALL = {"hot_mass_flow": 4.0, "cold_mass_flow": 5.0, "hot_T_in": 331.0, "cold_T_in": 330.0}


def test_area_of_the_closed_form(constant):
    clean = constant.rate(**SMALL, infinite_plates=True)
    # Counterflow: NTU = ln((1 - e C) / (1 - e)) / (1 - C), the hot side has the smaller capacity flow.
    e, C = 0.6, 0.8
    NTU = math.log((1.0 - e * C) / (1.0 - e)) / (1.0 - C)
    wanted = SMALL["hot_T_in"] - e
    found = solve_for(constant, "area", {"hot_T_out": wanted}, **SMALL, infinite_plates=True)
    # Properties change by 1e-3 over this one kelvin.
    assert found.value == pytest.approx(NTU / float(clean["NTU"][0]), rel=2e-3)
    assert found.oversurface == pytest.approx(1.0 / found.value - 1.0)
    assert found.unique
    assert found.exchanger.area == pytest.approx(constant.area * found.value, rel=1e-14)
    assert float(found.rating["UA"]) == pytest.approx(float(clean["UA"]) * found.value, rel=1e-3)
    assert float(found.rating["U"]) == pytest.approx(float(clean["U"]), rel=1e-3)


def test_fouling_adds_as_a_resistance(constant):
    clean = constant.rate(**SMALL, infinite_plates=True)
    wanted = 0.7 * float(clean["UA"])
    found = solve_for(constant, "fouling", {"UA": wanted}, **SMALL, infinite_plates=True)
    # 1/U = 1/U_clean + R; the film coefficients feel the other temperatures by under 1e-3.
    assert found.value == pytest.approx((1.0 / 0.7 - 1.0) / float(clean["U"]), rel=3e-3)
    assert sum(found.exchanger.fouling) == pytest.approx(found.value, rel=1e-14)


def test_heat_by_an_inlet_temperature(constant):
    # Constant properties: heat grows in proportion to the difference of the inlets.
    heat = float(constant.rate(**SMALL, infinite_plates=True)["heat_rate"])
    state = {key: value for key, value in SMALL.items() if key != "hot_T_in"}
    found = solve_for(constant, "hot_T_in", {"heat_rate": 1.5 * heat}, **state, infinite_plates=True)
    assert found.value - 330.0 == pytest.approx(1.5, rel=1e-3)
    back = {key: value for key, value in SMALL.items() if key != "cold_T_in"}
    found = solve_for(constant, "cold_T_in", {"heat_rate": 1.5 * heat}, **back, infinite_plates=True)
    assert 331.0 - found.value == pytest.approx(1.5, rel=1e-3)


# A pressure drop feels the other side, and the inlet temperatures, through viscosity alone: too weak here.
TELLING = [
    *(
        (f"{side}_mass_flow", target)
        for side in SIDES
        for target in TARGETS
        if not target.endswith("drop") or target.startswith(side)
    ),
    *(
        (unknown, target)
        for unknown in ("hot_T_in", "cold_T_in", "fouling", "area")
        for target in ("hot_T_out", "cold_T_out", "heat_rate", "approach", "pinch")
    ),
    ("fouling", "UA"),
    ("area", "UA"),
]


@settings(max_examples=4 * FEW, deadline=None, derandomize=True)
@given(
    case=st.sampled_from(TELLING),
    flows=st.tuples(st.floats(1.5, 6.0), st.floats(1.5, 6.0)),
    ahead=st.floats(15.0, 60.0),
    fouling=st.floats(1e-5, 1e-4),
    passes=st.sampled_from([(1, 1), (2, 2), (2, 1)]),
)
def test_what_was_rated_is_found_again(case, flows, ahead, fouling, passes):
    unknown, name = case
    unit = PlateHeatExchanger.named("g-010", 15, passes=passes, fouling=(0.4 * fouling, 0.6 * fouling))
    state = dict(zip(STATE, (*flows, 300.0 + ahead, 300.0)))
    rating = unit.rate(**state, tolerance=1e-8, infinite_plates=True)
    wanted = TARGETS[name].read(unit, rating, True)
    known = {key: value for key, value in state.items() if key != unknown}
    found = solve_for(unit, unknown, {name: wanted}, **known, infinite_plates=True)
    truth = {**state, "fouling": fouling, "area": 1.0}[unknown]
    miss = min(abs(value - truth) for value in (found.value, *found.others))
    # What the target's own numerical error, 1e-7 of the largest heat, makes of the unknown.
    assert miss < 2e-4 * (ahead if unknown.endswith("T_in") else truth)
    assert found.unique == (not found.others)
    assert TARGETS[name].read(found.exchanger, found.rating, True) == pytest.approx(
        wanted, rel=1e-5, abs=1e-5
    )


def test_two_flows_give_the_same_approach(exchanger):
    # At little hot water its outlet nears the cold inlet, at much the cold outlet nears the hot inlet.
    state = {key: value for key, value in STATE.items() if key != "hot_mass_flow"}
    found = solve_for(exchanger, "hot_mass_flow", {"approach": 22.0}, **state, infinite_plates=True)
    assert not found.unique
    assert len(found.others) == 1
    assert "not unique" in found.note
    for flow in (found.value, *found.others):
        T = exchanger.rate(hot_mass_flow=flow, **state, infinite_plates=True)["T_out"].values
        assert min(353.15 - T[1], T[0] - 313.15) == pytest.approx(22.0, abs=1e-4)
    assert found.value < found.others[0]


@pytest.mark.parametrize("hot_is_warmer", [True, False])
@pytest.mark.parametrize("name", ["heat_rate", "cold_T_out", "approach", "hot_pressure_drop"])
def test_fewest_plates_of_all_counts(name, hot_is_warmer):
    unit = PlateHeatExchanger.named("g-010", 15)
    state = dict(STATE)
    if not hot_is_warmer:
        state |= {"hot_T_in": STATE["cold_T_in"], "cold_T_in": STATE["hot_T_in"]}
    counts = range(5, 12 if numba.config.DISABLE_JIT else 32)
    ratings = {n: PlateHeatExchanger.named("g-010", n).rate(**state, tolerance=1e-7) for n in counts}
    values = {n: TARGETS[name].read(unit, rating, False) for n, rating in ratings.items()}
    # Halfway between two counts, so that no rounding decides.
    middle = len(counts) // 2
    pair = sorted(counts)[middle : middle + 2]
    wanted = 0.5 * (values[pair[0]] + values[pair[1]])
    enough = {
        "heat_rate": lambda v: abs(v) >= abs(wanted),
        "cold_T_out": lambda v: v >= wanted if hot_is_warmer else v <= wanted,
        "approach": lambda v: v <= wanted,
        "hot_pressure_drop": lambda v: v <= wanted,
    }[name]
    fewest = min(n for n in counts if enough(values[n]))
    found = solve_for(unit, "plates", {name: wanted}, **state, bounds=(5, max(counts)))
    assert found.value == fewest
    assert found.exchanger.plates == fewest
    assert found.unique == all(enough(values[n]) for n in counts if n >= fewest)
    assert f"{fewest - 1} plates give" in found.note


def test_plates_whose_larger_numbers_do_not_all_do(exchanger):
    # The pinch of a real stack hangs on which side has the end channels: odd and even counts differ.
    units = {n: PlateHeatExchanger.named("g-010", n) for n in range(5, 14)}
    values = {n: pinch(unit, unit.rate(**STATE, tolerance=1e-7)) for n, unit in units.items()}
    assert values[8] < 22.0 < values[9]
    assert min(values[n] for n in range(5, 8)) > 22.0
    found = solve_for(exchanger, "plates", {"pinch": 22.0}, **STATE, bounds=(5, 13))
    assert found.value == 8
    assert not found.unique
    assert "not all larger numbers do: 9 do not" in found.note


def test_pinch_of_two_streams_lies_at_an_end(exchanger):
    # Blocks have one temperature for all channels of a side: the pinch of counterflow is the approach.
    for flow in (2.0, 8.0):
        state = {**STATE, "hot_mass_flow": flow}
        rating = exchanger.rate(**state, tolerance=1e-9, infinite_plates=True)
        assert pinch(exchanger, rating, True) == pytest.approx(float(rating["approach"]), abs=1e-5)
    along = PlateHeatExchanger.named("g-010", 15, overall_counter=False, first_counter=False)
    rating = along.rate(**STATE, tolerance=1e-9, infinite_plates=True)
    T = rating["T_out"].values
    assert pinch(along, rating, True) == pytest.approx(T[0] - T[1], abs=1e-5)


def test_pinch_of_a_real_stack(exchanger):
    rating = exchanger.rate(**STATE, tolerance=1e-9)
    smallest = pinch(exchanger, rating)
    # Below the approach, as a cold channel in the middle leaves warmer than the mean; not below by much.
    assert float(rating["approach"]) - 3.0 < smallest < float(rating["approach"])
    # By hand: neighbours at the nodes, which the ends can only undercut.
    T, side = rating["T_fluid"].values, rating["channel_side"].values
    ahead = np.abs(np.diff(T, axis=0)).min()
    assert side[0] != side[1]
    assert smallest <= ahead
    assert smallest == pytest.approx(ahead, abs=0.6)


def test_pinch_is_negative_where_heat_flows_back():
    # Two passes against two, parallel as a whole: where they meet again, the cold side is the warmer.
    unit = PlateHeatExchanger.named("g-010", 60, passes=(2, 2), overall_counter=False)
    state = {"hot_mass_flow": 1.0, "cold_mass_flow": 1.0, "hot_T_in": 353.0, "cold_T_in": 313.0}
    rating = unit.rate(**state, infinite_plates=True)
    T, side = rating["T_fluid"].values, rating["channel_side"].values
    between = unit.blocks.plates[1:-1] > 0.0
    difference = np.where(side[:-1] == 0, 1.0, -1.0)[:, None] * (T[:-1] - T[1:])
    lowest = difference[between & (side[:-1] != side[1:])].min()
    assert lowest < -1.0
    assert lowest - 1.0 < pinch(unit, rating, True) <= lowest


def test_reachable_range_is_told(exchanger):
    state = {key: value for key, value in STATE.items() if key != "cold_mass_flow"}
    with pytest.raises(NoSolutionError, match=r"hot_T_out") as caught:
        solve_for(exchanger, "cold_mass_flow", {"hot_T_out": 300.0}, **state, infinite_plates=True)
    assert caught.value.found == "26.850 degC"
    low, high = (float(part.split(" degC")[0]) for part in caught.value.accepted.split(" to ")[:2])
    limit = 2.0 * 5.5 * 992.0 * exchanger.numbers.port_area
    best = exchanger.rate(cold_mass_flow=limit, **state, infinite_plates=True)
    assert low == pytest.approx(float(best["T_out"][0]) - 273.15, abs=0.1)
    assert 40.0 < low < high < 80.0
    # A dirty exchanger cannot do more than the clean one, and says how much that is.
    clean = float(exchanger.rate(**STATE, infinite_plates=True)["heat_rate"])
    with pytest.raises(NoSolutionError) as caught:
        solve_for(exchanger, "fouling", {"heat_rate": 1.1 * clean}, **STATE, infinite_plates=True)
    assert f"to {clean / 1e3:.5g} kW" in caught.value.accepted
    with pytest.raises(NoSolutionError, match="kPa"):
        solve_for(exchanger, "plates", {"hot_pressure_drop": 1.0}, **STATE, bounds=(5, 9))


def test_part_of_the_bounds_that_cannot_be_rated(exchanger):
    state = {key: value for key, value in STATE.items() if key != "hot_T_in"}
    bounds = (340.0, 480.0)  # the plate bears 150 degC
    found = solve_for(
        exchanger, "hot_T_in", {"cold_T_out": 330.0}, **state, bounds=bounds, infinite_plates=True
    )
    assert "cannot be rated" in found.note
    again = exchanger.rate(hot_T_in=found.value, **state, infinite_plates=True)
    assert float(again["T_out"][1]) == pytest.approx(330.0, abs=1e-4)
    with pytest.raises(NoSolutionError, match="nothing can be rated"):
        solve_for(
            exchanger, "hot_T_in", {"cold_T_out": 330.0}, **state, bounds=(470.0, 480.0), infinite_plates=True
        )


def test_notes(exchanger):
    state = {key: value for key, value in STATE.items() if key != "hot_mass_flow"}
    fast = solve_for(exchanger, "hot_mass_flow", {"hot_pressure_drop": 6e6}, **state, infinite_plates=True)
    assert "port velocity" in fast.note
    assert float(fast.rating["port_velocity"][0]) > 5.5
    # The cold side's drop feels the hot flow only through the temperature.
    drop = float(exchanger.rate(**STATE, infinite_plates=True)["pressure_drop"][1])
    weak = solve_for(exchanger, "hot_mass_flow", {"cold_pressure_drop": drop}, **state, infinite_plates=True)
    assert "poorly determined" in weak.note
    firm = solve_for(exchanger, "hot_mass_flow", {"heat_rate": 3e5}, **state, infinite_plates=True)
    assert firm.note == ""


ALL = dict(STATE)


@pytest.mark.parametrize(
    ("unknown", "target", "options", "key"),
    [
        ("weight", {"UA": 1e4}, ALL, "unknown"),
        ("area", {"UA": 1e4, "pinch": 2.0}, ALL, "target"),
        ("area", {}, ALL, "target"),
        ("area", {"T_out": 330.0}, ALL, "target"),
        ("area", {"UA": math.nan}, ALL, "UA"),
        ("area", {"UA": "much"}, ALL, "UA"),
        ("area", {"UA": 1e4}, {k: v for k, v in ALL.items() if k != "hot_T_in"}, "hot_T_in"),
        ("hot_T_in", {"UA": 1e4}, ALL, "hot_T_in"),
        ("area", {"UA": 1e4}, {**ALL, "hot_mass_flow": -1.0}, "hot_mass_flow"),
        ("area", {"UA": 1e4}, {**ALL, "cold_T_in": math.inf}, "cold_T_in"),
        ("area", {"UA": 1e4}, {**ALL, "bounds": (0.0, 2.0)}, "bounds of area"),
        ("fouling", {"UA": 1e4}, {**ALL, "bounds": (1e-4, 1e-5)}, "bounds of fouling"),
        ("plates", {"UA": 1e4}, {**ALL, "bounds": (900, 1000)}, "bounds of plates"),
    ],
)
def test_what_is_refused(exchanger, unknown, target, options, key):
    with pytest.raises(InputError) as caught:
        solve_for(exchanger, unknown, target, **options, infinite_plates=True)
    assert caught.value.key == key
    assert not isinstance(caught.value, NoSolutionError)


def test_variants(exchanger):
    assert set(UNKNOWNS) >= {"plates", "fouling", "area"}
    half = variant(exchanger, area_factor=0.5).rate(**STATE, infinite_plates=True)
    full = exchanger.rate(**STATE, infinite_plates=True)
    # Half the area at the same flows: the films hardly change, the pressure drop not at all but for viscosity.
    assert float(half["UA"]) == pytest.approx(0.5 * float(full["UA"]), rel=0.02)
    assert float(half["U"]) == pytest.approx(float(full["U"]), rel=0.02)
    dirty = PlateHeatExchanger.named("g-010", 15, fouling=(1e-5, 3e-5))
    assert with_fouling(dirty, 8e-5).fouling == pytest.approx((2e-5, 6e-5), rel=1e-14)
    assert with_fouling(exchanger, 8e-5).fouling == pytest.approx((4e-5, 4e-5), rel=1e-14)
    # Area and fouling both varied.
    both = with_fouling(variant(exchanger, area_factor=0.5), 8e-5)
    assert both.area == pytest.approx(0.5 * exchanger.area, rel=1e-14)
    better = with_fouling(exchanger, -1e-5).rate(**STATE, infinite_plates=True)
    assert float(better["UA"]) > float(full["UA"])
