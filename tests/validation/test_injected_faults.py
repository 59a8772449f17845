"""The four faults a fleet is watched for, injected into synthetic data, labelled so, beside sound units."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.miner import Miner
from hashheat.validation.monitoring import monitor


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


field_data, faults = _beside("field_data"), _beside("faulty_fleet")

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="thousands of solutions")
KINDS = ("fouling", "pump-out", "dead chips", "blocked channel")
FIRST, START, RECORDS, LENGTH = 100, 130, 250, 1e5
NOISE = {
    "T_in": 0.05,
    "T_out": 0.05,
    "T_ambient": 0.2,
    "volume_flow": 0.005,
    "power_dc": 0.005,
    "T_chip": 0.5,
}


@pytest.fixture(scope="module")
def miner():
    shipped = Miner.named("canaan-a1566ha-500t")
    return field_data.coarse(field_data.settled(shipped), 4)


def fleet(miner, kinds, seed):
    return faults.faulty_fleet(
        miner, kinds, records=RECORDS, start=START, seed=seed, drivers=field_data.drivers, noise=NOISE
    )


@pytest.fixture(scope="module")
def watched(miner):
    """Each fault between sound units."""
    kinds = [None, *(x for kind in KINDS for x in (kind, None))]
    data = fleet(miner, kinds, 3)
    assert data.attrs["synthetic"] == 1
    found = monitor(miner, data, first=FIRST, length=LENGTH)
    return found, {f"u{i}": kind for i, kind in enumerate(kinds)}


def test_each_fault_is_flagged_and_sound_units_are_not(watched):
    found, kinds = watched
    assert set(found.flagged) == {unit for unit, kind in kinds.items() if kind}
    # All after it set in.
    assert all(alarm.time >= START for alarm in found.alarms)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_of_a_fault(watched, kind):
    found, kinds = watched
    unit = next(u for u, k in kinds.items() if k == kind)
    alarms = {a.variable: a for a in found.alarms if a.unit == unit}
    alarm = alarms["T_chip_mean"]
    # None of them changes heat or flow of the unit: the outlet keeps still.
    assert list(alarms) == ["T_chip_mean"]
    word = {"fouling": "fouling", "pump-out": "pumped out"}.get(kind, kind)
    assert word in alarm.likely_later
    if kind in ("fouling", "pump-out"):
        assert alarm.boards_later == (0, 1, 2, 3)
        assert alarm.shift > 0.0
    else:
        assert faults.BOARD in alarm.boards
        trace = next(t for t in found.traces if (t.unit, t.variable) == (unit, "T_chip_mean"))
        late = np.nanmean(trace.gap[-60:], axis=0)
        assert np.abs(late).argmax() == faults.BOARD
        assert np.sign(late[faults.BOARD]) == (-1.0 if kind == "dead chips" else 1.0)
    assert np.sign(alarm.strength) == np.sign(alarm.shift)
    assert abs(alarm.strength) > found.k


@pytest.fixture(scope="module")
def known_late(miner):
    """A unit in which board 2 blocks, watched until its alarm and to a fouling of all boards long after it."""
    data = fleet(miner, ["blocked channel"], 4)
    alarm = monitor(miner, data, first=FIRST, length=LENGTH).alarms[0]
    end = int(alarm.time)
    data["T_chip_mean"][{"time": slice(end + 20, None)}] += 8.0
    until = data.isel(time=slice(0, end + 1))
    return (
        monitor(miner, until, first=FIRST, length=LENGTH),
        monitor(miner, data, first=FIRST, length=LENGTH),
        end,
    )


def test_an_alarm_says_what_was_known_when_it_signalled(known_late):
    """A watch that ends with the alarm and one that goes on say the same of it, whatever happens later."""
    until, whole, end = known_late
    (early,), (late,) = until.alarms, whole.alarms
    assert early.time == late.time == end
    assert (early.boards, early.likely) == (late.boards, late.likely)
    assert (early.shift, early.strength) == pytest.approx((late.shift, late.strength))
    assert faults.BOARD in late.boards
    assert late.boards_later == (0, 1, 2, 3)


def test_boards_that_move_together_are_mostly_told_as_such(miner):
    """At the signal one board leads by chance: the others are judged by their mean over its records."""
    kinds = [kind for kind in ("pump-out", "blocked channel") for _ in range(12)]
    found = monitor(miner, fleet(miner, kinds, 6), first=FIRST, length=LENGTH)
    assert len(found.alarms) == len(kinds)
    of = {alarm.unit: alarm for alarm in found.alarms}
    together = sum(len(of[f"u{i}"].boards) >= 3 for i in range(12))
    assert together >= 8
    assert sum("blocked channel" in of[f"u{i}"].likely for i in range(12, 24)) >= 11


def test_a_sound_fleet_is_flagged_no_more_often_than_stated(miner):
    """60 sound units with a short run length asked for, so that there are alarms to count."""
    data = fleet(miner, [None] * 60, 11)
    found = monitor(miner, data, first=FIRST, length=2e3)
    assert found.series == 60 * 5
    assert found.expected_false == pytest.approx(300 * -np.expm1(-150 / 2e3))
    signalled = sum(int((np.maximum(t.high, t.low) > found.h).any(axis=0).sum()) for t in found.traces)
    assert 0 < signalled <= found.expected_false + 3.0 * np.sqrt(found.expected_false)
    assert monitor(miner, data, first=FIRST, length=LENGTH).expected_false < 0.5
    assert not monitor(miner, data, first=FIRST, length=LENGTH).alarms


def test_a_shift_at_the_first_record_and_a_unit_without_first_records(miner):
    data = fleet(miner, [None] * 3, 5)
    data["T_chip_mean"][{"unit": 0, "time": slice(FIRST, None)}] += 5.0
    data["T_in"][{"unit": 2, "time": slice(0, FIRST - 10)}] = np.nan
    found = monitor(miner, data, first=FIRST, length=LENGTH)
    assert found.flagged == ("u0",)
    assert found.unwatched == ("u2",)
    assert found.series == 10
    assert found.alarms[0].shift == pytest.approx(5.0, abs=1.0)
