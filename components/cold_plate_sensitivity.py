"""What moves the hottest junction of a cold plate: slopes at one state, and the effect of each number's range."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.thermo.errors import HashheatError, InputError
from hashheat.thermo.quantity import Quantity

if TYPE_CHECKING:
    from hashheat.components.cold_plate import ColdPlate

#: Range of a number that has none in the file: this share to either side [-], and this for a temperature [K].
SHARE, KELVINS = 0.1, 5.0

#: Probability below and above the range of a normally distributed number: two standard deviations.
_TAIL = 0.02275

#: First step over half the range [-]; the slope is taken with it and with half of it.
_STEP = 0.125
_SHORTER = 4

#: What a solve leaves open in a temperature [K]; other results are reckoned alike.
_OPEN = 1e-5

_LONG_NAMES = {
    "nominal": "value at the state, in its unit",
    "lower": "lower end of the range, in its unit",
    "upper": "upper end of the range, in its unit",
    "at_lower": "result at the lower end",
    "at_upper": "result at the upper end",
    "effect": "largest less smallest result over the range",
    "slope": "change of the result for one unit of the number",
    "slope_error": "estimated error of the slope",
}

#: Numbers of the state, and the key of the file that holds each.
_STATE = {"volume_flow": "design.flow", "T_in": "design.T_in", "T_ambient": "design.T_ambient"}

#: Numbers of the file that are looked at only if asked for: they bound a state, and do not move it.
_IDLE = ("chips.limit", "design.pressure")


class _Input(NamedTuple):
    """One number: nominal value, range, where that is from, and the arguments of a solve at another value."""

    key: str
    unit: str
    nominal: float
    lower: float
    upper: float
    basis: str
    arguments: Callable[[float], dict[str, float]]


class _Row(NamedTuple):
    """What one number does."""

    item: _Input
    at_lower: float
    at_upper: float
    effect: float
    slope: float
    slope_error: float


def sensitivity(
    plate: "ColdPlate",
    keys: Sequence[str] | None = None,
    *,
    of: str = "T_junction",
    **state: Any,
) -> xr.Dataset:
    """Slope of a result with each number of a plate, and what the range of each number does to it.

    Parameters
    ----------
    plate : ColdPlate
    keys : sequence of str, optional
        Numbers by their dotted key in the file (``"chips.tim_thickness"``); ``"volume_flow"``, ``"T_in"``,
        ``"T_ambient"``, ``"frequency"``, ``"voltage"``; and of micro-channels ``"fin_thickness"`` at the same gap
        and ``"gap"`` at the same fins. All that can move a temperature if left out.
    of : str
        A result without a chip's dimension: ``"T_junction"``, ``"T_out"``, ``"pressure_drop"`` ...
    **state
        Numbers for the state, as for :meth:`ColdPlate.solve`; the design state if left out.

    Returns
    -------
    xarray.Dataset
        Over ``key``, largest effect first: ``nominal``, ``lower``, ``upper`` in SI (coordinate ``unit``);
        ``slope`` of the result for one SI unit of the number, and ``slope_error``; ``at_lower``, ``at_upper``:
        the result at the ends of the range, all other numbers nominal, infinite where there is no solution; and
        ``effect``, its largest less its smallest value over the ends and the middle. The coordinate ``basis``
        says where the range is from: the ``file`` (a normal distribution within two standard deviations); or,
        where that has none or the state lies outside it, ``+-10 %``, or ``+-5 K`` for a temperature.
        Attributes: ``result``, its ``result_unit``, its value ``at_nominal``, and ``left_out``: keys at 0 without
        a range, and those that cannot be changed alone over their range (the length of a field that fills its
        plate, say).

    Raises
    ------
    InputError
        For a key, a result or a state that is none, or a key asked for that cannot be changed alone.
    HashheatError
        By its kind where the nominal state has no solution, or a number no slope.

    Notes
    -----
    Slopes are central differences with an eighth and a sixteenth of half the range, extrapolated; their difference
    and what the solver leaves open (1e-5 K) are ``slope_error``. Steps that reach a state without solution are
    shortened four times before that is an error. Next to a change of regime, or at 0, a number has no slope to
    both sides: the error shows the first, and at 0 the slope is one-sided.

    ``coolant.width`` is at the same pitch, so that a wider channel has a thinner fin; ``coolant.pitch`` is at the
    same channel.
    """
    for key, value in state.items():
        if np.ndim(value) > 0:
            raise InputError("one state at a time", key=key, found=repr(value), accepted="a number")
    solve = _solver(plate, of, state)
    centre = solve({})
    found, left_out = [], []
    for item in _inputs(plate, keys, state):
        try:
            if not item.lower < item.upper:
                raise InputError("a number at 0 without a range has no step", key=item.key)
            found.append(_Row(item, *_ends(solve, item, centre), *_slope(solve, item, centre)))
        except InputError:
            # A length, say, that other lengths of the plate leave no room for.
            if keys is not None:
                raise
            left_out.append(item.key)
    found.sort(key=lambda row: (-row.effect, row.item.key))
    unit = _unit(plate, of, state)
    attrs = {"cold_plate": plate.name, "result": of, "result_unit": unit, "at_nominal": centre}
    return _as_dataset(found, unit, attrs | {"left_out": ", ".join(left_out)})


def _inputs(plate: "ColdPlate", keys: Sequence[str] | None, state: Mapping[str, Any]) -> list[_Input]:
    """The numbers asked for, each with its range and how to change it."""
    known = _known(plate, state)
    if keys is None:
        return [item for key, item in known.items() if key not in _IDLE]
    for key in keys:
        if key not in known:
            raise InputError("the plate has no such number", key=key, accepted=", ".join(known))
    return [known[key] for key in keys]


def _known(plate: "ColdPlate", state: Mapping[str, Any]) -> dict[str, _Input]:
    quantities, found = plate.quantities, {}
    given = {key.replace("__", "."): value for key, value in state.items() if value is not None}

    def value(quantity: Quantity, *keys: str) -> float:
        # An argument of a solve comes before the number of the design state that it stands for.
        return float(next((given[key] for key in keys if key in given), quantity.nominal))

    def put(key: str, quantity: Quantity, name: str, *keys: str) -> None:
        nominal = value(quantity, name, *keys)
        found[key] = _Input(key, quantity.unit, nominal, *_range(quantity, nominal), lambda x: {name: x})

    for name, key in _STATE.items():
        if name != "volume_flow" or "mass_flow" not in given:
            put(name, quantities[key], name, key)
    if "mass_flow" in given:
        put("mass_flow", Quantity(float(given["mass_flow"]), "kg/s"), "mass_flow")
    for name in ("frequency", "voltage"):
        put(name, Quantity(1.0, "1"), name)
    for key, quantity in quantities.items():
        if key not in _STATE.values():
            # Under the argument, where there is one: it would win over the number of the design state.
            put(key, quantity, "pressure" if key == "design.pressure" else key.replace(".", "__"), key)
    if plate.file.coolant.kind == "microchannel":
        width, pitch = (value(quantities[key], key) for key in ("coolant.width", "coolant.pitch"))
        fin = pitch - width
        for key, x, arguments in (
            ("fin_thickness", fin, lambda t: {"coolant__pitch": width + t}),
            ("gap", width, lambda g: {"coolant__width": g, "coolant__pitch": g + fin}),
        ):
            found[key] = _Input(key, "m", x, *_range(Quantity(x, "m"), x), arguments)
    return found


def _range(quantity: Quantity, nominal: float) -> tuple[float, float, str]:
    """Ends of the range of a number, about the value that it has here, and where they are from."""
    lower = upper = nominal
    if quantity.spread == "uniform":
        lower, upper = quantity.lower, quantity.upper
    elif quantity.spread == "normal":
        lower, upper = (float(quantity.quantile(p)) for p in (_TAIL, 1.0 - _TAIL))
    if lower <= nominal <= upper and lower < upper:
        return lower, upper, "file"
    if quantity.unit == "K":
        return nominal - KELVINS, nominal + KELVINS, f"+-{KELVINS:g} K"
    ends = sorted((nominal * (1.0 - SHARE), nominal * (1.0 + SHARE)))
    return ends[0], ends[1], f"+-{100 * SHARE:g} %"


def _solver(plate: "ColdPlate", of: str, state: Mapping[str, Any]) -> Callable[[dict[str, float]], float]:
    """The result at the state with some arguments changed; raises what a single state raises."""

    def solve(changed: dict[str, float]) -> float:
        found = plate.solve(**{**state, **changed})
        if of not in found or found[of].ndim > 0:
            scalars = ", ".join(str(name) for name in found.data_vars if found[name].ndim == 0)
            raise InputError("is no result of one number", key="of", found=of, accepted=scalars)
        return float(found[of])

    return solve


def _ends(
    solve: Callable[[dict[str, float]], float], item: _Input, centre: float
) -> tuple[float, float, float]:
    """Result at both ends of the range, infinite where there is none, and the largest less the smallest."""
    ends = []
    for x in (item.lower, item.upper):
        try:
            ends.append(solve(item.arguments(x)))
        except InputError:
            raise
        except HashheatError:
            ends.append(math.inf)
    return ends[0], ends[1], max(*ends, centre) - min(*ends, centre)


def _slope(solve: Callable[[dict[str, float]], float], item: _Input, centre: float) -> tuple[float, float]:
    """Central difference, extrapolated from two steps, and how far it can be off."""
    step = _STEP * 0.5 * (item.upper - item.lower)
    for _ in range(_SHORTER):
        try:
            if item.nominal - step < 0.0 <= item.nominal:
                return _slope_at_zero(solve, item, centre, step)
            whole, half = (
                (solve(item.arguments(item.nominal + h)) - solve(item.arguments(item.nominal - h)))
                / (2.0 * h)
                for h in (step, 0.5 * step)
            )
        except InputError:
            raise
        except HashheatError as error:
            failure = error
            step *= 0.25
            continue
        return (4.0 * half - whole) / 3.0, abs(half - whole) + 3.0 * _OPEN / step
    raise failure.extended(
        f"\n  next to:  {item.key} = {item.nominal:g} {item.unit}, where a slope was asked for"
    )


def _slope_at_zero(
    solve: Callable[[dict[str, float]], float], item: _Input, centre: float, step: float
) -> tuple[float, float]:
    """One-sided difference, extrapolated from two steps: a number at 0 has no other side."""
    whole, half = ((solve(item.arguments(item.nominal + h)) - centre) / h for h in (step, 0.5 * step))
    return 2.0 * half - whole, abs(half - whole) + 6.0 * _OPEN / step


def _unit(plate: "ColdPlate", of: str, state: Mapping[str, Any]) -> str:
    return str(plate.solve(**state)[of].attrs["units"])


def _as_dataset(rows: list[_Row], unit: str, attrs: Mapping[str, Any]) -> xr.Dataset:
    """Units differ from key to key, so that they stand in a coordinate."""
    items = [row.item for row in rows]
    data = {
        name: ("key", np.array([getattr(i, name) for i in items])) for name in ("nominal", "lower", "upper")
    }
    for name in _Row._fields[1:]:
        data[name] = ("key", np.array([getattr(row, name) for row in rows]))
    coords = {
        "key": [i.key for i in items],
        "unit": ("key", [i.unit for i in items]),
        "basis": ("key", [i.basis for i in items]),
    }
    made = xr.Dataset(data, coords, dict(attrs))
    for name, text in _LONG_NAMES.items():
        made[name].attrs["long_name"] = text
        if name in ("at_lower", "at_upper", "effect"):
            made[name].attrs["units"] = unit
    return made
