"""Calibration: how often intervals hold the truth of synthetic campaigns, and how long a fleet takes."""

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.campaign_files import EXAMPLE_INSTRUMENTS
from hashheat.validation.hierarchy import calibrate_fleet
from hashheat.validation.instruments import Instrument, parse_instruments
from hashheat.validation.synthetic_campaign import drawn_truth, synthetic_campaign
from hashheat.validation.unit_calibration import calibrate_unit
from hashheat.validation.unit_model import UnitModel

MINER = "canaan-a1566ha-500t"
FIT = ("chips.junction_to_plate", "power.psu_efficiency", "factor.volume_flow")
POINTS = 12
#: Drawn for every campaign as the device file states them; all else that is uncertain is nominal.
DRAWN = (
    "chips.junction_to_plate",
    "power.psu_efficiency",
    "power.psu_heat_to_water",
    "boards.flow_imbalance",
    "plate.channel_width",
    "plate.nusselt_factor",
    "surroundings.loss_conductance",
)
UNITS, RECORDS = 920, 1000


def covered(miner, instruments, keys, seed):
    """Whether each fitted number of one campaign is inside its 95 % interval."""
    truth = drawn_truth(miner, instruments, keys, seed)
    data = synthetic_campaign(miner, truth, points=POINTS, seed=seed)
    found = calibrate_unit(miner, data, FIT, instruments=instruments, folds=1)
    known = dict(truth.device) | dict(truth.readings)
    return [found.interval[key][0] < known[key] < found.interval[key][1] for key in FIT]


@pytest.mark.parametrize("repeats", [3, pytest.param(300, marks=pytest.mark.nightly)])
def test_truths_are_inside_their_intervals(benchmark, repeats):
    miner = Miner.named(MINER)
    instruments = parse_instruments(EXAMPLE_INSTRUMENTS)

    def campaign():
        return np.array([covered(miner, instruments, DRAWN, seed) for seed in range(repeats)])

    inside = benchmark.pedantic(campaign, rounds=1, iterations=1)
    if repeats == 300:
        assert (inside.mean(axis=0) >= 0.93).all(), inside.mean(axis=0)
    else:
        assert inside.any(axis=0).all()
    if repeats == 300:
        benchmark.extra_info.update(
            row=f"Calibration of a unit: 3 numbers, {POINTS} points, all else that is uncertain fitted along",
            per="calibration",
            work=repeats,
        )
    benchmark.extra_info.update(
        repeats=repeats,
        inside={key: float(share) for key, share in zip(FIT, inside.mean(axis=0))},
        threads=numba.get_num_threads(),
    )


def fleet(miner, units, records, seed=7):
    """Readings of a fleet whose resistances scatter by 12 %, and these resistances; each unit has own sensors."""
    rng = np.random.default_rng(seed)
    resistance = 0.65 * np.exp(0.12 * rng.standard_normal(units))
    shape, boards = (records, units), miner.device.boards.count
    season = np.sin(np.linspace(0.0, 2.0 * np.pi, records))[:, None]
    clock = np.repeat(rng.choice([0.8, 0.9, 1.0], records)[:, None], units, axis=1)
    true = {
        "T_in": 330.0 + 8.0 * season + rng.normal(0.0, 1.0, shape),
        "volume_flow": np.clip(10.0 + 1.5 * rng.standard_normal((records, 1)), 7.0, 13.0)
        / 60e3
        * (1.0 + 0.02 * rng.standard_normal(shape)),
        "power_dc": 7400.0 * clock * (1.0 + 0.01 * rng.standard_normal(shape)),
    }
    dims = ("time", "unit")
    data = xr.Dataset(
        {name: (dims, x) for name, x in true.items()}
        | {"T_out": (dims, np.ones(shape)), "T_chip_mean": ((*dims, "board"), np.ones((*shape, boards)))},
        coords={
            "time": np.arange(records),
            "unit": [f"u{i}" for i in range(units)],
            "board": np.arange(boards),
        },
        attrs={"synthetic": 1, "source": "made by hashheat, not measured"},
    )
    model = UnitModel.of(miner, data)
    found = model.predict({FIT[0]: resistance[model.points.unit][None]}).values
    instruments = {
        name: Instrument(bias, noise, not name.startswith("T_"), "chosen", "synthetic")
        for name, bias, noise in (
            ("T_in", 0.1, 0.05),
            ("T_out", 0.1, 0.05),
            ("T_chip_mean", 0.5, 0.3),
            ("volume_flow", 0.01, 0.005),
            ("power_dc", 0.01, 0.005),
        )
    }
    for name, one in instruments.items():
        value = true[name] if name in true else found[name][0].reshape(data[name].shape)
        off = one.systematic * rng.standard_normal(units).reshape(1, units, *(1,) * (value.ndim - 2))
        off = off + one.random * rng.standard_normal(value.shape)
        data[name] = (data[name].dims, value * (1.0 + off) if one.relative else value + off)
    return data, resistance, instruments


@pytest.mark.parametrize(
    ("units", "records"), [(6, 20), pytest.param(UNITS, RECORDS, marks=pytest.mark.nightly)]
)
def test_a_fleet_is_calibrated(benchmark, units, records):
    miner = Miner.named(MINER)
    data, resistance, instruments = fleet(miner, units, records)
    found = benchmark.pedantic(
        calibrate_fleet, (miner, data, [FIT[0]]), {"instruments": instruments}, rounds=1, iterations=1
    )
    population = found.population
    away = population.mean[0] - np.log(0.65)
    doubt = np.sqrt(population.mean_covariance[0, 0] + found.common[0, 0])
    assert abs(away) < 3.3 * doubt
    if units == UNITS:
        assert population.sd[0] == pytest.approx(0.12, rel=0.15)
        z = (population.estimate[:, 0] - np.log(resistance)) / np.sqrt(population.covariance[:, 0, 0])
        assert np.mean(np.abs(z) < 1.96) > 0.93
    assert found.last_step < 0.1
    if units == UNITS:
        benchmark.extra_info.update(
            row=f"Calibration of a fleet: {units} units x {records} records, mean and spread of a resistance",
            per="fleet",
            work=1,
        )
    benchmark.extra_info.update(
        units=units,
        records=found.records,
        points=found.points,
        curvature_error=found.curvature_error,
        threads=numba.get_num_threads(),
    )
