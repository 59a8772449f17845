"""Fouling from a measurement: known fouling found again, doubt against drawn readings, and what is told."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.errors import NoSolutionError
from hashheat.components.exchanger_fouling import (
    FLOW_SIGMA,
    READINGS,
    TEMPERATURE_SIGMA,
    fouling_from_measurement,
)
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import InputError

STATE = {"hot_mass_flow": 4.0, "cold_mass_flow": 5.0, "hot_T_in": 353.15, "cold_T_in": 313.15}
SIGMA = {key: 0.004 * STATE[key] if key.endswith("flow") else 0.05 for key in READINGS}


@pytest.fixture(scope="module")
def exchanger():
    return PlateHeatExchanger.named("g-010", 21, nusselt_factor=(1.0, 1.0))


def measure(exchanger, fouling, **options):
    """Readings of an exchanger with this fouling, without any error."""
    dirty = replace(exchanger, fouling=(fouling, 0.0), **options)
    T = dirty.rate(**STATE, tolerance=1e-9, infinite_plates=True)["T_out"].values
    return {**STATE, "hot_T_out": float(T[0]), "cold_T_out": float(T[1])}


def find(exchanger, measured, **options):
    return fouling_from_measurement(exchanger, measured, infinite_plates=True, **options)


@pytest.mark.parametrize("fouling", [0.0, 2e-5, 1.5e-4])
def test_known_fouling_is_found(exchanger, fouling):
    found = find(exchanger, measure(exchanger, fouling))
    assert found.value == pytest.approx(fouling, abs=2e-10)
    assert found.balanced
    assert abs(found.heat_imbalance) < 1e-9
    assert float(found.rating["heat_rate"]) == pytest.approx(found.heat_rate, rel=1e-7)
    assert found.U == pytest.approx(float(found.rating["UA"]) / exchanger.area)


def test_hot_side_may_be_the_colder(exchanger):
    state = {**STATE, "hot_T_in": 313.15, "cold_T_in": 353.15}
    dirty = replace(exchanger, fouling=(3e-5, 0.0))
    T = dirty.rate(**state, tolerance=1e-9, infinite_plates=True)["T_out"].values
    found = find(exchanger, {**state, "hot_T_out": float(T[0]), "cold_T_out": float(T[1])})
    assert found.heat_rate < 0.0
    assert found.value == pytest.approx(3e-5, abs=2e-10)


def test_ports_and_end_plates_are_in_the_model():
    real = PlateHeatExchanger.named("g-010", 11, fouling=(1e-5, 3e-5))
    T = real.rate(**STATE, tolerance=1e-9)["T_out"].values
    found = fouling_from_measurement(real, {**STATE, "hot_T_out": float(T[0]), "cold_T_out": float(T[1])})
    assert found.value == pytest.approx(4e-5, abs=2e-10)


def test_heats_of_both_sides(exchanger):
    measured = measure(exchanger, 5e-5) | {"hot_T_out": 330.0, "cold_T_out": 332.0}

    def h(T):
        return PropsSI("H", "T", T, "P", 6e5, "Water")

    found = find(exchanger, measured)
    hot, cold = 4.0 * (h(353.15) - h(330.0)), 5.0 * (h(332.0) - h(313.15))
    assert found.heat_hot == pytest.approx(hot, rel=1e-5)
    assert found.heat_cold == pytest.approx(cold, rel=1e-5)
    # Weighed by the inverse of the variances; cp changes by 1e-3 between the ends of a reading.
    C_hot, C_cold = 4.0 * 4188.0, 5.0 * 4180.0
    s_hot = np.hypot(FLOW_SIGMA * hot, np.sqrt(2.0) * TEMPERATURE_SIGMA * C_hot)
    s_cold = np.hypot(FLOW_SIGMA * cold, np.sqrt(2.0) * TEMPERATURE_SIGMA * C_cold)
    weight = s_cold**2 / (s_hot**2 + s_cold**2)
    assert found.heat_rate == pytest.approx(weight * hot + (1.0 - weight) * cold, rel=1e-4)
    assert found.heat_sigma == pytest.approx(s_hot * s_cold / np.hypot(s_hot, s_cold), rel=5e-3)
    assert found.imbalance_sigma == pytest.approx(np.hypot(s_hot, s_cold) / found.heat_rate, rel=5e-3)
    assert found.heat_imbalance == pytest.approx((hot - cold) / found.heat_rate, rel=1e-4)


def test_imbalance_is_flagged(exchanger):
    measured = measure(exchanger, 5e-5)
    wrong = find(exchanger, {**measured, "hot_mass_flow": 1.1 * measured["hot_mass_flow"]})
    assert not wrong.balanced
    assert "a reading is wrong" in wrong.note
    # The same disagreement is within the doubt of poor meters.
    poor = {**measured, "hot_mass_flow": (1.1 * measured["hot_mass_flow"], 0.4)}
    assert find(exchanger, poor).balanced
    exact = {key: (value, 0.0) for key, value in measured.items()} | {
        "hot_T_out": (measured["hot_T_out"] - 1.0, 0.0)
    }
    none = find(exchanger, exact)
    assert not none.balanced
    assert none.sigma == 0.0
    assert none.heat_rate == pytest.approx(0.5 * (none.heat_hot + none.heat_cold))


def test_exact_side_is_believed(exchanger):
    measured = measure(exchanger, 5e-5)
    believed = {
        **measured,
        **{key: (measured[key], 0.0) for key in ("cold_mass_flow", "cold_T_in", "cold_T_out")},
        "hot_T_out": measured["hot_T_out"] + 0.5,
    }
    found = find(exchanger, believed)
    assert found.heat_rate == found.heat_cold
    assert found.contributions["cold_T_out"] == 0.0


def test_doubt_against_drawn_readings(exchanger):
    exact = measure(exchanger, 6e-5)
    with_sigma = {key: (value, SIGMA[key]) for key, value in exact.items()}
    told = find(exchanger, with_sigma)
    n = 30 if numba.config.DISABLE_JIT else 60
    rng = np.random.default_rng(11)
    drawn = []
    for _ in range(n):
        noisy = {
            key: (value + SIGMA[key] * rng.standard_normal(), SIGMA[key]) for key, value in exact.items()
        }
        drawn.append(find(exchanger, noisy).value)
    # The standard deviation of n draws has itself one of 1 / sqrt(2 n); three of them.
    assert np.std(drawn, ddof=1) == pytest.approx(told.sigma, rel=3.0 / np.sqrt(2.0 * n))
    assert np.mean(drawn) == pytest.approx(6e-5, abs=3.5 * told.sigma / np.sqrt(n))
    parts = np.array(list(told.contributions.values()))
    assert np.sqrt((parts**2).sum()) == pytest.approx(told.sigma, rel=1e-12)


def test_cleaner_than_the_model(exchanger):
    clean = exchanger.rate(**STATE, infinite_plates=True)
    measured = measure(exchanger, 0.0, nusselt_factor=(1.15, 1.15))
    found = find(exchanger, measured)
    films = (1.0 / clean["htc"].values).sum()
    # Films of 1 / 1.15 of their resistance look like a fouling of minus the difference.
    assert found.value == pytest.approx(-(1.0 - 1.0 / 1.15) * films, rel=0.03)
    assert "cleaner than the model: recalibrate" in found.note
    with pytest.raises(NoSolutionError, match="no fouling explains"):
        find(exchanger, measure(exchanger, 0.0, nusselt_factor=(10.0, 10.0)))


def test_doubt_about_the_films():
    unit = PlateHeatExchanger.named("g-010", 21)
    measured = measure(unit, 8e-5)
    found = find(unit, measured)
    # The plate file says 0.8 .. 1.2: a uniform distribution.
    doubt = 0.4 / np.sqrt(12.0)
    films = (1.0 / found.rating["htc"].values).sum()
    assert found.model_sigma == pytest.approx(doubt * films, rel=0.02)
    assert find(unit, measured, Nu_sigma=0.05).model_sigma == pytest.approx(0.05 * films, rel=0.02)
    assert find(replace(unit, nusselt_factor=(1.0, 1.0)), measured).model_sigma == 0.0
    assert "not told from a clean" not in find(unit, measured, Nu_sigma=0.05).note
    assert "not told from a clean" in find(unit, measure(unit, 1e-6)).note


GOOD = {**STATE, "hot_T_out": 330.0, "cold_T_out": 331.0}


@pytest.mark.parametrize(
    ("measured", "key"),
    [
        ({key: value for key, value in GOOD.items() if key != "hot_T_out"}, "hot_T_out"),
        ({**GOOD, "T_out": 330.0}, "T_out"),
        ({**GOOD, "hot_mass_flow": 0.0}, "hot_mass_flow"),
        ({**GOOD, "hot_mass_flow": (4.0, -0.1)}, "hot_mass_flow"),
        ({**GOOD, "cold_T_in": (313.0, 0.1, 0.2)}, "cold_T_in"),
        ({**GOOD, "cold_T_in": "warm"}, "cold_T_in"),
        ({**GOOD, "cold_T_in": float("nan")}, "cold_T_in"),
        ({**GOOD, "hot_T_out": 500.0}, "hot_T_out"),
        ({**GOOD, "cold_T_out": 312.0}, "hot_T_out, cold_T_out"),
        ({**GOOD, "hot_T_in": 300.0, "hot_T_out": 290.0, "cold_T_in": 340.0}, "hot_T_out, cold_T_out"),
    ],
)
def test_what_is_refused(exchanger, measured, key):
    with pytest.raises(InputError) as caught:
        find(exchanger, measured)
    assert caught.value.key == key
