"""One solved state of a two-phase tank, the codes of states without one, and the limits that a verdict uses."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.two_phase_tank_errors import (
    BathPressureLowError,
    BathRangeError,
    ChipsDryError,
    CondenserTooSmallError,
    CriticalHeatFluxError,
    TankOverfullError,
    TwoPhaseTankError,
)
from hashheat.components.variables import VARIABLES, dataset

OK = 0
#: Status by error; a state that fails otherwise did not converge.
STATUS: dict[type[TwoPhaseTankError], int] = {
    CriticalHeatFluxError: 1,
    CondenserTooSmallError: 2,
    BathPressureLowError: 3,
    ChipsDryError: 4,
    TankOverfullError: 5,
    BathRangeError: 6,
}
NOT_CONVERGED = 7

#: What a status says in words.
STATUS_TEXT = {
    OK: "steady state",
    1: "the critical heat flux is passed",
    2: "the condenser is too small",
    3: "the pressure is too low",
    4: "the chips are dry",
    5: "the tank is overfull",
    6: "the fluid leaves its data",
    NOT_CONVERGED: "not converged",
}


class Limit(NamedTuple):
    """A limit that a variable has to keep.

    Attributes
    ----------
    least : float
        Smallest value that holds, in the unit of the variable.
    text : str
        What it means.
    """

    least: float
    text: str


#: Limits of a verdict, by variable. That the chips stay wetted and the pressure within its limits is a matter of
#: the status: a state beyond them is none.
LIMITS: dict[str, Limit] = {
    "junction_margin": Limit(0.0, "junction at or below its limit, boiling"),
    "start_margin": Limit(0.0, "junction at or below its limit before the first bubbles"),
    "critical_margin": Limit(1.0, "heat flux below the critical one everywhere"),
    "condenser_margin": Limit(1.0, "the condenser takes all vapour"),
    "level_margin": Limit(0.0, "the liquid covers the chips"),
    "rating_margin": Limit(0.0, "pressure at or below the highest allowed"),
}


def kept(result: xr.Dataset) -> dict[str, xr.DataArray]:
    """Which limits hold.

    Parameters
    ----------
    result : xarray.Dataset
        Of :meth:`~hashheat.components.two_phase_tank.TwoPhaseTank.solve`.

    Returns
    -------
    dict of str to DataArray of bool
        By the variables of :data:`LIMITS`; false where there is no steady state.
    """
    good = result["status"] == OK
    return {name: good & (result[name] >= limit.least) for name, limit in LIMITS.items()}


def tank_dataset(
    states: list[dict[str, float] | None],
    status: np.ndarray,
    given: Mapping[str, np.ndarray],
    template: xr.DataArray,
    attrs: Mapping[str, Any],
) -> xr.Dataset:
    """Dataset of solved states.

    Parameters
    ----------
    states : list of dict or None
        Variables of each state, None where there is none.
    status : (n,) int array
    given : mapping of str to (n,) array
        Variables that were given, and so are known for every state.
    template : DataArray
        Its dimensions and coordinates are those of the states.
    attrs : mapping

    Returns
    -------
    xarray.Dataset
        NaN where a state has no solution.
    """
    names = next((list(state) for state in states if state is not None), [])
    dims = tuple(str(d) for d in template.dims)

    def put(values: Any) -> tuple[tuple[str, ...], np.ndarray]:
        return dims, np.asarray(values).reshape(template.shape)

    data = {name: put([math.nan if s is None else s[name] for s in states]) for name in names}
    data |= {name: put(values) for name, values in given.items()}
    data["status"] = put(status)
    coords = {str(name): coord for name, coord in template.coords.items()}
    found = dataset(data, coords, attrs)
    found["status"].attrs["long_name"] = ", ".join(f"{code} {text}" for code, text in STATUS_TEXT.items())
    found["status"].attrs["flag_values"] = np.array(list(STATUS_TEXT))
    for name, meaning in (
        ("T_wall", "hottest wetted wall of a chip or its plate"),
        ("heat_rate", "heat to the water of the condenser"),
        ("wall_loss", "heat through the walls of the bath"),
        ("wall_power", "electric power, in the bath and outside"),
        ("capture_efficiency", "heat to the water over all electric power"),
        ("pressure", "absolute pressure above the liquid"),
        ("imbalance", "power into the bath minus heat out of it, over that power"),
    ):
        if name in found:
            assert name in VARIABLES
            found[name].attrs["long_name"] = meaning
    return found
