"""Monitoring: run lengths against simulation, and faults injected into synthetic data that are found."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.monitoring import cusum, monitor, run_length, threshold

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

R = "chips.junction_to_plate"
INTERPRETED = bool(numba.config.DISABLE_JIT)


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


@pytest.mark.skipif(INTERPRETED, reason="hundreds of solutions")
def test_injected_faults_are_found_and_sound_units_left_alone():
    """Synthetic data: an interface pumped out on all boards, a board whose channel is blocked, and sound units."""
    miner = field_data.settled(Miner.named("canaan-a1566ha-500t"))
    rng = np.random.default_rng(3)
    instruments = field_data.doubted(bias=0.0)
    records, fault = 160, 100
    quiet = {key: 0.0 for key in instruments}
    parts = []
    for i in range(5):
        driven = field_data.drivers(rng, records)
        worn = np.ones(records)
        if i == 1:
            worn[fault:] = np.linspace(1.0, 1.25, records - fault)
        data = field_data.readings(
            miner,
            {R: (0.7 * worn)[None]},
            quiet,
            instruments,
            driven,
            rng,
            left_out=("power_ac", "T_out_board"),
        )
        if i == 3:
            data["T_chip_mean"][{"board": 2, "time": slice(fault, None)}] += 1.5
        parts.append(data.assign_coords(unit=[f"u{i}"]))
    fleet = xr.concat(parts, dim="unit", combine_attrs="override", join="outer").transpose(
        "time", "unit", ...
    )
    found = monitor(miner, fleet, first=80)
    assert {alarm.unit for alarm in found.alarms} == {"u1", "u3"}
    by_unit = {alarm.unit: alarm for alarm in found.alarms}
    assert by_unit["u1"].boards == (0, 1, 2, 3)
    assert by_unit["u3"].boards == (2,)
    assert by_unit["u1"].shift > 0.0
    assert by_unit["u3"].shift == pytest.approx(1.5, abs=0.4)
    assert "pumped out" in by_unit["u1"].likely
    assert "blocked" in by_unit["u3"].likely
    assert all(alarm.time >= fault for alarm in found.alarms)
    assert found.expected_false == pytest.approx(5 * 5 * 80 / 1e5)


def test_too_short_a_record_is_refused():
    miner = field_data.settled(field_data.coarse(Miner.named("canaan-a1566ha-500t")))
    rng = np.random.default_rng(1)
    driven = field_data.drivers(rng, 3)
    quiet = {key: 0.0 for key in field_data.INSTRUMENTS}
    data = field_data.readings(miner, {}, quiet, field_data.INSTRUMENTS, driven, rng)
    with pytest.raises(InputError):
        monitor(miner, data)
    with pytest.raises(InputError):
        threshold(5.0, 0.5)
