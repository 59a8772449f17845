"""Where in a network the water would boil: each place's temperature against its own pressure."""

from collections.abc import Sequence

import numpy as np

from hashheat.thermo.errors import BoilingError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.saturation import WATER_P_MAX, WATER_P_MIN

_ZERO = 273.15
#: Places that a message names.
_SHOWN = 8


def boiling_temperatures(fluid: Fluid, p: np.ndarray) -> np.ndarray:
    """Temperature at which boiling begins at every pressure.

    Parameters
    ----------
    fluid : Fluid
    p : (n,) array
        Absolute pressures [Pa].

    Returns
    -------
    (n,) array
        [K]; infinite where the fluid has no boiling data. Above 50 bar that of 50 bar, below 0.02 bar that of
        0.02 bar: there no liquid is hotter than this, and whether a colder one boils is not known.
    """
    if fluid.is_gas:
        return np.full(p.shape, np.inf)
    held = np.clip(p, WATER_P_MIN, WATER_P_MAX)
    try:
        return np.asarray(fluid.saturation_temperature(held))
    except StateError:
        return np.array([_one(fluid, float(value)) for value in held])


def _one(fluid: Fluid, p: float) -> float:
    try:
        return fluid.saturation_temperature(p)
    except StateError:
        return float("inf")


def check_boiling(fluid: Fluid, places: Sequence[str], T: np.ndarray, p: np.ndarray) -> None:
    """Raise where the water is at or above the boiling point of the pressure it is under.

    Parameters
    ----------
    fluid : Fluid
    places : sequence of str
        For the message, as ``node 'a'``.
    T, p : (n,) array
        Temperature [K] and absolute pressure [Pa] of every place.

    Raises
    ------
    BoilingError
        Naming the places, the worst of them with its temperature and boiling point.
    StateError
        For a pressure below 0.02 bar, where the boiling point is not known, and the water is not hotter than
        that of 0.02 bar.
    """
    boils_at = boiling_temperatures(fluid, p)
    over = T - boils_at
    hot = np.flatnonzero(over >= 0.0)
    if hot.size:
        worst = int(np.argmax(over))
        below = "below " if p[worst] < WATER_P_MIN else ""
        others = [places[i] for i in hot.tolist() if i != worst]
        also = f" So it does at {_listed(others)}." if others else ""
        raise BoilingError(
            f"{fluid.name} boils at {places[worst]}: {T[worst] - _ZERO:.2f} degC, boiling point "
            f"{below}{boils_at[worst] - _ZERO:.2f} degC at {p[worst] / 1e5:.3g} bar.{also} "
            "It takes more pressure at the fixed nodes, less height, less loss on the way, or colder water."
        )
    unknown = np.flatnonzero((p < WATER_P_MIN) & np.isfinite(boils_at))
    if unknown.size:
        raise StateError(
            f"{fluid.name}: whether it boils at {_listed([places[i] for i in unknown.tolist()])} is not known, "
            f"at {float(p[unknown].min()) / 1e5:.3g} bar: its boiling point is stated from "
            f"{WATER_P_MIN / 1e5:g} bar on"
        )


def _listed(places: Sequence[str]) -> str:
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return ", ".join(places[:_SHOWN]) + more
