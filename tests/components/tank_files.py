"""Small tanks for the tests, made up and exact: a column of oil that one unit fills, and a box with gaps."""

import copy
import tomllib

from hashheat.components.tank_file import TankFile

_MINER = """
[[miner]]
name = "unit"
x = "0 m"
y = "0 m"
z = "0.1 m"
length = "0.2 m"
width = "0.2 m"
height = "0.2 m"
power = "1 kW"
chip_share = 0.9
boards = 4
rows = 4
cols = 5
junction_to_sink = "1 K/W"
limit = "95 degC"
[miner.sink]
fins = "plate"
length = "30 mm"
width = "40 mm"
base_thickness = "2 mm"
fin_height = "45 mm"
fin_thickness = "1 mm"
fin_pitch = "3.5 mm"
conductivity = "200 W/(m K)"
board_thickness = "1.6 mm"
"""

COLUMN = (
    """
name = "column"
kind = "single-phase"
tank = { length = "0.2 m", width = "0.2 m", depth = "0.4 m" }
fluid = { name = "INCOMP::PMR" }
walls = { htc = "0 W/(m^2 K)", T_ambient = "20 degC" }
surface = { htc = "0 W/(m^2 K)" }
grid = { cell_x = "50 mm", cell_y = "50 mm", cell_z = "50 mm", gap_cells = 2, turbulence = "off" }
circulation = { volume_flow = "3 L/min", T_in = "40 degC" }
[[inlet]]
side = "bottom"
x = "0 m"
y = "0 m"
length = "0.2 m"
width = "0.2 m"
[[outlet]]
side = "top"
x = "0 m"
y = "0 m"
length = "0.2 m"
width = "0.2 m"
"""
    + _MINER
)

BOX = """
name = "box"
kind = "single-phase"
tank = { length = "0.6 m", width = "0.3 m", depth = "0.5 m" }
fluid = { name = "INCOMP::PMR" }
walls = { htc = "1 W/(m^2 K)", T_ambient = "20 degC" }
surface = { htc = "3 W/(m^2 K)" }
circulation = { volume_flow = "6 L/min" }
exchanger = { UA = "500 W/K" }
water = { T_in = "30 degC", volume_flow = "5 L/min" }
[[inlet]]
side = "bottom"
x = "0.2 m"
y = "0.1 m"
length = "0.2 m"
width = "0.1 m"
[[outlet]]
side = "north"
x = "0.1 m"
z = "0.4 m"
length = "0.4 m"
height = "0.06 m"
""" + _MINER.replace('x = "0 m"', 'x = "0.05 m"').replace('y = "0 m"', 'y = "0.05 m"').replace(
    "power", 'count = [2, 1]\npitch_x = "0.28 m"\npower', 1
)

COIL = {
    "x": "0.02 m",
    "y": "0.0 m",
    "z": "0.4 m",
    "length": "0.5 m",
    "width": "0.2 m",
    "height": "0.05 m",
    "conductance": "100 W/K",
}


def table(text=COLUMN, /, **changes):
    """Tables of a tank; keys of changes are dotted with double underscores, None takes a key out."""
    made = copy.deepcopy(tomllib.loads(text))
    for key, value in changes.items():
        *path, last = key.split("__")
        at = made
        for part in path:
            at = at[int(part)] if part.isdigit() else at.setdefault(part, {})
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
    return made


def tank(text=COLUMN, /, **changes):
    """Record of a tank."""
    return TankFile.model_validate(table(text, **changes))


def natural(**changes):
    """Tank with a coil in place of a circulation."""
    return tank(
        BOX,
        **{
            "inlet": None,
            "outlet": None,
            "circulation": None,
            "exchanger": None,
            "coil": COIL,
            **changes,
        },
    )
