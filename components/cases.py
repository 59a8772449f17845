"""Numbers, arrays and DataArrays of a call, brought to one shape of cases."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError


def broadcast_cases(given: Mapping[str, ArrayLike | xr.DataArray]) -> dict[str, xr.DataArray]:
    """Arrays of one shape: DataArrays by the names of their dimensions, others along ``case``.

    Raises
    ------
    InputError
        For what is no number, does not fit together, or is empty.
    """
    arrays = []
    for name, value in given.items():
        if isinstance(value, xr.DataArray):
            arrays.append(value)
            continue
        try:
            if np.asarray(value).dtype.kind in "USO":  # numpy would read the number in a text
                raise TypeError
            plain = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise InputError("is not a number", key=name, found=repr(value), accepted="SI numbers") from None
        if plain.ndim > 1:
            raise InputError(
                "a plain array may have one dimension only",
                key=name,
                found=f"shape {plain.shape}",
                accepted="a number, a one-dimensional array, or a DataArray with named dimensions",
            )
        arrays.append(xr.DataArray(plain, dims=("case",) * plain.ndim))
    try:
        together = dict(zip(given, xr.broadcast(*arrays)))
    except ValueError as error:
        raise InputError(
            "the arrays do not fit together", found=str(error), accepted="equal lengths along each dimension"
        ) from None
    if next(iter(together.values())).size == 0:
        raise InputError("there is nothing to solve: an array is empty")
    return together
