"""Calibration: known constants found again, honest intervals, another maker's physics predicted, what is told."""

import math
import tomllib
from dataclasses import replace

import fluids
import ht
import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from scipy.stats import binom

from hashheat.components.errors import CalibrationError
from hashheat.components.exchanger_calibration import VendorPoint, calibrate
from hashheat.components.exchanger_plate import Law
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.vendor_points import STATE
from hashheat.thermo.errors import InputError

SLOW = bool(numba.config.DISABLE_JIT)
SIDES = ("hot", "cold")
FLOWS = ((4.0, 5.0), (2.0, 2.5), (3.0, 2.2), (1.2, 4.0), (5.0, 3.0))
READINGS = ("hot_T_out", "cold_T_out", "hot_pressure_drop", "cold_pressure_drop", "heat_rate")


def state_of(flows, hot=353.15, cold=313.15):
    return dict(zip(STATE, (*flows, hot, cold)))


def rated_point(exchanger, flows, keys, rng=None, sigma=0.01, **options):
    """A point that this exchanger's own model gives, with relative noise on heat and pressure drops."""
    state = state_of(flows)
    rating = exchanger.rate(**state, tolerance=1e-9, infinite_plates=True)
    T, drops = rating["T_out"].values, rating["pressure_drop"].values
    exact = dict(zip(READINGS, (*T, *drops, float(rating["heat_rate"]))))
    point = {}
    for key in keys:
        spread = sigma * abs(exact[key] - (state[f"{key[:-4]}_in"] if key.endswith("T_out") else 0.0))
        noise = 0.0 if rng is None else spread * rng.standard_normal()
        point[key] = (float(exact[key] + noise), float(spread))
    return {**state, **point, **options}


def fit(exchanger, points, **options):
    return calibrate(exchanger, points, infinite_plates=True, **options)


@pytest.fixture(scope="module")
def exchanger():
    return PlateHeatExchanger.named("g-010", 21)


# -- known constants ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "start", "truth"),
    [
        ("martin", {}, {"lead": 0.15, "f_factor": 1.3}),
        ("martin", {}, {"lead": 0.10, "exponent": 0.39, "f_factor": 0.8}),
        ("wanniarachchi", {}, {"Nu_factor": 0.85, "f_factor": 1.1}),
        ("power law", {"C": 0.3, "m": 0.66, "a": 4.0, "b": 0.2}, {"C": 0.4, "m": 0.63, "a": 7.0, "b": 0.26}),
    ],
)
def test_known_constants_are_found(exchanger, law, start, truth):
    unit = replace(exchanger, correlation=law, constants=start)
    factors = {"Nu_factor": "nusselt_factor", "f_factor": "friction_factor"}
    of_law = {key: value for key, value in truth.items() if key not in factors}
    of_unit = {factors[key]: (value, value) for key, value in truth.items() if key in factors}
    real = replace(unit, constants={**start, **of_law}, **of_unit)
    points = [
        rated_point(real, flows, READINGS[:1] + READINGS[2:4], sigma=1e-4)
        for flows in FLOWS[: 2 if SLOW else 4]
    ]
    found = fit(unit, points, free=tuple(truth))
    for key, value in truth.items():
        # The readings are exact; what is left is their numerical error and the pull of the weak priors.
        assert found.values[key] == pytest.approx(value, rel=1e-3), key
        assert abs(found.values[key] - value) < 0.2 * found.sigma[key]
    assert found.identifiable
    assert max(abs(r.in_sigma) for r in found.residuals) < 0.1
    again = found.exchanger.rate(**state_of(FLOWS[4]), infinite_plates=True)
    np.testing.assert_allclose(
        again["T_out"], real.rate(**state_of(FLOWS[4]), infinite_plates=True)["T_out"], atol=2e-3
    )


def test_intervals_cover(exchanger):
    truth = {"lead": 0.14, "f_factor": 1.2}
    real = replace(exchanger, constants={"lead": truth["lead"]}, friction_factor=(truth["f_factor"],) * 2)
    rng = np.random.default_rng(50)
    draws = 8 if SLOW else 50
    inside = dict.fromkeys(truth, 0)
    for _ in range(draws):
        points = [rated_point(real, flows, READINGS[:4:3], rng) for flows in FLOWS[:3]]
        found = fit(exchanger, points)
        for key, value in truth.items():
            inside[key] += abs(found.values[key] - value) < 1.96 * found.sigma[key]
    for key in truth:
        # 85 % of 50 draws; of few, what chance leaves of an interval that does cover.
        least = binom.ppf(1e-3, draws, 0.95) / draws if SLOW else 0.85
        assert inside[key] / draws >= least, (key, inside)


def test_doubt_of_one_constant_by_hand(exchanger):
    # One heat with 2 %: the standard deviation of the constant is that of the heat over its elasticity.
    real = replace(exchanger, nusselt_factor=(1.1, 1.1))
    point = rated_point(real, FLOWS[0], ("heat_rate",), sigma=0.02)
    found = fit(exchanger, [point], free=("Nu_factor",))
    heats = [
        float(
            replace(exchanger, nusselt_factor=(f, f)).rate(**state_of(FLOWS[0]), infinite_plates=True)[
                "heat_rate"
            ]
        )
        for f in (1.1 * 0.98, 1.1 * 1.02)
    ]
    elasticity = math.log(heats[1] / heats[0]) / math.log(1.02 / 0.98)
    alone = 0.02 / elasticity
    # With the weak prior, a factor of e, as a second reading.
    assert found.values["Nu_factor"] == pytest.approx(1.1, rel=1e-3)
    assert found.sigma["Nu_factor"] == pytest.approx(1.1 * alone / math.hypot(1.0, alone), rel=1e-3)
    assert found.dof == 0
    assert found.covariance[0, 0] == pytest.approx(found.sigma["Nu_factor"] ** 2)


# -- another maker's physics --------------------------------------------------------------------------------------


def synthetic_vendor(exchanger, flows, hot, cold):
    """A made-up selection program: Kumar by `ht` and `fluids`, mean properties, e-NTU. Nothing measured."""
    p, T_in = exchanger.numbers, (hot, cold)
    T_out = [0.5 * (hot + cold)] * 2
    for _ in range(40):
        films, capacity, drops = [], [], []
        for side in range(2):
            T = 0.5 * (T_in[side] + T_out[side])
            rho, mu, k, cp = (PropsSI(key, "T", T, "P", 6e5, "Water") for key in ("D", "V", "L", "C"))
            G = flows[side] / exchanger.channels[side] / p.channel_flow_area
            Re, Pr = G * p.hydraulic_diameter / mu, cp * mu / k
            angle = 90.0 - exchanger.channel_angle  # Kumar counts from the horizontal
            films.append(ht.Nu_plate_Kumar(Re, Pr, angle) * k / p.hydraulic_diameter)
            f = fluids.friction_plate_Kumar(Re, angle)
            port = flows[side] / p.port_area
            drops.append(
                f * p.flow_length / p.hydraulic_diameter * G * G / (2.0 * rho) + 1.4 * port**2 / (2.0 * rho)
            )
            capacity.append(flows[side] * cp)
        U = 1.0 / (1.0 / films[0] + 1.0 / films[1] + p.thickness / p.conductivity)
        least, most = sorted(capacity)
        NTU, C = U * exchanger.area / least, least / most
        e = (
            NTU / (1.0 + NTU)
            if C > 1.0 - 1e-9
            else (1.0 - math.exp(-NTU * (1.0 - C))) / (1.0 - C * math.exp(-NTU * (1.0 - C)))
        )
        heat = e * least * (hot - cold)
        T_out = [hot - heat / capacity[0], cold + heat / capacity[1]]
    return {
        "heat_rate": heat,
        "hot_T_out": T_out[0],
        "hot_pressure_drop": drops[0],
        "cold_pressure_drop": drops[1],
    }


CASES = (
    # (hot, cold) flow [kg/s] and inlets [K]: full load, part loads, a retrofit's larger flow, and cooler networks.
    ((4.0, 4.5), 353.15, 313.15),
    ((2.0, 2.2), 353.15, 313.15),
    ((3.0, 2.5), 348.15, 318.15),
    ((2.6, 4.0), 353.15, 308.15),
    ((3.4, 3.4), 343.15, 313.15),
    ((4.6, 5.0), 358.15, 323.15),
)


MARTIN = ({}, ("lead", "f_factor"))
#: Kumar's friction falls faster with Re than Martin's, which can only be scaled: a power law can be tilted.
POWER_LAW = (
    {"correlation": "power law", "constants": {"C": 0.3, "m": 0.66, "a": 10.0, "b": 0.2}},
    ("C", "m", "a", "b"),
)


@pytest.mark.parametrize(
    ("law", "given", "drop_limit"), [(MARTIN, (0,), 0.12), (MARTIN, (0, 1), 0.08), (POWER_LAW, (0, 1), 0.03)]
)
def test_few_points_of_another_correlation_predict_the_rest(law, given, drop_limit):
    options, free = law
    unit = PlateHeatExchanger.named("g-010", 21 if not SLOW else 11, **options)
    truth = [synthetic_vendor(unit, *case) for case in CASES]
    rng = np.random.default_rng(4)
    points = [
        {
            **state_of(*CASES[i]),
            "heat_rate": truth[i]["heat_rate"] * (1.0 + 0.003 * rng.standard_normal()),
            "hot_pressure_drop": truth[i]["hot_pressure_drop"] * (1.0 + 0.01 * rng.standard_normal()),
            "cold_pressure_drop": truth[i]["cold_pressure_drop"] * (1.0 + 0.01 * rng.standard_normal()),
            "source": "synthetic: Kumar, mean properties",
        }
        for i in given
    ]
    before = unit.rate(**state_of(*CASES[1]))
    found = calibrate(unit, points, free=free)
    rest = [i for i in range(len(CASES)) if i not in given]
    columns = {key: np.array([state_of(*CASES[i])[key] for i in rest]) for key in STATE}
    told = found.predict(**columns)
    heat = np.array([truth[i]["heat_rate"] for i in rest])
    off = told["heat_rate"].values / heat - 1.0
    assert np.abs(off).max() < 0.025
    # Uncalibrated, Martin is further from Kumar than that.
    assert abs(float(before["heat_rate"]) / truth[1]["heat_rate"] - 1.0) > 0.025
    assert np.all(np.abs(off) < 3.0 * (told["heat_rate_sigma"] / told["heat_rate"]).values)
    drops = np.array([[truth[i][f"{side}_pressure_drop"] for side in SIDES] for i in rest])
    assert np.abs(told["pressure_drop"].values / drops - 1.0).max() < drop_limit
    assert np.all(np.abs(told["pressure_drop"] - drops) < 3.0 * told["pressure_drop_sigma"])
    assert found.identifiable
    # Two flows fix factor and exponent of a power law together rather than each.
    assert any("hardly separate" in note and "C and m" in note for note in found.notes) == ("m" in free)
    assert "synthetic: Kumar" in told.attrs["calibrated"]


def test_predicted_doubt_by_hand(exchanger):
    real = replace(exchanger, nusselt_factor=(1.1, 1.1))
    point = rated_point(real, FLOWS[0], ("heat_rate", "hot_pressure_drop"), sigma=0.02)
    scatter = {"Nu": 0.04, "f": 0.1}
    found = fit(exchanger, [point], free=("Nu_factor", "f_factor"), model_scatter=scatter)
    told = found.predict(**state_of(FLOWS[1]))

    def rate(**factors):
        pairs = {key: (value, value) for key, value in factors.items()}
        return replace(found.exchanger, **pairs).rate(**state_of(FLOWS[1]), infinite_plates=True)

    Nu, f = found.values["Nu_factor"], found.values["f_factor"]
    relative = math.hypot(found.sigma["Nu_factor"] / Nu, 0.04)
    slope = (rate(nusselt_factor=1.01 * Nu)["heat_rate"] - rate(nusselt_factor=0.99 * Nu)["heat_rate"]) / 0.02
    assert float(told["heat_rate_sigma"]) == pytest.approx(float(slope) * relative, rel=0.01)
    relative = math.hypot(found.sigma["f_factor"] / f, 0.1)
    slope = (rate(friction_factor=1.01 * f) - rate(friction_factor=0.99 * f))["channel_pressure_drop"] / 0.02
    np.testing.assert_allclose(told["pressure_drop_sigma"], slope * relative, rtol=0.02)
    assert told["T_out_sigma"].attrs["units"] == "K"
    many = found.predict(**(state_of(FLOWS[1]) | {"hot_mass_flow": np.array([2.0, 3.0])}))
    assert many["heat_rate_sigma"].dims == ("case",)
    assert many["T_out_sigma"].dims == ("case", "side")
    assert float(many["heat_rate_sigma"][0]) == pytest.approx(float(told["heat_rate_sigma"]), rel=1e-4)


# -- what the points cannot tell ----------------------------------------------------------------------------------


def test_constants_that_only_work_together(exchanger):
    points = [rated_point(exchanger, flows, READINGS[:4:3]) for flows in FLOWS[:3]]
    # Martin's lead and a factor on Nu are the same thing twice.
    found = fit(exchanger, points, free=("lead", "Nu_factor", "f_factor"))
    assert not found.identifiable
    assert "do not separate lead and Nu_factor" in found.notes[0]
    assert found.singular_values[-1] < 1e-6 * found.singular_values[0]
    i, j = (found.names.index(key) for key in ("lead", "Nu_factor"))
    assert found.correlation[i, j] < -0.99
    # Alone each is next to unknown, but their product is not, and so the prediction is as sure as of one constant.
    assert found.sigma["lead"] > 0.5 * found.values["lead"]
    assert found.values["lead"] * found.values["Nu_factor"] == pytest.approx(0.122, rel=2e-3)
    one = fit(exchanger, points).predict(**state_of(FLOWS[1]))
    both = found.predict(**state_of(FLOWS[1]))
    assert float(both["heat_rate_sigma"]) == pytest.approx(float(one["heat_rate_sigma"]), rel=0.01)
    # A prior on one of them settles the other.
    known = fit(exchanger, points, free=("lead", "Nu_factor"), priors={"lead": (0.13, 0.0013)})
    assert known.values["lead"] == pytest.approx(0.13, rel=1e-3)
    # The points fix the product only, so all that is known of lead is its prior.
    assert known.sigma["lead"] == pytest.approx(0.0013, rel=0.01)
    assert known.sigma["Nu_factor"] < 0.03


def test_constants_that_no_reading_sees(exchanger):
    point = rated_point(exchanger, FLOWS[0], ("heat_rate", "hot_T_out"), status="measured")
    found = fit(exchanger, [point], free=("lead", "f_factor"))
    assert not found.identifiable
    assert "hardly see f_factor" in found.notes[0]
    # Nothing is known of it but the weak prior: a factor of e.
    assert found.sigma["f_factor"] == pytest.approx(1.0, rel=0.01)


def test_too_few_numbers(exchanger):
    point = rated_point(exchanger, FLOWS[0], ("heat_rate", "hot_T_out", "cold_T_out"))
    with pytest.raises(CalibrationError, match="fewer independent numbers") as caught:
        fit(exchanger, [point], free=("lead", "f_factor"))
    assert "2 constants, 1 numbers" in caught.value.found
    with pytest.raises(CalibrationError, match="and 1 priors"):
        fit(exchanger, [point], free=("lead", "f_factor", "exponent"), priors={"lead": (0.12, 0.01)})
    assert fit(exchanger, [point], free=("lead", "f_factor"), priors={"f_factor": (1.2, 0.1)}).values[
        "f_factor"
    ] == pytest.approx(1.2)


def test_points_that_disagree_enlarge_the_doubt(exchanger):
    agreeing = [rated_point(exchanger, flows, READINGS[:4:3]) for flows in FLOWS[: 2 if SLOW else 4]]
    calm = fit(exchanger, agreeing)
    torn = [dict(point) for point in agreeing]
    for point, off in zip(torn, (1.08, 0.92, 1.08, 0.92)):
        value, sigma = point["cold_pressure_drop"]
        point["cold_pressure_drop"] = (value * off, sigma)
    found = fit(exchanger, torn)
    assert calm.enlarged == 1.0
    assert calm.notes == ()
    assert found.enlarged == pytest.approx(math.sqrt(found.chi2 / found.dof))
    assert found.enlarged > 3.0
    assert "scatter" in found.notes[0]
    assert found.sigma["f_factor"] == pytest.approx(calm.sigma["f_factor"] * found.enlarged, rel=0.1)


def test_computed_readings_of_one_heat_weigh_as_one(exchanger):
    alone = fit(exchanger, [rated_point(exchanger, FLOWS[0], ("heat_rate",))], free=("lead",))
    keys = ("heat_rate", "hot_T_out", "cold_T_out")
    computed = fit(exchanger, [rated_point(exchanger, FLOWS[0], keys)], free=("lead",))
    measured = fit(exchanger, [rated_point(exchanger, FLOWS[0], keys, status="measured")], free=("lead",))
    assert computed.sigma["lead"] == pytest.approx(alone.sigma["lead"], rel=1e-3)
    assert measured.sigma["lead"] == pytest.approx(alone.sigma["lead"] / math.sqrt(3.0), rel=1e-3)
    assert (computed.dof, measured.dof) == (0, 2)


def test_residuals(exchanger):
    state = state_of(FLOWS[0])
    rating = exchanger.rate(**state, infinite_plates=True)
    T, drop = float(rating["T_out"][0]), float(rating["pressure_drop"][1])
    point = VendorPoint(
        **state, hot_T_out=(T - 0.3, 0.1), cold_pressure_drop=(0.9 * drop, 0.1 * drop), name="A"
    )
    # Priors so tight that nothing is fitted: the residuals are what was put in.
    found = fit(exchanger, [point], free=("lead",), priors={"lead": (0.122, 1e-9)})
    thermal, hydraulic = found.residuals
    assert (thermal.point, thermal.quantity) == (0, "hot_T_out")
    assert thermal.deviation == pytest.approx(0.3, abs=1e-4)
    assert thermal.in_sigma == pytest.approx(3.0, abs=1e-3)
    assert hydraulic.deviation == pytest.approx(100.0 / 9.0, rel=1e-4)
    assert hydraulic.in_sigma == pytest.approx(1.0, rel=1e-4)


def test_default_doubt_of_readings():
    state = state_of(FLOWS[0])
    point = VendorPoint(**state, cold_T_out=333.15, hot_pressure_drop=2e4, status="measured", heat_rate=4e5)
    readings = point.readings()
    assert readings["cold_T_out"].sigma == pytest.approx(0.3)  # 1.5 % of 20 K
    assert readings["heat_rate"].sigma == pytest.approx(6e3)
    assert readings["hot_pressure_drop"].sigma == pytest.approx(1e3)
    assert VendorPoint(**state, cold_T_out=314.15).readings()["cold_T_out"].sigma == 0.03


def test_table_goes_into_a_plate_file(exchanger):
    points = [
        rated_point(exchanger, flows, READINGS[:4:3], status="measured", source='test "A"')
        for flows in FLOWS[:2]
    ]
    found = fit(exchanger, points, free=("lead", "f_factor"))
    parsed = tomllib.loads(found.to_toml())["correlation"]
    law = Law.model_validate(parsed)
    assert law.name == "martin"
    assert law.constants == {"lead": pytest.approx(found.values["lead"])}
    assert law.f_factor.status == "calibrated"
    assert law.f_factor.nominal == pytest.approx(found.values["f_factor"], rel=1e-5)
    assert 'test "A"' in law.f_factor.source
    assert "2 measured" in law.Nu_factor.source
    # The friction's doubt: that of its factor and the scatter.
    relative = found.sigma["f_factor"] / found.values["f_factor"]
    assert law.f_factor.sigma == pytest.approx(law.f_factor.value * math.hypot(relative, 0.05), rel=0.01)
    port_loss = exchanger.plate.correlation.port_loss
    assert (law.port_loss.lower, law.port_loss.upper) == (port_loss.lower, port_loss.upper)
    # An exchanger of that plate file does what the fitted one does.
    plate = exchanger.plate.model_copy(update={"correlation": law})
    again = PlateHeatExchanger(plate, 21).rate(**state_of(FLOWS[2]), infinite_plates=True)
    fitted = found.exchanger.rate(**state_of(FLOWS[2]), infinite_plates=True)
    np.testing.assert_allclose(again["T_out"], fitted["T_out"], rtol=1e-8)
    np.testing.assert_allclose(again["pressure_drop"], fitted["pressure_drop"], rtol=1e-5)


POINT = {**state_of(FLOWS[0]), "hot_T_out": 335.0, "hot_pressure_drop": 3e4}


@pytest.mark.parametrize(
    ("points", "options", "key"),
    [
        ([], {}, "points"),
        ([state_of(FLOWS[0])], {}, "point"),
        ([{**POINT, "T_out": 330.0}], {}, "T_out"),
        ([{"hot_T_out": 330.0}], {}, ", ".join(STATE)),
        ([{**POINT, "hot_mass_flow": -1.0}], {}, "hot_mass_flow"),
        ([{**POINT, "hot_mass_flow": (4.0, 0.1)}], {}, "hot_mass_flow"),
        ([{**POINT, "hot_T_out": (330.0, 0.0)}], {}, "hot_T_out"),
        ([{**POINT, "hot_T_out": (330.0,)}], {}, "hot_T_out"),
        ([{**POINT, "status": "heard"}], {}, "status"),
        ([POINT], {"free": ("C",)}, "C"),
        ([POINT], {"free": ()}, "free"),
        ([POINT], {"free": "lead"}, "free"),
        ([POINT], {"free": ("lead", "lead")}, "free"),
        ([POINT], {"free": ("lead",), "priors": {"a": (3.8, 1.0)}}, "a"),
        ([POINT], {"free": ("lead",), "priors": {"lead": (0.1, 0.0)}}, "lead"),
    ],
)
def test_what_is_refused(exchanger, points, options, key):
    with pytest.raises(InputError) as caught:
        fit(exchanger, points, **options)
    assert caught.value.key == key


def test_sides_with_their_own_factors_are_refused(exchanger):
    with pytest.raises(CalibrationError, match="different factors"):
        fit(replace(exchanger, nusselt_factor=(1.0, 1.1)), [POINT])


@pytest.mark.parametrize(
    ("reading", "key"),
    [
        ({"heat_rate": 4e5}, "heat_rate"),
        ({"cold_T_out": 365.0}, "cold_T_out"),
        ({"hot_T_out": 300.0}, "hot_T_out"),
    ],
)
def test_a_point_beyond_the_second_law_is_named(reading, key):
    """2 kg/s of water over 40 K carry 335 kW at most."""
    state = {"hot_mass_flow": 2.0, "cold_mass_flow": 2.0, "hot_T_in": 353.15, "cold_T_in": 313.15}
    good = {**state, "heat_rate": 2e5}
    with pytest.raises(InputError, match="point 2") as caught:
        calibrate(PlateHeatExchanger.named("g-010", 41), [good, {**state, **reading}], free=("lead",))
    assert caught.value.key == key
