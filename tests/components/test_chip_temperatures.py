"""Chips in a liquid: heat balance, leakage in closed form, runaway where it must be, and what is refused."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import lambertw

from hashheat.components.chip_temperatures import chip_temperatures
from hashheat.components.errors import CoolantRangeError, RunawayError
from hashheat.components.heat_sink import PlateFins
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.sink_film import sink_conductances, sink_film
from hashheat.solvers import serpentine as sp


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oil_sinks = beside("oil_sinks")
OIL, PLAIN = oil_sinks.OIL, oil_sinks.PLAIN
FILM = sink_film(oil_sinks.make_stack(oil_sinks.make_sink(chips=6)), footprint=6e-5)
#: Fins so far apart that the natural part rules.
WIDE = sink_film(
    oil_sinks.make_stack(oil_sinks.make_sink(fins=PlateFins(0.02, 0.001, 0.013), width=0.052, chips=6))
)


def constant_resistance(R):
    """Junction to liquid with constant properties and no buoyancy: the film does not know the heat."""
    G = sink_conductances(FILM, PLAIN, 0.01, 313.15, 313.15, 0.0).conductance
    return R + 1.0 / float(G)


def test_plain_chips_are_ohmic():
    found = chip_temperatures(FILM, PLAIN, 313.15, 0.01, ChipHeat(0.6, [5.0, 9.0]), gravity_along=0.0)
    rise = constant_resistance(0.6) * np.array([5.0, 9.0])
    assert found.T_junction == pytest.approx(313.15 + rise, rel=1e-10)
    assert found.T_case == pytest.approx(313.15 + rise - 0.6 * np.array([5.0, 9.0]), rel=1e-10)
    assert found.loop_gain.tolist() == [0.0, 0.0]


def lambert(T, R, P, P_leak, T_leak, scale):
    """Lower branch of T_j = T + R (P + P_leak exp((T_j - T_leak) / scale)); NaN where there is none."""
    z = -R * P_leak / scale * math.exp((T + R * P - T_leak) / scale)
    return T + R * P - scale * lambertw(z).real if z >= -math.exp(-1.0) else math.nan


@pytest.mark.parametrize("P_leak", [0.0, 0.1, 0.5, 1.5])
def test_leakage_in_closed_form(P_leak):
    found = chip_temperatures(
        FILM, PLAIN, 313.15, 0.01, ChipHeat(0.6, 9.0, P_leak, 333.15, 30.0), gravity_along=0.0
    )
    T = lambert(313.15, constant_resistance(0.6), 9.0, P_leak, 333.15, 30.0)
    assert found.T_junction == pytest.approx(T, rel=1e-10)
    assert found.power == pytest.approx(9.0 + P_leak * math.exp((T - 333.15) / 30.0), rel=1e-8)


@pytest.mark.parametrize("scale", [8.0, 15.0])
def test_runaway_where_the_closed_form_has_no_solution(scale):
    R = constant_resistance(0.6)
    edge = scale / R * math.exp(-1.0 - (313.15 + 9.0 * R - 333.15) / scale)
    below = chip_temperatures(
        FILM, PLAIN, 313.15, 0.01, ChipHeat(0.6, 9.0, 0.9999 * edge, 333.15, scale), gravity_along=0.0
    )
    assert 0.95 < below.loop_gain < 1.0
    with pytest.raises(RunawayError, match="leakage"):
        chip_temperatures(
            FILM, PLAIN, 313.15, 0.01, ChipHeat(0.6, 9.0, 1.0001 * edge, 333.15, scale), gravity_along=0.0
        )


def surplus(film, liquid, base, T, U, R, board, back, heat):
    """Power less heat at a temperature of the base, from the film alone."""
    G = float(sink_conductances(film, liquid, U, T, base).conductance)
    flow = G * (base - T)
    T_j = base + R * flow
    drawn = heat.P_dynamic + heat.P_leak * math.exp((T_j - heat.T_leak) / heat.leak_scale)
    return drawn - flow - (T_j - T) * (board + 1.0 / (back + 1.0 / G)), T_j


@pytest.mark.parametrize("film", [FILM, WIDE])
@pytest.mark.parametrize(
    ("T", "U", "board", "back"),
    [
        (318.0, 0.004, 0.0, math.inf),
        (308.0, -0.01, 0.02, math.inf),
        (325.0, 0.0, 0.0, 4.0),
        (318.0, -0.05, 0.05, 2.0),
    ],
)
def test_own_root_of_the_balance(film, T, U, board, back):
    heat = ChipHeat(0.6, 8.0, 0.4, 333.15, 30.0)
    found = chip_temperatures(film, OIL, T, U, heat, board_conductance=board, back_resistance=back)
    base = brentq(lambda b: surplus(film, OIL, b, T, U, 0.6, board, back, heat)[0], T, T + 60.0, xtol=1e-11)
    assert found.T_case == pytest.approx(base, abs=1e-7)
    assert found.T_junction == pytest.approx(
        surplus(film, OIL, base, T, U, 0.6, board, back, heat)[1], abs=1e-7
    )


def test_heat_of_every_chip_goes_somewhere():
    rng = np.random.default_rng(5)
    shape = (3, 4, 5)
    T, U = 305.0 + 25.0 * rng.random(shape), 0.1 * rng.normal(size=shape)
    heat = ChipHeat(0.5 + 0.2 * rng.random(shape), 6.0 + 6.0 * rng.random(shape), 0.3, 340.0, 25.0)
    found = chip_temperatures(WIDE, OIL, T, U, heat, board_conductance=0.03, back_resistance=5.0)
    assert found.T_junction.shape == shape
    G = sink_conductances(WIDE, OIL, U, T, found.T_case).conductance
    front = G * (found.T_case - T)
    rise = found.T_junction - T
    assert front + rise * (0.03 + 1.0 / (5.0 + 1.0 / G)) == pytest.approx(found.power, rel=1e-8)
    assert (found.T_junction - found.T_case) / np.asarray(heat.resistance) == pytest.approx(front, rel=1e-8)
    leak = 0.3 * np.exp((found.T_junction - 340.0) / 25.0)
    assert found.power == pytest.approx(np.asarray(heat.P_dynamic) + leak, rel=1e-10)


def test_runaway_with_a_film_that_grows_with_the_heat():
    """The largest leakage with a steady state, by an own scan, against the verdict on both sides of it."""
    T, U, R, scale = 318.0, 0.002, 0.6, 10.0

    def lowest(P_leak):
        heat = ChipHeat(R, 9.0, P_leak, 333.15, scale)
        bases = np.linspace(T, T + 50.0, 1500)
        return min(surplus(WIDE, OIL, b, T, U, R, 0.0, math.inf, heat)[0] for b in bases)

    edge = brentq(lowest, 1e-3, 50.0, rtol=1e-5)
    heat = ChipHeat(R, 9.0, 0.998 * edge, 333.15, scale)
    found = chip_temperatures(WIDE, OIL, T, U, heat)
    assert surplus(WIDE, OIL, float(found.T_case), T, U, R, 0.0, math.inf, heat)[0] == pytest.approx(
        0.0, abs=1e-6
    )
    with pytest.raises(RunawayError):
        chip_temperatures(WIDE, OIL, T, U, ChipHeat(R, 9.0, 1.002 * edge, 333.15, scale))


def test_liquid_beyond_its_range_at_the_sink():
    short = OIL._replace(T_max=330.0)
    with pytest.raises(CoolantRangeError, match=r"chip \[0, 1\].*1 of 2"):
        chip_temperatures(FILM, short, [[318.0, 318.0]], 0.005, ChipHeat(0.6, [[2.0, 25.0]]))


def test_status_in_place_of_an_error():
    heat = ChipHeat(0.6, [2.0, 2.0, 60.0], [0.1, 40.0, 0.0], 333.15, 20.0)
    found = chip_temperatures(FILM, OIL, 318.0, 0.005, heat, strict=False)
    assert found.status.tolist() == [sp.OK, sp.RUNAWAY, sp.OUT_OF_RANGE]
    assert all(np.isfinite(values).all() for values in found)
    alone = chip_temperatures(FILM, OIL, 318.0, 0.005, ChipHeat(0.6, 2.0, 0.1, 333.15, 20.0))
    assert alone.T_junction == found.T_junction[0]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"T_liquid": 500.0}, "T_liquid"),
        ({"T_liquid": math.nan}, "T_liquid"),
        ({"velocity": math.inf}, "velocity"),
        ({"board_conductance": -0.1}, "board_conductance"),
        ({"back_resistance": 0.0}, "back_resistance"),
        ({"heat": ChipHeat(-0.1, 5.0)}, "resistance"),
        ({"heat": ChipHeat(0.1, math.nan)}, "P_dynamic"),
        ({"heat": ChipHeat(0.1, 5.0, 0.1, 333.0, 0.0)}, "leak_scale"),
        ({"heat": ChipHeat(0.1, [5.0, 6.0]), "T_liquid": [310.0, 311.0, 312.0]}, "fit each other"),
    ],
)
def test_what_cannot_be(change, match):
    given = {"T_liquid": 313.0, "velocity": 0.0, "heat": ChipHeat(0.6, 5.0)} | change
    with pytest.raises(HeatSinkError, match=match):
        chip_temperatures(FILM, OIL, **given)
