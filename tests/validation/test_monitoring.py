"""Monitoring: run lengths against simulation, and faults injected into synthetic data that are found."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.cusum import cusum, flagged_share, run_length, threshold
from hashheat.validation.monitoring import monitor

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)


@pytest.mark.parametrize(
    ("h", "k", "shift"), [(4.0, 0.5, 0.0), (4.0, 0.5, 1.0), (5.0, 0.25, 0.5), (3.0, 0.5, 0.0)]
)
def test_run_lengths_are_those_of_a_simulation(h, k, shift):
    """1500 series; the mean of their lengths is known to 3 %, the approximation to some 5 %."""
    rng = np.random.default_rng(5)
    high, low = cusum(rng.standard_normal((3000, 1500)) + shift, k)
    out = np.maximum(high, low) > h
    reached = out.any(axis=0)
    # Those that did not signal in time go on at the rate seen: censored exponential.
    lengths = np.where(reached, out.argmax(axis=0) + 1, len(out))
    mean = lengths.sum() / reached.sum()
    assert run_length(h, k, shift) == pytest.approx(mean, rel=0.09)


def exact_run_length(h, k, shift):
    """Solve Page's integral equation, L(u) = 1 + L(0) Phi(k - u - shift) + int L(y) phi(y + k - u - shift) dy."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    y, w = 0.5 * h * (nodes + 1.0), 0.5 * h * weights
    each = []
    for side in (shift, -shift):
        u = np.append(0.0, y)
        kernel = norm.pdf(y[None, :] + k - u[:, None] - side) * w
        A = np.eye(u.size)
        A[:, 1:] -= kernel
        A[:, 0] -= norm.cdf(k - u - side)
        each.append(np.linalg.solve(A, np.ones(u.size))[0])
    return 1.0 / (1.0 / np.array(each)).sum()


@pytest.mark.parametrize("k", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0])
def test_run_lengths_solve_the_integral_equation(k, shift):
    for h in (3.0, 5.0, 8.0):
        assert run_length(h, k, shift) == pytest.approx(exact_run_length(h, k, shift), rel=0.06)


def test_a_threshold_has_the_length_asked_for():
    for length in (200.0, 1e4, 1e6):
        assert run_length(threshold(length, 0.5), 0.5) == pytest.approx(length, rel=1e-6)


def test_missing_records_leave_the_sums_alone():
    z = np.array([[1.0], [np.nan], [1.0]])
    high, low = cusum(z, 0.5)
    assert high[:, 0] == pytest.approx([0.5, 0.5, 1.0])
    assert low[:, 0] == pytest.approx([0.0, 0.0, 0.0])


@pytest.mark.parametrize(("first", "length"), [(25, 1e3), (100, 1e3), (100, 5e3)])
def test_sound_series_signal_as_often_as_stated(first, length):
    """3000 series whose level and scatter come from their first records, seeded."""
    series, records = 3000, 400
    h = threshold(length, 0.5, first, records)
    expected = -series * np.expm1(-records / length)
    assert series * flagged_share(h, 0.5, first, records) == pytest.approx(expected, rel=1e-6)
    rng = np.random.default_rng(8)
    base, x = rng.standard_normal((first, series)), rng.standard_normal((records, series))
    z = (x - base.mean(axis=0)) / (base.std(axis=0, ddof=1) * np.sqrt(1.0 + 1.0 / first))
    signalled = (np.maximum(*cusum(z, 0.5)) > h).any(axis=0).sum()
    # Three standard deviations of the count, and 5 % of the approximation.
    assert abs(signalled - expected) < 3.0 * np.sqrt(expected) + 0.05 * expected
    # A threshold that takes the level for exact would signal more often by far.
    careless = (np.maximum(*cusum(z, 0.5)) > threshold(length, 0.5)).any(axis=0).sum()
    assert careless > expected + 5.0 * np.sqrt(expected)


def test_too_short_a_record_is_refused():
    miner = field_data.settled(field_data.coarse(Miner.named("canaan-a1566ha-500t")))
    rng = np.random.default_rng(1)
    driven = field_data.drivers(rng, 3)
    quiet = {key: 0.0 for key in field_data.INSTRUMENTS}
    data = field_data.readings(miner, {}, quiet, field_data.INSTRUMENTS, driven, rng)
    with pytest.raises(InputError):
        monitor(miner, data)
    with pytest.raises(InputError, match="length"):
        threshold(5.0, 0.5)


def test_a_threshold_that_none_belongs_to_is_refused():
    """Beyond three standard deviations lies one record in 370: no threshold makes that one in 20."""
    with pytest.raises(InputError, match="allowance"):
        threshold(20.0, 3.0)
    with pytest.raises(InputError, match="allowance"):
        threshold(20.0, 3.0, 25, 400)


def test_a_watch_over_many_run_lengths_still_has_a_threshold():
    """In 100 run lengths nearly every series signals; the threshold is that of one run length."""
    h = threshold(1e3, 0.5, 100, 100_000)
    assert h == threshold(1e3, 0.5, 100, 1000)
    assert h > threshold(1e3, 0.5)


def watched_unit(miner, n, change, first):
    """A unit with noise-free readings that are changed before they are watched."""
    rng = np.random.default_rng(3)
    driven = field_data.drivers(rng, n)
    driven |= {name: np.full(n, x[0]) for name, x in driven.items()}
    quiet = {key: 0.0 for key in field_data.INSTRUMENTS}
    exact = field_data.doubted(noise=0.0, bias=0.0)
    data = field_data.readings(miner, {}, quiet, exact, driven, rng, left_out=("T_out_board", "power_ac"))
    change(data)
    return monitor(miner, data, first=first, length=1e4)


@pytest.fixture(scope="module")
def plain():
    return field_data.settled(field_data.coarse(Miner.named("canaan-a1566ha-500t")))


@pytest.mark.parametrize("rounded", [True, False])
def test_a_first_stretch_that_stands_still_is_not_taken_for_exact(plain, rounded):
    """Read in 0.1 K: half a step more than a first stretch of equal readings is no drift."""

    def change(data):
        for name in ("T_in", "T_out", "T_chip_mean"):
            # Never on the edge between two steps.
            level = np.round(data[name].values.mean() - 273.15, 1) + 273.15
            data[name].values[:] = level if rounded else level + 0.0123456
        data["T_out"].values[30] += 0.1
        data["T_chip_mean"].values[33:, 0, 1] += 4.0

    found = watched_unit(plain, 60, change, 25)
    assert [a.variable for a in found.alarms] == ["T_chip_mean"]
    (alarm,) = found.alarms
    assert alarm.time >= 33
    assert alarm.boards == (1,)
    assert alarm.shift == pytest.approx(4.0, abs=1e-6)
    # Of reading and inlet: a step over sqrt(12) each; 0.1 K each where the readings are not rounded.
    scatter = np.sqrt(2.0) * (0.1 / np.sqrt(12.0) if rounded else 0.1)
    assert alarm.strength == pytest.approx(4.0 / (scatter * np.sqrt(1.0 + 1.0 / 25)), rel=1e-6)


@pytest.mark.parametrize(("power", "flagged"), [(1.0, False), (30.0, True)])
def test_records_without_a_steady_state_are_an_alarm(plain, power, flagged):
    """Thirty times the power leaves the chips no steady temperature."""

    def change(data):
        data["T_out"].values[:, 0] += 0.05 * np.random.default_rng(1).standard_normal(data.sizes["time"])
        data["power_dc"].values[31:] *= power
        # A single record may be a stray reading: counted, and no alarm.
        data["power_dc"].values[27] *= 30.0

    found = watched_unit(plain, 40, change, 25)
    (one,) = found.unsolved
    assert one.unit == "a"
    assert one.records == 1 + 9 * flagged
    assert one.offered == 40
    assert one.since == 27
    assert one.alarm == (33 if flagged else None)
    assert found.flagged == (("a",) if flagged else ())


def test_a_unit_whose_model_never_has_a_steady_state_is_named(plain):
    def change(data):
        data["power_dc"].values[:] *= 30.0

    with pytest.raises(InputError, match="40 of 40 usable records have no steady state"):
        watched_unit(plain, 40, change, 25)
