"""The highest stable inlet: a unit settles just below it and not above."""

import numpy as np
import pytest

from hashheat.components.errors import CoolantRangeError, RunawayError
from hashheat.fleet.runaway import highest_stable_inlet
from hashheat.fleet.sampling import nominal

FLOW = 0.15  # kg/s


def search(plant, factor=1.0, flow=FLOW):
    return highest_stable_inlet(plant, nominal(plant.quantities), flow, factor)


def settle(plant, T_in, factor=1.0, flow=FLOW):
    resistance = plant.quantities["miner.chips.junction_to_plate"].nominal * factor
    room = plant.quantities["surroundings.temperature"].nominal
    return plant.miner.solve(
        T_in=T_in, mass_flow=flow, T_ambient=room, pressure=3e5, chips__junction_to_plate=resistance
    )


@pytest.mark.parametrize("factor", [1.0, 1.2])
def test_just_below_settles_and_just_above_runs_away(make_plant, factor):
    plant = make_plant({"miner.chips.junction_to_plate": "2.6 K/W"})
    T_in, runs_away = search(plant, factor)
    assert runs_away
    assert 273.15 < T_in < 373.15
    assert np.isfinite(settle(plant, T_in - 0.01, factor).T_junction)
    with pytest.raises(RunawayError):
        settle(plant, T_in + 0.02, factor)


def test_a_worse_unit_and_a_smaller_flow_run_away_earlier(make_plant):
    plant = make_plant({"miner.chips.junction_to_plate": "2.6 K/W"})
    assert search(plant, 1.1)[0] < search(plant)[0] - 1.0
    assert search(plant, flow=0.5 * FLOW)[0] < search(plant)[0] - 1.0


def test_without_leakage_the_coolants_range_is_the_end(make_plant):
    even = {"miner.boards.flow_imbalance": 0, "miner.power.psu_efficiency": 1}
    plant = make_plant({"miner.power.leakage_share": 0} | even)
    T_in, runs_away = search(plant)
    assert not runs_away
    # Every board's outlet reaches the end of the table at once.
    assert settle(plant, T_in).T_out.item() == pytest.approx(plant.table.T_max, abs=0.02)
    with pytest.raises(CoolantRangeError):
        settle(plant, T_in + 0.05)


def test_nothing_is_stable_where_even_ice_water_runs_away(make_plant):
    T_in, runs_away = search(make_plant({"miner.chips.junction_to_plate": "8 K/W"}))
    assert np.isnan(T_in)
    assert runs_away
