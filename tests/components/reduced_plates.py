"""A small plate whose reduced form takes little time, and forms that many tests share."""

from functools import lru_cache
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate

needs_speed = pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="solves full plates: too slow when interpreted"
)


@lru_cache(maxsize=16)
def shipped(name):
    """Full plate and reduced form of a shipped file."""
    plate = ColdPlate.named(name)
    return plate, plate.reduce()


def states(plate, count, seed=5):
    """Arguments of ``solve`` for states over the envelope, its corners among them: none that was fitted."""
    envelope, rng = plate.file.envelope, np.random.default_rng(seed)
    u = rng.random((3, count))
    u[:, 0], u[:, 1] = (0.02, 0.97, 0.98), (0.95, 0.03, 0.96)
    flow, T_in, clock = (q.lower + (q.upper - q.lower) * x for q, x in zip(tuple(_axes(envelope)), u))
    return {"volume_flow": flow, "T_in": T_in, "frequency": clock}


def _axes(envelope):
    return envelope.flow, envelope.T_in, envelope.clock


SMALL = """
name = "small plate"
maker = "none"
[plate]
length = "80 mm"
width = "40 mm"
thickness = "8 mm"
material = "aluminium 6061"
cells_along = 8
cells_across = 8
[coolant]
kind = "serpentine"
passes = 2
along = "x"
bends = "outside"
shape = "rectangle"
redevelops = true
width = "6 mm"
height = "4 mm"
roughness = "2 um"
port_loss = 1.5
nusselt_factor = 1
friction_factor = 1
[chips]
rows = 2
columns = 3
length = "10 mm"
width = "10 mm"
package_resistance = "0.1 K/W"
tim_resistance = "0.3 K/W"
limit = "100 degC"
[power]
chip = "20 W"
leakage_share = 0.1
leakage_scale = "35 K"
reference_temperature = "75 degC"
[losses]
top = "3 W/(m^2 K)"
bottom = "6 W/(m^2 K)"
edge = "5 W/(m^2 K)"
[design]
flow = "1.5 L/min"
T_in = "60 degC"
T_ambient = "20 degC"
[envelope]
flow = "1.2 .. 2 L/min"
T_in = "55 .. 65 degC"
clock = "0.8 .. 1.1"
"""

#: Of the small plate: few states, so that it can be reduced without the compiler too.
FEW = {"grids": ((3, 2, 2),), "checks": 2}


def small_plate(folder: Path, *changes):
    """The small plate, pieces of its text replaced."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return ColdPlate(load_cold_plate(str(path)))
