"""Runs through many hours: conservation, restart after a kill, and series that cannot be run through."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.fleet.run_store import RunStoreError
from hashheat.fleet.simulate import simulate
from hashheat.thermo.errors import InputError


def test_a_run_conserves_energy_and_mass(boiler_plant, swinging_hours):
    plant = boiler_plant()
    result = simulate(plant, swinging_hours(72))
    throughput = float(result.energy_supplied.sum())
    assert float(np.abs(result.energy_imbalance).sum()) < 1e-9 * throughput
    assert float(result.mass_imbalance.max()) < 1e-10
    # The tank, read from its own record: what its charge gained is what flowed in less what was lost.
    tank = next(part for part in plant.parts if part.name == "tank")
    gained = float(result.tank_stored[-1]) - 0.5 * tank.capacity
    assert gained == pytest.approx(float(result.energy_stored.sum()) * 3600.0, rel=1e-9, abs=1.0)
    assert float(np.ptp(result.tank_charge.values)) > 0.1
    # What is asked for is delivered or counted as short.
    missing = result.demand - result.customers_heat_delivered - result.customers_heat_short
    assert float(np.abs(missing).max()) < 1e-8 * float(result.demand.max())


def test_the_length_of_a_step_hardly_shows(boiler_plant, swinging_hours):
    """Flows are constant over an hour and water moves as plugs: only losses and mixing are left."""
    hours = swinging_hours(24)
    plant = boiler_plant(("layers = 12", "layers = 40"))
    found = []
    for parts in (1, 2, 4):
        stamps = hours.time.values[0] + np.arange(24 * parts) * np.timedelta64(3600 // parts, "s")
        finer = xr.Dataset(
            {name: ("time", np.repeat(hours[name].values, parts)) for name in hours}, {"time": stamps}
        )
        found.append(float(simulate(plant, finer).tank_charge[-1]))
    assert np.ptp(found) < 1e-4


def test_a_run_in_segments_is_the_run(boiler_plant, swinging_hours, tmp_path):
    plant, hours = boiler_plant(), swinging_hours(50)
    whole = simulate(plant, hours)
    stored = simulate(plant, hours, tmp_path / "run", segment=7)
    xr.testing.assert_identical(whole.drop_attrs(deep=False), stored.drop_attrs(deep=False))
    assert not (tmp_path / "run").exists()


_CHILD = """
    import pathlib, sys
    import xarray as xr
    from hashheat.fleet.heat_plant import HeatPlant
    from hashheat.fleet.simulate import simulate
    plant = HeatPlant.named(sys.argv[1])
    hours = xr.open_dataset(sys.argv[2], engine="h5netcdf").load()
    print("started", flush=True)
    result = simulate(plant, hours, pathlib.Path(sys.argv[3]), segment=5)
    result.to_netcdf(sys.argv[4], engine="h5netcdf")
"""


def _child(arguments):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_CHILD), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
    )


def _killed_and_whole(boiler_plant, swinging_hours, tmp_path, kills, seed):
    plant, hours = boiler_plant(), swinging_hours(120)
    path = Path(plant.file.file)
    hours.to_netcdf(tmp_path / "hours.nc", engine="h5netcdf")
    expected = simulate(plant, hours, segment=5)
    rng = random.Random(seed)
    for kill in range(kills):
        folder, out = tmp_path / f"run{kill}", tmp_path / f"result{kill}.nc"
        stopped = 0
        while not out.exists():
            with _child((path, tmp_path / "hours.nc", folder, out)) as child:
                assert child.stdout.readline() == "started\n"
                if stopped == 0:
                    time.sleep(rng.uniform(0.0, 0.8))
                    os.kill(child.pid, signal.SIGKILL)
                    stopped = 1
        with xr.open_dataset(out, engine="h5netcdf") as found:
            xr.testing.assert_identical(found.load().drop_attrs(deep=False), expected.drop_attrs(deep=False))


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="seconds to start, for lines that other tests cover")
def test_a_killed_run_goes_on_as_if_nothing_had_been(boiler_plant, swinging_hours, tmp_path):
    _killed_and_whole(boiler_plant, swinging_hours, tmp_path, 3, 1)


@pytest.mark.nightly
def test_twenty_killed_runs_go_on_as_if_nothing_had_been(boiler_plant, swinging_hours, tmp_path):
    _killed_and_whole(boiler_plant, swinging_hours, tmp_path, 20, 2)


def test_a_folder_of_another_run_is_refused(boiler_plant, swinging_hours, tmp_path, monkeypatch):
    plant = boiler_plant()
    folder = tmp_path / "run"

    class Cut(Exception):
        pass

    def cut(done):
        if done > 0.5:
            raise Cut

    with pytest.raises(Cut):
        simulate(plant, swinging_hours(20), folder, segment=5, progress=cut)
    with pytest.raises(RunStoreError, match="another run"):
        simulate(plant, swinging_hours(20, seed=1), folder, segment=5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h.drop_vars("demand"), "demand"),
        (lambda h: h.assign(demand=h.demand.where(h.demand < 1e6)), "demand"),
        (lambda h: h.isel(time=[0, 1, 3]), "evenly"),
        (lambda h: h.isel(time=[0, 1, 1]), "evenly"),
        (lambda h: h.isel(time=slice(0, 0)), "at least one"),
    ],
)
def test_series_that_cannot_be_run_through_are_refused(boiler_plant, swinging_hours, change, words):
    with pytest.raises(InputError, match=words):
        simulate(boiler_plant(), change(swinging_hours(5)))
