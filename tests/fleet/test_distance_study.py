"""Heat on its way through the ground, against an exponential and against figures worked out by hand."""

import math
from dataclasses import replace

import pytest

from hashheat.components.buried_pipe import BuriedPipe
from hashheat.fleet.distance_study import carried_heat, length_to_lose
from hashheat.thermo.errors import InputError

T_S, T_R, T_G = 353.15, 318.15, 281.15


@pytest.fixture(scope="module")
def dn200():
    return BuriedPipe.from_values({"length": 10e3, "dn": 200, "series": 2})


def test_what_is_sent_arrives_or_is_lost(dn200):
    for flow in (54.6, 5.46):
        found = carried_heat(dn200, flow, T_S, T_R, T_G)
        arrives = flow * dn200.heat_capacity * (found.T_end - T_R)
        assert found.sent == pytest.approx(arrives + found.lost, rel=1e-12)


def test_dn200_over_ten_kilometres(dn200):
    """Worked out for two pipes of 0.2953 W/(m K), 80/45/8 degC and 8 MW at full load: 4.0 %, 7.9 %, 38 % of it."""
    full, half, tenth = (carried_heat(dn200, 54.6 * load, T_S, T_R, T_G) for load in (1.0, 0.5, 0.1))
    assert full.lost / 8e6 == pytest.approx(0.040, abs=0.001)
    assert half.lost / 4e6 == pytest.approx(0.079, abs=0.002)
    assert tenth.lost / 0.8e6 == pytest.approx(0.38, abs=0.01)
    # 71.3 degC where the pipes do not see each other; what the supply gives to the return makes it colder.
    assert 70.8 < tenth.T_end - 273.15 < 71.3


def test_supply_and_return_at_one_temperature_cool_as_one(dn200):
    """The difference of the two decays with K1 + K2, the sum with K1 - K2: with T_return at the customers equal to
    what arrives nothing is delivered, and all that is sent is lost."""
    short = replace(dn200, length=1e5)
    share = length_to_lose(0.5, short, 5.46, T_S, T_R, T_G)
    assert carried_heat(replace(dn200, length=share), 5.46, T_S, T_R, T_G).share == pytest.approx(
        0.5, rel=1e-9
    )
    # Of the supply alone, by its conductance to ground: exp(-K L / W) to the coupling with the return.
    alone = T_G + (T_S - T_G) * math.exp(-dn200.loss_per_length * 10e3 / (5.46 * dn200.heat_capacity))
    assert carried_heat(dn200, 5.46, T_S, T_R, T_G).T_end == pytest.approx(alone, abs=0.5)


def test_a_single_pipe_no_flow_and_no_share_are_refused(dn200):
    single = BuriedPipe.from_values({"length": 10.0, "dn": 200}, "single")
    for pipe, flow in ((single, 1.0), (dn200, 0.0)):
        with pytest.raises(InputError, match="carried"):
            carried_heat(pipe, flow, T_S, T_R, T_G)
    with pytest.raises(InputError, match="share"):
        length_to_lose(1.0, dn200, 1.0, T_S, T_R, T_G)
    with pytest.raises(InputError, match="falling"):
        length_to_lose(0.5, dn200, 1.0, T_S, T_R, T_R)
