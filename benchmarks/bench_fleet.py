"""The whole check of the Nordic plant, and the rate at which the units of a fleet can be solved over a year."""

import json

import numba
import numpy as np
import pytest

from hashheat.components.unit import UnitInputs
from hashheat.fleet.check import check_plant
from hashheat.fleet.plant import Plant
from hashheat.solvers import serpentine as sp
from hashheat.thermo.property_kernels import density

UNITS, HOURS, HOURS_A_YEAR = 920, 64, 8760


def test_check_of_the_nordic_plant(benchmark):
    plant = Plant.named("nordic-2mw")
    check_plant(plant, 2, sensitivity_samples=2, envelope_points=2)  # compile
    samples, base = (16, 4) if benchmark.disabled else (1024, 512)
    result = benchmark.pedantic(
        check_plant, (plant, samples), {"sensitivity_samples": base}, rounds=1, iterations=1
    )
    assert result.attrs["verdict"] in ("pass", "fail")
    assert result.attrs["reasons"]
    assert result.sizes["sample"] == samples
    assert result.sizes["input"] == len(plant.uncertain)
    assert 0.0 < result.pass_probability < 1.0
    np.testing.assert_allclose(result.heat_rate + result.heat_loss, result.wall_power, rtol=1e-10)
    assert float(result.T_out_mixed) == pytest.approx(
        plant.quantities["loop.outlet_setpoint"].nominal, abs=0.02
    )
    assert np.all(result.sobol_total >= -0.02)
    assert {entry["key"] for entry in json.loads(result.attrs["assumptions"])} == set(plant.quantities)
    benchmark.extra_info.update(
        row=f"Check of 228 units: {samples} samples, sensitivities to {len(plant.uncertain)} inputs, envelope",
        per="check",
        work=1,
        units=plant.file.units.count,
        samples=samples,
        sensitivity_samples=base,
        inputs=len(plant.uncertain),
        threads=numba.get_num_threads(),
    )


def test_units_of_a_fleet_over_hours(benchmark):
    plant = Plant.named("nordic-8mw")
    miner, table = plant.miner, plant.table
    hours = 2 if benchmark.disabled else HOURS
    n = UNITS * hours
    rng = np.random.default_rng(920)
    state = UnitInputs(
        T_in=rng.uniform(333.15, 348.15, n),
        mass_flow=plant.quantities["loop.flow"].nominal * density(table, 343.15) * rng.uniform(0.9, 1.1, n),
        T_ambient=rng.uniform(263.15, 303.15, n),
        frequency=rng.uniform(0.8, 1.1, n),
        resistance_factor=rng.uniform(0.8, 1.2, n),
    )
    values = miner.values(n)
    miner.solve_arrays(values, state, table)  # compile
    found = benchmark.pedantic(
        miner.solve_arrays, (values, state, table), {"parallel": True}, rounds=1 if benchmark.disabled else 5
    )
    assert np.all(found.status == sp.OK)
    assert np.max(found.imbalance) < 1e-10
    np.testing.assert_allclose(found.heat_rate + found.heat_loss, found.wall_power, rtol=1e-12)
    assert np.all(found.T_junction > found.T_wall)
    cells = miner.device.boards.count * miner.layout.chips.size
    benchmark.extra_info.update(
        row=f"A unit of {cells} cells in a block of {UNITS} units x {hours} hours",
        per="unit and hour",
        work=n,
        whole=[f"{UNITS} units x {HOURS_A_YEAR} hours", UNITS * HOURS_A_YEAR],
        threads=numba.get_num_threads(),
    )
    if benchmark.stats is not None:  # no statistics where benchmarks are disabled
        each = benchmark.stats.stats.min / n
        benchmark.extra_info["us_per_unit"] = each * 1e6
        benchmark.extra_info["extrapolated_seconds_fleet_year"] = each * UNITS * HOURS_A_YEAR
