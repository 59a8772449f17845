"""The compression cycle: states against CoolProp's own calls, pinches by dense sampling, the second law."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.heat_pump import lorenz_COP
from hashheat.components.heat_pump_cycle import CompressionCycle, entropy_generated
from hashheat.thermo.errors import InputError, StateError

STREAMS = (313.15, 303.15, 318.15, 348.15)
FLUIDS = ("R1234ze(E)", "R1233zd(E)", "Ammonia", "IsoButane", "R134a")


def cycle(fluid="R1234ze(E)", **changes):
    given = {
        "isentropic_efficiency": 0.75,
        "superheat": 5.0,
        "subcooling": 5.0,
        "pinch_evaporator": 3.0,
        "pinch_condenser": 3.0,
    }
    return CompressionCycle(fluid, **given | changes)


@pytest.mark.parametrize("fluid", FLUIDS)
def test_states_are_those_of_coolprop(fluid):
    state = cycle(fluid).solve(*STREAMS)
    evaporation, condensation = state.T_evaporation, state.T_condensation
    assert evaporation == pytest.approx(300.15)
    low, high = (PropsSI("P", "T", T, "Q", 1, fluid) for T in (evaporation, condensation))
    assert state.p == pytest.approx([low, high, high, low], rel=1e-8)
    h1 = PropsSI("H", "P", low, "T", evaporation + 5.0, fluid)
    s1 = PropsSI("S", "P", low, "T", evaporation + 5.0, fluid)
    h2 = h1 + (PropsSI("H", "P", high, "S", s1, fluid) - h1) / 0.75
    h3 = PropsSI("H", "P", high, "T", condensation - 5.0, fluid)
    assert state.h - state.h[0] == pytest.approx(np.array([h1, h2, h3, h3]) - h1, rel=1e-7, abs=1e-2)
    assert state.T[1] == pytest.approx(PropsSI("T", "P", high, "H", h2, fluid), abs=1e-5)
    assert state.COP == pytest.approx((h2 - h3) / (h2 - h1), rel=1e-7)
    density = PropsSI("D", "P", low, "T", evaporation + 5.0, fluid)
    assert state.volumetric_capacity == pytest.approx(density * (h2 - h3), rel=1e-7)


@pytest.mark.parametrize("fluid", FLUIDS)
@pytest.mark.parametrize(
    "streams", [STREAMS, (303.15, 300.15, 343.15, 345.15), (333.15, 318.15, 308.15, 363.15)]
)
def test_pinches_hold_along_the_exchangers_and_are_met(fluid, streams):
    state = cycle(fluid).solve(*streams)
    source_in, source_out, sink_in, sink_out = streams
    x = np.linspace(0.0, 1.0, 60)
    h = state.h[2] + x * (state.h[1] - state.h[2])
    gap = PropsSI("T", "P", state.p[1], "H", h, fluid) - (sink_in + x * (sink_out - sink_in))
    assert gap.min() >= 3.0 - 1e-2
    dew = PropsSI("H", "P", state.p[1], "Q", 1, fluid)
    at_dew = (dew - state.h[2]) / (state.h[1] - state.h[2])
    corner = state.T_condensation - sink_in - at_dew * (sink_out - sink_in)
    assert min(gap[0], gap[-1], corner) == pytest.approx(3.0, abs=2e-2)
    h = state.h[3] + x * (state.h[0] - state.h[3])
    gap = source_out + x * (source_in - source_out) - PropsSI("T", "P", state.p[0], "H", h, fluid)
    assert gap.min() == pytest.approx(3.0, abs=1e-2)


@pytest.mark.parametrize("fluid", FLUIDS)
def test_never_above_the_lorenz_limit(fluid):
    rng = np.random.default_rng(4)
    solved = 0
    for _ in range(25):
        T_source_in, T_sink_in = rng.uniform(285.0, 325.0), rng.uniform(305.0, 345.0)
        streams = (
            T_source_in,
            T_source_in - rng.uniform(0.5, 15.0),
            T_sink_in,
            T_sink_in + rng.uniform(0.5, 40.0),
        )
        changes = {"isentropic_efficiency": rng.uniform(0.5, 1.0), "superheat": rng.choice([0.0, 5.0, 10.0])}
        changes |= {"pinch_evaporator": rng.uniform(0.0, 5.0), "pinch_condenser": rng.uniform(0.0, 5.0)}
        try:
            state = cycle(fluid, **changes, subcooling=rng.choice([0.0, 5.0])).solve(*streams)
        except StateError:
            continue
        solved += 1
        parts = entropy_generated(state, *streams)
        assert all(value >= -1e-6 for value in parts.values()), parts
        assert state.COP < lorenz_COP(*streams)
        assert 0.0 < state.lorenz_efficiency < 1.0
        # All the entropy together is what the COP lacks.
        source = (streams[0] - streams[1]) / np.log(streams[0] / streams[1])
        lack = (1.0 / state.COP - 1.0 / lorenz_COP(*streams)) * (state.h[1] - state.h[2])
        assert sum(parts.values()) * source == pytest.approx(lack, rel=1e-6)
    assert solved > 10


def test_better_parts_come_nearer_to_the_limit():
    streams = (313.15, 313.0, 343.15, 343.3)
    poor = cycle().solve(*streams).lorenz_efficiency
    better = cycle(isentropic_efficiency=1.0, pinch_evaporator=0.0, pinch_condenser=0.0).solve(*streams)
    best = cycle(
        isentropic_efficiency=1.0, pinch_evaporator=0.0, pinch_condenser=0.0, superheat=0.0, subcooling=0.0
    )
    assert poor < better.lorenz_efficiency < best.solve(*streams).lorenz_efficiency < 1.0
    # What is left is the valve.
    parts = entropy_generated(best.solve(*streams), *streams)
    assert parts["valve"] > 0.97 * sum(parts.values())
    assert cycle(drive_efficiency=0.9).solve(*STREAMS).COP == pytest.approx(0.9 * cycle().solve(*STREAMS).COP)


def test_refuses():
    with pytest.raises(StateError, match="critical"):
        cycle("R134a").solve(313.15, 303.15, 353.15, 383.15)
    with pytest.raises(StateError, match="no lift"):
        cycle().solve(333.15, 330.15, 303.15, 304.15)
    with pytest.raises(StateError, match="triple"):
        cycle("Ammonia").solve(190.0, 185.0, 303.15, 304.15)
    with pytest.raises(InputError, match="two streams"):
        cycle().solve(303.15, 313.15, 318.15, 348.15)
    with pytest.raises(InputError, match="efficiency"):
        cycle(isentropic_efficiency=0.0)
    with pytest.raises(InputError, match="difference"):
        cycle(superheat=-1.0)
    for name in ("Unobtainium", "R32.mix", "Methane[0.5]&Ethane[0.5]"):
        with pytest.raises(InputError, match="refrigerant"):
            cycle(name)
