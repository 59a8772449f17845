"""Chunks of a long list of cases on disk, each written whole or not at all."""

import os
from pathlib import Path

import xarray as xr

from hashheat.fleet.run_store import RunStoreError


class ChunkStore:
    """Chunk files of a run in a directory.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    run : str
        What decides the run, of :func:`hashheat.fleet.run_store.fingerprint`.
    cases, chunk : int
        Cases in all and in a chunk; the last chunk can hold fewer.

    Raises
    ------
    RunStoreError
        If the directory holds chunks of another run, or the same one cut otherwise.
    """

    def __init__(self, folder: Path, run: str, cases: int, chunk: int) -> None:
        self.folder, self.run = folder, run
        self.ranges = [(a, min(a + chunk, cases)) for a in range(0, cases, chunk)]
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.part"):
            left.unlink()
        wanted = {self.path(*ends) for ends in self.ranges}
        for path in sorted(folder.glob("chunk-*.nc")):
            with xr.open_dataset(path, engine="h5netcdf") as stored:
                if stored.attrs.get("run") != run:
                    raise RunStoreError(
                        f"{folder} holds chunks of another run (other numbers, or another version): give another "
                        "directory, or empty this one"
                    )
            if path not in wanted:
                raise RunStoreError(
                    f"{folder} holds {path.name} of this run, cut into chunks of another size than {chunk}: give "
                    "the same size again, or empty the directory"
                )

    def path(self, first: int, last: int) -> Path:
        """File of a chunk."""
        return self.folder / f"chunk-{first:010d}-{last:010d}.nc"

    def missing(self) -> list[tuple[int, int]]:
        """Ranges of cases that are not there yet."""
        return [ends for ends in self.ranges if not self.path(*ends).exists()]

    def write(self, first: int, last: int, cases: xr.Dataset) -> None:
        """Store a chunk; it appears under its name only when it is whole."""
        path = self.path(first, last)
        part = path.with_suffix(".part")
        cases.assign_attrs(run=self.run).to_netcdf(part, engine="h5netcdf")
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)

    def read(self, first: int, last: int) -> xr.Dataset:
        """Chunk that was stored, in memory."""
        with xr.open_dataset(self.path(first, last), engine="h5netcdf") as stored:
            return stored.load()

    def clear(self) -> None:
        """Remove the chunks of a run whose result stands elsewhere."""
        for ends in self.ranges:
            self.path(*ends).unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()
