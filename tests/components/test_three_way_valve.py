"""A three-way valve: energy of the mixture, what it cannot hold, its characteristic."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.components.three_way_valve import ThreeWayValve
from hashheat.components.three_way_valve_section import ThreeWayValveSection
from hashheat.thermo.errors import InputError

kelvin = st.floats(280.0, 370.0)


@given(T_set=kelvin, T_a=kelvin, T_b=kelvin, leakage=st.floats(0.0, 0.2))
def test_holds_what_can_be_mixed_and_says_so_otherwise(T_set, T_a, T_b, leakage):
    state = ThreeWayValve(leakage).hold(T_set, T_a, T_b)
    assert leakage <= state.share <= 1.0 - leakage
    # Energy of the two flows is that of the mixed one.
    assert state.share * T_a + (1.0 - state.share) * T_b == pytest.approx(state.T_out, abs=1e-9)
    ends = [x * T_a + (1.0 - x) * T_b for x in (leakage, 1.0 - leakage)]
    if min(ends) + 1e-9 < T_set < max(ends) - 1e-9:
        assert state.held
        assert state.T_out == T_set
    elif not min(ends) <= T_set <= max(ends):
        assert not state.held or T_a == T_b == T_set
        assert abs(state.T_out - T_set) == pytest.approx(min(abs(end - T_set) for end in ends), abs=1e-9)


def test_ports_alike():
    assert ThreeWayValve().hold(320.0, 320.0, 320.0) == (1.0, 320.0, True)
    assert ThreeWayValve().hold(330.0, 320.0, 320.0) == (1.0, 320.0, False)


def test_divides_without_loss():
    assert ThreeWayValve(0.02).divide(5.0, 0.3) == pytest.approx((1.5, 3.5))
    assert ThreeWayValve(0.02).divide(5.0, 0.0) == pytest.approx((0.1, 4.9))
    assert ThreeWayValve(0.02).divide(5.0, 1.0) == pytest.approx((4.9, 0.1))
    for arguments in ((-1.0, 0.5), (1.0, 1.5), (1.0, math.nan)):
        with pytest.raises(InputError, match="flow through"):
            ThreeWayValve().divide(*arguments)


def test_full_authority_and_linear_ports_share_by_the_opening():
    valve = ThreeWayValve()
    for x in np.linspace(0.0, 1.0, 11):
        assert valve.share_at(x) == pytest.approx(x, abs=1e-14)


def test_a_circuit_of_two_branches_shares_as_the_formula_says():
    # Branches of a constant pressure: valve a/k^2 and circuit 1 - a of the resistance, solved each by itself.
    a, x = 0.3, 0.35
    valve = ThreeWayValve(authority=a)
    flows = [math.sqrt(1.0 / (a / k**2 + (1.0 - a))) for k in (x, 1.0 - x)]
    assert valve.share_at(x) == pytest.approx(flows[0] / sum(flows), rel=1e-12)
    # Poor authority opens early: more than its opening of a port below the middle.
    assert ThreeWayValve(authority=0.05).share_at(0.3) > valve.share_at(0.3) > 0.3


@given(
    leakage=st.floats(0.0, 0.1),
    authority=st.floats(0.05, 1.0),
    rangeability=st.floats(1.0, 60.0),
    x=st.floats(0.0, 1.0),
)
def test_characteristic_is_symmetric_rises_and_inverts(leakage, authority, rangeability, x):
    valve = ThreeWayValve(leakage, authority, rangeability)
    share = valve.share_at(x)
    assert share + valve.share_at(1.0 - x) == pytest.approx(1.0, abs=1e-9)
    assert leakage - 1e-12 <= share <= 1.0 - leakage + 1e-12
    assert valve.share_at(0.0) == leakage
    y = min(max(share, leakage), 1.0 - leakage)
    assert valve.share_at(valve.opening_for(y)) == pytest.approx(y, abs=1e-9)
    if x < 0.99:
        assert valve.share_at(x + 0.01) >= share


def test_slope_of_an_equal_percentage_port():
    valve = ThreeWayValve(rangeability=50.0)
    k = [valve._passed(x) for x in (0.0, 1e-6, 1.0 - 1e-6, 1.0)]
    assert (k[3] - k[2]) / (k[1] - k[0]) == pytest.approx(50.0, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"leakage": 0.5}, "leakage"),
        ({"authority": 0.0}, "authority"),
        ({"rangeability": 0.5}, "rangeability"),
    ],
)
def test_refuses(change, key):
    with pytest.raises(InputError) as error:
        ThreeWayValve(**change)
    assert error.value.key == f"three_way_valve.{key}"


def test_refuses_more():
    with pytest.raises(InputError, match="temperatures"):
        ThreeWayValve().hold(math.nan, 300.0, 310.0)
    with pytest.raises(InputError, match="opening"):
        ThreeWayValve().share_at(1.1)
    with pytest.raises(InputError, match="share"):
        ThreeWayValve(0.1).opening_for(0.05)


def test_section():
    assert ThreeWayValveSection().valve() == ThreeWayValve()
    assert ThreeWayValveSection(leakage="2 %").valve({"authority": 0.5}) == ThreeWayValve(0.02, 0.5)
