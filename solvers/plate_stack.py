"""What a stack of plate channels is, to the solvers: its arrangement, and one row of numbers for each case."""

from typing import NamedTuple

import numpy as np

#: Columns of a case.
(
    FLOW_0,
    FLOW_1,
    T_IN_0,
    T_IN_1,
    AREA,
    FLOW_AREA,
    HYDRAULIC_DIAMETER,
    FLOW_LENGTH,
    WALL_RESISTANCE,
    FOULING,
    NUSSELT_FACTOR_0,
    NUSSELT_FACTOR_1,
    FRICTION_FACTOR_0,
    FRICTION_FACTOR_1,
    PORT_AREA,
    PORT_LOSS,
    PORT_FRICTION,
    BETA_IN,
    BETA_OUT,
    U_FIXED,
    AREA_FACTOR,
) = range(21)
N_INPUTS = 21

#: (name, unit, meaning) of each column, in order.
INPUTS: tuple[tuple[str, str, str], ...] = (
    ("FLOW_0", "kg/s", "mass flow of side 0, 0 or more"),
    ("FLOW_1", "kg/s", "mass flow of side 1, 0 or more"),
    ("T_IN_0", "K", "inlet temperature of side 0"),
    ("T_IN_1", "K", "inlet temperature of side 1"),
    ("AREA", "m2", "heat transfer area of one plate"),
    ("FLOW_AREA", "m2", "cross section of one channel"),
    ("HYDRAULIC_DIAMETER", "m", "2 b / phi"),
    ("FLOW_LENGTH", "m", "straight way that friction acts along"),
    ("WALL_RESISTANCE", "m2 K/W", "of a plate"),
    ("FOULING", "m2 K/W", "of both sides together"),
    ("NUSSELT_FACTOR_0", "1", "multiplies the film coefficient of side 0"),
    ("NUSSELT_FACTOR_1", "1", "multiplies the film coefficient of side 1"),
    ("FRICTION_FACTOR_0", "1", "multiplies the friction of side 0"),
    ("FRICTION_FACTOR_1", "1", "multiplies the friction of side 1"),
    ("PORT_AREA", "m2", "cross section of a port"),
    ("PORT_LOSS", "1", "loss coefficient of both ports of a pass together, on the port's velocity head"),
    ("PORT_FRICTION", "1", "Darcy friction of a port over one pitch of its channels, f pitch / D"),
    ("BETA_IN", "1", "axial velocity that branching fluid carries, over the port's velocity"),
    ("BETA_OUT", "1", "axial velocity that joining fluid brings, over the port's velocity"),
    ("U_FIXED", "W/(m2 K)", "overall coefficient for textbook cases; 0 takes the correlations"),
    ("AREA_FACTOR", "1", "multiplies the area; 1 but in reduced models"),
)


class Stack(NamedTuple):
    """Which channel carries what, and where; channels are counted across the stack.

    Parameters
    ----------
    side : (n,) int array
        0 or 1: the fluid in each channel.
    upward : (n,) int array
        1 where the channel flows from x = 0 to 1, 0 where it flows back.
    in_pass : (n,) int array
        Pass of each channel; the passes of both sides are numbered together, those of side 0 first.
    kind : (n,) int array
        0 or 1: which of its side's two correlations holds (two chevron angles in one stack).
    channels : (n,) float array
        Channels that the row stands for: 1 in a real stack.
    plates : (n + 1,) float array
        Plates between rows j - 1 and j: 1 inside a real stack, 0 at its ends.
    feeds : (q,) int array
        The pass that a pass takes its fluid from, or -1 for the inlet of the exchanger.
    pass_side : (q,) int array
        Fluid of each pass.
    z_ports : (q,) int array
        1 where the outlet port of a pass ends at the far end of its inlet port (Z), 0 where it returns (U).
    backward : (q,) int array
        1 where the fluid enters the pass at its last channel.
    even : int
        1 where all rows of a pass share flow by equal pressure drop (no port physics): infinite plates.
    """

    side: np.ndarray
    upward: np.ndarray
    in_pass: np.ndarray
    kind: np.ndarray
    channels: np.ndarray
    plates: np.ndarray
    feeds: np.ndarray
    pass_side: np.ndarray
    z_ports: np.ndarray
    backward: np.ndarray
    even: int
