"""Where nothing serves: one line for each reason, and advice that holds when it is followed."""

import re
from dataclasses import replace

import numba
import pytest

from hashheat.components.errors import NoExchangerError
from hashheat.components.exchanger_duty import complete_duty
from hashheat.components.exchanger_limits import SizingLimits
from hashheat.components.exchanger_plate import load_plate
from hashheat.components.exchanger_sizing import generic_plates, size_exchanger

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="searches; the compiled run covers it")
LIMITS = SizingLimits((50e3, 50e3), passes=((1, 1), (2, 2)))
BIG = [load_plate("g-160"), load_plate("g-200")]


def duty_of(heat, pressure=6e5):
    return complete_duty(
        heat_rate=heat,
        hot_T_in=353.15,
        hot_T_out=318.15,
        cold_T_in=313.15,
        cold_T_out=348.15,
        hot_pressure=pressure,
        cold_pressure=pressure,
    )


def refused(duty, limits, plates):
    with pytest.raises(NoExchangerError) as caught:
        size_exchanger(duty, limits, plates)
    return caught.value


def test_a_heat_too_small_to_have_a_steady_state_is_no_error_of_a_way_of_building():
    error = refused(duty_of(1e-9), LIMITS, BIG)
    assert "ways of building: no steady state" in error.found
    assert "more heat" in error.accepted


def test_each_reason_has_a_line_with_angle_and_passes():
    error = refused(duty_of(60e6), LIMITS, generic_plates())
    lines = str(error).split("found:")[1].split("accepted:")[0].strip("\n ").split("\n")
    assert len(lines) < 6
    assert all(line.startswith(" " * 12) for line in lines[1:])
    assert re.search(r"\d\d degrees, passes [12] / [12], \d+ plates: .* missed by [\d.]+ %", lines[0])
    assert re.search(r"\d+ plate types: [\d.]+ m/s in the ports", lines[-1])


def test_as_many_in_parallel_as_advised_serve():
    duty = duty_of(30e6)
    n = int(re.search(r"(\d+) exchangers in parallel", refused(duty, LIMITS, BIG).accepted)[1])
    assert n > 1

    def share(count):
        flow = tuple(m / count for m in duty.mass_flow)
        return replace(duty, mass_flow=flow, heat_rate=duty.heat_rate / count)

    size_exchanger(share(n), LIMITS, BIG)
    if n > 2:
        refused(share(n - 1), LIMITS, BIG)


def test_the_pressure_drop_advised_serves():
    limits = replace(LIMITS, pressure_drop=(100.0, 100.0))
    duty = duty_of(1e6)
    plates = [load_plate("g-060")]
    error = refused(duty, limits, plates)
    asked = [1e3 * float(kPa) for kPa in re.findall(r"pressure drop of ([\d.]+) kPa", error.accepted)]
    assert len(asked) == 2
    assert min(asked) > 100.0
    size_exchanger(duty, replace(limits, pressure_drop=tuple(asked)), plates)


@pytest.mark.parametrize(
    ("changed", "pressure", "found", "accepted"),
    [
        ({"material": "gold"}, 6e5, "2 plate types: plates of .*, gold is asked", "material = 'stainless"),
        ({"kind": "brazed"}, 6e5, "2 plate types: gasketed, brazed is asked", "kind = 'gasketed'"),
        ({}, 40e5, "bears at most .* bar, 40.0 bar is asked", "pressures of at most .* bar"),
        ({"max_plates": 2}, 6e5, "built with .* plates or more", "max_plates"),
    ],
)
def test_the_advice_fits_the_reason(changed, pressure, found, accepted):
    error = refused(duty_of(2e6, pressure), replace(LIMITS, **changed), BIG)
    assert re.search(found, error.found)
    assert re.search(accepted, error.accepted)
    assert "pressure drop of" not in error.accepted
