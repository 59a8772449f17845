"""A buried pair of pipes over a year of hours: what delay, heat loss and exchange cost a plant's year."""

import math

import numba
import pytest

from hashheat.components.buried_pipe import BuriedPipe, PipeInputs

HOURS = 8760


def year_of_inputs(n):
    """Load from a tenth in summer to full in winter, supply 70 to 90 degC, ground from 2 to 14 degC."""
    found = []
    for hour in range(n):
        season = 0.5 + 0.5 * math.cos(2.0 * math.pi * hour / HOURS)
        load = max(0.1, season + 0.1 * math.sin(2.0 * math.pi * hour / 24.0))
        supply, back = 343.15 + 20.0 * season, 318.15 - 5.0 * season
        flow = 54.6 * load
        found.append(PipeInputs((flow, flow), (supply, back), 275.15 + 12.0 * (1.0 - season)))
    return found


@pytest.mark.benchmark(group="buried pipe")
@pytest.mark.parametrize("length", [200.0, 2000.0, 20000.0], ids=["200 m", "2 km", "20 km"])
def test_year_of_a_pair(benchmark, length):
    pipe = BuriedPipe.from_values({"length": length, "dn": 200, "series": 2})
    steps = 40 if benchmark.disabled or numba.config.DISABLE_JIT else HOURS
    inputs = year_of_inputs(steps)

    def run():
        state = pipe.start(353.15, 318.15)
        lost = carried = 0.0
        for given in inputs:
            state, out = pipe.step(state, given, 3600.0)
            lost += sum(out.heat_loss)
            carried += sum(m * (a - b) for m, a, b in zip(given.mass_flow, given.T_in, out.T_out))
        return state, lost * 3600.0, carried * pipe.heat_capacity * 3600.0

    pipe.step(pipe.start(353.15, 318.15), inputs[0], 3600.0)  # compile
    state, lost, carried = benchmark(run)
    stored = pipe.energy(state) - pipe.energy(pipe.start(353.15, 318.15))
    assert carried - lost == pytest.approx(stored, abs=1e-9 * lost)
    # Each hour as if it were steady: the same heat over the year, but for what the water holds.
    steady = sum(sum(pipe.steady(given).heat_loss) for given in inputs) * 3600.0
    if steps == HOURS:
        assert lost == pytest.approx(steady, rel=0.02)
    benchmark.extra_info.update(
        row=f"Pair of buried pipes, DN 200, {length:g} m: step of an hour, in Python",
        per="step",
        work=steps,
        target_us=50.0,
        merged=sum(parcels.merged for parcels in state),
        loss_MWh=lost / 3.6e9,
        imbalance=abs(carried - lost - stored) / lost,
    )
