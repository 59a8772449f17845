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
