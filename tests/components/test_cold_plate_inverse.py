"""Least flow, warmest inlet, fastest clock: found where the limit is met, or named where it is not."""

import math
from types import SimpleNamespace

import numba
import numpy as np
import pytest
import xarray as xr
from CoolProp.CoolProp import PropsSI
from hypothesis import given
from hypothesis import strategies as st

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.components.cold_plate_inverse import extreme_state
from hashheat.components.errors import NoSolutionError, RunawayError, UnitError
from hashheat.thermo.errors import InputError

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

CLOSE = 1e-4  # K


def coarse(name, along=8, across=6):
    file = load_cold_plate(name)
    cells = {"cells_along": along, "cells_across": across, "layers": [1]}
    return ColdPlate(file.model_copy(update={"plate": file.plate.model_copy(update=cells)}))


@pytest.fixture(scope="module")
def plate():
    return coarse("microchannel-1kw")


def stand_in(junction):
    """A plate whose hottest junction is a known function of the state, or that has no solution."""

    def solve(**state):
        T = junction(**state)
        if T is None:
            raise RunawayError("stand-in: no steady state")
        return xr.Dataset({"T_junction": T})

    return SimpleNamespace(solve=solve, name="stand-in", file=SimpleNamespace(file="stand-in.toml"))


ASKED = (("flow_for", "volume_flow", -1), ("largest_T_in", "T_in", 1), ("largest_frequency", "frequency", 1))


@pytest.mark.parametrize(("method", "name", "direction"), ASKED)
def test_the_answer_keeps_the_limit_and_nothing_beyond_it_does(plate, method, name, direction):
    limit = 360.0
    answer = getattr(plate, method)(limit, fluid="water")
    again = plate.solve(**{name: answer.value}, fluid="water")
    assert float(again.T_junction) == float(answer.result.T_junction)
    assert limit - CLOSE <= float(again.T_junction) <= limit
    beyond = plate.solve(**{name: answer.value * (1.0 + 1e-4 * direction)}, fluid="water")
    assert float(beyond.T_junction) > limit
    assert not answer.at_bound


def test_a_clock_without_leakage_is_a_straight_line():
    """No leakage, no losses and no coolant that heats up: T_j - T_in is proportional to the clock."""
    plate = coarse("microchannel-1kw")
    state = {
        "power__leakage_share": 0.0,
        "losses__top": 0.0,
        "losses__bottom": 0.0,
        "losses__edge": 0.0,
        "T_in": 313.15,
        # Hardly warmer at the wall than in the bulk, so that its properties are those of the inlet.
        "power__chip": 0.1,
    }
    rise = float(plate.solve(**state).T_junction) - 313.15
    answer = plate.largest_frequency(313.15 + 1.5 * rise, **state)
    # Within 0.1 mK of a rise of 3 mK: the limit is kept, from below.
    assert answer.value <= 1.5
    assert answer.value == pytest.approx(1.5, abs=CLOSE / rise)


def test_the_limit_of_the_file_is_the_default(plate):
    answer = plate.largest_T_in()
    assert float(answer.result.T_junction) == pytest.approx(
        plate.quantities["chips.limit"].nominal, abs=CLOSE
    )


def test_runaway_counts_as_too_hot():
    """With leakage that runs away below the limit, the answer is the edge of what has a steady state."""
    plate = coarse("microchannel-1kw", 4, 3)
    leaky = {"power__leakage_share": 0.5, "power__leakage_scale": 10.0, "power__reference_temperature": 345.0}
    answer = plate.largest_frequency(450.0, **leaky)
    assert float(answer.result.status) == 0
    assert float(answer.result.T_junction) < 449.0
    assert "runaway" in answer.note
    with pytest.raises(RunawayError):
        plate.solve(frequency=answer.value * 1.05, **leaky)


def test_boiling_counts_as_too_hot(plate):
    answer = plate.largest_T_in(500.0, power__chip=1.0, fluid="water", pressure=1e5, bounds=(300.0, 380.0))
    assert "boils" in answer.note
    # What ends it is the outlet, at the pressure that is left there.
    left = 1e5 - float(answer.result.pressure_drop)
    assert float(answer.result.T_out) == pytest.approx(PropsSI("T", "P", left, "Q", 0, "Water"), abs=0.02)
    with pytest.raises(UnitError):
        plate.solve(T_in=answer.value + 0.01, power__chip=1.0, fluid="water", pressure=1e5)


def test_what_cannot_be_kept_says_what_can(plate):
    bounds = (1e-5, 5e-5)
    with pytest.raises(NoSolutionError, match="no flow") as caught:
        plate.flow_for(320.0, bounds)
    least = float(plate.solve(volume_flow=bounds[1]).T_junction)
    assert f"{least - 273.15:.2f} degC or more" in caught.value.accepted
    assert "3 L/min" in caught.value.accepted
    assert caught.value.key == "T_junction"
    with pytest.raises(NoSolutionError, match="no inlet temperature") as caught:
        plate.largest_T_in(275.0, (300.0, 320.0))
    assert f"{float(plate.solve(T_in=300.0).T_junction) - 273.15:.2f} degC" in caught.value.accepted
    with pytest.raises(NoSolutionError, match="no clock") as caught:
        plate.largest_frequency(300.0, volume_flow=2e-5, T_in=310.0)
    assert "frequency 0" in caught.value.accepted


def test_the_best_may_lie_at_the_edge_of_the_pressure_there_is():
    plate = coarse("microchannel-1kw")
    with pytest.raises(NoSolutionError) as caught:
        plate.flow_for(310.0)
    assert "loses more pressure" in caught.value.accepted
    found = float(caught.value.accepted.split(" degC")[0]) + 273.15
    flows = np.geomspace(2e-5, 3e-4, 60)
    with pytest.warns(UserWarning, match="loses more pressure"):
        least = float(plate.sweep(flow=flows).T_junction.min())
    assert found <= least + 0.006
    answer = plate.flow_for(355.0)
    assert not answer.monotonic
    assert "loses more pressure" in answer.note


def test_a_limit_that_always_holds_is_not_the_limit(plate):
    answer = plate.flow_for(390.0, (2e-5, 5e-5))
    assert (answer.value, answer.at_bound) == (2e-5, True)
    assert "up to the end of the bounds" in answer.note
    assert "at_bound: True" in repr(answer)


@given(
    edge=st.floats(0.02, 0.98),
    steepness=st.floats(0.1, 1e4),
    power=st.floats(0.2, 5.0),
    cliff=st.floats(0.0, 1.0),
)
def test_any_rising_function_is_met_below_the_limit(edge, steepness, power, cliff):
    """T = 350 + a (x^p - edge^p), without a solution beyond a cliff: the smaller of both is the answer."""

    def junction(frequency):
        T = 350.0 + steepness * (frequency**power - edge**power)
        return None if frequency > cliff else T

    answer = extreme_state(stand_in(junction), "frequency", 350.0, (0.0, 1.0))
    expected = min(edge, cliff)
    assert answer.value <= expected + 1e-12
    x = answer.value
    assert steepness * (edge**power - x**power) <= CLOSE or expected - x <= 2e-7
    assert float(answer.result.T_junction) <= 350.0


def test_the_side_that_is_asked_for_counts_where_several_windows_keep_the_limit():
    def waves(**state):
        return 350.0 + math.sin(4.0 * math.pi * state[next(iter(state))])

    # Below 350 between 0.25 and 0.5 and between 0.75 and 1.
    flow = extreme_state(stand_in(waves), "volume_flow", 350.0, (0.05, 0.95))
    assert flow.value == pytest.approx(0.25, abs=1e-5)
    assert flow.value >= 0.25
    assert not flow.monotonic
    assert "larger" in flow.note
    clock = extreme_state(stand_in(waves), "frequency", 350.0, (0.05, 0.95))
    assert (clock.value, clock.at_bound, clock.monotonic) == (0.95, True, False)
    T_in = extreme_state(stand_in(waves), "T_in", 350.0, (0.05, 0.7))
    assert T_in.value == pytest.approx(0.5, abs=1e-5)
    assert "smaller" in T_in.note


def test_a_jump_of_the_junction_is_named():
    answer = extreme_state(
        stand_in(lambda frequency: 300.0 if frequency < 0.4 else 400.0), "frequency", 350.0, (0.0, 1.0)
    )
    assert answer.value == pytest.approx(0.4, abs=2e-7)
    assert "a jump" in answer.note


def test_no_solution_anywhere_is_told():
    with pytest.raises(NoSolutionError) as caught:
        extreme_state(stand_in(lambda frequency: None), "frequency", 350.0, (0.0, 1.0))
    assert "no steady state" in caught.value.accepted


@pytest.mark.parametrize(
    ("method", "arguments", "key"),
    [
        ("flow_for", {"volume_flow": 1e-5}, "volume_flow"),
        ("flow_for", {"mass_flow": 1e-2}, "mass_flow"),
        ("largest_T_in", {"T_in": 300.0}, "T_in"),
        ("largest_frequency", {"T_in": [300.0, 310.0]}, "T_in"),
        ("largest_frequency", {"T_junction": float("nan")}, "T_junction"),
        ("largest_frequency", {"T_junction": -5.0}, "T_junction"),
        ("largest_frequency", {"bounds": (1.0, 0.5)}, "bounds of frequency"),
        ("largest_frequency", {"bounds": (-1.0, 0.5)}, "bounds of frequency"),
        ("flow_for", {"bounds": (0.0, 1e-4)}, "bounds of volume_flow"),
        ("flow_for", {"bounds": (1e-5, math.inf)}, "bounds of volume_flow"),
        ("flow_for", {"chips__resistance": 1.0}, "chips.resistance"),
    ],
)
def test_questions_that_make_no_sense_are_refused(plate, method, arguments, key):
    with pytest.raises(InputError) as caught:
        getattr(plate, method)(**arguments)
    assert not isinstance(caught.value, NoSolutionError)
    assert caught.value.key == key


def test_an_unknown_that_is_none_is_refused(plate):
    with pytest.raises(InputError, match="cannot be asked for"):
        extreme_state(plate, "voltage")


def test_the_limit_given_among_the_numbers_is_the_one_that_counts(plate):
    answer = plate.flow_for(chips__limit=360.0)
    assert 360.0 - CLOSE <= float(answer.result.T_junction) <= 360.0
    assert answer.value == plate.flow_for(360.0).value
    # The argument comes before the number of the file.
    assert plate.flow_for(360.0, chips__limit=370.0).value == answer.value


@pytest.mark.parametrize(
    ("method", "key", "value"),
    [
        ("flow_for", "design__flow", 5e-5),
        ("flow_for", "design.flow", 5e-5),
        ("largest_T_in", "design__T_in", 320.0),
    ],
)
def test_the_design_number_of_what_is_sought_is_refused_by_name(plate, method, key, value):
    with pytest.raises(InputError, match="both given and sought") as caught:
        getattr(plate, method)(360.0, **{key: value})
    assert caught.value.key == key


def test_the_inlets_looked_at_are_those_of_the_pressure_given(plate):
    """The bounds end below boiling at the pressure, whichever way it is given."""
    by_number = plate.largest_T_in(500.0, design__pressure=1.2e5, power__chip=1.0, fluid="water")
    by_argument = plate.largest_T_in(500.0, pressure=1.2e5, power__chip=1.0, fluid="water")
    assert by_number.value == by_argument.value
    assert by_number.note == by_argument.note
