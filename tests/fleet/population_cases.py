"""Populations for tests: cheap to solve, of a real device file or of a straight line."""

from pathlib import Path

import numba
import numpy as np

from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.components.variables import dataset
from hashheat.fleet.unit_draws import uniform_draws
from hashheat.fleet.unit_population import KEPT, UnitPopulation
from hashheat.thermo.quantity import Quantity

INTERPRETED = bool(numba.config.DISABLE_JIT)
UNITS = 6 if INTERPRETED else 60


def small_miner(folder: Path, *changes: tuple[str, str]) -> Miner:
    """The Nordic unit with few cells."""
    text = (LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
    for old, new in (("passes = 4\n", "passes = 4\ncells_per_pass = 2\n"), *changes):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "unit.toml"
    path.write_text(text, encoding="utf-8")
    return Miner.named(str(path))


def population(miner: Miner, units: int = UNITS, **more) -> UnitPopulation:
    """Units around a warm inlet."""
    given = {
        "T_in": Quantity.parse("70 degC +/- 1 K", "K"),
        "volume_flow": Quantity.parse("10 L/min +/- 3 %", "m^3/s", positive=True),
        "header_imbalance": Quantity.parse("0.05", "1"),
    }
    return UnitPopulation(miner, units, **(given | more))


class LinearCases:
    """Cases whose temperature is a straight line of two draws: ``T0 + a x + b y``, x and y normal."""

    T0, a, b = 360.0, 3.0, 4.0

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed

    def solve(self, first: int, last: int, *, parallel: bool = True):
        from scipy.special import ndtri

        x, y = (ndtri(uniform_draws(self.seed, name, first, last)) for name in ("x", "y"))
        T = self.T0 + self.a * x + self.b * y
        found = {name: np.zeros(last - first) for name in KEPT} | {
            "T_hottest_chip": T,
            "junction_margin": 368.15 - T,
            "status": np.zeros(last - first, dtype=np.int8),
        }
        return dataset({name: (("unit",), found[name]) for name in KEPT}, {"unit": np.arange(first, last)})
