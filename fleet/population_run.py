"""A population from its numbers to one file: solved in chunks, resumed after a kill, in bounded memory."""

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xarray as xr

from hashheat.fleet.case_chunks import solve_chunks
from hashheat.fleet.chunk_store import ChunkStore
from hashheat.fleet.population_statistics import PopulationStatistics
from hashheat.fleet.run_store import fingerprint
from hashheat.fleet.unit_population import KEPT, UnitPopulation
from hashheat.fleet.workers import workers
from hashheat.thermo.errors import InputError

#: Units of a chunk, if not given: some seconds of work, 6 MB of results.
CHUNK = 65536


def population_fingerprint(population: UnitPopulation) -> str:
    """Short hash of all that decides the results of a population."""
    p = population
    return fingerprint(
        version("hashheat"),
        p.miner.device.model_dump(mode="json", exclude={"name", "maker", "note", "calibration"}),
        {key: [q.value, q.spread, q.sigma, q.lower, q.upper] for key, q in p.quantities.items()},
        [p.units, p.fleets, sorted(p.per_fleet), p.seed, p.fluid.name, p.pressure],
    )


def solve_population(
    population: UnitPopulation,
    folder: Path,
    *,
    chunk: int = CHUNK,
    count: int = 1,
    cluster: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[ChunkStore, PopulationStatistics]:
    """Solve every unit of a population, chunk by chunk into files.

    Parameters
    ----------
    population : UnitPopulation
    folder : Path
        Of the chunks. Those of the same population that are there already are taken as they are.
    chunk : int
        Units of a chunk; decides nothing but memory and how often progress is stored.
    count, cluster
        Of :func:`hashheat.fleet.workers.workers`.
    progress : callable, optional
        Called with the fraction that is stored.

    Returns
    -------
    ChunkStore
        With every chunk.
    PopulationStatistics
        Of all units.

    Raises
    ------
    InputError
        For a chunk or workers that cannot be.
    RunStoreError
        If the folder holds another run.

    Notes
    -----
    The result is the same, bit for bit, for any chunk and any number of workers with one kind of processor.
    """
    if chunk < 1:
        raise InputError("a chunk needs units", key="chunk", found=chunk, accepted="1 or more")
    store = ChunkStore(folder, population_fingerprint(population), population.units, chunk)
    missing = store.missing()
    if missing:
        with workers(count, cluster) as client:
            done = len(store.ranges) - len(missing)
            for ends, cases in solve_chunks(population.prepared(), missing, client):
                store.write(*ends, cases)
                done += 1
                if progress is not None:
                    progress(done / len(store.ranges))
    statistics = PopulationStatistics(population.fleets, population.units // population.fleets)
    for first, last in store.ranges:
        statistics.add(first, store.read(first, last))
    return store, statistics


def write_population(
    store: ChunkStore, extra: xr.Dataset, path: Path, attrs: dict[str, Any] | None = None
) -> None:
    """Join the chunks of a population and what was counted over it in one NetCDF file, chunk by chunk.

    Parameters
    ----------
    store : ChunkStore
        With every chunk.
    extra : Dataset
        Of :meth:`hashheat.fleet.population_statistics.PopulationStatistics.tails`.
    path : Path
    attrs : dict, optional
        Global attributes: texts and numbers.
    """
    import h5netcdf

    extra.assign_attrs(attrs or {}).to_netcdf(path, engine="h5netcdf")
    cases = store.ranges[-1][1]
    with h5netcdf.File(path, "a") as file:
        file.dimensions["unit"] = cases
        sample = store.read(*store.ranges[0])
        for name in ("unit", *KEPT):
            made = file.create_variable(name, ("unit",), sample[name].dtype, chunks=(min(cases, CHUNK),))
            for key, value in sample[name].attrs.items():
                made.attrs[key] = value
        for first, last in store.ranges:
            found = store.read(first, last)
            for name in ("unit", *KEPT):
                file[name][first:last] = found[name].values


def described(population: UnitPopulation) -> dict[str, Any]:
    """Attributes that tell a population's file from others: texts and numbers only."""
    p = population
    return {
        "hashheat_version": version("hashheat"),
        "miner": p.miner.device.name,
        "fluid": p.fluid.name,
        "pressure": p.pressure,
        "units_in_all": p.units,
        "fleets": p.fleets,
        "per_fleet": ", ".join(p.per_fleet),
        "seed": p.seed,
        "numbers": json.dumps({key: q.describe() for key, q in p.quantities.items()}),
    }
