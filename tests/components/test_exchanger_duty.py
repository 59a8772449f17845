"""Duties: any sufficient set gives the same one, UA against TESPy's, and what cannot be is refused by name."""

import csv
import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from hashheat.components.duty_givens import KEYS, sufficient
from hashheat.components.duty_profile import Profile, mean_difference, pinch
from hashheat.components.errors import (
    ContradictoryDutyError,
    InfeasibleApproachError,
    SecondLawError,
    TemperatureCrossError,
    UnderspecifiedDutyError,
)
from hashheat.components.exchanger_duty import Duty, complete_duty
from hashheat.solvers.log_mean import log_mean
from hashheat.thermo.errors import BoilingError, FreezingError, HashheatError, InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import enthalpy
from hashheat.thermo.property_table import constant_properties

C = 273.15
P = {"hot_pressure": 6e5, "cold_pressure": 6e5}
TABLE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "phe" / "dh_duties.csv"

# Smaller end difference at the hot outlet, at the hot inlet; unequal flows, so that no end is tied to the other.
COUNTER = {"hot_T_in": 82.0 + C, "hot_T_out": 45.0 + C, "cold_T_in": 40.0 + C, "cold_T_out": 70.0 + C}
COUNTER_2 = {"hot_T_in": 90.0 + C, "hot_T_out": 52.0 + C, "cold_T_in": 35.0 + C, "cold_T_out": 85.0 + C}
PARALLEL = {"hot_T_in": 90.0 + C, "hot_T_out": 60.0 + C, "cold_T_in": 35.0 + C, "cold_T_out": 52.0 + C}


def kelvin(**celsius):
    return {k: v + C for k, v in celsius.items()}


def rows():
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


ROWS = rows()
needs_table = pytest.mark.skipif(not ROWS, reason="shared/reference/phe/dh_duties.csv is not there")


def of_row(row):
    names = {"hot_T_in": "Th_in", "hot_T_out": "Th_out", "cold_T_in": "Tc_in", "cold_T_out": "Tc_out"}
    return complete_duty(**P, hot_mass_flow=1.0, **{k: float(row[v]) + C for k, v in names.items()})


def quantities(duty):
    """Every quantity that can be given, of a complete duty."""
    found = {"heat_rate": duty.heat_rate, "approach": duty.approach}
    for i, side in enumerate(("hot", "cold")):
        for name in ("T_in", "T_out", "mass_flow", "volume_flow"):
            found[f"{side}_{name}"] = getattr(duty, name)[i]
    return found


def assert_same(duty, other, rel):
    for key, value in quantities(other).items():
        assert quantities(duty)[key] == pytest.approx(value, rel=rel), key


# -- figures of a duty --------------------------------------------------------------------------------------


@needs_table
@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['Th_in']}/{r['Th_out']}-{r['Tc_in']}/{r['Tc_out']}")
def test_reference_duties(row):
    duty = of_row(row)
    assert duty.lmtd == pytest.approx(float(row["LMTD_K"]), abs=0.0051)
    assert duty.theta == pytest.approx((float(row["theta_hot"]), float(row["theta_cold"])), abs=0.0051)
    # The table's effectiveness is that of the temperatures; in enthalpies it differs by a few 1e-4.
    assert duty.effectiveness == pytest.approx(float(row["effectiveness"]), abs=5e-4)
    if row["UA_W_K_per_kg_s_hot"]:
        assert duty.UA == pytest.approx(float(row["UA_W_K_per_kg_s_hot"]), rel=2e-3)
        assert duty.heat_rate == pytest.approx(1e3 * float(row["Q_kW_per_kg_s_hot"]), rel=1e-5)
        assert duty.mass_flow[1] == pytest.approx(float(row["m_cold_per_m_hot"]), rel=1e-5)


@needs_table
def test_reference_table_has_what_is_compared():
    assert sum(bool(row["UA_W_K_per_kg_s_hot"]) for row in ROWS) >= 5


@pytest.mark.parametrize("ends", [COUNTER, COUNTER_2], ids=["cold end", "hot end"])
def test_energy_balance_against_coolprop(ends):
    from CoolProp.CoolProp import PropsSI

    duty = complete_duty(hot_pressure=4e5, cold_pressure=9e5, heat_rate=2e6, **ends)
    for m, p, a, b in zip(duty.mass_flow, (4e5, 9e5), duty.T_in, duty.T_out):
        h = [PropsSI("H", "T", T, "P", p, "Water") for T in (a, b)]
        assert m * abs(h[0] - h[1]) == pytest.approx(2e6, rel=2e-6)
        rho = PropsSI("D", "T", a, "P", p, "Water")
        assert m / rho == pytest.approx(duty.volume_flow[0 if p == 4e5 else 1], rel=2e-6)


def test_ua_is_the_integral_over_coolprop_states():
    from CoolProp.CoolProp import PropsSI

    duty = complete_duty(**P, heat_rate=1e6, **COUNTER_2)
    h_in, h_out = (
        [PropsSI("H", "T", T, "P", 6e5, "Water") for T in pair] for pair in (duty.T_in, duty.T_out)
    )

    def per_heat(share):
        hot = PropsSI("T", "H", h_in[0] + share * (h_out[0] - h_in[0]), "P", 6e5, "Water")
        cold = PropsSI("T", "H", h_out[1] + share * (h_in[1] - h_out[1]), "P", 6e5, "Water")
        return 1e6 / (hot - cold)

    assert duty.UA == pytest.approx(quad(per_heat, 0.0, 1.0, epsrel=1e-8)[0], rel=2e-6)
    # The LMTD would miss it by far more than that.
    assert abs(duty.heat_rate / duty.lmtd / duty.UA - 1.0) > 4e-4


@pytest.mark.parametrize(("cold_end", "hot_end"), [(5.0, 5.0), (5.0, 5.0 + 1e-9), (1e-3, 40.0), (40.0, 1e-3)])
def test_ua_of_constant_heat_capacities_is_that_of_the_lmtd(cold_end, hot_end):
    hot = constant_properties(rho=1000.0, cp=4000.0, mu=1e-3, k=0.6)
    cold = constant_properties(rho=1000.0, cp=2500.0, mu=1e-3, k=0.6)
    T_in, T_out = (360.0, 310.0 - cold_end), (310.0, 360.0 - hot_end)
    profile = Profile.of((hot, cold), T_in, T_out, True)
    exact = hot_end if hot_end == cold_end else (hot_end - cold_end) / math.log(hot_end / cold_end)
    # Equal ends are exact; nearly equal ones lose digits in the plain formula above, not in log_mean.
    rel = 1e-6 if hot_end == 5.0 + 1e-9 else 1e-10
    assert log_mean(hot_end, cold_end) == pytest.approx(exact, rel=rel)
    assert mean_difference(profile) == pytest.approx(exact, rel=max(rel, 1e-9))


def test_parallel_flow_has_its_own_profile():
    duty = complete_duty(**P, heat_rate=1e6, counterflow=False, **PARALLEL)
    assert duty.end_differences == pytest.approx((55.0, 8.0))
    assert duty.approach == pytest.approx(8.0)
    assert (duty.pinch.position, duty.T_pinch) == (1.0, pytest.approx(8.0))
    assert duty.UA == pytest.approx(1e6 / ((55.0 - 8.0) / math.log(55.0 / 8.0)), rel=5e-3)
    against = complete_duty(**P, heat_rate=1e6, **PARALLEL)
    assert against.UA < duty.UA


def test_pinch_lies_inside_where_the_heat_capacity_says_so():
    # The heat capacity of glycol rises with temperature far faster than that of water, so the line of the cold
    # side bends up towards that of the hot side between ends of 2 K each.
    duty = complete_duty(
        cold_fluid="MPG 50%",
        **P,
        heat_rate=1e6,
        **kelvin(hot_T_in=95, hot_T_out=15, cold_T_in=13, cold_T_out=93),
    )
    shares = np.linspace(0.0, 1.0, 20001)
    # Independent inversion: interpolation of the enthalpy over temperature.
    T = np.linspace(284.0, 370.0, 4001)
    lines = []
    for table, ends in zip(duty.tables, ((95.0 + C, 15.0 + C), (93.0 + C, 13.0 + C))):
        h = np.array([enthalpy(table, x) for x in T])
        first, last = np.interp(ends, T, h)
        lines.append(np.interp(first + shares * (last - first), h, T))
    difference = lines[0] - lines[1]
    at = int(np.argmin(difference))
    assert 0.3 < shares[at] < 0.7
    assert difference[at] < duty.approach - 0.5
    assert duty.T_pinch == pytest.approx(difference[at], abs=1e-4)
    assert duty.pinch.position == pytest.approx(shares[at], abs=2e-3)
    assert duty.pinch.T_hot - duty.pinch.T_cold == pytest.approx(duty.T_pinch, abs=1e-9)
    assert duty.UA > 1.2 * duty.heat_rate / duty.lmtd


def test_derived_pairs():
    duty = complete_duty(**P, heat_rate=2e6, **COUNTER)
    assert duty.capacity_flow == pytest.approx((2e6 / 37.0, 2e6 / 30.0))
    assert duty.theta == pytest.approx((37.0 / duty.lmtd, 30.0 / duty.lmtd))
    assert duty.end_differences == pytest.approx((12.0, 5.0))
    assert duty.T_pinch == duty.pinch.difference == pytest.approx(5.0)
    assert duty == complete_duty(**P, heat_rate=2e6, **COUNTER)
    assert hash(duty) == hash(complete_duty(**P, heat_rate=2e6, **COUNTER))


# -- any five -----------------------------------------------------------------------------------------------

NAMES = [k for k in KEYS if "volume" not in k]


def choices(counterflow):
    """Every five of the eight (flows by mass) that fix a duty, each also with its flows by volume."""
    for five in itertools.combinations(NAMES, 5):
        if sufficient(five, counterflow):
            yield five
            if any("mass" in k for k in five):
                yield tuple(k.replace("mass", "volume") for k in five)


def rank_says_sufficient(names, counterflow, ends):
    """Independent count: the rank of the balances and the approach, linearised, at constant heat capacities."""
    order = [
        "heat_rate",
        "hot_T_in",
        "hot_T_out",
        "cold_T_in",
        "cold_T_out",
        "hot_mass_flow",
        "cold_mass_flow",
    ]
    T = [ends[k] for k in order[1:5]]
    # Q = mh (Thi - Tho), Q = mc (Tco - Tci), with Q = 1 and the flows that fit.
    mh, mc = 1.0 / (T[0] - T[1]), 1.0 / (T[3] - T[2])
    equations = [[1, -mh, mh, 0, 0, -(T[0] - T[1]), 0], [1, 0, 0, mc, -mc, 0, -(T[3] - T[2])]]
    for name in names:
        if name == "approach":
            pairs = [(1, 4), (2, 3)] if counterflow else [(2, 4)]
            hot, cold = min(pairs, key=lambda p: T[p[0] - 1] - T[p[1] - 1])
            row = [0.0] * 7
            row[hot], row[cold] = 1.0, -1.0
        else:
            row = [float(k == name) for k in order]
        equations.append(row)
    return np.linalg.matrix_rank(np.array(equations), tol=1e-9) == 7


@pytest.mark.parametrize("counterflow", [True, False])
def test_sufficient_is_what_the_rank_says(counterflow):
    """Sufficient for some values means that the linearised equations have full rank at some duty."""
    duties = [COUNTER, COUNTER_2] if counterflow else [PARALLEL]
    for n in range(9):
        for names in itertools.combinations(NAMES, n):
            full = any(rank_says_sufficient(names, counterflow, ends) for ends in duties)
            assert sufficient(names, counterflow) == full, names


def recover(names, duty, counterflow):
    values = quantities(duty)
    return complete_duty(**P, counterflow=counterflow, **{k: values[k] for k in names})


def assert_each_heat_fits(error, names, duty, counterflow):
    """Several heats may have one approach: then the error names them all, and the true one is among them."""
    assert "approach" in names
    units = {"W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9}
    named = re.findall(r"([0-9.e+]+) (G?M?k?W)\b", error.problem)
    heats = [float(value) * units[unit] for value, unit in named]
    assert len(heats) > 1
    assert any(heat == pytest.approx(duty.heat_rate, rel=1e-3) for heat in heats)
    values = quantities(duty)
    others = {k: values[k] for k in names if k != "approach"}
    for heat in heats:
        found = complete_duty(**P, counterflow=counterflow, heat_rate=heat, **others)
        # The heat is printed with four digits, and the temperatures go with it.
        span = max(found.T_in[0] - found.T_out[0], found.T_out[1] - found.T_in[1])
        assert found.approach == pytest.approx(duty.approach, abs=1e-3 * span)


@pytest.mark.parametrize(
    ("ends", "counterflow"),
    [(COUNTER, True), (COUNTER_2, True), (PARALLEL, False)],
    ids=["5 K", "5 K hot", "par"],
)
def test_any_sufficient_five_recover_the_duty(ends, counterflow):
    duty = complete_duty(**P, heat_rate=2e6, counterflow=counterflow, **ends)
    tried = tied = 0
    for names in choices(counterflow):
        tried += 1
        by_mass = [k.replace("volume", "mass") for k in names]
        if not rank_says_sufficient(by_mass, counterflow, ends):
            # The approach of this duty is an end that is given already.
            tied += 1
            with pytest.raises(UnderspecifiedDutyError, match="already"):
                recover(names, duty, counterflow)
            continue
        assert_same(recover(names, duty, counterflow), duty, 1e-9)
    assert tried - tied >= 40
    assert tied < tried / 3


def test_everything_at_once_is_accepted():
    duty = complete_duty(**P, heat_rate=2e6, **COUNTER)
    assert_same(complete_duty(**P, **quantities(duty)), duty, 1e-12)


@pytest.mark.parametrize("key", [k for k in KEYS if "_T_" not in k])
def test_more_than_enough_within_a_thousandth(key):
    duty = complete_duty(**P, heat_rate=2e6, **COUNTER)
    values = quantities(duty)
    near = complete_duty(**P, **(values | {key: values[key] * 1.0005}))
    assert (near.T_in, near.T_out) == (duty.T_in, duty.T_out)
    far = dict(values)
    far[key] *= 1.01 if key != "approach" else 1.05
    with pytest.raises(ContradictoryDutyError) as caught:
        complete_duty(**P, **far)
    assert key in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_random_duties_come_back(data):
    counterflow = data.draw(st.booleans())
    cold_in = data.draw(st.floats(5.0, 60.0))
    cold_out = cold_in + data.draw(st.floats(3.0, 40.0))
    base = cold_out if not counterflow else cold_in
    hot_out = base + data.draw(st.floats(0.5, 25.0))
    hot_in = max(hot_out + data.draw(st.floats(3.0, 40.0)), cold_out + data.draw(st.floats(0.5, 25.0)))
    assume(hot_in < 120.0)
    ends = {"hot_T_in": hot_in, "hot_T_out": hot_out, "cold_T_in": cold_in, "cold_T_out": cold_out}
    ends = {k: v + C for k, v in ends.items()}
    heat = 10.0 ** data.draw(st.floats(3.0, 8.0))
    duty = complete_duty(**P, heat_rate=heat, counterflow=counterflow, **ends)
    for m, side in zip(duty.mass_flow, duty._sides):
        i = side.index
        assert m * side.heat_per_mass(duty.T_in[i], duty.T_out[i]) == pytest.approx(heat, rel=1e-12)
    smallest = duty.T_pinch
    assert 0.0 < smallest <= duty.approach
    assert heat / max(duty.end_differences) * 0.5 < duty.UA < heat / smallest * (1.0 + 1e-9)
    assert 0.0 < duty.effectiveness < 1.0
    names = data.draw(st.sampled_from(list(choices(counterflow))))
    by_mass = [k.replace("volume", "mass") for k in names]
    assume(rank_says_sufficient(by_mass, counterflow, ends))
    if "approach" in names:
        # Equal flows of water make the approach all but silent about the heat; that is another case.
        first, last = duty.end_differences
        assume(abs(first - last) > 0.5)
    try:
        again = recover(names, duty, counterflow)
    except UnderspecifiedDutyError as error:
        assert_each_heat_fits(error, names, duty, counterflow)
        return
    # An approach between two moving temperatures amplifies rounding by the nearness of the flows.
    assert_same(again, duty, 1e-7 if "approach" in names else 1e-9)


RANGES = {
    "heat_rate": (1e3, 1e7),
    "approach": (-1.0, 60.0),
    **{f"{side}_T_{port}": (260.0, 420.0) for side in ("hot", "cold") for port in ("in", "out")},
    **{f"{side}_mass_flow": (0.01, 100.0) for side in ("hot", "cold")},
    **{f"{side}_volume_flow": (1e-5, 0.1) for side in ("hot", "cold")},
}


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries({}, optional={k: st.floats(*bounds) for k, bounds in RANGES.items()}),
    st.booleans(),
    st.sampled_from(["water", "MPG 30%"]),
)
def test_anything_gives_a_sound_duty_or_a_named_error(given_, counterflow, fluid):
    try:
        duty = complete_duty(**P, cold_fluid=fluid, counterflow=counterflow, **given_)
    except HashheatError as error:
        text = str(error)
    else:
        text = repr((duty.UA, duty.T_pinch, duty.lmtd, duty.effectiveness, duty.volume_flow))
        assert duty.T_pinch > 0.0
        assert duty.UA > 0.0
        for key, value in given_.items():
            assert quantities(duty)[key] == pytest.approx(value, rel=1.1e-3, abs=0.5 * (key == "approach"))
    assert "nan" not in text
    assert "inf " not in text


def test_sides_swap():
    """Exchanged flows put the approach at the other end; the heat changes by no more than the properties do."""
    given_ = {"hot_T_in": 80.0 + C, "cold_T_in": 40.0 + C, "hot_mass_flow": 10.0, "cold_mass_flow": 12.0}
    duty = complete_duty(**P, approach=4.0, **given_)
    assert duty.approach == pytest.approx(4.0, abs=1e-9)
    assert duty.T_out[0] - duty.T_in[1] == pytest.approx(4.0, abs=1e-9)
    other = complete_duty(**P, approach=4.0, **(given_ | {"hot_mass_flow": 12.0, "cold_mass_flow": 10.0}))
    assert other.T_in[0] - other.T_out[1] == pytest.approx(4.0, abs=1e-9)
    assert other.heat_rate == pytest.approx(duty.heat_rate, rel=5e-3)


def test_primary_above_the_usual_table():
    duty = complete_duty(
        hot_pressure=16e5,
        cold_pressure=6e5,
        heat_rate=2e6,
        hot_T_in=140.0 + C,
        hot_mass_flow=7.0,
        cold_T_in=50.0 + C,
        cold_T_out=80.0 + C,
    )
    assert Fluid.parse("water").table(16e5).T_max < duty.T_in[0] <= duty.tables[0].T_max
    from CoolProp.CoolProp import PropsSI

    h = [PropsSI("H", "T", T, "P", 16e5, "Water") for T in (duty.T_in[0], duty.T_out[0])]
    assert 7.0 * (h[0] - h[1]) == pytest.approx(2e6, rel=3e-6)


def test_inlet_found_above_the_usual_table():
    given_ = {"heat_rate": 2e6, "hot_T_out": 70.0 + C, "cold_T_in": 50.0 + C, "cold_T_out": 80.0 + C}
    duty = complete_duty(hot_pressure=16e5, cold_pressure=6e5, hot_volume_flow=7.4e-3, **given_)
    assert duty.T_in[0] > 405.0
    assert duty.volume_flow[0] == pytest.approx(7.4e-3, rel=1e-12)


# -- errors -------------------------------------------------------------------------------------------------


def refused(kind, *texts, counterflow=True, **given_):
    with pytest.raises(kind) as caught:
        complete_duty(**(P | given_), counterflow=counterflow)
    assert type(caught.value) is kind
    assert isinstance(caught.value, HashheatError)
    for text in texts:
        assert text in str(caught.value), str(caught.value)
    return caught.value


def test_underspecified_says_what_would_do():
    error = refused(
        UnderspecifiedDutyError,
        "heat_rate = 2 MW, hot_T_in = 80.00 degC, hot_T_out = 45.00 degC, cold_T_in = 40.00 degC",
        heat_rate=2e6,
        **kelvin(hot_T_in=80, hot_T_out=45, cold_T_in=40),
    )
    assert error.accepted == "in addition one of: cold_T_out, cold_mass_flow, cold_volume_flow, approach"
    refused(UnderspecifiedDutyError, "nothing", "no single addition")
    refused(
        UnderspecifiedDutyError,
        "no single addition is enough; two more, such as",
        "hot_T_in + hot_T_out",
        heat_rate=2e6,
        **kelvin(cold_T_in=40, cold_T_out=75),
    )


def test_every_addition_named_is_enough_and_no_other():
    duty = complete_duty(**P, heat_rate=2e6, **COUNTER)
    values = quantities(duty)
    for four in itertools.combinations([k for k in KEYS if k != "approach"], 4):
        if sufficient(four):
            continue
        with pytest.raises(UnderspecifiedDutyError) as caught:
            complete_duty(**P, **{k: values[k] for k in four})
        if not caught.value.accepted.startswith("in addition"):
            continue
        named = caught.value.accepted.removeprefix("in addition one of: ").split(", ")
        for key in KEYS:
            if key in four or key == "approach":
                continue
            if key in named:
                assert_same(recover([*four, key], duty, True), duty, 1e-9)
            else:
                with pytest.raises(UnderspecifiedDutyError):
                    recover([*four, key], duty, True)


def test_approach_that_is_given_already():
    refused(
        UnderspecifiedDutyError,
        "hot_T_out - cold_T_in already",
        "cold_T_out, cold_mass_flow, cold_volume_flow",
        heat_rate=2e6,
        approach=5.0,
        **kelvin(hot_T_in=80, hot_T_out=45, cold_T_in=40),
    )


def test_contradictions_name_both_values():
    ends = kelvin(hot_T_in=80, hot_T_out=45, cold_T_in=40, cold_T_out=75)
    refused(
        ContradictoryDutyError,
        "heat_rate: 2 MW",
        "hot_mass_flow: 1.6",
        heat_rate=2e6,
        hot_mass_flow=11.0,
        **ends,
    )
    refused(
        ContradictoryDutyError,
        "hot_T_in, hot_T_out with hot_mass_flow",
        "cold_T_in, cold_T_out with cold_volume_flow",
        hot_mass_flow=11.0,
        cold_volume_flow=13e-3,
        **ends,
    )
    refused(ContradictoryDutyError, "approach = 4 K", "= 5 K", heat_rate=2e6, approach=4.0, **ends)
    refused(
        ContradictoryDutyError, "hot_volume_flow", "hot_mass_flow = 13", heat_rate=2e6, hot_volume_flow=0.01,
        hot_mass_flow=13.65, **kelvin(hot_T_in=80, cold_T_in=40, cold_T_out=75),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        ({"hot_T_out": 39.0}, ("cold inlet", "hot_T_out above 40.00 degC")),
        ({"hot_T_out": 40.0}, ("cold inlet", "hot_T_out above 40.00 degC")),
        ({"hot_T_out": 81.0}, ("hot side would warm", "hot_T_out up to (below) 80.00 degC")),
        ({"cold_T_out": 39.0}, ("cold side would cool", "cold_T_out above 40.00 degC")),
        ({"cold_T_out": 80.0}, ("cold outlet", "cold_T_out up to (below) 80.00 degC")),
        ({"cold_T_in": 80.0}, ("hot inlet is not above the cold inlet", "hot_T_in above 80.00 degC")),
    ],
)
def test_second_law_of_given_temperatures(change, texts):
    ends = kelvin(**({"hot_T_in": 80, "hot_T_out": 45, "cold_T_in": 40, "cold_T_out": 75} | change))
    refused(SecondLawError, *texts, heat_rate=2e6, **ends)


def test_second_law_is_said_before_what_is_missing():
    refused(SecondLawError, "hot_T_in above 40.00 degC", **kelvin(hot_T_in=30, cold_T_in=40))
    refused(
        SecondLawError, "hot_T_out", **kelvin(hot_T_in=80, hot_T_out=85), hot_mass_flow=3.0, heat_rate=1e5
    )


def test_second_law_of_what_comes_out():
    error = refused(
        SecondLawError,
        "cold_T_out = ",
        "(computed)",
        "heat_rate below",
        heat_rate=1e6,
        hot_mass_flow=10.0,
        cold_mass_flow=2.0,
        **kelvin(hot_T_in=80, cold_T_in=40),
    )
    # The heat it calls feasible is: a little less than it works, a little more does not.
    limit = float(error.accepted.split("heat_rate below ")[1].split()[0]) * 1e3
    flows = {"hot_mass_flow": 10.0, "cold_mass_flow": 2.0, **kelvin(hot_T_in=80, cold_T_in=40)}
    assert complete_duty(**P, heat_rate=0.999 * limit, **flows).effectiveness == pytest.approx(
        0.999, abs=1e-3
    )
    refused(SecondLawError, heat_rate=1.001 * limit, **flows)
    refused(SecondLawError, "heat_rate", "more than 0 W", heat_rate=-1e6, **flows)


def test_temperatures_that_cross_inside():
    # As for the pinch inside, but the ends are closer than the bend.
    ends = kelvin(hot_T_in=95, hot_T_out=15, cold_T_in=14.5, cold_T_out=94.5)
    error = refused(SecondLawError, "cross inside", cold_fluid="MPG 50%", heat_rate=1e6, **ends)
    more = float(error.accepted.split("more than ")[1].split()[0])
    for change, feasible in ((more + 0.1, True), (more - 0.1, False)):
        ends = kelvin(hot_T_in=95, hot_T_out=15, cold_T_in=14.5 - change, cold_T_out=94.5 - change)
        if feasible:
            assert complete_duty(**P, cold_fluid="MPG 50%", heat_rate=1e6, **ends).T_pinch < 0.2
        else:
            refused(SecondLawError, "cross inside", cold_fluid="MPG 50%", heat_rate=1e6, **ends)


def test_cross_in_parallel_flow():
    flows = {"hot_mass_flow": 10.0, "cold_mass_flow": 10.0, **kelvin(hot_T_in=80, cold_T_in=40)}
    error = refused(
        TemperatureCrossError, "parallel flow", "counterflow", counterflow=False, **flows, cold_T_out=65.0 + C
    )
    limit = float(error.accepted.split("cold outlet below ")[1].split()[0])
    assert limit == pytest.approx(60.0, abs=0.2)
    assert complete_duty(**P, counterflow=False, **flows, cold_T_out=limit - 0.05 + C).T_pinch < 0.2
    refused(TemperatureCrossError, counterflow=False, **flows, cold_T_out=limit + 0.05 + C)
    heat = float(error.accepted.split("heat_rate below ")[1].split()[0]) * 1e3
    assert complete_duty(**P, counterflow=False, **flows, heat_rate=0.998 * heat).T_pinch > 0.0
    refused(TemperatureCrossError, counterflow=False, **flows, heat_rate=1.002 * heat)
    complete_duty(**P, **flows, cold_T_out=65.0 + C)


def test_approaches_that_cannot_be():
    start = {"hot_mass_flow": 10.0, "cold_mass_flow": 10.0, **kelvin(hot_T_in=80, cold_T_in=40)}
    for approach in (0.0, -1.0):
        refused(InfeasibleApproachError, "more than 0 K, below 40 K", approach=approach, **start)
    refused(InfeasibleApproachError, "below 40 K", approach=40.0, **start)
    # An end that is fixed already, narrower than what is asked.
    refused(
        InfeasibleApproachError, "hot_T_out - cold_T_in = 5 K", "up to 5 K", approach=6.0, heat_rate=2e6,
        **kelvin(hot_T_in=80, hot_T_out=45, cold_T_in=40),
    )  # fmt: skip
    # The hot side cools to 45 only if the cold inlet lies below: an approach of 20 K would leave no cold rise.
    refused(
        InfeasibleApproachError, "feasible: more than 5 K, below 40 K", approach=3.0, heat_rate=2e6,
        **kelvin(hot_T_in=80, hot_T_out=45, cold_T_out=40),
    )  # fmt: skip
    # More hot than cold flow: from 5 K at the hot end the difference only grows towards the cold end.
    refused(
        InfeasibleApproachError, "hold it at 5 K", approach=4.0, hot_mass_flow=12.0, cold_mass_flow=10.0,
        **kelvin(hot_T_in=80, cold_T_out=75),
    )  # fmt: skip
    # Both inlets open: the outlets lie 10 K apart and every heat only widens the ends.
    outlets = {"hot_mass_flow": 12.0, "cold_mass_flow": 10.0, **kelvin(hot_T_out=50, cold_T_out=40)}
    error = refused(InfeasibleApproachError, "feasible: more than 10 K, below ", approach=9.0, **outlets)
    # 39 K down to 1 degC on the cold side is 32.5 K up on the hot side: 42.5 K there, less one step of the scan.
    assert float(error.accepted.split("below ")[1].split()[0]) == pytest.approx(42.0, abs=1.0)
    assert complete_duty(**P, approach=10.5, **outlets).approach == pytest.approx(10.5)


def test_two_duties_with_one_approach():
    """Where the pinch lies inside, one approach belongs to two heats: neither is taken."""
    ends = kelvin(hot_T_in=95, hot_T_out=15, cold_T_in=13, cold_T_out=93)
    duty = complete_duty(cold_fluid="MPG 50%", **P, heat_rate=1e6, **ends)
    from_inlet = {
        "cold_fluid": "MPG 50%",
        "hot_mass_flow": duty.mass_flow[0],
        "cold_mass_flow": duty.mass_flow[1],
        **kelvin(hot_T_in=95, cold_T_out=93),
    }
    error = refused(UnderspecifiedDutyError, "both have this approach", approach=1.6, **from_inlet)
    assert "heat_rate" in error.accepted
    heats = [
        float(x) * 1e3 for x in error.problem.split(": ")[1].replace("kW", " ").split(" both")[0].split("and")
    ]
    assert len(heats) == 2
    for heat in heats:
        assert complete_duty(**P, heat_rate=heat, **from_inlet).approach == pytest.approx(1.6, abs=2e-3)
    # Below the pinch there is no end difference at all.
    refused(InfeasibleApproachError, "feasible: more than 1.2", approach=1.0, **from_inlet)


def test_freezing_and_boiling_name_side_and_remedy():
    refused(
        FreezingError, "cold inlet (cold_T_in)", "above 0.00 degC", "cold_fluid", heat_rate=1e6,
        **kelvin(hot_T_in=30, hot_T_out=15, cold_T_in=-2, cold_T_out=10),
    )  # fmt: skip
    # Computed: the flow is too small for the heat, and the inlet comes out below freezing.
    refused(
        FreezingError, "cold inlet", heat_rate=1e6, cold_mass_flow=3.0,
        **kelvin(hot_T_in=60, hot_T_out=30, cold_T_out=40),
    )  # fmt: skip
    error = refused(
        BoilingError, "hot inlet (hot_T_in)", "hot_T_in below 120.2", "hot_pressure above", heat_rate=1e6,
        hot_pressure=2e5, **kelvin(hot_T_in=140, hot_T_out=60, cold_T_in=40, cold_T_out=75),
    )  # fmt: skip
    p = float(str(error).split("hot_pressure above ")[1].split(" bar")[0]) * 1e5
    ends = kelvin(hot_T_in=140, hot_T_out=60, cold_T_in=40, cold_T_out=75)
    assert (
        complete_duty(hot_pressure=1.002 * p, cold_pressure=6e5, heat_rate=1e6, **ends).T_in[0]
        == ends["hot_T_in"]
    )
    refused(BoilingError, heat_rate=1e6, hot_pressure=0.998 * p, **ends)
    refused(
        BoilingError, "cold outlet", "cold_pressure above", heat_rate=1e6, cold_pressure=1e5, hot_pressure=6e5,
        cold_mass_flow=3.5, **kelvin(hot_T_in=130, hot_T_out=60, cold_T_in=40),
    )  # fmt: skip
    glycol = kelvin(hot_T_in=30, hot_T_out=15, cold_T_in=-2, cold_T_out=10)
    assert complete_duty(**P, cold_fluid="MPG 30%", heat_rate=1e6, **glycol).T_in[1] == glycol["cold_T_in"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 0.0, "12", True, None])
@pytest.mark.parametrize("key", [*(k for k in KEYS if k not in ("heat_rate", "approach")), "hot_pressure"])
def test_numbers_that_are_none(key, value):
    ends = kelvin(hot_T_in=80, hot_T_out=45, cold_T_in=40, cold_T_out=75)
    if value is None:
        if key == "hot_pressure":
            refused(InputError, "pressure", heat_rate=2e6, **ends, hot_pressure=None)
        return
    refused(InputError, key, **({"heat_rate": 2e6} | ends | {key: value}))


def test_other_input_errors():
    ends = kelvin(hot_T_in=80, hot_T_out=45, cold_T_in=40, cold_T_out=75)
    refused(InputError, "cold_fluid", cold_fluid="treacle", heat_rate=2e6, **ends)
    refused(InputError, "heat_rate", heat_rate=0.0, **ends)
    refused(InputError, "approach", approach=math.nan, heat_rate=2e6, **ends)
    refused(StateError, "gas", hot_fluid="air", heat_rate=2e6, **ends)


def test_duty_made_directly_is_checked():
    duty = complete_duty(**P, heat_rate=2e6, **COUNTER)
    whole = {
        "fluids": duty.fluids,
        "pressures": list(duty.pressures),
        "mass_flow": np.array(duty.mass_flow),
        "T_in": duty.T_in,
        "T_out": duty.T_out,
        "heat_rate": 2e6,
    }
    assert Duty(**whole) == duty
    for change, kind in (
        ({"heat_rate": 2.01e6}, InputError),
        ({"mass_flow": (1.0, 2.0, 3.0)}, InputError),
        ({"mass_flow": (-1.0, 2.0)}, InputError),
        ({"T_out": (duty.T_in[1] - 1.0, duty.T_out[1])}, SecondLawError),
        ({"counterflow": False}, TemperatureCrossError),
        ({"pressures": (2e4, 6e5)}, BoilingError),
    ):
        with pytest.raises(kind):
            Duty(**(whole | change))


def test_pinch_of_straight_lines_is_at_an_end():
    table = constant_properties(rho=1000.0, cp=4000.0, mu=1e-3, k=0.6)
    profile = Profile.of((table, table), (350.0, 300.0), (310.0, 330.0), True)
    assert pinch(profile) == pytest.approx((10.0, 1.0, 310.0, 300.0))


def test_pressures_may_be_left_out():
    given = {
        "heat_rate": 1e5,
        "hot_T_in": 353.15,
        "hot_T_out": 318.15,
        "cold_T_in": 313.15,
        "cold_T_out": 348.15,
    }
    assert complete_duty(**given) == complete_duty(**given, hot_pressure=6e5, cold_pressure=6e5)
