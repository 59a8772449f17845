"""A cold plate over a grid of states: flows, inlet temperatures, clocks, and numbers of its file."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.variables import VARIABLES
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.cold_plate import ColdPlate

Value = ArrayLike | xr.DataArray

#: Axes of the state, slowest first, after those of the file.
_STATE = ("volume_flow", "mass_flow", "T_in", "T_ambient", "frequency", "voltage")

#: Arguments of a solve that are no axes.
_PLAIN = ("fluid", "pressure", "refine", "with_fields", "with_error")


def sweep(
    plate: "ColdPlate",
    *,
    flow: Value | None = None,
    T_in: Value | None = None,
    frequency: Value | None = None,
    **values: Any,
) -> xr.Dataset:
    """Steady states on the grid that one-dimensional arrays span.

    Parameters
    ----------
    plate : ColdPlate
    flow : float, array or DataArray, optional
        Flow of the plate at inlet temperature [m^3/s]; its axis is ``volume_flow``.
    T_in : float, array or DataArray, optional
        Inlet temperature [K].
    frequency : float, array or DataArray, optional
        Clock over that of the file [-].
    **values
        ``mass_flow`` [kg/s], ``T_ambient`` [K], ``voltage`` [-] and numbers of the file in SI, dots written as
        double underscores (``power__chip=[900, 1000, 1100]``), as numbers or arrays too; ``fluid``,
        ``pressure``, ``refine``, ``with_fields`` and ``with_error`` as for :meth:`ColdPlate.solve`.

    Returns
    -------
    xarray.Dataset
        As of :meth:`ColdPlate.solve`, bit for bit. Every array is an axis with its values as coordinate, named
        as its argument (``volume_flow`` for ``flow``): those of the file first, then flow, ``T_in``,
        ``T_ambient``, ``frequency``, ``voltage``; a number is no axis. A DataArray keeps its own dimensions, which
        stand behind those of the file, so that two along the same one go together.

    Raises
    ------
    InputError
        As :meth:`ColdPlate.solve`, and for an array of more than one dimension, or an empty one.
    RunawayError, CoolantRangeError, NotConvergedError, PressureLossError
        For a single state that has no solution; among others such states are NaN, with a warning.
    """
    plain = {name: values.pop(name) for name in _PLAIN if name in values}
    given = {"volume_flow": flow, "T_in": T_in, "frequency": frequency} | values
    given = {name: value for name, value in given.items() if value is not None}
    axes: dict[str, Any] = {name: _axis(plate, name, value) for name, value in given.items()}
    found = plate.solve(**axes, **plain)
    own = [str(d) for a in axes.values() for d in a.dims]
    order = sorted(own, key=lambda d: _STATE.index(d) + 2 if d in _STATE else int(d not in axes))
    return found.transpose(*dict.fromkeys(order), ...)


def _axis(plate: "ColdPlate", name: str, value: Value) -> xr.DataArray:
    if isinstance(value, xr.DataArray):
        return value
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError("is not a number", key=name, found=repr(value), accepted="SI numbers") from None
    if numbers.ndim == 0:
        return xr.DataArray(numbers)
    if numbers.ndim > 1 or numbers.size == 0:
        raise InputError(
            "an axis of a sweep is one-dimensional",
            key=name,
            found=f"shape {numbers.shape}",
            accepted="a number or a list of numbers; a DataArray for anything else",
        )
    return xr.DataArray(numbers, dims=(name,), coords={name: (name, numbers, _attributes(plate, name))})


def _attributes(plate: "ColdPlate", name: str) -> Mapping[str, str]:
    if name in VARIABLES:
        return {"units": VARIABLES[name][0], "long_name": VARIABLES[name][1]}
    key = name.replace("__", ".")
    quantity = plate.quantities.get(key)
    return {} if quantity is None else {"units": quantity.unit, "long_name": key}
