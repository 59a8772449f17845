"""Sizing against rating: what is sized keeps the limits, one plate fewer does not, nothing better is missed."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.duty_file import load_duty
from hashheat.components.errors import NoExchangerError
from hashheat.components.exchanger_duty import complete_duty
from hashheat.components.exchanger_limits import DROPS, FEWEST, FRAME, HEAT, SizingLimits
from hashheat.components.exchanger_plate import load_plate
from hashheat.components.exchanger_sizing import Candidate, generic_plates, list_price, size_exchanger
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import InputError

SLOW = numba.config.DISABLE_JIT
LIMITS = SizingLimits((50e3, 50e3), passes=((1, 1), (2, 2)))


def celsius(T):
    return T + 273.15


def duty_of(heat, hot, cold, **more):
    return complete_duty(
        heat_rate=heat,
        hot_T_in=celsius(hot[0]),
        hot_T_out=celsius(hot[1]),
        cold_T_in=celsius(cold[0]),
        cold_T_out=celsius(cold[1]),
        hot_pressure=6e5,
        cold_pressure=6e5,
        **more,
    )


def rate(exchanger, duty):
    return exchanger.rate(
        hot_mass_flow=duty.mass_flow[0],
        cold_mass_flow=duty.mass_flow[1],
        hot_T_in=duty.T_in[0],
        cold_T_in=duty.T_in[1],
    )


def shrunk(plate, factor):
    """The same plate with its area divided: what an oversurface means."""
    area = plate.plate.area
    return plate.model_copy(
        update={"plate": plate.plate.model_copy(update={"area": replace(area, value=area.nominal / factor)})}
    )


def keeps(exchanger, duty, limits):
    """Whether an exchanger keeps the limits, within the tolerance of ratings."""
    return least_margin(exchanger, duty, limits) >= -1e-6


def least_margin(exchanger, duty, limits):
    """Smallest relative margin of an exchanger, by rating it: written apart from the sizing's own margins."""
    whole = rate(exchanger, duty)
    less = whole
    if limits.oversurface:
        less = rate(replace(exchanger, plate=shrunk(exchanger.plate, 1.0 + limits.oversurface)), duty)
    drops = 1.0 - whole.pressure_drop.values / np.array(limits.pressure_drop)
    return min(float(less.heat_rate) / duty.heat_rate - 1.0, *drops)


def check(candidate: Candidate, duty, limits):
    exchanger = candidate.exchanger
    assert keeps(exchanger, duty, limits)
    assert exchanger.plates <= limits.most_plates(exchanger.plate)
    assert min(candidate.margins.values()) >= 0.0
    if candidate.fewer:
        fewer = replace(exchanger, plates=exchanger.plates - 1)
        # Within the tolerance of the sizing a plate fewer may keep a limit that it is said to break.
        assert candidate.fewer[candidate.binding] > -2e-5 or not keeps(fewer, duty, limits)
        assert candidate.fewer[candidate.binding] < 0.0
        if exchanger.plates - 2 >= 8 * max(exchanger.passes) + 1:
            assert least_margin(replace(exchanger, plates=exchanger.plates - 2), duty, limits) < 2e-5
    else:
        assert candidate.binding == FEWEST
    assert candidate.heat_rate == pytest.approx(float(candidate.rating.heat_rate), rel=3e-5)
    np.testing.assert_allclose(candidate.pressure_drop, candidate.rating.pressure_drop, rtol=1e-4)
    assert candidate.approach == pytest.approx(float(candidate.rating.approach), abs=2e-3)


@pytest.mark.skipif(SLOW, reason="thousands of ratings; the compiled run covers it")
@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    heat=st.floats(5.0, 7.0),
    hot=st.floats(65.0, 95.0),
    span=st.floats(8.0, 40.0),
    approach=st.floats(2.0, 12.0),
    ratio=st.floats(0.7, 1.4),
    drop=st.floats(15e3, 90e3),
    oversurface=st.sampled_from([0.0, 0.1, 0.25]),
)
def test_sizing_is_the_inverse_of_rating(heat, hot, span, approach, ratio, drop, oversurface):
    cold_span = span * ratio
    duty = duty_of(
        10.0**heat,
        (hot, hot - span),
        (hot - approach - max(span, cold_span), hot - approach - max(span, cold_span) + cold_span),
    )
    limits = SizingLimits((drop, drop), oversurface=oversurface, passes=((1, 1), (2, 2), (3, 3)))
    try:
        sizing = size_exchanger(duty, limits)
    except NoExchangerError as error:
        reasons = str(error.found)
        missed = "missed by" in reasons or "it bears" in reasons or "m/s" in reasons
        if not missed:
            raise
        return
    for candidate in sizing.candidates[:6]:
        check(candidate, duty, limits)


@pytest.mark.skipif(SLOW, reason="thousands of ratings; the compiled run covers it")
def test_nothing_cheaper_is_missed():
    """Every plate count, angle and pass number of two plate types, rated one by one."""
    duty = duty_of(2e5, (80.0, 50.0), (45.0, 75.0))
    limits = SizingLimits((30e3, 30e3), passes=((1, 1), (2, 2)))
    catalogue = [load_plate("g-010"), load_plate("b-010")]
    sizing = size_exchanger(duty, limits, catalogue)
    for plate in catalogue:
        own = [c for c in sizing.candidates if c.exchanger.plate is plate]
        cheapest = min((c.exchanger.plates for c in own), default=10**9)
        for passes in limits.passes:
            for angle in plate.channel_angles():
                for plates in range(11, min(cheapest, plate.limits.max_plates)):
                    tried = PlateHeatExchanger(plate, plates, passes, angle)
                    if keeps(tried, duty, limits):
                        # Only a candidate of the other type may make it superfluous.
                        assert any(
                            c.price <= list_price(tried) and c.exchanger.plate is not plate
                            for c in sizing.candidates
                        ), tried


@pytest.mark.skipif(SLOW, reason="thousands of ratings; the compiled run covers it")
def test_the_front_is_ranked_and_holds_nothing_dominated():
    duty = duty_of(3e5, (80.0, 60.0), (50.0, 70.0))
    catalogue = [load_plate(name) for name in (("g-025",) if SLOW else ("g-010", "g-025", "g-040", "b-014"))]
    for key, of in (("price", lambda c: c.price), ("pressure_drop", lambda c: max(c.pressure_drop))):
        sizing = size_exchanger(duty, LIMITS, catalogue, rank=key)
        values = [of(c) for c in sizing.candidates]
        assert values == sorted(values)
        assert sizing.best is sizing.candidates[0]
        for a in sizing.candidates:
            for b in sizing.candidates:
                better = (b.price, b.exchanger.area, max(b.pressure_drop), b.approach)
                worse = (a.price, a.exchanger.area, max(a.pressure_drop), a.approach)
                assert not (all(x <= y for x, y in zip(better, worse)) and better != worse)


def test_the_oversurface_is_what_it_says():
    duty = duty_of(3e5, (80.0, 60.0), (50.0, 70.0))
    limits = SizingLimits((50e3, 50e3), oversurface=0.15, passes=((1, 1),))
    best = size_exchanger(duty, limits, [load_plate("g-025")]).best
    assert best.binding in (HEAT, *DROPS)
    found = best.oversurface
    assert found >= 0.15
    exact = rate(replace(best.exchanger, plate=shrunk(best.exchanger.plate, 1.0 + found)), duty)
    assert float(exact.heat_rate) == pytest.approx(duty.heat_rate, rel=2e-5)
    assert best.oversurface_clean == pytest.approx(found, abs=1e-4)  # there is no fouling


def test_fouling_takes_more_plates_and_shows_as_clean_oversurface():
    duty = duty_of(3e5, (80.0, 60.0), (50.0, 70.0))
    plate = [load_plate("g-025")]
    clean = size_exchanger(duty, SizingLimits((2e5, 2e5), passes=((1, 1),)), plate).best
    fouled = size_exchanger(
        duty, SizingLimits((2e5, 2e5), fouling=(5e-5, 5e-5), passes=((1, 1),)), plate
    ).best
    assert fouled.exchanger.plates > clean.exchanger.plates
    assert fouled.oversurface < 0.05
    U = float(fouled.rating.U_clean)
    assert fouled.oversurface_clean == pytest.approx(U * 1e-4, abs=0.12)


@pytest.mark.skipif(SLOW, reason="thousands of ratings; the compiled run covers it")
def test_a_limit_that_is_not_kept_is_named():
    duty = duty_of(3e5, (80.0, 45.0), (40.0, 75.0))
    plate = [load_plate("g-010")]
    with pytest.raises(NoExchangerError, match="pressure drop missed by"):
        size_exchanger(duty, SizingLimits((50.0, 50.0), passes=((1, 1),)), plate)
    with pytest.raises(NoExchangerError, match="heat missed by"):
        size_exchanger(duty, SizingLimits((5e7, 5e7), max_plates=9, passes=((1, 1),)), plate)
    with pytest.raises(NoExchangerError, match="m/s in the ports"):
        size_exchanger(duty_of(4e6, (80.0, 60.0), (50.0, 70.0)), LIMITS, plate)
    with pytest.raises(NoExchangerError, match="gasketed, brazed is asked"):
        size_exchanger(duty, replace(LIMITS, kind="brazed"), plate)
    with pytest.raises(NoExchangerError, match="titanium is asked"):
        size_exchanger(duty, replace(LIMITS, material="titanium"), plate)
    hot = complete_duty(
        heat_rate=1e5,
        hot_T_in=celsius(155.0),
        hot_T_out=celsius(120.0),
        cold_T_in=celsius(60.0),
        cold_T_out=celsius(80.0),
        hot_pressure=10e5,
        cold_pressure=6e5,
    )
    with pytest.raises(NoExchangerError, match=r"155\.0 degC is asked"):
        size_exchanger(hot, LIMITS, plate)


@pytest.mark.skipif(SLOW, reason="thousands of ratings; the compiled run covers it")
def test_headroom_keeps_part_of_the_frame_free():
    plate = load_plate("g-010")
    assert replace(LIMITS, headroom=0.2).most_plates(plate) == int(0.8 * plate.limits.max_plates)
    duty = duty_of(3e5, (80.0, 60.0), (50.0, 70.0))
    sizing = size_exchanger(duty, LIMITS, [plate])
    tight = 1.0 - (sizing.best.exchanger.plates + 0.5) / plate.limits.max_plates
    found = size_exchanger(duty, replace(LIMITS, headroom=tight), [plate])
    assert found.best.margins[FRAME] >= 0.0
    with pytest.raises(NoExchangerError):
        size_exchanger(
            duty,
            replace(LIMITS, headroom=1.0 - 0.5 * sizing.best.exchanger.plates / plate.limits.max_plates),
            [plate],
        )


def test_parallel_flow_is_sized_as_parallel_flow():
    duty = duty_of(1e5, (80.0, 65.0), (40.0, 55.0), counterflow=False)
    best = size_exchanger(duty, replace(LIMITS, passes=((1, 1),)), [load_plate("g-010")]).best
    assert not best.exchanger.first_counter
    assert float(best.rating.T_out[0]) >= float(best.rating.T_out[1])
    outlets = float(best.rating.T_out[0] - best.rating.T_out[1])
    assert best.approach == pytest.approx(outlets, abs=1e-3)
    assert float(best.rating.approach) == pytest.approx(outlets, abs=1e-12)
    counter = size_exchanger(
        duty_of(1e5, (80.0, 65.0), (40.0, 55.0)), replace(LIMITS, passes=((1, 1),)), [load_plate("g-010")]
    ).best
    assert counter.exchanger.plates <= best.exchanger.plates


def test_bad_arguments():
    duty = duty_of(1e5, (80.0, 60.0), (50.0, 70.0))
    with pytest.raises(InputError, match="ranking"):
        size_exchanger(duty, LIMITS, [load_plate("g-010")], rank="beauty")
    with pytest.raises(InputError, match="no plates"):
        size_exchanger(duty, LIMITS, [])
    for bad in ({"headroom": 1.0}, {"pressure_drop": (0.0, 5e4)}, {"oversurface": float("nan")}):
        with pytest.raises(InputError, match="limit that cannot be used"):
            replace(LIMITS, **bad)


def test_a_price_of_ones_own():
    duty = duty_of(1e5, (80.0, 60.0), (50.0, 70.0))
    best = size_exchanger(duty, LIMITS, [load_plate("g-010")], price=lambda e: 7.0 * e.plates).best
    assert best.price == 7.0 * best.exchanger.plates


@pytest.mark.skipif(SLOW, reason="a whole catalogue; the compiled run covers it")
def test_shipped_duties_are_sized():
    for name in ("nordic-2mw-5k", "nordic-2mw-3k", "nordic-8mw-5k", "nordic-8mw-3k"):
        record = load_duty(name)
        sizing = size_exchanger(record.complete(), SizingLimits.of_file(record), generic_plates())
        check(sizing.best, sizing.duty, sizing.limits)


@pytest.mark.skipif(SLOW, reason="hundreds of ratings; the compiled run covers it")
def test_sides_of_different_flow_take_different_passes():
    """A quarter of the flow on one side: its passes are worth more than the other's pressure drop."""
    duty = duty_of(3e5, (80.0, 40.0), (35.0, 45.0))
    limits = SizingLimits((60e3, 60e3), passes=((1, 1), (2, 2), (2, 1), (3, 1)))
    plate = [load_plate("g-016")]
    best = size_exchanger(duty, limits, plate).best
    check(best, duty, limits)
    same = size_exchanger(duty, replace(limits, passes=((1, 1), (2, 2))), plate).best
    assert best.exchanger.plates <= same.exchanger.plates


@pytest.mark.skipif(SLOW, reason="hundreds of ratings; the compiled run covers it")
def test_an_even_fewest_count_does_not_change_the_answer():
    plate = load_plate("b-010")
    even = plate.model_copy(update={"limits": plate.limits.model_copy(update={"min_plates": 4})})
    duty = duty_of(1.2e5, (80.0, 60.0), (50.0, 70.0))
    limits = SizingLimits((50e3, 9e3), passes=((1, 1), (2, 2)))
    found = [size_exchanger(duty, limits, [p]).best.exchanger for p in (plate, even)]
    assert found[0].plates == found[1].plates
    assert found[0].angle == found[1].angle
