"""Resistances chip by chip: those that the readings were made with, found again."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.errors import CalibrationError
from hashheat.components.miner import Miner
from hashheat.validation.unit_calibration import calibrate_unit
from hashheat.validation.unit_model import UnitModel

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

R, NU, EACH = "chips.junction_to_plate", "plate.nusselt_factor", "chips.junction_to_plate@chip"
INTERPRETED = bool(numba.config.DISABLE_JIT)
POINTS = 4 if INTERPRETED else 10
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def miner():
    shipped = Miner.named("canaan-a1566ha-500t")
    return field_data.settled(field_data.quick(shipped), R, NU)


def drawn(miner, seed, spread, far=()):
    """Ratios of all chips, whose mean is 1."""
    device = miner.device
    ratio = 1.0 + spread * np.random.default_rng(seed).standard_normal(
        (device.boards.count, device.chips.count)
    )
    for board, chip, more in far:
        ratio[board, chip] += more
    return ratio / ratio.mean()


def chip_data(
    miner, ratio, seed, noise=0.4, instruments=field_data.INSTRUMENTS, points=POINTS, leaks=False, flow=None
):
    """Readings of a unit whose chips have these resistances over the nominal one; a film of its own as stated."""
    rng = np.random.default_rng((seed, 99))
    truth, error = field_data.draw_truth(miner, rng, instruments, miner.device.boards.count)
    if flow is not None:
        error["volume_flow"] = flow
    driven = field_data.drivers(rng, points)
    data = field_data.readings(miner, truth, error, instruments, driven, rng, left_out=("power_ac",))
    shape = (points, 1, miner.device.boards.count, miner.device.chips.count)
    true = {name: (("time", "unit"), x[:, None]) for name, x in driven.items()}
    true["T_chip"] = (("time", "unit", "board", "chip"), np.full(shape, 350.0))
    coords = {"time": np.arange(points), "unit": ["a"]}
    model = UnitModel.of(miner, xr.Dataset(true, coords), chip_order="rows")
    T = model.predict(truth, quantities=("T_chip",)).values["T_chip"][0]
    share = (driven["power_dc"] / (shape[2] * shape[3]))[:, None, None]
    plate = T - truth[R] * share * law(miner, T) / law(miner, T).mean(axis=(1, 2), keepdims=True)
    own = plate + truth[R] * ratio * share
    if leaks:
        scale = share / law(miner, T).mean(axis=(1, 2), keepdims=True)
        for _ in range(60):
            own = plate + truth[R] * ratio * scale * law(miner, own)
    read = own + error["T_chip"] + noise * rng.standard_normal(own.shape)
    data["T_chip"] = (("time", "unit", "board", "chip"), read[:, None])
    return data.drop_vars("T_chip_mean"), truth


def law(miner, T):
    """Power of a chip over that at the reference temperature."""
    q = miner.quantities
    share = q["power.leakage_share"].nominal
    hotter = (T - q["power.reference_temperature"].nominal) / q["power.leakage_scale"].nominal
    return 1.0 - share + share * np.exp(hotter)


def instruments_of(noise):
    return field_data.doubted(T_chip=(noise, 0.5))


def test_each_chip_is_found_again(miner):
    """Spread 6 %, one chip with 60 % more, one with 40 % less: by their readings they are 2 % uncertain."""
    far = ((1, 37, 0.6), (3, 5, -0.4))
    ratio = drawn(miner, 4, 0.06, far)
    noise = 0.4
    data, truth = chip_data(miner, ratio, 4, noise)
    found = calibrate_unit(miner, data, [EACH], instruments=instruments_of(noise), chip_order="rows", folds=1)
    assert found.names == (R,)
    chips = found.chips
    assert set(zip(*np.nonzero(chips.deviates))) == {(1, 37), (3, 5)}
    assert chips.spread_interval[0] < 0.06 < chips.spread_interval[1]
    assert chips.spread == pytest.approx(0.06, rel=0.15)
    for board, chip, _ in far:
        off = chips.estimate[board, chip] - (ratio[board, chip] - 1.0)
        assert abs(off) < 4.0 * chips.sigma[board, chip]
        assert chips.own[board, chip] == chips.estimate[board, chip]
    away = (chips.own - (ratio - 1.0)) / chips.own_sigma
    # Of 640 chips: their mean square is 1 within 4 standard deviations of chi2.
    assert np.mean(away**2) == pytest.approx(1.0, abs=4.0 * np.sqrt(2.0 / away.size) + 0.05)
    kept = ~chips.deviates
    assert np.std((chips.estimate - ratio)[kept]) < np.std((chips.own - ratio)[kept])
    assert chips.readings == pytest.approx(np.full(ratio.shape, POINTS))
    assert chips.enlarged == pytest.approx(1.0, abs=0.05)
    assert chips.kelvin_per_watt.mean() == pytest.approx(found.values[R], rel=0.01)
    assert found.values[R] == pytest.approx(truth[R], abs=4.0 * found.sigma[R])


@pytest.mark.skipif(INTERPRETED, reason="many fits")
def test_intervals_hold_the_truth_as_often_as_they_say(miner):
    """5120 chips of 8 units; what chips of a unit share in doubt leaves room for three standard errors."""
    inside, raised = [], 0
    for seed in range(8):
        ratio = drawn(miner, seed, 0.05)
        data, _ = chip_data(miner, ratio, seed)
        chips = calibrate_unit(
            miner, data, [EACH], instruments=instruments_of(0.4), chip_order="rows", folds=1
        ).chips
        low, high = np.moveaxis(chips.interval, -1, 0)
        inside.append(np.mean((low <= ratio - 1.0) & (ratio - 1.0 <= high)))
        raised += chips.deviates.any()
    error = np.std(inside, ddof=1) / np.sqrt(len(inside))
    assert abs(np.mean(inside) - 0.95) < 3.0 * error + 0.01
    assert error < 0.01
    assert raised <= 1


def test_a_ratio_is_as_doubtful_as_the_mean_that_it_is_over(miner):
    """Sensors that are all off by 2 K, one standard deviation: some third of the rise."""
    rough = field_data.doubted(T_chip=(0.1, 2.0))
    ratio = drawn(miner, 9, 0.06)
    data, truth = chip_data(miner, ratio, 9, 0.1, rough)
    data["T_chip"] = data["T_chip"] - 2.0
    found = calibrate_unit(miner, data, [EACH], instruments=rough, chip_order="rows", folds=1)
    chips, doubt = found.chips, found.sigma[R] / found.values[R]
    assert doubt > 0.05
    low, high = chips.spread_interval
    assert low < 0.06 < high
    assert np.log(high / low) > 2.0 * 1.95 * doubt
    # In K/W they differ by what they do, whatever the mean is.
    off = chips.kelvin_per_watt - chips.resistance - truth[R] * (ratio - 1.0)
    power = data["power_dc"].values / ratio.size
    assert np.std(off) < 1.1 * 0.1 / np.sqrt((power**2).sum())
    ends = chips.kelvin_per_watt_interval
    half = 0.5 * np.diff(ends, axis=-1)[..., 0]
    assert half == pytest.approx(np.full(half.shape, 1.96 * found.sigma[R]), rel=0.1)
    inside = (ends[..., 0] < truth[R] * ratio) & (truth[R] * ratio < ends[..., 1])
    assert inside.mean() > 0.9


def test_a_pattern_along_the_plate_is_no_spread_of_chips(miner):
    """A flow meter 25 % high, one standard deviation, and outlets known to 3 K."""
    rough = field_data.doubted(volume_flow=(0.005, 0.25), T_out=(0.05, 3.0), T_out_board=(0.2, 3.0))
    ratio = drawn(miner, 8, 0.04)
    data, _ = chip_data(miner, ratio, 8, 0.1, rough, flow=0.25)
    rough = rough | {"T_chip": instruments_of(0.1)["T_chip"]}
    chips = calibrate_unit(miner, data, [EACH], instruments=rough, chip_order="rows", folds=1).chips
    assert chips.spread_interval[0] < 0.04 < chips.spread_interval[1]
    assert chips.spread == pytest.approx(0.04, rel=0.1)
    away = (chips.estimate - (ratio - 1.0)) / chips.sigma
    assert np.mean(away**2) < 1.5


@pytest.mark.skipif(INTERPRETED, reason="leakage that follows each chip costs several solutions")
def test_a_hotter_chip_that_leaks_more_is_not_said_to_have_more_resistance():
    miner = field_data.settled(field_data.coarse(Miner.named("canaan-a1566ha-500t"), 4), R)
    assert miner.quantities["power.leakage_share"].nominal > 0.05
    ratio = drawn(miner, 5, 0.08)
    quiet = field_data.doubted(noise=1e-4, bias=0.0, T_chip=(0.02, 0.0))
    data, _ = chip_data(miner, ratio, 5, 0.02, quiet, leaks=True)
    chips = calibrate_unit(miner, data, [EACH], instruments=quiet, chip_order="rows", folds=1).chips
    slope = np.polyfit((ratio - 1.0).ravel(), chips.own.ravel(), 1)[0]
    # Without what leaks more the slope is 1.02 to 1.03.
    assert slope == pytest.approx(1.0, abs=0.005)


def test_noise_stated_too_large_is_not_taken_out_of_the_spread(miner):
    ratio = drawn(miner, 3, 0.05)
    data, _ = chip_data(miner, ratio, 3, 0.2)
    chips = calibrate_unit(
        miner, data, [EACH], instruments=instruments_of(1.0), chip_order="rows", folds=1
    ).chips
    assert chips.enlarged == pytest.approx(0.2, rel=0.1)
    assert chips.spread_interval[0] < 0.05 < chips.spread_interval[1]
    assert chips.spread == pytest.approx(0.05, rel=0.15)


@pytest.mark.skipif(INTERPRETED, reason="two more fits")
def test_chips_without_readings_and_noise_that_is_understated(miner):
    ratio = drawn(miner, 6, 0.05)
    data, _ = chip_data(miner, ratio, 6, 1.2)
    data["T_chip"][{"board": 2, "chip": 11}] = np.nan
    chips = calibrate_unit(
        miner, data, [EACH], instruments=instruments_of(0.4), chip_order="rows", folds=1
    ).chips
    assert np.isnan(chips.own[2, 11])
    assert chips.readings[2, 11] == 0
    assert not chips.deviates[2, 11]
    assert np.isfinite(chips.own).sum() == ratio.size - 1
    assert chips.enlarged == pytest.approx(3.0, rel=0.1)


def test_what_cannot_be_told_chip_by_chip(miner):
    ratio = drawn(miner, 1, 0.05)
    data, _ = chip_data(miner, ratio, 1, points=2)
    with pytest.raises(CalibrationError, match="order"):
        calibrate_unit(miner, data, [EACH])
    with pytest.raises(CalibrationError, match="chip by chip"):
        calibrate_unit(miner, data, ["plate.nusselt_factor@chip"], chip_order="rows")
