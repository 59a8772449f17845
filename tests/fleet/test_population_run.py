"""A population run: the same bits in any chunks and on any workers, and after a kill; named errors."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hashheat.fleet.case_chunks import solve_chunks
from hashheat.fleet.population_run import described, solve_population, write_population
from hashheat.fleet.run_store import RunStoreError
from hashheat.fleet.workers import workers
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("cases", HERE / "population_cases.py")
helpers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(helpers)
population, UNITS = helpers.population, helpers.UNITS

_RUN = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("cases", sys.argv[1])
helpers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(helpers)
from hashheat.fleet.population_run import solve_population
if __name__ == "__main__":
    miner = helpers.Miner.named(sys.argv[2])
    solve_population(helpers.population(miner, int(sys.argv[4])), Path(sys.argv[3]), chunk=int(sys.argv[5]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("unit")


@pytest.fixture(scope="module")
def miner(folder):
    return helpers.small_miner(folder)


def result(units, folder, run="run", **how):
    store, statistics = solve_population(units, folder / run, **how)
    path = folder / "result.nc"
    write_population(store, statistics.tails(), path, described(units))
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        return stored.load()


@pytest.fixture(scope="module")
def whole(miner, tmp_path_factory):
    return result(population(miner), tmp_path_factory.mktemp("whole"))


def test_the_file_holds_what_was_solved(miner, whole):
    direct = population(miner).solve(0, UNITS)
    assert whole[list(direct)].equals(direct)
    for name in direct:
        assert whole[name].attrs == direct[name].attrs
    above = (direct["T_hottest_chip"].values[:, None] > whole["threshold"].values).sum(axis=0)
    assert np.array_equal(whole["units_above"][0], above)
    assert whole.attrs["units_in_all"] == UNITS


@pytest.mark.parametrize("chunk", [1 if not helpers.INTERPRETED else 4, 7, UNITS, 10 * UNITS])
def test_no_chunking_changes_a_bit(miner, whole, tmp_path, chunk):
    xr.testing.assert_identical(result(population(miner), tmp_path, chunk=chunk), whole)


@pytest.mark.skipif(
    helpers.INTERPRETED, reason="every worker would have to be told to run without the compiler"
)
def test_no_number_of_workers_changes_a_bit(miner, whole, tmp_path):
    pytest.importorskip("distributed")
    xr.testing.assert_identical(result(population(miner), tmp_path, chunk=7, count=2), whole)


@pytest.mark.skipif(helpers.INTERPRETED, reason="as above")
def test_a_cluster_that_runs_gives_the_same(miner, whole, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=":0") as cluster:
        found = result(population(miner), tmp_path, chunk=11, cluster=cluster.scheduler_address)
    xr.testing.assert_identical(found, whole)


def test_chunks_under_way_are_few():
    distributed = pytest.importorskip("distributed")
    begun = []

    class Counting:
        def solve(self, first, last, *, parallel=True):
            begun.append(first)
            return xr.Dataset({"x": ("unit", np.arange(first, last))})

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        chunks = solve_chunks(Counting(), [(i, i + 1) for i in range(40)], client)
        for taken in range(1, 11):
            next(chunks)
            time.sleep(0.02)
            # One to warm up, two for the thread, and one for each that was taken.
            assert len(begun) <= 1 + 2 + taken
        rest = [found["x"].item() for _, found in chunks]
    assert len(rest) == 30


@pytest.mark.skipif(helpers.INTERPRETED, reason="seconds to start, for lines that other tests cover")
def test_a_killed_run_goes_on_where_it_was(folder, miner, whole, tmp_path):
    chunks, device, chunk = tmp_path / "run", folder / "unit.toml", 1
    command = [sys.executable, "-c", _RUN, HERE / "population_cases.py", device, chunks, UNITS, chunk]
    process = subprocess.Popen([str(part) for part in command])
    try:
        end = time.monotonic() + 120.0
        while len(list(chunks.glob("chunk-*.nc"))) < 2 and time.monotonic() < end:
            assert process.poll() is None
            time.sleep(0.001)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    left = {path: path.stat().st_mtime_ns for path in chunks.glob("chunk-*.nc")}
    assert 2 <= len(left) < UNITS
    (chunks / "chunk-9.part").write_bytes(b"cut off")
    told = []
    found = result(population(miner), tmp_path, chunk=chunk, progress=told.append)
    xr.testing.assert_identical(found, whole)
    assert all(path.stat().st_mtime_ns == at for path, at in left.items())
    assert len(told) == UNITS - len(left)
    assert told[-1] == 1.0
    assert not list(chunks.glob("*.part"))


@pytest.mark.nightly
@pytest.mark.skipif(helpers.INTERPRETED, reason="nothing is compiled")
def test_a_process_that_compiles_gives_what_one_that_loads_gives(folder, miner, tmp_path):
    device, cache = folder / "unit.toml", tmp_path / "cache"
    found = []
    for run in ("compiles", "loads"):
        command = [
            sys.executable,
            "-c",
            _RUN,
            HERE / "population_cases.py",
            device,
            tmp_path / run,
            UNITS,
            UNITS,
        ]
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
        subprocess.run([str(part) for part in command], env=environment, check=True)
        found.append(result(population(miner), tmp_path, run, chunk=UNITS))
    xr.testing.assert_identical(*found)


def test_an_interrupted_run_leaves_whole_chunks_only(miner, whole, tmp_path):
    def stop(done):
        if done > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        result(population(miner), tmp_path, chunk=2, progress=stop)
    assert result(population(miner), tmp_path, chunk=2).identical(whole)


def test_another_population_in_the_same_folder_is_refused(miner, tmp_path):
    solve_population(population(miner, 4), tmp_path, chunk=2)
    for other in (
        {"seed": 5},
        {"pressure": 4e5},
        {"T_in": Quantity.parse("71 degC", "K")},
        {"overrides": {"chips.limit": Quantity.parse("90 degC", "K")}},
    ):
        with pytest.raises(RunStoreError, match="another run"):
            solve_population(population(miner, 4, **other), tmp_path, chunk=2)
    with pytest.raises(RunStoreError, match="another size"):
        solve_population(population(miner, 4), tmp_path, chunk=3)


def test_a_finished_run_leaves_no_chunks(miner, tmp_path):
    store, _ = solve_population(population(miner, 4), tmp_path / "run", chunk=3)
    store.clear()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("how", "key"),
    [
        ({"chunk": 0}, "chunk"),
        ({"count": 0}, "workers"),
        ({"count": 2, "cluster": "tcp://127.0.0.1:1"}, "workers"),
        ({"cluster": "no address"}, "cluster"),
    ],
)
def test_named_errors(miner, tmp_path, how, key):
    if "cluster" in how:
        pytest.importorskip("distributed")
    with pytest.raises(InputError) as caught:
        solve_population(population(miner, 4), tmp_path / "run", **how)
    assert caught.value.key == key


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("hashheat.fleet.workers._PATIENCE", 0.5)
    with pytest.raises(InputError, match="no scheduler answers") as caught, workers(1, "tcp://127.0.0.1:9"):
        pass
    assert caught.value.key == "cluster"


def test_without_dask_workers_are_refused_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="dask is not installed") as caught, workers(2):
        pass
    assert "hashheat[fleet]" in caught.value.accepted
    with workers(1) as none:
        assert none is None
