"""Calibration of a fleet on made-up readings: the population found again, and its members."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.errors import CalibrationError
from hashheat.components.miner import Miner
from hashheat.validation.hierarchy import calibrate_fleet
from hashheat.validation.unit_calibration import calibrate_unit

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

R, NU = "chips.junction_to_plate", "plate.nusselt_factor"
INTERPRETED = bool(numba.config.DISABLE_JIT)
DOUBT = field_data.doubted(T_chip=(0.3, 0.3))
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def miner():
    shipped = Miner.named("canaan-a1566ha-500t")
    # Readings and fits are of the same grid: few cells hold the same statistics.
    return field_data.quick(shipped) if INTERPRETED else field_data.coarse(shipped, 4)


def fleet(miner, resistances, seed, records, instruments=DOUBT):
    """Units with these resistances, each with instruments of its own."""
    parts = []
    for i, resistance in enumerate(resistances):
        rng = np.random.default_rng((seed, i))
        _, error = field_data.draw_truth(miner, rng, instruments, miner.device.boards.count)
        driven = field_data.drivers(rng, records)
        data = field_data.readings(
            miner, {R: resistance}, error, instruments, driven, rng, left_out=("power_ac", "T_out_board")
        )
        parts.append(data.assign_coords(unit=[f"u{i}"]))
    return xr.concat(parts, dim="unit", combine_attrs="override", join="outer").transpose("time", "unit", ...)


def test_a_population_is_found_again(miner):
    """30 units: mean, spread and members within what is said of them (0.1 % outside by chance)."""
    units = 6 if INTERPRETED else 30
    rng = np.random.default_rng(11)
    mean, sd = np.log(0.62), 0.15
    true = np.exp(mean + sd * rng.standard_normal(units))
    exact = field_data.settled(miner)
    found = calibrate_fleet(exact, fleet(exact, true, 3, 4), [R], instruments=DOUBT)
    population = found.population
    away = population.mean[0] - mean
    assert abs(away) < 3.3 * np.sqrt(population.mean_covariance[0, 0])
    assert found.common[0, 0] == 0.0  # nothing else of the file is uncertain
    assert population.sd_interval[0, 0] < sd < population.sd_interval[0, 1]
    z = (population.estimate[:, 0] - np.log(true)) / np.sqrt(population.covariance[:, 0, 0])
    assert np.abs(z).max() < 4.0
    assert np.mean(np.square(z)) < 2.0
    # Shrunk estimates are nearer to the truth than single ones.
    assert np.std(population.estimate[:, 0] - np.log(true)) < np.std(found.single[:, 0] - np.log(true))
    assert found.curvature_error < 1.0
    assert found.last_step < 0.1
    assert list(found.units) == [f"u{i}" for i in range(units)]


def test_a_single_unit_is_as_its_own_calibration_has_it(miner):
    """With the file's doubt of R next to none against the data's, both fits are the same."""
    exact = field_data.settled(miner, R)
    data = fleet(exact, [0.5, 0.6, 0.7], 5, 4)
    found = calibrate_fleet(exact, data, [R], instruments=DOUBT)
    for i in range(1 if INTERPRETED else 3):
        alone = calibrate_unit(exact, data.isel(unit=[i]), [R], instruments=DOUBT)
        sigma = alone.sigma[R] / alone.values[R]
        prior = alone.priors[R][1] / alone.priors[R][0]
        free = (1.0 / sigma**2 - 1.0 / prior**2) ** -0.5
        assert found.single_sigma[i, 0] == pytest.approx(free, rel=0.03)
        pulled = (found.single[i, 0] - np.log(alone.values[R])) / sigma
        # What the prior pulls the single fit by is a small part of its error.
        assert abs(pulled) < 0.25


def test_what_all_units_share_adds_to_the_mean_alone(miner):
    exact, shared = field_data.settled(miner), field_data.settled(miner, NU)
    resistances, records = ([0.5, 0.6, 0.7], 2) if INTERPRETED else ([0.5, 0.6, 0.7, 0.8], 3)
    data = fleet(exact, resistances, 6, records)
    alone, both = (calibrate_fleet(m, data, [R], instruments=DOUBT) for m in (exact, shared))
    assert both.population.sd == pytest.approx(alone.population.sd, rel=1e-3)
    assert both.population.mean == pytest.approx(alone.population.mean, abs=1e-3)
    # By hand: the mean with the film coefficient one standard deviation off, for all units.
    off = {
        key: field_data.settled(miner, **{"plate__nusselt_factor": v})
        for key, v in ((1, 1.0577), (-1, 0.9423))
    }
    means = {k: calibrate_fleet(m, data, [R], instruments=DOUBT).population.mean[0] for k, m in off.items()}
    assert np.sqrt(both.common[0, 0]) == pytest.approx(abs(means[1] - means[-1]) / 2.0, rel=0.05)


@pytest.fixture(scope="module")
def flawed(miner):
    """Five units: u1's outlet scatters by 0.7 K, u2 has no chip readings, u4 no inlet; and the sound data."""
    exact = field_data.settled(miner)
    data = fleet(exact, [0.5, 0.6, 0.7, 0.8, 0.65], 8, 2 if INTERPRETED else 6)
    rng = np.random.default_rng(1)
    bad = data.copy(deep=True)
    bad["T_out"][{"unit": 1}] += 0.7 * rng.standard_normal(data.sizes["time"])
    bad["T_chip_mean"][{"unit": 2}] = np.nan
    bad["T_in"][{"unit": 4}] = np.nan
    return exact, data, bad, calibrate_fleet(exact, bad, [R], instruments=DOUBT)


@pytest.mark.skipif(INTERPRETED, reason="two more fits")
def test_a_unit_that_scatters_more_than_stated_has_larger_errors(flawed):
    """As much as its own calibration says, whose enlargement is tested by itself; the others as before."""
    exact, data, bad, found = flawed
    sound = calibrate_fleet(exact, data, [R], instruments=DOUBT)
    assert sound.absent == ()
    i = list(found.units).index("u1")
    alone = calibrate_unit(exact, bad.isel(unit=[1]), [R], instruments=DOUBT)
    assert alone.quality.enlarged > 2.0
    # Readings less constants here, priors counted there: the same factor but for their few.
    assert found.enlarged[i] == pytest.approx(alone.quality.enlarged, rel=0.25)
    plain = alone.sigma[R] / alone.values[R] / alone.quality.enlarged
    weak = alone.fit.constants[0].width
    own = (plain**-2 - weak**-2) ** -0.5
    assert found.single_sigma[i, 0] == pytest.approx(found.enlarged[i] * own, rel=0.05)
    assert found.enlarged[i] == pytest.approx(np.sqrt(found.chi2[i] / found.dof[i]))
    rest = np.arange(found.units.size) != i
    assert (found.enlarged[rest] < 1.5).all()
    # What the others say of it weighs more.
    width = np.diff(found.population.interval[:, 0], axis=-1).ravel()
    assert width[i] > 1.5 * np.diff(sound.population.interval[1, 0])


def test_a_unit_that_says_nothing_of_a_number_has_no_estimate_of_its_own(flawed):
    found = flawed[-1]
    i = list(found.units).index("u2")
    assert np.isnan(found.single[i, 0])
    assert np.isnan(found.single_sigma[i, 0])
    assert found.blind == {R: 1}
    assert np.isfinite(np.delete(found.single, i)).all()
    # Of such a unit the population is all that is known.
    mean, sd = found.population.mean[0], found.population.sd[0]
    assert found.population.estimate[i, 0] == pytest.approx(mean, abs=1e-3)
    assert np.sqrt(found.population.covariance[i, 0, 0]) > 0.99 * sd


def test_units_without_a_usable_record_are_named(flawed):
    found = flawed[-1]
    assert found.absent == ("u4",)
    assert list(found.units) == ["u0", "u1", "u2", "u3"]
    assert all(len(x) == 4 for x in (found.single, found.chi2, found.dof, found.enlarged))


@pytest.mark.skipif(INTERPRETED, reason="three more fits; the points are left out in test_stateless_units.py")
def test_units_without_a_steady_state_at_the_start_do_not_stop_the_fit(miner):
    """u1 has its flow in another unit half of the time, u3 in one record of twelve."""
    exact = field_data.settled(miner)
    records = 12
    data = fleet(exact, [0.5, 0.6, 0.7, 0.8, 0.65], 8, records)
    sound = data.isel(unit=[0, 2, 3, 4])
    data["volume_flow"][{"unit": 1, "time": slice(6)}] /= 40.0
    data["volume_flow"][{"unit": 3, "time": 2}] /= 40.0
    found = calibrate_fleet(exact, data, [R], instruments=DOUBT)
    assert list(found.units) == ["u0", "u2", "u3", "u4"]
    assert found.absent == ()
    assert set(found.stateless) == {"u1", "u3"}
    assert found.stateless["u1"][1:] == (6, records, True)
    assert found.stateless["u3"][1:] == (1, records, False)
    assert found.records == 4 * records - 1
    # The others are as if these records had never been there.
    sound["T_in"][{"unit": 2, "time": 2}] = np.nan
    without = calibrate_fleet(exact, sound, [R], instruments=DOUBT)
    assert found.single == pytest.approx(without.single, rel=1e-9)
    assert found.population.mean == pytest.approx(without.population.mean, rel=1e-9)
    data["volume_flow"] /= 40.0
    with pytest.raises(CalibrationError, match="three units") as caught:
        calibrate_fleet(exact, data, [R], instruments=DOUBT)
    assert "steady state" in str(caught.value)


def lasting(data, rng, sigma, phi):
    """The same readings with errors of the chip sensors that last: autoregressive, each board by itself."""
    shape = data["T_chip_mean"].shape
    step = sigma * np.sqrt(1.0 - phi**2) * rng.standard_normal(shape)
    error = np.empty(shape)
    error[0] = sigma * rng.standard_normal(shape[1:])
    for i in range(1, shape[0]):
        error[i] = phi * error[i - 1] + step[i]
    return data.assign(T_chip_mean=data["T_chip_mean"] + error)


@pytest.mark.skipif(INTERPRETED, reason="thousands of records")
def test_errors_that_last_widen_those_of_every_unit(miner):
    """16 units of 300 records, whose chip sensors wander by 1 K with a memory of 9 records."""
    exact, rng = field_data.settled(miner), np.random.default_rng(21)
    units, records, phi = 16, 300, 0.8
    true = np.exp(np.log(0.62) + 0.05 * rng.standard_normal(units))
    quiet = field_data.doubted(noise=0.01, bias=0.0, T_chip=(0.3, 0.0), T_in=(0.01, 0.0), T_out=(0.01, 0.0))
    data = fleet(exact, true, 4, records, quiet)
    plain = calibrate_fleet(exact, data, [R], instruments=quiet)
    assert plain.memory == {}
    # The stated noise is what the sensors scatter by in all: 0.3 K of their own, and what lasts.
    stated = quiet | field_data.doubted(T_chip=(float(np.hypot(0.3, 1.0)), 0.0))
    stated = {name: stated[name] if name == "T_chip" else quiet[name] for name in quiet}
    found = calibrate_fleet(exact, lasting(data, rng, 1.0, phi), [R], instruments=stated)
    assert set(found.memory) == {"T_chip_mean"}
    # Integrated memory of the sum: (1 + phi) / (1 - phi) of the part that lasts.
    tau = 1.0 + (2.0 * phi / (1.0 - phi)) / (1.0 + 0.3**2)
    assert found.memory["T_chip_mean"].records == pytest.approx(tau, rel=0.2)
    z = (found.single[:, 0] - np.log(true)) / found.single_sigma[:, 0]
    # chi2 of 16: outside of these by a chance of 1 in 1000, and far outside without the memory.
    assert 3.9 < np.sum(z**2) < 39.3
    assert np.sum(z**2) * tau > 60.0
    assert found.enlarged.max() < 2.0


def test_what_is_no_fleet_is_refused(miner):
    exact = field_data.settled(miner)
    data = fleet(exact, [0.5, 0.6, 0.7], 1, 2)
    with pytest.raises(CalibrationError):
        calibrate_fleet(exact, data.isel(unit=[0, 1]), [R], instruments=DOUBT)
    with pytest.raises(CalibrationError):
        calibrate_fleet(exact, data, ["offset.T_out"], instruments=DOUBT)
