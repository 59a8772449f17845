"""How far a reduced plate is from the full one over an envelope, and where."""

from itertools import product
from typing import NamedTuple

import numpy as np

#: Multiples that fill a cube evenly (Kronecker's sequence after the plastic number of three dimensions).
_PLASTIC = 1.2207440846057596

#: Ends of the surroundings at which both forms are compared.
AMBIENT_QUANTILES = (0.0005, 0.9995)


class ReductionErrors(NamedTuple):
    """Largest differences of a reduced plate from the full one, at states that were not fitted.

    Compared are the corners of the envelope, states spread evenly in it, and where the flow turns from laminar to
    turbulent within it states spread along that change; all at the nominal numbers of the file and voltage 1, with
    surroundings at either end of their range in turn.

    Parameters
    ----------
    junction, outlet, wall : float
        Of the hottest junction, the outlet and the hottest wetted wall [K].
    pressure_drop : float
        Relative [-].
    heat_loss, chip_power : float
        [W]
    junction_at, outlet_at : (float, float, float)
        Volume flow [m^3/s], T_in [K] and clock [-] where junction and outlet differ most.
    states : int
        Compared.
    turning : int
        Of them, along a change of the flow's regime.
    failed : int
        Without a steady state in the full plate; a state on the way from the middle of the envelope was compared
        in place of each, next to the edge of the steady states.
    disagreed : int
        With a steady state in one of the two only, not compared.
    fitted : int
        Full states that were fitted.
    """

    junction: float
    outlet: float
    wall: float
    pressure_drop: float
    heat_loss: float
    chip_power: float
    junction_at: tuple[float, float, float]
    outlet_at: tuple[float, float, float]
    states: int
    turning: int
    failed: int
    disagreed: int
    fitted: int

    def __str__(self) -> str:
        along = f", {self.turning} of them where the flow turns turbulent" if self.turning else ""
        return (
            f"hottest junction {self.junction:.3g} K off at {_place(self.junction_at)}, "
            f"outlet {self.outlet:.3g} K off at {_place(self.outlet_at)}, over {self.states} states{along}"
        )


def _place(at: tuple[float, float, float]) -> str:
    return f"{at[0] * 60e3:.3g} L/min, {at[1] - 273.15:.4g} degC, clock {at[2]:.3g}"


def check_points(low: np.ndarray, high: np.ndarray, count: int) -> np.ndarray:
    """States to compare at: the corners of a box, then points spread evenly in it.

    Parameters
    ----------
    low, high : (k,) array
        Ends of the box.
    count : int
        Points within.

    Returns
    -------
    (2^k + count, k) array
    """
    k = low.size
    corners = np.array(list(product(*zip(low, high))))
    steps = _PLASTIC ** -np.arange(1.0, k + 1)
    within = (0.5 + steps * np.arange(1, count + 1)[:, None]) % 1.0
    return np.concatenate([corners, low + (high - low) * within])
