"""The whole check of the Nordic plant, units of a fleet over a year, populations of units here and by dask."""

import json
import time

import numba
import numpy as np
import pytest

from hashheat.components.miner import Miner
from hashheat.components.unit import UnitInputs
from hashheat.fleet.case_chunks import solve_chunks
from hashheat.fleet.check import check_plant
from hashheat.fleet.plant import Plant
from hashheat.fleet.population_run import solve_population
from hashheat.fleet.unit_population import UnitPopulation
from hashheat.fleet.workers import workers
from hashheat.solvers import serpentine as sp
from hashheat.thermo.property_kernels import density
from hashheat.thermo.quantity import Quantity

UNITS, HOURS, HOURS_A_YEAR = 920, 64, 8760
POPULATION = 100_000


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


def nordic_units(units):
    """A population of Nordic units, every uncertain number drawn for each."""
    return UnitPopulation(
        Miner.named("canaan-a1566ha-500t"),
        units,
        Quantity.parse("70 degC +/- 1 K", "K"),
        Quantity.parse("10 L/min +/- 3 %", "m^3/s", positive=True),
        header_imbalance=Quantity.parse("0.05", "1"),
    ).prepared()


def balanced(cases):
    """Share of units in steady state; their heat is that which the water's enthalpy takes, and less than drawn."""
    solved = cases["status"].values == sp.OK
    of = {name: cases[name].values[solved] for name in ("T_in", "T_out", "mass_flow", "heat_rate")}
    # Mean heat capacity of water between 70 and 90 degC: 4.190 to 4.206 kJ/(kg K).
    per_kelvin = of["heat_rate"] / (of["mass_flow"] * (of["T_out"] - of["T_in"]))
    assert np.all((per_kelvin > 4185.0) & (per_kelvin < 4215.0))
    assert np.all(of["heat_rate"] < cases["wall_power"].values[solved])
    return solved.mean()


def test_a_population_of_units(benchmark, tmp_path):
    units = 400 if benchmark.disabled else POPULATION
    population = nordic_units(units)
    population.solve(0, 100)  # compile
    folders = iter(range(100))
    store, found = benchmark.pedantic(
        lambda: solve_population(population, tmp_path / str(next(folders))),
        rounds=1 if benchmark.disabled else 3,
    )
    assert balanced(store.read(*store.ranges[0])) > 0.99
    assert found.units == units
    mean, deviation = found.moments()
    assert 363.0 < mean < 378.0
    assert 4.0 < deviation < 8.0
    share = found.share_above_limit()
    assert share.low < share.value < share.high
    # Two standard errors of a share of one half to either side, and a little for whole numbers.
    assert share.high - share.low < 4.5 * np.sqrt(0.25 / units)
    benchmark.extra_info.update(
        row="A population: every uncertain number and the hottest of 640 chips drawn, solved, stored, counted",
        per="unit",
        work=units,
        whole=[f"{POPULATION} units", POPULATION],
        threads=numba.get_num_threads(),
        share_above_limit=share.value,
    )


@pytest.mark.nightly
def test_a_population_on_two_workers(benchmark):
    pytest.importorskip("distributed")
    chunk = 100 if benchmark.disabled else POPULATION
    rounds = 1 if benchmark.disabled else 2
    population = nordic_units(2 * chunk)
    population.solve(0, 100, parallel=False)
    ranges = [(0, chunk), (chunk, 2 * chunk)]

    def direct():
        return [population.solve(*ends, parallel=False) for ends in ranges]

    def timed(run):
        start = time.perf_counter()
        found = run()
        return time.perf_counter() - start, found

    alone, expected = min((timed(direct) for _ in range(rounds)), key=lambda pair: pair[0])
    with workers(2) as client:
        one = client.scheduler_info(n_workers=-1)["workers"]
        dict(solve_chunks(population, [(0, 10)], client))  # both have loaded all there is to load
        held = sorted(one)[0]

        def by_one():
            cases = client.scatter(population, workers=[held], hash=False)
            return [
                client.submit(_serial, cases, *ends, workers=[held], pure=False).result() for ends in ranges
            ]

        of_one, by_one_worker = min((timed(by_one) for _ in range(rounds)), key=lambda pair: pair[0])
        found = benchmark.pedantic(
            lambda: dict(solve_chunks(population, ranges, client)), rounds=rounds, iterations=1
        )
    for ends, cases, other in zip(ranges, expected, by_one_worker):
        assert found[ends].identical(cases)
        assert other.identical(cases)
        assert balanced(cases) > 0.99
    benchmark.extra_info.update(
        row=f"The same on two workers of dask, chunks of {chunk}",
        per="unit",
        work=2 * chunk,
        seconds_direct_one_thread=alone,
        seconds_one_worker=of_one,
        overhead_of_dask=of_one / alone - 1.0,
    )
    if benchmark.stats is not None:
        benchmark.extra_info["speed_up_over_one_thread"] = alone / benchmark.stats.stats.min


def _serial(population, first, last):
    return population.solve(first, last, parallel=False)
