"""A heat sink, a stack of boards and an oil that several tests of heat sinks share."""

import numpy as np

from hashheat.components.heat_sink import BoardStack, HeatSink, PlateFins
from hashheat.thermo.liquid import Liquid, constant_liquid

#: Conductivity and so on of an oil near 40 degC, constant.
PLAIN = constant_liquid(840.0, 7.2e-3, 0.14, 2100.0, 7e-4, T_ref=313.15, T_min=280.0, T_max=400.0)

#: The same with a viscosity that halves in 25 K, and the rest a little lower or higher with temperature.
OIL = Liquid(
    T_ref=313.15,
    T_min=280.0,
    T_max=400.0,
    density=840.0,
    buoyancy=np.array([0.0, -7e-4, 0.0, 0.0, 0.0, 0.0]),
    log_viscosity=np.array([np.log(7.2e-3), -np.log(2.0) / 25.0, 1e-4, 0.0, 0.0, 0.0]),
    conductivity=np.array([0.14, -1e-4, 0.0, 0.0, 0.0, 0.0]),
    heat_capacity=np.array([2100.0, 4.0, 0.0, 0.0, 0.0, 0.0]),
)


def make_sink(**change):
    measures = {
        "fins": PlateFins(0.012, 0.001, 0.004),
        "length": 0.06,
        "width": 0.04,
        "base_thickness": 0.003,
        "conductivity": 180.0,
    }
    return HeatSink(**(measures | change))


def make_stack(sink=None, **change):
    """A stack whose fins reach from board to board unless told otherwise."""
    sink = sink or make_sink()
    sides = change.get("sides", 1)
    full = 0.002 + sides * (sink.base_thickness + sink.fins.height)
    return BoardStack(sink, **({"board_pitch": full, "board_thickness": 0.002} | change))
