"""Lives of units against sums over whole histories."""

import numpy as np
import pytest

from hashheat.components.solder_damage import TIN_LEAD, SolderLaw
from hashheat.fleet.lifetime import Lifetime, LifetimeLaws
from hashheat.solvers.rainflow import count_cycles
from hashheat.thermo.errors import InputError

SOLDER = SolderLaw(
    *TIN_LEAD, test_swing=100.0, test_frequency=24.0 / 86400.0, test_T_max=373.15, test_cycles=2000.0
)
LAWS = LifetimeLaws(SOLDER)
HOUR = 3600.0


@pytest.fixture(scope="module")
def history():
    """Junctions of five units over 300 h."""
    rng = np.random.default_rng(7)
    return 340.0 + np.cumsum(rng.normal(0.0, 4.0, (5, 300)), axis=1).clip(-40.0, 40.0)


def run(history, cuts=(), **options):
    lives = Lifetime(history.shape[0], LAWS, **options)
    for part in np.split(np.arange(history.shape[1]), list(cuts)):
        lives.add(history[:, part], part * HOUR, HOUR)
    return lives.result()


def test_damage_is_the_sum_over_counted_cycles(history):
    found = run(history)
    for u, T in enumerate(np.round(history / 0.5) * 0.5):
        cycles = count_cycles(T, HOUR * np.arange(T.size))
        N = SOLDER.cycles_to_failure(cycles.range, 1.0 / cycles.period, cycles.mean + 0.5 * cycles.range)
        assert float(found["solder_damage"][u]) == pytest.approx(np.sum(cycles.weight / N), rel=1e-12)
        assert float(found["cycle_count"][u].sum()) == pytest.approx(cycles.weight.sum())
        at_25 = (cycles.range >= 25.0) & (cycles.range < 30.0)
        assert float(found["cycle_count"][u].sel(swing=27.5)) == pytest.approx(cycles.weight[at_25].sum())
    np.testing.assert_allclose(found["equivalent_cycles"], 2000.0 * found["solder_damage"])


def test_parts_are_the_whole_bit_for_bit(history):
    whole, parts = run(history), run(history, cuts=(1, 2, 100, 101, 250))
    for name in ("solder_damage", "cycle_count"):
        assert np.array_equal(whole[name].values, parts[name].values), name
    np.testing.assert_allclose(whole["ageing_time"], parts["ageing_time"], rtol=1e-13)
    assert whole.attrs["duration_second"] == 300 * HOUR


def test_a_result_in_between_changes_nothing(history):
    lives = Lifetime(5, LAWS)
    lives.add(history[:, :150], HOUR * np.arange(150), HOUR)
    first = lives.result()
    assert first.identical(lives.result())
    lives.add(history[:, 150:], HOUR * np.arange(150, 300), HOUR)
    assert np.array_equal(lives.result()["solder_damage"], run(history)["solder_damage"])


def test_ageing_by_hand():
    lives = Lifetime(2, LifetimeLaws(SOLDER, T_reference=350.0, ageing_energy=0.7, migration_energy=0.7))
    lives.add(np.array([[350.0] * 10, [360.0] * 10]), HOUR * np.arange(10), HOUR, current=[[1.0], [0.5]])
    found = lives.result()
    faster = np.exp(0.7 / 8.617333262e-5 * (1 / 350.0 - 1 / 360.0))
    np.testing.assert_allclose(found["ageing_time"], [10 * HOUR, 10 * HOUR * faster], rtol=1e-8)
    np.testing.assert_allclose(found["migration_time"], [10 * HOUR, 10 * HOUR * faster / 4.0], rtol=1e-8)
    assert np.all(found["solder_damage"] == 0.0)


def test_units_that_stand_still_do_not_migrate():
    lives = Lifetime(1, LAWS)
    lives.add(np.full((1, 4), LAWS.T_reference), HOUR * np.arange(4), HOUR, current=[1.0, 0.0, 0.0, 1.0])
    assert float(lives.result()["migration_time"][0]) == pytest.approx(2 * HOUR)


def test_daily_starts_harm_more_than_a_steady_year():
    steady, daily = np.full(24 * 60, 350.0), np.tile([350.0] * 12 + [310.0] * 12, 60)
    found = run(np.array([steady, daily]))
    assert float(found["solder_damage"][0]) == 0.0
    # 59.5 cycles of 40 K a day each (and the first half of one).
    N = float(SOLDER.cycles_to_failure(40.0, 1.0 / 86400.0, 350.0))
    assert float(found["solder_damage"][1]) == pytest.approx(59.5 / N, rel=0.02)


def test_what_cannot_be(history):
    lives = Lifetime(5, LAWS)
    lives.add(history[:, :10], HOUR * np.arange(10), HOUR)
    with pytest.raises(InputError, match="goes back"):
        lives.add(history[:, :10], HOUR * np.arange(10), HOUR)
    with pytest.raises(InputError, match="row a unit"):
        lives.add(history[:2, 10:20], HOUR * np.arange(10, 20), HOUR)
    with pytest.raises(InputError, match="finite"):
        lives.add(history[:, 10:20] * np.nan, HOUR * np.arange(10, 20), HOUR)
    with pytest.raises(InputError, match="longer than 0"):
        lives.add(history[:, 10:20], HOUR * np.arange(10, 20), 0.0)
    small = Lifetime(1, LAWS, capacity=4)
    ever_smaller = 350.0 + 20.0 * np.array([[(-1) ** k * 0.9**k for k in range(12)]])
    with pytest.raises(InputError, match="open reversals"):
        small.add(ever_smaller, HOUR * np.arange(12), HOUR)
    with pytest.raises(InputError, match="above 0"):
        LifetimeLaws(SOLDER, resolution=0.0)
