"""A long run on disk: segments with their hours and the state after them, written whole or not at all."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hashheat.fleet.checkpoint import flatten, rebuild
from hashheat.thermo.errors import HashheatError

_PATTERN = "segment-*.nc"


class RunStoreError(HashheatError):
    """A directory that holds another run, or a damaged one."""


def fingerprint(*parts: Any) -> str:
    """Short hash of what decides a run: texts, numbers, arrays and mappings of them."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(json.dumps(part, sort_keys=True, default=str).encode())
        digest.update(b"\x00")
    return digest.hexdigest()[:16]


class RunStore:
    """Segments of a run in a directory.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    run : str
        Of :func:`fingerprint`.

    Raises
    ------
    RunStoreError
        If the directory holds segments of another run.
    """

    def __init__(self, folder: Path, run: str) -> None:
        self.folder, self.run = folder, run
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.part"):
            left.unlink()
        for path in self.paths():
            with xr.open_dataset(path, engine="h5netcdf") as segment:
                if segment.attrs.get("run") != run:
                    raise RunStoreError(
                        f"{folder} holds hours of another run (another plant, other series or another version): "
                        "give another directory, or empty this one"
                    )

    def paths(self) -> list[Path]:
        """Segments that are whole, in order."""
        return sorted(self.folder.glob(_PATTERN))

    def done(self) -> int:
        """Number of segments that are whole."""
        return len(self.paths())

    def write(self, number: int, hours: xr.Dataset, state: Any) -> None:
        """Store a segment; it appears under its name only when it is whole."""
        path = self.folder / f"segment-{number:05d}.nc"
        part = path.with_suffix(".part")
        hours.assign_attrs(run=self.run).to_netcdf(part, engine="h5netcdf")
        arrays = flatten(state)
        stored = xr.Dataset(
            {
                name: (tuple(f"{name}_{axis}" for axis in range(value.ndim)), value)
                for name, value in arrays.items()
            }
        )
        stored.to_netcdf(part, engine="h5netcdf", group="state", mode="a")
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)

    def state(self, template: Any) -> Any:
        """State after the last segment."""
        with xr.open_dataset(self.paths()[-1], engine="h5netcdf", group="state") as stored:
            arrays: dict[str, np.ndarray] = {str(name): stored[name].values for name in stored}
        return rebuild(template, arrays)

    def hours(self) -> xr.Dataset:
        """All hours that are stored."""
        segments = []
        for path in self.paths():
            with xr.open_dataset(path, engine="h5netcdf") as segment:
                segments.append(segment.load())
        return xr.concat(segments, "time", data_vars="minimal", coords="minimal", compat="override")

    def clear(self) -> None:
        """Remove the segments of a run whose result stands elsewhere."""
        for path in self.paths():
            path.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()
