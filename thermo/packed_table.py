"""A property table as one float array and back: Numba's parallel loops cannot carry a tuple of tuples."""

import numpy as np

from hashheat.thermo.jit import kernel
from hashheat.thermo.property_table import Coefficients, PropertyTable


def pack(table: PropertyTable) -> np.ndarray:
    """All numbers of a table in field order.

    Parameters
    ----------
    table : PropertyTable

    Returns
    -------
    (100,) float array
        For :func:`unpack`.
    """
    return np.concatenate([np.atleast_1d(np.asarray(field, dtype=float)) for field in table])


@kernel
def _twelve(a: np.ndarray, i: int) -> Coefficients:
    return (
        a[i],
        a[i + 1],
        a[i + 2],
        a[i + 3],
        a[i + 4],
        a[i + 5],
        a[i + 6],
        a[i + 7],
        a[i + 8],
        a[i + 9],
        a[i + 10],
        a[i + 11],
    )


@kernel
def unpack(a: np.ndarray) -> PropertyTable:
    """Rebuild, inside a kernel, the table that :func:`pack` wrote."""
    return PropertyTable(
        a[0],
        a[1],
        a[2],
        a[3],
        _twelve(a, 4),
        _twelve(a, 16),
        _twelve(a, 28),
        _twelve(a, 40),
        _twelve(a, 52),
        _twelve(a, 64),
        _twelve(a, 76),
        _twelve(a, 88),
    )
