"""What can be asked of an exchanger's rating: outlet temperatures, heat, approach, pinch, pressure drops, UA."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.interpolate import BarycentricInterpolator

from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import InputError

#: Places along a channel at which the local difference is looked at, both ends included.
_PLACES = np.linspace(0.0, 1.0, 41)


def pinch(exchanger: PlateHeatExchanger, rating: xr.Dataset, infinite_plates: bool = False) -> float:
    """Smallest difference between the fluids on the two faces of any plate.

    The temperatures at the nodes are drawn out as polynomials to both ends of every channel, so
    the differences at inlets and outlets are among those compared. A channel's own outlet counts, not the mixed
    outlet of its pass; so this is at most the approach in counterflow, and less where the end channels or an
    uneven flow spread the outlets.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    rating : xarray.Dataset
        Of a single case.
    infinite_plates : bool
        Whether it was rated so.

    Returns
    -------
    float
        [K], negative where heat flows back in a part of the stack.
    """
    stack = exchanger.blocks if infinite_plates else exchanger.stack
    drawn = BarycentricInterpolator(rating["x"].values, rating["T_fluid"].values, axis=1)(_PLACES)
    side = rating["channel_side"].values
    inlet = rating["T_in"].values
    sign = 1.0 if inlet[0] >= inlet[1] else -1.0
    smallest = math.inf
    for j in range(side.size - 1):
        if stack.plates[j + 1] > 0.0 and side[j] != side[j + 1]:
            hot, cold = (j, j + 1) if side[j] == 0 else (j + 1, j)
            smallest = min(smallest, float((sign * (drawn[hot] - drawn[cold])).min()))
    return smallest


class Target(NamedTuple):
    """One thing that can be asked for.

    Attributes
    ----------
    read : callable
        Its value in a rating of one case: (exchanger, rating, infinite_plates) to float.
    show : callable
        Text of a value for messages, in the units of engineers.
    step : callable
        A change that matters in practice, from the value: 0.1 K, or 1 %.
    more_is_enough : bool or None
        Whether a value above the one asked for will do, too (True), or one below (False); None: it depends on
        which side is the warmer.
    """

    read: Callable[[PlateHeatExchanger, xr.Dataset, bool], float]
    show: Callable[[float], str]
    step: Callable[[float], float]
    more_is_enough: bool | None


def _of(name: str, side: int | None = None) -> Callable[[PlateHeatExchanger, xr.Dataset, bool], float]:
    def value(_: PlateHeatExchanger, rating: xr.Dataset, __: bool) -> float:
        values = rating[name].values
        return float(values if side is None else values[side])

    return value


def _celsius(T: float) -> str:
    return f"{T - 273.15:.3f} degC"


def _kelvin(difference: float) -> str:
    return f"{difference:.4g} K"


def _watt(heat: float) -> str:
    return f"{heat / 1e3:.5g} kW"


def _pascal(p: float) -> str:
    return f"{p / 1e3:.4g} kPa"


def _conductance(UA: float) -> str:
    return f"{UA / 1e3:.4g} kW/K"


def _tenth(_: float) -> float:
    return 0.1


def _percent(value: float) -> float:
    return 0.01 * abs(value)


#: Everything that can be asked for, by name.
TARGETS: Mapping[str, Target] = {
    "hot_T_out": Target(_of("T_out", 0), _celsius, _tenth, None),
    "cold_T_out": Target(_of("T_out", 1), _celsius, _tenth, None),
    "heat_rate": Target(_of("heat_rate"), _watt, _percent, None),
    "approach": Target(_of("approach"), _kelvin, _tenth, False),
    "pinch": Target(pinch, _kelvin, _tenth, False),
    "hot_pressure_drop": Target(_of("pressure_drop", 0), _pascal, _percent, False),
    "cold_pressure_drop": Target(_of("pressure_drop", 1), _pascal, _percent, False),
    "UA": Target(_of("UA"), _conductance, _percent, True),
}


def one_target(target: Mapping[str, float]) -> tuple[str, float]:
    """Name and value of the one thing asked for.

    Raises
    ------
    InputError
        If it is not one, unknown, or no finite number.
    """
    accepted = f"one of {', '.join(TARGETS)}, in SI and kelvin"
    if not isinstance(target, Mapping) or len(target) != 1:
        raise InputError("one thing can be asked for", key="target", found=repr(target), accepted=accepted)
    ((name, wanted),) = target.items()
    if name not in TARGETS:
        raise InputError("this cannot be asked for", key="target", found=name, accepted=accepted)
    try:
        value = float(wanted)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise InputError("is not a number", key=name, found=repr(wanted), accepted="a number in SI")
    return name, value


def is_enough(name: str, value: float, wanted: float, hot_is_warmer: bool) -> bool:
    """Whether a value reaches what is asked: more heat, a closer approach, a smaller pressure drop.

    A shortfall of 1e-5 of what matters in practice (1e-6 K, or 1e-7 of the value) is rounding and forgiven.

    Parameters
    ----------
    name : str
        A key of :data:`TARGETS`.
    value, wanted : float
    hot_is_warmer : bool
        Whether heat flows from the hot to the cold side.
    """
    more = TARGETS[name].more_is_enough
    if more is None:
        more = hot_is_warmer if name != "hot_T_out" else not hot_is_warmer
    slack = 1e-5 * TARGETS[name].step(wanted)
    return value >= wanted - slack if more else value <= wanted + slack
