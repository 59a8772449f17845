"""Small plants in a folder of their own, made from the shipped files, with any number replaced."""

import json
import tomllib
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner_file import LIBRARY as MINERS
from hashheat.components.miner_file import load_miner_file
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.plant import Plant
from hashheat.fleet.plant_file import load_plant_file

#: Four units of 4 boards x 16 cells show the same physics as a fleet.
TINY = {"units.count": 4, "units.rows": 1, "miner.plate.cells_per_pass": 4}


def as_toml(table, prefix=""):
    """Text of nested tables of text, numbers, truth values and lists."""
    own = [f"{key} = {json.dumps(x)}\n" for key, x in table.items() if not isinstance(x, dict)]
    below = [as_toml(x, f"{prefix}{key}.") for key, x in table.items() if isinstance(x, dict)]
    head = f"[{prefix[:-1]}]\n" if prefix and own else ""
    return head + "".join(own) + "".join(below)


def replace(table, key, value):
    """Set a dotted key; None removes it."""
    *path, last = key.split(".")
    for part in path:
        table = table.setdefault(part, {})
    if value is None:
        table.pop(last, None)
    else:
        table[last] = value


def certain(record):
    """Every number of a file that has a spread, at its nominal value."""
    return {
        key: q.nominal if q.unit == "1" else f"{q.nominal!r} {q.unit.removeprefix('delta_')}"
        for key, q in record.quantities().items()
        if q.is_uncertain
    }


def write_plant(folder: Path, changes=None, *, base="nordic-2mw", exact=True, name="plant") -> Path:
    """Write plant and miner file; keys under ``miner.`` go to the miner.

    With ``exact`` nothing is uncertain but what the changes make so.
    """
    file, path = load_plant_file(base)
    plant = tomllib.loads(path.read_text(encoding="utf-8"))
    miner_name = plant["units"]["miner"]
    miner = tomllib.loads((MINERS / f"{miner_name}.toml").read_text(encoding="utf-8"))
    both = {"plant": plant, "miner": miner}
    if exact:
        for key, value in certain(file).items():
            replace(plant, key, value)
        for key, value in certain(load_miner_file(miner_name)).items():
            replace(miner, key, value)
    plant["units"]["miner"] = f"{name}-miner.toml"
    for key, value in (TINY | (changes or {})).items():
        which, _, rest = key.partition(".")
        if which == "miner":
            replace(both["miner"], rest, value)
        else:
            replace(plant, key, value)
    (folder / f"{name}-miner.toml").write_text(as_toml(miner), encoding="utf-8")
    target = folder / f"{name}.toml"
    target.write_text(as_toml(plant), encoding="utf-8")
    return target


@pytest.fixture(scope="session", autouse=True)
def _coarse_maps():
    """Maps of units on a coarse grid where kernels are interpreted: a thousand times slower, the same lines."""
    if not numba.config.DISABLE_JIT:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_T_STEP", 12.5), ("_FLOWS", 6), ("_FACTORS", 3)):
            patch.setattr(f"hashheat.fleet.unit_map.{name}", value)
        yield


@pytest.fixture(scope="module", autouse=True)
def _quiet_failed_cases():
    """Compiled kernels carry a failed case on to its status without a word; without the compiler NumPy warns."""
    with np.errstate(all="ignore" if numba.config.DISABLE_JIT else None):
        yield


@pytest.fixture
def plant_path(tmp_path):
    """Function that writes a small plant and returns its path."""
    return lambda changes=None, **options: write_plant(tmp_path, changes, **options)


@pytest.fixture
def make_plant(tmp_path):
    """Function that writes a small plant and loads it."""
    return lambda changes=None, **options: Plant.named(str(write_plant(tmp_path, changes, **options)))


@pytest.fixture(scope="session")
def session_plant(tmp_path_factory):
    """As ``make_plant``, for fixtures that many tests share."""
    return lambda changes=None, **options: Plant.named(
        str(write_plant(tmp_path_factory.mktemp("plant"), changes, **options))
    )


@pytest.fixture
def boiler_plant(edited):
    """A whole plant without miners, its file edited: boiler, tank, customers and a pump."""

    def build(*changes):
        text = Path(__file__).with_name("boiler-plant.toml").read_text(encoding="utf-8")
        return HeatPlant.named(str(edited(text, *changes, name="plant.toml")))

    return build


@pytest.fixture
def swinging_hours():
    """Hours of a network whose demand swings over the day and jumps."""

    def build(count, seed=0):
        rng = np.random.default_rng(seed)
        hour = np.arange(count)
        demand = 1.2e6 * (1.0 + 0.6 * np.sin(2 * np.pi * hour / 24.0)) * rng.uniform(0.3, 1.4, count)
        return xr.Dataset(
            {
                "demand": ("time", demand),
                "T_return": ("time", np.full(count, 318.15)),
                "T_outdoor": ("time", 275.0 + 8.0 * np.sin(2 * np.pi * hour / 24.0)),
            },
            {"time": np.datetime64("2023-01-01T00", "ns") + hour * np.timedelta64(1, "h")},
        )

    return build
